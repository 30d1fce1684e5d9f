/* SPDX-License-Identifier: Apache-2.0 */
/* see chain.h */
#include "token/x509/chain.h"

#include <gosttoken/rutoken.h>
#include <stdlib.h>

#define MAX_PATH 12

typedef struct path {
    const tok_x509 *certs[MAX_PATH];
    size_t n;
} path;

/* ---- pools ---------------------------------------------------------------------------------- */

/* Room for one more pointer: it grows by doubling. */
static int grow(void *array, size_t n)
{
    void **list = *(void ***)array;

    if ((n & (n - 1)) != 0)
        return 1;
    list = realloc(list, (n == 0 ? 1 : 2 * n) * sizeof *list);
    if (list == NULL)
        return 0;
    *(void ***)array = list;
    return 1;
}

CK_RV tok_x509_pool_add(tok_x509_pool *pool, const uint8_t *der, size_t len)
{
    CK_RV rv;

    if (!grow(&pool->certs, pool->n))
        return CKR_HOST_MEMORY;
    rv = tok_x509_new(der, len, &pool->certs[pool->n]);
    pool->n += rv == CKR_OK;
    return rv;
}

void tok_x509_pool_free(tok_x509_pool *pool)
{
    while (pool->n > 0)
        tok_x509_free(pool->certs[--pool->n]);
    free(pool->certs);
    pool->certs = NULL;
}

CK_RV tok_crl_pool_add(tok_crl_pool *pool, const uint8_t *der, size_t len)
{
    CK_RV rv;

    if (!grow(&pool->crls, pool->n))
        return CKR_HOST_MEMORY;
    rv = tok_crl_new(der, len, &pool->crls[pool->n]);
    pool->n += rv == CKR_OK;
    return rv;
}

void tok_crl_pool_free(tok_crl_pool *pool)
{
    while (pool->n > 0)
        tok_crl_free(pool->crls[--pool->n]);
    free(pool->crls);
    pool->crls = NULL;
}

/* ---- one certificate ------------------------------------------------------------------------ */

static CK_RV refuse(tok_chain *chain, const char *why)
{
    if (chain->why == NULL)
        chain->why = why;
    return CKR_CERT_CHAIN_NOT_VERIFIED;
}

static CK_RV check_signature(tok_chain *chain, const tok_x509 *issuer, tok_der algorithm,
                             tok_der tbs, tok_der signature, const char *why)
{
    CK_RV rv;

    if (chain->checks-- <= 0)
        return refuse(chain, "too many certificates to try");
    rv = tok_signature_check_message(&issuer->key, algorithm, tbs, signature);
    return rv == CKR_SIGNATURE_INVALID ? refuse(chain, why) : rv;
}

/* What is asked of every certificate of a chain. */
static CK_RV check_cert(tok_chain *chain, const tok_x509 *c)
{
    if (chain->now < c->not_before)
        return refuse(chain, "a certificate is not valid yet");
    if (chain->now > c->not_after)
        return refuse(chain, "a certificate has expired");
    if (c->unknown_critical)
        return refuse(chain, "a certificate has a critical extension that is not known");
    return CKR_OK;
}

static int is_anchor(const tok_chain *chain, const tok_x509 *c)
{
    size_t i;

    if (!chain->partial && !(tok_x509_self_issued(c) && tok_x509_may_issue(c, c)))
        return 0;
    for (i = 0; i < chain->trusted->n; i++) {
        if (tok_der_same(chain->trusted->certs[i]->whole, c->whole))
            return 1;
    }
    return 0;
}

/* What is asked of one that issued the chain so far. */
static CK_RV check_issuer(tok_chain *chain, const tok_x509 *c, const path *p)
{
    long below = 0;
    size_t i;

    /* Certificates without extensions are from before version 3: as roots only. */
    if (!c->ca && !(c->version == 1 && tok_x509_self_issued(c) && is_anchor(chain, c)))
        return refuse(chain, "an issuer is not an authority");
    if (c->has_usage && (c->usage & TOK_KU_CERT_SIGN) == 0)
        return refuse(chain, "an issuer's key is not for certificates");
    if (c->constrained)
        return refuse(chain, "an issuer has constraints that this token does not work out");
    for (i = 1; i < p->n; i++)
        below += !tok_x509_self_issued(p->certs[i]);
    if (c->path_len >= 0 && below > c->path_len)
        return refuse(chain, "the chain is longer than an issuer allows");
    return CKR_OK;
}

