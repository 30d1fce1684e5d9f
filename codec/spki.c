/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/codec.h"
#include "codec/algorithm.h"
#include "codec/asn1.h"

void gt_codec_put_algorithm(gt_asn1_out *der, const gt_key *key)
{
    const uint8_t *mark = gt_asn1_mark(der);
    uint8_t params[GT_ALGORITHM_MAX];

    gt_asn1_put(der, params, gt_codec_write_params(key, params, sizeof(params)));
    gt_asn1_put(der, key->alg->oid, key->alg->oid_len);
    gt_asn1_wrap(der, GT_ASN1_SEQUENCE, mark);
}

const gost_paramset *gt_codec_take_any_algorithm(gt_asn1 *in, const gt_alg **alg)
{
    gt_asn1 seq, value, oid;

    *alg = NULL;
    if (!gt_asn1_take(in, GT_ASN1_SEQUENCE, &seq, NULL) ||
        !gt_asn1_take(&seq, GT_ASN1_OID, &value, &oid))
        return NULL;
    *alg = gt_alg_by_oid(oid.p, oid.len);
    return *alg != NULL ? gt_codec_read_params(*alg, seq.p, seq.len) : NULL;
}

const gost_paramset *gt_codec_take_algorithm(gt_asn1 *in)
{
    const gt_alg *alg;
    const gost_paramset *ps = gt_codec_take_any_algorithm(in, &alg);

    return ps != NULL && alg->verify_only == NULL ? ps : NULL;
}

size_t gt_codec_write_spki(const gt_key *key, uint8_t *out, size_t size)
{
    static const uint8_t no_unused_bits = 0;
    uint8_t point[GOST_3410_MAX_PUB + 8];
    size_t point_len = gt_codec_write_point(key, point, sizeof(point));
    gt_asn1_out der;
    const uint8_t *all, *mark;

    if (point_len == 0)
        return 0;
    gt_asn1_begin(&der, out, size);
    all = mark = gt_asn1_mark(&der);
    gt_asn1_put(&der, point, point_len);
    gt_asn1_put(&der, &no_unused_bits, 1);
    gt_asn1_wrap(&der, GT_ASN1_BIT_STRING, mark);
    gt_codec_put_algorithm(&der, key);
    gt_asn1_wrap(&der, GT_ASN1_SEQUENCE, all);
    return gt_asn1_end(&der);
}

gt_key *gt_codec_read_spki(const uint8_t *bytes, size_t len)
{
    gt_asn1 in = {bytes, len}, seq, bits;
    const gost_paramset *ps;
    const gt_alg *alg;

    if (!gt_asn1_take(&in, GT_ASN1_SEQUENCE, &seq, NULL) || in.len != 0)
        return NULL;
    ps = gt_codec_take_any_algorithm(&seq, &alg);
    if (ps == NULL || !gt_asn1_take(&seq, GT_ASN1_BIT_STRING, &bits, NULL) || seq.len != 0 ||
        bits.len < 1 || bits.p[0] != 0)
        return NULL;
    return gt_codec_read_point(alg, ps, bits.p + 1, bits.len - 1);
}
