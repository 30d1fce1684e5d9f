/* SPDX-License-Identifier: Apache-2.0 */
/* Secret keys of a token used wrongly, or in the hard places: forks, threads, copies, keys that go
 * away. What matters most: never other bytes than the token's, and an error that tells why. */
#include "secret_fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

enum { LEN = 64 };

static uint8_t text[4096];
static const uint8_t iv[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static int set_uri(EVP_CIPHER_CTX *ctx, const char *uri)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(GOSTTOKEN_PARAM_URI, (char *)(uintptr_t)uri, 0),
        OSSL_PARAM_construct_end(),
    };

    return EVP_CIPHER_CTX_set_params(ctx, params);
}

/* No assertion: for children and threads. */
static int seal(EVP_CIPHER_CTX *ctx, const uint8_t *in, size_t len, uint8_t *out)
{
    int n;

    return EVP_CipherUpdate(ctx, out, &n, in, (int)len) && (size_t)n == len;
}

/* What the cipher makes of the text with the key in memory. */
static void expected(const EVP_CIPHER *cipher, const uint8_t *key, size_t len, uint8_t *out)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

    assert_int_equal(EVP_EncryptInit_ex2(ctx, cipher, key, iv, NULL), 1);
    assert_true(seal(ctx, text, len, out));
    EVP_CIPHER_CTX_free(ctx);
}

/* ---- wrong keys ------------------------------------------------------------------------------ */

static void test_wrong_keys(void **state)
{
    static const struct {
        const char *cipher, *uri, *reason, *data;
    } wrong[] = {
        {"kuznyechik-ctr", SK_URI("ma"), "wrong key type", "magma key"},
        {"magma-ctr", SK_URI("ku"), "wrong key type", "kuznyechik key"},
        {"gost89", SK_URI("ku"), "wrong key type", "gost28147 key is needed"},
        {"kuznyechik-ctr", SK_URI("nobody"), "no such object", "object=nobody"},
        {"kuznyechik-ctr", "pkcs11:token=nowhere;object=ku", "no such token", "nowhere"},
        {"kuznyechik-ctr", "pkcs11:token=" FX_LABEL ";object=ku;type=private", "no such object",
         "type=private"},
        {"kuznyechik-ctr", "pkcs11:token=" FX_LABEL, "more than one object matches", "objects"},
        {"kuznyechik-ctr", "ku", "bad pkcs11 uri", ""},
        {"kuznyechik-ctr", "", "bad pkcs11 uri", ""},
        {"kuznyechik-ctr", "pkcs11:token=" FX_LABEL ";objet=ku", "bad pkcs11 uri", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        EVP_CIPHER *cipher = sk_token_cipher(wrong[i].cipher);
        EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
        uint8_t out[LEN];

        ERR_clear_error();
        assert_int_equal(sk_init(ctx, cipher, wrong[i].uri, iv, 1), 0);
        assert_true(fx_error(wrong[i].reason, wrong[i].data));
        /* Nothing is encrypted with whatever is left. */
        assert_false(seal(ctx, text, LEN, out));
        assert_true(fx_error("no key", ""));
        EVP_CIPHER_CTX_free(ctx);
        EVP_CIPHER_free(cipher);
    }
    {
        EVP_MAC_CTX *mac = sk_mac("kuznyechik-mac");

        assert_int_equal(sk_mac_init(mac, SK_URI("ma")), 0);
        assert_true(fx_error("wrong key type", "magma"));
        assert_int_equal(EVP_MAC_update(mac, text, LEN), 0);
        ERR_clear_error();
        EVP_MAC_CTX_free(mac);
        mac = sk_mac("kuznyechik-ctr-acpkm-omac");
        assert_int_equal(sk_mac_init(mac, SK_URI("ku")), 0);
        assert_true(fx_error("operation not supported", "kuznyechik-mac"));
        EVP_MAC_CTX_free(mac);
    }
}

/* A key that may not encrypt, nor make MACs; decrypting it may, where that is no encryption. */
static void test_forbidden(void **state)
{
    EVP_CIPHER *cbc = sk_token_cipher("kuznyechik-cbc"), *ctr = sk_token_cipher("kuznyechik-ctr");
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    EVP_MAC_CTX *mac = sk_mac("kuznyechik-mac");
    uint8_t out[LEN], back[LEN];

    (void)state;
    for (int i = 0; i < 2; i++) {
        ERR_clear_error();
        memset(out, 0xaa, sizeof(out));
        assert_int_equal(sk_init(ctx, i ? cbc : ctr, SK_URI("idle"), iv, 1), 1);
        assert_false(seal(ctx, text, LEN, out));
        assert_true(fx_error("token error", "may not encrypt"));
        for (size_t j = 0; j < sizeof(out); j++)
            assert_true(out[j] == 0 || out[j] == 0xaa);
    }
    assert_int_equal(sk_mac_init(mac, SK_URI("idle")), 1);
    assert_int_equal(EVP_MAC_update(mac, text, LEN), 0);
    assert_true(fx_error("token error", "may not sign"));
    expected(cbc, sk_ku, LEN, out);
    assert_int_equal(sk_init(ctx, cbc, SK_URI("idle"), iv, 0), 1);
    assert_int_equal(EVP_CIPHER_CTX_set_padding(ctx, 0), 1);
    assert_true(seal(ctx, out, LEN, back));
    assert_memory_equal(back, text, LEN);
    EVP_MAC_CTX_free(mac);
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cbc);
    EVP_CIPHER_free(ctr);
}

