/* SPDX-License-Identifier: Apache-2.0 */
/* OSSL_OP_CIPHER, see provider-cipher(7): all but MGM, which is aead.c. */
#include "cipher/native.h"

#include <string.h>

#include <gosttoken/openssl.h>

#include "cipher/cipher.h"
#include "cipher/token.h"
#include "gost/mem.h"

static OSSL_FUNC_cipher_freectx_fn cipher_freectx;
static OSSL_FUNC_cipher_dupctx_fn cipher_dupctx;
static OSSL_FUNC_cipher_encrypt_init_fn cipher_encrypt_init;
static OSSL_FUNC_cipher_decrypt_init_fn cipher_decrypt_init;
static OSSL_FUNC_cipher_encrypt_skey_init_fn cipher_encrypt_skey_init;
static OSSL_FUNC_cipher_decrypt_skey_init_fn cipher_decrypt_skey_init;
static OSSL_FUNC_cipher_update_fn stream_update, block_update;
static OSSL_FUNC_cipher_final_fn stream_final, block_final;
static OSSL_FUNC_cipher_cipher_fn cipher_cipher;

/* ---- contexts -------------------------------------------------------------------------------- */

void *gt_native_cipher_new(void *provctx, const gt_cipher_alg *alg)
{
    gt_native_cipher *n = OPENSSL_zalloc(sizeof(*n));

    if (n == NULL)
        return NULL;
    n->prov = provctx;
    n->core = &n->prov->core;
    n->padding = 1;
    n->tag_len = alg->class->size;
    gt_cipher_init(&n->c, alg);
    return n;
}

static void cipher_freectx(void *cctx)
{
    gt_native_cipher *n = cctx;

    if (n == NULL)
        return;
    gt_token_cipher_drop(n);
    OPENSSL_clear_free(n, sizeof(*n));
}

static void *cipher_dupctx(void *cctx)
{
    gt_native_cipher *n = OPENSSL_memdup(cctx, sizeof(*n));

    if (n == NULL || n->token == NULL || gt_token_cipher_copy(n))
        return n;
    cipher_freectx(n);
    return NULL;
}

void gt_native_cipher_forget(gt_native_cipher *n)
{
    gt_token_cipher_drop(n);
    gost_wipe(n->c.key, sizeof(n->c.key));
    gost_wipe(&n->c.u, sizeof(n->c.u));
    n->c.keyed = n->c.started = 0;
}

static int start(gt_native_cipher *n, const unsigned char *key, size_t keylen,
                 const unsigned char *iv, size_t ivlen, const OSSL_PARAM params[], int encrypt)
{
    const char *uri;

    if (!gt_skey_uri_param(n->prov, params, &uri))
        return 0;
    if (key != NULL && uri != NULL)
        return gt_raise(n->core, GT_R_PARAMETER, "a key by its bytes and one of a token at once");
    if (key != NULL && keylen != GT_CIPHER_KEY)
        return gt_raise(n->core, GT_R_LENGTH, "a key of %zu bytes and not %d", keylen,
                        GT_CIPHER_KEY);
    if (iv != NULL && ivlen != n->c.alg->iv_size)
        return gt_raise(n->core, GT_R_LENGTH, "an IV of %zu bytes and not %zu", ivlen,
                        n->c.alg->iv_size);
    if (key != NULL)
        gt_token_cipher_drop(n);
    n->have = 0;
    gt_aead_restart(n, iv != NULL);
    if (n->token != NULL)
        gt_token_cipher_restart(n);
    /* An IV of no bytes is none. */
    if (!gt_cipher_start(&n->c, key, ivlen != 0 ? iv : NULL, encrypt))
        return gt_raise(n->core, GT_R_INTERNAL, "no random bytes");
    return gt_native_cipher_set_ctx_params(n, params);
}

/* A program that goes on after a failure is not to do so under the key before this one. */
static int started(gt_native_cipher *n, int ok)
{
    if (!ok)
        gt_native_cipher_forget(n);
    return ok;
}

static int cipher_encrypt_init(void *cctx, const unsigned char *key, size_t keylen,
                               const unsigned char *iv, size_t ivlen, const OSSL_PARAM params[])
{
    return started(cctx, start(cctx, key, keylen, iv, ivlen, params, 1));
}

