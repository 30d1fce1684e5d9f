/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PKCS #11 3.0: many messages under one key, each with a nonce of its own. A message that comes in
 * parts is kept until its last part and worked on then as a whole: a decryption must not give
 * anything out before the tag is found right, and one way of doing it is enough for both. So only
 * the last C_…MessageNext writes.
 *
 * A message that fails does not end the operation (3.0, 5.9 and 5.11): the next one may begin.
 */
#include <gosttoken/pkcs11-3.h>
#include "token/operation.h"

#include <stdlib.h>
#include <string.h>

#include "gost/mem.h"

/* A message in parts. */
struct tok_message {
    CK_BYTE *ad, *data;
    CK_ULONG ad_len, len, room;
};

static void wipe(CK_BYTE *p, CK_ULONG len)
{
    if (p != NULL)
        gost_wipe(p, len);
    free(p);
}

void tok_message_free(tok_message *m)
{
    if (m == NULL)
        return;
    wipe(m->ad, m->ad_len);
    wipe(m->data, m->room);
    free(m);
}

static CK_RV final(CK_SESSION_HANDLE session, tok_op_kind kind)
{
    tok_session *s;
    tok_op *op;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = tok_op_active(s, kind, &op);
    if (rv == CKR_OK && op->message != NULL)
        rv = CKR_OPERATION_ACTIVE; /* a message is not finished */
    if (rv == CKR_OK)
        tok_op_drop(s, kind);
    return tok_session_leave(s, rv);
}

static CK_RV len_ok(tok_op_kind kind, CK_ULONG len)
{
    if (len <= TOK_LEN_MAX / 2)
        return CKR_OK;
    return kind == TOK_OP_MESSAGE_ENCRYPT ? CKR_DATA_LEN_RANGE : CKR_ENCRYPTED_DATA_LEN_RANGE;
}

/* A whole message; *done: not only its size was asked for. */
static CK_RV whole(tok_session *s, tok_op *op, const void *param, CK_ULONG param_len,
                   const CK_BYTE *ad, CK_ULONG ad_len, const CK_BYTE *in, CK_ULONG len,
                   CK_BYTE *out, CK_ULONG *out_len, int *done)
{
    CK_ULONG need = op->class->crypt_size != NULL ? op->class->crypt_size(op, len, 1) : len;
    CK_BYTE nothing[1];
    CK_RV rv;

    if (out == NULL || *out_len < need) {
        rv = out == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
        *out_len = need;
        return rv;
    }
    *done = 1;
    rv = tok_op_still_there(s);
    if (rv == CKR_OK)
        rv = op->class->message(op, param, param_len, ad, ad_len, in != NULL ? in : nothing, len,
                                out, out_len);
    return rv;
}

static CK_RV one(CK_SESSION_HANDLE session, tok_op_kind kind, void *param, CK_ULONG param_len,
                 CK_BYTE *ad, CK_ULONG ad_len, CK_BYTE *in, CK_ULONG len, CK_BYTE *out,
                 CK_ULONG *out_len)
{
    int done = 0;
    tok_session *s;
    tok_op *op;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = tok_op_active(s, kind, &op);
    if (rv == CKR_OK && op->message != NULL)
        rv = CKR_OPERATION_ACTIVE;
    if (rv == CKR_OK &&
        (out_len == NULL || (in == NULL && len != 0 && out != NULL) || ad_len > TOK_LEN_MAX ||
         (ad == NULL && ad_len != 0) || (param == NULL && param_len != 0)))
        rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK)
        rv = len_ok(kind, len);
    if (rv == CKR_OK)
        rv = whole(s, op, param, param_len, ad, ad_len, in, len, out, out_len, &done);
    return tok_session_leave(s, rv);
}

static CK_RV begin(CK_SESSION_HANDLE session, tok_op_kind kind, const void *param,
                   CK_ULONG param_len, const CK_BYTE *ad, CK_ULONG ad_len)
{
    tok_message *m = NULL;
    tok_session *s;
    tok_op *op;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = tok_op_active(s, kind, &op);
    if (rv == CKR_OK && op->message != NULL)
        rv = CKR_OPERATION_ACTIVE;
    if (rv == CKR_OK &&
        ((ad == NULL && ad_len != 0) || ad_len > TOK_LEN_MAX || (param == NULL && param_len != 0)))
        rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK) {
        m = calloc(1, sizeof *m);
        rv = m != NULL ? CKR_OK : CKR_HOST_MEMORY;
    }
    if (rv == CKR_OK && ad_len != 0) {
        m->ad = malloc(ad_len);
        if (m->ad != NULL) {
            memcpy(m->ad, ad, ad_len);
            m->ad_len = ad_len;
        } else {
            rv = CKR_HOST_MEMORY;
        }
    }
    if (rv == CKR_OK)
        op->message = m;
    else
        tok_message_free(m);
    return tok_session_leave(s, rv);
}

