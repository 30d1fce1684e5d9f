/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a PIN to a key: Argon2id (RFC 9106) with one lane.
 *
 * How much memory is a bargain: it is memory that makes a guess dear on other people's hardware,
 * but the program that logs in has to have it too, and a signing program should stay under 20 MB.
 * So the default is the smallest of the settings that OWASP calls equal (7 MiB and five passes),
 * with as many more passes as the time allows; who asks for more time gets more memory as well.
 */
#include "token/vault/local.h"

#include <argon2.h>
#include <time.h>

#include "gost/mem.h"

#define DEFAULT_MS   50
#define MEMORY       (7u * 1024) /* KiB, for DEFAULT_MS and less */
#define MEMORY_MAX   (64u * 1024)
#define MEMORY_MIN   256u
#define FLOOR_PASSES 5u
#define PASSES_MAX   64u
#define PROBE        MEMORY

/* What a file may ask for: a damaged or foreign one must not take the machine's memory or hours. */
#define SANE_MEMORY (1024u * 1024)
#define SANE_PASSES 1024u
#define SANE_WORK   (64u * 1024 * 1024) /* KiB times passes */
#define SANE_LANES  16u

/* Of one pass; 0: not measured yet. No lock: a child of a fork could inherit one that another
 * thread held, and two threads that both measure do no harm. */
static _Atomic double ms_per_kib;

/* Of this thread, for one lane is one thread: on a busy machine the clock on the wall would make
 * weaker PIN checks. */
static double now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static double measure(void)
{
    static const uint8_t pin[8] = "measure", salt[SALT] = "measure";
    double cost = ms_per_kib, best = 0;
    uint8_t out[32];

    if (cost > 0)
        return cost;
    for (int i = 0; i < 2; i++) {
        double start = now_ms(), took;
        if (argon2id_hash_raw(1, PROBE, 1, pin, sizeof(pin), salt, sizeof(salt), out,
                              sizeof(out)) != ARGON2_OK)
            break;
        took = now_ms() - start;
        if (best <= 0 || took < best)
            best = took;
    }
    /* Not measurable (no memory now, a coarse clock): as on a middling machine. */
    cost = (best > 0 ? best : 16.0) / PROBE;
    ms_per_kib = cost;
    return cost;
}

void vault_kdf_choose(unsigned ms, vault_kdf *kdf)
{
    uint64_t want = ms == 0 ? DEFAULT_MS : ms;
    uint64_t kib = (uint64_t)((double)want / measure()); /* times passes */
    uint64_t memory = want <= DEFAULT_MS ? MEMORY : MEMORY * want / DEFAULT_MS;

    kdf->p = 1;
    kdf->m = memory < MEMORY_MAX ? memory : MEMORY_MAX;
    kdf->t = kib / kdf->m < PASSES_MAX ? kib / kdf->m : PASSES_MAX;
    if (want >= DEFAULT_MS) {
        if (kdf->t < FLOOR_PASSES)
            kdf->t = FLOOR_PASSES;
    } else if (kdf->t < 1) {
        /* Who asks for less than the default in so many words gets it (tests do). */
        kdf->t = 1;
        kdf->m = kib < MEMORY_MIN ? MEMORY_MIN : kib;
    }
}

int vault_kdf_sane(const vault_kdf *kdf)
{
    return kdf->p >= 1 && kdf->p <= SANE_LANES && kdf->m >= 8 * kdf->p && kdf->m <= SANE_MEMORY &&
           kdf->t >= 1 && kdf->t <= SANE_PASSES && kdf->m * kdf->t <= SANE_WORK;
}

CK_RV vault_kdf_run(const vault_kdf *kdf, const uint8_t *pin, size_t len, const uint8_t salt[SALT],
                    uint8_t kek[32])
{
    int rc = argon2id_hash_raw((uint32_t)kdf->t, (uint32_t)kdf->m, (uint32_t)kdf->p, pin, len, salt,
                               SALT, kek, 32);

    if (rc == ARGON2_OK)
        return CKR_OK;
    gost_wipe(kek, 32);
    return vault_fail(rc == ARGON2_MEMORY_ALLOCATION_ERROR ? CKR_HOST_MEMORY : CKR_FUNCTION_FAILED,
                      "the PIN cannot be checked: Argon2id with %llu KiB: %s",
                      (unsigned long long)kdf->m, argon2_error_message(rc));
}
