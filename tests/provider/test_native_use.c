/* SPDX-License-Identifier: Apache-2.0 */
/* Keys without the bridge: agreement, files, certificates; threads, contexts, forks. gost-engine,
 * in a process of its own, is on the other side. */
#include "native_fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/encoder.h>
#include <openssl/pkcs12.h>

/* ---- agreement and transport ----------------------------------------------------------------- */

static int derive(EVP_PKEY *key, EVP_PKEY *peer, const char *ukm, const char *vko,
                  unsigned char out[64], size_t *len)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    int ok = EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
             (ukm == NULL || EVP_PKEY_CTX_ctrl_str(ctx, "ukmhex", ukm) == 1) &&
             (vko == NULL || EVP_PKEY_CTX_ctrl_str(ctx, "vko", vko) == 1) &&
             EVP_PKEY_derive(ctx, out, len) == 1;

    EVP_PKEY_CTX_free(ctx);
    return ok;
}

static void agreement(void **state)
{
    static const struct {
        const char *ukm, *vko;
        size_t len, type; /* type: the first that it is for */
    } forms[] = {
        {"1d80603c8544c727", NULL, 32, 0},
        {"0102030405060708", "256", 32, 0},
        {"0102030405060708", "512", 64, 1},
        {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", NULL, 64, 0},
    };

    (void)state;
    for (size_t i = 0; i < NK_TYPES; i++) {
        EVP_PKEY *soft = nk_generate(nk_types[i].name, nk_types[i].group);
        EVP_PKEY *stranger = nk_generate(nk_types[i].name, "B");
        unsigned char a[64], b[64];
        size_t a_len, b_len;

        for (size_t f = 0; f < sizeof(forms) / sizeof(forms[0]); f++) {
            if (forms[f].type > i)
                continue;
            a_len = b_len = sizeof(a);
            ERR_clear_error();
            /* The token's half and the half in memory agree. */
            if (!derive(nk_keys[i], soft, forms[f].ukm, forms[f].vko, a, &a_len)) {
                ERR_print_errors_fp(stderr);
                fail();
            }
            assert_int_equal(derive(soft, nk_publics[i], forms[f].ukm, forms[f].vko, b, &b_len), 1);
            assert_int_equal(a_len, forms[f].len);
            assert_int_equal(b_len, a_len);
            assert_memory_equal(a, b, a_len);
        }
        a_len = sizeof(a);
        ERR_clear_error();
        assert_int_equal(derive(soft, nk_keys[i], NULL, NULL, a, &a_len), 0);
        assert_int_equal(fx_error("bad parameter", "ukmhex"), 1);
        assert_int_equal(derive(soft, nk_keys[i], forms[0].ukm, "256x", a, &a_len), 0);
        assert_int_equal(fx_error("bad parameter", "vko:256x: it is 256 or 512"), 1);
        assert_int_equal(derive(soft, stranger, forms[0].ukm, NULL, a, &a_len), 0);
        ERR_clear_error();
        assert_int_equal(derive(nk_publics[i], soft, forms[0].ukm, NULL, a, &a_len), 0);
        assert_int_equal(fx_error("no key", "private"), 1);
        EVP_PKEY_free(stranger);
        EVP_PKEY_free(soft);
    }
}

static void transport(void **state)
{
    static const char *const ciphers[] = {NULL, "gost89", "magma-ctr-acpkm", "kuznyechik-ctr"};
    unsigned char secret[32], sealed[512], opened[32];

    (void)state;
    for (size_t i = 0; i < sizeof(secret); i++)
        secret[i] = (unsigned char)(i * 7);
    for (size_t i = 0; i < NK_TYPES; i++)
        for (size_t c = 0; c < sizeof(ciphers) / sizeof(ciphers[0]); c++) {
            EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, nk_publics[i], NULL);
            size_t len = 0, opened_len = sizeof(opened);

            assert_int_equal(EVP_PKEY_encrypt_init(ctx), 1);
            if (ciphers[c] != NULL)
                assert_int_equal(EVP_PKEY_CTX_ctrl_str(ctx, "cipher", ciphers[c]), 1);
            assert_int_equal(EVP_PKEY_encrypt(ctx, NULL, &len, secret, sizeof(secret)), 1);
            assert_true(len <= sizeof(sealed));
            assert_int_equal(EVP_PKEY_encrypt(ctx, sealed, &len, secret, sizeof(secret)), 1);
            assert_int_not_equal(EVP_PKEY_encrypt(ctx, sealed, &len, secret, 31), 1);
            EVP_PKEY_CTX_free(ctx);
            ctx = EVP_PKEY_CTX_new_from_pkey(NULL, nk_keys[i], NULL);
            ERR_clear_error();
            assert_int_equal(EVP_PKEY_decrypt_init(ctx), 1);
            if (EVP_PKEY_decrypt(ctx, opened, &opened_len, sealed, len) != 1) {
                ERR_print_errors_fp(stderr);
                fail();
            }
            assert_int_equal(opened_len, sizeof(secret));
            assert_memory_equal(opened, secret, sizeof(secret));
            sealed[10] ^= 1; /* in the wrapped key, of either form */
            assert_int_not_equal(EVP_PKEY_decrypt(ctx, opened, &opened_len, sealed, len), 1);
            EVP_PKEY_CTX_free(ctx);
        }
}

