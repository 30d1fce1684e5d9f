/* SPDX-License-Identifier: Apache-2.0 */
/* See mock_module.h. */
#include "mock_module.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

typedef struct session {
    int open, slot;
    int busy; /* a thread is in it */
    unsigned int generation;
    CK_OBJECT_HANDLE found[MOCK_OBJECTS];
    size_t n_found, next;
    int searching;
    const mock_object *key; /* C_SignInit was called */
    int may_sign;           /* after the login for this operation, if need be */
} session;

static mock state;
static session sessions[MOCK_SESSIONS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_int initialised_in; /* a process id */
static unsigned int generation = 1;

/* ---- for tests ------------------------------------------------------------------------------ */

EXPORT mock *mock_control(void);
EXPORT void mock_reset(void);
EXPORT void mock_logout(int slot);
EXPORT void mock_close_all(int slot);

mock *mock_control(void)
{
    return &state;
}

/* 1.2.643.2.2.35.1 */
static const uint8_t params_a[] = {0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x23, 0x01};
static uint8_t xy[64];

void mock_reset(void)
{
    mock_slot *s = &state.slots[0];

    pthread_mutex_lock(&lock);
    memset(&state, 0, sizeof(state));
    memset(sessions, 0, sizeof(sessions));
    atomic_store(&initialised_in, 0);
    for (size_t i = 0; i < sizeof(xy); i++)
        xy[i] = (uint8_t)(i + 1);
    for (int i = 0; i < MOCK_SLOTS; i++) {
        state.slots[i].flags =
            CKF_TOKEN_INITIALIZED | CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_RNG;
        state.slots[i].pin = "123456";
        state.slots[i].tries = state.slots[i].max_tries = 10;
    }
    s->present = 1;
    s->label = "mock";
    s->serial = "0001";
    s->objects[0] = (mock_object){.cls = CKO_PUBLIC_KEY,
                                  .key_type = CKK_GOSTR3410,
                                  .label = "key",
                                  .id = 1,
                                  .params = params_a,
                                  .params_len = sizeof(params_a),
                                  .value = xy,
                                  .value_len = sizeof(xy)};
    s->objects[1] = (mock_object){.cls = CKO_PRIVATE_KEY,
                                  .key_type = CKK_GOSTR3410,
                                  .label = "key",
                                  .id = 1,
                                  .is_private = 1,
                                  .params = params_a,
                                  .params_len = sizeof(params_a)};
    s->n_objects = 2;
    pthread_mutex_unlock(&lock);
}

void mock_logout(int slot)
{
    pthread_mutex_lock(&lock);
    state.slots[slot].logged_in = 0;
    state.slots[slot].handles++;
    pthread_mutex_unlock(&lock);
}

void mock_close_all(int slot)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < MOCK_SESSIONS; i++)
        if (sessions[i].open && sessions[i].slot == slot) {
            sessions[i].open = 0;
            state.open--;
        }
    state.slots[slot].logged_in = 0;
    state.slots[slot].handles++;
    pthread_mutex_unlock(&lock);
}

/* ---- helpers -------------------------------------------------------------------------------- */

static void nap(int ms)
{
    struct timespec t = {ms / 1000, (ms % 1000) * 1000000L};

    if (ms > 0)
        nanosleep(&t, NULL);
}

/* Enters a call: counted, with the lock, unless it is to fail. */
static CK_RV enter(mock_call call)
{
    if (call != MOCK_INITIALIZE && atomic_load(&initialised_in) != getpid()) {
        if (!state.inherits || atomic_load(&initialised_in) == 0)
            return CKR_CRYPTOKI_NOT_INITIALIZED;
    }
    pthread_mutex_lock(&lock);
    state.calls[call]++;
    for (size_t i = 0; i < MOCK_FAULTS; i++) {
        mock_fault *f = &state.faults[i];

        if (f->times == 0 || f->call != call)
            continue;
        if (f->skip > 0) {
            f->skip--;
            continue;
        }
        f->times--;
        if (f->rv == CKR_CRYPTOKI_NOT_INITIALIZED && call != MOCK_INITIALIZE) {
            atomic_store(&initialised_in, 0); /* say it and be it */
            generation++;
            state.calls[MOCK_FINALIZE]++;
        }
        pthread_mutex_unlock(&lock);
        return f->rv;
    }
    return CKR_OK;
}

