/* SPDX-License-Identifier: Apache-2.0 */
/* Kuznyechik: RFC 7801's examples, and random keys and blocks against the plain cipher. */
#include "tests/gost/plain_kuznyechik.h"

#include "gost/kuznyechik.h"

static const char key_hex[] = "8899aabbccddeeff0011223344556677fedcba98765432100123456789abcdef";

/* RFC 7801, sections 5.1, 5.3 and 5.4: that the plain cipher is the right one. */
static void test_plain(void **state)
{
    static const char *const s[] = {
        "ffeeddccbbaa99881122334455667700", "b66cd8887d38e8d77765aeea0c9a7efc",
        "559d8dd7bd06cbfe7e7b262523280d39", "0c3322fed531e4630d80ef5c5a81c50b",
        "23ae65633f842d29c5df529c13f5acda"};
    static const char *const l[] = {
        "64a59400000000000000000000000000", "d456584dd0e3e84cc3166e4b7fa2890d",
        "79d26221b87b584cd42fbc4ffea5de9a", "0e93691a0cfc60408b7b68f66b513c13",
        "e6a8094fee0aa204fd97bcb0b44b8580"};
    static const char *const round[] = {
        "8899aabbccddeeff0011223344556677", "fedcba98765432100123456789abcdef",
        "db31485315694343228d6aef8cc78c44", "3d4553d8e9cfec6815ebadc40a9ffd04",
        "57646468c44a5e28d3e59246f429f1ac", "bd079435165c6432b532e82834da581b",
        "51e640757e8745de705727265a0098b1", "5a7925017b9fdd3ed72a91a22286f984",
        "bb44e25378c73123a5f32f73cdb6e517", "72e9dd7416bcf45b755dbaa88e4a4043"};
    uint8_t x[16], want[16], key[32];
    plain_key ks;

    (void)state;
    for (int i = 0; i < 4; i++) {
        unhex(x, s[i]);
        unhex(want, s[i + 1]);
        plain_s(x, 0);
        assert_memory_equal(x, want, 16);
        plain_s(x, 1);
        unhex(want, s[i]);
        assert_memory_equal(x, want, 16);

        unhex(x, l[i]);
        unhex(want, l[i + 1]);
        plain_l(x, 0);
        assert_memory_equal(x, want, 16);
        plain_l(x, 1);
        unhex(want, l[i]);
        assert_memory_equal(x, want, 16);
    }
    unhex(key, key_hex);
    plain_set_key(&ks, key);
    for (int i = 0; i < 10; i++) {
        unhex(want, round[i]);
        assert_memory_equal(ks.round[i], want, 16);
    }
}

/* RFC 7801, sections 5.5 and 5.6, and GOST R 34.13-2015, A.1.1 */
static void test_vectors(void **state)
{
    static const char *const pairs[][2] = {
        {"1122334455667700ffeeddccbbaa9988", "7f679d90bebc24305a468d42b9d4edcd"},
        {"00112233445566778899aabbcceeff0a", "b429912c6e0032f9285452d76718d08b"},
        {"112233445566778899aabbcceeff0a00", "f0ca33549d247ceef3f5a5313bd4b157"},
        {"2233445566778899aabbcceeff0a0011", "d0b09ccde830b9eb3a02c4c5aa8ada98"},
    };
    uint8_t key[32], in[16], want[16], out[16];
    gost_kuznyechik ks;

    (void)state;
    unhex(key, key_hex);
    gost_kuznyechik_set_key(&ks, key);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        unhex(in, pairs[i][0]);
        unhex(want, pairs[i][1]);
        gost_kuznyechik_encrypt(&ks, in, out);
        assert_memory_equal(out, want, 16);
        gost_kuznyechik_decrypt(&ks, out, out);
        assert_memory_equal(out, in, 16);
    }
}

static void test_against_plain(void **state)
{
    uint64_t rnd = 5;

    (void)state;
    for (int i = 0; i < CASES(1000); i++) {
        uint8_t key[32], in[18], want[16], out[18];
        gost_kuznyechik ks;
        plain_key plain;

        random_bytes(&rnd, key, sizeof key);
        random_bytes(&rnd, in, sizeof in);
        if (i < 256) {
            memset(key, i, sizeof key);
            memset(in, 255 - i, sizeof in);
        }
        gost_kuznyechik_set_key(&ks, key);
        plain_set_key(&plain, key);
        memset(out, 0xa5, sizeof out);
        plain_encrypt(&plain, in + 1, want);
        gost_kuznyechik_encrypt(&ks, in + 1, out + 1);
        assert_memory_equal(out + 1, want, 16);
        plain_decrypt(&plain, in + 1, want);
        gost_kuznyechik_decrypt(&ks, in + 1, out + 1);
        assert_memory_equal(out + 1, want, 16);
        assert_int_equal(out[0], 0xa5);
        assert_int_equal(out[17], 0xa5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_against_plain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
