/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run under valgrind: keys and random bytes are marked undefined, then used; a branch or an address
 * that depends on them is an error. `ct-gostr3410 BACKEND` (0 portable, 1 ADX, 77 if the CPU
 * cannot) must be silent; `ct-gostr3410 leak` must not be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gost/curve.h"
#include "gost/gostr3410.h"
#include "gost/mem.h"

/* valgrind's CPU has no ADX, though it runs the instructions: ask the real one. */
static int cpu_has_adx(void)
{
    char word[64];
    int found = 0;
    FILE *f = fopen("/proc/cpuinfo", "r");

    while (f && !found && fscanf(f, "%63s", word) == 1)
        found = !strcmp(word, "adx");
    if (f)
        fclose(f);
    return found;
}

static int secret_rng(void *arg, void *out, size_t len)
{
    if (!gost_random_system(arg, out, len))
        return 0;
    gost_poison(out, len);
    return 1;
}

/* What the control does wrong: a branch on a bit of the key. (A volatile write cannot be made a
 * conditional move.) */
static volatile int odd_keys;

static __attribute__((noinline)) void leak(const uint8_t *d)
{
    if (d[0] & 1)
        odd_keys++;
}

static int run(const gost_paramset *ps)
{
    uint8_t d[64], k[64], pub[128], digest[64], sig[128];
    gost_3410_key key;
    int ok = 1;

    memset(digest, 0x5a, sizeof digest);
    ok &= gost_3410_keygen(ps, d, secret_rng, NULL);
    gost_poison(d, ps->bits / 8);
    ok &= gost_3410_private_valid(ps, d);
    ok &= gost_3410_public(ps, d, pub);
    ok &= gost_3410_key_init(&key, ps, d);
    ok &= gost_3410_sign(&key, digest, sig, secret_rng, NULL);
    ok &= gost_3410_verify(ps, pub, digest, sig);
    ok &= gost_3410_sign(&key, digest, sig, NULL, NULL);
    ok &= gost_3410_verify(ps, pub, digest, sig);
    ok &= gost_3410_keygen(ps, k, secret_rng, NULL);
    gost_poison(k, ps->bits / 8);
    ok &= gost_3410_sign_nonce(&key, digest, k, sig);
    ok &= gost_3410_verify(ps, pub, digest, sig);
    return ok;
}

int main(int argc, char **argv)
{
    const gost_paramset *ps;
    int ok = 1;

    if (argc == 2 && !strcmp(argv[1], "leak")) {
        uint8_t d[64];

        ps = gost_paramset_by_name("A", 256);
        if (!gost_3410_keygen(ps, d, secret_rng, NULL))
            return 1;
        gost_poison(d, sizeof d);
        leak(d);
        return 0;
    }
    if (argc == 2 && !strcmp(argv[1], "1")) {
        if (!cpu_has_adx()) {
            puts("skipped: this CPU has no ADX");
            return 77;
        }
        gost_curve_force(GOST_BACKEND_ADX);
    } else {
        gost_curve_force(GOST_BACKEND_PORTABLE);
    }
    for (size_t i = 0; (ps = gost_paramset_at(i)) != NULL; i++) {
        if (!run(ps)) {
            printf("%s: failed\n", ps->name);
            ok = 0;
        }
    }
    return !ok;
}
