/* SPDX-License-Identifier: Apache-2.0 */
/* Digests and signatures: what they compute, and the rules of operations. */
#include "tests/token/harness.h"
#include "gost/streebog.h"

#include <stdlib.h>
#include <string.h>

#define TC26_A "1.2.643.7.1.2.1.1.1"

static const CK_BYTE HASH_256[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x02};
static const CK_BYTE HASH_512[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x03};

static CK_BYTE message[5000];

static int fill_message(void **state)
{
    size_t i;

    for (i = 0; i < sizeof message; i++)
        message[i] = (CK_BYTE)(i * 7 + i / 251);
    return suite_begin(state);
}

/* ---- digests -------------------------------------------------------------------------------- */

static void digests(void **state)
{
    static const CK_ULONG lengths[] = {0, 1, 63, 64, 65, 1024, 5000};
    CK_MECHANISM mechs[] = {{CKM_GOSTR3411_12_256, NULL, 0}, {CKM_GOSTR3411_12_512, NULL, 0}};
    CK_SESSION_HANDLE s = open_ro();
    CK_BYTE want[64], got[64];
    CK_ULONG i, m, at, n, step;

    (void)state;
    for (m = 0; m < 2; m++) {
        for (i = 0; i < COUNT(lengths); i++) {
            CK_ULONG size = (CK_ULONG)32 << m;

            gost_streebog_hash((unsigned)size * 8, message, lengths[i], want);
            OK(F->C_DigestInit(s, &mechs[m]));
            n = sizeof got;
            OK(F->C_Digest(s, message, lengths[i], got, &n));
            assert_int_equal(n, size);
            assert_memory_equal(got, want, size);

            OK(F->C_DigestInit(s, &mechs[m]));
            for (at = 0; at < lengths[i]; at += step) {
                step = lengths[i] - at < 37 ? lengths[i] - at : 37;
                OK(F->C_DigestUpdate(s, message + at, step));
            }
            n = size;
            OK(F->C_DigestFinal(s, got, &n));
            assert_memory_equal(got, want, size);
        }
    }
}

static void digest_parameters(void **state)
{
    CK_MECHANISM m = {CKM_GOSTR3411_12_256, (void *)HASH_256, sizeof HASH_256};
    CK_SESSION_HANDLE s = open_ro();
    CK_BYTE out[32];
    CK_ULONG n = sizeof out;

    (void)state;
    OK(F->C_DigestInit(s, &m));
    OK(F->C_Digest(s, message, 1, out, &n));
    m.pParameter = (void *)HASH_512;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DigestInit(s, &m));
    m.pParameter = (void *)HASH_256;
    m.ulParameterLen--;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DigestInit(s, &m));
    m.pParameter = NULL;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DigestInit(s, &m));
    m.mechanism = CKM_GOSTR3410;
    m.ulParameterLen = 0;
    FAILS(CKR_MECHANISM_INVALID, F->C_DigestInit(s, &m));
    m.mechanism = CKM_MD2;
    FAILS(CKR_MECHANISM_INVALID, F->C_DigestInit(s, &m));
    FAILS(CKR_ARGUMENTS_BAD, F->C_DigestInit(s, NULL));
}

/* The rules that digests and signatures share. `init` starts one whose result has `size` bytes. */
typedef CK_RV two_calls(CK_SESSION_HANDLE s, CK_BYTE *data, CK_ULONG len, CK_BYTE *out,
                        CK_ULONG *out_len);
typedef CK_RV one_update(CK_SESSION_HANDLE s, CK_BYTE *data, CK_ULONG len);
typedef CK_RV one_final(CK_SESSION_HANDLE s, CK_BYTE *out, CK_ULONG *out_len);

typedef struct op_calls {
    CK_RV (*init)(CK_SESSION_HANDLE s);
    two_calls *whole;
    one_update *update;
    one_final *final;
    CK_ULONG len, size;
} op_calls;

