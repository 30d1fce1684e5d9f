/* SPDX-License-Identifier: Apache-2.0 */
/* See gost/mgm_sum.h. */
#include "gost/mgm_sum.h"

#include "gost/bytes.h"
#include "gost/cpu.h"
#include "gost/mem.h"

static void portable_128(uint8_t *sum, const uint8_t *h, const uint8_t *a, size_t blocks)
{
    uint64_t hi = 0, lo = 0;

    for (; blocks > 0; blocks--, h += 16, a += 16) {
        uint64_t xh = gost_load_be64(h), xl = gost_load_be64(h + 8), rh = 0, rl = 0;
        uint64_t y[2] = {gost_load_be64(a), gost_load_be64(a + 8)};

        for (int i = 0; i < 128; i++) {
            uint64_t carry = 0 - (rh >> 63), take = 0 - (y[i / 64] >> (63 - i % 64) & 1);

            rh = (rh << 1 | rl >> 63) ^ (xh & take);
            rl = (rl << 1) ^ (0x87 & carry) ^ (xl & take);
        }
        hi ^= rh;
        lo ^= rl;
    }
    gost_store_be64(sum, gost_load_be64(sum) ^ hi);
    gost_store_be64(sum + 8, gost_load_be64(sum + 8) ^ lo);
}

static void portable_64(uint8_t *sum, const uint8_t *h, const uint8_t *a, size_t blocks)
{
    uint64_t s = gost_load_be64(sum);

    for (; blocks > 0; blocks--, h += 8, a += 8) {
        uint64_t x = gost_load_be64(h), y = gost_load_be64(a), r = 0;

        for (int i = 63; i >= 0; i--)
            r = (r << 1) ^ (0x1b & (0 - (r >> 63))) ^ (x & (0 - (y >> i & 1)));
        s ^= r;
    }
    gost_store_be64(sum, s);
}

void gost_mgm_sum_portable(uint8_t *sum, const uint8_t *h, const uint8_t *a, size_t blocks,
                           unsigned size)
{
    (size == 16 ? portable_128 : portable_64)(sum, h, a, blocks);
}

#if GOST_X86

#include <immintrin.h>

#define TARGET __attribute__((target("pclmul,sse4.1")))

static TARGET inline __m128i load_128(const uint8_t *p)
{
    return _mm_set_epi64x((long long)gost_load_be64(p), (long long)gost_load_be64(p + 8));
}

/* The products are added before they are reduced, once in a call. */
static TARGET void clmul_128(uint8_t *sum, const uint8_t *h, const uint8_t *a, size_t blocks)
{
    const __m128i poly = _mm_set_epi64x(0, 0x87);
    __m128i lo = load_128(sum), mid = _mm_setzero_si128(), hi = mid, t;

    for (; blocks > 0; blocks--, h += 16, a += 16) {
        __m128i x = load_128(h), y = load_128(a);

        lo = _mm_xor_si128(lo, _mm_clmulepi64_si128(x, y, 0x00));
        hi = _mm_xor_si128(hi, _mm_clmulepi64_si128(x, y, 0x11));
        mid = _mm_xor_si128(
            mid, _mm_xor_si128(_mm_clmulepi64_si128(x, y, 0x01), _mm_clmulepi64_si128(x, y, 0x10)));
    }
    lo = _mm_xor_si128(lo, _mm_slli_si128(mid, 8));
    hi = _mm_xor_si128(hi, _mm_srli_si128(mid, 8));
    /* hi's upper half times w^192: 7 bits of its product come out at w^128 and are folded with hi's
     * lower half. */
    t = _mm_clmulepi64_si128(hi, poly, 0x01);
    lo = _mm_xor_si128(lo, _mm_slli_si128(t, 8));
    hi = _mm_xor_si128(hi, _mm_srli_si128(t, 8));
    lo = _mm_xor_si128(lo, _mm_clmulepi64_si128(hi, poly, 0x00));
    gost_store_be64(sum, (uint64_t)_mm_extract_epi64(lo, 1));
    gost_store_be64(sum + 8, (uint64_t)_mm_cvtsi128_si64(lo));
}

static TARGET void clmul_64(uint8_t *sum, const uint8_t *h, const uint8_t *a, size_t blocks)
{
    const __m128i poly = _mm_set_epi64x(0, 0x1b);
    __m128i s = _mm_cvtsi64_si128((long long)gost_load_be64(sum)), t;

    for (; blocks > 0; blocks--, h += 8, a += 8) {
        __m128i x = _mm_cvtsi64_si128((long long)gost_load_be64(h));
        __m128i y = _mm_cvtsi64_si128((long long)gost_load_be64(a));

        s = _mm_xor_si128(s, _mm_clmulepi64_si128(x, y, 0x00));
    }
    t = _mm_clmulepi64_si128(s, poly, 0x01);
    s = _mm_xor_si128(s, t);
    s = _mm_xor_si128(s, _mm_clmulepi64_si128(t, poly, 0x01));
    gost_store_be64(sum, (uint64_t)_mm_cvtsi128_si64(s));
}

void gost_mgm_sum_clmul(uint8_t *sum, const uint8_t *h, const uint8_t *a, size_t blocks,
                        unsigned size)
{
    (size == 16 ? clmul_128 : clmul_64)(sum, h, a, blocks);
}

void gost_mgm_sum(uint8_t *sum, const uint8_t *h, const uint8_t *a, size_t blocks, unsigned size)
{
    (gost_cpu_pclmul() ? gost_mgm_sum_clmul : gost_mgm_sum_portable)(sum, h, a, blocks, size);
}

#else

void gost_mgm_sum(uint8_t *sum, const uint8_t *h, const uint8_t *a, size_t blocks, unsigned size)
{
    gost_mgm_sum_portable(sum, h, a, blocks, size);
}

#endif
