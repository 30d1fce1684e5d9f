/* SPDX-License-Identifier: Apache-2.0 */
/* Objects and keys. See codes.h. */
#include "tests/token/codes.h"

#include <string.h>

static CK_RV create(CK_SESSION_HANDLE s, CK_ATTRIBUTE *t, CK_ULONG n)
{
    CK_OBJECT_HANDLE o;

    return F->C_CreateObject(s, t, n, &o);
}

static CK_RV set_local(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ATTRIBUTE t[] = {A_BOOL(CKA_LOCAL, no)};

    return F->C_SetAttributeValue(s, codes_find(s, CKO_SECRET_KEY, "free"), t, 1);
}

static CK_RV make_extractable(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ATTRIBUTE t[] = {A_BOOL(CKA_EXTRACTABLE, yes)};

    return F->C_SetAttributeValue(s, codes_find(s, CKO_SECRET_KEY, "locked"), t, 1);
}

static CK_RV trusted_by_user(void)
{
    CK_KEY_TYPE type = CKK_KUZNYECHIK;
    CK_BYTE value[32] = {1};
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type),
                        A_BYTES(CKA_VALUE, value), A_BOOL(CKA_TRUSTED, yes)};

    return create(open_user(), t, COUNT(t));
}

static CK_RV copy_open(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ATTRIBUTE t[] = {A_BOOL(CKA_SENSITIVE, no)};
    CK_OBJECT_HANDLE o;

    return F->C_CopyObject(s, codes_find(s, CKO_SECRET_KEY, "locked"), t, 1, &o);
}

static CK_RV read_secret(void)
{
    CK_SESSION_HANDLE s = open_user();

    return get_rv(s, codes_find(s, CKO_SECRET_KEY, "locked"), CKA_VALUE);
}

static CK_RV read_private(void)
{
    CK_SESSION_HANDLE s = open_user();

    return get_rv(s, codes_find(s, CKO_PRIVATE_KEY, "k"), CKA_VALUE);
}

static CK_RV read_foreign(void)
{
    CK_SESSION_HANDLE s = open_user();

    return get_rv(s, codes_find(s, CKO_DATA, "data"), CKA_MODULUS);
}

static CK_RV unknown_attribute(void)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), {0x7654321, &yes, 1}};

    return create(open_user(), t, 2);
}

static CK_RV long_bool(void)
{
    CK_BBOOL two[2] = {CK_TRUE, CK_TRUE};
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_BYTES(CKA_TOKEN, two)};

    return create(open_user(), t, 2);
}

static CK_RV not_on_curve(void)
{
    CK_BYTE value[64], params[] = {6, 7, 0x2A, 0x85, 3, 2, 2, 35, 1};
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_pub), A_ULONG(CKA_KEY_TYPE, type_256),
                        A_BYTES(CKA_VALUE, value), A_BYTES(CKA_GOSTR3410_PARAMS, params)};

    memset(value, 0x11, sizeof value);
    return create(open_user(), t, COUNT(t));
}

static CK_RV no_certificate(void)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_cert), A_ULONG(CKA_CERTIFICATE_TYPE, x509),
                        A_STR(CKA_VALUE, "no certificate")};

    return create(open_user(), t, COUNT(t));
}

static CK_RV short_attribute(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE two[2];
    CK_ATTRIBUTE t[] = {A_BYTES(CKA_LABEL, two)};

    return F->C_GetAttributeValue(s, codes_find(s, CKO_DATA, "data"), t, 1);
}

static CK_RV disk_full(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, yes)};
    CK_RV rv;

    codes_disk_full(1);
    rv = create(s, t, 2);
    codes_disk_full(0);
    return rv;
}

static CK_RV gone_object(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, no)};
    CK_OBJECT_HANDLE o;

    OK(F->C_CreateObject(s, t, 2, &o));
    OK(F->C_DestroyObject(s, o));
    return F->C_DestroyObject(s, o);
}

