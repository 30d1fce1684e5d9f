/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/pbe.h. */
#include <string.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include "cli/keys/pbe.h"
#include "codec/asn1.h"
#include "gost/gost28147.h"
#include "gost/kdf.h"
#include "gost/mem.h"
#include "gost/omac.h"

#define KEY  32
#define SEED 8

static const uint8_t pbes2[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0D};
static const uint8_t pbkdf2[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0C};

/* The pseudo-random functions of PBKDF2 that OpenSSL alone has not. */
static const struct {
    uint8_t oid[10];
    size_t len;
    gost_prf_hash hash;
} prfs[] = {
    {{0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x04, 0x01}, 10, GOST_PRF_256},
    {{0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x04, 0x02}, 10, GOST_PRF_512},
    {{0x06, 0x06, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x0A}, 8, GOST_PRF_94},
};

/* The ciphers. class NULL: GOST 28147-89 in CFB. section: bytes under one key in CMS and its kin
 * (R 1323565.1.025-2019). */
typedef struct cipher {
    uint8_t oid[11];
    size_t len;
    const gost_block_class *class;
    uint64_t section;
    int omac;
} cipher;

static const cipher ciphers[] = {
    {{0x06, 0x06, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x15}, 8, NULL, 0, 0},
    {{0x06, 0x09, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x05, 0x01, 0x01},
     11,
     &gost_block_magma,
     8 * 1024,
     0},
    {{0x06, 0x09, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x05, 0x01, 0x02},
     11,
     &gost_block_magma,
     8 * 1024,
     1},
    {{0x06, 0x09, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x05, 0x02, 0x01},
     11,
     &gost_block_kuznyechik,
     256 * 1024,
     0},
    {{0x06, 0x09, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x05, 0x02, 0x02},
     11,
     &gost_block_kuznyechik,
     256 * 1024,
     1},
};

/* ---- the parameters (RFC 8018, A.2 and A.4) -------------------------------------------------- */

typedef struct scheme {
    gt_asn1 salt;
    uint32_t iterations;
    gt_asn1 prf;                /* its OID; empty: HMAC-SHA-1 */
    gt_asn1 cipher_oid, params; /* whole; params: all of the parameters' DER */
} scheme;

static int same(const gt_asn1 *a, const uint8_t *oid, size_t len)
{
    return a->len == len && memcmp(a->p, oid, len) == 0;
}

/* SEQUENCE { OID, the rest } */
static int take_algorithm(gt_asn1 *in, gt_asn1 *oid, gt_asn1 *rest)
{
    gt_asn1 value;

    return gt_asn1_take(in, GT_ASN1_SEQUENCE, rest, NULL) &&
           gt_asn1_take(rest, GT_ASN1_OID, &value, oid);
}

/* A salt and a number of iterations; *n 0: it is not one, or would take hours. */
static int take_cost(gt_asn1 *params, gt_asn1 *salt, uint32_t *n)
{
    gt_asn1 number;

    *n = 0;
    if (!gt_asn1_take(params, GT_ASN1_OCTET_STRING, salt, NULL) ||
        !gt_asn1_take(params, GT_ASN1_INTEGER, &number, NULL))
        return 0;
    if (number.len < 1 || number.len > 4 || (number.p[0] & 0x80))
        return 1;
    for (size_t i = 0; i < number.len; i++)
        *n = *n << 8 | number.p[i];
    *n = *n <= CLI_PBE_ITERATIONS_MAX ? *n : 0;
    return 1;
}

static int read_kdf(gt_asn1 in, scheme *s)
{
    gt_asn1 oid, all, params, number, rest;

    if (!take_algorithm(&in, &oid, &all) || !same(&oid, pbkdf2, sizeof(pbkdf2)) ||
        !gt_asn1_take(&all, GT_ASN1_SEQUENCE, &params, NULL) ||
        !take_cost(&params, &s->salt, &s->iterations) || s->iterations == 0)
        return 0;
    (void)gt_asn1_take(&params, GT_ASN1_INTEGER, &number, NULL); /* the key's length: it is known */
    return params.len == 0 || take_algorithm(&params, &s->prf, &rest);
}

static int read_scheme(const uint8_t *der, size_t len, scheme *s)
{
    gt_asn1 in = {der, len}, oid, rest, params, kdf, value;

    memset(s, 0, sizeof(*s));
    if (!take_algorithm(&in, &oid, &rest) || !same(&oid, pbes2, sizeof(pbes2)) ||
        !gt_asn1_take(&rest, GT_ASN1_SEQUENCE, &params, NULL) ||
        !gt_asn1_take(&params, GT_ASN1_SEQUENCE, &value, &kdf) ||
        !take_algorithm(&params, &s->cipher_oid, &s->params))
        return 0;
    return read_kdf(kdf, s);
}

