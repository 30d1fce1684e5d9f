/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mechanisms of GOST 28147-89, Magma and Kuznyechik, and of GOST R 34.11-94: see mech.h. Sizes
 * of keys are in bits, as devices report them; 0, 0: any, or no key.
 */
#include "token/mech.h"

#include <gosttoken/pkcs11-3.h>

#define AEAD   (CRYPT | CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT | CKF_MULTI_MESSAGE)
#define CRYPT  (CKF_ENCRYPT | CKF_DECRYPT)
#define MAC    (CKF_SIGN | CKF_VERIFY)
#define WRAP   (CKF_WRAP | CKF_UNWRAP)
#define KEYGEN CKF_GENERATE
#define BLOCK  TOK_KIND_BLOCK
#define TWIN   TOK_KIND_TWIN
#define GOST89 TOK_KIND_28147
#define SECRET TOK_KINDS_SECRET
#define GOST   (TOK_KIND_GOST_PUB | TOK_KIND_GOST_PRIV)

/* clang-format off */
static const tok_mech mechs[] = {
    /* type                       min, max, flags           takes   key type            hash  class */
    {CKM_GOST28147_KEY_GEN,       {256, 256, KEYGEN},       0,      CKK_GOST28147,       0, &tok_mech_block_keygen},
    {CKM_GOST28147_ECB,           {256, 256, CRYPT},        GOST89, CKK_GOST28147,       0, &tok_mech_ecb},
    {CKM_GOST28147,               {256, 256, CRYPT},        GOST89, CKK_GOST28147,       0, &tok_mech_28147_cfb},
    {CKM_GOST28147_MAC,           {256, 256, MAC},          GOST89, CKK_GOST28147,       0, &tok_mech_28147_mac},
    {CKM_GOST28147_KEY_WRAP,      {256, 256, WRAP},         GOST89, CKK_GOST28147,       0, &tok_mech_28147_wrap},

    {CKM_KUZNYECHIK_KEY_GEN,      {256, 256, KEYGEN},       0,      CKK_KUZNYECHIK,      0, &tok_mech_block_keygen},
    {CKM_KUZNYECHIK_ECB,          {256, 256, CRYPT},        BLOCK,  CKK_KUZNYECHIK,      0, &tok_mech_ecb},
    {CKM_KUZNYECHIK_CTR_ACPKM,    {256, 256, CRYPT},        BLOCK,  CKK_KUZNYECHIK,      0, &tok_mech_ctr_acpkm},
    {CKM_KUZNYECHIK_MAC,          {256, 256, MAC},          BLOCK,  CKK_KUZNYECHIK,      0, &tok_mech_omac},
    {CKM_KUZNYECHIK_MGM,          {256, 256, AEAD},         BLOCK,  CKK_KUZNYECHIK,      0, &tok_mech_mgm},
    {CKM_KUZNYECHIK_KEXP_15_WRAP, {512, 512, WRAP},         TWIN,   CKK_KUZNYECHIK_TWIN, 0, &tok_mech_kexp15},

    {CKM_MAGMA_KEY_GEN,           {256, 256, KEYGEN},       0,      CKK_MAGMA,           0, &tok_mech_block_keygen},
    {CKM_MAGMA_ECB,               {256, 256, CRYPT},        BLOCK,  CKK_MAGMA,           0, &tok_mech_ecb},
    {CKM_MAGMA_CTR_ACPKM,         {256, 256, CRYPT},        BLOCK,  CKK_MAGMA,           0, &tok_mech_ctr_acpkm},
    {CKM_MAGMA_MAC,               {256, 256, MAC},          BLOCK,  CKK_MAGMA,           0, &tok_mech_omac},
    {CKM_MAGMA_MGM,               {256, 256, AEAD},         BLOCK,  CKK_MAGMA,           0, &tok_mech_mgm},
    {CKM_MAGMA_KEXP_15_WRAP,      {512, 512, WRAP},         TWIN,   CKK_MAGMA_TWIN,      0, &tok_mech_kexp15},

    {CKM_GOSTR3410_KEY_WRAP,      {256, 512, WRAP},         GOST,   TOK_NO_TYPE,         0, &tok_mech_gost_wrap},

    {CKM_GOSTR3411,               {0, 0, CKF_DIGEST},       0,      TOK_NO_TYPE,         0, &tok_mech_gost94},
    {CKM_GOSTR3411_HMAC,          {0, 0, MAC},              SECRET, TOK_NO_TYPE,         0, &tok_mech_gost94_hmac},
    {CKM_GOSTR3410_WITH_GOSTR3411, {256, 256, MAC},         GOST,   CKK_GOSTR3410, TOK_DIGEST_94, &tok_mech_gost_sign},
};
/* clang-format on */

const tok_mech_family tok_mechs_cipher = {mechs, sizeof mechs / sizeof mechs[0]};