/* ---- files ----------------------------------------------------------------------------------- */

static EVP_PKEY *read_pem(const char *name,
                          EVP_PKEY *read(BIO *, EVP_PKEY **, pem_password_cb *, void *))
{
    BIO *in = BIO_new_file(fx_path(name), "r");
    EVP_PKEY *key = read(in, NULL, NULL, NULL);

    BIO_free(in);
    return key;
}

static void files(void **state)
{
    (void)state;
    for (size_t i = 0; i < NK_TYPES; i++) {
        BIO *mem = BIO_new(BIO_s_mem()), *out = BIO_new_file(fx_path("pub.pem"), "w");
        EVP_PKEY *key, *soft = nk_generate(nk_types[i].name, "A");
        unsigned char *der = NULL;
        const unsigned char *p;
        PKCS8_PRIV_KEY_INFO *p8;
        char *text;
        long text_len;
        int len;

        assert_int_equal(PEM_write_bio_PUBKEY(out, nk_keys[i]), 1);
        BIO_free(out);
        key = read_pem("pub.pem", PEM_read_bio_PUBKEY);
        assert_int_equal(EVP_PKEY_eq(key, nk_keys[i]), 1);
        EVP_PKEY_free(key);
        len = i2d_PUBKEY(nk_keys[i], &der);
        assert_true(len > 0);
        p = der;
        key = d2i_PUBKEY(NULL, &p, len);
        assert_int_equal(EVP_PKEY_eq(key, nk_publics[i]), 1);
        EVP_PKEY_free(key);
        OPENSSL_free(der);

        /* Of a token key no private half, in no form. */
        ERR_clear_error();
        assert_int_equal(PEM_write_bio_PrivateKey(mem, nk_keys[i], NULL, NULL, 0, NULL, NULL), 0);
        assert_int_equal(fx_error("private key stays on the token", "written out"), 1);
        assert_null(EVP_PKEY2PKCS8(nk_keys[i]));
        assert_int_equal(BIO_get_mem_data(mem, &text), 0);
        ERR_clear_error();

        /* Of a software key it is what gost-engine writes and reads. */
        p8 = EVP_PKEY2PKCS8(soft);
        assert_non_null(p8);
        key = EVP_PKCS82PKEY(p8);
        assert_int_equal(EVP_PKEY_eq(key, soft), 1);
        assert_int_equal(nk_checked(key, EVP_PKEY_check), 1);
        EVP_PKEY_free(key);
        PKCS8_PRIV_KEY_INFO_free(p8);
        out = BIO_new_file(fx_path("soft.pem"), "w");
        assert_int_equal(PEM_write_bio_PrivateKey(out, soft, NULL, NULL, 0, NULL, NULL), 1);
        BIO_free(out);
        key = read_pem("soft.pem", PEM_read_bio_PrivateKey);
        assert_int_equal(EVP_PKEY_eq(key, soft), 1);
        EVP_PKEY_free(key);
        if (fx_peer() != NULL) {
            assert_int_equal(fx_other("openssl pkey -in soft.pem -pubout -out soft.pub"), 0);
            key = read_pem("soft.pub", PEM_read_bio_PUBKEY);
            assert_int_equal(EVP_PKEY_eq(key, soft), 1);
            EVP_PKEY_free(key);
            assert_int_equal(fx_other("openssl genpkey -algorithm %s -pkeyopt paramset:B -out "
                                      "theirs.pem && openssl pkey -in theirs.pem -pubout -out "
                                      "theirs.pub",
                                      nk_types[i].name),
                             0);
            EVP_PKEY_free(soft);
            soft = read_pem("theirs.pem", PEM_read_bio_PrivateKey);
            assert_int_equal(nk_checked(soft, EVP_PKEY_check), 1);
            key = read_pem("theirs.pub", PEM_read_bio_PUBKEY);
            assert_int_equal(EVP_PKEY_eq(key, soft), 1);
            EVP_PKEY_free(key);
        }

        assert_int_equal(EVP_PKEY_print_public(mem, nk_keys[i], 0, NULL), 1);
        assert_int_equal(EVP_PKEY_print_params(mem, nk_keys[i], 0, NULL), 1);
        assert_int_equal(EVP_PKEY_print_private(mem, nk_keys[i], 0, NULL), 1);
        text_len = BIO_get_mem_data(mem, &text);
        assert_true(text_len > 0);
        assert_non_null(memmem(text, (size_t)text_len, "X:", 2));
        assert_non_null(
            memmem(text, (size_t)text_len, nk_types[i].group, strlen(nk_types[i].group)));
        assert_non_null(memmem(text, (size_t)text_len, "on the token", 12));
        EVP_PKEY_free(soft);
        BIO_free(mem);
    }
}

