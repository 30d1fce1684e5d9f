/* SPDX-License-Identifier: Apache-2.0 */
/* see hash.h. The functions are the older ones of OpenSSL because their state is not opaque. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "token/hash.h"

#include <openssl/md5.h>
#include <openssl/sha.h>

#define FITS(type) _Static_assert(sizeof(type) <= sizeof(tok_hash), "the state does not fit")
FITS(MD5_CTX);
FITS(SHA_CTX);
FITS(SHA256_CTX);
FITS(SHA512_CTX);

/* The same three functions for every algorithm, so that each is called by its own type. */
#define FUNCTIONS(name, type, prefix)                                                              \
    static int name##_init(void *state)                                                            \
    {                                                                                              \
        return prefix##_Init((type *)state);                                                       \
    }                                                                                              \
    static int name##_update(void *state, const void *data, size_t len)                            \
    {                                                                                              \
        return prefix##_Update((type *)state, data, len);                                          \
    }                                                                                              \
    static int name##_final(unsigned char *out, void *state)                                       \
    {                                                                                              \
        return prefix##_Final(out, (type *)state);                                                 \
    }

FUNCTIONS(md5, MD5_CTX, MD5)
FUNCTIONS(sha1, SHA_CTX, SHA1)
FUNCTIONS(sha224, SHA256_CTX, SHA224)
FUNCTIONS(sha256, SHA256_CTX, SHA256)
FUNCTIONS(sha384, SHA512_CTX, SHA384)
FUNCTIONS(sha512, SHA512_CTX, SHA512)

#define CALLS(name) name##_init, name##_update, name##_final

static const tok_hash_alg algs[] = {
    {CKM_MD5, 0, "MD5", 16, 64, CALLS(md5)},
    {CKM_SHA_1, CKG_MGF1_SHA1, "SHA1", 20, 64, CALLS(sha1)},
    {CKM_SHA224, CKG_MGF1_SHA224, "SHA2-224", 28, 64, CALLS(sha224)},
    {CKM_SHA256, CKG_MGF1_SHA256, "SHA2-256", 32, 64, CALLS(sha256)},
    {CKM_SHA384, CKG_MGF1_SHA384, "SHA2-384", 48, 128, CALLS(sha384)},
    {CKM_SHA512, CKG_MGF1_SHA512, "SHA2-512", 64, 128, CALLS(sha512)},
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

const tok_hash_alg *tok_hash_find(CK_MECHANISM_TYPE mech)
{
    size_t i;

    for (i = 0; i < COUNT(algs); i++) {
        if (algs[i].mech == mech)
            return &algs[i];
    }
    return NULL;
}

const tok_hash_alg *tok_hash_of_mgf(CK_RSA_PKCS_MGF_TYPE mgf)
{
    size_t i;

    for (i = 0; i < COUNT(algs); i++) {
        if (mgf != 0 && algs[i].mgf == mgf)
            return &algs[i];
    }
    return NULL;
}

void tok_hash_init(const tok_hash_alg *alg, tok_hash *h)
{
    (void)alg->init(h->state);
}

void tok_hash_update(const tok_hash_alg *alg, tok_hash *h, const void *data, size_t len)
{
    if (len != 0)
        (void)alg->update(h->state, data, len);
}

void tok_hash_final(const tok_hash_alg *alg, tok_hash *h, uint8_t *out)
{
    (void)alg->final(out, h->state);
}
