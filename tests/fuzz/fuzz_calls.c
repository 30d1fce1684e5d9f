/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of all the module's functions, one after the other, as the input's bytes say: a first byte
 * for the state that the run begins in, then for each call a byte that chooses the function and
 * those of its arguments. Beside what a sanitizer sees it is wrong: a result that says that the
 * module or the disk has failed, more written than was asked for, a key that may not come out
 * found in anything that does, and a module that does not work afterwards.
 */
#include "tests/fuzz/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_CALLS 60

static const struct {
    const fuzz_call *calls;
    const size_t *n;
} families[] = {{calls_crypto, &calls_crypto_n},   {calls_object, &calls_object_n},
                {calls_ex, &calls_ex_n},           {calls_general, &calls_general_n},
                {calls_message, &calls_message_n}, {calls_crypto, &calls_crypto_n},
                {calls_object, &calls_object_n},   {calls_crypto, &calls_crypto_n}};

static int loud;

static void judge(const char *name, CK_RV rv)
{
    if (loud)
        (void)fprintf(stderr, "%s: 0x%lx\n", name, rv);
    if (rv == CKR_GENERAL_ERROR || rv == CKR_DEVICE_ERROR || rv == CKR_DEVICE_REMOVED ||
        rv == CKR_DEVICE_MEMORY || rv == CKR_FUNCTION_FAILED ||
        (rv > CKR_FUNCTION_REJECTED && rv < CKR_VENDOR_DEFINED) || rv > CKR_PIN_IN_HISTORY)
        wrong("%s: 0x%lx", name, rv);
}

/* After whatever the last run did the next one must be able to begin. */
static void must(const char *name, CK_RV rv)
{
    if (rv != CKR_OK)
        wrong("the beginning: %s: 0x%lx", name, rv);
}

/* Everybody who calls in the order that is right gets this far. */
static void begin(uint8_t how)
{
    CK_OBJECT_HANDLE found[OBJECTS];
    CK_ULONG n = 0;
    const char *pin = how & 8 ? SO_PIN : USER_PIN;
    CK_FLAGS flags = how & 16 ? CKF_SERIAL_SESSION : CKF_SERIAL_SESSION | CKF_RW_SESSION;

    memset(&now, 0, sizeof now);
    if (how & 1)
        return;
    must("C_Initialize", F->C_Initialize(NULL));
    if (how & 2)
        return;
    must("C_OpenSession",
         F->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &now.sessions[1]));
    if ((how & 4) == 0) {
        must("C_Login", F->C_Login(now.sessions[1], how & 8 ? CKU_SO : CKU_USER,
                                   (CK_UTF8CHAR *)(uintptr_t)pin, strlen(pin)));
        must("C_FindObjectsInit", F->C_FindObjectsInit(now.sessions[1], NULL, 0));
        must("C_FindObjects", F->C_FindObjects(now.sessions[1], found, OBJECTS, &n));
        must("C_FindObjectsFinal", F->C_FindObjectsFinal(now.sessions[1]));
    }
    for (CK_ULONG i = 0; i < n; i++)
        now.objects[i] = found[i];
    if ((how & 24) == 24 && (how & 4) == 0)
        flags |= CKF_RW_SESSION; /* the SO has no other */
    must("C_OpenSession", F->C_OpenSession(0, flags, NULL, NULL, &now.sessions[0]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int started;
    input in = {data, size};

    if (!started) {
        started = 1;
        loud = getenv("FUZZ_LOUD") != NULL;
        world_start();
    }
    world_restore();
    begin(in_byte(&in));
    for (unsigned i = 0; i < MOST_CALLS && in.len > 0; i++) {
        uint8_t which = in_byte(&in);
        size_t family = which % COUNT(families);
        const fuzz_call *call =
            &families[family]
                 .calls[(which / COUNT(families) + (size_t)in_byte(&in)) % *families[family].n];
        CK_RV rv = call->make(&in);

        judge(call->name, rv);
        call_done();
    }
    (void)F->C_Finalize(NULL);
    return 0;
}
