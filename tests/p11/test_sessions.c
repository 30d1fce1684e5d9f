/* SPDX-License-Identifier: Apache-2.0 */
/* The pool, what a signature costs, and what is put right when it is lost. With the mock module. */
#include "support.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

static mock *m;

static int setup(void **state)
{
    (void)state;
    m = mock_load();
    return 0;
}

/* After every test: no session shared, none leaked, no dead handle used. */
static int teardown(void **state)
{
    (void)state;
    if (m->overlaps != 0 || m->dead_handles != 0)
        print_error("overlaps %d, dead handles %d\n", m->overlaps, m->dead_handles);
    return m->overlaps != 0 || m->dead_handles != 0 ||
           m->calls[MOCK_INITIALIZE] != m->calls[MOCK_FINALIZE];
}

static int sum(const int *calls)
{
    int n = 0;

    for (int i = 0; i < MOCK_CALLS; i++)
        n += calls[i];
    return n;
}

static void cost_of_a_signature(void **state)
{
    gt_object *key = mock_key();
    gt_error err;
    int before;

    (void)state;
    assert_true(mock_sign(key, 1, 0, &err));
    before = sum(m->calls);
    for (int i = 0; i < 100; i++)
        assert_true(mock_sign(key, 1, 0, &err));
    assert_int_equal(sum(m->calls) - before, 200);
    gt_object_free(key);
    assert_int_equal(m->open, 0);
}

static const CK_RV losses[] = {
    CKR_USER_NOT_LOGGED_IN,       CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED,
    CKR_OBJECT_HANDLE_INVALID,    CKR_KEY_HANDLE_INVALID,     CKR_DEVICE_REMOVED,
    CKR_CRYPTOKI_NOT_INITIALIZED, CKR_TOKEN_NOT_PRESENT,
};

/* Each loss, in each of the two calls: made good once, and an error if it comes again. */
static void told_of_a_loss(void **state)
{
    static const mock_call calls[] = {MOCK_SIGN_INIT, MOCK_SIGN};

    (void)state;
    for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
        for (size_t j = 0; j < 2; j++) {
            gt_object *key = mock_key();
            gt_error err;

            m->faults[0] = (mock_fault){calls[j], 0, 1, losses[i]};
            if (!mock_sign(key, 1, 0, &err))
                fail_msg("%s: %s", gt_rv_name(losses[i]), err.text);
            assert_int_equal(m->faults[0].times, 0);
            m->faults[0] = (mock_fault){calls[j], 0, 2, losses[i]};
            assert_false(mock_sign(key, 1, 0, &err));
            assert_says(err, gt_rv_name(losses[i]));
            assert_int_equal(m->faults[0].times, 0);
            assert_true(mock_sign(key, 1, 0, &err));
            gt_object_free(key);
        }
    assert_int_equal(m->slots[0].wrong_pins, 0);
}

static void real_losses(void **state)
{
    gt_object *key = mock_key();
    gt_p11 *p = gt_object_p11(key);
    CK_FUNCTION_LIST *f;
    gt_error err;
    int logins = 1;

    (void)state;
    f = gt_p11_functions(p, &err);
    assert_true(mock_sign(key, 1, 0, &err));
    mock_log_out(0);
    assert_true(mock_sign(key, 1, 0, &err));
    assert_int_equal(m->slots[0].logins, ++logins);
    mock_close_sessions(0);
    assert_true(mock_sign(key, 1, 0, &err));
    assert_int_equal(m->slots[0].logins, ++logins);
    /* Another part of the program finalises the module, which has it counted as ours. */
    assert_int_equal(f->C_Finalize(NULL), CKR_OK);
    assert_true(mock_sign(key, 1, 0, &err));
    assert_int_equal(m->slots[0].logins, ++logins);
    assert_int_equal(m->calls[MOCK_INITIALIZE], 2);
    /* A handle that is to be found again, and the login gone meanwhile. */
    m->faults[0] = (mock_fault){MOCK_SIGN_INIT, 0, 2, CKR_KEY_HANDLE_INVALID};
    assert_false(mock_sign(key, 1, 0, &err));
    mock_log_out(0);
    assert_true(mock_sign(key, 1, 0, &err));
    assert_int_equal(m->slots[0].logins, ++logins);
    /* A find, too, sees what it saw before. */
    mock_log_out(0);
    gt_object *again =
        gt_p11_find_one(p, "pkcs11:object=key;type=private", GT_ANY_CLASS, NULL, &err);
    assert_non_null(again);
    gt_object_free(again);
    assert_int_equal(m->slots[0].logins, ++logins);
    /* And after another finalisation by somebody else, which C_GetInfo is the first to meet. */
    assert_int_equal(f->C_Finalize(NULL), CKR_OK);
    again = gt_p11_find_one(p, "pkcs11:object=key;type=private", GT_ANY_CLASS, NULL, &err);
    assert_non_null(again);
    gt_object_free(again);
    assert_int_equal(m->slots[0].logins, ++logins);
    assert_int_equal(m->slots[0].wrong_pins, 0);
    gt_object_free(key);
}