/* Does a scheme that is left to OpenSSL ask for too many iterations? It takes any number. */
static int takes_hours(const uint8_t *der, size_t len)
{
    gt_asn1 in = {der, len}, oid, rest, params, kdf, all, salt;
    uint32_t n;

    if (!take_algorithm(&in, &oid, &rest) || !gt_asn1_take(&rest, GT_ASN1_SEQUENCE, &params, NULL))
        return 0;
    if (same(&oid, pbes2, sizeof(pbes2))) {
        if (!gt_asn1_take(&params, GT_ASN1_SEQUENCE, &all, &kdf) ||
            !take_algorithm(&kdf, &oid, &all) || !same(&oid, pbkdf2, sizeof(pbkdf2)) ||
            !gt_asn1_take(&all, GT_ASN1_SEQUENCE, &params, NULL))
            return 0;
    }
    return take_cost(&params, &salt, &n) && n == 0;
}

static const cipher *gost_cipher(const scheme *s)
{
    for (size_t i = 0; i < sizeof(ciphers) / sizeof(*ciphers); i++)
        if (same(&s->cipher_oid, ciphers[i].oid, ciphers[i].len))
            return &ciphers[i];
    return NULL;
}

static int gost_prf(const scheme *s, gost_prf_hash *hash)
{
    for (size_t i = 0; i < sizeof(prfs) / sizeof(*prfs); i++) {
        if (same(&s->prf, prfs[i].oid, prfs[i].len)) {
            *hash = prfs[i].hash;
            return 1;
        }
    }
    return 0;
}

/* ---- the work ------------------------------------------------------------------------------- */

static ASN1_OBJECT *object_of(const gt_asn1 *oid)
{
    const unsigned char *p = oid->p;

    return oid->len > 0 ? d2i_ASN1_OBJECT(NULL, &p, (long)oid->len) : NULL;
}

/* A key from the password. */
static int make_key(const scheme *s, const cli_password *password, uint8_t *key, size_t len)
{
    gost_prf_hash hash;
    const EVP_MD *md = EVP_sha1();
    ASN1_OBJECT *oid;
    int nid = NID_undef;

    if (gost_prf(s, &hash)) {
        gost_pbkdf2(hash, password->text, password->len, s->salt.p, s->salt.len, s->iterations, key,
                    len);
        return 1;
    }
    if (s->prf.len > 0) {
        oid = object_of(&s->prf);
        if (oid == NULL || !EVP_PBE_find(EVP_PBE_TYPE_PRF, OBJ_obj2nid(oid), NULL, &nid, NULL))
            nid = NID_undef;
        ASN1_OBJECT_free(oid);
        md = EVP_get_digestbynid(nid);
    }
    return md != NULL && PKCS5_PBKDF2_HMAC(password->text, (int)password->len, s->salt.p,
                                           (int)s->salt.len, (int)s->iterations, md, (int)len, key);
}

/* CTR-ACPKM; ukm is the IV and a seed. With OMAC the MAC follows the contents, encrypted as they
 * are, and both keys come from the password's by the seed (RFC 9337, section 7.3). */
static cli_pbe_result decrypt_2015(const cipher *c, const uint8_t key[KEY], gt_asn1 ukm,
                                   const uint8_t *in, size_t in_len, uint8_t *out, size_t *len)
{
    size_t half = c->class->size / 2, size = c->omac ? c->class->size : 0;
    uint8_t keys[2 * KEY], mac[GOST_BLOCK_MAX];
    cli_pbe_result result = CLI_PBE_OK;
    gost_block block;
    gost_omac omac;
    gost_ctr ctr;

    if (ukm.len != half + SEED || in_len < size)
        return CLI_PBE_UNKNOWN;
    memcpy(keys, key, KEY);
    if (c->omac)
        (void)gost_kdf_tree(key, KEY, "kdf tree", 8, ukm.p + half, SEED, 1, sizeof(keys), 0, keys,
                            sizeof(keys));
    gost_block_init(&block, c->class, NULL, keys);
    gost_ctr_init(&ctr, &block, ukm.p, c->section);
    gost_ctr_crypt(&ctr, in, out, in_len);
    *len = in_len - size;
    if (c->omac) {
        gost_block_init(&block, c->class, NULL, keys + KEY);
        gost_omac_init(&omac, &block);
        gost_omac_update(&omac, out, *len);
        gost_omac_final(&omac, mac, size);
        if (!gost_equal(mac, out + *len, size))
            result = CLI_PBE_WRONG;
    }
    gost_wipe(keys, sizeof(keys));
    gost_wipe(&block, sizeof(block));
    gost_wipe(&ctr, sizeof(ctr));
    return result;
}

