/* SPDX-License-Identifier: Apache-2.0 */
/* What the files with EVP_PKEY_METHOD's functions for GOST keys share. Internal to bridge/. */
#ifndef GT_BRIDGE_PMETH_H
#define GT_BRIDGE_PMETH_H

#include "asymcipher/transport.h"
#include "bridge/internal.h"

/* gost-engine's numbers: programs that know them use them with our keys too. */
enum { GT_CTRL_PARAMSET = EVP_PKEY_ALG_CTRL + 1, GT_CTRL_VKO = EVP_PKEY_ALG_CTRL + 11 };

enum { GT_PMETH_UKM_MAX = 64 };

typedef struct gt_pmeth_ctx {
    const EVP_MD *md;
    const gost_paramset *ps; /* of a key to be made; NULL: none was chosen */
    gt_transport transport;  /* for encryption */
    unsigned vko_bits;       /* derivation: VKO hashed to so many bits; 0: as TLS's suites do */
    int peer_key_used;       /* decryption: the sender's key was set, and not in the message */
    size_t ukm_len;          /* 0: none was set */
    uint8_t ukm[GT_PMETH_UKM_MAX];
} gt_pmeth_ctx;

/* pmeth_keyx.c */
int gt_pmeth_encrypt(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *out_len,
                     const unsigned char *in, size_t in_len);
int gt_pmeth_decrypt(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *out_len,
                     const unsigned char *in, size_t in_len);
int gt_pmeth_derive(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *out_len);
/* The controls of these. -2: it is none of them. */
int gt_pmeth_keyx_ctrl(gt_pmeth_ctx *own, int type, int p1, void *p2);
int gt_pmeth_keyx_ctrl_str(gt_pmeth_ctx *own, const char *name, const char *value);

/* pmeth_gen.c; bits: of the method's type. */
int gt_pmeth_paramgen_256(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey);
int gt_pmeth_paramgen_512(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey);
int gt_pmeth_keygen_256(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey);
int gt_pmeth_keygen_512(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey);
int gt_pmeth_set_paramset(gt_pmeth_ctx *own, unsigned bits, const char *name);

#endif
