/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The token that every run begins with: keys of each kind with known values that must never come
 * out, some that may, a certificate, data. It is made once in a temporary directory and kept in
 * memory, from where it is written back before each run.
 */
#include "tests/fuzz/input.h"
#include "tests/snapshot.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

CK_FUNCTION_LIST_3_0 *F;
CK_FUNCTION_LIST_EXTENDED *X;
secret_value secrets[SECRETS];

static char base[64], store[80], conf[80];
static blob points[4], certificate_blob;

/* Nothing here has to outlive a power cut. */
__attribute__((visibility("default"))) int fsync(int fd)
{
    (void)fd;
    return 0;
}

__attribute__((visibility("default"))) int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

const blob *world_points(void)
{
    return points;
}

blob world_certificate(void)
{
    return certificate_blob;
}

static void need(CK_RV rv, const char *what)
{
    if (rv != CKR_OK)
        wrong("making the token: %s: 0x%lx", what, rv);
}

/* ---- files ---------------------------------------------------------------------------------- */

void world_restore(void)
{
    const char *bad = snapshot_restore(store);

    if (bad != NULL)
        wrong("%s cannot be written", bad);
}

static void at_end(void)
{
    snapshot_clear(store);
    snapshot_free();
    (void)rmdir(store);
    (void)unlink(conf);
    (void)rmdir(base);
}

/* ---- objects -------------------------------------------------------------------------------- */

static CK_BBOOL yes = CK_TRUE;

#define N(type, v)                                                                                 \
    {                                                                                              \
        type, &(v), sizeof(v)                                                                      \
    }

static secret_value *secret(unsigned i, const char *name, size_t len)
{
    secret_value *s = &secrets[i];

    s->name = name;
    s->len = len;
    for (size_t k = 0; k < len; k++)
        s->bytes[k] = (uint8_t)((k * 73 + i * 41 + 0x5B) ^ (k << 3) ^ (k * k * 7));
    return s;
}

static CK_OBJECT_HANDLE import(CK_SESSION_HANDLE s, CK_KEY_TYPE type, const void *value,
                               CK_ULONG len, int hidden)
{
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_BBOOL sensitive = hidden ? CK_TRUE : CK_FALSE, extractable = hidden ? CK_FALSE : CK_TRUE;
    CK_ATTRIBUTE t[] = {
        N(CKA_CLASS, class),
        N(CKA_KEY_TYPE, type),
        N(CKA_TOKEN, yes),
        N(CKA_SENSITIVE, sensitive),
        N(CKA_EXTRACTABLE, extractable),
        N(CKA_ENCRYPT, yes),
        N(CKA_DECRYPT, yes),
        N(CKA_SIGN, yes),
        N(CKA_VERIFY, yes),
        N(CKA_WRAP, yes),
        N(CKA_UNWRAP, yes),
        N(CKA_DERIVE, yes),
        {CKA_VALUE, (void *)(uintptr_t)value, len},
    };
    CK_OBJECT_HANDLE o;

    need(F->C_CreateObject(s, t, COUNT(t), &o), "a secret key");
    return o;
}

static blob value_of(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type)
{
    CK_ATTRIBUTE a = {type, NULL, 0};

    need(F->C_GetAttributeValue(s, o, &a, 1), "the length of an attribute");
    a.pValue = malloc(a.ulValueLen);
    need(F->C_GetAttributeValue(s, o, &a, 1), "an attribute");
    return (blob){a.pValue, a.ulValueLen};
}

static void gost_pairs(CK_SESSION_HANDLE s)
{
    static CK_BYTE curve[] = {6, 9, 0x2A, 0x85, 3, 7, 1, 2, 1, 1, 1};
    static CK_BYTE curve_512[] = {6, 9, 0x2A, 0x85, 3, 7, 1, 2, 1, 2, 1};
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_KEY_TYPE type = CKK_GOSTR3410;
    secret_value *d = secret(0, "a GOST private key", 32);
    CK_ATTRIBUTE t[] = {
        N(CKA_CLASS, class), N(CKA_KEY_TYPE, type),          N(CKA_TOKEN, yes),
        N(CKA_UNWRAP, yes),  N(CKA_GOSTR3410_PARAMS, curve), {CKA_VALUE, d->bytes, d->len},
    };
    CK_ATTRIBUTE pub[] = {N(CKA_TOKEN, yes), N(CKA_WRAP, yes), N(CKA_GOSTR3410_PARAMS, curve)};
    CK_ATTRIBUTE priv[] = {N(CKA_TOKEN, yes), N(CKA_UNWRAP, yes)};
    CK_MECHANISM m = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
    CK_OBJECT_HANDLE a, b;

    d->bytes[31] &= 0x1F;
    need(F->C_CreateObject(s, t, COUNT(t), &a), "a GOST private key");
    need(F->C_GenerateKeyPair(s, &m, pub, 3, priv, 2, &a, &b), "a GOST pair");
    points[0] = value_of(s, a, CKA_VALUE);
    pub[2] = (CK_ATTRIBUTE)N(CKA_GOSTR3410_PARAMS, curve_512);
    m.mechanism = CKM_GOSTR3410_512_KEY_PAIR_GEN;
    need(F->C_GenerateKeyPair(s, &m, pub, 3, priv, 2, &a, &b), "a GOST pair of 512 bits");
    points[1] = value_of(s, a, CKA_VALUE);
}

