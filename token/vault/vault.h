/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vault: persistent tokens. One token is one file of a directory; the file's number is the
 * token's slot. Nothing above this header knows how a token is stored (today: SQLite).
 *
 * Every function that changes something is one transaction: when it returns CKR_OK the change is
 * on the disk, when it returns anything else nothing has changed (but a retry counter, which is
 * written before a PIN is checked). Other processes see each change at their next call.
 *
 * Keys. Each token has a random token key of 32 bytes. Values that must stay secret (table in
 * seal.c: CKA_VALUE and the like of private and secret keys, CKA_VALUE of private data) are sealed
 * under it by Kuznyechik-MGM, bound to the token, object and attribute. The token key is kept
 * sealed under Argon2id of the SO PIN and, once it is set, of the user PIN.
 *
 * Threads: a vault and a vault_token may be used by several threads at once. Fork: after a fork
 * the child must not use or close what it inherited, but call vault_forget and open anew; the
 * key of a logged-in token is wiped in the child by the kernel.
 *
 * A fork waits until no thread of the process is inside the vault's database (at most as long as
 * another process holds the token), so that the child finds nothing half done. Who takes locks of
 * his own in pthread_atfork handlers registers them after the first vault_token_open or
 * vault_create.
 *
 * Results, beside those named: CKR_HOST_MEMORY; CKR_DEVICE_MEMORY (disk full), CKR_DEVICE_ERROR
 * (the file is damaged, or cannot be read or written), CKR_TOKEN_WRITE_PROTECTED (no permission to
 * write), CKR_DEVICE_REMOVED (the token's file is gone or has been made anew since it was opened),
 * CKR_FUNCTION_FAILED (another process held the token for 20 seconds; no random bytes).
 * vault_error_text says more.
 */
#ifndef VAULT_VAULT_H
#define VAULT_VAULT_H

#include <gosttoken/rutoken.h>
#include "token/attrs.h"

typedef struct vault vault;
typedef struct vault_token vault_token;

/* What went wrong last in this thread, in words for a log or a message: never NULL, never a secret,
 * names the file and what to do. */
const char *vault_error_text(void);

/* For those above who have the same kind of thing to say: sets the text and returns rv. */
CK_RV vault_error_set(CK_RV rv, const char *text);

/* ---- the directory -------------------------------------------------------------------------- */

/*
 * dir: NULL for the default: $GOSTTOKEN_DIR (by secure_getenv), else /var/lib/gosttoken for root,
 * else $XDG_DATA_HOME/gosttoken, else $HOME/.local/share/gosttoken. A directory that is not there
 * is made (0700) when the first token is; until then the vault is empty. Refused with
 * CKR_DEVICE_ERROR if it belongs to somebody else or others can write to it.
 */
CK_RV vault_open(const char *dir, vault **out);
void vault_close(vault *v);  /* tokens opened from it must be closed before */
void vault_forget(vault *v); /* in a forked child: frees memory only, touches no file or lock */
const char *vault_dir(const vault *v);

/* The directory that vault_open(dir) would take, as it was given; free(). NULL: there is none. */
char *vault_default_dir(const char *dir);

/* The slots that hold a token, ascending. *slots is to be freed with free(). */
CK_RV vault_slots(vault *v, CK_SLOT_ID **slots, size_t *n);

#define VAULT_LABEL     32
#define VAULT_SERIAL    16
#define VAULT_PIN_MIN   6
#define VAULT_PIN_MAX   249
#define VAULT_TRIES     10
#define VAULT_TRIES_MAX 1000

/* The classes of characters that a PIN may be told to have: ASCII and Cyrillic letters; whatever is
 * neither a digit nor such a letter is special. */
#define VAULT_CLASS_DIGIT   1
#define VAULT_CLASS_LOWER   2
#define VAULT_CLASS_UPPER   4
#define VAULT_CLASS_SPECIAL 8

/* When a PIN has to be changed before anything else can be done with it. */
#define VAULT_FORCE_FACTORY 1 /* while it is the factory's or a default one */
#define VAULT_FORCE_INITIAL 2 /* a user PIN that the SO has set */

/* Who may change the user PIN. */
#define VAULT_CHANGER_SO   1
#define VAULT_CHANGER_USER 2

#define VAULT_HISTORY_MAX  32
#define VAULT_EXPIRY_MAX   3650

/* The policy for one user's PINs. In settings -1 is "not said". */
typedef struct vault_rules {
    int min, max;    /* bytes */
    int classes;     /* VAULT_CLASS_… that a PIN must have */
    int varied;      /* 1: one character over and over is refused */
    int history;     /* so many of the last PINs, today's included, are refused */
    int expiry_days; /* 0: never */
    int tries;
    int force; /* VAULT_FORCE_… */
} vault_rules;

/*
 * What the configuration says. A token takes its policy from here when it is made or made anew, and
 * keeps it; what is not said is what vault_init asks for, what the token had, or the default.
 */
typedef struct vault_settings {
    vault_rules so, user;
    int changers; /* VAULT_CHANGER_… or -1 */
    int kdf_ms;   /* how long one PIN check should take; -1 */
    int journal;  /* 0: nothing is written into the tokens' journals */
    int records;  /* at most so many are kept in each */
} vault_settings;

#define VAULT_RECORDS     4096
#define VAULT_RECORDS_MIN 16
#define VAULT_RECORDS_MAX 1000000

/* Nothing said; the journal on. What a vault begins with. */
void vault_settings_default(vault_settings *s);

/* Before tokens are opened or made. */
void vault_configure(vault *v, const vault_settings *s);

typedef struct vault_init {
    const uint8_t *so_pin;
    size_t so_pin_len;
    const uint8_t *user_pin; /* NULL: the user PIN is not set */
    size_t user_pin_len;
    const uint8_t *label; /* UTF-8, at most VAULT_LABEL bytes, not padded */
    size_t label_len;
    /* 0: what the settings say, else as it was, else the default. The settings are a limit: the
     * stricter of both is taken. */
    unsigned so_pin_min, user_pin_min;
    unsigned so_tries, user_tries;
    unsigned changers;    /* VAULT_CHANGER_… */
    unsigned kdf_ms;      /* how long one PIN check should take; 0: as set, else 50 */
    int pins_are_factory; /* both are "factory PINs", and no policy is asked about them */
} vault_init;

/*
 * Makes a token in a slot that has none: a whole, synced file appears under its name or none.
 * CKR_PIN_LEN_RANGE, CKR_INAPPROPRIATE_PIN; CKR_ARGUMENTS_BAD; CKR_FUNCTION_FAILED if the slot has
 * a token already (made by someone else meanwhile).
 */
CK_RV vault_create(vault *v, CK_SLOT_ID slot, const vault_init *init);

/*
 * Opens the token of a slot. CKR_TOKEN_NOT_PRESENT; CKR_TOKEN_NOT_RECOGNIZED if the file is not a
 * token of a version known here. A file of an older version is read as it is, and brought up to
 * today's in the same transaction as the first change.
 */
CK_RV vault_token_open(vault *v, CK_SLOT_ID slot, vault_token **out);
void vault_token_close(vault_token *t);  /* logs out, wipes */
void vault_token_forget(vault_token *t); /* in a forked child */

/* Removes the file. CKR_OK, CKR_TOKEN_NOT_PRESENT. */
CK_RV vault_destroy(vault *v, CK_SLOT_ID slot);

/* ---- the token ------------------------------------------------------------------------------ */

typedef struct vault_info {
    uint8_t label[VAULT_LABEL];   /* blank-padded */
    uint8_t serial[VAULT_SERIAL]; /* hexadecimal digits */
    int user_pin_set;
    int so_pin_factory, user_pin_factory; /* the factory's, or a default one: should be changed */
    int so_pin_default, user_pin_default; /* is what C_EX_TokenManage would reset it to */
    int so_pin_due, user_pin_due;         /* must be changed before anything else is done */
    unsigned so_pin_min, user_pin_min, so_pin_max, user_pin_max;
    vault_rules so_rules, user_rules;          /* the whole policy; nothing in it is -1 */
    uint64_t so_pin_changed, user_pin_changed; /* seconds since 1970; 0: not set, not known */
    unsigned changers;                         /* of the user PIN: VAULT_CHANGER_… */
    unsigned so_tries, so_tries_left;
    unsigned user_tries, user_tries_left; /* left = 0: locked */
    uint64_t objects, bytes;              /* how many, and the file's size */
} vault_info;

/* Read afresh at each call. */
CK_RV vault_token_info(vault_token *t, vault_info *info);

/* The token's file; lives as long as t. */
const char *vault_token_path(const vault_token *t);

/* How many bytes the file system still has for this user; 0 if it does not say. */
uint64_t vault_room(const vault_token *t);

/* A number that is another one after each format. As cheap as vault_generation. */
CK_RV vault_format(vault_token *t, uint64_t *format);

/*
 * A number that changes whenever anyone has changed the token's objects. Cheap (a few
 * microseconds), but a system call or two: for C_FindObjectsInit, not for every signature.
 */
CK_RV vault_generation(vault_token *t, uint64_t *generation);

/*
 * C_InitToken on a token that exists: checks `pin` against the SO PIN (counted), then, in one
 * transaction, drops every object and the user PIN, makes a new token key, sets what init says
 * (init->so_pin is the SO PIN from then on; NULL: `pin` stays it). CKR_PIN_INCORRECT,
 * CKR_PIN_LOCKED; CKR_PIN_LEN_RANGE, CKR_INAPPROPRIATE_PIN and CKR_ARGUMENTS_BAD before a try is
 * counted. The caller has made sure that it has no session open; other processes' vault_tokens then
 * answer CKR_DEVICE_REMOVED. Licences and the journal stay.
 */
CK_RV vault_reinit(vault_token *t, const uint8_t *pin, size_t len, const vault_init *init);

/* Sets the label (C_EX_SetTokenName). Needs a login of either kind: CKR_USER_NOT_LOGGED_IN.
 * CKR_ARGUMENTS_BAD if it is too long. */
CK_RV vault_set_label(vault_token *t, const uint8_t *label, size_t len);

/* ---- PINs ----------------------------------------------------------------------------------- */

/*
 * Checks a PIN and, when it is right, keeps the token key in memory until vault_logout. The
 * counter is written (synced) before the check and restored after a right PIN.
 * user: CKU_SO or CKU_USER. CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_USER_PIN_NOT_INITIALIZED.
 *
 * When the PIN must be changed first (the policy's `force`, an expired PIN, vault_force_change) the
 * login succeeds, as the standard says, and everything that needs it but vault_set_pin answers
 * CKR_PIN_EXPIRED until the PIN has been set.
 */
CK_RV vault_login(vault_token *t, CK_USER_TYPE user, const uint8_t *pin, size_t len);
void vault_logout(vault_token *t);

/* 1 if somebody is logged in by t who must change the PIN first. */
int vault_change_due(vault_token *t);
CK_RV vault_may_work(vault_token *t); /* the same as a result: CKR_OK, CKR_PIN_EXPIRED */

/* Checks a PIN (counted) and changes nothing else: CKU_CONTEXT_SPECIFIC. */
CK_RV vault_check_pin(vault_token *t, CK_USER_TYPE user, const uint8_t *pin, size_t len);

/*
 * Replaces a PIN. old may be NULL if this user is logged in by t; else it is checked (counted).
 * CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_PIN_LEN_RANGE, CKR_INAPPROPRIATE_PIN, CKR_PIN_IN_HISTORY,
 * CKR_USER_PIN_NOT_INITIALIZED; CKR_FUNCTION_REJECTED if only the SO may change the user PIN.
 */
CK_RV vault_set_pin(vault_token *t, CK_USER_TYPE user, const uint8_t *old, size_t old_len,
                    const uint8_t *pin, size_t len);

/*
 * By the SO, logged in by t (CKR_USER_NOT_LOGGED_IN). All but vault_unblock_user_pin are refused
 * with CKR_USER_NOT_LOGGED_IN, too, when only the user may change a user PIN that is set.
 * vault_init_user_pin: sets the user PIN and its counter (C_InitPIN); the results of vault_set_pin.
 * vault_unblock_user_pin: only the counter (C_EX_UnblockUserPIN).
 */
CK_RV vault_init_user_pin(vault_token *t, const uint8_t *pin, size_t len);
CK_RV vault_unblock_user_pin(vault_token *t);

/* The user has to change the PIN at the next login. CKR_FUNCTION_REJECTED if the user may not. */
CK_RV vault_force_change(vault_token *t);

/*
 * The default user PIN. Sets the token's own, or (pin NULL) forgets it; sets the user PIN and its
 * counter to the token's own default, or to `standard` if it has none.
 */
CK_RV vault_set_default_pin(vault_token *t, const uint8_t *pin, size_t len);
CK_RV vault_reset_user_pin(vault_token *t, const uint8_t *standard, size_t len);

/* ---- licences ------------------------------------------------------------------------------- */

#define VAULT_LICENCES 2
#define VAULT_LICENCE  72 /* bytes */

/* number: 1..VAULT_LICENCES. Writing needs a login of either kind (CKR_USER_NOT_LOGGED_IN); one
 * that was never written is all zeros. CKR_ARGUMENTS_BAD. */
CK_RV vault_set_licence(vault_token *t, unsigned number, const uint8_t licence[VAULT_LICENCE]);
CK_RV vault_licence(vault_token *t, unsigned number, uint8_t licence[VAULT_LICENCE]);

/* ---- the journal ---------------------------------------------------------------------------- */

/*
 * What happened to the token, one record an event, oldest first; when there are too many the oldest
 * go. Each record is chained to the one before by Streebog-256. A record written while somebody is
 * logged in also renews the anchor: a MAC of the chain's end under a key that comes from the token
 * key. So what was written up to the last anchor cannot be altered, cut or invented without a PIN
 * unnoticed; what follows it (wrong PINs) is only chained. Nothing helps against putting back an
 * older copy of the whole file.
 *
 * The vault writes: token-create, token-init, token-name, upgrade, login, pin-check, pin-set,
 * pin-init, pin-unblock, pin-force, pin-default, pin-reset, licence, key-create, key-change,
 * key-destroy, and, when it finds out, journal-altered, journal-anchor (there was no anchor: the
 * journal was off, or somebody has begun it anew), journal-lost. Without a login the uses and
 * changes of keys are written until as many records as are kept at all follow the anchor: then uses
 * are only counted, and vault_update of such a key is refused (CKR_USER_NOT_LOGGED_IN).
 */
typedef struct vault_use {
    char name[12]; /* letters only: "sign" */
    CK_MECHANISM_TYPE mech;
    uint64_t object; /* 0: a session object */
    uint8_t id[64];  /* CKA_ID, or its beginning */
    size_t id_len;
    uint8_t digest[32];
    int has_digest;
    uint64_t time; /* filled in by vault_journal_use */
} vault_use;

/* A use of a key: kept in memory, and written with others soon (see token/journal.h). Never fails:
 * what there is no room for is counted. */
void vault_journal_use(vault_token *t, const vault_use *use);

/* Writes what is kept in memory. vault_logout and vault_token_close do it too. */
CK_RV vault_journal_flush(vault_token *t);

/*
 * The journal as text: JSON objects, one a line. The first is about the journal: "journal":1 (the
 * version of this format), "serial", "first" and "last" (numbers of the first record that is kept
 * and of the last one), "base" (the hash before the first), "anchored" (the last record under the
 * anchor). Each of the others is a record: "seq", "time" (UTC), "pid", "event", what belongs to the
 * event, and last "hash": Streebog-256 of the 32 bytes of the hash before and of the line's own
 * bytes up to `,"hash"`. The caller frees *text.
 */
CK_RV vault_journal_text(vault_token *t, char **text, size_t *len);

typedef struct vault_journal_state {
    uint64_t first, last, anchored; /* as in the text; last < first: empty */
    uint64_t broken;                /* the first record that does not fit, 0: none */
    int checked;                    /* somebody is logged in: the anchor's MAC was checked */
    int altered;                    /* broken, a wrong anchor, or an earlier alteration on record */
} vault_journal_state;

CK_RV vault_journal_verify(vault_token *t, vault_journal_state *state);

/* ---- looking after a token ------------------------------------------------------------------ */

typedef struct vault_examination {
    uint64_t objects, damaged; /* how many, and how many of them cannot be read */
    int altered;               /* the journal: as in vault_journal_state */
    uint64_t last_time;        /* of its newest record, seconds since 1970; 0: none */
    char first_damage[512];    /* the first damaged object, in words */
} vault_examination;

/* Reads all of the file: pages, objects, journal. CKR_DEVICE_ERROR: the database itself is damaged.
 */
CK_RV vault_examine(vault_token *t, vault_examination *e);

/* ---- objects -------------------------------------------------------------------------------- */

/* An object as stored: `open` are its plain attributes; the sealed ones are asked for one by one.
 */
#define VAULT_UNIQUE 32
typedef struct vault_object {
    uint64_t id; /* never used again for another object of this token */
    /* Hexadecimal digits that name the object and no other of this token or another; the same for
     * its life. (A copy of the token that is restored after the token itself was lost begins to
     * count where it was made.) */
    char unique[VAULT_UNIQUE];
    tok_attrs *open; /* owned */
    uint64_t sealed; /* how many attributes are sealed */
    void *seals;     /* owned; vault's own */
} vault_object;

void vault_object_free(vault_object *o); /* NULL is allowed */

/* Changes of objects, and sealed values, are refused with CKR_PIN_EXPIRED while vault_change_due.
 */

/*
 * Stores a new object. Sealed attributes need the user to be logged in by t
 * (CKR_USER_NOT_LOGGED_IN). Which ones are sealed is the vault's decision (table in seal.c).
 */
CK_RV vault_insert(vault_token *t, const tok_attrs *attrs, uint64_t *id);

/* Stores several objects at once: all or none (a key pair). ids takes n. */
CK_RV vault_insert_all(vault_token *t, const tok_attrs *const *attrs, size_t n, uint64_t *ids);

/*
 * Replaces the attributes named in `changes` and leaves the others, sealed or not, as they are.
 * CKR_OBJECT_HANDLE_INVALID if the object is gone. Seals are bound to the attributes that say what
 * may be done with the value (CKA_EXTRACTABLE, CKA_SIGN …; table in seal.c): to change one of those
 * in an object with sealed attributes needs the user's login, as changing a sealed one does.
 */
CK_RV vault_update(vault_token *t, uint64_t id, const tok_attrs *changes);

/* CKR_OBJECT_HANDLE_INVALID. A damaged object can be deleted. */
CK_RV vault_delete(vault_token *t, uint64_t id);

/* Reads one object. CKR_OBJECT_HANDLE_INVALID if it is gone. CKR_DEVICE_ERROR if its checksum is
 * wrong: damaged data is never handed out. */
CK_RV vault_read(vault_token *t, uint64_t id, vault_object **out);

/* Bytes that the object's sealed attributes take. */
size_t vault_sealed_bytes(const vault_object *o);

/* 1 if that attribute of the object is sealed. */
int vault_is_sealed(const vault_object *o, CK_ATTRIBUTE_TYPE type);

/*
 * Opens one sealed attribute into memory of tok_secret_alloc (release with tok_secret_free).
 * CKR_USER_NOT_LOGGED_IN; CKR_ATTRIBUTE_TYPE_INVALID if it is not there; CKR_DEVICE_ERROR if the
 * seal does not fit.
 */
CK_RV vault_unseal(vault_token *t, const vault_object *o, CK_ATTRIBUTE_TYPE type, void **value,
                   size_t *len);

/*
 * The ids of the objects that may match a template, ascending, in *ids (free()). The vault narrows
 * by the attributes it has an index for (class, id, label, key type, token's certificate subject,
 * …) and the caller matches the rest; the work does not grow with the number of other objects.
 */
CK_RV vault_find(vault_token *t, const CK_ATTRIBUTE *templ, CK_ULONG n, uint64_t **ids,
                 size_t *count);

#endif
