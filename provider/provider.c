/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/provider.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "asymcipher/native.h"
#include "bridge/bridge.h"
#include "cipher/cipher.h"
#include "codec/native.h"
#include "digest/digest.h"
#include "kdf/kdf.h"
#include "keyexch/native.h"
#include "keymgmt/common.h"
#include "keymgmt/native.h"
#include "mac/mac.h"
#include "provider/algorithms.h"
#include "rand/rand.h"
#include "signature/native.h"
#include "skeymgmt/skeymgmt.h"
#include "store/store.h"

/* ---- the core's upcalls ---------------------------------------------------------------------- */

static int read_core(gt_core *core, const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in)
{
    memset(core, 0, sizeof(*core));
    core->handle = handle;
    for (; in->function_id != 0; in++)
        switch (in->function_id) {
        case OSSL_FUNC_CORE_GET_PARAMS:
            core->get_params = OSSL_FUNC_core_get_params(in);
            break;
        case OSSL_FUNC_CORE_NEW_ERROR:
            core->new_error = OSSL_FUNC_core_new_error(in);
            break;
        case OSSL_FUNC_CORE_SET_ERROR_DEBUG:
            core->set_error_debug = OSSL_FUNC_core_set_error_debug(in);
            break;
        case OSSL_FUNC_CORE_VSET_ERROR:
            core->vset_error = OSSL_FUNC_core_vset_error(in);
            break;
        case OSSL_FUNC_CORE_SET_ERROR_MARK:
            core->set_error_mark = OSSL_FUNC_core_set_error_mark(in);
            break;
        case OSSL_FUNC_CORE_CLEAR_LAST_ERROR_MARK:
            core->clear_last_error_mark = OSSL_FUNC_core_clear_last_error_mark(in);
            break;
        case OSSL_FUNC_CORE_POP_ERROR_TO_MARK:
            core->pop_error_to_mark = OSSL_FUNC_core_pop_error_to_mark(in);
            break;
        case OSSL_FUNC_BIO_READ_EX:
            core->bio_read_ex = OSSL_FUNC_BIO_read_ex(in);
            break;
        case OSSL_FUNC_BIO_WRITE_EX:
            core->bio_write_ex = OSSL_FUNC_BIO_write_ex(in);
            break;
        case OSSL_FUNC_CORE_GET_LIBCTX:
            core->get_libctx = OSSL_FUNC_core_get_libctx(in);
            break;
        default:
            break;
        }
    return core->get_params != NULL && core->new_error != NULL && core->set_error_debug != NULL &&
           core->vset_error != NULL && core->set_error_mark != NULL &&
           core->clear_last_error_mark != NULL && core->pop_error_to_mark != NULL;
}

/* ---- the bridge, or native keys -------------------------------------------------------------- */

/*
 * A process has one of the two: an engine belongs to the process, and takes native keys for its
 * own. -1: the bridge is up, or about to be; else how many activations do without.
 */
static atomic_int way;

/* Returns 1 if this activation is counted as one without the bridge. */
static int go_native(void)
{
    int now = atomic_load(&way);

    do {
        if (now < 0)
            return 0;
    } while (!atomic_compare_exchange_weak(&way, &now, now + 1));
    return 1;
}

static int put_up_bridge(const gt_core *core, const char **why)
{
    int now = 0, mine = atomic_compare_exchange_strong(&way, &now, -1);

    if (now > 0) {
        *why = "keys are native in another library context of this process (bridge = off there)";
        return 0;
    }
    if (gt_bridge_start(core, why))
        return 1;
    now = -1;
    if (mine)
        atomic_compare_exchange_strong(&way, &now, 0);
    return 0;
}

/* ---- the provider's functions, see provider-base(7) ------------------------------------------ */

static OSSL_FUNC_provider_teardown_fn provider_teardown;
static OSSL_FUNC_provider_gettable_params_fn provider_gettable_params;
static OSSL_FUNC_provider_get_params_fn provider_get_params;
static OSSL_FUNC_provider_query_operation_fn provider_query;
static OSSL_FUNC_provider_get_reason_strings_fn provider_reasons;
static OSSL_FUNC_provider_get_capabilities_fn provider_capabilities;

