/* SPDX-License-Identifier: Apache-2.0 */
/* The library, slots, tokens, PINs, sessions. See codes.h. */
#include "tests/token/codes.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static CK_RV init_reserved(void)
{
    CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK, .pReserved = &args};

    OK(F->C_Finalize(NULL));
    return F->C_Initialize(&args);
}

static CK_RV null_info(void)
{
    return F->C_GetInfo(NULL);
}

static CK_RV null_count(void)
{
    return F->C_GetSlotList(CK_TRUE, NULL, NULL);
}

static CK_RV null_pin(void)
{
    return F->C_Login(open_rw(), CKU_USER, NULL, 8);
}

static CK_RV null_session(void)
{
    return F->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, NULL);
}

static CK_RV null_random(void)
{
    return F->C_GenerateRandom(open_rw(), NULL, 8);
}

static CK_RV bad_init_param(void)
{
    CK_RUTOKEN_INIT_PARAM p = {.ulSizeofThisStructure = 7};

    return X->C_EX_InitToken(0, PIN(SO_PIN), &p);
}

static CK_RV short_slot_list(void)
{
    CK_SLOT_ID slot;
    CK_ULONG n = 0;

    return F->C_GetSlotList(CK_TRUE, &slot, &n);
}

static CK_RV short_mechanism_list(void)
{
    CK_MECHANISM_TYPE m[2];
    CK_ULONG n = 2;

    return F->C_GetMechanismList(0, m, &n);
}

static CK_RV one_mutex(void *m)
{
    (void)m;
    return CKR_OK;
}

static CK_RV new_mutex(void **m)
{
    *m = NULL;
    return CKR_OK;
}

static CK_RV own_locks(void)
{
    CK_C_INITIALIZE_ARGS args = {.CreateMutex = new_mutex,
                                 .DestroyMutex = one_mutex,
                                 .LockMutex = one_mutex,
                                 .UnlockMutex = one_mutex};

    OK(F->C_Finalize(NULL));
    return F->C_Initialize(&args);
}

static CK_RV twice(void)
{
    return F->C_Initialize(NULL);
}

static CK_RV not_begun(void)
{
    CK_INFO info;

    OK(F->C_Finalize(NULL));
    return F->C_GetInfo(&info);
}

static CK_RV end_twice(void)
{
    OK(F->C_Finalize(NULL));
    return F->C_Finalize(NULL);
}

/* A token that others may write to is not read. */
static CK_RV open_to_others(void)
{
    CK_TOKEN_INFO info;
    char path[200];
    CK_RV rv;

    (void)snprintf(path, sizeof path, "%s/token-0.db", store_dir());
    OK(F->C_Finalize(NULL));
    assert_int_equal(chmod(path, 0666), 0);
    OK(F->C_Initialize(NULL));
    rv = F->C_GetTokenInfo(0, &info);
    assert_int_equal(chmod(path, 0600), 0);
    return rv;
}

static CK_RV damaged(void)
{
    char path[200];
    CK_SESSION_HANDLE s;
    int fd;

    (void)snprintf(path, sizeof path, "%s/token-0.db", store_dir());
    OK(F->C_Finalize(NULL));
    fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    for (off_t at = 4096 + 100; at < lseek(fd, 0, SEEK_END); at += 4096)
        assert_int_equal(pwrite(fd, "nothing that the vault has put there", 36, at), 36);
    (void)close(fd);
    OK(F->C_Initialize(NULL));
    return F->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &s);
}

static CK_RV taken_away(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE pin[] = "another-pin-2";

    store_clear();
    usleep(30000);
    return F->C_SetPIN(s, PIN(USER_PIN), pin, 13);
}

static CK_RV store_of_others(void)
{
    CK_ULONG n;
    CK_RV rv;

    assert_int_equal(chmod(store_dir(), 0777), 0);
    rv = F->C_GetSlotList(CK_TRUE, NULL, &n);
    assert_int_equal(chmod(store_dir(), 0700), 0);
    return rv;
}

static CK_RV no_interface(void)
{
    CK_VERSION v = {9, 9};
    CK_INTERFACE *out;

    return codes_interface(&v, &out);
}

static CK_RV bad_conf(void)
{
    OK(F->C_Finalize(NULL));
    codes_conf("no-such-key = 1");
    return F->C_Initialize(NULL);
}

