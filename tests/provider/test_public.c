/* SPDX-License-Identifier: Apache-2.0 */
/* All that needs no token: digests, and certificates, messages and keys that gost-engine made. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/objects.h>
#include <openssl/params.h>
#include <openssl/x509_vfy.h>

/* ---- digests --------------------------------------------------------------------------------- */

/* RFC 6986, 10.1: M1 (63 bytes) */
static const unsigned char m1[] = "012345678901234567890123456789012345678901234567890123456789012";
static const struct {
    const char *name;
    int nid;
    size_t size;
    unsigned char hash[64];
} digests[] = {
    {"md_gost12_256", NID_id_GostR3411_2012_256, 32, {0x9d, 0x15, 0x1e, 0xef, 0xd8, 0x59, 0x0b,
                                                      0x89, 0xda, 0xa6, 0xba, 0x6c, 0xb7, 0x4a,
                                                      0xf9, 0x27, 0x5d, 0xd0, 0x51, 0x02, 0x6b,
                                                      0xb1, 0x49, 0xa4, 0x52, 0xfd, 0x84, 0xe5,
                                                      0xe5, 0x7b, 0x55, 0x00}},
    {"md_gost12_512",
     NID_id_GostR3411_2012_512,
     64,
     {0x1b, 0x54, 0xd0, 0x1a, 0x4a, 0xf5, 0xb9, 0xd5, 0xcc, 0x3d, 0x86, 0xd6, 0x8d,
      0x28, 0x54, 0x62, 0xb1, 0x9a, 0xbc, 0x24, 0x75, 0x22, 0x2f, 0x35, 0xc0, 0x85,
      0x12, 0x2b, 0xe4, 0xba, 0x1f, 0xfa, 0x00, 0xad, 0x30, 0xf8, 0x76, 0x7b, 0x3a,
      0x82, 0x38, 0x4c, 0x65, 0x74, 0xf0, 0x24, 0xc3, 0x11, 0xe2, 0xa4, 0x81, 0x33,
      0x2b, 0x08, 0xef, 0x7f, 0x41, 0x79, 0x78, 0x91, 0xc1, 0x64, 0x6f, 0x48}},
};

enum { DIGESTS = sizeof(digests) / sizeof(digests[0]) };

static void check_digest(const EVP_MD *md, size_t i)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new(), *copy = EVP_MD_CTX_new();
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned len;

    assert_non_null(md);
    assert_int_equal(EVP_MD_get_type(md), digests[i].nid);
    assert_int_equal(EVP_MD_get_size(md), digests[i].size);
    assert_int_equal(EVP_MD_get_block_size(md), 64);
    assert_int_equal(EVP_Digest(m1, 63, out, &len, md, NULL), 1);
    assert_int_equal(len, digests[i].size);
    assert_memory_equal(out, digests[i].hash, len);
    /* In pieces, with a copy taken on the way, a context used again and one left unfinished. */
    for (size_t cut = 0; cut <= 63; cut++) {
        assert_int_equal(EVP_DigestInit_ex(ctx, md, NULL), 1);
        assert_int_equal(EVP_DigestUpdate(ctx, m1, cut), 1);
        assert_int_equal(EVP_MD_CTX_copy_ex(copy, ctx), 1);
        assert_int_equal(EVP_DigestUpdate(ctx, "else", 4), 1);
        assert_int_equal(EVP_DigestUpdate(copy, m1 + cut, 63 - cut), 1);
        assert_int_equal(EVP_DigestFinal_ex(copy, out, &len), 1);
        assert_memory_equal(out, digests[i].hash, len);
    }
    EVP_MD_CTX_free(ctx);
    EVP_MD_CTX_free(copy);
}

