/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/csr/renew.h. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include "cli/csr/renew.h"

#define SHA1_SIZE 20

/* Is it what the bytes are in hexadecimal? */
static int is_hex_of(const char *text, const uint8_t *bytes, size_t len)
{
    size_t n = 0, size = strlen(text) / 2 + 1;
    uint8_t *given = cli_alloc(size);
    int same = cli_unhex(text, given, size, &n) && n == len && memcmp(given, bytes, len) == 0;

    free(given);
    return same;
}

static int is_serial(const char *text, const X509 *x)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x);

    return is_hex_of(text, ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial));
}

static int is_it(const char *text, const cli_object *o, const uint8_t *der, size_t len)
{
    const unsigned char *p = der;
    uint8_t sha1[SHA1_SIZE];
    X509 *x = d2i_X509(NULL, &p, (long)len);
    int yes = x && (strcmp(text, o->label) == 0 || is_hex_of(text, o->id, o->id_len) ||
                    is_serial(text, x) ||
                    (EVP_Digest(der, len, sha1, NULL, EVP_sha1(), NULL) &&
                     is_hex_of(text, sha1, sizeof(sha1))));

    X509_free(x);
    ERR_clear_error();
    return yes;
}

static int choose(cli *c, const csr_request *r, P11KitUri *uri, csr_active *a)
{
    CK_OBJECT_CLASS cls = CKO_CERTIFICATE;
    CK_ATTRIBUTE match[4] = {{CKA_CLASS, &cls, sizeof(cls)}};
    const CK_ATTRIBUTE_TYPE types[] = {CKA_LABEL, CKA_ID};
    const CK_ATTRIBUTE *attr;
    cli_objects found = {0};
    size_t n = 1, hits = 0, len;
    int code;

    for (size_t i = 0; uri && i < 2; i++)
        if ((attr = p11_kit_uri_get_attribute(uri, types[i])) != NULL)
            match[n++] = *attr;
    code = cli_objects_find(c, a->session, &a->token, match, n, &found);
    for (size_t i = 0; code == CLI_OK && i < found.n; i++) {
        cli_object *o = &found.at[i];
        uint8_t *der = cli_attribute(c, a->session, o->handle, CKA_VALUE, &len);

        if (der && (uri || is_it(r->active_id, o, der, len)) && !hits++) {
            a->der = der;
            a->len = len;
            a->label = cli_strdup(o->label);
            a->key.id = memcpy(cli_alloc(o->id_len + 1), o->id ? o->id : (uint8_t *)"", o->id_len);
            a->key.id_len = o->id_len;
        } else {
            free(der);
        }
    }
    cli_objects_free(&found);
    if (code != CLI_OK)
        return code;
    if (hits == 1)
        return CLI_OK;
    return hits
               ? cli_fail(CLI_NOT_FOUND,
                          _("ActiveCertId: %zu certificates on the token \"%s\" match: name one by "
                            "its SHA-1 or serial number"),
                          hits, a->token.label)
               : cli_fail(CLI_NOT_FOUND,
                          _("ActiveCertId: there is no such certificate on the token \"%s\": give "
                            "its label, id, SHA-1, serial number or URI"),
                          a->token.label);
}

/* Where the PIN is, as cli_login wants to know it. */
static int pin_source(const csr_request *r, csr_active *a)
{
    const char *source = r->active_pin_source;

    if (!source && !r->active_pin)
        return CLI_OK;
    a->pin_uri = p11_kit_uri_new();
    if (!a->pin_uri)
        return cli_fail(CLI_FAILURE, _("out of memory"));
    if (!source)
        p11_kit_uri_set_pin_value(a->pin_uri, r->active_pin);
    else if (strncmp(source, "file:", 5) == 0)
        p11_kit_uri_set_pin_source(a->pin_uri, source + 5);
    return CLI_OK;
}

