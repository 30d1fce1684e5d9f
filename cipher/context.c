/* SPDX-License-Identifier: Apache-2.0 */
#include "cipher/context.h"

#include <string.h>

#include "gost/kdf.h"
#include "gost/mem.h"
#include "gost/random.h"

void gt_cipher_init(gt_cipher *c, const gt_cipher_alg *alg)
{
    memset(c, 0, sizeof(*c));
    c->alg = alg;
    c->sbox = alg->sbox != NULL ? *alg->sbox : NULL;
    c->meshing = 1;
    c->section = alg->section;
}

/* R 1323565.1.025-2019: of the content key come one key for the cipher and one for the MAC. */
static int start_with_mac(gt_cipher *c)
{
    uint8_t keys[2 * GT_CIPHER_KEY];
    gost_block block;
    int ok = gost_kdf_tree(c->key, sizeof(c->key), "kdf tree", 8, c->seed, sizeof(c->seed), 1,
                           sizeof(keys), 0, keys, sizeof(keys));

    gost_block_init(&block, c->alg->class, NULL, keys + GT_CIPHER_KEY);
    gost_omac_init(&c->omac, &block);
    c->alg->mode->start(c, keys, c->iv);
    gost_wipe(keys, sizeof(keys));
    gost_wipe(&block, sizeof(block));
    return ok;
}

static int begin(gt_cipher *c)
{
    c->started = 0;
    if (c->alg->flags & GT_CIPHER_MAC)
        return start_with_mac(c);
    c->alg->mode->start(c, c->key, c->iv);
    return 1;
}

int gt_cipher_start(gt_cipher *c, const uint8_t *key, const uint8_t *iv, int encrypt)
{
    c->encrypt = encrypt;
    if (iv != NULL)
        memcpy(c->iv, iv, c->alg->iv_size);
    if (key != NULL) {
        memcpy(c->key, key, sizeof(c->key));
        memset(&c->tree, 0, sizeof(c->tree));
        c->keyed = 1;
        if (encrypt && (c->alg->flags & GT_CIPHER_MAC)) {
            if (!gost_random_system(NULL, c->seed, sizeof(c->seed)))
                return 0;
            c->seeded = 1;
        }
    }
    if (encrypt)
        c->tagged = 0;
    return !c->keyed || begin(c);
}

int gt_cipher_crypt(gt_cipher *c, const uint8_t *in, uint8_t *out, size_t len)
{
    int mac = c->alg->flags & GT_CIPHER_MAC;

    if (!c->keyed)
        return 0;
    c->started = 1;
    /* in and out may be the same. */
    if (mac && c->encrypt)
        gost_omac_update(&c->omac, in, len);
    c->alg->mode->crypt(c, in, out, len);
    if (mac && !c->encrypt)
        gost_omac_update(&c->omac, out, len);
    return 1;
}

int gt_cipher_finish(gt_cipher *c)
{
    size_t size = c->alg->class->size;
    uint8_t mac[GOST_BLOCK_MAX], tag[GOST_BLOCK_MAX];
    int ok = c->keyed && (c->encrypt || c->tagged);

    if (!ok)
        return 0;
    c->started = 1;
    gost_omac_final(&c->omac, mac, size);
    if (c->encrypt) {
        c->alg->mode->crypt(c, mac, c->tag, size);
        c->tagged = 1;
    } else {
        c->alg->mode->crypt(c, c->tag, tag, size);
        ok = gost_equal(mac, tag, size);
        gost_wipe(tag, sizeof(tag));
    }
    gost_wipe(mac, sizeof(mac));
    return ok;
}

int gt_cipher_tlstree(gt_cipher *c, const uint8_t seq[8])
{
    uint8_t iv[GT_CIPHER_IV_MAX] = {0};
    const gost_block *block;
    size_t len = c->alg->iv_size;
    unsigned carry = 0;

    if (c->alg->mode != &gt_mode_ctr || (c->alg->flags & GT_CIPHER_MAC) || !c->keyed)
        return 0;
    block = gt_tlstree_block(&c->tree, c->alg->class, c->key, seq);
    /* IV + seq modulo 2^(half a block's bits) */
    for (size_t i = 0; i < len; i++) {
        carry += (unsigned)c->iv[len - 1 - i] + seq[7 - i];
        iv[len - 1 - i] = (uint8_t)carry;
        carry >>= 8;
    }
    gost_ctr_init(&c->u.ctr, block, iv, c->section);
    c->started = 1;
    return 1;
}

const uint8_t *gt_cipher_next_iv(const gt_cipher *c)
{
    return c->keyed ? c->alg->mode->next_iv(c) : c->iv;
}

int gt_cipher_set_sbox(gt_cipher *c, const char *name_or_oid)
{
    const gost_sbox *sbox = gost_sbox_by_name(name_or_oid);

    if (sbox == NULL || c->alg->sbox == NULL || c->started)
        return 0;
    c->sbox = sbox;
    return !c->keyed || begin(c);
}

int gt_cipher_set_section(gt_cipher *c, uint64_t section)
{
    if (c->started)
        return 0;
    if (c->alg->sbox != NULL) {
        /* CryptoPro key meshing is on or off. */
        c->meshing = section != 0;
    } else {
        if (c->alg->section == 0 || section == 0 || section % c->alg->class->size != 0)
            return 0;
        c->section = section;
    }
    return !c->keyed || begin(c);
}
