/* SPDX-License-Identifier: Apache-2.0 */
/* Any p of 256 bits: CryptoPro C and the test set. Compiled once per backend: see curve.cmake. */
#define FE_LIMBS 4
#include "gost/curve_backend.h"
#include "gost/field_mont.h"
#include "gost/curve_weierstrass.h"

extern const gost_curve_ops GOST_BACKEND(gost_m256_weierstrass);
const gost_curve_ops GOST_BACKEND(gost_m256_weierstrass) = GOST_WEIERSTRASS_OPS;
