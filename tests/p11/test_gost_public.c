/* SPDX-License-Identifier: Apache-2.0 */
/* Public halves of GOST keys, and the DER reader under them. With the mock module. */
#include "support.h"

#include <stdlib.h>

#include "p11/internal.h"

static mock *m;
static uint8_t spki[200], cert[400];
static size_t spki_len, cert_len;

/* ---- writing DER ---------------------------------------------------------------------------- */

/* An element in front of what is written so far: out grows downwards from its end. */
static size_t put(uint8_t *out, uint8_t tag, const uint8_t *body, size_t len)
{
    uint8_t head[4] = {tag, (uint8_t)len, 0, 0};
    size_t n = 2;

    if (len >= 0x100) {
        head[1] = 0x82;
        head[2] = (uint8_t)(len >> 8);
        head[3] = (uint8_t)len;
        n = 4;
    } else if (len >= 0x80) {
        head[1] = 0x81;
        head[2] = (uint8_t)len;
        n = 3;
    }
    memmove(out + n, body, len);
    memcpy(out, head, n);
    return n + len;
}

/* id-tc26-gost3410-12-256 / -512, id-tc26-gost-3410-12-256-paramSetA / -512-paramSetA: RFC 9215 */
static const uint8_t alg_256[] = {0x06, 8, 0x2A, 0x85, 3, 7, 1, 1, 1, 1};
static const uint8_t alg_512[] = {0x06, 8, 0x2A, 0x85, 3, 7, 1, 1, 1, 2};
static const uint8_t set_256[] = {0x06, 9, 0x2A, 0x85, 3, 7, 1, 2, 1, 1, 1};
static const uint8_t set_512[] = {0x06, 9, 0x2A, 0x85, 3, 7, 1, 2, 1, 2, 1};

static size_t make_spki(uint8_t *out, const uint8_t *alg, const uint8_t *set, size_t xy_len)
{
    uint8_t inner[200], all[200];
    size_t n, k = 0;

    n = put(inner, 0x30, set, 11);
    memmove(inner + 10, inner, n);
    memcpy(inner, alg, 10);
    k += put(all, 0x30, inner, 10 + n);
    for (size_t i = 0; i < xy_len; i++)
        inner[i] = (uint8_t)(i + 1);
    n = put(inner, 0x04, inner, xy_len);
    memmove(inner + 1, inner, n);
    inner[0] = 0;
    k += put(all + k, 0x03, inner, n + 1);
    return put(out, 0x30, all, k);
}

static size_t make_cert(uint8_t *out, int with_version, const uint8_t *key, size_t key_len)
{
    static const uint8_t version[] = {0xA0, 3, 2, 1, 2};
    /* serial; then signature, issuer, validity and subject: empty ones will do */
    static const uint8_t before[] = {2, 1, 5, 0x30, 0, 0x30, 0, 0x30, 0, 0x30, 0};
    uint8_t tbs[400];
    size_t n = 0;

    if (with_version) {
        memcpy(tbs, version, sizeof(version));
        n = sizeof(version);
    }
    memcpy(tbs + n, before, sizeof(before));
    n += sizeof(before);
    memcpy(tbs + n, key, key_len);
    n += key_len;
    n = put(tbs, 0x30, tbs, n);
    memcpy(tbs + n, "\x30\x00\x03\x01\x00", 5);
    return put(out, 0x30, tbs, n + 5);
}

static int setup(void **state)
{
    (void)state;
    m = mock_load();
    spki_len = make_spki(spki, alg_256, set_256, 64);
    cert_len = make_cert(cert, 1, spki, spki_len);
    return 0;
}

/* ---- the reader ----------------------------------------------------------------------------- */

static void lengths(void **state)
{
    static const struct {
        uint8_t der[8];
        size_t len;
        int good;
    } cases[] = {
        {{0x04, 0x00}, 2, 1},
        {{0x04, 0x01, 0xAA}, 3, 1},
        {{0x04, 0x01}, 2, 0},                   /* cut off */
        {{0x04}, 1, 0},                         /* no length */
        {{0x04, 0x80, 0x00, 0x00}, 4, 0},       /* indefinite */
        {{0x04, 0x81, 0x01, 0xAA}, 4, 0},       /* not the shortest */
        {{0x04, 0x82, 0x00, 0x01, 0xAA}, 5, 0}, /* a leading zero */
        {{0x04, 0x81}, 2, 0},
        {{0x04, 0x84, 0xFF, 0xFF, 0xFF, 0xFF}, 6, 0},
        {{0x04, 0x85, 1, 1, 1, 1, 1}, 7, 0},
        {{0x03, 0x00}, 2, 0}, /* another tag */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        gt_der in = {cases[i].der, cases[i].len}, out;

        assert_int_equal(gt_der_take(&in, 0x04, &out), cases[i].good);
        assert_int_equal(in.len, cases[i].good ? 0 : cases[i].len);
    }
}

