/* SPDX-License-Identifier: Apache-2.0 */
/* EVP_PKEY_ASN1_METHOD: how GOST keys are read, written, shown and compared. Its controls are in
 * ameth_cms.c. */
#include "bridge/internal.h"

#include <limits.h>
#include <string.h>

#include <openssl/err.h>

#include "codec/codec.h"
#include "signature/signature.h"

/* ---- parameters ------------------------------------------------------------------------------ */

static const gost_paramset *read_algorithm(const X509_ALGOR *algor, const gt_alg **alg)
{
    const ASN1_OBJECT *object;
    const void *value;
    const gt_bridge_type *type;
    const gost_paramset *ps = NULL;
    int value_type;

    X509_ALGOR_get0(&object, &value_type, &value, algor);
    type = gt_bridge_type_by_nid(OBJ_obj2nid(object));
    *alg = type != NULL ? gt_bridge_alg(type) : NULL;
    if (type != NULL && value_type == V_ASN1_SEQUENCE)
        ps = gt_codec_read_params(*alg, ASN1_STRING_get0_data(value),
                                  (size_t)ASN1_STRING_length(value));
    if (ps == NULL)
        gt_raise(NULL, GT_R_BAD_KEY, "the parameter set is malformed or not known");
    return ps;
}

static ASN1_STRING *write_params(const gt_key *key)
{
    uint8_t der[GT_ALGORITHM_MAX];
    size_t len = gt_codec_write_params(key, der, sizeof(der));
    ASN1_STRING *s = ASN1_STRING_type_new(V_ASN1_SEQUENCE);

    if (s != NULL && len != 0 && ASN1_STRING_set(s, der, (int)len))
        return s;
    ASN1_STRING_free(s);
    return NULL;
}

static int param_missing(const EVP_PKEY *pkey)
{
    gt_key *key = gt_bridge_key_any(pkey);
    int missing = key == NULL;

    gt_key_free(key);
    return missing;
}

static int param_copy(EVP_PKEY *to, const EVP_PKEY *from)
{
    gt_key *source = gt_bridge_key_any(from), *key = NULL;
    int ok = 0;

    if (source == NULL)
        return gt_raise(NULL, GT_R_NO_KEY, "there are no parameters to copy");
    if (gt_bridge_key(to) != NULL)
        ok = 1; /* a key's parameters do not change */
    else if ((key = gt_key_new_of(source->alg, source->ps, NULL)) != NULL)
        ok = gt_bridge_assign(to, key);
    gt_key_free(key);
    gt_key_free(source);
    return ok;
}

/* Both comparisons see keys of other engines too. */
static int compare(const EVP_PKEY *a, const EVP_PKEY *b,
                   int (*same)(const gt_key *, const gt_key *))
{
    gt_key *one = gt_bridge_key_any(a), *two = gt_bridge_key_any(b);
    int result = one != NULL && two != NULL && same(one, two);

    gt_key_free(one);
    gt_key_free(two);
    return result;
}

static int param_cmp(const EVP_PKEY *a, const EVP_PKEY *b)
{
    return compare(a, b, gt_key_same_params);
}

/* ---- public keys ----------------------------------------------------------------------------- */

static EVP_PKEY *read_public(const void *pub)
{
    unsigned char *der = NULL;
    const unsigned char *p;
    int len = i2d_X509_PUBKEY(pub, &der);
    EVP_PKEY *pkey;

    if (len <= 0)
        return NULL;
    p = der;
    pkey = d2i_PUBKEY(NULL, &p, len);
    OPENSSL_free(der);
    return pkey;
}

static int pub_decode(EVP_PKEY *pkey, const X509_PUBKEY *pub)
{
    const unsigned char *bytes;
    const gost_paramset *ps;
    const gt_alg *alg;
    X509_ALGOR *algor;
    gt_key *key;
    int len, ok;

    if (gt_bridge_give_back(pkey, read_public, pub))
        return 1;
    if (!X509_PUBKEY_get0_param(NULL, &bytes, &len, &algor, pub))
        return 0;
    ps = read_algorithm(algor, &alg);
    if (ps == NULL)
        return 0;
    key = len > 0 ? gt_codec_read_point(alg, ps, bytes, (size_t)len) : NULL;
    if (key == NULL)
        return gt_raise(NULL, GT_R_BAD_KEY, "the public key is not an OCTET STRING of %u bytes",
                        ps->bits / 4);
    ok = gt_bridge_assign(pkey, key);
    gt_key_free(key);
    return ok;
}

