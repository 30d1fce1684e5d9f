/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GOST MACs for OpenSSL: native EVP_MACs, and "shells", which are EVP_MDs with a key, as
 * libssl's GOST suites want them: together with an EVP_PKEY_METHOD of the same NID (bridge/), whose
 * EVP_PKEY_CTRL_DIGESTINIT gives the key to the shell:
 *
 *     EVP_MD_CTX_ctrl(mctx, GT_MAC_CTRL_SET_KEY, 32, key)
 *     EVP_MD_CTX_ctrl(mctx, EVP_MD_CTRL_XOF_LEN, mac_size, NULL)      before EVP_DigestFinal_ex
 *     EVP_MD_CTX_ctrl(mctx, EVP_CTRL_SET_SBOX, 0, name)               before the first byte
 *
 * gost-engine's digests answer the first two, so the one's method can meet the other's digest.
 */
#ifndef GT_MAC_H
#define GT_MAC_H

#include <openssl/core.h>
#include <openssl/types.h>

#include "mac/context.h"

/* gost-engine's numbers. The first: *(unsigned *)ptr becomes the key's length. */
enum { GT_MAC_CTRL_KEY_LEN = 0x1003, GT_MAC_CTRL_SET_KEY = 0x1004 };

/* OSSL_OP_MAC. */
extern const OSSL_ALGORITHM gt_mac_algorithms[];

/* The shell of a MAC's NID; NULL if there is none, or this libcrypto cannot have one. It lives as
 * long as the process. */
const EVP_MD *gt_mac_shell(int nid);

/* The NIDs of the shells, for ENGINE_set_digests and for EVP_PKEY_METHODs. Returns how many. */
size_t gt_mac_shell_nids(const int **nids);

/* Makes the shells known to EVP_get_digestbyname and bynid, unless another owner has the name. */
void gt_mac_add_shells(void);

#endif
