/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C_EX_WrapKey and C_EX_UnwrapKey: agree on a key encryption key with somebody, and send him a
 * fresh key under it or take in the one that he has sent, in one call. The key encryption key lives
 * in the session for that long and has no use but this one.
 */
#include <gosttoken/rutoken.h>
#include "token/keys.h"
#include "token/session.h"

static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

/* As C_DestroyObject; a key of a failed call is gone for whoever looks. */
static void drop(tok_session *s, CK_OBJECT_HANDLE handle)
{
    tok_object *o = NULL;

    if (handle == CK_INVALID_HANDLE || tok_object_get(s, handle, &o) != CKR_OK)
        return;
    (void)tok_object_destroy(s, handle, o);
    tok_object_free(o);
}

/* Derives the key that `wrap` takes. */
static CK_RV make_kek(tok_session *s, CK_FLAGS use, const CK_MECHANISM *derive,
                      CK_OBJECT_HANDLE base, const CK_MECHANISM *wrap, CK_OBJECT_HANDLE *kek)
{
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_KEY_TYPE type;
    CK_ATTRIBUTE templ[] = {
        {CKA_CLASS, &class, sizeof class},
        {CKA_KEY_TYPE, &type, sizeof type},
        {CKA_TOKEN, (void *)&no, sizeof no},
        {CKA_EXTRACTABLE, (void *)&no, sizeof no},
        {use == CKF_WRAP ? CKA_WRAP : CKA_UNWRAP, (void *)&yes, sizeof yes},
    };
    const tok_mech *m;
    CK_RV rv = tok_mech_find(wrap, use, &m);

    if (rv != CKR_OK)
        return rv;
    /* Mechanisms that wrap by a public key need no key agreed on. */
    if ((m->kinds & TOK_KINDS_SECRET) == 0 || m->key_type == TOK_NO_TYPE)
        return CKR_MECHANISM_INVALID;
    type = m->key_type;
    return tok_key_derive(s, derive, base, templ, sizeof templ / sizeof templ[0], kek);
}

CK_RV C_EX_WrapKey(CK_SESSION_HANDLE session, CK_MECHANISM *generation, CK_ATTRIBUTE *templ,
                   CK_ULONG templ_n, CK_MECHANISM *derivation, CK_OBJECT_HANDLE base_key,
                   CK_MECHANISM *wrapping, CK_BYTE *wrapped, CK_ULONG *wrapped_len,
                   CK_OBJECT_HANDLE *key)
{
    CK_OBJECT_HANDLE kek = CK_INVALID_HANDLE, made = CK_INVALID_HANDLE;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if (wrapped_len == NULL || key == NULL)
        rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK)
        rv = tok_key_generate(s, generation, templ, templ_n, &made);
    if (rv == CKR_OK)
        rv = make_kek(s, CKF_WRAP, derivation, base_key, wrapping, &kek);
    if (rv == CKR_OK)
        rv = tok_key_wrap(s, wrapping, kek, made, wrapped, wrapped_len);
    drop(s, kek);
    /* A question for the size leaves nothing behind. */
    if (rv != CKR_OK || wrapped == NULL)
        drop(s, made);
    else
        *key = made;
    return tok_session_leave(s, rv);
}

CK_RV C_EX_UnwrapKey(CK_SESSION_HANDLE session, CK_MECHANISM *derivation, CK_OBJECT_HANDLE base_key,
                     CK_MECHANISM *unwrapping, CK_BYTE *wrapped, CK_ULONG wrapped_len,
                     CK_ATTRIBUTE *templ, CK_ULONG templ_n, CK_OBJECT_HANDLE *key)
{
    CK_OBJECT_HANDLE kek = CK_INVALID_HANDLE;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if (wrapped == NULL || key == NULL)
        rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK)
        rv = make_kek(s, CKF_UNWRAP, derivation, base_key, unwrapping, &kek);
    if (rv == CKR_OK)
        rv = tok_key_unwrap(s, unwrapping, kek, wrapped, wrapped_len, templ, templ_n, key);
    drop(s, kek);
    return tok_session_leave(s, rv);
}
