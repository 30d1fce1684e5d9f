/* SPDX-License-Identifier: Apache-2.0 */
/* GOST 28147-89 and Magma on 16-byte vectors: see gost/block28147_body.h. */
#include "gost/block_core.h"

#if GOST_X86

#include <immintrin.h>

#define VEC      __m128i
#define LANES    1
#define OP(name) _mm_##name
#define TARGET   __attribute__((target("ssse3")))

#include "gost/block28147_body.h"

void gost_28147_encrypt_ssse3(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks)
{
    crypt(b, in, out, blocks, 0);
}

void gost_28147_decrypt_ssse3(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks)
{
    crypt(b, in, out, blocks, 1);
}

#endif
