/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS with Streebog (RFC 7836, 4.2; RFC 9189).
 *   CKM_TLS_GOST_PRF_2012_256, _512: as the standard's CKM_TLS_PRF: CK_TLS_PRF_PARAMS has label,
 * seed and a place for the output; no key is made. CKM_TLS_GOST_MASTER_KEY_DERIVE_2012_256: the
 * master secret, 48 bytes, of a premaster secret and the two randoms.
 * CK_TLS_GOST_MASTER_KEY_DERIVE_PARAMS, or its first part, CK_SSL3_RANDOM_DATA.
 */
#include "gost/kdf.h"
#include "gost/mem.h"
#include "token/gostkey.h"
#include "token/mech_key.h"
#include "token/secmem.h"

#include <string.h>

#define MASTER   48
#define RANDOM   32
#define PART_MAX 65536 /* bytes of a label or seed; of an output */

static CK_RV prf(const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *base)
{
    CK_TLS_PRF_PARAMS p;
    void *secret;
    size_t len;
    CK_RV rv;

    if (param->ulParameterLen != sizeof p)
        return CKR_MECHANISM_PARAM_INVALID;
    memcpy(&p, param->pParameter, sizeof p);
    if ((p.pSeed == NULL && p.ulSeedLen != 0) || (p.pLabel == NULL && p.ulLabelLen != 0) ||
        p.ulSeedLen > PART_MAX || p.ulLabelLen > PART_MAX || p.pOutput == NULL ||
        p.pulOutputLen == NULL || *p.pulOutputLen == 0 || *p.pulOutputLen > PART_MAX)
        return CKR_MECHANISM_PARAM_INVALID;
    rv = tok_key_value(s, base, &secret, &len);
    if (rv != CKR_OK)
        return rv;
    gost_tls_prf(m->digest == 256 ? GOST_PRF_256 : GOST_PRF_512, secret, len, p.pLabel,
                 p.ulLabelLen, p.pSeed, p.ulSeedLen, p.pOutput, *p.pulOutputLen);
    gost_unpoison(p.pOutput, *p.pulOutputLen);
    tok_secret_free(secret);
    return CKR_OK;
}

const tok_mech_class tok_mech_tls_prf = {
    .derive_out = prf,
};

static CK_RV read_randoms(const tok_mech *m, const CK_MECHANISM *param, CK_BYTE seed[2 * RANDOM])
{
    CK_TLS_GOST_MASTER_KEY_DERIVE_PARAMS p = {0};
    const tok_gost_hash *hash;

    if (param->ulParameterLen != sizeof p && param->ulParameterLen != sizeof p.RandomInfo)
        return CKR_MECHANISM_PARAM_INVALID;
    memcpy(&p, param->pParameter, param->ulParameterLen);
    if (p.RandomInfo.pClientRandom == NULL || p.RandomInfo.ulClientRandomLen != RANDOM ||
        p.RandomInfo.pServerRandom == NULL || p.RandomInfo.ulServerRandomLen != RANDOM)
        return CKR_MECHANISM_PARAM_INVALID;
    if (p.pHashParamsOID != NULL) {
        hash = tok_gost_hash_by_der(p.pHashParamsOID, p.ulHashParamsOIDLen);
        if (hash == NULL || hash->digest != m->digest)
            return CKR_MECHANISM_PARAM_INVALID;
    }
    memcpy(seed, p.RandomInfo.pClientRandom, RANDOM);
    memcpy(seed + RANDOM, p.RandomInfo.pServerRandom, RANDOM);
    return CKR_OK;
}

static CK_RV master(const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *base,
                    tok_attrs *key, void **value, size_t *len)
{
    static const char label[] = "master secret";
    CK_BYTE seed[2 * RANDOM];
    void *secret;
    size_t secret_len;
    CK_RV rv = read_randoms(m, param, seed);

    if (rv == CKR_OK)
        rv = tok_key_wanted(key, MASTER, 1, len);
    if (rv == CKR_OK)
        rv = tok_key_value(s, base, &secret, &secret_len);
    if (rv != CKR_OK)
        return rv;
    *value = tok_secret_alloc(*len);
    if (*value != NULL)
        gost_tls_prf(GOST_PRF_256, secret, secret_len, label, sizeof label - 1, seed, sizeof seed,
                     *value, *len);
    tok_secret_free(secret);
    return *value != NULL ? CKR_OK : CKR_HOST_MEMORY;
}

const tok_mech_class tok_mech_tls_master = {
    .derive = master,
};
