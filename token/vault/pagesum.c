/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A layer below SQLite and above its "unix" file layer, for three things that SQLite leaves out:
 *
 * 1. Each page ends in a checksum of eight bytes over the page and its place, checked whenever the
 *    page is read: a damaged page is an error (SQLITE_IOERR_DATA), never an object or an index
 *    entry that is quietly missing. Against accidents, not against people.
 * 2. A commit whose last step fails did not happen. SQLite commits by unlinking the journal and
 *    syncing the directory; if that sync fails the journal is gone all the same, and the caller is
 *    told of an error although the change is there. Here the journal is renamed, the directory
 *    synced, and the journal renamed back if that failed: SQLite then rolls back as it says. (If
 *    the disk fails for good between the two, there is an error and nobody can tell what is on it.)
 * 3. A file that was removed or replaced is not used any more (sum_lock).
 *
 * The layer has a name of its own and is never the process's default.
 */
#include "token/vault/local.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER   100
#define PAGE_MAX 65536

typedef struct sum_file {
    sqlite3_file base;
    uint8_t header[HEADER]; /* as it was at open; zeros of an empty file */
    int summed;
    uint8_t *page; /* PAGE_MAX bytes, for writing */
    /* the file of the layer below follows */
} sum_file;

static struct {
    pthread_mutex_t lock;
    int users;
    sqlite3_vfs vfs;
    char name[40];
} layer = {.lock = PTHREAD_MUTEX_INITIALIZER};

static sqlite3_vfs *below(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

static sqlite3_file *inner(sqlite3_file *f)
{
    return (sqlite3_file *)(void *)((uint8_t *)f + sizeof(sum_file));
}

/* ---- checksums ------------------------------------------------------------------------------ */

/* Two running sums, each step a bijection of each: any change in one word is seen. Starts from the
 * page's place, so that a page written to another's place is seen too. */
static void page_sum(const uint8_t *page, size_t len, sqlite3_int64 offset, uint8_t sum[8])
{
    uint32_t a = (uint32_t)(offset >> 9) ^ 0x9e3779b9u, b = (uint32_t)(offset >> 41) ^ 0x7f4a7c15u;

    for (size_t i = 0; i + 8 <= len; i += 8) {
        const uint8_t *p = page + i;
        uint32_t x =
            (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        uint32_t y =
            (uint32_t)p[4] | (uint32_t)p[5] << 8 | (uint32_t)p[6] << 16 | (uint32_t)p[7] << 24;
        a += x + b;
        a = a << 13 | a >> 19;
        b += y + a;
        b = b << 7 | b >> 25;
    }
    vault_put64(sum, (uint64_t)a << 32 | b);
}

void vault_page_sums(uint8_t *file, size_t len, size_t page)
{
    for (size_t at = 0; page > VAULT_RESERVE && at + page <= len; at += page)
        page_sum(file + at, page - VAULT_RESERVE, (sqlite3_int64)at,
                 file + at + page - VAULT_RESERVE);
}

static int is_page(const sum_file *f, int n, sqlite3_int64 offset)
{
    return f->summed && n >= 512 && n <= PAGE_MAX && (n & (n - 1)) == 0 && offset % n == 0;
}

static int sum_read(sqlite3_file *file, void *buf, int n, sqlite3_int64 offset)
{
    const sum_file *f = (const sum_file *)(void *)file;
    int rc = inner(file)->pMethods->xRead(inner(file), buf, n, offset);
    uint8_t sum[VAULT_RESERVE];
    sqlite3_int64 size = 0;

    if (rc == SQLITE_IOERR_SHORT_READ && is_page(f, n, offset)) {
        /* SQLite takes what is missing for zeros. Of a page that is there in part it must not. */
        if (inner(file)->pMethods->xFileSize(inner(file), &size) != SQLITE_OK || size > offset)
            rc = SQLITE_IOERR_DATA;
    } else if (rc == SQLITE_OK && is_page(f, n, offset)) {
        size_t len = (size_t)n - VAULT_RESERVE;
        page_sum(buf, len, offset, sum);
        if (memcmp(sum, (const uint8_t *)buf + len, VAULT_RESERVE) != 0)
            rc = SQLITE_IOERR_DATA;
    }
    return rc;
}

static int sum_write(sqlite3_file *file, const void *buf, int n, sqlite3_int64 offset)
{
    sum_file *f = (sum_file *)(void *)file;

    if (is_page(f, n, offset)) {
        size_t len = (size_t)n - VAULT_RESERVE;
        if (f->page == NULL)
            f->page = malloc(PAGE_MAX);
        if (f->page == NULL)
            return SQLITE_IOERR_NOMEM;
        memcpy(f->page, buf, len);
        page_sum(f->page, len, offset, f->page + len);
        buf = f->page;
    }
    return inner(file)->pMethods->xWrite(inner(file), buf, n, offset);
}

/* ---- the rest of a file --------------------------------------------------------------------- */

static int sum_close(sqlite3_file *file)
{
    free(((sum_file *)(void *)file)->page);
    return inner(file)->pMethods->xClose(inner(file));
}

static int sum_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    return inner(f)->pMethods->xTruncate(inner(f), size);
}

static int sum_sync(sqlite3_file *f, int flags)
{
    return inner(f)->pMethods->xSync(inner(f), flags);
}

static int sum_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return inner(f)->pMethods->xFileSize(inner(f), size);
}

