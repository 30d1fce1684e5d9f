/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken list: tokens, or the objects on them with their URIs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/json.h"

enum { SLOT_COLUMNS = 4, SERIAL_COLUMNS = 16, STATE_COLUMNS = 18 };

/* What to do about a token that cannot be worked with as it is. */
static void say_next(const cli_token *list, size_t n)
{
    static const struct {
        const char *state, *text;
    } steps[] = {
        {"no-user-pin",
         N_("the token \"%s\" has no user PIN yet: with the SO PIN \"gosttoken pin set\" sets it")},
        {"user-pin-locked",
         N_("the user PIN of the token \"%s\" is locked: with the SO PIN \"gosttoken pin unlock\" "
            "gives the tries back, and \"gosttoken pin set\" sets a new one")},
        {"user-pin-final-try",
         N_("one try is left for the user PIN of the token \"%s\": with the SO PIN \"gosttoken pin "
            "unlock\" gives the others back")},
    };

    for (size_t i = 0; i < n; i++) {
        const char *state = cli_token_state(&list[i]);
        char *label = cli_printable(list[i].label);

        for (size_t k = 0; k < sizeof(steps) / sizeof(*steps); k++)
            if (!strcmp(steps[k].state, state))
                cli_warn(gettext(steps[k].text), label);
        free(label);
    }
}

static void print_cell(const char *text, int columns)
{
    int has = cli_columns(text);

    printf("%s%*s  ", text, has < columns ? columns - has : 0, "");
}

static void print_row(const char *slot, const char *serial, const char *state, const char *label)
{
    int has = cli_columns(slot);

    printf("%*s%s  ", has < SLOT_COLUMNS ? SLOT_COLUMNS - has : 0, "", slot);
    print_cell(serial, SERIAL_COLUMNS);
    print_cell(state, STATE_COLUMNS);
    puts(label);
}

static int list_tokens(cli *c)
{
    cli_token *list;
    size_t n, shown = 0, used = 0;
    cJSON *json, *array;
    char place[300];
    int code = cli_tokens_named(c, &list, &n);

    if (code != CLI_OK) {
        free(list);
        return code;
    }
    if (c->value[OPT_JSON]) {
        json = cli_json_object();
        array = cli_json_array();
        for (size_t i = 0; i < n; i++)
            cli_json_add(array, NULL, cli_json_of_token(&list[i]));
        cli_json_add(json, "tokens", array);
        free(list);
        return cli_json_print(json);
    }
    for (size_t i = 0; i < n; i++) {
        char *label = cli_printable(list[i].label), *serial = cli_printable(list[i].serial);
        char *slot = cli_printf("%lu", list[i].slot);

        if (!shown++ && !c->value[OPT_QUIET])
            print_row(_("SLOT"), _("SERIAL"), _("STATE"), _("LABEL"));
        print_row(slot, *serial ? serial : "-", cli_token_state_words(&list[i]), label);
        used += list[i].initialized && !list[i].factory;
        free(slot);
        free(serial);
        free(label);
    }
    gt_p11_place(c->p11, place, sizeof(place));
    if (!used && cli_tokens_unreadable(list, n))
        cli_say(c, _("No token can be read%s: \"gosttoken doctor tokens\" says what to do."),
                place);
    else if (!used)
        cli_say(c, _("No token is in use%s; \"gosttoken init --label NAME\" makes one."), place);
    cli_tokens_warn(list, n);
    if (!c->value[OPT_QUIET])
        say_next(list, n);
    free(list);
    return CLI_OK;
}

static void print_object(const cli_object *o)
{
    char *label = cli_printable(o->label);
    int is_key = o->key_type != CK_UNAVAILABLE_INFORMATION;

    printf("%s \"%s\"%s%s%s%s\n  %s\n", gettext(o->cls->words), label, is_key ? ", " : "",
           is_key ? cli_key_type_name(o->key_type) : "", o->paramset ? ", " : "",
           o->paramset ? o->paramset->name : "", o->uri);
    free(label);
}

/* Lists one token's objects: to the array, or as text. */
static int list_one(cli *c, const cli_token *t, int login, P11KitUri *uri, cJSON *array,
                    size_t *shown)
{
    CK_SESSION_HANDLE session;
    cli_objects found = {0};
    int code = cli_session(c, t, 0, &session);

    if (code != CLI_OK)
        return code;
    if (login)
        code = cli_login(c, t, session, uri);
    if (code == CLI_OK)
        code = cli_objects_find(c, session, t, NULL, 0, &found);
    for (size_t i = 0; i < found.n; i++) {
        if (array)
            cli_json_add(array, NULL, cli_json_of_object(t, &found.at[i]));
        else
            print_object(&found.at[i]);
    }
    *shown += found.n;
    cli_objects_free(&found);
    c->fn->C_CloseSession(session);
    return code;
}

