/* SPDX-License-Identifier: Apache-2.0 */
/* Two operations fed by one call. A call that fails ends both. */
#include "token/operation.h"

/* plain_first: what the second operation sees is the input of the cipher, else its output. */
static CK_RV dual(CK_SESSION_HANDLE session, tok_op_kind cipher, tok_op_kind second,
                  int plain_first, const CK_BYTE *in, CK_ULONG len, CK_BYTE *out, CK_ULONG *out_len)
{
    CK_BYTE nothing[1];
    tok_op *crypt = NULL, *other = NULL;
    CK_ULONG need, done = 0;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = tok_op_active(s, cipher, &crypt);
    if (rv == CKR_OK)
        rv = tok_op_active(s, second, &other);
    if (rv == CKR_OPERATION_NOT_INITIALIZED) /* the one that is active has not been used */
        return tok_session_leave(s, rv);
    if (rv == CKR_OK && (out_len == NULL || (in == NULL && len != 0 && out != NULL)))
        rv = CKR_ARGUMENTS_BAD;
    else if (rv == CKR_OK && len > TOK_LEN_MAX / 2)
        rv = plain_first ? CKR_DATA_LEN_RANGE : CKR_ENCRYPTED_DATA_LEN_RANGE;
    if (rv == CKR_OK) {
        need = crypt->class->crypt_size(crypt, len, 0);
        if (out == NULL || *out_len < need) {
            rv = out == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
            *out_len = need;
            return tok_session_leave(s, rv);
        }
        rv = tok_op_still_there(s);
    }
    if (in == NULL)
        in = nothing;
    if (rv == CKR_OK) {
        crypt->parts = other->parts = 1;
        if (plain_first) /* before the cipher, which may write over it */
            rv = other->class->update(other, in, len);
    }
    if (rv == CKR_OK)
        rv = crypt->class->crypt_update(crypt, in, len, out, &done);
    if (rv == CKR_OK && !plain_first)
        rv = other->class->update(other, out, done);
    if (rv == CKR_OK) {
        *out_len = done;
    } else {
        tok_op_drop(s, cipher);
        tok_op_drop(s, second);
    }
    return tok_session_leave(s, rv);
}

CK_RV C_DigestEncryptUpdate(CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG len, CK_BYTE *out,
                            CK_ULONG *out_len)
{
    return dual(session, TOK_OP_ENCRYPT, TOK_OP_DIGEST, 1, part, len, out, out_len);
}

CK_RV C_DecryptDigestUpdate(CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG len, CK_BYTE *out,
                            CK_ULONG *out_len)
{
    return dual(session, TOK_OP_DECRYPT, TOK_OP_DIGEST, 0, part, len, out, out_len);
}

CK_RV C_SignEncryptUpdate(CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG len, CK_BYTE *out,
                          CK_ULONG *out_len)
{
    return dual(session, TOK_OP_ENCRYPT, TOK_OP_SIGN, 1, part, len, out, out_len);
}

CK_RV C_DecryptVerifyUpdate(CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG len, CK_BYTE *out,
                            CK_ULONG *out_len)
{
    return dual(session, TOK_OP_DECRYPT, TOK_OP_VERIFY, 0, part, len, out, out_len);
}
