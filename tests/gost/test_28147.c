/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CNT, CFB, MAC, meshing and wraps of GOST 28147-89: figures of other makers, the plain modes over
 * the plain cipher in random parts, and libgcrypt. (gost-engine: test_cross_modes.c.)
 */
#include "tests/gost/modes_test.h"
#include "tests/gost/plain_28147.h"

#ifdef HAVE_GCRYPT
#include <gcrypt.h>
#endif

static uint8_t text[LONGEST], want[LONGEST], got[LONGEST];

/* ---- figures -------------------------------------------------------------------------------- */

static void cnt(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_28147_cnt(c, in, out, len);
}

static void cfb_encrypt(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_28147_cfb_encrypt(c, in, out, len);
}

static void cfb_decrypt(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_28147_cfb_decrypt(c, in, out, len);
}

static void mac(void *m, const uint8_t *in, uint8_t *out, size_t len)
{
    (void)out;
    gost_28147_mac_update(m, in, len);
}

/* CryptoPro CSP 3.6's figures, which gost-engine's own tests quote. Without a text it is zeros, and
 * of what comes out the last 16 bytes are given. */
static const struct {
    const char *oid, *mode, *key, *iv, *text, *result;
    uint64_t zeros;
} figures[] = {
    {"1.2.643.2.2.31.1", "cfb", "8d5a2c83a7c70a61d61b34b51fdf42686671a35d874cfd84993663b61ed60dad",
     "46606f0d8834235a", "d2fdf83ac1b439232eaacc980a02da33", "88b7751674a5ee2d14fe9167d05ccc40", 0},
    {"1.2.643.2.2.31.3", "cfb", "77c3458ef642e7048efc08e47096d6059359026d6f97cae9cf89444bde6c221d",
     "437c3e8e2f2a0098", "079c91be", "19358134", 0},
    {"1.2.643.2.2.31.4", "cfb", "389fe837ff9c5d29fc4855a087eae84020875bb2011555a7e32dcb3dd6590473",
     "c5a2d21f2fdfb8eb", "2f31d883b420e86eda", "6da4ed40088871ad16", 0},
    {"1.2.643.2.2.31.1", "cfb", "6158445a41f6c70f6bdb51916af681308ca798dd38358a6085b4f0f943a27d9a",
     "0000000000000000", NULL, "1c16a0e96394fe3837a79b70252ed600", 5242880 + 8},
    {"1.2.643.2.2.31.1", "cfb", "ae57a2dda4ef4f96b894a5d11bc89b42a524cc895cb89252c1126ab09a26e806",
     "0000000000000000", NULL, "2e62b02ec7874b2933166bb4d66166d9", 4294967296 + 16},
    {"1.2.643.2.2.31.1", "cnt", "599f84bac3f3d2f160e1e3f26a961af99c48b24ebcbbbf7cd8f3accd968d286a",
     "8dafa8d158ed058d", "90a23966ae01b9a3524ec8ed6cdd8830", "6e7262cce3593690833afea91bc9bece", 0},
    {"1.2.643.2.2.31.1", "cnt", "075265e7caa3ca45cf3a051d3803530c2231ba994f9b6a1b7e099d4eb5c9842e",
     "0000000000000000", NULL, "3d050757c0758997d69449111dd091ee", 5242880 + 8},
    {"1.2.643.2.2.31.1", "cnt", "75a33cae036b10dbc156508903d29f91eee8641d43f24ef8f26cedda8fe488e9",
     "0000000000000000", NULL, "fa6c9678e2f8ddaa675ac95d57f1bd99", 4294967296 + 16},
    {"1.2.643.2.2.31.1", "mac", "9d05b79e90cad00a2cdad22ef4e86f5cf5dc37681985b3bfaa18c1c3050a91a2",
     "", "b5a1f0e3ce2f021d67619434 5c41e36e", "f81f08a3", 0},
    {"1.2.643.2.2.31.1", "mac", "a9b637cc6d9b2f25b0df47045068b0274127586abd0a6e502fc6fcc03e2942a5",
     "", "1debe6790a5900e68e5c", "317c16e4", 0},
    {"1.2.643.2.2.31.1", "mac", "b06c48230a6ef4ec27980123a7d8bf6089efade88f79148c185c9adaef0bdda0",
     "", "ef068f14c904", "e972aebf", 0},
    {"1.2.643.2.2.31.2", "mac", "33d3ef0119950e15a16975ae562717796347ab629d4af034d31e6974ec3148fc",
     "", "02f8ec2b4d1fbc7c6e47e387227541a7", "f5551f28", 0},
    {"1.2.643.2.2.31.1", "mac", "423581910ba999ffd943f8c619551f2f2d4540201e1d327ab1076b4f4590d980",
     "", "f3b229d27a370312", "6e15fae8", 0},
    {"1.2.643.2.2.31.1", "mac", "26cbb9f00c629faa4a1db63009015689 66d4e40efef6106b6ce8043ae3614b19",
     "", "", "00000000", 0},
    {"1.2.643.2.2.31.1", "mac", "aa8584cd6528e1dbb8201943e036351019c3705b27c19d8475a3c649468f7c4e",
     "", NULL, "2ae623c6", 5242880},
    {"1.2.643.2.2.31.1", "mac", "971a4222fa07b2caf9d2345a92b11f6b53f8afed9a73c438d77d2581000dd429",
     "", NULL, "52aa22b4", 4294967296 + 10},
};

