/* SPDX-License-Identifier: Apache-2.0 */
/* See provider-keymgmt(7). */
#include "keymgmt/common.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/x509.h>

#include "provider/param.h"

static OSSL_FUNC_keymgmt_new_fn keymgmt_new_rsa, keymgmt_new_ec;
static OSSL_FUNC_keymgmt_free_fn keymgmt_free;
static OSSL_FUNC_keymgmt_load_fn keymgmt_load;
static OSSL_FUNC_keymgmt_has_fn keymgmt_has;
static OSSL_FUNC_keymgmt_match_fn keymgmt_match;
static OSSL_FUNC_keymgmt_validate_fn keymgmt_validate;
static OSSL_FUNC_keymgmt_import_fn keymgmt_import;
static OSSL_FUNC_keymgmt_import_types_fn keymgmt_types_rsa, keymgmt_types_ec;
static OSSL_FUNC_keymgmt_export_fn keymgmt_export;
static OSSL_FUNC_keymgmt_get_params_fn keymgmt_get_params;
static OSSL_FUNC_keymgmt_gettable_params_fn keymgmt_gettable_params;
static OSSL_FUNC_keymgmt_set_params_fn keymgmt_set_params;
static OSSL_FUNC_keymgmt_settable_params_fn keymgmt_settable_params;
static OSSL_FUNC_keymgmt_dup_fn keymgmt_dup;
static OSSL_FUNC_keymgmt_query_operation_name_fn keymgmt_name_rsa, keymgmt_name_ec;

/* ---- theirs first ---------------------------------------------------------------------------- */

static _Thread_local int finding_out;

int gt_common_ready(const gt_provider *prov)
{
    static const char *const types[] = {"RSA", "EC"};
    int ready = prov->libctx != NULL && !finding_out;

    if (!ready)
        return 0;
    /* To look for them, libcrypto asks every provider for its keymgmts, us too. */
    finding_out = 1;
    prov->core.set_error_mark(prov->core.handle);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && ready; i++) {
        EVP_KEYMGMT *theirs = EVP_KEYMGMT_fetch(prov->libctx, types[i], GT_COMMON_OTHERS);

        ready = theirs != NULL;
        EVP_KEYMGMT_free(theirs);
    }
    prov->core.pop_error_to_mark(prov->core.handle);
    finding_out = 0;
    return ready;
}

int gt_common_finding_out(void)
{
    return finding_out;
}

/* ---- making ---------------------------------------------------------------------------------- */

static gt_common *new_common(gt_provider *prov, int rsa)
{
    gt_common *key = OPENSSL_zalloc(sizeof(*key));

    if (key == NULL)
        return NULL;
    key->prov = prov;
    key->rsa = rsa;
    key->refs = 1;
    return key;
}

int gt_common_has_type(CK_KEY_TYPE type)
{
    return type == CKK_RSA || type == CKK_EC;
}

gt_common *gt_common_from_object(gt_provider *prov, gt_object *object, gt_error *err)
{
    gt_common *key = NULL;
    const unsigned char *p;
    uint8_t *der;
    size_t len;

    if (prov->libctx == NULL) {
        gt_fail(err, GT_KEY_TYPE, CKR_OK,
                "%s is an RSA or EC key, and this program has a libcrypto of its own",
                gt_object_uri(object));
        return NULL;
    }
    if (!gt_object_spki(object, &der, &len, err))
        return NULL;
    key = new_common(prov, gt_object_key_type(object) == CKK_RSA);
    p = der;
    if (key != NULL && len <= LONG_MAX) {
        prov->core.set_error_mark(prov->core.handle);
        key->pub = d2i_PUBKEY_ex(NULL, &p, (long)len, prov->libctx, GT_COMMON_OTHERS);
        prov->core.pop_error_to_mark(prov->core.handle);
    }
    free(der);
    if (key == NULL || key->pub == NULL) {
        gt_common_free(key);
        gt_fail(err, GT_KEY_TYPE, CKR_DOMAIN_PARAMS_INVALID,
                "OpenSSL cannot use the public half of %s: its curve is not known, its size too "
                "small or too large, or no provider for RSA and EC (default) is active",
                gt_object_uri(object));
        return NULL;
    }
    if (gt_object_class(object) == CKO_PRIVATE_KEY)
        key->object = gt_object_ref(object);
    return key;
}

