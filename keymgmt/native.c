/* SPDX-License-Identifier: Apache-2.0 */
/* See provider-keymgmt(7). */
#include "keymgmt/native.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "bridge/bridge.h"
#include "gost/mem.h"
#include "provider/param.h"
#include "signature/signature.h"

static OSSL_FUNC_keymgmt_new_fn keymgmt_new_256, keymgmt_new_512, keymgmt_new_2001;
static OSSL_FUNC_keymgmt_free_fn keymgmt_free;
static OSSL_FUNC_keymgmt_load_fn keymgmt_load;
static OSSL_FUNC_keymgmt_has_fn keymgmt_has;
static OSSL_FUNC_keymgmt_match_fn keymgmt_match;
static OSSL_FUNC_keymgmt_validate_fn keymgmt_validate;
static OSSL_FUNC_keymgmt_import_fn keymgmt_import;
static OSSL_FUNC_keymgmt_import_types_fn keymgmt_types;
static OSSL_FUNC_keymgmt_export_fn keymgmt_export;
static OSSL_FUNC_keymgmt_get_params_fn keymgmt_get_params;
static OSSL_FUNC_keymgmt_gettable_params_fn keymgmt_gettable_params;
static OSSL_FUNC_keymgmt_set_params_fn keymgmt_set_params;
static OSSL_FUNC_keymgmt_settable_params_fn keymgmt_settable_params;
static OSSL_FUNC_keymgmt_dup_fn keymgmt_dup;
static OSSL_FUNC_keymgmt_query_operation_name_fn keymgmt_name_256, keymgmt_name_512,
    keymgmt_name_2001;

/* ---- making, loading, copying ---------------------------------------------------------------- */

static gt_native_key *new_native(gt_provider *prov, const gt_alg *alg)
{
    gt_native_key *native = OPENSSL_zalloc(sizeof(*native));

    if (native == NULL)
        return NULL;
    native->prov = prov;
    native->alg = alg;
    return native;
}

gt_native_key *gt_native_key_new(gt_provider *prov, gt_key *key)
{
    gt_native_key *native = new_native(prov, key->alg);

    if (native != NULL)
        native->key = gt_key_ref(key);
    return native;
}

void gt_native_key_free(gt_native_key *native)
{
    if (native == NULL)
        return;
    gt_key_free(native->key);
    OPENSSL_free(native);
}

static void *keymgmt_new_256(void *provctx)
{
    return new_native(provctx, gt_alg_by_bits(256));
}

static void *keymgmt_new_512(void *provctx)
{
    return new_native(provctx, gt_alg_by_bits(512));
}

static void *keymgmt_new_2001(void *provctx)
{
    return new_native(provctx, gt_alg_old());
}

static void keymgmt_free(void *keydata)
{
    gt_native_key_free(keydata);
}

static void *keymgmt_load(const void *reference, size_t size)
{
    gt_native_key *native = NULL;

    if (size != sizeof(native))
        return NULL;
    /* The reference is taken over: who gave it out sees the NULL and frees nothing. */
    memcpy(&native, reference, sizeof(native));
    memset((void *)(uintptr_t)reference, 0, sizeof(native));
    return native;
}

static void *keymgmt_dup(const void *keydata, int selection)
{
    const gt_native_key *from = keydata;
    gt_native_key *to = new_native(from->prov, from->alg);

    if (to == NULL || from->key == NULL)
        return to;
    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0)
        to->key = gt_key_ref(from->key);
    else if ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0 && from->key->has_public)
        to->key = gt_key_new_of(from->alg, from->key->ps, from->key->pub);
    else
        to->key = gt_key_new_of(from->alg, from->key->ps, NULL);
    if (to->key != NULL)
        return to;
    gt_native_key_free(to);
    return NULL;
}

int gt_native_give(gt_provider *prov, gt_key *key, OSSL_CALLBACK *cb, void *cbarg)
{
    gt_native_key *native;
    int type = OSSL_OBJECT_PKEY, ok;
    char engine[GT_ENGINE_ID];
    OSSL_PARAM params[4];

    if (gt_bridge_foreign(key->alg, engine))
        return gt_raise(&prov->core, GT_R_BRIDGE,
                        "the engine '%s' of this process would take the key for its own; remove it "
                        "from the configuration, or bridge = off",
                        engine);
    native = gt_native_key_new(prov, key);
    if (native == NULL)
        return gt_raise(&prov->core, GT_R_NO_MEMORY, NULL);
    params[0] = OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &type);
    params[1] = OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_TYPE,
                                                 (char *)(uintptr_t)key->alg->name, 0);
    params[2] =
        OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_REFERENCE, &native, sizeof(native));
    params[3] = OSSL_PARAM_construct_end();
    ok = cb(params, cbarg);
    gt_native_key_free(native); /* NULL if it was taken */
    return ok;
}

