/* SPDX-License-Identifier: Apache-2.0 */
#include "keymgmt/alg.h"

#include <string.h>

/* 1.2.643.7.1.1.1.1, .1.1.1.2: id-tc26-gost3410-12-256, -512 (RFC 9215, section 4) */
static const uint8_t key_256[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x01, 0x01};
static const uint8_t key_512[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x01, 0x02};
/* 1.2.643.7.1.1.6.1, .1.1.6.2: id-tc26-agreement-gost-3410-12-256, -512, which some software puts
 * before a key made for one message */
static const uint8_t agree_256[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x06, 0x01};
static const uint8_t agree_512[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x06, 0x02};
/* 1.2.643.7.1.1.2.2, .1.1.2.3: id-tc26-gost3411-12-256, -512 (RFC 9215, section 2) */
static const uint8_t digest_256[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x02};
static const uint8_t digest_512[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x03};
/* 1.2.643.2.2.19: id-GostR3410-2001; 1.2.643.2.2.30.1: id-GostR3411-94-CryptoProParamSet, which
 * stands where the other keys have their digest (RFC 4491, section 2.3.2) */
static const uint8_t key_2001[] = {0x06, 0x06, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x13};
static const uint8_t digest_94[] = {0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x1E, 0x01};

/* bridge/engine.c has its numbers in the same order. */
static const gt_alg table[] = {
    {
        .name = "gost2012_256",
        .title = "GOST R 34.10-2012, 256 bits",
        .digest = "md_gost12_256",
        .oid = key_256,
        .oid_len = sizeof(key_256),
        .agree_oid = agree_256,
        .digest_oid = digest_256,
        .digest_oid_len = sizeof(digest_256),
        .bits = 256,
        .key_type = CKK_GOSTR3410,
        .sign = CKM_GOSTR3410,
    },
    {
        .name = "gost2012_512",
        .title = "GOST R 34.10-2012, 512 bits",
        .digest = "md_gost12_512",
        .oid = key_512,
        .oid_len = sizeof(key_512),
        .agree_oid = agree_512,
        .digest_oid = digest_512,
        .digest_oid_len = sizeof(digest_512),
        .bits = 512,
        .key_type = CKK_GOSTR3410_512,
        .sign = CKM_GOSTR3410_512,
    },
    {
        .name = "gost2001",
        .title = "GOST R 34.10-2001",
        .digest = "md_gost94",
        .oid = key_2001,
        .oid_len = sizeof(key_2001),
        .agree_oid = key_2001,
        .digest_oid = digest_94,
        .digest_oid_len = sizeof(digest_94),
        .bits = 256,
        .key_type = CK_UNAVAILABLE_INFORMATION,
        .sign = CK_UNAVAILABLE_INFORMATION,
        .verify_only = "GOST R 34.10-2001 keys only verify; for the rest use a key of GOST R "
                       "34.10-2012: type gost2012_256 or gost2012_512",
    },
};

const gt_alg *gt_alg_at(size_t i)
{
    return i < sizeof(table) / sizeof(table[0]) ? &table[i] : NULL;
}

const gt_alg *gt_alg_by_bits(unsigned bits)
{
    const gt_alg *alg;

    for (size_t i = 0; (alg = gt_alg_at(i)) != NULL; i++)
        if (alg->bits == bits && alg->verify_only == NULL)
            return alg;
    return NULL;
}

const gt_alg *gt_alg_old(void)
{
    return gt_alg_by_oid(key_2001, sizeof(key_2001));
}

const gt_alg *gt_alg_by_oid(const uint8_t *der, size_t len)
{
    const gt_alg *alg;

    for (size_t i = 0; (alg = gt_alg_at(i)) != NULL; i++)
        if (alg->oid_len == len &&
            (memcmp(alg->oid, der, len) == 0 || memcmp(alg->agree_oid, der, len) == 0))
            return alg;
    return NULL;
}

const gt_alg *gt_alg_by_key_type(CK_KEY_TYPE type)
{
    const gt_alg *alg;

    for (size_t i = 0; (alg = gt_alg_at(i)) != NULL; i++)
        if (alg->key_type == type && alg->verify_only == NULL)
            return alg;
    return NULL;
}
