/* SPDX-License-Identifier: Apache-2.0 */
/* Keys without the bridge, as a provider has them: EVP's interface to keys and signatures. */
#include "native_fixture.h"

#include <string.h>

#include <openssl/core_names.h>

/* ---- keys ------------------------------------------------------------------------------------ */

static void what_a_key_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < NK_TYPES; i++) {
        char text[80];
        unsigned char *pub = NULL;
        size_t len = 0;
        int nid;

        assert_non_null(EVP_PKEY_get0_provider(nk_keys[i]));
        assert_string_equal(EVP_PKEY_get0_type_name(nk_keys[i]), nk_types[i].name);
        assert_int_equal(EVP_PKEY_is_a(nk_keys[i], OBJ_nid2ln(nk_types[i].nid)), 1);
        assert_int_equal(EVP_PKEY_is_a(nk_keys[i], nk_types[1 - i].name), 0);
        assert_int_equal(EVP_PKEY_get_id(nk_keys[i]), nk_types[i].nid); /* libssl goes by it */
        assert_int_equal(EVP_PKEY_get_bits(nk_keys[i]), nk_types[i].bits);
        assert_int_equal(EVP_PKEY_get_security_bits(nk_keys[i]), nk_types[i].bits / 2);
        assert_int_equal(EVP_PKEY_get_size(nk_keys[i]), nk_types[i].bits / 4);
        assert_int_equal(EVP_PKEY_get_default_digest_name(nk_keys[i], text, sizeof(text)), 2);
        assert_string_equal(text, nk_types[i].digest);
        assert_int_equal(EVP_PKEY_get_default_digest_nid(nk_keys[i], &nid), 2);
        assert_int_equal(nid, nk_types[i].digest_nid);
        assert_int_equal(EVP_PKEY_get_group_name(nk_keys[i], text, sizeof(text), &len), 1);
        assert_string_equal(text, nk_types[i].group);
        len = EVP_PKEY_get1_encoded_public_key(nk_keys[i], &pub);
        assert_int_equal(len, nk_types[i].bits / 4);
        OPENSSL_free(pub);
        assert_int_equal(EVP_PKEY_eq(nk_keys[i], nk_publics[i]), 1);
        assert_int_equal(EVP_PKEY_parameters_eq(nk_keys[i], nk_publics[i]), 1);
        assert_int_not_equal(EVP_PKEY_eq(nk_keys[i], nk_publics[1 - i]), 1);
        assert_int_equal(EVP_PKEY_can_sign(nk_keys[i]), 1);
    }
    assert_null(fx_private(NK_PRIVATE("three"), FX_PIN));
    assert_int_equal(fx_error("no such object", "three"), 1);
}

static EVP_PKEY *from_params(const char *name, const char *group, const void *pub, size_t len)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, name, NULL);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)pub, len),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *key = NULL;

    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    if (EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static void in_and_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < NK_TYPES; i++) {
        OSSL_PARAM *params = NULL;
        unsigned char pub[128];
        size_t len;
        EVP_PKEY *key = NULL, *copy;

        /* The public half comes out and goes in again; the private one does neither. */
        assert_int_equal(EVP_PKEY_todata(nk_keys[i], EVP_PKEY_PUBLIC_KEY, &params), 1);
        assert_null(OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_PRIV_KEY));
        OSSL_PARAM_free(params);
        ERR_clear_error();
        assert_int_equal(EVP_PKEY_todata(nk_keys[i], EVP_PKEY_KEYPAIR, &params), 0);
        assert_int_equal(fx_error("private key stays on the token", "exported"), 1);
        assert_int_equal(EVP_PKEY_get_octet_string_param(nk_keys[i], OSSL_PKEY_PARAM_PUB_KEY, pub,
                                                         sizeof(pub), &len),
                         1);
        key = from_params(nk_types[i].name, nk_types[i].group, pub, len);
        assert_non_null(key);
        assert_int_equal(EVP_PKEY_eq(key, nk_keys[i]), 1);
        assert_int_equal(nk_checked(key, EVP_PKEY_public_check), 1);
        assert_int_equal(nk_checked(nk_keys[i], EVP_PKEY_check), 1);
        assert_int_not_equal(nk_checked(key, EVP_PKEY_check), 1);
        copy = EVP_PKEY_dup(nk_keys[i]);
        assert_int_equal(EVP_PKEY_eq(copy, key), 1);
        assert_int_equal(nk_checked(copy, EVP_PKEY_check), 1);
        EVP_PKEY_free(copy);
        EVP_PKEY_free(key);

        /* Not a point, not a length, not a group: each says so. */
        pub[0] ^= 1;
        key = from_params(nk_types[i].name, nk_types[i].group, pub, len);
        assert_non_null(key);
        ERR_clear_error();
        assert_int_not_equal(nk_checked(key, EVP_PKEY_public_check), 1);
        assert_int_equal(fx_error("wrong key type", "not a point"), 1);
        assert_int_equal(EVP_PKEY_eq(key, nk_keys[i]), 0);
        EVP_PKEY_free(key);
        assert_null(from_params(nk_types[i].name, nk_types[i].group, pub, len - 1));
        assert_int_equal(fx_error("malformed key", "little-endian"), 1);
        assert_null(from_params(nk_types[i].name, nk_types[1 - i].group, pub, len));
        assert_int_equal(fx_error("malformed key", "not a parameter set"), 1);
    }
}

