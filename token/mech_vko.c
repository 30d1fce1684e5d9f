/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key agreement: CKM_GOSTR3410_DERIVE (VKO 2001), CKM_GOSTR3410_12_DERIVE (VKO 2012 of 256 bits),
 * CKM_GOSTR3410_VKO_512, CKM_GOST_KEG.
 *
 * The first two have CK_GOSTR3410_DERIVE_PARAMS, or the same without pointers as one string: kdf,
 * length of the public key, public key, length of the UKM, UKM. Its numbers have 4 bytes or
 * sizeof(CK_ULONG), and some callers leave room for 128 bytes of public key whatever it has. The
 * lengths tell these forms apart. The others have CK_ECDH1_DERIVE_PARAMS with CKD_NULL and the UKM
 * as shared data. KEG uses 24 bytes of the UKM with keys of 256 bits and 16 with those of 512; it
 * takes these or the 32 bytes that RFC 9189 has.
 */
#include "gost/kdf.h"
#include "gost/vko.h"
#include "token/der.h"
#include "token/mech_key.h"
#include "token/secmem.h"

#include <string.h>

#define DIVERSIFY_UKM 8
#define KEG_UKM       32

/* What the parameter says; it points into the caller's memory. */
typedef struct vko_params {
    CK_ULONG kdf;
    const CK_BYTE *pub, *ukm;
    CK_ULONG pub_len, ukm_len;
} vko_params;

/* What rtpkcs11 uses for keys of 2001 in the form without pointers. */
#define JRT_NULL      0x90000001UL
#define JRT_DIVERSIFY 0x90000009UL

#define FLAT_MAX      1024

static CK_ULONG number(const CK_BYTE *p, size_t width)
{
    uint32_t four;
    CK_ULONG n;

    if (width == sizeof four) {
        memcpy(&four, p, sizeof four);
        return four;
    }
    memcpy(&n, p, sizeof n);
    return n;
}

/* Reads the form without pointers with numbers of that width. `hold`: bytes for the public key, 0:
 * as many as it has. */
static int read_flat(const CK_MECHANISM *param, size_t width, CK_ULONG hold, vko_params *p)
{
    const CK_BYTE *at = param->pParameter;
    CK_ULONG len = param->ulParameterLen;

    /* No such form is longer; a length that cannot be must not lead out of the bytes. */
    if (len < 3 * width || len > FLAT_MAX)
        return 0;
    p->kdf = number(at, width);
    p->pub_len = number(at + width, width);
    if (hold == 0)
        hold = p->pub_len;
    if (p->pub_len > hold || hold > len - 3 * width)
        return 0;
    p->pub = at + 2 * width;
    p->ukm_len = number(p->pub + hold, width);
    p->ukm = p->pub + hold + width;
    return p->ukm_len == len - 3 * width - hold;
}

static CK_RV read_gost(const CK_MECHANISM *param, vko_params *p)
{
    CK_GOSTR3410_DERIVE_PARAMS full;

    if (param->ulParameterLen == sizeof full) {
        memcpy(&full, param->pParameter, sizeof full);
        p->kdf = full.kdf;
        p->pub = full.pPublicData;
        p->pub_len = full.ulPublicDataLen;
        p->ukm = full.pUKM;
        p->ukm_len = full.ulUKMLen;
    } else if (param->ulParameterLen == 0 ||
               (!read_flat(param, sizeof(uint32_t), 0, p) &&
                !read_flat(param, sizeof(CK_ULONG), 0, p) &&
                !read_flat(param, sizeof(uint32_t), GOST_3410_MAX_PUB, p) &&
                !read_flat(param, sizeof(CK_ULONG), GOST_3410_MAX_PUB, p))) {
        return CKR_MECHANISM_PARAM_INVALID;
    }
    if (p->kdf == JRT_NULL)
        p->kdf = CKD_NULL;
    else if (p->kdf == JRT_DIVERSIFY)
        p->kdf = CKD_CPDIVERSIFY_KDF;
    return CKR_OK;
}

static CK_RV read_ecdh(const CK_MECHANISM *param, vko_params *p)
{
    CK_ECDH1_DERIVE_PARAMS full;

    if (param->ulParameterLen != sizeof full)
        return CKR_MECHANISM_PARAM_INVALID;
    memcpy(&full, param->pParameter, sizeof full);
    p->kdf = full.kdf;
    p->pub = full.pPublicData;
    p->pub_len = full.ulPublicDataLen;
    p->ukm = full.pSharedData;
    p->ukm_len = full.ulSharedDataLen;
    return p->kdf == CKD_NULL ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
}

/* The public key's bytes, as they are or as they stand in SubjectPublicKeyInfo. */
static CK_RV check_params(vko_params *p, const gost_paramset *ps)
{
    CK_ULONG want = ps->bits / 4;
    tok_der in, raw;

    if (p->pub == NULL || p->ukm == NULL || p->ukm_len == 0 || p->ukm_len > GOST_VKO_MAX)
        return CKR_MECHANISM_PARAM_INVALID;
    if (p->pub_len == want)
        return CKR_OK;
    if (p->pub_len < want || p->pub_len > want + 3)
        return CKR_MECHANISM_PARAM_INVALID;
    in.p = p->pub;
    in.len = p->pub_len;
    if (!tok_der_take(&in, TOK_DER_OCTETS, &raw, NULL) || in.len != 0 || raw.len != want)
        return CKR_MECHANISM_PARAM_INVALID;
    p->pub = raw.p;
    p->pub_len = raw.len;
    return CKR_OK;
}