/* ---- what is in a key ------------------------------------------------------------------------ */

static int keymgmt_has(const void *keydata, int selection)
{
    const gt_native_key *native = keydata;

    if (native == NULL || native->key == NULL)
        return 0;
    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 && !gt_key_is_private(native->key))
        return 0;
    return (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) == 0 || native->key->has_public;
}

static int keymgmt_match(const void *keydata1, const void *keydata2, int selection)
{
    const gt_native_key *a = keydata1, *b = keydata2;

    if (a->key == NULL || b->key == NULL)
        return 0;
    /* Private keys belong together if their public keys are one. */
    if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0)
        return gt_key_same_public(a->key, b->key);
    return gt_key_same_params(a->key, b->key);
}

static int keymgmt_validate(const void *keydata, int selection, int checktype)
{
    const gt_native_key *native = keydata;
    gt_error err = {.reason = GT_OK};
    int ok = 1;

    (void)checktype;
    if (native->key == NULL)
        return gt_raise(&native->prov->core, GT_R_NO_KEY, NULL);
    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 && !gt_key_is_private(native->key))
        return gt_raise(&native->prov->core, GT_R_NO_KEY, "there is no private key");
    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0)
        ok = gt_signature_check_pair(native->key, &err);
    else if ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0)
        ok = gt_signature_check_public(native->key, &err);
    return ok || gt_raise_error(&native->prov->core, &err);
}

static const OSSL_PARAM *keymgmt_gettable_params(void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_MANDATORY_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return list;
}

static int keymgmt_get_params(void *keydata, OSSL_PARAM params[])
{
    static const char *const publics[] = {OSSL_PKEY_PARAM_PUB_KEY,
                                          OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY};
    const gt_native_key *native = keydata;
    const gt_alg *alg = native->alg;
    const gt_key *key = native->key;
    OSSL_PARAM *p;

    if (!gt_param_give_uint(params, OSSL_PKEY_PARAM_BITS, alg->bits) ||
        !gt_param_give_uint(params, OSSL_PKEY_PARAM_SECURITY_BITS, alg->bits / 2) ||
        !gt_param_give_uint(params, OSSL_PKEY_PARAM_MAX_SIZE, (unsigned)gt_alg_pub_size(alg)) ||
        !gt_param_give_text(params, OSSL_PKEY_PARAM_DEFAULT_DIGEST, alg->digest) ||
        /* This one and no other. */
        !gt_param_give_text(params, OSSL_PKEY_PARAM_MANDATORY_DIGEST, alg->digest))
        return 0;
    if (key == NULL)
        return 1;
    if (!gt_param_give_text(params, OSSL_PKEY_PARAM_GROUP_NAME, key->ps->name))
        return 0;
    for (size_t i = 0; i < sizeof(publics) / sizeof(publics[0]); i++)
        if (key->has_public && (p = OSSL_PARAM_locate(params, publics[i])) != NULL &&
            !OSSL_PARAM_set_octet_string(p, key->pub, gt_alg_pub_size(alg)))
            return 0;
    return 1;
}

/* ---- in and out, as parameters --------------------------------------------------------------- */

static const OSSL_PARAM *keymgmt_types(int selection)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_PRIV_KEY, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)selection;
    return list;
}

/* NULL with an error raised. */
static const gost_paramset *take_group(const gt_native_key *native, const OSSL_PARAM params[])
{
    const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_GROUP_NAME);
    const gost_paramset *ps = NULL;
    const char *name;

    if (p == NULL || !gt_param_text(p, &name)) {
        gt_raise(&native->prov->core, GT_R_BAD_KEY, "the parameter \"%s\" is missing",
                 OSSL_PKEY_PARAM_GROUP_NAME);
        return NULL;
    }
    ps = gost_paramset_by_name(name, native->alg->bits);
    if (ps != NULL && gt_alg_has_set(native->alg, ps))
        return ps;
    gt_raise(&native->prov->core, GT_R_BAD_KEY, "%.60s is not a parameter set of %s keys", name,
             native->alg->name);
    return NULL;
}

static gt_key *import_private(const gost_paramset *ps, const OSSL_PARAM *p)
{
    uint8_t d[GOST_3410_MAX_KEY];
    BIGNUM *n = BN_secure_new();
    gt_key *key = NULL;

    if (n != NULL && OSSL_PARAM_get_BN(p, &n) && BN_bn2lebinpad(n, d, (int)ps->bits / 8) > 0)
        key = gt_key_new_soft(ps, d);
    gost_wipe(d, sizeof(d));
    BN_clear_free(n);
    return key;
}

