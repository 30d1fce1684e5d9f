/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the vault's files share. Nothing here is known outside token/vault/.
 *
 * Files: dir.c the directory, create.c new files, db.c a connection and its transactions,
 * queue.c who writes next, pagesum.c checksums below SQLite, schema.c tables and statements,
 * record.c the meta, state and pin rows, kdf.c Argon2id, pin.c logins and counters, token.c the
 * token as a whole, seal.c sealed attributes, object.c objects, find.c the index, error.c messages.
 *
 * Lock order: the directory's flock, then the fork gate (db.c), then the turn (queue.c), then
 * vault_token.lock, then vault_token.key_lock, then the lock inside token/secmem.c. Argon2id runs
 * under the flock only.
 */
#ifndef VAULT_LOCAL_H
#define VAULT_LOCAL_H

#include <pthread.h>
#include <stdint.h>
#include <sqlite3.h>

#include "gost/kuznyechik.h"
#include "token/vault/vault.h"

/* ---- error.c -------------------------------------------------------------------------------- */

/* Sets this thread's text and returns rv. */
CK_RV vault_fail(CK_RV rv, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for a failed SQLite call on t, or for an errno value (of a file or directory). */
CK_RV vault_fail_db(vault_token *t, const char *doing);
CK_RV vault_fail_errno(int err, const char *doing, const char *path);

/* ---- records -------------------------------------------------------------------------------- */

#define EPOCH     16
#define SUM       32
#define SALT      16
#define NONCE     16
#define TAG       16
#define TOKEN_KEY 32

typedef struct vault_kdf {
    uint64_t m, t, p; /* KiB, passes, lanes */
} vault_kdf;

typedef struct vault_meta {
    uint8_t serial[VAULT_SERIAL]; /* for the token's life */
    uint8_t epoch[EPOCH];         /* for one format: changes at every C_InitToken */
    uint8_t label[VAULT_LABEL];   /* blank-padded */
    uint64_t so_pin_min, user_pin_min, so_tries, user_tries;
    vault_kdf kdf; /* for PINs to come; each PIN keeps its own */
} vault_meta;

typedef struct vault_state {
    uint64_t generation, objects, next_id;
} vault_state;

typedef struct vault_pin {
    uint8_t salt[SALT];
    vault_kdf kdf;
    uint8_t nonce[NONCE];
    uint8_t box[TOKEN_KEY + TAG]; /* the token key under the PIN's key */
    uint64_t tries, left, factory;
} vault_pin;

/* The token key and what seals are bound to; lives in tok_secret_alloc memory. */
typedef struct vault_key {
    uint8_t key[TOKEN_KEY];
    gost_kuznyechik ks;
    uint8_t serial[VAULT_SERIAL], epoch[EPOCH];
} vault_key;

/* ---- a token -------------------------------------------------------------------------------- */

enum vault_stmt {
    ST_BEGIN_READ,
    ST_BEGIN_WRITE,
    ST_BEGIN_ALONE,
    ST_COMMIT,
    ST_EPOCH,
    ST_GENERATION,
    ST_META_READ,
    ST_META_WRITE,
    ST_STATE_READ,
    ST_STATE_WRITE,
    ST_PIN_READ,
    ST_PIN_WRITE,
    ST_PIN_DELETE,
    ST_OBJECT_READ,
    ST_OBJECT_INSERT,
    ST_OBJECT_UPDATE,
    ST_OBJECT_DELETE,
    ST_OBJECT_DELETE_ALL,
    ST_FIND_INSERT,
    ST_FIND_DELETE,
    ST_FIND_DELETE_OBJECT,
    ST_FIND_DELETE_ALL,
    ST_FIND_COUNT,
    ST_FIND_LIST,
    ST_FIND_HAS,
    ST_N
};

struct vault_token {
    char *dir, *path, *queue;
    pthread_mutex_t line_lock; /* queue.c, as what follows */
    pthread_cond_t line;
    uint64_t tickets, served;
    pthread_mutex_t lock; /* the connection and what follows */
    sqlite3 *db;
    sqlite3_stmt *stmt[ST_N];
    uint64_t busy_since; /* ms */
    int first;           /* nobody else is to write next: ask often */
    int writing;         /* in the queue's line until the transaction's end */
    int known;           /* serial and epoch are filled, and compared at each transaction */
    uint8_t serial[VAULT_SERIAL], epoch[EPOCH];

    pthread_mutex_t key_lock;
    vault_key *key; /* NULL: nobody is logged in */
    CK_USER_TYPE who;
    struct vault_token *forgotten; /* in a forked child: the list of what must not be closed */
};

/* ---- dir.c ---------------------------------------------------------------------------------- */

struct vault {
    char *dir;
};

/* Opens and checks the directory; *fd = -1 if it is not there and `make` is 0. */
CK_RV vault_dir_open(const char *dir, int make, int *fd);

/* Waits for the directory's lock; 0 after ten seconds without it. Closing fd releases it too. */
int vault_dir_lock(int fd);
void vault_dir_unlock(int fd);

/* The path of a slot's file with no symbolic link in it. To be freed. NULL: no memory, or no
 * directory. */
char *vault_slot_path(const char *dir, CK_SLOT_ID slot);

/* The name of a temporary file begins like this; what nobody has flocked is a leftover. */
#define VAULT_TEMP     ".new-token-"
#define VAULT_TEMP_LEN (sizeof(VAULT_TEMP) - 1 + 16)

/* A name by chance for a temporary; 0 without random bytes. */
int vault_temp_name(char name[VAULT_TEMP_LEN + 1]);

/* Removes what belongs to a token's file that is not there (any more). */
void vault_remove_journals(int fd, CK_SLOT_ID slot);

/* ---- db.c ----------------------------------------------------------------------------------- */

/* Connects. `fresh`: an empty file, to become a token; nothing is asked of its contents. */
CK_RV vault_db_open(const char *dir, const char *path, int fresh, vault_token **out);
void vault_db_close(vault_token *t); /* also what vault_token_close does */

/*
 * A transaction, under the token's lock: begin, work, end. begin makes sure that the file is still
 * the one that was opened and has the same epoch. end commits if rv is CKR_OK, else rolls back;
 * it returns rv or why the commit failed. When begin fails there is nothing to end.
 */
enum vault_mode { VAULT_READ, VAULT_WRITE, VAULT_ALONE /* no readers either */ };
CK_RV vault_begin(vault_token *t, enum vault_mode mode);
CK_RV vault_end(vault_token *t, CK_RV rv);

/* The same for the transaction that gives the token a new epoch. */
CK_RV vault_end_epoch(vault_token *t, CK_RV rv, const uint8_t epoch[EPOCH]);

/*
 * Statements, inside a transaction. format: a letter a parameter: i uint64_t, b pointer and size_t.
 * vault_exec runs one that returns no rows. vault_query makes one ready; vault_next steps to the
 * next row: *have = 0 at the end.
 */
CK_RV vault_exec(vault_token *t, enum vault_stmt id, const char *format, ...);
CK_RV vault_query(vault_token *t, enum vault_stmt id, sqlite3_stmt **out, const char *format, ...);
CK_RV vault_next(vault_token *t, sqlite3_stmt *s, int *have);
CK_RV vault_script(vault_token *t, const char *sql);

/* Columns of exact type and size; 0 if they are not. */
int vault_col_u64(sqlite3_stmt *s, int i, uint64_t *v);
int vault_col_bytes(sqlite3_stmt *s, int i, void *out, size_t len);

/* ---- queue.c -------------------------------------------------------------------------------- */

/* The queue's file, of a token's path. To be freed; NULL: no memory. */
char *vault_queue_path(const char *path);

/* Makes the file, if it can. The token's file is there and cannot be removed meanwhile: the caller
 * is inside a transaction. */
void vault_queue_make(vault_token *t);

/* Waits for the turn to write, not under the token's lock; begun takes what enter gave, when the
 * transaction has begun or failed to; leave, when it has ended. */
int vault_queue_enter(vault_token *t);
void vault_queue_begun(int turn);
void vault_queue_leave(vault_token *t);

/* ---- schema.c ------------------------------------------------------------------------------- */

#define VAULT_APPLICATION 0x676f7374u /* "gost" */
#define VAULT_SCHEMA      1u

extern const char *const vault_schema;
extern const char *const vault_pragmas;
extern const char *const vault_pragmas_fresh;
extern const char *const vault_statements[ST_N];

/* ---- pagesum.c ------------------------------------------------------------------------------ */

#define VAULT_FCNTL_HEADER 0x67740001 /* sqlite3_file_control: copies the 100 bytes of header */
#define VAULT_RESERVE      8          /* bytes kept at each page's end for its checksum */

/* Registers the VFS with SQLite (counted); the name is to be given to sqlite3_open_v2. */
const char *vault_vfs_acquire(void);
void vault_vfs_release(void);

/* ---- record.c ------------------------------------------------------------------------------- */

CK_RV vault_meta_read(vault_token *t, vault_meta *m);
CK_RV vault_meta_write(vault_token *t, const vault_meta *m);
CK_RV vault_state_read(vault_token *t, vault_state *s);
CK_RV vault_state_write(vault_token *t, const vault_state *s);
CK_RV vault_pin_read(vault_token *t, CK_USER_TYPE user, vault_pin *p, int *found);
CK_RV vault_pin_write(vault_token *t, CK_USER_TYPE user, const vault_pin *p);

/* The checksum of an object's row. */
void vault_object_sum(const vault_token *t, uint64_t id, const void *body, size_t body_len,
                      const void *seals, size_t seals_len, uint8_t sum[SUM]);

void vault_put64(uint8_t *p, uint64_t v);
uint64_t vault_get64(const uint8_t *p);

/* ---- kdf.c ---------------------------------------------------------------------------------- */

/* Parameters for about ms milliseconds on this machine; 0: the default, never below the floor. */
void vault_kdf_choose(unsigned ms, vault_kdf *kdf);
int vault_kdf_sane(const vault_kdf *kdf);
CK_RV vault_kdf_run(const vault_kdf *kdf, const uint8_t *pin, size_t len, const uint8_t salt[SALT],
                    uint8_t kek[32]);

/* ---- pin.c ---------------------------------------------------------------------------------- */

vault_key *vault_key_new(const uint8_t key[TOKEN_KEY], const uint8_t *serial, const uint8_t *epoch);

/* Fills salt, nonce and box of p (whose kdf is set) for a PIN. */
CK_RV vault_pin_seal(vault_pin *p, CK_USER_TYPE user, const vault_key *key, const uint8_t *pin,
                     size_t len);

/* Checks a PIN (counted): its row as it was and the token key. */
CK_RV vault_pin_check(vault_token *t, CK_USER_TYPE user, const uint8_t *pin, size_t len,
                      vault_pin *p, vault_key **key);

CK_RV vault_pin_length(CK_USER_TYPE user, size_t len, uint64_t min);

/* ---- token.c -------------------------------------------------------------------------------- */

/* What init asks for, checked: CKR_ARGUMENTS_BAD, CKR_PIN_LEN_RANGE. kdf is chosen, ids are new.
 * `was`: the token as it is, NULL for a new one. */
CK_RV vault_init_meta(const vault_init *init, const vault_meta *was, vault_meta *m);

/* Makes a token key and the pin rows of init. has_user: whether user is filled. */
CK_RV vault_init_pins(const vault_init *init, const vault_meta *m, vault_pin *so, vault_pin *user,
                      int *has_user);

/* ---- seal.c --------------------------------------------------------------------------------- */

typedef struct vault_seals vault_seals;

/* 1 if this attribute is to be sealed in an object with these attributes. */
int vault_seal_wanted(const tok_attrs *object, CK_ATTRIBUTE_TYPE type);

vault_seals *vault_seals_new(void);
void vault_seals_free(vault_seals *s);
size_t vault_seals_count(const vault_seals *s);
int vault_seals_has(const vault_seals *s, CK_ATTRIBUTE_TYPE type);
void vault_seals_drop(vault_seals *s, CK_ATTRIBUTE_TYPE type);
CK_RV vault_seals_parse(const uint8_t *in, size_t len, vault_seals **out);
const uint8_t *vault_seals_bytes(const vault_seals *s, size_t *len);

/* Seals a value and adds it (or replaces it). `open` are the object's plain attributes. */
CK_RV vault_seals_add(vault_seals *s, const vault_key *key, uint64_t id, const tok_attrs *open,
                      CK_ATTRIBUTE_TYPE type, const void *value, size_t len);
CK_RV vault_seals_open(const vault_seals *s, const vault_key *key, uint64_t id,
                       const tok_attrs *open, CK_ATTRIBUTE_TYPE type, void **value, size_t *len);

/* When guarded plain attributes change every seal is made anew. */
int vault_seals_guard_same(const tok_attrs *before, const tok_attrs *after);
CK_RV vault_seals_rebind(vault_seals *s, const vault_key *key, uint64_t id, const tok_attrs *before,
                         const tok_attrs *after);

/* ---- find.c --------------------------------------------------------------------------------- */

/* Brings the index from an object's attributes `before` to `after` (either may be NULL). */
CK_RV vault_index(vault_token *t, uint64_t id, const tok_attrs *before, const tok_attrs *after);

#endif