/* ---- parameters ------------------------------------------------------------------------------ */

static void test_parameters(void **state)
{
    EVP_CIPHER *ctr = sk_token_cipher("kuznyechik-ctr"), *cnt = sk_token_cipher("gost89-cnt-12"),
               *gost89 = sk_token_cipher("gost89"), *mgm = sk_token_cipher("kuznyechik-mgm");
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t out[LEN], number[4] = {0};
    size_t iv_len = 16;
    OSSL_PARAM params[3];
    int n;

    (void)state;
    /* Not a string. */
    params[0] = OSSL_PARAM_construct_octet_string(GOSTTOKEN_PARAM_URI, number, sizeof(number));
    params[1] = OSSL_PARAM_construct_end();
    assert_int_equal(EVP_EncryptInit_ex2(ctx, ctr, NULL, iv, params), 0);
    assert_true(fx_error("bad parameter", "UTF-8"));
    /* Two keys at once. */
    params[0] = OSSL_PARAM_construct_utf8_string(GOSTTOKEN_PARAM_URI, (char *)SK_URI("ku"), 0);
    assert_int_equal(EVP_EncryptInit_ex2(ctx, ctr, sk_ku, iv, params), 0);
    assert_true(fx_error("bad parameter", "at once"));
    /* The length of an IV. */
    params[0] = OSSL_PARAM_construct_size_t(OSSL_CIPHER_PARAM_IVLEN, &iv_len);
    assert_int_equal(sk_init(ctx, ctr, SK_URI("ku"), iv, 1), 1);
    assert_int_equal(EVP_CIPHER_CTX_set_params(ctx, params), 0);
    ERR_clear_error();
    /* After the first byte. */
    assert_true(seal(ctx, text, 10, out));
    assert_int_equal(set_uri(ctx, SK_URI("ku")), 0);
    assert_true(fx_error("call out of order", ""));
    /* After the end. */
    assert_int_equal(EVP_EncryptFinal_ex(ctx, out, &n), 1);
    assert_false(seal(ctx, text, 10, out));
    assert_true(fx_error("call out of order", "ended"));
    /* S-boxes and key meshing. */
    assert_int_equal(sk_init(ctx, gost89, SK_URI("a"), iv, 1), 1);
    assert_false(seal(ctx, text, LEN, out));
    assert_true(fx_error("bad parameter", "paramset"));
    assert_int_equal(sk_init(ctx, cnt, SK_URI("z"), iv, 1), 1);
    assert_false(seal(ctx, text, LEN, out));
    assert_true(fx_error("operation not supported", "key-mesh"));
    /* MGM: no nonce; a wrong tag; associated data after the data. */
    assert_int_equal(sk_init(ctx, mgm, SK_URI("ku"), NULL, 1), 1);
    assert_false(seal(ctx, text, LEN, out));
    assert_true(fx_error("call out of order", "nonce"));
    assert_int_equal(sk_init(ctx, mgm, SK_URI("ku"), iv, 0), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 16, text), 1);
    assert_true(seal(ctx, text, LEN, out));
    assert_int_equal(EVP_DecryptFinal_ex(ctx, out, &n), 0);
    assert_true(fx_error("bad decrypt", "tag"));
    assert_int_equal(sk_init(ctx, mgm, SK_URI("ku"), iv, 1), 1);
    assert_true(seal(ctx, text, LEN, out));
    assert_int_equal(EVP_CipherUpdate(ctx, NULL, &n, text, 5), 0);
    assert_true(fx_error("call out of order", "associated"));
    /* A part of the tag. */
    assert_int_equal(sk_init(ctx, mgm, SK_URI("ku"), iv, 1), 1);
    assert_true(seal(ctx, text, LEN, out));
    assert_int_equal(EVP_EncryptFinal_ex(ctx, out, &n), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 8, out), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 17, out), 0);
    ERR_clear_error();
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(ctr);
    EVP_CIPHER_free(cnt);
    EVP_CIPHER_free(gost89);
    EVP_CIPHER_free(mgm);
}

