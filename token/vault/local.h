/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the vault's files share. Nothing here is known outside token/vault/.
 *
 * Files: dir.c the directory, create.c new files, db.c a connection and its transactions,
 * queue.c who writes next, pagesum.c checksums below SQLite, schema.c tables and statements,
 * record.c the meta, state and pin rows, upgrade.c older versions, kdf.c Argon2id, policy.c the
 * policy of PINs, history.c PINs of the past, pin.c checks, counters and logins, setpin.c setting
 * PINs, token.c the token as a whole, extra.c licences and the default PIN, seal.c sealed
 * attributes, object.c objects, find.c the index, journal.c writing the journal, uses.c uses of
 * keys on their way to it, audit.c reading and verifying it, examine.c reading
 * a whole file, error.c messages, sealed.c the file of
 * a copy, backup.c making one, restore.c a token from one, place.c putting it in its place.
 *
 * Lock order: the directory's flock, then the fork gate (db.c), then the turn (queue.c), then
 * vault_token.lock, then vault_token.key_lock or use_lock, then the lock inside token/secmem.c.
 * Argon2id runs under the flock only.
 */
#ifndef VAULT_LOCAL_H
#define VAULT_LOCAL_H

#include <pthread.h>
#include <stdint.h>
#include <sqlite3.h>

#include "gost/kuznyechik.h"
#include "gost/streebog.h"
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
    uint64_t tries, left;
    uint64_t flags;   /* PIN_… */
    uint64_t changed; /* when it was set, seconds since 1970 */
} vault_pin;

#define PIN_FACTORY 1u /* what the factory, or a reset, has set */
#define PIN_FORCED  2u /* must be changed */
#define PIN_OWN     4u /* is the token's own default */

/* The rest of the policy is in the meta row: shortest length and tries. */
typedef struct vault_policy {
    uint64_t max, classes, varied, history, expiry_days, force;
    uint64_t changers; /* of the user PIN; 0 in the SO's policy */
} vault_policy;

/* The token key and what seals are bound to; lives in tok_secret_alloc memory. */
typedef struct vault_key {
    uint8_t key[TOKEN_KEY];
    gost_kuznyechik ks;
    uint8_t serial[VAULT_SERIAL], epoch[EPOCH];
    int live; /* 0 in a child after a fork: the kernel has wiped it all */
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
    ST_VERSION,
    ST_PIN_READ,
    ST_PIN_READ_1,
    ST_PIN_WRITE,
    ST_PIN_DELETE,
    ST_OBJECT_READ,
    ST_OBJECT_INSERT,
    ST_OBJECT_UPDATE,
    ST_OBJECT_DELETE,
    ST_OBJECT_INDEXED,
    ST_OBJECT_DELETE_ALL,
    ST_FIND_INSERT,
    ST_FIND_DELETE,
    ST_FIND_DELETE_OBJECT,
    ST_FIND_DELETE_ALL,
    ST_FIND_COUNT,
    ST_FIND_LIST,
    ST_FIND_HAS,
    ST_POLICY_READ,
    ST_POLICY_WRITE,
    ST_HISTORY_READ,
    ST_HISTORY_ADD,
    ST_HISTORY_TRIM,
    ST_HISTORY_DELETE,
    ST_EXTRA_READ,
    ST_EXTRA_WRITE,
    ST_EXTRA_DELETE,
    ST_HEAD_READ,
    ST_HEAD_WRITE,
    ST_JOURNAL_ADD,
    ST_JOURNAL_READ,
    ST_JOURNAL_TRIM,
    ST_N
};

struct vault_token {
    char *dir, *path, *queue;
    vault_settings settings;
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
    uint32_t version;    /* of the file */
    int upgraded;        /* in this transaction */
    uint8_t serial[VAULT_SERIAL], epoch[EPOCH];

    pthread_mutex_t key_lock;
    vault_key *key; /* NULL: nobody is logged in */
    CK_USER_TYPE who;
    int due; /* `who` must change the PIN first */

    pthread_mutex_t use_lock; /* uses.c, as what follows */
    vault_use *uses;
    size_t uses_n;
    uint64_t uses_lost, flushed_ms;
    struct vault_token *forgotten; /* in a forked child: the list of what must not be closed */
};

/* ---- dir.c ---------------------------------------------------------------------------------- */

struct vault {
    char *dir;
    vault_settings settings;
};

/* Gives a new file in a directory to the directory's owner, when root has made it. 0: not possible.
 */
int vault_give(int dirfd, int fd);

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

/* Makes an empty file for us alone, locked, under a name by chance; removes those that a maker has
 * left behind (create.c). */
CK_RV vault_temp_make(const char *dir, int dirfd, char name[VAULT_TEMP_LEN + 1], int *out);
void vault_temp_sweep(const char *dir);

/* Is there a plain file of ours in the slot? CKR_TOKEN_NOT_PRESENT, or CKR_DEVICE_ERROR. */
CK_RV vault_slot_check(vault *v, CK_SLOT_ID slot);

/* Removes what belongs to a token's file that is not there (any more). */
void vault_remove_journals(int fd, CK_SLOT_ID slot);

