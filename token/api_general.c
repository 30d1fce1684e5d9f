/* SPDX-License-Identifier: Apache-2.0 */
/* C_Initialize, C_Finalize, C_GetInfo, C_GetFunctionList and the parallel functions of old. */
#include "token/core.h"
#include "token/info.h"
#include "token/lists.h"
#include "token/session.h"

static CK_RV judge_arguments(const CK_C_INITIALIZE_ARGS *args)
{
    int n;

    if (args == NULL)
        return CKR_OK;
    n = (args->CreateMutex != NULL) + (args->DestroyMutex != NULL) + (args->LockMutex != NULL) +
        (args->UnlockMutex != NULL);
    if (args->pReserved != NULL || (n != 0 && n != 4))
        return CKR_ARGUMENTS_BAD;
    /* With mutex functions and no permission to use the system's, only those functions may be
     * used; the store below uses the system's. */
    if (n == 4 && (args->flags & CKF_OS_LOCKING_OK) == 0)
        return CKR_CANT_LOCK;
    return CKR_OK;
}

CK_RV C_Initialize(void *args)
{
    CK_RV rv = judge_arguments(args);

    return rv == CKR_OK ? tok_core_start() : rv;
}

CK_RV C_Finalize(void *reserved)
{
    return reserved == NULL ? tok_core_stop() : CKR_ARGUMENTS_BAD;
}

CK_RV C_GetInfo(CK_INFO *info)
{
    CK_RV rv = tok_enter();

    if (rv != CKR_OK)
        return rv;
    if (info != NULL)
        tok_info_library(info);
    else
        rv = CKR_ARGUMENTS_BAD;
    tok_leave();
    return rv;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    if (list == NULL)
        return CKR_ARGUMENTS_BAD;
    *list = tok_function_list();
    return CKR_OK;
}

static CK_RV not_parallel(CK_SESSION_HANDLE session)
{
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    return rv == CKR_OK ? tok_session_leave(s, CKR_FUNCTION_NOT_PARALLEL) : rv;
}

CK_RV C_GetFunctionStatus(CK_SESSION_HANDLE session)
{
    return not_parallel(session);
}

CK_RV C_CancelFunction(CK_SESSION_HANDLE session)
{
    return not_parallel(session);
}
