/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ciphers as programs meet them: native ones and shells, against the standards' examples, against
 * each other, and against gost-engine in another process. The bridge is off, so that libcrypto does
 * not take an engine's cipher instead of a fetched one.
 */
#include "symmetric.h"

#include <pthread.h>

enum { LONGEST = 20000 };

typedef struct subject {
    const char *name;
    size_t iv, block;
    int engine; /* gost-engine 3.0.1 has it */
} subject;

static const subject subjects[] = {
    {"gost89", 8, 1, 1},
    {"gost89-cnt", 8, 1, 1},
    {"gost89-cnt-12", 8, 1, 1},
    {"gost89-cbc", 8, 8, 1},
    {"gost89-ecb", 0, 8, 0},
    {"kuznyechik-ecb", 0, 16, 1},
    {"kuznyechik-cbc", 16, 16, 1},
    {"kuznyechik-cfb", 16, 1, 1},
    {"kuznyechik-ofb", 16, 1, 1},
    {"kuznyechik-ctr", 8, 1, 1},
    {"kuznyechik-ctr-acpkm", 8, 1, 1},
    {"magma-ecb", 0, 8, 0},
    {"magma-cbc", 8, 8, 1},
    {"magma-cfb", 8, 1, 0},
    {"magma-ofb", 8, 1, 0},
    {"magma-ctr", 4, 1, 1},
    {"magma-ctr-acpkm", 4, 1, 1},
};
enum { SUBJECTS = sizeof(subjects) / sizeof(subjects[0]) };

static uint8_t text[LONGEST], sealed[LONGEST + 32], sealed_too[LONGEST + 32], back[LONGEST + 32];

static EVP_CIPHER *native(const char *name)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, "provider=gosttoken");

    assert_non_null(cipher);
    assert_non_null(EVP_CIPHER_get0_provider(cipher));
    return cipher;
}

static const EVP_CIPHER *shell(const char *name)
{
    const EVP_CIPHER *cipher = EVP_get_cipherbynid(OBJ_txt2nid(name));

    assert_non_null(cipher);
    assert_null(EVP_CIPHER_get0_provider(cipher));
    return cipher;
}

/* In parts, with a copy of the context taken in the middle to go on with. Returns the length. */
static size_t run(const EVP_CIPHER *cipher, const uint8_t *key, const uint8_t *iv, int encrypt,
                  int padding, const uint8_t *in, size_t len, uint8_t *out, uint64_t *rnd)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new(), *copy = EVP_CIPHER_CTX_new();
    size_t done = 0, made = 0;
    int n;

    assert_int_equal(EVP_CipherInit_ex(ctx, cipher, NULL, key, iv, encrypt), 1);
    EVP_CIPHER_CTX_set_padding(ctx, padding);
    while (done < len) {
        size_t part = sy_part(rnd, len - done);

        assert_int_equal(EVP_CipherUpdate(ctx, out + made, &n, in + done, (int)part), 1);
        made += (size_t)n;
        done += part;
        if (sy_random(rnd) % 4 == 0) {
            EVP_CIPHER_CTX *old = ctx;

            assert_int_equal(EVP_CIPHER_CTX_copy(copy, ctx), 1);
            ctx = copy;
            copy = old;
            assert_int_equal(EVP_CIPHER_CTX_reset(copy), 1);
        }
    }
    assert_int_equal(EVP_CipherFinal_ex(ctx, out + made, &n), 1);
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_CTX_free(copy);
    return made + (size_t)n;
}

/* ---- examples ------------------------------------------------------------------------------- */

#define KEY_K "8899aabbccddeeff0011223344556677fedcba98765432100123456789abcdef"
#define KEY_M "ffeeddccbbaa99887766554433221100f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
#define TEXT_K                                                                                     \
    "1122334455667700ffeeddccbbaa9988 00112233445566778899aabbcceeff0a "                           \
    "112233445566778899aabbcceeff0a00 2233445566778899aabbcceeff0a0011"
