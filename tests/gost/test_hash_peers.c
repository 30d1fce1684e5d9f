/* SPDX-License-Identifier: Apache-2.0 */
/* Random messages and keys against other people's code: nettle, libgcrypt, gost-engine. */
#include "tests/gost/hash_test.h"

#ifdef HAVE_NETTLE
#include <nettle/streebog.h>
#endif
#ifdef HAVE_GCRYPT
#include <gcrypt.h>
#endif
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

#include "gost/hmac.h"
#include "gost/kuznyechik.h"
#include "gost/streebog_core.h"

#define LONGEST 1500

static uint8_t data[LONGEST], key[200];

/* Lengths that are short, near the edge of a block, or any. */
static size_t some_length(uint64_t *rnd)
{
    switch (random_below(rnd, 3)) {
    case 0:
        return random_below(rnd, 80);
    case 1:
        return 64 * random_below(rnd, 20) + random_below(rnd, 3) + (random_below(rnd, 2) ? 62 : 0);
    default:
        return random_below(rnd, LONGEST);
    }
}

/* By the next body in turn, in up to three pieces. */
static void our_hash(uint64_t *rnd, unsigned turn, unsigned bits, size_t len, uint8_t *out)
{
    const gost_streebog_body *body = &gost_streebog_bodies[turn % gost_streebog_body_count];
    size_t a = random_below(rnd, len + 1), b = random_below(rnd, a + 1);
    gost_streebog ctx;

    if (!body->available())
        body = &gost_streebog_bodies[gost_streebog_body_count - 1];
    gost_streebog_init(&ctx, bits);
    gost_streebog_update_by(body, &ctx, data, b);
    gost_streebog_update_by(body, &ctx, data + b, a - b);
    gost_streebog_update_by(body, &ctx, data + a, len - a);
    gost_streebog_final_by(body, &ctx, out);
}

/* One peer's hash against ours. */
static void compare(uint64_t seed,
                    void (*peer)(unsigned bits, const void *data, size_t len, uint8_t *out))
{
    uint64_t rnd = seed;

    for (unsigned i = 0; i < CASES(3000); i++) {
        size_t len = some_length(&rnd);
        unsigned bits = i % 2 ? 512 : 256;
        uint8_t want[64], got[64];

        random_bytes(&rnd, data, len);
        if (i % 16 == 5)
            memset(data, 0xff, len);
        peer(bits, data, len, want);
        our_hash(&rnd, i / 2, bits, len, got);
        assert_memory_equal(got, want, bits / 8);
    }
}

#ifdef HAVE_NETTLE

static void nettle_hash(unsigned bits, const void *in, size_t len, uint8_t *out)
{
    struct streebog512_ctx ctx;

    if (bits == 512) {
        streebog512_init(&ctx);
        streebog512_update(&ctx, len, in);
        streebog512_digest(&ctx, 64, out);
    } else {
        streebog256_init(&ctx);
        streebog256_update(&ctx, len, in);
        streebog256_digest(&ctx, 32, out);
    }
}

static void test_nettle(void **state)
{
    (void)state;
    compare(11, nettle_hash);
}

#endif

#ifdef HAVE_GCRYPT

static void gcrypt_hash(unsigned bits, const void *in, size_t len, uint8_t *out)
{
    gcry_md_hash_buffer(bits == 512 ? GCRY_MD_STRIBOG512 : GCRY_MD_STRIBOG256, out, in, len);
}

static void test_gcrypt(void **state)
{
    (void)state;
    assert_non_null(gcry_check_version(NULL));
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    compare(12, gcrypt_hash);
}

static void test_gcrypt_hmac(void **state)
{
    uint64_t rnd = 13;

    (void)state;
    for (unsigned i = 0; i < CASES(2000); i++) {
        size_t len = some_length(&rnd), key_len = random_below(&rnd, sizeof key);
        unsigned bits = i % 2 ? 512 : 256;
        uint8_t got[64];
        gcry_md_hd_t md;

        random_bytes(&rnd, data, len);
        random_bytes(&rnd, key, key_len);
        assert_int_equal(gcry_md_open(&md, bits == 512 ? GCRY_MD_STRIBOG512 : GCRY_MD_STRIBOG256,
                                      GCRY_MD_FLAG_HMAC),
                         0);
        assert_int_equal(gcry_md_setkey(md, key, key_len), 0);
        gcry_md_write(md, data, len);
        gost_hmac_streebog(bits, key, key_len, data, len, got);
        assert_memory_equal(got, gcry_md_read(md, 0), bits / 8);
        gcry_md_close(md);
    }
}

#endif

static ENGINE *engine;

static int start_engine(void **state)
{
    (void)state;
    ENGINE_load_builtin_engines();
    engine = ENGINE_by_id("gost");
    if (engine != NULL && !ENGINE_init(engine)) {
        ENGINE_free(engine);
        engine = NULL;
    }
    if (engine == NULL)
        print_message("           gost-engine is not installed\n");
    return 0;
}

static int stop_engine(void **state)
{
    (void)state;
    if (engine != NULL) {
        ENGINE_finish(engine);
        ENGINE_free(engine);
    }
    return 0;
}

static void engine_hash(unsigned bits, const void *in, size_t len, uint8_t *out)
{
    int nid = OBJ_txt2nid(bits == 512 ? "md_gost12_512" : "md_gost12_256");
    unsigned n = 0;

    assert_int_equal(EVP_Digest(in, len, out, &n, ENGINE_get_digest(engine, nid), engine), 1);
    assert_int_equal(8 * n, bits);
}

static void test_engine(void **state)
{
    (void)state;
    if (engine == NULL)
        skip();
    compare(14, engine_hash);
}

static void test_engine_kuznyechik(void **state)
{
    EVP_CIPHER_CTX *ctx;
    const EVP_CIPHER *cipher = NULL;
    uint64_t rnd = 15;

    (void)state;
    if (engine != NULL)
        cipher = ENGINE_get_cipher(engine, OBJ_txt2nid("kuznyechik-ecb"));
    if (cipher == NULL)
        skip();
    ctx = EVP_CIPHER_CTX_new();
    assert_non_null(ctx);
    for (int i = 0; i < CASES(3000); i++) {
        uint8_t in[16], want[32], got[16];
        gost_kuznyechik ks;
        int n = 0;

        random_bytes(&rnd, key, 32);
        random_bytes(&rnd, in, sizeof in);
        assert_int_equal(EVP_EncryptInit_ex(ctx, cipher, engine, key, NULL), 1);
        assert_int_equal(EVP_EncryptUpdate(ctx, want, &n, in, 16), 1);
        assert_int_equal(n, 16);
        gost_kuznyechik_set_key(&ks, key);
        gost_kuznyechik_encrypt(&ks, in, got);
        assert_memory_equal(got, want, 16);
        gost_kuznyechik_decrypt(&ks, want, got);
        assert_memory_equal(got, in, 16);
    }
    EVP_CIPHER_CTX_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef HAVE_NETTLE
        cmocka_unit_test(test_nettle),
#endif
#ifdef HAVE_GCRYPT
        cmocka_unit_test(test_gcrypt), cmocka_unit_test(test_gcrypt_hmac),
#endif
        cmocka_unit_test(test_engine), cmocka_unit_test(test_engine_kuznyechik),
    };

    return cmocka_run_group_tests(tests, start_engine, stop_engine);
}
