/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA and ECDSA signatures by a token. The hash is made in the process; the token gets what every
 * module takes: a DigestInfo for CKM_RSA_PKCS, a digest for CKM_RSA_PKCS_PSS and CKM_ECDSA. Where
 * it has no PSS, or not this form of it, it gets the padded block for CKM_RSA_X_509.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "signature/common.h"

enum { RSA_MAX = OPENSSL_RSA_MAX_MODULUS_BITS / 8, EC_MAX = 2 * 128 };

/* ---- digests --------------------------------------------------------------------------------- */

static const gt_pss_hash hashes[] = {
    {"SHA1", CKM_SHA_1, CKG_MGF1_SHA1},        {"SHA2-224", CKM_SHA224, CKG_MGF1_SHA224},
    {"SHA2-256", CKM_SHA256, CKG_MGF1_SHA256}, {"SHA2-384", CKM_SHA384, CKG_MGF1_SHA384},
    {"SHA2-512", CKM_SHA512, CKG_MGF1_SHA512},
};

const gt_pss_hash *gt_pss_hash_of(const EVP_MD *md)
{
    for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
        if (EVP_MD_is_a(md, hashes[i].name))
            return &hashes[i];
    return NULL;
}

/* ---- one call of the token ------------------------------------------------------------------- */

static int by_token(const gt_common *key, CK_MECHANISM *mechanism, const uint8_t *data, size_t len,
                    uint8_t *sig, size_t *sig_len, gt_error *err)
{
    return gt_object_sign(key->object, mechanism, data, len, sig, sig_len, err);
}

static int raise(const gt_common *key, const gt_error *err)
{
    return gt_raise_error(&key->prov->core, err);
}

static int no_room(const gt_common *key)
{
    return gt_raise(&key->prov->core, GT_R_LENGTH, "there is no room for the signature");
}

/* ---- RSA ------------------------------------------------------------------------------------- */

/* DigestInfo (RFC 8017, 9.2); of MD5-SHA1, as TLS 1.1 has it, the two digests as they are. */
static int digest_info(const EVP_MD *md, const uint8_t *digest, size_t len, uint8_t **out,
                       size_t *out_len)
{
    X509_SIG *info = NULL;
    X509_ALGOR *algorithm;
    ASN1_OCTET_STRING *value;
    int nid = EVP_MD_get_type(md), n = 0;

    *out = NULL;
    if (nid == NID_md5_sha1) {
        *out = OPENSSL_memdup(digest, len);
        *out_len = len;
        return *out != NULL;
    }
    if (nid == NID_undef || (info = X509_SIG_new()) == NULL)
        return 0;
    X509_SIG_getm(info, &algorithm, &value);
    if (X509_ALGOR_set0(algorithm, OBJ_nid2obj(nid), V_ASN1_NULL, NULL) &&
        ASN1_OCTET_STRING_set(value, digest, (int)len))
        n = i2d_X509_SIG(info, out);
    X509_SIG_free(info);
    *out_len = (size_t)n;
    return n > 0;
}

static int sign_pkcs1(const gt_common *key, const EVP_MD *md, const uint8_t *tbs, size_t len,
                      unsigned char *sig, size_t *sig_len)
{
    CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
    gt_error err = {.reason = GT_OK};
    uint8_t *info = NULL;
    int ok;

    if (md != NULL && !digest_info(md, tbs, len, &info, &len))
        return gt_raise(&key->prov->core, GT_R_DIGEST, "%s has no place in PKCS #1",
                        EVP_MD_get0_name(md));
    ok = by_token(key, &mechanism, info != NULL ? info : tbs, len, sig, sig_len, &err);
    OPENSSL_free(info);
    return ok || raise(key, &err);
}

static int sign_raw(const gt_common *key, const uint8_t *block, size_t len, unsigned char *sig,
                    size_t *sig_len, gt_error *err)
{
    CK_MECHANISM mechanism = {CKM_RSA_X_509, NULL, 0};

    return by_token(key, &mechanism, block, len, sig, sig_len, err);
}

