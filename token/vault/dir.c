/* SPDX-License-Identifier: Apache-2.0 */
/* The directory of tokens: whose it is, what is in it, opening and removing a token's file. */
#include "token/vault/local.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_MS      10000
#define NAME_MAX_LEN 64

/* ---- which one ------------------------------------------------------------------------------ */

static char *join(const char *a, const char *b)
{
    char *out = NULL;

    return asprintf(&out, "%s/%s", a, b) < 0 ? NULL : out;
}

/* An absolute path from the environment, or NULL. */
static const char *absolute(const char *name)
{
    const char *value = secure_getenv(name);

    return value != NULL && value[0] == '/' ? value : NULL;
}

static CK_RV default_dir(char **out)
{
    const char *dir = secure_getenv("GOSTTOKEN_DIR"), *base;
    struct passwd pw, *found = NULL;
    char buf[4096];

    if (dir != NULL && dir[0] != '\0') {
        *out = strdup(dir);
    } else if (geteuid() == 0) {
        *out = strdup("/var/lib/gosttoken");
    } else if ((base = absolute("XDG_DATA_HOME")) != NULL) {
        *out = join(base, "gosttoken");
    } else if ((base = absolute("HOME")) != NULL) {
        *out = join(base, ".local/share/gosttoken");
    } else {
        if (getpwuid_r(geteuid(), &pw, buf, sizeof(buf), &found) != 0 || found == NULL)
            return vault_fail(CKR_DEVICE_ERROR, "no directory for tokens: set GOSTTOKEN_DIR");
        *out = join(pw.pw_dir, ".local/share/gosttoken");
    }
    return *out != NULL ? CKR_OK : vault_fail(CKR_HOST_MEMORY, "out of memory");
}

char *vault_default_dir(const char *dir)
{
    char *path = NULL;

    if (dir != NULL)
        return strdup(dir);
    return default_dir(&path) == CKR_OK ? path : NULL;
}

CK_RV vault_open(const char *dir, vault **out)
{
    vault *v = calloc(1, sizeof(*v));
    char *path = NULL, *cwd;
    CK_RV rv = CKR_OK;
    int fd = -1;

    if (v == NULL)
        return vault_fail(CKR_HOST_MEMORY, "out of memory");
    vault_settings_default(&v->settings);
    if (dir == NULL)
        rv = default_dir(&path);
    else if ((path = strdup(dir)) == NULL)
        rv = vault_fail(CKR_HOST_MEMORY, "out of memory");
    if (rv != CKR_OK)
        goto fail;
    if (path[0] != '/') {
        /* The process may change its directory later. */
        cwd = getcwd(NULL, 0);
        if (cwd == NULL) {
            rv = vault_fail_errno(errno, "find the current directory", path);
            goto fail;
        }
        v->dir = join(cwd, path);
        free(cwd);
        free(path);
        path = NULL;
    } else {
        v->dir = path;
        path = NULL;
    }
    rv = v->dir == NULL ? vault_fail(CKR_HOST_MEMORY, "out of memory")
                        : vault_dir_open(v->dir, 0, &fd);
    if (rv != CKR_OK)
        goto fail;
    if (fd >= 0)
        (void)close(fd);
    *out = v;
    return CKR_OK;
fail:
    free(path);
    vault_close(v);
    return rv;
}

void vault_close(vault *v)
{
    if (v == NULL)
        return;
    free(v->dir);
    free(v);
}

void vault_forget(vault *v)
{
    vault_close(v); /* holds nothing but memory */
}

const char *vault_dir(const vault *v)
{
    return v->dir;
}

/* ---- whose it is ---------------------------------------------------------------------------- */

/*
 * root may use a store that is a service's: nginx's master reads its configuration as root before
 * its workers become www-data. What root makes there is given to the owner (vault_give).
 */
static CK_RV check_owner(const struct stat *st, const char *what, const char *path)
{
    if (st->st_uid != geteuid() && geteuid() != 0)
        return vault_fail(CKR_DEVICE_ERROR,
                          "%s: the %s belongs to user %lu and not to user %lu: chown it or use "
                          "another directory",
                          path, what, (unsigned long)st->st_uid, (unsigned long)geteuid());
    if (st->st_mode & (S_IWGRP | S_IWOTH))
        return vault_fail(CKR_DEVICE_ERROR,
                          "%s: others can write to the %s (mode %03o): chmod go-w it", path, what,
                          (unsigned)st->st_mode & 0777);
    return CKR_OK;
}

