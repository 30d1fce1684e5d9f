/* SPDX-License-Identifier: Apache-2.0 */
/* See gost/mgm.h: whole messages by the parts of gost/aead.h. */
#include "gost/mgm.h"

#include <string.h>

#include "gost/aead_core.h"
#include "gost/mem.h"

void gost_mgm_seal(const gost_kuznyechik *ks, const uint8_t nonce[16], const void *ad,
                   size_t ad_len, const void *in, size_t len, uint8_t *out, uint8_t tag[16])
{
    gost_aead a;

    gost_aead_init(&a, &ks->block, nonce);
    gost_aead_ad(&a, ad, ad_len);
    gost_aead_encrypt(&a, in, out, len);
    gost_aead_final(&a, tag); /* wipes a and the stack */
}

int gost_mgm_open(const gost_kuznyechik *ks, const uint8_t nonce[16], const void *ad, size_t ad_len,
                  const void *in, size_t len, const uint8_t tag[16], uint8_t *out)
{
    uint8_t right[16];
    gost_aead a, text;
    int ok;

    gost_aead_init(&a, &ks->block, nonce);
    text = a;
    gost_aead_ad(&a, ad, ad_len);
    gost_aead_sum(&a, in, len);
    gost_aead_final(&a, right);
    ok = gost_equal(right, tag, sizeof right);
    gost_wipe(right, sizeof right);
    gost_unpoison(&ok, sizeof ok);
    if (ok)
        gost_aead_gamma(&text, in, out, len);
    else if (len > 0)
        memset(out, 0, len);
    gost_wipe(&text, sizeof text);
    gost_wipe_stack();
    return ok;
}
