/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSSL_OP_STORE, see provider-storemgmt(7). Opening only remembers the URI: what goes wrong in the
 * search is told by the first load, when OpenSSL has stopped trying the URI as a file name and what
 * the program expects is known. Every load gives one object: a certificate as DER; a key, if the
 * bridge is up, as DER too, a SubjectPublicKeyInfo or the URI stub of a private key, and else by
 * reference.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/store.h>
#include <openssl/x509.h>

#include "bridge/bridge.h"
#include "codec/codec.h"
#include "gost/mem.h"
#include "keymgmt/common.h"
#include "keymgmt/native.h"
#include "provider/ask.h"
#include "provider/param.h"
#include "store/store.h"

static OSSL_FUNC_store_open_fn store_open;
static OSSL_FUNC_store_settable_ctx_params_fn store_settable_ctx_params;
static OSSL_FUNC_store_set_ctx_params_fn store_set_ctx_params;
static OSSL_FUNC_store_load_fn store_load;
static OSSL_FUNC_store_eof_fn store_eof;
static OSSL_FUNC_store_close_fn store_close;
static OSSL_FUNC_store_export_object_fn store_export_object;

typedef struct store_ctx {
    gt_provider *prov;
    char *uri;
    int expect;         /* OSSL_STORE_INFO_…, 0 for anything */
    X509_NAME *subject; /* of the certificates wanted; NULL for any */
    int searched;
    int failed; /* a load has failed, and the program has not come back since */
    gt_object **objects;
    size_t count, room, at;
} store_ctx;

/* ---- open, parameters, close ----------------------------------------------------------------- */

static void *store_open(void *provctx, const char *uri)
{
    store_ctx *ctx;

    if (!gt_is_uri(uri))
        return NULL;
    ctx = OPENSSL_zalloc(sizeof(*ctx));
    if (ctx == NULL)
        return NULL;
    ctx->prov = provctx;
    ctx->uri = OPENSSL_strdup(uri);
    if (ctx->uri == NULL) {
        OPENSSL_free(ctx);
        return NULL;
    }
    return ctx;
}

static const OSSL_PARAM *store_settable_ctx_params(void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_int(OSSL_STORE_PARAM_EXPECT, NULL),
        OSSL_PARAM_octet_string(OSSL_STORE_PARAM_SUBJECT, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_STORE_PARAM_PROPERTIES, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_STORE_PARAM_INPUT_TYPE, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return list;
}

static int set_subject(store_ctx *ctx, const OSSL_PARAM *p)
{
    const unsigned char *der;
    const void *value;
    X509_NAME *subject;
    size_t len;

    if (!gt_param_octets(p, &value, &len))
        return 0;
    der = value;
    subject = d2i_X509_NAME(NULL, &der, (long)len);
    if (subject == NULL)
        return 0;
    X509_NAME_free(ctx->subject);
    ctx->subject = subject;
    return 1;
}

static int store_set_ctx_params(void *loaderctx, const OSSL_PARAM params[])
{
    static const char *const refused[] = {OSSL_STORE_PARAM_ISSUER, OSSL_STORE_PARAM_SERIAL,
                                          OSSL_STORE_PARAM_FINGERPRINT, OSSL_STORE_PARAM_ALIAS};
    store_ctx *ctx = loaderctx;
    const OSSL_PARAM *p;

    if (params == NULL)
        return 1;
    /* A search that is not done here must not look as if it were. */
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (OSSL_PARAM_locate_const(params, refused[i]) != NULL)
            return gt_raise(&ctx->prov->core, GT_R_NOT_SUPPORTED, "search by %s", refused[i]);
    p = OSSL_PARAM_locate_const(params, OSSL_STORE_PARAM_EXPECT);
    if (p != NULL && !OSSL_PARAM_get_int(p, &ctx->expect))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_STORE_PARAM_SUBJECT);
    return p == NULL || set_subject(ctx, p);
}

static int store_eof(void *loaderctx)
{
    const store_ctx *ctx = loaderctx;

    /* Right after a failure it is not the end yet: storeutl would take the two together for a good
     * one. */
    return ctx->searched && !ctx->failed && ctx->at == ctx->count;
}

static void drop_objects(store_ctx *ctx)
{
    while (ctx->at < ctx->count)
        gt_object_free(ctx->objects[ctx->at++]);
}

static int store_close(void *loaderctx)
{
    store_ctx *ctx = loaderctx;

    drop_objects(ctx);
    OPENSSL_free(ctx->objects);
    X509_NAME_free(ctx->subject);
    gost_wipe(ctx->uri, strlen(ctx->uri)); /* it may hold a pin-value */
    OPENSSL_free(ctx->uri);
    OPENSSL_free(ctx);
    return 1;
}

