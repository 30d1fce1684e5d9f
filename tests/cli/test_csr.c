/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parameters of certificate requests, without a token. Each parameter of CryptoPro's document
 * has a test of its name here, which the last test checks; the document's examples are vectors.
 */
#include "csr_test.h"

/* ---- the document ---------------------------------------------------------------------------- */

static const char *const document[] = {
    "RequestType",     "ActiveCertPin",   "ActiveCertId",   "EkuString",
    "TemplateOid",     "GroupId",         "StartDate",      "ExpirationDate",
    "ExtensionsData",  "IsClient",        "SelfSigned",     "CertPeriod",
    "CertPeriodUnits", "NamedValuesData", "AttributesData", "ExtensionsConfig",
};

static const char extensions_json[] =
    "[\n    {\n        \"OID\":\"1.3.6.1.4.1.311.21.7\",\n        \"Critical\":true,\n"
    "        \"Value\":\"" TEMPLATE_VALUE "\"\n    },\n    {  \n"
    "        \"OID\":\"1.3.6.1.4.1.311.21.7\",\n        \"Critical\":true,\n"
    "        \"Value\":\"" TEMPLATE_VALUE "\"\n    }\n]";
static const char named_json[] =
    "[\n    {\n        \"Name\":\"CpRaCertPeriod\",\n        \"Value\":\"12\"\n    },\n    {  \n"
    "        \"Name\":\"CpRaCertPeriodUnits\",\n        \"Value\":\"Months\"\n    }\n]";
static const char attributes_json[] =
    "[\n    {\n        \"Oid\":\"1.3.6.1.4.1.311.13.2.1\",\n        \"Blobs\":[\"" EXPIRATION_VALUE
    "\"]\n    },\n    {\n        \"Oid\":\"1.3.6.1.4.1.311.2.1.14\",\n"
    "        \"Blobs\":[\"" EXTENSIONS_VALUE "\"]\n    }\n]";

/* ---- a test a parameter ---------------------------------------------------------------------- */

static void test_request_type(void **state)
{
    csr_request r;

    (void)state;
    good(&r, "{\"RequestType\": \"First\"}");
    assert_false(r.renew);
    csr_request_free(&r);
    good(&r, "{\"RequestType\": \"Renew\", \"ActiveCertId\": \"old\"}");
    assert_true(r.renew);
    csr_request_free(&r);
    refused("{\"RequestType\": \"Second\"}", "RequestType: \"Second\"");
    refused("{\"RequestType\": 1}", "RequestType: a string");
    refused("{\"RequestType\": \"Renew\"}", "ActiveCertId: ");
    refused("{\"RequestType\": \"Renew\", \"ActiveCertId\": \"x\", \"SelfSigned\": true}",
            "RequestType: ");
    refused("{\"RequestType\": \"Renew\", \"ActiveCertId\": \"x\", \"IsClient\": true}",
            "RequestType: ");
}

static void test_active_cert_id(void **state)
{
    csr_request r;

    (void)state;
    good(&r, "{\"RequestType\": \"renew\", \"ActiveCertId\": \"0a1b\"}");
    assert_string_equal(r.active_id, "0a1b");
    csr_request_free(&r);
    refused("{\"ActiveCertId\": \"0a1b\"}", "ActiveCertId: it is only for");
}

static void test_active_cert_pin(void **state)
{
    const char *options[CSR_FIELD_COUNT] = {NULL};
    csr_request r;

    (void)state;
    good(&r, "{\"RequestType\": \"Renew\", \"ActiveCertId\": \"x\", \"ActiveCertPin\": \"1234\"}");
    assert_string_equal(r.active_pin, "1234");
    csr_request_free(&r);
    refused("{\"ActiveCertPin\": \"1234\"}", "ActiveCertPin: it is only for");
    /* On the command line it is a source, and a PIN is refused without being repeated. */
    memset(&r, 0, sizeof(r));
    options[CSR_ACTIVE_CERT_PIN] = "file:pin";
    assert_true(csr_read_fields(&r, NULL, options, &trouble));
    assert_string_equal(r.active_pin_source, "file:pin");
    csr_request_free(&r);
    options[CSR_ACTIVE_CERT_PIN] = "Kd83jqPIN";
    assert_false(csr_read_fields(&r, NULL, options, &trouble));
    assert_non_null(strstr(trouble.text, "ActiveCertPin: "));
    assert_null(strstr(trouble.text, "Kd83jqPIN"));
    csr_request_free(&r);
}

