/* SPDX-License-Identifier: Apache-2.0 */
/* Modules, tokens and what is said when there is none, or more than one. With the mock module. */
#include "support.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static mock *m;

static int setup(void **state)
{
    (void)state;
    m = mock_load();
    temp_dir_make();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    temp_dir_remove();
    return 0;
}

static void expect(gt_p11 *p, const char *uri, CK_OBJECT_CLASS cls, gt_reason reason,
                   const char *says)
{
    gt_error err = {.reason = GT_OK};
    gt_object *o = gt_p11_find_one(p, uri, cls, NULL, &err);

    if ((o != NULL) != (reason == GT_OK))
        fail_msg("%s: %s", uri, o != NULL ? "found" : err.text);
    if (o == NULL) {
        assert_reason(err, reason);
        assert_says(err, says);
    } else {
        if (says != NULL)
            assert_string_equal(gt_object_token_label(o), says);
        gt_object_free(o);
    }
}

/* A second token: the same key pair under other names. */
static void add_token(int slot, const char *label, const char *serial, const char *key)
{
    mock_slot *s = &m->slots[slot];

    s->present = 1;
    s->label = label;
    s->serial = serial;
    s->pin = "654321";
    s->n_objects = 2;
    for (int i = 0; i < 2; i++) {
        s->objects[i] = m->slots[0].objects[i];
        s->objects[i].label = key;
    }
}

static void not_a_module(void **state)
{
    gt_p11 *p = client("/nonexistent/module.so", NULL, NULL);
    char text[100];
    gt_error err;

    (void)state;
    expect(p, "pkcs11:", GT_ANY_CLASS, GT_MODULE_LOAD, "/nonexistent/module.so");
    expect(p, "pkcs11:", GT_ANY_CLASS, GT_MODULE_LOAD, "No such file");
    assert_null(gt_p11_functions(p, &err));
    assert_false(gt_p11_random(p, (uint8_t *)text, 8, &err));
    gt_p11_free(p);
    snprintf(text, sizeof(text), "%s/text.so", temp_dir());
    run("echo text > %s", text);
    p = client(text, NULL, NULL);
    expect(p, "pkcs11:", GT_ANY_CLASS, GT_MODULE_LOAD, "text.so");
    gt_p11_free(p);
    p = client("", NULL, NULL); /* not the program itself, which dlopen makes of it */
    expect(p, "pkcs11:", GT_ANY_CLASS, GT_MODULE_LOAD, "the path of the PKCS #11 module is empty");
    gt_p11_free(p);
    p = client("libm.so.6", NULL, NULL);
    expect(p, "pkcs11:", GT_ANY_CLASS, GT_MODULE_LOAD, "no C_GetFunctionList");
    gt_p11_free(p);
}

static void not_initialised(void **state)
{
    gt_p11 *p = mock_client(NULL, NULL);

    (void)state;
    m->faults[0] = (mock_fault){MOCK_INITIALIZE, 0, 1, CKR_GENERAL_ERROR};
    expect(p, "pkcs11:type=public", GT_ANY_CLASS, GT_MODULE_LOAD, "CKR_GENERAL_ERROR");
    /* It may go better later; one that cannot lock is called by one thread at a time. */
    m->faults[0] = (mock_fault){MOCK_INITIALIZE, 0, 1, CKR_CANT_LOCK};
    expect(p, "pkcs11:type=public", GT_ANY_CLASS, GT_OK, "mock");
    gt_p11_free(p);
    assert_int_equal(m->calls[MOCK_FINALIZE], 1);
}

/* The module is in use by the program: it stays initialised. */
static void program_uses_it_too(void **state)
{
    CK_C_GetFunctionList get;
    CK_FUNCTION_LIST *f;
    void *dl = dlopen(MOCK_MODULE, RTLD_NOW);
    gt_p11 *p = mock_client(NULL, NULL);

    (void)state;
    *(void **)&get = dlsym(dl, "C_GetFunctionList");
    assert_int_equal(get(&f), CKR_OK);
    assert_int_equal(f->C_Initialize(NULL), CKR_OK);
    expect(p, "pkcs11:type=public", GT_ANY_CLASS, GT_OK, "mock");
    gt_p11_free(p);
    assert_int_equal(m->calls[MOCK_FINALIZE], 0);
    assert_int_equal(m->open, 0);
    assert_int_equal(f->C_Finalize(NULL), CKR_OK);
    dlclose(dl);
}