static CK_RV append(tok_message *m, const CK_BYTE *in, CK_ULONG len)
{
    if (len > m->room - m->len) {
        CK_ULONG room = m->room < 2048 ? 4096 : 2 * m->room;
        CK_BYTE *more;

        if (room < m->len + len)
            room = m->len + len;
        more = malloc(room);
        if (more == NULL)
            return CKR_HOST_MEMORY;
        if (m->len != 0)
            memcpy(more, m->data, m->len);
        wipe(m->data, m->room);
        m->data = more;
        m->room = room;
    }
    if (len != 0)
        memcpy(m->data + m->len, in, len);
    m->len += len;
    return CKR_OK;
}

static CK_RV next(CK_SESSION_HANDLE session, tok_op_kind kind, void *param, CK_ULONG param_len,
                  const CK_BYTE *in, CK_ULONG len, CK_BYTE *out, CK_ULONG *out_len, CK_FLAGS flags)
{
    int last = (flags & CKF_END_OF_MESSAGE) != 0, done = 0;
    tok_message *m = NULL;
    CK_ULONG before;
    tok_session *s;
    tok_op *op;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = tok_op_active(s, kind, &op);
    if (rv == CKR_OK && (m = op->message) == NULL)
        rv = CKR_OPERATION_NOT_INITIALIZED;
    if (rv == CKR_OK && (out_len == NULL || (in == NULL && len != 0) ||
                         (param == NULL && param_len != 0) || (flags & ~CKF_END_OF_MESSAGE) != 0))
        rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK && len > TOK_LEN_MAX / 2 - m->len)
        rv = len_ok(kind, len) != CKR_OK ? len_ok(kind, len) : CKR_DATA_LEN_RANGE;
    if (rv != CKR_OK)
        return tok_session_leave(s, rv);
    before = m->len;
    rv = append(m, in, len);
    if (rv == CKR_OK && !last)
        *out_len = 0;
    if (rv == CKR_OK && last) {
        rv = whole(s, op, param, param_len, m->ad, m->ad_len, m->data, m->len, out, out_len, &done);
        if (!done)
            m->len = before; /* the same part comes again */
    }
    if (done || (rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL)) {
        tok_message_free(m);
        op->message = NULL;
    }
    return tok_session_leave(s, rv);
}

/* ---- encrypting ----------------------------------------------------------------------------- */

CK_RV C_MessageEncryptInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    return tok_op_init(session, TOK_OP_MESSAGE_ENCRYPT, mechanism, key);
}

CK_RV C_EncryptMessage(CK_SESSION_HANDLE session, void *param, CK_ULONG param_len, CK_BYTE *ad,
                       CK_ULONG ad_len, CK_BYTE *in, CK_ULONG len, CK_BYTE *out, CK_ULONG *out_len)
{
    return one(session, TOK_OP_MESSAGE_ENCRYPT, param, param_len, ad, ad_len, in, len, out,
               out_len);
}

CK_RV C_EncryptMessageBegin(CK_SESSION_HANDLE session, void *param, CK_ULONG param_len, CK_BYTE *ad,
                            CK_ULONG ad_len)
{
    return begin(session, TOK_OP_MESSAGE_ENCRYPT, param, param_len, ad, ad_len);
}

CK_RV C_EncryptMessageNext(CK_SESSION_HANDLE session, void *param, CK_ULONG param_len, CK_BYTE *in,
                           CK_ULONG len, CK_BYTE *out, CK_ULONG *out_len, CK_FLAGS flags)
{
    return next(session, TOK_OP_MESSAGE_ENCRYPT, param, param_len, in, len, out, out_len, flags);
}

CK_RV C_MessageEncryptFinal(CK_SESSION_HANDLE session)
{
    return final(session, TOK_OP_MESSAGE_ENCRYPT);
}

/* ---- decrypting ----------------------------------------------------------------------------- */

CK_RV C_MessageDecryptInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    return tok_op_init(session, TOK_OP_MESSAGE_DECRYPT, mechanism, key);
}

CK_RV C_DecryptMessage(CK_SESSION_HANDLE session, void *param, CK_ULONG param_len, CK_BYTE *ad,
                       CK_ULONG ad_len, CK_BYTE *in, CK_ULONG len, CK_BYTE *out, CK_ULONG *out_len)
{
    return one(session, TOK_OP_MESSAGE_DECRYPT, param, param_len, ad, ad_len, in, len, out,
               out_len);
}

CK_RV C_DecryptMessageBegin(CK_SESSION_HANDLE session, void *param, CK_ULONG param_len, CK_BYTE *ad,
                            CK_ULONG ad_len)
{
    return begin(session, TOK_OP_MESSAGE_DECRYPT, param, param_len, ad, ad_len);
}

CK_RV C_DecryptMessageNext(CK_SESSION_HANDLE session, void *param, CK_ULONG param_len, CK_BYTE *in,
                           CK_ULONG len, CK_BYTE *out, CK_ULONG *out_len, CK_FLAGS flags)
{
    return next(session, TOK_OP_MESSAGE_DECRYPT, param, param_len, in, len, out, out_len, flags);
}

CK_RV C_MessageDecryptFinal(CK_SESSION_HANDLE session)
{
    return final(session, TOK_OP_MESSAGE_DECRYPT);
}
