/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken pin: changes, sets and unlocks PINs; pin policy is in pin_policy.c. */
#include <string.h>
#include "cli/admin/admin.h"
#include "cli/admin/pin_policy.h"
#include "gost/mem.h"

/* The token, what is known of it, and a session that may write. */
typedef struct work {
    cli_facts facts;
    CK_SESSION_HANDLE session;
} work;

static int begin(cli *c, work *w)
{
    cli_token token;
    int code = cli_token_choose(c, NULL, &token);

    w->session = CK_INVALID_HANDLE;
    if (code == CLI_OK)
        code = cli_facts_read(c, token.slot, &w->facts);
    if (code == CLI_OK)
        code = cli_session(c, &w->facts.token, 1, &w->session);
    return code;
}

static int end(cli *c, work *w, int code, const char *done, const char *event)
{
    cli_token after;
    cJSON *json;

    if (w->session != CK_INVALID_HANDLE)
        c->fn->C_CloseSession(w->session);
    if (code != CLI_OK)
        return code;
    if (c->value[OPT_JSON]) {
        code = cli_token_read(c, w->facts.token.slot, &after);
        if (code != CLI_OK)
            return code;
        json = cli_json_of_token(&after);
        cli_json_string(json, "done", event);
        return cli_json_print(json);
    }
    cli_say(c, done, w->facts.token.label);
    return CLI_OK;
}

/* ---- change --------------------------------------------------------------------------------- */

static int set_pin(cli *c, const work *w, CK_USER_TYPE user, const cli_pin *old, const cli_pin *pin)
{
    CK_RV rv;

    rv = c->fn->C_SetPIN(w->session, old->len ? (CK_UTF8CHAR *)old->text : NULL, (CK_ULONG)old->len,
                         pin->len ? (CK_UTF8CHAR *)pin->text : NULL, (CK_ULONG)pin->len);
    if (rv == CKR_OK)
        return CLI_OK;
    return cli_fail_pin(c, rv, user, w->facts.token.slot,
                        user == CKU_SO ? _("change the SO PIN") : _("change the user PIN"));
}

/* Who has no say over the user PIN is told before a PIN is asked for. */
static int may_change(const work *w)
{
    unsigned long changers = w->facts.changers;

    if (!changers || changers & GOSTTOKEN_CHANGER_USER)
        return CLI_OK;
    return cli_fail(CLI_PIN,
                    _("only the security officer (SO) may change the user PIN of the token \"%s\": "
                      "\"gosttoken pin set\""),
                    w->facts.token.label);
}

static int change(cli *c)
{
    CK_USER_TYPE user = c->value[OPT_SO] ? CKU_SO : CKU_USER;
    cli_pin_source source = cli_new_pin_source(c, CKU_USER);
    cli_pin old = {0}, pin = {0};
    work w;
    int pad, code = begin(c, &w);

    if (code == CLI_OK && user == CKU_USER)
        code = may_change(&w);
    pad = code == CLI_OK && w.facts.token.info.flags & CKF_PROTECTED_AUTHENTICATION_PATH;
    /* In a session without a login it is the user PIN that C_SetPIN changes. */
    if (code == CLI_OK && user == CKU_SO)
        code = cli_login_so(c, &w.facts, w.session, &old);
    else if (code == CLI_OK)
        code = cli_present_pin(c, user, &w.facts, &old);
    if (code == CLI_OK && !pad)
        code = cli_new_pin(&source, user, &w.facts, &pin);
    if (code == CLI_OK && !pad && pin.len == old.len && gost_equal(pin.text, old.text, pin.len))
        code = cli_fail(CLI_PIN, _("the new PIN is the present one: nothing was changed"));
    if (code == CLI_OK)
        code = set_pin(c, &w, user, &old, &pin);
    gost_wipe(&old, sizeof(old));
    gost_wipe(&pin, sizeof(pin));
    return end(c, &w, code,
               user == CKU_SO ? _("The SO PIN of the token \"%s\" is changed.")
                              : _("The user PIN of the token \"%s\" is changed."),
               "change");
}

