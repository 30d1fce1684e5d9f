/* SPDX-License-Identifier: Apache-2.0 */
/* see harm.h */
#include "tests/fault/harm.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gost/streebog.h"
#include "tests/snapshot.h"

CK_FUNCTION_LIST *F;
CK_FUNCTION_LIST_EXTENDED *X;
CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

const char *const question_names[] = {"token info",   "number of objects",
                                      "user's login", "SO's login",
                                      "licence",      "journal",
                                      "o0",           "o1",
                                      "o2",           "o3",
                                      "o4",           "o5",
                                      "o6",           "o7",
                                      "o8",           "o9"};

static char store[400], conf_path[440];

void die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    _exit(3);
}

unsigned harm_rounds(unsigned small)
{
    const char *big = getenv("GOSTTOKEN_BIG");
    unsigned long n = big != NULL ? strtoul(big, NULL, 10) : 0;

    return n > 0 && n < 1000000 ? (unsigned)n : small;
}

double harm_now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- files ---------------------------------------------------------------------------------- */

void harm_restore(void)
{
    const char *bad = snapshot_restore(store);

    if (bad != NULL)
        die("%s cannot be written", bad);
}

size_t harm_file(char path[512])
{
    struct stat st;

    (void)snprintf(path, 512, "%s/token-0.db", store);
    if (stat(path, &st) != 0)
        die("%s is not there", path);
    return (size_t)st.st_size;
}

/* ---- the token ------------------------------------------------------------------------------ */

CK_SESSION_HANDLE harm_session(void)
{
    CK_SESSION_HANDLE s;

    NEED(F->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s));
    return s;
}

void harm_login(CK_SESSION_HANDLE s)
{
    if (F->C_Login(s, CKU_USER, TEXT(USER_PIN)) != CKR_OK)
        NEED(F->C_Login(s, CKU_USER, TEXT(PIN_2)));
}

CK_OBJECT_HANDLE harm_find(CK_SESSION_HANDLE s, CK_OBJECT_CLASS class, const char *label)
{
    CK_ATTRIBUTE t[] = {{CKA_CLASS, &class, sizeof class},
                        {CKA_LABEL, (void *)(uintptr_t)label, strlen(label)}};
    CK_OBJECT_HANDLE o = CK_INVALID_HANDLE;
    CK_ULONG n = 0;

    NEED(F->C_FindObjectsInit(s, t, 2));
    NEED(F->C_FindObjects(s, &o, 1, &n));
    NEED(F->C_FindObjectsFinal(s));
    if (n != 1)
        die("%s is not there", label);
    return o;
}

static const struct {
    CK_OBJECT_CLASS class;
    CK_KEY_TYPE type;
    CK_ULONG len;
} objects[OBJECTS] = {
    {CKO_PRIVATE_KEY, CKK_GOSTR3410, 32},
    {CKO_SECRET_KEY, CKK_KUZNYECHIK, 32},
    {CKO_DATA, 0, 300},
    {CKO_SECRET_KEY, CKK_MAGMA, 32},
    {CKO_DATA, 0, 9000},
    {CKO_SECRET_KEY, CKK_GENERIC_SECRET, 77},
    {CKO_PRIVATE_KEY, CKK_GOSTR3410, 32},
    {CKO_DATA, 0, 20},
    {CKO_SECRET_KEY, CKK_GOST28147, 32},
    {CKO_DATA, 0, 0},
};

static CK_BYTE curve[] = {6, 7, 0x2A, 0x85, 3, 2, 2, 35, 1};

static void make_object(CK_SESSION_HANDLE s, unsigned i)
{
    static CK_BYTE value[9000];
    CK_OBJECT_CLASS class = objects[i].class;
    CK_KEY_TYPE type = objects[i].type;
    char label[4] = {'o', (char)('0' + i), 0, 0};
    CK_ATTRIBUTE t[] = {
        {CKA_CLASS, &class, sizeof class},
        {CKA_TOKEN, &yes, sizeof yes},
        {CKA_LABEL, label, 2},
        {CKA_VALUE, value, objects[i].len},
        {CKA_PRIVATE, i == PUBLIC_OBJECT ? &no : &yes, sizeof yes},
        {CKA_KEY_TYPE, &type, sizeof type},
        {CKA_GOSTR3410_PARAMS, curve, sizeof curve},
    };
    CK_ULONG n = class == CKO_DATA ? 5 : class == CKO_SECRET_KEY ? 6 : 7;
    CK_OBJECT_HANDLE o;

    for (size_t k = 0; k < sizeof value; k++)
        value[k] = (CK_BYTE)(k * 31 + i * 7 + (k >> 8));
    value[31] &= 0x1F;
    NEED(F->C_CreateObject(s, t, n, &o));
}

