/* SPDX-License-Identifier: Apache-2.0 */
/* The function lists, C_Initialize and C_Finalize, and what works without them. */
#include "tests/token/harness.h"

#include <dlfcn.h>
#include <string.h>

/* The names in the order of the binary interface: #1 to #34. */
static const char *const EXTENDED[] = {"GetFunctionListExtended",
                                       "InitToken",
                                       "GetTokenInfoExtended",
                                       "UnblockUserPIN",
                                       "SetTokenName",
                                       "SetLicense",
                                       "GetLicense",
                                       "GetCertificateInfoText",
                                       "PKCS7Sign",
                                       "CreateCSR",
                                       "FreeBuffer",
                                       "GetTokenName",
                                       "SetLocalPIN",
                                       "LoadActivationKey",
                                       "SetActivationPassword",
                                       "GetVolumesInfo",
                                       "GetDriveSize",
                                       "ChangeVolumeAttributes",
                                       "FormatDrive",
                                       "TokenManage",
                                       "GenerateActivationPassword",
                                       "GetJournal",
                                       "SignInvisibleInit",
                                       "SignInvisible",
                                       "SlotManage",
                                       "WrapKey",
                                       "UnwrapKey",
                                       "PKCS7VerifyInit",
                                       "PKCS7Verify",
                                       "PKCS7VerifyUpdate",
                                       "PKCS7VerifyFinal",
                                       "Authenticate",
                                       "Deauthenticate",
                                       "UnblockAuthenticator"};

static void extended_list_order(void **state)
{
    void *self = dlopen(TEST_MODULE, RTLD_NOW | RTLD_NOLOAD), *symbol, *member;
    char name[64];
    size_t i;

    (void)state;
    assert_non_null(self);
    assert_int_equal(COUNT(EXTENDED), 34);
    assert_int_equal(sizeof *X, 8 + 34 * sizeof(void *));
    for (i = 0; i < 34; i++) {
        strcpy(name, "C_EX_");
        strcat(name, EXTENDED[i]);
        symbol = dlsym(self, name);
        assert_non_null(symbol);
        memcpy(&member, (const char *)X + 8 + i * sizeof member, sizeof member);
        assert_ptr_equal(member, symbol);
    }
    assert_int_equal(dlclose(self), 0);
}

static void standard_list_complete(void **state)
{
    void *member;
    size_t i;

    (void)state;
    assert_int_equal(F->version.major, 2);
    assert_int_equal(F->version.minor, 40);
    for (i = 8; i < sizeof *F; i += sizeof member) {
        memcpy(&member, (const char *)F + i, sizeof member);
        assert_non_null(member);
    }
    assert_int_equal(F->C_GetFunctionList(NULL), CKR_ARGUMENTS_BAD);
    assert_int_equal(X->C_EX_GetFunctionListExtended(NULL), CKR_ARGUMENTS_BAD);
}

static void only_cryptoki_is_exported(void **state)
{
    void *self = dlopen(TEST_MODULE, RTLD_NOW | RTLD_NOLOAD);

    (void)state;
    assert_null(dlsym(self, "tok_enter"));
    assert_null(dlsym(self, "gost_3410_sign"));
    assert_null(dlsym(self, "vault_open"));
    assert_int_equal(dlclose(self), 0);
}

static void nothing_before_initialize(void **state)
{
    CK_SESSION_HANDLE h = 1;
    CK_SLOT_ID slot = 0;
    CK_ULONG n = 0;
    CK_INFO info;

    (void)state;
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, F->C_GetInfo(&info));
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, F->C_GetSlotList(CK_TRUE, NULL, &n));
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, F->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &h));
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, F->C_CloseSession(1));
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, F->C_Sign(1, NULL, 0, NULL, &n));
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, F->C_EncryptFinal(1, NULL, &n));
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, F->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL));
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, X->C_EX_GetDriveSize(0, &n));
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, X->C_EX_FreeBuffer(NULL));
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, F->C_Finalize(NULL));
}