static void generated(void **state)
{
    (void)state;
    for (size_t i = 0; i < NK_TYPES; i++) {
        EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, nk_types[i].name, NULL);
        EVP_PKEY *key = NULL, *params = NULL, *again = NULL, *copy = NULL;
        OSSL_PARAM *data = NULL;

        assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
        ERR_clear_error();
        assert_int_not_equal(EVP_PKEY_generate(ctx, &key), 1);
        assert_int_equal(fx_error("no parameter set chosen", "gosttoken keygen"), 1);
        assert_int_not_equal(EVP_PKEY_CTX_set_group_name(ctx, "no-such-set"), 1);
        assert_int_equal(fx_error("bad parameter", "no-such-set"), 1);
        assert_int_equal(EVP_PKEY_CTX_ctrl_str(ctx, "paramset", "A"), 1);
        assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
        assert_int_equal(nk_checked(key, EVP_PKEY_check), 1);
        EVP_PKEY_CTX_free(ctx);

        /* Parameters alone, a key of them, a public key put into them. */
        ctx = EVP_PKEY_CTX_new_from_name(NULL, nk_types[i].name, NULL);
        assert_int_equal(EVP_PKEY_paramgen_init(ctx), 1);
        assert_int_equal(EVP_PKEY_CTX_set_group_name(ctx, nk_types[i].group), 1);
        assert_int_equal(EVP_PKEY_paramgen(ctx, &params), 1);
        EVP_PKEY_CTX_free(ctx);
        ctx = EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL);
        assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
        assert_int_equal(EVP_PKEY_generate(ctx, &again), 1);
        EVP_PKEY_CTX_free(ctx);
        assert_int_equal(EVP_PKEY_eq(again, key), 0);
        assert_int_equal(EVP_PKEY_parameters_eq(again, params), 1);

        /* A software key may leave. */
        assert_int_equal(EVP_PKEY_todata(again, EVP_PKEY_KEYPAIR, &data), 1);
        ctx = EVP_PKEY_CTX_new_from_name(NULL, nk_types[i].name, NULL);
        assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
        assert_int_equal(EVP_PKEY_fromdata(ctx, &copy, EVP_PKEY_KEYPAIR, data), 1);
        assert_int_equal(EVP_PKEY_eq(again, copy), 1);
        assert_int_equal(nk_checked(copy, EVP_PKEY_check), 1);
        OSSL_PARAM_free(data);
        EVP_PKEY_CTX_free(ctx);
        EVP_PKEY_free(copy);
        EVP_PKEY_free(again);
        EVP_PKEY_free(params);
        EVP_PKEY_free(key);
    }
}

/* A key of GOST R 34.10-2001 that has the point of a 2012 one, which can make signatures for it:
 * the two standards differ in the hash. */
