/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters and the point: what SubjectPublicKeyInfo and the URI stub share. */
#include "codec/codec.h"

#include <string.h>

#include "codec/asn1.h"

size_t gt_codec_write_params(const gt_key *key, uint8_t *out, size_t size)
{
    gt_asn1_out der;
    const uint8_t *mark;

    gt_asn1_begin(&der, out, size);
    mark = gt_asn1_mark(&der);
    if (key->ps->needs_digest_oid)
        gt_asn1_put(&der, key->alg->digest_oid, key->alg->digest_oid_len);
    gt_asn1_put(&der, key->ps->der, key->ps->der_len);
    gt_asn1_wrap(&der, GT_ASN1_SEQUENCE, mark);
    return gt_asn1_end(&der);
}

const gost_paramset *gt_codec_read_params(const gt_alg *alg, const uint8_t *bytes, size_t len)
{
    gt_asn1 in = {bytes, len}, seq, oid, value;
    const gost_paramset *ps;

    if (!gt_asn1_take(&in, GT_ASN1_SEQUENCE, &seq, NULL) || in.len != 0 ||
        !gt_asn1_take(&seq, GT_ASN1_OID, &value, &oid))
        return NULL;
    ps = gost_paramset_by_der(oid.p, oid.len);
    if (ps == NULL || !gt_alg_has_set(alg, ps))
        return NULL;
    if (seq.len == 0)
        return ps;
    if (!gt_asn1_take(&seq, GT_ASN1_OID, &value, &oid) || oid.len != alg->digest_oid_len ||
        memcmp(oid.p, alg->digest_oid, oid.len) != 0)
        return NULL;
    if (seq.len != 0 && (!gt_asn1_take(&seq, GT_ASN1_OID, &value, NULL) || seq.len != 0))
        return NULL;
    return ps;
}

size_t gt_codec_write_point(const gt_key *key, uint8_t *out, size_t size)
{
    gt_asn1_out der;
    const uint8_t *mark;

    if (!key->has_public)
        return 0;
    gt_asn1_begin(&der, out, size);
    mark = gt_asn1_mark(&der);
    gt_asn1_put(&der, key->pub, gt_alg_pub_size(key->alg));
    gt_asn1_wrap(&der, GT_ASN1_OCTET_STRING, mark);
    return gt_asn1_end(&der);
}

gt_key *gt_codec_read_point(const gt_alg *alg, const gost_paramset *ps, const uint8_t *bytes,
                            size_t len)
{
    gt_asn1 in = {bytes, len}, octets;

    if (!gt_asn1_take(&in, GT_ASN1_OCTET_STRING, &octets, NULL) || in.len != 0 ||
        octets.len != ps->bits / 4)
        return NULL;
    return gt_key_new_of(alg, ps, octets.p);
}
