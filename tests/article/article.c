/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of the vendor's article on PKCS #11, one function each, in its order and with its
 * calls, templates and strings: what a program that was written for a Rutoken does with this
 * module.
 *
 *     article MODULE COMMAND
 *
 * works in the current directory. It leaves request.der there and runs COMMAND, which makes
 * cert_2012-256.cer of it; and data, signature, pub, encrypted and message.p7s for who started it
 * to check. Ends with 0 if every step succeeded.
 */
#include "vendor.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static CK_FUNCTION_LIST *f;
static extended_list *ex;
static void *module;

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define CHECK(what, good)                                                                          \
    do {                                                                                           \
        if (!(good)) {                                                                             \
            fprintf(stderr, "%s: %s failed\n", __func__, what);                                    \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)
#define CHECK_RV(call)                                                                             \
    do {                                                                                           \
        CK_RV rv_ = (call);                                                                        \
        if (rv_ != CKR_OK) {                                                                       \
            fprintf(stderr, "%s: %s: 0x%lX\n", __func__, #call, rv_);                              \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

static CK_BYTE factory_user[] = "12345678", factory_admin[] = "87654321";
static CK_BYTE key_id[] = "GOST R 34.10-2012 (256 bits) sample key pair ID (Aktiv Co.)";
static CK_BYTE oid_3410[] = {0x06, 0x07, 0x2a, 0x85, 0x03, 0x02, 0x02, 0x23, 0x01};
static CK_BYTE oid_3411[] = {0x06, 0x08, 0x2a, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x02};
static CK_BYTE oid_28147[] = {0x06, 0x07, 0x2a, 0x85, 0x03, 0x02, 0x02, 0x1f, 0x01};
static CK_BYTE iv[] = {0x06, 0x07, 0x2a, 0x85, 0x03, 0x02, 0x02, 0x1f};
static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static CK_OBJECT_CLASS class_public = CKO_PUBLIC_KEY, class_private = CKO_PRIVATE_KEY,
                       class_secret = CKO_SECRET_KEY, class_certificate = CKO_CERTIFICATE;

static int save(const char *name, const void *data, size_t len)
{
    FILE *out = fopen(name, "wb");

    CHECK(name, out != NULL);
    CHECK(name, fwrite(data, 1, len, out) == len);
    CHECK(name, fclose(out) == 0);
    return 0;
}

static int init_pkcs11(const char *path)
{
    CK_C_INITIALIZE_ARGS args = {NULL, NULL, NULL, NULL, CKF_OS_LOCKING_OK, NULL};
    CK_RV (*get_list)(CK_FUNCTION_LIST **);
    CK_RV (*get_list_extended)(extended_list **);

    module = dlopen(path, RTLD_NOW);
    CHECK("dlopen", module != NULL);
    *(void **)&get_list = dlsym(module, "C_GetFunctionList");
    CHECK("C_GetFunctionList", get_list != NULL);
    *(void **)&get_list_extended = dlsym(module, "C_EX_GetFunctionListExtended");
    CHECK("C_EX_GetFunctionListExtended", get_list_extended != NULL);
    CHECK_RV(get_list(&f));
    CHECK_RV(get_list_extended(&ex));
    CHECK_RV(f->C_Initialize(&args));
    return 0;
}

static int get_slot(CK_SLOT_ID *slot)
{
    CK_SLOT_ID *slots;
    CK_ULONG n;

    CHECK_RV(f->C_GetSlotList(CK_TRUE, NULL, &n));
    CHECK("a token", n > 0);
    slots = malloc(n * sizeof(*slots));
    CHECK("malloc", slots != NULL);
    CHECK_RV(f->C_GetSlotList(CK_TRUE, slots, &n));
    *slot = slots[0];
    free(slots);
    return 0;
}

/* The article's samples begin with ex0: format the token. */
static int format(CK_SLOT_ID slot)
{
    CK_BYTE label[] = "article";
    init_param p = {sizeof(p), 0, factory_admin, 8, factory_user, 8, 3, 6, 6, 10, 10, label, 7, 0};

    CHECK_RV(ex->init_token(slot, factory_admin, 8, &p));
    return 0;
}

static int change_pin_code(CK_SLOT_ID slot)
{
    CK_SESSION_HANDLE session;

    CHECK_RV(f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session));
    CHECK_RV(f->C_Login(session, CKU_USER, factory_user, 8));
    CHECK_RV(f->C_SetPIN(session, NULL, 0, factory_user, 8));
    CHECK_RV(f->C_Logout(session));
    CHECK_RV(f->C_CloseSession(session));
    return 0;
}

static int mech_supports(CK_SLOT_ID slot, CK_MECHANISM_TYPE mech)
{
    CK_MECHANISM_TYPE *list;
    CK_ULONG n, i;

    CHECK_RV(f->C_GetMechanismList(slot, NULL, &n));
    list = malloc(n * sizeof(*list));
    CHECK("mechanisms", n > 0 && list != NULL);
    CHECK_RV(f->C_GetMechanismList(slot, list, &n));
    for (i = 0; i < n && list[i] != mech; i++) {
    }
    free(list);
    CHECK("the mechanism", i < n);
    return 0;
}

static int gen_gost_key_pair(CK_SESSION_HANDLE session)
{
    CK_KEY_TYPE type = CKK_GOSTR3410;
    CK_ATTRIBUTE pub[] = {
        {CKA_CLASS, &class_public, sizeof(class_public)},
        {CKA_ID, key_id, sizeof(key_id) - 1},
        {CKA_KEY_TYPE, &type, sizeof(type)},
        {CKA_TOKEN, &yes, sizeof(yes)},
        {CKA_PRIVATE, &no, sizeof(no)},
        {CKA_GOSTR3410_PARAMS, oid_3410, sizeof(oid_3410)},
        {CKA_GOSTR3411_PARAMS, oid_3411, sizeof(oid_3411)},
    };
    CK_ATTRIBUTE priv[] = {
        {CKA_CLASS, &class_private, sizeof(class_private)},
        {CKA_ID, key_id, sizeof(key_id) - 1},
        {CKA_KEY_TYPE, &type, sizeof(type)},
        {CKA_TOKEN, &yes, sizeof(yes)},
        {CKA_PRIVATE, &yes, sizeof(yes)},
        {CKA_GOSTR3410_PARAMS, oid_3410, sizeof(oid_3410)},
        {CKA_GOSTR3411_PARAMS, oid_3411, sizeof(oid_3411)},
    };
    CK_MECHANISM mech = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
    CK_OBJECT_HANDLE handles[2];

    CHECK_RV(f->C_GenerateKeyPair(session, &mech, pub, COUNT(pub), priv, COUNT(priv), &handles[0],
                                  &handles[1]));
    return 0;
}

static int find(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *object)
{
    CK_ATTRIBUTE templ[] = {
        {CKA_CLASS, &class, sizeof(class)},
        {CKA_ID, key_id, sizeof(key_id) - 1},
    };
    CK_ULONG n = 1;

    CHECK_RV(f->C_FindObjectsInit(session, templ, COUNT(templ)));
    CHECK_RV(f->C_FindObjects(session, object, n, &n));
    CHECK_RV(f->C_FindObjectsFinal(session));
    CHECK("an object", n == 1);
    return 0;
}

static CK_BYTE data[32] = {0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
                           0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7};

static int sign(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE priv, CK_MECHANISM *mech, CK_BYTE *what,
                CK_ULONG len, const char *file)
{
    CK_ULONG n = 0xDEADBEEF; /* the article's is not initialised */
    CK_BYTE *signature;

    CHECK_RV(f->C_SignInit(session, mech, priv));
    CHECK_RV(f->C_Sign(session, what, len, NULL, &n));
    signature = malloc(n);
    CHECK("malloc", signature != NULL);
    CHECK_RV(f->C_Sign(session, what, len, signature, &n));
    CHECK("its length", n == 64);
    if (save(file, signature, n) != 0)
        return 1;
    free(signature);
    return 0;
}

static int signatures(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE priv)
{
    CK_MECHANISM both = {CKM_TC26_3410_WITH_3411_12_256, oid_3411, sizeof(oid_3411)};
    CK_MECHANISM hash = {CKM_TC26_3411_12_256, NULL, 0}, raw = {CKM_GOSTR3410, NULL, 0};
    CK_BYTE digest[32];
    CK_ULONG n = sizeof(digest);

    if (save("data", data, sizeof(data)) != 0 ||
        sign(session, priv, &both, data, sizeof(data), "signature") != 0)
        return 1;
    CHECK_RV(f->C_DigestInit(session, &hash));
    CHECK_RV(f->C_Digest(session, data, sizeof(data), digest, &n));
    return sign(session, priv, &raw, digest, n, "signature-raw");
}

#define S(s) ((CK_BYTE *)(uintptr_t)(s))

static int create_csr(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE pub, CK_OBJECT_HANDLE priv)
{
    CK_BYTE *dn[] = {
        S("CN"),
        S("UTF8String:Иванов"),
        S("C"),
        S("RU"),
        S("2.5.4.5"),
        S("12312312312"),
        S("1.2.840.113549.1.9.1"),
        S("ivanov@mail.ru"),
        S("ST"),
        S("UTF8String:Москва"),
        S("O"),
        S("CompanyName"),
        S("OU"),
        S("Devel"),
        S("L"),
        S("Moscow"),
    };
    CK_BYTE *exts[] = {
        S("keyUsage"),
        S("digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment"),
        S("extendedKeyUsage"),
        S("1.2.643.2.2.34.6,1.3.6.1.5.5.7.3.2,1.3.6.1.5.5.7.3.4"),
        S("2.5.29.17"),
        S("DER:30:0F:81:0D:65:78:61:6d:70:6c:65:40:79:61:2E:72:75"),
        S("2.5.29.32"),
        S("critical,DER:30:0A:30:08:06:06:2A:85:03:64:71:01"),
        S("1.2.643.100.111"),
        S("ASN1:UTF8String:СКЗИ \"Рутокен ЭЦП 2.0\""),
    };
    CK_BYTE *csr;
    CK_ULONG len;

    CHECK_RV(
        ex->create_csr(session, pub, dn, COUNT(dn), &csr, &len, priv, NULL, 0, exts, COUNT(exts)));
    if (save("request.der", csr, len) != 0)
        return 1;
    CHECK_RV(ex->free_buffer(csr));
    return 0;
}

static int import_cert(CK_SESSION_HANDLE session, CK_BYTE *der, CK_ULONG len)
{
    CK_CERTIFICATE_TYPE x509 = CKC_X_509;
    CK_ULONG user = 1;
    CK_ATTRIBUTE templ[] = {
        {CKA_VALUE, der, len},
        {CKA_CLASS, &class_certificate, sizeof(class_certificate)},
        {CKA_ID, key_id, sizeof(key_id) - 1},
        {CKA_TOKEN, &yes, sizeof(yes)},
        {CKA_PRIVATE, &no, sizeof(no)},
        {CKA_CERTIFICATE_TYPE, &x509, sizeof(x509)},
        {CKA_CERTIFICATE_CATEGORY, &user, sizeof(user)},
    };
    CK_OBJECT_HANDLE certificate;

    CHECK_RV(f->C_CreateObject(session, templ, COUNT(templ), &certificate));
    return 0;
}

static int import_cert_file(CK_SESSION_HANDLE session)
{
    CK_BYTE der[8192];
    FILE *in = fopen("cert_2012-256.cer", "rb");
    size_t len;

    CHECK("cert_2012-256.cer", in != NULL);
    len = fread(der, 1, sizeof(der), in);
    (void)fclose(in);
    CHECK("its length", len > 0 && len < sizeof(der));
    return import_cert(session, der, len);
}

static int sign_cms(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE cert, CK_OBJECT_HANDLE priv)
{
    CK_BYTE *cms;
    CK_ULONG len;

    CHECK_RV(ex->pkcs7_sign(session, data, sizeof(data), cert, &cms, &len, priv, NULL, 0,
                            USE_HARDWARE_HASH));
    if (save("message.p7s", cms, len) != 0)
        return 1;
    CHECK_RV(ex->free_buffer(cms));
    return 0;
}

static int get_cert(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE cert)
{
    CK_ATTRIBUTE templ[] = {{CKA_VALUE, NULL, 0}};
    CK_BYTE *text;
    CK_ULONG len;

    CHECK_RV(f->C_GetAttributeValue(session, cert, templ, COUNT(templ)));
    templ[0].pValue = malloc(templ[0].ulValueLen);
    CHECK("malloc", templ[0].pValue != NULL);
    CHECK_RV(f->C_GetAttributeValue(session, cert, templ, COUNT(templ)));
    if (save("certificate-read", templ[0].pValue, templ[0].ulValueLen) != 0)
        return 1;
    free(templ[0].pValue);
    CHECK_RV(ex->get_certificate_info_text(session, cert, &text, &len));
    if (save("certificate-text", text, len) != 0)
        return 1;
    CHECK_RV(ex->free_buffer(text));
    return 0;
}

static int set_cert_label(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE cert)
{
    CK_BYTE label[] = "GOST certificate";
    CK_ATTRIBUTE templ[] = {{CKA_LABEL, label, sizeof(label) - 1}};

    CHECK_RV(f->C_SetAttributeValue(session, cert, templ, COUNT(templ)));
    return 0;
}

static int encrypt_data(CK_SESSION_HANDLE session)
{
    CK_KEY_TYPE type = CKK_GOST28147;
    CK_ATTRIBUTE templ[] = {
        {CKA_CLASS, &class_secret, sizeof(class_secret)},
        {CKA_KEY_TYPE, &type, sizeof(type)},
        {CKA_TOKEN, &yes, sizeof(yes)},
        {CKA_ENCRYPT, &yes, sizeof(yes)},
        {CKA_DECRYPT, &yes, sizeof(yes)},
        {CKA_PRIVATE, &yes, sizeof(yes)},
        {CKA_SENSITIVE, &no, sizeof(no)},
        {CKA_EXTRACTABLE, &yes, sizeof(yes)},
        {CKA_GOST28147_PARAMS, oid_28147, sizeof(oid_28147)},
    };
    CK_MECHANISM gen = {CKM_GOST28147_KEY_GEN, NULL, 0}, mech = {CKM_GOST28147, iv, sizeof(iv)};
    CK_BYTE encrypted[sizeof(data)], again[sizeof(data)], value[32];
    CK_ATTRIBUTE read = {CKA_VALUE, value, sizeof(value)};
    CK_ULONG n = sizeof(encrypted), m = sizeof(again);
    CK_OBJECT_HANDLE key;

    CHECK_RV(f->C_GenerateKey(session, &gen, templ, COUNT(templ), &key));
    CHECK_RV(f->C_EncryptInit(session, &mech, key));
    CHECK_RV(f->C_Encrypt(session, data, sizeof(data), encrypted, &n));
    CHECK_RV(f->C_DecryptInit(session, &mech, key));
    CHECK_RV(f->C_Decrypt(session, encrypted, n, again, &m));
    CHECK("what was decrypted", m == sizeof(data) && memcmp(again, data, m) == 0);
    CHECK_RV(f->C_GetAttributeValue(session, key, &read, 1));
    return save("secret", value, sizeof(value)) != 0 || save("encrypted", encrypted, n) != 0;
}

/* Ends when the module is finalised. */
static void *monitor_slot_event(void *arg)
{
    CK_SLOT_ID slot;
    CK_RV rv;

    (void)arg;
    while ((rv = f->C_WaitForSlotEvent(0, &slot, NULL)) == CKR_OK) {
        CK_SLOT_INFO info;

        rv = f->C_GetSlotInfo(slot, &info);
        if (rv != CKR_OK && rv != CKR_CRYPTOKI_NOT_INITIALIZED)
            return (void *)"C_GetSlotInfo";
    }
    return rv == CKR_CRYPTOKI_NOT_INITIALIZED ? NULL : (void *)"C_WaitForSlotEvent";
}

static int steps(CK_SLOT_ID slot, const char *command)
{
    CK_OBJECT_HANDLE pub, priv, cert;
    CK_SESSION_HANDLE session;

    CHECK_RV(f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session));
    CHECK_RV(f->C_Login(session, CKU_USER, factory_user, 8));
    if (gen_gost_key_pair(session) || find(session, CKO_PUBLIC_KEY, &pub) ||
        find(session, CKO_PRIVATE_KEY, &priv) || signatures(session, priv) ||
        create_csr(session, pub, priv))
        return 1;
    CHECK(command, system(command) == 0);
    if (import_cert_file(session) || find(session, CKO_CERTIFICATE, &cert) ||
        sign_cms(session, cert, priv) || get_cert(session, cert) || set_cert_label(session, cert) ||
        encrypt_data(session))
        return 1;
    CHECK_RV(f->C_Logout(session));
    CHECK_RV(f->C_CloseSession(session));
    return 0;
}

int main(int argc, char **argv)
{
    pthread_t monitor;
    CK_SLOT_ID slot;
    void *said;

    if (argc != 3) {
        fprintf(stderr, "usage: article MODULE COMMAND\n");
        return 2;
    }
    if (init_pkcs11(argv[1]) || get_slot(&slot))
        return 1;
    CHECK("pthread_create", pthread_create(&monitor, NULL, monitor_slot_event, NULL) == 0);
    if (change_pin_code(slot) || format(slot) || get_slot(&slot) || change_pin_code(slot) ||
        mech_supports(slot, CKM_GOSTR3410_KEY_PAIR_GEN) || mech_supports(slot, CKM_GOST28147) ||
        steps(slot, argv[2]))
        return 1;
    CHECK_RV(f->C_Finalize(NULL));
    CHECK("pthread_join", pthread_join(monitor, &said) == 0);
    if (said != NULL)
        fprintf(stderr, "the monitor: %s failed\n", (char *)said);
    CHECK("dlclose", dlclose(module) == 0);
    return said != NULL;
}