static void old_key(void **state)
{
    EVP_PKEY *key = nk_generate("gost2012_256", "A"), *old, *copy, *private = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    unsigned char pub[64], digest[32], sig[64];
    size_t len, sig_len = sizeof(sig);
    OSSL_PARAM *data = NULL;

    (void)state;
    assert_int_equal(
        EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, pub, sizeof(pub), &len), 1);
    old = from_params("gost2001", "id-GostR3410-2001-CryptoPro-A-ParamSet", pub, len);
    assert_non_null(old);
    assert_int_equal(EVP_PKEY_get_id(old), NID_id_GostR3410_2001);
    assert_int_not_equal(EVP_PKEY_eq(old, key), 1);
    copy = EVP_PKEY_dup(old);
    assert_int_equal(EVP_PKEY_eq(old, copy), 1);
    assert_int_equal(nk_checked(copy, EVP_PKEY_public_check), 1);
    EVP_PKEY_free(copy);

    assert_int_equal(EVP_Q_digest(NULL, "md_gost94", NULL, nk_doc, sizeof(nk_doc), digest, &len),
                     1);
    assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
    assert_int_equal(EVP_PKEY_sign(ctx, sig, &sig_len, digest, sizeof(digest)), 1);
    EVP_PKEY_CTX_free(ctx);
    assert_int_equal(nk_verify(old, "md_gost94", sig, sizeof(sig), nk_doc), 1);
    assert_int_equal(nk_verify(old, NULL, sig, sizeof(sig), nk_doc), 1);
    assert_int_equal(nk_verify(old, NULL, sig, sizeof(sig), nk_other), 0);
    assert_int_equal(nk_verify(old, "md_gost12_256", sig, sizeof(sig), nk_doc), 0);
    assert_int_equal(nk_verify(key, NULL, sig, sizeof(sig), nk_doc), 0);

    /* Nothing else. */
    ERR_clear_error();
    assert_int_not_equal(EVP_DigestSignInit_ex(md, NULL, "md_gost94", NULL, NULL, old, NULL), 1);
    assert_int_equal(fx_error("operation not supported", "only verify"), 1);
    EVP_MD_CTX_free(md);
    ctx = EVP_PKEY_CTX_new_from_name(NULL, "gost2001", NULL);
    assert_int_not_equal(EVP_PKEY_keygen_init(ctx), 1);
    assert_int_equal(fx_error("operation not supported", "only verify"), 1);
    assert_int_equal(EVP_PKEY_todata(key, EVP_PKEY_KEYPAIR, &data), 1);
    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    assert_int_not_equal(EVP_PKEY_fromdata(ctx, &private, EVP_PKEY_KEYPAIR, data), 1);
    assert_int_equal(fx_error("operation not supported", "only verify"), 1);
    OSSL_PARAM_free(data);
    EVP_PKEY_CTX_free(ctx);
    assert_null(from_params("gost2001", "id-tc26-gost-3410-2012-256-paramSetA", pub, len));
    assert_int_equal(fx_error("malformed key", "not a parameter set"), 1);
    EVP_PKEY_free(old);
    EVP_PKEY_free(key);
}

/* ---- signatures ------------------------------------------------------------------------------ */

static void message_signatures(void **state)
{
    (void)state;
    for (size_t i = 0; i < NK_TYPES; i++) {
        const char *const names[] = {NULL, nk_types[i].digest, OBJ_nid2ln(nk_types[i].digest_nid)};

        for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
            EVP_MD_CTX *ctx = EVP_MD_CTX_new(), *copy = EVP_MD_CTX_new();
            unsigned char sig[128], second[128];
            size_t len = 0, second_len = sizeof(second);

            /* In pieces, with a copy in between, and the size asked for before. */
            assert_int_equal(
                EVP_DigestSignInit_ex(ctx, NULL, names[n], NULL, NULL, nk_keys[i], NULL), 1);
            assert_int_equal(EVP_DigestSignUpdate(ctx, nk_doc, 5), 1);
            assert_int_equal(EVP_MD_CTX_copy_ex(copy, ctx), 1);
            assert_int_equal(EVP_DigestSignUpdate(ctx, nk_doc + 5, sizeof(nk_doc) - 5), 1);
            assert_int_equal(EVP_DigestSignFinal(ctx, NULL, &len), 1);
            assert_int_equal(len, nk_types[i].bits / 4);
            assert_int_equal(EVP_DigestSignFinal(ctx, sig, &len), 1);
            assert_int_equal(EVP_DigestSignUpdate(copy, nk_other + 5, sizeof(nk_other) - 5), 1);
            assert_int_equal(EVP_DigestSignFinal(copy, second, &second_len), 1);
            assert_int_equal(nk_verify(nk_publics[i], names[n], sig, len, nk_doc), 1);
            assert_int_equal(nk_verify(nk_keys[i], NULL, sig, len, nk_doc), 1);
            assert_int_equal(nk_verify(nk_publics[i], NULL, sig, len, nk_other), 0);
            assert_int_equal(nk_verify(nk_publics[i], NULL, sig, len - 1, nk_doc), 0);
            /* Byte 5 of both documents begins what differs. */
            assert_int_equal(memcmp(nk_doc, nk_other, 4), 0);
            sig[len - 1] ^= 1;
            assert_int_equal(nk_verify(nk_publics[i], NULL, sig, len, nk_doc), 0);
            EVP_MD_CTX_free(copy);
            EVP_MD_CTX_free(ctx);
        }
    }
}

