/* SPDX-License-Identifier: Apache-2.0 */
/* Extensions that have a name: each reads its parameter and puts the extension. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include "cli/cli.h"
#include "cli/csr/csr.h"

#define OID_EKU           "2.5.29.37"
#define OID_KEY_USAGE     "2.5.29.15"
#define OID_POLICIES      "2.5.29.32"
#define OID_ALT_NAME      "2.5.29.17"
#define OID_TEMPLATE_NAME "1.3.6.1.4.1.311.20.2"
#define OID_TEMPLATE      "1.3.6.1.4.1.311.21.7"
#define OID_IDENTITY      "1.2.643.100.114"
#define OID_SUBJECT_TOOL  "1.2.643.100.111"
#define OID_ISSUER_TOOL   "1.2.643.100.112"

enum { SEQUENCE = 0x30, INTEGER = 0x02, BIT_STRING = 0x03, UTF8 = 0x0C, BMP = 0x1E };

typedef struct word {
    const char *name, *alias; /* alias may be NULL */
    const char *oid;
} word;

static const word usages[] = {
    {"serverAuth", NULL, "1.3.6.1.5.5.7.3.1"},
    {"clientAuth", NULL, "1.3.6.1.5.5.7.3.2"},
    {"codeSigning", NULL, "1.3.6.1.5.5.7.3.3"},
    {"emailProtection", NULL, "1.3.6.1.5.5.7.3.4"},
    {"timeStamping", NULL, "1.3.6.1.5.5.7.3.8"},
    {"OCSPSigning", NULL, "1.3.6.1.5.5.7.3.9"},
    {"anyExtendedKeyUsage", NULL, "2.5.29.37.0"},
    {"smartcardLogon", NULL, "1.3.6.1.4.1.311.20.2.2"},
    {"documentSigning", NULL, "1.3.6.1.4.1.311.10.3.12"},
};

/* The classes of means of signing (order of the FSB on qualified certificates). */
static const word policies[] = {
    {"KC1", "КС1", "1.2.643.100.113.1"}, {"KC2", "КС2", "1.2.643.100.113.2"},
    {"KC3", "КС3", "1.2.643.100.113.3"}, {"KB1", "КВ1", "1.2.643.100.113.4"},
    {"KB2", "КВ2", "1.2.643.100.113.5"}, {"KA1", "КА1", "1.2.643.100.113.6"},
};

static const word key_usages[] = {
    /* in the order of the bits (RFC 5280, 4.2.1.3) */
    {"digitalSignature", NULL, NULL}, {"nonRepudiation", "contentCommitment", NULL},
    {"keyEncipherment", NULL, NULL},  {"dataEncipherment", NULL, NULL},
    {"keyAgreement", NULL, NULL},     {"keyCertSign", NULL, NULL},
    {"cRLSign", NULL, NULL},          {"encipherOnly", NULL, NULL},
    {"decipherOnly", NULL, NULL},
};

/* By the value of the extension (order of the FSB of 29.01.2021, No 31). */
static const word identities[] = {
    {"in-person", "При личном присутствии", NULL},
    {"qualified-signature", "Без личного присутствия с использованием квалифицированной ЭП", NULL},
    {"passport",
     "Без личного присутствия с использованием персональных данных, записанных на электронный "
     "носитель из заграничного паспорта",
     NULL},
    {"esia", "Без личного присутствия с использованием сведений из ЕСИА и ЕБС", NULL},
};
#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const word *find(const word *words, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (csr_same_word(words[i].name, name) ||
            (words[i].alias &&
             (csr_same_word(words[i].alias, name) || strcmp(words[i].alias, name) == 0)))
            return &words[i];
    return NULL;
}

static int unknown(const word *words, size_t n, const char *name, const char *where, csr_log *log)
{
    const char *names[32];

    for (size_t i = 0; i < n; i++)
        names[i] = words[i].name;
    return csr_unknown(log, where, name, names, n);
}

/* The DER OID of a word of the table, or of an object identifier. */
static int oid_of(const word *words, size_t n, const char *name, const char *where, csr_buf *der,
                  csr_log *log)
{
    const word *w = find(words, n, name);

    if (csr_oid(w ? w->oid : name, der))
        return 1;
    if (*name >= '0' && *name <= '9')
        return csr_fail(log, where,
                        _("\"%.100s\" is not an object identifier such as 1.2.643.100.114"), name);
    return unknown(words, n, name, where, log);
}

