/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken doctor: what is wrong on this machine, and what to do about it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/doctor/doctor.h"
#include "gost/mem.h"

#define DAYS     30
#define MIN_FREE 16

enum { OPT_DAYS = OPT_OWN, OPT_CA, OPT_DIR, OPT_MIN_FREE, OPT_NAGIOS };

static int number(const cli *c, int opt, const char *name, unsigned long usual, unsigned long *out)
{
    const char *text = c->value[opt];
    char *end;

    *out = usual;
    if (!text)
        return CLI_OK;
    errno = 0;
    *out = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || *out > 1000000000UL)
        return cli_fail(CLI_USAGE, _("--%s takes a number, not \"%s\""), name, text);
    return CLI_OK;
}

/* ---- which checks --------------------------------------------------------------------------- */

static int asked_for(const cli *c, const doc_check *check)
{
    for (int i = 0; i < c->operands; i++)
        if (!strcmp(c->operand[i], check->name))
            return 1;
    return c->operands == 0;
}

static int names_are_known(const cli *c)
{
    char *names = cli_strdup("");
    int code = CLI_OK;

    for (const doc_check *k = doc_checks; k->name; k++) {
        char *more = cli_printf("%s%s%s", names, *names ? ", " : "", k->name);

        free(names);
        names = more;
    }
    for (int i = 0; code == CLI_OK && i < c->operands; i++) {
        const doc_check *k = doc_checks;

        while (k->name && strcmp(k->name, c->operand[i]) != 0)
            k++;
        if (!k->name)
            code = cli_fail(CLI_USAGE, _("there is no check \"%s\"; there are: %s"), c->operand[i],
                            names);
    }
    free(names);
    return code;
}

/* ---- running and telling -------------------------------------------------------------------- */

static cJSON *run_one(doctor *d, const doc_check *check)
{
    cJSON *findings;

    if (check->needs_module && d->module_fails) {
        findings = d->findings = cli_json_array();
        doc_find(d, DOC_SKIPPED, NULL, _("the module does not work"));
        return findings;
    }
    findings = doc_run(d, check);
    if (!strcmp(check->name, "module"))
        for (int i = 0; i < cJSON_GetArraySize(findings); i++)
            d->module_fails |= doc_finding_status(cJSON_GetArrayItem(findings, i)) == DOC_ERROR;
    return findings;
}

static void print_findings(const cli *c, const char *check, const cJSON *findings)
{
    const cJSON *f;

    cJSON_ArrayForEach(f, findings)
    {
        doc_status status = doc_finding_status(f);
        const char *remedy = cJSON_GetStringValue(cJSON_GetObjectItem(f, "remedy"));

        if (c->value[OPT_QUIET] && status < DOC_WARNING)
            continue;
        printf("%-8s %-13s %s\n", doc_status_words[status], check,
               cJSON_GetStringValue(cJSON_GetObjectItem(f, "text")));
        if (remedy) {
            char *shown = cli_printable(remedy);

            printf("%22s  $ %s\n", "", shown);
            free(shown);
        }
    }
}

/* Every finding gets the name of its check and goes to the list. */
static void collect(cJSON *all, const char *check, cJSON *findings, size_t counts[DOC_STATES])
{
    cJSON *f;

    while ((f = cJSON_DetachItemFromArray(findings, 0)) != NULL) {
        counts[doc_finding_status(f)]++;
        cli_json_string(f, "check", check);
        cli_json_add(all, NULL, f);
    }
    cJSON_Delete(findings);
}

static void print_nagios(const cJSON *all, const size_t counts[DOC_STATES])
{
    const char *word = counts[DOC_ERROR] ? "CRITICAL" : counts[DOC_WARNING] ? "WARNING" : "OK";
    const doc_status worst = counts[DOC_ERROR] ? DOC_ERROR : DOC_WARNING;
    const cJSON *f;

    printf("GOSTTOKEN %s - %zu error%s, %zu warning%s", word, counts[DOC_ERROR],
           counts[DOC_ERROR] == 1 ? "" : "s", counts[DOC_WARNING],
           counts[DOC_WARNING] == 1 ? "" : "s");
    cJSON_ArrayForEach(f, all)
    {
        if (doc_finding_status(f) == worst) {
            printf(": %s", cJSON_GetStringValue(cJSON_GetObjectItem(f, "text")));
            break;
        }
    }
    printf(" | errors=%zu warnings=%zu\n", counts[DOC_ERROR], counts[DOC_WARNING]);
}

static void say_counts(const cli *c, const size_t counts[DOC_STATES])
{
    size_t e = counts[DOC_ERROR], w = counts[DOC_WARNING];
    char *errors = cli_printf(ngettext("%zu error", "%zu errors", e), e);
    char *warnings = cli_printf(ngettext("%zu warning", "%zu warnings", w), w);

    cli_say(c, "%s, %s", errors, warnings);
    free(errors);
    free(warnings);
}

