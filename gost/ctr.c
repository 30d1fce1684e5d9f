/* SPDX-License-Identifier: Apache-2.0 */
/* CTR and CTR-ACPKM: see gost/modes.h. Names as in RFC 8645, section 6.2. */
#include "gost/modes.h"

#include <string.h>

#include "gost/mem.h"
#include "gost/xor.h"

void gost_acpkm(gost_block *block)
{
    uint8_t key[GOST_BLOCK_KEY];

    /* D1 | D2 | ...: 80, 81 ... 9f */
    for (unsigned i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(0x80 + i);
    gost_block_encrypt(block, key, key, sizeof key / block->class->size);
    gost_block_init(block, block->class, block->sbox, key);
    gost_wipe(key, sizeof key);
    gost_wipe_stack();
}

void gost_ctr_init(gost_ctr *c, const gost_block *block, const uint8_t *iv, uint64_t section)
{
    c->block = *block;
    memset(c->counter, 0, sizeof c->counter);
    memcpy(c->counter, iv, block->class->size / 2);
    memset(c->gamma, 0, sizeof c->gamma);
    c->used = block->class->size;
    c->section = section;
    c->count = 0;
}

/* The next blocks of gamma, all of this section. */
static void make_gamma(gost_ctr *c, uint8_t *gamma, size_t blocks)
{
    unsigned size = c->block.class->size;

    for (size_t i = 0; i < blocks; i++) {
        memcpy(gamma + i * size, c->counter, size);
        gost_increment(c->counter, size);
    }
    gost_block_encrypt(&c->block, gamma, gamma, blocks);
    c->count += blocks * size;
}

void gost_ctr_crypt(gost_ctr *c, const uint8_t *in, uint8_t *out, size_t len)
{
    unsigned size = c->block.class->size;
    uint8_t batch[GOST_BATCH];
    size_t n, dirty = 0;

    for (; len > 0; in += n, out += n, len -= n) {
        if (c->used < size) {
            n = gost_least(len, size - c->used);
            gost_xor(out, in, c->gamma + c->used, n);
            c->used += (unsigned)n;
            continue;
        }
        if (c->section > 0 && c->count == c->section) {
            gost_acpkm(&c->block);
            c->count = 0;
        }
        n = gost_least(len, sizeof batch) / size * size;
        if (c->section > 0 && n > c->section - c->count)
            n = (size_t)(c->section - c->count);
        if (n == 0) {
            make_gamma(c, c->gamma, 1);
            c->used = 0;
            continue;
        }
        make_gamma(c, batch, n / size);
        gost_xor(out, in, batch, n);
        if (dirty < n)
            dirty = n;
    }
    gost_wipe(batch, dirty);
}
