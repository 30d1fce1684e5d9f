/* SPDX-License-Identifier: Apache-2.0 */
/* Secret keys: made, derived, copied, hashed; and HMAC. */
#include "tests/token/keys.h"

#include <string.h>

#include "gost/hmac.h"
#include "gost/streebog.h"

static CK_MECHANISM generic_gen = {CKM_GENERIC_SECRET_KEY_GEN, NULL, 0};

static CK_RV generate(CK_SESSION_HANDLE s, CK_ATTRIBUTE *t, CK_ULONG n, CK_OBJECT_HANDLE *key)
{
    return F->C_GenerateKey(s, &generic_gen, t, n, key);
}

static void generated(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ULONG len = 48, none = 0, huge = 1 << 20;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_VALUE_LEN, len), A_BOOL(CKA_TOKEN, yes),
                        A_BOOL(CKA_SENSITIVE, no), A_BOOL(CKA_EXTRACTABLE, yes)};
    CK_ATTRIBUTE value[] = {A_ULONG(CKA_VALUE_LEN, len), A_STR(CKA_VALUE, "secret")};
    CK_MECHANISM param = {CKM_GENERIC_SECRET_KEY_GEN, "x", 1}, wrong = {CKM_GOSTR3410, NULL, 0};
    CK_OBJECT_HANDLE a, b;
    CK_BYTE va[64], vb[64];

    (void)state;
    OK(generate(s, t, 4, &a));
    OK(generate(s, t, 4, &b));
    assert_int_equal(get_ulong(s, a, CKA_VALUE_LEN), 48);
    assert_int_equal(get_bytes(s, a, CKA_VALUE, va, sizeof va), 48);
    assert_int_equal(get_bytes(s, b, CKA_VALUE, vb, sizeof vb), 48);
    assert_memory_not_equal(va, vb, 48);
    assert_int_equal(get_ulong(s, a, CKA_KEY_TYPE), CKK_GENERIC_SECRET);
    assert_int_equal(get_ulong(s, a, CKA_KEY_GEN_MECHANISM), CKM_GENERIC_SECRET_KEY_GEN);
    assert_true(get_bool(s, a, CKA_LOCAL));
    assert_false(get_bool(s, a, CKA_ALWAYS_SENSITIVE));
    assert_false(get_bool(s, a, CKA_NEVER_EXTRACTABLE));
    /* Sensitive and not extractable unless something else is said. */
    OK(generate(s, t, 2, &a));
    FAILS(CKR_ATTRIBUTE_SENSITIVE, get_rv(s, a, CKA_VALUE));
    assert_true(get_bool(s, a, CKA_ALWAYS_SENSITIVE));
    assert_true(get_bool(s, a, CKA_NEVER_EXTRACTABLE));

    FAILS(CKR_TEMPLATE_INCOMPLETE, generate(s, t + 1, 1, &a));
    FAILS(CKR_TEMPLATE_INCONSISTENT, generate(s, value, 2, &a));
    t[0] = (CK_ATTRIBUTE)A_ULONG(CKA_VALUE_LEN, none);
    FAILS(CKR_KEY_SIZE_RANGE, generate(s, t, 1, &a));
    t[0] = (CK_ATTRIBUTE)A_ULONG(CKA_VALUE_LEN, huge);
    FAILS(CKR_KEY_SIZE_RANGE, generate(s, t, 1, &a));
    t[0] = (CK_ATTRIBUTE)A_ULONG(CKA_CLASS, class_priv);
    FAILS(CKR_TEMPLATE_INCONSISTENT, generate(s, t, 1, &a));
    t[0] = (CK_ATTRIBUTE)A_ULONG(CKA_VALUE_LEN, len);
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_GenerateKey(s, &param, t, 1, &a));
    FAILS(CKR_MECHANISM_INVALID, F->C_GenerateKey(s, &wrong, t, 1, &a));
    FAILS(CKR_ARGUMENTS_BAD, F->C_GenerateKey(s, NULL, t, 1, &a));
    FAILS(CKR_ARGUMENTS_BAD, F->C_GenerateKey(s, &generic_gen, t, 1, NULL));
    FAILS(CKR_ARGUMENTS_BAD, F->C_GenerateKey(s, &generic_gen, NULL, 1, &a));
    FAILS(CKR_SESSION_READ_ONLY, generate(open_ro(), t, 2, &a));
    OK(F->C_Logout(s));
    FAILS(CKR_USER_NOT_LOGGED_IN, generate(s, t, 1, &a));
}

