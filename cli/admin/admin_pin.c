/* SPDX-License-Identifier: Apache-2.0 */
/* PINs for the commands that set them: asking, logging in as the SO, and saying what was wrong. See
 * cli/admin.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/admin/admin.h"
#include "gost/mem.h"

/* ---- new PINs ------------------------------------------------------------------------------- */

cli_pin_source cli_new_pin_source(const cli *c, CK_USER_TYPE user)
{
    cli_pin_source s = {NULL, NULL, NULL};

    s.file = c->value[user == CKU_SO ? OPT_NEW_SO_PIN_FILE : OPT_NEW_PIN_FILE];
    s.fd = c->value[user == CKU_SO ? OPT_NEW_SO_PIN_FD : OPT_NEW_PIN_FD];
    return s;
}

static int check_length(CK_USER_TYPE user, const cli_facts *f, size_t len)
{
    const cli_pin_facts *p = user == CKU_SO ? &f->so : &f->user;

    if (len >= p->min && (!p->max || len <= p->max))
        return CLI_OK;
    return user == CKU_SO
               ? cli_fail(CLI_PIN, _("the new SO PIN has %zu bytes; this token takes %lu to %lu"),
                          len, p->min, p->max)
               : cli_fail(CLI_PIN, _("the new user PIN has %zu bytes; this token takes %lu to %lu"),
                          len, p->min, p->max);
}

int cli_new_pin(const cli_pin_source *source, CK_USER_TYPE user, const cli_facts *f, cli_pin *pin)
{
    int code;

    if (source->file && source->fd)
        return user == CKU_SO
                   ? cli_fail(CLI_USAGE,
                              _("--new-so-pin-file and --new-so-pin-fd exclude each other"))
                   : cli_fail(CLI_USAGE, _("--new-pin-file and --new-pin-fd exclude each other"));
    if (cli_pin_source_given(source))
        code = cli_pin_read(source, pin);
    else if (user == CKU_SO)
        code = cli_pin_ask_twice(_("New SO PIN: "), _("Repeat the SO PIN: "),
                                 _("give the new SO PIN by --new-so-pin-file or --new-so-pin-fd"),
                                 pin);
    else
        code = cli_pin_ask_twice(_("New user PIN: "), _("Repeat the user PIN: "),
                                 _("give the new user PIN by --new-pin-file or --new-pin-fd"), pin);
    return code == CLI_OK ? check_length(user, f, pin->len) : code;
}

/* ---- present PINs --------------------------------------------------------------------------- */

static int fail_locked(const cli_facts *f, CK_USER_TYPE user)
{
    const char *label = f->token.label;

    if (user == CKU_SO)
        return cli_fail(CLI_PIN,
                        _("the SO PIN of the token \"%s\" is locked for good; the user's keys stay "
                          "usable with the user PIN, and \"gosttoken format --repair --force\" "
                          "makes the token anew without them (CKR_PIN_LOCKED)"),
                        label);
    if (f->has_extended)
        return cli_fail(CLI_PIN,
                        _("the user PIN of the token \"%s\" is locked after too many wrong ones; "
                          "with the SO PIN \"gosttoken pin unlock\" gives the tries back, and "
                          "\"gosttoken pin set\" sets a new PIN (CKR_PIN_LOCKED)"),
                        label);
    return cli_fail(CLI_PIN,
                    _("the user PIN of the token \"%s\" is locked after too many wrong ones; with "
                      "the SO PIN \"gosttoken pin set\" sets a new one (CKR_PIN_LOCKED)"),
                    label);
}

static int refuse_final_try(const cli_facts *f, CK_USER_TYPE user)
{
    const char *label = f->token.label;

    return user == CKU_SO
               ? cli_fail(CLI_PIN,
                          _("one try is left for the SO PIN of the token \"%s\": it is not risked "
                            "on a PIN that nobody typed; run this on a terminal without a PIN "
                            "option"),
                          label)
               : cli_fail(CLI_PIN,
                          _("one try is left for the user PIN of the token \"%s\": it is not "
                            "risked on a PIN that nobody typed; run this on a terminal without a "
                            "PIN option"),
                          label);
}

