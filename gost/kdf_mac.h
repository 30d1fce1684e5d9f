/* SPDX-License-Identifier: Apache-2.0 */
/* The HMAC of a gost_prf_hash, for the derivations that take any of them. Internal to gost/. A
 * keyed one may be copied, to use the key again. */
#ifndef GOST_KDF_MAC_H
#define GOST_KDF_MAC_H

#include "gost/hash94.h"
#include "gost/hmac.h"
#include "gost/kdf.h"

#define KDF_MAC_MAX 64

typedef struct kdf_mac {
    gost_prf_hash hash;
    union {
        gost_hmac streebog;
        gost_hmac94 old;
    } u;
} kdf_mac;

static inline size_t kdf_mac_size(gost_prf_hash hash)
{
    return hash == GOST_PRF_512 ? 64 : 32;
}

static inline void kdf_mac_init(kdf_mac *m, gost_prf_hash hash, const void *key, size_t len)
{
    m->hash = hash;
    if (hash == GOST_PRF_94)
        gost_hmac94_init(&m->u.old, gost_hash94_cryptopro, key, len);
    else
        gost_hmac_init(&m->u.streebog, hash == GOST_PRF_512 ? 512 : 256, key, len);
}

static inline void kdf_mac_update(kdf_mac *m, const void *data, size_t len)
{
    if (m->hash == GOST_PRF_94)
        gost_hmac94_update(&m->u.old, data, len);
    else
        gost_hmac_update(&m->u.streebog, data, len);
}

static inline void kdf_mac_final(kdf_mac *m, uint8_t *out) /* wipes */
{
    if (m->hash == GOST_PRF_94)
        gost_hmac94_final(&m->u.old, out);
    else
        gost_hmac_final(&m->u.streebog, out);
}

#endif