static int cipher_decrypt_init(void *cctx, const unsigned char *key, size_t keylen,
                               const unsigned char *iv, size_t ivlen, const OSSL_PARAM params[])
{
    return started(cctx, start(cctx, key, keylen, iv, ivlen, params, 0));
}

/* OpenSSL 3.5: the key is an EVP_SKEY of skeymgmt/. */
static int start_skey(gt_native_cipher *n, gt_skey *key, const unsigned char *iv, size_t ivlen,
                      const OSSL_PARAM params[], int encrypt)
{
    const char *uri;

    if (!gt_skey_uri_param(n->prov, params, &uri))
        return 0;
    if (key != NULL && uri != NULL)
        return gt_raise(n->core, GT_R_PARAMETER, "two keys at once");
    if (key != NULL) {
        /* What was going on ends here. */
        n->have = 0;
        n->c.started = 0;
        n->ad_len = 0;
        if (!gt_token_cipher_set(n, key))
            return 0;
    }
    return start(n, NULL, 0, iv, ivlen, params, encrypt);
}

static int cipher_encrypt_skey_init(void *cctx, void *key, const unsigned char *iv, size_t ivlen,
                                    const OSSL_PARAM params[])
{
    return started(cctx, start_skey(cctx, key, iv, ivlen, params, 1));
}

static int cipher_decrypt_skey_init(void *cctx, void *key, const unsigned char *iv, size_t ivlen,
                                    const OSSL_PARAM params[])
{
    return started(cctx, start_skey(cctx, key, iv, ivlen, params, 0));
}

int gt_native_cipher_crypt(gt_native_cipher *n, const uint8_t *in, uint8_t *out, size_t len)
{
    return n->token != NULL ? gt_token_cipher_crypt(n, in, out, len)
                            : gt_cipher_crypt(&n->c, in, out, len);
}

int gt_native_cipher_room(const gt_native_cipher *n, size_t outsize, size_t len)
{
    if (!n->c.keyed && n->token == NULL)
        return gt_raise(n->core, GT_R_NO_KEY, "the cipher has no key");
    if (outsize < len)
        return gt_raise(n->core, GT_R_LENGTH, "room for %zu bytes, and %zu are needed", outsize,
                        len);
    return 1;
}

/* ---- streams --------------------------------------------------------------------------------- */

static int stream_update(void *cctx, unsigned char *out, size_t *outl, size_t outsize,
                         const unsigned char *in, size_t inl)
{
    gt_native_cipher *n = cctx;

    if (!gt_native_cipher_room(n, outsize, inl))
        return 0;
    if (!gt_native_cipher_crypt(n, in, out, inl))
        return 0;
    *outl = inl;
    return 1;
}

static int stream_final(void *cctx, unsigned char *out, size_t *outl, size_t outsize)
{
    gt_native_cipher *n = cctx;

    (void)out;
    *outl = 0;
    return gt_native_cipher_room(n, outsize, 0) && (n->token == NULL || gt_token_cipher_end(n));
}

/* ---- whole blocks, with PKCS #7 padding unless that is off ------------------------------------
 */

/* The block that waits is full only when it may be the last one to be decrypted, the padding's. */
static int block_update(void *cctx, unsigned char *out, size_t *outl, size_t outsize,
                        const unsigned char *in, size_t inl)
{
    gt_native_cipher *n = cctx;
    size_t size = n->c.alg->block, total = n->have + inl, ready = total / size * size;

    if (!n->c.encrypt && n->padding && ready == total && ready > 0)
        ready -= size;
    if (!gt_native_cipher_room(n, outsize, ready))
        return 0;
    *outl = ready;
    if (ready > 0 && n->have > 0) {
        size_t part = size - n->have;

        memcpy(n->buf + n->have, in, part);
        if (!gt_native_cipher_crypt(n, n->buf, out, size))
            return 0;
        n->have = 0;
        in += part;
        inl -= part;
        out += size;
        ready -= size;
    }
    if (ready > 0) {
        if (!gt_native_cipher_crypt(n, in, out, ready))
            return 0;
        in += ready;
        inl -= ready;
    }
    if (inl > 0)
        memcpy(n->buf + n->have, in, inl);
    n->have += inl;
    return 1;
}

