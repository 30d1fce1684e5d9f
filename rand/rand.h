/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSSL_OP_RAND: the token's random bytes as an EVP_RAND. Nobody gets it without naming it: RAND's
 * own generators stay unless `random = GOSTTOKEN-RANDOM` stands in openssl.cnf or a program calls
 * RAND_set_DRBG_type. There is no fall-back: where the token gives no bytes, there are none.
 */
#ifndef GT_RAND_H
#define GT_RAND_H

#include <openssl/core.h>

extern const OSSL_ALGORITHM gt_rand_algorithms[];

#endif