static CK_RV leave(CK_RV rv)
{
    pthread_mutex_unlock(&lock);
    return rv;
}

static mock_slot *slot_of(CK_SLOT_ID id)
{
    return id >= 10 && id < 10 + MOCK_SLOTS ? &state.slots[id - 10] : NULL;
}

/* A handle: the initialisation's number, then the index. */
static session *session_of(CK_SESSION_HANDLE handle)
{
    size_t i = handle & 0xFF;

    if (i == 0 || i > MOCK_SESSIONS)
        return NULL;
    if (handle >> 8 != generation) {
        state.dead_handles++;
        return NULL;
    }
    return sessions[i - 1].open ? &sessions[i - 1] : NULL;
}

static CK_OBJECT_HANDLE handle_of(int slot, size_t index)
{
    return ((CK_ULONG)generation << 24) | ((CK_ULONG)state.slots[slot].handles << 12) |
           ((CK_ULONG)slot << 8) | (index + 1);
}

static const mock_object *object_of(const session *s, CK_OBJECT_HANDLE handle)
{
    mock_slot *slot = &state.slots[s->slot];
    size_t i = (handle & 0xFF) - 1;

    if (i >= slot->n_objects || handle != handle_of(s->slot, i) ||
        (slot->objects[i].is_private && !slot->logged_in))
        return NULL;
    return &slot->objects[i];
}

static void pad(unsigned char *out, const char *text, size_t size)
{
    size_t n = text != NULL ? strlen(text) : 0;

    memset(out, ' ', size);
    memcpy(out, text != NULL ? text : "", n < size ? n : size);
}

/* ---- the module ----------------------------------------------------------------------------- */

CK_RV C_Initialize(void *args)
{
    CK_RV rv;

    (void)args;
    if (atomic_load(&initialised_in) == getpid() ||
        (state.inherits && atomic_load(&initialised_in) != 0))
        return CKR_CRYPTOKI_ALREADY_INITIALIZED;
    if (atomic_load(&initialised_in) != 0)
        pthread_mutex_init(&lock, NULL); /* in a child: the parent's threads may have held it */
    rv = enter(MOCK_INITIALIZE);
    if (rv != CKR_OK)
        return rv;
    generation++;
    memset(sessions, 0, sizeof(sessions));
    state.open = 0;
    for (int i = 0; i < MOCK_SLOTS; i++)
        state.slots[i].logged_in = 0;
    atomic_store(&initialised_in, getpid());
    return leave(CKR_OK);
}

CK_RV C_Finalize(void *reserved)
{
    CK_RV rv = enter(MOCK_FINALIZE);

    (void)reserved;
    if (rv != CKR_OK)
        return rv;
    memset(sessions, 0, sizeof(sessions));
    state.open = 0;
    generation++;
    atomic_store(&initialised_in, 0);
    return leave(CKR_OK);
}

CK_RV C_GetInfo(CK_INFO *info)
{
    CK_RV rv = enter(MOCK_GET_INFO);

    if (rv != CKR_OK)
        return rv;
    memset(info, 0, sizeof(*info));
    info->cryptokiVersion.major = 2;
    info->cryptokiVersion.minor = 40;
    pad(info->manufacturerID, "mocks", sizeof(info->manufacturerID));
    pad(info->libraryDescription, "a mock", sizeof(info->libraryDescription));
    info->libraryVersion.major = 1;
    return leave(CKR_OK);
}

