/* SPDX-License-Identifier: Apache-2.0 */
/* Distinguished names: compared, printed, made from text. */
#ifndef TOK_X509_NAME_H
#define TOK_X509_NAME_H

#include "token/x509/utf8.h"

#include <gosttoken/pkcs11-gost.h>

/*
 * What makes two names equal (RFC 5280, section 7.1): appends a form in which the string types
 * are UTF-8, ASCII letters small, and blanks one between words. name: the whole SEQUENCE. 1, or 0
 * if it is malformed.
 */
int tok_name_canonical(tok_der name, tok_bytes *out);

/* Appends "C = RU, CN = …" in UTF-8, characters that would be mistaken for syntax escaped. */
void tok_name_print(tok_der name, tok_bytes *out);

/*
 * Puts the SEQUENCE for pairs of strings (type, value) as C_EX_CreateCSR takes them; n counts
 * strings. CKR_ARGUMENTS_BAD, with a line in the log that names the field.
 */
CK_RV tok_name_put(tok_bytes *b, CK_CHAR **dn, CK_ULONG n);

/* Puts a string value by the rule of an attribute's type: of a name, or of a request. It may begin
 * with the name of a string type ("UTF8String:…"). *why: what is wrong. 1, or 0. */
int tok_name_value_put(tok_bytes *b, const char *oid, const char *value, const char **why);

/* If the text begins with the name of a string type and a colon, its tag; *rest is what follows.
 * Else 0. "FORMAT:UTF8," and "FORMAT:ASCII," before it are skipped. */
uint8_t tok_name_string_type(const char *text, const char **rest);

#endif
