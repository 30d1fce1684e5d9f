/* SPDX-License-Identifier: Apache-2.0 */
/* Key derivation: our own EVP_KDFs, beside gost/; and OpenSSL's, with our digests. */
#include "symmetric.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>

#include "gost/kdf.h"

#define KEY   "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define LABEL "26bdb878"
#define SEED  "af21434145656378"

enum { LONGEST = 400, PARAMS = 8 };

typedef struct args {
    OSSL_PARAM list[PARAMS];
    size_t n;
    uint8_t key[64], label[32], seed[64];
    size_t key_len, label_len, seed_len;
    unsigned r;
    uint64_t length, offset;
} args;

static void put(args *a, OSSL_PARAM p)
{
    assert_true(a->n < PARAMS - 1);
    a->list[a->n++] = p;
    a->list[a->n] = OSSL_PARAM_construct_end();
}

/* key, label and seed, from a's own buffers. */
static void put_strings(args *a)
{
    a->n = 0;
    put(a, OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, a->key, a->key_len));
    put(a, OSSL_PARAM_construct_octet_string("label", a->label, a->label_len));
    put(a, OSSL_PARAM_construct_octet_string("seed", a->seed, a->seed_len));
}

static void from_rfc(args *a)
{
    memset(a, 0, sizeof(*a));
    a->key_len = sy_unhex(a->key, KEY);
    a->label_len = sy_unhex(a->label, LABEL);
    a->seed_len = sy_unhex(a->seed, SEED);
    put_strings(a);
}

static EVP_KDF_CTX *new_ctx(const char *name)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, name, NULL);
    EVP_KDF_CTX *ctx;

    assert_non_null(kdf);
    ctx = EVP_KDF_CTX_new(kdf);
    assert_non_null(ctx);
    EVP_KDF_free(kdf);
    return ctx;
}

/* RFC 7836, B.5 and B.6. */
static void examples(void **state)
{
    EVP_KDF_CTX *one = new_ctx("KDF_GOSTR3411_2012_256"), *copy;
    EVP_KDF_CTX *tree = new_ctx("KDF_TREE_GOSTR3411_2012_256");
    uint8_t want[64], got[64];
    args a;

    (void)state;
    from_rfc(&a);
    sy_unhex(want, "a1aa5f7de402d7b3d323f2991c8d4534013137010a83754fd0af6d7cd4922ed9");
    assert_int_equal(EVP_KDF_CTX_get_kdf_size(one), 32);
    assert_int_equal(EVP_KDF_derive(one, got, 32, a.list), 1);
    assert_memory_equal(got, want, 32);
    copy = EVP_KDF_CTX_dup(one);
    assert_non_null(copy);
    memset(got, 0, sizeof(got));
    assert_int_equal(EVP_KDF_derive(copy, got, 32, NULL), 1);
    assert_memory_equal(got, want, 32);
    EVP_KDF_CTX_free(copy);

    sy_unhex(want, "22b6837845c6bef65ea71672b265831086d3c76aebe6dae91cad51d83f79d16b"
                   "074c9330599d7f8d712fca54392f4ddde93751206b3584c8f43f9e6dc51531f9");
    assert_int_equal(EVP_KDF_derive(tree, got, 64, a.list), 1);
    assert_memory_equal(got, want, 64);
    a.length = 64;
    a.offset = 40;
    put(&a, OSSL_PARAM_construct_uint64("length", &a.length));
    put(&a, OSSL_PARAM_construct_uint64("offset", &a.offset));
    memset(got, 0, sizeof(got));
    assert_int_equal(EVP_KDF_derive(tree, got, 24, a.list), 1);
    assert_memory_equal(got, want + 40, 24);
    EVP_KDF_CTX_free(one);
    EVP_KDF_CTX_free(tree);
}

static void random_ones(void **state)
{
    EVP_KDF_CTX *one = new_ctx("KDF_GOSTR3411_2012_256");
    EVP_KDF_CTX *tree = new_ctx("KDF_TREE_GOSTR3411_2012_256");
    uint8_t want[LONGEST], got[LONGEST];
    uint64_t rnd = 7836;
    args a;

    (void)state;
    for (int i = 0; i < 300; i++) {
        size_t len = 1 + sy_random(&rnd) % (LONGEST - 1);

        memset(&a, 0, sizeof(a));
        a.key_len = 1 + sy_random(&rnd) % 64;
        a.label_len = sy_random(&rnd) % 33;
        a.seed_len = sy_random(&rnd) % 65;
        sy_fill(&rnd, a.key, a.key_len);
        sy_fill(&rnd, a.label, a.label_len);
        sy_fill(&rnd, a.seed, a.seed_len);
        put_strings(&a);
        assert_int_equal(EVP_KDF_derive(one, got, 32, a.list), 1);
        gost_kdf_2012_256(a.key, a.key_len, a.label, a.label_len, a.seed, a.seed_len, want);
        assert_memory_equal(got, want, 32);

        a.r = 1 + sy_random(&rnd) % 4;
        a.offset = sy_random(&rnd) % 100;
        a.length = a.offset + len + sy_random(&rnd) % 1000;
        put(&a, OSSL_PARAM_construct_uint("r", &a.r));
        put(&a, OSSL_PARAM_construct_uint64("offset", &a.offset));
        put(&a, OSSL_PARAM_construct_uint64("length", &a.length));
        assert_int_equal(EVP_KDF_derive(tree, got, len, a.list), 1);
        assert_int_equal(gost_kdf_tree(a.key, a.key_len, a.label, a.label_len, a.seed, a.seed_len,
                                       a.r, a.length, a.offset, want, len),
                         1);
        assert_memory_equal(got, want, len);
    }
    EVP_KDF_CTX_free(one);
    EVP_KDF_CTX_free(tree);
}

