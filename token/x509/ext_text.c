/* SPDX-License-Identifier: Apache-2.0 */
/* see ext_text.h: the extensions that have a text form (x509v3_config(5)). */
#include "token/x509/ext_text.h"
#include "token/x509/name.h"
#include "token/x509/oid.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gost/streebog.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define MAX_ITEM 4096
#define BOOLEAN  0x01

const char *tok_type_oid(const char *type)
{
    if (strncasecmp(type, "OID.", 4) == 0)
        return type + 4;
    return tok_oid_like(type) ? type : tok_oid_by_name(type);
}

/* Takes what stands before the next comma, without blanks around it. 1, or 0 at the end or if it is
 * too long. */
static int item(const char **list, char out[MAX_ITEM])
{
    const char *s = *list + strspn(*list, " \t");
    size_t n = strcspn(s, ","), keep = n;

    if (*s == '\0')
        return 0;
    while (keep > 0 && (s[keep - 1] == ' ' || s[keep - 1] == '\t'))
        keep--;
    if (keep >= MAX_ITEM)
        return 0;
    memcpy(out, s, keep);
    out[keep] = '\0';
    *list = s[n] == ',' ? s + n + 1 : s + n;
    return 1;
}

/* ---- one function an extension: puts its value ---------------------------------------------- */

static int key_usage(tok_bytes *b, const char *v, tok_der spki, const char **why)
{
    static const char *const names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                        "dataEncipherment", "keyAgreement",   "keyCertSign",
                                        "cRLSign",          "encipherOnly",   "decipherOnly"};
    unsigned bits = 0, most = 0, n;
    uint8_t out[3] = {0};
    char name[MAX_ITEM];

    (void)spki;
    while (item(&v, name)) {
        if (strcasecmp(name, "contentCommitment") == 0) /* its newer name */
            (void)strcpy(name, "nonRepudiation");
        for (n = 0; n < COUNT(names) && strcasecmp(names[n], name) != 0; n++)
            continue;
        if (n == COUNT(names)) {
            *why = "a key usage is not known";
            return 0;
        }
        bits |= 0x8000u >> n;
        most = n > most ? n : most;
    }
    *why = "no key usage is named";
    out[0] = (uint8_t)(7 - most % 8);
    out[1] = (uint8_t)(bits >> 8);
    out[2] = (uint8_t)bits;
    tok_bytes_element(b, TOK_DER_BITS, out, 2 + most / 8);
    return bits != 0 && *v == '\0';
}

static int extended_key_usage(tok_bytes *b, const char *v, tok_der spki, const char **why)
{
    size_t seq = tok_bytes_begin(b, TOK_DER_SEQUENCE), empty = b->len;
    char name[MAX_ITEM];
    const char *oid;

    (void)spki;
    *why = "an extended key usage is neither known nor an OID";
    while (item(&v, name)) {
        oid = tok_type_oid(name);
        if (oid == NULL || !tok_oid_put(b, oid))
            return 0;
    }
    if (b->len == empty || *v != '\0')
        return 0;
    tok_bytes_end(b, seq);
    return 1;
}

static int basic_constraints(tok_bytes *b, const char *v, tok_der spki, const char **why)
{
    size_t seq = tok_bytes_begin(b, TOK_DER_SEQUENCE);
    static const uint8_t yes = 0xFF;
    char name[MAX_ITEM], *end;
    long path = -1;
    int ca = 0;

    (void)spki;
    *why = "it is CA:TRUE or CA:FALSE, and pathlen:n";
    while (item(&v, name)) {
        if (strcasecmp(name, "CA:TRUE") == 0) {
            ca = 1;
        } else if (strncasecmp(name, "pathlen:", 8) == 0 && name[8] >= '0' && name[8] <= '9') {
            path = strtol(name + 8, &end, 10);
            if (*end != '\0' || path > 1000000)
                return 0;
        } else if (strcasecmp(name, "CA:FALSE") != 0) {
            return 0;
        }
    }
    if (ca)
        tok_bytes_element(b, BOOLEAN, &yes, 1);
    if (path >= 0)
        tok_bytes_uint(b, (uint64_t)path);
    tok_bytes_end(b, seq);
    return *v == '\0';
}

/* otherName: "OID;UTF8:text" */
static int other_name(tok_bytes *b, char *v, const char **why)
{
    char *type = strchr(v, ';');
    size_t name, value;

    if (type == NULL)
        return 0;
    *type++ = '\0';
    name = tok_bytes_begin(b, 0xA0);
    if (!tok_oid_put(b, v))
        return 0;
    value = tok_bytes_begin(b, 0xA0);
    if (!tok_asn1_put(b, type, why))
        return 0;
    tok_bytes_end(b, value);
    tok_bytes_end(b, name);
    return 1;
}

static int ip_address(tok_bytes *b, const char *v)
{
    uint8_t raw[16];

    if (inet_pton(AF_INET, v, raw) == 1)
        tok_bytes_element(b, 0x87, raw, 4);
    else if (inet_pton(AF_INET6, v, raw) == 1)
        tok_bytes_element(b, 0x87, raw, 16);
    else
        return 0;
    return 1;
}

