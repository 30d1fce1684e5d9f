/* SPDX-License-Identifier: Apache-2.0 */
/* Block ciphers and their MACs through the module: the standards' examples, whole and in parts, and
 * what is refused. */
#include "tests/token/mech_test.h"

#define KEY_A "8899aabbccddeeff0011223344556677fedcba98765432100123456789abcdef"
#define KEY_M "ffeeddccbbaa99887766554433221100f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
#define KEY_3 "8d5a2c83a7c70a61d61b34b51fdf42686671a35d874cfd84993663b61ed60dad"
#define TEXT_A                                                                                     \
    "1122334455667700ffeeddccbbaa9988 00112233445566778899aabbcceeff0a "                           \
    "112233445566778899aabbcceeff0a00 2233445566778899aabbcceeff0a0011"
#define TEXT_M "92def06b3c130a59 db54c704f8189d20 4a98fb2e67a8024c 8912409b17b57e41"

typedef struct example {
    CK_MECHANISM_TYPE mech;
    CK_KEY_TYPE type;
    char sbox;
    const char *key, *param, *text, *sealed;
} example;

static const example examples[] = {
    /* GOST R 34.13-2015, A.1 and A.2 */
    {CKM_KUZNYECHIK_ECB, CKK_KUZNYECHIK, 0, KEY_A, "", TEXT_A,
     "7f679d90bebc24305a468d42b9d4edcd b429912c6e0032f9285452d76718d08b "
     "f0ca33549d247ceef3f5a5313bd4b157 d0b09ccde830b9eb3a02c4c5aa8ada98"},
    {CKM_MAGMA_ECB, CKK_MAGMA, 0, KEY_M, "", TEXT_M,
     "2b073f0494f372a0 de70e715d3556e48 11d8d9e9eacfbc1e 7c68260996c67efb"},
    {CKM_KUZNYECHIK_CTR_ACPKM, CKK_KUZNYECHIK, 0, KEY_A, "00000000 1234567890abcef0", TEXT_A,
     "f195d8bec10ed1dbd57b5fa240bda1b8 85eee733f6a13e5df33ce4b33c45dee4 "
     "a5eae88be6356ed3d5e877f13564a3a5 cb91fab1f20cbab6d1c6d15820bdba73"},
    {CKM_MAGMA_CTR_ACPKM, CKK_MAGMA, 0, KEY_M, "00000000 12345678", TEXT_M,
     "4e98110c97b7b93c 3e250d93d6e85d69 136d868807b2dbef 568eb680ab52a12d"},
    /* RFC 8645, A.1 and R 1323565.1.017-2018, A.4: sections of 256 and 128 bits */
    {CKM_KUZNYECHIK_CTR_ACPKM, CKK_KUZNYECHIK, 0, KEY_A, "00000100 1234567890abcef0",
     TEXT_A "33445566778899aabbcceeff0a001122 445566778899aabbcceeff0a00112233 "
            "5566778899aabbcceeff0a0011223344",
     "f195d8bec10ed1dbd57b5fa240bda1b8 85eee733f6a13e5df33ce4b33c45dee4 "
     "4bceeb8f646f4c55001706275e85e800 587c4df568d094393e4834afd0805046 "
     "cf30f57686aeece11cfc6c316b8a896e dffd07ec813636460c4f3b743423163e "
     "6409a9c282fac8d469d221e7fbd6de5d"},
    {CKM_MAGMA_CTR_ACPKM, CKK_MAGMA, 0, KEY_A, "00000080 12345678",
     "1122334455667700 ffeeddccbbaa9988 0011223344556677 8899aabbcceeff0a "
     "1122334455667788 99aabbcceeff0a00 2233445566778899",
     "2ab81deeeb1e4cab 68e104c4bd6b94ea c72c67af6c2e5b6b 0eafb61770f1b32e "
     "a1ae71149eed1382 abd467180672ec6f 84a2f15b3fca72c1"},
    /* figures of CryptoPro's, which gost-engine quotes; the S-box A is what is taken if none is
       said */
    {CKM_GOST28147, CKK_GOST28147, 'A', KEY_3, "46606f0d8834235a",
     "d2fdf83ac1b439232eaacc980a02da33", "88b7751674a5ee2d14fe9167d05ccc40"},
    {CKM_GOST28147, CKK_GOST28147, 0, KEY_3, "46606f0d8834235a", "d2fdf83ac1b439232eaacc980a02da33",
     "88b7751674a5ee2d14fe9167d05ccc40"},
    {CKM_GOST28147, CKK_GOST28147, 'C',
     "77c3458ef642e7048efc08e47096d6059359026d6f97cae9cf89444bde6c221d", "437c3e8e2f2a0098",
     "079c91be", "19358134"},
    {CKM_GOST28147, CKK_GOST28147, 'D',
     "389fe837ff9c5d29fc4855a087eae84020875bb2011555a7e32dcb3dd6590473", "c5a2d21f2fdfb8eb",
     "2f31d883b420e86eda", "6da4ed40088871ad16"},
};

