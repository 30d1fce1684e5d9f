/* SPDX-License-Identifier: Apache-2.0 */
/* What backup and restore share. */
#ifndef CLI_BACKUP_H
#define CLI_BACKUP_H

#include <gosttoken/backup.h>
#include "cli/json.h"
#include "cli/password.h"
#include "cli/token.h"

enum {
    OPT_BACKUP_PASSWORD_FILE = OPT_OWN,
    OPT_BACKUP_PASSWORD_FD,
    OPT_BACKUP_SO,
    OPT_BACKUP_CHECK
};

#define CLI_BACKUP_PASSWORD_MIN 12 /* characters: it has no counter of tries */

/* The functions of our module. Another module has none: CLI_FAILURE. */
typedef struct cli_backup_functions {
    CK_RV (*backup)(CK_SESSION_HANDLE, int, const CK_UTF8CHAR *, CK_ULONG, gosttoken_backup_info *);
    CK_RV (*check)(int, const CK_UTF8CHAR *, CK_ULONG, gosttoken_backup_info *);
    CK_RV (*restore)(const gosttoken_restore_request *, gosttoken_backup_info *);
} cli_backup_functions;

int cli_backup_load(cli *c, cli_backup_functions *f);

/* Reports a failure of one of them: "cannot WHAT: the module's own words". */
int cli_backup_failed(cli *c, CK_RV rv, const char *what);

/* The password of the file, a new one or that of a copy. */
int cli_backup_password(const cli *c, const char *path, int is_new, cli_password **password);

/* The label without its blanks, freed with free(); when it was made, as text. */
char *cli_backup_label(const gosttoken_backup_info *info);
char *cli_backup_time(const gosttoken_backup_info *info);
cJSON *cli_backup_json(const gosttoken_backup_info *info);

#endif