/* Two instances, one module: the last one finalises it. */
static void two_instances(void **state)
{
    gt_p11 *a = mock_client(NULL, NULL), *b = mock_client(NULL, NULL);

    (void)state;
    expect(a, "pkcs11:type=public", GT_ANY_CLASS, GT_OK, "mock");
    expect(b, "pkcs11:type=public", GT_ANY_CLASS, GT_OK, "mock");
    gt_p11_free(a);
    assert_int_equal(m->calls[MOCK_FINALIZE], 0);
    expect(b, "pkcs11:type=public", GT_ANY_CLASS, GT_OK, "mock");
    gt_p11_free(b);
    assert_int_equal(m->calls[MOCK_INITIALIZE], 1);
    assert_int_equal(m->calls[MOCK_FINALIZE], 1);
}

static void by_attributes(void **state)
{
    static const struct {
        const char *uri;
        gt_reason reason;
        const char *says;
    } cases[] = {
        {"pkcs11:token=spare", GT_OK, "spare"},
        {"pkcs11:serial=0002", GT_OK, "spare"},
        {"pkcs11:slot-id=11", GT_OK, "spare"},
        {"pkcs11:slot-description=first%20slot", GT_OK, "mock"},
        {"pkcs11:model=m1;manufacturer=mocks;token=mock", GT_OK, "mock"},
        {"pkcs11:token=mock;library-manufacturer=mocks", GT_OK, "mock"},
        {"pkcs11:token=mock;library-version=1.0", GT_OK, "mock"},
        {"pkcs11:token=mock;library-version=2.0", GT_NO_TOKEN, "library"},
        {"pkcs11:token=mock;library-description=another", GT_NO_TOKEN, "library"},
        {"pkcs11:token=mock;serial=0002", GT_NO_TOKEN, "\"mock\""},
        {"pkcs11:slot-id=77", GT_NO_TOKEN, "tokens present"},
        {"pkcs11:token=mock?module-path=/other.so", GT_NO_TOKEN, "/other.so"},
        {"pkcs11:token=mock?module-name=other", GT_NO_TOKEN, "other"},
        {"pkcs11:token=mock?module-name=mock-pkcs11", GT_OK, "mock"},
        {"pkcs11:token=mock?module-path=" MOCK_MODULE, GT_OK, "mock"},
        {"pkcs11:id=%01;token=mock", GT_OK, "mock"},
        {"pkcs11:id=%02;token=mock", GT_NO_OBJECT, "id=%02"},
        {"pkcs11:object=nokey;token=mock", GT_NO_OBJECT, "object=nokey"},
        {"pkcs11:type=cert;token=mock", GT_NO_OBJECT, "type=public is needed"},
    };
    gt_p11 *p = mock_client(NULL, NULL);

    (void)state;
    add_token(1, "spare", "0002", "other");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect(p, cases[i].uri, CKO_PUBLIC_KEY, cases[i].reason, cases[i].says);
    gt_p11_free(p);

    /* The configured token, and a URI that names another. */
    p = mock_client("spare", NULL);
    expect(p, "pkcs11:", CKO_PUBLIC_KEY, GT_OK, "spare");
    expect(p, "pkcs11:token=mock", CKO_PUBLIC_KEY, GT_OK, "mock");
    gt_p11_free(p);
    p = mock_client("absent", NULL);
    expect(p, "pkcs11:", CKO_PUBLIC_KEY, GT_NO_TOKEN, "which the configuration names");
    gt_p11_free(p);
}

static void no_tokens(void **state)
{
    gt_p11 *p = mock_client(NULL, NULL), *ours;
    char path[200];

    (void)state;
    m->slots[0].present = 0;
    expect(p, "pkcs11:", GT_ANY_CLASS, GT_NO_TOKEN, "has no token");
    m->slots[0].present = 1;
    m->slots[0].flags &= ~(CK_FLAGS)CKF_TOKEN_INITIALIZED;
    expect(p, "pkcs11:", GT_ANY_CLASS, GT_NO_TOKEN, "no initialised token");
    gt_p11_free(p);

    /* Our own module by its name: hints for its users. */
    snprintf(path, sizeof(path), "%s/libgosttoken-pkcs11.so", temp_dir());
    assert_int_equal(symlink(MOCK_MODULE, path), 0);
    ours = client(path, NULL, NULL);
    expect(ours, "pkcs11:", GT_ANY_CLASS, GT_NO_TOKEN, "gosttoken init");
    m->slots[0].present = 0;
    expect(ours, "pkcs11:", GT_ANY_CLASS, GT_NO_TOKEN, "gosttoken init");
    m->slots[0].present = 1;
    m->slots[0].flags |= CKF_TOKEN_INITIALIZED;
    m->faults[0] = (mock_fault){MOCK_OPEN_SESSION, 0, 1, CKR_TOKEN_WRITE_PROTECTED};
    expect(ours, "pkcs11:", GT_ANY_CLASS, GT_STORE, "$GOSTTOKEN_DIR");
    m->faults[0] = (mock_fault){MOCK_GET_TOKEN_INFO, 0, 1, CKR_DEVICE_ERROR};
    expect(ours, "pkcs11:", GT_ANY_CLASS, GT_STORE, "$GOSTTOKEN_DIR");
    m->faults[0] = (mock_fault){MOCK_FIND_OBJECTS_INIT, 0, 1, CKR_DEVICE_MEMORY};
    expect(ours, "pkcs11:", GT_ANY_CLASS, GT_STORE, "full");
    gt_p11_free(ours);
}

