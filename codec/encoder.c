/* SPDX-License-Identifier: Apache-2.0 */
/* See provider-encoder(7). The context is the provider's: an encoding takes one call. */
#include "codec/native.h"

#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "codec/algorithm.h"
#include "codec/codec.h"
#include "codec/encrypted.h"
#include "gost/mem.h"
#include "keymgmt/native.h"
#include "provider/param.h"

static OSSL_FUNC_encoder_newctx_fn encoder_newctx;
static OSSL_FUNC_encoder_freectx_fn encoder_freectx;
static OSSL_FUNC_encoder_settable_ctx_params_fn encoder_settable_ctx_params;
static OSSL_FUNC_encoder_set_ctx_params_fn encoder_set_ctx_params;
static OSSL_FUNC_encoder_does_selection_fn encoder_does_public, encoder_does_private,
    encoder_does_text;
static OSSL_FUNC_encoder_encode_fn encode_public_der, encode_public_pem, encode_private_der,
    encode_private_pem, encode_encrypted_der, encode_encrypted_pem, encode_text;
static OSSL_FUNC_encoder_import_object_fn encoder_import_256, encoder_import_512,
    encoder_import_2001;
static OSSL_FUNC_encoder_free_object_fn encoder_free_object;

/* ---- contexts -------------------------------------------------------------------------------- */

typedef struct encoder_ctx {
    gt_provider *prov;
    int encrypt;        /* a cipher was asked for */
    EVP_CIPHER *cipher; /* NULL: it was not, or there is none such */
} encoder_ctx;

static void *encoder_newctx(void *provctx)
{
    encoder_ctx *ctx = OPENSSL_zalloc(sizeof(*ctx));

    if (ctx != NULL)
        ctx->prov = provctx;
    return ctx;
}

static void encoder_freectx(void *vctx)
{
    encoder_ctx *ctx = vctx;

    if (ctx != NULL)
        EVP_CIPHER_free(ctx->cipher);
    OPENSSL_free(ctx);
}

static const OSSL_PARAM *encoder_settable_ctx_params(void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_utf8_string(OSSL_ENCODER_PARAM_CIPHER, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_ENCODER_PARAM_PROPERTIES, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return list;
}

static int encoder_set_ctx_params(void *vctx, const OSSL_PARAM params[])
{
    encoder_ctx *ctx = vctx;
    const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, OSSL_ENCODER_PARAM_CIPHER);
    const OSSL_PARAM *q = OSSL_PARAM_locate_const(params, OSSL_ENCODER_PARAM_PROPERTIES);
    const char *name, *properties = NULL;

    if (p == NULL)
        return 1;
    EVP_CIPHER_free(ctx->cipher);
    ctx->cipher = NULL;
    /* The key must not come out plain if this fails and the program goes on. */
    ctx->encrypt = p->data != NULL;
    if (!ctx->encrypt)
        return 1;
    if (gt_param_text(p, &name) && (q == NULL || q->data == NULL || gt_param_text(q, &properties)))
        ctx->cipher = EVP_CIPHER_fetch(ctx->prov->libctx, name, properties);
    return ctx->cipher != NULL || gt_raise(&ctx->prov->core, GT_R_NOT_SUPPORTED,
                                           "no such cipher to encrypt a key file with");
}

/* As OpenSSL's own encoders decide: the most that was asked for counts. */
static int does(int selection, int mask)
{
    static const int order[] = {OSSL_KEYMGMT_SELECT_PRIVATE_KEY, OSSL_KEYMGMT_SELECT_PUBLIC_KEY,
                                OSSL_KEYMGMT_SELECT_ALL_PARAMETERS};

    if (selection == 0)
        return 1;
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        if ((selection & order[i]) != 0)
            return (mask & order[i]) != 0;
    return 0;
}

static int encoder_does_public(void *provctx, int selection)
{
    (void)provctx;
    return does(selection, OSSL_KEYMGMT_SELECT_PUBLIC_KEY);
}

