/* SPDX-License-Identifier: Apache-2.0 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <pthread.h>

#include <openssl/evp.h>
#include <openssl/objects.h>

#include "digest/digest.h"
#include "gost/hash94.h"
#include "gost/streebog.h"

/* Builds of libcrypto without deprecated functions lack these; then there are no shells. */
#pragma weak EVP_MD_meth_new
#pragma weak EVP_MD_meth_set_result_size
#pragma weak EVP_MD_meth_set_input_blocksize
#pragma weak EVP_MD_meth_set_app_datasize
#pragma weak EVP_MD_meth_set_flags
#pragma weak EVP_MD_meth_set_init
#pragma weak EVP_MD_meth_set_update
#pragma weak EVP_MD_meth_set_final

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *shell_256, *shell_512, *shell_94;

static int shell_init_256(EVP_MD_CTX *ctx)
{
    gost_streebog_init(EVP_MD_CTX_get0_md_data(ctx), 256);
    return 1;
}

static int shell_init_512(EVP_MD_CTX *ctx)
{
    gost_streebog_init(EVP_MD_CTX_get0_md_data(ctx), 512);
    return 1;
}

static int shell_update(EVP_MD_CTX *ctx, const void *data, size_t len)
{
    gost_streebog_update(EVP_MD_CTX_get0_md_data(ctx), data, len);
    return 1;
}

static int shell_final(EVP_MD_CTX *ctx, unsigned char *out)
{
    gost_streebog_final(EVP_MD_CTX_get0_md_data(ctx), out);
    return 1;
}

static int shell_init_94(EVP_MD_CTX *ctx)
{
    gost_hash94_init(EVP_MD_CTX_get0_md_data(ctx), gost_hash94_cryptopro);
    return 1;
}

static int shell_update_94(EVP_MD_CTX *ctx, const void *data, size_t len)
{
    gost_hash94_update(EVP_MD_CTX_get0_md_data(ctx), data, len);
    return 1;
}

static int shell_final_94(EVP_MD_CTX *ctx, unsigned char *out)
{
    gost_hash94_final(EVP_MD_CTX_get0_md_data(ctx), out);
    return 1;
}

/* gost-engine writes its algorithm identifier with NULL for parameters: flags 0. */
static EVP_MD *make_shell_94(void)
{
    EVP_MD *md = EVP_MD_meth_new(NID_id_GostR3411_94, NID_undef);

    if (md == NULL)
        return NULL;
    EVP_MD_meth_set_result_size(md, GOST_HASH94_SIZE);
    EVP_MD_meth_set_input_blocksize(md, GOST_HASH94_BLOCK);
    EVP_MD_meth_set_app_datasize(md, sizeof(gost_hash94));
    EVP_MD_meth_set_init(md, shell_init_94);
    EVP_MD_meth_set_update(md, shell_update_94);
    EVP_MD_meth_set_final(md, shell_final_94);
    return md;
}

static EVP_MD *make_shell(int nid, int size, int (*init)(EVP_MD_CTX *))
{
    EVP_MD *md = EVP_MD_meth_new(nid, NID_undef);

    if (md == NULL)
        return NULL;
    EVP_MD_meth_set_result_size(md, size);
    EVP_MD_meth_set_input_blocksize(md, GOST_STREEBOG_BLOCK);
    EVP_MD_meth_set_app_datasize(md, sizeof(gost_streebog));
    EVP_MD_meth_set_flags(md, EVP_MD_FLAG_DIGALGID_ABSENT);
    EVP_MD_meth_set_init(md, init);
    EVP_MD_meth_set_update(md, shell_update);
    EVP_MD_meth_set_final(md, shell_final);
    return md;
}

static void make_shells(void)
{
    if (EVP_MD_meth_new == NULL)
        return;
    shell_256 = make_shell(NID_id_GostR3411_2012_256, 32, shell_init_256);
    shell_512 = make_shell(NID_id_GostR3411_2012_512, 64, shell_init_512);
    shell_94 = make_shell_94();
}

const EVP_MD *gt_digest_shell(unsigned bits)
{
    pthread_once(&once, make_shells);
    return bits == 256 ? shell_256 : bits == 512 ? shell_512 : NULL;
}

const EVP_MD *gt_digest_shell_94(void)
{
    pthread_once(&once, make_shells);
    return shell_94;
}

void gt_digest_add_shells(void)
{
    const EVP_MD *const all[] = {gt_digest_shell(256), gt_digest_shell(512), gt_digest_shell_94()};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        /* Not EVP_get_digestbyname: that would fetch, and from inside a provider's start. */
        if (all[i] != NULL &&
            OBJ_NAME_get(OBJ_nid2sn(EVP_MD_get_type(all[i])), OBJ_NAME_TYPE_MD_METH) == NULL)
            EVP_add_digest(all[i]);
}
