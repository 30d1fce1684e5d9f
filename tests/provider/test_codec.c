/* SPDX-License-Identifier: Apache-2.0 */
/* SubjectPublicKeyInfo, the URI stub and text, and what they do with damaged input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/codec.h"

static const char uri[] = "pkcs11:token=work;id=%01%02;object=alice;type=private";

static gt_key *some_key(const gost_paramset *ps)
{
    uint8_t pub[GOST_3410_MAX_PUB];
    gt_key *key;

    for (size_t i = 0; i < sizeof(pub); i++)
        pub[i] = (uint8_t)(i * 7 + ps->bits);
    key = gt_key_new_public(ps, pub);
    assert_non_null(key);
    return key;
}

static void spki_round_trip(void **state)
{
    const gost_paramset *ps;
    size_t count = 0;

    (void)state;
    for (size_t i = 0; (ps = gost_paramset_at(i)) != NULL; i++, count++) {
        gt_key *key = some_key(ps), *back;
        uint8_t der[GT_SPKI_MAX];
        size_t len = gt_codec_write_spki(key, der, sizeof(der));

        assert_int_not_equal(len, 0);
        back = gt_codec_read_spki(der, len);
        assert_non_null(back);
        assert_ptr_equal(back->ps, ps);
        assert_int_equal(gt_key_same_public(key, back), 1);
        /* Anything cut off or added is refused, and so is too small a buffer. */
        assert_null(gt_codec_read_spki(der, len - 1));
        for (size_t room = 0; room < len; room++)
            assert_int_equal(gt_codec_write_spki(key, der, room), 0);
        gt_key_free(key);
        gt_key_free(back);
    }
    assert_int_equal(count, 14);
}

/* RFC 9215, 4.1: digestParamSet goes with the CryptoPro sets and not with the TC26 ones; both forms
 * of both are read. */
static void both_forms(void **state)
{
    static const uint8_t digest_256[] = {0x06, 0x08, 0x2A, 0x85, 0x03,
                                         0x07, 0x01, 0x01, 0x02, 0x02};
    const gost_paramset *with = gost_paramset_by_name("A", 256);
    const gost_paramset *without = gost_paramset_by_name("TCA", 256);
    const gt_alg *alg = gt_alg_by_bits(256);
    gt_key *key;
    uint8_t der[GT_ALGORITHM_MAX];
    size_t len;

    (void)state;
    key = gt_key_new_params(with);
    len = gt_codec_write_params(key, der, sizeof(der));
    assert_int_equal(len, 2 + with->der_len + sizeof(digest_256));
    assert_memory_equal(der + 2 + with->der_len, digest_256, sizeof(digest_256));
    assert_ptr_equal(gt_codec_read_params(alg, der, len), with);
    der[1] = (uint8_t)with->der_len; /* the same without the digest */
    assert_ptr_equal(gt_codec_read_params(alg, der, 2 + with->der_len), with);
    gt_key_free(key);

    key = gt_key_new_params(without);
    len = gt_codec_write_params(key, der, sizeof(der));
    assert_int_equal(len, 2 + without->der_len);
    assert_ptr_equal(gt_codec_read_params(alg, der, len), without);
    memcpy(der + len, digest_256, sizeof(digest_256));
    der[1] = (uint8_t)(der[1] + sizeof(digest_256));
    assert_ptr_equal(gt_codec_read_params(alg, der, len + sizeof(digest_256)), without);
    der[len + sizeof(digest_256) - 1] = 0x03; /* the digest of the other size */
    assert_null(gt_codec_read_params(alg, der, len + sizeof(digest_256)));
    /* A set of the other size. */
    assert_null(gt_codec_read_params(gt_alg_by_bits(512), der, len));
    gt_key_free(key);
}

/* The old keys: with their own identifiers, only on CryptoPro's sets, and never a 2012 key's equal.
 */