static void digests_native(void **state)
{
    (void)state;
    for (size_t i = 0; i < DIGESTS; i++) {
        const char *names[] = {digests[i].name, OBJ_nid2ln(digests[i].nid), NULL};
        char oid[64];

        OBJ_obj2txt(oid, sizeof(oid), OBJ_nid2obj(digests[i].nid), 1);
        names[2] = oid;
        for (size_t n = 0; n < 3; n++) {
            EVP_MD *md = EVP_MD_fetch(NULL, names[n], "provider=gosttoken");

            check_digest(md, i);
            assert_int_equal(EVP_MD_get_flags(md) & EVP_MD_FLAG_DIGALGID_MASK,
                             EVP_MD_FLAG_DIGALGID_ABSENT);
            EVP_MD_free(md);
        }
    }
}

static void digests_shell(void **state)
{
    (void)state;
    for (size_t i = 0; i < DIGESTS; i++) {
        check_digest(EVP_get_digestbyname(digests[i].name), i);
        check_digest(EVP_get_digestbynid(digests[i].nid), i);
        assert_null(EVP_MD_get0_provider(EVP_get_digestbynid(digests[i].nid)));
    }
}

/* ---- what gost-engine signed ----------------------------------------------------------------- */

static X509 *read_cert(const char *name)
{
    BIO *in = BIO_new_file(fx_path(name), "r");
    X509 *cert = PEM_read_bio_X509(in, NULL, NULL, NULL);

    BIO_free(in);
    assert_non_null(cert);
    return cert;
}

static int verify_cert(X509 *cert)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    int ok;

    assert_int_equal(X509_STORE_add_cert(store, cert), 1);
    X509_STORE_set_flags(store, X509_V_FLAG_CHECK_SS_SIGNATURE);
    assert_int_equal(X509_STORE_CTX_init(ctx, store, cert, NULL), 1);
    ok = X509_verify_cert(ctx);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    return ok;
}

static int verify_cms(const char *name, X509 *cert)
{
    BIO *in = BIO_new_file(fx_path(name), "r");
    BIO *out = BIO_new(BIO_s_null());
    CMS_ContentInfo *cms = d2i_CMS_bio(in, NULL);
    X509_STORE *store = X509_STORE_new();
    int ok;

    assert_non_null(cms);
    X509_STORE_add_cert(store, cert);
    ok = CMS_verify(cms, NULL, store, NULL, out, CMS_BINARY);
    X509_STORE_free(store);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    BIO_free(out);
    return ok;
}

static void their_signatures(void **state)
{
    (void)state;
    fx_write("doc", "a document\n");
    for (size_t i = 0; i < fx_set_count; i++) {
        const fx_set *set = &fx_sets[i];
        X509 *cert;
        EVP_PKEY *key;
        EVP_MD_CTX *ctx;
        unsigned char sig[129];
        size_t len;
        BIO *in;

        assert_int_equal(
            fx_other("openssl genpkey -algorithm gost2012_%u -pkeyopt paramset:%s -out key.pem && "
                     "openssl req -x509 -new -key key.pem -subj /CN=them -out cert.pem && "
                     "openssl cms -sign -signer cert.pem -inkey key.pem -in doc -binary -nodetach "
                     "-outform DER -out doc.p7s && "
                     "openssl dgst -md_gost12_%u -sign key.pem -out doc.sig doc",
                     set->bits, set->engine, set->bits),
            0);
        cert = read_cert("cert.pem");
        key = X509_get0_pubkey(cert);
        assert_non_null(key);
        assert_int_equal(EVP_PKEY_get_bits(key), set->bits);
        assert_int_equal(EVP_PKEY_get_size(key), set->bits / 4);
        assert_int_equal(EVP_PKEY_get_security_bits(key), set->bits / 2);
        assert_int_equal(verify_cert(cert), 1);
        assert_int_equal(verify_cms("doc.p7s", cert), 1);

        in = BIO_new_file(fx_path("doc.sig"), "r");
        len = (size_t)BIO_read(in, sig, sizeof(sig));
        BIO_free(in);
        assert_int_equal(len, set->bits / 4);
        ctx = EVP_MD_CTX_new();
        assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key), 1);
        assert_int_equal(EVP_DigestVerify(ctx, sig, len, (const unsigned char *)"a document\n", 11),
                         1);
        /* Every byte counts, and so does the length. */
        for (size_t at = 0; at < len; at += 13) {
            sig[at] ^= 0x10;
            assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key), 1);
            assert_int_not_equal(
                EVP_DigestVerify(ctx, sig, len, (const unsigned char *)"a document\n", 11), 1);
            sig[at] ^= 0x10;
        }
        for (size_t bad = 0; bad < len + 1; bad += bad == 0 ? len - 1 : 2) {
            assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key), 1);
            assert_int_not_equal(
                EVP_DigestVerify(ctx, sig, bad, (const unsigned char *)"a document\n", 11), 1);
        }
        EVP_MD_CTX_free(ctx);
        ERR_clear_error();
        X509_free(cert);
    }
}

