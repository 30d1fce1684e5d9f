/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls in random order with random arguments, good and bad, from one seed: no crash, no memory
 * error (under a sanitizer), no code that is not one of the standard's, and a module that still
 * works afterwards. GOSTTOKEN_ABUSE gives another number of calls.
 */
#include "tests/token/harness.h"

#include <stdlib.h>
#include <string.h>

static uint64_t seed = 20240229;

static uint32_t rnd(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % below;
}

/* ---- arguments ------------------------------------------------------------------------------ */

static CK_BYTE bytes[300];
static CK_SESSION_HANDLE sessions[8];
static CK_OBJECT_HANDLE objects[16];

static CK_SESSION_HANDLE a_session(void)
{
    return rnd(20) == 0 ? rnd(100) : sessions[rnd(COUNT(sessions))];
}

static CK_OBJECT_HANDLE an_object(void)
{
    return rnd(10) == 0 ? rnd(1000) : objects[rnd(COUNT(objects))];
}

static CK_MECHANISM *a_mechanism(void)
{
    static const CK_MECHANISM_TYPE types[] = {CKM_GOSTR3410_KEY_PAIR_GEN,
                                              CKM_GOSTR3410_512_KEY_PAIR_GEN,
                                              CKM_GOSTR3410,
                                              CKM_GOSTR3410_512,
                                              CKM_GOSTR3410_WITH_GOSTR3411_12_256,
                                              CKM_GOSTR3411_12_256,
                                              CKM_GOSTR3411_12_512,
                                              CKM_RSA_PKCS};
    static CK_MECHANISM m;

    m.mechanism = types[rnd(COUNT(types))];
    m.pParameter = rnd(8) == 0 ? bytes : NULL;
    m.ulParameterLen = rnd(8) == 0 ? rnd(40) : 0;
    return rnd(50) == 0 ? NULL : &m;
}

/* Values are of the exact size in memory of their own, so that a read beyond the end is seen. */
static CK_ATTRIBUTE templ[12];
static void *values[12];

static CK_ULONG a_template(void)
{
    static const CK_ATTRIBUTE_TYPE types[] = {CKA_CLASS,
                                              CKA_TOKEN,
                                              CKA_PRIVATE,
                                              CKA_LABEL,
                                              CKA_VALUE,
                                              CKA_CERTIFICATE_TYPE,
                                              CKA_TRUSTED,
                                              CKA_KEY_TYPE,
                                              CKA_ID,
                                              CKA_SENSITIVE,
                                              CKA_SIGN,
                                              CKA_START_DATE,
                                              CKA_EXTRACTABLE,
                                              CKA_LOCAL,
                                              CKA_ALLOWED_MECHANISMS,
                                              CKA_GOSTR3410_PARAMS,
                                              CKA_GOSTR3411_PARAMS,
                                              CKA_MODIFIABLE,
                                              CKA_MODULUS,
                                              CKA_PUBLIC_KEY_INFO,
                                              CKA_CHECK_VALUE,
                                              0x12345};
    const gost_paramset *ps;
    CK_ULONG n = rnd(COUNT(templ)), i, number;

    for (i = 0; i < n; i++) {
        CK_ATTRIBUTE *a = &templ[i];

        free(values[i]);
        a->type = i == 0 ? CKA_CLASS : types[rnd(COUNT(types))];
        a->ulValueLen = rnd(12) == 0 ? rnd(70) : sizeof(CK_ULONG);
        number = rnd(6);
        switch (a->type) {
        case CKA_TOKEN:
        case CKA_PRIVATE:
        case CKA_SENSITIVE:
        case CKA_SIGN:
        case CKA_EXTRACTABLE:
        case CKA_MODIFIABLE:
        case CKA_TRUSTED:
            a->ulValueLen = rnd(12) == 0 ? rnd(9) : 1;
            number = rnd(12) == 0 ? rnd(256) : rnd(2);
            break;
        case CKA_KEY_TYPE:
            number = rnd(3) == 0 ? CKK_GENERIC_SECRET : rnd(2) ? CKK_GOSTR3410 : CKK_GOSTR3410_512;
            break;
        case CKA_VALUE:
            a->ulValueLen = (CK_ULONG)16 << rnd(4);
            break;
        default:
            break;
        }
        values[i] = malloc(a->ulValueLen != 0 ? a->ulValueLen : 1);
        assert_non_null(values[i]);
        memcpy(values[i], bytes, a->ulValueLen);
        memcpy(values[i], &number, a->ulValueLen < sizeof number ? a->ulValueLen : sizeof number);
        ps = gost_paramset_at(rnd(16));
        if (a->type == CKA_GOSTR3410_PARAMS && ps != NULL) {
            free(values[i]);
            values[i] = malloc(ps->der_len);
            assert_non_null(values[i]);
            memcpy(values[i], ps->der, ps->der_len);
            a->ulValueLen = ps->der_len;
        }
        a->pValue = rnd(30) == 0 ? NULL : values[i];
    }
    return n;
}

static CK_ATTRIBUTE *or_null(CK_ATTRIBUTE *t)
{
    return rnd(40) == 0 ? NULL : t;
}

static CK_BYTE *some_bytes(void)
{
    return rnd(15) == 0 ? NULL : bytes;
}

/* A buffer of exactly *len bytes, or none. */
static CK_BYTE *room(CK_ULONG *len)
{
    static CK_BYTE *buf;

    *len = rnd(3) == 0 ? rnd(140) : 128;
    free(buf);
    buf = malloc(*len != 0 ? *len : 1);
    return rnd(6) == 0 ? NULL : buf;
}