static void test_examples(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(examples); i++) {
        const example *e = &examples[i];
        CK_BYTE param[16], text[128], sealed[128], out[160], saved[600];
        CK_OBJECT_HANDLE key = secret_hex(s, e->type, e->key, e->sbox);
        CK_MECHANISM mech = {e->mech, param, unhex(param, e->param)};
        size_t len = unhex(text, e->text), part;
        CK_ULONG n = sizeof out, m, saved_len;
        int decrypt;

        assert_int_equal(unhex(sealed, e->sealed), len);
        for (decrypt = 0; decrypt < 2; decrypt++) {
            const CK_BYTE *in = decrypt ? sealed : text, *want = decrypt ? text : sealed;

            n = sizeof out;
            OK(crypt_one(s, &mech, key, decrypt, in, len, out, &n));
            assert_int_equal(n, len);
            assert_memory_equal(out, want, len);
            for (part = 1; part < 9; part++) {
                OK(crypt_parts(s, &mech, key, decrypt, part, in, len, out, sizeof out, &n));
                assert_int_equal(n, len);
                assert_memory_equal(out, want, len);
            }
            /* in place */
            memcpy(out, in, len);
            n = sizeof out;
            OK(crypt_one(s, &mech, key, decrypt, out, len, out, &n));
            assert_memory_equal(out, want, len);
        }
        /* how much room: asked for, then too little of it, then enough */
        OK(F->C_EncryptInit(s, &mech, key));
        OK(F->C_Encrypt(s, text, len, NULL, &n));
        assert_int_equal(n, len);
        n = len - 1;
        FAILS(CKR_BUFFER_TOO_SMALL, F->C_Encrypt(s, text, len, out, &n));
        assert_int_equal(n, len);
        OK(F->C_Encrypt(s, text, len, out, &n));
        assert_memory_equal(out, sealed, len);
        /* saved in the middle, and gone on with */
        n = sizeof out;
        OK(F->C_EncryptInit(s, &mech, key));
        OK(F->C_EncryptUpdate(s, text, len / 2, out, &n));
        saved_len = sizeof saved;
        OK(F->C_GetOperationState(s, saved, &saved_len));
        m = sizeof out - n;
        OK(F->C_EncryptUpdate(s, text, len - len / 2, out + n, &m)); /* astray */
        OK(F->C_SetOperationState(s, saved, saved_len, key, CK_INVALID_HANDLE));
        m = sizeof out - n;
        OK(F->C_EncryptUpdate(s, text + len / 2, len - len / 2, out + n, &m));
        assert_int_equal(n + m, len);
        assert_memory_equal(out, sealed, len);
        m = 0;
        OK(F->C_EncryptFinal(s, out, &m));
        OK(F->C_DestroyObject(s, key));
    }
}

/* 5 MiB of zeros: the key has changed 5120 times. */
static void test_meshing(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    static CK_BYTE zeros[65536], out[65536];
    CK_OBJECT_HANDLE key = secret_hex(
        s, CKK_GOST28147, "6158445a41f6c70f6bdb51916af681308ca798dd38358a6085b4f0f943a27d9a", 'A');
    CK_MECHANISM mech = {CKM_GOST28147, NULL, 0}; /* no initial value: zeros */
    CK_ULONG n;
    int i;

    (void)state;
    OK(F->C_EncryptInit(s, &mech, key));
    for (i = 0; i < 80; i++) {
        n = sizeof out;
        OK(F->C_EncryptUpdate(s, zeros, sizeof zeros, out, &n));
    }
    memmove(out, out + sizeof out - 8, 8);
    n = sizeof out - 8;
    OK(F->C_EncryptUpdate(s, zeros, 8, out + 8, &n));
    assert_int_equal(n, 8);
    assert_hex(out, 16, "1c16a0e96394fe3837a79b70252ed600");
    n = 0;
    OK(F->C_EncryptFinal(s, out, &n));
}

