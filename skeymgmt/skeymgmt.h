/* SPDX-License-Identifier: Apache-2.0 */
/* Opaque secret keys, EVP_SKEY of OpenSSL 3.5: of a token, or in memory. */
#ifndef GT_SKEYMGMT_H
#define GT_SKEYMGMT_H

#include <openssl/core.h>

#include "skeymgmt/compat.h"

/* OSSL_OP_SKEYMGMT; its key data are gt_skey. */
extern const OSSL_ALGORITHM gt_skeymgmt_algorithms[];

#endif