static void test_eku_string(void **state)
{
    csr_request r;

    (void)state;
    good(&r, "{\"EkuString\": \"1.3.6.1.5.5.7.3.2, emailProtection;1.2.643.2.2.34.6\"}");
    IS(&extension(&r, "2.5.29.37")->value,
       "\x30\x1D\x06\x08\x2B\x06\x01\x05\x05\x07\x03\x02\x06\x08\x2B\x06\x01\x05\x05\x07\x03\x04"
       "\x06\x07\x2A\x85\x03\x02\x02\x22\x06");
    assert_false(extension(&r, "2.5.29.37")->critical);
    csr_request_free(&r);
    refused("{\"EkuString\": \"1.2.3,9.9\"}", "EkuString[1]: \"9.9\"");
    refused("{\"EkuString\": \"1.2.3,,1.2\"}", "EkuString[1]: it is empty");
    refused("{\"EkuString\": \"clientAut\"}", "EkuString[0]: \"clientAut\" is not known; did you "
                                              "mean \"clientAuth\"");
}

static void test_template_oid(void **state)
{
    csr_request r;

    (void)state;
    /* As the extension in the document's AttributesData has it. */
    good(&r, "{\"TemplateOid\": \"1.2.643.2.2.46.0.3\"}");
    is_value(&extension(&r, "1.3.6.1.4.1.311.21.7")->value, "MBAGCCqFAwICLgADAgEBAgEA");
    csr_request_free(&r);
    good(&r, "{\"TemplateOid\": \"1.2.643.2.2.46.0.3:200:70000,User\"}");
    IS(&extension(&r, "1.3.6.1.4.1.311.21.7")->value,
       "\x30\x13\x06\x08\x2A\x85\x03\x02\x02\x2E\x00\x03\x02\x02\x00\xC8\x02\x03\x01\x11\x70");
    IS(&extension(&r, "1.3.6.1.4.1.311.20.2")->value, "\x1E\x08\x00U\x00s\x00"
                                                      "e\x00r");
    csr_request_free(&r);
    refused("{\"TemplateOid\": \"1.2.643.\"}", "TemplateOid: \"1.2.643.\"");
    refused("{\"TemplateOid\": \"1.2.643:x\"}", "TemplateOid: ");
    refused("{\"TemplateOid\": \"1.2.643:1:4294967296\"}", "TemplateOid: ");
    refused("{\"TemplateOid\": \"1.2.3,1.2.4\"}", "TemplateOid: TemplateOid gives the extension");
}

static void test_group_id(void **state)
{
    csr_request r;

    (void)state;
    good(&r, "{\"GroupId\": \"work\"}");
    assert_string_equal(r.group, "work");
    csr_request_free(&r);
    refused("{\"GroupId\": 7}", "GroupId: a string");
}

static void test_start_date(void **state)
{
    csr_request r;

    (void)state;
    good(&r, "{\"StartDate\": \"2025-03-28T00:55:01+03:00\"}");
    assert_int_equal(r.start.utc, 1743112501);
    assert_int_equal(r.n_named, 1);
    assert_string_equal(r.named[0].name, "CpRaStartDate");
    assert_string_equal(r.named[0].value, "20250328005501+03:00");
    csr_request_free(&r);
    good(&r, "{\"SelfSigned\": true, \"StartDate\": \"28.03.2025\"}");
    assert_int_equal(r.start.utc, 1743120000);
    assert_int_equal(r.end.utc, 1743120000 + 365 * 86400); /* a year if nothing is said */
    csr_request_free(&r);
    refused("{\"StartDate\": \"2025-02-29\"}", "StartDate: \"2025-02-29\" is not a date");
    refused("{\"StartDate\": \"tomorrow\"}", "StartDate: ");
    refused("{\"StartDate\": \"2025-03-28T24:00:00\"}", "StartDate: ");
    refused("{\"StartDate\": \"2025-03-28 +99:00\"}", "StartDate: ");
    refused("{\"StartDate\": \"1949-12-31\"}", "StartDate: ");
    refused("{\"StartDate\": \"2025-03-28x\"}", "StartDate: ");
}