/* ---- public keys ----------------------------------------------------------------------------- */

static EVP_PKEY *read_public(const char *name)
{
    BIO *in = BIO_new_file(fx_path(name), "r");
    EVP_PKEY *key = PEM_read_bio_PUBKEY(in, NULL, NULL, NULL);

    BIO_free(in);
    assert_non_null(key);
    return key;
}

static void public_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < fx_set_count; i++) {
        const fx_set *set = &fx_sets[i];
        EVP_PKEY *key, *same, *other, *params;
        unsigned char *der = NULL, raw[128];
        const unsigned char *p;
        size_t raw_len = sizeof(raw);
        EVP_PKEY_CTX *ctx;
        char *text, expect[80];
        BIO *out;
        int len;

        assert_int_equal(
            fx_other("openssl genpkey -algorithm gost2012_%u -pkeyopt paramset:%s -out key.pem && "
                     "openssl pkey -in key.pem -pubout -out pub.pem && "
                     "openssl pkey -in key.pem -pubout -outform DER -out pub.der && "
                     "openssl pkey -in key.pem -pubout -noout -text_pub | grep -v Warn >pub.txt && "
                     "openssl genpkey -algorithm gost2012_%u -pkeyopt paramset:%s | "
                     "openssl pkey -pubout -out other.pem",
                     set->bits, set->engine, set->bits, set->engine),
            0);
        key = read_public("pub.pem");
        other = read_public("other.pem");
        snprintf(expect, sizeof(expect), "gost2012_%u", set->bits);
        assert_int_equal(EVP_PKEY_is_a(key, expect), 1);

        /* Written as gost-engine wrote it, but for the optional digestParamSet of the 512-bit sets
         * A and B, which RFC 9215 wants left out. */
        len = i2d_PUBKEY(key, &der);
        assert_true(len > 0);
        out = BIO_new_file(fx_path("pub.der"), "r");
        {
            unsigned char theirs[300];
            int their_len = BIO_read(out, theirs, sizeof(theirs));

            assert_true(their_len == len ? memcmp(theirs, der, (size_t)len) == 0
                                         : set->bits == 512 && their_len == len + 10);
        }
        BIO_free(out);

        p = der;
        same = d2i_PUBKEY(NULL, &p, len);
        OPENSSL_free(der);
        assert_non_null(same);
        assert_int_equal(EVP_PKEY_eq(key, same), 1);
        assert_int_equal(EVP_PKEY_eq(key, other), 0);
        assert_int_equal(EVP_PKEY_parameters_eq(key, other), 1);
        assert_int_equal(EVP_PKEY_missing_parameters(key), 0);
        params = EVP_PKEY_new();
        assert_int_equal(EVP_PKEY_copy_parameters(params, key), 1);
        assert_int_equal(EVP_PKEY_parameters_eq(key, params), 1);
        assert_int_not_equal(EVP_PKEY_eq(key, params), 1);
        assert_true(i2d_PUBKEY(params, NULL) <= 0);
        EVP_PKEY_free(params);

        assert_int_equal(EVP_PKEY_get_raw_public_key(key, raw, &raw_len), 1);
        assert_int_equal(raw_len, set->bits / 4);

        ctx = EVP_PKEY_CTX_new(key, NULL);
        assert_int_equal(EVP_PKEY_public_check(ctx), 1);
        EVP_PKEY_CTX_free(ctx);

        /* As gost-engine prints it. */
        out = BIO_new(BIO_s_mem());
        assert_int_equal(EVP_PKEY_print_public(out, key, 0, NULL), 1);
        BIO_write(out, "", 1);
        assert_true(BIO_get_mem_data(out, &text) > 0);
        assert_non_null(strstr(text, "Public key:\n   X:"));
        assert_non_null(strstr(text, "Parameter set: "));
        BIO_free(out);

        EVP_PKEY_free(key);
        EVP_PKEY_free(same);
        EVP_PKEY_free(other);
    }
    ERR_clear_error();
}

