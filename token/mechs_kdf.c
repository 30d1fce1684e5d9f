/* SPDX-License-Identifier: Apache-2.0 */
/* The mechanisms that agree on keys and derive them: see mech.h. Sizes of keys are in bits; 0, 0:
 * any. */
#include "token/mech.h"

#define DERIVE CKF_DERIVE
#define GOST   TOK_KIND_GOST_PRIV
#define SECRET TOK_KINDS_SECRET

/* clang-format off */
static const tok_mech mechs[] = {
    /* type                                  min, max, flags      takes   key type      hash  class */
    {CKM_GOSTR3410_DERIVE,                   {256, 256, DERIVE},  GOST,   CKK_GOSTR3410,     0, &tok_mech_vko},
    {CKM_GOSTR3410_12_DERIVE,                {256, 512, DERIVE},  GOST,   TOK_NO_TYPE,     256, &tok_mech_vko},
    {CKM_GOSTR3410_VKO_512,                  {512, 512, DERIVE},  GOST,   CKK_GOSTR3410_512, 512, &tok_mech_vko},
    {CKM_GOST_KEG,                           {256, 512, DERIVE},  GOST,   TOK_NO_TYPE,       0, &tok_mech_vko},

    {CKM_KDF_4357,                           {256, 256, DERIVE},  SECRET, TOK_NO_TYPE,       0, &tok_mech_kdf_4357},
    {CKM_KDF_GOSTR3411_2012_256,             {0, 0, DERIVE},      SECRET, TOK_NO_TYPE,     256, &tok_mech_kdf_2012},
    {CKM_KDF_HMAC3411,                       {0, 0, DERIVE},      SECRET, TOK_NO_TYPE,     256, &tok_mech_kdf_hmac},
    {CKM_KDF_TREE_GOSTR3411_2012_256,        {0, 0, DERIVE},      SECRET, TOK_NO_TYPE,     256, &tok_mech_kdf_tree},

    {CKM_TLS_GOST_PRF_2012_256,              {0, 0, DERIVE},      SECRET, TOK_NO_TYPE,     256, &tok_mech_tls_prf},
    {CKM_TLS_GOST_PRF_2012_512,              {0, 0, DERIVE},      SECRET, TOK_NO_TYPE,     512, &tok_mech_tls_prf},
    {CKM_TLS_GOST_MASTER_KEY_DERIVE_2012_256, {0, 0, DERIVE},     SECRET, TOK_NO_TYPE,     256, &tok_mech_tls_master},

    {CKM_PKCS5_PBKD2,                        {8, 32768, CKF_GENERATE}, 0,  TOK_NO_TYPE,       0, &tok_mech_pbkdf2},
};
/* clang-format on */

const tok_mech_family tok_mechs_kdf = {mechs, sizeof mechs / sizeof mechs[0]};
