/* SPDX-License-Identifier: Apache-2.0 */
/* see operation.h */
#include "token/operation.h"
#include "token/secmem.h"
#include "token/journal.h"
#include "token/keys.h"

#include <stdlib.h>
#include <string.h>

#include "gost/mem.h"

/* clang-format off */
const tok_op_use tok_op_uses[TOK_OPS] = {
    [TOK_OP_SIGN]            = {CKF_SIGN,    CKO_PRIVATE_KEY, CKA_SIGN,    offsetof(tok_mech_class, sign)},
    [TOK_OP_VERIFY]          = {CKF_VERIFY,  CKO_PUBLIC_KEY,  CKA_VERIFY,  offsetof(tok_mech_class, verify)},
    [TOK_OP_ENCRYPT]         = {CKF_ENCRYPT, CKO_PUBLIC_KEY,  CKA_ENCRYPT, offsetof(tok_mech_class, encrypt)},
    [TOK_OP_DECRYPT]         = {CKF_DECRYPT, CKO_PRIVATE_KEY, CKA_DECRYPT, offsetof(tok_mech_class, decrypt)},
    [TOK_OP_MESSAGE_ENCRYPT] = {CKF_ENCRYPT, CKO_PUBLIC_KEY,  CKA_ENCRYPT, offsetof(tok_mech_class, message_encrypt)},
    [TOK_OP_MESSAGE_DECRYPT] = {CKF_DECRYPT, CKO_PRIVATE_KEY, CKA_DECRYPT, offsetof(tok_mech_class, message_decrypt)},
};
/* clang-format on */

void tok_op_free(tok_op *op)
{
    if (op == NULL)
        return;
    if (op->class == NULL) {
        /* A forked child's: it lay in secret memory, which a child reads as zeros, and what it held
         * references to cannot be told any more. */
        tok_secret_free(op);
        return;
    }
    tok_object_free(op->key);
    tok_message_free(op->message);
    free(op->param);
    op->class->free(op);
}

void tok_op_drop(tok_session *s, tok_op_kind kind)
{
    tok_op_free(s->ops[kind]);
    s->ops[kind] = NULL;
}

CK_RV tok_op_active(tok_session *s, tok_op_kind kind, tok_op **op)
{
    if (s->ops[kind] != NULL && s->ops[kind]->epoch != tok_op_epoch(s->slot))
        tok_op_drop(s, kind); /* a logout that has not come to this session yet */
    *op = s->ops[kind];
    if (*op == NULL)
        return CKR_OPERATION_NOT_INITIALIZED;
    return (*op)->wants_pin ? CKR_USER_NOT_LOGGED_IN : CKR_OK;
}

unsigned tok_op_epoch(tok_slot *slot)
{
    return atomic_load(&slot->epoch);
}

CK_RV tok_op_still_there(tok_session *s)
{
    tok_card *card = NULL;
    CK_RV rv = tok_session_card(s, 0, &card);

    if (rv == CKR_OK && card != NULL)
        rv = tok_slot_check(s->slot, card, 0);
    tok_card_free(card);
    return rv;
}

/* ---- starting ------------------------------------------------------------------------------- */

/* Keeps what C_GetOperationState and C_SetOperationState want to know. */
static CK_RV remember(tok_op *op, const CK_MECHANISM *mechanism, tok_object *key)
{
    op->mech = mechanism->mechanism;
    if (op->class->state_len != 0 && mechanism->ulParameterLen != 0) {
        op->param = malloc(mechanism->ulParameterLen);
        if (op->param == NULL)
            return CKR_HOST_MEMORY;
        memcpy(op->param, mechanism->pParameter, mechanism->ulParameterLen);
        op->param_len = mechanism->ulParameterLen;
    }
    if (key != NULL) {
        atomic_fetch_add(&key->refs, 1);
        op->key = key;
    }
    return CKR_OK;
}