static CK_RV check_leaf(tok_chain *chain, const tok_x509 *c)
{
    if (c->has_usage && (c->usage & (TOK_KU_DIGITAL_SIGNATURE | TOK_KU_NON_REPUDIATION)) == 0)
        return refuse(chain, "the signer's key is not for signatures");
    return CKR_OK;
}

/* ---- revocation ----------------------------------------------------------------------------- */

static int same_name(const tok_bytes *a, const tok_bytes *b)
{
    return tok_der_same((tok_der){a->p, a->len}, (tok_der){b->p, b->len});
}

/* 1 if one of the list's names is among those of the certificate's distribution points. */
static int same_point(const tok_crl *crl, const tok_x509 *c)
{
    tok_der points, all = c->distribution, point, name, full, one, names, other;

    if (!tok_der_take(&all, TOK_DER_SEQUENCE, &points, NULL))
        return 0;
    while (tok_der_take(&points, TOK_DER_SEQUENCE, &point, NULL)) {
        if (!tok_der_take(&point, 0xA0, &name, NULL) || !tok_der_take(&name, 0xA0, &full, NULL))
            continue;
        while (tok_der_any(&full, NULL, &one)) {
            for (names = crl->point; tok_der_any(&names, NULL, &other);) {
                if (tok_der_same(one, other))
                    return 1;
            }
        }
    }
    return 0;
}

/* 1 if a list without the certificate says that it is good. */
static int covers(const tok_chain *chain, const tok_crl *crl, const tok_x509 *c)
{
    if (crl->delta || crl->partial || crl->unknown_critical || (crl->only_user && c->ca) ||
        (crl->only_ca && !c->ca))
        return 0;
    if (crl->point.len != 0 && !same_point(crl, c))
        return 0;
    return chain->now >= crl->this_update && chain->now <= crl->next_update;
}

/* What one list says. CKR_OK: nothing against the certificate; *good is set if the list is one
 * that says it is good, else *why says what it lacks. */
static CK_RV ask(tok_chain *chain, const tok_crl *crl, const tok_x509 *c, const tok_x509 *issuer,
                 int *good, const char **why)
{
    int listed, covering;
    CK_RV rv;

    if (!same_name(&crl->issuer_canonical, &issuer->subject_canonical) ||
        (crl->authority_key_id.len != 0 && issuer->key_id.len != 0 &&
         !tok_der_same(crl->authority_key_id, issuer->key_id)))
        return CKR_OK;
    if (issuer->has_usage && (issuer->usage & TOK_KU_CRL_SIGN) == 0) {
        *why = "an issuer's key is not for revocation lists";
        return CKR_OK;
    }
    listed = tok_crl_lists(crl, c);
    covering = covers(chain, crl, c);
    if (!listed && !covering) {
        *why = "a revocation list is out of date or for other certificates";
        return CKR_OK;
    }
    if (chain->checks-- <= 0)
        return refuse(chain, "too many revocation lists to try");
    rv = tok_signature_check_message(&issuer->key, crl->algorithm, crl->tbs, crl->signature);
    if (rv == CKR_SIGNATURE_INVALID) {
        *why = "a revocation list's signature is wrong";
        return CKR_OK;
    }
    if (rv == CKR_OK && listed)
        return refuse(chain, "a certificate has been revoked");
    *good |= rv == CKR_OK;
    return rv;
}

