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

#include "token/attrs.h"

typedef struct vault vault;
typedef struct vault_token vault_token;

/* What went wrong last in this thread, in words for a log or a message: never NULL, never a secret,
 * names the file and what to do. */
const char *vault_error_text(void);

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

/* The slots that hold a token, ascending. *slots is to be freed with free(). */
CK_RV vault_slots(vault *v, CK_SLOT_ID **slots, size_t *n);

#define VAULT_LABEL   32
#define VAULT_SERIAL  16
#define VAULT_PIN_MIN 6
#define VAULT_PIN_MAX 249
#define VAULT_TRIES   10

typedef struct vault_init {
    const uint8_t *so_pin;
    size_t so_pin_len;
    const uint8_t *user_pin; /* NULL: the user PIN is not set */
    size_t user_pin_len;
    const uint8_t *label; /* UTF-8, at most VAULT_LABEL bytes, not padded */
    size_t label_len;
    unsigned so_pin_min, user_pin_min; /* 0: as it was; in a new token VAULT_PIN_MIN */
    unsigned so_tries, user_tries;     /* 0: as it was; in a new token VAULT_TRIES */
    unsigned kdf_ms;                   /* how long one PIN check should take; 0: 50 */
    int pins_are_factory;              /* both "must be changed" flags up until they are set */
} vault_init;

/*
 * Makes a token in a slot that has none: a whole, synced file appears under its name or none.
 * CKR_PIN_LEN_RANGE; CKR_ARGUMENTS_BAD; CKR_FUNCTION_FAILED if the slot has a token already (made
 * by someone else meanwhile).
 */
CK_RV vault_create(vault *v, CK_SLOT_ID slot, const vault_init *init);

/* Opens the token of a slot. CKR_TOKEN_NOT_PRESENT; CKR_TOKEN_NOT_RECOGNIZED if the file is not a
 * token of a version known here. */
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
    int so_pin_factory, user_pin_factory; /* must be changed */
    unsigned so_pin_min, user_pin_min;
    unsigned so_tries, so_tries_left;
    unsigned user_tries, user_tries_left; /* left = 0: locked */
    uint64_t objects, bytes;              /* how many, and the file's size */
} vault_info;

/* Read afresh at each call. */
CK_RV vault_token_info(vault_token *t, vault_info *info);

/*
 * A number that changes whenever anyone has changed the token's objects. Cheap (a few
 * microseconds), but a system call or two: for C_FindObjectsInit, not for every signature.
 */
CK_RV vault_generation(vault_token *t, uint64_t *generation);

/*
 * C_InitToken on a token that exists: checks `pin` against the SO PIN (counted), then, in one
 * transaction, drops every object and the user PIN, makes a new token key, sets what init says
 * (init->so_pin is the SO PIN from then on; NULL: `pin` stays it). CKR_PIN_INCORRECT,
 * CKR_PIN_LOCKED; CKR_PIN_LEN_RANGE and CKR_ARGUMENTS_BAD before a try is counted. The caller has
 * made sure that it has no session open; other processes' vault_tokens then answer
 * CKR_DEVICE_REMOVED.
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
 */
CK_RV vault_login(vault_token *t, CK_USER_TYPE user, const uint8_t *pin, size_t len);
void vault_logout(vault_token *t);

/* Checks a PIN (counted) and changes nothing else: CKU_CONTEXT_SPECIFIC. */
CK_RV vault_check_pin(vault_token *t, CK_USER_TYPE user, const uint8_t *pin, size_t len);

/*
 * Replaces a PIN. old may be NULL if this user is logged in by t; else it is checked (counted).
 * CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_PIN_LEN_RANGE, CKR_USER_PIN_NOT_INITIALIZED.
 */
CK_RV vault_set_pin(vault_token *t, CK_USER_TYPE user, const uint8_t *old, size_t old_len,
                    const uint8_t *pin, size_t len);

/* By the SO, logged in by t: sets the user PIN and its counter (C_InitPIN); or only the counter
 * (C_EX_UnblockUserPIN). CKR_USER_NOT_LOGGED_IN, CKR_PIN_LEN_RANGE. */
CK_RV vault_init_user_pin(vault_token *t, const uint8_t *pin, size_t len);
CK_RV vault_unblock_user_pin(vault_token *t);

/* ---- objects -------------------------------------------------------------------------------- */

/* An object as stored: `open` are its plain attributes; the sealed ones are asked for one by one.
 */
typedef struct vault_object {
    uint64_t id;     /* never used again for another object of this token */
    tok_attrs *open; /* owned */
    uint64_t sealed; /* how many attributes are sealed */
    void *seals;     /* owned; vault's own */
} vault_object;

void vault_object_free(vault_object *o); /* NULL is allowed */

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