static void operation_rules(CK_SESSION_HANDLE s, const op_calls *c)
{
    CK_BYTE out[128];
    CK_ULONG n = 0;

    n = sizeof out;
    FAILS(CKR_OPERATION_NOT_INITIALIZED, c->whole(s, message, c->len, out, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, c->update(s, message, c->len));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, c->final(s, out, &n));

    /* Asking for the size and too small a buffer keep the operation; success ends it. */
    OK(c->init(s));
    FAILS(CKR_OPERATION_ACTIVE, c->init(s));
    n = (CK_ULONG)-1;
    OK(c->whole(s, message, c->len, NULL, &n));
    assert_int_equal(n, c->size);
    n = c->size - 1;
    FAILS(CKR_BUFFER_TOO_SMALL, c->whole(s, message, c->len, out, &n));
    assert_int_equal(n, c->size);
    OK(c->whole(s, message, c->len, out, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, c->whole(s, message, c->len, out, &n));

    OK(c->init(s));
    OK(c->update(s, message, c->len / 2));
    OK(c->update(s, NULL, 0));
    OK(c->final(s, NULL, &n));
    assert_int_equal(n, c->size);
    n = 0;
    FAILS(CKR_BUFFER_TOO_SMALL, c->final(s, out, &n));
    OK(c->update(s, message, c->len - c->len / 2));
    OK(c->final(s, out, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, c->final(s, out, &n));

    /* Every error ends it. */
    OK(c->init(s));
    FAILS(CKR_ARGUMENTS_BAD, c->whole(s, NULL, 5, out, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, c->whole(s, message, c->len, out, &n));
    OK(c->init(s));
    FAILS(CKR_ARGUMENTS_BAD, c->whole(s, message, c->len, out, NULL));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, c->whole(s, message, c->len, out, &n));
    OK(c->init(s));
    FAILS(CKR_ARGUMENTS_BAD, c->update(s, NULL, 5));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, c->update(s, message, c->len));
    OK(c->init(s));
    FAILS(CKR_ARGUMENTS_BAD, c->final(s, out, NULL));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, c->final(s, out, &n));

    /* What was begun in parts cannot be ended in one. */
    OK(c->init(s));
    OK(c->update(s, message, 1));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, c->whole(s, message, c->len, out, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, c->final(s, out, &n));
}

static CK_OBJECT_HANDLE test_key;
static CK_MECHANISM_TYPE test_mech;

static CK_RV init_digest(CK_SESSION_HANDLE s)
{
    CK_MECHANISM m = {CKM_GOSTR3411_12_512, NULL, 0};

    return F->C_DigestInit(s, &m);
}

static CK_RV init_sign(CK_SESSION_HANDLE s)
{
    CK_MECHANISM m = {test_mech, NULL, 0};

    return F->C_SignInit(s, &m, test_key);
}

static void rules(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    op_calls digest = {init_digest, F->C_Digest, F->C_DigestUpdate, F->C_DigestFinal, 100, 64};
    op_calls sign = {init_sign, F->C_Sign, F->C_SignUpdate, F->C_SignFinal, 32, 64};
    CK_OBJECT_HANDLE pub;

    (void)state;
    make_pair(s, paramset(TC26_A), CK_FALSE, &pub, &test_key);
    operation_rules(s, &digest);
    test_mech = CKM_GOSTR3410;
    operation_rules(s, &sign);
    test_mech = CKM_GOSTR3410_WITH_GOSTR3411_12_256;
    operation_rules(s, &sign);

    /* Operations of different kinds live side by side. */
    OK(init_digest(s));
    OK(init_sign(s));
    OK(F->C_DigestUpdate(s, message, 5));
    OK(F->C_SignUpdate(s, message, 5));
}