/* The length of what is before the padding; size if that is wrong. Its time depends on size only.
 */
static size_t unpadded(const uint8_t *block, unsigned size)
{
    unsigned pad = block[size - 1], bad = (pad - 1) >> 8 | (size - pad) >> 8;
    size_t keep;

    for (unsigned i = 0; i < size; i++) {
        /* all ones where the byte is the padding's */
        unsigned mask = 0u - ((size - 1 - i - pad) >> 31);

        bad |= mask & (block[i] ^ pad);
    }
    /* all ones if nothing is bad */
    keep = (size_t)0 - (size_t)(~(bad | (0u - bad)) >> 31);
    return ((size - pad) & keep) | (size & ~keep);
}

static int last_block(void *cctx, unsigned char *out, size_t *outl, size_t outsize)
{
    gt_native_cipher *n = cctx;
    size_t size = n->c.alg->block, len = 0;
    uint8_t last[GOST_BLOCK_MAX];

    *outl = 0;
    if (!gt_native_cipher_room(n, outsize, 0))
        return 0;
    if (!n->padding) {
        if (n->have != 0)
            return gt_raise(n->core, GT_R_LENGTH, "the message is not whole blocks of %zu bytes",
                            size);
        return 1;
    }
    if (n->c.encrypt) {
        if (!gt_native_cipher_room(n, outsize, size))
            return 0;
        memset(n->buf + n->have, (int)(size - n->have), size - n->have);
        if (!gt_native_cipher_crypt(n, n->buf, out, size))
            return 0;
        *outl = size;
    } else {
        if (n->have != size)
            return gt_raise(n->core, GT_R_LENGTH, "the message is not whole blocks of %zu bytes",
                            size);
        if (!gt_native_cipher_crypt(n, n->buf, last, size))
            return 0;
        len = unpadded(last, (unsigned)size);
        if (len < size && outsize >= len) {
            memcpy(out, last, len);
            *outl = len;
        }
        gost_wipe(last, sizeof(last));
        if (len == size)
            return gt_raise(n->core, GT_R_DECRYPT, "the padding is wrong");
        if (outsize < len)
            return gt_native_cipher_room(n, outsize, len);
    }
    n->have = 0;
    return 1;
}

static int block_final(void *cctx, unsigned char *out, size_t *outl, size_t outsize)
{
    gt_native_cipher *n = cctx;

    return last_block(n, out, outl, outsize) && (n->token == NULL || gt_token_cipher_end(n));
}

/* EVP_Cipher: as it is, without padding. */
static int cipher_cipher(void *cctx, unsigned char *out, size_t *outl, size_t outsize,
                         const unsigned char *in, size_t inl)
{
    gt_native_cipher *n = cctx;

    if (!gt_native_cipher_room(n, outsize, inl))
        return 0;
    if (inl % n->c.alg->block != 0)
        return gt_raise(n->core, GT_R_LENGTH, "not whole blocks of %zu bytes", n->c.alg->block);
    if (!gt_native_cipher_crypt(n, in, out, inl))
        return 0;
    *outl = inl;
    return 1;
}

/* ---- the table ------------------------------------------------------------------------------- */