/* Key bytes after a URI, and the other way round: the last one given is the key, alone. */
static void test_reuse(void **state)
{
    EVP_CIPHER *cipher = sk_token_cipher("magma-ctr");
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t by_token[LEN], by_bytes[LEN], out[LEN];

    (void)state;
    expected(cipher, sk_ma, LEN, by_token);
    expected(cipher, sk_rfc, LEN, by_bytes);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sk_init(ctx, i == 0 ? cipher : NULL, SK_URI("ma"), iv, 1), 1);
        assert_true(seal(ctx, text, LEN, out));
        assert_memory_equal(out, by_token, LEN);
        /* Another message under it, by the IV alone. */
        assert_int_equal(EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, iv), 1);
        assert_true(seal(ctx, text, LEN, out));
        assert_memory_equal(out, by_token, LEN);
        assert_int_equal(EVP_EncryptInit_ex(ctx, NULL, NULL, sk_rfc, iv), 1);
        assert_true(seal(ctx, text, LEN, out));
        assert_memory_equal(out, by_bytes, LEN);
        assert_int_equal(EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, iv), 1);
        assert_true(seal(ctx, text, LEN, out));
        assert_memory_equal(out, by_bytes, LEN);
    }
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
}

/* A key that is not found leaves none of the old ones in its place to be used by mistake, by a
 * program that does not look. */
