/* SPDX-License-Identifier: Apache-2.0 */
/* Whether one signature is good. See cli/cms/cms.h. */
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include "cli/cms/cms.h"

#define CANDIDATES_MAX 8
#define RSA_MIN        1024

static const struct {
    const char *word, *text;
} flaws[] = {
    [CLI_FLAW_NONE] = {"none", N_("the signature is good")},
    [CLI_FLAW_NO_CERT] = {"no-certificate",
                          N_("the signer's certificate is not in the message: name its file by "
                             "--cert")},
    [CLI_FLAW_ALGORITHM] = {"algorithm", N_("the signature is of a kind that is not known here")},
    [CLI_FLAW_ATTRIBUTES] = {"attributes",
                             N_("the signed attributes are not as the standard wants them")},
    [CLI_FLAW_SIGNATURE] = {"signature", N_("the signature is wrong")},
    [CLI_FLAW_CONTENT] = {"content", N_("the content was changed after it had been signed")},
    [CLI_FLAW_CADES] = {"cades", N_("the signature names another certificate as the signer's "
                                    "(signingCertificate attribute)")},
    [CLI_FLAW_NO_CADES] = {"no-cades", N_("the signature is not CAdES-BES: it has no "
                                          "signingCertificate attribute")},
    [CLI_FLAW_KEY_USAGE] = {"key-usage",
                            N_("the signer's certificate is not for signing (keyUsage)")},
    [CLI_FLAW_WEAK] = {"weak", N_("the signature is of a kind that others can forge")},
    [CLI_FLAW_OTHER_SIGNER] = {"other-signer",
                               N_("the signer is none of those whose certificates --cert names")},
    [CLI_FLAW_EXPIRED] = {"expired", N_("the signer's certificate has expired")},
    [CLI_FLAW_NOT_YET] = {"not-yet-valid", N_("the signer's certificate is not valid yet")},
    [CLI_FLAW_REVOKED] = {"revoked", N_("a certificate has been revoked by its authority")},
    [CLI_FLAW_NO_CRL] = {"crl", N_("there is no CRL by which a certificate could be checked: give "
                                   "a current one by --crl")},
    [CLI_FLAW_ISSUER] = {"untrusted", N_("no authority that is trusted stands behind the signer's "
                                         "certificate: name those that are by --ca, or check the "
                                         "signature alone by --no-chain")},
    [CLI_FLAW_CHAIN] = {"chain", N_("the chain of certificates is not valid")},
};

const char *cli_flaw_word(cli_flaw flaw)
{
    return flaws[flaw].word;
}

const char *cli_flaw_text(cli_flaw flaw)
{
    return gettext(flaws[flaw].text);
}

static void spoil(cli_checked *r, cli_flaw flaw, char *detail)
{
    if (r->flaw == CLI_FLAW_NONE) {
        r->flaw = flaw;
        r->detail = detail;
    } else {
        free(detail);
    }
}

/* ---- what a person reads -------------------------------------------------------------------- */

static char *integer_text(const ASN1_INTEGER *n)
{
    BIGNUM *bn = n ? ASN1_INTEGER_to_BN(n, NULL) : NULL;
    char *hex = bn ? BN_bn2hex(bn) : NULL, *copy = cli_strdup(hex ? hex : "");

    OPENSSL_free(hex);
    BN_free(bn);
    return copy;
}