#define FUNCTIONS(id, update, final, once, list)                                                   \
    static OSSL_FUNC_cipher_newctx_fn newctx_##id;                                                 \
    static void *newctx_##id(void *provctx)                                                        \
    {                                                                                              \
        return gt_native_cipher_new(provctx, &gt_cipher_algs[id]);                                 \
    }                                                                                              \
    static OSSL_FUNC_cipher_get_params_fn get_params_##id;                                         \
    static int get_params_##id(OSSL_PARAM params[])                                                \
    {                                                                                              \
        return gt_native_cipher_get_params(params, &gt_cipher_algs[id]);                           \
    }                                                                                              \
    static const OSSL_DISPATCH functions_##id[] = {                                                \
        {OSSL_FUNC_CIPHER_NEWCTX, (void (*)(void))newctx_##id},                                    \
        {OSSL_FUNC_CIPHER_FREECTX, (void (*)(void))cipher_freectx},                                \
        {OSSL_FUNC_CIPHER_DUPCTX, (void (*)(void))cipher_dupctx},                                  \
        {OSSL_FUNC_CIPHER_ENCRYPT_INIT, (void (*)(void))cipher_encrypt_init},                      \
        {OSSL_FUNC_CIPHER_DECRYPT_INIT, (void (*)(void))cipher_decrypt_init},                      \
        {OSSL_FUNC_CIPHER_ENCRYPT_SKEY_INIT, (void (*)(void))cipher_encrypt_skey_init},            \
        {OSSL_FUNC_CIPHER_DECRYPT_SKEY_INIT, (void (*)(void))cipher_decrypt_skey_init},            \
        {OSSL_FUNC_CIPHER_UPDATE, (void (*)(void))update},                                         \
        {OSSL_FUNC_CIPHER_FINAL, (void (*)(void)) final},                                          \
        {OSSL_FUNC_CIPHER_CIPHER, (void (*)(void))once},                                           \
        {OSSL_FUNC_CIPHER_GET_PARAMS, (void (*)(void))get_params_##id},                            \
        {OSSL_FUNC_CIPHER_GETTABLE_PARAMS, (void (*)(void))gt_native_cipher_gettable_params},      \
        {OSSL_FUNC_CIPHER_GET_CTX_PARAMS, (void (*)(void))gt_native_cipher_get_ctx_params},        \
        {OSSL_FUNC_CIPHER_GETTABLE_CTX_PARAMS, (void (*)(void))gt_native_cipher_gettable_##list},  \
        {OSSL_FUNC_CIPHER_SET_CTX_PARAMS, (void (*)(void))gt_native_cipher_set_ctx_params},        \
        {OSSL_FUNC_CIPHER_SETTABLE_CTX_PARAMS, (void (*)(void))gt_native_cipher_settable_##list},  \
        {0, NULL},                                                                                 \
    }

#define STREAM(id)           FUNCTIONS(id, stream_update, stream_final, cipher_cipher, plain)
#define STREAM_WITH_ASN1(id) FUNCTIONS(id, stream_update, stream_final, cipher_cipher, asn1)
#define BLOCK(id)            FUNCTIONS(id, block_update, block_final, cipher_cipher, plain)
#define BLOCK_WITH_ASN1(id)  FUNCTIONS(id, block_update, block_final, cipher_cipher, asn1)
#define AEAD(id)             FUNCTIONS(id, gt_aead_update, gt_aead_final, gt_aead_cipher, aead)

STREAM_WITH_ASN1(GT_GOST89);
STREAM_WITH_ASN1(GT_GOST89_CNT);
STREAM_WITH_ASN1(GT_GOST89_CNT_12);
BLOCK_WITH_ASN1(GT_GOST89_CBC);
BLOCK(GT_GOST89_ECB);
BLOCK(GT_KUZNYECHIK_ECB);
BLOCK(GT_KUZNYECHIK_CBC);
STREAM(GT_KUZNYECHIK_CFB);
STREAM(GT_KUZNYECHIK_OFB);
STREAM(GT_KUZNYECHIK_CTR);
STREAM_WITH_ASN1(GT_KUZNYECHIK_CTR_ACPKM);
AEAD(GT_KUZNYECHIK_MGM);
BLOCK(GT_MAGMA_ECB);
BLOCK(GT_MAGMA_CBC);
STREAM(GT_MAGMA_CFB);
STREAM(GT_MAGMA_OFB);
STREAM(GT_MAGMA_CTR);
STREAM_WITH_ASN1(GT_MAGMA_CTR_ACPKM);
AEAD(GT_MAGMA_MGM);

#define ALGORITHM(id, names, text)                                                                 \
    {                                                                                              \
        names, "provider=gosttoken", functions_##id, text                                          \
    }

#define TOKEN(id, name) ALGORITHM(id, GOSTTOKEN_CIPHER(name), name " with a token's key")

/*
 * The first names are short names of OIDs, so that a fetched cipher has its NID. Not here are
 * *-ctr-acpkm-omac: CMS asks for EVP_CIPH_FLAG_CIPHER_WITH_MAC and EVP_CTRL_PROCESS_UNPROTECTED,
 * which only a legacy EVP_CIPHER can have, and prefers a native one where there is one.
 */
const OSSL_ALGORITHM gt_cipher_algorithms[] = {
    ALGORITHM(GT_GOST89, "gost89:GOST 28147-89:1.2.643.2.2.21", "GOST 28147-89 CFB"),
    ALGORITHM(GT_GOST89_CNT, "gost89-cnt", "GOST 28147-89 CNT, S-box CryptoPro-A"),
    ALGORITHM(GT_GOST89_CNT_12, "gost89-cnt-12", "GOST 28147-89 CNT, S-box TC26-Z"),
    ALGORITHM(GT_GOST89_CBC, "gost89-cbc", "GOST 28147-89 CBC"),
    ALGORITHM(GT_GOST89_ECB, "gost89-ecb", "GOST 28147-89 ECB"),
    ALGORITHM(GT_KUZNYECHIK_ECB, "kuznyechik-ecb", "Kuznyechik ECB"),
    ALGORITHM(GT_KUZNYECHIK_CBC, "kuznyechik-cbc", "Kuznyechik CBC"),
    ALGORITHM(GT_KUZNYECHIK_CFB, "kuznyechik-cfb", "Kuznyechik CFB"),
    ALGORITHM(GT_KUZNYECHIK_OFB, "kuznyechik-ofb", "Kuznyechik OFB"),
    ALGORITHM(GT_KUZNYECHIK_CTR, "kuznyechik-ctr", "Kuznyechik CTR"),
    ALGORITHM(GT_KUZNYECHIK_CTR_ACPKM, "kuznyechik-ctr-acpkm:1.2.643.7.1.1.5.2.1",
              "Kuznyechik CTR-ACPKM"),
    ALGORITHM(GT_KUZNYECHIK_MGM, "kuznyechik-mgm", "Kuznyechik MGM"),
    ALGORITHM(GT_MAGMA_ECB, "magma-ecb", "Magma ECB"),
    ALGORITHM(GT_MAGMA_CBC, "magma-cbc", "Magma CBC"),
    ALGORITHM(GT_MAGMA_CFB, "magma-cfb", "Magma CFB"),
    ALGORITHM(GT_MAGMA_OFB, "magma-ofb", "Magma OFB"),
    ALGORITHM(GT_MAGMA_CTR, "magma-ctr", "Magma CTR"),
    ALGORITHM(GT_MAGMA_CTR_ACPKM, "magma-ctr-acpkm:1.2.643.7.1.1.5.1.1", "Magma CTR-ACPKM"),
    ALGORITHM(GT_MAGMA_MGM, "magma-mgm", "Magma MGM"),

    /* The same without a NID, so that EVP_CipherInit_ex finds no engine for them: for keys of a
     * token, which the suites' ciphers would not take. */
    TOKEN(GT_GOST89, "gost89"),
    TOKEN(GT_GOST89_CNT, "gost89-cnt"),
    TOKEN(GT_GOST89_CNT_12, "gost89-cnt-12"),
    TOKEN(GT_GOST89_CBC, "gost89-cbc"),
    TOKEN(GT_GOST89_ECB, "gost89-ecb"),
    TOKEN(GT_KUZNYECHIK_ECB, "kuznyechik-ecb"),
    TOKEN(GT_KUZNYECHIK_CBC, "kuznyechik-cbc"),
    TOKEN(GT_KUZNYECHIK_CFB, "kuznyechik-cfb"),
    TOKEN(GT_KUZNYECHIK_OFB, "kuznyechik-ofb"),
    TOKEN(GT_KUZNYECHIK_CTR, "kuznyechik-ctr"),
    TOKEN(GT_KUZNYECHIK_CTR_ACPKM, "kuznyechik-ctr-acpkm"),
    TOKEN(GT_KUZNYECHIK_MGM, "kuznyechik-mgm"),
    TOKEN(GT_MAGMA_ECB, "magma-ecb"),
    TOKEN(GT_MAGMA_CBC, "magma-cbc"),
    TOKEN(GT_MAGMA_CFB, "magma-cfb"),
    TOKEN(GT_MAGMA_OFB, "magma-ofb"),
    TOKEN(GT_MAGMA_CTR, "magma-ctr"),
    TOKEN(GT_MAGMA_CTR_ACPKM, "magma-ctr-acpkm"),
    TOKEN(GT_MAGMA_MGM, "magma-mgm"),
    {NULL, NULL, NULL, NULL},
};
