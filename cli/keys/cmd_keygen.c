/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken keygen: makes a key pair on a token; secret keys are made by keygen_secret.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/json.h"
#include "cli/keys/keygen_secret.h"
#include "cli/keys/newkey.h"

#define PARAMS_MAX 12

/* params: of GOST keys, the DER OID of the digest that goes with the key (CKA_GOSTR3411_PARAMS); of
 * EC keys, that of the curve (CKA_EC_PARAMS). */
typedef struct key_kind {
    const char *name;
    unsigned bits;
    CK_KEY_TYPE type;
    CK_MECHANISM_TYPE mechanism;
    const char *default_paramset; /* NULL: none but GOST keys have one */
    CK_BYTE params[PARAMS_MAX];
    CK_ULONG params_len;
} key_kind;

/* The defaults are the curves in widest use: 256-B is CryptoPro's A, 512-A is TC26's first. */
static const key_kind kinds[] = {
    {"gost2012_256",
     256,
     CKK_GOSTR3410,
     CKM_GOSTR3410_KEY_PAIR_GEN,
     "id-tc26-gost-3410-2012-256-paramSetB",
     {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x02},
     10},
    {"gost2012_512",
     512,
     CKK_GOSTR3410_512,
     CKM_GOSTR3410_512_KEY_PAIR_GEN,
     "id-tc26-gost-3410-2012-512-paramSetA",
     {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x03},
     10},
    {"rsa:2048", 2048, CKK_RSA, CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, {0}, 0},
    {"rsa:3072", 3072, CKK_RSA, CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, {0}, 0},
    {"rsa:4096", 4096, CKK_RSA, CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, {0}, 0},
    {"ec:p256",
     256,
     CKK_EC,
     CKM_EC_KEY_PAIR_GEN,
     NULL,
     {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07},
     10},
    {"ec:p384",
     384,
     CKK_EC,
     CKM_EC_KEY_PAIR_GEN,
     NULL,
     {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22},
     7},
    {"ec:p521",
     521,
     CKK_EC,
     CKM_EC_KEY_PAIR_GEN,
     NULL,
     {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23},
     7},
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

typedef struct request {
    const key_kind *kind;
    const gost_paramset *paramset; /* of GOST keys */
    cli_newkey key;
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
        code = cli_fail(CLI_USAGE, _("%s is the standard's example: no key that it makes is safe"),
                        shown);
    else if (*paramset)
        code = cli_fail(CLI_USAGE, _("%s is for keys of %u bits, not for %s"), shown,
                        (*paramset)->bits, kind->name);
    else
        code = cli_fail(
            CLI_USAGE, _("there is no parameter set \"%s\" for %s: it has %s, or an OID"), shown,
            kind->name, kind->bits == 256 ? "A, B, C, XA, XB, TCA, TCB, TCC, TCD" : "A, B, C");
    free(shown);
    return code;
}

static int unknown_type(const char *type)
{
    char *names = cli_strdup(""), *more, *shown = cli_printable(type);
    int code;

    for (size_t i = 0; i < KINDS || cli_secret_type_at(i - KINDS) != NULL; i++) {
        more = cli_printf("%s%s%s", names, i > 0 ? ", " : "",
                          i < KINDS ? kinds[i].name : cli_secret_type_at(i - KINDS));
        free(names);
        names = more;
    }
    code = *type != '\0'
               ? cli_fail(CLI_USAGE, _("there is no key type \"%s\": there are %s"), shown, names)
               : cli_fail(CLI_USAGE, _("keygen needs --type, one of %s"), names);
    free(shown);
    free(names);
    return code;
}

static int read_request(cli *c, request *r)
{
    const char *type = c->value[OPT_TYPE], *paramset = c->value[OPT_PARAMSET];
    int code;

    memset(r, 0, sizeof(*r));
    code = cli_newkey_read(c, c->value[OPT_LABEL], &r->key);
    if (code != CLI_OK)
        return code;
    for (size_t i = 0; type && i < KINDS; i++)
        if (!strcmp(kinds[i].name, type))
            r->kind = &kinds[i];
    if (!r->kind)
        return unknown_type(type ? type : "");
    if (r->kind->default_paramset)
        return find_paramset(paramset ? paramset : r->kind->default_paramset, r->kind,
                             &r->paramset);
    if (paramset)
        return cli_fail(CLI_USAGE, _("--paramset is for GOST keys, not for %s"), r->kind->name);
    return CLI_OK;
}

/* What belongs to the type of key, in both templates or in the public one only. */
static size_t parameters(const request *r, CK_ULONG *bits, int is_public, CK_ATTRIBUTE *out)
{
    static CK_BYTE exponent[] = {1, 0, 1};
    CK_ATTRIBUTE params = {0, (void *)r->kind->params, r->kind->params_len};

    if (r->paramset) {
        params.type = CKA_GOSTR3411_PARAMS;
        out[0] =
            (CK_ATTRIBUTE){CKA_GOSTR3410_PARAMS, (void *)r->paramset->der, r->paramset->der_len};
        out[1] = params;
        return 2;
    }
    if (!is_public)
        return 0;
    if (r->kind->type == CKK_EC) {
        params.type = CKA_EC_PARAMS;
        out[0] = params;
        return 1;
    }
    *bits = r->kind->bits;
    out[0] = (CK_ATTRIBUTE){CKA_MODULUS_BITS, bits, sizeof(*bits)};
    out[1] = (CK_ATTRIBUTE){CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent)};
    return 2;
}

