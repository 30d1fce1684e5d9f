/* SPDX-License-Identifier: Apache-2.0 */
/* see harness.h */
#include "tests/token/harness.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

CK_FUNCTION_LIST *F;
CK_FUNCTION_LIST_EXTENDED *X;

CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
CK_OBJECT_CLASS class_data = CKO_DATA, class_cert = CKO_CERTIFICATE, class_pub = CKO_PUBLIC_KEY,
                class_priv = CKO_PRIVATE_KEY, class_secret = CKO_SECRET_KEY;
CK_KEY_TYPE type_256 = CKK_GOSTR3410, type_512 = CKK_GOSTR3410_512,
            type_generic = CKK_GENERIC_SECRET;
CK_CERTIFICATE_TYPE x509 = CKC_X_509;

static void *module;
static char base[64], store[96], model[96];

/* ---- the store ------------------------------------------------------------------------------ */

static void clear_dir(const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *e;

    if (d == NULL)
        return;
    while ((e = readdir(d)) != NULL)
        (void)unlinkat(dirfd(d), e->d_name, 0);
    (void)closedir(d);
    (void)rmdir(dir);
}

static void copy_file(const char *from, const char *to)
{
    char buf[65536];
    ssize_t n;
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(in >= 0 && out >= 0);
    while ((n = read(in, buf, sizeof buf)) > 0)
        assert_int_equal(write(out, buf, (size_t)n), n);
    (void)close(in);
    (void)close(out);
}

static void copy_dir(const char *from, const char *to)
{
    DIR *d = opendir(from);
    struct dirent *e;
    char a[400], b[400];

    assert_non_null(d);
    assert_int_equal(mkdir(to, 0700), 0);
    while ((e = readdir(d)) != NULL) {
        if (e->d_name[0] == '.')
            continue;
        (void)snprintf(a, sizeof a, "%s/%s", from, e->d_name);
        (void)snprintf(b, sizeof b, "%s/%s", to, e->d_name);
        copy_file(a, b);
    }
    (void)closedir(d);
}

const char *store_dir(void)
{
    return store;
}

void store_clear(void)
{
    clear_dir(store);
}

/* ---- fixtures ------------------------------------------------------------------------------- */

int suite_begin(void **state)
{
    CK_C_GetFunctionList get_list;
    CK_C_EX_GetFunctionListExtended get_extended;

    (void)state;
    (void)snprintf(base, sizeof base, "/tmp/gosttoken-test-XXXXXX");
    if (mkdtemp(base) == NULL)
        return -1;
    (void)snprintf(store, sizeof store, "%s/store", base);
    (void)snprintf(model, sizeof model, "%s/model", base);
    (void)setenv("GOSTTOKEN_DIR", store, 1);
    (void)setenv("GOSTTOKEN_CONF", "/dev/null", 1);
    (void)unsetenv("GOSTTOKEN_FACTORY_TOKEN");
    module = dlopen(TEST_MODULE, RTLD_NOW | RTLD_LOCAL);
    if (module == NULL) {
        (void)fprintf(stderr, "%s\n", dlerror());
        return -1;
    }
    *(void **)&get_list = dlsym(module, "C_GetFunctionList");
    *(void **)&get_extended = dlsym(module, "C_EX_GetFunctionListExtended");
    if (get_list == NULL || get_extended == NULL)
        return -1;
    return get_list(&F) == CKR_OK && get_extended(&X) == CKR_OK ? 0 : -1;
}

int suite_end(void **state)
{
    (void)state;
    clear_dir(store);
    clear_dir(model);
    (void)rmdir(base);
    return dlclose(module);
}

int test_begin(void **state)
{
    (void)state;
    store_clear();
    return F->C_Initialize(NULL) == CKR_OK ? 0 : -1;
}

int test_end(void **state)
{
    (void)state;
    (void)F->C_Finalize(NULL);
    store_clear();
    return 0;
}

