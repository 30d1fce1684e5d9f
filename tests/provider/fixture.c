/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];
static pid_t owner; /* children that leave by exit() must not remove the place */

const fx_set fx_sets[] = {
    {256, "1.2.643.2.2.35.1", "A", "256 CryptoPro A"},
    {256, "1.2.643.2.2.35.2", "B", "256 CryptoPro B"},
    {256, "1.2.643.2.2.35.3", "C", "256 CryptoPro C"},
    {256, "1.2.643.2.2.36.0", "XA", "256 CryptoPro XchA"},
    {256, "1.2.643.2.2.36.1", "XB", "256 CryptoPro XchB"},
    {256, "1.2.643.7.1.2.1.1.1", "TCA", "256 TC26 A"},
    {256, "1.2.643.7.1.2.1.1.2", "TCB", "256 TC26 B"},
    {256, "1.2.643.7.1.2.1.1.3", "TCC", "256 TC26 C"},
    {256, "1.2.643.7.1.2.1.1.4", "TCD", "256 TC26 D"},
    {512, "1.2.643.7.1.2.1.2.1", "A", "512 TC26 A"},
    {512, "1.2.643.7.1.2.1.2.2", "B", "512 TC26 B"},
    {512, "1.2.643.7.1.2.1.2.3", "C", "512 TC26 C"},
};
const size_t fx_set_count = sizeof(fx_sets) / sizeof(fx_sets[0]);

const char *fx_path(const char *name)
{
    static char paths[8][160];
    static unsigned next;
    char *path = paths[next++ % 8];

    snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
    return path;
}

