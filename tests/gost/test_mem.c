/* SPDX-License-Identifier: Apache-2.0 */
/* gost/mem.h and gost/random.h. */
#include "tests/gost/hash_test.h"

#include <signal.h>
#include <sys/time.h>

#include "gost/mem.h"
#include "gost/random.h"

static void test_wipe(void **state)
{
    uint8_t b[66];

    (void)state;
    gost_wipe(NULL, 0);
    for (size_t n = 0; n <= 64; n++) {
        memset(b, 0xa5, sizeof b);
        gost_wipe(b + 1, n);
        for (size_t i = 0; i < sizeof b; i++)
            assert_int_equal(b[i], i >= 1 && i <= n ? 0 : 0xa5);
    }
}

static void test_equal(void **state)
{
    uint8_t a[64], b[64];

    (void)state;
    memset(a, 0x5a, sizeof a);
    memcpy(b, a, sizeof a);
    assert_int_equal(gost_equal(a, b, 0), 1);
    assert_int_equal(gost_equal(NULL, NULL, 0), 1);
    assert_int_equal(gost_equal(a, b, sizeof a), 1);
    for (size_t i = 0; i < sizeof a; i++)
        for (int bit = 0; bit < 8; bit++) {
            b[i] ^= (uint8_t)(1 << bit);
            assert_int_equal(gost_equal(a, b, sizeof a), 0);
            assert_int_equal(gost_equal(a, b, i), 1);
            b[i] ^= (uint8_t)(1 << bit);
        }
    memset(b, 0xa5, sizeof b);
    assert_int_equal(gost_equal(a, b, sizeof a), 0);
}

static void test_random(void **state)
{
    uint8_t a[300] = {0}, b[300] = {0};
    unsigned ones = 0;

    (void)state;
    assert_int_equal(gost_random_system(NULL, NULL, 0), 1);
    assert_int_equal(gost_random_system(NULL, a + 1, sizeof a - 2), 1);
    assert_int_equal(a[0], 0);
    assert_int_equal(a[sizeof a - 1], 0);
    assert_int_equal(gost_random_system(NULL, b + 1, sizeof b - 2), 1);
    assert_memory_not_equal(a, b, sizeof a);
    for (size_t i = 0; i < sizeof a; i++)
        ones += (unsigned)__builtin_popcount(a[i]);
    /* 1192 +- 24.4: ten deviations. */
    assert_in_range(ones, 948, 1436);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int sig)
{
    (void)sig;
    alarms++;
}

/* More than one call of the kernel gives, under a rain of signals that cut the calls short. */
static void test_random_interrupted(void **state)
{
    struct sigaction act = {.sa_handler = on_alarm}, old;
    struct itimerval rain = {{0, 200}, {0, 200}}, none = {{0, 0}, {0, 0}};
    size_t len = (size_t)40 << 20, zeros = 0;
    uint8_t *p = calloc(1, len);
    int ok;

    (void)state;
    assert_non_null(p);
    assert_int_equal(sigaction(SIGALRM, &act, &old), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &rain, NULL), 0);
    ok = gost_random_system(NULL, p, len);
    assert_int_equal(setitimer(ITIMER_REAL, &none, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
    assert_int_equal(ok, 1);
    assert_true(alarms > 0);
    for (size_t i = 0; i + 16 <= len; i += 16)
        zeros += p[i] == 0 && memcmp(p + i, p + i + 1, 15) == 0;
    assert_int_equal(zeros, 0);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wipe),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_random_interrupted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
