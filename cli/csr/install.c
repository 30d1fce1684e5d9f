/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/csr/install.h. */
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include "cli/cert.h"
#include "cli/csr/install.h"
#include "cli/csr/key.h"
#include "cli/keys/spki.h"

void csr_installed_free(csr_installed *done)
{
    free(done->label);
    free(done->uri);
    free(done->subject);
    free(done->id);
    memset(done, 0, sizeof(*done));
}

static int is_of_key(X509 *x, const uint8_t *spki, size_t len)
{
    unsigned char *der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
    int yes = n > 0 && cli_spki_same(der, (size_t)n, spki, len);

    OPENSSL_free(der);
    return yes;
}

/* Which keys of this class the certificates belong to: how many certificates do, the last of them,
 * and the index of its key. */
static int match(cli *c, CK_SESSION_HANDLE session, const cli_token *token, const cli_objects *keys,
                 STACK_OF(X509) * certs, int *leaf, size_t *key)
{
    int hits = 0;

    for (size_t k = 0; k < keys->n; k++) {
        size_t len;
        uint8_t *spki = csr_key_spki(c, session, token, &keys->at[k], &len);

        for (int i = 0; spki && i < sk_X509_num(certs); i++) {
            if (is_of_key(sk_X509_value(certs, i), spki, len)) {
                hits++;
                *leaf = i;
                *key = k;
            }
        }
        free(spki);
    }
    return hits;
}

static int find_keys(cli *c, CK_SESSION_HANDLE session, const cli_token *token, CK_OBJECT_CLASS cls,
                     cli_objects *keys)
{
    CK_ATTRIBUTE by_class = {CKA_CLASS, &cls, sizeof(cls)};

    return cli_objects_find(c, session, token, &by_class, 1, keys);
}

static int no_match(cli *c, CK_SESSION_HANDLE session, const cli_token *token,
                    STACK_OF(X509) * certs)
{
    cli_objects keys = {0};
    size_t key;
    int leaf, hits, code = find_keys(c, session, token, CKO_PUBLIC_KEY, &keys);

    if (code != CLI_OK)
        return code;
    hits = match(c, session, token, &keys, certs, &leaf, &key);
    if (hits)
        code = cli_fail(CLI_NOT_FOUND,
                        _("the certificate belongs to the key \"%s\" on the token \"%s\", of which "
                          "only the public half is there"),
                        keys.at[key].label, token->label);
    else
        code = cli_fail(CLI_NOT_FOUND,
                        _("no certificate in the file belongs to a key on the token \"%s\": it is "
                          "the answer to another request, or the key is on another token "
                          "(--token)"),
                        token->label);
    cli_objects_free(&keys);
    return code;
}

/* The certificates on the token that have the label or (id_len) the id. *same: which of them is
 * this one; -1. */
static int others(cli *c, CK_SESSION_HANDLE session, const cli_token *token, const cli_cert *cert,
                  const char *label, const uint8_t *id, size_t id_len, cli_objects *all, int *same)
{
    int code = find_keys(c, session, token, CKO_CERTIFICATE, all);
    size_t n = 0;

    *same = -1;
    for (size_t i = 0; i < all->n; i++) {
        cli_object *o = &all->at[i], kept;
        int by_label = label && strcmp(o->label, label) == 0;
        int by_id = id_len && o->id_len == id_len && memcmp(o->id, id, id_len) == 0;
        size_t len;
        uint8_t *value = cli_attribute(c, session, o->handle, CKA_VALUE, &len);
        int is_same = value && len == cert->der.len && memcmp(value, cert->der.at, len) == 0;

        free(value);
        if (!by_label && !by_id && !is_same)
            continue;
        if (is_same)
            *same = (int)n;
        kept = all->at[n]; /* those that match come first */
        all->at[n++] = *o;
        if (o != &all->at[n - 1])
            *o = kept;
    }
    for (size_t i = n; i < all->n; i++) { /* cli_objects_free frees what it counts */
        free(all->at[i].label);
        free(all->at[i].id);
        free(all->at[i].uri);
    }
    all->n = n;
    return code;
}

