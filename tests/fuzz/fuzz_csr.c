/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people and other programs write for a certificate request, and what an authority answers.
 * The first byte chooses: a file of parameters, an ExtensionsConfig, Base64, a subject, an object
 * identifier, a date, a list, an answer. What is accepted must come out as DER.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/csr/answer.h"
#include "cli/csr/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SERIAL_SIZE 16

static void hold(int condition)
{
    if (!condition)
        abort();
}

/* A refusal says why. */
static void explained(int ok, const csr_log *log)
{
    hold(ok || *log->text);
}

/* Whatever was read is encoded. */
static void build(csr_request *r, csr_log *log)
{
    static const uint8_t serial[SERIAL_SIZE];
    csr_public key = {0};
    csr_buf tbs = {0};
    int ok = csr_complete(r, 1700000000, log);

    explained(ok, log);
    if (ok) {
        csr_tlv(&key.spki, 0x30, "", 0);
        csr_tlv(&key.signature, 0x30, "", 0);
        if (!r->subject.len)
            csr_tlv(&r->subject, 0x30, "", 0);
        hold(csr_build_tbs(r, &key, serial, &tbs));
        hold(csr_is_der(tbs.p, tbs.len));
    }
    csr_public_free(&key);
    csr_buf_free(&tbs);
}

static void parameters(const char *text, size_t len)
{
    const char *options[CSR_FIELD_COUNT] = {NULL};
    csr_log log = {{0}, NULL, NULL};
    csr_request r = {0};
    cJSON *json = csr_json(text, "JSON", &log);
    int ok = json && csr_read_fields(&r, json, options, &log);

    (void)len;
    explained(ok, &log);
    if (ok)
        build(&r, &log);
    cJSON_Delete(json);
    csr_request_free(&r);
}

/* As options: the first line is the field's number, the rest its value. */
static void option(const char *text, size_t len)
{
    const char *options[CSR_FIELD_COUNT] = {NULL};
    csr_log log = {{0}, NULL, NULL};
    csr_request r = {0};
    int ok;

    if (!len)
        return;
    options[(uint8_t)text[0] % CSR_FIELD_COUNT] = text + 1;
    ok = csr_read_fields(&r, NULL, options, &log);
    explained(ok, &log);
    if (ok)
        build(&r, &log);
    csr_request_free(&r);
}

static void config(const char *text, size_t len)
{
    csr_log log = {{0}, NULL, NULL};
    csr_request r = {0};
    int ok = csr_extensions_config(&r, text, "ExtensionsConfig", &log);

    (void)len;
    explained(ok, &log);
    if (ok)
        build(&r, &log);
    csr_request_free(&r);
}

static void base64(const char *text, size_t len)
{
    csr_buf out = {0};

    if (csr_base64(text, len, &out)) {
        hold(out.len <= len);
        (void)csr_is_der(out.p, out.len);
    }
    csr_buf_free(&out);
}

static void subject(const char *text, size_t len)
{
    csr_log log = {{0}, NULL, NULL};
    csr_buf der = {0};
    int ok = csr_subject(text, "Subject", &der, &log);

    (void)len;
    explained(ok, &log);
    hold(!ok || csr_is_der(der.p, der.len));
    csr_buf_free(&der);
}

/* What is taken is written back as it was. */
static void oid(const char *text, size_t len)
{
    csr_buf der = {0};
    char *back;

    (void)len;
    if (csr_oid(text, &der)) {
        hold(csr_is_der(der.p, der.len));
        back = csr_oid_text(der.p, der.len);
        hold(strcmp(back, text) == 0);
        free(back);
    }
    csr_buf_free(&der);
}

static void date(const char *text, size_t len)
{
    csr_time t, back;
    char written[32];

    (void)len;
    if (csr_time_read(text, &t)) {
        csr_time_write(&t, written);
        hold(csr_time_read(written, &back) && back.utc == t.utc && back.zone == t.zone);
        (void)csr_time_add(&t, 7, csr_unit_by_name("Months"));
    }
}

static void answer(const char *text, size_t len)
{
    int is_request;

    csr_answer_free(csr_answer_read((const uint8_t *)text, len, &is_request));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(const char *, size_t) = {parameters, option, config, base64,
                                                            subject,    oid,    date,   answer};
    char *text;

    if (size == 0)
        return 0;
    text = malloc(size); /* of its own size, with a NUL at the end */
    if (text == NULL)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = 0;
    readers[data[0] % (sizeof(readers) / sizeof(readers[0]))](text, size - 1);
    free(text);
    return 0;
}
