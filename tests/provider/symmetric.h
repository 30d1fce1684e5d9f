/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of ciphers and of MACs share: random bytes that are the same in each run, and hex.
 */
#ifndef SYMMETRIC_H
#define SYMMETRIC_H

#include "fixture.h"

#include <stdio.h>
#include <string.h>

static inline uint32_t sy_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

static inline void sy_fill(uint64_t *state, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(sy_random(state) >> 8);
}

/* A part of what is left: often small, sometimes all. */
static inline size_t sy_part(uint64_t *state, size_t left)
{
    static const size_t sizes[] = {1, 7, 8, 15, 16, 17, 33, 500, 1024, 5000, 1 << 30};
    size_t n = sizes[sy_random(state) % (sizeof(sizes) / sizeof(sizes[0]))];

    return n < left ? n : left;
}

/* Spaces are allowed between bytes. */
static inline size_t sy_unhex(uint8_t *out, const char *hex)
{
    size_t n = 0;
    unsigned byte;

    for (; *hex != '\0'; hex += *hex == ' ' ? 1 : 2)
        if (*hex != ' ') {
            assert_int_equal(sscanf(hex, "%2x", &byte), 1);
            out[n++] = (uint8_t)byte;
        }
    return n;
}

/* In one of a few static buffers. */
static inline const char *sy_hex(const uint8_t *in, size_t len)
{
    static char texts[4][129];
    static unsigned next;
    char *text = texts[next++ % 4];

    text[0] = '\0';
    for (size_t i = 0; i < len; i++)
        snprintf(text + 2 * i, 3, "%02x", in[i]);
    return text;
}

static inline void sy_write(const char *name, const void *data, size_t len)
{
    FILE *f = fopen(fx_path(name), "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static inline size_t sy_read(const char *name, void *out, size_t size)
{
    FILE *f = fopen(fx_path(name), "rb");
    size_t len;

    assert_non_null(f);
    len = fread(out, 1, size, f);
    assert_int_equal(fclose(f), 0);
    return len;
}

#endif
