/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A long message under a key of a token: C_EncryptInit, C_DecryptInit or C_SignInit, then Update
 * and Final. A stream has a session of its own, outside the pool, so that many of them may be open
 * at once; it is used by one thread at a time. It is bound to what the token knows of it: after a
 * fork, or when the token was lost, a message that was begun is lost (GT_TOKEN_GONE) and begin
 * starts another one.
 */
#ifndef GT_STREAM_H
#define GT_STREAM_H

#include "p11/p11.h"

typedef struct gt_stream gt_stream;

typedef enum gt_stream_kind { GT_STREAM_ENCRYPT, GT_STREAM_DECRYPT, GT_STREAM_SIGN } gt_stream_kind;

/* Takes a reference of the key. NULL: no memory. */
gt_stream *gt_stream_new(gt_object *key);
/* Also ends a message that was begun. s may be NULL. */
void gt_stream_free(gt_stream *s);

/* Begins a message; one that was begun before is given up. */
int gt_stream_begin(gt_stream *s, gt_stream_kind kind, const CK_MECHANISM *mechanism,
                    gt_error *err);

/* 1 if a message was begun and neither ended nor failed. */
int gt_stream_is_open(const gt_stream *s);

/*
 * A part of the message: to sign, out is NULL; else as many bytes come out as went in, which is an
 * error where a mechanism holds bytes back. in and out may be the same. Failing ends the message.
 */
int gt_stream_update(gt_stream *s, const uint8_t *in, size_t len, uint8_t *out, gt_error *err);

/* The end: the signature, the tag, or nothing. *out_len: room on entry, length on return. */
int gt_stream_final(gt_stream *s, uint8_t *out, size_t *out_len, gt_error *err);

/*
 * A second stream that goes on where s is (C_GetOperationState). NULL: the token cannot do that for
 * this mechanism. A stream without a message gives one without a message.
 */
gt_stream *gt_stream_copy(gt_stream *s, gt_error *err);

/*
 * Makes a secret key on the one token that the URI names, with the URI's label and its id, or a
 * random one. The template has neither of them, nor CKA_TOKEN. An object of that label or id among
 * the token's secret keys is an error.
 */
gt_object *gt_p11_generate(gt_p11 *p, const char *uri, const gt_prompt *prompt,
                           CK_MECHANISM_TYPE mechanism, const CK_ATTRIBUTE *templ, size_t n,
                           gt_error *err);

#endif
