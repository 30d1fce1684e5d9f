/* SPDX-License-Identifier: Apache-2.0 */
/* See gost/vko.h; the section numbers are RFC 7836's where nothing else is said. */
#include "gost/vko.h"

#include <string.h>
#include "gost/curve.h"
#include "gost/hash94.h"
#include "gost/kdf.h"
#include "gost/mem.h"
#include "gost/streebog.h"

/* As in gostr3410.c: the public function overwrites the frames of what it has called. */
#define INNER static __attribute__((noinline))

/* The UKM as a number modulo q; 0 if it is a multiple of q other than zero, which counts as 1. */
static int read_ukm(const gost_curve *c, const uint8_t *ukm, size_t len, uint64_t *u)
{
    uint8_t bytes[GOST_VKO_UKM_MAX] = {0};
    uint64_t wide[2 * GOST_MAX_LIMBS] = {0}, any = 0;

    memcpy(bytes, ukm, len);
    gost_limbs_from_le(wide, bytes, GOST_VKO_UKM_MAX / 8);
    for (unsigned i = 0; i < GOST_VKO_UKM_MAX / 8; i++)
        any |= wide[i];
    wide[0] |= any == 0;
    gost_mod_reduce_wide(&c->q, u, wide, wide + c->limbs);
    return !gost_mod_is_zero(&c->q, u);
}

/*
 * K(d, pub, UKM) = (m/q * UKM * d mod q) * pub as X | Y, little-endian (4.3.1). The curve
 * multiplies pub by the cofactor m/q before anything else: for a point of order q, which a key is,
 * that is the same; for any other no multiple outside of the subgroup comes up.
 */
static int shared_point(const gost_3410_key *key, const uint8_t *pub, const uint8_t *ukm,
                        size_t ukm_len, uint8_t *point)
{
    const gost_curve *c = key->ps->curve;
    uint64_t px[GOST_MAX_LIMBS], py[GOST_MAX_LIMBS], u[GOST_MAX_LIMBS];
    struct {
        uint64_t k[GOST_MAX_LIMBS], x[GOST_MAX_LIMBS], y[GOST_MAX_LIMBS];
    } v;
    int ok;

    if (ukm_len < 1 || ukm_len > GOST_VKO_UKM_MAX || !read_ukm(c, ukm, ukm_len, u) ||
        !gost_curve_read_point(c, pub, px, py))
        return 0;
    gost_mod_mul(&c->q, v.k, key->d, u); /* not 0: q is prime */
    ok = gost_curve_best(c)->mul(c, v.k, px, py, v.x, v.y);
    if (ok) {
        gost_limbs_to_le(point, v.x, c->limbs);
        gost_limbs_to_le(point + 8 * c->limbs, v.y, c->limbs);
    }
    gost_wipe(&v, sizeof v);
    return ok;
}

INNER size_t vko(const gost_3410_key *key, gost_vko_hash hash, const uint8_t *pub,
                 const uint8_t *ukm, size_t ukm_len, uint8_t *out)
{
    uint8_t point[GOST_3410_MAX_PUB];
    size_t len = key->ps->bits / 4, size;

    if (!shared_point(key, pub, ukm, ukm_len, point))
        return 0;
    if (hash == GOST_VKO_2001) {
        gost_hash94 ctx;

        size = GOST_HASH94_SIZE;
        gost_hash94_init(&ctx, gost_hash94_cryptopro);
        gost_hash94_update(&ctx, point, len);
        gost_hash94_final(&ctx, out);
    } else {
        gost_streebog ctx;

        size = hash == GOST_VKO_2012_512 ? 64 : 32;
        gost_streebog_init_secret(&ctx, size == 64 ? 512 : 256);
        gost_streebog_update(&ctx, point, len);
        gost_streebog_final(&ctx, out);
    }
    gost_wipe(point, sizeof point);
    return size;
}

size_t gost_vko(const gost_3410_key *key, gost_vko_hash hash, const uint8_t *pub,
                const uint8_t *ukm, size_t ukm_len, uint8_t out[GOST_VKO_MAX])
{
    size_t len = vko(key, hash, pub, ukm, ukm_len, out);

    gost_wipe_stack_deep();
    return len;
}

/* RFC 9189, 8.3.1: r is the number that H[1..16] is, most significant byte first; H[17..24] is the
 * seed; H[25..32] is not used. That r = 0 stands for 1 is VKO's own rule here. */
int gost_keg(const gost_3410_key *key, const uint8_t *pub, const uint8_t ukm[32], uint8_t out[64])
{
    uint8_t r[16], exp[GOST_VKO_MAX];
    int ok;

    for (unsigned i = 0; i < sizeof r; i++)
        r[i] = ukm[sizeof r - 1 - i];
    if (key->ps->bits == 512)
        return gost_vko(key, GOST_VKO_2012_512, pub, r, sizeof r, out) == 64;
    ok = gost_vko(key, GOST_VKO_2012_256, pub, r, sizeof r, exp) == 32 &&
         gost_kdf_tree(exp, 32, "kdf tree", 8, ukm + 16, 8, 1, 64, 0, out, 64);
    gost_wipe(exp, sizeof exp);
    return ok;
}
