/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/keyput.h. */
#include <stdio.h>
#include <string.h>
#include <openssl/core_names.h>
#include "cli/keys/keyput.h"
#include "gost/mem.h"

#define NUMBER_MAX 2048 /* bytes: RSA of 16384 bits */
#define PARTS      8
#define ATTRS      32

/* What lies in memory of its own while a template points at it. */
typedef struct work {
    uint8_t number[PARTS][NUMBER_MAX];
} work;

typedef struct templates {
    CK_ATTRIBUTE priv[ATTRS], pub[ATTRS];
    CK_ULONG priv_n, pub_n, extra; /* extra: the last ones of priv, not every token takes them */
    CK_KEY_TYPE type;
    work *w;
} templates;

static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

static void add(CK_ATTRIBUTE *t, CK_ULONG *n, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
    t[(*n)++] = (CK_ATTRIBUTE){type, (void *)value, (CK_ULONG)len};
}

static void both(templates *t, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
    add(t->priv, &t->priv_n, type, value, len);
    add(t->pub, &t->pub_n, type, value, len);
}

/* ---- GOST ----------------------------------------------------------------------------------- */

static int gost(const cli_keyfile *k, templates *t)
{
    const gt_key *key = k->gost;
    size_t size = key->ps->bits / 8;

    t->type = key->alg->key_type;
    both(t, CKA_GOSTR3410_PARAMS, key->ps->der, key->ps->der_len);
    both(t, CKA_GOSTR3411_PARAMS, key->alg->digest_oid, key->alg->digest_oid_len);
    add(t->priv, &t->priv_n, CKA_VALUE, key->soft->d, size);
    add(t->pub, &t->pub_n, CKA_VALUE, key->pub, 2 * size);
    add(t->priv, &t->priv_n, CKA_DERIVE, &yes, 1);
    t->extra = 1;
    return 1;
}

/* ---- RSA ------------------------------------------------------------------------------------ */

/* A number of the key, big-endian; 0: it has none. */
static size_t number(const cli_keyfile *k, const char *name, size_t pad, uint8_t *out)
{
    BIGNUM *bn = BN_secure_new();
    int len = -1;

    if (bn != NULL && EVP_PKEY_get_bn_param(k->pkey, name, &bn) && BN_num_bytes(bn) <= NUMBER_MAX &&
        pad <= NUMBER_MAX)
        len = pad > 0 ? BN_bn2binpad(bn, out, (int)pad) : BN_bn2bin(bn, out);
    BN_clear_free(bn);
    return len > 0 ? (size_t)len : 0;
}

static int rsa(const cli_keyfile *k, templates *t)
{
    static const struct {
        CK_ATTRIBUTE_TYPE type;
        const char *name;
        int is_public;
    } parts[PARTS] = {
        {CKA_MODULUS, OSSL_PKEY_PARAM_RSA_N, 1},
        {CKA_PUBLIC_EXPONENT, OSSL_PKEY_PARAM_RSA_E, 1},
        {CKA_PRIVATE_EXPONENT, OSSL_PKEY_PARAM_RSA_D, 0},
        {CKA_PRIME_1, OSSL_PKEY_PARAM_RSA_FACTOR1, 0},
        {CKA_PRIME_2, OSSL_PKEY_PARAM_RSA_FACTOR2, 0},
        {CKA_EXPONENT_1, OSSL_PKEY_PARAM_RSA_EXPONENT1, 0},
        {CKA_EXPONENT_2, OSSL_PKEY_PARAM_RSA_EXPONENT2, 0},
        {CKA_COEFFICIENT, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, 0},
    };

    t->type = CKK_RSA;
    for (size_t i = 0; i < PARTS; i++) {
        size_t len = number(k, parts[i].name, 0, t->w->number[i]);

        if (len == 0)
            return 0;
        add(t->priv, &t->priv_n, parts[i].type, t->w->number[i], len);
        if (parts[i].is_public)
            add(t->pub, &t->pub_n, parts[i].type, t->w->number[i], len);
    }
    add(t->pub, &t->pub_n, CKA_ENCRYPT, &yes, 1);
    add(t->priv, &t->priv_n, CKA_DECRYPT, &yes, 1);
    t->extra = 1;
    return 1;
}

/* ---- EC ------------------------------------------------------------------------------------- */

static const struct curve {
    const char *name, *type;
    size_t bytes;
    uint8_t der[10];
    size_t der_len;
} curves[] = {
    {"prime256v1", "ec:p256", 32, {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07}, 10},
    {"secp384r1", "ec:p384", 48, {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22}, 7},
    {"secp521r1", "ec:p521", 66, {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23}, 7},
};

static const struct curve *curve_of(const cli_keyfile *k)
{
    char name[64];
    size_t len;

    if (k->pkey == NULL || !EVP_PKEY_get_group_name(k->pkey, name, sizeof(name), &len))
        return NULL;
    for (size_t i = 0; i < sizeof(curves) / sizeof(*curves); i++)
        if (strcmp(curves[i].name, name) == 0)
            return &curves[i];
    return NULL;
}

