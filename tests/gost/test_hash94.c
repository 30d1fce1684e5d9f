/* SPDX-License-Identifier: Apache-2.0 */
/* GOST R 34.11-94 and its HMAC: known answers, and messages given in parts. */
#include "hash_test.h"

#include "gost/hash94_core.h"

typedef struct answer {
    const char *text, *test, *cryptopro; /* the digest with either S-box; NULL: not known */
} answer;

/* RFC 5831, section 7.3 (32 and 50 bytes, test S-box), and what implementations agree on. */
static const answer answers[] = {
    {"", "ce85b99cc46752fffee35cab9a7b0278abb4c2d2055cff685af4912c49490f8d",
     "981e5f3ca30c841487830f84fb433e13ac1101569b9c13584ac483234cd656c0"},
    {"a", "d42c539e367c66e9c88a801f6649349c21871b4344c6a573f849fdce62f314dd",
     "e74c52dd282183bf37af0079c9f78055715a103f17e3133ceff1aacf2f403011"},
    {"abc", "f3134348c44fb1b2a277729e2285ebb5cb5e0f29c975bc753b70497c06a4d51d",
     "b285056dbf18d7392d7677369524dd14747459ed8143997e163b2986f92fd42c"},
    {"message digest", "ad4434ecb18f2c99b60cbe59ec3d2469582b65273f48de72db2fde16a4889a4d",
     "bc6041dd2aa401ebfa6e9886734174febdb4729aa972d60f549ac39b29721ba0"},
    {"The quick brown fox jumps over the lazy dog",
     "77b7fa410c9ac58a25f49bca7d0468c9296529315eaca76bd1a10f376d1f4294",
     "9004294a361a508c586fe53d1f1b02746765e71b765472786e4770d565830a76"},
    {"This is message, length=32 bytes",
     "b1c466d37519b82e8319819ff32595e047a28cb6f83eff1c6916a815a637fffa",
     "2cefc2f7b7bdc514e18ea57fa74ff357e7fa17d652c75f69cb1be7893ede48eb"},
    {"Suppose the original message has length = 50 bytes",
     "471aba57a60a770d3a76130635c1fbea4ef14de51f78b4ae57dd893b62f55208",
     "c3730c5cbccacf915ac292676f21e8bd4ef75331d9405e5f1a61dc3130a65011"},
    {"UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU"
     "UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU",
     "53a3a3ed25180cef0c1d85a074273e551c25660a87062a52d926a9e8fe5733a4",
     "1c4ac7614691bbf427fa2316216be8f10d92edfd37cd1027514c1008f649c4e8"},
};

static void check(const gost_sbox *sbox, const char *text, const char *hex)
{
    uint8_t want[32], got[32];
    gost_hash94 c;

    assert_int_equal(unhex(want, hex), sizeof want);
    gost_hash94_init(&c, sbox);
    gost_hash94_update(&c, text, strlen(text));
    gost_hash94_final(&c, got);
    assert_memory_equal(got, want, sizeof want);
    for (size_t i = 0; i < sizeof c; i++)
        assert_int_equal(((const uint8_t *)&c)[i], 0);
}

static void test_answers(void **state)
{
    (void)state;
    assert_string_equal(gost_hash94_test->oid, "1.2.643.2.2.30.0");
    assert_string_equal(gost_hash94_cryptopro->oid, "1.2.643.2.2.30.1");
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        check(gost_hash94_test, answers[i].text, answers[i].test);
        check(gost_hash94_cryptopro, answers[i].text, answers[i].cryptopro);
    }
}

/* A sum that carries through all of its 256 bits, and the empty one: of 0, 1, 2 ... blocks of ff.
 */
static void test_sum(void **state)
{
    static const uint8_t one[32] = {1};
    uint8_t ones[32], wrapped[32], plain[32];
    gost_hash94 c;

    (void)state;
    memset(ones, 0xff, sizeof ones);
    /* (2^256 - 1) + 1 = 0: the last step of both has the same sum, and differs by the rest. */
    gost_hash94_init(&c, gost_hash94_cryptopro);
    gost_hash94_update(&c, ones, 32);
    gost_hash94_update(&c, one, 32);
    for (size_t i = 0; i < 32; i++)
        assert_int_equal(c.sum[i], 0);
    gost_hash94_final(&c, wrapped);
    gost_hash94_init(&c, gost_hash94_cryptopro);
    gost_hash94_update(&c, ones, 32);
    gost_hash94_update(&c, ones, 32);
    assert_int_equal(c.sum[0], 0xfe);
    assert_int_equal(c.sum[31], 0xff);
    gost_hash94_final(&c, plain);
    assert_memory_not_equal(wrapped, plain, 32);
}

