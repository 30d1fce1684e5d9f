/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and certificates by URI, for those who ask the engine and not the store. */
#include "bridge/internal.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "gost/mem.h"
#include "keymgmt/common.h"
#include "store/store.h"

/* Guards what follows; leaf lock, nothing is called under it but memory functions and gt_p11_new,
 * gt_p11_ref. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static gt_provider *activations;
static char *own_pin, *own_module; /* set by engine commands */
static gt_p11 *own_client;         /* made for them */

void gt_bridge_load_before_fork(void)
{
    pthread_mutex_lock(&lock);
}

void gt_bridge_load_after_fork(void)
{
    pthread_mutex_unlock(&lock);
}

void gt_bridge_attach(gt_provider *prov)
{
    pthread_mutex_lock(&lock);
    prov->next = activations;
    activations = prov;
    pthread_mutex_unlock(&lock);
}

void gt_bridge_detach(gt_provider *prov)
{
    gt_provider **at;
    gt_p11 *client = NULL;

    pthread_mutex_lock(&lock);
    for (at = &activations; *at != NULL; at = &(*at)->next)
        if (*at == prov) {
            *at = prov->next;
            break;
        }
    if (activations == NULL) {
        client = own_client;
        own_client = NULL;
    }
    pthread_mutex_unlock(&lock);
    if (client != NULL)
        gt_p11_free(client);
}

/* Under the lock. */
static gt_p11 *make_own_client(void)
{
    gt_config config;
    gt_p11 *client;
    char **fields[] = {&config.pin, &config.module};
    const char *values[] = {own_pin, own_module};
    int complete = 1;

    if (!gt_config_copy(&config, &activations->config))
        return NULL;
    for (size_t i = 0; i < 2; i++) {
        if (values[i] == NULL)
            continue;
        if (*fields[i] != NULL)
            gost_wipe(*fields[i], strlen(*fields[i]));
        free(*fields[i]);
        *fields[i] = strdup(values[i]);
        complete = complete && *fields[i] != NULL;
    }
    /* Without the PIN or the module that was asked for it would be another client. */
    client = complete ? gt_provider_new_p11(&config, activations->log) : NULL;
    gt_config_clear(&config);
    return client;
}

gt_p11 *gt_bridge_client(void)
{
    char broken[GT_CONFIG_TEXT] = "";
    gt_p11 *client = NULL;

    pthread_mutex_lock(&lock);
    if (activations != NULL && activations->broken[0] != '\0') {
        memcpy(broken, activations->broken, sizeof(broken));
    } else if (activations != NULL && (own_pin != NULL || own_module != NULL)) {
        if (own_client == NULL)
            own_client = make_own_client();
        if (own_client != NULL)
            client = gt_p11_ref(own_client);
    } else if (activations != NULL) {
        client = gt_p11_ref(activations->p11);
    }
    pthread_mutex_unlock(&lock);
    if (broken[0] != '\0')
        gt_raise(NULL, GT_R_CONFIG, "%s", broken);
    else if (client == NULL)
        gt_raise(NULL, GT_R_NO_PROVIDER,
                 "activate gosttoken in openssl.cnf to use keys of a token");
    return client;
}

static int set_string(char **to, const char *value)
{
    char *copy = value != NULL ? strdup(value) : NULL, *old;
    gt_p11 *client;

    if (value != NULL && copy == NULL)
        return 0;
    pthread_mutex_lock(&lock);
    old = *to;
    *to = copy;
    client = own_client;
    own_client = NULL;
    pthread_mutex_unlock(&lock);
    if (old != NULL)
        gost_wipe(old, strlen(old));
    free(old);
    if (client != NULL)
        gt_p11_free(client);
    return 1;
}

int gt_bridge_set_pin(const char *value)
{
    return set_string(&own_pin, value);
}

int gt_bridge_set_module(const char *value)
{
    return set_string(&own_module, value);
}

void gt_bridge_forget_settings(void)
{
    char *old[2];

    pthread_mutex_lock(&lock);
    old[0] = own_pin;
    old[1] = own_module;
    own_pin = NULL;
    own_module = NULL;
    pthread_mutex_unlock(&lock);
    if (old[0] != NULL)
        gost_wipe(old[0], strlen(old[0]));
    free(old[0]);
    free(old[1]);
}

