/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSSL_OP_KEYEXCH for the keys of keymgmt/native.h: VKO (RFC 7836, 4.3) and KEG (RFC 9189, 8.3.1).
 * Which of the two, as with the bridge: "vko" says 256 or 512; without it, a UKM of 8 bytes is for
 * VKO of 256 bits and one of 32 bytes for KEG. The UKM is set as octets ("ukm", -pkeyopt hexukm:)
 * or as text ("ukmhex").
 */
#ifndef GT_KEYEXCH_NATIVE_H
#define GT_KEYEXCH_NATIVE_H

#include <openssl/core.h>

extern const OSSL_ALGORITHM gt_keyexch_algorithms[];

#endif
