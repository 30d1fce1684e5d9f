/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/csr/der.h. */
#include <stdlib.h>
#include <string.h>
#include "cli/cli.h"
#include "cli/csr/der.h"

#define DEPTH_MAX 32

static void room(csr_buf *b, size_t more)
{
    uint8_t *p;

    if (b->p && b->size - b->len >= more)
        return;
    b->size = 2 * (b->len + more) + 32;
    p = cli_alloc(b->size);
    if (b->len)
        memcpy(p, b->p, b->len);
    free(b->p);
    b->p = p;
}

void csr_put(csr_buf *b, const void *bytes, size_t len)
{
    room(b, len);
    if (len)
        memcpy(b->p + b->len, bytes, len);
    b->len += len;
}

void csr_buf_free(csr_buf *b)
{
    free(b->p);
    memset(b, 0, sizeof(*b));
}

size_t csr_open(csr_buf *b, uint8_t tag)
{
    csr_put(b, &tag, 1);
    return b->len;
}

void csr_close(csr_buf *b, size_t mark)
{
    size_t len = b->len - mark, n = 1;
    uint8_t head[1 + sizeof(len)];

    if (len < 0x80) {
        head[0] = (uint8_t)len;
    } else {
        for (size_t rest = len; rest; rest >>= 8)
            n++;
        head[0] = (uint8_t)(0x80 | (n - 1));
        for (size_t i = 1; i < n; i++)
            head[i] = (uint8_t)(len >> 8 * (n - 1 - i));
    }
    room(b, n);
    memmove(b->p + mark + n, b->p + mark, len);
    memcpy(b->p + mark, head, n);
    b->len += n;
}

void csr_tlv(csr_buf *b, uint8_t tag, const void *bytes, size_t len)
{
    size_t mark = csr_open(b, tag);

    csr_put(b, bytes, len);
    csr_close(b, mark);
}

static int by_bytes(const void *a, const void *b)
{
    const csr_buf *x = a, *y = b;
    int order = memcmp(x->p, y->p, x->len < y->len ? x->len : y->len);

    return order ? order : (x->len > y->len) - (x->len < y->len);
}

void csr_set(csr_buf *b, uint8_t tag, csr_buf *items, size_t n)
{
    size_t mark = csr_open(b, tag);

    if (n)
        qsort(items, n, sizeof(*items), by_bytes);
    for (size_t i = 0; i < n; i++)
        csr_put(b, items[i].p, items[i].len);
    csr_close(b, mark);
}

/* Takes the head of a value off; *len is what its contents are long. */
static int take_head(const uint8_t **p, const uint8_t *end, uint8_t *tag, size_t *len)
{
    size_t n;

    if (end - *p < 2)
        return 0;
    *tag = *(*p)++;
    if ((*tag & 0x1F) == 0x1F) { /* more octets: at most four, none of them a useless one */
        if (**p == 0x80)
            return 0;
        for (n = 0; *p < end && n < 4 && (**p & 0x80); n++)
            ++*p;
        if (*p >= end || (*(*p)++ & 0x80) || *p >= end)
            return 0;
    }
    *len = *(*p)++;
    if (*len < 0x80)
        return *len <= (size_t)(end - *p);
    n = *len & 0x7F;
    if (!n || n > sizeof(*len) || n > (size_t)(end - *p) || !**p)
        return 0;
    for (*len = 0; n; n--)
        *len = *len << 8 | *(*p)++;
    return *len >= 0x80 && *len <= (size_t)(end - *p);
}

static int is_der(const uint8_t *p, const uint8_t *end, int many, int depth)
{
    uint8_t tag;
    size_t len;

    if (depth > DEPTH_MAX)
        return 0;
    do {
        if (p == end)
            return many;
        if (!take_head(&p, end, &tag, &len) || !tag)
            return 0;
        if ((tag & 0x20) && !is_der(p, p + len, 1, depth + 1))
            return 0;
        p += len;
    } while (many);
    return p == end;
}

int csr_is_der(const uint8_t *p, size_t len)
{
    return len && is_der(p, p + len, 0, 0);
}