static int encoder_does_private(void *provctx, int selection)
{
    (void)provctx;
    return does(selection, OSSL_KEYMGMT_SELECT_PRIVATE_KEY);
}

static int encoder_does_text(void *provctx, int selection)
{
    (void)provctx;
    return does(selection, OSSL_KEYMGMT_SELECT_ALL);
}

/* ---- output ---------------------------------------------------------------------------------- */

static int write_all(const encoder_ctx *ctx, OSSL_CORE_BIO *out, const void *bytes, size_t len)
{
    const gt_core *core = &ctx->prov->core;
    const char *at = bytes;
    size_t done;

    while (len > 0) {
        if (core->bio_write_ex == NULL || !core->bio_write_ex(out, at, len, &done) || done == 0)
            return 0;
        at += done;
        len -= done;
    }
    return 1;
}

static int write_pem(const encoder_ctx *ctx, OSSL_CORE_BIO *out, const char *label,
                     const uint8_t *der, size_t len)
{
    enum { LINE = 48 }; /* bytes in a line of 64 characters */
    unsigned char line[LINE / 3 * 4 + 2];
    char frame[64];
    int n, ok;

    n = snprintf(frame, sizeof(frame), "-----BEGIN %s-----\n", label);
    ok = write_all(ctx, out, frame, (size_t)n);
    for (size_t at = 0; ok && at < len; at += LINE) {
        n = EVP_EncodeBlock(line, der + at, (int)(len - at < LINE ? len - at : LINE));
        line[n] = '\n';
        ok = write_all(ctx, out, line, (size_t)n + 1);
    }
    gost_wipe(line, sizeof(line));
    n = snprintf(frame, sizeof(frame), "-----END %s-----\n", label);
    return ok && write_all(ctx, out, frame, (size_t)n);
}

/* ---- public keys ----------------------------------------------------------------------------- */

/* The key to write, or NULL with an error raised. */
static gt_key *key_of(const encoder_ctx *ctx, const void *obj)
{
    const gt_native_key *native = obj;

    if (native != NULL && native->key != NULL)
        return native->key;
    gt_raise(&ctx->prov->core, GT_R_NO_KEY, NULL);
    return NULL;
}

static int encode_public(const encoder_ctx *ctx, OSSL_CORE_BIO *out, const void *obj, int pem)
{
    const gt_key *key = key_of(ctx, obj);
    uint8_t der[GT_SPKI_MAX];
    size_t len;

    if (key == NULL)
        return 0;
    len = gt_codec_write_spki(key, der, sizeof(der));
    if (len == 0)
        return gt_raise(&ctx->prov->core, GT_R_NO_KEY, "there is no public key to write");
    return pem ? write_pem(ctx, out, "PUBLIC KEY", der, len) : write_all(ctx, out, der, len);
}

static int encode_public_der(void *vctx, OSSL_CORE_BIO *out, const void *obj,
                             const OSSL_PARAM abstract[], int selection,
                             OSSL_PASSPHRASE_CALLBACK *cb, void *cbarg)
{
    (void)abstract, (void)selection, (void)cb, (void)cbarg;
    return encode_public(vctx, out, obj, 0);
}

static int encode_public_pem(void *vctx, OSSL_CORE_BIO *out, const void *obj,
                             const OSSL_PARAM abstract[], int selection,
                             OSSL_PASSPHRASE_CALLBACK *cb, void *cbarg)
{
    (void)abstract, (void)selection, (void)cb, (void)cbarg;
    return encode_public(vctx, out, obj, 1);
}

/* ---- private keys: of software keys only ----------------------------------------------------- */

enum { PRIVATE_MAX = GOST_3410_MAX_KEY + GT_ALGORITHM_MAX + 64 };

