/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three block ciphers under one face, so that a mode is written once. A gost_block holds an
 * expanded key: it may be used by several threads at once and copied; the owner wipes it.
 *
 * Constant time on every CPU, with no table that a secret indexes: S-boxes are shuffles where there
 * is SSSE3 or AVX2, chosen at run time. Elsewhere Kuznyechik is computed in bit planes, and the
 * S-boxes of the others are trees of selections. A call wipes the keys and states that it keeps
 * in arrays; what the compiler spilled is for gost_wipe_stack, once all is done.
 */
#ifndef GOST_BLOCK_H
#define GOST_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#define GOST_BLOCK_KEY 32 /* bytes of a key of each of them */
#define GOST_BLOCK_MAX 16 /* bytes of the largest block */

typedef struct gost_block gost_block;

typedef struct gost_block_class {
    const char *name;
    unsigned size; /* bytes of a block: 8 or 16 */
    void (*set_key)(gost_block *b, const uint8_t key[32]);
    /* Whole blocks, one after another; in and out may be the same. Constant time. Several blocks
     * in one call are faster than several calls. */
    void (*encrypt)(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks);
    void (*decrypt)(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks);
} gost_block_class;

extern const gost_block_class gost_block_kuznyechik; /* GOST R 34.12-2015, RFC 7801 */
extern const gost_block_class gost_block_magma;      /* GOST R 34.12-2015, RFC 8891 */
extern const gost_block_class gost_block_28147;      /* GOST 28147-89, RFC 5830 */

/* An S-box of GOST 28147-89: gost28147.h. */
struct gost_sbox;

struct gost_block {
    const gost_block_class *class;
    const struct gost_sbox *sbox; /* 28147 only */
    union {
        uint8_t kuznyechik[10][16]; /* round keys */
        uint32_t words[8];          /* Magma, 28147 */
    } ks;
};

/* sbox: for gost_block_28147 only (gost28147.h); NULL for the others. */
void gost_block_init(gost_block *b, const gost_block_class *class, const struct gost_sbox *sbox,
                     const uint8_t key[32]);

static inline void gost_block_encrypt(const gost_block *b, const uint8_t *in, uint8_t *out,
                                      size_t blocks)
{
    b->class->encrypt(b, in, out, blocks);
}

static inline void gost_block_decrypt(const gost_block *b, const uint8_t *in, uint8_t *out,
                                      size_t blocks)
{
    b->class->decrypt(b, in, out, blocks);
}

#endif
