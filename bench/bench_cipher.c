/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The block ciphers: CTR and ECB as programs get them, and ECB by every body, beside gost-engine
 * where it is installed; then the time of a single block and of a key. Every figure is the best of
 * many short runs, the peers' runs between ours, so that other work on the machine disturbs all
 * alike; the ratios are to gost-engine's counter mode.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

#include "gost/block_core.h"
#include "gost/gost28147.h"
#include "gost/modes.h"

#define ROUNDS   15
#define MAX_ROWS 16

static uint8_t data[1 << 20], sink[1 << 20];
static const uint8_t iv[16];
static const size_t lens[3] = {64, 1024, 1 << 20};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct row {
    char name[40];
    void (*run)(const struct row *row, size_t len);
    const gost_block *block;
    const gost_block_body *body;
    EVP_CIPHER_CTX *evp;
    double best[3];
} row;

static void run_body(const row *r, size_t len)
{
    r->body->encrypt(r->block, data, sink, len / r->block->class->size);
}

static void run_body_back(const row *r, size_t len)
{
    r->body->decrypt(r->block, data, sink, len / r->block->class->size);
}

static void run_ctr(const row *r, size_t len)
{
    gost_ctr ctr;

    gost_ctr_init(&ctr, r->block, iv, 0);
    gost_ctr_crypt(&ctr, data, sink, len);
}

static void run_evp(const row *r, size_t len)
{
    int n = 0;

    EVP_EncryptInit_ex(r->evp, NULL, NULL, NULL, EVP_CIPHER_CTX_iv_length(r->evp) > 0 ? iv : NULL);
    EVP_EncryptUpdate(r->evp, sink, &n, data, (int)len);
}

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

static EVP_CIPHER_CTX *evp_open(ENGINE *engine, const char *name)
{
    const EVP_CIPHER *cipher = engine ? ENGINE_get_cipher(engine, OBJ_txt2nid(name)) : NULL;
    EVP_CIPHER_CTX *ctx;

    if (cipher == NULL)
        return NULL;
    ctx = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(ctx, cipher, engine, data, iv);
    EVP_CIPHER_CTX_set_padding(ctx, 0);
    return ctx;
}

static void bench_bulk(ENGINE *engine, const gost_block *block, const char *const *peers,
                       const gost_block_body *bodies, unsigned count)
{
    row rows[MAX_ROWS] = {{.run = NULL}};
    int n = 0;

    for (; *peers; peers++) {
        rows[n].evp = evp_open(engine, *peers);
        if (rows[n].evp == NULL)
            continue;
        rows[n].run = run_evp;
        snprintf(rows[n++].name, sizeof rows[n].name, "gost-engine %s", *peers);
    }
    rows[n++] = (row){.name = "gosttoken ctr", .run = run_ctr, .block = block};
    for (unsigned i = 0; i < count; i++) {
        if (!bodies[i].available())
            continue;
        rows[n] = (row){.run = run_body, .block = block, .body = &bodies[i]};
        snprintf(rows[n++].name, sizeof rows[n].name, "ecb %s", bodies[i].name);
        rows[n] = (row){.run = run_body_back, .block = block, .body = &bodies[i]};
        snprintf(rows[n++].name, sizeof rows[n].name, "ecb %s, decrypting", bodies[i].name);
    }
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < n; i++)
            for (int k = 0; k < 3; k++) {
                double t = measure(&rows[i], lens[k]);

                if (round == 0 || t < rows[i].best[k])
                    rows[i].best[k] = t;
            }
    printf("%-28s    64 B            1 KiB           1 MiB\n", block->class->name);
    for (int i = 0; i < n; i++) {
        printf("  %-26s", rows[i].name);
        for (int k = 0; k < 3; k++)
            printf("%9.1f x%-5.2f", (double)lens[k] / rows[i].best[k] * 1e-6,
                   rows[0].best[k] / rows[i].best[k]);
        printf("\n");
        EVP_CIPHER_CTX_free(rows[i].evp);
    }
}

/* A chain of single blocks, as a MAC has it, and the key. */
static void bench_single(const gost_block *block, const gost_block_body *bodies, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        double chain = 1, key = 1;
        gost_block b = *block;

        if (!bodies[i].available())
            continue;
        for (int round = 0; round < 20 * ROUNDS; round++) {
            double t = now();

            for (int k = 0; k < 100; k++)
                bodies[i].encrypt(block, sink, sink, 1);
            t = (now() - t) / 100;
            chain = t < chain ? t : chain;
            t = now();
            for (int k = 0; k < 20; k++)
                bodies[i].set_key(&b, data);
            t = (now() - t) / 20;
            key = t < key ? t : key;
        }
        printf("  %-10s %-8s one block after another %7.3f us, %6.1f MB/s; a key %7.3f us\n",
               block->class->name, bodies[i].name, chain * 1e6, block->class->size / chain * 1e-6,
               key * 1e6);
    }
}

int main(void)
{
    static const char *const kuznyechik[] = {"kuznyechik-ctr", "kuznyechik-ecb", NULL};
    static const char *const magma[] = {"magma-ctr", "magma-cbc", NULL};
    static const char *const gost89[] = {"gost89-cnt", "gost89-cbc", NULL};
    gost_block k, m, g;
    ENGINE *engine;

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 197 >> 3);
    gost_block_init(&k, &gost_block_kuznyechik, NULL, data);
    gost_block_init(&m, &gost_block_magma, NULL, data);
    gost_block_init(&g, &gost_block_28147, gost_sbox_cryptopro_a, data);
    ENGINE_load_builtin_engines();
    engine = ENGINE_by_id("gost");
    if (engine != NULL && !ENGINE_init(engine)) {
        ENGINE_free(engine);
        engine = NULL;
    }
    printf("MB/s; the ratio is to the first row\n");
    bench_bulk(engine, &k, kuznyechik, gost_kuznyechik_bodies, gost_kuznyechik_body_count);
    bench_bulk(engine, &m, magma, gost_28147_bodies, gost_28147_body_count);
    bench_bulk(engine, &g, gost89, gost_28147_bodies, gost_28147_body_count);
    bench_single(&k, gost_kuznyechik_bodies, gost_kuznyechik_body_count);
    bench_single(&m, gost_28147_bodies, gost_28147_body_count);
    if (engine != NULL) {
        ENGINE_finish(engine);
        ENGINE_free(engine);
    }
    return 0;
}
