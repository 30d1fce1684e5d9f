/* SPDX-License-Identifier: Apache-2.0 */
/* C_EX_PKCS7Verify…: chains, revocation lists, flags. The authorities are the openssl program's. */
#include "tests/token/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static CK_SESSION_HANDLE s;
static const CK_BYTE data[] = "To be verified.";

/* ---- the world ------------------------------------------------------------------------------ */

/* What is verified with what: names of files, without their endings; lists end with NULL. */
typedef struct world {
    const char *cms;
    const char *trusted[4], *others[4], *crls[4];
    CK_ULONG mode;
    CK_FLAGS flags;
} world;

static CK_VENDOR_BUFFER *load(const char *const *names, const char *end, CK_ULONG *n)
{
    CK_VENDOR_BUFFER *b = calloc(4, sizeof *b);
    char file[64];

    assert_non_null(b);
    for (*n = 0; *n < 4 && names[*n] != NULL; ++*n) {
        (void)snprintf(file, sizeof file, "%s.%s", names[*n], end);
        b[*n] = file_buffer(file);
    }
    return b;
}

static void unload(CK_VENDOR_BUFFER *b, CK_ULONG n)
{
    while (n > 0)
        free(b[--n].pData);
    free(b);
}

static CK_RV verify(world w)
{
    CK_VENDOR_X509_STORE store;
    CK_VENDOR_BUFFER *signers = NULL;
    CK_ULONG len, n, i;
    CK_BYTE *got;
    char file[64];
    size_t cms_len;
    uint8_t *cms;
    CK_RV rv;

    (void)snprintf(file, sizeof file, "%s.cms", w.cms);
    cms = peer_read(file, &cms_len);
    store.pTrustedCertificates = load(w.trusted, "der", &store.ulTrustedCertificateCount);
    store.pCertificates = load(w.others, "der", &store.ulCertificateCount);
    store.pCrls = load(w.crls, "crl", &store.ulCrlCount);
    rv = X->C_EX_PKCS7VerifyInit(s, cms, cms_len, &store, w.mode, w.flags);
    unload(store.pTrustedCertificates, store.ulTrustedCertificateCount);
    unload(store.pCertificates, store.ulCertificateCount);
    unload(store.pCrls, store.ulCrlCount);
    free(cms);
    if (rv == CKR_OK)
        rv = X->C_EX_PKCS7Verify(s, &got, &len, &signers, &n);
    if (rv != CKR_OK)
        return rv;
    assert_int_equal(len, sizeof data);
    assert_memory_equal(got, data, len);
    OK(X->C_EX_FreeBuffer(got));
    for (i = 0; i < n; i++)
        OK(X->C_EX_FreeBuffer(signers[i].pData));
    OK(X->C_EX_FreeBuffer((CK_BYTE *)signers));
    return rv;
}

#define GOOD(...)  OK(verify((world){__VA_ARGS__}))
#define WRONG(...) FAILS(CKR_SIGNATURE_INVALID, verify((world){__VA_ARGS__}))
#define BAD(log, ...)                                                                              \
    do {                                                                                           \
        FAILS(CKR_CERT_CHAIN_NOT_VERIFIED, verify((world){__VA_ARGS__}));                          \
        assert_true(peer_logged(log));                                                             \
    } while (0)

/* NAME.cms, signed by NAME; options: -nocerts, -certfile … */
static void sign(const char *name, const char *options)
{
    peer_write("content", data, sizeof data);
    peer_run("cms -sign -binary -nodetach -in content -signer %s.pem -inkey %s.key -outform DER "
             "-out %s.cms %s",
             name, name, name, options);
}

static void signer(const char *ca, const char *name, const char *ext, const char *start,
                   const char *end, const char *type)
{
    peer_key(name, type);
    peer_issue(ca, name, ext, start, end);
    sign(name, "");
}

/* ---- chains --------------------------------------------------------------------------------- */

