/* SPDX-License-Identifier: Apache-2.0 */
/* MGM: RFC 9058's examples, the plain mode on every length, counters that wrap, and forgeries. */
#include "tests/gost/plain_kuznyechik.h"

#include "gost/mgm.h"

/* RFC 9058, appendix A.1 */
static const struct {
    const char *key, *nonce, *ad, *text, *sealed, *tag;
} vectors[] = {
    {"8899aabbccddeeff0011223344556677fedcba98765432100123456789abcdef",
     "1122334455667700ffeeddccbbaa9988",
     "0202020202020202010101010101010104040404040404040303030303030303ea0505050505050505",
     "1122334455667700ffeeddccbbaa998800112233445566778899aabbcceeff0a"
     "112233445566778899aabbcceeff0a002233445566778899aabbcceeff0a0011aabbcc",
     "a9757b8147956e9055b8a33de89f42fc8075d2212bf9fd5bd3f7069aadc16b39"
     "497ab15915a6ba85936b5d0ea9f6851cc60c14d4d3f883d0ab94420695c76deb2c7552",
     "cf5d656f40c34f5c46e8bb0e29fcdb4c"},
    {"99aabbccddeeff0011223344556677fedcba98765432100123456789abcdef88",
     "1122334455667700ffeeddccbbaa9988", "01010101010101010101010101010101", "", "",
     "7901e9ea2085cd247ed249695f9f8a85"},
};

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        uint8_t key[32], nonce[16], ad[64], text[80], sealed[80], tag[16], out[80], got[16];
        size_t ad_len = unhex(ad, vectors[i].ad), len = unhex(text, vectors[i].text);
        gost_kuznyechik ks;
        plain_key plain;

        unhex(key, vectors[i].key);
        unhex(nonce, vectors[i].nonce);
        assert_int_equal(unhex(sealed, vectors[i].sealed), len);
        unhex(tag, vectors[i].tag);
        gost_kuznyechik_set_key(&ks, key);
        gost_mgm_seal(&ks, nonce, ad, ad_len, text, len, out, got);
        assert_memory_equal(out, sealed, len);
        assert_memory_equal(got, tag, 16);
        assert_int_equal(gost_mgm_open(&ks, nonce, ad, ad_len, sealed, len, tag, out), 1);
        assert_memory_equal(out, text, len);

        plain_set_key(&plain, key);
        plain_mgm(&plain, nonce, ad, ad_len, text, len, out, got);
        assert_memory_equal(out, sealed, len);
        assert_memory_equal(got, tag, 16);
    }
}

/* Seals with both, also in place, and opens again. */
static void check(const gost_kuznyechik *ks, const plain_key *plain, const uint8_t nonce[16],
                  const uint8_t *ad, size_t ad_len, const uint8_t *text, size_t len)
{
    uint8_t want[2100], out[2100], tag[16], got[16];

    assert_true(len < sizeof want);
    plain_mgm(plain, nonce, ad, ad_len, text, len, want, tag);
    want[len] = out[len] = 0xa5;
    gost_mgm_seal(ks, nonce, ad_len > 0 ? ad : NULL, ad_len, len > 0 ? text : NULL, len,
                  len > 0 ? out : NULL, got);
    assert_memory_equal(out, want, len + 1);
    assert_memory_equal(got, tag, 16);
    memcpy(out, text, len);
    gost_mgm_seal(ks, nonce, ad, ad_len, out, len, out, got);
    assert_memory_equal(out, want, len + 1);
    assert_memory_equal(got, tag, 16);
    assert_int_equal(gost_mgm_open(ks, nonce, ad, ad_len, out, len, got, out), 1);
    assert_memory_equal(out, text, len);
    assert_int_equal(out[len], 0xa5);
}

static void test_lengths(void **state)
{
    uint8_t key[32], nonce[16], ad[70], text[2048];
    uint64_t rnd = 6;
    gost_kuznyechik ks;
    plain_key plain;

    (void)state;
    random_bytes(&rnd, key, sizeof key);
    random_bytes(&rnd, ad, sizeof ad);
    random_bytes(&rnd, text, sizeof text);
    gost_kuznyechik_set_key(&ks, key);
    plain_set_key(&plain, key);
    for (size_t len = 0; len <= 70; len++) {
        static const size_t ad_lens[] = {0, 1, 15, 16, 17, 31, 32, 33, 64, 70};

        random_bytes(&rnd, nonce, sizeof nonce);
        check(&ks, &plain, nonce, ad, ad_lens[len % 10], text, len);
        check(&ks, &plain, nonce, ad, len, text, ad_lens[len % 10]);
    }
    check(&ks, &plain, nonce, ad, sizeof ad, text, sizeof text);
}

