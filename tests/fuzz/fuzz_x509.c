/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes from strangers: certificates, revocation lists, CMS messages, read as
 * C_EX_PKCS7VerifyInit, C_EX_GetCertificateInfoText and C_CreateObject do. The first byte chooses.
 * What a reader points to must lie within what it was given.
 */
#include "token/x509/cert.h"
#include "token/x509/chain.h"
#include "token/x509/cms.h"
#include "token/x509/name.h"
#include "token/x509/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned seen;

/* Reads all of it: a sanitizer sees what is not there. */
static void touch(tok_der d)
{
    unsigned sum = 0;

    for (size_t i = 0; i < d.len; i++)
        sum += d.p[i];
    seen += sum;
}

static void certificate(const uint8_t *p, size_t len)
{
    tok_bytes text = {0};
    tok_certificate parts;
    tok_x509 *cert;

    if (tok_der_certificate(p, len, &parts)) {
        touch(parts.serial);
        touch(parts.issuer);
        touch(parts.subject);
        touch(parts.public_key_info);
    }
    if (tok_x509_new(p, len, &cert) != CKR_OK)
        return;
    touch(cert->tbs);
    touch(cert->signature);
    touch(cert->key.whole);
    touch(cert->key_id);
    touch(cert->distribution);
    (void)tok_x509_self_issued(cert);
    (void)tok_x509_may_issue(cert, cert);
    tok_name_print(cert->subject, &text);
    tok_x509_text(&text, cert);
    touch((tok_der){text.p, text.len});
    tok_bytes_free(&text);
    tok_x509_free(cert);
}

static void list(const uint8_t *p, size_t len)
{
    tok_x509 none;
    tok_crl *crl;

    if (tok_crl_new(p, len, &crl) != CKR_OK)
        return;
    memset(&none, 0, sizeof none);
    none.serial = (tok_der){(const uint8_t *)"\x07", 1};
    (void)tok_crl_lists(crl, &none);
    touch(crl->revoked);
    touch(crl->point);
    touch(crl->signature);
    tok_crl_free(crl);
}

static void message(const uint8_t *p, size_t len)
{
    tok_x509_pool none = {NULL, 0};
    const tok_x509_pool *others[1];
    const tok_crl_pool *crls[1];
    tok_chain chain;
    tok_cms *cms;

    if (tok_cms_read(p, len, &cms) != CKR_OK)
        return;
    tok_cms_hash_start(cms);
    tok_cms_hash(cms, p, len);
    tok_cms_hash_finish(cms);
    others[0] = &cms->certs;
    crls[0] = &cms->crls;
    for (size_t i = 0; i < cms->signers_n; i++) {
        for (size_t k = 0; k < cms->certs.n; k++) {
            if (!tok_cms_signer_is(cms, i, cms->certs.certs[k]))
                continue;
            (void)tok_cms_check(cms, i, cms->certs.certs[k]);
            chain = (tok_chain){.trusted = k % 2 ? &cms->certs : &none,
                                .others = others[0],
                                .others_n = 1,
                                .crls = crls,
                                .crls_n = 1,
                                .mode = TOK_CRL_ALL,
                                .now = 1700000000,
                                .checks = 20};
            (void)tok_chain_verify(&chain, cms->certs.certs[k]);
        }
    }
    tok_cms_free(cms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(const uint8_t *, size_t) = {certificate, list, message};
    uint8_t *exact;

    if (size == 0)
        return 0;
    exact = malloc(size); /* of its own, from the second byte on */
    if (exact == NULL)
        return 0;
    memcpy(exact, data + 1, size - 1);
    readers[data[0] % 3](exact, size - 1);
    free(exact);
    return 0;
}
