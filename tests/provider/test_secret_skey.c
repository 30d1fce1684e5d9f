/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EVP_SKEY, opaque secret keys of OpenSSL 3.5: of a token and in memory. The functions are looked
 * for when the program runs, so that one program serves every OpenSSL; without them it is skipped.
 */
#include "secret_fixture.h"

#include <dlfcn.h>
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "skeymgmt/compat.h"

typedef struct evp_skey_st skey; /* EVP_SKEY */

static struct {
    skey *(*import)(OSSL_LIB_CTX *, const char *, const char *, int, const OSSL_PARAM *);
    skey *(*generate)(OSSL_LIB_CTX *, const char *, const char *, const OSSL_PARAM *);
    const char *(*key_id)(const skey *);
    const char *(*name)(const skey *);
    int (*raw)(const skey *, const unsigned char **, size_t *);
    void (*free)(skey *);
    int (*cipher_init)(EVP_CIPHER_CTX *, const EVP_CIPHER *, skey *, const unsigned char *, size_t,
                       int, const OSSL_PARAM *);
    int (*mac_init)(EVP_MAC_CTX *, skey *, const OSSL_PARAM *);
} evp;

/* POSIX lets a pointer to an object be one to a function. */
static int look_up(void *function, const char *name)
{
    void *symbol = dlsym(RTLD_DEFAULT, name);

    memcpy(function, &symbol, sizeof(symbol));
    return symbol != NULL;
}

static int have_skey(void)
{
    return look_up(&evp.import, "EVP_SKEY_import") && look_up(&evp.generate, "EVP_SKEY_generate") &&
           look_up(&evp.key_id, "EVP_SKEY_get0_key_id") &&
           look_up(&evp.name, "EVP_SKEY_get0_skeymgmt_name") &&
           look_up(&evp.raw, "EVP_SKEY_get0_raw_key") && look_up(&evp.free, "EVP_SKEY_free") &&
           look_up(&evp.cipher_init, "EVP_CipherInit_SKEY") &&
           look_up(&evp.mac_init, "EVP_MAC_init_SKEY");
}

static const uint8_t iv[16] = {9, 8, 7};
static uint8_t text[2000];

static skey *by_uri(skey *(*make)(OSSL_LIB_CTX *, const char *, const char *, int,
                                  const OSSL_PARAM *),
                    const char *type, const char *uri)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(GOSTTOKEN_PARAM_URI, (char *)(uintptr_t)uri, 0),
        OSSL_PARAM_construct_end(),
    };

    return make != NULL ? make(NULL, type, NULL, 3, params)
                        : evp.generate(NULL, type, NULL, params);
}

static skey *by_bytes(const char *type, const uint8_t *bytes, size_t len)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_SKEY_PARAM_RAW_BYTES, (void *)(uintptr_t)bytes, len),
        OSSL_PARAM_construct_end(),
    };

    return evp.import(NULL, type, NULL, 3, params);
}

/* The text, sealed and opened again under a key. Returns the length sealed. */
static size_t both_ways(const char *name, skey *key, uint8_t *out)
{
    EVP_CIPHER *cipher = sk_cipher(name);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    size_t iv_len = (size_t)EVP_CIPHER_get_iv_length(cipher);
    uint8_t back[sizeof(text) + 32];
    int n, more, back_n;

    if (evp.cipher_init(ctx, cipher, key, iv_len > 0 ? iv : NULL, iv_len, 1, NULL) != 1)
        ERR_print_errors_fp(stderr);
    assert_int_equal(EVP_CipherUpdate(ctx, out, &n, text, sizeof(text)), 1);
    assert_int_equal(EVP_CipherFinal_ex(ctx, out + n, &more), 1);
    n += more;
    assert_int_equal(evp.cipher_init(ctx, cipher, key, iv_len > 0 ? iv : NULL, iv_len, 0, NULL), 1);
    assert_int_equal(EVP_CipherUpdate(ctx, back, &back_n, out, n), 1);
    assert_int_equal(EVP_CipherFinal_ex(ctx, back + back_n, &more), 1);
    assert_int_equal(back_n + more, sizeof(text));
    assert_memory_equal(back, text, sizeof(text));
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
    return (size_t)n;
}

