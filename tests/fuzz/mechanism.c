/* SPDX-License-Identifier: Apache-2.0 */
/* Mechanisms and their parameters: mostly the structure that belongs to the mechanism. See
 * input.h. */
#include "tests/fuzz/input.h"

#include <string.h>

typedef void *shape(input *in, CK_ULONG *len);

static void *copy(const void *p, size_t len)
{
    void *to = call_memory(len);

    memcpy(to, p, len);
    return to;
}

static void *iv8(input *in, CK_ULONG *len)
{
    blob b = in_good_blob(in, 8);

    *len = b.len;
    return b.p;
}

static void *iv16(input *in, CK_ULONG *len)
{
    blob b = in_good_blob(in, 16);

    *len = b.len;
    return b.p;
}

static void *nothing(input *in, CK_ULONG *len)
{
    (void)in;
    *len = 0;
    return NULL;
}

static void *number(input *in, CK_ULONG *len)
{
    CK_ULONG n = in_ulong(in);

    *len = sizeof n;
    return copy(&n, sizeof n);
}

static void *handle(input *in, CK_ULONG *len)
{
    CK_OBJECT_HANDLE o = in_object(in);

    *len = sizeof o;
    return copy(&o, sizeof o);
}

static void *hash_oid(input *in, CK_ULONG *len)
{
    static const CK_BYTE oids[][10] = {{6, 8, 0x2A, 0x85, 3, 7, 1, 1, 2, 2},
                                       {6, 8, 0x2A, 0x85, 3, 7, 1, 1, 2, 3},
                                       {6, 7, 0x2A, 0x85, 3, 2, 2, 30, 1, 0}};
    unsigned which = in_byte(in) % COUNT(oids);

    *len = oids[which][1] + 2U;
    return copy(oids[which], *len);
}

/* section length | half a block */
static void *ctr(input *in, CK_ULONG *len)
{
    blob b = {call_memory(12), in_byte(in) & 1 ? 8 : 12};

    b.p[in_byte(in) & 3] = in_byte(in);
    for (CK_ULONG i = 4; i < b.len; i++)
        b.p[i] = (CK_BYTE)i;
    *len = b.len;
    return copy(b.p, b.len);
}

/* A public key that belongs to the curve, more often than not: see keys.c. */
static blob peer(input *in)
{
    uint8_t b = in_byte(in);
    const blob *known = world_points();

    if (b < 200) {
        /* the one that belongs to the mechanism, to begin with */
        b = (b + (mechanism_key() == AT_512_PUB ? 1U : mechanism_key() == AT_EC_PUB ? 2U : 0U)) & 3;
        return (blob){copy(known[b].p, known[b].len), known[b].len};
    }
    return in_blob(in, 64);
}

static CK_ULONG kdf(input *in)
{
    static const CK_ULONG known[] = {CKD_NULL, CKD_CPDIVERSIFY_KDF, CKD_KDF_4357,
                                     CKD_KDF_GOSTR3411_2012_256, CKD_SHA1_KDF};
    uint8_t b = in_byte(in);

    return b < 250 ? known[b % COUNT(known)] : in_ulong(in);
}

static void *vko(input *in, CK_ULONG *len)
{
    CK_GOSTR3410_DERIVE_PARAMS p = {.kdf = kdf(in)};
    blob b = peer(in);

    p.pPublicData = b.p;
    p.ulPublicDataLen = b.len;
    b = in_blob(in, 8);
    p.pUKM = b.p;
    p.ulUKMLen = b.len;
    *len = sizeof p;
    return copy(&p, sizeof p);
}

/* The form without pointers. */
static void *vko_flat(input *in, CK_ULONG *len)
{
    size_t width = in_byte(in) & 1 ? 8 : 4, at = 0;
    CK_ULONG number = kdf(in);
    blob pub = peer(in), ukm = in_good_blob(in, 8);
    CK_BYTE *out;

    if (pub.p == NULL || pub.len > 5000)
        pub.len = 0;
    out = call_memory(3 * width + pub.len + ukm.len);
    memcpy(out, &number, width);
    number = pub.len + (in_byte(in) > 240 ? in_ulong(in) : 0);
    memcpy(out + width, &number, width);
    at = 2 * width;
    if (pub.len > 0)
        memcpy(out + at, pub.p, pub.len);
    at += pub.len;
    number = ukm.len + (in_byte(in) > 240 ? in_ulong(in) : 0);
    memcpy(out + at, &number, width);
    memcpy(out + at + width, ukm.p, ukm.len);
    *len = at + width + ukm.len;
    return out;
}

