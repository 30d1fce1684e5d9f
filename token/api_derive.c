/* SPDX-License-Identifier: Apache-2.0 */
/* C_DeriveKey. */
#include "gost/mem.h"
#include "token/journal.h"
#include "token/keys.h"
#include "token/template.h"

static int has(const CK_ATTRIBUTE *templ, CK_ULONG n, CK_ATTRIBUTE_TYPE type)
{
    CK_ULONG i;

    for (i = 0; templ != NULL && i < n; i++) {
        if (templ[i].type == type)
            return 1;
    }
    return 0;
}

/*
 * PKCS #11 2.40, 4.9 and the descriptions of derivations: a key has always been sensitive (never
 * extractable) if that is true of it and of the key it comes from. A mechanism that takes a second
 * key says "no" on its behalf by setting the attribute to false.
 */
static CK_RV inherit(const tok_object *base, tok_attrs *key, CK_BBOOL always, CK_BBOOL never)
{
    CK_RV rv;

    always = always && tok_attrs_bool(base->attrs, CKA_ALWAYS_SENSITIVE, CK_FALSE) &&
             tok_attrs_bool(key, CKA_SENSITIVE, CK_FALSE);
    never = never && tok_attrs_bool(base->attrs, CKA_NEVER_EXTRACTABLE, CK_FALSE) &&
            !tok_attrs_bool(key, CKA_EXTRACTABLE, CK_TRUE);
    rv = tok_attrs_set_bool(key, CKA_ALWAYS_SENSITIVE, always);
    return rv == CKR_OK ? tok_attrs_set_bool(key, CKA_NEVER_EXTRACTABLE, never) : rv;
}

CK_RV tok_key_derive(tok_session *s, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base,
                     const CK_ATTRIBUTE *templ, CK_ULONG n, CK_OBJECT_HANDLE *key)
{
    CK_ULONG type = has(templ, n, CKA_KEY_TYPE) ? TOK_NO_TYPE : CKK_GENERIC_SECRET;
    tok_attrs *attrs = NULL;
    tok_object *o = NULL;
    CK_BBOOL always = CK_TRUE, never = CK_TRUE;
    void *value = NULL;
    const tok_mech *m;
    size_t len = 0;
    CK_RV rv = tok_mech_find(mechanism, CKF_DERIVE, &m);

    if (rv == CKR_OK && m->class->derive == NULL)
        rv = CKR_MECHANISM_INVALID;
    if (rv == CKR_OK)
        rv = tok_key_get(s, base, &o);
    if (rv == CKR_OK)
        rv = tok_mech_key_ok(m, o, CKO_PRIVATE_KEY, CKA_DERIVE);
    if (rv == CKR_OK)
        rv = tok_template_build(TOK_UNWRAP, CKO_SECRET_KEY, type, tok_slot_login(s->slot) == TOK_SO,
                                templ, n, &attrs);
    if (rv == CKR_OK)
        rv = tok_key_pin(s, base, o);
    if (rv == CKR_OK)
        rv = m->class->derive(m, mechanism, s, o, attrs, &value, &len);
    if (rv == CKR_OK) {
        always = tok_attrs_bool(attrs, CKA_ALWAYS_SENSITIVE, CK_TRUE);
        never = tok_attrs_bool(attrs, CKA_NEVER_EXTRACTABLE, CK_TRUE);
        rv = tok_key_complete(TOK_UNWRAP, attrs, value, len);
    }
    if (rv == CKR_OK)
        rv = inherit(o, attrs, always, never);
    if (rv == CKR_OK)
        rv = tok_objects_create(s, &attrs, 1, key);
    if (rv == CKR_OK)
        tok_journal_use(s, TOK_USE_DERIVE, mechanism->mechanism, o, NULL, 0);
    tok_attrs_free(attrs);
    tok_object_free(o);
    gost_wipe_stack();
    return rv;
}

/* A mechanism that gives its result to the caller and makes no key. *done: it was one. */
static CK_RV derive_out(tok_session *s, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base,
                        int *done)
{
    tok_object *o = NULL;
    const tok_mech *m;
    CK_RV rv = tok_mech_find(mechanism, CKF_DERIVE, &m);

    *done = rv == CKR_OK && m->class->derive_out != NULL;
    if (!*done)
        return rv;
    rv = tok_key_get(s, base, &o);
    if (rv == CKR_OK)
        rv = tok_mech_key_ok(m, o, CKO_PRIVATE_KEY, CKA_DERIVE);
    if (rv == CKR_OK)
        rv = tok_key_pin(s, base, o);
    if (rv == CKR_OK)
        rv = m->class->derive_out(m, mechanism, s, o);
    if (rv == CKR_OK)
        tok_journal_use(s, TOK_USE_DERIVE, mechanism->mechanism, o, NULL, 0);
    tok_object_free(o);
    gost_wipe_stack();
    return rv;
}

CK_RV C_DeriveKey(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base,
                  CK_ATTRIBUTE *templ, CK_ULONG n, CK_OBJECT_HANDLE *key)
{
    tok_session *s;
    int done;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = derive_out(s, mechanism, base, &done);
    if (rv == CKR_OK && !done && key == NULL)
        rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK && !done)
        rv = tok_key_derive(s, mechanism, base, templ, n, key);
    return tok_session_leave(s, rv);
}
