/* SPDX-License-Identifier: Apache-2.0 */
#include "cipher/tlstree.h"

#include "gost/kdf.h"
#include "gost/mem.h"

/* RFC 9189, 8.1: TLSTREE's constants, of the one cipher and the other. Each has the bits of those
 * before it: if a level is another record's too, so are those above it. */
static const uint64_t masks[2][3] = {
    {UINT64_C(0xFFFFFFFF00000000), UINT64_C(0xFFFFFFFFFFF80000), UINT64_C(0xFFFFFFFFFFFFFFC0)},
    {UINT64_C(0xFFFFFFC000000000), UINT64_C(0xFFFFFFFFFE000000), UINT64_C(0xFFFFFFFFFFFFF000)},
};

const gost_block *gt_tlstree_block(gt_tlstree *tree, const gost_block_class *class,
                                   const uint8_t key[32], const uint8_t seq[8])
{
    static const char *const labels[3] = {"level1", "level2", "level3"};
    const uint64_t *mask = masks[class == &gost_block_magma];
    uint64_t number = 0;
    uint8_t leaf[32], seed[8];

    for (unsigned i = 0; i < 8; i++)
        number = number << 8 | seq[i];
    for (unsigned i = 0; i < 3; i++) {
        if (i < tree->known && tree->at[i] == (number & mask[i]))
            continue;
        tree->at[i] = number & mask[i];
        tree->known = i + 1;
        for (unsigned j = 0; j < 8; j++)
            seed[j] = (uint8_t)(tree->at[i] >> (56 - 8 * j));
        gost_kdf_2012_256(i == 0 ? key : tree->level[i - 1], 32, labels[i], 6, seed, sizeof(seed),
                          i == 2 ? leaf : tree->level[i]);
        if (i == 2) {
            gost_block_init(&tree->block, class, NULL, leaf);
            gost_wipe(leaf, sizeof(leaf));
        }
    }
    return &tree->block;
}
