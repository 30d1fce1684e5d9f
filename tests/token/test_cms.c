/* SPDX-License-Identifier: Apache-2.0 */
/* C_EX_PKCS7Sign, and C_EX_PKCS7Verify on single messages: with the openssl program on the other
 * side of both. Chains are test_verify.c's. */
#include "tests/token/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The article's content. */
static CK_BYTE data[] = {
    0x01, 0x00, 0x02, 0x35, 0x35, 0x02, 0x00, 0x01, 0x01, 0x81, 0x00, 0x09, 0x34, 0x30, 0x34, 0x34,
    0x34, 0x35, 0x39, 0x39, 0x38, 0x82, 0x00, 0x0A, 0x37, 0x37, 0x38, 0x31, 0x35, 0x36, 0x34, 0x36,
    0x31, 0x31, 0x86, 0x00, 0x03, 0x52, 0x55, 0x42, 0xFF, 0x00, 0x0D, 0x30, 0x30, 0x30, 0x30, 0x30,
};

static CK_SESSION_HANDLE s;
static CK_OBJECT_HANDLE pub, priv, cert;
static CK_BYTE *cms;
static CK_ULONG cms_len;

/* ---- helpers -------------------------------------------------------------------------------- */

/* The authorities live as long as the program. */
static void need_ca(const char *name, const char *type)
{
    static char made[8][16];
    size_t i;

    for (i = 0; made[i][0] != '\0'; i++) {
        if (strcmp(made[i], name) == 0)
            return;
    }
    (void)strcpy(made[i], name);
    peer_ca(name, type, NULL, "root");
}

/* A key pair on the token with a certificate of that authority's. */
static void enrol(const char *ca, const char *type, const char *ps)
{
    need_ca(ca, type);
    if (ps != NULL)
        make_pair(s, paramset(ps), CK_FALSE, &pub, &priv);
    else if (strcmp(type, "EC") == 0)
        make_ec(s, &pub, &priv);
    else
        make_rsa(s, &pub, &priv);
    token_csr(s, pub, priv, "alice");
    peer_issue(ca, "alice", "leaf", NULL, NULL);
    cert = token_cert(s, "alice");
}

static CK_VENDOR_X509_STORE trusting(const char *file, CK_VENDOR_BUFFER *b)
{
    CK_VENDOR_X509_STORE store;

    memset(&store, 0, sizeof store);
    *b = file_buffer(file);
    store.pTrustedCertificates = b;
    store.ulTrustedCertificateCount = 1;
    return store;
}

/* Verifies a message that has its content inside, or `content` beside it. */
static CK_RV verify(const CK_BYTE *p, CK_ULONG len, const char *root, const CK_BYTE *content,
                    CK_ULONG content_len, int beside, CK_FLAGS flags, CK_ULONG *signers)
{
    CK_VENDOR_BUFFER b, *found = NULL;
    CK_VENDOR_X509_STORE store = trusting(root, &b);
    CK_ULONG got_len = 0, n = 0, i, at, part;
    CK_BYTE *got = NULL;
    CK_RV rv = X->C_EX_PKCS7VerifyInit(s, (CK_BYTE *)p, len, &store, OPTIONAL_CRL_CHECK, flags);

    free(b.pData);
    if (rv != CKR_OK)
        return rv;
    if (beside) {
        for (at = 0, part = 1; at < content_len; at += part, part = 2 * part + 1) {
            part = content_len - at < part ? content_len - at : part;
            OK(X->C_EX_PKCS7VerifyUpdate(s, (CK_BYTE *)content + at, part));
        }
        rv = X->C_EX_PKCS7VerifyFinal(s, &found, &n);
    } else {
        rv = X->C_EX_PKCS7Verify(s, &got, &got_len, &found, &n);
    }
    if (rv != CKR_OK) {
        assert_null(got);
        assert_null(found);
        return rv;
    }
    if (!beside) {
        assert_int_equal(got_len, content_len);
        assert_memory_equal(got, content, content_len);
        OK(X->C_EX_FreeBuffer(got));
    }
    for (i = 0; i < n; i++) {
        assert_true(found[i].ulSize > 100);
        OK(X->C_EX_FreeBuffer(found[i].pData));
    }
    OK(X->C_EX_FreeBuffer((CK_BYTE *)found));
    if (signers != NULL)
        *signers = n;
    return rv;
}

