/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kuznyechik for any CPU, in bit planes, so that no address depends on a secret: here, a block at
 * a time; kuznyechik_sliced.c is for many of them.
 */
#include "gost/block_core.h"
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

/* The planes of 16 bytes as they are. */
static void load_bytes(uint64_t p[8], const uint8_t *in)
{
    uint64_t a = transpose(gost_load_le64(in)), b = transpose(gost_load_le64(in + 8));

    for (int k = 0; k < 8; k++)
        p[k] = (a >> (8 * k) & 0xff) | (b >> (8 * k) & 0xff) << 8;
}

static void store_bytes(uint8_t *out, const uint64_t p[8])
{
    uint64_t a = 0, b = 0;

    for (int k = 0; k < 8; k++) {
        a |= (p[k] & 0xff) << (8 * k);
        b |= (p[k] >> 8 & 0xff) << (8 * k);
    }
    gost_store_le64(out, transpose(a));
    gost_store_le64(out + 8, transpose(b));
}

static void load(state *s, const uint8_t *in)
{
    uint64_t p[8];

    load_bytes(p, in);
    gost_pi_alpha(p);
    pack(s, p);
}

static void store(uint8_t *out, const state *s)
{
    uint64_t p[8];

    unpack(p, s);
    gost_pi_unalpha(p);
    store_bytes(out, p);
}

/* Round keys are kept as bytes of alpha(x), for all bodies. */
static void load_key(state *s, const uint8_t *in)
{
    uint64_t p[8];

    load_bytes(p, in);
    pack(s, p);
}

static void store_key(uint8_t *out, const state *s)
{
    uint64_t p[8];

    unpack(p, s);
    store_bytes(out, p);
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

/* RFC 7801, section 4.3: each pair of round keys is the one before it after eight Feistel steps. */
void gost_kuznyechik_set_key_ct(gost_block *block, const uint8_t key[32])
{
    uint8_t(*round)[16] = block->ks.kuznyechik;
    state a, b, t;

    load(&a, key);
    load(&b, key + 16);
    store_key(round[0], &a);
    store_key(round[1], &b);
    for (int i = 0; i < 32; i++) {
        t = a;
        add(&t, gost_kuznyechik_c[i]);
        ls(&t);
        add(&t, b.w);
        b = a;
        a = t;
        if (i % 8 == 7) {
            store_key(round[i / 4 + 1], &a);
            store_key(round[i / 4 + 2], &b);
        }
    }
    gost_wipe(&a, sizeof a);
    gost_wipe(&b, sizeof b);
    gost_wipe(&t, sizeof t);
}

void gost_kuznyechik_encrypt_ct(const gost_block *block, const uint8_t *in, uint8_t *out,
                                size_t blocks)
{
    state k[10], s;
    size_t done = gost_kuznyechik_encrypt_sliced(block, in, out, blocks);

    if (done == blocks)
        return;
    in += 16 * done;
    out += 16 * done;
    blocks -= done;
    for (int i = 0; i < 10; i++)
        load_key(&k[i], block->ks.kuznyechik[i]);
    for (; blocks > 0; blocks--, in += 16, out += 16) {
        load(&s, in);
        for (int i = 0; i < 9; i++) {
            add(&s, k[i].w);
            ls(&s);
        }
        add(&s, k[9].w);
        store(out, &s);
    }
    gost_wipe(k, sizeof k);
    gost_wipe(&s, sizeof s);
}

void gost_kuznyechik_decrypt_ct(const gost_block *block, const uint8_t *in, uint8_t *out,
                                size_t blocks)
{
    state k[10], s;
    size_t done = gost_kuznyechik_decrypt_sliced(block, in, out, blocks);

    if (done == blocks)
        return;
    in += 16 * done;
    out += 16 * done;
    blocks -= done;
    for (int i = 0; i < 10; i++)
        load_key(&k[i], block->ks.kuznyechik[i]);
    for (; blocks > 0; blocks--, in += 16, out += 16) {
        load(&s, in);
        add(&s, k[9].w);
        for (int i = 8; i >= 0; i--) {
            ls_inverse(&s);
            add(&s, k[i].w);
        }
        store(out, &s);
    }
    gost_wipe(k, sizeof k);
    gost_wipe(&s, sizeof s);
}
