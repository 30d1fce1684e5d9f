/* SPDX-License-Identifier: Apache-2.0 */
/* see digest.h */
#include "token/x509/digest.h"
#include "token/x509/oid.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define HASH94   "1.2.643.2.2.9"

static const tok_md_alg algs[] = {
    {"1.2.643.7.1.1.2.2", 32, 256, 0, NULL, NULL, NULL},
    {"1.2.643.7.1.1.2.3", 64, 512, 0, NULL, NULL, NULL},
    {HASH94, 32, 0, 0, NULL, NULL, NULL},
    {"2.16.840.1.101.3.4.2.1", 32, 0, CKM_SHA256, "SHA2-256", "1.2.840.113549.1.1.11",
     "1.2.840.10045.4.3.2"},
    {"2.16.840.1.101.3.4.2.2", 48, 0, CKM_SHA384, "SHA2-384", "1.2.840.113549.1.1.12",
     "1.2.840.10045.4.3.3"},
    {"2.16.840.1.101.3.4.2.3", 64, 0, CKM_SHA512, "SHA2-512", "1.2.840.113549.1.1.13",
     "1.2.840.10045.4.3.4"},
};

const tok_md_alg *tok_md_at(size_t i)
{
    return i < COUNT(algs) ? &algs[i] : NULL;
}

const tok_md_alg *tok_md_by_oid(const char *oid)
{
    size_t i;

    for (i = 0; i < COUNT(algs); i++) {
        if (strcmp(algs[i].oid, oid) == 0)
            return &algs[i];
    }
    return NULL;
}

const tok_md_alg *tok_md_by_algorithm(tok_der algorithm)
{
    tok_der in, oid, params = {NULL, 0};
    const tok_md_alg *alg;
    char text[TOK_OID_MAX];

    if (!tok_der_take(&algorithm, TOK_DER_SEQUENCE, &in, NULL) || algorithm.len != 0 ||
        !tok_der_take(&in, TOK_DER_OID, &oid, NULL) || !tok_oid_text(oid, text))
        return NULL;
    if (in.len > 0 && (!tok_der_any(&in, NULL, &params) || in.len != 0))
        return NULL;
    alg = tok_md_by_oid(text);
    if (alg == NULL || params.len == 0 || (params.len == 2 && params.p[0] == 0x05))
        return alg;
    /* The one set that is computed here. */
    if (strcmp(alg->oid, HASH94) != 0 || !tok_der_take(&params, TOK_DER_OID, &oid, NULL) ||
        !tok_oid_is(oid, "1.2.643.2.2.30.1"))
        return NULL;
    return alg;
}

void tok_md_put(tok_bytes *b, const tok_md_alg *alg)
{
    static const uint8_t null[] = {0x05, 0x00};
    size_t at = tok_bytes_begin(b, TOK_DER_SEQUENCE);

    (void)tok_oid_put(b, alg->oid);
    if (alg->evp == NULL) /* SHA-2's are absent (RFC 5754), the others NULL as everybody's */
        tok_bytes_put(b, null, sizeof null);
    tok_bytes_end(b, at);
}

void tok_md_start(tok_md *m, const tok_md_alg *alg)
{
    m->alg = alg;
    m->sha = alg->evp != NULL ? tok_hash_find(alg->mech) : NULL;
    if (m->sha != NULL)
        tok_hash_init(m->sha, &m->u.sha);
    else if (alg->streebog != 0)
        gost_streebog_init(&m->u.streebog, alg->streebog);
    else
        gost_hash94_init(&m->u.hash94, gost_hash94_cryptopro);
}

void tok_md_update(tok_md *m, const void *data, size_t len)
{
    if (len == 0)
        return;
    if (m->sha != NULL)
        tok_hash_update(m->sha, &m->u.sha, data, len);
    else if (m->alg->streebog != 0)
        gost_streebog_update(&m->u.streebog, data, len);
    else
        gost_hash94_update(&m->u.hash94, data, len);
}

void tok_md_final(tok_md *m, uint8_t out[TOK_MD_MAX])
{
    if (m->sha != NULL)
        tok_hash_final(m->sha, &m->u.sha, out);
    else if (m->alg->streebog != 0)
        gost_streebog_final(&m->u.streebog, out);
    else
        gost_hash94_final(&m->u.hash94, out);
}

void tok_md_of(const tok_md_alg *alg, const void *data, size_t len, uint8_t out[TOK_MD_MAX])
{
    tok_md m;

    tok_md_start(&m, alg);
    tok_md_update(&m, data, len);
    tok_md_final(&m, out);
}
