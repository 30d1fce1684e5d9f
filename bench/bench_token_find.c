/* SPDX-License-Identifier: Apache-2.0 */
/* see bench_token.h */
#include "bench/bench_token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TIMES 15

static CK_OBJECT_CLASS class_pub = CKO_PUBLIC_KEY;
static CK_BBOOL yes = CK_TRUE;

static double ms_now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static void need_ok(CK_RV rv, const char *what)
{
    if (rv != CKR_OK) {
        (void)fprintf(stderr, "bench-token: %s: 0x%lx\n", what, rv);
        exit(1);
    }
}

/* An RSA public key: every module knows what that is, and nobody computes with it here. */
static void add(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE s, unsigned n)
{
    static CK_BYTE e[] = {1, 0, 1}, modulus[256];
    CK_KEY_TYPE rsa = CKK_RSA;
    CK_OBJECT_HANDLE o;
    char label[32];
    CK_ATTRIBUTE t[] = {{CKA_CLASS, &class_pub, sizeof class_pub},
                        {CKA_KEY_TYPE, &rsa, sizeof rsa},
                        {CKA_TOKEN, &yes, sizeof yes},
                        {CKA_MODULUS, modulus, sizeof modulus},
                        {CKA_PUBLIC_EXPONENT, e, sizeof e},
                        {CKA_ID, &n, sizeof n},
                        {CKA_LABEL, label, 0}};

    memset(modulus, 0xA5, sizeof modulus);
    memcpy(modulus + 8, &n, sizeof n);
    t[6].ulValueLen = (CK_ULONG)snprintf(label, sizeof label, "object %u", n);
    need_ok(f->C_CreateObject(s, t, sizeof t / sizeof t[0], &o), "C_CreateObject");
}

/* The slot with the token: SoftHSM2 gives it another number after a new start. */
static CK_SLOT_ID token_slot(CK_FUNCTION_LIST *f)
{
    CK_SLOT_ID slots[16];
    CK_TOKEN_INFO info;
    CK_ULONG n = sizeof slots / sizeof slots[0], i;

    need_ok(f->C_GetSlotList(CK_TRUE, slots, &n), "C_GetSlotList");
    for (i = 0; i < n; i++) {
        if (f->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
            (info.flags & CKF_USER_PIN_INITIALIZED) != 0)
            return slots[i];
    }
    need_ok(CKR_TOKEN_NOT_PRESENT, "to find the token");
    return 0;
}

static void find(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE s, CK_ATTRIBUTE_TYPE by, unsigned n)
{
    char label[32];
    CK_ATTRIBUTE t[] = {{CKA_CLASS, &class_pub, sizeof class_pub}, {by, &n, sizeof n}};
    CK_OBJECT_HANDLE o[2];
    CK_ULONG found = 0;

    if (by == CKA_LABEL) {
        t[1].pValue = label;
        t[1].ulValueLen = (CK_ULONG)snprintf(label, sizeof label, "object %u", n);
    }
    need_ok(f->C_FindObjectsInit(s, t, 2), "C_FindObjectsInit");
    need_ok(f->C_FindObjects(s, o, 2, &found), "C_FindObjects");
    need_ok(f->C_FindObjectsFinal(s), "C_FindObjectsFinal");
    need_ok(found == 1 ? CKR_OK : CKR_GENERAL_ERROR, "to find one object");
}

/* Milliseconds from C_Initialize to the object, and of another search after that: the least of
 * several, for the two numbers of objects cannot take turns. */
static void measure(CK_FUNCTION_LIST *f, unsigned objects, CK_ATTRIBUTE_TYPE by, double *all,
                    double *again)
{
    static CK_UTF8CHAR pin[] = BENCH_PIN;
    CK_C_INITIALIZE_ARGS args = {NULL, NULL, NULL, NULL, CKF_OS_LOCKING_OK, NULL};
    double start, mid, end;
    CK_SESSION_HANDLE s;
    int i;

    for (i = 0; i < TIMES; i++) {
        start = ms_now();
        need_ok(f->C_Initialize(&args), "C_Initialize");
        need_ok(f->C_OpenSession(token_slot(f), CKF_SERIAL_SESSION, NULL, NULL, &s),
                "C_OpenSession");
        need_ok(f->C_Login(s, CKU_USER, pin, sizeof pin - 1), "C_Login");
        find(f, s, by, objects / 2);
        mid = ms_now();
        find(f, s, by, objects / 3);
        end = ms_now();
        *all = i == 0 || mid - start < *all ? mid - start : *all;
        *again = i == 0 || end - mid < *again ? end - mid : *again;
        need_ok(f->C_Finalize(NULL), "C_Finalize");
    }
}

void bench_find(const char *name, CK_FUNCTION_LIST *f, unsigned many)
{
    static const struct {
        CK_ATTRIBUTE_TYPE by;
        const char *name;
    } how[] = {{CKA_ID, "class, id"}, {CKA_LABEL, "class, label"}};
    static CK_UTF8CHAR pin[] = BENCH_PIN;
    unsigned counts[] = {10, many}, n = 0;
    double all[2][2], again[2][2];
    CK_SESSION_HANDLE s;
    int i, k;

    for (k = 0; k < 2; k++) {
        need_ok(f->C_Initialize(NULL), "C_Initialize");
        need_ok(
            f->C_OpenSession(token_slot(f), CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s),
            "C_OpenSession");
        need_ok(f->C_Login(s, CKU_USER, pin, sizeof pin - 1), "C_Login");
        for (; n < counts[k]; n++)
            add(f, s, n);
        need_ok(f->C_Finalize(NULL), "C_Finalize");
        for (i = 0; i < 2; i++)
            measure(f, counts[k], how[i].by, &all[i][k], &again[i][k]);
    }
    for (i = 0; i < 2; i++)
        (void)printf("%-16s %-14s %9.2f %9.2f %8.2f %9.3f %9.3f\n", name, how[i].name, all[i][0],
                     all[i][1], all[i][1] / all[i][0], again[i][0], again[i][1]);
}
