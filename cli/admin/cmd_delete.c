/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken delete: deletes objects. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/json.h"

#define MATCH_MAX 8

typedef struct wanted {
    P11KitUri *uri;       /* NULL: by label or id */
    const cli_class *cls; /* NULL: any */
    int key, all;         /* --type key, --type all */
    uint8_t id[64];
    size_t id_len;
} wanted;

static int read_wanted(cli *c, wanted *w)
{
    const char *type = c->value[OPT_TYPE];

    if (c->operands && (c->value[OPT_LABEL] || c->value[OPT_ID]))
        return cli_fail(CLI_USAGE, _("delete takes a URI, or --label and --id, not both"));
    if (!c->operands && !c->value[OPT_LABEL] && !c->value[OPT_ID])
        return cli_fail(CLI_USAGE, _("delete needs an object's URI, or --label NAME or --id HEX"));
    if (c->value[OPT_ID] && !cli_unhex(c->value[OPT_ID], w->id, sizeof(w->id), &w->id_len))
        return cli_fail(CLI_USAGE, _("--id takes bytes in hexadecimal"));
    if (type) {
        w->key = !strcmp(type, "key");
        w->all = !strcmp(type, "all");
        w->cls = cli_class_by_type(type);
        if (!w->cls && !w->key && !w->all)
            return cli_fail(CLI_USAGE,
                            _("--type is private, public, key (both), cert, secret-key, "
                              "data or all, not \"%s\""),
                            type);
    }
    if (!c->operands)
        return CLI_OK;
    if (!gt_is_uri(c->operand[0]))
        return cli_fail(CLI_USAGE, _("\"%s\" is not a pkcs11: URI; a label is given by --label"),
                        c->operand[0]);
    return cli_uri_parse(c->operand[0], &w->uri);
}

/* What to search for, from the URI or the options. */
static int search(cli *c, CK_SESSION_HANDLE session, const cli_token *t, const wanted *w,
                  cli_objects *found)
{
    CK_ATTRIBUTE match[MATCH_MAX];
    CK_ATTRIBUTE *from_uri;
    CK_ULONG count = 0;
    size_t n = 0;

    if (w->uri) {
        from_uri = p11_kit_uri_get_attributes(w->uri, &count);
        for (CK_ULONG i = 0; i < count && n < MATCH_MAX - 2; i++)
            match[n++] = from_uri[i];
        if (n == 0) /* a token's URI must not mean "everything on it" */
            return cli_fail(CLI_USAGE,
                            _("the URI names a token and no object (object=, id= or type=)"));
    }
    if (c->value[OPT_LABEL])
        match[n++] =
            (CK_ATTRIBUTE){CKA_LABEL, (void *)c->value[OPT_LABEL], strlen(c->value[OPT_LABEL])};
    if (w->id_len)
        match[n++] = (CK_ATTRIBUTE){CKA_ID, (void *)w->id, w->id_len};
    return cli_objects_find(c, session, t, match, n, found);
}

static int is_wanted(const cli_object *o, const wanted *w)
{
    if (w->key)
        return o->cls->cls == CKO_PRIVATE_KEY || o->cls->cls == CKO_PUBLIC_KEY;
    return !w->cls || o->cls == w->cls;
}

/* One object, one key pair, or as many as there are with --type all. */
static int check_number(const wanted *w, const cli_objects *o)
{
    size_t private_keys = 0, public_keys = 0;

    if (o->n == 0)
        return cli_fail(CLI_NOT_FOUND, _("no such object is on the token (\"gosttoken list objects "
                                         "--login\" shows what is)"));
    for (size_t i = 0; i < o->n; i++) {
        private_keys += o->at[i].cls->cls == CKO_PRIVATE_KEY;
        public_keys += o->at[i].cls->cls == CKO_PUBLIC_KEY;
    }
    if (w->all || o->n == 1 || (w->key && private_keys <= 1 && public_keys <= 1))
        return CLI_OK;
    cli_fail(CLI_NOT_FOUND,
             _("%zu objects match: name one by its URI or by --type (private, public, "
               "key for both, cert, all):"),
             o->n);
    for (size_t i = 0; i < o->n; i++)
        fprintf(stderr, "  %s\n", o->at[i].uri);
    return CLI_NOT_FOUND;
}

