/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secrets MODULE PIN LABEL PRIVATE PUBLIC: puts a key of 256 bits whose bytes are known
 * (hexadecimal, little endian) on the first token, set A, so that they can be looked for
 * afterwards.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include <gosttoken/pkcs11-gost.h>

static int from_hex(const char *hex, CK_BYTE *out, size_t len)
{
    if (strlen(hex) != 2 * len) {
        return 0;
    }
    for (size_t i = 0; i < len; i++) {
        unsigned byte;

        if (sscanf(hex + 2 * i, "%2x", &byte) != 1) {
            return 0;
        }
        out[i] = (CK_BYTE)byte;
    }
    return 1;
}

static int put(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, char *label,
               CK_BYTE *value, CK_ULONG len)
{
    static CK_BYTE set_a[] = {6, 7, 0x2A, 0x85, 3, 2, 2, 35, 1};
    static CK_BYTE streebog[] = {6, 8, 0x2A, 0x85, 3, 7, 1, 1, 2, 2};
    CK_BBOOL yes = CK_TRUE, private = class == CKO_PRIVATE_KEY;
    CK_KEY_TYPE type = CKK_GOSTR3410;
    CK_OBJECT_HANDLE object;
    CK_ATTRIBUTE t[] = {
        {CKA_CLASS, &class, sizeof class},
        {CKA_KEY_TYPE, &type, sizeof type},
        {CKA_TOKEN, &yes, sizeof yes},
        {CKA_PRIVATE, &private, sizeof private},
        {CKA_LABEL, label, strlen(label)},
        {CKA_ID, label, strlen(label)},
        {CKA_GOSTR3410_PARAMS, set_a, sizeof set_a},
        {CKA_GOSTR3411_PARAMS, streebog, sizeof streebog},
        {CKA_VALUE, value, len},
        {private ? CKA_SIGN : CKA_VERIFY, &yes, sizeof yes},
        {CKA_DERIVE, &yes, sizeof yes},
    };

    return f->C_CreateObject(session, t, private ? 11 : 10, &object) == CKR_OK;
}

int main(int argc, char **argv)
{
    void *module = argc == 6 ? dlopen(argv[1], RTLD_NOW) : NULL;
    CK_C_GetFunctionList get = NULL;
    CK_FUNCTION_LIST *f = NULL;
    CK_SESSION_HANDLE session;
    CK_BYTE d[32], q[64];
    CK_SLOT_ID slots[16];
    CK_ULONG n = 16;

    if (module != NULL) {
        *(void **)&get = dlsym(module, "C_GetFunctionList");
    }
    if (get == NULL || get(&f) != CKR_OK || !from_hex(argv[4], d, sizeof d) ||
        !from_hex(argv[5], q, sizeof q)) {
        fprintf(stderr, "usage: secrets module pin label private public\n");
        return 2;
    }
    if (f->C_Initialize(NULL) != CKR_OK || f->C_GetSlotList(CK_TRUE, slots, &n) != CKR_OK ||
        f->C_OpenSession(slots[0], CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session) !=
            CKR_OK ||
        f->C_Login(session, CKU_USER, (CK_BYTE *)argv[2], strlen(argv[2])) != CKR_OK ||
        !put(f, session, CKO_PRIVATE_KEY, argv[3], d, sizeof d) ||
        !put(f, session, CKO_PUBLIC_KEY, argv[3], q, sizeof q)) {
        fprintf(stderr, "the key could not be put on the token\n");
        return 1;
    }
    return f->C_Finalize(NULL) == CKR_OK ? 0 : 1;
}
