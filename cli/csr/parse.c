/* SPDX-License-Identifier: Apache-2.0 */
/* The small parsers of cli/csr/csr.h. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/asn1.h>
#include <openssl/objects.h>
#include "cli/cli.h"
#include "cli/csr/csr.h"

#define OID_TEXT_MAX 200
#define WORD_MAX     64

static void write_text(char *out, size_t size, const char *where, const char *format, va_list ap)
{
    int n = snprintf(out, size, "%s: ", where);

    if (n >= 0 && (size_t)n < size)
        vsnprintf(out + n, size - (size_t)n, format, ap);
}

int csr_fail(csr_log *log, const char *where, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    write_text(log->text, sizeof(log->text), where, format, ap);
    va_end(ap);
    return 0;
}

void csr_warn(csr_log *log, const char *where, const char *format, ...)
{
    char text[sizeof(log->text)];
    va_list ap;

    if (!log->warn)
        return;
    va_start(ap, format);
    write_text(text, sizeof(text), where, format, ap);
    va_end(ap);
    log->warn(text);
}

/* Whether it is in the form that ITU-T X.660 gives: OBJ_txt2obj is more lenient. */
static int oid_form(const char *text)
{
    size_t arcs = 0;
    int first = 0;

    if (strlen(text) > OID_TEXT_MAX)
        return 0;
    for (;; text++) {
        const char *start = text;

        while (*text >= '0' && *text <= '9')
            text++;
        if (text == start || (*start == '0' && text != start + 1))
            return 0;
        if (arcs == 0) {
            if (text != start + 1 || *start > '2')
                return 0;
            first = *start - '0';
        }
        if (arcs == 1 && first < 2 && (text - start > 2 || (text - start == 2 && atoi(start) > 39)))
            return 0;
        arcs++;
        if (*text != '.')
            return !*text && arcs > 1;
    }
}

int csr_oid(const char *text, csr_buf *der)
{
    ASN1_OBJECT *object = oid_form(text) ? OBJ_txt2obj(text, 1) : NULL;
    unsigned char *bytes = NULL;
    int len = object ? i2d_ASN1_OBJECT(object, &bytes) : 0;

    if (len > 0)
        csr_put(der, bytes, (size_t)len);
    OPENSSL_free(bytes);
    ASN1_OBJECT_free(object);
    ERR_clear_error();
    return len > 0;
}

char *csr_oid_text(const uint8_t *der, size_t len)
{
    const unsigned char *p = der;
    ASN1_OBJECT *object = d2i_ASN1_OBJECT(NULL, &p, (long)len);
    char text[2 * OID_TEXT_MAX];
    int n = object ? OBJ_obj2txt(text, sizeof(text), object, 1) : 0;

    ASN1_OBJECT_free(object);
    ERR_clear_error();
    return cli_strdup(n > 0 && (size_t)n < sizeof(text) ? text : "?");
}

int csr_is_utf8(const char *text)
{
    char *clean = cli_utf8(text, strlen(text));
    int same = strcmp(clean, text) == 0;

    free(clean);
    return same;
}

int csr_put_bmp(csr_buf *out, const char *text)
{
    ASN1_STRING *string = NULL;
    size_t mark;
    int len = *text ? ASN1_mbstring_ncopy(&string, (const unsigned char *)text, -1, MBSTRING_UTF8,
                                          B_ASN1_BMPSTRING, 0, 0)
                    : 0;

    ERR_clear_error();
    if (len < 0)
        return 0;
    mark = csr_open(out, V_ASN1_BMPSTRING);
    if (string)
        csr_put(out, ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string));
    csr_close(out, mark);
    ASN1_STRING_free(string);
    return 1;
}

static unsigned line_of(const char *text, const char *end)
{
    unsigned line = 1;

    for (; end && text < end && *text; text++)
        line += *text == '\n';
    return line;
}

/* What cJSON would take, and we do not: text that is not UTF-8, a NUL in a string, which would end
 * it unseen. */
