/* SPDX-License-Identifier: Apache-2.0 */
/* See gost/streebog.h. The frame: padding, the counter N and the checksum (RFC 6986, section 8). */
#include "gost/bytes.h"
#include "gost/mem.h"
#include "gost/streebog_core.h"

const uint64_t gost_streebog_c[12][8] = {
    {0xdd806559f2a64507, 0x05767436cc744d23, 0xa2422a08a460d315, 0x4b7ce09192676901,
     0x714eb88d7585c4fc, 0x2f6a76432e45d016, 0xebcb2f81c0657c1f, 0xb1085bda1ecadae9},
    {0xe679047021b19bb7, 0x55dda21bd7cbcd56, 0x5cb561c2db0aa7ca, 0x9ab5176b12d69958,
     0x61d55e0f16b50131, 0xf3feea720a232b98, 0x4fe39d460f70b5d7, 0x6fa3b58aa99d2f1a},
    {0x991e96f50aba0ab2, 0xc2b6f443867adb31, 0xc1c93a376062db09, 0xd3e20fe490359eb1,
     0xf2ea7514b1297b7b, 0x06f15e5f529c1f8b, 0x0a39fc286a3d8435, 0xf574dcac2bce2fc7},
    {0x220cbebc84e3d12e, 0x3453eaa193e837f1, 0xd8b71333935203be, 0xa9d72c82ed03d675,
     0x9d721cad685e353f, 0x488e857e335c3c7d, 0xf948e1a05d71e4dd, 0xef1fdfb3e81566d2},
    {0x601758fd7c6cfe57, 0x7a56a27ea9ea63f5, 0xdfff00b723271a16, 0xbfcd1747253af5a3,
     0x359e35d7800fffbd, 0x7f151c1f1686104a, 0x9a3f410c6ca92363, 0x4bea6bacad474799},
    {0xfa68407a46647d6e, 0xbf71c57236904f35, 0x0af21f66c2bec6b6, 0xcffaa6b71c9ab7b4,
     0x187f9ab49af08ec6, 0x2d66c4f95142a46c, 0x6fa4c33b7a3039c0, 0xae4faeae1d3ad3d9},
    {0x8886564d3a14d493, 0x3517454ca23c4af3, 0x06476983284a0504, 0x0992abc52d822c37,
     0xd3473e33197a93c9, 0x399ec6c7e6bf87c9, 0x51ac86febf240954, 0xf4c70e16eeaac5ec},
    {0xa47f0dd4bf02e71e, 0x36acc2355951a8d9, 0x69d18d2bd1a5c42f, 0xf4892bcb929b0690,
     0x89b4443b4ddbc49a, 0x4eb7f8719c36de1e, 0x03e7aa020c6e4141, 0x9b1f5b424d93c9a7},
    {0x7261445183235adb, 0x0e38dc92cb1f2a60, 0x7b2b8a9aa6079c54, 0x800a440bdbb2ceb1,
     0x3cd955b7e00d0984, 0x3a7d3a1b25894224, 0x944c9ad8ec165fde, 0x378f5a541631229b},
    {0x74b4c7fb98459ced, 0x3698fad1153bb6c3, 0x7a1e6c303b7652f4, 0x9fe76702af69334b,
     0x1fffe18a1b336103, 0x8941e71cff8a78db, 0x382ae548b2e4f3f3, 0xabbedea680056f52},
    {0x6bcaa4cd81f32d1b, 0xdea2594ac06fd85d, 0xefbacd1d7d476e98, 0x8a1d71efea48b9ca,
     0x2001802114846679, 0xd8fa6bbbebab0761, 0x3002c6cd635afe94, 0x7bcd9ed0efc889fb},
    {0x48bc924af11bd720, 0xfaf417d5d9b21b99, 0xe71da4aa88e12852, 0x5d80ef9d1891cc86,
     0xf82012d430219f9b, 0xcda43c32bcdf1d77, 0xd21380b00449b17a, 0x378ee767f11631ba},
};

static int always(void)
{
    return 1;
}

/*
 * Fastest first. The place of a body with GFNI and AVX-512, which do the linear map in an eighth of
 * the steps, is at the head.
 */
const gost_streebog_body gost_streebog_bodies[] = {
#if GOST_X86
    {"avx2", 1, gost_cpu_avx2, gost_streebog_g_avx2},
#endif
    {"table", 0, always, gost_streebog_g_table},
#if GOST_X86
    {"ssse3", 1, gost_cpu_ssse3, gost_streebog_g_ssse3},
#endif
    {"ct", 1, always, gost_streebog_g_ct},
};