static int confirm(const cli *c, const cli_objects *o)
{
    char *question = cli_strdup(_("Delete for good:\n"));
    int code;

    for (size_t i = 0; i < o->n; i++) {
        char *label = cli_printable(o->at[i].label);
        char *longer = cli_printf("%s  %s \"%s\"\n    %s\n", question, gettext(o->at[i].cls->words),
                                  label, o->at[i].uri);

        free(label);
        free(question);
        question = longer;
    }
    if (!c->value[OPT_YES]) {
        char *longer = cli_printf("%s%s", question, _("Delete?"));

        free(question);
        question = longer;
    }
    code = cli_confirm(c, question);
    free(question);
    return code;
}

static const char *done(const cli_class *cls)
{
    static const struct {
        CK_OBJECT_CLASS cls;
        const char *words;
    } all[] = {{CKO_PRIVATE_KEY, N_("Deleted the private key %s")},
               {CKO_PUBLIC_KEY, N_("Deleted the public key %s")},
               {CKO_CERTIFICATE, N_("Deleted the certificate %s")},
               {CKO_SECRET_KEY, N_("Deleted the secret key %s")}};

    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        if (all[i].cls == cls->cls)
            return all[i].words;
    return N_("Deleted the data %s");
}

static int destroy(cli *c, CK_SESSION_HANDLE session, const cli_objects *o)
{
    cJSON *json = NULL, *array = NULL;
    int code = CLI_OK;

    if (c->value[OPT_JSON]) {
        json = cli_json_object();
        array = cli_json_array();
        cli_json_add(json, "deleted", array);
    }
    /* Private keys come first in the list and go last: if something fails, what is lost can be
     * made again. */
    for (size_t i = o->n; i-- && code == CLI_OK;) {
        CK_RV rv = c->fn->C_DestroyObject(session, o->at[i].handle);

        if (rv != CKR_OK)
            code = cli_fail_rv(c, rv, _("delete %s"), o->at[i].uri);
        else if (array)
            cli_json_string_item(array, o->at[i].uri);
        else
            cli_say(c, gettext(done(o->at[i].cls)), o->at[i].uri);
    }
    if (json && code == CLI_OK)
        return cli_json_print(json);
    cJSON_Delete(json);
    return code;
}

static int run(cli *c)
{
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    cli_objects found = {0}, doomed = {0};
    cli_token token;
    wanted w = {0};
    int code = read_wanted(c, &w);

    if (code == CLI_OK)
        code = cli_token_choose(c, w.uri, &token);
    if (code == CLI_OK)
        code = cli_session(c, &token, 1, &session);
    if (code != CLI_OK)
        goto end;
    code = cli_login(c, &token, session, w.uri);
    if (code == CLI_OK)
        code = search(c, session, &token, &w, &found);
    if (code != CLI_OK)
        goto end;
    doomed.at = cli_alloc((found.n + 1) * sizeof(*doomed.at));
    for (size_t i = 0; i < found.n; i++)
        if (is_wanted(&found.at[i], &w))
            doomed.at[doomed.n++] = found.at[i]; /* borrowed */
    code = check_number(&w, &doomed);
    if (code == CLI_OK)
        code = confirm(c, &doomed);
    if (code == CLI_OK)
        code = destroy(c, session, &doomed);
end:
    free(doomed.at);
    cli_objects_free(&found);
    if (session != CK_INVALID_HANDLE)
        c->fn->C_CloseSession(session);
    if (w.uri)
        p11_kit_uri_free(w.uri);
    return code;
}

static const cli_option options[] = {
    {OPT_LABEL, 0, "label", "NAME", N_("the object's name, instead of a URI")},
    {OPT_ID, 0, "id", "HEX", N_("the object's id, instead of a URI or beside --label")},
    {OPT_TYPE, 0, "type", "TYPE", N_("private, public, key (both), cert, secret-key, data, all")},
    {OPT_YES, 'y', "yes", NULL, N_("do not ask")},
    {0},
};

const cli_command cli_delete = {
    .name = "delete",
    .operands = "URI|--label NAME",
    .max_operands = 1,
    .summary = N_("Deletes a key, a certificate or another object from a token"),
    .details =
        N_("Shows what it is about to delete and asks. Where several objects match, --type says\n"
           "which; \"key\" is a private key with its public half, \"all\" whatever matches."),
    .options = options,
    .run = run,
};
