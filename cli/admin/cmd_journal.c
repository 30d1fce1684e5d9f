/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken journal: what happened to a token, and whether that record of it is whole. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cli/admin/admin.h"

/* ---- the journal's text --------------------------------------------------------------------- */

static int no_journal(const cli_token *t)
{
    return cli_fail(CLI_FAILURE,
                    _("the module of the token \"%s\" has no journal that this program can read; "
                      "the module of gosttoken keeps one"),
                    t->label);
}

/* It may grow between the two calls. */
static int fetch(cli *c, const cli_token *t, char **text)
{
    CK_FUNCTION_LIST_EXTENDED *more = gt_p11_extended(c->p11);
    gosttoken_details own;
    CK_ULONG size = 0;
    CK_BYTE *bytes = NULL;
    CK_RV rv;

    *text = NULL;
    /* The journals of other makers' tokens are something else. */
    if (!more || gt_p11_details(c->p11, t->slot, &own) == CKR_FUNCTION_NOT_SUPPORTED)
        return no_journal(t);
    rv = more->C_EX_GetJournal(t->slot, NULL, &size);
    for (int i = 0; rv == CKR_OK && i < 10; i++) {
        free(bytes);
        size += 4096;
        bytes = cli_alloc(size + 1);
        rv = more->C_EX_GetJournal(t->slot, bytes, &size);
        if (rv == CKR_OK)
            break;
        if (rv == CKR_BUFFER_TOO_SMALL)
            rv = CKR_OK;
    }
    if (rv != CKR_OK || !bytes) {
        free(bytes);
        return cli_fail_rv(c, rv, _("read the journal of the token \"%s\""), t->label);
    }
    *text = cli_utf8(bytes, size); /* it is written as UTF-8, and may be damaged */
    free(bytes);
    return CLI_OK;
}

/* ---- --since -------------------------------------------------------------------------------- */

/*
 * A date, or a date and a time ("2026-11-22T03:10:00Z"): UTC with a Z at the end, else local time.
 * *out is what the journal's own times, which are UTC, can be compared with as text.
 */
static int read_since(const char *text, char out[24])
{
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
                                        "%Y-%m-%d %H:%M", "%Y-%m-%d"};
    size_t len = strlen(text);
    int utc = len && text[len - 1] == 'Z';
    char *copy = cli_strdup(text);
    const char *rest = NULL;
    char *made = NULL;
    struct tm tm;
    time_t at;

    if (utc)
        copy[len - 1] = 0;
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms) && !(rest && !*rest); i++) {
        memset(&tm, 0, sizeof(tm));
        rest = strptime(copy, forms[i], &tm);
    }
    if (rest && !*rest) {
        tm.tm_isdst = -1;
        at = utc ? timegm(&tm) : mktime(&tm);
        if (at >= 0)
            made = cli_time((uint64_t)at);
    }
    free(copy);
    if (!made || strlen(made) >= 24) {
        free(made);
        return cli_fail(CLI_USAGE,
                        _("--since takes a date or a time such as 2026-11-22 or "
                          "2026-11-22T03:10:00Z, not \"%s\""),
                        text);
    }
    memcpy(out, made, strlen(made) + 1);
    free(made);
    return CLI_OK;
}

/* ---- show ----------------------------------------------------------------------------------- */

static const char *string_of(const cJSON *json, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, key);

    return cJSON_IsString(value) ? value->valuestring : "";
}

/* What belongs to the event: "user=user" and the like. */
static void print_more(const cJSON *record)
{
    static const char *const apart[] = {"seq", "time", "pid", "event", "hash"};
    const cJSON *item;

    cJSON_ArrayForEach(item, record)
    {
        char *text, *shown, *key;
        int skip = 0;

        for (size_t i = 0; i < sizeof(apart) / sizeof(*apart); i++)
            skip |= !strcmp(item->string, apart[i]);
        if (skip)
            continue;
        text = cJSON_IsString(item) ? cli_strdup(item->valuestring) : cJSON_PrintUnformatted(item);
        shown = cli_printable(text ? text : "");
        key = cli_printable(item->string);
        printf(" %s=%s", key, shown);
        free(key);
        free(shown);
        free(text);
    }
}

