/* SPDX-License-Identifier: Apache-2.0 */
/* Key derivation, TLS, PBKDF2 and GOST R 34.11-94: the RFCs' examples, every form of the
 * parameters, and what is refused. */
#include "tests/token/mech_test.h"

#include "gost/gost28147.h"
#include "gost/kdf.h"

static const CK_BYTE hash94[] = {0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x1E, 0x01};

/* ---- KDFs ----------------------------------------------------------------------------------- */

#define KEY    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define TREE_1 "22b6837845c6bef65ea71672b265831086d3c76aebe6dae91cad51d83f79d16b"
#define TREE_2 "074c9330599d7f8d712fca54392f4ddde93751206b3584c8f43f9e6dc51531f9"
#define KDF    "a1aa5f7de402d7b3d323f2991c8d4534013137010a83754fd0af6d7cd4922ed9"

static void test_kdf_2012(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE label[] = {0x26, 0xbd, 0xb8, 0x78}, seed[8], text[16], out[256];
    CK_KDF_TREE_GOST_PARAMS p = {4, label, 8, seed, 1, 64, 0}, good,
                            one = {4, label, 8, seed, 1, 32, 0};
    CK_MECHANISM tree = {CKM_KDF_TREE_GOSTR3411_2012_256, &p, sizeof p},
                 kdf = {CKM_KDF_GOSTR3411_2012_256, seed, 8},
                 named = {CKM_KDF_GOSTR3411_2012_256, &one, sizeof one},
                 hmac = {CKM_KDF_HMAC3411, text, 16};
    CK_OBJECT_HANDLE base = secret_hex(s, CKK_KUZNYECHIK, KEY, 0);
    size_t n = 0;

    (void)state;
    unhex(seed, "af21434145656378");
    /* RFC 7836, B.6 */
    OK(derive_value(s, &tree, base, CKK_MAGMA_TWIN, 0, out, &n));
    assert_hex(out, n, TREE_1 TREE_2);
    OK(derive_value(s, &tree, base, CKK_GENERIC_SECRET, 0, out, &n));
    assert_hex(out, n, TREE_1 TREE_2);
    OK(derive_value(s, &tree, base, CKK_KUZNYECHIK, 0, out, &n));
    assert_hex(out, n, TREE_1);
    p.ulOffset = 32;
    OK(derive_value(s, &tree, base, CKK_KUZNYECHIK, 0, out, &n));
    assert_hex(out, n, TREE_2);
    p.ulOffset = 8;
    OK(derive_value(s, &tree, base, CKK_GENERIC_SECRET, 5, out, &n));
    assert_hex(out, n, "5ea71672b2");
    good = p;
#define BAD_TREE(rv, type, change)                                                                 \
    do {                                                                                           \
        p = good;                                                                                  \
        change;                                                                                    \
        FAILS(rv, derive_value(s, &tree, base, type, 0, out, &n));                                 \
    } while (0)
    BAD_TREE(CKR_KEY_SIZE_RANGE, CKK_MAGMA_TWIN, p.ulOffset = 1);
    BAD_TREE(CKR_MECHANISM_PARAM_INVALID, CKK_GENERIC_SECRET, p.ulOffset = 64);
    BAD_TREE(CKR_MECHANISM_PARAM_INVALID, CKK_GENERIC_SECRET, p.ulL = 0);
    BAD_TREE(CKR_KEY_SIZE_RANGE, CKK_GENERIC_SECRET, p.ulL = (CK_ULONG)-1);
    BAD_TREE(CKR_MECHANISM_PARAM_INVALID, CKK_MAGMA, p.ulL = (CK_ULONG)-1);
    BAD_TREE(CKR_MECHANISM_PARAM_INVALID, CKK_MAGMA, p.ulR = 0);
    BAD_TREE(CKR_MECHANISM_PARAM_INVALID, CKK_MAGMA, p.ulR = 5);
    BAD_TREE(CKR_MECHANISM_PARAM_INVALID, CKK_MAGMA, p.pLabel = NULL);
    BAD_TREE(CKR_MECHANISM_PARAM_INVALID, CKK_MAGMA, p.pSeed = NULL);
    BAD_TREE(CKR_MECHANISM_PARAM_INVALID, CKK_MAGMA, p.ulSeedLength = (CK_ULONG)-1);
    BAD_TREE(CKR_MECHANISM_PARAM_INVALID, CKK_MAGMA, p.ulLabelLength = (CK_ULONG)-1);
    p = good;
    tree.ulParameterLen--;
    FAILS(CKR_MECHANISM_PARAM_INVALID, derive_value(s, &tree, base, CKK_MAGMA, 0, out, &n));

    /* RFC 7836, B.5, with the label of 4.6 and with one that is named */
    OK(derive_value(s, &kdf, base, CKK_GOST28147, 0, out, &n));
    assert_hex(out, n, KDF);
    OK(derive_value(s, &named, base, CKK_GOST28147, 0, out, &n));
    assert_hex(out, n, KDF);
    label[0] ^= 1;
    OK(derive_value(s, &named, base, CKK_GOST28147, 0, out, &n));
    assert_true(out[0] != 0xa1);
    one.ulL = 64;
    FAILS(CKR_MECHANISM_PARAM_INVALID, derive_value(s, &named, base, CKK_MAGMA, 0, out, &n));
    kdf.ulParameterLen = 7;
    FAILS(CKR_MECHANISM_PARAM_INVALID, derive_value(s, &kdf, base, CKK_MAGMA, 0, out, &n));
    kdf.ulParameterLen = 8;
    FAILS(CKR_KEY_SIZE_RANGE, derive_value(s, &kdf, base, CKK_MAGMA_TWIN, 0, out, &n));
    FAILS(CKR_KEY_SIZE_RANGE, derive_value(s, &kdf, base, CKK_GENERIC_SECRET, 31, out, &n));

    /* RFC 7836, B.1: the same number as HMAC of what the KDF hashes */
    unhex(text, "0126bdb87800af214341456563780100");
    OK(derive_value(s, &hmac, base, CKK_KUZNYECHIK, 0, out, &n));
    assert_hex(out, n, KDF);
    hmac.pParameter = NULL;
    hmac.ulParameterLen = 0;
    FAILS(CKR_MECHANISM_PARAM_INVALID, derive_value(s, &hmac, base, CKK_MAGMA, 0, out, &n));
}