static int replace(cli *c, CK_SESSION_HANDLE session, const cli_objects *old, unsigned *n)
{
    for (size_t i = 0; i < old->n; i++) {
        CK_RV rv = c->fn->C_DestroyObject(session, old->at[i].handle);

        if (rv != CKR_OK)
            return cli_fail_rv(c, rv, _("delete the certificate that was replaced"));
        ++*n;
    }
    return CLI_OK;
}

static int store(cli *c, CK_SESSION_HANDLE session, const cli_token *token, X509 *x,
                 const char *label, const cli_object *key, int force, csr_installed *done)
{
    const uint8_t *id = key ? key->id : NULL;
    size_t id_len = key ? key->id_len : 0;
    cli_objects old = {0};
    CK_OBJECT_HANDLE handle;
    cli_cert cert;
    CK_RV rv;
    int same = -1, code = CLI_OK;

    if (!cli_cert_from(x, &cert))
        code = cli_fail(CLI_FAILURE, _("the certificate cannot be encoded again"));
    if (code == CLI_OK)
        code = others(c, session, token, &cert, key ? label : NULL, id, id_len, &old, &same);
    if (code == CLI_OK && same >= 0) {
        done->already = 1;
        label = old.at[same].label;
        id = old.at[same].id;
        id_len = old.at[same].id_len;
    } else if (code == CLI_OK && old.n && !force) {
        code = cli_fail(CLI_FAILURE,
                        _("the token \"%s\" has another certificate \"%s\" of this key or label: "
                          "--force replaces it"),
                        token->label, old.at[0].label);
    } else if (code == CLI_OK) {
        rv = cli_cert_store(c, session, &cert, label, id, id_len, &handle);
        code = rv == CKR_OK ? replace(c, session, &old, &done->replaced)
                            : cli_fail_rv(c, rv, _("store the certificate \"%s\""), label);
    }
    if (code == CLI_OK) {
        done->label = cli_strdup(label);
        done->id = cli_hex(id, id_len);
        done->uri = cli_object_uri(token, CKO_CERTIFICATE, label, id, id_len);
        done->subject = cli_strdup(cert.subject_text);
        done->validity = cert.validity;
    }
    cli_objects_free(&old);
    cli_cert_free(&cert);
    return code;
}

int csr_install_leaf(cli *c, CK_SESSION_HANDLE session, const cli_token *token,
                     STACK_OF(X509) * certs, const char *label, int force, int *leaf,
                     csr_installed *done)
{
    cli_objects keys = {0};
    size_t key = 0;
    int hits = 0, code = find_keys(c, session, token, CKO_PRIVATE_KEY, &keys);

    if (code == CLI_OK)
        hits = match(c, session, token, &keys, certs, leaf, &key);
    if (code == CLI_OK && !hits)
        code = no_match(c, session, token, certs);
    else if (code == CLI_OK && hits > 1)
        code =
            cli_fail(CLI_NOT_FOUND,
                     _("%d certificates in the file belong to keys on the token \"%s\": put each "
                       "in a file of its own"),
                     hits, token->label);
    else if (code == CLI_OK)
        code = store(c, session, token, sk_X509_value(certs, *leaf),
                     label ? label : keys.at[key].label, &keys.at[key], force, done);
    cli_objects_free(&keys);
    return code;
}

/* The common name, else the whole subject. */
static char *common_name(X509 *x)
{
    X509_NAME *name = X509_get_subject_name(x);
    int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    unsigned char *utf8 = NULL;
    int len = at < 0 ? -1
                     : ASN1_STRING_to_UTF8(&utf8,
                                           X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    char *text = len > 0 ? cli_utf8(utf8, (size_t)len) : NULL, *line;

    OPENSSL_free(utf8);
    if (text)
        return text;
    line = X509_NAME_oneline(name, NULL, 0);
    text = cli_strdup(line ? line : "CA");
    OPENSSL_free(line);
    return text;
}

int csr_install_other(cli *c, CK_SESSION_HANDLE session, const cli_token *token, X509 *x,
                      csr_installed *done)
{
    char *label = common_name(x);
    int code = store(c, session, token, x, label, NULL, 0, done);

    free(label);
    return code;
}
