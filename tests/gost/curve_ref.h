/* SPDX-License-Identifier: Apache-2.0 */
/* A curve beside libcrypto's general arithmetic over the same parameters. */
#ifndef CURVE_REF_H
#define CURVE_REF_H

#include "curve_test.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include "gost/gen/curve_params.h"

static const gost_curve *const curves[] = {
    &gost_curve_256_test, &gost_curve_256_cpa,   &gost_curve_256_cpb,
    &gost_curve_256_cpc,  &gost_curve_256_tc26a, &gost_curve_512_test,
    &gost_curve_512_a,    &gost_curve_512_b,     &gost_curve_512_c,
};
#define CURVES (sizeof curves / sizeof curves[0])

typedef struct ref {
    const gost_curve *c;
    const curve_params *cp;
    BN_CTX *ctx;
    BIGNUM *p, *q, *a, *b, *x, *y;
    EC_GROUP *group;
} ref;

static inline BIGNUM *hex(const char *s)
{
    BIGNUM *r = NULL;

    assert_true(BN_hex2bn(&r, s) > 0);
    return r;
}

static inline BIGNUM *from_limbs(const gost_curve *c, const uint64_t *a)
{
    uint8_t le[64];

    gost_limbs_to_le(le, a, c->limbs);
    return BN_lebin2bn(le, (int)(8 * c->limbs), NULL);
}

static inline void to_limbs(const gost_curve *c, uint64_t *r, const BIGNUM *a)
{
    uint8_t le[64];

    assert_true(BN_bn2lebinpad(a, le, (int)(8 * c->limbs)) > 0);
    gost_limbs_from_le(r, le, c->limbs);
}

static inline void ref_open(ref *r, size_t i)
{
    EC_POINT *base;

    memset(r, 0, sizeof *r);
    r->c = curves[i];
    for (size_t j = 0; j < CURVE_PARAMS_COUNT; j++) {
        if (!strcmp(all_curve_params[j].ident, r->c->name))
            r->cp = &all_curve_params[j];
    }
    assert_non_null(r->cp);
    r->ctx = BN_CTX_new();
    r->p = hex(r->cp->p);
    r->q = hex(r->cp->q);
    r->a = hex(r->cp->a);
    r->b = hex(r->cp->b);
    r->x = hex(r->cp->x);
    r->y = hex(r->cp->y);
    r->group = EC_GROUP_new_curve_GFp(r->p, r->a, r->b, r->ctx);
    assert_non_null(r->group);
    base = EC_POINT_new(r->group);
    assert_int_equal(EC_POINT_set_affine_coordinates(r->group, base, r->x, r->y, r->ctx), 1);
    assert_int_equal(EC_GROUP_set_generator(r->group, base, r->q, NULL), 1);
    EC_POINT_free(base);
}

static inline void ref_close(ref *r)
{
    EC_GROUP_free(r->group);
    BN_free(r->p);
    BN_free(r->q);
    BN_free(r->a);
    BN_free(r->b);
    BN_free(r->x);
    BN_free(r->y);
    BN_CTX_free(r->ctx);
}

#endif