static void old_keys(void **state)
{
    static const uint8_t digest_94[] = {0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x1E, 0x01};
    const gt_alg *old = gt_alg_old();
    const gost_paramset *ps;
    size_t count = 0;

    (void)state;
    assert_non_null(old);
    assert_non_null(old->verify_only);
    assert_null(gt_alg_by_bits(256)->verify_only);
    assert_null(gt_alg_by_key_type(CK_UNAVAILABLE_INFORMATION));
    for (size_t i = 0; (ps = gost_paramset_at(i)) != NULL; i++) {
        uint8_t der[GT_SPKI_MAX], params[GT_ALGORITHM_MAX];
        gt_key *new_key = some_key(ps), *key, *back;
        size_t len;

        if (!ps->needs_digest_oid) {
            len = gt_codec_write_params(new_key, params, sizeof(params));
            assert_null(gt_codec_read_params(old, params, len));
            gt_key_free(new_key);
            continue;
        }
        count++;
        key = gt_key_new_of(old, ps, new_key->pub);
        assert_non_null(key);
        assert_int_equal(gt_key_same_public(key, new_key), 0);
        len = gt_codec_write_params(key, params, sizeof(params));
        assert_int_equal(len, 2 + ps->der_len + sizeof(digest_94));
        assert_memory_equal(params + 2 + ps->der_len, digest_94, sizeof(digest_94));
        assert_null(gt_codec_read_params(gt_alg_by_bits(256), params, len));
        assert_ptr_equal(gt_codec_read_params(old, params, len), ps);
        params[len - 1] = 0; /* id-GostR3411-94-TestParamSet */
        assert_null(gt_codec_read_params(old, params, len));
        len = gt_codec_write_spki(key, der, sizeof(der));
        back = gt_codec_read_spki(der, len);
        assert_non_null(back);
        assert_ptr_equal(back->alg, old);
        assert_ptr_equal(back->ps, ps);
        assert_int_equal(gt_key_same_public(key, back), 1);
        assert_null(gt_codec_read_spki(der, len - 1));
        gt_key_free(back);
        gt_key_free(key);
        gt_key_free(new_key);
    }
    assert_int_equal(count, 6);
}

/* A private key of them is none of ours. */
static void old_stub(void **state)
{
    const gost_paramset *ps = gost_paramset_by_name("A", 256), *found;
    uint8_t pub[GOST_3410_MAX_PUB] = {1}, der[GT_STUB_MAX];
    char back[GT_URI_MAX + 1];
    gt_key *key = gt_key_new_of(gt_alg_old(), ps, pub);
    size_t len = gt_codec_write_stub(key, uri, der, sizeof(der));

    (void)state;
    assert_int_not_equal(len, 0);
    assert_int_equal(gt_codec_read_stub(der, len, &found, back), 0);
    gt_key_free(key);
}