static void token_gone(void **state)
{
    gt_object *key = mock_key();
    gt_error err;

    (void)state;
    assert_true(mock_sign(key, 1, 0, &err));
    m->slots[0].present = 0;
    mock_close_sessions(0);
    assert_false(mock_sign(key, 1, 0, &err));
    assert_reason(err, GT_TOKEN_GONE);
    assert_says(err, "\"mock\"");
    assert_says(err, "0001");
    /* Another of the same label is not it. */
    m->slots[1] = m->slots[0];
    m->slots[1].present = 1;
    m->slots[1].serial = "0002";
    assert_false(mock_sign(key, 1, 0, &err));
    assert_int_equal(m->slots[1].logins, m->slots[0].logins);
    assert_reason(err, GT_TOKEN_GONE);
    /* Back in another slot. */
    m->slots[1].present = 0;
    m->slots[2] = m->slots[0];
    m->slots[2].present = 1;
    assert_true(mock_sign(key, 1, 2, &err));
    gt_object_free(key);
}

static void object_gone(void **state)
{
    gt_object *key = mock_key();
    mock_slot *s = &m->slots[0];
    gt_error err;

    (void)state;
    s->n_objects = 1;
    assert_false(mock_sign(key, 1, 0, &err));
    assert_reason(err, GT_NO_OBJECT);
    assert_says(err, "object=key");
    /* Back, in another place. */
    s->objects[2] = s->objects[1];
    s->objects[1].label = "another";
    s->objects[1].id = 9;
    s->n_objects = 3;
    assert_true(mock_sign(key, 1, 0, &err));
    /* A twin: never sign with what may be the wrong one. */
    s->objects[3] = s->objects[2];
    s->n_objects = 4;
    mock_log_out(0);
    assert_false(mock_sign(key, 1, 0, &err));
    assert_reason(err, GT_AMBIGUOUS);
    gt_object_free(key);
}

static void failures_leave_no_mess(void **state)
{
    gt_object *key = mock_key();
    CK_MECHANISM gost = {CKM_GOSTR3410, NULL, 0}, other = {CKM_RSA_PKCS, NULL, 0};
    uint8_t digest[32] = {0}, sig[MOCK_SIGNATURE];
    gt_error err;
    size_t len;

    (void)state;
    for (int i = 0; i < 3; i++) {
        len = 10;
        assert_false(gt_object_sign(key, &gost, digest, 32, sig, &len, &err));
        assert_int_equal(err.rv, CKR_BUFFER_TOO_SMALL);
        len = sizeof(sig);
        assert_false(gt_object_sign(key, &other, digest, 32, sig, &len, &err));
        assert_reason(err, GT_TOKEN_ERROR);
        assert_says(err, "CKR_MECHANISM_INVALID");
        m->faults[0] = (mock_fault){MOCK_SIGN_INIT, 0, 1, CKR_OPERATION_ACTIVE};
        assert_false(mock_sign(key, 1, 0, &err));
        m->faults[0] = (mock_fault){MOCK_SIGN_INIT, 0, 1, CKR_FUNCTION_FAILED};
        assert_false(mock_sign(key, 1, 0, &err));
        assert_true(mock_sign(key, 1, 0, &err));
    }
    /* Closing the last session would have logged out. */
    assert_int_equal(m->slots[0].logins, 1);
    assert_int_equal(m->open, 1);
    gt_object_free(key);
}

static void only_keys_sign(void **state)
{
    gt_p11 *p = mock_client(NULL, NULL);
    gt_object *o;
    gt_error err;

    (void)state;
    o = gt_p11_find_one(p, "pkcs11:type=public", GT_ANY_CLASS, NULL, &err);
    assert_non_null(o);
    assert_false(mock_sign(o, 1, 0, &err));
    assert_reason(err, GT_KEY_TYPE);
    gt_object_free(o);
    gt_p11_free(p);
}

/* ---- threads -------------------------------------------------------------------------------- */

struct worker {
    pthread_t thread;
    gt_object *key;
    gt_p11 *p;
    int rounds, good;
    gt_error err;
};

static void *sign_many(void *arg)
{
    struct worker *w = arg;

    for (int i = 0; i < w->rounds; i++)
        w->good += mock_sign(w->key, 1, 0, &w->err);
    return NULL;
}

