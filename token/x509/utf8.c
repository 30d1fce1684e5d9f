/* SPDX-License-Identifier: Apache-2.0 */
/* see utf8.h */
#include "token/x509/utf8.h"

#include <string.h>

int tok_utf8_next(tok_der *in, uint32_t *c)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n, i;
    uint32_t x;

    if (in->len == 0)
        return 0;
    x = in->p[0];
    n = x < 0x80 ? 1 : x >= 0xF0 ? 4 : x >= 0xE0 ? 3 : 2;
    if ((x >= 0x80 && x < 0xC2) || x > 0xF4 || in->len < n)
        return 0;
    if (n > 1)
        x &= 0x7Fu >> n;
    for (i = 1; i < n; i++) {
        if ((in->p[i] & 0xC0) != 0x80)
            return 0;
        x = x << 6 | (in->p[i] & 0x3Fu);
    }
    if (x < least[n] || x > 0x10FFFF || (x >= 0xD800 && x < 0xE000))
        return 0;
    in->p += n;
    in->len -= n;
    *c = x;
    return 1;
}

void tok_utf8_put(tok_bytes *b, uint32_t c)
{
    if (c < 0x80) {
        tok_bytes_byte(b, (uint8_t)c);
        return;
    }
    if (c < 0x800) {
        tok_bytes_byte(b, (uint8_t)(0xC0 | c >> 6));
    } else {
        if (c < 0x10000) {
            tok_bytes_byte(b, (uint8_t)(0xE0 | c >> 12));
        } else {
            tok_bytes_byte(b, (uint8_t)(0xF0 | c >> 18));
            tok_bytes_byte(b, (uint8_t)(0x80 | (c >> 12 & 0x3F)));
        }
        tok_bytes_byte(b, (uint8_t)(0x80 | (c >> 6 & 0x3F)));
    }
    tok_bytes_byte(b, (uint8_t)(0x80 | (c & 0x3F)));
}

long tok_utf8_length(const char *s)
{
    tok_der in = {(const uint8_t *)s, strlen(s)};
    uint32_t c;
    long n = 0;

    while (tok_utf8_next(&in, &c))
        n++;
    return in.len == 0 ? n : -1;
}

/* Does a string type have that character? */
static int fits(uint8_t tag, uint32_t c)
{
    switch (tag) {
    case TOK_STR_NUMERIC:
        return (c >= '0' && c <= '9') || c == ' ';
    case TOK_STR_PRINTABLE:
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               (c < 0x80 && c != 0 && strchr(" '()+,-./:=?", (int)c) != NULL);
    case TOK_STR_IA5:
        return c < 0x80;
    case TOK_STR_VISIBLE:
        return c >= 0x20 && c < 0x7F;
    case TOK_STR_GENERAL:
    case TOK_STR_TELETEX:
        return c <= 0xFF;
    case TOK_STR_BMP:
        return c <= 0xFFFF;
    default:
        return 1;
    }
}

int tok_str_put(tok_bytes *b, uint8_t tag, const char *utf8)
{
    tok_der in = {(const uint8_t *)utf8, strlen(utf8)};
    size_t at = tok_bytes_begin(b, tag);
    uint32_t c;

    while (tok_utf8_next(&in, &c)) {
        if (!fits(tag, c))
            return 0;
        if (tag == TOK_STR_UNIVERSAL) {
            tok_bytes_byte(b, (uint8_t)(c >> 24));
            tok_bytes_byte(b, (uint8_t)(c >> 16));
        }
        if (tag == TOK_STR_UNIVERSAL || tag == TOK_STR_BMP)
            tok_bytes_byte(b, (uint8_t)(c >> 8));
        if (tag == TOK_STR_UTF8)
            tok_utf8_put(b, c);
        else
            tok_bytes_byte(b, (uint8_t)c);
    }
    tok_bytes_end(b, at);
    return in.len == 0;
}

int tok_str_text(tok_bytes *b, uint8_t tag, tok_der in)
{
    size_t wide = tag == TOK_STR_BMP ? 2 : tag == TOK_STR_UNIVERSAL ? 4 : 1, i;
    uint32_t c;

    switch (tag) {
    case TOK_STR_UTF8:
        while (tok_utf8_next(&in, &c))
            tok_utf8_put(b, c);
        return in.len == 0;
    case TOK_STR_NUMERIC:
    case TOK_STR_PRINTABLE:
    case TOK_STR_TELETEX:
    case TOK_STR_IA5:
    case TOK_STR_VISIBLE:
    case TOK_STR_GENERAL:
    case TOK_STR_UNIVERSAL:
    case TOK_STR_BMP:
        break;
    default:
        return 0;
    }
    for (; in.len >= wide; in.p += wide, in.len -= wide) {
        for (i = 0, c = 0; i < wide; i++)
            c = c << 8 | in.p[i];
        if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
            return 0;
        tok_utf8_put(b, c);
    }
    return in.len == 0;
}