/* RFC 9215, appendices A.1 (a CryptoPro set, with digestParamSet) and A.2 (TC26 256-A, without). */
static void rfc9215_keys(void **state)
{
    static const uint8_t a1[] = {
        0x30, 0x66, 0x30, 0x1F, 0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x01, 0x01, 0x30,
        0x13, 0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x23, 0x00, 0x06, 0x08, 0x2A, 0x85, 0x03,
        0x07, 0x01, 0x01, 0x02, 0x02, 0x03, 0x43, 0x00, 0x04, 0x40, 0x0B, 0xD8, 0x6F, 0xE5, 0xD8,
        0xDB, 0x89, 0x66, 0x8F, 0x78, 0x9B, 0x4E, 0x1D, 0xBA, 0x85, 0x85, 0xC5, 0x50, 0x8B, 0x45,
        0xEC, 0x5B, 0x59, 0xD8, 0x90, 0x6D, 0xDB, 0x70, 0xE2, 0x49, 0x2B, 0x7F, 0xDA, 0x77, 0xFF,
        0x87, 0x1A, 0x10, 0xFB, 0xDF, 0x27, 0x66, 0xD2, 0x93, 0xC5, 0xD1, 0x64, 0xAF, 0xBB, 0x3C,
        0x7B, 0x97, 0x3A, 0x41, 0xC8, 0x85, 0xD1, 0x1D, 0x70, 0xD6, 0x89, 0xB4, 0xF1, 0x26,
    };
    static const uint8_t a2[] = {
        0x30, 0x5E, 0x30, 0x17, 0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x01, 0x01,
        0x30, 0x0B, 0x06, 0x09, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x02, 0x01, 0x01, 0x01, 0x03,
        0x43, 0x00, 0x04, 0x40, 0x74, 0x27, 0x95, 0xD4, 0xBE, 0xE8, 0x84, 0xDD, 0xF2, 0x85,
        0x0F, 0xEC, 0x03, 0xEA, 0x3F, 0xAF, 0x18, 0x44, 0xE0, 0x1D, 0x9D, 0xA6, 0x0B, 0x64,
        0x50, 0x93, 0xA5, 0x5E, 0x26, 0xDF, 0xC3, 0x99, 0x78, 0xF5, 0x96, 0xCF, 0x4D, 0x4D,
        0x0C, 0x6C, 0xF1, 0xD1, 0x89, 0x43, 0xD9, 0x44, 0x93, 0xD1, 0x6B, 0x9E, 0xC0, 0xA1,
        0x6D, 0x51, 0x2D, 0x2E, 0x12, 0x7C, 0xC4, 0x69, 0x1A, 0x63, 0x18, 0xE2,
    };
    static const struct {
        const uint8_t *der;
        size_t len;
        const char *oid;
    } examples[] = {{a1, sizeof(a1), "1.2.643.2.2.35.0"}, {a2, sizeof(a2), "1.2.643.7.1.2.1.1.1"}};
    uint8_t der[GT_SPKI_MAX];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        gt_key *key = gt_codec_read_spki(examples[i].der, examples[i].len);

        assert_non_null(key);
        assert_string_equal(key->ps->oid, examples[i].oid);
        assert_int_equal(gost_3410_public_valid(key->ps, key->pub), 1);
        assert_int_equal(gt_codec_write_spki(key, der, sizeof(der)), examples[i].len);
        assert_memory_equal(der, examples[i].der, examples[i].len);
        gt_key_free(key);
    }
}

static void stub_round_trip(void **state)
{
    const gost_paramset *ps, *found;
    char long_uri[GT_URI_MAX + 2], back[GT_URI_MAX + 1];
    uint8_t der[GT_STUB_MAX];
    gt_key *key;
    size_t len;

    (void)state;
    for (size_t i = 0; (ps = gost_paramset_at(i)) != NULL; i++) {
        key = some_key(ps);
        len = gt_codec_write_stub(key, uri, der, sizeof(der));
        assert_int_not_equal(len, 0);
        assert_int_equal(gt_codec_read_stub(der, len, &found, back), 1);
        assert_ptr_equal(found, ps);
        assert_string_equal(back, uri);
        gt_key_free(key);
    }
    /* Every length up to the greatest; never a multiple of a key's size on the wire. */
    key = some_key(gost_paramset_at(0));
    memset(long_uri, 'a', sizeof(long_uri));
    memcpy(long_uri, "pkcs11:object=", 14);
    for (size_t n = 14; n <= GT_URI_MAX; n++) {
        char keep = long_uri[n];

        long_uri[n] = '\0';
        len = gt_codec_write_stub(key, long_uri, der, sizeof(der));
        if (n < GT_URI_MAX) {
            assert_int_equal(gt_codec_read_stub(der, len, &found, back), 1);
            assert_string_equal(back, long_uri);
        } else {
            assert_int_equal(len, 0);
        }
        long_uri[n] = keep;
    }
    gt_key_free(key);
}

