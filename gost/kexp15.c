/* SPDX-License-Identifier: Apache-2.0 */
/* See gost/kexp15.h. */
#include "gost/kexp15.h"

#include <string.h>

#include "gost/mem.h"
#include "gost/modes.h"
#include "gost/omac.h"

static void make_mac(const gost_block_class *class, const uint8_t key[32], const uint8_t *iv,
                     const uint8_t *secret, size_t len, uint8_t *mac)
{
    gost_block block;
    gost_omac m;

    gost_block_init(&block, class, NULL, key);
    gost_omac_init(&m, &block);
    gost_omac_update(&m, iv, class->size / 2);
    gost_omac_update(&m, secret, len);
    gost_omac_final(&m, mac, class->size);
    gost_wipe(&block, sizeof block);
}

static void ctr_init(gost_ctr *c, const gost_block_class *class, const uint8_t key[32],
                     const uint8_t *iv)
{
    gost_block block;

    gost_block_init(&block, class, NULL, key);
    gost_ctr_init(c, &block, iv, 0);
    gost_wipe(&block, sizeof block);
}

void gost_kexp15(const gost_block_class *class, const uint8_t enc_key[32],
                 const uint8_t mac_key[32], const uint8_t *iv, const uint8_t *secret, size_t len,
                 uint8_t *out)
{
    uint8_t mac[GOST_BLOCK_MAX];
    gost_ctr c;

    make_mac(class, mac_key, iv, secret, len, mac);
    ctr_init(&c, class, enc_key, iv);
    gost_ctr_crypt(&c, secret, out, len);
    gost_ctr_crypt(&c, mac, out + len, class->size);
    gost_wipe(&c, sizeof c);
    gost_wipe(mac, sizeof mac);
    gost_wipe_stack();
}

int gost_kimp15(const gost_block_class *class, const uint8_t enc_key[32], const uint8_t mac_key[32],
                const uint8_t *iv, const uint8_t *in, size_t in_len, uint8_t *out)
{
    uint8_t plain[GOST_KEXP15_MAX + GOST_BLOCK_MAX], mac[GOST_BLOCK_MAX];
    size_t len;
    gost_ctr c;
    int ok;

    if (in_len <= class->size)
        return 0;
    len = in_len - class->size;
    if (len > GOST_KEXP15_MAX) {
        memset(out, 0, len);
        return 0;
    }
    ctr_init(&c, class, enc_key, iv);
    gost_ctr_crypt(&c, in, plain, in_len);
    make_mac(class, mac_key, iv, plain, len, mac);
    ok = gost_equal(mac, plain + len, class->size);
    gost_unpoison(&ok, sizeof ok);
    if (!ok)
        gost_wipe(plain, len);
    memcpy(out, plain, len);
    gost_wipe(plain, sizeof plain);
    gost_wipe(mac, sizeof mac);
    gost_wipe(&c, sizeof c);
    gost_wipe_stack();
    return ok;
}
