/* SPDX-License-Identifier: Apache-2.0 */
/* see gostr3410.h; the section numbers are RFC 7091's */
#include "gost/gostr3410.h"

#include <assert.h>
#include <string.h>
#include "gost/curve.h"
#include "gost/hmac.h"
#include "gost/mem.h"

/*
 * Attempts at a number that must lie in (0, q). Each fails with a probability of at most 1/2 (q has
 * its top bit set after the mask), so 128 failures mean a broken generator, not bad luck.
 */
#define ATTEMPTS 128

/*
 * Bytes from the generator for a nonce. Two less than a digest, so that (random | digest | counter)
 * ends one byte short of a Streebog block: one byte more would cost one compression more.
 */
#define NONCE_RANDOM(ps) ((ps)->bits / 8 - 2)

/*
 * Every public function with a secret is a shell around one of these: its frame and all below it
 * are overwritten when it has returned. A nonce in a spilled register is as good as the key.
 */
#define INNER static __attribute__((noinline))

static_assert(sizeof(gost_hmac) <= sizeof(((gost_3410_key *)0)->nonce_state),
              "the nonce generator does not fit into a key");

/* All ones if 0 < a < q. */
static uint64_t in_range(const gost_curve *c, const uint64_t *a)
{
    return gost_mod_below(&c->q, a) & ~gost_mod_is_zero(&c->q, a);
}

/* The same as 1 or 0, made public: what becomes of a candidate may be known. */
static int in_range_public(const gost_curve *c, const uint64_t *a)
{
    uint64_t ok = in_range(c, a);

    gost_unpoison(&ok, sizeof ok);
    return ok != 0;
}

/* Clears the bits of a above q's bit length. */
static void mask_to_q(const gost_curve *c, uint64_t *a)
{
    for (unsigned i = 0; i < c->limbs; i++) {
        unsigned low = 64 * i;

        if (c->q.bits <= low)
            a[i] = 0;
        else if (c->q.bits - low < 64)
            a[i] &= ((uint64_t)1 << (c->q.bits - low)) - 1;
    }
}

INNER int keygen(const gost_paramset *ps, uint8_t *d, gost_random_fn *rng, void *rng_arg)
{
    const gost_curve *c = ps->curve;
    uint64_t k[GOST_MAX_LIMBS];
    int ok = 0;

    for (int i = 0; i < ATTEMPTS && !ok; i++) {
        if (!rng(rng_arg, d, ps->bits / 8))
            break;
        gost_limbs_from_le(k, d, c->limbs);
        mask_to_q(c, k);
        ok = in_range_public(c, k);
    }
    if (ok)
        gost_limbs_to_le(d, k, c->limbs);
    else
        gost_wipe(d, ps->bits / 8);
    gost_wipe(k, sizeof k);
    return ok;
}

int gost_3410_keygen(const gost_paramset *ps, uint8_t *d, gost_random_fn *rng, void *rng_arg)
{
    int ok = keygen(ps, d, rng, rng_arg);

    gost_wipe_stack();
    return ok;
}

INNER int private_valid(const gost_paramset *ps, const uint8_t *d)
{
    uint64_t k[GOST_MAX_LIMBS];
    int ok;

    gost_limbs_from_le(k, d, ps->curve->limbs);
    ok = in_range_public(ps->curve, k);
    gost_wipe(k, sizeof k);
    return ok;
}

int gost_3410_private_valid(const gost_paramset *ps, const uint8_t *d)
{
    int ok = private_valid(ps, d);

    gost_wipe_stack();
    return ok;
}

INNER int public_key(const gost_paramset *ps, const uint8_t *d, uint8_t *pub)
{
    const gost_curve *c = ps->curve;
    uint64_t k[GOST_MAX_LIMBS], x[GOST_MAX_LIMBS], y[GOST_MAX_LIMBS];
    int ok;

    gost_limbs_from_le(k, d, c->limbs);
    ok = in_range_public(c, k);
    if (ok) {
        gost_curve_best(c)->mul_base(c, k, x, y);
        gost_limbs_to_le(pub, x, c->limbs);
        gost_limbs_to_le(pub + ps->bits / 8, y, c->limbs);
        gost_unpoison(pub, ps->bits / 4);
    }
    gost_wipe(k, sizeof k);
    return ok;
}

