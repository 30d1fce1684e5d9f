/* SPDX-License-Identifier: Apache-2.0 */
/* Forks. With the mock module, which in a child wants C_Initialize first, as the standard has it,
 * or, with `inherits`, goes on as if nothing had happened. */
#include "support.h"
#include "tests/sanitizer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static mock *m;

static int setup(void **state)
{
    (void)state;
    m = mock_load();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return m->overlaps != 0 || m->dead_handles != 0 || m->slots[0].wrong_pins != 0;
}

static int signs(gt_object *key)
{
    gt_error err;

    for (int i = 0; i < 20; i++)
        if (!mock_sign(key, 1, 0, &err)) {
            print_error("child: %s\n", err.text);
            return 0;
        }
    return 1;
}

/* In a child: signs 20 times, frees everything; what the mock saw must be in order. */
static int child_signs(void *arg)
{
    gt_object *key = arg;
    int calls = m->calls[MOCK_INITIALIZE], logins = m->slots[0].logins;

    if (!signs(key))
        return 1;
    if (m->inherits ? m->slots[0].logins != logins : m->slots[0].logins != logins + 1)
        return 2;
    if (!m->inherits && m->calls[MOCK_INITIALIZE] != calls + 1)
        return 3;
    if (m->overlaps != 0 || m->dead_handles != 0 || m->slots[0].wrong_pins != 0)
        return 4;
    gt_object_free(key);
    return m->open != 0 && !m->inherits ? 5 : 0;
}

static void children_sign(void **state)
{
    (void)state;
    for (int inherits = 0; inherits < 2; inherits++) {
        pid_t pids[4];
        gt_object *key;
        gt_error err;

        m = mock_load();
        m->inherits = inherits;
        key = mock_key();
        assert_true(mock_sign(key, 1, 0, &err));
        for (int i = 0; i < 4; i++)
            pids[i] = start_child(child_signs, key);
        for (int i = 0; i < 20; i++)
            assert_true(mock_sign(key, 1, 0, &err));
        for (int i = 0; i < 4; i++)
            assert_int_equal(end_child(pids[i]), 0);
        assert_true(mock_sign(key, 1, 0, &err));
        assert_int_equal(m->slots[0].logins, 1);
        gt_object_free(key);
        assert_int_equal(m->calls[MOCK_FINALIZE], 1);
    }
}

static int child_finds(void *arg)
{
    gt_error err;
    gt_object *key = gt_p11_find_one(arg, "pkcs11:object=key", CKO_PRIVATE_KEY, NULL, &err);
    int ok = key != NULL && signs(key) && m->slots[0].logins == 1;

    gt_object_free(key);
    gt_p11_free(arg);
    return ok && m->open == 0 ? 0 : 1;
}

/* As a server does: configured in the master, first used in the workers. */
static void before_first_use(void **state)
{
    gt_p11 *p = mock_client(NULL, "123456");
    pid_t pids[4];

    (void)state;
    for (int i = 0; i < 4; i++)
        pids[i] = start_child(child_finds, p);
    for (int i = 0; i < 4; i++)
        assert_int_equal(end_child(pids[i]), 0);
    assert_int_equal(m->calls[MOCK_INITIALIZE], 0);
    gt_p11_free(p);
}

static int child_of_child(void *arg)
{
    gt_error err;

    if (!mock_sign(arg, 1, 0, &err))
        return 10;
    return end_child(start_child(child_signs, arg));
}

static int silent_child_of_child(void *arg)
{
    return end_child(start_child(child_signs, arg));
}

static void nested(void **state)
{
    gt_object *key = mock_key();

    (void)state;
    assert_int_equal(end_child(start_child(child_of_child, key)), 0);
    /* The child in the middle never used it. */
    assert_int_equal(end_child(start_child(silent_child_of_child, key)), 0);
    gt_object_free(key);
}

/* A child that has no use for it: its freeing does not touch the module. */
static int child_frees(void *arg)
{
    int calls[MOCK_CALLS];

    memcpy(calls, m->calls, sizeof(calls));
    gt_object_free(arg);
    return memcmp(calls, m->calls, sizeof(calls)) == 0 ? 0 : 1;
}

static void idle_child(void **state)
{
    gt_object *key = mock_key();
    gt_error err;

    (void)state;
    assert_int_equal(end_child(start_child(child_frees, key)), 0);
    assert_true(mock_sign(key, 1, 0, &err));
    gt_object_free(key);
}

