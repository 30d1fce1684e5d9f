/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken format: makes an existing token anew. */
#include <stdlib.h>
#include <string.h>
#include "cli/admin/admin.h"
#include "gost/mem.h"

/* What the extended call takes. */
#define LENGTH_MAX   31UL
#define SO_TRIES_MIN 3UL
#define TRIES_MAX    10UL

/* What the token is to be. */
typedef struct plan {
    cli_facts facts; /* of the token as it is */
    char label[CLI_LABEL_MAX + 1];
    unsigned long min_length, so_min_length, tries, so_tries, changers;
    int policy;     /* one of the five was asked for */
    int new_so_pin; /* given, or to be asked for */
    int fresh;      /* has the maker's PINs and nothing on it: formatting loses nothing */
    cli_pin old_so, so, user;
} plan;

static unsigned long within(unsigned long n, unsigned long low, unsigned long high)
{
    return n < low ? low : n > high ? high : n;
}

/* A number of the policy: what was asked for, else what the token has, as far as it can be said. */
static int read_number(cli *c, plan *p, int opt, const char *name, unsigned long low,
                       unsigned long high, unsigned long present, unsigned long *number)
{
    *number = within(present, low, high);
    if (!c->value[opt])
        return CLI_OK;
    p->policy = 1;
    return cli_number(name, c->value[opt], low, high, number);
}

static int read_changers(cli *c, plan *p)
{
    static const struct {
        const char *word;
        unsigned long changers;
    } words[] = {{"so", GOSTTOKEN_CHANGER_SO},
                 {"user", GOSTTOKEN_CHANGER_USER},
                 {"both", GOSTTOKEN_CHANGER_SO | GOSTTOKEN_CHANGER_USER}};
    const char *given = c->value[OPT_CHANGED_BY];

    p->changers =
        p->facts.changers ? p->facts.changers : GOSTTOKEN_CHANGER_SO | GOSTTOKEN_CHANGER_USER;
    if (!given)
        return CLI_OK;
    p->policy = 1;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (!strcmp(given, words[i].word)) {
            p->changers = words[i].changers;
            return CLI_OK;
        }
    }
    return cli_fail(CLI_USAGE, _("--changed-by is so, user or both, not \"%s\""), given);
}

static int read_plan(cli *c, plan *p)
{
    const cli_pin_facts *user = &p->facts.user, *so = &p->facts.so;
    const char *label = c->value[OPT_LABEL];
    int code = label ? cli_label_check(label) : CLI_OK;

    memcpy(p->label, label && code == CLI_OK ? label : p->facts.token.label,
           strlen(label && code == CLI_OK ? label : p->facts.token.label) + 1);
    if (code == CLI_OK)
        code = read_number(c, p, OPT_MIN_LENGTH, "min-length", 1, LENGTH_MAX, user->min,
                           &p->min_length);
    if (code == CLI_OK)
        code = read_number(c, p, OPT_SO_MIN_LENGTH, "so-min-length", 1, LENGTH_MAX, so->min,
                           &p->so_min_length);
    if (code == CLI_OK)
        code = read_number(c, p, OPT_TRIES, "tries", 1, TRIES_MAX,
                           user->tries ? user->tries : TRIES_MAX, &p->tries);
    if (code == CLI_OK)
        code = read_number(c, p, OPT_SO_TRIES, "so-tries", SO_TRIES_MIN, TRIES_MAX,
                           so->tries ? so->tries : TRIES_MAX, &p->so_tries);
    if (code == CLI_OK)
        code = read_changers(c, p);
    p->fresh = p->facts.token.untouched ||
               (p->facts.token.factory && p->facts.has_details && !p->facts.details.objects);
    p->new_so_pin = c->value[OPT_NEW_SO_PIN_FILE] || c->value[OPT_NEW_SO_PIN_FD] ||
                    c->value[OPT_REPAIR] || p->facts.so.is_default == 1;
    return code;
}