static void kinds(void **state)
{
    static const CK_BYTE z_set[] = {0x06, 0x09, 0x2a, 0x85, 0x03, 0x07,
                                    0x01, 0x02, 0x05, 0x01, 0x01};
    static const CK_BYTE a_set[] = {0x06, 0x07, 0x2a, 0x85, 0x03, 0x02, 0x02, 0x1f, 0x01};
    static const CK_BYTE no_set[] = {0x06, 0x03, 0x2a, 0x85, 0x03};
    static const struct {
        CK_KEY_TYPE type;
        CK_ULONG len;
    } sizes[] = {{CKK_GOST28147, 32},
                 {CKK_KUZNYECHIK, 32},
                 {CKK_MAGMA, 32},
                 {CKK_KUZNYECHIK_TWIN, 64},
                 {CKK_MAGMA_TWIN, 64}};
    CK_SESSION_HANDLE s = open_rw();
    CK_BYTE v[65] = {1}, got[32];
    CK_KEY_TYPE type;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret),
                        A_ULONG(CKA_KEY_TYPE, type),
                        {CKA_VALUE, v, 32},
                        A_BOOL(CKA_PRIVATE, no),
                        {CKA_GOST28147_PARAMS, (void *)z_set, sizeof z_set}};
    CK_OBJECT_HANDLE o;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(sizes); i++) {
        type = sizes[i].type;
        t[2].ulValueLen = sizes[i].len;
        OK(F->C_CreateObject(s, t, 4, &o));
        assert_int_equal(get_ulong(s, o, CKA_VALUE_LEN), sizes[i].len);
        assert_false(get_bool(s, o, CKA_LOCAL));
        assert_true(get_bool(s, o, CKA_ENCRYPT));
        t[2].ulValueLen++;
        FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_CreateObject(s, t, 4, &o));
        t[2].ulValueLen = 0;
        FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_CreateObject(s, t, 4, &o));
    }
    t[2].ulValueLen = 32;
    type = CKK_MAGMA;
    FAILS(CKR_TEMPLATE_INCONSISTENT, F->C_CreateObject(s, t, 5, &o));
    type = CKK_GOST28147;
    OK(F->C_CreateObject(s, t, 4, &o));
    assert_int_equal(get_bytes(s, o, CKA_GOST28147_PARAMS, got, sizeof got), sizeof a_set);
    assert_memory_equal(got, a_set, sizeof a_set);
    OK(F->C_CreateObject(s, t, 5, &o));
    assert_int_equal(get_bytes(s, o, CKA_GOST28147_PARAMS, got, sizeof got), sizeof z_set);
    t[4] = (CK_ATTRIBUTE)A_BYTES(CKA_GOST28147_PARAMS, no_set);
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_CreateObject(s, t, 5, &o));
    t[4] = (CK_ATTRIBUTE)A_BYTES(CKA_WRAP_TEMPLATE, no_set); /* known, but not for these */
    FAILS(CKR_TEMPLATE_INCONSISTENT, F->C_CreateObject(s, t, 5, &o));
}

/* ---- deriving ------------------------------------------------------------------------------- */

static CK_RV concatenate(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE a, CK_OBJECT_HANDLE b,
                         CK_ATTRIBUTE *t, CK_ULONG n, CK_OBJECT_HANDLE *key)
{
    CK_MECHANISM m = {CKM_CONCATENATE_BASE_AND_KEY, &b, sizeof b};

    return F->C_DeriveKey(s, &m, a, t, n, key);
}