static CK_RV no_mutex(void **m)
{
    (void)m;
    return CKR_OK;
}

static CK_RV no_lock(void *m)
{
    (void)m;
    return CKR_OK;
}

static void initialize_arguments(void **state)
{
    CK_C_INITIALIZE_ARGS args;
    int round;

    (void)state;
    memset(&args, 0, sizeof args);
    args.pReserved = &args;
    FAILS(CKR_ARGUMENTS_BAD, F->C_Initialize(&args));
    args.pReserved = NULL;
    args.CreateMutex = no_mutex;
    FAILS(CKR_ARGUMENTS_BAD, F->C_Initialize(&args));
    args.DestroyMutex = args.LockMutex = args.UnlockMutex = no_lock;
    FAILS(CKR_CANT_LOCK, F->C_Initialize(&args));
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, F->C_Finalize(NULL));
    args.flags = CKF_OS_LOCKING_OK;
    OK(F->C_Initialize(&args));
    FAILS(CKR_CRYPTOKI_ALREADY_INITIALIZED, F->C_Initialize(NULL));
    FAILS(CKR_ARGUMENTS_BAD, F->C_Finalize(&args));
    OK(F->C_Finalize(NULL));
    memset(&args, 0, sizeof args);
    args.flags = CKF_OS_LOCKING_OK | CKF_LIBRARY_CANT_CREATE_OS_THREADS;
    for (round = 0; round < 50; round++) {
        OK(F->C_Initialize(&args));
        OK(F->C_Finalize(NULL));
    }
}

static void library_info(void **state)
{
    CK_INFO info;

    (void)state;
    FAILS(CKR_ARGUMENTS_BAD, F->C_GetInfo(NULL));
    OK(F->C_GetInfo(&info));
    assert_int_equal(info.cryptokiVersion.major, 2);
    assert_int_equal(info.cryptokiVersion.minor, 40);
    assert_memory_equal(info.manufacturerID, "gosttoken                       ", 32);
    assert_memory_equal(info.libraryDescription, "GOST software token             ", 32);
}

static void not_supported(void **state)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_ULONG n = 0;
    CK_BYTE key[32] = {0};

    (void)state;
    FAILS(CKR_FUNCTION_NOT_SUPPORTED, F->C_SignRecoverInit(s, NULL, 0));
    FAILS(CKR_FUNCTION_NOT_SUPPORTED, F->C_SignRecover(s, NULL, 0, NULL, &n));
    FAILS(CKR_FUNCTION_NOT_SUPPORTED, F->C_VerifyRecoverInit(s, NULL, 0));
    FAILS(CKR_FUNCTION_NOT_SUPPORTED, F->C_VerifyRecover(s, NULL, 0, NULL, &n));
    FAILS(CKR_FUNCTION_NOT_SUPPORTED, X->C_EX_LoadActivationKey(s, key, sizeof key));
    FAILS(CKR_FUNCTION_NOT_SUPPORTED, X->C_EX_GetVolumesInfo(0, NULL, &n));
    FAILS(CKR_FUNCTION_NOT_SUPPORTED, X->C_EX_Deauthenticate(s, 1));
    FAILS(CKR_FUNCTION_NOT_PARALLEL, F->C_GetFunctionStatus(s));
    FAILS(CKR_FUNCTION_NOT_PARALLEL, F->C_CancelFunction(s));
    FAILS(CKR_SESSION_HANDLE_INVALID, F->C_CancelFunction(s + 1));
    OK(X->C_EX_FreeBuffer(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extended_list_order),
        cmocka_unit_test(standard_list_complete),
        cmocka_unit_test(only_cryptoki_is_exported),
        cmocka_unit_test(nothing_before_initialize),
        cmocka_unit_test(initialize_arguments),
        cmocka_unit_test_setup_teardown(library_info, test_begin, test_end),
        cmocka_unit_test_setup_teardown(not_supported, test_begin, test_end),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