static int pub_encode(X509_PUBKEY *pub, const EVP_PKEY *pkey)
{
    gt_key *key = gt_bridge_key(pkey);
    uint8_t der[GOST_3410_MAX_PUB + 8];
    unsigned char *point = NULL;
    ASN1_STRING *params;
    size_t len;

    if (key == NULL || !key->has_public)
        return gt_raise(NULL, GT_R_NO_KEY, "there is no public key to write");
    len = gt_codec_write_point(key, der, sizeof(der));
    params = write_params(key);
    if (len != 0 && params != NULL)
        point = OPENSSL_memdup(der, len);
    if (point != NULL && X509_PUBKEY_set0_param(pub, OBJ_nid2obj(gt_bridge_type_of(key->alg)->nid),
                                                V_ASN1_SEQUENCE, params, point, (int)len))
        return 1;
    ASN1_STRING_free(params);
    OPENSSL_free(point);
    return gt_raise(NULL, GT_R_NO_MEMORY, NULL);
}

static int pub_cmp(const EVP_PKEY *a, const EVP_PKEY *b)
{
    return compare(a, b, gt_key_same_public);
}

static int get_pub_key(const EVP_PKEY *pkey, unsigned char *pub, size_t *len)
{
    gt_key *key = gt_bridge_key(pkey);
    size_t size;

    if (key == NULL || !key->has_public)
        return 0;
    size = gt_alg_pub_size(key->alg);
    if (pub != NULL) {
        if (*len < size)
            return 0;
        memcpy(pub, key->pub, size);
    }
    *len = size;
    return 1;
}

/* ---- private keys: a reference in and nothing out, or a software key ------------------------- */

static EVP_PKEY *read_private(const void *p8)
{
    return EVP_PKCS82PKEY(p8);
}

/* The key on a token that a URI stub names. */
static gt_key *find_named(const char *uri, const gost_paramset *ps)
{
    const gt_prompt terminal = {gt_prompt_terminal, NULL};
    gt_key *key = gt_bridge_handed_over(uri);

    key = key != NULL ? gt_key_ref(key) : gt_bridge_find_private(uri, &terminal);
    if (key != NULL && key->ps->curve != ps->curve) {
        gt_raise(NULL, GT_R_BAD_KEY,
                 "the key on the token has other parameters than the file says");
        gt_key_free(key);
        key = NULL;
    }
    return key;
}

static int priv_decode(EVP_PKEY *pkey, const PKCS8_PRIV_KEY_INFO *p8)
{
    const unsigned char *octets;
    const X509_ALGOR *algor;
    const gost_paramset *ps;
    const gt_alg *alg;
    char uri[GT_URI_MAX + 1];
    gt_key *key;
    int len, ok;

    if (gt_bridge_give_back(pkey, read_private, p8))
        return 1;
    if (!PKCS8_pkey_get0(NULL, &octets, &len, &algor, p8))
        return 0;
    ps = read_algorithm(algor, &alg);
    if (ps == NULL)
        return 0;
    if (alg->verify_only != NULL)
        return gt_raise(NULL, GT_R_NOT_SUPPORTED, "%s", alg->verify_only);
    if (len > 0 && gt_codec_read_stub_octets(octets, (size_t)len, uri)) {
        key = find_named(uri, ps);
    } else {
        key = len > 0 ? gt_codec_read_private(ps, octets, (size_t)len) : NULL;
        if (key == NULL)
            gt_raise(NULL, GT_R_BAD_KEY,
                     "this file holds neither a GOST private key nor the pkcs11: URI of one");
    }
    if (key == NULL)
        return 0;
    ok = gt_bridge_assign(pkey, key);
    gt_key_free(key);
    return ok;
}

static int priv_encode(PKCS8_PRIV_KEY_INFO *p8, const EVP_PKEY *pkey)
{
    gt_key *key = gt_bridge_key(pkey);
    unsigned char *octets;
    ASN1_STRING *params;
    int size;

    if (key == NULL || !gt_key_is_private(key))
        return gt_raise(NULL, GT_R_NO_KEY, "there is no private key");
    if (key->soft == NULL)
        return gt_raise(NULL, GT_R_STAYS_ON_TOKEN,
                        "it cannot be written out; use -pubout for the public key");
    size = (int)key->alg->bits / 8;
    params = write_params(key);
    octets = OPENSSL_memdup(key->soft->d, (size_t)size);
    if (params != NULL && octets != NULL &&
        PKCS8_pkey_set0(p8, OBJ_nid2obj(gt_bridge_type_of(key->alg)->nid), 0, V_ASN1_SEQUENCE,
                        params, octets, size))
        return 1;
    ASN1_STRING_free(params);
    OPENSSL_clear_free(octets, (size_t)size);
    return gt_raise(NULL, GT_R_NO_MEMORY, NULL);
}

