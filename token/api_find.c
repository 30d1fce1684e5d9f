/* SPDX-License-Identifier: Apache-2.0 */
/* C_FindObjectsInit, C_FindObjects, C_FindObjectsFinal. */
#include "token/search.h"
#include "token/template.h"

CK_RV C_FindObjectsInit(CK_SESSION_HANDLE session, CK_ATTRIBUTE *templ, CK_ULONG n)
{
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if (s->search != NULL)
        rv = CKR_OPERATION_ACTIVE;
    else
        rv = tok_template_check(templ, n);
    if (rv == CKR_OK)
        rv = tok_search_new(s, templ, n, &s->search);
    return tok_session_leave(s, rv);
}

CK_RV C_FindObjects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *objects, CK_ULONG max,
                    CK_ULONG *count)
{
    tok_search *search;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    search = s->search;
    if (count == NULL || (objects == NULL && max != 0))
        rv = CKR_ARGUMENTS_BAD;
    else if (search == NULL)
        rv = CKR_OPERATION_NOT_INITIALIZED;
    if (rv == CKR_OK) {
        for (*count = 0; *count < max && search->next < search->n; (*count)++)
            objects[*count] = search->handles[search->next++];
    }
    return tok_session_leave(s, rv);
}

CK_RV C_FindObjectsFinal(CK_SESSION_HANDLE session)
{
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if (s->search == NULL)
        rv = CKR_OPERATION_NOT_INITIALIZED;
    tok_search_free(s->search);
    s->search = NULL;
    return tok_session_leave(s, rv);
}
