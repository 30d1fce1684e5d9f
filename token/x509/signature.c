/* SPDX-License-Identifier: Apache-2.0 */
/* see signature.h */
#include "token/x509/signature.h"
#include "token/ossl.h"
#include "token/inner/inner.h"
#include "token/x509/oid.h"

#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#define COUNT(a)     (sizeof(a) / sizeof(a)[0])

#define GOST2001     "1.2.643.2.2.19"
#define GOST2012_256 "1.2.643.7.1.1.1.1"
#define GOST2012_512 "1.2.643.7.1.1.1.2"
#define RSA          "1.2.840.113549.1.1.1"
#define RSA_PSS      "1.2.840.113549.1.1.10"
#define MGF1         "1.2.840.113549.1.1.8"
#define EC           "1.2.840.10045.2.1"
#define HASH94       "1.2.643.2.2.9"
#define STREEBOG256  "1.2.643.7.1.1.2.2"
#define STREEBOG512  "1.2.643.7.1.1.2.3"

static const struct {
    const char *oid;
    tok_key_kind kind;
    unsigned bits;    /* GOST: of the parameter set */
    const char *hash; /* GOST */
} keys[] = {
    {GOST2012_256, TOK_SPKI_GOST, 256, STREEBOG256},
    {GOST2012_512, TOK_SPKI_GOST, 512, STREEBOG512},
    {GOST2001, TOK_SPKI_GOST, 256, HASH94},
    {RSA, TOK_SPKI_RSA, 0, NULL},
    {EC, TOK_SPKI_EC, 0, NULL},
};

/* ---- keys ----------------------------------------------------------------------------------- */

/* params: the content of GostR3410-2012-PublicKeyParameters. */
static int gost_spki(tok_der params, unsigned bits, tok_spki *out)
{
    tok_der in = out->bits, curve;

    if (!tok_der_take(&params, TOK_DER_OID, NULL, &curve))
        return 0;
    out->ps = gost_paramset_by_der(curve.p, curve.len);
    if (out->ps == NULL || out->ps->bits != bits ||
        !tok_der_take(&in, TOK_DER_OCTETS, &curve, NULL) || in.len != 0 || curve.len != bits / 4)
        return 0;
    out->pub = curve.p;
    return 1;
}

int tok_spki_read(tok_der whole, tok_spki *out)
{
    tok_der in, algorithm, params = {NULL, 0};
    char text[TOK_OID_MAX];
    size_t i;

    memset(out, 0, sizeof *out);
    out->whole = whole;
    if (!tok_der_take(&whole, TOK_DER_SEQUENCE, &in, NULL) || whole.len != 0 ||
        !tok_der_take(&in, TOK_DER_SEQUENCE, &algorithm, NULL) ||
        !tok_der_take(&in, TOK_DER_BITS, &out->bits, NULL) || in.len != 0 || out->bits.len < 1 ||
        out->bits.p[0] != 0 || !tok_der_take(&algorithm, TOK_DER_OID, &out->algorithm, NULL))
        return 0;
    out->bits.p++;
    out->bits.len--;
    if (!tok_oid_text(out->algorithm, text))
        return 1;
    for (i = 0; i < COUNT(keys) && strcmp(keys[i].oid, text) != 0; i++)
        continue;
    if (i == COUNT(keys))
        return 1;
    out->kind = keys[i].kind;
    if (out->kind != TOK_SPKI_GOST)
        return 1;
    out->hash = tok_md_by_oid(keys[i].hash);
    return tok_der_take(&algorithm, TOK_DER_SEQUENCE, &params, NULL) && algorithm.len == 0 &&
           gost_spki(params, keys[i].bits, out);
}

/* ---- algorithms ----------------------------------------------------------------------------- */

static const struct {
    const char *oid;
    tok_key_kind kind;
    const char *hash; /* NULL: any */
} sigalgs[] = {
    {"1.2.643.7.1.1.3.2", TOK_SPKI_GOST, STREEBOG256},
    {"1.2.643.7.1.1.3.3", TOK_SPKI_GOST, STREEBOG512},
    {"1.2.643.2.2.3", TOK_SPKI_GOST, HASH94},
    {GOST2012_256, TOK_SPKI_GOST, STREEBOG256},
    {GOST2012_512, TOK_SPKI_GOST, STREEBOG512},
    {GOST2001, TOK_SPKI_GOST, HASH94},
    {RSA, TOK_SPKI_RSA, NULL},
    {EC, TOK_SPKI_EC, NULL},
};

