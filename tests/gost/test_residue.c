/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the functions with secrets leave on the stack: each runs in a context on a stack of ours,
 * which is then searched for the key, the nonce and what gives them away, eight bytes at a time.
 */
#include "curve_test.h"

#include <ucontext.h>
#include "gost/hmac.h"
#include "gost/kdf.h"
#include "gost/mem.h"
#include "gost/mgm.h"
#include "gost/vko.h"

#define STACK ((size_t)1 << 18)

static uint8_t *stack;

/* The secrets stand here, and are handed over by address only. */
static const gost_paramset *ps;
static gost_3410_key key;
static gost_kuznyechik ks;
static uint8_t d[64], k[64], digest[64], sig[128], pub[128], made[64], text[256], tag[64];
static int result;

static void do_keygen(void)
{
    result = gost_3410_keygen(ps, made, test_random, NULL);
}

static void do_public(void)
{
    result = gost_3410_private_valid(ps, d) && gost_3410_public(ps, d, pub);
}

static void do_key_init(void)
{
    result = gost_3410_key_init(&key, ps, d);
}

static void do_sign(void)
{
    result = gost_3410_sign(&key, digest, sig, NULL, NULL);
}

static void do_sign_nonce(void)
{
    result = gost_3410_sign_nonce(&key, digest, k, sig);
}

static void do_hmac(void)
{
    gost_hmac_streebog(512, d, 64, text, sizeof text, tag);
    result = 1;
}

static void do_cipher(void)
{
    static const uint8_t nonce[16];

    gost_kuznyechik_set_key(&ks, d);
    gost_mgm_seal(&ks, nonce, NULL, 0, text, sizeof text, text, tag);
    result = gost_mgm_open(&ks, nonce, NULL, 0, text, sizeof text, tag, text);
}

static const uint8_t ukm[32] = {3, 1, 4, 1, 5, 9, 2, 6};
static uint8_t agreed[64];
static gost_vko_hash vko_hash;

static void do_vko(void)
{
    result = gost_vko(&key, vko_hash, pub, ukm, sizeof ukm, agreed) > 0;
}

static void do_keg(void)
{
    result = gost_keg(&key, pub, ukm, agreed);
}

static void do_kdf(void)
{
    result = gost_kdf_tree(d, 32, "label", 5, "seed", 4, 1, 64, 0, agreed, 64);
}

static void do_prf(void)
{
    gost_tls_prf(GOST_PRF_94, d, 32, "label", 5, "seed", 4, agreed, 64);
    result = 1;
}

static void do_pbkdf2(void)
{
    gost_pbkdf2(GOST_PRF_94, d, 32, "salt", 4, 2, agreed, 64);
    result = 1;
}

/* The control: it keeps a copy that the search must find. */
static void do_leak(void)
{
    volatile uint64_t copy[3] = {0};

    gost_limbs_from_le((uint64_t *)(uintptr_t)&copy[1], k, 1);
    result = 1;
}

static void run(void (*work)(void))
{
    ucontext_t here, there;

    memset(stack, 0, STACK);
    result = 0;
    assert_int_equal(getcontext(&there), 0);
    there.uc_stack.ss_sp = stack;
    there.uc_stack.ss_size = STACK;
    there.uc_link = &here;
    makecontext(&there, work, 0);
    assert_int_equal(swapcontext(&here, &there), 0);
    assert_int_equal(result, 1);
}

static size_t found(const void *secret, size_t len)
{
    const uint8_t *p = secret;
    size_t n = 0;

    for (size_t j = 0; j + 8 <= len; j += 8) {
        for (size_t i = 0; i + 8 <= STACK; i++)
            n += !memcmp(stack + i, p + j, 8);
    }
    return n;
}

static void must_be_clean(const char *what, const char *secret, const uint64_t *a)
{
    size_t n = found(a, ps->bits / 8);

    if (n)
        fail_msg("%s: %s leaves %s on the stack, %zu times", ps->name, what, secret, n);
}

/* After a signature with the nonce kl: k and d, their negatives, k * e and d * r. */
static void check_signature(const char *what, const uint64_t *dl, const uint64_t *kl)
{
    const gost_curve *c = ps->curve;
    uint64_t r[8], e[8], t[8];

    gost_limbs_from_be(r, sig + ps->bits / 8, c->limbs);
    gost_limbs_from_le(e, digest, c->limbs);
    gost_mod_reduce(&c->q, e, e);
    must_be_clean(what, "d", dl);
    must_be_clean(what, "k", kl);
    gost_mod_neg(&c->q, t, dl);
    must_be_clean(what, "-d", t);
    gost_mod_neg(&c->q, t, kl);
    must_be_clean(what, "-k", t);
    gost_mod_mul(&c->q, t, kl, e);
    must_be_clean(what, "k * e", t);
    gost_mod_mul(&c->q, t, dl, r);
    must_be_clean(what, "d * r", t);
}

