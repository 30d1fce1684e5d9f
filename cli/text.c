/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/cli.h. */
#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "cli/cli.h"

void *cli_alloc(size_t size)
{
    void *p = calloc(1, size ? size : 1);

    if (!p) {
        fputs("gosttoken: out of memory\n", stderr);
        exit(CLI_FAILURE);
    }
    return p;
}

char *cli_strdup(const char *s)
{
    size_t size = strlen(s) + 1;

    return memcpy(cli_alloc(size), s, size);
}

int cli_columns(const char *s)
{
    size_t size = strlen(s) + 1;
    wchar_t *wide = cli_alloc(size * sizeof(*wide));
    size_t n = mbstowcs(wide, s, size);
    int columns = n == (size_t)-1 ? -1 : wcswidth(wide, n);

    free(wide);
    return columns < 0 ? (int)size - 1 : columns;
}

char *cli_printf(const char *format, ...)
{
    va_list ap;
    char *s = NULL;

    va_start(ap, format);
    if (vasprintf(&s, format, ap) < 0)
        s = cli_alloc(1);
    va_end(ap);
    return s;
}

/* The length of the well-formed UTF-8 character at s, 0 if it is not one. *point: its number. */
static size_t utf8_char(const uint8_t *s, size_t len, uint32_t *point)
{
    static const struct {
        uint8_t mask, lead;
        size_t len;
        uint32_t least;
    } form[] = {{0x80, 0x00, 1, 0},
                {0xE0, 0xC0, 2, 0x80},
                {0xF0, 0xE0, 3, 0x800},
                {0xF8, 0xF0, 4, 0x10000}};

    for (size_t i = 0; i < sizeof(form) / sizeof(*form); i++) {
        if ((s[0] & form[i].mask) != form[i].lead)
            continue;
        if (len < form[i].len)
            return 0;
        *point = s[0] & (uint8_t)~form[i].mask;
        for (size_t j = 1; j < form[i].len; j++) {
            if ((s[j] & 0xC0) != 0x80)
                return 0;
            *point = *point << 6 | (s[j] & 0x3F);
        }
        if (*point < form[i].least || *point > 0x10FFFF || (*point >= 0xD800 && *point < 0xE000))
            return 0;
        return form[i].len;
    }
    return 0;
}

/* Characters that could drive a terminal or turn the order of text around. */
static int is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x061C ||
           (point >= 0x200E && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069);
}

/* Without UTF-8, as gettext then writes: letters are bytes from 0x80 on. */
static size_t one_byte(uint8_t byte, uint32_t *point)
{
    *point = byte < 0x80 ? byte : 'x';
    return 1;
}

static char *harmless(const char *s, int utf8, const char *allowed)
{
    size_t len = strlen(s);
    char *out = cli_alloc(4 * len + 1), *o = out;
    uint32_t point;

    for (size_t i = 0; i < len;) {
        size_t n = utf8 ? utf8_char((const uint8_t *)s + i, len - i, &point)
                        : one_byte((uint8_t)s[i], &point);

        if (n && (!is_control(point) || (point < 0x80 && strchr(allowed, (int)point)))) {
            memcpy(o, s + i, n);
            o += n;
            i += n;
            continue;
        }
        for (n = n ? n : 1; n; n--, i++, o += 4)
            snprintf(o, 5, "\\x%02x", (unsigned)(uint8_t)s[i]);
    }
    *o = 0;
    return out;
}

char *cli_printable(const char *s)
{
    return harmless(s, 1, "");
}

char *cli_sentence(const char *s)
{
    const char *charset = nl_langinfo(CODESET);

    /* The names of UTF-8 and of ASCII, in which messages are not translated. */
    return harmless(s, !strcmp(charset, "UTF-8") || !strncmp(charset, "ANSI_X3.4", 9), "\n");
}

char *cli_json_safe(const char *json)
{
    size_t len = strlen(json);
    char *out = cli_alloc(3 * len + 1), *o = out; /* two bytes at least become six */
    uint32_t point;

    for (size_t i = 0; i < len;) {
        size_t n = utf8_char((const uint8_t *)json + i, len - i, &point);

        if (n > 1 && is_control(point)) {
            o += snprintf(o, 7, "\\u%04x", (unsigned)point);
        } else {
            n = n ? n : 1;
            memcpy(o, json + i, n);
            o += n;
        }
        i += n;
    }
    *o = 0;
    return out;
}

char *cli_utf8(const void *bytes, size_t len)
{
    const uint8_t *s = bytes;
    char *out = cli_alloc(3 * len + 1), *o = out;
    uint32_t point;

    for (size_t i = 0; i < len && s[i];) {
        size_t n = utf8_char(s + i, len - i, &point);

        if (n) {
            memcpy(o, s + i, n);
            o += n;
            i += n;
        } else {
            memcpy(o, "\xEF\xBF\xBD", 3);
            o += 3;
            i++;
        }
    }
    *o = 0;
    return out;
}

char *cli_hex(const uint8_t *bytes, size_t len)
{
    char *out = cli_alloc(2 * len + 1);

    for (size_t i = 0; i < len; i++)
        snprintf(out + 2 * i, 3, "%02x", (unsigned)bytes[i]);
    return out;
}

static int hex_digit(char ch)
{
    static const char digits[] = "0123456789abcdef";
    const char *p = ch ? strchr(digits, ch | 0x20) : NULL;

    return p ? (int)(p - digits) : -1;
}

int cli_unhex(const char *hex, uint8_t *out, size_t size, size_t *len)
{
    size_t n = 0;

    while (*hex) {
        int high, low;

        if (n && *hex == ':')
            hex++;
        high = hex_digit(hex[0]);
        low = high < 0 ? -1 : hex_digit(hex[1]);
        if (low < 0 || n == size)
            return 0;
        out[n++] = (uint8_t)(high << 4 | low);
        hex += 2;
    }
    *len = n;
    return n > 0;
}