/* GOST 28147-89 by blocks is Magma with the S-box Z and the bytes of words and halves turned about
 * (RFC 8891, RFC 5830). */
static void test_28147_ecb(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE value[32], turned[32], text[8], out[8], sealed[8];
    CK_MECHANISM ecb = {CKM_GOST28147_ECB, NULL, 0};
    CK_OBJECT_HANDLE key, other;
    CK_ULONG n = sizeof out;
    size_t i;

    (void)state;
    unhex(value, KEY_M);
    for (i = 0; i < 32; i++)
        turned[i] = value[i ^ 3];
    key = secret_key(s, CKK_GOST28147, turned, 32, 'Z');
    unhex(text, "1032547698badcfe"); /* RFC 8891, A.3: fedcba9876543210 */
    unhex(sealed, "3dcad8c2e501e94e");
    OK(crypt_one(s, &ecb, key, 0, text, 8, out, &n));
    assert_memory_equal(out, sealed, 8);
    OK(crypt_one(s, &ecb, key, 1, sealed, 8, out, &n));
    assert_memory_equal(out, text, 8);
    other = secret_key(s, CKK_GOST28147, turned, 32, 'B');
    OK(crypt_one(s, &ecb, other, 0, text, 8, out, &n));
    assert_memory_not_equal(out, sealed, 8);
}

static void test_crypt_refused(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE k = secret_hex(s, CKK_KUZNYECHIK, KEY_A, 0),
                     m = secret_hex(s, CKK_MAGMA, KEY_M, 0),
                     g = secret_hex(s, CKK_GOST28147, KEY_3, 'A');
    static const struct {
        CK_MECHANISM_TYPE mech;
        char key;
        const char *param;
    } bad[] = {
        {CKM_KUZNYECHIK_ECB, 'k', "00"},
        {CKM_MAGMA_ECB, 'm', "0000000000000000"},
        {CKM_GOST28147_ECB, 'g', "0000000000000000"},
        {CKM_GOST28147, 'g', "00000000000000"},
        {CKM_GOST28147, 'g', "000000000000000000"},
        {CKM_KUZNYECHIK_CTR_ACPKM, 'k', ""},
        {CKM_KUZNYECHIK_CTR_ACPKM, 'k', "1234567890abcef0"},
        {CKM_KUZNYECHIK_CTR_ACPKM, 'k', "00000000 1234567890abce"},
        {CKM_KUZNYECHIK_CTR_ACPKM, 'k', "00000000 1234567890abcef000"},
        {CKM_KUZNYECHIK_CTR_ACPKM, 'k', "00000040 1234567890abcef0"}, /* half a block */
        {CKM_KUZNYECHIK_CTR_ACPKM, 'k', "00000001 1234567890abcef0"},
        {CKM_MAGMA_CTR_ACPKM, 'm', "00000020 12345678"},
        {CKM_MAGMA_CTR_ACPKM, 'm', "00000000 1234567890abcef0"},
    };
    CK_BYTE param[16], text[40] = {0}, out[64];
    CK_ULONG n;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(bad); i++) {
        CK_MECHANISM mech = {bad[i].mech, param, unhex(param, bad[i].param)};
        CK_OBJECT_HANDLE key = bad[i].key == 'k' ? k : bad[i].key == 'm' ? m : g;

        FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_EncryptInit(s, &mech, key));
        FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DecryptInit(s, &mech, key));
        FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_EncryptInit(s, &mech, bad[i].key == 'k' ? m : k));
    }
    /* only whole blocks, and the operation is over when there is less */
    for (i = 1; i < 33; i++) {
        CK_MECHANISM mech = {CKM_KUZNYECHIK_ECB, NULL, 0};

        n = sizeof out;
        if (i % 16 == 0) {
            OK(crypt_one(s, &mech, k, 0, text, i, out, &n));
            continue;
        }
        FAILS(CKR_DATA_LEN_RANGE, crypt_one(s, &mech, k, 0, text, i, out, &n));
        FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Encrypt(s, text, i, out, &n));
        n = sizeof out;
        FAILS(CKR_ENCRYPTED_DATA_LEN_RANGE, crypt_one(s, &mech, k, 1, text, i, out, &n));
        FAILS(CKR_DATA_LEN_RANGE, crypt_parts(s, &mech, k, 0, 3, text, i, out, sizeof out, &n));
        FAILS(CKR_ENCRYPTED_DATA_LEN_RANGE,
              crypt_parts(s, &mech, k, 1, 3, text, i, out, sizeof out, &n));
    }
}

