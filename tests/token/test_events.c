/* SPDX-License-Identifier: Apache-2.0 */
/* C_WaitForSlotEvent: what other processes do to tokens. */
#include "tests/token/harness.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static CK_UTF8CHAR label[33] = "event                           ";

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Another process: a child that initialises the module anew. */
typedef CK_RV deed(void);

static void elsewhere(deed *d, unsigned delay_us)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        (void)usleep(delay_us);
        if (F->C_Initialize(NULL) != CKR_OK || d() != CKR_OK)
            _exit(1);
        _exit(F->C_Finalize(NULL) == CKR_OK ? 0 : 1);
    }
    if (delay_us == 0) {
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
}

static CK_RV format_0(void)
{
    return F->C_InitToken(0, PIN(SO_PIN), label);
}

static CK_RV make_next(void) /* slot 1 is the spare */
{
    return F->C_InitToken(1, PIN(SO_PIN), label);
}

static CK_RV poll_event(CK_SLOT_ID *slot)
{
    *slot = 99;
    return F->C_WaitForSlotEvent(CKF_DONT_BLOCK, slot, NULL);
}

static void remove_1(void)
{
    char path[256];

    (void)snprintf(path, sizeof path, "%s/token-1.db", store_dir());
    assert_int_equal(unlink(path), 0);
}

static void polled(void **state)
{
    CK_TOKEN_INFO info;
    CK_SLOT_ID slot;

    (void)state;
    FAILS(CKR_ARGUMENTS_BAD, F->C_WaitForSlotEvent(CKF_DONT_BLOCK, NULL, NULL));
    FAILS(CKR_ARGUMENTS_BAD, F->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, &slot));
    FAILS(CKR_NO_EVENT, poll_event(&slot));

    elsewhere(make_next, 0);
    OK(poll_event(&slot));
    assert_int_equal(slot, 1);
    FAILS(CKR_NO_EVENT, poll_event(&slot));
    OK(F->C_GetTokenInfo(1, &info));
    assert_memory_equal(info.label, label, 32);

    elsewhere(format_0, 0);
    OK(poll_event(&slot));
    assert_int_equal(slot, 0);
    FAILS(CKR_NO_EVENT, poll_event(&slot));
    OK(F->C_GetTokenInfo(0, &info));
    assert_memory_equal(info.label, label, 32);
    FAILS(CKR_NO_EVENT, poll_event(&slot));

    remove_1();
    OK(poll_event(&slot));
    assert_int_equal(slot, 1);
    FAILS(CKR_NO_EVENT, poll_event(&slot));
}

/* A token that was opened before anybody waited: its format is known. */
static void formatted_before_the_first_wait(void **state)
{
    CK_SESSION_HANDLE s = open_ro();
    CK_SESSION_INFO info;
    CK_SLOT_ID slot;

    (void)state;
    assert_int_equal(find_n(s, NULL, 0, NULL), 0);
    elsewhere(format_0, 0);
    OK(poll_event(&slot));
    assert_int_equal(slot, 0);
    FAILS(CKR_NO_EVENT, poll_event(&slot));
    FAILS(CKR_DEVICE_REMOVED, F->C_GetSessionInfo(s, &info)); /* sessions of the old one end */
    FAILS(CKR_NO_EVENT, poll_event(&slot));
    s = open_ro();
    OK(F->C_GetSessionInfo(s, &info));
    FAILS(CKR_NO_EVENT, poll_event(&slot));
}

/* What this process does is no news to it. */
static void our_own_doing(void **state)
{
    CK_SLOT_ID slot;

    (void)state;
    FAILS(CKR_NO_EVENT, poll_event(&slot));
    OK(format_0());
    FAILS(CKR_NO_EVENT, poll_event(&slot));
    OK(make_next());
    FAILS(CKR_NO_EVENT, poll_event(&slot));
    elsewhere(format_0, 0);
    OK(poll_event(&slot));
    assert_int_equal(slot, 0);
}

static void blocking(void **state)
{
    CK_SLOT_ID slot = 99;
    double start = now();
    int status;

    (void)state;
    FAILS(CKR_NO_EVENT, poll_event(&slot)); /* what there is before, however late this one waits */
    slot = 99;
    elsewhere(make_next, 200000);
    OK(F->C_WaitForSlotEvent(0, &slot, NULL));
    assert_int_equal(slot, 1);
    assert_true(now() - start < 60);
    assert_true(wait(&status) > 0);
    assert_int_equal(status, 0);
    slot = 99;
    elsewhere(format_0, 1000);
    OK(F->C_WaitForSlotEvent(0, &slot, NULL));
    assert_int_equal(slot, 0);
    assert_true(wait(&status) > 0);
    assert_int_equal(status, 0);
}

static void *waiter(void *arg)
{
    CK_SLOT_ID slot;

    *(CK_RV *)arg = F->C_WaitForSlotEvent(0, &slot, NULL);
    return NULL;
}

/* Who waits looks every 250 ms; C_Finalize does not leave it to that. On a busy machine not every
 * time need be quick. */
static void finalize_wakes(void **state)
{
    double took = 1;

    (void)state;
    for (int tries = 0; tries < 20 && took > 0.1; tries++) {
        pthread_t threads[4];
        CK_RV got[4];
        double start;

        for (int i = 0; i < 4; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, waiter, &got[i]), 0);
        (void)usleep(50000);
        start = now();
        OK(F->C_Finalize(NULL));
        for (int i = 0; i < 4; i++) {
            assert_int_equal(pthread_join(threads[i], NULL), 0);
            assert_int_equal(got[i], CKR_CRYPTOKI_NOT_INITIALIZED);
        }
        took = now() - start;
        OK(F->C_Initialize(NULL));
    }
    assert_true(took <= 0.1);
}

#define TOKEN(f) cmocka_unit_test_setup_teardown(f, test_begin_token, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOKEN(polled),         TOKEN(formatted_before_the_first_wait),
        TOKEN(our_own_doing),  TOKEN(blocking),
        TOKEN(finalize_wakes),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