int vault_give(int dirfd, int fd)
{
    struct stat st;

    if (geteuid() != 0)
        return 1;
    return fstat(dirfd, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0;
}

/* mkdir -p, each part for us alone. */
static CK_RV make_dirs(const char *dir)
{
    char *path = strdup(dir), *p;
    CK_RV rv = CKR_OK;

    if (path == NULL)
        return vault_fail(CKR_HOST_MEMORY, "out of memory");
    for (p = path + 1; rv == CKR_OK; p++) {
        char c = *p;
        if (c != '/' && c != '\0')
            continue;
        *p = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            rv = vault_fail_errno(errno, "make the directory", path);
        *p = c;
        if (c == '\0')
            break;
    }
    free(path);
    return rv;
}

CK_RV vault_dir_open(const char *dir, int make, int *fd)
{
    struct stat st;
    CK_RV rv;

    *fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0 && errno == ENOENT) {
        if (!make)
            return CKR_OK;
        rv = make_dirs(dir);
        if (rv != CKR_OK)
            return rv;
        *fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (*fd < 0)
        return vault_fail_errno(errno, "open the directory", dir);
    rv = fstat(*fd, &st) == 0 ? check_owner(&st, "directory", dir)
                              : vault_fail_errno(errno, "look at the directory", dir);
    if (rv != CKR_OK) {
        (void)close(*fd);
        *fd = -1;
    }
    return rv;
}

int vault_dir_lock(int fd)
{
    struct timespec nap = {0, 1000000};

    for (int waited = 0; waited < LOCK_MS;) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return 1;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return 0;
        (void)nanosleep(&nap, NULL);
        waited += (int)(nap.tv_nsec / 1000000);
        if (nap.tv_nsec < 16000000)
            nap.tv_nsec *= 2;
    }
    return 0;
}

void vault_dir_unlock(int fd)
{
    /* Said, not left to close: a child of a fork meanwhile has the same lock by its copy. */
    (void)flock(fd, LOCK_UN);
}

/* ---- slots ---------------------------------------------------------------------------------- */

/* token-<decimal>.db, without leading zeros */
static int parse_name(const char *name, CK_SLOT_ID *slot)
{
    char again[NAME_MAX_LEN], *end;
    unsigned long n;

    if (strncmp(name, "token-", 6) != 0 || name[6] < '0' || name[6] > '9')
        return 0;
    errno = 0;
    n = strtoul(name + 6, &end, 10);
    if (errno != 0)
        return 0;
    (void)snprintf(again, sizeof(again), "token-%lu.db", n);
    *slot = n;
    return strcmp(again, name) == 0;
}

static int by_number(const void *a, const void *b)
{
    CK_SLOT_ID x = *(const CK_SLOT_ID *)a, y = *(const CK_SLOT_ID *)b;

    return (x > y) - (x < y);
}

CK_RV vault_slots(vault *v, CK_SLOT_ID **slots, size_t *n)
{
    size_t count = 0, cap = 0;
    CK_SLOT_ID *list = NULL, slot;
    struct dirent *entry;
    DIR *d = NULL;
    int fd;
    CK_RV rv = vault_dir_open(v->dir, 0, &fd);

    if (rv != CKR_OK)
        return rv;
    if (fd >= 0) {
        d = fdopendir(fd);
        if (d == NULL) {
            rv = vault_fail_errno(errno, "read the directory", v->dir);
            (void)close(fd);
            return rv;
        }
    }
    while (d != NULL && (errno = 0, entry = readdir(d)) != NULL) {
        if (!parse_name(entry->d_name, &slot))
            continue;
        if (count == cap) {
            CK_SLOT_ID *more = realloc(list, (cap = 2 * cap + 8) * sizeof(*list));
            if (more == NULL) {
                rv = vault_fail(CKR_HOST_MEMORY, "out of memory");
                goto done;
            }
            list = more;
        }
        list[count++] = slot;
    }
    if (d != NULL && errno != 0)
        rv = vault_fail_errno(errno, "read the directory", v->dir);
done:
    if (d != NULL)
        (void)closedir(d);
    if (rv != CKR_OK) {
        free(list);
        return rv;
    }
    if (count > 0)
        qsort(list, count, sizeof(*list), by_number);
    *slots = list;
    *n = count;
    return CKR_OK;
}

char *vault_slot_path(const char *dir, CK_SLOT_ID slot)
{
    char *real = realpath(dir, NULL), *path = NULL;

    /* SQLITE_OPEN_NOFOLLOW minds every part of a path; the directory itself may be a link. */
    if (real == NULL || asprintf(&path, "%s/token-%lu.db", real, slot) < 0)
        path = NULL;
    free(real);
    return path;
}

/* ---- one token ------------------------------------------------------------------------------ */

/* Finds a slot's file and checks whose it is. The directory cannot be written by others, so what
 * is true of the name now stays true until it is opened. */