/* What can be known to go wrong before anything is asked. */
static int check(cli *c, const plan *p)
{
    const cli_facts *f = &p->facts;
    int extended = gt_p11_extended(c->p11) != NULL;

    if (!f->token.initialized)
        return cli_fail(CLI_FAILURE,
                        _("slot %lu has no token to format: \"gosttoken init --label NAME --slot "
                          "%lu\" makes one"),
                        f->token.slot, f->token.slot);
    if (!extended && p->policy)
        return cli_fail(CLI_FAILURE,
                        _("the module of the token \"%s\" cannot set shortest lengths, tries and "
                          "who may change the user PIN: leave those options out"),
                        f->token.label);
    if (!extended && c->value[OPT_REPAIR])
        return cli_fail(CLI_FAILURE,
                        _("the module of the token \"%s\" formats no token without its SO PIN"),
                        f->token.label);
    if (c->value[OPT_REPAIR] && !c->value[OPT_FORCE])
        return cli_fail(CLI_REFUSED, _("--repair erases the token without asking for its SO PIN: "
                                       "say so by --force too"));
    if (c->value[OPT_FORCE] || p->fresh || (f->has_details && !f->details.objects))
        return CLI_OK;
    if (f->has_details)
        return cli_fail(CLI_REFUSED,
                        ngettext("the token \"%s\" holds %lu object, which format destroys: "
                                 "--force if that is meant (\"gosttoken list objects --login\" "
                                 "shows it)",
                                 "the token \"%s\" holds %lu objects, which format destroys: "
                                 "--force if that is meant (\"gosttoken list objects --login\" "
                                 "shows them)",
                                 f->details.objects),
                        f->token.label, f->details.objects);
    return cli_fail(CLI_REFUSED,
                    _("the token \"%s\" may hold keys, which format destroys: --force if that is "
                      "meant (\"gosttoken list objects --login\" shows what is on it)"),
                    f->token.label);
}

static int confirm(cli *c, const plan *p)
{
    char *label = cli_printable(p->facts.token.label);
    char *question = cli_printf(_("Format the token \"%s\" (slot %lu, serial %s)? Its keys, "
                                  "certificates and PINs are erased for good."),
                                label, p->facts.token.slot, p->facts.token.serial);
    int code = p->fresh ? CLI_OK : cli_confirm(c, question);

    free(question);
    free(label);
    return code;
}

/* A PIN's length as the policy will have it. */
static int check_length(CK_USER_TYPE user, unsigned long min, const cli_pin *pin)
{
    if (pin->len >= min)
        return CLI_OK;
    return user == CKU_SO
               ? cli_fail(CLI_PIN,
                          _("the new SO PIN has %zu bytes, and --so-min-length asks for "
                            "%lu"),
                          pin->len, min)
               : cli_fail(CLI_PIN,
                          _("the new user PIN has %zu bytes, and --min-length asks for %lu"),
                          pin->len, min);
}

static int read_pins(cli *c, plan *p)
{
    cli_pin_source so = cli_new_pin_source(c, CKU_SO), user = cli_new_pin_source(c, CKU_USER);
    cli_facts as_planned = p->facts;
    int code = CLI_OK;

    if (p->facts.token.info.flags & CKF_PROTECTED_AUTHENTICATION_PATH)
        return cli_fail(CLI_FAILURE, _("this program cannot format a token with a PIN pad"));
    as_planned.user.min = as_planned.so.min = 1; /* checked below by what it will be */
    if (!c->value[OPT_REPAIR])
        code = cli_present_pin(c, CKU_SO, &p->facts, &p->old_so);
    if (code == CLI_OK && p->new_so_pin)
        code = cli_new_pin(&so, CKU_SO, &as_planned, &p->so);
    else if (code == CLI_OK)
        p->so = p->old_so;
    if (code == CLI_OK)
        code = cli_new_pin(&user, CKU_USER, &as_planned, &p->user);
    if (code == CLI_OK && p->new_so_pin)
        code = check_length(CKU_SO, p->so_min_length, &p->so);
    if (code == CLI_OK)
        code = check_length(CKU_USER, p->min_length, &p->user);
    return code;
}