gt_common *gt_common_ref(gt_common *key)
{
    __atomic_fetch_add(&key->refs, 1, __ATOMIC_RELAXED);
    return key;
}

void gt_common_free(gt_common *key)
{
    if (key == NULL || __atomic_sub_fetch(&key->refs, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    EVP_PKEY_free(key->pub);
    if (key->object != NULL)
        gt_object_free(key->object);
    OPENSSL_free(key);
}

/* Of another size than that of keymgmt/native.h: a store or decoder is asked to export, for another
 * provider's keymgmt, what it handed over, and has only the reference to go by. A key of these
 * types is exported to nobody. */
typedef struct common_reference {
    gt_common *key;
    const void *kind;
} common_reference;

static const char reference_kind;

int gt_common_give(const gt_common *key, OSSL_CALLBACK *cb, void *cbarg)
{
    common_reference reference = {gt_common_ref((gt_common *)(uintptr_t)key), &reference_kind};
    int type = OSSL_OBJECT_PKEY, ok;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &type),
        OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_TYPE, key->rsa ? "RSA" : "EC", 0),
        OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_REFERENCE, &reference,
                                          sizeof(reference)),
        OSSL_PARAM_construct_end(),
    };

    ok = cb(params, cbarg);
    gt_common_free(reference.key); /* NULL if it was taken */
    return ok;
}

static void *keymgmt_new_rsa(void *provctx)
{
    return new_common(provctx, 1);
}

static void *keymgmt_new_ec(void *provctx)
{
    return new_common(provctx, 0);
}

static void keymgmt_free(void *keydata)
{
    gt_common_free(keydata);
}

static void *keymgmt_load(const void *reference, size_t size)
{
    common_reference given;

    if (size != sizeof(given))
        return NULL;
    memcpy(&given, reference, sizeof(given));
    if (given.kind != &reference_kind)
        return NULL;
    /* The reference is taken over: who gave it out sees the NULL and frees nothing. */
    memset((void *)(uintptr_t)reference, 0, sizeof(given));
    return given.key;
}

/* From what EVP_PKEY_todata gives, or a program. */
static int take_data(gt_common *key, int selection, const OSSL_PARAM params[])
{
    EVP_PKEY_CTX *ctx =
        EVP_PKEY_CTX_new_from_name(key->prov->libctx, key->rsa ? "RSA" : "EC", GT_COMMON_OTHERS);
    int ok;

    ok = ctx != NULL && EVP_PKEY_fromdata_init(ctx) > 0 &&
         EVP_PKEY_fromdata(ctx, &key->pub, selection & ~OSSL_KEYMGMT_SELECT_PRIVATE_KEY,
                           (OSSL_PARAM *)(uintptr_t)params) > 0;
    key->bare = (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) == 0;
    EVP_PKEY_CTX_free(ctx);
    return ok;
}

/* CMS makes a peer's key of the parameters of ours, and puts the public key into it. */
static int copy_parameters(gt_common *to, const gt_common *from)
{
    OSSL_PARAM *params = NULL;
    int ok = from->rsa || (EVP_PKEY_todata(from->pub, EVP_PKEY_KEY_PARAMETERS, &params) &&
                           take_data(to, EVP_PKEY_KEY_PARAMETERS, params));

    OSSL_PARAM_free(params);
    return ok;
}

static int share_public(gt_common *to, const gt_common *from)
{
    if (!EVP_PKEY_up_ref(from->pub))
        return 0;
    to->pub = from->pub;
    return 1;
}

