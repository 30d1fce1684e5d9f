/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that this token does not offer. They look at nothing but the module's state. */
#include <gosttoken/rutoken.h>
#include "token/core.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

static CK_RV not_supported(void)
{
    CK_RV rv = tok_enter();

    if (rv != CKR_OK)
        return rv;
    tok_leave();
    return CKR_FUNCTION_NOT_SUPPORTED;
}

#define NOT_SUPPORTED(name, parameters)                                                            \
    CK_RV name parameters                                                                          \
    {                                                                                              \
        return not_supported();                                                                    \
    }

#define SESSION CK_SESSION_HANDLE session
#define INIT    (SESSION, CK_MECHANISM * mechanism, CK_OBJECT_HANDLE key)
#define CRYPT   (SESSION, CK_BYTE * in, CK_ULONG in_len, CK_BYTE * out, CK_ULONG * out_len)
#define FINAL   (SESSION, CK_BYTE * out, CK_ULONG * out_len)

/* ---- PKCS #11 ------------------------------------------------------------------------------- */

NOT_SUPPORTED(C_GetOperationState, FINAL)
NOT_SUPPORTED(C_SetOperationState,
              (SESSION, CK_BYTE *state, CK_ULONG state_len, CK_OBJECT_HANDLE encryption_key,
               CK_OBJECT_HANDLE authentication_key))
NOT_SUPPORTED(C_EncryptInit, INIT)
NOT_SUPPORTED(C_Encrypt, CRYPT)
NOT_SUPPORTED(C_EncryptUpdate, CRYPT)
NOT_SUPPORTED(C_EncryptFinal, FINAL)
NOT_SUPPORTED(C_DecryptInit, INIT)
NOT_SUPPORTED(C_Decrypt, CRYPT)
NOT_SUPPORTED(C_DecryptUpdate, CRYPT)
NOT_SUPPORTED(C_DecryptFinal, FINAL)
NOT_SUPPORTED(C_DigestKey, (SESSION, CK_OBJECT_HANDLE key))
NOT_SUPPORTED(C_SignRecoverInit, INIT)
NOT_SUPPORTED(C_SignRecover, CRYPT)
NOT_SUPPORTED(C_VerifyRecoverInit, INIT)
NOT_SUPPORTED(C_VerifyRecover, CRYPT)
NOT_SUPPORTED(C_DigestEncryptUpdate, CRYPT)
NOT_SUPPORTED(C_DecryptDigestUpdate, CRYPT)
NOT_SUPPORTED(C_SignEncryptUpdate, CRYPT)
NOT_SUPPORTED(C_DecryptVerifyUpdate, CRYPT)
NOT_SUPPORTED(C_GenerateKey, (SESSION, CK_MECHANISM *mechanism, CK_ATTRIBUTE *templ,
                              CK_ULONG templ_n, CK_OBJECT_HANDLE *key))
NOT_SUPPORTED(C_WrapKey, (SESSION, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping_key,
                          CK_OBJECT_HANDLE key, CK_BYTE *wrapped, CK_ULONG *wrapped_len))
NOT_SUPPORTED(C_UnwrapKey,
              (SESSION, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping_key, CK_BYTE *wrapped,
               CK_ULONG wrapped_len, CK_ATTRIBUTE *templ, CK_ULONG templ_n, CK_OBJECT_HANDLE *key))
NOT_SUPPORTED(C_DeriveKey, (SESSION, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base_key,
                            CK_ATTRIBUTE *templ, CK_ULONG templ_n, CK_OBJECT_HANDLE *key))

/* ---- the extended list ---------------------------------------------------------------------- */

NOT_SUPPORTED(C_EX_SetLicense,
              (CK_SESSION_HANDLE session, CK_ULONG number, CK_BYTE *license, CK_ULONG license_len))
NOT_SUPPORTED(C_EX_GetLicense,
              (CK_SESSION_HANDLE session, CK_ULONG number, CK_BYTE *license, CK_ULONG *license_len))
NOT_SUPPORTED(C_EX_GetCertificateInfoText, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE certificate,
                                            CK_CHAR **text, CK_ULONG *text_len))
NOT_SUPPORTED(C_EX_PKCS7Sign,
              (CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_len,
               CK_OBJECT_HANDLE certificate, CK_BYTE **envelope, CK_ULONG *envelope_len,
               CK_OBJECT_HANDLE private_key, CK_OBJECT_HANDLE *certificates,
               CK_ULONG certificates_n, CK_ULONG flags))