static void verify_rules(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_MECHANISM raw = {CKM_GOSTR3410, NULL, 0}, m = {CKM_GOSTR3410_WITH_GOSTR3411_12_256, NULL, 0};
    CK_OBJECT_HANDLE pub, priv;
    CK_BYTE sig[64], bad[64];
    CK_ULONG n = sizeof sig;

    (void)state;
    make_pair(s, paramset(TC26_A), CK_FALSE, &pub, &priv);
    OK(F->C_SignInit(s, &m, priv));
    OK(F->C_Sign(s, message, sizeof message, sig, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Verify(s, message, sizeof message, sig, n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_VerifyFinal(s, sig, n));
    OK(F->C_VerifyInit(s, &m, pub));
    FAILS(CKR_OPERATION_ACTIVE, F->C_VerifyInit(s, &m, pub));
    OK(F->C_Verify(s, message, sizeof message, sig, n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Verify(s, message, sizeof message, sig, n));
    OK(F->C_VerifyInit(s, &m, pub));
    FAILS(CKR_SIGNATURE_LEN_RANGE, F->C_Verify(s, message, sizeof message, sig, n - 1));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_VerifyUpdate(s, message, 1));
    OK(F->C_VerifyInit(s, &m, pub));
    FAILS(CKR_ARGUMENTS_BAD, F->C_Verify(s, message, sizeof message, NULL, n));
    OK(F->C_VerifyInit(s, &m, pub));
    OK(F->C_VerifyUpdate(s, message, 4000));
    OK(F->C_VerifyUpdate(s, message + 4000, 1000));
    OK(F->C_VerifyFinal(s, sig, n));
    memcpy(bad, sig, sizeof bad);
    bad[63] ^= 1;
    OK(F->C_VerifyInit(s, &m, pub));
    FAILS(CKR_SIGNATURE_INVALID, F->C_Verify(s, message, sizeof message, bad, n));
    OK(F->C_VerifyInit(s, &m, pub));
    FAILS(CKR_SIGNATURE_INVALID, F->C_Verify(s, message, sizeof message - 1, sig, n));
    OK(F->C_VerifyInit(s, &raw, pub));
    FAILS(CKR_DATA_LEN_RANGE, F->C_Verify(s, message, 31, sig, n));
    OK(F->C_VerifyInit(s, &m, pub));
    OK(F->C_VerifyUpdate(s, message, 10));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Verify(s, message, 10, sig, n));
}

/* ---- signatures ----------------------------------------------------------------------------- */

static void sign_init_errors(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv, pub512, priv512, off;
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0}, big = {CKM_GOSTR3410_512, NULL, 0};
    CK_MECHANISM_TYPE only = CKM_GOSTR3410_WITH_GOSTR3411_12_256;
    const gost_paramset *ps = paramset(TC26_A);
    CK_ATTRIBUTE params = {CKA_GOSTR3410_PARAMS, (void *)ps->der, ps->der_len};
    CK_ATTRIBUTE limited[] = {A_ULONG(CKA_ALLOWED_MECHANISMS, only)};
    CK_MECHANISM gen = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE no_sign = A_BOOL(CKA_SIGN, no), no_verify = A_BOOL(CKA_VERIFY, no);

    (void)state;
    make_pair(s, ps, CK_FALSE, &pub, &priv);
    make_pair(s, paramset("1.2.643.7.1.2.1.2.1"), CK_FALSE, &pub512, &priv512);
    FAILS(CKR_ARGUMENTS_BAD, F->C_SignInit(s, NULL, priv));
    FAILS(CKR_KEY_HANDLE_INVALID, F->C_SignInit(s, &m, 0));
    FAILS(CKR_KEY_HANDLE_INVALID, F->C_SignInit(s, &m, 12345));
    FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_SignInit(s, &m, pub));
    FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_SignInit(s, &m, priv512));
    FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_SignInit(s, &big, priv));
    FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_VerifyInit(s, &m, priv));
    m.mechanism = CKM_GOSTR3411_12_256;
    FAILS(CKR_MECHANISM_INVALID, F->C_SignInit(s, &m, priv));
    m.mechanism = CKM_GOSTR3410;
    m.pParameter = "junk";
    m.ulParameterLen = 4;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_SignInit(s, &m, priv));
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_VerifyInit(s, &m, pub));
    m.pParameter = (void *)HASH_256;
    m.ulParameterLen = sizeof HASH_256;
    OK(F->C_SignInit(s, &m, priv));
    m.ulParameterLen = 0;
    OK(F->C_SetAttributeValue(s, priv, &no_sign, 1));
    OK(F->C_SetAttributeValue(s, pub, &no_verify, 1));
    FAILS(CKR_KEY_FUNCTION_NOT_PERMITTED, F->C_VerifyInit(s, &m, pub));
    OK(F->C_CloseSession(s));

    s = open_user();
    OK(F->C_GenerateKeyPair(s, &gen, &params, 1, limited, 1, &pub, &off));
    FAILS(CKR_MECHANISM_INVALID, F->C_SignInit(s, &m, off));
    m.mechanism = only;
    OK(F->C_SignInit(s, &m, off));
}