int csr_active_find(cli *c, const csr_request *r, const cli_token *token, csr_active *a)
{
    const char *want = c->value[OPT_TOKEN];
    P11KitUri *uri = NULL;
    int code = CLI_OK;

    a->token = *token;
    a->session = CK_INVALID_HANDLE;
    if (gt_is_uri(r->active_id)) {
        code = cli_uri_parse(r->active_id, &uri);
        if (code == CLI_OK) {
            /* The URI alone says which token it is; one that says nothing means the key's. */
            const CK_TOKEN_INFO *info = p11_kit_uri_get_token_info(uri);

            if (info->label[0] || info->serialNumber[0] || info->model[0]) {
                c->value[OPT_TOKEN] = NULL;
                code = cli_token_choose(c, uri, &a->token);
                c->value[OPT_TOKEN] = want;
            }
        }
    }
    a->other_token = a->token.slot != token->slot;
    if (code == CLI_OK)
        code = pin_source(r, a);
    if (code == CLI_OK)
        code = cli_session(c, &a->token, 0, &a->session);
    if (code == CLI_OK)
        code = choose(c, r, uri, a);
    if (uri)
        p11_kit_uri_free(uri);
    return code;
}

int csr_active_open(cli *c, const csr_request *r, csr_active *a)
{
    const char *file = c->value[OPT_PIN_FILE], *fd = c->value[OPT_PIN_FD];
    CK_ATTRIBUTE by_id = {CKA_ID, a->key.id, a->key.id_len};
    const unsigned char *p = a->der;
    csr_key found = {0};
    X509 *x = d2i_X509(NULL, &p, (long)a->len);
    unsigned char *spki = NULL;
    int code = CLI_OK, n = x ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki) : 0;

    if (n <= 0) {
        code = cli_fail(CLI_FAILURE, _("the active certificate \"%s\" cannot be read"), a->label);
        goto end;
    }
    if (X509_cmp_current_time(X509_get0_notAfter(x)) < 0)
        cli_warn(_("the certificate \"%s\" has expired; programs that check it will refuse it"),
                 a->label);
    if (r->active_pin || r->active_pin_source) {
        c->value[OPT_PIN_FILE] = NULL;
        c->value[OPT_PIN_FD] = r->active_pin_source && !strncmp(r->active_pin_source, "fd:", 3)
                                   ? r->active_pin_source + 3
                                   : NULL;
    } else if (a->other_token) { /* the PIN of the key's token is not tried on it */
        code = cli_fail(CLI_PIN,
                        _("ActiveCertPin: the active certificate is on another token than the key; "
                          "give the PIN of that one"));
    }
    if (code == CLI_OK)
        code = cli_login(c, &a->token, a->session, a->pin_uri);
    c->value[OPT_PIN_FILE] = file;
    c->value[OPT_PIN_FD] = fd;
    if (code == CLI_OK && !a->key.id_len)
        code = cli_fail(CLI_NOT_FOUND, _("the active certificate \"%s\" has no id to find its key"),
                        a->label);
    if (code == CLI_OK)
        code = csr_key_find(c, a->session, &a->token, &by_id, 1, 1, &found);
    if (code == CLI_OK) {
        found.label = found.label ? found.label : cli_strdup(a->label);
        csr_key_free(&a->key);
        a->key.handle = found.handle;
        a->key.label = found.label;
        found.label = NULL;
        code = csr_key_public(&a->key, spki, (size_t)n);
    }
end:
    csr_key_free(&found);
    OPENSSL_free(spki);
    X509_free(x);
    ERR_clear_error();
    return code;
}

int csr_active_sign(cli *c, const csr_active *a, const csr_buf *request, csr_buf *message)
{
    uint8_t digest[CSR_DIGEST_MAX];
    csr_buf attrs = {0}, sig = {0};
    size_t n = csr_key_digest(&a->key, request->p, request->len, digest);
    int code;

    csr_build_cms_attrs(digest, n, time(NULL), &attrs);
    code = csr_key_sign(c, a->session, &a->key, &attrs, &sig);
    if (code == CLI_OK &&
        !csr_build_cms(request, &a->key.pub, a->der, a->len, &attrs, sig.p, sig.len, message))
        code = cli_fail(CLI_FAILURE, _("the active certificate \"%s\" cannot be read"), a->label);
    csr_buf_free(&attrs);
    csr_buf_free(&sig);
    return code;
}

void csr_active_close(cli *c, csr_active *a)
{
    if (a->session != CK_INVALID_HANDLE)
        c->fn->C_CloseSession(a->session);
    if (a->pin_uri)
        p11_kit_uri_free(a->pin_uri);
    free(a->der);
    free(a->label);
    csr_key_free(&a->key);
    memset(a, 0, sizeof(*a));
}