/* ---- set ------------------------------------------------------------------------------------ */

static int refused_so(const work *w)
{
    return cli_fail(CLI_PIN,
                    _("only the user may change the user PIN of the token \"%s\"; \"gosttoken pin "
                      "unlock\" gives the tries back to one that is locked"),
                    w->facts.token.label);
}

static int may_set(const work *w)
{
    unsigned long changers = w->facts.changers;

    /* One that was never set the SO may always set. */
    return !changers || changers & GOSTTOKEN_CHANGER_SO || !w->facts.user.set ? CLI_OK
                                                                              : refused_so(w);
}

static int must_change(cli *c, const work *w)
{
    CK_FUNCTION_LIST_EXTENDED *more = gt_p11_extended(c->p11);
    CK_USER_TYPE user = CKU_USER;
    CK_RV rv;

    rv = more ? more->C_EX_TokenManage(w->session, MODE_FORCE_USER_TO_CHANGE_PIN, &user)
              : CKR_FUNCTION_NOT_SUPPORTED;
    return rv == CKR_OK ? CLI_OK
                        : cli_fail_pin(c, rv, CKU_SO, w->facts.token.slot,
                                       _("make the user change the PIN, which is set"));
}

static int can_force(cli *c, const work *w)
{
    if (!c->value[OPT_MUST_CHANGE])
        return CLI_OK;
    if (!gt_p11_extended(c->p11))
        return cli_fail(CLI_FAILURE, _("the module of the token \"%s\" knows no --must-change"),
                        w->facts.token.label);
    if (w->facts.changers && !(w->facts.changers & GOSTTOKEN_CHANGER_USER))
        return cli_fail(CLI_FAILURE,
                        _("--must-change makes no sense: the user of the token \"%s\" may not "
                          "change the PIN"),
                        w->facts.token.label);
    return CLI_OK;
}

static int set(cli *c)
{
    cli_pin_source source = cli_new_pin_source(c, CKU_USER);
    cli_pin so = {0}, pin = {0};
    work w;
    CK_RV rv;
    int pad, code = begin(c, &w);

    if (code == CLI_OK)
        code = may_set(&w);
    if (code == CLI_OK)
        code = can_force(c, &w);
    pad = code == CLI_OK && w.facts.token.info.flags & CKF_PROTECTED_AUTHENTICATION_PATH;
    if (code == CLI_OK)
        code = cli_login_so(c, &w.facts, w.session, &so);
    gost_wipe(&so, sizeof(so));
    if (code == CLI_OK && !pad)
        code = cli_new_pin(&source, CKU_USER, &w.facts, &pin);
    if (code == CLI_OK) {
        rv = c->fn->C_InitPIN(w.session, pin.len ? (CK_UTF8CHAR *)pin.text : NULL,
                              (CK_ULONG)pin.len);
        if (rv == CKR_USER_NOT_LOGGED_IN && w.facts.has_extended)
            code = refused_so(&w);
        else if (rv != CKR_OK)
            /* An expired PIN is the SO's own, all else is about the user's. */
            code = cli_fail_pin(c, rv, rv == CKR_PIN_EXPIRED ? CKU_SO : CKU_USER,
                                w.facts.token.slot, _("set the user PIN"));
    }
    gost_wipe(&pin, sizeof(pin));
    if (code == CLI_OK && c->value[OPT_MUST_CHANGE])
        code = must_change(c, &w);
    return end(c, &w, code, _("The user PIN of the token \"%s\" is set."), "set");
}

/* ---- unlock --------------------------------------------------------------------------------- */

