/* SPDX-License-Identifier: Apache-2.0 */
/* HMAC-Streebog: RFC 7836, and the construction of RFC 2104 spelled out. */
#include "tests/gost/hash_test.h"

#include "gost/hmac.h"

/* RFC 7836, appendix B, examples 1 and 2 */
static const char key_hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static const char text_hex[] = "0126bdb87800af214341456563780100";

static void test_vectors(void **state)
{
    uint8_t key[32], text[16], want[64], got[64];

    (void)state;
    unhex(key, key_hex);
    unhex(text, text_hex);
    unhex(want, "a1aa5f7de402d7b3d323f2991c8d4534013137010a83754fd0af6d7cd4922ed9");
    gost_hmac_streebog(256, key, sizeof key, text, sizeof text, got);
    assert_memory_equal(got, want, 32);
    unhex(want, "a59bab22ecae19c65fbde6e5f4e9f5d8549d31f037f9df9b905500e171923a77"
                "3d5f1530f2ed7e964cb2eedc29e9ad2f3afe93b2814f79f5000ffc0366c251e6");
    gost_hmac_streebog(512, key, sizeof key, text, sizeof text, got);
    assert_memory_equal(got, want, 64);
}

/* H((K ^ opad) || H((K ^ ipad) || text)), K hashed if it is longer than a block. */
static void plain_hmac(unsigned bits, const uint8_t *key, size_t key_len, const uint8_t *text,
                       size_t len, uint8_t *out)
{
    uint8_t inner[64 + 300] = {0}, outer[64 + 64] = {0};

    assert_true(len <= 300);
    if (key_len > 64) {
        gost_streebog_hash(bits, key, key_len, inner);
    } else if (key_len > 0) {
        memcpy(inner, key, key_len);
    }
    for (int i = 0; i < 64; i++) {
        outer[i] = inner[i] ^ 0x5c;
        inner[i] ^= 0x36;
    }
    if (len > 0)
        memcpy(inner + 64, text, len);
    gost_streebog_hash(bits, inner, 64 + len, outer + 64);
    gost_streebog_hash(bits, outer, 64 + bits / 8, out);
}

static void test_construction(void **state)
{
    static const size_t key_lens[] = {0, 1, 31, 32, 33, 63, 64, 65, 128, 200};
    static const size_t lens[] = {0, 1, 62, 63, 64, 65, 127, 128, 129, 300};
    uint8_t key[200], text[300], want[64], got[64];
    uint64_t rnd = 3;

    (void)state;
    random_bytes(&rnd, key, sizeof key);
    random_bytes(&rnd, text, sizeof text);
    for (unsigned bits = 256; bits <= 512; bits += 256)
        for (size_t k = 0; k < sizeof key_lens / sizeof key_lens[0]; k++)
            for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
                plain_hmac(bits, key, key_lens[k], text, lens[i], want);
                gost_hmac_streebog(bits, key_lens[k] > 0 ? key : NULL, key_lens[k],
                                   lens[i] > 0 ? text : NULL, lens[i], got);
                assert_memory_equal(got, want, bits / 8);
            }
}

/* One key, many messages: copies of the context that holds it. */
static void test_copies(void **state)
{
    uint8_t key[64], text[200], want[64], got[64];
    uint64_t rnd = 4;
    gost_hmac keyed, ctx;

    (void)state;
    random_bytes(&rnd, key, sizeof key);
    random_bytes(&rnd, text, sizeof text);
    gost_hmac_init(&keyed, 512, key, sizeof key);
    for (size_t len = 0; len <= sizeof text; len++) {
        plain_hmac(512, key, sizeof key, text, len, want);
        ctx = keyed;
        gost_hmac_update(&ctx, text, len / 2);
        gost_hmac_update(&ctx, text + len / 2, len - len / 2);
        gost_hmac_final(&ctx, got);
        assert_memory_equal(got, want, 64);
    }
    /* Wiped, both halves. */
    for (size_t i = 0; i < sizeof ctx; i++)
        assert_int_equal(((const uint8_t *)&ctx)[i], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_construction),
        cmocka_unit_test(test_copies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
