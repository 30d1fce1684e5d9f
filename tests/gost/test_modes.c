/* SPDX-License-Identifier: Apache-2.0 */
/* CTR, CTR-ACPKM, CBC, CFB, OFB, OMAC and KExp15: the standards' examples, and random messages in
 * random parts against the plain modes. */
#include "tests/gost/modes_test.h"
#include "tests/gost/plain_modes.h"

#include "gost/kexp15.h"
#include "gost/modes.h"
#include "gost/omac.h"

static const gost_block_class *const classes[] = {&gost_block_kuznyechik, &gost_block_magma};

static uint8_t text[LONGEST], want[LONGEST + 1], got[LONGEST + 1], back[LONGEST];

/* ---- examples ------------------------------------------------------------------------------- */

#define KEY_A "8899aabbccddeeff0011223344556677fedcba98765432100123456789abcdef"
#define KEY_M "ffeeddccbbaa99887766554433221100f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
#define TEXT_A                                                                                     \
    "1122334455667700ffeeddccbbaa9988 00112233445566778899aabbcceeff0a "                           \
    "112233445566778899aabbcceeff0a00 2233445566778899aabbcceeff0a0011 "
#define TEXT_M "92def06b3c130a59 db54c704f8189d20 4a98fb2e67a8024c 8912409b17b57e41"
#define IV_A   "1234567890abcef0a1b2c3d4e5f00112 23344556677889901213141516171819"

/* GOST R 34.13-2015, A.1 and A.2; a section: R 1323565.1.017-2018, A.4 (RFC 8645, A.1, has the
 * first).
 */
static const struct {
    const gost_block_class *class;
    const char *mode, *key, *iv, *text, *sealed;
    unsigned section;
} vectors[] = {
    {&gost_block_kuznyechik, "ecb", KEY_A, "", TEXT_A,
     "7f679d90bebc24305a468d42b9d4edcd b429912c6e0032f9285452d76718d08b "
     "f0ca33549d247ceef3f5a5313bd4b157 d0b09ccde830b9eb3a02c4c5aa8ada98",
     0},
    {&gost_block_kuznyechik, "ctr", KEY_A, "1234567890abcef0", TEXT_A,
     "f195d8bec10ed1dbd57b5fa240bda1b8 85eee733f6a13e5df33ce4b33c45dee4 "
     "a5eae88be6356ed3d5e877f13564a3a5 cb91fab1f20cbab6d1c6d15820bdba73",
     0},
    {&gost_block_kuznyechik, "ofb", KEY_A, IV_A, TEXT_A,
     "81800a59b1842b24ff1f795e897abd95 ed5b47a7048cfab48fb521369d9326bf "
     "66a257ac3ca0b8b1c80fe7fc10288a13 203ebbc066138660a0292243f6903150",
     0},
    {&gost_block_kuznyechik, "cbc", KEY_A, IV_A, TEXT_A,
     "689972d4a085fa4d90e52e3d6d7dcc27 2826e661b478eca6af1e8e448d5ea5ac "
     "fe7babf1e91999e85640e8b0f49d90d0 167688065a895c631a2d9a1560b63970",
     0},
    {&gost_block_kuznyechik, "cfb", KEY_A, IV_A, TEXT_A,
     "81800a59b1842b24ff1f795e897abd95 ed5b47a7048cfab48fb521369d9326bf "
     "79f2a8eb5cc68d38842d264e97a238b5 4ffebecd4e922de6c75bd9dd44fbf4d1",
     0},
    {&gost_block_magma, "ecb", KEY_M, "", TEXT_M,
     "2b073f0494f372a0 de70e715d3556e48 11d8d9e9eacfbc1e 7c68260996c67efb", 0},
    {&gost_block_magma, "ctr", KEY_M, "12345678", TEXT_M,
     "4e98110c97b7b93c 3e250d93d6e85d69 136d868807b2dbef 568eb680ab52a12d", 0},
    {&gost_block_magma, "ofb", KEY_M, "1234567890abcdef 234567890abcdef1", TEXT_M,
     "db37e0e266903c83 0d46644c1f9a089c a0f83062430e327e c824efb8bd4fdb05", 0},
    {&gost_block_magma, "cbc", KEY_M, "1234567890abcdef 234567890abcdef1 34567890abcdef12", TEXT_M,
     "96d1b05eea683919 aff76129abb937b9 5058b4a1c4bc0019 20b78b1a7cd7e667", 0},
    {&gost_block_magma, "cfb", KEY_M, "1234567890abcdef 234567890abcdef1", TEXT_M,
     "db37e0e266903c83 0d46644c1f9a089c 24bdd2035315d38b bcc0321421075505", 0},
    {&gost_block_kuznyechik, "ctr", KEY_A, "1234567890abcef0",
     TEXT_A "33445566778899aabbcceeff0a001122 445566778899aabbcceeff0a00112233 "
            "5566778899aabbcceeff0a0011223344",
     "f195d8bec10ed1dbd57b5fa240bda1b8 85eee733f6a13e5df33ce4b33c45dee4 "
     "4bceeb8f646f4c55001706275e85e800 587c4df568d094393e4834afd0805046 "
     "cf30f57686aeece11cfc6c316b8a896e dffd07ec813636460c4f3b743423163e "
     "6409a9c282fac8d469d221e7fbd6de5d",
     32},
    {&gost_block_magma, "ctr", KEY_A, "12345678",
     "1122334455667700 ffeeddccbbaa9988 0011223344556677 8899aabbcceeff0a "
     "1122334455667788 99aabbcceeff0a00 2233445566778899",
     "2ab81deeeb1e4cab 68e104c4bd6b94ea c72c67af6c2e5b6b 0eafb61770f1b32e "
     "a1ae71149eed1382 abd467180672ec6f 84a2f15b3fca72c1",
     16},
};

