/* SPDX-License-Identifier: Apache-2.0 */
/* C_EX_PKCS7Verify…: messages, certificates and lists that no program writes, put together by hand
 * from parts of honest ones. */
#include "tests/token/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SEQUENCE 0x30
#define SET      0x31
#define TAG_0    0xA0

static CK_SESSION_HANDLE s;

/* ---- DER ------------------------------------------------------------------------------------ */

typedef struct bytes {
    uint8_t *p;
    size_t len;
} bytes;

static void add(bytes *b, const void *p, size_t len)
{
    b->p = realloc(b->p, b->len + len + 1);
    assert_non_null(b->p);
    if (len != 0)
        memcpy(b->p + b->len, p, len);
    b->len += len;
}

static void add_all(bytes *b, bytes more)
{
    add(b, more.p, more.len);
    free(more.p);
}

/* The element with that content, which is freed. */
static bytes element(uint8_t tag, bytes content)
{
    uint8_t head[] = {tag, 0x83, (uint8_t)(content.len >> 16), (uint8_t)(content.len >> 8),
                      (uint8_t)content.len};
    bytes out = {NULL, 0};

    if (content.len < 0x80) {
        head[1] = (uint8_t)content.len;
        add(&out, head, 2);
    } else if (content.len < 0x100) {
        head[1] = 0x81;
        head[2] = (uint8_t)content.len;
        add(&out, head, 3);
    } else if (content.len < 0x10000) {
        head[1] = 0x82;
        head[2] = head[3];
        head[3] = head[4];
        add(&out, head, 4);
    } else {
        add(&out, head, 5);
    }
    add_all(&out, content);
    return out;
}

static bytes copy(bytes b)
{
    bytes out = {NULL, 0};

    add(&out, b.p, b.len);
    return out;
}

static bytes of(const void *p, size_t len)
{
    return copy((bytes){(uint8_t *)(uintptr_t)p, len});
}

/* Takes the next element (DER): whole, and *content if it is not NULL. Both point into `in`. */
static bytes next(bytes *in, bytes *content)
{
    size_t head = 2, len, i;
    bytes whole;

    assert_true(in->len >= 2);
    len = in->p[1];
    if (len >= 0x80) {
        head += len & 0x7F;
        for (i = 2, len = 0; i < head; i++)
            len = len << 8 | in->p[i];
    }
    assert_true(head + len <= in->len);
    whole = (bytes){in->p, head + len};
    in->p += whole.len;
    in->len -= whole.len;
    if (content != NULL) /* &in itself: goes into the element */
        *content = (bytes){whole.p + head, len};
    return whole;
}

/* A message in its parts, which point into `all`. */
typedef struct parts {
    bytes all;
    bytes version, digests, type, content, certs, signer; /* certs: the content of [0] */
    bytes s_version, sid, s_digest, attributes, algorithm, signature;
} parts;

static parts take_apart(const char *name)
{
    bytes in, encap;
    parts m = {.all = {NULL, 0}};
    char file[64];

    (void)snprintf(file, sizeof file, "%s.cms", name);
    m.all.p = peer_read(file, &m.all.len);
    in = m.all;
    (void)next(&in, &in);
    (void)next(&in, NULL);
    (void)next(&in, &in);
    (void)next(&in, &in);
    m.version = next(&in, NULL);
    m.digests = next(&in, NULL);
    (void)next(&in, &encap);
    m.type = next(&encap, NULL);
    (void)next(&encap, &m.content);
    (void)next(&m.content, &m.content);
    (void)next(&in, &m.certs);
    (void)next(&in, &m.signer);
    in = m.signer;
    (void)next(&in, &in);
    m.s_version = next(&in, NULL);
    m.sid = next(&in, NULL);
    m.s_digest = next(&in, NULL);
    (void)next(&in, &m.attributes);
    m.algorithm = next(&in, NULL);
    m.signature = next(&in, NULL);
    return m;
}

/* Content, certificates (the content of [0]), signers (the content of the SET): all are freed. */
static bytes put_together(const parts *m, bytes content, bytes certs, bytes signers)
{
    static const uint8_t signed_data[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                          0xF7, 0x0D, 0x01, 0x07, 0x02};
    bytes encap = of(m->type.p, m->type.len), data = copy(m->version), out;

    add_all(&encap, element(TAG_0, element(0x04, content)));
    add(&data, m->digests.p, m->digests.len);
    add_all(&data, element(SEQUENCE, encap));
    add_all(&data, element(TAG_0, certs));
    add_all(&data, element(SET, signers));
    out = of(signed_data, sizeof signed_data);
    add_all(&out, element(TAG_0, element(SEQUENCE, data)));
    return element(SEQUENCE, out);
}

