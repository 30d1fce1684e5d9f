/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken init: makes a token. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cli/admin/admin.h"
#include "gost/mem.h"

#define AGAIN_MAX 32 /* slots that others take meanwhile */

static int check_label(const char *label)
{
    if (!label || !*label)
        return cli_fail(CLI_USAGE, _("init needs --label NAME, the name of the token to make"));
    return cli_label_check(label);
}

static int parse_slot(const char *text, CK_SLOT_ID *slot)
{
    char *end;

    errno = 0;
    *slot = strtoul(text, &end, 0);
    if (errno || end == text || *end || *text == '-')
        return cli_fail(CLI_USAGE,
                        _("\"%s\" is not a slot's number (\"gosttoken list\" shows them)"), text);
    return CLI_OK;
}

static const cli_token *first_free(const cli_token *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!list[i].initialized && !*list[i].trouble)
            return &list[i];
    return NULL;
}

/* A token of another module that is damaged may look like an empty slot until it is made: the next
 * one then. */
static const cli_token *next_free(const cli *c, const cli_token *list, size_t n, const cli_token *t)
{
    size_t at = (size_t)(t - list) + 1;

    return c->value[OPT_SLOT] || t->initialized ? NULL : first_free(list + at, n - at);
}

/*
 * The slot to make the token in: that of --slot, else that of the token of this label (with
 * --force), else one that has no token, else one that nobody has used.
 */
static int choose_slot(cli *c, const char *label, const cli_token *list, size_t n,
                       const cli_token **chosen)
{
    const cli_token *same = NULL, *t = NULL;
    CK_SLOT_ID slot = 0;
    int code = CLI_OK;

    if (c->value[OPT_SLOT])
        code = parse_slot(c->value[OPT_SLOT], &slot);
    if (code != CLI_OK)
        return code;
    for (size_t i = 0; i < n; i++) {
        if (list[i].initialized && !list[i].factory && !strcmp(list[i].label, label) &&
            !(c->value[OPT_SLOT] && same && same->slot == slot))
            same = &list[i];
        if (c->value[OPT_SLOT] && list[i].slot == slot)
            t = &list[i];
    }
    if (same && !c->value[OPT_FORCE])
        return cli_fail(CLI_FAILURE,
                        _("there is a token \"%s\" already (slot %lu): choose another label, or "
                          "--force to erase that token and make it anew"),
                        label, same->slot);
    if (c->value[OPT_SLOT] && !t)
        return cli_fail(CLI_NOT_FOUND, _("there is no slot %s (\"gosttoken list\" shows them)"),
                        c->value[OPT_SLOT]);
    if (t && *t->trouble)
        return cli_fail(CLI_FAILURE, _("slot %lu holds a token that cannot be read: %s"), t->slot,
                        t->trouble);
    if (t && same && t != same)
        return cli_fail(CLI_FAILURE, _("the token in slot %lu has the label \"%s\" already"),
                        same->slot, label);
    if (!t)
        t = same ? same : first_free(list, n);
    for (size_t i = 0; !t && i < n; i++)
        if (list[i].untouched)
            t = &list[i];
    if (!t)
        return cli_fail(
            CLI_FAILURE,
            _("there is no slot left for a new token: name one to erase by --slot N --force"));
    if (t->initialized && !t->untouched && !c->value[OPT_FORCE])
        return cli_fail(CLI_FAILURE,
                        _("slot %lu holds the token \"%s\": --force erases it and makes it anew"),
                        t->slot, t->label);
    *chosen = t;
    return CLI_OK;
}

/* A token that may hold something, which only its user could see, is erased after a yes. */
static int confirm_erasing(cli *c, const cli_token *t)
{
    char *label, *question;
    int code;

    if (!t->initialized || t->untouched)
        return CLI_OK;
    label = cli_printable(t->label);
    question = cli_printf(_("Erase the token \"%s\" (slot %lu, serial %s) with all its keys and "
                            "certificates?"),
                          label, t->slot, t->serial);
    free(label);
    code = cli_confirm(c, question);
    free(question);
    return code;
}

static int check_length(const cli_token *t, CK_USER_TYPE user, const cli_pin *pin)
{
    CK_ULONG min = t->info.ulMinPinLen, max = t->info.ulMaxPinLen;

    if (pin->len >= min && (!max || pin->len <= max))
        return CLI_OK;
    return user == CKU_SO
               ? cli_fail(CLI_PIN, _("the SO PIN has %zu bytes; this token takes %lu to %lu"),
                          pin->len, min, max)
               : cli_fail(CLI_PIN, _("the user PIN has %zu bytes; this token takes %lu to %lu"),
                          pin->len, min, max);
}