static int unlock(cli *c)
{
    CK_FUNCTION_LIST_EXTENDED *more;
    cli_pin so = {0};
    work w;
    CK_RV rv;
    int code = begin(c, &w);

    more = code == CLI_OK ? gt_p11_extended(c->p11) : NULL;
    if (code == CLI_OK && !more)
        code = cli_fail(CLI_FAILURE,
                        _("the module of the token \"%s\" cannot give tries back to a PIN: with "
                          "the SO PIN \"gosttoken pin set\" sets a new one"),
                        w.facts.token.label);
    if (code == CLI_OK && !w.facts.user.set)
        code = cli_fail(CLI_PIN,
                        _("the token \"%s\" has no user PIN yet: with the SO PIN \"gosttoken pin "
                          "set\" sets it"),
                        w.facts.token.label);
    if (code == CLI_OK)
        code = cli_login_so(c, &w.facts, w.session, &so);
    gost_wipe(&so, sizeof(so));
    if (code == CLI_OK) {
        rv = more->C_EX_UnblockUserPIN(w.session);
        if (rv != CKR_OK)
            code = cli_fail_pin(c, rv, CKU_SO, w.facts.token.slot, _("unlock the user PIN"));
    }
    return end(c, &w, code,
               _("The user PIN of the token \"%s\" has all its tries again; the PIN itself is as "
                 "it was."),
               "unlock");
}

/* --------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int (*run)(cli *c);
} verbs[] = {{"change", change}, {"set", set}, {"unlock", unlock}, {"policy", cli_pin_policy}};

static int run(cli *c)
{
    const char *verb = c->operands ? c->operand[0] : "";

    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
        if (!strcmp(verb, verbs[i].name))
            return verbs[i].run(c);
    return cli_fail(CLI_USAGE, _("pin needs one of change, set, unlock and policy: see \"gosttoken "
                                 "pin --help\""));
}

static const cli_option options[] = {
    {OPT_SO, 0, "so", NULL, N_("change: the SO PIN, not the user's")},
    {OPT_NEW_PIN_FILE, 0, "new-pin-file", "FILE",
     N_("change, set: take the new PIN from the first line of FILE")},
    {OPT_NEW_PIN_FD, 0, "new-pin-fd", "N",
     N_("change, set: take the new PIN from file descriptor N")},
    {OPT_SO_PIN_FILE, 0, "so-pin-file", "FILE", N_("take the SO PIN from the first line of FILE")},
    {OPT_SO_PIN_FD, 0, "so-pin-fd", "N", N_("take the SO PIN from file descriptor N")},
    {OPT_MUST_CHANGE, 0, "must-change", NULL, N_("set: the user has to change it before use")},
    {0},
};

static const cli_rule rules[] = {
    {OPT_MUST_CHANGE, CLI_ONLY_WITH, "set"},
    {OPT_NEW_PIN_FILE, CLI_ONLY_WITH, "change|set"},
    {OPT_NEW_PIN_FD, CLI_ONLY_WITH, "change|set"},
    {OPT_SO, CLI_ONLY_WITH, "change"},
    {OPT_SO_PIN_FILE, CLI_ONLY_WITH, "set|unlock|--so"},
    {OPT_SO_PIN_FD, CLI_ONLY_WITH, "set|unlock|--so"},
    {OPT_PIN_FILE, CLI_ONLY_WITH, "change"},
    {OPT_PIN_FD, CLI_ONLY_WITH, "change"},
    {OPT_PIN_FILE, CLI_NOT_WITH, "--so"},
    {OPT_PIN_FD, CLI_NOT_WITH, "--so"},
    {0},
};

const cli_command cli_pin_command = {
    .name = "pin",
    .operands = "change|set|unlock|policy",
    .max_operands = 1,
    .summary = N_("Changes, sets and unlocks PINs, and shows the policy for them"),
    .details =
        N_("change: the user changes the user PIN, or with --so the security officer (SO) that\n"
           "of the SO. set: the SO sets a user PIN that is lost, locked or not there yet. unlock:\n"
           "the SO gives back the tries of a locked user PIN. policy: the rules for new PINs, how\n"
           "the present ones stand, and who may change what. PINs that no option gives are asked\n"
           "for on the terminal, new ones twice."),
    .options = options,
    .rules = rules,
    .run = run,
};