static void derived(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE a = key_of(s, CKK_GENERIC_SECRET, 0), b = key_of(s, CKK_MAGMA, 32), key;
    CK_KEY_TYPE twin = CKK_MAGMA_TWIN, magma = CKK_MAGMA;
    CK_ULONG len = 40, little = 31, much = 65;
    CK_ATTRIBUTE open[] = {A_BOOL(CKA_SENSITIVE, no), A_BOOL(CKA_EXTRACTABLE, yes),
                           A_ULONG(CKA_VALUE_LEN, len)};
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_KEY_TYPE, twin), A_BOOL(CKA_SENSITIVE, no),
                        A_BOOL(CKA_EXTRACTABLE, yes), A_ULONG(CKA_VALUE_LEN, len)};
    CK_ATTRIBUTE no_derive = A_BOOL(CKA_DERIVE, no), pub = A_ULONG(CKA_CLASS, class_pub);
    CK_MECHANISM m = {CKM_CONCATENATE_BASE_AND_KEY, NULL, 0};
    CK_OBJECT_HANDLE gp, gk;
    CK_BYTE v[96];
    unsigned i;

    (void)state;
    OK(concatenate(s, a, b, open, 2, &key));
    assert_int_equal(get_ulong(s, key, CKA_KEY_TYPE), CKK_GENERIC_SECRET);
    assert_int_equal(get_bytes(s, key, CKA_VALUE, v, sizeof v), 64);
    for (i = 0; i < 64; i++)
        assert_int_equal(v[i], i);
    assert_false(get_bool(s, key, CKA_LOCAL));
    assert_int_equal(get_ulong(s, key, CKA_KEY_GEN_MECHANISM), CK_UNAVAILABLE_INFORMATION);
    OK(concatenate(s, a, b, open, 3, &key));
    assert_int_equal(get_bytes(s, key, CKA_VALUE, v, sizeof v), 40);
    OK(concatenate(s, a, b, t, 3, &key));
    assert_int_equal(get_ulong(s, key, CKA_VALUE_LEN), 64);
    FAILS(CKR_TEMPLATE_INCONSISTENT, concatenate(s, a, b, t, 4, &key));
    twin = magma; /* 32 bytes of 64 */
    OK(concatenate(s, a, b, t, 3, &key));
    open[2] = (CK_ATTRIBUTE)A_ULONG(CKA_VALUE_LEN, little);
    FAILS(CKR_KEY_SIZE_RANGE, concatenate(s, a, b, open, 3, &key));
    open[2] = (CK_ATTRIBUTE)A_ULONG(CKA_VALUE_LEN, much);
    FAILS(CKR_KEY_SIZE_RANGE, concatenate(s, a, b, open, 3, &key));

    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DeriveKey(s, &m, a, NULL, 0, &key));
    m.pParameter = &b;
    m.ulParameterLen = 3;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DeriveKey(s, &m, a, NULL, 0, &key));
    m.ulParameterLen = sizeof b;
    FAILS(CKR_ARGUMENTS_BAD, F->C_DeriveKey(s, &m, a, NULL, 0, NULL));
    FAILS(CKR_ARGUMENTS_BAD, F->C_DeriveKey(s, NULL, a, NULL, 0, &key));
    FAILS(CKR_TEMPLATE_INCONSISTENT, concatenate(s, a, b, &pub, 1, &key));
    FAILS(CKR_KEY_HANDLE_INVALID, concatenate(s, a + 1000, b, NULL, 0, &key));
    FAILS(CKR_KEY_HANDLE_INVALID, concatenate(s, a, b + 1000, NULL, 0, &key));
    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), CK_FALSE, &gp, &gk);
    FAILS(CKR_KEY_TYPE_INCONSISTENT, concatenate(s, gk, b, NULL, 0, &key));
    OK(F->C_SetAttributeValue(s, b, &no_derive, 1));
    FAILS(CKR_KEY_FUNCTION_NOT_PERMITTED, concatenate(s, a, b, NULL, 0, &key));
    FAILS(CKR_KEY_FUNCTION_NOT_PERMITTED, concatenate(s, b, a, NULL, 0, &key));
}

