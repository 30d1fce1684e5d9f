/* SPDX-License-Identifier: Apache-2.0 */
/* see name.h */
#include "token/x509/name.h"
#include "token/log.h"
#include "token/x509/oid.h"

#include <string.h>
#include <strings.h>

#define COUNT(a)  (sizeof(a) / sizeof(a)[0])
#define SET       0x31
#define MAX_VALUE (1 << 16) /* bytes of a string */

/* ---- comparing ------------------------------------------------------------------------------ */

static void fold(tok_bytes *out, tok_der text)
{
    int blank = 0, any = 0;
    uint32_t c;

    while (tok_utf8_next(&text, &c)) {
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            blank = any;
            continue;
        }
        if (blank)
            tok_bytes_byte(out, ' ');
        blank = 0;
        any = 1;
        tok_utf8_put(out, c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
}

static int canonical_attribute(tok_der attribute, tok_bytes *out)
{
    tok_der type, value, whole;
    tok_bytes text = {0};
    uint8_t tag;
    size_t at;

    if (!tok_der_take(&attribute, TOK_DER_OID, NULL, &type) || attribute.len == 0)
        return 0;
    tag = attribute.p[0];
    if (!tok_der_any(&attribute, &value, &whole) || attribute.len != 0)
        return 0;
    at = tok_bytes_begin(out, TOK_DER_SEQUENCE);
    tok_bytes_der(out, type);
    if (tok_str_text(&text, tag, value)) {
        size_t string = tok_bytes_begin(out, TOK_STR_UTF8);

        fold(out, (tok_der){text.p, text.len});
        tok_bytes_end(out, string);
    } else {
        tok_bytes_der(out, whole);
    }
    out->failed |= text.failed;
    tok_bytes_free(&text);
    tok_bytes_end(out, at);
    return 1;
}

int tok_name_canonical(tok_der name, tok_bytes *out)
{
    tok_der in, rdn, attribute;
    size_t at;

    if (!tok_der_take(&name, TOK_DER_SEQUENCE, &in, NULL) || name.len != 0)
        return 0;
    while (in.len > 0) {
        if (!tok_der_take(&in, SET, &rdn, NULL) || rdn.len == 0)
            return 0;
        at = tok_bytes_begin(out, SET);
        while (rdn.len > 0) {
            if (!tok_der_take(&rdn, TOK_DER_SEQUENCE, &attribute, NULL) ||
                !canonical_attribute(attribute, out))
                return 0;
        }
        tok_bytes_end_set_of(out, at);
    }
    return 1;
}

/* ---- printing ------------------------------------------------------------------------------- */

static void print_value(tok_bytes *out, uint8_t tag, tok_der value, tok_der whole)
{
    tok_bytes text = {0};
    tok_der in;
    uint32_t c;
    size_t i;

    if (tok_str_text(&text, tag, value)) {
        in = (tok_der){text.p, text.len};
        while (tok_utf8_next(&in, &c)) {
            if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
                tok_bytes_print(out, "\\%02X", (unsigned)c);
                continue;
            }
            if (c < 0x80 && strchr(",+\"\\<>;", (int)c) != NULL)
                tok_bytes_byte(out, '\\');
            tok_utf8_put(out, c);
        }
    } else {
        tok_bytes_byte(out, '#');
        for (i = 0; i < whole.len; i++)
            tok_bytes_print(out, "%02X", whole.p[i]);
    }
    out->failed |= text.failed;
    tok_bytes_free(&text);
}

void tok_name_print(tok_der name, tok_bytes *out)
{
    tok_der in, rdn, attribute, type, value, whole;
    const tok_oid_name *known;
    const char *between = "";
    char oid[TOK_OID_MAX];
    uint8_t tag;

    if (!tok_der_take(&name, TOK_DER_SEQUENCE, &in, NULL))
        return;
    while (tok_der_take(&in, SET, &rdn, NULL)) {
        while (tok_der_take(&rdn, TOK_DER_SEQUENCE, &attribute, NULL)) {
            if (!tok_der_take(&attribute, TOK_DER_OID, &type, NULL) || attribute.len == 0)
                return;
            tag = attribute.p[0];
            if (!tok_der_any(&attribute, &value, &whole))
                return;
            tok_bytes_str(out, between);
            known = tok_oid_text(type, oid) ? tok_oid_named(oid) : NULL;
            tok_bytes_str(out, known != NULL ? known->name : oid);
            tok_bytes_str(out, " = ");
            print_value(out, tag, value, whole);
            between = " + ";
        }
        between = ", ";
    }
}

/* ---- making --------------------------------------------------------------------------------- */

