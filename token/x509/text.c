/* SPDX-License-Identifier: Apache-2.0 */
/* see text.h */
#include "token/x509/text.h"
#include "token/x509/name.h"
#include "token/x509/oid.h"

#include <inttypes.h>
#include <time.h>

void tok_text_hex(tok_bytes *out, tok_der bytes, int indent, size_t per_line)
{
    size_t i;

    for (i = 0; i < bytes.len; i++) {
        if (i % per_line == 0)
            tok_bytes_print(out, "%s%*s", i == 0 ? "" : "\n", indent, "");
        tok_bytes_print(out, "%02x%s", bytes.p[i], i + 1 < bytes.len ? ":" : "");
    }
    tok_bytes_byte(out, '\n');
}

void tok_text_oid(tok_bytes *out, tok_der oid)
{
    const tok_oid_name *known;
    char text[TOK_OID_MAX];
    size_t i;

    if (!tok_oid_text(oid, text)) {
        for (i = 0; i < oid.len; i++)
            tok_bytes_print(out, "%s%02x", i == 0 ? "OID " : ":", oid.p[i]);
        return;
    }
    known = tok_oid_named(text);
    tok_bytes_str(out, known != NULL ? known->title : text);
}

static void algorithm(tok_bytes *out, tok_der whole)
{
    tok_der in, oid;

    if (tok_der_take(&whole, TOK_DER_SEQUENCE, &in, NULL) &&
        tok_der_take(&in, TOK_DER_OID, &oid, NULL))
        tok_text_oid(out, oid);
    tok_bytes_byte(out, '\n');
}

static void serial(tok_bytes *out, tok_der n)
{
    uint64_t x = 0;
    size_t i;

    if (n.len > 8 || (n.len == 8 && n.p[0] >= 0x80)) {
        tok_bytes_byte(out, '\n');
        tok_text_hex(out, n, 12, 32);
        return;
    }
    for (i = 0; i < n.len; i++)
        x = x << 8 | n.p[i];
    if (n.len > 0 && n.p[0] >= 0x80) { /* not allowed, and seen */
        tok_bytes_byte(out, '\n');
        tok_text_hex(out, n, 12, 32);
    } else {
        tok_bytes_print(out, " %" PRIu64 " (0x%" PRIx64 ")\n", x, x);
    }
}

static void when(tok_bytes *out, int64_t t)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t at = (time_t)t;
    struct tm tm;

    if (gmtime_r(&at, &tm) != NULL)
        tok_bytes_print(out, "%s %2d %02d:%02d:%02d %d GMT\n", months[tm.tm_mon], tm.tm_mday,
                        tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_year + 1900);
}

/* A number that is written from its last byte to its first. */
static void reversed(tok_bytes *out, const char *name, const uint8_t *p, size_t n)
{
    tok_bytes_print(out, "                   %s:", name);
    while (n-- > 0)
        tok_bytes_print(out, "%02X", p[n]);
    tok_bytes_byte(out, '\n');
}

static void rsa(tok_bytes *out, tok_der bits)
{
    tok_der in, n, e;

    if (!tok_der_take(&bits, TOK_DER_SEQUENCE, &in, NULL) ||
        !tok_der_take(&in, TOK_DER_INTEGER, &n, NULL) || n.len == 0 ||
        !tok_der_take(&in, TOK_DER_INTEGER, &e, NULL))
        return;
    tok_bytes_print(out, "                Public-Key: (%zu bit)\n                Modulus:\n",
                    8 * (n.len - (n.p[0] == 0)));
    tok_text_hex(out, n, 20, 15);
    tok_bytes_str(out, "                Exponent:\n");
    tok_text_hex(out, e, 20, 15);
}

static void public_key(tok_bytes *out, const tok_spki *key)
{
    tok_bytes_str(out, "        Subject Public Key Info:\n            Public Key Algorithm: ");
    tok_text_oid(out, key->algorithm);
    tok_bytes_byte(out, '\n');
    if (key->kind == TOK_SPKI_GOST) {
        const size_t half = key->ps->bits / 8;

        tok_bytes_str(out, "                Public key:\n");
        reversed(out, "X", key->pub, half);
        reversed(out, "Y", key->pub + half, half);
        tok_bytes_print(out, "                Parameter set: %s\n", key->ps->name);
    } else if (key->kind == TOK_SPKI_RSA) {
        rsa(out, key->bits);
    } else {
        tok_bytes_str(out, "                pub:\n");
        tok_text_hex(out, key->bits, 20, 15);
    }
}

static void extensions(tok_bytes *out, tok_der in)
{
    tok_der oid, value;
    int critical, bad;

    if (in.len == 0)
        return;
    tok_bytes_str(out, "        X509v3 extensions:\n");
    while (tok_extension_next(&in, &oid, &critical, &value, &bad)) {
        tok_bytes_str(out, "            ");
        tok_text_oid(out, oid);
        tok_bytes_print(out, ":%s\n", critical ? " critical" : "");
        tok_text_extension(out, oid, value, 16);
    }
}

void tok_x509_text(tok_bytes *out, const tok_x509 *c)
{
    tok_bytes_print(out, "Certificate:\n    Data:\n        Version: %d (0x%x)\n", c->version,
                    (unsigned)c->version - 1);
    tok_bytes_str(out, "        Serial Number:");
    serial(out, c->serial);
    tok_bytes_str(out, "        Signature Algorithm: ");
    algorithm(out, c->algorithm);
    tok_bytes_str(out, "        Issuer: ");
    tok_name_print(c->issuer, out);
    tok_bytes_str(out, "\n        Validity\n            Not Before: ");
    when(out, c->not_before);
    tok_bytes_str(out, "            Not After : ");
    when(out, c->not_after);
    tok_bytes_str(out, "        Subject: ");
    tok_name_print(c->subject, out);
    tok_bytes_byte(out, '\n');
    public_key(out, &c->key);
    extensions(out, c->extensions);
    tok_bytes_str(out, "    Signature Algorithm: ");
    algorithm(out, c->algorithm);
    tok_bytes_str(out, "    Signature Value:\n");
    tok_text_hex(out, c->signature, 8, 18);
}
