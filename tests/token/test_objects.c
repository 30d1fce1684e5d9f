/* SPDX-License-Identifier: Apache-2.0 */
/* Objects and their attributes: every rule of the table, and templates as callers get them wrong.
 */
#include "tests/token/harness.h"
#include "tests/token/certificate.h"

#include <stdlib.h>
#include <string.h>

#define TC26_A "1.2.643.7.1.2.1.1.1"

static const CK_BYTE HASH_256[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x02};
static const CK_BYTE HASH_512[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x03};

/* Tries a template with C_CreateObject; nothing may be left behind unless it succeeds. */
static CK_RV create(CK_SESSION_HANDLE s, CK_ATTRIBUTE *templ, CK_ULONG n)
{
    CK_OBJECT_HANDLE o = CK_INVALID_HANDLE;
    CK_ULONG before = find_n(s, NULL, 0, NULL);
    CK_RV rv = F->C_CreateObject(s, templ, n, &o);

    assert_int_equal(find_n(s, NULL, 0, NULL), before + (rv == CKR_OK));
    if (rv == CKR_OK)
        OK(F->C_DestroyObject(s, o));
    return rv;
}

/* ---- data ----------------------------------------------------------------------------------- */

static void data_objects(void **state)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_ATTRIBUTE templ[] = {
        A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, yes),         A_STR(CKA_LABEL, "note"),
        A_STR(CKA_APPLICATION, "test"), A_STR(CKA_VALUE, "some value"),
    };
    CK_ATTRIBUTE value = A_STR(CKA_VALUE, "another value"), class = A_ULONG(CKA_CLASS, class_data);
    CK_ATTRIBUTE private = A_BOOL(CKA_PRIVATE, yes), token = A_BOOL(CKA_TOKEN, yes);
    CK_OBJECT_HANDLE o, copy;
    CK_BYTE buf[64];
    CK_ULONG size;

    (void)state;
    OK(F->C_CreateObject(s, templ, COUNT(templ), &o));
    assert_int_equal(get_bytes(s, o, CKA_VALUE, buf, sizeof buf), 10);
    assert_memory_equal(buf, "some value", 10);
    assert_int_equal(get_bool(s, o, CKA_PRIVATE), CK_FALSE);
    assert_int_equal(get_bool(s, o, CKA_MODIFIABLE), CK_TRUE);
    assert_int_equal(get_bool(s, o, CKA_COPYABLE), CK_TRUE);
    assert_int_equal(get_bool(s, o, CKA_DESTROYABLE), CK_TRUE);
    assert_int_equal(get_bytes(s, o, CKA_OBJECT_ID, buf, sizeof buf), 0);
    FAILS(CKR_ATTRIBUTE_TYPE_INVALID, get_rv(s, o, CKA_ID));
    FAILS(CKR_ATTRIBUTE_TYPE_INVALID, get_rv(s, o, 0x7777));
    OK(F->C_GetObjectSize(s, o, &size));
    assert_true(size > 10 && size < 1000);

    OK(F->C_SetAttributeValue(s, o, &value, 1));
    assert_int_equal(get_bytes(s, o, CKA_VALUE, buf, sizeof buf), 13);
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, o, &class, 1));
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, o, &token, 1));

    /* A private copy needs the user, in and after. */
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_CopyObject(s, o, &private, 1, &copy));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    OK(F->C_CopyObject(s, o, &private, 1, &copy));
    assert_int_equal(get_bool(s, copy, CKA_PRIVATE), CK_TRUE);
    assert_int_equal(get_bytes(s, copy, CKA_VALUE, buf, sizeof buf), 13);
    assert_memory_equal(buf, "another value", 13);
    private.pValue = &no;
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_CopyObject(s, copy, &private, 1, &o));
    OK(F->C_Logout(s));
    assert_int_equal(find_n(s, NULL, 0, NULL), 1);
    FAILS(CKR_OBJECT_HANDLE_INVALID, F->C_DestroyObject(s, copy));
    OK(F->C_DestroyObject(s, o));
    FAILS(CKR_OBJECT_HANDLE_INVALID, F->C_DestroyObject(s, o));
}

static void read_only_sessions(void **state)
{
    CK_SESSION_HANDLE rw = open_rw(), ro = open_ro();
    CK_ATTRIBUTE templ[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, yes)};
    CK_ATTRIBUTE label = A_STR(CKA_LABEL, "x"), session = A_BOOL(CKA_TOKEN, no);
    CK_OBJECT_HANDLE o, copy, pub, priv;

    (void)state;
    FAILS(CKR_SESSION_READ_ONLY, F->C_CreateObject(ro, templ, 2, &o));
    OK(F->C_CreateObject(rw, templ, 2, &o));
    FAILS(CKR_SESSION_READ_ONLY, F->C_SetAttributeValue(ro, o, &label, 1));
    FAILS(CKR_SESSION_READ_ONLY, F->C_DestroyObject(ro, o));
    FAILS(CKR_SESSION_READ_ONLY, F->C_CopyObject(ro, o, NULL, 0, &copy));
    OK(F->C_CopyObject(ro, o, &session, 1, &copy));
    OK(F->C_SetAttributeValue(ro, copy, &label, 1));
    OK(F->C_DestroyObject(ro, copy));
    OK(F->C_Login(ro, CKU_USER, PIN(USER_PIN)));
    make_pair(ro, paramset(TC26_A), CK_FALSE, &pub, &priv);
    assert_int_equal(find_n(ro, NULL, 0, NULL), 3);
}