/* A length whose number of bits, 2^65 + 2^3, needs more than 64. Of no data, the digest is two
 * steps: with the length as a block, and with the sum, which is zero. */
static void test_length(void **state)
{
    uint8_t length[32] = {8, 0, 0, 0, 0, 0, 0, 0, 2}, zero[32] = {0}, got[32];
    gost_hash94 c;

    (void)state;
    gost_hash94_init(&c, gost_hash94_cryptopro);
    c.len = ((uint64_t)1 << 62) + 1;
    gost_hash94_final(&c, got);
    gost_hash94_init(&c, gost_hash94_cryptopro);
    gost_hash94_update(&c, length, 32);
    gost_hash94_update(&c, zero, 32);
    assert_memory_equal(got, c.h, 32);
}

static void test_parts(void **state)
{
    uint64_t rnd = 94;
    uint8_t text[300], want[32], got[32];

    (void)state;
    random_bytes(&rnd, text, sizeof text);
    for (size_t len = 0; len <= sizeof text; len += len < 100 ? 1 : 33) {
        gost_hash94 c;

        gost_hash94_init(&c, gost_hash94_test);
        gost_hash94_update(&c, text, len);
        gost_hash94_final(&c, want);
        for (int n = 0; n < CASES(5); n++) {
            size_t at = 0;

            gost_hash94_init(&c, gost_hash94_test);
            gost_hash94_update(&c, NULL, 0);
            while (at < len) {
                size_t part = random_below(&rnd, n % 2 ? 70 : 20);

                if (part > len - at)
                    part = len - at;
                gost_hash94_update(&c, text + at, part);
                gost_hash94_update(&c, NULL, 0);
                at += part;
            }
            gost_hash94_final(&c, got);
            assert_memory_equal(got, want, 32);
        }
    }
}

/* The encryptions all at once and one after another. */
static void test_bodies(void **state)
{
    (void)state;
#if GOST_X86
    uint64_t rnd = 28147, w[4][4], h[4], want[4], got[4];

    if (!gost_cpu_ssse3())
        skip();
    for (int n = 0; n < CASES(200); n++) {
        const gost_sbox *sbox = gost_sbox_at((size_t)n % 8);

        assert_non_null(sbox);
        random_bytes(&rnd, w, sizeof w);
        random_bytes(&rnd, h, sizeof h);
        gost_hash94_encrypt_plain(sbox, (const uint64_t(*)[4])w, h, want);
        gost_hash94_encrypt_ssse3(sbox, (const uint64_t(*)[4])w, h, got);
        assert_memory_equal(got, want, sizeof want);
    }
#else
    skip();
#endif
}

/* By the definition (RFC 2104, B = 32): H(K ^ 5c | H(K ^ 36 | text)). */
static void test_hmac(void **state)
{
    uint64_t rnd = 4357;
    uint8_t key[100], text[200], pad[32], want[32], got[32];

    (void)state;
    random_bytes(&rnd, key, sizeof key);
    random_bytes(&rnd, text, sizeof text);
    for (size_t len = 0; len <= sizeof key; len++) {
        uint8_t k[32] = {0};
        gost_hash94 c;
        gost_hmac94 h, copy;

        if (len > sizeof k) {
            gost_hash94_init(&c, gost_hash94_cryptopro);
            gost_hash94_update(&c, key, len);
            gost_hash94_final(&c, k);
        } else {
            memcpy(k, key, len);
        }
        for (int outer = 0; outer < 2; outer++) {
            for (size_t i = 0; i < sizeof pad; i++)
                pad[i] = (uint8_t)(k[i] ^ (outer ? 0x5c : 0x36));
            gost_hash94_init(&c, gost_hash94_cryptopro);
            gost_hash94_update(&c, pad, sizeof pad);
            gost_hash94_update(&c, outer ? want : text, outer ? sizeof want : 2 * len);
            gost_hash94_final(&c, want);
        }
        gost_hmac94_init(&h, gost_hash94_cryptopro, key, len);
        copy = h;
        gost_hmac94_update(&h, text, len);
        gost_hmac94_update(&h, text + len, len);
        gost_hmac94_final(&h, got);
        assert_memory_equal(got, want, 32);
        for (size_t i = 0; i < sizeof h; i++)
            assert_int_equal(((const uint8_t *)&h)[i], 0);
        gost_hmac94_update(&copy, text, 2 * len);
        gost_hmac94_final(&copy, got);
        assert_memory_equal(got, want, 32);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers), cmocka_unit_test(test_sum),
        cmocka_unit_test(test_length),  cmocka_unit_test(test_parts),
        cmocka_unit_test(test_bodies),  cmocka_unit_test(test_hmac),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
