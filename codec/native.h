/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSSL_OP_ENCODER and OSSL_OP_DECODER for the keys of keymgmt/native.h. Out go, in DER and PEM,
 * public keys (SubjectPublicKeyInfo), the private half of software keys (PrivateKeyInfo and
 * EncryptedPrivateKeyInfo), and text; the private half of a token key does not. In come, in DER,
 * public keys, software keys and URI stubs, for which the token is searched; from PEM to DER
 * OpenSSL's own decoder goes.
 */
#ifndef GT_CODEC_NATIVE_H
#define GT_CODEC_NATIVE_H

#include <openssl/core.h>

extern const OSSL_ALGORITHM gt_encoder_algorithms[];
extern const OSSL_ALGORITHM gt_decoder_algorithms[];

/* pkcs11-provider's key files, from PEM to DER (uri_pem.c): one decoder of the above, and the only
 * one beside the bridge. */
extern const OSSL_DISPATCH gt_uri_pem_functions[];
extern const OSSL_ALGORITHM gt_uri_pem_algorithms[];

#endif