static void objects_that_stay(void **state)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_ATTRIBUTE fixed[] = {
        A_ULONG(CKA_CLASS, class_data),
        A_BOOL(CKA_MODIFIABLE, no),
        A_BOOL(CKA_COPYABLE, no),
        A_BOOL(CKA_DESTROYABLE, no),
    };
    CK_ATTRIBUTE label = A_STR(CKA_LABEL, "x");
    CK_OBJECT_HANDLE o, copy;

    (void)state;
    OK(F->C_CreateObject(s, fixed, COUNT(fixed), &o));
    FAILS(CKR_ACTION_PROHIBITED, F->C_SetAttributeValue(s, o, &label, 1));
    FAILS(CKR_ACTION_PROHIBITED, F->C_CopyObject(s, o, NULL, 0, &copy));
    FAILS(CKR_ACTION_PROHIBITED, F->C_DestroyObject(s, o));
}

/* ---- templates ------------------------------------------------------------------------------ */

static void abused_templates(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_CLASS odd_class = CKO_DOMAIN_PARAMETERS;
    CK_KEY_TYPE dsa = CKK_DSA;
    CK_BBOOL two = 2;
    CK_ATTRIBUTE t[4] = {A_ULONG(CKA_CLASS, class_data)};
    CK_OBJECT_HANDLE o;

    (void)state;
    FAILS(CKR_ARGUMENTS_BAD, F->C_CreateObject(s, NULL, 1, &o));
    FAILS(CKR_ARGUMENTS_BAD, F->C_CreateObject(s, t, 1, NULL));
    FAILS(CKR_ARGUMENTS_BAD, F->C_CreateObject(s, t, (CK_ULONG)-1, &o));
    FAILS(CKR_TEMPLATE_INCOMPLETE, F->C_CreateObject(s, NULL, 0, &o));
    OK(create(s, t, 1));

    t[1] = (CK_ATTRIBUTE){CKA_LABEL, NULL, 5};
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, t, 2));
    t[1] = (CK_ATTRIBUTE){CKA_LABEL, "x", (CK_ULONG)-1};
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, t, 2));
    t[1] = (CK_ATTRIBUTE){CKA_TOKEN, &two, 1};
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, t, 2));
    t[1] = (CK_ATTRIBUTE){CKA_TOKEN, &yes, 0};
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, t, 2));
    t[1] = (CK_ATTRIBUTE){CKA_TOKEN, &class_data, sizeof class_data};
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, t, 2));
    t[1] = (CK_ATTRIBUTE){0x40000777, &yes, 1};
    FAILS(CKR_ATTRIBUTE_TYPE_INVALID, create(s, t, 2));
    t[1] = (CK_ATTRIBUTE)A_STR(CKA_MODULUS, "x"); /* of another class */
    FAILS(CKR_TEMPLATE_INCONSISTENT, create(s, t, 2));
    t[1] = (CK_ATTRIBUTE)A_BOOL(CKA_SIGN, yes);
    FAILS(CKR_TEMPLATE_INCONSISTENT, create(s, t, 2));

    /* The same twice is harmless; two values are not. */
    t[1] = (CK_ATTRIBUTE)A_STR(CKA_LABEL, "x");
    t[2] = (CK_ATTRIBUTE)A_STR(CKA_LABEL, "x");
    OK(create(s, t, 3));
    t[2] = (CK_ATTRIBUTE)A_STR(CKA_LABEL, "y");
    FAILS(CKR_TEMPLATE_INCONSISTENT, create(s, t, 3));
    t[1] = (CK_ATTRIBUTE)A_ULONG(CKA_CLASS, class_cert);
    FAILS(CKR_TEMPLATE_INCONSISTENT, create(s, t, 2));

    t[0] = (CK_ATTRIBUTE)A_ULONG(CKA_CLASS, odd_class);
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, t, 1));
    t[0] = (CK_ATTRIBUTE){CKA_CLASS, &class_data, 4};
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, t, 1));
    t[0] = (CK_ATTRIBUTE)A_ULONG(CKA_CLASS, class_pub);
    FAILS(CKR_TEMPLATE_INCOMPLETE, create(s, t, 1));
    t[1] = (CK_ATTRIBUTE)A_ULONG(CKA_KEY_TYPE, dsa);
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, t, 2));
    t[1] = (CK_ATTRIBUTE)A_ULONG(CKA_KEY_TYPE, type_256);
    FAILS(CKR_TEMPLATE_INCOMPLETE, create(s, t, 2));
    t[2] = (CK_ATTRIBUTE)A_BOOL(CKA_LOCAL, yes);
    FAILS(CKR_ATTRIBUTE_READ_ONLY, create(s, t, 3));
}

/* ---- C_GetAttributeValue -------------------------------------------------------------------- */

