/* SPDX-License-Identifier: Apache-2.0 */
/* What CMS and TLS ask of ciphers beside encrypting: parameters of an AlgorithmIdentifier, a MAC in
 * unprotected attributes, a key for each record, other S-boxes and sections. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "symmetric.h"

#include <openssl/core_names.h>

enum { LEN = 600000 };

static uint8_t text[LEN], sealed[LEN], back[LEN];

static EVP_CIPHER_CTX *start(const EVP_CIPHER *cipher, const uint8_t *key, const uint8_t *iv,
                             int encrypt)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

    assert_non_null(ctx);
    assert_int_equal(EVP_CipherInit_ex(ctx, cipher, NULL, key, iv, encrypt), 1);
    return ctx;
}

static void crypt(EVP_CIPHER_CTX *ctx, const uint8_t *in, uint8_t *out, size_t len)
{
    int n;

    assert_int_equal(EVP_CipherUpdate(ctx, out, &n, in, (int)len), 1);
    assert_int_equal(n, len);
}

/* Native for 0, the shell for 1. */
static EVP_CIPHER *fetched[1];
static const EVP_CIPHER *face(const char *name, int i)
{
    EVP_CIPHER_free(fetched[0]);
    fetched[0] = EVP_CIPHER_fetch(NULL, name, "provider=gosttoken");
    assert_non_null(fetched[0]);
    return i ? EVP_get_cipherbynid(OBJ_txt2nid(name)) : fetched[0];
}

/* ---- parameters of an AlgorithmIdentifier ------------------------------------------------------
 */

static ASN1_TYPE *get_params(EVP_CIPHER_CTX *ctx)
{
    ASN1_TYPE *type = ASN1_TYPE_new();

    assert_int_equal(EVP_CIPHER_param_to_asn1(ctx, type), 1);
    assert_int_equal(ASN1_TYPE_get(type), V_ASN1_SEQUENCE);
    return type;
}

/* What each of the two faces encrypts with parameters, the other can decrypt with them. */
static void asn1(void **state)
{
    static const struct {
        const char *name;
        size_t iv, len, der;
    } table[] = {
        {"gost89", 8, 5000, 23},
        {"kuznyechik-ctr-acpkm", 8, LEN, 20},
        {"magma-ctr-acpkm", 4, 20000, 16},
    };
    uint64_t rnd = 1;
    uint8_t key[32], iv[16];

    (void)state;
    sy_fill(&rnd, text, sizeof(text));
    for (size_t i = 0; i < 3; i++)
        for (int way = 0; way < 4; way++) {
            EVP_CIPHER_CTX *ctx;
            ASN1_TYPE *params;

            sy_fill(&rnd, key, sizeof(key));
            sy_fill(&rnd, iv, sizeof(iv));
            ctx = start(face(table[i].name, way / 2), key, iv, 1);
            params = get_params(ctx);
            assert_int_equal(ASN1_STRING_length(params->value.sequence), table[i].der);
            assert_memory_equal(ASN1_STRING_get0_data(params->value.sequence) + 4, iv, table[i].iv);
            crypt(ctx, text, sealed, table[i].len);
            EVP_CIPHER_CTX_free(ctx);

            /* In the order of CMS: the key comes last. */
            ctx = start(face(table[i].name, way % 2), NULL, NULL, 0);
            assert_int_equal(EVP_CIPHER_asn1_to_param(ctx, params), 1);
            assert_int_equal(EVP_CipherInit_ex(ctx, NULL, NULL, key, NULL, 0), 1);
            crypt(ctx, sealed, back, table[i].len);
            assert_memory_equal(back, text, table[i].len);
            EVP_CIPHER_CTX_free(ctx);
            ASN1_TYPE_free(params);
        }
}