/* extra: also what not every token lets a key do, agreements and decryption. */
static CK_RV generate(cli *c, CK_SESSION_HANDLE session, const request *r, int extra,
                      CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_KEY_TYPE type = r->kind->type;
    CK_MECHANISM mechanism = {r->kind->mechanism, NULL, 0};
    CK_ATTRIBUTE label = {CKA_LABEL, (void *)r->key.label, strlen(r->key.label)};
    CK_ATTRIBUTE id = {CKA_ID, (void *)r->key.id, r->key.id_len};
    CK_ATTRIBUTE key_type = {CKA_KEY_TYPE, &type, sizeof(type)};
    CK_ATTRIBUTE public_template[16] = {
        key_type, {CKA_TOKEN, &yes, 1}, {CKA_PRIVATE, &no, 1}, {CKA_VERIFY, &yes, 1}, label, id,
    };
    CK_ATTRIBUTE private_template[16] = {
        key_type,
        {CKA_TOKEN, &yes, 1},
        {CKA_PRIVATE, &yes, 1},
        {CKA_SENSITIVE, &yes, 1},
        {CKA_EXTRACTABLE, &no, 1},
        {CKA_SIGN, &yes, 1},
        label,
        id,
    };
    CK_ULONG bits, public_n = 6, private_n = 8;

    public_n += parameters(r, &bits, 1, public_template + public_n);
    private_n += parameters(r, &bits, 0, private_template + private_n);
    if (extra && type == CKK_RSA) {
        public_template[public_n++] = (CK_ATTRIBUTE){CKA_ENCRYPT, &yes, 1};
        private_template[private_n++] = (CK_ATTRIBUTE){CKA_DECRYPT, &yes, 1};
    } else if (extra) {
        private_template[private_n++] = (CK_ATTRIBUTE){CKA_DERIVE, &yes, 1};
    }
    return c->fn->C_GenerateKeyPair(session, &mechanism, public_template, public_n,
                                    private_template, private_n, pub, priv);
}

static int report(cli *c, const cli_token *t, const request *r)
{
    char *private_uri = cli_object_uri(t, CKO_PRIVATE_KEY, r->key.label, r->key.id, r->key.id_len);
    char *public_uri = cli_object_uri(t, CKO_PUBLIC_KEY, r->key.label, r->key.id, r->key.id_len);
    char *id = cli_hex(r->key.id, r->key.id_len);
    int code = CLI_OK;

    if (c->value[OPT_JSON]) {
        cJSON *json = cli_json_object();

        cli_json_string(json, "token", t->label);
        cli_json_string(json, "label", r->key.label);
        cli_json_string(json, "id", id);
        cli_json_string(json, "key_type", r->kind->name);
        cli_json_string(json, "paramset", r->paramset ? r->paramset->name : NULL);
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

static int make_pair(cli *c)
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
        code = cli_newkey_check(c, session, &token, cli_pair_classes, CLI_PAIR_CLASSES, &r.key);
    if (code == CLI_OK) {
        rv = generate(c, session, &r, 1, &pub, &priv);
        if (rv == CKR_TEMPLATE_INCONSISTENT || rv == CKR_ATTRIBUTE_TYPE_INVALID ||
            rv == CKR_ATTRIBUTE_VALUE_INVALID)
            rv = generate(c, session, &r, 0, &pub, &priv);
        if (rv != CKR_OK)
            code = cli_fail_rv(c, rv, _("make the key \"%s\""), r.key.label);
    }
    if (code == CLI_OK)
        code = report(c, &token, &r);
    c->fn->C_CloseSession(session);
    return code;
}

static int run(cli *c)
{
    const char *type = c->value[OPT_TYPE];

    return type && cli_is_secret_type(type) ? cli_keygen_secret(c) : make_pair(c);
}

static const cli_option options[] = {
    {OPT_LABEL, 0, "label", "NAME", N_("the name of the key")},
    {OPT_TYPE, 0, "type", "TYPE", N_("gost2012_256, rsa:2048, ec:p256, kuznyechik, …")},
    {OPT_PARAMSET, 0, "paramset", "NAME",
     N_("the curve or S-box of a GOST key: a short name or an OID")},
    {OPT_ID, 0, "id", "HEX", N_("the key's id (CKA_ID); else random")},
    {OPT_FORCE, 0, "force", NULL, N_("make it even if a key has that label or id")},
    {0},
};

const cli_command cli_keygen = {
    .name = "keygen",
    .operands = "--label NAME --type TYPE",
    .summary = N_("Makes a key pair or a secret key on a token and prints its URI"),
    .details =
        N_("Types: gost2012_256, gost2012_512; rsa:2048, rsa:3072, rsa:4096; ec:p256, ec:p384,\n"
           "ec:p521, as far as the token has them. Secret keys: kuznyechik, magma, gost28147\n"
           "(with --paramset an S-box: Z, A, B, C, D; without it Z).\n"
           "Parameter sets: A, B, C, XA, XB (CryptoPro), TCA, TCB, TCC, TCD (TC26) of 256 bits;\n"
           "A, B, C of 512 bits; or an object identifier. Without --paramset:\n"
           "id-tc26-gost-3410-2012-256-paramSetB and id-tc26-gost-3410-2012-512-paramSetA.\n"
           "The private key, or the secret key, never leaves the token."),
    .options = options,
    .run = run,
};
