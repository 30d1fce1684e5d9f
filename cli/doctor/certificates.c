/* SPDX-License-Identifier: Apache-2.0 */
/* Validity of the certificates on the tokens and, given --ca, their chains. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include "cli/doctor/certs.h"
#include "cli/ossl.h"

#define DAY 86400LL

static void look_at_time(doctor *d, const doc_cert *cert, const char *who, const char *token)
{
    long long now = (long long)time(NULL), from = doc_seconds(X509_get0_notBefore(cert->x)),
              to = doc_seconds(X509_get0_notAfter(cert->x));
    char day[32];
    time_t when = (time_t)(now < from ? from : to);
    struct tm tm;

    if (!gmtime_r(&when, &tm) || !strftime(day, sizeof(day), "%Y-%m-%d", &tm))
        day[0] = '\0';
    if (now < from)
        doc_find(d, DOC_ERROR, cli_strdup("date"),
                 _("token \"%s\": the certificate of %s is not valid before %s"), token, who, day);
    else if (now > to)
        doc_find(d, DOC_ERROR, cli_strdup("gosttoken csr --help"),
                 _("token \"%s\": the certificate of %s expired on %s"), token, who, day);
    else if (to - now < (long long)d->days * DAY)
        doc_find(d, DOC_WARNING, cli_strdup("gosttoken csr --help"),
                 _("token \"%s\": the certificate of %s expires in %lld days, on %s"), token, who,
                 (to - now) / DAY, day);
    else
        doc_find(d, DOC_OK, NULL, _("token \"%s\": the certificate of %s is valid until %s"), token,
                 who, day);
}

/* ---- chains --------------------------------------------------------------------------------- */

/* The trusted ones of --ca; NULL: a finding says why. OpenSSL has our provider for GOST. */
static X509_STORE *trusted(doctor *d)
{
    X509_STORE *store = NULL;
    char *why;
    int code;

    if (cli_ossl_start(d->c) != CLI_OK) {
        why = doc_heard();
        doc_find(d, DOC_SKIPPED, cli_strdup("gosttoken doctor provider"),
                 _("no chain can be checked without the provider: %s"), why);
        free(why);
        return NULL;
    }
    store = X509_STORE_new();
    if (store && X509_STORE_load_file(store, d->ca))
        return store;
    why = cli_ossl_error(&code);
    doc_find(d, DOC_ERROR, doc_command("openssl x509 -noout -in", d->ca),
             _("no CA certificate can be read from %s: %s"), d->ca, why);
    free(why);
    X509_STORE_free(store);
    return NULL;
}

static void look_at_chain(doctor *d, X509_STORE *store, const doc_certs *all, const doc_cert *cert,
                          const char *who, const char *token)
{
    STACK_OF(X509) *others = sk_X509_new_null();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    int ok, error;

    for (size_t i = 0; others && i < all->n; i++)
        if (all->at[i].x && !sk_X509_push(others, all->at[i].x))
            break;
    if (!others || !ctx || !X509_STORE_CTX_init(ctx, store, cert->x, others))
        goto end;
    /* Its dates have been judged already. */
    X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_NO_CHECK_TIME);
    ok = X509_verify_cert(ctx) > 0;
    error = X509_STORE_CTX_get_error(ctx);
    if (ok)
        doc_find(d, DOC_OK, NULL, _("token \"%s\": the chain of the certificate of %s is whole"),
                 token, who);
    else
        doc_find(d, DOC_ERROR, cli_strdup("gosttoken explain SIGNATURE_CHAIN_NOT_BUILT"),
                 _("token \"%s\": the certificate of %s does not lead to one of %s: %s"), token,
                 who, d->ca, X509_verify_cert_error_string(error));
end:
    ERR_clear_error();
    X509_STORE_CTX_free(ctx);
    sk_X509_free(others);
}

/* ---- all ------------------------------------------------------------------------------------ */

static void look_at_token(doctor *d, const cli_token *t, X509_STORE *store, size_t *n)
{
    CK_SESSION_HANDLE session;
    doc_certs certs;

    if (!doc_session(d, t, &session))
        return;
    if (doc_certs_read(d, session, t, &certs)) {
        for (size_t i = 0; i < certs.n; i++) {
            char *who = certs.at[i].x ? doc_subject(certs.at[i].x) : NULL;

            if (who) {
                look_at_time(d, &certs.at[i], who, t->label);
                if (store)
                    look_at_chain(d, store, &certs, &certs.at[i], who, t->label);
            } else {
                doc_find(d, DOC_ERROR, cli_printf("gosttoken delete '%s'", certs.at[i].object->uri),
                         _("token \"%s\": %s is no X.509 certificate that can be read"), t->label,
                         certs.at[i].object->uri);
            }
            free(who);
        }
        *n += certs.n;
        doc_certs_free(&certs);
    }
    d->c->fn->C_CloseSession(session);
}

void doc_certificates(doctor *d)
{
    X509_STORE *store = NULL;
    cli_token *list;
    size_t n, found = 0;

    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    if (!doc_tokens(d, &list, &n))
        goto end;
    if (d->ca)
        store = trusted(d);
    for (size_t i = 0; i < n; i++)
        look_at_token(d, &list[i], store, &found);
    if (!found)
        doc_find(d, DOC_SKIPPED, cli_strdup("gosttoken import-cert FILE"),
                 _("there is no certificate on a token"));
end:
    X509_STORE_free(store);
    free(list);
}
