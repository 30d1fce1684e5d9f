/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk that is full or breaks, at each call that writes, in each function of the module that
 * changes a token. This program's own pwrite, fsync and so on come before the C library's. A
 * function is run with its first such call failing, then its second, until none is left to fail.
 * When it reports an error, the token must be as it was, for the process that saw the error and for
 * a fresh one; when it reports success, the change must be there.
 *
 *     disk MODULE [STEP]     every call, or every so many; with $GOSTTOKEN_BIG each in four ways
 * (two errors, once and for good), else in one
 */
#include "tests/fault/harm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

/* ---- the disk ------------------------------------------------------------------------------- */

static struct {
    int armed, sticky, error;
    unsigned left, failed;
} disk;

static int fails(void)
{
    if (!disk.armed)
        return 0;
    if (disk.left > 0) {
        disk.left--;
        return 0;
    }
    if (disk.failed > 0 && !disk.sticky)
        return 0;
    disk.failed++;
    errno = disk.error;
    return 1;
}

/* Names are not changed, or removed, once and not for good: see tests/vault/test-faults.c. */
static int name_fails(void)
{
    return !disk.sticky && fails();
}

EXPORTED ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t at);
EXPORTED int ftruncate64(int fd, off64_t size);

EXPORTED ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t at)
{
    return fails() ? -1 : syscall(SYS_pwrite64, fd, buf, n, at);
}

EXPORTED int ftruncate64(int fd, off64_t size)
{
    return fails() ? -1 : (int)syscall(SYS_ftruncate, fd, size);
}

/* The others' wait for the disk is of no use here. */
EXPORTED int fsync(int fd)
{
    (void)fd;
    return fails() ? -1 : 0;
}

EXPORTED int fdatasync(int fd)
{
    (void)fd;
    return fails() ? -1 : 0;
}

EXPORTED int rename(const char *from, const char *to)
{
    return name_fails() ? -1 : (int)syscall(SYS_rename, from, to);
}

EXPORTED int renameat(int fd, const char *from, int fd2, const char *to)
{
    return name_fails() ? -1 : (int)syscall(SYS_renameat, fd, from, fd2, to);
}

EXPORTED int linkat(int fd, const char *from, int fd2, const char *to, int flags)
{
    return fails() ? -1 : (int)syscall(SYS_linkat, fd, from, fd2, to, flags);
}

EXPORTED int unlink(const char *path)
{
    return name_fails() ? -1 : (int)syscall(SYS_unlink, path);
}

EXPORTED int unlinkat(int fd, const char *path, int flags)
{
    return name_fails() ? -1 : (int)syscall(SYS_unlinkat, fd, path, flags);
}

/* ---- what changes a token ------------------------------------------------------------------- */

static CK_SESSION_HANDLE s;
static CK_OBJECT_HANDLE o;

static CK_RV create(void)
{
    static CK_BYTE value[20000];
    CK_OBJECT_CLASS class = CKO_DATA;
    CK_ATTRIBUTE t[] = {{CKA_CLASS, &class, sizeof class},
                        {CKA_TOKEN, &yes, sizeof yes},
                        {CKA_PRIVATE, &yes, sizeof yes},
                        {CKA_VALUE, value, sizeof value}};
    CK_OBJECT_HANDLE made;

    return F->C_CreateObject(s, t, COUNT(t), &made);
}

static CK_RV generate(void)
{
    CK_MECHANISM m = {CKM_KUZNYECHIK_KEY_GEN, NULL, 0};
    CK_ATTRIBUTE t[] = {{CKA_TOKEN, &yes, sizeof yes}};
    CK_OBJECT_HANDLE made;

    return F->C_GenerateKey(s, &m, t, 1, &made);
}

static CK_RV generate_pair(void)
{
    static CK_BYTE curve[] = {6, 7, 0x2A, 0x85, 3, 2, 2, 35, 1};
    CK_MECHANISM m = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE t[] = {{CKA_TOKEN, &yes, sizeof yes}, {CKA_GOSTR3410_PARAMS, curve, sizeof curve}};
    CK_OBJECT_HANDLE a, b;

    return F->C_GenerateKeyPair(s, &m, t, 2, t, 1, &a, &b);
}

static CK_RV derive(void)
{
    CK_BYTE seed[8] = {1};
    CK_MECHANISM m = {CKM_KDF_4357, seed, sizeof seed};
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_GOST28147;
    CK_ATTRIBUTE t[] = {{CKA_CLASS, &class, sizeof class},
                        {CKA_KEY_TYPE, &type, sizeof type},
                        {CKA_TOKEN, &yes, sizeof yes}};
    CK_OBJECT_HANDLE made;

    return F->C_DeriveKey(s, &m, o, t, 3, &made);
}

static CK_RV copy(void)
{
    CK_ATTRIBUTE t[] = {{CKA_LABEL, (void *)(uintptr_t) "copy", 4}};
    CK_OBJECT_HANDLE made;

    return F->C_CopyObject(s, o, t, 1, &made);
}

