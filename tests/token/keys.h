/* SPDX-License-Identifier: Apache-2.0 */
/* Secret keys for the tests of what is done with them. */
#ifndef TEST_TOKEN_KEYS_H
#define TEST_TOKEN_KEYS_H

#include "tests/token/harness.h"

/* A session key of that type and value that may be extracted and is good for everything. */
static inline CK_OBJECT_HANDLE import_key(CK_SESSION_HANDLE s, CK_KEY_TYPE type, const void *value,
                                          CK_ULONG len)
{
    CK_ATTRIBUTE t[] = {
        A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type),
        {CKA_VALUE, (void *)value, len},  A_BOOL(CKA_EXTRACTABLE, yes),
        A_BOOL(CKA_SENSITIVE, no),        A_BOOL(CKA_PRIVATE, no),
    };
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;

    OK(F->C_CreateObject(s, t, COUNT(t), &key));
    return key;
}

/* Bytes 0, 1, 2 … as a key of 32. */
static inline CK_OBJECT_HANDLE key_of(CK_SESSION_HANDLE s, CK_KEY_TYPE type, CK_BYTE first)
{
    CK_BYTE value[32];
    unsigned i;

    for (i = 0; i < sizeof value; i++)
        value[i] = (CK_BYTE)(first + i);
    return import_key(s, type, value, sizeof value);
}

#endif
