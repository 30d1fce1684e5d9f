/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URI stubs of RSA and EC keys: a PrivateKeyInfo (RFC 5208) with the key's own algorithm, whose
 * octets are the pkcs11: URI. Where OpenSSL reads a key file by its store, and so by the default
 * provider's loader, a decoder cannot hand over a reference; it hands over this, and OpenSSL asks
 * the decoder below.
 */
#include "codec/common_stub.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_dispatch.h>

#include "codec/asn1.h"
#include "codec/codec.h"
#include "gost/mem.h"
#include "provider/ask.h"

static OSSL_FUNC_decoder_newctx_fn stub_newctx;
static OSSL_FUNC_decoder_freectx_fn stub_freectx;
static OSSL_FUNC_decoder_does_selection_fn stub_does_selection;
static OSSL_FUNC_decoder_decode_fn stub_decode_rsa, stub_decode_ec;

size_t gt_common_write_stub(gt_object *object, uint8_t *out, size_t size, gt_error *err)
{
    gt_asn1 in, seq, algorithm;
    uint8_t *spki;
    size_t len, n = 0;

    if (!gt_object_spki(object, &spki, &len, err))
        return 0;
    in = (gt_asn1){spki, len};
    if (gt_asn1_take(&in, GT_ASN1_SEQUENCE, &seq, NULL) &&
        gt_asn1_take(&seq, GT_ASN1_SEQUENCE, &in, &algorithm))
        n = gt_codec_write_stub_of(algorithm.p, algorithm.len, gt_object_uri(object), out, size);
    free(spki);
    return n;
}

/* ---- the decoder ----------------------------------------------------------------------------- */

static void *stub_newctx(void *provctx)
{
    return provctx;
}

static void stub_freectx(void *vctx)
{
    (void)vctx;
}

static int stub_does_selection(void *provctx, int selection)
{
    (void)provctx;
    return selection == 0 || (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0;
}

/* Up to size bytes; more are no stub. */
static size_t read_all(const gt_core *core, OSSL_CORE_BIO *in, uint8_t *der, size_t size)
{
    size_t n = 0, done;

    while (n < size && core->bio_read_ex(in, der + n, size - n, &done) && done > 0)
        n += done;
    return n < size ? n : 0;
}

static int read_stub(const uint8_t *der, size_t len, int rsa, char uri[GT_URI_MAX + 1])
{
    /* 1.2.840.113549.1.1.1, 1.2.840.10045.2.1 */
    static const uint8_t rsa_oid[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01};
    static const uint8_t ec_oid[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01};
    const gt_asn1 want =
        rsa ? (gt_asn1){rsa_oid, sizeof(rsa_oid)} : (gt_asn1){ec_oid, sizeof(ec_oid)};
    gt_asn1 in = {der, len}, seq, version, algorithm, oid, octets;

    return gt_asn1_take(&in, GT_ASN1_SEQUENCE, &seq, NULL) &&
           gt_asn1_take(&seq, GT_ASN1_INTEGER, &version, NULL) &&
           gt_asn1_take(&seq, GT_ASN1_SEQUENCE, &algorithm, NULL) &&
           gt_asn1_take(&algorithm, GT_ASN1_OID, &oid, NULL) && oid.len == want.len &&
           memcmp(oid.p, want.p, want.len) == 0 &&
           gt_asn1_take(&seq, GT_ASN1_OCTET_STRING, &octets, NULL) &&
           gt_codec_read_stub_octets(octets.p, octets.len, uri);
}

static int decode(gt_provider *prov, int rsa, OSSL_CORE_BIO *in, OSSL_CALLBACK *cb, void *cbarg,
                  OSSL_PASSPHRASE_CALLBACK *pw_cb, void *pw_cbarg)
{
    gt_ask ask = {prov, pw_cb, pw_cbarg, ""};
    const gt_prompt prompt = {gt_ask_program, &ask};
    gt_error err = {.reason = GT_OK};
    uint8_t der[GT_STUB_MAX];
    char uri[GT_URI_MAX + 1];
    gt_object *object;
    gt_common *key = NULL;
    int ok = 1;

    /* Every private key file comes by here; what is no stub is left to others. */
    if (prov->p11 == NULL || !read_stub(der, read_all(&prov->core, in, der, sizeof(der)), rsa, uri))
        goto end;
    object = gt_p11_find_one(prov->p11, uri, CKO_PRIVATE_KEY, pw_cb != NULL ? &prompt : NULL, &err);
    if (object != NULL && (gt_object_key_type(object) == CKK_RSA) != rsa)
        gt_fail(&err, GT_KEY_TYPE, CKR_OK, "%s is not of the type that the file says",
                gt_object_uri(object));
    else if (object != NULL)
        key = gt_common_from_object(prov, object, &err);
    gt_object_free(object);
    ok = key != NULL ? gt_common_give(key, cb, cbarg) : gt_raise_error(&prov->core, &err);
    gt_common_free(key);
end:
    gost_wipe(uri, sizeof(uri)); /* it may hold a pin-value */
    gost_wipe(der, sizeof(der)); /* or be somebody's key */
    return ok;
}

static int stub_decode_rsa(void *vctx, OSSL_CORE_BIO *in, int selection, OSSL_CALLBACK *cb,
                           void *cbarg, OSSL_PASSPHRASE_CALLBACK *pw_cb, void *pw_cbarg)
{
    (void)selection;
    return decode(vctx, 1, in, cb, cbarg, pw_cb, pw_cbarg);
}

static int stub_decode_ec(void *vctx, OSSL_CORE_BIO *in, int selection, OSSL_CALLBACK *cb,
                          void *cbarg, OSSL_PASSPHRASE_CALLBACK *pw_cb, void *pw_cbarg)
{
    (void)selection;
    return decode(vctx, 0, in, cb, cbarg, pw_cb, pw_cbarg);
}

#define STUB_FUNCTIONS(type)                                                                       \
    const OSSL_DISPATCH gt_common_stub_##type[] = {                                                \
        {OSSL_FUNC_DECODER_NEWCTX, (void (*)(void))stub_newctx},                                   \
        {OSSL_FUNC_DECODER_FREECTX, (void (*)(void))stub_freectx},                                 \
        {OSSL_FUNC_DECODER_DOES_SELECTION, (void (*)(void))stub_does_selection},                   \
        {OSSL_FUNC_DECODER_DECODE, (void (*)(void))stub_decode_##type},                            \
        {0, NULL},                                                                                 \
    }

STUB_FUNCTIONS(rsa);
STUB_FUNCTIONS(ec);
