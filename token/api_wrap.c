/* SPDX-License-Identifier: Apache-2.0 */
/* C_WrapKey and C_UnwrapKey. */
#include "gost/mem.h"
#include "token/journal.h"
#include "token/keys.h"
#include "token/operation.h"
#include "token/template.h"

/* The key that wraps or unwraps has codes of its own. */
typedef struct wrap_codes {
    CK_RV handle, type, size;
} wrap_codes;

static const wrap_codes wrapping_codes = {CKR_WRAPPING_KEY_HANDLE_INVALID,
                                          CKR_WRAPPING_KEY_TYPE_INCONSISTENT,
                                          CKR_WRAPPING_KEY_SIZE_RANGE};
static const wrap_codes unwrapping_codes = {CKR_UNWRAPPING_KEY_HANDLE_INVALID,
                                            CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT,
                                            CKR_UNWRAPPING_KEY_SIZE_RANGE};

static CK_RV named(const wrap_codes *codes, CK_RV rv)
{
    switch (rv) {
    case CKR_KEY_HANDLE_INVALID:
        return codes->handle;
    case CKR_KEY_TYPE_INCONSISTENT:
        return codes->type;
    case CKR_KEY_SIZE_RANGE:
        return codes->size;
    default:
        return rv;
    }
}

static CK_RV outer_key(tok_session *s, const tok_mech *m, CK_OBJECT_HANDLE handle,
                       CK_OBJECT_CLASS class, CK_ATTRIBUTE_TYPE use, tok_object **out)
{
    CK_RV rv = tok_key_get(s, handle, out);

    return rv == CKR_OK ? tok_mech_key_ok(m, *out, class, use) : rv;
}

/* May this key leave the token under that one? */
static CK_RV may_leave(const tok_object *key, const tok_object *wrapping)
{
    if ((key->kind->bit & (TOK_KINDS_PRIV | TOK_KINDS_SECRET)) == 0)
        return CKR_KEY_NOT_WRAPPABLE;
    if (!tok_attrs_bool(key->attrs, CKA_EXTRACTABLE, CK_FALSE))
        return CKR_KEY_UNEXTRACTABLE;
    if (tok_attrs_bool(key->attrs, CKA_WRAP_WITH_TRUSTED, CK_TRUE) &&
        !tok_attrs_bool(wrapping->attrs, CKA_TRUSTED, CK_FALSE))
        return CKR_KEY_NOT_WRAPPABLE;
    return CKR_OK;
}

CK_RV tok_key_wrap(tok_session *s, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping,
                   CK_OBJECT_HANDLE key, CK_BYTE *out, CK_ULONG *out_len)
{
    tok_object *outer = NULL, *inner = NULL;
    const tok_mech *m;
    CK_RV rv = tok_mech_find(mechanism, CKF_WRAP, &m);

    if (rv == CKR_OK && m->class->wrap == NULL)
        rv = CKR_MECHANISM_INVALID;
    if (rv == CKR_OK)
        rv = named(&wrapping_codes, outer_key(s, m, wrapping, CKO_PUBLIC_KEY, CKA_WRAP, &outer));
    if (rv == CKR_OK)
        rv = tok_key_get(s, key, &inner);
    if (rv == CKR_OK)
        rv = may_leave(inner, outer);
    if (rv == CKR_OK)
        rv = tok_op_still_there(s);
    if (rv == CKR_OK)
        rv = m->class->wrap(m, mechanism, s, outer, inner, out, out_len);
    if (rv == CKR_OK && out != NULL)
        tok_journal_use(s, TOK_USE_WRAP, mechanism->mechanism, inner, out, *out_len);
    tok_object_free(inner);
    tok_object_free(outer);
    gost_wipe_stack();
    return rv;
}

CK_RV C_WrapKey(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping,
                CK_OBJECT_HANDLE key, CK_BYTE *out, CK_ULONG *out_len)
{
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if (out_len == NULL)
        rv = CKR_ARGUMENTS_BAD;
    else
        rv = tok_key_wrap(s, mechanism, wrapping, key, out, out_len);
    return tok_session_leave(s, rv);
}

CK_RV tok_key_unwrap(tok_session *s, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping,
                     const CK_BYTE *wrapped, CK_ULONG wrapped_len, const CK_ATTRIBUTE *templ,
                     CK_ULONG n, CK_OBJECT_HANDLE *key)
{
    tok_attrs *attrs = NULL;
    tok_object *outer = NULL;
    void *value = NULL;
    const tok_mech *m;
    size_t len = 0;
    CK_RV rv = tok_mech_find(mechanism, CKF_UNWRAP, &m);

    if (rv == CKR_OK && m->class->unwrap == NULL)
        rv = CKR_MECHANISM_INVALID;
    if (rv == CKR_OK)
        rv = named(&unwrapping_codes,
                   outer_key(s, m, unwrapping, CKO_PRIVATE_KEY, CKA_UNWRAP, &outer));
    if (rv == CKR_OK)
        rv = tok_template_build(TOK_UNWRAP, TOK_NO_TYPE, TOK_NO_TYPE,
                                tok_slot_login(s->slot) == TOK_SO, templ, n, &attrs);
    if (rv == CKR_OK && (tok_kind_of(attrs)->bit & (TOK_KINDS_PRIV | TOK_KINDS_SECRET)) == 0)
        rv = CKR_TEMPLATE_INCONSISTENT;
    if (rv == CKR_OK && (wrapped_len == 0 || wrapped_len > TOK_VALUE_MAX))
        rv = CKR_WRAPPED_KEY_LEN_RANGE;
    if (rv == CKR_OK)
        rv = tok_key_pin(s, unwrapping, outer);
    if (rv == CKR_OK)
        rv = m->class->unwrap(m, mechanism, s, outer, wrapped, wrapped_len, attrs, &value, &len);
    if (rv == CKR_OK)
        rv = tok_key_complete(TOK_UNWRAP, attrs, value, len);
    if (rv == CKR_OK)
        rv = tok_objects_create(s, &attrs, 1, key);
    if (rv == CKR_OK)
        tok_journal_use(s, TOK_USE_UNWRAP, mechanism->mechanism, outer, wrapped, wrapped_len);
    tok_attrs_free(attrs);
    tok_object_free(outer);
    gost_wipe_stack();
    return rv;
}

CK_RV C_UnwrapKey(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping,
                  CK_BYTE *wrapped, CK_ULONG wrapped_len, CK_ATTRIBUTE *templ, CK_ULONG n,
                  CK_OBJECT_HANDLE *key)
{
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if (key == NULL || wrapped == NULL)
        rv = CKR_ARGUMENTS_BAD;
    else
        rv = tok_key_unwrap(s, mechanism, unwrapping, wrapped, wrapped_len, templ, n, key);
    return tok_session_leave(s, rv);
}
