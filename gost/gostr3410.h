/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GOST R 34.10-2012 (RFC 7091): digital signatures on elliptic curves, for every parameter set.
 *
 * Byte order, everywhere in this header (PKCS #11's and X.509's, see RFC 9215):
 *   private key  d      little-endian, bits/8 bytes
 *   public key   X | Y  each little-endian, 2 * bits/8 bytes
 *   digest              as Streebog writes it, bits/8 bytes
 *   signature    s | r  each big-endian, 2 * bits/8 bytes
 * where bits is the parameter set's size, 256 or 512.
 *
 * All functions that take d or a nonce run in constant time with respect to it. No allocation, no
 * global state that changes after the first use of the CPU dispatch; safe in threads.
 */
#ifndef GOST_GOSTR3410_H
#define GOST_GOSTR3410_H

#include "gost/paramset.h"
#include "gost/random.h"

#define GOST_3410_MAX_KEY 64  /* bytes of the largest d */
#define GOST_3410_MAX_PUB 128 /* bytes of the largest public key or signature */

/* Makes a key: 0 < d < q, uniform, from rng. Returns 1, or 0 if rng failed (d is then wiped). */
int gost_3410_keygen(const gost_paramset *ps, uint8_t *d, gost_random_fn *rng, void *rng_arg);

/* Returns 1 if 0 < d < q, else 0. */
int gost_3410_private_valid(const gost_paramset *ps, const uint8_t *d);

/* Computes Q = d * P. Returns 1, or 0 if d is not valid. */
int gost_3410_public(const gost_paramset *ps, const uint8_t *d, uint8_t *pub);

/* Returns 1 if pub is a point of the curve, not zero, and of order q; else 0. Variable time. */
int gost_3410_public_valid(const gost_paramset *ps, const uint8_t *pub);

/*
 * A private key made ready to sign many times: the parsed scalar and the keyed state of the nonce
 * generator. It holds no pointers to the heap; wipe it with gost_wipe (gost/mem.h).
 */
typedef struct gost_3410_key {
    const gost_paramset *ps;
    uint64_t d[8];
    uint64_t nonce_state[120]; /* HMAC-Streebog keyed with d, see gostr3410.c */
} gost_3410_key;

/* Returns 1, or 0 if d is not valid. */
int gost_3410_key_init(gost_3410_key *key, const gost_paramset *ps, const uint8_t *d);

/*
 * Signs a digest. The nonce is HMAC-Streebog, keyed with d and the curve, of (random bytes from rng
 * | digest | counter): a generator that repeats or is known gives a deterministic signature and not
 * the key. rng may be NULL for a wholly deterministic one. Returns 1, or 0 if rng failed.
 */
int gost_3410_sign(const gost_3410_key *key, const uint8_t *digest, uint8_t *sig,
                   gost_random_fn *rng, void *rng_arg);

/* For test vectors only: signs with the nonce k (little-endian, 0 < k < q). Returns 1, or 0 if k
 * gives r = 0 or s = 0. */
int gost_3410_sign_nonce(const gost_3410_key *key, const uint8_t *digest, const uint8_t *k,
                         uint8_t *sig);

/* Returns 1 if sig is pub's signature of digest, else 0 (also for a malformed pub or sig).
 * Variable time; everything is public. pub is checked to be on the curve. */
int gost_3410_verify(const gost_paramset *ps, const uint8_t *pub, const uint8_t *digest,
                     const uint8_t *sig);

#endif