static void digest_signatures(void **state)
{
    (void)state;
    for (size_t i = 0; i < NK_TYPES; i++) {
        EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, nk_keys[i], NULL), *copy;
        EVP_MD *md = EVP_MD_fetch(NULL, nk_types[i].digest, NULL);
        unsigned char digest[64], sig[128];
        size_t len = 0, size = (size_t)nk_types[i].bits / 8;
        char name[80];
        OSSL_PARAM params[2];

        assert_int_equal(
            EVP_Q_digest(NULL, nk_types[i].digest, NULL, nk_doc, sizeof(nk_doc), digest, NULL), 1);
        assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
        assert_int_equal(EVP_PKEY_CTX_set_signature_md(ctx, md), 1);
        copy = EVP_PKEY_CTX_dup(ctx);
        assert_non_null(copy);
        EVP_PKEY_CTX_free(ctx);
        assert_int_equal(EVP_PKEY_sign(copy, NULL, &len, digest, size), 1);
        assert_int_equal(len, nk_types[i].bits / 4);
        assert_int_equal(EVP_PKEY_sign(copy, sig, &len, digest, size), 1);
        ERR_clear_error();
        assert_int_not_equal(EVP_PKEY_sign(copy, sig, &len, digest, size - 1), 1);
        assert_int_equal(fx_error("wrong digest length", nk_types[i].digest), 1);
        params[0] =
            OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, name, sizeof(name));
        params[1] = OSSL_PARAM_construct_end();
        assert_int_equal(EVP_PKEY_CTX_get_params(copy, params), 1);
        assert_string_equal(name, nk_types[i].digest);
        EVP_PKEY_CTX_free(copy);

        ctx = EVP_PKEY_CTX_new_from_pkey(NULL, nk_publics[i], NULL);
        assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
        assert_int_equal(EVP_PKEY_verify(ctx, sig, len, digest, size), 1);
        sig[0] ^= 1;
        assert_int_not_equal(EVP_PKEY_verify(ctx, sig, len, digest, size), 1);
        EVP_PKEY_CTX_free(ctx);
        EVP_MD_free(md);
        /* The same bytes as a whole message's signature. */
        sig[0] ^= 1;
        assert_int_equal(nk_verify(nk_publics[i], NULL, sig, len, nk_doc), 1);
    }
}

static void refused(void **state)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    (void)state;
    ERR_clear_error();
    assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, nk_keys[0], NULL), 0);
    assert_int_equal(fx_error("wrong digest for this key", "md_gost12_256"), 1);
    EVP_MD_CTX_reset(ctx);
    assert_int_equal(
        EVP_DigestSignInit_ex(ctx, NULL, nk_types[1].digest, NULL, NULL, nk_keys[0], NULL), 0);
    assert_int_equal(fx_error("wrong digest for this key", "md_gost12_256"), 1);
    EVP_MD_CTX_reset(ctx);
    assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, nk_publics[0], NULL), 0);
    assert_int_equal(fx_error("no key", "public key"), 1);
    EVP_MD_CTX_free(ctx);
}

