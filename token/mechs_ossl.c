/* SPDX-License-Identifier: Apache-2.0 */
/* The mechanisms that OpenSSL computes: RSA, EC, MD5, SHA-1, SHA-2. See mech.h. */
#include "token/mech.h"
#include "token/mech_rsa.h"
#include "token/pkey.h"

#define KEYGEN  CKF_GENERATE_KEY_PAIR
#define SIGN    (CKF_SIGN | CKF_VERIFY)
#define CRYPT   (CKF_ENCRYPT | CKF_DECRYPT | CKF_WRAP | CKF_UNWRAP)
#define DERIVE  CKF_DERIVE
#define DIGEST  CKF_DIGEST
#define CURVES  (CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS | CKF_EC_COMPRESS)
#define RSA     (TOK_KIND_RSA_PUB | TOK_KIND_RSA_PRIV)
#define EC      (TOK_KIND_EC_PUB | TOK_KIND_EC_PRIV)

#define BITS    TOK_RSA_MIN, TOK_RSA_MAX
#define EC_BITS 256, 521

/* The key of an HMAC may have any length: 0, 0. */
#define HMAC(mech, general, hash)                                                                  \
    {mech, {0, 0, SIGN}, TOK_KIND_GENERIC, TOK_NO_TYPE, hash, &tok_mech_sha_hmac},                 \
    {                                                                                              \
        general, {0, 0, SIGN}, TOK_KIND_GENERIC, TOK_NO_TYPE, hash, &tok_mech_sha_hmac_general     \
    }

