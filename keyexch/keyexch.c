/* SPDX-License-Identifier: Apache-2.0 */
#include "keyexch/keyexch.h"

#include <string.h>

#include "gost/kdf.h"
#include "gost/kexp15.h"
#include "gost/mem.h"
#include "gost/vko.h"
#include "keyexch/token.h"

static int check_keys(const gt_key *key, const gt_key *peer, gt_error *err)
{
    if (!gt_key_is_private(key))
        return gt_fail(err, GT_NO_OBJECT, CKR_KEY_HANDLE_INVALID,
                       "this is a public key: agreeing on a key needs the private one");
    if (!peer->has_public || !gt_key_same_params(key, peer))
        return gt_fail(err, GT_KEY_TYPE, CKR_DOMAIN_PARAMS_INVALID,
                       "the other's key is not on this key's curve, %s", key->ps->name);
    return 1;
}

static int bad_peer(gt_error *err)
{
    return gt_fail(err, GT_KEY_TYPE, CKR_PUBLIC_KEY_INVALID,
                   "the other's public key or the UKM is of no use for an agreement");
}

static int bad_wrap(gt_error *err)
{
    return gt_fail(err, GT_TOKEN_ERROR, CKR_WRAPPED_KEY_INVALID,
                   "the wrapped key is damaged, or was wrapped for another key");
}

int gt_keyexch_vko(const gt_key *key, const gt_key *peer, unsigned hash_bits, const uint8_t *ukm,
                   size_t ukm_len, uint8_t *out, gt_error *err)
{
    gost_vko_hash hash = hash_bits == 512 ? GOST_VKO_2012_512 : GOST_VKO_2012_256;
    int ok;

    if (!check_keys(key, peer, err))
        return 0;
    if ((hash_bits != 256 && hash_bits != 512) || hash_bits > key->alg->bits || ukm_len == 0 ||
        ukm_len > GOST_VKO_UKM_MAX)
        return gt_fail(err, GT_KEY_TYPE, CKR_MECHANISM_PARAM_INVALID,
                       "VKO takes a UKM of 1 to %d bytes, and 512 bits only with keys of 512 bits",
                       GOST_VKO_UKM_MAX);
    if (key->soft == NULL)
        return gt_token_vko(key, peer->pub, hash_bits, ukm, ukm_len, out, err);
    ok = gost_vko(&key->soft->key, hash, peer->pub, ukm, ukm_len, out) == hash_bits / 8;
    return ok || bad_peer(err);
}

/* KEG made of VKO (RFC 9189, 8.3.1), for tokens that know only that. */
static int keg_by_vko(const gt_key *key, const gt_key *peer, const uint8_t ukm[GT_KEG_UKM],
                      uint8_t out[GT_KEG_SIZE], gt_error *err)
{
    uint8_t r[GT_KEG_UKM / 2], exp[32];
    int ok;

    for (size_t i = 0; i < sizeof(r); i++)
        r[i] = ukm[sizeof(r) - 1 - i];
    if (key->alg->bits == 512)
        return gt_token_vko(key, peer->pub, 512, r, sizeof(r), out, err);
    ok = gt_token_vko(key, peer->pub, 256, r, sizeof(r), exp, err);
    if (ok)
        gost_kdf_tree(exp, sizeof(exp), "kdf tree", 8, ukm + sizeof(r), 8, 1, GT_KEG_SIZE, 0, out,
                      GT_KEG_SIZE);
    gost_wipe(exp, sizeof(exp));
    return ok;
}

static int keg(const gt_key *key, const gt_key *peer, const uint8_t ukm[GT_KEG_UKM],
               uint8_t out[GT_KEG_SIZE], gt_error *err)
{
    if (key->soft != NULL)
        return gost_keg(&key->soft->key, peer->pub, ukm, out) || bad_peer(err);
    return gt_token_keg(key, peer->pub, ukm, out, err) ||
           (gt_error_is_unsupported(err) && keg_by_vko(key, peer, ukm, out, err));
}

int gt_keyexch_keg(const gt_key *key, const gt_key *peer, const uint8_t ukm[GT_KEG_UKM],
                   uint8_t out[GT_KEG_SIZE], gt_error *err)
{
    return check_keys(key, peer, err) && keg(key, peer, ukm, out, err);
}

int gt_keyexch_open_28147(const gt_key *key, const gt_key *peer, const gost_sbox *sbox,
                          const uint8_t ukm[GT_WRAP_UKM], const uint8_t wrapped[GOST_28147_WRAPPED],
                          uint8_t out[GT_CEK], gt_error *err)
{
    uint8_t kek[GOST_VKO_MAX];
    int ok;

    if (!check_keys(key, peer, err))
        return 0;
    if (key->object != NULL) {
        ok = gt_token_open_28147(key, peer->pub, sbox, ukm, wrapped, out, err);
        if (ok || !gt_error_is_unsupported(err))
            return ok;
    }
    ok = gt_keyexch_vko(key, peer, 256, ukm, GT_WRAP_UKM, kek, err) &&
         (gost_28147_unwrap(sbox, 1, kek, ukm, wrapped, out) || bad_wrap(err));
    gost_wipe(kek, sizeof(kek));
    return ok;
}

int gt_keyexch_open_kexp15(const gt_key *key, const gt_key *peer, const gost_block_class *cipher,
                           const uint8_t ukm[GT_KEG_UKM], const uint8_t *wrapped,
                           size_t wrapped_len, uint8_t out[GT_CEK], gt_error *err)
{
    uint8_t twin[GT_KEG_SIZE];
    int ok;

    if (!check_keys(key, peer, err))
        return 0;
    if (wrapped_len != GT_CEK + cipher->size)
        return bad_wrap(err);
    if (key->object != NULL) {
        ok = gt_token_open_kexp15(key, peer->pub, cipher, ukm, wrapped, wrapped_len, out, err);
        if (ok || !gt_error_is_unsupported(err))
            return ok;
    }
    ok = keg(key, peer, ukm, twin, err) &&
         (gost_kimp15(cipher, twin + 32, twin, ukm + 24, wrapped, wrapped_len, out) ||
          bad_wrap(err));
    gost_wipe(twin, sizeof(twin));
    return ok;
}