static void test_expiration_date(void **state)
{
    csr_request r;

    (void)state;
    /* The document's blob of this very date, byte for byte. */
    good(&r, "{\"ExpirationDate\": \"2025-03-28T00:55:01+03:00\"}");
    assert_int_equal(r.n_attrs, 1);
    assert_int_equal(r.attrs[0].n, 1);
    is_value(&r.attrs[0].blobs[0], EXPIRATION_VALUE);
    csr_request_free(&r);
    good(&r, "{\"ExpirationDate\": \"20250328005501+03:00\"}"); /* in the authority's own form */
    is_value(&r.attrs[0].blobs[0], EXPIRATION_VALUE);
    csr_request_free(&r);
    refused("{\"StartDate\": \"2025-03-28\", \"ExpirationDate\": \"2025-03-28\"}",
            "ExpirationDate: it is not after");
    refused("{\"SelfSigned\": true, \"ExpirationDate\": \"2001-01-01\"}",
            "ExpirationDate: the validity ends before");
}

static void test_extensions_data(void **state)
{
    char *json = field("ExtensionsData", extensions_json), *coded;
    const csr_ext *e;
    csr_request r;

    (void)state;
    good(&r, json); /* the example has the same extension twice */
    free(json);
    assert_int_equal(r.n_exts, 1);
    assert_int_equal(warnings, 1);
    e = extension(&r, "1.3.6.1.4.1.311.21.7");
    assert_true(e->critical);
    is_value(&e->value, TEMPLATE_VALUE);
    csr_request_free(&r);

    /* The example of the encoded value, of which the document shows the beginning. */
    coded = base64("[{\"Oid\":\"1.2.643.100.114\",\"Value\":\"AgEA\",\"Critical\":false}]");
    assert_int_equal(strncmp(coded, "W3siT2lkIjoiMS4yLjY0My4xMDAuMTE0IiwiVmFsdWUiOiJBZ0VB", 52), 0);
    assert_true(asprintf(&json, "{\"extensionsdata\": \"%.20s\\n%s\"}", coded, coded + 20) > 0);
    good(&r, json);
    is_value(&extension(&r, "1.2.643.100.114")->value, "AgEA");
    assert_false(extension(&r, "1.2.643.100.114")->critical);
    csr_request_free(&r);
    free(json);
    free(coded);

    /* The list as it is. */
    good(&r, "{\"ExtensionsData\": [{\"Oid\": \"1.2.3\", \"Value\": \"BQA=\", \"Critical\": "
             "\"true\"}]}");
    assert_true(extension(&r, "1.2.3")->critical);
    csr_request_free(&r);

#define BAD(list, text) refused_data("ExtensionsData", list, text)
    refused("{\"ExtensionsData\": \"W3s!\"}", "ExtensionsData: this is not Base64");
    refused("{\"ExtensionsData\": \"W3s\"}", "ExtensionsData: this is not Base64");
    refused("{\"ExtensionsData\": true}", "ExtensionsData: a string");
    BAD("[{\"Oid\":", "ExtensionsData: this is not JSON");
    BAD("{}", "ExtensionsData: the JSON is no list");
    BAD("[]", "ExtensionsData: the list is empty");
    BAD("[7]", "ExtensionsData[0]: an object");
    BAD("[{\"Oid\":\"1.2.3\",\"Value\":\"BQA=\"}]", "ExtensionsData[0]: \"Critical\" is missing");
    BAD("[{\"Oid\":\"1.2.3\",\"Vallue\":\"BQA=\"}]",
        "ExtensionsData[0]: \"Vallue\" is not known; did you mean \"Value\"");
    BAD("[{\"Foo\":\"1.2.3\"}]",
        "ExtensionsData[0]: \"Foo\" is not known; there are: Oid, Value, Critical");
    BAD("[{\"Oid\":\"2.5.29.15\",\"Value\":\"AgEA\",\"Critical\":true}]",
        "ExtensionsData[0].Value: the value is not one of the extension 2.5.29.15 (X509v3 Key "
        "Usage)");
    BAD("[{\"Oid\":\"2.5.29.17\",\"Value\":\"BAA=\",\"Critical\":false}]",
        "ExtensionsData[0].Value: the value is not one of the extension 2.5.29.17");
    BAD("[{\"Oid\":\"1.2.3\",\"OID\":\"1.2.3\"}]", "ExtensionsData[0]: \"OID\" is there twice");
#define OK_ITEM "{\"Oid\":\"1.2.3\",\"Value\":\"BQA=\",\"Critical\":false}"
    BAD("[" OK_ITEM ",{\"Oid\":\"1.2.03\",\"Value\":\"BQA=\",\"Critical\":false}]",
        "ExtensionsData[1].Oid: \"1.2.03\"");
    BAD("[" OK_ITEM ",{\"Oid\":\"1.2.4\",\"Value\":\"BQ\",\"Critical\":false}]",
        "ExtensionsData[1].Value: \"BQ\" is not Base64");
    BAD("[" OK_ITEM ",{\"Oid\":\"1.2.4\",\"Value\":\"BQE=\",\"Critical\":false}]",
        "ExtensionsData[1].Value: the Base64 does not hold one value in DER");
    BAD("[" OK_ITEM ",{\"Oid\":\"1.2.4\",\"Value\":\"\",\"Critical\":false}]",
        "ExtensionsData[1].Value: ");
    BAD("[{\"Oid\":\"1.2.3\",\"Value\":\"BQA=\",\"Critical\":\"maybe\"}]",
        "ExtensionsData[0].Critical: ");
    BAD("[" OK_ITEM ",{\"Oid\":\"1.2.3\",\"Value\":\"AgEA\",\"Critical\":false}]",
        "ExtensionsData[1]: ExtensionsData[0] gives the extension 1.2.3 another value");
#undef BAD
}

