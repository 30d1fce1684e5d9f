/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new token's file: written and synced under a temporary name in the same directory, then linked
 * to its own name, which fails if there is one. A temporary is locked (flock) while its maker
 * lives; those that are not are left over and removed.
 */
#include "token/vault/local.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gost/random.h"
#include "token/secmem.h"

void vault_temp_sweep(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), file;
    struct dirent *entry;
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

    if (d == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    while ((entry = readdir(d)) != NULL) {
        if (strncmp(entry->d_name, VAULT_TEMP, sizeof(VAULT_TEMP) - 1) != 0)
            continue;
        file = openat(fd, entry->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
        if (file < 0)
            continue;
        if (flock(file, LOCK_EX | LOCK_NB) == 0)
            (void)unlinkat(fd, entry->d_name, 0);
        (void)close(file);
    }
    (void)closedir(d);
}

int vault_temp_name(char name[VAULT_TEMP_LEN + 1])
{
    uint64_t r;

    if (!gost_random_system(NULL, &r, sizeof(r)))
        return 0;
    (void)snprintf(name, VAULT_TEMP_LEN + 1, VAULT_TEMP "%016llx", (unsigned long long)r);
    return 1;
}

CK_RV vault_temp_make(const char *dir, int dirfd, char name[VAULT_TEMP_LEN + 1], int *out)
{
    struct stat st;

    for (int i = 0; i < 100; i++) {
        if (!vault_temp_name(name))
            return vault_fail(CKR_FUNCTION_FAILED, "the system's random generator fails");
        *out = openat(dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (*out < 0) {
            if (errno == EEXIST)
                continue;
            return vault_fail_errno(errno, "make a file in the directory", dir);
        }
        /* Someone who cleans up may have seen it before it was locked. */
        if (flock(*out, LOCK_EX | LOCK_NB) == 0 && fstat(*out, &st) == 0 && st.st_nlink == 1 &&
            fchmod(*out, 0600) == 0 && vault_give(dirfd, *out))
            return CKR_OK;
        (void)unlinkat(dirfd, name, 0);
        (void)close(*out);
    }
    return vault_fail(CKR_FUNCTION_FAILED, "%s: cannot make a temporary file", dir);
}

static CK_RV fill(const vault *v, const char *path, const vault_init *init)
{
    vault_state state = {.generation = 1, .objects = 0, .next_id = 1};
    vault_token *t = NULL;
    vault_plan plan;
    vault_head head;
    CK_RV rv = vault_plan_meta(init, &v->settings, NULL, NULL, NULL, &plan);

    if (rv == CKR_OK)
        rv = vault_plan_pins(init, &plan);
    if (rv != CKR_OK)
        return rv;
    rv = vault_db_open(v->dir, path, VAULT_DB_FRESH, &t);
    if (rv != CKR_OK)
        goto done;
    t->settings = v->settings;
    memcpy(t->serial, plan.meta.serial, VAULT_SERIAL);
    memcpy(t->epoch, plan.meta.epoch, EPOCH);
    vault_head_new(t, &head);
    rv = vault_begin(t, VAULT_WRITE);
    if (rv == CKR_OK) {
        rv = vault_script(t, vault_schema);
        if (rv == CKR_OK)
            rv = vault_state_write(t, &state);
        if (rv == CKR_OK)
            rv = vault_head_write(t, &head);
        if (rv == CKR_OK)
            rv = vault_plan_write(t, &plan);
        if (rv == CKR_OK)
            rv = vault_journal_put(t, plan.key, "token-create", ",\"factory\":%s",
                                   init->pins_are_factory ? "true" : "false");
        rv = vault_end(t, rv);
    }
    vault_db_close(t);
done:
    tok_secret_free(plan.key);
    return rv;
}

/* Gives the finished file its name. */
static CK_RV publish(int dirfd, const char *temp, CK_SLOT_ID slot, const char *dir)
{
    char name[64];
    CK_RV rv = CKR_OK;

    (void)snprintf(name, sizeof(name), "token-%lu.db", slot);
    if (!vault_dir_lock(dirfd))
        return vault_fail(CKR_FUNCTION_FAILED, "%s: another process holds the directory", dir);
    if (faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        rv = vault_fail(CKR_FUNCTION_FAILED, "%s/%s: the slot has a token already", dir, name);
    } else {
        /* A journal without its file would be played into the new one. */
        vault_remove_journals(dirfd, slot);
        if (linkat(dirfd, temp, dirfd, name, 0) != 0) {
            rv = errno == EEXIST ? vault_fail(CKR_FUNCTION_FAILED,
                                              "%s/%s: the slot has a token already", dir, name)
                                 : vault_fail_errno(errno, "make the token's file", dir);
        } else if (fsync(dirfd) != 0) {
            rv = vault_fail_errno(errno, "sync the directory", dir);
            (void)unlinkat(dirfd, name, 0);
        }
    }
    vault_dir_unlock(dirfd);
    return rv;
}

CK_RV vault_create(vault *v, CK_SLOT_ID slot, const vault_init *init)
{
    char temp[VAULT_TEMP_LEN + 1], name[64], *real = NULL, *path = NULL;
    int dirfd = -1, fd = -1;
    CK_RV rv = vault_dir_open(v->dir, 1, &dirfd);

    if (rv != CKR_OK)
        return rv;
    real = realpath(v->dir, NULL);
    if (real == NULL) {
        rv = vault_fail_errno(errno, "find the directory", v->dir);
        goto done;
    }
    /* Known early when it can be; publish finds out for good. */
    (void)snprintf(name, sizeof(name), "token-%lu.db", slot);
    if (faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        rv = vault_fail(CKR_FUNCTION_FAILED, "%s/%s: the slot has a token already", real, name);
        goto done;
    }
    vault_temp_sweep(real);
    rv = vault_temp_make(real, dirfd, temp, &fd);
    if (rv != CKR_OK) {
        fd = -1;
        goto done;
    }
    if (asprintf(&path, "%s/%s", real, temp) < 0) {
        path = NULL;
        rv = vault_fail(CKR_HOST_MEMORY, "out of memory");
        goto done;
    }
    rv = fill(v, path, init);
    if (rv == CKR_OK && fsync(fd) != 0)
        rv = vault_fail_errno(errno, "sync the new file", path);
    if (rv == CKR_OK)
        rv = publish(dirfd, temp, slot, v->dir);
done:
    if (fd >= 0) {
        (void)unlinkat(dirfd, temp, 0);
        (void)close(fd);
    }
    free(path);
    free(real);
    (void)close(dirfd);
    return rv;
}