/* A SignerInfo of the message's; attributes: with or without. */
static bytes signer_info(const parts *m, int attributes, bytes algorithm)
{
    bytes out = copy(m->s_version);

    add(&out, m->sid.p, m->sid.len);
    add(&out, m->s_digest.p, m->s_digest.len);
    if (attributes)
        add_all(&out, element(TAG_0, copy(m->attributes)));
    add(&out, algorithm.p, algorithm.len);
    add(&out, m->signature.p, m->signature.len);
    return element(SEQUENCE, out);
}

/* ---- verifying ------------------------------------------------------------------------------ */

/* The message is freed. The store: one trusted certificate and one list, each may be NULL. */
static CK_RV verify(bytes cms, const char *trusted, const char *other, const char *crl,
                    CK_FLAGS flags)
{
    CK_VENDOR_BUFFER root = {NULL, 0}, mid = {NULL, 0}, list = {NULL, 0};
    CK_VENDOR_X509_STORE store = {&root, 0, &mid, 0, &list, 0};
    CK_RV rv;

    if (trusted != NULL) {
        root = file_buffer(trusted);
        store.ulTrustedCertificateCount = 1;
    }
    if (other != NULL) {
        mid = file_buffer(other);
        store.ulCertificateCount = 1;
    }
    if (crl != NULL) {
        list = file_buffer(crl);
        store.ulCrlCount = 1;
    }
    rv = X->C_EX_PKCS7VerifyInit(s, cms.p, cms.len, &store,
                                 crl != NULL ? LEAF_CRL_CHECK : OPTIONAL_CRL_CHECK, flags);
    if (rv == CKR_OK)
        rv = X->C_EX_PKCS7Verify(s, NULL, NULL, NULL, NULL);
    free(root.pData);
    free(mid.pData);
    free(list.pData);
    free(cms.p);
    return rv;
}

static bytes message(const char *name)
{
    char file[64];
    bytes b;

    (void)snprintf(file, sizeof file, "%s.cms", name);
    b.p = peer_read(file, &b.len);
    return b;
}

static void sign(const char *name, const char *options)
{
    peer_write("content", "To be verified.", 15);
    peer_run("cms -sign -binary -nodetach -in content -signer %s.pem -inkey %s.key -outform DER "
             "-out %s.cms %s",
             name, name, name, options);
}

/* ---- attributes that become the content ------------------------------------------------------ */

/* What a signer signed as attributes is no document of his: by leaving the attributes out and
 * making them the content anybody could say so. */
static void test_attributes_as_content(void **state)
{
    bytes attributes, plain, signers;
    parts m;

    (void)state;
    s = open_ro();
    peer_ca("eve", "EC", NULL, "root");
    peer_key("victim", "EC");
    peer_issue("eve", "victim", "leaf", NULL, NULL);
    sign("victim", "");
    m = take_apart("victim");
    signers = signer_info(&m, 1, m.algorithm);
    OK(verify(put_together(&m, copy(m.content), copy(m.certs), signers), "eve.der", NULL, NULL, 0));

    attributes = element(SET, copy(m.attributes));
    signers = signer_info(&m, 0, m.algorithm);
    FAILS(CKR_SIGNATURE_INVALID,
          verify(put_together(&m, attributes, copy(m.certs), signers), "eve.der", NULL, NULL, 0));
    free(m.all.p);

    /* A signature without attributes is still taken, and over other SETs too. */
    sign("victim", "-noattr");
    OK(verify(message("victim"), "eve.der", NULL, NULL, 0));
    plain = element(SET, element(0x0C, of("not an attribute", 16)));
    peer_write("content", plain.p, plain.len);
    free(plain.p);
    peer_run("cms -sign -binary -nodetach -in content -signer victim.pem -inkey victim.key "
             "-outform DER -out set.cms -noattr");
    OK(verify(message("set"), "eve.der", NULL, NULL, 0));
}

/* ---- version 1 ------------------------------------------------------------------------------ */

/* A certificate of version 1 is an authority only as the trusted end, whatever its name. */
static void test_version_1(void **state)
{
    (void)state;
    s = open_ro();
    peer_ca("crown", "EC", NULL, "root");
    peer_run("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout usurper.key "
             "-subj /CN=crown/C=RU -out usurper.csr");
    peer_run("x509 -req -in usurper.csr -CA crown.pem -CAkey crown.key -set_serial 7 -days 9 "
             "-out usurper.pem");
    peer_run("x509 -in usurper.pem -outform DER -out usurper.der");
    peer_run("x509 -in usurper.pem -noout -text");
    /* OpenSSL 3.4 and later makes version 3 whatever it is told. */
    if (peer_says("out", "Version: 3 (0x2)"))
        skip();
    assert_true(peer_says("out", "Version: 1 (0x0)"));
    peer_key("subject", "EC");
    peer_run("x509 -req -in subject.csr -CA usurper.pem -CAkey usurper.key -set_serial 8 -days 9 "
             "-out subject.pem");
    sign("subject", "");
    FAILS(CKR_CERT_CHAIN_NOT_VERIFIED,
          verify(message("subject"), "crown.der", "usurper.der", NULL, 0));

    /* As a root it may. */
    peer_run("x509 -req -in usurper.csr -signkey usurper.key -set_serial 9 -days 9 -outform DER "
             "-out old.der");
    OK(verify(message("subject"), "old.der", NULL, NULL, 0));
}

