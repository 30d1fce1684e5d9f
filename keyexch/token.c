/* SPDX-License-Identifier: Apache-2.0 */
#include "keyexch/token.h"

#include <string.h>

#include "gost/vko.h"

/* ---- templates ------------------------------------------------------------------------------- */

/* What the attributes point at; outlives the steps. */
static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static CK_OBJECT_CLASS secret_key = CKO_SECRET_KEY;

static void add(gt_step *step, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG len)
{
    step->templ[step->n++] = (CK_ATTRIBUTE){type, (void *)value, len};
}

/* A key of the session. readable: its value is wanted; else it opens another. */
static void begin(gt_step *step, const CK_KEY_TYPE *type, int readable)
{
    step->n = 0;
    add(step, CKA_CLASS, &secret_key, sizeof(secret_key));
    add(step, CKA_KEY_TYPE, type, sizeof(*type));
    add(step, CKA_TOKEN, &no, sizeof(no));
    if (readable) {
        add(step, CKA_SENSITIVE, &no, sizeof(no));
        add(step, CKA_EXTRACTABLE, &yes, sizeof(yes));
    } else {
        add(step, CKA_SENSITIVE, &yes, sizeof(yes));
        add(step, CKA_EXTRACTABLE, &no, sizeof(no));
        add(step, CKA_UNWRAP, &yes, sizeof(yes));
    }
}

/* ---- parameters ------------------------------------------------------------------------------ */

/* CKM_GOSTR3410_12_DERIVE in each of its forms: the structure, and one string of bytes in which
 * numbers have 4 bytes. */
typedef struct vko_params {
    CK_GOSTR3410_DERIVE_PARAMS full;
    size_t flat_len;
    uint8_t flat[3 * 4 + GOST_3410_MAX_PUB + GOST_VKO_UKM_MAX];
} vko_params;

enum { VKO_FORMS = 2 };

static uint8_t *put_number(uint8_t *at, CK_ULONG n)
{
    uint32_t four = (uint32_t)n;

    memcpy(at, &four, sizeof(four));
    return at + sizeof(four);
}

static void make_vko_params(vko_params *p, CK_ULONG kdf, const uint8_t *pub, size_t pub_len,
                            const uint8_t *ukm, size_t ukm_len)
{
    uint8_t *at = p->flat;

    p->full = (CK_GOSTR3410_DERIVE_PARAMS){kdf, (CK_BYTE *)pub, pub_len, (CK_BYTE *)ukm, ukm_len};
    at = put_number(put_number(at, kdf), pub_len);
    memcpy(at, pub, pub_len);
    at = put_number(at + pub_len, ukm_len);
    memcpy(at, ukm, ukm_len);
    p->flat_len = (size_t)(at - p->flat) + ukm_len;
}

static void use_vko_params(CK_MECHANISM *m, vko_params *p, size_t form)
{
    m->mechanism = CKM_GOSTR3410_12_DERIVE;
    m->pParameter = form == 0 ? (void *)&p->full : p->flat;
    m->ulParameterLen = form == 0 ? sizeof(p->full) : p->flat_len;
}

static CK_ECDH1_DERIVE_PARAMS ecdh_params(const gt_key *key, const uint8_t *pub, const uint8_t *ukm,
                                          size_t ukm_len)
{
    CK_ECDH1_DERIVE_PARAMS p;

    memset(&p, 0, sizeof(p));
    p.kdf = CKD_NULL;
    p.ulPublicDataLen = gt_alg_pub_size(key->alg);
    p.pPublicData = (CK_BYTE *)pub;
    p.ulSharedDataLen = ukm_len;
    p.pSharedData = (CK_BYTE *)ukm;
    return p;
}

/* KEG uses 24 bytes of the UKM with keys of 256 bits and 16 with those of 512; some modules want
 * just these, others the whole that RFC 9189 has. */
static size_t keg_ukm_len(const gt_key *key, size_t form)
{
    return form != 0 ? GT_KEG_UKM : key->alg->bits == 256 ? 24 : 16;
}

enum { KEG_FORMS = 2 };

static int derive(const gt_key *key, const gt_step *steps, size_t n, uint8_t *out, size_t want,
                  gt_error *err)
{
    size_t len = want;

    if (!gt_object_derive(key->object, steps, n, out, &len, err))
        return 0;
    return len == want || gt_fail(err, GT_TOKEN_ERROR, CKR_GENERAL_ERROR,
                                  "the token made a key of %zu bytes where %zu are due", len, want);
}

/* ---- the result, given out ------------------------------------------------------------------- */

