/* SPDX-License-Identifier: Apache-2.0 */
/* p = 2^256 - 617: CryptoPro A, and TC26 256-A in its twisted Edwards form. Compiled once per
 * backend: see curve.cmake. */
#define FE_LIMBS 4
#define FE_MINUS 617
#include "gost/curve_backend.h"
#include "gost/field_special.h"
#include "gost/curve_weierstrass.h"
#include "gost/curve_edwards.h"

extern const gost_curve_ops GOST_BACKEND(gost_p256_weierstrass);
const gost_curve_ops GOST_BACKEND(gost_p256_weierstrass) = GOST_WEIERSTRASS_OPS;

extern const gost_curve_ops GOST_BACKEND(gost_p256_edwards);
const gost_curve_ops GOST_BACKEND(gost_p256_edwards) = GOST_EDWARDS_OPS;
