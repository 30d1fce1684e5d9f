/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A MAC being computed, for every face that OpenSSL has for it. The contexts hold no pointers into
 * themselves: they are copied by assignment. The owner wipes them.
 */
#ifndef GT_MAC_CONTEXT_H
#define GT_MAC_CONTEXT_H

#include "cipher/tlstree.h"
#include "gost/gost28147.h"
#include "gost/omac.h"

enum { GT_MAC_KEY = 32, GT_MAC_MAX = 16 };

/* The rows of the table. The first four are TLS's, and have shells. */
typedef enum gt_mac_id {
    GT_MAC_GOST,
    GT_MAC_GOST_12,
    GT_MAC_MAGMA,
    GT_MAC_KUZNYECHIK,
    GT_MAC_MAGMA_ACPKM,
    GT_MAC_KUZNYECHIK_ACPKM,
    GT_MACS
} gt_mac_id;

enum { GT_MAC_SHELLS = GT_MAC_MAGMA_ACPKM };

struct gt_mac_kind;

typedef struct gt_mac_alg {
    const char *name; /* the short name of the NID */
    int nid;
    size_t size, max_size;         /* bytes of the MAC: the default, the most */
    size_t block;                  /* bytes */
    const gost_block_class *class; /* NULL: GOST 28147-89 */
    const gost_sbox *const *sbox;  /* of which this is the default */
    const struct gt_mac_kind *kind;
    uint64_t section; /* OMAC-ACPKM: bytes under one key */
} gt_mac_alg;

extern const gt_mac_alg gt_mac_algs[GT_MACS];

/* NULL if there is none. */
const gt_mac_alg *gt_mac_alg_by_nid(int nid);

typedef struct gt_mac {
    const gt_mac_alg *alg;
    const gost_sbox *sbox;
    int meshing;
    uint64_t section, master_section;
    size_t size;               /* bytes that final writes */
    int keyed, ready, started; /* there is a key; a message may be given; some of it was */
    uint8_t key[GT_MAC_KEY];
    union {
        gost_28147_mac imit;
        gost_omac omac;
        gost_omac_acpkm acpkm;
    } u;
} gt_mac;

/* A context without a key. */
void gt_mac_init(gt_mac *m, const gt_mac_alg *alg);

/* Starts a message; key NULL: under the key it has. Returns 0 if it has none. */
int gt_mac_start(gt_mac *m, const uint8_t key[GT_MAC_KEY]);
/* Both return 0 if no message was started. final writes m->size bytes; then start comes first. */
int gt_mac_update(gt_mac *m, const void *data, size_t len);
int gt_mac_final(gt_mac *m, uint8_t *out);

/* Starts the message of a TLS record, under the key that TLSTREE (RFC 9189) makes of this one's;
 * tree: of the same key. Returns 0 if the MAC has no such thing. */
int gt_mac_has_tlstree(const gt_mac *m);
int gt_mac_tlstree(gt_mac *m, gt_tlstree *tree, const uint8_t seq[8]);

/* 1, or 0: out of range, of no meaning here, or (but for the size) after the first byte.
 * master_section 0: it stays. */
int gt_mac_set_sbox(gt_mac *m, const char *name_or_oid);
int gt_mac_set_section(gt_mac *m, uint64_t section, uint64_t master_section);
int gt_mac_set_size(gt_mac *m, size_t size);

#endif
