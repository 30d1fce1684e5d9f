/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What befalls a token from outside: processes killed in the middle of a change, two that make the
 * same token, a damaged object, a store that is taken away or that others could write to.
 */
#include "tests/token/harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TC26_A "1.2.643.7.1.2.1.1.1"

#define CHECK(x)                                                                                   \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            print_error("child, line %d: %s\n", __LINE__, #x);                                     \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* $GOSTTOKEN_BIG for a large run. */
static int rounds(void)
{
    const char *big = getenv("GOSTTOKEN_BIG");
    long n = big != NULL ? strtol(big, NULL, 10) : 0;

    return n > 0 && n < 100000 ? (int)n : 12;
}

static void pause_us(long us)
{
    const struct timespec t = {us / 1000000, us % 1000000 * 1000};

    (void)nanosleep(&t, NULL);
}

static CK_RV sign(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE key)
{
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0};
    CK_BYTE digest[32] = {1}, sig[64];
    CK_ULONG n = sizeof sig;
    CK_RV rv = F->C_SignInit(s, &m, key);

    return rv == CKR_OK ? F->C_Sign(s, digest, sizeof digest, sig, &n) : rv;
}

/* ---- killed --------------------------------------------------------------------------------- */

static const char *const pins[] = {USER_PIN, "another-pin-2"};
static const char *const so_pins[] = {SO_PIN, "so-another-2"};

static CK_SESSION_HANDLE child_user(void)
{
    CK_SESSION_HANDLE s = 0;

    CHECK(F->C_Initialize(NULL) == CKR_OK);
    CHECK(F->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s) == CKR_OK);
    if (F->C_Login(s, CKU_USER, PIN(pins[0])) != CKR_OK)
        CHECK(F->C_Login(s, CKU_USER, PIN(pins[1])) == CKR_OK);
    return s;
}

static void say(int out, char what)
{
    CHECK(write(out, &what, 1) == 1);
}

/* Key pairs, each said when it is there. */
static void generate(int out)
{
    CK_SESSION_HANDLE s = child_user();
    CK_OBJECT_HANDLE pub, priv;

    for (;;) {
        make_pair(s, paramset(TC26_A), CK_TRUE, &pub, &priv);
        say(out, 'k');
    }
}

static void change_pins(int out)
{
    CK_SESSION_HANDLE s = child_user();

    for (;;) {
        (void)F->C_SetPIN(s, PIN(pins[0]), PIN(pins[1]));
        (void)F->C_SetPIN(s, PIN(pins[1]), PIN(pins[0]));
        say(out, 'p');
    }
}

static CK_RV format(const char *old, const char *so_pin)
{
    CK_RUTOKEN_INIT_PARAM p = {
        .ulSizeofThisStructure = sizeof p,
        .pNewAdminPin = (CK_BYTE *)(uintptr_t)so_pin,
        .ulNewAdminPinLen = strlen(so_pin),
        .pNewUserPin = (CK_BYTE *)(uintptr_t)pins[0],
        .ulNewUserPinLen = strlen(pins[0]),
        .ChangeUserPINPolicy = 3,
        .ulMinAdminPinLen = 6,
        .ulMinUserPinLen = 6,
        .ulMaxAdminRetryCount = 10,
        .ulMaxUserRetryCount = 10,
    };

    return X->C_EX_InitToken(0, PIN(old), &p);
}

static void reformat(int out)
{
    CHECK(F->C_Initialize(NULL) == CKR_OK);
    for (;;) {
        (void)format(so_pins[0], so_pins[1]);
        (void)format(so_pins[1], so_pins[0]);
        say(out, 'f');
    }
}

/*
 * Runs `what` for a while and kills it; how often it said that something was done. The while begins
 * at once or, `after_first`, when it has said so for the first time: a slow machine may need longer
 * than the while for that.
 */
