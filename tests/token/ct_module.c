/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constant time through the whole module: run under valgrind's memcheck. The PIN that C_Login gets
 * is marked as undefined, and with it all that comes from it: the key that opens the token's key,
 * that key, and every value that it unseals. So are the values of keys that the program brings.
 * memcheck then reports every branch and every address that depends on one of them. What Argon2id
 * itself does with a PIN is its own design (data-dependent in its second half) and suppressed.
 *
 * RSA and EC keys are OpenSSL's business: its numbers have lengths that depend on their values, and
 * are blinded; they are not looked at here.
 *
 * ct_module control: a secret is used where it must not be, which must be reported.
 */
#include "tests/token/mech_test.h"

#include "gost/mem.h"

static CK_SESSION_HANDLE s;
static CK_BYTE text[64] = "a text that may be known", out[512];
static CK_OBJECT_HANDLE gost, gost_512, twin, inner;
static CK_BYTE pub[64], pub_512[128];

static void conf(void)
{
    static char path[160];
    FILE *f;

    (void)snprintf(path, sizeof path, "%s.conf", store_dir());
    f = fopen(path, "w");
    assert_non_null(f);
    /* The journal's MACs, which are public, would come out undefined and go to SQLite. */
    assert_true(fputs("kdf.ms = 1\njournal = off\n", f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(setenv("GOSTTOKEN_CONF", path, 1), 0);
}

static void end_conf(void)
{
    assert_int_equal(remove(getenv("GOSTTOKEN_CONF")), 0);
}

/* ---- keys ----------------------------------------------------------------------------------- */

static CK_RV bring(CK_OBJECT_CLASS class, CK_KEY_TYPE type, const char *params, CK_ULONG len,
                   CK_BBOOL token, int hidden, CK_OBJECT_HANDLE *key)
{
    CK_BYTE value[64];
    const gost_paramset *ps = params != NULL ? paramset(params) : NULL;
    CK_ATTRIBUTE t[] = {
        A_ULONG(CKA_CLASS, class),       A_ULONG(CKA_KEY_TYPE, type), A_BOOL(CKA_TOKEN, token),
        A_BOOL(CKA_EXTRACTABLE, yes),    {CKA_VALUE, value, len},     A_BOOL(CKA_UNWRAP, yes),
        {CKA_GOSTR3410_PARAMS, NULL, 0},
    };

    for (CK_ULONG i = 0; i < len; i++)
        value[i] = (CK_BYTE)(i * 57 + len + type);
    value[len - 1] &= 0x1F;
    if (hidden)
        gost_poison(value, len);
    if (ps != NULL) {
        t[6].pValue = (void *)(uintptr_t)ps->der;
        t[6].ulValueLen = ps->der_len;
    }
    return F->C_CreateObject(s, t, COUNT(t) - (ps == NULL), key);
}

static void token_keys(void)
{
    OK(bring(CKO_PRIVATE_KEY, CKK_GOSTR3410, "1.2.643.7.1.2.1.1.1", 32, yes, 0, &gost));
    OK(bring(CKO_PRIVATE_KEY, CKK_GOSTR3410_512, "1.2.643.7.1.2.1.2.1", 64, yes, 0, &gost_512));
    OK(bring(CKO_SECRET_KEY, CKK_KUZNYECHIK_TWIN, NULL, 64, yes, 0, &twin));
    OK(bring(CKO_SECRET_KEY, CKK_KUZNYECHIK, NULL, 32, yes, 0, &inner));
}

/* Handles of private objects end with a logout. */
static CK_OBJECT_HANDLE again(CK_OBJECT_CLASS class, CK_KEY_TYPE type)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class), A_ULONG(CKA_KEY_TYPE, type)};
    CK_OBJECT_HANDLE o = CK_INVALID_HANDLE;

    assert_int_equal(find_n(s, t, 2, &o), 1);
    return o;
}

/* ---- operations ----------------------------------------------------------------------------- */

static void sign(CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key, CK_ULONG len)
{
    CK_MECHANISM m = {type, NULL, 0};
    CK_ULONG n = sizeof out;

    OK(F->C_SignInit(s, &m, key));
    OK(F->C_Sign(s, text, len, out, &n));
}

static void check(CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key, CK_ULONG len, CK_ULONG mac)
{
    CK_MECHANISM m = {type, NULL, 0};

    gost_unpoison(out, sizeof out);
    OK(F->C_VerifyInit(s, &m, key));
    OK(F->C_Verify(s, text, len, out, mac));
}

static void both_ways(CK_MECHANISM m, CK_OBJECT_HANDLE key, CK_ULONG extra)
{
    CK_BYTE plain[64], back[128];
    CK_ULONG n = sizeof out;

    memcpy(plain, text, sizeof plain);
    gost_poison(plain, sizeof plain);
    OK(F->C_EncryptInit(s, &m, key));
    OK(F->C_Encrypt(s, plain, sizeof plain, out, &n));
    assert_int_equal(n, sizeof plain + extra);
    OK(F->C_DecryptInit(s, &m, key));
    n = sizeof back;
    gost_unpoison(out, sizeof out); /* what the other side has received */
    OK(F->C_Decrypt(s, out, sizeof plain + extra, back, &n));
    gost_unpoison(back, sizeof back);
    assert_memory_equal(back, text, sizeof text);
}

