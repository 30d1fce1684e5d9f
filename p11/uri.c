/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pkcs11: URIs (RFC 7512). libp11-kit parses them; what it leaves to its caller is done here:
 * every attribute must be known, stand in the right part and come once (§2.3, §2.4), and the PIN
 * is taken out first, so that it only ever lies in locked memory of ours.
 */
#include "p11/internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gost/mem.h"

#define SCHEME     "pkcs11:"
#define SCHEME_LEN (sizeof(SCHEME) - 1)

enum part { PATH, QUERY };
enum names { OTHER, TOKEN, PIN_VALUE, PIN_SOURCE };

static const struct uri_attribute {
    const char *name;
    enum part part;
    enum names names; /* TOKEN: it says which token or slot is meant */
} attributes[] = {
    {"token", PATH, TOKEN},
    {"manufacturer", PATH, TOKEN},
    {"model", PATH, TOKEN},
    {"serial", PATH, TOKEN},
    {"slot-id", PATH, TOKEN},
    {"slot-description", PATH, TOKEN},
    {"slot-manufacturer", PATH, TOKEN},
    {"library-description", PATH, OTHER},
    {"library-manufacturer", PATH, OTHER},
    {"library-version", PATH, OTHER},
    {"object", PATH, OTHER},
    {"id", PATH, OTHER},
    {"type", PATH, OTHER},
    {"pin-value", QUERY, PIN_VALUE},
    {"pin-source", QUERY, PIN_SOURCE},
    {"module-name", QUERY, OTHER},
    {"module-path", QUERY, OTHER},
};
#define N_ATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))

int gt_is_uri(const char *s)
{
    return s != NULL && strncasecmp(s, SCHEME, SCHEME_LEN) == 0;
}

int gt_percent_decode(char *s)
{
    char *out = s;

    for (; *s != '\0'; s++, out++) {
        if (*s == '%') {
            unsigned int byte;

            if (!isxdigit((unsigned char)s[1]) || !isxdigit((unsigned char)s[2]) ||
                sscanf(s + 1, "%2x", &byte) != 1 || byte == 0)
                return 0;
            *out = (char)byte;
            s += 2;
        } else {
            *out = *s;
        }
    }
    *out = '\0';
    return 1;
}

/* One attribute in the text: its name and value, not terminated. */
struct piece {
    const char *name, *value;
    size_t name_len, value_len;
    int has_value;
    enum part part;
    const struct uri_attribute *known;
};

/* Steps through the attributes; empty ones (";;", a last ";") are passed over. 0 at the end. */
static int next_piece(const char **at, enum part *part, struct piece *piece)
{
    for (;;) {
        const char *p = *at;
        size_t n = strcspn(p, *part == PATH ? ";?" : "&");
        const char *equals = memchr(p, '=', n);
        enum part here = *part;

        if (p[n] == '\0')
            *at = p + n;
        else
            *at = p + n + 1;
        if (here == PATH && p[n] == '?')
            *part = QUERY;
        if (n == 0) {
            if (p[0] == '\0')
                return 0;
            continue;
        }
        piece->part = here;
        piece->name = p;
        piece->has_value = equals != NULL;
        piece->name_len = equals != NULL ? (size_t)(equals - p) : n;
        piece->value = p + piece->name_len + (equals != NULL);
        piece->value_len = n - piece->name_len - (equals != NULL);
        piece->known = NULL;
        for (size_t i = 0; i < N_ATTRIBUTES; i++)
            if (strlen(attributes[i].name) == piece->name_len &&
                memcmp(attributes[i].name, p, piece->name_len) == 0)
                piece->known = &attributes[i];
        return 1;
    }
}

static int is_pin_value(const struct piece *piece)
{
    return piece->name_len == 9 && strncasecmp(piece->name, "pin-value", 9) == 0;
}