int gt_token_vko(const gt_key *key, const uint8_t *pub, unsigned hash_bits, const uint8_t *ukm,
                 size_t ukm_len, uint8_t *out, gt_error *err)
{
    static const CK_KEY_TYPE type = CKK_GENERIC_SECRET;
    CK_ECDH1_DERIVE_PARAMS ecdh = ecdh_params(key, pub, ukm, ukm_len);
    CK_ULONG want = hash_bits / 8;
    gt_step step = {.mechanism = {CKM_GOSTR3410_VKO_512, &ecdh, sizeof(ecdh)}};
    vko_params p;
    int ok = 0;

    begin(&step, &type, 1);
    add(&step, CKA_VALUE_LEN, &want, sizeof(want));
    if (hash_bits == 512)
        return derive(key, &step, 1, out, want, err);
    make_vko_params(&p, CKD_NULL, pub, gt_alg_pub_size(key->alg), ukm, ukm_len);
    for (size_t form = 0; form < VKO_FORMS && !ok; form++) {
        use_vko_params(&step.mechanism, &p, form);
        ok = derive(key, &step, 1, out, want, err);
        if (!ok && !gt_error_is_unsupported(err))
            break;
    }
    return ok;
}

int gt_token_keg(const gt_key *key, const uint8_t *pub, const uint8_t ukm[GT_KEG_UKM],
                 uint8_t out[GT_KEG_SIZE], gt_error *err)
{
    static const CK_KEY_TYPE type = CKK_KUZNYECHIK_TWIN;
    CK_ECDH1_DERIVE_PARAMS p;
    gt_step step = {.mechanism = {CKM_GOST_KEG, &p, sizeof(p)}};
    int ok = 0;

    begin(&step, &type, 1);
    for (size_t form = 0; form < KEG_FORMS && !ok; form++) {
        p = ecdh_params(key, pub, ukm, keg_ukm_len(key, form));
        ok = derive(key, &step, 1, out, GT_KEG_SIZE, err);
        if (!ok && !gt_error_is_unsupported(err))
            break;
    }
    return ok;
}

/* ---- wrapped keys, opened on the token ------------------------------------------------------- */

int gt_token_open_28147(const gt_key *key, const uint8_t *pub, const gost_sbox *sbox,
                        const uint8_t ukm[GT_WRAP_UKM], const uint8_t wrapped[GOST_28147_WRAPPED],
                        uint8_t out[GT_CEK], gt_error *err)
{
    static const CK_KEY_TYPE type = CKK_GOST28147;
    gt_step steps[2] = {0};
    vko_params p;
    int ok = 0;

    /* The diversification of RFC 4357, 6.5, is the agreement's. */
    make_vko_params(&p, CKD_KDF_4357, pub, gt_alg_pub_size(key->alg), ukm, GT_WRAP_UKM);
    begin(&steps[0], &type, 0);
    add(&steps[0], CKA_GOST28147_PARAMS, sbox->der, sbox->der_len);
    begin(&steps[1], &type, 1);
    steps[1].mechanism = (CK_MECHANISM){CKM_GOST28147_KEY_WRAP, (void *)ukm, GT_WRAP_UKM};
    steps[1].wrapped = wrapped;
    steps[1].wrapped_len = GOST_28147_WRAPPED;
    for (size_t form = 0; form < VKO_FORMS && !ok; form++) {
        use_vko_params(&steps[0].mechanism, &p, form);
        ok = derive(key, steps, 2, out, GT_CEK, err);
        if (!ok && !gt_error_is_unsupported(err))
            break;
    }
    return ok;
}

static const struct {
    const gost_block_class *cipher;
    CK_KEY_TYPE twin, type;
    CK_MECHANISM_TYPE unwrap;
} kexp15[] = {
    {&gost_block_kuznyechik, CKK_KUZNYECHIK_TWIN, CKK_KUZNYECHIK, CKM_KUZNYECHIK_KEXP_15_WRAP},
    {&gost_block_magma, CKK_MAGMA_TWIN, CKK_MAGMA, CKM_MAGMA_KEXP_15_WRAP},
};

int gt_token_open_kexp15(const gt_key *key, const uint8_t *pub, const gost_block_class *cipher,
                         const uint8_t ukm[GT_KEG_UKM], const uint8_t *wrapped, size_t wrapped_len,
                         uint8_t out[GT_CEK], gt_error *err)
{
    size_t row = cipher == kexp15[0].cipher ? 0 : 1;
    CK_ECDH1_DERIVE_PARAMS p;
    gt_step steps[2] = {{.mechanism = {CKM_GOST_KEG, &p, sizeof(p)}},
                        {.mechanism = {kexp15[row].unwrap, (void *)(ukm + 24), cipher->size / 2},
                         .wrapped = wrapped,
                         .wrapped_len = wrapped_len}};
    int ok = 0;

    begin(&steps[0], &kexp15[row].twin, 0);
    begin(&steps[1], &kexp15[row].type, 1);
    for (size_t form = 0; form < KEG_FORMS && !ok; form++) {
        p = ecdh_params(key, pub, ukm, keg_ukm_len(key, form));
        ok = derive(key, steps, 2, out, GT_CEK, err);
        if (!ok && !gt_error_is_unsupported(err))
            break;
    }
    return ok;
}