static CK_RV locate(vault *v, CK_SLOT_ID slot, int *fd, char **path)
{
    struct stat st;
    CK_RV rv = vault_dir_open(v->dir, 0, fd);

    if (rv != CKR_OK)
        return rv;
    if (*fd < 0)
        return vault_fail(CKR_TOKEN_NOT_PRESENT, "%s: no such directory, and so no token", v->dir);
    *path = vault_slot_path(v->dir, slot);
    if (*path == NULL)
        rv = vault_fail(CKR_HOST_MEMORY, "%s: cannot make the path", v->dir);
    else if (lstat(*path, &st) != 0)
        rv = errno == ENOENT ? vault_fail(CKR_TOKEN_NOT_PRESENT, "%s: no such token", *path)
                             : vault_fail_errno(errno, "look at the file", *path);
    else if (!S_ISREG(st.st_mode))
        rv = vault_fail(CKR_DEVICE_ERROR, "%s: not a plain file: move it away", *path);
    else
        rv = check_owner(&st, "file", *path);
    if (rv != CKR_OK) {
        free(*path);
        (void)close(*fd);
    }
    return rv;
}

CK_RV vault_slot_check(vault *v, CK_SLOT_ID slot)
{
    char *path = NULL;
    int fd;
    CK_RV rv = locate(v, slot, &fd, &path);

    if (rv != CKR_OK)
        return rv;
    free(path);
    (void)close(fd);
    return CKR_OK;
}

CK_RV vault_token_open(vault *v, CK_SLOT_ID slot, vault_token **out)
{
    vault_token *t = NULL;
    vault_meta m;
    char *path = NULL;
    int fd;
    CK_RV rv = locate(v, slot, &fd, &path);

    if (rv != CKR_OK)
        return rv;
    (void)close(fd);
    rv = vault_db_open(v->dir, path, VAULT_DB_TOKEN, &t);
    if (rv == CKR_OK) {
        t->settings = v->settings;
        rv = vault_begin(t, VAULT_READ);
    }
    if (rv == CKR_OK) {
        rv = vault_meta_read(t, &m);
        if (rv == CKR_OK) {
            memcpy(t->serial, m.serial, VAULT_SERIAL);
            memcpy(t->epoch, m.epoch, EPOCH);
            t->known = 1;
            vault_queue_make(t);
        }
        rv = vault_end(t, rv);
    }
    if (rv == CKR_DEVICE_REMOVED)
        rv = vault_fail(CKR_TOKEN_NOT_PRESENT, "%s: removed just now", path);
    free(path);
    if (rv != CKR_OK) {
        vault_db_close(t);
        return rv;
    }
    *out = t;
    return CKR_OK;
}

void vault_remove_journals(int fd, CK_SLOT_ID slot)
{
    static const char *const tails[] = {"-journal", "-journal-done", "-wal", "-shm", "-queue"};
    char name[NAME_MAX_LEN];

    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        (void)snprintf(name, sizeof(name), "token-%lu.db%s", slot, tails[i]);
        (void)unlinkat(fd, name, 0);
    }
}

/* Takes the name away such that a failure puts it back. */
static CK_RV unlink_synced(int fd, const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    char aside[VAULT_TEMP_LEN + 1];
    CK_RV rv;

    if (!vault_temp_name(aside))
        return vault_fail(CKR_FUNCTION_FAILED, "the system's random generator fails");
    if (renameat(fd, name, fd, aside) != 0)
        return errno == ENOENT ? vault_fail(CKR_TOKEN_NOT_PRESENT, "%s: no such token", path)
                               : vault_fail_errno(errno, "remove the token's file", path);
    if (fsync(fd) != 0) {
        rv = vault_fail_errno(errno, "sync the directory of", path);
        (void)renameat(fd, aside, fd, name);
        return rv;
    }
    (void)unlinkat(fd, aside, 0);
    return CKR_OK;
}

CK_RV vault_destroy(vault *v, CK_SLOT_ID slot)
{
    vault_token *t = NULL;
    int fd, begun = 0;
    char *path = NULL;
    CK_RV rv = locate(v, slot, &fd, &path);

    if (rv != CKR_OK)
        return rv;
    if (!vault_dir_lock(fd)) {
        rv = vault_fail(CKR_FUNCTION_FAILED, "%s: another process holds the directory", v->dir);
        goto done;
    }
    /* A writer still at work would remove its journal by name, perhaps that of a token made later
     * in the same slot: so wait for writers to end. A file that cannot be read has none. */
    if (vault_db_open(v->dir, path, VAULT_DB_TOKEN, &t) == CKR_OK) {
        rv = vault_begin(t, VAULT_ALONE);
        begun = rv == CKR_OK;
        if (rv == CKR_DEVICE_REMOVED)
            rv = vault_fail(CKR_TOKEN_NOT_PRESENT, "%s: no such token", path);
        if (rv == CKR_TOKEN_NOT_PRESENT || rv == CKR_FUNCTION_FAILED || rv == CKR_HOST_MEMORY)
            goto unlock;
    }
    rv = unlink_synced(fd, path);
    if (rv == CKR_OK)
        vault_remove_journals(fd, slot);
unlock:
    if (begun)
        (void)vault_end(t, CKR_FUNCTION_CANCELED); /* nothing was written */
    vault_db_close(t);
    vault_dir_unlock(fd);
done:
    free(path);
    (void)close(fd);
    return rv;
}
