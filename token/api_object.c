/* SPDX-License-Identifier: Apache-2.0 */
/* Objects: create, copy, destroy, read and change their attributes; random numbers. */
#include "gost/random.h"
#include "token/object.h"
#include "token/secmem.h"
#include "token/template.h"

#include <gosttoken/pkcs11-3.h>
#include <string.h>

static int is_so(tok_session *s)
{
    return tok_slot_login(s->slot) == TOK_SO;
}

CK_RV C_CreateObject(CK_SESSION_HANDLE session, CK_ATTRIBUTE *templ, CK_ULONG n,
                     CK_OBJECT_HANDLE *object)
{
    tok_attrs *attrs = NULL;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if (object == NULL)
        rv = CKR_ARGUMENTS_BAD;
    else
        rv = tok_template_build(TOK_CREATE, TOK_NO_TYPE, TOK_NO_TYPE, is_so(s), templ, n, &attrs);
    if (rv == CKR_OK)
        rv = tok_template_finish(TOK_CREATE, attrs);
    if (rv == CKR_OK)
        rv = tok_objects_create(s, &attrs, 1, object);
    tok_attrs_free(attrs);
    return tok_session_leave(s, rv);
}

CK_RV C_CopyObject(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *templ,
                   CK_ULONG n, CK_OBJECT_HANDLE *copy)
{
    tok_attrs *all = NULL, *changes = NULL;
    tok_object *o = NULL;
    tok_session *s;
    size_t i;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = copy != NULL ? tok_object_get(s, object, &o) : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK && !tok_attrs_bool(o->attrs, CKA_COPYABLE, CK_TRUE))
        rv = CKR_ACTION_PROHIBITED;
    if (rv == CKR_OK)
        rv = tok_template_changes(TOK_COPY, o->attrs, is_so(s), templ, n, &changes);
    if (rv == CKR_OK)
        rv = tok_object_whole(s, o, &all);
    if (rv == CKR_OK)
        tok_attrs_remove(all, CKA_UNIQUE_ID); /* the copy gets its own */
    for (i = 0; rv == CKR_OK && i < tok_attrs_count(changes); i++) {
        const CK_ATTRIBUTE *a = tok_attrs_at(changes, i);

        rv = tok_attrs_set(all, a->type, a->pValue, a->ulValueLen);
    }
    if (rv == CKR_OK)
        rv = tok_objects_create(s, &all, 1, copy);
    tok_attrs_free(changes);
    tok_attrs_free(all);
    tok_object_free(o);
    return tok_session_leave(s, rv);
}

/* The object, if this session may write it and the object itself lets it (`allows`). */
static CK_RV get_to_change(tok_session *s, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE allows,
                           tok_object **o)
{
    CK_RV rv = tok_object_get(s, object, o);

    if (rv == CKR_OK)
        rv = tok_object_writable(s, *o);
    if (rv == CKR_OK && !tok_attrs_bool((*o)->attrs, allows, CK_TRUE))
        rv = CKR_ACTION_PROHIBITED;
    return rv;
}

CK_RV C_DestroyObject(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)
{
    tok_object *o = NULL;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = get_to_change(s, object, CKA_DESTROYABLE, &o);
    if (rv == CKR_DEVICE_ERROR && TOK_IS_RW(s))
        rv = CKR_OK; /* damaged: it can only be destroyed, and o is NULL */
    if (rv == CKR_OK)
        rv = tok_object_destroy(s, object, o);
    tok_object_free(o);
    return tok_session_leave(s, rv);
}

CK_RV C_GetObjectSize(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ULONG *size)
{
    tok_object *o = NULL;
    tok_session *s;
    size_t i;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = size != NULL ? tok_object_get(s, object, &o) : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK) {
        /* As it is stored: a type and a length before each value. */
        *size = o->stored != NULL ? vault_sealed_bytes(o->stored) : 0;
        for (i = 0; i < tok_attrs_count(o->attrs); i++)
            *size += 16 + tok_attrs_at(o->attrs, i)->ulValueLen;
        for (i = 0; o->hidden != NULL && i < tok_attrs_count(o->hidden); i++)
            *size += 16 + tok_attrs_at(o->hidden, i)->ulValueLen;
    }
    tok_object_free(o);
    return tok_session_leave(s, rv);
}