CK_RV C_GetSlotList(CK_BBOOL with_token, CK_SLOT_ID *list, CK_ULONG *n)
{
    CK_ULONG there = 0;
    CK_RV rv = enter(MOCK_GET_SLOT_LIST);

    (void)with_token;
    if (rv != CKR_OK)
        return rv;
    for (CK_ULONG i = 0; i < MOCK_SLOTS; i++) {
        if (!state.slots[i].present)
            continue;
        if (list != NULL && there < *n)
            list[there] = 10 + i;
        there++;
    }
    rv = list != NULL && *n < there ? CKR_BUFFER_TOO_SMALL : CKR_OK;
    *n = there;
    return leave(rv);
}

CK_RV C_GetSlotInfo(CK_SLOT_ID id, CK_SLOT_INFO *info)
{
    memset(info, 0, sizeof(*info));
    pad(info->slotDescription, id == 10 ? "first slot" : "a slot", sizeof(info->slotDescription));
    pad(info->manufacturerID, "mocks", sizeof(info->manufacturerID));
    info->flags = CKF_TOKEN_PRESENT;
    return CKR_OK;
}

CK_RV C_GetTokenInfo(CK_SLOT_ID id, CK_TOKEN_INFO *info)
{
    mock_slot *s;
    CK_RV rv = enter(MOCK_GET_TOKEN_INFO);
    int ms;

    if (rv != CKR_OK)
        return rv;
    s = slot_of(id);
    if (s == NULL || !s->present)
        return leave(CKR_TOKEN_NOT_PRESENT);
    memset(info, 0, sizeof(*info));
    pad(info->label, s->label, sizeof(info->label));
    pad(info->serialNumber, s->serial, sizeof(info->serialNumber));
    pad(info->manufacturerID, "mocks", sizeof(info->manufacturerID));
    pad(info->model, "m1", sizeof(info->model));
    info->flags = s->flags;
    if (s->tries < s->max_tries)
        info->flags |= CKF_USER_PIN_COUNT_LOW;
    if (s->tries == 1)
        info->flags |= CKF_USER_PIN_FINAL_TRY;
    if (s->tries == 0)
        info->flags |= CKF_USER_PIN_LOCKED;
    info->ulMaxSessionCount = s->sessions_max;
    ms = s->slow_ms;
    rv = leave(CKR_OK);
    nap(ms);
    return rv;
}

CK_RV C_OpenSession(CK_SLOT_ID id, CK_FLAGS flags, void *app, CK_NOTIFY notify,
                    CK_SESSION_HANDLE *handle)
{
    mock_slot *slot;
    unsigned long on_slot = 0;
    size_t at = MOCK_SESSIONS;
    CK_RV rv = enter(MOCK_OPEN_SESSION);

    (void)flags;
    (void)app;
    (void)notify;
    if (rv != CKR_OK)
        return rv;
    slot = slot_of(id);
    if (slot == NULL || !slot->present)
        return leave(slot == NULL ? CKR_SLOT_ID_INVALID : CKR_TOKEN_NOT_PRESENT);
    for (size_t i = MOCK_SESSIONS; i-- > 0;) {
        if (!sessions[i].open)
            at = i;
        else if (sessions[i].slot == (int)id - 10)
            on_slot++;
    }
    if (at == MOCK_SESSIONS || (slot->sessions_max > 0 && on_slot >= slot->sessions_max) ||
        (slot->hidden_max > 0 && on_slot >= slot->hidden_max))
        return leave(CKR_SESSION_COUNT);
    memset(&sessions[at], 0, sizeof(sessions[at]));
    sessions[at].open = 1;
    sessions[at].slot = (int)id - 10;
    *handle = ((CK_ULONG)generation << 8) | (at + 1);
    if (++state.open > state.open_most)
        state.open_most = state.open;
    return leave(CKR_OK);
}

CK_RV C_CloseSession(CK_SESSION_HANDLE handle)
{
    session *s;
    int more = 0;
    CK_RV rv = enter(MOCK_CLOSE_SESSION);

    if (rv != CKR_OK)
        return rv;
    s = session_of(handle);
    if (s == NULL)
        return leave(CKR_SESSION_HANDLE_INVALID);
    s->open = 0;
    state.open--;
    for (size_t i = 0; i < MOCK_SESSIONS; i++)
        more += sessions[i].open && sessions[i].slot == s->slot;
    if (more == 0) {
        state.slots[s->slot].logged_in = 0;
        state.slots[s->slot].handles++;
    }
    return leave(CKR_OK);
}

