/* SPDX-License-Identifier: Apache-2.0 */
/* See rand/rand.h and provider-rand(7). */
#include "rand/rand.h"

#include <pthread.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <gosttoken/openssl.h>

#include "gost/mem.h"
#include "provider/param.h"
#include "provider/provider.h"

/* The token's generator is taken for as strong as the strongest of its keys' algorithms. */
enum { STRENGTH = 256, REQUEST_MAX = 65536 };

static OSSL_FUNC_rand_newctx_fn rand_newctx;
static OSSL_FUNC_rand_freectx_fn rand_freectx;
static OSSL_FUNC_rand_instantiate_fn rand_instantiate;
static OSSL_FUNC_rand_uninstantiate_fn rand_uninstantiate;
static OSSL_FUNC_rand_generate_fn rand_generate;
static OSSL_FUNC_rand_reseed_fn rand_reseed;
static OSSL_FUNC_rand_nonce_fn rand_nonce;
static OSSL_FUNC_rand_get_seed_fn rand_get_seed;
static OSSL_FUNC_rand_clear_seed_fn rand_clear_seed;
static OSSL_FUNC_rand_enable_locking_fn rand_enable_locking;
static OSSL_FUNC_rand_lock_fn rand_lock;
static OSSL_FUNC_rand_unlock_fn rand_unlock;
static OSSL_FUNC_rand_gettable_ctx_params_fn rand_gettable_ctx_params;
static OSSL_FUNC_rand_get_ctx_params_fn rand_get_ctx_params;
static OSSL_FUNC_rand_verify_zeroization_fn rand_verify_zeroization;

typedef struct token_rand {
    gt_provider *prov;
    int state;   /* EVP_RAND_STATE_… */
    int locking; /* the lock is there */
    pthread_mutex_t lock;
} token_rand;

/* The token has a source of its own: a parent, if there is one, is not asked. */
static void *rand_newctx(void *provctx, void *parent, const OSSL_DISPATCH *parent_calls)
{
    token_rand *r = OPENSSL_zalloc(sizeof(*r));

    (void)parent, (void)parent_calls;
    if (r == NULL)
        return NULL;
    r->prov = provctx;
    r->state = EVP_RAND_STATE_UNINITIALISED;
    return r;
}

static void rand_freectx(void *vr)
{
    token_rand *r = vr;

    if (r == NULL)
        return;
    if (r->locking)
        pthread_mutex_destroy(&r->lock);
    OPENSSL_free(r);
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static int get_bytes(const token_rand *r, unsigned char *out, size_t len)
{
    gt_error err = {.reason = GT_OK};
    int ok;

    if (r->prov->broken[0] != '\0')
        return gt_raise(&r->prov->core, GT_R_CONFIG, "%s", r->prov->broken);
    ok = gt_p11_random(r->prov->p11, out, len, &err);
    if (!ok)
        gost_wipe(out, len);
    return ok || gt_raise_error(&r->prov->core, &err);
}

/* The first bytes are asked for here, so that a missing token is told at once. */
static int rand_instantiate(void *vr, unsigned int strength, int prediction_resistance,
                            const unsigned char *pstr, size_t pstr_len, const OSSL_PARAM params[])
{
    token_rand *r = vr;
    unsigned char first[1];

    (void)prediction_resistance, (void)pstr, (void)pstr_len, (void)params;
    r->state = EVP_RAND_STATE_ERROR;
    if (strength > STRENGTH)
        return gt_raise(&r->prov->core, GT_R_PARAMETER, "a strength of %u bits and not %d at most",
                        strength, STRENGTH);
    if (!get_bytes(r, first, sizeof(first)))
        return 0;
    r->state = EVP_RAND_STATE_READY;
    return 1;
}

static int rand_uninstantiate(void *vr)
{
    token_rand *r = vr;

    r->state = EVP_RAND_STATE_UNINITIALISED;
    return 1;
}

static int rand_generate(void *vr, unsigned char *out, size_t len, unsigned int strength,
                         int prediction_resistance, const unsigned char *adin, size_t adin_len)
{
    const token_rand *r = vr;

    /* Each request goes to the token's source, which is all the resistance that there is. */
    (void)prediction_resistance, (void)adin, (void)adin_len;
    if (r->state != EVP_RAND_STATE_READY)
        return gt_raise(&r->prov->core, GT_R_ORDER, "not instantiated");
    if (strength > STRENGTH)
        return gt_raise(&r->prov->core, GT_R_PARAMETER, "a strength of %u bits and not %d at most",
                        strength, STRENGTH);
    return get_bytes(r, out, len);
}

/* The token seeds itself. What is given here would only be added, and the standard's C_SeedRandom
 * is refused by tokens with a hardware source: it is dropped. */
static int rand_reseed(void *vr, int prediction_resistance, const unsigned char *ent,
                       size_t ent_len, const unsigned char *adin, size_t adin_len)
{
    token_rand *r = vr;
    unsigned char one[1];

    (void)prediction_resistance, (void)ent, (void)ent_len, (void)adin, (void)adin_len;
    if (r->state == EVP_RAND_STATE_UNINITIALISED)
        return gt_raise(&r->prov->core, GT_R_ORDER, "not instantiated");
    r->state = get_bytes(r, one, sizeof(one)) ? EVP_RAND_STATE_READY : EVP_RAND_STATE_ERROR;
    return r->state == EVP_RAND_STATE_READY;
}

static size_t rand_nonce(void *vr, unsigned char *out, unsigned int strength, size_t min_noncelen,
                         size_t max_noncelen)
{
    (void)max_noncelen;
    if (out == NULL)
        return min_noncelen;
    return rand_generate(vr, out, min_noncelen, strength, 0, NULL, 0) ? min_noncelen : 0;
}

/* For a generator that has this one for a parent. */
static size_t rand_get_seed(void *vr, unsigned char **out, int entropy, size_t min_len,
                            size_t max_len, int prediction_resistance, const unsigned char *adin,
                            size_t adin_len)
{
    const token_rand *r = vr;
    size_t len = entropy > 0 ? ((size_t)entropy + 7) / 8 : 0;

    (void)prediction_resistance, (void)adin, (void)adin_len;
    if (len < min_len)
        len = min_len;
    if (len > max_len || len == 0 || r->state != EVP_RAND_STATE_READY)
        return 0;
    *out = OPENSSL_secure_malloc(len);
    if (*out == NULL)
        return 0;
    if (get_bytes(r, *out, len))
        return len;
    OPENSSL_secure_clear_free(*out, len);
    *out = NULL;
    return 0;
}

static void rand_clear_seed(void *vr, unsigned char *seed, size_t len)
{
    (void)vr;
    OPENSSL_secure_clear_free(seed, len);
}

/* ---- the lock of a generator that others have for a parent --------------------------------------
 */

static int rand_enable_locking(void *vr)
{
    token_rand *r = vr;

    if (!r->locking)
        r->locking = pthread_mutex_init(&r->lock, NULL) == 0;
    return r->locking;
}

static int rand_lock(void *vr)
{
    token_rand *r = vr;

    return !r->locking || pthread_mutex_lock(&r->lock) == 0;
}

static void rand_unlock(void *vr)
{
    token_rand *r = vr;

    if (r->locking)
        pthread_mutex_unlock(&r->lock);
}

/* ---- parameters ------------------------------------------------------------------------------ */

static const OSSL_PARAM *rand_gettable_ctx_params(void *vr, void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_int(OSSL_RAND_PARAM_STATE, NULL),
        OSSL_PARAM_uint(OSSL_RAND_PARAM_STRENGTH, NULL),
        OSSL_PARAM_size_t(OSSL_RAND_PARAM_MAX_REQUEST, NULL),
        OSSL_PARAM_END,
    };

    (void)vr, (void)provctx;
    return list;
}

