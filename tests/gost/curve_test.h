/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of GOST R 34.10 share. */
#ifndef CURVE_TEST_H
#define CURVE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gost/cpu.h"
#include "gost/curve.h"
#include "gost/gostr3410.h"

/* Random cross-checks per parameter set. */
#ifdef GOSTTOKEN_NIGHTLY
#define CROSS_CHECKS      10000
#define CROSS_CHECKS_SLOW 10000
#else
#define CROSS_CHECKS      200
#define CROSS_CHECKS_SLOW 40 /* with an oracle that takes milliseconds */
#endif

/* A generator that can be repeated: GOSTTOKEN_SEED, or a new seed; printed either way. */
static uint64_t test_state;

static inline void test_seed(void)
{
    const char *s = getenv("GOSTTOKEN_SEED");

    if (s)
        test_state = strtoull(s, NULL, 0);
    else
        assert_int_equal(gost_random_system(NULL, &test_state, sizeof test_state), 1);
    print_message("GOSTTOKEN_SEED=0x%llx\n", (unsigned long long)test_state);
}

static inline uint64_t test_next(void) /* splitmix64 */
{
    uint64_t z = test_state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline int test_random(void *arg, void *out, size_t len)
{
    uint8_t *p = out;

    (void)arg;
    while (len--)
        *p++ = (uint8_t)(test_next() >> 32);
    return 1;
}

/* Backends this machine can run, for tests that try each. */
static inline int test_backends(void)
{
    return gost_cpu_adx() && gost_cpu_avx2() ? GOST_BACKENDS : 1;
}

/* Hexadecimal, most significant digit first, to len bytes, least significant first. */
static inline void hex_to_le(uint8_t *out, size_t len, const char *hex)
{
    size_t n = strlen(hex);

    memset(out, 0, len);
    for (size_t i = 0; i < n; i++) {
        char ch = hex[n - 1 - i];
        unsigned v = (unsigned)(ch <= '9' ? ch - '0' : (ch | 0x20) - 'a' + 10);

        assert_true(i / 2 < len);
        out[i / 2] = (uint8_t)(out[i / 2] | v << (4 * (i % 2)));
    }
}

static inline void reverse(uint8_t *out, const uint8_t *in, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = in[len - 1 - i];
}

static inline void hex_to_be(uint8_t *out, size_t len, const char *hex)
{
    uint8_t le[128];

    hex_to_le(le, len, hex);
    reverse(out, le, len);
}

#endif
