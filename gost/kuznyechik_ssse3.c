/* SPDX-License-Identifier: Apache-2.0 */
/* Kuznyechik on 16-byte vectors: see gost/kuznyechik_body.h. */
#include "gost/block_core.h"

#if GOST_X86

#include <immintrin.h>

#define VEC      __m128i
#define LANES    1
#define OP(name) _mm_##name
#define TARGET   __attribute__((target("ssse3")))
#define FEW      6

#include "gost/kuznyechik_body.h"

void gost_kuznyechik_set_key_ssse3(gost_block *b, const uint8_t key[32])
{
    set_key(b, key);
}

void gost_kuznyechik_encrypt_ssse3(const gost_block *b, const uint8_t *in, uint8_t *out,
                                   size_t blocks)
{
    encrypt(b, in, out, blocks);
}

void gost_kuznyechik_decrypt_ssse3(const gost_block *b, const uint8_t *in, uint8_t *out,
                                   size_t blocks)
{
    decrypt(b, in, out, blocks);
}

#endif
