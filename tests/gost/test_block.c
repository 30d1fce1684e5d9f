/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The block ciphers: the standards' examples by every body, S-boxes by their names, and random keys
 * and blocks against the plain ciphers, in every number up to 70, in place or not.
 */
#include "tests/gost/block_test.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tests/gost/plain_28147.h"
#include "tests/gost/plain_kuznyechik.h"

static const char kuznyechik_key[] =
    "8899aabbccddeeff0011223344556677fedcba98765432100123456789abcdef";
static const char magma_key[] = "ffeeddccbbaa99887766554433221100f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";

/* RFC 8891, appendices A.1 and A.2: that the plain cipher is the right one. */
static void test_plain(void **state)
{
    static const uint32_t t[] = {0xfdb97531, 0x2a196f34, 0xebd9f03a, 0xb039bb3d, 0x68695433};
    static const uint32_t g[] = {0xfedcba98, 0x87654321, 0xfdcbc20c,
                                 0x7e791a4b, 0xc76549ec, 0x9791c849};

    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(plain_t(gost_sbox_tc26_z, t[i]), t[i + 1]);
        assert_int_equal(plain_g(gost_sbox_tc26_z, g[i + 1], g[i]), g[i + 2]);
    }
}

typedef struct example {
    unsigned family;
    const char *sbox, *key, *in, *out;
} example;

static const example examples[] = {
    /* RFC 7801, section 5.5, and GOST R 34.13-2015, A.1.1 */
    {0, NULL, kuznyechik_key,
     "1122334455667700ffeeddccbbaa9988 00112233445566778899aabbcceeff0a"
     "112233445566778899aabbcceeff0a00 2233445566778899aabbcceeff0a0011",
     "7f679d90bebc24305a468d42b9d4edcd b429912c6e0032f9285452d76718d08b"
     "f0ca33549d247ceef3f5a5313bd4b157 d0b09ccde830b9eb3a02c4c5aa8ada98"},
    /* RFC 8891, appendix A.4 */
    {1, NULL, magma_key, "fedcba9876543210", "4ee901e5c2d8ca3d"},
    /* GOST R 34.13-2015, A.2.1 */
    {1, NULL, magma_key, "92def06b3c130a59 db54c704f8189d20 4a98fb2e67a8024c 8912409b17b57e41",
     "2b073f0494f372a0 de70e715d3556e48 11d8d9e9eacfbc1e 7c68260996c67efb"},
    /* RFC 5831, section 7.3.1: the keys and results of the first step, lowest byte first */
    {2, "id-GostR3411-94-TestParamSet",
     "546d203368656c326973652073736e62206167796967747473656865202c3d73", "0000000000000000",
     "1b0bbc32cebcab42"},
    {2, "1.2.643.2.2.30.0", "2033394d6c320d0965201a166e62001d6779410674740e136865160d3d730c11",
     "0000000000000000", "fdcf9b5dc8eb0352"},
};

static void test_examples(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const example *e = &examples[i];
        const family *f = &families[e->family];
        uint8_t key[32], in[64], want[64], out[64];
        size_t n = unhex(in, e->in) / f->class->size;
        gost_block b;

        unhex(key, e->key);
        unhex(want, e->out);
        gost_block_init(&b, f->class, e->sbox ? gost_sbox_by_name(e->sbox) : NULL, key);
        gost_block_encrypt(&b, in, out, n);
        assert_memory_equal(out, want, n * f->class->size);
        gost_block_decrypt(&b, out, out, n);
        assert_memory_equal(out, in, n * f->class->size);
        for (unsigned k = 0; k < *f->count; k++) {
            if (!f->bodies[k].available())
                continue;
            f->bodies[k].encrypt(&b, in, out, n);
            assert_memory_equal(out, want, n * f->class->size);
            f->bodies[k].decrypt(&b, out, out, n);
            assert_memory_equal(out, in, n * f->class->size);
        }
    }
}

/* The order that gost28147.h promises, and each name, OID and DER leading to its own. */
static void test_sboxes(void **state)
{
    static const char *const names[][3] = {
        {"id-Gost28147-89-TestParamSet", "1.2.643.2.2.31.0", "06072a85030202 1f00"},
        {"id-Gost28147-89-CryptoPro-A-ParamSet", "1.2.643.2.2.31.1", "06072a85030202 1f01"},
        {"id-Gost28147-89-CryptoPro-B-ParamSet", "1.2.643.2.2.31.2", "06072a85030202 1f02"},
        {"id-Gost28147-89-CryptoPro-C-ParamSet", "1.2.643.2.2.31.3", "06072a85030202 1f03"},
        {"id-Gost28147-89-CryptoPro-D-ParamSet", "1.2.643.2.2.31.4", "06072a85030202 1f04"},
        {"id-tc26-gost-28147-param-Z", "1.2.643.7.1.2.5.1.1", "06092a850307010205 0101"},
        {"id-GostR3411-94-TestParamSet", "1.2.643.2.2.30.0", "06072a85030202 1e00"},
        {"id-GostR3411-94-CryptoProParamSet", "1.2.643.2.2.30.1", "06072a85030202 1e01"},
    };

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        const gost_sbox *s = gost_sbox_at(i);
        uint8_t der[16];
        size_t len = unhex(der, names[i][2]);

        assert_non_null(s);
        assert_string_equal(s->name, names[i][0]);
        assert_ptr_equal(gost_sbox_by_name(names[i][0]), s);
        assert_ptr_equal(gost_sbox_by_name(names[i][1]), s);
        assert_ptr_equal(gost_sbox_by_der(der, len), s);
        assert_null(gost_sbox_by_der(der, len - 1));
        assert_int_equal(s->meshing, i >= 1 && i <= 5);
        for (int r = 0; r < 8; r++) {
            unsigned seen = 0;

            for (int v = 0; v < 16; v++)
                seen |= 1u << s->rows[r][v];
            assert_int_equal(seen, 0xffff);
        }
    }
    assert_null(gost_sbox_at(8));
    assert_null(gost_sbox_by_name("id-Gost28147-89"));
    assert_ptr_equal(gost_sbox_cryptopro_a, gost_sbox_at(1));
    assert_ptr_equal(gost_sbox_tc26_z, gost_sbox_at(5));
}

