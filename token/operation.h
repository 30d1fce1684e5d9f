/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the calls on operations share: how one is started with a key, fed and ended. What it
 * computes is the mechanism's (mech.h).
 *
 * An operation stays only after success of a call that does not end it, after a question for the
 * size (a NULL buffer) and after CKR_BUFFER_TOO_SMALL; everything else ends it.
 */
#ifndef TOK_OPERATION_H
#define TOK_OPERATION_H

#include "token/mech.h"

/* More bytes than any buffer has: a length that is not one. */
#define TOK_LEN_MAX ((CK_ULONG)PTRDIFF_MAX)

/* Wipes and frees it, and what it keeps for C_GetOperationState; NULL is allowed. */
void tok_op_free(tok_op *op);
void tok_op_drop(tok_session *s, tok_op_kind kind);

/* The session's operation of that kind, if it can be used now. CKR_OPERATION_NOT_INITIALIZED,
 * CKR_USER_NOT_LOGGED_IN (it waits for its PIN). */
CK_RV tok_op_active(tok_session *s, tok_op_kind kind, tok_op **op);

/* What an operation with a key needs. */
typedef struct tok_op_use {
    CK_FLAGS flag;         /* of the mechanism */
    CK_OBJECT_CLASS class; /* of the key, if it is not a secret key */
    CK_ATTRIBUTE_TYPE use; /* what the key must permit */
    size_t start;          /* where tok_mech_class has the function */
} tok_op_use;

extern const tok_op_use tok_op_uses[TOK_OPS]; /* not for TOK_OP_DIGEST */

/* Starts an operation: *op is the caller's. The session is locked. */
CK_RV tok_op_make(tok_session *s, tok_op_kind kind, const CK_MECHANISM *mechanism, tok_object *key,
                  tok_op **op);

/* A whole C_…Init. A NULL mechanism ends an active operation (PKCS #11 3.0). */
CK_RV tok_op_init(CK_SESSION_HANDLE session, tok_op_kind kind, CK_MECHANISM *mechanism,
                  CK_OBJECT_HANDLE key);

/*
 * An operation works with a key that was read before: if another process has formatted or removed
 * the token since, it is not used any more (looked for at most every 10 ms, as for objects).
 */
CK_RV tok_op_still_there(tok_session *s);

/* C_DigestUpdate and its like. */
CK_RV tok_op_update(CK_SESSION_HANDLE session, tok_op_kind kind, const CK_BYTE *data, CK_ULONG len);

/* Ends a digest or a signature; `one`: data is the whole message (C_Digest, C_Sign). */
CK_RV tok_op_finish(CK_SESSION_HANDLE session, tok_op_kind kind, int one, const CK_BYTE *data,
                    CK_ULONG len, CK_BYTE *out, CK_ULONG *out_len);

unsigned tok_op_epoch(tok_slot *slot);

/* A message in parts (api_message.c); NULL is allowed. */
typedef struct tok_message tok_message;
void tok_message_free(tok_message *m);

#endif
