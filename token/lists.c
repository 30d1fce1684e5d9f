/* SPDX-License-Identifier: Apache-2.0 */
/* see lists.h */
#include "token/lists.h"

/* What stands in both lists. */
#define COMMON                                                                                     \
    .C_Initialize = C_Initialize, .C_Finalize = C_Finalize, .C_GetInfo = C_GetInfo,                \
    .C_GetFunctionList = C_GetFunctionList, .C_GetSlotList = C_GetSlotList,                        \
    .C_GetSlotInfo = C_GetSlotInfo, .C_GetTokenInfo = C_GetTokenInfo,                              \
    .C_GetMechanismList = C_GetMechanismList, .C_GetMechanismInfo = C_GetMechanismInfo,            \
    .C_InitToken = C_InitToken, .C_InitPIN = C_InitPIN, .C_SetPIN = C_SetPIN,                      \
    .C_OpenSession = C_OpenSession, .C_CloseSession = C_CloseSession,                              \
    .C_CloseAllSessions = C_CloseAllSessions, .C_GetSessionInfo = C_GetSessionInfo,                \
    .C_GetOperationState = C_GetOperationState, .C_SetOperationState = C_SetOperationState,        \
    .C_Login = C_Login, .C_Logout = C_Logout, .C_CreateObject = C_CreateObject,                    \
    .C_CopyObject = C_CopyObject, .C_DestroyObject = C_DestroyObject,                              \
    .C_GetObjectSize = C_GetObjectSize, .C_GetAttributeValue = C_GetAttributeValue,                \
    .C_SetAttributeValue = C_SetAttributeValue, .C_FindObjectsInit = C_FindObjectsInit,            \
    .C_FindObjects = C_FindObjects, .C_FindObjectsFinal = C_FindObjectsFinal,                      \
    .C_EncryptInit = C_EncryptInit, .C_Encrypt = C_Encrypt, .C_EncryptUpdate = C_EncryptUpdate,    \
    .C_EncryptFinal = C_EncryptFinal, .C_DecryptInit = C_DecryptInit, .C_Decrypt = C_Decrypt,      \
    .C_DecryptUpdate = C_DecryptUpdate, .C_DecryptFinal = C_DecryptFinal,                          \
    .C_DigestInit = C_DigestInit, .C_Digest = C_Digest, .C_DigestUpdate = C_DigestUpdate,          \
    .C_DigestKey = C_DigestKey, .C_DigestFinal = C_DigestFinal, .C_SignInit = C_SignInit,          \
    .C_Sign = C_Sign, .C_SignUpdate = C_SignUpdate, .C_SignFinal = C_SignFinal,                    \
    .C_SignRecoverInit = C_SignRecoverInit, .C_SignRecover = C_SignRecover,                        \
    .C_VerifyInit = C_VerifyInit, .C_Verify = C_Verify, .C_VerifyUpdate = C_VerifyUpdate,          \
    .C_VerifyFinal = C_VerifyFinal, .C_VerifyRecoverInit = C_VerifyRecoverInit,                    \
    .C_VerifyRecover = C_VerifyRecover, .C_DigestEncryptUpdate = C_DigestEncryptUpdate,            \
    .C_DecryptDigestUpdate = C_DecryptDigestUpdate, .C_SignEncryptUpdate = C_SignEncryptUpdate,    \
    .C_DecryptVerifyUpdate = C_DecryptVerifyUpdate, .C_GenerateKey = C_GenerateKey,                \
    .C_GenerateKeyPair = C_GenerateKeyPair, .C_WrapKey = C_WrapKey, .C_UnwrapKey = C_UnwrapKey,    \
    .C_DeriveKey = C_DeriveKey, .C_SeedRandom = C_SeedRandom,                                      \
    .C_GenerateRandom = C_GenerateRandom, .C_GetFunctionStatus = C_GetFunctionStatus,              \
    .C_CancelFunction = C_CancelFunction, .C_WaitForSlotEvent = C_WaitForSlotEvent,

static CK_FUNCTION_LIST list = {.version = {2, 40}, COMMON};

