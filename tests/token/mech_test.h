/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the mechanisms share: values from hex, secret keys, whole operations. */
#ifndef TEST_TOKEN_MECH_TEST_H
#define TEST_TOKEN_MECH_TEST_H

#include "tests/token/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of a hex string, in which blanks are allowed; returns their number. */
static inline size_t unhex(CK_BYTE *out, const char *hex)
{
    size_t n = 0;
    unsigned v;

    for (; *hex != '\0'; hex++) {
        if (*hex == ' ')
            continue;
        assert_int_equal(sscanf(hex, "%2x", &v), 1);
        out[n++] = (CK_BYTE)v;
        hex++;
    }
    return n;
}

static inline void assert_hex(const CK_BYTE *got, size_t len, const char *hex)
{
    CK_BYTE want[1024];

    assert_int_equal(unhex(want, hex), len);
    assert_memory_equal(got, want, len);
}

static inline const CK_BYTE *sbox_der(char set, CK_ULONG *len)
{
    static CK_BYTE cryptopro[] = {6, 7, 0x2A, 0x85, 3, 2, 2, 31, 1};
    static CK_BYTE z[] = {6, 9, 0x2A, 0x85, 3, 7, 1, 2, 5, 1, 1};

    if (set == 'Z') {
        *len = sizeof z;
        return z;
    }
    cryptopro[8] = (CK_BYTE)(set == '0' ? 0 : set - 'A' + 1);
    *len = sizeof cryptopro;
    return cryptopro;
}

/* A session's secret key that may do everything and can be read. sbox: 0 (none said), '0' (the
 * test's), 'A' … 'D', 'Z'. */
static inline CK_OBJECT_HANDLE secret_key(CK_SESSION_HANDLE s, CK_KEY_TYPE type,
                                          const CK_BYTE *value, size_t len, char sbox)
{
    CK_ULONG der_len = 0;
    const CK_BYTE *der = sbox != 0 ? sbox_der(sbox, &der_len) : NULL;
    CK_ATTRIBUTE templ[] = {
        A_ULONG(CKA_CLASS, class_secret),
        A_ULONG(CKA_KEY_TYPE, type),
        A_BOOL(CKA_SENSITIVE, no),
        A_BOOL(CKA_EXTRACTABLE, yes),
        A_BOOL(CKA_ENCRYPT, yes),
        A_BOOL(CKA_DECRYPT, yes),
        A_BOOL(CKA_SIGN, yes),
        A_BOOL(CKA_VERIFY, yes),
        A_BOOL(CKA_WRAP, yes),
        A_BOOL(CKA_UNWRAP, yes),
        A_BOOL(CKA_DERIVE, yes),
        {CKA_VALUE, (void *)value, len},
        {CKA_GOST28147_PARAMS, (void *)der, der_len},
    };
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;

    OK(F->C_CreateObject(s, templ, COUNT(templ) - (der == NULL), &key));
    return key;
}

static inline CK_OBJECT_HANDLE secret_hex(CK_SESSION_HANDLE s, CK_KEY_TYPE type, const char *hex,
                                          char sbox)
{
    CK_BYTE value[256];
    size_t len = unhex(value, hex);

    return secret_key(s, type, value, len, sbox);
}

/* A template for a key that is made and can be read. */
#define MADE(type)                                                                                 \
    A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type), A_BOOL(CKA_SENSITIVE, no),      \
        A_BOOL(CKA_EXTRACTABLE, yes)

/* Encrypts or decrypts in one call. */
static inline CK_RV crypt_one(CK_SESSION_HANDLE s, CK_MECHANISM *mech, CK_OBJECT_HANDLE key,
                              int decrypt, const CK_BYTE *in, size_t len, CK_BYTE *out,
                              CK_ULONG *out_len)
{
    CK_RV rv = decrypt ? F->C_DecryptInit(s, mech, key) : F->C_EncryptInit(s, mech, key);

    if (rv != CKR_OK)
        return rv;
    return decrypt ? F->C_Decrypt(s, (CK_BYTE *)in, len, out, out_len)
                   : F->C_Encrypt(s, (CK_BYTE *)in, len, out, out_len);
}

/*
 * The same in parts of 1, 2, 3 … bytes (from `part`), each in memory of its own; every other part
 * is worked on in place. `out` takes `room` bytes.
 */
