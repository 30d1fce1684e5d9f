/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gt_key inside an EVP_PKEY. What the EVP_PKEY points at is an EC_KEY, and the gt_key is that
 * EC_KEY's ex_data: other GOST engines take the pointer of any EVP_PKEY of their type for an EC_KEY
 * when two keys are compared. Beside such an engine the EC_KEY has its group and the public point,
 * else it is empty.
 */
#include "bridge/internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include <openssl/err.h>

#include "codec/codec.h"

static int ex_index = -1;

/* Which engine new keys go to is a setting of the process. Who changes it holds this lock until it
 * is changed back. Taken before libcrypto's engine lock, with no callback to a program inside. */
static pthread_mutex_t claim_lock = PTHREAD_MUTEX_INITIALIZER;

/* The lock is this thread's; and whether a type has ever been taken from another engine. */
static _Thread_local int claiming;
static atomic_int contested;

static _Thread_local gt_key *handed_key;
static _Thread_local EC_KEY *handed_view;

static int dup_key(CRYPTO_EX_DATA *to, const CRYPTO_EX_DATA *from, void **slot, int idx, long argl,
                   void *argp)
{
    (void)to, (void)from, (void)idx, (void)argl, (void)argp;
    if (*slot != NULL)
        gt_key_ref(*slot);
    return 1;
}

static void free_key(void *parent, void *key, CRYPTO_EX_DATA *ad, int idx, long argl, void *argp)
{
    (void)parent, (void)ad, (void)idx, (void)argl, (void)argp;
    gt_key_free(key);
}

/* The order is that of the locks: claim_lock, then load.c's. */
static void before_fork(void)
{
    pthread_mutex_lock(&claim_lock);
    gt_bridge_load_before_fork();
}

static void after_fork(void)
{
    gt_bridge_load_after_fork();
    pthread_mutex_unlock(&claim_lock);
}

int gt_bridge_key_setup(void)
{
    ex_index = EC_KEY_get_ex_new_index(0, NULL, NULL, dup_key, free_key);
    return ex_index >= 0 && pthread_atfork(before_fork, after_fork, after_fork) == 0;
}

gt_key *gt_bridge_key(const EVP_PKEY *pkey)
{
    const EC_KEY *view;

    if (pkey == NULL || !gt_engine_has_ameth(EVP_PKEY_get0_asn1(pkey)))
        return NULL;
    view = EVP_PKEY_get0(pkey);
    return view != NULL ? EC_KEY_get_ex_data(view, ex_index) : NULL;
}

gt_key *gt_bridge_key_any(const EVP_PKEY *pkey)
{
    gt_key *key = gt_bridge_key(pkey);
    unsigned char *der = NULL;
    int len;

    if (key != NULL)
        return gt_key_ref(key);
    if (pkey == NULL || gt_engine_has_ameth(EVP_PKEY_get0_asn1(pkey)))
        return NULL;
    len = i2d_PUBKEY(pkey, &der);
    if (len > 0)
        key = gt_codec_read_spki(der, (size_t)len);
    OPENSSL_free(der);
    return key;
}

/* Gives view its key and puts it in; view is taken over in any case. */
static int put_view(EVP_PKEY *pkey, EC_KEY *view, gt_key *key)
{
    const gt_bridge_type *type = gt_bridge_type_of(key->alg);

    if (view == NULL)
        return gt_raise(NULL, GT_R_NO_MEMORY, NULL);
    if (!EC_KEY_set_ex_data(view, ex_index, gt_key_ref(key))) {
        gt_key_free(key);
        EC_KEY_free(view);
        return gt_raise(NULL, GT_R_NO_MEMORY, NULL);
    }
    if (EVP_PKEY_assign(pkey, type->nid, view))
        return 1;
    EC_KEY_free(view);
    return gt_raise(NULL, GT_R_INTERNAL, "EVP_PKEY_assign");
}

int gt_bridge_assign(EVP_PKEY *pkey, gt_key *key)
{
    EC_KEY *view;

    if (key == handed_key && handed_view != NULL)
        view = EC_KEY_dup(handed_view);
    else
        view = EC_KEY_new();
    return put_view(pkey, view, key);
}

/* ---- beside another GOST engine --------------------------------------------------------------
 */

/* Of gost-engine it is known that the pointer in its EVP_PKEYs is an EC_KEY. */
static int is_gost_engine(const ENGINE *e)
{
    const char *id = e != NULL ? ENGINE_get_id(e) : NULL;

    return id != NULL && strcmp(id, "gost") == 0;
}

