/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does each certificate have its key, and each key a certificate? Programs find one from the other
 * by CKA_ID. Without a login the public keys stand for the private ones.
 */
#include <stdlib.h>
#include <string.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include "cli/doctor/certs.h"
#include "gost/mem.h"

typedef struct work {
    doctor *d;
    const cli_token *t;
    CK_SESSION_HANDLE session;
    doc_certs certs;
} work;

/* The bytes by which a public key is known within a SubjectPublicKeyInfo, for each kind of key. */
static uint8_t *public_bytes(const work *w, const cli_object *key, size_t *len)
{
    static const CK_ATTRIBUTE_TYPE where[] = {CKA_VALUE, CKA_MODULUS, CKA_EC_POINT};
    uint8_t *value = NULL;

    for (size_t i = 0; !value && i < sizeof(where) / sizeof(*where); i++) {
        value = cli_attribute(w->d->c, w->session, key->handle, where[i], len);
        if (value && where[i] == CKA_EC_POINT && *len > 2 && value[1] < 0x80) {
            memmove(value, value + 2, *len - 2); /* out of its OCTET STRING */
            *len -= 2;
        }
    }
    if (value && *len < 32) {
        free(value);
        value = NULL;
    }
    return value;
}

/* 1: the certificate is of this public key; 0: of another; -1: cannot be told. */
static int belongs(const work *w, const doc_cert *cert, const cli_object *key)
{
    const ASN1_BIT_STRING *bits = cert->x ? X509_get0_pubkey_bitstr(cert->x) : NULL;
    size_t len = 0;
    uint8_t *value = public_bytes(w, key, &len);
    int yes = -1;

    if (bits && value)
        yes = memmem(ASN1_STRING_get0_data(bits), (size_t)ASN1_STRING_length(bits), value, len) !=
              NULL;
    free(value);
    return yes;
}

static int same_id(const cli_object *a, const cli_object *b)
{
    return a->id_len && a->id_len == b->id_len && !memcmp(a->id, b->id, a->id_len);
}

static const cli_object *next_key(const work *w, CK_OBJECT_CLASS cls, size_t *at)
{
    while (*at < w->certs.objects.n) {
        const cli_object *o = &w->certs.objects.at[(*at)++];

        if (o->cls->cls == cls)
            return o;
    }
    return NULL;
}

static void look_at_certificate(const work *w, const doc_cert *cert)
{
    char *who = doc_subject(cert->x);
    const cli_object *key, *by_id = NULL, *by_value = NULL;
    int right = -1, here;
    size_t at = 0;

    while ((key = next_key(w, CKO_PUBLIC_KEY, &at)) != NULL) {
        here = belongs(w, cert, key);
        if (here == 1 && !by_value)
            by_value = key;
        if (same_id(key, cert->object)) {
            by_id = key;
            right = here;
        }
    }
    at = 0;
    while (!by_id && (key = next_key(w, CKO_PRIVATE_KEY, &at)) != NULL)
        if (same_id(key, cert->object))
            by_id = key;
    if (by_id && right != 0)
        doc_find(w->d, DOC_OK, NULL, _("token \"%s\": the certificate of %s has its key"),
                 w->t->label, who);
    else if (by_value)
        doc_find(w->d, DOC_ERROR, cli_printf("gosttoken delete '%s'", cert->object->uri),
                 _("token \"%s\": the certificate of %s belongs to the key \"%s\" and has another "
                   "id: import it again"),
                 w->t->label, who, by_value->label);
    else if (by_id)
        doc_find(w->d, DOC_ERROR, cli_printf("gosttoken delete '%s'", cert->object->uri),
                 _("token \"%s\": the certificate of %s has the id of the key \"%s\", and is "
                   "another key's"),
                 w->t->label, who, by_id->label);
    else if (X509_check_ca(cert->x))
        doc_find(w->d, DOC_OK, NULL, _("token \"%s\": %s is an authority's certificate"),
                 w->t->label, who);
    else
        doc_find(w->d, DOC_WARNING, cli_printf("gosttoken delete '%s'", cert->object->uri),
                 _("token \"%s\": the key of the certificate of %s is not on the token"),
                 w->t->label, who);
    free(who);
}

static int has_certificate(const work *w, const cli_object *key)
{
    for (size_t i = 0; i < w->certs.n; i++)
        if (same_id(key, w->certs.at[i].object) || belongs(w, &w->certs.at[i], key) == 1)
            return 1;
    return 0;
}

static int has_other_half(const work *w, const cli_object *key)
{
    const cli_object *o;
    size_t at = 0;

    while ((o = next_key(w, CKO_PUBLIC_KEY, &at)) != NULL)
        if (same_id(key, o))
            return 1;
    return 0;
}

static void look_at_key(const work *w, const cli_object *key)
{
    char *token;

    if (has_certificate(w, key))
        return;
    token = doc_token_option(w->t->label);
    doc_find(w->d, DOC_WARNING, cli_printf("gosttoken csr --help"),
             _("token \"%s\": there is no certificate for the key \"%s\""), w->t->label,
             key->label);
    free(token);
}

/* With the PIN that was given, and only when there is more than one try for it. */
static void log_in(const work *w)
{
    const cli_pin *pin = w->d->pin;
    char *why;

    if (!pin || !(w->t->info.flags & CKF_USER_PIN_INITIALIZED))
        return;
    if (w->t->info.flags & (CKF_USER_PIN_LOCKED | CKF_USER_PIN_FINAL_TRY)) {
        doc_find(w->d, DOC_SKIPPED, NULL,
                 _("token \"%s\": the PIN given is not tried: the last try is not risked"),
                 w->t->label);
        return;
    }
    if (cli_login_with(w->d->c, w->t, w->session, CKU_USER, pin) == CLI_OK)
        return;
    why = doc_heard();
    doc_find(w->d, DOC_ERROR, cli_strdup("gosttoken doctor pins"), "%s", why);
    free(why);
}

static void look_at_token(doctor *d, const cli_token *t)
{
    work w = {.d = d, .t = t};
    const cli_object *key;
    size_t at = 0;

    if (!doc_session(d, t, &w.session))
        return;
    log_in(&w);
    if (doc_certs_read(d, w.session, t, &w.certs)) {
        for (size_t i = 0; i < w.certs.n; i++)
            if (w.certs.at[i].x)
                look_at_certificate(&w, &w.certs.at[i]);
        while ((key = next_key(&w, CKO_PUBLIC_KEY, &at)) != NULL)
            look_at_key(&w, key);
        at = 0;
        while ((key = next_key(&w, CKO_PRIVATE_KEY, &at)) != NULL)
            if (!has_other_half(&w, key))
                look_at_key(&w, key);
        doc_certs_free(&w.certs);
    }
    d->c->fn->C_CloseSession(w.session);
}

void doc_keys(doctor *d)
{
    cli_token *list;
    size_t n;

    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    if (doc_tokens(d, &list, &n)) {
        if (d->pin && n > 1) {
            doc_find(d, DOC_SKIPPED, cli_strdup("gosttoken doctor --token LABEL"),
                     _("the PIN is not used: there are %zu tokens, name the one it is for"), n);
            d->pin = NULL;
        }
        for (size_t i = 0; i < n; i++)
            look_at_token(d, &list[i]);
        if (!cJSON_GetArraySize(d->findings))
            doc_find(d, DOC_SKIPPED,
                     cli_strdup("gosttoken keygen --label NAME --type gost2012_256"),
                     _("there is no key or certificate on a token that is seen without a login"));
    }
    free(list);
}