static size_t killed(void (*what)(int out), long us, int after_first)
{
    size_t said = 0;
    char buf[256];
    int end[2], status;
    ssize_t n;
    pid_t pid;

    assert_int_equal(pipe(end), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        what(end[1]);
        _exit(0);
    }
    (void)close(end[1]);
    if (after_first)
        said += read(end[0], buf, 1) == 1;
    pause_us(us);
    (void)kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status)); /* it had not given up by itself */
    while ((n = read(end[0], buf, sizeof buf)) > 0)
        said += (size_t)n;
    (void)close(end[0]);
    return said;
}

static long some_time(int round)
{
    return 60000 + (long)(round * 7919 % 97) * 1500;
}

static void killed_generating(void **state)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_priv)}, u[] = {A_ULONG(CKA_CLASS, class_pub)};
    CK_OBJECT_HANDLE key;
    size_t said = 0, n = 0;

    (void)state;
    for (int i = 0; i < rounds(); i++) {
        OK(F->C_Finalize(NULL));
        said += killed(generate, some_time(i), i % 2);
        OK(F->C_Initialize(NULL));
        CK_SESSION_HANDLE s = open_user();
        n = find_n(s, t, 1, &key);
        assert_int_equal(n, find_n(s, u, 1, NULL)); /* no half of a pair */
        assert_true(n >= said && n <= said + (size_t)i + 1);
        if (n > 0)
            OK(sign(s, key));
    }
    assert_true(n > 0);
}

static void killed_changing_pins(void **state)
{
    CK_SESSION_HANDLE s;

    (void)state;
    for (int i = 0; i < rounds(); i++) {
        OK(F->C_Finalize(NULL));
        (void)killed(change_pins, some_time(i), 0);
        OK(F->C_Initialize(NULL));
        s = open_rw();
        if (F->C_Login(s, CKU_USER, PIN(pins[0])) != CKR_OK)
            OK(F->C_Login(s, CKU_USER, PIN(pins[1])));
    }
}

/* The SO's PIN and the user's are of the same format: both old or both new. */
static void killed_formatting(void **state)
{
    CK_SESSION_HANDLE s;
    CK_RV rv;

    (void)state;
    for (int i = 0; i < rounds(); i++) {
        OK(F->C_Finalize(NULL));
        (void)killed(reformat, some_time(i), 0);
        OK(F->C_Initialize(NULL));
        s = open_rw();
        OK(F->C_Login(s, CKU_USER, PIN(pins[0])));
        OK(F->C_Logout(s));
        rv = F->C_Login(s, CKU_SO, PIN(so_pins[0]));
        if (rv != CKR_OK)
            OK(F->C_Login(s, CKU_SO, PIN(so_pins[1])));
    }
}

/* ---- made by two at once -------------------------------------------------------------------- */

static void made_by_two(void **state)
{
    static CK_UTF8CHAR label[33] = "whose                           ";
    pid_t pid[3];
    int status, made = 0;

    (void)state;
    OK(F->C_Finalize(NULL));
    for (unsigned i = 0; i < COUNT(pid); i++) {
        pid[i] = fork();
        assert_true(pid[i] >= 0);
        if (pid[i] == 0) {
            char so[16];
            CK_RV rv;

            (void)snprintf(so, sizeof so, "so-pin-of-%u", i);
            CHECK(F->C_Initialize(NULL) == CKR_OK);
            rv = F->C_InitToken(0, PIN(so), label);
            /* whoever came late has a token with another PIN before him */
            CHECK(rv == CKR_OK || rv == CKR_PIN_INCORRECT);
            _exit(rv == CKR_OK ? 42 : 43);
        }
    }
    for (unsigned i = 0; i < COUNT(pid); i++) {
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 42 || WEXITSTATUS(status) == 43));
        made += WEXITSTATUS(status) == 42;
    }
    assert_int_equal(made, 1);
    OK(F->C_Initialize(NULL));
    assert_true((token_flags(0) & CKF_TOKEN_INITIALIZED) != 0);
}

