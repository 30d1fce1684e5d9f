/* SPDX-License-Identifier: Apache-2.0 */
/* See tests/gost/plain_modes.h. */
#include "tests/gost/plain_modes.h"

#include <string.h>

static void plus_one(uint8_t *p, size_t len)
{
    while (len-- > 0)
        if (++p[len] != 0)
            return;
}

void plain_ctr(gost_block b, const uint8_t *iv, size_t section, const uint8_t *in, uint8_t *out,
               size_t len)
{
    size_t size = b.class->size;
    uint8_t counter[16] = {0}, gamma[16], d[32];

    memcpy(counter, iv, size / 2);
    for (size_t i = 0; i < len; i++) {
        if (section > 0 && i > 0 && i % section == 0) {
            for (size_t j = 0; j < sizeof d; j++)
                d[j] = (uint8_t)(0x80 + j);
            for (size_t j = 0; j < sizeof d; j += size)
                gost_block_encrypt(&b, d + j, d + j, 1);
            gost_block_init(&b, b.class, b.sbox, d);
        }
        if (i % size == 0) {
            gost_block_encrypt(&b, counter, gamma, 1);
            plus_one(counter, size);
        }
        out[i] = in[i] ^ gamma[i % size];
    }
}

static void push(uint8_t *reg, size_t m, const uint8_t *block, size_t size)
{
    memmove(reg, reg + size, m - size);
    memcpy(reg + m - size, block, size);
}

void plain_cbc(const gost_block *b, const uint8_t *iv, size_t m, const uint8_t *in, uint8_t *out,
               size_t len, char way)
{
    size_t size = b->class->size;
    uint8_t reg[32], t[16];

    memcpy(reg, iv, m);
    for (size_t i = 0; i < len; i += size) {
        if (way == 'e') {
            for (size_t j = 0; j < size; j++)
                t[j] = in[i + j] ^ reg[j];
            gost_block_encrypt(b, t, out + i, 1);
            push(reg, m, out + i, size);
        } else {
            gost_block_decrypt(b, in + i, t, 1);
            for (size_t j = 0; j < size; j++)
                out[i + j] = t[j] ^ reg[j];
            push(reg, m, in + i, size);
        }
    }
}

void plain_cfb(const gost_block *b, const uint8_t *iv, size_t m, const uint8_t *in, uint8_t *out,
               size_t len, char way)
{
    size_t size = b->class->size;
    uint8_t reg[32], gamma[16];

    memcpy(reg, iv, m);
    for (size_t i = 0; i < len; i++) {
        if (i % size == 0) {
            if (i > 0)
                push(reg, m, (way == 'e' ? out : in) + i - size, size);
            gost_block_encrypt(b, reg, gamma, 1);
        }
        out[i] = in[i] ^ gamma[i % size];
    }
}

void plain_ofb(const gost_block *b, const uint8_t *iv, size_t m, const uint8_t *in, uint8_t *out,
               size_t len)
{
    size_t size = b->class->size;
    uint8_t reg[32], gamma[16];

    memcpy(reg, iv, m);
    for (size_t i = 0; i < len; i++) {
        if (i % size == 0) {
            gost_block_encrypt(b, reg, gamma, 1);
            push(reg, m, gamma, size);
        }
        out[i] = in[i] ^ gamma[i % size];
    }
}

/* Times x; the polynomials are x^64 + x^4 + x^3 + x + 1 and x^128 + x^7 + x^2 + x + 1. */
static void times_x(uint8_t *p, size_t size)
{
    uint8_t carry = p[0] >> 7 ? (size == 16 ? 0x87 : 0x1b) : 0;

    for (size_t i = 0; i < size; i++) {
        uint8_t next = i + 1 < size ? p[i + 1] : 0;

        p[i] = (uint8_t)(p[i] << 1 | next >> 7);
        p[i] ^= i + 1 < size ? 0 : carry;
    }
}

void plain_omac(const gost_block *b, const uint8_t *in, size_t len, uint8_t *mac)
{
    size_t size = b->class->size, i = 0;
    uint8_t k[16] = {0}, state[16] = {0}, last[16] = {0};

    gost_block_encrypt(b, k, k, 1);
    times_x(k, size);
    for (; len - i > size; i += size) {
        for (size_t j = 0; j < size; j++)
            state[j] ^= in[i + j];
        gost_block_encrypt(b, state, state, 1);
    }
    if (len > i)
        memcpy(last, in + i, len - i);
    if (len - i < size) {
        last[len - i] = 0x80;
        times_x(k, size);
    }
    for (size_t j = 0; j < size; j++)
        state[j] ^= last[j] ^ k[j];
    gost_block_encrypt(b, state, mac, 1);
}

void plain_multiply(const uint8_t *a, const uint8_t *b, uint8_t *out, size_t size)
{
    uint8_t r[16] = {0};

    for (size_t bit = 0; bit < 8 * size; bit++) {
        times_x(r, size);
        if (b[bit / 8] >> (7 - bit % 8) & 1)
            for (size_t i = 0; i < size; i++)
                r[i] ^= a[i];
    }
    memcpy(out, r, size);
}

/* Adds the next block, of n bytes, to the sum. */
static void mgm_add(const gost_block *b, uint8_t *z, uint8_t *sum, const uint8_t *p, size_t n)
{
    size_t size = b->class->size;
    uint8_t h[16], block[16] = {0};

    memcpy(block, p, n);
    gost_block_encrypt(b, z, h, 1);
    plus_one(z, size / 2);
    plain_multiply(h, block, h, size);
    for (size_t i = 0; i < size; i++)
        sum[i] ^= h[i];
}

/* The bits of len bytes, big-endian. */
static void put_length(uint8_t *p, size_t len, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)((uint64_t)len * 8 >> 8 * (n - 1 - i));
}

void plain_mgm_any(const gost_block *b, const uint8_t *nonce, const uint8_t *ad, size_t ad_len,
                   const uint8_t *in, size_t len, uint8_t *out, uint8_t *tag, char way)
{
    size_t size = b->class->size;
    uint8_t y[16], z[16], sum[16] = {0}, t[16];
    const uint8_t *c = way == 'e' ? out : in;

    memcpy(y, nonce, size);
    memcpy(z, nonce, size);
    y[0] &= 0x7f;
    z[0] |= 0x80;
    gost_block_encrypt(b, y, y, 1);
    gost_block_encrypt(b, z, z, 1);
    for (size_t i = 0; i < len; i++) {
        if (i % size == 0) {
            gost_block_encrypt(b, y, t, 1);
            plus_one(y + size / 2, size / 2);
        }
        out[i] = in[i] ^ t[i % size];
    }
    for (size_t i = 0; i < ad_len; i += size)
        mgm_add(b, z, sum, ad + i, ad_len - i < size ? ad_len - i : size);
    for (size_t i = 0; i < len; i += size)
        mgm_add(b, z, sum, c + i, len - i < size ? len - i : size);
    put_length(t, ad_len, size / 2);
    put_length(t + size / 2, len, size / 2);
    mgm_add(b, z, sum, t, size);
    gost_block_encrypt(b, sum, tag, 1);
}