static int ask_present(const cli_facts *f, CK_USER_TYPE user, int final_try, cli_pin *pin)
{
    char *label = cli_printable(f->token.label);
    char *prompt = cli_printf(user == CKU_SO ? _("Present SO PIN of the token \"%s\": ")
                                             : _("Present user PIN of the token \"%s\": "),
                              label);
    int code;

    if (final_try)
        cli_warn(_("one try is left: a wrong PIN locks it"));
    code = cli_pin_ask(prompt,
                       user == CKU_SO
                           ? _("give the SO PIN by --so-pin-file or --so-pin-fd")
                           : _("give the user PIN by --pin-file or --pin-fd, or set GOSTTOKEN_PIN"),
                       pin);
    free(prompt);
    free(label);
    return code;
}

int cli_present_pin(cli *c, CK_USER_TYPE user, const cli_facts *f, cli_pin *pin)
{
    cli_pin_source source = user == CKU_SO ? cli_so_pin_source(c) : cli_user_pin_source(c);
    const cli_pin_facts *p = user == CKU_SO ? &f->so : &f->user;

    memset(pin, 0, sizeof(*pin));
    if (user == CKU_SO && source.file && source.fd)
        return cli_fail(CLI_USAGE, _("--so-pin-file and --so-pin-fd exclude each other"));
    if (!p->set && user == CKU_USER)
        return cli_fail(CLI_PIN,
                        _("the token \"%s\" has no user PIN yet: with the SO PIN \"gosttoken pin "
                          "set\" sets it (CKR_USER_PIN_NOT_INITIALIZED)"),
                        f->token.label);
    if (p->locked)
        return fail_locked(f, user);
    if (f->token.info.flags & CKF_PROTECTED_AUTHENTICATION_PATH)
        return CLI_OK;
    if (!cli_pin_source_given(&source))
        return ask_present(f, user, p->final_try, pin);
    if (p->final_try)
        return refuse_final_try(f, user);
    return cli_pin_read(&source, pin);
}

int cli_login_so(cli *c, const cli_facts *f, CK_SESSION_HANDLE session, cli_pin *pin)
{
    CK_RV rv;
    int code = cli_present_pin(c, CKU_SO, f, pin);

    if (code != CLI_OK)
        return code;
    rv = c->fn->C_Login(session, CKU_SO, pin->len ? (CK_UTF8CHAR *)pin->text : NULL,
                        (CK_ULONG)pin->len);
    if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
        return CLI_OK;
    return cli_fail_pin(c, rv, CKU_SO, f->token.slot, _("log in as the security officer (SO)"));
}

/* ---- what was wrong ------------------------------------------------------------------------- */

static int fail_wrong(cli *c, CK_USER_TYPE user, CK_SLOT_ID slot)
{
    const cli_pin_facts *p;
    const char *label;
    cli_facts f;

    if (cli_facts_read(c, slot, &f) != CLI_OK)
        return CLI_PIN;
    p = user == CKU_SO ? &f.so : &f.user;
    label = f.token.label;
    if ((p->locked || (p->tries && !p->left)) && user == CKU_SO)
        return cli_fail(CLI_PIN,
                        _("the SO PIN of the token \"%s\" is wrong, and is locked now for good "
                          "(CKR_PIN_INCORRECT)"),
                        label);
    if (p->locked || (p->tries && !p->left))
        return cli_fail(
            CLI_PIN,
            _("the user PIN of the token \"%s\" is wrong, and is locked now; with the "
              "SO PIN \"gosttoken pin unlock\" or \"gosttoken pin set\" makes it usable "
              "again (CKR_PIN_INCORRECT)"),
            label);
    if (p->tries && user == CKU_SO)
        return cli_fail(CLI_PIN,
                        ngettext("the SO PIN of the token \"%s\" is wrong; %lu try is left "
                                 "(CKR_PIN_INCORRECT)",
                                 "the SO PIN of the token \"%s\" is wrong; %lu tries are left "
                                 "(CKR_PIN_INCORRECT)",
                                 p->left),
                        label, p->left);
    if (p->tries)
        return cli_fail(CLI_PIN,
                        ngettext("the user PIN of the token \"%s\" is wrong; %lu try is left "
                                 "(CKR_PIN_INCORRECT)",
                                 "the user PIN of the token \"%s\" is wrong; %lu tries are left "
                                 "(CKR_PIN_INCORRECT)",
                                 p->left),
                        label, p->left);
    return user == CKU_SO
               ? cli_fail(CLI_PIN, _("the SO PIN of the token \"%s\" is wrong (CKR_PIN_INCORRECT)"),
                          label)
               : cli_fail(CLI_PIN,
                          _("the user PIN of the token \"%s\" is wrong (CKR_PIN_INCORRECT)"),
                          label);
}

