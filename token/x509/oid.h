/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Object identifiers: as text, which is how the tables of this folder are written, and as DER; and
 * their names. Nothing of OpenSSL's: its table asks the application's configuration when an OID
 * is not built in.
 */
#ifndef TOK_X509_OID_H
#define TOK_X509_OID_H

#include "token/x509/bytes.h"

#define TOK_OID_MAX 128 /* of the text, with its zero */

/* The content of an OBJECT IDENTIFIER as "1.2.643…". 1, or 0 if it is malformed or too long. */
int tok_oid_text(tok_der oid, char text[TOK_OID_MAX]);

/* 1 if the content of an OBJECT IDENTIFIER is this. */
int tok_oid_is(tok_der oid, const char *text);

/* Puts a whole OBJECT IDENTIFIER. 1, or 0 if the text is none. */
int tok_oid_put(tok_bytes *b, const char *text);

/* 1 if it looks like one: digits and dots, at least two numbers. */
int tok_oid_like(const char *text);

typedef struct tok_oid_name {
    const char *oid;
    const char *name, *title; /* "CN", "commonName" */
} tok_oid_name;

/* By OID or by one of the names, letter case ignored; NULL if unknown. */
const tok_oid_name *tok_oid_named(const char *oid);
const char *tok_oid_by_name(const char *name);

#endif