/* Every parameter set, both kinds of mechanism, one part and several, checked by gost/. */
static void all_parameter_sets(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    const gost_paramset *ps;
    CK_BYTE sig[128], digest[64], q[128];
    CK_OBJECT_HANDLE pub, priv;
    CK_ULONG n, bytes, round;
    size_t i, tried = 0;

    (void)state;
    for (i = 0; (ps = gost_paramset_at(i)) != NULL; i++) {
        int big = ps->bits == 512;
        CK_MECHANISM raw = {big ? CKM_GOSTR3410_512 : CKM_GOSTR3410, NULL, 0};
        CK_MECHANISM hashing = {big ? CKM_GOSTR3410_WITH_GOSTR3411_12_512
                                    : CKM_GOSTR3410_WITH_GOSTR3411_12_256,
                                NULL, 0};

        if (ps->test)
            continue;
        tried++;
        bytes = ps->bits / 8;
        make_pair(s, ps, i % 2 == 0, &pub, &priv);
        assert_int_equal(get_bytes(s, pub, CKA_VALUE, q, sizeof q), 2 * bytes);
        gost_streebog_hash(ps->bits, message, sizeof message, digest);
        for (round = 0; round < 4; round++) {
            n = sizeof sig;
            OK(F->C_SignInit(s, round < 2 ? &raw : &hashing, priv));
            if (round == 0) {
                OK(F->C_Sign(s, digest, bytes, sig, &n));
            } else if (round == 2) {
                OK(F->C_Sign(s, message, sizeof message, sig, &n));
            } else {
                CK_BYTE *from = round == 1 ? digest : message;
                CK_ULONG all = round == 1 ? bytes : sizeof message;

                OK(F->C_SignUpdate(s, from, 20));
                OK(F->C_SignUpdate(s, from + 20, all - 20));
                OK(F->C_SignFinal(s, sig, &n));
            }
            assert_int_equal(n, 2 * bytes);
            assert_true(gost_3410_verify(ps, q, digest, sig));
            OK(F->C_VerifyInit(s, &raw, pub));
            OK(F->C_Verify(s, digest, bytes, sig, n));
            OK(F->C_VerifyInit(s, &hashing, pub));
            OK(F->C_Verify(s, message, sizeof message, sig, n));
        }
        OK(F->C_SignInit(s, &raw, priv));
        FAILS(CKR_DATA_LEN_RANGE, F->C_Sign(s, digest, bytes - 1, sig, &n));
        OK(F->C_SignInit(s, &raw, priv));
        FAILS(CKR_DATA_LEN_RANGE, F->C_Sign(s, message, bytes + 1, sig, &n));
        OK(F->C_SignInit(s, &raw, priv));
        OK(F->C_SignUpdate(s, message, bytes));
        FAILS(CKR_DATA_LEN_RANGE, F->C_SignUpdate(s, message, 1));
        OK(F->C_SignInit(s, &raw, priv));
        FAILS(CKR_DATA_LEN_RANGE, F->C_SignFinal(s, sig, &n));
    }
    assert_true(tried >= 12);
}

static void always_authenticate(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    const gost_paramset *ps = paramset(TC26_A);
    CK_ATTRIBUTE params = {CKA_GOSTR3410_PARAMS, (void *)ps->der, ps->der_len};
    CK_ATTRIBUTE always = A_BOOL(CKA_ALWAYS_AUTHENTICATE, yes);
    CK_MECHANISM gen = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0}, m = {CKM_GOSTR3410, NULL, 0};
    CK_OBJECT_HANDLE pub, priv;
    CK_BYTE sig[64];
    CK_ULONG n = sizeof sig;

    (void)state;
    OK(F->C_GenerateKeyPair(s, &gen, &params, 1, &always, 1, &pub, &priv));
    OK(F->C_SignInit(s, &m, priv));
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_Sign(s, message, 32, sig, &n));
    OK(F->C_SignInit(s, &m, priv));
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_CONTEXT_SPECIFIC, PIN("wrong-pin")));
    OK(F->C_Login(s, CKU_CONTEXT_SPECIFIC, PIN(USER_PIN)));
    OK(F->C_Sign(s, message, 32, sig, &n));
    OK(F->C_SignInit(s, &m, priv)); /* each signature anew */
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_SignUpdate(s, message, 32));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Login(s, CKU_CONTEXT_SPECIFIC, PIN(USER_PIN)));
}

/* More keys than are held ready at once: each still signs, again and again. */
static void many_keys(void **state)
{
    enum { KEYS = 300 };
    CK_SESSION_HANDLE s = open_user();
    const gost_paramset *ps = paramset(TC26_A);
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0};
    CK_OBJECT_HANDLE pub[KEYS], priv[KEYS];
    CK_BYTE sig[64], q[64];
    CK_ULONG n;
    int i, round;

    (void)state;
    for (i = 0; i < KEYS; i++)
        make_pair(s, ps, CK_FALSE, &pub[i], &priv[i]);
    for (round = 0; round < 2; round++) {
        for (i = 0; i < KEYS; i++) {
            n = sizeof sig;
            OK(F->C_SignInit(s, &m, priv[i]));
            OK(F->C_Sign(s, message, 32, sig, &n));
            (void)get_bytes(s, pub[i], CKA_VALUE, q, sizeof q);
            assert_true(gost_3410_verify(ps, q, message, sig));
        }
    }
}

int main(void)
{
#define TOKEN(t) cmocka_unit_test_setup_teardown(t, test_begin_token, test_end)
    const struct CMUnitTest tests[] = {
        TOKEN(digests),
        TOKEN(digest_parameters),
        TOKEN(rules),
        TOKEN(verify_rules),
        TOKEN(sign_init_errors),
        TOKEN(all_parameter_sets),
        TOKEN(always_authenticate),
        TOKEN(many_keys),
    };

    return cmocka_run_group_tests(tests, fill_message, suite_end);
}