static CK_RV no_object(void)
{
    CK_ATTRIBUTE t[] = {{CKA_CLASS, NULL, 0}};

    return F->C_GetAttributeValue(open_user(), 777777, t, 1);
}

static CK_RV private_of_nobody(void)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_PRIVATE, yes)};

    return create(s, t, 2);
}

static CK_RV no_value(void)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_cert), A_ULONG(CKA_CERTIFICATE_TYPE, x509)};

    return create(open_user(), t, 2);
}

static CK_RV no_class(void)
{
    CK_ATTRIBUTE t[] = {A_STR(CKA_LABEL, "x")};

    return create(open_user(), t, 1);
}

static CK_RV no_params(void)
{
    CK_MECHANISM m = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
    CK_OBJECT_HANDLE a, b;

    return F->C_GenerateKeyPair(open_user(), &m, NULL, 0, NULL, 0, &a, &b);
}

static CK_RV said_twice(void)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_STR(CKA_LABEL, "a"),
                        A_STR(CKA_LABEL, "b")};

    return create(open_user(), t, 3);
}

static CK_RV contradiction(void)
{
    CK_MECHANISM m = {CKM_GENERIC_SECRET_KEY_GEN, NULL, 0};
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_pub)};
    CK_OBJECT_HANDLE o;

    return F->C_GenerateKey(open_user(), &m, t, 1, &o);
}

static CK_RV test_curve(void)
{
    CK_MECHANISM m = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
    CK_BYTE params[] = {6, 7, 0x2A, 0x85, 3, 2, 2, 35, 0};
    CK_ATTRIBUTE t[] = {A_BYTES(CKA_GOSTR3410_PARAMS, params)};
    CK_OBJECT_HANDLE a, b;

    return F->C_GenerateKeyPair(open_user(), &m, t, 1, NULL, 0, &a, &b);
}

static CK_RV spoilt_curve(void)
{
    CK_MECHANISM m = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE t[] = {A_STR(CKA_EC_PARAMS, "no curve")};
    CK_OBJECT_HANDLE a, b;

    return F->C_GenerateKeyPair(open_user(), &m, t, 1, NULL, 0, &a, &b);
}

static CK_RV small_rsa(void)
{
    CK_MECHANISM m = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
    CK_ULONG bits = 100;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_MODULUS_BITS, bits)};
    CK_OBJECT_HANDLE a, b;

    return F->C_GenerateKeyPair(open_user(), &m, t, 1, NULL, 0, &a, &b);
}

static CK_RV huge_secret(void)
{
    CK_MECHANISM m = {CKM_GENERIC_SECRET_KEY_GEN, NULL, 0};
    CK_ULONG len = (CK_ULONG)1 << 40;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_VALUE_LEN, len)};
    CK_OBJECT_HANDLE o;

    return F->C_GenerateKey(open_user(), &m, t, 1, &o);
}

/* ---- wrapping ------------------------------------------------------------------------------- */

static CK_OBJECT_HANDLE twin(CK_SESSION_HANDLE s)
{
    CK_KEY_TYPE type = CKK_KUZNYECHIK_TWIN;
    CK_BYTE value[64];
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type),
                        A_BYTES(CKA_VALUE, value)};
    CK_OBJECT_HANDLE o;

    for (unsigned i = 0; i < sizeof value; i++)
        value[i] = (CK_BYTE)i;
    OK(F->C_CreateObject(s, t, COUNT(t), &o));
    return o;
}

static CK_BYTE ukm[8] = {1, 2, 3, 4, 5, 6, 7, 8}, wrapped[100];
static CK_MECHANISM kexp = {CKM_KUZNYECHIK_KEXP_15_WRAP, ukm, sizeof ukm};

static CK_RV wrap_it(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE with, CK_OBJECT_HANDLE key, CK_ULONG n)
{
    return F->C_WrapKey(s, &kexp, with, key, wrapped, &n);
}

