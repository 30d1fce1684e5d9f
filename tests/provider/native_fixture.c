/* SPDX-License-Identifier: Apache-2.0 */
#include "native_fixture.h"

const nk_type nk_types[NK_TYPES] = {
    {"one", "gost2012_256", "md_gost12_256", "id-tc26-gost-3410-2012-256-paramSetA",
     "id-tc26-signwithdigest-gost3410-2012-256", 256, NID_id_GostR3410_2012_256,
     NID_id_GostR3411_2012_256},
    {"two", "gost2012_512", "md_gost12_512", "id-tc26-gost-3410-2012-512-paramSetA",
     "id-tc26-signwithdigest-gost3410-2012-512", 512, NID_id_GostR3410_2012_512,
     NID_id_GostR3411_2012_512},
};

const unsigned char nk_doc[NK_DOC] = "a document\n", nk_other[NK_DOC] = "a dokument\n";

EVP_PKEY *nk_keys[NK_TYPES], *nk_publics[NK_TYPES];

int nk_setup(void **state)
{
    (void)state;
    fx_start("bridge = off");
    fx_make_token(FX_LABEL, FX_PIN);
    fx_make_key(FX_LABEL, FX_PIN, "one", 1, 256, "1.2.643.7.1.2.1.1.1");
    fx_make_key(FX_LABEL, FX_PIN, "two", 2, 512, "1.2.643.7.1.2.1.2.1");
    nk_keys[0] = fx_private(NK_PRIVATE("one"), FX_PIN);
    nk_keys[1] = fx_private(NK_PRIVATE("two"), FX_PIN);
    nk_publics[0] = fx_public(NK_PUBLIC("one"));
    nk_publics[1] = fx_public(NK_PUBLIC("two"));
    for (size_t i = 0; i < NK_TYPES; i++)
        if (nk_keys[i] == NULL || nk_publics[i] == NULL) {
            ERR_print_errors_fp(stderr);
            return 1;
        }
    return 0;
}

int nk_teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < NK_TYPES; i++) {
        EVP_PKEY_free(nk_keys[i]);
        EVP_PKEY_free(nk_publics[i]);
    }
    return 0;
}

int nk_checked(EVP_PKEY *key, int (*check)(EVP_PKEY_CTX *))
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    int ok = check(ctx);

    EVP_PKEY_CTX_free(ctx);
    return ok;
}

EVP_PKEY *nk_generate(const char *name, const char *set)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, name, NULL);
    EVP_PKEY *key = NULL;

    assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
    assert_int_equal(EVP_PKEY_CTX_set_group_name(ctx, set), 1);
    assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

int nk_verify(EVP_PKEY *key, const char *md, const unsigned char *sig, size_t len,
              const unsigned char *data)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok = EVP_DigestVerifyInit_ex(ctx, NULL, md, NULL, NULL, key, NULL) == 1 &&
             EVP_DigestVerify(ctx, sig, len, data, sizeof(nk_doc)) == 1;

    EVP_MD_CTX_free(ctx);
    return ok;
}

int nk_sign_once(OSSL_LIB_CTX *libctx, EVP_PKEY *key)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char sig[128];
    size_t len = sizeof(sig);
    int ok = EVP_DigestSignInit_ex(ctx, NULL, NULL, libctx, NULL, key, NULL) == 1 &&
             EVP_DigestSign(ctx, sig, &len, nk_doc, sizeof(nk_doc)) == 1 &&
             EVP_MD_CTX_reset(ctx) == 1 &&
             EVP_DigestVerifyInit_ex(ctx, NULL, NULL, libctx, NULL, key, NULL) == 1 &&
             EVP_DigestVerify(ctx, sig, len, nk_doc, sizeof(nk_doc)) == 1;

    EVP_MD_CTX_free(ctx);
    return ok;
}
