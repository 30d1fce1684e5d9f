/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of MACs as EVP_PKEYs, as libssl's GOST suites and `openssl dgst -mac` have them: a method
 * that hands its key to a digest of the same NID, see mac/mac.h.
 */
#include "bridge/internal.h"

#include <string.h>

#include "mac/mac.h"
#include "provider/number.h"

/* gost-engine's number. */
enum { CTRL_MAC_LEN = EVP_PKEY_ALG_CTRL + 5 };

enum { NAME_MAX_LEN = 64 };

/*
 * What the EVP_PKEY points at. Beside another GOST engine it may be freed and read by that one's
 * methods, so it is one piece of OpenSSL's memory, and begins with the fields that gost-engine has.
 */
typedef struct mac_key {
    int paramset_nid;
    uint8_t key[GT_MAC_KEY];
    short size; /* bytes of the MAC */
} mac_key;

typedef struct mac_ctx {
    int keyed;
    mac_key own;
} mac_ctx;

/* ---- the context ------------------------------------------------------------------------------
 */

static int mac_init(EVP_PKEY_CTX *ctx)
{
    EVP_PKEY *pkey = EVP_PKEY_CTX_get0_pkey(ctx);
    const mac_key *key = pkey != NULL ? EVP_PKEY_get0(pkey) : NULL;
    mac_ctx *m = OPENSSL_zalloc(sizeof(*m));

    if (m == NULL)
        return 0;
    if (key != NULL) {
        m->own = *key;
        m->keyed = 1;
    }
    EVP_PKEY_CTX_set_data(ctx, m);
    return 1;
}

static int mac_copy(EVP_PKEY_CTX *to, const EVP_PKEY_CTX *from)
{
    const mac_ctx *source = EVP_PKEY_CTX_get_data(from);

    if (source == NULL || !mac_init(to))
        return 0;
    memcpy(EVP_PKEY_CTX_get_data(to), source, sizeof(*source));
    return 1;
}

static void mac_cleanup(EVP_PKEY_CTX *ctx)
{
    OPENSSL_clear_free(EVP_PKEY_CTX_get_data(ctx), sizeof(mac_ctx));
    EVP_PKEY_CTX_set_data(ctx, NULL);
}

/* ---- keys --------------------------------------------------------------------------------------
 */

static int keygen(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey, int nid)
{
    const mac_ctx *m = EVP_PKEY_CTX_get_data(ctx);
    mac_key *key;

    if (!m->keyed)
        return gt_raise(NULL, GT_R_NO_KEY, "set key: or hexkey:, %d bytes", GT_MAC_KEY);
    key = OPENSSL_memdup(&m->own, sizeof(m->own));
    if (key == NULL)
        return gt_raise(NULL, GT_R_NO_MEMORY, NULL);
    if (key->size == 0)
        key->size = (short)gt_mac_alg_by_nid(nid)->size;
    if (EVP_PKEY_assign(pkey, nid, key))
        return 1;
    OPENSSL_clear_free(key, sizeof(*key));
    return 0;
}

/* OpenSSL does not say for which method it calls. */
static int keygen_imit(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey)
{
    return keygen(ctx, pkey, NID_id_Gost28147_89_MAC);
}

static int keygen_imit_12(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey)
{
    return keygen(ctx, pkey, NID_gost_mac_12);
}

static int keygen_magma(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey)
{
    return keygen(ctx, pkey, NID_magma_mac);
}

static int keygen_kuznyechik(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey)
{
    return keygen(ctx, pkey, NID_kuznyechik_mac);
}

static const struct {
    int nid;
    int (*keygen)(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey);
} rows[GT_BRIDGE_MACS] = {
    {NID_id_Gost28147_89_MAC, keygen_imit},
    {NID_gost_mac_12, keygen_imit_12},
    {NID_magma_mac, keygen_magma},
    {NID_kuznyechik_mac, keygen_kuznyechik},
};

/* ---- signing ------------------------------------------------------------------------------------
 */

static int signctx_init(EVP_PKEY_CTX *ctx, EVP_MD_CTX *md)
{
    const mac_ctx *m = EVP_PKEY_CTX_get_data(ctx);

    (void)md;
    return m->keyed || gt_raise(NULL, GT_R_NO_KEY, NULL);
}

static int signctx(EVP_PKEY_CTX *ctx, unsigned char *sig, size_t *sig_len, EVP_MD_CTX *md)
{
    const mac_ctx *m = EVP_PKEY_CTX_get_data(ctx);
    size_t size = (size_t)m->own.size;
    unsigned len = 0;

    if (sig != NULL && (EVP_MD_CTX_ctrl(md, EVP_MD_CTRL_XOF_LEN, m->own.size, NULL) <= 0 ||
                        EVP_DigestFinal_ex(md, sig, &len) <= 0))
        return 0;
    *sig_len = size;
    return 1;
}

/* ---- controls
 * ------------------------------------------------------------------------------------ */

static int set_key(mac_ctx *m, const void *key, long len)
{
    if (key == NULL || len != GT_MAC_KEY)
        return gt_raise(NULL, GT_R_BAD_KEY, "a MAC's key has %d bytes", GT_MAC_KEY);
    memcpy(m->own.key, key, GT_MAC_KEY);
    m->keyed = 1;
    return 1;
}

static int set_size(mac_ctx *m, long size)
{
    if (size < 1 || size > GT_MAC_MAX)
        return gt_raise(NULL, GT_R_NOT_SUPPORTED, "size:%ld: it is 1 to %d bytes", size,
                        GT_MAC_MAX);
    m->own.size = (short)size;
    return 1;
}