/* ---- how much work a message can make -------------------------------------------------------- */

/* `signers` times the same signature; before the signer's certificate stand decoys of his name and
 * number with the authority's key. */
static CK_RV crowd(const parts *m, bytes decoy, int signers, int decoys)
{
    bytes certs = {NULL, 0}, infos = {NULL, 0};

    while (decoys-- > 0)
        add(&certs, decoy.p, decoy.len);
    add(&certs, m->certs.p, m->certs.len);
    while (signers-- > 0)
        add_all(&infos, signer_info(m, 1, m->algorithm));
    return verify(put_together(m, copy(m->content), certs, infos), "crew.der", NULL, NULL, 0);
}

static void test_crowd(void **state)
{
    bytes decoy, ca;
    parts m;
    size_t i, at = 0, from = 0;

    (void)state;
    s = open_ro();
    peer_ca("crew", "EC", NULL, "root");
    peer_key("sailor", "EC");
    peer_issue("crew", "sailor", "leaf", NULL, NULL);
    sign("sailor", "");
    m = take_apart("sailor");
    decoy = copy(m.certs);
    ca.p = peer_read("crew.der", &ca.len);
    for (i = 4; i < decoy.len && at == 0; i++) {
        if (memcmp(decoy.p + i - 4, "\x03\x42\x00\x04", 4) == 0)
            at = i;
    }
    for (i = 4; i < ca.len && from == 0; i++) {
        if (memcmp(ca.p + i - 4, "\x03\x42\x00\x04", 4) == 0)
            from = i;
    }
    assert_true(at != 0 && from != 0);
    memcpy(decoy.p + at, ca.p + from, 64);

    OK(crowd(&m, decoy, 1, 0));
    OK(crowd(&m, decoy, 40, 0));
    OK(crowd(&m, decoy, 5, 20));
    FAILS(CKR_SIGNATURE_INVALID, crowd(&m, decoy, 1, 300)); /* for one signer */
    assert_true(peer_logged("too many certificates"));
    FAILS(CKR_SIGNATURE_INVALID, crowd(&m, decoy, 40, 200)); /* for the message */
    assert_true(peer_logged("too many certificates"));
    free(decoy.p);
    free(ca.p);
    free(m.all.p);
}

/* ---- revocation lists ----------------------------------------------------------------------- */

/* A list, signed by the authority, with one entry that is not ours and has that extension. */
static void make_list(const char *ca, const char *name, const char *extension, size_t len)
{
    static const uint8_t version[] = {0x02, 0x01, 0x01},
                         ecdsa[] = {0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86,
                                    0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02},
                         number[] = {0x02, 0x02, 0x12, 0x34};
    bytes tbs = of(version, sizeof version), cert, in, issuer, list, entry;
    const char *times[] = {"200101000000Z", "491231000000Z"};
    char file[64];
    uint8_t *sig;
    size_t i, n;

    (void)snprintf(file, sizeof file, "%s.der", ca);
    cert.p = peer_read(file, &cert.len);
    in = cert;
    (void)next(&in, &in);
    (void)next(&in, &in);
    for (i = 0; i < 3; i++)
        (void)next(&in, NULL);
    issuer = next(&in, NULL);
    add(&tbs, ecdsa, sizeof ecdsa);
    add(&tbs, issuer.p, issuer.len);
    for (i = 0; i < COUNT(times); i++)
        add_all(&tbs, element(0x17, of(times[i], 13)));
    entry = of(number, sizeof number);
    add_all(&entry, element(0x17, of(times[0], 13)));
    add_all(&entry, element(SEQUENCE, element(SEQUENCE, of(extension, len))));
    add_all(&tbs, element(SEQUENCE, element(SEQUENCE, entry)));
    list = element(SEQUENCE, tbs);
    peer_write("tbs", list.p, list.len);
    peer_run("dgst -sha256 -sign %s.key -out tbs.sig tbs", ca);
    sig = peer_read("tbs.sig", &n);
    add(&list, ecdsa, sizeof ecdsa);
    in = of("", 1); /* no unused bits */
    add(&in, sig, n);
    add_all(&list, element(0x03, in));
    list = element(SEQUENCE, list);
    (void)snprintf(file, sizeof file, "%s.crl", name);
    peer_write(file, list.p, list.len);
    free(list.p);
    free(sig);
    free(cert.p);
}

