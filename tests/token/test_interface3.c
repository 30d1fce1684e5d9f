/* SPDX-License-Identifier: Apache-2.0 */
/* PKCS #11 3.0: interfaces, C_SessionCancel, C_LoginUser, messages. */
#include <gosttoken/pkcs11-3.h>
#include "tests/token/keys.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static CK_C_GetInterfaceList get_list;
static CK_C_GetInterface get_interface;
static CK_FUNCTION_LIST_3_0 *G;

static int begin3(void **state)
{
    void *self;
    CK_INTERFACE *i;

    if (suite_begin(state) != 0)
        return -1;
    self = dlopen(TEST_MODULE, RTLD_NOW | RTLD_NOLOAD);
    *(void **)&get_list = dlsym(self, "C_GetInterfaceList");
    *(void **)&get_interface = dlsym(self, "C_GetInterface");
    if (get_list == NULL || get_interface == NULL || get_interface(NULL, NULL, &i, 0) != CKR_OK)
        return -1;
    G = i->pFunctionList;
    return dlclose(self);
}

static void interfaces(void **state)
{
    CK_VERSION v3 = {3, 0}, v2 = {2, 40}, v1 = {1, 0};
    CK_UTF8CHAR standard[] = "PKCS 11", odd[] = "PKCS 12", vendor[] = "Vendor Rutoken";
    CK_INTERFACE all[4], *i;
    CK_ULONG n = 0;

    (void)state; /* before C_Initialize */
    FAILS(CKR_ARGUMENTS_BAD, get_list(NULL, NULL));
    OK(get_list(NULL, &n));
    assert_int_equal(n, 3);
    n = 2;
    FAILS(CKR_BUFFER_TOO_SMALL, get_list(all, &n));
    assert_int_equal(n, 3);
    n = 4;
    OK(get_list(all, &n));
    assert_int_equal(n, 3);
    assert_string_equal((char *)all[0].pInterfaceName, "PKCS 11");
    assert_ptr_equal(all[0].pFunctionList, G);
    assert_ptr_equal(all[1].pFunctionList, F);
    assert_ptr_equal(all[2].pFunctionList, X);

    FAILS(CKR_ARGUMENTS_BAD, get_interface(NULL, NULL, NULL, 0));
    OK(get_interface(NULL, NULL, &i, 0));
    assert_ptr_equal(i->pFunctionList, G);
    OK(get_interface(standard, &v3, &i, 0));
    assert_ptr_equal(i->pFunctionList, G);
    OK(get_interface(standard, &v2, &i, CKF_INTERFACE_FORK_SAFE));
    assert_ptr_equal(i->pFunctionList, F);
    OK(get_interface(vendor, NULL, &i, 0));
    assert_ptr_equal(i->pFunctionList, X);
    FAILS(CKR_FUNCTION_FAILED, get_interface(standard, &v1, &i, 0));
    FAILS(CKR_FUNCTION_FAILED, get_interface(odd, NULL, &i, 0));
    FAILS(CKR_FUNCTION_FAILED, get_interface(NULL, NULL, &i, 0x80));
}

static void list_complete(void **state)
{
    void *member, *old;
    size_t i;

    (void)state;
    assert_int_equal(G->version.major, 3);
    assert_int_equal(G->version.minor, 0);
    assert_int_equal(sizeof *G, 8 + (68 + 24) * sizeof(void *));
    for (i = 8; i < sizeof *G; i += sizeof member) {
        memcpy(&member, (const char *)G + i, sizeof member);
        assert_non_null(member);
        if (i < sizeof *F) { /* begins as the one of 2.40 does */
            memcpy(&old, (const char *)F + i, sizeof old);
            assert_ptr_equal(member, old);
        }
    }
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, G->C_SessionCancel(1, 0));
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, G->C_MessageSignFinal(1));
}