/* ---- db.c ----------------------------------------------------------------------------------- */

/* Connects to a token; to an empty file that is to become one (nothing is asked of its contents);
 * to a whole token in a file that nobody else knows yet. */
enum vault_db { VAULT_DB_TOKEN, VAULT_DB_FRESH, VAULT_DB_COPY };
CK_RV vault_db_open(const char *dir, const char *path, enum vault_db how, vault_token **out);
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
#define VAULT_SCHEMA      2u
#define VAULT_SCHEMA_MIN  1u /* the oldest that can be read and brought up to date */

extern const char *const vault_schema;      /* a new file's tables */
extern const char *const vault_schema_1to2; /* what turns version 1 into 2 */
extern const char *const vault_pragmas;
extern const char *const vault_pragmas_fresh;
extern const char *const vault_statements[ST_N];

/* ---- pagesum.c ------------------------------------------------------------------------------ */

#define VAULT_FCNTL_HEADER 0x67740001 /* sqlite3_file_control: copies the 100 bytes of header */
#define VAULT_RESERVE      8          /* bytes kept at each page's end for its checksum */

/* Writes every page's checksum into a picture of a file: SQLite's memory has old ones. */
void vault_page_sums(uint8_t *file, size_t len, size_t page);

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

/*
 * Sums of other rows: init with the table's name and 16 bytes that tell one token, or one format of
 * it, from another; then the columns; then gost_streebog_final.
 */
void vault_sum_begin(gost_streebog *h, const char *table, const uint8_t which[EPOCH]);
void vault_sum_u64(gost_streebog *h, uint64_t v);
void vault_sum_bytes(gost_streebog *h, const void *p, size_t len); /* with its length */

void vault_put64(uint8_t *p, uint64_t v);
uint64_t vault_get64(const uint8_t *p);

/* ---- upgrade.c ------------------------------------------------------------------------------ */

/* Inside a transaction that writes: brings the file to VAULT_SCHEMA. t->version is set. */
CK_RV vault_upgrade(vault_token *t);

/* ---- kdf.c ---------------------------------------------------------------------------------- */

/* Parameters for about ms milliseconds on this machine; 0: the default, never below the floor. */
void vault_kdf_choose(unsigned ms, vault_kdf *kdf);
int vault_kdf_sane(const vault_kdf *kdf);
CK_RV vault_kdf_run(const vault_kdf *kdf, const uint8_t *pin, size_t len, const uint8_t salt[SALT],
                    uint8_t kek[32]);

/* ---- policy.c ------------------------------------------------------------------------------- */

/* A version 1 file has the default policy. */
CK_RV vault_policy_read(vault_token *t, CK_USER_TYPE user, vault_policy *p);
CK_RV vault_policy_write(vault_token *t, CK_USER_TYPE user, const vault_policy *p);
void vault_policy_default(CK_USER_TYPE user, vault_policy *p);

/* The policy of a token that is made (was_… NULL) or made anew: the numbers in m, and so and user.
 * CKR_ARGUMENTS_BAD if they cannot be. */
CK_RV vault_policy_init(const vault_init *init, const vault_settings *set, const vault_meta *was,
                        const vault_policy *was_so, const vault_policy *was_user, vault_meta *m,
                        vault_policy *so, vault_policy *user);

/* The one place that judges a new PIN. CKR_PIN_LEN_RANGE, CKR_INAPPROPRIATE_PIN. */
CK_RV vault_policy_judge(CK_USER_TYPE user, const vault_meta *m, const vault_policy *p,
                         const uint8_t *pin, size_t len);

/* 1 if a PIN must be changed before it is good for anything else. */
int vault_policy_due(const vault_policy *policy, const vault_pin *pin);

/* PIN_FORCED if a user PIN that the SO sets is to be changed first, else 0. */
uint64_t vault_policy_initial(const vault_policy *user);

/* Reads meta, and the policy of `user`, in a transaction of its own. */
CK_RV vault_policy_of(vault_token *t, CK_USER_TYPE user, vault_meta *m, vault_policy *p);

uint64_t vault_time(void); /* seconds since 1970 */

/* ---- history.c ------------------------------------------------------------------------------ */

typedef struct vault_past {
    uint8_t salt[SALT], hash[32];
} vault_past;

/* Makes the entry for a new PIN (slow: Argon2id) and, in a transaction of its own, compares it with
 * what is kept: CKR_PIN_IN_HISTORY. Nothing is done where the policy keeps no history. */
CK_RV vault_history_check(vault_token *t, CK_USER_TYPE user, const vault_policy *policy,
                          const vault_kdf *kdf, const vault_key *key, const uint8_t *pin,
                          size_t len, vault_past *entry);

/* The entry alone, for a token that is being made. */
CK_RV vault_history_entry(CK_USER_TYPE user, const vault_policy *policy, const vault_kdf *kdf,
                          const vault_key *key, const uint8_t *pin, size_t len, vault_past *entry);

/* Inside a transaction: keeps the entry, and as many of the others as the policy says. */
CK_RV vault_history_add(vault_token *t, CK_USER_TYPE user, const vault_policy *policy,
                        const vault_past *entry);

