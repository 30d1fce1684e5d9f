/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations: what C_SignInit and its like start and the calls after them carry on. An operation
 * belongs to one session and is used under its lock.
 */
#ifndef TOK_OP_H
#define TOK_OP_H

#include <gosttoken/pkcs11-gost.h>

typedef struct tok_op tok_op;

typedef enum tok_op_kind { TOK_OP_DIGEST, TOK_OP_SIGN, TOK_OP_VERIFY, TOK_OPS } tok_op_kind;

typedef struct tok_op_class {
    /* Takes more data. */
    CK_RV (*update)(tok_op *op, const CK_BYTE *data, CK_ULONG len);
    /* Digests and signatures: writes op->size bytes. NULL for verifying. */
    CK_RV (*finish)(tok_op *op, CK_BYTE *out);
    /* Verifying: sig has op->size bytes. NULL for the others. */
    CK_RV (*check)(tok_op *op, const CK_BYTE *sig);
    /* Wipes and frees. */
    void (*free)(tok_op *op);
} tok_op_class;

/* The head of every operation. */
struct tok_op {
    const tok_op_class *class;
    CK_ULONG size;  /* bytes of the digest or signature */
    unsigned epoch; /* of the slot, when it was started */
    int parts;      /* an Update has been called */
    int wants_pin;  /* CKA_ALWAYS_AUTHENTICATE: not usable before CKU_CONTEXT_SPECIFIC's login */
};

#endif
