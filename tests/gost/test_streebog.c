/* SPDX-License-Identifier: Apache-2.0 */
/* Streebog: every body that this CPU can run against RFC 6986 and against each other. */
#include "tests/gost/hash_test.h"

#include "gost/bytes.h"
#include "gost/streebog_core.h"

static const char m1[] = "012345678901234567890123456789012345678901234567890123456789012";
static const char m2[] =
    "d1e520e2e5f2f0e82c20d1f2f0e8e1eee6e820e2edf3f6e82c20e2e5fef2fa20f120eceef0ff20f1"
    "f2f0e5ebe0ece820ede020f5f0e0e1f0fbff20efebfaeafb20c8e3eef0e5e2fb";

static const struct {
    unsigned bits;
    const char *text, *hex, *digest;
} vectors[] = {
    /* RFC 6986, sections 10.1 and 10.2 */
    {512, m1, NULL,
     "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa"
     "00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48"},
    {256, m1, NULL, "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"},
    {512, NULL, m2,
     "1e88e62226bfca6f9994f1f2d51569e0daf8475a3b0fe61a5300eee46d961376"
     "035fe83549ada2b8620fcd7c496ce5b33f0cb9dddc2b6460143b03dabac9fb28"},
    {256, NULL, m2, "9dd2fe4e90409e5da87f53976d7405b0c0cac628fc669a741d50063c557e8f50"},
    /* The empty message */
    {512, "", NULL,
     "8e945da209aa869f0455928529bcae4679e9873ab707b55315f56ceb98bef0a7"
     "362f715528356ee83cda5f2aac4c6ad2ba3a715c1bcd81cb8e9f90bf4c1c1a8a"},
    {256, "", NULL, "3f539a213e97c802cc229d474c6aa32a825a360b2a933a949fd925208d9ce1bb"},
};

static int for_each_body(void (*check)(const gost_streebog_body *body))
{
    int n = 0;

    for (unsigned i = 0; i < gost_streebog_body_count; i++) {
        const gost_streebog_body *b = &gost_streebog_bodies[i];

        if (b->available()) {
            print_message("           %s\n", b->name);
            check(b);
            n++;
        } else {
            print_message("           %s: not on this CPU\n", b->name);
        }
    }
    return n;
}

static void hash_by(const gost_streebog_body *body, unsigned bits, const void *data, size_t len,
                    uint8_t *out)
{
    gost_streebog ctx;

    if (body->constant_time)
        gost_streebog_init_secret(&ctx, bits);
    else
        gost_streebog_init(&ctx, bits);
    gost_streebog_update_by(body, &ctx, data, len);
    gost_streebog_final_by(body, &ctx, out);
}

static void check_vectors(const gost_streebog_body *body)
{
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        uint8_t data[128], want[64], got[65];
        size_t len = vectors[i].hex != NULL ? unhex(data, vectors[i].hex) : strlen(vectors[i].text);
        size_t n = unhex(want, vectors[i].digest);

        if (vectors[i].hex == NULL)
            memcpy(data, vectors[i].text, len);
        assert_int_equal(8 * n, vectors[i].bits);
        got[n] = 0xa5;
        hash_by(body, vectors[i].bits, data, len, got);
        assert_memory_equal(got, want, n);
        assert_int_equal(got[n], 0xa5);
    }
}

static void test_vectors(void **state)
{
    (void)state;
    assert_true(for_each_body(check_vectors) >= 2);
}

static void test_one_call(void **state)
{
    uint8_t want[64], got[64];
    gost_streebog ctx;

    (void)state;
    unhex(want, vectors[1].digest);
    gost_streebog_hash(256, m1, strlen(m1), got);
    assert_memory_equal(got, want, 32);
    gost_streebog_init_secret(&ctx, 256);
    gost_streebog_update(&ctx, m1, strlen(m1));
    gost_streebog_final(&ctx, got);
    assert_memory_equal(got, want, 32);
    /* The context was wiped. */
    for (size_t i = 0; i < sizeof ctx; i++)
        assert_int_equal(((const uint8_t *)&ctx)[i], 0);
    /* A hash started and ended with nothing between. */
    unhex(want, vectors[4].digest);
    gost_streebog_hash(512, NULL, 0, got);
    assert_memory_equal(got, want, 64);
}

static void test_choice(void **state)
{
    const gost_streebog_body *b = gost_streebog_choose(1);

    (void)state;
    assert_true(b->constant_time && b->available());
    b = gost_streebog_choose(0);
    assert_true(b->available());
    b = &gost_streebog_bodies[gost_streebog_body_count - 1];
    assert_true(b->constant_time && b->available());
}

/* The compression function on random and on uniform states, against the tables. */
static void check_compression(const gost_streebog_body *body)
{
    uint64_t rnd = 1;

    for (int i = 0; i < CASES(4000); i++) {
        uint64_t in[16], got[8], want[8];
        uint8_t block[65];

        random_bytes(&rnd, in, sizeof in);
        random_bytes(&rnd, block, sizeof block);
        if (i < 256) {
            memset(in, i, sizeof in);
            memset(in + 8, 0, 64);
            memset(block, 255 - i, sizeof block);
        }
        memcpy(got, in, sizeof got);
        memcpy(want, in, sizeof want);
        body->g(got, in + 8, block + i % 2);
        gost_streebog_g_table(want, in + 8, block + i % 2);
        assert_memory_equal(got, want, sizeof want);
    }
}

