/* SPDX-License-Identifier: Apache-2.0 */
/* Random keys and blocks, every body against other people's code: gost-engine and libgcrypt. */
#include "tests/gost/block_test.h"

#ifdef HAVE_GCRYPT
#include <gcrypt.h>
#endif
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

#define MOST_BYTES (16 * MOST_BLOCKS)

static uint8_t key[32], in[MOST_BYTES], want[MOST_BYTES], out[MOST_BYTES];

/* Every body turns n blocks at in into want, and back, in place or not. */
static void every_body(const family *f, const gost_sbox *sbox, size_t n)
{
    gost_block b;

    gost_block_init(&b, f->class, sbox, key);
    for (unsigned k = 0; k < *f->count; k++) {
        if (!f->bodies[k].available())
            continue;
        f->bodies[k].encrypt(&b, in, out, n);
        assert_memory_equal(out, want, n * f->class->size);
        f->bodies[k].decrypt(&b, out, out, n);
        assert_memory_equal(out, in, n * f->class->size);
    }
}

#ifdef HAVE_GCRYPT

static void test_gcrypt(void **state)
{
    const family *f = &families[2];
    uint64_t rnd = 31;

    (void)state;
    assert_non_null(gcry_check_version(NULL));
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    for (int i = 0; i < CASES(4 * MOST_BLOCKS); i++) {
        const gost_sbox *sbox = gost_sbox_at((size_t)i % 8);
        size_t n = (size_t)i % MOST_BLOCKS + 1;
        gcry_cipher_hd_t c;

        random_bytes(&rnd, key, sizeof key);
        random_bytes(&rnd, in, sizeof in);
        assert_false(gcry_cipher_open(&c, GCRY_CIPHER_GOST28147, GCRY_CIPHER_MODE_ECB, 0));
        /* The macro of libgcrypt's header lacks a parenthesis in some versions. */
        assert_false(gcry_cipher_ctl(c, GCRYCTL_SET_SBOX, (void *)(uintptr_t)sbox->oid, 0));
        assert_false(gcry_cipher_setkey(c, key, sizeof key));
        assert_false(gcry_cipher_encrypt(c, want, 8 * n, in, 8 * n));
        gcry_cipher_close(c);
        every_body(f, sbox, n);
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

/* One peer's cipher: ECB, or CBC where it has no ECB, of which ECB's blocks can be told. */
static void compare(const family *f, const char *name, const gost_sbox *sbox, uint64_t seed,
                    int cases)
{
    const EVP_CIPHER *cipher = NULL;
    static const uint8_t iv[16];
    EVP_CIPHER_CTX *ctx;
    uint64_t rnd = seed;

    if (engine != NULL)
        cipher = ENGINE_get_cipher(engine, OBJ_txt2nid(name));
    if (cipher == NULL)
        skip();
    ctx = EVP_CIPHER_CTX_new();
    assert_non_null(ctx);
    for (int i = 0; i < cases; i++) {
        size_t size = f->class->size, len = size * ((size_t)i % MOST_BLOCKS + 1);
        int cbc = EVP_CIPHER_mode(cipher) == EVP_CIPH_CBC_MODE, got = 0;

        random_bytes(&rnd, key, sizeof key);
        random_bytes(&rnd, in, sizeof in);
        assert_int_equal(EVP_EncryptInit_ex(ctx, cipher, engine, key, cbc ? iv : NULL), 1);
        EVP_CIPHER_CTX_set_padding(ctx, 0);
        assert_int_equal(EVP_EncryptUpdate(ctx, want, &got, in, (int)len), 1);
        assert_int_equal(got, len);
        if (cbc)
            for (size_t k = size; k < len; k++)
                in[k] ^= want[k - size];
        every_body(f, sbox, len / size);
        EVP_CIPHER_CTX_reset(ctx);
    }
    EVP_CIPHER_CTX_free(ctx);
}

static void test_engine_kuznyechik(void **state)
{
    (void)state;
    compare(&families[0], "kuznyechik-ecb", NULL, 32, CASES(4 * MOST_BLOCKS));
}

static void test_engine_magma(void **state)
{
    (void)state;
    compare(&families[1], "magma-cbc", NULL, 33, CASES(4 * MOST_BLOCKS));
}

/* gost-engine's S-box is a setting of the engine; it has none of the hash's. */
static void test_engine_28147(void **state)
{
    (void)state;
    if (engine == NULL)
        skip();
    for (size_t i = 0; i < 6; i++) {
        const gost_sbox *sbox = gost_sbox_at(i);

        assert_int_equal(ENGINE_ctrl_cmd_string(engine, "CRYPT_PARAMS", sbox->name, 0), 1);
        compare(&families[2], "gost89-cbc", sbox, 34 + i, CASES(MOST_BLOCKS));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef HAVE_GCRYPT
        cmocka_unit_test(test_gcrypt),
#endif
        cmocka_unit_test(test_engine_kuznyechik),
        cmocka_unit_test(test_engine_magma),
        cmocka_unit_test(test_engine_28147),
    };

    return cmocka_run_group_tests(tests, start_engine, stop_engine);
}