/* RFC 4490, 4.1; RFC 9337 has the S-box. */
static void asn1_exact(void **state)
{
    static const uint8_t iv[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    uint8_t key[32] = {0}, want[32];
    size_t len = sy_unhex(want, "3015 04080102030405060708 06092a85030701020501 01");

    (void)state;
    for (int i = 0; i < 2; i++) {
        EVP_CIPHER_CTX *ctx = start(face("gost89", i), key, iv, 1);
        ASN1_TYPE *params = get_params(ctx);

        assert_int_equal(ASN1_STRING_length(params->value.sequence), len);
        assert_memory_equal(ASN1_STRING_get0_data(params->value.sequence), want, len);
        ASN1_TYPE_free(params);
        EVP_CIPHER_CTX_free(ctx);
    }
}

/* Every byte of good parameters changed, cut, made longer: refused, or taken for another IV. */
static void asn1_bad(void **state)
{
    static const char *const names[] = {"gost89", "kuznyechik-ctr-acpkm", "magma-ctr-acpkm"};
    uint8_t key[32] = {0}, iv[16] = {0}, der[40];

    (void)state;
    for (int i = 0; i < 6; i++) {
        EVP_CIPHER_CTX *ctx = start(face(names[i / 2], i % 2), key, iv, 1), *to;
        ASN1_TYPE *params = get_params(ctx);
        size_t len = (size_t)ASN1_STRING_length(params->value.sequence);

        memcpy(der, ASN1_STRING_get0_data(params->value.sequence), len);
        der[len] = 0;
        for (size_t cut = 0; cut <= len + 1; cut++) {
            assert_int_equal(ASN1_STRING_set(params->value.sequence, der, (int)cut), 1);
            to = start(face(names[i / 2], i % 2), NULL, NULL, 0);
            assert_int_equal(EVP_CIPHER_asn1_to_param(to, params) > 0, cut == len);
            EVP_CIPHER_CTX_free(to);
        }
        for (size_t at = 0; at < 4; at++) {
            der[at] ^= 1;
            assert_int_equal(ASN1_STRING_set(params->value.sequence, der, (int)len), 1);
            der[at] ^= 1;
            to = start(face(names[i / 2], i % 2), NULL, NULL, 0);
            assert_true(EVP_CIPHER_asn1_to_param(to, params) <= 0);
            EVP_CIPHER_CTX_free(to);
        }
        ERR_clear_error();
        ASN1_TYPE_free(params);
        EVP_CIPHER_CTX_free(ctx);
    }
}

/* ---- a MAC in unprotected attributes -----------------------------------------------------------
 */

static int finish(EVP_CIPHER_CTX *ctx)
{
    uint8_t rest[32];
    int n = 0, ok = EVP_CipherFinal_ex(ctx, rest, &n);

    assert_int_equal(n, 0);
    return ok;
}

static void with_mac(void **state)
{
    static const char *const names[] = {"kuznyechik-ctr-acpkm-omac", "magma-ctr-acpkm-omac"};
    uint64_t rnd = 2;
    uint8_t key[32], iv[16];

    (void)state;
    sy_fill(&rnd, text, 9000);
    for (size_t i = 0; i < 2; i++) {
        const EVP_CIPHER *cipher = EVP_get_cipherbyname(names[i]);
        STACK_OF(X509_ATTRIBUTE) *attributes = sk_X509_ATTRIBUTE_new_null();
        EVP_CIPHER_CTX *ctx, *copy = EVP_CIPHER_CTX_new();
        ASN1_TYPE *params;

        /* There is no native one, or CMS would take that and lose the MAC. */
        assert_null(EVP_CIPHER_fetch(NULL, names[i], NULL));
        ERR_clear_error();
        assert_true((EVP_CIPHER_get_flags(cipher) & EVP_CIPH_FLAG_CIPHER_WITH_MAC) != 0);
        sy_fill(&rnd, key, sizeof(key));
        sy_fill(&rnd, iv, sizeof(iv));
        ctx = start(cipher, key, iv, 1);
        params = get_params(ctx);
        crypt(ctx, text, sealed, 100);
        /* A copy in the middle goes on with the MAC. */
        assert_int_equal(EVP_CIPHER_CTX_copy(copy, ctx), 1);
        EVP_CIPHER_CTX_free(ctx);
        ctx = copy;
        crypt(ctx, text + 100, sealed + 100, 8900);
        assert_true(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_PROCESS_UNPROTECTED, 1, attributes) <= 0);
        assert_int_equal(finish(ctx), 1);
        assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_PROCESS_UNPROTECTED, 1, attributes), 1);
        assert_int_equal(sk_X509_ATTRIBUTE_num(attributes), 1);
        EVP_CIPHER_CTX_free(ctx);

        /* 0: all is well; 1: a byte of the message is wrong; 2: of the key; 3: no MAC given */
        for (int wrong = 0; wrong < 4; wrong++) {
            ctx = start(cipher, NULL, NULL, 0);
            assert_int_equal(EVP_CIPHER_asn1_to_param(ctx, params), 1);
            key[5] ^= wrong == 2;
            assert_int_equal(EVP_CipherInit_ex(ctx, NULL, NULL, key, NULL, 0), 1);
            key[5] ^= wrong == 2;
            if (wrong != 3)
                assert_int_equal(
                    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_PROCESS_UNPROTECTED, 0, attributes), 1);
            sealed[4000] ^= wrong == 1;
            crypt(ctx, sealed, back, 9000);
            sealed[4000] ^= wrong == 1;
            assert_int_equal(finish(ctx), wrong == 0);
            if (wrong)
                assert_true(fx_error("bad decrypt", "MAC"));
            else
                assert_memory_equal(back, text, 9000);
            EVP_CIPHER_CTX_free(ctx);
        }
        /* Another's attribute, and none. */
        ctx = start(cipher, key, iv, 0);
        sk_X509_ATTRIBUTE_pop_free(attributes, X509_ATTRIBUTE_free);
        attributes = sk_X509_ATTRIBUTE_new_null();
        assert_true(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_PROCESS_UNPROTECTED, 0, attributes) <= 0);
        assert_true(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_PROCESS_UNPROTECTED, 0, NULL) <= 0);
        EVP_CIPHER_CTX_free(ctx);
        sk_X509_ATTRIBUTE_free(attributes);
        ASN1_TYPE_free(params);
    }
}

