/* SPDX-License-Identifier: Apache-2.0 */
/* See certs.h. OpenSSL only parses here. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include "cli/doctor/certs.h"

int doc_session(doctor *d, const cli_token *t, CK_SESSION_HANDLE *session)
{
    char *why;

    if (cli_session(d->c, t, 0, session) == CLI_OK)
        return 1;
    why = doc_heard();
    doc_find(d, DOC_ERROR, cli_strdup("gosttoken doctor tokens"), "%s", why);
    free(why);
    return 0;
}

int doc_certs_read(doctor *d, CK_SESSION_HANDLE session, const cli_token *t, doc_certs *certs)
{
    char *why;

    memset(certs, 0, sizeof(*certs));
    if (cli_objects_find(d->c, session, t, NULL, 0, &certs->objects) != CLI_OK) {
        why = doc_heard();
        doc_find(d, DOC_ERROR, cli_strdup("gosttoken doctor tokens"), "%s", why);
        free(why);
        return 0;
    }
    certs->at = cli_alloc((certs->objects.n + 1) * sizeof(*certs->at));
    for (size_t i = 0; i < certs->objects.n; i++) {
        const cli_object *o = &certs->objects.at[i];
        size_t len = 0;
        uint8_t *der;
        const unsigned char *p;

        if (o->cls->cls != CKO_CERTIFICATE)
            continue;
        der = cli_attribute(d->c, session, o->handle, CKA_VALUE, &len);
        p = der;
        certs->at[certs->n].object = o;
        certs->at[certs->n++].x = der ? d2i_X509(NULL, &p, (long)len) : NULL;
        free(der);
    }
    ERR_clear_error();
    return 1;
}

void doc_certs_free(doc_certs *certs)
{
    for (size_t i = 0; i < certs->n; i++)
        X509_free(certs->at[i].x);
    free(certs->at);
    cli_objects_free(&certs->objects);
}

char *doc_subject(X509 *x)
{
    X509_NAME *name = X509_get_subject_name(x);
    int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    unsigned char *utf8 = NULL;
    char line[256], *text;
    int len = -1;

    if (at >= 0)
        len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (len >= 0) {
        text = cli_utf8(utf8, (size_t)len);
        OPENSSL_free(utf8);
        return text;
    }
    return cli_strdup(X509_NAME_oneline(name, line, sizeof(line)) ? line : "");
}

long long doc_seconds(const ASN1_TIME *t)
{
    struct tm tm;

    return ASN1_TIME_to_tm(t, &tm) ? (long long)timegm(&tm) : 0;
}
