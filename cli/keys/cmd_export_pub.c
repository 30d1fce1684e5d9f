/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken export-pub: a public key of a token, as SubjectPublicKeyInfo. */
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include "cli/keys/export.h"
#include "cli/select.h"
#include "codec/asn1.h"
#include "codec/codec.h"

#define SPKI_MAX 4096 /* RSA of 16384 bits takes 2100 */

static const uint8_t no_unused_bits = 0;

/* Ends what a token says of the key (its BIT STRING's contents are written) with the algorithm. */
static size_t finish(gt_asn1_out *out, const uint8_t *mark, const void *algorithm, size_t len)
{
    gt_asn1_put(out, &no_unused_bits, 1);
    gt_asn1_wrap(out, GT_ASN1_BIT_STRING, mark);
    gt_asn1_put(out, algorithm, len);
    gt_asn1_wrap(out, GT_ASN1_SEQUENCE, mark);
    return gt_asn1_end(out);
}

static void put_integer(gt_asn1_out *out, const uint8_t *bytes, size_t len)
{
    static const uint8_t zero = 0;
    const uint8_t *mark = gt_asn1_mark(out);

    while (len > 1 && bytes[0] == 0) {
        bytes++;
        len--;
    }
    gt_asn1_put(out, bytes, len);
    if (len > 0 && (bytes[0] & 0x80))
        gt_asn1_put(out, &zero, 1);
    gt_asn1_wrap(out, GT_ASN1_INTEGER, mark);
}

/* RFC 8017, A.1.1 */
static size_t rsa_spki(cli *c, CK_SESSION_HANDLE session, const cli_object *o, uint8_t *spki)
{
    static const uint8_t algorithm[] = {0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                        0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00};
    size_t n_len, e_len, len = 0;
    uint8_t *n = cli_attribute(c, session, o->handle, CKA_MODULUS, &n_len);
    uint8_t *e = cli_attribute(c, session, o->handle, CKA_PUBLIC_EXPONENT, &e_len);
    gt_asn1_out out;
    const uint8_t *mark;

    if (n != NULL && e != NULL && n_len > 0 && e_len > 0) {
        gt_asn1_begin(&out, spki, SPKI_MAX);
        mark = gt_asn1_mark(&out);
        put_integer(&out, e, e_len);
        put_integer(&out, n, n_len);
        gt_asn1_wrap(&out, GT_ASN1_SEQUENCE, mark);
        len = finish(&out, mark, algorithm, sizeof(algorithm));
    }
    free(n);
    free(e);
    return len;
}

/* RFC 5480, section 2. Most tokens wrap the point in an OCTET STRING, as the standard says. */
static size_t ec_spki(cli *c, CK_SESSION_HANDLE session, const cli_object *o, uint8_t *spki)
{
    static const uint8_t oid[] = {0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01};
    size_t params_len, point_len, len = 0, alg_len;
    uint8_t *params = cli_attribute(c, session, o->handle, CKA_EC_PARAMS, &params_len);
    uint8_t *point = cli_attribute(c, session, o->handle, CKA_EC_POINT, &point_len);
    uint8_t algorithm[SPKI_MAX / 2];
    gt_asn1 in = {point, point != NULL ? point_len : 0}, value = in, inner;
    gt_asn1_out out;
    const uint8_t *mark;

    if (params != NULL && point != NULL) {
        if (gt_asn1_take(&in, GT_ASN1_OCTET_STRING, &inner, NULL) && in.len == 0)
            value = inner;
        gt_asn1_begin(&out, algorithm, sizeof(algorithm));
        mark = gt_asn1_mark(&out);
        gt_asn1_put(&out, params, params_len);
        gt_asn1_put(&out, oid, sizeof(oid));
        gt_asn1_wrap(&out, GT_ASN1_SEQUENCE, mark);
        alg_len = gt_asn1_end(&out);
        gt_asn1_begin(&out, spki, SPKI_MAX);
        mark = gt_asn1_mark(&out);
        gt_asn1_put(&out, value.p, value.len);
        len = alg_len > 0 ? finish(&out, mark, algorithm, alg_len) : 0;
    }
    free(params);
    free(point);
    return len;
}

