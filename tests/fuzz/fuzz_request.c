/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strings that C_EX_CreateCSR takes: names, values, extensions. A line is a type and, after a
 * tab, a value. What is made of them must be well-formed.
 */
#include "token/x509/bytes.h"
#include "token/x509/ext_text.h"
#include "token/x509/name.h"
#include "token/x509/oid.h"

#include <gosttoken/pkcs11-gost.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PAIRS 8

static void well_formed(const tok_bytes *b)
{
    tok_der in = {b->p, b->len};

    if (b->failed)
        return;
    while (in.len > 0)
        if (!tok_der_any(&in, NULL, NULL))
            abort();
}

static void one(const char *type, const char *value)
{
    static const uint8_t spki[] = {0x30, 0x0D, 0x30, 0x03, 0x06, 0x01, 0x2A, 0x03,
                                   0x06, 0x00, 1,    2,    3,    4,    5};
    const char *why = NULL, *oid = tok_oid_by_name(type);
    tok_bytes b = {0};

    if (tok_extension_put(&b, type, value, (tok_der){spki, sizeof spki}, &why))
        well_formed(&b);
    else if (why == NULL)
        abort();
    tok_bytes_free(&b);
    b = (tok_bytes){0};
    if (oid != NULL && tok_name_value_put(&b, oid, value, &why))
        well_formed(&b);
    tok_bytes_free(&b);
    b = (tok_bytes){0};
    if (tok_asn1_put(&b, value, &why))
        well_formed(&b);
    tok_bytes_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *save = NULL, *line;
    CK_CHAR *pairs[2 * PAIRS];
    tok_bytes name = {0}, canonical = {0}, print = {0};
    CK_ULONG n = 0;

    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    for (line = strtok_r(text, "\n", &save); line != NULL && n < 2 * PAIRS;
         line = strtok_r(NULL, "\n", &save)) {
        char *value = strchr(line, '\t');

        if (value == NULL)
            continue;
        *value++ = 0;
        pairs[n++] = (CK_CHAR *)line;
        pairs[n++] = (CK_CHAR *)value;
        one(line, value);
    }
    if (tok_name_put(&name, pairs, n) == CKR_OK && !name.failed) {
        tok_der whole = {name.p, name.len};

        well_formed(&name);
        if (!tok_name_canonical(whole, &canonical) && !canonical.failed)
            abort();
        tok_name_print(whole, &print);
    }
    tok_bytes_free(&name);
    tok_bytes_free(&canonical);
    tok_bytes_free(&print);
    free(text);
    return 0;
}
