/* SPDX-License-Identifier: Apache-2.0 */
/* EVP_PKEY_METHOD: what is done with GOST keys. OpenSSL hashes, with any Streebog it has; we sign.
 */
#include "bridge/pmeth.h"

#include <string.h>

#include "signature/signature.h"

static int pmeth_init(EVP_PKEY_CTX *ctx)
{
    gt_pmeth_ctx *own = OPENSSL_zalloc(sizeof(*own));

    if (own == NULL)
        return 0;
    EVP_PKEY_CTX_set_data(ctx, own);
    return 1;
}

static int pmeth_copy(EVP_PKEY_CTX *to, const EVP_PKEY_CTX *from)
{
    const gt_pmeth_ctx *source = EVP_PKEY_CTX_get_data(from);

    if (source == NULL || !pmeth_init(to))
        return 0;
    memcpy(EVP_PKEY_CTX_get_data(to), source, sizeof(*source));
    return 1;
}

static void pmeth_cleanup(EVP_PKEY_CTX *ctx)
{
    OPENSSL_clear_free(EVP_PKEY_CTX_get_data(ctx), sizeof(gt_pmeth_ctx));
    EVP_PKEY_CTX_set_data(ctx, NULL);
}

static int pmeth_sign(EVP_PKEY_CTX *ctx, unsigned char *sig, size_t *sig_len,
                      const unsigned char *digest, size_t digest_len)
{
    gt_key *key = gt_bridge_key(EVP_PKEY_CTX_get0_pkey(ctx));
    gt_error err = {.reason = GT_OK};

    if (key == NULL)
        return gt_raise(NULL, GT_R_NO_KEY, "this key is not one of a token");
    if (sig == NULL) {
        *sig_len = gt_signature_size(key);
        return 1;
    }
    if (digest_len != gt_alg_digest_size(key->alg))
        return gt_raise(NULL, GT_R_DIGEST_LENGTH, "a %s key signs %zu bytes of %s and not %zu",
                        key->alg->name, gt_alg_digest_size(key->alg), key->alg->digest, digest_len);
    if (!gt_signature_sign(key, digest, digest_len, sig, sig_len, &err))
        return gt_raise_error(NULL, &err);
    return 1;
}

static int pmeth_verify(EVP_PKEY_CTX *ctx, const unsigned char *sig, size_t sig_len,
                        const unsigned char *digest, size_t digest_len)
{
    gt_key *key = gt_bridge_key_any(EVP_PKEY_CTX_get0_pkey(ctx));
    int ok;

    if (key == NULL)
        return gt_raise(NULL, GT_R_NO_KEY, NULL);
    if (digest_len != gt_alg_digest_size(key->alg))
        ok = gt_raise(NULL, GT_R_DIGEST_LENGTH, "a %s key verifies %zu bytes of %s and not %zu",
                      key->alg->name, gt_alg_digest_size(key->alg), key->alg->digest, digest_len);
    else
        ok = gt_signature_verify(key, digest, digest_len, sig, sig_len);
    gt_key_free(key);
    return ok;
}

static int set_md(EVP_PKEY_CTX *ctx, gt_pmeth_ctx *own, const EVP_MD *md)
{
    EVP_PKEY *pkey = EVP_PKEY_CTX_get0_pkey(ctx);
    const gt_bridge_type *type =
        pkey != NULL ? gt_bridge_type_by_nid(EVP_PKEY_get_base_id(pkey)) : NULL;

    if (md != NULL && type != NULL && EVP_MD_get_type(md) != type->md_nid &&
        !EVP_MD_is_a(md, OBJ_nid2sn(type->md_nid)))
        return gt_raise(NULL, GT_R_DIGEST, "a %s key signs %s and nothing else",
                        OBJ_nid2sn(type->nid), OBJ_nid2sn(type->md_nid));
    own->md = md;
    return 1;
}

static int set_paramset_nid(gt_pmeth_ctx *own, int nid)
{
    const char *name = OBJ_nid2ln(nid);

    for (size_t i = 0; name != NULL && i < GT_BRIDGE_TYPES; i++)
        if ((own->ps = gost_paramset_by_name(name, gt_bridge_types[i].bits)) != NULL)
            return 1;
    return gt_raise(NULL, GT_R_NOT_SUPPORTED, "there is no parameter set of number %d", nid);
}

