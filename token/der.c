/* SPDX-License-Identifier: Apache-2.0 */
/* see der.h */
#include "token/der.h"

#include <string.h>

#define VERSION_3 2

int tok_der_any(tok_der *in, tok_der *content, tok_der *whole)
{
    size_t head = 2, len, n, i;

    if (in->len < 2 || (in->p[0] & 0x1F) == 0x1F)
        return 0;
    len = in->p[1];
    if (len >= 0x80) {
        n = len & 0x7F;
        if (n == 0 || n > 4 || in->len < 2 + n || in->p[2] == 0)
            return 0;
        for (i = 0, len = 0; i < n; i++)
            len = len << 8 | in->p[2 + i];
        if (len < 0x80)
            return 0;
        head += n;
    }
    if (len > in->len - head)
        return 0;
    if (content != NULL) {
        content->p = in->p + head;
        content->len = len;
    }
    if (whole != NULL) {
        whole->p = in->p;
        whole->len = head + len;
    }
    in->p += head + len;
    in->len -= head + len;
    return 1;
}

int tok_der_is(const tok_der *in, uint8_t tag)
{
    return in->len > 0 && in->p[0] == tag;
}

int tok_der_take(tok_der *in, uint8_t tag, tok_der *content, tok_der *whole)
{
    return tok_der_is(in, tag) && tok_der_any(in, content, whole);
}

int tok_der_is_oid(const uint8_t *der, size_t len)
{
    tok_der in = {der, len}, oid;
    size_t i;
    int start = 1;

    if (!tok_der_take(&in, TOK_DER_OID, &oid, NULL) || in.len != 0 || oid.len == 0)
        return 0;
    for (i = 0; i < oid.len; i++) {
        if (start && oid.p[i] == 0x80) /* a leading zero digit */
            return 0;
        start = (oid.p[i] & 0x80) == 0;
    }
    return start;
}

/* A positive or negative number in as few bytes as it can be. */
static int integer_ok(const tok_der *n)
{
    if (n->len == 0)
        return 0;
    return n->len == 1 ||
           !((n->p[0] == 0x00 && n->p[1] < 0x80) || (n->p[0] == 0xFF && n->p[1] >= 0x80));
}

int tok_der_certificate(const uint8_t *der, size_t len, tok_certificate *out)
{
    tok_der in = {der, len}, cert, tbs, version, number;

    if (!tok_der_take(&in, TOK_DER_SEQUENCE, &cert, NULL) || in.len != 0 ||
        !tok_der_take(&cert, TOK_DER_SEQUENCE, &tbs, NULL) ||
        !tok_der_take(&cert, TOK_DER_SEQUENCE, NULL, NULL) ||
        !tok_der_take(&cert, TOK_DER_BITS, NULL, NULL) || cert.len != 0)
        return 0;
    if (tok_der_is(&tbs, TOK_DER_CONTEXT_0)) {
        if (!tok_der_take(&tbs, TOK_DER_CONTEXT_0, &version, NULL) ||
            !tok_der_take(&version, TOK_DER_INTEGER, &number, NULL) || version.len != 0 ||
            number.len != 1 || number.p[0] > VERSION_3)
            return 0;
    }
    if (!tok_der_take(&tbs, TOK_DER_INTEGER, &number, &out->serial) || !integer_ok(&number) ||
        !tok_der_take(&tbs, TOK_DER_SEQUENCE, NULL, NULL) || /* signature algorithm */
        !tok_der_take(&tbs, TOK_DER_SEQUENCE, NULL, &out->issuer) ||
        !tok_der_take(&tbs, TOK_DER_SEQUENCE, NULL, NULL) || /* validity */
        !tok_der_take(&tbs, TOK_DER_SEQUENCE, NULL, &out->subject) ||
        !tok_der_take(&tbs, TOK_DER_SEQUENCE, NULL, &out->public_key_info))
        return 0;
    while (tbs.len > 0) { /* unique identifiers and extensions */
        if ((tbs.p[0] & 0xC0) != 0x80 || !tok_der_any(&tbs, NULL, NULL))
            return 0;
    }
    return 1;
}

void tok_der_out_init(tok_der_out *out, uint8_t *buf, size_t size)
{
    out->start = buf;
    out->p = out->end = buf + size;
    out->failed = 0;
}

void tok_der_put(tok_der_out *out, const void *bytes, size_t len)
{
    if (out->failed || len > (size_t)(out->p - out->start)) {
        out->failed = 1;
        return;
    }
    if (len == 0)
        return;
    out->p -= len;
    memcpy(out->p, bytes, len);
}

void tok_der_wrap(tok_der_out *out, uint8_t tag, const uint8_t *end)
{
    size_t len = (size_t)(end - out->p), n = 0;
    uint8_t head[6];

    head[n++] = tag;
    if (len < 0x80) {
        head[n++] = (uint8_t)len;
    } else if (len <= 0xFF) {
        head[n++] = 0x81;
        head[n++] = (uint8_t)len;
    } else if (len <= 0xFFFF) {
        head[n++] = 0x82;
        head[n++] = (uint8_t)(len >> 8);
        head[n++] = (uint8_t)len;
    } else {
        out->failed = 1;
        return;
    }
    tok_der_put(out, head, n);
}

size_t tok_der_out_len(const tok_der_out *out)
{
    return out->failed ? 0 : (size_t)(out->end - out->p);
}
