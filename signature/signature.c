/* SPDX-License-Identifier: Apache-2.0 */
#include "signature/signature.h"

#include "gost/random.h"

size_t gt_signature_size(const gt_key *key)
{
    return gt_alg_pub_size(key->alg);
}

int gt_signature_sign(const gt_key *key, const uint8_t *digest, size_t digest_len, uint8_t *sig,
                      size_t *sig_len, gt_error *err)
{
    CK_MECHANISM mechanism = {.mechanism = key->alg->sign, .pParameter = NULL};
    size_t want = gt_signature_size(key);

    if (!gt_key_is_private(key))
        return gt_fail(err, GT_NO_OBJECT, CKR_KEY_HANDLE_INVALID,
                       "this is a public key: signing needs the private one");
    if (digest_len != gt_alg_digest_size(key->alg))
        return gt_fail(err, GT_KEY_TYPE, CKR_DATA_LEN_RANGE,
                       "a %s key signs %zu bytes of %s digest and not %zu", key->alg->name,
                       gt_alg_digest_size(key->alg), key->alg->digest, digest_len);
    if (*sig_len < want)
        return gt_fail(err, GT_TOKEN_ERROR, CKR_BUFFER_TOO_SMALL,
                       "a signature takes %zu bytes and there is room for %zu", want, *sig_len);
    if (key->soft != NULL) {
        *sig_len = want;
        return gost_3410_sign(&key->soft->key, digest, sig, gost_random_system, NULL) ||
               gt_fail(err, GT_TOKEN_ERROR, CKR_RANDOM_NO_RNG, "the system gives no random bytes");
    }
    if (!gt_object_sign(key->object, &mechanism, digest, digest_len, sig, sig_len, err))
        return 0;
    if (*sig_len != want)
        return gt_fail(err, GT_TOKEN_ERROR, CKR_GENERAL_ERROR,
                       "the token made a signature of %zu bytes where %zu are due", *sig_len, want);
    return 1;
}

int gt_signature_verify(const gt_key *key, const uint8_t *digest, size_t digest_len,
                        const uint8_t *sig, size_t sig_len)
{
    return key->has_public && digest_len == gt_alg_digest_size(key->alg) &&
           sig_len == gt_signature_size(key) && gost_3410_verify(key->ps, key->pub, digest, sig);
}

int gt_signature_check_public(const gt_key *key, gt_error *err)
{
    if (!key->has_public)
        return gt_fail(err, GT_KEY_TYPE, CKR_KEY_NEEDED, "the key has no public half");
    if (!gost_3410_public_valid(key->ps, key->pub))
        return gt_fail(err, GT_KEY_TYPE, CKR_DOMAIN_PARAMS_INVALID,
                       "the public key is not a point of the group of %s", key->ps->name);
    return 1;
}

int gt_signature_check_pair(const gt_key *key, gt_error *err)
{
    uint8_t digest[GOST_3410_MAX_KEY], sig[GOST_3410_MAX_PUB];
    size_t digest_len = gt_alg_digest_size(key->alg), sig_len = sizeof(sig);

    if (!gt_signature_check_public(key, err))
        return 0;
    if (!gt_key_is_private(key))
        return 1;
    if (!gost_random_system(NULL, digest, digest_len))
        return gt_fail(err, GT_TOKEN_ERROR, CKR_RANDOM_NO_RNG, "the system gives no random bytes");
    if (!gt_signature_sign(key, digest, digest_len, sig, &sig_len, err))
        return 0;
    if (!gt_signature_verify(key, digest, digest_len, sig, sig_len))
        return gt_fail(err, GT_KEY_TYPE, CKR_KEY_HANDLE_INVALID,
                       "the private key does not belong to its public key");
    return 1;
}