/* ---- the search ------------------------------------------------------------------------------ */

static int matches_subject(const store_ctx *ctx, gt_object *object)
{
    gt_error err = {.reason = GT_OK};
    const unsigned char *p;
    uint8_t *der = NULL;
    X509 *cert = NULL;
    size_t len;
    int match = 0;

    if (ctx->subject == NULL)
        return 1;
    if (gt_object_class(object) == CKO_CERTIFICATE &&
        gt_object_get(object, CKA_VALUE, &der, &len, &err)) {
        p = der;
        cert = d2i_X509(NULL, &p, (long)len);
        match = cert != NULL && X509_NAME_cmp(X509_get_subject_name(cert), ctx->subject) == 0;
    }
    X509_free(cert);
    free(der);
    return match;
}

/* Keys of other types (DSA, say) and things that OpenSSL has no use for are left out. */
static int is_for_us(gt_object *object)
{
    switch (gt_object_class(object)) {
    case CKO_CERTIFICATE:
        return gt_object_certificate_type(object) == CKC_X_509;
    case CKO_PUBLIC_KEY:
    case CKO_PRIVATE_KEY:
        return gt_alg_by_key_type(gt_object_key_type(object)) != NULL ||
               gt_common_has_type(gt_object_key_type(object));
    default:
        return 0;
    }
}

struct collect {
    store_ctx *ctx;
    size_t passed; /* objects that matched and are not for us */
    int no_memory;
};

static int collect(void *arg, gt_object *object)
{
    struct collect *to = arg;
    store_ctx *ctx = to->ctx;

    if (!is_for_us(object) || !matches_subject(ctx, object)) {
        to->passed++;
        return 1;
    }
    if (ctx->count == ctx->room) {
        size_t room = ctx->room * 2 + 8;
        gt_object **objects = OPENSSL_realloc(ctx->objects, room * sizeof(*objects));

        if (objects == NULL) {
            to->no_memory = 1;
            return 0;
        }
        ctx->objects = objects;
        ctx->room = room;
    }
    ctx->objects[ctx->count++] = gt_object_ref(object);
    return 1;
}

/*
 * What to look for, by what the program expects and the URI's type. `cls` narrows the search where
 * the URI has no type; `only` is the one type that a URI may have then.
 */
static const struct {
    int expect;
    CK_OBJECT_CLASS cls, only, or_only;
    const char *what;
} searches[] = {
    {0, GT_ANY_CLASS, GT_ANY_CLASS, GT_ANY_CLASS, "anything"},
    {OSSL_STORE_INFO_PKEY, CKO_PRIVATE_KEY, CKO_PRIVATE_KEY, CKO_PRIVATE_KEY, "a private key"},
    /* A public key may be asked for by the name of its private key. */
    {OSSL_STORE_INFO_PUBKEY, CKO_PUBLIC_KEY, CKO_PUBLIC_KEY, CKO_PRIVATE_KEY, "a public key"},
    {OSSL_STORE_INFO_CERT, CKO_CERTIFICATE, CKO_CERTIFICATE, CKO_CERTIFICATE, "a certificate"},
};

static int search(store_ctx *ctx, const gt_prompt *prompt, gt_error *err)
{
    struct collect to = {ctx, 0, 0};
    CK_OBJECT_CLASS cls;
    gt_want want;
    size_t row, rows = sizeof(searches) / sizeof(searches[0]);

    for (row = 0; row < rows && searches[row].expect != ctx->expect; row++)
        ;
    if (row == rows)
        return 1; /* parameters, CRLs: there are none on a token, which is no failure */
    if (!gt_want_read(&want, ctx->uri, err))
        return 0;
    cls = want.uri_class;
    if (cls == GT_ANY_CLASS)
        cls = searches[row].cls;
    else if (searches[row].only != GT_ANY_CLASS && cls != searches[row].only &&
             cls != searches[row].or_only)
        return gt_fail(err, GT_BAD_URI, CKR_OK, "the URI's type is not that of %s",
                       searches[row].what);
    if (gt_p11_find(ctx->prov->p11, ctx->uri, cls, prompt, collect, &to, err) == 0)
        return 0;
    /* In a list of everything the private keys come last, if a PIN is at hand without asking. */
    if (cls == GT_ANY_CLASS && !to.no_memory) {
        size_t seen = 0;

        while (seen < ctx->count && gt_object_class(ctx->objects[seen]) != CKO_PRIVATE_KEY)
            seen++;
        if (seen == ctx->count) {
            gt_error ignored = {.reason = GT_OK};

            gt_p11_find(ctx->prov->p11, ctx->uri, CKO_PRIVATE_KEY, NULL, collect, &to, &ignored);
        }
    }
    if (to.no_memory)
        return gt_fail(err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
    if (ctx->count == 0 && ctx->subject == NULL)
        return gt_fail(err, GT_KEY_TYPE, CKR_KEY_TYPE_INCONSISTENT,
                       "what the URI names is not a GOST, RSA or EC key or an X.509 certificate");
    /* A program that expects one thing takes the first and goes: when the URI names an object it
     * has to be the only one. A URI without a name is a list. */
    if (ctx->count > 1 && ctx->expect != 0 && want.names_object && ctx->subject == NULL)
        return gt_fail(
            err, GT_AMBIGUOUS, CKR_OK,
            "%zu objects match where %s is wanted; name it by id, or its token by serial",
            ctx->count, searches[row].what);
    return 1;
}

/* ---- giving an object ------------------------------------------------------------------------ */

typedef struct give_ctx {
    OSSL_CALLBACK *cb;
    void *cbarg;
    int type;
    const char *data_type, *structure;
    uint8_t *der;
    size_t len;
} give_ctx;

static int give_der(void *arg)
{
    give_ctx *give = arg;
    OSSL_PARAM params[5], *p = params;

    *p++ = OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &give->type);
    if (give->data_type != NULL)
        *p++ = OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_TYPE,
                                                (char *)give->data_type, 0);
    if (give->structure != NULL)
        *p++ = OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_STRUCTURE,
                                                (char *)give->structure, 0);
    *p++ = OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_DATA, give->der, give->len);
    *p = OSSL_PARAM_construct_end();
    return give->cb(params, give->cbarg);
}

