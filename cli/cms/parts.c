/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/cms/cms.h. */
#include <stdlib.h>
#include <string.h>
#include "cli/cms/cms.h"

enum {
    TAG_INTEGER = 0x02,
    TAG_OCTETS = 0x04,
    TAG_OID = 0x06,
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31,
    TAG_0 = 0xA0,
    TAG_1 = 0xA1
};

/* 1.2.840.113549.1.7.2, with tag and length */
static const uint8_t signed_data[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                      0xF7, 0x0D, 0x01, 0x07, 0x02};

/* ---- reading -------------------------------------------------------------------------------- */

int cli_der_take(cli_span *in, uint8_t *tag, cli_span *contents, cli_span *whole)
{
    size_t len, head = 2, more;

    if (in->len < 2 || (in->at[0] & 0x1F) == 0x1F)
        return 0;
    *tag = in->at[0];
    len = in->at[1];
    if (len & 0x80) {
        more = len & 0x7F;
        if (!more || more > sizeof(len) || in->len < 2 + more || !in->at[2])
            return 0;
        head += more;
        len = 0;
        for (size_t i = 0; i < more; i++)
            len = len << 8 | in->at[2 + i];
        if (len < 0x80)
            return 0;
    }
    if (len > in->len - head)
        return 0;
    contents->at = in->at + head;
    contents->len = len;
    if (whole) {
        whole->at = in->at;
        whole->len = head + len;
    }
    in->at += head + len;
    in->len -= head + len;
    return 1;
}

static int expect(cli_span *in, uint8_t tag, cli_span *contents, cli_span *whole)
{
    uint8_t got;

    return in->len && in->at[0] == tag && cli_der_take(in, &got, contents, whole);
}

/* A list of elements and nothing else. */
static int is_list(cli_span list)
{
    cli_span contents;
    uint8_t tag;

    while (list.len)
        if (!cli_der_take(&list, &tag, &contents, NULL))
            return 0;
    return 1;
}

static int read_content(cli_span encap, cli_parts *p)
{
    cli_span oid, outer;

    if (!expect(&encap, TAG_OID, &oid, &p->type))
        return 0;
    if (!encap.len)
        return 1;
    p->attached = 1;
    return expect(&encap, TAG_0, &outer, NULL) && !encap.len &&
           expect(&outer, TAG_OCTETS, &p->content, NULL) && !outer.len;
}

int cli_parts_read(const uint8_t *der, size_t len, cli_parts *p)
{
    cli_span in = {der, len}, info, type, whole, outer, data, version, encap;

    memset(p, 0, sizeof(*p));
    if (!expect(&in, TAG_SEQUENCE, &info, NULL) || in.len)
        return 0;
    if (!expect(&info, TAG_OID, &type, &whole) || whole.len != sizeof(signed_data) ||
        memcmp(whole.at, signed_data, sizeof(signed_data)) != 0)
        return 0;
    if (!expect(&info, TAG_0, &outer, NULL) || info.len ||
        !expect(&outer, TAG_SEQUENCE, &data, NULL) || outer.len)
        return 0;
    if (!expect(&data, TAG_INTEGER, &version, NULL) || version.len != 1 || version.at[0] > 5)
        return 0;
    p->version = version.at[0];
    if (!expect(&data, TAG_SET, &p->digests, NULL) || !expect(&data, TAG_SEQUENCE, &encap, NULL) ||
        !read_content(encap, p))
        return 0;
    if (data.len && data.at[0] == TAG_0 && !expect(&data, TAG_0, &p->certs, NULL))
        return 0;
    if (data.len && data.at[0] == TAG_1 && !expect(&data, TAG_1, &p->crls, NULL))
        return 0;
    return expect(&data, TAG_SET, &p->signers, NULL) && !data.len && is_list(p->digests) &&
           is_list(p->certs) && is_list(p->crls) && is_list(p->signers);
}

/* ---- writing -------------------------------------------------------------------------------- */