static void *ecdh(input *in, CK_ULONG *len)
{
    CK_ECDH1_DERIVE_PARAMS p = {.kdf = kdf(in)};
    blob b = peer(in);

    p.pPublicData = b.p;
    p.ulPublicDataLen = b.len;
    b = in_blob(in, 16);
    p.pSharedData = b.p;
    p.ulSharedDataLen = b.len;
    *len = sizeof p;
    return copy(&p, sizeof p);
}

static void *key_wrap(input *in, CK_ULONG *len)
{
    static const CK_BYTE z[] = {6, 9, 0x2A, 0x85, 3, 7, 1, 2, 5, 1, 1};
    CK_GOSTR3410_KEY_WRAP_PARAMS p = {NULL, 0, NULL, 0, CK_INVALID_HANDLE};
    uint8_t how = in_byte(in);
    blob b;

    if (how & 1) {
        p.pWrapOID = copy(z, sizeof z);
        p.ulWrapOIDLen = sizeof z;
    }
    if (how & 2) {
        b = in_blob(in, 8);
        p.pUKM = b.p;
        p.ulUKMLen = b.len;
    }
    if (how & 4)
        p.hKey = in_object(in);
    *len = sizeof p;
    return copy(&p, sizeof p);
}

static void *tree(input *in, CK_ULONG *len)
{
    CK_KDF_TREE_GOST_PARAMS p;
    blob b = in_blob(in, 4);

    p.pLabel = b.p;
    p.ulLabelLength = b.len;
    b = in_blob(in, 8);
    p.pSeed = b.p;
    p.ulSeedLength = b.len;
    p.ulR = in_ulong(in) + 1;
    p.ulL = in_ulong(in);
    p.ulL = p.ulL == 0 ? 64 : p.ulL;
    p.ulOffset = in_ulong(in);
    *len = sizeof p;
    return copy(&p, sizeof p);
}

static void *prf(input *in, CK_ULONG *len)
{
    CK_TLS_PRF_PARAMS p;
    blob b = in_blob(in, 32);
    room r;

    p.pSeed = b.p;
    p.ulSeedLen = b.len;
    b = in_blob(in, 13);
    p.pLabel = b.p;
    p.ulLabelLen = b.len;
    r = in_room(in);
    p.pOutput = r.p;
    p.pulOutputLen = r.len_p;
    *len = sizeof p;
    return copy(&p, sizeof p);
}

static void *master(input *in, CK_ULONG *len)
{
    CK_TLS_GOST_MASTER_KEY_DERIVE_PARAMS p;
    blob b = in_blob(in, 32);

    p.RandomInfo.pClientRandom = b.p;
    p.RandomInfo.ulClientRandomLen = b.len;
    b = in_blob(in, 32);
    p.RandomInfo.pServerRandom = b.p;
    p.RandomInfo.ulServerRandomLen = b.len;
    p.pHashParamsOID = NULL;
    p.ulHashParamsOIDLen = 0;
    if (in_byte(in) & 1)
        p.pHashParamsOID = hash_oid(in, &p.ulHashParamsOIDLen);
    *len = sizeof p;
    return copy(&p, sizeof p);
}

static void *pbkdf2(input *in, CK_ULONG *len)
{
    static const CK_ULONG prfs[] = {CKP_PKCS5_PBKD2_HMAC_GOSTR3411,
                                    CKP_PKCS5_PBKD2_HMAC_GOSTR3411_2012_256,
                                    CKP_PKCS5_PBKD2_HMAC_GOSTR3411_2012_512, 77};
    CK_PKCS5_PBKD2_PARAMS2 p = {.saltSource = in_byte(in) < 250 ? CKZ_SALT_SPECIFIED : 2};
    blob b = in_blob(in, 8);

    p.pSaltSourceData = b.p;
    p.ulSaltSourceDataLen = b.len;
    p.iterations = (in_byte(in) + 1U) % 40;
    p.prf = prfs[in_byte(in) % COUNT(prfs)];
    p.pPrfData = NULL;
    p.ulPrfDataLen = 0;
    if (in_byte(in) & 1)
        p.pPrfData = hash_oid(in, &p.ulPrfDataLen);
    b = in_blob(in, 8);
    p.pPassword = b.p;
    p.ulPasswordLen = b.len;
    *len = sizeof p;
    return copy(&p, sizeof p);
}