static CK_RV store_refused(void)
{
    CK_RV rv;

    OK(F->C_Finalize(NULL));
    assert_int_equal(chmod(store_dir(), 0777), 0);
    rv = F->C_Initialize(NULL);
    assert_int_equal(chmod(store_dir(), 0700), 0);
    return rv;
}

static CK_RV no_memory(void)
{
    CK_SESSION_HANDLE s;
    CK_RV rv;

    codes_no_memory(1);
    rv = F->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &s);
    codes_no_memory(0);
    return rv;
}

static CK_RV volumes(void)
{
    CK_ULONG n;

    return X->C_EX_GetDriveSize(0, &n);
}

/* ---- PINs ----------------------------------------------------------------------------------- */

static CK_RV only_so_changes(void)
{
    CK_UTF8CHAR label[33] = "work                            ";
    CK_SESSION_HANDLE s;

    OK(F->C_Finalize(NULL));
    codes_conf("pin.changed-by = so");
    OK(F->C_Initialize(NULL));
    OK(F->C_InitToken(0, PIN(SO_PIN), label));
    s = open_rw();
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    OK(F->C_InitPIN(s, PIN(USER_PIN)));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    return F->C_SetPIN(s, PIN(USER_PIN), PIN("another-pin-2"));
}

static CK_SESSION_HANDLE must_change(void)
{
    CK_UTF8CHAR label[33] = "work                            ";
    CK_SESSION_HANDLE s;

    OK(F->C_Finalize(NULL));
    codes_conf("pin.change-first = initial");
    OK(F->C_Initialize(NULL));
    OK(F->C_InitToken(0, PIN(SO_PIN), label));
    s = open_rw();
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    OK(F->C_InitPIN(s, PIN(USER_PIN)));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    return s;
}

static CK_RV expired(void)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, yes)};
    CK_OBJECT_HANDLE o;

    return F->C_CreateObject(must_change(), t, 2, &o);
}

static CK_RV should_be_changed(void)
{
    CK_USER_TYPE user = CKU_USER;

    (void)must_change();
    return X->C_EX_SlotManage(0, MODE_GET_PIN_SHOULD_BE_CHANGED, &user);
}

static CK_RV wrong_pin(void)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_RV rv = F->C_Login(s, CKU_USER, PIN("not-the-pin"));

    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    return rv;
}

static CK_RV wrong_old_pin(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_RV rv = F->C_SetPIN(s, PIN("not-the-pin"), PIN("another-pin-2"));

    OK(F->C_SetPIN(s, PIN(USER_PIN), PIN(USER_PIN)));
    return rv;
}

static CK_RV wrong_so_pin(void)
{
    CK_UTF8CHAR label[33] = "work                            ";

    return F->C_InitToken(0, PIN("not-the-pin"), label);
}

static CK_RV short_pin(void)
{
    return F->C_SetPIN(open_user(), PIN(USER_PIN), PIN("short"));
}

static CK_RV short_first_pin(void)
{
    CK_SESSION_HANDLE s = open_rw();

    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    return F->C_InitPIN(s, PIN("short"));
}

static CK_RV locked_pin(void)
{
    CK_SESSION_HANDLE s = open_rw();

    for (int i = 0; i < 10; i++)
        (void)F->C_Login(s, CKU_USER, PIN("not-the-pin"));
    return F->C_Login(s, CKU_USER, PIN(USER_PIN));
}

static CK_RV no_user_pin(void)
{
    CK_UTF8CHAR label[33] = "work                            ";

    OK(F->C_InitToken(0, PIN(SO_PIN), label));
    return F->C_Login(open_rw(), CKU_USER, PIN(USER_PIN));
}

/* ---- sessions ------------------------------------------------------------------------------- */

static CK_RV too_many(void)
{
    CK_SESSION_HANDLE s;
    CK_RV rv;

    do
        rv = F->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &s);
    while (rv == CKR_OK && s < 1000000);
    OK(F->C_CloseAllSessions(0));
    return rv;
}

static CK_RV init_while_open(void)
{
    CK_UTF8CHAR label[33] = "work                            ";

    (void)open_ro();
    return F->C_InitToken(0, PIN(SO_PIN), label);
}

static CK_RV bad_handle(void)
{
    return F->C_CloseSession(open_rw() + 77);
}

