/* SPDX-License-Identifier: Apache-2.0 */
/* See provider-decoder(7). The context is the provider's: a decoding takes one call. */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "codec/algorithm.h"
#include "codec/codec.h"
#include "codec/common_stub.h"
#include "codec/native.h"
#include "gost/mem.h"
#include "keymgmt/native.h"
#include "provider/ask.h"

static OSSL_FUNC_decoder_newctx_fn decoder_newctx;
static OSSL_FUNC_decoder_freectx_fn decoder_freectx;
static OSSL_FUNC_decoder_does_selection_fn decoder_does_public, decoder_does_private;
static OSSL_FUNC_decoder_decode_fn decode_public_256, decode_public_512, decode_public_2001,
    decode_private_256, decode_private_512, decode_private_2001;
static OSSL_FUNC_decoder_export_object_fn decoder_export_object;

static void *decoder_newctx(void *provctx)
{
    return provctx;
}

static void decoder_freectx(void *vctx)
{
    (void)vctx;
}

/* A private key has its public half with it. */
static int decoder_does_public(void *provctx, int selection)
{
    (void)provctx;
    return selection == 0 || ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0 &&
                              (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0);
}

static int decoder_does_private(void *provctx, int selection)
{
    (void)provctx;
    return selection == 0 || (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0;
}

/* ---- input ----------------------------------------------------------------------------------- */

enum { DER_MAX = GT_STUB_MAX + 1024 }; /* with PKCS #8 attributes, which are left aside */

static int read_all(const gt_core *core, OSSL_CORE_BIO *in, uint8_t *out, size_t len)
{
    size_t done;

    while (len > 0) {
        if (!core->bio_read_ex(in, out, len, &done) || done == 0)
            return 0;
        out += done;
        len -= done;
    }
    return 1;
}

/* One SEQUENCE, header and all. Its length, or 0 if there is none or it is longer than any of ours;
 * what follows it is left for whoever reads next. */
static size_t read_sequence(const gt_core *core, OSSL_CORE_BIO *in, uint8_t der[DER_MAX])
{
    size_t head = 2, len;

    if (core->bio_read_ex == NULL || !read_all(core, in, der, 2) || der[0] != GT_ASN1_SEQUENCE)
        return 0;
    len = der[1];
    if (len > 0x80) {
        size_t count = len & 0x7F;

        if (count > 2 || !read_all(core, in, der + 2, count))
            return 0;
        head += count;
        len = 0;
        for (size_t i = 0; i < count; i++)
            len = len << 8 | der[2 + i];
    } else if (len == 0x80) {
        return 0;
    }
    return len <= DER_MAX - head && read_all(core, in, der + head, len) ? head + len : 0;
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* "Not mine" is a success, and says nothing: OpenSSL goes on to the next decoder. A key of another
 * type is not mine either. */
static int give(gt_provider *prov, const gt_alg *alg, gt_key *key, OSSL_CALLBACK *cb, void *cbarg)
{
    int ok = 1;

    if (key != NULL && key->alg == alg)
        ok = gt_native_give(prov, key, cb, cbarg);
    gt_key_free(key);
    return ok;
}

static int decode_public(gt_provider *prov, const gt_alg *alg, OSSL_CORE_BIO *in, OSSL_CALLBACK *cb,
                         void *cbarg)
{
    uint8_t der[DER_MAX];
    size_t len = read_sequence(&prov->core, in, der);

    return len == 0 || give(prov, alg, gt_codec_read_spki(der, len), cb, cbarg);
}

/* The private key that a URI stub names. NULL with an error raised. */
static gt_key *find_named(gt_provider *prov, const char *uri, const gost_paramset *ps,
                          OSSL_PASSPHRASE_CALLBACK *pw_cb, void *pw_cbarg)
{
    const gt_core *core = &prov->core;
    gt_ask ask = {prov, pw_cb, pw_cbarg, ""};
    const gt_prompt prompt = {gt_ask_program, &ask};
    gt_error err = {.reason = GT_OK};
    gt_key *key;

    if (prov->broken[0] != '\0') {
        gt_raise(core, GT_R_CONFIG, "%s", prov->broken);
        return NULL;
    }
    key = gt_key_find_private(prov->p11, uri, pw_cb != NULL ? &prompt : NULL, &err);
    if (key == NULL) {
        gt_raise_error(core, &err);
    } else if (key->ps->curve != ps->curve) {
        gt_raise(core, GT_R_BAD_KEY,
                 "the key on the token has other parameters than the file says");
        gt_key_free(key);
        key = NULL;
    }
    return key;
}

/* The algorithm and the octets of a PrivateKeyInfo (RFC 5208) of a GOST key; 0 if it is none. */
static int read_private_info(const uint8_t *der, size_t len, const gt_alg **alg,
                             const gost_paramset **ps, gt_asn1 *octets)
{
    gt_asn1 in = {der, len}, seq, version;

    if (!gt_asn1_take(&in, GT_ASN1_SEQUENCE, &seq, NULL) || in.len != 0 ||
        !gt_asn1_take(&seq, GT_ASN1_INTEGER, &version, NULL) || version.len != 1 ||
        version.p[0] > 1)
        return 0;
    *ps = gt_codec_take_any_algorithm(&seq, alg);
    return *ps != NULL && gt_asn1_take(&seq, GT_ASN1_OCTET_STRING, octets, NULL);
}

static int decode_private(gt_provider *prov, const gt_alg *mine, OSSL_CORE_BIO *in,
                          OSSL_CALLBACK *cb, void *cbarg, OSSL_PASSPHRASE_CALLBACK *pw_cb,
                          void *pw_cbarg)
{
    uint8_t *der = gt_secret_new(DER_MAX);
    char uri[GT_URI_MAX + 1];
    const gost_paramset *ps;
    const gt_alg *alg;
    gt_asn1 octets;
    gt_key *key;
    size_t len;
    int ok = 1;

    if (der == NULL)
        return gt_raise(&prov->core, GT_R_NO_MEMORY, NULL);
    len = read_sequence(&prov->core, in, der);
    if (len == 0 || !read_private_info(der, len, &alg, &ps, &octets) || alg != mine)
        goto done;
    if (alg->verify_only != NULL) {
        ok = gt_raise(&prov->core, GT_R_NOT_SUPPORTED, "%s", alg->verify_only);
        goto done;
    }
    if (gt_codec_read_stub_octets(octets.p, octets.len, uri)) {
        key = find_named(prov, uri, ps, pw_cb, pw_cbarg);
    } else {
        key = gt_codec_read_private(ps, octets.p, octets.len);
        if (key == NULL)
            gt_raise(&prov->core, GT_R_BAD_KEY,
                     "this file holds neither a GOST private key nor the pkcs11: URI of one");
    }
    ok = key != NULL && give(prov, alg, key, cb, cbarg);
done:
    gost_wipe(uri, sizeof(uri)); /* it may hold a pin-value */
    gt_secret_free(der, DER_MAX);
    return ok;
}

#define DECODE(bits, alg)                                                                          \
    static int decode_public_##bits(void *vctx, OSSL_CORE_BIO *in, int selection,                  \
                                    OSSL_CALLBACK *cb, void *cbarg,                                \
                                    OSSL_PASSPHRASE_CALLBACK *pw_cb, void *pw_cbarg)               \
    {                                                                                              \
        (void)selection, (void)pw_cb, (void)pw_cbarg;                                              \
        return decode_public(vctx, alg, in, cb, cbarg);                                            \
    }                                                                                              \
                                                                                                   \
    static int decode_private_##bits(void *vctx, OSSL_CORE_BIO *in, int selection,                 \
                                     OSSL_CALLBACK *cb, void *cbarg,                               \
                                     OSSL_PASSPHRASE_CALLBACK *pw_cb, void *pw_cbarg)              \
    {                                                                                              \
        (void)selection;                                                                           \
        return decode_private(vctx, alg, in, cb, cbarg, pw_cb, pw_cbarg);                          \
    }

