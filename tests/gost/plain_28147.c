/* SPDX-License-Identifier: Apache-2.0 */
/* See tests/gost/plain_28147.h. */
#include "tests/gost/plain_28147.h"

uint32_t plain_t(const gost_sbox *sbox, uint32_t x)
{
    uint32_t y = 0;

    for (int i = 0; i < 8; i++)
        y |= (uint32_t)sbox->rows[i][x >> (4 * i) & 15] << (4 * i);
    return y;
}

uint32_t plain_g(const gost_sbox *sbox, uint32_t key, uint32_t x)
{
    uint32_t y = plain_t(sbox, x + key);

    return y << 11 | y >> 21;
}

/* Four bytes, the first one the most significant if big. */
static uint32_t word(const uint8_t *p, int big)
{
    uint32_t x = 0;

    for (int i = 0; i < 4; i++)
        x = x << 8 | p[big ? i : 3 - i];
    return x;
}

static void put_word(uint8_t *p, uint32_t x, int big)
{
    for (int i = 0; i < 4; i++)
        p[big ? i : 3 - i] = (uint8_t)(x >> (24 - 8 * i));
}

void plain_28147(const gost_sbox *sbox, const uint8_t key[32], const uint8_t in[8], uint8_t out[8],
                 int decrypt)
{
    int big = sbox == NULL;
    /* The half that goes into the round's function, and the other. */
    uint32_t a = word(in + (big ? 4 : 0), big), b = word(in + (big ? 0 : 4), big);

    if (big)
        sbox = gost_sbox_tc26_z;
    for (int i = 0; i < 32; i++) {
        int k = decrypt ? 31 - i : i;
        uint32_t t = b ^ plain_g(sbox, word(key + 4 * (k < 24 ? k % 8 : 31 - k), big), a);

        b = a;
        a = t;
    }
    put_word(out + (big ? 4 : 0), b, big);
    put_word(out + (big ? 0 : 4), a, big);
}