static void with_threads(gt_object *key, int n, int rounds)
{
    struct worker w[16] = {{0}};

    for (int i = 0; i < n; i++) {
        w[i].key = key;
        w[i].rounds = rounds;
        pthread_create(&w[i].thread, NULL, sign_many, &w[i]);
    }
    for (int i = 0; i < n; i++)
        pthread_join(w[i].thread, NULL);
    for (int i = 0; i < n; i++)
        if (w[i].good != rounds)
            fail_msg("thread %d: %d of %d: %s", i, w[i].good, rounds, w[i].err.text);
}

static long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void threads_sign_at_once(void **state)
{
    gt_object *key = mock_key();
    int quick = 0;

    (void)state;
    m->sign_ms = 150;
    /* One after the other they would take 2400 ms. The machine may be too busy to have all at
     * once, but not each time. */
    for (int tries = 0; tries < 10 && !quick; tries++) {
        long start = now_ms();

        with_threads(key, 8, 2);
        quick = now_ms() - start < 1200 && m->open == 8;
        assert_true(m->open <= 8);
    }
    assert_true(quick);
    gt_object_free(key);
}

/* Fewer sessions than threads: told by the token, or found out. */
static void few_sessions(void **state)
{
    (void)state;
    for (int hidden = 0; hidden < 2; hidden++) {
        gt_object *key;

        m->slots[0].sessions_max = hidden ? 0 : 3;
        m->slots[0].hidden_max = hidden ? 3 : 0;
        key = mock_key();
        m->sign_ms = 2;
        with_threads(key, 12, 20);
        assert_int_equal(m->open, 3);
        gt_object_free(key);
    }
}

static void no_session_at_all(void **state)
{
    gt_p11 *p = mock_client(NULL, "123456");
    gt_error err;

    (void)state;
    m->faults[0] = (mock_fault){MOCK_OPEN_SESSION, 0, 1, CKR_SESSION_COUNT};
    assert_null(gt_p11_find_one(p, "pkcs11:object=key", CKO_PRIVATE_KEY, NULL, &err));
    assert_reason(err, GT_TOKEN_ERROR);
    assert_says(err, "no session left");
    gt_p11_free(p);
}

static void *find_key(void *arg)
{
    struct worker *w = arg;
    gt_object *o = gt_p11_find_one(w->p, "pkcs11:object=key", CKO_PRIVATE_KEY, NULL, &w->err);

    w->good = o != NULL && mock_sign(o, 1, 0, &w->err);
    gt_object_free(o);
    return NULL;
}

/* The first use by many threads: one C_Initialize, one C_Login. */
static void first_use_by_many(void **state)
{
    (void)state;
    for (int wrong = 0; wrong < 2; wrong++) {
        struct worker w[8] = {{0}};
        gt_p11 *p = mock_client(NULL, wrong ? "wrong0" : "123456");

        m->login_ms = 20;
        for (int i = 0; i < 8; i++) {
            w[i].p = p;
            pthread_create(&w[i].thread, NULL, find_key, &w[i]);
        }
        for (int i = 0; i < 8; i++)
            pthread_join(w[i].thread, NULL);
        for (int i = 0; i < 8; i++)
            if (w[i].good == wrong)
                fail_msg("%s", w[i].err.text);
        gt_p11_free(p);
    }
    assert_int_equal(m->calls[MOCK_INITIALIZE], 2);
    assert_int_equal(m->slots[0].logins, 1);
    assert_int_equal(m->slots[0].wrong_pins, 1);
}

static void *disturb(void *arg)
{
    struct worker *w = arg;

    for (int i = 0; i < 20; i++) {
        struct timespec t = {0, 3000000};

        nanosleep(&t, NULL);
        mock_log_out(0);
    }
    w->good = 1;
    return NULL;
}

/* Somebody logs out again and again while threads sign. A thread that meets it twice in one call
 * may give up; most signatures must come, and the client must be whole afterwards. */
static void logouts_in_between(void **state)
{
    gt_object *key = mock_key();
    struct worker w[5] = {{0}};
    gt_error err;

    (void)state;
    for (int i = 0; i < 5; i++) {
        w[i].key = key;
        w[i].rounds = 400;
        pthread_create(&w[i].thread, NULL, i == 0 ? disturb : sign_many, &w[i]);
    }
    for (int i = 0; i < 5; i++)
        pthread_join(w[i].thread, NULL);
    for (int i = 1; i < 5; i++)
        assert_true(w[i].good > 380);
    assert_true(mock_sign(key, 1, 0, &err));
    assert_int_equal(m->slots[0].wrong_pins, 0);
    gt_object_free(key);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(cost_of_a_signature), T(told_of_a_loss),       T(real_losses),
        T(token_gone),          T(object_gone),          T(failures_leave_no_mess),
        T(only_keys_sign),      T(threads_sign_at_once), T(few_sessions),
        T(no_session_at_all),   T(first_use_by_many),    T(logouts_in_between),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
