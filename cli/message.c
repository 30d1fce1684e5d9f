/* SPDX-License-Identifier: Apache-2.0 */
/* What the program says: one sentence, with its cause and the next step, and an exit code. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <gosttoken/rutoken.h>
#include "cli/cli.h"

const char *const cli_exit_texts[] = {
    [CLI_OK] = N_("done"),
    [CLI_FAILURE] = N_("failed"),
    [CLI_USAGE] = N_("wrong usage: an unknown option, a missing or malformed argument"),
    [CLI_NOT_FOUND] = N_("no such token or object, or more than one where one is needed"),
    [CLI_PIN] = N_("the PIN is wrong, locked or missing"),
    [CLI_REFUSED] = N_("not confirmed: the user said no, or nobody could be asked"),
    [CLI_WARNINGS] = N_("doctor found no errors, and warnings"),
    [CLI_WARNINGS + 1] = NULL,
};

/* The exit code for each kind of failure that p11/ tells apart. */
static const int reason_codes[] = {
    [GT_OK] = CLI_FAILURE,           [GT_BAD_URI] = CLI_USAGE,       [GT_MODULE_LOAD] = CLI_FAILURE,
    [GT_STORE] = CLI_FAILURE,        [GT_NO_TOKEN] = CLI_NOT_FOUND,  [GT_NO_OBJECT] = CLI_NOT_FOUND,
    [GT_AMBIGUOUS] = CLI_NOT_FOUND,  [GT_PIN_NEEDED] = CLI_PIN,      [GT_PIN_WRONG] = CLI_PIN,
    [GT_PIN_LOCKED] = CLI_PIN,       [GT_PIN_FINAL_TRY] = CLI_PIN,   [GT_KEY_TYPE] = CLI_FAILURE,
    [GT_TOKEN_GONE] = CLI_NOT_FOUND, [GT_TOKEN_ERROR] = CLI_FAILURE, [GT_NO_MEMORY] = CLI_FAILURE,
};

static const struct {
    CK_RV rv;
    int code;
    const char *text;
} results[] = {
    {CKR_PIN_INCORRECT, CLI_PIN, N_("the PIN is wrong")},
    {CKR_PIN_LOCKED, CLI_PIN,
     N_("the PIN is locked after too many wrong ones; with the SO PIN \"gosttoken pin unlock\" "
        "gives "
        "the tries back, and \"gosttoken pin set\" sets a new user PIN")},
    {CKR_PIN_LEN_RANGE, CLI_PIN, N_("the PIN is too short or too long for this token")},
    {CKR_PIN_INVALID, CLI_PIN, N_("the token does not take this PIN")},
    {CKR_INAPPROPRIATE_PIN, CLI_PIN, N_("the PIN does not have what the token's policy asks for")},
    {CKR_PIN_IN_HISTORY, CLI_PIN, N_("the PIN is one of the last ones, which the token remembers")},
    {CKR_FUNCTION_REJECTED, CLI_PIN,
     N_("only the security officer (SO) may change the user PIN: \"gosttoken pin set\"")},
    {CKR_PIN_EXPIRED, CLI_PIN, N_("the PIN must be changed first: \"gosttoken pin change\"")},
    {CKR_USER_PIN_NOT_INITIALIZED, CLI_PIN,
     N_("the token has no user PIN yet: with the SO PIN \"gosttoken pin set\" sets it")},
    {CKR_USER_NOT_LOGGED_IN, CLI_PIN,
     N_("the token asks for a PIN first; give --pin-file or --pin-fd")},
    {CKR_TOKEN_NOT_PRESENT, CLI_NOT_FOUND, N_("there is no token in the slot")},
    {CKR_SLOT_ID_INVALID, CLI_NOT_FOUND, N_("there is no such slot")},
    {CKR_DEVICE_REMOVED, CLI_NOT_FOUND, N_("the token has been removed or made anew meanwhile")},
    {CKR_OBJECT_HANDLE_INVALID, CLI_NOT_FOUND, N_("the object is gone")},
    {CKR_TOKEN_NOT_RECOGNIZED, CLI_FAILURE,
     N_("the token is damaged, or was made by a version that this module does not know")},
    {CKR_TOKEN_WRITE_PROTECTED, CLI_FAILURE,
     N_("the token cannot be written; for a software token look at the permissions of the "
        "directory "
        "that $GOSTTOKEN_DIR names")},
    {CKR_DEVICE_ERROR, CLI_FAILURE,
     N_("the token cannot be read or written; for a software token look at the directory that "
        "$GOSTTOKEN_DIR names: it must belong to you and be writable by nobody else")},
    {CKR_DEVICE_MEMORY, CLI_FAILURE, N_("there is no room left on the token or its disk")},
    {CKR_SESSION_READ_ONLY, CLI_FAILURE, N_("the token is read-only")},
    {CKR_SESSION_EXISTS, CLI_FAILURE, N_("the token is in use; close the programs that use it")},
    {CKR_MECHANISM_INVALID, CLI_FAILURE, N_("the token does not have this algorithm")},
    {CKR_DOMAIN_PARAMS_INVALID, CLI_FAILURE, N_("the token does not have this parameter set")},
    {CKR_ATTRIBUTE_VALUE_INVALID, CLI_FAILURE, N_("the token does not take one of the values")},
    {CKR_ACTION_PROHIBITED, CLI_FAILURE, N_("the object may not be changed so")},
    {CKR_FUNCTION_NOT_SUPPORTED, CLI_FAILURE, N_("the token's module cannot do it")},
    {CKR_HOST_MEMORY, CLI_FAILURE, N_("out of memory")},
};

