/* SPDX-License-Identifier: Apache-2.0 */
/* MGM through the module: RFC 9058's examples, by C_Encrypt and by messages; nothing comes out of a
 * decryption before its tag is right. */
#include "tests/token/mech_test.h"

#include <dlfcn.h>
#include <gosttoken/pkcs11-3.h>

#define KEY_1 "8899aabbccddeeff0011223344556677fedcba98765432100123456789abcdef"
#define KEY_2 "99aabbccddeeff0011223344556677fedcba98765432100123456789abcdef88"

/* RFC 9058, appendix A */
static const struct {
    CK_MECHANISM_TYPE mech;
    CK_KEY_TYPE type;
    size_t block;
    const char *key, *nonce, *ad, *text, *sealed, *tag;
} examples[] = {
    {CKM_KUZNYECHIK_MGM, CKK_KUZNYECHIK, 16, KEY_1, "1122334455667700ffeeddccbbaa9988",
     "0202020202020202010101010101010104040404040404040303030303030303ea0505050505050505",
     "1122334455667700ffeeddccbbaa998800112233445566778899aabbcceeff0a"
     "112233445566778899aabbcceeff0a002233445566778899aabbcceeff0a0011aabbcc",
     "a9757b8147956e9055b8a33de89f42fc8075d2212bf9fd5bd3f7069aadc16b39"
     "497ab15915a6ba85936b5d0ea9f6851cc60c14d4d3f883d0ab94420695c76deb2c7552",
     "cf5d656f40c34f5c46e8bb0e29fcdb4c"},
    {CKM_KUZNYECHIK_MGM, CKK_KUZNYECHIK, 16, KEY_2, "1122334455667700ffeeddccbbaa9988",
     "01010101010101010101010101010101", "", "", "7901e9ea2085cd247ed249695f9f8a85"},
    {CKM_MAGMA_MGM, CKK_MAGMA, 8,
     "ffeeddccbbaa99887766554433221100f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", "92def06b3c130a59",
     "01010101010101010202020202020202030303030303030304040404040404040505050505050505ea",
     "ffeeddccbbaa998811223344556677008899aabbcceeff0a001122334455667799aabbcceeff0a00"
     "1122334455667788aabbcceeff0a00112233445566778899aabbcc",
     "c795066c5f9ea03b85113342459185ae1f2e00d6bf2b785d940470b8bb9c8e7d9a5dd3731f7ddc70"
     "ec27cb0ace6fa57670f65c646abb75d547aa37c3bcb5c34e03bb9c",
     "a7928069aa10fd10"},
    {CKM_MAGMA_MGM, CKK_MAGMA, 8, KEY_2, "0077665544332211", "", "22334455667700ff",
     "6a95e1426b259d4e", "334ee270450bec9e"},
};

typedef struct sample {
    CK_BYTE nonce[16], ad[64], text[128], sealed[160]; /* ciphertext, then tag */
    size_t ad_len, len;
    CK_GCM_PARAMS params;
    CK_MECHANISM mech;
    CK_OBJECT_HANDLE key;
} sample;

static void load(CK_SESSION_HANDLE s, size_t i, sample *x)
{
    memset(x, 0, sizeof *x);
    unhex(x->nonce, examples[i].nonce);
    x->ad_len = unhex(x->ad, examples[i].ad);
    x->len = unhex(x->text, examples[i].text);
    unhex(x->sealed, examples[i].sealed);
    unhex(x->sealed + x->len, examples[i].tag);
    x->params = (CK_GCM_PARAMS){.pIv = x->nonce,
                                .ulIvLen = examples[i].block,
                                .ulIvBits = 8 * examples[i].block,
                                .pAAD = x->ad,
                                .ulAADLen = x->ad_len,
                                .ulTagBits = 8 * examples[i].block};
    x->mech = (CK_MECHANISM){examples[i].mech, &x->params, sizeof x->params};
    x->key = secret_hex(s, examples[i].type, examples[i].key, 0);
}

