/* SPDX-License-Identifier: Apache-2.0 */
/* PINs: where they come from, and that no try is burnt. With the mock module. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY "pkcs11:token=mock;object=key;type=private"
static mock *m;

static int setup(void **state)
{
    (void)state;
    m = mock_load();
    log_forbidden = "123456";
    log_leaked = 0;
    temp_dir_make();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    temp_dir_remove();
    if (m->open != 0 && m->calls[MOCK_FINALIZE] == 0)
        return 1; /* a session was left open */
    return log_leaked;
}

/* Finds the key: the reason of the failure, or GT_OK. */
static gt_reason find(gt_p11 *p, const char *uri, const gt_prompt *prompt, gt_error *err)
{
    gt_object *o = gt_p11_find_one(p, uri, GT_ANY_CLASS, prompt, err);

    if (strstr(o == NULL ? err->text : "", "123456") != NULL)
        fail_msg("a PIN in: %s", err->text);
    if (o == NULL)
        return err->reason;
    gt_object_free(o);
    return GT_OK;
}

struct person {
    const char *pin;
    int asked;
    char token[40], warning[100];
};

static int answer(void *arg, const char *token, const char *warning, char *pin, size_t size)
{
    struct person *person = arg;

    person->asked++;
    snprintf(person->token, sizeof(person->token), "%s", token);
    snprintf(person->warning, sizeof(person->warning), "%s", warning != NULL ? warning : "");
    if (person->pin == NULL)
        return 0;
    snprintf(pin, size, "%s", person->pin);
    return 1;
}

static void write_file(const char *name, const char *text, mode_t mode, char *path, size_t size)
{
    FILE *f;

    snprintf(path, size, "%s/%s", temp_dir(), name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(path, mode), 0);
}

static void sources_in_order(void **state)
{
    struct person person = {"123456", 0, "", ""};
    gt_prompt prompt = {answer, &person};
    gt_p11_config config = {.log = log_line};
    char right[100], wrong[100], uri[300];
    gt_error err;
    gt_p11 *p;

    (void)state;
    write_file("right", "123456\r\nnot this\n", 0600, right, sizeof(right));
    write_file("wrong", "nonsense\n", 0600, wrong, sizeof(wrong));
    config.module = MOCK_MODULE;
    config.pin_source = wrong;

    /* The URI's PIN before all others. */
    config.pin = "wrong1";
    p = gt_p11_new(&config);
    setenv("GOSTTOKEN_PIN", "wrong2", 1);
    assert_int_equal(find(p, KEY "?pin-value=12345%36", &prompt, &err), GT_OK);
    gt_p11_free(p);
    assert_int_equal(m->slots[0].wrong_pins, 0);

    /* The URI's source, in its three spellings. */
    for (int i = 0; i < 3; i++) {
        static const char *const forms[] = {"", "file:", "file://"};

        p = gt_p11_new(&config);
        snprintf(uri, sizeof(uri), KEY "?pin-source=%s%s", forms[i], right);
        assert_int_equal(find(p, uri, &prompt, &err), GT_OK);
        gt_p11_free(p);
        assert_int_equal(m->slots[0].wrong_pins, 0);
    }

    /* The configuration's PIN, its source, the environment, the person. */
    config.pin = "123456";
    p = gt_p11_new(&config);
    assert_int_equal(find(p, KEY, &prompt, &err), GT_OK);
    gt_p11_free(p);
    config.pin = NULL;
    config.pin_source = right;
    p = gt_p11_new(&config);
    assert_int_equal(find(p, KEY, &prompt, &err), GT_OK);
    gt_p11_free(p);
    config.pin_source = NULL;
    setenv("GOSTTOKEN_PIN", "123456", 1);
    p = gt_p11_new(&config);
    assert_int_equal(find(p, KEY, &prompt, &err), GT_OK);
    gt_p11_free(p);
    assert_int_equal(person.asked, 0);
    unsetenv("GOSTTOKEN_PIN");
    p = gt_p11_new(&config);
    assert_int_equal(find(p, KEY, &prompt, &err), GT_OK);
    gt_p11_free(p);
    assert_int_equal(person.asked, 1);
    assert_string_equal(person.token, "mock");
    assert_string_equal(person.warning, "");
    assert_int_equal(m->slots[0].wrong_pins, 0);

    /* Nobody has one. */
    p = gt_p11_new(&config);
    assert_int_equal(find(p, KEY, NULL, &err), GT_PIN_NEEDED);
    person.pin = NULL;
    assert_int_equal(find(p, KEY, &prompt, &err), GT_PIN_NEEDED);
    gt_p11_free(p);
}

