/* SPDX-License-Identifier: Apache-2.0 */
/* See gost/mgm.h. Names and steps as in RFC 9058, section 4. */
#include "gost/mgm.h"

#include "gost/bytes.h"
#include "gost/mem.h"

#define BLOCK GOST_KUZNYECHIK_BLOCK

/* An element of GF(2^128) = GF(2)[w]/(w^128 + w^7 + w^2 + w + 1), w^127 the top bit of hi. */
typedef struct element {
    uint64_t hi, lo;
} element;

typedef struct mac {
    const gost_kuznyechik *ks;
    uint8_t z[BLOCK];
    element sum;
} mac;

static element multiply(element a, element b)
{
    element r = {0, 0};

    for (int i = 0; i < 128; i++) {
        uint64_t carry = 0 - (r.hi >> 63), take = 0 - (b.hi >> 63);

        r.hi = (r.hi << 1 | r.lo >> 63) ^ (a.hi & take);
        r.lo = (r.lo << 1) ^ (0x87 & carry) ^ (a.lo & take);
        b.hi = b.hi << 1 | b.lo >> 63;
        b.lo <<= 1;
    }
    return r;
}

/* Adds 1 to eight bytes, mod 2^64: incr_l on a block, incr_r eight bytes on. */
static void increment(uint8_t half[8])
{
    gost_store_be64(half, gost_load_be64(half) + 1);
}

static void mac_block(mac *m, const uint8_t block[BLOCK])
{
    uint8_t h[BLOCK];
    element x, y = {gost_load_be64(block), gost_load_be64(block + 8)};

    gost_kuznyechik_encrypt(m->ks, m->z, h);
    increment(m->z);
    x = (element){gost_load_be64(h), gost_load_be64(h + 8)};
    x = multiply(x, y);
    m->sum.hi ^= x.hi;
    m->sum.lo ^= x.lo;
    gost_wipe(h, sizeof h);
}

/* The last block is filled up with zeros. */
static void mac_bytes(mac *m, const uint8_t *p, size_t len)
{
    uint8_t last[BLOCK] = {0};

    for (; len >= BLOCK; p += BLOCK, len -= BLOCK)
        mac_block(m, p);
    if (len > 0) {
        memcpy(last, p, len);
        mac_block(m, last);
    }
}

static void compute_tag(const gost_kuznyechik *ks, const uint8_t nonce[16], const void *ad,
                        size_t ad_len, const void *text, size_t len, uint8_t tag[16])
{
    uint8_t block[BLOCK];
    mac m = {.ks = ks};

    memcpy(block, nonce, BLOCK);
    block[0] |= 0x80;
    gost_kuznyechik_encrypt(ks, block, m.z);
    mac_bytes(&m, ad, ad_len);
    mac_bytes(&m, text, len);
    gost_store_be64(block, (uint64_t)ad_len * 8);
    gost_store_be64(block + 8, (uint64_t)len * 8);
    mac_block(&m, block);

    gost_store_be64(block, m.sum.hi);
    gost_store_be64(block + 8, m.sum.lo);
    gost_kuznyechik_encrypt(ks, block, tag);
    gost_wipe(block, sizeof block);
    gost_wipe(&m, sizeof m);
}

static void encrypt(const gost_kuznyechik *ks, const uint8_t nonce[16], const uint8_t *in,
                    size_t len, uint8_t *out)
{
    uint8_t y[BLOCK], gamma[BLOCK];

    memcpy(y, nonce, BLOCK);
    y[0] &= 0x7f;
    gost_kuznyechik_encrypt(ks, y, y);
    while (len > 0) {
        size_t n = len < BLOCK ? len : BLOCK;

        gost_kuznyechik_encrypt(ks, y, gamma);
        increment(y + 8);
        for (size_t i = 0; i < n; i++)
            out[i] = in[i] ^ gamma[i];
        in += n;
        out += n;
        len -= n;
    }
    gost_wipe(y, sizeof y);
    gost_wipe(gamma, sizeof gamma);
}

void gost_mgm_seal(const gost_kuznyechik *ks, const uint8_t nonce[16], const void *ad,
                   size_t ad_len, const void *in, size_t len, uint8_t *out, uint8_t tag[16])
{
    encrypt(ks, nonce, in, len, out);
    compute_tag(ks, nonce, ad, ad_len, out, len, tag);
    gost_wipe_stack();
}

int gost_mgm_open(const gost_kuznyechik *ks, const uint8_t nonce[16], const void *ad, size_t ad_len,
                  const void *in, size_t len, const uint8_t tag[16], uint8_t *out)
{
    uint8_t right[BLOCK];
    int ok;

    compute_tag(ks, nonce, ad, ad_len, in, len, right);
    ok = gost_equal(right, tag, BLOCK);
    gost_wipe(right, sizeof right);
    gost_unpoison(&ok, sizeof ok);
    if (ok)
        encrypt(ks, nonce, in, len, out);
    else if (len > 0)
        memset(out, 0, len);
    gost_wipe_stack();
    return ok;
}
