/* SPDX-License-Identifier: Apache-2.0 */
/* EVP_MDs with a key: see mac/mac.h. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "mac/mac.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/objects.h>

#include "gost/mem.h"
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
#pragma weak EVP_MD_meth_set_copy
#pragma weak EVP_MD_meth_set_cleanup
#pragma weak EVP_MD_meth_set_ctrl

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *shells[GT_MAC_SHELLS];

/* ---- TLSTREE -----------------------------------------------------------------------------------
 *
 * libssl copies the context of a connection for each record, and frees the copy. What the copy
 * finds out about the key is the connection's: one tree for all copies, which may be in other
 * threads.
 */

typedef struct shared_tree {
    atomic_uint refs;
    pthread_mutex_t lock;
    gt_tlstree tree;
} shared_tree;

typedef struct shell {
    gt_mac mac;
    shared_tree *tree; /* NULL: none for this MAC or key, or no memory for it */
    /* Who has a reference. libcrypto copies these bytes before it calls shell_copy, and may give
     * up in between: then it is not the one who cleans up. */
    const struct shell *holder;
} shell;

static void leave_tree(shell *s)
{
    shared_tree *tree = s->holder == s ? s->tree : NULL;

    s->tree = NULL;
    s->holder = NULL;
    if (tree == NULL || atomic_fetch_sub(&tree->refs, 1) != 1)
        return;
    (void)pthread_mutex_destroy(&tree->lock);
    gost_wipe(tree, sizeof(*tree));
    free(tree);
}

static void new_tree(shell *s)
{
    shared_tree *tree;

    leave_tree(s);
    tree = gt_mac_has_tlstree(&s->mac) ? calloc(1, sizeof(*tree)) : NULL;
    if (tree == NULL || pthread_mutex_init(&tree->lock, NULL) != 0) {
        free(tree);
        return;
    }
    atomic_init(&tree->refs, 1);
    s->tree = tree;
    s->holder = s;
}

static int tls_record(shell *s, const uint8_t *seq)
{
    gt_tlstree own = {0};
    int ok;

    if (s->tree == NULL || s->holder != s) {
        ok = gt_mac_tlstree(&s->mac, &own, seq);
        gost_wipe(&own, sizeof(own));
        return ok;
    }
    pthread_mutex_lock(&s->tree->lock);
    ok = gt_mac_tlstree(&s->mac, &s->tree->tree, seq);
    pthread_mutex_unlock(&s->tree->lock);
    return ok;
}

/* ---- a context: its data are zeros until it is used --------------------------------------------
 */

static shell *whole(EVP_MD_CTX *ctx)
{
    shell *s = EVP_MD_CTX_get0_md_data(ctx);

    if (s != NULL && s->mac.alg == NULL)
        gt_mac_init(&s->mac, gt_mac_alg_by_nid(EVP_MD_CTX_get_type(ctx)));
    return s;
}

static gt_mac *data(EVP_MD_CTX *ctx)
{
    shell *s = whole(ctx);

    return s != NULL ? &s->mac : NULL;
}

static int shell_copy(EVP_MD_CTX *to, const EVP_MD_CTX *from)
{
    shell *s = EVP_MD_CTX_get0_md_data(to);
    const shell *source = EVP_MD_CTX_get0_md_data(from);

    if (s == NULL || source == NULL)
        return 1;
    s->holder = NULL;
    s->tree = source->holder == source ? source->tree : NULL;
    if (s->tree != NULL) {
        (void)atomic_fetch_add(&s->tree->refs, 1);
        s->holder = s;
    }
    return 1;
}

static int shell_cleanup(EVP_MD_CTX *ctx)
{
    shell *s = EVP_MD_CTX_get0_md_data(ctx);

    if (s != NULL)
        leave_tree(s);
    return 1;
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
        if (!gt_mac_start(m, ptr))
            return 0;
        new_tree(whole(ctx));
        return 1;
    case EVP_MD_CTRL_XOF_LEN:
        return arg > 0 && gt_mac_set_size(m, (size_t)arg);
    case EVP_MD_CTRL_TLSTREE:
        return tls_record(whole(ctx), ptr);
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
    EVP_MD_meth_set_app_datasize(md, sizeof(shell));
    EVP_MD_meth_set_flags(md, EVP_MD_FLAG_XOF);
    EVP_MD_meth_set_init(md, shell_init);
    EVP_MD_meth_set_update(md, shell_update);
    EVP_MD_meth_set_final(md, shell_final);
    EVP_MD_meth_set_ctrl(md, shell_ctrl);
    EVP_MD_meth_set_copy(md, shell_copy);
    EVP_MD_meth_set_cleanup(md, shell_cleanup);
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