static void add(cli_bytes *to, const void *at, size_t len)
{
    uint8_t *more;

    if (!len)
        return;
    more = cli_alloc(to->len + len);
    if (to->len)
        memcpy(more, to->at, to->len);
    memcpy(more + to->len, at, len);
    free(to->at);
    to->at = more;
    to->len += len;
}

/* Tag and length of what follows. */
static size_t header(uint8_t tag, uint64_t len, uint8_t out[10])
{
    size_t n = 0, bytes = 0;

    out[n++] = tag;
    if (len < 0x80) {
        out[n++] = (uint8_t)len;
        return n;
    }
    for (uint64_t rest = len; rest; rest >>= 8)
        bytes++;
    out[n++] = (uint8_t)(0x80 | bytes);
    while (bytes--)
        out[n++] = (uint8_t)(len >> (8 * bytes));
    return n;
}

static uint64_t wrapped(uint64_t len)
{
    uint8_t out[10];

    return header(0, len, out) + len;
}

static void add_header(cli_bytes *to, uint8_t tag, uint64_t len)
{
    uint8_t out[10];

    add(to, out, header(tag, len, out));
}

static int in_der_order(const void *a, const void *b)
{
    const cli_span *x = a, *y = b;
    int order = memcmp(x->at, y->at, x->len < y->len ? x->len : y->len);

    return order ? order : (x->len > y->len) - (x->len < y->len);
}

/* A SET OF without duplicates, in the order of DER (X.690, 11.6), with its tag; nothing for an
 * optional set without members. */
static void add_set(cli_bytes *to, uint8_t tag, int optional, cli_span a, cli_span b)
{
    cli_span *all = cli_alloc((a.len + b.len + 1) / 2 * sizeof(*all)), contents;
    cli_span lists[] = {a, b};
    size_t n = 0, kept = 0, len = 0;
    uint8_t ignored;

    for (size_t i = 0; i < 2; i++)
        while (lists[i].len && cli_der_take(&lists[i], &ignored, &contents, &all[n]))
            n++;
    qsort(all, n, sizeof(*all), in_der_order);
    for (size_t i = 0; i < n; i++)
        if (!kept || in_der_order(&all[kept - 1], &all[i]) != 0)
            all[kept++] = all[i];
    for (size_t i = 0; i < kept; i++)
        len += all[i].len;
    if (kept || !optional)
        add_header(to, tag, len);
    for (size_t i = 0; i < kept; i++)
        add(to, all[i].at, all[i].len);
    free(all);
}

void cli_parts_join(const cli_parts *a, const cli_parts *b, int attached, uint64_t content_len,
                    cli_bytes *head, cli_bytes *tail)
{
    static const cli_parts nothing;
    cli_bytes digests = {0}, rest = {0};
    uint8_t version;
    uint64_t octets, encap, data;

    if (!b)
        b = &nothing;
    version = (uint8_t)(a->version > b->version ? a->version : b->version);
    add_set(&digests, TAG_SET, 0, a->digests, b->digests);
    add_set(&rest, TAG_0, 1, a->certs, b->certs);
    add_set(&rest, TAG_1, 1, a->crls, b->crls);
    add_set(&rest, TAG_SET, 0, a->signers, b->signers);

    octets = wrapped(content_len);
    encap = a->type.len + (attached ? wrapped(octets) : 0);
    data = 3 + digests.len + wrapped(encap) + rest.len;
    memset(head, 0, sizeof(*head));
    memset(tail, 0, sizeof(*tail));
    add_header(head, TAG_SEQUENCE, sizeof(signed_data) + wrapped(wrapped(data)));
    add(head, signed_data, sizeof(signed_data));
    add_header(head, TAG_0, wrapped(data));
    add_header(head, TAG_SEQUENCE, data);
    add_header(head, TAG_INTEGER, 1);
    add(head, &version, 1);
    add(head, digests.at, digests.len);
    add_header(head, TAG_SEQUENCE, encap);
    add(head, a->type.at, a->type.len);
    if (attached) {
        add_header(head, TAG_0, octets);
        add_header(head, TAG_OCTETS, content_len);
    }
    add(attached ? tail : head, rest.at, rest.len);
    free(digests.at);
    free(rest.at);
}
