/* SPDX-License-Identifier: Apache-2.0 */
/* Characters: what callers give in UTF-8, and the string types of ASN.1. */
#ifndef TOK_X509_UTF8_H
#define TOK_X509_UTF8_H

#include "token/x509/bytes.h"

#define TOK_STR_UTF8      0x0C
#define TOK_STR_NUMERIC   0x12
#define TOK_STR_PRINTABLE 0x13
#define TOK_STR_TELETEX   0x14
#define TOK_STR_IA5       0x16
#define TOK_STR_VISIBLE   0x1A
#define TOK_STR_GENERAL   0x1B
#define TOK_STR_UNIVERSAL 0x1C
#define TOK_STR_BMP       0x1E

/* Takes the next character. 1, or 0 at the end or at what is not UTF-8. */
int tok_utf8_next(tok_der *in, uint32_t *c);
void tok_utf8_put(tok_bytes *b, uint32_t c);

/* The number of characters in well-formed UTF-8 without zeros, or -1. */
long tok_utf8_length(const char *s);

/* Puts an element of that string type with the text in it. 1, or 0 if the text is not UTF-8 or has
 * a character that the type has not. */
int tok_str_put(tok_bytes *b, uint8_t tag, const char *utf8);

/* Appends the text of a string element as UTF-8. 1, or 0 (what could be read may have been
 * appended) if it is no string type or malformed. */
int tok_str_text(tok_bytes *b, uint8_t tag, tok_der content);

#endif