/* RSASSA-PSS-params (RFC 4055); the defaults would mean SHA-1. */
static int pss(tok_der params, tok_sigalg *out)
{
    tok_der seq, in, field, oid;
    uint32_t salt = 0;
    size_t i;

    if (!tok_der_take(&params, TOK_DER_SEQUENCE, &seq, NULL) || params.len != 0 ||
        !tok_der_take(&seq, 0xA0, &field, NULL) ||
        (out->hash = tok_md_by_algorithm(field)) == NULL ||
        !tok_der_take(&seq, 0xA1, &field, NULL) ||
        !tok_der_take(&field, TOK_DER_SEQUENCE, &in, NULL) || field.len != 0 ||
        !tok_der_take(&in, TOK_DER_OID, &oid, NULL) || !tok_oid_is(oid, MGF1) ||
        (out->mgf = tok_md_by_algorithm(in)) == NULL || !tok_der_take(&seq, 0xA2, &field, NULL) ||
        !tok_der_take(&field, TOK_DER_INTEGER, &in, NULL) || field.len != 0 || in.len == 0 ||
        in.len > 2 || (in.p[0] & 0x80) != 0)
        return 0;
    for (i = 0; i < in.len; i++)
        salt = salt << 8 | in.p[i];
    if (tok_der_take(&seq, 0xA3, &field, NULL) && /* trailerField: there is only 1 */
        (!tok_der_take(&field, TOK_DER_INTEGER, &in, NULL) || field.len != 0 || in.len != 1 ||
         in.p[0] != 1))
        return 0;
    if (seq.len != 0)
        return 0;
    out->salt = salt;
    out->kind = TOK_SPKI_RSA;
    return out->hash->evp != NULL && out->mgf->evp != NULL;
}

int tok_sigalg_read(tok_der algorithm, tok_sigalg *out)
{
    const tok_md_alg *hash;
    char text[TOK_OID_MAX];
    tok_der in, oid;
    size_t i;

    memset(out, 0, sizeof *out);
    if (!tok_der_take(&algorithm, TOK_DER_SEQUENCE, &in, NULL) || algorithm.len != 0 ||
        !tok_der_take(&in, TOK_DER_OID, &oid, NULL) || !tok_oid_text(oid, text))
        return 0;
    if (strcmp(text, RSA_PSS) == 0)
        return pss(in, out);
    for (i = 0; i < COUNT(sigalgs); i++) {
        if (strcmp(sigalgs[i].oid, text) == 0) {
            out->kind = sigalgs[i].kind;
            out->hash = sigalgs[i].hash != NULL ? tok_md_by_oid(sigalgs[i].hash) : NULL;
            return 1;
        }
    }
    for (i = 0; (hash = tok_md_at(i)) != NULL; i++) {
        if (hash->evp == NULL)
            continue;
        out->hash = hash;
        out->kind = strcmp(hash->with_rsa, text) == 0  ? TOK_SPKI_RSA
                    : strcmp(hash->with_ec, text) == 0 ? TOK_SPKI_EC
                                                       : TOK_SPKI_UNKNOWN;
        if (out->kind != TOK_SPKI_UNKNOWN)
            return 1;
    }
    return 0;
}

/* ---- checking ------------------------------------------------------------------------------- */

/* The same key by the names that no engine goes by (token/inner/inner.h). */
static EVP_PKEY *by_our_name(OSSL_LIB_CTX *ctx, const char *type, const EVP_PKEY *from)
{
    EVP_PKEY_CTX *pctx = EVP_PKEY_CTX_new_from_name(ctx, type, NULL);
    OSSL_PARAM *params = NULL;
    EVP_PKEY *pkey = NULL;

    if (pctx == NULL || !EVP_PKEY_todata(from, EVP_PKEY_PUBLIC_KEY, &params) ||
        EVP_PKEY_fromdata_init(pctx) <= 0 ||
        EVP_PKEY_fromdata(pctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) <= 0)
        pkey = NULL;
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(pctx);
    return pkey;
}

/* All within the private context: the decoder is asked by the name of the key type, so that no
 * engine of the application's is. */