static void derive(CK_MECHANISM_TYPE type, void *param, CK_ULONG len, CK_OBJECT_HANDLE base)
{
    CK_MECHANISM m = {type, param, len};
    CK_KEY_TYPE key_type = CKK_KUZNYECHIK;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, key_type)};
    CK_OBJECT_HANDLE o;

    OK(F->C_DeriveKey(s, &m, base, t, 2, &o));
    sign(CKM_KUZNYECHIK_MAC, o, 40);
}

static void public_of(CK_OBJECT_HANDLE key, CK_BYTE *to, CK_ULONG len)
{
    CK_ULONG n = get_bytes(s, key, CKA_PUBLIC_KEY_INFO, out, sizeof out);

    gost_unpoison(out, sizeof out);
    memcpy(to, out + n - len, len);
}

static void wrap(void)
{
    CK_KEY_TYPE type = CKK_KUZNYECHIK;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type)};
    CK_MECHANISM m = {CKM_KUZNYECHIK_KEXP_15_WRAP, text, 8};
    CK_ULONG n = sizeof out;
    CK_OBJECT_HANDLE o;

    OK(F->C_WrapKey(s, &m, twin, inner, out, &n));
    gost_unpoison(out, sizeof out);
    OK(F->C_UnwrapKey(s, &m, twin, out, n, t, 2, &o));
    out[3] ^= 1;
    FAILS(CKR_WRAPPED_KEY_INVALID, F->C_UnwrapKey(s, &m, twin, out, n, t, 2, &o));
}

/* Wrapped for the token's own key, by one made for this once. */
static void key_transport(void)
{
    CK_KEY_TYPE type = CKK_GOST28147;
    CK_BYTE sbox[] = {6, 9, 0x2A, 0x85, 3, 7, 1, 2, 5, 1, 1};
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type)};
    CK_GOSTR3410_KEY_WRAP_PARAMS p = {sbox, sizeof sbox, text, 8, CK_INVALID_HANDLE};
    CK_MECHANISM m = {CKM_GOSTR3410_KEY_WRAP, &p, sizeof p};
    CK_OBJECT_HANDLE to = gost_public(s, paramset("1.2.643.7.1.2.1.1.1"), pub, NULL, 0), key, o;
    CK_ULONG n = sizeof out;

    OK(bring(CKO_SECRET_KEY, CKK_GOST28147, NULL, 32, no, 1, &key));
    OK(F->C_WrapKey(s, &m, to, key, out, &n));
    gost_unpoison(out, sizeof out);
    OK(F->C_UnwrapKey(s, &m, gost, out, n, t, 2, &o));
}

static void ciphers(void)
{
    CK_BYTE iv[16] = {1, 2, 3}, ctr[12] = {0, 0, 4, 0, 1, 2, 3};
    CK_GCM_PARAMS mgm = {iv, 16, 128, text, 10, 128}, mgm_8 = {iv, 8, 64, text, 10, 64};
    CK_OBJECT_HANDLE k, m, g;

    OK(bring(CKO_SECRET_KEY, CKK_KUZNYECHIK, NULL, 32, no, 1, &k));
    OK(bring(CKO_SECRET_KEY, CKK_MAGMA, NULL, 32, no, 1, &m));
    OK(bring(CKO_SECRET_KEY, CKK_GOST28147, NULL, 32, no, 1, &g));
    both_ways((CK_MECHANISM){CKM_KUZNYECHIK_ECB, NULL, 0}, k, 0);
    both_ways((CK_MECHANISM){CKM_KUZNYECHIK_CTR_ACPKM, ctr, 12}, k, 0);
    both_ways((CK_MECHANISM){CKM_KUZNYECHIK_MGM, &mgm, sizeof mgm}, k, 16);
    both_ways((CK_MECHANISM){CKM_KUZNYECHIK_ECB, NULL, 0}, inner, 0);
    both_ways((CK_MECHANISM){CKM_MAGMA_ECB, NULL, 0}, m, 0);
    both_ways((CK_MECHANISM){CKM_MAGMA_CTR_ACPKM, ctr, 8}, m, 0);
    both_ways((CK_MECHANISM){CKM_MAGMA_MGM, &mgm_8, sizeof mgm_8}, m, 8);
    both_ways((CK_MECHANISM){CKM_GOST28147_ECB, NULL, 0}, g, 0);
    both_ways((CK_MECHANISM){CKM_GOST28147, iv, 8}, g, 0);
    sign(CKM_KUZNYECHIK_MAC, k, 40);
    check(CKM_KUZNYECHIK_MAC, k, 40, 16);
    sign(CKM_MAGMA_MAC, m, 40);
    check(CKM_MAGMA_MAC, m, 40, 8);
    sign(CKM_GOST28147_MAC, g, 40);
}