#define TEXT_M "92def06b3c130a59 db54c704f8189d20 4a98fb2e67a8024c 8912409b17b57e41"

/* GOST R 34.13-2015, A.1 and A.2. */
static const struct {
    const char *name, *key, *iv, *text, *sealed;
} examples[] = {
    {"kuznyechik-ecb", KEY_K, "", TEXT_K,
     "7f679d90bebc24305a468d42b9d4edcd b429912c6e0032f9285452d76718d08b "
     "f0ca33549d247ceef3f5a5313bd4b157 d0b09ccde830b9eb3a02c4c5aa8ada98"},
    {"kuznyechik-ctr", KEY_K, "1234567890abcef0", TEXT_K,
     "f195d8bec10ed1dbd57b5fa240bda1b8 85eee733f6a13e5df33ce4b33c45dee4 "
     "a5eae88be6356ed3d5e877f13564a3a5 cb91fab1f20cbab6d1c6d15820bdba73"},
    {"magma-ecb", KEY_M, "", TEXT_M,
     "2b073f0494f372a0 de70e715d3556e48 11d8d9e9eacfbc1e 7c68260996c67efb"},
    {"magma-ctr", KEY_M, "12345678", TEXT_M,
     "4e98110c97b7b93c 3e250d93d6e85d69 136d868807b2dbef 568eb680ab52a12d"},
};

static void vectors(void **state)
{
    uint64_t rnd = 1;
    uint8_t key[32], iv[16], want[64];

    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        EVP_CIPHER *cipher = native(examples[i].name);
        size_t len = sy_unhex(text, examples[i].text);

        sy_unhex(key, examples[i].key);
        sy_unhex(iv, examples[i].iv);
        assert_int_equal(sy_unhex(want, examples[i].sealed), len);
        assert_int_equal(run(cipher, key, iv, 1, 0, text, len, sealed, &rnd), len);
        assert_memory_equal(sealed, want, len);
        assert_int_equal(run(shell(examples[i].name), key, iv, 1, 0, text, len, sealed, &rnd), len);
        assert_memory_equal(sealed, want, len);
        EVP_CIPHER_free(cipher);
    }
}

/* What is left: one block's feedback is defined by ECB. */
static void feedback(void **state)
{
    uint64_t rnd = 2;
    uint8_t key[32], iv[8], a[8], b[8];

    (void)state;
    sy_fill(&rnd, key, sizeof(key));
    sy_fill(&rnd, iv, sizeof(iv));
    sy_fill(&rnd, text, 16);
    run(shell("magma-ecb"), key, NULL, 1, 0, iv, 8, a, &rnd);
    run(shell("magma-cfb"), key, iv, 1, 0, text, 16, sealed, &rnd);
    run(shell("magma-ofb"), key, iv, 1, 0, text, 16, back, &rnd);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(sealed[i], a[i] ^ text[i]);
    assert_memory_equal(back, sealed, 8);
    run(shell("magma-ecb"), key, NULL, 1, 0, sealed, 8, b, &rnd);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(sealed[8 + i], b[i] ^ text[8 + i]);
    run(shell("magma-ecb"), key, NULL, 1, 0, a, 8, b, &rnd);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(back[8 + i], b[i] ^ text[8 + i]);
}

/* ---- native ones and shells -------------------------------------------------------------------
 */

static void facts(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUBJECTS; i++) {
        EVP_CIPHER *cipher = native(subjects[i].name);
        const EVP_CIPHER *both[] = {cipher, shell(subjects[i].name)};

        for (size_t j = 0; j < 2; j++) {
            assert_int_equal(EVP_CIPHER_get_key_length(both[j]), 32);
            assert_int_equal(EVP_CIPHER_get_iv_length(both[j]), subjects[i].iv);
            assert_int_equal(EVP_CIPHER_get_block_size(both[j]), subjects[i].block);
            assert_int_equal(EVP_CIPHER_get_nid(both[j]), OBJ_txt2nid(subjects[i].name));
            assert_int_equal(EVP_CIPHER_get_mode(both[j]), EVP_CIPHER_get_mode(both[0]));
        }
        EVP_CIPHER_free(cipher);
    }
}