static CK_RV set(void)
{
    static CK_BYTE value[5000] = "another value";
    CK_ATTRIBUTE t[] = {{CKA_VALUE, value, sizeof value}};

    return F->C_SetAttributeValue(s, o, t, 1);
}

static CK_RV set_guarded(void)
{
    CK_ATTRIBUTE t[] = {{CKA_SIGN, &no, sizeof no}};

    return F->C_SetAttributeValue(s, o, t, 1);
}

static CK_RV destroy(void)
{
    return F->C_DestroyObject(s, o);
}

static CK_RV set_pin(void)
{
    return F->C_SetPIN(s, TEXT(USER_PIN), TEXT(PIN_2));
}

static CK_RV set_so_pin(void)
{
    return F->C_SetPIN(s, TEXT(SO_PIN), TEXT(PIN_2));
}

static CK_RV init_pin(void)
{
    return F->C_InitPIN(s, TEXT(PIN_2));
}

static CK_RV set_name(void)
{
    return X->C_EX_SetTokenName(s, TEXT("another name"));
}

static CK_RV set_licence(void)
{
    CK_BYTE licence[72] = {1};

    return X->C_EX_SetLicense(s, 1, licence, sizeof licence);
}

static CK_RV force_change(void)
{
    CK_VENDOR_PIN_PARAMS p = {.userType = CKU_USER};

    return X->C_EX_TokenManage(s, MODE_FORCE_USER_TO_CHANGE_PIN, &p);
}

static CK_RV reset_pin(void)
{
    CK_VENDOR_PIN_PARAMS p = {.userType = CKU_USER};

    return X->C_EX_TokenManage(s, MODE_RESET_PIN_TO_DEFAULT, &p);
}

static CK_RV format(void)
{
    static CK_UTF8CHAR label[33] = "anew                            ";

    return F->C_InitToken(0, TEXT(SO_PIN), label);
}

static CK_RUTOKEN_INIT_PARAM init_param(void)
{
    CK_RUTOKEN_INIT_PARAM p = {
        .ulSizeofThisStructure = sizeof p,
        .pNewAdminPin = (CK_BYTE *)(uintptr_t)PIN_2,
        .ulNewAdminPinLen = sizeof PIN_2 - 1,
        .pNewUserPin = (CK_BYTE *)(uintptr_t)PIN_2,
        .ulNewUserPinLen = sizeof PIN_2 - 1,
        .ChangeUserPINPolicy = 3,
        .ulMinAdminPinLen = 6,
        .ulMinUserPinLen = 6,
        .ulMaxAdminRetryCount = 10,
        .ulMaxUserRetryCount = 10,
    };

    return p;
}

static CK_RV format_ex(void)
{
    CK_RUTOKEN_INIT_PARAM p = init_param();

    return X->C_EX_InitToken(0, TEXT(SO_PIN), &p);
}

static CK_RV repair(void)
{
    CK_RUTOKEN_INIT_PARAM p = init_param();

    p.UseRepairMode = 1;
    return X->C_EX_InitToken(0, NULL, 0, &p);
}

enum { NOBODY, USER, SO };

static const struct operation {
    const char *name;
    CK_RV (*run)(void);
    int who;
    CK_OBJECT_CLASS class; /* of the object that it is about */
    const char *label;
    int removes; /* the token is gone before another is made, and stays so after an error */
} operations[] = {
    {"C_CreateObject", create, USER, 0, NULL, 0},
    {"C_GenerateKey", generate, USER, 0, NULL, 0},
    {"C_GenerateKeyPair", generate_pair, USER, 0, NULL, 0},
    {"C_DeriveKey", derive, USER, CKO_SECRET_KEY, "o8", 0},
    {"C_CopyObject", copy, USER, CKO_DATA, "o2", 0},
    {"C_SetAttributeValue, a value", set, USER, CKO_DATA, "o4", 0},
    {"C_SetAttributeValue, CKA_SIGN", set_guarded, USER, CKO_SECRET_KEY, "o5", 0},
    {"C_DestroyObject", destroy, USER, CKO_PRIVATE_KEY, "o6", 0},
    {"C_SetPIN, the user's", set_pin, USER, 0, NULL, 0},
    {"C_SetPIN, the SO's", set_so_pin, SO, 0, NULL, 0},
    {"C_InitPIN", init_pin, SO, 0, NULL, 0},
    {"C_EX_SetTokenName", set_name, USER, 0, NULL, 0},
    {"C_EX_SetLicense", set_licence, USER, 0, NULL, 0},
    {"C_EX_TokenManage, force", force_change, SO, 0, NULL, 0},
    {"C_EX_TokenManage, reset", reset_pin, SO, 0, NULL, 0},
    {"C_InitToken", format, NOBODY, 0, NULL, 0},
    {"C_EX_InitToken", format_ex, NOBODY, 0, NULL, 0},
    {"C_EX_InitToken, repair mode", repair, NOBODY, 0, NULL, 1},
};

/* ---- a round -------------------------------------------------------------------------------- */

static unsigned wrong;

typedef struct outcome {
    CK_RV rv;
    unsigned failed;
    CK_ULONG objects_before, objects_after; /* for the process that saw it */
} outcome;

