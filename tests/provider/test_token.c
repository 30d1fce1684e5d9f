/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of a token in EVP, X509, CMS, PKCS #7, the store and the engine; gost-engine checks it all.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/engine.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>

#define KEY(label)  "pkcs11:token=" FX_LABEL ";object=" label ";type=private"
#define CERT(label) "pkcs11:token=" FX_LABEL ";object=" label ";type=cert"
#define PUB(label)  "pkcs11:token=" FX_LABEL ";object=" label ";type=public"

static const unsigned char doc[] = "a document\n";
enum { DOC = sizeof(doc) - 1 };

/* ---- help ------------------------------------------------------------------------------------ */

/* The key of the i-th parameter set has this label. */
static const char *set_uri(size_t i, const char *type)
{
    static char uris[4][128];
    static unsigned next;
    char *uri = uris[next++ % 4];

    snprintf(uri, sizeof(uris[0]), "pkcs11:token=" FX_LABEL ";object=set%zu;type=%s", i, type);
    return uri;
}

static BIO *doc_bio(void)
{
    return BIO_new_mem_buf(doc, DOC);
}

static void write_pem_cert(const char *name, X509 *cert)
{
    BIO *out = BIO_new_file(fx_path(name), "w");

    assert_int_equal(PEM_write_bio_X509(out, cert), 1);
    BIO_free(out);
}

static void write_public(const char *name, EVP_PKEY *key)
{
    BIO *out = BIO_new_file(fx_path(name), "w");

    assert_int_equal(PEM_write_bio_PUBKEY(out, key), 1);
    BIO_free(out);
}

static void write_bytes(const char *name, const unsigned char *bytes, size_t len)
{
    BIO *out = BIO_new_file(fx_path(name), "w");

    assert_int_equal(BIO_write(out, bytes, (int)len), len);
    BIO_free(out);
}

static EVP_PKEY *must_private(const char *uri)
{
    EVP_PKEY *key = fx_private(uri, FX_PIN);

    if (key == NULL)
        ERR_print_errors_fp(stderr);
    assert_non_null(key);
    return key;
}

/* What gost-engine says of our work, where there is one on the machine. */
#define they_agree(...) (fx_peer() == NULL ? 0 : fx_other(__VA_ARGS__))

/* ---- every parameter set --------------------------------------------------------------------- */

