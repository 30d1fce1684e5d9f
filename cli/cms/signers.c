/* SPDX-License-Identifier: Apache-2.0 */
/* Who signs: keys, their certificates, and what certificates go with them. See cli/cms/cms.h. */
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include "cli/cms/cms.h"

#define SIGNERS_MAX 16
#define CHAIN_MAX   16

/* ---- certificates --------------------------------------------------------------------------- */

static int no_passphrase(char *buf, int size, int rwflag, void *arg)
{
    (void)buf, (void)size, (void)rwflag, (void)arg;
    return 0;
}

static int push(STACK_OF(X509) * to, X509 *x)
{
    if (x && sk_X509_push(to, x))
        return 1;
    X509_free(x);
    return 0;
}

int cli_certs_read(const char *path, STACK_OF(X509) * to)
{
    BIO *bio = BIO_new_file(path, "rb");
    int before = sk_X509_num(to), code = CLI_OK;
    X509 *x;

    if (!bio)
        return cli_fail_ossl(CLI_FAILURE, _("cannot read %s"), path);
    ERR_clear_error();
    while ((x = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL)
        push(to, x);
    if (sk_X509_num(to) != before && cli_pem_damaged())
        code = cli_fail(CLI_FAILURE, _("a certificate in %s is damaged"), path);
    if (sk_X509_num(to) == before && BIO_seek(bio, 0) == 0)
        push(to, d2i_X509_bio(bio, NULL));
    if (sk_X509_num(to) == before)
        code = cli_fail(CLI_FAILURE, _("there is no X.509 certificate in %s"), path);
    BIO_free(bio);
    ERR_clear_error();
    return code;
}

/* ---- the key and its certificate ------------------------------------------------------------ */

/* What a command line gives besides the keys. */
typedef struct given {
    STACK_OF(X509) * certs; /* --cert */
    STACK_OF(X509) * chain; /* --chain, and those of the tokens that were used */
} given;

static X509 *parse(cli *c, CK_SESSION_HANDLE session, const cli_object *o)
{
    size_t len;
    uint8_t *der = cli_attribute(c, session, o->handle, CKA_VALUE, &len);
    const unsigned char *p = der;
    X509 *x = der ? d2i_X509(NULL, &p, (long)len) : NULL;

    free(der);
    return x;
}

static int is_current(const X509 *x)
{
    return X509_cmp_current_time(X509_get0_notBefore(x)) < 0 &&
           X509_cmp_current_time(X509_get0_notAfter(x)) > 0;
}

/* Of two certificates of one key: the one that is valid now, then the newer one. */
static int is_better(const X509 *x, const X509 *than)
{
    if (!than || is_current(x) != is_current(than))
        return !than || is_current(x);
    return ASN1_TIME_compare(X509_get0_notBefore(x), X509_get0_notBefore(than)) > 0;
}

/* The certificates of the token, all of them kept for chains; returns the key's own, not counted.
 */
static X509 *find_cert(cli *c, CK_SESSION_HANDLE session, const cli_token *token,
                       const cli_object *key, const cli_object *wanted, given *g)
{
    CK_OBJECT_CLASS cls = CKO_CERTIFICATE;
    CK_ATTRIBUTE match = {CKA_CLASS, &cls, sizeof(cls)};
    cli_objects found = {0};
    X509 *best = NULL, *x;

    if (cli_objects_find(c, session, token, &match, 1, &found) != CLI_OK)
        return NULL;
    for (size_t i = 0; i < found.n; i++) {
        const cli_object *o = &found.at[i];
        int same = key->id_len ? o->id_len == key->id_len && !memcmp(o->id, key->id, key->id_len)
                               : *key->label && !strcmp(o->label, key->label);

        if (wanted)
            same = o->handle == wanted->handle;
        x = parse(c, session, o);
        if (x && push(g->chain, x) && same && is_better(x, best))
            best = x;
    }
    cli_objects_free(&found);
    ERR_clear_error();
    return best;
}

/* A signer as the command line names it, and where it was found. */
typedef struct quest {
    P11KitUri *uri;
    cli_token token;
    CK_SESSION_HANDLE session;
    cli_objects keys, certs;
} quest;

static int find_objects(cli *c, const quest *q, CK_OBJECT_CLASS cls, const CK_ATTRIBUTE *id,
                        const CK_ATTRIBUTE *label, cli_objects *found)
{
    CK_ATTRIBUTE match[3] = {{CKA_CLASS, &cls, sizeof(cls)}};
    size_t n = 1;

    if (id && id->ulValueLen)
        match[n++] = *id;
    if (label && label->ulValueLen)
        match[n++] = *label;
    return cli_objects_find(c, q->session, &q->token, match, n, found);
}

static int is_gost(const cli_object *key)
{
    return key->key_type == CKK_GOSTR3410 || key->key_type == CKK_GOSTR3410_512;
}

static int choose_key(cli *c, quest *q, int named)
{
    CK_ATTRIBUTE id = {CKA_ID, NULL, 0}, *type = p11_kit_uri_get_attribute(q->uri, CKA_CLASS);
    CK_OBJECT_CLASS cls = CKO_PRIVATE_KEY;
    char *shown;
    int code;

    if (type && type->ulValueLen == sizeof(cls))
        memcpy(&cls, type->pValue, sizeof(cls));
    if (cls == CKO_CERTIFICATE) {
        code = find_objects(c, q, cls, p11_kit_uri_get_attribute(q->uri, CKA_ID),
                            p11_kit_uri_get_attribute(q->uri, CKA_LABEL), &q->certs);
        if (code != CLI_OK)
            return code;
        if (q->certs.n != 1)
            return cli_fail(CLI_NOT_FOUND,
                            q->certs.n ? _("several certificates match: name one by its id")
                                       : _("no certificate on the token \"%s\" matches"),
                            q->token.label);
        id.pValue = q->certs.at[0].id;
        id.ulValueLen = q->certs.at[0].id_len;
        code = id.ulValueLen ? find_objects(c, q, CKO_PRIVATE_KEY, &id, NULL, &q->keys) : CLI_OK;
    } else if (cls == CKO_PRIVATE_KEY) {
        code = find_objects(c, q, cls, p11_kit_uri_get_attribute(q->uri, CKA_ID),
                            p11_kit_uri_get_attribute(q->uri, CKA_LABEL), &q->keys);
    } else {
        code = cli_fail(CLI_USAGE, _("a signer is a private key or a certificate"));
    }
    if (code != CLI_OK)
        return code;
    if (!q->keys.n)
        return cli_fail(CLI_NOT_FOUND,
                        named ? _("no private key on the token \"%s\" matches: see \"gosttoken "
                                  "list objects\"")
                              : _("there is no private key on the token \"%s\""),
                        q->token.label);
    if (q->keys.n > 1)
        return cli_fail(CLI_NOT_FOUND,
                        _("%zu private keys on the token \"%s\" match: name one by --signer, with "
                          "the URI that \"gosttoken list objects\" shows"),
                        q->keys.n, q->token.label);
    if (is_gost(&q->keys.at[0]))
        return CLI_OK;
    shown = cli_printable(q->keys.at[0].label);
    code = cli_fail(CLI_FAILURE,
                    _("the key \"%s\" is no GOST key: this command signs with GOST "
                      "keys only"),
                    shown);
    free(shown);
    return code;
}

/* A name that is no URI is a label. */
static int open_quest(cli *c, const char *spec, quest *q)
{
    CK_ATTRIBUTE label = {CKA_LABEL, (void *)(spec ? spec : ""), spec ? strlen(spec) : 0};
    int code = CLI_OK;

    memset(q, 0, sizeof(*q));
    if (spec && gt_is_uri(spec)) {
        code = cli_uri_parse(spec, &q->uri);
    } else {
        q->uri = p11_kit_uri_new();
        if (!q->uri || (spec && p11_kit_uri_set_attribute(q->uri, &label) != P11_KIT_URI_OK))
            code = cli_fail(CLI_FAILURE, _("out of memory"));
    }
    if (code == CLI_OK)
        code = cli_token_choose(c, q->uri, &q->token);
    if (code == CLI_OK)
        code = cli_session(c, &q->token, 0, &q->session);
    if (code == CLI_OK)
        code = cli_login(c, &q->token, q->session, q->uri);
    return code;
}

/* The session stays open, and the login with it, until the program ends. */
static void leave_quest(quest *q)
{
    cli_objects_free(&q->keys);
    cli_objects_free(&q->certs);
    p11_kit_uri_free(q->uri);
}

static X509 *given_cert(const given *g, EVP_PKEY *key)
{
    for (int i = 0; i < sk_X509_num(g->certs); i++)
        if (X509_check_private_key(sk_X509_value(g->certs, i), key))
            return sk_X509_value(g->certs, i);
    ERR_clear_error();
    return NULL;
}

static void warn_of(X509 *x)
{
    char *subject = cli_cert_name(X509_get_subject_name(x)), *shown = cli_printable(subject);

    if (X509_cmp_current_time(X509_get0_notAfter(x)) < 0)
        cli_warn(_("the certificate of %s has expired: the signature will not be trusted"), shown);
    else if (X509_cmp_current_time(X509_get0_notBefore(x)) > 0)
        cli_warn(_("the certificate of %s is not valid yet"), shown);
    if (!(X509_get_key_usage(x) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
        cli_warn(_("the certificate of %s is not for signing (keyUsage): the signature will not be "
                   "trusted"),
                 shown);
    free(subject);
    free(shown);
}

static int default_digest(cli_signer *s)
{
    int nid = NID_undef;

    if (EVP_PKEY_get_default_digest_nid(s->key, &nid) > 0)
        s->md = EVP_get_digestbynid(nid);
    return s->md ? CLI_OK : cli_fail_ossl(CLI_FAILURE, _("the key has no digest to sign with"));
}

static int find_signer(cli *c, const char *spec, given *g, cli_signer *s)
{
    quest q;
    int code = open_quest(c, spec, &q);

    if (code == CLI_OK)
        code = choose_key(c, &q, spec != NULL);
    if (code == CLI_OK)
        code = cli_ossl_key(c, q.keys.at[0].uri, &s->key);
    if (code != CLI_OK)
        goto end;
    s->cert = given_cert(g, s->key);
    if (!s->cert)
        s->cert =
            find_cert(c, q.session, &q.token, &q.keys.at[0], q.certs.n ? &q.certs.at[0] : NULL, g);
    if (!s->cert) {
        code = cli_fail(CLI_NOT_FOUND,
                        _("there is no certificate for the key %s on its token: put it there with "
                          "\"gosttoken import-cert\", or name its file by --cert"),
                        q.keys.at[0].uri);
        goto end;
    }
    X509_up_ref(s->cert);
    if (!X509_check_private_key(s->cert, s->key)) {
        code = cli_fail_ossl(CLI_FAILURE, _("the certificate does not belong to the key %s"),
                             q.keys.at[0].uri);
        goto end;
    }
    warn_of(s->cert);
    code = default_digest(s);
end:
    leave_quest(&q);
    return code;
}

/* ---- what goes into the message ------------------------------------------------------------- */

static int include(cli_signers *s, X509 *x)
{
    for (int i = 0; i < sk_X509_num(s->include); i++)
        if (!X509_cmp(sk_X509_value(s->include, i), x))
            return 1;
    return X509_up_ref(x) && push(s->include, x);
}

static X509 *issuer_of(const given *g, X509 *x)
{
    for (int i = 0; i < sk_X509_num(g->chain); i++) {
        X509 *issuer = sk_X509_value(g->chain, i);

        if (X509_check_issued(issuer, x) == X509_V_OK &&
            X509_verify(x, X509_get0_pubkey(issuer)) > 0)
            return issuer;
    }
    return NULL;
}

/* Up to the root, which is left out: who verifies has it, or does not trust it. */
static int include_chain(cli_signers *s, const given *g, X509 *x)
{
    char *name, *shown;

    for (int i = 0; i < CHAIN_MAX; i++) {
        int root = X509_check_issued(x, x) == X509_V_OK;

        if (root && i)
            return 1;
        if (!include(s, x))
            return 0;
        if (root)
            return 1;
        x = issuer_of(g, x);
        if (!x)
            break;
    }
    ERR_clear_error();
    name =
        cli_cert_name(X509_get_issuer_name(sk_X509_value(s->include, sk_X509_num(s->include) - 1)));
    shown = cli_printable(name);
    cli_warn(_("the certificate of %s is neither on the token nor in --chain: the message has the "
               "chain as far as that"),
             shown);
    free(name);
    free(shown);
    return 1;
}

static int fill(cli *c, const given *g, cli_signers *s)
{
    const char *what = c->value[OPT_CMS_INCLUDE] ? c->value[OPT_CMS_INCLUDE] : "signer";
    int ok = 1;

    for (size_t i = 0; ok && i < s->n; i++)
        if (!strcmp(what, "signer"))
            ok = include(s, s->at[i].cert);
        else if (!strcmp(what, "chain"))
            ok = include_chain(s, g, s->at[i].cert);
    return ok ? CLI_OK : cli_fail(CLI_FAILURE, _("out of memory"));
}

static int read_files(const cli *c, int opt, STACK_OF(X509) * to)
{
    int at = 0, code = CLI_OK;
    const char *path;

    while (code == CLI_OK && (path = cli_each(c, opt, &at)) != NULL)
        code = cli_certs_read(path, to);
    return code;
}

static int add_signer(cli *c, const char *spec, given *g, cli_signers *s)
{
    int code;

    if (s->n == SIGNERS_MAX)
        return cli_fail(CLI_USAGE, _("there are too many signers"));
    if (spec && !*spec)
        return cli_fail(CLI_USAGE, _("the label is empty"));
    code = find_signer(c, spec, g, &s->at[s->n++]);
    for (size_t i = 0; code == CLI_OK && i + 1 < s->n; i++)
        if (!X509_cmp(s->at[i].cert, s->at[s->n - 1].cert))
            code = cli_fail(CLI_USAGE, _("a signer is named twice"));
    return code;
}

/* A certificate that somebody names is meant to be used. */
static int check_given(const given *g, const cli_signers *s)
{
    for (int k = 0; k < sk_X509_num(g->certs); k++)
        for (size_t i = 0; i < s->n; i++)
            if (!X509_cmp(sk_X509_value(g->certs, k), s->at[i].cert))
                return CLI_OK;
    return sk_X509_num(g->certs) > 0
               ? cli_fail(CLI_FAILURE, _("no certificate of --cert belongs to a key that signs"))
               : CLI_OK;
}

int cli_signers_find(cli *c, cli_signers *s)
{
    given g = {sk_X509_new_null(), sk_X509_new_null()};
    int code = cli_ossl_start(c);

    memset(s, 0, sizeof(*s));
    s->at = cli_alloc(SIGNERS_MAX * sizeof(*s->at));
    memset(s->at, 0, SIGNERS_MAX * sizeof(*s->at));
    s->include = sk_X509_new_null();
    if (code == CLI_OK && (!g.certs || !g.chain || !s->include))
        code = cli_fail(CLI_FAILURE, _("out of memory"));
    if (code == CLI_OK)
        code = read_files(c, OPT_CMS_CERT, g.certs);
    if (code == CLI_OK)
        code = read_files(c, OPT_CMS_CHAIN, g.chain);
    for (int i = 0; code == CLI_OK && i < c->n_given; i++)
        if (c->given[i].opt == OPT_CMS_SIGNER || c->given[i].opt == OPT_CMS_KEY ||
            c->given[i].opt == OPT_LABEL)
            code = add_signer(c, c->given[i].value, &g, s);
    if (code == CLI_OK && !s->n)
        code = add_signer(c, NULL, &g, s);
    if (code == CLI_OK)
        code = check_given(&g, s);
    if (code == CLI_OK)
        code = fill(c, &g, s);
    sk_X509_pop_free(g.certs, X509_free);
    sk_X509_pop_free(g.chain, X509_free);
    return code;
}

void cli_signers_free(cli_signers *s)
{
    for (size_t i = 0; i < s->n; i++) {
        EVP_PKEY_free(s->at[i].key);
        X509_free(s->at[i].cert);
    }
    free(s->at);
    sk_X509_pop_free(s->include, X509_free);
    memset(s, 0, sizeof(*s));
}
