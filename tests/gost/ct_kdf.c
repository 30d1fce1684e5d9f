/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run under valgrind: private keys, KDF keys, passwords and what is hashed with GOST R 34.11-94 are
 * marked undefined, then used; a branch or an address that depends on them is an error. `ct-kdf
 * BACKEND` (0 portable, 1 ADX, 77 if the CPU cannot) must be silent; `ct-kdf leak` must not be.
 */
#include <stdio.h>
#include <string.h>

#include "gost/curve.h"
#include "gost/hash94.h"
#include "gost/kdf.h"
#include "gost/mem.h"
#include "gost/vko.h"

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

/* Two keys of a set, both private halves secret; their agreement must be the same from both sides.
 */
static int run(const gost_paramset *ps, gost_vko_hash hash)
{
    static const uint8_t ukm[32] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    uint8_t d[2][64], pub[2][128], out[2][64];
    gost_3410_key key[2];
    size_t len = 0;
    int ok = 1;

    for (int i = 0; i < 2; i++) {
        ok &= gost_3410_keygen(ps, d[i], gost_random_system, NULL);
        gost_poison(d[i], ps->bits / 8);
        ok &= gost_3410_public(ps, d[i], pub[i]);
        ok &= gost_3410_key_init(&key[i], ps, d[i]);
    }
    for (int i = 0; i < 2; i++) {
        len = gost_vko(&key[i], hash, pub[!i], ukm, sizeof ukm, out[i]);
        gost_unpoison(out[i], len);
    }
    ok &= len > 0 && !memcmp(out[0], out[1], len);
    for (int i = 0; i < 2; i++) {
        ok &= gost_keg(&key[i], pub[!i], ukm, out[i]);
        gost_unpoison(out[i], 64);
    }
    return ok && !memcmp(out[0], out[1], 64);
}

/* The derivations, from a key of 100 bytes of which `len` are used; each writes OUT bytes. */
#define OUT 100

static void do_hash94(const uint8_t *key, size_t len, uint8_t *out)
{
    gost_hash94 h;
    gost_hmac94 m;

    memset(out, 0, OUT);
    gost_hash94_init(&h, gost_hash94_test);
    gost_hash94_update(&h, key, len);
    gost_hash94_final(&h, out);
    gost_hmac94_init(&m, gost_hash94_cryptopro, key, len);
    gost_hmac94_update(&m, key, 100);
    gost_hmac94_final(&m, out + 32);
}

static void do_tree(const uint8_t *key, size_t len, uint8_t *out)
{
    memset(out, 0, OUT);
    gost_kdf_2012_256(key, len, "label", 5, key, 16, out);
    if (!gost_kdf_tree(key, len, "label", 5, "seed", 4, 2, 400, 50, out + 32, OUT - 32))
        memset(out, 0, OUT);
}

static void do_prf(const uint8_t *key, size_t len, uint8_t *out)
{
    gost_tls_prf(GOST_PRF_94, key, len, "label", 5, "seed", 4, out, 40);
    gost_tls_prf(GOST_PRF_256, key, len, "label", 5, "seed", 4, out + 40, 20);
    gost_tls_prf(GOST_PRF_512, key, len, "label", 5, "seed", 4, out + 60, OUT - 60);
}

static void do_pbkdf2(const uint8_t *key, size_t len, uint8_t *out)
{
    gost_pbkdf2(GOST_PRF_94, key, len, "salt", 4, 3, out, 40);
    gost_pbkdf2(GOST_PRF_256, key, len, "salt", 4, 3, out + 40, 20);
    gost_pbkdf2(GOST_PRF_512, key, len, "salt", 4, 3, out + 60, OUT - 60);
}

/* Each with a public key, then with the same one as a secret: the result must be the same. */
static int derivations(void)
{
    static const struct {
        const char *name;
        void (*run)(const uint8_t *key, size_t len, uint8_t *out);
    } all[] = {{"hash94", do_hash94}, {"kdf", do_tree}, {"prf", do_prf}, {"pbkdf2", do_pbkdf2}};
    static const size_t lens[] = {0, 31, 32, 33, 64, 65, 100};
    uint8_t key[100], want[OUT], got[OUT];
    int bad = 0;

    for (size_t j = 0; j < sizeof all / sizeof all[0]; j++) {
        for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
            memset(key, (int)i + 1, sizeof key);
            all[j].run(key, lens[i], want);
            gost_poison(key, sizeof key);
            all[j].run(key, lens[i], got);
            gost_unpoison(got, sizeof got);
            if (memcmp(got, want, OUT) != 0) {
                printf("%s of %zu bytes: wrong result\n", all[j].name, lens[i]);
                bad = 1;
            }
        }
    }
    return bad;
}

/* What the control does wrong: a branch on a bit of the agreed key. */
static volatile int odd;

static __attribute__((noinline)) void leak(const uint8_t *key)
{
    if (key[0] & 1)
        odd++;
}

static int control(void)
{
    uint8_t d[64], pub[128], ukm[8] = {1}, out[64];
    gost_3410_key key;
    const gost_paramset *ps = gost_paramset_by_name("A", 256);

    if (!gost_3410_keygen(ps, d, gost_random_system, NULL) || !gost_3410_public(ps, d, pub))
        return 1;
    gost_poison(d, sizeof d);
    if (!gost_3410_key_init(&key, ps, d) ||
        !gost_vko(&key, GOST_VKO_2012_256, pub, ukm, sizeof ukm, out))
        return 1;
    leak(out);
    return 0;
}

int main(int argc, char **argv)
{
    const gost_paramset *ps;
    int bad = 0;

    if (argc == 2 && !strcmp(argv[1], "leak"))
        return control();
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
        if (!run(ps, (gost_vko_hash)(i % 3))) {
            printf("%s: failed\n", ps->name);
            bad = 1;
        }
    }
    return bad | derivations();
}
