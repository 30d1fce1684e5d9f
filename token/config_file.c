/* SPDX-License-Identifier: Apache-2.0 */
/* Which gosttoken.conf, and the environment; see config.h. */
#include "token/config.h"
#include "token/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define FILE_MAX 65536

static const char SYSTEM_FILE[] = "/etc/gosttoken/gosttoken.conf";

/* Plain, so that a child of a fork that came at a bad moment finds nothing to be freed. */
static tok_config config;

/* The file it is from. */
static char used[PATH_MAX];

const char *tok_config_path(void)
{
    return used;
}

const tok_config *tok_config_get(void)
{
    return &config;
}

static CK_RV refuse(const char *path, const char *why)
{
    char text[PATH_MAX + 600];

    (void)snprintf(text, sizeof text, "%s: %s; see gosttoken.conf(5)", path, why);
    return vault_error_set(CKR_GENERAL_ERROR, text);
}

static CK_RV refuse_errno(const char *path, int err)
{
    char buf[128];

    return refuse(path, strerror_r(err, buf, sizeof buf));
}

/* A file that others can write is nobody's policy. /dev/null is a way to say: none. */
static const char *distrust(const struct stat *st)
{
    if (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3))
        return NULL;
    if (!S_ISREG(st->st_mode))
        return "not a plain file";
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return "belongs to another user";
    if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return "others can write to it: chmod go-w";
    return NULL;
}

static CK_RV read_all(int fd, const char *path, char *text, size_t *len)
{
    ssize_t n;

    for (*len = 0; (n = read(fd, text + *len, FILE_MAX + 1 - *len)) != 0;) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return refuse_errno(path, errno);
        *len += (size_t)n;
        if (*len > FILE_MAX)
            return refuse(path, "too long");
    }
    return CKR_OK;
}

static CK_RV read_file(int fd, const char *path, tok_config *c)
{
    char *text = malloc(FILE_MAX + 1), why[512];
    const char *bad;
    struct stat st;
    size_t len = 0;
    CK_RV rv;

    if (text == NULL)
        return CKR_HOST_MEMORY;
    if (fstat(fd, &st) != 0)
        rv = refuse_errno(path, errno);
    else if ((bad = distrust(&st)) != NULL)
        rv = refuse(path, bad);
    else
        rv = read_all(fd, path, text, &len);
    if (rv == CKR_OK && !tok_config_parse(text, len, c, why, sizeof why))
        rv = refuse(path, why);
    free(text);
    return rv;
}

/* The user's own place for it; 0: none. */
static int own_path(char out[PATH_MAX])
{
    const char *base = secure_getenv("XDG_CONFIG_HOME"), *more = "";
    int n;

    if (base == NULL || base[0] != '/') {
        base = secure_getenv("HOME");
        more = "/.config";
    }
    if (base == NULL || base[0] != '/')
        return 0;
    n = snprintf(out, PATH_MAX, "%s%s/gosttoken/gosttoken.conf", base, more);
    return n > 0 && n < PATH_MAX;
}

/* A directory that may not be entered (that of the user a daemon was started by) has no file for
 * us. One that is there and cannot be read is a mistake. */
static int not_there(const char *path, int err)
{
    char dir[PATH_MAX];

    if (err == ENOENT || err == ENOTDIR)
        return 1;
    if (err != EACCES)
        return 0;
    (void)strcpy(dir, path);
    *strrchr(dir, '/') = 0;
    return faccessat(AT_FDCWD, dir, X_OK, AT_EACCESS) != 0;
}

/* *fd < 0: there is no file. */
static CK_RV find(char path[PATH_MAX], int *fd)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    const char *named = secure_getenv("GOSTTOKEN_CONF");

    if (named != NULL && *named != 0) {
        if (strlen(named) >= PATH_MAX)
            return refuse("$GOSTTOKEN_CONF", "too long");
        (void)strcpy(path, named);
        *fd = open(path, flags);
        return *fd >= 0 ? CKR_OK : refuse_errno(path, errno);
    }
    if (own_path(path)) {
        *fd = open(path, flags);
        if (*fd >= 0)
            return CKR_OK;
        if (!not_there(path, errno))
            return refuse_errno(path, errno);
    }
    (void)strcpy(path, SYSTEM_FILE);
    *fd = open(path, flags);
    return *fd >= 0 || not_there(path, errno) ? CKR_OK : refuse_errno(path, errno);
}

/* What comes before the file. */
static void environment(tok_config *c)
{
    const char *dir = secure_getenv("GOSTTOKEN_DIR"), *log = secure_getenv("GOSTTOKEN_LOG"),
               *factory = secure_getenv("GOSTTOKEN_FACTORY_TOKEN");

    if (dir != NULL && *dir != 0)
        c->store[0] = 0; /* the vault's default is that variable */
    if (log != NULL && *log != 0 && strlen(log) < sizeof c->log)
        (void)strcpy(c->log, log);
    if (factory != NULL && *factory != 0)
        c->factory = strcmp(factory, "off") != 0;
}

CK_RV tok_config_start(void)
{
    char path[PATH_MAX];
    int fd = -1;
    CK_RV rv;

    tok_config_default(&config);
    path[0] = 0;
    rv = find(path, &fd);
    used[0] = 0;
    if (fd >= 0 || rv != CKR_OK)
        (void)strcpy(used, path);
    if (rv == CKR_OK && fd >= 0)
        rv = read_file(fd, path, &config);
    environment(&config);
    tok_log_open(config.log, config.log_level);
    if (rv != CKR_OK)
        tok_log_at(TOK_LOG_ERROR, "C_Initialize: 0x%lx: %s", rv, vault_error_text());
    else if (fd >= 0)
        tok_log_at(TOK_LOG_DEBUG, "configured by %s", path);
    if (fd >= 0)
        (void)close(fd);
    return rv;
}