static void test_kdf_4357(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE kek[32], ukm[8], out[256], want[32];
    CK_MECHANISM kdf = {CKM_KDF_4357, ukm, 8};
    CK_OBJECT_HANDLE a, b, generic;
    size_t n = 0, i;

    (void)state;
    for (i = 0; i < 32; i++) {
        kek[i] = (CK_BYTE)i;
        ukm[i % 8] = (CK_BYTE)(0x11 * i);
    }
    a = secret_key(s, CKK_GOST28147, kek, 32, 0);
    b = secret_key(s, CKK_GOST28147, kek, 32, 'B');
    generic = secret_key(s, CKK_GENERIC_SECRET, kek, 31, 0);
    /* what gost-engine makes of the same */
    OK(derive_value(s, &kdf, a, CKK_GOST28147, 0, out, &n));
    assert_hex(out, n, "36686c5fbd9100cb583ba4b00e913c0f65f51d21fb833d018eb11543dc28176f");
    gost_28147_diversify(gost_sbox_by_name("1.2.643.2.2.31.2"), kek, ukm, want);
    OK(derive_value(s, &kdf, b, CKK_GENERIC_SECRET, 0, out, &n));
    assert_memory_equal(out, want, 32);
    FAILS(CKR_KEY_SIZE_RANGE, derive_value(s, &kdf, generic, CKK_GOST28147, 0, out, &n));
    kdf.ulParameterLen = 7;
    FAILS(CKR_MECHANISM_PARAM_INVALID, derive_value(s, &kdf, a, CKK_GOST28147, 0, out, &n));
}

