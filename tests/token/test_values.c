/* SPDX-License-Identifier: Apache-2.0 */
/* Searches by values, which find what may be read and nothing else; the unique id; what no object
 * has. */
#include "tests/token/harness.h"
#include "tests/token/certificate.h"

#include <gosttoken/pkcs11-3.h>
#include <string.h>

#define UNIQUE 32

/* ---- searches by value ---------------------------------------------------------------------- */

static CK_ULONG by_value(CK_SESSION_HANDLE s, const void *value, CK_ULONG n)
{
    CK_ATTRIBUTE t = {CKA_VALUE, (void *)value, n};

    return find_n(s, &t, 1, NULL);
}

/* Data and certificates: their values are for all who see them. */
static void values_of_data(void **state)
{
    static const char text[] = "what is in it";
    CK_SESSION_HANDLE s = open_user();
    CK_BBOOL token, private;
    CK_ATTRIBUTE data[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, token),
                           A_BOOL(CKA_PRIVATE, private), A_BYTES(CKA_VALUE, text)};
    CK_ATTRIBUTE cert[] = {A_ULONG(CKA_CLASS, class_cert), A_ULONG(CKA_CERTIFICATE_TYPE, x509),
                           A_BOOL(CKA_TOKEN, token), A_BOOL(CKA_PRIVATE, private),
                           A_BYTES(CKA_VALUE, CERTIFICATE)};
    CK_OBJECT_HANDLE o, found;
    int i;

    (void)state;
    for (i = 0; i < 4; i++) {
        token = i & 1 ? CK_TRUE : CK_FALSE;
        private = i & 2 ? CK_TRUE : CK_FALSE;
        OK(F->C_CreateObject(s, data, COUNT(data), &o));
        assert_int_equal(find_n(s, data, COUNT(data), &found), 1);
        assert_int_equal(found, o);
        OK(F->C_CreateObject(s, cert, COUNT(cert), &o));
        assert_int_equal(find_n(s, cert, COUNT(cert), &found), 1);
        assert_int_equal(found, o);
    }
    assert_int_equal(by_value(s, text, sizeof text), 4);
    assert_int_equal(by_value(s, text, sizeof text - 1), 0);
    assert_int_equal(by_value(s, "what is in If", sizeof text), 0);
    OK(F->C_Logout(s));
    assert_int_equal(by_value(s, text, sizeof text), 2);
}

static CK_ULONG secrets_found(CK_SESSION_HANDLE s, CK_BBOOL sensitive, CK_BBOOL extractable,
                              CK_BYTE first)
{
    CK_BYTE value[16] = {first, 1, 2, 3};
    CK_BBOOL token;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret),
                        A_ULONG(CKA_KEY_TYPE, type_generic),
                        A_BYTES(CKA_VALUE, value),
                        A_BOOL(CKA_TOKEN, token),
                        A_BOOL(CKA_EXTRACTABLE, extractable),
                        A_BOOL(CKA_SENSITIVE, sensitive)};
    CK_OBJECT_HANDLE o;

    for (token = 0; token < 2; token++) {
        CK_RV want = !sensitive && extractable ? CKR_OK : CKR_ATTRIBUTE_SENSITIVE;

        OK(F->C_CreateObject(s, t, COUNT(t), &o));
        FAILS(want, get_rv(s, o, CKA_VALUE));
    }
    return by_value(s, value, sizeof value);
}

/* A search would be a way to guess what may not be read. */
static void values_of_keys(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE value[16] = {1, 1, 2, 3}, d[32];
    CK_ATTRIBUTE hide = A_BOOL(CKA_SENSITIVE, yes), v = A_BYTES(CKA_VALUE, value);
    CK_OBJECT_HANDLE pub, priv, o;

    (void)state;
    assert_int_equal(secrets_found(s, CK_FALSE, CK_TRUE, 1), 2);
    assert_int_equal(secrets_found(s, CK_TRUE, CK_TRUE, 2), 0);
    assert_int_equal(secrets_found(s, CK_FALSE, CK_FALSE, 3), 0);
    assert_int_equal(secrets_found(s, CK_TRUE, CK_FALSE, 4), 0);
    assert_int_equal(find_n(s, &v, 1, &o), 2);
    OK(F->C_SetAttributeValue(s, o, &hide, 1));
    assert_int_equal(by_value(s, value, sizeof value), 1);
    OK(F->C_Logout(s));
    assert_int_equal(by_value(s, value, sizeof value), 0);
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), CK_TRUE, &pub, &priv);
    memset(d, 0, sizeof d);
    assert_int_equal(by_value(s, d, sizeof d), 0);
}

/* A public object may have a sealed value: found by its value by who may read it. */
static void values_of_public_keys(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE value[16] = {9};
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type_generic),
                        A_BYTES(CKA_VALUE, value),        A_BOOL(CKA_TOKEN, yes),
                        A_BOOL(CKA_EXTRACTABLE, yes),     A_BOOL(CKA_SENSITIVE, no),
                        A_BOOL(CKA_PRIVATE, no)};
    CK_OBJECT_HANDLE o;

    (void)state;
    OK(F->C_CreateObject(s, t, COUNT(t), &o));
    assert_int_equal(by_value(s, value, sizeof value), 1);
    OK(F->C_Logout(s));
    assert_int_equal(find_n(s, t, 2, NULL), 1);
    FAILS(CKR_USER_NOT_LOGGED_IN, get_rv(s, o, CKA_VALUE));
    assert_int_equal(by_value(s, value, sizeof value), 0);
}