static void every_set(void **state)
{
    (void)state;
    write_bytes("doc", doc, DOC);
    for (size_t i = 0; i < fx_set_count; i++) {
        const fx_set *set = &fx_sets[i];
        EVP_PKEY *key = must_private(set_uri(i, "private")), *pub;
        EVP_MD_CTX *ctx = EVP_MD_CTX_new(), *copy = EVP_MD_CTX_new();
        unsigned char sig[128], sig2[128];
        size_t len = 0, len2 = sizeof(sig2);
        CMS_ContentInfo *cms;
        X509 *cert;
        BIO *in, *out;

        assert_int_equal(EVP_PKEY_get_bits(key), set->bits);
        /* One shot. */
        assert_int_equal(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key), 1);
        assert_int_equal(EVP_DigestSign(ctx, NULL, &len, doc, DOC), 1);
        assert_int_equal(len, set->bits / 4);
        assert_int_equal(EVP_DigestSign(ctx, sig, &len, doc, DOC), 1);
        assert_int_equal(len, set->bits / 4);
        /* In pieces, and by a copy of the context. */
        assert_int_equal(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key), 1);
        assert_int_equal(EVP_DigestSignUpdate(ctx, doc, 3), 1);
        assert_int_equal(EVP_MD_CTX_copy_ex(copy, ctx), 1);
        assert_int_equal(EVP_DigestSignUpdate(ctx, "else", 4), 1);
        assert_int_equal(EVP_DigestSignUpdate(copy, doc + 3, DOC - 3), 1);
        assert_int_equal(EVP_DigestSignFinal(copy, sig2, &len2), 1);
        /* Both verify here, with the public key from the token, and are not the same. */
        pub = fx_public(set_uri(i, "public"));
        assert_non_null(pub);
        assert_int_equal(EVP_PKEY_eq(key, pub), 1);
        assert_int_equal(EVP_MD_CTX_reset(ctx), 1); /* or it would keep its first key */
        assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pub), 1);
        assert_int_equal(EVP_DigestVerify(ctx, sig, len, doc, DOC), 1);
        assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key), 1);
        assert_int_equal(EVP_DigestVerify(ctx, sig2, len2, doc, DOC), 1);
        assert_memory_not_equal(sig, sig2, len);
        /* And there: signature, certificate, message, request. */
        write_public("pub.pem", key);
        write_bytes("doc.sig", sig, len);
        cert = fx_self_signed(key, "us", 1);
        assert_int_equal(X509_check_private_key(cert, key), 1);
        write_pem_cert("cert.pem", cert);
        in = doc_bio();
        cms = CMS_sign(cert, key, NULL, in, CMS_BINARY);
        assert_non_null(cms);
        out = BIO_new_file(fx_path("doc.p7s"), "w");
        assert_int_equal(i2d_CMS_bio(out, cms), 1);
        BIO_free(out);
        BIO_free(in);
        CMS_ContentInfo_free(cms);
        {
            X509_REQ *req = X509_REQ_new();

            assert_int_equal(X509_REQ_set_version(req, X509_REQ_VERSION_1), 1);
            X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(req), "CN", MBSTRING_ASC,
                                       (const unsigned char *)"us", -1, -1, 0);
            assert_int_equal(X509_REQ_set_pubkey(req, key), 1);
            assert_true(X509_REQ_sign(req, key, NULL) > 0);
            assert_int_equal(X509_REQ_verify(req, key), 1);
            out = BIO_new_file(fx_path("req.pem"), "w");
            PEM_write_bio_X509_REQ(out, req);
            BIO_free(out);
            X509_REQ_free(req);
        }
        assert_int_equal(
            they_agree(
                "openssl dgst -md_gost12_%u -verify pub.pem -signature doc.sig doc && "
                "openssl verify -check_ss_sig -CAfile cert.pem cert.pem && "
                "openssl cms -verify -inform DER -in doc.p7s -CAfile cert.pem -out /dev/null "
                "&& openssl req -in req.pem -verify -noout",
                set->bits),
            0);
        X509_free(cert);
        EVP_PKEY_free(pub);
        EVP_PKEY_free(key);
        EVP_MD_CTX_free(ctx);
        EVP_MD_CTX_free(copy);
    }
}

/* ---- EVP_PKEY_CTX ---------------------------------------------------------------------------- */

