/* SPDX-License-Identifier: Apache-2.0 */
/* Kuznyechik and MGM straight from the text of RFC 7801 and RFC 9058, slow and not constant time:
 * what the tests compare with. */
#ifndef PLAIN_KUZNYECHIK_H
#define PLAIN_KUZNYECHIK_H

#include "tests/gost/hash_test.h"

typedef struct plain_key {
    uint8_t round[10][16];
} plain_key;

void plain_s(uint8_t x[16], int inverse);
void plain_l(uint8_t x[16], int inverse);
void plain_set_key(plain_key *ks, const uint8_t key[32]);
void plain_encrypt(const plain_key *ks, const uint8_t in[16], uint8_t out[16]);
void plain_decrypt(const plain_key *ks, const uint8_t in[16], uint8_t out[16]);
void plain_mgm(const plain_key *ks, const uint8_t nonce[16], const uint8_t *ad, size_t ad_len,
               const uint8_t *in, size_t len, uint8_t *out, uint8_t tag[16]);

#endif
