/* SPDX-License-Identifier: Apache-2.0 */
/* OSSL_OP_KEYEXCH for the EC keys of keymgmt/common.h: ECDH, and the KDF of X9.63 that CMS has. */
#ifndef GT_KEYEXCH_COMMON_H
#define GT_KEYEXCH_COMMON_H

#include <openssl/core.h>

extern const OSSL_ALGORITHM gt_common_keyexch[];

#endif