/* root - mid - leaf, by every kind of key; the root of another kind where `mixed` */
static void chain_of(const char *type, const char *other)
{
    static int count;
    char root[16], mid[16], leaf[16], stranger[16], options[64];

    (void)snprintf(root, sizeof root, "root%d", count);
    (void)snprintf(mid, sizeof mid, "mid%d", count);
    (void)snprintf(leaf, sizeof leaf, "leaf%d", count);
    (void)snprintf(stranger, sizeof stranger, "far%d", count++);
    s = open_ro();
    peer_ca(root, other, NULL, "root");
    peer_ca(stranger, type, NULL, "root");
    peer_ca(mid, type, root, "inter");
    signer(mid, leaf, "leaf", NULL, NULL, type);

    GOOD(leaf, .trusted = {root}, .others = {mid});
    GOOD(leaf, .trusted = {stranger, root}, .others = {stranger, mid});
    GOOD(leaf, .trusted = {root, mid});
    BAD("no trusted certificate", leaf, .trusted = {root});
    BAD("no trusted certificate", leaf, .trusted = {stranger}, .others = {mid, root});
    BAD("no trusted certificate", leaf, .others = {mid, root});
    GOOD(leaf, .flags = CKF_VENDOR_CHECK_SIGNATURE_ONLY);

    /* an authority in the middle is an end only if it is asked to be */
    BAD("no trusted certificate", leaf, .trusted = {mid});
    GOOD(leaf, .trusted = {mid}, .flags = CKF_VENDOR_ALLOW_PARTIAL_CHAINS);
    GOOD(leaf, .trusted = {leaf}, .flags = CKF_VENDOR_ALLOW_PARTIAL_CHAINS);
    BAD("no trusted certificate", leaf, .trusted = {leaf});

    /* certificates inside the message are used for chains, unless that is switched off */
    (void)snprintf(options, sizeof options, "-certfile %s.pem", mid);
    sign(leaf, options);
    GOOD(leaf, .trusted = {root});
    WRONG(leaf, .trusted = {root}, .flags = CKF_VENDOR_DO_NOT_USE_INTERNAL_CMS_CERTS);
    assert_true(peer_logged("there is no certificate of the signer"));
    BAD("no trusted certificate", leaf, .trusted = {root}, .others = {leaf},
        .flags = CKF_VENDOR_DO_NOT_USE_INTERNAL_CMS_CERTS);
    GOOD(leaf, .trusted = {root}, .others = {leaf, mid},
         .flags = CKF_VENDOR_DO_NOT_USE_INTERNAL_CMS_CERTS);
    sign(leaf, "-nocerts");
    WRONG(leaf, .trusted = {root}, .others = {mid});
    GOOD(leaf, .trusted = {root}, .others = {mid, leaf});
}

static void test_chain_ec(void **state)
{
    (void)state;
    chain_of("EC", "EC");
    chain_of("RSA", "EC");
}

static void test_chain_gost(void **state)
{
    (void)state;
    if (!peer_gost())
        skip();
    chain_of("gost2012_256", "gost2012_512");
    OK(F->C_CloseAllSessions(0));
    chain_of("EC", "gost2012_256");
}

static void test_refused(void **state)
{
    (void)state;
    s = open_ro();
    peer_ca("top", "EC", NULL, "root");
    signer("top", "old", "leaf", "20200101000000Z", "20200201000000Z", "EC");
    BAD("has expired", "old", .trusted = {"top"});
    signer("top", "early", "leaf", "21000101000000Z", "21010201000000Z", "EC");
    BAD("not valid yet", "early", .trusted = {"top"});
    signer("top", "wrong-use", "exchange", NULL, NULL, "EC");
    BAD("not for signatures", "wrong-use", .trusted = {"top"});
    signer("top", "odd", "odd", NULL, NULL, "EC");
    BAD("critical extension", "odd", .trusted = {"top"});

    /* An end entity that plays an authority. */
    peer_ca("false", "EC", "top", "leaf");
    signer("false", "forged", "leaf", NULL, NULL, "EC");
    BAD("not an authority", "forged", .trusted = {"top"}, .others = {"false"});
    /* An authority whose key is not for certificates; one with constraints. */
    peer_ca("nocert", "EC", "top", "nocert");
    signer("nocert", "forged2", "leaf", NULL, NULL, "EC");
    BAD("not for certificates", "forged2", .trusted = {"top"}, .others = {"nocert"});
    peer_ca("constrained", "EC", "top", "constrained");
    signer("constrained", "limited", "leaf", NULL, NULL, "EC");
    BAD("constraints", "limited", .trusted = {"top"}, .others = {"constrained"});
    /* One too many below pathlen:0. */
    peer_ca("last", "EC", "top", "inter0");
    peer_ca("below", "EC", "last", "inter");
    signer("last", "near", "leaf", NULL, NULL, "EC");
    GOOD("near", .trusted = {"top"}, .others = {"last"});
    signer("below", "deep", "leaf", NULL, NULL, "EC");
    BAD("longer than", "deep", .trusted = {"top"}, .others = {"last", "below"});
    /* The same names and another key: the signature tells. */
    peer_run("req -new -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout twin.key "
             "-subj /CN=top/C=RU -extensions nocrl -out twin.pem");
    peer_run("x509 -in twin.pem -outform DER -out twin.der");
    signer("top", "plain", "bare", NULL, NULL, "EC");
    GOOD("plain", .trusted = {"top"});
    BAD("signature is wrong", "plain", .trusted = {"twin"});
    GOOD("plain", .trusted = {"twin", "top"});
}

