/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/cert.h. OpenSSL is used here to parse, and for nothing else. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include "cli/cert.h"

#define FILE_MAX (1 << 20)

static int read_all(const char *path, cli_bytes *data)
{
    int from_stdin = !strcmp(path, "-"), code = CLI_OK;
    FILE *f = from_stdin ? stdin : fopen(path, "rb");

    if (!f)
        return cli_fail(CLI_FAILURE, _("cannot read %s: %s"), path, strerror(errno));
    data->at = cli_alloc(FILE_MAX + 1);
    data->len = fread(data->at, 1, FILE_MAX + 1, f);
    if (ferror(f))
        code = cli_fail(CLI_FAILURE, _("cannot read %s: %s"), path, strerror(errno));
    else if (data->len > FILE_MAX)
        code = cli_fail(CLI_FAILURE, _("%s is too large for a certificate"), path);
    if (!from_stdin)
        fclose(f);
    return code;
}

/* There is no passphrase to ask for in a certificate file. */
static int no_passphrase(char *buf, int size, int rwflag, void *arg)
{
    (void)buf;
    (void)size;
    (void)rwflag;
    (void)arg;
    return 0;
}

static X509 *parse(const cli_bytes *data, unsigned *more)
{
    const unsigned char *p = data->at;
    BIO *bio = BIO_new_mem_buf(data->at, (int)data->len);
    X509 *x = bio ? PEM_read_bio_X509(bio, NULL, no_passphrase, NULL) : NULL, *next;

    *more = 0;
    while (x && (next = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL))) {
        ++*more;
        X509_free(next);
    }
    BIO_free(bio);
    if (x)
        return x;
    x = d2i_X509(NULL, &p, (long)data->len);
    if (x && p != data->at + data->len) { /* something follows: not a certificate file */
        X509_free(x);
        x = NULL;
    }
    return x;
}

/* Takes what an i2d function wrote; der is read after it has run. */
static int take(cli_bytes *to, int len, unsigned char **der)
{
    if (len > 0) {
        to->at = cli_alloc((size_t)len);
        memcpy(to->at, *der, (size_t)len);
        to->len = (size_t)len;
    }
    OPENSSL_free(*der);
    *der = NULL;
    return len > 0;
}

/* A GOST public key is an OCTET STRING inside the BIT STRING; a token holds the bytes in it. */
static void find_point(const X509 *x, cli_bytes *point)
{
    const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(x);
    const unsigned char *p = bits ? ASN1_STRING_get0_data(bits) : NULL;
    ASN1_OCTET_STRING *octets =
        p ? d2i_ASN1_OCTET_STRING(NULL, &p, ASN1_STRING_length(bits)) : NULL;

    if (octets && p == ASN1_STRING_get0_data(bits) + ASN1_STRING_length(bits)) {
        point->len = (size_t)ASN1_STRING_length(octets);
        point->at = cli_alloc(point->len);
        memcpy(point->at, ASN1_STRING_get0_data(octets), point->len);
    }
    ASN1_OCTET_STRING_free(octets);
}

/* Attributes of Russian certificates that OpenSSL may not know, and would print in hexadecimal. */
static void know_names(void)
{
    static const char *const names[][2] = {
        {"1.2.643.100.4", "INNLE"},
        {"1.2.643.100.5", "OGRNIP"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (OBJ_txt2nid(names[i][0]) == NID_undef && OBJ_txt2nid(names[i][1]) == NID_undef)
            OBJ_create(names[i][0], names[i][1], names[i][1]);
}

char *cli_cert_name(const X509_NAME *name)
{
    const unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    BIO *bio = BIO_new(BIO_s_mem());
    char *data = NULL, *text;
    long len = 0;

    know_names();
    if (bio && X509_NAME_print_ex(bio, name, 0, flags) >= 0)
        len = BIO_get_mem_data(bio, &data);
    text = cli_utf8(data ? data : "", (size_t)len);
    BIO_free(bio);
    return text;
}

int cli_cert_from(X509 *x, cli_cert *cert)
{
    unsigned char *der = NULL;
    int ok;

    memset(cert, 0, sizeof(*cert));
    ok = take(&cert->der, i2d_X509(x, &der), &der);
    ok = ok && take(&cert->subject, i2d_X509_NAME(X509_get_subject_name(x), &der), &der);
    ok = ok && take(&cert->issuer, i2d_X509_NAME(X509_get_issuer_name(x), &der), &der);
    ok = ok && take(&cert->serial, i2d_ASN1_INTEGER(X509_get_serialNumber(x), &der), &der);
    ok = ok && take(&cert->spki, i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der), &der);
    find_point(x, &cert->point);
    cert->subject_text = cli_cert_name(X509_get_subject_name(x));
    cert->validity = X509_cmp_current_time(X509_get0_notAfter(x)) < 0    ? 1
                     : X509_cmp_current_time(X509_get0_notBefore(x)) > 0 ? -1
                                                                         : 0;
    return ok;
}

int cli_cert_read(const char *path, cli_cert *cert)
{
    cli_bytes file = {0};
    unsigned more = 0;
    X509 *x = NULL;
    int code;

    memset(cert, 0, sizeof(*cert));
    /* A configuration that loads our own provider is of no use here. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    code = read_all(path, &file);
    if (code == CLI_OK)
        x = parse(&file, &more);
    if (code == CLI_OK && !x)
        code = cli_fail(CLI_FAILURE, _("%s is not an X.509 certificate in PEM or DER"),
                        strcmp(path, "-") ? path : "standard input");
    else if (code == CLI_OK && !cli_cert_from(x, cert))
        code = cli_fail(CLI_FAILURE, _("the certificate in %s cannot be encoded again"), path);
    cert->more = more;
    X509_free(x);
    free(file.at);
    return code;
}

void cli_cert_free(cli_cert *cert)
{
    cli_bytes *parts[] = {&cert->der,    &cert->subject, &cert->issuer,
                          &cert->serial, &cert->spki,    &cert->point};

    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        free(parts[i]->at);
    free(cert->subject_text);
    memset(cert, 0, sizeof(*cert));
}

CK_RV cli_cert_store(cli *c, CK_SESSION_HANDLE session, const cli_cert *cert, const char *label,
                     const uint8_t *id, size_t id_len, CK_OBJECT_HANDLE *handle)
{
    CK_OBJECT_CLASS cls = CKO_CERTIFICATE;
    CK_CERTIFICATE_TYPE type = CKC_X_509;
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS, &cls, sizeof(cls)},
        {CKA_CERTIFICATE_TYPE, &type, sizeof(type)},
        {CKA_TOKEN, &yes, 1},
        {CKA_PRIVATE, &no, 1},
        {CKA_LABEL, (void *)label, strlen(label)},
        {CKA_SUBJECT, cert->subject.at, cert->subject.len},
        {CKA_ISSUER, cert->issuer.at, cert->issuer.len},
        {CKA_SERIAL_NUMBER, cert->serial.at, cert->serial.len},
        {CKA_VALUE, cert->der.at, cert->der.len},
        {CKA_ID, (void *)id, id_len}, /* last: left out where there is no key */
    };
    CK_ULONG n = sizeof(template) / sizeof(*template) - (id_len ? 0 : 1);

    return c->fn->C_CreateObject(session, template, n, handle);
}
