/* SPDX-License-Identifier: Apache-2.0 */
/* TLSTREE (RFC 9189, section 8.1): the key of one TLS record. */
#ifndef GT_TLSTREE_H
#define GT_TLSTREE_H

#include "gost/block.h"

/* class: Kuznyechik or Magma, which have constants of their own. seq: the record's number, big
 * endian, 8 bytes. */
void gt_tlstree(const gost_block_class *class, const uint8_t key[32], const uint8_t seq[8],
                uint8_t out[32]);

#endif
