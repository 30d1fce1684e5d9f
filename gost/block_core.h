/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the block ciphers (block.h) and their bodies, each a way to compute one. Internal to
 * gost/; the tests and benchmarks use it to run every body on one CPU.
 *
 * All bodies are constant time: no address and no branch depends on a key or on data. All take a
 * key in the same form, so that a call may choose its body by itself.
 */
#ifndef GOST_BLOCK_CORE_H
#define GOST_BLOCK_CORE_H

#include "gost/block.h"
#include "gost/cpu.h"

typedef void gost_block_run(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks);

typedef struct gost_block_body {
    const char *name;
    int (*available)(void);
    void (*set_key)(gost_block *b, const uint8_t key[32]);
    gost_block_run *encrypt, *decrypt;
} gost_block_body;

/* Every body this build has, fastest first; the last one runs anywhere. Magma and GOST 28147-89
 * have the same bodies. */
extern const gost_block_body gost_kuznyechik_bodies[], gost_28147_bodies[];
extern const unsigned gost_kuznyechik_body_count, gost_28147_body_count;

/* ---- Kuznyechik: ks.kuznyechik[i] holds alpha (kuznyechik_shuffle.h) of round key i ---------- */

void gost_kuznyechik_set_key_ct(gost_block *b, const uint8_t key[32]);
gost_block_run gost_kuznyechik_encrypt_ct, gost_kuznyechik_decrypt_ct;

/* What the last two have for many blocks; each returns how many of them it has done, from the first
 * on: all, or all but a few. */
size_t gost_kuznyechik_encrypt_sliced(const gost_block *b, const uint8_t *in, uint8_t *out,
                                      size_t blocks);
size_t gost_kuznyechik_decrypt_sliced(const gost_block *b, const uint8_t *in, uint8_t *out,
                                      size_t blocks);
#if GOST_X86
void gost_kuznyechik_set_key_ssse3(gost_block *b, const uint8_t key[32]);
void gost_kuznyechik_set_key_avx2(gost_block *b, const uint8_t key[32]);
gost_block_run gost_kuznyechik_encrypt_ssse3, gost_kuznyechik_decrypt_ssse3;
gost_block_run gost_kuznyechik_encrypt_avx2, gost_kuznyechik_decrypt_avx2;
#endif

/* ---- Magma, GOST 28147-89 -------------------------------------------------------------------- */

/*
 * ks.words[i] is the key's word i: GOST 28147-89 takes bytes as little-endian, Magma as big-endian,
 * so that a block of Magma is one of GOST 28147-89 with its 8 bytes reversed.
 *
 * The order of the key's words in 32 rounds; decrypting goes the other way.
 */
static inline unsigned gost_28147_word(int round)
{
    return (unsigned)(round < 24 ? round : 31 - round) % 8;
}

gost_block_run gost_28147_encrypt_ct, gost_28147_decrypt_ct;
#if GOST_X86
gost_block_run gost_28147_encrypt_ssse3, gost_28147_decrypt_ssse3;
gost_block_run gost_28147_encrypt_avx2, gost_28147_decrypt_avx2;
#endif

#endif