int test_begin_token(void **state)
{
    static CK_UTF8CHAR label[33] = "work                            ";
    struct stat st;
    CK_SESSION_HANDLE s;

    if (test_begin(state) != 0)
        return -1;
    if (stat(model, &st) != 0) {
        OK(F->C_InitToken(0, PIN(SO_PIN), label));
        s = open_rw();
        OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
        OK(F->C_InitPIN(s, PIN(USER_PIN)));
        OK(F->C_Finalize(NULL));
        copy_dir(store, model);
    } else {
        OK(F->C_Finalize(NULL));
        store_clear();
        copy_dir(model, store);
    }
    return F->C_Initialize(NULL) == CKR_OK ? 0 : -1;
}

/* ---- calls ---------------------------------------------------------------------------------- */

CK_SESSION_HANDLE open_session(CK_SLOT_ID slot, CK_FLAGS flags)
{
    CK_SESSION_HANDLE s = CK_INVALID_HANDLE;

    OK(F->C_OpenSession(slot, flags | CKF_SERIAL_SESSION, NULL, NULL, &s));
    assert_int_not_equal(s, CK_INVALID_HANDLE);
    return s;
}

CK_SESSION_HANDLE open_rw(void)
{
    return open_session(0, CKF_RW_SESSION);
}

CK_SESSION_HANDLE open_ro(void)
{
    return open_session(0, 0);
}

CK_SESSION_HANDLE open_user(void)
{
    CK_SESSION_HANDLE s = open_rw();

    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    return s;
}

CK_STATE state_of(CK_SESSION_HANDLE s)
{
    CK_SESSION_INFO info;

    OK(F->C_GetSessionInfo(s, &info));
    return info.state;
}

const gost_paramset *paramset(const char *oid)
{
    const gost_paramset *ps = gost_paramset_by_name(oid, 256);

    if (ps == NULL)
        ps = gost_paramset_by_name(oid, 512);
    assert_non_null(ps);
    return ps;
}

void make_pair(CK_SESSION_HANDLE s, const gost_paramset *ps, CK_BBOOL token, CK_OBJECT_HANDLE *pub,
               CK_OBJECT_HANDLE *priv)
{
    CK_MECHANISM mech = {
        ps->bits == 512 ? CKM_GOSTR3410_512_KEY_PAIR_GEN : CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE both[] = {
        A_BOOL(CKA_TOKEN, token),
        A_STR(CKA_LABEL, "k"),
        {CKA_GOSTR3410_PARAMS, (void *)ps->der, ps->der_len},
    };

    OK(F->C_GenerateKeyPair(s, &mech, both, COUNT(both), both, 2, pub, priv));
}

CK_ULONG find_n(CK_SESSION_HANDLE s, CK_ATTRIBUTE *templ, CK_ULONG n, CK_OBJECT_HANDLE *first)
{
    CK_OBJECT_HANDLE found[64];
    CK_ULONG count, all = 0;

    OK(F->C_FindObjectsInit(s, templ, n));
    do {
        OK(F->C_FindObjects(s, found, COUNT(found), &count));
        if (all == 0 && count != 0 && first != NULL)
            *first = found[0];
        all += count;
    } while (count != 0);
    OK(F->C_FindObjectsFinal(s));
    if (n == 0) { /* the last one is the device's own (CKO_HW_FEATURE) */
        assert_int_not_equal(all, 0);
        all--;
    }
    return all;
}

size_t get_bytes(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type, void *out,
                 size_t room)
{
    CK_ATTRIBUTE a = {type, out, room};

    OK(F->C_GetAttributeValue(s, o, &a, 1));
    return a.ulValueLen;
}

CK_ULONG get_ulong(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type)
{
    CK_ULONG x = 0;

    assert_int_equal(get_bytes(s, o, type, &x, sizeof x), sizeof x);
    return x;
}

CK_BBOOL get_bool(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type)
{
    CK_BBOOL x = 7;

    assert_int_equal(get_bytes(s, o, type, &x, sizeof x), sizeof x);
    return x;
}

CK_RV get_rv(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type)
{
    CK_ATTRIBUTE a = {type, NULL, 0};
    CK_RV rv = F->C_GetAttributeValue(s, o, &a, 1);

    if (rv != CKR_OK)
        assert_int_equal(a.ulValueLen, CK_UNAVAILABLE_INFORMATION);
    return rv;
}

CK_FLAGS token_flags(CK_SLOT_ID slot)
{
    CK_TOKEN_INFO info;

    OK(F->C_GetTokenInfo(slot, &info));
    return info.flags;
}