/* PrivateKeyInfo (RFC 5208): the octets as gt_codec_read_private has them. */
static size_t write_private(const gt_key *key, uint8_t *out, size_t size)
{
    static const uint8_t version_0[] = {GT_ASN1_INTEGER, 1, 0};
    gt_asn1_out der;
    const uint8_t *all;

    gt_asn1_begin(&der, out, size);
    all = gt_asn1_mark(&der);
    gt_asn1_put(&der, key->soft->d, key->ps->bits / 8);
    gt_asn1_wrap(&der, GT_ASN1_OCTET_STRING, all);
    gt_codec_put_algorithm(&der, key);
    gt_asn1_put(&der, version_0, sizeof(version_0));
    gt_asn1_wrap(&der, GT_ASN1_SEQUENCE, all);
    return gt_asn1_end(&der);
}

static int write_encrypted(const encoder_ctx *ctx, OSSL_CORE_BIO *out, const uint8_t *plain,
                           size_t plain_len, int pem, OSSL_PASSPHRASE_CALLBACK *cb, void *cbarg)
{
    uint8_t *der = NULL;
    size_t len = 0;
    int ok;

    if (ctx->cipher == NULL)
        gt_raise(&ctx->prov->core, GT_R_NOT_SUPPORTED, "no cipher to encrypt a key file with");
    else
        len = gt_codec_encrypt(ctx->prov, ctx->cipher, plain, plain_len, cb, cbarg, &der);
    ok = len != 0 && (pem ? write_pem(ctx, out, "ENCRYPTED PRIVATE KEY", der, len)
                          : write_all(ctx, out, der, len));

    OPENSSL_free(der);
    return ok;
}

/* As OpenSSL's own encoders do: with a cipher PrivateKeyInfo is encrypted as well. */
static int encode_private(const encoder_ctx *ctx, OSSL_CORE_BIO *out, const void *obj, int pem,
                          OSSL_PASSPHRASE_CALLBACK *cb, void *cbarg)
{
    const gt_core *core = &ctx->prov->core;
    const gt_key *key = key_of(ctx, obj);
    uint8_t *der;
    size_t len;
    int ok;

    if (key == NULL)
        return 0;
    if (key->object != NULL)
        return gt_raise(core, GT_R_STAYS_ON_TOKEN,
                        "it cannot be written out; use -pubout for the public key");
    if (key->soft == NULL)
        return gt_raise(core, GT_R_NO_KEY, "there is no private key");
    der = gt_secret_new(PRIVATE_MAX);
    if (der == NULL)
        return gt_raise(core, GT_R_NO_MEMORY, NULL);
    len = write_private(key, der, PRIVATE_MAX);
    if (len == 0)
        ok = gt_raise(core, GT_R_INTERNAL, "no room for a private key");
    else if (ctx->encrypt)
        ok = write_encrypted(ctx, out, der, len, pem, cb, cbarg);
    else
        ok = pem ? write_pem(ctx, out, "PRIVATE KEY", der, len) : write_all(ctx, out, der, len);
    gt_secret_free(der, PRIVATE_MAX);
    return ok;
}

static int encode_private_der(void *vctx, OSSL_CORE_BIO *out, const void *obj,
                              const OSSL_PARAM abstract[], int selection,
                              OSSL_PASSPHRASE_CALLBACK *cb, void *cbarg)
{
    (void)abstract, (void)selection;
    return encode_private(vctx, out, obj, 0, cb, cbarg);
}

static int encode_private_pem(void *vctx, OSSL_CORE_BIO *out, const void *obj,
                              const OSSL_PARAM abstract[], int selection,
                              OSSL_PASSPHRASE_CALLBACK *cb, void *cbarg)
{
    (void)abstract, (void)selection;
    return encode_private(vctx, out, obj, 1, cb, cbarg);
}

static int encode_encrypted(const encoder_ctx *ctx, OSSL_CORE_BIO *out, const void *obj, int pem,
                            OSSL_PASSPHRASE_CALLBACK *cb, void *cbarg)
{
    if (!ctx->encrypt)
        return gt_raise(&ctx->prov->core, GT_R_PARAMETER, "an encrypted key file needs a cipher");
    return encode_private(ctx, out, obj, pem, cb, cbarg);
}

