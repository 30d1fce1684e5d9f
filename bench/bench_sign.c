/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures per second, one thread: ours on every parameter set, beside OpenSSL's ECDSA P-256 and
 * gost-engine (if it can be loaded) in the same run. The candidates take turns in short slices, so
 * that a machine that slows down slows all of them; the figure is the median of the slices, in
 * processor time.
 *
 * bench-sign [slices [milliseconds per slice]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gost/curve.h"
#include "gost/gostr3410.h"
#include "tests/gost/engine_key.h"

#include <openssl/ec.h>

#define MAX_JOBS   80
#define MAX_SLICES 101

typedef struct job job;

struct job {
    char name[48];
    int (*run)(job *);
    const gost_paramset *ps;
    gost_3410_key key;
    uint8_t d[64], pub[128], digest[64], sig[160];
    size_t siglen;
    EVP_PKEY_CTX *ctx;
    EVP_PKEY *pkey;
    double rate[MAX_SLICES];
};

static job jobs[MAX_JOBS];
static size_t njobs;

static void need(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "bench-sign: %s failed\n", what);
        exit(1);
    }
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int our_sign(job *j)
{
    return gost_3410_sign(&j->key, j->digest, j->sig, gost_random_system, NULL);
}

static int our_verify(job *j)
{
    return gost_3410_verify(j->ps, j->pub, j->digest, j->sig);
}

static int our_keygen(job *j)
{
    return gost_3410_keygen(j->ps, j->d, gost_random_system, NULL) &&
           gost_3410_public(j->ps, j->d, j->pub);
}

static int evp_sign(job *j)
{
    size_t len = sizeof j->sig;

    return EVP_PKEY_sign(j->ctx, j->sig, &len, j->digest, j->ps ? j->ps->bits / 8 : 32) == 1;
}

static int evp_verify(job *j)
{
    return EVP_PKEY_verify(j->ctx, j->sig, j->siglen, j->digest, j->ps ? j->ps->bits / 8 : 32) == 1;
}

static int ec_keygen(job *j)
{
    EVP_PKEY *k = EVP_EC_gen("P-256");

    (void)j;
    EVP_PKEY_free(k);
    return k != NULL;
}

static int engine_keygen(job *j)
{
    EVP_PKEY *k = NULL;
    int ok = EVP_PKEY_keygen(j->ctx, &k) == 1;

    EVP_PKEY_free(k);
    return ok;
}

static job *new_job(const gost_paramset *ps, const char *who, const char *what, int (*run)(job *))
{
    job *j = &jobs[njobs++];

    need(njobs <= MAX_JOBS, "room for another job");
    snprintf(j->name, sizeof j->name, "%s %s %s", ps ? ps->oid : "P-256", who, what);
    j->ps = ps;
    j->run = run;
    memset(j->digest, 0x5a, sizeof j->digest);
    return j;
}

static void evp_pair(const gost_paramset *ps, const char *who, EVP_PKEY *sk, EVP_PKEY *pk,
                     ENGINE *engine)
{
    job *s = new_job(ps, who, "sign", evp_sign), *v;

    s->ctx = EVP_PKEY_CTX_new(sk, engine);
    need(s->ctx && EVP_PKEY_sign_init(s->ctx) == 1, s->name);
    s->siglen = sizeof s->sig;
    need(EVP_PKEY_sign(s->ctx, s->sig, &s->siglen, s->digest, ps ? ps->bits / 8 : 32) == 1,
         s->name);
    v = new_job(ps, who, "verify", evp_verify);
    v->ctx = EVP_PKEY_CTX_new(pk, engine);
    need(v->ctx && EVP_PKEY_verify_init(v->ctx) == 1, v->name);
    memcpy(v->sig, s->sig, sizeof s->sig);
    v->siglen = s->siglen;
}