/* ---- forks among threads -------------------------------------------------------------------- */

struct busy {
    pthread_t thread;
    gt_object *key;
    atomic_int stop;
    atomic_int good, bad;
    gt_error err;
};

static void *sign_until(void *arg)
{
    struct busy *b = arg;

    while (!atomic_load(&b->stop)) {
        if (mock_sign(b->key, 1, 0, &b->err))
            b->good++;
        else
            b->bad++;
    }
    return NULL;
}

static int child_signs_with_threads(void *arg)
{
    struct busy b[4] = {{0}};
    int bad = 0;

    for (int i = 0; i < 4; i++) {
        b[i].key = arg;
        if (pthread_create(&b[i].thread, NULL, sign_until, &b[i]) != 0)
            return 1;
    }
    for (int i = 0; i < 4; i++)
        while (b[i].good + b[i].bad < 10)
            usleep(1000);
    for (int i = 0; i < 4; i++)
        atomic_store(&b[i].stop, 1);
    for (int i = 0; i < 4; i++) {
        pthread_join(b[i].thread, NULL);
        if (b[i].bad > 0)
            print_error("child: %s\n", b[i].err.text);
        bad += b[i].bad;
    }
    /* However many threads: initialised once, logged in once, and once for the parent. */
    if (m->calls[MOCK_INITIALIZE] != 2 || m->slots[0].logins != 2)
        return 2;
    return bad != 0 ? 3 : m->overlaps != 0 ? 4 : 0;
}

static void fork_while_threads_sign(void **state)
{
    struct busy b[4] = {{0}};
    gt_object *key;

    (void)state;
    if (!FORK_AMONG_THREADS)
        skip();
    key = mock_key();
    for (int i = 0; i < 4; i++) {
        b[i].key = key;
        pthread_create(&b[i].thread, NULL, sign_until, &b[i]);
    }
    for (int i = 0; i < 30; i++) {
        int threads = i % 2 && THREADS_IN_CHILD;
        pid_t pid = start_child(threads ? child_signs_with_threads : child_signs, key);

        assert_int_equal(end_child(pid), 0);
    }
    for (int i = 0; i < 4; i++)
        atomic_store(&b[i].stop, 1);
    for (int i = 0; i < 4; i++) {
        pthread_join(b[i].thread, NULL);
        assert_int_equal(b[i].bad, 0);
        assert_true(b[i].good > 0);
    }
    gt_object_free(key);
}

/* Forked while another thread has the token's turn: it is logging in. */
static void *slow_find(void *arg)
{
    gt_error err;
    gt_object *key = gt_p11_find_one(arg, "pkcs11:object=key", CKO_PRIVATE_KEY, NULL, &err);

    gt_object_free(key);
    return key;
}

static void fork_during_login(void **state)
{
    pthread_t thread;
    void *found;
    gt_p11 *p;
    pid_t pid;

    (void)state;
    if (!FORK_AMONG_THREADS)
        skip();
    p = mock_client(NULL, "123456");
    m->login_ms = 300;
    pthread_create(&thread, NULL, slow_find, p);
    usleep(100000);
    pid = start_child(child_finds, p);
    pthread_join(thread, &found);
    assert_non_null(found);
    assert_int_equal(end_child(pid), 0);
    gt_p11_free(p);
}

/* A prompt may start a program. */
static int forking_prompt(void *arg, const char *token, const char *warning, char *pin, size_t size)
{
    (void)token;
    (void)warning;
    (void)size;
    *(int *)arg = system("true");
    strcpy(pin, "123456");
    return 1;
}

static void fork_in_prompt(void **state)
{
    gt_p11 *p = mock_client(NULL, NULL);
    int status = -1;
    gt_prompt prompt = {forking_prompt, &status};
    gt_error err;
    gt_object *key = gt_p11_find_one(p, "pkcs11:object=key", CKO_PRIVATE_KEY, &prompt, &err);

    (void)state;
    assert_non_null(key);
    assert_int_equal(status, 0);
    gt_p11_free(p);
    assert_int_equal(end_child(start_child(child_signs, key)), 0);
    gt_object_free(key);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(children_sign),           T(before_first_use),  T(nested),         T(idle_child),
        T(fork_while_threads_sign), T(fork_during_login), T(fork_in_prompt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
