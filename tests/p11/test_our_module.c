/* SPDX-License-Identifier: Apache-2.0 */
/* The client with this project's own module: made, found, signed with, forked, and its errors. */
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PIN    "user-pin-1"
#define SO_PIN "so-pin-12"

static const uint8_t param_a[] = {0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x23, 0x01};
static const uint8_t param_512[] = {0x06, 9, 0x2A, 0x85, 3, 7, 1, 2, 1, 2, 1};

static void good(CK_RV rv, const char *what)
{
    if (rv != CKR_OK)
        fail_msg("%s: %s", what, gt_rv_name(rv));
}

static void generate(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE s, const char *label, CK_BYTE id,
                     int wide)
{
    CK_MECHANISM gen = {wide ? CKM_GOSTR3410_512_KEY_PAIR_GEN : CKM_GOSTR3410_KEY_PAIR_GEN, NULL,
                        0};
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    const uint8_t *param = wide ? param_512 : param_a;
    CK_ULONG param_len = wide ? sizeof(param_512) : sizeof(param_a);
    CK_ATTRIBUTE pub[] = {{CKA_TOKEN, &yes, 1},
                          {CKA_PRIVATE, &no, 1},
                          {CKA_LABEL, (void *)label, strlen(label)},
                          {CKA_ID, &id, 1},
                          {CKA_GOSTR3410_PARAMS, (void *)param, param_len}};
    CK_ATTRIBUTE priv[] = {{CKA_TOKEN, &yes, 1},
                           {CKA_PRIVATE, &yes, 1},
                           {CKA_LABEL, (void *)label, strlen(label)},
                           {CKA_ID, &id, 1},
                           {CKA_GOSTR3410_PARAMS, (void *)param, param_len}};
    CK_OBJECT_HANDLE a, b;

    good(f->C_GenerateKeyPair(s, &gen, pub, 5, priv, 5, &a, &b), "C_GenerateKeyPair");
}

static int make_token(void **state)
{
    unsigned char label[32];
    CK_SESSION_HANDLE s;
    CK_SLOT_ID slots[8];
    CK_ULONG n = 8;
    CK_FUNCTION_LIST *f;
    gt_error err;
    gt_p11 *p;

    (void)state;
    temp_dir_make();
    setenv("GOSTTOKEN_DIR", temp_dir(), 1);
    unsetenv("GOSTTOKEN_PIN");
    log_forbidden = PIN;
    p = client(OUR_MODULE, NULL, NULL);
    f = gt_p11_functions(p, &err);
    if (f == NULL)
        fail_msg("%s", err.text);
    good(f->C_GetSlotList(CK_FALSE, slots, &n), "C_GetSlotList");
    assert_true(n > 0);
    memset(label, ' ', sizeof(label));
    memcpy(label, "work", 4);
    good(f->C_InitToken(slots[0], (CK_UTF8CHAR *)SO_PIN, strlen(SO_PIN), label), "C_InitToken");
    good(f->C_OpenSession(slots[0], CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s),
         "C_OpenSession");
    good(f->C_Login(s, CKU_SO, (CK_UTF8CHAR *)SO_PIN, strlen(SO_PIN)), "C_Login");
    good(f->C_InitPIN(s, (CK_UTF8CHAR *)PIN, strlen(PIN)), "C_InitPIN");
    good(f->C_Logout(s), "C_Logout");
    good(f->C_Login(s, CKU_USER, (CK_UTF8CHAR *)PIN, strlen(PIN)), "C_Login");
    generate(f, s, "alice", 1, 0);
    generate(f, s, "bob", 2, 1);
    good(f->C_CloseSession(s), "C_CloseSession");
    gt_p11_free(p);
    return 0;
}

static int remove_token(void **state)
{
    (void)state;
    temp_dir_remove();
    return 0;
}

static int sign_once(gt_object *key, gt_error *err)
{
    int wide = gt_object_key_type(key) == CKK_GOSTR3410_512;
    CK_MECHANISM m = {wide ? CKM_GOSTR3410_512 : CKM_GOSTR3410, NULL, 0};
    uint8_t digest[64] = {1, 2, 3}, sig[128];
    size_t len = sizeof(sig), size = wide ? 64 : 32;

    return gt_object_sign(key, &m, digest, size, sig, &len, err) && len == 2 * size;
}