/* clang-format off */
static const tok_mech mechs[] = {
    /* type                      sizes, flags                takes  key type     digest      class */
    {CKM_RSA_PKCS_KEY_PAIR_GEN,  {BITS, KEYGEN},             0,     CKK_RSA,     0,          &tok_mech_rsa_keygen},
    {CKM_RSA_PKCS,               {BITS, SIGN | CRYPT},       RSA,   CKK_RSA,     0,          &tok_mech_rsa_pkcs},
    {CKM_RSA_X_509,              {BITS, SIGN | CRYPT},       RSA,   CKK_RSA,     0,          &tok_mech_rsa_raw},
    {CKM_RSA_PKCS_OAEP,          {BITS, CRYPT},              RSA,   CKK_RSA,     0,          &tok_mech_rsa_oaep},
    {CKM_RSA_PKCS_PSS,           {BITS, SIGN},               RSA,   CKK_RSA,     0,          &tok_mech_rsa_pss},
    {CKM_MD5_RSA_PKCS,           {BITS, SIGN},               RSA,   CKK_RSA,     CKM_MD5,    &tok_mech_rsa_pkcs},
    {CKM_SHA1_RSA_PKCS,          {BITS, SIGN},               RSA,   CKK_RSA,     CKM_SHA_1,  &tok_mech_rsa_pkcs},
    {CKM_SHA224_RSA_PKCS,        {BITS, SIGN},               RSA,   CKK_RSA,     CKM_SHA224, &tok_mech_rsa_pkcs},
    {CKM_SHA256_RSA_PKCS,        {BITS, SIGN},               RSA,   CKK_RSA,     CKM_SHA256, &tok_mech_rsa_pkcs},
    {CKM_SHA384_RSA_PKCS,        {BITS, SIGN},               RSA,   CKK_RSA,     CKM_SHA384, &tok_mech_rsa_pkcs},
    {CKM_SHA512_RSA_PKCS,        {BITS, SIGN},               RSA,   CKK_RSA,     CKM_SHA512, &tok_mech_rsa_pkcs},
    {CKM_SHA1_RSA_PKCS_PSS,      {BITS, SIGN},               RSA,   CKK_RSA,     CKM_SHA_1,  &tok_mech_rsa_pss},
    {CKM_SHA224_RSA_PKCS_PSS,    {BITS, SIGN},               RSA,   CKK_RSA,     CKM_SHA224, &tok_mech_rsa_pss},
    {CKM_SHA256_RSA_PKCS_PSS,    {BITS, SIGN},               RSA,   CKK_RSA,     CKM_SHA256, &tok_mech_rsa_pss},
    {CKM_SHA384_RSA_PKCS_PSS,    {BITS, SIGN},               RSA,   CKK_RSA,     CKM_SHA384, &tok_mech_rsa_pss},
    {CKM_SHA512_RSA_PKCS_PSS,    {BITS, SIGN},               RSA,   CKK_RSA,     CKM_SHA512, &tok_mech_rsa_pss},

    {CKM_EC_KEY_PAIR_GEN,        {EC_BITS, KEYGEN | CURVES}, 0,     CKK_EC,      0,          &tok_mech_ec_keygen},
    {CKM_ECDSA,                  {EC_BITS, SIGN | CURVES},   EC,    CKK_EC,      0,          &tok_mech_ecdsa},
    {CKM_ECDSA_SHA1,             {EC_BITS, SIGN | CURVES},   EC,    CKK_EC,      CKM_SHA_1,  &tok_mech_ecdsa},
    {CKM_ECDSA_SHA224,           {EC_BITS, SIGN | CURVES},   EC,    CKK_EC,      CKM_SHA224, &tok_mech_ecdsa},
    {CKM_ECDSA_SHA256,           {EC_BITS, SIGN | CURVES},   EC,    CKK_EC,      CKM_SHA256, &tok_mech_ecdsa},
    {CKM_ECDSA_SHA384,           {EC_BITS, SIGN | CURVES},   EC,    CKK_EC,      CKM_SHA384, &tok_mech_ecdsa},
    {CKM_ECDSA_SHA512,           {EC_BITS, SIGN | CURVES},   EC,    CKK_EC,      CKM_SHA512, &tok_mech_ecdsa},
    {CKM_ECDH1_DERIVE,           {EC_BITS, DERIVE | CURVES}, EC,    CKK_EC,      0,          &tok_mech_ecdh},

    {CKM_MD5,                    {0, 0, DIGEST},             0,     TOK_NO_TYPE, CKM_MD5,    &tok_mech_sha},
    {CKM_SHA_1,                  {0, 0, DIGEST},             0,     TOK_NO_TYPE, CKM_SHA_1,  &tok_mech_sha},
    {CKM_SHA224,                 {0, 0, DIGEST},             0,     TOK_NO_TYPE, CKM_SHA224, &tok_mech_sha},
    {CKM_SHA256,                 {0, 0, DIGEST},             0,     TOK_NO_TYPE, CKM_SHA256, &tok_mech_sha},
    {CKM_SHA384,                 {0, 0, DIGEST},             0,     TOK_NO_TYPE, CKM_SHA384, &tok_mech_sha},
    {CKM_SHA512,                 {0, 0, DIGEST},             0,     TOK_NO_TYPE, CKM_SHA512, &tok_mech_sha},
    HMAC(CKM_MD5_HMAC,           CKM_MD5_HMAC_GENERAL,       CKM_MD5),
    HMAC(CKM_SHA_1_HMAC,         CKM_SHA_1_HMAC_GENERAL,     CKM_SHA_1),
    HMAC(CKM_SHA224_HMAC,        CKM_SHA224_HMAC_GENERAL,    CKM_SHA224),
    HMAC(CKM_SHA256_HMAC,        CKM_SHA256_HMAC_GENERAL,    CKM_SHA256),
    HMAC(CKM_SHA384_HMAC,        CKM_SHA384_HMAC_GENERAL,    CKM_SHA384),
    HMAC(CKM_SHA512_HMAC,        CKM_SHA512_HMAC_GENERAL,    CKM_SHA512),
};
/* clang-format on */

const tok_mech_family tok_mechs_ossl = {mechs, sizeof mechs / sizeof mechs[0]};