/* ---- CKA_UNIQUE_ID -------------------------------------------------------------------------- */

static void unique_id(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, char *out)
{
    CK_ATTRIBUTE a = {CKA_UNIQUE_ID, out, UNIQUE};

    assert_int_equal(get_bytes(s, o, CKA_UNIQUE_ID, out, UNIQUE), UNIQUE);
    assert_int_equal(strspn(out, "0123456789abcdef"), UNIQUE);
    assert_int_equal(find_n(s, &a, 1, &o), 1);
}

static void unique_ids(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BBOOL token;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, token),
                        A_BOOL(CKA_PRIVATE, yes), A_STR(CKA_VALUE, "x"),
                        A_STR(CKA_UNIQUE_ID, "mine")};
    CK_ATTRIBUTE label = A_STR(CKA_LABEL, "new name"), by_id = {CKA_UNIQUE_ID, NULL, UNIQUE};
    char id[8][UNIQUE + 1] = {{0}}, again[UNIQUE + 1] = {0};
    CK_OBJECT_HANDLE o[8], found;
    CK_ULONG i, k;

    (void)state;
    for (i = 0; i < COUNT(o); i++) {
        token = i % 2 != 0;
        if (i % 4 < 2)
            OK(F->C_CreateObject(s, t, 4, &o[i]));
        else
            OK(F->C_CopyObject(s, o[i - 2], NULL, 0, &o[i]));
        unique_id(s, o[i], id[i]);
        for (k = 0; k < i; k++)
            assert_string_not_equal(id[i], id[k]);
        /* The object's for life, and nobody's to choose. */
        OK(F->C_SetAttributeValue(s, o[i], &label, 1));
        unique_id(s, o[i], again);
        assert_string_equal(again, id[i]);
        FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_CreateObject(s, t, 5, &found));
        FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, o[i], t + 4, 1));
        FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_CopyObject(s, o[i], t + 4, 1, &found));
    }
    /* Those of the token are the same for the next process; a deleted one's does not come back. */
    OK(F->C_DestroyObject(s, o[7]));
    OK(F->C_Finalize(NULL));
    OK(F->C_Initialize(NULL));
    s = open_user();
    token = CK_TRUE;
    OK(F->C_CreateObject(s, t, 4, &found));
    unique_id(s, found, again);
    assert_string_not_equal(again, id[7]);
    for (i = 0; i < COUNT(o); i++) {
        by_id.pValue = id[i];
        assert_int_equal(find_n(s, &by_id, 1, NULL), i % 2 != 0 && i != 7 ? 1 : 0);
    }
    /* Nor after a format, which counts from one again. */
    OK(F->C_CloseSession(s));
    OK(F->C_InitToken(0, PIN(SO_PIN), (CK_UTF8CHAR *)"formatted                       "));
    s = open_rw();
    t[2].pValue = &no;
    for (i = 0; i < 8; i++) {
        OK(F->C_CreateObject(s, t, 4, &found));
        unique_id(s, found, again);
        for (k = 0; k < COUNT(o); k++)
            assert_string_not_equal(again, id[k]);
    }
}

/* ---- what templates may and may not say ----------------------------------------------------- */

static void no_check_values(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE value[16] = {1};
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret),
                        A_ULONG(CKA_KEY_TYPE, type_generic),
                        A_BYTES(CKA_VALUE, value),
                        {CKA_CHECK_VALUE, NULL, 0}};
    CK_OBJECT_HANDLE o;

    (void)state;
    OK(F->C_CreateObject(s, t, 4, &o));
    FAILS(CKR_ATTRIBUTE_TYPE_INVALID, get_rv(s, o, CKA_CHECK_VALUE));
    OK(F->C_SetAttributeValue(s, o, t + 3, 1));
    OK(F->C_CopyObject(s, o, t + 3, 1, &o));
    t[3] = (CK_ATTRIBUTE)A_STR(CKA_CHECK_VALUE, "abc");
    FAILS(CKR_ATTRIBUTE_TYPE_INVALID, F->C_CreateObject(s, t, 4, &o));
}

static void dates(void **state)
{
    static const struct {
        const char *date;
        int is;
    } days[] = {
        {"20260228", 1}, {"20260229", 0}, {"20240229", 1}, {"20000229", 1}, {"19000229", 0},
        {"20260231", 0}, {"20260430", 1}, {"20260431", 0}, {"20261231", 1}, {"20261232", 0},
        {"20261301", 0}, {"20260001", 0}, {"20260100", 0}, {"2026013a", 0},
    };
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE value[16] = {1};
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret),
                        A_ULONG(CKA_KEY_TYPE, type_generic),
                        A_BYTES(CKA_VALUE, value),
                        {CKA_START_DATE, NULL, 8}};
    CK_OBJECT_HANDLE o;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof days / sizeof days[0]; i++) {
        t[3].pValue = (void *)days[i].date;
        FAILS(days[i].is ? CKR_OK : CKR_ATTRIBUTE_VALUE_INVALID, F->C_CreateObject(s, t, 4, &o));
    }
}

#define TOKEN(f) cmocka_unit_test_setup_teardown(f, test_begin_token, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOKEN(values_of_data), TOKEN(values_of_keys),  TOKEN(values_of_public_keys),
        TOKEN(unique_ids),     TOKEN(no_check_values), TOKEN(dates),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
