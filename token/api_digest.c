/* SPDX-License-Identifier: Apache-2.0 */
/* Digests. */
#include "token/operation.h"
#include "token/secmem.h"

#include "gost/mem.h"

CK_RV C_DigestInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism)
{
    return tok_op_init(session, TOK_OP_DIGEST, mechanism, CK_INVALID_HANDLE);
}

CK_RV C_Digest(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *digest,
               CK_ULONG *digest_len)
{
    return tok_op_finish(session, TOK_OP_DIGEST, 1, data, len, digest, digest_len);
}

CK_RV C_DigestUpdate(CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG len)
{
    return tok_op_update(session, TOK_OP_DIGEST, part, len);
}

/* A digest of a key's value says something about it: only keys that may leave the token are hashed
 * (CKR_KEY_INDIGESTIBLE for the others). */
CK_RV C_DigestKey(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key)
{
    tok_object *o = NULL;
    void *value = NULL;
    tok_session *s;
    size_t len = 0;
    tok_op *op;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = tok_op_active(s, TOK_OP_DIGEST, &op);
    if (rv == CKR_OK)
        rv = tok_object_get(s, key, &o);
    if (rv == CKR_OBJECT_HANDLE_INVALID)
        rv = CKR_KEY_HANDLE_INVALID;
    if (rv == CKR_OK &&
        (o->class != CKO_SECRET_KEY || !tok_attrs_bool(o->attrs, CKA_EXTRACTABLE, CK_FALSE)))
        rv = CKR_KEY_INDIGESTIBLE;
    if (rv == CKR_OK)
        rv = tok_object_secret(s, o, CKA_VALUE, &value, &len);
    if (rv == CKR_OK) {
        op->parts = 1;
        rv = op->class->update(op, value, len);
    }
    tok_secret_free(value);
    tok_object_free(o);
    if (rv != CKR_OK)
        tok_op_drop(s, TOK_OP_DIGEST);
    gost_wipe_stack();
    return tok_session_leave(s, rv);
}

CK_RV C_DigestFinal(CK_SESSION_HANDLE session, CK_BYTE *digest, CK_ULONG *digest_len)
{
    return tok_op_finish(session, TOK_OP_DIGEST, 0, NULL, 0, digest, digest_len);
}
