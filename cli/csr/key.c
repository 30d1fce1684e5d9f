/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/csr/key.h. */
#include <stdlib.h>
#include <string.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include "cli/csr/key.h"
#include "cli/keys/spki.h"
#include "codec/codec.h"
#include "gost/streebog.h"

#define SIG_MAX   1024 /* RSA of 8192 bits */
#define MATCH_MAX 8

typedef struct way {
    CK_KEY_TYPE type;
    unsigned bits; /* of the digest of GOST; else SHA-256 */
    CK_MECHANISM_TYPE mechanism;
    int whole; /* the mechanism takes the message, not its digest */
    const char *name, *digest, *signature, *cms;
    int digest_null, signature_null, cms_null; /* parameters are NULL, or absent */
} way;

/* Algorithm identifiers: RFC 9215 for GOST (in CMS: the key's own, as other implementations write
 * it), RFC 5754 for RSA and ECDSA with SHA-256. */
static const way ways[] = {
    {CKK_GOSTR3410, 256, CKM_GOSTR3410, 0, "gost2012_256", "1.2.643.7.1.1.2.2", "1.2.643.7.1.1.3.2",
     "1.2.643.7.1.1.1.1", 0, 0, 1},
    {CKK_GOSTR3410_512, 512, CKM_GOSTR3410_512, 0, "gost2012_512", "1.2.643.7.1.1.2.3",
     "1.2.643.7.1.1.3.3", "1.2.643.7.1.1.1.2", 0, 0, 1},
    {CKK_RSA, 0, CKM_SHA256_RSA_PKCS, 1, "rsa", "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.11",
     "1.2.840.113549.1.1.1", 1, 1, 1},
    {CKK_EC, 0, CKM_ECDSA, 0, "ec", "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2",
     "1.2.840.10045.4.3.2", 0, 0, 0},
};

static const way *way_of(CK_KEY_TYPE type)
{
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
        if (ways[i].type == type)
            return &ways[i];
    return NULL;
}

void csr_key_free(csr_key *key)
{
    free(key->label);
    free(key->id);
    free(key->uri);
    csr_public_free(&key->pub);
    gt_key_free(key->gost);
    memset(key, 0, sizeof(*key));
}

static void put_algorithm(csr_buf *out, const char *oid, int null)
{
    static const uint8_t nothing[] = {0x05, 0x00};
    size_t mark = csr_open(out, 0x30);

    (void)csr_oid(oid, out);
    csr_put(out, nothing, null ? sizeof(nothing) : 0);
    csr_close(out, mark);
}

static CK_KEY_TYPE type_of(const uint8_t *spki, size_t len)
{
    const unsigned char *p = spki;
    EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)len);
    int id = pkey ? EVP_PKEY_get_base_id(pkey) : 0;

    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return id == EVP_PKEY_RSA ? CKK_RSA : id == EVP_PKEY_EC ? CKK_EC : CK_UNAVAILABLE_INFORMATION;
}

int csr_key_public(csr_key *key, const uint8_t *spki, size_t len)
{
    const way *w;

    key->gost = gt_codec_read_spki(spki, len);
    key->type = key->gost ? key->gost->alg->key_type : type_of(spki, len);
    w = way_of(key->type);
    if (!w)
        return cli_fail(CLI_FAILURE,
                        _("the key \"%s\" is of a type that requests cannot be made with: GOST R "
                          "34.10-2012, RSA and EC keys can"),
                        key->label ? key->label : "");
    key->name = w->name;
    csr_put(&key->pub.spki, spki, len);
    put_algorithm(&key->pub.digest, w->digest, w->digest_null);
    put_algorithm(&key->pub.signature, w->signature, w->signature_null);
    put_algorithm(&key->pub.cms, w->cms, w->cms_null);
    return CLI_OK;
}

