/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken uri-pem: a key file that names a key of a token, for programs that take only files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/pem.h>
#include "cli/json.h"
#include "cli/keys/export.h"
#include "codec/algorithm.h"
#include "codec/codec.h"

#define MATCH_MAX 4

/* What the URI says of the object but its class: the public half tells the parameters too, and can
 * be seen without a login. */
static size_t what_it_names(P11KitUri *uri, CK_ATTRIBUTE *match)
{
    static const CK_ATTRIBUTE_TYPE types[] = {CKA_LABEL, CKA_ID};
    const CK_ATTRIBUTE *attr;
    size_t n = 0;

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if ((attr = p11_kit_uri_get_attribute(uri, types[i])) != NULL)
            match[n++] = *attr;
    return n;
}

/* AlgorithmIdentifier of a key (RFC 9215, 8017, 5480); explicit parameters of a curve do not fit.
 */
typedef struct algorithm {
    uint8_t der[512];
    size_t len; /* 0: of no key */
} algorithm;

static void gost_algorithm(const gost_paramset *ps, algorithm *a)
{
    gt_key *key = gt_key_new_params(ps);
    gt_asn1_out out;

    if (key == NULL)
        return;
    gt_asn1_begin(&out, a->der, sizeof(a->der));
    gt_codec_put_algorithm(&out, key);
    a->len = gt_asn1_end(&out);
    gt_key_free(key);
}

static void common_algorithm(const void *oid, size_t oid_len, const uint8_t *params, size_t len,
                             algorithm *a)
{
    const uint8_t *mark;
    gt_asn1_out out;

    gt_asn1_begin(&out, a->der, sizeof(a->der));
    mark = gt_asn1_mark(&out);
    gt_asn1_put(&out, params, len);
    gt_asn1_put(&out, oid, oid_len);
    gt_asn1_wrap(&out, GT_ASN1_SEQUENCE, mark);
    a->len = gt_asn1_end(&out);
}

static void algorithm_of(cli *c, CK_SESSION_HANDLE session, const cli_object *o, algorithm *a)
{
    static const uint8_t rsa[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01};
    static const uint8_t ec[] = {0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01};
    static const uint8_t null[] = {0x05, 0x00};
    uint8_t *params = NULL;
    size_t len;

    a->len = 0;
    if (o->cls->cls != CKO_PRIVATE_KEY && o->cls->cls != CKO_PUBLIC_KEY)
        return;
    if (o->paramset != NULL)
        gost_algorithm(o->paramset, a);
    else if (o->key_type == CKK_RSA)
        common_algorithm(rsa, sizeof(rsa), null, sizeof(null), a);
    else if (o->key_type == CKK_EC)
        params = cli_attribute(c, session, o->handle, CKA_EC_PARAMS, &len);
    if (params != NULL)
        common_algorithm(ec, sizeof(ec), params, len, a);
    free(params);
}

/* The algorithm of the key with this name; a->len 0: there is none to be seen. */
static int find_algorithm(cli *c, CK_SESSION_HANDLE session, const cli_token *t, P11KitUri *uri,
                          algorithm *a)
{
    CK_ATTRIBUTE match[MATCH_MAX];
    size_t n = what_it_names(uri, match);
    cli_objects found = {0};
    algorithm other;
    int code = cli_objects_find(c, session, t, match, n, &found);

    a->len = 0;
    for (size_t i = 0; code == CLI_OK && i < found.n; i++) {
        algorithm_of(c, session, &found.at[i], &other);
        if (other.len == 0)
            continue;
        if (a->len != 0 && (a->len != other.len || memcmp(a->der, other.der, a->len) != 0))
            code = cli_fail(CLI_NOT_FOUND, _("several keys have this name: give the id as well"));
        *a = other;
    }
    cli_objects_free(&found);
    return code;
}