DECODE(256, gt_alg_by_bits(256))
DECODE(512, gt_alg_by_bits(512))
DECODE(2001, gt_alg_old())

static int decoder_export_object(void *vctx, const void *reference, size_t size, OSSL_CALLBACK *cb,
                                 void *cbarg)
{
    (void)vctx;
    return gt_native_export_reference(reference, size, cb, cbarg);
}

/* ---- the tables ------------------------------------------------------------------------------ */

#define DECODER_FUNCTIONS(what, bits)                                                              \
    static const OSSL_DISPATCH what##_##bits[] = {                                                 \
        {OSSL_FUNC_DECODER_NEWCTX, (void (*)(void))decoder_newctx},                                \
        {OSSL_FUNC_DECODER_FREECTX, (void (*)(void))decoder_freectx},                              \
        {OSSL_FUNC_DECODER_DOES_SELECTION, (void (*)(void))decoder_does_##what},                   \
        {OSSL_FUNC_DECODER_DECODE, (void (*)(void))decode_##what##_##bits},                        \
        {OSSL_FUNC_DECODER_EXPORT_OBJECT, (void (*)(void))decoder_export_object},                  \
        {0, NULL},                                                                                 \
    }

DECODER_FUNCTIONS(public, 256);
DECODER_FUNCTIONS(public, 512);
DECODER_FUNCTIONS(public, 2001);
DECODER_FUNCTIONS(private, 256);
DECODER_FUNCTIONS(private, 512);
DECODER_FUNCTIONS(private, 2001);

#define PROPERTIES(structure) "provider=gosttoken,input=der,structure=" structure

const OSSL_ALGORITHM gt_decoder_algorithms[] = {
    {GT_NATIVE_256, PROPERTIES("SubjectPublicKeyInfo"), public_256, "GOST public keys"},
    {GT_NATIVE_512, PROPERTIES("SubjectPublicKeyInfo"), public_512, "GOST public keys"},
    {GT_NATIVE_2001, PROPERTIES("SubjectPublicKeyInfo"), public_2001, "Old GOST public keys"},
    {GT_NATIVE_256, PROPERTIES("PrivateKeyInfo"), private_256, "GOST keys, and URIs of them"},
    {GT_NATIVE_512, PROPERTIES("PrivateKeyInfo"), private_512, "GOST keys, and URIs of them"},
    {GT_NATIVE_2001, PROPERTIES("PrivateKeyInfo"), private_2001, "Says that these only verify"},
    GT_COMMON_STUB_DECODERS,
    {"DER", "provider=gosttoken,input=pem", gt_uri_pem_functions, "Key files of pkcs11-provider"},
    {NULL, NULL, NULL, NULL},
};