/* The digest that will do the work is there, its init is not called yet. */
static int give_key(const mac_ctx *m, EVP_MD_CTX *md)
{
    const char *sbox = m->own.paramset_nid != 0 ? OBJ_nid2ln(m->own.paramset_nid) : NULL;

    if (!m->keyed)
        return gt_raise(NULL, GT_R_NO_KEY, NULL);
    if (sbox != NULL && EVP_MD_CTX_ctrl(md, EVP_CTRL_SET_SBOX, 0, (void *)sbox) <= 0)
        return 0;
    return EVP_MD_CTX_ctrl(md, GT_MAC_CTRL_SET_KEY, GT_MAC_KEY, (void *)m->own.key) > 0;
}

static int mac_ctrl(EVP_PKEY_CTX *ctx, int type, int p1, void *p2)
{
    mac_ctx *m = EVP_PKEY_CTX_get_data(ctx);

    switch (type) {
    case EVP_PKEY_CTRL_SET_MAC_KEY:
        return set_key(m, p2, p1);
    case CTRL_MAC_LEN:
        return set_size(m, p1);
    case EVP_PKEY_CTRL_MD:
        return p2 == NULL || gt_mac_alg_by_nid(EVP_MD_get_type(p2)) != NULL ||
               gt_raise(NULL, GT_R_DIGEST, "a MAC's key goes with its own MAC only");
    case EVP_PKEY_CTRL_DIGESTINIT:
        return give_key(m, p2);
    default:
        return -2;
    }
}

static int set_hex_key(mac_ctx *m, const char *hex)
{
    long len;
    unsigned char *key = OPENSSL_hexstr2buf(hex, &len);
    int ok = key != NULL && set_key(m, key, len);

    if (key != NULL)
        OPENSSL_clear_free(key, (size_t)len);
    return ok;
}

static int set_paramset(mac_ctx *m, const char *name)
{
    const gost_sbox *sbox = gost_sbox_by_name(name);

    m->own.paramset_nid = sbox != NULL ? OBJ_txt2nid(sbox->oid) : NID_undef;
    return m->own.paramset_nid != NID_undef ||
           gt_raise(NULL, GT_R_NOT_SUPPORTED, "parameters of GOST 28147-89: %.*s", NAME_MAX_LEN,
                    name);
}

static int mac_ctrl_str(EVP_PKEY_CTX *ctx, const char *name, const char *value)
{
    mac_ctx *m = EVP_PKEY_CTX_get_data(ctx);
    unsigned size;

    if (value == NULL)
        return gt_raise(NULL, GT_R_NOT_SUPPORTED, "option %.*s without a value", NAME_MAX_LEN,
                        name);
    if (strcmp(name, "key") == 0)
        return set_key(m, value, (long)strlen(value));
    if (strcmp(name, "hexkey") == 0)
        return set_hex_key(m, value);
    if (strcmp(name, "size") == 0)
        return gt_number(value, &size)
                   ? set_size(m, (long)size)
                   : gt_raise(NULL, GT_R_PARAMETER, "size:%.40s: it is 1 to %d bytes", value,
                              GT_MAC_MAX);
    if (strcmp(name, "paramset") == 0)
        return set_paramset(m, value);
    return -2;
}

int gt_mac_pmeth_make(EVP_PKEY_METHOD **meth, int nid)
{
    EVP_PKEY_METHOD *m = EVP_PKEY_meth_new(nid, 0);
    size_t row = 0;

    *meth = m;
    if (m == NULL)
        return 0;
    while (rows[row].nid != nid)
        row++;
    EVP_PKEY_meth_set_init(m, mac_init);
    EVP_PKEY_meth_set_copy(m, mac_copy);
    EVP_PKEY_meth_set_cleanup(m, mac_cleanup);
    EVP_PKEY_meth_set_keygen(m, NULL, rows[row].keygen);
    EVP_PKEY_meth_set_signctx(m, signctx_init, signctx);
    EVP_PKEY_meth_set_ctrl(m, mac_ctrl, mac_ctrl_str);
    return 1;
}

/* ---- EVP_PKEY_ASN1_METHOD
 * ------------------------------------------------------------------------ */

static void key_free(EVP_PKEY *pkey)
{
    OPENSSL_clear_free(EVP_PKEY_get0(pkey), sizeof(mac_key));
}

static int key_size(const EVP_PKEY *pkey)
{
    const mac_key *key = EVP_PKEY_get0(pkey);

    return key != NULL ? key->size : 0;
}

static int key_ctrl(EVP_PKEY *pkey, int op, long arg1, void *arg2)
{
    (void)arg1;
    if (op != ASN1_PKEY_CTRL_DEFAULT_MD_NID)
        return -2;
    *(int *)arg2 = EVP_PKEY_get_base_id(pkey);
    return 2; /* this one and no other */
}

int gt_mac_ameth_make(EVP_PKEY_ASN1_METHOD **meth, int nid)
{
    EVP_PKEY_ASN1_METHOD *m = EVP_PKEY_asn1_new(nid, 0, OBJ_nid2sn(nid), OBJ_nid2ln(nid));

    *meth = m;
    if (m == NULL)
        return 0;
    EVP_PKEY_asn1_set_public(m, NULL, NULL, NULL, NULL, key_size, NULL);
    EVP_PKEY_asn1_set_ctrl(m, key_ctrl);
    EVP_PKEY_asn1_set_free(m, key_free);
    return 1;
}
