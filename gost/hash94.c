/* SPDX-License-Identifier: Apache-2.0 */
/* See gost/hash94.h; the section numbers are RFC 5831's. A number of 256 bits is 4 words of 64, the
 * least significant first, and its bytes are little-endian. */
#include "gost/hash94_core.h"

#include <string.h>
#include "gost/bytes.h"
#include "gost/mem.h"

/* Section 5.2's C_3; C_2 and C_4 are zero. */
static const uint64_t c3[4] = {0xff00ff00ff00ff00, 0x00ff00ff00ff00ff, 0xff0000ff00ffff00,
                               0xff00ffff000000ff};

static inline void load(uint64_t y[4], const uint8_t bytes[32])
{
    for (unsigned i = 0; i < 4; i++)
        y[i] = gost_load_le64(bytes + 8 * i);
}

/* A(Y) (5.2) */
static inline void transform_a(uint64_t y[4])
{
    uint64_t t = y[0] ^ y[1];

    y[0] = y[1];
    y[1] = y[2];
    y[2] = y[3];
    y[3] = t;
}

/* The four W of section 5.2, of which P makes the keys. */
static inline void make_w(uint64_t w[4][4], const uint64_t h[4], const uint64_t m[4])
{
    uint64_t u[4], v[4];

    memcpy(u, h, sizeof u);
    memcpy(v, m, sizeof v);
    for (unsigned j = 0; j < 4; j++) {
        if (j > 0) {
            transform_a(u);
            transform_a(v);
            transform_a(v);
        }
        for (unsigned i = 0; i < 4; i++) {
            u[i] ^= j == 2 ? c3[i] : 0;
            w[j][i] = u[i] ^ v[i];
        }
    }
}

/* P(Y) (5.2): the bytes of a table of 4 by 8, transposed. */
static void transform_p(uint8_t key[32], const uint64_t y[4])
{
    for (unsigned k = 0; k < 8; k++) {
        for (unsigned i = 0; i < 4; i++)
            key[4 * k + i] = (uint8_t)(y[i] >> (8 * k));
    }
}

void gost_hash94_encrypt_plain(const gost_sbox *sbox, const uint64_t w[4][4], const uint64_t h[4],
                               uint64_t s[4])
{
    gost_block block;
    uint8_t key[32], text[8];

    for (unsigned j = 0; j < 4; j++) {
        transform_p(key, w[j]);
        gost_block_init(&block, &gost_block_28147, sbox, key);
        gost_store_le64(text, h[j]);
        gost_block_encrypt(&block, text, text, 1);
        s[j] = gost_load_le64(text);
    }
    gost_wipe(&block, sizeof block);
    gost_wipe(key, sizeof key);
}

/*
 * psi (5.4) is a step of a shift register of 16 words of 16 bits, w_0 the lowest:
 * w_16 = w_0 + w_1 + w_2 + w_3 + w_12 + w_15. The sum but for w_15 is known for four steps at once.
 */
static inline void psi_1(uint64_t y[4])
{
    uint64_t x = y[0] ^ y[0] >> 16 ^ y[0] >> 32 ^ y[0] >> 48 ^ y[3] ^ y[3] >> 48;

    y[0] = y[0] >> 16 | y[1] << 48;
    y[1] = y[1] >> 16 | y[2] << 48;
    y[2] = y[2] >> 16 | y[3] << 48;
    y[3] = y[3] >> 16 | x << 48;
}

static inline void psi_4(uint64_t y[4], unsigned times)
{
    uint64_t a = y[0], b = y[1], c = y[2], d = y[3], x;

    while (times-- > 0) {
        x = a ^ (a >> 16 | b << 48) ^ (a >> 32 | b << 32) ^ (a >> 48 | b << 16) ^ d;
        /* each word gets what the one before it has become */
        x ^= x << 16;
        x ^= x << 32;
        x ^= (d >> 48) * 0x0001000100010001;
        a = b;
        b = c;
        c = d;
        d = x;
    }
    y[0] = a;
    y[1] = b;
    y[2] = c;
    y[3] = d;
}

/* The step function: h = psi^61(h + psi(m + psi^12(S))), S the encryption of h (5.3, 5.4). */
static void step(const gost_sbox *sbox, uint8_t hash[32], const uint8_t message[32])
{
    struct {
        uint64_t h[4], m[4], w[4][4], s[4];
    } t;

    load(t.h, hash);
    load(t.m, message);
    make_w(t.w, t.h, t.m);
#if GOST_X86
    if (gost_cpu_ssse3())
        gost_hash94_encrypt_ssse3(sbox, (const uint64_t(*)[4])t.w, t.h, t.s);
    else
#endif
        gost_hash94_encrypt_plain(sbox, (const uint64_t(*)[4])t.w, t.h, t.s);
    psi_4(t.s, 3);
    for (unsigned i = 0; i < 4; i++)
        t.s[i] ^= t.m[i];
    psi_1(t.s);
    for (unsigned i = 0; i < 4; i++)
        t.s[i] ^= t.h[i];
    psi_1(t.s);
    psi_4(t.s, 15);
    for (unsigned i = 0; i < 4; i++)
        gost_store_le64(hash + 8 * i, t.s[i]);
    gost_wipe(&t, sizeof t);
}

/* A block of the message: the step, and the sum modulo 2^256 (section 6). */
static void block(gost_hash94 *c, const uint8_t m[32])
{
    uint64_t carry = 0;

    step(c->sbox, c->h, m);
    for (unsigned i = 0; i < 32; i += 8) {
        unsigned __int128 t =
            (unsigned __int128)gost_load_le64(c->sum + i) + gost_load_le64(m + i) + carry;

        gost_store_le64(c->sum + i, (uint64_t)t);
        carry = (uint64_t)(t >> 64);
    }
}

void gost_hash94_init(gost_hash94 *c, const gost_sbox *sbox)
{
    memset(c, 0, sizeof *c);
    c->sbox = sbox;
}

void gost_hash94_update(gost_hash94 *c, const void *data, size_t len)
{
    const uint8_t *p = data;

    if (len == 0)
        return;
    c->len += len;
    if (c->have > 0) {
        size_t n = sizeof c->buf - c->have;

        if (n > len)
            n = len;
        memcpy(c->buf + c->have, p, n);
        c->have += (unsigned)n;
        if (c->have < sizeof c->buf)
            return;
        block(c, c->buf);
        c->have = 0;
        p += n;
        len -= n;
    }
    for (; len >= sizeof c->buf; len -= sizeof c->buf, p += sizeof c->buf)
        block(c, p);
    if (len > 0)
        memcpy(c->buf, p, len);
    c->have = (unsigned)len;
}

void gost_hash94_final(gost_hash94 *c, uint8_t out[32])
{
    uint8_t bits[32] = {0};

    if (c->have > 0) {
        memset(c->buf + c->have, 0, sizeof c->buf - c->have);
        block(c, c->buf);
    }
    gost_store_le64(bits, c->len << 3);
    gost_store_le64(bits + 8, c->len >> 61);
    step(c->sbox, c->h, bits);
    step(c->sbox, c->h, c->sum);
    memcpy(out, c->h, GOST_HASH94_SIZE);
    gost_wipe(c, sizeof *c);
}