static void macs(void)
{
    CK_KDF_TREE_GOST_PARAMS tree = {4, text, 8, text + 8, 1, 32, 0};
    CK_OBJECT_HANDLE o;

    OK(bring(CKO_SECRET_KEY, CKK_GENERIC_SECRET, NULL, 32, no, 1, &o));
    sign(CKM_GOSTR3411_12_256_HMAC, o, 40);
    check(CKM_GOSTR3411_12_256_HMAC, o, 40, 32);
    sign(CKM_GOSTR3411_12_512_HMAC, o, 40);
    sign(CKM_GOSTR3411_HMAC, o, 40);
    derive(CKM_KDF_TREE_GOSTR3411_2012_256, &tree, sizeof tree, o);
}

static void keys_of_the_token(void)
{
    CK_GOSTR3410_DERIVE_PARAMS p = {CKD_NULL, pub, sizeof pub, text, 8};
    CK_ECDH1_DERIVE_PARAMS keg = {CKD_NULL, 32, text, sizeof pub_512, pub_512};
    CK_MECHANISM m = {CKM_GOST_KEG, &keg, sizeof keg};
    CK_KEY_TYPE type = CKK_KUZNYECHIK_TWIN;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type)};
    CK_OBJECT_HANDLE o;

    sign(CKM_GOSTR3410, gost, 32);
    sign(CKM_GOSTR3410_WITH_GOSTR3411_12_256, gost, 50);
    sign(CKM_GOSTR3410_512, gost_512, 64);
    derive(CKM_GOSTR3410_12_DERIVE, &p, sizeof p, gost);
    p.kdf = CKD_CPDIVERSIFY_KDF;
    derive(CKM_GOSTR3410_12_DERIVE, &p, sizeof p, gost);
    OK(F->C_DeriveKey(s, &m, gost_512, t, 2, &o));
}

static void wrong_pins(void)
{
    CK_UTF8CHAR wrong[] = "user-secret-2";

    gost_poison(wrong, sizeof wrong - 1);
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_USER, wrong, sizeof wrong - 1));
    FAILS(CKR_PIN_INCORRECT, F->C_SetPIN(s, wrong, sizeof wrong - 1, PIN("another-pin-2")));
}

static void use_all(void **state)
{
    CK_UTF8CHAR pin[] = USER_PIN;

    (void)state;
    s = open_user();
    token_keys();
    public_of(gost, pub, sizeof pub);
    public_of(gost_512, pub_512, sizeof pub_512);
    OK(F->C_Logout(s));
    wrong_pins();
    gost_poison(pin, sizeof pin - 1);
    OK(F->C_Login(s, CKU_USER, pin, sizeof pin - 1));
    gost = again(CKO_PRIVATE_KEY, CKK_GOSTR3410);
    gost_512 = again(CKO_PRIVATE_KEY, CKK_GOSTR3410_512);
    twin = again(CKO_SECRET_KEY, CKK_KUZNYECHIK_TWIN);
    inner = again(CKO_SECRET_KEY, CKK_KUZNYECHIK);
    keys_of_the_token();
    wrap();
    key_transport();
    ciphers();
    macs();
    OK(F->C_Logout(s));
}

/* What a key of the token encrypts comes from the PIN: a branch on it must be seen. */
static void control(void **state)
{
    CK_UTF8CHAR pin[] = USER_PIN;
    CK_MECHANISM m = {CKM_KUZNYECHIK_ECB, NULL, 0};
    CK_BBOOL hidden;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, hidden)};
    CK_ULONG n = sizeof out;
    CK_OBJECT_HANDLE o;

    (void)state;
    s = open_user();
    token_keys();
    OK(F->C_Logout(s));
    gost_poison(pin, sizeof pin - 1);
    OK(F->C_Login(s, CKU_USER, pin, sizeof pin - 1));
    OK(F->C_EncryptInit(s, &m, again(CKO_SECRET_KEY, CKK_KUZNYECHIK)));
    OK(F->C_Encrypt(s, text, 16, out, &n));
    hidden = out[0] & 1;
    (void)F->C_CreateObject(s, t, 2, &o);
}

static int begin(void **state)
{
    if (suite_begin(state) != 0)
        return -1;
    conf();
    return 0;
}

static int end(void **state)
{
    end_conf();
    return suite_end(state);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test_setup_teardown(use_all, test_begin_token, test_end)};
    const struct CMUnitTest seen[] = {
        cmocka_unit_test_setup_teardown(control, test_begin_token, test_end)};

    (void)argv;
    return argc > 1 ? cmocka_run_group_tests(seen, begin, end)
                    : cmocka_run_group_tests(test, begin, end);
}
