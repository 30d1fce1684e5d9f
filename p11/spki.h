/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA and EC public keys as SubjectPublicKeyInfo (RFC 3279, 2.3.1; RFC 5480, 2), from what a token
 * has of them, for all above the token. Those of GOST keys are in codec/codec.h.
 */
#ifndef GT_SPKI_H
#define GT_SPKI_H

#include <stddef.h>
#include <stdint.h>

/* From CKA_MODULUS and CKA_PUBLIC_EXPONENT, neither empty. To be freed with free(), and its length
 * in *len; NULL: no memory. */
uint8_t *gt_spki_rsa(const uint8_t *n, size_t n_len, const uint8_t *e, size_t e_len, size_t *len);

/* From CKA_EC_PARAMS and CKA_EC_POINT, neither empty; the point in its OCTET STRING, as the
 * standard has it, or as it is, as some modules do. */
uint8_t *gt_spki_ec(const uint8_t *params, size_t params_len, const uint8_t *point,
                    size_t point_len, size_t *len);

#endif