static void refusals(void **state)
{
    EVP_KDF_CTX *one = new_ctx("KDF_GOSTR3411_2012_256");
    EVP_KDF_CTX *tree = new_ctx("KDF_TREE_GOSTR3411_2012_256");
    uint8_t out[10000];
    unsigned r = 5;
    uint64_t length = 10;
    OSSL_PARAM bad_r[] = {OSSL_PARAM_construct_uint("r", &r), OSSL_PARAM_construct_end()};
    OSSL_PARAM short_length[] = {OSSL_PARAM_construct_uint64("length", &length),
                                 OSSL_PARAM_construct_end()};
    /* A length, and no octets: nothing that happens to lie somewhere becomes the key. */
    OSSL_PARAM no_octets[] = {OSSL_PARAM_octet_string("key", NULL, 32), OSSL_PARAM_construct_end()};
    args a;

    (void)state;
    from_rfc(&a);
    assert_int_not_equal(EVP_KDF_derive(one, out, 32, NULL), 1); /* no key */
    assert_int_not_equal(EVP_KDF_derive(one, out, 32, no_octets), 1);
    assert_int_not_equal(EVP_KDF_derive(one, out, 31, a.list), 1);
    assert_int_not_equal(EVP_KDF_derive(one, out, 33, a.list), 1);
    assert_int_equal(EVP_KDF_derive(one, out, 32, a.list), 1);
    EVP_KDF_CTX_reset(one);
    assert_int_not_equal(EVP_KDF_derive(one, out, 32, NULL), 1);
    assert_int_equal(EVP_KDF_CTX_set_params(tree, a.list), 1);
    assert_int_not_equal(EVP_KDF_CTX_set_params(tree, bad_r), 1);
    r = 0;
    assert_int_not_equal(EVP_KDF_CTX_set_params(tree, bad_r), 1);
    /* 255 blocks are all that one byte can count. */
    assert_int_equal(EVP_KDF_derive(tree, out, 255 * 32 - 32, NULL), 1);
    assert_int_not_equal(EVP_KDF_derive(tree, out, sizeof(out), NULL), 1);
    assert_int_not_equal(EVP_KDF_derive(tree, out, 11, short_length), 1);
    ERR_clear_error();
    EVP_KDF_CTX_free(one);
    EVP_KDF_CTX_free(tree);
}

/* RFC 7836, B.3 and B.4: TLS1-PRF with the label before the seed; RFC 9337, appendix A. */
static void of_openssl(void **state)
{
    static const struct {
        const char *digest, *want;
        gost_prf_hash hash;
    } prfs[] = {
        {"md_gost12_256",
         "ff09664a44745865944f839ebb48965f1544ff1cc8e8f16f247ee5f8a9ebe97f"
         "c4e3c7900e46cad3db6a01643063040ec67fc0fd5cd9f90465235237bdff2c02",
         GOST_PRF_256},
        {"md_gost12_512",
         "f35187a3dc9655113a0e84d06fd7526c5fc1fbdec1a0e4673dd6d79d0b920e65"
         "ad1bc47bb083b3851cb7cd8e7e6a911a626cf02b29e9e4a58ed766a449a7296d",
         GOST_PRF_512},
    };
    uint8_t key[32], seed[37], want[64], got[64];
    size_t n;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        EVP_KDF_CTX *ctx = new_ctx(OSSL_KDF_NAME_TLS1_PRF);
        OSSL_PARAM params[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                             (char *)(uintptr_t)prfs[i].digest, 0),
            OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, key, 32),
            OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed, 37),
            OSSL_PARAM_construct_end(),
        };

        sy_unhex(key, KEY);
        n = sy_unhex(seed, "1122334455"
                           "18471d622dc655c4d2d2269691ca4a560b50aba663553af241f1ada882c9f29a");
        assert_int_equal(n, 37);
        sy_unhex(want, prfs[i].want);
        assert_int_equal(EVP_KDF_derive(ctx, got, 64, params), 1);
        assert_memory_equal(got, want, 64);
        gost_tls_prf(prfs[i].hash, key, 32, seed, 5, seed + 5, 32, got, 64);
        assert_memory_equal(got, want, 64);
        EVP_KDF_CTX_free(ctx);
    }
    sy_unhex(want, "5a585bafdfbb6e8830d6d68aa3b43ac00d2e4aebce01c9b31c2caed56f0236d4"
                   "d34b2b8fbd2c4e89d54d46f50e47d45bbac301571743119e8d3c42ba66d348de");
    {
        EVP_MD *md = EVP_MD_fetch(NULL, "md_gost12_512", NULL);

        assert_non_null(md);
        assert_int_equal(
            PKCS5_PBKDF2_HMAC("password", 8, (const unsigned char *)"salt", 4, 2, md, 64, got), 1);
        assert_memory_equal(got, want, 64);
        EVP_MD_free(md);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(random_ones),
        cmocka_unit_test(refusals),
        cmocka_unit_test(of_openssl),
    };

    fx_start("");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
