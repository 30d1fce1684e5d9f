/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streebog by every body, HMAC, Kuznyechik and MGM, beside gost-engine and nettle where these are
 * installed. Every figure is the best of many short runs, the peers' runs between ours, so that
 * other work on the machine disturbs all alike; the ratios are to gost-engine.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#ifdef HAVE_NETTLE
#include <nettle/streebog.h>
#endif
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

#include "gost/hmac.h"
#include "gost/mgm.h"
#include "gost/streebog_core.h"

#define ROUNDS   15
#define MAX_ROWS 16

static uint8_t data[1 << 20], sink[1 << 11];

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct row {
    const char *name;
    void (*run)(const struct row *row, size_t len);
    const gost_streebog_body *body;
    const EVP_MD *md;
    EVP_MD_CTX *ctx;
    double best[3];
} row;

static void run_body(const row *r, size_t len)
{
    gost_streebog ctx;

    gost_streebog_init(&ctx, 256);
    gost_streebog_update_by(r->body, &ctx, data, len);
    gost_streebog_final_by(r->body, &ctx, sink);
}

static void run_ours(const row *r, size_t len)
{
    (void)r;
    gost_streebog_hash(256, data, len, sink);
}

static void run_evp(const row *r, size_t len)
{
    EVP_DigestInit_ex(r->ctx, r->md, NULL);
    EVP_DigestUpdate(r->ctx, data, len);
    EVP_DigestFinal_ex(r->ctx, sink, NULL);
}

#ifdef HAVE_NETTLE
static void run_nettle(const row *r, size_t len)
{
    struct streebog256_ctx ctx;

    (void)r;
    streebog256_init(&ctx);
    streebog256_update(&ctx, len, data);
    streebog256_digest(&ctx, 32, sink);
}
#endif

/* Seconds for one call, over about a hundredth of a second. */
static double measure(const row *r, size_t len)
{
    int n = (int)(1000000 / (len + 200)) + 1;
    double t;

    r->run(r, len);
    t = now();
    for (int i = 0; i < n; i++)
        r->run(r, len);
    return (now() - t) / n;
}

static void bench_streebog(ENGINE *engine)
{
    static const size_t lens[3] = {64, 1024, 1 << 20};
    row rows[MAX_ROWS] = {{.name = "gost-engine", .run = run_evp}};
    int n = 0;

    if (engine != NULL) {
        rows[n].md = ENGINE_get_digest(engine, OBJ_txt2nid("md_gost12_256"));
        rows[n++].ctx = EVP_MD_CTX_new();
    }
#ifdef HAVE_NETTLE
    rows[n++] = (row){.name = "nettle", .run = run_nettle};
#endif
    rows[n++] = (row){.name = "gosttoken", .run = run_ours};
    for (unsigned i = 0; i < gost_streebog_body_count && n < MAX_ROWS; i++)
        if (gost_streebog_bodies[i].available())
            rows[n++] = (row){.name = gost_streebog_bodies[i].name,
                              .run = run_body,
                              .body = &gost_streebog_bodies[i]};
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < n; i++)
            for (int k = 0; k < 3; k++) {
                double t = measure(&rows[i], lens[k]);

                if (round == 0 || t < rows[i].best[k])
                    rows[i].best[k] = t;
            }
    printf("Streebog-256, MB/s      64 B           1 KiB           1 MiB\n");
    for (int i = 0; i < n; i++) {
        printf("%-16s", rows[i].name);
        for (int k = 0; k < 3; k++)
            printf("%9.1f x%.2f", (double)lens[k] / rows[i].best[k] * 1e-6,
                   rows[0].best[k] / rows[i].best[k]);
        printf("\n");
    }
    EVP_MD_CTX_free(rows[0].ctx);
}

static void call_compress(void)
{
    static uint64_t h[8], zero[8];

    gost_streebog_choose(1)->g(h, zero, data);
}

static void call_hmac(void)
{
    gost_hmac_streebog(256, data, 32, data + 32, 64, sink);
}

static void call_set_key(void)
{
    gost_kuznyechik ks;

    gost_kuznyechik_set_key(&ks, data);
}

static gost_kuznyechik key;

static void call_encrypt(void)
{
    gost_kuznyechik_encrypt(&key, sink, sink);
}

static void call_seal(void)
{
    gost_kuznyechik ks;

    gost_kuznyechik_set_key(&ks, data);
    gost_mgm_seal(&ks, data, data, 16, data, 64, sink, sink + 64);
}

static void call_seal_1k(void)
{
    gost_mgm_seal(&key, data, data, 16, data, 1024, sink, sink + 1024);
}

static EVP_CIPHER_CTX *evp_cipher;
static const EVP_CIPHER *evp_ecb;

static void call_engine_set_key(void)
{
    int n = 0;

    EVP_EncryptInit_ex(evp_cipher, evp_ecb, NULL, data, NULL);
    EVP_EncryptUpdate(evp_cipher, sink, &n, data, 16);
}

static void call_engine_encrypt(void)
{
    int n = 0;

    EVP_EncryptUpdate(evp_cipher, sink, &n, sink, 16);
}

static void bench_calls(void)
{
    static const struct {
        const char *name;
        void (*call)(void);
        int engine;
    } calls[] = {
        {"Streebog compression of a secret", call_compress, 0},
        {"HMAC-256 of 64 B, 32 B key", call_hmac, 0},
        {"Kuznyechik key setup", call_set_key, 0},
        {"Kuznyechik block", call_encrypt, 0},
        {"MGM key setup, seal 64 B", call_seal, 0},
        {"MGM seal 1 KiB", call_seal_1k, 0},
        {"gost-engine Kuznyechik key setup and block", call_engine_set_key, 1},
        {"gost-engine Kuznyechik block", call_engine_encrypt, 1},
    };

    gost_kuznyechik_set_key(&key, data);
    printf("\nMicroseconds a call\n");
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        double best = 1;

        if (calls[i].engine && evp_ecb == NULL)
            continue;
        for (int round = 0; round < 10 * ROUNDS; round++) {
            double t = now();

            for (int k = 0; k < 100; k++)
                calls[i].call();
            t = (now() - t) / 100;
            if (t < best)
                best = t;
        }
        printf("%-44s%9.3f\n", calls[i].name, best * 1e6);
    }
}

int main(void)
{
    ENGINE *engine;

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 197 >> 3);
    ENGINE_load_builtin_engines();
    engine = ENGINE_by_id("gost");
    if (engine != NULL && !ENGINE_init(engine)) {
        ENGINE_free(engine);
        engine = NULL;
    }
    bench_streebog(engine);
    if (engine != NULL) {
        evp_ecb = ENGINE_get_cipher(engine, OBJ_txt2nid("kuznyechik-ecb"));
        evp_cipher = EVP_CIPHER_CTX_new();
    }
    bench_calls();
    EVP_CIPHER_CTX_free(evp_cipher);
    if (engine != NULL) {
        ENGINE_finish(engine);
        ENGINE_free(engine);
    }
    return 0;
}
