/* SPDX-License-Identifier: Apache-2.0 */
/* Key derivation: the examples of RFC 7836, appendix B, and RFC 9337, appendix A, and ranges. */
#include "hash_test.h"

#include "gost/hmac.h"
#include "gost/kdf.h"

#define KEY   "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define LABEL "26bdb878"
#define SEED  "af21434145656378"

/* RFC 7836, B.1 and B.2: the HMACs that all of this stands on. */
static void test_hmac(void **state)
{
    uint8_t key[32], text[16], want[64], got[64];

    (void)state;
    unhex(key, KEY);
    unhex(text, "0126bdb87800af214341456563780100");
    unhex(want, "a1aa5f7de402d7b3d323f2991c8d4534013137010a83754fd0af6d7cd4922ed9");
    gost_hmac_streebog(256, key, 32, text, 16, got);
    assert_memory_equal(got, want, 32);
    unhex(want, "a59bab22ecae19c65fbde6e5f4e9f5d8549d31f037f9df9b905500e171923a77"
                "3d5f1530f2ed7e964cb2eedc29e9ad2f3afe93b2814f79f5000ffc0366c251e6");
    gost_hmac_streebog(512, key, 32, text, 16, got);
    assert_memory_equal(got, want, 64);
}

/* RFC 7836, B.3 and B.4 */
static void test_prf(void **state)
{
    static const char *const want_256 =
        "ff09664a44745865944f839ebb48965f1544ff1cc8e8f16f247ee5f8a9ebe97f"
        "c4e3c7900e46cad3db6a01643063040ec67fc0fd5cd9f90465235237bdff2c02";
    static const char *const want_512 =
        "f35187a3dc9655113a0e84d06fd7526c5fc1fbdec1a0e4673dd6d79d0b920e65"
        "ad1bc47bb083b3851cb7cd8e7e6a911a626cf02b29e9e4a58ed766a449a7296d"
        "e61a7a26c4d1caeecfd80cca65c71f0f88c1f822c0e8c0ad949d03fee139579f"
        "72ba0c3d32c5f954f1cccd54081fc7440278cba1fe7b7a17a986fdff5bd15d1f";
    uint8_t key[32], seed[32], label[5], want[128], got[128];

    (void)state;
    unhex(key, KEY);
    unhex(seed, "18471d622dc655c4d2d2269691ca4a560b50aba663553af241f1ada882c9f29a");
    unhex(label, "1122334455");
    assert_int_equal(unhex(want, want_256), 64);
    for (size_t len = 0; len <= 64; len++) { /* any length is the beginning of a longer one */
        memset(got, 0, sizeof got);
        gost_tls_prf(GOST_PRF_256, key, 32, label, 5, seed, 32, got, len);
        assert_memory_equal(got, want, len);
        assert_int_equal(got[len], 0);
    }
    assert_int_equal(unhex(want, want_512), 128);
    for (size_t len = 1; len <= 127; len += 9) {
        memset(got, 0, sizeof got);
        gost_tls_prf(GOST_PRF_512, key, 32, label, 5, seed, 32, got, len);
        assert_memory_equal(got, want, len);
        assert_int_equal(got[len], 0);
    }
    gost_tls_prf(GOST_PRF_512, key, 32, label, 5, seed, 32, got, 128);
    assert_memory_equal(got, want, 128);
}

/* RFC 7836, B.5 and B.6 */
static void test_tree(void **state)
{
    uint8_t key[32], label[4], seed[8], want[64], got[65];

    (void)state;
    unhex(key, KEY);
    unhex(label, LABEL);
    unhex(seed, SEED);
    unhex(want, "a1aa5f7de402d7b3d323f2991c8d4534013137010a83754fd0af6d7cd4922ed9");
    gost_kdf_2012_256(key, 32, label, 4, seed, 8, got);
    assert_memory_equal(got, want, 32);

    unhex(want, "22b6837845c6bef65ea71672b265831086d3c76aebe6dae91cad51d83f79d16b"
                "074c9330599d7f8d712fca54392f4ddde93751206b3584c8f43f9e6dc51531f9");
    for (unsigned from = 0; from <= 64; from++) {
        for (unsigned to = from; to <= 64; to++) {
            memset(got, 0xaa, sizeof got);
            assert_int_equal(gost_kdf_tree(key, 32, label, 4, seed, 8, 1, 64, from, got, to - from),
                             1);
            assert_memory_equal(got, want + from, to - from);
            assert_int_equal(got[to - from], 0xaa);
        }
    }
}

