/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects and their handles. A tok_object is a snapshot that never changes (but for its prepared
 * key); an entry of the slot gives it a handle. Objects of the token are read from the vault when
 * they are first asked for and again after anyone has changed the store; session objects live only
 * in their entries.
 */
#ifndef TOK_OBJECT_H
#define TOK_OBJECT_H

#include <openssl/types.h>
#include "gost/gostr3410.h"
#include "token/kind.h"
#include "token/session.h"

/*
 * A private key ready for use; counted. A GOST key lies in secret memory. An RSA or EC key is
 * OpenSSL's: its numbers lie in the ordinary heap, which is not locked and may stand in a core
 * dump, from its first use until the logout (or until the token has too many), when OpenSSL wipes
 * them. At rest and before that they are in secret memory as all others are.
 */
typedef struct tok_key {
    atomic_uint refs;
    int is_ossl;    /* RSA, EC: there is no `gost`, and this is not in secret memory */
    EVP_PKEY *ossl; /* NULL once OPENSSL_cleanup has begun */
    gost_3410_key gost;
} tok_key;

struct tok_object {
    atomic_uint refs;
    uint64_t id; /* the vault's; 0: a session object */
    const tok_kind *kind;
    CK_OBJECT_CLASS class;
    CK_KEY_TYPE key_type;
    int token, private;
    const tok_attrs *attrs; /* all but the sealed and the hidden ones */
    tok_attrs *own;         /* attrs of a session object */
    vault_object *stored;   /* of a token's object */
    tok_attrs *hidden;      /* of a session's private or secret key: its secret values */
    tok_key *key;           /* prepared; under the slot's lock */
};

typedef struct tok_entry {
    CK_OBJECT_HANDLE handle;
    uint64_t id;
    int private;
    tok_session *owner;     /* of a session object, else NULL */
    tok_object *object;     /* may be NULL for one of the token */
    uint64_t fresh;         /* the slot's count when it was read */
    struct tok_entry *next; /* list of the slot's session objects */
    struct tok_entry *prev;
    struct tok_entry *link; /* for collecting */
} tok_entry;

void tok_object_free(tok_object *o); /* gives a reference back; NULL is allowed */

/*
 * The object of a handle, if this session may see it now; the caller gives the reference back.
 * CKR_OBJECT_HANDLE_INVALID.
 */
CK_RV tok_object_get(tok_session *s, CK_OBJECT_HANDLE handle, tok_object **out);

/*
 * Stores n new objects, all or none: on the token if CKA_TOKEN is true, else in the session. The
 * sets stay the caller's. Checks what the session may create: CKR_SESSION_READ_ONLY,
 * CKR_USER_NOT_LOGGED_IN, CKR_PIN_EXPIRED.
 */
CK_RV tok_objects_create(tok_session *s, tok_attrs *const *attrs, size_t n,
                         CK_OBJECT_HANDLE *handles);

/* Replaces attributes. The caller has checked that it may. */
CK_RV tok_object_change(tok_session *s, CK_OBJECT_HANDLE handle, tok_object *o,
                        const tok_attrs *changes);
/* o: NULL for a damaged one. */
CK_RV tok_object_destroy(tok_session *s, CK_OBJECT_HANDLE handle, tok_object *o);

/* CKR_SESSION_READ_ONLY if o is the token's and the session may not write. */
CK_RV tok_object_writable(tok_session *s, const tok_object *o);

/*
 * Reads a secret value into secret memory (tok_secret_free). CKR_ATTRIBUTE_TYPE_INVALID if the
 * object has none of that type, CKR_USER_NOT_LOGGED_IN.
 */
CK_RV tok_object_secret(tok_session *s, tok_object *o, CK_ATTRIBUTE_TYPE type, void **value,
                        size_t *len);

/* 1 if the object has that attribute as a secret value. */
int tok_object_has_secret(const tok_object *o, CK_ATTRIBUTE_TYPE type);

/* 1 if the value of that type is no secret of the object's: it may be read by who sees the object
 * (and is logged in, if it is sealed). */
int tok_object_shows(const tok_object *o, CK_ATTRIBUTE_TYPE type);

/* *match: 1 if C_GetAttributeValue in this session would give every attribute of the template with
 * that value. CKR_DEVICE_ERROR if a value of it is damaged. For an object of the token no lock of
 * the slot is held. */
CK_RV tok_object_match(tok_session *s, tok_object *o, const CK_ATTRIBUTE *templ, CK_ULONG n,
                       int *match);

/* Every attribute of an object, the secret ones too, in a set of its own. */
CK_RV tok_object_whole(tok_session *s, tok_object *o, tok_attrs **out);

/* The prepared key of a private key; the caller gives the reference back. */
CK_RV tok_object_key(tok_session *s, tok_object *o, tok_key **out);
void tok_key_free(tok_key *k);

/* For the begin of OPENSSL_cleanup, with no call inside: gives back what prepared keys have of
 * OpenSSL's; the keys stay, of no more use. */
void tok_keys_end(void);

/* Reads the token's object of that id if it can be seen now, and its handle, which is made if there
 * is none. For searching. */
CK_RV tok_object_load(tok_slot *slot, tok_card *card, uint64_t id, CK_OBJECT_HANDLE *handle,
                      tok_object **out);

/* The object of hwfeature.h and its handle; the caller gives the reference back. */
CK_RV tok_object_feature(tok_slot *slot, CK_OBJECT_HANDLE *handle, tok_object **out);

/* A handle for an object that is damaged, to destroy it by; nothing else can be done with it. */
CK_RV tok_object_damaged(tok_slot *slot, uint64_t id, CK_OBJECT_HANDLE *handle);

/* With the slot's lock held: all objects, the private ones, or a session's go from memory. */
void tok_objects_drop(tok_slot *slot);
void tok_objects_hide(tok_slot *slot);
void tok_objects_of_session_drop(tok_slot *slot, tok_session *s);

#endif
