/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debian's gost-engine in the same configuration, before the provider and after it, with
 * default_algorithms = ALL. Keys of the token stay ours, keys in files stay its own, and neither
 * stumbles over the other's. Each order runs in a process of its own.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/engine.h>

#define KEY "pkcs11:token=" FX_LABEL ";object=alice;type=private"
#define BOB "pkcs11:token=" FX_LABEL ";object=bob;type=private"

static const unsigned char doc[] = "a document\n";

/* A context keeps its first key unless it is reset. */
static int sign_verify(EVP_PKEY *signer, EVP_PKEY *verifier)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char sig[128];
    size_t len = sizeof(sig);
    int ok = EVP_DigestSignInit(ctx, NULL, NULL, NULL, signer) == 1 &&
             EVP_DigestSign(ctx, sig, &len, doc, sizeof(doc)) == 1 && EVP_MD_CTX_reset(ctx) == 1 &&
             EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, verifier) == 1 &&
             EVP_DigestVerify(ctx, sig, len, doc, sizeof(doc)) == 1;

    EVP_MD_CTX_free(ctx);
    return ok;
}

static EVP_PKEY *read_private(const char *name)
{
    BIO *in = BIO_new_file(fx_path(name), "r");
    EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);

    BIO_free(in);
    return key;
}

/* The key as whoever owns the type in this process makes it from its public half. */
static EVP_PKEY *public_of(EVP_PKEY *key)
{
    unsigned char *der = NULL;
    const unsigned char *p;
    int len = i2d_PUBKEY(key, &der);
    EVP_PKEY *pub;

    assert_true(len > 0);
    p = der;
    pub = d2i_PUBKEY(NULL, &p, len);
    OPENSSL_free(der);
    assert_non_null(pub);
    return pub;
}

static void both_kinds(void **state)
{
    EVP_PKEY *ours = fx_private(KEY, FX_PIN), *bob = fx_private(BOB, FX_PIN);
    EVP_PKEY *theirs = read_private("key.pem"), *pub, *their_pub;
    X509 *cert, *their_cert;
    BIO *out = BIO_new(BIO_s_mem());
    EVP_PKEY_CTX *ctx;
    char *text;

    (void)state;
    assert_non_null(ours);
    assert_non_null(bob);
    assert_non_null(theirs);
    pub = public_of(ours);
    their_pub = public_of(theirs);
    assert_int_equal(sign_verify(ours, ours), 1);
    assert_int_equal(sign_verify(ours, pub), 1);
    assert_int_equal(sign_verify(theirs, their_pub), 1);
    assert_int_equal(sign_verify(bob, bob), 1);
    assert_int_equal(sign_verify(ours, their_pub), 0);

    /* Comparisons in every direction: theirs may take our pointer for an EC_KEY. */
    assert_int_equal(EVP_PKEY_eq(ours, pub), 1);
    assert_int_equal(EVP_PKEY_eq(pub, ours), 1);
    assert_int_equal(EVP_PKEY_eq(theirs, their_pub), 1);
    assert_int_not_equal(EVP_PKEY_eq(ours, theirs), 1);
    assert_int_not_equal(EVP_PKEY_eq(theirs, ours), 1);
    assert_int_not_equal(EVP_PKEY_eq(ours, bob), 1);
    assert_int_not_equal(EVP_PKEY_eq(bob, theirs), 1);

    cert = fx_self_signed(ours, "us", 1);
    their_cert = fx_self_signed(theirs, "them", 2);
    assert_int_equal(X509_check_private_key(cert, ours), 1);
    assert_int_equal(X509_check_private_key(their_cert, theirs), 1);
    assert_int_not_equal(X509_check_private_key(cert, theirs), 1);
    assert_int_not_equal(X509_check_private_key(their_cert, ours), 1);
    assert_int_equal(X509_verify(cert, ours), 1);
    assert_int_equal(X509_verify(cert, pub), 1);
    for (int i = 0; i < 2; i++) {
        BIO *in = BIO_new_mem_buf(doc, sizeof(doc));
        CMS_ContentInfo *cms =
            CMS_sign(i ? their_cert : cert, i ? theirs : ours, NULL, in, CMS_BINARY);
        X509_STORE *store = X509_STORE_new();

        assert_non_null(cms);
        X509_STORE_add_cert(store, i ? their_cert : cert);
        assert_int_equal(CMS_verify(cms, NULL, store, NULL, NULL, CMS_BINARY), 1);
        X509_STORE_free(store);
        CMS_ContentInfo_free(cms);
        BIO_free(in);
    }

    /* Ours all the way: printing, refusing, checking. */
    assert_int_equal(EVP_PKEY_print_private(out, ours, 0, NULL), 1);
    BIO_write(out, "", 1);
    assert_true(BIO_get_mem_data(out, &text) > 0);
    assert_non_null(strstr(text, "on the token"));
    assert_int_equal(PEM_write_bio_PrivateKey(out, ours, NULL, NULL, 0, NULL, NULL), 0);
    ERR_clear_error();
    ctx = EVP_PKEY_CTX_new(ours, NULL);
    assert_int_equal(EVP_PKEY_check(ctx), 1);
    EVP_PKEY_CTX_free(ctx);
    BIO_free(out);
    X509_free(cert);
    X509_free(their_cert);
    EVP_PKEY_free(pub);
    EVP_PKEY_free(their_pub);
    EVP_PKEY_free(ours);
    EVP_PKEY_free(bob);
    EVP_PKEY_free(theirs);
}

