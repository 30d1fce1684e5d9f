/* SPDX-License-Identifier: Apache-2.0 */
#include "cipher/alg.h"

#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include "cipher/context.h"

#define KIB UINT64_C(1024)

#define GOST89(mode_, impl, sbox_, block_, flags_)                                                 \
    .evp_mode = (mode_), .mode = &gt_mode_##impl, .class = &gost_block_28147, .sbox = &(sbox_),    \
    .block = (block_), .params = GT_PARAMS_89, .flags = (flags_)

#define KUZNYECHIK(mode_, impl, iv, block_)                                                        \
    .evp_mode = (mode_), .mode = &gt_mode_##impl, .class = &gost_block_kuznyechik,                 \
    .iv_size = (iv), .block = (block_)

#define MAGMA(mode_, impl, iv, block_)                                                             \
    .evp_mode = (mode_), .mode = &gt_mode_##impl, .class = &gost_block_magma, .iv_size = (iv),     \
    .block = (block_)

/* Sections of keys: 4 KiB and 1 KiB in TLS (RFC 9189, 4.3.1), 256 KiB and 8 KiB in CMS
 * (R 1323565.1.025-2019). gost-engine's S-box for gost89 and its CBC is TC26-Z, for
 * gost89-cnt CryptoPro-A, as the TLS suite of that name wants it. */
const gt_cipher_alg gt_cipher_algs[GT_CIPHERS] = {
    [GT_GOST89] = {"gost89", NID_id_Gost28147_89, .iv_size = 8,
                   GOST89(EVP_CIPH_CFB_MODE, 89_cfb, gost_sbox_tc26_z, 1, 0)},
    [GT_GOST89_CNT] = {"gost89-cnt", NID_gost89_cnt, .iv_size = 8,
                       GOST89(EVP_CIPH_OFB_MODE, 89_cnt, gost_sbox_cryptopro_a, 1,
                              GT_CIPHER_SUITE)},
    [GT_GOST89_CNT_12] = {"gost89-cnt-12", NID_gost89_cnt_12, .iv_size = 8,
                          GOST89(EVP_CIPH_OFB_MODE, 89_cnt, gost_sbox_tc26_z, 1, GT_CIPHER_SUITE)},
    [GT_GOST89_CBC] = {"gost89-cbc", NID_gost89_cbc, .iv_size = 8,
                       GOST89(EVP_CIPH_CBC_MODE, cbc, gost_sbox_tc26_z, 8, 0)},
    [GT_GOST89_ECB] = {"gost89-ecb", NID_gost89_ecb, .iv_size = 0,
                       GOST89(EVP_CIPH_ECB_MODE, ecb, gost_sbox_tc26_z, 8, 0)},

    [GT_KUZNYECHIK_ECB] = {"kuznyechik-ecb", NID_kuznyechik_ecb,
                           KUZNYECHIK(EVP_CIPH_ECB_MODE, ecb, 0, 16)},
    [GT_KUZNYECHIK_CBC] = {"kuznyechik-cbc", NID_kuznyechik_cbc,
                           KUZNYECHIK(EVP_CIPH_CBC_MODE, cbc, 16, 16)},
    [GT_KUZNYECHIK_CFB] = {"kuznyechik-cfb", NID_kuznyechik_cfb,
                           KUZNYECHIK(EVP_CIPH_CFB_MODE, cfb, 16, 1)},
    [GT_KUZNYECHIK_OFB] = {"kuznyechik-ofb", NID_kuznyechik_ofb,
                           KUZNYECHIK(EVP_CIPH_OFB_MODE, ofb, 16, 1)},
    [GT_KUZNYECHIK_CTR] = {"kuznyechik-ctr", NID_kuznyechik_ctr,
                           KUZNYECHIK(EVP_CIPH_CTR_MODE, ctr, 8, 1)},
    [GT_KUZNYECHIK_CTR_ACPKM] = {"kuznyechik-ctr-acpkm", NID_kuznyechik_ctr_acpkm,
                                 KUZNYECHIK(EVP_CIPH_CTR_MODE, ctr, 8, 1), .section = 4 * KIB,
                                 .cms_section = 256 * KIB, .params = GT_PARAMS_2015,
                                 .flags = GT_CIPHER_SUITE},
    [GT_KUZNYECHIK_CTR_ACPKM_OMAC] = {"kuznyechik-ctr-acpkm-omac", NID_kuznyechik_ctr_acpkm_omac,
                                      KUZNYECHIK(EVP_CIPH_CTR_MODE, ctr, 8, 1), .section = 4 * KIB,
                                      .cms_section = 256 * KIB, .params = GT_PARAMS_2015,
                                      .flags = GT_CIPHER_MAC},
    /* libcrypto has no number for the mode: an AEAD is known by its flag. */
    [GT_KUZNYECHIK_MGM] = {"kuznyechik-mgm", NID_undef, KUZNYECHIK(0, mgm, 16, 1)},

    [GT_MAGMA_ECB] = {"magma-ecb", NID_magma_ecb, MAGMA(EVP_CIPH_ECB_MODE, ecb, 0, 8)},
    [GT_MAGMA_CBC] = {"magma-cbc", NID_magma_cbc, MAGMA(EVP_CIPH_CBC_MODE, cbc, 8, 8)},
    [GT_MAGMA_CFB] = {"magma-cfb", NID_magma_cfb, MAGMA(EVP_CIPH_CFB_MODE, cfb, 8, 1)},
    [GT_MAGMA_OFB] = {"magma-ofb", NID_magma_ofb, MAGMA(EVP_CIPH_OFB_MODE, ofb, 8, 1)},
    [GT_MAGMA_CTR] = {"magma-ctr", NID_magma_ctr, MAGMA(EVP_CIPH_CTR_MODE, ctr, 4, 1)},
    [GT_MAGMA_CTR_ACPKM] = {"magma-ctr-acpkm", NID_magma_ctr_acpkm,
                            MAGMA(EVP_CIPH_CTR_MODE, ctr, 4, 1), .section = 1 * KIB,
                            .cms_section = 8 * KIB, .params = GT_PARAMS_2015,
                            .flags = GT_CIPHER_SUITE},
    [GT_MAGMA_CTR_ACPKM_OMAC] = {"magma-ctr-acpkm-omac", NID_magma_ctr_acpkm_omac,
                                 MAGMA(EVP_CIPH_CTR_MODE, ctr, 4, 1), .section = 1 * KIB,
                                 .cms_section = 8 * KIB, .params = GT_PARAMS_2015,
                                 .flags = GT_CIPHER_MAC},
    [GT_MAGMA_MGM] = {"magma-mgm", NID_undef, MAGMA(0, mgm, 8, 1)},
};
