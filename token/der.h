/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A strict DER reader and a small writer: as much as certificates and SubjectPublicKeyInfo need.
 * Definite, shortest lengths only; tags of one byte only. Nothing is copied or allocated: what is
 * read points into the input.
 */
#ifndef TOK_DER_H
#define TOK_DER_H

#include <stddef.h>
#include <stdint.h>

#define TOK_DER_INTEGER   0x02
#define TOK_DER_BITS      0x03
#define TOK_DER_OCTETS    0x04
#define TOK_DER_OID       0x06
#define TOK_DER_SEQUENCE  0x30
#define TOK_DER_CONTEXT_0 0xA0

typedef struct tok_der {
    const uint8_t *p;
    size_t len;
} tok_der;

/*
 * Takes the next element of `in` if it has that tag. *content is what is inside, *whole the element
 * with its tag and length; either may be NULL. Returns 1, or 0 (then nothing has changed) if there
 * is none, its tag is another, or it is malformed.
 */
int tok_der_take(tok_der *in, uint8_t tag, tok_der *content, tok_der *whole);

/* The same for any tag. */
int tok_der_any(tok_der *in, tok_der *content, tok_der *whole);

/* 1 if the next element has that tag. */
int tok_der_is(const tok_der *in, uint8_t tag);

/* 1 if the bytes are one well-formed OBJECT IDENTIFIER and nothing else. */
int tok_der_is_oid(const uint8_t *der, size_t len);

/* What PKCS #11 wants to know of a certificate; each is a whole element. */
typedef struct tok_certificate {
    tok_der serial, issuer, subject, public_key_info;
} tok_certificate;

/* Returns 1, or 0 if the bytes are not one X.509 certificate and nothing else. */
int tok_der_certificate(const uint8_t *der, size_t len, tok_certificate *out);

/*
 * The writer works from the end of a buffer to its start, so that lengths are known when they are
 * written: put what stands last first. Running out of room makes the result empty.
 */
typedef struct tok_der_out {
    uint8_t *start; /* of the buffer */
    uint8_t *p;     /* first byte written so far */
    uint8_t *end;
    int failed;
} tok_der_out;

void tok_der_out_init(tok_der_out *out, uint8_t *buf, size_t size);
void tok_der_put(tok_der_out *out, const void *bytes, size_t len);

/* Wraps everything from p to `end` into an element: end is the value that p had before its content
 * was put. */
void tok_der_wrap(tok_der_out *out, uint8_t tag, const uint8_t *end);

/* The length of what was written; it begins at out->p. 0 if it did not fit. */
size_t tok_der_out_len(const tok_der_out *out);

#endif