/* ---- revocation ----------------------------------------------------------------------------- */

static void revocation(const char *type)
{
    static int count;
    char root[16], mid[16], leaf[16], gone[16], empty[16], full[16], rootcrl[16], stale[16],
        other[16], rootfull[16];

    (void)snprintf(root, sizeof root, "rr%d", count);
    (void)snprintf(mid, sizeof mid, "rm%d", count);
    (void)snprintf(leaf, sizeof leaf, "rl%d", count);
    (void)snprintf(gone, sizeof gone, "rg%d", count);
    (void)snprintf(empty, sizeof empty, "empty%d", count);
    (void)snprintf(full, sizeof full, "full%d", count);
    (void)snprintf(rootcrl, sizeof rootcrl, "root%d", count);
    (void)snprintf(rootfull, sizeof rootfull, "rootfull%d", count);
    (void)snprintf(stale, sizeof stale, "stale%d", count);
    (void)snprintf(other, sizeof other, "other%d", count++);
    s = open_ro();
    peer_ca(root, type, NULL, "root");
    peer_ca(mid, type, root, "inter");
    signer(mid, leaf, "leaf", NULL, NULL, type);
    signer(mid, gone, "leaf", NULL, NULL, type);
    peer_crl(mid, empty, "");
    peer_crl(mid, stale, "-crl_lastupdate 20200101000000Z -crl_nextupdate 20200201000000Z");
    peer_crl(root, rootcrl, "");
    peer_revoke(mid, gone);
    peer_crl(mid, full, "");
    peer_crl(root, other, "");

#define CHAIN .trusted = {root}, .others = {mid}
    GOOD(leaf, CHAIN);
    GOOD(leaf, CHAIN, .crls = {full});
    GOOD(leaf, CHAIN, .crls = {stale}); /* optional: what is no use does no harm */
    BAD("has been revoked", gone, CHAIN, .crls = {full});
    BAD("has been revoked", gone, CHAIN, .crls = {empty, full});
    GOOD(gone, CHAIN, .crls = {empty});
    GOOD(gone, CHAIN); /* nobody said so */

    GOOD(leaf, CHAIN, .mode = LEAF_CRL_CHECK, .crls = {full});
    BAD("no revocation list", leaf, CHAIN, .mode = LEAF_CRL_CHECK);
    BAD("no revocation list", leaf, CHAIN, .mode = LEAF_CRL_CHECK, .crls = {rootcrl});
    BAD("out of date", leaf, CHAIN, .mode = LEAF_CRL_CHECK, .crls = {stale});
    GOOD(leaf, CHAIN, .mode = LEAF_CRL_CHECK, .crls = {stale, full});
    BAD("has been revoked", gone, CHAIN, .mode = LEAF_CRL_CHECK, .crls = {full});

    GOOD(leaf, CHAIN, .mode = ALL_CRL_CHECK, .crls = {full, rootcrl});
    BAD("no revocation list", leaf, CHAIN, .mode = ALL_CRL_CHECK, .crls = {full});
    BAD("has been revoked", gone, CHAIN, .mode = ALL_CRL_CHECK, .crls = {full, rootcrl});

    /* The authority itself is revoked: seen whenever its issuer's list is there. */
    peer_revoke(root, mid);
    peer_crl(root, rootfull, "");
    BAD("has been revoked", leaf, CHAIN, .mode = ALL_CRL_CHECK, .crls = {full, rootfull});
    BAD("has been revoked", leaf, CHAIN, .crls = {rootfull});
    GOOD(leaf, CHAIN, .flags = CKF_VENDOR_CHECK_SIGNATURE_ONLY, .crls = {rootfull});
}

