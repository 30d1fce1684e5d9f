/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of algorithms that are made of two. */
#ifndef GT_ALGORITHMS_H
#define GT_ALGORITHMS_H

#include "provider/provider.h"

/*
 * For an operation, the GOST keys' algorithms (NULL where the bridge is up) and those of the RSA
 * and EC keys of tokens; these keys' keymgmt only where libcrypto has its own already
 * (keymgmt/common.h). NULL: there are none at all. *no_cache is set where the answer may
 * be another one later.
 */
const OSSL_ALGORITHM *gt_algorithms_with_common(const gt_provider *prov, int operation,
                                                const OSSL_ALGORITHM *native, int *no_cache);

#endif