/* What VKO and KEG leave: d, k = UKM d mod q, the shared point and the key. pub is any point. */
static void check_agreement(const uint64_t *dl)
{
    const gost_curve *c = ps->curve;
    uint64_t t[8] = {0}, u[8] = {0}, px[8], py[8], x[8], y[8];

    gost_limbs_from_le(u, ukm, 4);
    gost_mod_reduce(&c->q, u, u);
    gost_mod_mul(&c->q, t, dl, u);
    assert_int_equal(gost_curve_read_point(c, pub, px, py), 1);
    assert_int_equal(gost_curve_best(c)->mul(c, t, px, py, x, y), 1);
    for (vko_hash = GOST_VKO_2001; vko_hash <= GOST_VKO_2012_512; vko_hash++) {
        run(do_vko);
        must_be_clean("vko", "d", dl);
        must_be_clean("vko", "k", t);
        gost_mod_neg(&c->q, u, t);
        must_be_clean("vko", "-k", u);
        must_be_clean("vko", "x", x);
        must_be_clean("vko", "y", y);
        assert_int_equal(found(agreed, 32), 0);
    }
    run(do_keg);
    must_be_clean("keg", "d", dl);
    must_be_clean("keg", "x", x);
    assert_int_equal(found(agreed, 64), 0);
}

static void one_set(void)
{
    const gost_curve *c = ps->curve;
    uint64_t dl[8], kl[8], e[8], s[8], r[8], t[8];
    size_t len = ps->bits / 8;

    run(do_keygen);
    gost_limbs_from_le(t, made, c->limbs);
    must_be_clean("keygen", "d", t);
    assert_int_equal(gost_3410_keygen(ps, d, test_random, NULL), 1);
    assert_int_equal(gost_3410_keygen(ps, k, test_random, NULL), 1);
    gost_limbs_from_le(dl, d, c->limbs);
    gost_limbs_from_le(kl, k, c->limbs);
    test_random(NULL, digest, len);

    run(do_public);
    must_be_clean("public", "d", dl);
    gost_mod_neg(&c->q, t, dl);
    must_be_clean("public", "-d", t);
    run(do_key_init);
    must_be_clean("key_init", "d", dl);
    must_be_clean("key_init", "the HMAC's inner state", key.nonce_state);
    run(do_sign_nonce);
    check_signature("sign_nonce", dl, kl);
    check_agreement(dl);

    run(do_sign);
    /* k = (s - d r) / e */
    gost_limbs_from_be(s, sig, c->limbs);
    gost_limbs_from_be(r, sig + len, c->limbs);
    gost_limbs_from_le(e, digest, c->limbs);
    gost_mod_reduce(&c->q, e, e);
    gost_mod_mul(&c->q, t, dl, r);
    gost_mod_sub(&c->q, s, s, t);
    gost_mod_inverse(&c->q, e, e);
    gost_mod_mul(&c->q, kl, s, e);
    check_signature("sign", dl, kl);
}

static void test_signatures(void **state)
{
    (void)state;
    for (int b = 0; b < test_backends(); b++) {
        gost_curve_force(b);
        for (size_t i = 0; (ps = gost_paramset_at(i)) != NULL; i++)
            one_set();
    }
    gost_curve_force(-1);
}

static void test_hash_and_cipher(void **state)
{
    uint8_t pad[64];

    (void)state;
    ps = gost_paramset_at(0);
    test_random(NULL, d, sizeof d);
    test_random(NULL, text, sizeof text);
    run(do_hmac);
    assert_int_equal(found(d, 64), 0);
    for (int i = 0; i < 2; i++) {
        for (size_t j = 0; j < sizeof pad; j++)
            pad[j] = (uint8_t)(d[j] ^ (i ? 0x5c : 0x36));
        assert_int_equal(found(pad, sizeof pad), 0);
    }
    run(do_cipher);
    assert_int_equal(found(d, 32), 0);
    assert_int_equal(found(ks.block.ks.kuznyechik, sizeof ks.block.ks.kuznyechik), 0);
}

static void test_derivations(void **state)
{
    static void (*const all[])(void) = {do_kdf, do_prf, do_pbkdf2};
    uint8_t pad[32];

    (void)state;
    test_random(NULL, d, sizeof d);
    for (size_t n = 0; n < sizeof all / sizeof all[0]; n++) {
        run(all[n]);
        assert_int_equal(found(d, 32), 0);
        assert_int_equal(found(agreed, 64), 0);
        for (int i = 0; i < 2; i++) {
            for (size_t j = 0; j < sizeof pad; j++)
                pad[j] = (uint8_t)(d[j] ^ (i ? 0x5c : 0x36));
            assert_int_equal(found(pad, sizeof pad), 0);
        }
    }
}

static void test_control(void **state)
{
    (void)state;
    test_random(NULL, k, sizeof k);
    run(do_leak);
    assert_true(found(k, 8) > 0);
}

static int setup(void **state)
{
    (void)state;
    test_seed();
    stack = aligned_alloc(4096, STACK);
    return stack == NULL;
}

static int teardown(void **state)
{
    (void)state;
    free(stack);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_control),
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_hash_and_cipher),
        cmocka_unit_test(test_derivations),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
