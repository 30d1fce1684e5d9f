/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/select.h. */
#include <string.h>
#include "cli/select.h"

#define ID_MAX 64

typedef struct query {
    P11KitUri *uri;
    const char *label;
    uint8_t id[ID_MAX];
    size_t id_len;
    const CK_OBJECT_CLASS *classes;
    size_t n_classes;
} query;

static int read_query(cli *c, query *q)
{
    const char *given = c->operands > 0 ? c->operand[0] : NULL;
    const CK_ATTRIBUTE *cls;
    size_t i;
    int code;

    q->label = c->value[OPT_LABEL];
    if (c->value[OPT_ID] && !cli_unhex(c->value[OPT_ID], q->id, sizeof(q->id), &q->id_len))
        return cli_fail(CLI_USAGE, _("--id takes 1 to %d bytes in hexadecimal"), ID_MAX);
    if (given == NULL && q->label == NULL && q->id_len == 0)
        return cli_fail(CLI_USAGE, _("what is to be exported? Give its pkcs11: URI, --label or "
                                     "--id"));
    if (given == NULL)
        return CLI_OK;
    if (q->label != NULL || q->id_len > 0)
        return cli_fail(CLI_USAGE, _("a URI, and --label and --id, exclude each other"));
    if (!gt_is_uri(given))
        return cli_fail(CLI_USAGE, _("\"%s\" is no pkcs11: URI; a name is given by --label"),
                        given);
    code = cli_uri_parse(given, &q->uri);
    if (code != CLI_OK)
        return code;
    cls = p11_kit_uri_get_attribute(q->uri, CKA_CLASS);
    if (cls == NULL)
        return CLI_OK;
    for (i = 0; i < q->n_classes; i++)
        if (*(const CK_OBJECT_CLASS *)cls->pValue == q->classes[i])
            return CLI_OK;
    return cli_fail(CLI_USAGE, _("the URI's type is not one that this command exports"));
}

/* The template of one class. */
static size_t template_of(const query *q, CK_OBJECT_CLASS *cls, CK_ATTRIBUTE *match)
{
    static const CK_ATTRIBUTE_TYPE types[] = {CKA_LABEL, CKA_ID};
    const CK_ATTRIBUTE *attr;
    size_t n = 0;

    match[n++] = (CK_ATTRIBUTE){CKA_CLASS, cls, sizeof(*cls)};
    for (size_t i = 0; q->uri != NULL && i < sizeof(types) / sizeof(*types); i++)
        if ((attr = p11_kit_uri_get_attribute(q->uri, types[i])) != NULL)
            match[n++] = *attr;
    if (q->label != NULL)
        match[n++] = (CK_ATTRIBUTE){CKA_LABEL, (void *)q->label, strlen(q->label)};
    if (q->id_len > 0)
        match[n++] = (CK_ATTRIBUTE){CKA_ID, (void *)q->id, q->id_len};
    return n;
}

static int search(cli *c, CK_SESSION_HANDLE session, const cli_token *t, const query *q,
                  cli_objects *found)
{
    const CK_ATTRIBUTE *uri_class =
        q->uri != NULL ? p11_kit_uri_get_attribute(q->uri, CKA_CLASS) : NULL;
    int code = CLI_OK;

    found->n = 0;
    for (size_t i = 0; i < q->n_classes && code == CLI_OK && found->n == 0; i++) {
        CK_OBJECT_CLASS cls = q->classes[i];
        CK_ATTRIBUTE match[6];

        if (uri_class != NULL && *(const CK_OBJECT_CLASS *)uri_class->pValue != cls)
            continue;
        cli_objects_free(found);
        code = cli_objects_find(c, session, t, match, template_of(q, &cls, match), found);
    }
    return code;
}

static int pick(cli *c, const query *q, const cli_token *t, CK_SESSION_HANDLE session,
                cli_objects *found)
{
    int code = search(c, session, t, q, found);

    if (code == CLI_OK && found->n == 0) {
        code = cli_login(c, t, session, q->uri);
        if (code == CLI_OK)
            code = search(c, session, t, q, found);
    }
    if (code == CLI_OK && found->n == 0)
        code = cli_fail(CLI_NOT_FOUND,
                        _("the token \"%s\" has no such object: see \"gosttoken list objects\""),
                        t->label);
    else if (code == CLI_OK && found->n > 1)
        code = cli_fail(CLI_NOT_FOUND,
                        _("%zu objects of the token \"%s\" have this name: give the id as well"),
                        found->n, t->label);
    return code;
}

int cli_select(cli *c, const CK_OBJECT_CLASS *classes, size_t n_classes, cli_token *token,
               CK_SESSION_HANDLE *session, cli_objects *found)
{
    query q = {.classes = classes, .n_classes = n_classes};
    int code = read_query(c, &q), open = 0;

    memset(found, 0, sizeof(*found));
    if (code == CLI_OK)
        code = cli_token_choose(c, q.uri, token);
    if (code == CLI_OK) {
        code = cli_session(c, token, 0, session);
        open = code == CLI_OK;
    }
    if (code == CLI_OK)
        code = pick(c, &q, token, *session, found);
    if (code != CLI_OK) {
        cli_objects_free(found);
        if (open)
            c->fn->C_CloseSession(*session);
    }
    if (q.uri != NULL)
        p11_kit_uri_free(q.uri);
    return code;
}
