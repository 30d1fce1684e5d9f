/* SPDX-License-Identifier: Apache-2.0 */
/* see ext_text.h: values as openssl.cnf(5) writes them, "DER:" and "ASN1:" (ASN1_generate_nconf(3)
 * without the sections of a file). Strings are UTF-8 always. */
#include "token/x509/ext_text.h"
#include "token/x509/name.h"
#include "token/x509/oid.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COUNT(a)  (sizeof(a) / sizeof(a)[0])
#define MAX_WRAPS 16

/* ---- hexadecimal ---------------------------------------------------------------------------- */

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int tok_hex_put(tok_bytes *b, const char *hex)
{
    for (; *hex != '\0'; hex += 2) {
        if (*hex == ':')
            hex++;
        if (nibble(hex[0]) < 0 || nibble(hex[1]) < 0)
            return 0;
        tok_bytes_byte(b, (uint8_t)(nibble(hex[0]) << 4 | nibble(hex[1])));
    }
    return 1;
}

/* ---- the types ------------------------------------------------------------------------------ */

typedef enum format { ASCII, UTF8, HEX, BITLIST } format;

static int put_bool(tok_bytes *b, uint8_t tag, const char *v, format f)
{
    static const char *const yes[] = {"TRUE", "YES", "Y", "1"}, *const no[] = {"FALSE", "NO", "N",
                                                                               "0"};
    uint8_t value = 0xFF;
    size_t i;

    (void)f;
    for (i = 0; i < COUNT(yes) && strcasecmp(v, yes[i]) != 0; i++)
        continue;
    if (i == COUNT(yes)) {
        for (i = 0, value = 0; i < COUNT(no) && strcasecmp(v, no[i]) != 0; i++)
            continue;
        if (i == COUNT(no))
            return 0;
    }
    tok_bytes_element(b, tag, &value, 1);
    return 1;
}

static int put_null(tok_bytes *b, uint8_t tag, const char *v, format f)
{
    (void)f;
    tok_bytes_element(b, tag, NULL, 0);
    return *v == '\0';
}

