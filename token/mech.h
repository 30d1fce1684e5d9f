/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mechanisms: one table (mech.c), each row with the functions that start its operations. A new
 * mechanism is a row, and a class if its operations are new.
 */
#ifndef TOK_MECH_H
#define TOK_MECH_H

#include "token/object.h"
#include "token/op.h"

typedef struct tok_mech tok_mech;

/* NULL where the mechanism does not do it. param: what the caller gave, already known not to be a
 * NULL pointer with a length. The generic checks of the key (mech.c) are done before. */
typedef struct tok_mech_class {
    CK_RV (*digest)(const tok_mech *m, const CK_MECHANISM *param, tok_op **op);
    CK_RV(*sign)
    (const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *key, tok_op **op);
    CK_RV(*verify)
    (const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *key, tok_op **op);
    /* Fills in what the mechanism makes; both sets come from tok_template_build. */
    CK_RV(*generate_pair)
    (const tok_mech *m, const CK_MECHANISM *param, tok_attrs *pub, tok_attrs *priv);
} tok_mech_class;

struct tok_mech {
    CK_MECHANISM_TYPE type;
    CK_MECHANISM_INFO info;
    CK_KEY_TYPE key_type; /* of the keys it takes or makes; TOK_NO_TYPE */
    unsigned digest;      /* bits of its Streebog; 0: none */
    const tok_mech_class *class;
};

/* NULL past the end. */
const tok_mech *tok_mech_at(size_t i);

/* Finds a mechanism that has all of `flags` (CKF_SIGN …) and judges that param's pointers make
 * sense. CKR_ARGUMENTS_BAD, CKR_MECHANISM_INVALID, CKR_MECHANISM_PARAM_INVALID. */
CK_RV tok_mech_find(const CK_MECHANISM *param, CK_FLAGS flags, const tok_mech **out);

/* May the mechanism use this key for what the attribute `use` (CKA_SIGN …) permits?
 * CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED, CKR_MECHANISM_INVALID. */
CK_RV tok_mech_key_ok(const tok_mech *m, const tok_object *key, CK_OBJECT_CLASS class,
                      CK_ATTRIBUTE_TYPE use);

/* CKR_OK if there is no parameter, or it is the DER OID of the hash of that size. */
CK_RV tok_mech_hash_param(const CK_MECHANISM *param, unsigned bits);

extern const tok_mech_class tok_mech_streebog, tok_mech_gost_sign, tok_mech_gost_keygen;

#endif