#define ATTACHED(p, len, root) verify(p, len, root, data, sizeof data, 0, 0, NULL)

/* ---- signing -------------------------------------------------------------------------------- */

static void sign_with(const char *ca, const char *type, const char *ps)
{
    char root[32];

    s = open_user();
    enrol(ca, type, ps);
    (void)snprintf(root, sizeof root, "%s.der", ca);
    peer_write("content", data, sizeof data);

    /* as the article does */
    OK(X->C_EX_PKCS7Sign(s, data, sizeof data, cert, &cms, &cms_len, priv, NULL, 0,
                         USE_HARDWARE_HASH));
    peer_write("cms", cms, cms_len);
    peer_run("cms -verify -binary -inform DER -in cms -CAfile %s.pem -purpose any -out got", ca);
    peer_run("smime -verify -binary -inform DER -in cms -CAfile %s.pem -purpose any -out got2", ca);
    {
        size_t n;
        uint8_t *got = peer_read("got", &n);

        assert_int_equal(n, sizeof data);
        assert_memory_equal(got, data, n);
        free(got);
    }
    OK(ATTACHED(cms, cms_len, root));
    FAILS(CKR_SIGNATURE_INVALID, verify(cms, cms_len, root, data, sizeof data, 0,
                                        CKF_VENDOR_DO_NOT_USE_INTERNAL_CMS_CERTS, NULL));
    OK(X->C_EX_FreeBuffer(cms));

    /* detached: nothing inside */
    OK(X->C_EX_PKCS7Sign(s, data, sizeof data, cert, &cms, &cms_len, priv, NULL, 0,
                         PKCS7_DETACHED_SIGNATURE));
    assert_null(memmem(cms, cms_len, data, sizeof data));
    peer_write("cms", cms, cms_len);
    peer_run("cms -verify -binary -inform DER -in cms -content content -certfile alice.pem -CAfile "
             "%s.pem -purpose any -out got",
             ca);
    assert_int_not_equal(peer_try("cms -verify -binary -inform DER -in cms -content alice.der "
                                  "-certfile alice.pem -CAfile %s.pem -purpose any -out got",
                                  ca),
                         0);
    OK(X->C_EX_FreeBuffer(cms));

    /* another certificate inside makes it complete again */
    OK(X->C_EX_PKCS7Sign(s, data, sizeof data, cert, &cms, &cms_len, priv, &cert, 1,
                         PKCS7_DETACHED_SIGNATURE));
    OK(verify(cms, cms_len, root, data, sizeof data, 1, 0, NULL));
    FAILS(CKR_SIGNATURE_INVALID, verify(cms, cms_len, root, data, sizeof data - 1, 1, 0, NULL));
    FAILS(CKR_DATA_INVALID, verify(cms, cms_len, root, data, sizeof data, 0, 0, NULL));
    OK(X->C_EX_FreeBuffer(cms));
}

static void test_sign_ec(void **state)
{
    (void)state;
    sign_with("ec", "EC", NULL);
}

static void test_sign_rsa(void **state)
{
    (void)state;
    sign_with("rsa", "RSA", NULL);
}

static void test_sign_gost(void **state)
{
    (void)state;
    if (!peer_gost())
        skip();
    sign_with("g256", "gost2012_256", "1.2.643.2.2.35.1");
    OK(F->C_CloseAllSessions(0));
    sign_with("g512", "gost2012_512", "1.2.643.7.1.2.1.2.3");
    OK(F->C_CloseAllSessions(0));
    sign_with("g256", "gost2012_256", "1.2.643.7.1.2.1.1.1");
}

