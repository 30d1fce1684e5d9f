/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agreement and key transport above a token that understands only some forms of parameters, as
 * vendors' modules do: gt_object_derive is played here, on gost/ itself. What such a token cannot
 * do is done another way, and the result is the same; what it may not do is not tried another way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "asymcipher/transport.h"
#include "gost/kexp15.h"
#include "gost/vko.h"

/* ---- the token ---------------------------------------------------------------------------------
 */

enum {
    FLAT = 1,       /* CKM_GOSTR3410_12_DERIVE as one string of bytes only */
    LONG_UKM = 2,   /* CKM_GOST_KEG with a UKM of 32 bytes only */
    NO_UNWRAP = 4,  /* no C_UnwrapKey */
    NO_KEG = 8,     /* no CKM_GOST_KEG */
    FORBIDDEN = 16, /* the key has no CKA_DERIVE */
    KEEPS = 32      /* a derived key is never readable */
};

static int habits, calls, given_out;
static gost_3410_key secret;

static CK_RV agree(const CK_MECHANISM *m, CK_ULONG *kdf, uint8_t *ukm, size_t *ukm_len,
                   uint8_t *out)
{
    const CK_GOSTR3410_DERIVE_PARAMS *full = m->pParameter;
    const CK_ECDH1_DERIVE_PARAMS *ecdh = m->pParameter;
    const uint8_t *flat = m->pParameter, *pub;
    uint32_t n[3];

    *kdf = CKD_NULL;
    switch (m->mechanism) {
    case CKM_GOSTR3410_12_DERIVE:
        if ((habits & FLAT) == 0) {
            if (m->ulParameterLen != sizeof(*full))
                return CKR_MECHANISM_PARAM_INVALID;
            *kdf = full->kdf;
            pub = full->pPublicData;
            memcpy(ukm, full->pUKM, *ukm_len = full->ulUKMLen);
        } else {
            if (m->ulParameterLen == sizeof(*full))
                return CKR_MECHANISM_PARAM_INVALID;
            memcpy(n, flat, 8);
            *kdf = n[0];
            pub = flat + 8;
            assert_int_equal(n[1], secret.ps->bits / 4);
            memcpy(n + 2, pub + n[1], 4);
            assert_int_equal(m->ulParameterLen, 12 + n[1] + n[2]);
            memcpy(ukm, pub + n[1] + 4, *ukm_len = n[2]);
        }
        return gost_vko(&secret, GOST_VKO_2012_256, pub, ukm, *ukm_len, out) == 32
                   ? CKR_OK
                   : CKR_MECHANISM_PARAM_INVALID;
    case CKM_GOSTR3410_VKO_512:
        return gost_vko(&secret, GOST_VKO_2012_512, ecdh->pPublicData, ecdh->pSharedData,
                        ecdh->ulSharedDataLen, out) == 64
                   ? CKR_OK
                   : CKR_MECHANISM_PARAM_INVALID;
    case CKM_GOST_KEG:
        if (habits & NO_KEG)
            return CKR_MECHANISM_INVALID;
        if ((ecdh->ulSharedDataLen == GT_KEG_UKM) != ((habits & LONG_UKM) != 0))
            return CKR_MECHANISM_PARAM_INVALID;
        memset(ukm, 0, GT_KEG_UKM);
        memcpy(ukm, ecdh->pSharedData, ecdh->ulSharedDataLen);
        return gost_keg(&secret, ecdh->pPublicData, ukm, out) ? CKR_OK
                                                              : CKR_MECHANISM_PARAM_INVALID;
    default:
        return CKR_MECHANISM_INVALID;
    }
}