/* The nonce's top bit is ignored. */
static void test_top_bit(void **state)
{
    uint8_t key[32] = {1}, nonce[16] = {2}, text[20] = {3}, a[20], b[20], tag[2][16];
    gost_kuznyechik ks;

    (void)state;
    gost_kuznyechik_set_key(&ks, key);
    gost_mgm_seal(&ks, nonce, "x", 1, text, sizeof text, a, tag[0]);
    nonce[0] |= 0x80;
    gost_mgm_seal(&ks, nonce, "x", 1, text, sizeof text, b, tag[1]);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_equal(tag[0], tag[1], 16);
}

/*
 * Nonces under which a counter starts just before it wraps: the counter is the encrypted nonce, so
 * such a nonce is found by decrypting counters until the top bit is as it must be. Y counts in
 * its right half, Z in its left; neither may carry into the other half.
 */
static void test_wraps(void **state)
{
    uint8_t key[32], nonce[16], counter[16], text[100], ad[40];
    uint64_t rnd = 7;
    gost_kuznyechik ks;
    plain_key plain;

    (void)state;
    random_bytes(&rnd, key, sizeof key);
    random_bytes(&rnd, text, sizeof text);
    random_bytes(&rnd, ad, sizeof ad);
    gost_kuznyechik_set_key(&ks, key);
    plain_set_key(&plain, key);
    for (unsigned left = 0; left < 2; left++)
        for (unsigned before = 0; before < 6; before++) {
            do {
                random_bytes(&rnd, counter, sizeof counter);
                memset(counter + (left ? 0 : 8), 0xff, 8);
                counter[left ? 7 : 15] = (uint8_t)(0xff - before);
                plain_decrypt(&plain, counter, nonce);
            } while (nonce[0] >> 7 != left);
            check(&ks, &plain, nonce, ad, sizeof ad, text, sizeof text);
        }
    /* Both halves all ones. */
    memset(counter, 0xff, sizeof counter);
    plain_decrypt(&plain, counter, nonce);
    check(&ks, &plain, nonce, ad, sizeof ad, text, sizeof text);
}

static void assert_refused(const gost_kuznyechik *ks, const uint8_t *nonce, const uint8_t *ad,
                           size_t ad_len, const uint8_t *in, size_t len, const uint8_t *tag)
{
    uint8_t out[64];

    memset(out, 0xa5, sizeof out);
    assert_int_equal(gost_mgm_open(ks, nonce, ad, ad_len, in, len, tag, out), 0);
    for (size_t i = 0; i < sizeof out; i++)
        assert_int_equal(out[i], i < len ? 0 : 0xa5);
}

static void test_forgeries(void **state)
{
    uint8_t key[32], nonce[16], ad[20], text[40], sealed[41], tag[16], out[40];
    uint64_t rnd = 8;
    gost_kuznyechik ks;

    (void)state;
    random_bytes(&rnd, key, sizeof key);
    random_bytes(&rnd, nonce, sizeof nonce);
    random_bytes(&rnd, ad, sizeof ad);
    random_bytes(&rnd, text, sizeof text);
    gost_kuznyechik_set_key(&ks, key);
    gost_mgm_seal(&ks, nonce, ad, sizeof ad, text, sizeof text, sealed, tag);
    sealed[40] = 0;
    for (unsigned bit = 0; bit < 8 * 16; bit++) {
        tag[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_refused(&ks, nonce, ad, sizeof ad, sealed, 40, tag);
        tag[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    for (unsigned bit = 0; bit < 8 * 40; bit++) {
        sealed[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_refused(&ks, nonce, ad, sizeof ad, sealed, 40, tag);
        sealed[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    for (unsigned bit = 0; bit < 8 * 20; bit++) {
        ad[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_refused(&ks, nonce, ad, sizeof ad, sealed, 40, tag);
        ad[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    for (unsigned bit = 0; bit < 8 * 16; bit++) {
        nonce[bit / 8] ^= (uint8_t)(1U << bit % 8);
        if (bit != 7)
            assert_refused(&ks, nonce, ad, sizeof ad, sealed, 40, tag);
        nonce[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    assert_refused(&ks, nonce, ad, sizeof ad, sealed, 39, tag);
    assert_refused(&ks, nonce, ad, sizeof ad, sealed, 41, tag);
    assert_refused(&ks, nonce, ad, sizeof ad - 1, sealed, 40, tag);
    assert_refused(&ks, nonce, NULL, 0, sealed, 0, tag);
    /* In place too. */
    memcpy(out, sealed, 40);
    tag[3] ^= 1;
    assert_int_equal(gost_mgm_open(&ks, nonce, ad, sizeof ad, out, 40, tag, out), 0);
    for (size_t i = 0; i < sizeof out; i++)
        assert_int_equal(out[i], 0);
    tag[3] ^= 1;
    assert_int_equal(gost_mgm_open(&ks, nonce, ad, sizeof ad, sealed, 40, tag, out), 1);
    assert_memory_equal(out, text, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),   cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_top_bit),   cmocka_unit_test(test_wraps),
        cmocka_unit_test(test_forgeries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
