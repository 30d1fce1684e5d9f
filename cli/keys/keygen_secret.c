/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/keygen_secret.h. */
#include "cli/keys/keygen_secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json.h"
#include "cli/keys/newkey.h"
#include "gost/gost28147.h"

typedef struct secret_kind {
    const char *name;
    CK_KEY_TYPE type;
    CK_MECHANISM_TYPE mechanism;
} secret_kind;

static const secret_kind kinds[] = {
    {"kuznyechik", CKK_KUZNYECHIK, CKM_KUZNYECHIK_KEY_GEN},
    {"magma", CKK_MAGMA, CKM_MAGMA_KEY_GEN},
    {"gost28147", CKK_GOST28147, CKM_GOST28147_KEY_GEN},
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

/* The S-boxes by the letters that people know them by; others by name or OID. */
static const struct {
    const char *letter, *oid;
} letters[] = {
    {"Z", "1.2.643.7.1.2.5.1.1"}, {"A", "1.2.643.2.2.31.1"}, {"B", "1.2.643.2.2.31.2"},
    {"C", "1.2.643.2.2.31.3"},    {"D", "1.2.643.2.2.31.4"},
};

static const CK_OBJECT_CLASS secret_class[] = {CKO_SECRET_KEY};

const char *cli_secret_type_at(size_t i)
{
    return i < KINDS ? kinds[i].name : NULL;
}

static const secret_kind *find_kind(const char *name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

int cli_is_secret_type(const char *type)
{
    return find_kind(type) != NULL;
}

typedef struct request {
    const secret_kind *kind;
    const gost_sbox *sbox; /* of GOST 28147 */
    cli_newkey key;
} request;

static int find_sbox(const char *name, const gost_sbox **sbox)
{
    char *shown;
    int code;

    for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++)
        if (strcmp(letters[i].letter, name) == 0)
            name = letters[i].oid;
    *sbox = gost_sbox_by_name(name);
    /* The standard's example and the two of the old hash are not for keys. */
    if (*sbox && (*sbox)->meshing)
        return CLI_OK;
    shown = cli_printable(name);
    code = cli_fail(CLI_USAGE,
                    _("there is no S-box \"%s\" for gost28147: there are Z, A, B, C and D, or an "
                      "OID"),
                    shown);
    free(shown);
    return code;
}

static int read_request(cli *c, request *r)
{
    const char *paramset = c->value[OPT_PARAMSET];
    int code;

    memset(r, 0, sizeof(*r));
    code = cli_newkey_read(c, c->value[OPT_LABEL], &r->key);
    if (code != CLI_OK)
        return code;
    r->kind = find_kind(c->value[OPT_TYPE]);
    if (r->kind->type == CKK_GOST28147)
        return find_sbox(paramset ? paramset : "Z", &r->sbox);
    if (paramset)
        return cli_fail(CLI_USAGE, _("%s has no parameter sets: leave --paramset out"),
                        r->kind->name);
    return CLI_OK;
}

/* What stays off: a key that wraps, unwraps or derives gives out what its other uses may not. */
static CK_RV generate(cli *c, CK_SESSION_HANDLE session, const request *r)
{
    CK_MECHANISM mechanism = {r->kind->mechanism, NULL, 0};
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_OBJECT_CLASS cls = CKO_SECRET_KEY;
    CK_KEY_TYPE type = r->kind->type;
    CK_OBJECT_HANDLE key;
    CK_ATTRIBUTE templ[16] = {
        {CKA_CLASS, &cls, sizeof(cls)},
        {CKA_KEY_TYPE, &type, sizeof(type)},
        {CKA_TOKEN, &yes, 1},
        {CKA_PRIVATE, &yes, 1},
        {CKA_SENSITIVE, &yes, 1},
        {CKA_EXTRACTABLE, &no, 1},
        {CKA_ENCRYPT, &yes, 1},
        {CKA_DECRYPT, &yes, 1},
        {CKA_SIGN, &yes, 1},
        {CKA_VERIFY, &yes, 1},
        {CKA_WRAP, &no, 1},
        {CKA_UNWRAP, &no, 1},
        {CKA_DERIVE, &no, 1},
        {CKA_LABEL, (void *)r->key.label, strlen(r->key.label)},
        {CKA_ID, (void *)r->key.id, r->key.id_len},
    };
    CK_ULONG n = 15;

    if (r->sbox)
        templ[n++] = (CK_ATTRIBUTE){CKA_GOST28147_PARAMS, (void *)r->sbox->der, r->sbox->der_len};
    return c->fn->C_GenerateKey(session, &mechanism, templ, n, &key);
}

static int report(cli *c, const cli_token *t, const request *r)
{
    char *uri = cli_object_uri(t, CKO_SECRET_KEY, r->key.label, r->key.id, r->key.id_len);
    int code = CLI_OK;

    if (c->value[OPT_JSON]) {
        char *id = cli_hex(r->key.id, r->key.id_len);
        cJSON *json = cli_json_object();

        cli_json_string(json, "token", t->label);
        cli_json_string(json, "label", r->key.label);
        cli_json_string(json, "id", id);
        cli_json_string(json, "key_type", r->kind->name);
        cli_json_string(json, "paramset", r->sbox ? r->sbox->name : NULL);
        cli_json_string(json, "uri", uri);
        code = cli_json_print(json);
        free(id);
    } else {
        puts(uri);
    }
    free(uri);
    return code;
}

int cli_keygen_secret(cli *c)
{
    CK_SESSION_HANDLE session;
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
        code = cli_newkey_check(c, session, &token, secret_class, 1, &r.key);
    if (code == CLI_OK && (rv = generate(c, session, &r)) != CKR_OK)
        code = cli_fail_rv(c, rv, _("make the key \"%s\""), r.key.label);
    if (code == CLI_OK)
        code = report(c, &token, &r);
    c->fn->C_CloseSession(session);
    return code;
}