/* Names that an engine has are no hindrance here. */
static void test_ciphers(void **state)
{
    static const struct {
        const char *name, *type, *uri;
        const uint8_t *bytes;
    } cases[] = {
        {"kuznyechik-ctr-acpkm", "kuznyechik", SK_URI("ku"), sk_ku},
        {"kuznyechik-cbc", "kuznyechik", SK_URI("ku"), sk_ku},
        {"magma-ctr-acpkm", "magma", SK_URI("ma"), sk_ma},
        {"magma-ecb", "magma", SK_URI("ma"), sk_ma},
        {"gost89", "gost28147", SK_URI("z"), sk_z},
        {"token-magma-ofb", "magma", SK_URI("ma"), sk_ma},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        skey *token = by_uri(evp.import, cases[i].type, cases[i].uri);
        skey *memory = by_bytes(cases[i].type, cases[i].bytes, 32);
        uint8_t a[sizeof(text) + 32], b[sizeof(text) + 32];
        const unsigned char *raw = NULL;
        size_t n, len = 0;

        if (token == NULL)
            ERR_print_errors_fp(stderr);
        assert_non_null(token);
        assert_non_null(memory);
        assert_string_equal(evp.name(token), cases[i].type);
        n = both_ways(cases[i].name, token, a);
        assert_int_equal(both_ways(cases[i].name, memory, b), n);
        assert_memory_equal(a, b, n);
        /* The one in memory can be had, the token's cannot. */
        assert_int_equal(evp.raw(memory, &raw, &len), 1);
        assert_int_equal(len, 32);
        assert_memory_equal(raw, cases[i].bytes, 32);
        assert_int_equal(evp.raw(token, &raw, &len), 0);
        ERR_clear_error();
        assert_non_null(strstr(evp.key_id(token), "type=secret-key"));
        evp.free(token);
        evp.free(memory);
    }
}

static void test_macs(void **state)
{
    static const struct {
        const char *name, *type, *uri;
        const uint8_t *bytes;
    } cases[] = {
        {"kuznyechik-mac", "kuznyechik", SK_URI("ku"), sk_ku},
        {"magma-mac", "magma", SK_URI("ma"), sk_ma},
        {"gost-mac-12", "gost28147", SK_URI("z"), sk_z},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        skey *token = by_uri(evp.import, cases[i].type, cases[i].uri);
        EVP_MAC_CTX *ctx = sk_mac(cases[i].name);
        uint8_t a[16], b[16];
        size_t n, m;

        assert_int_equal(evp.mac_init(ctx, token, NULL), 1);
        assert_int_equal(EVP_MAC_update(ctx, text, sizeof(text)), 1);
        assert_int_equal(EVP_MAC_final(ctx, a, &n, sizeof(a)), 1);
        assert_int_equal(EVP_MAC_init(ctx, cases[i].bytes, 32, NULL), 1);
        assert_int_equal(EVP_MAC_update(ctx, text, sizeof(text)), 1);
        assert_int_equal(EVP_MAC_final(ctx, b, &m, sizeof(b)), 1);
        assert_int_equal(n, m);
        assert_memory_equal(a, b, n);
        EVP_MAC_CTX_free(ctx);
        evp.free(token);
    }
}