/* A copy of what is in the other engine's EVP_PKEY, which is freed; NULL if it is not its own. */
static EC_KEY *take_view(EVP_PKEY *theirs)
{
    EC_KEY *view = NULL;

    if (theirs != NULL && !gt_engine_has_ameth(EVP_PKEY_get0_asn1(theirs)) &&
        EVP_PKEY_get0(theirs) != NULL)
        view = EC_KEY_dup(EVP_PKEY_get0(theirs));
    EVP_PKEY_free(theirs);
    return view;
}

/* The public half as the other engine has it: its own EC_KEY, group, point and all. */
static EC_KEY *foreign_view(const gt_key *key, const ENGINE *foreign)
{
    uint8_t der[GT_SPKI_MAX];
    const unsigned char *p = der;
    size_t len = gt_codec_write_spki(key, der, sizeof(der));
    EC_KEY *view;

    if (len == 0 || !is_gost_engine(foreign))
        return NULL;
    ERR_set_mark();
    view = take_view(d2i_PUBKEY(NULL, &p, (long)len));
    ERR_pop_to_mark();
    return view;
}

int gt_bridge_give_back(EVP_PKEY *pkey, EVP_PKEY *(*read)(const void *), const void *arg)
{
    int nid = EVP_PKEY_get_base_id(pkey), ok = 0;
    EC_KEY *view = NULL;
    ENGINE *owner;

    if (!atomic_load(&contested) || claiming)
        return 0;
    pthread_mutex_lock(&claim_lock);
    claiming = 1;
    owner = ENGINE_get_pkey_asn1_meth_engine(nid);
    if (is_gost_engine(owner)) {
        ERR_set_mark();
        view = take_view(read(arg));
        /* By way of another type: EVP_PKEY_assign keeps the engine of a type that stays. */
        ok = view != NULL && EVP_PKEY_set_type(pkey, EVP_PKEY_EC) &&
             EVP_PKEY_assign(pkey, nid, view);
        if (!ok)
            EC_KEY_free(view);
        ERR_pop_to_mark();
    }
    claiming = 0;
    pthread_mutex_unlock(&claim_lock);
    if (owner != NULL)
        ENGINE_finish(owner);
    return ok;
}

/* Runs fn with our engine as the one that new keys of this type go to. */
static int claim(gt_key *key, int (*fn)(void *arg), void *arg)
{
    const gt_bridge_type *type = gt_bridge_type_of(key->alg);
    gt_key *outer_key = handed_key;
    EC_KEY *outer_view = handed_view, *view = NULL;
    ENGINE *owner;
    int swapped = 0, ok;

    pthread_mutex_lock(&claim_lock);
    claiming = 1;
    owner = ENGINE_get_pkey_asn1_meth_engine(type->nid);
    if (owner != gt_engine()) {
        if (owner != NULL) {
            view = foreign_view(key, owner);
            atomic_store(&contested, 1);
        }
        swapped = ENGINE_set_default_pkey_asn1_meths(gt_engine());
    }
    if (!swapped) {
        claiming = 0;
        pthread_mutex_unlock(&claim_lock);
    }
    handed_key = key;
    handed_view = view;
    ok = fn(arg);
    handed_key = outer_key;
    handed_view = outer_view;
    if (swapped) {
        if (owner != NULL)
            ENGINE_set_default_pkey_asn1_meths(owner);
        claiming = 0;
        pthread_mutex_unlock(&claim_lock);
    }
    if (owner != NULL)
        ENGINE_finish(owner);
    EC_KEY_free(view);
    return ok;
}

gt_key *gt_bridge_handed_over(const char *uri)
{
    const char *own = handed_key != NULL ? gt_key_uri(handed_key) : NULL;

    return own != NULL && strcmp(own, uri) == 0 ? handed_key : NULL;
}

int gt_bridge_hand_over(gt_key *key, int (*fn)(void *arg), void *arg)
{
    return gt_engine() != NULL ? claim(key, fn, arg) : fn(arg);
}

struct fill {
    gt_key *key;
    EVP_PKEY *pkey;
};

static int fill(void *arg)
{
    const struct fill *f = arg;

    return gt_bridge_assign(f->pkey, f->key);
}

int gt_bridge_fill_pkey(EVP_PKEY *pkey, gt_key *key)
{
    struct fill f = {key, pkey};

    return gt_engine() != NULL ? claim(key, fill, &f) : gt_raise(NULL, GT_R_BRIDGE, NULL);
}

EVP_PKEY *gt_bridge_new_pkey(gt_key *key)
{
    EVP_PKEY *pkey = EVP_PKEY_new();

    if (pkey != NULL && gt_bridge_fill_pkey(pkey, key))
        return pkey;
    EVP_PKEY_free(pkey);
    return NULL;
}
