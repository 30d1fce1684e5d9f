/* SPDX-License-Identifier: Apache-2.0 */
/* EVP_PKEY_ASN1_METHOD: the controls with which CMS, PKCS #7 and X.509 ask about a key type. */
#include "bridge/pmeth.h"

#include <openssl/cms.h>
#include <openssl/pkcs7.h>

#include "codec/asn1.h"
#include "codec/codec.h"

/*
 * The identifiers of a CMS or PKCS #7 signer. The digest must be the key's own. The signature
 * algorithm is the key's identifier without parameters (R 1323565.1.025-2019; RFC 4490 has the same
 * for the older keys).
 */
static int set_signer_algorithms(const gt_bridge_type *type, X509_ALGOR *digest,
                                 X509_ALGOR *signature)
{
    const ASN1_OBJECT *object = NULL;

    if (digest == NULL || signature == NULL)
        return 0;
    X509_ALGOR_get0(&object, NULL, NULL, digest);
    if (OBJ_obj2nid(object) != type->md_nid)
        return gt_raise(NULL, GT_R_DIGEST, "a %s key signs %s and nothing else",
                        OBJ_nid2sn(type->nid), OBJ_nid2sn(type->md_nid));
    return X509_ALGOR_set0(digest, OBJ_nid2obj(type->md_nid), V_ASN1_UNDEF, NULL) &&
           X509_ALGOR_set0(signature, OBJ_nid2obj(type->nid), V_ASN1_UNDEF, NULL);
}

/* An identifier with a SEQUENCE of these bytes; len 0: they could not be written. */
static int set_sequence(X509_ALGOR *algor, int nid, const uint8_t *der, size_t len)
{
    ASN1_STRING *params = len != 0 ? ASN1_STRING_type_new(V_ASN1_SEQUENCE) : NULL;

    if (params != NULL && ASN1_STRING_set(params, der, (int)len) &&
        X509_ALGOR_set0(algor, OBJ_nid2obj(nid), V_ASN1_SEQUENCE, params))
        return 1;
    ASN1_STRING_free(params);
    return gt_raise(NULL, GT_R_INTERNAL, "the recipient's algorithm could not be written");
}

/* GostR3410-KeyTransport: the recipient's key type with its parameters. */
static int set_key_algorithm(const EVP_PKEY *pkey, const gt_bridge_type *type, X509_ALGOR *algor)
{
    uint8_t der[GT_ALGORITHM_MAX];
    gt_key *key = gt_bridge_key_any(pkey);
    size_t len = key != NULL ? gt_codec_write_params(key, der, sizeof(der)) : 0;

    gt_key_free(key);
    return set_sequence(algor, type->nid, der, len);
}

/* PSKeyTransport: KExp15 with a SEQUENCE of the agreement's identifier. */
static int set_kexp15_algorithm(const gt_bridge_type *type, gt_transport transport,
                                X509_ALGOR *algor)
{
    const gt_alg *alg = gt_bridge_alg(type);
    uint8_t der[GT_ALGORITHM_MAX];
    gt_asn1_out out;
    const uint8_t *mark;

    gt_asn1_begin(&out, der, sizeof(der));
    mark = gt_asn1_mark(&out);
    gt_asn1_put(&out, alg->agree_oid, alg->oid_len);
    gt_asn1_wrap(&out, GT_ASN1_SEQUENCE, mark);
    return set_sequence(algor,
                        transport == GT_TRANSPORT_MAGMA ? NID_magma_kexp15 : NID_kuznyechik_kexp15,
                        der, gt_asn1_end(&out));
}

/* What the program said of the content's cipher, by EVP_PKEY_CTRL_CIPHER; if it said nothing, or
 * there is no context yet, GostR3410-KeyTransport serves any. */
static int set_envelope_algorithm(const EVP_PKEY *pkey, const gt_bridge_type *type,
                                  CMS_RecipientInfo *ri)
{
    EVP_PKEY_CTX *ctx = CMS_RecipientInfo_get0_pkey_ctx(ri);
    const gt_pmeth_ctx *own = ctx != NULL ? EVP_PKEY_CTX_get_data(ctx) : NULL;
    X509_ALGOR *algor = NULL;

    if (!CMS_RecipientInfo_ktri_get0_algs(ri, NULL, NULL, &algor) || algor == NULL)
        return 0;
    return own == NULL || own->transport == GT_TRANSPORT_28147
               ? set_key_algorithm(pkey, type, algor)
               : set_kexp15_algorithm(type, own->transport, algor);
}

/* 1: a message is to be made with the key, and not read. */
static int makes(int op, long arg1)
{
    return arg1 == 0 && (op == ASN1_PKEY_CTRL_PKCS7_SIGN || op == ASN1_PKEY_CTRL_CMS_SIGN ||
                         op == ASN1_PKEY_CTRL_PKCS7_ENCRYPT || op == ASN1_PKEY_CTRL_CMS_ENVELOPE);
}

int gt_ameth_ctrl(EVP_PKEY *pkey, int op, long arg1, void *arg2)
{
    const gt_bridge_type *type = gt_bridge_type_by_nid(EVP_PKEY_get_base_id(pkey));
    X509_ALGOR *digest = NULL, *algor = NULL;

    if (type == NULL)
        return -2;
    if (gt_bridge_alg(type)->verify_only != NULL && makes(op, arg1))
        return gt_raise(NULL, GT_R_NOT_SUPPORTED, "%s", gt_bridge_alg(type)->verify_only);
    switch (op) {
    case ASN1_PKEY_CTRL_DEFAULT_MD_NID:
        *(int *)arg2 = type->md_nid;
        return 2; /* this one and no other */
    case ASN1_PKEY_CTRL_PKCS7_SIGN:
        if (arg1 != 0)
            return 1;
        PKCS7_SIGNER_INFO_get0_algs(arg2, NULL, &digest, &algor);
        return set_signer_algorithms(type, digest, algor);
    case ASN1_PKEY_CTRL_CMS_SIGN:
        if (arg1 != 0)
            return 1;
        CMS_SignerInfo_get0_algs(arg2, NULL, NULL, &digest, &algor);
        return set_signer_algorithms(type, digest, algor);
    case ASN1_PKEY_CTRL_PKCS7_ENCRYPT:
        if (arg1 != 0)
            return 1;
        PKCS7_RECIP_INFO_get0_alg(arg2, &algor);
        return set_key_algorithm(pkey, type, algor);
    case ASN1_PKEY_CTRL_CMS_ENVELOPE:
        /* What is opened says itself what it is. */
        return arg1 != 0 ? 1 : set_envelope_algorithm(pkey, type, arg2);
    case ASN1_PKEY_CTRL_CMS_RI_TYPE:
        *(int *)arg2 = CMS_RECIPINFO_TRANS;
        return 1;
    default:
        return -2;
    }
}
