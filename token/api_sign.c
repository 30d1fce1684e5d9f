/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures and MACs: made and verified. */
#include "token/operation.h"

CK_RV C_SignInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    return tok_op_init(session, TOK_OP_SIGN, mechanism, key);
}

CK_RV C_Sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *signature,
             CK_ULONG *signature_len)
{
    return tok_op_finish(session, TOK_OP_SIGN, 1, data, len, signature, signature_len);
}

CK_RV C_SignUpdate(CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG len)
{
    return tok_op_update(session, TOK_OP_SIGN, part, len);
}

CK_RV C_SignFinal(CK_SESSION_HANDLE session, CK_BYTE *signature, CK_ULONG *signature_len)
{
    return tok_op_finish(session, TOK_OP_SIGN, 0, NULL, 0, signature, signature_len);
}

CK_RV C_VerifyInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    return tok_op_init(session, TOK_OP_VERIFY, mechanism, key);
}

static CK_RV check(CK_SESSION_HANDLE session, int one, const CK_BYTE *data, CK_ULONG len,
                   const CK_BYTE *signature, CK_ULONG signature_len)
{
    tok_session *s;
    tok_op *op;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = tok_op_active(s, TOK_OP_VERIFY, &op);
    if (rv == CKR_OK && one && op->parts)
        rv = CKR_OPERATION_NOT_INITIALIZED;
    else if (rv == CKR_OK &&
             (signature == NULL || len > TOK_LEN_MAX || (one && data == NULL && len != 0)))
        rv = CKR_ARGUMENTS_BAD;
    else if (rv == CKR_OK && signature_len != op->size)
        rv = CKR_SIGNATURE_LEN_RANGE;
    if (rv == CKR_OK && one)
        rv = op->class->update(op, data, len);
    if (rv == CKR_OK)
        rv = op->class->check(op, signature);
    tok_op_drop(s, TOK_OP_VERIFY);
    return tok_session_leave(s, rv);
}

CK_RV C_Verify(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *signature,
               CK_ULONG signature_len)
{
    return check(session, 1, data, len, signature, signature_len);
}

CK_RV C_VerifyUpdate(CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG len)
{
    return tok_op_update(session, TOK_OP_VERIFY, part, len);
}

CK_RV C_VerifyFinal(CK_SESSION_HANDLE session, CK_BYTE *signature, CK_ULONG signature_len)
{
    return check(session, 0, NULL, 0, signature, signature_len);
}
