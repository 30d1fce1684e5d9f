/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the hash family share. */
#ifndef HASH_TEST_H
#define HASH_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* How many random cases make a run: more at night. */
#ifdef GOSTTOKEN_NIGHTLY
#define CASES(n) (100 * (n))
#else
#define CASES(n) (n)
#endif

/* Bytes of hex digits, blanks between them allowed; returns their number. */
static inline size_t unhex(uint8_t *out, const char *hex)
{
    size_t n = 0;
    unsigned v;

    for (; *hex != '\0'; hex++) {
        if (*hex == ' ')
            continue;
        if (sscanf(hex, "%2x", &v) != 1)
            abort();
        out[n++] = (uint8_t)v;
        hex++;
    }
    return n;
}

/* A generator that gives every run the same cases: xorshift64*. */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static inline size_t random_below(uint64_t *state, size_t n)
{
    return (size_t)((next_random(state) >> 16) % n);
}

static inline void random_bytes(uint64_t *state, void *out, size_t len)
{
    uint8_t *p = out;

    while (len-- > 0)
        *p++ = (uint8_t)(next_random(state) >> 56);
}

#endif