static void bad_sources(void **state)
{
    gt_p11 *p = mock_client(NULL, "123456");
    char path[100], uri[300];
    gt_error err;

    (void)state;
    assert_int_equal(find(p, KEY "?pin-source=%7Ccat%20pin", NULL, &err), GT_BAD_URI);
    assert_says(err, "command");
    assert_int_equal(find(p, KEY "?pin-source=/nonexistent/pin", NULL, &err), GT_PIN_NEEDED);
    assert_says(err, "/nonexistent/pin");
    assert_int_equal(find(p, KEY "?pin-source=file://elsewhere/pin", NULL, &err), GT_BAD_URI);
    write_file("open", "123456\n", 0602, path, sizeof(path));
    snprintf(uri, sizeof(uri), KEY "?pin-source=%s", path);
    assert_int_equal(find(p, uri, NULL, &err), GT_PIN_NEEDED);
    assert_says(err, "written by anybody");
    write_file("empty", "\n123456\n", 0600, path, sizeof(path));
    snprintf(uri, sizeof(uri), KEY "?pin-source=%s", path);
    assert_int_equal(find(p, uri, NULL, &err), GT_PIN_NEEDED);
    assert_says(err, "is empty");
    /* None of them reached the token, and none fell back to the configured PIN. */
    assert_int_equal(m->calls[MOCK_LOGIN], 0);
    gt_p11_free(p);
}

static void wrong_pin_once(void **state)
{
    gt_p11 *p = mock_client(NULL, "wrong0");
    gt_object *key;
    gt_error err;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(find(p, KEY, NULL, &err), GT_PIN_WRONG);
        assert_int_equal(m->slots[0].wrong_pins, 1);
        assert_says(err, i == 0 ? "few tries are left" : "not tried again");
    }
    m->extended = 1;
    assert_int_equal(find(p, KEY "?pin-value=wrong1", NULL, &err), GT_PIN_WRONG);
    assert_says(err, "8 tries are left");
    assert_int_equal(find(p, KEY "?pin-value=wrong0", NULL, &err), GT_PIN_WRONG);
    assert_int_equal(m->slots[0].wrong_pins, 2);
    /* The right one opens, and after it the others may be tried again. */
    assert_int_equal(find(p, KEY "?pin-value=123456", NULL, &err), GT_OK);
    assert_int_equal(m->slots[0].tries, 10);
    key = gt_p11_find_one(p, KEY, GT_ANY_CLASS, NULL, &err);
    assert_non_null(key);
    gt_object_free(key);
    gt_p11_free(p);
    assert_int_equal(m->slots[0].wrong_pins, 2);
}

/* A login that was right, a PIN that is changed elsewhere: tried once by all threads together. */
static void pin_changed_elsewhere(void **state)
{
    gt_object *key = mock_key();
    gt_error err;

    (void)state;
    assert_true(mock_sign(key, 1, 0, &err));
    m->slots[0].pin = "changed";
    mock_log_out(0);
    assert_false(mock_sign(key, 1, 0, &err));
    assert_reason(err, GT_PIN_WRONG);
    for (int i = 0; i < 3; i++)
        assert_false(mock_sign(key, 1, 0, &err));
    assert_int_equal(m->slots[0].wrong_pins, 1);
    /* A find with the new PIN makes old objects work again. */
    assert_int_equal(find(gt_object_p11(key), KEY "?pin-value=changed", NULL, &err), GT_OK);
    assert_true(mock_sign(key, 1, 0, &err));
    gt_object_free(key);
}

static void final_try(void **state)
{
    struct person person = {"123456", 0, "", ""};
    gt_prompt prompt = {answer, &person};
    gt_p11 *p = mock_client(NULL, "wrong0");
    gt_error err;

    (void)state;
    m->slots[0].tries = 1;
    assert_int_equal(find(p, KEY, NULL, &err), GT_PIN_FINAL_TRY);
    assert_int_equal(find(p, KEY "?pin-value=123456", NULL, &err), GT_PIN_FINAL_TRY);
    assert_int_equal(m->calls[MOCK_LOGIN], 0);
    /* With a person there, only the person. */
    assert_int_equal(find(p, KEY, &prompt, &err), GT_OK);
    assert_int_equal(person.asked, 1);
    assert_non_null(strstr(person.warning, "last try"));
    assert_int_equal(m->slots[0].wrong_pins, 0);
    gt_p11_free(p);
}

