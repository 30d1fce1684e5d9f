/* SPDX-License-Identifier: Apache-2.0 */
/* OSSL_OP_SIGNATURE for the keys of keymgmt/common.h: RSA (PKCS #1 v1.5 and PSS) and ECDSA. */
#ifndef GT_SIGNATURE_COMMON_H
#define GT_SIGNATURE_COMMON_H

#include "keymgmt/common.h"

extern const OSSL_ALGORITHM gt_common_signature[];

/* The digests that PKCS #11 has a number for in PSS and OAEP. (common_sign.c) */
typedef struct gt_pss_hash {
    const char *name; /* OpenSSL's */
    CK_MECHANISM_TYPE hash;
    CK_ULONG mgf;
} gt_pss_hash;

/* By any name of the digest; NULL: there is none. */
const gt_pss_hash *gt_pss_hash_of(const EVP_MD *md);

/*
 * Signs on the token what ctx, a context of the public half that verifies, says: tbs is the digest
 * by md, or, md NULL, whatever the program wants signed. Returns 1, or 0 with an error raised.
 */
int gt_common_sign(const gt_common *key, EVP_PKEY_CTX *ctx, const EVP_MD *md, const uint8_t *tbs,
                   size_t tbs_len, unsigned char *sig, size_t *sig_len, size_t sig_size);

#endif