static void test_extensions_config(void **state)
{
    csr_request r;

    (void)state;
    file_text = "\xEF\xBB\xBFOID='1.3.6.1.4.1.311.21.7' Critical='true' Value='" TEMPLATE_VALUE
                "'\r\n\n# a remark\nOID='1.2.643.100.114' Critical='false' Value='AgEA'\n";
    good(&r, "{\"ExtensionsConfig\": \"file\"}");
    assert_int_equal(r.n_exts, 2);
    is_value(&extension(&r, "1.3.6.1.4.1.311.21.7")->value, TEMPLATE_VALUE);
    assert_true(extension(&r, "1.3.6.1.4.1.311.21.7")->critical);
    assert_false(extension(&r, "1.2.643.100.114")->critical);
    csr_request_free(&r);
#define BAD(lines, text)                                                                           \
    do {                                                                                           \
        file_text = lines;                                                                         \
        refused("{\"ExtensionsConfig\": \"file\"}", text);                                         \
    } while (0)
    BAD("", "ExtensionsConfig: there is no extension");
    BAD("OID='1.2.3' Critical='true'", "ExtensionsConfig:1: a line has the form");
    BAD("\nOID='1.2.3' Critical='true' Value=AgEA", "ExtensionsConfig:2: a line has the form");
    BAD("OID='1.2.3' OID='1.2.3' Value='AgEA'", "ExtensionsConfig:1: a line has the form");
    BAD("OID='1.2.3 Critical='true' Value='AgEA'", "ExtensionsConfig:1: a line has the form");
    BAD("OID='1..3' Critical='true' Value='AgEA'", "ExtensionsConfig:1: \"1..3\"");
    BAD("OID='1.2.3' Critical='1' Value='AgEA'", "ExtensionsConfig:1: \"1\" is neither");
    BAD("OID='2.5.29.15' Critical='true' Value='AgEA'",
        "ExtensionsConfig:1: the value is not one of the extension 2.5.29.15");
    BAD("OID='1.2.3' Critical='true' Value='AgE'", "ExtensionsConfig:1: \"AgE\" is not Base64");
    BAD("...", "ExtensionsConfig:1: ");
#undef BAD
}

static void test_is_client(void **state)
{
    csr_request r;

    (void)state;
    good(&r, "{\"IsClient\": \"true\"}");
    assert_true(r.is_client);
    csr_request_free(&r);
    good(&r, "{\"IsClient\": \"False\"}");
    assert_false(r.is_client);
    csr_request_free(&r);
    refused("{\"IsClient\": \"yes\"}", "IsClient: \"yes\" is neither");
    refused("{\"IsClient\": true, \"SelfSigned\": true}", "SelfSigned: ");
}

