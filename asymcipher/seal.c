/* SPDX-License-Identifier: Apache-2.0 */
#include "asymcipher/transport.h"

#include <string.h>

#include "codec/asn1.h"
#include "codec/codec.h"
#include "gost/kexp15.h"
#include "gost/mem.h"
#include "gost/random.h"

enum { MAC_28147 = GOST_28147_WRAPPED - GT_CEK, WRAPPED_MAX = GT_CEK + GOST_BLOCK_MAX };

static const gost_block_class *cipher_of(gt_transport form)
{
    return form == GT_TRANSPORT_MAGMA ? &gost_block_magma : &gost_block_kuznyechik;
}

size_t gt_transport_ukm_size(gt_transport form)
{
    return form == GT_TRANSPORT_28147 ? GT_WRAP_UKM : GT_KEG_UKM;
}

static size_t wrapped_size(gt_transport form)
{
    return form == GT_TRANSPORT_28147 ? GOST_28147_WRAPPED : GT_CEK + cipher_of(form)->size;
}

static void put_octets(gt_asn1_out *der, const uint8_t *bytes, size_t len)
{
    const uint8_t *mark = gt_asn1_mark(der);

    gt_asn1_put(der, bytes, len);
    gt_asn1_wrap(der, GT_ASN1_OCTET_STRING, mark);
}

/*
 * GostR3410-KeyTransport ::= SEQUENCE {
 *     sessionEncryptedKey SEQUENCE { encryptedKey OCTET STRING, macKey OCTET STRING },
 *     transportParameters [0] IMPLICIT SEQUENCE {
 *         encryptionParamSet OBJECT IDENTIFIER,
 *         ephemeralPublicKey [0] IMPLICIT SubjectPublicKeyInfo OPTIONAL,
 *         ukm OCTET STRING } }
 */
static size_t write_28147(const uint8_t *spki, size_t spki_len, const uint8_t *ukm,
                          const uint8_t *wrapped, uint8_t *out)
{
    static const uint8_t context_0 = GT_ASN1_CONTEXT_0;
    const uint8_t *all, *mark;
    gt_asn1_out der;

    gt_asn1_begin(&der, out, GT_TRANSPORT_MAX);
    all = gt_asn1_mark(&der);
    put_octets(&der, ukm, GT_WRAP_UKM);
    gt_asn1_put(&der, spki + 1, spki_len - 1);
    gt_asn1_put(&der, &context_0, 1);
    gt_asn1_put(&der, gost_sbox_tc26_z->der, gost_sbox_tc26_z->der_len);
    gt_asn1_wrap(&der, GT_ASN1_CONTEXT_0, all);
    mark = gt_asn1_mark(&der);
    put_octets(&der, wrapped + GT_CEK, MAC_28147);
    put_octets(&der, wrapped, GT_CEK);
    gt_asn1_wrap(&der, GT_ASN1_SEQUENCE, mark);
    gt_asn1_wrap(&der, GT_ASN1_SEQUENCE, all);
    return gt_asn1_end(&der);
}

/*
 * PSKeyTransport ::= SEQUENCE {
 *     keyExp OCTET STRING,
 *     ephemeralPublicKey SubjectPublicKeyInfo,
 *     ukm OCTET STRING OPTIONAL }
 */
static size_t write_kexp15(gt_transport form, const uint8_t *spki, size_t spki_len,
                           const uint8_t *ukm, const uint8_t *wrapped, uint8_t *out)
{
    const uint8_t *all;
    gt_asn1_out der;

    gt_asn1_begin(&der, out, GT_TRANSPORT_MAX);
    all = gt_asn1_mark(&der);
    put_octets(&der, ukm, GT_KEG_UKM);
    gt_asn1_put(&der, spki, spki_len);
    put_octets(&der, wrapped, wrapped_size(form));
    gt_asn1_wrap(&der, GT_ASN1_SEQUENCE, all);
    return gt_asn1_end(&der);
}

static size_t write(const gt_key *sender, gt_transport form, const uint8_t *ukm,
                    const uint8_t *wrapped, uint8_t *out)
{
    uint8_t spki[GT_SPKI_MAX];
    size_t len = gt_codec_write_spki(sender, spki, sizeof(spki));

    if (len == 0)
        return 0;
    return form == GT_TRANSPORT_28147 ? write_28147(spki, len, ukm, wrapped, out)
                                      : write_kexp15(form, spki, len, ukm, wrapped, out);
}

size_t gt_transport_size(const gt_key *to, gt_transport form)
{
    static const uint8_t zeros[WRAPPED_MAX];
    uint8_t out[GT_TRANSPORT_MAX];

    return write(to, form, zeros, zeros, out);
}

/* The sender's half, with a key of its own. */
static int wrap(const gt_key *sender, const gt_key *to, gt_transport form, const uint8_t *ukm,
                const uint8_t *secret, uint8_t *wrapped, gt_error *err)
{
    uint8_t kek[GT_KEG_SIZE];
    int ok;

    if (form == GT_TRANSPORT_28147) {
        ok = gt_keyexch_vko(sender, to, 256, ukm, GT_WRAP_UKM, kek, err);
        if (ok)
            gost_28147_wrap(gost_sbox_tc26_z, 1, kek, ukm, secret, wrapped);
    } else {
        ok = gt_keyexch_keg(sender, to, ukm, kek, err);
        if (ok)
            gost_kexp15(cipher_of(form), kek + 32, kek, ukm + 24, secret, GT_CEK, wrapped);
    }
    gost_wipe(kek, sizeof(kek));
    return ok;
}

size_t gt_transport_seal(const gt_key *to, gt_transport form, const uint8_t *ukm,
                         const uint8_t secret[GT_CEK], uint8_t *out, gt_error *err)
{
    uint8_t own[GT_KEG_UKM], wrapped[WRAPPED_MAX];
    gt_key *sender;
    size_t len = 0;

    if (ukm == NULL) {
        if (!gost_random_system(NULL, own, sizeof(own)))
            return (size_t)gt_fail(err, GT_TOKEN_ERROR, CKR_RANDOM_NO_RNG,
                                   "the system gives no random bytes");
        ukm = own;
    }
    sender = gt_key_generate(to->ps);
    if (sender == NULL)
        return (size_t)gt_fail(err, GT_NO_MEMORY, CKR_HOST_MEMORY,
                               "no key could be made for this message");
    if (wrap(sender, to, form, ukm, secret, wrapped, err)) {
        len = write(sender, form, ukm, wrapped, out);
        if (len == 0)
            gt_fail(err, GT_KEY_TYPE, CKR_GENERAL_ERROR, "the recipient's key is too long");
    }
    gt_key_free(sender);
    return len;
}
