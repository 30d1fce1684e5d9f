/* SPDX-License-Identifier: Apache-2.0 */
/* see text.h: extensions. What cannot be read as its type is shown in hexadecimal. */
#include "token/x509/text.h"
#include "token/x509/name.h"
#include "token/x509/oid.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define BOOLEAN  0x01
#define MAX_DUMP 512 /* bytes of an unknown extension that are shown */

/* Text from the certificate within a line of ours: control characters would forge lines. */
static void plain(tok_bytes *out, uint8_t tag, tok_der content)
{
    tok_bytes text = {0};
    tok_der in;
    uint32_t c;

    (void)tok_str_text(&text, tag, content);
    in = (tok_der){text.p, text.len};
    while (tok_utf8_next(&in, &c)) {
        if (c < 0x20 || (c >= 0x7F && c < 0xA0))
            tok_bytes_print(out, "\\%02X", (unsigned)c);
        else
            tok_utf8_put(out, c);
    }
    out->failed |= text.failed;
    tok_bytes_free(&text);
}

/* ---- GeneralName ---------------------------------------------------------------------------- */

static void address(tok_bytes *out, tok_der v)
{
    char text[INET6_ADDRSTRLEN];

    if ((v.len == 4 && inet_ntop(AF_INET, v.p, text, sizeof text) != NULL) ||
        (v.len == 16 && inet_ntop(AF_INET6, v.p, text, sizeof text) != NULL))
        tok_bytes_print(out, "IP Address:%s", text);
    else
        tok_bytes_str(out, "IP Address:<invalid>");
}

static void other_name(tok_bytes *out, tok_der v)
{
    tok_der oid, value, text;
    uint8_t tag;

    tok_bytes_str(out, "othername:");
    if (!tok_der_take(&v, TOK_DER_OID, &oid, NULL) || !tok_der_take(&v, 0xA0, &value, NULL) ||
        value.len == 0)
        return;
    tok_text_oid(out, oid);
    tok_bytes_str(out, "::");
    tag = value.p[0];
    if (tok_der_any(&value, &text, NULL))
        plain(out, tag, text);
}

static int general_name(tok_bytes *out, tok_der *in)
{
    tok_der v;
    uint8_t tag;

    if (in->len == 0)
        return 0;
    tag = in->p[0];
    if (!tok_der_any(in, &v, NULL))
        return 0;
    switch (tag) {
    case 0xA0:
        other_name(out, v);
        break;
    case 0x81:
        tok_bytes_str(out, "email:");
        plain(out, TOK_STR_IA5, v);
        break;
    case 0x82:
        tok_bytes_str(out, "DNS:");
        plain(out, TOK_STR_IA5, v);
        break;
    case 0xA4:
        tok_bytes_str(out, "DirName:");
        tok_name_print(v, out);
        break;
    case 0x86:
        tok_bytes_str(out, "URI:");
        plain(out, TOK_STR_IA5, v);
        break;
    case 0x87:
        address(out, v);
        break;
    case 0x88:
        tok_bytes_str(out, "Registered ID:");
        tok_text_oid(out, v);
        break;
    default:
        tok_bytes_str(out, "<unsupported>");
    }
    return 1;
}

static int general_names(tok_bytes *out, tok_der in)
{
    const char *between = "";

    while (in.len > 0) {
        tok_bytes_str(out, between);
        if (!general_name(out, &in))
            return 0;
        between = ", ";
    }
    return 1;
}

/* ---- one function an extension: appends what it says; 0 if it cannot be read ----------------- */

static int alt_name(tok_bytes *out, tok_der v, int indent)
{
    tok_der in;

    tok_bytes_print(out, "%*s", indent, "");
    return tok_der_take(&v, TOK_DER_SEQUENCE, &in, NULL) && general_names(out, in);
}

static int key_usage(tok_bytes *out, tok_der v, int indent)
{
    static const char *const names[] = {"Digital Signature", "Non Repudiation", "Key Encipherment",
                                        "Data Encipherment", "Key Agreement",   "Certificate Sign",
                                        "CRL Sign",          "Encipher Only",   "Decipher Only"};
    const char *between = "";
    tok_der bits;
    size_t i;

    if (!tok_der_take(&v, TOK_DER_BITS, &bits, NULL) || bits.len < 1)
        return 0;
    tok_bytes_print(out, "%*s", indent, "");
    for (i = 0; i < COUNT(names) && i < 8 * (bits.len - 1); i++) {
        if (bits.p[1 + i / 8] & (0x80 >> (i % 8))) {
            tok_bytes_print(out, "%s%s", between, names[i]);
            between = ", ";
        }
    }
    return 1;
}

