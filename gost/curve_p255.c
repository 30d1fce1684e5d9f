/* SPDX-License-Identifier: Apache-2.0 */
/* p = 2^255 + 3225: CryptoPro B. Compiled once per backend: see curve.cmake. */
#define FE_LIMBS 4
#define FE_PLUS  6450
#include "gost/curve_backend.h"
#include "gost/field_special.h"
#include "gost/curve_weierstrass.h"

extern const gost_curve_ops GOST_BACKEND(gost_p255_weierstrass);
const gost_curve_ops GOST_BACKEND(gost_p255_weierstrass) = GOST_WEIERSTRASS_OPS;