char *gt_uri_without_pin(const char *uri)
{
    char *copy = malloc(strlen(uri) + 1), *out = copy;
    const char *at = uri;
    enum part part = PATH;
    struct piece piece;
    int first_in_path = 1, first_in_query = 1, after_pin = 0;

    if (copy == NULL)
        return NULL;
    if (gt_is_uri(uri)) {
        memcpy(out, uri, SCHEME_LEN);
        out += SCHEME_LEN;
        at += SCHEME_LEN;
    }
    while (next_piece(&at, &part, &piece)) {
        int *first = piece.part == PATH ? &first_in_path : &first_in_query;

        if (is_pin_value(&piece))
            after_pin = 1;
        /* What follows a PIN and is no attribute is the rest of a PIN with an unescaped '&'. */
        if (is_pin_value(&piece) || (after_pin && piece.known == NULL))
            continue;
        if (!*first)
            *out++ = piece.part == PATH ? ';' : '&';
        else if (piece.part == QUERY)
            *out++ = '?';
        *first = 0;
        memcpy(out, piece.name, piece.name_len);
        out += piece.name_len;
        if (piece.has_value) {
            *out++ = '=';
            memcpy(out, piece.value, piece.value_len);
            out += piece.value_len;
        }
    }
    *out = '\0';
    return copy;
}