static int oids(tok_bytes *out, tok_der v, int indent)
{
    const char *between = "";
    tok_der in, oid;

    if (!tok_der_take(&v, TOK_DER_SEQUENCE, &in, NULL))
        return 0;
    tok_bytes_print(out, "%*s", indent, "");
    while (in.len > 0) {
        if (!tok_der_take(&in, TOK_DER_OID, &oid, NULL))
            return 0;
        tok_bytes_str(out, between);
        tok_text_oid(out, oid);
        between = ", ";
    }
    return 1;
}

static int basic_constraints(tok_bytes *out, tok_der v, int indent)
{
    tok_der in, field;
    unsigned long path = 0;
    int ca = 0;

    if (!tok_der_take(&v, TOK_DER_SEQUENCE, &in, NULL))
        return 0;
    if (tok_der_take(&in, BOOLEAN, &field, NULL))
        ca = field.len == 1 && field.p[0] != 0;
    tok_bytes_print(out, "%*sCA:%s", indent, "", ca ? "TRUE" : "FALSE");
    if (tok_der_take(&in, TOK_DER_INTEGER, &field, NULL) && field.len <= 4) {
        for (; field.len > 0; field.p++, field.len--)
            path = path << 8 | field.p[0];
        tok_bytes_print(out, ", pathlen:%lu", path);
    }
    return 1;
}

static void colons(tok_bytes *out, tok_der v)
{
    size_t i;

    for (i = 0; i < v.len; i++)
        tok_bytes_print(out, "%s%02X", i == 0 ? "" : ":", v.p[i]);
}

static int key_id(tok_bytes *out, tok_der v, int indent)
{
    tok_der id;

    tok_bytes_print(out, "%*s", indent, "");
    if (!tok_der_take(&v, TOK_DER_OCTETS, &id, NULL))
        return 0;
    colons(out, id);
    return 1;
}

static int authority_key_id(tok_bytes *out, tok_der v, int indent)
{
    const char *before = "";
    tok_der in, field;

    if (!tok_der_take(&v, TOK_DER_SEQUENCE, &in, NULL))
        return 0;
    tok_bytes_print(out, "%*s", indent, "");
    if (tok_der_take(&in, 0x80, &field, NULL)) {
        tok_bytes_str(out, "keyid:");
        colons(out, field);
        before = "\n";
    }
    if (tok_der_take(&in, 0xA1, &field, NULL)) {
        tok_bytes_print(out, "%s%*s", before, *before != '\0' ? indent : 0, "");
        if (!general_names(out, field))
            return 0;
        before = "\n";
    }
    if (tok_der_take(&in, 0x82, &field, NULL)) {
        tok_bytes_print(out, "%s%*sserial:", before, *before != '\0' ? indent : 0, "");
        colons(out, field);
    }
    return 1;
}

static int distribution(tok_bytes *out, tok_der v, int indent)
{
    tok_der points, point, name, full;
    const char *before = "";

    if (!tok_der_take(&v, TOK_DER_SEQUENCE, &points, NULL))
        return 0;
    while (points.len > 0) {
        if (!tok_der_take(&points, TOK_DER_SEQUENCE, &point, NULL))
            return 0;
        if (!tok_der_take(&point, 0xA0, &name, NULL) || !tok_der_take(&name, 0xA0, &full, NULL))
            continue;
        tok_bytes_print(out, "%s%*sFull Name: ", before, indent, "");
        if (!general_names(out, full))
            return 0;
        before = "\n";
    }
    return 1;
}

static int policies(tok_bytes *out, tok_der v, int indent)
{
    tok_der in, one, oid, qualifiers, qualifier, text;
    const char *before = "";

    if (!tok_der_take(&v, TOK_DER_SEQUENCE, &in, NULL))
        return 0;
    while (in.len > 0) {
        if (!tok_der_take(&in, TOK_DER_SEQUENCE, &one, NULL) ||
            !tok_der_take(&one, TOK_DER_OID, &oid, NULL))
            return 0;
        tok_bytes_print(out, "%s%*sPolicy: ", before, indent, "");
        tok_text_oid(out, oid);
        before = "\n";
        if (!tok_der_take(&one, TOK_DER_SEQUENCE, &qualifiers, NULL))
            continue;
        while (tok_der_take(&qualifiers, TOK_DER_SEQUENCE, &qualifier, NULL)) {
            if (tok_der_take(&qualifier, TOK_DER_OID, &oid, NULL) &&
                tok_oid_is(oid, "1.3.6.1.5.5.7.2.1") &&
                tok_der_take(&qualifier, TOK_STR_IA5, &text, NULL)) {
                tok_bytes_print(out, "\n%*s  CPS: ", indent, "");
                plain(out, TOK_STR_IA5, text);
            }
        }
    }
    return 1;
}

