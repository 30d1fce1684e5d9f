/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streebog's portable body with tables: for public data only, as its indices depend on the data.
 * See gost/streebog_core.h.
 *
 * Substitution, transposition and the linear map are one step: byte b of the step's output word r
 * comes from byte r of every input word a through table[a]. The tables are worked out by the
 * compiler from the standard's own constants.
 */
#include "gost/pi.h"
#include "gost/bytes.h"
#include "gost/streebog_core.h"

/* The image under the linear map of the byte p where bit 7 maps to a and bit 0 to h. */
#define BIT(p, n, x) ((UINT64_C(0) - (((p) >> (n)) & 1U)) & UINT64_C(x))
#define IMAGE(p, a, b, c, d, e, f, g, h)                                                           \
    BIT(p, 7, a) ^ BIT(p, 6, b) ^ BIT(p, 5, c) ^ BIT(p, 4, d) ^ BIT(p, 3, e) ^ BIT(p, 2, f) ^      \
        BIT(p, 1, g) ^ BIT(p, 0, h),

/* RFC 6986, section 6.4: eight rows of the matrix to a byte; the first eight are for byte 7. */
static const uint64_t table[8][256] = {
    {GOST_PI(IMAGE, 0x70a6a56e2440598e, 0x3853dc371220a247, 0x1ca76e95091051ad, 0x0edd37c48a08a6d8,
             0x07e095624504536c, 0x8d70c431ac02a736, 0xc83862965601dd1b, 0x641c314b2b8ee083)},
    {GOST_PI(IMAGE, 0xe4fa2054a80b329c, 0x727d102a548b194e, 0x39b008152acb8227, 0x9258048415eb419d,
             0x492c024284fbaec0, 0xaa16012142f35760, 0x550b8e9e21f7a530, 0xa48b474f9ef5dc18)},
    {GOST_PI(IMAGE, 0x456c34887a3805b9, 0xac361a443d1c8cd2, 0x561b0d22900e4669, 0x2b838811480723ba,
             0x9bcf4486248d9f5d, 0xc3e9224312c8c1a0, 0xeffa11af0964ee50, 0xf97d86d98a327728)},
    {GOST_PI(IMAGE, 0x86275df09ce8aaa8, 0x439da0784e745554, 0xafc0503c273aa42a, 0xd960281e9d1d5215,
             0xe230140fc0802984, 0x71180a8960409a42, 0xb60c05ca30204d21, 0x5b068c651810a89e)},
    {GOST_PI(IMAGE, 0x9d4df05d5f661451, 0xc0a878a0a1330aa6, 0x60543c50de970553, 0x302a1e286fc58ca7,
             0x18150f14b9ec46dd, 0x0c84890ad27623e0, 0x0642ca05693b9f70, 0x0321658cba93c138)},
    {GOST_PI(IMAGE, 0x90dab52a387ae76f, 0x486dd4151c3dfdb9, 0x24b86a840e90f0d2, 0x125c354207487869,
             0x092e94218d243cba, 0x8a174a9ec8121e5d, 0x4585254f64090fa0, 0xaccc9ca9328a8950)},
    {GOST_PI(IMAGE, 0xa011d380818e8f40, 0x5086e740ce47c920, 0x2843fd2067adea10, 0x14aff010bdd87508,
             0x0ad97808d06cb404, 0x05e23c0468365a02, 0x8c711e02341b2d01, 0x46b60f011a83988e)},
    {GOST_PI(IMAGE, 0x8e20faa72ba0b470, 0x47107ddd9b505a38, 0xad08b0e0c3282d1c, 0xd8045870ef14980e,
             0x6c022c38f90a4c07, 0x3601161cf205268d, 0x1b8e0b0e798c13c8, 0x83478b07b2468764)},
};

static inline void lps(uint64_t out[8], const uint64_t x[8])
{
    uint64_t t[8] = {0};

    for (int a = 0; a < 8; a++) {
        uint64_t w = x[a];

        for (int r = 0; r < 8; r++)
            t[r] ^= table[a][w >> (8 * r) & 0xff];
    }
    memcpy(out, t, sizeof t);
}

void gost_streebog_g_table(uint64_t h[8], const uint64_t n[8], const uint8_t *block)
{
    uint64_t k[8], s[8], m[8];

    for (int i = 0; i < 8; i++) {
        m[i] = gost_load_le64(block + 8 * i);
        s[i] = m[i];
        k[i] = h[i] ^ n[i];
    }
    lps(k, k);
    for (int r = 0; r < 12; r++) {
        for (int i = 0; i < 8; i++)
            s[i] ^= k[i];
        lps(s, s);
        for (int i = 0; i < 8; i++)
            k[i] ^= gost_streebog_c[r][i];
        lps(k, k);
    }
    for (int i = 0; i < 8; i++)
        h[i] ^= s[i] ^ k[i] ^ m[i];
}
