/* SPDX-License-Identifier: Apache-2.0 */
/* MGM as an AEAD cipher of EVP. */
#include "symmetric.h"

enum { LONGEST = 3000 };

#define KEY_1 "8899aabbccddeeff0011223344556677fedcba98765432100123456789abcdef"
#define KEY_2 "99aabbccddeeff0011223344556677fedcba98765432100123456789abcdef88"

/* RFC 9058, appendix A. */
static const struct {
    const char *name, *key, *nonce, *ad, *text, *sealed, *tag;
} vectors[] = {
    {"kuznyechik-mgm", KEY_1, "1122334455667700ffeeddccbbaa9988",
     "0202020202020202010101010101010104040404040404040303030303030303ea0505050505050505",
     "1122334455667700ffeeddccbbaa998800112233445566778899aabbcceeff0a"
     "112233445566778899aabbcceeff0a002233445566778899aabbcceeff0a0011aabbcc",
     "a9757b8147956e9055b8a33de89f42fc8075d2212bf9fd5bd3f7069aadc16b39"
     "497ab15915a6ba85936b5d0ea9f6851cc60c14d4d3f883d0ab94420695c76deb2c7552",
     "cf5d656f40c34f5c46e8bb0e29fcdb4c"},
    {"kuznyechik-mgm", KEY_2, "1122334455667700ffeeddccbbaa9988",
     "01010101010101010101010101010101", "", "", "7901e9ea2085cd247ed249695f9f8a85"},
    {"magma-mgm", "ffeeddccbbaa99887766554433221100f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
     "92def06b3c130a59",
     "01010101010101010202020202020202030303030303030304040404040404040505050505050505ea",
     "ffeeddccbbaa998811223344556677008899aabbcceeff0a001122334455667799aabbcceeff0a00"
     "1122334455667788aabbcceeff0a00112233445566778899aabbcc",
     "c795066c5f9ea03b85113342459185ae1f2e00d6bf2b785d940470b8bb9c8e7d9a5dd3731f7ddc70"
     "ec27cb0ace6fa57670f65c646abb75d547aa37c3bcb5c34e03bb9c",
     "a7928069aa10fd10"},
    {"magma-mgm", KEY_2, "0077665544332211", "", "22334455667700ff", "6a95e1426b259d4e",
     "334ee270450bec9e"},
};
enum { VECTORS = sizeof(vectors) / sizeof(vectors[0]) };

typedef struct message {
    EVP_CIPHER *cipher;
    uint8_t key[32], nonce[16], ad[LONGEST], text[LONGEST], sealed[LONGEST], tag[16];
    size_t ad_len, len, tag_len;
} message;

static message m;
static uint8_t back[LONGEST];

/* The whole message, in parts. decrypt: with the tag that m has. Returns what final said. */
static int run(EVP_CIPHER_CTX *ctx, int encrypt, uint64_t *rnd, uint8_t *out)
{
    const uint8_t *in = encrypt ? m.text : m.sealed;
    size_t done;
    int n;

    assert_int_equal(EVP_CipherInit_ex(ctx, m.cipher, NULL, NULL, NULL, encrypt), 1);
    assert_int_equal(EVP_CipherInit_ex(ctx, NULL, NULL, m.key, m.nonce, encrypt), 1);
    if (!encrypt)
        assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)m.tag_len, m.tag), 1);
    for (done = 0; done < m.ad_len; done += (size_t)n) {
        size_t part = sy_part(rnd, m.ad_len - done);

        assert_int_equal(EVP_CipherUpdate(ctx, NULL, &n, m.ad + done, (int)part), 1);
        assert_int_equal(n, part);
    }
    for (done = 0; done < m.len; done += (size_t)n) {
        size_t part = sy_part(rnd, m.len - done);

        assert_int_equal(EVP_CipherUpdate(ctx, out + done, &n, in + done, (int)part), 1);
        assert_int_equal(n, part);
    }
    return EVP_CipherFinal_ex(ctx, out + done, &n);
}

static EVP_CIPHER *fetch(const char *name)
{
    EVP_CIPHER_free(m.cipher);
    m.cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    assert_non_null(m.cipher);
    return m.cipher;
}

static void take_vector(size_t i)
{
    fetch(vectors[i].name);
    sy_unhex(m.key, vectors[i].key);
    sy_unhex(m.nonce, vectors[i].nonce);
    m.ad_len = sy_unhex(m.ad, vectors[i].ad);
    m.len = sy_unhex(m.text, vectors[i].text);
    sy_unhex(m.sealed, vectors[i].sealed);
    m.tag_len = sy_unhex(m.tag, vectors[i].tag);
}

static void examples(void **state)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint64_t rnd = 1;
    uint8_t tag[16];

    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        take_vector(i);
        assert_true((EVP_CIPHER_get_flags(m.cipher) & EVP_CIPH_FLAG_AEAD_CIPHER) != 0);
        assert_int_equal(EVP_CIPHER_get_iv_length(m.cipher), m.tag_len);
        for (int turn = 0; turn < 4; turn++) {
            assert_int_equal(run(ctx, 1, &rnd, back), 1);
            assert_memory_equal(back, m.sealed, m.len);
            assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, (int)m.tag_len, tag),
                             1);
            assert_memory_equal(tag, m.tag, m.tag_len);
            assert_int_equal(run(ctx, 0, &rnd, back), 1);
            assert_memory_equal(back, m.text, m.len);
        }
    }
    EVP_CIPHER_CTX_free(ctx);
}

