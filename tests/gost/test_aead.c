/* SPDX-License-Identifier: Apache-2.0 */
/* MGM in parts: RFC 9058's examples, random messages against the plain mode, counters that wrap,
 * and the bodies of its multiplication. */
#include "tests/gost/modes_test.h"
#include "tests/gost/plain_modes.h"

#include "gost/aead.h"
#include "gost/cpu.h"
#include "gost/mgm_sum.h"

static const gost_block_class *const classes[] = {&gost_block_kuznyechik, &gost_block_magma};

static uint8_t ad[LONGEST], text[LONGEST], want[LONGEST], got[LONGEST];

#define KEY_1 "8899aabbccddeeff0011223344556677fedcba98765432100123456789abcdef"
#define KEY_2 "99aabbccddeeff0011223344556677fedcba98765432100123456789abcdef88"

/* RFC 9058, appendix A: two of each cipher. */
static const struct {
    const gost_block_class *class;
    const char *key, *nonce, *ad, *text, *sealed, *tag;
} vectors[] = {
    {&gost_block_kuznyechik, KEY_1, "1122334455667700ffeeddccbbaa9988",
     "0202020202020202010101010101010104040404040404040303030303030303ea0505050505050505",
     "1122334455667700ffeeddccbbaa998800112233445566778899aabbcceeff0a"
     "112233445566778899aabbcceeff0a002233445566778899aabbcceeff0a0011aabbcc",
     "a9757b8147956e9055b8a33de89f42fc8075d2212bf9fd5bd3f7069aadc16b39"
     "497ab15915a6ba85936b5d0ea9f6851cc60c14d4d3f883d0ab94420695c76deb2c7552",
     "cf5d656f40c34f5c46e8bb0e29fcdb4c"},
    {&gost_block_kuznyechik, KEY_2, "1122334455667700ffeeddccbbaa9988",
     "01010101010101010101010101010101", "", "", "7901e9ea2085cd247ed249695f9f8a85"},
    {&gost_block_magma, "ffeeddccbbaa99887766554433221100f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
     "92def06b3c130a59",
     "01010101010101010202020202020202030303030303030304040404040404040505050505050505ea",
     "ffeeddccbbaa998811223344556677008899aabbcceeff0a001122334455667799aabbcceeff0a00"
     "1122334455667788aabbcceeff0a00112233445566778899aabbcc",
     "c795066c5f9ea03b85113342459185ae1f2e00d6bf2b785d940470b8bb9c8e7d9a5dd3731f7ddc70"
     "ec27cb0ace6fa57670f65c646abb75d547aa37c3bcb5c34e03bb9c",
     "a7928069aa10fd10"},
    {&gost_block_magma, KEY_2, "0077665544332211", "", "22334455667700ff", "6a95e1426b259d4e",
     "334ee270450bec9e"},
};

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        size_t ad_len = unhex(ad, vectors[i].ad), len = unhex(text, vectors[i].text);
        uint8_t key[32], nonce[16], tag[16], value[16];
        unsigned size = vectors[i].class->size;
        gost_aead a, zero;
        gost_block b;

        unhex(key, vectors[i].key);
        assert_int_equal(unhex(nonce, vectors[i].nonce), size);
        assert_int_equal(unhex(want, vectors[i].sealed), len);
        assert_int_equal(unhex(value, vectors[i].tag), size);
        gost_block_init(&b, vectors[i].class, NULL, key);
        for (int decrypt = 0; decrypt < 2; decrypt++) {
            gost_aead_init(&a, &b, nonce);
            gost_aead_ad(&a, ad, ad_len);
            if (decrypt)
                gost_aead_decrypt(&a, want, got, len);
            else
                gost_aead_encrypt(&a, text, got, len);
            assert_memory_equal(got, decrypt ? text : want, len);
            memset(tag, 0xa5, sizeof tag);
            gost_aead_final(&a, tag);
            assert_memory_equal(tag, value, size);
            for (unsigned j = size; j < sizeof tag; j++)
                assert_int_equal(tag[j], 0xa5);
            memset(&zero, 0, sizeof zero);
            assert_memory_equal(&a, &zero, sizeof a);
        }
    }
}

static void encrypt(void *a, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_aead_encrypt(a, in, out, len);
}

static void decrypt(void *a, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_aead_decrypt(a, in, out, len);
}

static void associate(void *a, const uint8_t *in, uint8_t *out, size_t len)
{
    (void)out;
    gost_aead_ad(a, in, len);
}

