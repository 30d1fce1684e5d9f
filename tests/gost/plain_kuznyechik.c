/* SPDX-License-Identifier: Apache-2.0 */
/* See tests/gost/plain_kuznyechik.h. */
#include "tests/gost/plain_kuznyechik.h"

#include "gost/pi.h"

#define VALUE(p, unused) p,
static const uint8_t pi[256] = {GOST_PI(VALUE, )};

void plain_s(uint8_t x[16], int inverse)
{
    for (int i = 0; i < 16; i++) {
        int y = 0;

        while (inverse && pi[y] != x[i])
            y++;
        x[i] = inverse ? (uint8_t)y : pi[x[i]];
    }
}

/* In GF(256) with x^8 + x^7 + x^6 + x + 1 */
static uint8_t mul(unsigned a, unsigned b)
{
    unsigned r = 0;

    for (; b != 0; b >>= 1) {
        if (b & 1)
            r ^= a;
        a <<= 1;
        if (a & 0x100)
            a ^= 0x1c3;
    }
    return (uint8_t)r;
}

void plain_l(uint8_t x[16], int inverse)
{
    static const uint8_t factor[16] = {148, 32,  133, 16, 194, 192, 1,   251,
                                       1,   192, 194, 16, 133, 32,  148, 1};

    for (int n = 0; n < 16; n++) {
        uint8_t sum = 0, first = x[0];

        if (inverse) {
            memmove(x, x + 1, 15);
            x[15] = first;
        }
        for (int i = 0; i < 16; i++)
            sum ^= mul(factor[i], x[i]);
        if (inverse) {
            x[15] = sum;
        } else {
            memmove(x + 1, x, 15);
            x[0] = sum;
        }
    }
}

static void add(uint8_t x[16], const uint8_t y[16])
{
    for (int i = 0; i < 16; i++)
        x[i] ^= y[i];
}

void plain_set_key(plain_key *ks, const uint8_t key[32])
{
    uint8_t a[16], b[16], c[16], t[16];

    memcpy(a, key, 16);
    memcpy(b, key + 16, 16);
    memcpy(ks->round[0], a, 16);
    memcpy(ks->round[1], b, 16);
    for (int i = 1; i <= 32; i++) {
        memset(c, 0, 16);
        c[15] = (uint8_t)i;
        plain_l(c, 0);
        memcpy(t, a, 16);
        add(t, c);
        plain_s(t, 0);
        plain_l(t, 0);
        add(t, b);
        memcpy(b, a, 16);
        memcpy(a, t, 16);
        if (i % 8 == 0) {
            memcpy(ks->round[i / 4], a, 16);
            memcpy(ks->round[i / 4 + 1], b, 16);
        }
    }
}

void plain_encrypt(const plain_key *ks, const uint8_t in[16], uint8_t out[16])
{
    memmove(out, in, 16);
    for (int i = 0; i < 9; i++) {
        add(out, ks->round[i]);
        plain_s(out, 0);
        plain_l(out, 0);
    }
    add(out, ks->round[9]);
}

void plain_decrypt(const plain_key *ks, const uint8_t in[16], uint8_t out[16])
{
    memmove(out, in, 16);
    add(out, ks->round[9]);
    for (int i = 8; i >= 0; i--) {
        plain_l(out, 1);
        plain_s(out, 1);
        add(out, ks->round[i]);
    }
}

/* x = x * y in GF(2^128): bit 0 of byte 15 is w^0. */
static void mul128(uint8_t x[16], const uint8_t y[16])
{
    uint8_t r[16] = {0};

    for (int i = 0; i < 128; i++) {
        unsigned carry = r[0] >> 7;

        for (int j = 0; j < 16; j++)
            r[j] = (uint8_t)(r[j] << 1 | (j < 15 ? r[j + 1] >> 7 : 0));
        if (carry)
            r[15] ^= 0x87;
        if (y[i / 8] >> (7 - i % 8) & 1)
            add(r, x);
    }
    memcpy(x, r, 16);
}

/* Adds 1 to the eight bytes that end before p. */
static void increment(uint8_t *p)
{
    for (int i = 1; i <= 8 && ++p[-i] == 0; i++)
        continue;
}

static void mac(const plain_key *ks, uint8_t z[16], uint8_t sum[16], const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i += 16) {
        uint8_t h[16], block[16] = {0};

        memcpy(block, p + i, len - i < 16 ? len - i : 16);
        plain_encrypt(ks, z, h);
        increment(z + 8);
        mul128(block, h);
        add(sum, block);
    }
}

void plain_mgm(const plain_key *ks, const uint8_t nonce[16], const uint8_t *ad, size_t ad_len,
               const uint8_t *in, size_t len, uint8_t *out, uint8_t tag[16])
{
    uint8_t y[16], z[16], gamma[16], sum[16] = {0}, lens[16] = {0};

    memcpy(y, nonce, 16);
    y[0] &= 0x7f;
    plain_encrypt(ks, y, y);
    for (size_t i = 0; i < len; i++) {
        if (i % 16 == 0) {
            plain_encrypt(ks, y, gamma);
            increment(y + 16);
        }
        out[i] = in[i] ^ gamma[i % 16];
    }
    memcpy(z, nonce, 16);
    z[0] |= 0x80;
    plain_encrypt(ks, z, z);
    mac(ks, z, sum, ad, ad_len);
    mac(ks, z, sum, out, len);
    for (int i = 0; i < 8; i++) {
        lens[7 - i] = (uint8_t)((uint64_t)ad_len * 8 >> (8 * i));
        lens[15 - i] = (uint8_t)((uint64_t)len * 8 >> (8 * i));
    }
    mac(ks, z, sum, lens, 16);
    plain_encrypt(ks, sum, tag);
}