/* ---- attributes ----------------------------------------------------------------------------- */

static CK_RV hand_out(CK_ATTRIBUTE *a, const void *value, CK_ULONG len)
{
    if (a->pValue == NULL) {
        a->ulValueLen = len;
        return CKR_OK;
    }
    if (a->ulValueLen < len) {
        a->ulValueLen = CK_UNAVAILABLE_INFORMATION;
        return CKR_BUFFER_TOO_SMALL;
    }
    if (len != 0)
        memcpy(a->pValue, value, len);
    a->ulValueLen = len;
    return CKR_OK;
}

static CK_RV get_one(tok_session *s, tok_object *o, CK_ATTRIBUTE *a)
{
    const CK_ATTRIBUTE *have = tok_attrs_get(o->attrs, a->type);
    void *secret = NULL;
    size_t len;
    CK_RV rv;

    if (!tok_object_shows(o, a->type)) {
        a->ulValueLen = CK_UNAVAILABLE_INFORMATION;
        return CKR_ATTRIBUTE_SENSITIVE;
    }
    if (have != NULL)
        return hand_out(a, have->pValue, have->ulValueLen);
    rv = tok_object_secret(s, o, a->type, &secret, &len);
    if (rv == CKR_OK)
        rv = hand_out(a, secret, len);
    else
        a->ulValueLen = CK_UNAVAILABLE_INFORMATION;
    tok_secret_free(secret);
    return rv;
}

CK_RV C_GetAttributeValue(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *templ,
                          CK_ULONG n)
{
    tok_object *o = NULL;
    tok_session *s;
    CK_ULONG i;
    CK_RV rv = tok_session_enter(session, &s), one;

    if (rv != CKR_OK)
        return rv;
    if ((templ == NULL && n != 0) || n > TOK_TEMPLATE_MAX)
        rv = CKR_ARGUMENTS_BAD;
    else
        rv = tok_object_get(s, object, &o);
    /* Each attribute is answered; the result is that of the first one that has none. */
    for (i = 0; o != NULL && i < n; i++) {
        one = get_one(s, o, &templ[i]);
        if (rv == CKR_OK)
            rv = one;
    }
    tok_object_free(o);
    return tok_session_leave(s, rv);
}

CK_RV C_SetAttributeValue(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *templ,
                          CK_ULONG n)
{
    tok_attrs *changes = NULL;
    tok_object *o = NULL;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = get_to_change(s, object, CKA_MODIFIABLE, &o);
    if (rv == CKR_OK)
        rv = tok_template_changes(TOK_SET, o->attrs, is_so(s), templ, n, &changes);
    if (rv == CKR_OK)
        rv = tok_object_change(s, object, o, changes);
    tok_attrs_free(changes);
    tok_object_free(o);
    return tok_session_leave(s, rv);
}

/* ---- random numbers ------------------------------------------------------------------------- */

CK_RV C_SeedRandom(CK_SESSION_HANDLE session, CK_BYTE *seed, CK_ULONG len)
{
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    (void)seed;
    (void)len;
    return rv == CKR_OK ? tok_session_leave(s, CKR_RANDOM_SEED_NOT_SUPPORTED) : rv;
}

CK_RV C_GenerateRandom(CK_SESSION_HANDLE session, CK_BYTE *out, CK_ULONG len)
{
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if ((out == NULL && len != 0) || len > (CK_ULONG)PTRDIFF_MAX)
        rv = CKR_ARGUMENTS_BAD;
    else if (len != 0 && !gost_random_system(NULL, out, len))
        rv = CKR_FUNCTION_FAILED;
    return tok_session_leave(s, rv);
}
