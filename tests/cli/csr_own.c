/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of requests that the document does not have: names, extensions by name; JSON, options,
 * encoding. */
#include "csr_test.h"

void test_identification_kind(void **state)
{
    static const struct {
        const char *name, *value;
    } rows[] = {
        {"in-person", "AgEA"},
        {"qualified-signature", "AgEB"},
        {"passport", "AgEC"},
        {"esia", "AgED"},
        {"При личном присутствии", "AgEA"},
        {"Без личного присутствия с использованием сведений из ЕСИА и ЕБС", "AgED"},
        {"2", "AgEC"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        csr_request r;
        char *json;

        assert_true(asprintf(&json, "{\"IdentificationKind\": \"%s\"}", rows[i].name) > 0);
        good(&r, json);
        is_value(&extension(&r, "1.2.643.100.114")->value, rows[i].value);
        assert_false(extension(&r, "1.2.643.100.114")->critical);
        csr_request_free(&r);
        free(json);
    }
    refused("{\"IdentificationKind\": \"4\"}", "IdentificationKind: \"4\"");
    refused("{\"IdentificationKind\": \"pasport\"}", "did you mean \"passport\"");
    refused("{\"IdentificationKind\": \"esia\", \"ExtensionsData\": [{\"Oid\": "
            "\"1.2.643.100.114\", \"Value\": \"AgEA\", \"Critical\": false}]}",
            "ExtensionsData[0]: IdentificationKind gives the extension");
}

void test_named_extensions(void **state)
{
    char long_tool[512], *json;
    csr_request r;

    (void)state;
    good(&r, "{\"SubjectSignTool\": \"СКЗИ\", \"CertificatePolicies\": \"KC1, КС2\", "
             "\"KeyUsage\": \"digitalSignature,contentCommitment,decipherOnly\", "
             "\"IssuerSignTool\": [\"A\", \"B\", \"C\", \"D\"], \"SubjectAltName\": "
             "\"DNS:example.org\"}");
    IS(&extension(&r, "1.2.643.100.111")->value, "\x0C\x08СКЗИ");
    IS(&extension(&r, "2.5.29.32")->value,
       "\x30\x14\x30\x08\x06\x06\x2A\x85\x03\x64\x71\x01\x30\x08\x06\x06\x2A\x85\x03\x64\x71\x02");
    IS(&extension(&r, "2.5.29.15")->value, "\x03\x03\x07\xC0\x80");
    assert_true(extension(&r, "2.5.29.15")->critical);
    IS(&extension(&r, "1.2.643.100.112")->value, "\x30\x0C\x0C\x01"
                                                 "A\x0C\x01"
                                                 "B\x0C\x01"
                                                 "C\x0C\x01"
                                                 "D");
    IS(&extension(&r, "2.5.29.17")->value, "\x30\x0D\x82\x0B"
                                           "example.org");
    csr_request_free(&r);
    good(&r, "{\"IssuerSignTool\": \"A|B|C|D\", \"KeyUsage\": \"digitalSignature\"}");
    IS(&extension(&r, "2.5.29.15")->value, "\x03\x02\x07\x80");
    csr_request_free(&r);
    refused("{\"IssuerSignTool\": \"A|B|C\"}", "IssuerSignTool: four texts");
    refused("{\"IssuerSignTool\": \"A|B|C|D|E\"}", "IssuerSignTool: four texts");
    refused("{\"IssuerSignTool\": [\"A\", \"\", \"C\", \"D\"]}", "IssuerSignTool[1]: it has 0");
    refused("{\"IssuerSignTool\": [\"A\", \"B\", \"C\", \"D\", \"E\"]}", "IssuerSignTool: four");
    refused("{\"CertificatePolicies\": \"KC9\"}", "CertificatePolicies[0]: \"KC9\"");
    refused("{\"KeyUsage\": \"digitalSignatur\"}", "did you mean \"digitalSignature\"");
    refused("{\"SubjectAltName\": \"nonsense\"}", "SubjectAltName: ");
    memset(long_tool, 'x', 201);
    long_tool[201] = 0;
    assert_true(asprintf(&json, "{\"SubjectSignTool\": \"%s\"}", long_tool) > 0);
    refused(json, "SubjectSignTool: it has 201 characters");
    free(json);
}

void test_subject(void **state)
{
    /* Each form gives the same name. */
    static const char *const forms[] = {
        "\"CN=Иванов \\\\+ Co, O=\\\"ООО \\\"\\\"Ромашка\\\"\\\", Москва\\\", C=RU\"",
        "\"/CN=Иванов \\\\2b Co/O=ООО \\\\\\\"Ромашка\\\\\\\", Москва/C=RU\"",
        "{\"ОбщееИмя\": \"Иванов + Co\", \"Организация\": \"ООО \\\"Ромашка\\\", Москва\", "
        "\"2.5.4.6\": \"RU\"}",
        "\"commonname = Иванов \\\\+ Co ;o=ООО \\\\\\\"Ромашка\\\\\\\"\\\\, Москва; "
        "OID.2.5.4.6=RU;\"",
    };
    csr_request first, r;
    char *json;

    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        assert_true(asprintf(&json, "{\"Subject\": %s}", forms[i]) > 0);
        good(i ? &r : &first, json);
        free(json);
        if (!i)
            continue;
        assert_int_equal(first.subject.len, r.subject.len);
        assert_memory_equal(first.subject.p, r.subject.p, r.subject.len);
        csr_request_free(&r);
    }
    csr_request_free(&first);

    /* The types: NumericString, IA5String, PrintableString. */
    good(&r, "{\"Subject\": \"ИНН=5001 0073 2259\"}");
    IS(&r.subject, "\x30\x1C\x31\x1A\x30\x18\x06\x08\x2A\x85\x03\x03\x81\x03\x01\x01\x12\x0C"
                   "500100732259");
    assert_int_equal(warnings, 0);
    csr_request_free(&r);
    good(&r, "{\"Subject\": \"E=a@b.ru\"}");
    IS(&r.subject, "\x30\x17\x31\x15\x30\x13\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x09\x01\x16\x06"
                   "a@b.ru");
    csr_request_free(&r);
    good(&r, "{\"Subject\": \"C=RU\"}");
    IS(&r.subject, "\x30\x0D\x31\x0B\x30\x09\x06\x03\x55\x04\x06\x13\x02RU");
    csr_request_free(&r);
    good(&r, "{\"Subject\": \"CN=a+OU=b\"}"); /* one RDN */
    IS(&r.subject, "\x30\x16\x31\x14\x30\x08\x06\x03\x55\x04\x03\x0C\x01"
                   "a\x30\x08\x06\x03\x55\x04\x0B\x0C\x01"
                   "b");
    csr_request_free(&r);
}

