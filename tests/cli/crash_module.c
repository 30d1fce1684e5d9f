/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PKCS #11 module that crashes in the function that $CRASH names, for gosttoken doctor; with
 * CRASH=exit it ends the process. Otherwise it has no token, or one in slot 3 about which
 * C_GetTokenInfo answers $TROUBLE; C_GetSlotList answers $RESULT.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <gosttoken/pkcs11-gost.h>

static void perhaps(const char *name)
{
    const char *where = getenv("CRASH");

    if (where && !strcmp(where, name))
        raise(SIGSEGV);
    if (where && !strcmp(where, "exit"))
        _exit(7);
}

static CK_RV initialize(void *args)
{
    (void)args;
    perhaps("C_Initialize");
    return CKR_OK;
}

static CK_RV finalize(void *reserved)
{
    (void)reserved;
    perhaps("C_Finalize");
    return CKR_OK;
}

static CK_RV get_info(CK_INFO *info)
{
    perhaps("C_GetInfo");
    memset(info, ' ', sizeof(*info));
    info->cryptokiVersion.major = 2;
    info->cryptokiVersion.minor = 40;
    return CKR_OK;
}

static CK_RV get_slot_list(CK_BBOOL present, CK_SLOT_ID *list, CK_ULONG *n)
{
    const char *result = getenv("RESULT");

    (void)present;
    if (result)
        return strtoul(result, NULL, 0);
    *n = getenv("TROUBLE") != NULL;
    if (list && *n)
        *list = 3;
    return CKR_OK;
}

static CK_RV get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
    (void)slot;
    memset(info, ' ', sizeof(*info));
    info->flags = CKF_TOKEN_PRESENT;
    return CKR_OK;
}

static CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
    const char *trouble = getenv("TROUBLE");

    (void)slot, (void)info;
    return trouble ? strtoul(trouble, NULL, 0) : CKR_SLOT_ID_INVALID;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list);

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    static CK_FUNCTION_LIST functions = {
        .version = {2, 40},
        .C_Initialize = initialize,
        .C_Finalize = finalize,
        .C_GetInfo = get_info,
        .C_GetSlotList = get_slot_list,
        .C_GetSlotInfo = get_slot_info,
        .C_GetTokenInfo = get_token_info,
        .C_GetFunctionList = C_GetFunctionList,
    };

    *list = &functions;
    return CKR_OK;
}