static void test_compression(void **state)
{
    (void)state;
    for_each_body(check_compression);
}

/* 200 bytes in two or three pieces, at every place; the contexts are copies half way through. */
static void check_splits(const gost_streebog_body *body)
{
    uint8_t data[201], want[64], got[64];
    uint64_t rnd = 2;

    random_bytes(&rnd, data, sizeof data);
    for (size_t len = 0; len <= 200; len += len < 190 ? 19 : 1) {
        hash_by(body, 512, data, len, want);
        for (size_t a = 0; a <= len; a++) {
            gost_streebog ctx, copy;
            size_t b = a + random_below(&rnd, len - a + 1);

            gost_streebog_init(&ctx, 512);
            gost_streebog_update_by(body, &ctx, data, a);
            copy = ctx;
            gost_streebog_update_by(body, &ctx, data + a, b - a);
            gost_streebog_update_by(body, &ctx, NULL, 0);
            gost_streebog_update_by(body, &ctx, data + b, len - b);
            gost_streebog_final_by(body, &ctx, got);
            assert_memory_equal(got, want, 64);
            gost_streebog_update_by(body, &copy, data + a, len - a);
            gost_streebog_final_by(body, &copy, got);
            assert_memory_equal(got, want, 64);
        }
    }
}

static void test_splits(void **state)
{
    (void)state;
    for_each_body(check_splits);
}

/* a += b for 64-byte little-endian numbers, the schoolbook way. */
static void add512(uint8_t a[64], const uint8_t b[64])
{
    unsigned carry = 0;

    for (int i = 0; i < 64; i++) {
        carry += (unsigned)a[i] + b[i];
        a[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

static void words(uint64_t out[8], const uint8_t in[64])
{
    for (int i = 0; i < 8; i++)
        out[i] = gost_load_le64(in + 8 * i);
}

/*
 * The frame as RFC 6986 section 8 has it, in bytes, from any state: what the counter and the
 * checksum do where they carry.
 */
static void plain_frame(gost_streebog *ctx, const uint8_t *data, size_t len, uint8_t out[64])
{
    static const uint64_t zero[8];
    uint8_t n[64], sigma[64], bits[64] = {0}, block[64];
    uint64_t h[8], w[8];

    memcpy(h, ctx->h, 64);
    for (int i = 0; i < 8; i++) {
        gost_store_le64(n + 8 * i, ctx->n[i]);
        gost_store_le64(sigma + 8 * i, ctx->sigma[i]);
    }
    for (;;) {
        size_t m = len < 64 ? len : 64;

        memset(block, 0, 64);
        memcpy(block, data, m);
        if (m < 64)
            block[m] = 1;
        words(w, n);
        gost_streebog_g_table(h, w, block);
        gost_store_le64(bits, 8 * m);
        add512(n, bits);
        add512(sigma, block);
        if (m < 64)
            break;
        data += 64;
        len -= 64;
    }
    gost_streebog_g_table(h, zero, n);
    gost_streebog_g_table(h, zero, sigma);
    for (int i = 0; i < 8; i++)
        gost_store_le64(out + 8 * i, h[i]);
}

static void check_carries(const gost_streebog_body *body)
{
    uint8_t data[260], want[64], got[64];
    gost_streebog start, ctx;

    for (unsigned ones = 0; ones <= 8; ones++)
        for (unsigned last = 0; last < 6; last++)
            for (size_t len = 0; len < sizeof data; len += 13) {
                static const uint64_t edge[6] = {0, 1, 512, 511, 8, 1024};

                /* n is just below a carry that runs through `ones` words; sigma likewise. */
                gost_streebog_init(&start, 512);
                for (unsigned i = 0; i < ones; i++)
                    start.n[i] = start.sigma[i] = UINT64_MAX;
                if (ones > 0)
                    start.n[0] -= edge[last];
                memset(data, last % 2 == 0 ? 0xff : (int)last, sizeof data);
                plain_frame(&start, data, len, want);
                ctx = start;
                gost_streebog_update_by(body, &ctx, data, len / 3);
                gost_streebog_update_by(body, &ctx, data + len / 3, len - len / 3);
                gost_streebog_final_by(body, &ctx, got);
                assert_memory_equal(got, want, 64);
            }
}

static void test_carries(void **state)
{
    (void)state;
    for_each_body(check_carries);
}

/* 256 bits are the upper half of a hash that starts elsewhere. */
static void test_256(void **state)
{
    uint8_t data[130], want[64], got[32];
    gost_streebog ctx;

    (void)state;
    memset(data, 7, sizeof data);
    for (size_t len = 0; len <= sizeof data; len++) {
        gost_streebog_init(&ctx, 256);
        plain_frame(&ctx, data, len, want);
        gost_streebog_hash(256, data, len, got);
        assert_memory_equal(got, want + 32, 32);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors), cmocka_unit_test(test_one_call),
        cmocka_unit_test(test_choice),  cmocka_unit_test(test_compression),
        cmocka_unit_test(test_splits),  cmocka_unit_test(test_carries),
        cmocka_unit_test(test_256),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
