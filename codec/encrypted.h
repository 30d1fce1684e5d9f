/* SPDX-License-Identifier: Apache-2.0 */
/* EncryptedPrivateKeyInfo (RFC 5958): key files under a passphrase. */
#ifndef GT_CODEC_ENCRYPTED_H
#define GT_CODEC_ENCRYPTED_H

#include <openssl/types.h>

#include "provider/provider.h"

/*
 * A PrivateKeyInfo, encrypted under PBES2 with this cipher and the passphrase that the program
 * gives. Returns the length of *out, for OPENSSL_free; or 0 with an error raised.
 */
size_t gt_codec_encrypt(const gt_provider *prov, const EVP_CIPHER *cipher, const uint8_t *der,
                        size_t len, OSSL_PASSPHRASE_CALLBACK *cb, void *cbarg, uint8_t **out);

#endif
