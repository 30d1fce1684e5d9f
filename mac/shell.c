/* SPDX-License-Identifier: Apache-2.0 */
/* EVP_MDs with a key: see mac/mac.h. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "mac/mac.h"

#include <pthread.h>

#include <openssl/evp.h>
#include <openssl/objects.h>

#include "provider/error.h"

/* Builds of libcrypto without deprecated functions lack these; then there are no shells. */
#pragma weak EVP_MD_meth_new
#pragma weak EVP_MD_meth_set_result_size
#pragma weak EVP_MD_meth_set_input_blocksize
#pragma weak EVP_MD_meth_set_app_datasize
#pragma weak EVP_MD_meth_set_flags
#pragma weak EVP_MD_meth_set_init
#pragma weak EVP_MD_meth_set_update
#pragma weak EVP_MD_meth_set_final
#pragma weak EVP_MD_meth_set_ctrl

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *shells[GT_MAC_SHELLS];

/* The data of a context are zeros until it is used. */
static gt_mac *data(EVP_MD_CTX *ctx)
{
    gt_mac *m = EVP_MD_CTX_get0_md_data(ctx);

    if (m != NULL && m->alg == NULL)
        gt_mac_init(m, gt_mac_alg_by_nid(EVP_MD_CTX_get_type(ctx)));
    return m;
}

/* EVP_DigestSignInit gives the key before it comes here. */
static int shell_init(EVP_MD_CTX *ctx)
{
    gt_mac_start(data(ctx), NULL);
    return 1;
}

static int shell_update(EVP_MD_CTX *ctx, const void *in, size_t len)
{
    return gt_mac_update(data(ctx), in, len) || gt_raise(NULL, GT_R_NO_KEY, "the MAC has no key");
}

static int shell_final(EVP_MD_CTX *ctx, unsigned char *out)
{
    return gt_mac_final(data(ctx), out) || gt_raise(NULL, GT_R_NO_KEY, "the MAC has no key");
}

static int shell_ctrl(EVP_MD_CTX *ctx, int type, int arg, void *ptr)
{
    gt_mac *m = data(ctx);

    if (m == NULL)
        return 0;
    switch (type) {
    case GT_MAC_CTRL_KEY_LEN:
        *(unsigned *)ptr = GT_MAC_KEY;
        return 1;
    case GT_MAC_CTRL_SET_KEY:
        if (arg != GT_MAC_KEY || ptr == NULL)
            return gt_raise(NULL, GT_R_LENGTH, "a MAC key has %d bytes", GT_MAC_KEY);
        return gt_mac_start(m, ptr);
    case EVP_MD_CTRL_XOF_LEN:
        return arg > 0 && gt_mac_set_size(m, (size_t)arg);
    case EVP_MD_CTRL_TLSTREE:
        return gt_mac_tlstree(m, ptr);
    case EVP_CTRL_SET_SBOX:
        return ptr != NULL && gt_mac_set_sbox(m, ptr);
    default:
        return 0;
    }
}

static EVP_MD *make_shell(const gt_mac_alg *alg)
{
    EVP_MD *md = EVP_MD_meth_new(alg->nid, NID_undef);

    if (md == NULL)
        return NULL;
    EVP_MD_meth_set_result_size(md, (int)alg->size);
    EVP_MD_meth_set_input_blocksize(md, (int)alg->block);
    EVP_MD_meth_set_app_datasize(md, sizeof(gt_mac));
    EVP_MD_meth_set_flags(md, EVP_MD_FLAG_XOF);
    EVP_MD_meth_set_init(md, shell_init);
    EVP_MD_meth_set_update(md, shell_update);
    EVP_MD_meth_set_final(md, shell_final);
    EVP_MD_meth_set_ctrl(md, shell_ctrl);
    return md;
}

static void make_shells(void)
{
    if (EVP_MD_meth_new == NULL)
        return;
    for (size_t i = 0; i < GT_MAC_SHELLS; i++)
        shells[i] = make_shell(&gt_mac_algs[i]);
}

const EVP_MD *gt_mac_shell(int nid)
{
    pthread_once(&once, make_shells);
    for (size_t i = 0; i < GT_MAC_SHELLS; i++)
        if (gt_mac_algs[i].nid == nid)
            return shells[i];
    return NULL;
}

size_t gt_mac_shell_nids(const int **nids)
{
    static const int list[GT_MAC_SHELLS] = {NID_id_Gost28147_89_MAC, NID_gost_mac_12, NID_magma_mac,
                                            NID_kuznyechik_mac};

    *nids = list;
    return GT_MAC_SHELLS;
}

void gt_mac_add_shells(void)
{
    for (size_t i = 0; i < GT_MAC_SHELLS; i++) {
        const EVP_MD *md = gt_mac_shell(gt_mac_algs[i].nid);

        if (md != NULL && OBJ_NAME_get(gt_mac_algs[i].name, OBJ_NAME_TYPE_MD_METH) == NULL)
            EVP_add_digest(md);
    }
}