NOT_SUPPORTED(C_EX_CreateCSR,
              (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE public_key, CK_CHAR **dn, CK_ULONG dn_n,
               CK_BYTE **csr, CK_ULONG *csr_len, CK_OBJECT_HANDLE private_key, CK_CHAR **attributes,
               CK_ULONG attributes_n, CK_CHAR **extensions, CK_ULONG extensions_n))
NOT_SUPPORTED(C_EX_SetLocalPIN, (CK_SLOT_ID slot, CK_UTF8CHAR *user_pin, CK_ULONG user_pin_len,
                                 CK_UTF8CHAR *local_pin, CK_ULONG local_pin_len, CK_ULONG local_id))
NOT_SUPPORTED(C_EX_LoadActivationKey, (CK_SESSION_HANDLE session, CK_BYTE *key, CK_ULONG key_len))
NOT_SUPPORTED(C_EX_SetActivationPassword, (CK_SLOT_ID slot, CK_UTF8CHAR *password))
NOT_SUPPORTED(C_EX_GetVolumesInfo,
              (CK_SLOT_ID slot, CK_VOLUME_INFO_EXTENDED *info, CK_ULONG *info_n))
NOT_SUPPORTED(C_EX_GetDriveSize, (CK_SLOT_ID slot, CK_ULONG *size))
NOT_SUPPORTED(C_EX_ChangeVolumeAttributes,
              (CK_SLOT_ID slot, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG pin_len,
               CK_ULONG volume, CK_ULONG access, CK_BBOOL permanent))
NOT_SUPPORTED(C_EX_FormatDrive,
              (CK_SLOT_ID slot, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG pin_len,
               CK_VOLUME_FORMAT_INFO_EXTENDED *format, CK_ULONG format_n))
NOT_SUPPORTED(C_EX_TokenManage, (CK_SESSION_HANDLE session, CK_ULONG mode, void *value))
NOT_SUPPORTED(C_EX_GenerateActivationPassword,
              (CK_SESSION_HANDLE session, CK_ULONG number, CK_UTF8CHAR *password,
               CK_ULONG *password_len, CK_ULONG charset))
NOT_SUPPORTED(C_EX_GetJournal, (CK_SLOT_ID slot, CK_BYTE *journal, CK_ULONG *journal_len))
NOT_SUPPORTED(C_EX_SignInvisibleInit,
              (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key))
NOT_SUPPORTED(C_EX_SignInvisible, (CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_len,
                                   CK_BYTE *signature, CK_ULONG *signature_len))
NOT_SUPPORTED(C_EX_SlotManage, (CK_SLOT_ID slot, CK_ULONG mode, void *value))
NOT_SUPPORTED(C_EX_WrapKey, (CK_SESSION_HANDLE session, CK_MECHANISM *generation,
                             CK_ATTRIBUTE *templ, CK_ULONG templ_n, CK_MECHANISM *derivation,
                             CK_OBJECT_HANDLE base_key, CK_MECHANISM *wrapping, CK_BYTE *wrapped,
                             CK_ULONG *wrapped_len, CK_OBJECT_HANDLE *key))
NOT_SUPPORTED(C_EX_UnwrapKey,
              (CK_SESSION_HANDLE session, CK_MECHANISM *derivation, CK_OBJECT_HANDLE base_key,
               CK_MECHANISM *unwrapping, CK_BYTE *wrapped, CK_ULONG wrapped_len,
               CK_ATTRIBUTE *templ, CK_ULONG templ_n, CK_OBJECT_HANDLE *key))
NOT_SUPPORTED(C_EX_PKCS7VerifyInit,
              (CK_SESSION_HANDLE session, CK_BYTE *cms, CK_ULONG cms_len,
               CK_VENDOR_X509_STORE *store, CK_ULONG crl_mode, CK_FLAGS flags))
NOT_SUPPORTED(C_EX_PKCS7Verify, (CK_SESSION_HANDLE session, CK_BYTE **data, CK_ULONG *data_len,
                                 CK_VENDOR_BUFFER **signers, CK_ULONG *signers_n))
NOT_SUPPORTED(C_EX_PKCS7VerifyUpdate, (CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_len))
NOT_SUPPORTED(C_EX_PKCS7VerifyFinal,
              (CK_SESSION_HANDLE session, CK_VENDOR_BUFFER **signers, CK_ULONG *signers_n))
NOT_SUPPORTED(C_EX_Authenticate, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE authenticator,
                                  CK_BYTE *data, CK_ULONG data_len))
NOT_SUPPORTED(C_EX_Deauthenticate, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE authenticator))
NOT_SUPPORTED(C_EX_UnblockAuthenticator,
              (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE authenticator))