static void *keymgmt_dup(const void *keydata, int selection)
{
    const gt_common *from = keydata;
    gt_common *to = new_common(from->prov, from->rsa);
    int bare = from->bare || (selection & OSSL_KEYMGMT_SELECT_KEYPAIR) == 0;

    if (to == NULL || from->pub == NULL)
        return to;
    if (!(bare ? copy_parameters(to, from) : share_public(to, from))) {
        gt_common_free(to);
        return NULL;
    }
    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 && from->object != NULL)
        to->object = gt_object_ref(from->object);
    return to;
}

/* ---- what is in a key ------------------------------------------------------------------------ */

static int keymgmt_has(const void *keydata, int selection)
{
    const gt_common *key = keydata;

    return key != NULL && key->pub != NULL &&
           ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) == 0 || !key->bare) &&
           ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 || key->object != NULL);
}

static int keymgmt_match(const void *keydata1, const void *keydata2, int selection)
{
    const gt_common *a = keydata1, *b = keydata2;

    if (a->pub == NULL || b->pub == NULL)
        return 0;
    if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0)
        return !a->bare && !b->bare && EVP_PKEY_eq(a->pub, b->pub) == 1;
    return a->rsa == b->rsa && (a->rsa || EVP_PKEY_parameters_eq(a->pub, b->pub) == 1);
}

static EVP_PKEY_CTX *context_of(const gt_common *key)
{
    return EVP_PKEY_CTX_new_from_pkey(key->prov->libctx, key->pub, GT_COMMON_OTHERS);
}

static int keymgmt_validate(const void *keydata, int selection, int checktype)
{
    const gt_common *key = keydata;
    EVP_PKEY_CTX *ctx;
    int ok;

    if (key->pub == NULL)
        return gt_raise(&key->prov->core, GT_R_NO_KEY, NULL);
    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 && key->object == NULL)
        return gt_raise(&key->prov->core, GT_R_NO_KEY, "there is no private key");
    ctx = context_of(key);
    ok = ctx != NULL &&
         (checktype == OSSL_KEYMGMT_VALIDATE_QUICK_CHECK ? EVP_PKEY_public_check_quick(ctx)
                                                         : EVP_PKEY_public_check(ctx)) == 1;
    EVP_PKEY_CTX_free(ctx);
    return ok;
}

static const OSSL_PARAM *keymgmt_gettable_params(void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_EC_PUB_X, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_EC_PUB_Y, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_ENCODING, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, NULL, 0),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, NULL),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return list;
}

static int keymgmt_get_params(void *keydata, OSSL_PARAM params[])
{
    const gt_common *key = keydata;

    return key->pub != NULL && EVP_PKEY_get_params(key->pub, params);
}

/* ---- in and out ------------------------------------------------------------------------------ */

static const OSSL_PARAM *keymgmt_types_rsa(int selection)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
        OSSL_PARAM_END,
    };

    return (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0 ? list : NULL;
}

static const OSSL_PARAM *keymgmt_types_ec(int selection)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)selection;
    return list;
}

/* Public keys, to be compared with ours. */
static int keymgmt_import(void *keydata, int selection, const OSSL_PARAM params[])
{
    gt_common *key = keydata;

    if (key->pub != NULL)
        return gt_raise(&key->prov->core, GT_R_NOT_SUPPORTED, "a key does not change");
    if (OSSL_PARAM_locate_const(params, key->rsa ? OSSL_PKEY_PARAM_RSA_D
                                                 : OSSL_PKEY_PARAM_PRIV_KEY) != NULL)
        return gt_raise(
            &key->prov->core, GT_R_NOT_SUPPORTED,
            "RSA and EC keys from files are for the default provider: no property query "
            "may prefer gosttoken for everything");
    return take_data(key, selection, params);
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
    const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY);
    gt_common *key = keydata;
    const void *bytes;
    size_t len;

    if (p == NULL)
        return 1;
    if (key->pub == NULL || !key->bare)
        return gt_raise(&key->prov->core, GT_R_NOT_SUPPORTED,
                        "a key does not change; only parameters take a public key");
    if (!gt_param_octets(p, &bytes, &len) ||
        EVP_PKEY_set1_encoded_public_key(key->pub, bytes, len) <= 0)
        return gt_raise(&key->prov->core, GT_R_BAD_KEY, "this is no point of the curve");
    key->bare = 0;
    return 1;
}