void fx_write(const char *name, const char *text)
{
    FILE *f = fopen(fx_path(name), "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

void fx_write_conf(const char *name, const char *lines, int engine)
{
    static const char with_engine[] = "engines = engine_sect\n";
    char text[4096];

    snprintf(text, sizeof(text),
             "openssl_conf = init\n[init]\n%sproviders = provider_sect\n%s"
             "[provider_sect]\ndefault = default_sect\ngosttoken = gosttoken_sect\n"
             "[default_sect]\nactivate = 1\n"
             "[gosttoken_sect]\nmodule = %s\nmodule-path = %s\n%s\nactivate = 1\n"
             "[engine_sect]\ngost = gost_sect\n"
             "[gost_sect]\nengine_id = gost\ndynamic_path = %s\ndefault_algorithms = ALL\n",
             engine == 'b' ? with_engine : "", engine == 'a' ? with_engine : "", TEST_PROVIDER,
             strstr(lines, "module-path") == NULL ? TEST_MODULE : "", lines,
             fx_peer() != NULL ? fx_peer() : "");
    if (strstr(lines, "module-path") != NULL) {
        char *own = strstr(text, "module-path = \n");

        assert_non_null(own);
        memmove(own, own + 15, strlen(own + 15) + 1);
    }
    fx_write(name, text);
}

const char *fx_peer(void)
{
    static char path[512];
    const char *lent = getenv("GOSTTOKEN_PEER_ENGINE");
    const char *place = OPENSSL_info(OPENSSL_INFO_ENGINES_DIR);

    if (path[0] == '\0' && lent != NULL)
        snprintf(path, sizeof(path), "%s", lent);
    else if (path[0] == '\0')
        snprintf(path, sizeof(path), "%s/gost.so", place != NULL ? place : "");
    return access(path, R_OK) == 0 ? path : NULL;
}

void fx_need_peer(void)
{
    if (fx_peer() != NULL)
        return;
    printf("skipped: gost-engine is not on this machine\n");
    exit(77);
}

void fx_start(const char *lines)
{
    char engine[1024];

    strcpy(dir, "/tmp/gosttoken-test-XXXXXX");
    assert_non_null(mkdtemp(dir));
    owner = getpid();
    assert_int_equal(atexit(fx_end), 0);
    setenv("GOSTTOKEN_DIR", fx_path("tokens"), 1);
    unsetenv("GOSTTOKEN_PIN");
    unsetenv("GOSTTOKEN_MODULE");
    snprintf(engine, sizeof(engine),
             "openssl_conf = init\n[init]\nengines = engine_sect\n"
             "[engine_sect]\ngost = gost_sect\n"
             "[gost_sect]\nengine_id = gost\ndynamic_path = %s\ndefault_algorithms = ALL\n"
             "[req]\ndistinguished_name = dn\nx509_extensions = ext\n[dn]\n"
             "[ext]\nbasicConstraints = CA:TRUE\n",
             fx_peer() != NULL ? fx_peer() : "");
    fx_write("engine.cnf", engine);
    fx_write_conf("ours.cnf", lines, 0);
    setenv("OPENSSL_CONF", fx_path("ours.cnf"), 1);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

void fx_end(void)
{
    if (getpid() == owner && dir[0] != '\0')
        nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    dir[0] = '\0';
}

int fx_other(const char *format, ...)
{
    char command[2048], whole[2600];
    va_list args;
    int status;

    va_start(args, format);
    vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    snprintf(whole, sizeof(whole),
             "cd %s && (OPENSSL_CONF=engine.cnf; export OPENSSL_CONF; unset LD_PRELOAD; %s) >out "
             "2>&1",
             dir, command);
    status = system(whole);
    if (status == 0)
        return 0;
    fprintf(stderr, "the other side: %s\n", command);
    snprintf(whole, sizeof(whole), "cat %s/out >&2", dir);
    if (system(whole) != 0)
        fprintf(stderr, "(no output)\n");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int give_pin(char *buf, int size, int rwflag, void *pin)
{
    (void)rwflag;
    if (pin == NULL)
        return -1;
    snprintf(buf, (size_t)size, "%s", (const char *)pin);
    return (int)strlen(buf);
}

static OSSL_STORE_INFO *load(const char *uri, int type, const char *pin)
{
    UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(give_pin, 0);
    OSSL_STORE_CTX *store;
    OSSL_STORE_INFO *info = NULL;

    ERR_clear_error();
    store = OSSL_STORE_open(uri, ui, (void *)pin, NULL, NULL);
    if (store != NULL && OSSL_STORE_expect(store, type))
        while (info == NULL && !OSSL_STORE_eof(store))
            info = OSSL_STORE_load(store);
    OSSL_STORE_close(store);
    UI_destroy_method(ui);
    return info;
}

EVP_PKEY *fx_private(const char *uri, const char *pin)
{
    OSSL_STORE_INFO *info = load(uri, OSSL_STORE_INFO_PKEY, pin);
    EVP_PKEY *key = info != NULL ? OSSL_STORE_INFO_get1_PKEY(info) : NULL;

    OSSL_STORE_INFO_free(info);
    return key;
}

EVP_PKEY *fx_public(const char *uri)
{
    OSSL_STORE_INFO *info = load(uri, OSSL_STORE_INFO_PUBKEY, NULL);
    EVP_PKEY *key = info != NULL ? OSSL_STORE_INFO_get1_PUBKEY(info) : NULL;

    OSSL_STORE_INFO_free(info);
    return key;
}

X509 *fx_cert(const char *uri)
{
    OSSL_STORE_INFO *info = load(uri, OSSL_STORE_INFO_CERT, NULL);
    X509 *cert = info != NULL ? OSSL_STORE_INFO_get1_CERT(info) : NULL;

    OSSL_STORE_INFO_free(info);
    return cert;
}

int fx_error(const char *reason, const char *data)
{
    unsigned long code;
    const char *text;
    int flags, found = 0;

    while ((code = ERR_get_error_all(NULL, NULL, NULL, &text, &flags)) != 0) {
        const char *why = ERR_reason_error_string(code);

        if (why != NULL && strcmp(why, reason) == 0 && (flags & ERR_TXT_STRING) &&
            strstr(text, data) != NULL)
            found = 1;
        else
            fprintf(stderr, "also: %s: %s\n", why != NULL ? why : "?", text);
    }
    return found;
}

X509 *fx_self_signed(EVP_PKEY *key, const char *cn, long serial)
{
    X509 *cert = X509_new();
    X509_NAME *name = X509_get_subject_name(cert);

    assert_int_equal(X509_set_version(cert, 2), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(cert), serial), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(cert), -60));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(cert), 86400));
    assert_int_equal(
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0),
        1);
    assert_int_equal(X509_set_issuer_name(cert, name), 1);
    assert_int_equal(X509_set_pubkey(cert, key), 1);
    assert_true(X509_sign(cert, key, NULL) > 0);
    return cert;
}