/* The tokens whose objects are listed: the one chosen, or all that are in use. */
static int tokens_in_use(cli *c, cli_token **list, size_t *n)
{
    size_t used = 0, unreadable;
    char place[300];
    int code;

    if (c->value[OPT_TOKEN]) {
        *list = cli_alloc(sizeof(**list));
        *n = 1;
        return cli_token_choose(c, NULL, *list);
    }
    code = cli_tokens(c, list, n);
    if (code == CLI_OK)
        cli_tokens_warn(*list, *n);
    unreadable = cli_tokens_unreadable(*list, *n);
    for (size_t i = 0; code == CLI_OK && i < *n; i++)
        if ((*list)[i].initialized && !(*list)[i].factory)
            (*list)[used++] = (*list)[i];
    *n = used;
    if (code == CLI_OK && used == 0) {
        gt_p11_place(c->p11, place, sizeof(place));
        code = unreadable
                   ? cli_fail(CLI_NOT_FOUND,
                              _("there is no token that can be read%s: \"gosttoken doctor tokens\" "
                                "says what to do"),
                              place)
                   : cli_fail(CLI_NOT_FOUND,
                              _("there is no token%s; \"gosttoken init --label NAME\" makes one"),
                              place);
    }
    return code;
}

static int list_objects(cli *c)
{
    P11KitUri *uri = NULL; /* of --token, for a PIN source it may name */
    cJSON *json = NULL, *array = NULL;
    cli_token *list = NULL;
    size_t n = 0, shown = 0;
    int code = CLI_OK, login;

    if (c->value[OPT_TOKEN] && gt_is_uri(c->value[OPT_TOKEN]))
        code = cli_uri_parse(c->value[OPT_TOKEN], &uri);
    if (code == CLI_OK)
        code = tokens_in_use(c, &list, &n);
    if (code != CLI_OK)
        goto end;

    /* One PIN is never tried on several tokens. */
    login = c->value[OPT_LOGIN] || cli_login_has_source(c, uri);
    if (login && n > 1 && (c->value[OPT_LOGIN] || c->value[OPT_PIN_FILE] || c->value[OPT_PIN_FD])) {
        code = cli_fail(CLI_NOT_FOUND,
                        _("there are %zu tokens: name the one to log in to by --token"), n);
        goto end;
    }
    login = login && n == 1;

    if (c->value[OPT_JSON]) {
        json = cli_json_object();
        array = cli_json_array();
        cli_json_bool(json, "login", login);
        cli_json_add(json, "objects", array);
    }
    for (size_t i = 0; i < n && code == CLI_OK; i++)
        code = list_one(c, &list[i], login, uri, array, &shown);
    if (code != CLI_OK)
        goto end;
    if (json) {
        code = cli_json_print(json);
        json = NULL;
        goto end;
    }
    if (!shown && login)
        cli_say(c, _("There is nothing on the token."));
    if (!login && !c->value[OPT_QUIET])
        fprintf(stderr, "gosttoken: %s\n",
                _("only what is public is shown; --login shows private keys too"));
end:
    cJSON_Delete(json);
    free(list);
    if (uri)
        p11_kit_uri_free(uri);
    return code;
}

static int run(cli *c)
{
    const char *what = c->operands ? c->operand[0] : "tokens";

    if (!strcmp(what, "tokens"))
        return list_tokens(c);
    if (!strcmp(what, "objects"))
        return list_objects(c);
    return cli_fail(CLI_USAGE, _("list shows \"tokens\" or \"objects\", not \"%s\""), what);
}

static const cli_option options[] = {
    {OPT_LOGIN, 0, "login", NULL, N_("ask for the PIN, to show private keys too")},
    {0},
};

static const cli_rule rules[] = {
    {OPT_LOGIN, CLI_ONLY_WITH, "objects"},
    {0},
};

const cli_command cli_list = {
    .name = "list",
    .operands = "[tokens|objects]",
    .max_operands = 1,
    .summary = N_("Lists the tokens, or the objects on them with their URIs"),
    .details =
        N_("Objects: private keys are shown after a login, which takes place when a PIN is given\n"
           "by an option or the environment, or with --login. With --token only that token, or\n"
           "what is on it, is shown."),
    .options = options,
    .rules = rules,
    .run = run,
};