static CK_RV unwrap(const gt_step *step, CK_ULONG kdf, const uint8_t *agreed, uint8_t *out)
{
    const gost_block_class *cipher = step->mechanism.mechanism == CKM_MAGMA_KEXP_15_WRAP
                                         ? &gost_block_magma
                                         : &gost_block_kuznyechik;
    const uint8_t *param = step->mechanism.pParameter;
    int ok;

    if (habits & NO_UNWRAP)
        return CKR_FUNCTION_NOT_SUPPORTED;
    if (step->mechanism.mechanism == CKM_GOST28147_KEY_WRAP) {
        assert_int_equal(kdf, CKD_KDF_4357);
        ok = gost_28147_unwrap(gost_sbox_tc26_z, 1, agreed, param, step->wrapped, out);
    } else {
        ok = gost_kimp15(cipher, agreed + 32, agreed, param, step->wrapped, step->wrapped_len, out);
    }
    return ok ? CKR_OK : CKR_WRAPPED_KEY_INVALID;
}

static CK_BBOOL flag(const gt_step *step, CK_ATTRIBUTE_TYPE type)
{
    for (CK_ULONG i = 0; i < step->n; i++)
        if (step->templ[i].type == type)
            return *(const CK_BBOOL *)step->templ[i].pValue;
    return 2;
}

int gt_object_derive(gt_object *key, const gt_step *steps, size_t n, uint8_t *out, size_t *out_len,
                     gt_error *err)
{
    uint8_t ukm[64], agreed[64], cek[GT_CEK];
    size_t ukm_len = 0;
    CK_ULONG kdf;
    CK_RV rv;

    (void)key;
    calls++;
    assert_true(n == 1 || n == 2);
    assert_null(steps[0].wrapped);
    /* Only what is read is readable. */
    assert_int_equal(flag(&steps[n - 1], CKA_EXTRACTABLE), CK_TRUE);
    assert_int_equal(flag(&steps[n - 1], CKA_SENSITIVE), CK_FALSE);
    if (n == 2) {
        assert_int_equal(flag(&steps[0], CKA_EXTRACTABLE), CK_FALSE);
        assert_int_equal(flag(&steps[0], CKA_SENSITIVE), CK_TRUE);
    }
    rv = habits & FORBIDDEN ? CKR_KEY_FUNCTION_NOT_PERMITTED
                            : agree(&steps[0].mechanism, &kdf, ukm, &ukm_len, agreed);
    if (rv == CKR_OK && n == 2)
        rv = unwrap(&steps[1], kdf, agreed, cek);
    if (rv == CKR_OK && n == 1 && (habits & KEEPS))
        rv = CKR_ATTRIBUTE_SENSITIVE;
    if (rv != CKR_OK)
        return gt_fail(err, GT_TOKEN_ERROR, rv, "the token says %s", gt_rv_name(rv));
    given_out += n == 1;
    if (n == 2)
        *out_len = sizeof(cek);
    else if (steps[0].mechanism.mechanism == CKM_GOSTR3410_12_DERIVE)
        *out_len = 32;
    else
        *out_len = 64;
    memcpy(out, n == 2 ? cek : agreed, *out_len);
    return 1;
}

/* ---- keys
 * ---------------------------------------------------------------------------------------- */

/* One key twice: in software, and as if on the token. The token's object is never looked at. */
typedef struct pair {
    gt_key *soft, token;
} pair;

static void make_pair(pair *p, unsigned bits)
{
    const gost_paramset *ps = gost_paramset_by_name("A", bits);

    p->soft = gt_key_generate(ps);
    assert_non_null(p->soft);
    p->token = *p->soft;
    p->token.soft = NULL;
    p->token.object = (gt_object *)&p->token;
    secret = p->soft->soft->key;
    calls = given_out = 0;
}

static const gt_transport forms[] = {GT_TRANSPORT_28147, GT_TRANSPORT_MAGMA,
                                     GT_TRANSPORT_KUZNYECHIK};