static gt_object *must_find(gt_p11 *p, const char *uri)
{
    gt_error err;
    gt_object *o = gt_p11_find_one(p, uri, CKO_PRIVATE_KEY, NULL, &err);

    if (o == NULL)
        fail_msg("%s: %s", uri, err.text);
    return o;
}

static void finds_and_signs(void **state)
{
    gt_p11 *p = client(OUR_MODULE, "work", PIN);
    static const struct {
        const char *uri;
        size_t oid_len, pub_len;
    } keys[] = {{"pkcs11:object=alice", sizeof(param_a), 64},
                {"pkcs11:token=work;id=%02", sizeof(param_512), 128}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        gt_object *key = must_find(p, keys[i].uri), *again = must_find(p, gt_object_uri(key));
        uint8_t oid[32], pub[128], *value;
        size_t oid_len = 0, pub_len = 0, len;
        gt_error err;

        if (!sign_once(key, &err) || !sign_once(again, &err) ||
            !gt_object_gost_public(key, oid, &oid_len, pub, &pub_len, &err))
            fail_msg("%s", err.text);
        assert_int_equal(oid_len, keys[i].oid_len);
        assert_int_equal(pub_len, keys[i].pub_len);
        assert_false(gt_object_get(key, CKA_VALUE, &value, &len, &err));
        assert_int_equal(err.rv, CKR_ATTRIBUTE_SENSITIVE);
        gt_object_free(key);
        gt_object_free(again);
    }
    gt_p11_free(p);
}

struct worker {
    pthread_t thread;
    gt_object *key;
    int rounds, good;
    gt_error err;
};

static void *sign_many(void *arg)
{
    struct worker *w = arg;

    for (int i = 0; i < w->rounds; i++)
        w->good += sign_once(w->key, &w->err);
    return NULL;
}

static void threads_sign(gt_object *key)
{
    struct worker w[4] = {{0}};

    for (int i = 0; i < 4; i++) {
        w[i].key = key;
        w[i].rounds = 100;
        pthread_create(&w[i].thread, NULL, sign_many, &w[i]);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(w[i].thread, NULL);
    for (int i = 0; i < 4; i++)
        if (w[i].good != 100)
            fail_msg("%d of 100: %s", w[i].good, w[i].err.text);
}

static int child_signs(void *arg)
{
    struct worker w = {.key = arg, .rounds = 20};

    sign_many(&w);
    if (w.good != 20)
        print_error("child: %s\n", w.err.text);
    gt_object_free(w.key);
    return w.good == 20 ? 0 : 1;
}

static void threads_and_forks(void **state)
{
    gt_p11 *p = client(OUR_MODULE, "work", PIN);
    gt_object *key = must_find(p, "pkcs11:object=alice");
    pid_t pids[4];
    gt_error err;

    (void)state;
    gt_p11_free(p);
    threads_sign(key);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 4; i++)
            pids[i] = start_child(child_signs, key);
        for (int i = 0; i < 20; i++)
            if (!sign_once(key, &err))
                fail_msg("%s", err.text);
        for (int i = 0; i < 4; i++)
            assert_int_equal(end_child(pids[i]), 0);
    }
    threads_sign(key);
    gt_object_free(key);
}

static void wrong_pin(void **state)
{
    gt_p11 *p = client(OUR_MODULE, "work", NULL);
    gt_object *key;
    gt_error err;

    (void)state;
    assert_null(
        gt_p11_find_one(p, "pkcs11:object=alice?pin-value=wrong-pin", CKO_PRIVATE_KEY, NULL, &err));
    assert_reason(err, GT_PIN_WRONG);
    assert_says(err, "tries are left");
    assert_null(strstr(err.text, "wrong-pin"));
    key = must_find(p, "pkcs11:object=alice?pin-value=" PIN);
    assert_true(sign_once(key, &err));
    gt_object_free(key);
    gt_p11_free(p);
}

