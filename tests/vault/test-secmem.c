/* SPDX-License-Identifier: Apache-2.0 */
/* token/secmem.h: many small secrets, forks, guard pages, misuse. */
#include "tests/vault/common.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "token/secmem.h"

#define MANY 3000

static int all(const uint8_t *p, uint8_t value, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (p[i] != value)
            return 0;
    return 1;
}

static size_t length(void)
{
    return random_below(50) == 0 ? (size_t)random_below(100000) : 1 + (size_t)random_below(2048);
}

static void many(void **state)
{
    static uint8_t *block[MANY];
    static size_t len[MANY];

    (void)state;
    seed_random(3);
    for (unsigned round = 0; round < 4; round++) {
        for (unsigned i = 0; i < MANY; i++) {
            if (block[i] != NULL)
                continue;
            len[i] = length();
            block[i] = tok_secret_alloc(len[i]);
            HOLDS(block[i] != NULL && (uintptr_t)block[i] % 16 == 0 && all(block[i], 0, len[i]));
            memset(block[i], (int)(i & 0xff) | 1, len[i]);
        }
        for (unsigned i = 0; i < MANY; i++) {
            HOLDS(all(block[i], (uint8_t)((i & 0xff) | 1), len[i]));
            if (random_below(2) == 0 || round == 3) {
                tok_secret_free(block[i]);
                block[i] = NULL;
            }
        }
    }
    tok_secret_free(NULL);
    HOLDS(tok_secret_alloc(SIZE_MAX) == NULL && tok_secret_alloc(SIZE_MAX / 4 + 1) == NULL);
}

static void *hammer(void *arg)
{
    uint8_t mark = (uint8_t)(uintptr_t)arg;

    for (unsigned i = 0; i < 3000; i++) {
        size_t len = 16 + i % 500;
        uint8_t *p = tok_secret_alloc(len);
        if (p == NULL || !all(p, 0, len))
            return "broken";
        memset(p, mark, len);
        if (!all(p, mark, len))
            return "shared";
        tok_secret_free(p);
    }
    return NULL;
}

static void threads(void **state)
{
    pthread_t t[4];
    void *result;

    (void)state;
    for (uintptr_t i = 0; i < 4; i++)
        HOLDS(pthread_create(&t[i], NULL, hammer, (void *)(i + 1)) == 0);
    for (int i = 0; i < 4; i++) {
        HOLDS(pthread_join(t[i], &result) == 0);
        HOLDS(result == NULL);
    }
}

/* The child reads zeros, can release what it inherited and go on; the parent keeps its own. */
static void forked(void **state)
{
    uint8_t *small = tok_secret_alloc(32), *big = tok_secret_alloc(50000), *mine;
    pthread_t t;
    void *result;

    (void)state;
    memset(small, 0xaa, 32);
    memset(big, 0xaa, 50000);
    HOLDS(pthread_create(&t, NULL, hammer, (void *)9) == 0);
    for (int i = 0; i < 20; i++) {
        int pid = fork_child();
        if (pid == 0) {
            HOLDS(all(small, 0, 32) && all(big, 0, 50000));
            mine = tok_secret_alloc(64);
            HOLDS(mine != NULL && all(mine, 0, 64));
            memset(mine, 1, 64);
            tok_secret_free(small);
            tok_secret_free(big);
            HOLDS(all(mine, 1, 64));
            tok_secret_free(mine);
            _exit(0);
        }
        HOLDS(wait_for(pid) == 0);
    }
    HOLDS(pthread_join(t, &result) == 0 && result == NULL);
    HOLDS(all(small, 0xaa, 32) && all(big, 0xaa, 50000));
    tok_secret_free(small);
    tok_secret_free(big);
}

enum misuse { PAST_END, BEFORE_START, FREE_TWICE, FREE_FOREIGN };

static int misuse(enum misuse what)
{
    int pid = fork_child();

    if (pid == 0) {
        struct rlimit none = {0, 0};
        static uint8_t foreign[64];
        size_t page = (size_t)sysconf(_SC_PAGESIZE);
        volatile uint8_t *p = tok_secret_alloc(40 * page);
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)close(STDERR_FILENO); /* a sanitizer's report would look like a failure */
        if (what == PAST_END)
            p[40 * page] = 1;
        if (what == BEFORE_START)
            p[-1] = 1;
        if (what == FREE_FOREIGN)
            tok_secret_free(foreign);
        tok_secret_free((void *)(uintptr_t)p);
        if (what == FREE_TWICE)
            tok_secret_free((void *)(uintptr_t)p);
        _exit(0);
    }
    return wait_for(pid);
}

static void misused(void **state)
{
    (void)state;
    HOLDS(misuse(PAST_END) != 0);
    HOLDS(misuse(BEFORE_START) != 0);
    HOLDS(misuse(FREE_TWICE) != 0);
    HOLDS(misuse(FREE_FOREIGN) != 0);
}

/* No right to lock pages: it works all the same, and says so. */
static void unlocked(void **state)
{
    int pid = fork_child();

    (void)state;
    if (pid == 0) {
        struct rlimit none = {0, 0};
        uint8_t *p;
        if (geteuid() == 0)
            HOLDS(setuid(65534) == 0);
        HOLDS(setrlimit(RLIMIT_MEMLOCK, &none) == 0);
        p = tok_secret_alloc(100);
        HOLDS(p != NULL && all(p, 0, 100));
        /* Sanitizers make mlock do nothing, successfully. */
        HOLDS(tok_secret_locked() == (mlock(p, 1) == 0));
        tok_secret_free(p);
        _exit(0);
    }
    HOLDS(wait_for(pid) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many),    cmocka_unit_test(threads),  cmocka_unit_test(forked),
        cmocka_unit_test(misused), cmocka_unit_test(unlocked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
