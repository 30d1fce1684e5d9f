/* SPDX-License-Identifier: Apache-2.0 */
/* p = 2^512 - 569: TC26 512-A, and 512-C in its twisted Edwards form. Compiled once per backend:
 * see curve.cmake. */
#define FE_LIMBS 8
#define FE_MINUS 569
#include "gost/curve_backend.h"
#include "gost/field_special.h"
#include "gost/curve_weierstrass.h"
#include "gost/curve_edwards.h"

extern const gost_curve_ops GOST_BACKEND(gost_p512_weierstrass);
const gost_curve_ops GOST_BACKEND(gost_p512_weierstrass) = GOST_WEIERSTRASS_OPS;

extern const gost_curve_ops GOST_BACKEND(gost_p512_edwards);
const gost_curve_ops GOST_BACKEND(gost_p512_edwards) = GOST_EDWARDS_OPS;
