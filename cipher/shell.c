/* SPDX-License-Identifier: Apache-2.0 */
/* Legacy EVP_CIPHERs: see cipher/cipher.h. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "cipher/cipher.h"

#include <pthread.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "cipher/context.h"
#include "gost/mem.h"
#include "provider/error.h"

/* Builds of libcrypto without deprecated functions lack these; then there are no shells. */
#pragma weak EVP_CIPHER_meth_new
#pragma weak EVP_CIPHER_meth_set_iv_length
#pragma weak EVP_CIPHER_meth_set_flags
#pragma weak EVP_CIPHER_meth_set_impl_ctx_size
#pragma weak EVP_CIPHER_meth_set_init
#pragma weak EVP_CIPHER_meth_set_do_cipher
#pragma weak EVP_CIPHER_meth_set_set_asn1_params
#pragma weak EVP_CIPHER_meth_set_get_asn1_params
#pragma weak EVP_CIPHER_meth_set_ctrl
#pragma weak EVP_CIPHER_CTX_iv_noconst
#pragma weak EVP_CIPHER_CTX_original_iv
#pragma weak EVP_CIPHER_CTX_get_cipher_data

/* R 1323565.1.025-2019: the unprotected attribute that holds the encrypted MAC. */
#define MAC_ATTRIBUTE "1.2.643.7.1.0.6.1.1"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_CIPHER *shells[GT_CIPHERS];

/* ---- a context: its data are zeros until the first init ---------------------------------------
 */

static gt_cipher *data(const EVP_CIPHER_CTX *ctx)
{
    return EVP_CIPHER_CTX_get_cipher_data(ctx);
}

static const gt_cipher_alg *alg_of(const EVP_CIPHER_CTX *ctx)
{
    int nid = EVP_CIPHER_CTX_get_nid(ctx);

    for (size_t i = 0; i < GT_CIPHERS; i++)
        if (gt_cipher_algs[i].nid == nid)
            return &gt_cipher_algs[i];
    return NULL;
}

/* libcrypto and programs read both IVs where the older code had them. */
static void show_iv(EVP_CIPHER_CTX *ctx, int first)
{
    const gt_cipher *c = data(ctx);
    size_t len = c->alg->iv_size;

    if (len == 0)
        return;
    if (first)
        memcpy((unsigned char *)(uintptr_t)EVP_CIPHER_CTX_original_iv(ctx), c->iv, len);
    memcpy(EVP_CIPHER_CTX_iv_noconst(ctx), gt_cipher_next_iv(c), len);
}

static int shell_init(EVP_CIPHER_CTX *ctx, const unsigned char *key, const unsigned char *iv,
                      int enc)
{
    gt_cipher *c = data(ctx);

    if (c->alg == NULL)
        gt_cipher_init(c, alg_of(ctx));
    if (c->alg->iv_size == 0)
        iv = NULL;
    if (!gt_cipher_start(c, key, iv, enc))
        return gt_raise(NULL, GT_R_INTERNAL, "no random bytes");
    show_iv(ctx, 1);
    return 1;
}

static int shell_crypt(EVP_CIPHER_CTX *ctx, unsigned char *out, const unsigned char *in, size_t len)
{
    const gt_cipher_alg *alg = ((const gt_cipher *)data(ctx))->alg;

    if (!gt_cipher_crypt(data(ctx), in, out, len))
        return gt_raise(NULL, GT_R_NO_KEY, "the cipher has no key%s%s",
                        alg->flags & GT_CIPHER_MAC ? "" : "; with a key of a token fetch token-",
                        alg->flags & GT_CIPHER_MAC ? "" : alg->name);
    show_iv(ctx, 0);
    return 1;
}

/* A cipher with MAC returns the length, or -1; and in is NULL at the end. */
static int shell_crypt_mac(EVP_CIPHER_CTX *ctx, unsigned char *out, const unsigned char *in,
                           size_t len)
{
    if (in != NULL)
        return shell_crypt(ctx, out, in, len) ? (int)len : -1;
    if (gt_cipher_finish(data(ctx)))
        return 0;
    gt_raise(NULL, GT_R_DECRYPT, "the MAC is wrong");
    return -1;
}

