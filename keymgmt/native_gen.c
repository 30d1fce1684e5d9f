/* SPDX-License-Identifier: Apache-2.0 */
/* Generating: software keys, and parameters. Keys of a token are made by gosttoken(1). See
 * provider-keymgmt(7). */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "keymgmt/native.h"
#include "provider/param.h"

typedef struct gen_ctx {
    gt_provider *prov;
    const gt_alg *alg;
    const gost_paramset *ps;
    int selection;
} gen_ctx;

/* What genpkey and gost-engine call the group. */
#define PARAMSET "paramset"

static void *gen_init(void *provctx, const gt_alg *alg, int selection, const OSSL_PARAM params[])
{
    gen_ctx *gen = OPENSSL_zalloc(sizeof(*gen));

    if (gen == NULL)
        return NULL;
    gen->prov = provctx;
    gen->alg = alg;
    gen->selection = selection;
    if (gt_native_gen_set_params(gen, params))
        return gen;
    OPENSSL_free(gen);
    return NULL;
}

void *gt_native_gen_init_256(void *provctx, int selection, const OSSL_PARAM params[])
{
    return gen_init(provctx, gt_alg_by_bits(256), selection, params);
}

void *gt_native_gen_init_512(void *provctx, int selection, const OSSL_PARAM params[])
{
    return gen_init(provctx, gt_alg_by_bits(512), selection, params);
}

void *gt_native_gen_init_2001(void *provctx, int selection, const OSSL_PARAM params[])
{
    gt_provider *prov = provctx;

    (void)selection, (void)params;
    gt_raise(&prov->core, GT_R_NOT_SUPPORTED, "%s", gt_alg_old()->verify_only);
    return NULL;
}

int gt_native_gen_set_template(void *genctx, void *templ)
{
    const gt_native_key *native = templ;
    gen_ctx *gen = genctx;

    if (native->key == NULL || native->alg != gen->alg)
        return gt_raise(&gen->prov->core, GT_R_BAD_KEY, "the template has no parameters");
    gen->ps = native->key->ps;
    return 1;
}

const OSSL_PARAM *gt_native_gen_settable_params(void *genctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_utf8_string(PARAMSET, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)genctx, (void)provctx;
    return list;
}

int gt_native_gen_set_params(void *genctx, const OSSL_PARAM params[])
{
    static const char *const names[] = {OSSL_PKEY_PARAM_GROUP_NAME, PARAMSET};
    gen_ctx *gen = genctx;
    const OSSL_PARAM *p;
    const char *name;

    for (size_t i = 0; params != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        if ((p = OSSL_PARAM_locate_const(params, names[i])) == NULL)
            continue;
        if (!gt_param_text(p, &name))
            return 0;
        gen->ps = gost_paramset_by_name(name, gen->alg->bits);
        if (gen->ps == NULL || gen->ps->bits != gen->alg->bits)
            return gt_raise(&gen->prov->core, GT_R_PARAMETER,
                            "%.60s is not a parameter set of %s keys; A, for one, is", name,
                            gen->alg->name);
    }
    return 1;
}

void *gt_native_gen(void *genctx, OSSL_CALLBACK *cb, void *cbarg)
{
    const gen_ctx *gen = genctx;
    gt_native_key *native;
    gt_key *key;

    (void)cb, (void)cbarg; /* nothing takes long enough to be told about */
    if (gen->ps == NULL) {
        gt_raise(&gen->prov->core, GT_R_KEYGEN,
                 "name a parameter set: -pkeyopt paramset:A; for a key that stays on a token use: "
                 "gosttoken keygen --label NAME --type %s",
                 gen->alg->name);
        return NULL;
    }
    key = (gen->selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0 ? gt_key_generate(gen->ps)
                                                              : gt_key_new_params(gen->ps);
    native = key != NULL ? gt_native_key_new(gen->prov, key) : NULL;
    gt_key_free(key);
    if (native == NULL)
        gt_raise(&gen->prov->core, GT_R_INTERNAL, "no memory, or no random bytes, for a key");
    return native;
}

void gt_native_gen_cleanup(void *genctx)
{
    OPENSSL_free(genctx);
}
