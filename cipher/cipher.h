/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GOST ciphers for OpenSSL: native ones, and "shells", the same as legacy EVP_CIPHERs, which
 * libssl's GOST suites and CMS's *-ctr-acpkm-omac need and which give the native ones their NIDs.
 */
#ifndef GT_CIPHER_H
#define GT_CIPHER_H

#include <stddef.h>

#include <openssl/core.h>
#include <openssl/types.h>

/* OSSL_OP_CIPHER. */
extern const OSSL_ALGORITHM gt_cipher_algorithms[];

/* The shell of a NID; NULL if there is none, or this libcrypto cannot have one. It lives as long
 * as the process. */
const EVP_CIPHER *gt_cipher_shell(int nid);

/*
 * The NIDs of the suites' ciphers, for ENGINE_set_ciphers: libssl takes from an engine what it
 * controls by EVP_CTRL_TLSTREE. No others should be given to an engine: EVP_EncryptInit_ex
 * replaces a fetched cipher by the engine's of the same NID. Returns how many.
 */
size_t gt_cipher_suite_nids(const int **nids);

/* Makes the shells known to EVP_get_cipherbyname and bynid, unless another owner has the name. To
 * be called before anything fetches a native cipher, which then takes its NID from what is known.
 */
void gt_cipher_add_shells(void);

#endif
