/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streebog for OpenSSL: native digests, and "shells", the same as legacy EVP_MDs that OpenSSL's
 * older code finds by NID.
 */
#ifndef GT_DIGEST_H
#define GT_DIGEST_H

#include <openssl/core.h>
#include <openssl/types.h>

/* OSSL_OP_DIGEST. */
extern const OSSL_ALGORITHM gt_digest_algorithms[];

/* The shell of 256 or 512 bits; NULL if this libcrypto cannot have one. It lives as long as the
 * process. */
const EVP_MD *gt_digest_shell(unsigned bits);

/*
 * Makes the shells known to EVP_get_digestbyname and bynid, unless another owner has the name. To
 * be called before anything fetches the native digests: a fetched EVP_MD takes its NID from what is
 * known at that moment.
 */
void gt_digest_add_shells(void);

#endif
