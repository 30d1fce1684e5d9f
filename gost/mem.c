/* SPDX-License-Identifier: Apache-2.0 */
/* See gost/mem.h. */
#include "gost/mem.h"

#include <string.h>

#ifdef GOST_HAVE_MEMCHECK
#include <valgrind/memcheck.h>
#endif

void gost_wipe(void *p, size_t len)
{
    if (len == 0)
        return;
    memset(p, 0, len);
    /* Says that something reads the zeros, so that the stores stay, also under LTO. */
    __asm__ volatile("" : : "r"(p) : "memory");
}

/* Nothing in gost/ but VKO goes deeper (test-residue measures the signatures and VKO). */
#ifdef __OPTIMIZE__
#define STACK_DEPTH 8192
#else
#define STACK_DEPTH 81920 /* AVX2 frames take 64 KiB when nothing is optimised */
#endif

__attribute__((noinline)) void gost_wipe_stack(void)
{
    uint8_t below[STACK_DEPTH];

    gost_wipe(below, sizeof below);
}

__attribute__((noinline)) void gost_wipe_stack_deep(void)
{
    uint8_t below[2 * STACK_DEPTH];

    gost_wipe(below, sizeof below);
}

int gost_equal(const void *a, const void *b, size_t len)
{
    const uint8_t *x = a, *y = b;
    uint32_t d = 0;

    for (size_t i = 0; i < len; i++)
        d |= (uint32_t)(x[i] ^ y[i]);
    /* d is hidden from the compiler, which may not turn the next line into a branch. */
    __asm__("" : "+r"(d));
    return (int)(((d - 1) >> 8) & 1);
}

#ifdef GOST_HAVE_MEMCHECK

void gost_poison(const void *p, size_t len)
{
    (void)VALGRIND_MAKE_MEM_UNDEFINED(p, len);
}

void gost_unpoison(const void *p, size_t len)
{
    (void)VALGRIND_MAKE_MEM_DEFINED(p, len);
}

#else

void gost_poison(const void *p, size_t len)
{
    (void)p;
    (void)len;
}

void gost_unpoison(const void *p, size_t len)
{
    (void)p;
    (void)len;
}

#endif