static void get_attribute_value(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    CK_BYTE label[8], small[1], value[64];
    CK_ULONG class;
    CK_ATTRIBUTE t[] = {
        {CKA_LABEL, label, sizeof label}, {CKA_VALUE, value, sizeof value},
        {CKA_CLASS, small, sizeof small}, {0x7777, label, sizeof label},
        {CKA_KEY_TYPE, NULL, 99},         {CKA_CLASS, &class, sizeof class},
    };

    (void)state;
    make_pair(s, paramset(TC26_A), CK_TRUE, &pub, &priv);
    /* Every attribute is answered, whatever became of the others. */
    FAILS(CKR_ATTRIBUTE_SENSITIVE, F->C_GetAttributeValue(s, priv, t, COUNT(t)));
    assert_int_equal(t[0].ulValueLen, 1);
    assert_int_equal(label[0], 'k');
    assert_int_equal(t[1].ulValueLen, CK_UNAVAILABLE_INFORMATION);
    assert_int_equal(t[2].ulValueLen, CK_UNAVAILABLE_INFORMATION);
    assert_int_equal(t[3].ulValueLen, CK_UNAVAILABLE_INFORMATION);
    assert_int_equal(t[4].ulValueLen, sizeof(CK_ULONG));
    assert_int_equal(t[5].ulValueLen, sizeof(CK_ULONG));
    assert_int_equal(class, CKO_PRIVATE_KEY);

    t[2].ulValueLen = sizeof small;
    FAILS(CKR_BUFFER_TOO_SMALL, F->C_GetAttributeValue(s, priv, &t[2], 1));
    FAILS(CKR_ATTRIBUTE_TYPE_INVALID, F->C_GetAttributeValue(s, priv, &t[3], 1));
    OK(F->C_GetAttributeValue(s, priv, &t[4], 1));
    FAILS(CKR_ARGUMENTS_BAD, F->C_GetAttributeValue(s, priv, NULL, 1));
    FAILS(CKR_OBJECT_HANDLE_INVALID, F->C_GetAttributeValue(s, 0, t, 1));
    FAILS(CKR_OBJECT_HANDLE_INVALID, F->C_GetAttributeValue(s, 4711, t, 1));
    FAILS(CKR_SESSION_HANDLE_INVALID, F->C_GetAttributeValue(s + 1, priv, t, 1));
}

/* ---- GOST keys ------------------------------------------------------------------------------ */

static void generated_pair(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    const gost_paramset *ps = paramset(TC26_A);
    CK_OBJECT_HANDLE pub, priv;
    CK_BYTE x[128], info[256], other[256];
    size_t n;

    (void)state;
    make_pair(s, ps, CK_TRUE, &pub, &priv);
    assert_int_equal(get_bytes(s, pub, CKA_VALUE, x, sizeof x), 64);
    assert_true(gost_3410_public_valid(ps, x));
    assert_int_equal(get_ulong(s, pub, CKA_CLASS), CKO_PUBLIC_KEY);
    assert_int_equal(get_ulong(s, priv, CKA_CLASS), CKO_PRIVATE_KEY);
    assert_int_equal(get_ulong(s, priv, CKA_KEY_TYPE), CKK_GOSTR3410);
    assert_int_equal(get_bool(s, pub, CKA_PRIVATE), CK_FALSE);
    assert_int_equal(get_bool(s, priv, CKA_PRIVATE), CK_TRUE);
    assert_int_equal(get_bool(s, pub, CKA_VERIFY), CK_TRUE);
    assert_int_equal(get_bool(s, priv, CKA_SIGN), CK_TRUE);
    assert_int_equal(get_bool(s, priv, CKA_DERIVE), CK_TRUE);
    assert_int_equal(get_bool(s, priv, CKA_DECRYPT), CK_FALSE);
    assert_int_equal(get_bool(s, priv, CKA_SENSITIVE), CK_TRUE);
    assert_int_equal(get_bool(s, priv, CKA_ALWAYS_SENSITIVE), CK_TRUE);
    assert_int_equal(get_bool(s, priv, CKA_EXTRACTABLE), CK_FALSE);
    assert_int_equal(get_bool(s, priv, CKA_NEVER_EXTRACTABLE), CK_TRUE);
    assert_int_equal(get_bool(s, priv, CKA_ALWAYS_AUTHENTICATE), CK_FALSE);
    assert_int_equal(get_bool(s, priv, CKA_LOCAL), CK_TRUE);
    assert_int_equal(get_bool(s, pub, CKA_LOCAL), CK_TRUE);
    assert_int_equal(get_ulong(s, priv, CKA_KEY_GEN_MECHANISM), CKM_GOSTR3410_KEY_PAIR_GEN);
    assert_int_equal(get_ulong(s, pub, CKA_KEY_GEN_MECHANISM), CKM_GOSTR3410_KEY_PAIR_GEN);
    assert_int_equal(get_bool(s, priv, CKA_VENDOR_KEY_JOURNAL), CK_FALSE);
    FAILS(CKR_ATTRIBUTE_SENSITIVE, get_rv(s, priv, CKA_VALUE));
    n = get_bytes(s, priv, CKA_GOSTR3410_PARAMS, x, sizeof x);
    assert_int_equal(n, ps->der_len);
    assert_memory_equal(x, ps->der, n);
    n = get_bytes(s, priv, CKA_GOSTR3411_PARAMS, x, sizeof x);
    assert_int_equal(n, sizeof HASH_256);
    assert_memory_equal(x, HASH_256, n);
    n = get_bytes(s, pub, CKA_PUBLIC_KEY_INFO, info, sizeof info);
    assert_int_equal(get_bytes(s, priv, CKA_PUBLIC_KEY_INFO, other, sizeof other), n);
    assert_memory_equal(info, other, n);
}