/* way: 'e' or 'd'. */
static void run(const gost_block *b, const char *mode, const uint8_t *iv, size_t iv_len,
                unsigned section, char way, const uint8_t *in, uint8_t *out, size_t len)
{
    size_t blocks = len / b->class->size;
    gost_feedback f;
    gost_ctr c;

    if (strcmp(mode, "ecb") == 0) {
        (way == 'e' ? gost_block_encrypt : gost_block_decrypt)(b, in, out, blocks);
        return;
    }
    if (strcmp(mode, "ctr") == 0) {
        assert_int_equal(iv_len, b->class->size / 2);
        gost_ctr_init(&c, b, iv, section);
        gost_ctr_crypt(&c, in, out, len);
        return;
    }
    gost_feedback_init(&f, b, iv, iv_len);
    if (strcmp(mode, "cbc") == 0)
        (way == 'e' ? gost_cbc_encrypt : gost_cbc_decrypt)(&f, in, out, blocks);
    else if (strcmp(mode, "cfb") == 0)
        (way == 'e' ? gost_cfb_encrypt : gost_cfb_decrypt)(&f, in, out, len);
    else
        gost_ofb_crypt(&f, in, out, len);
}

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        uint8_t key[32], iv[32];
        size_t iv_len = unhex(iv, vectors[i].iv), len = unhex(text, vectors[i].text);
        gost_block b;

        unhex(key, vectors[i].key);
        assert_int_equal(unhex(want, vectors[i].sealed), len);
        gost_block_init(&b, vectors[i].class, NULL, key);
        run(&b, vectors[i].mode, iv, iv_len, vectors[i].section, 'e', text, got, len);
        assert_memory_equal(got, want, len);
        run(&b, vectors[i].mode, iv, iv_len, vectors[i].section, 'd', want, got, len);
        assert_memory_equal(got, text, len);
    }
}