static void unreadable_token(void **state)
{
    gt_p11 *p = mock_client(NULL, NULL);

    (void)state;
    add_token(1, "spare", "0002", "other");
    m->faults[0] = (mock_fault){MOCK_GET_TOKEN_INFO, 1, 1, CKR_TOKEN_NOT_RECOGNIZED};
    expect(p, "pkcs11:token=spare", GT_ANY_CLASS, GT_NO_TOKEN,
           "present: \"mock\"; 1 could not be read: CKR_TOKEN_NOT_RECOGNIZED");
    gt_p11_free(p);
}

/* Certificates and the like: nobody is asked, and no source that is named is passed over. */
static int never_ask(void *arg, const char *token, const char *warning, char *pin, size_t size)
{
    (void)token;
    (void)warning;
    (void)pin;
    (void)size;
    ++*(int *)arg;
    return 0;
}

static void no_prompt_for_public(void **state)
{
    gt_p11 *p = mock_client(NULL, "123456");
    int asked = 0;
    gt_prompt prompt = {never_ask, &asked};
    gt_error err;

    (void)state;
    m->slots[0].tries = 1;
    assert_null(gt_p11_find_one(p, "pkcs11:object=nobody", CKO_CERTIFICATE, &prompt, &err));
    assert_reason(err, GT_PIN_FINAL_TRY);
    assert_int_equal(asked, 0);
    assert_null(gt_p11_find_one(p, "pkcs11:object=key?pin-source=/nonexistent", GT_ANY_CLASS,
                                &prompt, &err));
    gt_p11_free(p);
    m->slots[0].tries = 10;
    p = mock_client(NULL, NULL);
    assert_null(gt_p11_find_one(p, "pkcs11:object=nobody", CKO_CERTIFICATE, &prompt, &err));
    assert_reason(err, GT_NO_OBJECT);
    assert_null(gt_p11_find_one(p, "pkcs11:object=key?pin-source=/nonexistent", GT_ANY_CLASS,
                                &prompt, &err));
    assert_reason(err, GT_PIN_NEEDED);
    assert_int_equal(asked, 0);
    assert_int_equal(m->calls[MOCK_LOGIN], 0);
    gt_p11_free(p);
}

/* The module is named by the environment. */
static void default_module(void **state)
{
    gt_p11 *p;

    (void)state;
    setenv("GOSTTOKEN_MODULE", MOCK_MODULE, 1);
    p = client(NULL, NULL, NULL);
    unsetenv("GOSTTOKEN_MODULE");
    expect(p, "pkcs11:type=public", GT_ANY_CLASS, GT_OK, "mock");
    gt_p11_free(p);
}

/* No PIN goes to a token that it is not for. */
static void foreign_tokens(void **state)
{
    gt_p11 *p = mock_client(NULL, "123456");

    (void)state;
    add_token(1, "spare", "0002", "other");
    add_token(2, "third", "0003", "other");
    expect(p, "pkcs11:object=key", CKO_PRIVATE_KEY, GT_OK, "mock");
    assert_int_equal(m->calls[MOCK_LOGIN], 1);
    assert_int_equal(m->slots[0].logins, 1);
    /* Two show a key of that name; none; nothing to go by. */
    expect(p, "pkcs11:object=other", CKO_PRIVATE_KEY, GT_AMBIGUOUS, "\"spare\"");
    expect(p, "pkcs11:object=nokey", CKO_PRIVATE_KEY, GT_NO_OBJECT, "token=");
    assert_int_equal(m->calls[MOCK_LOGIN], 1);
    gt_p11_free(p);

    p = mock_client(NULL, "123456");
    expect(p, "pkcs11:", CKO_PRIVATE_KEY, GT_NO_OBJECT, "token=");
    assert_int_equal(m->calls[MOCK_LOGIN], 1);
    /* The one that is logged in does not win over one that is not. */
    expect(p, "pkcs11:token=mock", CKO_PRIVATE_KEY, GT_OK, "mock");
    m->slots[1].objects[0].label = m->slots[1].objects[1].label = "key";
    expect(p, "pkcs11:object=key", CKO_PRIVATE_KEY, GT_AMBIGUOUS, "\"spare\"");
    assert_int_equal(m->slots[1].wrong_pins + m->slots[2].wrong_pins, 0);
    gt_p11_free(p);
}