/* The block of the number i by the definition: HMAC(K, [i]_r | label | 00 | seed | [L]). */
static void block(unsigned r, uint64_t i, const char *bits, uint8_t out[32])
{
    uint8_t key[32], text[64];
    size_t n = 0;

    unhex(key, KEY);
    for (unsigned j = r; j-- > 0;)
        text[n++] = (uint8_t)(i >> (8 * j));
    n += unhex(text + n, LABEL "00" SEED);
    n += unhex(text + n, bits);
    gost_hmac_streebog(256, key, 32, text, n, out);
}

static void test_tree_ranges(void **state)
{
    static const struct {
        unsigned r;
        uint64_t total, offset;
        size_t len;
        int ok;
        uint64_t index;   /* of the first block used */
        const char *bits; /* L */
    } cases[] = {
        {1, 32, 0, 32, 1, 1, "0100"},
        {1, 31, 0, 31, 1, 1, "f8"},
        {1, 1, 0, 1, 1, 1, "08"},
        {1, 33, 32, 1, 1, 2, "0108"},
        {2, 64, 32, 32, 1, 2, "0200"},
        {1, 255 * 32, 254 * 32, 32, 1, 255, "ff00"},
        {2, 255 * 32 + 1, 255 * 32, 1, 1, 256, "ff08"},
        {2, 65535 * 32, 65534 * 32, 32, 1, 65535, "ffff00"},
        {3, 16777215u * 32, 16777214u * 32, 32, 1, 16777215u, "ffffff00"},
        {4, 4294967295u * 32ull, 4294967294u * 32ull, 32, 1, 4294967295u, "ffffffff00"},
        {1, 32, 32, 0, 1, 0, NULL},
        /* out of range */
        {0, 32, 0, 32, 0, 0, NULL},
        {5, 32, 0, 32, 0, 0, NULL},
        {1, 0, 0, 0, 0, 0, NULL},
        {1, 255 * 32 + 1, 0, 32, 0, 0, NULL},
        {2, 65535 * 32 + 1, 0, 32, 0, 0, NULL},
        {3, 16777215u * 32 + 1, 0, 32, 0, 0, NULL},
        {4, 4294967295u * 32ull + 1, 0, 32, 0, 0, NULL},
        {4, UINT64_MAX, 0, 32, 0, 0, NULL},
        {1, 32, 1, 32, 0, 0, NULL},
        {1, 32, 33, 0, 0, 0, NULL},
        {1, 32, UINT64_MAX, 2, 0, 0, NULL},
    };
    uint8_t key[32], label[4], seed[8], want[32], got[32];

    (void)state;
    unhex(key, KEY);
    unhex(label, LABEL);
    unhex(seed, SEED);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memset(got, 0xaa, sizeof got);
        assert_int_equal(gost_kdf_tree(key, 32, label, 4, seed, 8, cases[i].r, cases[i].total,
                                       cases[i].offset, got, cases[i].len),
                         cases[i].ok);
        if (cases[i].bits) {
            block(cases[i].r, cases[i].index, cases[i].bits, want);
            assert_memory_equal(got, want, cases[i].len);
        } else {
            for (size_t j = 0; j < sizeof got; j++)
                assert_int_equal(got[j], 0xaa);
        }
    }
}

typedef struct pbkdf2_case {
    gost_prf_hash hash;
    const char *password;
    size_t password_len;
    const char *salt;
    size_t salt_len;
    uint32_t iterations;
    const char *want;
} pbkdf2_case;