/* The length of what came out; 0: nothing. der: for OPENSSL_free. */
static size_t encode(EVP_PKEY *key, const char *structure, const char *cipher,
                     const char *passphrase, unsigned char **der)
{
    OSSL_ENCODER_CTX *ctx =
        OSSL_ENCODER_CTX_new_for_pkey(key, EVP_PKEY_KEYPAIR, "DER", structure, NULL);
    size_t len = 0;

    *der = NULL;
    if (cipher != NULL)
        (void)OSSL_ENCODER_CTX_set_cipher(ctx, cipher, NULL); /* some programs do not look */
    if (passphrase != NULL)
        OSSL_ENCODER_CTX_set_passphrase(ctx, (const unsigned char *)passphrase, strlen(passphrase));
    if (OSSL_ENCODER_to_data(ctx, der, &len) != 1)
        len = 0;
    OSSL_ENCODER_CTX_free(ctx);
    return len;
}

/* The key in an EncryptedPrivateKeyInfo, or NULL. */
static EVP_PKEY *unlock(const unsigned char *der, size_t len, const char *passphrase)
{
    X509_SIG *sealed = d2i_X509_SIG(NULL, &der, (long)len);
    PKCS8_PRIV_KEY_INFO *info =
        sealed != NULL ? PKCS8_decrypt(sealed, passphrase, (int)strlen(passphrase)) : NULL;
    EVP_PKEY *key = info != NULL ? EVP_PKCS82PKEY(info) : NULL;

    PKCS8_PRIV_KEY_INFO_free(info);
    X509_SIG_free(sealed);
    return key;
}

