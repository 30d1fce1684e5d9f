/* SPDX-License-Identifier: Apache-2.0 */
/* p = 2^511 + 111: TC26 512-B. Compiled once per backend: see curve.cmake. */
#define FE_LIMBS 8
#define FE_PLUS  222
#include "gost/curve_backend.h"
#include "gost/field_special.h"
#include "gost/curve_weierstrass.h"

extern const gost_curve_ops GOST_BACKEND(gost_p511_weierstrass);
const gost_curve_ops GOST_BACKEND(gost_p511_weierstrass) = GOST_WEIERSTRASS_OPS;