#define TEXT(s) (s), sizeof(s) - 1

/* RFC 9337, appendix A; for GOST R 34.11-94, the addition to PKCS #5 by TC 26 that it follows. */
static const pbkdf2_case pbkdf2_cases[] = {
    {GOST_PRF_512, TEXT("password"), TEXT("salt"), 1,
     "64770af7f748c3b1c9ac831dbcfd85c26111b30a8a657ddc3056b80ca73e040d"
     "2854fd36811f6d825cc4ab66ec0a68a490a9e5cf5156b3a2b7eecddbf9a16b47"},
    {GOST_PRF_512, TEXT("password"), TEXT("salt"), 2,
     "5a585bafdfbb6e8830d6d68aa3b43ac00d2e4aebce01c9b31c2caed56f0236d4"
     "d34b2b8fbd2c4e89d54d46f50e47d45bbac301571743119e8d3c42ba66d348de"},
    {GOST_PRF_512, TEXT("password"), TEXT("salt"), 4096,
     "e52deb9a2d2aaff4e2ac9d47a41f34c20376591c67807f0477e32549dc341bc7"
     "867c09841b6d58e29d0347c996301d55df0d34e47cf68f4e3c2cdaf1d9ab86c3"},
    {GOST_PRF_512, TEXT("passwordPASSWORDpassword"), TEXT("saltSALTsaltSALTsaltSALTsaltSALTsalt"),
     4096,
     "b2d8f1245fc4d29274802057e4b54e0a0753aa22fc53760b301cf008679e58fe"
     "4bee9addcae99ba2b0b20f431a9c5e50f395c89387d0945aedeca6eb4015dfc2"
     "bd2421ee9bb71183ba882ceebfef259f33f9e27dc6178cb89dc37428cf9cc52a"
     "2baa2d3a"},
    {GOST_PRF_512, TEXT("pass\0word"), TEXT("sa\0lt"), 4096,
     "50df062885b69801a3c10248eb0a27ab6e522ffeb20c991c660f001475d73a4e"
     "167f782c18e97e92976d9c1d970831ea78ccb879f67068cdac1910740844e830"},
    {GOST_PRF_94, TEXT("password"), TEXT("salt"), 1,
     "7314e7c04fb2e662c543674253f68bd0b73445d07f241bed872882da21662d58"},
    {GOST_PRF_94, TEXT("password"), TEXT("salt"), 2,
     "990dfa2bd965639ba48b07b792775df79f2db34fef25f274378872fed7ed1bb3"},
    {GOST_PRF_94, TEXT("password"), TEXT("salt"), 4096,
     "1f1829a94bdff5be10d0aeb36af498e7a97467f3b31116a5a7c1afff9deadafe"},
    {GOST_PRF_94, TEXT("passwordPASSWORDpassword"), TEXT("saltSALTsaltSALTsaltSALTsaltSALTsalt"),
     4096, "788358c69cb2dbe251a7bb17d5f4241f265a792a35becde8d56f326b49c85047b7638acb4764b1fd"},
    {GOST_PRF_94, TEXT("pass\0word"), TEXT("sa\0lt"), 4096,
     "43e06c5590b08c0225242373127edf9c8e9c3291"},
};

static void test_pbkdf2(void **state)
{
    uint8_t want[128], got[128];

    (void)state;
    for (size_t i = 0; i < sizeof pbkdf2_cases / sizeof pbkdf2_cases[0]; i++) {
        const pbkdf2_case *c = &pbkdf2_cases[i];
        size_t len = unhex(want, c->want);

        memset(got, 0xaa, sizeof got);
        gost_pbkdf2(c->hash, c->password, c->password_len, c->salt, c->salt_len, c->iterations, got,
                    len);
        assert_memory_equal(got, want, len);
        assert_int_equal(got[len], 0xaa);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hmac),   cmocka_unit_test(test_prf),
        cmocka_unit_test(test_tree),   cmocka_unit_test(test_tree_ranges),
        cmocka_unit_test(test_pbkdf2),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