/* A key of the token's with a certificate of stock OpenSSL's authority: that needs no engine. */
static void test_sign_mixed(void **state)
{
    (void)state;
    s = open_user();
    need_ca("g512ca", "EC");
    enrol("ec", "EC", NULL);
    /* empty content, and a large one */
    OK(X->C_EX_PKCS7Sign(s, NULL, 0, cert, &cms, &cms_len, priv, NULL, 0, 0));
    OK(verify(cms, cms_len, "ec.der", NULL, 0, 0, 0, NULL));
    OK(X->C_EX_FreeBuffer(cms));
    {
        CK_ULONG n = 3000000, i;
        CK_BYTE *big = malloc(n);

        assert_non_null(big);
        for (i = 0; i < n; i++)
            big[i] = (CK_BYTE)(i * 7 + i / 251);
        OK(X->C_EX_PKCS7Sign(s, big, n, cert, &cms, &cms_len, priv, NULL, 0, 0));
        OK(verify(cms, cms_len, "ec.der", big, n, 0, 0, NULL));
        peer_write("cms", cms, cms_len);
        peer_run("cms -verify -binary -inform DER -in cms -CAfile ec.pem -purpose any -out got");
        OK(X->C_EX_FreeBuffer(cms));
        free(big);
    }
    /* certificates inside are a SET OF, so that DER says their order */
    {
        CK_OBJECT_HANDLE more[2] = {token_cert(s, "ec"), token_cert(s, "g512ca")};

        OK(X->C_EX_PKCS7Sign(s, data, sizeof data, cert, &cms, &cms_len, priv, more, 2, 0));
        peer_write("cms", cms, cms_len);
        peer_run("cms -verify -binary -inform DER -in cms -CAfile ec.pem -purpose any -out got "
                 "-certsout certs");
        peer_run("crl2pkcs7 -nocrl -certfile certs -out p7 -outform PEM");
        peer_run("pkcs7 -in p7 -print_certs");
        assert_true(peer_says("out", "CN = g512ca") || peer_says("out", "CN=g512ca"));
        OK(X->C_EX_FreeBuffer(cms));
    }
}

static void test_sign_refusals(void **state)
{
    CK_OBJECT_HANDLE other_pub, other_priv;
    CK_BYTE *untouched = data;

    (void)state;
    s = open_user();
    enrol("ec", "EC", NULL);
    make_ec(s, &other_pub, &other_priv);
    cms = untouched;
    cms_len = 5;
#define SIGN(d, n, c, out, len, key, more, more_n, flags)                                          \
    X->C_EX_PKCS7Sign(s, d, n, c, out, len, key, more, more_n, flags)
    FAILS(CKR_ARGUMENTS_BAD, SIGN(NULL, 5, cert, &cms, &cms_len, priv, NULL, 0, 0));
    FAILS(CKR_ARGUMENTS_BAD, SIGN(data, ~0UL, cert, &cms, &cms_len, priv, NULL, 0, 0));
    FAILS(CKR_ARGUMENTS_BAD, SIGN(data, 5, cert, NULL, &cms_len, priv, NULL, 0, 0));
    FAILS(CKR_ARGUMENTS_BAD, SIGN(data, 5, cert, &cms, NULL, priv, NULL, 0, 0));
    FAILS(CKR_ARGUMENTS_BAD, SIGN(data, 5, cert, &cms, &cms_len, priv, NULL, 1, 0));
    FAILS(CKR_ARGUMENTS_BAD, SIGN(data, 5, cert, &cms, &cms_len, priv, &cert, ~0UL, 0));
    FAILS(CKR_ARGUMENTS_BAD, SIGN(data, 5, cert, &cms, &cms_len, priv, NULL, 0, 0x10));
    FAILS(CKR_OBJECT_HANDLE_INVALID, SIGN(data, 5, 0, &cms, &cms_len, priv, NULL, 0, 0));
    FAILS(CKR_OBJECT_HANDLE_INVALID, SIGN(data, 5, pub, &cms, &cms_len, priv, NULL, 0, 0));
    FAILS(CKR_OBJECT_HANDLE_INVALID, SIGN(data, 5, cert, &cms, &cms_len, priv, &pub, 1, 0));
    FAILS(CKR_KEY_HANDLE_INVALID, SIGN(data, 5, cert, &cms, &cms_len, 4711, NULL, 0, 0));
    FAILS(CKR_KEY_TYPE_INCONSISTENT, SIGN(data, 5, cert, &cms, &cms_len, cert, NULL, 0, 0));
    FAILS(CKR_KEY_HANDLE_INVALID, SIGN(data, 5, cert, &cms, &cms_len, other_priv, NULL, 0, 0));
    make_pair(s, paramset("1.2.643.2.2.35.1"), CK_FALSE, &other_pub, &other_priv);
    FAILS(CKR_KEY_HANDLE_INVALID, SIGN(data, 5, cert, &cms, &cms_len, other_priv, NULL, 0, 0));
    assert_ptr_equal(cms, untouched);
    assert_int_equal(cms_len, 5);
    FAILS(CKR_SESSION_HANDLE_INVALID,
          X->C_EX_PKCS7Sign(0, data, 5, cert, &cms, &cms_len, priv, NULL, 0, 0));
}

