/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSSL_OP_KDF: the key derivations of RFC 7836 that are no other derivation with Streebog. (Those
 * are OpenSSL's own: PBKDF2, HKDF, TLS1-PRF and the like take md_gost12_256 and md_gost12_512 as
 * their digest.)
 *
 *     KDF_GOSTR3411_2012_256       section 4.4; 32 bytes
 *         key, label, seed         octet strings; label and seed may be empty
 *     KDF_TREE_GOSTR3411_2012_256  section 4.5; the same, and
 *         r                        bytes of the counter, 1 to 4; 1 if not set
 *         length                   L in bytes, of the whole output; what is asked for, if not set
 *         offset                   where in the output to begin, in bytes; 0 if not set
 *
 * After a reset a context is as a new one.
 */
#ifndef GT_KDF_H
#define GT_KDF_H

#include <openssl/core.h>

extern const OSSL_ALGORITHM gt_kdf_algorithms[];

#endif
