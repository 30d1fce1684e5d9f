/* SPDX-License-Identifier: Apache-2.0 */
/* Kuznyechik on 32-byte vectors: see gost/kuznyechik_body.h. */
#include "gost/block_core.h"

#if GOST_X86

#include <immintrin.h>

#define VEC      __m256i
#define LANES    2
#define OP(name) _mm256_##name
#define TARGET   __attribute__((target("avx2")))
#define FEW      12

#include "gost/kuznyechik_body.h"

void gost_kuznyechik_set_key_avx2(gost_block *b, const uint8_t key[32])
{
    set_key(b, key);
}

void gost_kuznyechik_encrypt_avx2(const gost_block *b, const uint8_t *in, uint8_t *out,
                                  size_t blocks)
{
    encrypt(b, in, out, blocks);
}

void gost_kuznyechik_decrypt_avx2(const gost_block *b, const uint8_t *in, uint8_t *out,
                                  size_t blocks)
{
    decrypt(b, in, out, blocks);
}

#endif
