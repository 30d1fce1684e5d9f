/* SPDX-License-Identifier: Apache-2.0 */
/* EVP_PKEY_METHOD: key transport (CMS, TLS) and key agreement. */
#include "bridge/pmeth.h"

#include <string.h>

#include "gost/mem.h"
#include "provider/number.h"

/* ---- key transport --------------------------------------------------------------------------- */

/* The UKM that was set, if it is one for this; NULL: none was. TLS sets 8 or 32 bytes. */
static int set_ukm(const gt_pmeth_ctx *own, size_t want, const uint8_t **ukm)
{
    *ukm = own->ukm_len != 0 ? own->ukm : NULL;
    return own->ukm_len == 0 || own->ukm_len >= want ||
           gt_raise(NULL, GT_R_BAD_KEY, "the UKM has %zu bytes where %zu are needed", own->ukm_len,
                    want);
}

int gt_pmeth_encrypt(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *out_len,
                     const unsigned char *in, size_t in_len)
{
    const gt_pmeth_ctx *own = EVP_PKEY_CTX_get_data(ctx);
    gt_key *to = gt_bridge_key_any(EVP_PKEY_CTX_get0_pkey(ctx));
    gt_error err = {.reason = GT_OK};
    uint8_t sealed[GT_TRANSPORT_MAX];
    const uint8_t *ukm;
    size_t len;
    int ok = 0;

    if (to == NULL || !to->has_public) {
        gt_raise(NULL, GT_R_NO_KEY, NULL);
    } else if (out == NULL) {
        *out_len = gt_transport_size(to, own->transport);
        ok = *out_len != 0;
    } else if (in_len != GT_CEK) {
        gt_raise(NULL, GT_R_NOT_SUPPORTED,
                 "GOST key transport is for keys of %d bytes; this one has %zu", GT_CEK, in_len);
    } else if (set_ukm(own, gt_transport_ukm_size(own->transport), &ukm)) {
        len = gt_transport_seal(to, own->transport, ukm, in, sealed, &err);
        if (len == 0) {
            gt_raise_error(NULL, &err);
        } else if (len > *out_len) {
            gt_raise(NULL, GT_R_INTERNAL, "there is no room for %zu bytes", len);
        } else {
            memcpy(out, sealed, len);
            *out_len = len;
            ok = 1;
        }
    }
    gt_key_free(to);
    return ok;
}

int gt_pmeth_decrypt(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *out_len,
                     const unsigned char *in, size_t in_len)
{
    gt_pmeth_ctx *own = EVP_PKEY_CTX_get_data(ctx);
    gt_key *key = gt_bridge_key(EVP_PKEY_CTX_get0_pkey(ctx)), *sender;
    gt_error err = {.reason = GT_OK};
    uint8_t secret[GT_CEK];
    int how;

    if (out == NULL) {
        *out_len = GT_CEK;
        return 1;
    }
    if (key == NULL)
        return gt_raise(NULL, GT_R_NO_KEY, "this key is not one of a token");
    if (*out_len < GT_CEK)
        return gt_raise(NULL, GT_R_INTERNAL, "there is no room for %d bytes", GT_CEK);
    sender = gt_bridge_key_any(EVP_PKEY_CTX_get0_peerkey(ctx));
    how = gt_transport_open(key, sender, own->ukm_len != 0 ? own->ukm : NULL, own->ukm_len, in,
                            in_len, secret, &err);
    gt_key_free(sender);
    if (how == 0)
        return gt_raise_error(NULL, &err);
    own->peer_key_used = how == 2;
    memcpy(out, secret, GT_CEK);
    *out_len = GT_CEK;
    gost_wipe(secret, sizeof(secret));
    return 1;
}

/* ---- agreement ------------------------------------------------------------------------------- */

/* Without a choice, as gost-engine does it: a UKM of 8 bytes is for VKO of 256 bits, one of 32 for
 * KEG. 0: no UKM of use. */
static size_t derived_size(const gt_pmeth_ctx *own)
{
    if (own->ukm_len == 0)
        return 0;
    if (own->vko_bits != 0)
        return own->vko_bits / 8;
    return own->ukm_len == GT_WRAP_UKM ? 32 : own->ukm_len == GT_KEG_UKM ? GT_KEG_SIZE : 0;
}