/* ---- the two ways --------------------------------------------------------------------------- */

/* All at once: nothing has changed if it fails. */
static int format_extended(cli *c, plan *p)
{
    CK_RUTOKEN_INIT_PARAM param = {
        .ulSizeofThisStructure = sizeof(param),
        .UseRepairMode = c->value[OPT_REPAIR] != NULL,
        .pNewAdminPin = (CK_BYTE *)p->so.text,
        .ulNewAdminPinLen = (CK_ULONG)p->so.len,
        .pNewUserPin = (CK_BYTE *)p->user.text,
        .ulNewUserPinLen = (CK_ULONG)p->user.len,
        .ChangeUserPINPolicy = p->changers,
        .ulMinAdminPinLen = p->so_min_length,
        .ulMinUserPinLen = p->min_length,
        .ulMaxAdminRetryCount = p->so_tries,
        .ulMaxUserRetryCount = p->tries,
        .pTokenLabel = (CK_BYTE *)p->label,
        .ulLabelLen = (CK_ULONG)strlen(p->label),
    };
    CK_RV rv;

    rv = gt_p11_extended(c->p11)->C_EX_InitToken(
        p->facts.token.slot, c->value[OPT_REPAIR] ? NULL : (CK_UTF8CHAR *)p->old_so.text,
        (CK_ULONG)p->old_so.len, &param);
    return rv == CKR_OK ? CLI_OK
                        : cli_fail_pin(c, rv, CKU_SO, p->facts.token.slot, _("format the token"));
}

static int set_pins(cli *c, const plan *p, const cli_token *t)
{
    CK_SESSION_HANDLE session;
    CK_RV rv;
    int code = cli_session(c, t, 1, &session);

    if (code != CLI_OK)
        return code;
    code = cli_login_with(c, t, session, CKU_SO, &p->old_so);
    if (code == CLI_OK) {
        rv = c->fn->C_InitPIN(session, (CK_UTF8CHAR *)p->user.text, (CK_ULONG)p->user.len);
        if (rv == CKR_OK && p->new_so_pin)
            rv = c->fn->C_SetPIN(session, (CK_UTF8CHAR *)p->old_so.text, (CK_ULONG)p->old_so.len,
                                 (CK_UTF8CHAR *)p->so.text, (CK_ULONG)p->so.len);
        if (rv != CKR_OK)
            code = cli_fail_pin(c, rv, CKU_USER, t->slot,
                                _("set the PINs of the token, which is erased already"));
        c->fn->C_Logout(session);
    }
    c->fn->C_CloseSession(session);
    return code;
}

static int format_plain(cli *c, plan *p)
{
    CK_UTF8CHAR padded[CLI_LABEL_MAX];
    CK_RV rv;

    memset(padded, ' ', sizeof(padded));
    memcpy(padded, p->label, strlen(p->label));
    rv = c->fn->C_InitToken(p->facts.token.slot, (CK_UTF8CHAR *)p->old_so.text,
                            (CK_ULONG)p->old_so.len, padded);
    if (rv != CKR_OK)
        return cli_fail_pin(c, rv, CKU_SO, p->facts.token.slot, _("format the token"));
    return set_pins(c, p, &p->facts.token);
}

/* --------------------------------------------------------------------------------------------- */

static int report(cli *c, const plan *p)
{
    cli_token made;
    char *label;
    int code = cli_token_read(c, p->facts.token.slot, &made);

    if (code != CLI_OK)
        return code;
    if (c->value[OPT_JSON])
        return cli_json_print(cli_json_of_token(&made));
    label = cli_printable(made.label);
    cli_say(c, _("The token \"%s\" is formatted (slot %lu, serial %s)."), label, made.slot,
            made.serial);
    free(label);
    return CLI_OK;
}

