/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GOST 28147-89 and Magma for any CPU: four blocks in a vector of the compiler's, which is
 * registers where the CPU has them. All 16 values of each S-box go into a tree of selections by the
 * bits of the index, for the 8 nibbles of a word at once: no address depends on a secret.
 */
#include "gost/block_core.h"

#include "gost/bytes.h"
#include "gost/gost28147.h"
#include "gost/mem.h"

#define LANES 4

typedef uint32_t vec __attribute__((vector_size(4 * LANES)));

/* Nibble n of value[i] is S-box n at 2i; of change[i], what 2i + 1 adds to that. */
typedef struct leaves {
    uint32_t value[8], change[8];
} leaves;

static void grow(leaves *t, const gost_sbox *sbox)
{
    for (int i = 0; i < 8; i++) {
        uint32_t even = 0, odd = 0;

        for (int n = 7; n >= 0; n--) {
            even = even << 4 | sbox->rows[n][2 * i];
            odd = odd << 4 | sbox->rows[n][2 * i + 1];
        }
        t->value[i] = even;
        t->change[i] = even ^ odd;
    }
}

/* All ones in each nibble of x that has bit b. */
static inline vec spread(vec x, int b)
{
    vec bit = x >> b & 0x11111111;

    return (bit << 4) - bit;
}

static inline vec either(vec x, vec y, vec m)
{
    return x ^ ((x ^ y) & m);
}

static inline vec f(const leaves *t, vec x)
{
    vec m0 = spread(x, 0), m1 = spread(x, 1), m2 = spread(x, 2), m3 = spread(x, 3), y[8];

    for (int i = 0; i < 8; i++)
        y[i] = (m0 & t->change[i]) ^ t->value[i];
    for (int i = 0; i < 8; i += 2)
        y[i] = either(y[i], y[i + 1], m1);
    y[0] = either(y[0], y[2], m2);
    y[4] = either(y[4], y[6], m2);
    y[0] = either(y[0], y[4], m3);
    return y[0] << 11 | y[0] >> 21;
}

static inline uint64_t flip(uint64_t x, int swap)
{
    return swap ? __builtin_bswap64(x) : x;
}

static void run(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks, int back)
{
    int swap = b->class == &gost_block_magma;
    leaves t;
    vec n1, n2, x;

    grow(&t, b->sbox);
    while (blocks > 0) {
        size_t n = blocks < LANES ? blocks : LANES;

        n1 = n2 = (vec){0};
        for (size_t i = 0; i < n; i++) {
            uint64_t block = flip(gost_load_le64(in + 8 * i), swap);

            n1[i] = (uint32_t)block;
            n2[i] = (uint32_t)(block >> 32);
        }
        for (int i = 0; i < 32; i++) {
            x = n2 ^ f(&t, n1 + b->ks.words[gost_28147_word(back ? 31 - i : i)]);
            n2 = n1;
            n1 = x;
        }
        /* The last round does not exchange the halves. */
        for (size_t i = 0; i < n; i++)
            gost_store_le64(out + 8 * i, flip((uint64_t)n1[i] << 32 | n2[i], swap));
        in += 8 * n;
        out += 8 * n;
        blocks -= n;
    }
    gost_wipe(&n1, sizeof n1);
    gost_wipe(&n2, sizeof n2);
    gost_wipe(&x, sizeof x);
}

void gost_28147_encrypt_ct(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks)
{
    run(b, in, out, blocks, 0);
}

void gost_28147_decrypt_ct(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks)
{
    run(b, in, out, blocks, 1);
}
