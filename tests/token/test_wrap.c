/* SPDX-License-Identifier: Apache-2.0 */
/* Who may take which key out, and what may come in: C_WrapKey and C_UnwrapKey. */
#include "tests/token/keys.h"

#include <string.h>

static CK_BYTE ukm[8] = {8, 7, 6, 5, 4, 3, 2, 1};
static CK_MECHANISM m = {CKM_GOST28147_KEY_WRAP, ukm, sizeof ukm};
static CK_BYTE blob[64];
static CK_ULONG blob_len;

static CK_RV wrap(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE with, CK_OBJECT_HANDLE key)
{
    blob_len = sizeof blob;
    return F->C_WrapKey(s, &m, with, key, blob, &blob_len);
}

static void set(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type, CK_BBOOL value)
{
    CK_ATTRIBUTE a = A_BOOL(type, value);

    OK(F->C_SetAttributeValue(s, o, &a, 1));
}

static void wrapping(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE kek = key_of(s, CKK_GOST28147, 0), key = key_of(s, CKK_GOST28147, 64);
    CK_OBJECT_HANDLE magma = key_of(s, CKK_MAGMA, 0), pub, priv, data;
    CK_ATTRIBUTE object[] = {A_ULONG(CKA_CLASS, class_data), A_STR(CKA_VALUE, "x")};
    CK_MECHANISM none = {CKM_GOST28147_ECB, NULL, 0};

    (void)state;
    OK(wrap(s, kek, key));
    assert_int_equal(blob_len, 36);
    OK(F->C_WrapKey(s, &m, kek, key, NULL, &blob_len));
    blob_len = 35;
    FAILS(CKR_BUFFER_TOO_SMALL, F->C_WrapKey(s, &m, kek, key, blob, &blob_len));
    assert_int_equal(blob_len, 36);
    FAILS(CKR_ARGUMENTS_BAD, F->C_WrapKey(s, &m, kek, key, blob, NULL));
    FAILS(CKR_ARGUMENTS_BAD, F->C_WrapKey(s, NULL, kek, key, blob, &blob_len));
    FAILS(CKR_MECHANISM_INVALID, F->C_WrapKey(s, &none, kek, key, blob, &blob_len));
    FAILS(CKR_WRAPPING_KEY_HANDLE_INVALID, wrap(s, kek + 1000, key));
    FAILS(CKR_KEY_HANDLE_INVALID, wrap(s, kek, key + 1000));
    FAILS(CKR_WRAPPING_KEY_TYPE_INCONSISTENT, wrap(s, magma, key));
    OK(F->C_CreateObject(s, object, 2, &data));
    FAILS(CKR_WRAPPING_KEY_HANDLE_INVALID, wrap(s, data, key));
    FAILS(CKR_KEY_HANDLE_INVALID, wrap(s, kek, data));
    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), CK_FALSE, &pub, &priv);
    FAILS(CKR_KEY_UNEXTRACTABLE, wrap(s, kek, priv));
    FAILS(CKR_KEY_NOT_WRAPPABLE, wrap(s, kek, pub));
    set(s, key, CKA_EXTRACTABLE, CK_FALSE);
    FAILS(CKR_KEY_UNEXTRACTABLE, wrap(s, kek, key));
    set(s, kek, CKA_WRAP, CK_FALSE);
    FAILS(CKR_KEY_FUNCTION_NOT_PERMITTED, wrap(s, kek, key));
}

/* CKA_WRAP_WITH_TRUSTED: only under a key that the SO trusts. */
static void trusted(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE key = key_of(s, CKK_GOST28147, 64), kek;
    CK_KEY_TYPE type = CKK_GOST28147;
    CK_BYTE value[32] = {1};
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type),
                        A_BYTES(CKA_VALUE, value),        A_BOOL(CKA_PRIVATE, no),
                        A_STR(CKA_LABEL, "kek"),          A_BOOL(CKA_TRUSTED, yes)};
    CK_ATTRIBUTE trust = A_BOOL(CKA_TRUSTED, yes);

    (void)state;
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_CreateObject(s, t, 6, &kek));
    OK(F->C_CreateObject(s, t, 5, &kek));
    OK(wrap(s, kek, key));
    set(s, key, CKA_WRAP_WITH_TRUSTED, CK_TRUE);
    FAILS(CKR_KEY_NOT_WRAPPABLE, wrap(s, kek, key));
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, kek, &trust, 1));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    OK(F->C_SetAttributeValue(s, kek, &trust, 1));
    OK(wrap(s, kek, key)); /* both are public session objects */
}

