/* SPDX-License-Identifier: Apache-2.0 */
/* CBC, CFB and OFB: see gost/modes.h. The register's left block is the next one to be used. */
#include "gost/modes.h"

#include <string.h>

#include "gost/mem.h"
#include "gost/xor.h"

void gost_feedback_init(gost_feedback *c, const gost_block *block, const uint8_t *iv, size_t iv_len)
{
    c->block = *block;
    memset(c->reg, 0, sizeof c->reg);
    memcpy(c->reg, iv, iv_len);
    memset(c->gamma, 0, sizeof c->gamma);
    c->reg_len = (unsigned)iv_len;
    c->used = block->class->size;
}

/* The left block leaves the register, and this one comes in from the right. */
static void shift(gost_feedback *c, const uint8_t *block)
{
    unsigned size = c->block.class->size, rest = c->reg_len - size;

    memmove(c->reg, c->reg + size, rest);
    memcpy(c->reg + rest, block, size);
}

void gost_cbc_encrypt(gost_feedback *c, const uint8_t *in, uint8_t *out, size_t blocks)
{
    unsigned size = c->block.class->size;

    for (; blocks > 0; blocks--, in += size, out += size) {
        gost_xor(out, in, c->reg, size);
        gost_block_encrypt(&c->block, out, out, 1);
        shift(c, out);
    }
}

void gost_cbc_decrypt(gost_feedback *c, const uint8_t *in, uint8_t *out, size_t blocks)
{
    unsigned size = c->block.class->size;
    uint8_t batch[GOST_BATCH], next[GOST_BLOCK_MAX];
    size_t dirty = gost_least(blocks * size, sizeof batch);

    while (blocks > 0) {
        size_t n = gost_least(blocks, sizeof batch / size);

        gost_block_decrypt(&c->block, in, batch, n);
        for (size_t i = 0; i < n; i++, in += size, out += size) {
            memcpy(next, in, size);
            gost_xor(out, batch + i * size, c->reg, size);
            shift(c, next);
        }
        blocks -= n;
    }
    gost_wipe(batch, dirty);
}

/* The gamma's bytes become the ciphertext's as they are used, and a full block goes into the
 * register. */
static void cfb_part(gost_feedback *c, const uint8_t *in, uint8_t *out, size_t len, int decrypt)
{
    unsigned size = c->block.class->size;

    for (size_t i = 0; i < len; i++) {
        uint8_t *g = &c->gamma[c->used++], x = in[i];

        out[i] = x ^ *g;
        *g = decrypt ? x : out[i];
    }
    if (c->used == size)
        shift(c, c->gamma);
}

static void cfb_next(gost_feedback *c)
{
    gost_block_encrypt(&c->block, c->reg, c->gamma, 1);
    c->used = 0;
}

void gost_cfb_encrypt(gost_feedback *c, const uint8_t *in, uint8_t *out, size_t len)
{
    unsigned size = c->block.class->size;
    size_t n;

    for (; len > 0; in += n, out += n, len -= n) {
        if (c->used == size)
            cfb_next(c);
        n = gost_least(len, size - c->used);
        cfb_part(c, in, out, n, 0);
    }
}

/* len is whole blocks, at most a batch. All gammas are known in advance: they are the register's
 * blocks and then the ciphertext's, encrypted. */
static void cfb_decrypt_batch(gost_feedback *c, const uint8_t *in, uint8_t *out, size_t len)
{
    uint8_t batch[GOST_BATCH];
    size_t head = gost_least(c->reg_len, len);

    memcpy(batch, c->reg, head);
    memcpy(batch + head, in, len - head);
    memmove(c->reg, c->reg + head, c->reg_len - head);
    memcpy(c->reg + c->reg_len - head, in + len - head, head);
    gost_block_encrypt(&c->block, batch, batch, len / c->block.class->size);
    gost_xor(out, in, batch, len);
    gost_wipe(batch, len);
}

void gost_cfb_decrypt(gost_feedback *c, const uint8_t *in, uint8_t *out, size_t len)
{
    unsigned size = c->block.class->size;
    size_t n;

    for (; len > 0; in += n, out += n, len -= n) {
        if (c->used == size && len >= size) {
            n = gost_least(len, GOST_BATCH) / size * size;
            cfb_decrypt_batch(c, in, out, n);
            continue;
        }
        if (c->used == size)
            cfb_next(c);
        n = gost_least(len, size - c->used);
        cfb_part(c, in, out, n, 1);
    }
}

void gost_ofb_crypt(gost_feedback *c, const uint8_t *in, uint8_t *out, size_t len)
{
    unsigned size = c->block.class->size;
    size_t n;

    for (; len > 0; in += n, out += n, len -= n) {
        if (c->used == size) {
            cfb_next(c);
            shift(c, c->gamma);
        }
        n = gost_least(len, size - c->used);
        gost_xor(out, in, c->gamma + c->used, n);
        c->used += (unsigned)n;
    }
}
