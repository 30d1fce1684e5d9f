/* SPDX-License-Identifier: Apache-2.0 */
/* The token's random bytes as an EVP_RAND: by name only, by configuration, in threads; and that
 * there are none where there is no module. */
#include "fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <gosttoken/openssl.h>

static EVP_RAND_CTX *new_rand(EVP_RAND_CTX *parent)
{
    EVP_RAND *rand = EVP_RAND_fetch(NULL, GOSTTOKEN_RAND, NULL);
    EVP_RAND_CTX *ctx;

    assert_non_null(rand);
    ctx = EVP_RAND_CTX_new(rand, parent);
    EVP_RAND_free(rand);
    assert_non_null(ctx);
    return ctx;
}

static void test_states(void **state)
{
    EVP_RAND_CTX *ctx = new_rand(NULL);
    unsigned char a[64] = {0}, b[64] = {0};
    unsigned strength = 0;
    size_t most = 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint(OSSL_RAND_PARAM_STRENGTH, &strength),
        OSSL_PARAM_construct_size_t(OSSL_RAND_PARAM_MAX_REQUEST, &most),
        OSSL_PARAM_construct_end(),
    };

    (void)state;
    assert_int_equal(EVP_RAND_get_state(ctx), EVP_RAND_STATE_UNINITIALISED);
    assert_int_equal(EVP_RAND_generate(ctx, a, sizeof(a), 0, 0, NULL, 0), 0);
    assert_true(fx_error("call out of order", "instantiated"));
    assert_int_equal(EVP_RAND_reseed(ctx, 0, NULL, 0, NULL, 0), 0);
    ERR_clear_error();
    assert_int_equal(EVP_RAND_instantiate(ctx, 512, 0, NULL, 0, NULL), 0);
    assert_true(fx_error("bad parameter", "512"));
    assert_int_equal(EVP_RAND_get_state(ctx), EVP_RAND_STATE_ERROR);
    assert_int_equal(EVP_RAND_instantiate(ctx, 256, 0, (const unsigned char *)"x", 1, NULL), 1);
    assert_int_equal(EVP_RAND_get_state(ctx), EVP_RAND_STATE_READY);
    assert_int_equal(EVP_RAND_get_strength(ctx), 256);
    assert_int_equal(EVP_RAND_CTX_get_params(ctx, params), 1);
    assert_int_equal(strength, 256);
    assert_true(most >= 4096);
    assert_int_equal(EVP_RAND_generate(ctx, a, sizeof(a), 256, 1, NULL, 0), 1);
    assert_int_equal(EVP_RAND_generate(ctx, b, sizeof(b), 0, 0, b, 5), 1);
    assert_memory_not_equal(a, b, sizeof(a));
    assert_int_equal(EVP_RAND_generate(ctx, a, sizeof(a), 257, 0, NULL, 0), 0);
    ERR_clear_error();
    assert_int_equal(EVP_RAND_nonce(ctx, a, 16), 1);
    assert_int_equal(EVP_RAND_reseed(ctx, 1, a, 16, b, 16), 1);
    assert_int_equal(EVP_RAND_generate(ctx, b, sizeof(b), 0, 0, NULL, 0), 1);
    assert_int_equal(EVP_RAND_verify_zeroization(ctx), 1);
    assert_int_equal(EVP_RAND_uninstantiate(ctx), 1);
    assert_int_equal(EVP_RAND_get_state(ctx), EVP_RAND_STATE_UNINITIALISED);
    assert_int_equal(EVP_RAND_generate(ctx, a, sizeof(a), 0, 0, NULL, 0), 0);
    ERR_clear_error();
    assert_int_equal(EVP_RAND_instantiate(ctx, 0, 0, NULL, 0, NULL), 1);
    EVP_RAND_CTX_free(ctx);
}

/* More than one request can hold is asked for in parts. */
static void test_long(void **state)
{
    EVP_RAND_CTX *ctx = new_rand(NULL);
    static unsigned char out[300000], zeros[64];

    (void)state;
    assert_int_equal(EVP_RAND_instantiate(ctx, 0, 0, NULL, 0, NULL), 1);
    assert_int_equal(EVP_RAND_generate(ctx, out, sizeof(out), 0, 0, NULL, 0), 1);
    for (size_t i = 0; i + sizeof(zeros) <= sizeof(out); i += 4096)
        assert_memory_not_equal(out + i, zeros, sizeof(zeros));
    EVP_RAND_CTX_free(ctx);
}

static void *thread_work(void *arg)
{
    unsigned char out[32];

    for (int i = 0; i < 200; i++)
        if (!EVP_RAND_generate(arg, out, sizeof(out), 0, 0, NULL, 0))
            return (void *)1;
    return NULL;
}

