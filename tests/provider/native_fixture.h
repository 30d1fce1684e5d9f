/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of native keys share: a token with a key of each length, in a process without the
 * bridge. */
#ifndef NATIVE_FIXTURE_H
#define NATIVE_FIXTURE_H

#include "fixture.h"

#define NK_PRIVATE(label) "pkcs11:token=" FX_LABEL ";object=" label ";type=private"
#define NK_PUBLIC(label)  "pkcs11:token=" FX_LABEL ";object=" label ";type=public"

enum { NK_TYPES = 2, NK_DOC = 12 };

typedef struct nk_type {
    const char *label, *name, *digest, *group, *composite;
    int bits, nid, digest_nid;
} nk_type;
extern const nk_type nk_types[NK_TYPES];

/* Two documents of one length; the first four bytes are the same. */
extern const unsigned char nk_doc[NK_DOC], nk_other[NK_DOC];

extern EVP_PKEY *nk_keys[NK_TYPES], *nk_publics[NK_TYPES];

int nk_setup(void **state);
int nk_teardown(void **state);

/* EVP_PKEY_check and its like. */
int nk_checked(EVP_PKEY *key, int (*check)(EVP_PKEY_CTX *));

/* A software key. */
EVP_PKEY *nk_generate(const char *name, const char *set);

/* 1 if sig is the key's signature of a document; md may be NULL. */
int nk_verify(EVP_PKEY *key, const char *md, const unsigned char *sig, size_t len,
              const unsigned char *data);

/* Signs and verifies; no assertion, for threads and children. */
int nk_sign_once(OSSL_LIB_CTX *libctx, EVP_PKEY *key);

#endif