static void *gcm(input *in, CK_ULONG *len)
{
    CK_GCM_PARAMS p;
    blob b = in_blob(in, in_byte(in) & 1 ? 8 : 16);

    p.pIv = b.p;
    p.ulIvLen = b.len;
    p.ulIvBits = in_byte(in) < 200 ? b.len * 8 : in_ulong(in);
    b = in_blob(in, 20);
    p.pAAD = b.p;
    p.ulAADLen = b.len;
    p.ulTagBits = in_ulong(in);
    if (p.ulTagBits < 64)
        p.ulTagBits = p.ulTagBits & 1 ? 64 : 128;
    *len = sizeof p;
    return copy(&p, sizeof p);
}

static const CK_MECHANISM_TYPE hashes[] = {CKM_SHA_1,  CKM_SHA224, CKM_SHA256,   CKM_SHA384,
                                           CKM_SHA512, CKM_MD5,    CKM_GOSTR3411};

static void *pss(input *in, CK_ULONG *len)
{
    CK_RSA_PKCS_PSS_PARAMS p = {hashes[in_byte(in) % COUNT(hashes)], in_byte(in) % 6, in_ulong(in)};

    *len = sizeof p;
    return copy(&p, sizeof p);
}

static void *oaep(input *in, CK_ULONG *len)
{
    CK_RSA_PKCS_OAEP_PARAMS p = {hashes[in_byte(in) % COUNT(hashes)], in_byte(in) % 6,
                                 in_byte(in) < 250, NULL, 0};
    blob b;

    if (in_byte(in) & 1) {
        b = in_blob(in, 5);
        p.pSourceData = b.p;
        p.ulSourceDataLen = b.len;
    }
    *len = sizeof p;
    return copy(&p, sizeof p);
}

static void *string_data(input *in, CK_ULONG *len)
{
    CK_KEY_DERIVATION_STRING_DATA p;
    blob b = in_blob(in, 16);

    p.pData = b.p;
    p.ulLen = b.len;
    *len = sizeof p;
    return copy(&p, sizeof p);
}

static void *any_bytes(input *in, CK_ULONG *len)
{
    blob b = in_blob(in, 12);

    *len = b.len;
    return b.p;
}

static shape *const shapes[] = {nothing, iv8,      iv16, number,   handle,      hash_oid, ctr,
                                vko,     vko_flat, ecdh, key_wrap, tree,        prf,      master,
                                pbkdf2,  gcm,      pss,  oaep,     string_data, any_bytes};

