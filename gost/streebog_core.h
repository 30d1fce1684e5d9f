/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between Streebog's frame (streebog.c) and its bodies, each a way to compute the compression
 * function. Internal to gost/; the tests and benchmarks use it to run every body on one CPU.
 */
#ifndef GOST_STREEBOG_CORE_H
#define GOST_STREEBOG_CORE_H

#include "gost/cpu.h"
#include "gost/streebog.h"

/*
 * h = g_N(h, block): RFC 6986, section 8. Word i of h and n is the little-endian value of the
 * octets 8i..8i+7. block is 64 bytes at any alignment.
 */
typedef void gost_streebog_g(uint64_t h[8], const uint64_t n[8], const uint8_t *block);

typedef struct gost_streebog_body {
    const char *name;
    int constant_time;
    int (*available)(void);
    gost_streebog_g *g;
} gost_streebog_body;

/* Every body this build has, fastest first; the last is constant time and runs anywhere. */
extern const gost_streebog_body gost_streebog_bodies[];
extern const unsigned gost_streebog_body_count;

/* The body that the public functions use on this CPU. */
const gost_streebog_body *gost_streebog_choose(int secret);

/* gost_streebog_update and gost_streebog_final on a body of the caller's choice. */
void gost_streebog_update_by(const gost_streebog_body *body, gost_streebog *ctx, const void *data,
                             size_t len);
void gost_streebog_final_by(const gost_streebog_body *body, gost_streebog *ctx, uint8_t *out);

/* The iteration constants C1..C12 of RFC 6986, section 6.5. */
extern const uint64_t gost_streebog_c[12][8];

gost_streebog_g gost_streebog_g_table, gost_streebog_g_ct;
#if GOST_X86
gost_streebog_g gost_streebog_g_avx2, gost_streebog_g_ssse3;
#endif

#endif