/* The module's sentences about a PIN that breaks a rule, for their translation. */
static const char *const rules[] = {
    N_("the new user PIN is one character over and over"),
    N_("the new SO PIN is one character over and over"),
    N_("the new user PIN must have a digit"),
    N_("the new SO PIN must have a digit"),
    N_("the new user PIN must have a small letter"),
    N_("the new SO PIN must have a small letter"),
    N_("the new user PIN must have a capital letter"),
    N_("the new SO PIN must have a capital letter"),
    N_("the new user PIN must have a special character"),
    N_("the new SO PIN must have a special character"),
};

static int fail_rule(cli *c, CK_RV rv)
{
    const char *own = gt_p11_own_text(c->p11);

    for (size_t i = 0; own && i < sizeof(rules) / sizeof(*rules); i++)
        if (!strcmp(own, rules[i]))
            own = gettext(rules[i]);
    return cli_fail(CLI_PIN, _("%s; \"gosttoken pin policy\" shows the rules (%s)"),
                    own ? own : _("the new PIN does not have what the token's policy asks for"),
                    gt_rv_name(rv));
}

static int fail_history(cli *c, CK_USER_TYPE user, CK_SLOT_ID slot)
{
    cli_facts f;

    if (cli_facts_read(c, slot, &f) == CLI_OK && f.has_details)
        return cli_fail(CLI_PIN,
                        _("the new PIN is one of the last %lu, which this token does not take "
                          "again (CKR_PIN_IN_HISTORY)"),
                        user == CKU_SO ? f.details.so.history : f.details.user.history);
    return cli_fail(CLI_PIN, _("the new PIN is one of the last ones, which this token does not "
                               "take again (CKR_PIN_IN_HISTORY)"));
}

static int fail_length(cli *c, CK_USER_TYPE user, CK_SLOT_ID slot)
{
    const char *own = gt_p11_own_text(c->p11); /* knows which PIN, and what the rule will be */
    const cli_pin_facts *p;
    cli_facts f;

    if (own)
        return cli_fail(CLI_PIN, "%s (CKR_PIN_LEN_RANGE)", own);
    if (cli_facts_read(c, slot, &f) != CLI_OK)
        return CLI_PIN;
    p = user == CKU_SO ? &f.so : &f.user;
    return cli_fail(CLI_PIN,
                    _("the new PIN is too short or too long: this token takes %lu to %lu bytes "
                      "(CKR_PIN_LEN_RANGE)"),
                    p->min, p->max);
}

int cli_fail_pin(cli *c, CK_RV rv, CK_USER_TYPE user, CK_SLOT_ID slot, const char *what)
{
    cli_facts f;

    switch (rv) {
    case CKR_PIN_INCORRECT:
        return fail_wrong(c, user, slot);
    case CKR_PIN_LOCKED:
        return cli_facts_read(c, slot, &f) == CLI_OK ? fail_locked(&f, user) : CLI_PIN;
    case CKR_PIN_LEN_RANGE:
        return fail_length(c, user, slot);
    case CKR_INAPPROPRIATE_PIN:
    case CKR_PIN_INVALID:
        return fail_rule(c, rv);
    case CKR_PIN_IN_HISTORY:
        return fail_history(c, user, slot);
    case CKR_FUNCTION_REJECTED:
        return cli_fail(CLI_PIN, _("only the security officer (SO) may change the user PIN of this "
                                   "token: \"gosttoken pin set\" (CKR_FUNCTION_REJECTED)"));
    case CKR_PIN_EXPIRED:
        return user == CKU_SO
                   ? cli_fail(CLI_PIN, _("the SO PIN must be changed first: \"gosttoken pin change "
                                         "--so\" (CKR_PIN_EXPIRED)"))
                   : cli_fail(CLI_PIN, _("the user PIN must be changed first: \"gosttoken pin "
                                         "change\" (CKR_PIN_EXPIRED)"));
    default:
        return cli_fail_rv(c, rv, "%s", what);
    }
}