/* The number for both PINs, as the end of a sentence. */
static void tries_are_told(void **state)
{
    gt_p11 *p = client(OUR_MODULE, "work", NULL);
    CK_SESSION_HANDLE s;
    CK_FUNCTION_LIST *f;
    char text[64];
    gt_error err;

    (void)state;
    f = gt_p11_functions(p, &err);
    assert_non_null(f);
    gt_p11_tries_left(p, 0, CKU_USER, text, sizeof(text));
    assert_string_equal(text, "; 10 tries are left");
    good(f->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s), "C_OpenSession");
    assert_int_equal(f->C_Login(s, CKU_SO, (CK_UTF8CHAR *)"not-it", 6), CKR_PIN_INCORRECT);
    gt_p11_tries_left(p, 0, CKU_SO, text, sizeof(text));
    assert_string_equal(text, "; 9 tries are left");
    good(f->C_Login(s, CKU_SO, (CK_UTF8CHAR *)SO_PIN, strlen(SO_PIN)), "C_Login");
    gt_p11_tries_left(p, 0, CKU_SO, text, sizeof(text));
    assert_string_equal(text, "; 10 tries are left");
    gt_p11_tries_left(p, 99, CKU_USER, text, sizeof(text));
    assert_string_equal(text, "");
    good(f->C_CloseSession(s), "C_CloseSession");
    gt_p11_free(p);
}

