/* SPDX-License-Identifier: Apache-2.0 */
/* What the mechanisms that use and make secret keys have in common. */
#ifndef TOK_MECH_KEY_H
#define TOK_MECH_KEY_H

#include "gost/gost28147.h"
#include "token/mech.h"

/* The value of a secret key, in secret memory (tok_secret_free). */
CK_RV tok_key_value(tok_session *s, tok_object *key, void **value, size_t *len);

/* The same, of exactly `want` bytes: CKR_KEY_SIZE_RANGE. */
CK_RV tok_key_value_of(tok_session *s, tok_object *key, size_t want, void **value);

/* The cipher of a key type, also of the twin's; NULL if it has none. */
const gost_block_class *tok_key_cipher(CK_KEY_TYPE type);

/* The S-box that CKA_GOST28147_PARAMS names, CryptoPro's A if it is not there. NULL: unknown. */
const gost_sbox *tok_key_sbox(const tok_attrs *a);

/* Expands a key of 32 bytes. b lies in secret memory. */
CK_RV tok_key_block(tok_session *s, tok_object *key, gost_block *b);

/*
 * For what makes a key. How long shall it be: what its type fixes, else CKA_VALUE_LEN, else `all`,
 * which is what the mechanism has to give. CKR_TEMPLATE_INCONSISTENT if it is no secret key,
 * CKR_KEY_SIZE_RANGE if it is longer than all or than TOK_KEY_MAX; if `exact`, also if it is
 * shorter.
 */
#define TOK_KEY_MAX 65536
CK_RV tok_key_wanted(const tok_attrs *key, size_t all, int exact, size_t *want);

/* Copies into new secret memory: what `derive` and its like give. */
CK_RV tok_key_give(const void *bytes, size_t n, void **value, size_t *len);

/* An operation in secret memory, zeros but for its class, and the end of one. */
void *tok_op_new(size_t size, const tok_op_class *class);
void tok_op_end(tok_op *op);

#endif
