/* SPDX-License-Identifier: Apache-2.0 */
/* see bytes.h */
#include "token/x509/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tok_bytes_free(tok_bytes *b)
{
    free(b->p);
    memset(b, 0, sizeof *b);
}

int tok_bytes_reserve(tok_bytes *b, size_t len)
{
    size_t room = b->room < 128 ? 128 : b->room;
    uint8_t *p;

    if (b->failed || len > SIZE_MAX / 4 - b->len) {
        b->failed = 1;
        return 0;
    }
    if (b->room - b->len >= len)
        return 1;
    while (room - b->len < len)
        room *= 2;
    p = realloc(b->p, room);
    if (p == NULL) {
        b->failed = 1;
        return 0;
    }
    b->p = p;
    b->room = room;
    return 1;
}

void tok_bytes_put(tok_bytes *b, const void *p, size_t len)
{
    if (len == 0 || !tok_bytes_reserve(b, len))
        return;
    memcpy(b->p + b->len, p, len);
    b->len += len;
}

void tok_bytes_byte(tok_bytes *b, uint8_t byte)
{
    tok_bytes_put(b, &byte, 1);
}

void tok_bytes_str(tok_bytes *b, const char *s)
{
    tok_bytes_put(b, s, strlen(s));
}

void tok_bytes_print(tok_bytes *b, const char *format, ...)
{
    char line[512];
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n > 0)
        tok_bytes_put(b, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

size_t tok_der_head(uint8_t tag, size_t len, uint8_t out[10])
{
    size_t n = 0, bytes = 1;

    out[n++] = tag;
    if (len < 0x80) {
        out[n++] = (uint8_t)len;
        return n;
    }
    while (bytes < sizeof len && len >> (8 * bytes) != 0)
        bytes++;
    out[n++] = (uint8_t)(0x80 | bytes);
    while (bytes-- > 0)
        out[n++] = (uint8_t)(len >> (8 * bytes));
    return n;
}

void tok_bytes_element(tok_bytes *b, uint8_t tag, const void *content, size_t len)
{
    uint8_t head[10];

    tok_bytes_put(b, head, tok_der_head(tag, len, head));
    tok_bytes_put(b, content, len);
}

void tok_bytes_der(tok_bytes *b, tok_der d)
{
    tok_bytes_put(b, d.p, d.len);
}

size_t tok_bytes_begin(tok_bytes *b, uint8_t tag)
{
    tok_bytes_byte(b, tag);
    return b->len;
}

void tok_bytes_end(tok_bytes *b, size_t at)
{
    uint8_t head[10];
    size_t len = b->len - at, n = tok_der_head(0, len, head) - 1;

    if (b->failed || !tok_bytes_reserve(b, n))
        return;
    memmove(b->p + at + n, b->p + at, len);
    memcpy(b->p + at, head + 1, n);
    b->len += n;
}

static int by_bytes(const void *x, const void *y)
{
    const tok_der *a = x, *b = y;
    size_t n = a->len < b->len ? a->len : b->len;
    int order = memcmp(a->p, b->p, n);

    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

void tok_bytes_end_set_of(tok_bytes *b, size_t at)
{
    tok_der in = {b->p + at, b->len - at}, *members;
    uint8_t *copy, *out;
    size_t n = 0, i;

    if (b->failed)
        return;
    while (in.len > 0 && tok_der_any(&in, NULL, NULL))
        n++;
    if (n > 1) {
        members = calloc(n, sizeof *members);
        copy = malloc(b->len - at);
        if (members == NULL || copy == NULL) {
            b->failed = 1;
        } else {
            memcpy(copy, b->p + at, b->len - at);
            in = (tok_der){copy, b->len - at};
            for (i = 0; i < n; i++)
                (void)tok_der_any(&in, NULL, &members[i]);
            qsort(members, n, sizeof *members, by_bytes);
            for (i = 0, out = b->p + at; i < n; out += members[i++].len)
                memcpy(out, members[i].p, members[i].len);
        }
        free(copy);
        free(members);
    }
    tok_bytes_end(b, at);
}

void tok_bytes_uint(tok_bytes *b, uint64_t n)
{
    uint8_t out[9];
    size_t i = sizeof out;

    do {
        out[--i] = (uint8_t)n;
        n >>= 8;
    } while (n != 0);
    if (out[i] & 0x80)
        out[--i] = 0;
    tok_bytes_element(b, TOK_DER_INTEGER, out + i, sizeof out - i);
}

int tok_der_same(tok_der a, tok_der b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}