static int keymgmt_export(void *keydata, int selection, OSSL_CALLBACK *cb, void *cbarg)
{
    const gt_common *key = keydata;
    OSSL_PARAM *params = NULL;
    int ok;

    if (key->pub == NULL)
        return 0;
    /* A private key without its private half would be taken for a whole one. */
    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 && key->object != NULL)
        return gt_raise(&key->prov->core, GT_R_STAYS_ON_TOKEN, "it cannot be exported");
    ok = EVP_PKEY_todata(key->pub, selection & ~OSSL_KEYMGMT_SELECT_PRIVATE_KEY, &params) &&
         cb(params, cbarg);
    OSSL_PARAM_free(params);
    return ok;
}

/* ---- the tables ------------------------------------------------------------------------------ */

static const char *keymgmt_name_rsa(int operation)
{
    (void)operation;
    return GT_COMMON_RSA;
}

static const char *keymgmt_name_ec(int operation)
{
    (void)operation;
    return GT_COMMON_EC;
}

#define KEYMGMT_FUNCTIONS(type)                                                                    \
    static const OSSL_DISPATCH functions_##type[] = {                                              \
        {OSSL_FUNC_KEYMGMT_NEW, (void (*)(void))keymgmt_new_##type},                               \
        {OSSL_FUNC_KEYMGMT_FREE, (void (*)(void))keymgmt_free},                                    \
        {OSSL_FUNC_KEYMGMT_LOAD, (void (*)(void))keymgmt_load},                                    \
        {OSSL_FUNC_KEYMGMT_HAS, (void (*)(void))keymgmt_has},                                      \
        {OSSL_FUNC_KEYMGMT_MATCH, (void (*)(void))keymgmt_match},                                  \
        {OSSL_FUNC_KEYMGMT_VALIDATE, (void (*)(void))keymgmt_validate},                            \
        {OSSL_FUNC_KEYMGMT_IMPORT, (void (*)(void))keymgmt_import},                                \
        {OSSL_FUNC_KEYMGMT_IMPORT_TYPES, (void (*)(void))keymgmt_types_##type},                    \
        {OSSL_FUNC_KEYMGMT_EXPORT, (void (*)(void))keymgmt_export},                                \
        {OSSL_FUNC_KEYMGMT_EXPORT_TYPES, (void (*)(void))keymgmt_types_##type},                    \
        {OSSL_FUNC_KEYMGMT_GET_PARAMS, (void (*)(void))keymgmt_get_params},                        \
        {OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, (void (*)(void))keymgmt_gettable_params},              \
        {OSSL_FUNC_KEYMGMT_SET_PARAMS, (void (*)(void))keymgmt_set_params},                        \
        {OSSL_FUNC_KEYMGMT_SETTABLE_PARAMS, (void (*)(void))keymgmt_settable_params},              \
        {OSSL_FUNC_KEYMGMT_DUP, (void (*)(void))keymgmt_dup},                                      \
        {OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, (void (*)(void))keymgmt_name_##type},             \
        {0, NULL},                                                                                 \
    }

KEYMGMT_FUNCTIONS(rsa);
KEYMGMT_FUNCTIONS(ec);

const OSSL_ALGORITHM gt_common_keymgmt[] = {
    {GT_COMMON_RSA_NAMES, GT_COMMON_PROPERTIES, functions_rsa, "RSA keys of tokens"},
    {GT_COMMON_EC_NAMES, GT_COMMON_PROPERTIES, functions_ec, "EC keys of tokens"},
    {NULL, NULL, NULL, NULL},
};
