/* SPDX-License-Identifier: Apache-2.0 */
/* C_GenerateKey and C_GenerateKeyPair. */
#include "gost/mem.h"
#include "token/keys.h"
#include "token/template.h"

static int is_so(tok_session *s)
{
    return tok_slot_login(s->slot) == TOK_SO;
}

CK_RV tok_key_generate(tok_session *s, const CK_MECHANISM *mechanism, const CK_ATTRIBUTE *templ,
                       CK_ULONG n, CK_OBJECT_HANDLE *key)
{
    tok_attrs *attrs = NULL;
    void *value = NULL;
    const tok_mech *m;
    size_t len = 0;
    CK_RV rv = tok_mech_find(mechanism, CKF_GENERATE, &m);

    if (rv == CKR_OK && m->class->generate == NULL)
        rv = CKR_MECHANISM_INVALID;
    if (rv == CKR_OK)
        rv = tok_template_build(TOK_GENERATE, CKO_SECRET_KEY, m->key_type, is_so(s), templ, n,
                                &attrs);
    if (rv == CKR_OK)
        rv = m->class->generate(m, mechanism, attrs, &value, &len);
    if (rv == CKR_OK)
        rv = tok_attrs_set_ulong(attrs, CKA_KEY_GEN_MECHANISM, m->type);
    if (rv == CKR_OK)
        rv = tok_key_complete(TOK_GENERATE, attrs, value, len);
    if (rv == CKR_OK)
        rv = tok_objects_create(s, &attrs, 1, key);
    tok_attrs_free(attrs);
    gost_wipe_stack();
    return rv;
}

CK_RV C_GenerateKey(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *templ,
                    CK_ULONG n, CK_OBJECT_HANDLE *key)
{
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if (key == NULL)
        rv = CKR_ARGUMENTS_BAD;
    else
        rv = tok_key_generate(s, mechanism, templ, n, key);
    return tok_session_leave(s, rv);
}

static CK_RV generate_pair(tok_session *s, CK_MECHANISM *mechanism, const CK_ATTRIBUTE *pub_templ,
                           CK_ULONG pub_n, const CK_ATTRIBUTE *priv_templ, CK_ULONG priv_n,
                           CK_OBJECT_HANDLE handles[2])
{
    tok_attrs *pair[2] = {NULL, NULL}; /* public, private */
    const tok_mech *m;
    CK_RV rv = tok_mech_find(mechanism, CKF_GENERATE_KEY_PAIR, &m);

    if (rv == CKR_OK)
        rv = tok_template_build(TOK_GENERATE, CKO_PUBLIC_KEY, m->key_type, is_so(s), pub_templ,
                                pub_n, &pair[0]);
    if (rv == CKR_OK)
        rv = tok_template_build(TOK_GENERATE, CKO_PRIVATE_KEY, m->key_type, is_so(s), priv_templ,
                                priv_n, &pair[1]);
    if (rv == CKR_OK)
        rv = m->class->generate_pair(m, mechanism, pair[0], pair[1]);
    if (rv == CKR_OK)
        rv = tok_template_finish(TOK_GENERATE, pair[0]);
    if (rv == CKR_OK)
        rv = tok_template_finish(TOK_GENERATE, pair[1]);
    if (rv == CKR_OK)
        rv = tok_objects_create(s, pair, 2, handles);
    tok_attrs_free(pair[0]);
    tok_attrs_free(pair[1]);
    gost_wipe_stack();
    return rv;
}

CK_RV C_GenerateKeyPair(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *pub_templ,
                        CK_ULONG pub_n, CK_ATTRIBUTE *priv_templ, CK_ULONG priv_n,
                        CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
    CK_OBJECT_HANDLE handles[2];
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if (pub == NULL || priv == NULL)
        rv = CKR_ARGUMENTS_BAD;
    else
        rv = generate_pair(s, mechanism, pub_templ, pub_n, priv_templ, priv_n, handles);
    if (rv == CKR_OK) {
        *pub = handles[0];
        *priv = handles[1];
    }
    return tok_session_leave(s, rv);
}