static void one_figure(size_t i)
{
    static const uint8_t zeros[4096];
    const gost_sbox *sbox = gost_sbox_by_name(figures[i].oid);
    size_t n = unhex(want, figures[i].result);
    uint64_t left = figures[i].zeros;
    uint8_t key[32], iv[8], out[4096];
    gost_28147_stream c;
    gost_28147_mac m;
    crypt_function *f = mac;
    void *ctx = &m;

    assert_non_null(sbox);
    assert_int_equal(unhex(key, figures[i].key), 32);
    unhex(iv, figures[i].iv);
    if (strcmp(figures[i].mode, "mac") == 0) {
        gost_28147_mac_init(&m, sbox, 1, key, NULL);
    } else {
        f = strcmp(figures[i].mode, "cnt") == 0 ? cnt : cfb_encrypt;
        gost_28147_cnt_init(&c, sbox, 1, key, iv); /* the same as cfb_init */
        ctx = &c;
    }
    if (figures[i].text)
        f(ctx, text, out, unhex(text, figures[i].text));
    while (left > 0) {
        /* So that the last part holds the 16 bytes. */
        size_t part = left > sizeof out + 16 ? sizeof out : left > sizeof out ? 1024 : (size_t)left;

        f(ctx, zeros, out, part);
        left -= part;
        if (left == 0 && f != mac)
            memmove(out, out + part - 16, 16);
    }
    if (f == mac)
        gost_28147_mac_final(&m, out);
    assert_memory_equal(out, want, n);
}

static void test_figures(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        if (CASES(1) > 1 || figures[i].zeros >> 32 == 0)
            one_figure(i);
}

/* RFC 4357 gives no example of these. gost-engine's figures; the last, without diversification, is
 * ours alone, and test_wraps compares its like with the plain ones. */
static void test_wrap_example(void **state)
{
    uint8_t kek[32], ukm[8], cek[32], out[36], expect[36], key[32];

    (void)state;
    for (unsigned i = 0; i < 32; i++) {
        kek[i] = (uint8_t)i;
        cek[i] = (uint8_t)(0xf0 - i);
        ukm[i % 8] = (uint8_t)(0x11 * i);
    }
    unhex(expect, "36686c5fbd9100cb583ba4b00e913c0f65f51d21fb833d018eb11543dc28176f");
    gost_28147_diversify(gost_sbox_cryptopro_a, kek, ukm, key);
    assert_memory_equal(key, expect, 32);
    unhex(expect, "84dbfa93679515c14085ef3c847df4f15f08464f315df6acea8e4db380cbc880"
                  "fc172a31");
    gost_28147_wrap(gost_sbox_cryptopro_a, 1, kek, ukm, cek, out);
    assert_memory_equal(out, expect, 36);
    unhex(expect, "115ae8c9718494f40db765549ca0ab3012b3a5b1c2be7bde7cafe57771b2922e"
                  "81255115");
    gost_28147_wrap(gost_sbox_cryptopro_a, 0, kek, ukm, cek, out);
    assert_memory_equal(out, expect, 36);
}