static void make_token(void)
{
    static CK_UTF8CHAR label[33] = "harmed                          ";
    static CK_BYTE licence[72] = "a licence";
    CK_SESSION_HANDLE s;

    NEED(F->C_Initialize(NULL));
    NEED(F->C_InitToken(0, TEXT(SO_PIN), label));
    s = harm_session();
    NEED(F->C_Login(s, CKU_SO, TEXT(SO_PIN)));
    NEED(F->C_InitPIN(s, TEXT(USER_PIN)));
    NEED(F->C_Logout(s));
    NEED(F->C_Login(s, CKU_USER, TEXT(USER_PIN)));
    for (unsigned i = 0; i < OBJECTS; i++)
        make_object(s, i);
    NEED(X->C_EX_SetLicense(s, 1, licence, sizeof licence));
    NEED(F->C_Finalize(NULL));
}

void harm_start(const char *module, const char *conf)
{
    const char *bad;
    CK_C_GetFunctionList list;
    CK_C_EX_GetFunctionListExtended extended;
    const char *dir = getenv("GOSTTOKEN_DIR");
    void *m = dlopen(module, RTLD_NOW);
    FILE *f;

    if (m == NULL || dir == NULL || strlen(dir) + 1 > sizeof store)
        die("%s", m == NULL ? dlerror() : "GOSTTOKEN_DIR is not set");
    (void)strcpy(store, dir);
    (void)snprintf(conf_path, sizeof conf_path, "%s.conf", store);
    f = fopen(conf_path, "w");
    if (f == NULL || fprintf(f, "kdf.ms = 1\n%s\n", conf) < 0 || fclose(f) != 0 ||
        setenv("GOSTTOKEN_CONF", conf_path, 1) != 0)
        die("%s cannot be written", conf_path);
    *(void **)&list = dlsym(m, "C_GetFunctionList");
    *(void **)&extended = dlsym(m, "C_EX_GetFunctionListExtended");
    if (list == NULL || extended == NULL || list(&F) != CKR_OK || extended(&X) != CKR_OK)
        die("the module lacks a function");
    make_token();
    bad = snapshot_take(store);
    if (bad != NULL)
        die("%s cannot be kept", bad);
}

void harm_end(void)
{
    snapshot_clear(store);
    (void)unlink(conf_path);
    snapshot_free();
}

/* ---- questions ------------------------------------------------------------------------------ */

/* What an object says of itself, and what its value, if it cannot be seen, does. */
static CK_RV ask_object(CK_SESSION_HANDLE s, unsigned i, uint8_t digest[32])
{
    static const CK_ATTRIBUTE_TYPE types[] = {
        CKA_CLASS,          CKA_TOKEN,       CKA_PRIVATE, CKA_LABEL,
        CKA_VALUE,          CKA_KEY_TYPE,    CKA_ID,      CKA_SENSITIVE,
        CKA_SIGN,           CKA_EXTRACTABLE, CKA_LOCAL,   CKA_MODIFIABLE,
        CKA_DESTROYABLE,    CKA_DERIVE,      CKA_ENCRYPT, CKA_GOSTR3410_PARAMS,
        CKA_PUBLIC_KEY_INFO};
    static CK_BYTE room[9100];
    CK_OBJECT_CLASS class = objects[i].class;
    char label[3] = {'o', (char)('0' + i), 0};
    CK_ATTRIBUTE t[] = {{CKA_CLASS, &class, sizeof class}, {CKA_LABEL, label, 2}};
    CK_MECHANISM m = {CKM_GOSTR3411_12_256_HMAC, NULL, 0};
    CK_GOSTR3410_DERIVE_PARAMS vko = {CKD_NULL, room, 64, (CK_BYTE *)(uintptr_t) "12345678", 8};
    CK_OBJECT_CLASS secret = CKO_SECRET_KEY;
    CK_KEY_TYPE generic = CKK_GENERIC_SECRET;
    CK_ATTRIBUTE derived[] = {{CKA_CLASS, &secret, sizeof secret},
                              {CKA_KEY_TYPE, &generic, sizeof generic}};
    CK_OBJECT_HANDLE o = CK_INVALID_HANDLE;
    CK_ULONG n = 0;
    gost_streebog h;
    CK_RV rv;

    gost_streebog_init(&h, 256);
    rv = F->C_FindObjectsInit(s, t, 2);
    if (rv != CKR_OK)
        return rv;
    rv = F->C_FindObjects(s, &o, 1, &n);
    (void)F->C_FindObjectsFinal(s);
    if (rv != CKR_OK)
        return rv;
    gost_streebog_update(&h, &n, sizeof n);
    for (CK_ULONG k = 0; n > 0 && k < COUNT(types); k++) {
        CK_ATTRIBUTE a = {types[k], room, sizeof room};

        rv = F->C_GetAttributeValue(s, o, &a, 1);
        if (rv != CKR_OK && rv != CKR_ATTRIBUTE_SENSITIVE && rv != CKR_ATTRIBUTE_TYPE_INVALID)
            return rv;
        gost_streebog_update(&h, &rv, sizeof rv);
        if (rv == CKR_OK)
            gost_streebog_update(&h, room, a.ulValueLen);
    }
    rv = CKR_OK;
    if (n > 0 && class == CKO_PRIVATE_KEY) {
        CK_ATTRIBUTE a = {CKA_PUBLIC_KEY_INFO, room, sizeof room};

        m = (CK_MECHANISM){CKM_GOSTR3410_12_DERIVE, &vko, sizeof vko};
        rv = F->C_GetAttributeValue(s, o, &a, 1);
        if (rv == CKR_OK && a.ulValueLen > 64)
            vko.pPublicData = room + a.ulValueLen - 64;
        if (rv == CKR_OK)
            rv = F->C_DeriveKey(s, &m, o, derived, 2, &o);
        m = (CK_MECHANISM){CKM_GOSTR3411_12_256_HMAC, NULL, 0};
    }
    if (n > 0 && class != CKO_DATA && rv == CKR_OK) {
        rv = F->C_SignInit(s, &m, o);
        n = sizeof room;
        if (rv == CKR_OK)
            rv = F->C_Sign(s, (CK_BYTE *)(uintptr_t) "constant", 8, room, &n);
        if (rv == CKR_OK)
            gost_streebog_update(&h, room, n);
    }
    gost_streebog_final(&h, digest);
    return rv;
}

