/* SPDX-License-Identifier: Apache-2.0 */
/* The object of class CKO_HW_FEATURE. */
#include "tests/token/harness.h"

#include <string.h>

static CK_OBJECT_CLASS feature = CKO_HW_FEATURE;
static CK_HW_FEATURE_TYPE token_info = CKH_VENDOR_DEFINED | 1;

static CK_OBJECT_HANDLE find_feature(CK_SESSION_HANDLE s)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, feature), A_ULONG(CKA_HW_FEATURE_TYPE, token_info)};
    CK_OBJECT_HANDLE o = CK_INVALID_HANDLE;

    assert_int_equal(find_n(s, t, 1, NULL), 1);
    assert_int_equal(find_n(s, t, 2, &o), 1);
    return o;
}

static void values(void **state)
{
    static const struct {
        CK_ATTRIBUTE_TYPE n;
        CK_ULONG len, value;
    } want[] = {
        {0x3000, 1, 0},    {0x3001, 8, 0xFF}, {0x3002, 8, 0xFF}, {0x3003, 8, 1},
        {0x3004, 8, 0x21}, {0x3005, 1, 0},    {0x3006, 1, 0},    {0x3007, 1, 1},
        {0x3008, 1, 0},    {0x3009, 1, 0},    {0x300A, 1, 1},    {0x300B, 1, 1},
    };
    CK_SESSION_HANDLE s = open_ro();
    CK_OBJECT_HANDLE o = find_feature(s);
    CK_ULONG got[COUNT(want)] = {0}, i;
    CK_ATTRIBUTE t[COUNT(want)];

    (void)state;
    for (i = 0; i < COUNT(want); i++)
        t[i] = (CK_ATTRIBUTE){CKA_VENDOR_DEFINED | want[i].n, &got[i], sizeof got[i]};
    OK(F->C_GetAttributeValue(s, o, t, COUNT(t))); /* without a login, in one call */
    for (i = 0; i < COUNT(want); i++) {
        assert_int_equal(t[i].ulValueLen, want[i].len);
        assert_int_equal(got[i], want[i].value);
    }
}

static void found_with_everything(void **state)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_OBJECT_HANDLE o = find_feature(s), all[4];
    CK_ATTRIBUTE data = A_ULONG(CKA_CLASS, class_data), mine = A_BOOL(CKA_TOKEN, no);
    CK_ULONG n;

    (void)state;
    OK(F->C_FindObjectsInit(s, NULL, 0));
    OK(F->C_FindObjects(s, all, COUNT(all), &n));
    OK(F->C_FindObjectsFinal(s));
    assert_int_equal(n, 1);
    assert_int_equal(all[0], o);
    assert_int_equal(find_n(s, &data, 1, NULL), 0);
    assert_int_equal(find_n(s, &mine, 1, NULL), 0);
    /* It is the same one before and after a login and a logout, and in another session. */
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    assert_int_equal(find_feature(s), o);
    OK(F->C_Logout(s));
    assert_int_equal(find_feature(open_ro()), o);
    assert_int_equal(get_ulong(s, o, CKA_CLASS), CKO_HW_FEATURE);
}

static void cannot_be_touched(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE o = find_feature(s), copy;
    CK_ATTRIBUTE label = A_STR(CKA_LABEL, "x");
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, feature), A_ULONG(CKA_HW_FEATURE_TYPE, token_info)};
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0};

    (void)state;
    FAILS(CKR_ACTION_PROHIBITED, F->C_SetAttributeValue(s, o, &label, 1));
    FAILS(CKR_ACTION_PROHIBITED, F->C_DestroyObject(s, o));
    FAILS(CKR_ACTION_PROHIBITED, F->C_CopyObject(s, o, &label, 1, &copy));
    FAILS(CKR_TEMPLATE_INCONSISTENT, F->C_CreateObject(s, t, 2, &copy));
    FAILS(CKR_TEMPLATE_INCOMPLETE, F->C_CreateObject(s, t, 1, &copy));
    FAILS(CKR_KEY_HANDLE_INVALID, F->C_SignInit(s, &m, o)); /* no key */
    assert_int_equal(find_feature(s), o);
}

static void on_a_factory_token(void **state)
{
    CK_SESSION_HANDLE s = open_ro();

    (void)state;
    assert_int_not_equal(find_feature(s), CK_INVALID_HANDLE);
    assert_int_equal(find_n(s, NULL, 0, NULL), 0);
}

#define TOKEN(f) cmocka_unit_test_setup_teardown(f, test_begin_token, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOKEN(values),
        TOKEN(found_with_everything),
        TOKEN(cannot_be_touched),
        cmocka_unit_test_setup_teardown(on_a_factory_token, test_begin, test_end),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
