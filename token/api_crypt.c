/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests, signatures, verification: the calls that start an operation, feed it and end it. What
 * they have in common is here once; what they compute is the mechanism's (mech.h).
 *
 * An operation stays only after success of a call that does not end it, after a question for the
 * size (a NULL buffer) and after CKR_BUFFER_TOO_SMALL; everything else ends it.
 */
#include "token/mech.h"

/* ---- common --------------------------------------------------------------------------------- */

static void drop(tok_session *s, tok_op_kind kind)
{
    if (s->ops[kind] != NULL)
        s->ops[kind]->class->free(s->ops[kind]);
    s->ops[kind] = NULL;
}

/* The session's operation of that kind, if it can be used now. */
static CK_RV active(tok_session *s, tok_op_kind kind, tok_op **op)
{
    *op = s->ops[kind];
    if (*op == NULL)
        return CKR_OPERATION_NOT_INITIALIZED;
    return (*op)->wants_pin ? CKR_USER_NOT_LOGGED_IN : CKR_OK;
}

static unsigned epoch_of(tok_slot *slot)
{
    unsigned epoch;

    (void)pthread_mutex_lock(&slot->lock);
    epoch = slot->epoch;
    (void)pthread_mutex_unlock(&slot->lock);
    return epoch;
}

static CK_RV update(CK_SESSION_HANDLE session, tok_op_kind kind, const CK_BYTE *data, CK_ULONG len)
{
    tok_session *s;
    tok_op *op;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = active(s, kind, &op);
    if (rv == CKR_OK) {
        op->parts = 1;
        rv = data != NULL || len == 0 ? op->class->update(op, data, len) : CKR_ARGUMENTS_BAD;
    }
    if (rv != CKR_OK)
        drop(s, kind);
    return tok_session_leave(s, rv);
}

/*
 * A signature is made with a key that was read before: if another process has formatted or removed
 * the token since, it is not made any more (looked for at most every 10 ms, as for objects).
 */
static CK_RV still_there(tok_session *s, tok_op_kind kind)
{
    tok_card *card = NULL;
    CK_RV rv = CKR_OK;

    if (kind != TOK_OP_SIGN)
        return CKR_OK;
    rv = tok_session_card(s, 0, &card);
    if (rv == CKR_OK && card != NULL)
        rv = tok_slot_check(s->slot, card, 0);
    tok_card_free(card);
    return rv;
}

/* Ends a digest or a signature; `one`: data is the whole message (C_Digest, C_Sign). */
static CK_RV finish(CK_SESSION_HANDLE session, tok_op_kind kind, int one, const CK_BYTE *data,
                    CK_ULONG len, CK_BYTE *out, CK_ULONG *out_len)
{
    tok_session *s;
    tok_op *op;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = active(s, kind, &op);
    if (rv == CKR_OK && one && op->parts)
        rv = CKR_OPERATION_NOT_INITIALIZED; /* C_Sign cannot end what C_SignUpdate has begun */
    else if (rv == CKR_OK && (out_len == NULL || (one && data == NULL && len != 0 && out != NULL)))
        rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK && (out == NULL || *out_len < op->size)) {
        rv = out == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
        *out_len = op->size;
        return tok_session_leave(s, rv);
    }
    if (rv == CKR_OK)
        rv = still_there(s, kind);
    if (rv == CKR_OK && one)
        rv = op->class->update(op, data, len);
    if (rv == CKR_OK)
        rv = op->class->finish(op, out);
    if (rv == CKR_OK)
        *out_len = op->size;
    drop(s, kind);
    return tok_session_leave(s, rv);
}

/* ---- digests -------------------------------------------------------------------------------- */

CK_RV C_DigestInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism)
{
    const tok_mech *m;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = tok_mech_find(mechanism, CKF_DIGEST, &m);
    if (rv == CKR_OK && s->ops[TOK_OP_DIGEST] != NULL)
        rv = CKR_OPERATION_ACTIVE;
    if (rv == CKR_OK)
        rv = m->class->digest(m, mechanism, &s->ops[TOK_OP_DIGEST]);
    if (rv == CKR_OK)
        s->ops[TOK_OP_DIGEST]->epoch = epoch_of(s->slot);
    return tok_session_leave(s, rv);
}

CK_RV C_Digest(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *digest,
               CK_ULONG *digest_len)
{
    return finish(session, TOK_OP_DIGEST, 1, data, len, digest, digest_len);
}

