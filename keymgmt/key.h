/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GOST key as the provider's side knows it: the parameter set and the public half in memory, the
 * private half as an object on a token, or, of a software key (from a file, or for one message), in
 * memory of its own. Read-only once made, counted references, so that threads may share it.
 */
#ifndef GT_KEY_H
#define GT_KEY_H

#include "gost/gostr3410.h"
#include "keymgmt/alg.h"
#include "p11/p11.h"

/* The private half of a software key. */
typedef struct gt_soft {
    gost_3410_key key;
    uint8_t d[GOST_3410_MAX_KEY]; /* little-endian */
} gt_soft;

typedef struct gt_key {
    const gt_alg *alg;
    const gost_paramset *ps;
    gt_object *object;              /* the private key on a token, */
    gt_soft *soft;                  /* or the software one; both NULL for a public key */
    int has_public;                 /* 0: parameters only */
    uint8_t pub[GOST_3410_MAX_PUB]; /* X | Y, each little-endian: 2 * bits / 8 bytes */
    unsigned refs;                  /* changed atomically, by key.c only */
} gt_key;

/* Parameters only, and a public key of 2 * ps->bits / 8 bytes. NULL: no memory. */
gt_key *gt_key_new_params(const gost_paramset *ps);
gt_key *gt_key_new_public(const gost_paramset *ps, const uint8_t *pub);

/* The same of a type that may be that of the old keys; a set that it has. pub NULL: parameters. */
gt_key *gt_key_new_of(const gt_alg *alg, const gost_paramset *ps, const uint8_t *pub);

/* A software key of the private key d (little-endian, ps->bits / 8 bytes), and a new one. NULL: no
 * memory, d out of range, no random bytes. */
gt_key *gt_key_new_soft(const gost_paramset *ps, const uint8_t *d);
gt_key *gt_key_generate(const gost_paramset *ps);

/* From a public or private GOST key on a token; takes a reference of a private one. */
gt_key *gt_key_from_object(gt_object *object, gt_error *err);

/* The one private key that a URI names. */
gt_key *gt_key_find_private(gt_p11 *p11, const char *uri, const gt_prompt *prompt, gt_error *err);

gt_key *gt_key_ref(gt_key *key);
void gt_key_free(gt_key *key);

/* 1 if the keys are on the same curve, whatever name it goes by. */
int gt_key_same_params(const gt_key *a, const gt_key *b);

/* 1 if both have a public half and it is the same point of the same curve. */
int gt_key_same_public(const gt_key *a, const gt_key *b);

static inline int gt_key_is_private(const gt_key *key)
{
    return key->object != NULL || key->soft != NULL;
}

/* The token object's URI, NULL for a key that is not on a token. */
const char *gt_key_uri(const gt_key *key);

#endif
