/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subject: names of attributes, Russian and English, and the ASN.1 type that each one's value
 * has (X.520; RFC 5280, appendix A; the order of the FSB on qualified certificates for INN, OGRN…).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include "cli/cli.h"
#include "cli/csr/digits.h"
#include "cli/csr/csr.h"

#define NAMES_MAX    8
#define VALUE_MAX    32768
#define INNLE_DIGITS 10

typedef struct name_type {
    const char *names[NAMES_MAX]; /* the first is the one in messages */
    const char *oid;
    int type;             /* V_ASN1_… */
    size_t digits;        /* exactly so many; 0: it is no number */
    size_t usual;         /* X.520's upper bound in characters: a warning beyond it; 0: none */
    csr_checksum_fn *sum; /* may be NULL */
} name_type;

static const name_type types[] = {
    {{"CN", "commonName", "ОбщееИмя"}, "2.5.4.3", V_ASN1_UTF8STRING, 0, 64, NULL},
    {{"SN", "surname", "Фамилия"}, "2.5.4.4", V_ASN1_UTF8STRING, 0, 64, NULL},
    {{"GN", "givenName", "G", "Имя", "ИмяОтчество"}, "2.5.4.42", V_ASN1_UTF8STRING, 0, 64, NULL},
    {{"initials", "Инициалы"}, "2.5.4.43", V_ASN1_UTF8STRING, 0, 64, NULL},
    {{"pseudonym", "Псевдоним"}, "2.5.4.65", V_ASN1_UTF8STRING, 0, 128, NULL},
    {{"C", "countryName", "Страна"}, "2.5.4.6", V_ASN1_PRINTABLESTRING, 0, 0, NULL},
    {{"ST", "S", "stateOrProvinceName", "Область", "Регион"},
     "2.5.4.8",
     V_ASN1_UTF8STRING,
     0,
     128,
     NULL},
    {{"L", "localityName", "Город"}, "2.5.4.7", V_ASN1_UTF8STRING, 0, 128, NULL},
    {{"street", "streetAddress", "STREET", "Улица", "Адрес"},
     "2.5.4.9",
     V_ASN1_UTF8STRING,
     0,
     128,
     NULL},
    {{"postalCode", "Индекс"}, "2.5.4.17", V_ASN1_UTF8STRING, 0, 40, NULL},
    {{"O", "organizationName", "Организация"}, "2.5.4.10", V_ASN1_UTF8STRING, 0, 64, NULL},
    {{"OU", "organizationalUnitName", "Подразделение"}, "2.5.4.11", V_ASN1_UTF8STRING, 0, 64, NULL},
    {{"T", "title", "Должность"}, "2.5.4.12", V_ASN1_UTF8STRING, 0, 64, NULL},
    {{"description", "Описание"}, "2.5.4.13", V_ASN1_UTF8STRING, 0, 1024, NULL},
    {{"businessCategory"}, "2.5.4.15", V_ASN1_UTF8STRING, 0, 128, NULL},
    {{"organizationIdentifier"}, "2.5.4.97", V_ASN1_UTF8STRING, 0, 64, NULL},
    {{"serialNumber"}, "2.5.4.5", V_ASN1_PRINTABLESTRING, 0, 64, NULL},
    {{"dnQualifier"}, "2.5.4.46", V_ASN1_PRINTABLESTRING, 0, 64, NULL},
    {{"DC", "domainComponent"}, "0.9.2342.19200300.100.1.25", V_ASN1_IA5STRING, 0, 63, NULL},
    {{"UID", "userId"}, "0.9.2342.19200300.100.1.1", V_ASN1_UTF8STRING, 0, 256, NULL},
    {{"E", "emailAddress", "email", "Почта", "ЭлектроннаяПочта"},
     "1.2.840.113549.1.9.1",
     V_ASN1_IA5STRING,
     0,
     255,
     NULL},
    {{"UN", "unstructuredName"}, "1.2.840.113549.1.9.2", V_ASN1_UTF8STRING, 0, 255, NULL},
    {{"INN", "ИНН"}, "1.2.643.3.131.1.1", V_ASN1_NUMERICSTRING, 12, 0, csr_sum_inn},
    {{"INNLE", "ИННЮЛ", "ИНН ЮЛ"}, "1.2.643.100.4", V_ASN1_NUMERICSTRING, 10, 0, csr_sum_innle},
    {{"OGRN", "ОГРН"}, "1.2.643.100.1", V_ASN1_NUMERICSTRING, 13, 0, csr_sum_ogrn},
    {{"OGRNIP", "ОГРНИП"}, "1.2.643.100.5", V_ASN1_NUMERICSTRING, 15, 0, csr_sum_ogrnip},
    {{"SNILS", "СНИЛС"}, "1.2.643.100.3", V_ASN1_NUMERICSTRING, 11, 0, csr_sum_snils},
};
#define TYPES (sizeof(types) / sizeof(*types))