/* SEQUENCE OF the object identifiers in a list, each in a SEQUENCE of its own if `wrapped`. */
static int oid_list(csr_request *r, const csr_value *v, const word *words, size_t n, int wrapped,
                    const char *extension, csr_log *log)
{
    const char *at = csr_string(v, log);
    csr_buf out = {0}, all = {0};
    char where[CSR_WHERE_MAX], *item;
    int ok = at != NULL, i = 0;

    while (ok && (item = csr_item(&at, 1)) != NULL) {
        csr_buf der = {0};

        snprintf(where, sizeof(where), "%s[%d]", v->field, i++);
        ok = *item ? oid_of(words, n, item, where, &der, log)
                   : csr_fail(log, where, _("it is empty"));
        if (ok && wrapped)
            csr_tlv(&all, SEQUENCE, der.p, der.len);
        else if (ok)
            csr_put(&all, der.p, der.len);
        csr_buf_free(&der);
        free(item);
    }
    if (ok) {
        csr_tlv(&out, SEQUENCE, all.p, all.len);
        ok = csr_add_ext(r, v->field, extension, 0, out.p, out.len, log);
    }
    csr_buf_free(&all);
    csr_buf_free(&out);
    return ok;
}

int csr_read_eku(csr_request *r, const csr_value *v, csr_log *log)
{
    return oid_list(r, v, usages, COUNT(usages), 0, OID_EKU, log);
}

int csr_read_policies(csr_request *r, const csr_value *v, csr_log *log)
{
    return oid_list(r, v, policies, COUNT(policies), 1, OID_POLICIES, log);
}

int csr_read_key_usage(csr_request *r, const csr_value *v, csr_log *log)
{
    const char *at = csr_string(v, log);
    uint8_t bits[3] = {0}; /* how many are unused, and the bits */
    size_t highest = 0, len;
    csr_buf out = {0};
    char *item;
    int ok = at != NULL, i = 0;

    while (ok && (item = csr_item(&at, 1)) != NULL) {
        const word *w = find(key_usages, COUNT(key_usages), item);
        char where[CSR_WHERE_MAX];
        size_t bit = w ? (size_t)(w - key_usages) : 0;

        snprintf(where, sizeof(where), "%s[%d]", v->field, i++);
        ok = w || unknown(key_usages, COUNT(key_usages), item, where, log);
        bits[1 + bit / 8] |= (uint8_t)(0x80 >> bit % 8);
        highest = bit > highest ? bit : highest;
        free(item);
    }
    if (!ok)
        return 0;
    len = 2 + highest / 8;
    bits[0] = (uint8_t)(7 - highest % 8);
    csr_tlv(&out, BIT_STRING, bits, len);
    ok = csr_add_ext(r, v->field, OID_KEY_USAGE, 1, out.p, out.len, log);
    csr_buf_free(&out);
    return ok;
}

static void put_integer(csr_buf *out, unsigned long n)
{
    uint8_t bytes[sizeof(n) + 1];
    size_t i = sizeof(bytes);

    do {
        bytes[--i] = (uint8_t)n;
        n >>= 8;
    } while (n);
    if (bytes[i] & 0x80)
        bytes[--i] = 0;
    csr_tlv(out, INTEGER, bytes + i, sizeof(bytes) - i);
}

/* A version number, of at most 32 bits. */
static int version(const char **p, unsigned long *n)
{
    char *end;

    if (**p != ':')
        return 1;
    ++*p;
    if (**p < '0' || **p > '9')
        return 0;
    *n = strtoul(*p, &end, 10);
    *p = end;
    return *n <= 0xFFFFFFFFUL;
}

/* OID[:MAJOR[:MINOR]]: 1.3.6.1.4.1.311.21.7. The authority's own requests have version 1, 0. */
static int template_oid(csr_request *r, const char *where, const char *item, csr_log *log)
{
    unsigned long major = 1, minor = 0;
    size_t len = strcspn(item, ":");
    const char *p = item + len;
    char *oid = cli_printf("%.*s", (int)len, item);
    csr_buf der = {0}, out = {0};
    int ok = csr_oid(oid, &der) && version(&p, &major) && version(&p, &minor) && !*p;

    if (ok) {
        size_t mark = csr_open(&out, SEQUENCE);

        csr_put(&out, der.p, der.len);
        put_integer(&out, major);
        put_integer(&out, minor);
        csr_close(&out, mark);
        ok = csr_add_ext(r, where, OID_TEMPLATE, 0, out.p, out.len, log);
    } else {
        csr_fail(log, where,
                 _("\"%.100s\" is not an object identifier, which a version may follow: "
                   "1.2.643.2.2.46.0.8:1:0"),
                 item);
    }
    csr_buf_free(&der);
    csr_buf_free(&out);
    free(oid);
    return ok;
}

/* What has no number for its beginning is a name: 1.3.6.1.4.1.311.20.2. */
static int template_name(csr_request *r, const char *where, const char *item, csr_log *log)
{
    csr_buf out = {0};
    int ok = csr_put_bmp(&out, item)
                 ? csr_add_ext(r, where, OID_TEMPLATE_NAME, 0, out.p, out.len, log)
                 : csr_fail(log, where, _("\"%.100s\" has characters beyond BMPString"), item);

    csr_buf_free(&out);
    return ok;
}