static void test_examples(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    size_t i, part;

    (void)state;
    for (i = 0; i < COUNT(examples); i++) {
        CK_BYTE out[200];
        CK_ULONG n;
        size_t all, tag;
        sample x;

        load(s, i, &x);
        /* the tag may be shorter */
        for (tag = 4; tag <= examples[i].block; tag += 4) {
            x.params.ulTagBits = 8 * tag;
            all = x.len + tag;
            n = 0;
            OK(F->C_EncryptInit(s, &x.mech, x.key));
            OK(F->C_Encrypt(s, x.text, x.len, NULL, &n));
            assert_int_equal(n, all);
            OK(F->C_Encrypt(s, x.text, x.len, out, &n));
            assert_int_equal(n, all);
            assert_memory_equal(out, x.sealed, all);
            n = sizeof out;
            OK(crypt_one(s, &x.mech, x.key, 1, x.sealed, all, out, &n));
            assert_int_equal(n, x.len);
            assert_memory_equal(out, x.text, x.len);
            memcpy(out, x.sealed, all); /* in place */
            n = sizeof out;
            OK(crypt_one(s, &x.mech, x.key, 1, out, all, out, &n));
            assert_memory_equal(out, x.text, x.len);
            for (part = 1; part < 9; part++) {
                OK(crypt_parts(s, &x.mech, x.key, 0, part, x.text, x.len, out, sizeof out, &n));
                assert_int_equal(n, all);
                assert_memory_equal(out, x.sealed, all);
                OK(crypt_parts(s, &x.mech, x.key, 1, part, x.sealed, all, out, sizeof out, &n));
                assert_int_equal(n, x.len);
                assert_memory_equal(out, x.text, x.len);
            }
        }
    }
}

/* Before its end a decryption writes nothing and says that it will write nothing. */
static void test_nothing_before_tag(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE out[200], clean[200];
    CK_ULONG n;
    size_t all;
    sample x;

    (void)state;
    load(s, 0, &x);
    all = x.len + 16;
    memset(clean, 0xA5, sizeof clean);
    memset(out, 0xA5, sizeof out);
    OK(F->C_DecryptInit(s, &x.mech, x.key));
    n = sizeof out;
    OK(F->C_DecryptUpdate(s, x.sealed, all, NULL, &n));
    assert_int_equal(n, 0);
    OK(F->C_DecryptUpdate(s, x.sealed, all, out, &n));
    assert_int_equal(n, 0);
    assert_memory_equal(out, clean, sizeof out);
    OK(F->C_DecryptFinal(s, NULL, &n));
    assert_int_equal(n, x.len);
    n = x.len - 1;
    FAILS(CKR_BUFFER_TOO_SMALL, F->C_DecryptFinal(s, out, &n));
    OK(F->C_DecryptFinal(s, out, &n));
    assert_memory_equal(out, x.text, x.len);
    FAILS(CKR_STATE_UNSAVEABLE, (F->C_EncryptInit(s, &x.mech, x.key), n = sizeof out,
                                 F->C_GetOperationState(s, out, &n)));
}

static void test_forged(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE bad[200], out[200], clean[200];
    size_t i, bit, all;
    CK_ULONG n;
    sample x;

    (void)state;
    memset(clean, 0xA5, sizeof clean);
    for (i = 0; i < COUNT(examples); i++) {
        load(s, i, &x);
        all = x.len + examples[i].block;
        for (bit = 0; bit < 8 * all; bit += 5) {
            memcpy(bad, x.sealed, all);
            bad[bit / 8] ^= (CK_BYTE)(1u << bit % 8);
            memset(out, 0xA5, sizeof out);
            n = sizeof out;
            FAILS(CKR_ENCRYPTED_DATA_INVALID, crypt_one(s, &x.mech, x.key, 1, bad, all, out, &n));
            assert_memory_equal(out, clean, sizeof out);
            FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Decrypt(s, bad, all, out, &n));
        }
        for (bit = 0; bit < 8 * x.ad_len; bit += 7) {
            x.ad[bit / 8] ^= (CK_BYTE)(1u << bit % 8);
            n = sizeof out;
            FAILS(CKR_ENCRYPTED_DATA_INVALID,
                  crypt_one(s, &x.mech, x.key, 1, x.sealed, all, out, &n));
            x.ad[bit / 8] ^= (CK_BYTE)(1u << bit % 8);
        }
        x.nonce[0] ^= 1;
        n = sizeof out;
        FAILS(CKR_ENCRYPTED_DATA_INVALID, crypt_one(s, &x.mech, x.key, 1, x.sealed, all, out, &n));
        n = sizeof out; /* shorter than a tag */
        FAILS(CKR_ENCRYPTED_DATA_LEN_RANGE,
              crypt_one(s, &x.mech, x.key, 1, x.sealed, examples[i].block - 1, out, &n));
    }
}

