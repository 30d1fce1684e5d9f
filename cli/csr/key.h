/* SPDX-License-Identifier: Apache-2.0 */
/* The key of a request on its token: GOST, RSA or EC. What fails is reported; results are exit
 * codes. */
#ifndef CLI_CSR_KEY_H
#define CLI_CSR_KEY_H

#include "cli/csr/csr.h"
#include "cli/object.h"
#include "keymgmt/key.h"

#define CSR_DIGEST_MAX 64

typedef struct csr_key {
    CK_OBJECT_HANDLE handle; /* of the private key; CK_INVALID_HANDLE: none was looked for */
    char *label;             /* of the object found */
    uint8_t *id;
    size_t id_len;
    char *uri;
    csr_public pub;
    gt_key *gost; /* of a GOST key: its public half */
    CK_KEY_TYPE type;
    const char *name; /* "gost2012_256", "rsa", "ec" */
} csr_key;

void csr_key_free(csr_key *key);

/*
 * The one key that matches (label, id; nothing: the only one on the token), and its public half,
 * from wherever on the token it can be had. private_half 0: the public key is enough.
 */
int csr_key_find(cli *c, CK_SESSION_HANDLE session, const cli_token *token,
                 const CK_ATTRIBUTE *match, size_t n, int private_half, csr_key *key);

/* Sets key->pub and what goes with it from a SubjectPublicKeyInfo. */
int csr_key_public(csr_key *key, const uint8_t *spki, size_t len);

/* The SubjectPublicKeyInfo of a private key, from wherever on the token it can be had, or of a
 * public one. Freed with free(); NULL: it is not there. */
uint8_t *csr_key_spki(cli *c, CK_SESSION_HANDLE session, const cli_token *token,
                      const cli_object *key, size_t *len);

/* The digest that the key signs: its length. */
size_t csr_key_digest(const csr_key *key, const void *data, size_t len,
                      uint8_t digest[CSR_DIGEST_MAX]);

/* Signs data, as X.509 has the signature, and checks it with the public half. */
int csr_key_sign(cli *c, CK_SESSION_HANDLE session, const csr_key *key, const csr_buf *data,
                 csr_buf *sig);

#endif