static void alike(void **state)
{
    uint64_t rnd = 3;
    uint8_t key[32], iv[16];

    (void)state;
    for (size_t turn = 0; turn < 12 * SUBJECTS; turn++) {
        const subject *s = &subjects[turn % SUBJECTS];
        EVP_CIPHER *cipher = native(s->name);
        size_t len = sy_random(&rnd) % (turn % 3 ? 200 : LONGEST), made;
        int padding = s->block > 1 && turn % 2;

        if (!padding)
            len -= len % s->block;
        sy_fill(&rnd, key, sizeof(key));
        sy_fill(&rnd, iv, sizeof(iv));
        sy_fill(&rnd, text, len);
        made = run(cipher, key, iv, 1, padding, text, len, sealed, &rnd);
        assert_int_equal(made, padding ? len / s->block * s->block + s->block : len);
        assert_int_equal(run(shell(s->name), key, iv, 1, padding, text, len, sealed_too, &rnd),
                         made);
        assert_memory_equal(sealed, sealed_too, made);
        assert_int_equal(run(cipher, key, iv, 0, padding, sealed, made, back, &rnd), len);
        assert_memory_equal(back, text, len);
        assert_int_equal(run(shell(s->name), key, iv, 0, padding, sealed, made, back, &rnd), len);
        assert_memory_equal(back, text, len);
        EVP_CIPHER_free(cipher);
    }
}

/* One context: again with the same key, with another IV, in place, the other way round. */
static void again(void **state)
{
    uint64_t rnd = 4;
    uint8_t key[32], iv[2][16], want[2][64], buf[80];
    int n;

    (void)state;
    sy_fill(&rnd, key, sizeof(key));
    sy_fill(&rnd, iv[0], sizeof(iv));
    sy_fill(&rnd, text, 64);
    for (size_t i = 0; i < 2 * SUBJECTS; i++) {
        const subject *s = &subjects[i / 2];
        EVP_CIPHER *fetched = native(s->name);
        const EVP_CIPHER *cipher = i % 2 ? shell(s->name) : fetched;
        EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

        for (size_t j = 0; j < 2; j++)
            run(fetched, key, iv[j], 1, 0, text, 64, want[j], &rnd);
        assert_int_equal(EVP_CipherInit_ex(ctx, cipher, NULL, NULL, NULL, 1), 1);
        assert_int_equal(EVP_CipherInit_ex(ctx, NULL, NULL, key, NULL, 1), 1);
        EVP_CIPHER_CTX_set_padding(ctx, 0);
        for (size_t j = 0; j < 4; j++) {
            memcpy(buf, text, 64);
            /* The IV of the last turn is used again when none is given. */
            assert_int_equal(EVP_CipherInit_ex(ctx, NULL, NULL, NULL, j == 3 ? NULL : iv[j % 2], 1),
                             1);
            EVP_CIPHER_CTX_set_padding(ctx, 0);
            assert_int_equal(EVP_CipherUpdate(ctx, buf, &n, buf, 64), 1);
            assert_int_equal(n, 64);
            assert_int_equal(EVP_CipherFinal_ex(ctx, buf + n, &n), 1);
            assert_memory_equal(buf, want[j == 3 ? 0 : j % 2], 64);
        }
        assert_int_equal(EVP_CipherInit_ex(ctx, NULL, NULL, NULL, iv[1], 0), 1);
        EVP_CIPHER_CTX_set_padding(ctx, 0);
        assert_int_equal(EVP_CipherUpdate(ctx, buf, &n, want[1], 64), 1);
        assert_memory_equal(buf, text, 64);
        EVP_CIPHER_CTX_free(ctx);
        EVP_CIPHER_free(fetched);
    }
}