void test_subject_numbers(void **state)
{
    static const struct {
        const char *subject;
        int warnings;
    } rows[] = {
        /* The numbers of public bodies and examples of the tax service's own pages. */
        {"ИНН=500100732259", 0},     {"ИНН=500100732258", 1},       {"INN=007707083893", 0},
        {"ИННЮЛ=7707083893", 0},     {"INNLE=7707083894", 1},       {"ОГРН=1027700132195", 0},
        {"OGRN=1027700132196", 1},   {"ОГРНИП=304500116000157", 0}, {"ОГРНИП=304500116000158", 1},
        {"СНИЛС=112-233-445 95", 0}, {"SNILS=11223344596", 1},      {"СНИЛС=00100199800", 0},
        {"SNILS=08765430300", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        csr_request r;
        char *json;

        assert_true(asprintf(&json, "{\"Subject\": \"%s\"}", rows[i].subject) > 0);
        good(&r, json);
        if (warnings != rows[i].warnings)
            fail_msg("%s: %d warnings", rows[i].subject, warnings);
        csr_request_free(&r);
        free(json);
    }
    refused("{\"Subject\": \"ИНН=7707083893\"}",
            "Subject: ИНН has 12 digits, those of a person; the 10 digits of a company's, "
            "\"7707083893\", go to ИННЮЛ (INNLE)");
    refused("{\"Subject\": \"СНИЛС=1122334459x\"}", "Subject: СНИЛС has 11 digits");
    refused("{\"Subject\": \"C=Russia\"}", "Subject: \"Russia\"");
    refused("{\"Subject\": \"C=ru\"}", "Subject: \"ru\"");
    refused("{\"Subject\": \"E=почта@пример.рф\"}", "Subject: ");
    refused("{\"Subject\": \"CN=\"}", "Subject: \"CN\" has no value");
    refused("{\"Subject\": \"CN=a, b\"}", "Subject: at \"b\"");
    refused("{\"Subject\": \"CN=\\\"a\"}", "Subject: the value of \"CN\" is not well quoted");
    refused("{\"Subject\": \"CN=a\\\\\"}", "Subject: the value of \"CN\" is not well quoted");
    refused("{\"Subject\": \"ИННЮ=1\"}", "did you mean \"ИНН\"?");
    refused("{\"Subject\": \"X=1\"}",
            "not an attribute of a name such as CN, O, ИНН, nor an object");
    refused("{\"Subject\": \"Foo=1\"}",
            "not an attribute of a name such as CN, O, ИНН, nor an object");
    refused("{\"KeyUsage\": \"foo\"}",
            "\"foo\" is not known; there are: digitalSignature, nonRepudiation");
    refused("{\"CertPeriodUnits\": \"Fortnights\"}", "there are: ");
    refused("{\"Foo\": \"1\"}", "there is no parameter \"Foo\": gosttoken(1)");
    refused("{\"Subject\": {\"CN\": 7}}", "Subject.CN: a string");
    refused("{\"Subject\": {}}", "Subject: there is no name");
}

/* ---- JSON, options --------------------------------------------------------------------------- */

void test_json(void **state)
{
    (void)state;
    refused("{\"ExtensionData\": \"\"}",
            "JSON: there is no parameter \"ExtensionData\"; did you mean \"ExtensionsData\"?");
    refused("{\"Subject\": \"CN=a\", \"subject\": \"CN=b\"}", "Subject: it is there twice");
    refused("[]", "JSON: an object");
    refused("{", "JSON: this is not JSON");
    refused("{} x", "JSON: this is not JSON");
    refused("", "JSON: this is not JSON");
    refused("{\"GroupId\": \"a\\u0000b\"}", "JSON: it is not a JSON text");
    refused("{\"GroupId\": \"\xFF\"}", "JSON: it is not a JSON text");
}

/* Options are named after the parameters, and take the place of the file's fields. */
void test_options(void **state)
{
    const char *options[CSR_FIELD_COUNT] = {NULL};
    csr_request r = {0};
    cJSON *json = cJSON_Parse("{\"GroupId\": \"file\", \"CertPeriod\": \"1\", "
                              "\"CertPeriodUnits\": \"Years\", \"ExtensionsData\": null, "
                              "\"EkuString\": \"\"}");

    (void)state;
    for (size_t i = 0; i < CSR_FIELD_COUNT; i++) {
        char kebab[64];
        size_t n = 0;

        for (const char *p = csr_fields[i].name; *p; p++) {
            if (*p >= 'A' && *p <= 'Z' && n)
                kebab[n++] = '-';
            kebab[n++] = (char)(*p | 0x20);
        }
        kebab[n] = 0;
        assert_string_equal(csr_fields[i].option, kebab);
    }
    options[CSR_GROUP_ID] = "option";
    options[CSR_EXPIRATION_DATE] = "2030-01-01";
    options[CSR_IS_CLIENT] = "";
    if (!csr_read_fields(&r, json, options, &trouble) || !csr_complete(&r, 0, &trouble))
        fail_msg("%s", trouble.text);
    assert_string_equal(r.group, "option");
    assert_true(r.is_client);
    assert_int_equal(r.period, 0);
    csr_request_free(&r);
    cJSON_Delete(json);
}

/* What is built is a PKCS #10 request that holds the parts byte for byte, in DER. */
void test_build(void **state)
{
    static const uint8_t serial[16] = {0xFF};
    csr_public key = {0};
    csr_buf tbs = {0}, all = {0}, value = {0};
    csr_request r;

    (void)state;
    good(&r, "{\"Subject\": \"CN=a\", \"ExtensionsData\": [{\"Oid\": \"1.3.6.1.4.1.311.21.7\", "
             "\"Critical\": true, \"Value\": \"" TEMPLATE_VALUE "\"}], \"AttributesData\": "
             "[{\"Oid\": \"1.3.6.1.4.1.311.13.2.1\", \"Blobs\": [\"" EXPIRATION_VALUE "\"]}]}");
    csr_tlv(&key.spki, 0x30, "", 0);
    csr_tlv(&key.signature, 0x30, "", 0);
    assert_true(csr_build_tbs(&r, &key, serial, &tbs));
    csr_build_signed(&tbs, &key.signature, NULL, 0, &all);
    assert_true(csr_is_der(all.p, all.len));
    for (size_t i = 0; i < 2; i++) {
        const char *text = i ? TEMPLATE_VALUE : EXPIRATION_VALUE;

        assert_true(csr_base64(text, strlen(text), &value));
        assert_non_null(memmem(all.p, all.len, value.p, value.len));
        csr_buf_free(&value);
    }
    csr_buf_free(&tbs);
    csr_buf_free(&all);
    csr_public_free(&key);
    csr_request_free(&r);
}