static void digest_sign_and_context(void **state)
{
    EVP_PKEY *key = must_private(KEY("alice"));
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL), *copy;
    unsigned char digest[64] = {7}, sig[64];
    size_t len = sizeof(sig);
    const EVP_MD *md;

    (void)state;
    assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
    assert_int_equal(EVP_PKEY_CTX_set_signature_md(ctx, EVP_get_digestbyname("md_gost12_256")), 1);
    copy = EVP_PKEY_CTX_dup(ctx);
    assert_non_null(copy);
    assert_int_equal(EVP_PKEY_CTX_get_signature_md(copy, &md), 1);
    assert_int_equal(EVP_MD_get_type(md), NID_id_GostR3411_2012_256);
    assert_int_equal(EVP_PKEY_sign(copy, sig, &len, digest, 32), 1);
    assert_int_equal(len, 64);
    EVP_PKEY_CTX_free(copy);
    /* Wrong lengths of the digest, too little room, a wrong digest. */
    len = sizeof(sig);
    assert_int_not_equal(EVP_PKEY_sign(ctx, sig, &len, digest, 31), 1);
    assert_int_equal(fx_error("wrong digest length", "32 bytes"), 1);
    assert_int_not_equal(EVP_PKEY_sign(ctx, sig, &len, digest, 64), 1);
    len = 63;
    assert_int_not_equal(EVP_PKEY_sign(ctx, sig, &len, digest, 32), 1);
    assert_int_not_equal(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()), 1);
    ERR_clear_error();
    len = 64;
    assert_int_equal(EVP_PKEY_sign(ctx, sig, &len, digest, 32), 1);
    assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
    assert_int_equal(EVP_PKEY_verify(ctx, sig, len, digest, 32), 1);
    digest[0]++;
    assert_int_equal(EVP_PKEY_verify(ctx, sig, len, digest, 32), 0);
    EVP_PKEY_CTX_free(ctx);

    /* The digest by name, as newer code does, and fetched. */
    {
        EVP_MD_CTX *mctx = EVP_MD_CTX_new();
        EVP_MD *fetched = EVP_MD_fetch(NULL, "md_gost12_256", NULL);

        len = sizeof(sig);
        assert_int_equal(EVP_DigestSignInit_ex(mctx, NULL, "md_gost12_256", NULL, NULL, key, NULL),
                         1);
        assert_int_equal(EVP_DigestSign(mctx, sig, &len, doc, DOC), 1);
        assert_int_equal(EVP_DigestVerifyInit(mctx, NULL, fetched, NULL, key), 1);
        assert_int_equal(EVP_DigestVerify(mctx, sig, len, doc, DOC), 1);
        EVP_MD_free(fetched);
        EVP_MD_CTX_free(mctx);
    }
    /* The old way. */
    {
        EVP_MD_CTX *mctx = EVP_MD_CTX_new();
        unsigned old_len = 0;

        assert_int_equal(EVP_SignInit(mctx, EVP_get_digestbyname("md_gost12_256")), 1);
        assert_int_equal(EVP_SignUpdate(mctx, doc, DOC), 1);
        assert_int_equal(EVP_SignFinal(mctx, sig, &old_len, key), 1);
        assert_int_equal(EVP_VerifyInit(mctx, EVP_get_digestbyname("md_gost12_256")), 1);
        assert_int_equal(EVP_VerifyUpdate(mctx, doc, DOC), 1);
        assert_int_equal(EVP_VerifyFinal(mctx, sig, old_len, key), 1);
        EVP_MD_CTX_free(mctx);
    }
    EVP_PKEY_free(key);
}

static void key_facts(void **state)
{
    EVP_PKEY *key = must_private(KEY("alice")), *same = must_private(KEY("alice"));
    EVP_PKEY *other = must_private(KEY("set1")), *pub = fx_public(KEY("alice"));
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    BIO *out = BIO_new(BIO_s_mem());
    unsigned char raw[64];
    size_t len = sizeof(raw);
    char *text, name[64];
    int nid;

    (void)state;
    assert_int_equal(EVP_PKEY_eq(key, same), 1);
    assert_int_not_equal(EVP_PKEY_eq(key, other), 1);
    assert_non_null(pub); /* the public half, by the private key's URI */
    assert_int_equal(EVP_PKEY_eq(key, pub), 1);
    assert_int_equal(EVP_PKEY_get_default_digest_nid(key, &nid), 2);
    assert_int_equal(nid, NID_id_GostR3411_2012_256);
    assert_int_equal(EVP_PKEY_get_default_digest_name(key, name, sizeof(name)), 2);
    assert_string_equal(name, "md_gost12_256");
    assert_int_equal(EVP_PKEY_check(ctx), 1);
    assert_int_equal(EVP_PKEY_public_check(ctx), 1);
    EVP_PKEY_CTX_free(ctx);

    assert_int_equal(EVP_PKEY_print_private(out, key, 2, NULL), 1);
    BIO_write(out, "", 1);
    assert_true(BIO_get_mem_data(out, &text) > 0);
    assert_ptr_equal(strstr(text, "  Private key: on the token, pkcs11:"), text);
    assert_non_null(strstr(text, "object=alice"));
    assert_null(strstr(text, FX_PIN));
    BIO_free(out);

    /* Nothing of the private key comes out, in any way. */
    out = BIO_new(BIO_s_null());
    assert_int_equal(PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 0);
    assert_int_equal(fx_error("private key stays on the token", "-pubout"), 1);
    assert_int_equal(PEM_write_bio_PrivateKey(out, key, EVP_aes_128_cbc(), NULL, 0, NULL, "pass"),
                     0);
    assert_int_not_equal(i2d_PrivateKey_bio(out, key), 1);
    assert_null(EVP_PKEY2PKCS8(key));
    assert_int_not_equal(EVP_PKEY_get_raw_private_key(key, raw, &len), 1);
    ERR_clear_error();
    BIO_free(out);
    EVP_PKEY_free(key);
    EVP_PKEY_free(same);
    EVP_PKEY_free(other);
    EVP_PKEY_free(pub);
}

