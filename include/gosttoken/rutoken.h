/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The extended functions that programs for Rutoken tokens call beside PKCS #11: structures,
 * numbers and the extended function list, as they are compiled into those programs (64-bit Linux,
 * natural alignment). The order of the list is the interface.
 */
#ifndef GOSTTOKEN_RUTOKEN_H
#define GOSTTOKEN_RUTOKEN_H

#include <gosttoken/pkcs11-gost.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- numbers -------------------------------------------------------------------------------- */

/* CK_RUTOKEN_INIT_PARAM.changeUserPinPolicy, and the first token flags */
#define TOKEN_FLAGS_ADMIN_CHANGE_USER_PIN   0x00000001UL
#define TOKEN_FLAGS_USER_CHANGE_USER_PIN    0x00000002UL
#define TOKEN_FLAGS_ADMIN_PIN_NOT_DEFAULT   0x00000004UL
#define TOKEN_FLAGS_USER_PIN_NOT_DEFAULT    0x00000008UL
#define TOKEN_FLAGS_SUPPORT_FKN             0x00000010UL
#define TOKEN_FLAGS_SUPPORT_SM              0x00000040UL
#define TOKEN_FLAGS_HAS_FLASH_DRIVE         0x00000080UL
#define TOKEN_FLAGS_CAN_CHANGE_SM_MODE      0x00000100UL
#define TOKEN_FLAGS_HAS_BUTTON              0x00000200UL
#define TOKEN_FLAGS_SUPPORT_JOURNAL         0x00000400UL
#define TOKEN_FLAGS_USER_PIN_UTF8           0x00000800UL
#define TOKEN_FLAGS_ADMIN_PIN_UTF8          0x00001000UL
#define TOKEN_FLAGS_FW_CHECKSUM_UNAVAILABLE 0x40000000UL

#define TOKEN_TYPE_RUTOKEN_ECP              0x01UL
#define TOKEN_CLASS_ECP                     0x01UL
#define TOKEN_BODY_COLOR_UNKNOWN            0UL

/* C_EX_PKCS7Sign */
#define PKCS7_DETACHED_SIGNATURE 0x01UL
#define USE_HARDWARE_HASH        0x02UL

/* C_EX_PKCS7VerifyInit */
#define OPTIONAL_CRL_CHECK                       0UL
#define LEAF_CRL_CHECK                           1UL
#define ALL_CRL_CHECK                            2UL
#define CKF_VENDOR_DO_NOT_USE_INTERNAL_CMS_CERTS 0x01UL
#define CKF_VENDOR_ALLOW_PARTIAL_CHAINS          0x02UL
#define CKF_VENDOR_CHECK_SIGNATURE_ONLY          0x04UL
#define CKF_VENDOR_USE_TRUSTED_CERTS_FROM_TOKEN  0x08UL

/* C_EX_TokenManage */
#define MODE_RESET_CUSTOM_PIN_TO_STANDARD 3UL
#define MODE_RESET_PIN_TO_DEFAULT         4UL
#define MODE_CHANGE_DEFAULT_PIN           5UL
#define MODE_FORCE_USER_TO_CHANGE_PIN     6UL

/* C_EX_SlotManage */
#define MODE_GET_LOCAL_PIN_INFO        5UL
#define MODE_RESTORE_FACTORY_DEFAULTS  6UL
#define MODE_GET_PIN_SHOULD_BE_CHANGED 7UL

/* attributes of keys */
#define CKA_VENDOR_KEY_PIN_ENTER           (CKA_VENDOR_DEFINED | 0x2000UL)
#define CKA_VENDOR_KEY_CONFIRM_OP          (CKA_VENDOR_DEFINED | 0x2001UL)
#define CKA_VENDOR_KEY_JOURNAL             (CKA_VENDOR_DEFINED | 0x2002UL)
#define CKA_VENDOR_KEY_CONFIRM_OP_BY_TOUCH (CKA_VENDOR_DEFINED | 0x2003UL)