static CK_RV closed_handle(void)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_SESSION_INFO info;

    OK(F->C_CloseSession(s));
    return F->C_GetSessionInfo(s, &info);
}

static CK_RV parallel(void)
{
    CK_SESSION_HANDLE s;

    return F->C_OpenSession(0, CKF_RW_SESSION, NULL, NULL, &s);
}

static CK_RV read_only(void)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, yes)};
    CK_OBJECT_HANDLE o;

    (void)open_user();
    return F->C_CreateObject(open_ro(), t, 2, &o);
}

static CK_RV read_only_pin(void)
{
    return F->C_SetPIN(open_ro(), PIN(USER_PIN), PIN("another-pin-2"));
}

static CK_RV so_is_in(void)
{
    CK_SESSION_HANDLE s = open_rw();

    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    return F->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &s);
}

static CK_RV no_slot(void)
{
    CK_SLOT_INFO info;

    return F->C_GetSlotInfo(4711, &info);
}

static CK_RV no_slot_mechanisms(void)
{
    CK_ULONG n;

    return F->C_GetMechanismList(4711, NULL, &n);
}

/* A second token, gone since the slots were last looked at. */
static CK_RV token_gone(void)
{
    CK_UTF8CHAR label[33] = "second                          ";
    CK_TOKEN_INFO info;
    char path[200];

    OK(F->C_InitToken(1, PIN(SO_PIN), label));
    OK(F->C_Finalize(NULL));
    OK(F->C_Initialize(NULL));
    (void)snprintf(path, sizeof path, "%s/token-1.db", store_dir());
    assert_int_equal(unlink(path), 0);
    return F->C_GetTokenInfo(1, &info);
}

static CK_RV in_twice(void)
{
    return F->C_Login(open_user(), CKU_USER, PIN(USER_PIN));
}

static CK_RV another_is_in(void)
{
    return F->C_Login(open_user(), CKU_SO, PIN(SO_PIN));
}

static CK_RV nobody_is_in(void)
{
    return F->C_Logout(open_rw());
}

static CK_RV init_pin_by_user(void)
{
    return F->C_InitPIN(open_user(), PIN("another-pin-2"));
}

static CK_RV no_such_user(void)
{
    return F->C_Login(open_rw(), 17, PIN(USER_PIN));
}

