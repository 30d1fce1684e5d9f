/* SPDX-License-Identifier: Apache-2.0 */
/* The small parts of token/ by themselves: DER, SHA-1, the map, and the table of rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/token/certificate.h"
#include "token/der.h"
#include "token/map.h"
#include "token/rules.h"

/* ---- DER ------------------------------------------------------------------------------------ */

static void der_elements(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        int good;
        size_t content;
    } cases[] = {
        {"\x04\x00", 2, 1, 0},
        {"\x04\x01\x55", 3, 1, 1},
        {"\x04\x02\x55", 3, 0, 0},                 /* cut */
        {"\x04", 1, 0, 0},                         /* no length */
        {"\x04\x80\x00\x00", 4, 0, 0},             /* indefinite */
        {"\x04\x81\x01\x55", 4, 0, 0},             /* not the shortest length */
        {"\x04\x82\x00\x81", 4, 0, 0},             /* a leading zero */
        {"\x04\x85\x01\x00\x00\x00\x00", 7, 0, 0}, /* longer than anything */
        {"\x04\x84\xFF\xFF\xFF\xFF", 6, 0, 0},
        {"\x1F\x81\x01\x00", 4, 0, 0}, /* a tag of two bytes */
        {"\x05\x00", 2, 0, 0},         /* another tag */
        {"", 0, 0, 0},
    };
    tok_der in, content, whole;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        in.p = (const uint8_t *)cases[i].bytes;
        in.len = cases[i].len;
        assert_int_equal(tok_der_take(&in, TOK_DER_OCTETS, &content, &whole), cases[i].good);
        if (cases[i].good) {
            assert_int_equal(content.len, cases[i].content);
            assert_int_equal(whole.len, cases[i].len);
            assert_int_equal(in.len, 0);
        } else {
            assert_int_equal(in.len, cases[i].len); /* nothing taken */
        }
    }
}

static void der_oids(void **state)
{
    (void)state;
    assert_int_equal(tok_der_is_oid((const uint8_t *)"\x06\x03\x2A\x85\x03", 5), 1);
    assert_int_equal(tok_der_is_oid((const uint8_t *)"\x06\x03\x2A\x85\x03\x00", 6), 0);
    assert_int_equal(tok_der_is_oid((const uint8_t *)"\x06\x02\x2A\x85", 4), 0);
    assert_int_equal(tok_der_is_oid((const uint8_t *)"\x06\x03\x2A\x80\x03", 5), 0);
    assert_int_equal(tok_der_is_oid((const uint8_t *)"\x06\x00", 2), 0);
    assert_int_equal(tok_der_is_oid((const uint8_t *)"", 0), 0);
}

static void der_certificates(void **state)
{
    tok_certificate c;
    uint8_t buf[sizeof CERTIFICATE + 1];
    size_t i;

    (void)state;
    assert_int_equal(tok_der_certificate(CERTIFICATE, sizeof CERTIFICATE, &c), 1);
    assert_ptr_equal(c.serial.p, CERTIFICATE + CERTIFICATE_SERIAL);
    assert_int_equal(c.serial.len, CERTIFICATE_SERIAL_LEN);
    assert_ptr_equal(c.issuer.p, CERTIFICATE + CERTIFICATE_ISSUER);
    assert_int_equal(c.issuer.len, CERTIFICATE_ISSUER_LEN);
    assert_ptr_equal(c.subject.p, CERTIFICATE + CERTIFICATE_SUBJECT);
    assert_int_equal(c.subject.len, CERTIFICATE_SUBJECT_LEN);
    assert_ptr_equal(c.public_key_info.p, CERTIFICATE + CERTIFICATE_SPKI);
    assert_int_equal(c.public_key_info.len, CERTIFICATE_SPKI_LEN);
    for (i = 0; i < sizeof CERTIFICATE; i++)
        assert_int_equal(tok_der_certificate(CERTIFICATE, i, &c), 0);
    memcpy(buf, CERTIFICATE, sizeof CERTIFICATE);
    buf[sizeof CERTIFICATE] = 0;
    assert_int_equal(tok_der_certificate(buf, sizeof buf, &c), 0); /* something after it */
}

static uint64_t random_state = 0x9E3779B97F4A7C15u;

static uint32_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 32);
}

/* Damaged certificates: read to the end or refused, and never read beyond their memory, which is
 * of the exact size so that a sanitizer sees the first byte too many. */
