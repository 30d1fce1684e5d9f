/* SPDX-License-Identifier: Apache-2.0 */
/* Ciphers and MACs with secret keys of a token: the right bytes. Known answers, and the provider's
 * own ciphers with the same key in memory. */
#include "secret_fixture.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

enum { LONGEST = 6000 };

/* alone: the usual name does with EVP_CipherInit_ex too, since no engine has it. */
static const struct subject {
    const char *name, *uri;
    const uint8_t *key;
    const char *paramset;
    size_t key_mesh; /* 0: leave it */
    int no_mesh, alone, aead, iv;
} subjects[] = {
    {"kuznyechik-ecb", SK_URI("ku"), sk_ku, NULL, 0, 0, 1, 0, 0},
    {"kuznyechik-cbc", SK_URI("ku"), sk_ku, NULL, 0, 0, 1, 0, 16},
    {"kuznyechik-cfb", SK_URI("ku"), sk_ku, NULL, 0, 0, 1, 0, 16},
    {"kuznyechik-ofb", SK_URI("ku"), sk_ku, NULL, 0, 0, 1, 0, 16},
    {"kuznyechik-ctr", SK_URI("ku"), sk_ku, NULL, 0, 0, 1, 0, 8},
    {"kuznyechik-ctr-acpkm", SK_URI("ku"), sk_ku, NULL, 0, 0, 0, 0, 8},
    {"kuznyechik-ctr-acpkm", SK_URI("ku"), sk_ku, NULL, 512, 0, 0, 0, 8},
    {"kuznyechik-mgm", SK_URI("ku"), sk_ku, NULL, 0, 0, 1, 1, 16},
    {"magma-ecb", SK_URI("ma"), sk_ma, NULL, 0, 0, 1, 0, 0},
    {"magma-cbc", SK_URI("ma"), sk_ma, NULL, 0, 0, 1, 0, 8},
    {"magma-cfb", SK_URI("ma"), sk_ma, NULL, 0, 0, 1, 0, 8},
    {"magma-ofb", SK_URI("ma"), sk_ma, NULL, 0, 0, 1, 0, 8},
    {"magma-ctr", SK_URI("ma"), sk_ma, NULL, 0, 0, 1, 0, 4},
    {"magma-ctr-acpkm", SK_URI("ma"), sk_ma, NULL, 0, 0, 0, 0, 4},
    {"magma-mgm", SK_URI("ma"), sk_ma, NULL, 0, 0, 1, 1, 8},
    {"gost89", SK_URI("z"), sk_z, NULL, 0, 0, 1, 0, 8},
    {"gost89", SK_URI("z"), sk_z, NULL, 0, 1, 1, 0, 8},
    {"gost89", SK_URI("a"), sk_a, "1.2.643.2.2.31.1", 0, 0, 1, 0, 8},
    {"gost89-cbc", SK_URI("z"), sk_z, NULL, 0, 0, 1, 0, 8},
    {"gost89-ecb", SK_URI("z"), sk_z, NULL, 0, 0, 1, 0, 0},
    {"gost89-cnt", SK_URI("a"), sk_a, NULL, 0, 1, 0, 0, 8},
    {"gost89-cnt-12", SK_URI("z"), sk_z, NULL, 0, 1, 0, 0, 8},
};
enum { SUBJECTS = sizeof(subjects) / sizeof(subjects[0]) };

static uint8_t text[LONGEST], sealed[LONGEST + 16], other[LONGEST + 16], iv[16], ad[100];

/* The parameters of a subject, with the URI if it is to be the token's key. */
static void make_params(const struct subject *s, int token, size_t *mesh, OSSL_PARAM out[4])
{
    size_t n = 0;

    *mesh = s->key_mesh;
    if (token)
        out[n++] =
            OSSL_PARAM_construct_utf8_string(GOSTTOKEN_PARAM_URI, (char *)(uintptr_t)s->uri, 0);
    if (s->paramset != NULL)
        out[n++] = OSSL_PARAM_construct_utf8_string("paramset", (char *)(uintptr_t)s->paramset, 0);
    if (s->key_mesh != 0 || s->no_mesh)
        out[n++] = OSSL_PARAM_construct_size_t("key-mesh", mesh);
    out[n] = OSSL_PARAM_construct_end();
}

/* A message in parts, with copies of the context in between that it goes on with; in place if out
 * is in. Returns the length. tag: of an AEAD. */