static void test_no_old_key(void **state)
{
    static uint8_t uri_text[] = "pkcs11:token=" FX_LABEL ";object=nobody";
    EVP_CIPHER *cipher = sk_token_cipher("magma-ctr");
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    EVP_MAC_CTX *mac = sk_mac("magma-mac");
    uint8_t out[LEN];
    size_t len;

    (void)state;
    for (int i = 0; i < 6; i++) {
        /* The old key: of the token, or bytes. */
        if (i % 2 == 0) {
            assert_int_equal(sk_init(ctx, cipher, SK_URI("ma"), iv, 1), 1);
            assert_int_equal(sk_mac_init(mac, SK_URI("ma")), 1);
        } else {
            assert_int_equal(EVP_EncryptInit_ex2(ctx, cipher, sk_rfc, iv, NULL), 1);
            assert_int_equal(EVP_MAC_init(mac, sk_rfc, 32, NULL), 1);
        }
        if (i < 2) {
            assert_int_equal(sk_init(ctx, NULL, (char *)uri_text, iv, 1), 0);
            assert_int_equal(sk_mac_init(mac, (char *)uri_text), 0);
        } else if (i < 4) {
            assert_int_equal(set_uri(ctx, (char *)uri_text), 0);
            assert_int_equal(EVP_MAC_init(mac, sk_ma, 31, NULL), 0);
        } else {
            assert_int_equal(sk_init(ctx, NULL, SK_URI("ku"), iv, 1), 0);
            assert_int_equal(sk_mac_init(mac, SK_URI("ku")), 0);
        }
        ERR_clear_error();
        assert_false(seal(ctx, text, LEN, out));
        assert_true(fx_error("no key", ""));
        assert_int_equal(EVP_MAC_update(mac, text, LEN), 0);
        assert_int_equal(EVP_MAC_final(mac, out, &len, sizeof(out)), 0);
        assert_true(fx_error("no key", ""));
    }
    /* A message that is going on does go on. */
    assert_int_equal(sk_init(ctx, NULL, SK_URI("ma"), iv, 1), 1);
    assert_true(seal(ctx, text, 1, out));
    assert_int_equal(set_uri(ctx, (char *)uri_text), 0);
    assert_true(seal(ctx, text, LEN, out));
    ERR_clear_error();
    EVP_MAC_CTX_free(mac);
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
}

/* Where the first part fails there is no message of the others. */
static void test_lost_part(void **state)
{
    EVP_CIPHER *cipher = sk_token_cipher("gost89");
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    EVP_MAC_CTX *mac = sk_mac("gost-mac");
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("paramset", (char *)"1.2.643.2.2.31.1", 0),
        OSSL_PARAM_construct_end(),
    };
    uint8_t out[LEN];
    size_t len;
    int n;

    (void)state;
    /* Another S-box than the key's, until it is too late. */
    assert_int_equal(sk_init(ctx, cipher, SK_URI("a"), iv, 1), 1);
    assert_false(seal(ctx, text, LEN, out));
    (void)EVP_CIPHER_CTX_set_params(ctx, params);
    assert_false(seal(ctx, text, LEN, out));
    assert_int_equal(EVP_EncryptFinal_ex(ctx, out, &n), 0);
    assert_true(fx_error("call out of order", "failed"));
    assert_int_equal(EVP_EncryptInit_ex2(ctx, NULL, NULL, iv, params), 1);
    assert_true(seal(ctx, text, LEN, out));
    assert_int_equal(EVP_EncryptFinal_ex(ctx, out, &n), 1);
    assert_int_equal(sk_mac_init(mac, SK_URI("z")), 1);
    assert_int_equal(EVP_MAC_update(mac, text, LEN), 0);
    params[0].data = (void *)(uintptr_t) "1.2.643.7.1.2.5.1.1";
    params[0].data_size = 19;
    (void)EVP_MAC_CTX_set_params(mac, params);
    assert_int_equal(EVP_MAC_update(mac, text, LEN), 0);
    assert_int_equal(EVP_MAC_final(mac, out, &len, sizeof(out)), 0);
    ERR_clear_error();
    assert_int_equal(EVP_MAC_init(mac, NULL, 0, params), 1);
    assert_int_equal(EVP_MAC_update(mac, text, LEN), 1);
    EVP_MAC_CTX_free(mac);
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
}

