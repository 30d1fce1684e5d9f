/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The constant-time test of the hash family, to be run under valgrind's memcheck: keys and
 * messages are marked as undefined, and memcheck reports each branch and each address that
 * depends on them. With the argument "control" it does what must be reported: a secret goes through
 * the body with tables.
 */
#include "tests/gost/hash_test.h"

#include "gost/hmac.h"
#include "gost/mem.h"
#include "gost/mgm.h"
#include "gost/streebog_core.h"

static uint8_t key[100], text[200], out[200], tag[16], nonce[16];
static int failures;

static void expect(const char *what, const uint8_t *got, const char *hex)
{
    uint8_t want[64];
    size_t n = unhex(want, hex);

    gost_unpoison(got, n);
    if (memcmp(got, want, n) != 0) {
        printf("%s: wrong result\n", what);
        failures++;
    }
}

static void test_streebog(const gost_streebog_body *body)
{
    gost_streebog ctx;

    for (size_t len = 0; len <= sizeof text; len += 25) {
        gost_streebog_init_secret(&ctx, 512);
        gost_streebog_update_by(body, &ctx, text, len / 2);
        gost_streebog_update_by(body, &ctx, text + len / 2, len - len / 2);
        gost_streebog_final_by(body, &ctx, out);
        gost_unpoison(out, sizeof out);
    }
    gost_streebog_init_secret(&ctx, 256);
    gost_streebog_final_by(body, &ctx, out);
    expect(body->name, out, "3f539a213e97c802cc229d474c6aa32a825a360b2a933a949fd925208d9ce1bb");
    printf("streebog, body %s\n", body->name);
}

static void test_hmac(void)
{
    static const size_t lens[] = {0, 32, 64, 65, 100};

    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        gost_hmac_streebog(256, key, lens[i], text, sizeof text, out);
        gost_unpoison(out, sizeof out);
        gost_hmac_streebog(512, key, lens[i], text, 2 * lens[i], out);
        gost_unpoison(out, sizeof out);
    }
    unhex(key, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    unhex(text, "0126bdb87800af214341456563780100");
    gost_poison(key, sizeof key);
    gost_poison(text, sizeof text);
    gost_hmac_streebog(256, key, 32, text, 16, out);
    expect("hmac", out, "a1aa5f7de402d7b3d323f2991c8d4534013137010a83754fd0af6d7cd4922ed9");
    puts("hmac");
}

static void test_cipher(void)
{
    gost_kuznyechik ks;
    int ok;

    unhex(key, "8899aabbccddeeff0011223344556677fedcba98765432100123456789abcdef");
    unhex(text, "1122334455667700ffeeddccbbaa9988");
    gost_poison(key, sizeof key);
    gost_poison(text, sizeof text);
    gost_kuznyechik_set_key(&ks, key);
    gost_kuznyechik_encrypt(&ks, text, out);
    gost_kuznyechik_decrypt(&ks, out, out + 16);
    expect("kuznyechik", out, "7f679d90bebc24305a468d42b9d4edcd");
    expect("kuznyechik back", out + 16, "1122334455667700ffeeddccbbaa9988");
    puts("kuznyechik");

    gost_mgm_seal(&ks, nonce, text, 50, text, 77, out, tag);
    ok = gost_mgm_open(&ks, nonce, text, 50, out, 77, tag, out);
    gost_unpoison(tag, sizeof tag);
    tag[5] ^= 1;
    gost_poison(tag, sizeof tag);
    if (!ok || gost_mgm_open(&ks, nonce, text, 50, out, 77, tag, out)) {
        puts("mgm: wrong result");
        failures++;
    }
    puts("mgm");
}

static void test_equal(void)
{
    int equal = gost_equal(key, text, sizeof key);

    gost_unpoison(&equal, sizeof equal);
    failures += equal;
    puts("equal");
}

int main(int argc, char **argv)
{
    uint64_t rnd = 9;

    random_bytes(&rnd, key, sizeof key);
    random_bytes(&rnd, text, sizeof text);
    gost_poison(key, sizeof key);
    gost_poison(text, sizeof text);
    if (argc > 1 && strcmp(argv[1], "control") == 0) {
        gost_streebog ctx;

        gost_streebog_init(&ctx, 256);
        for (unsigned i = 0; i < gost_streebog_body_count; i++)
            if (!gost_streebog_bodies[i].constant_time)
                gost_streebog_update_by(&gost_streebog_bodies[i], &ctx, text, 64);
        return 0;
    }
    for (unsigned i = 0; i < gost_streebog_body_count; i++)
        if (gost_streebog_bodies[i].constant_time && gost_streebog_bodies[i].available())
            test_streebog(&gost_streebog_bodies[i]);
    test_hmac();
    test_cipher();
    test_equal();
    return failures > 0;
}
