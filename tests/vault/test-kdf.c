/* SPDX-License-Identifier: Apache-2.0 */
/* What a PIN check costs: the choice of Argon2id's parameters. */
#include "tests/vault/common.h"

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/sanitizer.h"
#include "token/vault/local.h"

/* How long the default takes, for people to read. */
static void kdf(void **state)
{
    char *dir = make_dir();
    vault_init init = quick_init();
    vault_token *t;
    double start;
    vault *v;

    (void)state;
    init.kdf_ms = 0;
    OK(vault_open(dir, &v));
    OK(vault_create(v, 0, &init));
    t = open_token(v, 0);
    start = now_ms();
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    print_message("a login with the default costs %.1f ms\n", now_ms() - start);
    vault_token_close(t);
    vault_close(v);
    remove_dir(dir);
}

/* Never less than the floor asks for, unless less than the default is asked for; what is chosen may
 * be read back from a file, and what would take a machine's memory may not. */
static void kdf_floor(void **state)
{
    vault_kdf kdf;

    (void)state;
    vault_kdf_choose(0, &kdf);
    assert_int_equal(kdf.m, 7 * 1024);
    assert_true(kdf.t >= 5);
    assert_true(vault_kdf_sane(&kdf));
    vault_kdf_choose(200, &kdf);
    assert_int_equal(kdf.m, 28 * 1024);
    assert_true(kdf.t >= 5);
    vault_kdf_choose(3600000, &kdf);
    assert_int_equal(kdf.m, 64 * 1024);
    assert_true(vault_kdf_sane(&kdf));
    vault_kdf_choose(1, &kdf);
    assert_true(kdf.m * kdf.t < 5 * 7 * 1024);
    kdf.m = 1u << 30;
    assert_false(vault_kdf_sane(&kdf));
}

static void *chooses(void *arg)
{
    vault_kdf kdf;

    (void)arg;
    vault_kdf_choose(0, &kdf);
    return NULL;
}

/* A fork while another thread measures for the first time: the child measures itself. */
static void kdf_fork(void **state)
{
    pid_t first;
    int status;

    (void)state;
    if (!FORK_AMONG_THREADS || !THREADS_IN_CHILD)
        skip();
    /* In a process of its own, that has not measured yet. */
    first = fork();
    assert_true(first >= 0);
    if (first == 0) {
        const struct timespec moment = {0, 3000000};
        pthread_t thread;
        pid_t second;

        if (pthread_create(&thread, NULL, chooses, NULL) != 0)
            _exit(2);
        (void)nanosleep(&moment, NULL);
        second = fork();
        if (second == 0) {
            alarm(100);
            chooses(NULL);
            _exit(0);
        }
        _exit(second < 0 || waitpid(second, &status, 0) != second || status != 0);
    }
    assert_int_equal(waitpid(first, &status, 0), first);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kdf_fork), /* before anything in this process measures */
        cmocka_unit_test(kdf),
        cmocka_unit_test(kdf_floor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