static void test_self_signed(void **state)
{
    csr_request r;

    (void)state;
    good(&r, "{\"SelfSigned\": \"true\"}");
    assert_true(r.self_signed);
    assert_int_equal(r.start.utc, 1700000000);
    csr_request_free(&r);
    refused("{\"SelfSigned\": 1}", "SelfSigned: ");
    refused("{\"SelfSigned\": true, \"NamedValuesData\": [{\"Name\": \"a\", \"Value\": \"b\"}]}",
            "NamedValuesData: a certificate has no place");
    refused("{\"SelfSigned\": true, \"AttributesData\": [{\"Oid\": \"1.2.3\", \"Blobs\": "
            "[\"BQA=\"]}]}",
            "AttributesData: a certificate has no place");
}

static void test_cert_period(void **state)
{
    csr_request r;

    (void)state;
    good(&r, "{\"CertPeriod\": \"12\", \"CertPeriodUnits\": \"Months\"}");
    assert_int_equal(r.n_named, 2); /* the same as the document's NamedValuesData */
    assert_string_equal(r.named[0].name, "CpRaCertPeriod");
    assert_string_equal(r.named[0].value, "12");
    assert_string_equal(r.named[1].name, "CpRaCertPeriodUnits");
    assert_string_equal(r.named[1].value, "Months");
    csr_request_free(&r);
    good(&r, "{\"CertPeriod\": 12, \"CertPeriodUnits\": \"months\"}");
    assert_string_equal(r.named[1].value, "Months");
    csr_request_free(&r);
    refused("{\"CertPeriod\": \"12\"}", "CertPeriodUnits: ");
    refused("{\"CertPeriod\": \"0\", \"CertPeriodUnits\": \"Days\"}", "CertPeriod: \"0\"");
    refused("{\"CertPeriod\": \"-1\", \"CertPeriodUnits\": \"Days\"}", "CertPeriod: \"-1\"");
    refused("{\"CertPeriod\": 1.5, \"CertPeriodUnits\": \"Days\"}", "CertPeriod: ");
    refused("{\"CertPeriod\": \"1000000000000\", \"CertPeriodUnits\": \"Days\"}", "CertPeriod: ");
    refused("{\"CertPeriod\": 9000, \"CertPeriodUnits\": \"Years\", \"SelfSigned\": true}",
            "CertPeriod: the validity would end after");
    refused("{\"CertPeriod\": 1, \"CertPeriodUnits\": \"Years\", \"ExpirationDate\": "
            "\"2030-01-01\"}",
            "CertPeriod: ExpirationDate");
    refused("{\"CertPeriod\": 1, \"CertPeriodUnits\": \"Years\", \"NamedValuesData\": [{\"Name\": "
            "\"CpRaCertPeriod\", \"Value\": \"12\"}]}",
            "CertPeriod: the named value \"CpRaCertPeriod\" is given twice");
}

static void test_cert_period_units(void **state)
{
    static const struct {
        const char *unit, *n, *start;
        time_t end;
    } rows[] = {
        {"Years", "4", "2024-02-29", 1835395200},  {"Years", "1", "2024-02-29", 1740700800},
        {"Months", "1", "2025-01-31", 1740700800}, {"Months", "11", "2024-02-29", 1738108800},
        {"Weeks", "2", "2025-01-01", 1736899200},  {"Days", "31", "2025-01-01", 1738368000},
        {"Hours", "25", "2025-01-01", 1735779600}, {"Minutes", "1", "2025-01-01", 1735689660},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        csr_request r;
        char *json;

        assert_true(asprintf(&json,
                             "{\"SelfSigned\": true, \"StartDate\": \"%s\", \"CertPeriod\": \"%s\","
                             " \"CertPeriodUnits\": \"%s\"}",
                             rows[i].start, rows[i].n, rows[i].unit) > 0);
        good(&r, json);
        if (r.end.utc != rows[i].end)
            fail_msg("%s: %lld", json, (long long)r.end.utc);
        csr_request_free(&r);
        free(json);
    }
    refused("{\"CertPeriodUnits\": \"Monts\", \"CertPeriod\": 1}",
            "CertPeriodUnits: \"Monts\" is not known; did you mean \"Months\"");
    refused("{\"CertPeriodUnits\": \"Months\"}", "CertPeriod: ");
}

