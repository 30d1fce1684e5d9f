/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/spki.h. */
#include <stdlib.h>
#include <string.h>
#include "cli/csr/der.h"
#include "cli/keys/spki.h"
#include "codec/codec.h"

/* CKA_VALUE is the point, by some tokens wrapped in an OCTET STRING. */
static uint8_t *gost_spki(cli *c, CK_SESSION_HANDLE session, const cli_object *key, size_t *len)
{
    const gost_paramset *ps = key->paramset;
    size_t size = ps ? ps->bits / 4 : 0, n;
    uint8_t *value = cli_attribute(c, session, key->handle, CKA_VALUE, &n), *der = NULL;
    gt_key *gost = NULL;

    if (ps && value && n >= size && n <= size + 4 && (n == size || value[0] == 0x04))
        gost = gt_key_new_public(ps, value + n - size);
    if (gost) {
        der = cli_alloc(GT_SPKI_MAX);
        *len = gt_codec_write_spki(gost, der, GT_SPKI_MAX);
        gt_key_free(gost);
    }
    free(value);
    return der;
}

static void put_unsigned(csr_buf *out, const uint8_t *p, size_t len)
{
    size_t mark = csr_open(out, 0x02);

    for (; len && !*p; len--)
        p++;
    if (!len || (*p & 0x80))
        csr_put(out, "", 1);
    csr_put(out, p, len);
    csr_close(out, mark);
}

static uint8_t *wrap(const void *algorithm, size_t n, const csr_buf *bits, size_t *len)
{
    csr_buf out = {0};
    size_t all = csr_open(&out, 0x30), mark;

    csr_tlv(&out, 0x30, algorithm, n);
    mark = csr_open(&out, 0x03);
    csr_put(&out, "", 1);
    csr_put(&out, bits->p, bits->len);
    csr_close(&out, mark);
    csr_close(&out, all);
    *len = out.len;
    return out.p;
}

static uint8_t *rsa_spki(cli *c, CK_SESSION_HANDLE session, const cli_object *key, size_t *len)
{
    static const uint8_t rsa[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7,
                                  0x0D, 0x01, 0x01, 0x01, 0x05, 0x00};
    size_t n, e, mark;
    uint8_t *modulus = cli_attribute(c, session, key->handle, CKA_MODULUS, &n);
    uint8_t *exponent = cli_attribute(c, session, key->handle, CKA_PUBLIC_EXPONENT, &e);
    uint8_t *der = NULL;
    csr_buf bits = {0};

    if (modulus && exponent && n && e) {
        mark = csr_open(&bits, 0x30);
        put_unsigned(&bits, modulus, n);
        put_unsigned(&bits, exponent, e);
        csr_close(&bits, mark);
        der = wrap(rsa, sizeof(rsa), &bits, len);
    }
    csr_buf_free(&bits);
    free(modulus);
    free(exponent);
    return der;
}

static uint8_t *ec_spki(cli *c, CK_SESSION_HANDLE session, const cli_object *key, size_t *len)
{
    static const uint8_t ec[] = {0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01};
    size_t n, m, skip;
    uint8_t *params = cli_attribute(c, session, key->handle, CKA_EC_PARAMS, &n);
    uint8_t *point = cli_attribute(c, session, key->handle, CKA_EC_POINT, &m);
    uint8_t *der = NULL;
    csr_buf algorithm = {0}, bits = {0};

    if (params && point && m > 3) {
        /* In an OCTET STRING, as the standard has it; by some tokens as it is. */
        skip = point[0] == 0x04 && csr_is_der(point, m) ? (point[1] & 0x80 ? 3 : 2) : 0;
        csr_put(&algorithm, ec, sizeof(ec));
        csr_put(&algorithm, params, n);
        csr_put(&bits, point + skip, m - skip);
        der = wrap(algorithm.p, algorithm.len, &bits, len);
    }
    csr_buf_free(&algorithm);
    csr_buf_free(&bits);
    free(params);
    free(point);
    return der;
}

uint8_t *cli_spki(cli *c, CK_SESSION_HANDLE session, const cli_object *key, size_t *len)
{
    uint8_t *der = NULL;

    *len = 0;
    if (key->cls->cls == CKO_PUBLIC_KEY &&
        (key->key_type == CKK_GOSTR3410 || key->key_type == CKK_GOSTR3410_512))
        der = gost_spki(c, session, key, len);
    else if (key->key_type == CKK_RSA)
        der = rsa_spki(c, session, key, len);
    else if (key->key_type == CKK_EC && key->cls->cls == CKO_PUBLIC_KEY)
        der = ec_spki(c, session, key, len);
    if (!der)
        der = cli_attribute(c, session, key->handle, CKA_PUBLIC_KEY_INFO, len);
    if (der && !*len) {
        free(der);
        der = NULL;
    }
    return der;
}

int cli_spki_same(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    gt_key *x, *y;
    int same = a_len == b_len && memcmp(a, b, a_len) == 0;

    if (same)
        return 1;
    x = gt_codec_read_spki(a, a_len);
    y = x ? gt_codec_read_spki(b, b_len) : NULL;
    same = y && gt_key_same_public(x, y);
    gt_key_free(x);
    gt_key_free(y);
    return same;
}
