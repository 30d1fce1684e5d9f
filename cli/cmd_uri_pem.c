/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken uri-pem: a key file that names a key of a token, for programs that take only files. */
#include <stdio.h>
#include <stdlib.h>
#include <openssl/pem.h>
#include "cli/object.h"
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

/* The parameters of the GOST key with this name; *ps NULL: there is none to be seen. */
static int find_paramset(cli *c, CK_SESSION_HANDLE session, const cli_token *t, P11KitUri *uri,
                         const gost_paramset **ps)
{
    CK_ATTRIBUTE match[MATCH_MAX];
    size_t n = what_it_names(uri, match);
    cli_objects found = {0};
    int code = cli_objects_find(c, session, t, match, n, &found);

    *ps = NULL;
    for (size_t i = 0; code == CLI_OK && i < found.n; i++) {
        const gost_paramset *other = found.at[i].paramset;

        if (other == NULL)
            continue;
        if (*ps != NULL && (*ps)->curve != other->curve)
            code = cli_fail(CLI_NOT_FOUND, _("several keys have this name: give the id as well"));
        *ps = other;
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

static int write_pem(P11KitUri *uri, const gost_paramset *ps)
{
    uint8_t der[GT_STUB_MAX];
    gt_key *key = gt_key_new_params(ps);
    char *text = NULL;
    size_t len = 0;

    if (key != NULL && p11_kit_uri_format(uri, P11_KIT_URI_FOR_ANY, &text) == P11_KIT_URI_OK)
        len = gt_codec_write_stub(key, text, der, sizeof(der));
    free(text);
    gt_key_free(key);
    if (len == 0)
        return cli_fail(CLI_FAILURE, _("the URI is too long"));
    if (PEM_write(stdout, PEM_STRING_PKCS8INF, "", der, (long)len) <= 0)
        return cli_fail(CLI_FAILURE, _("cannot write the output"));
    return CLI_OK;
}

static int run(cli *c)
{
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    const gost_paramset *ps = NULL;
    P11KitUri *uri = NULL;
    cli_token token;
    int code = parse(c, &uri);

    if (code == CLI_OK)
        code = cli_token_choose(c, uri, &token);
    if (code == CLI_OK)
        code = cli_session(c, &token, 0, &session);
    if (code == CLI_OK)
        code = find_paramset(c, session, &token, uri, &ps);
    if (code == CLI_OK && ps == NULL) {
        code = cli_login(c, &token, session, uri);
        if (code == CLI_OK)
            code = find_paramset(c, session, &token, uri, &ps);
    }
    if (code == CLI_OK && ps == NULL)
        code = cli_fail(CLI_NOT_FOUND, _("the token \"%s\" has no GOST key of that name"),
                        token.label);
    if (code == CLI_OK)
        code = write_pem(uri, ps);
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
