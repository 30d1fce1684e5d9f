/* SPDX-License-Identifier: Apache-2.0 */
/* The published list, what stands on the token, and faults. See codes.h. */
#include "tests/token/codes.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/sanitizer.h"

#define EXPORTED __attribute__((visibility("default")))

const char *const published[] = {
    "CKR_ARGUMENTS_BAD",
    "CKR_ATTRIBUTE_READ_ONLY",
    "CKR_ATTRIBUTE_SENSITIVE",
    "CKR_ATTRIBUTE_TYPE_INVALID",
    "CKR_ATTRIBUTE_VALUE_INVALID",
    "CKR_BUFFER_TOO_SMALL",
    "CKR_CANT_LOCK",
    "CKR_CRYPTOKI_ALREADY_INITIALIZED",
    "CKR_CRYPTOKI_NOT_INITIALIZED",
    "CKR_DATA_INVALID",
    "CKR_DATA_LEN_RANGE",
    "CKR_DEVICE_ERROR",
    "CKR_DEVICE_MEMORY",
    "CKR_DEVICE_REMOVED",
    "CKR_DOMAIN_PARAMS_INVALID",
    "CKR_ENCRYPTED_DATA_INVALID",
    "CKR_ENCRYPTED_DATA_LEN_RANGE",
    "CKR_FUNCTION_CANCELED",
    "CKR_FUNCTION_FAILED",
    "CKR_FUNCTION_NOT_SUPPORTED",
    "CKR_FUNCTION_REJECTED",
    "CKR_GENERAL_ERROR",
    "CKR_HOST_MEMORY",
    "CKR_KEY_FUNCTION_NOT_PERMITTED",
    "CKR_KEY_HANDLE_INVALID",
    "CKR_KEY_NOT_WRAPPABLE",
    "CKR_KEY_SIZE_RANGE",
    "CKR_KEY_TYPE_INCONSISTENT",
    "CKR_KEY_UNEXTRACTABLE",
    "CKR_MECHANISM_INVALID",
    "CKR_MECHANISM_PARAM_INVALID",
    "CKR_NEED_TO_CREATE_THREADS",
    "CKR_OBJECT_HANDLE_INVALID",
    "CKR_OPERATION_ACTIVE",
    "CKR_OPERATION_NOT_INITIALIZED",
    "CKR_PIN_EXPIRED",
    "CKR_PIN_INCORRECT",
    "CKR_PIN_INVALID",
    "CKR_PIN_LEN_RANGE",
    "CKR_PIN_LOCKED",
    "CKR_RANDOM_NO_RNG",
    "CKR_SESSION_CLOSED",
    "CKR_SESSION_COUNT",
    "CKR_SESSION_EXISTS",
    "CKR_SESSION_HANDLE_INVALID",
    "CKR_SESSION_PARALLEL_NOT_SUPPORTED",
    "CKR_SESSION_READ_ONLY",
    "CKR_SESSION_READ_WRITE_SO_EXISTS",
    "CKR_SIGNATURE_INVALID",
    "CKR_SIGNATURE_LEN_RANGE",
    "CKR_SLOT_ID_INVALID",
    "CKR_TEMPLATE_INCOMPLETE",
    "CKR_TEMPLATE_INCONSISTENT",
    "CKR_TOKEN_NOT_PRESENT",
    "CKR_UNWRAPPING_KEY_HANDLE_INVALID",
    "CKR_UNWRAPPING_KEY_SIZE_RANGE",
    "CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT",
    "CKR_USER_ALREADY_LOGGED_IN",
    "CKR_USER_ANOTHER_ALREADY_LOGGED_IN",
    "CKR_USER_NOT_LOGGED_IN",
    "CKR_USER_PIN_NOT_INITIALIZED",
    "CKR_USER_TOO_MANY_TYPES",
    "CKR_USER_TYPE_INVALID",
    "CKR_WRAPPED_KEY_INVALID",
    "CKR_WRAPPED_KEY_LEN_RANGE",
    "CKR_WRAPPING_KEY_HANDLE_INVALID",
    "CKR_WRAPPING_KEY_SIZE_RANGE",
    "CKR_WRAPPING_KEY_TYPE_INCONSISTENT",
};
const size_t published_n = COUNT(published);

const code_row *const code_families[] = {codes_session, codes_object, codes_crypto};
const size_t code_families_n = COUNT(code_families);

CK_RV codes_interface(CK_VERSION *version, CK_INTERFACE **out)
{
    CK_C_GetInterface get;
    void *module = dlopen(TEST_MODULE, RTLD_NOW | RTLD_NOLOAD);
    CK_RV rv;

    assert_non_null(module);
    *(void **)&get = dlsym(module, "C_GetInterface");
    assert_non_null(get);
    rv = get(NULL, version, out, 0);
    (void)dlclose(module);
    return rv;
}

/* ---- the token ------------------------------------------------------------------------------ */

static void secret(CK_SESSION_HANDLE s, const char *label, CK_BBOOL extractable, CK_BBOOL sign)
{
    CK_KEY_TYPE type = CKK_KUZNYECHIK;
    CK_BYTE value[32];
    CK_ATTRIBUTE t[] = {
        A_ULONG(CKA_CLASS, class_secret),
        A_ULONG(CKA_KEY_TYPE, type),
        A_BOOL(CKA_TOKEN, yes),
        A_BOOL(CKA_EXTRACTABLE, extractable),
        A_BOOL(CKA_SIGN, sign),
        A_BYTES(CKA_VALUE, value),
        {CKA_LABEL, (void *)(uintptr_t)label, strlen(label)},
    };
    CK_OBJECT_HANDLE o;

    memset(value, 7, sizeof value);
    OK(F->C_CreateObject(s, t, COUNT(t), &o));
}

void codes_fill(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ATTRIBUTE data[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, yes),
                           A_STR(CKA_LABEL, "data"), A_STR(CKA_VALUE, "some data")};
    CK_OBJECT_HANDLE pub, priv;

    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), yes, &pub, &priv);
    secret(s, "locked", no, no);
    secret(s, "free", yes, yes);
    OK(F->C_CreateObject(s, data, COUNT(data), &pub));
    OK(F->C_CloseAllSessions(0));
}

CK_OBJECT_HANDLE codes_find(CK_SESSION_HANDLE s, CK_OBJECT_CLASS class, const char *label)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class),
                        {CKA_LABEL, (void *)(uintptr_t)label, strlen(label)}};
    CK_OBJECT_HANDLE o = CK_INVALID_HANDLE;

    assert_int_equal(find_n(s, t, 2, &o), 1);
    return o;
}

/* ---- faults: this program's functions come before the C library's --------------------------- */

static int full, starved;

void codes_disk_full(int on)
{
    full = on;
}

void codes_no_memory(int on)
{
    starved = on;
}

EXPORTED ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t at);

EXPORTED ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t at)
{
    if (full) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, buf, n, at);
}

/* Nothing here has to outlive a power cut. */
EXPORTED int fsync(int fd)
{
    (void)fd;
    return 0;
}

EXPORTED int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void *__libc_calloc(size_t n, size_t size);

EXPORTED void *calloc(size_t n, size_t size)
{
    return starved ? NULL : __libc_calloc(n, size);
}
#endif