static void slice(job *j, unsigned n, double seconds)
{
    double start = now(), end = start;
    long count = 0;

    while (end - start < seconds) {
        for (int i = 0; i < 4; i++)
            need(j->run(j), j->name);
        count += 4;
        end = now();
    }
    j->rate[n] = (double)count / (end - start);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(const gost_paramset *ps, const char *who, const char *what, unsigned slices)
{
    char name[48];

    snprintf(name, sizeof name, "%s %s %s", ps ? ps->oid : "P-256", who, what);
    for (size_t i = 0; i < njobs; i++) {
        if (!strcmp(jobs[i].name, name)) {
            qsort(jobs[i].rate, slices, sizeof jobs[i].rate[0], by_value);
            return jobs[i].rate[slices / 2];
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const char *const what[] = {"sign", "verify", "keygen"};
    static const struct {
        const char *title, *name;
        unsigned bits;
    } sets[] = {
        {"256 TC26-A (Edwards)", "TCA", 256},
        {"256 A = TC26-B", "A", 256},
        {"256 B = TC26-C", "B", 256},
        {"256 C = TC26-D", "C", 256},
        {"512 A", "A", 512},
        {"512 B", "B", 512},
        {"512 C (Edwards)", "C", 512},
    };
    const size_t nsets = sizeof sets / sizeof sets[0];
    unsigned slices = argc > 1 ? (unsigned)atoi(argv[1]) : 9;
    double seconds = (argc > 2 ? atoi(argv[2]) : 20) / 1000.0;
    EVP_PKEY *p256 = EVP_EC_gen("P-256");
    ENGINE *engine;

    if (slices < 1 || slices > MAX_SLICES)
        slices = 9;
    need(p256 != NULL, "P-256");
    evp_pair(NULL, "openssl", p256, p256, NULL);
    new_job(NULL, "openssl", "keygen", ec_keygen);
    engine = engine_open();
    for (size_t i = 0; i < nsets; i++) {
        const gost_paramset *ps = gost_paramset_by_name(sets[i].name, sets[i].bits);
        job *s = new_job(ps, "ours", "sign", our_sign), *v;

        need(gost_3410_keygen(ps, s->d, gost_random_system, NULL) &&
                 gost_3410_public(ps, s->d, s->pub) && gost_3410_key_init(&s->key, ps, s->d) &&
                 our_sign(s),
             s->name);
        v = new_job(ps, "ours", "verify", our_verify);
        memcpy(v->pub, s->pub, sizeof s->pub);
        memcpy(v->sig, s->sig, sizeof s->sig);
        new_job(ps, "ours", "keygen", our_keygen);
        if (engine) {
            EVP_PKEY *sk = engine_private(ps, s->d), *pk = engine_public(ps, s->pub);
            job *k;

            need(sk && pk, "gost-engine's keys");
            evp_pair(ps, "engine", sk, pk, engine);
            k = new_job(ps, "engine", "keygen", engine_keygen);
            k->ctx = EVP_PKEY_CTX_new(sk, engine); /* of the same parameters */
            need(k->ctx && EVP_PKEY_keygen_init(k->ctx) == 1, k->name);
        }
    }

    for (size_t i = 0; i < njobs; i++) /* warm up */
        slice(&jobs[i], 0, seconds / 4);
    for (unsigned n = 0; n < slices; n++) {
        for (size_t i = 0; i < njobs; i++)
            slice(&jobs[i], n, seconds);
    }

    printf("per second of one thread; medians of %u slices of %.0f ms%s\n\n", slices,
           seconds * 1000, engine ? "" : "; gost-engine is not installed");
    printf("%-22s", "");
    for (size_t w = 0; w < 3; w++)
        printf("  %8s  %5s  %8s", what[w], "engine", "P-256");
    printf("\n%-22s", "P-256 (OpenSSL)");
    for (size_t w = 0; w < 3; w++)
        printf("  %8.0f  %6s  %8s", median(NULL, "openssl", what[w], slices), "", "1.00 x");
    printf("\n");
    for (size_t i = 0; i < nsets; i++) {
        const gost_paramset *ps = gost_paramset_by_name(sets[i].name, sets[i].bits);

        printf("%-22s", sets[i].title);
        for (size_t w = 0; w < 3; w++) {
            double ours = median(ps, "ours", what[w], slices);
            double theirs = median(ps, "engine", what[w], slices);

            printf("  %8.0f", ours);
            if (theirs > 0)
                printf("  %4.2f x", ours / theirs);
            else
                printf("  %6s", "-");
            printf("  %6.2f x", ours / median(NULL, "openssl", what[w], slices));
        }
        printf("\n");
    }
    printf("\n(engine, P-256: our rate over theirs)\n");
    if (engine) {
        printf("\n%-22s  %8s  %8s  %8s\n", "gost-engine itself", what[0], what[1], what[2]);
        for (size_t i = 0; i < nsets; i++) {
            const gost_paramset *ps = gost_paramset_by_name(sets[i].name, sets[i].bits);

            printf("%-22s", sets[i].title);
            for (size_t w = 0; w < 3; w++)
                printf("  %8.0f", median(ps, "engine", what[w], slices));
            printf("\n");
        }
    }
    return 0;
}