/* ---- what others sign ----------------------------------------------------------------------- */

static CK_RV theirs(const char *root, int beside, CK_ULONG *signers)
{
    size_t n;
    uint8_t *p = peer_read("cms", &n);
    CK_RV rv = verify(p, n, root, data, sizeof data, beside, 0, signers);

    free(p);
    return rv;
}

static void signed_by_openssl(const char *ca, const char *type)
{
    static const char *const forms[] = {
        "-nodetach",        "-nodetach -noattr",     "-nodetach -keyid", "-nodetach -stream",
        "-nodetach -indef", "-nodetach -nosmimecap", "-nodetach -cades", NULL,
    };
    char root[32];
    CK_ULONG n;
    size_t i;

    (void)snprintf(root, sizeof root, "%s.der", ca);
    need_ca(ca, type);
    peer_write("content", data, sizeof data);
    peer_key("bob", type);
    peer_issue(ca, "bob", "leaf", NULL, NULL);
    for (i = 0; forms[i] != NULL; i++) {
        peer_run("cms -sign -binary -in content -signer bob.pem -inkey bob.key -outform DER -out "
                 "cms %s",
                 forms[i]);
        if (theirs(root, 0, &n) != CKR_OK)
            fail_msg("%s: %s", type, forms[i]);
        assert_int_equal(n, 1);
    }
    peer_run("cms -sign -binary -in content -signer bob.pem -inkey bob.key -outform DER -out cms");
    OK(theirs(root, 1, NULL));
    peer_run("smime -sign -binary -nodetach -in content -signer bob.pem -inkey bob.key -outform "
             "DER -out cms");
    OK(theirs(root, 0, NULL));
}

static void test_theirs(void **state)
{
    CK_ULONG n;

    (void)state;
    s = open_ro(); /* nobody has to log in to verify */
    signed_by_openssl("ec", "EC");
    signed_by_openssl("rsa", "RSA");
    peer_run("cms -sign -binary -nodetach -in content -signer bob.pem -inkey bob.key -keyopt "
             "rsa_padding_mode:pss -md sha384 -outform DER -out cms");
    OK(theirs("rsa.der", 0, NULL));
    peer_run("cms -sign -binary -nodetach -in content -signer bob.pem -inkey bob.key -md sha1 "
             "-outform DER -out cms");
    FAILS(CKR_SIGNATURE_INVALID, theirs("rsa.der", 0, NULL)); /* not any more */
    if (peer_gost()) {
        signed_by_openssl("g256", "gost2012_256");
        signed_by_openssl("g512", "gost2012_512");
        signed_by_openssl("g2001", "gost2001");
    }
    /* two signers of two kinds, and then one of them unknown */
    need_ca("ec", "EC");
    peer_key("carol", "EC");
    peer_issue("ec", "carol", "leaf", NULL, NULL);
    peer_key("dave", "EC");
    peer_issue("ec", "dave", "leaf", NULL, NULL);
    peer_run("cms -sign -binary -nodetach -in content -signer carol.pem -inkey carol.key -signer "
             "dave.pem -inkey dave.key -md sha512 -outform DER -out cms");
    OK(theirs("ec.der", 0, &n));
    assert_int_equal(n, 2);
    peer_key("eve", "EC");
    peer_issue("ec", "eve", "leaf", NULL, NULL);
    peer_run("cms -resign -inform DER -in cms -signer eve.pem -inkey eve.key -md sha512 -outform "
             "DER -out cms3");
    peer_run("cms -cmsout -inform DER -in cms3 -outform DER -out cms");
    OK(theirs("ec.der", 0, &n));
    assert_int_equal(n, 3);
}