static int run(cli *c)
{
    plan *p = cli_alloc(sizeof(*p));
    cli_token token;
    int code = cli_choose(c, &token);

    if (code == CLI_OK)
        code = cli_facts_read(c, token.slot, &p->facts);
    if (code == CLI_OK)
        code = read_plan(c, p);
    if (code == CLI_OK)
        code = check(c, p);
    if (code == CLI_OK)
        code = confirm(c, p);
    if (code == CLI_OK)
        code = read_pins(c, p);
    if (code == CLI_OK)
        code = gt_p11_extended(c->p11) ? format_extended(c, p) : format_plain(c, p);
    if (code == CLI_OK)
        code = report(c, p);
    gost_wipe(p, sizeof(*p));
    free(p);
    return code;
}

static const cli_option options[] = {
    {OPT_SLOT, 0, "slot", "N", N_("the token in this slot, instead of --token")},
    {OPT_LABEL, 0, "label", "NAME", N_("its new name; else the one it has")},
    {OPT_SO_PIN_FILE, 0, "so-pin-file", "FILE",
     N_("take the present SO PIN from the first line of FILE")},
    {OPT_SO_PIN_FD, 0, "so-pin-fd", "N", N_("take the present SO PIN from file descriptor N")},
    {OPT_NEW_PIN_FILE, 0, "new-pin-file", "FILE",
     N_("take the new user PIN from the first line of FILE")},
    {OPT_NEW_PIN_FD, 0, "new-pin-fd", "N", N_("take the new user PIN from file descriptor N")},
    {OPT_NEW_SO_PIN_FILE, 0, "new-so-pin-file", "FILE",
     N_("set a new SO PIN, from the first line of FILE")},
    {OPT_NEW_SO_PIN_FD, 0, "new-so-pin-fd", "N", N_("set a new SO PIN, from file descriptor N")},
    {OPT_MIN_LENGTH, 0, "min-length", "N", N_("the shortest user PIN, 1 to 31 bytes")},
    {OPT_SO_MIN_LENGTH, 0, "so-min-length", "N", N_("the shortest SO PIN, 1 to 31 bytes")},
    {OPT_TRIES, 0, "tries", "N", N_("so many wrong user PINs lock it, 1 to 10")},
    {OPT_SO_TRIES, 0, "so-tries", "N", N_("so many wrong SO PINs lock it for good, 3 to 10")},
    {OPT_CHANGED_BY, 0, "changed-by", "WHO", N_("who may change the user PIN: so, user or both")},
    {OPT_REPAIR, 0, "repair", NULL, N_("without the present SO PIN, which is lost or locked")},
    {OPT_FORCE, 0, "force", NULL, N_("even if that destroys keys")},
    {OPT_YES, 'y', "yes", NULL, N_("do not ask")},
    {0},
};

static const cli_rule rules[] = {
    {OPT_PIN_FILE, CLI_NEVER, ""},
    {OPT_PIN_FD, CLI_NEVER, ""},
    {OPT_SO_PIN_FILE, CLI_NOT_WITH, "--repair"},
    {OPT_SO_PIN_FD, CLI_NOT_WITH, "--repair"},
    {0},
};

const cli_command cli_format = {
    .name = "format",
    .operands = "",
    .summary = N_("Makes a token anew: erases it and sets new PINs and rules for them"),
    .details =
        N_("Everything on the token is erased for good: it asks first, and where there are\n"
           "objects it wants --force. The present SO PIN is needed, and stays the SO PIN unless a\n"
           "new one is given. Rules that no option gives stay as they are; gosttoken.conf(5) may\n"
           "make them stricter."),
    .options = options,
    .rules = rules,
    .run = run,
};