static CK_RV unwrap_it(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE with, CK_ULONG n)
{
    CK_KEY_TYPE type = CKK_KUZNYECHIK;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type)};
    CK_OBJECT_HANDLE o;

    return F->C_UnwrapKey(s, &kexp, with, wrapped, n, t, 2, &o);
}

static CK_RV wrap_locked(void)
{
    CK_SESSION_HANDLE s = open_user();

    return wrap_it(s, twin(s), codes_find(s, CKO_SECRET_KEY, "locked"), sizeof wrapped);
}

static CK_RV wrap_public(void)
{
    CK_SESSION_HANDLE s = open_user();

    return wrap_it(s, twin(s), codes_find(s, CKO_PUBLIC_KEY, "k"), sizeof wrapped);
}

static CK_RV wrap_by_untrusted(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_KEY_TYPE type = CKK_KUZNYECHIK;
    CK_BYTE value[32] = {1};
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type),
                        A_BYTES(CKA_VALUE, value), A_BOOL(CKA_EXTRACTABLE, yes),
                        A_BOOL(CKA_WRAP_WITH_TRUSTED, yes)};
    CK_OBJECT_HANDLE o;

    OK(F->C_CreateObject(s, t, COUNT(t), &o));
    return wrap_it(s, twin(s), o, sizeof wrapped);
}

static CK_RV wrap_short(void)
{
    CK_SESSION_HANDLE s = open_user();

    return wrap_it(s, twin(s), codes_find(s, CKO_SECRET_KEY, "free"), 5);
}

static CK_RV wrap_by_nothing(void)
{
    CK_SESSION_HANDLE s = open_user();

    return wrap_it(s, 777777, codes_find(s, CKO_SECRET_KEY, "free"), sizeof wrapped);
}

static CK_RV wrap_nothing(void)
{
    CK_SESSION_HANDLE s = open_user();

    return wrap_it(s, twin(s), 777777, sizeof wrapped);
}

static CK_RV wrap_by_other_type(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE o = codes_find(s, CKO_SECRET_KEY, "free");

    return wrap_it(s, o, o, sizeof wrapped);
}

static CK_RV unwrap_spoilt(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE t = twin(s);

    OK(wrap_it(s, t, codes_find(s, CKO_SECRET_KEY, "free"), sizeof wrapped));
    wrapped[3] ^= 1;
    return unwrap_it(s, t, 48);
}

static CK_RV unwrap_short(void)
{
    CK_SESSION_HANDLE s = open_user();

    return unwrap_it(s, twin(s), 7);
}

static CK_RV unwrap_by_nothing(void)
{
    return unwrap_it(open_user(), 777777, 48);
}

static CK_RV unwrap_by_other_type(void)
{
    CK_SESSION_HANDLE s = open_user();

    return unwrap_it(s, codes_find(s, CKO_SECRET_KEY, "free"), 48);
}