/* ---- plain ---------------------------------------------------------------------------------- */

static const uint8_t mesh_c[32] = {0x69, 0x00, 0x72, 0x22, 0x64, 0xc9, 0x04, 0x23, 0x8d, 0x3a, 0xdb,
                                   0x96, 0x46, 0xe9, 0x2a, 0xc4, 0x18, 0xfe, 0xac, 0x94, 0x00, 0xed,
                                   0x07, 0x12, 0xc0, 0x86, 0xdc, 0xc2, 0xef, 0x4c, 0xa9, 0x2b};

/* RFC 4357, 2.3.2: before byte i. */
static void plain_mesh(const gost_sbox *sbox, int meshing, uint8_t key[32], uint8_t *iv, size_t i)
{
    uint8_t next[32];

    if (!meshing || i == 0 || i % 1024 != 0)
        return;
    for (int j = 0; j < 32; j += 8)
        plain_28147(sbox, key, mesh_c + j, next + j, 1);
    memcpy(key, next, 32);
    if (iv)
        plain_28147(sbox, key, iv, iv, 0);
}

static uint32_t word(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put_word(uint8_t *p, uint32_t x)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(x >> 8 * i);
}

static void plain_cnt(const gost_sbox *sbox, int meshing, const uint8_t k[32], const uint8_t iv[8],
                      const uint8_t *in, uint8_t *out, size_t len)
{
    uint8_t key[32], s[8], gamma[8];

    memcpy(key, k, 32);
    plain_28147(sbox, key, iv, s, 0);
    for (size_t i = 0; i < len; i++) {
        if (i % 8 == 0) {
            plain_mesh(sbox, meshing, key, s, i);
            put_word(s, word(s) + 0x01010101);
            put_word(s + 4, word(s + 4) >= 0xfefefefc ? word(s + 4) + 0x01010105
                                                      : word(s + 4) + 0x01010104);
            plain_28147(sbox, key, s, gamma, 0);
        }
        out[i] = in[i] ^ gamma[i % 8];
    }
}

static void plain_cfb(const gost_sbox *sbox, int meshing, const uint8_t k[32], const uint8_t iv[8],
                      const uint8_t *in, uint8_t *out, size_t len)
{
    uint8_t key[32], s[8], gamma[8];

    memcpy(key, k, 32);
    memcpy(s, iv, 8);
    for (size_t i = 0; i < len; i++) {
        if (i % 8 == 0) {
            if (i > 0)
                memcpy(s, out + i - 8, 8);
            plain_mesh(sbox, meshing, key, s, i);
            plain_28147(sbox, key, s, gamma, 0);
        }
        out[i] = in[i] ^ gamma[i % 8];
    }
}

static void plain_mac(const gost_sbox *sbox, int meshing, const uint8_t k[32], const uint8_t *iv,
                      const uint8_t *in, size_t len, uint8_t result[4])
{
    size_t padded = len == 0 ? 0 : len <= 8 ? 16 : (len + 7) / 8 * 8;
    uint8_t key[32], s[8] = {0};

    memcpy(key, k, 32);
    if (iv)
        memcpy(s, iv, 8);
    for (size_t i = 0; i < padded; i += 8) {
        uint32_t a, b, t;

        plain_mesh(sbox, meshing, key, NULL, i);
        for (size_t j = 0; j < 8; j++)
            s[j] ^= i + j < len ? in[i + j] : 0;
        a = word(s);
        b = word(s + 4);
        for (int round = 0; round < 16; round++) {
            t = b ^ plain_g(sbox, word(key + 4 * (round % 8)), a);
            b = a;
            a = t;
        }
        put_word(s, a);
        put_word(s + 4, b);
    }
    memcpy(result, s, 4);
}