/* ---- MACs ----------------------------------------------------------------------------------- */

static const struct {
    CK_MECHANISM_TYPE mech;
    CK_KEY_TYPE type;
    char sbox;
    const char *key, *text, *mac;
    CK_ULONG len; /* asked for by the parameter; 0: no parameter */
} macs[] = {
    /* GOST R 34.13-2015, A.1.6 and A.2.6 */
    {CKM_KUZNYECHIK_MAC, CKK_KUZNYECHIK, 0, KEY_A, TEXT_A, "336f4d296059fbe3", 8},
    {CKM_MAGMA_MAC, CKK_MAGMA, 0, KEY_M, TEXT_M, "154e7210", 4},
    /* whole blocks: of the same */
    {CKM_KUZNYECHIK_MAC, CKK_KUZNYECHIK, 0, KEY_A, TEXT_A, "336f4d296059fbe34ddeb35b37749c67", 0},
    {CKM_MAGMA_MAC, CKK_MAGMA, 0, KEY_M, TEXT_M, "154e72102030c5bb", 0},
    /* CryptoPro's figures */
    {CKM_GOST28147_MAC, CKK_GOST28147, 'A',
     "9d05b79e90cad00a2cdad22ef4e86f5cf5dc37681985b3bfaa18c1c3050a91a2",
     "b5a1f0e3ce2f021d67619434 5c41e36e", "f81f08a3", 0},
    {CKM_GOST28147_MAC, CKK_GOST28147, 'A',
     "423581910ba999ffd943f8c619551f2f2d4540201e1d327ab1076b4f4590d980", "f3b229d27a370312",
     "6e15fae8", 0},
    {CKM_GOST28147_MAC, CKK_GOST28147, 'B',
     "33d3ef0119950e15a16975ae562717796347ab629d4af034d31e6974ec3148fc",
     "02f8ec2b4d1fbc7c6e47e387227541a7", "f5551f28", 0},
};

static void test_macs(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    size_t i, j;

    (void)state;
    for (i = 0; i < COUNT(macs); i++) {
        CK_ULONG want_len = macs[i].len, n = 64;
        CK_MECHANISM mech = {macs[i].mech, &want_len, want_len != 0 ? sizeof want_len : 0};
        CK_OBJECT_HANDLE key = secret_hex(s, macs[i].type, macs[i].key, macs[i].sbox);
        CK_BYTE text[128], want[16], mac[64];
        size_t len = unhex(text, macs[i].text), size = unhex(want, macs[i].mac);

        OK(sign_one(s, &mech, key, text, len, mac, &n));
        assert_int_equal(n, size);
        assert_memory_equal(mac, want, size);
        OK(verify_one(s, &mech, key, text, len, want, size));
        for (j = 0; j < 8 * size; j++) {
            memcpy(mac, want, size);
            mac[j / 8] ^= (CK_BYTE)(1u << j % 8);
            FAILS(CKR_SIGNATURE_INVALID, verify_one(s, &mech, key, text, len, mac, size));
        }
        FAILS(CKR_SIGNATURE_LEN_RANGE, verify_one(s, &mech, key, text, len, want, size - 1));
        FAILS(CKR_SIGNATURE_LEN_RANGE, verify_one(s, &mech, key, text, len, want, size + 1));
        /* in parts, saved in between */
        OK(F->C_SignInit(s, &mech, key));
        for (j = 0; j < len; j += 3) {
            CK_BYTE saved[600];
            CK_ULONG saved_len = sizeof saved;

            OK(F->C_SignUpdate(s, text + j, len - j < 3 ? len - j : 3));
            OK(F->C_GetOperationState(s, saved, &saved_len));
            OK(F->C_SignUpdate(s, text, 5));
            OK(F->C_SetOperationState(s, saved, saved_len, CK_INVALID_HANDLE, key));
        }
        n = sizeof mac;
        OK(F->C_SignFinal(s, mac, &n));
        assert_memory_equal(mac, want, size);
    }
}