static const struct {
    CK_MECHANISM_TYPE type;
    shape *shape;
    unsigned key; /* the token's: of pairs the public one, the private one follows */
    CK_ULONG data;
} mechs[] = {
    {CKM_GOSTR3410, nothing, AT_GOST_PUB, 32},
    {CKM_GOSTR3410_512, nothing, AT_512_PUB, 64},
    {CKM_GOSTR3410_WITH_GOSTR3411_12_256, nothing, AT_GOST_PUB, 32},
    {CKM_GOSTR3410_WITH_GOSTR3411_12_512, hash_oid, AT_512_PUB, 32},
    {CKM_GOSTR3410_WITH_GOSTR3411, nothing, AT_GOST_PUB, 32},
    {CKM_GOSTR3410_KEY_PAIR_GEN, nothing, AT_GOST_PUB, 32},
    {CKM_GOSTR3410_512_KEY_PAIR_GEN, nothing, AT_512_PUB, 32},
    {CKM_GOSTR3411, nothing, AT_GENERIC, 32},
    {CKM_GOSTR3411_HMAC, nothing, AT_GENERIC, 32},
    {CKM_GOSTR3411_12_256, hash_oid, AT_GENERIC, 32},
    {CKM_GOSTR3411_12_512, nothing, AT_GENERIC, 32},
    {CKM_GOSTR3411_12_256_HMAC, nothing, AT_GENERIC, 32},
    {CKM_GOSTR3411_12_512_HMAC, nothing, AT_GENERIC, 32},
    {CKM_GOST28147_KEY_GEN, nothing, AT_28147, 32},
    {CKM_GOST28147_ECB, nothing, AT_28147, 32},
    {CKM_GOST28147, iv8, AT_28147, 32},
    {CKM_GOST28147_MAC, iv8, AT_28147, 32},
    {CKM_GOST28147_KEY_WRAP, iv8, AT_28147, 32},
    {CKM_KUZNYECHIK_KEY_GEN, nothing, AT_EC_PUB, 32},
    {CKM_KUZNYECHIK_ECB, nothing, AT_KUZNYECHIK, 32},
    {CKM_KUZNYECHIK_CTR_ACPKM, ctr, AT_EC_PUB, 32},
    {CKM_KUZNYECHIK_MAC, number, AT_EC_PUB, 32},
    {CKM_KUZNYECHIK_MGM, gcm, AT_EC_PUB, 32},
    {CKM_KUZNYECHIK_KEXP_15_WRAP, iv8, AT_EC_PUB, 32},
    {CKM_MAGMA_KEY_GEN, nothing, AT_MAGMA, 32},
    {CKM_MAGMA_ECB, nothing, AT_MAGMA, 32},
    {CKM_MAGMA_CTR_ACPKM, ctr, AT_MAGMA, 32},
    {CKM_MAGMA_MAC, nothing, AT_MAGMA, 32},
    {CKM_MAGMA_MGM, gcm, AT_MAGMA, 32},
    {CKM_MAGMA_KEXP_15_WRAP, iv8, AT_MAGMA_TWIN, 32},
    {CKM_GOSTR3410_KEY_WRAP, key_wrap, AT_GOST_PUB, 32},
    {CKM_GOSTR3410_DERIVE, vko, AT_GOST_PUB, 32},
    {CKM_GOSTR3410_12_DERIVE, vko_flat, AT_GOST_PUB, 32},
    {CKM_GOSTR3410_12_DERIVE, vko, AT_GOST_PUB, 32},
    {CKM_GOSTR3410_VKO_512, ecdh, AT_512_PUB, 32},
    {CKM_GOST_KEG, ecdh, AT_512_PUB, 32},
    {CKM_KDF_4357, iv8, AT_28147, 32},
    {CKM_KDF_GOSTR3411_2012_256, tree, AT_GENERIC, 32},
    {CKM_KDF_HMAC3411, string_data, AT_GENERIC, 32},
    {CKM_KDF_TREE_GOSTR3411_2012_256, tree, AT_GENERIC, 32},
    {CKM_TLS_GOST_PRF_2012_256, prf, AT_GENERIC, 32},
    {CKM_TLS_GOST_PRF_2012_512, prf, AT_GENERIC, 32},
    {CKM_TLS_GOST_MASTER_KEY_DERIVE_2012_256, master, AT_GENERIC, 32},
    {CKM_PKCS5_PBKD2, pbkdf2, AT_GENERIC, 32},
    {CKM_GENERIC_SECRET_KEY_GEN, nothing, AT_EC_PUB, 32},
    {CKM_CONCATENATE_BASE_AND_KEY, handle, AT_GENERIC, 32},
    {CKM_RSA_PKCS_KEY_PAIR_GEN, nothing, AT_RSA_PUB, 32},
    {CKM_RSA_PKCS, nothing, AT_RSA_PUB, 32},
    {CKM_RSA_X_509, nothing, AT_RSA_PUB, 128},
    {CKM_RSA_PKCS_OAEP, oaep, AT_RSA_PUB, 32},
    {CKM_RSA_PKCS_PSS, pss, AT_RSA_PUB, 32},
    {CKM_MD5_RSA_PKCS, nothing, AT_RSA_PUB, 32},
    {CKM_SHA1_RSA_PKCS, nothing, AT_RSA_PUB, 32},
    {CKM_SHA224_RSA_PKCS, nothing, AT_RSA_PUB, 32},
    {CKM_SHA256_RSA_PKCS, nothing, AT_RSA_PUB, 32},
    {CKM_SHA384_RSA_PKCS, nothing, AT_RSA_PUB, 32},
    {CKM_SHA512_RSA_PKCS, nothing, AT_RSA_PUB, 32},
    {CKM_SHA1_RSA_PKCS_PSS, pss, AT_RSA_PUB, 32},
    {CKM_SHA224_RSA_PKCS_PSS, pss, AT_RSA_PUB, 32},
    {CKM_SHA256_RSA_PKCS_PSS, pss, AT_RSA_PUB, 32},
    {CKM_SHA384_RSA_PKCS_PSS, pss, AT_RSA_PUB, 32},
    {CKM_SHA512_RSA_PKCS_PSS, pss, AT_RSA_PUB, 32},
    {CKM_EC_KEY_PAIR_GEN, nothing, AT_EC_PUB, 32},
    {CKM_ECDSA, nothing, AT_EC_PUB, 32},
    {CKM_ECDSA_SHA1, nothing, AT_EC_PUB, 32},
    {CKM_ECDSA_SHA224, nothing, AT_EC_PUB, 32},
    {CKM_ECDSA_SHA256, nothing, AT_EC_PUB, 32},
    {CKM_ECDSA_SHA384, nothing, AT_EC_PUB, 32},
    {CKM_ECDSA_SHA512, nothing, AT_EC_PUB, 32},
    {CKM_ECDH1_DERIVE, ecdh, AT_EC_PUB, 32},
    {CKM_MD5, nothing, AT_GENERIC, 32},
    {CKM_SHA_1, nothing, AT_GENERIC, 32},
    {CKM_SHA224, nothing, AT_GENERIC, 32},
    {CKM_SHA256, nothing, AT_GENERIC, 32},
    {CKM_SHA384, nothing, AT_GENERIC, 32},
    {CKM_SHA512, nothing, AT_GENERIC, 32},
    {CKM_MD5_HMAC, nothing, AT_GENERIC, 32},
    {CKM_MD5_HMAC_GENERAL, number, AT_GENERIC, 32},
    {CKM_SHA_1_HMAC, nothing, AT_GENERIC, 32},
    {CKM_SHA_1_HMAC_GENERAL, number, AT_GENERIC, 32},
    {CKM_SHA224_HMAC, nothing, AT_GENERIC, 32},
    {CKM_SHA224_HMAC_GENERAL, number, AT_GENERIC, 32},
    {CKM_SHA256_HMAC, nothing, AT_GENERIC, 32},
    {CKM_SHA256_HMAC_GENERAL, number, AT_GENERIC, 32},
    {CKM_SHA384_HMAC, nothing, AT_GENERIC, 32},
    {CKM_SHA384_HMAC_GENERAL, number, AT_GENERIC, 32},
    {CKM_SHA512_HMAC, nothing, AT_GENERIC, 32},
    {CKM_SHA512_HMAC_GENERAL, number, AT_GENERIC, 32},
    {CKM_AES_CBC, iv16, AT_GENERIC, 32},
};