/* "Always" and "never" come from both keys; sensitivity cannot be lost on the way. */
static void inherited(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE open = key_of(s, CKK_GENERIC_SECRET, 0), a, b, key;
    CK_ULONG len = 32;
    CK_ATTRIBUTE gen[] = {A_ULONG(CKA_VALUE_LEN, len)};
    CK_ATTRIBUTE t[] = {A_BOOL(CKA_SENSITIVE, no), A_BOOL(CKA_EXTRACTABLE, yes)};

    (void)state;
    OK(generate(s, gen, 1, &a));
    OK(generate(s, gen, 1, &b));
    OK(concatenate(s, a, b, NULL, 0, &key));
    assert_true(get_bool(s, key, CKA_ALWAYS_SENSITIVE));
    assert_true(get_bool(s, key, CKA_NEVER_EXTRACTABLE));
    OK(concatenate(s, a, b, t, 2, &key));
    assert_true(get_bool(s, key, CKA_SENSITIVE));
    assert_false(get_bool(s, key, CKA_EXTRACTABLE));
    OK(concatenate(s, open, b, t, 2, &key));
    assert_true(get_bool(s, key, CKA_SENSITIVE));
    assert_false(get_bool(s, key, CKA_ALWAYS_SENSITIVE));
    assert_false(get_bool(s, key, CKA_EXTRACTABLE));
    assert_false(get_bool(s, key, CKA_NEVER_EXTRACTABLE));
    OK(concatenate(s, b, open, NULL, 0, &key));
    assert_false(get_bool(s, key, CKA_ALWAYS_SENSITIVE));
    assert_false(get_bool(s, key, CKA_NEVER_EXTRACTABLE));
}

/* ---- HMAC, digests of keys, copies ---------------------------------------------------------- */

static void hmac(void **state)
{
    static const CK_KEY_TYPE types[] = {CKK_GENERIC_SECRET, CKK_GOST28147, CKK_KUZNYECHIK};
    static const CK_MECHANISM_TYPE mechs[] = {CKM_GOSTR3411_12_256_HMAC, CKM_GOSTR3411_12_512_HMAC};
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE key[32], mac[64], want[64], message[100];
    CK_OBJECT_HANDLE k, pub, priv;
    size_t i, j;

    (void)state;
    for (i = 0; i < sizeof message; i++)
        message[i] = (CK_BYTE)(3 * i);
    for (i = 0; i < sizeof key; i++)
        key[i] = (CK_BYTE)(7 + i);
    for (i = 0; i < COUNT(types); i++) {
        k = key_of(s, types[i], 7);
        for (j = 0; j < COUNT(mechs); j++) {
            CK_MECHANISM m = {mechs[j], NULL, 0};
            CK_ULONG n = sizeof mac, size = j == 0 ? 32 : 64;

            gost_hmac_streebog(j == 0 ? 256 : 512, key, 32, message, sizeof message, want);
            OK(F->C_SignInit(s, &m, k));
            OK(F->C_Sign(s, message, sizeof message, NULL, &n));
            assert_int_equal(n, size);
            OK(F->C_Sign(s, message, sizeof message, mac, &n));
            assert_memory_equal(mac, want, size);
            OK(F->C_SignInit(s, &m, k));
            OK(F->C_SignUpdate(s, message, 33));
            OK(F->C_SignUpdate(s, message + 33, sizeof message - 33));
            memset(mac, 0, sizeof mac);
            OK(F->C_SignFinal(s, mac, &n));
            assert_memory_equal(mac, want, size);
            OK(F->C_VerifyInit(s, &m, k));
            OK(F->C_Verify(s, message, sizeof message, mac, n));
            mac[3] ^= 1;
            OK(F->C_VerifyInit(s, &m, k));
            FAILS(CKR_SIGNATURE_INVALID, F->C_Verify(s, message, sizeof message, mac, n));
            OK(F->C_VerifyInit(s, &m, k));
            FAILS(CKR_SIGNATURE_LEN_RANGE, F->C_Verify(s, message, sizeof message, mac, n - 1));
        }
    }
    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), CK_FALSE, &pub, &priv);
    FAILS(CKR_KEY_TYPE_INCONSISTENT,
          F->C_SignInit(s, &(CK_MECHANISM){CKM_GOSTR3411_12_256_HMAC, NULL, 0}, priv));
    FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_SignInit(s, &(CK_MECHANISM){CKM_GOSTR3410, NULL, 0}, k));
    FAILS(CKR_MECHANISM_PARAM_INVALID,
          F->C_SignInit(s, &(CK_MECHANISM){CKM_GOSTR3411_12_256_HMAC, "x", 1}, k));
}

