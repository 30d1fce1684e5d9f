/* SPDX-License-Identifier: Apache-2.0 */
/* GOST 28147-89 and Magma on 32-byte vectors: see gost/block28147_body.h. */
#include "gost/block_core.h"

#if GOST_X86

#include <immintrin.h>

#define VEC      __m256i
#define LANES    2
#define OP(name) _mm256_##name
#define TARGET   __attribute__((target("avx2")))

#include "gost/block28147_body.h"

void gost_28147_encrypt_avx2(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks)
{
    crypt(b, in, out, blocks, 0);
}

void gost_28147_decrypt_avx2(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks)
{
    crypt(b, in, out, blocks, 1);
}

#endif
