/* SPDX-License-Identifier: Apache-2.0 */
/* The client with a module that is not ours: SoftHSM2, RSA and EC keys. Skipped if it is missing.
 */
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIN "1234secret"

static const char *const places[] = {
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
};
static const char *module;

static int make_tokens(void **state)
{
    FILE *f;
    char path[200];

    (void)state;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && module == NULL; i++)
        if (access(places[i], R_OK) == 0)
            module = places[i];
    if (module == NULL || system("command -v pkcs11-tool softhsm2-util >/dev/null 2>&1") != 0) {
        print_message("SoftHSM2, softhsm2-util or pkcs11-tool is missing: skipped\n");
        module = NULL;
        return 0;
    }
    temp_dir_make();
    snprintf(path, sizeof(path), "%s/conf", temp_dir());
    f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n",
            temp_dir());
    fclose(f);
    run("mkdir %s/tokens", temp_dir());
    setenv("SOFTHSM2_CONF", path, 1);
    unsetenv("GOSTTOKEN_PIN");
    run("softhsm2-util --init-token --free --label work --so-pin 87654321 --pin %s", PIN);
    run("softhsm2-util --init-token --free --label 'spare one' --so-pin 87654321 --pin other999");
#define TOOL "pkcs11-tool --module %s --token-label work --login --pin %s "
    run(TOOL "--keypairgen --key-type rsa:2048 --label rsa --id 01", module, PIN);
    run(TOOL "--keypairgen --key-type EC:prime256v1 --label ec --id 0203", module, PIN);
    run(TOOL "--keypairgen --key-type EC:prime256v1 --label twin --id 04", module, PIN);
    run(TOOL "--keypairgen --key-type EC:prime256v1 --label twin --id 05", module, PIN);
    run("printf hello > %s/data", temp_dir());
    run(TOOL "--write-object %s/data --type data --label note", module, PIN, temp_dir());
    log_forbidden = PIN;
    return 0;
}

static int remove_tokens(void **state)
{
    (void)state;
    temp_dir_remove();
    return 0;
}

static gt_p11 *open_client(const char *token, const char *pin)
{
    if (module == NULL)
        skip();
    return client(module, token, pin);
}

static int sign_once(gt_object *key, gt_error *err)
{
    CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0};
    uint8_t digest[32] = {1, 2, 3}, sig[64];
    size_t len = sizeof(sig);

    if (!gt_object_sign(key, &ecdsa, digest, sizeof(digest), sig, &len, err))
        return 0;
    return len == 64;
}

static void finds_and_signs(void **state)
{
    gt_p11 *p = open_client(NULL, NULL);
    gt_object *key;
    gt_error err;
    size_t len;

    (void)state;
    key = gt_p11_find_one(p, "pkcs11:token=work;object=ec;type=private?pin-value=" PIN,
                          GT_ANY_CLASS, NULL, &err);
    if (key == NULL)
        fail_msg("%s", err.text);
    assert_int_equal(gt_object_class(key), CKO_PRIVATE_KEY);
    assert_int_equal(gt_object_key_type(key), CKK_EC);
    assert_string_equal(gt_object_label(key), "ec");
    assert_string_equal(gt_object_token_label(key), "work");
    assert_memory_equal(gt_object_id(key, &len), "\x02\x03", 2);
    assert_null(strstr(gt_object_uri(key), PIN));
    if (!sign_once(key, &err))
        fail_msg("%s", err.text);
    gt_p11_free(p); /* the key holds a reference */
    if (!sign_once(key, &err))
        fail_msg("%s", err.text);
    gt_object_free(key);
    assert_false(log_leaked);
}

/* The object's own URI finds it, and it alone. */
static void own_uri(void **state)
{
    gt_p11 *p = open_client(NULL, PIN);
    gt_object *key, *again;
    gt_error err;

    (void)state;
    key = gt_p11_find_one(p, "pkcs11:token=work;id=%04", CKO_PRIVATE_KEY, NULL, &err);
    assert_non_null(key);
    again = gt_p11_find_one(p, gt_object_uri(key), GT_ANY_CLASS, NULL, &err);
    assert_non_null(again);
    assert_string_equal(gt_object_uri(key), gt_object_uri(again));
    gt_object_free(again);
    gt_object_free(key);
    gt_p11_free(p);
}

static int count(void *arg, gt_object *o)
{
    (void)o;
    ++*(int *)arg;
    return 1;
}

static void lists(void **state)
{
    gt_p11 *p = open_client("work", NULL);
    gt_error err;
    int n = 0;

    (void)state;
    /* Four public keys and the data object: no login without a PIN. */
    assert_int_equal(gt_p11_find(p, "pkcs11:", GT_ANY_CLASS, NULL, count, &n, &err), 5);
    assert_int_equal(n, 5);
    assert_int_equal(gt_p11_find(p, "pkcs11:?pin-value=" PIN, GT_ANY_CLASS, NULL, count, &n, &err),
                     9);
    gt_p11_free(p);
}

static void ambiguous(void **state)
{
    gt_p11 *p = open_client("work", PIN);
    gt_error err;

    (void)state;
    assert_null(gt_p11_find_one(p, "pkcs11:object=twin", CKO_PRIVATE_KEY, NULL, &err));
    assert_reason(err, GT_AMBIGUOUS);
    assert_says(err, "id 04");
    assert_says(err, "id 05");
    assert_says(err, "add id=");
    assert_null(gt_p11_find_one(p, "pkcs11:object=rsa", GT_ANY_CLASS, NULL, &err));
    assert_says(err, "add type=");
    gt_p11_free(p);
}

