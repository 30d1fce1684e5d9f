/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Derivation of a secret key from another.
 *   CKM_KDF_4357 (RFC 4357, 6.5): the parameter is the UKM of 8 bytes. The S-box is the new key's
 *     CKA_GOST28147_PARAMS, or the base key's.
 *   CKM_KDF_GOSTR3411_2012_256 (RFC 7836, 4.4): the seed, with the label of RFC 7836, 4.6; or
 *     CK_KDF_TREE_GOST_PARAMS with label and seed, R = 1, L = 32 and no offset.
 *   CKM_KDF_HMAC3411: HMAC_GOSTR3411_2012_256 of the parameter's bytes.
 *   CKM_KDF_TREE_GOSTR3411_2012_256 (RFC 7836, 4.5): CK_KDF_TREE_GOST_PARAMS.
 */
#include "gost/hmac.h"
#include "gost/kdf.h"
#include "token/mech_key.h"
#include "token/secmem.h"

#include <string.h>

#define SIZE     32
#define UKM      8
#define PART_MAX 65536 /* bytes of a label or seed */
#define SEED_MAX 16    /* RFC 7836, 4.6: 8 to 16 bytes */

static CK_RV read_tree(const CK_MECHANISM *param, CK_KDF_TREE_GOST_PARAMS *p)
{
    if (param->ulParameterLen != sizeof *p)
        return CKR_MECHANISM_PARAM_INVALID;
    memcpy(p, param->pParameter, sizeof *p);
    if ((p->pLabel == NULL && p->ulLabelLength != 0) || p->ulLabelLength > PART_MAX ||
        (p->pSeed == NULL && p->ulSeedLength != 0) || p->ulSeedLength > PART_MAX)
        return CKR_MECHANISM_PARAM_INVALID;
    return CKR_OK;
}

/* Each makes `want` bytes at out of the base key's. */
typedef CK_RV kdf(const CK_MECHANISM *param, const uint8_t *in, size_t in_len,
                  const tok_attrs *base, const tok_attrs *key, size_t want, uint8_t *out);

static CK_RV kdf_4357(const CK_MECHANISM *param, const uint8_t *in, size_t in_len,
                      const tok_attrs *base, const tok_attrs *key, size_t want, uint8_t *out)
{
    const gost_sbox *sbox =
        tok_key_sbox(tok_attrs_get(key, CKA_GOST28147_PARAMS) != NULL ? key : base);

    (void)want;
    if (param->ulParameterLen != UKM)
        return CKR_MECHANISM_PARAM_INVALID;
    if (in_len != SIZE)
        return CKR_KEY_SIZE_RANGE;
    if (sbox == NULL)
        return CKR_ATTRIBUTE_VALUE_INVALID;
    gost_28147_diversify(sbox, in, param->pParameter, out);
    return CKR_OK;
}

static CK_RV kdf_2012(const CK_MECHANISM *param, const uint8_t *in, size_t in_len,
                      const tok_attrs *base, const tok_attrs *key, size_t want, uint8_t *out)
{
    static CK_BYTE label[] = {0x26, 0xBD, 0xB8, 0x78};
    CK_KDF_TREE_GOST_PARAMS p = {sizeof label, label, param->ulParameterLen, param->pParameter, 1,
                                 SIZE,         0};
    CK_RV rv = CKR_OK;

    (void)base;
    (void)key;
    (void)want;
    if (param->ulParameterLen < UKM || param->ulParameterLen > SEED_MAX)
        rv = read_tree(param, &p);
    if (rv == CKR_OK && (p.ulR != 1 || p.ulL != SIZE || p.ulOffset != 0))
        rv = CKR_MECHANISM_PARAM_INVALID;
    if (rv == CKR_OK)
        gost_kdf_2012_256(in, in_len, p.pLabel, p.ulLabelLength, p.pSeed, p.ulSeedLength, out);
    return rv;
}

static CK_RV kdf_hmac(const CK_MECHANISM *param, const uint8_t *in, size_t in_len,
                      const tok_attrs *base, const tok_attrs *key, size_t want, uint8_t *out)
{
    (void)base;
    (void)key;
    (void)want;
    if (param->ulParameterLen == 0 || param->ulParameterLen > PART_MAX)
        return CKR_MECHANISM_PARAM_INVALID;
    gost_hmac_streebog(256, in, in_len, param->pParameter, param->ulParameterLen, out);
    return CKR_OK;
}

static CK_RV kdf_tree(const CK_MECHANISM *param, const uint8_t *in, size_t in_len,
                      const tok_attrs *base, const tok_attrs *key, size_t want, uint8_t *out)
{
    CK_KDF_TREE_GOST_PARAMS p;
    CK_RV rv = read_tree(param, &p);

    (void)base;
    (void)key;
    if (rv != CKR_OK)
        return rv;
    if (p.ulR < 1 || p.ulR > 4 ||
        !gost_kdf_tree(in, in_len, p.pLabel, p.ulLabelLength, p.pSeed, p.ulSeedLength,
                       (unsigned)p.ulR, p.ulL, p.ulOffset, out, want))
        return CKR_MECHANISM_PARAM_INVALID;
    return CKR_OK;
}

static CK_RV run(kdf *function, const CK_MECHANISM *param, tok_session *s, tok_object *base,
                 tok_attrs *key, size_t all, int exact, void **value, size_t *len)
{
    void *in = NULL;
    size_t in_len;
    uint8_t *out;
    CK_RV rv = tok_key_wanted(key, all, exact, len);

    if (rv == CKR_OK)
        rv = tok_key_value(s, base, &in, &in_len);
    if (rv != CKR_OK)
        return rv;
    out = tok_secret_alloc(*len);
    rv = out != NULL ? function(param, in, in_len, base->attrs, key, *len, out) : CKR_HOST_MEMORY;
    if (rv == CKR_OK)
        *value = out;
    else
        tok_secret_free(out);
    tok_secret_free(in);
    return rv;
}

static CK_RV derive_4357(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                         tok_object *base, tok_attrs *key, void **value, size_t *len)
{
    (void)m;
    return run(kdf_4357, param, s, base, key, SIZE, 1, value, len);
}

static CK_RV derive_2012(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                         tok_object *base, tok_attrs *key, void **value, size_t *len)
{
    (void)m;
    return run(kdf_2012, param, s, base, key, SIZE, 1, value, len);
}

static CK_RV derive_hmac(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                         tok_object *base, tok_attrs *key, void **value, size_t *len)
{
    (void)m;
    return run(kdf_hmac, param, s, base, key, SIZE, 1, value, len);
}

static CK_RV derive_tree(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                         tok_object *base, tok_attrs *key, void **value, size_t *len)
{
    CK_KDF_TREE_GOST_PARAMS p;
    CK_RV rv = read_tree(param, &p);

    (void)m;
    if (rv == CKR_OK && p.ulOffset >= p.ulL)
        rv = CKR_MECHANISM_PARAM_INVALID;
    /* all that is left of the output, or as much of it as the new key wants */
    return rv == CKR_OK ? run(kdf_tree, param, s, base, key, p.ulL - p.ulOffset, 0, value, len)
                        : rv;
}

const tok_mech_class tok_mech_kdf_4357 = {
    .derive = derive_4357,
};

const tok_mech_class tok_mech_kdf_2012 = {
    .derive = derive_2012,
};

const tok_mech_class tok_mech_kdf_hmac = {
    .derive = derive_hmac,
};

const tok_mech_class tok_mech_kdf_tree = {
    .derive = derive_tree,
};
