/* SPDX-License-Identifier: Apache-2.0 */
/* C_EX_WrapKey and C_EX_UnwrapKey: a fresh key goes from one key pair to another. */
#include "tests/token/mech_test.h"

typedef struct route {
    const char *oid;
    CK_MECHANISM_TYPE generate, derive, wrap;
    CK_KEY_TYPE key_type;
    size_t ukm_len, iv_len, wrapped_len;
} route;

static const route routes[] = {
    {"1.2.643.2.2.35.1", CKM_GOST28147_KEY_GEN, CKM_GOSTR3410_12_DERIVE, CKM_GOST28147_KEY_WRAP,
     CKK_GOST28147, 8, 8, 36},
    {"1.2.643.7.1.2.1.1.1", CKM_KUZNYECHIK_KEY_GEN, CKM_GOST_KEG, CKM_KUZNYECHIK_KEXP_15_WRAP,
     CKK_KUZNYECHIK, 32, 8, 48},
    {"1.2.643.7.1.2.1.2.1", CKM_MAGMA_KEY_GEN, CKM_GOST_KEG, CKM_MAGMA_KEXP_15_WRAP, CKK_MAGMA, 32,
     4, 40},
};

typedef struct ends {
    CK_BYTE pub[2][128], ukm[32], iv[8];
    CK_OBJECT_HANDLE key[2];
    CK_GOSTR3410_DERIVE_PARAMS vko;
    CK_ECDH1_DERIVE_PARAMS keg;
    CK_MECHANISM generate, derive, wrap;
} ends;

static void make_ends(CK_SESSION_HANDLE s, const route *r, ends *e)
{
    const gost_paramset *ps = paramset(r->oid);

    memset(e, 0, sizeof *e);
    for (size_t i = 0; i < 2; i++) {
        CK_BYTE d[64] = {(CK_BYTE)(i + 3), 1, 2, 3};

        assert_int_equal(gost_3410_public(ps, d, e->pub[i]), 1);
        e->key[i] = gost_private(s, ps, d, NULL, 0);
    }
    for (size_t i = 0; i < sizeof e->ukm; i++)
        e->ukm[i] = (CK_BYTE)(i + 1);
    memcpy(e->iv, e->ukm, sizeof e->iv);
    e->vko = (CK_GOSTR3410_DERIVE_PARAMS){CKD_NULL, NULL, ps->bits / 4, e->ukm, r->ukm_len};
    e->keg = (CK_ECDH1_DERIVE_PARAMS){CKD_NULL, r->ukm_len, e->ukm, ps->bits / 4, NULL};
    e->generate = (CK_MECHANISM){r->generate, NULL, 0};
    if (r->derive == CKM_GOST_KEG)
        e->derive = (CK_MECHANISM){r->derive, &e->keg, sizeof e->keg};
    else
        e->derive = (CK_MECHANISM){r->derive, &e->vko, sizeof e->vko};
    e->wrap = (CK_MECHANISM){r->wrap, e->iv, r->iv_len};
}

/* The parameters as the end `i` has them: with the other's public key. */
static void face(ends *e, size_t i)
{
    e->vko.pPublicData = e->keg.pPublicData = e->pub[1 - i];
}

static CK_ULONG objects(CK_SESSION_HANDLE s)
{
    return find_n(s, NULL, 0, NULL);
}

