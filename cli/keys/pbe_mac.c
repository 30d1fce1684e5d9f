/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MAC of a PKCS #12 file with a GOST digest (cli/pbe.h): its key is made by PBKDF2 (RFC 9548,
 * section 4: the last 32 of 96 bytes), in older files in PKCS #12's own way (RFC 7292, B.2).
 */
#include <stdlib.h>
#include <string.h>
#include "cli/keys/pbe.h"
#include "gost/hash94.h"
#include "gost/hmac.h"
#include "gost/kdf.h"
#include "gost/mem.h"

#define KEY      32
#define LONG_KEY 96

typedef struct digest {
    uint8_t oid[10];
    size_t len;
    gost_prf_hash hash;
    size_t size, block; /* bytes */
} digest;

static const digest digests[] = {
    {{0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x02}, 10, GOST_PRF_256, 32, 64},
    {{0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x03}, 10, GOST_PRF_512, 64, 64},
    {{0x06, 0x06, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x09}, 8, GOST_PRF_94, 32, 32},
};

static const digest *find(const uint8_t *oid, size_t len)
{
    for (size_t i = 0; i < sizeof(digests) / sizeof(*digests); i++)
        if (len == digests[i].len && memcmp(oid, digests[i].oid, len) == 0)
            return &digests[i];
    return NULL;
}

int cli_pbe_is_gost_mac(const uint8_t *oid, size_t len)
{
    return find(oid, len) != NULL;
}

static void hash(const digest *d, const uint8_t *in, size_t len, uint8_t out[64])
{
    gost_streebog streebog;
    gost_hash94 old;

    if (d->hash == GOST_PRF_94) {
        gost_hash94_init(&old, gost_hash94_cryptopro);
        gost_hash94_update(&old, in, len);
        gost_hash94_final(&old, out);
        return;
    }
    gost_streebog_init(&streebog, d->hash == GOST_PRF_512 ? 512 : 256);
    gost_streebog_update(&streebog, in, len);
    gost_streebog_final(&streebog, out);
}

static int fits(const digest *d, const uint8_t *key, size_t key_len, const uint8_t *data,
                size_t len, const uint8_t *mac)
{
    uint8_t got[64];
    gost_hmac94 old;

    if (d->hash == GOST_PRF_94) {
        gost_hmac94_init(&old, gost_hash94_cryptopro, key, key_len);
        gost_hmac94_update(&old, data, len);
        gost_hmac94_final(&old, got);
    } else {
        gost_hmac_streebog(d->hash == GOST_PRF_512 ? 512 : 256, key, key_len, data, len, got);
    }
    return gost_equal(got, mac, d->size);
}

/* The password as UTF-16, big-endian, with its zero. Characters beyond the first plane are not in
 * use here: 0. */
static size_t utf16(const cli_password *password, uint8_t *out)
{
    size_t n = 0;

    for (const unsigned char *p = (const unsigned char *)password->text; *p != 0; p++) {
        unsigned ch = *p;

        if (ch >= 0xF0)
            return 0;
        if (ch >= 0xE0 && p[1] && p[2]) {
            ch = (ch & 15) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
            p += 2;
        } else if (ch >= 0xC0 && p[1]) {
            ch = (ch & 31) << 6 | (p[1] & 63u);
            p += 1;
        }
        out[n++] = (uint8_t)(ch >> 8);
        out[n++] = (uint8_t)ch;
    }
    out[n++] = 0;
    out[n++] = 0;
    return n;
}

/* Repeats a string until it fills whole blocks. */
static size_t fill(uint8_t *to, const uint8_t *s, size_t len, size_t block)
{
    size_t total = (len + block - 1) / block * block;

    for (size_t i = 0; i < total; i++)
        to[i] = s[i % len];
    return total;
}

/* RFC 7292, B.2, with ID 3 and a key of one digest's length, so there is one round only. */
static int old_key(const digest *d, const cli_password *password, const uint8_t *salt,
                   size_t salt_len, uint32_t iterations, uint8_t key[64])
{
    size_t size = d->block + 2 * (salt_len + 2 * CLI_PASSWORD_MAX + 4 * d->block);
    uint8_t *buf = gt_secret_new(size), *text = gt_secret_new(2 * CLI_PASSWORD_MAX + 2);
    size_t n = d->block, text_len = 0;

    if (buf != NULL && text != NULL)
        text_len = utf16(password, text);
    if (text_len > 0) {
        memset(buf, 3, d->block);
        if (salt_len > 0)
            n += fill(buf + n, salt, salt_len, d->block);
        n += fill(buf + n, text, text_len, d->block);
        hash(d, buf, n, key);
        for (uint32_t i = 1; i < iterations; i++)
            hash(d, key, d->size, key);
    }
    gt_secret_free(buf, size);
    gt_secret_free(text, 2 * CLI_PASSWORD_MAX + 2);
    return text_len > 0;
}

cli_pbe_result cli_pbe_check_mac(const uint8_t *oid, size_t oid_len, const cli_password *password,
                                 const uint8_t *salt, size_t salt_len, uint32_t iterations,
                                 const uint8_t *data, size_t len, const uint8_t *mac,
                                 size_t mac_len)
{
    const digest *d = find(oid, oid_len);
    uint8_t key[LONG_KEY];
    int right;

    if (d == NULL || mac_len != d->size || iterations < 1 || iterations > CLI_PBE_ITERATIONS_MAX ||
        salt_len > 4096)
        return CLI_PBE_UNKNOWN;
    gost_pbkdf2(d->hash, password->text, password->len, salt, salt_len, iterations, key, LONG_KEY);
    right = fits(d, key + LONG_KEY - KEY, KEY, data, len, mac);
    if (!right)
        right = old_key(d, password, salt, salt_len, iterations, key) &&
                fits(d, key, d->size, data, len, mac);
    gost_wipe(key, sizeof(key));
    return right ? CLI_PBE_OK : CLI_PBE_WRONG;
}