CK_RV C_DigestUpdate(CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG len)
{
    return update(session, TOK_OP_DIGEST, part, len);
}

CK_RV C_DigestFinal(CK_SESSION_HANDLE session, CK_BYTE *digest, CK_ULONG *digest_len)
{
    return finish(session, TOK_OP_DIGEST, 0, NULL, 0, digest, digest_len);
}

/* ---- signing and verifying ------------------------------------------------------------------ */

/* What tells C_SignInit from C_VerifyInit. */
typedef struct key_use {
    tok_op_kind kind;
    CK_FLAGS flag;
    CK_OBJECT_CLASS class;
    CK_ATTRIBUTE_TYPE use;
} key_use;

static const key_use signing = {TOK_OP_SIGN, CKF_SIGN, CKO_PRIVATE_KEY, CKA_SIGN};
static const key_use verifying = {TOK_OP_VERIFY, CKF_VERIFY, CKO_PUBLIC_KEY, CKA_VERIFY};

static CK_RV start(CK_SESSION_HANDLE session, const key_use *use, CK_MECHANISM *mechanism,
                   CK_OBJECT_HANDLE key)
{
    tok_object *o = NULL;
    tok_op *op = NULL;
    const tok_mech *m;
    tok_session *s;
    unsigned epoch;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    epoch = epoch_of(s->slot); /* before the key is looked up: a logout meanwhile kills it all */
    rv = tok_mech_find(mechanism, use->flag, &m);
    if (rv == CKR_OK && s->ops[use->kind] != NULL)
        rv = CKR_OPERATION_ACTIVE;
    if (rv == CKR_OK)
        rv = tok_object_get(s, key, &o);
    if (rv == CKR_OBJECT_HANDLE_INVALID)
        rv = CKR_KEY_HANDLE_INVALID;
    if (rv == CKR_OK)
        rv = tok_mech_key_ok(m, o, use->class, use->use);
    if (rv == CKR_OK)
        rv = use == &signing ? m->class->sign(m, mechanism, s, o, &op)
                             : m->class->verify(m, mechanism, s, o, &op);
    if (rv == CKR_OK) {
        op->epoch = epoch;
        s->ops[use->kind] = op;
    }
    tok_object_free(o);
    return tok_session_leave(s, rv);
}

CK_RV C_SignInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    return start(session, &signing, mechanism, key);
}

CK_RV C_Sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *signature,
             CK_ULONG *signature_len)
{
    return finish(session, TOK_OP_SIGN, 1, data, len, signature, signature_len);
}

CK_RV C_SignUpdate(CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG len)
{
    return update(session, TOK_OP_SIGN, part, len);
}

CK_RV C_SignFinal(CK_SESSION_HANDLE session, CK_BYTE *signature, CK_ULONG *signature_len)
{
    return finish(session, TOK_OP_SIGN, 0, NULL, 0, signature, signature_len);
}

CK_RV C_VerifyInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    return start(session, &verifying, mechanism, key);
}

static CK_RV check(CK_SESSION_HANDLE session, int one, const CK_BYTE *data, CK_ULONG len,
                   const CK_BYTE *signature, CK_ULONG signature_len)
{
    tok_session *s;
    tok_op *op;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = active(s, TOK_OP_VERIFY, &op);
    if (rv == CKR_OK && one && op->parts)
        rv = CKR_OPERATION_NOT_INITIALIZED;
    else if (rv == CKR_OK && (signature == NULL || (one && data == NULL && len != 0)))
        rv = CKR_ARGUMENTS_BAD;
    else if (rv == CKR_OK && signature_len != op->size)
        rv = CKR_SIGNATURE_LEN_RANGE;
    if (rv == CKR_OK && one)
        rv = op->class->update(op, data, len);
    if (rv == CKR_OK)
        rv = op->class->check(op, signature);
    drop(s, TOK_OP_VERIFY);
    return tok_session_leave(s, rv);
}

CK_RV C_Verify(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *signature,
               CK_ULONG signature_len)
{
    return check(session, 1, data, len, signature, signature_len);
}

CK_RV C_VerifyUpdate(CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG len)
{
    return update(session, TOK_OP_VERIFY, part, len);
}

CK_RV C_VerifyFinal(CK_SESSION_HANDLE session, CK_BYTE *signature, CK_ULONG signature_len)
{
    return check(session, 0, NULL, 0, signature, signature_len);
}