/* results */
#define CKR_CORRUPTED_MAPFILE           (CKR_VENDOR_DEFINED + 1)
#define CKR_WRONG_VERSION_FIELD         (CKR_VENDOR_DEFINED + 2)
#define CKR_WRONG_PKCS1_ENCODING        (CKR_VENDOR_DEFINED + 3)
#define CKR_RTPKCS11_DATA_CORRUPTED     (CKR_VENDOR_DEFINED + 4)
#define CKR_RTPKCS11_RSF_DATA_CORRUPTED (CKR_VENDOR_DEFINED + 5)
#define CKR_SM_PASSWORD_INVALID         (CKR_VENDOR_DEFINED + 6)
#define CKR_LICENSE_READ_ONLY           (CKR_VENDOR_DEFINED + 7)
#define CKR_VENDOR_EMITENT_KEY_BLOCKED  (CKR_VENDOR_DEFINED + 8)
#define CKR_CERT_CHAIN_NOT_VERIFIED     (CKR_VENDOR_DEFINED + 9)
#define CKR_INAPPROPRIATE_PIN           (CKR_VENDOR_DEFINED + 10)
#define CKR_PIN_IN_HISTORY              (CKR_VENDOR_DEFINED + 11)

/* ---- structures ----------------------------------------------------------------------------- */

typedef struct CK_RUTOKEN_INIT_PARAM {
    CK_ULONG ulSizeofThisStructure;
    CK_ULONG UseRepairMode; /* 0: the SO PIN given is checked; else nothing is asked */
    CK_BYTE *pNewAdminPin;
    CK_ULONG ulNewAdminPinLen;
    CK_BYTE *pNewUserPin;
    CK_ULONG ulNewUserPinLen;
    CK_FLAGS ChangeUserPINPolicy;  /* TOKEN_FLAGS_…_CHANGE_USER_PIN, one or both */
    CK_ULONG ulMinAdminPinLen;     /* 1..31 */
    CK_ULONG ulMinUserPinLen;      /* 1..31 */
    CK_ULONG ulMaxAdminRetryCount; /* 3..10 */
    CK_ULONG ulMaxUserRetryCount;  /* 1..10 */
    CK_BYTE *pTokenLabel;
    CK_ULONG ulLabelLen;
    CK_ULONG ulSmMode; /* 0 */
} CK_RUTOKEN_INIT_PARAM;

typedef struct CK_TOKEN_INFO_EXTENDED {
    CK_ULONG ulSizeofThisStructure;
    CK_ULONG ulTokenType;
    CK_ULONG ulProtocolNumber;
    CK_ULONG ulMicrocodeNumber;
    CK_ULONG ulOrderNumber;
    CK_FLAGS flags;
    CK_ULONG ulMaxAdminPinLen;
    CK_ULONG ulMinAdminPinLen;
    CK_ULONG ulMaxUserPinLen;
    CK_ULONG ulMinUserPinLen;
    CK_ULONG ulMaxAdminRetryCount;
    CK_ULONG ulAdminRetryCountLeft;
    CK_ULONG ulMaxUserRetryCount;
    CK_ULONG ulUserRetryCountLeft;
    CK_BYTE serialNumber[8]; /* a big-endian number */
    CK_ULONG ulTotalMemory;
    CK_ULONG ulFreeMemory;
    CK_BYTE ATR[64];
    CK_ULONG ulATRLen;
    CK_ULONG ulTokenClass;
    CK_ULONG ulBatteryVoltage;
    CK_ULONG ulBodyColor;
    CK_ULONG ulFirmwareChecksum;
    CK_ULONG ulBatteryPercentage; /* this and the next: not known to older programs */
    CK_ULONG ulBatteryFlags;
} CK_TOKEN_INFO_EXTENDED;

typedef struct CK_VENDOR_BUFFER {
    CK_BYTE *pData;
    CK_ULONG ulSize;
} CK_VENDOR_BUFFER;

typedef struct CK_VENDOR_X509_STORE {
    CK_VENDOR_BUFFER *pTrustedCertificates;
    CK_ULONG ulTrustedCertificateCount;
    CK_VENDOR_BUFFER *pCertificates;
    CK_ULONG ulCertificateCount;
    CK_VENDOR_BUFFER *pCrls;
    CK_ULONG ulCrlCount;
} CK_VENDOR_X509_STORE;

typedef struct CK_LOCAL_PIN_INFO {
    CK_ULONG ulPinID;
    CK_ULONG ulMinSize;
    CK_ULONG ulMaxSize;
    CK_ULONG ulMaxRetryCount;
    CK_ULONG ulCurrentRetryCount;
    CK_FLAGS flags;
} CK_LOCAL_PIN_INFO;

typedef struct CK_VOLUME_INFO_EXTENDED {
    CK_ULONG idVolume;
    CK_ULONG ulVolumeSize; /* MiB */
    CK_ULONG accessMode;
    CK_ULONG volumeOwner;
    CK_FLAGS flags;
} CK_VOLUME_INFO_EXTENDED;