/*
 * With its first lock a connection makes sure that its file still bears its name: journals go by
 * the name, and the next thing SQLite does is to look for one left by a crash, which would be
 * another token's and be played into this file and removed. Whoever removes a token holds the
 * exclusive lock, so what is true under a shared one stays true.
 */
static int sum_lock(sqlite3_file *f, int level)
{
    int moved = 0, rc = inner(f)->pMethods->xLock(inner(f), level);

    if (rc == SQLITE_OK && level == SQLITE_LOCK_SHARED &&
        inner(f)->pMethods->xFileControl(inner(f), SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
        moved) {
        (void)inner(f)->pMethods->xUnlock(inner(f), SQLITE_LOCK_NONE);
        rc = SQLITE_READONLY_DBMOVED;
    }
    return rc;
}

static int sum_unlock(sqlite3_file *f, int level)
{
    return inner(f)->pMethods->xUnlock(inner(f), level);
}

static int sum_reserved(sqlite3_file *f, int *out)
{
    return inner(f)->pMethods->xCheckReservedLock(inner(f), out);
}

static int sum_control(sqlite3_file *f, int op, void *arg)
{
    if (op == VAULT_FCNTL_HEADER) {
        memcpy(arg, ((sum_file *)(void *)f)->header, HEADER);
        return SQLITE_OK;
    }
    return inner(f)->pMethods->xFileControl(inner(f), op, arg);
}

static int sum_sector(sqlite3_file *f)
{
    return inner(f)->pMethods->xSectorSize(inner(f));
}

static int sum_characteristics(sqlite3_file *f)
{
    return inner(f)->pMethods->xDeviceCharacteristics(inner(f));
}

/* Version 1: no shared memory (no WAL), no memory mapping (a cut file would raise SIGBUS). */
static const sqlite3_io_methods sum_methods = {
    .iVersion = 1,
    .xClose = sum_close,
    .xRead = sum_read,
    .xWrite = sum_write,
    .xTruncate = sum_truncate,
    .xSync = sum_sync,
    .xFileSize = sum_size,
    .xLock = sum_lock,
    .xUnlock = sum_unlock,
    .xCheckReservedLock = sum_reserved,
    .xFileControl = sum_control,
    .xSectorSize = sum_sector,
    .xDeviceCharacteristics = sum_characteristics,
};

/* ---- the layer ------------------------------------------------------------------------------ */

static int sum_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    sum_file *f = (sum_file *)(void *)file;
    sqlite3_int64 size = 0;
    int rc;

    if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
        return below(vfs)->xOpen(below(vfs), name, file, flags, out);
    memset(f, 0, sizeof(*f));
    rc = below(vfs)->xOpen(below(vfs), name, inner(file), flags, out);
    if (rc != SQLITE_OK)
        return rc;
    rc = inner(file)->pMethods->xFileSize(inner(file), &size);
    if (rc == SQLITE_OK && size >= HEADER)
        rc = inner(file)->pMethods->xRead(inner(file), f->header, HEADER, 0);
    if (rc != SQLITE_OK) {
        (void)inner(file)->pMethods->xClose(inner(file));
        return rc;
    }
    /* Byte 20: what is reserved at each page's end. Other files than ours are read as they are,
     * so that the caller can say what they are. */
    f->summed = size == 0 || f->header[20] == VAULT_RESERVE;
    f->base.pMethods = &sum_methods;
    return SQLITE_OK;
}