/* EMSA-PSS-ENCODE (RFC 8017, 9.1.1) of a digest. block: the modulus's bytes. */
static int encode_pss(const gt_common *key, const EVP_MD *md, const EVP_MD *mgf, size_t salt_len,
                      const uint8_t *digest, uint8_t *block, size_t size)
{
    static const uint8_t zeros[8];
    size_t h_len = (size_t)EVP_MD_get_size(md), bits = (size_t)EVP_PKEY_get_bits(key->pub) - 1;
    size_t em_len = (bits + 7) / 8, db_len = em_len - h_len - 1;
    uint8_t *em = block + (size - em_len), *salt = em + db_len - salt_len, *h = em + db_len;
    uint8_t mask[RSA_MAX];
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    int ok;

    memset(block, 0, size);
    ok = hash != NULL &&
         (salt_len == 0 || RAND_bytes_ex(key->prov->libctx, salt, salt_len, 0) > 0) &&
         EVP_DigestInit_ex2(hash, md, NULL) && EVP_DigestUpdate(hash, zeros, sizeof(zeros)) &&
         EVP_DigestUpdate(hash, digest, h_len) && EVP_DigestUpdate(hash, salt, salt_len) &&
         EVP_DigestFinal_ex(hash, h, NULL) &&
         PKCS1_MGF1(mask, (long)db_len, h, (long)h_len, mgf) == 0;
    EVP_MD_CTX_free(hash);
    if (!ok)
        return 0;
    em[db_len - salt_len - 1] = 1;
    for (size_t i = 0; i < db_len; i++)
        em[i] ^= mask[i];
    if (bits % 8 != 0)
        em[0] &= (uint8_t)(0xFF >> (8 - bits % 8));
    em[em_len - 1] = 0xBC;
    return 1;
}

/* The salt's length: the program's number, or by one of its words. 0 with an error raised. */
static int salt_length(const gt_common *key, EVP_PKEY_CTX *ctx, size_t h_len, size_t *salt_len)
{
    size_t em_len = ((size_t)EVP_PKEY_get_bits(key->pub) + 6) / 8, most;
    int n = 0;
    /* Not EVP_PKEY_CTX_get_rsa_pss_saltlen: of the words of OpenSSL 3.1 and later it makes a 0. */
    OSSL_PARAM ask[] = {OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, &n),
                        OSSL_PARAM_construct_end()};

    if (em_len < h_len + 2 || EVP_PKEY_CTX_get_params(ctx, ask) <= 0 || !OSSL_PARAM_modified(ask))
        return gt_raise(&key->prov->core, GT_R_PARAMETER, "the key is too short for this digest");
    most = em_len - h_len - 2;
    if (n == RSA_PSS_SALTLEN_DIGEST)
        *salt_len = h_len;
    else if (n == RSA_PSS_SALTLEN_AUTO || n == RSA_PSS_SALTLEN_MAX)
        *salt_len = most;
    else if (n < 0) /* RSA_PSS_SALTLEN_AUTO_DIGEST_MAX of OpenSSL 3.1 */
        *salt_len = h_len < most ? h_len : most;
    else
        *salt_len = (size_t)n;
    return *salt_len <= most || gt_raise(&key->prov->core, GT_R_PARAMETER,
                                         "a salt of %zu bytes is too long for the key", *salt_len);
}

static int sign_pss(const gt_common *key, EVP_PKEY_CTX *ctx, const EVP_MD *md,
                    const uint8_t *digest, size_t len, unsigned char *sig, size_t *sig_len)
{
    const gt_core *core = &key->prov->core;
    size_t size = (size_t)EVP_PKEY_get_size(key->pub), salt_len = 0, room = *sig_len;
    gt_error err = {.reason = GT_OK};
    const gt_pss_hash *hash, *mgf_hash;
    uint8_t block[RSA_MAX];
    char mgf_name[64];
    EVP_MD *mgf;
    int ok = 0, tried = 0;

    if (md == NULL)
        return gt_raise(core, GT_R_PARAMETER, "PSS needs a digest to be named");
    if (size > sizeof(block) || !salt_length(key, ctx, len, &salt_len))
        return 0;
    if (EVP_PKEY_CTX_get_rsa_mgf1_md_name(ctx, mgf_name, sizeof(mgf_name)) <= 0)
        mgf_name[0] = '\0';
    mgf = EVP_MD_fetch(key->prov->libctx, mgf_name[0] != '\0' ? mgf_name : EVP_MD_get0_name(md),
                       NULL);
    if (mgf == NULL)
        return gt_raise(core, GT_R_DIGEST, "there is no digest %s", mgf_name);
    hash = gt_pss_hash_of(md);
    mgf_hash = gt_pss_hash_of(mgf);
    if (hash != NULL && mgf_hash != NULL &&
        !(gt_p11_quirks(gt_object_p11(key->object)) & GT_QUIRK_RAW_RSA)) {
        CK_RSA_PKCS_PSS_PARAMS params = {hash->hash, mgf_hash->mgf, salt_len};
        CK_MECHANISM mechanism = {CKM_RSA_PKCS_PSS, &params, sizeof(params)};

        tried = 1;
        ok = by_token(key, &mechanism, digest, len, sig, sig_len, &err);
    }
    if (!ok && (!tried || gt_error_is_unsupported(&err))) {
        *sig_len = room;
        ok = encode_pss(key, md, mgf, salt_len, digest, block, size) &&
             sign_raw(key, block, size, sig, sig_len, &err);
    }
    EVP_MD_free(mgf);
    return ok || raise(key, &err);
}

