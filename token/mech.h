/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mechanisms: tables (mechs_….c), each row with the functions that start its operations. A new
 * mechanism is a row, and a class if its operations are new.
 */
#ifndef TOK_MECH_H
#define TOK_MECH_H

#include "token/object.h"
#include "token/op.h"

typedef struct tok_mech tok_mech;

/*
 * NULL where the mechanism does not do it. param: what the caller gave, already known not to be a
 * NULL pointer with a length; what its pParameter points to is for the mechanism to judge
 * (CKR_MECHANISM_PARAM_INVALID). The generic checks of the key (mech.c) are done before.
 */
typedef CK_RV tok_mech_start(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                             tok_object *key, tok_op **op);

typedef struct tok_mech_class {
    CK_RV (*digest)(const tok_mech *m, const CK_MECHANISM *param, tok_op **op);
    tok_mech_start *sign, *verify, *encrypt, *decrypt;
    tok_mech_start *message_encrypt, *message_decrypt; /* param may have no nonce yet */

    /* Fills in what the mechanism makes; both sets come from tok_template_build. */
    CK_RV(*generate_pair)
    (const tok_mech *m, const CK_MECHANISM *param, tok_attrs *pub, tok_attrs *priv);

    /*
     * Those that make a secret value. key: the set from tok_template_build: its CKA_KEY_TYPE and
     * CKA_VALUE_LEN say what is wanted (CKR_TEMPLATE_INCONSISTENT, CKR_KEY_SIZE_RANGE,
     * CKR_TEMPLATE_INCOMPLETE if it cannot be). *value: in secret memory, the caller frees it
     * (tok_secret_free) after putting it into CKA_VALUE. NULL *value with CKR_OK: the mechanism has
     * put everything into `key` itself (unwrapped private keys).
     */
    CK_RV(*generate)
    (const tok_mech *m, const CK_MECHANISM *param, tok_attrs *key, void **value, size_t *len);
    CK_RV(*derive)
    (const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *base, tok_attrs *key,
     void **value, size_t *len);
    /* In place of derive: what it makes goes to where param says, and no key is made (TLS PRF).
     * C_DeriveKey then looks neither at the template nor at phKey. */
    CK_RV(*derive_out)
    (const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *base);
    CK_RV(*unwrap)
    (const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *wrapping,
     const CK_BYTE *wrapped, CK_ULONG wrapped_len, tok_attrs *key, void **value, size_t *len);

    /* out NULL: only the size. CKR_BUFFER_TOO_SMALL, CKR_KEY_SIZE_RANGE, CKR_KEY_NOT_WRAPPABLE.
     * That `key` may be extracted has been checked. */
    CK_RV(*wrap)
    (const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *wrapping,
     tok_object *key, CK_BYTE *out, CK_ULONG *out_len);
} tok_mech_class;

struct tok_mech {
    CK_MECHANISM_TYPE type;
    CK_MECHANISM_INFO info;
    unsigned kinds;       /* TOK_KIND_… of the keys it takes; 0: none */
    CK_KEY_TYPE key_type; /* of the keys it takes or makes; TOK_NO_TYPE: any of `kinds` */
    unsigned digest;      /* bits of its Streebog; 0: none, or what the class makes of it */
    const tok_mech_class *class;
};

#define TOK_DIGEST_94 94 /* in `digest`: GOST R 34.11-94 */

/* A table of mechanisms that belong together: a file mechs_….c. */
typedef struct tok_mech_family {
    const tok_mech *mechs;
    size_t n;
} tok_mech_family;

extern const tok_mech_family tok_mechs_secret;
extern const tok_mech_family tok_mechs_gost;
extern const tok_mech_family tok_mechs_ossl;
extern const tok_mech_family tok_mechs_cipher, tok_mechs_kdf;

/* NULL past the end. */
const tok_mech *tok_mech_at(size_t i);

/* Finds a mechanism that has all of `flags` (CKF_SIGN …) and judges that param's pointers make
 * sense. CKR_ARGUMENTS_BAD, CKR_MECHANISM_INVALID, CKR_MECHANISM_PARAM_INVALID. */
CK_RV tok_mech_find(const CK_MECHANISM *param, CK_FLAGS flags, const tok_mech **out);

/* May the mechanism use this key for what the attribute `use` (CKA_SIGN …) permits? It is of that
 * class or a secret key.
 * CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED, CKR_MECHANISM_INVALID. */
CK_RV tok_mech_key_ok(const tok_mech *m, const tok_object *key, CK_OBJECT_CLASS class,
                      CK_ATTRIBUTE_TYPE use);

/* CKR_OK if there is no parameter, or it is the DER OID of the hash of that size. */
CK_RV tok_mech_hash_param(const CK_MECHANISM *param, unsigned bits);

extern const tok_mech_class tok_mech_rsa_keygen, tok_mech_ec_keygen, tok_mech_ecdsa, tok_mech_ecdh,
    tok_mech_sha, tok_mech_sha_hmac, tok_mech_sha_hmac_general;
extern const tok_mech_class tok_mech_generic_keygen, tok_mech_concatenate, tok_mech_hmac;
extern const tok_mech_class tok_mech_streebog, tok_mech_gost_sign, tok_mech_gost_keygen;
extern const tok_mech_class tok_mech_block_keygen, tok_mech_ecb, tok_mech_ctr_acpkm, tok_mech_mgm,
    tok_mech_28147_cfb, tok_mech_28147_mac, tok_mech_omac, tok_mech_kexp15, tok_mech_28147_wrap;
extern const tok_mech_class tok_mech_gost94, tok_mech_gost94_hmac, tok_mech_gost_wrap;
extern const tok_mech_class tok_mech_vko, tok_mech_kdf_4357, tok_mech_kdf_2012, tok_mech_kdf_hmac,
    tok_mech_kdf_tree, tok_mech_tls_prf, tok_mech_tls_master, tok_mech_pbkdf2;

#endif