static void test_named_values_data(void **state)
{
    char *json = field("NamedValuesData", named_json), *coded = base64(named_json);
    csr_request r;

    (void)state;
    assert_int_equal(strncmp(coded, "WwogICAgewogICAgICAgICJOYW1lIjoiQ3BSYUNlcn", 42), 0);
    good(&r, json);
    free(coded);
    free(json);
    assert_int_equal(r.n_attrs, 1);
    IS(&r.attrs[0].oid, "\x06\x0A\x2B\x06\x01\x04\x01\x82\x37\x0D\x02\x01");
    assert_int_equal(r.attrs[0].n, 2);
    IS(&r.attrs[0].blobs[0], "\x30\x24\x1E\x1C\x00"
                             "C\x00p\x00R\x00"
                             "a\x00"
                             "C\x00"
                             "e\x00r\x00t\x00P\x00"
                             "e\x00r\x00i\x00o\x00"
                             "d\x1E\x04\x00"
                             "1\x00"
                             "2");
    csr_request_free(&r);
    refused("{\"NamedValuesData\": \"####\"}", "NamedValuesData: this is not Base64");
    refused_data("NamedValuesData", "[{\"Name\":\"a\"}]",
                 "NamedValuesData[0]: \"Value\" is missing");
    refused_data("NamedValuesData", "[{\"Name\":\"\",\"Value\":\"x\"}]",
                 "NamedValuesData[0].Name: it is empty");
    refused_data("NamedValuesData", "[{\"Name\":\"a\",\"Value\":7}]",
                 "NamedValuesData[0].Value: a string");
    refused_data("NamedValuesData", "[{\"Name\":\"a\",\"Value\":\"\xF0\x9F\x98\x80\"}]",
                 "NamedValuesData[0].Value: ");
    refused_data("NamedValuesData",
                 "[{\"Name\":\"a\",\"Value\":\"x\"},{\"Name\":\"A\",\"Value\":\"y\"}]",
                 "NamedValuesData[1]: the named value \"A\" is given twice");
}

static void test_attributes_data(void **state)
{
    char *json = field("AttributesData", attributes_json), *coded = base64(attributes_json);
    csr_request r;

    (void)state;
    assert_int_equal(strncmp(coded, "WwogICAgewogICAgICAgICJPaWQiOiIxLjMuNi4x", 40), 0);
    good(&r, json);
    free(coded);
    free(json);
    assert_int_equal(r.n_attrs, 2);
    IS(&r.attrs[0].oid, "\x06\x0A\x2B\x06\x01\x04\x01\x82\x37\x0D\x02\x01");
    is_value(&r.attrs[0].blobs[0], EXPIRATION_VALUE);
    IS(&r.attrs[1].oid, "\x06\x0A\x2B\x06\x01\x04\x01\x82\x37\x02\x01\x0E");
    is_value(&r.attrs[1].blobs[0], EXTENSIONS_VALUE);
    assert_true(csr_has_own_extensions(&r));
    csr_request_free(&r);
#define BAD(list, text) refused_data("AttributesData", list, text)
    BAD("[{\"Oid\":\"1.2.3\",\"Blobs\":[]}]", "AttributesData[0].Blobs: a list");
    BAD("[{\"Oid\":\"1.2.3\",\"Blobs\":\"BQA=\"}]", "AttributesData[0].Blobs: a list");
    BAD("[{\"Oid\":\"1.2.3\",\"Blobs\":[\"BQA=\",\"BQB=\"]}]",
        "AttributesData[0].Blobs[1]: \"BQB=\" is not Base64");
    BAD("[{\"Oid\":\"1.2.3\",\"Blobs\":[\"AgA=\",\"MAA=\",\"BQ==\"]}]",
        "AttributesData[0].Blobs[2]");
    BAD("[{\"Oid\":\"1.2.3\",\"Blobs\":[\"BQA=\"]},{\"Oid\":\"x\",\"Blobs\":[\"BQA=\"]}]",
        "AttributesData[1].Oid: \"x\"");
#undef BAD
    refused("{\"KeyUsage\": \"keyAgreement\", \"AttributesData\": [{\"Oid\": "
            "\"1.2.840.113549.1.9.14\", \"Blobs\": [\"MA0wCwYDVR0PBAQDAgTw\"]}]}",
            "AttributesData: it holds the request's extensions");
    /* What stands in the attribute of the extensions must be extensions. */
#define OWN(oid, blobs) "{\"AttributesData\": [{\"Oid\": \"" oid "\", \"Blobs\": [" blobs "]}]}"
    refused(OWN("1.2.840.113549.1.9.14", "\"AgEA\""),
            "AttributesData[0].Blobs[0]: the attribute 1.2.840.113549.1.9.14 holds the request's");
    refused(OWN("1.3.6.1.4.1.311.2.1.14", "\"MAMCAQA=\""),
            "AttributesData[0].Blobs[0]: the attribute");
    refused(OWN("1.2.840.113549.1.9.14", "\"MAA=\""),
            "AttributesData[0].Blobs[0]: there is no extension");
    refused(
        OWN("1.2.840.113549.1.9.14", "\"MA0wCwYDVR0PBAQCAgTw\""),
        "AttributesData[0].Blobs[0]: the value is not one of the extension 2.5.29.15 (X509v3 Key");
    refused(OWN("1.2.840.113549.1.9.14", "\"MA0wCwYDVR0PBAQDAgTw\", \"MA0wCwYDVR0PBAQDAgSA\""),
            "AttributesData: it holds several lists");
    good(&r, OWN("1.2.840.113549.1.9.14", "\"MA0wCwYDVR0PBAQDAgTw\""));
    csr_request_free(&r);
    good(&r, OWN("1.2.3", "\"AgEA\""));
    csr_request_free(&r);
#undef OWN
}

