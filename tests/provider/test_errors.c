/* SPDX-License-Identifier: Apache-2.0 */
/* Wrong and missing things: the error queue names the cause, and never a PIN. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY "pkcs11:token=" FX_LABEL ";object=alice;type=private"

static void expect_no_key(const char *uri, const char *pin, const char *reason, const char *data)
{
    assert_null(fx_private(uri, pin));
    assert_int_equal(fx_error(reason, data), 1);
}

static void no_token(void **state)
{
    (void)state;
    expect_no_key("pkcs11:token=nowhere;object=alice;type=private", FX_PIN, "no such token",
                  "nowhere");
}

static void no_object(void **state)
{
    (void)state;
    expect_no_key("pkcs11:token=" FX_LABEL ";object=nobody;type=private", FX_PIN, "no such object",
                  "nobody");
    assert_null(fx_public("pkcs11:token=" FX_LABEL ";object=nobody"));
    assert_int_equal(fx_error("no such object", "nobody"), 1);
    assert_null(fx_cert("pkcs11:token=" FX_LABEL ";object=alice"));
    assert_int_equal(fx_error("no such object", "alice"), 1);
}

static void wrong_type(void **state)
{
    (void)state;
    expect_no_key("pkcs11:token=" FX_LABEL ";object=alice;type=cert", FX_PIN, "bad pkcs11 uri",
                  "a private key");
    assert_null(fx_cert(KEY));
    assert_int_equal(fx_error("bad pkcs11 uri", "a certificate"), 1);
}

static void bad_uri(void **state)
{
    (void)state;
    expect_no_key("pkcs11:tokan=" FX_LABEL ";object=alice", FX_PIN, "bad pkcs11 uri", "tokan");
    expect_no_key("pkcs11:object=%zz", FX_PIN, "bad pkcs11 uri", "");
    expect_no_key("pkcs11:object=a;object=b", FX_PIN, "bad pkcs11 uri", "object");
    /* A PIN in a URI that is wrong elsewhere is not repeated. */
    assert_null(fx_private("pkcs11:tokan=x?pin-value=do-not-tell", NULL));
    {
        const char *data;
        int flags;

        while (ERR_get_error_all(NULL, NULL, NULL, &data, &flags) != 0)
            assert_null(strstr(data, "do-not-tell"));
    }
}

static void two_match(void **state)
{
    (void)state;
    expect_no_key("pkcs11:token=" FX_LABEL ";object=twins;type=private", FX_PIN,
                  "more than one object matches", "a private key");
    assert_null(fx_public("pkcs11:token=" FX_LABEL ";object=twins"));
    assert_int_equal(fx_error("more than one object matches", "a public key"), 1);
}

static void no_pin(void **state)
{
    (void)state;
    expect_no_key(KEY, NULL, "pin needed", FX_LABEL);
}

static void wrong_pin(void **state)
{
    EVP_PKEY *key;

    (void)state;
    expect_no_key(KEY, "wrong-pin", "wrong pin", "9 tries");
    expect_no_key(KEY "?pin-value=wrong-too", NULL, "wrong pin", "8 tries");
    key = fx_private(KEY, FX_PIN);
    assert_non_null(key);
    EVP_PKEY_free(key);
}

static void locked_pin(void **state)
{
    char pin[32], uri[128];
    int i;

    (void)state;
    for (i = 0; i < 20; i++) {
        const char *reason = NULL;
        unsigned long code;

        snprintf(pin, sizeof(pin), "wrong-%d", i);
        assert_null(fx_private("pkcs11:token=other;object=carol;type=private", pin));
        code = ERR_peek_last_error();
        reason = ERR_reason_error_string(code);
        assert_non_null(reason);
        if (strcmp(reason, "pin locked") == 0)
            break;
        assert_string_equal(reason, "wrong pin");
        /* Without a person to ask, the last try is not used up. */
        snprintf(uri, sizeof(uri),
                 "pkcs11:token=other;object=carol;type=private?pin-value=also-wrong");
        if (i == 8) {
            assert_null(fx_private(uri, NULL));
            assert_int_equal(fx_error("pin needed", "last try"), 1);
        }
    }
    assert_in_range(i, 9, 10);
    expect_no_key("pkcs11:token=other;object=carol;type=private", FX_PIN, "pin locked", "other");
}

/* The key is there, but what it hangs on goes away while it is held. */
static void deleted_meanwhile(void **state)
{
    EVP_PKEY *key = fx_private("pkcs11:token=" FX_LABEL ";object=alice;type=private", FX_PIN);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char sig[64];
    size_t len = sizeof(sig);
    char command[256];

    (void)state;
    assert_non_null(key);
    snprintf(command, sizeof(command), "rm -rf '%s'", fx_path("tokens"));
    assert_int_equal(system(command), 0);
    assert_int_equal(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key), 1);
    if (EVP_DigestSign(ctx, sig, &len, (const unsigned char *)"x", 1) != 1)
        assert_int_not_equal(ERR_peek_error(), 0);
    ERR_clear_error();
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    expect_no_key(KEY, FX_PIN, "no such token", FX_LABEL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_pin),
        cmocka_unit_test(wrong_pin),
        cmocka_unit_test(no_token),
        cmocka_unit_test(no_object),
        cmocka_unit_test(wrong_type),
        cmocka_unit_test(bad_uri),
        cmocka_unit_test(two_match),
        cmocka_unit_test(locked_pin),
        cmocka_unit_test(deleted_meanwhile),
    };
    int failed;

    fx_start("");
    fx_make_token(FX_LABEL, FX_PIN);
    fx_make_key(FX_LABEL, FX_PIN, "alice", 1, 256, "1.2.643.7.1.2.1.1.1");
    fx_make_key(FX_LABEL, FX_PIN, "twins", 2, 256, "1.2.643.7.1.2.1.1.2");
    fx_make_key(FX_LABEL, FX_PIN, "twins", 3, 256, "1.2.643.7.1.2.1.1.2");
    fx_make_token("other", FX_PIN);
    fx_make_key("other", FX_PIN, "carol", 1, 256, "1.2.643.7.1.2.1.1.1");
    failed = cmocka_run_group_tests_name("provider-errors", tests, NULL, NULL);
    fx_end();
    return failed;
}