/* One generator for all threads, and as the parent of another provider's. */
static void test_shared(void **state)
{
    EVP_RAND_CTX *ctx = new_rand(NULL), *child;
    EVP_RAND *drbg = EVP_RAND_fetch(NULL, "CTR-DRBG", NULL);
    pthread_t threads[8];
    unsigned char out[32];
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_CIPHER, (char *)"AES-256-CTR", 0),
        OSSL_PARAM_construct_end(),
    };

    (void)state;
    assert_int_equal(EVP_RAND_instantiate(ctx, 0, 0, NULL, 0, NULL), 1);
    assert_int_equal(EVP_RAND_enable_locking(ctx), 1);
    assert_int_equal(EVP_RAND_enable_locking(ctx), 1);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, thread_work, ctx), 0);
    for (size_t i = 0; i < 8; i++) {
        void *failed;

        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    child = EVP_RAND_CTX_new(drbg, ctx);
    assert_non_null(child);
    if (!EVP_RAND_instantiate(child, 256, 0, NULL, 0, params))
        ERR_print_errors_fp(stderr);
    assert_int_equal(EVP_RAND_get_state(child), EVP_RAND_STATE_READY);
    assert_int_equal(EVP_RAND_generate(child, out, sizeof(out), 0, 0, NULL, 0), 1);
    EVP_RAND_CTX_free(child);
    EVP_RAND_free(drbg);
    EVP_RAND_CTX_free(ctx);
}

/* Which generator RAND_bytes has in a context of its own; name "" : that of the configuration. */
static const char *kind_of(const char *conf, const char *name, int *bytes)
{
    OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
    static char found[64];
    unsigned char out[48];
    EVP_RAND_CTX *ctx;

    assert_int_equal(OSSL_LIB_CTX_load_config(lib, fx_path(conf)), 1);
    if (name[0] != '\0')
        assert_int_equal(RAND_set_DRBG_type(lib, name, NULL, NULL, NULL), 1);
    *bytes = RAND_bytes_ex(lib, out, sizeof(out), 0);
    ctx = RAND_get0_public(lib);
    found[0] = '\0';
    if (ctx != NULL)
        snprintf(found, sizeof(found), "%s", EVP_RAND_get0_name(EVP_RAND_CTX_get0_rand(ctx)));
    if (*bytes == 1)
        *bytes = RAND_priv_bytes_ex(lib, out, sizeof(out), 0);
    OSSL_LIB_CTX_free(lib);
    return found;
}

static void add_random(const char *conf, const char *from, const char *line)
{
    char text[4096];
    FILE *f = fopen(fx_path(from), "r");
    size_t n = fread(text, 1, sizeof(text) - 1, f);

    fclose(f);
    text[n] = '\0';
    f = fopen(fx_path(conf), "w");
    fprintf(f, "%.*s[init]\nrandom = rnd\n%s[rnd]\n%s\n", (int)(strstr(text, "[init]\n") - text),
            text, strstr(text, "[init]\n") + 7, line);
    fclose(f);
}

static void test_by_name(void **state)
{
    int bytes;

    (void)state;
    /* Nobody asked: libcrypto's own. */
    assert_string_equal(kind_of("ours.cnf", "", &bytes), "CTR-DRBG");
    assert_int_equal(bytes, 1);
    assert_string_equal(kind_of("ours.cnf", GOSTTOKEN_RAND, &bytes), GOSTTOKEN_RAND);
    assert_int_equal(bytes, 1);
    add_random("random.cnf", "ours.cnf", "random = " GOSTTOKEN_RAND);
    assert_string_equal(kind_of("random.cnf", "", &bytes), GOSTTOKEN_RAND);
    assert_int_equal(bytes, 1);
}

/* No module, no bytes: in a program that is configured for one that is not there. */
static void test_no_module(void **state)
{
    pid_t child;
    int status;

    (void)state;
    fx_write_conf("away.cnf", "module-path = /nonexistent/module.so", 0);
    add_random("lost.cnf", "away.cnf", "random = " GOSTTOKEN_RAND);
    child = fork();
    if (child == 0) {
        char *const argv[] = {(char *)"test-provider-rand", (char *)"empty", NULL};
        char self[512];
        ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

        if (len <= 0)
            _exit(9);
        self[len] = '\0';
        setenv("OPENSSL_CONF", fx_path("lost.cnf"), 1);
        execv(self, argv);
        _exit(9);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int empty_main(void)
{
    unsigned char out[16] = {0}, zeros[16] = {0};

    /* RAND_bytes by itself does not read it. */
    if (!OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL))
        return 3;
    if (RAND_bytes(out, sizeof(out)) == 1 || memcmp(out, zeros, sizeof(out)) != 0)
        return 1;
    return ERR_peek_error() != 0 ? 0 : 2;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),    cmocka_unit_test(test_long),
        cmocka_unit_test(test_shared),    cmocka_unit_test(test_by_name),
        cmocka_unit_test(test_no_module),
    };

    if (argc > 1 && strcmp(argv[1], "empty") == 0)
        return empty_main();
    fx_start("");
    fx_make_token(FX_LABEL, FX_PIN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