typedef struct CK_VOLUME_FORMAT_INFO_EXTENDED {
    CK_ULONG ulVolumeSize; /* MiB */
    CK_ULONG accessMode;
    CK_ULONG volumeOwner;
    CK_FLAGS flags;
} CK_VOLUME_FORMAT_INFO_EXTENDED;

typedef struct CK_VENDOR_PIN_PARAMS {
    CK_USER_TYPE userType;
    CK_UTF8CHAR *pPinValue;
    CK_ULONG ulPinLength;
} CK_VENDOR_PIN_PARAMS;

typedef struct CK_VENDOR_RESTORE_FACTORY_DEFAULTS_PARAMS {
    CK_ULONG ulSizeofThisStructure;
    CK_BYTE *pAdminPin;
    CK_ULONG ulAdminPinLen;
    CK_RUTOKEN_INIT_PARAM *pInitParam;
    CK_BYTE *pNewEmitentKey;
    CK_ULONG ulNewEmitentKeyLen; /* 32 */
    CK_ULONG ulNewEmitentKeyRetryCount;
} CK_VENDOR_RESTORE_FACTORY_DEFAULTS_PARAMS;

/* ---- functions ------------------------------------------------------------------------------ */

typedef struct CK_FUNCTION_LIST_EXTENDED CK_FUNCTION_LIST_EXTENDED;

/*
 * X(name, parameters) for each function, in the order of the list. Numbers and lengths are in
 * units of their parameter: `_n` counts elements, `_len` bytes. Buffers that a function returns
 * by ** are freed with C_EX_FreeBuffer.
 */