int csr_read_template(csr_request *r, const csr_value *v, csr_log *log)
{
    const char *at = csr_string(v, log);
    char where[CSR_WHERE_MAX], *item;
    int ok = at != NULL;

    snprintf(where, sizeof(where), "%s", v->field);
    while (ok && (item = csr_item(&at, 0)) != NULL) {
        if (!*item)
            ok = csr_fail(log, where, _("an item of it is empty"));
        else if (*item >= '0' && *item <= '9')
            ok = template_oid(r, where, item, log);
        else
            ok = template_name(r, where, item, log);
        free(item);
    }
    return ok;
}

int csr_read_identification_kind(csr_request *r, const csr_value *v, csr_log *log)
{
    static const char digits[] = "0123";
    const char *text = csr_string(v, log), *digit;
    const word *w = text ? find(identities, COUNT(identities), text) : NULL;
    uint8_t der[3] = {INTEGER, 1, 0};

    if (!text)
        return 0;
    digit = text[0] && !text[1] ? strchr(digits, *text) : NULL;
    if (!w && !digit)
        return unknown(identities, COUNT(identities), text, v->field, log);
    der[2] = (uint8_t)(w ? w - identities : digit - digits);
    return csr_add_ext(r, v->field, OID_IDENTITY, 0, der, sizeof(der), log);
}

static int put_utf8(csr_buf *out, const char *where, const char *text, size_t max, csr_log *log)
{
    if (!*text || csr_chars(text) > max)
        return csr_fail(log, where, _("it has %zu characters, and may have 1 to %zu"),
                        csr_chars(text), max);
    csr_tlv(out, UTF8, text, strlen(text));
    return 1;
}

int csr_read_subject_sign_tool(csr_request *r, const csr_value *v, csr_log *log)
{
    const char *text = csr_string(v, log);
    csr_buf out = {0};
    int ok = text && put_utf8(&out, v->field, text, 200, log) &&
             csr_add_ext(r, v->field, OID_SUBJECT_TOOL, 0, out.p, out.len, log);

    csr_buf_free(&out);
    return ok;
}

/* Four texts: a JSON list, or parted by '|'. */
int csr_read_issuer_sign_tool(csr_request *r, const csr_value *v, csr_log *log)
{
    static const size_t max[4] = {200, 200, 100, 100};
    const cJSON *item = cJSON_IsArray(v->json) ? v->json->child : NULL;
    const char *text = cJSON_IsArray(v->json) ? "" : csr_string(v, log);
    csr_buf out = {0};
    size_t mark, n = 0;
    int ok = text != NULL;

    mark = csr_open(&out, SEQUENCE);
    while (ok && n < 4 && (cJSON_IsArray(v->json) ? item != NULL : text != NULL)) {
        size_t len = text ? strcspn(text, "|") : 0;
        char where[CSR_WHERE_MAX];
        char *part;

        snprintf(where, sizeof(where), "%s[%zu]", v->field, n);
        if (item) {
            const char *string = cJSON_GetStringValue(item);

            part = cli_strdup(string && csr_is_utf8(string) ? string : "");
            item = item->next;
        } else {
            part = cli_printf("%.*s", (int)len, text);
            text = text[len] ? text + len + 1 : NULL;
        }
        ok = put_utf8(&out, where, part, max[n++], log);
        free(part);
    }
    if (ok && (n != 4 || item || (text && !cJSON_IsArray(v->json))))
        ok = csr_fail(log, v->field,
                      _("four texts are needed, parted by |: the signing tool, the authority's "
                        "tool, and the documents that confirm the one and the other"));
    csr_close(&out, mark);
    ok = ok && csr_add_ext(r, v->field, OID_ISSUER_TOOL, 0, out.p, out.len, log);
    csr_buf_free(&out);
    return ok;
}

int csr_read_alt_name(csr_request *r, const csr_value *v, csr_log *log)
{
    const char *text = csr_string(v, log);
    X509_EXTENSION *ext;
    X509V3_CTX ctx;
    int ok;

    if (!text)
        return 0;
    X509V3_set_ctx(&ctx, NULL, NULL, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&ctx);
    ext = X509V3_EXT_nconf_nid(NULL, &ctx, NID_subject_alt_name, text);
    ERR_clear_error();
    if (!ext)
        return csr_fail(log, v->field,
                        _("\"%.100s\" is not a list of names such as "
                          "DNS:example.org,email:a@example.org"),
                        text);
    ok = csr_add_ext(r, v->field, OID_ALT_NAME, X509_EXTENSION_get_critical(ext),
                     ASN1_STRING_get0_data(X509_EXTENSION_get_data(ext)),
                     (size_t)ASN1_STRING_length(X509_EXTENSION_get_data(ext)), log);
    X509_EXTENSION_free(ext);
    return ok;
}