static void test_params(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    struct {
        CK_BYTE_PTR pIv;
        CK_ULONG ulIvLen;
        CK_BYTE_PTR pAAD;
        CK_ULONG ulAADLen, ulTagBits;
    } old;
    CK_BYTE out[200];
    CK_ULONG n = sizeof out, bits;
    CK_GCM_PARAMS good;
    sample x;

    (void)state;
    load(s, 0, &x);
    good = x.params;
    /* without ulIvBits, as the first headers of 2.40 have it */
    old.pIv = x.nonce;
    old.ulIvLen = 16;
    old.pAAD = x.ad;
    old.ulAADLen = x.ad_len;
    old.ulTagBits = 128;
    x.mech.pParameter = &old;
    x.mech.ulParameterLen = sizeof old;
    OK(crypt_one(s, &x.mech, x.key, 0, x.text, x.len, out, &n));
    assert_memory_equal(out, x.sealed, x.len + 16);
    /* the nonce alone: then there is no associated data, and the tag is a block */
    x.mech.pParameter = x.nonce;
    x.mech.ulParameterLen = 16;
    n = sizeof out;
    OK(crypt_one(s, &x.mech, x.key, 0, x.text, x.len, out, &n));
    assert_int_equal(n, x.len + 16);
    assert_memory_equal(out, x.sealed, x.len);
    assert_memory_not_equal(out + x.len, x.sealed + x.len, 16);

    x.mech.pParameter = &x.params;
    x.mech.ulParameterLen = sizeof x.params;
#define BAD(change)                                                                                \
    do {                                                                                           \
        x.params = good;                                                                           \
        change;                                                                                    \
        FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_EncryptInit(s, &x.mech, x.key));                   \
        FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DecryptInit(s, &x.mech, x.key));                   \
    } while (0)
    BAD(x.params.pIv = NULL);
    BAD(x.params.ulIvLen = 12);
    BAD(x.params.ulIvLen = (CK_ULONG)-1);
    BAD(x.params.ulIvBits = 127);
    BAD(x.params.pAAD = NULL);
    BAD(x.params.ulAADLen = (CK_ULONG)-1);
    for (bits = 0; bits < 200; bits++) {
        if (bits % 8 != 0 || bits < 32 || bits > 128)
            BAD(x.params.ulTagBits = bits);
    }
    x.params = good;
    for (n = 0; n < 100; n++) {
        if (n == 16 || n == sizeof old || n == sizeof good)
            continue;
        x.mech.ulParameterLen = n;
        FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_EncryptInit(s, &x.mech, x.key));
    }
    x.mech.ulParameterLen = 0;
    x.mech.pParameter = NULL;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_EncryptInit(s, &x.mech, x.key));
}

/* ---- messages ------------------------------------------------------------------------------- */

static CK_FUNCTION_LIST_3_0 *three(void)
{
    CK_RV (*get)(CK_UTF8CHAR *, CK_VERSION *, CK_INTERFACE **, CK_FLAGS);
    CK_VERSION version = {3, 0};
    CK_INTERFACE *interface = NULL;
    void *module = dlopen(TEST_MODULE, RTLD_NOW | RTLD_NOLOAD);

    assert_non_null(module);
    *(void **)&get = dlsym(module, "C_GetInterface");
    assert_non_null(get);
    OK(get((CK_UTF8CHAR *)"PKCS 11", &version, &interface, 0));
    (void)dlclose(module);
    return (CK_FUNCTION_LIST_3_0 *)interface->pFunctionList;
}

static void test_messages(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_FUNCTION_LIST_3_0 *T = three();
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(examples); i++) {
        CK_BYTE tag[16], out[200], clean[200];
        CK_GCM_MESSAGE_PARAMS p = {NULL, 0, 0, CKG_NO_GENERATE, tag, 0};
        CK_MECHANISM mech = {examples[i].mech, NULL, 0};
        CK_ULONG n;
        sample x;
        int turn;

        load(s, i, &x);
        p.pIv = x.nonce;
        p.ulIvLen = examples[i].block;
        p.ulTagBits = 8 * examples[i].block;
        OK(T->C_MessageEncryptInit(s, &mech, x.key));
        for (turn = 0; turn < 2; turn++) {
            n = sizeof out;
            OK(T->C_EncryptMessage(s, &p, sizeof p, x.ad, x.ad_len, x.text, x.len, out, &n));
            assert_int_equal(n, x.len);
            assert_memory_equal(out, x.sealed, x.len);
            assert_memory_equal(tag, x.sealed + x.len, examples[i].block);
        }
        OK(T->C_MessageEncryptFinal(s));
        OK(T->C_MessageDecryptInit(s, &mech, x.key));
        memset(clean, 0xA5, sizeof clean);
        for (turn = 0; turn < 3; turn++) {
            memset(out, 0xA5, sizeof out);
            n = sizeof out;
            tag[2] ^= (CK_BYTE)(turn == 1); /* a wrong one does not end it all */
            if (turn == 1) {
                FAILS(CKR_AEAD_DECRYPT_FAILED, T->C_DecryptMessage(s, &p, sizeof p, x.ad, x.ad_len,
                                                                   x.sealed, x.len, out, &n));
                assert_memory_equal(out, clean, sizeof out);
            } else {
                OK(T->C_DecryptMessage(s, &p, sizeof p, x.ad, x.ad_len, x.sealed, x.len, out, &n));
                assert_int_equal(n, x.len);
                assert_memory_equal(out, x.text, x.len);
            }
            tag[2] ^= (CK_BYTE)(turn == 1);
        }
        OK(T->C_MessageDecryptFinal(s));
    }
}