static size_t run(const struct subject *s, const EVP_CIPHER *cipher, int token, int encrypt,
                  const uint8_t *in, size_t len, uint8_t *out, uint8_t tag[16], uint64_t *rnd)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int tag_len = s->iv, ok, n, copies = !s->aead || !encrypt || !token;
    size_t mesh, done, total = 0;
    OSSL_PARAM params[4];

    make_params(s, token, &mesh, params);
    ok = EVP_CipherInit_ex2(ctx, cipher, token ? NULL : s->key, s->iv ? iv : NULL, encrypt, params);
    if (!ok)
        ERR_print_errors_fp(stderr);
    assert_true(ok);
    if (s->aead && !encrypt)
        assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, tag_len, tag), 1);
    for (done = 0; s->aead && done < sizeof(ad); done += (size_t)n)
        assert_int_equal(
            EVP_CipherUpdate(ctx, NULL, &n, ad + done, (int)sy_part(rnd, sizeof(ad) - done)), 1);
    for (done = 0; done < len;) {
        size_t part = sy_part(rnd, len - done);

        if (copies && sy_random(rnd) % 4 == 0) {
            EVP_CIPHER_CTX *copy = EVP_CIPHER_CTX_new();

            ok = EVP_CIPHER_CTX_copy(copy, ctx);
            if (!ok)
                ERR_print_errors_fp(stderr);
            assert_true(ok);
            EVP_CIPHER_CTX_free(ctx);
            ctx = copy;
        }
        ok = EVP_CipherUpdate(ctx, out + total, &n, in + done, (int)part);
        if (!ok)
            ERR_print_errors_fp(stderr);
        assert_true(ok);
        done += part;
        total += (size_t)n;
    }
    ok = EVP_CipherFinal_ex(ctx, out + total, &n);
    if (!ok)
        ERR_print_errors_fp(stderr);
    assert_true(ok);
    total += (size_t)n;
    if (s->aead && encrypt)
        assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, tag_len, tag), 1);
    EVP_CIPHER_CTX_free(ctx);
    return total;
}

static void test_ciphers(void **state)
{
    static const size_t lengths[] = {0, 1, 8, 15, 16, 17, 1023, 1024, 1025, 4096, 5000};
    uint64_t rnd = 4;

    (void)state;
    sy_fill(&rnd, text, sizeof(text));
    sy_fill(&rnd, iv, sizeof(iv));
    sy_fill(&rnd, ad, sizeof(ad));
    for (size_t i = 0; i < SUBJECTS; i++) {
        const struct subject *s = &subjects[i];
        EVP_CIPHER *token = sk_token_cipher(s->name), *plain = sk_cipher(s->name);

        assert_int_equal(EVP_CIPHER_get_nid(token), NID_undef);
        for (size_t j = 0; j < sizeof(lengths) / sizeof(lengths[0]); j++) {
            uint8_t tag[16] = {0}, other_tag[16] = {0};
            size_t len = lengths[j], n;

            n = run(s, token, 1, 1, text, len, sealed, tag, &rnd);
            /* The other side has the same implementation with the key in memory: by the name
             * without an engine, so that parameters go the same way. */
            assert_int_equal(run(s, token, 0, 1, text, len, other, other_tag, &rnd), n);
            assert_memory_equal(sealed, other, n);
            assert_memory_equal(tag, other_tag, sizeof(tag));
            if (s->alone) {
                assert_int_equal(run(s, plain, 1, 1, text, len, other, other_tag, &rnd), n);
                assert_memory_equal(sealed, other, n);
            }
            assert_int_equal(run(s, token, 1, 0, sealed, n, other, tag, &rnd), len);
            assert_memory_equal(other, text, len);
        }
        EVP_CIPHER_free(token);
        EVP_CIPHER_free(plain);
    }
}

/* RFC 7801, 5.5 (ECB); RFC 8891, A; GOST R 34.13-2015, A.1.6 and A.2.6 (OMAC), A.1.4 (CBC has
 * another form of IV there). */
