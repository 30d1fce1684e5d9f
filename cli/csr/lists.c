/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters that are lists: Base64 of a JSON list, a JSON list as it is, or the lines of an
 * ExtensionsConfig file. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/cli.h"
#include "cli/csr/csr.h"

#define MEMBERS_MAX 3
#define BLANKS      " \t\r\n"

typedef int item_fn(csr_request *r, const cJSON *const *members, const char *where, csr_log *log);

typedef struct list_kind {
    const char *members[MEMBERS_MAX + 1];
    item_fn *take;
} list_kind;

static const char *skip_mark(const char *text)
{
    return strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? text + 3 : text;
}

/* The list in a text: JSON, or Base64 of it. */
static cJSON *parse_list(const char *text, const char *field, csr_log *log)
{
    csr_buf bytes = {0};
    cJSON *json = NULL;

    text = skip_mark(text);
    text += strspn(text, BLANKS);
    if (strlen(text) > CSR_FILE_MAX) {
        csr_fail(log, field, _("it is longer than %d bytes"), CSR_FILE_MAX);
        goto end;
    }
    if (*text != '[') {
        if (!csr_base64(text, strlen(text), &bytes)) {
            csr_fail(log, field, _("this is not Base64 (of a JSON list)"));
            goto end;
        }
        csr_put(&bytes, "", 1);
        if (memchr(bytes.p, 0, bytes.len - 1)) {
            csr_fail(log, field, _("what the Base64 holds is not text in UTF-8"));
            goto end;
        }
        text = skip_mark((const char *)bytes.p);
    }
    json = csr_json(text, field, log);
    if (json && !cJSON_IsArray(json)) {
        csr_fail(log, field, _("the JSON is no list: [{…}, …]"));
        cJSON_Delete(json);
        json = NULL;
    }
end:
    csr_buf_free(&bytes);
    return json;
}

/* @FILE of the command line. */
static cJSON *file_list(const char *path, const char *field, csr_log *log)
{
    uint8_t *data = NULL;
    cJSON *json = NULL;
    size_t len;

    log->text[0] = 0;
    if (!log->read_file) {
        csr_fail(log, field, _("a file cannot be read here"));
    } else if (log->read_file(path, &data, &len)) {
        if (memchr(data, 0, len))
            csr_fail(log, field, _("%.200s is not a text in UTF-8"), path);
        else
            json = parse_list((const char *)data, field, log);
    }
    free(data);
    return json;
}

/* Sorts an object's members into found, by kind->members; every one must be there. */
static int members_of(const cJSON *object, const list_kind *kind, const cJSON **found,
                      const char *where, csr_log *log)
{
    size_t n = 0;

    while (kind->members[n])
        found[n++] = NULL;
    if (!cJSON_IsObject(object))
        return csr_fail(log, where, _("an object {…} is needed"));
    for (const cJSON *m = object->child; m; m = m->next) {
        size_t i = 0;

        while (i < n && !csr_same_word(kind->members[i], m->string))
            i++;
        if (i == n)
            return csr_unknown(log, where, m->string, kind->members, n);
        if (found[i])
            return csr_fail(log, where, _("\"%.60s\" is there twice"), m->string);
        found[i] = m;
    }
    for (size_t i = 0; i < n; i++)
        if (!found[i])
            return csr_fail(log, where, _("\"%s\" is missing"), kind->members[i]);
    return 1;
}

static int read_list(csr_request *r, const csr_value *v, const list_kind *kind, csr_log *log)
{
    const cJSON *members[MEMBERS_MAX], *list = v->json;
    cJSON *owned = NULL;
    const char *text;
    int ok = 1, i = 0;

    if (!cJSON_IsArray(list)) {
        text = csr_string(v, log);
        if (!text)
            return 0;
        owned = v->from_option && *text == '@' ? file_list(text + 1, v->field, log)
                                               : parse_list(text, v->field, log);
        list = owned;
    }
    if (!list)
        return 0;
    if (!list->child)
        ok = csr_fail(log, v->field, _("the list is empty"));
    for (const cJSON *item = list->child; item && ok; item = item->next, i++) {
        char where[CSR_WHERE_MAX];

        snprintf(where, sizeof(where), "%s[%d]", v->field, i);
        ok = i < CSR_LIST_MAX
                 ? members_of(item, kind, members, where, log) && kind->take(r, members, where, log)
                 : csr_fail(log, v->field, _("the list has more than %d items"), CSR_LIST_MAX);
    }
    cJSON_Delete(owned);
    return ok;
}