static void there_and_back(void **state)
{
    CK_SESSION_HANDLE s = open_user();

    (void)state;
    for (size_t i = 0; i < COUNT(routes); i++) {
        CK_KEY_TYPE type = routes[i].key_type;
        CK_ATTRIBUTE templ[] = {MADE(type)};
        CK_OBJECT_HANDLE sent = CK_INVALID_HANDLE, got = CK_INVALID_HANDLE;
        CK_BYTE wrapped[64], a[32], b[32];
        CK_ULONG len = 0, before;
        ends e;

        make_ends(s, &routes[i], &e);
        before = objects(s);
        face(&e, 0);
        OK(X->C_EX_WrapKey(s, &e.generate, templ, COUNT(templ), &e.derive, e.key[0], &e.wrap, NULL,
                           &len, &sent));
        assert_int_equal(len, routes[i].wrapped_len);
        assert_int_equal(objects(s), before); /* a question leaves nothing */
        len--;
        FAILS(CKR_BUFFER_TOO_SMALL, X->C_EX_WrapKey(s, &e.generate, templ, COUNT(templ), &e.derive,
                                                    e.key[0], &e.wrap, wrapped, &len, &sent));
        assert_int_equal(objects(s), before);
        len = sizeof wrapped;
        OK(X->C_EX_WrapKey(s, &e.generate, templ, COUNT(templ), &e.derive, e.key[0], &e.wrap,
                           wrapped, &len, &sent));
        assert_int_equal(len, routes[i].wrapped_len);
        assert_int_equal(objects(s), before + 1); /* the key, not the one that wrapped it */
        assert_true(get_bool(s, sent, CKA_LOCAL));

        face(&e, 1);
        OK(X->C_EX_UnwrapKey(s, &e.derive, e.key[1], &e.wrap, wrapped, len, templ, COUNT(templ),
                             &got));
        assert_int_equal(objects(s), before + 2);
        assert_int_equal(get_bytes(s, sent, CKA_VALUE, a, sizeof a), 32);
        assert_int_equal(get_bytes(s, got, CKA_VALUE, b, sizeof b), 32);
        assert_memory_equal(a, b, 32);

        /* What was altered, or sent to somebody else, is refused. */
        wrapped[1] ^= 1;
        FAILS(CKR_WRAPPED_KEY_INVALID, X->C_EX_UnwrapKey(s, &e.derive, e.key[1], &e.wrap, wrapped,
                                                         len, templ, COUNT(templ), &got));
        wrapped[1] ^= 1;
        FAILS(CKR_WRAPPED_KEY_INVALID, X->C_EX_UnwrapKey(s, &e.derive, e.key[0], &e.wrap, wrapped,
                                                         len, templ, COUNT(templ), &got));
        assert_int_equal(objects(s), before + 2);
    }
}

static void refused(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_KEY_TYPE type = CKK_GOST28147;
    CK_ATTRIBUTE stays[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type)};
    CK_ATTRIBUTE templ[] = {MADE(type)};
    CK_MECHANISM bad;
    CK_OBJECT_HANDLE key = 77;
    CK_BYTE wrapped[64] = {0};
    CK_ULONG len = sizeof wrapped, before;
    ends e;

    (void)state;
    make_ends(s, &routes[0], &e);
    face(&e, 0);
    before = objects(s);
    FAILS(CKR_SESSION_HANDLE_INVALID,
          X->C_EX_WrapKey(s + 999, &e.generate, templ, COUNT(templ), &e.derive, e.key[0], &e.wrap,
                          wrapped, &len, &key));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_WrapKey(s, &e.generate, templ, COUNT(templ), &e.derive,
                                             e.key[0], &e.wrap, wrapped, NULL, &key));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_WrapKey(s, &e.generate, templ, COUNT(templ), NULL, e.key[0],
                                             &e.wrap, wrapped, &len, &key));
    /* A key that stays on the token cannot be sent. */
    FAILS(CKR_KEY_UNEXTRACTABLE, X->C_EX_WrapKey(s, &e.generate, stays, COUNT(stays), &e.derive,
                                                 e.key[0], &e.wrap, wrapped, &len, &key));
    bad = (CK_MECHANISM){CKM_GOSTR3410, NULL, 0};
    FAILS(CKR_MECHANISM_INVALID, X->C_EX_WrapKey(s, &e.generate, templ, COUNT(templ), &e.derive,
                                                 e.key[0], &bad, wrapped, &len, &key));
    bad = (CK_MECHANISM){CKM_GOSTR3410_KEY_WRAP, NULL, 0};
    FAILS(CKR_MECHANISM_INVALID, X->C_EX_WrapKey(s, &e.generate, templ, COUNT(templ), &e.derive,
                                                 e.key[0], &bad, wrapped, &len, &key));
    FAILS(CKR_KEY_HANDLE_INVALID, X->C_EX_WrapKey(s, &e.generate, templ, COUNT(templ), &e.derive,
                                                  4242, &e.wrap, wrapped, &len, &key));
    FAILS(CKR_ARGUMENTS_BAD,
          X->C_EX_UnwrapKey(s, &e.derive, e.key[0], &e.wrap, NULL, 36, templ, COUNT(templ), &key));
    FAILS(CKR_WRAPPED_KEY_LEN_RANGE, X->C_EX_UnwrapKey(s, &e.derive, e.key[0], &e.wrap, wrapped, 35,
                                                       templ, COUNT(templ), &key));
    assert_int_equal(key, 77);
    assert_int_equal(objects(s), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(there_and_back, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(refused, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
