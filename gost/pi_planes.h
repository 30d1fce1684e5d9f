/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The substitution of Streebog and Kuznyechik in bit planes: constant time on any machine. Plane b
 * holds bit b of as many bytes as a GOST_PLANE has bits; define that, an integer or a vector type,
 * before including this.
 *
 * The decomposition is explained in gost/streebog_shuffle.h. Bytes are kept as alpha(x), with l in
 * the planes 0..3 and r in 4..7, and omega may be left to the linear map behind. The 4-bit
 * functions are sums of products of input bits. Written by gost/gen/pi_tables.py. Internal to
 * gost/.
 */
#ifndef GOST_PI_PLANES_H
#define GOST_PI_PLANES_H

/* clang-format off */
/* From the bits of a byte to l and r. */
static inline void gost_pi_alpha(GOST_PLANE x[8])
{
    GOST_PLANE x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
    GOST_PLANE x4 = x[4], x5 = x[5], x6 = x[6], x7 = x[7];

    x[0] = x0 ^ x1 ^ x2 ^ x3 ^ x5 ^ x6 ^ x7;
    x[1] = x0 ^ x1 ^ x6;
    x[2] = x0 ^ x6;
    x[3] = x3;
    x[4] = x5;
    x[5] = x1 ^ x3 ^ x4;
    x[6] = x2 ^ x6;
    x[7] = x1 ^ x3 ^ x7;
}

/* The inverse. */
static inline void gost_pi_unalpha(GOST_PLANE x[8])
{
    GOST_PLANE x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
    GOST_PLANE x4 = x[4], x5 = x[5], x6 = x[6], x7 = x[7];

    x[0] = x0 ^ x4 ^ x6 ^ x7;
    x[1] = x1 ^ x2;
    x[2] = x0 ^ x2 ^ x4 ^ x7;
    x[3] = x3;
    x[4] = x1 ^ x2 ^ x3 ^ x5;
    x[5] = x4;
    x[6] = x0 ^ x2 ^ x4 ^ x6 ^ x7;
    x[7] = x1 ^ x2 ^ x3 ^ x7;
}

/* From l and r to the bits of a byte. */
static inline void gost_pi_omega(GOST_PLANE x[8])
{
    GOST_PLANE x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
    GOST_PLANE x4 = x[4], x5 = x[5], x6 = x[6], x7 = x[7];

    x[0] = x4;
    x[1] = x3 ^ x5;
    x[2] = x2 ^ x6;
    x[3] = x7;
    x[4] = x0 ^ x3 ^ x5 ^ x7;
    x[5] = x1;
    x[6] = x6;
    x[7] = x5 ^ x7;
}

/* The inverse. */
static inline void gost_pi_unomega(GOST_PLANE x[8])
{
    GOST_PLANE x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
    GOST_PLANE x4 = x[4], x5 = x[5], x6 = x[6], x7 = x[7];

    x[0] = x1 ^ x3 ^ x4;
    x[1] = x5;
    x[2] = x2 ^ x6;
    x[3] = x1 ^ x3 ^ x7;
    x[4] = x0;
    x[5] = x3 ^ x7;
    x[6] = x6;
    x[7] = x3;
}

/* 1/x in GF(16), 0 for 0. */
static inline void gost_pi_inverse(GOST_PLANE y[4], const GOST_PLANE x[4])
{
    GOST_PLANE a = x[0], b = x[1], c = x[2], d = x[3];
    GOST_PLANE ab = a & b;
    GOST_PLANE ac = a & c;
    GOST_PLANE bc = b & c;
    GOST_PLANE ad = a & d;
    GOST_PLANE bd = b & d;
    GOST_PLANE cd = c & d;
    GOST_PLANE abc = ab & c;
    GOST_PLANE abd = ab & d;
    GOST_PLANE acd = ac & d;
    GOST_PLANE bcd = bc & d;

    y[0] = a ^ ab ^ d ^ ad ^ cd ^ acd ^ bcd;
    y[1] = c ^ bc ^ abc ^ d ^ ad ^ abd ^ cd ^ bcd;
    y[2] = b ^ ab ^ c ^ bc ^ abc ^ ad ^ bd ^ cd ^ acd;
    y[3] = b ^ ac ^ bc ^ ad ^ abd ^ acd;
}

