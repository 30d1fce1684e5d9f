/* SPDX-License-Identifier: Apache-2.0 */
/* Any p of 512 bits: the test set. Compiled once per backend: see curve.cmake. */
#define FE_LIMBS 8
#include "gost/curve_backend.h"
#include "gost/field_mont.h"
#include "gost/curve_weierstrass.h"

extern const gost_curve_ops GOST_BACKEND(gost_m512_weierstrass);
const gost_curve_ops GOST_BACKEND(gost_m512_weierstrass) = GOST_WEIERSTRASS_OPS;