/* ---- TLSTREE -----------------------------------------------------------------------------------
 */

static void number(uint64_t value, uint8_t seq[8])
{
    for (unsigned i = 0; i < 8; i++)
        seq[i] = (uint8_t)(value >> (56 - 8 * i));
}

static void hmac(const uint8_t key[32], const char *label, const uint8_t seed[8], uint8_t out[32])
{
    /* KDF_GOSTR3411_2012_256 (RFC 7836, 4.4): 01 | label | 00 | seed | 01 00 */
    uint8_t message[1 + 6 + 1 + 8 + 2] = {1};
    size_t len;

    memcpy(message + 1, label, 6);
    message[7] = 0;
    memcpy(message + 8, seed, 8);
    message[16] = 1;
    message[17] = 0;
    assert_non_null(EVP_Q_mac(NULL, "HMAC", NULL, "md_gost12_256", NULL, key, 32, message,
                              sizeof(message), out, 32, &len));
    assert_int_equal(len, 32);
}

/* RFC 9189, 8.1, by another hand than ours: constants and formula. */
static void tree(int magma, const uint8_t key[32], uint64_t i, uint8_t out[32])
{
    static const uint64_t c[2][3] = {
        {0xFFFFFFFF00000000, 0xFFFFFFFFFFF80000, 0xFFFFFFFFFFFFFFC0},
        {0xFFFFFFC000000000, 0xFFFFFFFFFE000000, 0xFFFFFFFFFFFFF000},
    };
    uint8_t one[32], two[32], seed[8];

    number(i & c[magma][0], seed);
    hmac(key, "level1", seed, one);
    number(i & c[magma][1], seed);
    hmac(one, "level2", seed, two);
    number(i & c[magma][2], seed);
    hmac(two, "level3", seed, out);
}