static int alt_name(tok_bytes *b, const char *v, tok_der spki, const char **why)
{
    static const struct {
        const char *name;
        uint8_t tag; /* those that are IA5Strings */
    } texts[] = {{"email:", 0x81}, {"DNS:", 0x82}, {"URI:", 0x86}};
    size_t seq = tok_bytes_begin(b, TOK_DER_SEQUENCE), empty = b->len, i, at;
    char name[MAX_ITEM];

    (void)spki;
    while (item(&v, name)) {
        *why = "a name is none of email:, DNS:, URI:, IP:, RID:, otherName:, or malformed";
        for (i = 0; i < COUNT(texts); i++) {
            if (strncasecmp(name, texts[i].name, strlen(texts[i].name)) == 0)
                break;
        }
        at = b->len;
        if (i < COUNT(texts)) {
            const char *text = name + strlen(texts[i].name);

            if (*text == '\0' || !tok_str_put(b, TOK_STR_IA5, text))
                return 0;
            if (!b->failed)
                b->p[at] = texts[i].tag;
        } else if (strncasecmp(name, "RID:", 4) == 0) {
            if (!tok_oid_put(b, name + 4))
                return 0;
            if (!b->failed)
                b->p[at] = 0x88;
        } else if (strncasecmp(name, "IP:", 3) == 0) {
            if (!ip_address(b, name + 3))
                return 0;
        } else if (strncasecmp(name, "otherName:", 10) != 0 || !other_name(b, name + 10, why)) {
            return 0;
        }
    }
    *why = "no name is given";
    if (b->len == empty || *v != '\0')
        return 0;
    tok_bytes_end(b, seq);
    return 1;
}

static int policies(tok_bytes *b, const char *v, tok_der spki, const char **why)
{
    size_t seq = tok_bytes_begin(b, TOK_DER_SEQUENCE), empty = b->len, one;
    char name[MAX_ITEM];
    const char *oid;

    (void)spki;
    *why = "a policy is neither known nor an OID";
    while (item(&v, name)) {
        oid = tok_type_oid(name);
        one = tok_bytes_begin(b, TOK_DER_SEQUENCE);
        if (oid == NULL || !tok_oid_put(b, oid))
            return 0;
        tok_bytes_end(b, one);
    }
    if (b->len == empty || *v != '\0')
        return 0;
    tok_bytes_end(b, seq);
    return 1;
}

/* The name of the signing tool; a string type may stand before it. */
static int sign_tool(tok_bytes *b, const char *v, tok_der spki, const char **why)
{
    (void)spki;
    (void)tok_name_string_type(v, &v);
    *why = "the name of the tool is empty or not UTF-8";
    return *v != '\0' && tok_str_put(b, TOK_STR_UTF8, v);
}

static int identification(tok_bytes *b, const char *v, tok_der spki, const char **why)
{
    (void)spki;
    *why = "it is a number from 0 to 3";
    if (v[0] < '0' || v[0] > '3' || v[1] != '\0')
        return 0;
    tok_bytes_uint(b, (uint64_t)(v[0] - '0'));
    return 1;
}

/* "hash", of the key's bits, or hexadecimal digits. What is hashed with is free (RFC 7093, RFC
 * 5280, section 4.2.1.2): Streebog, cut to 160 bits. */
static int key_identifier(tok_bytes *b, const char *v, tok_der spki, const char **why)
{
    uint8_t digest[GOST_STREEBOG_MAX];
    tok_der in, bits;
    size_t at;

    *why = "it is \"hash\" or hexadecimal digits";
    if (strcasecmp(v, "hash") == 0) {
        if (!tok_der_take(&spki, TOK_DER_SEQUENCE, &in, NULL) ||
            !tok_der_take(&in, TOK_DER_SEQUENCE, NULL, NULL) ||
            !tok_der_take(&in, TOK_DER_BITS, &bits, NULL) || bits.len < 1)
            return 0;
        gost_streebog_hash(256, bits.p + 1, bits.len - 1, digest);
        tok_bytes_element(b, TOK_DER_OCTETS, digest, 20);
        return 1;
    }
    at = tok_bytes_begin(b, TOK_DER_OCTETS);
    if (*v == '\0' || !tok_hex_put(b, v))
        return 0;
    tok_bytes_end(b, at);
    return 1;
}

static const struct {
    const char *oid;
    int (*put)(tok_bytes *b, const char *v, tok_der spki, const char **why);
} texts[] = {
    {"2.5.29.14", key_identifier},  {"2.5.29.15", key_usage},
    {"2.5.29.17", alt_name},        {"2.5.29.19", basic_constraints},
    {"2.5.29.32", policies},        {"2.5.29.37", extended_key_usage},
    {"1.2.643.100.111", sign_tool}, {"1.2.643.100.114", identification},
};

/* ---- the whole ------------------------------------------------------------------------------ */

static int value_put(tok_bytes *b, const char *oid, const char *value, tok_der spki,
                     const char **why)
{
    size_t i;
    int is;

    if (!tok_generic_put(b, value, &is, why))
        return 0;
    if (is)
        return 1;
    for (i = 0; i < COUNT(texts); i++) {
        if (strcmp(texts[i].oid, oid) == 0)
            return texts[i].put(b, value, spki, why);
    }
    *why = "this extension has no text form here: give DER: or ASN1:";
    return 0;
}

int tok_extension_put(tok_bytes *b, const char *type, const char *value, tok_der spki,
                      const char **why)
{
    const char *oid = tok_type_oid(type);
    static const uint8_t yes = 0xFF;
    size_t extension, octets;

    extension = tok_bytes_begin(b, TOK_DER_SEQUENCE);
    *why = "the type is not known";
    if (oid == NULL || !tok_oid_put(b, oid))
        return 0;
    value += strspn(value, " \t");
    if (strncasecmp(value, "critical,", 9) == 0) {
        tok_bytes_element(b, BOOLEAN, &yes, 1);
        value += 9;
        value += strspn(value, " \t");
    }
    octets = tok_bytes_begin(b, TOK_DER_OCTETS);
    if (!value_put(b, oid, value, spki, why))
        return 0;
    tok_bytes_end(b, octets);
    tok_bytes_end(b, extension);
    return 1;
}