int gost_3410_public(const gost_paramset *ps, const uint8_t *d, uint8_t *pub)
{
    int ok = public_key(ps, d, pub);

    gost_wipe_stack();
    return ok;
}

int gost_3410_public_valid(const gost_paramset *ps, const uint8_t *pub)
{
    uint64_t x[GOST_MAX_LIMBS], y[GOST_MAX_LIMBS];

    return gost_curve_read_point(ps->curve, pub, x, y) &&
           gost_curve_best(ps->curve)->order_q(ps->curve, x, y);
}

/*
 * The nonces' HMAC is keyed with d and the curve's name: one d under two parameter sets must not
 * give the same nonce to both, even with a generator that repeats (two signatures would then be
 * two equations for d and k).
 */
INNER int key_init(gost_3410_key *key, const gost_paramset *ps, const uint8_t *d)
{
    uint8_t secret[GOST_3410_MAX_KEY + 16];
    size_t len = ps->bits / 8, name = strlen(ps->curve->name);
    gost_hmac hmac;

    memset(key, 0, sizeof *key);
    gost_limbs_from_le(key->d, d, ps->curve->limbs);
    if (!in_range_public(ps->curve, key->d)) {
        gost_wipe(key, sizeof *key);
        return 0;
    }
    key->ps = ps;
    assert(len + name <= sizeof secret);
    memcpy(secret, d, len);
    memcpy(secret + len, ps->curve->name, name);
    gost_hmac_init(&hmac, 512, secret, len + name);
    memcpy(key->nonce_state, &hmac, sizeof hmac);
    gost_wipe(&hmac, sizeof hmac);
    gost_wipe(secret, sizeof secret);
    return 1;
}

int gost_3410_key_init(gost_3410_key *key, const gost_paramset *ps, const uint8_t *d)
{
    int ok = key_init(key, ps, d);

    gost_wipe_stack();
    return ok;
}

/* Section 6.1, steps 2 and 3 (6.2: the same): e from a digest, not 0. A digest is not secret where
 * a signature of it is made to be shown. */
static void digest_to_e(const gost_curve *c, uint64_t *e, const uint8_t *digest)
{
    uint64_t t[GOST_MAX_LIMBS];

    gost_limbs_from_le(t, digest, c->limbs);
    gost_mod_reduce(&c->q, e, t);
    e[0] |= gost_mod_is_zero(&c->q, e) & 1;
}

/* Steps 4 to 6 with a given k, 0 < k < q: writes s | r. Returns 0 if r or s is 0. */
static int sign_with(const gost_3410_key *key, const uint64_t *e, const uint64_t *k, uint8_t *sig)
{
    const gost_curve *c = key->ps->curve;
    const gost_modulus *q = &c->q;
    uint64_t x[GOST_MAX_LIMBS], r[GOST_MAX_LIMBS], s[GOST_MAX_LIMBS], t[GOST_MAX_LIMBS], ok;
    size_t half = key->ps->bits / 8;

    gost_curve_best(c)->mul_base(c, k, x, NULL);
    gost_mod_reduce(q, r, x);
    gost_mod_mul(q, s, key->d, r);
    gost_mod_mul(q, t, k, e);
    gost_mod_add(q, s, s, t);
    gost_wipe(t, sizeof t);

    ok = ~(gost_mod_is_zero(q, r) | gost_mod_is_zero(q, s));
    gost_unpoison(&ok, sizeof ok);
    if (!ok) {
        gost_wipe(s, sizeof s);
        return 0;
    }
    gost_limbs_to_be(sig, s, c->limbs);
    gost_limbs_to_be(sig + half, r, c->limbs);
    gost_unpoison(sig, 2 * half);
    return 1;
}

/*
 * A candidate for k: HMAC-Streebog-512, keyed as key_init says, of (random bytes | digest |
 * counter). For a q of about 256 bits the 512 bits modulo q are uniform up to 2^-254; for a q of
 * about 512 they are cut to q's length, and what is not in (0, q) is for the caller to reject.
 */