/* ---- states --------------------------------------------------------------------------------- */

static void test_states(void **state)
{
    CK_VENDOR_X509_STORE bad;
    CK_VENDOR_BUFFER b = {NULL, 5}, *found;
    CK_BYTE *got;
    CK_ULONG n, len;

    (void)state;
    s = open_user();
    enrol("ec", "EC", NULL);
    OK(SIGN(data, sizeof data, cert, &cms, &cms_len, priv, NULL, 0, 0));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, X->C_EX_PKCS7Verify(s, &got, &len, &found, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, X->C_EX_PKCS7VerifyUpdate(s, data, 1));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, X->C_EX_PKCS7VerifyFinal(s, &found, &n));
#define INIT(p, n, st, mode, flags) X->C_EX_PKCS7VerifyInit(s, p, n, st, mode, flags)
    FAILS(CKR_ARGUMENTS_BAD, INIT(NULL, 5, NULL, 0, 0));
    FAILS(CKR_ARGUMENTS_BAD, INIT(cms, ~0UL, NULL, 0, 0));
    FAILS(CKR_ARGUMENTS_BAD, INIT(cms, cms_len, NULL, 3, 0));
    FAILS(CKR_ARGUMENTS_BAD, INIT(cms, cms_len, NULL, 0, 0x10));
    FAILS(CKR_DATA_INVALID, INIT(cms, 0, NULL, 0, 0));
    FAILS(CKR_DATA_INVALID, INIT(cms, cms_len - 1, NULL, 0, 0));
    FAILS(CKR_DATA_INVALID, INIT(data, sizeof data, NULL, 0, 0));
    memset(&bad, 0, sizeof bad);
    bad.ulCrlCount = 1;
    FAILS(CKR_ARGUMENTS_BAD, INIT(cms, cms_len, &bad, 0, 0));
    bad.pCrls = &b;
    FAILS(CKR_ARGUMENTS_BAD, INIT(cms, cms_len, &bad, 0, 0));
    b.pData = data;
    FAILS(CKR_ARGUMENTS_BAD, INIT(cms, cms_len, &bad, 0, 0));
    assert_true(peer_logged("revocation list 0 cannot be read"));

    OK(INIT(cms, cms_len, NULL, 0, 0));
    FAILS(CKR_OPERATION_ACTIVE, INIT(cms, cms_len, NULL, 0, 0));
    FAILS(CKR_CERT_CHAIN_NOT_VERIFIED, X->C_EX_PKCS7Verify(s, &got, &len, &found, &n));
    assert_true(peer_logged("no trusted certificate"));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, X->C_EX_PKCS7Verify(s, &got, &len, &found, &n));

    OK(INIT(cms, cms_len, NULL, 0, CKF_VENDOR_CHECK_SIGNATURE_ONLY));
    OK(X->C_EX_PKCS7Verify(s, NULL, NULL, NULL, NULL)); /* only whether it is right */
    OK(INIT(cms, cms_len, NULL, 0, CKF_VENDOR_CHECK_SIGNATURE_ONLY));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_PKCS7Verify(s, &got, NULL, &found, &n));
    OK(INIT(cms, cms_len, NULL, 0, CKF_VENDOR_CHECK_SIGNATURE_ONLY));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_PKCS7Verify(s, &got, &len, &found, NULL));
    OK(INIT(cms, cms_len, NULL, 0, CKF_VENDOR_CHECK_SIGNATURE_ONLY));
    FAILS(CKR_DATA_INVALID, X->C_EX_PKCS7VerifyUpdate(s, data, 1)); /* it has content */
    FAILS(CKR_OPERATION_NOT_INITIALIZED, X->C_EX_PKCS7VerifyFinal(s, &found, &n));

    /* beside another operation; gone with the login, with the session */
    OK(INIT(cms, cms_len, NULL, 0, CKF_VENDOR_CHECK_SIGNATURE_ONLY));
    {
        CK_MECHANISM m = {CKM_GOSTR3411_12_256, NULL, 0};

        OK(F->C_DigestInit(s, &m));
    }
    OK(F->C_Logout(s));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, X->C_EX_PKCS7Verify(s, NULL, NULL, NULL, NULL));
    OK(INIT(cms, cms_len, NULL, 0, CKF_VENDOR_CHECK_SIGNATURE_ONLY));
    OK(F->C_CloseSession(s));
    s = open_ro();
    FAILS(CKR_OPERATION_NOT_INITIALIZED, X->C_EX_PKCS7Verify(s, NULL, NULL, NULL, NULL));
    OK(INIT(cms, cms_len, NULL, 0, CKF_VENDOR_CHECK_SIGNATURE_ONLY)); /* C_Finalize ends it */
    OK(X->C_EX_FreeBuffer(cms));
}

