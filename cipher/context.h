/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cipher at work, for every face that OpenSSL has for it. The contexts hold no pointers into
 * themselves: they are copied by assignment. The owner wipes them.
 */
#ifndef GT_CIPHER_CONTEXT_H
#define GT_CIPHER_CONTEXT_H

#include "cipher/alg.h"
#include "cipher/tlstree.h"
#include "gost/aead.h"
#include "gost/modes.h"
#include "gost/omac.h"

typedef struct gt_cipher {
    const gt_cipher_alg *alg;
    const gost_sbox *sbox; /* 28147 only */
    uint64_t section;      /* ACPKM */
    int meshing;           /* 28147 */
    int encrypt;
    int keyed, seeded, tagged; /* there is a key, a seed, a tag */
    int started;               /* some of the message was seen */
    uint8_t key[GT_CIPHER_KEY];
    uint8_t iv[GT_CIPHER_IV_MAX]; /* as it was given */
    uint8_t seed[GT_CIPHER_SEED]; /* the rest of the ukm; with a MAC both keys are made with it */
    uint8_t tag[GOST_BLOCK_MAX];
    gt_tlstree tree; /* of this key, for the records of TLS */
    union {
        gost_block block;
        gost_feedback feedback;
        gost_28147_stream stream;
        gost_ctr ctr;
        gost_aead aead;
    } u;
    gost_omac omac;
} gt_cipher;

typedef struct gt_cipher_mode {
    /* Begins a message under this key and IV, which are the context's or were made from them. */
    void (*start)(gt_cipher *c, const uint8_t *key, const uint8_t *iv);
    /* len: anything if the cipher is a stream, else whole blocks. */
    void (*crypt)(gt_cipher *c, const uint8_t *in, uint8_t *out, size_t len);
    /* The IV with which the message would go on. */
    const uint8_t *(*next_iv)(const gt_cipher *c);
} gt_cipher_mode;

extern const gt_cipher_mode gt_mode_ecb, gt_mode_cbc, gt_mode_cfb, gt_mode_ofb, gt_mode_ctr,
    gt_mode_mgm, gt_mode_89_cfb, gt_mode_89_cnt;

/* A context without a key. */
void gt_cipher_init(gt_cipher *c, const gt_cipher_alg *alg);

/*
 * Begins a message. key or iv NULL: those that it has. Without a key it only keeps what was given.
 * Returns 0 if a random seed is needed and cannot be had.
 */
int gt_cipher_start(gt_cipher *c, const uint8_t *key, const uint8_t *iv, int encrypt);

/* A part of the message, and of its MAC if the cipher has one. Returns 0 without a key. */
int gt_cipher_crypt(gt_cipher *c, const uint8_t *in, uint8_t *out, size_t len);

/* The end of a message with MAC: makes the tag, or checks it; 0: it is wrong, or there is none. */
int gt_cipher_finish(gt_cipher *c);

/* Begins the TLS record of this number, under the key and the IV made for it: RFC 9189, 4.1.
 * Returns 0 if the cipher has no such thing, or no key. */
int gt_cipher_tlstree(gt_cipher *c, const uint8_t seq[8]);

/* The IV with which the message would go on, iv_size bytes. */
const uint8_t *gt_cipher_next_iv(const gt_cipher *c);

/* 1, or 0: out of range, of no meaning here, or after the first byte. */
int gt_cipher_set_sbox(gt_cipher *c, const char *name_or_oid);
int gt_cipher_set_section(gt_cipher *c, uint64_t section);

/*
 * params.c: the parameters of an AlgorithmIdentifier in DER, of ciphers that have their own form of
 * them. put writes at most GT_CIPHER_PARAMS_MAX bytes and returns the length, 0: there are none, or
 * no random seed is to be had; before the first byte it also makes CMS's section the message's.
 * get returns 1, or 0 if they are not of this cipher.
 */
enum { GT_CIPHER_PARAMS_MAX = 64 };
size_t gt_cipher_put_params(gt_cipher *c, uint8_t *out);
int gt_cipher_get_params(gt_cipher *c, const uint8_t *der, size_t len);

#endif
