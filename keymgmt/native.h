/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSSL_OP_KEYMGMT: GOST keys as OpenSSL's own providers have them, for a process in which the
 * bridge is not up. The two are never offered together: OpenSSL would mix keys of both kinds.
 */
#ifndef GT_KEYMGMT_NATIVE_H
#define GT_KEYMGMT_NATIVE_H

#include "keymgmt/key.h"
#include "provider/provider.h"

/* All the names of the key types. The first is an OID's short name, by which CMS and X.509 go
 * from a key to its number; the second its long name, by which they look for a decoder. */
#define GT_NATIVE_256 "gost2012_256:GOST R 34.10-2012 with 256 bit modulus:1.2.643.7.1.1.1.1"
#define GT_NATIVE_512 "gost2012_512:GOST R 34.10-2012 with 512 bit modulus:1.2.643.7.1.1.1.2"

/* And those of the type that only verifies, whose functions are named _2001 beside _256 and _512.
 */
#define GT_NATIVE_2001 "gost2001:GOST R 34.10-2001:1.2.643.2.2.19"

extern const OSSL_ALGORITHM gt_keymgmt_algorithms[];

/* What OpenSSL's keydata points at; one owner. The provider outlives it: each EVP_KEYMGMT holds a
 * reference to it. */
typedef struct gt_native_key {
    gt_provider *prov;
    const gt_alg *alg;
    gt_key *key; /* NULL: made, and nothing put into it yet */
} gt_native_key;

/* Under a new reference of key. NULL: no memory. */
gt_native_key *gt_native_key_new(gt_provider *prov, gt_key *key);
void gt_native_key_free(gt_native_key *native);

/* Of parameters, as gt_native_export gives them. NULL: with an error raised. */
gt_native_key *gt_native_import(gt_provider *prov, const gt_alg *alg, int selection,
                                const OSSL_PARAM params[]);

/*
 * Hands key over as OSSL_OBJECT_PARAM_REFERENCE of a key object, to the callback that a store or a
 * decoder was given. Returns what that returns, or 0 with an error raised.
 */
int gt_native_give(gt_provider *prov, gt_key *key, OSSL_CALLBACK *cb, void *cbarg);

/* Calls cb with the group's name and, if there is one, the public key; the private key too if
 * `private`, and it is a software key. Returns what cb returns, or 0. */
int gt_native_export(const gt_key *key, int private, OSSL_CALLBACK *cb, void *cbarg);

/* The EXPORT_OBJECT of a store or a decoder: what such a reference stands for, for the keymgmt of
 * another provider. */
int gt_native_export_reference(const void *reference, size_t size, OSSL_CALLBACK *cb, void *cbarg);

/*
 * Makes the numbers of the key types known to libcrypto's older code, as names and nothing more:
 * then EVP_PKEY_get_id of a native key is its number, and libssl has GOST signatures in TLS 1.2.
 * Does nothing where libcrypto cannot do it. (native_type.c)
 */
void gt_native_add_types(void);

/* ---- generating (native_gen.c), for the tables in native.c ----------------------------------- */

OSSL_FUNC_keymgmt_gen_init_fn gt_native_gen_init_256, gt_native_gen_init_512,
    gt_native_gen_init_2001;
OSSL_FUNC_keymgmt_gen_set_template_fn gt_native_gen_set_template;
OSSL_FUNC_keymgmt_gen_set_params_fn gt_native_gen_set_params;
OSSL_FUNC_keymgmt_gen_settable_params_fn gt_native_gen_settable_params;
OSSL_FUNC_keymgmt_gen_fn gt_native_gen;
OSSL_FUNC_keymgmt_gen_cleanup_fn gt_native_gen_cleanup;

#endif