/* Made on the token by its URI, and found by that afterwards; made in memory without one. */
static void test_generate(void **state)
{
    static const char *const types[] = {"kuznyechik", "magma", "gost28147"};
    static const char *const names[] = {"kuznyechik-ctr", "magma-ctr", "gost89"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        uint8_t a[sizeof(text) + 32], b[sizeof(text) + 32];
        skey *made, *found, *memory;
        char uri[100];

        snprintf(uri, sizeof(uri), "pkcs11:token=" FX_LABEL ";object=new-%s", types[i]);
        made = by_uri(NULL, types[i], uri);
        if (made == NULL)
            ERR_print_errors_fp(stderr);
        assert_non_null(made);
        both_ways(names[i], made, a);
        /* The id was made up, and is in the key's own URI. */
        assert_non_null(evp.key_id(made));
        assert_non_null(strstr(evp.key_id(made), ";id=%"));
        found = by_uri(evp.import, types[i], evp.key_id(made));
        assert_non_null(found);
        both_ways(names[i], found, b);
        assert_memory_equal(a, b, sizeof(text));
        evp.free(found);
        evp.free(made);
        assert_null(by_uri(NULL, types[i], uri));
        assert_true(fx_error("more than one object matches", "already"));
        memory = evp.generate(NULL, types[i], NULL, NULL);
        assert_non_null(memory);
        both_ways(names[i], memory, b);
        assert_memory_not_equal(a, b, sizeof(text));
        evp.free(memory);
    }
    assert_null(by_uri(NULL, "magma", "pkcs11:token=" FX_LABEL));
    assert_true(fx_error("bad pkcs11 uri", "object="));
    assert_null(by_uri(NULL, "magma", "pkcs11:token=" FX_LABEL ";object=x;type=private"));
    assert_true(fx_error("bad pkcs11 uri", "type=private"));
    assert_null(by_uri(NULL, "magma", "pkcs11:token=nowhere;object=x"));
    assert_true(fx_error("no such token", "nowhere"));
}

static void test_misuse(void **state)
{
    skey *ku = by_uri(evp.import, "kuznyechik", SK_URI("ku")), *key;
    EVP_CIPHER *magma = sk_cipher("magma-ctr");
    EVP_CIPHER *aes = EVP_CIPHER_fetch(NULL, "AES-256-CTR", "provider=default");
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    EVP_MAC_CTX *mac = sk_mac("magma-mac");

    (void)state;
    assert_non_null(ku);
    assert_null(by_uri(evp.import, "magma", SK_URI("ku")));
    assert_true(fx_error("wrong key type", "kuznyechik key"));
    assert_null(by_uri(evp.import, "magma", SK_URI("nobody")));
    assert_true(fx_error("no such object", "nobody"));
    assert_null(by_bytes("magma", sk_ma, 31));
    assert_true(fx_error("wrong length", "32"));
    assert_null(evp.import(NULL, "magma", NULL, 3, NULL));
    ERR_clear_error();
    assert_int_equal(evp.cipher_init(ctx, magma, ku, iv, 4, 1, NULL), 0);
    assert_true(fx_error("wrong key type", "magma-ctr"));
    EVP_CIPHER_CTX_reset(ctx);
    assert_int_equal(evp.mac_init(mac, ku, NULL), 0);
    assert_true(fx_error("wrong key type", "magma-mac"));
    /* A cipher of another provider gets nothing. */
    assert_int_equal(evp.cipher_init(ctx, aes, ku, iv, 16, 1, NULL), 0);
    ERR_clear_error();
    EVP_CIPHER_CTX_reset(ctx);
    key = by_uri(evp.import, "magma", SK_URI("ma"));
    assert_int_equal(evp.cipher_init(ctx, magma, key, iv, 5, 1, NULL), 0);
    assert_true(fx_error("wrong length", "IV"));
    evp.free(key);
    evp.free(ku);
    EVP_MAC_CTX_free(mac);
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(magma);
    EVP_CIPHER_free(aes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ciphers),
        cmocka_unit_test(test_macs),
        cmocka_unit_test(test_generate),
        cmocka_unit_test(test_misuse),
    };
    uint64_t rnd = 8;

    if (!have_skey()) {
        printf("skipped: this OpenSSL has no EVP_SKEY\n");
        return 77;
    }
    sy_fill(&rnd, text, sizeof(text));
    sk_start("");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
