/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the block ciphers share. */
#ifndef BLOCK_TEST_H
#define BLOCK_TEST_H

#include "tests/gost/hash_test.h"

#include "gost/block_core.h"
#include "gost/gost28147.h"

#define MOST_BLOCKS 70

typedef struct family {
    const gost_block_class *class;
    const gost_block_body *bodies;
    const unsigned *count;
} family;

static const family families[] = {
    {&gost_block_kuznyechik, gost_kuznyechik_bodies, &gost_kuznyechik_body_count},
    {&gost_block_magma, gost_28147_bodies, &gost_28147_body_count},
    {&gost_block_28147, gost_28147_bodies, &gost_28147_body_count},
};

#define FAMILIES (sizeof families / sizeof families[0])

/* The S-boxes for a family in turn: NULL alone, or all of them. */
static inline size_t sbox_count(const family *f)
{
    size_t n = 1;

    if (f->class == &gost_block_28147)
        while (gost_sbox_at(n) != NULL)
            n++;
    return n;
}

static inline const gost_sbox *sbox_of(const family *f, size_t i)
{
    return f->class == &gost_block_28147 ? gost_sbox_at(i) : NULL;
}

#endif