/* A point that is not on the curve is told by the check, and no signature verifies with it. */
static void bad_point(void **state)
{
    unsigned char *der = NULL;
    const unsigned char *p;
    unsigned char sig[64] = {1}, digest[32] = {2};
    EVP_PKEY *key, *bad;
    EVP_PKEY_CTX *ctx;
    int len;

    (void)state;
    assert_int_equal(fx_other("openssl genpkey -algorithm gost2012_256 -pkeyopt paramset:TCA | "
                              "openssl pkey -pubout -out pub.pem"),
                     0);
    key = read_public("pub.pem");
    len = i2d_PUBKEY(key, &der);
    der[len - 1] ^= 1;
    p = der;
    bad = d2i_PUBKEY(NULL, &p, len);
    OPENSSL_free(der);
    assert_non_null(bad);
    ctx = EVP_PKEY_CTX_new(bad, NULL);
    assert_int_not_equal(EVP_PKEY_public_check(ctx), 1);
    assert_int_equal(fx_error("wrong key type", "not a point"), 1);
    assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
    assert_int_not_equal(EVP_PKEY_verify(ctx, sig, 64, digest, 32), 1);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    EVP_PKEY_free(bad);
    ERR_clear_error();
}

static int sign_verify(EVP_PKEY *signer, EVP_PKEY *verifier)
{
    static const unsigned char doc[] = "a document";
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char sig[128];
    size_t len = sizeof(sig);
    int ok = EVP_DigestSignInit(ctx, NULL, NULL, NULL, signer) == 1 &&
             EVP_DigestSign(ctx, sig, &len, doc, sizeof(doc)) == 1 && EVP_MD_CTX_reset(ctx) == 1 &&
             EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, verifier) == 1 &&
             EVP_DigestVerify(ctx, sig, len, doc, sizeof(doc)) == 1;

    EVP_MD_CTX_free(ctx);
    return ok;
}

/* A software key of the other side's: its public half is the same to us, and we sign with it. */
static void their_private_key(void **state)
{
    EVP_PKEY *key, *pub;
    BIO *in;

    (void)state;
    for (size_t i = 0; i < fx_set_count; i++) {
        assert_int_equal(fx_other("openssl genpkey -algorithm gost2012_%u -pkeyopt paramset:%s "
                                  "-out key.pem && openssl pkey -in key.pem -pubout -out pub.pem",
                                  fx_sets[i].bits, fx_sets[i].engine),
                         0);
        in = BIO_new_file(fx_path("key.pem"), "r");
        key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
        BIO_free(in);
        pub = read_public("pub.pem");
        assert_non_null(key);
        assert_int_equal(EVP_PKEY_eq(key, pub), 1);
        assert_int_equal(sign_verify(key, pub), 1);
        EVP_PKEY_free(key);
        EVP_PKEY_free(pub);
    }
}

/* The forms in which the private half is written by others: of 1 on CryptoPro A, where the public
 * key is the base point. */