CK_RV C_GetSessionInfo(CK_SESSION_HANDLE handle, CK_SESSION_INFO *info)
{
    session *s;
    CK_RV rv = enter(MOCK_GET_SESSION_INFO);

    if (rv != CKR_OK)
        return rv;
    s = session_of(handle);
    if (s == NULL)
        return leave(CKR_SESSION_HANDLE_INVALID);
    info->slotID = (CK_SLOT_ID)(10 + s->slot);
    info->state = state.slots[s->slot].logged_in ? CKS_RO_USER_FUNCTIONS : CKS_RO_PUBLIC_SESSION;
    info->flags = CKF_SERIAL_SESSION;
    info->ulDeviceError = 0;
    return leave(CKR_OK);
}

CK_RV C_Login(CK_SESSION_HANDLE handle, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG len)
{
    mock_slot *slot;
    session *s;
    int right;
    CK_RV rv;

    nap(state.login_ms);
    rv = enter(MOCK_LOGIN);
    if (rv != CKR_OK)
        return rv;
    s = session_of(handle);
    if (s == NULL)
        return leave(CKR_SESSION_HANDLE_INVALID);
    slot = &state.slots[s->slot];
    if (user == CKU_USER && slot->logged_in)
        return leave(CKR_USER_ALREADY_LOGGED_IN);
    if (user == CKU_CONTEXT_SPECIFIC && s->key == NULL)
        return leave(CKR_OPERATION_NOT_INITIALIZED);
    if (slot->tries == 0)
        return leave(CKR_PIN_LOCKED);
    if (pin == NULL)
        right = (slot->flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
    else
        right = len == strlen(slot->pin) && memcmp(pin, slot->pin, len) == 0;
    if (!right) {
        slot->wrong_pins++;
        slot->tries--;
        return leave(CKR_PIN_INCORRECT);
    }
    slot->tries = slot->max_tries;
    if (user == CKU_CONTEXT_SPECIFIC) {
        slot->context_logins++;
        s->may_sign = 1;
    } else {
        slot->logins++;
        slot->logged_in = 1;
    }
    return leave(CKR_OK);
}

CK_RV C_Logout(CK_SESSION_HANDLE handle)
{
    (void)handle;
    abort(); /* the login may be somebody else's: the client never does this */
}

/* An attribute of an object; NULL: it has none such. */
static const void *attribute(const mock_object *o, CK_ATTRIBUTE_TYPE type, size_t *len,
                             CK_BBOOL *flag)
{
    const uint8_t *value = NULL;

    *len = 0;
    switch (type) {
    case CKA_CLASS:
        *len = sizeof(o->cls);
        return &o->cls;
    case CKA_KEY_TYPE:
    case CKA_CERTIFICATE_TYPE:
        *len = sizeof(o->key_type);
        return &o->key_type;
    case CKA_TOKEN:
        *flag = CK_TRUE;
        *len = 1;
        return flag;
    case CKA_ALWAYS_AUTHENTICATE:
        *flag = o->always_authenticate ? CK_TRUE : CK_FALSE;
        *len = 1;
        return flag;
    case CKA_LABEL:
        *len = o->label != NULL ? strlen(o->label) : 0;
        return o->label != NULL ? o->label : "";
    case CKA_ID:
        *len = o->id != 0;
        return &o->id;
    case CKA_GOSTR3410_PARAMS:
        *len = o->params_len;
        value = o->params;
        break;
    case CKA_VALUE:
        *len = o->value_len;
        value = o->value;
        break;
    case CKA_PUBLIC_KEY_INFO:
        *len = o->public_info_len;
        value = o->public_info;
        break;
    default:
        break;
    }
    return value;
}

CK_RV C_GetAttributeValue(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *a,
                          CK_ULONG n)
{
    const mock_object *o;
    session *s;
    CK_RV rv = enter(MOCK_GET_ATTRIBUTE_VALUE), result = CKR_OK;

    if (rv != CKR_OK)
        return rv;
    s = session_of(handle);
    if (s == NULL)
        return leave(CKR_SESSION_HANDLE_INVALID);
    o = object_of(s, object);
    if (o == NULL)
        return leave(CKR_OBJECT_HANDLE_INVALID);
    for (CK_ULONG i = 0; i < n; i++) {
        CK_BBOOL flag;
        size_t len;
        const void *value = attribute(o, a[i].type, &len, &flag);

        if (o->cls == CKO_PRIVATE_KEY && a[i].type == CKA_VALUE) {
            a[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
            result = CKR_ATTRIBUTE_SENSITIVE;
        } else if (value == NULL) {
            a[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
            result = CKR_ATTRIBUTE_TYPE_INVALID;
        } else {
            if (a[i].pValue != NULL && a[i].ulValueLen < len)
                result = CKR_BUFFER_TOO_SMALL;
            else if (a[i].pValue != NULL)
                memcpy(a[i].pValue, value, len);
            a[i].ulValueLen = len;
        }
    }
    return leave(result);
}

CK_RV C_FindObjectsInit(CK_SESSION_HANDLE handle, CK_ATTRIBUTE *want, CK_ULONG n)
{
    session *s;
    mock_slot *slot;
    CK_RV rv = enter(MOCK_FIND_OBJECTS_INIT);

    if (rv != CKR_OK)
        return rv;
    s = session_of(handle);
    if (s == NULL)
        return leave(CKR_SESSION_HANDLE_INVALID);
    if (s->searching)
        return leave(CKR_OPERATION_ACTIVE);
    slot = &state.slots[s->slot];
    s->searching = 1;
    s->n_found = s->next = 0;
    for (size_t i = 0; i < slot->n_objects; i++) {
        int same = !slot->objects[i].is_private || slot->logged_in;

        for (CK_ULONG j = 0; j < n && same; j++) {
            CK_BBOOL flag;
            size_t len;
            const void *value = attribute(&slot->objects[i], want[j].type, &len, &flag);

            same = value != NULL && len == want[j].ulValueLen &&
                   memcmp(value, want[j].pValue, len) == 0;
        }
        if (same)
            s->found[s->n_found++] = handle_of(s->slot, i);
    }
    return leave(CKR_OK);
}

CK_RV C_FindObjects(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE *list, CK_ULONG max, CK_ULONG *n)
{
    session *s;

    pthread_mutex_lock(&lock);
    s = session_of(handle);
    if (s == NULL || !s->searching)
        return leave(s == NULL ? CKR_SESSION_HANDLE_INVALID : CKR_OPERATION_NOT_INITIALIZED);
    /* One at a time: a client must go on asking. */
    *n = s->next < s->n_found && max > 0;
    if (*n)
        list[0] = s->found[s->next++];
    return leave(CKR_OK);
}

CK_RV C_FindObjectsFinal(CK_SESSION_HANDLE handle)
{
    session *s;

    pthread_mutex_lock(&lock);
    s = session_of(handle);
    if (s == NULL)
        return leave(CKR_SESSION_HANDLE_INVALID);
    s->searching = 0;
    return leave(CKR_OK);
}

CK_RV C_SignInit(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    const mock_object *o;
    session *s;
    CK_RV rv = enter(MOCK_SIGN_INIT);

    if (rv != CKR_OK)
        return rv;
    s = session_of(handle);
    if (s == NULL)
        return leave(CKR_SESSION_HANDLE_INVALID);
    if (s->busy || s->key != NULL) {
        state.overlaps++;
        return leave(CKR_OPERATION_ACTIVE);
    }
    o = object_of(s, key);
    if (o == NULL)
        return leave(CKR_KEY_HANDLE_INVALID);
    if (mechanism->mechanism != CKM_GOSTR3410)
        return leave(CKR_MECHANISM_INVALID);
    s->key = o;
    s->may_sign = !o->always_authenticate;
    return leave(CKR_OK);
}

CK_RV C_Sign(CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG len, CK_BYTE *sig, CK_ULONG *sig_len)
{
    const mock_object *key;
    session *s;
    int slot, may;
    CK_RV rv = enter(MOCK_SIGN);

    if (rv != CKR_OK) {
        if (rv == CKR_CRYPTOKI_NOT_INITIALIZED)
            return rv;
        /* An error ends the operation. */
        pthread_mutex_lock(&lock);
        s = session_of(handle);
        if (s != NULL)
            s->key = NULL;
        return leave(rv);
    }
    s = session_of(handle);
    if (s == NULL)
        return leave(CKR_SESSION_HANDLE_INVALID);
    if (s->key == NULL)
        return leave(CKR_OPERATION_NOT_INITIALIZED);
    if (*sig_len < MOCK_SIGNATURE) {
        *sig_len = MOCK_SIGNATURE;
        return leave(CKR_BUFFER_TOO_SMALL);
    }
    key = s->key;
    slot = s->slot;
    may = s->may_sign;
    s->busy = 1;
    pthread_mutex_unlock(&lock);
    nap(state.sign_ms);
    for (size_t i = 0; i < MOCK_SIGNATURE; i++)
        sig[i] = i == 0 ? key->id : i == 1 ? (CK_BYTE)slot : data[i % len];
    *sig_len = MOCK_SIGNATURE;
    pthread_mutex_lock(&lock);
    s->busy = 0;
    s->key = NULL;
    return leave(may ? CKR_OK : CKR_USER_NOT_LOGGED_IN);
}

CK_RV C_GenerateRandom(CK_SESSION_HANDLE handle, CK_BYTE *out, CK_ULONG len)
{
    session *s;
    CK_RV rv = enter(MOCK_GENERATE_RANDOM);

    if (rv != CKR_OK)
        return rv;
    s = session_of(handle);
    if (s == NULL)
        return leave(CKR_SESSION_HANDLE_INVALID);
    memset(out, 4, len); /* chosen by a fair dice roll */
    return leave(CKR_OK);
}

/* ---- the extension -------------------------------------------------------------------------- */

EXPORT CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list);
EXPORT CK_RV C_EX_GetFunctionListExtended(void **list);
EXPORT CK_RV C_EX_GetTokenInfoExtended(CK_SLOT_ID id, CK_ULONG *info);

CK_RV C_EX_GetFunctionListExtended(void **list)
{
    (void)list;
    return CKR_FUNCTION_NOT_SUPPORTED;
}

/* The structure is written as numbers here, so that the client's idea of it is checked: of 256
 * bytes, the words 12 and 13 are the most and the remaining tries of the user. */
CK_RV C_EX_GetTokenInfoExtended(CK_SLOT_ID id, CK_ULONG *info)
{
    mock_slot *s = slot_of(id);

    if (!state.extended || s == NULL)
        return CKR_FUNCTION_NOT_SUPPORTED;
    if (info[0] != 256)
        return CKR_BUFFER_TOO_SMALL;
    info[12] = (CK_ULONG)s->max_tries;
    info[13] = (CK_ULONG)s->tries;
    return CKR_OK;
}

#define ROW(name) .name = name
/* clang-format off */
static CK_FUNCTION_LIST functions = {
    .version = {2, 40},
    ROW(C_Initialize), ROW(C_Finalize), ROW(C_GetInfo), ROW(C_GetFunctionList),
    ROW(C_GetSlotList), ROW(C_GetSlotInfo), ROW(C_GetTokenInfo),
    ROW(C_OpenSession), ROW(C_CloseSession), ROW(C_GetSessionInfo), ROW(C_Login), ROW(C_Logout),
    ROW(C_GetAttributeValue), ROW(C_FindObjectsInit), ROW(C_FindObjects), ROW(C_FindObjectsFinal),
    ROW(C_SignInit), ROW(C_Sign), ROW(C_GenerateRandom),
};
/* clang-format on */

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    *list = &functions;
    return CKR_OK;
}
