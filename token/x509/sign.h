/* SPDX-License-Identifier: Apache-2.0 */
/* Signing a structure with a private key of the token, as C_Sign would: by the key's mechanism,
 * with its permission to sign. */
#ifndef TOK_X509_SIGN_H
#define TOK_X509_SIGN_H

#include "token/object.h"
#include "token/x509/signature.h"

typedef struct tok_signer {
    tok_object *key;
    CK_OBJECT_HANDLE handle;
    tok_key_kind kind;
    const tok_md_alg *hash;
    CK_MECHANISM_TYPE mech;
} tok_signer;

/*
 * Finds the private key. CKR_KEY_HANDLE_INVALID, CKR_USER_NOT_LOGGED_IN,
 * CKR_KEY_TYPE_INCONSISTENT.
 */
CK_RV tok_signer_start(tok_session *s, CK_OBJECT_HANDLE key, tok_signer *out);
void tok_signer_end(tok_signer *signer);

/*
 * Signs the message; the signature as X.509 has it is appended. It is checked with `pub`, the key
 * that will be named beside it: CKR_KEY_HANDLE_INVALID if that is another.
 */
CK_RV tok_signer_sign(tok_session *s, const tok_signer *signer, const tok_spki *pub,
                      tok_der message, tok_bytes *signature);

/* Puts the AlgorithmIdentifier of such a signature: as certificates and requests have it, or (cms)
 * as SignerInfo has. */
void tok_signer_algorithm_put(tok_bytes *b, const tok_signer *signer, int cms);

/* SubjectPublicKeyInfo of a public key object. CKR_KEY_HANDLE_INVALID if the object is none. */
CK_RV tok_spki_of_object(const tok_object *o, tok_bytes *out);

#endif
