/* SPDX-License-Identifier: Apache-2.0 */
#include "mac/token.h"

#include <string.h>

#include <openssl/crypto.h>

struct gt_token_mac {
    gt_provider *prov;
    gt_skey *key;
    gt_stream *stream;
    int begun, ended;
};

gt_token_mac *gt_token_mac_new(gt_provider *prov, gt_skey *key, const gt_mac *m)
{
    const gost_block_class *class = m->alg->class != NULL ? m->alg->class : &gost_block_28147;
    const gt_skey_alg *alg = gt_skey_alg_by_class(class);
    gt_token_mac *t;

    if (key->alg != alg) {
        gt_raise(&prov->core, GT_R_KEY_TYPE, "%s takes a %s key and not a %s key", m->alg->name,
                 alg->name, key->alg->name);
        return NULL;
    }
    if (m->alg->section != 0) {
        gt_raise(&prov->core, GT_R_NOT_SUPPORTED,
                 "%s (OMAC-ACPKM) with a token's key: the token has no such mechanism; %s-mac is "
                 "the plain OMAC",
                 m->alg->name, alg->name);
        return NULL;
    }
    t = OPENSSL_zalloc(sizeof(*t));
    if (t != NULL)
        t->stream = gt_stream_new(key->object);
    if (t == NULL || t->stream == NULL) {
        OPENSSL_free(t);
        gt_raise(&prov->core, GT_R_NO_MEMORY, "no memory for a key");
        return NULL;
    }
    t->prov = prov;
    t->key = gt_skey_ref(key);
    return t;
}

void gt_token_mac_free(gt_token_mac *t)
{
    if (t == NULL)
        return;
    gt_stream_free(t->stream);
    gt_skey_free(t->key);
    OPENSSL_free(t);
}

gt_token_mac *gt_token_mac_copy(gt_token_mac *t)
{
    gt_error err = {.reason = GT_OK};
    gt_token_mac *copy = OPENSSL_memdup(t, sizeof(*t));

    if (copy == NULL) {
        gt_raise(&t->prov->core, GT_R_NO_MEMORY, "no memory for a copy");
        return NULL;
    }
    /* What was given up is not to be carried on. */
    if (t->begun && !t->ended) {
        copy->stream = gt_stream_copy(t->stream, &err);
    } else {
        copy->stream = gt_stream_new(t->key->object);
        if (copy->stream == NULL)
            gt_fail(&err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
    }
    if (copy->stream == NULL) {
        gt_raise_error(&t->prov->core, &err);
        OPENSSL_free(copy);
        return NULL;
    }
    gt_skey_ref(copy->key);
    return copy;
}

void gt_token_mac_restart(gt_token_mac *t)
{
    t->begun = t->ended = 0;
}

static int fail(gt_token_mac *t, const gt_error *err)
{
    t->ended = 1;
    return gt_raise_error(&t->prov->core, err);
}

static int begin(gt_token_mac *t, const gt_mac *m)
{
    const CK_MECHANISM mechanism = {.mechanism = t->key->alg->mac};
    gt_error err = {.reason = GT_OK};

    if (t->ended)
        return gt_raise(&t->prov->core, GT_R_ORDER, "the message has ended: begin another one");
    if (t->begun)
        return 1;
    if (m->alg->sbox != NULL && m->sbox != t->key->sbox)
        return gt_raise(&t->prov->core, GT_R_PARAMETER,
                        "the key has the S-box %s and the MAC %s: set paramset", t->key->sbox->name,
                        m->sbox->name);
    if (m->alg->sbox != NULL && m->meshing != t->key->sbox->meshing)
        return gt_raise(&t->prov->core, GT_R_NOT_SUPPORTED,
                        "key meshing with the S-box %s, which has none", t->key->sbox->name);
    if (!gt_stream_begin(t->stream, GT_STREAM_SIGN, &mechanism, &err))
        return gt_raise_error(&t->prov->core, &err);
    t->begun = 1;
    return 1;
}

int gt_token_mac_update(gt_token_mac *t, const gt_mac *m, const uint8_t *data, size_t len)
{
    gt_error err = {.reason = GT_OK};

    /* What follows would be the MAC of a message without this part. */
    if (!begin(t, m)) {
        t->ended = 1;
        return 0;
    }
    return gt_stream_update(t->stream, data, len, NULL, &err) || fail(t, &err);
}

int gt_token_mac_final(gt_token_mac *t, const gt_mac *m, uint8_t *out)
{
    gt_error err = {.reason = GT_OK};
    uint8_t whole[GT_MAC_MAX];
    size_t len = sizeof(whole);

    if (!begin(t, m))
        return 0;
    if (!gt_stream_final(t->stream, whole, &len, &err))
        return fail(t, &err);
    t->ended = 1;
    if (len != m->alg->max_size)
        return gt_raise(&t->prov->core, GT_R_TOKEN_ERROR,
                        "the token made a MAC of %zu bytes and not %zu", len, m->alg->max_size);
    memcpy(out, whole, m->size);
    return 1;
}
