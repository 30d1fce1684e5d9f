/* SPDX-License-Identifier: Apache-2.0 */
/* OSSL_OP_STORE for the scheme pkcs11 (RFC 7512). */
#ifndef GT_STORE_H
#define GT_STORE_H

#include <openssl/types.h>

#include "provider/provider.h"

extern const OSSL_ALGORITHM gt_store_algorithms[];

/*
 * For who has found an RSA or EC key itself: the EVP_PKEY of a token's private key, in a library
 * context in which this provider is active. NULL with errors in the queue.
 */
EVP_PKEY *gt_store_key_of(OSSL_LIB_CTX *libctx, gt_object *object);

/* ---- what a URI asks for (want.c) ------------------------------------------------------------ */

typedef struct gt_want {
    CK_OBJECT_CLASS uri_class; /* the URI's type, or GT_ANY_CLASS */
    int names_object;          /* the URI has an id or a label */
} gt_want;

/* Returns 1, or 0 with *err set. */
int gt_want_read(gt_want *want, const char *uri, gt_error *err);

#endif