/* ---- a damaged object ----------------------------------------------------------------------- */

static CK_BYTE big[30000];

/* The vault's checksum of a page, so that the damage is the object's and not the page's. */
static void sum_again(uint8_t *page, size_t size, uint64_t offset)
{
    uint32_t sum[2] = {(uint32_t)(offset >> 9) ^ 0x9e3779b9u,
                       (uint32_t)(offset >> 41) ^ 0x7f4a7c15u};
    uint32_t word[2];

    for (size_t i = 0; i + 16 <= size; i += 8) {
        for (unsigned k = 0; k < 2; k++)
            word[k] = (uint32_t)page[i + 4 * k] | (uint32_t)page[i + 4 * k + 1] << 8 |
                      (uint32_t)page[i + 4 * k + 2] << 16 | (uint32_t)page[i + 4 * k + 3] << 24;
        sum[0] += word[0] + sum[1];
        sum[0] = sum[0] << 13 | sum[0] >> 19;
        sum[1] += word[1] + sum[0];
        sum[1] = sum[1] << 7 | sum[1] >> 25;
    }
    for (unsigned i = 0; i < 8; i++)
        page[size - 8 + i] = (uint8_t)(sum[i / 4] >> (24 - 8 * (i % 4)));
}

/* whole_page: so that the page, too, cannot be read. */
static void damage(int whole_page)
{
    size_t page, at;
    char path[256];
    static uint8_t file[1 << 20];
    ssize_t n;
    uint8_t *p;
    int fd;

    (void)snprintf(path, sizeof path, "%s/token-0.db", store_dir());
    fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    n = read(fd, file, sizeof file);
    assert_true(n > 0 && (size_t)n < sizeof file);
    p = memmem(file, (size_t)n, big + 15000, 64);
    assert_non_null(p);
    *p ^= 1;
    page = (size_t)file[16] << 8 | file[17];
    at = (size_t)(p - file) / page * page;
    if (!whole_page)
        sum_again(file + at, page, at);
    assert_int_equal(pwrite(fd, file + at, page, (off_t)at), page);
    (void)close(fd);
}

/* The one among all objects that cannot be read. */
static CK_OBJECT_HANDLE damaged_handle(CK_SESSION_HANDLE s)
{
    CK_OBJECT_HANDLE found[8], bad = CK_INVALID_HANDLE;
    CK_ULONG n;

    OK(F->C_FindObjectsInit(s, NULL, 0));
    OK(F->C_FindObjects(s, found, COUNT(found), &n));
    OK(F->C_FindObjectsFinal(s));
    while (n-- > 0) {
        CK_ATTRIBUTE class = {CKA_CLASS, NULL, 0};

        if (F->C_GetAttributeValue(s, found[n], &class, 1) == CKR_DEVICE_ERROR) {
            assert_int_equal(bad, CK_INVALID_HANDLE);
            bad = found[n];
        }
    }
    assert_int_not_equal(bad, CK_INVALID_HANDLE);
    return bad;
}