static void provider_teardown(void *provctx)
{
    gt_provider *prov = provctx;

    if (prov->bridged)
        gt_bridge_detach(prov);
    if (prov->counted)
        atomic_fetch_sub(&way, 1);
    if (prov->p11 != NULL)
        gt_p11_free(prov->p11);
    gt_config_clear(&prov->config);
    OPENSSL_free(prov);
}

static const OSSL_PARAM *provider_gettable_params(void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_NAME, NULL, 0),
        OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_VERSION, NULL, 0),
        OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_BUILDINFO, NULL, 0),
        OSSL_PARAM_int(OSSL_PROV_PARAM_STATUS, NULL),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return list;
}

static int provider_get_params(void *provctx, OSSL_PARAM params[])
{
    static const struct {
        const char *name, *value;
    } texts[] = {
        {OSSL_PROV_PARAM_NAME, "GOST keys on PKCS #11 tokens"},
        {OSSL_PROV_PARAM_VERSION, GOSTTOKEN_VERSION},
        {OSSL_PROV_PARAM_BUILDINFO, GOSTTOKEN_VERSION " for " OPENSSL_VERSION_TEXT},
    };
    const gt_provider *prov = provctx;
    OSSL_PARAM *p;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if ((p = OSSL_PARAM_locate(params, texts[i].name)) != NULL &&
            !OSSL_PARAM_set_utf8_ptr(p, texts[i].value))
            return 0;
    p = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_STATUS);
    return p == NULL || OSSL_PARAM_set_int(p, prov->broken[0] == '\0');
}

static const OSSL_ALGORITHM *provider_query(void *provctx, int operation, int *no_cache)
{
    static const struct {
        int operation;
        int native; /* only where the bridge is not up */
        const OSSL_ALGORITHM *algorithms;
    } table[] = {
        {OSSL_OP_DIGEST, 0, gt_digest_algorithms},
        {OSSL_OP_CIPHER, 0, gt_cipher_algorithms},
        {OSSL_OP_MAC, 0, gt_mac_algorithms},
        {OSSL_OP_KDF, 0, gt_kdf_algorithms},
        {OSSL_OP_RAND, 0, gt_rand_algorithms},
        {OSSL_OP_SKEYMGMT, 0, gt_skeymgmt_algorithms},
        {OSSL_OP_STORE, 0, gt_store_algorithms},
        {OSSL_OP_KEYMGMT, 1, gt_keymgmt_algorithms},
        {OSSL_OP_SIGNATURE, 1, gt_signature_algorithms},
        {OSSL_OP_KEYEXCH, 1, gt_keyexch_algorithms},
        {OSSL_OP_ASYM_CIPHER, 1, gt_asymcipher_algorithms},
        {OSSL_OP_ENCODER, 1, gt_encoder_algorithms},
        {OSSL_OP_DECODER, 1, gt_decoder_algorithms},
    };
    const gt_provider *prov = provctx;
    const OSSL_ALGORITHM *list = NULL;

    /* libcrypto asks us in the middle of our own question: it is to ask again. */
    *no_cache = operation == OSSL_OP_KEYMGMT && gt_common_finding_out();
    if (*no_cache)
        return NULL;
    if (operation == OSSL_OP_DECODER && prov->bridged)
        return gt_uri_pem_algorithms;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].operation == operation && !(table[i].native && prov->bridged))
            list = table[i].algorithms;
    return gt_algorithms_with_common(prov, operation, list, no_cache);
}

static const OSSL_ITEM *provider_reasons(void *provctx)
{
    (void)provctx;
    return gt_error_strings();
}

static int provider_capabilities(void *provctx, const char *capability, OSSL_CALLBACK *cb,
                                 void *arg)
{
    (void)provctx, (void)capability, (void)cb, (void)arg;
    /* "None of these" is a success: a 0 would end SSL_CTX_new. */
    return 1;
}