/* ---- damage --------------------------------------------------------------------------------- */

static unsigned long seed = 7;

static unsigned any(unsigned n)
{
    seed = seed * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)((seed >> 33) % n);
}

/*
 * Bytes changed, cut out, put in: nothing crashes, and what is still found right has the same
 * content (verify() compares) and a signer.
 */
static void mutate(const char *root, unsigned rounds, unsigned *right)
{
    size_t n, len, at, i;
    uint8_t *p = peer_read("cms", &n), *q = malloc(n + 64);
    CK_ULONG signers;

    assert_non_null(q);
    while (rounds-- > 0) {
        unsigned changes = 1 + any(2);

        memcpy(q, p, n);
        len = n;
        for (i = 0; i < changes; i++) {
            at = any((unsigned)len);
            switch (any(4)) {
            case 0:
                q[at] ^= (uint8_t)(1u << any(8));
                break;
            case 1:
                q[at] = (uint8_t)any(256);
                break;
            case 2:
                memmove(q + at, q + at + 1, len - at - 1);
                len--;
                break;
            default:
                memmove(q + at + 1, q + at, len - at);
                len++;
            }
        }
        if (memcmp(q, p, len < n ? len : n) == 0 && len == n)
            continue;
        signers = 0;
        if (verify(q, len, root, data, sizeof data, 0, 0, &signers) == CKR_OK) {
            assert_int_equal(signers, 1);
            ++*right;
        }
    }
    free(q);
    free(p);
}

static void test_damage(void **state)
{
    unsigned right = 0;
    size_t n;
    uint8_t *p;

    (void)state;
    s = open_ro();
    need_ca("ec", "EC");
    peer_key("bob", "EC");
    peer_issue("ec", "bob", "leaf", NULL, NULL);
    peer_write("content", data, sizeof data);
    peer_run("cms -sign -binary -nodetach -in content -signer bob.pem -inkey bob.key -outform DER "
             "-out cms");
    mutate("ec.der", 3000, &right);
    peer_run("cms -sign -binary -nodetach -stream -in content -signer bob.pem -inkey bob.key "
             "-outform DER -out cms");
    mutate("ec.der", 3000, &right);
    /* A few places are free: versions, the list of digests, parameters, S/MIME's own. */
    assert_in_range(right, 0, 400);
    p = peer_read("cms", &n);
    while (n-- > 0)
        FAILS(CKR_DATA_INVALID, X->C_EX_PKCS7VerifyInit(s, p, n, NULL, 0, 0));
    free(p);
}

/* Every single byte of a message of ours: none may change and the message be right, but for the
 * few that nobody signed. */
static void test_every_byte(void **state)
{
    CK_ULONG i, free_bytes = 0;

    (void)state;
    s = open_user();
    enrol("ec", "EC", NULL);
    OK(SIGN(data, sizeof data, cert, &cms, &cms_len, priv, NULL, 0, 0));
    for (i = 0; i < cms_len; i++) {
        cms[i] ^= 0x01;
        if (ATTACHED(cms, cms_len, "ec.der") == CKR_OK)
            free_bytes++;
        cms[i] ^= 0x01;
    }
    OK(ATTACHED(cms, cms_len, "ec.der"));
    /* digestAlgorithms, and the string type in the name of the signer's authority */
    assert_in_range(free_bytes, 0, 13 + 1);
    OK(X->C_EX_FreeBuffer(cms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sign_ec, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_sign_rsa, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_sign_gost, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_sign_mixed, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_sign_refusals, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_theirs, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_states, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_damage, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_every_byte, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, peer_begin, peer_end);
}