/* The public half of the object with this id: of the public key, else of the certificate. */
static uint8_t *spki_by_id(cli *c, CK_SESSION_HANDLE session, const cli_token *token,
                           const cli_object *key, size_t *len)
{
    CK_OBJECT_CLASS cls = CKO_PUBLIC_KEY;
    CK_ATTRIBUTE match[] = {{CKA_CLASS, &cls, sizeof(cls)}, {CKA_ID, key->id, key->id_len}};
    cli_objects found = {0};
    uint8_t *spki = NULL, *value;
    size_t n;

    if (!key->id_len || cli_objects_find(c, session, token, match, 2, &found) != CLI_OK)
        return NULL;
    for (size_t i = 0; i < found.n && !spki; i++)
        spki = cli_spki(c, session, &found.at[i], len);
    cli_objects_free(&found);
    cls = CKO_CERTIFICATE;
    if (spki || cli_objects_find(c, session, token, match, 2, &found) != CLI_OK)
        return spki;
    for (size_t i = 0; i < found.n && !spki; i++) {
        const unsigned char *p = value =
            cli_attribute(c, session, found.at[i].handle, CKA_VALUE, &n);
        X509 *x = value ? d2i_X509(NULL, &p, (long)n) : NULL;
        unsigned char *der = NULL;
        int m = x ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der) : 0;

        if (m > 0) {
            *len = (size_t)m;
            spki = memcpy(cli_alloc(*len), der, *len);
        }
        OPENSSL_free(der);
        X509_free(x);
        free(value);
    }
    ERR_clear_error();
    cli_objects_free(&found);
    return spki;
}

uint8_t *csr_key_spki(cli *c, CK_SESSION_HANDLE session, const cli_token *token,
                      const cli_object *key, size_t *len)
{
    uint8_t *spki =
        key->cls->cls == CKO_PRIVATE_KEY ? spki_by_id(c, session, token, key, len) : NULL;

    return spki ? spki : cli_spki(c, session, key, len);
}

static int not_one(const cli_token *token, const cli_objects *found, size_t named)
{
    char *names = cli_strdup("");
    int code;

    for (size_t i = 0; i < found->n && i < 10; i++) {
        char *label = cli_printable(found->at[i].label);
        char *longer = cli_printf("%s%s\"%s\"", names, *names ? ", " : "", label);

        free(label);
        free(names);
        names = longer;
    }
    if (!found->n)
        code = named ? cli_fail(CLI_NOT_FOUND,
                                _("the token \"%s\" has no such key: \"gosttoken list objects\" "
                                  "shows them, \"gosttoken keygen\" makes one"),
                                token->label)
                     : cli_fail(CLI_NOT_FOUND,
                                _("the token \"%s\" has no key: \"gosttoken keygen\" makes one"),
                                token->label);
    else
        code = cli_fail(CLI_NOT_FOUND,
                        _("there are several such keys on the token \"%s\" (%s): name one by "
                          "--label, --id or its URI"),
                        token->label, names);
    free(names);
    return code;
}

int csr_key_find(cli *c, CK_SESSION_HANDLE session, const cli_token *token,
                 const CK_ATTRIBUTE *match, size_t n, int private_half, csr_key *key)
{
    CK_OBJECT_CLASS cls = private_half ? CKO_PRIVATE_KEY : CKO_PUBLIC_KEY;
    CK_ATTRIBUTE all[MATCH_MAX] = {{CKA_CLASS, &cls, sizeof(cls)}};
    cli_objects found = {0};
    cli_object *o;
    uint8_t *spki = NULL;
    size_t len = 0;
    int code;

    memcpy(all + 1, match, n * sizeof(*match));
    code = cli_objects_find(c, session, token, all, n + 1, &found);
    if (code != CLI_OK)
        return code;
    if (found.n != 1) {
        code = not_one(token, &found, n);
        goto end;
    }
    o = &found.at[0];
    key->handle = private_half ? o->handle : CK_INVALID_HANDLE;
    key->label = cli_strdup(o->label);
    key->uri = cli_strdup(o->uri);
    key->id = o->id ? memcpy(cli_alloc(o->id_len + 1), o->id, o->id_len) : NULL;
    key->id_len = o->id ? o->id_len : 0;
    spki = csr_key_spki(c, session, token, o, &len);
    if (!spki) {
        code = cli_fail(CLI_NOT_FOUND,
                        _("the public half of the key \"%s\" is not on the token, nor a "
                          "certificate of it, and a request needs it"),
                        o->label);
        goto end;
    }
    code = csr_key_public(key, spki, len);
end:
    free(spki);
    cli_objects_free(&found);
    return code;
}