static void plain_diversify(const gost_sbox *sbox, const uint8_t kek[32], const uint8_t ukm[8],
                            uint8_t out[32])
{
    memcpy(out, kek, 32);
    for (int i = 0; i < 8; i++) {
        uint32_t ones = 0, noughts = 0;
        uint8_t s[8], key[32];

        memcpy(key, out, 32);
        for (int j = 0; j < 8; j++)
            *(ukm[i] & 1 << j ? &ones : &noughts) += word(key + 4 * j);
        put_word(s, ones);
        put_word(s + 4, noughts);
        plain_cfb(sbox, 0, key, s, key, out, 32);
    }
}

static void test_streams(void **state)
{
    uint64_t rnd = 51;

    (void)state;
    for (unsigned i = 0; i < CASES(300); i++) {
        const gost_sbox *sbox = gost_sbox_at(i % 8);
        size_t len = some_length(&rnd);
        int meshing = i / 8 % 3 > 0, is_cfb = i % 2;
        crypt_function *f = is_cfb ? cfb_encrypt : cnt, *back = is_cfb ? cfb_decrypt : cnt;
        gost_28147_stream c;
        uint8_t key[32], iv[8];

        random_bytes(&rnd, key, sizeof key);
        random_bytes(&rnd, iv, sizeof iv);
        random_bytes(&rnd, text, len);
        (is_cfb ? plain_cfb : plain_cnt)(sbox, meshing, key, iv, text, want, len);
        for (int turn = 0; turn < 3; turn++) {
            if (is_cfb)
                gost_28147_cfb_init(&c, sbox, meshing, key, iv);
            else
                gost_28147_cnt_init(&c, sbox, meshing, key, iv);
            if (turn == 0) {
                in_parts(&rnd, f, &c, text, got, len, 1);
                assert_memory_equal(got, want, len);
            } else if (turn == 1) {
                in_parts(&rnd, back, &c, want, got, len, 1);
                assert_memory_equal(got, text, len);
            } else {
                back(&c, want, want, len);
                assert_memory_equal(want, text, len);
            }
        }
    }
}

/* The second counter is mod 2^32 - 1: from an S near the top the carry comes in below. */
static void test_counter(void **state)
{
    static const uint32_t starts[] = {0xfefefefa, 0xfefefefb, 0xfefefefc, 0xffffffff, 0};
    uint8_t key[32] = {7}, iv[8], s[8] = {0}, in[40] = {0}, out[40], expect[40];
    gost_28147_stream c;

    (void)state;
    for (unsigned i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        put_word(s, starts[i]);
        put_word(s + 4, starts[i]);
        plain_28147(gost_sbox_tc26_z, key, s, iv, 1);
        plain_cnt(gost_sbox_tc26_z, 0, key, iv, in, expect, sizeof in);
        gost_28147_cnt_init(&c, gost_sbox_tc26_z, 0, key, iv);
        gost_28147_cnt(&c, in, out, sizeof in);
        assert_memory_equal(out, expect, sizeof out);
    }
}

static void test_mac(void **state)
{
    uint64_t rnd = 52;

    (void)state;
    for (unsigned i = 0; i < CASES(300); i++) {
        const gost_sbox *sbox = gost_sbox_at(i % 8);
        size_t len = i < 100 ? i / 5 : some_length(&rnd);
        int meshing = i / 8 % 3 > 0;
        uint8_t key[32], iv[8], result[5], expect[4];
        gost_28147_mac m, zero;

        random_bytes(&rnd, key, sizeof key);
        random_bytes(&rnd, iv, sizeof iv);
        random_bytes(&rnd, text, len);
        plain_mac(sbox, meshing, key, i % 3 ? iv : NULL, text, len, expect);
        gost_28147_mac_init(&m, sbox, meshing, key, i % 3 ? iv : NULL);
        in_parts(&rnd, mac, &m, text, got, len, 1);
        result[4] = 0xa5;
        gost_28147_mac_final(&m, result);
        assert_memory_equal(result, expect, 4);
        assert_int_equal(result[4], 0xa5);
        memset(&zero, 0, sizeof zero);
        assert_memory_equal(&m, &zero, sizeof m);
    }
}

