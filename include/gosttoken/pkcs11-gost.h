/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PKCS #11 as this project speaks it: p11-kit's header in the standard's spelling, and the numbers
 * that TC26 added for the algorithms of 2012 and 2015 (the vendor range 0xD4321000).
 */
#ifndef GOSTTOKEN_PKCS11_GOST_H
#define GOSTTOKEN_PKCS11_GOST_H

#ifndef CRYPTOKI_COMPAT
#define CRYPTOKI_COMPAT
#endif
#include <p11-kit/pkcs11.h>

/* NSSCK_VENDOR_PKCS11_RU_TEAM: CKx_VENDOR_DEFINED | 0x54321000 */
#define GOST_TC26                               0xD4321000UL

#define CKK_GOSTR3410_512                       (GOST_TC26 | 0x03)
#define CKK_KUZNYECHIK                          (GOST_TC26 | 0x04)
#define CKK_MAGMA                               (GOST_TC26 | 0x05)

#define CKM_GOSTR3410_512_KEY_PAIR_GEN          (GOST_TC26 | 0x05)
#define CKM_GOSTR3410_512                       (GOST_TC26 | 0x06)
#define CKM_GOSTR3410_12_DERIVE                 (GOST_TC26 | 0x07)
#define CKM_GOSTR3410_WITH_GOSTR3411_12_256     (GOST_TC26 | 0x08)
#define CKM_GOSTR3410_WITH_GOSTR3411_12_512     (GOST_TC26 | 0x09)
#define CKM_GOSTR3410_PUBLIC_KEY_DERIVE         (GOST_TC26 | 0x0A)
#define CKM_GOSTR3410_512_PUBLIC_KEY_DERIVE     (GOST_TC26 | 0x0B)
#define CKM_GOSTR3411_12_256                    (GOST_TC26 | 0x12)
#define CKM_GOSTR3411_12_512                    (GOST_TC26 | 0x13)
#define CKM_GOSTR3411_12_256_HMAC               (GOST_TC26 | 0x14)
#define CKM_GOSTR3411_12_512_HMAC               (GOST_TC26 | 0x15)
#define CKM_TLS_GOST_PRF_2012_256               (GOST_TC26 | 0x16)
#define CKM_TLS_GOST_PRF_2012_512               (GOST_TC26 | 0x17)
#define CKM_TLS_GOST_MASTER_KEY_DERIVE_2012_256 (GOST_TC26 | 0x18)
#define CKM_KDF_4357                            (GOST_TC26 | 0x25)
#define CKM_KDF_GOSTR3411_2012_256              (GOST_TC26 | 0x26)
#define CKM_KDF_HMAC3411                        (GOST_TC26 | 0x28)
#define CKM_KDF_TREE_GOSTR3411_2012_256         (GOST_TC26 | 0x2A)
#define CKM_KUZNYECHIK_KEXP_15_WRAP             (GOST_TC26 | 0x2B)
#define CKM_MAGMA_KEXP_15_WRAP                  (GOST_TC26 | 0x2C)
#define CKM_KUZNYECHIK_MGM                      (GOST_TC26 | 0x2D)
#define CKM_MAGMA_MGM                           (GOST_TC26 | 0x2E)
#define CKM_KUZNYECHIK_KEY_GEN                  (GOST_TC26 | 0x30)
#define CKM_KUZNYECHIK_ECB                      (GOST_TC26 | 0x31)
#define CKM_KUZNYECHIK_CTR_ACPKM                (GOST_TC26 | 0x32)
#define CKM_KUZNYECHIK_MAC                      (GOST_TC26 | 0x33)
#define CKM_MAGMA_KEY_GEN                       (GOST_TC26 | 0x34)
#define CKM_MAGMA_ECB                           (GOST_TC26 | 0x35)
#define CKM_MAGMA_CTR_ACPKM                     (GOST_TC26 | 0x36)
#define CKM_MAGMA_MAC                           (GOST_TC26 | 0x37)
#define CKM_GOSTR3410_VKO_512                   (GOST_TC26 | 0x38)
#define CKM_GOST_KEG                            (GOST_TC26 | 0x39)

#endif