/* Each form, with keys of both sizes; the wrapping key leaves the token only if it has to. */
static void open_all(int token, int leaves)
{
    static const uint8_t cek[GT_CEK] = {1, 2, 3, 4, 5};

    habits = token;
    for (unsigned bits = 256; bits <= 512; bits += 256)
        for (size_t i = 0; i < 3; i++) {
            uint8_t sealed[GT_TRANSPORT_MAX], out[GT_CEK];
            gt_error err = {.reason = GT_OK};
            size_t len;
            pair p;

            make_pair(&p, bits);
            len = gt_transport_seal(&p.token, forms[i], NULL, cek, sealed, &err);
            assert_true(len > 0 && len <= 255 + 64);
            assert_int_equal(len, gt_transport_size(&p.token, forms[i]));
            assert_int_equal(gt_transport_open(p.soft, NULL, NULL, 0, sealed, len, out, &err), 1);
            assert_memory_equal(out, cek, GT_CEK);
            assert_int_equal(calls, 0);
            memset(out, 0, sizeof(out));
            if (!gt_transport_open(&p.token, NULL, NULL, 0, sealed, len, out, &err))
                fail_msg("%u bits, form %zu: %s", bits, i, err.text);
            assert_memory_equal(out, cek, GT_CEK);
            assert_int_equal(given_out, leaves);

            /* Damaged: never opened, and said to be damaged whoever finds it. (The first byte of
             * the wrapped key, which is the first OCTET STRING.) */
            sealed[len > 0x7F ? (forms[i] == GT_TRANSPORT_28147 ? 7 : 5) : 0] ^= 1;
            assert_int_equal(gt_transport_open(&p.token, NULL, NULL, 0, sealed, len, out, &err), 0);
            assert_int_equal(err.rv, CKR_WRAPPED_KEY_INVALID);
            assert_int_equal(gt_transport_open(p.soft, NULL, NULL, 0, sealed, len, out, &err), 0);
            assert_int_equal(err.rv, CKR_WRAPPED_KEY_INVALID);
            gt_key_free(p.soft);
        }
}

static void opens_on_the_token(void **state)
{
    (void)state;
    open_all(0, 0);
    open_all(FLAT, 0);
    open_all(LONG_UKM, 0);
    open_all(FLAT | LONG_UKM, 0);
}

static void opens_here(void **state)
{
    (void)state;
    open_all(NO_UNWRAP, 1);
    open_all(NO_UNWRAP | FLAT | LONG_UKM, 1);
    open_all(NO_UNWRAP | NO_KEG, 1);
}

/* A refusal is not a form that was not understood. */
static void forbidden(void **state)
{
    static const uint8_t cek[GT_CEK] = {0};
    uint8_t sealed[GT_TRANSPORT_MAX], out[GT_CEK];
    gt_error err = {.reason = GT_OK};
    pair p;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        size_t len;

        make_pair(&p, 256);
        habits = FORBIDDEN;
        len = gt_transport_seal(&p.token, forms[i], NULL, cek, sealed, &err);
        assert_int_equal(gt_transport_open(&p.token, NULL, NULL, 0, sealed, len, out, &err), 0);
        assert_int_equal(err.rv, CKR_KEY_FUNCTION_NOT_PERMITTED);
        assert_int_equal(calls, 1);
        gt_key_free(p.soft);
    }
    make_pair(&p, 256);
    habits = NO_UNWRAP | KEEPS;
    assert_true(gt_transport_seal(&p.token, GT_TRANSPORT_28147, NULL, cek, sealed, &err) > 0);
    assert_int_equal(gt_transport_open(&p.token, NULL, NULL, 0, sealed,
                                       gt_transport_size(&p.token, GT_TRANSPORT_28147), out, &err),
                     0);
    assert_int_equal(err.rv, CKR_ATTRIBUTE_SENSITIVE);
    gt_key_free(p.soft);
}

