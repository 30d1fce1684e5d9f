/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSSL_OP_ASYM_CIPHER for the RSA keys of keymgmt/common.h: PKCS #1 v1.5, OAEP, no padding, and the
 * premaster secret of TLS. Encryption is the public half's.
 */
#ifndef GT_ASYMCIPHER_COMMON_H
#define GT_ASYMCIPHER_COMMON_H

#include <openssl/core.h>

extern const OSSL_ALGORITHM gt_common_asymcipher[];

#endif
