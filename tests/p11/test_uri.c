/* SPDX-License-Identifier: Apache-2.0 */
/* URIs: what is refused, in which words, and that no PIN comes out. */
#include "support.h"

#include <stdlib.h>

static const struct {
    const char *uri, *says;
} bad[] = {
    {"http://example.org", "pkcs11:"},
    {"", "pkcs11:"},
    {"pkcs11:tokn=work", "unknown attribute: tokn"},
    {"pkcs11:token=work;x-vendor=1", "unknown attribute: x-vendor"},
    {"pkcs11:token=work?pin-valeu=1234", "unknown attribute: pin-valeu"},
    {"pkcs11:token=a;token=b", "token stands twice"},
    {"pkcs11:?pin-value=1&pin-value=2", "pin-value stands twice"},
    {"pkcs11:token", "token has no value"},
    {"pkcs11:token=a;pin-value=secret77", "pin-value belongs after"},
    {"pkcs11:?token=a", "token belongs before"},
    {"pkcs11:type=key", "type has a value that is not understood"},
    {"pkcs11:object=a%zz", "object has a value that is not understood"},
    {"pkcs11:slot-id=one", "slot-id has a value that is not understood"},
    {"pkcs11:library-version=x", "library-version has a value"},
    {"pkcs11:token=123456789012345678901234567890123", "token has a value"},
    {"pkcs11:id=%0", "id has a value"},
    {"pkcs11:object=a\nb", "control character"},
    {"pkcs11:?pin-value=", "pin-value is empty"},
    {"pkcs11:?pin-value=secret77%0", "pin-value is empty, too long or not"},
    {"pkcs11:?pin-value=secret77%00x", "pin-value is empty, too long or not"},
    {"pkcs11:?pin-value=secret77&pin-source=file", "both pin-value and pin-source"},
    {"pkcs11:?pin-value=half1&secret77", "%26"},
    {"pkcs11:?pin-value=half1&secret77=x", "%26"},
};

/* A module that does not exist: a URI that is good gets as far as that. */
static gt_reason try_uri(const char *uri, gt_error *err)
{
    gt_p11 *p = client("/nonexistent/module.so", NULL, NULL);
    gt_object *o;

    o = gt_p11_find_one(p, uri, GT_ANY_CLASS, NULL, err);
    assert_null(o);
    gt_p11_free(p);
    return err->reason;
}

static void bad_ones(void **state)
{
    gt_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        try_uri(bad[i].uri, &err);
        assert_reason(err, GT_BAD_URI);
        assert_says(err, bad[i].says);
        if (strstr(err.text, "secret77") != NULL || strstr(err.text, "half1") != NULL)
            fail_msg("a PIN in: %s", err.text);
    }
}

static void good_ones(void **state)
{
    static const char *const good[] = {
        "pkcs11:",
        "PKCS11:token=a",
        "pkcs11:token=my token;object=with%20blank;",
        "pkcs11:token=a;manufacturer=b;model=c;serial=d;slot-id=1;slot-description=e;"
        "slot-manufacturer=f;library-description=g;library-manufacturer=h;library-version=1.2;"
        "object=i;id=%01;type=private?pin-source=file:/x&module-name=y&module-path=/z",
        "pkcs11:type=cert?pin-value=a%26b",
        "pkcs11:id=%00%ff",
    };
    gt_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (try_uri(good[i], &err) == GT_BAD_URI)
            fail_msg("%s: %s", good[i], err.text);
}

static const struct {
    const char *uri, *without;
} pins[] = {
    {"pkcs11:token=a?pin-value=1234", "pkcs11:token=a"},
    {"pkcs11:token=a?pin-value=1234&module-name=b", "pkcs11:token=a?module-name=b"},
    {"pkcs11:token=a?module-name=b&pin-value=1234", "pkcs11:token=a?module-name=b"},
    {"pkcs11:token=a?PIN-VALUE=1234", "pkcs11:token=a"},
    {"pkcs11:token=a?pin-value=12&34", "pkcs11:token=a"},
    {"pkcs11:token=a?pin-value=12;34", "pkcs11:token=a"},
    {"pkcs11:token=a;pin-value=1234;object=b", "pkcs11:token=a;object=b"},
    {"pkcs11:?pin-value=1234", "pkcs11:"},
    {"pkcs11:token=a?pin-source=file:/x", "pkcs11:token=a?pin-source=file:/x"},
    {"PKCS11:a", "PKCS11:a"},
    {"nothing", "nothing"},
    {"", ""},
};

static void without_pin(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++) {
        char *s = gt_uri_without_pin(pins[i].uri);

        assert_string_equal(s, pins[i].without);
        free(s);
    }
}

static void scheme(void **state)
{
    (void)state;
    assert_true(gt_is_uri("pkcs11:"));
    assert_true(gt_is_uri("PkCs11:x"));
    assert_false(gt_is_uri("pkcs11"));
    assert_false(gt_is_uri("file:pkcs11:"));
    assert_false(gt_is_uri(NULL));
}

static void result_names(void **state)
{
    gt_error err;

    (void)state;
    assert_string_equal(gt_rv_name(CKR_OK), "CKR_OK");
    assert_string_equal(gt_rv_name(CKR_PIN_INCORRECT), "CKR_PIN_INCORRECT");
    assert_string_equal(gt_rv_name(0x1B8), "CKR_PIN_TOO_WEAK");
    assert_string_equal(gt_rv_name(0x202), "CKR_OPERATION_CANCEL_FAILED");
    assert_string_equal(gt_rv_name(0x80000009), "CKR_CERT_CHAIN_NOT_VERIFIED");
    assert_string_equal(gt_rv_name(0x8000000B), "CKR_PIN_IN_HISTORY");
    assert_string_equal(gt_rv_name(0x80001234), "0x80001234");
    /* No control characters, no half of a UTF-8 character at the end of a long text. */
    assert_false(gt_fail(&err, GT_STORE, 5, "%s\x1b[1m%390s", "a", "\xD0\xB6\xD0\xB6\xD0\xB6"));
    assert_null(strchr(err.text, 0x1b));
    assert_int_equal(err.reason, GT_STORE);
    for (int n = 380; n < 400; n++) {
        (void)gt_fail(&err, GT_STORE, 5, "%*s\xE2\x82\xAC\xD0\xB6", n, "");
        size_t len = strlen(err.text);

        assert_true(len == 0 || (unsigned char)err.text[len - 1] == ' ' ||
                    memcmp(err.text + len - 2, "\xD0\xB6", 2) == 0 ||
                    memcmp(err.text + len - 3, "\xE2\x82\xAC", 3) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_ones), cmocka_unit_test(good_ones),    cmocka_unit_test(without_pin),
        cmocka_unit_test(scheme),   cmocka_unit_test(result_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