static int sync_directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *dir =
        slash != NULL && slash != path ? strndup(path, (size_t)(slash - path)) : strdup("/");
    int fd, rc;

    if (dir == NULL)
        return -1;
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(dir);
    if (fd < 0)
        return -1;
    rc = fsync(fd);
    (void)close(fd);
    return rc;
}

static int sum_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    size_t len = strlen(name);
    char *aside;
    int rc = SQLITE_OK;

    if (!sync)
        return below(vfs)->xDelete(below(vfs), name, sync);
    aside = malloc(len + sizeof("-done"));
    if (aside == NULL)
        return SQLITE_IOERR_NOMEM;
    memcpy(aside, name, len);
    memcpy(aside + len, "-done", sizeof("-done"));
    if (rename(name, aside) != 0) {
        rc = errno == ENOENT ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE;
    } else if (sync_directory_of(name) != 0) {
        (void)rename(aside, name);
        rc = SQLITE_IOERR_DIR_FSYNC;
    } else {
        (void)unlink(aside); /* if it stays, the next commit's takes its place */
    }
    free(aside);
    return rc;
}

static int sum_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    return below(vfs)->xAccess(below(vfs), name, flags, out);
}

static int sum_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
    return below(vfs)->xFullPathname(below(vfs), name, n, out);
}

static int sum_random(sqlite3_vfs *vfs, int n, char *out)
{
    return below(vfs)->xRandomness(below(vfs), n, out);
}

static int sum_sleep(sqlite3_vfs *vfs, int us)
{
    return below(vfs)->xSleep(below(vfs), us);
}

static int sum_time(sqlite3_vfs *vfs, double *now)
{
    return below(vfs)->xCurrentTime(below(vfs), now);
}

static int sum_last_error(sqlite3_vfs *vfs, int n, char *out)
{
    return below(vfs)->xGetLastError != NULL ? below(vfs)->xGetLastError(below(vfs), n, out) : 0;
}

static int sum_time64(sqlite3_vfs *vfs, sqlite3_int64 *now)
{
    return below(vfs)->xCurrentTimeInt64(below(vfs), now);
}

const char *vault_vfs_acquire(void)
{
    const char *name = NULL;
    sqlite3_vfs *unix_vfs;

    pthread_mutex_lock(&layer.lock);
    if (layer.users == 0) {
        unix_vfs = sqlite3_vfs_find("unix");
        if (unix_vfs == NULL || unix_vfs->iVersion < 2)
            goto done;
        /* The address: two copies of this library in one process must not share a name. */
        (void)snprintf(layer.name, sizeof(layer.name), "gosttoken-%p", (void *)&layer);
        layer.vfs = (sqlite3_vfs){
            .iVersion = 2,
            .szOsFile = (int)sizeof(sum_file) + unix_vfs->szOsFile,
            .mxPathname = unix_vfs->mxPathname,
            .zName = layer.name,
            .pAppData = unix_vfs,
            .xOpen = sum_open,
            .xDelete = sum_delete,
            .xAccess = sum_access,
            .xFullPathname = sum_path,
            .xRandomness = sum_random,
            .xSleep = sum_sleep,
            .xCurrentTime = sum_time,
            .xGetLastError = sum_last_error,
            .xCurrentTimeInt64 = sum_time64,
        };
        if (sqlite3_vfs_register(&layer.vfs, 0) != SQLITE_OK)
            goto done;
    }
    layer.users++;
    name = layer.name;
done:
    pthread_mutex_unlock(&layer.lock);
    return name;
}

void vault_vfs_release(void)
{
    pthread_mutex_lock(&layer.lock);
    if (--layer.users == 0)
        (void)sqlite3_vfs_unregister(&layer.vfs);
    pthread_mutex_unlock(&layer.lock);
}
