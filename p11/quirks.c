/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What modules want otherwise than the standard has it, by name; docs/foreign-modules.md says what
 * each is for. Below: a module that cannot be called by two threads at once, called by one at a
 * time.
 */
#include "p11/internal.h"

#include <pthread.h>
#include <string.h>

static const struct {
    const char *name;
    unsigned flag;
} quirks[] = {
    {"context-login", GT_QUIRK_CONTEXT_LOGIN},
    {"no-context-login", GT_QUIRK_NO_CONTEXT_LOGIN},
    {"fork-finalize", GT_QUIRK_FORK_FINALIZE},
    {"login-first", GT_QUIRK_LOGIN_FIRST},
    {"no-finalize", GT_QUIRK_NO_FINALIZE},
    {"no-init-args", GT_QUIRK_NO_INIT_ARGS},
    {"no-threads", GT_QUIRK_NO_THREADS},
    {"one-session", GT_QUIRK_ONE_SESSION},
    {"raw-rsa", GT_QUIRK_RAW_RSA},
};

enum { QUIRKS = sizeof(quirks) / sizeof(quirks[0]) };

unsigned gt_quirk_by_name(const char *name, size_t len)
{
    for (size_t i = 0; i < QUIRKS; i++)
        if (strlen(quirks[i].name) == len && memcmp(quirks[i].name, name, len) == 0)
            return quirks[i].flag;
    return 0;
}

const char *gt_quirk_name(size_t i)
{
    return i < QUIRKS ? quirks[i].name : NULL;
}

unsigned gt_p11_quirks(const gt_p11 *p)
{
    return p->quirks;
}

/* ---- one call at a time ---------------------------------------------------------------------- */

/* A function of a list has no argument that says whose it is: so there is one such module. */
static struct {
    pthread_mutex_t lock;
    CK_FUNCTION_LIST *real;
    CK_FUNCTION_LIST list;
} serial = {.lock = PTHREAD_MUTEX_INITIALIZER};

#define SERIAL(name, declared, given)                                                              \
    static CK_RV serial_##name declared                                                            \
    {                                                                                              \
        CK_RV rv;                                                                                  \
                                                                                                   \
        pthread_mutex_lock(&serial.lock);                                                          \
        rv = serial.real->C_##name given;                                                          \
        pthread_mutex_unlock(&serial.lock);                                                        \
        return rv;                                                                                 \
    }

/* The forms in which the functions come. */
#define SESSION(name) SERIAL(name, (CK_SESSION_HANDLE s), (s))
#define INIT(name)                                                                                 \
    SERIAL(name, (CK_SESSION_HANDLE s, CK_MECHANISM * m, CK_OBJECT_HANDLE k), (s, m, k))
#define DIGEST_INIT(name) SERIAL(name, (CK_SESSION_HANDLE s, CK_MECHANISM * m), (s, m))
#define IN(name)          SERIAL(name, (CK_SESSION_HANDLE s, CK_BYTE * p, CK_ULONG n), (s, p, n))
#define OUT(name)         SERIAL(name, (CK_SESSION_HANDLE s, CK_BYTE * p, CK_ULONG * n), (s, p, n))
#define IN_OUT(name)                                                                               \
    SERIAL(name, (CK_SESSION_HANDLE s, CK_BYTE * p, CK_ULONG n, CK_BYTE * o, CK_ULONG * on),       \
           (s, p, n, o, on))
#define ATTRIBUTES(name)                                                                           \
    SERIAL(name, (CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE * a, CK_ULONG n),          \
           (s, o, a, n))