/* RFC 9215, appendix A.1: the key of the 256-bit example, with and without its wrapper. */
static void public_key_info(void **state)
{
    static const CK_BYTE value[] = {
        0x0b, 0xd8, 0x6f, 0xe5, 0xd8, 0xdb, 0x89, 0x66, 0x8f, 0x78, 0x9b, 0x4e, 0x1d,
        0xba, 0x85, 0x85, 0xc5, 0x50, 0x8b, 0x45, 0xec, 0x5b, 0x59, 0xd8, 0x90, 0x6d,
        0xdb, 0x70, 0xe2, 0x49, 0x2b, 0x7f, 0xda, 0x77, 0xff, 0x87, 0x1a, 0x10, 0xfb,
        0xdf, 0x27, 0x66, 0xd2, 0x93, 0xc5, 0xd1, 0x64, 0xaf, 0xbb, 0x3c, 0x7b, 0x97,
        0x3a, 0x41, 0xc8, 0x85, 0xd1, 0x1d, 0x70, 0xd6, 0x89, 0xb4, 0xf1, 0x26};
    static const CK_BYTE head[] = {0x30, 0x66, 0x30, 0x1f, 0x06, 0x08, 0x2a, 0x85, 0x03, 0x07,
                                   0x01, 0x01, 0x01, 0x01, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x85,
                                   0x03, 0x02, 0x02, 0x23, 0x00, 0x06, 0x08, 0x2a, 0x85, 0x03,
                                   0x07, 0x01, 0x01, 0x02, 0x02, 0x03, 0x43, 0x00, 0x04, 0x40};
    CK_SESSION_HANDLE s = open_rw();
    const gost_paramset *test_set = paramset("1.2.643.2.2.35.0");
    CK_BYTE wrapped[66] = {0x04, 0x40}, buf[256], bad[64];
    CK_ATTRIBUTE templ[] = {
        A_ULONG(CKA_CLASS, class_pub),
        A_ULONG(CKA_KEY_TYPE, type_256),
        {CKA_GOSTR3410_PARAMS, (void *)test_set->der, test_set->der_len},
        {CKA_VALUE, (void *)value, sizeof value},
    };
    CK_OBJECT_HANDLE o;
    int round;

    (void)state;
    memcpy(wrapped + 2, value, sizeof value);
    for (round = 0; round < 2; round++) {
        OK(F->C_CreateObject(s, templ, 4, &o));
        assert_int_equal(get_bytes(s, o, CKA_VALUE, buf, sizeof buf), sizeof value);
        assert_memory_equal(buf, value, sizeof value);
        assert_int_equal(get_bool(s, o, CKA_LOCAL), CK_FALSE);
        assert_int_equal(get_ulong(s, o, CKA_KEY_GEN_MECHANISM), CK_UNAVAILABLE_INFORMATION);
        assert_int_equal(get_bytes(s, o, CKA_PUBLIC_KEY_INFO, buf, sizeof buf),
                         sizeof head + sizeof value);
        assert_memory_equal(buf, head, sizeof head);
        assert_memory_equal(buf + sizeof head, value, sizeof value);
        templ[3] = (CK_ATTRIBUTE){CKA_VALUE, wrapped, sizeof wrapped};
    }
    wrapped[1] = 0x3F;
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, templ, 4));
    memcpy(bad, value, sizeof bad);
    bad[0] ^= 1; /* not a point of the curve */
    templ[3] = (CK_ATTRIBUTE){CKA_VALUE, bad, sizeof bad};
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, templ, 4));
    templ[3].ulValueLen = 63;
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, templ, 4));
}

