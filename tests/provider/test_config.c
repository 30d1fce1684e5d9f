/* SPDX-License-Identifier: Apache-2.0 */
/* The provider's section of openssl.cnf, each configuration in a library context of its own. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

#define KEY "pkcs11:token=" FX_LABEL ";object=alice;type=private"

static OSSL_LIB_CTX *context(const char *lines)
{
    OSSL_LIB_CTX *ctx = OSSL_LIB_CTX_new();

    fx_write_conf("this.cnf", lines, 0);
    assert_non_null(ctx);
    assert_int_equal(OSSL_LIB_CTX_load_config(ctx, fx_path("this.cnf")), 1);
    return ctx;
}

/* The key, with nobody to ask for a PIN. */
static EVP_PKEY *load_in(OSSL_LIB_CTX *ctx, const char *uri, int type)
{
    OSSL_STORE_CTX *store = OSSL_STORE_open_ex(uri, ctx, NULL, NULL, NULL, NULL, NULL, NULL);
    OSSL_STORE_INFO *info = NULL;
    EVP_PKEY *key = NULL;

    if (store != NULL && OSSL_STORE_expect(store, type))
        while (info == NULL && !OSSL_STORE_eof(store))
            info = OSSL_STORE_load(store);
    if (info != NULL && type == OSSL_STORE_INFO_PKEY)
        key = OSSL_STORE_INFO_get1_PKEY(info);
    OSSL_STORE_INFO_free(info);
    OSSL_STORE_close(store);
    return key;
}

static void works_with(const char *lines)
{
    OSSL_LIB_CTX *ctx = context(lines);
    EVP_PKEY *key = load_in(ctx, KEY, OSSL_STORE_INFO_PKEY);

    if (key == NULL)
        ERR_print_errors_fp(stderr);
    assert_non_null(key);
    EVP_PKEY_free(key);
    OSSL_LIB_CTX_free(ctx);
}

static void fails_with(const char *lines, const char *reason, const char *data)
{
    OSSL_LIB_CTX *ctx = context(lines);

    ERR_clear_error();
    assert_null(load_in(ctx, KEY, OSSL_STORE_INFO_PKEY));
    assert_int_equal(fx_error(reason, data), 1);
    OSSL_LIB_CTX_free(ctx);
}

static void pins(void **state)
{
    char lines[256];

    (void)state;
    works_with("pin = " FX_PIN);
    fx_write("pin.txt", FX_PIN "\n");
    chmod(fx_path("pin.txt"), 0600);
    snprintf(lines, sizeof(lines), "pin-source = %s", fx_path("pin.txt"));
    works_with(lines);
    fails_with("", "pin needed", FX_LABEL);
}

static void modules(void **state)
{
    (void)state;
    works_with("pin = " FX_PIN "\nmodule-path = " TEST_MODULE);
    works_with("pin = " FX_PIN "\npkcs11-module-path = " TEST_MODULE);
    fails_with("pin = " FX_PIN "\nmodule-path = /nonexistent/module.so",
               "pkcs11 module not loadable", "/nonexistent/module.so");
    fails_with("module-path = " TEST_MODULE "\npkcs11-module-path = " TEST_MODULE,
               "bad configuration", "are the same");
}

static void bad_values(void **state)
{
    (void)state;
    fails_with("bridge = maybe", "bad configuration", "bridge = maybe");
    fails_with("log = /nonexistent/dir/log", "bad configuration", "/nonexistent/dir/log");
}

/* In a process that has never had the bridge: it would serve every context. Keys are native then,
 * and another context does not get the bridge either, as it would take them for its own. */
