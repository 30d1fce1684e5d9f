/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/backup.h. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cli/admin/backup.h"

int cli_backup_load(cli *c, cli_backup_functions *f)
{
    int code = cli_functions(c);

    if (code != CLI_OK)
        return code;
    *(void **)&f->backup = gt_p11_symbol(c->p11, "gosttoken_backup");
    *(void **)&f->check = gt_p11_symbol(c->p11, "gosttoken_backup_check");
    *(void **)&f->restore = gt_p11_symbol(c->p11, "gosttoken_restore");
    return f->backup != NULL && f->check != NULL && f->restore != NULL
               ? CLI_OK
               : cli_fail(CLI_FAILURE,
                          _("copies can be made of gosttoken's own tokens only, not of "
                            "those of another module"));
}

int cli_backup_failed(cli *c, CK_RV rv, const char *what)
{
    static const struct {
        CK_RV rv;
        int code;
    } codes[] = {
        {CKR_PIN_INCORRECT, CLI_PIN},      {CKR_PIN_LOCKED, CLI_PIN},
        {CKR_PIN_EXPIRED, CLI_PIN},        {CKR_USER_PIN_NOT_INITIALIZED, CLI_PIN},
        {CKR_USER_NOT_LOGGED_IN, CLI_PIN},
    };
    const char *text = gt_p11_own_text(c->p11);
    int code = CLI_FAILURE;

    if (text == NULL || rv == CKR_SESSION_EXISTS)
        return cli_fail_rv(c, rv, "%s", what);
    for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
        if (codes[i].rv == rv)
            code = codes[i].code;
    return cli_fail(code, _("cannot %s: %s (%s)"), what, text, gt_rv_name(rv));
}

int cli_backup_password(const cli *c, const char *path, int is_new, cli_password **password)
{
    char *prompt = cli_printf(
        is_new ? _("New password for the backup %s: ") : _("Password of the backup %s: "), path);
    const cli_password_source source = {
        .file = c->value[OPT_BACKUP_PASSWORD_FILE],
        .fd = c->value[OPT_BACKUP_PASSWORD_FD],
        .prompt = prompt,
        .hint = _("give --password-file or --password-fd"),
    };
    int code;

    *password = cli_password_alloc();
    if (source.file && source.fd) {
        free(prompt);
        return cli_fail(CLI_USAGE, _("--password-file and --password-fd exclude each other"));
    }
    code = is_new ? cli_password_new(&source, CLI_BACKUP_PASSWORD_MIN, *password)
                  : cli_password_get(&source, *password);
    free(prompt);
    return code;
}

char *cli_backup_label(const gosttoken_backup_info *info)
{
    size_t len = sizeof(info->label);

    while (len > 0 && info->label[len - 1] == ' ')
        len--;
    return cli_utf8(info->label, len);
}

char *cli_backup_time(const gosttoken_backup_info *info)
{
    time_t when = (time_t)info->time;
    char text[64] = "?";
    struct tm tm;

    if (gmtime_r(&when, &tm) != NULL)
        (void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
    return cli_strdup(text);
}

cJSON *cli_backup_json(const gosttoken_backup_info *info)
{
    char *label = cli_backup_label(info), *when = cli_backup_time(info);
    char *serial = cli_utf8(info->serial, sizeof(info->serial));
    char *id = cli_hex(info->id, sizeof(info->id));
    cJSON *json = cli_json_object();

    cli_json_string(json, "token", label);
    cli_json_string(json, "serial", serial);
    cli_json_string(json, "copy", id);
    cli_json_string(json, "made", when);
    cli_json_add(json, "slot", cJSON_CreateNumber((double)info->slot));
    cli_json_add(json, "objects", cJSON_CreateNumber((double)info->objects));
    cli_json_add(json, "bytes", cJSON_CreateNumber((double)info->bytes));
    free(id);
    free(serial);
    free(label);
    free(when);
    return json;
}
