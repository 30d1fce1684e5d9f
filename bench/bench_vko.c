/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key agreements per second, one thread: VKO with Streebog-256 and KEG on every curve, beside
 * gost-engine's EVP_PKEY_derive (if it can be loaded) and our own verifying of a signature; and
 * GOST R 34.11-94 in megabytes per second beside gost-engine's. The candidates take turns in short
 * slices; the figure is the median of the slices, in processor time.
 *
 * bench-vko [slices [milliseconds per slice]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gost/hash94.h"
#include "gost/vko.h"
#include "tests/gost/engine_key.h"

#define MAX_SLICES     101
#define TEXT           ((size_t)1 << 16)
#define ENGINE_SET_VKO (EVP_PKEY_ALG_CTRL + 11)

typedef struct set {
    const char *title, *name;
    unsigned bits;
    const gost_paramset *ps;
    gost_3410_key key;
    uint8_t pub[128], digest[64], sig[128];
    EVP_PKEY_CTX *vko, *keg; /* gost-engine's, or NULL */
} set;

static set sets[] = {
    {.title = "256 TC26-A (Edwards)", .name = "TCA", .bits = 256},
    {.title = "256 A = TC26-B", .name = "A", .bits = 256},
    {.title = "256 B = TC26-C", .name = "B", .bits = 256},
    {.title = "256 C = TC26-D", .name = "C", .bits = 256},
    {.title = "512 A", .name = "A", .bits = 512},
    {.title = "512 B", .name = "B", .bits = 512},
    {.title = "512 C (Edwards)", .name = "C", .bits = 512},
};
#define SETS (sizeof sets / sizeof sets[0])

static uint8_t ukm[32] = {1, 2, 3, 4, 5, 6, 7, 8}, text[TEXT];
static const EVP_MD *engine_md; /* md_gost94, or NULL */

static void need(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "bench-vko: %s failed\n", what);
        exit(1);
    }
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int our_vko(set *s)
{
    uint8_t out[64];

    return gost_vko(&s->key, GOST_VKO_2012_256, s->pub, ukm, 8, out) == 32;
}

static int our_keg(set *s)
{
    uint8_t out[64];

    return gost_keg(&s->key, s->pub, ukm, out);
}

static int our_verify(set *s)
{
    return gost_3410_verify(s->ps, s->pub, s->digest, s->sig);
}

static int derive(EVP_PKEY_CTX *ctx, size_t want)
{
    uint8_t out[64];
    size_t n = sizeof out;

    return EVP_PKEY_derive(ctx, out, &n) == 1 && n == want;
}

static int engine_vko(set *s)
{
    return derive(s->vko, 32);
}

static int engine_keg(set *s)
{
    return derive(s->keg, 64);
}

static int our_hash(set *s)
{
    gost_hash94 c;
    uint8_t out[32];

    (void)s;
    gost_hash94_init(&c, gost_hash94_cryptopro);
    gost_hash94_update(&c, text, sizeof text);
    gost_hash94_final(&c, out);
    return 1;
}

static int engine_hash(set *s)
{
    uint8_t out[64];

    (void)s;
    return EVP_Digest(text, sizeof text, out, NULL, engine_md, NULL) == 1;
}

/* The columns of the first table, and the pair of the second. */
enum { VKO, ENGINE_VKO, KEG, ENGINE_KEG, VERIFY, COLUMNS, HASH = COLUMNS, ENGINE_HASH, JOBS };

static int (*const run[JOBS])(set *) = {our_vko,    engine_vko, our_keg,    engine_keg,
                                        our_verify, our_hash,   engine_hash};
static double rate[SETS][JOBS][MAX_SLICES];

static EVP_PKEY_CTX *context(EVP_PKEY *sk, EVP_PKEY *pk, int vko, int ukm_len)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(sk, NULL);

    need(ctx && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, pk) == 1 &&
             (!vko || EVP_PKEY_CTX_ctrl(ctx, -1, -1, ENGINE_SET_VKO, vko, NULL) == 1) &&
             EVP_PKEY_CTX_ctrl(ctx, -1, -1, EVP_PKEY_CTRL_SET_IV, ukm_len, ukm) == 1,
         "gost-engine's context");
    return ctx;
}