/* The IV that a context says it goes on with is one that another can go on with. */
static void next_iv(void **state)
{
    uint64_t rnd = 5;
    uint8_t key[32], iv[16], next[16] = {0};
    int n;

    (void)state;
    sy_fill(&rnd, key, sizeof(key));
    sy_fill(&rnd, iv, sizeof(iv));
    sy_fill(&rnd, text, 64);
    for (size_t i = 0; i < SUBJECTS; i++) {
        const subject *s = &subjects[i];
        EVP_CIPHER *cipher = native(s->name);
        EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
        int mode = EVP_CIPHER_get_mode(cipher);
        int chain = mode == EVP_CIPH_CBC_MODE || mode == EVP_CIPH_CFB_MODE ||
                    (mode == EVP_CIPH_OFB_MODE && strstr(s->name, "gost89") == NULL);

        run(cipher, key, iv, 1, 0, text, 64, sealed, &rnd);
        assert_int_equal(EVP_CipherInit_ex(ctx, cipher, NULL, key, iv, 1), 1);
        assert_int_equal(EVP_CIPHER_CTX_get_original_iv(ctx, next, sizeof(next)), 1);
        assert_memory_equal(next, iv, s->iv);
        assert_int_equal(EVP_CipherUpdate(ctx, back, &n, text, 32), 1);
        assert_int_equal(EVP_CIPHER_CTX_get_updated_iv(ctx, next, sizeof(next)), 1);
        if (chain) {
            run(cipher, key, next, 1, 0, text + 32, 32, back, &rnd);
            assert_memory_equal(back, sealed + 32, 32);
        }
        EVP_CIPHER_CTX_free(ctx);
        EVP_CIPHER_free(cipher);
    }
}

/* ---- gost-engine, in another process -----------------------------------------------------------
 */

static void peer(void **state)
{
    static const size_t lengths[] = {1, 16, 1023, 1024, 1025, 4096, 4100, LONGEST};
    uint64_t rnd = 6;
    uint8_t key[32], iv[16];

    (void)state;
    if (fx_peer() == NULL)
        skip();
    for (size_t i = 0; i < SUBJECTS; i++)
        for (size_t j = i % 2; j < sizeof(lengths) / sizeof(lengths[0]); j += 2) {
            const subject *s = &subjects[i];
            EVP_CIPHER *cipher;
            size_t len = lengths[j], made;
            char with_iv[64] = "";

            if (!s->engine)
                continue;
            cipher = native(s->name);
            sy_fill(&rnd, key, sizeof(key));
            sy_fill(&rnd, iv, sizeof(iv));
            sy_fill(&rnd, text, len);
            sy_write("plain", text, len);
            if (s->iv > 0)
                snprintf(with_iv, sizeof(with_iv), "-iv %s", sy_hex(iv, s->iv));
            assert_int_equal(fx_other("openssl enc -%s -K %s %s -in plain -out sealed", s->name,
                                      sy_hex(key, sizeof(key)), with_iv),
                             0);
            made = sy_read("sealed", sealed, sizeof(sealed));
            assert_int_equal(run(cipher, key, iv, 1, 1, text, len, sealed_too, &rnd), made);
            assert_memory_equal(sealed_too, sealed, made);
            assert_int_equal(run(cipher, key, iv, 0, 1, sealed, made, back, &rnd), len);
            assert_memory_equal(back, text, len);
            EVP_CIPHER_free(cipher);
        }
}

/* ---- what must fail ----------------------------------------------------------------------------
 */