/* Under a passphrase, and never plain when that cannot be. */
static void encrypted_files(void **state)
{
    static const struct {
        const char *structure, *cipher, *passphrase, *reason;
    } not_written[] = {
        {"EncryptedPrivateKeyInfo", NULL, "secret", "bad parameter"},
        {"EncryptedPrivateKeyInfo", "AES-128-CBC", NULL, "bad parameter"},
        {"PrivateKeyInfo", "AES-128-CBC", NULL, "bad parameter"},
        {"PrivateKeyInfo", "no-such-cipher", "secret", "operation not supported"},
        {"EncryptedPrivateKeyInfo", "no-such-cipher", "secret", "operation not supported"},
        {"PrivateKeyInfo", "kuznyechik-cbc", "secret", "operation not supported"}, /* no OID */
    };
    static const char *const ciphers[] = {"AES-128-CBC", "DES-EDE3-CBC", "kuznyechik-ctr-acpkm"};
    static const char *const structures[] = {"PrivateKeyInfo", "EncryptedPrivateKeyInfo"};

    (void)state;
    for (size_t i = 0; i < NK_TYPES; i++) {
        EVP_PKEY *soft = nk_generate(nk_types[i].name, "A"), *key;
        unsigned char *der;
        BIO *mem;
        size_t len;

        for (size_t n = 0; n < sizeof(ciphers) / sizeof(ciphers[0]) * 2; n++) {
            len = encode(soft, structures[n % 2], ciphers[n / 2], "secret", &der);
            assert_true(len > 0);
            key = unlock(der, len, "secret");
            assert_int_equal(EVP_PKEY_eq(key, soft), 1);
            EVP_PKEY_free(key);
            assert_null(unlock(der, len, "wrong"));
            OPENSSL_free(der);
            len = encode(nk_keys[i], structures[n % 2], ciphers[n / 2], "secret", &der);
            assert_int_equal(len, 0);
            assert_int_equal(fx_error("private key stays on the token", "written out"), 1);
        }
        for (size_t n = 0; n < sizeof(not_written) / sizeof(not_written[0]); n++) {
            ERR_clear_error();
            len = encode(soft, not_written[n].structure, not_written[n].cipher,
                         not_written[n].passphrase, &der);
            assert_int_equal(len, 0);
            assert_int_equal(fx_error(not_written[n].reason, ""), 1);
        }
        mem = BIO_new(BIO_s_mem());
        assert_int_equal(PEM_write_bio_PKCS8PrivateKey(mem, soft, EVP_aes_256_cbc(), NULL, 0, NULL,
                                                       (void *)(uintptr_t) "secret"),
                         1);
        key = PEM_read_bio_PrivateKey(mem, NULL, NULL, (void *)(uintptr_t) "secret");
        assert_int_equal(EVP_PKEY_eq(key, soft), 1);
        EVP_PKEY_free(key);
        EVP_PKEY_free(soft);
        BIO_free(mem);
    }
    ERR_clear_error();
}

/* Bytes that are no key, or almost one, are none; every prefix and every single changed byte. */
static void broken_files(void **state)
{
    unsigned char *der = NULL, *copy;
    int len = i2d_PUBKEY(nk_keys[0], &der);

    (void)state;
    assert_true(len > 0);
    copy = malloc((size_t)len);
    for (int i = 0; i < len; i++) {
        const unsigned char *p = der;
        EVP_PKEY *key = d2i_PUBKEY(NULL, &p, i);

        assert_null(key);
        memcpy(copy, der, (size_t)len);
        copy[i] ^= 0x11;
        p = copy;
        key = d2i_PUBKEY(NULL, &p, len);
        assert_true(key == NULL || EVP_PKEY_eq(key, nk_keys[0]) != 1);
        EVP_PKEY_free(key);
    }
    free(copy);
    OPENSSL_free(der);
    ERR_clear_error();
}