static void test_mac_refused(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE k = secret_hex(s, CKK_KUZNYECHIK, KEY_A, 0),
                     m = secret_hex(s, CKK_MAGMA, KEY_M, 0),
                     g = secret_hex(s, CKK_GOST28147, KEY_3, 'A');
    CK_ULONG len;
    CK_MECHANISM kmac = {CKM_KUZNYECHIK_MAC, &len, sizeof len},
                 mmac = {CKM_MAGMA_MAC, &len, sizeof len},
                 gmac = {CKM_GOST28147_MAC, &len, sizeof len};

    (void)state;
    for (len = 0; len <= 17; len++) {
        CK_RV rv = F->C_SignInit(s, &kmac, k);

        assert_int_equal(rv, len >= 1 && len <= 16 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID);
        if (rv == CKR_OK)
            OK(F->C_SignInit(s, NULL, k));
        rv = F->C_VerifyInit(s, &mmac, m);
        assert_int_equal(rv, len >= 1 && len <= 8 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID);
        if (rv == CKR_OK)
            OK(F->C_VerifyInit(s, NULL, m));
    }
    kmac.ulParameterLen = 4;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_SignInit(s, &kmac, k));
    gmac.ulParameterLen = 7;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_SignInit(s, &gmac, g));
    gmac.ulParameterLen = 0;
    FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_SignInit(s, &gmac, k));
}

/* With an initial value: a MAC of two blocks is that of the second, begun with the first's state;
 * here only that it matters, and that zeros are what is taken without one. */
static void test_imit_iv(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE g = secret_hex(s, CKK_GOST28147, KEY_3, 'A');
    CK_BYTE iv[8] = {0}, text[16] = {1, 2, 3}, a[4], b[4], c[4];
    CK_MECHANISM with = {CKM_GOST28147_MAC, iv, 8}, without = {CKM_GOST28147_MAC, NULL, 0};
    CK_ULONG n = 4;

    (void)state;
    OK(sign_one(s, &without, g, text, 16, a, &n));
    OK(sign_one(s, &with, g, text, 16, b, &n));
    assert_memory_equal(a, b, 4);
    iv[0] = text[0]; /* the initial value is added to the first block */
    OK(sign_one(s, &with, g, text, 16, b, &n));
    text[0] = 0;
    OK(sign_one(s, &without, g, text, 16, c, &n));
    assert_memory_equal(b, c, 4);
    assert_memory_not_equal(a, b, 4);
}

/* ---- keys ----------------------------------------------------------------------------------- */

static void test_generate(void **state)
{
    static const struct {
        CK_MECHANISM_TYPE mech;
        CK_KEY_TYPE type, other;
    } kinds[] = {
        {CKM_GOST28147_KEY_GEN, CKK_GOST28147, CKK_MAGMA},
        {CKM_KUZNYECHIK_KEY_GEN, CKK_KUZNYECHIK, CKK_MAGMA},
        {CKM_MAGMA_KEY_GEN, CKK_MAGMA, CKK_GENERIC_SECRET},
    };
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE one[32], two[32];
    CK_ULONG len = 31;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(kinds); i++) {
        CK_KEY_TYPE type = kinds[i].type, other = kinds[i].other;
        CK_MECHANISM mech = {kinds[i].mech, NULL, 0};
        CK_ATTRIBUTE templ[] = {MADE(type), A_ULONG(CKA_VALUE_LEN, len)};
        CK_ATTRIBUTE wrong[] = {MADE(other)};
        CK_OBJECT_HANDLE a, b;

        OK(F->C_GenerateKey(s, &mech, templ, 4, &a));
        OK(F->C_GenerateKey(s, &mech, templ + 2, 2, &b)); /* the mechanism knows the type */
        assert_int_equal(get_bytes(s, a, CKA_VALUE, one, 32), 32);
        assert_int_equal(get_bytes(s, b, CKA_VALUE, two, 32), 32);
        assert_memory_not_equal(one, two, 32);
        assert_int_equal(get_ulong(s, b, CKA_KEY_TYPE), type);
        assert_int_equal(get_ulong(s, a, CKA_KEY_GEN_MECHANISM), kinds[i].mech);
        assert_true(get_bool(s, a, CKA_LOCAL));
        FAILS(CKR_TEMPLATE_INCONSISTENT, F->C_GenerateKey(s, &mech, templ, 5, &a));
        FAILS(CKR_TEMPLATE_INCONSISTENT, F->C_GenerateKey(s, &mech, wrong, COUNT(wrong), &a));
        mech.pParameter = one;
        mech.ulParameterLen = 1;
        FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_GenerateKey(s, &mech, templ, 4, &a));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_examples, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_meshing, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_28147_ecb, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_crypt_refused, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_macs, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_mac_refused, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_imit_iv, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_generate, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