static void two_objects(void **state)
{
    gt_p11 *p = mock_client(NULL, "123456");
    mock_slot *s = &m->slots[0];

    (void)state;
    expect(p, "pkcs11:object=key", CKO_PRIVATE_KEY, GT_OK, "mock");
    expect(p, "pkcs11:object=key", GT_ANY_CLASS, GT_AMBIGUOUS, "add type=");
    s->objects[2] = s->objects[1];
    s->objects[2].id = 2;
    s->n_objects = 3;
    expect(p, "pkcs11:object=key", CKO_PRIVATE_KEY, GT_AMBIGUOUS, "add id=");
    expect(p, "pkcs11:object=key", CKO_PRIVATE_KEY, GT_AMBIGUOUS,
           "private \"key\" id 01 on \"mock\"; private \"key\" id 02 on \"mock\"");
    s->objects[2].id = 1;
    s->objects[2].label = "key2";
    expect(p, "pkcs11:id=%01", CKO_PRIVATE_KEY, GT_AMBIGUOUS, "add object=");
    s->objects[2].label = "key";
    expect(p, "pkcs11:id=%01", CKO_PRIVATE_KEY, GT_AMBIGUOUS, "delete one");
    /* Two tokens of one name. */
    add_token(1, "mock", "0002", "key");
    s->n_objects = 2;
    expect(p, "pkcs11:object=key", CKO_PUBLIC_KEY, GT_AMBIGUOUS, "add serial=");
    m->slots[1].label = "spare";
    expect(p, "pkcs11:object=key", CKO_PUBLIC_KEY, GT_AMBIGUOUS, "add token=");
    gt_p11_free(p);
}

/* Hardware features and the like have no name in a URI. */
static void odd_objects(void **state)
{
    gt_p11 *p = mock_client(NULL, NULL);
    mock_slot *s = &m->slots[0];

    (void)state;
    s->objects[0].cls = CKO_HW_FEATURE;
    expect(p, "pkcs11:", GT_ANY_CLASS, GT_NO_OBJECT, "without a login");
    s->objects[0].cls = CKO_PUBLIC_KEY;
    s->objects[0].label = NULL;
    s->objects[0].id = 0;
    expect(p, "pkcs11:", GT_ANY_CLASS, GT_OK, "mock");
    gt_p11_free(p);
}

static void own_uri(void **state)
{
    gt_p11 *p = mock_client(NULL, "123456");
    gt_object *o, *again;
    gt_error err;

    (void)state;
    m->slots[0].label = "a token; 50%";
    m->slots[0].objects[1].label = "\xD0\xBA\xD0\xBB\xD1\x8E\xD1\x87 ?&=#";
    o = gt_p11_find_one(p, "pkcs11:?pin-value=123456", CKO_PRIVATE_KEY, NULL, &err);
    assert_non_null(o);
    assert_null(strstr(gt_object_uri(o), "pin"));
    again = gt_p11_find_one(p, gt_object_uri(o), GT_ANY_CLASS, NULL, &err);
    if (again == NULL)
        fail_msg("%s: %s", gt_object_uri(o), err.text);
    assert_string_equal(gt_object_uri(o), gt_object_uri(again));
    assert_string_equal(gt_object_label(again), m->slots[0].objects[1].label);
    assert_string_equal(gt_object_token_serial(again), "0001");
    gt_object_free(o);
    gt_object_free(again);
    gt_p11_free(p);
}

static int stop(void *arg, gt_object *o)
{
    (void)o;
    ++*(int *)arg;
    return 0;
}

static void stops_when_told(void **state)
{
    gt_p11 *p = mock_client(NULL, "123456");
    gt_error err;
    int n = 0;

    (void)state;
    assert_int_equal(gt_p11_find(p, "pkcs11:?pin-value=123456", GT_ANY_CLASS, NULL, stop, &n, &err),
                     1);
    assert_int_equal(n, 1);
    gt_p11_free(p);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(not_a_module),
        T(not_initialised),
        T(program_uses_it_too),
        T(two_instances),
        T(by_attributes),
        T(no_tokens),
        T(default_module),
        T(foreign_tokens),
        T(two_objects),
        T(odd_objects),
        T(own_uri),
        T(stops_when_told),
        T(unreadable_token),
        T(no_prompt_for_public),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
