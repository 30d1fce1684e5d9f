/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of one PKCS #11 module, ours or a vendor's: what the provider and gosttoken(1) reach
 * tokens through. It uses nothing but the module's function list.
 *
 * Threads: every function may be called from several threads at once. Fork: a child may go on
 * using what it inherited; at its first call the module is initialised again, the tokens in use
 * are logged in to again with the PINs remembered, once, and objects are found again by what they
 * are (token serial, class, id, label).
 *
 * Results: 1 or a pointer for success, 0 or NULL for failure, then *err says what happened. err
 * may not be NULL.
 */
#ifndef GT_P11_H
#define GT_P11_H

#include <stddef.h>
#include <stdint.h>
#include <gosttoken/module.h>
#include <gosttoken/rutoken.h>

typedef struct gt_p11 gt_p11;       /* a module, its tokens and sessions; counted references */
typedef struct gt_object gt_object; /* one object found on a token; counted references */

/* A failure: the PKCS #11 code, what kind of thing is wrong, and one sentence for a person that
 * names the cause and the next step. Never holds a PIN. */
typedef enum gt_reason {
    GT_OK = 0,
    GT_BAD_URI,     /* not a pkcs11: URI, or an attribute of it is unknown or malformed */
    GT_MODULE_LOAD, /* the module cannot be loaded or initialised */
    GT_STORE,       /* the token store cannot be read or written */
    GT_NO_TOKEN,    /* no token matches */
    GT_NO_OBJECT,   /* no object matches */
    GT_AMBIGUOUS,   /* more than one object matches where one is needed */
    GT_PIN_NEEDED,  /* a PIN is needed and no source gave one */
    GT_PIN_WRONG,   /* text says how many tries are left, where the token tells */
    GT_PIN_LOCKED,
    GT_PIN_FINAL_TRY, /* refused: last try, and nobody to ask */
    GT_KEY_TYPE,      /* a key of a type that is not handled here */
    GT_TOKEN_GONE,    /* the token was removed or formatted */
    GT_TOKEN_ERROR,   /* any other result of the token */
    GT_NO_MEMORY
} gt_reason;

typedef struct gt_error {
    gt_reason reason;
    CK_RV rv;
    char text[640];
} gt_error;