static void nonce(const gost_3410_key *key, uint64_t *k, const uint8_t *seed, size_t len)
{
    const gost_curve *c = key->ps->curve;
    gost_hmac hmac;
    uint8_t out[64];
    uint64_t wide[GOST_MAX_LIMBS];

    memcpy(&hmac, key->nonce_state, sizeof hmac);
    gost_hmac_update(&hmac, seed, len);
    gost_hmac_final(&hmac, out);
    gost_limbs_from_le(wide, out, 8);
    if (c->limbs == 4) {
        gost_mod_reduce_wide(&c->q, k, wide, wide + 4);
    } else {
        memcpy(k, wide, sizeof wide);
        mask_to_q(c, k);
    }
    gost_wipe(out, sizeof out);
    gost_wipe(wide, sizeof wide);
    gost_wipe(&hmac, sizeof hmac);
}

INNER int sign(const gost_3410_key *key, const uint8_t *digest, uint8_t *sig, gost_random_fn *rng,
               void *rng_arg)
{
    const gost_curve *c = key->ps->curve;
    size_t random = NONCE_RANDOM(key->ps), len = key->ps->bits / 8, total = random + len + 1;
    uint8_t seed[2 * GOST_3410_MAX_KEY] = {0};
    uint64_t e[GOST_MAX_LIMBS], k[GOST_MAX_LIMBS];
    int ok = 0;

    if (rng && !rng(rng_arg, seed, random))
        goto out;
    memcpy(seed + random, digest, len);
    digest_to_e(c, e, digest);
    for (uint8_t i = 0; i < ATTEMPTS && !ok; i++) {
        seed[total - 1] = i;
        nonce(key, k, seed, total);
        ok = in_range_public(c, k) && sign_with(key, e, k, sig);
    }
out:
    gost_wipe(seed, sizeof seed);
    gost_wipe(k, sizeof k);
    return ok;
}

int gost_3410_sign(const gost_3410_key *key, const uint8_t *digest, uint8_t *sig,
                   gost_random_fn *rng, void *rng_arg)
{
    int ok = sign(key, digest, sig, rng, rng_arg);

    gost_wipe_stack();
    return ok;
}

INNER int sign_nonce(const gost_3410_key *key, const uint8_t *digest, const uint8_t *k,
                     uint8_t *sig)
{
    const gost_curve *c = key->ps->curve;
    uint64_t e[GOST_MAX_LIMBS], n[GOST_MAX_LIMBS];
    int ok;

    digest_to_e(c, e, digest);
    gost_limbs_from_le(n, k, c->limbs);
    ok = in_range_public(c, n) && sign_with(key, e, n, sig);
    gost_wipe(n, sizeof n);
    return ok;
}

int gost_3410_sign_nonce(const gost_3410_key *key, const uint8_t *digest, const uint8_t *k,
                         uint8_t *sig)
{
    int ok = sign_nonce(key, digest, k, sig);

    gost_wipe_stack();
    return ok;
}

int gost_3410_verify(const gost_paramset *ps, const uint8_t *pub, const uint8_t *digest,
                     const uint8_t *sig)
{
    const gost_curve *c = ps->curve;
    const gost_modulus *q = &c->q;
    uint64_t x[GOST_MAX_LIMBS], y[GOST_MAX_LIMBS], r[GOST_MAX_LIMBS], s[GOST_MAX_LIMBS];
    uint64_t v[GOST_MAX_LIMBS], u1[GOST_MAX_LIMBS], u2[GOST_MAX_LIMBS];

    gost_limbs_from_be(s, sig, c->limbs);
    gost_limbs_from_be(r, sig + ps->bits / 8, c->limbs);
    if (!in_range(c, r) || !in_range(c, s) || !gost_curve_read_point(c, pub, x, y))
        return 0;
    digest_to_e(c, v, digest);
    gost_mod_inverse(q, v, v);
    gost_mod_mul(q, u1, s, v);
    gost_mod_mul(q, u2, r, v);
    gost_mod_neg(q, u2, u2);
    return gost_curve_best(c)->check(c, x, y, u1, u2, r);
}
