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
#define CKK_KUZNYECHIK_TWIN                     (GOST_TC26 | 0x06)
#define CKK_MAGMA_TWIN                          (GOST_TC26 | 0x07)

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

/*
 * What the parameters of those mechanisms look like: structures of the standard that p11-kit's
 * header lacks, and TC26's. Natural alignment.
 */

/* kdf of the derivations: CKD_NULL, CKD_CPDIVERSIFY_KDF, or one of these (RFC 4357, 6.5; RFC 7836,
 * 4.6). */
#define CKD_KDF_4357               CKM_KDF_4357
#define CKD_KDF_GOSTR3411_2012_256 CKM_KDF_GOSTR3411_2012_256

/* CKM_GOSTR3410_DERIVE, CKM_GOSTR3410_12_DERIVE */
typedef struct CK_GOSTR3410_DERIVE_PARAMS {
    CK_ULONG kdf;
    CK_BYTE_PTR pPublicData;
    CK_ULONG ulPublicDataLen;
    CK_BYTE_PTR pUKM;
    CK_ULONG ulUKMLen;
} CK_GOSTR3410_DERIVE_PARAMS;

/* CKM_GOSTR3410_KEY_WRAP */
typedef struct CK_GOSTR3410_KEY_WRAP_PARAMS {
    CK_BYTE_PTR pWrapOID; /* the S-box, DER; may be NULL */
    CK_ULONG ulWrapOIDLen;
    CK_BYTE_PTR pUKM; /* 8 bytes; may be NULL */
    CK_ULONG ulUKMLen;
    CK_OBJECT_HANDLE hKey; /* the sender's private key; CK_INVALID_HANDLE: one for this once */
} CK_GOSTR3410_KEY_WRAP_PARAMS;

/* CKM_KDF_TREE_GOSTR3411_2012_256, CKM_KDF_GOSTR3411_2012_256; R, L and the offset in bytes */
typedef struct CK_KDF_TREE_GOST_PARAMS {
    CK_ULONG ulLabelLength;
    CK_BYTE_PTR pLabel;
    CK_ULONG ulSeedLength;
    CK_BYTE_PTR pSeed;
    CK_ULONG ulR;
    CK_ULONG ulL;
    CK_ULONG ulOffset;
} CK_KDF_TREE_GOST_PARAMS;

/* CKM_TLS_GOST_PRF_2012_256, _512 */
typedef struct CK_TLS_PRF_PARAMS {
    CK_BYTE_PTR pSeed;
    CK_ULONG ulSeedLen;
    CK_BYTE_PTR pLabel;
    CK_ULONG ulLabelLen;
    CK_BYTE_PTR pOutput;
    CK_ULONG_PTR pulOutputLen;
} CK_TLS_PRF_PARAMS;

/* CKM_TLS_GOST_MASTER_KEY_DERIVE_2012_256 */
typedef struct CK_SSL3_RANDOM_DATA {
    CK_BYTE_PTR pClientRandom;
    CK_ULONG ulClientRandomLen;
    CK_BYTE_PTR pServerRandom;
    CK_ULONG ulServerRandomLen;
} CK_SSL3_RANDOM_DATA;

typedef struct CK_TLS_GOST_MASTER_KEY_DERIVE_PARAMS {
    CK_SSL3_RANDOM_DATA RandomInfo;
    CK_BYTE_PTR pHashParamsOID; /* may be NULL */
    CK_ULONG ulHashParamsOIDLen;
} CK_TLS_GOST_MASTER_KEY_DERIVE_PARAMS;

/* CKM_PKCS5_PBKD2. (Newer headers of p11-kit have some of these numbers, and no structures.) */
#ifndef CKZ_SALT_SPECIFIED
#define CKZ_SALT_SPECIFIED 1UL
#endif
#ifndef CKP_PKCS5_PBKD2_HMAC_GOSTR3411
#define CKP_PKCS5_PBKD2_HMAC_GOSTR3411 2UL
#endif
#define CKP_PKCS5_PBKD2_HMAC_GOSTR3411_2012_256 (GOST_TC26 | 0x02)
#define CKP_PKCS5_PBKD2_HMAC_GOSTR3411_2012_512 (GOST_TC26 | 0x03)

typedef struct CK_PKCS5_PBKD2_PARAMS2 {
    CK_ULONG saltSource;
    CK_VOID_PTR pSaltSourceData;
    CK_ULONG ulSaltSourceDataLen;
    CK_ULONG iterations;
    CK_ULONG prf;
    CK_VOID_PTR pPrfData;
    CK_ULONG ulPrfDataLen;
    CK_UTF8CHAR_PTR pPassword;
    CK_ULONG ulPasswordLen;
} CK_PKCS5_PBKD2_PARAMS2;

/* MGM takes CK_GCM_PARAMS, with a nonce of one block; with C_MessageEncrypt and the like this
 * (PKCS #11 3.0). */
#ifndef CKG_NO_GENERATE
#define CKG_NO_GENERATE          0UL
#define CKG_GENERATE             1UL
#define CKG_GENERATE_COUNTER     2UL
#define CKG_GENERATE_RANDOM      3UL
#define CKG_GENERATE_COUNTER_XOR 4UL
#endif

typedef struct CK_GCM_MESSAGE_PARAMS {
    CK_BYTE_PTR pIv;
    CK_ULONG ulIvLen;
    CK_ULONG ulIvFixedBits;
    CK_ULONG ivGenerator;
    CK_BYTE_PTR pTag;
    CK_ULONG ulTagBits;
} CK_GCM_MESSAGE_PARAMS;

#ifndef CKR_AEAD_DECRYPT_FAILED
#define CKR_AEAD_DECRYPT_FAILED 0x42UL /* PKCS #11 3.0 */
#endif

#endif