static void print_record(const cJSON *record)
{
    const cJSON *seq = cJSON_GetObjectItemCaseSensitive(record, "seq");
    const cJSON *pid = cJSON_GetObjectItemCaseSensitive(record, "pid");
    char *event = cli_printable(string_of(record, "event"));
    char *when = cli_printable(string_of(record, "time"));

    printf("%6.0f  %s  %-14s  pid=%.0f", cJSON_IsNumber(seq) ? seq->valuedouble : 0, when, event,
           cJSON_IsNumber(pid) ? pid->valuedouble : 0);
    print_more(record);
    putchar('\n');
    free(when);
    free(event);
}

/* The lines of the text as JSON: the first is about the journal, the others are its records. */
static int parse(const cli_token *t, char *text, const char *since, cJSON **head, cJSON *records)
{
    char *at = NULL;
    unsigned long number = 0;

    for (char *line = strtok_r(text, "\n", &at); line; line = strtok_r(NULL, "\n", &at)) {
        cJSON *json = cJSON_Parse(line);

        number++;
        if (!cJSON_IsObject(json)) {
            cJSON_Delete(json);
            return cli_fail(CLI_FAILURE,
                            _("line %lu of the journal of the token \"%s\" is not JSON: see "
                              "\"gosttoken journal verify\""),
                            number, t->label);
        }
        if (!*head)
            *head = json;
        else if (strcmp(string_of(json, "time"), since) < 0)
            cJSON_Delete(json);
        else
            cli_json_add(records, NULL, json);
    }
    return CLI_OK;
}

static int show(cli *c)
{
    cJSON *head = NULL, *records = cli_json_array();
    char *text = NULL, since[24] = "";
    const cJSON *record;
    cli_token token;
    int code = c->value[OPT_SINCE] ? read_since(c->value[OPT_SINCE], since) : CLI_OK;

    if (code == CLI_OK)
        code = cli_token_choose(c, NULL, &token);
    if (code == CLI_OK)
        code = fetch(c, &token, &text);
    if (code == CLI_OK)
        code = parse(&token, text, since, &head, records);
    free(text);
    if (code == CLI_OK && c->value[OPT_JSON]) {
        if (!head)
            head = cli_json_object(); /* a factory token: nothing has happened to it */
        cli_json_string(head, "token", token.label);
        cli_json_add(head, "records", records);
        return cli_json_print(head);
    }
    if (code == CLI_OK) {
        cJSON_ArrayForEach(record, records)
        {
            print_record(record);
        }
        if (!cJSON_GetArraySize(records))
            cli_say(c, *since ? _("Nothing has been recorded since then.")
                              : _("Nothing has been recorded."));
    }
    cJSON_Delete(records);
    cJSON_Delete(head);
    return code;
}

/* ---- verify --------------------------------------------------------------------------------- */

static int judge(const cli_token *t, const gosttoken_journal_state *j)
{
    if (j->broken)
        return cli_fail(CLI_FAILURE,
                        _("the journal of the token \"%s\" was altered: record %lu is the first "
                          "that does not fit; what stands before it is as it was written"),
                        t->label, j->broken);
    if (j->altered && j->checked)
        return cli_fail(CLI_FAILURE,
                        _("the journal of the token \"%s\" was altered: its records fit each "
                          "other, but they are not those that the token's key vouches for, or the "
                          "journal says itself that it was altered once (\"gosttoken journal "
                          "show\": journal-altered)"),
                        t->label);
    if (j->altered)
        return cli_fail(CLI_FAILURE,
                        _("the journal of the token \"%s\" says itself that it was altered once "
                          "(\"gosttoken journal show\": journal-altered)"),
                        t->label);
    return CLI_OK;
}

