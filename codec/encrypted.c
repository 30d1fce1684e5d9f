/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/encrypted.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "gost/mem.h"

/* As long as OpenSSL's programs take one, PEM_BUFSIZE. */
enum { PASSPHRASE_MAX = 1024 };

size_t gt_codec_encrypt(const gt_provider *prov, const EVP_CIPHER *cipher, const uint8_t *der,
                        size_t len, OSSL_PASSPHRASE_CALLBACK *cb, void *cbarg, uint8_t **out)
{
    const gt_core *core = &prov->core;
    const unsigned char *at = der;
    PKCS8_PRIV_KEY_INFO *info = NULL; /* wipes the key when it goes */
    X509_SIG *sealed = NULL;
    OSSL_PARAM params[] = {OSSL_PARAM_END};
    char passphrase[PASSPHRASE_MAX];
    size_t n = 0;
    int size = 0;

    *out = NULL;
    if (cb == NULL || !cb(passphrase, sizeof(passphrase), &n, params, cbarg) ||
        n > sizeof(passphrase)) {
        gt_raise(core, GT_R_PARAMETER, "no passphrase to encrypt the key file with");
        goto end;
    }
    info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)len);
    /* -1: PBES2, with this cipher; no salt, no rounds: libcrypto's own. */
    if (info != NULL)
        sealed =
            PKCS8_encrypt_ex(-1, cipher, passphrase, (int)n, NULL, 0, 0, info, prov->libctx, NULL);
    size = sealed != NULL ? i2d_X509_SIG(sealed, out) : 0;
    if (size <= 0)
        gt_raise(core, GT_R_NOT_SUPPORTED, "a key file encrypted with %.40s",
                 EVP_CIPHER_get0_name(cipher));
end:
    gost_wipe(passphrase, sizeof(passphrase));
    X509_SIG_free(sealed);
    PKCS8_PRIV_KEY_INFO_free(info);
    return size > 0 ? (size_t)size : 0;
}