static void private_forms(void **state)
{
    static const uint8_t head[] = {0x02, 0x01, 0x00, 0x30, 0x1F, 0x06, 0x08, 0x2A, 0x85,
                                   0x03, 0x07, 0x01, 0x01, 0x01, 0x01, 0x30, 0x13, 0x06,
                                   0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x23, 0x01, 0x06,
                                   0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x02};
    /* q - 1, little-endian: as a number and as its mask, (q - 1)^2 = 1 mod q */
    static const uint8_t minus_one[32] = {0x92, 0xB8, 0x61, 0xB7, 0x09, 0x1B, 0x84, 0x45,
                                          0x00, 0xD1, 0x5A, 0x99, 0x70, 0x10, 0x61, 0x6C,
                                          0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                          0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    uint8_t one[32] = {1}, masked[64], der[160], octets[100];
    EVP_PKEY *first = NULL;

    (void)state;
    memcpy(masked, minus_one, 32);
    memcpy(masked + 32, minus_one, 32);
    for (int form = 0; form < 7; form++) {
        static const int lens[] = {32, 34, 3, 68, 64, 33, 3};
        const unsigned char *p = der;
        size_t n = sizeof(head), len = (size_t)lens[form];
        PKCS8_PRIV_KEY_INFO *p8;
        EVP_PKEY *key;

        memset(octets, 0, sizeof(octets));
        switch (form) {
        case 0: /* bare */
            memcpy(octets, one, 32);
            break;
        case 1: /* in an OCTET STRING */
            memcpy(octets, "\x04\x20", 2);
            memcpy(octets + 2, one, 32);
            break;
        case 2: /* INTEGER */
            memcpy(octets, "\x02\x01\x01", 3);
            break;
        case 3: /* SEQUENCE with a masked key, and no public one */
            memcpy(octets, "\x30\x42\x04\x40", 4);
            memcpy(octets + 4, masked, 64);
            break;
        case 4: /* masked */
            memcpy(octets, masked, 64);
            break;
        case 6: /* zero is no key */
            memcpy(octets, "\x02\x01\x00", 3);
            break;
        default: /* 33 bytes are nothing */
            break;
        }
        memcpy(der + 2, head, n);
        der[2 + n] = 0x04;
        der[3 + n] = (uint8_t)len;
        memcpy(der + 4 + n, octets, len);
        der[0] = 0x30;
        der[1] = (uint8_t)(n + 2 + len);
        assert_true(n + 2 + len < 0x80);
        p8 = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)(4 + n + len));
        assert_non_null(p8);
        key = EVP_PKCS82PKEY(p8);
        PKCS8_PRIV_KEY_INFO_free(p8);
        if (form >= 5) {
            assert_null(key);
            assert_int_equal(fx_error("malformed key", "neither"), 1);
            continue;
        }
        assert_non_null(key);
        if (first == NULL)
            first = key;
        assert_int_equal(EVP_PKEY_eq(first, key), 1);
        assert_int_equal(sign_verify(key, first), 1);
        if (key != first)
            EVP_PKEY_free(key);
    }
    EVP_PKEY_free(first);
}

static void wrong_digest(void **state)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY *key;

    (void)state;
    assert_int_equal(fx_other("openssl genpkey -algorithm gost2012_256 -pkeyopt paramset:A | "
                              "openssl pkey -pubout -out pub.pem"),
                     0);
    key = read_public("pub.pem");
    assert_int_not_equal(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(fx_error("wrong digest for this key", "gost2012_256 key signs md_gost12_256"),
                     1);
    assert_int_not_equal(
        EVP_DigestVerifyInit(ctx, NULL, EVP_get_digestbyname("md_gost12_512"), NULL, key), 1);
    ERR_clear_error();
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
}