/* GOST R 34.13-2015, A.1.6 and A.2.6: 64 and 32 bits of MAC. */
static void test_mac_vectors(void **state)
{
    static const char *const expect[] = {"336f4d296059fbe3", "154e7210"};
    uint8_t key[32], mac[16], value[16];

    (void)state;
    for (int i = 0; i < 2; i++) {
        size_t len = unhex(text, i == 0 ? TEXT_A : TEXT_M), n = unhex(value, expect[i]);
        gost_omac m, zero;
        gost_block b;

        unhex(key, i == 0 ? KEY_A : KEY_M);
        gost_block_init(&b, classes[i], NULL, key);
        gost_omac_init(&m, &b);
        gost_omac_update(&m, text, len);
        memset(mac, 0xa5, sizeof mac);
        gost_omac_final(&m, mac, n);
        assert_memory_equal(mac, value, n);
        assert_int_equal(mac[n], 0xa5);
        memset(&zero, 0, sizeof zero);
        assert_memory_equal(&m, &zero, sizeof m);
    }
}

/* R 1323565.1.017-2018, A.3 and A.4. */
static void test_omac_acpkm_vectors(void **state)
{
    static const struct {
        const gost_block_class *class;
        unsigned section, master_section;
        size_t len; /* of TEXT_A and 16 bytes more */
        const char *mac;
    } v[] = {
        {&gost_block_magma, 16, 80, 12, "a0540e3730acbcf3"},
        {&gost_block_magma, 16, 80, 40, "34008dad5496bb8e"},
        {&gost_block_kuznyechik, 32, 96, 24, "b5367f47b62b995eeb2a648c5843145e"},
        {&gost_block_kuznyechik, 32, 96, 80, "fbb8dcee45bea67c35f58c5700898e5d"},
    };
    uint8_t key[32], mac[16], expect[16];

    (void)state;
    unhex(key, KEY_A);
    unhex(text, TEXT_A "33445566778899aabbcceeff0a001122");
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        for (size_t cut = 0; cut <= v[i].len; cut++) {
            gost_omac_acpkm m, zero;
            gost_block b;

            gost_block_init(&b, v[i].class, NULL, key);
            gost_omac_acpkm_init(&m, &b, v[i].section, v[i].master_section);
            gost_omac_acpkm_update(&m, text, cut);
            gost_omac_acpkm_update(&m, text + cut, v[i].len - cut);
            gost_omac_acpkm_final(&m, mac, b.class->size);
            assert_memory_equal(mac, expect, unhex(expect, v[i].mac));
            memset(&zero, 0, sizeof zero);
            assert_memory_equal(&m, &zero, sizeof m);
        }
}

/* The examples of R 1323565.1.017-2018. */
static void test_kexp15_vectors(void **state)
{
    static const struct {
        const gost_block_class *class;
        const char *iv, *out;
    } v[] = {
        {&gost_block_magma, "67bed654",
         "cfd5a12d5b81b6e1e99c916d07900c6ac12703fb3abded55567bf3742c899c75 5dafe7b42e3a8bd9"},
        {&gost_block_kuznyechik, "0909472dd9f26be8",
         "e36184e84e8d736ff36cc2e5ae065dc656b23c20f549b02fdff88e1f3f30d8c2 "
         "9a53f3ca554dbad80de152b9a4625b32"},
    };
    uint8_t enc[32], mac[32], iv[8], secret[32], out[48], expect[48];

    (void)state;
    unhex(enc, "202122232425262728292a2b2c2d2e2f38393a3b3c3d3e3f3031323334353637");
    unhex(mac, "08090a0b0c0d0e0f0001020304050607101112131415161718191a1b1c1d1e1f");
    unhex(secret, KEY_A);
    for (int i = 0; i < 2; i++) {
        size_t len = unhex(expect, v[i].out);

        unhex(iv, v[i].iv);
        gost_kexp15(v[i].class, enc, mac, iv, secret, 32, out);
        assert_memory_equal(out, expect, len);
        assert_int_equal(gost_kimp15(v[i].class, enc, mac, iv, expect, len, out), 1);
        assert_memory_equal(out, secret, 32);
    }
}

/* ---- any message in any parts --------------------------------------------------------------- */

static void ctr(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_ctr_crypt(c, in, out, len);
}

static void cfb_encrypt(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_cfb_encrypt(c, in, out, len);
}

static void cfb_decrypt(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_cfb_decrypt(c, in, out, len);
}