static int encode_encrypted_der(void *vctx, OSSL_CORE_BIO *out, const void *obj,
                                const OSSL_PARAM abstract[], int selection,
                                OSSL_PASSPHRASE_CALLBACK *cb, void *cbarg)
{
    (void)abstract, (void)selection;
    return encode_encrypted(vctx, out, obj, 0, cb, cbarg);
}

static int encode_encrypted_pem(void *vctx, OSSL_CORE_BIO *out, const void *obj,
                                const OSSL_PARAM abstract[], int selection,
                                OSSL_PASSPHRASE_CALLBACK *cb, void *cbarg)
{
    (void)abstract, (void)selection;
    return encode_encrypted(vctx, out, obj, 1, cb, cbarg);
}

/* ---- text ------------------------------------------------------------------------------------ */

struct print {
    const encoder_ctx *ctx;
    OSSL_CORE_BIO *out;
};

static int print_line(void *arg, const char *line)
{
    const struct print *print = arg;

    return write_all(print->ctx, print->out, line, strlen(line)) &&
           write_all(print->ctx, print->out, "\n", 1);
}

static int encode_text(void *vctx, OSSL_CORE_BIO *out, const void *obj, const OSSL_PARAM abstract[],
                       int selection, OSSL_PASSPHRASE_CALLBACK *cb, void *cbarg)
{
    struct print print = {vctx, out};
    const gt_key *key = key_of(vctx, obj);
    unsigned parts = 0;

    (void)abstract, (void)cb, (void)cbarg;
    if (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY)
        parts |= GT_TEXT_PRIVATE | GT_TEXT_PUBLIC;
    if (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY)
        parts |= GT_TEXT_PUBLIC;
    if (selection & OSSL_KEYMGMT_SELECT_ALL_PARAMETERS)
        parts |= GT_TEXT_PARAMS;
    return key != NULL && gt_codec_print(key, parts, print_line, &print);
}

/* ---- keys of another provider ---------------------------------------------------------------- */

static void *encoder_import_256(void *vctx, int selection, const OSSL_PARAM params[])
{
    const encoder_ctx *ctx = vctx;

    return gt_native_import(ctx->prov, gt_alg_by_bits(256), selection, params);
}

static void *encoder_import_512(void *vctx, int selection, const OSSL_PARAM params[])
{
    const encoder_ctx *ctx = vctx;

    return gt_native_import(ctx->prov, gt_alg_by_bits(512), selection, params);
}

static void *encoder_import_2001(void *vctx, int selection, const OSSL_PARAM params[])
{
    const encoder_ctx *ctx = vctx;

    return gt_native_import(ctx->prov, gt_alg_old(), selection, params);
}

static void encoder_free_object(void *obj)
{
    gt_native_key_free(obj);
}

/* ---- the tables ------------------------------------------------------------------------------ */

#define ENCODER_FUNCTIONS(name, bits, selects, encodes)                                            \
    static const OSSL_DISPATCH name##_##bits[] = {                                                 \
        {OSSL_FUNC_ENCODER_NEWCTX, (void (*)(void))encoder_newctx},                                \
        {OSSL_FUNC_ENCODER_FREECTX, (void (*)(void))encoder_freectx},                              \
        {OSSL_FUNC_ENCODER_SETTABLE_CTX_PARAMS, (void (*)(void))encoder_settable_ctx_params},      \
        {OSSL_FUNC_ENCODER_SET_CTX_PARAMS, (void (*)(void))encoder_set_ctx_params},                \
        {OSSL_FUNC_ENCODER_DOES_SELECTION, (void (*)(void))selects},                               \
        {OSSL_FUNC_ENCODER_ENCODE, (void (*)(void))encodes},                                       \
        {OSSL_FUNC_ENCODER_IMPORT_OBJECT, (void (*)(void))encoder_import_##bits},                  \
        {OSSL_FUNC_ENCODER_FREE_OBJECT, (void (*)(void))encoder_free_object},                      \
        {0, NULL},                                                                                 \
    }