static void keys_and_certificates(void **state)
{
    static const struct {
        const uint8_t *alg, *set;
        size_t len;
        int good;
    } cases[] = {
        {alg_256, set_256, 64, 1}, {alg_512, set_512, 128, 1}, {alg_256, set_256, 128, 0},
        {alg_512, set_512, 64, 0}, {set_256, set_256, 64, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t n = make_spki(spki, cases[i].alg, cases[i].set, cases[i].len);
        gt_der params, xy;

        assert_int_equal(gt_der_gost_spki((gt_der){spki, n}, &params, &xy), cases[i].good);
        if (!cases[i].good)
            continue;
        assert_int_equal(xy.len, cases[i].len);
        assert_int_equal(xy.p[0], 1);
        assert_int_equal(params.len, 11);
        assert_memory_equal(params.p, cases[i].set, 11);
        for (int version = 0; version < 2; version++) {
            size_t c = make_cert(cert, version, spki, n);

            assert_true(gt_der_gost_certificate((gt_der){cert, c}, &params, &xy));
            assert_int_equal(xy.len, cases[i].len);
            assert_memory_equal(params.p, cases[i].set, 11);
        }
    }
}

/* Cut short, or with a byte changed, in a buffer of that very size: for the sanitizers. */
static void damaged(void **state)
{
    gt_der params, xy;

    (void)state;
    for (size_t n = 0; n < cert_len; n++) {
        uint8_t *copy = malloc(n + 1);

        memcpy(copy, cert, n);
        assert_false(gt_der_gost_certificate((gt_der){copy, n}, &params, &xy));
        (void)gt_der_gost_spki((gt_der){copy, n}, &params, &xy);
        free(copy);
    }
    for (size_t i = 0; i < cert_len; i++)
        for (int bit = 0; bit < 8; bit++) {
            uint8_t *copy = malloc(cert_len);

            memcpy(copy, cert, cert_len);
            copy[i] ^= (uint8_t)(1 << bit);
            if (gt_der_gost_certificate((gt_der){copy, cert_len}, &params, &xy))
                assert_int_equal(xy.len, 64);
            free(copy);
        }
}

/* ---- from the token ------------------------------------------------------------------------- */

static int get(const char *uri, CK_OBJECT_CLASS cls, size_t want_oid, gt_error *err)
{
    gt_p11 *p = mock_client(NULL, "123456");
    gt_object *o = gt_p11_find_one(p, uri, cls, NULL, err);
    uint8_t oid[32], pub[128];
    size_t oid_len = 0, pub_len = 0;
    int ok;

    if (o == NULL)
        fail_msg("%s", err->text);
    ok = gt_object_gost_public(o, oid, &oid_len, pub, &pub_len, err);
    if (ok) {
        assert_int_equal(pub_len, 64);
        assert_int_equal(oid_len, want_oid);
        for (size_t i = 0; i < 64; i++)
            assert_int_equal(pub[i], i + 1);
    }
    gt_object_free(o);
    gt_p11_free(p);
    return ok;
}

static void from_each_place(void **state)
{
    mock_slot *s = &m->slots[0];
    mock_object *pub = &s->objects[0], *key = &s->objects[1];
    uint8_t wrapped[66];
    gt_error err;

    (void)state;
    assert_true(get("pkcs11:object=key", CKO_PUBLIC_KEY, 9, &err));
    assert_true(get("pkcs11:object=key", CKO_PRIVATE_KEY, 9, &err));
    /* The OCTET STRING form. */
    (void)put(wrapped, 0x04, pub->value, 64);
    pub->value = wrapped;
    pub->value_len = 66;
    assert_true(get("pkcs11:object=key", CKO_PRIVATE_KEY, 9, &err));
    /* Another id: not its public key. */
    pub->id = 2;
    assert_false(get("pkcs11:object=key", CKO_PRIVATE_KEY, 9, &err));
    assert_reason(err, GT_NO_OBJECT);
    /* CKA_PUBLIC_KEY_INFO. */
    key->params_len = 0;
    key->params = NULL;
    key->public_info = spki;
    key->public_info_len = spki_len;
    assert_true(get("pkcs11:object=key", CKO_PRIVATE_KEY, 11, &err));
    /* A certificate. */
    key->public_info = NULL;
    s->objects[2] = (mock_object){
        .cls = CKO_CERTIFICATE, .label = "c", .id = 1, .value = cert, .value_len = cert_len};
    s->n_objects = 3;
    assert_true(get("pkcs11:object=key", CKO_PRIVATE_KEY, 11, &err));
    /* Without an id: by the label. */
    key->id = 0;
    pub->label = "p";
    assert_false(get("pkcs11:object=key", CKO_PRIVATE_KEY, 11, &err));
    s->objects[2].label = "key";
    assert_true(get("pkcs11:object=key", CKO_PRIVATE_KEY, 11, &err));
}

static void what_does_not_fit(void **state)
{
    mock_slot *s = &m->slots[0];
    gt_error err;

    (void)state;
    /* Parameter sets that differ. */
    s->objects[1].params = set_256;
    s->objects[1].params_len = 11;
    assert_false(get("pkcs11:object=key", CKO_PRIVATE_KEY, 9, &err));
    assert_reason(err, GT_KEY_TYPE);
    assert_says(err, "parameter set");
    /* Not a GOST key. */
    s->objects[1].key_type = CKK_RSA;
    assert_false(get("pkcs11:object=key", CKO_PRIVATE_KEY, 9, &err));
    assert_reason(err, GT_KEY_TYPE);
    /* A value of a wrong length, an OID that is none. */
    s->objects[0].value_len = 63;
    assert_false(get("pkcs11:object=key", CKO_PUBLIC_KEY, 9, &err));
    assert_reason(err, GT_NO_OBJECT);
    s->objects[0].value_len = 64;
    s->objects[0].params = spki;
    assert_false(get("pkcs11:object=key", CKO_PUBLIC_KEY, 9, &err));
    /* The token fails in between: not taken for "there is none". */
    m->faults[0] = (mock_fault){MOCK_GET_ATTRIBUTE_VALUE, 8, 50, CKR_FUNCTION_FAILED};
    s->objects[1].key_type = CKK_GOSTR3410;
    assert_false(get("pkcs11:object=key", CKO_PRIVATE_KEY, 9, &err));
    assert_int_equal(err.rv, CKR_FUNCTION_FAILED);
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(lengths), T(keys_and_certificates), T(damaged), T(from_each_place), T(what_does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