/* ---- messages -------------------------------------------------------------------------------- */

static int verify_cms(CMS_ContentInfo *cms, X509 *cert, BIO *content, unsigned flags)
{
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *certs = sk_X509_new_null();
    BIO *out = BIO_new(BIO_s_null());
    int ok;

    sk_X509_push(certs, cert);
    X509_STORE_add_cert(store, cert);
    ok = CMS_verify(cms, certs, store, content, out, flags);
    BIO_free(out);
    sk_X509_free(certs);
    X509_STORE_free(store);
    return ok;
}

static void messages(void **state)
{
    static const char *const who[] = {KEY("alice"), KEY("bob")};
    static const char *const digest[] = {"md_gost12_256", "md_gost12_512"};
    static const unsigned variants[] = {0,
                                        CMS_NOATTR,
                                        CMS_CADES,
                                        CMS_DETACHED,
                                        CMS_DETACHED | CMS_NOATTR,
                                        CMS_DETACHED | CMS_CADES,
                                        CMS_NOCERTS,
                                        CMS_NOSMIMECAP};

    (void)state;
    write_bytes("doc", doc, DOC);
    for (size_t w = 0; w < 2; w++) {
        EVP_PKEY *key = must_private(who[w]);
        X509 *cert = fx_self_signed(key, "us", 1);

        write_pem_cert("cert.pem", cert);
        for (size_t v = 0; v < sizeof(variants) / sizeof(variants[0]); v++)
            for (int named = 0; named < 2; named++) {
                const EVP_MD *md = named ? EVP_get_digestbyname(digest[w]) : NULL;
                unsigned flags = variants[v] | CMS_BINARY;
                CMS_ContentInfo *cms =
                    CMS_sign(NULL, NULL, NULL, NULL, flags | CMS_PARTIAL | CMS_STREAM);
                CMS_SignerInfo *si;
                X509_ALGOR *md_alg, *sig_alg;
                BIO *in = doc_bio(), *out;
                int type;

                assert_non_null(cms);
                si = CMS_add1_signer(cms, cert, key, md, flags);
                assert_non_null(si);
                CMS_SignerInfo_get0_algs(si, NULL, NULL, &md_alg, &sig_alg);
                /* Identifiers without parameters. */
                X509_ALGOR_get0(NULL, &type, NULL, sig_alg);
                assert_int_equal(type, V_ASN1_UNDEF);
                X509_ALGOR_get0(NULL, &type, NULL, md_alg);
                assert_int_equal(type, V_ASN1_UNDEF);
                assert_int_equal(CMS_final(cms, in, NULL, flags), 1);
                BIO_free(in);
                out = BIO_new_file(fx_path("doc.p7s"), "w");
                assert_int_equal(i2d_CMS_bio(out, cms), 1);
                BIO_free(out);
                CMS_ContentInfo_free(cms);

                out = BIO_new_file(fx_path("doc.p7s"), "r");
                cms = d2i_CMS_bio(out, NULL);
                BIO_free(out);
                in = flags & CMS_DETACHED ? doc_bio() : NULL;
                assert_int_equal(verify_cms(cms, cert, in, CMS_BINARY | (flags & CMS_CADES)), 1);
                BIO_free(in);
                CMS_ContentInfo_free(cms);
                assert_int_equal(
                    they_agree("openssl cms -verify -binary -inform DER -in doc.p7s %s "
                               "-CAfile cert.pem -certfile cert.pem -out /dev/null",
                               flags & CMS_DETACHED ? "-content doc" : ""),
                    0);
            }
        /* The wrong digest is refused, and so is somebody else's certificate. */
        {
            CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL);

            assert_null(CMS_add1_signer(cms, cert, key, EVP_sha256(), 0));
            assert_int_equal(fx_error("wrong digest for this key", digest[w]), 1);
            CMS_ContentInfo_free(cms);
        }
        X509_free(cert);
        EVP_PKEY_free(key);
    }
}