static void test_entry_extensions(void **state)
{
    static const char reason[] = "\x06\x03\x55\x1D\x15\x01\x01\xFF\x04\x03\x0A\x01\x01",
                      unknown[] = "\x06\x03\x2A\x03\x04\x01\x01\xFF\x04\x02\x05\x00",
                      harmless[] = "\x06\x03\x2A\x03\x04\x04\x02\x05\x00",
                      broken[] = "\x06\x03\x2A\x03\x04\x05\x02\x05\x00";

    (void)state;
    s = open_ro();
    peer_ca("judge", "EC", NULL, "root");
    peer_key("clerk", "EC");
    peer_issue("judge", "clerk", "leaf", NULL, NULL);
    sign("clerk", "");
    make_list("judge", "reason", reason, sizeof reason - 1);
    make_list("judge", "unknown", unknown, sizeof unknown - 1);
    make_list("judge", "harmless", harmless, sizeof harmless - 1);
    make_list("judge", "broken", broken, sizeof broken - 1);
    OK(verify(message("clerk"), "judge.der", NULL, "reason.crl", 0));
    OK(verify(message("clerk"), "judge.der", NULL, "harmless.crl", 0));
    FAILS(CKR_CERT_CHAIN_NOT_VERIFIED,
          verify(message("clerk"), "judge.der", NULL, "unknown.crl", 0));
    FAILS(CKR_ARGUMENTS_BAD, verify(message("clerk"), "judge.der", NULL, "broken.crl", 0));
}

/* ---- RSASSA-PSS ----------------------------------------------------------------------------- */

/* The message's algorithm with something put after its parameters' last field. */
static bytes pss_with(const parts *m, const char *tail, size_t len)
{
    bytes in = m->algorithm, oid, params, inner, out;

    (void)next(&in, &in);
    oid = next(&in, NULL);
    (void)next(&in, &params);
    inner = copy(params);
    add(&inner, tail, len);
    out = copy(oid);
    add_all(&out, element(SEQUENCE, inner));
    return element(SEQUENCE, out);
}

static void test_pss(void **state)
{
    static const struct {
        const char *tail;
        size_t len;
        CK_RV rv;
    } tails[] = {
        {"", 0, CKR_OK},
        {"\xA3\x03\x02\x01\x01", 5, CKR_OK},
        {"\xA3\x03\x02\x01\x02", 5, CKR_SIGNATURE_INVALID},
        {"\xA4\x03\x02\x01\x01", 5, CKR_SIGNATURE_INVALID},
    };
    parts m;
    size_t i;

    (void)state;
    s = open_ro();
    peer_ca("post", "RSA", NULL, "root");
    peer_key("clerk2", "RSA");
    peer_issue("post", "clerk2", "leaf", NULL, NULL);
    sign("clerk2", "-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32");
    m = take_apart("clerk2");
    for (i = 0; i < COUNT(tails); i++) {
        bytes alg = pss_with(&m, tails[i].tail, tails[i].len), info = signer_info(&m, 1, alg);

        free(alg.p);
        FAILS(tails[i].rv, verify(put_together(&m, copy(m.content), copy(m.certs), info),
                                  "post.der", NULL, NULL, 0));
    }
    free(m.all.p);
}

/* ---- text ----------------------------------------------------------------------------------- */

/* Control characters of either kind do not come through: U+009B begins a terminal's commands. */
static void test_controls(void **state)
{
    CK_OBJECT_HANDLE h;
    CK_CHAR *text;
    CK_ULONG len;

    (void)state;
    s = open_user();
    peer_run("req -new -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout c.key "
             "-utf8 -subj \"/CN=a\xC2\x9B"
             "2Jb\" -addext \"1.2.643.100.111=ASN1:FORMAT:UTF8,UTF8:x"
             "\xC2\x9By\" -outform DER -out ctl.der");
    h = token_cert(s, "ctl");
    OK(X->C_EX_GetCertificateInfoText(s, h, &text, &len));
    assert_null(strstr((char *)text, "\xC2\x9B"));
    assert_non_null(strstr((char *)text, "CN = a\\9B2Jb"));
    assert_non_null(strstr((char *)text, "x\\9By"));
    OK(X->C_EX_FreeBuffer(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_attributes_as_content, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_version_1, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_crowd, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_entry_extensions, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_pss, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_controls, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, peer_begin, peer_end);
}