static void refusals(void **state)
{
    static const char *const blocks[] = {"kuznyechik-cbc", "kuznyechik-ecb", "magma-cbc",
                                         "gost89-cbc"};
    uint64_t rnd = 7;
    uint8_t key[32], iv[16];
    int n;

    (void)state;
    sy_fill(&rnd, key, sizeof(key));
    sy_fill(&rnd, iv, sizeof(iv));
    for (size_t i = 0; i < 4; i++) {
        EVP_CIPHER *cipher = native(blocks[i]);
        size_t size = (size_t)EVP_CIPHER_get_block_size(cipher);
        EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

        /* Half a block, without padding and to be decrypted; nothing at all to be decrypted. */
        assert_int_equal(EVP_CipherInit_ex(ctx, cipher, NULL, key, iv, 1), 1);
        EVP_CIPHER_CTX_set_padding(ctx, 0);
        assert_int_equal(EVP_CipherUpdate(ctx, sealed, &n, text, 3), 1);
        assert_int_equal(EVP_CipherFinal_ex(ctx, sealed, &n), 0);
        assert_true(fx_error("wrong length", "whole blocks"));
        for (int len = 0; len <= 3; len += 3) {
            assert_int_equal(EVP_CipherInit_ex(ctx, cipher, NULL, key, iv, 0), 1);
            EVP_CIPHER_CTX_set_padding(ctx, 1); /* "off" outlives a new start */
            assert_int_equal(EVP_CipherUpdate(ctx, back, &n, text, len), 1);
            assert_int_equal(EVP_CipherFinal_ex(ctx, back, &n), 0);
            assert_true(fx_error("wrong length", "whole blocks"));
        }
        /* Each last byte, all of that length being so, or the first of them changed. */
        for (unsigned pad = 0; pad < 256; pad++)
            for (int change = 0; change < 2; change++) {
                int fits = pad >= 1 && pad <= size, right = fits && (!change || pad == 1);

                memset(text, (int)pad, size);
                if (change && pad != 1)
                    text[fits ? size - pad : 0] ^= 0x80;
                run(cipher, key, iv, 1, 0, text, size, sealed, &rnd);
                assert_int_equal(EVP_CipherInit_ex(ctx, cipher, NULL, key, iv, 0), 1);
                EVP_CIPHER_CTX_set_padding(ctx, 1);
                assert_int_equal(EVP_CipherUpdate(ctx, back, &n, sealed, (int)size), 1);
                assert_int_equal(n, 0);
                assert_int_equal(EVP_CipherFinal_ex(ctx, back, &n), right);
                if (right)
                    assert_int_equal(n, size - pad);
                else
                    assert_true(fx_error("bad decrypt", "padding"));
            }
        EVP_CIPHER_CTX_free(ctx);
        EVP_CIPHER_free(cipher);
    }
}

/* ---- library contexts, threads -----------------------------------------------------------------
 */

static void *in_context(void *arg)
{
    OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
    uint64_t rnd = (uint64_t)(uintptr_t)arg;
    uint8_t key[32], iv[16], in[300], out[332], in_too[332];
    void *result = NULL;

    if (OSSL_LIB_CTX_load_config(lib, fx_path("ours.cnf")) != 1)
        result = lib;
    for (size_t i = 0; i < 4 * SUBJECTS && result == NULL; i++) {
        EVP_CIPHER *cipher = EVP_CIPHER_fetch(lib, subjects[i % SUBJECTS].name, NULL);
        size_t len;

        sy_fill(&rnd, key, sizeof(key));
        sy_fill(&rnd, iv, sizeof(iv));
        sy_fill(&rnd, in, sizeof(in));
        if (cipher == NULL)
            result = lib;
        len = run(cipher, key, iv, 1, 1, in, sizeof(in), out, &rnd);
        len = run(shell(subjects[i % SUBJECTS].name), key, iv, 0, 1, out, len, in_too, &rnd);
        if (len != sizeof(in) || memcmp(in, in_too, len) != 0)
            result = lib;
        EVP_CIPHER_free(cipher);
    }
    OSSL_LIB_CTX_free(lib);
    return result;
}

static void threads(void **state)
{
    pthread_t ids[6];
    void *result;

    (void)state;
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(pthread_create(&ids[i], NULL, in_context, (void *)(uintptr_t)(i + 50)), 0);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(pthread_join(ids[i], &result), 0);
        assert_null(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors),  cmocka_unit_test(feedback), cmocka_unit_test(facts),
        cmocka_unit_test(alike),    cmocka_unit_test(again),    cmocka_unit_test(next_iv),
        cmocka_unit_test(refusals), cmocka_unit_test(threads),  cmocka_unit_test(peer),
    };

    fx_start("bridge = off\n");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