static void errors(void **state)
{
    gt_p11 *p = open_client(NULL, NULL);
    gt_error err;

    (void)state;
    assert_null(gt_p11_find_one(p, "pkcs11:token=none;object=ec", GT_ANY_CLASS, NULL, &err));
    assert_reason(err, GT_NO_TOKEN);
    assert_says(err, "\"none\"");
    assert_says(err, "\"work\"");
    assert_says(err, "\"spare one\"");
    assert_null(gt_p11_find_one(p, "pkcs11:token=work;object=nobody", GT_ANY_CLASS, NULL, &err));
    assert_reason(err, GT_NO_OBJECT);
    assert_says(err, "nobody");
    assert_says(err, "without a login");
    assert_null(gt_p11_find_one(p, "pkcs11:token=work;object=ec", CKO_PRIVATE_KEY, NULL, &err));
    assert_reason(err, GT_PIN_NEEDED);
    assert_null(gt_p11_find_one(p, "pkcs11:token=work;object=ec?pin-value=wrongone",
                                CKO_PRIVATE_KEY, NULL, &err));
    assert_reason(err, GT_PIN_WRONG);
    assert_null(strstr(err.text, "wrongone"));
    assert_null(gt_p11_find_one(p, "pkcs11:token=spare one;type=private?pin-value=other999",
                                GT_ANY_CLASS, NULL, &err));
    assert_reason(err, GT_NO_OBJECT);
    assert_says(err, "logged in");
    gt_p11_free(p);
}

/* Two tokens match: the PIN goes only to the one that shows a public key of that label. */
static void right_token_only(void **state)
{
    gt_p11 *p = open_client(NULL, PIN);
    gt_object *key;
    gt_error err;

    (void)state;
    key = gt_p11_find_one(p, "pkcs11:object=ec", CKO_PRIVATE_KEY, NULL, &err);
    if (key == NULL)
        fail_msg("%s", err.text);
    assert_true(sign_once(key, &err));
    gt_object_free(key);
    gt_p11_free(p);
}

static void attributes_read(void **state)
{
    gt_p11 *p = open_client("work", PIN);
    gt_object *o;
    uint8_t *value;
    size_t len;
    gt_error err;

    (void)state;
    o = gt_p11_find_one(p, "pkcs11:object=note;type=data", GT_ANY_CLASS, NULL, &err);
    assert_non_null(o);
    assert_true(gt_object_get(o, CKA_VALUE, &value, &len, &err));
    assert_int_equal(len, 5);
    assert_memory_equal(value, "hello", 5);
    free(value);
    assert_false(gt_object_get(o, CKA_MODULUS, &value, &len, &err));
    assert_reason(err, GT_TOKEN_ERROR);
    assert_int_equal(err.rv, CKR_ATTRIBUTE_TYPE_INVALID);
    gt_object_free(o);
    gt_p11_free(p);
}

static void random_bytes(void **state)
{
    gt_p11 *p = open_client("work", NULL);
    uint8_t a[32] = {0}, b[32] = {0};
    gt_error err;

    (void)state;
    assert_true(gt_p11_random(p, a, sizeof(a), &err));
    assert_true(gt_p11_random(p, b, sizeof(b), &err));
    assert_memory_not_equal(a, b, sizeof(a));
    gt_p11_free(p);
}

struct work {
    gt_object *key;
    int rounds, good;
};

static void *sign_many(void *arg)
{
    struct work *w = arg;
    gt_error err;

    for (int i = 0; i < w->rounds; i++)
        w->good += sign_once(w->key, &err);
    return NULL;
}

static int sign_in_child(void *arg)
{
    struct work w = {arg, 20, 0};

    sign_many(&w);
    gt_object_free(w.key);
    return w.good == 20 ? 0 : 1;
}

static void threads_and_forks(void **state)
{
    gt_p11 *p = open_client("work", PIN);
    struct work w[4];
    pthread_t threads[4];
    pid_t children[4];
    gt_object *key;
    gt_error err;

    (void)state;
    key = gt_p11_find_one(p, "pkcs11:object=ec", CKO_PRIVATE_KEY, NULL, &err);
    assert_non_null(key);
    for (int i = 0; i < 4; i++) {
        w[i] = (struct work){key, 50, 0};
        pthread_create(&threads[i], NULL, sign_many, &w[i]);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(w[i].good, 50);
    }
    for (int i = 0; i < 4; i++)
        children[i] = start_child(sign_in_child, key);
    assert_true(sign_once(key, &err));
    for (int i = 0; i < 4; i++)
        assert_int_equal(end_child(children[i]), 0);
    assert_true(sign_once(key, &err));
    gt_object_free(key);
    gt_p11_free(p);
    assert_false(log_leaked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_and_signs),
        cmocka_unit_test(own_uri),
        cmocka_unit_test(lists),
        cmocka_unit_test(ambiguous),
        cmocka_unit_test(errors),
        cmocka_unit_test(right_token_only),
        cmocka_unit_test(attributes_read),
        cmocka_unit_test(random_bytes),
        cmocka_unit_test(threads_and_forks),
    };

    return cmocka_run_group_tests(tests, make_tokens, remove_tokens);
}
