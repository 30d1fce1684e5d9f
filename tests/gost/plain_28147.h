/* SPDX-License-Identifier: Apache-2.0 */
/* GOST 28147-89 and Magma as the standards write them, to compare the real ones with. */
#ifndef PLAIN_28147_H
#define PLAIN_28147_H

#include "tests/gost/hash_test.h"

#include "gost/gost28147.h"

/* The substitution of 32 bits, and a round's function: RFC 8891, sections 4.2. */
uint32_t plain_t(const gost_sbox *sbox, uint32_t x);
uint32_t plain_g(const gost_sbox *sbox, uint32_t key, uint32_t x);

/* One block; with sbox NULL it is Magma. */
void plain_28147(const gost_sbox *sbox, const uint8_t key[32], const uint8_t in[8], uint8_t out[8],
                 int decrypt);

#endif
