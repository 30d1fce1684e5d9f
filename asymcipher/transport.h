/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A content encryption key, or TLS's premaster secret, wrapped for the holder of a GOST key, in the
 * two forms there are:
 *
 *   GostR3410-KeyTransport (RFC 4490, 4.2, with the algorithms of 2012: VKO of 256 bits and
 *   id-tc26-gost-28147-param-Z): for GOST 28147-89;
 *   PSKeyTransport (R 1323565.1.025-2019; RFC 9189, 4.2.4.2, where it is GostKeyTransport): for
 *   Magma and Kuznyechik.
 */
#ifndef GT_TRANSPORT_H
#define GT_TRANSPORT_H

#include "keyexch/keyexch.h"

typedef enum gt_transport {
    GT_TRANSPORT_28147,
    GT_TRANSPORT_MAGMA,
    GT_TRANSPORT_KUZNYECHIK
} gt_transport;

#define GT_TRANSPORT_MAX 512 /* bytes of one, at most */

/* Bytes of the UKM: 8 or 32. */
size_t gt_transport_ukm_size(gt_transport form);

/* How long gt_transport_seal's result for this recipient will be. */
size_t gt_transport_size(const gt_key *to, gt_transport form);

/*
 * Wraps with a key made for this once. ukm NULL: a random one. out takes GT_TRANSPORT_MAX bytes.
 * Returns the length, or 0 with *err set.
 */
size_t gt_transport_seal(const gt_key *to, gt_transport form, const uint8_t *ukm,
                         const uint8_t secret[GT_CEK], uint8_t *out, gt_error *err);

/*
 * Opens one of either form, which tell themselves apart. ukm, ukm_len: what PSKeyTransport's UKM
 * has to be (TLS: RFC 9189 has the receiver ignore the one in it); NULL: the one in it. sender: the
 * public key to use if there is none in it; may be NULL. Returns 1, or 2 if that one was used, or 0
 * with *err set.
 */
int gt_transport_open(const gt_key *key, const gt_key *sender, const uint8_t *ukm, size_t ukm_len,
                      const uint8_t *in, size_t len, uint8_t secret[GT_CEK], gt_error *err);

#endif
