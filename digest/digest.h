/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GOST hashes for OpenSSL: native digests, and "shells", the same as legacy EVP_MDs that
 * OpenSSL's older code finds by NID.
 */
#ifndef GT_DIGEST_H
#define GT_DIGEST_H

#include <openssl/core.h>
#include <openssl/types.h>

/* OSSL_OP_DIGEST. */
extern const OSSL_ALGORITHM gt_digest_algorithms[];

/* Streebog's shell of 256 or 512 bits, and that of GOST R 34.11-94 with CryptoPro's S-box; NULL if
 * this libcrypto cannot have one. They live as long as the process. */
const EVP_MD *gt_digest_shell(unsigned bits);
const EVP_MD *gt_digest_shell_94(void);

/*
 * Makes the shells known to EVP_get_digestbyname and bynid, unless another owner has the name. To
 * be called before anything fetches the native digests: a fetched EVP_MD takes its NID from what is
 * known at that moment.
 */
void gt_digest_add_shells(void);

#endif
