/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the parameters of requests share. */
#ifndef TESTS_CLI_CSR_TEST_H
#define TESTS_CLI_CSR_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cli/csr/fields.h"

/* The document's examples. */
#define TEMPLATE_VALUE "MCYGHiqFAwICMgEJh/DgTobuzwyF6ZFbgq+0XIHKVYKzRAIBAQIBAA=="
#define EXPIRATION_VALUE                                                                           \
    "MFAeJABDAHAAUgBhAEUAeABwAGkAcgBhAHQAaQBvAG4ARABhAHQAZR4oADIAMAAyADUAMAAzADIAOAAwADAANQA1ADAA" \
    "MQArADAAMwA6ADAAMA=="
#define EXTENSIONS_VALUE                                                                           \
    "ME0wHQYDVR0OBBYEFHFumeSIaAp0qiFZv+XFUdl5HEDzMB8GCSsGAQQBgjcVBwQSMBAGCCqFAwICLgADAgEBAgEAMAsG" \
    "A1UdDwQEAwIE8A=="

extern csr_log trouble;       /* of the last request taken */
extern int warnings;          /* how many it gave */
extern const char *file_text; /* what every file holds */

char *base64(const char *text);
/* 1: taken. */
int take(csr_request *r, const char *json);
void good(csr_request *r, const char *json);
/* The complaint has this text in it. */
void refused(const char *json, const char *text);
/* {"NAME": "Base64 of the text"}, freed with free(). */
char *field(const char *name, const char *text);
void refused_data(const char *name, const char *list, const char *text);
void is_value(const csr_buf *value, const char *expected_base64);
void is_bytes(const csr_buf *value, const char *expected, size_t len);
const csr_ext *extension(const csr_request *r, const char *oid);

#define IS(buf, literal) is_bytes(buf, literal, sizeof(literal) - 1)

/* csr_own.c */
void test_identification_kind(void **state);
void test_named_extensions(void **state);
void test_subject(void **state);
void test_subject_numbers(void **state);
void test_json(void **state);
void test_options(void **state);
void test_build(void **state);

#endif
