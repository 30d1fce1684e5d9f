/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PKCS #11 3.0: C_GetInterfaceList and C_GetInterface, which work before C_Initialize as
 * C_GetFunctionList does; C_SessionCancel, C_LoginUser.
 */
#include <gosttoken/pkcs11-3.h>
#include "token/lists.h"
#include "token/operation.h"
#include "token/search.h"

#include <string.h>

static CK_UTF8CHAR standard[] = "PKCS 11";
static CK_UTF8CHAR extended[] = "Vendor Rutoken";

#define INTERFACES 3

/* The default comes first: programs that ask for none in particular are given it. After a fork a
 * child finds the module not initialised and may initialise it: CKF_INTERFACE_FORK_SAFE. */
static CK_INTERFACE *interface_at(size_t i)
{
    static CK_INTERFACE all[INTERFACES] = {
        {(void *)standard, NULL, CKF_INTERFACE_FORK_SAFE},
        {(void *)standard, NULL, CKF_INTERFACE_FORK_SAFE},
        {(void *)extended, NULL, CKF_INTERFACE_FORK_SAFE},
    };
    void *const lists[INTERFACES] = {tok_function_list_3(), tok_function_list(),
                                     tok_function_list_extended()};

    /* Every thread writes the same. */
    __atomic_store_n(&all[i].pFunctionList, lists[i], __ATOMIC_RELAXED);
    return &all[i];
}

CK_RV C_GetInterfaceList(CK_INTERFACE *list, CK_ULONG *count)
{
    CK_ULONG room;
    size_t i;

    if (count == NULL)
        return CKR_ARGUMENTS_BAD;
    room = *count;
    *count = INTERFACES;
    if (list == NULL)
        return CKR_OK;
    if (room < INTERFACES)
        return CKR_BUFFER_TOO_SMALL;
    for (i = 0; i < INTERFACES; i++)
        list[i] = *interface_at(i);
    return CKR_OK;
}

CK_RV C_GetInterface(CK_UTF8CHAR *name, CK_VERSION *version, CK_INTERFACE **interface,
                     CK_FLAGS flags)
{
    size_t i;

    if (interface == NULL)
        return CKR_ARGUMENTS_BAD;
    for (i = 0; i < INTERFACES; i++) {
        CK_INTERFACE *at = interface_at(i);
        const CK_VERSION *have = at->pFunctionList; /* the head of every list */

        if (name != NULL && strcmp((const char *)name, (const char *)at->pInterfaceName) != 0)
            continue;
        if (version != NULL && (version->major != have->major || version->minor != have->minor))
            continue;
        if ((at->flags & flags) != flags)
            continue;
        *interface = at;
        return CKR_OK;
    }
    return CKR_FUNCTION_FAILED;
}

CK_RV C_SessionCancel(CK_SESSION_HANDLE session, CK_FLAGS flags)
{
    static const CK_FLAGS of[TOK_OPS] = {
        [TOK_OP_DIGEST] = CKF_DIGEST,
        [TOK_OP_SIGN] = CKF_SIGN,
        [TOK_OP_VERIFY] = CKF_VERIFY,
        [TOK_OP_ENCRYPT] = CKF_ENCRYPT,
        [TOK_OP_DECRYPT] = CKF_DECRYPT,
        [TOK_OP_MESSAGE_ENCRYPT] = CKF_MESSAGE_ENCRYPT,
        [TOK_OP_MESSAGE_DECRYPT] = CKF_MESSAGE_DECRYPT,
    };
    tok_session *s;
    int i;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    for (i = 0; i < TOK_OPS; i++) {
        if ((flags & of[i]) != 0)
            tok_op_drop(s, (tok_op_kind)i);
    }
    if ((flags & CKF_FIND_OBJECTS) != 0) {
        tok_search_free(s->search);
        s->search = NULL;
    }
    return tok_session_leave(s, CKR_OK);
}

/* Nobody has a name here: a token has one user and one SO. */
CK_RV C_LoginUser(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG pin_len,
                  CK_UTF8CHAR *username, CK_ULONG username_len)
{
    tok_session *s;
    CK_RV rv;

    (void)username;
    if (username_len == 0)
        return C_Login(session, user, pin, pin_len);
    rv = tok_session_enter(session, &s);
    return rv == CKR_OK ? tok_session_leave(s, CKR_ARGUMENTS_BAD) : rv;
}