static EVP_PKEY *load(OSSL_LIB_CTX *ctx, const tok_spki *key)
{
    const int rsa = key->kind == TOK_SPKI_RSA;
    const unsigned char *p = key->whole.p;
    size_t len = key->whole.len;
    EVP_PKEY *theirs = NULL, *pkey = NULL;
    OSSL_DECODER_CTX *decoder = OSSL_DECODER_CTX_new_for_pkey(
        &theirs, "DER", "SubjectPublicKeyInfo", rsa ? "RSA" : "EC", EVP_PKEY_PUBLIC_KEY, ctx, NULL);

    if (decoder != NULL && OSSL_DECODER_from_data(decoder, &p, &len))
        pkey = by_our_name(ctx, rsa ? TOK_OSSL_RSA : TOK_OSSL_EC, theirs);
    EVP_PKEY_free(theirs);
    OSSL_DECODER_CTX_free(decoder);
    return pkey;
}

/* OpenSSL's own macros for these would look for the name of the key type. */
static void verify_params(const tok_spki *key, const tok_sigalg *alg, const tok_md_alg *hash,
                          int *salt, OSSL_PARAM *out)
{
    *out++ = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST,
                                              (char *)(uintptr_t)hash->evp, 0);
    if (key->kind == TOK_SPKI_RSA)
        *out++ = OSSL_PARAM_construct_utf8_string(
            OSSL_SIGNATURE_PARAM_PAD_MODE,
            alg->mgf != NULL ? OSSL_PKEY_RSA_PAD_MODE_PSS : OSSL_PKEY_RSA_PAD_MODE_PKCSV15, 0);
    if (alg->mgf != NULL) {
        *out++ = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST,
                                                  (char *)(uintptr_t)alg->mgf->evp, 0);
        *out++ = OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, salt);
    }
    *out = OSSL_PARAM_construct_end();
}

static CK_RV evp_check(OSSL_LIB_CTX *ctx, const tok_spki *key, const tok_sigalg *alg,
                       const tok_md_alg *hash, const uint8_t *digest, tok_der sig)
{
    EVP_PKEY *pkey = load(ctx, key);
    EVP_PKEY_CTX *pctx = pkey != NULL ? EVP_PKEY_CTX_new_from_pkey(ctx, pkey, NULL) : NULL;
    CK_RV rv = CKR_SIGNATURE_INVALID;
    int salt = (int)alg->salt;
    OSSL_PARAM params[5];

    verify_params(key, alg, hash, &salt, params);
    if (pctx != NULL && EVP_PKEY_verify_init_ex(pctx, params) > 0 &&
        EVP_PKEY_verify(pctx, sig.p, sig.len, digest, hash->size) == 1)
        rv = CKR_OK;
    EVP_PKEY_CTX_free(pctx);
    EVP_PKEY_free(pkey);
    return rv;
}

CK_RV tok_signature_check(const tok_spki *key, const tok_sigalg *alg, const tok_md_alg *hash,
                          const uint8_t *digest, tok_der sig)
{
    OSSL_LIB_CTX *ctx;
    CK_RV rv;

    if (key->kind == TOK_SPKI_UNKNOWN || key->kind != alg->kind || hash == NULL ||
        (alg->hash != NULL && alg->hash != hash))
        return CKR_SIGNATURE_INVALID;
    if (key->kind == TOK_SPKI_GOST) {
        if (hash != key->hash || sig.len != key->ps->bits / 4)
            return CKR_SIGNATURE_INVALID;
        return gost_3410_verify(key->ps, key->pub, digest, sig.p) ? CKR_OK : CKR_SIGNATURE_INVALID;
    }
    if (hash->evp == NULL)
        return CKR_SIGNATURE_INVALID;
    ctx = tok_ossl_enter();
    if (ctx == NULL)
        return CKR_FUNCTION_FAILED;
    rv = evp_check(ctx, key, alg, hash, digest, sig);
    tok_ossl_leave();
    return rv;
}

CK_RV tok_signature_check_message(const tok_spki *key, tok_der algorithm, tok_der message,
                                  tok_der sig)
{
    uint8_t digest[TOK_MD_MAX];
    tok_sigalg alg;

    if (!tok_sigalg_read(algorithm, &alg) || alg.hash == NULL || alg.kind != key->kind)
        return CKR_SIGNATURE_INVALID;
    tok_md_of(alg.hash, message.p, message.len, digest);
    return tok_signature_check(key, &alg, alg.hash, digest, sig);
}