static void pkcs7(void **state)
{
    static const int variants[] = {0, PKCS7_DETACHED, PKCS7_NOATTR, PKCS7_DETACHED | PKCS7_NOATTR};
    EVP_PKEY *key = must_private(KEY("bob"));
    X509 *cert = fx_self_signed(key, "us", 1);

    (void)state;
    write_bytes("doc", doc, DOC);
    write_pem_cert("cert.pem", cert);
    for (size_t v = 0; v < sizeof(variants) / sizeof(variants[0]); v++) {
        BIO *in = doc_bio(), *out;
        PKCS7 *p7 = PKCS7_sign(cert, key, NULL, in, variants[v] | PKCS7_BINARY);

        assert_non_null(p7);
        BIO_free(in);
        out = BIO_new_file(fx_path("doc.p7"), "w");
        assert_int_equal(i2d_PKCS7_bio(out, p7), 1);
        BIO_free(out);
        PKCS7_free(p7);
        assert_int_equal(they_agree("openssl smime -verify -binary -inform DER -in doc.p7 %s "
                                    "-CAfile cert.pem -out /dev/null",
                                    variants[v] & PKCS7_DETACHED ? "-content doc" : ""),
                         0);
    }
    X509_free(cert);
    EVP_PKEY_free(key);
}

static void crl(void **state)
{
    EVP_PKEY *key = must_private(KEY("alice"));
    X509 *cert = fx_self_signed(key, "ca", 1);
    X509_CRL *list = X509_CRL_new();
    ASN1_TIME *now = X509_gmtime_adj(NULL, 0);
    BIO *out;

    (void)state;
    assert_int_equal(X509_CRL_set_version(list, 1), 1);
    assert_int_equal(X509_CRL_set_issuer_name(list, X509_get_subject_name(cert)), 1);
    assert_int_equal(X509_CRL_set1_lastUpdate(list, now), 1);
    assert_int_equal(X509_CRL_set1_nextUpdate(list, now), 1);
    assert_true(X509_CRL_sign(list, key, NULL) > 0);
    assert_int_equal(X509_CRL_verify(list, key), 1);
    out = BIO_new_file(fx_path("crl.pem"), "w");
    PEM_write_bio_X509_CRL(out, list);
    BIO_free(out);
    write_pem_cert("cert.pem", cert);
    assert_int_equal(they_agree("openssl crl -in crl.pem -CAfile cert.pem -noout"), 0);
    ASN1_TIME_free(now);
    X509_CRL_free(list);
    X509_free(cert);
    EVP_PKEY_free(key);
}

/* ---- the store ------------------------------------------------------------------------------- */

/* Counts what a URI lists, by type. */
static void list(const char *uri, const char *pin, int counts[8])
{
    OSSL_STORE_CTX *store;
    OSSL_STORE_INFO *info;

    setenv("GOSTTOKEN_PIN", pin, 1);
    memset(counts, 0, 8 * sizeof(int));
    store = OSSL_STORE_open(uri, NULL, NULL, NULL, NULL);
    assert_non_null(store);
    while (!OSSL_STORE_eof(store)) {
        info = OSSL_STORE_load(store);
        assert_non_null(info);
        counts[OSSL_STORE_INFO_get_type(info)]++;
        OSSL_STORE_INFO_free(info);
    }
    OSSL_STORE_close(store);
    unsetenv("GOSTTOKEN_PIN");
}

