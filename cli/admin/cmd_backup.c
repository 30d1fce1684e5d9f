/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken backup: an encrypted copy of a token, read back before it gets its name. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/admin/backup.h"
#include "cli/output.h"

/* From the disk, if the system will: what was written may be in its memory still. */
static int read_back(cli *c, const cli_backup_functions *f, int fd, const cli_password *password,
                     const gosttoken_backup_info *written)
{
    gosttoken_backup_info info = {.size = sizeof(info)};
    CK_RV rv;

    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    if (lseek(fd, 0, SEEK_SET) != 0)
        return cli_fail(CLI_FAILURE, _("the backup cannot be read back: %s"), strerror(errno));
    rv = f->check(fd, (const CK_UTF8CHAR *)password->text, password->len, &info);
    if (rv != CKR_OK)
        return cli_backup_failed(c, rv, _("read the backup back"));
    if (memcmp(info.id, written->id, sizeof(info.id)) != 0 || info.bytes != written->bytes)
        return cli_fail(CLI_FAILURE, _("what was read back is not what was written"));
    return CLI_OK;
}

static int write_copy(cli *c, const cli_backup_functions *f, CK_SESSION_HANDLE session,
                      const cli_password *password, const char *path, gosttoken_backup_info *info)
{
    char *temp;
    int fd, code = cli_output_begin(path, 0600, &temp, &fd);
    CK_RV rv;

    if (code != CLI_OK)
        return code;
    rv = f->backup(session, fd, (const CK_UTF8CHAR *)password->text, password->len, info);
    code = rv == CKR_OK ? read_back(c, f, fd, password, info)
                        : cli_backup_failed(c, rv, _("make the backup"));
    if (code == CLI_OK)
        return cli_output_end(path, c->value[OPT_FORCE] != NULL, temp, fd);
    cli_output_drop(temp, fd);
    return code;
}

static int report(const cli *c, const char *path, const gosttoken_backup_info *info)
{
    char *label;
    cJSON *json;

    if (c->value[OPT_JSON]) {
        json = cli_backup_json(info);
        cli_json_string(json, "file", path);
        return cli_json_print(json);
    }
    label = cli_backup_label(info);
    cli_say(c, _("The token \"%s\" is in %s: %lu objects, read back and found right."), label, path,
            (unsigned long)info->objects);
    free(label);
    return CLI_OK;
}

static int run(cli *c)
{
    gosttoken_backup_info info = {.size = sizeof(info)};
    cli_password *password = NULL;
    CK_SESSION_HANDLE session;
    cli_backup_functions f;
    cli_token token;
    int code;

    if (c->operands == 0 || strcmp(c->operand[0], "-") == 0)
        return cli_fail(CLI_USAGE, _("backup needs the name of the file to write"));
    code = cli_output_free(c, c->operand[0]);
    if (code == CLI_OK)
        code = cli_backup_load(c, &f);
    if (code == CLI_OK)
        code = cli_token_choose(c, NULL, &token);
    if (code == CLI_OK)
        code = cli_session(c, &token, 0, &session);
    if (code != CLI_OK)
        return code;
    code = cli_login(c, &token, session, NULL);
    if (code == CLI_OK)
        code = cli_backup_password(c, c->operand[0], 1, &password);
    if (code == CLI_OK)
        code = write_copy(c, &f, session, password, c->operand[0], &info);
    if (code == CLI_OK)
        code = report(c, c->operand[0], &info);
    cli_password_free(password);
    c->fn->C_CloseSession(session);
    return code;
}

static const cli_option options[] = {
    {OPT_BACKUP_PASSWORD_FILE, 0, "password-file", "FILE",
     N_("take the backup's password from the first line of FILE")},
    {OPT_BACKUP_PASSWORD_FD, 0, "password-fd", "N",
     N_("take the backup's password from file descriptor N")},
    {OPT_FORCE, 0, "force", NULL, N_("replace FILE")},
    {0},
};

const cli_command cli_backup = {
    .name = "backup",
    .operands = "FILE",
    .max_operands = 1,
    .summary = N_("Writes an encrypted copy of a token into a file"),
    .details = N_("The copy holds all of the token: keys, certificates, PINs, the journal. It is\n"
                  "encrypted with a password of at least 12 characters, and read back before it\n"
                  "gets its name. Who has the copy and its password can guess the PIN for as long\n"
                  "as he likes: keep them apart."),
    .options = options,
    .run = run,
};
