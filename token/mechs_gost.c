/* SPDX-License-Identifier: Apache-2.0 */
/* The mechanisms of GOST R 34.10 and of Streebog: see mech.h. */
#include "token/mech.h"

#define SIGN   (CKF_SIGN | CKF_VERIFY)
#define KEYGEN CKF_GENERATE_KEY_PAIR
#define DIGEST CKF_DIGEST
#define GOST   (TOK_KIND_GOST_PUB | TOK_KIND_GOST_PRIV)

/* clang-format off */
static const tok_mech mechs[] = {
    /* type                                min, max, flags      takes  key type        hash  class */
    {CKM_GOSTR3410_KEY_PAIR_GEN,           {256, 256, KEYGEN}, 0,     CKK_GOSTR3410,       0, &tok_mech_gost_keygen},
    {CKM_GOSTR3410_512_KEY_PAIR_GEN,       {512, 512, KEYGEN}, 0,     CKK_GOSTR3410_512,   0, &tok_mech_gost_keygen},
    {CKM_GOSTR3410,                        {256, 256, SIGN},   GOST,  CKK_GOSTR3410,       0, &tok_mech_gost_sign},
    {CKM_GOSTR3410_512,                    {512, 512, SIGN},   GOST,  CKK_GOSTR3410_512,   0, &tok_mech_gost_sign},
    {CKM_GOSTR3410_WITH_GOSTR3411_12_256,  {256, 256, SIGN},   GOST,  CKK_GOSTR3410,     256, &tok_mech_gost_sign},
    {CKM_GOSTR3410_WITH_GOSTR3411_12_512,  {512, 512, SIGN},   GOST,  CKK_GOSTR3410_512, 512, &tok_mech_gost_sign},
    {CKM_GOSTR3411_12_256,                 {0, 0, DIGEST},     0,     TOK_NO_TYPE,       256, &tok_mech_streebog},
    {CKM_GOSTR3411_12_512,                 {0, 0, DIGEST},     0,     TOK_NO_TYPE,       512, &tok_mech_streebog},
};
/* clang-format on */

const tok_mech_family tok_mechs_gost = {mechs, sizeof mechs / sizeof mechs[0]};
