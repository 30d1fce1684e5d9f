/* SPDX-License-Identifier: Apache-2.0 */
/* One token, several processes and threads, forks in between. */
#include "tests/sanitizer.h"
#include "tests/vault/common.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "token/secmem.h"

#define PROCESSES 4
#define INSERTS   40

/* ---- inserts -------------------------------------------------------------------------------- */

static void insert_some(vault *v, unsigned who)
{
    vault_token *t = open_token(v, 0);
    uint64_t id, last = 0, *ids;
    size_t n;

    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    for (unsigned i = 0; i < INSERTS; i++) {
        tok_attrs *key = private_key(who * 1000 + i, 1);
        char label[32];
        CK_ATTRIBUTE by_label = {CKA_LABEL, label, 0};
        OK(vault_insert(t, key, &id));
        HOLDS(id > last);
        last = id;
        tok_attrs_free(key);
        by_label.ulValueLen = (CK_ULONG)snprintf(label, sizeof(label), "key %u", who * 1000 + i);
        OK(vault_find(t, &by_label, 1, &ids, &n));
        HOLDS(n == 1 && ids[0] == id);
        free(ids);
        if (i % 4 == 3)
            OK(vault_delete(t, id));
    }
    vault_token_close(t);
}

static void inserts(void **state)
{
    char *dir = make_dir();
    vault *v = make_vault(dir);
    int pid[PROCESSES];
    vault_token *t;
    vault_info info;
    uint8_t digest[32];

    (void)state;
    for (unsigned i = 0; i < PROCESSES; i++) {
        pid[i] = fork_child();
        if (pid[i] == 0) {
            insert_some(v, i);
            _exit(0);
        }
    }
    for (unsigned i = 0; i < PROCESSES; i++)
        HOLDS(wait_for(pid[i]) == 0);
    t = open_token(v, 0);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    OK(vault_token_info(t, &info));
    HOLDS(info.objects == PROCESSES * INSERTS / 4 * 3);
    OK(snapshot(t, digest)); /* counts them too, and opens every seal */
    vault_token_close(t);
    vault_close(v);
    remove_dir(dir);
}

/* ---- PINs ----------------------------------------------------------------------------------- */

/* Guesses until told that the PIN is locked; counts the guesses that were really checked. */
static void guess(vault *v, volatile unsigned *checked)
{
    vault_token *t = open_token(v, 0);
    CK_RV rv;

    while ((rv = vault_login(t, CKU_USER, PIN("wrong pin"))) == CKR_PIN_INCORRECT)
        (void)__atomic_add_fetch(checked, 1, __ATOMIC_SEQ_CST);
    EXPECT(CKR_PIN_LOCKED, rv);
    vault_token_close(t);
}

