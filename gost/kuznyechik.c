/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See gost/kuznyechik.h. In bit planes, so that no address depends on a secret; the round keys too
 * are kept in that form.
 */
#include "gost/kuznyechik.h"

#include "gost/bytes.h"
#include "gost/kuznyechik_core.h"
#include "gost/mem.h"

#define GOST_PLANE uint64_t
#include "gost/pi_planes.h"

typedef struct state {
    uint64_t w[2];
} state;

/* Swaps the bits of x that m selects with those n places above. */
static inline uint64_t swap(uint64_t x, int n, uint64_t m)
{
    uint64_t t = (x ^ (x >> n)) & m;

    return x ^ t ^ (t << n);
}

/* An 8 by 8 matrix of bits. */
static inline uint64_t transpose(uint64_t x)
{
    x = swap(x, 7, 0x00aa00aa00aa00aa);
    x = swap(x, 14, 0x0000cccc0000cccc);
    return swap(x, 28, 0x00000000f0f0f0f0);
}

static inline void unpack(uint64_t p[8], const state *s)
{
    for (int k = 0; k < 8; k++)
        p[k] = s->w[k / 4] >> (16 * (k % 4)) & 0xffff;
}

static inline void pack(state *s, const uint64_t p[8])
{
    for (int i = 0; i < 2; i++) {
        const uint64_t *q = p + 4 * i;

        s->w[i] = (q[0] & 0xffff) | (q[1] & 0xffff) << 16 | (q[2] & 0xffff) << 32 | q[3] << 48;
    }
}

static void load(state *s, const uint8_t *in)
{
    uint64_t a = transpose(gost_load_le64(in)), b = transpose(gost_load_le64(in + 8)), p[8];

    for (int k = 0; k < 8; k++)
        p[k] = (a >> (8 * k) & 0xff) | (b >> (8 * k) & 0xff) << 8;
    gost_pi_alpha(p);
    pack(s, p);
}

static void store(uint8_t *out, const state *s)
{
    uint64_t p[8], a = 0, b = 0;

    unpack(p, s);
    gost_pi_unalpha(p);
    for (int k = 0; k < 8; k++) {
        a |= (p[k] & 0xff) << (8 * k);
        b |= (p[k] >> 8 & 0xff) << (8 * k);
    }
    gost_store_le64(out, transpose(a));
    gost_store_le64(out + 8, transpose(b));
}

static inline void add(state *s, const uint64_t w[2])
{
    s->w[0] ^= w[0];
    s->w[1] ^= w[1];
}

/* The sum of the rows that the bits of s select. */
static void multiply(state *s, const uint64_t rows[128][2])
{
    uint64_t a = 0, b = 0;

    for (int i = 0; i < 64; i++) {
        uint64_t m = 0 - (s->w[0] >> i & 1), n = 0 - (s->w[1] >> i & 1);

        a ^= (rows[i][0] & m) ^ (rows[64 + i][0] & n);
        b ^= (rows[i][1] & m) ^ (rows[64 + i][1] & n);
    }
    s->w[0] = a;
    s->w[1] = b;
}

static void ls(state *s)
{
    uint64_t p[8];

    unpack(p, s);
    gost_pi_middle(p);
    pack(s, p);
    multiply(s, gost_kuznyechik_forward);
}

static void ls_inverse(state *s)
{
    uint64_t p[8];

    multiply(s, gost_kuznyechik_backward);
    unpack(p, s);
    gost_pi_middle_inverse(p);
    pack(s, p);
}

static inline void round_key(uint64_t k[2], const gost_kuznyechik *ks, int i)
{
    memcpy(k, ks->round[i], 16);
}

/* RFC 7801, section 4.3: each pair of round keys is the one before it after eight Feistel steps. */
void gost_kuznyechik_set_key(gost_kuznyechik *ks, const uint8_t key[32])
{
    state a, b, t;

    load(&a, key);
    load(&b, key + 16);
    memcpy(ks->round[0], a.w, 16);
    memcpy(ks->round[1], b.w, 16);
    for (int i = 0; i < 32; i++) {
        t = a;
        add(&t, gost_kuznyechik_c[i]);
        ls(&t);
        add(&t, b.w);
        b = a;
        a = t;
        if (i % 8 == 7) {
            memcpy(ks->round[i / 4 + 1], a.w, 16);
            memcpy(ks->round[i / 4 + 2], b.w, 16);
        }
    }
    gost_wipe(&a, sizeof a);
    gost_wipe(&b, sizeof b);
    gost_wipe(&t, sizeof t);
    gost_wipe_stack();
}

void gost_kuznyechik_encrypt(const gost_kuznyechik *ks, const uint8_t in[16], uint8_t out[16])
{
    uint64_t k[2];
    state s;

    load(&s, in);
    for (int i = 0; i < 9; i++) {
        round_key(k, ks, i);
        add(&s, k);
        ls(&s);
    }
    round_key(k, ks, 9);
    add(&s, k);
    store(out, &s);
    gost_wipe(k, sizeof k);
    gost_wipe(&s, sizeof s);
}

void gost_kuznyechik_decrypt(const gost_kuznyechik *ks, const uint8_t in[16], uint8_t out[16])
{
    uint64_t k[2];
    state s;

    load(&s, in);
    round_key(k, ks, 9);
    add(&s, k);
    for (int i = 8; i >= 0; i--) {
        ls_inverse(&s);
        round_key(k, ks, i);
        add(&s, k);
    }
    store(out, &s);
    gost_wipe(k, sizeof k);
    gost_wipe(&s, sizeof s);
}
