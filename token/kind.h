/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of objects this token knows: a class with a key or certificate type. */
#ifndef TOK_KIND_H
#define TOK_KIND_H

#include "token/attrs.h"

/* Bits, so that a rule can name several kinds. */
#define TOK_KIND_DATA      1u
#define TOK_KIND_CERT      2u
#define TOK_KIND_GOST_PUB  4u
#define TOK_KIND_GOST_PRIV 8u
#define TOK_KIND_GENERIC   16u

#define TOK_KINDS_PUB      (TOK_KIND_GOST_PUB)
#define TOK_KINDS_PRIV     (TOK_KIND_GOST_PRIV)
#define TOK_KINDS_SECRET   (TOK_KIND_GENERIC)
#define TOK_KINDS_KEYS     (TOK_KINDS_PUB | TOK_KINDS_PRIV | TOK_KINDS_SECRET)
#define TOK_KINDS_ALL      (TOK_KIND_DATA | TOK_KIND_CERT | TOK_KINDS_KEYS)

/* How an object comes to be, or to change. */
typedef enum tok_how {
    TOK_CREATE,   /* C_CreateObject */
    TOK_GENERATE, /* C_GenerateKey, C_GenerateKeyPair */
    TOK_UNWRAP,   /* C_UnwrapKey, C_DeriveKey */
    TOK_COPY,     /* C_CopyObject */
    TOK_SET       /* C_SetAttributeValue */
} tok_how;

#define TOK_NO_TYPE CK_UNAVAILABLE_INFORMATION

typedef struct tok_kind {
    unsigned bit;
    CK_OBJECT_CLASS class;
    CK_ATTRIBUTE_TYPE type_attr; /* CKA_KEY_TYPE, CKA_CERTIFICATE_TYPE, or TOK_NO_TYPE */
    CK_ULONG type;
    /* Checks a whole set of attributes and adds what is computed from it. */
    CK_RV (*complete)(tok_attrs *a, tok_how how);
} tok_kind;

/* type is ignored for classes that have none. NULL if unknown. */
const tok_kind *tok_kind_find(CK_OBJECT_CLASS class, CK_ULONG type);
const tok_kind *tok_kind_of(const tok_attrs *a);

/* 1 if any kind is of that class; *type_attr then says what tells its kinds apart. */
int tok_kind_class(CK_OBJECT_CLASS class, CK_ATTRIBUTE_TYPE *type_attr);

#endif