/* ---- parameters in an AlgorithmIdentifier ------------------------------------------------------
 */

static int shell_set_asn1(EVP_CIPHER_CTX *ctx, ASN1_TYPE *type)
{
    uint8_t der[GT_CIPHER_PARAMS_MAX];
    size_t len = gt_cipher_put_params(data(ctx), der);
    ASN1_STRING *value = len > 0 ? ASN1_STRING_type_new(V_ASN1_SEQUENCE) : NULL;

    if (value == NULL || !ASN1_STRING_set(value, der, (int)len)) {
        ASN1_STRING_free(value);
        return -1;
    }
    ASN1_TYPE_set(type, V_ASN1_SEQUENCE, value);
    return 1;
}

static int shell_get_asn1(EVP_CIPHER_CTX *ctx, ASN1_TYPE *type)
{
    gt_cipher *c = data(ctx);
    const ASN1_STRING *value;

    if (type == NULL || ASN1_TYPE_get(type) != V_ASN1_SEQUENCE)
        return -1;
    value = type->value.sequence;
    if (!gt_cipher_get_params(c, ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value))) {
        gt_raise(NULL, GT_R_PARAMETER, "not the AlgorithmIdentifier's parameters of %s",
                 c->alg->name);
        return -1;
    }
    show_iv(ctx, 1);
    return 1;
}

/* ---- controls ----------------------------------------------------------------------------------
 */

/* The MAC goes into CMS's unprotected attributes, or comes from them. */
static int process_unprotected(gt_cipher *c, int encrypt, STACK_OF(X509_ATTRIBUTE) * attributes)
{
    size_t size = c->alg->class->size;
    ASN1_OBJECT *oid;
    const ASN1_OCTET_STRING *mac;
    int ok = 0;

    if (attributes == NULL || (oid = OBJ_txt2obj(MAC_ATTRIBUTE, 1)) == NULL)
        return -1;
    if (encrypt) {
        ok = c->tagged && X509at_add1_attr_by_OBJ(&attributes, oid, V_ASN1_OCTET_STRING, c->tag,
                                                  (int)size) != NULL;
    } else {
        /* -3: one attribute with one value */
        mac = X509at_get0_data_by_OBJ(attributes, oid, -3, V_ASN1_OCTET_STRING);
        if (mac != NULL && (size_t)ASN1_STRING_length(mac) == size) {
            memcpy(c->tag, ASN1_STRING_get0_data(mac), size);
            c->tagged = ok = 1;
        }
    }
    ASN1_OBJECT_free(oid);
    return ok ? 1 : -1;
}

/* seq: libssl counts before it encrypts, and says by `ahead` that the record is the one before. */
static int tls_record(EVP_CIPHER_CTX *ctx, int ahead, const unsigned char *seq)
{
    uint8_t number[8];

    memcpy(number, seq, sizeof(number));
    if (ahead)
        for (size_t i = sizeof(number); i-- > 0 && number[i]-- == 0;)
            ;
    if (!gt_cipher_tlstree(data(ctx), number))
        return -1;
    show_iv(ctx, 0);
    return 1;
}