static int sign_rsa(const gt_common *key, EVP_PKEY_CTX *ctx, const EVP_MD *md, const uint8_t *tbs,
                    size_t len, unsigned char *sig, size_t *sig_len, size_t sig_size)
{
    size_t size = (size_t)EVP_PKEY_get_size(key->pub);
    gt_error err = {.reason = GT_OK};
    int pad = RSA_PKCS1_PADDING;

    if (sig_size < size)
        return no_room(key);
    *sig_len = sig_size;
    if (EVP_PKEY_CTX_get_rsa_padding(ctx, &pad) <= 0)
        return 0;
    switch (pad) {
    case RSA_PKCS1_PADDING:
        return sign_pkcs1(key, md, tbs, len, sig, sig_len);
    case RSA_PKCS1_PSS_PADDING:
        return sign_pss(key, ctx, md, tbs, len, sig, sig_len);
    case RSA_NO_PADDING:
        if (len != size)
            return gt_raise(&key->prov->core, GT_R_LENGTH,
                            "without padding there are %zu bytes to sign and not %zu", size, len);
        return sign_raw(key, tbs, len, sig, sig_len, &err) || raise(key, &err);
    default:
        return gt_raise(&key->prov->core, GT_R_NOT_SUPPORTED, "this RSA padding");
    }
}

/* ---- ECDSA ----------------------------------------------------------------------------------- */

/* PKCS #11 has r | s, X9.62 a SEQUENCE of the two. */
static int to_der(const uint8_t *rs, size_t len, unsigned char *sig, size_t *sig_len,
                  size_t sig_size)
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(rs, (int)(len / 2), NULL);
    BIGNUM *s = BN_bin2bn(rs + len / 2, (int)(len / 2), NULL);
    int n = 0;

    if (pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s)) {
        r = s = NULL;
        n = i2d_ECDSA_SIG(pair, NULL);
        if (n > 0 && (size_t)n <= sig_size)
            n = i2d_ECDSA_SIG(pair, &sig);
        else
            n = 0;
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    *sig_len = (size_t)n;
    return n > 0;
}

static int sign_ec(const gt_common *key, const uint8_t *tbs, size_t len, unsigned char *sig,
                   size_t *sig_len, size_t sig_size)
{
    CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
    size_t order = ((size_t)EVP_PKEY_get_bits(key->pub) + 7) / 8, rs_len;
    gt_error err = {.reason = GT_OK};
    uint8_t rs[EC_MAX];

    rs_len = sizeof(rs);
    /* Of a longer digest only so much counts (FIPS 186-5, 6.4.1), and not every token knows. */
    if (len > order)
        len = order;
    if (!by_token(key, &mechanism, tbs, len, rs, &rs_len, &err))
        return raise(key, &err);
    if (rs_len == 0 || rs_len % 2 != 0)
        return gt_raise(&key->prov->core, GT_R_TOKEN_ERROR, "a signature of %zu bytes", rs_len);
    return to_der(rs, rs_len, sig, sig_len, sig_size) || no_room(key);
}

int gt_common_sign(const gt_common *key, EVP_PKEY_CTX *ctx, const EVP_MD *md, const uint8_t *tbs,
                   size_t tbs_len, unsigned char *sig, size_t *sig_len, size_t sig_size)
{
    if (md != NULL && tbs_len != (size_t)EVP_MD_get_size(md))
        return gt_raise(&key->prov->core, GT_R_DIGEST_LENGTH, "%s has %d bytes and not %zu",
                        EVP_MD_get0_name(md), EVP_MD_get_size(md), tbs_len);
    if (key->rsa)
        return sign_rsa(key, ctx, md, tbs, tbs_len, sig, sig_len, sig_size);
    return sign_ec(key, tbs, tbs_len, sig, sig_len, sig_size);
}