static void imported_private_key(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    const gost_paramset *ps = paramset(TC26_A);
    CK_BYTE d[32] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, q[64], digest[32] = {5}, sig[64], zero[32] = {0};
    CK_BYTE info[256];
    CK_ATTRIBUTE t[] = {
        A_ULONG(CKA_CLASS, class_priv),
        A_ULONG(CKA_KEY_TYPE, type_256),
        {CKA_GOSTR3410_PARAMS, (void *)ps->der, ps->der_len},
        {CKA_VALUE, d, sizeof d},
        A_BOOL(CKA_TOKEN, yes),
        A_BOOL(CKA_SENSITIVE, no),
        A_BOOL(CKA_EXTRACTABLE, yes),
    };
    CK_ATTRIBUTE up = A_BOOL(CKA_SENSITIVE, yes), down = A_BOOL(CKA_SENSITIVE, no);
    CK_ATTRIBUTE shut = A_BOOL(CKA_EXTRACTABLE, no), opened = A_BOOL(CKA_EXTRACTABLE, yes);
    CK_ATTRIBUTE by_value[] = {A_ULONG(CKA_CLASS, class_priv), {CKA_VALUE, d, sizeof d}};
    CK_MECHANISM mech = {CKM_GOSTR3410, NULL, 0};
    CK_OBJECT_HANDLE o, copy;
    CK_ULONG n = sizeof sig;
    size_t len;

    (void)state;
    assert_true(gost_3410_public(ps, d, q));
    OK(F->C_CreateObject(s, t, 5, &o));
    assert_int_equal(get_bool(s, o, CKA_SENSITIVE), CK_TRUE);
    assert_int_equal(get_bool(s, o, CKA_ALWAYS_SENSITIVE), CK_FALSE);
    assert_int_equal(get_bool(s, o, CKA_NEVER_EXTRACTABLE), CK_FALSE);
    assert_int_equal(get_bool(s, o, CKA_LOCAL), CK_FALSE);
    assert_int_equal(get_ulong(s, o, CKA_KEY_GEN_MECHANISM), CK_UNAVAILABLE_INFORMATION);
    FAILS(CKR_ATTRIBUTE_SENSITIVE, get_rv(s, o, CKA_VALUE));
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, o, &down, 1));
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, o, &opened, 1));
    len = get_bytes(s, o, CKA_PUBLIC_KEY_INFO, info, sizeof info);
    assert_memory_equal(info + len - 64, q, 64);
    assert_int_equal(find_n(s, by_value, 2, NULL), 0); /* a search is no oracle for the value */
    OK(F->C_DestroyObject(s, o));

    /* Not sensitive and extractable: still nothing that a program may read. */
    OK(F->C_CreateObject(s, t, 7, &o));
    FAILS(CKR_ATTRIBUTE_SENSITIVE, get_rv(s, o, CKA_VALUE));
    OK(F->C_CopyObject(s, o, NULL, 0, &copy));
    FAILS(CKR_ATTRIBUTE_SENSITIVE, get_rv(s, copy, CKA_VALUE));
    OK(F->C_SignInit(s, &mech, copy));
    OK(F->C_Sign(s, digest, sizeof digest, sig, &n));
    assert_true(gost_3410_verify(ps, q, digest, sig));
    OK(F->C_SetAttributeValue(s, o, &up, 1));
    OK(F->C_SetAttributeValue(s, o, &shut, 1));
    assert_int_equal(get_bool(s, o, CKA_SENSITIVE), CK_TRUE);
    assert_int_equal(get_bool(s, o, CKA_EXTRACTABLE), CK_FALSE);
    assert_int_equal(get_bool(s, o, CKA_ALWAYS_SENSITIVE), CK_FALSE);
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, o, &down, 1));
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, o, &opened, 1));
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, o, &t[3], 1));
    OK(F->C_SignInit(s, &mech, o)); /* the changed object still has its value */
    n = sizeof sig;
    OK(F->C_Sign(s, digest, sizeof digest, sig, &n));
    assert_true(gost_3410_verify(ps, q, digest, sig));

    t[3] = (CK_ATTRIBUTE){CKA_VALUE, zero, sizeof zero};
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, t, 4));
    t[3].ulValueLen = 31;
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, t, 4));
    OK(F->C_Logout(s));
    t[3] = (CK_ATTRIBUTE){CKA_VALUE, d, sizeof d};
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_CreateObject(s, t, 4, &o));
    t[4] = (CK_ATTRIBUTE)A_BOOL(CKA_PRIVATE, no);
    t[5] = (CK_ATTRIBUTE)A_BOOL(CKA_TOKEN, yes);
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_CreateObject(s, t, 6, &o)); /* it could not be sealed */
}

static CK_RV generate(CK_SESSION_HANDLE s, CK_MECHANISM_TYPE type, CK_ATTRIBUTE *pub,
                      CK_ULONG pub_n, CK_ATTRIBUTE *priv, CK_ULONG priv_n)
{
    CK_OBJECT_HANDLE a = 99, b = 99;
    CK_MECHANISM mech = {type, NULL, 0};
    CK_ULONG before = find_n(s, NULL, 0, NULL);
    CK_RV rv = F->C_GenerateKeyPair(s, &mech, pub, pub_n, priv, priv_n, &a, &b);

    if (rv != CKR_OK) {
        assert_int_equal(find_n(s, NULL, 0, NULL), before);
        assert_int_equal(a, 99);
        return rv;
    }
    assert_int_equal(find_n(s, NULL, 0, NULL), before + 2);
    OK(F->C_DestroyObject(s, a));
    OK(F->C_DestroyObject(s, b));
    return CKR_OK;
}