/* Labels, subjects and names of files are whatever somebody has made them. */
static char *sentence(const char *format, va_list ap)
{
    char *text = NULL, *shown;

    if (vasprintf(&text, format, ap) < 0)
        text = NULL;
    for (char *p = text; p && *p; p++)
        if (*p == '\n') /* a line is a message of ours, and nobody else's */
            *p = ' ';
    shown = cli_sentence(text ? text : format);
    free(text);
    return shown;
}

static void say_error(const char *kind, const char *format, va_list ap)
{
    char *text = sentence(format, ap);

    fflush(stdout);
    fprintf(stderr, "gosttoken: %s%s\n", kind, text);
    free(text);
}

int cli_fail(int code, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    say_error("", format, ap);
    va_end(ap);
    return code;
}

void cli_warn(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    say_error(_("warning: "), format, ap);
    va_end(ap);
}

int cli_reason_code(int reason)
{
    return reason >= 0 && (size_t)reason < sizeof(reason_codes) / sizeof(*reason_codes)
               ? reason_codes[reason]
               : CLI_FAILURE;
}

int cli_fail_err(const gt_error *err)
{
    return cli_fail(cli_reason_code((int)err->reason), "%s", err->text);
}

int cli_fail_rv(const cli *c, CK_RV rv, const char *format, ...)
{
    const char *text = NULL, *own;
    int code = CLI_FAILURE;
    char *what = NULL;
    va_list ap;

    va_start(ap, format);
    if (vasprintf(&what, format, ap) < 0)
        what = NULL;
    va_end(ap);
    for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++) {
        if (results[i].rv == rv) {
            text = gettext(results[i].text);
            code = results[i].code;
        }
    }
    /* The module that keeps the store knows the file and the cause. */
    own = c->p11 ? gt_p11_store_text(c->p11, rv) : NULL;
    if (own)
        cli_fail(code, _("cannot %s: token store: %s (%s)"), what ? what : _("go on"), own,
                 gt_rv_name(rv));
    else if (text)
        cli_fail(code, _("cannot %s: %s (%s)"), what ? what : _("go on"), text, gt_rv_name(rv));
    else
        cli_fail(code,
                 _("cannot %s: the token answered %s; \"gosttoken explain %s\" says what that "
                   "means"),
                 what ? what : _("go on"), gt_rv_name(rv), gt_rv_name(rv));
    free(what);
    return code;
}

void cli_say(const cli *c, const char *format, ...)
{
    char *text;
    va_list ap;

    if (c->value[OPT_QUIET] || c->value[OPT_JSON])
        return;
    va_start(ap, format);
    text = sentence(format, ap);
    va_end(ap);
    puts(text);
    free(text);
}
