/* SPDX-License-Identifier: Apache-2.0 */
/* Words from and to bytes, at any alignment. Internal to gost/. */
#ifndef GOST_BYTES_H
#define GOST_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint64_t gost_load_le64(const void *p)
{
    uint64_t x;

    memcpy(&x, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    return x;
}

static inline void gost_store_le64(void *p, uint64_t x)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    memcpy(p, &x, 8);
}

static inline uint64_t gost_load_be64(const void *p)
{
    return __builtin_bswap64(gost_load_le64(p));
}

static inline void gost_store_be64(void *p, uint64_t x)
{
    gost_store_le64(p, __builtin_bswap64(x));
}

#endif