static void generation_templates(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    const CK_MECHANISM_TYPE gen256 = CKM_GOSTR3410_KEY_PAIR_GEN;
    const gost_paramset *a = paramset(TC26_A), *b = paramset("1.2.643.2.2.35.1");
    const gost_paramset *test_set = paramset("1.2.643.2.2.35.0");
    const gost_paramset *big = paramset("1.2.643.7.1.2.1.2.1");
    static const CK_BYTE odd_oid[] = {0x06, 0x03, 0x2A, 0x03, 0x04}, no_oid[] = {0x04, 0x01, 0x00};
    CK_ATTRIBUTE pa = {CKA_GOSTR3410_PARAMS, (void *)a->der, a->der_len};
    CK_ATTRIBUTE pb = {CKA_GOSTR3410_PARAMS, (void *)b->der, b->der_len};
    CK_ATTRIBUTE t[3] = {pa};
    CK_MECHANISM with_param = {gen256, "x", 1}, none = {CKM_DSA_KEY_PAIR_GEN, NULL, 0};
    CK_OBJECT_HANDLE x, y;

    (void)state;
    OK(generate(s, gen256, t, 1, NULL, 0)); /* one half's parameters are the other's */
    OK(generate(s, gen256, NULL, 0, t, 1));
    OK(generate(s, gen256, t, 1, t, 1));
    FAILS(CKR_TEMPLATE_INCONSISTENT, generate(s, gen256, t, 1, &pb, 1));
    FAILS(CKR_TEMPLATE_INCOMPLETE, generate(s, gen256, NULL, 0, NULL, 0));
    t[0] = (CK_ATTRIBUTE){CKA_GOSTR3410_PARAMS, (void *)test_set->der, test_set->der_len};
    FAILS(CKR_DOMAIN_PARAMS_INVALID, generate(s, gen256, t, 1, NULL, 0));
    t[0] = (CK_ATTRIBUTE)A_BYTES(CKA_GOSTR3410_PARAMS, odd_oid);
    FAILS(CKR_DOMAIN_PARAMS_INVALID, generate(s, gen256, t, 1, NULL, 0));
    t[0] = (CK_ATTRIBUTE)A_BYTES(CKA_GOSTR3410_PARAMS, no_oid);
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, generate(s, gen256, t, 1, NULL, 0));
    t[0] = (CK_ATTRIBUTE){CKA_GOSTR3410_PARAMS, (void *)big->der, big->der_len};
    FAILS(CKR_TEMPLATE_INCONSISTENT, generate(s, gen256, t, 1, NULL, 0));

    t[0] = pa;
    t[1] = (CK_ATTRIBUTE)A_BYTES(CKA_GOSTR3411_PARAMS, HASH_512);
    FAILS(CKR_TEMPLATE_INCONSISTENT, generate(s, gen256, t, 2, NULL, 0));
    t[1] = (CK_ATTRIBUTE)A_BYTES(CKA_GOSTR3411_PARAMS, HASH_256);
    OK(generate(s, gen256, t, 2, NULL, 0));
    t[1] = (CK_ATTRIBUTE)A_ULONG(CKA_KEY_TYPE, type_512);
    FAILS(CKR_TEMPLATE_INCONSISTENT, generate(s, gen256, t, 2, NULL, 0));
    t[1] = (CK_ATTRIBUTE)A_ULONG(CKA_CLASS, class_priv);
    FAILS(CKR_TEMPLATE_INCONSISTENT, generate(s, gen256, t, 2, NULL, 0));
    t[1] = (CK_ATTRIBUTE)A_STR(CKA_VALUE, "x");
    FAILS(CKR_TEMPLATE_INCONSISTENT, generate(s, gen256, t, 2, NULL, 0));
    t[1] = (CK_ATTRIBUTE)A_BOOL(CKA_SIGN, yes); /* a public key cannot */
    FAILS(CKR_TEMPLATE_INCONSISTENT, generate(s, gen256, t, 2, NULL, 0));
    t[1] = (CK_ATTRIBUTE)A_BOOL(CKA_TRUSTED, yes); /* only the SO says so */
    FAILS(CKR_ATTRIBUTE_READ_ONLY, generate(s, gen256, t, 2, NULL, 0));

    FAILS(CKR_MECHANISM_PARAM_INVALID,
          F->C_GenerateKeyPair(s, &with_param, &pa, 1, NULL, 0, &x, &y));
    FAILS(CKR_MECHANISM_INVALID, F->C_GenerateKeyPair(s, &none, &pa, 1, NULL, 0, &x, &y));
    FAILS(CKR_ARGUMENTS_BAD, F->C_GenerateKeyPair(s, NULL, &pa, 1, NULL, 0, &x, &y));
    with_param.ulParameterLen = 0;
    FAILS(CKR_ARGUMENTS_BAD, F->C_GenerateKeyPair(s, &with_param, &pa, 1, NULL, 0, NULL, &y));
    FAILS(CKR_ARGUMENTS_BAD, F->C_GenerateKeyPair(s, &with_param, NULL, 1, NULL, 0, &x, &y));
    OK(F->C_Logout(s));
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_GenerateKeyPair(s, &with_param, &pa, 1, NULL, 0, &x, &y));
}

static void mixed_pair(void **state)
{
    CK_SESSION_HANDLE s = open_user(), again;
    const gost_paramset *ps = paramset(TC26_A);
    CK_MECHANISM mech = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE pub[] = {{CKA_GOSTR3410_PARAMS, (void *)ps->der, ps->der_len}};
    CK_ATTRIBUTE priv[] = {A_BOOL(CKA_TOKEN, yes)};
    CK_OBJECT_HANDLE x, y;

    (void)state;
    OK(F->C_GenerateKeyPair(s, &mech, pub, 1, priv, 1, &x, &y));
    assert_int_equal(get_bool(s, x, CKA_TOKEN), CK_FALSE);
    assert_int_equal(get_bool(s, y, CKA_TOKEN), CK_TRUE);
    again = open_rw();
    OK(F->C_CloseSession(s));
    assert_int_equal(find_n(again, NULL, 0, NULL), 1);
}

