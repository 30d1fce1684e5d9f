/* SPDX-License-Identifier: Apache-2.0 */
#include "cipher/tlstree.h"

#include "gost/kdf.h"
#include "gost/mem.h"

/* RFC 9189, 8.1: TLSTREE's constants, of the one cipher and the other. */
static const uint64_t masks[2][3] = {
    {UINT64_C(0xFFFFFFFF00000000), UINT64_C(0xFFFFFFFFFFF80000), UINT64_C(0xFFFFFFFFFFFFFFC0)},
    {UINT64_C(0xFFFFFFC000000000), UINT64_C(0xFFFFFFFFFE000000), UINT64_C(0xFFFFFFFFFFFFF000)},
};

void gt_tlstree(const gost_block_class *class, const uint8_t key[32], const uint8_t seq[8],
                uint8_t out[32])
{
    static const char *const labels[3] = {"level1", "level2", "level3"};
    const uint64_t *mask = masks[class == &gost_block_magma];
    uint8_t level[32], seed[8];

    for (int i = 0; i < 3; i++) {
        for (unsigned j = 0; j < 8; j++)
            seed[j] = (uint8_t)(seq[j] & mask[i] >> (56 - 8 * j));
        gost_kdf_2012_256(i == 0 ? key : level, 32, labels[i], 6, seed, sizeof(seed),
                          i == 2 ? out : level);
    }
    gost_wipe(level, sizeof(level));
}