/* Fills err as printf does; always returns 0, so that `return gt_fail(…)` reads well. */
int gt_fail(gt_error *err, gt_reason reason, CK_RV rv, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The standard's name of a result, "CKR_PIN_INCORRECT"; "0x80000001" if unknown. */
const char *gt_rv_name(CK_RV rv);

/* ---- the module ----------------------------------------------------------------------------- */

/*
 * What a module wants otherwise than the standard has it (quirks.c; the names, which the provider's
 * configuration has, are in the same order there). What can be found out is: a key with
 * CKA_ALWAYS_AUTHENTICATE, a PIN pad, a module that answers CKR_CANT_LOCK, the forms of points and
 * of the parameters of an agreement need no quirk.
 */
enum {
    GT_QUIRK_CONTEXT_LOGIN = 1,    /* log in for every operation, whatever the key says */
    GT_QUIRK_NO_CONTEXT_LOGIN = 2, /* never, whatever the key says */
    GT_QUIRK_FORK_FINALIZE = 4,    /* in a child, C_Finalize before C_Initialize */
    GT_QUIRK_LOGIN_FIRST = 8,      /* log in before looking for anything, where a PIN is at hand */
    GT_QUIRK_NO_FINALIZE = 16,     /* never C_Finalize, never unload */
    GT_QUIRK_NO_INIT_ARGS = 32,    /* C_Initialize(NULL) */
    GT_QUIRK_NO_THREADS = 64,      /* one call at a time */
    GT_QUIRK_ONE_SESSION = 128,    /* one session a token */
    GT_QUIRK_RAW_RSA = 256         /* PSS and OAEP padding by us, CKM_RSA_X_509 by the token */
};

/* The flag of a name of len bytes, 0: there is none; the i-th name, NULL past the end. */
unsigned gt_quirk_by_name(const char *name, size_t len);
const char *gt_quirk_name(size_t i);

typedef struct gt_p11_config {
    const char *module;     /* path of the PKCS #11 module; NULL: ours, see gt_p11_new */
    const char *token;      /* label of the token to use when a URI names none; may be NULL */
    const char *pin;        /* may be NULL */
    const char *pin_source; /* a file whose first line is the PIN; may be NULL */
    unsigned quirks;        /* GT_QUIRK_…, or'ed */
    void (*log)(void *arg, const char *line); /* may be NULL; never given a PIN */
    void *log_arg;
} gt_p11_config;

/*
 * Copies the configuration; loads nothing yet. module NULL: $GOSTTOKEN_MODULE (secure_getenv), else
 * libgosttoken-pkcs11.so beside the file that this code was loaded from (for the build tree), else
 * the installed path. Returns NULL only when out of memory.
 */
gt_p11 *gt_p11_new(const gt_p11_config *config);
gt_p11 *gt_p11_ref(gt_p11 *p);

/* The quirks that it was configured with. */
unsigned gt_p11_quirks(const gt_p11 *p);

/* The last one closes the sessions, finalises the module if this client initialised it, and
 * unloads it. Objects hold a reference. In a forked child that never used it, it only frees memory.
 */
void gt_p11_free(gt_p11 *p);

/* The function list, loaded and initialised in this process: for gosttoken(1)'s administration
 * (C_InitToken …). The pointer lives as long as p. */
CK_FUNCTION_LIST *gt_p11_functions(gt_p11 *p, gt_error *err);

/* ---- beyond PKCS #11 (more.c) ---------------------------------------------------------------- */

/*
 * The extended functions of rutoken.h; NULL: the module has none. For administration, which has no
 * standard calls; the provider does without.
 */
CK_FUNCTION_LIST_EXTENDED *gt_p11_extended(gt_p11 *p);

/*
 * The functions of <gosttoken/module.h>: CKR_FUNCTION_NOT_SUPPORTED of another module than ours.
 * They set `size`.
 */
CK_RV gt_p11_details(gt_p11 *p, CK_SLOT_ID slot, gosttoken_details *details);
CK_RV gt_p11_verify_journal(gt_p11 *p, CK_SLOT_ID slot, gosttoken_journal_state *state);

/* A function of <gosttoken/…> that our own module exports; NULL of another module. */
void *gt_p11_symbol(gt_p11 *p, const char *name);

/* Our own module's words for the call of this thread that has just failed, whatever it was about;
 * NULL of another module. Read or copied before the module is called again. */
const char *gt_p11_own_text(gt_p11 *p);

/* ---- for messages (tell.c) ------------------------------------------------------------------- */

/*
 * How many tries are left for the PIN of CKU_USER or CKU_SO, as the end of a sentence about a wrong
 * one: "; 7 tries are left", "; one try is left", "; it is locked now"; as much as the token tells,
 * "" if nothing. 64 bytes are enough.
 */
void gt_p11_tries_left(gt_p11 *p, CK_SLOT_ID slot, CK_USER_TYPE user, char *out, size_t size);

/*
 * Our own module's words for a store that has just failed with rv in a call of this thread: they
 * name the file, the cause and what to do. NULL: rv is not about a store, or another module. Read
 * or copied before the module is called again.
 */
const char *gt_p11_store_text(gt_p11 *p, CK_RV rv);

/*
 * The standard shows a token that cannot be read, because it is damaged or of another version, like
 * a slot without one. 1: the slot, shown as not initialised, has such a token, and out says what is
 * wrong with it (our module); 0: it is free, or nothing is known.
 */
int gt_p11_slot_trouble(gt_p11 *p, CK_SLOT_ID slot, char *out, size_t size);

/* Where our module keeps its tokens, for the middle of a sentence: " in DIRECTORY", to be said when
 * what was looked for is not there. "" of another module. */
void gt_p11_place(const gt_p11 *p, char *out, size_t size);

/* ---- PINs ----------------------------------------------------------------------------------- */

/*
 * Asks a person. token: the label. warning: NULL, or a sentence to show ("last try …"). Writes a
 * NUL-terminated PIN to pin; returns 1, or 0 if nobody answered.
 */
typedef struct gt_prompt {
    int (*ask)(void *arg, const char *token, const char *warning, char *pin, size_t size);
    void *arg;
} gt_prompt;

/*
 * Where a PIN comes from, in order: the URI's pin-value, the URI's pin-source (a file), the PIN
 * that was right last in this instance, the configuration's pin and pin-source, $GOSTTOKEN_PIN
 * (secure_getenv), the prompt (if not NULL). The first source that names a PIN is the only one
 * tried; a source that is named but cannot be read is an error. A PIN that a token has refused is
 * not sent to it again by this client until another has been right. When the token says
 * CKF_USER_PIN_FINAL_TRY, only the prompt may be used. A token with a PIN pad
 * (CKF_PROTECTED_AUTHENTICATION_PATH) is logged in to without a PIN from here.
 *
 * A pin-source is a path or a file: URI; "|command" is refused. Its first line, without the line
 * end, is the PIN. A file that everybody may write is refused.
 *
 * Which token is logged in to: at most one per call, so that no PIN is sent to a token that it is
 * not for. If one token matches (the URI's token attributes; without any, the configuration's
 * token), that one. If several match, the only one among them that shows without a login a public
 * key or a certificate with the URI's id and object; a URI with neither id nor object then leads to
 * no login. If several show one, none is logged in to: GT_AMBIGUOUS where one object is wanted or
 * nothing else was found. Tokens without CKF_TOKEN_INITIALIZED never match.
 *
 * If somebody else in the program has logged in already, no PIN is needed.
 */

/* ---- objects -------------------------------------------------------------------------------- */

#define GT_ANY_CLASS ((CK_OBJECT_CLASS)-1)

/* Called for each object; take a reference to keep it. Return 0 to stop. */
typedef int gt_found_fn(void *arg, gt_object *obj);

/*
 * Finds what a URI (RFC 7512) names, on every token that it matches: objects of class cls, or of
 * the class in the URI's `type`, or of any. Private objects need a login, so a PIN is looked for
 * when the URI or cls asks for a private or secret key, or the URI itself has a PIN, or no public
 * object matches and a source other than the prompt offers one. Returns how many were found, 0 with
 * *err set when none was (GT_NO_TOKEN, GT_NO_OBJECT, …). cls and `type` that contradict each other
 * find nothing. Only token objects (CKA_TOKEN) are found.
 */
size_t gt_p11_find(gt_p11 *p, const char *uri, CK_OBJECT_CLASS cls, const gt_prompt *prompt,
                   gt_found_fn *found, void *arg, gt_error *err);

/* The one object that matches: GT_AMBIGUOUS if there are more. The caller owns the reference. */
gt_object *gt_p11_find_one(gt_p11 *p, const char *uri, CK_OBJECT_CLASS cls, const gt_prompt *prompt,
                           gt_error *err);

gt_object *gt_object_ref(gt_object *o);
void gt_object_free(gt_object *o);

gt_p11 *gt_object_p11(const gt_object *o); /* borrowed */
CK_OBJECT_CLASS gt_object_class(const gt_object *o);
CK_KEY_TYPE gt_object_key_type(const gt_object *o); /* of keys; else CK_UNAVAILABLE_INFORMATION */
CK_CERTIFICATE_TYPE gt_object_certificate_type(const gt_object *o);
const char *gt_object_label(const gt_object *o);              /* "" if none */
const uint8_t *gt_object_id(const gt_object *o, size_t *len); /* NULL, 0 if none */
const char *gt_object_token_label(const gt_object *o);        /* blanks trimmed */
const char *gt_object_token_serial(const gt_object *o);

/* The object's own URI: token, serial, id, object, type; no PIN. Lives as long as the object. */
const char *gt_object_uri(const gt_object *o);

/*
 * Reads an attribute into memory that the caller frees with free(). GT_TOKEN_ERROR with rv
 * CKR_ATTRIBUTE_TYPE_INVALID or CKR_ATTRIBUTE_SENSITIVE when the token does not give it.
 */
int gt_object_get(gt_object *o, CK_ATTRIBUTE_TYPE type, uint8_t **value, size_t *len,
                  gt_error *err);

/*
 * The public half of a GOST private or public key: the parameter set's DER OID
 * (CKA_GOSTR3410_PARAMS) and X | Y, little-endian. For a private key: from the public key with the
 * same CKA_ID, else CKA_PUBLIC_KEY_INFO, else the certificate with the same CKA_ID (the same
 * CKA_LABEL if the key has no CKA_ID). pub takes 128 bytes, *pub_len is set to 64 or 128; oid takes
 * 32 bytes.
 */
int gt_object_gost_public(gt_object *key, uint8_t *oid, size_t *oid_len, uint8_t *pub,
                          size_t *pub_len, gt_error *err);

/*
 * The public half of an RSA or EC key as a SubjectPublicKeyInfo, to be freed with free(): from the
 * key itself, the public key with the same CKA_ID, CKA_PUBLIC_KEY_INFO, or the certificate with the
 * same CKA_ID (CKA_LABEL as above). GT_AMBIGUOUS if two that differ go with it.
 */
int gt_object_spki(gt_object *key, uint8_t **der, size_t *len, gt_error *err);

/* ---- work with a key ------------------------------------------------------------------------ */

/*
 * C_SignInit and C_Sign in a session of the pool. *sig_len: room on entry, length on return.
 * One round trip: the caller knows the size of a signature.
 */
int gt_object_sign(gt_object *key, CK_MECHANISM *mechanism, const uint8_t *data, size_t len,
                   uint8_t *sig, size_t *sig_len, gt_error *err);

/* C_DecryptInit and C_Decrypt in the same way; nothing is left in out after a failure. */
int gt_object_decrypt(gt_object *key, CK_MECHANISM *mechanism, const uint8_t *data, size_t len,
                      uint8_t *out, size_t *out_len, gt_error *err);

/*
 * Keys made of a key, all in one session: C_DeriveKey, or C_UnwrapKey of `wrapped`, one step after
 * another, the first with `key` and each other with the key that the step before made. The value of
 * the last is copied to out (*out_len: room on entry, length on return), so only that one has to be
 * readable, and a key encryption key stays on the token. All of them are destroyed before it
 * returns.
 */
enum { GT_STEP_ATTRS = 10 };
typedef struct gt_step {
    CK_MECHANISM mechanism;
    const uint8_t *wrapped; /* NULL: C_DeriveKey */
    size_t wrapped_len;
    CK_ATTRIBUTE templ[GT_STEP_ATTRS];
    CK_ULONG n;
} gt_step;

int gt_object_derive(gt_object *key, const gt_step *steps, size_t n, uint8_t *out, size_t *out_len,
                     gt_error *err);

/* 1 if the failure says that the token does not know this mechanism, this form of its parameter or
 * this template, so that another way to the same may be tried. */
int gt_error_is_unsupported(const gt_error *err);

/* C_GenerateRandom on the first token (or the configured one); no login. */
int gt_p11_random(gt_p11 *p, uint8_t *out, size_t len, gt_error *err);

/* ---- secrets --------------------------------------------------------------------------------- */

/* Memory of its own pages, zeroed, locked where the system lets us and kept out of core dumps.
 * NULL: none left. Freeing wipes it; secret may be NULL. */
void *gt_secret_new(size_t size);
void gt_secret_free(void *secret, size_t size);

/* ---- URIs ----------------------------------------------------------------------------------- */

/*
 * Every attribute of RFC 7512, 2.3 and 2.4, is known; another one, one in the wrong part, one
 * twice, or both pin-value and pin-source, is GT_BAD_URI. A blank may stand unescaped in a value. A
 * URI never makes this client load a module: module-path and module-name must agree with the one
 * configured.
 */

/* 1 if the string begins with "pkcs11:", letter case ignored. */
int gt_is_uri(const char *s);

/* A copy of the URI without pin-value (for messages), to be freed with free(). NULL: no memory.
 * Also good for what is no well-formed URI. */
char *gt_uri_without_pin(const char *uri);

#endif