static CK_ULONG objects_seen(void)
{
    CK_OBJECT_HANDLE found[100];
    CK_ULONG n = 0;

    NEED(F->C_FindObjectsInit(s, NULL, 0));
    NEED(F->C_FindObjects(s, found, COUNT(found), &n));
    NEED(F->C_FindObjectsFinal(s));
    return n;
}

/* In a process of its own. */
static void attempt(const struct operation *op, outcome *out)
{
    NEED(F->C_Initialize(NULL));
    if (op->who != NOBODY) {
        s = harm_session();
        NEED(op->who == SO ? F->C_Login(s, CKU_SO, TEXT(SO_PIN))
                           : F->C_Login(s, CKU_USER, TEXT(USER_PIN)));
        out->objects_before = objects_seen();
    }
    if (op->label != NULL)
        o = harm_find(s, op->class, op->label);
    disk.armed = 1;
    out->rv = op->run();
    disk.armed = 0;
    out->failed = disk.failed;
    out->objects_after = op->who != NOBODY ? objects_seen() : 0;
    NEED(F->C_Finalize(NULL));
}

static outcome attempt_aside(const struct operation *op)
{
    outcome out = {0};
    int end[2], status;
    pid_t pid;

    if (pipe(end) != 0)
        die("no pipe");
    pid = fork();
    if (pid == 0) {
        (void)alarm(60);
        attempt(op, &out);
        _exit(write(end[1], &out, sizeof out) == (ssize_t)sizeof out ? 0 : 3);
    }
    (void)close(end[1]);
    if (read(end[0], &out, sizeof out) != (ssize_t)sizeof out || waitpid(pid, &status, 0) != pid ||
        status != 0)
        die("%s: the process that made it failed", op->name);
    (void)close(end[0]);
    return out;
}

static void bad(const struct operation *op, unsigned k, const char *what)
{
    fprintf(stderr, "%s, call %u, %s, errno %d: %s\n", op->name, k,
            disk.sticky ? "for good" : "once", disk.error, what);
    wrong++;
}

static const char *different(const facts *a, const facts *b)
{
    static char text[600];
    size_t n = (size_t)snprintf(text, sizeof text, "an error, but the token is not as it was:");

    for (unsigned q = 0; q < QUESTIONS && n < sizeof text; q++)
        if (a->rv[q] != b->rv[q] || memcmp(a->digest[q], b->digest[q], 32) != 0)
            n += (size_t)snprintf(text + n, sizeof text - n, " %s (0x%lx)", question_names[q],
                                  b->rv[q]);
    return text;
}

/* With the k-th call failing; 0: there was none any more. */
static int one(const struct operation *op, const facts *before, unsigned k, unsigned *reported)
{
    facts after;
    outcome out;

    harm_restore();
    disk.left = k;
    disk.failed = 0;
    out = attempt_aside(op);
    if (!harm_ask(&after)) {
        bad(op, k, "who asked of the token afterwards crashed");
    } else if (out.rv != CKR_OK) {
        ++*reported;
        if (out.rv != CKR_DEVICE_ERROR && out.rv != CKR_DEVICE_MEMORY &&
            out.rv != CKR_FUNCTION_FAILED) {
            char text[40];

            (void)snprintf(text, sizeof text, "0x%lx", out.rv);
            bad(op, k, text);
        }
        if (!facts_same(before, &after) &&
            !(op->removes && after.rv[ASK_USER] == CKR_PIN_INCORRECT))
            bad(op, k, different(before, &after));
        if (out.objects_before != out.objects_after)
            bad(op, k, "an error, but the process sees another number of objects");
    } else if (facts_same(before, &after)) {
        bad(op, k, "no error, but nothing has changed");
    }
    return out.failed > 0;
}

int main(int argc, char **argv)
{
    static const struct {
        int sticky, error;
    } ways[] = {{1, ENOSPC}, {0, EIO}, {0, ENOSPC}, {1, EIO}};
    unsigned step = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1;
    int all = getenv("GOSTTOKEN_BIG") != NULL;
    facts before;

    if (argc < 2 || step == 0)
        return 2;
    harm_start(argv[1], "");
    harm_restore();
    if (!harm_ask(&before))
        return 1;
    for (unsigned q = 0; q < QUESTIONS; q++)
        if (before.rv[q] != CKR_OK)
            die("%s: 0x%lx before any harm", question_names[q], before.rv[q]);
    for (unsigned i = 0; i < COUNT(operations); i++) {
        unsigned runs = 0, reported = 0;

        for (unsigned w = 0; w < COUNT(ways); w++) {
            unsigned k = 0;

            if (!all && w != i % 2)
                continue;

            disk.sticky = ways[w].sticky;
            disk.error = ways[w].error;
            for (; one(&operations[i], &before, k, &reported) && k < 1000; k += step)
                runs++;
            if (k == 0)
                bad(&operations[i], k, "nothing was written");
        }
        printf("%-30s %3u faults, %3u reported\n", operations[i].name, runs, reported);
    }
    harm_end();
    printf("%u wrong\n", wrong);
    return wrong != 0;
}
