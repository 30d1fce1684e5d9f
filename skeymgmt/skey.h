/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A secret key as the provider's ciphers and MACs take it: an object on a token, found by its URI,
 * or 32 bytes in memory (an EVP_SKEY made of raw bytes). Read-only once made, counted references.
 */
#ifndef GT_SKEY_H
#define GT_SKEY_H

#include "gost/gost28147.h"
#include "p11/stream.h"
#include "provider/provider.h"

enum { GT_SKEY_BYTES = 32 };

/* A row for each type of key. */
typedef struct gt_skey_alg {
    const char *name; /* of the EVP_SKEYMGMT */
    const gost_block_class *class;
    CK_KEY_TYPE type;
    CK_MECHANISM_TYPE keygen, ecb, mac;
    CK_MECHANISM_TYPE ctr, mgm; /* CTR-ACPKM; CK_UNAVAILABLE_INFORMATION: it has none */
} gt_skey_alg;

enum { GT_SKEY_KUZNYECHIK, GT_SKEY_MAGMA, GT_SKEY_28147, GT_SKEY_ALGS };
extern const gt_skey_alg gt_skey_algs[GT_SKEY_ALGS];

/* NULL if there is none. */
const gt_skey_alg *gt_skey_alg_by_type(CK_KEY_TYPE type);
const gt_skey_alg *gt_skey_alg_by_class(const gost_block_class *class);

typedef struct gt_skey {
    const gt_skey_alg *alg;
    gt_object *object;     /* on a token; NULL: */
    const gost_sbox *sbox; /* of a token's GOST 28147 key, which has its own */
    uint8_t *bytes;        /* of a key in memory, by gt_secret_new */
    unsigned refs;         /* changed atomically, by skey.c only */
} gt_skey;

/* The secret key that a URI names; alg NULL: of any type. NULL with an error raised. */
gt_skey *gt_skey_find(gt_provider *prov, const char *uri, const gt_skey_alg *alg);

/* Makes one on a token: see gt_p11_generate; sbox: of GOST 28147, NULL for TC26-Z. NULL with an
 * error raised. */
gt_skey *gt_skey_generate(gt_provider *prov, const char *uri, const gt_skey_alg *alg,
                          const gost_sbox *sbox);

/* A key in memory; bytes NULL: a random one. NULL with an error raised. */
gt_skey *gt_skey_new_bytes(gt_provider *prov, const gt_skey_alg *alg, const uint8_t *bytes);

gt_skey *gt_skey_ref(gt_skey *key);
void gt_skey_free(gt_skey *key);

/* Whether the parameters name a token's key; *uri: its URI, NULL if they do not. 0 with an error
 * raised: it is not a string. */
int gt_skey_uri_param(gt_provider *prov, const OSSL_PARAM params[], const char **uri);

#endif