static void der_fuzz(void **state)
{
    tok_certificate c;
    unsigned sum = 0, accepted = 0;
    size_t len, i;
    uint8_t *p;
    int round, k;

    (void)state;
    for (round = 0; round < 100000; round++) {
        len = round % 3 == 0 ? next_random() % (sizeof CERTIFICATE + 1) : sizeof CERTIFICATE;
        p = malloc(len != 0 ? len : 1);
        assert_non_null(p);
        memcpy(p, CERTIFICATE, len);
        for (k = (int)(next_random() % 4); k >= 0 && len != 0; k--)
            p[next_random() % len] =
                (uint8_t)(next_random() % 3 == 0 ? 0x80 | next_random() % 5 : next_random());
        if (tok_der_certificate(p, len, &c)) {
            const tok_der parts[] = {c.serial, c.issuer, c.subject, c.public_key_info};

            accepted++;
            for (k = 0; k < 4; k++) {
                assert_true(parts[k].p >= p && parts[k].p + parts[k].len <= p + len);
                for (i = 0; i < parts[k].len; i++)
                    sum += parts[k].p[i];
            }
        }
        free(p);
    }
    assert_true(accepted > 0 && accepted < 100000 && sum != 0);
}

static void der_writer(void **state)
{
    static const size_t lengths[] = {0, 1, 127, 128, 255, 256, 700};
    uint8_t buf[1024], data[700];
    tok_der_out out;
    tok_der in, content;
    size_t i;

    (void)state;
    memset(data, 0x5A, sizeof data);
    for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        tok_der_out_init(&out, buf, sizeof buf);
        tok_der_put(&out, data, lengths[i]);
        tok_der_wrap(&out, TOK_DER_OCTETS, out.end);
        tok_der_wrap(&out, TOK_DER_SEQUENCE, out.end);
        in.p = out.p;
        in.len = tok_der_out_len(&out);
        assert_int_equal(tok_der_take(&in, TOK_DER_SEQUENCE, &content, NULL), 1);
        assert_int_equal(in.len, 0);
        assert_int_equal(tok_der_take(&content, TOK_DER_OCTETS, &in, NULL), 1);
        assert_int_equal(in.len, lengths[i]);
        assert_int_equal(content.len, 0);
        tok_der_out_init(&out, buf, lengths[i] + 1); /* no room for the head */
        tok_der_put(&out, data, lengths[i]);
        tok_der_wrap(&out, TOK_DER_OCTETS, out.end);
        assert_int_equal(tok_der_out_len(&out), 0);
    }
}

/* ---- the map, against an array -------------------------------------------------------------- */

static void map_against_array(void **state)
{
    enum { KEYS = 500 };
    static char things[KEYS];
    void *want[KEYS] = {NULL};
    tok_map m = {NULL, 0, 0};
    size_t at, n, used = 0;
    int round, k;

    (void)state;
    assert_null(tok_map_get(&m, 1));
    tok_map_remove(&m, 1);
    assert_int_equal(tok_map_set(&m, 0, things), 0);
    for (round = 0; round < 200000; round++) {
        k = (int)(next_random() % KEYS);
        if (next_random() % 2 == 0) {
            used += want[k] == NULL;
            want[k] = &things[k];
            assert_int_equal(tok_map_set(&m, (uint64_t)k + 1, want[k]), 1);
        } else {
            used -= want[k] != NULL;
            want[k] = NULL;
            tok_map_remove(&m, (uint64_t)k + 1);
        }
        k = (int)(next_random() % KEYS);
        assert_ptr_equal(tok_map_get(&m, (uint64_t)k + 1), want[k]);
        assert_int_equal(m.used, used);
    }
    for (n = 0, at = 0; tok_map_next(&m, &at) != NULL; n++)
        ;
    assert_int_equal(n, used);
    tok_map_clear(&m);
    assert_null(tok_map_get(&m, 1));
}

/* ---- the rules ------------------------------------------------------------------------------ */

/* No kind has two rules for one attribute, and what is required can be given. */
static void rules_are_sound(void **state)
{
    const tok_rule *a, *b;
    size_t i, k;

    (void)state;
    for (i = 0; (a = tok_rule_at(i)) != NULL; i++) {
        for (k = i + 1; (b = tok_rule_at(k)) != NULL; k++)
            assert_false(a->type == b->type && (a->kinds & b->kinds) != 0);
        assert_false((a->flags & TOK_R_REQUIRED) != 0 && (a->flags & TOK_R_NO_CREATE) != 0);
        assert_false((a->flags & (TOK_R_RISE | TOK_R_FALL | TOK_R_SO)) != 0 &&
                     a->form != TOK_FORM_BOOL);
        assert_false(a->form != TOK_FORM_BOOL &&
                     (a->initial == TOK_DEF_TRUE || a->initial == TOK_DEF_FALSE));
    }
    assert_true(i > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(der_elements),     cmocka_unit_test(der_oids),
        cmocka_unit_test(der_certificates), cmocka_unit_test(der_fuzz),
        cmocka_unit_test(der_writer),       cmocka_unit_test(map_against_array),
        cmocka_unit_test(rules_are_sound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
