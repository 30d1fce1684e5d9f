/* SPDX-License-Identifier: Apache-2.0 */
/* EVP_PKEY_METHOD: parameters and software keys. Keys of a token are made by gosttoken(1). */
#include "bridge/pmeth.h"

int gt_pmeth_set_paramset(gt_pmeth_ctx *own, unsigned bits, const char *name)
{
    const gost_paramset *ps = gost_paramset_by_name(name, bits);

    if (ps == NULL || ps->bits != bits)
        return gt_raise(NULL, GT_R_NOT_SUPPORTED, "there is no parameter set %s of %u bits", name,
                        bits);
    own->ps = ps;
    return 1;
}

/* The set that was chosen, or that of the key the context was made of. */
static const gost_paramset *chosen(EVP_PKEY_CTX *ctx, unsigned bits)
{
    const gt_pmeth_ctx *own = EVP_PKEY_CTX_get_data(ctx);
    gt_key *model = gt_bridge_key_any(EVP_PKEY_CTX_get0_pkey(ctx));
    const gost_paramset *ps = own->ps != NULL ? own->ps : model != NULL ? model->ps : NULL;

    gt_key_free(model);
    if (ps != NULL && ps->bits == bits)
        return ps;
    gt_raise(NULL, GT_R_KEYGEN,
             "a key in software needs -pkeyopt paramset:A (or another set); for a key on a token "
             "use: gosttoken keygen --label NAME --type gost2012_%u",
             bits);
    return NULL;
}

/* key is freed. */
static int finish(EVP_PKEY *pkey, gt_key *key)
{
    int ok = key != NULL ? gt_bridge_fill_pkey(pkey, key)
                         : gt_raise(NULL, GT_R_NO_MEMORY, "no key could be made");

    gt_key_free(key);
    return ok;
}

static int paramgen(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey, unsigned bits)
{
    const gost_paramset *ps = chosen(ctx, bits);

    return ps != NULL && finish(pkey, gt_key_new_params(ps));
}

static int keygen(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey, unsigned bits)
{
    const gost_paramset *ps = chosen(ctx, bits);

    return ps != NULL && finish(pkey, gt_key_generate(ps));
}

int gt_pmeth_paramgen_256(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey)
{
    return paramgen(ctx, pkey, 256);
}

int gt_pmeth_paramgen_512(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey)
{
    return paramgen(ctx, pkey, 512);
}

int gt_pmeth_keygen_256(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey)
{
    return keygen(ctx, pkey, 256);
}

int gt_pmeth_keygen_512(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey)
{
    return keygen(ctx, pkey, 512);
}