static int parse(cli *c, P11KitUri **uri)
{
    CK_OBJECT_CLASS private_key = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE cls = {CKA_CLASS, &private_key, sizeof(private_key)}, match[MATCH_MAX];
    const CK_ATTRIBUTE *given;
    int code;

    if (c->operands == 0 || !gt_is_uri(c->operand[0]))
        return cli_fail(CLI_USAGE, _("uri-pem needs the pkcs11: URI of a private key"));
    code = cli_uri_parse(c->operand[0], uri);
    if (code != CLI_OK)
        return code;
    given = p11_kit_uri_get_attribute(*uri, CKA_CLASS);
    if (given != NULL && *(const CK_OBJECT_CLASS *)given->pValue != CKO_PRIVATE_KEY)
        return cli_fail(CLI_USAGE, _("the URI's type is not private"));
    if (what_it_names(*uri, match) == 0)
        return cli_fail(CLI_USAGE, _("the URI names no key (object= or id=)"));
    if (p11_kit_uri_get_pin_value(*uri) != NULL)
        return cli_fail(CLI_USAGE, _("the URI has a PIN in it, which would stand in the file: use "
                                     "pin-source=FILE instead"));
    if (p11_kit_uri_set_attribute(*uri, &cls) != P11_KIT_URI_OK)
        return cli_fail(CLI_FAILURE, _("out of memory"));
    return CLI_OK;
}

static int print_json(const cli_token *t, const char *uri, const char *pem)
{
    cJSON *json = cli_json_object();

    cli_json_string(json, "token", t->label);
    cli_json_string(json, "uri", uri);
    cli_json_string(json, "pem", pem);
    return cli_json_print(json);
}

static int write_pem(const cli *c, const cli_token *t, P11KitUri *uri, const algorithm *a)
{
    uint8_t der[GT_STUB_MAX + sizeof(a->der)];
    char *text = NULL, *pem = NULL;
    size_t len = 0;
    int code = CLI_OK;

    if (p11_kit_uri_format(uri, P11_KIT_URI_FOR_ANY, &text) == P11_KIT_URI_OK)
        len = gt_codec_write_stub_of(a->der, a->len, text, der, sizeof(der));
    if (len > 0)
        cli_export_pem(&pem, PEM_STRING_PKCS8INF, der, len);
    if (len == 0)
        code = cli_fail(CLI_FAILURE, _("the URI is too long"));
    else if (c->value[OPT_JSON])
        code = print_json(t, text, pem);
    else
        fputs(pem, stdout);
    free(pem);
    free(text);
    return code;
}

static int run(cli *c)
{
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    algorithm a = {.len = 0};
    P11KitUri *uri = NULL;
    cli_token token;
    int code = parse(c, &uri);

    if (code == CLI_OK)
        code = cli_token_choose(c, uri, &token);
    if (code == CLI_OK)
        code = cli_session(c, &token, 0, &session);
    if (code == CLI_OK)
        code = find_algorithm(c, session, &token, uri, &a);
    if (code == CLI_OK && a.len == 0) {
        code = cli_login(c, &token, session, uri);
        if (code == CLI_OK)
            code = find_algorithm(c, session, &token, uri, &a);
    }
    if (code == CLI_OK && a.len == 0)
        code = cli_fail(CLI_NOT_FOUND,
                        _("the token \"%s\" has no GOST, RSA or EC key of that name"), token.label);
    if (code == CLI_OK)
        code = write_pem(c, &token, uri, &a);
    if (session != CK_INVALID_HANDLE)
        c->fn->C_CloseSession(session);
    if (uri != NULL)
        p11_kit_uri_free(uri);
    return code;
}

static const cli_option options[] = {{0}};

const cli_command cli_uri_pem = {
    .name = "uri-pem",
    .operands = "URI",
    .max_operands = 1,
    .summary = N_("Prints a key file that names a key of a token"),
    .details = N_(
        "For programs that take a private key only as a file: with gosttoken in openssl.cnf they\n"
        "read the file as the key on the token. There is no secret in it. The PIN comes from the\n"
        "configuration, the environment, or pin-source=FILE in the URI."),
    .options = options,
    .run = run,
};