static int exit_code(const cli *c, const size_t counts[DOC_STATES])
{
    if (c->value[OPT_NAGIOS])
        return counts[DOC_ERROR] ? 2 : counts[DOC_WARNING] ? 1 : 0;
    return counts[DOC_ERROR] ? CLI_FAILURE : counts[DOC_WARNING] ? CLI_WARNINGS : CLI_OK;
}

static int examine(cli *c, doctor *d)
{
    size_t counts[DOC_STATES] = {0};
    cJSON *all = cli_json_array(), *json;
    int plain = !c->value[OPT_JSON] && !c->value[OPT_NAGIOS], code;

    for (const doc_check *k = doc_checks; k->name; k++) {
        cJSON *findings;

        if (!asked_for(c, k))
            continue;
        findings = run_one(d, k);
        if (plain)
            print_findings(c, k->name, findings);
        collect(all, k->name, findings, counts);
    }
    code = exit_code(c, counts);
    if (c->value[OPT_JSON]) {
        json = cli_json_object();
        cli_json_string(json, "status",
                        doc_status_words[counts[DOC_ERROR]     ? DOC_ERROR
                                         : counts[DOC_WARNING] ? DOC_WARNING
                                                               : DOC_OK]);
        cli_json_add(json, "findings", all);
        return cli_json_print(json) == CLI_OK ? code : CLI_FAILURE;
    }
    if (c->value[OPT_NAGIOS])
        print_nagios(all, counts);
    else
        say_counts(c, counts);
    cJSON_Delete(all);
    return code;
}

static int run(cli *c)
{
    const cli_pin_source source = {c->value[OPT_PIN_FILE], c->value[OPT_PIN_FD], NULL};
    doctor d = {.c = c, .ca = c->value[OPT_CA]};
    cli_pin pin = {0};
    int code = number(c, OPT_DAYS, "days", DAYS, &d.days);

    if (code == CLI_OK)
        code = number(c, OPT_MIN_FREE, "min-free", MIN_FREE, &d.min_free);
    if (code == CLI_OK)
        code = names_are_known(c);
    if (code == CLI_OK && c->value[OPT_JSON] && c->value[OPT_NAGIOS])
        code = cli_fail(CLI_USAGE, _("--json and --nagios exclude each other"));
    if (code == CLI_OK && c->value[OPT_DIR] && setenv("GOSTTOKEN_DIR", c->value[OPT_DIR], 1) != 0)
        code = cli_fail(CLI_FAILURE, _("out of memory"));
    if (code == CLI_OK && cli_pin_source_given(&source)) {
        code = cli_pin_read(&source, &pin);
        d.pin = pin.len ? &pin : NULL;
    }
    if (code == CLI_OK)
        code = examine(c, &d);
    else if (c->value[OPT_NAGIOS])
        code = 3; /* UNKNOWN */
    gost_wipe(&pin, sizeof(pin));
    return code;
}

static const cli_option options[] = {
    {OPT_DAYS, 0, "days", "N", N_("warn of what expires in N days (30)")},
    {OPT_CA, 0, "ca", "FILE", N_("check that certificates lead to one of those in FILE (PEM)")},
    {OPT_DIR, 0, "dir", "DIR", N_("look at the tokens in DIR, not at one's own")},
    {OPT_MIN_FREE, 0, "min-free", "N", N_("warn of less than N MiB on the store's disk (16)")},
    {OPT_NAGIOS, 0, "nagios", NULL,
     N_("one line and the exit codes 0, 1, 2, 3 of monitoring plug-ins")},
    {0},
};

static const cli_rule rules[] = {
    {OPT_DAYS, CLI_ONLY_WITH, "|pins|certificates"},
    {OPT_CA, CLI_ONLY_WITH, "|certificates"},
    {OPT_MIN_FREE, CLI_ONLY_WITH, "|space"},
    {0},
};

const cli_command cli_doctor = {
    .name = "doctor",
    .operands = "[CHECK...]",
    .max_operands = 100,
    .summary = N_("Looks for what is wrong on this machine, with a remedy for each finding"),
    .details = N_(
        "Checks: environment, config, openssl, provider, engines, module, store, space,\n"
        "tokens, pins, certificates, keys, clock; without CHECK all of them. Nothing is changed,\n"
        "and no PIN is asked for: only --pin-file or --pin-fd give one, to see private keys.\n"
        "The exit code is 0 if all is well, 6 for warnings, 1 for errors."),
    .options = options,
    .rules = rules,
    .run = run,
};