/* ---- the list -------------------------------------------------------------------------------- */

static void test_every_parameter(void **state);

#define FIELD(name, test)                                                                          \
    {                                                                                              \
        name, test, NULL, NULL, NULL                                                               \
    }
static const struct CMUnitTest tests[] = {
    FIELD("RequestType", test_request_type),
    FIELD("ActiveCertPin", test_active_cert_pin),
    FIELD("ActiveCertId", test_active_cert_id),
    FIELD("EkuString", test_eku_string),
    FIELD("TemplateOid", test_template_oid),
    FIELD("GroupId", test_group_id),
    FIELD("StartDate", test_start_date),
    FIELD("ExpirationDate", test_expiration_date),
    FIELD("ExtensionsData", test_extensions_data),
    FIELD("ExtensionsConfig", test_extensions_config),
    FIELD("IsClient", test_is_client),
    FIELD("SelfSigned", test_self_signed),
    FIELD("CertPeriod", test_cert_period),
    FIELD("CertPeriodUnits", test_cert_period_units),
    FIELD("NamedValuesData", test_named_values_data),
    FIELD("AttributesData", test_attributes_data),
    FIELD("IdentificationKind", test_identification_kind),
    FIELD("named extensions", test_named_extensions),
    FIELD("Subject", test_subject),
    FIELD("numbers in Subject", test_subject_numbers),
    FIELD("JSON", test_json),
    FIELD("options", test_options),
    FIELD("encoding", test_build),
    FIELD("every parameter of the document", test_every_parameter),
};

static int has_test(const char *name)
{
    for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)
        if (strcmp(tests[i].name, name) == 0)
            return 1;
    return 0;
}

static void test_every_parameter(void **state)
{
    size_t n = 0;

    (void)state;
    for (size_t k = 0; k < sizeof(document) / sizeof(*document); k++) {
        size_t i = 0;

        while (i < CSR_FIELD_COUNT && strcmp(csr_fields[i].name, document[k]) != 0)
            i++;
        if (i == CSR_FIELD_COUNT || csr_fields[i].whose != CSR_DOCUMENT)
            fail_msg("%s is no parameter", document[k]);
        if (!has_test(document[k]))
            fail_msg("%s has no test", document[k]);
    }
    for (size_t i = 0; i < CSR_FIELD_COUNT; i++)
        n += csr_fields[i].whose == CSR_DOCUMENT;
    assert_int_equal(n, sizeof(document) / sizeof(*document));
}

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
