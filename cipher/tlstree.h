/* SPDX-License-Identifier: Apache-2.0 */
/* TLSTREE (RFC 9189, section 8.1): the key of one TLS record. */
#ifndef GT_TLSTREE_H
#define GT_TLSTREE_H

#include "gost/block.h"

/*
 * What was made of one key: neighbouring records have the first levels in common, and 64 of
 * Kuznyechik's or 4096 of Magma's all three. Zeros at first and when the key is another; it is as
 * secret as the key, and the owner wipes it.
 */
typedef struct gt_tlstree {
    unsigned known; /* levels that are there */
    uint64_t at[3]; /* which ones: the record's number under each level's mask */
    uint8_t level[2][32];
    gost_block block; /* the last level */
} gt_tlstree;

/* class: Kuznyechik or Magma, which have constants of their own. seq: the record's number, big
 * endian, 8 bytes. The result is the record's key, ready, in the tree. */
const gost_block *gt_tlstree_block(gt_tlstree *tree, const gost_block_class *class,
                                   const uint8_t key[32], const uint8_t seq[8]);

#endif