static CK_OBJECT_HANDLE ec_and_rsa(CK_SESSION_HANDLE s)
{
    static CK_BYTE p256[] = {6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7};
    CK_MECHANISM m = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
    CK_ULONG bits = 1024;
    CK_ATTRIBUTE pub[] = {N(CKA_TOKEN, yes), N(CKA_EC_PARAMS, p256)};
    CK_ATTRIBUTE rsa[] = {N(CKA_TOKEN, yes), N(CKA_WRAP, yes), N(CKA_MODULUS_BITS, bits)};
    CK_ATTRIBUTE priv[] = {N(CKA_TOKEN, yes)}, rsa_priv[] = {N(CKA_TOKEN, yes), N(CKA_UNWRAP, yes)};
    CK_OBJECT_HANDLE a, b, ec;

    need(F->C_GenerateKeyPair(s, &m, pub, 2, priv, 1, &ec, &b), "a pair of P-256");
    points[2] = value_of(s, ec, CKA_EC_POINT);
    points[3] = (blob){malloc(64), 64};
    memset(points[3].p, 0x11, 64);
    m.mechanism = CKM_RSA_PKCS_KEY_PAIR_GEN;
    need(F->C_GenerateKeyPair(s, &m, rsa, 3, rsa_priv, 2, &a, &b), "a pair of RSA");
    return ec;
}

static size_t der(uint8_t *out, uint8_t tag, const void *content, size_t len)
{
    memmove(out + 4, content, len); /* they may overlap */
    out[0] = tag;
    out[1] = 0x82;
    out[2] = (uint8_t)(len >> 8);
    out[3] = (uint8_t)len;
    return len + 4;
}

/* A certificate of the first GOST pair; nobody has signed it. The name is long, so that all lengths
 * that der() writes need their two bytes. */
static void certificate(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE pub)
{
    static const uint8_t head[] = {0xA0, 3, 2, 1, 2, 2, 1, 7};
    static const uint8_t alg[] = {0x30, 10, 6, 8, 0x2A, 0x85, 3, 7, 1, 1, 3, 2};
    static const uint8_t dates[] = "\x30\x1e\x17\x0d"
                                   "240101000000Z\x17\x0d"
                                   "440101000000Z";
    uint8_t tbs[1200], all[1500], name[300], text[260], *p = tbs;
    CK_OBJECT_CLASS class = CKO_CERTIFICATE;
    CK_CERTIFICATE_TYPE type = CKC_X_509;
    size_t n, at;
    blob spki = value_of(s, pub, CKA_PUBLIC_KEY_INFO);
    CK_ATTRIBUTE t[] = {
        N(CKA_CLASS, class), N(CKA_CERTIFICATE_TYPE, type), N(CKA_TOKEN, yes), {CKA_VALUE, all, 0}};
    CK_OBJECT_HANDLE o;

    memset(text, 'x', sizeof text);
    n = der(name + 5, 0x0C, text, sizeof text);
    memcpy(name, "\x06\x03\x55\x04\x03", 5);
    n = der(name, 0x30, name, n + 5);
    n = der(name, 0x31, name, n);
    n = der(name, 0x30, name, n);
    memcpy(p, head, sizeof head);
    p += sizeof head;
    memcpy(p, alg, sizeof alg);
    p += sizeof alg;
    memcpy(p, name, n);
    p += n;
    memcpy(p, dates, sizeof dates - 1);
    p += sizeof dates - 1;
    memcpy(p, name, n);
    p += n;
    memcpy(p, spki.p, spki.len);
    p += spki.len;
    at = der(all, 0x30, tbs, (size_t)(p - tbs));
    memcpy(all + at, alg, sizeof alg);
    at += sizeof alg;
    all[at++] = 3; /* the signature */
    all[at++] = 65;
    memset(all + at, 0, 65);
    at += 65;
    n = der(all, 0x30, all, at);
    free(spki.p);
    certificate_blob = (blob){malloc(n), n};
    memcpy(certificate_blob.p, all, n);
    t[3].ulValueLen = n;
    need(F->C_CreateObject(s, t, COUNT(t), &o), "a certificate");
}