/* Loading a token key does not take the type away from the other engine. */
static void owner_stays(void **state)
{
    ENGINE *before = ENGINE_get_pkey_asn1_meth_engine(NID_id_GostR3410_2012_256), *after;
    EVP_PKEY *key;

    (void)state;
    assert_non_null(before);
    assert_string_equal(ENGINE_get_id(before), "gost");
    for (int i = 0; i < 20; i++) {
        key = fx_private(KEY, FX_PIN);
        assert_non_null(key);
        EVP_PKEY_free(key);
    }
    after = ENGINE_get_pkey_asn1_meth_engine(NID_id_GostR3410_2012_256);
    assert_ptr_equal(before, after);
    ENGINE_finish(before);
    ENGINE_finish(after);
}

/* Threads that load keys of the token do not make those fail that read keys from files: the type
 * is ours for a moment in every load. */
static atomic_int loading;
static char key_path[160], pub_path[160]; /* fx_path is not for threads */

static void *load_token_keys(void *arg)
{
    long bad = 0;

    (void)arg;
    for (int i = 0; i < 60; i++) {
        EVP_PKEY *key = fx_private(KEY, FX_PIN);

        bad += key == NULL || !sign_verify(key, key);
        EVP_PKEY_free(key);
    }
    atomic_fetch_sub(&loading, 1);
    return (void *)bad;
}

static void *read_files(void *arg)
{
    long bad = 0;

    (void)arg;
    while (atomic_load(&loading) > 0) {
        BIO *in = BIO_new_file(key_path, "r"), *pub_in = BIO_new_file(pub_path, "r");
        EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
        EVP_PKEY *pub = PEM_read_bio_PUBKEY(pub_in, NULL, NULL, NULL);

        bad += key == NULL || pub == NULL || !sign_verify(key, key);
        BIO_free(in);
        BIO_free(pub_in);
        EVP_PKEY_free(key);
        EVP_PKEY_free(pub);
    }
    return (void *)bad;
}

static void both_at_once(void **state)
{
    pthread_t ids[4];
    void *bad;

    (void)state;
    strcpy(key_path, fx_path("key.pem"));
    strcpy(pub_path, fx_path("pub.pem"));
    atomic_store(&loading, 2);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&ids[i], NULL, i % 2 ? read_files : load_token_keys, NULL),
                         0);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(ids[i], &bad), 0);
        assert_null(bad);
    }
}

static void engine_key(void **state)
{
    ENGINE *e = ENGINE_by_id("gosttoken");
    EVP_PKEY *key, *pub;

    (void)state;
    assert_non_null(e);
    assert_int_equal(ENGINE_init(e), 1);
    assert_int_equal(ENGINE_ctrl_cmd_string(e, "PIN", FX_PIN, 0), 1);
    key = ENGINE_load_private_key(e, KEY, NULL, NULL);
    assert_non_null(key);
    pub = public_of(key);
    assert_int_equal(EVP_PKEY_eq(pub, key), 1);
    assert_int_equal(sign_verify(key, pub), 1);
    EVP_PKEY_free(pub);
    EVP_PKEY_free(key);
    ENGINE_finish(e);
    ENGINE_free(e);
}

static int run(const char *conf)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kinds),
        cmocka_unit_test(owner_stays),
        cmocka_unit_test(both_at_once),
        cmocka_unit_test(engine_key),
    };

    setenv("OPENSSL_CONF", fx_path(conf), 1);
    return cmocka_run_group_tests_name(conf, tests, NULL, NULL);
}

int main(void)
{
    static const char *const confs[] = {"after.cnf", "before.cnf"};
    int failed = 0;

    fx_need_peer();
    fx_start("");
    fx_write_conf("after.cnf", "", 'a');
    fx_write_conf("before.cnf", "", 'b');
    fx_make_token(FX_LABEL, FX_PIN);
    fx_make_key(FX_LABEL, FX_PIN, "alice", 1, 256, "1.2.643.7.1.2.1.1.1");
    fx_make_key(FX_LABEL, FX_PIN, "bob", 2, 512, "1.2.643.7.1.2.1.2.3");
    failed |= fx_other("openssl genpkey -algorithm gost2012_256 -pkeyopt paramset:TCA -out key.pem"
                       " && openssl pkey -in key.pem -pubout -out pub.pem");
    for (size_t i = 0; i < 2 && failed == 0; i++) {
        int status;
        pid_t child = fork();

        if (child == 0)
            exit(run(confs[i])); /* through exit handlers: libcrypto's cleanup is tested too */
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
            failed = 1;
    }
    fx_end();
    return failed;
}