static int give_certificate(gt_object *object, give_ctx *give, gt_error *err)
{
    int ok;

    if (!gt_object_get(object, CKA_VALUE, &give->der, &give->len, err))
        return 0;
    give->type = OSSL_OBJECT_CERT;
    give->data_type = "CERTIFICATE";
    ok = give_der(give);
    free(give->der);
    return ok;
}

/* Without the bridge: as our own keymgmt takes it. */
static int give_native(gt_provider *prov, gt_key *key, int private, const give_ctx *give)
{
    gt_key *public;
    int ok;

    if (private || key->object == NULL)
        return gt_native_give(prov, key, give->cb, give->cbarg);
    public = gt_key_new_public(key->ps, key->pub);
    ok = public != NULL && gt_native_give(prov, public, give->cb, give->cbarg);
    gt_key_free(public);
    return ok;
}

/* RSA and EC: a private key by reference, a public one to OpenSSL's own decoder. */
static int give_common(gt_provider *prov, gt_object *object, int private, give_ctx *give,
                       gt_error *err)
{
    gt_common *key;
    int ok;

    if (private) {
        key = gt_common_from_object(prov, object, err);
        ok = key != NULL && gt_common_give(key, give->cb, give->cbarg);
        gt_common_free(key);
        return ok;
    }
    if (!gt_object_spki(object, &give->der, &give->len, err))
        return 0;
    give->type = OSSL_OBJECT_PKEY;
    give->structure = "SubjectPublicKeyInfo";
    ok = give_der(give);
    free(give->der);
    return ok;
}

static int give_key(gt_provider *prov, gt_object *object, int private, give_ctx *give,
                    gt_error *err)
{
    uint8_t der[GT_STUB_MAX];
    gt_key *key;
    int ok = 0;

    if (gt_common_has_type(gt_object_key_type(object)))
        return give_common(prov, object, private, give, err);
    key = gt_key_from_object(object, err);
    if (key == NULL)
        return 0;
    if (!prov->bridged) {
        ok = give_native(prov, key, private, give);
        gt_key_free(key);
        return ok;
    }
    give->type = OSSL_OBJECT_PKEY;
    give->der = der;
    if (private) {
        give->structure = "PrivateKeyInfo";
        give->len = gt_codec_write_stub(key, gt_key_uri(key), der, sizeof(der));
        if (give->len != 0)
            ok = gt_bridge_hand_over(key, give_der, give);
        else
            gt_fail(err, GT_BAD_URI, CKR_OK, "the key's own URI is too long");
    } else {
        give->structure = "SubjectPublicKeyInfo";
        give->len = gt_codec_write_spki(key, der, sizeof(der));
        ok = give->len != 0 && give_der(give);
    }
    gt_key_free(key);
    return ok;
}

/* The object that this thread has found already. */
static _Thread_local gt_object *handed;