/* ---- pin.c ---------------------------------------------------------------------------------- */

vault_key *vault_key_new(const uint8_t key[TOKEN_KEY], const uint8_t *serial, const uint8_t *epoch);

/* Fills salt, nonce and box of p (whose kdf is set) for a PIN. */
CK_RV vault_pin_seal(vault_pin *p, CK_USER_TYPE user, const vault_key *key, const uint8_t *pin,
                     size_t len);

/* Checks a PIN (counted): its row as it was and the token key. A wrong one goes into the journal as
 * a failed `event`; a right one does if `record` is set. */
CK_RV vault_pin_check(vault_token *t, CK_USER_TYPE user, const uint8_t *pin, size_t len,
                      const char *event, int record, vault_pin *p, vault_key **key);

const char *vault_user_name(CK_USER_TYPE user); /* "SO" or "user" */

/* A copy of the key of whoever is logged in as `user` (by VAULT_ANYBODY: as either), even if that
 * one must change the PIN first. CKR_USER_NOT_LOGGED_IN. */
#define VAULT_ANYBODY ((CK_USER_TYPE)-1)
CK_RV vault_key_of(vault_token *t, CK_USER_TYPE user, vault_key **key);

/* The result for a key that is not live. */
CK_RV vault_key_wiped(const vault_token *t);

/* The user's PIN has been set by t: nothing is due any more, if it was this user who is logged in.
 */
void vault_change_done(vault_token *t, CK_USER_TYPE user);

/* ---- setpin.c ------------------------------------------------------------------------------- */

/* By the SO: sets the user PIN, with the flags PIN_…; written down as `event`. */
CK_RV vault_give_user_pin(vault_token *t, const uint8_t *pin, size_t len, uint64_t flags,
                          const char *event);

/* ---- token.c -------------------------------------------------------------------------------- */

/* What init asks for, checked: CKR_ARGUMENTS_BAD, CKR_PIN_LEN_RANGE, CKR_INAPPROPRIATE_PIN. kdf is
 * chosen, ids are new. */
typedef struct vault_plan {
    vault_meta meta;
    vault_policy so_policy, user_policy;
    vault_pin so, user;
    vault_past so_past, user_past;
    int has_user;
    vault_key *key; /* the new token key: to be freed with tok_secret_free */
} vault_plan;

/* was_… are the token as it is, NULL for a new one. Fills all but the PINs and the key. */
CK_RV vault_plan_meta(const vault_init *init, const vault_settings *set, const vault_meta *was,
                      const vault_policy *was_so, const vault_policy *was_user, vault_plan *p);

/* Makes a token key and the pin rows of init. */
CK_RV vault_plan_pins(const vault_init *init, vault_plan *p);

/* Inside a transaction: writes it all. t->epoch is that of the plan. */
CK_RV vault_plan_write(vault_token *t, const vault_plan *p);

/* ---- extra.c -------------------------------------------------------------------------------- */

#define EXTRA_DEFAULT_PIN 16u /* 1, 2: the licences */

/* 1 in *own if the token has a default user PIN of its own. */
CK_RV vault_default_pin_own(vault_token *t, int *own);

/* ---- journal.c ------------------------------------------------------------------------------ */

#define RECORD_MAX 1024

typedef struct vault_head {
    uint64_t first; /* the first record that is kept */
    uint8_t base[32];
    uint64_t seq; /* the last one; first - 1: none */
    uint8_t link[32];
    uint64_t anchor_seq; /* 0: no anchor yet */
    uint8_t anchor_link[32], mac[32];
} vault_head;

/* Of a token without records. */
void vault_head_new(const vault_token *t, vault_head *h);
CK_RV vault_head_read(vault_token *t, vault_head *h);
CK_RV vault_head_write(vault_token *t, const vault_head *h);

/* The link of a record to the one before. */
void vault_journal_link(const uint8_t before[32], const void *body, size_t len, uint8_t link[32]);

/* The anchor's MAC. */
void vault_journal_mac(const vault_key *key, uint64_t seq, const uint8_t link[32], uint8_t mac[32]);

/*
 * Inside a transaction that writes: one record. format makes the members that follow "event" (it
 * begins with a comma or is empty); no text of others goes in without being made hexadecimal. key:
 * the token key, if it is at hand, to renew the anchor; NULL: that of whoever is logged in.
 */
CK_RV vault_journal_put(vault_token *t, const vault_key *key, const char *event, const char *format,
                        ...) __attribute__((format(printf, 4, 5)));

/* Inside a transaction that writes: anchors what is there under another key. */
CK_RV vault_journal_rekey(vault_token *t, const vault_key *key);

/* The same for uses of keys: as many records in one go. *lost: how many more there were; then how
 * many are still to be told of: without a login there is room for so many records only. */
CK_RV vault_journal_put_uses(vault_token *t, const vault_use *uses, size_t n, uint64_t *lost);

/* About an object that is a private or secret key; nothing for others. */
CK_RV vault_journal_object(vault_token *t, const char *event, uint64_t id, const tok_attrs *open,
                           const tok_attrs *changes);

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