/* Turns the bytes from `at` on into their two's complement negative. */
static void negate(tok_bytes *b, size_t at)
{
    unsigned carry = 1;
    size_t i;

    for (i = b->len; i-- > at;) {
        carry += (uint8_t)~b->p[i];
        b->p[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

/* Decimal within 64 bits, or 0x and hexadecimal digits of any number. */
static int put_integer(tok_bytes *b, uint8_t tag, const char *v, format f)
{
    size_t at = tok_bytes_begin(b, tag), drop;
    int negative = *v == '-';
    tok_bytes n = {0};
    char *end;
    int ok = 1;

    (void)f;
    v += negative;
    tok_bytes_byte(&n, 0);
    if (v[0] == '0' && (v[1] == 'x' || v[1] == 'X')) {
        v += 2;
        ok = *v != '\0';
        if (strlen(v) % 2 == 1) {
            ok = nibble(*v) >= 0;
            tok_bytes_byte(&n, (uint8_t)nibble(*v++));
        }
        ok = ok && tok_hex_put(&n, v);
    } else {
        unsigned long long x;
        int i;

        ok = *v >= '0' && *v <= '9' && strlen(v) < 20;
        x = ok ? strtoull(v, &end, 10) : 0;
        ok = ok && *end == '\0';
        for (i = 56; i >= 0; i -= 8)
            tok_bytes_byte(&n, (uint8_t)(x >> i));
    }
    if (negative && !n.failed)
        negate(&n, 0);
    for (drop = 0; drop + 1 < n.len && ((n.p[drop] == 0 && n.p[drop + 1] < 0x80) ||
                                        (n.p[drop] == 0xFF && n.p[drop + 1] >= 0x80));)
        drop++;
    if (!n.failed)
        tok_bytes_put(b, n.p + drop, n.len - drop);
    b->failed |= n.failed;
    tok_bytes_free(&n);
    tok_bytes_end(b, at);
    return ok;
}

static int put_oid(tok_bytes *b, uint8_t tag, const char *v, format f)
{
    const char *oid = tok_oid_like(v) ? v : tok_oid_by_name(v);
    size_t at = b->len;

    (void)f;
    if (oid == NULL || !tok_oid_put(b, oid))
        return 0;
    if (!b->failed)
        b->p[at] = tag;
    return 1;
}

static int put_octets(tok_bytes *b, uint8_t tag, const char *v, format f)
{
    size_t at = tok_bytes_begin(b, tag);

    if (f == HEX && !tok_hex_put(b, v))
        return 0;
    if (f != HEX)
        tok_bytes_str(b, v);
    tok_bytes_end(b, at);
    return f != BITLIST;
}

/* "1,5": the numbers of the bits that are set; no zeros at the end. */
static int put_bit_list(tok_bytes *b, const char *v)
{
    uint8_t bits[33] = {0};
    unsigned long n, most = 0;
    int any = 0;
    char *end;

    while (*v != '\0') {
        if (*v < '0' || *v > '9')
            return 0;
        n = strtoul(v, &end, 10);
        if (n > 255 || (*end != ',' && *end != '\0'))
            return 0;
        bits[1 + n / 8] = (uint8_t)(bits[1 + n / 8] | 0x80 >> n % 8);
        most = !any || n > most ? n : most;
        any = 1;
        v = *end == ',' ? end + 1 : end;
    }
    bits[0] = (uint8_t)(any ? 7 - most % 8 : 0);
    tok_bytes_put(b, bits, any ? 2 + most / 8 : 1);
    return 1;
}

static int put_bits(tok_bytes *b, uint8_t tag, const char *v, format f)
{
    size_t at = tok_bytes_begin(b, tag);
    int ok = 1;

    if (f == BITLIST) {
        ok = put_bit_list(b, v);
    } else {
        tok_bytes_byte(b, 0);
        if (f == HEX)
            ok = tok_hex_put(b, v);
        else
            tok_bytes_str(b, v);
    }
    tok_bytes_end(b, at);
    return ok;
}

static int put_time(tok_bytes *b, uint8_t tag, const char *v, format f)
{
    (void)f;
    if (v[strspn(v, "0123456789.Z+-")] != '\0' || strlen(v) < 11 || strlen(v) > 24)
        return 0;
    tok_bytes_element(b, tag, v, strlen(v));
    return 1;
}

/* Without a section only the empty one can be meant. */
static int put_empty(tok_bytes *b, uint8_t tag, const char *v, format f)
{
    (void)f;
    tok_bytes_element(b, tag, NULL, 0);
    return *v == '\0';
}

static const struct {
    const char *name;
    uint8_t tag;
    int (*put)(tok_bytes *b, uint8_t tag, const char *v, format f);
} types[] = {
    {"BOOL", 0x01, put_bool},
    {"BOOLEAN", 0x01, put_bool},
    {"NULL", 0x05, put_null},
    {"INT", 0x02, put_integer},
    {"INTEGER", 0x02, put_integer},
    {"ENUM", 0x0A, put_integer},
    {"ENUMERATED", 0x0A, put_integer},
    {"OID", 0x06, put_oid},
    {"OBJECT", 0x06, put_oid},
    {"UTC", 0x17, put_time},
    {"UTCTIME", 0x17, put_time},
    {"GENTIME", 0x18, put_time},
    {"GENERALIZEDTIME", 0x18, put_time},
    {"OCT", 0x04, put_octets},
    {"OCTETSTRING", 0x04, put_octets},
    {"BITSTR", 0x03, put_bits},
    {"BITSTRING", 0x03, put_bits},
    {"SEQ", 0x30, put_empty},
    {"SEQUENCE", 0x30, put_empty},
    {"SET", 0x31, put_empty},
};

/* ---- the whole ------------------------------------------------------------------------------ */

/* 1 if the text begins with that word and `end` (or ends, where `end` may be left out). */
static int word(const char **text, const char *name, char end)
{
    size_t n = strlen(name);

    if (strncasecmp(*text, name, n) != 0 || ((*text)[n] != end && (*text)[n] != '\0'))
        return 0;
    *text += n + ((*text)[n] == end);
    return 1;
}

/* "5", "5C": the number of a tag and its class (context by default). */
static int tag_of(const char **text, uint8_t *tag)
{
    static const struct {
        char letter;
        uint8_t bits;
    } classes[] = {{'U', 0x00}, {'A', 0x40}, {'C', 0x80}, {'P', 0xC0}};
    unsigned long n;
    uint8_t class = 0x80;
    char *end;
    size_t i;

    if (**text < '0' || **text > '9')
        return 0;
    n = strtoul(*text, &end, 10);
    for (i = 0; i < COUNT(classes); i++) {
        if ((*end & ~0x20) == classes[i].letter) {
            class = classes[i].bits;
            end++;
            break;
        }
    }
    if (n > 30 || *end != ',')
        return 0;
    *text = end + 1;
    *tag = (uint8_t)(class | n);
    return 1;
}

static int put_typed(tok_bytes *b, const char *text, format f, const char **why)
{
    const char *rest = text;
    uint8_t tag = tok_name_string_type(text, &rest);
    size_t i;

    if (tag != 0) {
        *why = "the string is not UTF-8 or has a character that its type has not";
        if (f != HEX)
            return tok_str_put(b, tag, rest);
        i = tok_bytes_begin(b, tag);
        if (!tok_hex_put(b, rest))
            return 0;
        tok_bytes_end(b, i);
        return 1;
    }
    for (i = 0; i < COUNT(types); i++) {
        if (word(&rest, types[i].name, ':')) {
            *why = "the value is not of the type that ASN1: names";
            return types[i].put(b, types[i].tag, rest, f);
        }
    }
    *why = "the type after ASN1: is not known";
    return 0;
}

int tok_asn1_put(tok_bytes *b, const char *text, const char **why)
{
    static const struct {
        const char *name;
        uint8_t tag;
    } wraps[] = {{"OCTWRAP", 0x04}, {"SEQWRAP", 0x30}, {"SETWRAP", 0x31}, {"BITWRAP", 0x03}};
    static const struct {
        const char *name;
        format f;
    } formats[] = {{"ASCII", ASCII}, {"UTF8", UTF8}, {"HEX", HEX}, {"BITLIST", BITLIST}};
    size_t at[MAX_WRAPS], n = 0, i, start;
    uint8_t tag, implicit = 0;
    format f = ASCII;

    *why = "what stands before the type after ASN1: is not understood";
    for (;;) {
        if (word(&text, "FORMAT", ':') || word(&text, "FORM", ':')) {
            for (i = 0; i < COUNT(formats) && !word(&text, formats[i].name, ','); i++)
                continue;
            if (i == COUNT(formats))
                return 0;
            f = formats[i].f;
        } else if (word(&text, "IMPLICIT", ':') || word(&text, "IMP", ':')) {
            if (implicit != 0 || !tag_of(&text, &implicit))
                return 0;
        } else if (word(&text, "EXPLICIT", ':') || word(&text, "EXP", ':')) {
            if (n == MAX_WRAPS || implicit != 0 || !tag_of(&text, &tag))
                return 0;
            at[n++] = tok_bytes_begin(b, tag | 0x20);
        } else {
            for (i = 0; i < COUNT(wraps) && !word(&text, wraps[i].name, ','); i++)
                continue;
            if (i == COUNT(wraps))
                break;
            if (n == MAX_WRAPS || implicit != 0)
                return 0;
            at[n++] = tok_bytes_begin(b, wraps[i].tag);
            if (wraps[i].tag == 0x03)
                tok_bytes_byte(b, 0);
        }
    }
    start = b->len;
    if (!put_typed(b, text, f, why))
        return 0;
    if (implicit != 0 && !b->failed)
        b->p[start] = (uint8_t)((b->p[start] & 0x20) | implicit);
    while (n > 0)
        tok_bytes_end(b, at[--n]);
    return 1;
}

int tok_generic_put(tok_bytes *b, const char *value, int *is, const char **why)
{
    size_t start = b->len;
    tok_der whole;

    *is = 1;
    if (strncasecmp(value, "ASN1:", 5) == 0)
        return tok_asn1_put(b, value + 5, why);
    if (strncasecmp(value, "DER:", 4) != 0) {
        *is = 0;
        return 1;
    }
    *why = "what follows DER: is not hexadecimal digits";
    if (!tok_hex_put(b, value + 4))
        return 0;
    if (b->failed)
        return 1;
    *why = "what follows DER: is not one element of DER";
    whole = (tok_der){b->p + start, b->len - start};
    return whole.len > 0 && tok_der_any(&whole, NULL, NULL) && whole.len == 0;
}