static int rand_get_ctx_params(void *vr, OSSL_PARAM params[])
{
    const token_rand *r = vr;

    return gt_param_give_int(params, OSSL_RAND_PARAM_STATE, r->state) &&
           gt_param_give_uint(params, OSSL_RAND_PARAM_STRENGTH, STRENGTH) &&
           gt_param_give_size(params, OSSL_RAND_PARAM_MAX_REQUEST, REQUEST_MAX);
}

/* Nothing of the generator is here. */
static int rand_verify_zeroization(void *vr)
{
    (void)vr;
    return 1;
}

static const OSSL_DISPATCH functions[] = {
    {OSSL_FUNC_RAND_NEWCTX, (void (*)(void))rand_newctx},
    {OSSL_FUNC_RAND_FREECTX, (void (*)(void))rand_freectx},
    {OSSL_FUNC_RAND_INSTANTIATE, (void (*)(void))rand_instantiate},
    {OSSL_FUNC_RAND_UNINSTANTIATE, (void (*)(void))rand_uninstantiate},
    {OSSL_FUNC_RAND_GENERATE, (void (*)(void))rand_generate},
    {OSSL_FUNC_RAND_RESEED, (void (*)(void))rand_reseed},
    {OSSL_FUNC_RAND_NONCE, (void (*)(void))rand_nonce},
    {OSSL_FUNC_RAND_GET_SEED, (void (*)(void))rand_get_seed},
    {OSSL_FUNC_RAND_CLEAR_SEED, (void (*)(void))rand_clear_seed},
    {OSSL_FUNC_RAND_ENABLE_LOCKING, (void (*)(void))rand_enable_locking},
    {OSSL_FUNC_RAND_LOCK, (void (*)(void))rand_lock},
    {OSSL_FUNC_RAND_UNLOCK, (void (*)(void))rand_unlock},
    {OSSL_FUNC_RAND_GETTABLE_CTX_PARAMS, (void (*)(void))rand_gettable_ctx_params},
    {OSSL_FUNC_RAND_GET_CTX_PARAMS, (void (*)(void))rand_get_ctx_params},
    {OSSL_FUNC_RAND_VERIFY_ZEROIZATION, (void (*)(void))rand_verify_zeroization},
    {0, NULL},
};

const OSSL_ALGORITHM gt_rand_algorithms[] = {
    {GOSTTOKEN_RAND, "provider=gosttoken", functions, "Random bytes of a token"},
    {NULL, NULL, NULL, NULL},
};
