/* SPDX-License-Identifier: Apache-2.0 */
/* PBKDF2 (RFC 8018, 5.2; RFC 9337, section 4); see gost/kdf.h. */
#include <string.h>
#include "gost/kdf_mac.h"
#include "gost/mem.h"

void gost_pbkdf2(gost_prf_hash hash, const void *password, size_t password_len, const void *salt,
                 size_t salt_len, uint32_t iterations, uint8_t *out, size_t len)
{
    size_t size = kdf_mac_size(hash);
    struct {
        kdf_mac keyed, m;
        uint8_t u[KDF_MAC_MAX], t[KDF_MAC_MAX];
    } v;

    kdf_mac_init(&v.keyed, hash, password, password_len);
    for (uint32_t i = 1; len > 0; i++) {
        const uint8_t count[4] = {(uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8),
                                  (uint8_t)i};
        size_t n = size < len ? size : len;

        /* U_1 = HMAC(password, salt | i), U_j = HMAC(password, U_(j-1)); T_i is the sum of all. */
        v.m = v.keyed;
        kdf_mac_update(&v.m, salt, salt_len);
        kdf_mac_update(&v.m, count, sizeof count);
        kdf_mac_final(&v.m, v.u);
        memcpy(v.t, v.u, size);
        for (uint32_t j = 1; j < iterations; j++) {
            v.m = v.keyed;
            kdf_mac_update(&v.m, v.u, size);
            kdf_mac_final(&v.m, v.u);
            for (size_t b = 0; b < size; b++)
                v.t[b] ^= v.u[b];
        }
        memcpy(out, v.t, n);
        out += n;
        len -= n;
    }
    gost_wipe(&v, sizeof v);
    gost_wipe_stack();
}
