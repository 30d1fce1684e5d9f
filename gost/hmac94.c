/* SPDX-License-Identifier: Apache-2.0 */
/* HMAC_GOSTR3411 (RFC 4357, section 3); see gost/hash94.h. */
#include "gost/hash94.h"

#include <string.h>
#include "gost/mem.h"

static void pad_key(gost_hash94 *c, const gost_sbox *sbox, const uint8_t key[GOST_HASH94_BLOCK],
                    uint8_t pad)
{
    uint8_t block[GOST_HASH94_BLOCK];

    for (int i = 0; i < GOST_HASH94_BLOCK; i++)
        block[i] = key[i] ^ pad;
    gost_hash94_init(c, sbox);
    gost_hash94_update(c, block, sizeof block);
    gost_wipe(block, sizeof block);
}

void gost_hmac94_init(gost_hmac94 *c, const gost_sbox *sbox, const void *key, size_t key_len)
{
    uint8_t k[GOST_HASH94_BLOCK] = {0};

    if (key_len > sizeof k) {
        gost_hash94_init(&c->inner, sbox);
        gost_hash94_update(&c->inner, key, key_len);
        gost_hash94_final(&c->inner, k);
    } else if (key_len > 0) {
        memcpy(k, key, key_len);
    }
    pad_key(&c->inner, sbox, k, 0x36);
    pad_key(&c->outer, sbox, k, 0x5c);
    gost_wipe(k, sizeof k);
    gost_wipe_stack();
}

void gost_hmac94_update(gost_hmac94 *c, const void *data, size_t len)
{
    gost_hash94_update(&c->inner, data, len);
}

void gost_hmac94_final(gost_hmac94 *c, uint8_t out[32])
{
    uint8_t digest[GOST_HASH94_SIZE];

    gost_hash94_final(&c->inner, digest);
    gost_hash94_update(&c->outer, digest, sizeof digest);
    gost_hash94_final(&c->outer, out);
    gost_wipe(digest, sizeof digest);
}
