/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the modes share: bytes in random parts, each in memory of exactly its length so
 * that a sanitizer sees an access past it. */
#ifndef MODES_TEST_H
#define MODES_TEST_H

#include "tests/gost/hash_test.h"

typedef void crypt_function(void *ctx, const uint8_t *in, uint8_t *out, size_t len);

/* The parts' lengths are 0 … len or less, and multiples of unit; every other part is done in place.
 */
static inline void in_parts(uint64_t *rnd, crypt_function *f, void *ctx, const uint8_t *in,
                            uint8_t *out, size_t len, size_t unit)
{
    while (len > 0) {
        size_t most = random_below(rnd, 4) == 0 ? len : random_below(rnd, 3) == 0 ? 40 : 9;
        size_t n = random_below(rnd, most / unit + 2) * unit;
        uint8_t *from, *to;

        n = n < len ? n : len;
        from = malloc(n);
        to = random_below(rnd, 2) ? from : malloc(n);
        assert_true(n == 0 || (from && to));
        if (n > 0)
            memcpy(from, in, n);
        f(ctx, from, to, n);
        if (n > 0)
            memcpy(out, to, n);
        if (to != from)
            free(to);
        free(from);
        in += n;
        out += n;
        len -= n;
    }
}

/* Lengths that are short, near a power of two, or any up to 5000. */
static inline size_t some_length(uint64_t *rnd)
{
    switch (random_below(rnd, 4)) {
    case 0:
        return random_below(rnd, 40);
    case 1:
        return ((size_t)16 << random_below(rnd, 8)) + random_below(rnd, 3) - 1;
    case 2:
        return 512 * random_below(rnd, 9) + random_below(rnd, 2);
    default:
        return random_below(rnd, 5000);
    }
}

#define LONGEST 5000

#endif
