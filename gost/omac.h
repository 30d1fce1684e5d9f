/* SPDX-License-Identifier: Apache-2.0 */
/* OMAC (CMAC; GOST R 34.13-2015, 5.6) and OMAC-ACPKM (RFC 8645, 6.3) over Kuznyechik or Magma, in
 * parts of any length. Constant time in keys and data. */
#ifndef GOST_OMAC_H
#define GOST_OMAC_H

#include "gost/modes.h"

typedef struct gost_omac {
    gost_block block;
    uint8_t state[GOST_BLOCK_MAX], buf[GOST_BLOCK_MAX];
    unsigned have;
} gost_omac;

void gost_omac_init(gost_omac *m, const gost_block *block); /* block: copied */
void gost_omac_update(gost_omac *m, const void *data, size_t len);

/* Writes the first len (1 … the block's size) bytes of the MAC and wipes the context. */
void gost_omac_final(gost_omac *m, uint8_t *mac, size_t len);

/* OMAC whose key changes after each section of the message. */
typedef struct gost_omac_acpkm {
    gost_omac omac;
    gost_ctr master; /* its gamma is the sections' keys, each with the last block's mask */
    uint8_t mask[GOST_BLOCK_MAX];
    uint64_t section, count; /* bytes of a section; done in this one */
} gost_omac_acpkm;

/* section (the standard's N) and master_section (T*: after so much gamma the master key changes, or
 * 0: never): multiples of the block, in bytes. section is not 0. */
void gost_omac_acpkm_init(gost_omac_acpkm *m, const gost_block *block, uint64_t section,
                          uint64_t master_section);
void gost_omac_acpkm_update(gost_omac_acpkm *m, const void *data, size_t len);
void gost_omac_acpkm_final(gost_omac_acpkm *m, uint8_t *mac, size_t len); /* as above */

#endif