const unsigned gost_streebog_body_count =
    sizeof gost_streebog_bodies / sizeof gost_streebog_bodies[0];

const gost_streebog_body *gost_streebog_choose(int secret)
{
    const gost_streebog_body *b = gost_streebog_bodies;

    /* The last one is constant time and always there. */
    while ((secret && !b->constant_time) || !b->available())
        b++;
    return b;
}

static void init(gost_streebog *ctx, unsigned bits, int secret)
{
    memset(ctx, 0, sizeof *ctx);
    if (bits == 256)
        memset(ctx->h, 0x01, sizeof ctx->h);
    ctx->bits = (uint16_t)bits;
    ctx->secret = (uint16_t)secret;
}

void gost_streebog_init(gost_streebog *ctx, unsigned bits)
{
    init(ctx, bits, 0);
}

void gost_streebog_init_secret(gost_streebog *ctx, unsigned bits)
{
    init(ctx, bits, 1);
}

/* a = a + b mod 2^512 */
static void add(uint64_t a[8], const uint8_t *b)
{
    uint64_t carry = 0;

    for (int i = 0; i < 8; i++) {
        uint64_t y = gost_load_le64(b + 8 * i), t = a[i] + carry;

        carry = t < carry;
        t += y;
        carry |= t < y;
        a[i] = t;
    }
}

/* The count is public, so it may stop where the carry does. */
static void count(uint64_t n[8], uint64_t bits)
{
    n[0] += bits;
    if (n[0] < bits)
        for (int i = 1; i < 8 && ++n[i] == 0; i++)
            continue;
}

static void one_block(gost_streebog_g *g, gost_streebog *ctx, const uint8_t *block)
{
    g(ctx->h, ctx->n, block);
    count(ctx->n, 512);
    add(ctx->sigma, block);
}

void gost_streebog_update_by(const gost_streebog_body *body, gost_streebog *ctx, const void *data,
                             size_t len)
{
    const uint8_t *p = data;

    if (len == 0)
        return;
    if (ctx->used > 0) {
        size_t room = GOST_STREEBOG_BLOCK - ctx->used;

        if (len < room) {
            memcpy(ctx->block + ctx->used, p, len);
            ctx->used += (uint32_t)len;
            return;
        }
        memcpy(ctx->block + ctx->used, p, room);
        one_block(body->g, ctx, ctx->block);
        ctx->used = 0;
        p += room;
        len -= room;
    }
    for (; len >= GOST_STREEBOG_BLOCK; p += GOST_STREEBOG_BLOCK, len -= GOST_STREEBOG_BLOCK)
        one_block(body->g, ctx, p);
    if (len > 0)
        memcpy(ctx->block, p, len);
    ctx->used = (uint32_t)len;
}

void gost_streebog_final_by(const gost_streebog_body *body, gost_streebog *ctx, uint8_t *out)
{
    static const uint64_t zero[8];
    uint8_t last[GOST_STREEBOG_BLOCK];
    size_t skip = ctx->bits == 256 ? 4 : 0;

    memset(ctx->block + ctx->used, 0, GOST_STREEBOG_BLOCK - ctx->used);
    ctx->block[ctx->used] = 1;
    body->g(ctx->h, ctx->n, ctx->block);
    count(ctx->n, 8 * ctx->used);
    add(ctx->sigma, ctx->block);

    for (int i = 0; i < 8; i++)
        gost_store_le64(last + 8 * i, ctx->n[i]);
    body->g(ctx->h, zero, last);
    for (int i = 0; i < 8; i++)
        gost_store_le64(last + 8 * i, ctx->sigma[i]);
    body->g(ctx->h, zero, last);

    for (size_t i = skip; i < 8; i++)
        gost_store_le64(out + 8 * (i - skip), ctx->h[i]);
    gost_wipe(last, sizeof last);
    gost_wipe(ctx, sizeof *ctx);
}

void gost_streebog_update(gost_streebog *ctx, const void *data, size_t len)
{
    gost_streebog_update_by(gost_streebog_choose(ctx->secret), ctx, data, len);
}

void gost_streebog_final(gost_streebog *ctx, uint8_t *out)
{
    gost_streebog_final_by(gost_streebog_choose(ctx->secret), ctx, out);
}

void gost_streebog_hash(unsigned bits, const void *data, size_t len, uint8_t *out)
{
    gost_streebog ctx;

    gost_streebog_init(&ctx, bits);
    gost_streebog_update(&ctx, data, len);
    gost_streebog_final(&ctx, out);
}
