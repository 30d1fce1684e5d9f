/* SPDX-License-Identifier: Apache-2.0 */
/* token/attrs.h: sets, their bytes, and bytes that are none. */
#include "tests/vault/common.h"

static void sets(void **state)
{
    tok_attrs *a = tok_attrs_new(), *b;
    const CK_ATTRIBUTE *at;
    CK_ULONG class = CKO_DATA;
    CK_ATTRIBUTE templ[2] = {{CKA_CLASS, &class, sizeof(class)}, {CKA_LABEL, (void *)"two", 3}};

    (void)state;
    HOLDS(a != NULL && tok_attrs_count(a) == 0 && tok_attrs_at(a, 0) == NULL);
    HOLDS(tok_attrs_get(a, CKA_LABEL) == NULL);
    OK(tok_attrs_set(a, CKA_LABEL, "one", 3));
    OK(tok_attrs_set_ulong(a, CKA_CLASS, CKO_DATA));
    OK(tok_attrs_set(a, CKA_VALUE, NULL, 0));
    OK(tok_attrs_set_bool(a, CKA_TOKEN, 7));
    OK(tok_attrs_set(a, CKA_LABEL, "two", 3));
    HOLDS(tok_attrs_count(a) == 4);
    for (size_t i = 1; i < 4; i++)
        HOLDS(tok_attrs_at(a, i - 1)->type < tok_attrs_at(a, i)->type);
    at = tok_attrs_get(a, CKA_LABEL);
    HOLDS(at != NULL && at->ulValueLen == 3 && memcmp(at->pValue, "two", 3) == 0);
    HOLDS(tok_attrs_get(a, CKA_VALUE)->ulValueLen == 0);
    HOLDS(tok_attrs_bool(a, CKA_TOKEN, CK_FALSE) == CK_TRUE);
    HOLDS(tok_attrs_bool(a, CKA_CLASS, CK_TRUE) == CK_TRUE); /* another size */
    HOLDS(tok_attrs_ulong(a, CKA_CLASS, 77) == CKO_DATA);
    HOLDS(tok_attrs_ulong(a, CKA_KEY_TYPE, 77) == 77);

    HOLDS(tok_attrs_match(a, templ, 2) == 1 && tok_attrs_match(a, NULL, 0) == 1);
    templ[1].ulValueLen = 2;
    HOLDS(tok_attrs_match(a, templ, 2) == 0);
    templ[1].ulValueLen = 3;
    templ[1].pValue = NULL;
    HOLDS(tok_attrs_match(a, templ, 2) == 0);

    /* A value out of the set itself. */
    at = tok_attrs_get(a, CKA_LABEL);
    OK(tok_attrs_set(a, CKA_LABEL, (const uint8_t *)at->pValue + 1, 2));
    HOLDS(memcmp(tok_attrs_get(a, CKA_LABEL)->pValue, "wo", 2) == 0);

    b = tok_attrs_copy(a);
    HOLDS(b != NULL && tok_attrs_count(b) == 4);
    tok_attrs_remove(a, CKA_LABEL);
    tok_attrs_remove(a, CKA_LABEL);
    HOLDS(tok_attrs_count(a) == 3 && tok_attrs_get(a, CKA_LABEL) == NULL);
    HOLDS(tok_attrs_get(b, CKA_LABEL) != NULL);
    tok_attrs_free(a);
    tok_attrs_free(b);
    tok_attrs_free(NULL);
}

/* The encoding is the same on every machine, so its bytes are written down here. */
static void bytes(void **state)
{
    static const uint8_t want[] = {0, 0, 0, 0, 0,    0, 0, 0, 0, 0, 0,   0,   0, 0, 0,
                                   8, 0, 0, 0, 0,    0, 0, 0, 3, 0, 0,   0,   0, 0, 0,
                                   0, 3, 0, 0, 0,    0, 0, 0, 0, 2, 'h', 'i', 0, 0, 0,
                                   0, 0, 0, 0, 0x11, 0, 0, 0, 0, 0, 0,   0,   0};
    tok_attrs *a = tok_attrs_new(), *b;
    CK_ULONG mechs[3] = {CKM_GOSTR3410, CK_UNAVAILABLE_INFORMATION, CKM_GOSTR3410_512};
    uint8_t *out;
    size_t len;

    (void)state;
    OK(tok_attrs_encode(a, &out, &len));
    HOLDS(len == 0);
    OK(tok_attrs_decode(out, len, &b));
    HOLDS(tok_attrs_count(b) == 0);
    tok_attrs_free(b);
    free(out);

    OK(tok_attrs_set(a, CKA_VALUE, NULL, 0));
    OK(tok_attrs_set(a, CKA_LABEL, "hi", 2));
    OK(tok_attrs_set_ulong(a, CKA_CLASS, CKO_PRIVATE_KEY));
    OK(tok_attrs_encode(a, &out, &len));
    HOLDS(len == sizeof(want) && memcmp(out, want, len) == 0);
    free(out);

    OK(tok_attrs_set(a, CKA_ALLOWED_MECHANISMS, mechs, sizeof(mechs)));
    OK(tok_attrs_set_ulong(a, CKA_KEY_GEN_MECHANISM, CK_UNAVAILABLE_INFORMATION));
    OK(tok_attrs_encode(a, &out, &len));
    OK(tok_attrs_decode(out, len, &b));
    HOLDS(tok_attrs_match(b, (const CK_ATTRIBUTE[]){{CKA_ALLOWED_MECHANISMS, mechs, sizeof(mechs)}},
                          1));
    HOLDS(tok_attrs_ulong(b, CKA_KEY_GEN_MECHANISM, 0) == CK_UNAVAILABLE_INFORMATION);
    free(out);
    tok_attrs_free(b);

    /* What has no bytes: a number of another size, a template full of pointers. */
    OK(tok_attrs_set(a, CKA_CLASS, "abc", 3));
    EXPECT(CKR_ATTRIBUTE_VALUE_INVALID, tok_attrs_encode(a, &out, &len));
    OK(tok_attrs_set_ulong(a, CKA_CLASS, CKO_PRIVATE_KEY));
    OK(tok_attrs_set(a, CKA_WRAP_TEMPLATE, mechs, sizeof(CK_ATTRIBUTE)));
    EXPECT(CKR_ATTRIBUTE_VALUE_INVALID, tok_attrs_encode(a, &out, &len));
    tok_attrs_free(a);
}

