/* SPDX-License-Identifier: Apache-2.0 */
/* See gost/omac.h. */
#include "gost/omac.h"

#include <string.h>

#include "gost/mem.h"
#include "gost/xor.h"

void gost_omac_init(gost_omac *m, const gost_block *block)
{
    memset(m, 0, sizeof *m);
    m->block = *block;
}

static void absorb(gost_omac *m, const uint8_t *block)
{
    gost_xor(m->state, m->state, block, m->block.class->size);
    gost_block_encrypt(&m->block, m->state, m->state, 1);
}

/* A full block waits in buf until it is known not to be the last one. */
void gost_omac_update(gost_omac *m, const void *data, size_t len)
{
    unsigned size = m->block.class->size;
    const uint8_t *p = data;

    while (len > 0) {
        size_t n = gost_least(len, size - m->have);

        if (n == 0) {
            absorb(m, m->buf);
            m->have = 0;
            for (; len > size; p += size, len -= size)
                absorb(m, p);
            continue;
        }
        memcpy(m->buf + m->have, p, n);
        m->have += (unsigned)n;
        p += n;
        len -= n;
    }
}

/* Multiplies by x in GF(2^64) or GF(2^128). */
static void twice(uint8_t *k, unsigned size)
{
    uint8_t low = size == 16 ? 0x87 : 0x1b, top = k[0] >> 7;

    for (unsigned i = 0; i + 1 < size; i++)
        k[i] = (uint8_t)(k[i] << 1 | k[i + 1] >> 7);
    k[size - 1] = (uint8_t)(k[size - 1] << 1 ^ (low & (0 - top)));
}

/* Takes in the last block, of which the mask k says that it is the last. */
static void finish(gost_omac *m, uint8_t *k, uint8_t *mac, size_t len)
{
    unsigned size = m->block.class->size;

    if (m->have < size) {
        twice(k, size);
        m->buf[m->have] = 0x80;
        memset(m->buf + m->have + 1, 0, size - m->have - 1);
    }
    gost_xor(m->buf, m->buf, k, size);
    absorb(m, m->buf);
    memcpy(mac, m->state, len);
}

void gost_omac_final(gost_omac *m, uint8_t *mac, size_t len)
{
    uint8_t k[GOST_BLOCK_MAX] = {0};

    gost_block_encrypt(&m->block, k, k, 1);
    twice(k, m->block.class->size);
    finish(m, k, mac, len);
    gost_wipe(k, sizeof k);
    gost_wipe(m, sizeof *m);
    gost_wipe_stack();
}

/* ---- OMAC-ACPKM ----------------------------------------------------------------------------- */

/* ACPKM-Master (RFC 8645, 6.3.1): the next key and mask. */
static void next_section(gost_omac_acpkm *m)
{
    gost_block *block = &m->omac.block;
    uint8_t made[GOST_BLOCK_KEY + GOST_BLOCK_MAX] = {0};

    gost_ctr_crypt(&m->master, made, made, GOST_BLOCK_KEY + block->class->size);
    gost_block_init(block, block->class, block->sbox, made);
    memcpy(m->mask, made + GOST_BLOCK_KEY, block->class->size);
    m->count = 0;
    gost_wipe(made, sizeof made);
}

void gost_omac_acpkm_init(gost_omac_acpkm *m, const gost_block *block, uint64_t section,
                          uint64_t master_section)
{
    uint8_t iv[GOST_BLOCK_MAX / 2];

    memset(m, 0, sizeof *m);
    memset(iv, 0xff, sizeof iv);
    gost_omac_init(&m->omac, block);
    gost_ctr_init(&m->master, block, iv, master_section);
    m->section = section;
    next_section(m);
}

void gost_omac_acpkm_update(gost_omac_acpkm *m, const void *data, size_t len)
{
    gost_omac *o = &m->omac;
    unsigned size = o->block.class->size;
    const uint8_t *p = data;

    while (len > 0) {
        size_t n = gost_least(len, size - o->have);

        if (n == 0) {
            if (m->count == m->section)
                next_section(m);
            absorb(o, o->buf);
            m->count += size;
            o->have = 0;
            continue;
        }
        memcpy(o->buf + o->have, p, n);
        o->have += (unsigned)n;
        p += n;
        len -= n;
    }
}

void gost_omac_acpkm_final(gost_omac_acpkm *m, uint8_t *mac, size_t len)
{
    if (m->count == m->section)
        next_section(m);
    finish(&m->omac, m->mask, mac, len);
    gost_wipe(m, sizeof *m);
    gost_wipe_stack();
}
