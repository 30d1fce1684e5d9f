/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy of attributes: one table (rules.c) says for each attribute which kinds of objects have
 * it, what its value looks like, where a caller may give it, its default, and how it may change.
 */
#ifndef TOK_RULES_H
#define TOK_RULES_H

#include "token/kind.h"

typedef enum tok_form {
    TOK_FORM_BOOL,
    TOK_FORM_ULONG,
    TOK_FORM_BYTES,
    TOK_FORM_DATE,      /* empty, or YYYYMMDD */
    TOK_FORM_OID,       /* a DER OBJECT IDENTIFIER */
    TOK_FORM_MECHANISMS /* an array of CK_MECHANISM_TYPE */
} tok_form;

typedef enum tok_default {
    TOK_DEF_NONE, /* the object has it only if it is given or computed */
    TOK_DEF_FALSE,
    TOK_DEF_TRUE,
    TOK_DEF_EMPTY,
    TOK_DEF_ZERO
} tok_default;

/* Who may give it when the object is made. */
#define TOK_R_REQUIRED    0x001u /* C_CreateObject must */
#define TOK_R_NO_CREATE   0x002u /* C_CreateObject may not */
#define TOK_R_NO_GENERATE 0x004u /* C_GenerateKey(Pair) may not */
#define TOK_R_NO_UNWRAP   0x008u /* C_UnwrapKey, C_DeriveKey may not */
#define TOK_R_COMPUTED    (TOK_R_NO_CREATE | TOK_R_NO_GENERATE | TOK_R_NO_UNWRAP)
#define TOK_R_SO                                                                                   \
    0x010u /* a bool that is false unless the SO says otherwise; nobody else changes it, either    \
              way */
/* How it may change. */
#define TOK_R_SET  0x020u /* by C_SetAttributeValue and C_CopyObject */
#define TOK_R_COPY 0x040u /* by C_CopyObject */
#define TOK_R_RISE 0x080u /* a bool that may only become true */
#define TOK_R_FALL 0x100u /* a bool that may only become false */
#define TOK_R_USE  0x800u /* a use of a key: for one that is CKA_TRUSTED only the SO turns it on */
/* Who may read it. */
#define TOK_R_SECRET  0x200u /* nobody */
#define TOK_R_GUARDED 0x400u /* only if not CKA_SENSITIVE and CKA_EXTRACTABLE */

typedef struct tok_rule {
    CK_ATTRIBUTE_TYPE type;
    unsigned kinds;
    tok_form form;
    tok_default initial;
    unsigned flags;
} tok_rule;

/* The rule for an attribute of a kind. NULL: *known says whether the attribute exists at all. */
const tok_rule *tok_rule_find(CK_ATTRIBUTE_TYPE type, unsigned kind, int *known);

/* The i-th rule, or NULL past the end. */
const tok_rule *tok_rule_at(size_t i);

#endif