static void certificates(void **state)
{
    (void)state;
    for (size_t i = 0; i < NK_TYPES; i++) {
        X509 *cert = fx_self_signed(nk_keys[i], "native", 7);
        BIO *out = BIO_new_file(fx_path("native.pem"), "w");
        EVP_PKEY *key = X509_get0_pubkey(cert);

        assert_int_equal(X509_get_signature_nid(cert), OBJ_txt2nid(nk_types[i].composite));
        assert_non_null(EVP_PKEY_get0_provider(key));
        assert_int_equal(X509_check_private_key(cert, nk_keys[i]), 1);
        assert_int_not_equal(X509_check_private_key(cert, nk_keys[1 - i]), 1);
        assert_int_equal(X509_verify(cert, nk_publics[i]), 1);
        assert_int_not_equal(X509_verify(cert, nk_publics[1 - i]), 1);
        assert_int_equal(PEM_write_bio_X509(out, cert), 1);
        BIO_free(out);
        if (fx_peer() != NULL)
            assert_int_equal(fx_other("openssl verify -check_ss_sig -CAfile native.pem native.pem"),
                             0);
        X509_free(cert);
        ERR_clear_error();
    }
}

/* ---- life ------------------------------------------------------------------------------------ */

static void *thread_main(void *arg)
{
    size_t n = (size_t)(uintptr_t)arg;

    for (int i = 0; i < 25; i++) {
        EVP_PKEY *copy = EVP_PKEY_dup(nk_keys[n % NK_TYPES]);
        int ok =
            copy != NULL && nk_sign_once(NULL, copy) && nk_sign_once(NULL, nk_keys[n % NK_TYPES]);

        EVP_PKEY_free(copy);
        if (!ok)
            return (void *)1;
    }
    return NULL;
}

static void threads(void **state)
{
    pthread_t ids[12];
    void *result;

    (void)state;
    for (size_t i = 0; i < 12; i++)
        assert_int_equal(pthread_create(&ids[i], NULL, thread_main, (void *)(uintptr_t)i), 0);
    for (size_t i = 0; i < 12; i++) {
        assert_int_equal(pthread_join(ids[i], &result), 0);
        assert_null(result);
    }
}

static EVP_PKEY *load_in(OSSL_LIB_CTX *ctx)
{
    OSSL_STORE_CTX *store =
        OSSL_STORE_open_ex(NK_PRIVATE("one"), ctx, NULL, NULL, NULL, NULL, NULL, NULL);
    OSSL_STORE_INFO *info = store != NULL ? OSSL_STORE_load(store) : NULL;
    EVP_PKEY *key = info != NULL ? OSSL_STORE_INFO_get1_PKEY(info) : NULL;

    OSSL_STORE_INFO_free(info);
    OSSL_STORE_close(store);
    return key;
}

/* Each context with a provider of its own, again and again; a key may outlive its context. */
static void contexts(void **state)
{
    EVP_PKEY *last = NULL;

    (void)state;
    fx_write_conf("own.cnf", "bridge = off\npin = " FX_PIN, 0);
    for (int i = 0; i < 10; i++) {
        OSSL_LIB_CTX *ctx = OSSL_LIB_CTX_new();
        EVP_PKEY *key;

        assert_int_equal(OSSL_LIB_CTX_load_config(ctx, fx_path("own.cnf")), 1);
        key = load_in(ctx);
        assert_non_null(key);
        assert_int_equal(nk_sign_once(ctx, key), 1);
        assert_int_equal(EVP_PKEY_eq(key, nk_keys[0]), 1);
        EVP_PKEY_free(last);
        last = key;
        OSSL_LIB_CTX_free(ctx);
    }
    EVP_PKEY_free(last);
}

static void forks(void **state)
{
    pid_t child = fork();
    int status;

    (void)state;
    if (child == 0)
        exit(!(nk_sign_once(NULL, nk_keys[0]) && nk_sign_once(NULL, nk_keys[1])));
    assert_int_equal(nk_sign_once(NULL, nk_keys[0]), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agreement),    cmocka_unit_test(transport),
        cmocka_unit_test(files),        cmocka_unit_test(encrypted_files),
        cmocka_unit_test(broken_files), cmocka_unit_test(certificates),
        cmocka_unit_test(threads),      cmocka_unit_test(contexts),
        cmocka_unit_test(forks),
    };

    return cmocka_run_group_tests(tests, nk_setup, nk_teardown);
}