CK_RV tok_op_make(tok_session *s, tok_op_kind kind, const CK_MECHANISM *mechanism, tok_object *key,
                  tok_op **op)
{
    const tok_op_use *use = &tok_op_uses[kind];
    tok_mech_start *start;
    const tok_mech *m;
    CK_RV rv = tok_mech_find(mechanism, kind == TOK_OP_DIGEST ? CKF_DIGEST : use->flag, &m);

    *op = NULL;
    if (rv != CKR_OK)
        return rv;
    if (kind == TOK_OP_DIGEST) {
        rv = m->class->digest(m, mechanism, op);
    } else {
        memcpy(&start, (const char *)m->class + use->start, sizeof start);
        if (start == NULL)
            return CKR_MECHANISM_INVALID;
        rv = tok_mech_key_ok(m, key, use->class, use->use);
        if (rv == CKR_OK)
            rv = start(m, mechanism, s, key, op);
    }
    if (rv != CKR_OK)
        return rv;
    if (kind != TOK_OP_DIGEST && key->class == CKO_PRIVATE_KEY)
        (*op)->wants_pin = tok_attrs_bool(key->attrs, CKA_ALWAYS_AUTHENTICATE, CK_FALSE);
    rv = remember(*op, mechanism, key);
    if (rv != CKR_OK) {
        tok_op_free(*op);
        *op = NULL;
    }
    return rv;
}

CK_RV tok_op_init(CK_SESSION_HANDLE session, tok_op_kind kind, CK_MECHANISM *mechanism,
                  CK_OBJECT_HANDLE key)
{
    tok_object *o = NULL;
    tok_op *op = NULL;
    tok_session *s;
    unsigned epoch;
    const tok_mech *m;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if (mechanism == NULL && s->ops[kind] != NULL) {
        tok_op_drop(s, kind);
        return tok_session_leave(s, CKR_OK);
    }
    epoch = tok_op_epoch(s->slot); /* before the key is looked up: a logout meanwhile kills it */
    rv = tok_mech_find(mechanism, 0, &m);
    if (rv == CKR_OK && s->ops[kind] != NULL)
        rv = CKR_OPERATION_ACTIVE;
    if (rv == CKR_OK && kind != TOK_OP_DIGEST)
        rv = tok_key_get(s, key, &o);
    if (rv == CKR_OK)
        rv = tok_op_make(s, kind, mechanism, o, &op);
    if (rv == CKR_OK) {
        op->epoch = epoch;
        s->ops[kind] = op;
    }
    tok_object_free(o);
    gost_wipe_stack();
    return tok_session_leave(s, rv);
}

/* ---- data in, a result out ------------------------------------------------------------------ */

CK_RV tok_op_update(CK_SESSION_HANDLE session, tok_op_kind kind, const CK_BYTE *data, CK_ULONG len)
{
    tok_session *s;
    tok_op *op;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = tok_op_active(s, kind, &op);
    if (rv == CKR_OK && ((data == NULL && len != 0) || len > TOK_LEN_MAX))
        rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK) {
        op->parts = 1;
        rv = op->class->update(op, data, len);
    }
    if (rv != CKR_OK)
        tok_op_drop(s, kind);
    return tok_session_leave(s, rv);
}

CK_RV tok_op_finish(CK_SESSION_HANDLE session, tok_op_kind kind, int one, const CK_BYTE *data,
                    CK_ULONG len, CK_BYTE *out, CK_ULONG *out_len)
{
    tok_session *s;
    tok_op *op;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = tok_op_active(s, kind, &op);
    if (rv == CKR_OK && one && op->parts)
        rv = CKR_OPERATION_NOT_INITIALIZED; /* C_Sign cannot end what C_SignUpdate has begun */
    else if (rv == CKR_OK && (out_len == NULL || len > TOK_LEN_MAX ||
                              (one && data == NULL && len != 0 && out != NULL)))
        rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK && (out == NULL || *out_len < op->size)) {
        rv = out == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
        *out_len = op->size;
        return tok_session_leave(s, rv);
    }
    if (rv == CKR_OK && kind == TOK_OP_SIGN)
        rv = tok_op_still_there(s);
    if (rv == CKR_OK && one)
        rv = op->class->update(op, data, len);
    if (rv == CKR_OK)
        rv = op->class->finish(op, out);
    if (rv == CKR_OK)
        *out_len = op->size;
    if (rv == CKR_OK && kind == TOK_OP_SIGN && op->key != NULL)
        tok_journal_use(s, TOK_USE_SIGN, op->mech, op->key, out, op->size);
    tok_op_drop(s, kind);
    return tok_session_leave(s, rv);
}