static const name_type *type_by_name(const char *name)
{
    for (size_t i = 0; i < TYPES; i++) {
        if (strcmp(types[i].oid, name) == 0)
            return &types[i];
        for (size_t j = 0; j < NAMES_MAX && types[i].names[j]; j++)
            if (csr_same_word(types[i].names[j], name))
                return &types[i];
    }
    return NULL;
}

static const char *nearest_name(const char *name)
{
    const char *names[TYPES * NAMES_MAX];
    size_t n = 0;

    for (size_t i = 0; i < TYPES; i++)
        for (size_t j = 0; j < NAMES_MAX && types[i].names[j]; j++)
            names[n++] = types[i].names[j];
    return csr_nearest(name, names, n);
}

static void no_such_name(const char *attr, const char *where, csr_log *log)
{
    const char *near = nearest_name(attr);

    if (near)
        csr_fail(log, where, _("\"%.60s\" is not an attribute of a name; did you mean \"%s\"?"),
                 attr, near);
    else
        csr_fail(log, where,
                 _("\"%.60s\" is not an attribute of a name such as %s, nor an object identifier"),
                 attr, "CN, O, ИНН");
}

/* Is every character one that the type has? */
static int fits(int type, const char *value)
{
    static const char printable[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                    " '()+,-./:=?";

    if (type == V_ASN1_UTF8STRING)
        return 1;
    for (; *value; value++)
        if ((uint8_t)*value >= 0x80 ||
            (type == V_ASN1_PRINTABLESTRING && !strchr(printable, *value)))
            return 0;
    return 1;
}

/* The digits of a number that may be written with blanks and hyphens. */
static char *digits_of(const char *value)
{
    char *digits = cli_alloc(strlen(value) + 1), *d = digits;

    for (; *value; value++)
        if (*value != ' ' && *value != '-')
            *d++ = *value;
    return digits;
}

/* `attr` is its name as it was typed. */
static int check_digits(const name_type *t, const char *attr, const char *where, const char *digits,
                        csr_log *log)
{
    size_t n = strlen(digits), all = strspn(digits, "0123456789") == n;

    if (all && n == INNLE_DIGITS && t->sum == csr_sum_inn)
        return csr_fail(log, where,
                        _("%.60s has 12 digits, those of a person; the 10 digits of a company's, "
                          "\"%s\", go to %s"),
                        attr, digits, "ИННЮЛ (INNLE)");
    if (!all || n != t->digits)
        return csr_fail(log, where, _("%.60s has %zu digits, and \"%.60s\" is not that"), attr,
                        t->digits, digits);
    if (!t->sum(digits))
        csr_warn(log, where,
                 _("the check digits of %.60s %s are wrong: look whether it is mistyped"), attr,
                 digits);
    return 1;
}

/* set: 0, or -1 to join the RDN of the entry before, as X509_NAME_add_entry has it. */
static int add(X509_NAME *name, const char *where, const char *attr, const char *value, int set,
               csr_log *log)
{
    const name_type *t = type_by_name(attr);
    char *digits = NULL;
    csr_buf oid = {0};
    const unsigned char *p;
    ASN1_OBJECT *object = NULL;
    int type = t ? t->type : V_ASN1_UTF8STRING, ok = 0;

    if (!csr_oid(t ? t->oid : attr, &oid)) {
        no_such_name(attr, where, log);
        goto end;
    }
    if (!*value) {
        csr_fail(log, where, _("\"%.60s\" has no value"), attr);
        goto end;
    }
    if (!csr_is_utf8(value) || strlen(value) > VALUE_MAX) {
        csr_fail(log, where, _("the value of \"%.60s\" is not well-formed UTF-8 or too long"),
                 attr);
        goto end;
    }
    if (t && t->digits) {
        value = digits = digits_of(value);
        if (!check_digits(t, attr, where, digits, log))
            goto end;
    }
    if (t && strcmp(t->oid, "2.5.4.6") == 0 &&
        (strlen(value) != 2 || strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2)) {
        csr_fail(log, where, _("\"%.60s\" is not a country's code of two letters such as RU"),
                 value);
        goto end;
    }
    if (!fits(type, value)) {
        csr_fail(log, where, _("\"%.60s\" has characters that %s cannot have"), value, attr);
        goto end;
    }
    if (t && t->usual && csr_chars(value) > t->usual)
        csr_warn(log, where,
                 _("the value of %.60s has more than %zu characters: not every authority takes it"),
                 attr, t->usual);
    p = oid.p;
    object = d2i_ASN1_OBJECT(NULL, &p, (long)oid.len);
    ok = object && X509_NAME_add_entry_by_OBJ(name, object, type, (const unsigned char *)value,
                                              (int)strlen(value), -1, set);
    if (!ok)
        csr_fail(log, where, _("\"%.60s\" cannot be put into a name"), attr);
end:
    ASN1_OBJECT_free(object);
    ERR_clear_error();
    csr_buf_free(&oid);
    free(digits);
    return ok;
}

static int finish(const X509_NAME *name, const char *field, csr_buf *der, csr_log *log)
{
    unsigned char *bytes = NULL;
    int len = i2d_X509_NAME(name, &bytes);

    if (len > 0)
        csr_put(der, bytes, (size_t)len);
    OPENSSL_free(bytes);
    ERR_clear_error();
    return len > 0 || csr_fail(log, field, _("it cannot be encoded"));
}

static int hex(char ch)
{
    return ch >= '0' && ch <= '9'   ? ch - '0'
           : ch >= 'a' && ch <= 'f' ? ch - 'a' + 10
           : ch >= 'A' && ch <= 'F' ? ch - 'A' + 10
                                    : -1;
}

/* Takes what a backslash begins: a character, or two hexadecimal digits (RFC 4514, 2.4). */
static char *take_escape(const char **p, char *out)
{
    ++*p;
    if (!**p)
        return NULL;
    if (hex((*p)[0]) >= 0 && hex((*p)[1]) >= 0) {
        *out++ = (char)(hex((*p)[0]) << 4 | hex((*p)[1]));
        *p += 2;
        return out[-1] ? out : NULL;
    }
    *out++ = *(*p)++;
    return out;
}

/* Takes a value up to a separator: "quoted", with "" for a quotation mark, or with backslashes. */
static int take_value(const char **p, const char *separators, char *out)
{
    char *start = out, *kept = out; /* blanks at the end go, unless they were escaped */
    int quoted;

    *p += strspn(*p, " \t");
    quoted = **p == '"';
    *p += quoted;
    while (**p) {
        if (**p == '\\') {
            out = take_escape(p, out);
            if (!out)
                return 0;
            kept = out;
        } else if (quoted && **p == '"') {
            if ((*p)[1] != '"') {
                ++*p;
                *out = 0;
                *p += strspn(*p, " \t");
                return out > start && (!**p || strchr(separators, **p));
            }
            *p += 1;
            *out++ = *(*p)++;
        } else if (!quoted && strchr(separators, **p)) {
            break;
        } else {
            *out++ = *(*p)++;
            if (quoted || out[-1] != ' ')
                kept = out;
        }
    }
    *kept = 0;
    return !quoted;
}

/* Takes "NAME =". */
static int take_attr(const char **p, char *out)
{
    size_t len;

    *p += strspn(*p, " \t\r\n");
    len = strcspn(*p, "=,;/+\"\\");
    if ((*p)[len] != '=')
        return 0;
    memcpy(out, *p, len);
    *p += len + 1;
    while (len && (out[len - 1] == ' ' || out[len - 1] == '\t'))
        len--;
    out[len] = 0;
    if (strncasecmp(out, "OID.", 4) == 0)
        memmove(out, out + 4, strlen(out + 4) + 1);
    return len > 0;
}

int csr_subject(const char *text, const char *field, csr_buf *der, csr_log *log)
{
    const int slashes = *text == '/';
    const char *separators = slashes ? "/+" : ",;+", *p = text + slashes;
    size_t size = strlen(text) + 1;
    char *attr = cli_alloc(size), *value = cli_alloc(size);
    X509_NAME *name = X509_NAME_new();
    int set = 0, ok = name != NULL, n = 0;

    while (ok) {
        if (!take_attr(&p, attr)) {
            ok = csr_fail(log, field,
                          _("at \"%.40s\" NAME=VALUE is needed; a comma, semicolon, slash or plus "
                            "inside a value has a backslash before it, or the value stands in "
                            "quotation marks"),
                          p);
        } else if (!take_value(&p, separators, value)) {
            ok = csr_fail(log, field, _("the value of \"%.60s\" is not well quoted"), attr);
        } else {
            ok = ++n <= CSR_LIST_MAX ? add(name, field, attr, value, set, log)
                                     : csr_fail(log, field, _("there are too many names in it"));
            set = *p == '+' ? -1 : 0;
            if (!*p++)
                break;
            if (!p[strspn(p, " \t\r\n")] && !set) /* one separator at the end is harmless */
                break;
        }
    }
    ok = ok && finish(name, field, der, log);
    X509_NAME_free(name);
    free(attr);
    free(value);
    return ok;
}

/* {"CN": "…", "ИНН": "…", "OU": ["…", "…"]} */
static int subject_object(const cJSON *object, const char *field, csr_buf *der, csr_log *log)
{
    X509_NAME *name = X509_NAME_new();
    char where[CSR_WHERE_MAX];
    int ok = name != NULL, n = 0;

    for (const cJSON *item = object->child; item && ok; item = item->next) {
        const cJSON *one = cJSON_IsArray(item) ? item->child : item;

        snprintf(where, sizeof(where), "%s.%.60s", field, item->string);
        for (; one && ok; one = cJSON_IsArray(item) ? one->next : NULL) {
            const char *value = cJSON_GetStringValue(one);

            ok = value ? add(name, where, item->string, value, 0, log)
                       : csr_fail(log, where, _("a string is needed"));
            n++;
        }
    }
    if (ok && (!n || n > CSR_LIST_MAX))
        ok = csr_fail(log, field, _("there is no name in it, or too many"));
    ok = ok && finish(name, field, der, log);
    X509_NAME_free(name);
    return ok;
}

int csr_read_subject(csr_request *r, const csr_value *v, csr_log *log)
{
    const char *text;

    if (cJSON_IsObject(v->json))
        return subject_object(v->json, v->field, &r->subject, log);
    text = csr_string(v, log);
    return text && csr_subject(text, v->field, &r->subject, log);
}
