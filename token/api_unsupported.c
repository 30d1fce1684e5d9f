/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that this token does not offer. They look at nothing but the module's state. */
#include <gosttoken/pkcs11-3.h>
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

/* ---- PKCS #11 ------------------------------------------------------------------------------- */

NOT_SUPPORTED(C_SignRecoverInit, INIT)
NOT_SUPPORTED(C_SignRecover, CRYPT)
NOT_SUPPORTED(C_VerifyRecoverInit, INIT)
NOT_SUPPORTED(C_VerifyRecover, CRYPT)

/* ---- PKCS #11 3.0 --------------------------------------------------------------------------- */

#define PARAM SESSION, void *param, CK_ULONG param_len

NOT_SUPPORTED(C_MessageSignInit, INIT)
NOT_SUPPORTED(C_SignMessage, (PARAM, CK_BYTE *data, CK_ULONG len, CK_BYTE *sig, CK_ULONG *sig_len))
NOT_SUPPORTED(C_SignMessageBegin, (PARAM))
NOT_SUPPORTED(C_SignMessageNext,
              (PARAM, CK_BYTE *data, CK_ULONG len, CK_BYTE *sig, CK_ULONG *sig_len))
NOT_SUPPORTED(C_MessageSignFinal, (SESSION))
NOT_SUPPORTED(C_MessageVerifyInit, INIT)
NOT_SUPPORTED(C_VerifyMessage, (PARAM, CK_BYTE *data, CK_ULONG len, CK_BYTE *sig, CK_ULONG sig_len))
NOT_SUPPORTED(C_VerifyMessageBegin, (PARAM))
NOT_SUPPORTED(C_VerifyMessageNext,
              (PARAM, CK_BYTE *data, CK_ULONG len, CK_BYTE *sig, CK_ULONG sig_len))
NOT_SUPPORTED(C_MessageVerifyFinal, (SESSION))

/* ---- the extended list ---------------------------------------------------------------------- */

/* why: api_ex_pin.c */
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
NOT_SUPPORTED(C_EX_GenerateActivationPassword,
              (CK_SESSION_HANDLE session, CK_ULONG number, CK_UTF8CHAR *password,
               CK_ULONG *password_len, CK_ULONG charset))
NOT_SUPPORTED(C_EX_SignInvisibleInit,
              (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key))
NOT_SUPPORTED(C_EX_SignInvisible, (CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_len,
                                   CK_BYTE *signature, CK_ULONG *signature_len))
NOT_SUPPORTED(C_EX_Authenticate, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE authenticator,
                                  CK_BYTE *data, CK_ULONG data_len))
NOT_SUPPORTED(C_EX_Deauthenticate, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE authenticator))
NOT_SUPPORTED(C_EX_UnblockAuthenticator,
              (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE authenticator))