static void keygen(void **state)
{
    EVP_PKEY *one = NULL, *two = NULL, *params = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(NID_id_GostR3410_2012_256, NULL);

    (void)state;
    assert_non_null(ctx);
    assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
    assert_int_not_equal(EVP_PKEY_keygen(ctx, &one), 1);
    assert_int_equal(fx_error("no parameter set chosen", "gosttoken keygen"), 1);
    EVP_PKEY_free(one);
    one = NULL;
    assert_int_not_equal(EVP_PKEY_CTX_ctrl_str(ctx, "paramset", "Z"), 1);
    ERR_clear_error();
    assert_int_equal(EVP_PKEY_CTX_ctrl_str(ctx, "paramset", "TCA"), 1);
    assert_int_equal(EVP_PKEY_keygen(ctx, &one), 1);
    assert_int_equal(EVP_PKEY_keygen(ctx, &two), 1);
    assert_int_not_equal(EVP_PKEY_eq(one, two), 1);
    assert_int_equal(EVP_PKEY_parameters_eq(one, two), 1);
    assert_int_equal(sign_verify(one, one), 1);
    EVP_PKEY_free(two);
    two = NULL;
    EVP_PKEY_CTX_free(ctx);

    /* From parameters. */
    ctx = EVP_PKEY_CTX_new_id(NID_id_GostR3410_2012_512, NULL);
    assert_int_equal(EVP_PKEY_paramgen_init(ctx), 1);
    assert_int_equal(EVP_PKEY_CTX_ctrl_str(ctx, "paramset", "B"), 1);
    assert_int_equal(EVP_PKEY_paramgen(ctx, &params), 1);
    EVP_PKEY_CTX_free(ctx);
    ctx = EVP_PKEY_CTX_new(params, NULL);
    assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
    assert_int_equal(EVP_PKEY_keygen(ctx, &two), 1);
    assert_int_equal(EVP_PKEY_parameters_eq(params, two), 1);
    assert_int_equal(sign_verify(two, two), 1);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(one);
    EVP_PKEY_free(two);
    EVP_PKEY_free(params);
}

/* ---- damage ---------------------------------------------------------------------------------- */

static unsigned seed = 3410;

static unsigned any(unsigned below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* Whole certificates and PKCS #8 through libcrypto into the bridge: nothing but "no" may come of
 * it. */
static void mutations(void **state)
{
    unsigned char *cert_der = NULL, *copy;
    static const unsigned char stub[] =
        "\x30\x53\x02\x01\x00\x30\x17\x06\x08\x2a\x85\x03\x07\x01\x01\x01\x01\x30\x0b\x06\x09\x2a"
        "\x85\x03\x07\x01\x02\x01\x01\x01\x04\x35"
        "pkcs11:token=none;object=none?pin-source=/nonexistent";
    X509 *cert;
    int len;

    (void)state;
    assert_int_equal(fx_other("openssl genpkey -algorithm gost2012_512 -pkeyopt paramset:A -out "
                              "key.pem && openssl req -x509 -new -key key.pem -subj /CN=them "
                              "-out cert.pem"),
                     0);
    cert = read_cert("cert.pem");
    len = i2d_X509(cert, &cert_der);
    X509_free(cert);
    for (int i = 0; i < 20000; i++) {
        size_t n = (size_t)len;
        const unsigned char *p;

        copy = malloc(n);
        memcpy(copy, cert_der, n);
        for (unsigned k = any(3) + 1; k > 0; k--)
            copy[any((unsigned)n)] ^= (unsigned char)(1u << any(8));
        p = copy;
        cert = d2i_X509(NULL, &p, len);
        if (cert != NULL) {
            EVP_PKEY *key = X509_get0_pubkey(cert);

            if (key != NULL && i % 20 == 0)
                X509_verify(cert, key);
            X509_free(cert);
        }
        free(copy);

        n = sizeof(stub) - 1 - (any(4) == 0 ? any(40) : 0);
        copy = malloc(n);
        memcpy(copy, stub, n);
        for (unsigned k = any(3) + 1; k > 0; k--)
            copy[any((unsigned)n)] ^= (unsigned char)(1u << any(8));
        p = copy;
        if (i % 10 == 0) {
            PKCS8_PRIV_KEY_INFO *p8 = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)n);

            if (p8 != NULL)
                assert_null(EVP_PKCS82PKEY(p8));
            PKCS8_PRIV_KEY_INFO_free(p8);
        }
        free(copy);
        ERR_clear_error();
    }
    OPENSSL_free(cert_der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_native),   cmocka_unit_test(digests_shell),
        cmocka_unit_test(their_signatures), cmocka_unit_test(public_keys),
        cmocka_unit_test(bad_point),        cmocka_unit_test(their_private_key),
        cmocka_unit_test(private_forms),    cmocka_unit_test(wrong_digest),
        cmocka_unit_test(keygen),           cmocka_unit_test(mutations),
    };
    int failed;

    fx_need_peer();
    fx_start("");
    failed = cmocka_run_group_tests_name("provider-public", tests, NULL, NULL);
    fx_end();
    return failed;
}
