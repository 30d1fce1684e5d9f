/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken keygen: makes a key pair on a token. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/json.h"

#define ID_MAX    64
#define ID_RANDOM 8

/* digest: the DER OID of the digest that goes with the key (CKA_GOSTR3411_PARAMS). */
typedef struct key_kind {
    const char *name;
    unsigned bits;
    CK_KEY_TYPE type;
    CK_MECHANISM_TYPE mechanism;
    const char *default_paramset;
    CK_BYTE digest[10];
} key_kind;

/* The defaults are the curves in widest use: 256-B is CryptoPro's A, 512-A is TC26's first. */
static const key_kind kinds[] = {
    {"gost2012_256",
     256,
     CKK_GOSTR3410,
     CKM_GOSTR3410_KEY_PAIR_GEN,
     "id-tc26-gost-3410-2012-256-paramSetB",
     {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x02}},
    {"gost2012_512",
     512,
     CKK_GOSTR3410_512,
     CKM_GOSTR3410_512_KEY_PAIR_GEN,
     "id-tc26-gost-3410-2012-512-paramSetA",
     {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x03}},
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

typedef struct request {
    const key_kind *kind;
    const gost_paramset *paramset;
    const char *label;
    uint8_t id[ID_MAX];
    size_t id_len;
} request;

static int find_paramset(const char *name, const key_kind *kind, const gost_paramset **paramset)
{
    char *shown;
    int code;

    *paramset = gost_paramset_by_name(name, kind->bits);
    if (*paramset && (*paramset)->bits == kind->bits && !(*paramset)->test)
        return CLI_OK;
    shown = cli_printable(name);
    if (*paramset && (*paramset)->test)
        code = cli_fail(CLI_USAGE, "%s is the standard's example: no key that it makes is safe",
                        shown);
    else if (*paramset)
        code = cli_fail(CLI_USAGE, "%s is for keys of %u bits, not for %s", shown,
                        (*paramset)->bits, kind->name);
    else
        code = cli_fail(CLI_USAGE, "there is no parameter set \"%s\" for %s: it has %s, or an OID",
                        shown, kind->name,
                        kind->bits == 256 ? "A, B, C, XA, XB, TCA, TCB, TCC, TCD" : "A, B, C");
    free(shown);
    return code;
}

static int read_request(cli *c, request *r)
{
    const char *type = c->value[OPT_TYPE], *paramset = c->value[OPT_PARAMSET];
    char *utf8;
    int same;

    memset(r, 0, sizeof(*r));
    r->label = c->value[OPT_LABEL];
    if (!r->label || !*r->label)
        return cli_fail(CLI_USAGE, "keygen needs --label NAME, the name of the key");
    utf8 = cli_utf8(r->label, strlen(r->label));
    same = !strcmp(utf8, r->label);
    free(utf8);
    if (!same)
        return cli_fail(CLI_USAGE, "the label must be UTF-8 text");
    if (!type)
        return cli_fail(CLI_USAGE, "keygen needs --type gost2012_256 or gost2012_512");
    for (size_t i = 0; i < KINDS; i++)
        if (!strcmp(kinds[i].name, type))
            r->kind = &kinds[i];
    if (!r->kind)
        return cli_fail(CLI_USAGE,
                        "there is no key type \"%s\": there are gost2012_256 and "
                        "gost2012_512",
                        type);
    if (c->value[OPT_ID] && !cli_unhex(c->value[OPT_ID], r->id, sizeof(r->id), &r->id_len))
        return cli_fail(CLI_USAGE, "--id takes 1 to %d bytes in hexadecimal", ID_MAX);
    return find_paramset(paramset ? paramset : r->kind->default_paramset, r->kind, &r->paramset);
}

/* How many objects of a class have this attribute. */
static int count(cli *c, CK_SESSION_HANDLE session, const cli_token *t, CK_OBJECT_CLASS cls,
                 CK_ATTRIBUTE_TYPE type, const void *value, size_t len, size_t *n)
{
    CK_ATTRIBUTE match[] = {{CKA_CLASS, &cls, sizeof(cls)}, {type, (void *)value, len}};
    cli_objects found;
    int code = cli_objects_find(c, session, t, match, 2, &found);

    *n += found.n;
    cli_objects_free(&found);
    return code;
}

static int count_keys(cli *c, CK_SESSION_HANDLE session, const cli_token *t, CK_ATTRIBUTE_TYPE type,
                      const void *value, size_t len, size_t *n)
{
    int code;

    *n = 0;
    code = count(c, session, t, CKO_PRIVATE_KEY, type, value, len, n);
    return code == CLI_OK ? count(c, session, t, CKO_PUBLIC_KEY, type, value, len, n) : code;
}

static int check_names(cli *c, CK_SESSION_HANDLE session, const cli_token *t, request *r)
{
    size_t n = 0;
    int code = CLI_OK;
    CK_RV rv;

    if (!c->value[OPT_FORCE])
        code = count_keys(c, session, t, CKA_LABEL, r->label, strlen(r->label), &n);
    if (code == CLI_OK && n)
        return cli_fail(CLI_FAILURE,
                        "the token \"%s\" has a key \"%s\" already: choose another label, or "
                        "--force for a second key of that label",
                        t->label, r->label);
    if (r->id_len) {
        if (code == CLI_OK && !c->value[OPT_FORCE])
            code = count_keys(c, session, t, CKA_ID, r->id, r->id_len, &n);
        if (code == CLI_OK && n)
            code = cli_fail(CLI_FAILURE,
                            "the token \"%s\" has a key of id %s already: give "
                            "another --id, or none",
                            t->label, c->value[OPT_ID]);
        return code;
    }
    do {
        rv = c->fn->C_GenerateRandom(session, r->id, ID_RANDOM);
        if (rv != CKR_OK)
            return cli_fail_rv(c, rv, "get random bytes from the token");
        code = count_keys(c, session, t, CKA_ID, r->id, ID_RANDOM, &n);
    } while (code == CLI_OK && n);
    r->id_len = ID_RANDOM;
    return code;
}

static CK_RV generate(cli *c, CK_SESSION_HANDLE session, const request *r, CK_BBOOL derive,
                      CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_KEY_TYPE type = r->kind->type;
    CK_MECHANISM mechanism = {r->kind->mechanism, NULL, 0};
    CK_ATTRIBUTE params = {CKA_GOSTR3410_PARAMS, (void *)r->paramset->der, r->paramset->der_len};
    CK_ATTRIBUTE digest = {CKA_GOSTR3411_PARAMS, (void *)r->kind->digest, sizeof(r->kind->digest)};
    CK_ATTRIBUTE label = {CKA_LABEL, (void *)r->label, strlen(r->label)};
    CK_ATTRIBUTE id = {CKA_ID, (void *)r->id, r->id_len};
    CK_ATTRIBUTE key_type = {CKA_KEY_TYPE, &type, sizeof(type)};
    CK_ATTRIBUTE public_template[] = {
        key_type,
        {CKA_TOKEN, &yes, 1},
        {CKA_PRIVATE, &no, 1},
        {CKA_VERIFY, &yes, 1},
        label,
        id,
        params,
        digest,
    };
    /* CKA_DERIVE stands last: it is left out for a token that refuses it. */
    CK_ATTRIBUTE private_template[] = {
        key_type,
        {CKA_TOKEN, &yes, 1},
        {CKA_PRIVATE, &yes, 1},
        {CKA_SENSITIVE, &yes, 1},
        {CKA_EXTRACTABLE, &no, 1},
        {CKA_SIGN, &yes, 1},
        label,
        id,
        params,
        digest,
        {CKA_DERIVE, &yes, 1},
    };
    CK_ULONG private_n = sizeof(private_template) / sizeof(*private_template) - (derive ? 0 : 1);

    return c->fn->C_GenerateKeyPair(session, &mechanism, public_template,
                                    sizeof(public_template) / sizeof(*public_template),
                                    private_template, private_n, pub, priv);
}

static int report(cli *c, const cli_token *t, const request *r)
{
    char *private_uri = cli_object_uri(t, CKO_PRIVATE_KEY, r->label, r->id, r->id_len);
    char *public_uri = cli_object_uri(t, CKO_PUBLIC_KEY, r->label, r->id, r->id_len);
    char *id = cli_hex(r->id, r->id_len);
    int code = CLI_OK;

    if (c->value[OPT_JSON]) {
        cJSON *json = cli_json_object();

        cli_json_string(json, "token", t->label);
        cli_json_string(json, "label", r->label);
        cli_json_string(json, "id", id);
        cli_json_string(json, "key_type", r->kind->name);
        cli_json_string(json, "paramset", r->paramset->name);
        cli_json_string(json, "private_uri", private_uri);
        cli_json_string(json, "public_uri", public_uri);
        code = cli_json_print(json);
    } else {
        puts(private_uri);
    }
    free(private_uri);
    free(public_uri);
    free(id);
    return code;
}

static int run(cli *c)
{
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE pub, priv;
    cli_token token;
    request r;
    CK_RV rv;
    int code = read_request(c, &r);

    if (code == CLI_OK)
        code = cli_token_choose(c, NULL, &token);
    if (code == CLI_OK)
        code = cli_session(c, &token, 1, &session);
    if (code != CLI_OK)
        return code;
    code = cli_login(c, &token, session, NULL);
    if (code == CLI_OK)
        code = check_names(c, session, &token, &r);
    if (code == CLI_OK) {
        rv = generate(c, session, &r, CK_TRUE, &pub, &priv);
        if (rv == CKR_TEMPLATE_INCONSISTENT || rv == CKR_ATTRIBUTE_TYPE_INVALID ||
            rv == CKR_ATTRIBUTE_VALUE_INVALID)
            rv = generate(c, session, &r, CK_FALSE, &pub, &priv);
        if (rv != CKR_OK)
            code = cli_fail_rv(c, rv, "make the key \"%s\"", r.label);
    }
    if (code == CLI_OK)
        code = report(c, &token, &r);
    c->fn->C_CloseSession(session);
    return code;
}

static const cli_option options[] = {
    {OPT_LABEL, 0, "label", "NAME", "the name of the key"},
    {OPT_TYPE, 0, "type", "TYPE", "gost2012_256 or gost2012_512"},
    {OPT_PARAMSET, 0, "paramset", "NAME", "the curve: a short name or an OID"},
    {OPT_ID, 0, "id", "HEX", "the key's id (CKA_ID); else random"},
    {OPT_FORCE, 0, "force", NULL, "make it even if a key has that label or id"},
    {0},
};

const cli_command cli_keygen = {
    .name = "keygen",
    .operands = "--label NAME --type TYPE",
    .summary = "Makes a key pair on a token and prints its URI",
    .details =
        "Parameter sets: A, B, C, XA, XB (CryptoPro), TCA, TCB, TCC, TCD (TC26) of 256 bits;\n"
        "A, B, C of 512 bits; or an object identifier. Without --paramset:\n"
        "id-tc26-gost-3410-2012-256-paramSetB and id-tc26-gost-3410-2012-512-paramSetA.\n"
        "The private key never leaves the token.",
    .options = options,
    .run = run,
};