static int shell_ctrl(EVP_CIPHER_CTX *ctx, int type, int arg, void *ptr)
{
    gt_cipher *c = data(ctx);

    /* Only EVP_CTRL_INIT comes before the first init. */
    if (c == NULL)
        return -1;
    if (c->alg == NULL)
        gt_cipher_init(c, alg_of(ctx));
    switch (type) {
    case EVP_CTRL_KEY_MESH:
        return arg >= 0 && gt_cipher_set_section(c, (uint64_t)arg) ? 1 : -1;
    case EVP_CTRL_SET_SBOX:
        return ptr != NULL && gt_cipher_set_sbox(c, ptr) ? 1 : -1;
    case EVP_CTRL_TLSTREE:
        return tls_record(ctx, arg, ptr);
    case EVP_CTRL_PROCESS_UNPROTECTED:
        return c->alg->flags & GT_CIPHER_MAC ? process_unprotected(c, arg, ptr) : -1;
    case EVP_CTRL_PBE_PRF_NID:
        /* RFC 9337 */
        if (c->alg->params == GT_PARAMS_IV)
            return -1;
        *(int *)ptr = NID_id_tc26_hmac_gost_3411_2012_512;
        return 1;
    default:
        return -1;
    }
}

/* ---- the shells --------------------------------------------------------------------------------
 */

static unsigned long flags_of(const gt_cipher_alg *alg)
{
    unsigned long flags = alg->evp_mode | EVP_CIPH_ALWAYS_CALL_INIT;

    if (alg->iv_size > 0)
        flags |= EVP_CIPH_CUSTOM_IV;
    if (alg->block == 1)
        flags |= EVP_CIPH_NO_PADDING;
    if (alg->flags & GT_CIPHER_MAC)
        flags |= EVP_CIPH_FLAG_CUSTOM_CIPHER | EVP_CIPH_FLAG_CIPHER_WITH_MAC;
    return flags;
}

static EVP_CIPHER *make_shell(const gt_cipher_alg *alg)
{
    EVP_CIPHER *cipher = EVP_CIPHER_meth_new(alg->nid, (int)alg->block, GT_CIPHER_KEY);

    if (cipher == NULL)
        return NULL;
    EVP_CIPHER_meth_set_iv_length(cipher, (int)alg->iv_size);
    EVP_CIPHER_meth_set_flags(cipher, flags_of(alg));
    EVP_CIPHER_meth_set_impl_ctx_size(cipher, sizeof(gt_cipher));
    EVP_CIPHER_meth_set_init(cipher, shell_init);
    EVP_CIPHER_meth_set_do_cipher(cipher,
                                  alg->flags & GT_CIPHER_MAC ? shell_crypt_mac : shell_crypt);
    if (alg->params != GT_PARAMS_IV) {
        EVP_CIPHER_meth_set_set_asn1_params(cipher, shell_set_asn1);
        EVP_CIPHER_meth_set_get_asn1_params(cipher, shell_get_asn1);
    }
    EVP_CIPHER_meth_set_ctrl(cipher, shell_ctrl);
    return cipher;
}

static void make_shells(void)
{
    if (EVP_CIPHER_meth_new == NULL)
        return;
    for (size_t i = 0; i < GT_CIPHERS; i++)
        if (gt_cipher_algs[i].nid != NID_undef)
            shells[i] = make_shell(&gt_cipher_algs[i]);
}

const EVP_CIPHER *gt_cipher_shell(int nid)
{
    pthread_once(&once, make_shells);
    for (size_t i = 0; i < GT_CIPHERS; i++)
        if (nid != NID_undef && gt_cipher_algs[i].nid == nid)
            return shells[i];
    return NULL;
}

size_t gt_cipher_suite_nids(const int **nids)
{
    static const int list[] = {NID_gost89_cnt, NID_gost89_cnt_12, NID_magma_ctr_acpkm,
                               NID_kuznyechik_ctr_acpkm};

    *nids = list;
    return sizeof(list) / sizeof(list[0]);
}

void gt_cipher_add_shells(void)
{
    for (size_t i = 0; i < GT_CIPHERS; i++) {
        const EVP_CIPHER *cipher = gt_cipher_shell(gt_cipher_algs[i].nid);

        /* Not EVP_get_cipherbyname: that would fetch, and from inside a provider's start. */
        if (cipher != NULL &&
            OBJ_NAME_get(gt_cipher_algs[i].name, OBJ_NAME_TYPE_CIPHER_METH) == NULL)
            EVP_add_cipher(cipher);
    }
}