static const OSSL_DISPATCH functions[] = {
    {OSSL_FUNC_PROVIDER_TEARDOWN, (void (*)(void))provider_teardown},
    {OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, (void (*)(void))provider_gettable_params},
    {OSSL_FUNC_PROVIDER_GET_PARAMS, (void (*)(void))provider_get_params},
    {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))provider_query},
    {OSSL_FUNC_PROVIDER_GET_REASON_STRINGS, (void (*)(void))provider_reasons},
    {OSSL_FUNC_PROVIDER_GET_CAPABILITIES, (void (*)(void))provider_capabilities},
    {0, NULL},
};

/* ---- start ----------------------------------------------------------------------------------- */

gt_p11 *gt_provider_new_p11(const gt_config *config, gt_log *log)
{
    const gt_p11_config client = {
        .module = config->module,
        .token = config->token,
        .pin = config->pin,
        .pin_source = config->pin_source,
        .quirks = config->quirks,
        .log = log != NULL ? gt_log_line : NULL,
        .log_arg = log,
    };

    return gt_p11_new(&client);
}

static void start_bridge(gt_provider *prov)
{
    const char *why;

    if (prov->config.bridge == GT_BRIDGE_OFF && (prov->counted = go_native()) != 0)
        return;
    if (prov->config.bridge == GT_BRIDGE_OFF)
        gt_log_line(prov->log, "bridge = off comes too late: this process has the bridge already");
    if (put_up_bridge(&prov->core, &why)) {
        prov->bridged = 1;
        gt_bridge_attach(prov);
        return;
    }
    prov->counted = go_native();
    gt_log_line(prov->log, why);
    if (prov->config.bridge == GT_BRIDGE_ON)
        snprintf(prov->broken, sizeof(prov->broken), "bridge = on, but %s", why);
}

/*
 * The library context whose core this is, for keys and digests that others provide. It is an
 * OSSL_LIB_CTX to nobody but the libcrypto that it is from: NULL if that is not the one we call.
 */
static OSSL_LIB_CTX *library_context(const gt_core *core)
{
    Dl_info ours, theirs;

    if (core->get_libctx == NULL || dladdr((void *)EVP_MD_fetch, &ours) == 0 ||
        dladdr((void *)core->new_error, &theirs) == 0 || ours.dli_fbase != theirs.dli_fbase)
        return NULL;
    return (OSSL_LIB_CTX *)core->get_libctx(core->handle);
}

/* Reads the configuration and opens what it names; what is wrong goes to prov->broken. */
static void configure(gt_provider *prov)
{
    if (!gt_config_read(&prov->config, &prov->core, prov->broken))
        return;
    if (prov->config.log != NULL && (prov->log = gt_log_open(prov->config.log)) == NULL) {
        snprintf(prov->broken, sizeof(prov->broken), "log = %.100s: %s", prov->config.log,
                 strerror(errno));
        return;
    }
    prov->p11 = gt_provider_new_p11(&prov->config, prov->log);
    if (prov->p11 == NULL)
        snprintf(prov->broken, sizeof(prov->broken), "out of memory");
}

OSSL_provider_init_fn OSSL_provider_init;

__attribute__((visibility("default"))) int OSSL_provider_init(const OSSL_CORE_HANDLE *handle,
                                                              const OSSL_DISPATCH *in,
                                                              const OSSL_DISPATCH **out,
                                                              void **provctx)
{
    gt_provider *prov = OPENSSL_zalloc(sizeof(*prov));

    if (prov == NULL)
        return 0;
    if (!read_core(&prov->core, handle, in)) {
        OPENSSL_free(prov);
        return 0;
    }
    prov->libctx = library_context(&prov->core);
    configure(prov);
    gt_digest_add_shells();
    gt_cipher_add_shells();
    gt_mac_add_shells();
    start_bridge(prov);
    if (!prov->bridged)
        gt_native_add_types();
    *out = functions;
    *provctx = prov;
    return 1;
}