static int keymgmt_import(void *keydata, int selection, const OSSL_PARAM params[])
{
    gt_native_key *native = keydata;
    const gt_core *core = &native->prov->core;
    const OSSL_PARAM *pub = NULL, *priv = NULL;
    const gost_paramset *ps;
    const void *bytes;
    gt_key *key;
    size_t len;

    if (native->key != NULL)
        return gt_raise(core, GT_R_NOT_SUPPORTED, "a key does not change");
    ps = take_group(native, params);
    if (ps == NULL)
        return 0;
    if ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0)
        pub = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_PUB_KEY);
    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0)
        priv = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_PRIV_KEY);
    if (pub == NULL && priv == NULL && (selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0)
        return gt_raise(core, GT_R_BAD_KEY, "the parameter \"%s\" is missing",
                        OSSL_PKEY_PARAM_PUB_KEY);
    bytes = NULL;
    if (pub != NULL && (!gt_param_octets(pub, &bytes, &len) || len != ps->bits / 4))
        return gt_raise(core, GT_R_BAD_KEY, "\"%s\" is X and Y, %u bytes, little-endian each",
                        OSSL_PKEY_PARAM_PUB_KEY, ps->bits / 4);
    if (priv != NULL && native->alg->verify_only != NULL)
        return gt_raise(core, GT_R_NOT_SUPPORTED, "%s", native->alg->verify_only);
    if (priv != NULL)
        key = import_private(ps, priv);
    else
        key = gt_key_new_of(native->alg, ps, bytes);
    if (key == NULL)
        return gt_raise(core, GT_R_BAD_KEY, "the private key is out of range");
    if (bytes != NULL && memcmp(key->pub, bytes, ps->bits / 4) != 0) {
        gt_key_free(key);
        return gt_raise(core, GT_R_BAD_KEY, "the public key is not that of the private key");
    }
    native->key = key;
    return 1;
}

gt_native_key *gt_native_import(gt_provider *prov, const gt_alg *alg, int selection,
                                const OSSL_PARAM params[])
{
    gt_native_key *native = new_native(prov, alg);

    if (native != NULL && keymgmt_import(native, selection, params))
        return native;
    gt_native_key_free(native);
    return NULL;
}

int gt_native_export(const gt_key *key, int private, OSSL_CALLBACK *cb, void *cbarg)
{
    unsigned char d[GOST_3410_MAX_KEY];
    OSSL_PARAM params[4], *p = params;
    BIGNUM *n;
    int ok = 1;

    *p++ = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                            (char *)(uintptr_t)key->ps->name, 0);
    if (key->has_public)
        *p++ = OSSL_PARAM_construct_octet_string(
            OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)key->pub, gt_alg_pub_size(key->alg));
    if (private && key->soft != NULL) {
        /* OSSL_PARAM's numbers are in the machine's byte order. */
        n = BN_lebin2bn(key->soft->d, (int)key->ps->bits / 8, BN_secure_new());
        ok = n != NULL && BN_bn2nativepad(n, d, (int)key->ps->bits / 8) > 0;
        BN_clear_free(n);
        *p++ = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, d, key->ps->bits / 8);
    }
    *p = OSSL_PARAM_construct_end();
    ok = ok && cb(params, cbarg);
    gost_wipe(d, sizeof(d));
    return ok;
}

int gt_native_export_reference(const void *reference, size_t size, OSSL_CALLBACK *cb, void *cbarg)
{
    gt_native_key *native;

    if (size != sizeof(native))
        return 0;
    memcpy(&native, reference, sizeof(native));
    return native != NULL && native->key != NULL && gt_native_export(native->key, 1, cb, cbarg);
}

static int keymgmt_export(void *keydata, int selection, OSSL_CALLBACK *cb, void *cbarg)
{
    const gt_native_key *native = keydata;
    int private = (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0;

    if (native->key == NULL)
        return 0;
    if (private && native->key->object != NULL)
        return gt_raise(&native->prov->core, GT_R_STAYS_ON_TOKEN, "it cannot be exported");
    return gt_native_export(native->key, private, cb, cbarg);
}

static const OSSL_PARAM *keymgmt_settable_params(void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return list;
}

/* EVP_PKEY_set1_encoded_public_key puts a public key into one that has only parameters. */
static int keymgmt_set_params(void *keydata, const OSSL_PARAM params[])
{
    gt_native_key *native = keydata;
    const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY);
    const void *bytes;
    gt_key *key;
    size_t len;

    if (p == NULL)
        return 1;
    if (native->key == NULL || native->key->has_public)
        return gt_raise(&native->prov->core, GT_R_NOT_SUPPORTED,
                        "a key does not change; only parameters take a public key");
    if (!gt_param_octets(p, &bytes, &len) || len != gt_alg_pub_size(native->alg))
        return gt_raise(&native->prov->core, GT_R_BAD_KEY,
                        "a public key is X and Y, %zu bytes, little-endian each",
                        gt_alg_pub_size(native->alg));
    key = gt_key_new_of(native->alg, native->key->ps, bytes);
    if (key == NULL)
        return gt_raise(&native->prov->core, GT_R_NO_MEMORY, NULL);
    gt_key_free(native->key);
    native->key = key;
    return 1;
}

