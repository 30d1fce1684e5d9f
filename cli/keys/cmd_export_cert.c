/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken export-cert: a certificate of a token, and those above it. */
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include "cli/keys/export.h"
#include "cli/select.h"

#define CHAIN_MAX 16

static X509 *parse(const uint8_t *der, size_t len)
{
    const unsigned char *p = der;

    return der != NULL && len > 0 ? d2i_X509(NULL, &p, (long)len) : NULL;
}

/*
 * By name, and by the identifiers of the keys where both have them. X509_check_issued would want
 * the issuer's key decoded, which this program's OpenSSL cannot do of a GOST key.
 */
static int issued(X509 *issuer, X509 *x)
{
    const ASN1_OCTET_STRING *wanted = X509_get0_authority_key_id(x);
    const ASN1_OCTET_STRING *has = X509_get0_subject_key_id(issuer);

    return X509_NAME_cmp(X509_get_subject_name(issuer), X509_get_issuer_name(x)) == 0 &&
           (wanted == NULL || has == NULL || ASN1_OCTET_STRING_cmp(wanted, has) == 0);
}

/* The issuer's certificate among those of the token; NULL: it is not there. */
static X509 *find_issuer(cli *c, CK_SESSION_HANDLE session, const cli_objects *all, X509 *x)
{
    for (size_t i = 0; i < all->n; i++) {
        size_t len;
        uint8_t *der = cli_attribute(c, session, all->at[i].handle, CKA_VALUE, &len);
        X509 *other = parse(der, len);

        free(der);
        if (other != NULL && X509_cmp(other, x) != 0 && issued(other, x))
            return other;
        X509_free(other);
    }
    return NULL;
}

/* Adds the certificates above, as far as the token has them. */
static int add_chain(cli *c, CK_SESSION_HANDLE session, const cli_token *t, const uint8_t *value,
                     size_t len, char **pem)
{
    CK_OBJECT_CLASS cls = CKO_CERTIFICATE;
    CK_ATTRIBUTE match = {CKA_CLASS, &cls, sizeof(cls)};
    X509 *x = parse(value, len), *above;
    cli_objects all = {0};
    int n = 0, code = cli_objects_find(c, session, t, &match, 1, &all);

    if (code == CLI_OK && x == NULL)
        code = cli_fail(CLI_FAILURE, _("the token's certificate cannot be read"));
    while (code == CLI_OK && n++ < CHAIN_MAX &&
           X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) != 0 &&
           (above = find_issuer(c, session, &all, x)) != NULL) {
        unsigned char *der = NULL;
        int size = i2d_X509(above, &der);

        if (size > 0)
            cli_export_pem(pem, "CERTIFICATE", der, (size_t)size);
        OPENSSL_free(der);
        X509_free(x);
        x = above;
    }
    X509_free(x);
    cli_objects_free(&all);
    return code;
}

static int run(cli *c)
{
    static const CK_OBJECT_CLASS classes[] = {CKO_CERTIFICATE};
    CK_SESSION_HANDLE session;
    cli_objects found;
    cli_token token;
    uint8_t *value;
    char *pem = NULL;
    size_t len;
    int der, code = cli_export_options(c, &der);

    if (code == CLI_OK && der && c->value[OPT_EXPORT_CHAIN])
        code = cli_fail(CLI_USAGE, _("a DER file holds one certificate: --chain needs PEM"));
    if (code == CLI_OK)
        code = cli_select(c, classes, 1, &token, &session, &found);
    if (code != CLI_OK)
        return code;
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    value = cli_attribute(c, session, found.at[0].handle, CKA_VALUE, &len);
    if (value == NULL || len == 0) {
        code = cli_fail(CLI_FAILURE, _("the token does not give the certificate \"%s\""),
                        found.at[0].label);
    } else {
        cli_export_pem(&pem, "CERTIFICATE", value, len);
        if (c->value[OPT_EXPORT_CHAIN])
            code = add_chain(c, session, &token, value, len, &pem);
    }
    if (code == CLI_OK)
        code = cli_export_write(c, &token, &found.at[0], der ? value : NULL, len, pem);
    free(value);
    free(pem);
    cli_objects_free(&found);
    c->fn->C_CloseSession(session);
    return code;
}

static const cli_option options[] = {
    {OPT_LABEL, 0, "label", "NAME", N_("the certificate's name")},
    {OPT_ID, 0, "id", "HEX", N_("its id (CKA_ID)")},
    {OPT_EXPORT_OUT, 0, "out", "FILE", N_("write to FILE; else to standard output")},
    {OPT_EXPORT_OUTFORM, 0, "outform", "FORM", N_("pem (the default) or der")},
    {OPT_EXPORT_CHAIN, 0, "chain", NULL,
     N_("add the certificates of its issuers that are on the token")},
    {OPT_FORCE, 0, "force", NULL, N_("replace FILE")},
    {0},
};

static const cli_rule rules[] = {
    {OPT_FORCE, CLI_ONLY_WITH, "--out"},
    {0},
};

const cli_command cli_export_cert = {
    .name = "export-cert",
    .operands = "[URI]",
    .max_operands = 1,
    .summary = N_("Prints a certificate of a token"),
    .details = N_("The certificate is named by its URI, or by --label or --id."),
    .options = options,
    .rules = rules,
    .run = run,
};
