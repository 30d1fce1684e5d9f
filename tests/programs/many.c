/* SPDX-License-Identifier: Apache-2.0 */
/*
 * many N URI MODULE [CERTIFICATE CA]: N signatures by one process, which loads the key anew every
 * hundred; with a certificate N full handshakes of TLS 1.2, client and server in this process, both
 * with that key and certificate. After a tenth of them nothing may grow any more: open files,
 * sessions with the token (asked of the module, which this process has loaded once), memory.
 */
#include "tests/openssl/client.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <gosttoken/pkcs11-gost.h>

typedef struct counts {
    unsigned long files, sessions, memory; /* memory in KiB */
} counts;

static unsigned long open_files(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned long n = 0;

    while (dir != NULL && readdir(dir) != NULL) {
        n++;
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return n;
}

static unsigned long memory(void)
{
    FILE *f = fopen("/proc/self/status", "r");
    char line[256];
    unsigned long kib = 0;

    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        if (strncmp(line, "VmRSS:", 6) == 0) {
            kib = strtoul(line + 6, NULL, 10);
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return kib;
}

/* Sessions with all tokens; ~0 if the module does not say. */
static unsigned long sessions(CK_FUNCTION_LIST *p11)
{
    CK_SLOT_ID slots[64];
    CK_ULONG n = 64, i;
    unsigned long total = 0;

    if (p11->C_GetSlotList(CK_TRUE, slots, &n) != CKR_OK) {
        return ~0UL;
    }
    for (i = 0; i < n; i++) {
        CK_TOKEN_INFO info;

        if (p11->C_GetTokenInfo(slots[i], &info) != CKR_OK ||
            info.ulSessionCount == CK_UNAVAILABLE_INFORMATION) {
            return ~0UL;
        }
        total += info.ulSessionCount;
    }
    return total;
}

static CK_FUNCTION_LIST *module_functions(const char *path)
{
    void *module = dlopen(path, RTLD_NOW);
    CK_FUNCTION_LIST *p11 = NULL;
    CK_C_GetFunctionList get = NULL;

    if (module != NULL) {
        *(void **)&get = dlsym(module, "C_GetFunctionList");
    }
    return get != NULL && get(&p11) == CKR_OK ? p11 : NULL;
}

static counts count(CK_FUNCTION_LIST *p11)
{
    counts c = {open_files(), sessions(p11), memory()};

    printf("%lu files, %lu sessions, %lu KiB\n", c.files, c.sessions, c.memory);
    return c;
}

/* ---- what is done many times ----------------------------------------------------------------- */

static SSL_CTX *context(const SSL_METHOD *method, EVP_PKEY *key, char **files)
{
    SSL_CTX *ctx = SSL_CTX_new(method);

    if (ctx != NULL && SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION) == 1 &&
        SSL_CTX_load_verify_locations(ctx, files[1], NULL) == 1 &&
        SSL_CTX_use_certificate_chain_file(ctx, files[0]) == 1 &&
        SSL_CTX_use_PrivateKey(ctx, key) == 1) {
        SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
        return ctx;
    }
    SSL_CTX_free(ctx);
    return NULL;
}

/* Of both sides in turn, and a few bytes over the connection. */
static int talk(SSL *server, SSL *client)
{
    char word[8] = "";
    BIO *bio[2];
    int turns;

    if (BIO_new_bio_pair(&bio[0], 65536, &bio[1], 65536) != 1) {
        return 0;
    }
    SSL_set_bio(server, bio[0], bio[0]);
    SSL_set_bio(client, bio[1], bio[1]);
    SSL_set_accept_state(server);
    SSL_set_connect_state(client);
    for (turns = 0; turns < 20; turns++) {
        SSL *ssl = turns % 2 == 0 ? client : server;
        int result = SSL_do_handshake(ssl);

        if (result != 1 && SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ) {
            return 0;
        }
    }
    return SSL_write(server, "GOST", 5) == 5 && SSL_read(client, word, 5) == 5 &&
           strcmp(word, "GOST") == 0 && strncmp(SSL_get_cipher_name(server), "GOST2012-", 9) == 0;
}

static int handshake(EVP_PKEY *key, char **files)
{
    SSL_CTX *ctx[2] = {context(TLS_server_method(), key, files),
                       context(TLS_client_method(), key, files)};
    SSL *server = ctx[0] != NULL ? SSL_new(ctx[0]) : NULL;
    SSL *client = ctx[1] != NULL ? SSL_new(ctx[1]) : NULL;
    int ok = server != NULL && client != NULL && talk(server, client);

    SSL_free(server);
    SSL_free(client);
    SSL_CTX_free(ctx[0]);
    SSL_CTX_free(ctx[1]);
    return ok;
}

/* A sanitizer keeps what was freed. */
#ifdef __SANITIZE_ADDRESS__
#define GROWTH (1024 * 1024)
#else
#define GROWTH 512
#endif

int main(int argc, char **argv)
{
    EVP_PKEY *key = NULL;
    CK_FUNCTION_LIST *p11;
    counts early = {0, 0, 0}, late;
    int n, i;

    if ((argc != 4 && argc != 6) || (n = atoi(argv[1])) < 100 ||
        (p11 = module_functions(argv[3])) == NULL) {
        fprintf(stderr, "usage: many n uri module [certificate ca]\n");
        return 2;
    }
    for (i = 0; i < n; i++) {
        if (i % 100 == 0) {
            EVP_PKEY_free(key);
            key = client_key(NULL, argv[2]);
        }
        if (i == n / 10) {
            early = count(p11);
        }
        if (key == NULL ||
            !(argc == 6 ? handshake(key, argv + 4) : client_sign_verify(NULL, key))) {
            fprintf(stderr, "round %d failed\n", i);
            ERR_print_errors_fp(stderr);
            return 1;
        }
    }
    late = count(p11);
    EVP_PKEY_free(key);
    return early.sessions != ~0UL && early.sessions > 0 && late.files <= early.files &&
                   late.sessions <= early.sessions && late.memory <= early.memory + GROWTH
               ? 0
               : 1;
}