static void test_wraps(void **state)
{
    uint64_t rnd = 53;

    (void)state;
    for (unsigned i = 0; i < CASES(100); i++) {
        const gost_sbox *sbox = gost_sbox_at(i / 2 % 8);
        uint8_t kek[32], key[32], ukm[8], cek[32], out[36], expect[36], back[32];
        int diversify = i % 2;
        size_t bit = random_below(&rnd, 8 * 36);

        random_bytes(&rnd, kek, sizeof kek);
        random_bytes(&rnd, ukm, sizeof ukm);
        random_bytes(&rnd, cek, sizeof cek);
        plain_diversify(sbox, kek, ukm, key);
        gost_28147_diversify(sbox, kek, ukm, back);
        assert_memory_equal(back, key, 32);
        if (!diversify)
            memcpy(key, kek, 32);
        for (int j = 0; j < 32; j += 8)
            plain_28147(sbox, key, cek + j, expect + j, 0);
        plain_mac(sbox, 0, key, ukm, cek, 32, expect + 32);
        gost_28147_wrap(sbox, diversify, kek, ukm, cek, out);
        assert_memory_equal(out, expect, 36);
        assert_int_equal(gost_28147_unwrap(sbox, diversify, kek, ukm, out, back), 1);
        assert_memory_equal(back, cek, 32);

        out[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(gost_28147_unwrap(sbox, diversify, kek, ukm, out, back), 0);
        for (int j = 0; j < 32; j++)
            assert_int_equal(back[j], 0);
    }
}

#ifdef HAVE_GCRYPT

static void test_gcrypt(void **state)
{
    uint64_t rnd = 54;

    (void)state;
    assert_non_null(gcry_check_version(NULL));
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    for (unsigned i = 0; i < CASES(200); i++) {
        const gost_sbox *sbox = gost_sbox_at(1 + i % 5); /* A to D, Z */
        size_t len = some_length(&rnd), n = 4;
        int meshing = i / 5 % 2;
        uint8_t key[32], iv[8], result[4], expect[8];
        gost_28147_stream c;
        gcry_cipher_hd_t h;
        gost_28147_mac m;
        gcry_mac_hd_t g;

        random_bytes(&rnd, key, sizeof key);
        random_bytes(&rnd, iv, sizeof iv);
        random_bytes(&rnd, text, len);
        assert_int_equal(
            gcry_cipher_open(&h, meshing ? GCRY_CIPHER_GOST28147_MESH : GCRY_CIPHER_GOST28147,
                             GCRY_CIPHER_MODE_CFB, 0),
            0);
        assert_int_equal(gcry_cipher_ctl(h, GCRYCTL_SET_SBOX, (void *)(uintptr_t)sbox->oid, 0), 0);
        assert_int_equal(gcry_cipher_setkey(h, key, 32), 0);
        assert_int_equal(gcry_cipher_setiv(h, iv, 8), 0);
        assert_int_equal(gcry_cipher_encrypt(h, want, len, text, len), 0);
        gcry_cipher_close(h);
        gost_28147_cfb_init(&c, sbox, meshing, key, iv);
        in_parts(&rnd, cfb_encrypt, &c, text, got, len, 1);
        assert_memory_equal(got, want, len);

        assert_int_equal(gcry_mac_open(&g, GCRY_MAC_GOST28147_IMIT, 0, NULL), 0);
        assert_int_equal(gcry_mac_ctl(g, GCRYCTL_SET_SBOX, (void *)(uintptr_t)sbox->oid, 0), 0);
        assert_int_equal(gcry_mac_setkey(g, key, 32), 0);
        assert_int_equal(gcry_mac_setiv(g, iv, 8), 0);
        assert_int_equal(gcry_mac_write(g, text, len), 0);
        assert_int_equal(gcry_mac_read(g, expect, &n), 0);
        gcry_mac_close(g);
        /* libgcrypt never meshes here. */
        gost_28147_mac_init(&m, sbox, 0, key, iv);
        in_parts(&rnd, mac, &m, text, got, len, 1);
        gost_28147_mac_final(&m, result);
        assert_memory_equal(result, expect, 4);
    }
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures), cmocka_unit_test(test_wrap_example),
        cmocka_unit_test(test_streams), cmocka_unit_test(test_counter),
        cmocka_unit_test(test_mac),     cmocka_unit_test(test_wraps),
#ifdef HAVE_GCRYPT
        cmocka_unit_test(test_gcrypt),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