static void damaged_object(int whole_page)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, yes),
                        A_STR(CKA_LABEL, "large"), A_BYTES(CKA_VALUE, big),
                        A_BOOL(CKA_PRIVATE, no)};
    CK_ATTRIBUTE by_class[] = {A_ULONG(CKA_CLASS, class_priv)};
    CK_OBJECT_HANDLE o, pub, priv;
    CK_SESSION_INFO info;
    CK_RV rv;

    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (CK_BYTE)(i * i >> 5);
    OK(F->C_CreateObject(s, t, COUNT(t), &o));
    make_pair(s, paramset(TC26_A), CK_TRUE, &pub, &priv);
    t[2] = (CK_ATTRIBUTE)A_STR(CKA_LABEL, "small");
    t[3] = (CK_ATTRIBUTE)A_STR(CKA_VALUE, "small");
    OK(F->C_CreateObject(s, t, COUNT(t), &o));
    OK(F->C_Finalize(NULL));
    damage(whole_page);
    OK(F->C_Initialize(NULL));
    s = open_user();
    /* The others are found and work; that there is one more is not kept quiet. */
    assert_int_equal(find_n(s, by_class, 1, &priv), 1);
    OK(sign(s, priv));
    OK(F->C_GetSessionInfo(s, &info));
    assert_int_equal(info.ulDeviceError, 0);
    assert_int_equal(find_n(s, NULL, 0, NULL), 4);
    OK(F->C_GetSessionInfo(s, &info));
    assert_int_equal(info.ulDeviceError, 1);
    assert_int_equal(find_n(s, t, 1, NULL), 1);
    /* Who asks for that one is told. */
    t[2] = (CK_ATTRIBUTE)A_STR(CKA_LABEL, "large");
    FAILS(CKR_DEVICE_ERROR, F->C_FindObjectsInit(s, t + 2, 1));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_FindObjectsFinal(s));
    t[2] = (CK_ATTRIBUTE)A_STR(CKA_LABEL, "no such");
    assert_int_equal(find_n(s, t + 2, 1, NULL), 0);

    /* It can be destroyed, by the user, and nothing else can be done with it. */
    o = damaged_handle(s);
    FAILS(CKR_DEVICE_ERROR, F->C_GetAttributeValue(s, o, t, 1));
    FAILS(CKR_DEVICE_ERROR, F->C_SetAttributeValue(s, o, t + 2, 1));
    OK(F->C_Logout(s));
    assert_int_equal(find_n(s, NULL, 0, NULL), 2);
    FAILS(CKR_OBJECT_HANDLE_INVALID, F->C_DestroyObject(s, o));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    o = damaged_handle(s);
    FAILS(CKR_DEVICE_ERROR, F->C_DestroyObject(open_ro(), o));
    rv = F->C_DestroyObject(s, o);
    /* Newer versions of SQLite do not free a page that they cannot read: it stays, and is told. */
    if (whole_page && rv == CKR_DEVICE_ERROR) {
        assert_int_equal(find_n(s, by_class, 1, &priv), 1);
        OK(sign(s, priv));
        return;
    }
    OK(rv);
    FAILS(CKR_OBJECT_HANDLE_INVALID, F->C_DestroyObject(s, o));
    assert_int_equal(find_n(s, NULL, 0, NULL), 3);
    OK(F->C_GetSessionInfo(s, &info));
    assert_int_equal(info.ulDeviceError, 0);
}

static void damaged_row(void **state)
{
    (void)state;
    damaged_object(0);
}

static void damaged_page(void **state)
{
    (void)state;
    damaged_object(1);
}

/* ---- the store ------------------------------------------------------------------------------ */

/* The process may write no bigger files (ulimit -f): to it the disk is full. */
static CK_RV store_much(void)
{
    static CK_BYTE much[1 << 20];
    const struct rlimit small = {256 << 10, RLIM_INFINITY};
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, yes),
                        A_BYTES(CKA_VALUE, much)};
    CK_SESSION_HANDLE s;
    CK_OBJECT_HANDLE o;
    CK_RV rv;

    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &small) != 0 || F->C_Initialize(NULL) != CKR_OK ||
        F->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s) != CKR_OK)
        return CKR_GENERAL_ERROR;
    rv = F->C_CreateObject(s, t, COUNT(t), &o);
    t[2].ulValueLen = 100; /* what there is room for is stored after that */
    return F->C_CreateObject(s, t, COUNT(t), &o) == CKR_OK ? rv : CKR_GENERAL_ERROR;
}