static void ofb(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_ofb_crypt(c, in, out, len);
}

static void cbc_encrypt(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_feedback *f = c;

    gost_cbc_encrypt(f, in, out, len / f->block.class->size);
}

static void cbc_decrypt(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_feedback *f = c;

    gost_cbc_decrypt(f, in, out, len / f->block.class->size);
}

static void random_block(uint64_t *rnd, gost_block *b, unsigned turn)
{
    uint8_t key[32];

    random_bytes(rnd, key, sizeof key);
    gost_block_init(b, classes[turn % 2], NULL, key);
}

static void test_ctr(void **state)
{
    uint64_t rnd = 21;
    uint8_t iv[8];
    gost_block b;
    gost_ctr c;

    (void)state;
    for (unsigned i = 0; i < CASES(400); i++) {
        static const size_t sections[] = {0, 1, 2, 3, 7, 64, 100, 128, 256};
        size_t len = some_length(&rnd), section;

        random_block(&rnd, &b, i);
        section = sections[random_below(&rnd, 9)] * b.class->size;
        random_bytes(&rnd, iv, sizeof iv);
        random_bytes(&rnd, text, len);
        plain_ctr(b, iv, section, text, want, len);
        gost_ctr_init(&c, &b, iv, section);
        in_parts(&rnd, ctr, &c, text, got, len, 1);
        assert_memory_equal(got, want, len);
        gost_ctr_init(&c, &b, iv, section);
        gost_ctr_crypt(&c, got, got, len);
        assert_memory_equal(got, text, len);
    }
}

/* A counter of all ones carries into the iv, and at last to zero: addition mod 2^n. */
static void test_counter(void **state)
{
    uint8_t iv[8], in[48] = {0}, out[48], counter[16];
    uint64_t rnd = 22;
    gost_block b;
    gost_ctr c;

    (void)state;
    for (unsigned turn = 0; turn < 4; turn++) {
        unsigned size = classes[turn % 2]->size;

        random_block(&rnd, &b, turn);
        memset(iv, turn < 2 ? 0x12 : 0xff, sizeof iv);
        gost_ctr_init(&c, &b, iv, 0);
        memset(c.counter + size / 2, 0xff, size / 2);
        gost_ctr_crypt(&c, in, out, 2 * size);
        memset(counter, 0, sizeof counter);
        if (turn < 2) {
            memset(counter, 0x12, size / 2);
            counter[size / 2 - 1]++;
        }
        gost_block_encrypt(&b, counter, counter, 1);
        assert_memory_equal(out + size, counter, size);
    }
}

static void test_feedback(void **state)
{
    uint64_t rnd = 23;
    uint8_t iv[32];
    gost_feedback f;
    gost_block b;

    (void)state;
    for (unsigned i = 0; i < CASES(600); i++) {
        size_t len = some_length(&rnd), unit = 1, m;
        crypt_function *encrypt, *decrypt;

        random_block(&rnd, &b, i);
        m = b.class->size * (1 + random_below(&rnd, 32 / b.class->size));
        random_bytes(&rnd, iv, sizeof iv);
        random_bytes(&rnd, text, len);
        if (i / 2 % 3 == 0) {
            unit = b.class->size;
            len -= len % unit;
            plain_cbc(&b, iv, m, text, want, len, 'e');
            plain_cbc(&b, iv, m, want, back, len, 'd');
            encrypt = cbc_encrypt;
            decrypt = cbc_decrypt;
        } else if (i / 2 % 3 == 1) {
            plain_cfb(&b, iv, m, text, want, len, 'e');
            plain_cfb(&b, iv, m, want, back, len, 'd');
            encrypt = cfb_encrypt;
            decrypt = cfb_decrypt;
        } else {
            plain_ofb(&b, iv, m, text, want, len);
            plain_ofb(&b, iv, m, want, back, len);
            encrypt = decrypt = ofb;
        }
        assert_memory_equal(back, text, len);
        gost_feedback_init(&f, &b, iv, m);
        in_parts(&rnd, encrypt, &f, text, got, len, unit);
        assert_memory_equal(got, want, len);
        gost_feedback_init(&f, &b, iv, m);
        in_parts(&rnd, decrypt, &f, want, got, len, unit);
        assert_memory_equal(got, text, len);
        gost_feedback_init(&f, &b, iv, m);
        decrypt(&f, want, want, len);
        assert_memory_equal(want, text, len);
    }
}