/* Parameters without data, whatever length they say. */
static void test_nulls(void **state)
{
    static const struct {
        const char *name;
        unsigned type;
        size_t size;
    } nulls[] = {
        {GOSTTOKEN_PARAM_URI, OSSL_PARAM_UTF8_STRING, 0},
        {GOSTTOKEN_PARAM_URI, OSSL_PARAM_UTF8_STRING, 40},
        {"paramset", OSSL_PARAM_UTF8_STRING, 0},
        {"paramset", OSSL_PARAM_UTF8_STRING, 9},
        {"alg_id_param", OSSL_PARAM_OCTET_STRING, 0},
        {"alg_id_param", OSSL_PARAM_OCTET_STRING, 19},
        {OSSL_MAC_PARAM_KEY, OSSL_PARAM_OCTET_STRING, 0},
        {OSSL_MAC_PARAM_KEY, OSSL_PARAM_OCTET_STRING, 32},
    };
    EVP_CIPHER *cipher = sk_token_cipher("gost89");
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    EVP_MAC_CTX *mac = sk_mac("gost-mac-12");
    uint8_t out[LEN];
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++) {
        const OSSL_PARAM params[] = {
            {nulls[i].name, nulls[i].type, NULL, nulls[i].size, 0},
            OSSL_PARAM_construct_end(),
        };

        assert_int_equal(EVP_EncryptInit_ex2(ctx, cipher, sk_z, iv, NULL), 1);
        assert_int_equal(EVP_CIPHER_CTX_set_params(ctx, params),
                         strcmp(nulls[i].name, OSSL_MAC_PARAM_KEY) == 0);
        assert_int_equal(EVP_MAC_init(mac, sk_z, 32, NULL), 1);
        assert_int_equal(EVP_MAC_CTX_set_params(mac, params),
                         strcmp(nulls[i].name, "alg_id_param") == 0);
        /* Not the MAC of the key before. */
        if (strcmp(nulls[i].name, OSSL_MAC_PARAM_KEY) == 0)
            assert_int_equal(EVP_MAC_final(mac, out, &len, sizeof(out)), 0);
        ERR_clear_error();
    }
    EVP_MAC_CTX_free(mac);
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
}

/* A cipher that the suites take from the bridge, by its usual name: the URI is refused, at once or
 * at the first byte. Native processes take it. */
static void test_engine_name(void **state)
{
    static const char *const names[] = {"kuznyechik-ctr-acpkm", "magma-ctr-acpkm"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const char *uri = i == 0 ? SK_URI("ku") : SK_URI("ma");
        EVP_CIPHER *cipher = sk_cipher(names[i]), *token = sk_token_cipher(names[i]);
        EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
        uint8_t out[LEN], want[LEN];

        expected(token, i == 0 ? sk_ku : sk_ma, LEN, want);
        ERR_clear_error();
        if (sk_init(ctx, cipher, uri, iv, 1) && seal(ctx, text, LEN, out))
            assert_memory_equal(out, want, LEN);
        else
            assert_true(fx_error("no key", "token-"));
        EVP_CIPHER_CTX_reset(ctx);
        assert_int_equal(EVP_EncryptInit_ex2(ctx, cipher, NULL, iv, NULL), 1);
        if (set_uri(ctx, uri) == 1) {
            assert_true(seal(ctx, text, LEN, out));
            assert_memory_equal(out, want, LEN);
        }
        ERR_clear_error();
        EVP_CIPHER_CTX_free(ctx);
        EVP_CIPHER_free(cipher);
        EVP_CIPHER_free(token);
    }
}

/* ---- copies ---------------------------------------------------------------------------------- */

static void test_copies(void **state)
{
    static const char *const names[] = {"kuznyechik-ctr", "kuznyechik-cfb", "kuznyechik-ctr-acpkm"};
    EVP_CIPHER_CTX *a = EVP_CIPHER_CTX_new(), *b = EVP_CIPHER_CTX_new();
    uint8_t want[LEN], out[LEN], more[LEN];
    EVP_CIPHER *mgm = sk_token_cipher("kuznyechik-mgm");

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        EVP_CIPHER *cipher = sk_token_cipher(names[i]);

        expected(cipher, sk_ku, LEN, want);
        assert_int_equal(sk_init(a, cipher, SK_URI("ku"), iv, 1), 1);
        assert_true(seal(a, text, 21, out));
        assert_int_equal(EVP_CIPHER_CTX_copy(b, a), 1);
        memcpy(more, out, 21);
        /* Each goes its own way. */
        assert_true(seal(b, text + 21, 3, more + 21));
        assert_true(seal(a, text + 21, LEN - 21, out + 21));
        assert_true(seal(b, text + 24, LEN - 24, more + 24));
        assert_memory_equal(out, want, LEN);
        assert_memory_equal(more, want, LEN);
        EVP_CIPHER_CTX_reset(b);
        EVP_CIPHER_free(cipher);
    }
    /* The token cannot save a message of MGM: the copy is refused, and the first one goes on. */
    assert_int_equal(sk_init(a, mgm, SK_URI("ku"), iv, 1), 1);
    assert_int_equal(EVP_CIPHER_CTX_copy(b, a), 1);
    assert_true(seal(b, text, 16, out));
    assert_true(seal(a, text, 16, more));
    assert_memory_equal(out, more, 16);
    ERR_clear_error();
    EVP_CIPHER_CTX_reset(b);
    assert_int_equal(EVP_CIPHER_CTX_copy(b, a), 0);
    assert_true(fx_error("token error", "cannot be copied"));
    assert_true(seal(a, text, 16, more));
    EVP_CIPHER_CTX_free(a);
    EVP_CIPHER_CTX_free(b);
    EVP_CIPHER_free(mgm);
}

