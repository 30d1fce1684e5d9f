/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters that are one word, number or date. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/cli.h"
#include "cli/csr/csr.h"

#define PERIOD_MAX 1000000000L

const char *csr_string(const csr_value *v, csr_log *log)
{
    const char *text = cJSON_GetStringValue(v->json);

    if (!text)
        csr_fail(log, v->field, _("a string is needed"));
    else if (!*text)
        csr_fail(log, v->field, _("it is empty"));
    else if (!csr_is_utf8(text))
        csr_fail(log, v->field, _("it is not well-formed UTF-8"));
    else
        return text;
    return NULL;
}

/* One of the words, as an index; -1. */
static int word_of(const csr_value *v, const char *const *words, csr_log *log)
{
    const char *text = csr_string(v, log);
    size_t n = 0;

    if (!text)
        return -1;
    for (; words[n]; n++)
        if (csr_same_word(text, words[n]))
            return (int)n;
    csr_unknown(log, v->field, text, words, n);
    return -1;
}

static int flag_of(const csr_value *v, int *flag, csr_log *log)
{
    const char *text;

    if (cJSON_IsBool(v->json)) {
        *flag = cJSON_IsTrue(v->json);
        return 1;
    }
    text = csr_string(v, log);
    if (!text)
        return 0;
    return csr_bool(text, flag) ||
           csr_fail(log, v->field, _("\"%.60s\" is neither true nor false"), text);
}

int csr_read_request_type(csr_request *r, const csr_value *v, csr_log *log)
{
    static const char *const words[] = {"First", "Renew", NULL};

    r->renew = word_of(v, words, log);
    return r->renew >= 0;
}

int csr_read_extensions_attribute(csr_request *r, const csr_value *v, csr_log *log)
{
    static const char *const words[] = {"pkcs9", "microsoft", NULL};

    r->microsoft = word_of(v, words, log);
    return r->microsoft >= 0;
}

static int keep(char **to, const csr_value *v, csr_log *log)
{
    const char *text = csr_string(v, log);

    if (text)
        *to = cli_strdup(text);
    return text != NULL;
}

int csr_read_active_cert_id(csr_request *r, const csr_value *v, csr_log *log)
{
    return keep(&r->active_id, v, log);
}

/* In a file, the PIN; on the command line, which others can see, where it is. */
int csr_read_active_cert_pin(csr_request *r, const csr_value *v, csr_log *log)
{
    const char *text = csr_string(v, log);

    if (!text)
        return 0;
    if (!v->from_option) {
        if (strlen(text) > CLI_PIN_MAX)
            return csr_fail(log, v->field, _("a PIN has at most %d bytes"), CLI_PIN_MAX);
        return keep(&r->active_pin, v, log);
    }
    if (strncmp(text, "file:", 5) != 0 && strncmp(text, "fd:", 3) != 0)
        return csr_fail(log, v->field,
                        _("a PIN is not given on the command line, where others see it: name its "
                          "source, file:PATH or fd:N"));
    return keep(&r->active_pin_source, v, log);
}

int csr_read_group_id(csr_request *r, const csr_value *v, csr_log *log)
{
    return keep(&r->group, v, log);
}

int csr_read_is_client(csr_request *r, const csr_value *v, csr_log *log)
{
    return flag_of(v, &r->is_client, log);
}

int csr_read_self_signed(csr_request *r, const csr_value *v, csr_log *log)
{
    return flag_of(v, &r->self_signed, log);
}

static int date_of(const csr_value *v, csr_time *t, int *has, csr_log *log)
{
    const char *text = csr_string(v, log);

    if (!text)
        return 0;
    *has = csr_time_read(text, t);
    return *has ||
           csr_fail(log, v->field,
                    _("\"%.60s\" is not a date such as 2025-03-28, 2025-03-28T00:55:01+03:00 or "
                      "28.03.2025 00:55"),
                    text);
}

int csr_read_start_date(csr_request *r, const csr_value *v, csr_log *log)
{
    return date_of(v, &r->start, &r->has_start, log);
}

int csr_read_expiration_date(csr_request *r, const csr_value *v, csr_log *log)
{
    return date_of(v, &r->end, &r->has_end, log);
}

int csr_read_cert_period(csr_request *r, const csr_value *v, csr_log *log)
{
    const char *text;
    char *end;

    if (cJSON_IsNumber(v->json)) {
        double number = cJSON_GetNumberValue(v->json);

        if (number >= 1 && number <= (double)PERIOD_MAX && number == (double)(long)number) {
            r->period = (long)number;
            return 1;
        }
        return csr_fail(log, v->field, _("it is not a whole number from 1 on"));
    }
    text = csr_string(v, log);
    if (!text)
        return 0;
    r->period = *text >= '0' && *text <= '9' ? strtol(text, &end, 10) : 0;
    if (r->period < 1 || r->period > PERIOD_MAX || *end)
        return csr_fail(log, v->field, _("\"%.60s\" is not a whole number from 1 on"), text);
    return 1;
}

int csr_read_cert_period_units(csr_request *r, const csr_value *v, csr_log *log)
{
    int i = word_of(v, csr_unit_names, log);

    r->unit = i >= 0 ? csr_unit_by_name(csr_unit_names[i]) : NULL;
    return i >= 0;
}