static void test_nonces(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_FUNCTION_LIST_3_0 *T = three();
    CK_OBJECT_HANDLE key = secret_hex(s, CKK_KUZNYECHIK, KEY_1, 0);
    CK_BYTE iv[16], before[16], tag[16], text[5] = "hello", out[8], back[8];
    CK_GCM_MESSAGE_PARAMS p = {iv, 16, 32, CKG_GENERATE_COUNTER, tag, 128}, q;
    CK_MECHANISM mech = {CKM_KUZNYECHIK_MGM, NULL, 0};
    CK_ULONG n;
    int i;

    (void)state;
    OK(T->C_MessageEncryptInit(s, &mech, key));
    OK(T->C_MessageDecryptInit(s, &mech, key));
    for (i = 0; i < 300; i++) {
        memset(iv, 0x11, sizeof iv);
        n = sizeof out;
        OK(T->C_EncryptMessage(s, &p, sizeof p, NULL, 0, text, 5, out, &n));
        memset(before, 0, sizeof before);
        memset(before, 0x11, 4);
        before[15] = (CK_BYTE)i;
        before[14] = (CK_BYTE)(i >> 8);
        assert_memory_equal(iv, before, 16);
        q = p; /* the one who decrypts is told the nonce */
        n = sizeof back;
        OK(T->C_DecryptMessage(s, &q, sizeof q, NULL, 0, out, 5, back, &n));
        assert_memory_equal(back, text, 5);
    }
    p.ivGenerator = CKG_GENERATE_RANDOM;
    memcpy(before, iv, 16);
    n = sizeof out;
    OK(T->C_EncryptMessage(s, &p, sizeof p, NULL, 0, text, 5, out, &n));
    assert_memory_equal(iv, before, 4);
    assert_memory_not_equal(iv + 4, before + 4, 12);
    /* a counter of one byte comes to its end; seven bits, where the top one is not used */
    OK(T->C_MessageEncryptFinal(s));
    OK(T->C_MessageEncryptInit(s, &mech, key));
    p.ivGenerator = CKG_GENERATE_COUNTER;
    p.ulIvFixedBits = 120;
    for (i = 0; i < 256; i++)
        OK(T->C_EncryptMessage(s, &p, sizeof p, NULL, 0, text, 5, out, &n));
    FAILS(CKR_DATA_LEN_RANGE, T->C_EncryptMessage(s, &p, sizeof p, NULL, 0, text, 5, out, &n));

#define REFUSED(field, value)                                                                      \
    do {                                                                                           \
        q = (CK_GCM_MESSAGE_PARAMS){iv, 16, 32, CKG_GENERATE, tag, 128};                           \
        q.field = (value);                                                                         \
        n = sizeof out;                                                                            \
        FAILS(CKR_MECHANISM_PARAM_INVALID,                                                         \
              T->C_EncryptMessage(s, &q, sizeof q, NULL, 0, text, 5, out, &n));                    \
    } while (0)
    REFUSED(pIv, NULL);
    REFUSED(ulIvLen, 15);
    REFUSED(ulIvFixedBits, 31);
    REFUSED(ulIvFixedBits, 72); /* too few are left to be random */
    REFUSED(ulIvFixedBits, (CK_ULONG)-8);
    REFUSED(ivGenerator, CKG_GENERATE_COUNTER_XOR);
    REFUSED(ivGenerator, 99);
    REFUSED(pTag, NULL);
    REFUSED(ulTagBits, 24);
    FAILS(CKR_MECHANISM_PARAM_INVALID, T->C_EncryptMessage(s, NULL, 0, NULL, 0, text, 5, out, &n));
    OK(T->C_MessageEncryptFinal(s));
    OK(T->C_MessageDecryptFinal(s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_examples, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_nothing_before_tag, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_forged, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_params, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_messages, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_nonces, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
