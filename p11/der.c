/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much DER as it takes to get a GOST public key out of what a token holds: RFC 9215 for the
 * keys of 2012, RFC 4491 for those of 2001, RFC 5280 for the certificate around them.
 */
#include "p11/internal.h"

#include <string.h>

#define TAG_INTEGER      0x02
#define TAG_BIT_STRING   0x03
#define TAG_OCTET_STRING 0x04
#define TAG_OID          0x06
#define TAG_SEQUENCE     0x30
#define TAG_VERSION      0xA0

int gt_der_take(gt_der *in, uint8_t tag, gt_der *out)
{
    const uint8_t *p = in->p;
    size_t left = in->len, len;

    if (left < 2 || p[0] != tag)
        return 0;
    len = p[1];
    p += 2;
    left -= 2;
    if (len >= 0x80) {
        size_t n = len & 0x7F;

        if (n == 0 || n > 4 || n > left || p[0] == 0)
            return 0;
        len = 0;
        for (size_t i = 0; i < n; i++)
            len = len << 8 | p[i];
        if (len < 0x80)
            return 0;
        p += n;
        left -= n;
    }
    if (len > left)
        return 0;
    out->p = p;
    out->len = len;
    in->p = p + len;
    in->len = left - len;
    return 1;
}

static int is(gt_der d, const uint8_t *oid, size_t len)
{
    return d.len == len && memcmp(d.p, oid, len) == 0;
}

/* The algorithms, and the length of X | Y that belongs to each. */
static const struct {
    uint8_t oid[8];
    size_t oid_len;
    size_t xy_len;
} algorithms[] = {
    {{0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x01, 0x01}, 8, 64},  /* 1.2.643.7.1.1.1.1 */
    {{0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x01, 0x02}, 8, 128}, /* 1.2.643.7.1.1.1.2 */
    {{0x2A, 0x85, 0x03, 0x02, 0x02, 0x13}, 6, 64},              /* 1.2.643.2.2.19 */
};

int gt_der_gost_spki(gt_der spki, gt_der *params, gt_der *xy)
{
    gt_der outer, alg, oid, set, bits;
    size_t want = 0;

    if (!gt_der_take(&spki, TAG_SEQUENCE, &outer) || spki.len != 0 ||
        !gt_der_take(&outer, TAG_SEQUENCE, &alg) || !gt_der_take(&outer, TAG_BIT_STRING, &bits) ||
        outer.len != 0 || !gt_der_take(&alg, TAG_OID, &oid) ||
        !gt_der_take(&alg, TAG_SEQUENCE, &set) || alg.len != 0)
        return 0;
    for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
        if (is(oid, algorithms[i].oid, algorithms[i].oid_len))
            want = algorithms[i].xy_len;
    params->p = set.p;
    if (want == 0 || !gt_der_take(&set, TAG_OID, &oid))
        return 0;
    params->len = (size_t)(oid.p + oid.len - params->p);
    if (bits.len < 1 || bits.p[0] != 0)
        return 0;
    bits.p++;
    bits.len--;
    return gt_der_take(&bits, TAG_OCTET_STRING, xy) && bits.len == 0 && xy->len == want;
}

int gt_der_certificate_spki(gt_der cert, gt_der *spki)
{
    /* TBSCertificate up to the key: serial, signature, issuer, validity, subject. */
    static const uint8_t before[] = {TAG_INTEGER, TAG_SEQUENCE, TAG_SEQUENCE, TAG_SEQUENCE,
                                     TAG_SEQUENCE};
    gt_der outer, tbs, skipped;

    if (!gt_der_take(&cert, TAG_SEQUENCE, &outer) || cert.len != 0 ||
        !gt_der_take(&outer, TAG_SEQUENCE, &tbs))
        return 0;
    (void)gt_der_take(&tbs, TAG_VERSION, &skipped);
    for (size_t i = 0; i < sizeof(before); i++)
        if (!gt_der_take(&tbs, before[i], &skipped))
            return 0;
    spki->p = tbs.p;
    if (!gt_der_take(&tbs, TAG_SEQUENCE, &skipped))
        return 0;
    spki->len = (size_t)(tbs.p - spki->p);
    return 1;
}

int gt_der_gost_certificate(gt_der cert, gt_der *params, gt_der *xy)
{
    gt_der spki;

    return gt_der_certificate_spki(cert, &spki) && gt_der_gost_spki(spki, params, xy);
}