static int get_pins(cli *c, const cli_token *t, cli_pin *so, cli_pin *user)
{
    const char *so_hint = _("give the SO PIN by --so-pin-file or --so-pin-fd");
    cli_pin_source so_source = cli_so_pin_source(c), user_source = cli_user_pin_source(c);
    int code;

    /* An existing token keeps its SO PIN, which proves the right to erase it. */
    if (cli_pin_source_given(&so_source))
        code = cli_pin_read(&so_source, so);
    else if (t->initialized && !t->untouched)
        code = cli_pin_ask(_("Present SO PIN (of the security officer): "), so_hint, so);
    else
        code = cli_pin_ask_twice(_("New SO PIN (of the security officer): "),
                                 _("Repeat the SO PIN (of the security officer): "), so_hint, so);
    if (code == CLI_OK)
        code = check_length(t, CKU_SO, so);
    if (code != CLI_OK)
        return code;
    if (cli_pin_source_given(&user_source))
        code = cli_pin_read(&user_source, user);
    else
        code = cli_pin_ask_twice(_("New user PIN: "), _("Repeat the user PIN: "),
                                 _("give the user PIN by --pin-file, --pin-fd or GOSTTOKEN_PIN"),
                                 user);
    return code == CLI_OK ? check_length(t, CKU_USER, user) : code;
}

static int is_room(const cli_token *t)
{
    return !*t->trouble && (!t->initialized || t->untouched);
}

/* Where there was room, our module makes a token in nothing else: one that another process has put
 * there meanwhile, perhaps with the same SO PIN, is not erased. *slot: that of t. */
static CK_RV make(cli *c, const cli_token *t, const char *label, const cli_pin *so,
                  CK_SLOT_ID *slot)
{
    CK_RV (*make_new)(CK_SLOT_ID, const CK_UTF8CHAR *, CK_ULONG, const CK_UTF8CHAR *) = NULL;
    CK_UTF8CHAR padded[CLI_LABEL_MAX];

    *slot = t->slot;
    memset(padded, ' ', sizeof(padded));
    memcpy(padded, label, strlen(label));
    if (is_room(t))
        *(void **)&make_new = gt_p11_symbol(c->p11, "gosttoken_make_token");
    if (make_new)
        return make_new(t->slot, (const CK_UTF8CHAR *)so->text, (CK_ULONG)so->len, padded);
    return c->fn->C_InitToken(t->slot, (CK_UTF8CHAR *)so->text, (CK_ULONG)so->len, padded);
}

/*
 * The slot was free when it was chosen, and no token could be made in it: has another process made
 * one there meanwhile? Then *next is the slot to go on with, unless it is known now that there is
 * none; an exit code. NULL, too, if that is not the cause.
 */
static int look_again(cli *c, const char *label, CK_SLOT_ID slot, cli_token **list, size_t *n,
                      const cli_token **next)
{
    const cli_token *same = NULL, *room = NULL;
    int taken = 0;
    int code;

    *next = NULL;
    free(*list);
    code = cli_tokens(c, list, n);
    for (size_t i = 0; i < *n; i++) {
        const cli_token *t = &(*list)[i];

        if (t->slot == slot)
            taken = !is_room(t);
        if (!room && is_room(t))
            room = t;
        if (t->initialized && !t->factory && !strcmp(t->label, label))
            same = t;
    }
    if (code != CLI_OK || !taken)
        return code;
    if (same)
        return cli_fail(CLI_FAILURE,
                        _("another process has just made a token \"%s\" (slot %lu): choose another "
                          "label"),
                        label, same->slot);
    if (c->value[OPT_SLOT] || !room)
        return cli_fail(CLI_FAILURE,
                        _("another process has just made a token in slot %lu: try again, with "
                          "another slot"),
                        slot);
    *next = room;
    return CLI_OK;
}

/* The SO PIN of a new token is judged by the rules in gosttoken.conf. */
static int fail_make(cli *c, CK_RV rv, CK_SLOT_ID slot)
{
    if (rv == CKR_INAPPROPRIATE_PIN || rv == CKR_PIN_IN_HISTORY)
        return cli_fail_pin(c, rv, CKU_SO, slot, "");
    return cli_fail_rv(c, rv, _("make a token in slot %lu"), slot);
}

/* In the slot of t, which is in the list; or, where that is not to be had, in the next one. */
static int make_token(cli *c, const char *label, const cli_pin *so, cli_token **list, size_t *n,
                      const cli_token *t, CK_SLOT_ID *slot)
{
    const cli_token *next;
    CK_RV rv = make(c, t, label, so, slot);
    int code;

    while (rv == CKR_TOKEN_NOT_RECOGNIZED && (next = next_free(c, *list, *n, t)) != NULL) {
        t = next;
        rv = make(c, t, label, so, slot);
    }
    if (rv == CKR_PIN_INCORRECT && t->initialized)
        return cli_fail(CLI_PIN,
                        _("the SO PIN of the token \"%s\" is wrong, so it was not erased "
                          "(CKR_PIN_INCORRECT)"),
                        t->label);
    for (int i = 0; rv == CKR_FUNCTION_FAILED && is_room(t) && i < AGAIN_MAX; i++) {
        code = look_again(c, label, *slot, list, n, &t);
        if (code != CLI_OK)
            return code;
        if (!t)
            break;
        rv = make(c, t, label, so, slot);
    }
    return rv == CKR_OK ? CLI_OK : fail_make(c, rv, *slot);
}

