/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sum of MGM (RFC 9058): products in GF(2^128) modulo w^128 + w^7 + w^2 + w + 1, or in GF(2^64)
 * modulo w^64 + w^4 + w^3 + w + 1; the first bit of a block is the highest power. Constant time.
 * Internal to gost/.
 */
#ifndef GOST_MGM_SUM_H
#define GOST_MGM_SUM_H

#include <stddef.h>
#include <stdint.h>

/* sum += h[0] * a[0] + h[1] * a[1] + …; size: bytes of a block, 8 or 16. */
void gost_mgm_sum(uint8_t *sum, const uint8_t *h, const uint8_t *a, size_t blocks, unsigned size);

/* Its two bodies; the first is for x86-64 with PCLMULQDQ only. */
void gost_mgm_sum_clmul(uint8_t *sum, const uint8_t *h, const uint8_t *a, size_t blocks,
                        unsigned size);
void gost_mgm_sum_portable(uint8_t *sum, const uint8_t *h, const uint8_t *a, size_t blocks,
                           unsigned size);

#endif
