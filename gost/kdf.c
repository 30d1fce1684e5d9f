/* SPDX-License-Identifier: Apache-2.0 */
/* KDF_TREE_GOSTR3411_2012_256 and its first step, KDF_GOSTR3411_2012_256; see gost/kdf.h. */
#include "gost/kdf.h"

#include <string.h>
#include "gost/hmac.h"
#include "gost/mem.h"

#define STEP 32 /* bytes of HMAC_256 */

/* x in the last bytes of out, most significant first; returns how many it needs. */
static unsigned big_endian(uint8_t out[8], uint64_t x)
{
    unsigned n = 0;

    for (; x > 0; x >>= 8)
        out[7 - n++] = (uint8_t)x;
    return n;
}

int gost_kdf_tree(const uint8_t *key, size_t key_len, const void *label, size_t label_len,
                  const void *seed, size_t seed_len, unsigned r, uint64_t total, uint64_t offset,
                  uint8_t *out, size_t len)
{
    static const uint8_t separator = 0;
    uint8_t bits[8] = {0}, block[STEP];
    unsigned bits_len;
    gost_hmac keyed, h;

    if (r < 1 || r > 4 || total < 1 || (total - 1) / STEP >= ((uint64_t)1 << (8 * r)) - 1 ||
        offset > total || len > total - offset)
        return 0;
    bits_len = big_endian(bits, 8 * total);
    gost_hmac_init(&keyed, 256, key, key_len);
    /* K_i = HMAC(K, [i] | label | 0 | seed | [L]), i from 1 on in r bytes. */
    for (uint64_t i = offset / STEP + 1; len > 0; i++) {
        size_t skip = (size_t)(offset % STEP), n = STEP - skip < len ? STEP - skip : len;
        uint8_t count[8] = {0};

        big_endian(count, i);
        h = keyed;
        gost_hmac_update(&h, count + 8 - r, r);
        gost_hmac_update(&h, label, label_len);
        gost_hmac_update(&h, &separator, 1);
        gost_hmac_update(&h, seed, seed_len);
        gost_hmac_update(&h, bits + 8 - bits_len, bits_len);
        gost_hmac_final(&h, block);
        memcpy(out, block + skip, n);
        out += n;
        len -= n;
        offset += n;
    }
    gost_wipe(&keyed, sizeof keyed);
    gost_wipe(&h, sizeof h);
    gost_wipe(block, sizeof block);
    gost_wipe_stack();
    return 1;
}

/* HMAC(K, 01 | label | 00 | seed | 01 00) (RFC 7836, 4.4): the tree with R = 1 and L = 256. */
void gost_kdf_2012_256(const uint8_t *key, size_t key_len, const void *label, size_t label_len,
                       const void *seed, size_t seed_len, uint8_t out[32])
{
    (void)gost_kdf_tree(key, key_len, label, label_len, seed, seed_len, 1, STEP, 0, out, STEP);
}