/* The permutation of l where r is 0. */
static inline void gost_pi_nu0(GOST_PLANE y[4], const GOST_PLANE x[4])
{
    GOST_PLANE a = x[0], b = x[1], c = x[2], d = x[3];
    GOST_PLANE ab = a & b;
    GOST_PLANE ac = a & c;
    GOST_PLANE bc = b & c;
    GOST_PLANE ad = a & d;
    GOST_PLANE bd = b & d;
    GOST_PLANE cd = c & d;
    GOST_PLANE abc = ab & c;
    GOST_PLANE abd = ab & d;
    GOST_PLANE acd = ac & d;
    GOST_PLANE bcd = bc & d;

    y[0] = a ^ b ^ ab ^ bc ^ ad ^ abd ^ acd;
    y[1] = ~a ^ ab ^ d ^ ad ^ bd ^ bcd;
    y[2] = a ^ ab ^ c ^ abc ^ bd ^ abd ^ cd;
    y[3] = ab ^ ac ^ bc ^ bd ^ cd ^ acd;
}

/* The other permutation of l. */
static inline void gost_pi_nu1(GOST_PLANE y[4], const GOST_PLANE x[4])
{
    GOST_PLANE a = x[0], b = x[1], c = x[2], d = x[3];
    GOST_PLANE ab = a & b;
    GOST_PLANE ac = a & c;
    GOST_PLANE bc = b & c;
    GOST_PLANE bd = b & d;
    GOST_PLANE cd = c & d;
    GOST_PLANE abc = ab & c;
    GOST_PLANE bcd = bc & d;

    y[0] = ~a ^ b ^ c ^ bc ^ d;
    y[1] = ~b ^ c ^ ac ^ bc ^ abc ^ d ^ cd ^ bcd;
    y[2] = ~ab ^ c ^ ac ^ bd ^ cd;
    y[3] = b ^ ac ^ cd;
}

/* The factor of r, never 0. */
static inline void gost_pi_phi(GOST_PLANE y[4], const GOST_PLANE x[4])
{
    GOST_PLANE a = x[0], b = x[1], c = x[2], d = x[3];
    GOST_PLANE ab = a & b;
    GOST_PLANE ac = a & c;
    GOST_PLANE bc = b & c;
    GOST_PLANE ad = a & d;
    GOST_PLANE bd = b & d;
    GOST_PLANE cd = c & d;
    GOST_PLANE abc = ab & c;
    GOST_PLANE abd = ab & d;
    GOST_PLANE acd = ac & d;
    GOST_PLANE bcd = bc & d;
    GOST_PLANE abcd = abc & d;

    y[0] = ~a ^ c ^ ac ^ bc ^ abc ^ d ^ bd ^ cd ^ acd ^ abcd;
    y[1] = ~ab ^ c ^ abc ^ bd ^ abd ^ cd ^ bcd ^ abcd;
    y[2] = c ^ bc ^ abc ^ d ^ ad ^ cd ^ bcd ^ abcd;
    y[3] = ~a ^ ab ^ bc ^ abc ^ d ^ ad ^ cd ^ acd;
}

/* The last permutation of r. */
static inline void gost_pi_sigma(GOST_PLANE y[4], const GOST_PLANE x[4])
{
    GOST_PLANE a = x[0], b = x[1], c = x[2], d = x[3];
    GOST_PLANE ab = a & b;
    GOST_PLANE ac = a & c;
    GOST_PLANE bc = b & c;
    GOST_PLANE ad = a & d;
    GOST_PLANE bd = b & d;
    GOST_PLANE cd = c & d;
    GOST_PLANE abc = ab & c;
    GOST_PLANE abd = ab & d;
    GOST_PLANE acd = ac & d;
    GOST_PLANE bcd = bc & d;

    y[0] = a ^ ab ^ d ^ ad ^ bcd;
    y[1] = ac ^ bc ^ abc ^ d ^ ad ^ bd ^ acd;
    y[2] = ~b ^ ab ^ c ^ bc ^ d ^ acd;
    y[3] = ~b ^ bc ^ d ^ ad ^ bd ^ abd ^ cd;
}

/* For decryption. */
static inline void gost_pi_nu0_inverse(GOST_PLANE y[4], const GOST_PLANE x[4])
{
    GOST_PLANE a = x[0], b = x[1], c = x[2], d = x[3];
    GOST_PLANE ab = a & b;
    GOST_PLANE ac = a & c;
    GOST_PLANE bc = b & c;
    GOST_PLANE ad = a & d;
    GOST_PLANE bd = b & d;
    GOST_PLANE cd = c & d;
    GOST_PLANE abc = ab & c;
    GOST_PLANE abd = ab & d;
    GOST_PLANE acd = ac & d;
    GOST_PLANE bcd = bc & d;

    y[0] = a ^ ab ^ c ^ ac ^ bc ^ bd ^ cd ^ acd;
    y[1] = a ^ ac ^ abc ^ ad ^ bd ^ cd ^ bcd;
    y[2] = bc ^ d ^ abd ^ bcd;
    y[3] = ~b ^ ac ^ ad ^ abd;
}

