/* SPDX-License-Identifier: Apache-2.0 */
/* Whom to trust: certificates of authorities and their CRLs. See cli/cms/cms.h. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include "cli/cms/cms.h"

/* Every certificate in a directory's files; what else there is does no harm. */
static int read_directory(const char *dir, STACK_OF(X509) * to)
{
    int before = sk_X509_num(to);
    DIR *d = opendir(dir);
    struct dirent *e;

    if (!d)
        return cli_fail(CLI_FAILURE, _("cannot read the directory %s: %s"), dir, strerror(errno));
    while ((e = readdir(d)) != NULL) {
        char *path = cli_printf("%s/%s", dir, e->d_name);
        struct stat st;
        BIO *bio;
        X509 *x;

        if (e->d_name[0] != '.' && stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
            (bio = BIO_new_file(path, "rb")) != NULL) {
            x = PEM_read_bio_X509(bio, NULL, NULL, "");
            if (!x && BIO_seek(bio, 0) == 0)
                x = d2i_X509_bio(bio, NULL);
            for (; x; x = PEM_read_bio_X509(bio, NULL, NULL, ""))
                if (!sk_X509_push(to, x))
                    X509_free(x);
            BIO_free(bio);
        }
        ERR_clear_error();
        free(path);
    }
    closedir(d);
    return sk_X509_num(to) > before
               ? CLI_OK
               : cli_fail(CLI_FAILURE, _("there is no X.509 certificate in %s"), dir);
}

static int read_authorities(const cli *c, cli_trust *t)
{
    STACK_OF(X509) *list = sk_X509_new_null();
    int at = 0, code = list ? CLI_OK : cli_fail(CLI_FAILURE, _("out of memory"));
    struct stat st;
    const char *path;

    while (code == CLI_OK && (path = cli_each(c, OPT_CMS_CA, &at)) != NULL)
        code = stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? read_directory(path, list)
                                                           : cli_certs_read(path, list);
    for (int i = 0; code == CLI_OK && i < sk_X509_num(list); i++)
        if (!X509_STORE_add_cert(t->store, sk_X509_value(list, i)))
            code = cli_fail_ossl(CLI_FAILURE, _("cannot use a certificate of --ca"));
    sk_X509_pop_free(list, X509_free);
    return code;
}

static int read_crl(const char *path, cli_trust *t)
{
    BIO *bio = BIO_new_file(path, "rb");
    int found = 0, code = CLI_OK;
    X509_CRL *crl;

    if (!bio)
        return cli_fail_ossl(CLI_FAILURE, _("cannot read %s"), path);
    crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, "");
    if (!crl && BIO_seek(bio, 0) == 0)
        crl = d2i_X509_CRL_bio(bio, NULL);
    ERR_clear_error();
    for (; crl; crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, "")) {
        found = 1;
        if (!X509_STORE_add_crl(t->store, crl) || !sk_X509_CRL_push(t->crls, crl)) {
            code = cli_fail_ossl(CLI_FAILURE, _("cannot use the CRL %s"), path);
            X509_CRL_free(crl);
        }
    }
    if (code == CLI_OK && found && cli_pem_damaged())
        code = cli_fail(CLI_FAILURE, _("a CRL in %s is damaged"), path);
    BIO_free(bio);
    ERR_clear_error();
    return found ? code : cli_fail(CLI_FAILURE, _("there is no X.509 CRL in %s"), path);
}

/* "2026-11-22", "2026-11-22T03:10:00Z" */
static int read_time(const char *text, cli_trust *t)
{
    struct tm tm = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

    if (!end) {
        memset(&tm, 0, sizeof(tm));
        end = strptime(text, "%Y-%m-%d", &tm);
    }
    if (!end || *end)
        return cli_fail(CLI_USAGE, _("--at is a time such as 2026-11-22T03:10:00Z, or a date"));
    t->has_time = 1;
    t->time = timegm(&tm);
    return CLI_OK;
}

int cli_trust_start(cli *c, cli_trust *t)
{
    const char *path;
    int code = CLI_OK, at = 0;

    memset(t, 0, sizeof(*t));
    t->extra = sk_X509_new_null();
    if (!t->extra)
        return cli_fail(CLI_FAILURE, _("out of memory"));
    while (code == CLI_OK && (path = cli_each(c, OPT_CMS_CERT, &at)) != NULL)
        code = cli_certs_read(path, t->extra);
    if (code == CLI_OK && c->value[OPT_CMS_AT])
        code = read_time(c->value[OPT_CMS_AT], t);
    if (code != CLI_OK || c->value[OPT_CMS_NO_CHAIN])
        return code;
    t->store = X509_STORE_new();
    t->crls = sk_X509_CRL_new_null();
    if (!t->store || !t->crls)
        return cli_fail(CLI_FAILURE, _("out of memory"));
    code = read_authorities(c, t);
    at = 0;
    while (code == CLI_OK && (path = cli_each(c, OPT_CMS_CRL, &at)) != NULL)
        code = read_crl(path, t);
    return code;
}

void cli_trust_free(cli_trust *t)
{
    X509_STORE_free(t->store);
    sk_X509_pop_free(t->extra, X509_free);
    sk_X509_CRL_pop_free(t->crls, X509_CRL_free);
    memset(t, 0, sizeof(*t));
}