const code_row codes_object[] = {
    PROVOKED(CKR_ATTRIBUTE_READ_ONLY, "C_SetAttributeValue, CKA_LOCAL", set_local),
    PROVOKED(CKR_ATTRIBUTE_READ_ONLY, "C_SetAttributeValue, CKA_EXTRACTABLE", make_extractable),
    PROVOKED(CKR_ATTRIBUTE_READ_ONLY, "C_CreateObject, CKA_TRUSTED", trusted_by_user),
    PROVOKED(CKR_ATTRIBUTE_READ_ONLY, "C_CopyObject, CKA_SENSITIVE", copy_open),
    PROVOKED(CKR_ATTRIBUTE_SENSITIVE, "C_GetAttributeValue, a secret key", read_secret),
    PROVOKED(CKR_ATTRIBUTE_SENSITIVE, "C_GetAttributeValue, a private key", read_private),
    PROVOKED(CKR_ATTRIBUTE_TYPE_INVALID, "C_GetAttributeValue", read_foreign),
    PROVOKED(CKR_ATTRIBUTE_TYPE_INVALID, "C_CreateObject", unknown_attribute),
    PROVOKED(CKR_ATTRIBUTE_VALUE_INVALID, "C_CreateObject, a boolean of two bytes", long_bool),
    PROVOKED(CKR_ATTRIBUTE_VALUE_INVALID, "C_CreateObject, no point of the curve", not_on_curve),
    PROVOKED(CKR_ATTRIBUTE_VALUE_INVALID, "C_CreateObject, no certificate", no_certificate),
    PROVOKED(CKR_BUFFER_TOO_SMALL, "C_GetAttributeValue", short_attribute),
    PROVOKED(CKR_BUFFER_TOO_SMALL, "C_WrapKey", wrap_short),
    PROVOKED(CKR_DEVICE_MEMORY, "C_CreateObject, the disk is full", disk_full),
    PROVOKED(CKR_DOMAIN_PARAMS_INVALID, "C_GenerateKeyPair, GOST's test curve", test_curve),
    PROVOKED(CKR_DOMAIN_PARAMS_INVALID, "C_GenerateKeyPair, no curve", spoilt_curve),
    PROVOKED(CKR_KEY_HANDLE_INVALID, "C_WrapKey", wrap_nothing),
    PROVOKED(CKR_KEY_NOT_WRAPPABLE, "C_WrapKey, a public key", wrap_public),
    PROVOKED(CKR_KEY_NOT_WRAPPABLE, "C_WrapKey, CKA_WRAP_WITH_TRUSTED", wrap_by_untrusted),
    PROVOKED(CKR_KEY_SIZE_RANGE, "C_GenerateKey", huge_secret),
    PROVOKED(CKR_KEY_SIZE_RANGE, "C_GenerateKeyPair, RSA of 100 bits", small_rsa),
    PROVOKED(CKR_KEY_UNEXTRACTABLE, "C_WrapKey", wrap_locked),
    PROVOKED(CKR_OBJECT_HANDLE_INVALID, "C_DestroyObject", gone_object),
    PROVOKED(CKR_OBJECT_HANDLE_INVALID, "C_GetAttributeValue", no_object),
    PROVOKED(CKR_TEMPLATE_INCOMPLETE, "C_CreateObject, no CKA_VALUE", no_value),
    PROVOKED(CKR_TEMPLATE_INCOMPLETE, "C_CreateObject, no CKA_CLASS", no_class),
    PROVOKED(CKR_TEMPLATE_INCOMPLETE, "C_GenerateKeyPair, no curve said", no_params),
    PROVOKED(CKR_TEMPLATE_INCONSISTENT, "C_CreateObject, two labels", said_twice),
    PROVOKED(CKR_TEMPLATE_INCONSISTENT, "C_GenerateKey, CKA_CLASS", contradiction),
    PROVOKED(CKR_UNWRAPPING_KEY_HANDLE_INVALID, "C_UnwrapKey", unwrap_by_nothing),
    NEVER(CKR_UNWRAPPING_KEY_SIZE_RANGE, "a key is of its type's size from the time it is made"),
    PROVOKED(CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT, "C_UnwrapKey", unwrap_by_other_type),
    PROVOKED(CKR_USER_NOT_LOGGED_IN, "C_CreateObject, CKA_PRIVATE", private_of_nobody),
    PROVOKED(CKR_WRAPPED_KEY_INVALID, "C_UnwrapKey", unwrap_spoilt),
    PROVOKED(CKR_WRAPPED_KEY_LEN_RANGE, "C_UnwrapKey", unwrap_short),
    PROVOKED(CKR_WRAPPING_KEY_HANDLE_INVALID, "C_WrapKey", wrap_by_nothing),
    NEVER(CKR_WRAPPING_KEY_SIZE_RANGE, "a key is of its type's size from the time it is made"),
    PROVOKED(CKR_WRAPPING_KEY_TYPE_INCONSISTENT, "C_WrapKey", wrap_by_other_type),
    LAST_ROW,
};
