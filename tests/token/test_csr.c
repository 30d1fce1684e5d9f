/* SPDX-License-Identifier: Apache-2.0 */
/* C_EX_CreateCSR: requests as programs write them, read by the openssl program. */
#include "tests/token/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S(text) (CK_CHAR *)(text)

static CK_BYTE *csr;
static CK_ULONG csr_len;

/* ---- the article's -------------------------------------------------------------------------- */

static CK_CHAR *article_dn[] = {
    S("CN"),
    S("UTF8String:Иванов"),
    S("C"),
    S("RU"),
    S("2.5.4.5"),
    S("12312312312"),
    S("1.2.840.113549.1.9.1"),
    S("ivanov@mail.ru"),
    S("ST"),
    S("UTF8String:Москва"),
    S("O"),
    S("CompanyName"),
    S("OU"),
    S("Devel"),
    S("L"),
    S("Moscow"),
};

static CK_CHAR *article_exts[] = {
    S("keyUsage"),         S("digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment"),
    S("extendedKeyUsage"), S("1.2.643.2.2.34.6,1.3.6.1.5.5.7.3.2,1.3.6.1.5.5.7.3.4"),
    S("2.5.29.17"),        S("DER:30:0F:81:0D:65:78:61:6d:70:6c:65:40:79:61:2E:72:75"),
    S("2.5.29.32"),        S("critical,DER:30:0A:30:08:06:06:2A:85:03:64:71:01"),
    S("1.2.643.100.111"),  S("ASN1:UTF8String:СКЗИ \"Рутокен ЭЦП 2.0\""),
};

/* The openssl program agrees with the signature, and reads the rest into "out". */
static void read_back(int known)
{
    peer_write("csr", csr, csr_len);
    if (known) {
        peer_run("req -inform DER -in csr -noout -verify");
        assert_true(peer_says("out", "OK"));
    }
    peer_run("req -inform DER -in csr -noout -text -nameopt utf8,sep_comma_plus");
}

static int has(const void *p, size_t len)
{
    return memmem(csr, csr_len, p, len) != NULL;
}

static void test_article(void **state)
{
    static const char sign_tool[] = "СКЗИ \"Рутокен ЭЦП 2.0\"";
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    uint8_t element[96];

    (void)state;
    make_pair(s, paramset("1.2.643.2.2.35.1"), CK_TRUE, &pub, &priv);
    OK(X->C_EX_CreateCSR(s, pub, article_dn, COUNT(article_dn), &csr, &csr_len, priv, NULL, 0,
                         article_exts, COUNT(article_exts)));
    read_back(peer_gost());
    assert_true(peer_says("out", "CN=Иванов,C=RU,serialNumber=12312312312"));
    assert_true(peer_says("out", "emailAddress=ivanov@mail.ru,ST=Москва,O=CompanyName,OU=Devel"));
    assert_true(peer_says("out", "Digital Signature, Non Repudiation, Key Encipherment, Data "
                                 "Encipherment"));
    assert_true(peer_says("out", "TLS Web Client Authentication, E-mail Protection"));
    assert_true(peer_says("out", "email:example@ya.ru"));
    assert_true(peer_says("out", "Certificate Policies: critical"));
    /* Encoded once. */
    element[0] = 0x0C;
    element[1] = sizeof sign_tool - 1;
    memcpy(element + 2, sign_tool, sizeof sign_tool - 1);
    assert_true(has(element, sizeof sign_tool + 1));
    OK(X->C_EX_FreeBuffer(csr));
}

/* ---- every kind of key ---------------------------------------------------------------------- */

static void simple(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE pub, CK_OBJECT_HANDLE priv, int known)
{
    CK_CHAR *dn[] = {S("CN"), S("x")};

    OK(X->C_EX_CreateCSR(s, pub, dn, COUNT(dn), &csr, &csr_len, priv, NULL, 0, NULL, 0));
    read_back(known);
    OK(X->C_EX_FreeBuffer(csr));
}

static void test_keys(void **state)
{
    static const char *const sets[] = {
        "1.2.643.2.2.35.1",    "1.2.643.2.2.35.2",    "1.2.643.2.2.35.3",    "1.2.643.2.2.36.0",
        "1.2.643.7.1.2.1.1.1", "1.2.643.7.1.2.1.1.2", "1.2.643.7.1.2.1.1.3", "1.2.643.7.1.2.1.1.4",
        "1.2.643.7.1.2.1.2.1", "1.2.643.7.1.2.1.2.2", "1.2.643.7.1.2.1.2.3",
    };
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(sets); i++) {
        make_pair(s, paramset(sets[i]), CK_FALSE, &pub, &priv);
        simple(s, pub, priv, peer_gost());
    }
    make_ec(s, &pub, &priv);
    simple(s, pub, priv, 1);
    make_rsa(s, &pub, &priv);
    simple(s, pub, priv, 1);
}