static void malformed(void **state)
{
    tok_attrs *a = public_key(5), *b = NULL;
    uint8_t *out, two[32 + 2];
    size_t len;

    (void)state;
    OK(tok_attrs_encode(a, &out, &len));
    for (size_t cut = 1; cut < len; cut++) {
        uint8_t *part = malloc(cut); /* its own block: a read past its end is seen */
        CK_RV rv;
        memcpy(part, out, cut);
        rv = tok_attrs_decode(part, cut, &b);
        if (rv == CKR_OK) {
            HOLDS(tok_attrs_count(b) < tok_attrs_count(a)); /* cut between two attributes */
            tok_attrs_free(b);
        } else {
            HOLDS(rv == CKR_DEVICE_ERROR);
        }
        free(part);
    }
    free(out);
    tok_attrs_free(a);

    /* The same type twice; a length that wraps around. */
    memset(two, 0, sizeof(two));
    two[7] = two[24] = 0x11;
    two[15] = 1;
    EXPECT(CKR_DEVICE_ERROR, tok_attrs_decode(two, 33, &b));
    memset(two + 8, 0xff, 8);
    EXPECT(CKR_DEVICE_ERROR, tok_attrs_decode(two, 34, &b));
}

static tok_attrs *random_set(void)
{
    static const CK_ATTRIBUTE_TYPE types[] = {
        CKA_CLASS,    CKA_TOKEN,   CKA_LABEL, CKA_VALUE,   CKA_ID,
        CKA_KEY_TYPE, CKA_SUBJECT, CKA_SIGN,  CKA_MODULUS, CKA_ALLOWED_MECHANISMS};
    tok_attrs *a = tok_attrs_new();
    uint8_t value[80];

    for (uint64_t n = random_below(8); n > 0; n--) {
        CK_ATTRIBUTE_TYPE type = types[random_below(10)];
        size_t len = (size_t)random_below(sizeof(value) + 1);
        for (size_t i = 0; i < len; i++)
            value[i] = (uint8_t)random_below(256);
        if (type == CKA_CLASS || type == CKA_KEY_TYPE)
            len = 8;
        if (type == CKA_ALLOWED_MECHANISMS)
            len &= ~(size_t)7;
        OK(tok_attrs_set(a, type, value, len));
    }
    return a;
}

/* Decoding takes what encoding writes and nothing else: what it takes, encodes to the same. */
static void mutated(void **state)
{
    unsigned rounds = size_from_env("GOSTTOKEN_TEST_FUZZ", 20000), taken = 0;

    (void)state;
    seed_random(20260101);
    for (unsigned i = 0; i < rounds; i++) {
        tok_attrs *a = random_set(), *b = NULL;
        uint8_t *out, *again;
        size_t len, len2;

        OK(tok_attrs_encode(a, &out, &len));
        OK(tok_attrs_decode(out, len, &b));
        HOLDS(tok_attrs_count(a) == tok_attrs_count(b));
        for (size_t j = 0; j < tok_attrs_count(a); j++)
            HOLDS(tok_attrs_match(b, tok_attrs_at(a, j), 1));
        tok_attrs_free(b);
        for (uint64_t n = random_below(3) + 1; len > 0 && n > 0; n--)
            out[random_below(len)] ^= (uint8_t)(1u << random_below(8));
        if (random_below(4) == 0)
            len -= (size_t)random_below(len + 1);
        if (tok_attrs_decode(out, len, &b) == CKR_OK) {
            taken++;
            OK(tok_attrs_encode(b, &again, &len2));
            HOLDS(len == len2 && memcmp(out, again, len) == 0);
            free(again);
            tok_attrs_free(b);
        }
        free(out);
        tok_attrs_free(a);
    }
    HOLDS(taken > 0 && taken < rounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets),
        cmocka_unit_test(bytes),
        cmocka_unit_test(malformed),
        cmocka_unit_test(mutated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