/* The token's agreements and the software's are the same. */
static void agreements(void **state)
{
    static const int tokens[] = {0, FLAT, LONG_UKM, NO_KEG, NO_KEG | FLAT};
    uint8_t ukm[GT_KEG_UKM], one[64], two[64], three[64];
    gt_error err = {.reason = GT_OK};

    (void)state;
    for (size_t i = 0; i < sizeof(ukm); i++)
        ukm[i] = (uint8_t)(7 * i + 1);
    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
        for (unsigned bits = 256; bits <= 512; bits += 256) {
            gt_key *other = gt_key_generate(gost_paramset_by_name("A", bits));
            pair p;

            make_pair(&p, bits);
            habits = tokens[i];
            for (unsigned hash = 256; hash <= bits; hash += 256) {
                assert_int_equal(gt_keyexch_vko(&p.token, other, hash, ukm, 8, one, &err), 1);
                assert_int_equal(gt_keyexch_vko(p.soft, other, hash, ukm, 8, two, &err), 1);
                assert_int_equal(gt_keyexch_vko(other, p.soft, hash, ukm, 8, three, &err), 1);
                assert_memory_equal(one, two, hash / 8);
                assert_memory_equal(one, three, hash / 8);
            }
            assert_int_equal(gt_keyexch_keg(&p.token, other, ukm, one, &err), 1);
            assert_int_equal(gt_keyexch_keg(p.soft, other, ukm, two, &err), 1);
            assert_int_equal(gt_keyexch_keg(other, p.soft, ukm, three, &err), 1);
            assert_memory_equal(one, two, 64);
            assert_memory_equal(one, three, 64);
            gt_key_free(other);
            gt_key_free(p.soft);
        }
}

static void bad_input(void **state)
{
    gt_key *a = gt_key_generate(gost_paramset_by_name("A", 256));
    gt_key *b = gt_key_generate(gost_paramset_by_name("TCA", 256));
    gt_key *pub = gt_key_new_public(a->ps, a->pub), *params = gt_key_new_params(a->ps);
    uint8_t ukm[GT_KEG_UKM] = {1}, out[64], sealed[GT_TRANSPORT_MAX], copy[GT_TRANSPORT_MAX];
    gt_error err = {.reason = GT_OK};
    gt_key *off;
    size_t len;

    (void)state;
    assert_int_equal(gt_keyexch_vko(pub, a, 256, ukm, 8, out, &err), 0);
    assert_int_equal(err.reason, GT_NO_OBJECT);
    assert_int_equal(gt_keyexch_vko(a, b, 256, ukm, 8, out, &err), 0);
    assert_int_equal(gt_keyexch_vko(a, params, 256, ukm, 8, out, &err), 0);
    assert_int_equal(gt_keyexch_vko(a, pub, 512, ukm, 8, out, &err), 0);
    assert_int_equal(gt_keyexch_vko(a, pub, 256, ukm, 0, out, &err), 0);
    assert_int_equal(gt_keyexch_vko(a, pub, 256, ukm, 65, out, &err), 0);
    /* Not a point of the curve. */
    off = gt_key_new_public(a->ps, a->pub);
    off->pub[0] ^= 1;
    assert_int_equal(gt_keyexch_vko(a, off, 256, ukm, 8, out, &err), 0);
    assert_int_equal(gt_keyexch_keg(a, off, ukm, out, &err), 0);

    /* Whatever is cut off or changed, nothing is read past the end, and what is opened is right. */
    for (size_t i = 0; i < 3; i++) {
        len = gt_transport_seal(pub, forms[i], NULL, ukm, sealed, &err);
        assert_true(len > 0);
        for (size_t n = 0; n < len; n++)
            assert_int_equal(gt_transport_open(a, NULL, NULL, 0, sealed, n, out, &err), 0);
        for (size_t n = 0; n < len; n++) {
            memcpy(copy, sealed, len);
            copy[n] ^= 0x20;
            if (gt_transport_open(a, NULL, NULL, 0, copy, len, out, &err))
                assert_memory_equal(out, ukm, GT_CEK);
        }
        /* TLS's own UKM counts, and not the one that came along. */
        if (forms[i] != GT_TRANSPORT_28147)
            assert_int_equal(gt_transport_open(a, NULL, ukm, sizeof(ukm), sealed, len, out, &err),
                             0);
    }
    gt_key_free(a);
    gt_key_free(b);
    gt_key_free(pub);
    gt_key_free(params);
    gt_key_free(off);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_on_the_token), cmocka_unit_test(opens_here),
        cmocka_unit_test(forbidden),          cmocka_unit_test(agreements),
        cmocka_unit_test(bad_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