static void test_revocation_ec(void **state)
{
    (void)state;
    revocation("EC");
}

static void test_revocation_gost(void **state)
{
    (void)state;
    if (!peer_gost())
        skip();
    revocation("gost2012_256");
}

/* Lists that are not what they seem. */
static void test_lists(void **state)
{
    size_t n;
    uint8_t *p;

    (void)state;
    s = open_ro();
    peer_ca("list", "EC", NULL, "root");
    signer("list", "member", "leaf", NULL, NULL, "EC");
    peer_crl("list", "good", "");
    p = peer_read("good.crl", &n);
    p[n - 1] ^= 1;
    peer_write("broken.crl", p, n);
    free(p);
    BAD("revocation list's signature", "member", .trusted = {"list"}, .crls = {"broken"},
        .mode = LEAF_CRL_CHECK);
    GOOD("member", .trusted = {"list"}, .crls = {"broken", "good"}, .mode = LEAF_CRL_CHECK);
    /* Of an authority whose key does not sign lists. */
    peer_ca("mute", "EC", "list", "nocrl");
    signer("mute", "quiet", "leaf", NULL, NULL, "EC");
    peer_crl("mute", "mute", "");
    BAD("not for revocation lists", "quiet", .trusted = {"list"}, .others = {"mute"},
        .crls = {"mute"}, .mode = LEAF_CRL_CHECK);
}

/* ---- the token's ---------------------------------------------------------------------------- */

static CK_OBJECT_HANDLE put(CK_SESSION_HANDLE where, const char *name, CK_BBOOL trusted,
                            CK_ULONG category)
{
    CK_OBJECT_HANDLE h;
    char file[64];
    size_t len;
    uint8_t *der;

    (void)snprintf(file, sizeof file, "%s.der", name);
    der = peer_read(file, &len);
    {
        CK_ATTRIBUTE a[] = {
            A_ULONG(CKA_CLASS, class_cert), A_ULONG(CKA_CERTIFICATE_TYPE, x509),
            A_BOOL(CKA_TOKEN, yes),         A_BOOL(CKA_PRIVATE, no),
            {CKA_VALUE, der, len},          A_ULONG(CKA_CERTIFICATE_CATEGORY, category),
            A_BOOL(CKA_TRUSTED, trusted),
        };

        OK(F->C_CreateObject(where, a, COUNT(a), &h));
    }
    free(der);
    return h;
}

static void test_token_certs(void **state)
{
    CK_SESSION_HANDLE so = open_rw();

    (void)state;
    peer_ca("anchor", "EC", NULL, "root");
    peer_ca("helper", "EC", "anchor", "inter");
    signer("helper", "holder", "leaf", NULL, NULL, "EC");
    OK(F->C_Login(so, CKU_SO, PIN(SO_PIN)));
    s = so;
    BAD("no trusted certificate", "holder", .flags = CKF_VENDOR_USE_TRUSTED_CERTS_FROM_TOKEN);
    (void)put(so, "helper", CK_FALSE, 2);
    /* That it says it is an authority does not make it trusted. */
    (void)put(so, "anchor", CK_FALSE, 2);
    BAD("no trusted certificate", "holder", .flags = CKF_VENDOR_USE_TRUSTED_CERTS_FROM_TOKEN);
    (void)put(so, "anchor", CK_TRUE, 2);
    OK(F->C_Logout(so));
    GOOD("holder", .flags = CKF_VENDOR_USE_TRUSTED_CERTS_FROM_TOKEN);
    BAD("no trusted certificate", "holder", .flags = 0);
}

/* ---- GetCertificateInfoText ----------------------------------------------------------------- */