/* RFC 9189, A.1.1, Kuznyechik: K_root is all ones. */
static const struct {
    uint64_t i;
    const char *key;
} trees[] = {
    {0, "507642d958c520c6d7eef5ca8a5316d4f34b855d2dd4bcbf4e5bf0ff641a19ff"},
    {63, "507642d958c520c6d7eef5ca8a5316d4f34b855d2dd4bcbf4e5bf0ff641a19ff"},
    {64, "c19b639f4bea788c1c59b4c887db5b07c19119101868dab89a8d9361b2f010f3"},
    {524287, "92303eb561568854e33e4fe097a99599179f5b9094ae3479e61c43693a3f0a06"},
    {524288, "e855a0e2cbdd68c1137cef3e801e0bff68628c364368276d0cb87eb56e94ef42"},
    {4294967295, "93d3cae95a55b71aa3b9a7ddf99a6aac3fda172a79605804a9c9fc6e848af1aa"},
    {4294967296, "7ffb1ad7e57b70be109631d2719298b97dee3b008d86f83daaf62a4ea5b7aafd"},
};

static void tree_vectors(void **state)
{
    uint8_t root[32], key[32], want[32];

    (void)state;
    memset(root, 0xff, sizeof(root));
    for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
        tree(0, root, trees[i].i, key);
        sy_unhex(want, trees[i].key);
        assert_memory_equal(key, want, 32);
    }
}

/* Each record is encrypted under TLSTREE(key, seq) and IV + seq, whatever was before. */
static void records(void **state)
{
    static const uint64_t numbers[] = {
        0, 1, 63, 64, 4095, 4096, 0xffffffff, 0x100000000, 0xfffffffffffffffe, 64, 0, 4096, 1};
    static const char *const names[] = {"kuznyechik-ctr-acpkm", "magma-ctr-acpkm"};
    uint64_t rnd = 3;
    uint8_t key[32], leaf[32], iv[8], shifted[8], seq[8], want[5000];

    (void)state;
    for (int magma = 0; magma < 2; magma++) {
        const EVP_CIPHER *shell = face(names[magma], 1);
        size_t half = magma ? 4 : 8;
        EVP_CIPHER_CTX *ctx, *other;

        sy_fill(&rnd, key, sizeof(key));
        sy_fill(&rnd, iv, sizeof(iv));
        iv[0] = 0xff;
        ctx = start(shell, key, iv, 1);
        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
            for (int ahead = 0; ahead < 2; ahead++) {
                uint64_t left = 0;

                /* IV + seq, of the IV's length */
                for (size_t j = 0; j < half; j++)
                    left = left << 8 | iv[j];
                number((left + numbers[i]) << (64 - 8 * half), shifted);
                tree(magma, key, numbers[i], leaf);
                other = start(shell, leaf, shifted, 1);
                crypt(other, text, want, sizeof(want));
                EVP_CIPHER_CTX_free(other);

                number(numbers[i] + (uint64_t)ahead, seq);
                assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_TLSTREE, ahead, seq), 1);
                assert_int_equal(EVP_Cipher(ctx, back, text, sizeof(want)), 1);
                assert_memory_equal(back, want, sizeof(want));
            }
        EVP_CIPHER_CTX_free(ctx);
    }
    /* The others have none. */
    {
        EVP_CIPHER_CTX *ctx = start(face("gost89-cnt", 1), key, iv, 1);

        assert_true(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_TLSTREE, 0, seq) <= 0);
        EVP_CIPHER_CTX_free(ctx);
        ERR_clear_error();
    }
}

/* ---- other S-boxes, other sections -------------------------------------------------------------
 */