static void listing(void **state)
{
    int counts[8], keys = (int)fx_set_count + 2 + 2;

    (void)state;
    list("pkcs11:token=" FX_LABEL, FX_PIN, counts);
    assert_int_equal(counts[OSSL_STORE_INFO_PUBKEY], keys);
    assert_int_equal(counts[OSSL_STORE_INFO_PKEY], keys);
    assert_int_equal(counts[OSSL_STORE_INFO_CERT], 2);
    list("pkcs11:token=" FX_LABEL ";type=private", FX_PIN, counts);
    assert_int_equal(counts[OSSL_STORE_INFO_PUBKEY], 0);
    assert_int_equal(counts[OSSL_STORE_INFO_PKEY], keys);
    list("pkcs11:type=cert", FX_PIN, counts);
    assert_int_equal(counts[OSSL_STORE_INFO_CERT], 2);
    assert_int_equal(counts[OSSL_STORE_INFO_PKEY], 0);
    list("pkcs11:object=alice;type=public", FX_PIN, counts);
    assert_int_equal(counts[OSSL_STORE_INFO_PUBKEY], 1);
}

static void certificates(void **state)
{
    X509 *alice = fx_cert(CERT("alice")), *any = fx_cert("pkcs11:object=bob");
    EVP_PKEY *key = must_private("pkcs11:object=alice"); /* no type: what is expected tells */
    OSSL_STORE_SEARCH *by_name;
    OSSL_STORE_CTX *store;
    OSSL_STORE_INFO *info;

    (void)state;
    assert_non_null(alice);
    assert_non_null(any);
    assert_int_equal(X509_check_private_key(alice, key), 1);
    assert_int_not_equal(X509_check_private_key(any, key), 1);
    ERR_clear_error();

    /* By subject, as certificate chains are looked up. */
    by_name = OSSL_STORE_SEARCH_by_name(X509_get_subject_name(any));
    store = OSSL_STORE_open("pkcs11:token=" FX_LABEL, NULL, NULL, NULL, NULL);
    assert_int_equal(OSSL_STORE_expect(store, OSSL_STORE_INFO_CERT), 1);
    assert_int_equal(OSSL_STORE_find(store, by_name), 1);
    info = OSSL_STORE_load(store);
    assert_non_null(info);
    assert_int_equal(X509_cmp(OSSL_STORE_INFO_get0_CERT(info), any), 0);
    OSSL_STORE_INFO_free(info);
    assert_int_equal(OSSL_STORE_eof(store), 1);
    OSSL_STORE_close(store);
    OSSL_STORE_SEARCH_free(by_name);

    /* Closed with things left. */
    store = OSSL_STORE_open("pkcs11:token=" FX_LABEL, NULL, NULL, NULL, NULL);
    info = OSSL_STORE_load(store);
    assert_non_null(info);
    OSSL_STORE_INFO_free(info);
    OSSL_STORE_close(store);
    X509_free(alice);
    X509_free(any);
    EVP_PKEY_free(key);
}

/* ---- a file with a URI stub ------------------------------------------------------------------ */