static void test_known(void **state)
{
    static const struct {
        const char *name, *uri, *in, *out;
        int mac;
    } known[] = {
        {"kuznyechik-ecb", SK_URI("ku"), "1122334455667700ffeeddccbbaa9988",
         "7f679d90bebc24305a468d42b9d4edcd", 0},
        {"magma-ecb", SK_URI("rfc"), "fedcba9876543210", "4ee901e5c2d8ca3d", 0},
        {"kuznyechik-mac", SK_URI("ku"),
         "1122334455667700ffeeddccbbaa998800112233445566778899aabbcceeff0a"
         "112233445566778899aabbcceeff0a002233445566778899aabbcceeff0a0011",
         "336f4d296059fbe3", 8},
        {"magma-mac", SK_URI("rfc"),
         "92def06b3c130a59db54c704f8189d204a98fb2e67a8024c8912409b17b57e41", "154e7210", 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        uint8_t in[64], want[64], out[80];
        size_t len = sy_unhex(in, known[i].in), n = sy_unhex(want, known[i].out), got;

        if (known[i].mac) {
            EVP_MAC_CTX *ctx = sk_mac(known[i].name);
            size_t size = n;
            const OSSL_PARAM params[] = {
                OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                OSSL_PARAM_construct_end(),
            };

            assert_int_equal(EVP_MAC_CTX_set_params(ctx, params), 1);
            assert_int_equal(sk_mac_init(ctx, known[i].uri), 1);
            assert_int_equal(EVP_MAC_update(ctx, in, len), 1);
            assert_int_equal(EVP_MAC_final(ctx, out, &got, sizeof(out)), 1);
            EVP_MAC_CTX_free(ctx);
        } else {
            EVP_CIPHER *cipher = sk_cipher(known[i].name);
            EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
            int part;

            assert_int_equal(sk_init(ctx, cipher, known[i].uri, NULL, 1), 1);
            assert_int_equal(EVP_CIPHER_CTX_set_padding(ctx, 0), 1);
            assert_int_equal(EVP_CipherUpdate(ctx, out, &part, in, (int)len), 1);
            got = (size_t)part;
            assert_int_equal(EVP_CipherFinal_ex(ctx, out + got, &part), 1);
            assert_int_equal(part, 0);
            EVP_CIPHER_CTX_free(ctx);
            EVP_CIPHER_free(cipher);
        }
        assert_int_equal(got, n);
        assert_memory_equal(out, want, n);
    }
}

static size_t mac_of(EVP_MAC_CTX *ctx, size_t len, uint8_t *out, uint64_t *rnd)
{
    EVP_MAC_CTX *copy = NULL;
    size_t size;

    for (size_t done = 0, part; done < len; done += part) {
        part = sy_part(rnd, len - done);
        assert_int_equal(EVP_MAC_update(copy != NULL ? copy : ctx, text + done, part), 1);
        if (copy == NULL && sy_random(rnd) % 2 == 0)
            assert_non_null(copy = EVP_MAC_CTX_dup(ctx));
    }
    assert_int_equal(EVP_MAC_final(copy != NULL ? copy : ctx, out, &size, 64), 1);
    EVP_MAC_CTX_free(copy);
    return size;
}

static void test_macs(void **state)
{
    static const struct {
        const char *name, *uri;
        const uint8_t *key;
    } macs[] = {
        {"kuznyechik-mac", SK_URI("ku"), sk_ku},
        {"magma-mac", SK_URI("ma"), sk_ma},
        {"gost-mac", SK_URI("a"), sk_a},
        {"gost-mac-12", SK_URI("z"), sk_z},
    };
    uint64_t rnd = 5;

    (void)state;
    for (size_t i = 0; i < sizeof(macs) / sizeof(macs[0]); i++) {
        EVP_MAC_CTX *ours = sk_mac(macs[i].name), *plain = sk_mac(macs[i].name);

        for (size_t len = 0; len < 5000; len = len * 2 + 1) {
            uint8_t mac[64], want[64];
            size_t size;

            /* The first time with the URI, later on with the key that it has. */
            assert_int_equal(
                len == 0 ? sk_mac_init(ours, macs[i].uri) : EVP_MAC_init(ours, NULL, 0, NULL), 1);
            assert_int_equal(EVP_MAC_init(plain, macs[i].key, 32, NULL), 1);
            size = mac_of(plain, len, want, &rnd);
            assert_int_equal(mac_of(ours, len, mac, &rnd), size);
            assert_memory_equal(mac, want, size);
        }
        EVP_MAC_CTX_free(ours);
        EVP_MAC_CTX_free(plain);
    }
}

/* The AlgorithmIdentifier's parameters, as CMS uses them. */
static void test_asn1(void **state)
{
    EVP_CIPHER *cipher = sk_token_cipher("kuznyechik-ctr-acpkm");
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    OSSL_PARAM get[2], set[2];
    uint8_t der[64], out[1000], back[1000];
    size_t len;
    int n;

    (void)state;
    assert_int_equal(sk_init(ctx, cipher, SK_URI("ku"), iv, 1), 1);
    get[0] = OSSL_PARAM_construct_octet_string("alg_id_param", der, sizeof(der));
    get[1] = OSSL_PARAM_construct_end();
    assert_int_equal(EVP_CIPHER_CTX_get_params(ctx, get), 1);
    len = get[0].return_size;
    assert_int_equal(EVP_CipherUpdate(ctx, out, &n, text, sizeof(out)), 1);
    memset(iv, 0, 8);
    assert_int_equal(sk_init(ctx, cipher, SK_URI("ku"), NULL, 0), 1);
    set[0] = OSSL_PARAM_construct_octet_string("alg_id_param", der, len);
    set[1] = OSSL_PARAM_construct_end();
    assert_int_equal(EVP_CIPHER_CTX_set_params(ctx, set), 1);
    assert_int_equal(EVP_CipherUpdate(ctx, back, &n, out, sizeof(out)), 1);
    assert_memory_equal(back, text, sizeof(back));
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ciphers),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_macs),
        cmocka_unit_test(test_asn1),
    };

    sk_start("");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
