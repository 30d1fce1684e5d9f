/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters in an AlgorithmIdentifier: see cipher/context.h. */
#include "cipher/context.h"

#include <string.h>

#include "codec/asn1.h"
#include "gost/random.h"

static size_t ukm_len(const gt_cipher *c)
{
    return c->alg->iv_size + GT_CIPHER_SEED;
}

static int need_seed(gt_cipher *c)
{
    if (!c->seeded && !gost_random_system(NULL, c->seed, sizeof(c->seed)))
        return 0;
    c->seeded = 1;
    return 1;
}

size_t gt_cipher_put_params(gt_cipher *c, uint8_t *out)
{
    gt_asn1_out der;
    const uint8_t *all, *part;

    if (c->alg->params == GT_PARAMS_IV)
        return 0;
    gt_asn1_begin(&der, out, GT_CIPHER_PARAMS_MAX);
    all = gt_asn1_mark(&der);
    if (c->alg->params == GT_PARAMS_89)
        gt_asn1_put(&der, c->sbox->der, c->sbox->der_len);
    part = gt_asn1_mark(&der);
    if (c->alg->params == GT_PARAMS_2015) {
        if (!need_seed(c))
            return 0;
        gt_asn1_put(&der, c->seed, sizeof(c->seed));
        if (!c->started && !gt_cipher_set_section(c, c->alg->cms_section))
            return 0;
    }
    gt_asn1_put(&der, c->iv, c->alg->iv_size);
    gt_asn1_wrap(&der, GT_ASN1_OCTET_STRING, part);
    gt_asn1_wrap(&der, GT_ASN1_SEQUENCE, all);
    return gt_asn1_end(&der);
}

int gt_cipher_get_params(gt_cipher *c, const uint8_t *der, size_t len)
{
    gt_asn1 in = {der, len}, all, ukm, oid, whole = {NULL, 0};
    const gost_sbox *sbox;

    if (c->alg->params == GT_PARAMS_IV || c->started ||
        !gt_asn1_take(&in, GT_ASN1_SEQUENCE, &all, NULL) || in.len != 0 ||
        !gt_asn1_take(&all, GT_ASN1_OCTET_STRING, &ukm, NULL))
        return 0;
    if (c->alg->params == GT_PARAMS_89) {
        if (!gt_asn1_take(&all, GT_ASN1_OID, &oid, &whole) || all.len != 0 ||
            ukm.len != c->alg->iv_size || (sbox = gost_sbox_by_der(whole.p, whole.len)) == NULL)
            return 0;
        c->sbox = sbox;
    } else {
        if (all.len != 0 || ukm.len != ukm_len(c))
            return 0;
        memcpy(c->seed, ukm.p + c->alg->iv_size, sizeof(c->seed));
        c->seeded = 1;
        c->section = c->alg->cms_section;
    }
    memcpy(c->iv, ukm.p, c->alg->iv_size);
    /* It has a key already: the message begins anew. */
    return !c->keyed || gt_cipher_start(c, NULL, NULL, c->encrypt);
}