/* ---- TLS ------------------------------------------------------------------------------------ */

static void test_tls(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE label[5], seed[32], out[256], clean[256], got[256], client[32], server[32], want[48];
    CK_ULONG len = 64;
    CK_TLS_PRF_PARAMS p = {seed, 32, label, 5, out, &len};
    CK_TLS_GOST_MASTER_KEY_DERIVE_PARAMS mp = {{client, 32, server, 32}, NULL, 0};
    CK_BYTE oid256[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x02};
    CK_MECHANISM prf = {CKM_TLS_GOST_PRF_2012_256, &p, sizeof p},
                 master = {CKM_TLS_GOST_MASTER_KEY_DERIVE_2012_256, &mp, sizeof mp};
    CK_OBJECT_HANDLE base = secret_hex(s, CKK_GENERIC_SECRET, KEY, 0), quiet;
    CK_BYTE secret[32], both[64];
    size_t n = 0;

    (void)state;
    unhex(seed, "18471d622dc655c4d2d2269691ca4a560b50aba663553af241f1ada882c9f29a");
    unhex(label, "1122334455");
    /* RFC 7836, B.3 and B.4; no key is made, so there is no place for its handle */
    memset(out, 0xA5, sizeof out);
    memset(clean, 0xA5, sizeof clean);
    OK(F->C_DeriveKey(s, &prf, base, NULL, 0, NULL));
    assert_hex(out, 64,
               "ff09664a44745865944f839ebb48965f1544ff1cc8e8f16f247ee5f8a9ebe97f"
               "c4e3c7900e46cad3db6a01643063040ec67fc0fd5cd9f90465235237bdff2c02");
    assert_memory_equal(out + 64, clean, sizeof out - 64);
    prf.mechanism = CKM_TLS_GOST_PRF_2012_512;
    len = 128;
    OK(F->C_DeriveKey(s, &prf, base, NULL, 0, NULL));
    assert_hex(out, 128,
               "f35187a3dc9655113a0e84d06fd7526c5fc1fbdec1a0e4673dd6d79d0b920e65"
               "ad1bc47bb083b3851cb7cd8e7e6a911a626cf02b29e9e4a58ed766a449a7296d"
               "e61a7a26c4d1caeecfd80cca65c71f0f88c1f822c0e8c0ad949d03fee139579f"
               "72ba0c3d32c5f954f1cccd54081fc7440278cba1fe7b7a17a986fdff5bd15d1f");
    len = 0;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DeriveKey(s, &prf, base, NULL, 0, NULL));
    len = (CK_ULONG)-1;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DeriveKey(s, &prf, base, NULL, 0, NULL));
    len = 16;
    p.pOutput = NULL;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DeriveKey(s, &prf, base, NULL, 0, NULL));
    p.pOutput = out;
    p.pulOutputLen = NULL;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DeriveKey(s, &prf, base, NULL, 0, NULL));
    p.pulOutputLen = &len;
    p.pSeed = NULL;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DeriveKey(s, &prf, base, NULL, 0, NULL));
    p.pSeed = seed;
    OK(F->C_CopyObject(s, base, (CK_ATTRIBUTE[]){A_BOOL(CKA_DERIVE, no)}, 1, &quiet));
    FAILS(CKR_KEY_FUNCTION_NOT_PERMITTED, F->C_DeriveKey(s, &prf, quiet, NULL, 0, NULL));

    /* the master secret is PRF(secret, "master secret", client | server), 48 bytes */
    unhex(secret, KEY);
    memset(client, 1, 32);
    memset(server, 2, 32);
    memcpy(both, client, 32);
    memcpy(both + 32, server, 32);
    gost_tls_prf(GOST_PRF_256, secret, 32, "master secret", 13, both, 64, want, 48);
    OK(derive_value(s, &master, base, CKK_GENERIC_SECRET, 0, got, &n));
    assert_int_equal(n, 48);
    assert_memory_equal(got, want, 48);
    mp.pHashParamsOID = oid256;
    mp.ulHashParamsOIDLen = sizeof oid256;
    OK(derive_value(s, &master, base, CKK_GENERIC_SECRET, 48, got, &n));
    oid256[9] = 3;
    FAILS(CKR_MECHANISM_PARAM_INVALID,
          derive_value(s, &master, base, CKK_GENERIC_SECRET, 48, got, &n));
    master.ulParameterLen = sizeof mp.RandomInfo;
    OK(derive_value(s, &master, base, CKK_GENERIC_SECRET, 48, got, &n));
    assert_memory_equal(got, want, 48);
    FAILS(CKR_KEY_SIZE_RANGE, derive_value(s, &master, base, CKK_GENERIC_SECRET, 32, got, &n));
    mp.RandomInfo.ulClientRandomLen = 31;
    FAILS(CKR_MECHANISM_PARAM_INVALID,
          derive_value(s, &master, base, CKK_GENERIC_SECRET, 48, got, &n));
}