static void wrong_pins(void **state)
{
    unsigned rounds = size_from_env("GOSTTOKEN_TEST_PIN_ROUNDS", 6);
    unsigned *checked =
        mmap(NULL, sizeof(*checked), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *dir = make_dir();
    vault *v = make_vault(dir);
    int pid[PROCESSES];
    vault_token *t;

    (void)state;
    HOLDS(checked != MAP_FAILED);
    seed_random(4);
    for (unsigned round = 0; round < rounds; round++) {
        *checked = 0;
        for (unsigned i = 0; i < PROCESSES; i++) {
            pid[i] = fork_child();
            if (pid[i] == 0) {
                guess(v, checked);
                _exit(0);
            }
        }
        /* In every second round some are killed at their guesses: tries are lost, none is won. */
        for (unsigned i = 0; i < PROCESSES; i++) {
            if (round % 2 == 1 && i % 2 == 1) {
                (void)usleep((unsigned)random_below(20000));
                (void)kill(pid[i], SIGKILL);
                (void)wait_for(pid[i]);
                pid[i] = 0;
            }
        }
        for (unsigned i = 0; i < PROCESSES; i++)
            HOLDS(pid[i] == 0 || wait_for(pid[i]) == 0);
        HOLDS(*checked <= VAULT_TRIES);
        HOLDS(round % 2 == 1 || *checked == VAULT_TRIES);
        t = open_token(v, 0);
        EXPECT(CKR_PIN_LOCKED, vault_login(t, CKU_USER, PIN(USER_PIN)));
        OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
        OK(vault_unblock_user_pin(t));
        OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
        vault_token_close(t);
    }
    (void)munmap(checked, sizeof(*checked));
    vault_close(v);
    remove_dir(dir);
}

static void *login_often(void *arg)
{
    vault_token *t = arg;

    for (int i = 0; i < 5; i++)
        if (vault_check_pin(t, CKU_USER, PIN(USER_PIN)) != CKR_OK)
            return (void *)(uintptr_t)1;
    return NULL;
}

/* More right PINs at once than there are tries: none is refused. */
static void right_pins(void **state)
{
    char *dir = make_dir();
    vault_init init = quick_init();
    int pid[PROCESSES];
    vault *v;

    (void)state;
    init.user_tries = 2;
    OK(vault_open(dir, &v));
    OK(vault_create(v, 0, &init));
    for (unsigned i = 0; i < PROCESSES; i++) {
        pid[i] = fork_child();
        if (pid[i] == 0) {
            vault_token *t = open_token(v, 0);
            pthread_t thread[3];
            void *result;
            for (int j = 0; j < 3; j++)
                HOLDS(pthread_create(&thread[j], NULL, login_often, t) == 0);
            for (int j = 0; j < 3; j++)
                HOLDS(pthread_join(thread[j], &result) == 0 && result == NULL);
            vault_token_close(t);
            _exit(0);
        }
    }
    for (unsigned i = 0; i < PROCESSES; i++)
        HOLDS(wait_for(pid[i]) == 0);
    vault_close(v);
    remove_dir(dir);
}

/* ---- threads and forks ---------------------------------------------------------------------- */

static int stop;

static void *work(void *arg)
{
    vault_token *t = arg;
    uint64_t id, *ids;
    vault_object *o;
    void *value;
    size_t n;

    for (unsigned i = 0; !__atomic_load_n(&stop, __ATOMIC_SEQ_CST); i++) {
        tok_attrs *key = private_key(i, 1);
        OK(vault_insert(t, key, &id));
        OK(vault_find(t, tok_attrs_get(key, CKA_LABEL), 1, &ids, &n));
        HOLDS(n >= 1);
        free(ids);
        OK(vault_read(t, id, &o));
        OK(vault_unseal(t, o, CKA_VALUE, &value, &n));
        tok_secret_free(value);
        vault_object_free(o);
        OK(vault_delete(t, id));
        tok_attrs_free(key);
    }
    return NULL;
}

/* What a child may do: nothing with what it inherited but to forget it; all of it anew. */
static void child_of_threads(vault *v, vault_token *inherited, const vault_object *o, unsigned n)
{
    tok_attrs *key = private_key(1000000 + n, 1);
    vault_token *t;
    uint64_t id;
    void *value;
    size_t len;

    /* The parent's key is gone: not even a value read before the fork can be opened. */
    EXPECT(CKR_DEVICE_ERROR, vault_unseal(inherited, o, CKA_VALUE, &value, &len));
    vault_token_forget(inherited);
    t = open_token(v, 0);
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_unseal(t, o, CKA_VALUE, &value, &len));
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    OK(vault_unseal(t, o, CKA_VALUE, &value, &len));
    tok_secret_free(value);
    OK(vault_insert(t, key, &id));
    tok_attrs_free(key);
    vault_token_close(t);
    vault_forget(v);
}

static void forks(void **state)
{
    char *dir = make_dir();
    vault *v = make_vault(dir);
    vault_token *t = open_token(v, 0);
    tok_attrs *key = private_key(3, 1);
    pthread_t thread[3];
    vault_object *o;
    vault_info info;
    uint8_t digest[32];
    uint64_t id;

    (void)state;
    if (!FORK_AMONG_THREADS) { /* a child would hang, with the token's turn in its hands */
        tok_attrs_free(key);
        vault_token_close(t);
        vault_close(v);
        remove_dir(dir);
        skip();
    }
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    OK(vault_insert(t, key, &id));
    OK(vault_read(t, id, &o));
    stop = 0;
    for (int i = 0; i < 3; i++)
        HOLDS(pthread_create(&thread[i], NULL, work, t) == 0);
    for (unsigned i = 0; i < 15; i++) {
        int pid = fork_child();
        if (pid == 0) {
            child_of_threads(v, t, o, i);
            _exit(0);
        }
        HOLDS(wait_for(pid) == 0);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 3; i++)
        HOLDS(pthread_join(thread[i], NULL) == 0);
    OK(vault_token_info(t, &info));
    HOLDS(info.objects == 16);
    OK(snapshot(t, digest));
    vault_object_free(o);
    tok_attrs_free(key);
    vault_token_close(t);
    vault_close(v);
    remove_dir(dir);
}

/* ---- taking turns --------------------------------------------------------------------------- */

#define TURNS 20

typedef struct greedy {
    vault_token *t;
    unsigned *writes; /* shared between the processes */
} greedy;

