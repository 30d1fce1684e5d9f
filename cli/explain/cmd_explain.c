/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken explain: what an error code means and what to do about it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/explain/explain.h"
#include "cli/json.h"

enum { OPT_LANG = OPT_OWN, OPT_ALL, OPT_MARKDOWN };

/* As gettext chooses, but for a locale that is not installed the variables are believed: the table
 * needs none. */
static int language_of_environment(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *locale = NULL, *list = getenv("LANGUAGE");

    for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !(locale && *locale); i++)
        locale = getenv(names[i]);
    if (!locale || !*locale || !strcmp(locale, "POSIX") || !strcmp(locale, "C"))
        return EXPLAIN_EN;
    if (list && *list)
        locale = list;
    return strncmp(locale, "ru", 2) ? EXPLAIN_EN : EXPLAIN_RU;
}

static int language(const cli *c, int *lang)
{
    const char *given = c->value[OPT_LANG];

    *lang = language_of_environment();
    if (!given)
        return CLI_OK;
    if (strcmp(given, "en") != 0 && strcmp(given, "ru") != 0)
        return cli_fail(CLI_USAGE, _("--lang takes en or ru, not \"%s\""), given);
    *lang = strcmp(given, "ru") ? EXPLAIN_EN : EXPLAIN_RU;
    return CLI_OK;
}

static int print_json(const explain_found *found, int lang)
{
    cJSON *json = cli_json_object(), *codes = cli_json_array();

    cli_json_string(json, "lang", lang == EXPLAIN_RU ? "ru" : "en");
    for (size_t i = 0; i < found->n; i++) {
        const explain_row *r = found->at[i];
        cJSON *code = cli_json_object();

        cli_json_string(code, "name", r->name);
        cli_json_add(code, "number",
                     r->number == EXPLAIN_NO_NUMBER ? cJSON_CreateNull()
                                                    : cJSON_CreateNumber((double)r->number));
        cli_json_string(code, "kind", explain_kind_names[r->kind]);
        cli_json_string(code, "text", r->text);
        cli_json_string(code, "meaning", r->what[lang]);
        cli_json_string(code, "from", r->from[lang]);
        cli_json_string(code, "remedy", r->remedy[lang]);
        cli_json_add(codes, NULL, code);
    }
    cli_json_add(json, "codes", codes);
    return cli_json_print(json);
}

static int print(const cli *c, const explain_found *found, int lang, int in_full)
{
    if (c->value[OPT_JSON])
        return print_json(found, lang);
    if (!in_full) {
        explain_print_list(found, lang);
        return CLI_OK;
    }
    for (size_t i = 0; i < found->n; i++) {
        if (i)
            printf("\n");
        explain_print_one(found->at[i], lang);
    }
    return CLI_OK;
}

static int not_known(const char *query, const explain_found *near)
{
    char *shown = cli_printable(query), *names = cli_strdup("");
    int code;

    for (size_t i = 0; i < near->n; i++) {
        char *more = cli_printf("%s%s%s", names, i ? ", " : "", near->at[i]->name);

        free(names);
        names = more;
    }
    if (near->n)
        code = cli_fail(CLI_NOT_FOUND, _("the code \"%s\" is not known; like it are: %s"), shown,
                        names);
    else
        code = cli_fail(CLI_NOT_FOUND,
                        _("the code \"%s\" is not known; \"gosttoken explain --all\" lists those "
                          "that are"),
                        shown);
    free(names);
    free(shown);
    return code;
}

/* A message may be given without quotes: its words are operands. */
static char *query_of(const cli *c)
{
    char *query = cli_strdup("");

    for (int i = 0; i < c->operands; i++) {
        char *more = cli_printf("%s%s%s", query, i ? " " : "", c->operand[i]);

        free(query);
        query = more;
    }
    return query;
}

static int run(cli *c)
{
    int all = c->value[OPT_ALL] || c->value[OPT_MARKDOWN], lang;
    explain_found found = {0};
    explain_match match;
    char *query;
    int code = language(c, &lang);

    if (code != CLI_OK)
        return code;
    if (all && c->operands)
        return cli_fail(CLI_USAGE, _("--all and --markdown print every code: give no other"));
    if (!all && !c->operands)
        return cli_fail(CLI_USAGE, _("explain needs a code, such as CKR_PIN_INCORRECT or 0xA0, or "
                                     "a message; --all prints every code"));
    if (c->value[OPT_MARKDOWN] && c->value[OPT_JSON])
        return cli_fail(CLI_USAGE, _("--markdown and --json exclude each other"));
    query = query_of(c);
    found.at = cli_alloc(explain_rows_n * sizeof(*found.at));
    if (all)
        explain_all(&found);
    match = all ? EXPLAIN_EXACT : explain_find(query, &found);
    if (c->value[OPT_MARKDOWN])
        explain_print_markdown(&found, lang);
    else if (match == EXPLAIN_NONE)
        code = not_known(query, &found);
    else
        code = print(c, &found, lang, match == EXPLAIN_EXACT || found.n == 1);
    free(found.at);
    free(query);
    return code;
}

static const cli_option options[] = {
    {OPT_LANG, 0, "lang", "LANG", N_("en or ru; default: that of the locale")},
    {OPT_ALL, 0, "all", NULL, N_("print every code that is known")},
    {OPT_MARKDOWN, 0, "markdown", NULL, N_("print them all as a page of documentation")},
    {0},
};

const cli_command cli_explain = {
    .name = "explain",
    .operands = "CODE|NAME|MESSAGE",
    .max_operands = 1000,
    .summary = N_("Says what an error code means and what to do about it"),
    .details =
        N_("Codes of PKCS #11 and of Rutoken, errors of the OpenSSL provider and messages of "
           "the\nRutoken control panel: by name (CKR_PIN_INCORRECT, pin_incorrect), by number "
           "(0xA0,\n160), by a part of the name, or a whole message with one in it."),
    .options = options,
    .run = run,
};