/* ---- forks, threads, many -------------------------------------------------------------------- */

/* In a child: the message that was begun is lost, with words; another one works. */
static int child_work(EVP_CIPHER_CTX *ctx, const uint8_t *want)
{
    uint8_t out[LEN];

    ERR_clear_error();
    if (seal(ctx, text, 16, out) || !fx_error("token is gone", "forked"))
        return 1;
    if (sk_init(ctx, NULL, SK_URI("ku"), iv, 1) != 1 || !seal(ctx, text, LEN, out) ||
        memcmp(out, want, LEN) != 0)
        return 2;
    /* The key that the context remembers is found again, too. */
    if (EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, iv) != 1 || !seal(ctx, text, LEN, out) ||
        memcmp(out, want, LEN) != 0)
        return 3;
    EVP_CIPHER_CTX_free(ctx);
    return 0;
}

static void test_fork(void **state)
{
    static const char *const names[] = {"kuznyechik-ctr", "kuznyechik-cfb"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        EVP_CIPHER *cipher = sk_token_cipher(names[i]);
        EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
        uint8_t out[LEN], want[LEN];
        pid_t child;
        int status;

        expected(cipher, sk_ku, LEN, want);
        assert_int_equal(sk_init(ctx, cipher, SK_URI("ku"), iv, 1), 1);
        assert_true(seal(ctx, text, 20, out));
        child = fork();
        if (child == 0)
            _exit(child_work(ctx, want));
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
        assert_true(seal(ctx, text + 20, LEN - 20, out + 20));
        assert_memory_equal(out, want, LEN);
        EVP_CIPHER_CTX_free(ctx);
        EVP_CIPHER_free(cipher);
    }
}

typedef struct job {
    const char *name, *uri;
    const EVP_CIPHER *cipher;
    uint8_t want[LEN];
    int ok;
} job;

static void *thread_work(void *arg)
{
    job *j = arg;

    j->ok = 1;
    for (int i = 0; i < 50 && j->ok; i++) {
        EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
        uint8_t out[LEN];

        j->ok = ctx != NULL && sk_init(ctx, j->cipher, j->uri, iv, 1) == 1;
        for (size_t at = 0; at < LEN && j->ok; at += 16)
            j->ok = seal(ctx, text + at, 16, out + at);
        j->ok = j->ok && memcmp(out, j->want, LEN) == 0;
        EVP_CIPHER_CTX_free(ctx);
    }
    return NULL;
}

static void test_threads(void **state)
{
    static const struct {
        const char *name, *uri;
        const uint8_t *key;
    } kinds[] = {
        {"kuznyechik-ctr", SK_URI("ku"), sk_ku},
        {"magma-cfb", SK_URI("ma"), sk_ma},
        {"gost89", SK_URI("z"), sk_z},
        {"kuznyechik-ofb", SK_URI("ku"), sk_ku},
    };
    pthread_t threads[8];
    job jobs[8];

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        EVP_CIPHER *cipher = sk_token_cipher(kinds[i % 4].name);

        jobs[i] = (job){.name = kinds[i % 4].name, .uri = kinds[i % 4].uri, .cipher = cipher};
        expected(cipher, kinds[i % 4].key, LEN, jobs[i].want);
    }
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, thread_work, &jobs[i]), 0);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(jobs[i].ok);
        EVP_CIPHER_free((EVP_CIPHER *)(uintptr_t)jobs[i].cipher);
    }
}

