/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/codec.h"

#include <string.h>

#include "codec/algorithm.h"
#include "codec/asn1.h"

static const uint8_t version_0[] = {GT_ASN1_INTEGER, 1, 0};

size_t gt_codec_write_stub_of(const uint8_t *algorithm, size_t len, const char *uri, uint8_t *out,
                              size_t size)
{
    size_t uri_len = strlen(uri);
    gt_asn1_out der;
    const uint8_t *all;

    if (uri_len > GT_URI_MAX - 1)
        return 0;
    gt_asn1_begin(&der, out, size);
    all = gt_asn1_mark(&der);
    /* Other software takes octets of a multiple of the key's size for a masked private key: a
     * newline, which reading drops, keeps it from computing with a URI. */
    if (uri_len % 32 == 0)
        gt_asn1_put(&der, "\n", 1);
    gt_asn1_put(&der, uri, uri_len);
    gt_asn1_wrap(&der, GT_ASN1_OCTET_STRING, all);
    gt_asn1_put(&der, algorithm, len);
    gt_asn1_put(&der, version_0, sizeof(version_0));
    gt_asn1_wrap(&der, GT_ASN1_SEQUENCE, all);
    return gt_asn1_end(&der);
}

size_t gt_codec_write_stub(const gt_key *key, const char *uri, uint8_t *out, size_t size)
{
    uint8_t algorithm[GT_ALGORITHM_MAX];
    gt_asn1_out der;

    gt_asn1_begin(&der, algorithm, sizeof(algorithm));
    gt_codec_put_algorithm(&der, key);
    return gt_codec_write_stub_of(algorithm, gt_asn1_end(&der), uri, out, size);
}

int gt_codec_read_stub_octets(const uint8_t *octets, size_t len, char *uri)
{
    while (len > 0 && (octets[len - 1] == '\n' || octets[len - 1] == '\r'))
        len--;
    if (len == 0 || len > GT_URI_MAX)
        return 0;
    for (size_t i = 0; i < len; i++)
        if (octets[i] <= 0x20 || octets[i] >= 0x7F)
            return 0;
    memcpy(uri, octets, len);
    uri[len] = '\0';
    return gt_is_uri(uri);
}

int gt_codec_read_stub(const uint8_t *bytes, size_t len, const gost_paramset **ps, char *uri)
{
    gt_asn1 in = {bytes, len}, seq, version, octets;

    if (!gt_asn1_take(&in, GT_ASN1_SEQUENCE, &seq, NULL) || in.len != 0 ||
        !gt_asn1_take(&seq, GT_ASN1_INTEGER, &version, NULL) || version.len != 1 ||
        version.p[0] > 1)
        return 0;
    *ps = gt_codec_take_algorithm(&seq);
    /* Attributes may follow; they say nothing to us. */
    return *ps != NULL && gt_asn1_take(&seq, GT_ASN1_OCTET_STRING, &octets, NULL) &&
           gt_codec_read_stub_octets(octets.p, octets.len, uri);
}
