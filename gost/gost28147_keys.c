/* SPDX-License-Identifier: Apache-2.0 */
/* Key diversification and the key wraps of RFC 4357: see gost/gost28147.h. */
#include "gost/gost28147.h"

#include <string.h>

#include "gost/mem.h"

static uint32_t load(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* RFC 4357, 6.5: eight times, the key is encrypted under itself by CFB, with an IV that is the sum
 * of its words where the UKM's byte has ones, and the sum of those where it has zeros. */
void gost_28147_diversify(const gost_sbox *sbox, const uint8_t key[32], const uint8_t ukm[8],
                          uint8_t out[32])
{
    gost_28147_stream cfb;
    uint8_t k[32], s[8];

    memcpy(k, key, sizeof k);
    for (int i = 0; i < 8; i++) {
        uint32_t sum[2] = {0, 0};

        for (int j = 0; j < 8; j++)
            sum[1 - (ukm[i] >> j & 1)] += load(k + 4 * j);
        for (int j = 0; j < 8; j++)
            s[j] = (uint8_t)(sum[j / 4] >> 8 * (j % 4));
        gost_28147_cfb_init(&cfb, sbox, 0, k, s);
        gost_28147_cfb_encrypt(&cfb, k, k, sizeof k);
        gost_wipe(sum, sizeof sum);
    }
    memcpy(out, k, sizeof k);
    gost_wipe(k, sizeof k);
    gost_wipe(s, sizeof s);
    gost_wipe(&cfb, sizeof cfb);
    gost_wipe_stack();
}

static void wrapping_key(const gost_sbox *sbox, int diversify, const uint8_t kek[32],
                         const uint8_t ukm[8], uint8_t out[32])
{
    if (diversify)
        gost_28147_diversify(sbox, kek, ukm, out);
    else
        memcpy(out, kek, 32);
}

static void make_mac(const gost_sbox *sbox, const uint8_t key[32], const uint8_t ukm[8],
                     const uint8_t cek[32], uint8_t mac[4])
{
    gost_28147_mac m;

    gost_28147_mac_init(&m, sbox, 0, key, ukm);
    gost_28147_mac_update(&m, cek, 32);
    gost_28147_mac_final(&m, mac);
}

void gost_28147_wrap(const gost_sbox *sbox, int diversify, const uint8_t kek[32],
                     const uint8_t ukm[8], const uint8_t cek[32], uint8_t out[36])
{
    uint8_t key[32], mac[4];
    gost_block block;

    wrapping_key(sbox, diversify, kek, ukm, key);
    make_mac(sbox, key, ukm, cek, mac);
    gost_block_init(&block, &gost_block_28147, sbox, key);
    gost_block_encrypt(&block, cek, out, 4);
    memcpy(out + 32, mac, sizeof mac);
    gost_wipe(key, sizeof key);
    gost_wipe(&block, sizeof block);
    gost_wipe_stack();
}

int gost_28147_unwrap(const gost_sbox *sbox, int diversify, const uint8_t kek[32],
                      const uint8_t ukm[8], const uint8_t in[36], uint8_t cek[32])
{
    uint8_t key[32], plain[32], mac[4];
    gost_block block;
    int ok;

    wrapping_key(sbox, diversify, kek, ukm, key);
    gost_block_init(&block, &gost_block_28147, sbox, key);
    gost_block_decrypt(&block, in, plain, 4);
    make_mac(sbox, key, ukm, plain, mac);
    ok = gost_equal(mac, in + 32, sizeof mac);
    gost_unpoison(&ok, sizeof ok);
    if (!ok)
        gost_wipe(plain, sizeof plain);
    memcpy(cek, plain, sizeof plain);
    gost_wipe(key, sizeof key);
    gost_wipe(plain, sizeof plain);
    gost_wipe(mac, sizeof mac);
    gost_wipe(&block, sizeof block);
    gost_wipe_stack();
    return ok;
}
