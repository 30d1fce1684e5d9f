/* SPDX-License-Identifier: Apache-2.0 */
/* GOST keys as PKCS #11 attributes: their parameters and SubjectPublicKeyInfo. */
#ifndef TOK_GOSTKEY_H
#define TOK_GOSTKEY_H

#include "gost/gostr3410.h"
#include "token/attrs.h"

/* A hash parameter set: what CKA_GOSTR3411_PARAMS and the mechanisms' parameters name. */
typedef struct tok_gost_hash {
    unsigned bits;   /* of the keys it goes with */
    unsigned digest; /* of Streebog; 0: GOST R 34.11-94 */
    const uint8_t *der;
    size_t der_len;
} tok_gost_hash;

/* By DER OBJECT IDENTIFIER; NULL if unknown. */
const tok_gost_hash *tok_gost_hash_by_der(const void *der, size_t len);

/* The one that keys of that size have when nothing is said. */
const tok_gost_hash *tok_gost_hash_default(unsigned bits);

/*
 * Reads both parameter attributes of a key of CKA_KEY_TYPE key_type; *hash is the default if the
 * set has none. CKR_TEMPLATE_INCOMPLETE, CKR_ATTRIBUTE_VALUE_INVALID, CKR_TEMPLATE_INCONSISTENT.
 */
CK_RV tok_gost_params(const tok_attrs *a, const gost_paramset **ps, const tok_gost_hash **hash);

#define TOK_GOST_SPKI_MAX 224

/* SubjectPublicKeyInfo (RFC 9215; RFC 4491 for a key with GOST R 34.11-94). Returns its length;
 * it begins at *start within buf. */
size_t tok_gost_spki(const gost_paramset *ps, const tok_gost_hash *hash, const uint8_t *pub,
                     uint8_t buf[TOK_GOST_SPKI_MAX], const uint8_t **start);

#endif