/* ---- PBKDF2 --------------------------------------------------------------------------------- */

static CK_RV pbkdf2(CK_SESSION_HANDLE s, CK_MECHANISM *mech, CK_KEY_TYPE type, CK_ULONG want,
                    CK_BYTE *out, size_t *len)
{
    CK_ATTRIBUTE templ[] = {MADE(type), A_ULONG(CKA_VALUE_LEN, want)};
    CK_OBJECT_HANDLE key;
    CK_RV rv = F->C_GenerateKey(s, mech, templ, COUNT(templ) - (want == 0), &key);

    if (rv == CKR_OK)
        *len = get_bytes(s, key, CKA_VALUE, out, 256);
    return rv;
}

static void test_pbkdf2(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE out[256], want[64];
    CK_PKCS5_PBKD2_PARAMS2 good = {CKZ_SALT_SPECIFIED,
                                   (void *)"salt",
                                   4,
                                   1,
                                   CKP_PKCS5_PBKD2_HMAC_GOSTR3411_2012_512,
                                   NULL,
                                   0,
                                   (CK_UTF8CHAR *)"password",
                                   8},
                           p = good;
    CK_MECHANISM mech = {CKM_PKCS5_PBKD2, &p, sizeof p};
    size_t n = 0;

    (void)state;
    /* RFC 9337, appendix A */
    OK(pbkdf2(s, &mech, CKK_GENERIC_SECRET, 64, out, &n));
    assert_hex(out, n,
               "64770af7f748c3b1c9ac831dbcfd85c26111b30a8a657ddc3056b80ca73e040d"
               "2854fd36811f6d825cc4ab66ec0a68a490a9e5cf5156b3a2b7eecddbf9a16b47");
    OK(pbkdf2(s, &mech, CKK_KUZNYECHIK, 0, out, &n));
    assert_hex(out, n, "64770af7f748c3b1c9ac831dbcfd85c26111b30a8a657ddc3056b80ca73e040d");
    p.iterations = 2;
    OK(pbkdf2(s, &mech, CKK_MAGMA_TWIN, 0, out, &n));
    assert_hex(out, n,
               "5a585bafdfbb6e8830d6d68aa3b43ac00d2e4aebce01c9b31c2caed56f0236d4"
               "d34b2b8fbd2c4e89d54d46f50e47d45bbac301571743119e8d3c42ba66d348de");
    /* TC26's addition to PKCS #5, with GOST R 34.11-94, whose name may be given */
    p.prf = CKP_PKCS5_PBKD2_HMAC_GOSTR3411;
    p.pPrfData = (void *)hash94;
    p.ulPrfDataLen = sizeof hash94;
    OK(pbkdf2(s, &mech, CKK_GOST28147, 0, out, &n));
    assert_hex(out, n, "990dfa2bd965639ba48b07b792775df79f2db34fef25f274378872fed7ed1bb3");
    p = good;
    p.prf = CKP_PKCS5_PBKD2_HMAC_GOSTR3411_2012_256;
    p.iterations = 5;
    gost_pbkdf2(GOST_PRF_256, "password", 8, "salt", 4, 5, want, 40);
    OK(pbkdf2(s, &mech, CKK_GENERIC_SECRET, 40, out, &n));
    assert_int_equal(n, 40);
    assert_memory_equal(out, want, 40);

#define BAD_PBKDF2(change)                                                                         \
    do {                                                                                           \
        p = good;                                                                                  \
        change;                                                                                    \
        FAILS(CKR_MECHANISM_PARAM_INVALID, pbkdf2(s, &mech, CKK_MAGMA, 0, out, &n));               \
    } while (0)
    BAD_PBKDF2(p.saltSource = 2);
    BAD_PBKDF2(p.pSaltSourceData = NULL);
    BAD_PBKDF2(p.ulSaltSourceDataLen = 0);
    BAD_PBKDF2(p.ulSaltSourceDataLen = (CK_ULONG)-1);
    BAD_PBKDF2(p.iterations = 0);
    BAD_PBKDF2(p.iterations = (CK_ULONG)1 << 32);
    BAD_PBKDF2(p.prf = 1); /* HMAC-SHA-1 */
    BAD_PBKDF2(p.pPrfData = (void *)hash94; p.ulPrfDataLen = sizeof hash94);
    BAD_PBKDF2(p.ulPrfDataLen = 1);
    BAD_PBKDF2(p.pPassword = NULL);
    BAD_PBKDF2(p.ulPasswordLen = (CK_ULONG)-1);
    p = good;
    mech.ulParameterLen--;
    FAILS(CKR_MECHANISM_PARAM_INVALID, pbkdf2(s, &mech, CKK_MAGMA, 0, out, &n));
    mech.ulParameterLen++;
    FAILS(CKR_TEMPLATE_INCOMPLETE, pbkdf2(s, &mech, CKK_GENERIC_SECRET, 0, out, &n));
    FAILS(CKR_KEY_SIZE_RANGE, pbkdf2(s, &mech, CKK_GENERIC_SECRET, 1 << 20, out, &n));
    FAILS(CKR_TEMPLATE_INCONSISTENT, pbkdf2(s, &mech, CKK_MAGMA, 31, out, &n));
}

