/* SPDX-License-Identifier: Apache-2.0 */
/* The private half of software keys. */
#include "codec/codec.h"

#include <string.h>

#include "codec/asn1.h"
#include "gost/curve.h"
#include "gost/mem.h"

/* More than one mask is not in use anywhere. */
#define MASKS_MAX 3

/* The number | masks, whose product modulo q is the key (RFC 9548, with masks as CryptoPro's
 * software and R 50.1.112-2016 have them). */
static gt_key *read_masked(const gost_paramset *ps, const uint8_t *bytes, size_t len)
{
    const gost_modulus *q = &ps->curve->q;
    uint64_t product[GOST_MAX_LIMBS], mask[GOST_MAX_LIMBS];
    uint8_t d[GOST_3410_MAX_KEY];
    size_t size = ps->bits / 8;
    gt_key *key;

    if (len == 0 || len % size != 0 || len / size > 1 + MASKS_MAX)
        return NULL;
    gost_limbs_from_le(product, bytes, q->limbs);
    for (size_t at = size; at < len; at += size) {
        gost_limbs_from_le(mask, bytes + at, q->limbs);
        gost_mod_reduce(q, mask, mask);
        gost_mod_mul(q, product, product, mask);
    }
    gost_limbs_to_le(d, product, q->limbs);
    key = gt_key_new_soft(ps, d);
    gost_wipe(product, sizeof(product));
    gost_wipe(mask, sizeof(mask));
    gost_wipe(d, sizeof(d));
    return key;
}

static gt_key *read_integer(const gost_paramset *ps, gt_asn1 number)
{
    uint8_t d[GOST_3410_MAX_KEY] = {0};
    gt_key *key;

    if (number.len == ps->bits / 8 + 1 && number.p[0] == 0) {
        number.p++;
        number.len--;
    }
    if (number.len > ps->bits / 8)
        return NULL;
    for (size_t i = 0; i < number.len; i++)
        d[i] = number.p[number.len - 1 - i];
    key = gt_key_new_soft(ps, d);
    gost_wipe(d, sizeof(d));
    return key;
}

gt_key *gt_codec_read_private(const gost_paramset *ps, const uint8_t *octets, size_t len)
{
    gt_asn1 in = {octets, len}, value, masked;

    if (len != 0 && len % (ps->bits / 8) == 0)
        return read_masked(ps, octets, len);
    if (gt_asn1_take(&in, GT_ASN1_OCTET_STRING, &value, NULL))
        return in.len == 0 ? read_masked(ps, value.p, value.len) : NULL;
    if (gt_asn1_take(&in, GT_ASN1_INTEGER, &value, NULL))
        return in.len == 0 ? read_integer(ps, value) : NULL;
    if (gt_asn1_take(&in, GT_ASN1_SEQUENCE, &value, NULL) && in.len == 0 &&
        gt_asn1_take(&value, GT_ASN1_OCTET_STRING, &masked, NULL))
        return read_masked(ps, masked.p, masked.len);
    return NULL;
}
