/* SPDX-License-Identifier: Apache-2.0 */
/* Extensions and other values of a request from text, as C_EX_CreateCSR takes them. */
#ifndef TOK_X509_EXT_TEXT_H
#define TOK_X509_EXT_TEXT_H

#include "token/x509/bytes.h"

/*
 * Puts an Extension. type: a name or OID. value: "critical," may stand first; then "DER:hex",
 * "ASN1:…" or, for the extensions that have a text form (keyUsage, extendedKeyUsage,
 * basicConstraints, subjectAltName, certificatePolicies, subjectSignTool, identificationKind,
 * subjectKeyIdentifier), that. spki: the request's key, whole. 1, or 0 and *why.
 */
int tok_extension_put(tok_bytes *b, const char *type, const char *value, tok_der spki,
                      const char **why);

/* The OID of an extension or attribute by name or OID, or NULL. */
const char *tok_type_oid(const char *type);

/* Puts what "DER:" or "ASN1:" stands before; *is is 0 if the text is of neither form (nothing is
 * put then). 1, or 0 and *why. */
int tok_generic_put(tok_bytes *b, const char *value, int *is, const char **why);

/* Puts what an ASN1: text describes ("UTF8String:…", "INTEGER:5", "IMPLICIT:1,OCT:…"). */
int tok_asn1_put(tok_bytes *b, const char *text, const char **why);

/* Puts bytes given in hexadecimal digits, colons between them allowed. 1, or 0. */
int tok_hex_put(tok_bytes *b, const char *hex);

#endif
