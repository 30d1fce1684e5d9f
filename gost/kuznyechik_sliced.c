/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kuznyechik for any CPU, 64 blocks at a time: each of the 128 bits of a block has a word with a
 * bit for every block. Then all is AND and XOR, and constant time. The linear map is made by the
 * 16 steps of its register (RFC 7801, section 4.2).
 */
#include "gost/block_core.h"
#include "gost/mem.h"

#include <string.h>

#define GOST_PLANE uint64_t
#include "gost/pi_planes.h"

#define GROUP 64

/* With fewer blocks than this, one by one is faster. */
#define LEAST 11

/* The bits of one byte of all blocks. */
typedef uint64_t planes[8];

/* Exchanges the bits of x that m selects n places up with those of y that m selects. */
static inline void exchange(uint64_t *x, uint64_t *y, int n, uint64_t m)
{
    uint64_t t = ((*x >> n) ^ *y) & m;

    *y ^= t;
    *x ^= t << n;
}

/* From eight words of eight bytes to planes, and back; the order of blocks within them does not
 * matter. */
static void turn(planes p)
{
    for (int i = 0; i < 8; i += 2)
        exchange(&p[i], &p[i + 1], 1, 0x5555555555555555);
    for (int i = 0; i < 8; i++)
        if ((i & 2) == 0)
            exchange(&p[i], &p[i + 2], 2, 0x3333333333333333);
    for (int i = 0; i < 4; i++)
        exchange(&p[i], &p[i + 4], 4, 0x0f0f0f0f0f0f0f0f);
}

/* s[i] is byte 15 - i of the blocks: the order in which they leave the register. */
static void slice(planes s[16], const uint8_t *in, size_t blocks)
{
    memset(s, 0, 16 * sizeof s[0]);
    for (size_t j = 0; j < blocks; j++, in += 16)
        for (int i = 0; i < 16; i++)
            s[i][j % 8] |= (uint64_t)in[15 - i] << (j / 8 * 8);
    for (int i = 0; i < 16; i++)
        turn(s[i]);
}

static void unslice(uint8_t *out, planes s[16], size_t blocks)
{
    for (int i = 0; i < 16; i++)
        turn(s[i]);
    for (size_t j = 0; j < blocks; j++, out += 16)
        for (int i = 0; i < 16; i++)
            out[15 - i] = (uint8_t)(s[i][j % 8] >> (j / 8 * 8));
}

static inline void add(planes x, const planes y)
{
    for (int k = 0; k < 8; k++)
        x[k] ^= y[k];
}

static inline void add_byte(planes x, uint8_t y)
{
    for (int k = 0; k < 8; k++)
        x[k] ^= 0 - (uint64_t)(y >> k & 1);
}

/* x^8 = x^7 + x^6 + x + 1 */
static inline void doubled(planes x)
{
    uint64_t top = x[7];

    x[7] = x[6] ^ top;
    x[6] = x[5] ^ top;
    for (int k = 5; k > 1; k--)
        x[k] = x[k - 1];
    x[1] = x[0] ^ top;
    x[0] = top;
}

/*
 * out += the register's feedback from s[1] to s[15]: the factors of s[1 + k] and s[15 - k] are 148,
 * 32, 133, 16, 194, 192, 1 and, for s[8] alone, 251. All are multiplied at once, bit by bit.
 */
static inline void feedback(planes out, planes s[16])
{
    static const uint8_t factor[8] = {148, 32, 133, 16, 194, 192, 1, 251};
    planes pair[8], sum = {0};

    for (int k = 0; k < 8; k++) {
        memcpy(pair[k], s[1 + k], sizeof(planes));
        if (k < 7)
            add(pair[k], s[15 - k]);
    }
#ifdef __GNUC__
#pragma GCC unroll 8
#endif
    for (int bit = 7; bit >= 0; bit--) {
        doubled(sum);
        for (int k = 0; k < 8; k++)
            if (factor[k] >> bit & 1)
                add(sum, pair[k]);
    }
    add(out, sum);
}

static void encrypt(const uint8_t k[10][16], planes s[32])
{
    for (int i = 0; i < 9; i++) {
        for (int j = 0; j < 16; j++) {
            memcpy(s[j], s[16 + j], sizeof(planes));
            gost_pi_alpha(s[j]);
            add_byte(s[j], k[i][15 - j]);
            gost_pi_middle(s[j]);
            gost_pi_omega(s[j]);
        }
        for (int j = 0; j < 16; j++) {
            memcpy(s[16 + j], s[j], sizeof(planes));
            feedback(s[16 + j], s + j);
        }
    }
    for (int j = 0; j < 16; j++) {
        gost_pi_alpha(s[16 + j]);
        add_byte(s[16 + j], k[9][15 - j]);
        gost_pi_unalpha(s[16 + j]);
    }
}

static void decrypt(const uint8_t k[10][16], planes s[32])
{
    for (int j = 0; j < 16; j++) {
        gost_pi_alpha(s[16 + j]);
        add_byte(s[16 + j], k[9][15 - j]);
        gost_pi_unalpha(s[16 + j]);
    }
    for (int i = 8; i >= 0; i--) {
        for (int j = 15; j >= 0; j--) {
            memcpy(s[j], s[16 + j], sizeof(planes));
            feedback(s[j], s + j);
        }
        for (int j = 0; j < 16; j++) {
            memcpy(s[16 + j], s[j], sizeof(planes));
            gost_pi_unomega(s[16 + j]);
            gost_pi_middle_inverse(s[16 + j]);
            add_byte(s[16 + j], k[i][15 - j]);
            gost_pi_unalpha(s[16 + j]);
        }
    }
}

static size_t run(void (*crypt)(const uint8_t k[10][16], planes s[32]), const gost_block *b,
                  const uint8_t *in, uint8_t *out, size_t blocks)
{
    planes s[32];
    size_t done = 0;

    if (blocks < LEAST)
        return 0;
    while (blocks - done >= LEAST) {
        size_t n = blocks - done < GROUP ? blocks - done : GROUP;

        slice(s + 16, in + 16 * done, n);
        crypt(b->ks.kuznyechik, s);
        unslice(out + 16 * done, s + 16, n);
        done += n;
    }
    gost_wipe(s, sizeof s);
    return done;
}

size_t gost_kuznyechik_encrypt_sliced(const gost_block *b, const uint8_t *in, uint8_t *out,
                                      size_t blocks)
{
    return run(encrypt, b, in, out, blocks);
}

size_t gost_kuznyechik_decrypt_sliced(const gost_block *b, const uint8_t *in, uint8_t *out,
                                      size_t blocks)
{
    return run(decrypt, b, in, out, blocks);
}