/* The string of a member; `where` becomes the member's. */
static const char *text_of(const cJSON *member, const char *name, const char *where, char *inner,
                           csr_log *log)
{
    const char *text = cJSON_GetStringValue(member);

    snprintf(inner, CSR_WHERE_MAX, "%.70s.%s", where, name);
    if (!text)
        csr_fail(log, inner, _("a string is needed"));
    else if (!csr_is_utf8(text))
        csr_fail(log, inner, _("it is not well-formed UTF-8"));
    else
        return text;
    return NULL;
}

static int read_oid(const char *text, const char *where, csr_log *log)
{
    csr_buf der = {0};
    int ok = csr_oid(text, &der);

    csr_buf_free(&der);
    return ok ||
           csr_fail(log, where, _("\"%.100s\" is not an object identifier such as 1.2.643.100.114"),
                    text);
}

static int read_value(const char *text, const char *where, csr_buf *value, csr_log *log)
{
    if (!csr_base64(text, strlen(text), value))
        return csr_fail(log, where, _("\"%.40s\" is not Base64"), text);
    if (!csr_is_der(value->p, value->len))
        return csr_fail(log, where, _("the Base64 does not hold one value in DER"));
    return 1;
}

/* ---- ExtensionsData -------------------------------------------------------------------------- */

static int take_extension(csr_request *r, const cJSON *const *m, const char *where, csr_log *log)
{
    char inner[CSR_WHERE_MAX];
    csr_buf value = {0};
    const char *oid = text_of(m[0], "Oid", where, inner, log), *text;
    int critical = cJSON_IsTrue(m[2]), ok = oid && read_oid(oid, inner, log);

    text = ok ? text_of(m[1], "Value", where, inner, log) : NULL;
    ok = text && read_value(text, inner, &value, log) &&
         csr_check_ext(inner, oid, value.p, value.len, log);
    if (ok && !cJSON_IsBool(m[2])) {
        text = text_of(m[2], "Critical", where, inner, log);
        ok = text && (csr_bool(text, &critical) ||
                      csr_fail(log, inner, _("\"%.60s\" is neither true nor false"), text));
    }
    ok = ok && csr_add_ext(r, where, oid, critical, value.p, value.len, log);
    csr_buf_free(&value);
    return ok;
}

int csr_read_extensions_data(csr_request *r, const csr_value *v, csr_log *log)
{
    static const list_kind kind = {{"Oid", "Value", "Critical"}, take_extension};

    return read_list(r, v, &kind, log);
}

/* ---- NamedValuesData ------------------------------------------------------------------------- */

static int take_named(csr_request *r, const cJSON *const *m, const char *where, csr_log *log)
{
    char inner[CSR_WHERE_MAX];
    const char *name = text_of(m[0], "Name", where, inner, log), *value;
    csr_buf bmp = {0};
    int ok = name && (*name || csr_fail(log, inner, _("it is empty"))) &&
             (csr_put_bmp(&bmp, name) ||
              csr_fail(log, inner, _("\"%.100s\" has characters beyond BMPString"), name));

    value = ok ? text_of(m[1], "Value", where, inner, log) : NULL;
    ok = value && (csr_put_bmp(&bmp, value) ||
                   csr_fail(log, inner, _("\"%.100s\" has characters beyond BMPString"), value));
    csr_buf_free(&bmp);
    return ok && csr_add_named(r, where, name, value, log);
}

int csr_read_named_values(csr_request *r, const csr_value *v, csr_log *log)
{
    static const list_kind kind = {{"Name", "Value"}, take_named};

    return read_list(r, v, &kind, log);
}

/* ---- AttributesData -------------------------------------------------------------------------- */

static int take_attribute(csr_request *r, const cJSON *const *m, const char *where, csr_log *log)
{
    char inner[CSR_WHERE_MAX];
    const char *oid = text_of(m[0], "Oid", where, inner, log);
    int ok = oid && read_oid(oid, inner, log), i = 0;

    if (ok && (!cJSON_IsArray(m[1]) || !m[1]->child)) {
        snprintf(inner, sizeof(inner), "%.70s.Blobs", where);
        return csr_fail(log, inner, _("a list of one or more strings is needed"));
    }
    for (const cJSON *blob = ok ? m[1]->child : NULL; blob && ok; blob = blob->next) {
        csr_buf value = {0};
        const char *text;
        char name[24];

        snprintf(name, sizeof(name), "Blobs[%d]", i++);
        text = text_of(blob, name, where, inner, log);
        ok = text && read_value(text, inner, &value, log) &&
             csr_check_exts(inner, oid, value.p, value.len, log) &&
             csr_add_attr(r, inner, oid, value.p, value.len, log);
        csr_buf_free(&value);
    }
    return ok;
}

