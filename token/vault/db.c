/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to a token's file and its transactions: one connection a vault_token, one user of it
 * at a time. Transactions are short; nothing slow (Argon2id) runs inside one.
 *
 * The database file is never opened by anyone but SQLite while it is in use: POSIX drops all locks
 * of a process on a file when the process closes any descriptor of it.
 */
#include "token/vault/local.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gost/random.h"
#include "token/secmem.h"

#define BUSY_MS 20000

/* ---- fork ----------------------------------------------------------------------------------- */

/*
 * A thread that is inside SQLite is counted here, and a fork waits until nobody is: the child then
 * never inherits SQLite's mutexes or its picture of file locks in the middle of something, and can
 * open the same file anew. While a fork waits nobody else goes in.
 */
static struct {
    pthread_mutex_t lock; /* held over the fork itself */
    pthread_cond_t changed;
    unsigned inside, forking;
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

static void before_fork(void)
{
    pthread_mutex_lock(&gate.lock);
    gate.forking++;
    while (gate.inside > 0)
        pthread_cond_wait(&gate.changed, &gate.lock);
}

static void after_fork_parent(void)
{
    gate.forking--;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static void after_fork_child(void)
{
    /* Whoever waited in the parent is not here. */
    gate.forking = 0;
    gate.changed = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    pthread_mutex_unlock(&gate.lock);
}

static void register_fork(void)
{
    /* Handlers run in the reverse order before a fork: secmem's, whose lock comes after ours, must
     * be there first. */
    tok_secret_free(tok_secret_alloc(1));
    (void)pthread_atfork(before_fork, after_fork_parent, after_fork_child);
}

static void pass_gate(void)
{
    pthread_mutex_lock(&gate.lock);
    while (gate.forking > 0)
        pthread_cond_wait(&gate.changed, &gate.lock);
    gate.inside++;
    pthread_mutex_unlock(&gate.lock);
}

static void enter(vault_token *t)
{
    pass_gate();
    pthread_mutex_lock(&t->lock);
}

static void leave(vault_token *t)
{
    pthread_mutex_unlock(&t->lock);
    pthread_mutex_lock(&gate.lock);
    if (--gate.inside == 0 && gate.forking > 0)
        pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

/* ---- connection ----------------------------------------------------------------------------- */

static uint64_t now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* Waits longer and longer, up to 16 ms, each time by chance up to half as long again: processes
 * that met once do not meet again in step. Whose turn it is to write waits for one commit only. */
static int busy(void *arg, int count)
{
    vault_token *t = arg;
    unsigned wait = t->first ? 500u : count < 4 ? 1000u << count : 16000u;
    uint16_t jitter = 0;

    if (count == 0)
        t->busy_since = now_ms();
    else if (now_ms() - t->busy_since > BUSY_MS)
        return 0;
    (void)gost_random_system(NULL, &jitter, sizeof(jitter));
    (void)usleep(wait / 2 + jitter % wait);
    return 1;
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Looks at the file's first bytes, before SQLite does: they say what the file is, even if nothing
 * else about it can be read by this build. */
static CK_RV recognize(vault_token *t)
{
    uint8_t h[100] = {0};
    uint32_t version;

    if (sqlite3_file_control(t->db, "main", VAULT_FCNTL_HEADER, h) != SQLITE_OK)
        return vault_fail_db(t, "open");
    if (memcmp(h, "SQLite format 3", 16) != 0 || get32(h + 68) != VAULT_APPLICATION)
        return vault_fail(
            CKR_TOKEN_NOT_RECOGNIZED,
            "%s: not a gosttoken token (or its beginning is damaged): move it away or "
            "restore a backup",
            t->path);
    version = get32(h + 60);
    if (version < VAULT_SCHEMA_MIN || version > VAULT_SCHEMA)
        return vault_fail(CKR_TOKEN_NOT_RECOGNIZED,
                          "%s: schema version %u, but this build knows versions %u to %u only: use "
                          "the gosttoken that wrote it, or a newer one",
                          t->path, version, VAULT_SCHEMA_MIN, VAULT_SCHEMA);
    t->version = VAULT_SCHEMA_MIN; /* a journal may have to be played back first: asked again */
    if (h[20] != VAULT_RESERVE)
        return vault_fail(CKR_DEVICE_ERROR,
                          "%s: the header is damaged: restore the file from a backup", t->path);
    return CKR_OK;
}

static CK_RV configure(vault_token *t, enum vault_db how)
{
    static const struct {
        int op, on;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},   {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0}, {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},
    };
    int reserve = VAULT_RESERVE;

    (void)sqlite3_extended_result_codes(t->db, 1);
    (void)sqlite3_busy_handler(t->db, busy, t);
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        (void)sqlite3_db_config(t->db, options[i].op, options[i].on, (int *)NULL);
    if (how == VAULT_DB_FRESH)
        (void)sqlite3_file_control(t->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
    if (sqlite3_exec(t->db, how != VAULT_DB_TOKEN ? vault_pragmas_fresh : vault_pragmas, NULL, NULL,
                     NULL) != SQLITE_OK)
        return vault_fail_db(t, "configure the connection");
    return CKR_OK;
}

static void token_free(vault_token *t)
{
    tok_secret_free(t->key);
    (void)pthread_mutex_destroy(&t->line_lock);
    (void)pthread_cond_destroy(&t->line);
    (void)pthread_mutex_destroy(&t->lock);
    (void)pthread_mutex_destroy(&t->key_lock);
    (void)pthread_mutex_destroy(&t->use_lock);
    free(t->uses);
    free(t->dir);
    free(t->path);
    free(t->queue);
    free(t);
}

static void disconnect(vault_token *t)
{
    for (int i = 0; i < ST_N; i++)
        (void)sqlite3_finalize(t->stmt[i]);
    if (t->db != NULL)
        (void)sqlite3_close(t->db);
    vault_vfs_release();
}

CK_RV vault_db_open(const char *dir, const char *path, enum vault_db how, vault_token **out)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
                SQLITE_OPEN_PRIVATECACHE;
    vault_token *t = calloc(1, sizeof(*t));
    const char *vfs;
    CK_RV rv = CKR_HOST_MEMORY;

    if (t == NULL)
        return vault_fail(CKR_HOST_MEMORY, "out of memory");
    (void)pthread_once(&fork_once, register_fork);
    (void)pthread_mutex_init(&t->line_lock, NULL);
    (void)pthread_cond_init(&t->line, NULL);
    (void)pthread_mutex_init(&t->lock, NULL);
    (void)pthread_mutex_init(&t->key_lock, NULL);
    (void)pthread_mutex_init(&t->use_lock, NULL);
    t->version = VAULT_SCHEMA;
    t->dir = strdup(dir);
    t->path = strdup(path);
    t->queue = vault_queue_path(path);
    vfs = vault_vfs_acquire();
    if (t->dir == NULL || t->path == NULL || t->queue == NULL || vfs == NULL) {
        if (vfs != NULL)
            vault_vfs_release();
        token_free(t);
        return vault_fail(CKR_HOST_MEMORY, "out of memory");
    }
    enter(t);
    /* A file without permission to write is opened for reading (SQLite tries both). */
    if (sqlite3_open_v2(path, &t->db, flags, vfs) != SQLITE_OK)
        rv = vault_fail_db(t, "open");
    else
        rv = how == VAULT_DB_FRESH ? CKR_OK : recognize(t);
    if (rv == CKR_OK)
        rv = configure(t, how);
    if (rv != CKR_OK)
        disconnect(t);
    leave(t);
    if (rv != CKR_OK) {
        token_free(t);
        return rv;
    }
    *out = t;
    return CKR_OK;
}

void vault_db_close(vault_token *t)
{
    if (t == NULL)
        return;
    enter(t);
    disconnect(t);
    leave(t);
    token_free(t);
}

void vault_token_close(vault_token *t)
{
    if (t != NULL)
        (void)vault_journal_flush(t);
    vault_db_close(t);
}

void vault_token_forget(vault_token *t)
{
    /* SQLite's connection cannot be closed on this side of a fork, nor its memory be released
     * without closing it: it is kept where a leak checker finds it. */
    static vault_token *forgotten;

    if (t == NULL)
        return;
    tok_secret_free(t->key);
    t->key = NULL;
    pthread_mutex_lock(&gate.lock);
    t->forgotten = forgotten;
    forgotten = t;
    pthread_mutex_unlock(&gate.lock);
}

/* ---- statements ----------------------------------------------------------------------------- */

static CK_RV prepare(vault_token *t, enum vault_stmt id, sqlite3_stmt **out)
{
    if (t->stmt[id] == NULL &&
        sqlite3_prepare_v3(t->db, vault_statements[id], -1, SQLITE_PREPARE_PERSISTENT, &t->stmt[id],
                           NULL) != SQLITE_OK)
        return vault_fail_db(t, "prepare a statement");
    (void)sqlite3_reset(t->stmt[id]);
    *out = t->stmt[id];
    return CKR_OK;
}

static CK_RV bind(vault_token *t, sqlite3_stmt *s, const char *format, va_list ap)
{
    int rc = SQLITE_OK;

    for (int i = 1; *format != '\0' && rc == SQLITE_OK; i++, format++) {
        if (*format == 'i') {
            rc = sqlite3_bind_int64(s, i, (sqlite3_int64)va_arg(ap, uint64_t));
        } else {
            const void *p = va_arg(ap, const void *);
            size_t len = va_arg(ap, size_t);
            /* An empty value is a blob of no bytes, not NULL. The bytes outlive the step. */
            rc = len == 0 ? sqlite3_bind_zeroblob(s, i, 0)
                          : sqlite3_bind_blob64(s, i, p, len, SQLITE_STATIC);
        }
    }
    return rc == SQLITE_OK ? CKR_OK : vault_fail_db(t, "bind a value");
}

CK_RV vault_next(vault_token *t, sqlite3_stmt *s, int *have)
{
    int rc = sqlite3_step(s);

    *have = rc == SQLITE_ROW;
    if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        return CKR_OK;
    return vault_fail_db(t, sqlite3_stmt_readonly(s) ? "read" : "write");
}

CK_RV vault_query(vault_token *t, enum vault_stmt id, sqlite3_stmt **out, const char *format, ...)
{
    va_list ap;
    CK_RV rv = prepare(t, id, out);

    if (rv != CKR_OK)
        return rv;
    va_start(ap, format);
    rv = bind(t, *out, format, ap);
    va_end(ap);
    return rv;
}

CK_RV vault_exec(vault_token *t, enum vault_stmt id, const char *format, ...)
{
    sqlite3_stmt *s = NULL;
    va_list ap;
    int have;
    CK_RV rv = prepare(t, id, &s);

    if (rv != CKR_OK)
        return rv;
    va_start(ap, format);
    rv = bind(t, s, format, ap);
    va_end(ap);
    if (rv == CKR_OK)
        rv = vault_next(t, s, &have);
    (void)sqlite3_reset(s);
    return rv;
}

CK_RV vault_script(vault_token *t, const char *sql)
{
    if (sqlite3_exec(t->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return vault_fail_db(t, "make the tables");
    return CKR_OK;
}

int vault_col_u64(sqlite3_stmt *s, int i, uint64_t *v)
{
    if (sqlite3_column_type(s, i) != SQLITE_INTEGER || sqlite3_column_int64(s, i) < 0)
        return 0;
    *v = (uint64_t)sqlite3_column_int64(s, i);
    return 1;
}

int vault_col_bytes(sqlite3_stmt *s, int i, void *out, size_t len)
{
    const void *p;

    if (sqlite3_column_type(s, i) != SQLITE_BLOB)
        return 0;
    p = sqlite3_column_blob(s, i);
    if (p == NULL || (size_t)sqlite3_column_bytes(s, i) != len)
        return 0;
    memcpy(out, p, len);
    return 1;
}

/* ---- transactions --------------------------------------------------------------------------- */

static CK_RV check_epoch(vault_token *t)
{
    uint8_t epoch[EPOCH];
    sqlite3_stmt *s = NULL;
    int have = 0;
    CK_RV rv = vault_query(t, ST_EPOCH, &s, "");

    if (rv == CKR_OK)
        rv = vault_next(t, s, &have);
    if (rv != CKR_OK)
        return rv;
    if (!have || !vault_col_bytes(s, 0, epoch, EPOCH))
        return vault_fail(CKR_DEVICE_ERROR, "%s: the token's record is damaged: restore a backup",
                          t->path);
    if (memcmp(epoch, t->epoch, EPOCH) != 0)
        return vault_fail(CKR_DEVICE_REMOVED, "%s: the token was initialized anew", t->path);
    (void)sqlite3_reset(s);
    return CKR_OK;
}

static void reset_all(vault_token *t)
{
    for (int i = 0; i < ST_N; i++)
        if (t->stmt[i] != NULL)
            (void)sqlite3_reset(t->stmt[i]);
}

/* An older file may have been brought up to date by another process since it was last looked at;
 * if it is to be written and has not been, this is the time. */
static CK_RV check_version(vault_token *t, enum vault_mode mode)
{
    sqlite3_stmt *s = NULL;
    uint64_t version = 0;
    int have = 0;
    CK_RV rv = vault_query(t, ST_VERSION, &s, "");

    if (rv == CKR_OK)
        rv = vault_next(t, s, &have);
    if (rv != CKR_OK)
        return rv;
    if (!have || !vault_col_u64(s, 0, &version) || version < t->version || version > VAULT_SCHEMA)
        return vault_fail(CKR_TOKEN_NOT_RECOGNIZED, "%s: of an unknown version now", t->path);
    reset_all(t);
    t->version = (uint32_t)version;
    if (mode != VAULT_WRITE || version == VAULT_SCHEMA)
        return CKR_OK;
    t->upgraded = 1;
    return vault_upgrade(t);
}

static void rollback(vault_token *t)
{
    reset_all(t);
    if (t->upgraded)
        t->version = VAULT_SCHEMA_MIN; /* looked up again at the next beginning */
    /* Not prepared: it must work when memory is short. What it cannot undo now, the journal will
     * undo at the next access. */
    if (!sqlite3_get_autocommit(t->db))
        (void)sqlite3_exec(t->db, "ROLLBACK", NULL, NULL, NULL);
}

static void end(vault_token *t)
{
    if (t->writing)
        vault_queue_leave(t);
    t->writing = 0;
    leave(t);
}

CK_RV vault_begin(vault_token *t, enum vault_mode mode)
{
    static const enum vault_stmt begin[] = {ST_BEGIN_READ, ST_BEGIN_WRITE, ST_BEGIN_ALONE};
    int turn = -1;
    CK_RV rv;

    pass_gate();
    if (mode != VAULT_READ)
        turn = vault_queue_enter(t);
    pthread_mutex_lock(&t->lock);
    t->first = turn >= 0;
    rv = vault_exec(t, begin[mode], "");
    t->first = 0;
    t->writing = mode != VAULT_READ;
    vault_queue_begun(turn);
    t->upgraded = 0;
    if (rv == CKR_OK && t->known)
        rv = check_epoch(t);
    if (rv == CKR_OK && t->version < VAULT_SCHEMA)
        rv = check_version(t, mode);
    if (rv != CKR_OK) {
        rollback(t);
        end(t);
    }
    return rv;
}

CK_RV vault_end_epoch(vault_token *t, CK_RV rv, const uint8_t epoch[EPOCH])
{
    reset_all(t);
    if (rv == CKR_OK)
        rv = vault_exec(t, ST_COMMIT, "");
    if (rv != CKR_OK)
        rollback(t);
    else if (epoch != NULL)
        memcpy(t->epoch, epoch, EPOCH);
    end(t);
    return rv;
}

CK_RV vault_end(vault_token *t, CK_RV rv)
{
    return vault_end_epoch(t, rv, NULL);
}