/* Writes one for a 256-bit key; params is the parameter set's OID. */
static void write_stub(const char *name, const char *uri, const char *set)
{
    PKCS8_PRIV_KEY_INFO *p8 = PKCS8_PRIV_KEY_INFO_new();
    ASN1_OBJECT *object = OBJ_txt2obj(set, 1);
    unsigned char der[64], *p = der;
    ASN1_STRING *params = ASN1_STRING_type_new(V_ASN1_SEQUENCE);
    int len = i2d_ASN1_OBJECT(object, NULL);
    BIO *out = BIO_new_file(fx_path(name), "w");

    *p++ = 0x30;
    *p++ = (unsigned char)len;
    i2d_ASN1_OBJECT(object, &p);
    ASN1_STRING_set(params, der, len + 2);
    assert_int_equal(PKCS8_pkey_set0(p8, OBJ_nid2obj(NID_id_GostR3410_2012_256), 0, V_ASN1_SEQUENCE,
                                     params, (unsigned char *)OPENSSL_strdup(uri),
                                     (int)strlen(uri)),
                     1);
    assert_int_equal(PEM_write_bio_PKCS8_PRIV_KEY_INFO(out, p8), 1);
    BIO_free(out);
    PKCS8_PRIV_KEY_INFO_free(p8);
    ASN1_OBJECT_free(object);
}

static EVP_PKEY *read_stub(const char *name)
{
    BIO *in = BIO_new_file(fx_path(name), "r");
    EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);

    BIO_free(in);
    return key;
}

static void stub_files(void **state)
{
    EVP_PKEY *key, *same = must_private(KEY("alice"));
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char sig[64];
    size_t len = sizeof(sig);

    (void)state;
    setenv("GOSTTOKEN_PIN", FX_PIN, 1);
    write_stub("stub.pem", KEY("alice"), "1.2.643.7.1.2.1.1.1");
    key = read_stub("stub.pem");
    assert_non_null(key);
    assert_int_equal(EVP_PKEY_eq(key, same), 1);
    assert_int_equal(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key), 1);
    assert_int_equal(EVP_DigestSign(ctx, sig, &len, doc, DOC), 1);
    EVP_PKEY_free(key);
    /* Through the store's file: scheme, too. */
    key = fx_private(fx_path("stub.pem"), NULL);
    assert_non_null(key);
    EVP_PKEY_free(key);

    write_stub("stub.pem", KEY("alice"), "1.2.643.2.2.35.1");
    assert_null(read_stub("stub.pem"));
    assert_int_equal(fx_error("malformed key", "other parameters"), 1);
    write_stub("stub.pem", KEY("nobody"), "1.2.643.7.1.2.1.1.1");
    assert_null(read_stub("stub.pem"));
    assert_int_equal(fx_error("no such object", "nobody"), 1);
    write_stub("stub.pem", "file:/etc/passwd", "1.2.643.7.1.2.1.1.1");
    assert_null(read_stub("stub.pem"));
    ERR_clear_error();
    unsetenv("GOSTTOKEN_PIN");
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(same);
}

/* ---- the engine ------------------------------------------------------------------------------ */

static UI_METHOD *pin_method(pem_password_cb *cb)
{
    return UI_UTIL_wrap_read_pem_callback(cb, 0);
}

static int answer_pin(char *buf, int size, int rwflag, void *data)
{
    (void)rwflag;
    assert_string_equal(data, "data");
    snprintf(buf, (size_t)size, FX_PIN);
    return (int)strlen(buf);
}