int gt_pmeth_derive(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *out_len)
{
    const gt_pmeth_ctx *own = EVP_PKEY_CTX_get_data(ctx);
    gt_key *key = gt_bridge_key(EVP_PKEY_CTX_get0_pkey(ctx)), *peer;
    gt_error err = {.reason = GT_OK};
    size_t len = derived_size(own);
    int ok;

    if (len == 0)
        return gt_raise(NULL, GT_R_NO_UKM,
                        "set ukmhex:HEX, and vko:256 or vko:512 unless it has 8 or 32 bytes");
    if (out == NULL) {
        *out_len = len;
        return 1;
    }
    if (*out_len < len)
        return gt_raise(NULL, GT_R_INTERNAL, "there is no room for %zu bytes", len);
    peer = gt_bridge_key_any(EVP_PKEY_CTX_get0_peerkey(ctx));
    if (key == NULL || peer == NULL) {
        ok = gt_raise(NULL, GT_R_NO_KEY, "a derivation needs a private key and a peer's key");
    } else {
        ok = own->vko_bits == 0 && len == GT_KEG_SIZE
                 ? gt_keyexch_keg(key, peer, own->ukm, out, &err)
                 : gt_keyexch_vko(key, peer, (unsigned)len * 8, own->ukm, own->ukm_len, out, &err);
        if (!ok)
            gt_raise_error(NULL, &err);
    }
    if (ok)
        *out_len = len;
    gt_key_free(peer);
    return ok;
}

/* ---- controls -------------------------------------------------------------------------------- */

static gt_transport transport_for(int cipher_nid)
{
    static const struct {
        int nid;
        gt_transport transport;
    } table[] = {
        {NID_magma_ctr, GT_TRANSPORT_MAGMA},
        {NID_magma_ctr_acpkm, GT_TRANSPORT_MAGMA},
        {NID_magma_ctr_acpkm_omac, GT_TRANSPORT_MAGMA},
        {NID_kuznyechik_ctr, GT_TRANSPORT_KUZNYECHIK},
        {NID_kuznyechik_ctr_acpkm, GT_TRANSPORT_KUZNYECHIK},
        {NID_kuznyechik_ctr_acpkm_omac, GT_TRANSPORT_KUZNYECHIK},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].nid == cipher_nid)
            return table[i].transport;
    return GT_TRANSPORT_28147;
}

static int use_ukm(gt_pmeth_ctx *own, const void *ukm, long len)
{
    if (ukm == NULL || len <= 0 || len > GT_PMETH_UKM_MAX)
        return gt_raise(NULL, GT_R_NO_UKM, "it takes 1 to %d bytes", GT_PMETH_UKM_MAX);
    memcpy(own->ukm, ukm, (size_t)len);
    own->ukm_len = (size_t)len;
    return 1;
}

static int use_vko(gt_pmeth_ctx *own, unsigned bits)
{
    if (bits != 0 && bits != 256 && bits != 512)
        return gt_raise(NULL, GT_R_NOT_SUPPORTED, "vko:%u: it is 256 or 512", bits);
    own->vko_bits = bits;
    return 1;
}

int gt_pmeth_keyx_ctrl(gt_pmeth_ctx *own, int type, int p1, void *p2)
{
    switch (type) {
    case EVP_PKEY_CTRL_SET_IV:
        return use_ukm(own, p2, p1);
    case EVP_PKEY_CTRL_CIPHER:
        own->transport = transport_for(p1);
        return 1;
    case GT_CTRL_VKO:
        return use_vko(own, p1 == NID_id_GostR3411_2012_256   ? 256
                            : p1 == NID_id_GostR3411_2012_512 ? 512
                                                              : (unsigned)p1);
    case EVP_PKEY_CTRL_PEER_KEY:
        /* 0 and 1: a peer's key is about to be set, was set; 2: libssl asks whether the client's
         * certificate was part of the agreement. */
        return p1 == 2 ? own->peer_key_used : 1;
    case EVP_PKEY_CTRL_PKCS7_ENCRYPT:
    case EVP_PKEY_CTRL_PKCS7_DECRYPT:
    case EVP_PKEY_CTRL_CMS_ENCRYPT:
    case EVP_PKEY_CTRL_CMS_DECRYPT:
        return 1;
    default:
        return -2;
    }
}

int gt_pmeth_keyx_ctrl_str(gt_pmeth_ctx *own, const char *name, const char *value)
{
    unsigned char *ukm;
    unsigned bits;
    long len;
    int ok;

    if (strcmp(name, "vko") == 0)
        return gt_number(value, &bits)
                   ? use_vko(own, bits)
                   : gt_raise(NULL, GT_R_PARAMETER, "vko:%.40s: it is 256 or 512", value);
    if (strcmp(name, "ukmhex") != 0)
        return -2;
    ukm = OPENSSL_hexstr2buf(value, &len);
    if (ukm == NULL)
        return 0;
    ok = use_ukm(own, ukm, len);
    OPENSSL_free(ukm);
    return ok;
}