static inline CK_RV crypt_parts(CK_SESSION_HANDLE s, CK_MECHANISM *mech, CK_OBJECT_HANDLE key,
                                int decrypt, size_t part, const CK_BYTE *in, size_t len,
                                CK_BYTE *out, CK_ULONG room, CK_ULONG *out_len)
{
    CK_RV rv = decrypt ? F->C_DecryptInit(s, mech, key) : F->C_EncryptInit(s, mech, key);
    CK_ULONG done = 0, n;

    for (; rv == CKR_OK && len != 0; part++) {
        size_t take = part < len ? part : len;
        CK_BYTE *mine = malloc(take + 32), *to = part % 2 ? mine : malloc(take + 32);

        assert_true(mine != NULL && to != NULL);
        memcpy(mine, in, take);
        n = take + 32;
        rv = decrypt ? F->C_DecryptUpdate(s, mine, take, to, &n)
                     : F->C_EncryptUpdate(s, mine, take, to, &n);
        if (rv == CKR_OK) {
            assert_true(n <= room - done);
            memcpy(out + done, to, n);
            done += n;
        }
        in += take;
        len -= take;
        if (to != mine)
            free(to);
        free(mine);
    }
    if (rv != CKR_OK)
        return rv;
    n = room - done;
    rv = decrypt ? F->C_DecryptFinal(s, out + done, &n) : F->C_EncryptFinal(s, out + done, &n);
    *out_len = rv == CKR_OK ? done + n : 0;
    return rv;
}

static inline CK_RV sign_one(CK_SESSION_HANDLE s, CK_MECHANISM *mech, CK_OBJECT_HANDLE key,
                             const CK_BYTE *in, size_t len, CK_BYTE *mac, CK_ULONG *mac_len)
{
    CK_RV rv = F->C_SignInit(s, mech, key);

    return rv == CKR_OK ? F->C_Sign(s, (CK_BYTE *)in, len, mac, mac_len) : rv;
}

static inline CK_RV verify_one(CK_SESSION_HANDLE s, CK_MECHANISM *mech, CK_OBJECT_HANDLE key,
                               const CK_BYTE *in, size_t len, const CK_BYTE *mac, CK_ULONG mac_len)
{
    CK_RV rv = F->C_VerifyInit(s, mech, key);

    return rv == CKR_OK ? F->C_Verify(s, (CK_BYTE *)in, len, (CK_BYTE *)mac, mac_len) : rv;
}

/* A GOST private key of the session, of that value; hash: DER or NULL. */
static inline CK_OBJECT_HANDLE gost_private(CK_SESSION_HANDLE s, const gost_paramset *ps,
                                            const CK_BYTE *d, const CK_BYTE *hash, size_t hash_len)
{
    CK_KEY_TYPE type = ps->bits == 512 ? CKK_GOSTR3410_512 : CKK_GOSTR3410;
    CK_ATTRIBUTE templ[] = {
        A_ULONG(CKA_CLASS, class_priv),
        A_ULONG(CKA_KEY_TYPE, type),
        A_BOOL(CKA_DERIVE, yes),
        A_BOOL(CKA_UNWRAP, yes),
        {CKA_GOSTR3410_PARAMS, (void *)ps->der, ps->der_len},
        {CKA_VALUE, (void *)d, ps->bits / 8},
        {CKA_GOSTR3411_PARAMS, (void *)hash, hash_len},
    };
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;

    OK(F->C_CreateObject(s, templ, COUNT(templ) - (hash == NULL), &key));
    return key;
}

static inline CK_OBJECT_HANDLE gost_public(CK_SESSION_HANDLE s, const gost_paramset *ps,
                                           const CK_BYTE *pub, const CK_BYTE *hash, size_t hash_len)
{
    CK_KEY_TYPE type = ps->bits == 512 ? CKK_GOSTR3410_512 : CKK_GOSTR3410;
    CK_ATTRIBUTE templ[] = {
        A_ULONG(CKA_CLASS, class_pub),
        A_ULONG(CKA_KEY_TYPE, type),
        A_BOOL(CKA_WRAP, yes),
        {CKA_GOSTR3410_PARAMS, (void *)ps->der, ps->der_len},
        {CKA_VALUE, (void *)pub, ps->bits / 4},
        {CKA_GOSTR3411_PARAMS, (void *)hash, hash_len},
    };
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;

    OK(F->C_CreateObject(s, templ, COUNT(templ) - (hash == NULL), &key));
    return key;
}

/* C_DeriveKey to a key that can be read; its value goes to out, the key is destroyed. */
static inline CK_RV derive_value(CK_SESSION_HANDLE s, CK_MECHANISM *mech, CK_OBJECT_HANDLE base,
                                 CK_KEY_TYPE type, CK_ULONG value_len, CK_BYTE *out, size_t *len)
{
    CK_ATTRIBUTE templ[] = {MADE(type), A_ULONG(CKA_VALUE_LEN, value_len)};
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    CK_RV rv = F->C_DeriveKey(s, mech, base, templ, COUNT(templ) - (value_len == 0), &key);

    if (rv != CKR_OK)
        return rv;
    *len = get_bytes(s, key, CKA_VALUE, out, 256);
    OK(F->C_DestroyObject(s, key));
    return CKR_OK;
}

#endif