/* By the plain ciphers. */
static void plain_crypt(const family *f, const gost_sbox *sbox, const uint8_t key[32],
                        const uint8_t *in, uint8_t *out, size_t n, int decrypt)
{
    plain_key ks;

    if (f->class->size == 16)
        plain_set_key(&ks, key);
    for (size_t i = 0; i < n; i++) {
        if (f->class->size == 8)
            plain_28147(sbox, key, in + 8 * i, out + 8 * i, decrypt);
        else if (decrypt)
            plain_decrypt(&ks, in + 16 * i, out + 16 * i);
        else
            plain_encrypt(&ks, in + 16 * i, out + 16 * i);
    }
}

/* A page that ends where memory ends: who reads or writes past it dies. */
static uint8_t *edge;

static int make_edge(void **state)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)state;
    if (p == MAP_FAILED || mprotect(p + page, page, PROT_NONE) != 0)
        return 1;
    edge = p + page;
    return 0;
}

static void one_case(const family *f, const gost_block_body *body, const gost_block *b, size_t n,
                     const uint8_t *in, const uint8_t *want, int decrypt)
{
    gost_block_run *run = decrypt ? body->decrypt : body->encrypt;
    uint8_t space[16 * MOST_BLOCKS + 3];
    size_t len = n * f->class->size;

    /* in place, before the edge */
    memcpy(edge - len, in, len);
    run(b, edge - len, edge - len, n);
    assert_memory_equal(edge - len, want, len);
    /* from the edge to any alignment, and nothing around it */
    memcpy(edge - len, in, len);
    memset(space, 0xa5, sizeof space);
    run(b, edge - len, space + 1, n);
    assert_memory_equal(space + 1, want, len);
    assert_int_equal(space[0], 0xa5);
    assert_int_equal(space[1 + len], 0xa5);
    assert_memory_equal(edge - len, in, len);
}

static void test_against_plain(void **state)
{
    uint64_t rnd = 21;

    (void)state;
    for (const family *f = families; f < families + FAMILIES; f++)
        for (int i = 0; i < CASES(2 * MOST_BLOCKS); i++) {
            size_t n = (size_t)i % MOST_BLOCKS + 1;
            const gost_sbox *sbox = sbox_of(f, (size_t)i % sbox_count(f));
            uint8_t key[32], in[16 * MOST_BLOCKS], out[2][16 * MOST_BLOCKS];
            gost_block b, other;

            random_bytes(&rnd, key, sizeof key);
            random_bytes(&rnd, in, sizeof in);
            if (i % 8 == 3)
                memset(in, i, 16 * n / 2);
            if (i % 8 == 5)
                memset(key, 0xff, 16);
            plain_crypt(f, sbox, key, in, out[0], n, 0);
            plain_crypt(f, sbox, key, in, out[1], n, 1);
            memset(&b, 0, sizeof b);
            gost_block_init(&b, f->class, sbox, key);
            for (unsigned k = 0; k < *f->count; k++) {
                if (!f->bodies[k].available())
                    continue;
                other = b;
                memset(&other.ks, 0, sizeof other.ks);
                f->bodies[k].set_key(&other, key);
                assert_memory_equal(&other.ks, &b.ks, sizeof b.ks);
                one_case(f, &f->bodies[k], &b, n, in, out[0], 0);
                one_case(f, &f->bodies[k], &b, n, in, out[1], 1);
            }
        }
}

/* Every value of every byte of a block, so that each entry of each table is used. */
static void test_all_bytes(void **state)
{
    uint8_t key[32], in[16 * 64], out[16 * 64], want[16 * 64];
    uint64_t rnd = 22;

    (void)state;
    random_bytes(&rnd, key, sizeof key);
    for (const family *f = families; f < families + FAMILIES; f++)
        for (size_t s = 0; s < sbox_count(f); s++)
            for (unsigned v = 0; v < 256; v += 64) {
                gost_block b;

                for (unsigned i = 0; i < sizeof in; i++)
                    in[i] = (uint8_t)(v + i / f->class->size + 37 * (i % f->class->size));
                gost_block_init(&b, f->class, sbox_of(f, s), key);
                for (int decrypt = 0; decrypt < 2; decrypt++) {
                    plain_crypt(f, sbox_of(f, s), key, in, want, 64, decrypt);
                    for (unsigned k = 0; k < *f->count; k++) {
                        if (!f->bodies[k].available())
                            continue;
                        (decrypt ? f->bodies[k].decrypt : f->bodies[k].encrypt)(&b, in, out, 64);
                        assert_memory_equal(out, want, 64 * f->class->size);
                    }
                }
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),     cmocka_unit_test(test_examples),
        cmocka_unit_test(test_sboxes),    cmocka_unit_test(test_against_plain),
        cmocka_unit_test(test_all_bytes),
    };

    for (const family *f = families; f < families + FAMILIES; f++)
        for (unsigned k = 0; k < *f->count; k++)
            if (!f->bodies[k].available())
                print_message("not on this CPU: %s, body %s\n", f->class->name, f->bodies[k].name);
    return cmocka_run_group_tests(tests, make_edge, NULL);
}