static int take_pin(gt_uri *uri, const struct piece *piece, gt_error *err)
{
    char *raw;
    size_t len;
    int ok = 0;

    uri->pin = gt_secret_new(sizeof(*uri->pin));
    raw = gt_secret_new(3 * GT_PIN_MAX + 1);
    if (uri->pin == NULL || raw == NULL) {
        gt_fail(err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
        goto end;
    }
    if (piece->value_len > 3 * GT_PIN_MAX) {
        gt_fail(err, GT_BAD_URI, CKR_ARGUMENTS_BAD, "the URI's pin-value is too long");
        goto end;
    }
    memcpy(raw, piece->value, piece->value_len);
    if (!gt_percent_decode(raw) || (len = strlen(raw)) == 0 || len > GT_PIN_MAX) {
        gt_fail(err, GT_BAD_URI, CKR_ARGUMENTS_BAD,
                "the URI's pin-value is empty, too long or not percent-encoded as it should be");
        goto end;
    }
    memcpy(uri->pin->bytes, raw, len);
    uri->pin->len = len;
    ok = 1;
end:
    gt_secret_free(raw, 3 * GT_PIN_MAX + 1);
    return ok;
}

/* One attribute as p11-kit gets it: blanks, which it would drop, are escaped. */
static char *put_piece(char *out, const struct piece *piece)
{
    memcpy(out, piece->name, piece->name_len);
    out += piece->name_len;
    *out++ = '=';
    for (size_t i = 0; i < piece->value_len; i++) {
        if (piece->value[i] == ' ') {
            memcpy(out, "%20", 3);
            out += 3;
        } else {
            *out++ = piece->value[i];
        }
    }
    return out;
}

static int check_piece(const struct piece *piece, unsigned int *seen, int after_pin, gt_error *err)
{
    const struct uri_attribute *known = piece->known;
    unsigned int bit;

    if (known == NULL && after_pin)
        return gt_fail(err, GT_BAD_URI, CKR_ARGUMENTS_BAD,
                       "an unknown attribute follows pin-value in the URI; write an '&' of the PIN "
                       "as %%26");
    if (known == NULL)
        return gt_fail(err, GT_BAD_URI, CKR_ARGUMENTS_BAD, "the URI has an unknown attribute: %.*s",
                       (int)(piece->name_len < 60 ? piece->name_len : 60), piece->name);
    if (known->part != piece->part)
        return gt_fail(err, GT_BAD_URI, CKR_ARGUMENTS_BAD,
                       "the URI's attribute %s belongs %s the '?'", known->name,
                       known->part == PATH ? "before" : "after");
    bit = 1U << (known - attributes);
    if (*seen & bit)
        return gt_fail(err, GT_BAD_URI, CKR_ARGUMENTS_BAD, "the URI's attribute %s stands twice",
                       known->name);
    *seen |= bit;
    if (!piece->has_value)
        return gt_fail(err, GT_BAD_URI, CKR_ARGUMENTS_BAD, "the URI's attribute %s has no value",
                       known->name);
    for (size_t i = 0; i < piece->value_len; i++)
        if (iscntrl((unsigned char)piece->value[i]))
            return gt_fail(err, GT_BAD_URI, CKR_ARGUMENTS_BAD,
                           "the URI's attribute %s holds a control character", known->name);
    return 1;
}

/* p11-kit has no good word about the whole: find the attribute that it does not take. */
static int blame(const char *text, gt_error *err)
{
    const char *at = text;
    enum part part = PATH;
    struct piece piece;

    while (next_piece(&at, &part, &piece)) {
        char *one = malloc(SCHEME_LEN + 2 + piece.name_len + 3 * piece.value_len + 2);
        char *end;
        P11KitUri *kit = p11_kit_uri_new();
        int bad = 0, result = P11_KIT_URI_OK;

        if (one != NULL && kit != NULL && !is_pin_value(&piece)) {
            memcpy(one, SCHEME, SCHEME_LEN);
            end = one + SCHEME_LEN;
            if (piece.part == QUERY)
                *end++ = '?';
            *put_piece(end, &piece) = '\0';
            result = p11_kit_uri_parse(one, P11_KIT_URI_FOR_ANY, kit);
            bad = result != P11_KIT_URI_OK || p11_kit_uri_any_unrecognized(kit);
        }
        p11_kit_uri_free(kit);
        free(one);
        if (bad)
            return gt_fail(err, GT_BAD_URI, CKR_ARGUMENTS_BAD,
                           "the URI's attribute %s has a value that is not understood: %.*s",
                           piece.known->name, (int)(piece.value_len < 80 ? piece.value_len : 80),
                           piece.value);
    }
    return gt_fail(err, GT_BAD_URI, CKR_ARGUMENTS_BAD, "the URI is not well-formed (RFC 7512)");
}

static void note_attributes(gt_uri *uri)
{
    CK_ULONG n = 0;
    const CK_ATTRIBUTE *list = p11_kit_uri_get_attributes(uri->kit, &n);

    for (CK_ULONG i = 0; i < n; i++) {
        if (list[i].type == CKA_ID)
            uri->id = &list[i];
        else if (list[i].type == CKA_LABEL)
            uri->label = &list[i];
        else if (list[i].type == CKA_CLASS && list[i].ulValueLen == sizeof(uri->cls))
            memcpy(&uri->cls, list[i].pValue, sizeof(uri->cls));
    }
}

int gt_uri_parse(const char *text, gt_uri *uri, gt_error *err)
{
    const char *at;
    char *clean = NULL, *out;
    enum part part = PATH;
    struct piece piece;
    unsigned int seen = 0;
    int in_query = 0, result;

    memset(uri, 0, sizeof(*uri));
    uri->cls = GT_ANY_CLASS;
    if (!gt_is_uri(text))
        return gt_fail(err, GT_BAD_URI, CKR_ARGUMENTS_BAD, "not a URI that begins with pkcs11:");
    text += SCHEME_LEN;
    uri->kit = p11_kit_uri_new();
    clean = malloc(SCHEME_LEN + 3 * strlen(text) + 2);
    if (clean == NULL || uri->kit == NULL) {
        gt_fail(err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
        goto fail;
    }
    memcpy(clean, SCHEME, SCHEME_LEN);
    out = clean + SCHEME_LEN;
    for (at = text; next_piece(&at, &part, &piece);) {
        if (!check_piece(&piece, &seen, uri->pin != NULL, err))
            goto fail;
        if (piece.known->names == PIN_VALUE) {
            if (!take_pin(uri, &piece, err))
                goto fail;
            continue;
        }
        if (piece.known->names == TOKEN)
            uri->names_token = 1;
        if (piece.part == QUERY)
            *out++ = in_query++ ? '&' : '?';
        else if (out != clean + SCHEME_LEN)
            *out++ = ';';
        out = put_piece(out, &piece);
    }
    *out = '\0';
    result = p11_kit_uri_parse(clean, P11_KIT_URI_FOR_ANY, uri->kit);
    if (result == P11_KIT_URI_NO_MEMORY) {
        gt_fail(err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
        goto fail;
    }
    if (result != P11_KIT_URI_OK || p11_kit_uri_any_unrecognized(uri->kit)) {
        blame(text, err);
        goto fail;
    }
    uri->pin_source = p11_kit_uri_get_pin_source(uri->kit);
    if (uri->pin != NULL && uri->pin_source != NULL) {
        gt_fail(err, GT_BAD_URI, CKR_ARGUMENTS_BAD,
                "the URI has both pin-value and pin-source (RFC 7512, 2.4: only one may be there)");
        goto fail;
    }
    note_attributes(uri);
    free(clean);
    return 1;

fail:
    free(clean);
    gt_uri_clear(uri);
    return 0;
}

void gt_uri_clear(gt_uri *uri)
{
    p11_kit_uri_free(uri->kit);
    gt_secret_free(uri->pin, sizeof(*uri->pin));
    memset(uri, 0, sizeof(*uri));
}

void gt_uri_describe(const gt_uri *uri, char *out, size_t size)
{
    size_t n = 0;

    out[0] = '\0';
    if (uri->label != NULL)
        n = (size_t)snprintf(out, size, "object=%.*s",
                             (int)(uri->label->ulValueLen < 64 ? uri->label->ulValueLen : 64),
                             (const char *)uri->label->pValue);
    if (uri->id != NULL && n + 8 < size) {
        const uint8_t *id = uri->id->pValue;

        n += (size_t)snprintf(out + n, size - n, "%sid=", n > 0 ? ", " : "");
        for (CK_ULONG i = 0; i < uri->id->ulValueLen && i < 32 && n + 4 < size; i++)
            n += (size_t)snprintf(out + n, size - n, "%%%02X", id[i]);
    }
}

int gt_uri_matches_module(const gt_uri *uri, gt_p11 *p, gt_error *err)
{
    const char *path = p11_kit_uri_get_module_path(uri->kit);
    const char *name = p11_kit_uri_get_module_name(uri->kit);
    const char *file = strrchr(p->module_path, '/');
    CK_INFO info;

    file = file != NULL ? file + 1 : p->module_path;
    /* A URI never makes us load a module: it may come from anywhere. */
    if (path != NULL && strcmp(path, p->module_path) != 0) {
        char *a = realpath(path, NULL), *b = realpath(p->module_path, NULL);
        int same = a != NULL && b != NULL && strcmp(a, b) == 0;

        free(a);
        free(b);
        if (!same)
            return gt_fail(err, GT_NO_TOKEN, CKR_OK,
                           "the URI asks for the module %.100s, but %.100s is configured", path,
                           p->module_path);
    }
    if (name != NULL) {
        size_t len = strlen(name);
        const char *bare =
            strncmp(file, "lib", 3) == 0 && strncmp(name, "lib", 3) != 0 ? file + 3 : file;

        if (strncmp(bare, name, len) != 0 || (bare[len] != '\0' && bare[len] != '.'))
            return gt_fail(err, GT_NO_TOKEN, CKR_OK,
                           "the URI asks for the module %.60s, but %.200s is configured", name,
                           p->module_path);
    }
    if (!gt_module_info(p, &info, err))
        return 0;
    if (!p11_kit_uri_match_module_info(uri->kit, &info))
        return gt_fail(err, GT_NO_TOKEN, CKR_OK,
                       "the module %.200s is not the one that the URI's library attributes name",
                       p->module_path);
    return 1;
}