unsigned mechanism_key(void)
{
    return mechs[now.mechanism].key;
}

int mechanism_known_length(void)
{
    return (int)mechs[now.mechanism].data;
}

CK_OBJECT_HANDLE in_key(input *in, int public)
{
    uint8_t b = in_byte(in);
    unsigned key = mechs[now.mechanism].key;

    if (b >= 192)
        return in_object(in);
    if (key < AT_KUZNYECHIK)
        return now.objects[key + (public ? 0 : 1)];
    return now.objects[key + (b & 1)];
}

CK_MECHANISM *in_mechanism(input *in)
{
    uint8_t which = in_byte(in), form = in_byte(in);
    CK_MECHANISM *m = call_memory(sizeof *m);
    shape *s;

    if (which == 255)
        return NULL;
    now.mechanism = which % COUNT(mechs);
    m->mechanism = which < 250 ? mechs[which % COUNT(mechs)].type : in_ulong(in);
    s = mechs[which % COUNT(mechs)].shape;
    if (form >= 192 && form < 240)
        s = shapes[form % COUNT(shapes)];
    m->pParameter = s(in, &m->ulParameterLen);
    if (form < 240 || m->pParameter == NULL)
        return m;
    if (form & 1) { /* cut off */
        m->ulParameterLen = m->ulParameterLen > 0 ? in_byte(in) % m->ulParameterLen : 0;
        m->pParameter = copy(m->pParameter, m->ulParameterLen);
    } else if (form & 2) {
        m->ulParameterLen = in_ulong(in) | (CK_ULONG)1 << 63;
    } else {
        m->pParameter = NULL;
    }
    return m;
}

void *in_message_param(input *in, CK_ULONG *len, const room *tag)
{
    CK_GCM_MESSAGE_PARAMS p;
    uint8_t form = in_byte(in);
    blob b = in_blob(in, form & 1 ? 8 : 16);

    p.pIv = b.p;
    p.ulIvLen = b.len;
    p.ulIvFixedBits = in_ulong(in);
    p.ivGenerator = in_byte(in) % 6;
    p.pTag = tag->p;
    p.ulTagBits = form & 2 ? in_ulong(in) : form & 1 ? 64 : 128;
    if (p.pTag != NULL && p.ulTagBits / 8 > tag->had && p.ulTagBits <= 65536)
        p.pTag = call_memory(p.ulTagBits / 8 + 1); /* as long as it says */
    *len = sizeof p;
    if (form >= 250)
        return NULL;
    if (form >= 240) {
        *len = in_byte(in) % sizeof p;
        return copy(&p, *len);
    }
    return copy(&p, sizeof p);
}