int csr_read_attributes(csr_request *r, const csr_value *v, csr_log *log)
{
    static const list_kind kind = {{"Oid", "Blobs"}, take_attribute};

    return read_list(r, v, &kind, log);
}

/* ---- ExtensionsConfig ------------------------------------------------------------------------ */

/* NAME='value', the name one of three; returns its index, -1 if it is not that. */
static int take_pair(const char **p, char *value)
{
    static const char *const names[] = {"OID", "Value", "Critical"};
    size_t len = strcspn(*p, "=' \t\r\n");
    char name[16];
    const char *end;

    if (len >= sizeof(name) || (*p)[len] != '=' || (*p)[len + 1] != '\'')
        return -1;
    memcpy(name, *p, len);
    name[len] = 0;
    *p += len + 2;
    end = strchr(*p, '\'');
    if (!end)
        return -1;
    memcpy(value, *p, (size_t)(end - *p));
    value[end - *p] = 0;
    *p = end + 1;
    for (int i = 0; i < 3; i++)
        if (csr_same_word(names[i], name))
            return i;
    return -1;
}

static int config_line(csr_request *r, const char *line, const char *where, csr_log *log)
{
    size_t size = strlen(line) + 1;
    char *part[3] = {NULL};
    csr_buf value = {0};
    int critical = 0, ok = 0;

    while (*(line += strspn(line, " \t\r"))) {
        char *text = cli_alloc(size);
        int i = take_pair(&line, text);

        if (i < 0 || part[i]) {
            free(text);
            csr_fail(log, where, _("a line has the form OID='…' Critical='true' Value='…'"));
            goto end;
        }
        part[i] = text;
    }
    if (!part[0] || !part[1] || !part[2]) {
        csr_fail(log, where, _("a line has the form OID='…' Critical='true' Value='…'"));
        goto end;
    }
    if (!csr_bool(part[2], &critical)) {
        csr_fail(log, where, _("\"%.60s\" is neither true nor false"), part[2]);
        goto end;
    }
    ok = csr_is_utf8(part[0]) || csr_fail(log, where, _("it is not well-formed UTF-8"));
    ok = ok && read_oid(part[0], where, log) && read_value(part[1], where, &value, log) &&
         csr_check_ext(where, part[0], value.p, value.len, log) &&
         csr_add_ext(r, where, part[0], critical, value.p, value.len, log);
end:
    csr_buf_free(&value);
    for (int i = 0; i < 3; i++)
        free(part[i]);
    return ok;
}

int csr_extensions_config(csr_request *r, const char *text, const char *field, csr_log *log)
{
    int ok = 1, n = 0;

    text = skip_mark(text);
    for (int number = 1; *text && ok; number++) {
        size_t len = strcspn(text, "\n");
        char *line = cli_alloc(len + 1), where[CSR_WHERE_MAX];
        const char *first;

        memcpy(line, text, len);
        text += len + (text[len] == '\n');
        first = line + strspn(line, " \t\r");
        snprintf(where, sizeof(where), "%s:%d", field, number);
        if (*first && *first != '#') {
            ok = config_line(r, first, where, log);
            n++;
        }
        free(line);
    }
    return ok && (n || csr_fail(log, field, _("there is no extension in it")));
}

int csr_read_extensions_config(csr_request *r, const csr_value *v, csr_log *log)
{
    const char *path = csr_string(v, log);
    uint8_t *data = NULL;
    size_t len;
    int ok = 0;

    if (!path)
        return 0;
    if (!log->read_file) {
        csr_fail(log, v->field, _("a file cannot be read here"));
    } else if (log->read_file(path, &data, &len)) {
        ok = memchr(data, 0, len)
                 ? csr_fail(log, v->field, _("%.200s is not a text in UTF-8"), path)
                 : csr_extensions_config(r, (const char *)data, v->field, log);
    }
    free(data);
    return ok;
}