/* clang-format off */
#define FUNCTIONS                                                                                  \
    SERIAL(GetInfo, (CK_INFO *i), (i))                                                             \
    SERIAL(GetSlotList, (CK_BBOOL p, CK_SLOT_ID *l, CK_ULONG *n), (p, l, n))                       \
    SERIAL(GetSlotInfo, (CK_SLOT_ID s, CK_SLOT_INFO *i), (s, i))                                   \
    SERIAL(GetTokenInfo, (CK_SLOT_ID s, CK_TOKEN_INFO *i), (s, i))                                 \
    SERIAL(GetMechanismList, (CK_SLOT_ID s, CK_MECHANISM_TYPE *l, CK_ULONG *n), (s, l, n))         \
    SERIAL(GetMechanismInfo, (CK_SLOT_ID s, CK_MECHANISM_TYPE t, CK_MECHANISM_INFO *i), (s, t, i)) \
    SERIAL(OpenSession, (CK_SLOT_ID s, CK_FLAGS f, void *a, CK_NOTIFY n, CK_SESSION_HANDLE *h),    \
           (s, f, a, n, h))                                                                        \
    SESSION(CloseSession)                                                                          \
    SERIAL(GetSessionInfo, (CK_SESSION_HANDLE s, CK_SESSION_INFO *i), (s, i))                      \
    SERIAL(Login, (CK_SESSION_HANDLE s, CK_USER_TYPE u, CK_UTF8CHAR *p, CK_ULONG n), (s, u, p, n)) \
    SESSION(Logout)                                                                                \
    SERIAL(CreateObject, (CK_SESSION_HANDLE s, CK_ATTRIBUTE *a, CK_ULONG n, CK_OBJECT_HANDLE *o),  \
           (s, a, n, o))                                                                           \
    SERIAL(DestroyObject, (CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o), (s, o))                       \
    ATTRIBUTES(GetAttributeValue)                                                                  \
    ATTRIBUTES(SetAttributeValue)                                                                  \
    SERIAL(FindObjectsInit, (CK_SESSION_HANDLE s, CK_ATTRIBUTE *a, CK_ULONG n), (s, a, n))         \
    SERIAL(FindObjects, (CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *o, CK_ULONG m, CK_ULONG *n),       \
           (s, o, m, n))                                                                           \
    SESSION(FindObjectsFinal)                                                                      \
    INIT(EncryptInit) IN_OUT(Encrypt) IN_OUT(EncryptUpdate) OUT(EncryptFinal)                      \
    INIT(DecryptInit) IN_OUT(Decrypt) IN_OUT(DecryptUpdate) OUT(DecryptFinal)                      \
    OUT(GetOperationState)                                                                         \
    SERIAL(SetOperationState,                                                                      \
           (CK_SESSION_HANDLE s, CK_BYTE *p, CK_ULONG n, CK_OBJECT_HANDLE e, CK_OBJECT_HANDLE a),  \
           (s, p, n, e, a))                                                                        \
    INIT(SignInit) IN_OUT(Sign) IN(SignUpdate) OUT(SignFinal)                                      \
    DIGEST_INIT(DigestInit) IN_OUT(Digest) IN(DigestUpdate) OUT(DigestFinal)                       \
    SERIAL(GenerateKey,                                                                            \
           (CK_SESSION_HANDLE s, CK_MECHANISM *m, CK_ATTRIBUTE *a, CK_ULONG n,                     \
            CK_OBJECT_HANDLE *o), (s, m, a, n, o))                                                 \
    SERIAL(UnwrapKey,                                                                              \
           (CK_SESSION_HANDLE s, CK_MECHANISM *m, CK_OBJECT_HANDLE k, CK_BYTE *w, CK_ULONG wn,     \
            CK_ATTRIBUTE *a, CK_ULONG n, CK_OBJECT_HANDLE *o), (s, m, k, w, wn, a, n, o))          \
    SERIAL(DeriveKey,                                                                              \
           (CK_SESSION_HANDLE s, CK_MECHANISM *m, CK_OBJECT_HANDLE k, CK_ATTRIBUTE *a, CK_ULONG n, \
            CK_OBJECT_HANDLE *o), (s, m, k, a, n, o))                                              \
    IN(SeedRandom) IN(GenerateRandom)
/* clang-format on */

FUNCTIONS

CK_FUNCTION_LIST *gt_serial_list(CK_FUNCTION_LIST *real)
{
    int mine;

    pthread_mutex_lock(&serial.lock);
    mine = serial.real == NULL || serial.real == real;
    if (mine) {
        serial.real = real;
        serial.list = *real;
    }
#undef SERIAL
#define SERIAL(name, declared, given) serial.list.C_##name = serial_##name;
    if (mine) {
        FUNCTIONS
    }
    pthread_mutex_unlock(&serial.lock);
    return mine ? &serial.list : NULL;
}

CK_FUNCTION_LIST *gt_serial_end(CK_FUNCTION_LIST *list)
{
    CK_FUNCTION_LIST *real = list;

    if (list == &serial.list) {
        pthread_mutex_lock(&serial.lock);
        real = serial.real;
        serial.real = NULL;
        pthread_mutex_unlock(&serial.lock);
    }
    return real;
}

void gt_serial_in_child(void)
{
    /* Whoever held it is not here. */
    (void)pthread_mutex_init(&serial.lock, NULL);
}