static void files_are_limited(void **state)
{
    int status;
    pid_t pid = fork();

    (void)state;
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(store_much() == CKR_DEVICE_MEMORY ? 0 : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void store_taken_away(void **state)
{
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0};
    CK_BYTE digest[32] = {1}, sig[64];
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    CK_ULONG n = sizeof sig;
    CK_SLOT_ID slot;

    (void)state;
    make_pair(s, paramset(TC26_A), CK_TRUE, &pub, &priv);
    OK(F->C_SignInit(s, &m, priv));
    store_clear();
    pause_us(30000);
    FAILS(CKR_DEVICE_REMOVED, F->C_Sign(s, digest, sizeof digest, sig, &n));
    FAILS(CKR_DEVICE_REMOVED, sign(s, priv));
    n = 1;
    OK(F->C_GetSlotList(CK_TRUE, &slot, &n));
    assert_int_equal(n, 1);
    assert_true((token_flags(0) & CKF_USER_PIN_TO_BE_CHANGED) != 0); /* a factory token */
    s = open_rw();
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    OK(F->C_Login(s, CKU_USER, PIN("12345678")));
    assert_int_equal(find_n(s, NULL, 0, NULL), 0);
}

static void store_of_others(void **state)
{
    char link[256], file[256], aside[256];
    CK_TOKEN_INFO info;

    (void)state;
    (void)snprintf(link, sizeof link, "%s-link", store_dir());
    (void)snprintf(file, sizeof file, "%s/token-0.db", store_dir());
    (void)snprintf(aside, sizeof aside, "%s/aside", store_dir());
    OK(F->C_Finalize(NULL));
    assert_int_equal(chmod(store_dir(), 0770), 0);
    FAILS(CKR_GENERAL_ERROR, F->C_Initialize(NULL));
    assert_int_equal(chmod(store_dir(), 0702), 0);
    FAILS(CKR_GENERAL_ERROR, F->C_Initialize(NULL));
    assert_int_equal(chmod(store_dir(), 0755), 0);
    OK(F->C_Initialize(NULL));
    OK(F->C_Finalize(NULL));
    /* The directory may be a link; a token may not. */
    assert_int_equal(symlink(store_dir(), link), 0);
    (void)setenv("GOSTTOKEN_DIR", link, 1);
    OK(F->C_Initialize(NULL));
    (void)open_user();
    OK(F->C_Finalize(NULL));
    (void)setenv("GOSTTOKEN_DIR", store_dir(), 1);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(chmod(file, 0620), 0);
    OK(F->C_Initialize(NULL));
    FAILS(CKR_DEVICE_ERROR, F->C_GetTokenInfo(0, &info));
    OK(F->C_Finalize(NULL));
    assert_int_equal(chmod(file, 0600), 0);
    assert_int_equal(rename(file, aside), 0);
    assert_int_equal(symlink("aside", file), 0);
    OK(F->C_Initialize(NULL));
    FAILS(CKR_DEVICE_ERROR, F->C_GetTokenInfo(0, &info));
}

/* 1 if everything in the store belongs to that user. */
static int all_belong_to(uid_t uid)
{
    DIR *d = opendir(store_dir());
    struct dirent *e;
    struct stat st;
    int n = 0, right = 0;

    assert_non_null(d);
    while ((e = readdir(d)) != NULL) {
        if (e->d_name[0] == '.')
            continue;
        assert_int_equal(fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW), 0);
        n++;
        right += st.st_uid == uid;
    }
    (void)closedir(d);
    return n > 0 && n == right;
}

/* root, for whom nothing is closed, works in a service's store and leaves it usable to the service.
 */