static void random_ones(void **state)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint64_t rnd = 2;

    (void)state;
    for (size_t turn = 0; turn < 100; turn++) {
        fetch(turn % 2 ? "magma-mgm" : "kuznyechik-mgm");
        m.ad_len = sy_random(&rnd) % 3 * (sy_random(&rnd) % (LONGEST / 3));
        m.len = sy_random(&rnd) % LONGEST;
        m.tag_len = 4 + sy_random(&rnd) % (turn % 2 ? 5 : 13);
        sy_fill(&rnd, m.key, sizeof(m.key));
        sy_fill(&rnd, m.nonce, sizeof(m.nonce));
        sy_fill(&rnd, m.ad, m.ad_len);
        sy_fill(&rnd, m.text, m.len);
        assert_int_equal(run(ctx, 1, &rnd, m.sealed), 1);
        assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, (int)m.tag_len, m.tag), 1);
        assert_int_equal(run(ctx, 0, &rnd, back), 1);
        assert_memory_equal(back, m.text, m.len);

        /* One bit wrong: of the tag, of the associated data, of the message, of the nonce. */
        m.tag[m.tag_len - 1] ^= 1;
        assert_int_equal(run(ctx, 0, &rnd, back), 0);
        m.tag[m.tag_len - 1] ^= 1;
        m.nonce[1] ^= 0x10;
        assert_int_equal(run(ctx, 0, &rnd, back), 0);
        m.nonce[1] ^= 0x10;
        if (m.ad_len > 0) {
            m.ad[m.ad_len / 2] ^= 0x80;
            assert_int_equal(run(ctx, 0, &rnd, back), 0);
        }
        if (m.len > 0) {
            m.ad[m.ad_len / 2] ^= m.ad_len > 0 ? 0x80 : 0;
            m.sealed[m.len / 2] ^= 4;
            assert_int_equal(run(ctx, 0, &rnd, back), 0);
            assert_true(fx_error("bad decrypt", "tag"));
        }
        ERR_clear_error();
    }
    EVP_CIPHER_CTX_free(ctx);
}

static void refusals(void **state)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint64_t rnd = 3;
    uint8_t tag[16];
    int n;

    (void)state;
    take_vector(0);
    /* A second message under the same nonce; the end, twice; the tag before the end. */
    assert_int_equal(EVP_CipherInit_ex(ctx, m.cipher, NULL, m.key, m.nonce, 1), 1);
    assert_int_equal(EVP_CipherUpdate(ctx, back, &n, m.text, 10), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, tag), 0);
    assert_true(fx_error("call out of order", "tag"));
    assert_int_equal(EVP_CipherUpdate(ctx, NULL, &n, m.ad, 10), 0);
    assert_true(fx_error("call out of order", "associated"));
    assert_int_equal(EVP_CipherFinal_ex(ctx, back, &n), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 17, tag), 0);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, tag), 1);
    ERR_clear_error();
    assert_int_equal(EVP_CipherFinal_ex(ctx, back, &n), 0);
    assert_int_equal(EVP_CipherUpdate(ctx, back, &n, m.text, 10), 0);
    assert_true(fx_error("call out of order", "nonce"));
    assert_int_equal(EVP_CipherInit_ex(ctx, NULL, NULL, m.key, NULL, 1), 1);
    assert_int_equal(EVP_CipherUpdate(ctx, back, &n, m.text, 10), 0);
    assert_true(fx_error("call out of order", "nonce"));
    assert_int_equal(EVP_CipherInit_ex(ctx, NULL, NULL, NULL, m.nonce, 1), 1);
    assert_int_equal(EVP_CipherUpdate(ctx, back, &n, m.text, 10), 1);

    /* No key, no nonce; no tag; tags of a wrong length. */
    assert_int_equal(EVP_CipherInit_ex(ctx, m.cipher, NULL, NULL, NULL, 1), 1);
    assert_int_equal(EVP_CipherUpdate(ctx, back, &n, m.text, 10), 0);
    assert_int_equal(EVP_CipherInit_ex(ctx, NULL, NULL, m.key, NULL, 1), 1);
    assert_int_equal(EVP_CipherUpdate(ctx, back, &n, m.text, 10), 0);
    assert_true(fx_error("call out of order", "nonce"));
    assert_int_equal(EVP_CipherInit_ex(ctx, m.cipher, NULL, m.key, m.nonce, 0), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 3, m.tag), 0);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 17, m.tag), 0);
    ERR_clear_error();
    assert_int_equal(EVP_CipherUpdate(ctx, back, &n, m.sealed, 10), 1);
    assert_int_equal(EVP_CipherFinal_ex(ctx, back, &n), 0);
    assert_true(fx_error("call out of order", "tag"));

    /* A copy has all of it, the tag too. */
    assert_int_equal(run(ctx, 1, &rnd, back), 1);
    {
        EVP_CIPHER_CTX *copy = EVP_CIPHER_CTX_new();

        assert_int_equal(EVP_CIPHER_CTX_copy(copy, ctx), 1);
        EVP_CIPHER_CTX_free(ctx);
        assert_int_equal(EVP_CIPHER_CTX_ctrl(copy, EVP_CTRL_AEAD_GET_TAG, 16, tag), 1);
        assert_memory_equal(tag, m.tag, 16);
        EVP_CIPHER_CTX_free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(random_ones),
        cmocka_unit_test(refusals),
    };
    int failed;

    fx_start("");
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    EVP_CIPHER_free(m.cipher);
    return failed;
}
