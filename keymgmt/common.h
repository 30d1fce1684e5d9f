/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA and EC keys of a token. Their algorithms are OpenSSL's: the public half is a key of the
 * provider that the process has for them (default, or fips), in the same library context, and does
 * everything but the one thing that only the token can do. What a context of an operation is told
 * is told to a context of that key, which checks it and remembers it.
 *
 * The keymgmt has to have the names of theirs, "RSA" and "EC". So that no software key ever becomes
 * ours, libcrypto is told of it only after it has theirs (gt_common_ready): of two that fit alike
 * it takes the first, in whatever order openssl.cnf has them. The operations have names of their
 * own, which nobody meets but through our keymgmt.
 */
#ifndef GT_KEYMGMT_COMMON_H
#define GT_KEYMGMT_COMMON_H

#include <openssl/evp.h>

#include "p11/p11.h"
#include "provider/provider.h"

/* All the names of the two key types. */
#define GT_COMMON_RSA_NAMES  "RSA:rsaEncryption:1.2.840.113549.1.1.1"
#define GT_COMMON_EC_NAMES   "EC:id-ecPublicKey:1.2.840.10045.2.1"

#define GT_COMMON_RSA        "GOSTTOKEN-RSA"
#define GT_COMMON_EC         "GOSTTOKEN-EC"
#define GT_COMMON_PROPERTIES "provider=gosttoken"
/* Whatever does not come from us. */
#define GT_COMMON_OTHERS "provider!=gosttoken"

/* What OpenSSL's keydata points at; counted references. Read-only once it has a public half. */
typedef struct gt_common {
    gt_provider *prov;
    EVP_PKEY *pub;     /* NULL: made, and nothing put into it yet */
    gt_object *object; /* the private key; NULL of a public one */
    int rsa;           /* else EC */
    int bare;          /* parameters, without a public key */
    unsigned refs;     /* changed atomically, by common.c only */
} gt_common;

/* 1 for the types that are handled here. */
int gt_common_has_type(CK_KEY_TYPE type);

/* From a private or public key of a token; takes a reference of a private one. NULL with *err set.
 */
gt_common *gt_common_from_object(gt_provider *prov, gt_object *object, gt_error *err);
gt_common *gt_common_ref(gt_common *key);
void gt_common_free(gt_common *key);

/* Hands it over by reference to the callback of a store or a decoder. */
int gt_common_give(const gt_common *key, OSSL_CALLBACK *cb, void *cbarg);

/*
 * 1: libcrypto has somebody else's RSA and EC in the provider's library context, so ours may
 * follow. 0: it has not, or we are being asked in the middle of finding out, or the core is of
 * another libcrypto than ours.
 */
int gt_common_ready(const gt_provider *prov);

/* In the middle of finding out: what is answered then must not be remembered. */
int gt_common_finding_out(void);

extern const OSSL_ALGORITHM gt_common_keymgmt[];

#endif
