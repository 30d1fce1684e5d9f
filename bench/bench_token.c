/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What C_SignInit + C_Sign cost over the bare signature, and how two threads do beside one: our
 * module on two parameter sets, and SoftHSM2's ECDSA P-256 over bare OpenSSL in the same run, if
 * it is there. The candidates take turns in short slices; the figures are medians. Then what it
 * takes to find an object among 10 and among many, in both modules.
 *
 * bench-token [slices [milliseconds per slice [path of SoftHSM2's module [objects]]]]
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench_token.h"
#include "gost/gostr3410.h"

#include <openssl/ec.h>
#include <openssl/evp.h>

#define MAX_SLICES 101

static CK_BBOOL yes = CK_TRUE;
static CK_UTF8CHAR pin[] = BENCH_PIN;

static void need(int ok, const char *what)
{
    if (!ok) {
        (void)fprintf(stderr, "bench-token: %s failed\n", what);
        exit(1);
    }
}

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- what is measured ----------------------------------------------------------------------- */

/* One way of signing; each thread has one of its own. */
typedef struct job {
    void (*sign)(struct job *);
    /* bare GOST */
    gost_3410_key *key;
    /* bare OpenSSL */
    EVP_PKEY_CTX *ctx;
    /* PKCS #11 */
    CK_FUNCTION_LIST *f;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE object;
    CK_MECHANISM mech;
    CK_ULONG len;
    CK_BYTE digest[64], sig[160];
} job;

static void sign_gost(job *j)
{
    need(gost_3410_sign(j->key, j->digest, j->sig, gost_random_system, NULL), "gost_3410_sign");
}

static void sign_openssl(job *j)
{
    size_t n = sizeof j->sig;

    need(EVP_PKEY_sign(j->ctx, j->sig, &n, j->digest, 32) == 1, "EVP_PKEY_sign");
}

static void sign_pkcs11(job *j)
{
    CK_ULONG n = sizeof j->sig;

    need(j->f->C_SignInit(j->session, &j->mech, j->object) == CKR_OK, "C_SignInit");
    need(j->f->C_Sign(j->session, j->digest, j->len, j->sig, &n) == CKR_OK, "C_Sign");
}

typedef struct slice {
    job *j;
    double seconds, rate;
} slice;

static void *run_slice(void *arg)
{
    slice *s = arg;
    double start = now(), end;
    unsigned long n = 0;
    int i;

    do {
        for (i = 0; i < 8; i++, n++) {
            s->j->digest[0]++;
            s->j->sign(s->j);
        }
        end = now();
    } while (end - start < s->seconds);
    s->rate = (double)n / (end - start);
    return NULL;
}

static double one_thread(job *j, double seconds)
{
    slice s = {j, seconds, 0};

    (void)run_slice(&s);
    return s.rate;
}

static double two_threads(job *a, job *b, double seconds)
{
    slice s[2] = {{a, seconds, 0}, {b, seconds, 0}};
    pthread_t t;

    need(pthread_create(&t, NULL, run_slice, &s[0]) == 0, "pthread_create");
    (void)run_slice(&s[1]);
    (void)pthread_join(t, NULL);
    return s[0].rate + s[1].rate;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, by_value);
    return v[n / 2];
}

/* bare: two jobs; module: two jobs. */
static void compare(const char *name, job *bare, job *module, int slices, double seconds)
{
    static double b1[MAX_SLICES], b2[MAX_SLICES], m1[MAX_SLICES], m2[MAX_SLICES];
    double one_bare, two_bare, one, two;
    int i;

    for (i = 0; i < slices; i++) {
        b1[i] = one_thread(&bare[0], seconds);
        m1[i] = one_thread(&module[0], seconds);
        b2[i] = two_threads(&bare[0], &bare[1], seconds);
        m2[i] = two_threads(&module[0], &module[1], seconds);
    }
    one_bare = median(b1, slices);
    two_bare = median(b2, slices);
    one = median(m1, slices);
    two = median(m2, slices);
    (void)printf("%-34s %9.0f %9.0f %8.3f %8.2f %8.2f\n", name, one_bare, one, one_bare / one,
                 two_bare / one_bare, two / one);
}

/* ---- our module ----------------------------------------------------------------------------- */

static CK_FUNCTION_LIST *load(const char *path)
{
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    CK_C_GetFunctionList get;
    CK_FUNCTION_LIST *f = NULL;

    if (module == NULL)
        return NULL;
    *(void **)&get = dlsym(module, "C_GetFunctionList");
    need(get != NULL && get(&f) == CKR_OK, "C_GetFunctionList");
    return f;
}

static CK_FUNCTION_LIST *bench_ours(int slices, double seconds)
{
    static const char *const oids[] = {"1.2.643.7.1.2.1.1.1", "1.2.643.2.2.35.1",
                                       "1.2.643.7.1.2.1.2.1"};
    CK_C_INITIALIZE_ARGS args = {NULL, NULL, NULL, NULL, CKF_OS_LOCKING_OK, NULL};
    CK_FUNCTION_LIST *f = load(BENCH_MODULE);
    CK_SESSION_HANDLE s[2];
    CK_OBJECT_HANDLE pub, priv;
    gost_3410_key key;
    job bare[2], module[2];
    uint8_t d[64];
    size_t i;
    int k;

    need(f != NULL && f->C_Initialize(&args) == CKR_OK, "C_Initialize");
    for (k = 0; k < 2; k++)
        need(f->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s[k]) == CKR_OK,
             "C_OpenSession");
    need(f->C_Login(s[0], CKU_USER, pin, sizeof pin - 1) == CKR_OK, "C_Login");
    for (i = 0; i < sizeof oids / sizeof oids[0]; i++) {
        unsigned bits = strncmp(oids[i], "1.2.643.7.1.2.1.2", 17) == 0 ? 512 : 256;
        const gost_paramset *ps = gost_paramset_by_name(oids[i], bits);
        CK_MECHANISM gen = {
            bits == 512 ? CKM_GOSTR3410_512_KEY_PAIR_GEN : CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
        CK_ATTRIBUTE t[] = {{CKA_TOKEN, &yes, sizeof yes},
                            {CKA_GOSTR3410_PARAMS, (void *)ps->der, ps->der_len}};

        need(f->C_GenerateKeyPair(s[0], &gen, t, 2, t, 2, &pub, &priv) == CKR_OK,
             "C_GenerateKeyPair");
        need(gost_3410_keygen(ps, d, gost_random_system, NULL) && gost_3410_key_init(&key, ps, d),
             "gost_3410_keygen");
        for (k = 0; k < 2; k++) {
            memset(&bare[k], 0, sizeof bare[k]);
            bare[k].sign = sign_gost;
            bare[k].key = &key;
            memset(&module[k], 0, sizeof module[k]);
            module[k].sign = sign_pkcs11;
            module[k].f = f;
            module[k].session = s[k];
            module[k].object = priv;
            module[k].mech.mechanism = bits == 512 ? CKM_GOSTR3410_512 : CKM_GOSTR3410;
            module[k].len = bits / 8;
        }
        compare(ps->name, bare, module, slices, seconds);
    }
    need(f->C_Finalize(NULL) == CKR_OK, "C_Finalize");
    return f;
}

/* ---- SoftHSM2 ------------------------------------------------------------------------------- */

/* NULL if it is not there. */
static CK_FUNCTION_LIST *bench_softhsm(const char *path, const char *dir, int slices,
                                       double seconds)
{
    static CK_BYTE p256[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
    static CK_UTF8CHAR label[] = "bench                           ";
    CK_C_INITIALIZE_ARGS args = {NULL, NULL, NULL, NULL, CKF_OS_LOCKING_OK, NULL};
    CK_MECHANISM gen = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE pt[] = {{CKA_EC_PARAMS, p256, sizeof p256}, {CKA_TOKEN, &yes, sizeof yes}};
    CK_ATTRIBUTE vt[] = {{CKA_SIGN, &yes, sizeof yes}, {CKA_TOKEN, &yes, sizeof yes}};
    CK_OBJECT_HANDLE pub, priv;
    CK_SESSION_HANDLE s[2];
    CK_FUNCTION_LIST *f;
    CK_SLOT_ID slot = 0;
    CK_ULONG n = 1;
    EVP_PKEY *pkey = EVP_EC_gen("P-256");
    job bare[2], module[2];
    char conf[400];
    FILE *file;
    int k;

    (void)snprintf(conf, sizeof conf, "%s/softhsm2.conf", dir);
    file = fopen(conf, "w");
    need(file != NULL, conf);
    (void)fprintf(
        file, "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", dir);
    (void)fclose(file);
    (void)setenv("SOFTHSM2_CONF", conf, 1);
    f = access(path, R_OK) == 0 ? load(path) : NULL;
    if (f == NULL) {
        (void)printf("(no SoftHSM2 at %s)\n", path);
        EVP_PKEY_free(pkey);
        return NULL;
    }
    need(f->C_Initialize(&args) == CKR_OK, "C_Initialize");
    need(f->C_GetSlotList(CK_TRUE, &slot, &n) == CKR_OK, "C_GetSlotList");
    need(f->C_InitToken(slot, pin, 8, label) == CKR_OK, "C_InitToken");
    n = 1;
    need(f->C_GetSlotList(CK_TRUE, &slot, &n) == CKR_OK || n > 1, "C_GetSlotList");
    for (k = 0; k < 2; k++)
        need(f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s[k]) ==
                 CKR_OK,
             "C_OpenSession");
    need(f->C_Login(s[0], CKU_SO, pin, 8) == CKR_OK && f->C_InitPIN(s[0], pin, 8) == CKR_OK &&
             f->C_Logout(s[0]) == CKR_OK && f->C_Login(s[0], CKU_USER, pin, 8) == CKR_OK,
         "C_Login");
    need(f->C_GenerateKeyPair(s[0], &gen, pt, 2, vt, 2, &pub, &priv) == CKR_OK,
         "C_GenerateKeyPair");
    need(pkey != NULL, "EVP_EC_gen");
    for (k = 0; k < 2; k++) {
        memset(&bare[k], 0, sizeof bare[k]);
        bare[k].sign = sign_openssl;
        bare[k].ctx = EVP_PKEY_CTX_new(pkey, NULL);
        need(EVP_PKEY_sign_init(bare[k].ctx) == 1, "EVP_PKEY_sign_init");
        memset(&module[k], 0, sizeof module[k]);
        module[k].sign = sign_pkcs11;
        module[k].f = f;
        module[k].session = s[k];
        module[k].object = priv;
        module[k].mech.mechanism = CKM_ECDSA;
        module[k].len = 32;
    }
    compare("SoftHSM2 ECDSA P-256 / OpenSSL", bare, module, slices, seconds);
    for (k = 0; k < 2; k++)
        EVP_PKEY_CTX_free(bare[k].ctx);
    EVP_PKEY_free(pkey);
    need(f->C_Finalize(NULL) == CKR_OK, "C_Finalize");
    return f;
}

int main(int argc, char **argv)
{
    const char *softhsm = argc > 3 ? argv[3] : "/usr/lib/softhsm/libsofthsm2.so";
    char dir[] = "/tmp/gosttoken-bench-XXXXXX", store[64], command[64];
    double seconds = argc > 2 ? atof(argv[2]) / 1000 : 0.05;
    int slices = argc > 1 ? atoi(argv[1]) : 15, objects = argc > 4 ? atoi(argv[4]) : 10000;
    CK_FUNCTION_LIST *ours, *theirs;

    if (slices < 1 || slices > MAX_SLICES || seconds <= 0 || objects < 10) {
        (void)fprintf(stderr, "bench-token [1..%d [milliseconds [module [objects]]]]\n",
                      MAX_SLICES);
        return 2;
    }
    need(mkdtemp(dir) != NULL, "mkdtemp");
    (void)snprintf(store, sizeof store, "%s/store", dir);
    (void)setenv("GOSTTOKEN_DIR", store, 1);
    (void)printf("%-34s %9s %9s %8s %8s %8s\n", "signatures per second", "bare", "module",
                 "bare/mod", "2t bare", "2t mod");
    ours = bench_ours(slices, seconds);
    theirs = bench_softhsm(softhsm, dir, slices, seconds);
    (void)printf("\n%-31s %9s %9d %8s %9s %9s\n", "initialise, log in, find: ms", "10", objects,
                 "ratio", "again", "again");
    bench_find("gosttoken", ours, (unsigned)objects);
    if (theirs != NULL)
        bench_find("SoftHSM2", theirs, (unsigned)objects);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : 1;
}