/* A key that goes with GOST R 34.11-94. */
static void test_old_key(void **state)
{
    static const CK_BYTE curve[] = {0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x23, 0x01};
    static const CK_BYTE hash[] = {0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x1E, 0x01};
    CK_SESSION_HANDLE s = open_user();
    CK_MECHANISM m = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE a[] = {A_BYTES(CKA_GOSTR3410_PARAMS, curve), A_BYTES(CKA_GOSTR3411_PARAMS, hash)};
    CK_OBJECT_HANDLE pub, priv;

    (void)state;
    OK(F->C_GenerateKeyPair(s, &m, a, COUNT(a), a, COUNT(a), &pub, &priv));
    simple(s, pub, priv, peer_gost());
}

/* ---- forms ---------------------------------------------------------------------------------- */

static void test_forms(void **state)
{
    CK_CHAR *dn[] = {
        S("INN"),
        S("123456789012"),
        S("OGRN"),
        S("NUMERICSTRING:1234567890123"),
        S("SNILS"),
        S("UTF8String:12345678901"),
        S("1.2.643.100.4"),
        S("7712345678"),
        S("OGRNIP"),
        S("123456789012345"),
        S("street"),
        S("ул. Ленина, 1"),
        S("SN"),
        S("Иванов"),
        S("GN"),
        S("Иван Иванович"),
        S("title"),
        S("BMPSTRING:Инженер"),
        S("commonName"),
        S("PRINTABLESTRING:Plain"),
        S("OID.2.5.4.13"),
        S("note: with a colon"),
    };
    CK_CHAR *attributes[] = {
        S("challengePassword"),      S("secret"),
        S("unstructuredName"),       S("имя"),
        S("1.3.6.1.4.1.311.13.2.1"), S("DER:30:03:02:01:05"),
        S("1.3.6.1.4.1.311.13.2.3"), S("ASN1:IA5STRING:10.0"),
    };
    CK_CHAR *exts[] = {
        S("2.5.29.15"),
        S("critical, digitalSignature, keyCertSign, decipherOnly"),
        S("basicConstraints"),
        S("critical,CA:TRUE,pathlen:3"),
        S("subjectAltName"),
        S("email:a@example.org, DNS:example.org, URI:http://example.org/, IP:192.0.2.1, IP:::1, "
          "RID:1.2.3.4, otherName:1.3.6.1.4.1.311.20.2.3;UTF8:иван@example.org"),
        S("certificatePolicies"),
        S("1.2.643.100.113.1, 1.2.643.100.113.2"),
        S("subjectSignTool"),
        S("КриптоПро CSP"),
        S("identificationKind"),
        S("0"),
        S("subjectKeyIdentifier"),
        S("hash"),
        S("1.2.3.1"),
        S("ASN1:INTEGER:-129"),
        S("1.2.3.2"),
        S("ASN1:EXPLICIT:1,BOOL:TRUE"),
        S("1.2.3.3"),
        S("ASN1:IMPLICIT:2,OCT:abc"),
        S("1.2.3.5"),
        S("ASN1:SEQWRAP,FORMAT:HEX,OCT:0A0B"),
        S("1.2.3.6"),
        S("ASN1:FORMAT:BITLIST,BITSTR:1,9"),
        S("1.2.3.7"),
        S("ASN1:FORMAT:UTF8,UTF8:я"),
        S("1.2.3.8"),
        S("ASN1:OID:1.2.643"),
        S("1.2.3.9"),
        S("ASN1:NULL"),
        S("1.2.3.10"),
        S("ASN1:NUMERICSTRING:12 34"),
        S("1.2.3.11"),
        S("ASN1:INTEGER:0x00ff"),
        S("1.2.3.12"),
        S("ASN1:GENTIME:20300101000000Z"),
    };
    static const struct {
        uint8_t bytes[24];
        size_t len;
    } elements[] = {
        {{0x12, 12, '1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '1', '2'}, 14}, /* INN */
        {{0x12, 13, '1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '1', '2', '3'}, 15},
        {{0x12, 11, '1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '1'}, 13}, /* SNILS */
        {{0x12, 10, '7', '7', '1', '2', '3', '4', '5', '6', '7', '8'}, 12},      /* INNLE */
        {{0x1E, 14, 0x04, 0x18, 0x04, 0x3D, 0x04, 0x36, 0x04, 0x35}, 10},        /* BMPString */
        {{0x13, 5, 'P', 'l', 'a', 'i', 'n'}, 7},
        {{0x02, 2, 0xFF, 0x7F}, 4}, /* -129 */
        {{0xA1, 3, 0x01, 1, 0xFF}, 5},
        {{0x82, 3, 'a', 'b', 'c'}, 5},
        {{0x30, 4, 0x04, 2, 0x0A, 0x0B}, 6},
        {{0x03, 3, 6, 0x40, 0x40}, 5},
        {{0x0C, 2, 0xD1, 0x8F}, 4},
        {{0x12, 5, '1', '2', ' ', '3', '4'}, 7},
        {{0x02, 2, 0x00, 0xFF}, 4},
        {{0x03, 3, 7, 0x84, 0x80}, 5}, /* keyUsage */
    };
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    size_t i;

    (void)state;
    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), CK_FALSE, &pub, &priv);
    OK(X->C_EX_CreateCSR(s, pub, dn, COUNT(dn), &csr, &csr_len, priv, attributes, COUNT(attributes),
                         exts, COUNT(exts)));
    read_back(peer_gost());
    assert_true(peer_says("out", "street=ул. Ленина, 1,SN=Иванов,GN=Иван Иванович"));
    assert_true(peer_says("out", "description=note: with a colon"));
    assert_true(peer_says("out", "Digital Signature, Certificate Sign, Decipher Only"));
    assert_true(peer_says("out", "CA:TRUE, pathlen:3"));
    assert_true(peer_says("out", "email:a@example.org, DNS:example.org, "
                                 "URI:http://example.org/, IP Address:192.0.2.1, IP "
                                 "Address:0:0:0:0:0:0:0:1, Registered ID:1.2.3.4, othername"));
    assert_true(peer_says("out", "secret"));
    for (i = 0; i < COUNT(elements); i++) {
        if (!has(elements[i].bytes, elements[i].len))
            fail_msg("element %zu is not in the request", i);
    }
    OK(X->C_EX_FreeBuffer(csr));
}

/* ---- refusals ------------------------------------------------------------------------------- */

static void test_refusals(void **state)
{
    static const struct {
        int where; /* 0 subject, 1 attribute, 2 extension */
        const char *type, *value, *log;
    } bad[] = {
        {0, "XX", "x", "field XX: the type is not known"},
        {0, "X\nX\x1B", "x", "field X?X?: the type is not known"}, /* it cannot forge a line */
        {0, "1.2.", "x", "field 1.2.: the type"},
        {0, "3.5", "x", "field 3.5"},
        {0, "C", "RUS", "field C: the value is too short or too long"},
        {0, "CN", "", "field CN: the value is too short"},
        {0, "CN", "\xC8\xE2\xE0\xED", "field CN: the value is not UTF-8"},
        {0, "INN", "12345678901a", "field INN: the value has a character"},
        {0, "INN", "1234567890123", "field INN"},
        {0, "SNILS", "UTF8String:123-456", "field SNILS"},
        {0, "emailAddress", "иван@example.org", "field emailAddress"},
        {1, "nonsense", "x", "attribute nonsense: the type"},
        {1, "1.2.3", "DER:zz", "attribute 1.2.3: what follows DER:"},
        {1, "1.2.3", "DER:30:05", "attribute 1.2.3"},
        {2, "nonsense", "x", "extension nonsense: the type"},
        {2, "keyUsage", "everything", "extension keyUsage: a key usage is not known"},
        {2, "keyUsage", "", "extension keyUsage"},
        {2, "extendedKeyUsage", "clientAuth,x", "extension extendedKeyUsage"},
        {2, "basicConstraints", "CA:MAYBE", "extension basicConstraints"},
        {2, "subjectAltName", "mail:a", "extension subjectAltName"},
        {2, "subjectAltName", "IP:1.2.3", "extension subjectAltName"},
        {2, "2.5.29.31", "URI:http://x", "extension 2.5.29.31: this extension has no text form"},
        {2, "1.2.3", "ASN1:NONSENSE:1", "extension 1.2.3: the type after ASN1:"},
        {2, "1.2.3", "ASN1:INTEGER:x", "extension 1.2.3"},
        {2, "1.2.3", "ASN1:NUMERICSTRING:x", "extension 1.2.3"},
        {2, "1.2.3", "ASN1:SEQUENCE:section", "extension 1.2.3"},
        {2, "1.2.3", "critical,DER:3", "extension 1.2.3"},
        {2, "identificationKind", "9", "extension identificationKind"},
    };
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv, pub2, priv2, pub5, priv5;
    CK_CHAR *dn[] = {S("CN"), S("x")},
            *twice[] = {S("keyUsage"), S("digitalSignature"), S("2.5.29.15"), S("keyAgreement")};
    CK_CHAR *one[2], *null[] = {S("CN"), NULL};
    CK_BYTE *untouched = (CK_BYTE *)&pub;
    size_t i;

    (void)state;
    make_pair(s, paramset("1.2.643.2.2.35.1"), CK_FALSE, &pub, &priv);
    make_pair(s, paramset("1.2.643.2.2.35.1"), CK_FALSE, &pub2, &priv2);
    make_pair(s, paramset("1.2.643.7.1.2.1.2.1"), CK_FALSE, &pub5, &priv5);
    csr = untouched;
    csr_len = 7;
    for (i = 0; i < COUNT(bad); i++) {
        one[0] = S(bad[i].type);
        one[1] = S(bad[i].value);
        if (X->C_EX_CreateCSR(s, pub, bad[i].where == 0 ? one : dn, 2, &csr, &csr_len, priv,
                              bad[i].where == 1 ? one : NULL, bad[i].where == 1 ? 2 : 0,
                              bad[i].where == 2 ? one : NULL,
                              bad[i].where == 2 ? 2 : 0) != CKR_ARGUMENTS_BAD)
            fail_msg("accepted: %s = %s", bad[i].type, bad[i].value);
        assert_true(peer_logged(bad[i].log));
    }
#define CSR(pub, dn, n, out, len, priv, a, an, e, en)                                              \
    X->C_EX_CreateCSR(s, pub, dn, n, out, len, priv, a, an, e, en)
    FAILS(CKR_ARGUMENTS_BAD, CSR(pub, dn, 2, NULL, &csr_len, priv, NULL, 0, NULL, 0));
    FAILS(CKR_ARGUMENTS_BAD, CSR(pub, dn, 2, &csr, NULL, priv, NULL, 0, NULL, 0));
    FAILS(CKR_ARGUMENTS_BAD, CSR(pub, dn, 1, &csr, &csr_len, priv, NULL, 0, NULL, 0));
    FAILS(CKR_ARGUMENTS_BAD, CSR(pub, NULL, 2, &csr, &csr_len, priv, NULL, 0, NULL, 0));
    FAILS(CKR_ARGUMENTS_BAD, CSR(pub, null, 2, &csr, &csr_len, priv, NULL, 0, NULL, 0));
    FAILS(CKR_ARGUMENTS_BAD, CSR(pub, dn, 2, &csr, &csr_len, priv, dn, ~0UL, NULL, 0));
    FAILS(CKR_ARGUMENTS_BAD, CSR(pub, dn, 2, &csr, &csr_len, priv, NULL, 0, twice, 4));
    FAILS(CKR_KEY_HANDLE_INVALID, CSR(0, dn, 2, &csr, &csr_len, priv, NULL, 0, NULL, 0));
    FAILS(CKR_KEY_HANDLE_INVALID, CSR(pub, dn, 2, &csr, &csr_len, 4711, NULL, 0, NULL, 0));
    FAILS(CKR_KEY_HANDLE_INVALID, CSR(priv, dn, 2, &csr, &csr_len, priv, NULL, 0, NULL, 0));
    FAILS(CKR_KEY_HANDLE_INVALID, CSR(pub2, dn, 2, &csr, &csr_len, priv, NULL, 0, NULL, 0));
    FAILS(CKR_KEY_HANDLE_INVALID, CSR(pub5, dn, 2, &csr, &csr_len, priv, NULL, 0, NULL, 0));
    FAILS(CKR_KEY_TYPE_INCONSISTENT, CSR(pub, dn, 2, &csr, &csr_len, pub, NULL, 0, NULL, 0));
    assert_ptr_equal(csr, untouched);
    assert_int_equal(csr_len, 7);

    /* As openssl req -subj / : nobody in particular. */
    OK(CSR(pub, NULL, 0, &csr, &csr_len, priv, NULL, 0, NULL, 0));
    read_back(peer_gost());
    OK(X->C_EX_FreeBuffer(csr));
}

/* What a key may not do it does not do here either. */
static void test_permission(void **state)
{
    CK_MECHANISM m = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
    const gost_paramset *ps = paramset("1.2.643.2.2.35.1");
    CK_ATTRIBUTE params = {CKA_GOSTR3410_PARAMS, (void *)ps->der, ps->der_len};
    CK_ATTRIBUTE silent[] = {params, A_BOOL(CKA_SIGN, no)};
    CK_ATTRIBUTE careful[] = {params, A_BOOL(CKA_ALWAYS_AUTHENTICATE, yes),
                              A_BOOL(CKA_PRIVATE, yes)};
    CK_SESSION_HANDLE s = open_user();
    CK_CHAR *dn[] = {S("CN"), S("x")};
    CK_OBJECT_HANDLE pub, priv;

    (void)state;
    OK(F->C_GenerateKeyPair(s, &m, &params, 1, silent, COUNT(silent), &pub, &priv));
    FAILS(CKR_KEY_FUNCTION_NOT_PERMITTED, CSR(pub, dn, 2, &csr, &csr_len, priv, NULL, 0, NULL, 0));
    OK(F->C_GenerateKeyPair(s, &m, &params, 1, careful, COUNT(careful), &pub, &priv));
    FAILS(CKR_USER_NOT_LOGGED_IN, CSR(pub, dn, 2, &csr, &csr_len, priv, NULL, 0, NULL, 0));
    OK(F->C_Login(s, CKU_CONTEXT_SPECIFIC, PIN(USER_PIN)));
    OK(CSR(pub, dn, 2, &csr, &csr_len, priv, NULL, 0, NULL, 0));
    OK(X->C_EX_FreeBuffer(csr));
    FAILS(CKR_USER_NOT_LOGGED_IN, CSR(pub, dn, 2, &csr, &csr_len, priv, NULL, 0, NULL, 0));
    OK(F->C_Logout(s));
    FAILS(CKR_USER_NOT_LOGGED_IN, CSR(pub, dn, 2, &csr, &csr_len, priv, NULL, 0, NULL, 0));
}

/* ---- strings that nobody would write --------------------------------------------------------- */

static unsigned long seed = 20241;

static unsigned any(unsigned n)
{
    seed = seed * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)((seed >> 33) % n);
}

static void test_mutations(void **state)
{
    static const char *const words[] = {
        "critical,", "DER:",          "ASN1:",      "UTF8String:", "FORMAT:",  "HEX,",
        "BITLIST,",  "EXPLICIT:",     "IMPLICIT:",  "OCTWRAP,",    "SEQWRAP,", "INTEGER:",
        "BITSTR:",   "OID:",          "1.2.3",      "0x",          "-",        ":",
        "email:",    "IP:",           "otherName:", ";",           ",",        "CA:TRUE",
        "pathlen:",  "9999999999999", "\xD0\x98",   "\xFF",        "keyUsage", "digitalSignature",
        "2.5.29.15", "INN",           "C",          "1",           "hash",     " ",
    };
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    char text[6][256];
    CK_CHAR *strings[6];
    unsigned round, i, accepted = 0;

    (void)state;
    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), CK_FALSE, &pub, &priv);
    for (round = 0; round < 4000; round++) {
        for (i = 0; i < 6; i++) {
            unsigned n = any(6);

            text[i][0] = '\0';
            if (i % 2 == 0 && any(2) != 0)
                (void)strcpy(text[i], i == 0 ? "CN" : i == 2 ? "1.2.3.4" : "subjectAltName");
            else
                while (n-- > 0)
                    (void)strcat(text[i], words[any(COUNT(words))]);
            strings[i] = S(text[i]);
        }
        i = any(3);
        if (CSR(pub, i == 0 ? strings : NULL, i == 0 ? 2 : 0, &csr, &csr_len, priv,
                i == 1 ? strings + 2 : NULL, i == 1 ? 2 : 0, i == 2 ? strings + 4 : NULL,
                i == 2 ? 2 : 0) != CKR_OK)
            continue;
        accepted++;
        if (accepted % 50 == 0)
            read_back(peer_gost());
        OK(X->C_EX_FreeBuffer(csr));
    }
    assert_true(accepted > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_article, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_keys, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_old_key, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_forms, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_refusals, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_permission, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_mutations, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, peer_begin, peer_end);
}