static void digest_key(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_MECHANISM m = {CKM_GOSTR3411_12_256, NULL, 0};
    CK_OBJECT_HANDLE k = key_of(s, CKK_GENERIC_SECRET, 0), shut, pub, priv;
    CK_ATTRIBUTE close = A_BOOL(CKA_EXTRACTABLE, no);
    CK_BYTE message[34] = {'a'}, out[32], want[32];
    CK_ULONG n = sizeof out, i;

    (void)state;
    for (i = 0; i < 32; i++)
        message[1 + i] = (CK_BYTE)i;
    message[33] = 'b';
    gost_streebog_hash(256, message, sizeof message, want);
    OK(F->C_DigestInit(s, &m));
    OK(F->C_DigestUpdate(s, message, 1));
    OK(F->C_DigestKey(s, k));
    OK(F->C_DigestUpdate(s, message + 33, 1));
    OK(F->C_DigestFinal(s, out, &n));
    assert_memory_equal(out, want, 32);

    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_DigestKey(s, k));
    OK(F->C_CopyObject(s, k, &close, 1, &shut));
    OK(F->C_DigestInit(s, &m));
    FAILS(CKR_KEY_INDIGESTIBLE, F->C_DigestKey(s, shut));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_DigestFinal(s, out, &n));
    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), CK_FALSE, &pub, &priv);
    OK(F->C_DigestInit(s, &m));
    FAILS(CKR_KEY_INDIGESTIBLE, F->C_DigestKey(s, priv));
    OK(F->C_DigestInit(s, &m));
    FAILS(CKR_KEY_HANDLE_INVALID, F->C_DigestKey(s, k + 1000));
}

static void copied(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE k = key_of(s, CKK_KUZNYECHIK, 0), token, back;
    CK_ATTRIBUTE keep[] = {A_BOOL(CKA_TOKEN, yes), A_BOOL(CKA_PRIVATE, yes)};
    CK_ATTRIBUTE shut[] = {A_BOOL(CKA_TOKEN, no), A_BOOL(CKA_EXTRACTABLE, no)};
    CK_ATTRIBUTE open = A_BOOL(CKA_EXTRACTABLE, yes), label = A_STR(CKA_LABEL, "longer label");
    CK_BYTE a[32], b[32];
    CK_ULONG size, more;

    (void)state;
    OK(F->C_CopyObject(s, k, keep, 2, &token));
    assert_int_equal(get_bytes(s, k, CKA_VALUE, a, 32), 32);
    assert_int_equal(get_bytes(s, token, CKA_VALUE, b, 32), 32);
    assert_memory_equal(a, b, 32);
    OK(F->C_CopyObject(s, token, shut, 2, &back));
    FAILS(CKR_ATTRIBUTE_SENSITIVE, get_rv(s, back, CKA_VALUE));
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_CopyObject(s, back, &open, 1, &token));
    /* Changing a session key keeps its value. */
    OK(F->C_GetObjectSize(s, k, &size));
    OK(F->C_SetAttributeValue(s, k, &label, 1));
    OK(F->C_GetObjectSize(s, k, &more));
    assert_int_equal(more, size + label.ulValueLen);
    assert_true(size > 32 + 8);
    assert_int_equal(get_bytes(s, k, CKA_VALUE, b, 32), 32);
    assert_memory_equal(a, b, 32);
    OK(F->C_GetObjectSize(s, token, &more));
    assert_true(more > size); /* sealed */
}

#define TOKEN(f) cmocka_unit_test_setup_teardown(f, test_begin_token, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOKEN(generated), TOKEN(kinds),      TOKEN(derived), TOKEN(inherited),
        TOKEN(hmac),      TOKEN(digest_key), TOKEN(copied),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