/* For decryption. */
static inline void gost_pi_nu1_inverse(GOST_PLANE y[4], const GOST_PLANE x[4])
{
    GOST_PLANE a = x[0], b = x[1], c = x[2], d = x[3];
    GOST_PLANE ac = a & c;
    GOST_PLANE ad = a & d;
    GOST_PLANE cd = c & d;
    GOST_PLANE acd = ac & d;

    y[0] = a ^ b ^ acd;
    y[1] = a ^ ac ^ d ^ ad;
    y[2] = ~c ^ ad;
    y[3] = b ^ c ^ cd ^ acd;
}

/* For decryption. */
static inline void gost_pi_sigma_inverse(GOST_PLANE y[4], const GOST_PLANE x[4])
{
    GOST_PLANE a = x[0], b = x[1], c = x[2], d = x[3];
    GOST_PLANE ab = a & b;
    GOST_PLANE ac = a & c;
    GOST_PLANE bc = b & c;
    GOST_PLANE ad = a & d;
    GOST_PLANE bd = b & d;
    GOST_PLANE cd = c & d;
    GOST_PLANE abc = ab & c;
    GOST_PLANE abd = ab & d;
    GOST_PLANE acd = ac & d;
    GOST_PLANE bcd = bc & d;

    y[0] = a ^ b ^ c ^ bd ^ cd ^ bcd;
    y[1] = ~a ^ ac ^ d ^ ad ^ bd ^ abd ^ acd;
    y[2] = a ^ ab ^ ac ^ bc ^ abc ^ d ^ cd;
    y[3] = a ^ b ^ ab ^ bd ^ acd;
}

/* z = x * y in GF(16) = GF(2)[x]/(x^4 + x^3 + 1) */
static inline void gost_pi_mul(GOST_PLANE z[4], const GOST_PLANE x[4], const GOST_PLANE y[4])
{
    GOST_PLANE c4 = (x[1] & y[3]) ^ (x[2] & y[2]) ^ (x[3] & y[1]);
    GOST_PLANE c5 = (x[2] & y[3]) ^ (x[3] & y[2]);
    GOST_PLANE c6 = x[3] & y[3], c56 = c5 ^ c6;
    GOST_PLANE z0 = (x[0] & y[0]) ^ c4 ^ c56;
    GOST_PLANE z1 = (x[0] & y[1]) ^ (x[1] & y[0]) ^ c56;
    GOST_PLANE z2 = (x[0] & y[2]) ^ (x[1] & y[1]) ^ (x[2] & y[0]) ^ c6;

    z[3] = (x[0] & y[3]) ^ (x[1] & y[2]) ^ (x[2] & y[1]) ^ (x[3] & y[0]) ^ c4 ^ c56;
    z[2] = z2;
    z[1] = z1;
    z[0] = z0;
}
/* clang-format on */

/* Puts y in place of x where r is 0. */
static inline void gost_pi_if_zero(GOST_PLANE x[4], const GOST_PLANE r[4], const GOST_PLANE y[4])
{
    GOST_PLANE some = r[0] | r[1] | r[2] | r[3];

    for (int i = 0; i < 4; i++)
        x[i] = (x[i] & some) | (y[i] & ~some);
}

/* Between alpha and omega. */
static inline void gost_pi_middle(GOST_PLANE x[8])
{
    GOST_PLANE *l = x, *r = x + 4, s[4], t[4];

    gost_pi_inverse(t, r);
    gost_pi_mul(t, t, l);
    gost_pi_nu1(t, t);
    gost_pi_nu0(s, l);
    gost_pi_if_zero(t, r, s);
    for (int i = 0; i < 4; i++)
        l[i] = t[i];
    gost_pi_phi(t, l);
    gost_pi_mul(t, t, r);
    gost_pi_sigma(r, t);
}

static inline void gost_pi_middle_inverse(GOST_PLANE x[8])
{
    GOST_PLANE *l = x, *r = x + 4, s[4], t[4];

    gost_pi_phi(t, l);
    gost_pi_inverse(t, t);
    gost_pi_sigma_inverse(s, r);
    gost_pi_mul(r, s, t);
    gost_pi_nu1_inverse(t, l);
    gost_pi_mul(t, t, r);
    gost_pi_nu0_inverse(s, l);
    gost_pi_if_zero(t, r, s);
    for (int i = 0; i < 4; i++)
        l[i] = t[i];
}

#endif