EVP_PKEY *gt_store_key_of(OSSL_LIB_CTX *libctx, gt_object *object)
{
    EVP_PKEY *pkey = NULL;
    OSSL_STORE_CTX *store;
    OSSL_STORE_INFO *info;

    handed = object;
    store =
        OSSL_STORE_open_ex("pkcs11:", libctx, "provider=gosttoken", NULL, NULL, NULL, NULL, NULL);
    info = store != NULL ? OSSL_STORE_load(store) : NULL;
    handed = NULL;
    if (info != NULL)
        pkey = OSSL_STORE_INFO_get1_PKEY(info);
    OSSL_STORE_INFO_free(info);
    OSSL_STORE_close(store);
    return pkey;
}

static int take_handed(store_ctx *ctx)
{
    ctx->objects = OPENSSL_malloc(sizeof(*ctx->objects));
    if (ctx->objects == NULL)
        return gt_raise(&ctx->prov->core, GT_R_NO_MEMORY, NULL);
    ctx->objects[0] = gt_object_ref(handed);
    ctx->count = ctx->room = 1;
    return 1;
}

/* The first half of the first load. Returns 1, or 0 with an error raised. */
static int begin(store_ctx *ctx, OSSL_PASSPHRASE_CALLBACK *pw_cb, void *pw_cbarg)
{
    const gt_core *core = &ctx->prov->core;
    gt_ask ask = {ctx->prov, pw_cb, pw_cbarg, ""};
    const gt_prompt prompt = {gt_ask_program, &ask};
    gt_error err = {.reason = GT_OK};

    ctx->searched = 1;
    if (handed != NULL)
        return take_handed(ctx);
    if (ctx->prov->broken[0] != '\0')
        return gt_raise(core, GT_R_CONFIG, "%s", ctx->prov->broken);
    if (search(ctx, pw_cb != NULL ? &prompt : NULL, &err))
        return 1;
    drop_objects(ctx);
    if (err.reason == GT_PIN_NEEDED && ask.unanswered[0] != '\0')
        return gt_raise(core, GT_R_PIN_NEEDED, "%s. %s", err.text, ask.unanswered);
    return gt_raise_error(core, &err);
}

/* Gives the next object. Returns 1, or 0 with an error raised. */
static int give_next(store_ctx *ctx, give_ctx *give)
{
    gt_error err = {.reason = GT_OK};
    gt_object *object = ctx->objects[ctx->at++];
    CK_OBJECT_CLASS cls = gt_object_class(object);
    int ok;

    if (cls == CKO_CERTIFICATE)
        ok = give_certificate(object, give, &err);
    else
        ok = give_key(ctx->prov, object,
                      cls == CKO_PRIVATE_KEY && ctx->expect != OSSL_STORE_INFO_PUBKEY, give, &err);
    if (!ok && err.reason != GT_OK)
        gt_raise_error(&ctx->prov->core, &err);
    else if (!ok)
        gt_raise(&ctx->prov->core, GT_R_NOT_TAKEN, "%s", gt_object_uri(object));
    gt_object_free(object);
    return ok;
}

static int store_load(void *loaderctx, OSSL_CALLBACK *object_cb, void *object_cbarg,
                      OSSL_PASSPHRASE_CALLBACK *pw_cb, void *pw_cbarg)
{
    store_ctx *ctx = loaderctx;
    give_ctx give = {.cb = object_cb, .cbarg = object_cbarg};

    ctx->failed = 0;
    if (!ctx->searched && !begin(ctx, pw_cb, pw_cbarg)) {
        ctx->failed = 1;
        return 0;
    }
    if (ctx->at == ctx->count)
        return 0;
    ctx->failed = !give_next(ctx, &give);
    return !ctx->failed;
}

/* A key that was given by reference, for a keymgmt of another provider. */
static int store_export_object(void *loaderctx, const void *reference, size_t size,
                               OSSL_CALLBACK *cb, void *cbarg)
{
    (void)loaderctx;
    return gt_native_export_reference(reference, size, cb, cbarg);
}

static const OSSL_DISPATCH functions[] = {
    {OSSL_FUNC_STORE_OPEN, (void (*)(void))store_open},
    {OSSL_FUNC_STORE_SETTABLE_CTX_PARAMS, (void (*)(void))store_settable_ctx_params},
    {OSSL_FUNC_STORE_SET_CTX_PARAMS, (void (*)(void))store_set_ctx_params},
    {OSSL_FUNC_STORE_LOAD, (void (*)(void))store_load},
    {OSSL_FUNC_STORE_EOF, (void (*)(void))store_eof},
    {OSSL_FUNC_STORE_CLOSE, (void (*)(void))store_close},
    {OSSL_FUNC_STORE_EXPORT_OBJECT, (void (*)(void))store_export_object},
    {0, NULL},
};

const OSSL_ALGORITHM gt_store_algorithms[] = {
    {"pkcs11", "provider=gosttoken", functions, "Keys and certificates of PKCS #11 tokens"},
    {NULL, NULL, NULL, NULL},
};
