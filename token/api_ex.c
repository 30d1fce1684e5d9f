/* SPDX-License-Identifier: Apache-2.0 */
/* The extended functions (gosttoken/rutoken.h): their list, and what all of them share. */
#include "token/core.h"
#include "token/lists.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

/* The layout that programs were compiled with. */
static_assert(sizeof(CK_TOKEN_INFO_EXTENDED) == 256, "CK_TOKEN_INFO_EXTENDED");
static_assert(offsetof(CK_TOKEN_INFO_EXTENDED, flags) == 40, "flags");
static_assert(offsetof(CK_TOKEN_INFO_EXTENDED, serialNumber) == 112, "serialNumber");
static_assert(offsetof(CK_TOKEN_INFO_EXTENDED, ATR) == 136, "ATR");
static_assert(offsetof(CK_TOKEN_INFO_EXTENDED, ulATRLen) == 200, "ulATRLen");
static_assert(offsetof(CK_TOKEN_INFO_EXTENDED, ulBatteryPercentage) == 240, "older size");
static_assert(sizeof(CK_RUTOKEN_INIT_PARAM) == 112, "CK_RUTOKEN_INIT_PARAM");
static_assert(offsetof(CK_RUTOKEN_INIT_PARAM, ulSmMode) == 104, "ulSmMode");
static_assert(offsetof(CK_FUNCTION_LIST_EXTENDED, C_EX_GetFunctionListExtended) == 8, "first");
static_assert(offsetof(CK_FUNCTION_LIST_EXTENDED, C_EX_UnblockAuthenticator) == 34 * 8, "last");

CK_RV C_EX_GetFunctionListExtended(CK_FUNCTION_LIST_EXTENDED **list)
{
    if (list == NULL)
        return CKR_ARGUMENTS_BAD;
    *list = tok_function_list_extended();
    return CKR_OK;
}

CK_RV C_EX_FreeBuffer(CK_BYTE *buffer)
{
    CK_RV rv = tok_enter();

    if (rv != CKR_OK)
        return rv;
    free(buffer);
    tok_leave();
    return CKR_OK;
}