static void cancelled(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_MECHANISM hash = {CKM_GOSTR3411_12_256, NULL, 0}, mac = {CKM_GOSTR3411_12_256_HMAC, NULL, 0};
    CK_OBJECT_HANDLE k = key_of(s, CKK_GENERIC_SECRET, 0), o;
    CK_BYTE out[32];
    CK_ULONG n;

    (void)state;
    FAILS(CKR_SESSION_HANDLE_INVALID, G->C_SessionCancel(s + 100, CKF_SIGN));
    OK(G->C_SessionCancel(s, CKF_SIGN)); /* nothing to cancel */
    OK(F->C_DigestInit(s, &hash));
    OK(F->C_SignInit(s, &mac, k));
    OK(F->C_FindObjectsInit(s, NULL, 0));
    OK(G->C_SessionCancel(s, CKF_SIGN | CKF_FIND_OBJECTS));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_SignUpdate(s, out, 1));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_FindObjects(s, &o, 1, &n));
    OK(F->C_DigestUpdate(s, out, 1));
    OK(G->C_SessionCancel(s, (CK_FLAGS)-1));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_DigestUpdate(s, out, 1));
}

static void login_user(void **state)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_UTF8CHAR name[] = "alice";

    (void)state;
    FAILS(CKR_ARGUMENTS_BAD, G->C_LoginUser(s, CKU_USER, PIN(USER_PIN), name, 5));
    FAILS(CKR_PIN_INCORRECT, G->C_LoginUser(s, CKU_USER, PIN("some other"), NULL, 0));
    OK(G->C_LoginUser(s, CKU_USER, PIN(USER_PIN), NULL, 0));
    assert_int_equal(state_of(s), CKS_RW_USER_FUNCTIONS);
    FAILS(CKR_FUNCTION_NOT_SUPPORTED, G->C_MessageSignInit(s, NULL, 0));
    FAILS(CKR_FUNCTION_NOT_SUPPORTED, G->C_MessageVerifyInit(s, NULL, 0));
}

/* ---- messages ------------------------------------------------------------------------------- */

static CK_BYTE iv[16], tag[16], ad[20] = {7}, data[100], out[128], back[128];
static CK_GCM_MESSAGE_PARAMS p = {iv, 16, 0, CKG_NO_GENERATE, tag, 128};

static void messages(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE k = key_of(s, CKK_KUZNYECHIK, 0);
    CK_MECHANISM m = {CKM_KUZNYECHIK_MGM, NULL, 0};
    CK_MECHANISM_INFO info;
    CK_ULONG n = sizeof out, i;

    (void)state;
    OK(F->C_GetMechanismInfo(0, CKM_KUZNYECHIK_MGM, &info));
    assert_true((info.flags & CKF_MESSAGE_ENCRYPT) && (info.flags & CKF_MESSAGE_DECRYPT));
    FAILS(CKR_OPERATION_NOT_INITIALIZED,
          G->C_EncryptMessage(s, &p, sizeof p, ad, 20, data, 100, out, &n));
    OK(G->C_MessageEncryptInit(s, &m, k));
    FAILS(CKR_OPERATION_ACTIVE, G->C_MessageEncryptInit(s, &m, k));
    OK(G->C_MessageDecryptInit(s, &m, k));
    for (i = 0; i < 5; i++) { /* one key, many messages */
        data[0] = iv[3] = (CK_BYTE)i;
        n = 0;
        OK(G->C_EncryptMessage(s, &p, sizeof p, ad, 20, data, 100, NULL, &n));
        assert_int_equal(n, 100);
        n = 99;
        FAILS(CKR_BUFFER_TOO_SMALL,
              G->C_EncryptMessage(s, &p, sizeof p, ad, 20, data, 100, out, &n));
        OK(G->C_EncryptMessage(s, &p, sizeof p, ad, 20, data, 100, out, &n));
        n = sizeof back;
        memset(back, 0, sizeof back);
        OK(G->C_DecryptMessage(s, &p, sizeof p, ad, 20, out, 100, back, &n));
        assert_int_equal(n, 100);
        assert_memory_equal(back, data, 100);
        tag[1] ^= 4;
        memset(back, 0x55, sizeof back);
        n = sizeof back;
        assert_int_not_equal(G->C_DecryptMessage(s, &p, sizeof p, ad, 20, out, 100, back, &n),
                             CKR_OK);
        assert_memory_not_equal(back, data, 100);
    }
    n = sizeof out;
    FAILS(CKR_ARGUMENTS_BAD, G->C_EncryptMessage(s, &p, sizeof p, NULL, 20, data, 100, out, &n));
    FAILS(CKR_ARGUMENTS_BAD, G->C_EncryptMessage(s, &p, sizeof p, ad, 20, data, 100, out, NULL));
    FAILS(CKR_ARGUMENTS_BAD, G->C_EncryptMessage(s, NULL, 5, ad, 20, data, 100, out, &n));
    FAILS(CKR_MECHANISM_PARAM_INVALID,
          G->C_EncryptMessage(s, &p, sizeof p - 1, ad, 20, data, 100, out, &n));
    FAILS(CKR_DATA_LEN_RANGE,
          G->C_EncryptMessage(s, &p, sizeof p, ad, 20, data, (CK_ULONG)-1, out, &n));
    OK(G->C_MessageEncryptFinal(s));
    OK(G->C_MessageDecryptFinal(s));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, G->C_MessageEncryptFinal(s));
    m.mechanism = CKM_KUZNYECHIK_ECB;
    FAILS(CKR_MECHANISM_INVALID, G->C_MessageEncryptInit(s, &m, k));
}

