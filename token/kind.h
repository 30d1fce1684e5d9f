/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of objects this token knows: a class with a key or certificate type. */
#ifndef TOK_KIND_H
#define TOK_KIND_H

#include "token/attrs.h"

/* Bits, so that a rule can name several kinds. */
#define TOK_KIND_DATA       0x001u
#define TOK_KIND_CERT       0x002u
#define TOK_KIND_GOST_PUB   0x004u
#define TOK_KIND_GOST_PRIV  0x008u
#define TOK_KIND_GENERIC    0x010u /* CKK_GENERIC_SECRET */
#define TOK_KIND_28147      0x020u /* CKK_GOST28147 */
#define TOK_KIND_BLOCK      0x040u /* CKK_KUZNYECHIK, CKK_MAGMA */
#define TOK_KIND_TWIN       0x080u /* two keys of 32 bytes: MAC | encryption */
#define TOK_KIND_RSA_PUB    0x100u
#define TOK_KIND_RSA_PRIV   0x200u
#define TOK_KIND_EC_PUB     0x400u
#define TOK_KIND_EC_PRIV    0x800u
#define TOK_KIND_HW_FEATURE 0x1000u

#define TOK_KINDS_PUB       (TOK_KIND_GOST_PUB | TOK_KIND_RSA_PUB | TOK_KIND_EC_PUB)
#define TOK_KINDS_PRIV      (TOK_KIND_GOST_PRIV | TOK_KIND_RSA_PRIV | TOK_KIND_EC_PRIV)
#define TOK_KINDS_SECRET    (TOK_KIND_GENERIC | TOK_KIND_28147 | TOK_KIND_BLOCK | TOK_KIND_TWIN)
#define TOK_KINDS_KEYS      (TOK_KINDS_PUB | TOK_KINDS_PRIV | TOK_KINDS_SECRET)
#define TOK_KINDS_ALL       (TOK_KIND_DATA | TOK_KIND_CERT | TOK_KINDS_KEYS)

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

/* Bytes that the value of a secret key of that type has; 0: any number, or not a secret key's type.
 */
size_t tok_kind_value_len(CK_KEY_TYPE type);

/* ---- for the files that complete kinds ------------------------------------------------------- */

/* What every key has and nobody may give: CKA_LOCAL and its like. secret: it has a value to hide.
 */
CK_RV tok_kind_key_origin(tok_attrs *a, tok_how how, int secret);

CK_RV tok_kind_rsa_public(tok_attrs *a, tok_how how); /* kind_rsa.c */
CK_RV tok_kind_rsa_private(tok_attrs *a, tok_how how);
CK_RV tok_kind_ec_public(tok_attrs *a, tok_how how); /* kind_ec.c */
CK_RV tok_kind_ec_private(tok_attrs *a, tok_how how);
CK_RV tok_kind_generic(tok_attrs *a, tok_how how); /* kind_secret.c */
CK_RV tok_kind_28147(tok_attrs *a, tok_how how);
CK_RV tok_kind_block(tok_attrs *a, tok_how how);
CK_RV tok_kind_twin(tok_attrs *a, tok_how how);

#endif