#define GOSTTOKEN_EXTENDED_FUNCTIONS(X)                                                            \
    X(C_EX_GetFunctionListExtended, (CK_FUNCTION_LIST_EXTENDED * *list))                           \
    X(C_EX_InitToken,                                                                              \
      (CK_SLOT_ID slot, CK_UTF8CHAR * pin, CK_ULONG pin_len, CK_RUTOKEN_INIT_PARAM * param))       \
    X(C_EX_GetTokenInfoExtended, (CK_SLOT_ID slot, CK_TOKEN_INFO_EXTENDED * info))                 \
    X(C_EX_UnblockUserPIN, (CK_SESSION_HANDLE session))                                            \
    X(C_EX_SetTokenName, (CK_SESSION_HANDLE session, CK_CHAR * label, CK_ULONG label_len))         \
    X(C_EX_SetLicense,                                                                             \
      (CK_SESSION_HANDLE session, CK_ULONG number, CK_BYTE * license, CK_ULONG license_len))       \
    X(C_EX_GetLicense,                                                                             \
      (CK_SESSION_HANDLE session, CK_ULONG number, CK_BYTE * license, CK_ULONG * license_len))     \
    X(C_EX_GetCertificateInfoText, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE certificate,       \
                                    CK_CHAR * *text, CK_ULONG * text_len))                         \
    X(C_EX_PKCS7Sign,                                                                              \
      (CK_SESSION_HANDLE session, CK_BYTE * data, CK_ULONG data_len, CK_OBJECT_HANDLE certificate, \
       CK_BYTE * *envelope, CK_ULONG * envelope_len, CK_OBJECT_HANDLE private_key,                 \
       CK_OBJECT_HANDLE * certificates, CK_ULONG certificates_n, CK_ULONG flags))                  \
    X(C_EX_CreateCSR,                                                                              \
      (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE public_key, CK_CHAR * *dn, CK_ULONG dn_n,       \
       CK_BYTE * *csr, CK_ULONG * csr_len, CK_OBJECT_HANDLE private_key, CK_CHAR * *attributes,    \
       CK_ULONG attributes_n, CK_CHAR * *extensions, CK_ULONG extensions_n))                       \
    X(C_EX_FreeBuffer, (CK_BYTE * buffer))                                                         \
    X(C_EX_GetTokenName, (CK_SESSION_HANDLE session, CK_CHAR * label, CK_ULONG * label_len))       \
    X(C_EX_SetLocalPIN, (CK_SLOT_ID slot, CK_UTF8CHAR * user_pin, CK_ULONG user_pin_len,           \
                         CK_UTF8CHAR * local_pin, CK_ULONG local_pin_len, CK_ULONG local_id))      \
    X(C_EX_LoadActivationKey, (CK_SESSION_HANDLE session, CK_BYTE * key, CK_ULONG key_len))        \
    X(C_EX_SetActivationPassword, (CK_SLOT_ID slot, CK_UTF8CHAR * password))                       \
    X(C_EX_GetVolumesInfo, (CK_SLOT_ID slot, CK_VOLUME_INFO_EXTENDED * info, CK_ULONG * info_n))   \
    X(C_EX_GetDriveSize, (CK_SLOT_ID slot, CK_ULONG * size))                                       \
    X(C_EX_ChangeVolumeAttributes,                                                                 \
      (CK_SLOT_ID slot, CK_USER_TYPE user, CK_UTF8CHAR * pin, CK_ULONG pin_len, CK_ULONG volume,   \
       CK_ULONG access, CK_BBOOL permanent))                                                       \
    X(C_EX_FormatDrive, (CK_SLOT_ID slot, CK_USER_TYPE user, CK_UTF8CHAR * pin, CK_ULONG pin_len,  \
                         CK_VOLUME_FORMAT_INFO_EXTENDED * format, CK_ULONG format_n))              \
    X(C_EX_TokenManage, (CK_SESSION_HANDLE session, CK_ULONG mode, void *value))                   \
    X(C_EX_GenerateActivationPassword,                                                             \
      (CK_SESSION_HANDLE session, CK_ULONG number, CK_UTF8CHAR * password,                         \
       CK_ULONG * password_len, CK_ULONG charset))                                                 \
    X(C_EX_GetJournal, (CK_SLOT_ID slot, CK_BYTE * journal, CK_ULONG * journal_len))               \
    X(C_EX_SignInvisibleInit,                                                                      \
      (CK_SESSION_HANDLE session, CK_MECHANISM * mechanism, CK_OBJECT_HANDLE key))                 \
    X(C_EX_SignInvisible, (CK_SESSION_HANDLE session, CK_BYTE * data, CK_ULONG data_len,           \
                           CK_BYTE * signature, CK_ULONG * signature_len))                         \
    X(C_EX_SlotManage, (CK_SLOT_ID slot, CK_ULONG mode, void *value))                              \
    X(C_EX_WrapKey, (CK_SESSION_HANDLE session, CK_MECHANISM * generation, CK_ATTRIBUTE * templ,   \
                     CK_ULONG templ_n, CK_MECHANISM * derivation, CK_OBJECT_HANDLE base_key,       \
                     CK_MECHANISM * wrapping, CK_BYTE * wrapped, CK_ULONG * wrapped_len,           \
                     CK_OBJECT_HANDLE * key))                                                      \
    X(C_EX_UnwrapKey,                                                                              \
      (CK_SESSION_HANDLE session, CK_MECHANISM * derivation, CK_OBJECT_HANDLE base_key,            \
       CK_MECHANISM * unwrapping, CK_BYTE * wrapped, CK_ULONG wrapped_len, CK_ATTRIBUTE * templ,   \
       CK_ULONG templ_n, CK_OBJECT_HANDLE * key))                                                  \
    X(C_EX_PKCS7VerifyInit, (CK_SESSION_HANDLE session, CK_BYTE * cms, CK_ULONG cms_len,           \
                             CK_VENDOR_X509_STORE * store, CK_ULONG crl_mode, CK_FLAGS flags))     \
    X(C_EX_PKCS7Verify, (CK_SESSION_HANDLE session, CK_BYTE * *data, CK_ULONG * data_len,          \
                         CK_VENDOR_BUFFER * *signers, CK_ULONG * signers_n))                       \
    X(C_EX_PKCS7VerifyUpdate, (CK_SESSION_HANDLE session, CK_BYTE * data, CK_ULONG data_len))      \
    X(C_EX_PKCS7VerifyFinal,                                                                       \
      (CK_SESSION_HANDLE session, CK_VENDOR_BUFFER * *signers, CK_ULONG * signers_n))              \
    X(C_EX_Authenticate, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE authenticator,               \
                          CK_BYTE * data, CK_ULONG data_len))                                      \
    X(C_EX_Deauthenticate, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE authenticator))            \
    X(C_EX_UnblockAuthenticator, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE authenticator))

#define GOSTTOKEN_DECLARE(name, parameters) CK_RV name parameters;
GOSTTOKEN_EXTENDED_FUNCTIONS(GOSTTOKEN_DECLARE)
#undef GOSTTOKEN_DECLARE

#define GOSTTOKEN_MEMBER(name, parameters) CK_RV(*name) parameters;
struct CK_FUNCTION_LIST_EXTENDED {
    CK_VERSION version;
    GOSTTOKEN_EXTENDED_FUNCTIONS(GOSTTOKEN_MEMBER)
};
#undef GOSTTOKEN_MEMBER

typedef CK_RV (*CK_C_EX_GetFunctionListExtended)(CK_FUNCTION_LIST_EXTENDED **list);

#ifdef __cplusplus
}
#endif

#endif