#ifdef OSSL_SIGNATURE_PARAM_SIGNATURE
/* OpenSSL 3.4 and later: the message in pieces, and signature and digest under one name. */
static void message_functions(void **state)
{
    (void)state;
    for (size_t i = 0; i < NK_TYPES; i++) {
        const char *const names[] = {nk_types[i].name, nk_types[i].composite};

        for (size_t n = 0; n < 2; n++) {
            EVP_SIGNATURE *alg = EVP_SIGNATURE_fetch(NULL, names[n], NULL);
            EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, nk_keys[i], NULL);
            unsigned char sig[128];
            size_t len = sizeof(sig);

            assert_non_null(alg);
            assert_int_equal(EVP_PKEY_sign_message_init(ctx, alg, NULL), 1);
            assert_int_equal(EVP_PKEY_sign_message_update(ctx, nk_doc, 3), 1);
            assert_int_equal(EVP_PKEY_sign_message_update(ctx, nk_doc + 3, sizeof(nk_doc) - 3), 1);
            assert_int_equal(EVP_PKEY_sign_message_final(ctx, sig, &len), 1);
            assert_int_equal(nk_verify(nk_publics[i], NULL, sig, len, nk_doc), 1);
            EVP_PKEY_CTX_free(ctx);
            ctx = EVP_PKEY_CTX_new_from_pkey(NULL, nk_keys[i], NULL);
            len = sizeof(sig);
            assert_int_equal(EVP_PKEY_sign_message_init(ctx, alg, NULL), 1);
            assert_int_equal(EVP_PKEY_sign(ctx, sig, &len, nk_doc, sizeof(nk_doc)), 1);
            assert_int_equal(nk_verify(nk_publics[i], NULL, sig, len, nk_doc), 1);
            EVP_PKEY_CTX_free(ctx);

            for (int altered = 0; altered < 2; altered++) {
                ctx = EVP_PKEY_CTX_new_from_pkey(NULL, nk_publics[i], NULL);
                assert_int_equal(EVP_PKEY_verify_message_init(ctx, alg, NULL), 1);
                assert_int_equal(EVP_PKEY_CTX_set_signature(ctx, sig, len), 1);
                assert_int_equal(EVP_PKEY_verify_message_update(ctx, altered ? nk_other : nk_doc,
                                                                sizeof(nk_doc)),
                                 1);
                assert_int_equal(EVP_PKEY_verify_message_final(ctx) == 1, !altered);
                EVP_PKEY_CTX_free(ctx);
                ctx = EVP_PKEY_CTX_new_from_pkey(NULL, nk_publics[i], NULL);
                assert_int_equal(EVP_PKEY_verify_message_init(ctx, alg, NULL), 1);
                assert_int_equal(EVP_PKEY_verify(ctx, sig, len, altered ? nk_other : nk_doc,
                                                 sizeof(nk_doc)) == 1,
                                 !altered);
                EVP_PKEY_CTX_free(ctx);
            }
            ctx = EVP_PKEY_CTX_new_from_pkey(NULL, nk_publics[i], NULL);
            assert_int_equal(EVP_PKEY_verify_message_init(ctx, alg, NULL), 1);
            assert_int_equal(EVP_PKEY_verify_message_update(ctx, nk_doc, sizeof(nk_doc)), 1);
            assert_int_not_equal(EVP_PKEY_verify_message_final(ctx), 1); /* of what? */
            EVP_PKEY_CTX_free(ctx);
            /* Not for a key of the other length. */
            ctx = EVP_PKEY_CTX_new_from_pkey(NULL, nk_keys[1 - i], NULL);
            assert_int_not_equal(EVP_PKEY_sign_message_init(ctx, alg, NULL), 1);
            EVP_PKEY_CTX_free(ctx);
            EVP_SIGNATURE_free(alg);
        }
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_key_says),
        cmocka_unit_test(in_and_out),
        cmocka_unit_test(generated),
        cmocka_unit_test(old_key),
        cmocka_unit_test(message_signatures),
        cmocka_unit_test(digest_signatures),
        cmocka_unit_test(refused),
#ifdef OSSL_SIGNATURE_PARAM_SIGNATURE
        cmocka_unit_test(message_functions),
#endif
    };

    return cmocka_run_group_tests(tests, nk_setup, nk_teardown);
}