/* More messages at once than the pool has sessions; and ten thousand one after another. */
static void test_many(void **state)
{
    enum { AT_ONCE = 300 };
    EVP_CIPHER *cipher = sk_token_cipher("kuznyechik-ctr");
    EVP_CIPHER_CTX *all[AT_ONCE];
    uint8_t out[AT_ONCE][32], want[32];

    (void)state;
    expected(cipher, sk_ku, 32, want);
    for (size_t i = 0; i < AT_ONCE; i++) {
        all[i] = EVP_CIPHER_CTX_new();
        assert_int_equal(sk_init(all[i], cipher, SK_URI("ku"), iv, 1), 1);
        assert_true(seal(all[i], text, 11, out[i]));
    }
    for (size_t i = 0; i < AT_ONCE; i++) {
        assert_true(seal(all[i], text + 11, 21, out[i] + 11));
        assert_memory_equal(out[i], want, 32);
    }
    for (size_t i = 0; i + 1 < AT_ONCE; i++)
        EVP_CIPHER_CTX_free(all[i]);
    for (int i = 0; i < 10000; i++) {
        assert_int_equal(EVP_EncryptInit_ex(all[AT_ONCE - 1], NULL, NULL, NULL, iv), 1);
        assert_true(seal(all[AT_ONCE - 1], text, 32, out[0]));
        assert_memory_equal(out[0], want, 32);
    }
    EVP_CIPHER_CTX_free(all[AT_ONCE - 1]);
    EVP_CIPHER_free(cipher);
}

/* ---- keys that go away ----------------------------------------------------------------------- */

static void test_gone(void **state)
{
    EVP_CIPHER *cipher = sk_token_cipher("magma-ctr");
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    EVP_MAC_CTX *mac = sk_mac("magma-mac");
    uint8_t out[LEN];

    (void)state;
    fx_put_secret(FX_LABEL, FX_PIN, "brief", 9, 0xD4321005UL /* CKK_MAGMA */, sk_ma, NULL, 0, 1);
    assert_int_equal(sk_init(ctx, cipher, SK_URI("brief"), iv, 1), 1);
    assert_true(seal(ctx, text, LEN, out));
    assert_int_equal(sk_mac_init(mac, SK_URI("brief")), 1);
    fx_delete_secret(FX_LABEL, FX_PIN, "brief");
    ERR_clear_error();
    assert_int_equal(EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, iv), 1);
    assert_false(seal(ctx, text, LEN, out));
    assert_true(fx_error("no such object", "not on the token any more"));
    assert_int_equal(EVP_MAC_update(mac, text, LEN), 0);
    assert_true(fx_error("no such object", "not on the token any more"));
    assert_int_equal(sk_init(ctx, NULL, SK_URI("brief"), iv, 1), 0);
    ERR_clear_error();
    /* Its contexts are good for other keys. */
    assert_int_equal(sk_init(ctx, NULL, SK_URI("ma"), iv, 1), 1);
    assert_true(seal(ctx, text, LEN, out));
    EVP_MAC_CTX_free(mac);
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_keys), cmocka_unit_test(test_forbidden),
        cmocka_unit_test(test_parameters), cmocka_unit_test(test_reuse),
        cmocka_unit_test(test_no_old_key), cmocka_unit_test(test_lost_part),
        cmocka_unit_test(test_nulls),      cmocka_unit_test(test_engine_name),
        cmocka_unit_test(test_copies),     cmocka_unit_test(test_fork),
        cmocka_unit_test(test_threads),    cmocka_unit_test(test_many),
        cmocka_unit_test(test_gone),
    };
    uint64_t rnd = 3;

    sy_fill(&rnd, text, sizeof(text));
    sk_start("");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
