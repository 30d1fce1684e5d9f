/* SPDX-License-Identifier: Apache-2.0 */
/* See csr_test.h. */
#include "csr_test.h"

int warnings;
csr_log trouble;
const char *file_text;

static void count(const char *text)
{
    (void)text;
    warnings++;
}

static int give_file(const char *path, uint8_t **data, size_t *len)
{
    (void)path;
    *len = strlen(file_text);
    *data = (uint8_t *)strdup(file_text);
    return 1;
}

char *base64(const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t len = strlen(text), n = 0;
    char *out = calloc(1, len * 2 + 8);

    for (size_t i = 0; i < len; i += 3) {
        uint32_t bits = 0;

        for (size_t j = 0; j < 3; j++)
            bits = bits << 8 | (i + j < len ? (uint8_t)text[i + j] : 0);
        for (size_t j = 0; j < 4; j++)
            out[n++] = i + j <= len ? digits[bits >> (18 - 6 * j) & 63] : '=';
    }
    return out;
}

/* 1: taken. What is wrong stands in trouble.text. */
int take(csr_request *r, const char *json)
{
    const char *options[CSR_FIELD_COUNT] = {NULL};
    cJSON *parsed;
    int ok;

    memset(r, 0, sizeof(*r));
    memset(&trouble, 0, sizeof(trouble));
    trouble.warn = count;
    trouble.read_file = give_file;
    warnings = 0;
    parsed = csr_json(json, "JSON", &trouble);
    ok = parsed && csr_read_fields(r, parsed, options, &trouble) &&
         csr_complete(r, 1700000000, &trouble);
    cJSON_Delete(parsed);
    return ok;
}

void good(csr_request *r, const char *json)
{
    if (!take(r, json))
        fail_msg("%s: %s", json, trouble.text);
}

void refused(const char *json, const char *text)
{
    csr_request r;
    int ok = take(&r, json);

    csr_request_free(&r);
    if (ok || !strstr(trouble.text, text))
        fail_msg("%s: \"%s\" has nothing of \"%s\"", json, ok ? "taken" : trouble.text, text);
}

/* The field, as a JSON string, of Base64 of a text. */
char *field(const char *name, const char *text)
{
    char *coded = base64(text), *json = NULL;

    assert_true(asprintf(&json, "{\"%s\": \"%s\"}", name, coded) > 0);
    free(coded);
    return json;
}

void refused_data(const char *name, const char *list, const char *text)
{
    char *json = field(name, list);

    refused(json, text);
    free(json);
}

void is_value(const csr_buf *value, const char *expected)
{
    csr_buf bytes = {0};

    assert_true(csr_base64(expected, strlen(expected), &bytes));
    assert_int_equal(value->len, bytes.len);
    assert_memory_equal(value->p, bytes.p, bytes.len);
    csr_buf_free(&bytes);
}

void is_bytes(const csr_buf *value, const char *expected, size_t len)
{
    assert_int_equal(value->len, len);
    assert_memory_equal(value->p, expected, len);
}

const csr_ext *extension(const csr_request *r, const char *oid)
{
    const csr_ext *e = csr_find_ext(r, oid);

    assert_non_null(e);
    return e;
}
