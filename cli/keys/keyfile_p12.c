/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PKCS #12 (RFC 7292, RFC 9548): OpenSSL reads the ASN.1, cli/pbe.h decrypts. See cli/keyfile.h.
 */
#include <string.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include "cli/keys/keyfile.h"
#include "cli/keys/pbe.h"
#include "codec/asn1.h"

#define DEPTH_MAX 4

/* ---- the MAC -------------------------------------------------------------------------------- */

/* SEQUENCE { version, SEQUENCE { data, [0] { OCTET STRING } }, MacData }: the octets. */
static int contents_of(const uint8_t *der, size_t len, gt_asn1 *contents)
{
    gt_asn1 in = {der, len}, pfx, value, safe, tagged;

    return gt_asn1_take(&in, GT_ASN1_SEQUENCE, &pfx, NULL) &&
           gt_asn1_take(&pfx, GT_ASN1_INTEGER, &value, NULL) &&
           gt_asn1_take(&pfx, GT_ASN1_SEQUENCE, &safe, NULL) &&
           gt_asn1_take(&safe, GT_ASN1_OID, &value, NULL) &&
           gt_asn1_take(&safe, GT_ASN1_CONTEXT_0, &tagged, NULL) &&
           gt_asn1_take(&tagged, GT_ASN1_OCTET_STRING, contents, NULL);
}

static cli_pbe_result check_mac(const cli_keyfile_reader *r, PKCS12 *p12, const uint8_t *der,
                                size_t len)
{
    const ASN1_INTEGER *count = NULL;
    const ASN1_OCTET_STRING *mac = NULL, *salt = NULL;
    const X509_ALGOR *alg = NULL;
    const ASN1_OBJECT *oid;
    unsigned char *name = NULL;
    cli_pbe_result result = CLI_PBE_UNKNOWN;
    gt_asn1 contents;
    long iterations;
    int name_len;

    PKCS12_get0_mac(&mac, &alg, &salt, &count, p12);
    X509_ALGOR_get0(&oid, NULL, NULL, alg);
    name_len = i2d_ASN1_OBJECT(oid, &name);
    if (name_len <= 0)
        return CLI_PBE_UNKNOWN;
    iterations = count != NULL ? ASN1_INTEGER_get(count) : 1;
    if (iterations < 1 || iterations > CLI_PBE_ITERATIONS_MAX) {
        result = CLI_PBE_UNKNOWN;
    } else if (!cli_pbe_is_gost_mac(name, (size_t)name_len)) {
        /* OpenSSL tells an empty password from none; files are made with either. */
        if (PKCS12_verify_mac(p12, r->password->text, (int)r->password->len) ||
            (r->password->len == 0 && PKCS12_verify_mac(p12, NULL, 0)))
            result = CLI_PBE_OK;
        else
            result = CLI_PBE_WRONG;
    } else if (contents_of(der, len, &contents)) {
        result = cli_pbe_check_mac(name, (size_t)name_len, r->password, ASN1_STRING_get0_data(salt),
                                   (size_t)ASN1_STRING_length(salt), (uint32_t)iterations,
                                   contents.p, contents.len, ASN1_STRING_get0_data(mac),
                                   (size_t)ASN1_STRING_length(mac));
    }
    OPENSSL_free(name);
    return result;
}

/* ---- bags ----------------------------------------------------------------------------------- */

static int take_bags(cli_keyfile_reader *r, const STACK_OF(PKCS12_SAFEBAG) * bags, int depth);

static int take_key_bag(cli_keyfile_reader *r, const PKCS12_SAFEBAG *bag, int nid)
{
    const PKCS8_PRIV_KEY_INFO *info;
    unsigned char *der = NULL;
    char *name;
    int len, code;

    if (nid == NID_pkcs8ShroudedKeyBag) {
        code = cli_keyfile_take_encrypted(r, PKCS12_SAFEBAG_get0_pkcs8(bag));
    } else {
        info = PKCS12_SAFEBAG_get0_p8inf(bag);
        len = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
        code = len > 0 ? cli_keyfile_take(r, der, (size_t)len)
                       : cli_fail(CLI_FAILURE, _("out of memory"));
        OPENSSL_clear_free(der, len > 0 ? (size_t)len : 0);
    }
    if (code == CLI_OK && r->keys == 1 &&
        (name = PKCS12_get_friendlyname((PKCS12_SAFEBAG *)bag)) != NULL) {
        r->k->name = cli_utf8(name, strlen(name));
        OPENSSL_free(name);
    }
    return code;
}

