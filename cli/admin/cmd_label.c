/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken label: gives a token another name. */
#include <stdlib.h>
#include <string.h>
#include "cli/admin/admin.h"
#include "gost/mem.h"

static int check_shared(cli *c, const cli_token *t, const char *label)
{
    cli_token *list;
    size_t n;
    int code = cli_tokens(c, &list, &n);

    for (size_t i = 0; i < n && code == CLI_OK; i++)
        if (list[i].slot != t->slot && list[i].initialized && !strcmp(list[i].label, label))
            code = cli_fail(CLI_FAILURE,
                            _("there is a token \"%s\" already (slot %lu): choose another label, "
                              "or --force to have two of that name"),
                            label, list[i].slot);
    free(list);
    return code;
}

/* Who gives the SO PIN means the SO. */
static int by_so(const cli *c)
{
    return c->value[OPT_SO] || c->value[OPT_SO_PIN_FILE] || c->value[OPT_SO_PIN_FD];
}

static int login(cli *c, const cli_token *t, CK_SESSION_HANDLE session)
{
    cli_facts facts;
    cli_pin pin;
    int code;

    if (!by_so(c))
        return cli_login(c, t, session, NULL);
    code = cli_facts_read(c, t->slot, &facts);
    if (code == CLI_OK)
        code = cli_login_so(c, &facts, session, &pin);
    gost_wipe(&pin, sizeof(pin));
    return code;
}

static int rename_token(cli *c, const cli_token *t, const char *label)
{
    CK_FUNCTION_LIST_EXTENDED *more = gt_p11_extended(c->p11);
    CK_SESSION_HANDLE session;
    CK_RV rv;
    int code;

    if (!more)
        return cli_fail(CLI_FAILURE,
                        _("the token \"%s\" cannot be renamed: its module can only give a label to "
                          "a token that is made anew (\"gosttoken format --label NAME\")"),
                        t->label);
    code = cli_session(c, t, 1, &session);
    if (code != CLI_OK)
        return code;
    code = login(c, t, session);
    if (code == CLI_OK) {
        rv = more->C_EX_SetTokenName(session, (CK_CHAR *)label, (CK_ULONG)strlen(label));
        if (rv != CKR_OK)
            code =
                cli_fail_pin(c, rv, by_so(c) ? CKU_SO : CKU_USER, t->slot, _("rename the token"));
        c->fn->C_Logout(session);
    }
    c->fn->C_CloseSession(session);
    return code;
}

static int run(cli *c)
{
    const char *label = c->operands ? c->operand[0] : NULL;
    cli_token before, after;
    char *old;
    int code;

    if (!label)
        return cli_fail(CLI_USAGE, _("label needs the new name: gosttoken label NAME"));
    code = cli_label_check(label);
    if (code == CLI_OK)
        code = cli_token_choose(c, NULL, &before);
    if (code == CLI_OK && !c->value[OPT_FORCE])
        code = check_shared(c, &before, label);
    if (code == CLI_OK)
        code = rename_token(c, &before, label);
    if (code == CLI_OK)
        code = cli_token_read(c, before.slot, &after);
    if (code != CLI_OK)
        return code;
    if (c->value[OPT_JSON])
        return cli_json_print(cli_json_of_token(&after));
    old = cli_printable(before.label);
    cli_say(c, _("The token \"%s\" is called \"%s\" now; URIs that name it need the new label."),
            old, label);
    free(old);
    return CLI_OK;
}

static const cli_option options[] = {
    {OPT_SO, 0, "so", NULL, N_("log in as the security officer (SO), not as the user")},
    {OPT_SO_PIN_FILE, 0, "so-pin-file", "FILE", N_("take the SO PIN from the first line of FILE")},
    {OPT_SO_PIN_FD, 0, "so-pin-fd", "N", N_("take the SO PIN from file descriptor N")},
    {OPT_FORCE, 0, "force", NULL, N_("even if another token has that label")},
    {0},
};

static const cli_rule rules[] = {
    {OPT_PIN_FILE, CLI_NOT_WITH, "--so|--so-pin-file|--so-pin-fd"},
    {OPT_PIN_FD, CLI_NOT_WITH, "--so|--so-pin-file|--so-pin-fd"},
    {0},
};

const cli_command cli_label = {
    .name = "label",
    .operands = "NAME",
    .max_operands = 1,
    .summary = N_("Gives a token another name"),
    .details = N_("Keys and certificates stay as they are. URIs that name the token by its old\n"
                  "label do not find it any more."),
    .options = options,
    .rules = rules,
    .run = run,
};