static void engine_loads(void **state)
{
    static const char *const ids[] = {"gosttoken", "pkcs11"};
    struct {
        const char *id;
        X509 *cert;
    } load;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        ENGINE *e = ENGINE_by_id(ids[i]);
        UI_METHOD *ui = pin_method(answer_pin);
        EVP_PKEY *key, *pub;

        assert_non_null(e);
        assert_int_equal(ENGINE_init(e), 1);
        key = ENGINE_load_private_key(e, KEY("alice"), ui, (void *)"data");
        assert_non_null(key);
        pub = ENGINE_load_public_key(e, PUB("alice"), NULL, NULL);
        assert_non_null(pub);
        assert_int_equal(EVP_PKEY_eq(key, pub), 1);
        EVP_PKEY_free(pub);
        load.id = CERT("alice");
        load.cert = NULL;
        assert_int_equal(ENGINE_ctrl_cmd(e, "LOAD_CERT_CTRL", 0, &load, NULL, 1), 1);
        assert_int_equal(X509_check_private_key(load.cert, key), 1);
        X509_free(load.cert);
        EVP_PKEY_free(key);

        /* The PIN by a command: for a program that has neither a callback nor a configuration. */
        assert_int_equal(ENGINE_ctrl_cmd_string(e, "PIN", FX_PIN, 0), 1);
        key = ENGINE_load_private_key(e, KEY("bob"), NULL, NULL);
        assert_non_null(key);
        EVP_PKEY_free(key);
        assert_int_equal(ENGINE_ctrl_cmd_string(e, "MODULE_PATH", "/nonexistent/module.so", 0), 1);
        assert_null(ENGINE_load_private_key(e, KEY("bob"), NULL, NULL));
        assert_int_equal(fx_error("pkcs11 module not loadable", "/nonexistent/module.so"), 1);
        assert_int_equal(ENGINE_ctrl_cmd_string(e, "MODULE_PATH", TEST_MODULE, 0), 1);
        assert_null(ENGINE_load_private_key(e, "not-a-uri", NULL, NULL));
        assert_int_equal(fx_error("bad pkcs11 uri", ""), 1);
        UI_destroy_method(ui);
        ENGINE_finish(e);
        ENGINE_free(e);
    }
}

/* ---- all ------------------------------------------------------------------------------------- */

static void make_all(void)
{
    char label[32];

    fx_make_token(FX_LABEL, FX_PIN);
    for (size_t i = 0; i < fx_set_count; i++) {
        snprintf(label, sizeof(label), "set%zu", i);
        fx_make_key(FX_LABEL, FX_PIN, label, (uint8_t)(i + 1), fx_sets[i].bits, fx_sets[i].oid);
    }
    fx_make_key(FX_LABEL, FX_PIN, "alice", 0xA1, 256, "1.2.643.7.1.2.1.1.1");
    fx_make_key(FX_LABEL, FX_PIN, "bob", 0xB0, 512, "1.2.643.7.1.2.1.2.1");
    fx_make_key(FX_LABEL, FX_PIN, "twins", 0xC1, 256, "1.2.643.7.1.2.1.1.2");
    fx_make_key(FX_LABEL, FX_PIN, "twins", 0xC2, 256, "1.2.643.7.1.2.1.1.2");
}

static int put_certs(void **state)
{
    EVP_PKEY *alice = must_private(KEY("alice")), *bob = must_private(KEY("bob"));
    X509 *a = fx_self_signed(alice, "Alice", 1), *b = fx_self_signed(bob, "Bob", 2);

    (void)state;
    fx_put_cert(FX_LABEL, FX_PIN, "alice", 0xA1, a);
    fx_put_cert(FX_LABEL, FX_PIN, "bob", 0xB0, b);
    X509_free(a);
    X509_free(b);
    EVP_PKEY_free(alice);
    EVP_PKEY_free(bob);
    return 0;
}

static void twins(void **state)
{
    EVP_PKEY *key;

    (void)state;
    assert_null(fx_private(KEY("twins"), FX_PIN));
    assert_int_equal(fx_error("more than one object matches", "2 objects"), 1);
    key = must_private("pkcs11:token=" FX_LABEL ";object=twins;id=%C2;type=private");
    EVP_PKEY_free(key);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_set),    cmocka_unit_test(digest_sign_and_context),
        cmocka_unit_test(key_facts),    cmocka_unit_test(messages),
        cmocka_unit_test(pkcs7),        cmocka_unit_test(crl),
        cmocka_unit_test(listing),      cmocka_unit_test(certificates),
        cmocka_unit_test(twins),        cmocka_unit_test(stub_files),
        cmocka_unit_test(engine_loads),
    };
    int failed;

    if (argc == 6)
        return fx_put_cert_main(argv);
    fx_start("");
    make_all();
    failed = cmocka_run_group_tests_name("provider-token", tests, put_certs, NULL);
    fx_end();
    return failed;
}
