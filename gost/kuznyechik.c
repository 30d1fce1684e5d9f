/* SPDX-License-Identifier: Apache-2.0 */
/* See gost/kuznyechik.h. */
#include "gost/kuznyechik.h"

#include "gost/mem.h"

void gost_kuznyechik_set_key(gost_kuznyechik *ks, const uint8_t key[32])
{
    gost_block_init(&ks->block, &gost_block_kuznyechik, NULL, key);
    gost_wipe_stack();
}

void gost_kuznyechik_encrypt(const gost_kuznyechik *ks, const uint8_t in[16], uint8_t out[16])
{
    gost_block_encrypt(&ks->block, in, out, 1);
}

void gost_kuznyechik_decrypt(const gost_kuznyechik *ks, const uint8_t in[16], uint8_t out[16])
{
    gost_block_decrypt(&ks->block, in, out, 1);
}