static void sboxes(void **state)
{
    static char a[] = "id-Gost28147-89-CryptoPro-A-ParamSet", z[] = "1.2.643.7.1.2.5.1.1";
    static char none[] = "id-Gost28147-89-CryptoPro-X-ParamSet";
    OSSL_PARAM param[2] = {OSSL_PARAM_construct_utf8_string("paramset", a, 0),
                           OSSL_PARAM_construct_end()};
    uint8_t key[32] = {9}, iv[8] = {8}, want[3000];
    EVP_CIPHER_CTX *ctx;

    (void)state;
    /* gost89-cnt is gost89-cnt-12 with another S-box. */
    ctx = start(face("gost89-cnt", 1), key, iv, 1);
    crypt(ctx, text, want, sizeof(want));
    assert_true(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_SET_SBOX, 0, z) <= 0); /* too late */
    EVP_CIPHER_CTX_free(ctx);
    ctx = start(face("gost89-cnt-12", 1), key, iv, 1);
    assert_true(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_SET_SBOX, 0, none) <= 0);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_SET_SBOX, 0, a), 1);
    crypt(ctx, text, back, sizeof(want));
    assert_memory_equal(back, want, sizeof(want));
    EVP_CIPHER_CTX_free(ctx);
    ctx = start(face("gost89-cnt-12", 0), key, iv, 1);
    assert_int_equal(EVP_CIPHER_CTX_set_params(ctx, param), 1);
    crypt(ctx, text, back, sizeof(want));
    assert_memory_equal(back, want, sizeof(want));
    assert_int_equal(EVP_CIPHER_CTX_set_params(ctx, param), 0);
    EVP_CIPHER_CTX_free(ctx);
    ERR_clear_error();
}

static void sections(void **state)
{
    static const char *const names[] = {"kuznyechik-ctr-acpkm", "magma-ctr-acpkm"};
    uint8_t key[32] = {7}, iv[8] = {6}, want[20000], plain[64];
    size_t section = 2048;
    OSSL_PARAM param[2] = {OSSL_PARAM_construct_size_t("key-mesh", &section),
                           OSSL_PARAM_construct_end()};

    (void)state;
    for (int i = 0; i < 2; i++) {
        EVP_CIPHER_CTX *ctx = start(face(names[i], 1), key, iv, 1);

        assert_true(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_KEY_MESH, 2049, NULL) <= 0);
        assert_true(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_KEY_MESH, 0, NULL) <= 0);
        assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_KEY_MESH, 2048, NULL), 1);
        crypt(ctx, text, want, sizeof(want));
        EVP_CIPHER_CTX_free(ctx);
        ctx = start(face(names[i], 0), key, iv, 1);
        assert_int_equal(EVP_CIPHER_CTX_set_params(ctx, param), 1);
        crypt(ctx, text, back, sizeof(want));
        assert_memory_equal(back, want, sizeof(want));
        EVP_CIPHER_CTX_free(ctx);
        /* The first section is plain CTR, the next one is not. */
        ctx = start(face(i ? "magma-ctr" : "kuznyechik-ctr", 0), key, iv, 1);
        crypt(ctx, text, back, 2048);
        assert_memory_equal(back, want, 2048);
        crypt(ctx, text + 2048, plain, sizeof(plain));
        assert_memory_not_equal(plain, want + 2048, sizeof(plain));
        EVP_CIPHER_CTX_free(ctx);
    }
    ERR_clear_error();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asn1),     cmocka_unit_test(asn1_exact),   cmocka_unit_test(asn1_bad),
        cmocka_unit_test(with_mac), cmocka_unit_test(tree_vectors), cmocka_unit_test(records),
        cmocka_unit_test(sboxes),   cmocka_unit_test(sections),
    };
    int failed;

    fx_start("bridge = off\n");
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    EVP_CIPHER_free(fetched[0]);
    return failed;
}