static CK_FUNCTION_LIST_3_0 list_3 = {
    .version = {3, 0},
    COMMON.C_GetInterfaceList = C_GetInterfaceList,
    .C_GetInterface = C_GetInterface,
    .C_LoginUser = C_LoginUser,
    .C_SessionCancel = C_SessionCancel,
    .C_MessageEncryptInit = C_MessageEncryptInit,
    .C_EncryptMessage = C_EncryptMessage,
    .C_EncryptMessageBegin = C_EncryptMessageBegin,
    .C_EncryptMessageNext = C_EncryptMessageNext,
    .C_MessageEncryptFinal = C_MessageEncryptFinal,
    .C_MessageDecryptInit = C_MessageDecryptInit,
    .C_DecryptMessage = C_DecryptMessage,
    .C_DecryptMessageBegin = C_DecryptMessageBegin,
    .C_DecryptMessageNext = C_DecryptMessageNext,
    .C_MessageDecryptFinal = C_MessageDecryptFinal,
    .C_MessageSignInit = C_MessageSignInit,
    .C_SignMessage = C_SignMessage,
    .C_SignMessageBegin = C_SignMessageBegin,
    .C_SignMessageNext = C_SignMessageNext,
    .C_MessageSignFinal = C_MessageSignFinal,
    .C_MessageVerifyInit = C_MessageVerifyInit,
    .C_VerifyMessage = C_VerifyMessage,
    .C_VerifyMessageBegin = C_VerifyMessageBegin,
    .C_VerifyMessageNext = C_VerifyMessageNext,
    .C_MessageVerifyFinal = C_MessageVerifyFinal,
};

CK_FUNCTION_LIST *tok_function_list(void)
{
    return &list;
}

CK_FUNCTION_LIST_3_0 *tok_function_list_3(void)
{
    return &list_3;
}

static CK_FUNCTION_LIST_EXTENDED extended = {
    .version = {2, 40},
    .C_EX_GetFunctionListExtended = C_EX_GetFunctionListExtended,
    .C_EX_InitToken = C_EX_InitToken,
    .C_EX_GetTokenInfoExtended = C_EX_GetTokenInfoExtended,
    .C_EX_UnblockUserPIN = C_EX_UnblockUserPIN,
    .C_EX_SetTokenName = C_EX_SetTokenName,
    .C_EX_SetLicense = C_EX_SetLicense,
    .C_EX_GetLicense = C_EX_GetLicense,
    .C_EX_GetCertificateInfoText = C_EX_GetCertificateInfoText,
    .C_EX_PKCS7Sign = C_EX_PKCS7Sign,
    .C_EX_CreateCSR = C_EX_CreateCSR,
    .C_EX_FreeBuffer = C_EX_FreeBuffer,
    .C_EX_GetTokenName = C_EX_GetTokenName,
    .C_EX_SetLocalPIN = C_EX_SetLocalPIN,
    .C_EX_LoadActivationKey = C_EX_LoadActivationKey,
    .C_EX_SetActivationPassword = C_EX_SetActivationPassword,
    .C_EX_GetVolumesInfo = C_EX_GetVolumesInfo,
    .C_EX_GetDriveSize = C_EX_GetDriveSize,
    .C_EX_ChangeVolumeAttributes = C_EX_ChangeVolumeAttributes,
    .C_EX_FormatDrive = C_EX_FormatDrive,
    .C_EX_TokenManage = C_EX_TokenManage,
    .C_EX_GenerateActivationPassword = C_EX_GenerateActivationPassword,
    .C_EX_GetJournal = C_EX_GetJournal,
    .C_EX_SignInvisibleInit = C_EX_SignInvisibleInit,
    .C_EX_SignInvisible = C_EX_SignInvisible,
    .C_EX_SlotManage = C_EX_SlotManage,
    .C_EX_WrapKey = C_EX_WrapKey,
    .C_EX_UnwrapKey = C_EX_UnwrapKey,
    .C_EX_PKCS7VerifyInit = C_EX_PKCS7VerifyInit,
    .C_EX_PKCS7Verify = C_EX_PKCS7Verify,
    .C_EX_PKCS7VerifyUpdate = C_EX_PKCS7VerifyUpdate,
    .C_EX_PKCS7VerifyFinal = C_EX_PKCS7VerifyFinal,
    .C_EX_Authenticate = C_EX_Authenticate,
    .C_EX_Deauthenticate = C_EX_Deauthenticate,
    .C_EX_UnblockAuthenticator = C_EX_UnblockAuthenticator,
};

CK_FUNCTION_LIST_EXTENDED *tok_function_list_extended(void)
{
    return &extended;
}