const code_row codes_session[] = {
    PROVOKED(CKR_ARGUMENTS_BAD, "C_Initialize, pReserved", init_reserved),
    PROVOKED(CKR_ARGUMENTS_BAD, "C_GetInfo, no place", null_info),
    PROVOKED(CKR_ARGUMENTS_BAD, "C_GetSlotList, no place", null_count),
    PROVOKED(CKR_ARGUMENTS_BAD, "C_Login, no PIN", null_pin),
    PROVOKED(CKR_ARGUMENTS_BAD, "C_OpenSession, no place", null_session),
    PROVOKED(CKR_ARGUMENTS_BAD, "C_GenerateRandom, no place", null_random),
    PROVOKED(CKR_ARGUMENTS_BAD, "C_EX_InitToken, a structure of another size", bad_init_param),
    PROVOKED(CKR_BUFFER_TOO_SMALL, "C_GetSlotList", short_slot_list),
    PROVOKED(CKR_BUFFER_TOO_SMALL, "C_GetMechanismList", short_mechanism_list),
    PROVOKED(CKR_CANT_LOCK, "C_Initialize, the program's locks only", own_locks),
    PROVOKED(CKR_CRYPTOKI_ALREADY_INITIALIZED, "C_Initialize", twice),
    PROVOKED(CKR_CRYPTOKI_NOT_INITIALIZED, "C_GetInfo", not_begun),
    PROVOKED(CKR_CRYPTOKI_NOT_INITIALIZED, "C_Finalize", end_twice),
    PROVOKED(CKR_DEVICE_ERROR, "C_GetTokenInfo, others may write the file", open_to_others),
    CHANGING(CKR_DEVICE_ERROR, "C_OpenSession, the file is damaged", damaged),
    CHANGING(CKR_DEVICE_REMOVED, "C_SetPIN, the file is gone", taken_away),
    PROVOKED(CKR_FUNCTION_FAILED, "C_GetSlotList, others may write the store", store_of_others),
    PROVOKED(CKR_FUNCTION_FAILED, "C_GetInterface, no such version", no_interface),
    PROVOKED(CKR_FUNCTION_NOT_SUPPORTED, "C_EX_GetDriveSize", volumes),
    CHANGING(CKR_FUNCTION_REJECTED, "C_SetPIN, only the SO may change it", only_so_changes),
    PROVOKED(CKR_GENERAL_ERROR, "C_Initialize, a mistake in gosttoken.conf", bad_conf),
    PROVOKED(CKR_GENERAL_ERROR, "C_Initialize, others may write the store", store_refused),
    {"CKR_HOST_MEMORY", CKR_HOST_MEMORY, "C_OpenSession, no memory", no_memory, 0, 1},
    NEVER(CKR_FUNCTION_CANCELED, "nothing takes so long that notify callbacks would be called"),
    NEVER(CKR_NEED_TO_CREATE_THREADS, "the module makes no threads"),
    CHANGING(CKR_PIN_EXPIRED, "C_CreateObject, the PIN must be changed first", expired),
    CHANGING(CKR_PIN_EXPIRED, "C_EX_SlotManage, asked whether it must", should_be_changed),
    PROVOKED(CKR_PIN_INCORRECT, "C_Login", wrong_pin),
    PROVOKED(CKR_PIN_INCORRECT, "C_SetPIN, the old one", wrong_old_pin),
    CHANGING(CKR_PIN_INCORRECT, "C_InitToken", wrong_so_pin),
    NEVER(CKR_PIN_INVALID, "any bytes can be a PIN; what the policy refuses has the vendor's "
                           "CKR_INAPPROPRIATE_PIN and CKR_PIN_IN_HISTORY"),
    PROVOKED(CKR_PIN_LEN_RANGE, "C_SetPIN", short_pin),
    PROVOKED(CKR_PIN_LEN_RANGE, "C_InitPIN", short_first_pin),
    CHANGING(CKR_PIN_LOCKED, "C_Login, after ten wrong ones", locked_pin),
    NEVER(CKR_RANDOM_NO_RNG, "the system always has a generator"),
    NEVER(CKR_SESSION_CLOSED, "C_CloseSession waits for the call that the session is in"),
    PROVOKED(CKR_SESSION_COUNT, "C_OpenSession", too_many),
    PROVOKED(CKR_SESSION_EXISTS, "C_InitToken", init_while_open),
    PROVOKED(CKR_SESSION_HANDLE_INVALID, "C_CloseSession", bad_handle),
    PROVOKED(CKR_SESSION_HANDLE_INVALID, "C_GetSessionInfo, closed", closed_handle),
    PROVOKED(CKR_SESSION_PARALLEL_NOT_SUPPORTED, "C_OpenSession", parallel),
    PROVOKED(CKR_SESSION_READ_ONLY, "C_CreateObject", read_only),
    PROVOKED(CKR_SESSION_READ_ONLY, "C_SetPIN", read_only_pin),
    PROVOKED(CKR_SESSION_READ_WRITE_SO_EXISTS, "C_OpenSession", so_is_in),
    PROVOKED(CKR_SLOT_ID_INVALID, "C_GetSlotInfo", no_slot),
    PROVOKED(CKR_SLOT_ID_INVALID, "C_GetMechanismList", no_slot_mechanisms),
    PROVOKED(CKR_TOKEN_NOT_PRESENT, "C_GetTokenInfo, the file is gone", token_gone),
    PROVOKED(CKR_USER_ALREADY_LOGGED_IN, "C_Login", in_twice),
    PROVOKED(CKR_USER_ANOTHER_ALREADY_LOGGED_IN, "C_Login", another_is_in),
    PROVOKED(CKR_USER_NOT_LOGGED_IN, "C_Logout", nobody_is_in),
    PROVOKED(CKR_USER_NOT_LOGGED_IN, "C_InitPIN by the user", init_pin_by_user),
    CHANGING(CKR_USER_PIN_NOT_INITIALIZED, "C_Login", no_user_pin),
    NEVER(CKR_USER_TOO_MANY_TYPES, "there are two users, and one of them is logged in at a time"),
    PROVOKED(CKR_USER_TYPE_INVALID, "C_Login", no_such_user),
    LAST_ROW,
};