gt_key *gt_bridge_find_private(const char *uri, const gt_prompt *prompt)
{
    gt_error err = {.reason = GT_OK};
    gt_p11 *client = gt_bridge_client();
    gt_key *key;

    if (client == NULL)
        return NULL;
    key = gt_key_find_private(client, uri, prompt, &err);
    if (key == NULL)
        gt_raise_error(NULL, &err);
    gt_p11_free(client);
    return key;
}

/* RSA and EC keys are no business of the bridge, but nginx and curl ask its engine for every key.
 */
static EVP_PKEY *common_private(gt_object *object)
{
    OSSL_LIB_CTX *libctx = NULL;

    pthread_mutex_lock(&lock);
    if (activations != NULL)
        libctx = activations->libctx;
    pthread_mutex_unlock(&lock);
    return gt_store_key_of(libctx, object);
}

static EVP_PKEY *private_of(gt_object *object)
{
    gt_error err = {.reason = GT_OK};
    EVP_PKEY *pkey;
    gt_key *key;

    if (gt_common_has_type(gt_object_key_type(object)))
        return common_private(object);
    key = gt_key_from_object(object, &err);
    if (key == NULL) {
        gt_raise_error(NULL, &err);
        return NULL;
    }
    pkey = gt_bridge_new_pkey(key);
    gt_key_free(key);
    return pkey;
}

EVP_PKEY *gt_bridge_load_private(ENGINE *e, const char *uri, UI_METHOD *ui, void *data)
{
    gt_ui_prompt source = {ui, data};
    const gt_prompt prompt = {gt_prompt_ui, &source};
    gt_error err = {.reason = GT_OK};
    gt_p11 *client = gt_bridge_client();
    EVP_PKEY *pkey = NULL;
    gt_object *object;

    (void)e;
    if (client == NULL)
        return NULL;
    object = gt_p11_find_one(client, uri, CKO_PRIVATE_KEY, ui != NULL ? &prompt : NULL, &err);
    if (object == NULL)
        gt_raise_error(NULL, &err);
    else
        pkey = private_of(object);
    gt_object_free(object);
    gt_p11_free(client);
    return pkey;
}

/* An object that needs no login; the caller owns the reference. */
static gt_object *find_open(const char *uri, CK_OBJECT_CLASS cls)
{
    gt_error err = {.reason = GT_OK};
    gt_p11 *client = gt_bridge_client();
    gt_object *object;

    if (client == NULL)
        return NULL;
    object = gt_p11_find_one(client, uri, cls, NULL, &err);
    if (object == NULL)
        gt_raise_error(NULL, &err);
    gt_p11_free(client);
    return object;
}

static EVP_PKEY *common_public(gt_object *object)
{
    gt_error err = {.reason = GT_OK};
    EVP_PKEY *pkey = NULL;
    const unsigned char *p;
    uint8_t *der;
    size_t len;

    if (!gt_object_spki(object, &der, &len, &err)) {
        gt_raise_error(NULL, &err);
        return NULL;
    }
    p = der;
    if (len <= LONG_MAX)
        pkey = d2i_PUBKEY(NULL, &p, (long)len);
    free(der);
    return pkey;
}

EVP_PKEY *gt_bridge_load_public(ENGINE *e, const char *uri, UI_METHOD *ui, void *data)
{
    gt_error err = {.reason = GT_OK};
    gt_object *object = find_open(uri, CKO_PUBLIC_KEY);
    EVP_PKEY *pkey = NULL;
    gt_key *key;

    (void)e, (void)ui, (void)data;
    if (object == NULL)
        return NULL;
    if (gt_common_has_type(gt_object_key_type(object))) {
        pkey = common_public(object);
        gt_object_free(object);
        return pkey;
    }
    key = gt_key_from_object(object, &err);
    if (key == NULL)
        gt_raise_error(NULL, &err);
    else
        pkey = gt_bridge_new_pkey(key);
    gt_key_free(key);
    gt_object_free(object);
    return pkey;
}

X509 *gt_bridge_load_certificate(const char *uri)
{
    gt_error err = {.reason = GT_OK};
    gt_object *object = find_open(uri, CKO_CERTIFICATE);
    uint8_t *der = NULL;
    const unsigned char *p;
    X509 *cert = NULL;
    size_t len;

    if (object == NULL)
        return NULL;
    if (!gt_object_get(object, CKA_VALUE, &der, &len, &err)) {
        gt_raise_error(NULL, &err);
    } else if (len <= LONG_MAX) {
        p = der;
        cert = d2i_X509(NULL, &p, (long)len);
    }
    free(der);
    gt_object_free(object);
    return cert;
}
