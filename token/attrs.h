/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of PKCS #11 attributes with values of its own: an object's in memory and on disk.
 * Not thread-safe: a set belongs to one thread, or is no longer changed.
 */
#ifndef TOK_ATTRS_H
#define TOK_ATTRS_H

#include <stddef.h>
#include <stdint.h>
#include <gosttoken/pkcs11-gost.h>

typedef struct tok_attrs tok_attrs;

tok_attrs *tok_attrs_new(void); /* NULL: out of memory */

/*
 * A set for a private or secret key: what such a key hides (CKA_VALUE, CKA_PRIVATE_EXPONENT …) is
 * kept in memory of tok_secret_alloc, in copies of the set too. Every set that may hold a key's
 * value is made by this.
 */
tok_attrs *tok_attrs_new_secret(void);
int tok_attrs_hides(CK_ATTRIBUTE_TYPE type); /* 1 if a key may hide that */

#define TOK_HIDDEN 7 /* how many such types there are */
extern const CK_ATTRIBUTE_TYPE tok_attrs_hidden[TOK_HIDDEN];
void tok_attrs_free(tok_attrs *a); /* wipes every value; NULL is allowed */
tok_attrs *tok_attrs_copy(const tok_attrs *a);

/* The attribute of that type, or NULL. The pointer lives until the set is changed. */
const CK_ATTRIBUTE *tok_attrs_get(const tok_attrs *a, CK_ATTRIBUTE_TYPE type);

/* Sets or replaces; the value is copied. value may be NULL if len is 0. CKR_OK, CKR_HOST_MEMORY. */
CK_RV tok_attrs_set(tok_attrs *a, CK_ATTRIBUTE_TYPE type, const void *value, size_t len);
CK_RV tok_attrs_set_bool(tok_attrs *a, CK_ATTRIBUTE_TYPE type, CK_BBOOL value);
CK_RV tok_attrs_set_ulong(tok_attrs *a, CK_ATTRIBUTE_TYPE type, CK_ULONG value);
void tok_attrs_remove(tok_attrs *a, CK_ATTRIBUTE_TYPE type);

/* Reads a value of the exact size; `otherwise` if it is absent or of another size. */
CK_BBOOL tok_attrs_bool(const tok_attrs *a, CK_ATTRIBUTE_TYPE type, CK_BBOOL otherwise);
CK_ULONG tok_attrs_ulong(const tok_attrs *a, CK_ATTRIBUTE_TYPE type, CK_ULONG otherwise);

size_t tok_attrs_count(const tok_attrs *a);
const CK_ATTRIBUTE *tok_attrs_at(const tok_attrs *a, size_t i); /* in order of type */

/* 1 if every attribute of the template stands in the set with the same value. */
int tok_attrs_match(const tok_attrs *a, const CK_ATTRIBUTE *templ, CK_ULONG n);

/*
 * The set as bytes, the same on every machine (types and lengths as 64-bit big-endian; CK_ULONG
 * values, known by a table of types, as 64-bit big-endian too), and back. Decoding accepts what
 * encoding writes and nothing else: CKR_DEVICE_ERROR for anything malformed.
 */
CK_RV tok_attrs_encode(const tok_attrs *a, uint8_t **out,
                       size_t *len); /* free(*out) after wiping */
CK_RV tok_attrs_decode(const uint8_t *in, size_t len, tok_attrs **out);

#endif
