/* SPDX-License-Identifier: Apache-2.0 */
/* The table of ciphers, from which native ciphers and shells are made. */
#ifndef GT_CIPHER_ALG_H
#define GT_CIPHER_ALG_H

#include <stddef.h>

#include "gost/gost28147.h"

enum { GT_CIPHER_KEY = 32, GT_CIPHER_IV_MAX = 16, GT_CIPHER_SEED = 8 };

/* The rows of the table. */
typedef enum gt_cipher_id {
    GT_GOST89,
    GT_GOST89_CNT,
    GT_GOST89_CNT_12,
    GT_GOST89_CBC,
    GT_GOST89_ECB,
    GT_KUZNYECHIK_ECB,
    GT_KUZNYECHIK_CBC,
    GT_KUZNYECHIK_CFB,
    GT_KUZNYECHIK_OFB,
    GT_KUZNYECHIK_CTR,
    GT_KUZNYECHIK_CTR_ACPKM,
    GT_KUZNYECHIK_CTR_ACPKM_OMAC,
    GT_KUZNYECHIK_MGM,
    GT_MAGMA_ECB,
    GT_MAGMA_CBC,
    GT_MAGMA_CFB,
    GT_MAGMA_OFB,
    GT_MAGMA_CTR,
    GT_MAGMA_CTR_ACPKM,
    GT_MAGMA_CTR_ACPKM_OMAC,
    GT_MAGMA_MGM,
    GT_CIPHERS
} gt_cipher_id;

/* The parameters in an AlgorithmIdentifier. */
typedef enum gt_cipher_params {
    GT_PARAMS_IV,  /* iv OCTET STRING, or nothing: libcrypto's own way */
    GT_PARAMS_89,  /* SEQUENCE { iv OCTET STRING, encryptionParamSet OID }: RFC 4490, 4.1 */
    GT_PARAMS_2015 /* SEQUENCE { ukm OCTET STRING }, the IV and a seed: R 1323565.1.025-2019 */
} gt_cipher_params;

enum {
    GT_CIPHER_MAC = 1,  /* with the OMAC of the message, for CMS's unprotected attributes */
    GT_CIPHER_SUITE = 2 /* libssl takes it from an engine */
};

struct gt_cipher_mode;

typedef struct gt_cipher_alg {
    const char *name; /* the short name of the NID, if there is one */
    int nid;          /* 0: libcrypto has no object for it */
    unsigned evp_mode;
    const struct gt_cipher_mode *mode;
    const gost_block_class *class;
    const gost_sbox *const *sbox; /* 28147: the default */
    size_t iv_size;
    size_t block;                  /* 1: a stream */
    uint64_t section, cms_section; /* ACPKM: bytes under one key in TLS (RFC 9189) and in CMS */
    gt_cipher_params params;
    int flags;
} gt_cipher_alg;

extern const gt_cipher_alg gt_cipher_algs[GT_CIPHERS];

#endif