static int access_info(tok_bytes *out, tok_der v, int indent)
{
    tok_der in, one, method;
    const char *before = "";

    if (!tok_der_take(&v, TOK_DER_SEQUENCE, &in, NULL))
        return 0;
    while (in.len > 0) {
        if (!tok_der_take(&in, TOK_DER_SEQUENCE, &one, NULL) ||
            !tok_der_take(&one, TOK_DER_OID, &method, NULL))
            return 0;
        tok_bytes_print(out, "%s%*s", before, indent, "");
        tok_text_oid(out, method);
        tok_bytes_str(out, " - ");
        if (!general_name(out, &one))
            return 0;
        before = "\n";
    }
    return 1;
}

static int sign_tool(tok_bytes *out, tok_der v, int indent)
{
    tok_der text;

    tok_bytes_print(out, "%*s", indent, "");
    if (!tok_der_take(&v, TOK_STR_UTF8, &text, NULL) || v.len != 0)
        return 0;
    plain(out, TOK_STR_UTF8, text);
    return 1;
}

/* IssuerSignTool: four strings. */
static int issuer_sign_tool(tok_bytes *out, tok_der v, int indent)
{
    static const char *const names[] = {"signTool", "cATool", "signToolCert", "cAToolCert"};
    tok_der in, text;
    size_t i;

    if (!tok_der_take(&v, TOK_DER_SEQUENCE, &in, NULL))
        return 0;
    for (i = 0; i < COUNT(names); i++) {
        if (!tok_der_take(&in, TOK_STR_UTF8, &text, NULL))
            return 0;
        tok_bytes_print(out, "%s%*s%s    : ", i == 0 ? "" : "\n", indent, "", names[i]);
        plain(out, TOK_STR_UTF8, text);
    }
    return 1;
}

static int identification(tok_bytes *out, tok_der v, int indent)
{
    static const char *const kinds[] = {"in person", "by a qualified signature",
                                        "by a biometric passport",
                                        "by the unified identification and biometric systems"};
    tok_der n;

    if (!tok_der_take(&v, TOK_DER_INTEGER, &n, NULL) || n.len != 1 || n.p[0] >= COUNT(kinds))
        return 0;
    tok_bytes_print(out, "%*s%u (%s)", indent, "", n.p[0], kinds[n.p[0]]);
    return 1;
}

static int key_period(tok_bytes *out, tok_der v, int indent)
{
    static const char *const names[] = {"Not Before: ", "Not After: "};
    const char *before = "";
    tok_der in, text;
    uint8_t i;

    if (!tok_der_take(&v, TOK_DER_SEQUENCE, &in, NULL))
        return 0;
    tok_bytes_print(out, "%*s", indent, "");
    for (i = 0; i < COUNT(names); i++) {
        if (tok_der_take(&in, (uint8_t)(0x80 + i), &text, NULL)) {
            tok_bytes_print(out, "%s%s", before, names[i]);
            plain(out, TOK_STR_VISIBLE, text);
            before = ", ";
        }
    }
    return 1;
}

static const struct {
    const char *oid;
    int (*print)(tok_bytes *out, tok_der v, int indent);
} printers[] = {
    {"2.5.29.14", key_id},
    {"2.5.29.15", key_usage},
    {"2.5.29.16", key_period},
    {"2.5.29.17", alt_name},
    {"2.5.29.18", alt_name},
    {"2.5.29.19", basic_constraints},
    {"2.5.29.31", distribution},
    {"2.5.29.46", distribution},
    {"2.5.29.32", policies},
    {"2.5.29.35", authority_key_id},
    {"2.5.29.37", oids},
    {"1.3.6.1.5.5.7.1.1", access_info},
    {"1.3.6.1.5.5.7.1.11", access_info},
    {"1.2.643.100.111", sign_tool},
    {"1.2.643.100.112", issuer_sign_tool},
    {"1.2.643.100.114", identification},
};

void tok_text_extension(tok_bytes *out, tok_der oid, tok_der value, int indent)
{
    size_t i, start = out->len;

    for (i = 0; i < COUNT(printers); i++) {
        if (!tok_oid_is(oid, printers[i].oid))
            continue;
        if (printers[i].print(out, value, indent)) {
            tok_bytes_byte(out, '\n');
            return;
        }
        if (!out->failed)
            out->len = start;
    }
    if (value.len > MAX_DUMP)
        value.len = MAX_DUMP;
    tok_text_hex(out, value, indent, 18);
}
