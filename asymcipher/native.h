/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSSL_OP_ASYM_CIPHER for the keys of keymgmt/native.h: the two forms of transport.h. Encryption
 * takes its form from the parameter "cipher", the name of the cipher that the wrapped key is for
 * (gost89 if there is none); decryption sees the form. "ukm" and "ukmhex" as in keyexch/native.h.
 */
#ifndef GT_ASYMCIPHER_NATIVE_H
#define GT_ASYMCIPHER_NATIVE_H

#include <openssl/core.h>

extern const OSSL_ALGORITHM gt_asymcipher_algorithms[];

#endif
