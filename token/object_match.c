/* SPDX-License-Identifier: Apache-2.0 */
/* see object.h: who may read which attribute, and what a search compares */
#include "gost/mem.h"
#include "token/object.h"
#include "token/rules.h"
#include "token/secmem.h"

int tok_object_shows(const tok_object *o, CK_ATTRIBUTE_TYPE type)
{
    int known;
    const tok_rule *rule = tok_rule_find(type, o->kind->bit, &known);

    if (rule == NULL || (rule->flags & (TOK_R_SECRET | TOK_R_GUARDED)) == 0)
        return 1;
    return (rule->flags & TOK_R_SECRET) == 0 && !tok_attrs_bool(o->attrs, CKA_SENSITIVE, CK_TRUE) &&
           tok_attrs_bool(o->attrs, CKA_EXTRACTABLE, CK_FALSE);
}

/* Compares a value that is sealed, or hidden in memory, but no secret from this caller. */
static CK_RV match_hidden(tok_session *s, tok_object *o, const CK_ATTRIBUTE *a, int *match)
{
    void *value = NULL;
    size_t len = 0;
    CK_RV rv = tok_object_secret(s, o, a->type, &value, &len);

    if (rv == CKR_OK)
        *match = len == a->ulValueLen &&
                 (len == 0 || (a->pValue != NULL && gost_equal(value, a->pValue, len)));
    tok_secret_free(value);
    return rv == CKR_USER_NOT_LOGGED_IN || rv == CKR_PIN_EXPIRED ? CKR_OK : rv;
}

CK_RV tok_object_match(tok_session *s, tok_object *o, const CK_ATTRIBUTE *templ, CK_ULONG n,
                       int *match)
{
    CK_ULONG i;
    int hidden = 0;
    CK_RV rv = CKR_OK;

    *match = 0;
    for (i = 0; i < n; i++) {
        if (tok_attrs_get(o->attrs, templ[i].type) == NULL) {
            if (!tok_object_has_secret(o, templ[i].type) || !tok_object_shows(o, templ[i].type))
                return CKR_OK;
            hidden = 1;
        } else if (!tok_attrs_match(o->attrs, &templ[i], 1)) {
            return CKR_OK;
        }
    }
    /* Seals are opened of what fits so far only. */
    *match = 1;
    for (i = 0; hidden && rv == CKR_OK && *match && i < n; i++) {
        if (tok_attrs_get(o->attrs, templ[i].type) != NULL)
            continue;
        *match = 0;
        rv = match_hidden(s, o, &templ[i], match);
    }
    return rv;
}