size_t csr_key_digest(const csr_key *key, const void *data, size_t len,
                      uint8_t digest[CSR_DIGEST_MAX])
{
    const way *w = way_of(key->type);
    unsigned n = 0;

    if (w->bits) {
        gost_streebog_hash(w->bits, data, len, digest);
        return w->bits / 8;
    }
    return EVP_Digest(data, len, digest, &n, EVP_sha256(), NULL) ? n : 0;
}

/* The token's r | s as X.509 has it: Ecdsa-Sig-Value. */
static int ecdsa_der(const uint8_t *raw, size_t len, csr_buf *sig)
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, (int)(len / 2), NULL);
    BIGNUM *s = BN_bin2bn(raw + len / 2, (int)(len / 2), NULL);
    unsigned char *der = NULL;
    int n = 0;

    if (pair && r && s && ECDSA_SIG_set0(pair, r, s)) {
        r = s = NULL;
        n = i2d_ECDSA_SIG(pair, &der);
    }
    if (n > 0)
        csr_put(sig, der, (size_t)n);
    OPENSSL_free(der);
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    return n > 0;
}

static int is_right(const csr_key *key, const csr_buf *data, const uint8_t *digest,
                    const csr_buf *sig)
{
    const unsigned char *p = key->pub.spki.p;
    EVP_MD_CTX *ctx;
    EVP_PKEY *pkey;
    int ok;

    if (key->gost)
        return sig->len == gt_alg_pub_size(key->gost->alg) &&
               gost_3410_verify(key->gost->ps, key->gost->pub, digest, sig->p);
    pkey = d2i_PUBKEY(NULL, &p, (long)key->pub.spki.len);
    ctx = EVP_MD_CTX_new();
    ok = pkey && ctx && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, pkey) &&
         EVP_DigestVerify(ctx, sig->p, sig->len, data->p, data->len) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return ok;
}

int csr_key_sign(cli *c, CK_SESSION_HANDLE session, const csr_key *key, const csr_buf *data,
                 csr_buf *sig)
{
    const way *w = way_of(key->type);
    CK_MECHANISM mechanism = {w->mechanism, NULL, 0};
    uint8_t digest[CSR_DIGEST_MAX], raw[SIG_MAX];
    CK_ULONG len = sizeof(raw);
    size_t n = csr_key_digest(key, data->p, data->len, digest);
    CK_RV rv = c->fn->C_SignInit(session, &mechanism, key->handle);
    int ok = 1;

    if (rv == CKR_OK)
        rv = w->whole ? c->fn->C_Sign(session, data->p, (CK_ULONG)data->len, raw, &len)
                      : c->fn->C_Sign(session, digest, (CK_ULONG)n, raw, &len);
    if (rv != CKR_OK)
        return cli_fail_rv(c, rv, _("sign with the key \"%s\""), key->label);
    if (key->type == CKK_EC)
        ok = ecdsa_der(raw, len, sig);
    else
        csr_put(sig, raw, len);
    if (!ok || !is_right(key, data, digest, sig))
        return cli_fail(CLI_FAILURE,
                        _("the signature of the key \"%s\" is not that of its public half: the "
                          "private key and the public key of this name on the token do not belong "
                          "together"),
                        key->label);
    return CLI_OK;
}
