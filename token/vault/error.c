/* SPDX-License-Identifier: Apache-2.0 */
/* Messages, and the one table from SQLite's results to PKCS #11's. */
#include "token/vault/local.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char text[640];

const char *vault_error_text(void)
{
    return text;
}

CK_RV vault_error_set(CK_RV rv, const char *words)
{
    return vault_fail(rv, "%s", words);
}

CK_RV vault_fail(CK_RV rv, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(text, sizeof(text), format, ap);
    va_end(ap);
    return rv;
}

static const struct {
    int code; /* an extended result, or a primary one for all of its kind */
    CK_RV rv;
    const char *hint;
} results[] = {
    {SQLITE_IOERR_NOMEM, CKR_HOST_MEMORY, "out of memory"},
    {SQLITE_READONLY_DBMOVED, CKR_DEVICE_REMOVED, "the token was removed or replaced"},
    {SQLITE_READONLY, CKR_TOKEN_WRITE_PROTECTED, "check the permissions of file and directory"},
    {SQLITE_PERM, CKR_TOKEN_WRITE_PROTECTED, "check the permissions of file and directory"},
    {SQLITE_NOMEM, CKR_HOST_MEMORY, "out of memory"},
    {SQLITE_FULL, CKR_DEVICE_MEMORY, "the disk is full"},
    {SQLITE_TOOBIG, CKR_DEVICE_MEMORY, "the object is too big"},
    {SQLITE_BUSY, CKR_FUNCTION_FAILED, "another process holds the token for too long"},
    {SQLITE_LOCKED, CKR_FUNCTION_FAILED, "another process holds the token for too long"},
    {SQLITE_CORRUPT, CKR_DEVICE_ERROR, "the file is damaged: restore it from a backup"},
    {SQLITE_NOTADB, CKR_DEVICE_ERROR, "the file is damaged: restore it from a backup"},
    {SQLITE_IOERR_DATA, CKR_DEVICE_ERROR, "a page's checksum is wrong: restore a backup"},
    {SQLITE_IOERR, CKR_DEVICE_ERROR, "the disk does not read or write"},
    {SQLITE_CANTOPEN, CKR_DEVICE_ERROR, "the file or its journal cannot be opened"},
};

static CK_RV from_errno(int err, CK_RV otherwise)
{
    switch (err) {
    case EACCES:
    case EPERM:
    case EROFS:
        return CKR_TOKEN_WRITE_PROTECTED;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: /* the process's own limit, RLIMIT_FSIZE */
        return CKR_DEVICE_MEMORY;
    case ENOMEM:
        return CKR_HOST_MEMORY;
    default:
        return otherwise;
    }
}

/* What the system said. SQLite does not keep it for a COMMIT that fails; the file does. */
static int system_error(sqlite3 *db, int code)
{
    int err = sqlite3_system_errno(db);

    if (err == 0 && (code & 0xff) == SQLITE_IOERR)
        (void)sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &err);
    return err;
}

CK_RV vault_fail_db(vault_token *t, const char *doing)
{
    int code = sqlite3_extended_errcode(t->db), primary = code & 0xff;
    int err = system_error(t->db, code);
    CK_RV rv = CKR_DEVICE_ERROR;
    const char *hint = "unexpected";

    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
        if (results[i].code == code || results[i].code == primary) {
            rv = results[i].rv;
            hint = results[i].hint;
            break;
        }
    }
    if (primary == SQLITE_CANTOPEN || (primary == SQLITE_IOERR && code != SQLITE_IOERR_DATA)) {
        rv = from_errno(err, rv);
        if (primary == SQLITE_CANTOPEN && err == ENOENT) {
            rv = CKR_DEVICE_REMOVED;
            hint = "the file or its directory was removed";
        }
        if (rv == CKR_TOKEN_WRITE_PROTECTED)
            hint = "check the permissions of file and directory";
        else if (rv == CKR_DEVICE_MEMORY)
            hint = err == EFBIG ? "the process may write no bigger files (ulimit -f)"
                                : "the disk is full";
    }
    return vault_fail(rv, "%s: %s: %s (SQLite %d: %s)", t->path, doing, hint, code,
                      sqlite3_errstr(code));
}

CK_RV vault_fail_errno(int err, const char *doing, const char *path)
{
    char buf[128];

    return vault_fail(from_errno(err, CKR_DEVICE_ERROR), "%s: %s: %s", path, doing,
                      strerror_r(err, buf, sizeof(buf)));
}