static void text_of(const char *type, const char *algorithm)
{
    CK_OBJECT_HANDLE h;
    CK_CHAR *text;
    CK_ULONG len;
    size_t n;
    char name[32];
    uint8_t *all;
    const char *const lines[] = {
        "Version: 3 (0x2)",
        algorithm,
        "Issuer: CN = ",
        "Not After : ",
        "O = Тест",
        "X509v3 Basic Constraints: critical\n                CA:FALSE\n",
        "Digital Signature\n",
        "TLS Web Client Authentication, 1.2.643.2.2.34.6\n",
        "email:a@example.org, DNS:example.org, IP Address:192.0.2.1, Registered ID:1.2.3.4\n",
        "Full Name: URI:http://example.org/crl\n",
        "CA Issuers - URI:http://example.org/ca\n",
        "Policy: Class of Signing Tool KC1\n",
        "СКЗИ \"Тест\"\n",
        "0 (in person)\n",
        "1.2.3.4.5:\n                04:02:ab:cd\n",
        "keyid:",
    };
    size_t i;

    (void)snprintf(name, sizeof name, "text-%s", type);
    peer_ca(name, type, NULL, "root");
    peer_key("rich", type);
    peer_issue(name, "rich", "rich", NULL, NULL);
    s = open_user();
    h = token_cert(s, "rich");
    OK(X->C_EX_GetCertificateInfoText(s, h, &text, &len));
    assert_int_equal(len, strlen((char *)text));
    peer_write("text", text, len);
    OK(X->C_EX_FreeBuffer(text));
    for (i = 0; i < COUNT(lines); i++)
        assert_true(peer_says("text", lines[i]));
    /* The same serial number as the openssl program prints. */
    peer_run("x509 -in rich.pem -noout -serial");
    all = peer_read("out", &n);
    assert_memory_equal(all, "serial=", 7);
    free(all);
    FAILS(CKR_OBJECT_HANDLE_INVALID, X->C_EX_GetCertificateInfoText(s, 0, &text, &len));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_GetCertificateInfoText(s, h, NULL, &len));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_GetCertificateInfoText(s, h, &text, NULL));
    OK(F->C_CloseAllSessions(0));
}

static void test_text(void **state)
{
    (void)state;
    text_of("EC", "Signature Algorithm: ecdsa-with-SHA256\n");
    text_of("RSA", "Public-Key: (2048 bit)\n");
    if (peer_gost()) {
        text_of("gost2012_256", "GOST R 34.10-2012 with GOST R 34.11-2012 (256 bit)\n");
        text_of("gost2012_512", "Parameter set: id-tc26-gost-3410-2012-512-paramSetA\n");
    }
}

/* ---- damage --------------------------------------------------------------------------------- */

static unsigned long seed = 99;

static unsigned any(unsigned n)
{
    seed = seed * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)((seed >> 33) % n);
}

/* Certificates and lists with bytes changed, as the caller's: refused, or of no use, and never a
 * way around. */
static void test_damage(void **state)
{
    CK_VENDOR_BUFFER root, leaf, crl, *victim[3] = {&root, &leaf, &crl};
    CK_VENDOR_X509_STORE store = {&root, 1, &leaf, 1, &crl, 1};
    unsigned i, right = 0;
    size_t n;
    uint8_t *cms;

    (void)state;
    s = open_ro();
    peer_ca("dam", "EC", NULL, "root");
    signer("dam", "aged", "leaf", NULL, NULL, "EC");
    peer_revoke("dam", "aged");
    peer_crl("dam", "dam", "");
    cms = peer_read("aged.cms", &n);
    root = file_buffer("dam.der");
    leaf = file_buffer("aged.der");
    crl = file_buffer("dam.crl");
    for (i = 0; i < 4000; i++) {
        CK_VENDOR_BUFFER *b = victim[i % 3];
        unsigned at = any((unsigned)b->ulSize);
        CK_BYTE was = b->pData[at];
        CK_RV rv;

        b->pData[at] = (CK_BYTE)any(256);
        rv = X->C_EX_PKCS7VerifyInit(s, cms, n, &store, LEAF_CRL_CHECK,
                                     CKF_VENDOR_DO_NOT_USE_INTERNAL_CMS_CERTS);
        if (rv == CKR_OK)
            right += X->C_EX_PKCS7Verify(s, NULL, NULL, NULL, NULL) == CKR_OK;
        else
            assert_int_equal(rv, CKR_ARGUMENTS_BAD);
        b->pData[at] = was;
    }
    assert_int_equal(right, 0); /* it is revoked, and that is needed to be known */
    free(root.pData);
    free(leaf.pData);
    free(crl.pData);
    free(cms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_chain_ec, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_chain_gost, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_refused, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_revocation_ec, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_revocation_gost, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_lists, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_token_certs, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_text, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_damage, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, peer_begin, peer_end);
}
