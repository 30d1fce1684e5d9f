/* SPDX-License-Identifier: Apache-2.0 */
/* The key types handled here, with all their names: one table for every front door. */
#ifndef GT_ALG_H
#define GT_ALG_H

#include <stddef.h>
#include <stdint.h>
#include <gosttoken/pkcs11-gost.h>

#include "gost/paramset.h"

typedef struct gt_alg {
    const char *name;   /* OpenSSL's short name, which OBJ_txt2nid finds */
    const char *title;  /* for people */
    const char *digest; /* the one digest that this key signs, OpenSSL's short name */
    const uint8_t *oid; /* the key type's DER OBJECT IDENTIFIER */
    size_t oid_len;
    const uint8_t *agree_oid;  /* the same key's when it is for agreements only; of oid_len too */
    const uint8_t *digest_oid; /* the digest's */
    size_t digest_oid_len;
    unsigned bits; /* 256 or 512: of the digest and of the private key */
    CK_KEY_TYPE key_type;
    CK_MECHANISM_TYPE sign; /* signs a finished digest */
    /* Of an old standard, whose public keys come in to check what was signed: what to say to who
     * wants more of them. NULL for the others. */
    const char *verify_only;
} gt_alg;

/* The i-th row, or NULL past the end. */
const gt_alg *gt_alg_at(size_t i);

/* Of the 2012 standard: by size, by the token's key type; NULL if there is none. */
const gt_alg *gt_alg_by_bits(unsigned bits);
const gt_alg *gt_alg_by_key_type(CK_KEY_TYPE type);

/* The one that only verifies: GOST R 34.10-2001. */
const gt_alg *gt_alg_old(void);

/* Any, by either DER OBJECT IDENTIFIER (tag and length included); NULL if there is none. */
const gt_alg *gt_alg_by_oid(const uint8_t *der, size_t len);

/* 1 if such keys have this parameter set: those of 2001 only CryptoPro's. */
static inline int gt_alg_has_set(const gt_alg *alg, const gost_paramset *ps)
{
    return ps->bits == alg->bits && (alg->verify_only == NULL || ps->needs_digest_oid);
}

/* Bytes of a public key (X | Y) and of a signature (s | r), and of a digest. */
static inline size_t gt_alg_pub_size(const gt_alg *alg)
{
    return alg->bits / 4;
}

static inline size_t gt_alg_digest_size(const gt_alg *alg)
{
    return alg->bits / 8;
}

#endif
