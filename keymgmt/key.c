/* SPDX-License-Identifier: Apache-2.0 */
#include "keymgmt/key.h"

#include <stdlib.h>
#include <string.h>

#include "gost/mem.h"

gt_key *gt_key_new_of(const gt_alg *alg, const gost_paramset *ps, const uint8_t *pub)
{
    gt_key *key = calloc(1, sizeof(*key));

    if (key == NULL)
        return NULL;
    key->alg = alg;
    key->ps = ps;
    key->refs = 1;
    if (pub != NULL) {
        memcpy(key->pub, pub, gt_alg_pub_size(alg));
        key->has_public = 1;
    }
    return key;
}

gt_key *gt_key_new_params(const gost_paramset *ps)
{
    return gt_key_new_of(gt_alg_by_bits(ps->bits), ps, NULL);
}

gt_key *gt_key_new_public(const gost_paramset *ps, const uint8_t *pub)
{
    return gt_key_new_of(gt_alg_by_bits(ps->bits), ps, pub);
}

gt_key *gt_key_new_soft(const gost_paramset *ps, const uint8_t *d)
{
    gt_key *key = gt_key_new_params(ps);

    if (key == NULL)
        return NULL;
    key->soft = gt_secret_new(sizeof(*key->soft));
    if (key->soft == NULL || !gost_3410_key_init(&key->soft->key, ps, d) ||
        !gost_3410_public(ps, d, key->pub)) {
        gt_key_free(key);
        return NULL;
    }
    memcpy(key->soft->d, d, ps->bits / 8);
    key->has_public = 1;
    return key;
}

gt_key *gt_key_generate(const gost_paramset *ps)
{
    uint8_t d[GOST_3410_MAX_KEY];
    gt_key *key = NULL;

    if (gost_3410_keygen(ps, d, gost_random_system, NULL))
        key = gt_key_new_soft(ps, d);
    gost_wipe(d, sizeof(d));
    return key;
}

gt_key *gt_key_from_object(gt_object *object, gt_error *err)
{
    const gt_alg *alg = gt_alg_by_key_type(gt_object_key_type(object));
    const gost_paramset *ps;
    uint8_t oid[32], pub[GOST_3410_MAX_PUB];
    size_t oid_len = sizeof(oid), pub_len = sizeof(pub);
    gt_key *key;

    if (alg == NULL) {
        gt_fail(err, GT_KEY_TYPE, CKR_KEY_TYPE_INCONSISTENT, "%s is not a GOST R 34.10-2012 key",
                gt_object_uri(object));
        return NULL;
    }
    if (!gt_object_gost_public(object, oid, &oid_len, pub, &pub_len, err))
        return NULL;
    ps = gost_paramset_by_der(oid, oid_len);
    if (ps == NULL || ps->bits != alg->bits || pub_len != gt_alg_pub_size(alg)) {
        gt_fail(err, GT_KEY_TYPE, CKR_DOMAIN_PARAMS_INVALID,
                "%s has a parameter set that is not known here", gt_object_uri(object));
        return NULL;
    }
    key = gt_key_new_public(ps, pub);
    if (key == NULL) {
        gt_fail(err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
        return NULL;
    }
    if (gt_object_class(object) == CKO_PRIVATE_KEY)
        key->object = gt_object_ref(object);
    return key;
}

gt_key *gt_key_find_private(gt_p11 *p11, const char *uri, const gt_prompt *prompt, gt_error *err)
{
    gt_object *object = gt_p11_find_one(p11, uri, CKO_PRIVATE_KEY, prompt, err);
    gt_key *key;

    if (object == NULL)
        return NULL;
    key = gt_key_from_object(object, err);
    gt_object_free(object);
    return key;
}

gt_key *gt_key_ref(gt_key *key)
{
    __atomic_fetch_add(&key->refs, 1, __ATOMIC_RELAXED);
    return key;
}

void gt_key_free(gt_key *key)
{
    if (key == NULL || __atomic_sub_fetch(&key->refs, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    if (key->object != NULL)
        gt_object_free(key->object);
    gt_secret_free(key->soft, sizeof(*key->soft));
    free(key);
}

int gt_key_same_params(const gt_key *a, const gt_key *b)
{
    return a->alg == b->alg && a->ps->curve == b->ps->curve;
}

int gt_key_same_public(const gt_key *a, const gt_key *b)
{
    return a->has_public && b->has_public && gt_key_same_params(a, b) &&
           memcmp(a->pub, b->pub, gt_alg_pub_size(a->alg)) == 0;
}

const char *gt_key_uri(const gt_key *key)
{
    return key->object != NULL ? gt_object_uri(key->object) : NULL;
}
