/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GOST 28147-89 (RFC 5830) as RFC 4357 uses it: S-boxes (parameter sets), the modes CNT, CFB and
 * MAC with CryptoPro key meshing, key diversification and the two key wraps. The block cipher by
 * itself (ECB) is gost_block_28147 in block.h. Constant time in keys and data.
 */
#ifndef GOST_28147_H
#define GOST_28147_H

#include "gost/block.h"

typedef struct gost_sbox {
    const char *name;   /* "id-Gost28147-89-CryptoPro-A-ParamSet" … */
    const char *oid;    /* dotted */
    const uint8_t *der; /* the OID as DER */
    size_t der_len;
    uint8_t rows[8][16]; /* rows[0] substitutes the lowest 4 bits */
    int meshing;         /* 1: the parameter set prescribes CryptoPro key meshing */
} gost_sbox;

/* test, CryptoPro A, B, C, D, TC26-Z, the two of the hash GOST R 34.11-94; NULL past the end. */
const gost_sbox *gost_sbox_at(size_t i);
const gost_sbox *gost_sbox_by_der(const void *der, size_t len);
const gost_sbox *gost_sbox_by_name(const char *name_or_oid);

extern const gost_sbox *const gost_sbox_cryptopro_a, *const gost_sbox_tc26_z;

/* ---- modes ---------------------------------------------------------------------------------- */

/* CNT (gamma, RFC 5830 section 6) and CFB (gamma with feedback, section 7); any lengths in any
 * parts; in and out may be the same, or not overlap. With meshing the key changes after each 1024
 * bytes (RFC 4357, 2.3.2). The owner wipes the contexts. */
typedef struct gost_28147_stream {
    gost_block block;
    uint8_t iv[8], gamma[8];
    unsigned used;  /* bytes of gamma already used; 8: none left */
    uint32_t count; /* bytes since the key last changed */
    int meshing, started;
} gost_28147_stream;

void gost_28147_cnt_init(gost_28147_stream *c, const gost_sbox *sbox, int meshing,
                         const uint8_t key[32], const uint8_t iv[8]);
void gost_28147_cnt(gost_28147_stream *c, const uint8_t *in, uint8_t *out, size_t len);

void gost_28147_cfb_init(gost_28147_stream *c, const gost_sbox *sbox, int meshing,
                         const uint8_t key[32], const uint8_t iv[8]);
void gost_28147_cfb_encrypt(gost_28147_stream *c, const uint8_t *in, uint8_t *out, size_t len);
void gost_28147_cfb_decrypt(gost_28147_stream *c, const uint8_t *in, uint8_t *out, size_t len);

/*
 * MAC (imitovstavka, RFC 5830 section 8), 4 bytes. A last part is padded with zeros. RFC 5830 wants
 * two blocks or more, so a message of 1 … 8 bytes gets a second block, of zeros, as gost-engine has
 * it; hence "x" and "x" with zeros up to 16 bytes have one MAC. The MAC of an empty message is the
 * iv's first 4 bytes, whatever the key. (In gost-engine it depends on the parts: 8 bytes in one
 * part get that second block, 8 bytes in two parts do not. Here the parts never matter.)
 */
typedef struct gost_28147_mac {
    gost_block block;
    uint8_t state[8], buf[8];
    unsigned have;
    uint64_t blocks;
    uint32_t count;
    int meshing;
} gost_28147_mac;

/* iv: 8 bytes, or NULL for zeros. */
void gost_28147_mac_init(gost_28147_mac *m, const gost_sbox *sbox, int meshing,
                         const uint8_t key[32], const uint8_t iv[8]);
void gost_28147_mac_update(gost_28147_mac *m, const void *data, size_t len);
void gost_28147_mac_final(gost_28147_mac *m, uint8_t mac[4]); /* wipes the context */

/* ---- keys ----------------------------------------------------------------------------------- */

/* RFC 4357, 6.5: the key encryption key of one UKM (also the "KDF_4357"). */
void gost_28147_diversify(const gost_sbox *sbox, const uint8_t key[32], const uint8_t ukm[8],
                          uint8_t out[32]);

#define GOST_28147_WRAPPED 36 /* encrypted key | MAC of 4 bytes */

/* RFC 4357, 6.1 (diversify 0) and 6.3 (diversify 1); RFC 4490's GostR3410-KeyTransport uses these.
 * unwrap returns 1, or 0 if the MAC is wrong (out is zeros). */
void gost_28147_wrap(const gost_sbox *sbox, int diversify, const uint8_t kek[32],
                     const uint8_t ukm[8], const uint8_t cek[32], uint8_t out[36]);
int gost_28147_unwrap(const gost_sbox *sbox, int diversify, const uint8_t kek[32],
                      const uint8_t ukm[8], const uint8_t in[36], uint8_t cek[32]);

#endif