static CK_RV check_revoked(tok_chain *chain, const tok_x509 *c, const tok_x509 *issuer, int needed)
{
    const char *why = "there is no revocation list of an issuer";
    int good = 0;
    size_t i, k;
    CK_RV rv = CKR_OK;

    for (k = 0; k < chain->crls_n; k++) {
        for (i = 0; i < chain->crls[k]->n && rv == CKR_OK; i++)
            rv = ask(chain, chain->crls[k]->crls[i], c, issuer, &good, &why);
    }
    if (rv != CKR_OK)
        return rv;
    return good || !needed ? CKR_OK : refuse(chain, why);
}

static CK_RV check_path_revoked(tok_chain *chain, const path *p)
{
    size_t i;
    CK_RV rv = CKR_OK;

    for (i = 0; i < p->n && rv == CKR_OK; i++) {
        const tok_x509 *c = p->certs[i], *issuer = i + 1 < p->n ? p->certs[i + 1] : c;
        int needed = chain->mode == TOK_CRL_ALL || (chain->mode == TOK_CRL_LEAF && i == 0);

        if (issuer != c || tok_x509_self_issued(c))
            rv = check_revoked(chain, c, issuer, needed);
        else if (needed && i == 0) /* trusted by itself; who could revoke it is not here */
            rv = refuse(chain, "there is no issuer to say whether the certificate is revoked");
    }
    return rv;
}

/* ---- the path ------------------------------------------------------------------------------- */

static CK_RV extend(tok_chain *chain, path *p);

/* Tries one certificate as the issuer of the last in the path. CKR_CERT_CHAIN_NOT_VERIFIED: another
 * may do. */
static CK_RV try_issuer(tok_chain *chain, path *p, const tok_x509 *c)
{
    const tok_x509 *last = p->certs[p->n - 1];
    size_t i;
    CK_RV rv;

    if (!tok_x509_may_issue(c, last))
        return CKR_CERT_CHAIN_NOT_VERIFIED;
    for (i = 0; i < p->n; i++) {
        if (tok_der_same(p->certs[i]->whole, c->whole))
            return CKR_CERT_CHAIN_NOT_VERIFIED;
    }
    rv = check_issuer(chain, c, p);
    if (rv == CKR_OK)
        rv = check_signature(chain, c, last->algorithm, last->tbs, last->signature,
                             "a certificate's signature is wrong");
    if (rv == CKR_OK)
        rv = check_cert(chain, c);
    if (rv != CKR_OK)
        return rv;
    p->certs[p->n++] = c;
    rv = extend(chain, p);
    p->n--;
    return rv;
}

static CK_RV try_pool(tok_chain *chain, path *p, const tok_x509_pool *pool)
{
    CK_RV rv = CKR_CERT_CHAIN_NOT_VERIFIED;
    size_t i;

    for (i = 0; i < pool->n && rv == CKR_CERT_CHAIN_NOT_VERIFIED; i++)
        rv = try_issuer(chain, p, pool->certs[i]);
    return rv;
}

static CK_RV extend(tok_chain *chain, path *p)
{
    CK_RV rv = CKR_CERT_CHAIN_NOT_VERIFIED;
    size_t i;

    if (is_anchor(chain, p->certs[p->n - 1])) {
        rv = check_path_revoked(chain, p);
        if (rv != CKR_CERT_CHAIN_NOT_VERIFIED)
            return rv;
    }
    if (p->n == MAX_PATH)
        return refuse(chain, "the chain is too long");
    rv = try_pool(chain, p, chain->trusted);
    for (i = 0; i < chain->others_n && rv == CKR_CERT_CHAIN_NOT_VERIFIED; i++)
        rv = try_pool(chain, p, &chain->others[i]);
    return rv == CKR_CERT_CHAIN_NOT_VERIFIED
               ? refuse(chain, "no trusted certificate is at the end of the chain")
               : rv;
}

CK_RV tok_chain_verify(tok_chain *chain, const tok_x509 *leaf)
{
    path p = {.certs = {leaf}, .n = 1};
    CK_RV rv;

    chain->why = NULL;
    rv = check_cert(chain, leaf);
    if (rv == CKR_OK)
        rv = check_leaf(chain, leaf);
    return rv == CKR_OK ? extend(chain, &p) : rv;
}