/* ---- calls ---------------------------------------------------------------------------------- */

static CK_RV call(void)
{
    CK_ULONG n = 0, k;
    CK_OBJECT_HANDLE o = 0, p = 0;
    CK_SESSION_INFO info;
    CK_TOKEN_INFO token;
    CK_BYTE *out;
    CK_RV rv;

    switch (rnd(30)) {
    case 0:
        k = rnd(COUNT(sessions));
        (void)F->C_CloseSession(sessions[k]);
        return F->C_OpenSession(rnd(8) == 0 ? rnd(4) : 0,
                                (rnd(20) ? CKF_SERIAL_SESSION : 0) | (rnd(3) ? CKF_RW_SESSION : 0),
                                NULL, NULL, &sessions[k]);
    case 1:
        return rnd(10) ? CKR_OK : F->C_Logout(a_session());
    case 2:
    case 3:
        return rnd(6) ? CKR_OK : F->C_Login(a_session(), CKU_USER, PIN(USER_PIN));
    case 4:
        return rnd(20) ? CKR_OK : F->C_Login(a_session(), rnd(4), PIN(SO_PIN));
    case 5:
    case 6:
    case 7:
        n = a_template();
        rv = F->C_CreateObject(a_session(), or_null(templ), n, rnd(50) ? &o : NULL);
        if (rv == CKR_OK)
            objects[rnd(COUNT(objects))] = o;
        return rv;
    case 8:
        n = a_template();
        rv = F->C_CopyObject(a_session(), an_object(), or_null(templ), n, &o);
        if (rv == CKR_OK)
            objects[rnd(COUNT(objects))] = o;
        return rv;
    case 9:
        return F->C_DestroyObject(a_session(), an_object());
    case 10:
        n = a_template();
        for (k = 0; k < n; k++)
            templ[k].pValue = rnd(4) ? values[k] : NULL;
        return F->C_GetAttributeValue(a_session(), an_object(), or_null(templ), n);
    case 11:
        n = a_template();
        return F->C_SetAttributeValue(a_session(), an_object(), or_null(templ), n);
    case 12:
        n = a_template();
        return F->C_FindObjectsInit(a_session(), or_null(templ), rnd(3) ? n : 0);
    case 13:
        return F->C_FindObjects(a_session(), objects, rnd(COUNT(objects)), rnd(20) ? &n : NULL);
    case 14:
        return F->C_FindObjectsFinal(a_session());
    case 15:
    case 16:
        n = a_template();
        rv = F->C_GenerateKeyPair(a_session(), a_mechanism(), or_null(templ), n, or_null(templ),
                                  rnd(3) ? n : 0, &o, &p);
        if (rv == CKR_OK) {
            objects[0] = o;
            objects[1] = p;
        }
        return rv;
    case 17:
    case 18:
        return F->C_SignInit(a_session(), a_mechanism(), an_object());
    case 19:
        out = room(&n);
        return F->C_Sign(a_session(), some_bytes(), rnd(2) ? 32 : rnd(300), out,
                         rnd(30) ? &n : NULL);
    case 20:
        return F->C_SignUpdate(a_session(), some_bytes(), rnd(70));
    case 21:
        out = room(&n);
        return F->C_SignFinal(a_session(), out, rnd(30) ? &n : NULL);
    case 22:
        return F->C_VerifyInit(a_session(), a_mechanism(), an_object());
    case 23:
        return F->C_Verify(a_session(), some_bytes(), rnd(2) ? 32 : rnd(300), some_bytes(),
                           rnd(2) ? 64 : rnd(200));
    case 24:
        return F->C_VerifyUpdate(a_session(), some_bytes(), rnd(70));
    case 25:
        return F->C_DigestInit(a_session(), a_mechanism());
    case 26:
        return F->C_DigestUpdate(a_session(), some_bytes(), rnd(300));
    case 27:
        out = room(&n);
        return F->C_DigestFinal(a_session(), out, rnd(30) ? &n : NULL);
    case 28:
        return F->C_GetSessionInfo(a_session(), rnd(20) ? &info : NULL);
    default:
        return rnd(2) ? F->C_GetTokenInfo(rnd(3), &token)
                      : F->C_GetObjectSize(a_session(), an_object(), &n);
    }
}

static void abuse(void **state)
{
    const char *given = getenv("GOSTTOKEN_ABUSE");
    unsigned long calls = given != NULL ? strtoul(given, NULL, 10) : 20000, i;
    unsigned long good = 0;
    CK_OBJECT_HANDLE pub, priv;
    CK_SESSION_HANDLE s;
    CK_RV rv;

    (void)state;
    for (i = 0; i < sizeof bytes; i++)
        bytes[i] = (CK_BYTE)(i * 31 + 7);
    for (i = 0; i < calls; i++) {
        rv = call();
        good += rv == CKR_OK;
        if (rv == CKR_GENERAL_ERROR || rv == CKR_DEVICE_ERROR || rv == CKR_FUNCTION_FAILED ||
            rv == CKR_DEVICE_REMOVED || rv >= CKR_FUNCTION_REJECTED)
            fail_msg("call %lu: 0x%lx", i, rv);
    }
    assert_true(good > calls / 20);
    for (i = 0; i < COUNT(values); i++) {
        free(values[i]);
        values[i] = NULL;
    }
    OK(F->C_CloseAllSessions(0));
    s = open_user();
    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), CK_TRUE, &pub, &priv);
    assert_true(find_n(s, NULL, 0, NULL) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(abuse, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
