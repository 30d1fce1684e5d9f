/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See gost/aead.h and gost/aead_core.h. Names as in RFC 9058: Y counts the blocks of gamma, Z those
 * of the sum's coefficients H. A call of the cipher makes as many of both as there are.
 */
#include "gost/aead_core.h"

#include <string.h>

#include "gost/mem.h"
#include "gost/mgm_sum.h"
#include "gost/xor.h"

void gost_aead_init(gost_aead *a, const gost_block *block, const uint8_t *nonce)
{
    unsigned size = block->class->size;
    uint8_t yz[2 * GOST_BLOCK_MAX];

    memset(a, 0, sizeof *a);
    a->block = *block;
    memcpy(yz, nonce, size);
    memcpy(yz + size, nonce, size);
    yz[0] &= 0x7f;
    yz[size] |= 0x80;
    gost_block_encrypt(&a->block, yz, yz, 2);
    memcpy(a->y, yz, size);
    memcpy(a->z, yz + size, size);
    gost_wipe(yz, sizeof yz);
}

/* Y's right half counts, and Z's left half. */
static void next_y(gost_aead *a, uint8_t *out, size_t n)
{
    unsigned size = a->block.class->size;

    for (; n > 0; n--, out += size) {
        memcpy(out, a->y, size);
        gost_increment(a->y + size / 2, size / 2);
    }
}

static void next_z(gost_aead *a, uint8_t *out, size_t n)
{
    unsigned size = a->block.class->size;

    for (; n > 0; n--, out += size) {
        memcpy(out, a->z, size);
        gost_increment(a->z, size / 2);
    }
}

static void add(gost_aead *a, const uint8_t *h, const uint8_t *data, size_t blocks)
{
    gost_mgm_sum(a->sum, h, data, blocks, a->block.class->size);
}

/* Whole blocks into the sum. */
static void add_blocks(gost_aead *a, const uint8_t *data, size_t blocks)
{
    unsigned size = a->block.class->size;
    uint8_t h[GOST_BATCH];
    size_t dirty = gost_least(blocks * size, sizeof h);

    while (blocks > 0) {
        size_t n = gost_least(blocks, sizeof h / size);

        next_z(a, h, n);
        gost_block_encrypt(&a->block, h, h, n);
        add(a, h, data, n);
        data += n * size;
        blocks -= n;
    }
    gost_wipe(h, dirty);
}

/* A last part is filled up with zeros; it waits in a->part. */
static size_t padded(gost_aead *a)
{
    size_t have = a->have;

    memset(a->part + have, 0, sizeof a->part - have);
    a->have = 0;
    return have > 0;
}

static void add_bytes(gost_aead *a, const uint8_t *p, size_t len)
{
    unsigned size = a->block.class->size;

    if (a->have > 0 || len < size) {
        size_t n = gost_least(len, size - a->have);

        if (n == 0)
            return;
        memcpy(a->part + a->have, p, n);
        a->have += (unsigned)n;
        if (a->have < size)
            return;
        add_blocks(a, a->part, 1);
        a->have = 0;
        p += n;
        len -= n;
    }
    add_blocks(a, p, len / size);
    a->have = (unsigned)(len % size);
    if (a->have > 0)
        memcpy(a->part, p + len - a->have, a->have);
}

void gost_aead_ad(gost_aead *a, const void *ad, size_t len)
{
    a->ad_len += len;
    add_bytes(a, ad, len);
}

static void start_data(gost_aead *a)
{
    if (!a->in_data)
        add_blocks(a, a->part, padded(a));
    a->in_data = 1;
}

/* Some bytes of the block whose gamma is at hand. */
static void crypt_part(gost_aead *a, const uint8_t *in, uint8_t *out, size_t len, int decrypt)
{
    for (size_t i = 0; i < len; i++, a->have++) {
        uint8_t x = in[i];

        out[i] = x ^ a->gamma[a->have];
        a->part[a->have] = decrypt ? x : out[i];
    }
    if (a->have == a->block.class->size) {
        add_blocks(a, a->part, 1);
        a->have = 0;
    }
}

/*
 * Starts at a block's edge. Does up to half a batch of whole blocks, and what is left after them if
 * that is less than a block. Returns the bytes done.
 */
static size_t crypt_batch(gost_aead *a, const uint8_t *in, uint8_t *out, size_t len, int decrypt)
{
    unsigned size = a->block.class->size;
    size_t n = gost_least(len, GOST_BATCH / 2) / size, all = n * size;
    size_t rest = len - all < size ? len - all : 0, gammas = n + (rest > 0);
    uint8_t batch[GOST_BATCH + GOST_BLOCK_MAX], *h = batch + gammas * size;

    next_y(a, batch, gammas);
    next_z(a, h, n);
    gost_block_encrypt(&a->block, batch, batch, gammas + n);
    if (decrypt)
        add(a, h, in, n);
    gost_xor(out, in, batch, all);
    if (!decrypt)
        add(a, h, out, n);
    if (rest > 0) {
        memcpy(a->gamma, batch + all, size);
        crypt_part(a, in + all, out + all, rest, decrypt);
    }
    gost_wipe(batch, (gammas + n) * size);
    return all + rest;
}

static void crypt(gost_aead *a, const uint8_t *in, uint8_t *out, size_t len, int decrypt)
{
    unsigned size = a->block.class->size;
    size_t n;

    start_data(a);
    a->len += len;
    for (; len > 0; in += n, out += n, len -= n) {
        if (a->have > 0) {
            n = gost_least(len, size - a->have);
            crypt_part(a, in, out, n, decrypt);
        } else {
            n = crypt_batch(a, in, out, len, decrypt);
        }
    }
}

void gost_aead_encrypt(gost_aead *a, const uint8_t *in, uint8_t *out, size_t len)
{
    crypt(a, in, out, len, 0);
}

void gost_aead_decrypt(gost_aead *a, const uint8_t *in, uint8_t *out, size_t len)
{
    crypt(a, in, out, len, 1);
}

void gost_aead_sum(gost_aead *a, const uint8_t *in, size_t len)
{
    start_data(a);
    a->len += len;
    add_bytes(a, in, len);
}

void gost_aead_gamma(gost_aead *a, const uint8_t *in, uint8_t *out, size_t len)
{
    unsigned size = a->block.class->size;
    uint8_t batch[GOST_BATCH];
    size_t dirty = gost_least(len + size, sizeof batch);

    while (len > 0) {
        size_t n = gost_least(len, sizeof batch), blocks = (n + size - 1) / size;

        next_y(a, batch, blocks);
        gost_block_encrypt(&a->block, batch, batch, blocks);
        gost_xor(out, in, batch, n);
        in += n;
        out += n;
        len -= n;
    }
    gost_wipe(batch, dirty);
}

/* A number of `bytes` bytes, big-endian. */
static void store_length(uint8_t *p, uint64_t bits, unsigned bytes)
{
    for (; bytes > 0; bits >>= 8)
        p[--bytes] = (uint8_t)bits;
}

void gost_aead_final(gost_aead *a, uint8_t *tag)
{
    unsigned size = a->block.class->size;
    uint8_t last[2 * GOST_BLOCK_MAX];
    size_t n = padded(a);

    memcpy(last, a->part, size);
    store_length(last + n * size, a->ad_len * 8, size / 2);
    store_length(last + n * size + size / 2, a->len * 8, size / 2);
    add_blocks(a, last, n + 1);
    gost_block_encrypt(&a->block, a->sum, tag, 1);
    gost_wipe(last, sizeof last);
    gost_wipe(a, sizeof *a);
    gost_wipe_stack();
}