/* CKA_VALUE is the point, by some tokens in an OCTET STRING. */
static size_t gost_spki(cli *c, CK_SESSION_HANDLE session, const cli_object *o, uint8_t *spki)
{
    size_t want = o->paramset != NULL ? o->paramset->bits / 4 : 0, point_len, len = 0;
    uint8_t *point = cli_attribute(c, session, o->handle, CKA_VALUE, &point_len);
    gt_key *key = NULL;

    if (o->cls->cls == CKO_PUBLIC_KEY && want > 0 && point != NULL && point_len >= want &&
        point_len <= want + 4)
        key = gt_key_new_public(o->paramset, point + point_len - want);
    if (key != NULL)
        len = gt_codec_write_spki(key, spki, SPKI_MAX);
    gt_key_free(key);
    free(point);
    return len;
}

static size_t spki_of(cli *c, CK_SESSION_HANDLE session, const cli_object *o, uint8_t *spki)
{
    static const struct {
        CK_KEY_TYPE type;
        size_t (*make)(cli *c, CK_SESSION_HANDLE session, const cli_object *o, uint8_t *spki);
    } types[] = {
        {CKK_GOSTR3410, gost_spki},
        {CKK_GOSTR3410_512, gost_spki},
        {CKK_RSA, rsa_spki},
        {CKK_EC, ec_spki},
    };
    size_t len;
    uint8_t *whole = cli_attribute(c, session, o->handle, CKA_PUBLIC_KEY_INFO, &len);
    int given = whole != NULL && len > 0 && len <= SPKI_MAX;

    if (given)
        memcpy(spki, whole, len);
    free(whole);
    if (given)
        return len;
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        if (types[i].type == o->key_type)
            return types[i].make(c, session, o, spki);
    return 0;
}

static int run(cli *c)
{
    static const CK_OBJECT_CLASS classes[] = {CKO_PUBLIC_KEY, CKO_PRIVATE_KEY};
    CK_SESSION_HANDLE session;
    uint8_t spki[SPKI_MAX];
    cli_objects found;
    cli_token token;
    char *pem = NULL;
    size_t len;
    int der, code = cli_export_options(c, &der);

    if (code == CLI_OK)
        code = cli_select(c, classes, 2, &token, &session, &found);
    if (code != CLI_OK)
        return code;
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    len = spki_of(c, session, &found.at[0], spki);
    if (len == 0) {
        code = cli_fail(CLI_FAILURE, _("the token does not tell the public half of the key \"%s\""),
                        found.at[0].label);
    } else {
        cli_export_pem(&pem, "PUBLIC KEY", spki, len);
        code = cli_export_write(c, &token, &found.at[0], der ? spki : NULL, len, pem);
    }
    free(pem);
    cli_objects_free(&found);
    c->fn->C_CloseSession(session);
    return code;
}

static const cli_option options[] = {
    {OPT_LABEL, 0, "label", "NAME", N_("the key's name")},
    {OPT_ID, 0, "id", "HEX", N_("its id (CKA_ID)")},
    {OPT_EXPORT_OUT, 0, "out", "FILE", N_("write to FILE; else to standard output")},
    {OPT_EXPORT_OUTFORM, 0, "outform", "FORM", N_("pem (the default) or der")},
    {OPT_FORCE, 0, "force", NULL, N_("replace FILE")},
    {0},
};

const cli_command cli_export_pub = {
    .name = "export-pub",
    .operands = "[URI]",
    .max_operands = 1,
    .summary = N_("Prints the public half of a key on a token"),
    .details =
        N_("As SubjectPublicKeyInfo, which `openssl pkey -pubin` reads. The key is named by\n"
           "its URI, or by --label or --id."),
    .options = options,
    .run = run,
};
