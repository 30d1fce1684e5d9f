/* SPDX-License-Identifier: Apache-2.0 */
/* The MAC of GOST 28147-89: see gost/gost28147.h. */
#include "gost/gost28147.h"

#include <string.h>

#include "gost/bytes.h"
#include "gost/gost28147_mesh.h"
#include "gost/mem.h"
#include "gost/xor.h"

#define SIZE 8

/*
 * All S-boxes as a tree whose leaves are chosen by the bits of the index, for the 8 nibbles of a
 * word at once, so that no address depends on a secret. Nibble n of value[i] is S-box n at 2i; of
 * change[i], what 2i + 1 adds to that. A MAC is one chain of blocks: unlike the cipher's bodies it
 * has no others to work on meanwhile.
 */
typedef struct tree {
    uint32_t value[8], change[8];
} tree;

static void grow(tree *t, const gost_sbox *sbox)
{
    for (int i = 0; i < 8; i++) {
        uint32_t even = 0, odd = 0;

        for (int n = 7; n >= 0; n--) {
            even = even << 4 | sbox->rows[n][2 * i];
            odd = odd << 4 | sbox->rows[n][2 * i + 1];
        }
        t->value[i] = even;
        t->change[i] = even ^ odd;
    }
}

/* All ones in each nibble of x that has bit b. */
static inline uint32_t spread(uint32_t x, int b)
{
    return (x >> b & 0x11111111) * 15;
}

static inline uint32_t f(const tree *t, uint32_t x)
{
    uint32_t m0 = spread(x, 0), m1 = spread(x, 1), m2 = spread(x, 2), m3 = spread(x, 3), y[8];

    for (int i = 0; i < 8; i++)
        y[i] = (m0 & t->change[i]) ^ t->value[i];
    for (int i = 0; i < 4; i++)
        y[i] ^= (y[i] ^ y[i + 4]) & m3;
    y[0] ^= (y[0] ^ y[2]) & m2;
    y[1] ^= (y[1] ^ y[3]) & m2;
    y[0] ^= (y[0] ^ y[1]) & m1;
    return y[0] << 11 | y[0] >> 21;
}

void gost_28147_mac_init(gost_28147_mac *m, const gost_sbox *sbox, int meshing,
                         const uint8_t key[32], const uint8_t iv[8])
{
    memset(m, 0, sizeof *m);
    gost_block_init(&m->block, &gost_block_28147, sbox, key);
    if (iv)
        memcpy(m->state, iv, SIZE);
    m->meshing = meshing;
}

/* RFC 5830, section 8: the first 16 rounds of the cipher, after which the halves stay as they are
 * after a round. */
static void absorb(gost_28147_mac *m, const tree *t, const uint8_t *data, size_t blocks)
{
    const uint32_t *k = m->block.ks.words;

    for (; blocks > 0; blocks--, data += SIZE) {
        uint64_t x;
        uint32_t n1, n2;

        if (m->meshing && m->count == GOST_28147_SECTION) {
            gost_28147_mesh(&m->block, NULL);
            m->count = 0;
        }
        x = gost_load_le64(m->state) ^ gost_load_le64(data);
        n1 = (uint32_t)x;
        n2 = (uint32_t)(x >> 32);
        for (int i = 0; i < 16; i += 2) {
            n2 ^= f(t, n1 + k[i % 8]);
            n1 ^= f(t, n2 + k[i % 8 + 1]);
        }
        gost_store_le64(m->state, (uint64_t)n2 << 32 | n1);
        m->blocks++;
        m->count += SIZE;
    }
}

void gost_28147_mac_update(gost_28147_mac *m, const void *data, size_t len)
{
    const uint8_t *p = data;
    tree t;

    if (len == 0)
        return;
    grow(&t, m->block.sbox);
    if (m->have > 0) {
        size_t n = gost_least(len, SIZE - m->have);

        memcpy(m->buf + m->have, p, n);
        m->have += (unsigned)n;
        if (m->have < SIZE)
            return;
        absorb(m, &t, m->buf, 1);
        m->have = 0;
        p += n;
        len -= n;
    }
    absorb(m, &t, p, len / SIZE);
    m->have = (unsigned)(len % SIZE);
    memcpy(m->buf, p + len - m->have, m->have);
}

void gost_28147_mac_final(gost_28147_mac *m, uint8_t mac[4])
{
    tree t;

    grow(&t, m->block.sbox);
    if (m->have > 0) {
        memset(m->buf + m->have, 0, SIZE - m->have);
        absorb(m, &t, m->buf, 1);
    }
    if (m->blocks == 1) {
        memset(m->buf, 0, SIZE);
        absorb(m, &t, m->buf, 1);
    }
    memcpy(mac, m->state, 4);
    gost_wipe(m, sizeof *m);
    gost_wipe_stack();
}
