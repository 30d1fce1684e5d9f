/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that grow: DER and text in the making. Running out of memory is remembered in `failed`, and
 * nothing more is written, so that only the end has to ask. All zeros is empty. Not for secrets.
 */
#ifndef TOK_X509_BYTES_H
#define TOK_X509_BYTES_H

#include "token/der.h"

typedef struct tok_bytes {
    uint8_t *p;
    size_t len, room;
    int failed;
} tok_bytes;

void tok_bytes_free(tok_bytes *b);

/* Makes room for len more bytes. 1, or 0. */
int tok_bytes_reserve(tok_bytes *b, size_t len);
void tok_bytes_put(tok_bytes *b, const void *p, size_t len);
void tok_bytes_byte(tok_bytes *b, uint8_t byte);
void tok_bytes_str(tok_bytes *b, const char *s); /* without its zero */
void tok_bytes_print(tok_bytes *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A whole element. */
void tok_bytes_element(tok_bytes *b, uint8_t tag, const void *content, size_t len);
void tok_bytes_der(tok_bytes *b, tok_der d); /* what is an element already */

/*
 * An element around what is put between: the number that begin returns goes to end, which writes
 * the length and, for a SET OF, puts the elements in order (X.690, section 11.6).
 */
size_t tok_bytes_begin(tok_bytes *b, uint8_t tag);
void tok_bytes_end(tok_bytes *b, size_t at);
void tok_bytes_end_set_of(tok_bytes *b, size_t at);

/* An INTEGER that is not negative. */
void tok_bytes_uint(tok_bytes *b, uint64_t n);

/* The tag and length of an element that long; returns how many bytes, at most 10. */
size_t tok_der_head(uint8_t tag, size_t len, uint8_t out[10]);

/* 1 if both are the same bytes. */
int tok_der_same(tok_der a, tok_der b);

#endif
