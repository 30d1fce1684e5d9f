/* SPDX-License-Identifier: Apache-2.0 */
/* The pseudorandom function of TLS 1.0 to 1.2: P_hash (RFC 5246, section 5); see gost/kdf.h. */
#include <string.h>
#include "gost/kdf_mac.h"
#include "gost/mem.h"

void gost_tls_prf(gost_prf_hash hash, const uint8_t *secret, size_t secret_len, const void *label,
                  size_t label_len, const void *seed, size_t seed_len, uint8_t *out, size_t len)
{
    size_t size = kdf_mac_size(hash);
    struct {
        kdf_mac keyed, m;
        uint8_t a[KDF_MAC_MAX], block[KDF_MAC_MAX];
    } v;

    kdf_mac_init(&v.keyed, hash, secret, secret_len);
    for (int first = 1; len > 0; first = 0) {
        size_t n = size < len ? size : len;

        /* A(1) = HMAC(secret, label | seed), A(i) = HMAC(secret, A(i - 1)) */
        v.m = v.keyed;
        if (first) {
            kdf_mac_update(&v.m, label, label_len);
            kdf_mac_update(&v.m, seed, seed_len);
        } else {
            kdf_mac_update(&v.m, v.a, size);
        }
        kdf_mac_final(&v.m, v.a);
        v.m = v.keyed;
        kdf_mac_update(&v.m, v.a, size);
        kdf_mac_update(&v.m, label, label_len);
        kdf_mac_update(&v.m, seed, seed_len);
        kdf_mac_final(&v.m, v.block);
        memcpy(out, v.block, n);
        out += n;
        len -= n;
    }
    gost_wipe(&v, sizeof v);
    gost_wipe_stack();
}