static void make(set *s, int engine)
{
    uint8_t d[64], other[64];
    gost_3410_key signer;

    s->ps = gost_paramset_by_name(s->name, s->bits);
    need(gost_3410_keygen(s->ps, d, gost_random_system, NULL) &&
             gost_3410_keygen(s->ps, other, gost_random_system, NULL) &&
             gost_3410_key_init(&s->key, s->ps, d) && gost_3410_public(s->ps, other, s->pub) &&
             gost_3410_key_init(&signer, s->ps, other) &&
             gost_3410_sign(&signer, s->digest, s->sig, gost_random_system, NULL),
         s->title);
    if (engine) {
        EVP_PKEY *sk = engine_private(s->ps, d), *pk = engine_public(s->ps, s->pub);

        need(sk && pk, "gost-engine's keys");
        s->vko = context(sk, pk, NID_id_GostR3411_2012_256, 8);
        s->keg = context(sk, pk, 0, 32);
    }
}

static void slice(set *s, int job, double seconds, double *result)
{
    double start = now(), end = start;
    long count = 0;

    while (end - start < seconds) {
        need(run[job](s), s->title);
        count++;
        end = now();
    }
    *result = (double)count / (end - start);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(size_t i, int job, unsigned slices)
{
    qsort(rate[i][job], slices, sizeof rate[i][job][0], by_value);
    return rate[i][job][slices / 2];
}

static int runs(size_t i, int job)
{
    if (job == ENGINE_VKO || job == ENGINE_KEG)
        return sets[i].vko != NULL;
    if (job == HASH || job == ENGINE_HASH)
        return i == 0 && (job == HASH || engine_md);
    return 1;
}

static void print_ratio(double ours, double theirs)
{
    if (theirs > 0)
        printf("  %8.0f  %8.0f  %5.2f x", ours, theirs, ours / theirs);
    else
        printf("  %8.0f  %8s  %7s", ours, "-", "-");
}

int main(int argc, char **argv)
{
    unsigned slices = argc > 1 ? (unsigned)atoi(argv[1]) : 9;
    double seconds = (argc > 2 ? atoi(argv[2]) : 20) / 1000.0;
    ENGINE *engine = engine_open();

    if (slices < 1 || slices > MAX_SLICES)
        slices = 9;
    if (engine)
        need((engine_md = EVP_get_digestbyname("md_gost94")) != NULL, "md_gost94");
    for (size_t i = 0; i < SETS; i++)
        make(&sets[i], engine != NULL);
    for (unsigned n = 0; n <= slices; n++) { /* the first is to warm up */
        for (size_t i = 0; i < SETS; i++) {
            for (int job = 0; job < JOBS; job++) {
                if (runs(i, job))
                    slice(&sets[i], job, n ? seconds : seconds / 4, &rate[i][job][n ? n - 1 : 0]);
            }
        }
    }
    printf("per second of one thread; medians of %u slices of %.0f ms%s\n\n", slices,
           seconds * 1000, engine ? "" : "; gost-engine is not installed");
    printf("%-22s  %8s  %8s  %7s  %8s  %8s  %7s  %8s\n", "", "VKO-256", "engine", "", "KEG",
           "engine", "", "verify");
    for (size_t i = 0; i < SETS; i++) {
        printf("%-22s", sets[i].title);
        print_ratio(median(i, VKO, slices), median(i, ENGINE_VKO, slices));
        print_ratio(median(i, KEG, slices), median(i, ENGINE_KEG, slices));
        printf("  %8.0f\n", median(i, VERIFY, slices));
    }
    printf("\n%-22s", "GOST R 34.11-94, MB/s");
    print_ratio(median(0, HASH, slices) * (double)TEXT / 1e6,
                median(0, ENGINE_HASH, slices) * (double)TEXT / 1e6);
    printf("\n");
    return 0;
}
