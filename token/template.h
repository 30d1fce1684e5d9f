/* SPDX-License-Identifier: Apache-2.0 */
/* Callers' templates, judged by the rules. Nothing here changes an object: a set is made, or not.
 */
#ifndef TOK_TEMPLATE_H
#define TOK_TEMPLATE_H

#include "token/rules.h"

#define TOK_VALUE_MAX    (4u << 20) /* bytes of one attribute */
#define TOK_TEMPLATE_MAX 256u       /* attributes of one template */

/*
 * Well-formed at all? CKR_ARGUMENTS_BAD for a NULL array or one of absurd length,
 * CKR_ATTRIBUTE_VALUE_INVALID for a NULL or endless value.
 */
CK_RV tok_template_check(const CK_ATTRIBUTE *templ, CK_ULONG n);

/*
 * Starts a new object: the template's attributes and the defaults, before tok_template_finish.
 * class and type: what is known beforehand (the mechanism's key), or TOK_NO_TYPE; the template may
 * repeat but not contradict it. so: the SO is logged in. The caller frees *out.
 */
CK_RV tok_template_build(tok_how how, CK_OBJECT_CLASS class, CK_ULONG type, int so,
                         const CK_ATTRIBUTE *templ, CK_ULONG n, tok_attrs **out);

/* Checks the whole and adds what is computed: the last step. */
CK_RV tok_template_finish(tok_how how, tok_attrs *a);

/* What a template changes in an object that is there, for C_SetAttributeValue (TOK_SET) and
 * C_CopyObject (TOK_COPY). The caller frees *changes. */
CK_RV tok_template_changes(tok_how how, const tok_attrs *now, int so, const CK_ATTRIBUTE *templ,
                           CK_ULONG n, tok_attrs **changes);

#endif