static void in_parts(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE k = key_of(s, CKK_KUZNYECHIK, 0);
    CK_MECHANISM m = {CKM_KUZNYECHIK_MGM, NULL, 0};
    CK_BYTE want[100], want_tag[16], empty[1];
    CK_ULONG n = sizeof want;

    (void)state;
    memset(iv, 1, sizeof iv);
    OK(G->C_MessageEncryptInit(s, &m, k));
    OK(G->C_EncryptMessage(s, &p, sizeof p, ad, 20, data, 100, want, &n));
    memcpy(want_tag, tag, 16);
    memset(tag, 0, 16);
    FAILS(CKR_OPERATION_NOT_INITIALIZED,
          G->C_EncryptMessageNext(s, &p, sizeof p, data, 10, out, &n, 0));
    OK(G->C_EncryptMessageBegin(s, &p, sizeof p, ad, 20));
    FAILS(CKR_OPERATION_ACTIVE, G->C_EncryptMessageBegin(s, &p, sizeof p, ad, 20));
    FAILS(CKR_OPERATION_ACTIVE, G->C_MessageEncryptFinal(s));
    n = sizeof out;
    OK(G->C_EncryptMessageNext(s, &p, sizeof p, data, 60, out, &n, 0));
    assert_int_equal(n, 0);
    OK(G->C_EncryptMessageNext(s, &p, sizeof p, data + 60, 40, NULL, &n, CKF_END_OF_MESSAGE));
    assert_int_equal(n, 100);
    OK(G->C_EncryptMessageNext(s, &p, sizeof p, data + 60, 40, out, &n, CKF_END_OF_MESSAGE));
    assert_int_equal(n, 100);
    assert_memory_equal(out, want, 100);
    assert_memory_equal(tag, want_tag, 16);
    OK(G->C_MessageEncryptFinal(s));

    OK(G->C_MessageDecryptInit(s, &m, k));
    OK(G->C_DecryptMessageBegin(s, &p, sizeof p, ad, 20));
    n = sizeof back;
    OK(G->C_DecryptMessageNext(s, &p, sizeof p, out, 100, back, &n, 0));
    assert_int_equal(n, 0);
    n = sizeof back;
    OK(G->C_DecryptMessageNext(s, &p, sizeof p, empty, 0, back, &n, CKF_END_OF_MESSAGE));
    assert_int_equal(n, 100);
    assert_memory_equal(back, data, 100);
    /* A forged one gives nothing and does not end the operation. */
    tag[0] ^= 1;
    OK(G->C_DecryptMessageBegin(s, &p, sizeof p, ad, 20));
    n = sizeof back;
    memset(back, 0x55, sizeof back);
    assert_int_not_equal(
        G->C_DecryptMessageNext(s, &p, sizeof p, out, 100, back, &n, CKF_END_OF_MESSAGE), CKR_OK);
    assert_memory_not_equal(back, data, 16);
    OK(G->C_MessageDecryptFinal(s));
}

#define TOKEN(f) cmocka_unit_test_setup_teardown(f, test_begin_token, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interfaces),
        cmocka_unit_test(list_complete),
        TOKEN(cancelled),
        TOKEN(login_user),
        TOKEN(messages),
        TOKEN(in_parts),
    };

    return cmocka_run_group_tests(tests, begin3, suite_end);
}