static void set_attributes_of_keys(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_DATE early = {{'2', '0', '2', '0'}, {'0', '1'}, {'0', '1'}};
    CK_DATE late = {{'2', '0', '3', '0'}, {'1', '2'}, {'3', '1'}};
    CK_DATE odd = {{'2', '0', '3', '0'}, {'1', '3'}, {'3', '1'}};
    CK_ATTRIBUTE start = {CKA_START_DATE, &early, sizeof early};
    CK_ATTRIBUTE end = {CKA_END_DATE, &late, sizeof late};
    CK_ATTRIBUTE two[] = {A_STR(CKA_ID, "id"), A_STR(CKA_LABEL, "new")};
    CK_ATTRIBUTE bad[] = {A_STR(CKA_LABEL, "never"), A_BOOL(CKA_LOCAL, no)};
    CK_ATTRIBUTE off = A_BOOL(CKA_SIGN, no);
    CK_MECHANISM mech = {CKM_GOSTR3410, NULL, 0};
    CK_OBJECT_HANDLE pub, priv;
    CK_BYTE buf[16];

    (void)state;
    make_pair(s, paramset(TC26_A), CK_TRUE, &pub, &priv);
    OK(F->C_SetAttributeValue(s, priv, two, 2));
    assert_int_equal(get_bytes(s, priv, CKA_LABEL, buf, sizeof buf), 3);
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, priv, bad, 2));
    assert_int_equal(get_bytes(s, priv, CKA_LABEL, buf, sizeof buf), 3);
    assert_memory_equal(buf, "new", 3); /* nothing of it was done */
    OK(F->C_SetAttributeValue(s, priv, &start, 1));
    OK(F->C_SetAttributeValue(s, priv, &end, 1));
    start.pValue = &odd;
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_SetAttributeValue(s, priv, &start, 1));
    odd.month[1] = '2';
    odd.year[2] = '9';
    FAILS(CKR_TEMPLATE_INCONSISTENT, F->C_SetAttributeValue(s, priv, &start, 1));
    OK(F->C_SetAttributeValue(s, priv, &off, 1));
    FAILS(CKR_KEY_FUNCTION_NOT_PERMITTED, F->C_SignInit(s, &mech, priv));
    FAILS(CKR_ARGUMENTS_BAD, F->C_SetAttributeValue(s, priv, NULL, 1));
    OK(F->C_SetAttributeValue(s, priv, NULL, 0));
}

/* ---- secret keys ---------------------------------------------------------------------------- */

static void generic_secrets(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ATTRIBUTE t[] = {
        A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type_generic),
        A_STR(CKA_VALUE, "abc"),          A_BOOL(CKA_TOKEN, yes),
        A_BOOL(CKA_SENSITIVE, no),        A_BOOL(CKA_EXTRACTABLE, yes),
    };
    CK_ATTRIBUTE len = A_ULONG(CKA_VALUE_LEN, class_secret), shut = A_BOOL(CKA_EXTRACTABLE, no);
    CK_OBJECT_HANDLE o;
    CK_BYTE buf[16];

    (void)state;
    OK(F->C_CreateObject(s, t, 4, &o));
    FAILS(CKR_ATTRIBUTE_SENSITIVE, get_rv(s, o, CKA_VALUE));
    assert_int_equal(get_ulong(s, o, CKA_VALUE_LEN), 3);
    /* Optional, and a SHA-1 of the secret for all to see: there is none. */
    FAILS(CKR_ATTRIBUTE_TYPE_INVALID, get_rv(s, o, CKA_CHECK_VALUE));
    OK(F->C_DestroyObject(s, o));
    for (t[3].pValue = &yes; t[3].pValue != NULL; t[3].pValue = t[3].pValue == &yes ? &no : NULL) {
        OK(F->C_CreateObject(s, t, 6, &o));
        assert_int_equal(get_bytes(s, o, CKA_VALUE, buf, sizeof buf), 3);
        assert_memory_equal(buf, "abc", 3);
        OK(F->C_SetAttributeValue(s, o, &shut, 1));
        FAILS(CKR_ATTRIBUTE_SENSITIVE, get_rv(s, o, CKA_VALUE));
        OK(F->C_DestroyObject(s, o));
    }
    t[3] = len;
    FAILS(CKR_TEMPLATE_INCONSISTENT, create(s, t, 4));
    t[2].ulValueLen = 0;
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, t, 3));
}

/* ---- certificates --------------------------------------------------------------------------- */

static void certificates(void **state)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_ULONG category = 1, odd_category = 9;
    CK_ATTRIBUTE t[8] = {
        A_ULONG(CKA_CLASS, class_cert),  A_ULONG(CKA_CERTIFICATE_TYPE, x509),
        A_BYTES(CKA_VALUE, CERTIFICATE), A_BOOL(CKA_TOKEN, yes),
        A_STR(CKA_ID, "cert-id"),        A_ULONG(CKA_CERTIFICATE_CATEGORY, category),
    };
    CK_ATTRIBUTE trusted = A_BOOL(CKA_TRUSTED, yes), value = A_BYTES(CKA_VALUE, CERTIFICATE);
    CK_OBJECT_HANDLE o, found = 0;
    CK_BYTE buf[1024], cut[sizeof CERTIFICATE];
    CK_ATTRIBUTE by_subject[] = {A_ULONG(CKA_CLASS, class_cert), {CKA_SUBJECT, buf, 0}};
    size_t n;

    (void)state;
    OK(F->C_CreateObject(s, t, 6, &o));
    n = get_bytes(s, o, CKA_VALUE, buf, sizeof buf);
    assert_int_equal(n, sizeof CERTIFICATE);
    assert_memory_equal(buf, CERTIFICATE, n);
    n = get_bytes(s, o, CKA_ISSUER, buf, sizeof buf);
    assert_int_equal(n, CERTIFICATE_ISSUER_LEN);
    assert_memory_equal(buf, CERTIFICATE + CERTIFICATE_ISSUER, n);
    n = get_bytes(s, o, CKA_SERIAL_NUMBER, buf, sizeof buf);
    assert_int_equal(n, CERTIFICATE_SERIAL_LEN);
    assert_memory_equal(buf, CERTIFICATE + CERTIFICATE_SERIAL, n);
    n = get_bytes(s, o, CKA_PUBLIC_KEY_INFO, buf, sizeof buf);
    assert_int_equal(n, CERTIFICATE_SPKI_LEN);
    assert_memory_equal(buf, CERTIFICATE + CERTIFICATE_SPKI, n);
    assert_int_equal(get_ulong(s, o, CKA_CERTIFICATE_CATEGORY), 1);
    assert_int_equal(get_bool(s, o, CKA_TRUSTED), CK_FALSE);
    assert_int_equal(get_bytes(s, o, CKA_START_DATE, buf, sizeof buf), 0);
    n = get_bytes(s, o, CKA_SUBJECT, buf, sizeof buf);
    assert_int_equal(n, CERTIFICATE_SUBJECT_LEN);
    assert_memory_equal(buf, CERTIFICATE + CERTIFICATE_SUBJECT, n);
    by_subject[1].ulValueLen = n;
    assert_int_equal(find_n(s, by_subject, 2, &found), 1);
    assert_int_equal(found, o);

    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, o, &value, 1));
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, o, &trusted, 1));
    t[6] = trusted;
    FAILS(CKR_ATTRIBUTE_READ_ONLY, create(s, t, 7));
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    OK(create(s, t, 7));
    OK(F->C_SetAttributeValue(s, o, &trusted, 1));
    assert_int_equal(get_bool(s, o, CKA_TRUSTED), CK_TRUE);
    OK(F->C_Logout(s));

    t[5].pValue = &odd_category;
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, t, 6));
    t[5] = (CK_ATTRIBUTE)A_STR(CKA_CHECK_VALUE, "abc");
    FAILS(CKR_ATTRIBUTE_TYPE_INVALID, create(s, t, 6));
    OK(create(s, t, 5));
    memcpy(cut, CERTIFICATE, sizeof cut);
    t[2] = (CK_ATTRIBUTE){CKA_VALUE, cut, sizeof cut - 1};
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, create(s, t, 5));
    FAILS(CKR_TEMPLATE_INCOMPLETE, create(s, t, 1));
    FAILS(CKR_TEMPLATE_INCOMPLETE, create(s, t, 2));
    assert_int_equal(find_n(s, NULL, 0, NULL), 1);
}