static void omac(void *m, const uint8_t *in, uint8_t *out, size_t len)
{
    (void)out;
    gost_omac_update(m, in, len);
}

static void test_omac(void **state)
{
    uint64_t rnd = 24;
    uint8_t mac[16], expect[16];
    gost_block b;
    gost_omac m;

    (void)state;
    for (unsigned i = 0; i < CASES(400); i++) {
        size_t len = i < 80 ? i / 2 : some_length(&rnd), n;

        random_block(&rnd, &b, i);
        n = 1 + random_below(&rnd, b.class->size);
        random_bytes(&rnd, text, len);
        plain_omac(&b, text, len, expect);
        gost_omac_init(&m, &b);
        in_parts(&rnd, omac, &m, text, back, len, 1);
        memset(mac, 0xa5, sizeof mac);
        gost_omac_final(&m, mac, n);
        assert_memory_equal(mac, expect, n);
        for (; n < sizeof mac; n++)
            assert_int_equal(mac[n], 0xa5);
    }
}

static void test_kexp15(void **state)
{
    uint64_t rnd = 25;
    uint8_t enc[32], mac[32], iv[8], secret[GOST_KEXP15_MAX], all[GOST_KEXP15_MAX + 17];

    (void)state;
    for (unsigned i = 0; i < CASES(100); i++) {
        const gost_block_class *class = classes[i % 2];
        size_t len = 1 + random_below(&rnd, GOST_KEXP15_MAX), n = len + class->size;
        uint8_t *out = malloc(n), *in = malloc(len);
        size_t bit = random_below(&rnd, 8 * n);

        random_bytes(&rnd, enc, sizeof enc);
        random_bytes(&rnd, mac, sizeof mac);
        random_bytes(&rnd, iv, sizeof iv);
        random_bytes(&rnd, secret, len);
        gost_kexp15(class, enc, mac, iv, secret, len, out);
        memcpy(all, secret, len);
        gost_kexp15(class, enc, mac, iv, all, len, all);
        assert_memory_equal(all, out, n);
        assert_int_equal(gost_kimp15(class, enc, mac, iv, all, n, all), 1);
        assert_memory_equal(all, secret, len);

        memset(in, 0xa5, len);
        out[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(gost_kimp15(class, enc, mac, iv, out, n, in), 0);
        for (size_t j = 0; j < len; j++)
            assert_int_equal(in[j], 0);
        out[bit / 8] ^= (uint8_t)(1U << bit % 8);
        iv[random_below(&rnd, class->size / 2)] ^= 1;
        assert_int_equal(gost_kimp15(class, enc, mac, iv, out, n, in), 0);
        free(in);
        free(out);
    }
    /* Too short to hold a secret and its MAC, or too long. */
    for (size_t n = 0; n <= 16; n++)
        assert_int_equal(gost_kimp15(&gost_block_kuznyechik, enc, mac, iv, all, n, secret), 0);
    memset(back, 0xa5, sizeof back);
    assert_int_equal(gost_kimp15(&gost_block_magma, enc, mac, iv, text, GOST_KEXP15_MAX + 9, back),
                     0);
    for (size_t j = 0; j <= GOST_KEXP15_MAX + 1; j++)
        assert_int_equal(back[j], j <= GOST_KEXP15_MAX ? 0 : 0xa5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_mac_vectors),
        cmocka_unit_test(test_omac_acpkm_vectors),
        cmocka_unit_test(test_kexp15_vectors),
        cmocka_unit_test(test_ctr),
        cmocka_unit_test(test_counter),
        cmocka_unit_test(test_feedback),
        cmocka_unit_test(test_omac),
        cmocka_unit_test(test_kexp15),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
