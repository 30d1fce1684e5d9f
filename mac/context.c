/* SPDX-License-Identifier: Apache-2.0 */
#include "mac/context.h"

#include <string.h>

#include <openssl/obj_mac.h>

#include "gost/mem.h"

typedef struct gt_mac_kind {
    void (*start)(gt_mac *m, const uint8_t *key);
    void (*update)(gt_mac *m, const void *data, size_t len);
    void (*final)(gt_mac *m, uint8_t *out); /* writes m->size bytes */
    int tlstree;                            /* it is OMAC */
} gt_mac_kind;

/* ---- GOST 28147-89 -----------------------------------------------------------------------------
 */

static void imit_start(gt_mac *m, const uint8_t *key)
{
    gost_28147_mac_init(&m->u.imit, m->sbox, m->meshing, key, NULL);
}

static void imit_update(gt_mac *m, const void *data, size_t len)
{
    gost_28147_mac_update(&m->u.imit, data, len);
}

static void imit_final(gt_mac *m, uint8_t *out)
{
    uint8_t mac[4];

    gost_28147_mac_final(&m->u.imit, mac);
    memcpy(out, mac, m->size);
}

static const gt_mac_kind imit = {imit_start, imit_update, imit_final, 0};

/* ---- OMAC --------------------------------------------------------------------------------------
 */

static void omac_start(gt_mac *m, const uint8_t *key)
{
    gost_block block;

    gost_block_init(&block, m->alg->class, NULL, key);
    gost_omac_init(&m->u.omac, &block);
    gost_wipe(&block, sizeof(block));
}

static void omac_update(gt_mac *m, const void *data, size_t len)
{
    gost_omac_update(&m->u.omac, data, len);
}

static void omac_final(gt_mac *m, uint8_t *out)
{
    gost_omac_final(&m->u.omac, out, m->size);
}

static const gt_mac_kind omac = {omac_start, omac_update, omac_final, 1};

/* ---- OMAC-ACPKM --------------------------------------------------------------------------------
 */

static void acpkm_start(gt_mac *m, const uint8_t *key)
{
    gost_block block;

    gost_block_init(&block, m->alg->class, NULL, key);
    gost_omac_acpkm_init(&m->u.acpkm, &block, m->section, m->master_section);
    gost_wipe(&block, sizeof(block));
}

static void acpkm_update(gt_mac *m, const void *data, size_t len)
{
    gost_omac_acpkm_update(&m->u.acpkm, data, len);
}

static void acpkm_final(gt_mac *m, uint8_t *out)
{
    gost_omac_acpkm_final(&m->u.acpkm, out, m->size);
}

static const gt_mac_kind acpkm = {acpkm_start, acpkm_update, acpkm_final, 0};

/* ---- the table ---------------------------------------------------------------------------------
 */

/* gost-engine has the S-boxes and the sections so; a section is also T*, after which the master
 * key changes. */
const gt_mac_alg gt_mac_algs[GT_MACS] = {
    [GT_MAC_GOST] = {"gost-mac", NID_id_Gost28147_89_MAC, 4, 4, 8, NULL, &gost_sbox_cryptopro_a,
                     &imit, 0},
    [GT_MAC_GOST_12] = {"gost-mac-12", NID_gost_mac_12, 4, 4, 8, NULL, &gost_sbox_tc26_z, &imit, 0},
    [GT_MAC_MAGMA] = {"magma-mac", NID_magma_mac, 8, 8, 8, &gost_block_magma, NULL, &omac, 0},
    [GT_MAC_KUZNYECHIK] = {"kuznyechik-mac", NID_kuznyechik_mac, 16, 16, 16, &gost_block_kuznyechik,
                           NULL, &omac, 0},
    [GT_MAC_MAGMA_ACPKM] = {"magma-ctr-acpkm-omac", NID_magma_ctr_acpkm_omac, 8, 8, 8,
                            &gost_block_magma, NULL, &acpkm, 1024},
    [GT_MAC_KUZNYECHIK_ACPKM] = {"kuznyechik-ctr-acpkm-omac", NID_kuznyechik_ctr_acpkm_omac, 16, 16,
                                 16, &gost_block_kuznyechik, NULL, &acpkm, 4096},
};

const gt_mac_alg *gt_mac_alg_by_nid(int nid)
{
    for (size_t i = 0; i < GT_MACS; i++)
        if (gt_mac_algs[i].nid == nid)
            return &gt_mac_algs[i];
    return NULL;
}

/* ---- a message ---------------------------------------------------------------------------------
 */

void gt_mac_init(gt_mac *m, const gt_mac_alg *alg)
{
    memset(m, 0, sizeof(*m));
    m->alg = alg;
    m->size = alg->size;
    m->sbox = alg->sbox != NULL ? *alg->sbox : NULL;
    m->meshing = 1;
    m->section = m->master_section = alg->section;
}

static void begin(gt_mac *m, const uint8_t *key)
{
    m->alg->kind->start(m, key);
    m->ready = 1;
    m->started = 0;
}

int gt_mac_start(gt_mac *m, const uint8_t key[GT_MAC_KEY])
{
    if (key != NULL) {
        memcpy(m->key, key, sizeof(m->key));
        m->keyed = 1;
    }
    if (m->keyed)
        begin(m, m->key);
    return m->keyed;
}

int gt_mac_update(gt_mac *m, const void *data, size_t len)
{
    if (!m->ready)
        return 0;
    m->started = 1;
    m->alg->kind->update(m, data, len);
    return 1;
}

int gt_mac_final(gt_mac *m, uint8_t *out)
{
    if (!m->ready)
        return 0;
    m->alg->kind->final(m, out);
    m->ready = 0;
    return 1;
}

int gt_mac_has_tlstree(const gt_mac *m)
{
    return m->alg->kind->tlstree;
}

int gt_mac_tlstree(gt_mac *m, gt_tlstree *tree, const uint8_t seq[8])
{
    if (!m->alg->kind->tlstree || !m->keyed)
        return 0;
    gost_omac_init(&m->u.omac, gt_tlstree_block(tree, m->alg->class, m->key, seq));
    m->ready = 1;
    m->started = 0;
    return 1;
}

/* ---- settings ----------------------------------------------------------------------------------
 */

/* A message that has not begun is begun anew. */
static int again(gt_mac *m)
{
    if (m->keyed)
        begin(m, m->key);
    return 1;
}

int gt_mac_set_sbox(gt_mac *m, const char *name_or_oid)
{
    const gost_sbox *sbox = gost_sbox_by_name(name_or_oid);

    if (sbox == NULL || m->alg->sbox == NULL || m->started)
        return 0;
    m->sbox = sbox;
    return again(m);
}

int gt_mac_set_section(gt_mac *m, uint64_t section, uint64_t master_section)
{
    if (m->alg->section == 0 || m->started || section == 0 || section % m->alg->block != 0 ||
        master_section % m->alg->block != 0)
        return 0;
    m->section = section;
    if (master_section != 0)
        m->master_section = master_section;
    return again(m);
}

int gt_mac_set_size(gt_mac *m, size_t size)
{
    if (size == 0 || size > m->alg->max_size)
        return 0;
    m->size = size;
    return 1;
}
