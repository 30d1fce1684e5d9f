/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/keys/spki.h. */
#include <stdlib.h>
#include <string.h>
#include "cli/keys/spki.h"
#include "codec/codec.h"
#include "p11/spki.h"

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

static uint8_t *rsa_spki(cli *c, CK_SESSION_HANDLE session, const cli_object *key, size_t *len)
{
    size_t n_len, e_len;
    uint8_t *n = cli_attribute(c, session, key->handle, CKA_MODULUS, &n_len), *der = NULL;
    uint8_t *e = cli_attribute(c, session, key->handle, CKA_PUBLIC_EXPONENT, &e_len);

    if (n && e && n_len && e_len)
        der = gt_spki_rsa(n, n_len, e, e_len, len);
    free(n);
    free(e);
    return der;
}

static uint8_t *ec_spki(cli *c, CK_SESSION_HANDLE session, const cli_object *key, size_t *len)
{
    size_t params_len, point_len;
    uint8_t *params = cli_attribute(c, session, key->handle, CKA_EC_PARAMS, &params_len);
    uint8_t *point = cli_attribute(c, session, key->handle, CKA_EC_POINT, &point_len), *der = NULL;

    if (params && point && params_len && point_len)
        der = gt_spki_ec(params, params_len, point, point_len, len);
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
    else if (key->key_type == CKK_EC)
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
