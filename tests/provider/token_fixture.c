/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens made through the module's function list. */
#include "fixture.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gosttoken/pkcs11-gost.h>

#define SO_PIN "the-so-pin"

/* In the child a failure ends it: the parent sees its exit code. */
#define MUST(call)                                                                                 \
    do {                                                                                           \
        CK_RV must_rv = (call);                                                                    \
        if (must_rv != CKR_OK) {                                                                   \
            fprintf(stderr, "%s: 0x%lX\n", #call, must_rv);                                        \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

static CK_FUNCTION_LIST *module_start(void)
{
    void *dl = dlopen(TEST_MODULE, RTLD_NOW);
    CK_C_GetFunctionList get_list;
    CK_FUNCTION_LIST *f;

    if (dl == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        _exit(1);
    }
    get_list = (CK_C_GetFunctionList)dlsym(dl, "C_GetFunctionList");
    if (get_list == NULL)
        _exit(1);
    MUST(get_list(&f));
    MUST(f->C_Initialize(NULL));
    return f;
}

static int has_label(const CK_TOKEN_INFO *info, const char *label)
{
    char padded[33];

    snprintf(padded, sizeof(padded), "%-32s", label);
    return memcmp(info->label, padded, 32) == 0;
}

/* The slot of a token, or with label NULL one whose token is not made yet. */
static CK_SLOT_ID find_slot(CK_FUNCTION_LIST *f, const char *label)
{
    CK_SLOT_ID slots[64];
    CK_ULONG n = 64;

    MUST(f->C_GetSlotList(CK_FALSE, slots, &n));
    for (CK_ULONG i = 0; i < n; i++) {
        CK_TOKEN_INFO info;
        CK_RV rv = f->C_GetTokenInfo(slots[i], &info);

        if (label == NULL ? rv == CKR_TOKEN_NOT_PRESENT ||
                                (rv == CKR_OK && ((info.flags & CKF_TOKEN_INITIALIZED) == 0 ||
                                                  (info.flags & CKF_SO_PIN_TO_BE_CHANGED) != 0))
                          : rv == CKR_OK && has_label(&info, label))
            return slots[i];
    }
    fprintf(stderr, "no slot with %s\n", label != NULL ? label : "a token to be made");
    _exit(1);
}

static void parent_waits(pid_t child)
{
    int status;

    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static CK_SESSION_HANDLE log_in(CK_FUNCTION_LIST *f, const char *label, const char *pin)
{
    CK_SESSION_HANDLE session;

    MUST(f->C_OpenSession(find_slot(f, label), CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
                          &session));
    MUST(f->C_Login(session, CKU_USER, (CK_UTF8CHAR *)pin, strlen(pin)));
    return session;
}

void fx_make_token(const char *label, const char *pin)
{
    pid_t child = fork();

    if (child == 0) {
        CK_FUNCTION_LIST *f = module_start();
        CK_SLOT_ID slot = find_slot(f, NULL);
        CK_SESSION_HANDLE session;
        char padded[33];
        CK_RV rv;

        snprintf(padded, sizeof(padded), "%-32s", label);
        /* A token in the factory state has the factory's PIN. */
        rv = f->C_InitToken(slot, (CK_UTF8CHAR *)SO_PIN, sizeof(SO_PIN) - 1, (CK_UTF8CHAR *)padded);
        if (rv == CKR_PIN_INCORRECT) {
            MUST(f->C_InitToken(slot, (CK_UTF8CHAR *)"87654321", 8, (CK_UTF8CHAR *)padded));
            MUST(f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session));
            MUST(f->C_Login(session, CKU_SO, (CK_UTF8CHAR *)"87654321", 8));
        } else {
            MUST(rv);
            MUST(f->C_OpenSession(find_slot(f, label), CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
                                  NULL, &session));
            MUST(f->C_Login(session, CKU_SO, (CK_UTF8CHAR *)SO_PIN, sizeof(SO_PIN) - 1));
        }
        MUST(f->C_InitPIN(session, (CK_UTF8CHAR *)pin, strlen(pin)));
        MUST(f->C_Finalize(NULL));
        _exit(0);
    }
    parent_waits(child);
}

void fx_make_key(const char *token, const char *pin, const char *label, uint8_t id, unsigned bits,
                 const char *set)
{
    pid_t child = fork();

    if (child == 0) {
        CK_FUNCTION_LIST *f = module_start();
        CK_SESSION_HANDLE session = log_in(f, token, pin);
        CK_MECHANISM mechanism = {.mechanism = bits == 256 ? CKM_GOSTR3410_KEY_PAIR_GEN
                                                           : CKM_GOSTR3410_512_KEY_PAIR_GEN};
        CK_OBJECT_CLASS pub_class = CKO_PUBLIC_KEY, priv_class = CKO_PRIVATE_KEY;
        CK_KEY_TYPE type = bits == 256 ? CKK_GOSTR3410 : CKK_GOSTR3410_512;
        CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
        CK_OBJECT_HANDLE pub, priv;
        unsigned char *der = NULL;
        int der_len = i2d_ASN1_OBJECT(OBJ_txt2obj(set, 1), &der);
        CK_ATTRIBUTE pub_template[] = {
            {CKA_CLASS, &pub_class, sizeof(pub_class)},
            {CKA_KEY_TYPE, &type, sizeof(type)},
            {CKA_TOKEN, &yes, 1},
            {CKA_PRIVATE, &no, 1},
            {CKA_ID, &id, 1},
            {CKA_LABEL, (void *)label, strlen(label)},
            {CKA_GOSTR3410_PARAMS, der, (CK_ULONG)der_len},
        };
        CK_ATTRIBUTE priv_template[] = {
            {CKA_CLASS, &priv_class, sizeof(priv_class)},
            {CKA_KEY_TYPE, &type, sizeof(type)},
            {CKA_TOKEN, &yes, 1},
            {CKA_PRIVATE, &yes, 1},
            {CKA_ID, &id, 1},
            {CKA_LABEL, (void *)label, strlen(label)},
        };

        if (der_len <= 0)
            _exit(1);
        MUST(f->C_GenerateKeyPair(session, &mechanism, pub_template, 7, priv_template, 6, &pub,
                                  &priv));
        MUST(f->C_Finalize(NULL));
        _exit(0);
    }
    parent_waits(child);
}

void fx_put_secret(const char *token, const char *pin, const char *label, uint8_t id,
                   unsigned long type, const uint8_t value[32], const uint8_t *params,
                   size_t params_len, int use)
{
    pid_t child = fork();

    if (child == 0) {
        CK_FUNCTION_LIST *f = module_start();
        CK_SESSION_HANDLE session = log_in(f, token, pin);
        CK_OBJECT_CLASS class = CKO_SECRET_KEY;
        CK_KEY_TYPE key_type = type;
        CK_BBOOL yes = CK_TRUE, no = CK_FALSE, may = use ? CK_TRUE : CK_FALSE;
        CK_OBJECT_HANDLE object;
        CK_ATTRIBUTE template[] = {
            {CKA_CLASS, &class, sizeof(class)},
            {CKA_KEY_TYPE, &key_type, sizeof(key_type)},
            {CKA_TOKEN, &yes, 1},
            {CKA_PRIVATE, &yes, 1},
            {CKA_SENSITIVE, &yes, 1},
            {CKA_EXTRACTABLE, &no, 1},
            {CKA_ENCRYPT, &may, 1},
            {CKA_DECRYPT, &yes, 1},
            {CKA_SIGN, &may, 1},
            {CKA_ID, &id, 1},
            {CKA_LABEL, (void *)label, strlen(label)},
            {CKA_VALUE, (void *)value, 32},
            {CKA_GOST28147_PARAMS, (void *)params, params_len}, /* the last */
        };

        MUST(f->C_CreateObject(session, template, params != NULL ? 13 : 12, &object));
        MUST(f->C_Finalize(NULL));
        _exit(0);
    }
    parent_waits(child);
}

void fx_delete_secret(const char *token, const char *pin, const char *label)
{
    pid_t child = fork();

    if (child == 0) {
        CK_FUNCTION_LIST *f = module_start();
        CK_SESSION_HANDLE session = log_in(f, token, pin);
        CK_OBJECT_CLASS class = CKO_SECRET_KEY;
        CK_ATTRIBUTE match[] = {
            {CKA_CLASS, &class, sizeof(class)},
            {CKA_LABEL, (void *)label, strlen(label)},
        };
        CK_OBJECT_HANDLE object;
        CK_ULONG n;

        MUST(f->C_FindObjectsInit(session, match, 2));
        MUST(f->C_FindObjects(session, &object, 1, &n));
        MUST(f->C_FindObjectsFinal(session));
        if (n != 1)
            _exit(1);
        MUST(f->C_DestroyObject(session, object));
        MUST(f->C_Finalize(NULL));
        _exit(0);
    }
    parent_waits(child);
}

void fx_put_cert(const char *token, const char *pin, const char *label, uint8_t id, X509 *cert)
{
    char id_text[8], self[512];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    BIO *out = BIO_new_file(fx_path("put.der"), "w");
    pid_t child;

    assert_true(len > 0);
    self[len] = '\0';
    assert_non_null(out);
    assert_int_equal(i2d_X509_bio(out, cert), 1);
    BIO_free(out);
    snprintf(id_text, sizeof(id_text), "%u", id);
    child = fork();
    if (child == 0) {
        execl(self, "put-cert", token, pin, label, id_text, fx_path("put.der"), NULL);
        _exit(127);
    }
    parent_waits(child);
}

int fx_put_cert_main(char **argv)
{
    CK_FUNCTION_LIST *f = module_start();
    CK_SESSION_HANDLE session = log_in(f, argv[1], argv[2]);
    CK_OBJECT_CLASS class = CKO_CERTIFICATE;
    CK_CERTIFICATE_TYPE type = CKC_X_509;
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_BYTE id = (CK_BYTE)atoi(argv[4]);
    BIO *in = BIO_new_file(argv[5], "r");
    X509 *cert = d2i_X509_bio(in, NULL);
    unsigned char *subject = NULL, *der = NULL;
    int subject_len, der_len;
    CK_OBJECT_HANDLE object;

    BIO_free(in);
    if (cert == NULL)
        return 1;
    subject_len = i2d_X509_NAME(X509_get_subject_name(cert), &subject);
    der_len = i2d_X509(cert, &der);
    {
        CK_ATTRIBUTE template[] = {
            {CKA_CLASS, &class, sizeof(class)},
            {CKA_CERTIFICATE_TYPE, &type, sizeof(type)},
            {CKA_TOKEN, &yes, 1},
            {CKA_PRIVATE, &no, 1},
            {CKA_ID, &id, 1},
            {CKA_LABEL, argv[3], strlen(argv[3])},
            {CKA_SUBJECT, subject, (CK_ULONG)subject_len},
            {CKA_VALUE, der, (CK_ULONG)der_len},
        };

        MUST(f->C_CreateObject(session, template, 8, &object));
    }
    MUST(f->C_Finalize(NULL));
    OPENSSL_free(subject);
    OPENSSL_free(der);
    X509_free(cert);
    return 0;
}