static void check(uint64_t *rnd, const gost_block *b, const uint8_t *nonce, size_t ad_len,
                  size_t len)
{
    uint8_t tag[16], expect[16], scratch[LONGEST];
    unsigned size = b->class->size;
    gost_aead a;

    plain_mgm_any(b, nonce, ad, ad_len, text, len, want, expect, 'e');
    gost_aead_init(&a, b, nonce);
    in_parts(rnd, associate, &a, ad, scratch, ad_len, 1);
    in_parts(rnd, encrypt, &a, text, got, len, 1);
    assert_memory_equal(got, want, len);
    gost_aead_final(&a, tag);
    assert_memory_equal(tag, expect, size);

    plain_mgm_any(b, nonce, ad, ad_len, want, len, got, expect, 'd');
    assert_memory_equal(got, text, len);
    gost_aead_init(&a, b, nonce);
    gost_aead_ad(&a, ad, ad_len);
    in_parts(rnd, decrypt, &a, want, got, len, 1);
    assert_memory_equal(got, text, len);
    gost_aead_final(&a, tag);
    assert_memory_equal(tag, expect, size);
    gost_aead_init(&a, b, nonce);
    gost_aead_ad(&a, ad, ad_len);
    gost_aead_decrypt(&a, want, want, len);
    assert_memory_equal(want, text, len);
    gost_aead_final(&a, tag);
    assert_memory_equal(tag, expect, size);
}

static void random_block(uint64_t *rnd, gost_block *b, unsigned turn)
{
    uint8_t key[32];

    random_bytes(rnd, key, sizeof key);
    gost_block_init(b, classes[turn % 2], NULL, key);
}

static void test_random(void **state)
{
    uint64_t rnd = 31;
    uint8_t nonce[16];
    gost_block b;

    (void)state;
    for (unsigned i = 0; i < CASES(250); i++) {
        size_t ad_len = i % 3 == 0 ? 0 : i % 3 == 1 ? random_below(&rnd, 40) : some_length(&rnd);
        size_t len = i < 70 ? i / 2 : some_length(&rnd);

        random_block(&rnd, &b, i);
        random_bytes(&rnd, nonce, sizeof nonce);
        random_bytes(&rnd, ad, ad_len);
        random_bytes(&rnd, text, len);
        check(&rnd, &b, nonce, ad_len, len);
    }
}

/* The counters are the encrypted nonce: one that is about to wrap is found by decrypting counters
 * until the top bit is as it must be. Neither half carries into the other. */
static void test_wraps(void **state)
{
    uint64_t rnd = 32;
    uint8_t nonce[16], counter[16];
    gost_block b;

    (void)state;
    random_bytes(&rnd, ad, 100);
    random_bytes(&rnd, text, 100);
    for (unsigned i = 0; i < 24; i++) {
        unsigned left = i / 2 % 2;
        size_t half;

        random_block(&rnd, &b, i);
        half = b.class->size / 2;
        do {
            random_bytes(&rnd, counter, sizeof counter);
            memset(counter + (left ? 0 : half), 0xff, half);
            counter[left ? half - 1 : 2 * half - 1] = (uint8_t)(0xff - i / 4);
            gost_block_decrypt(&b, counter, nonce, 1);
        } while (nonce[0] >> 7 != left);
        check(&rnd, &b, nonce, 100, 100);
    }
}

static void test_top_bit(void **state)
{
    uint8_t key[32] = {1}, nonce[16] = {2}, tag[2][16];
    gost_block b;
    gost_aead a;

    (void)state;
    for (int i = 0; i < 2; i++) {
        gost_block_init(&b, classes[i], NULL, key);
        for (int j = 0; j < 2; j++) {
            nonce[0] ^= 0x80;
            gost_aead_init(&a, &b, nonce);
            gost_aead_ad(&a, "x", 1);
            gost_aead_final(&a, tag[j]);
        }
        assert_memory_equal(tag[0], tag[1], classes[i]->size);
    }
}

static void test_limit(void **state)
{
    (void)state;
    /* Below 2^(n/2) bits. */
    assert_true(gost_aead_limit(&gost_block_magma) == (UINT64_C(1) << 29) - 1);
    assert_true(gost_aead_limit(&gost_block_kuznyechik) == (UINT64_C(1) << 61) - 1);
}

static void test_bodies(void **state)
{
    uint64_t rnd = 33;
    uint8_t h[160], a[160], t[16], sum[16], expect[16];

    (void)state;
    for (unsigned i = 0; i < CASES(500); i++) {
        unsigned size = i % 2 ? 8 : 16;
        size_t n = random_below(&rnd, 160 / size + 1);

        random_bytes(&rnd, h, sizeof h);
        random_bytes(&rnd, a, sizeof a);
        if (i % 8 < 2)
            memset(h, 0xff, sizeof h);
        if (i % 16 < 2)
            memset(a, 0xff, sizeof a);
        random_bytes(&rnd, sum, sizeof sum);
        memcpy(expect, sum, sizeof sum);
        memcpy(t, sum, sizeof sum);
        for (size_t j = 0; j < n; j++) {
            uint8_t product[16];

            plain_multiply(h + j * size, a + j * size, product, size);
            for (size_t k = 0; k < size; k++)
                expect[k] ^= product[k];
        }
        gost_mgm_sum_portable(t, h, a, n, size);
        assert_memory_equal(t, expect, sizeof t);
        memcpy(t, sum, sizeof sum);
        gost_mgm_sum(t, h, a, n, size);
        assert_memory_equal(t, expect, sizeof t);
    }
    if (!gost_cpu_pclmul())
        print_message("           no PCLMULQDQ here\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors), cmocka_unit_test(test_random),
        cmocka_unit_test(test_wraps),   cmocka_unit_test(test_top_bit),
        cmocka_unit_test(test_limit),   cmocka_unit_test(test_bodies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
