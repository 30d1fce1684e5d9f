/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA and EC keys between PKCS #11 attributes and OpenSSL. All of it is called between
 * tok_ossl_enter and tok_ossl_leave (ossl.h), but what is said to need no OpenSSL.
 */
#ifndef TOK_PKEY_H
#define TOK_PKEY_H

#include <openssl/types.h>
#include "token/object.h"

/* ---- RSA ------------------------------------------------------------------------------------ */

#define TOK_RSA_MIN   512u /* bits of a modulus */
#define TOK_RSA_MAX   4096u
#define TOK_RSA_BYTES (TOK_RSA_MAX / 8)

/* Bits of a number; big-endian, leading zeros do not count. No OpenSSL. */
unsigned tok_number_bits(const void *number, size_t len);

/* ---- curves --------------------------------------------------------------------------------- */

#define TOK_EC_MAX       66 /* bytes of a coordinate, and of the order */
#define TOK_EC_POINT_MAX (1 + 2 * TOK_EC_MAX)

typedef struct tok_curve {
    const char *name; /* OpenSSL's */
    int nid;
    size_t bytes; /* of a coordinate, and of the order */
    const uint8_t *der;
    size_t der_len;
} tok_curve;

/* The curve that CKA_EC_PARAMS names. CKR_TEMPLATE_INCOMPLETE, CKR_CURVE_NOT_SUPPORTED for another
 * curve or explicit parameters, CKR_DOMAIN_PARAMS_INVALID for what is neither. No OpenSSL. */
CK_RV tok_curve_of(const tok_attrs *a, const tok_curve **out);

/* Takes a point as it is or in an OCTET STRING, compressed or not, and writes it uncompressed
 * (1 + 2 * bytes). CKR_ATTRIBUTE_VALUE_INVALID if it is not one of the curve. */
CK_RV tok_ec_point(OSSL_LIB_CTX *lib, const tok_curve *curve, const void *in, size_t len,
                   uint8_t point[TOK_EC_POINT_MAX]);

/* The public point of a private key. CKR_ATTRIBUTE_VALUE_INVALID if it is not 0 < d < order. */
CK_RV tok_ec_public(OSSL_LIB_CTX *lib, const tok_curve *curve, const void *d, size_t len,
                    uint8_t point[TOK_EC_POINT_MAX]);

/* ---- keys ----------------------------------------------------------------------------------- */

/* The public key of a set of attributes, or the private one if the set has it. The caller frees
 * *out (EVP_PKEY_free). CKR_DEVICE_ERROR: the attributes are not those of a key. */
CK_RV tok_pkey_public(OSSL_LIB_CTX *lib, const tok_attrs *a, EVP_PKEY **out);
CK_RV tok_pkey_private(OSSL_LIB_CTX *lib, const tok_attrs *a, EVP_PKEY **out);

/* Makes a key; puts one of its numbers (big-endian, no leading zeros, or `bytes` long if that is
 * not 0) into a set. CKR_FUNCTION_FAILED. */
CK_RV tok_pkey_generate(OSSL_LIB_CTX *lib, const char *type, const OSSL_PARAM *params,
                        EVP_PKEY **out);
CK_RV tok_pkey_number(EVP_PKEY *pkey, const char *name, size_t bytes, tok_attrs *a,
                      CK_ATTRIBUTE_TYPE type);

/* For object_key.c: the prepared private key of an object. Enters by itself. */
CK_RV tok_pkey_prepare(tok_session *s, tok_object *o, EVP_PKEY **out);

#endif
