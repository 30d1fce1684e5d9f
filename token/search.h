/* SPDX-License-Identifier: Apache-2.0 */
/* What C_FindObjectsInit found and C_FindObjects hands out. */
#ifndef TOK_SEARCH_H
#define TOK_SEARCH_H

#include "token/session.h"

typedef struct tok_search {
    CK_OBJECT_HANDLE *handles;
    size_t n, next, room;
    unsigned epoch;
} tok_search;

/* Finds everything that matches and that the session may see. */
CK_RV tok_search_new(tok_session *s, const CK_ATTRIBUTE *templ, CK_ULONG n, tok_search **out);
void tok_search_free(tok_search *search); /* NULL is allowed */

#endif