static void runs_out(void **state)
{
    struct person person = {"wrong1", 0, "", ""};
    gt_prompt prompt = {answer, &person};
    gt_p11 *p = mock_client(NULL, NULL);
    gt_error err;

    (void)state;
    m->slots[0].tries = 3;
    assert_int_equal(find(p, KEY, &prompt, &err), GT_PIN_WRONG);
    person.pin = "wrong2";
    assert_int_equal(find(p, KEY, &prompt, &err), GT_PIN_WRONG);
    assert_non_null(strstr(person.warning, "few tries"));
    assert_says(err, "one try is left");
    person.pin = "wrong3";
    assert_int_equal(find(p, KEY, &prompt, &err), GT_PIN_WRONG);
    assert_says(err, "locked now");
    person.asked = 0;
    assert_int_equal(find(p, KEY, &prompt, &err), GT_PIN_LOCKED);
    assert_int_equal(person.asked, 0);
    assert_int_equal(m->slots[0].wrong_pins, 3);
    gt_p11_free(p);
}

static void special_tokens(void **state)
{
    gt_p11 *p = mock_client(NULL, NULL);
    gt_error err;

    (void)state;
    m->slots[0].flags &= ~(CK_FLAGS)CKF_USER_PIN_INITIALIZED;
    assert_int_equal(find(p, KEY "?pin-value=123456", NULL, &err), GT_PIN_NEEDED);
    assert_says(err, "no user PIN yet");
    assert_int_equal(m->calls[MOCK_LOGIN], 0);
    m->slots[0].flags |= CKF_USER_PIN_INITIALIZED | CKF_PROTECTED_AUTHENTICATION_PATH;
    assert_int_equal(find(p, KEY, NULL, &err), GT_OK);
    gt_p11_free(p);

    /* A token without logins. */
    p = mock_client(NULL, NULL);
    m->slots[0].flags &= ~(CK_FLAGS)(CKF_LOGIN_REQUIRED | CKF_PROTECTED_AUTHENTICATION_PATH);
    m->slots[0].objects[1].is_private = 0;
    m->calls[MOCK_LOGIN] = 0;
    assert_int_equal(find(p, KEY, NULL, &err), GT_OK);
    assert_int_equal(m->calls[MOCK_LOGIN], 0);
    gt_p11_free(p);
}

/* Key by key: CKA_ALWAYS_AUTHENTICATE. */
static void always_authenticate(void **state)
{
    gt_object *key;
    gt_error err;

    (void)state;
    m->slots[0].objects[1].always_authenticate = 1;
    key = mock_key();
    assert_true(mock_sign(key, 1, 0, &err));
    assert_true(mock_sign(key, 1, 0, &err));
    assert_int_equal(m->slots[0].context_logins, 2);
    assert_int_equal(m->slots[0].logins, 1);
    m->slots[0].pin = "changed";
    assert_false(mock_sign(key, 1, 0, &err));
    assert_reason(err, GT_PIN_WRONG);
    assert_false(mock_sign(key, 1, 0, &err));
    assert_int_equal(m->slots[0].wrong_pins, 1);
    /* The sessions that were left in the middle of it are not used again. */
    m->slots[0].pin = "123456";
    m->slots[0].objects[1].always_authenticate = 0;
    assert_int_equal(m->overlaps, 0);
    gt_object_free(key);
}

/* The program has logged in itself. */
static void program_logged_in(void **state)
{
    gt_p11 *p = mock_client(NULL, NULL);
    CK_FUNCTION_LIST *f;
    CK_SESSION_HANDLE session;
    gt_error err;

    (void)state;
    f = gt_p11_functions(p, &err);
    assert_non_null(f);
    assert_int_equal(f->C_OpenSession(10, CKF_SERIAL_SESSION, NULL, NULL, &session), CKR_OK);
    assert_int_equal(f->C_Login(session, CKU_USER, (CK_UTF8CHAR *)"123456", 6), CKR_OK);
    assert_int_equal(find(p, KEY, NULL, &err), GT_OK);
    assert_int_equal(m->calls[MOCK_LOGIN], 1);
    assert_int_equal(f->C_CloseSession(session), CKR_OK);
    gt_p11_free(p);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(sources_in_order),      T(bad_sources),         T(wrong_pin_once),
        T(pin_changed_elsewhere), T(final_try),           T(runs_out),
        T(special_tokens),        T(always_authenticate), T(program_logged_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