static void fill(CK_SESSION_HANDLE s)
{
    static const struct {
        CK_KEY_TYPE type;
        const char *name;
        size_t len;
    } keys[] = {
        {CKK_KUZNYECHIK, "a Kuznyechik key", 32},   {CKK_MAGMA, "a Magma key", 32},
        {CKK_GOST28147, "a GOST 28147-89 key", 32}, {CKK_GENERIC_SECRET, "a generic secret", 48},
        {CKK_KUZNYECHIK_TWIN, "a twin key", 64},    {CKK_MAGMA_TWIN, "a twin key of Magma", 64}};
    CK_OBJECT_CLASS class = CKO_DATA;
    CK_ATTRIBUTE data[] = {N(CKA_CLASS, class),
                           N(CKA_TOKEN, yes),
                           N(CKA_PRIVATE, yes),
                           {CKA_VALUE, (void *)(uintptr_t) "some data", 9}};
    CK_ATTRIBUTE by_class[] = {N(CKA_CLASS, class)};
    CK_OBJECT_HANDLE o;
    CK_ULONG n;
    uint8_t open[64];

    gost_pairs(s);
    (void)ec_and_rsa(s);
    for (unsigned i = 0; i < COUNT(keys); i++) {
        secret_value *v = secret(i + 1, keys[i].name, keys[i].len);

        (void)import(s, keys[i].type, v->bytes, v->len, 1);
        memset(open, (int)i + 1, sizeof open);
        (void)import(s, keys[i].type, open, v->len, 0);
    }
    (void)secret(7, "", 0);
    need(F->C_CreateObject(s, data, COUNT(data), &o), "data");
    class = CKO_PUBLIC_KEY;
    need(F->C_FindObjectsInit(s, by_class, 1), "a search");
    need(F->C_FindObjects(s, &o, 1, &n), "a search");
    need(F->C_FindObjectsFinal(s), "a search");
    certificate(s, o);
}

/* ---- the module ----------------------------------------------------------------------------- */

static void load(void)
{
    const char *path = getenv("FUZZ_MODULE");
    void *module = dlopen(path != NULL ? path : TEST_MODULE, RTLD_NOW);
    CK_C_GetInterface get;
    CK_C_EX_GetFunctionListExtended extended;
    CK_VERSION three = {3, 0};
    CK_INTERFACE *interface;

    if (module == NULL)
        wrong("%s", dlerror());
    *(void **)&get = dlsym(module, "C_GetInterface");
    *(void **)&extended = dlsym(module, "C_EX_GetFunctionListExtended");
    if (get == NULL || extended == NULL)
        wrong("the module lacks a function");
    need(get((CK_UTF8CHAR *)(uintptr_t) "PKCS 11", &three, &interface, 0), "C_GetInterface");
    F = interface->pFunctionList;
    need(extended(&X), "C_EX_GetFunctionListExtended");
}

void world_start(void)
{
    const char *bad;
    static CK_UTF8CHAR label[33] = "fuzzed                          ";
    CK_SESSION_HANDLE s;
    FILE *f;

    (void)snprintf(base, sizeof base, "/tmp/gosttoken-fuzz-XXXXXX");
    if (mkdtemp(base) == NULL)
        wrong("no temporary directory");
    (void)snprintf(store, sizeof store, "%s/store", base);
    (void)snprintf(conf, sizeof conf, "%s/conf", base);
    (void)atexit(at_end);
    f = fopen(conf, "w");
    if (f == NULL || fputs("kdf.ms = 1\n", f) < 0 || fclose(f) != 0)
        wrong("%s cannot be written", conf);
    (void)setenv("GOSTTOKEN_DIR", store, 1);
    (void)setenv("GOSTTOKEN_CONF", conf, 1);
    (void)unsetenv("GOSTTOKEN_LOG");
    (void)unsetenv("GOSTTOKEN_FACTORY_TOKEN");
    load();
    need(F->C_Initialize(NULL), "C_Initialize");
    need(F->C_InitToken(0, (CK_UTF8CHAR *)(uintptr_t)SO_PIN, strlen(SO_PIN), label), "C_InitToken");
    need(F->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s), "a session");
    need(F->C_Login(s, CKU_SO, (CK_UTF8CHAR *)(uintptr_t)SO_PIN, strlen(SO_PIN)), "the SO");
    need(F->C_InitPIN(s, (CK_UTF8CHAR *)(uintptr_t)USER_PIN, strlen(USER_PIN)), "C_InitPIN");
    need(F->C_Logout(s), "C_Logout");
    need(F->C_Login(s, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)USER_PIN, strlen(USER_PIN)), "login");
    fill(s);
    need(F->C_Finalize(NULL), "C_Finalize");
    bad = snapshot_take(store);
    if (bad != NULL)
        wrong("%s cannot be kept", bad);
}