/* ---- GOST R 34.11-94 ------------------------------------------------------------------------ */

static void test_hash94(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE test_oid[] = {0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x1E, 0x00};
    CK_MECHANISM plain = {CKM_GOSTR3411, NULL, 0},
                 cryptopro = {CKM_GOSTR3411, (void *)hash94, sizeof hash94},
                 test = {CKM_GOSTR3411, test_oid, sizeof test_oid},
                 hmac = {CKM_GOSTR3411_HMAC, NULL, 0};
    CK_BYTE text[] = "This is message, length=32 bytes", out[64], again[64], saved[400];
    CK_ULONG n, m, i;
    CK_OBJECT_HANDLE key, wrong;
    CK_BYTE value[32], inner[64 + 32];

    (void)state;
    n = sizeof out;
    OK(F->C_DigestInit(s, &plain));
    OK(F->C_Digest(s, text, 32, out, &n));
    assert_hex(out, n, "2cefc2f7b7bdc514e18ea57fa74ff357e7fa17d652c75f69cb1be7893ede48eb");
    OK(F->C_DigestInit(s, &cryptopro));
    for (i = 0; i < 32; i += 5) {
        OK(F->C_DigestUpdate(s, text + i, i + 5 <= 32 ? 5 : 32 - i));
        m = sizeof saved;
        OK(F->C_GetOperationState(s, saved, &m));
        OK(F->C_DigestUpdate(s, text, 7));
        OK(F->C_SetOperationState(s, saved, m, CK_INVALID_HANDLE, CK_INVALID_HANDLE));
    }
    OK(F->C_DigestFinal(s, again, &n));
    assert_memory_equal(out, again, 32);
    OK(F->C_DigestInit(s, &test)); /* RFC 5831, 7.3.1 */
    OK(F->C_Digest(s, text, 32, out, &n));
    assert_hex(out, n, "b1c466d37519b82e8319819ff32595e047a28cb6f83eff1c6916a815a637fffa");
    test_oid[8] = 2;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DigestInit(s, &test));
    test.ulParameterLen = 8;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DigestInit(s, &test));

    /* the HMAC by its definition (RFC 4357, 3; RFC 2104) */
    for (i = 0; i < 32; i++)
        value[i] = (CK_BYTE)(i + 1);
    key = secret_key(s, CKK_GENERIC_SECRET, value, 32, 0);
    for (i = 0; i < 32; i++)
        inner[i] = value[i] ^ 0x36;
    memcpy(inner + 32, text, 32);
    OK(F->C_DigestInit(s, &plain));
    OK(F->C_Digest(s, inner, 64, out, &n));
    for (i = 0; i < 32; i++)
        inner[i] = value[i] ^ 0x5c;
    memcpy(inner + 32, out, 32);
    OK(F->C_DigestInit(s, &plain));
    OK(F->C_Digest(s, inner, 64, out, &n));
    n = sizeof again;
    OK(sign_one(s, &hmac, key, text, 32, again, &n));
    assert_int_equal(n, 32);
    assert_memory_equal(again, out, 32);
    OK(verify_one(s, &hmac, key, text, 32, out, 32));
    out[31] ^= 0x80;
    FAILS(CKR_SIGNATURE_INVALID, verify_one(s, &hmac, key, text, 32, out, 32));
    FAILS(CKR_SIGNATURE_LEN_RANGE, verify_one(s, &hmac, key, text, 32, out, 31));
    wrong = secret_key(s, CKK_GENERIC_SECRET, value, 31, 0);
    OK(sign_one(s, &hmac, wrong, text, 32, out, &n));
    assert_memory_not_equal(again, out, 32);
}