/* ---- the tables ------------------------------------------------------------------------------ */

/* The key types' names are their operations' too. */
static const char *keymgmt_name_256(int operation)
{
    (void)operation;
    return "gost2012_256";
}

static const char *keymgmt_name_512(int operation)
{
    (void)operation;
    return "gost2012_512";
}

static const char *keymgmt_name_2001(int operation)
{
    (void)operation;
    return "gost2001";
}

#define KEYMGMT_FUNCTIONS(bits)                                                                    \
    static const OSSL_DISPATCH functions_##bits[] = {                                              \
        {OSSL_FUNC_KEYMGMT_NEW, (void (*)(void))keymgmt_new_##bits},                               \
        {OSSL_FUNC_KEYMGMT_FREE, (void (*)(void))keymgmt_free},                                    \
        {OSSL_FUNC_KEYMGMT_LOAD, (void (*)(void))keymgmt_load},                                    \
        {OSSL_FUNC_KEYMGMT_GEN_INIT, (void (*)(void))gt_native_gen_init_##bits},                   \
        {OSSL_FUNC_KEYMGMT_GEN_SET_TEMPLATE, (void (*)(void))gt_native_gen_set_template},          \
        {OSSL_FUNC_KEYMGMT_GEN_SET_PARAMS, (void (*)(void))gt_native_gen_set_params},              \
        {OSSL_FUNC_KEYMGMT_GEN_SETTABLE_PARAMS, (void (*)(void))gt_native_gen_settable_params},    \
        {OSSL_FUNC_KEYMGMT_GEN, (void (*)(void))gt_native_gen},                                    \
        {OSSL_FUNC_KEYMGMT_GEN_CLEANUP, (void (*)(void))gt_native_gen_cleanup},                    \
        {OSSL_FUNC_KEYMGMT_HAS, (void (*)(void))keymgmt_has},                                      \
        {OSSL_FUNC_KEYMGMT_MATCH, (void (*)(void))keymgmt_match},                                  \
        {OSSL_FUNC_KEYMGMT_VALIDATE, (void (*)(void))keymgmt_validate},                            \
        {OSSL_FUNC_KEYMGMT_IMPORT, (void (*)(void))keymgmt_import},                                \
        {OSSL_FUNC_KEYMGMT_IMPORT_TYPES, (void (*)(void))keymgmt_types},                           \
        {OSSL_FUNC_KEYMGMT_EXPORT, (void (*)(void))keymgmt_export},                                \
        {OSSL_FUNC_KEYMGMT_EXPORT_TYPES, (void (*)(void))keymgmt_types},                           \
        {OSSL_FUNC_KEYMGMT_GET_PARAMS, (void (*)(void))keymgmt_get_params},                        \
        {OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, (void (*)(void))keymgmt_gettable_params},              \
        {OSSL_FUNC_KEYMGMT_SET_PARAMS, (void (*)(void))keymgmt_set_params},                        \
        {OSSL_FUNC_KEYMGMT_SETTABLE_PARAMS, (void (*)(void))keymgmt_settable_params},              \
        {OSSL_FUNC_KEYMGMT_DUP, (void (*)(void))keymgmt_dup},                                      \
        {OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, (void (*)(void))keymgmt_name_##bits},             \
        {0, NULL},                                                                                 \
    }

KEYMGMT_FUNCTIONS(256);
KEYMGMT_FUNCTIONS(512);
KEYMGMT_FUNCTIONS(2001);

const OSSL_ALGORITHM gt_keymgmt_algorithms[] = {
    {GT_NATIVE_256, "provider=gosttoken", functions_256, "GOST R 34.10-2012, 256 bits"},
    {GT_NATIVE_512, "provider=gosttoken", functions_512, "GOST R 34.10-2012, 512 bits"},
    {GT_NATIVE_2001, "provider=gosttoken", functions_2001, "GOST R 34.10-2001, to verify"},
    {NULL, NULL, NULL, NULL},
};
