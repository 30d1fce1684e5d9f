/* SPDX-License-Identifier: Apache-2.0 */
#include "asymcipher/transport.h"

#include <string.h>

#include "codec/asn1.h"
#include "codec/codec.h"

enum { MAC_28147 = GOST_28147_WRAPPED - GT_CEK };

static int malformed(gt_error *err)
{
    return gt_fail(err, GT_TOKEN_ERROR, CKR_WRAPPED_KEY_INVALID,
                   "the wrapped key is neither GostR3410-KeyTransport nor PSKeyTransport");
}

/* GostR3410-KeyTransport, without its SEQUENCE: see seal.c. */
static int open_28147(const gt_key *key, const gt_key *sender, gt_asn1 in, uint8_t *secret,
                      gt_error *err)
{
    uint8_t spki[GT_SPKI_MAX], wrapped[GOST_28147_WRAPPED];
    gt_asn1 session, params, cek, mac, oid, oid_value, value, whole, ukm;
    const gost_sbox *sbox;
    gt_key *own = NULL;
    int ok;

    if (!gt_asn1_take(&in, GT_ASN1_SEQUENCE, &session, NULL) ||
        !gt_asn1_take(&in, GT_ASN1_CONTEXT_0, &params, NULL) || in.len != 0 ||
        !gt_asn1_take(&session, GT_ASN1_OCTET_STRING, &cek, NULL) || cek.len != GT_CEK ||
        !gt_asn1_take(&session, GT_ASN1_OCTET_STRING, &mac, NULL) || mac.len != MAC_28147 ||
        session.len != 0 || !gt_asn1_take(&params, GT_ASN1_OID, &oid_value, &oid))
        return malformed(err);
    if (gt_asn1_take(&params, GT_ASN1_CONTEXT_0, &value, &whole)) {
        if (whole.len > sizeof(spki))
            return malformed(err);
        memcpy(spki, whole.p, whole.len);
        spki[0] = GT_ASN1_SEQUENCE;
        own = gt_codec_read_spki(spki, whole.len);
        if (own == NULL)
            return malformed(err);
        sender = own;
    }
    sbox = gost_sbox_by_der(oid.p, oid.len);
    if (!gt_asn1_take(&params, GT_ASN1_OCTET_STRING, &ukm, NULL) || ukm.len != GT_WRAP_UKM ||
        params.len != 0) {
        ok = malformed(err);
    } else if (sbox == NULL) {
        ok = gt_fail(err, GT_TOKEN_ERROR, CKR_MECHANISM_PARAM_INVALID,
                     "the key was wrapped with parameters of GOST 28147-89 that are not known");
    } else if (sender == NULL) {
        ok = gt_fail(err, GT_TOKEN_ERROR, CKR_WRAPPED_KEY_INVALID,
                     "the wrapped key comes without its sender's public key");
    } else {
        memcpy(wrapped, cek.p, GT_CEK);
        memcpy(wrapped + GT_CEK, mac.p, MAC_28147);
        ok = gt_keyexch_open_28147(key, sender, sbox, ukm.p, wrapped, secret, err);
    }
    ok = ok && own == NULL ? 2 : ok;
    gt_key_free(own);
    return ok;
}

/* PSKeyTransport: the block's size tells which cipher wrapped it. */
static int open_kexp15(const gt_key *key, const uint8_t *ukm, size_t ukm_len, gt_asn1 in,
                       uint8_t *secret, gt_error *err)
{
    gt_asn1 wrapped, value, spki, own = {NULL, 0};
    const gost_block_class *cipher;
    gt_key *sender;
    int ok;

    if (!gt_asn1_take(&in, GT_ASN1_OCTET_STRING, &wrapped, NULL) ||
        !gt_asn1_take(&in, GT_ASN1_SEQUENCE, &value, &spki))
        return malformed(err);
    if (in.len != 0 && (!gt_asn1_take(&in, GT_ASN1_OCTET_STRING, &own, NULL) || in.len != 0))
        return malformed(err);
    if (ukm == NULL) {
        ukm = own.p;
        ukm_len = own.len;
    }
    if (ukm == NULL || ukm_len != GT_KEG_UKM)
        return gt_fail(err, GT_TOKEN_ERROR, CKR_WRAPPED_KEY_INVALID,
                       "the wrapped key comes without a UKM of %d bytes", GT_KEG_UKM);
    cipher =
        wrapped.len == GT_CEK + gost_block_magma.size ? &gost_block_magma : &gost_block_kuznyechik;
    sender = gt_codec_read_spki(spki.p, spki.len);
    if (sender == NULL)
        return malformed(err);
    ok = gt_keyexch_open_kexp15(key, sender, cipher, ukm, wrapped.p, wrapped.len, secret, err);
    gt_key_free(sender);
    return ok;
}

int gt_transport_open(const gt_key *key, const gt_key *sender, const uint8_t *ukm, size_t ukm_len,
                      const uint8_t *in, size_t len, uint8_t secret[GT_CEK], gt_error *err)
{
    gt_asn1 der = {in, len}, inside;

    if (!gt_asn1_take(&der, GT_ASN1_SEQUENCE, &inside, NULL) || der.len != 0 || inside.len == 0)
        return malformed(err);
    return inside.p[0] == GT_ASN1_SEQUENCE ? open_28147(key, sender, inside, secret, err)
                                           : open_kexp15(key, ukm, ukm_len, inside, secret, err);
}