static int take_bag(cli_keyfile_reader *r, const PKCS12_SAFEBAG *bag, int depth)
{
    int nid = PKCS12_SAFEBAG_get_nid(bag);
    X509 *x;

    if (nid == NID_keyBag || nid == NID_pkcs8ShroudedKeyBag)
        return take_key_bag(r, bag, nid);
    if (nid == NID_safeContentsBag)
        return depth < DEPTH_MAX ? take_bags(r, PKCS12_SAFEBAG_get0_safes(bag), depth + 1) : CLI_OK;
    if (nid != NID_certBag || PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate)
        return CLI_OK;
    x = PKCS12_SAFEBAG_get1_cert(bag);
    if (x == NULL)
        return cli_fail(CLI_FAILURE, _("a certificate in %s cannot be read"), r->path);
    if (sk_X509_push(r->certs, x))
        return CLI_OK;
    X509_free(x);
    return cli_fail(CLI_FAILURE, _("out of memory"));
}

static int take_bags(cli_keyfile_reader *r, const STACK_OF(PKCS12_SAFEBAG) * bags, int depth)
{
    int code = CLI_OK;

    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags) && code == CLI_OK; i++)
        code = take_bag(r, sk_PKCS12_SAFEBAG_value(bags, i), depth);
    return code;
}

/* ---- the file ------------------------------------------------------------------------------- */

static STACK_OF(PKCS12_SAFEBAG) * decrypt(cli_keyfile_reader *r, const PKCS7 *p7, int *code)
{
    const PKCS7_ENC_CONTENT *enc = p7->d.encrypted != NULL ? p7->d.encrypted->enc_data : NULL;
    STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
    const unsigned char *p;
    cli_pbe_result result;
    uint8_t *der = NULL;
    size_t len = 0;

    if (enc == NULL || enc->enc_data == NULL) {
        *code = cli_keyfile_pbe_failed(r, 0);
        return NULL;
    }
    result = cli_pbe_decrypt(r->lib, enc->algorithm, enc->enc_data, r->password, &der, &len);
    if (result == CLI_PBE_OK) {
        p = der;
        bags = (STACK_OF(PKCS12_SAFEBAG) *)ASN1_item_d2i(NULL, &p, (long)len,
                                                         ASN1_ITEM_rptr(PKCS12_SAFEBAGS));
        if (bags == NULL)
            result = CLI_PBE_WRONG;
    }
    gt_secret_free(der, (size_t)ASN1_STRING_length(enc->enc_data) + 1);
    if (result != CLI_PBE_OK)
        *code = cli_keyfile_pbe_failed(r, result == CLI_PBE_WRONG);
    return bags;
}

static int take_safes(cli_keyfile_reader *r, PKCS12 *p12)
{
    STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(p12);
    STACK_OF(PKCS12_SAFEBAG) * bags;
    int code = CLI_OK;

    if (safes == NULL)
        return cli_fail(CLI_FAILURE, _("%s is no PKCS #12 file that can be read"), r->path);
    for (int i = 0; i < sk_PKCS7_num(safes) && code == CLI_OK; i++) {
        PKCS7 *p7 = sk_PKCS7_value(safes, i);

        bags = NULL;
        if (PKCS7_type_is_encrypted(p7))
            bags = decrypt(r, p7, &code);
        else if (PKCS7_type_is_data(p7))
            bags = PKCS12_unpack_p7data(p7);
        else
            code = cli_keyfile_pbe_failed(r, 0); /* for a public key: RFC 9548's second way */
        if (code == CLI_OK && bags == NULL)
            code = cli_fail(CLI_FAILURE, _("%s is no PKCS #12 file that can be read"), r->path);
        if (code == CLI_OK)
            code = take_bags(r, bags, 0);
        sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    }
    sk_PKCS7_pop_free(safes, PKCS7_free);
    return code;
}

int cli_keyfile_p12(cli_keyfile_reader *r, const uint8_t *der, size_t len)
{
    PKCS12 *p12 = PKCS12_init_ex(NID_pkcs7_data, r->lib, NULL);
    const unsigned char *p = der;
    cli_pbe_result result = CLI_PBE_OK;
    int code;

    if (p12 == NULL || d2i_PKCS12(&p12, &p, (long)len) == NULL)
        return cli_fail(CLI_FAILURE, _("%s is no PKCS #12 file that can be read"), r->path);
    code = cli_keyfile_password(r);
    if (code == CLI_OK && PKCS12_mac_present(p12))
        result = check_mac(r, p12, der, len);
    if (code == CLI_OK)
        code = result == CLI_PBE_OK ? take_safes(r, p12)
                                    : cli_keyfile_pbe_failed(r, result == CLI_PBE_WRONG);
    PKCS12_free(p12);
    return code;
}