static cli_pbe_result decrypt_gost(const cipher *c, const scheme *s, const uint8_t key[KEY],
                                   const uint8_t *in, size_t in_len, uint8_t *out, size_t *len)
{
    gt_asn1 rest = s->params, params, iv, oid, value;
    const gost_sbox *sbox;
    gost_28147_stream stream;

    if (!gt_asn1_take(&rest, GT_ASN1_SEQUENCE, &params, NULL) ||
        !gt_asn1_take(&params, GT_ASN1_OCTET_STRING, &iv, NULL))
        return CLI_PBE_UNKNOWN;
    if (c->class != NULL)
        return decrypt_2015(c, key, iv, in, in_len, out, len);
    if (iv.len != 8 || !gt_asn1_take(&params, GT_ASN1_OID, &value, &oid) ||
        (sbox = gost_sbox_by_der(oid.p, oid.len)) == NULL)
        return CLI_PBE_UNKNOWN;
    gost_28147_cfb_init(&stream, sbox, sbox->meshing, key, iv.p);
    gost_28147_cfb_decrypt(&stream, in, out, in_len);
    gost_wipe(&stream, sizeof(stream));
    *len = in_len;
    return CLI_PBE_OK;
}

/* Another cipher under a key made with a GOST hash. */
static cli_pbe_result decrypt_other(OSSL_LIB_CTX *lib, const scheme *s,
                                    const cli_password *password, const uint8_t *in, size_t in_len,
                                    uint8_t *out, size_t *len)
{
    gt_asn1 rest = s->params, iv;
    uint8_t key[EVP_MAX_KEY_LENGTH];
    ASN1_OBJECT *oid = object_of(&s->cipher_oid);
    EVP_CIPHER *type =
        oid != NULL ? EVP_CIPHER_fetch(lib, OBJ_nid2sn(OBJ_obj2nid(oid)), NULL) : NULL;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    cli_pbe_result result = CLI_PBE_UNKNOWN;
    int n = 0, last = 0;

    if (type != NULL && ctx != NULL && gt_asn1_take(&rest, GT_ASN1_OCTET_STRING, &iv, NULL) &&
        iv.len == (size_t)EVP_CIPHER_get_iv_length(type) &&
        in_len % (size_t)EVP_CIPHER_get_block_size(type) == 0 &&
        make_key(s, password, key, (size_t)EVP_CIPHER_get_key_length(type)) &&
        EVP_DecryptInit_ex2(ctx, type, key, iv.p, NULL)) {
        result = CLI_PBE_WRONG;
        if (EVP_DecryptUpdate(ctx, out, &n, in, (int)in_len) &&
            EVP_DecryptFinal_ex(ctx, out + n, &last)) {
            *len = (size_t)(n + last);
            result = CLI_PBE_OK;
        }
    }
    gost_wipe(key, sizeof(key));
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(type);
    ASN1_OBJECT_free(oid);
    return result;
}

/* What OpenSSL can by itself: all of PBES1, PKCS #12's own and PBES2 without GOST. */
static cli_pbe_result decrypt_openssl(OSSL_LIB_CTX *lib, const X509_ALGOR *alg,
                                      const ASN1_OCTET_STRING *in, const cli_password *password,
                                      uint8_t *out, size_t *len)
{
    unsigned char *data = NULL;
    int n = 0;

    if (PKCS12_pbe_crypt_ex(alg, password->text, (int)password->len, ASN1_STRING_get0_data(in),
                            ASN1_STRING_length(in), &data, &n, 0, lib, NULL) == NULL)
        return CLI_PBE_WRONG;
    if (n <= ASN1_STRING_length(in)) {
        memcpy(out, data, (size_t)n);
        *len = (size_t)n;
    }
    OPENSSL_clear_free(data, (size_t)n);
    return CLI_PBE_OK;
}

cli_pbe_result cli_pbe_decrypt(OSSL_LIB_CTX *lib, const X509_ALGOR *alg,
                               const ASN1_OCTET_STRING *in, const cli_password *password,
                               uint8_t **out, size_t *len)
{
    const uint8_t *data = ASN1_STRING_get0_data(in);
    size_t data_len = (size_t)ASN1_STRING_length(in);
    uint8_t key[KEY], *to = gt_secret_new(data_len + 1);
    unsigned char *der = NULL;
    int der_len = i2d_X509_ALGOR(alg, &der), gost = 0;
    cli_pbe_result result = CLI_PBE_UNKNOWN;
    const cipher *c = NULL;
    gost_prf_hash hash;
    scheme s;

    *len = 0;
    if (to == NULL || der_len <= 0)
        goto done;
    if (read_scheme(der, (size_t)der_len, &s)) {
        c = gost_cipher(&s);
        gost = c != NULL || gost_prf(&s, &hash);
    }
    if (!gost && takes_hours(der, (size_t)der_len))
        result = CLI_PBE_UNKNOWN;
    else if (!gost)
        result = decrypt_openssl(lib, alg, in, password, to, len);
    else if (c == NULL)
        result = decrypt_other(lib, &s, password, data, data_len, to, len);
    else if (make_key(&s, password, key, sizeof(key)))
        result = decrypt_gost(c, &s, key, data, data_len, to, len);
    gost_wipe(key, sizeof(key));
done:
    OPENSSL_free(der);
    if (result != CLI_PBE_OK) {
        gt_secret_free(to, data_len + 1);
        to = NULL;
    }
    *out = to;
    return result;
}