/* CKM_GOSTR3410_WITH_GOSTR3411 signs what CKM_GOSTR3411 computes. */
static void test_sign94(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_MECHANISM with = {CKM_GOSTR3410_WITH_GOSTR3411, NULL, 0},
                 named = {CKM_GOSTR3410_WITH_GOSTR3411, (void *)hash94, sizeof hash94},
                 raw = {CKM_GOSTR3410, NULL, 0}, hash = {CKM_GOSTR3411, NULL, 0};
    CK_BYTE text[100], digest[32], sig[64], saved[600];
    CK_OBJECT_HANDLE pub, priv;
    CK_ULONG n = 32, m;

    (void)state;
    memset(text, 'x', sizeof text);
    make_pair(s, paramset("1.2.643.2.2.35.1"), no, &pub, &priv);
    OK(F->C_DigestInit(s, &hash));
    OK(F->C_Digest(s, text, sizeof text, digest, &n));
    n = 64;
    OK(sign_one(s, &with, priv, text, sizeof text, sig, &n));
    OK(verify_one(s, &raw, pub, digest, 32, sig, 64));
    OK(verify_one(s, &named, pub, text, sizeof text, sig, 64));
    text[0] = 'y';
    FAILS(CKR_SIGNATURE_INVALID, verify_one(s, &with, pub, text, sizeof text, sig, 64));
    text[0] = 'x';
    OK(F->C_SignInit(s, &named, priv));
    OK(F->C_SignUpdate(s, text, 41));
    m = sizeof saved;
    OK(F->C_GetOperationState(s, saved, &m));
    OK(F->C_SignUpdate(s, text, 3));
    OK(F->C_SetOperationState(s, saved, m, CK_INVALID_HANDLE, priv));
    OK(F->C_SignUpdate(s, text + 41, 59));
    OK(F->C_SignFinal(s, sig, &n));
    OK(verify_one(s, &raw, pub, digest, 32, sig, 64));
    named.ulParameterLen = 8;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_SignInit(s, &named, priv));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kdf_2012, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_kdf_4357, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_tls, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_pbkdf2, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_hash94, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_sign94, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
