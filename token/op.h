/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations: what C_SignInit and its like start and the calls after them carry on. An operation
 * belongs to one session and is used under its lock.
 */
#ifndef TOK_OP_H
#define TOK_OP_H

#include <stddef.h>
#include <stdint.h>
#include <gosttoken/pkcs11-gost.h>

typedef struct tok_op tok_op;

typedef enum tok_op_kind {
    TOK_OP_DIGEST,
    TOK_OP_SIGN,
    TOK_OP_VERIFY,
    TOK_OP_ENCRYPT,
    TOK_OP_DECRYPT,
    TOK_OP_MESSAGE_ENCRYPT, /* PKCS #11 3.0: many messages under one key */
    TOK_OP_MESSAGE_DECRYPT,
    TOK_OP_CMS_VERIFY, /* C_EX_PKCS7VerifyInit: no mechanism, no key */
    TOK_OPS
} tok_op_kind;

typedef struct tok_op_class {
    /* Digests, signatures, verifying: takes more data. NULL for ciphers. */
    CK_RV (*update)(tok_op *op, const CK_BYTE *data, CK_ULONG len);
    /* Digests and signatures: writes op->size bytes. NULL for the others. */
    CK_RV (*finish)(tok_op *op, CK_BYTE *out);
    /* Verifying: sig has op->size bytes. NULL for the others. */
    CK_RV (*check)(tok_op *op, const CK_BYTE *sig);

    /*
     * Ciphers. crypt_size: the most bytes that crypt_update (last 0) or crypt_update with len bytes
     * and then crypt_final (last 1) will write. The callers below have made sure that there is room
     * for it. crypt_update writes what it can (*out_len: how much); crypt_final writes the rest.
     * in and out may be the same. A decryption that authenticates gives nothing out before
     * crypt_final has found the tag right (CKR_ENCRYPTED_DATA_INVALID).
     */
    CK_ULONG (*crypt_size)(const tok_op *op, CK_ULONG len, int last);
    CK_RV(*crypt_update)
    (tok_op *op, const CK_BYTE *in, CK_ULONG len, CK_BYTE *out, CK_ULONG *out_len);
    CK_RV (*crypt_final)(tok_op *op, CK_BYTE *out, CK_ULONG *out_len);
    /*
     * 1: crypt_update writes nothing, and how much crypt_final will write only it can tell (an RSA
     * padding): it finds in *out_len what room there is, and with CKR_BUFFER_TOO_SMALL puts there
     * what it needs and leaves the operation as it was before the call (op->parts 0: before the
     * data came).
     */
    int measures;

    /* One message of a TOK_OP_MESSAGE_… operation, whole. param: CK_…_MESSAGE_PARAMS. */
    CK_RV(*message)
    (tok_op *op, const void *param, CK_ULONG param_len, const CK_BYTE *ad, CK_ULONG ad_len,
     const CK_BYTE *in, CK_ULONG len, CK_BYTE *out, CK_ULONG *out_len);

    /*
     * For C_GetOperationState: the part of the operation that is plain bytes (no pointers) and, put
     * over the same part of a fresh operation of the same mechanism, parameter and key, carries it
     * on. state_len 0: cannot be saved. The mechanism is started again with a copy of its
     * parameter's bytes: where a parameter holds pointers, state_len must be 0.
     */
    size_t state_at, state_len;

    /* Wipes and frees. */
    void (*free)(tok_op *op);
} tok_op_class;

/*
 * The head of every operation. An operation that holds anything secret (a key, a key schedule, the
 * state of a MAC) lies in memory of tok_secret_alloc.
 */
struct tok_op {
    const tok_op_class *class;
    CK_ULONG size;  /* bytes of the digest or signature */
    unsigned epoch; /* of the slot, when it was started */
    int parts;      /* an Update has been called */
    int wants_pin;  /* CKA_ALWAYS_AUTHENTICATE: not usable before CKU_CONTEXT_SPECIFIC's login */
    /* For C_GetOperationState; filled in by the caller of the mechanism, and freed by it. */
    CK_MECHANISM_TYPE mech;
    void *param; /* a copy of the mechanism's parameter, if state_len is not 0 */
    CK_ULONG param_len;
    struct tok_object *key;      /* a reference */
    struct tok_message *message; /* the parts of a message so far: api_message.c */
};

#endif