cJSON *csr_json(const char *text, const char *where, csr_log *log)
{
    const char *end = NULL;
    cJSON *json;

    if (strlen(text) > CSR_FILE_MAX || !csr_is_utf8(text) || strstr(text, "\\u0000")) {
        csr_fail(log, where, _("it is not a JSON text in UTF-8 of at most %d bytes, without NULs"),
                 CSR_FILE_MAX);
        return NULL;
    }
    json = cJSON_ParseWithOpts(text, &end, 1);
    if (!json)
        csr_fail(log, where, _("this is not JSON: the mistake is in line %u"),
                 line_of(text, end)); /* not the text: it may be a PIN */
    return json;
}

size_t csr_chars(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((uint8_t)*text & 0xC0) != 0x80;
    return n;
}

int csr_bool(const char *text, int *value)
{
    *value = strcasecmp(text, "true") == 0;
    return *value || strcasecmp(text, "false") == 0;
}

/* Letters in small, ASCII and Russian ones (U+0410..U+042F, U+0401), as numbers; returns how many.
 */
static size_t small_letters(const char *text, unsigned *out, size_t size)
{
    size_t n = 0;

    for (; *text && n < size; text++) {
        unsigned ch = (uint8_t)*text;

        if ((ch == 0xD0 || ch == 0xD1) && text[1]) {
            ch = (ch & 0x1F) << 6 | ((uint8_t) * ++text & 0x3F);
            if (ch >= 0x410 && ch < 0x430)
                ch += 0x20;
            else if (ch == 0x401)
                ch = 0x451;
        } else if (ch < 0x80) {
            ch = (unsigned)tolower((int)ch);
        }
        out[n++] = ch;
    }
    return n;
}

int csr_same_word(const char *a, const char *b)
{
    unsigned x[WORD_MAX], y[WORD_MAX];
    size_t n = small_letters(a, x, WORD_MAX), m = small_letters(b, y, WORD_MAX);

    return n == m && n < WORD_MAX && memcmp(x, y, n * sizeof(*x)) == 0;
}

/* Levenshtein's distance. */
static size_t distance(const char *a, const char *b)
{
    unsigned x[WORD_MAX], y[WORD_MAX];
    size_t n = small_letters(a, x, WORD_MAX), m = small_letters(b, y, WORD_MAX);
    size_t row[WORD_MAX + 1];

    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = diagonal + (x[i - 1] != y[j - 1]);

            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[m];
}

const char *csr_nearest(const char *text, const char *const *words, size_t n)
{
    unsigned letters[WORD_MAX];
    size_t len = small_letters(text, letters, WORD_MAX), least = len / 3 + 1;
    const char *best = NULL;

    for (size_t i = 0; len >= 3 && i < n; i++) {
        size_t d = distance(text, words[i]);

        if (d < least) {
            least = d;
            best = words[i];
        }
    }
    return best;
}

int csr_unknown(csr_log *log, const char *where, const char *text, const char *const *words,
                size_t n)
{
    const char *near = csr_nearest(text, words, n);
    char *all;

    if (near)
        return csr_fail(log, where, _("\"%.60s\" is not known; did you mean \"%s\"?"), text, near);
    all = cli_strdup("");
    for (size_t i = 0; i < n; i++) {
        char *more = cli_printf("%s%s%s", all, i ? ", " : "", words[i]);

        free(all);
        all = more;
    }
    csr_fail(log, where, _("\"%.60s\" is not known; there are: %s"), text, all);
    free(all);
    return 0;
}

char *csr_item(const char **at, int by_blank)
{
    const char *blanks = " \t\r\n", *p, *end;
    size_t len;
    char *item;

    if (!*at)
        return NULL;
    p = *at + strspn(*at, blanks);
    len = strcspn(p, by_blank ? ",; \t\r\n" : ",;");
    end = p + len;
    while (len && strchr(blanks, p[len - 1]))
        len--;
    item = cli_printf("%.*s", (int)len, p);
    end += strspn(end, blanks);
    if (*end == ',' || *end == ';')
        *at = end + 1;
    else
        *at = *end ? end : NULL;
    return item;
}