static void bridge_off(void **state)
{
    pid_t child = fork();
    int status;

    (void)state;
    if (child == 0) {
        OSSL_LIB_CTX *ctx;
        EVP_PKEY *key;

        setenv("OPENSSL_CONF", "/dev/null", 1); /* the default context's would bring it up */
        ctx = context("bridge = off\npin = " FX_PIN);
        key = load_in(ctx, KEY, OSSL_STORE_INFO_PKEY);
        assert_non_null(key);
        assert_non_null(EVP_PKEY_get0_provider(key));
        fails_with("bridge = on\npin = " FX_PIN, "bad configuration", "native in another");
        works_with("pin = " FX_PIN);
        EVP_PKEY_free(key);
        OSSL_LIB_CTX_free(ctx);
        /* The last one is gone. */
        works_with("bridge = on\npin = " FX_PIN);
        ctx = context("bridge = off\npin = " FX_PIN);
        key = load_in(ctx, KEY, OSSL_STORE_INFO_PKEY);
        assert_non_null(key);
        assert_null(EVP_PKEY_get0_provider(key)); /* too late to be without */
        EVP_PKEY_free(key);
        OSSL_LIB_CTX_free(ctx);
        exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* Two configurations in a process: each key is that of the context it was loaded in. */
static void two_tokens(void **state)
{
    static const char uri[] = "pkcs11:object=alice;type=private";
    OSSL_LIB_CTX *one = context("pin = " FX_PIN "\ntoken = " FX_LABEL);
    OSSL_LIB_CTX *two = context("pin = " FX_PIN "\ntoken = other");
    EVP_PKEY *a = load_in(one, uri, OSSL_STORE_INFO_PKEY);
    EVP_PKEY *b = load_in(two, uri, OSSL_STORE_INFO_PKEY);
    EVP_PKEY *full = load_in(two, KEY, OSSL_STORE_INFO_PKEY);

    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(full);
    assert_int_equal(EVP_PKEY_eq(a, full), 1);
    assert_int_not_equal(EVP_PKEY_eq(b, full), 1);
    EVP_PKEY_free(full);
    EVP_PKEY_free(b);
    EVP_PKEY_free(a);
    OSSL_LIB_CTX_free(one);
    OSSL_LIB_CTX_free(two);
}

static void default_token(void **state)
{
    OSSL_LIB_CTX *ctx;
    EVP_PKEY *key;

    (void)state;
    /* Both tokens have an alice. */
    ctx = context("pin = " FX_PIN "\ntoken = " FX_LABEL);
    key = load_in(ctx, "pkcs11:object=alice;type=private", OSSL_STORE_INFO_PKEY);
    assert_non_null(key);
    EVP_PKEY_free(key);
    OSSL_LIB_CTX_free(ctx);
    ctx = context("pin = " FX_PIN);
    ERR_clear_error();
    assert_null(load_in(ctx, "pkcs11:object=alice;type=private", OSSL_STORE_INFO_PKEY));
    assert_int_equal(fx_error("more than one object matches", ""), 1);
    OSSL_LIB_CTX_free(ctx);
}

static void log_has_no_pin(void **state)
{
    char lines[256], text[8192];
    struct stat st;
    size_t n;
    FILE *f;

    (void)state;
    snprintf(lines, sizeof(lines), "pin = " FX_PIN "\nlog = %s", fx_path("the.log"));
    works_with(lines);
    snprintf(lines, sizeof(lines), "pin = a-wrong-pin\nlog = %s", fx_path("the.log"));
    fails_with(lines, "wrong pin", FX_LABEL);
    f = fopen(fx_path("the.log"), "r");
    assert_non_null(f);
    assert_int_equal(fstat(fileno(f), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    n = fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    text[n] = '\0';
    assert_non_null(strstr(text, "gosttoken["));
    assert_null(strstr(text, FX_PIN));
    assert_null(strstr(text, "a-wrong-pin"));
}

static void params(void **state)
{
    static const struct {
        const char *lines;
        int status;
    } cases[] = {{"", 1}, {"bridge = maybe", 0}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        OSSL_LIB_CTX *ctx = context(cases[i].lines);
        OSSL_PROVIDER *prov = OSSL_PROVIDER_load(ctx, "gosttoken");
        char *name = NULL, *version = NULL, *build = NULL;
        int status = -1;
        OSSL_PARAM list[] = {
            OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_NAME, &name, 0),
            OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_VERSION, &version, 0),
            OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_BUILDINFO, &build, 0),
            OSSL_PARAM_construct_int(OSSL_PROV_PARAM_STATUS, &status),
            OSSL_PARAM_construct_end(),
        };

        assert_non_null(prov);
        assert_int_equal(OSSL_PROVIDER_get_params(prov, list), 1);
        assert_non_null(name);
        assert_non_null(version);
        assert_non_null(build);
        assert_int_equal(status, cases[i].status);
        assert_int_equal(OSSL_PROVIDER_get_capabilities(prov, "TLS-GROUP", NULL, NULL), 1);
        OSSL_PROVIDER_unload(prov);
        OSSL_LIB_CTX_free(ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* First, while this process has no bridge. */
        cmocka_unit_test(bridge_off),     cmocka_unit_test(two_tokens),
        cmocka_unit_test(pins),           cmocka_unit_test(modules),
        cmocka_unit_test(bad_values),     cmocka_unit_test(default_token),
        cmocka_unit_test(log_has_no_pin), cmocka_unit_test(params),
    };
    int failed;

    fx_start("");
    fx_make_token(FX_LABEL, FX_PIN);
    fx_make_key(FX_LABEL, FX_PIN, "alice", 1, 256, "1.2.643.7.1.2.1.1.1");
    fx_make_token("other", FX_PIN);
    fx_make_key("other", FX_PIN, "alice", 1, 256, "1.2.643.7.1.2.1.1.1");
    failed = cmocka_run_group_tests_name("provider-config", tests, NULL, NULL);
    fx_end();
    return failed;
}