/* The point from its coordinates: a file may have it compressed, or not at all. */
static int ec(const cli_keyfile *k, templates *t)
{
    const struct curve *curve = curve_of(k);
    uint8_t *d = t->w->number[0], *point = t->w->number[1];
    size_t head = 2, size;

    if (curve == NULL)
        return 0;
    size = curve->bytes;
    t->type = CKK_EC;
    point[0] = 0x04; /* OCTET STRING */
    if (1 + 2 * size >= 0x80) {
        point[1] = 0x81;
        head = 3;
    }
    point[head - 1] = (uint8_t)(1 + 2 * size);
    point[head] = 0x04; /* uncompressed */
    if (number(k, OSSL_PKEY_PARAM_PRIV_KEY, size, d) != size ||
        number(k, OSSL_PKEY_PARAM_EC_PUB_X, size, point + head + 1) != size ||
        number(k, OSSL_PKEY_PARAM_EC_PUB_Y, size, t->w->number[2]) != size)
        return 0;
    memcpy(point + head + 1 + size, t->w->number[2], size);
    both(t, CKA_EC_PARAMS, curve->der, curve->der_len);
    add(t->priv, &t->priv_n, CKA_VALUE, d, size);
    add(t->pub, &t->pub_n, CKA_EC_POINT, point, head + 1 + 2 * size);
    add(t->priv, &t->priv_n, CKA_DERIVE, &yes, 1);
    t->extra = 1;
    return 1;
}

const char *cli_keyput_type(const cli_keyfile *k, char *buf, size_t size)
{
    if (k->gost != NULL)
        return k->gost->alg->name;
    if (EVP_PKEY_is_a(k->pkey, "RSA")) {
        (void)snprintf(buf, size, "rsa:%d", EVP_PKEY_get_bits(k->pkey));
        return buf;
    }
    return curve_of(k) != NULL ? curve_of(k)->type : NULL;
}

/* ---- both objects ---------------------------------------------------------------------------- */

static void common(templates *t, const cli_newkey *key, CK_OBJECT_CLASS cls[2])
{
    cls[0] = CKO_PRIVATE_KEY;
    cls[1] = CKO_PUBLIC_KEY;
    add(t->priv, &t->priv_n, CKA_CLASS, &cls[0], sizeof(cls[0]));
    add(t->pub, &t->pub_n, CKA_CLASS, &cls[1], sizeof(cls[1]));
    both(t, CKA_KEY_TYPE, &t->type, sizeof(t->type));
    both(t, CKA_TOKEN, &yes, 1);
    both(t, CKA_LABEL, key->label, strlen(key->label));
    both(t, CKA_ID, key->id, key->id_len);
    add(t->priv, &t->priv_n, CKA_PRIVATE, &yes, 1);
    add(t->priv, &t->priv_n, CKA_SENSITIVE, &yes, 1);
    add(t->priv, &t->priv_n, CKA_EXTRACTABLE, &no, 1);
    add(t->priv, &t->priv_n, CKA_SIGN, &yes, 1);
    add(t->pub, &t->pub_n, CKA_PRIVATE, &no, 1);
    add(t->pub, &t->pub_n, CKA_VERIFY, &yes, 1);
}

static CK_RV create(cli *c, CK_SESSION_HANDLE session, templates *t, CK_OBJECT_HANDLE pair[2])
{
    CK_RV rv = c->fn->C_CreateObject(session, t->priv, t->priv_n, &pair[0]);

    if (rv == CKR_TEMPLATE_INCONSISTENT || rv == CKR_ATTRIBUTE_TYPE_INVALID ||
        rv == CKR_ATTRIBUTE_VALUE_INVALID)
        rv = c->fn->C_CreateObject(session, t->priv, t->priv_n - t->extra, &pair[0]);
    if (rv != CKR_OK)
        return rv;
    rv = c->fn->C_CreateObject(session, t->pub, t->pub_n, &pair[1]);
    if (rv != CKR_OK)
        (void)c->fn->C_DestroyObject(session, pair[0]);
    return rv;
}

int cli_keyput(cli *c, CK_SESSION_HANDLE session, const cli_keyfile *file, const cli_newkey *key,
               CK_OBJECT_HANDLE pair[2])
{
    templates t = {.w = gt_secret_new(sizeof(work))};
    CK_OBJECT_CLASS cls[2];
    int code = CLI_OK, ok;
    CK_RV rv;

    if (t.w == NULL)
        return cli_fail(CLI_FAILURE, _("out of memory"));
    common(&t, key, cls);
    if (file->gost != NULL)
        ok = gost(file, &t);
    else
        ok = EVP_PKEY_is_a(file->pkey, "RSA") ? rsa(file, &t) : ec(file, &t);
    if (!ok) {
        code = cli_fail(CLI_FAILURE, _("the key is not of a kind that a token takes"));
    } else {
        rv = create(c, session, &t, pair);
        if (rv != CKR_OK)
            code = cli_fail_rv(c, rv, _("put the key \"%s\" on the token"), key->label);
    }
    gt_secret_free(t.w, sizeof(work));
    return code;
}