static void answer(facts *f, unsigned q, CK_RV rv, const void *p, size_t len)
{
    gost_streebog h;

    f->rv[q] = rv;
    if (rv != CKR_OK)
        return;
    gost_streebog_init(&h, 256);
    gost_streebog_update(&h, p, len);
    gost_streebog_final(&h, f->digest[q]);
}

static CK_RV ask_count(CK_SESSION_HANDLE s, CK_ULONG *count)
{
    CK_OBJECT_HANDLE found[100];
    CK_RV rv = F->C_FindObjectsInit(s, NULL, 0);

    if (rv != CKR_OK)
        return rv;
    rv = F->C_FindObjects(s, found, COUNT(found), count);
    (void)F->C_FindObjectsFinal(s);
    return rv;
}

/* Whether what the journal says was altered is asked of its first line and number of lines only:
 * each login adds some. */
static CK_RV ask_journal(CK_ULONG *len)
{
    return X->C_EX_GetJournal(0, NULL, len);
}

static CK_RV two_pins(CK_SESSION_HANDLE s, CK_USER_TYPE user, const char *first, int *second)
{
    CK_RV rv = F->C_Login(s, user, TEXT(first));

    *second = rv == CKR_PIN_INCORRECT;
    return *second ? F->C_Login(s, user, TEXT(PIN_2)) : rv;
}

static void ask_all(facts *f)
{
    CK_BYTE licence[72] = {0};
    CK_ULONG n = 0;
    CK_TOKEN_INFO info;
    CK_SESSION_HANDLE s;
    CK_RV rv = F->C_Initialize(NULL);

    memset(f, 0, sizeof *f);
    for (unsigned q = 0; q < QUESTIONS; q++)
        f->rv[q] = rv;
    if (rv != CKR_OK)
        return;
    memset(&info, 0, sizeof info);
    rv = F->C_GetTokenInfo(0, &info);
    /* A try that was counted and could not be taken back is the one thing that may change. */
    info.flags &= ~(CKF_USER_PIN_COUNT_LOW | CKF_SO_PIN_COUNT_LOW);
    answer(f, ASK_INFO, rv, info.label,
           sizeof info.label + sizeof info.manufacturerID + sizeof info.model +
               sizeof info.serialNumber + sizeof info.flags);
    rv = F->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s);
    for (unsigned q = ASK_COUNT; q < QUESTIONS; q++)
        f->rv[q] = rv;
    if (rv != CKR_OK)
        return;
    answer(f, ASK_SO, two_pins(s, CKU_SO, SO_PIN, &f->second_so_pin), &f->second_so_pin,
           sizeof(int));
    (void)F->C_Logout(s);
    answer(f, ASK_USER, two_pins(s, CKU_USER, USER_PIN, &f->second_user_pin), &f->second_user_pin,
           sizeof(int));
    answer(f, ASK_COUNT, ask_count(s, &n), &n, sizeof n);
    for (unsigned i = 0; i < OBJECTS; i++)
        f->rv[ASK_OBJECTS + i] = ask_object(s, i, f->digest[ASK_OBJECTS + i]);
    n = sizeof licence;
    answer(f, ASK_LICENCE, X->C_EX_GetLicense(s, 1, licence, &n), licence, sizeof licence);
    answer(f, ASK_JOURNAL, ask_journal(&n), "", 0);
    (void)F->C_Finalize(NULL);
}

int harm_ask(facts *f)
{
    int end[2], status;
    ssize_t got;
    pid_t pid;

    if (pipe(end) != 0)
        die("no pipe");
    pid = fork();
    if (pid == 0) {
        facts mine;

        (void)alarm(60);
        ask_all(&mine);
        _exit(write(end[1], &mine, sizeof mine) == (ssize_t)sizeof mine ? 0 : 3);
    }
    (void)close(end[1]);
    memset(f, 0, sizeof *f);
    got = read(end[0], f, sizeof *f); /* shorter than a pipe holds: it comes whole */
    (void)close(end[0]);
    if (waitpid(pid, &status, 0) != pid || status != 0 || got != (ssize_t)sizeof *f) {
        fprintf(stderr, "the process that asked ended with %x\n", (unsigned)status);
        return 0;
    }
    return 1;
}

int facts_same(const facts *a, const facts *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}