static int pmeth_ctrl(EVP_PKEY_CTX *ctx, int type, int p1, void *p2)
{
    gt_pmeth_ctx *own = EVP_PKEY_CTX_get_data(ctx);

    switch (type) {
    case EVP_PKEY_CTRL_MD:
        return set_md(ctx, own, p2);
    case EVP_PKEY_CTRL_GET_MD:
        *(const EVP_MD **)p2 = own->md;
        return 1;
    case EVP_PKEY_CTRL_DIGESTINIT:
    case EVP_PKEY_CTRL_PKCS7_SIGN:
    case EVP_PKEY_CTRL_CMS_SIGN:
        return 1;
    case GT_CTRL_PARAMSET:
        return set_paramset_nid(own, p1);
    default:
        return gt_pmeth_keyx_ctrl(own, type, p1, p2);
    }
}

static int ctrl_str(EVP_PKEY_CTX *ctx, unsigned bits, const char *name, const char *value)
{
    gt_pmeth_ctx *own = EVP_PKEY_CTX_get_data(ctx);
    int ok = -2;

    if (value != NULL)
        ok = strcmp(name, "paramset") == 0 ? gt_pmeth_set_paramset(own, bits, value)
                                           : gt_pmeth_keyx_ctrl_str(own, name, value);
    if (ok == -2)
        gt_raise(NULL, GT_R_NOT_SUPPORTED, "option %s:%s", name, value != NULL ? value : "");
    return ok;
}

/* The methods of the two types: OpenSSL does not say for which of them it calls. */
static int ctrl_str_256(EVP_PKEY_CTX *ctx, const char *name, const char *value)
{
    return ctrl_str(ctx, 256, name, value);
}

static int ctrl_str_512(EVP_PKEY_CTX *ctx, const char *name, const char *value)
{
    return ctrl_str(ctx, 512, name, value);
}

/* Begins whatever the old keys do not do. */
static int refuse(EVP_PKEY_CTX *ctx)
{
    (void)ctx;
    return gt_raise(NULL, GT_R_NOT_SUPPORTED, "%s", gt_alg_old()->verify_only);
}

int gt_pmeth_make(EVP_PKEY_METHOD **meth, int nid)
{
    /* Not EVP_PKEY_FLAG_AUTOARGLEN: what is decrypted and derived has other lengths than a
     * signature. */
    EVP_PKEY_METHOD *m = EVP_PKEY_meth_new(nid, 0);
    const gt_bridge_type *type = gt_bridge_type_by_nid(nid);
    int (*begin)(EVP_PKEY_CTX *) = gt_bridge_alg(type)->verify_only != NULL ? refuse : NULL;
    int short_key = type->bits == 256;

    *meth = m;
    if (m == NULL)
        return 0;
    EVP_PKEY_meth_set_init(m, pmeth_init);
    EVP_PKEY_meth_set_copy(m, pmeth_copy);
    EVP_PKEY_meth_set_cleanup(m, pmeth_cleanup);
    EVP_PKEY_meth_set_sign(m, begin, pmeth_sign);
    EVP_PKEY_meth_set_verify(m, NULL, pmeth_verify);
    EVP_PKEY_meth_set_encrypt(m, begin, gt_pmeth_encrypt);
    EVP_PKEY_meth_set_decrypt(m, begin, gt_pmeth_decrypt);
    EVP_PKEY_meth_set_derive(m, begin, gt_pmeth_derive);
    EVP_PKEY_meth_set_ctrl(m, pmeth_ctrl, short_key ? ctrl_str_256 : ctrl_str_512);
    EVP_PKEY_meth_set_paramgen(m, begin, short_key ? gt_pmeth_paramgen_256 : gt_pmeth_paramgen_512);
    EVP_PKEY_meth_set_keygen(m, begin, short_key ? gt_pmeth_keygen_256 : gt_pmeth_keygen_512);
    return 1;
}