static void stub_octets(void **state)
{
    static const char *const bad[] = {
        "", "pkcs11", "file:x", "pkcs11:a b", "pkcs11:a\tb", "pkcs11:\x80", "\n", "\r\n"};
    char back[GT_URI_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(gt_codec_read_stub_octets((const uint8_t *)bad[i], strlen(bad[i]), back),
                         0);
    assert_int_equal(gt_codec_read_stub_octets((const uint8_t *)"pkcs11:a\0b", 10, back), 0);
    assert_int_equal(gt_codec_read_stub_octets((const uint8_t *)"PKCS11:a\r\n", 10, back), 1);
    assert_string_equal(back, "PKCS11:a");
}

struct text {
    char all[1024];
};

static int add_line(void *arg, const char *line)
{
    struct text *text = arg;

    strcat(strcat(text->all, line), "\n");
    return 1;
}

static void text(void **state)
{
    const gost_paramset *ps = gost_paramset_by_name("TCA", 256);
    uint8_t pub[64] = {0};
    struct text out = {""};
    gt_key *key;

    (void)state;
    pub[0] = 0x1F;
    pub[31] = 0x0A;
    pub[32] = 0x05;
    key = gt_key_new_public(ps, pub);
    assert_int_equal(
        gt_codec_print(key, GT_TEXT_PRIVATE | GT_TEXT_PUBLIC | GT_TEXT_PARAMS, add_line, &out), 1);
    assert_string_equal(out.all, "Private key: none\n"
                                 "Public key:\n"
                                 "   X:A00000000000000000000000000000000000000000000000000000000000"
                                 "01F\n"
                                 "   Y:5\n"
                                 "Parameter set: id-tc26-gost-3410-2012-256-paramSetA\n");
    gt_key_free(key);
}

/* ---- mutations ------------------------------------------------------------------------------- */

static uint32_t seed = 20121;

static uint32_t any(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* Changes der a little; the copy has exactly the size of its contents, so that a sanitizer sees any
 * step beyond it. */
static uint8_t *mutate(const uint8_t *der, size_t len, size_t *new_len)
{
    uint8_t *copy;

    *new_len = len;
    switch (any(4)) {
    case 0:
        *new_len = any((uint32_t)len + 1);
        break;
    case 1:
        *new_len = len + any(4);
        break;
    default:
        break;
    }
    copy = malloc(*new_len + 1);
    assert_non_null(copy);
    memset(copy, (int)any(256), *new_len);
    memcpy(copy, der, *new_len < len ? *new_len : len);
    for (uint32_t n = any(4); n > 0 && *new_len > 0; n--) {
        static const uint8_t nasty[] = {0x00, 0x01, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xFF, 0x30};
        /* Most of the structure is at the front. */
        uint32_t at = any(any(2) && *new_len > 40 ? 40 : (uint32_t)*new_len);

        copy[at] = (uint8_t)(any(2) ? nasty[any(sizeof(nasty))] : copy[at] ^ (1u << any(8)));
    }
    return realloc(copy, *new_len > 0 ? *new_len : 1);
}

static void mutations(void **state)
{
    const gost_paramset *ps = gost_paramset_by_name("A", 512), *found;
    gt_key *key = some_key(ps);
    uint8_t spki[GT_SPKI_MAX], stub[GT_STUB_MAX], again[GT_SPKI_MAX];
    size_t spki_len = gt_codec_write_spki(key, spki, sizeof(spki));
    size_t stub_len = gt_codec_write_stub(key, uri, stub, sizeof(stub));
    size_t taken = 0;
    char back[GT_URI_MAX + 1];

    (void)state;
    for (int i = 0; i < 200000; i++) {
        size_t len;
        uint8_t *der = mutate(spki, spki_len, &len);
        gt_key *read = gt_codec_read_spki(der, len);

        if (read != NULL) {
            /* What was taken writes back as it was, but for the digest's optional OID. */
            size_t n = gt_codec_write_spki(read, again, sizeof(again));

            taken++;
            assert_true(n != len || memcmp(again, der, n) == 0);
            gt_key_free(read);
        }
        free(der);
        der = mutate(stub, stub_len, &len);
        if (gt_codec_read_stub(der, len, &found, back)) {
            taken++;
            assert_true(strlen(back) <= GT_URI_MAX && gt_is_uri(back) && found != NULL);
        }
        free(der);
    }
    assert_true(taken > 1000);
    gt_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spki_round_trip), cmocka_unit_test(both_forms),
        cmocka_unit_test(old_keys),        cmocka_unit_test(old_stub),
        cmocka_unit_test(rfc9215_keys),    cmocka_unit_test(stub_round_trip),
        cmocka_unit_test(stub_octets),     cmocka_unit_test(text),
        cmocka_unit_test(mutations),
    };

    return cmocka_run_group_tests_name("provider-codec", tests, NULL, NULL);
}