/* Turns VKO's result at k (32 bytes) into the key, in place. */
static CK_RV diversify(const vko_params *p, const tok_attrs *key, tok_object *base, uint8_t *k)
{
    /* RFC 7836, 4.6 */
    static const uint8_t label[] = {0x26, 0xBD, 0xB8, 0x78};
    const gost_sbox *sbox;
    uint8_t *from;

    if (p->kdf == CKD_NULL)
        return CKR_OK;
    from = tok_secret_alloc(GOST_BLOCK_KEY);
    if (from == NULL)
        return CKR_HOST_MEMORY;
    memcpy(from, k, GOST_BLOCK_KEY);
    if (p->kdf == CKD_KDF_GOSTR3411_2012_256) {
        gost_kdf_2012_256(from, GOST_BLOCK_KEY, label, sizeof label, p->ukm, p->ukm_len, k);
        tok_secret_free(from);
        return CKR_OK;
    }
    sbox = tok_key_sbox(tok_attrs_get(key, CKA_GOST28147_PARAMS) != NULL ? key : base->attrs);
    if (sbox != NULL)
        gost_28147_diversify(sbox, from, p->ukm, k);
    tok_secret_free(from);
    return sbox != NULL ? CKR_OK : CKR_ATTRIBUTE_VALUE_INVALID;
}

/* Which hash it is, which form the parameter has, and what it makes. */
typedef struct vko_kind {
    CK_MECHANISM_TYPE mech;
    gost_vko_hash hash;
    int keg;
    CK_RV (*read)(const CK_MECHANISM *param, vko_params *p);
    size_t len;
} vko_kind;

static const vko_kind kinds[] = {
    {CKM_GOSTR3410_DERIVE, GOST_VKO_2001, 0, read_gost, 32},
    {CKM_GOSTR3410_12_DERIVE, GOST_VKO_2012_256, 0, read_gost, 32},
    {CKM_GOSTR3410_VKO_512, GOST_VKO_2012_512, 0, read_ecdh, 64},
    {CKM_GOST_KEG, GOST_VKO_2012_512, 1, read_ecdh, 64},
};

static CK_RV check_kdf(const vko_kind *kind, const vko_params *p, unsigned bits)
{
    if (kind->keg)
        return p->ukm_len == KEG_UKM || p->ukm_len == (bits == 256 ? 24 : 16)
                   ? CKR_OK
                   : CKR_MECHANISM_PARAM_INVALID;
    if (p->kdf == CKD_CPDIVERSIFY_KDF || p->kdf == CKD_KDF_4357)
        return p->ukm_len == DIVERSIFY_UKM ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
    if (p->kdf == CKD_NULL)
        return CKR_OK;
    return p->kdf == CKD_KDF_GOSTR3411_2012_256 && kind->hash == GOST_VKO_2012_256
               ? CKR_OK
               : CKR_MECHANISM_PARAM_INVALID;
}

static CK_RV agree(const vko_kind *kind, const vko_params *p, const tok_key *mine,
                   const tok_attrs *key, tok_object *base, uint8_t *out)
{
    uint8_t ukm[KEG_UKM] = {0};

    if (kind->keg) {
        memcpy(ukm, p->ukm, p->ukm_len);
        return gost_keg(&mine->gost, p->pub, ukm, out) ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
    }
    if (gost_vko(&mine->gost, kind->hash, p->pub, p->ukm, p->ukm_len, out) != kind->len)
        return CKR_MECHANISM_PARAM_INVALID; /* no point of the curve */
    return diversify(p, key, base, out);
}

static CK_RV derive(const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *base,
                    tok_attrs *key, void **value, size_t *len)
{
    const vko_kind *kind = kinds;
    tok_key *mine = NULL;
    uint8_t *out = NULL;
    vko_params p;
    size_t want;
    CK_RV rv;

    while (kind->mech != m->type)
        kind++;
    rv = kind->read(param, &p);
    if (rv == CKR_OK)
        rv = tok_key_wanted(key, kind->len, 1, &want);
    if (rv == CKR_OK)
        rv = tok_object_key(s, base, &mine);
    if (rv != CKR_OK)
        return rv;
    rv = check_params(&p, mine->gost.ps);
    if (rv == CKR_OK)
        rv = check_kdf(kind, &p, mine->gost.ps->bits);
    if (rv == CKR_OK && (out = tok_secret_alloc(GOST_VKO_MAX)) == NULL)
        rv = CKR_HOST_MEMORY;
    if (rv == CKR_OK)
        rv = agree(kind, &p, mine, key, base, out);
    if (rv == CKR_OK)
        rv = tok_key_give(out, want, value, len);
    tok_secret_free(out);
    tok_key_free(mine);
    return rv;
}

const tok_mech_class tok_mech_vko = {
    .derive = derive,
};
