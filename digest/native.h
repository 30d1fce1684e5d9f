/* SPDX-License-Identifier: Apache-2.0 */
/* What the native digests' files share. */
#ifndef GT_DIGEST_NATIVE_H
#define GT_DIGEST_NATIVE_H

#include <openssl/core_dispatch.h>

#include "digest/digest.h"

OSSL_FUNC_digest_gettable_params_fn gt_digest_gettable_params;

/* absent: 1 if the AlgorithmIdentifier has no parameters, 0 if it has NULL. */
int gt_digest_get_params(OSSL_PARAM params[], size_t size, size_t block, int absent);

/* native94.c */
extern const OSSL_DISPATCH gt_digest_functions_94[];

#endif
