/* SPDX-License-Identifier: Apache-2.0 */
/* CNT and CFB of GOST 28147-89, and key meshing: see gost/gost28147.h. */
#include "gost/gost28147.h"

#include <string.h>

#include "gost/gost28147_mesh.h"
#include "gost/mem.h"
#include "gost/xor.h"

#define SIZE 8

void gost_28147_mesh(gost_block *block, uint8_t *iv)
{
    /* RFC 4357, 2.3.2: C */
    static const uint8_t c[32] = {0x69, 0x00, 0x72, 0x22, 0x64, 0xc9, 0x04, 0x23, 0x8d, 0x3a, 0xdb,
                                  0x96, 0x46, 0xe9, 0x2a, 0xc4, 0x18, 0xfe, 0xac, 0x94, 0x00, 0xed,
                                  0x07, 0x12, 0xc0, 0x86, 0xdc, 0xc2, 0xef, 0x4c, 0xa9, 0x2b};
    uint8_t key[32];

    gost_block_decrypt(block, c, key, sizeof key / SIZE);
    gost_block_init(block, block->class, block->sbox, key);
    if (iv)
        gost_block_encrypt(block, iv, iv, 1);
    gost_wipe(key, sizeof key);
    gost_wipe_stack();
}

static void init(gost_28147_stream *c, const gost_sbox *sbox, int meshing, const uint8_t key[32],
                 const uint8_t iv[8])
{
    memset(c, 0, sizeof *c);
    gost_block_init(&c->block, &gost_block_28147, sbox, key);
    memcpy(c->iv, iv, SIZE);
    c->used = SIZE;
    c->meshing = meshing;
}

/*
 * Called where a block of gamma is wanted: changes the key if it is time, and returns how many of
 * len bytes may be done under this key in one batch, in whole blocks.
 */
static size_t section(gost_28147_stream *c, size_t len)
{
    if (c->count == GOST_28147_SECTION) {
        if (c->meshing)
            gost_28147_mesh(&c->block, c->iv);
        c->count = 0;
    }
    len = gost_least(len, GOST_BATCH) / SIZE * SIZE;
    return gost_least(len, GOST_28147_SECTION - c->count);
}

/* ---- CNT ------------------------------------------------------------------------------------ */

static uint32_t load(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void store(uint8_t *p, uint32_t x)
{
    for (int i = 0; i < 4; i++, x >>= 8)
        p[i] = (uint8_t)x;
}

/* RFC 5830, 6.1: N3 counts mod 2^32, and N4 mod 2^32 - 1, where a carry comes in again below. */
static void make_gamma(gost_28147_stream *c, uint8_t *gamma, size_t len)
{
    uint32_t n3 = load(c->iv), n4 = load(c->iv + 4);

    for (size_t i = 0; i < len; i += SIZE) {
        uint64_t sum = (uint64_t)n4 + 0x01010104;

        n3 += 0x01010101;
        n4 = (uint32_t)(sum + (sum >> 32));
        store(gamma + i, n3);
        store(gamma + i + 4, n4);
    }
    memcpy(c->iv, gamma + len - SIZE, SIZE);
    gost_block_encrypt(&c->block, gamma, gamma, len / SIZE);
    c->count += (uint32_t)len;
}

void gost_28147_cnt_init(gost_28147_stream *c, const gost_sbox *sbox, int meshing,
                         const uint8_t key[32], const uint8_t iv[8])
{
    init(c, sbox, meshing, key, iv);
}

void gost_28147_cnt(gost_28147_stream *c, const uint8_t *in, uint8_t *out, size_t len)
{
    uint8_t batch[GOST_BATCH];
    size_t n, dirty = 0;

    for (; len > 0; in += n, out += n, len -= n) {
        if (c->used < SIZE) {
            n = gost_least(len, SIZE - c->used);
            gost_xor(out, in, c->gamma + c->used, n);
            c->used += (unsigned)n;
            continue;
        }
        if (!c->started) {
            gost_block_encrypt(&c->block, c->iv, c->iv, 1);
            c->started = 1;
        }
        n = section(c, len);
        if (n == 0) {
            make_gamma(c, c->gamma, SIZE);
            c->used = 0;
            continue;
        }
        make_gamma(c, batch, n);
        gost_xor(out, in, batch, n);
        if (dirty < n)
            dirty = n;
    }
    gost_wipe(batch, dirty);
}

/* ---- CFB ------------------------------------------------------------------------------------ */

void gost_28147_cfb_init(gost_28147_stream *c, const gost_sbox *sbox, int meshing,
                         const uint8_t key[32], const uint8_t iv[8])
{
    init(c, sbox, meshing, key, iv);
}

/* Some bytes of one block; each byte of ciphertext takes its place in the next iv at once. */
static size_t cfb_part(gost_28147_stream *c, const uint8_t *in, uint8_t *out, size_t len,
                       int decrypt)
{
    size_t n;

    if (c->used == SIZE) {
        gost_block_encrypt(&c->block, c->iv, c->gamma, 1);
        c->used = 0;
        c->count += SIZE;
    }
    n = gost_least(len, SIZE - c->used);
    for (size_t i = 0; i < n; i++, c->used++) {
        uint8_t x = in[i];

        out[i] = x ^ c->gamma[c->used];
        c->iv[c->used] = decrypt ? x : out[i];
    }
    return n;
}

void gost_28147_cfb_encrypt(gost_28147_stream *c, const uint8_t *in, uint8_t *out, size_t len)
{
    size_t n;

    for (; len > 0; in += n, out += n, len -= n) {
        if (c->used == SIZE)
            section(c, len);
        n = cfb_part(c, in, out, len, 0);
    }
}

/* len: whole blocks under one key, whose gammas are known in advance: the iv and the ciphertext,
 * encrypted. */
static void cfb_decrypt_batch(gost_28147_stream *c, const uint8_t *in, uint8_t *out, size_t len)
{
    uint8_t batch[GOST_BATCH];

    memcpy(batch, c->iv, SIZE);
    memcpy(batch + SIZE, in, len - SIZE);
    memcpy(c->iv, in + len - SIZE, SIZE);
    gost_block_encrypt(&c->block, batch, batch, len / SIZE);
    gost_xor(out, in, batch, len);
    c->count += (uint32_t)len;
    gost_wipe(batch, len);
}

void gost_28147_cfb_decrypt(gost_28147_stream *c, const uint8_t *in, uint8_t *out, size_t len)
{
    size_t n;

    for (; len > 0; in += n, out += n, len -= n) {
        n = c->used == SIZE ? section(c, len) : 0;
        if (n > 0)
            cfb_decrypt_batch(c, in, out, n);
        else
            n = cfb_part(c, in, out, len, 1);
    }
}
