/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/csr/fields.h. */
#include <string.h>
#include "cli/csr/fields.h"

/* clang-format off */
#define ROW(id, name, option, arg, read, whose, help) {name, option, (arg) == NULL, read, whose},
const csr_field csr_fields[CSR_FIELD_COUNT] = {CSR_FIELDS(ROW)};
#undef ROW
/* clang-format on */

/* Ways to say the same: an option of one puts the fields of the others out of force. */
static const int validity[] = {CSR_EXPIRATION_DATE, CSR_CERT_PERIOD, CSR_CERT_PERIOD_UNITS};
#define VALIDITY (sizeof(validity) / sizeof(*validity))

static int no_such_field(const char *name, const char *const *names, csr_log *log)
{
    const char *near = csr_nearest(name, names, CSR_FIELD_COUNT);

    if (near)
        return csr_fail(log, "JSON", _("there is no parameter \"%.60s\"; did you mean \"%s\"?"),
                        name, near);
    return csr_fail(log, "JSON",
                    _("there is no parameter \"%.60s\": gosttoken(1) has their names, those of the "
                      "options without hyphens"),
                    name);
}

static int sort_fields(const cJSON *json, const cJSON **found, csr_log *log)
{
    const char *names[CSR_FIELD_COUNT];

    for (size_t i = 0; i < CSR_FIELD_COUNT; i++)
        names[i] = csr_fields[i].name;
    if (!cJSON_IsObject(json))
        return csr_fail(log, "JSON", _("an object {…} with the parameters is needed"));
    for (const cJSON *m = json->child; m; m = m->next) {
        size_t i = 0;

        while (i < CSR_FIELD_COUNT && !csr_same_word(names[i], m->string))
            i++;
        if (i == CSR_FIELD_COUNT)
            return no_such_field(m->string, names, log);
        if (found[i])
            return csr_fail(log, names[i], _("it is there twice"));
        found[i] = m;
    }
    return 1;
}

static void drop_overridden(const cJSON **found, const char *const *options)
{
    int given = 0;

    for (size_t i = 0; i < VALIDITY; i++)
        given |= options[validity[i]] != NULL;
    /* CertPeriod and its units go together: one may stand in the file, the other be an option. */
    if (given && options[CSR_EXPIRATION_DATE])
        found[CSR_CERT_PERIOD] = found[CSR_CERT_PERIOD_UNITS] = NULL;
    else if (given)
        found[CSR_EXPIRATION_DATE] = NULL;
}

int csr_read_fields(csr_request *r, const cJSON *json, const char *const *options, csr_log *log)
{
    const cJSON *found[CSR_FIELD_COUNT] = {NULL};

    if (json && !sort_fields(json, found, log))
        return 0;
    drop_overridden(found, options);
    for (size_t i = 0; i < CSR_FIELD_COUNT; i++) {
        const csr_field *f = &csr_fields[i];
        csr_value v = {f->name, found[i], 0};
        cJSON *typed = NULL;
        int ok;

        if (options[i]) {
            typed = f->flag ? cJSON_CreateTrue() : cJSON_CreateString(options[i]);
            v.json = typed;
            v.from_option = 1;
        }
        /* A program that fills a form leaves what it has not as null or "". */
        if (!v.json || cJSON_IsNull(v.json) ||
            (!typed && cJSON_IsString(v.json) && !*v.json->valuestring))
            continue;
        ok = f->read(r, &v, log);
        cJSON_Delete(typed);
        if (!ok)
            return 0;
    }
    return 1;
}