/* ---- finding -------------------------------------------------------------------------------- */

static void finding(void **state)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, yes),
                        A_STR(CKA_LABEL, "l0")};
    CK_ATTRIBUTE bad = {CKA_LABEL, NULL, 4}, unknown = {0x7777, &yes, 1};
    CK_OBJECT_HANDLE o[8], found[8];
    CK_ULONG i, n;
    char label[] = "l0";

    (void)state;
    for (i = 0; i < 8; i++) {
        label[1] = (char)('0' + i % 4);
        t[1].pValue = i < 4 ? &yes : &no;
        t[2].pValue = label;
        OK(F->C_CreateObject(s, t, 3, &o[i]));
    }
    assert_int_equal(find_n(s, NULL, 0, NULL), 8);
    assert_int_equal(find_n(s, t, 1, NULL), 8);
    assert_int_equal(find_n(s, t, 2, NULL), 4);
    assert_int_equal(find_n(s, t + 2, 1, NULL), 2);
    assert_int_equal(find_n(s, t, 3, &found[0]), 1);
    assert_int_equal(found[0], o[7]);
    assert_int_equal(find_n(s, &unknown, 1, NULL), 0);
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_FindObjectsInit(s, &bad, 1));
    FAILS(CKR_ARGUMENTS_BAD, F->C_FindObjectsInit(s, NULL, 1));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_FindObjects(s, found, 1, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_FindObjectsFinal(s));
    OK(F->C_FindObjectsInit(s, NULL, 0));
    FAILS(CKR_OPERATION_ACTIVE, F->C_FindObjectsInit(s, NULL, 0));
    FAILS(CKR_ARGUMENTS_BAD, F->C_FindObjects(s, NULL, 1, &n));
    FAILS(CKR_ARGUMENTS_BAD, F->C_FindObjects(s, found, 1, NULL));
    OK(F->C_FindObjects(s, found, 5, &n));
    assert_int_equal(n, 5);
    OK(F->C_FindObjects(s, found, 5, &n));
    assert_int_equal(n, 4); /* with the device's own */
    OK(F->C_FindObjects(s, found, 5, &n));
    assert_int_equal(n, 0);
    OK(F->C_FindObjectsFinal(s));
}

static void random_numbers(void **state)
{
    CK_SESSION_HANDLE s = open_ro();
    CK_BYTE a[32] = {0}, b[32] = {0};

    (void)state;
    OK(F->C_GenerateRandom(s, a, sizeof a));
    OK(F->C_GenerateRandom(s, b, sizeof b));
    assert_memory_not_equal(a, b, sizeof a);
    OK(F->C_GenerateRandom(s, NULL, 0));
    FAILS(CKR_ARGUMENTS_BAD, F->C_GenerateRandom(s, NULL, 1));
    FAILS(CKR_RANDOM_SEED_NOT_SUPPORTED, F->C_SeedRandom(s, a, sizeof a));
}

int main(void)
{
#define TOKEN(t) cmocka_unit_test_setup_teardown(t, test_begin_token, test_end)
    const struct CMUnitTest tests[] = {
        TOKEN(data_objects),           TOKEN(read_only_sessions),
        TOKEN(objects_that_stay),      TOKEN(abused_templates),
        TOKEN(get_attribute_value),    TOKEN(generated_pair),
        TOKEN(public_key_info),        TOKEN(imported_private_key),
        TOKEN(generation_templates),   TOKEN(mixed_pair),
        TOKEN(set_attributes_of_keys), TOKEN(generic_secrets),
        TOKEN(certificates),           TOKEN(finding),
        TOKEN(random_numbers),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