/* Attributes whose values are not any UTF8String. */
static const struct {
    const char *oid;
    uint8_t tag, otherwise; /* tried in this order */
    unsigned min, max;      /* characters */
} rules[] = {
    {"2.5.4.6", TOK_STR_PRINTABLE, 0, 2, 2},                                 /* C */
    {"2.5.4.5", TOK_STR_PRINTABLE, 0, 1, 64},                                /* serialNumber */
    {"2.5.4.46", TOK_STR_PRINTABLE, 0, 1, 64},                               /* dnQualifier */
    {"2.5.4.20", TOK_STR_PRINTABLE, 0, 1, 32},                               /* telephoneNumber */
    {"1.2.840.113549.1.9.1", TOK_STR_IA5, 0, 1, 128},                        /* emailAddress */
    {"0.9.2342.19200300.100.1.25", TOK_STR_IA5, 0, 1, MAX_VALUE},            /* DC */
    {"1.2.840.113549.1.9.2", TOK_STR_IA5, TOK_STR_UTF8, 1, MAX_VALUE},       /* unstructuredName */
    {"1.2.840.113549.1.9.7", TOK_STR_PRINTABLE, TOK_STR_UTF8, 1, MAX_VALUE}, /* challengePassword */
    {"1.2.643.3.131.1.1", TOK_STR_NUMERIC, 0, 1, 12},                        /* INN */
    {"1.2.643.100.1", TOK_STR_NUMERIC, 0, 1, 13},                            /* OGRN */
    {"1.2.643.100.3", TOK_STR_NUMERIC, 0, 1, 11},                            /* SNILS */
    {"1.2.643.100.4", TOK_STR_NUMERIC, 0, 1, 10},                            /* INNLE */
    {"1.2.643.100.5", TOK_STR_NUMERIC, 0, 1, 15},                            /* OGRNIP */
};

static const struct {
    const char *name;
    uint8_t tag;
} string_types[] = {
    {"UTF8String", TOK_STR_UTF8},
    {"UTF8", TOK_STR_UTF8},
    {"NUMERICSTRING", TOK_STR_NUMERIC},
    {"NUMERIC", TOK_STR_NUMERIC},
    {"PRINTABLESTRING", TOK_STR_PRINTABLE},
    {"PRINTABLE", TOK_STR_PRINTABLE},
    {"IA5STRING", TOK_STR_IA5},
    {"IA5", TOK_STR_IA5},
    {"BMPSTRING", TOK_STR_BMP},
    {"BMP", TOK_STR_BMP},
    {"T61STRING", TOK_STR_TELETEX},
    {"TELETEXSTRING", TOK_STR_TELETEX},
    {"T61", TOK_STR_TELETEX},
    {"VISIBLESTRING", TOK_STR_VISIBLE},
    {"VISIBLE", TOK_STR_VISIBLE},
    {"GeneralString", TOK_STR_GENERAL},
    {"GENSTR", TOK_STR_GENERAL},
    {"UNIVERSALSTRING", TOK_STR_UNIVERSAL},
    {"UNIV", TOK_STR_UNIVERSAL},
};

uint8_t tok_name_string_type(const char *text, const char **rest)
{
    size_t i, n;

    if (strncasecmp(text, "FORMAT:UTF8,", 12) == 0)
        text += 12;
    else if (strncasecmp(text, "FORMAT:ASCII,", 13) == 0)
        text += 13;
    for (i = 0; i < COUNT(string_types); i++) {
        n = strlen(string_types[i].name);
        if (strncasecmp(text, string_types[i].name, n) == 0 && text[n] == ':') {
            *rest = text + n + 1;
            return string_types[i].tag;
        }
    }
    return 0;
}

int tok_name_value_put(tok_bytes *b, const char *oid, const char *value, const char **why)
{
    size_t start = b->len, i;
    uint8_t asked = tok_name_string_type(value, &value), tag = TOK_STR_UTF8, otherwise = 0;
    long len = tok_utf8_length(value);
    unsigned min = 1, max = MAX_VALUE;

    for (i = 0; i < COUNT(rules) && strcmp(rules[i].oid, oid) != 0; i++)
        continue;
    if (i < COUNT(rules)) {
        tag = rules[i].tag;
        otherwise = rules[i].otherwise;
        min = rules[i].min;
        max = rules[i].max;
    }
    if (len < 0) {
        *why = "the value is not UTF-8";
        return 0;
    }
    if ((unsigned long)len < min || (unsigned long)len > max) {
        *why = "the value is too short or too long";
        return 0;
    }
    /* What the standard has as digits stays so, whatever type the caller names. */
    if (asked != 0 && tag != TOK_STR_NUMERIC) {
        tag = asked;
        otherwise = 0;
    }
    if (tok_str_put(b, tag, value))
        return 1;
    if (!b->failed)
        b->len = start;
    if (otherwise != 0 && tok_str_put(b, otherwise, value))
        return 1;
    *why = "the value has a character that its string type has not";
    return 0;
}

static int rdn_put(tok_bytes *b, const char *type, const char *value, const char **why)
{
    const char *oid = tok_oid_like(type) ? type : tok_oid_by_name(type);
    size_t set, seq;

    if (strncasecmp(type, "OID.", 4) == 0)
        oid = type + 4;
    set = tok_bytes_begin(b, SET);
    seq = tok_bytes_begin(b, TOK_DER_SEQUENCE);
    if (oid == NULL || !tok_oid_put(b, oid)) {
        *why = "the type is not known";
        return 0;
    }
    if (!tok_name_value_put(b, oid, value, why))
        return 0;
    tok_bytes_end(b, seq);
    tok_bytes_end(b, set);
    return 1;
}

CK_RV tok_name_put(tok_bytes *b, CK_CHAR **dn, CK_ULONG n)
{
    size_t at = tok_bytes_begin(b, TOK_DER_SEQUENCE);
    const char *why;
    CK_ULONG i;

    for (i = 0; i < n; i += 2) {
        if (!rdn_put(b, (const char *)dn[i], (const char *)dn[i + 1], &why)) {
            tok_log("C_EX_CreateCSR: the subject's field %.40s: %s", (const char *)dn[i], why);
            return CKR_ARGUMENTS_BAD;
        }
    }
    tok_bytes_end(b, at);
    return CKR_OK;
}
