/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate for people to read, laid out as `openssl x509 -text` does, in UTF-8. */
#ifndef TOK_X509_TEXT_H
#define TOK_X509_TEXT_H

#include "token/x509/cert.h"

void tok_x509_text(tok_bytes *out, const tok_x509 *cert);

/* Lines of hexadecimal bytes with colons between, each indented. */
void tok_text_hex(tok_bytes *out, tok_der bytes, int indent, size_t per_line);

/* What an extension says: one or more lines, each indented. */
void tok_text_extension(tok_bytes *out, tok_der oid, tok_der value, int indent);

/* The name of an OID (its content), or its numbers. */
void tok_text_oid(tok_bytes *out, tok_der oid);

#endif