static int print_verdict(cli *c, const cli_token *t, const gosttoken_journal_state *j)
{
    cJSON *json;

    if (c->value[OPT_JSON]) {
        json = cli_json_object();
        cli_json_string(json, "token", t->label);
        cli_json_ulong(json, "first", j->first);
        cli_json_ulong(json, "last", j->last);
        cli_json_ulong(json, "anchored", j->anchored);
        cli_json_bool(json, "checked", j->checked != 0);
        cli_json_bool(json, "altered", j->altered != 0);
        return cli_json_print(json);
    }
    if (j->last < j->first) {
        cli_say(c, _("The journal of the token \"%s\" has no records."), t->label);
        return CLI_OK;
    }
    cli_say(c, _("The journal of the token \"%s\" is whole: records %lu to %lu."), t->label,
            j->first, j->last);
    if (j->checked && j->anchored < j->last)
        cli_say(c, _("Up to record %lu it was checked against the token's key."), j->anchored);
    else if (j->checked)
        cli_say(c, _("It was checked against the token's key."));
    else
        cli_say(c, _("Only its chain was checked: with the user PIN (--login) it is checked "
                     "against the token's key too."));
    return CLI_OK;
}

static int verify(cli *c)
{
    gosttoken_journal_state j;
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    cli_token token;
    CK_RV rv;
    int code = cli_token_choose(c, NULL, &token);

    if (code != CLI_OK)
        return code;
    /* Before the login, which writes a record and says when it finds the journal altered. */
    rv = gt_p11_verify_journal(c->p11, token.slot, &j);
    if (rv == CKR_FUNCTION_NOT_SUPPORTED)
        return no_journal(&token);
    if (rv == CKR_OK && !j.altered &&
        (c->value[OPT_LOGIN] || c->value[OPT_PIN_FILE] || c->value[OPT_PIN_FD])) {
        code = cli_session(c, &token, 0, &session);
        if (code == CLI_OK)
            code = cli_login(c, &token, session, NULL);
        if (code == CLI_OK)
            rv = gt_p11_verify_journal(c->p11, token.slot, &j);
    }
    if (code == CLI_OK && rv != CKR_OK)
        code = cli_fail_rv(c, rv, _("read the journal of the token \"%s\""), token.label);
    if (session != CK_INVALID_HANDLE)
        c->fn->C_CloseSession(session);
    if (code == CLI_OK)
        code = judge(&token, &j);
    return code == CLI_OK ? print_verdict(c, &token, &j) : code;
}

/* --------------------------------------------------------------------------------------------- */

static int run(cli *c)
{
    const char *verb = c->operands ? c->operand[0] : "";

    if (!strcmp(verb, "show"))
        return show(c);
    if (!strcmp(verb, "verify"))
        return verify(c);
    return cli_fail(CLI_USAGE, _("journal needs show or verify: see \"gosttoken journal --help\""));
}

static const cli_option options[] = {
    {OPT_SINCE, 0, "since", "TIME", N_("show: from this day or time on (ISO 8601)")},
    {OPT_LOGIN, 0, "login", NULL, N_("verify: ask for the PIN, to check it against the key")},
    {0},
};

static const cli_rule rules[] = {
    {OPT_SINCE, CLI_ONLY_WITH, "show"},
    {OPT_LOGIN, CLI_ONLY_WITH, "verify"},
    {0},
};

const cli_command cli_journal = {
    .name = "journal",
    .operands = "show|verify",
    .max_operands = 1,
    .summary = N_("Shows what happened to a token, or checks that record of it"),
    .details = N_(
        "show: logins, wrong PINs, changes of PINs, formats, keys made and destroyed, uses of\n"
        "keys that are watched; the newest comes last. verify: each record is chained to the\n"
        "one before by a hash, and with a PIN (--login, --pin-file, --pin-fd) the chain is also\n"
        "checked against the token's key. The exit code is 1 if something was altered."),
    .options = options,
    .rules = rules,
    .run = run,
};
