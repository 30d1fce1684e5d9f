/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/csr/answer.h. */
#include <string.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include "cli/csr/answer.h"
#include "cli/csr/csr.h"

void csr_answer_free(STACK_OF(X509) * certs)
{
    sk_X509_pop_free(certs, X509_free);
}

/* Each once: bundles and messages often have the owner's certificate in two places. */
static int take(STACK_OF(X509) * to, X509 *x)
{
    for (int i = 0; i < sk_X509_num(to); i++)
        if (!X509_cmp(sk_X509_value(to, i), x)) {
            X509_free(x);
            return 1;
        }
    if (sk_X509_push(to, x) > 0)
        return 1;
    X509_free(x);
    return 0;
}

/* Whatever the frame said that it is. */
static int from_der(const uint8_t *data, size_t len, STACK_OF(X509) * to, int *is_request)
{
    const unsigned char *p = data;
    STACK_OF(X509) *inside = NULL;
    CMS_ContentInfo *cms;
    X509_REQ *req;
    X509 *x;
    int n = 0;

    x = d2i_X509(NULL, &p, (long)len);
    if (x && p == data + len)
        return take(to, x);
    X509_free(x);
    p = data;
    cms = d2i_CMS_ContentInfo(NULL, &p, (long)len);
    if (cms && p == data + len)
        inside = CMS_get1_certs(cms);
    while (inside && (x = sk_X509_shift(inside)) != NULL)
        n += take(to, x);
    csr_answer_free(inside);
    CMS_ContentInfo_free(cms);
    p = data;
    req = n ? NULL : d2i_X509_REQ(NULL, &p, (long)len);
    *is_request |= req != NULL;
    X509_REQ_free(req);
    return n;
}

static int from_pem(const uint8_t *data, size_t len, STACK_OF(X509) * to, int *is_request)
{
    BIO *bio = BIO_new_mem_buf(data, (int)len);
    char *name = NULL, *header = NULL;
    unsigned char *der = NULL;
    long n;
    int found = 0;

    while (bio && PEM_read_bio(bio, &name, &header, &der, &n)) {
        if (!strstr(name, "PRIVATE KEY"))
            found += from_der(der, (size_t)n, to, is_request);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(der);
        name = header = NULL;
        der = NULL;
    }
    BIO_free(bio);
    return found;
}

static int from_base64(const uint8_t *data, size_t len, STACK_OF(X509) * to, int *is_request)
{
    csr_buf der = {0};
    int found = 0;

    if (csr_base64((const char *)data, len, &der) && der.len)
        found = from_der(der.p, der.len, to, is_request);
    csr_buf_free(&der);
    return found;
}

STACK_OF(X509) * csr_answer_read(const uint8_t *data, size_t len, int *is_request)
{
    STACK_OF(X509) *certs = sk_X509_new_null();
    int found;

    *is_request = 0;
    if (!certs || len > CSR_FILE_MAX)
        return certs ? (sk_X509_free(certs), NULL) : NULL;
    found = from_der(data, len, certs, is_request) || from_pem(data, len, certs, is_request) ||
            from_base64(data, len, certs, is_request);
    ERR_clear_error();
    if (found)
        return certs;
    csr_answer_free(certs);
    return NULL;
}