static void unwrapping(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE kek = key_of(s, CKK_GOST28147, 0), key = key_of(s, CKK_GOST28147, 64), o;
    CK_OBJECT_HANDLE magma = key_of(s, CKK_MAGMA, 0);
    CK_KEY_TYPE type = CKK_GOST28147;
    CK_BYTE a[32], b[32];
    CK_ATTRIBUTE t[] = {
        A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type),  A_BOOL(CKA_TOKEN, no),
        A_BOOL(CKA_SENSITIVE, no),        A_BOOL(CKA_EXTRACTABLE, yes), A_STR(CKA_LABEL, "x")};
    CK_ATTRIBUTE pub[] = {A_ULONG(CKA_CLASS, class_pub), A_ULONG(CKA_KEY_TYPE, type_256)};

    (void)state;
    OK(wrap(s, kek, key));
    OK(F->C_UnwrapKey(s, &m, kek, blob, 36, t, 5, &o));
    assert_int_equal(get_bytes(s, key, CKA_VALUE, a, 32), 32);
    assert_int_equal(get_bytes(s, o, CKA_VALUE, b, 32), 32);
    assert_memory_equal(a, b, 32);
    assert_false(get_bool(s, o, CKA_LOCAL));
    assert_false(get_bool(s, o, CKA_ALWAYS_SENSITIVE));
    assert_false(get_bool(s, o, CKA_NEVER_EXTRACTABLE));
    OK(F->C_UnwrapKey(s, &m, kek, blob, 36, t, 2, &o));
    assert_false(get_bool(s, o, CKA_ALWAYS_SENSITIVE)); /* it was outside */
    assert_false(get_bool(s, o, CKA_NEVER_EXTRACTABLE));

    FAILS(CKR_ARGUMENTS_BAD, F->C_UnwrapKey(s, &m, kek, NULL, 36, t, 5, &o));
    FAILS(CKR_ARGUMENTS_BAD, F->C_UnwrapKey(s, &m, kek, blob, 36, t, 5, NULL));
    FAILS(CKR_ARGUMENTS_BAD, F->C_UnwrapKey(s, &m, kek, blob, 36, NULL, 5, &o));
    FAILS(CKR_UNWRAPPING_KEY_HANDLE_INVALID, F->C_UnwrapKey(s, &m, 1000, blob, 36, t, 5, &o));
    FAILS(CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT, F->C_UnwrapKey(s, &m, magma, blob, 36, t, 5, &o));
    FAILS(CKR_TEMPLATE_INCOMPLETE, F->C_UnwrapKey(s, &m, kek, blob, 36, t, 1, &o));
    FAILS(CKR_TEMPLATE_INCONSISTENT, F->C_UnwrapKey(s, &m, kek, blob, 36, pub, 2, &o));
    t[5] = (CK_ATTRIBUTE)A_BYTES(CKA_VALUE, a);
    FAILS(CKR_TEMPLATE_INCONSISTENT, F->C_UnwrapKey(s, &m, kek, blob, 36, t, 6, &o));
    FAILS(CKR_WRAPPED_KEY_LEN_RANGE, F->C_UnwrapKey(s, &m, kek, blob, 0, t, 5, &o));
    FAILS(CKR_WRAPPED_KEY_LEN_RANGE, F->C_UnwrapKey(s, &m, kek, blob, 35, t, 5, &o));
    FAILS(CKR_WRAPPED_KEY_LEN_RANGE, F->C_UnwrapKey(s, &m, kek, blob, (CK_ULONG)-1, t, 5, &o));
    blob[35] ^= 1;
    FAILS(CKR_WRAPPED_KEY_INVALID, F->C_UnwrapKey(s, &m, kek, blob, 36, t, 5, &o));
    blob[35] ^= 1;
    type = CKK_MAGMA_TWIN;
    FAILS(CKR_TEMPLATE_INCONSISTENT, F->C_UnwrapKey(s, &m, kek, blob, 36, t, 5, &o));
    type = CKK_GOST28147;
    t[2] = (CK_ATTRIBUTE)A_BOOL(CKA_TOKEN, yes);
    FAILS(CKR_SESSION_READ_ONLY, F->C_UnwrapKey(open_ro(), &m, kek, blob, 36, t, 5, &o));
    set(s, kek, CKA_UNWRAP, CK_FALSE);
    FAILS(CKR_KEY_FUNCTION_NOT_PERMITTED, F->C_UnwrapKey(s, &m, kek, blob, 36, t, 5, &o));
}

#define TOKEN(f) cmocka_unit_test_setup_teardown(f, test_begin_token, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {TOKEN(wrapping), TOKEN(trusted), TOKEN(unwrapping)};

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