static void overwrite(const char *name, long at, const char *bytes, size_t n)
{
    char path[300];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", temp_dir(), name);
    file = fopen(path, "r+b");
    if (file == NULL)
        file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

/* A slot whose token cannot be read says why; the free one beside it does not inherit the words. */
static void unreadable_is_not_free(void **state)
{
    gt_p11 *p;
    CK_SLOT_ID slots[8];
    CK_ULONG n = 8;
    CK_FUNCTION_LIST *f;
    CK_TOKEN_INFO info;
    char text[400];
    gt_error err;

    (void)state;
    overwrite("token-1.db", 0, "what is this", 12);
    p = client(OUR_MODULE, NULL, NULL);
    f = gt_p11_functions(p, &err);
    assert_non_null(f);
    good(f->C_GetSlotList(CK_TRUE, slots, &n), "C_GetSlotList");
    assert_int_equal(n, 3);
    for (CK_ULONG i = 0; i < n; i++)
        good(f->C_GetTokenInfo(slots[i], &info), "C_GetTokenInfo");
    assert_false(gt_p11_slot_trouble(p, slots[0], text, sizeof(text)));
    assert_true(gt_p11_slot_trouble(p, slots[1], text, sizeof(text)));
    assert_non_null(strstr(text, "token-1.db: not a gosttoken token"));
    assert_false(gt_p11_slot_trouble(p, slots[2], text, sizeof(text)));
    assert_string_equal(text, "");

    /* Who looks for a token that is not there is told of it, and where was looked. */
    assert_int_equal(gt_p11_find(p, "pkcs11:token=gone", GT_ANY_CLASS, NULL, NULL, NULL, &err), 0);
    assert_reason(err, GT_NO_TOKEN);
    assert_says(err, "tokens present in ");
    assert_says(err, temp_dir());
    assert_says(err, "slot 1: ");
    assert_says(err, "not a gosttoken token");

    /* The module's words are for results that are about a store. */
    assert_int_equal(f->C_InitToken(slots[1], (CK_UTF8CHAR *)SO_PIN, strlen(SO_PIN), info.label),
                     CKR_TOKEN_NOT_RECOGNIZED);
    assert_non_null(strstr(gt_p11_store_text(p, CKR_TOKEN_NOT_RECOGNIZED), "token-1.db"));
    assert_null(gt_p11_store_text(p, CKR_PIN_INCORRECT));
    gt_p11_free(p);
}

static void random_bytes(void **state)
{
    gt_p11 *p = client(OUR_MODULE, "work", NULL);
    uint8_t a[32] = {0}, b[32] = {0};
    gt_error err;

    (void)state;
    assert_true(gt_p11_random(p, a, sizeof(a), &err));
    assert_true(gt_p11_random(p, b, sizeof(b), &err));
    assert_memory_not_equal(a, b, sizeof(a));
    gt_p11_free(p);
}

static void nothing_logged(void **state)
{
    (void)state;
    assert_false(log_leaked);
}

/* How many secret keys there are in the module's sessions. */
static CK_ULONG secret_keys(gt_p11 *p)
{
    CK_OBJECT_CLASS cls = CKO_SECRET_KEY;
    CK_ATTRIBUTE want = {CKA_CLASS, &cls, sizeof(cls)};
    CK_OBJECT_HANDLE found[8];
    CK_SESSION_HANDLE s;
    CK_SLOT_ID slots[8];
    CK_ULONG n = 8, count = 0;
    CK_FUNCTION_LIST *f;
    gt_error err;

    f = gt_p11_functions(p, &err);
    good(f->C_GetSlotList(CK_TRUE, slots, &n), "C_GetSlotList");
    good(f->C_OpenSession(slots[0], CKF_SERIAL_SESSION, NULL, NULL, &s), "C_OpenSession");
    good(f->C_FindObjectsInit(s, &want, 1), "C_FindObjectsInit");
    good(f->C_FindObjects(s, found, 8, &count), "C_FindObjects");
    good(f->C_FindObjectsFinal(s), "C_FindObjectsFinal");
    good(f->C_CloseSession(s), "C_CloseSession");
    return count;
}

/* VKO of the key with itself; the second step wraps nothing that could be opened. */
static void derives_keys(void **state)
{
    static const uint8_t ukm[8] = {1, 2, 3}, garbage[36] = {4, 5, 6};
    CK_OBJECT_CLASS cls = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_GOST28147;
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    gt_p11 *p = client(OUR_MODULE, "work", PIN);
    gt_object *key = must_find(p, "pkcs11:object=alice");
    uint8_t oid[32], pub[128], one[64], two[64];
    size_t oid_len = sizeof(oid), pub_len = sizeof(pub), len = sizeof(one);
    CK_GOSTR3410_DERIVE_PARAMS params = {CKD_NULL, pub, 64, (CK_BYTE *)ukm, sizeof(ukm)};
    gt_step steps[2] = {
        {.mechanism = {CKM_GOSTR3410_12_DERIVE, &params, sizeof(params)},
         .templ = {{CKA_CLASS, &cls, sizeof(cls)},
                   {CKA_KEY_TYPE, &type, sizeof(type)},
                   {CKA_SENSITIVE, &no, 1},
                   {CKA_EXTRACTABLE, &yes, 1}},
         .n = 4},
        {.mechanism = {CKM_GOST28147_KEY_WRAP, (void *)ukm, sizeof(ukm)},
         .wrapped = garbage,
         .wrapped_len = sizeof(garbage),
         .templ = {{CKA_CLASS, &cls, sizeof(cls)}, {CKA_KEY_TYPE, &type, sizeof(type)}},
         .n = 2},
    };
    gt_error err;

    (void)state;
    assert_true(gt_object_gost_public(key, oid, &oid_len, pub, &pub_len, &err));
    if (!gt_object_derive(key, steps, 1, one, &len, &err))
        fail_msg("%s", err.text);
    assert_int_equal(len, 32);
    len = sizeof(two);
    assert_true(gt_object_derive(key, steps, 1, two, &len, &err));
    assert_memory_equal(one, two, 32);

    /* No room; a key that stays hidden; a parameter that is wrong; a second step that fails. */
    len = 31;
    assert_false(gt_object_derive(key, steps, 1, two, &len, &err));
    assert_int_equal(err.rv, CKR_BUFFER_TOO_SMALL);
    len = sizeof(two);
    steps[0].templ[2].pValue = &yes;
    assert_false(gt_object_derive(key, steps, 1, two, &len, &err));
    assert_int_equal(err.rv, CKR_ATTRIBUTE_SENSITIVE);
    assert_false(gt_error_is_unsupported(&err));
    assert_false(gt_object_derive(key, steps, 2, two, &len, &err));
    assert_int_equal(err.rv, CKR_WRAPPED_KEY_INVALID);
    assert_false(gt_error_is_unsupported(&err));
    params.ulUKMLen = 0;
    assert_false(gt_object_derive(key, steps, 1, two, &len, &err));
    assert_int_equal(err.rv, CKR_MECHANISM_PARAM_INVALID);
    assert_true(gt_error_is_unsupported(&err));
    for (size_t i = 0; i < sizeof(two); i++)
        assert_int_equal(two[i], 0);
    /* Nothing of all that is left, and the session is as good as before. */
    assert_int_equal(secret_keys(p), 0);
    assert_true(sign_once(key, &err));
    gt_object_free(key);
    gt_p11_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derives_keys),      cmocka_unit_test(finds_and_signs),
        cmocka_unit_test(threads_and_forks), cmocka_unit_test(wrong_pin),
        cmocka_unit_test(random_bytes),      cmocka_unit_test(tries_are_told),
        cmocka_unit_test(nothing_logged),    cmocka_unit_test(unreadable_is_not_free),
    };

    return cmocka_run_group_tests(tests, make_token, remove_token);
}
