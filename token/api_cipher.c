/* SPDX-License-Identifier: Apache-2.0 */
/* Encrypting and decrypting. */
#include "token/operation.h"

/* What tells the two directions apart. */
static CK_RV bad_len(tok_op_kind kind)
{
    return kind == TOK_OP_ENCRYPT ? CKR_DATA_LEN_RANGE : CKR_ENCRYPTED_DATA_LEN_RANGE;
}

/* One call: how much of the operation it is. */
typedef enum stage { WHOLE, MIDDLE, LAST } stage;

/* The operation's own work; there is room for what it writes. */
static CK_RV work(tok_op *op, stage part, const CK_BYTE *in, CK_ULONG len, CK_BYTE *out,
                  CK_ULONG *out_len)
{
    CK_ULONG done = 0, rest = op->class->measures ? *out_len : 0;
    CK_RV rv = CKR_OK;

    if (part != LAST)
        rv = op->class->crypt_update(op, in, len, out, &done);
    if (rv == CKR_OK && part != MIDDLE)
        rv = op->class->crypt_final(op, out + done, &rest);
    if (rv == CKR_OK || rv == CKR_BUFFER_TOO_SMALL)
        *out_len = done + rest;
    return rv;
}

static CK_RV crypt(CK_SESSION_HANDLE session, tok_op_kind kind, stage part, const CK_BYTE *in,
                   CK_ULONG len, CK_BYTE *out, CK_ULONG *out_len)
{
    CK_BYTE nothing[1]; /* where an operation that writes nothing may point */
    tok_session *s;
    CK_ULONG need;
    tok_op *op;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = tok_op_active(s, kind, &op);
    if (rv == CKR_OK && part == WHOLE && op->parts)
        rv = CKR_OPERATION_NOT_INITIALIZED;
    else if (rv == CKR_OK && (out_len == NULL || (in == NULL && len != 0 && out != NULL)))
        rv = CKR_ARGUMENTS_BAD;
    else if (rv == CKR_OK && len > TOK_LEN_MAX / 2)
        rv = bad_len(kind);
    if (rv == CKR_OK) {
        need = op->class->crypt_size(op, len, part != MIDDLE);
        if (out == NULL || (*out_len < need && !op->class->measures)) {
            rv = out == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
            *out_len = need;
            return tok_session_leave(s, rv);
        }
        rv = tok_op_still_there(s);
    }
    if (rv == CKR_OK) {
        op->parts |= part == MIDDLE;
        rv = work(op, part, in != NULL ? in : nothing, len, out, out_len);
    }
    if (rv != CKR_BUFFER_TOO_SMALL && (rv != CKR_OK || part != MIDDLE))
        tok_op_drop(s, kind);
    return tok_session_leave(s, rv);
}

CK_RV C_EncryptInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    return tok_op_init(session, TOK_OP_ENCRYPT, mechanism, key);
}

CK_RV C_Encrypt(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *out,
                CK_ULONG *out_len)
{
    return crypt(session, TOK_OP_ENCRYPT, WHOLE, data, len, out, out_len);
}

CK_RV C_EncryptUpdate(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *out,
                      CK_ULONG *out_len)
{
    return crypt(session, TOK_OP_ENCRYPT, MIDDLE, data, len, out, out_len);
}

CK_RV C_EncryptFinal(CK_SESSION_HANDLE session, CK_BYTE *out, CK_ULONG *out_len)
{
    return crypt(session, TOK_OP_ENCRYPT, LAST, NULL, 0, out, out_len);
}

CK_RV C_DecryptInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    return tok_op_init(session, TOK_OP_DECRYPT, mechanism, key);
}

CK_RV C_Decrypt(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *out,
                CK_ULONG *out_len)
{
    return crypt(session, TOK_OP_DECRYPT, WHOLE, data, len, out, out_len);
}

CK_RV C_DecryptUpdate(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *out,
                      CK_ULONG *out_len)
{
    return crypt(session, TOK_OP_DECRYPT, MIDDLE, data, len, out, out_len);
}

CK_RV C_DecryptFinal(CK_SESSION_HANDLE session, CK_BYTE *out, CK_ULONG *out_len)
{
    return crypt(session, TOK_OP_DECRYPT, LAST, NULL, 0, out, out_len);
}