ENCODER_FUNCTIONS(public_der, 256, encoder_does_public, encode_public_der);
ENCODER_FUNCTIONS(public_der, 512, encoder_does_public, encode_public_der);
ENCODER_FUNCTIONS(public_der, 2001, encoder_does_public, encode_public_der);
ENCODER_FUNCTIONS(public_pem, 256, encoder_does_public, encode_public_pem);
ENCODER_FUNCTIONS(public_pem, 512, encoder_does_public, encode_public_pem);
ENCODER_FUNCTIONS(public_pem, 2001, encoder_does_public, encode_public_pem);
ENCODER_FUNCTIONS(private_der, 256, encoder_does_private, encode_private_der);
ENCODER_FUNCTIONS(private_der, 512, encoder_does_private, encode_private_der);
ENCODER_FUNCTIONS(private_pem, 256, encoder_does_private, encode_private_pem);
ENCODER_FUNCTIONS(encrypted_der, 256, encoder_does_private, encode_encrypted_der);
ENCODER_FUNCTIONS(encrypted_pem, 256, encoder_does_private, encode_encrypted_pem);
ENCODER_FUNCTIONS(private_pem, 512, encoder_does_private, encode_private_pem);
ENCODER_FUNCTIONS(encrypted_der, 512, encoder_does_private, encode_encrypted_der);
ENCODER_FUNCTIONS(encrypted_pem, 512, encoder_does_private, encode_encrypted_pem);
ENCODER_FUNCTIONS(text, 256, encoder_does_text, encode_text);
ENCODER_FUNCTIONS(text, 512, encoder_does_text, encode_text);
ENCODER_FUNCTIONS(text, 2001, encoder_does_text, encode_text);

#define PROPERTIES(output) "provider=gosttoken,output=" output
#define ROWS(bits)                                                                                 \
    {GT_NATIVE_##bits, PROPERTIES("der,structure=SubjectPublicKeyInfo"), public_der_##bits,        \
     "GOST public keys"},                                                                          \
        {GT_NATIVE_##bits, PROPERTIES("pem,structure=SubjectPublicKeyInfo"), public_pem_##bits,    \
         "GOST public keys"},                                                                      \
        {GT_NATIVE_##bits, PROPERTIES("der,structure=EncryptedPrivateKeyInfo"),                    \
         encrypted_der_##bits, "GOST software keys, encrypted"},                                   \
        {GT_NATIVE_##bits, PROPERTIES("pem,structure=EncryptedPrivateKeyInfo"),                    \
         encrypted_pem_##bits, "GOST software keys, encrypted"},                                   \
        {GT_NATIVE_##bits, PROPERTIES("der,structure=PrivateKeyInfo"), private_der_##bits,         \
         "GOST software keys"},                                                                    \
        {GT_NATIVE_##bits, PROPERTIES("pem,structure=PrivateKeyInfo"), private_pem_##bits,         \
         "GOST software keys"},                                                                    \
    {                                                                                              \
        GT_NATIVE_##bits, PROPERTIES("text"), text_##bits, "GOST keys for people"                  \
    }

const OSSL_ALGORITHM gt_encoder_algorithms[] = {
    ROWS(256),
    ROWS(512),
    {GT_NATIVE_2001, PROPERTIES("der,structure=SubjectPublicKeyInfo"), public_der_2001,
     "Old GOST public keys"},
    {GT_NATIVE_2001, PROPERTIES("pem,structure=SubjectPublicKeyInfo"), public_pem_2001,
     "Old GOST public keys"},
    {GT_NATIVE_2001, PROPERTIES("text"), text_2001, "Old GOST keys for people"},
    {NULL, NULL, NULL, NULL},
};