static char *time_text(const ASN1_TIME *time)
{
    struct tm tm;

    if (!time || !ASN1_TIME_to_tm(time, &tm))
        return NULL;
    return cli_printf("%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
                      tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static char *signing_time(CMS_SignerInfo *si)
{
    int at = CMS_signed_get_attr_by_NID(si, NID_pkcs9_signingTime, -1);
    X509_ATTRIBUTE *a = at >= 0 ? CMS_signed_get_attr(si, at) : NULL;
    ASN1_TYPE *type = a ? X509_ATTRIBUTE_get0_type(a, 0) : NULL;

    if (!type || (type->type != V_ASN1_UTCTIME && type->type != V_ASN1_GENERALIZEDTIME))
        return NULL;
    return time_text(type->value.asn1_string);
}

/* Who it says it is, where there is no certificate to ask. */
static void describe_id(CMS_SignerInfo *si, cli_checked *r)
{
    ASN1_OCTET_STRING *keyid = NULL;
    ASN1_INTEGER *serial = NULL;
    X509_NAME *issuer = NULL;

    if (!CMS_SignerInfo_get0_signer_id(si, &keyid, &issuer, &serial))
        return;
    if (issuer)
        r->issuer = cli_cert_name(issuer);
    if (serial)
        r->serial = integer_text(serial);
}

static void describe_cert(X509 *x, cli_checked *r)
{
    EVP_PKEY *key = X509_get0_pubkey(x);

    free(r->issuer);
    free(r->serial);
    r->subject = cli_cert_name(X509_get_subject_name(x));
    r->issuer = cli_cert_name(X509_get_issuer_name(x));
    r->serial = integer_text(X509_get0_serialNumber(x));
    r->not_after = time_text(X509_get0_notAfter(x));
    if (key) /* of a kind that is known, and whole */
        r->key = OBJ_nid2sn(EVP_PKEY_get_base_id(key));
}

/* ---- signed attributes ---------------------------------------------------------------------- */

/* How many there are of this type. */
static int count_attributes(CMS_SignerInfo *si, int nid)
{
    int n = 0, at = -1;

    while ((at = CMS_signed_get_attr_by_NID(si, nid, at)) >= 0)
        n++;
    return n;
}

/*
 * Signed attributes hashed as content: who has a signature over attributes could drop them and give
 * their DER, a SET, as the content, and it would fit. No signature without attributes is believed
 * over content of that form.
 */
static int looks_like_attributes(const cli_content *content)
{
    cli_span in = {content->first, content->n_first}, attribute, oid;
    uint8_t tag;
    size_t head;

    if (!in.len || *in.at != 0x31)
        return 0;
    /* The list is longer than what is kept of it: its head is looked at by hand. */
    head = in.len > 1 && in.at[1] & 0x80 ? 2 + (size_t)(in.at[1] & 0x7F) : 2;
    if (in.len <= head)
        return 1;
    in.at += head;
    in.len -= head;
    if (*in.at != 0x30)
        return 0;
    return !cli_der_take(&in, &tag, &attribute, NULL) ||
           (cli_der_take(&attribute, &tag, &oid, NULL) && tag == 0x06);
}

/* RFC 5652, 5.3 and 11: contentType names the content's type, messageDigest is there; each once,
 * with one value. */
static void check_attributes(CMS_ContentInfo *cms, CMS_SignerInfo *si, const cli_content *content,
                             cli_checked *r)
{
    const ASN1_OBJECT *type = CMS_get0_eContentType(cms), *said;

    if (CMS_signed_get_attr_count(si) < 0) {
        if (OBJ_obj2nid(type) != NID_pkcs7_data)
            spoil(r, CLI_FLAW_ATTRIBUTES,
                  cli_strdup(_("there are none, as only plain data may have it")));
        else if (looks_like_attributes(content))
            spoil(r, CLI_FLAW_ATTRIBUTES,
                  cli_strdup(_("there are none, and the content looks like such attributes")));
        return;
    }
    said = CMS_signed_get0_data_by_OBJ(si, OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT);
    if (!said || OBJ_cmp(said, type) != 0)
        spoil(r, CLI_FLAW_ATTRIBUTES, cli_strdup(_("contentType is not that of the content")));
    else if (!CMS_signed_get0_data_by_OBJ(si, OBJ_nid2obj(NID_pkcs9_messageDigest), -3,
                                          V_ASN1_OCTET_STRING))
        spoil(r, CLI_FLAW_ATTRIBUTES, cli_strdup(_("there is not one messageDigest")));
    else if (count_attributes(si, NID_pkcs9_signingTime) > 1)
        spoil(r, CLI_FLAW_ATTRIBUTES, cli_strdup(_("there are several signing times")));
}

/* IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber } (RFC 5035, 4) */
static int fits_issuer_serial(cli_span in, X509 *x)
{
    cli_span names, whole, serial, name, contents;
    unsigned char *der = NULL;
    uint8_t tag;
    int len, ok;

    if (!cli_der_take(&in, &tag, &names, NULL) || tag != 0x30 ||
        !cli_der_take(&in, &tag, &serial, &whole) || tag != 0x02 || in.len)
        return 0;
    if (!cli_der_take(&names, &tag, &name, NULL) || tag != 0xA4 || names.len ||
        !cli_der_take(&name, &tag, &contents, &names) || name.len)
        return 0;
    len = i2d_X509_NAME(X509_get_issuer_name(x), &der);
    ok = len > 0 && names.len == (size_t)len && !memcmp(names.at, der, names.len);
    OPENSSL_free(der);
    der = NULL;
    len = ok ? i2d_ASN1_INTEGER(X509_get0_serialNumber(x), &der) : 0;
    ok = len > 0 && whole.len == (size_t)len && !memcmp(whole.at, der, whole.len);
    OPENSSL_free(der);
    return ok;
}

/* ESSCertID and ESSCertIDv2: the first one in the list is the signer's. */
static int fits_cert_id(cli_span in, int version, X509 *x)
{
    const EVP_MD *md = version == 1 ? EVP_sha1() : EVP_sha256();
    cli_span certs, id, part, whole;
    unsigned char hash[EVP_MAX_MD_SIZE];
    const unsigned char *p;
    unsigned len = 0;
    uint8_t tag;

    if (!cli_der_take(&in, &tag, &part, NULL) || tag != 0x30 || in.len ||
        !cli_der_take(&part, &tag, &certs, NULL) || tag != 0x30 ||
        !cli_der_take(&certs, &tag, &id, NULL) || tag != 0x30)
        return 0;
    if (!cli_der_take(&id, &tag, &part, &whole))
        return 0;
    if (version == 2 && tag == 0x30) {
        X509_ALGOR *algor;

        p = whole.at;
        algor = d2i_X509_ALGOR(NULL, &p, (long)whole.len);
        md = algor ? EVP_get_digestbyobj(algor->algorithm) : NULL;
        X509_ALGOR_free(algor);
        if (!md || !cli_der_take(&id, &tag, &part, NULL))
            return 0;
    }
    if (tag != 0x04 || !X509_digest(x, md, hash, &len) || part.len != len ||
        memcmp(part.at, hash, len) != 0)
        return 0;
    if (!id.len)
        return 1;
    return cli_der_take(&id, &tag, &part, NULL) && tag == 0x30 && !id.len &&
           fits_issuer_serial(part, x);
}

static void check_cades(const cli *c, CMS_SignerInfo *si, X509 *x, cli_checked *r)
{
    static const int nids[] = {NID_id_smime_aa_signingCertificate,
                               NID_id_smime_aa_signingCertificateV2};
    int found = 0;

    for (int i = 0; i < 2; i++) {
        int n = count_attributes(si, nids[i]);
        const ASN1_STRING *s =
            n ? CMS_signed_get0_data_by_OBJ(si, OBJ_nid2obj(nids[i]), -3, V_ASN1_SEQUENCE) : NULL;
        cli_span in = {0};

        if (!n)
            continue;
        found++;
        if (s) {
            in.at = ASN1_STRING_get0_data(s);
            in.len = (size_t)ASN1_STRING_length(s);
        }
        if (!s || !fits_cert_id(in, i + 1, x))
            spoil(r, CLI_FLAW_CADES, NULL);
    }
    r->cades = found && r->flaw != CLI_FLAW_CADES;
    if (!found && c->value[OPT_CMS_CADES])
        spoil(r, CLI_FLAW_NO_CADES, NULL);
}

/* ---- the signature -------------------------------------------------------------------------- */

/* With the certificate set. With attributes two things can be told apart. */
static cli_flaw check_signature(CMS_SignerInfo *si, BIO *content)
{
    int attributes = CMS_signed_get_attr_count(si) >= 0, ok;

    ERR_clear_error();
    if (attributes) {
        ok = CMS_SignerInfo_verify(si);
        if (ok <= 0)
            return ok == 0 ? CLI_FLAW_SIGNATURE : CLI_FLAW_ALGORITHM;
    }
    ok = CMS_SignerInfo_verify_content(si, content);
    if (ok > 0)
        return CLI_FLAW_NONE;
    if (ok < 0)
        return CLI_FLAW_ALGORITHM;
    return attributes ? CLI_FLAW_CONTENT : CLI_FLAW_SIGNATURE;
}

/* The algorithm that is named must be one of the key that is used: OpenSSL does not look at it. */
static int fits_algorithm(CMS_SignerInfo *si, X509 *x)
{
    X509_ALGOR *digest = NULL, *signature = NULL;
    int key = EVP_PKEY_get_base_id(X509_get0_pubkey(x)), nid, md = NID_undef, of = NID_undef;

    CMS_SignerInfo_get0_algs(si, NULL, NULL, &digest, &signature);
    if (!digest || !signature)
        return 0;
    nid = OBJ_obj2nid(signature->algorithm);
    if (nid != NID_undef && nid == key)
        return 1;
    if (!OBJ_find_sigid_algs(nid, &md, &of))
        return 0;
    if (nid == NID_rsassaPss)
        return key == EVP_PKEY_RSA || key == EVP_PKEY_RSA_PSS;
    return of == key && (md == NID_undef || md == OBJ_obj2nid(digest->algorithm));
}

/* Digests of which collisions are made in seconds, and RSA keys that have been factored. SHA-1
 * stays: there are old signatures with it. */
static int is_weak(CMS_SignerInfo *si, X509 *x)
{
    static const int digests[] = {NID_md2, NID_md4, NID_md5, NID_mdc2};
    EVP_PKEY *key = X509_get0_pubkey(x);
    int type = EVP_PKEY_get_base_id(key);
    X509_ALGOR *digest = NULL;

    CMS_SignerInfo_get0_algs(si, NULL, NULL, &digest, NULL);
    for (size_t i = 0; i < sizeof(digests) / sizeof(*digests); i++)
        if (OBJ_obj2nid(digest->algorithm) == digests[i])
            return 1;
    return (type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS) && EVP_PKEY_get_bits(key) < RSA_MIN;
}

/* How much a failure says: with another certificate of the same name it may be less. */
static int is_nearer(cli_flaw flaw, cli_flaw than)
{
    return flaw == CLI_FLAW_CONTENT || than == CLI_FLAW_NO_CERT;
}

/*
 * The certificate by which the signature is right. Anybody can put a certificate with the signer's
 * issuer and number into a message, so each that has them is tried.
 */
static X509 *find_signer(const cli_trust *t, STACK_OF(X509) * certs, CMS_SignerInfo *si,
                         BIO *content, cli_checked *r)
{
    STACK_OF(X509) * lists[2];
    cli_flaw flaw = CLI_FLAW_NO_CERT;
    X509 *best = NULL;
    char *why = NULL;
    int tried = 0;

    lists[0] = t->extra;
    lists[1] = certs;
    for (int l = 0; l < 2; l++)
        for (int i = 0; i < sk_X509_num(lists[l]) && tried < CANDIDATES_MAX; i++) {
            X509 *x = sk_X509_value(lists[l], i);
            cli_flaw now;
            int code = 0;

            if (CMS_SignerInfo_cert_cmp(si, x) != 0 || (best && !X509_cmp(best, x)))
                continue;
            tried++;
            CMS_SignerInfo_set1_signer_cert(si, x);
            now = X509_get0_pubkey(x) ? check_signature(si, content) : CLI_FLAW_ALGORITHM;
            if (now == CLI_FLAW_NONE) {
                free(why);
                ERR_clear_error();
                return x;
            }
            if (is_nearer(now, flaw)) {
                free(why);
                why = now == CLI_FLAW_ALGORITHM ? cli_ossl_error(&code) : NULL;
                flaw = now;
                best = x;
            }
        }
    ERR_clear_error();
    if (best)
        describe_cert(best, r);
    spoil(r, flaw, why);
    return NULL;
}

/* ---- the chain ------------------------------------------------------------------------------ */

static int strict_crls; /* the callback has no argument of its own */

static int judge(int ok, X509_STORE_CTX *ctx)
{
    if (ok || strict_crls || X509_STORE_CTX_get_error(ctx) != X509_V_ERR_UNABLE_TO_GET_CRL)
        return ok;
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return 1;
}

static cli_flaw flaw_of(int error, int depth)
{
    static const struct {
        int error;
        cli_flaw flaw;
    } table[] = {
        {X509_V_ERR_CERT_REVOKED, CLI_FLAW_REVOKED},
        {X509_V_ERR_UNABLE_TO_GET_CRL, CLI_FLAW_NO_CRL},
        {X509_V_ERR_CRL_HAS_EXPIRED, CLI_FLAW_NO_CRL},
        {X509_V_ERR_CRL_NOT_YET_VALID, CLI_FLAW_NO_CRL},
        {X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER, CLI_FLAW_NO_CRL},
        {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, CLI_FLAW_ISSUER},
        {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, CLI_FLAW_ISSUER},
        {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, CLI_FLAW_ISSUER},
        {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, CLI_FLAW_ISSUER},
        {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, CLI_FLAW_ISSUER},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if (table[i].error == error)
            return table[i].flaw;
    if (!depth && error == X509_V_ERR_CERT_HAS_EXPIRED)
        return CLI_FLAW_EXPIRED;
    return !depth && error == X509_V_ERR_CERT_NOT_YET_VALID ? CLI_FLAW_NOT_YET : CLI_FLAW_CHAIN;
}

static char *chain_detail(X509_STORE_CTX *ctx)
{
    X509 *x = X509_STORE_CTX_get_current_cert(ctx);
    const char *why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
    char *name = x ? cli_cert_name(X509_get_subject_name(x)) : cli_strdup(""), *text;

    text = cli_printf("%s: %s", name, why);
    free(name);
    return text;
}

/*
 * The message's CRLs but for those of an authority whose CRL was given: who signs chooses them, and
 * one from before a revocation may still be in force.
 */
static STACK_OF(X509_CRL) * crls_of(const cli_trust *t, CMS_ContentInfo *cms)
{
    STACK_OF(X509_CRL) *crls = CMS_get1_crls(cms);

    for (int i = sk_X509_CRL_num(crls) - 1; i >= 0; i--)
        for (int k = 0; k < sk_X509_CRL_num(t->crls); k++)
            if (!X509_NAME_cmp(X509_CRL_get_issuer(sk_X509_CRL_value(crls, i)),
                               X509_CRL_get_issuer(sk_X509_CRL_value(t->crls, k)))) {
                X509_CRL_free(sk_X509_CRL_delete(crls, i));
                break;
            }
    return crls;
}

static void check_chain(const cli *c, const cli_trust *t, CMS_ContentInfo *cms,
                        STACK_OF(X509) * certs, X509 *x, cli_checked *r)
{
    STACK_OF(X509) *untrusted = sk_X509_new_null();
    STACK_OF(X509_CRL) *crls = crls_of(t, cms);
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    unsigned long flags = 0;
    int ok = untrusted && ctx;

    for (int i = 0; ok && i < sk_X509_num(certs); i++)
        ok = sk_X509_push(untrusted, sk_X509_value(certs, i)) > 0;
    for (int i = 0; ok && i < sk_X509_num(t->extra); i++)
        ok = sk_X509_push(untrusted, sk_X509_value(t->extra, i)) > 0;
    ok = ok && X509_STORE_CTX_init(ctx, t->store, x, untrusted) > 0;
    if (ok) {
        strict_crls = c->value[OPT_CMS_CRL_CHECK] != NULL;
        if (sk_X509_CRL_num(t->crls) > 0 || strict_crls)
            flags = X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
        X509_STORE_CTX_set_flags(ctx, flags);
        X509_STORE_CTX_set_verify_cb(ctx, judge);
        if (crls)
            X509_STORE_CTX_set0_crls(ctx, crls);
        if (t->has_time)
            X509_STORE_CTX_set_time(ctx, 0, t->time);
        r->chain = X509_verify_cert(ctx) > 0;
        if (!r->chain)
            spoil(r, flaw_of(X509_STORE_CTX_get_error(ctx), X509_STORE_CTX_get_error_depth(ctx)),
                  chain_detail(ctx));
    } else {
        r->chain = 0;
        spoil(r, CLI_FLAW_CHAIN, NULL);
    }
    X509_STORE_CTX_free(ctx);
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
    sk_X509_free(untrusted);
    ERR_clear_error();
}

static int is_among(STACK_OF(X509) * certs, X509 *x)
{
    for (int i = 0; i < sk_X509_num(certs); i++)
        if (!X509_cmp(sk_X509_value(certs, i), x))
            return 1;
    return 0;
}

/* ---- all of it ------------------------------------------------------------------------------ */

void cli_check_signer(const cli *c, const cli_trust *t, CMS_ContentInfo *cms, CMS_SignerInfo *si,
                      const cli_content *content, cli_checked *r)
{
    STACK_OF(X509) *certs = CMS_get1_certs(cms);
    X509_ALGOR *digest = NULL, *signature = NULL;
    X509 *x;

    memset(r, 0, sizeof(*r));
    r->chain = -1;
    CMS_SignerInfo_get0_algs(si, NULL, NULL, &digest, &signature);
    if (digest)
        r->digest = OBJ_nid2sn(OBJ_obj2nid(digest->algorithm));
    r->time = signing_time(si);
    describe_id(si, r);
    x = find_signer(t, certs, si, content->bio, r);
    if (x) {
        describe_cert(x, r);
        if (!fits_algorithm(si, x))
            spoil(r, CLI_FLAW_ALGORITHM,
                  cli_strdup(_("the algorithm it names is not one of the signer's key")));
        else if (is_weak(si, x))
            spoil(r, CLI_FLAW_WEAK, NULL);
        check_attributes(cms, si, content, r);
        check_cades(c, si, x, r);
        if (t->store && !(X509_get_key_usage(x) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
            spoil(r, CLI_FLAW_KEY_USAGE, NULL);
        if (t->store)
            check_chain(c, t, cms, certs, x, r);
        else if (sk_X509_num(t->extra) > 0 && !is_among(t->extra, x))
            spoil(r, CLI_FLAW_OTHER_SIGNER, NULL);
    }
    sk_X509_pop_free(certs, X509_free);
}

void cli_checked_free(cli_checked *r)
{
    free(r->detail);
    free(r->subject);
    free(r->issuer);
    free(r->serial);
    free(r->time);
    free(r->not_after);
    memset(r, 0, sizeof(*r));
}
