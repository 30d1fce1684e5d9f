/* SPDX-License-Identifier: Apache-2.0 */
/* The mechanisms of secrets of no special kind, and HMAC: see mech.h. Sizes of keys are in bits; 0,
 * 0: any. */
#include "token/mech.h"

#define MAC    (CKF_SIGN | CKF_VERIFY)
#define SECRET TOK_KINDS_SECRET

/* clang-format off */
static const tok_mech mechs[] = {
    /* type                          min, max, flags          takes   key type        hash  class */
    {CKM_GENERIC_SECRET_KEY_GEN,   {8, 65536, CKF_GENERATE}, 0,      CKK_GENERIC_SECRET, 0, &tok_mech_generic_keygen},
    {CKM_CONCATENATE_BASE_AND_KEY, {0, 0, CKF_DERIVE},       SECRET, TOK_NO_TYPE,        0, &tok_mech_concatenate},
    {CKM_GOSTR3411_12_256_HMAC,    {0, 0, MAC},              SECRET, TOK_NO_TYPE,      256, &tok_mech_hmac},
    {CKM_GOSTR3411_12_512_HMAC,    {0, 0, MAC},              SECRET, TOK_NO_TYPE,      512, &tok_mech_hmac},
};
/* clang-format on */

const tok_mech_family tok_mechs_secret = {mechs, sizeof mechs / sizeof mechs[0]};
