/* SPDX-License-Identifier: Apache-2.0 */
/* See gost/block.h. The ciphers' classes; the work is in the bodies (block_core.h). */
#include "gost/block_core.h"

#include "gost/bytes.h"
#include "gost/gost28147.h"

static int always(void)
{
    return 1;
}

static void set_key_28147(gost_block *b, const uint8_t key[32]);

const gost_block_body gost_kuznyechik_bodies[] = {
#if GOST_X86
    {"avx2", gost_cpu_avx2, gost_kuznyechik_set_key_avx2, gost_kuznyechik_encrypt_avx2,
     gost_kuznyechik_decrypt_avx2},
    {"ssse3", gost_cpu_ssse3, gost_kuznyechik_set_key_ssse3, gost_kuznyechik_encrypt_ssse3,
     gost_kuznyechik_decrypt_ssse3},
#endif
    {"ct", always, gost_kuznyechik_set_key_ct, gost_kuznyechik_encrypt_ct,
     gost_kuznyechik_decrypt_ct},
};

const gost_block_body gost_28147_bodies[] = {
#if GOST_X86
    {"avx2", gost_cpu_avx2, set_key_28147, gost_28147_encrypt_avx2, gost_28147_decrypt_avx2},
    {"ssse3", gost_cpu_ssse3, set_key_28147, gost_28147_encrypt_ssse3, gost_28147_decrypt_ssse3},
#endif
    {"ct", always, set_key_28147, gost_28147_encrypt_ct, gost_28147_decrypt_ct},
};

const unsigned gost_kuznyechik_body_count =
    sizeof gost_kuznyechik_bodies / sizeof gost_kuznyechik_bodies[0];
const unsigned gost_28147_body_count = sizeof gost_28147_bodies / sizeof gost_28147_bodies[0];

/* The last one is always there. */
static inline const gost_block_body *choose(const gost_block_body *body)
{
    while (!body->available())
        body++;
    return body;
}

static void set_key_kuznyechik(gost_block *b, const uint8_t key[32])
{
    choose(gost_kuznyechik_bodies)->set_key(b, key);
}

static void encrypt_kuznyechik(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks)
{
    choose(gost_kuznyechik_bodies)->encrypt(b, in, out, blocks);
}

static void decrypt_kuznyechik(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks)
{
    choose(gost_kuznyechik_bodies)->decrypt(b, in, out, blocks);
}

static void set_key_28147(gost_block *b, const uint8_t key[32])
{
    int swap = b->class == &gost_block_magma;

    for (int i = 0; i < 8; i += 2) {
        uint64_t pair = gost_load_le64(key + 4 * i);
        uint32_t x = (uint32_t)pair, y = (uint32_t)(pair >> 32);

        b->ks.words[i] = swap ? __builtin_bswap32(x) : x;
        b->ks.words[i + 1] = swap ? __builtin_bswap32(y) : y;
    }
}

static void encrypt_28147(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks)
{
    choose(gost_28147_bodies)->encrypt(b, in, out, blocks);
}

static void decrypt_28147(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks)
{
    choose(gost_28147_bodies)->decrypt(b, in, out, blocks);
}

const gost_block_class gost_block_kuznyechik = {"kuznyechik", 16, set_key_kuznyechik,
                                                encrypt_kuznyechik, decrypt_kuznyechik};
const gost_block_class gost_block_magma = {"magma", 8, set_key_28147, encrypt_28147, decrypt_28147};
const gost_block_class gost_block_28147 = {"gost89", 8, set_key_28147, encrypt_28147,
                                           decrypt_28147};

void gost_block_init(gost_block *b, const gost_block_class *class, const gost_sbox *sbox,
                     const uint8_t key[32])
{
    b->class = class;
    b->sbox = class == &gost_block_magma ? gost_sbox_tc26_z : sbox;
    class->set_key(b, key);
}