/* ---- text ------------------------------------------------------------------------------------ */

struct print {
    BIO *out;
    int indent;
};

static int print_line(void *arg, const char *line)
{
    const struct print *print = arg;

    return BIO_indent(print->out, print->indent, 128) && BIO_printf(print->out, "%s\n", line) > 0;
}

static int print_key(BIO *out, const EVP_PKEY *pkey, int indent, unsigned parts)
{
    struct print print = {out, indent};
    gt_key *key = gt_bridge_key_any(pkey);
    int ok = key != NULL && gt_codec_print(key, parts, print_line, &print);

    gt_key_free(key);
    return ok;
}

static int param_print(BIO *out, const EVP_PKEY *pkey, int indent, ASN1_PCTX *pctx)
{
    (void)pctx;
    return print_key(out, pkey, indent, GT_TEXT_PARAMS);
}

static int pub_print(BIO *out, const EVP_PKEY *pkey, int indent, ASN1_PCTX *pctx)
{
    (void)pctx;
    return print_key(out, pkey, indent, GT_TEXT_PUBLIC | GT_TEXT_PARAMS);
}

static int priv_print(BIO *out, const EVP_PKEY *pkey, int indent, ASN1_PCTX *pctx)
{
    (void)pctx;
    return print_key(out, pkey, indent, GT_TEXT_PRIVATE | GT_TEXT_PUBLIC | GT_TEXT_PARAMS);
}

/* ---- sizes and controls ---------------------------------------------------------------------- */

static const gt_bridge_type *type_of(const EVP_PKEY *pkey)
{
    return gt_bridge_type_by_nid(EVP_PKEY_get_base_id(pkey));
}

static int pkey_size(const EVP_PKEY *pkey)
{
    const gt_bridge_type *type = type_of(pkey);

    return type != NULL ? (int)type->bits / 4 : 0;
}

static int pkey_bits(const EVP_PKEY *pkey)
{
    const gt_bridge_type *type = type_of(pkey);

    return type != NULL ? (int)type->bits : 0;
}

static int pkey_security_bits(const EVP_PKEY *pkey)
{
    return pkey_bits(pkey) / 2;
}

static int check_with(const EVP_PKEY *pkey, int (*check)(const gt_key *, gt_error *))
{
    gt_key *key = gt_bridge_key_any(pkey);
    gt_error err = {.reason = GT_OK};
    int ok;

    if (key == NULL)
        return gt_raise(NULL, GT_R_NO_KEY, NULL);
    ok = check(key, &err);
    if (!ok)
        gt_raise_error(NULL, &err);
    gt_key_free(key);
    return ok;
}

static int pkey_check(const EVP_PKEY *pkey)
{
    return check_with(pkey, gt_signature_check_pair);
}

static int pkey_public_check(const EVP_PKEY *pkey)
{
    return check_with(pkey, gt_signature_check_public);
}

static void pkey_free(EVP_PKEY *pkey)
{
    EC_KEY_free(EVP_PKEY_get0(pkey));
}

int gt_ameth_make(EVP_PKEY_ASN1_METHOD **meth, int nid)
{
    EVP_PKEY_ASN1_METHOD *m = EVP_PKEY_asn1_new(nid, 0, OBJ_nid2sn(nid), OBJ_nid2ln(nid));

    *meth = m;
    if (m == NULL)
        return 0;
    EVP_PKEY_asn1_set_public(m, pub_decode, pub_encode, pub_cmp, pub_print, pkey_size, pkey_bits);
    EVP_PKEY_asn1_set_private(m, priv_decode, priv_encode, priv_print);
    EVP_PKEY_asn1_set_param(m, NULL, NULL, param_missing, param_copy, param_cmp, param_print);
    EVP_PKEY_asn1_set_security_bits(m, pkey_security_bits);
    EVP_PKEY_asn1_set_ctrl(m, gt_ameth_ctrl);
    EVP_PKEY_asn1_set_check(m, pkey_check);
    EVP_PKEY_asn1_set_public_check(m, pkey_public_check);
    EVP_PKEY_asn1_set_get_pub_key(m, get_pub_key);
    EVP_PKEY_asn1_set_free(m, pkey_free);
    return 1;
}