/* The token just made: some modules move it to another slot. */
static int find_made(cli *c, CK_SLOT_ID slot, const char *label, cli_token *made)
{
    const cli_token *best = NULL;
    cli_token *list;
    size_t n;
    int code = cli_tokens(c, &list, &n);

    for (size_t i = 0; i < n; i++)
        if (list[i].initialized && !strcmp(list[i].label, label) && (!best || list[i].slot == slot))
            best = &list[i];
    if (best)
        *made = *best;
    free(list);
    if (code == CLI_OK && !best)
        code = cli_fail(CLI_FAILURE, _("the token was made, but the module does not show it"));
    return code;
}

static int set_user_pin(cli *c, const cli_token *t, const cli_pin *so, const cli_pin *user)
{
    CK_SESSION_HANDLE session;
    CK_RV rv;
    int code = cli_session(c, t, 1, &session);

    if (code != CLI_OK)
        return code;
    code = cli_login_with(c, t, session, CKU_SO, so);
    if (code == CLI_OK) {
        rv = c->fn->C_InitPIN(session, (CK_UTF8CHAR *)user->text, (CK_ULONG)user->len);
        if (rv != CKR_OK)
            code = cli_fail_pin(c, rv, CKU_USER, t->slot, _("set the user PIN of the new token"));
        c->fn->C_Logout(session);
    }
    c->fn->C_CloseSession(session);
    return code;
}

static int run(cli *c)
{
    const char *label = c->value[OPT_LABEL];
    const cli_token *t = NULL;
    cli_token *list = NULL, made;
    cli_pin so = {0}, user = {0};
    CK_SLOT_ID slot = 0;
    size_t n = 0;
    int code = check_label(label);

    if (code == CLI_OK && c->value[OPT_SO_PIN_FILE] && c->value[OPT_SO_PIN_FD])
        code = cli_fail(CLI_USAGE, _("--so-pin-file and --so-pin-fd exclude each other"));
    if (code == CLI_OK)
        code = cli_tokens(c, &list, &n);
    if (code == CLI_OK)
        code = choose_slot(c, label, list, n, &t);
    if (code == CLI_OK)
        code = confirm_erasing(c, t);
    if (code == CLI_OK)
        code = get_pins(c, t, &so, &user);
    if (code == CLI_OK)
        code = make_token(c, label, &so, &list, &n, t, &slot);
    if (code == CLI_OK)
        code = find_made(c, slot, label, &made);
    if (code == CLI_OK)
        code = set_user_pin(c, &made, &so, &user);
    if (code == CLI_OK)
        code = cli_token_read(c, made.slot, &made);
    if (code != CLI_OK)
        goto end;
    if (c->value[OPT_JSON])
        code = cli_json_print(cli_json_of_token(&made));
    else
        cli_say(c, _("The token \"%s\" is ready (slot %lu, serial %s)."), label, made.slot,
                made.serial);
end:
    gost_wipe(&so, sizeof(so));
    gost_wipe(&user, sizeof(user));
    free(list);
    return code;
}

static const cli_option options[] = {
    {OPT_LABEL, 0, "label", "NAME", N_("the name of the token (at most 32 bytes)")},
    {OPT_SLOT, 0, "slot", "N", N_("the slot to make it in; else the first that is free")},
    {OPT_SO_PIN_FILE, 0, "so-pin-file", "FILE", N_("take the SO PIN from the first line of FILE")},
    {OPT_SO_PIN_FD, 0, "so-pin-fd", "N", N_("take the SO PIN from file descriptor N")},
    {OPT_FORCE, 0, "force", NULL, N_("erase the token of that label or slot, after asking")},
    {OPT_YES, 'y', "yes", NULL, N_("do not ask before erasing")},
    {0},
};

static const cli_rule rules[] = {
    {OPT_TOKEN, CLI_NEVER, ""},
    {0},
};

const cli_command cli_init = {
    .name = "init",
    .operands = "--label NAME",
    .summary = N_("Makes a token"),
    .details =
        N_("A token has two PINs: the user's, which opens the keys, and that of the security\n"
           "officer (SO), which sets a new user PIN when that is lost or locked. Those that no\n"
           "option gives are asked for twice on the terminal."),
    .options = options,
    .rules = rules,
    .run = run,
};
