/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GOST keys for OpenSSL 3.x's older method tables. An ENGINE made in this process, no file of its
 * own, carries EVP_PKEY_METHODs and EVP_PKEY_ASN1_METHODs whose work is done by keymgmt/,
 * signature/ and codec/. It belongs to the process and stays until libcrypto's cleanup, in
 * whichever library context the provider was loaded.
 */
#ifndef GT_BRIDGE_H
#define GT_BRIDGE_H

#include "keymgmt/key.h"
#include "provider/provider.h"

/* Puts the bridge up, once in a process. Returns 1 if it is up, else 0 and *why says why not. */
int gt_bridge_start(const gt_core *core, const char **why);

/* Keys that come without a provider (a file with a URI stub, ENGINE_load_private_key) are looked
 * for through the activation attached last. */
void gt_bridge_attach(gt_provider *prov);
void gt_bridge_detach(gt_provider *prov);

/*
 * Calls fn(arg), in which OpenSSL will decode the URI stub of `key`, and sees to it that the bridge
 * gets the stub, whatever other GOST engine there is, and takes `key` for it without a search.
 * Returns what fn returns. Without a bridge it only calls fn.
 */
int gt_bridge_hand_over(gt_key *key, int (*fn)(void *arg), void *arg);

/*
 * For keys without the bridge: 1, with the engine's id, if an ENGINE of this process takes every
 * EVP_PKEY of this type for its own, also one that a provider made, which it cannot use
 * (gost-engine ends the process). This file's only function that may be called in any libcrypto.
 * (foreign.c)
 */
enum { GT_ENGINE_ID = 32 };
int gt_bridge_foreign(const gt_alg *alg, char id[GT_ENGINE_ID]);

#endif