static void *write_without_pause(void *arg)
{
    greedy *g = arg;
    tok_attrs *data = public_key(1);
    uint64_t id;

    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        OK(vault_insert(g->t, data, &id));
        OK(vault_delete(g->t, id));
        (void)__atomic_add_fetch(g->writes, 2, __ATOMIC_SEQ_CST);
    }
    tok_attrs_free(data);
    return NULL;
}

/* Two threads write as fast as they can; another process's writes are as many as each of theirs,
 * more or less, and it reads, too. */
static void turns(void **state)
{
    unsigned *writes =
        mmap(NULL, sizeof(*writes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *dir = make_dir(), *queue = path_in(dir, "token-0.db-queue");
    vault *v = make_vault(dir);
    greedy g = {open_token(v, 0), writes};
    tok_attrs *data = public_key(2);
    pthread_t thread[2];
    vault_info info;
    uint64_t id;
    int pid;

    (void)state;
    HOLDS(writes != MAP_FAILED);
    HOLDS(access(queue, F_OK) == 0);
    /* Forked first: the child's token is its own. */
    pid = fork_child();
    if (pid == 0) {
        vault_token *t = open_token(v, 0);
        unsigned before;

        while (__atomic_load_n(writes, __ATOMIC_SEQ_CST) < 10)
            (void)usleep(1000);
        before = __atomic_load_n(writes, __ATOMIC_SEQ_CST);
        for (int i = 0; i < TURNS; i++) {
            OK(vault_insert(t, data, &id));
            OK(vault_token_info(t, &info));
        }
        HOLDS(__atomic_load_n(writes, __ATOMIC_SEQ_CST) - before < 10 * TURNS);
        vault_token_close(t);
        _exit(0);
    }
    stop = 0;
    for (int i = 0; i < 2; i++)
        HOLDS(pthread_create(&thread[i], NULL, write_without_pause, &g) == 0);
    HOLDS(wait_for(pid) == 0);
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 2; i++)
        HOLDS(pthread_join(thread[i], NULL) == 0);
    /* Without the queue's file, writes go on as before. */
    HOLDS(unlink(queue) == 0);
    OK(vault_insert(g.t, data, &id));
    vault_token_close(g.t);
    g.t = open_token(v, 0);
    HOLDS(access(queue, F_OK) == 0);
    OK(vault_token_info(g.t, &info));
    HOLDS(info.objects == TURNS + 1);
    vault_token_close(g.t);
    (void)munmap(writes, sizeof(*writes));
    tok_attrs_free(data);
    vault_close(v);
    free(queue);
    remove_dir(dir);
}

/* ---- one slot made, removed and made again by several --------------------------------------- */

static void make_and_destroy(vault *v)
{
    vault_init init = quick_init();
    tok_attrs *key = private_key(1, 1);
    vault_token *t;
    uint64_t id;
    CK_RV rv;

    for (int i = 0; i < 15; i++) {
        rv = vault_create(v, 1, &init);
        HOLDS(rv == CKR_OK || rv == CKR_FUNCTION_FAILED);
        rv = vault_token_open(v, 1, &t);
        if (rv == CKR_OK) {
            rv = vault_login(t, CKU_USER, PIN(USER_PIN));
            if (rv == CKR_OK)
                rv = vault_insert(t, key, &id);
            if (rv != CKR_OK)
                EXPECT(CKR_DEVICE_REMOVED, rv);
            vault_token_close(t);
        } else {
            HOLDS(rv == CKR_TOKEN_NOT_PRESENT || rv == CKR_DEVICE_REMOVED);
        }
        rv = vault_destroy(v, 1);
        HOLDS(rv == CKR_OK || rv == CKR_TOKEN_NOT_PRESENT);
    }
    tok_attrs_free(key);
}

static void made_anew(void **state)
{
    char *dir = make_dir();
    vault *v = make_vault(dir);
    int pid[PROCESSES];
    CK_SLOT_ID *slots;
    size_t n;

    (void)state;
    for (unsigned i = 0; i < PROCESSES; i++) {
        pid[i] = fork_child();
        if (pid[i] == 0) {
            make_and_destroy(v);
            _exit(0);
        }
    }
    for (unsigned i = 0; i < PROCESSES; i++)
        HOLDS(wait_for(pid[i]) == 0);
    OK(vault_destroy(v, 0));
    OK(vault_slots(v, &slots, &n));
    HOLDS(n == 0);
    free(slots);
    vault_close(v);
    HOLDS(rmdir(dir) == 0); /* nothing is left over */
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inserts), cmocka_unit_test(wrong_pins), cmocka_unit_test(right_pins),
        cmocka_unit_test(forks),   cmocka_unit_test(turns),      cmocka_unit_test(made_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
