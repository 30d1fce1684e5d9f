/* SPDX-License-Identifier: Apache-2.0 */
/* VKO key agreement (RFC 7836, 4.3; RFC 4357, 5.2) and KEG (R 1323565.1.020-2018; RFC 9189, 8.3.1).
 */
#ifndef GOST_VKO_H
#define GOST_VKO_H

#include "gost/gostr3410.h"

typedef enum gost_vko_hash {
    GOST_VKO_2001,     /* GOST R 34.11-94, CryptoPro S-box: 32 bytes */
    GOST_VKO_2012_256, /* Streebog-256: 32 bytes */
    GOST_VKO_2012_512  /* Streebog-512: 64 bytes */
} gost_vko_hash;

#define GOST_VKO_MAX     64
#define GOST_VKO_UKM_MAX 64

/*
 * key: our private key. pub: the other's, in gostr3410.h's form (X | Y, little-endian). ukm: 1 to
 * 64 bytes, little-endian as in the RFCs; zero counts as 1. Writes 32 or 64 bytes; returns their
 * number, or 0 if pub is not a point of the key's curve (checked), a multiple that is the zero
 * point (of a point of small order, or where the UKM is a multiple of q), or ukm_len is wrong.
 * Which hash goes with which keys is the caller's rule. Constant time in the private key.
 */
size_t gost_vko(const gost_3410_key *key, gost_vko_hash hash, const uint8_t *pub,
                const uint8_t *ukm, size_t ukm_len, uint8_t out[GOST_VKO_MAX]);

/* KEG: 64 bytes (two keys: the first for the MAC, the second for encryption: RFC 9189's order) of a
 * 32-byte UKM. 256-bit keys use VKO-256 and KDF_TREE, 512-bit keys VKO-512. 1, or 0 as above. */
int gost_keg(const gost_3410_key *key, const uint8_t *pub, const uint8_t ukm[32], uint8_t out[64]);

#endif