static void root_in_anothers_store(void **state)
{
    const uid_t service = 65534;
    CK_OBJECT_HANDLE pub, priv;
    CK_SESSION_HANDLE s;
    char above[256];
    int status;
    pid_t pid;

    (void)state;
    if (geteuid() != 0)
        skip();
    (void)snprintf(above, sizeof above, "%s/..", store_dir());
    assert_int_equal(chmod(above, 0711), 0); /* the way to the store */
    OK(F->C_Finalize(NULL));
    store_clear();
    (void)mkdir(store_dir(), 0700);
    assert_int_equal(chown(store_dir(), service, service), 0);
    OK(F->C_Initialize(NULL));
    /* a token made, a key made, by root */
    OK(F->C_InitToken(0, PIN(SO_PIN), (CK_UTF8CHAR *)"service                         "));
    s = open_rw();
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    OK(F->C_InitPIN(s, PIN(USER_PIN)));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    make_pair(s, paramset(TC26_A), CK_TRUE, &pub, &priv);
    OK(F->C_Finalize(NULL));
    assert_true(all_belong_to(service));
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        CHECK(setgid(service) == 0 && setuid(service) == 0);
        CHECK(F->C_Initialize(NULL) == CKR_OK);
        CHECK(F->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s) == CKR_OK);
        CHECK(F->C_Login(s, CKU_USER, PIN(USER_PIN)) == CKR_OK);
        CHECK(find_n(s, (CK_ATTRIBUTE[]){A_ULONG(CKA_CLASS, class_priv)}, 1, &priv) == 1);
        CHECK(sign(s, priv) == CKR_OK);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(chown(store_dir(), 0, 0), 0);
    store_clear();
    OK(F->C_Initialize(NULL));
}

/* ---- PINs ----------------------------------------------------------------------------------- */

static void odd_pins(void **state)
{
    static const char nul[] = "abc\0def", cut[] = "abc\0deg";
    static const char utf8[] = "\xd0\xbf\xd0\xb8\xd0\xbd\xd0\xba\xd0\xbe\xd0\xb4";
    CK_SESSION_HANDLE s = open_user();
    CK_UTF8CHAR now[256], next[256];
    const struct {
        const char *pin;
        CK_ULONG len;
        CK_RV rv;
    } rows[] = {
        {NULL, 0, CKR_PIN_LEN_RANGE},
        {NULL, 5, CKR_PIN_LEN_RANGE},
        {NULL, 6, CKR_OK},
        {NULL, 249, CKR_OK},
        {NULL, 250, CKR_PIN_LEN_RANGE},
        {NULL, (CK_ULONG)-1, CKR_PIN_LEN_RANGE},
        {nul, 7, CKR_OK},
        {utf8, sizeof utf8 - 1, CKR_OK},
    };
    CK_ULONG len = strlen(USER_PIN);

    (void)state;
    memcpy(now, USER_PIN, len);
    for (unsigned i = 0; i < COUNT(rows); i++) {
        memset(next, 'a' + (int)i, sizeof next);
        if (rows[i].pin != NULL)
            memcpy(next, rows[i].pin, rows[i].len);
        FAILS(rows[i].rv, F->C_SetPIN(s, now, len, next, rows[i].len));
        if (rows[i].rv == CKR_OK) {
            memcpy(now, next, sizeof now);
            len = rows[i].len;
        }
        OK(F->C_Logout(s));
        FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_USER, now, len - 1));
        FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_USER, now, (CK_ULONG)-1));
        FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_USER, now, 0));
        FAILS(CKR_PIN_INCORRECT,
              F->C_Login(s, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)cut, sizeof cut - 1));
        OK(F->C_Login(s, CKU_USER, now, len));
    }
    assert_true((token_flags(0) & CKF_USER_PIN_COUNT_LOW) == 0);
}

int main(void)
{
#define TOKEN(t) cmocka_unit_test_setup_teardown(t, test_begin_token, test_end)
    const struct CMUnitTest tests[] = {
        TOKEN(killed_generating),
        TOKEN(killed_changing_pins),
        TOKEN(killed_formatting),
        cmocka_unit_test_setup_teardown(made_by_two, test_begin, test_end),
        TOKEN(damaged_row),
        TOKEN(damaged_page),
        TOKEN(store_taken_away),
        TOKEN(files_are_limited),
        TOKEN(store_of_others),
        TOKEN(root_in_anothers_store),
        TOKEN(odd_pins),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
