/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes try wrong PINs at the same time and are killed meanwhile, and others come in their
 * place, until the PIN is locked. How often a PIN was really looked at is counted where it is
 * made into a key: this program's own Argon2id comes before the library's. It must never be more
 * than the counter allows.
 *
 *     tries MODULE [ROUNDS]        (default 12, or $GOSTTOKEN_BIG)
 */
#include "tests/fault/harm.h"

#include <argon2.h>
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TRIES     10
#define PROCESSES 5
#define WRONG     "wrong-pin-00"

static struct shared {
    atomic_uint looked, refused, locked;
} * shared;

__attribute__((visibility("default"))) int argon2id_hash_raw(const uint32_t t, const uint32_t m,
                                                             const uint32_t p, const void *pin,
                                                             const size_t len, const void *salt,
                                                             const size_t salt_len, void *hash,
                                                             const size_t hash_len)
{
    static int (*real)(uint32_t, uint32_t, uint32_t, const void *, size_t, const void *, size_t,
                       void *, size_t);

    if (real == NULL)
        *(void **)&real = dlsym(dlopen("libargon2.so.1", RTLD_NOW), "argon2id_hash_raw");
    if (real == NULL)
        die("libargon2 is not there");
    if (len == sizeof WRONG - 1 && memcmp(pin, WRONG, 9) == 0)
        atomic_fetch_add(&shared->looked, 1);
    return real(t, m, p, pin, len, salt, salt_len, hash, hash_len);
}

/* Until it is killed, or the PIN is locked. */
static void attack(CK_USER_TYPE user, unsigned number)
{
    char pin[] = WRONG;
    CK_SESSION_HANDLE s;
    CK_RV rv;

    pin[10] = (char)('0' + number);
    NEED(F->C_Initialize(NULL));
    s = harm_session();
    for (;;) {
        rv = F->C_Login(s, user, TEXT(pin));
        if (rv == CKR_PIN_INCORRECT)
            atomic_fetch_add(&shared->refused, 1);
        else if (rv == CKR_PIN_LOCKED)
            break;
        else if (rv != CKR_FUNCTION_FAILED)
            die("C_Login: 0x%lx", rv);
    }
    atomic_fetch_add(&shared->locked, 1);
    _exit(0);
}

static void pause_us(long us)
{
    const struct timespec t = {0, us * 1000};

    (void)nanosleep(&t, NULL);
}

static unsigned killed;

static unsigned one_round(unsigned round)
{
    CK_USER_TYPE user = round % 3 == 2 ? CKU_SO : CKU_USER;
    unsigned wrong = 0, looked, at_last, spawned = 0;
    pid_t pid[PROCESSES] = {0};
    CK_TOKEN_INFO info;
    CK_SESSION_HANDLE s;
    CK_RV rv;

    harm_restore();
    memset(shared, 0, sizeof *shared);
    while (atomic_load(&shared->locked) == 0 && spawned < 2000) {
        for (unsigned i = 0; i < PROCESSES; i++) {
            if (pid[i] != 0)
                continue;
            pid[i] = fork();
            spawned++;
            if (pid[i] == 0)
                attack(user, i);
        }
        /* Longer by and by: on a slow machine nobody would live to see the PIN locked. */
        pause_us(1000 + random() % 12000 + 50L * spawned);
        for (unsigned i = 0; i < PROCESSES; i++) {
            if (random() % 2 == 0)
                continue;
            (void)kill(pid[i], SIGKILL);
            (void)waitpid(pid[i], NULL, 0);
            pid[i] = 0;
            killed++;
        }
    }
    at_last = atomic_load(&shared->locked);
    for (unsigned i = 0; i < PROCESSES; i++)
        if (pid[i] != 0)
            (void)waitpid(pid[i], NULL, 0);
    looked = atomic_load(&shared->looked);
    NEED(F->C_Initialize(NULL));
    NEED(F->C_GetTokenInfo(0, &info));
    s = harm_session();
    rv = F->C_Login(s, user, TEXT(user == CKU_SO ? SO_PIN : USER_PIN));
    NEED(F->C_Finalize(NULL));
    if (looked > TRIES || atomic_load(&shared->refused) > TRIES || at_last == 0 ||
        rv != CKR_PIN_LOCKED ||
        (info.flags & (user == CKU_SO ? CKF_SO_PIN_LOCKED : CKF_USER_PIN_LOCKED)) == 0) {
        fprintf(stderr,
                "round %u: %u PINs looked at, %u refused, the right one then gave 0x%lx, flags "
                "%lx\n",
                round, looked, atomic_load(&shared->refused), rv, info.flags);
        wrong++;
    }
    return wrong;
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : harm_rounds(12);
    unsigned wrong = 0, looked = 0;

    if (argc < 2)
        return 2;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 2;
    srandom(7);
    harm_start(argv[1], "");
    for (unsigned r = 0; r < rounds; r++) {
        wrong += one_round(r);
        looked += atomic_load(&shared->looked);
    }
    harm_end();
    if (looked == 0) { /* the count is really taken */
        fprintf(stderr, "no PIN was looked at\n");
        wrong++;
    }
    printf("%u rounds of %u processes, %u killed: %.1f PINs looked at in each of %u allowed; %u "
           "wrong\n",
           rounds, PROCESSES, killed, (double)looked / (rounds > 0 ? rounds : 1), TRIES, wrong);
    return wrong != 0;
}
