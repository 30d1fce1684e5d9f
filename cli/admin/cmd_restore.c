/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken restore: a token from its encrypted copy. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/admin/backup.h"
#include "gost/mem.h"

typedef struct restoring {
    cli_backup_functions f;
    const char *path;
    int fd;
    cli_password *password;
    gosttoken_backup_info info;
    CK_SLOT_ID slot; /* or GOSTTOKEN_SLOT_ANY */
} restoring;

static int open_copy(restoring *r)
{
    struct stat st;

    r->fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (r->fd < 0 || fstat(r->fd, &st) != 0)
        return cli_fail(CLI_FAILURE, _("cannot read %s: %s"), r->path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return cli_fail(CLI_FAILURE, _("%s is not a file: a backup is read twice"), r->path);
    return CLI_OK;
}

static int read_copy(cli *c, restoring *r)
{
    int code = cli_backup_password(c, r->path, 0, &r->password);
    CK_RV rv;

    if (code != CLI_OK)
        return code;
    r->info.size = sizeof(r->info);
    rv = r->f.check(r->fd, (const CK_UTF8CHAR *)r->password->text, r->password->len, &r->info);
    if (rv != CKR_OK)
        return cli_backup_failed(c, rv, _("read the backup"));
    return lseek(r->fd, 0, SEEK_SET) == 0
               ? CLI_OK
               : cli_fail(CLI_FAILURE, _("cannot read %s: %s"), r->path, strerror(errno));
}

static int report(cli *c, const restoring *r, int restored)
{
    char *label = cli_backup_label(&r->info), *when = cli_backup_time(&r->info);
    cJSON *json;
    int code = CLI_OK;

    if (c->value[OPT_JSON]) {
        json = cli_backup_json(&r->info);
        cli_json_bool(json, "restored", restored);
        if (restored) {
            cli_json_bool(json, "replaced", r->info.replaced != 0);
            cli_json_string(json, "kept", *r->info.kept ? r->info.kept : NULL);
        }
        code = cli_json_print(json);
    } else if (restored) {
        cli_say(c, _("The token \"%s\" is in slot %lu, as it was at %s: %lu objects."), label,
                (unsigned long)r->info.slot, when, (unsigned long)r->info.objects);
        if (*r->info.kept)
            cli_say(c, _("The damaged file that was there is kept as %s."), r->info.kept);
    } else {
        cli_say(c,
                _("%s is whole: a copy of the token \"%s\" (serial number %.16s), made at %s, with "
                  "%lu objects."),
                r->path, label, (const char *)r->info.serial, when, (unsigned long)r->info.objects);
    }
    free(label);
    free(when);
    return code;
}

/* What is in the way. */
typedef enum obstacle {
    NOTHING,
    SAME,       /* this token */
    OTHER,      /* another one, in the slot that was named */
    UNREADABLE, /* in the slot that was named, or where this token was */
    PERHAPS,    /* somewhere is a token that cannot be read: it may be this one */
} obstacle;

static obstacle find_old(const restoring *r, const cli_token *list, size_t n, const cli_token **old)
{
    CK_SLOT_ID slot = r->slot == GOSTTOKEN_SLOT_ANY ? r->info.slot : r->slot;

    for (size_t i = 0; i < n; i++) {
        *old = &list[i];
        if (list[i].initialized && strncmp(list[i].serial, (const char *)r->info.serial, 16) == 0)
            return SAME;
    }
    for (size_t i = 0; i < n; i++) {
        *old = &list[i];
        if (list[i].slot == slot && *list[i].trouble)
            return UNREADABLE;
        if (list[i].slot == r->slot && list[i].initialized && !list[i].untouched)
            return OTHER;
    }
    for (size_t i = 0; i < n && r->slot == GOSTTOKEN_SLOT_ANY; i++) {
        *old = &list[i];
        if (*list[i].trouble)
            return PERHAPS;
    }
    return NOTHING;
}

static int refuse(obstacle what, const cli_token *old, const char *label, const char *when)
{
    switch (what) {
    case SAME:
        return cli_fail(CLI_FAILURE,
                        _("the token \"%s\" is here, in slot %lu: --force puts it back to what it "
                          "was at %s"),
                        label, old->slot, when);
    case OTHER:
        return cli_fail(CLI_FAILURE, _("slot %lu has another token, \"%s\": --force replaces it"),
                        old->slot, label);
    case UNREADABLE:
        return cli_fail(CLI_FAILURE,
                        _("in slot %lu is a token that cannot be read: --force puts the backup in "
                          "its place and keeps the file beside it (%s)"),
                        old->slot, old->trouble);
    default: /* it is known when the backup is opened */
        return CLI_OK;
    }
}

static int ask(cli *c, obstacle what, const cli_token *old, const char *label, const char *when)
{
    char *question;
    int code;

    if (what == SAME)
        question = cli_printf(_("Put the token \"%s\" back to what it was at %s? What was done "
                                "since then is lost."),
                              label, when);
    else if (what == OTHER)
        question = cli_printf(_("Replace the token \"%s\" in slot %lu? All that is on it is lost."),
                              label, old->slot);
    else if (what == UNREADABLE)
        question = cli_printf(_("The token in slot %lu cannot be read (%s). Put the backup in its "
                                "place? The file is kept beside it."),
                              old->slot, old->trouble);
    else
        question = cli_printf(_("The token in slot %lu cannot be read (%s). If it is that of the "
                                "backup, put the backup in its place? The file is kept beside it."),
                              old->slot, old->trouble);
    code = cli_confirm(c, question);
    free(question);
    return code;
}

static int confirm(cli *c, const restoring *r)
{
    const cli_token *old = NULL;
    cli_token *list = NULL;
    char *label, *when;
    obstacle what;
    size_t n = 0;
    int code = cli_tokens(c, &list, &n);

    if (code != CLI_OK)
        return code;
    what = find_old(r, list, n, &old);
    if (what != NOTHING) {
        label = cli_printable(old->label);
        when = cli_backup_time(&r->info);
        code =
            c->value[OPT_FORCE] ? ask(c, what, old, label, when) : refuse(what, old, label, when);
        free(label);
        free(when);
    }
    free(list);
    return code;
}

/* The PIN as it was when the copy was made. */
static int get_pin(cli *c, const restoring *r, int so, cli_pin *pin)
{
    cli_pin_source source = so ? cli_so_pin_source(c) : cli_user_pin_source(c);
    char *label, *prompt;
    int code;

    if (cli_pin_source_given(&source))
        return cli_pin_read(&source, pin);
    label = cli_backup_label(&r->info);
    prompt = cli_printf(so ? _("SO PIN that the token \"%s\" had in the backup: ")
                           : _("PIN that the token \"%s\" had in the backup: "),
                        label);
    code = cli_pin_ask(prompt,
                       so ? _("give --so-pin-file or --so-pin-fd")
                          : _("give --pin-file or --pin-fd, or set GOSTTOKEN_PIN"),
                       pin);
    free(prompt);
    free(label);
    return code;
}

static int restore(cli *c, restoring *r)
{
    int so = c->value[OPT_BACKUP_SO] || c->value[OPT_SO_PIN_FILE] || c->value[OPT_SO_PIN_FD];
    cli_pin pin;
    CK_RV rv;
    int code = get_pin(c, r, so, &pin);

    if (code == CLI_OK) {
        const gosttoken_restore_request request = {
            .size = sizeof(request),
            .fd = r->fd,
            .passphrase = (const CK_UTF8CHAR *)r->password->text,
            .passphrase_len = r->password->len,
            .user = so ? CKU_SO : CKU_USER,
            .pin = (const CK_UTF8CHAR *)pin.text,
            .pin_len = pin.len,
            .slot = r->slot,
            .replace = c->value[OPT_FORCE] != NULL,
        };

        rv = r->f.restore(&request, &r->info);
        if (rv != CKR_OK)
            code = cli_backup_failed(c, rv, _("restore the token"));
    }
    gost_wipe(&pin, sizeof(pin));
    return code;
}

static int read_slot(const cli *c, CK_SLOT_ID *slot)
{
    const char *text = c->value[OPT_SLOT];
    char *end;

    *slot = GOSTTOKEN_SLOT_ANY;
    if (text == NULL)
        return CLI_OK;
    errno = 0;
    *slot = strtoul(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || *slot == GOSTTOKEN_SLOT_ANY)
        return cli_fail(CLI_USAGE, _("\"%s\" is not the number of a slot"), text);
    return CLI_OK;
}

static int run(cli *c)
{
    restoring r = {.fd = -1};
    int code = read_slot(c, &r.slot);

    if (code != CLI_OK)
        return code;
    if (c->operands == 0)
        return cli_fail(CLI_USAGE, _("restore needs the file of a backup"));
    if (c->value[OPT_SO_PIN_FILE] && c->value[OPT_SO_PIN_FD])
        return cli_fail(CLI_USAGE, _("--so-pin-file and --so-pin-fd exclude each other"));
    r.path = c->operand[0];
    code = open_copy(&r);
    if (code == CLI_OK)
        code = cli_backup_load(c, &r.f);
    if (code == CLI_OK)
        code = read_copy(c, &r);
    if (code == CLI_OK && c->value[OPT_BACKUP_CHECK]) {
        code = report(c, &r, 0);
    } else if (code == CLI_OK) {
        code = confirm(c, &r);
        if (code == CLI_OK)
            code = restore(c, &r);
        if (code == CLI_OK)
            code = report(c, &r, 1);
    }
    cli_password_free(r.password);
    if (r.fd >= 0)
        (void)close(r.fd);
    return code;
}

static const cli_option options[] = {
    {OPT_BACKUP_PASSWORD_FILE, 0, "password-file", "FILE",
     N_("take the backup's password from the first line of FILE")},
    {OPT_BACKUP_PASSWORD_FD, 0, "password-fd", "N",
     N_("take the backup's password from file descriptor N")},
    {OPT_BACKUP_CHECK, 0, "check", NULL, N_("only see whether the backup is whole")},
    {OPT_SLOT, 0, "slot", "N", N_("put the token into slot N")},
    {OPT_BACKUP_SO, 0, "so", NULL, N_("ask for the SO PIN, not the user's")},
    {OPT_SO_PIN_FILE, 0, "so-pin-file", "FILE", N_("take the SO PIN from the first line of FILE")},
    {OPT_SO_PIN_FD, 0, "so-pin-fd", "N", N_("take the SO PIN from file descriptor N")},
    {OPT_FORCE, 0, "force", NULL, N_("replace the token that is there")},
    {OPT_YES, 'y', "yes", NULL, N_("do not ask")},
    {0},
};

static const cli_rule rules[] = {
    {OPT_TOKEN, CLI_NEVER, ""},
    {OPT_SLOT, CLI_NOT_WITH, "--check"},
    {OPT_FORCE, CLI_NOT_WITH, "--check"},
    {OPT_BACKUP_SO, CLI_NOT_WITH, "--check"},
    {OPT_SO_PIN_FILE, CLI_NOT_WITH, "--check"},
    {OPT_SO_PIN_FD, CLI_NOT_WITH, "--check"},
    {OPT_PIN_FILE, CLI_NOT_WITH, "--so|--so-pin-file|--so-pin-fd"},
    {OPT_PIN_FD, CLI_NOT_WITH, "--so|--so-pin-file|--so-pin-fd"},
    {0},
};

const cli_command cli_restore = {
    .name = "restore",
    .operands = "FILE",
    .max_operands = 1,
    .summary = N_("Makes a token anew from a backup"),
    .details = N_(
        "The token has its old label, serial number, objects and PINs. A PIN as it was when the\n"
        "backup was made is asked for: the user's, or with --so the SO's. If the token is there\n"
        "still, --force replaces it; tries that were spent on its PINs stay spent. A damaged\n"
        "file is replaced so, too, and kept beside the new one."),
    .options = options,
    .rules = rules,
    .run = run,
};
