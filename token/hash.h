/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MD5, SHA-1 and SHA-2, on OpenSSL's functions that need no library context: the state is plain
 * bytes, which C_GetOperationState can save, and can lie in secret memory.
 */
#ifndef TOK_HASH_H
#define TOK_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <gosttoken/pkcs11-gost.h>

#define TOK_HASH_MAX   64  /* bytes of the longest digest */
#define TOK_HASH_BLOCK 128 /* of the longest block */

typedef struct tok_hash_alg {
    CK_MECHANISM_TYPE mech;   /* CKM_SHA256 … */
    CK_RSA_PKCS_MGF_TYPE mgf; /* MGF1 with it; 0: there is none */
    const char *name;         /* OpenSSL's */
    size_t size, block;       /* bytes */
    int (*init)(void *state);
    int (*update)(void *state, const void *data, size_t len);
    int (*final)(unsigned char *out, void *state);
} tok_hash_alg;

typedef struct tok_hash {
    uint64_t state[27]; /* of whichever function it is: SHA-512's is the largest */
} tok_hash;

/* By mechanism of the digest, or of MGF1; NULL if unknown. */
const tok_hash_alg *tok_hash_find(CK_MECHANISM_TYPE mech);
const tok_hash_alg *tok_hash_of_mgf(CK_RSA_PKCS_MGF_TYPE mgf);

void tok_hash_init(const tok_hash_alg *alg, tok_hash *h);
void tok_hash_update(const tok_hash_alg *alg, tok_hash *h, const void *data, size_t len);
void tok_hash_final(const tok_hash_alg *alg, tok_hash *h, uint8_t *out);

#endif
