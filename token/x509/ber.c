/* SPDX-License-Identifier: Apache-2.0 */
/* see ber.h */
#include "token/x509/ber.h"

#define CONSTRUCTED  0x20
#define OCTET_PIECES (TOK_DER_OCTETS | CONSTRUCTED)
#define MAX_DEPTH    8 /* of OCTET STRINGs made of OCTET STRINGs */

/* Reads a tag and a length. *indefinite: the length is not known. Returns the size of both, or 0.
 */
static size_t head(const tok_der *in, size_t *len, int *indefinite)
{
    size_t at = 2, n, i;

    if (in->len < 2 || (in->p[0] & 0x1F) == 0x1F)
        return 0;
    *indefinite = in->p[1] == 0x80;
    *len = in->p[1];
    if (*indefinite) {
        *len = 0;
        return (in->p[0] & CONSTRUCTED) != 0 ? at : 0;
    }
    if (*len >= 0x80) {
        n = *len & 0x7F;
        if (n > sizeof *len || in->len - 2 < n)
            return 0;
        for (i = 0, *len = 0; i < n; i++)
            *len = *len << 8 | in->p[at++];
    }
    return *len <= in->len - at ? at : 0;
}

/* The length of what stands before the end-of-contents octets that close `in`, or in.len if there
 * are none. No recursion: only elements of unknown length have to be counted. */
static size_t to_end(tok_der in)
{
    const uint8_t *start = in.p;
    size_t open = 1, len, n, all = in.len;
    int indefinite;

    while (in.len >= 2) {
        if (in.p[0] == 0 && in.p[1] == 0) {
            if (--open == 0)
                return (size_t)(in.p - start);
            n = 2;
        } else {
            n = head(&in, &len, &indefinite);
            if (n == 0)
                return all;
            n += len;
            open += (size_t)indefinite;
        }
        in.p += n;
        in.len -= n;
    }
    return all;
}

int tok_ber_any(tok_der *in, tok_ber *out)
{
    size_t len, n, end = 0;
    tok_der rest;
    int indefinite;

    n = head(in, &len, &indefinite);
    if (n == 0 || (in->p[0] == 0 && in->p[1] == 0))
        return 0;
    if (indefinite) {
        rest = (tok_der){in->p + n, in->len - n};
        len = to_end(rest);
        if (len == rest.len)
            return 0;
        end = 2;
    }
    out->tag = in->p[0];
    out->content = (tok_der){in->p + n, len};
    out->whole = (tok_der){in->p, n + len + end};
    in->p += out->whole.len;
    in->len -= out->whole.len;
    return 1;
}

int tok_ber_take(tok_der *in, uint8_t tag, tok_ber *out)
{
    return tok_der_is(in, tag) && tok_ber_any(in, out);
}

static int octets(const tok_ber *e, tok_bytes *out, int depth)
{
    tok_der in = e->content;
    tok_ber piece;

    if (e->tag == TOK_DER_OCTETS) {
        tok_bytes_put(out, e->content.p, e->content.len);
        return 1;
    }
    if (e->tag != OCTET_PIECES || depth == MAX_DEPTH)
        return 0;
    while (in.len > 0) {
        if (!tok_ber_any(&in, &piece) || !octets(&piece, out, depth + 1))
            return 0;
    }
    return 1;
}

int tok_ber_octets(const tok_ber *e, tok_bytes *out)
{
    return octets(e, out, 0);
}
