/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/newkey.h. */
#include <stdlib.h>
#include <string.h>
#include "cli/keys/newkey.h"

#define ID_RANDOM 8

const CK_OBJECT_CLASS cli_pair_classes[CLI_PAIR_CLASSES] = {CKO_PRIVATE_KEY, CKO_PUBLIC_KEY};

int cli_newkey_read(cli *c, const char *label, cli_newkey *k)
{
    char *utf8;
    int same;

    memset(k, 0, sizeof(*k));
    k->label = label;
    if (label == NULL || *label == '\0')
        return cli_fail(CLI_USAGE, _("a key needs --label NAME, its name"));
    utf8 = cli_utf8(label, strlen(label));
    same = strcmp(utf8, label) == 0;
    free(utf8);
    if (!same)
        return cli_fail(CLI_USAGE, _("the label must be UTF-8 text"));
    if (c->value[OPT_ID] && !cli_unhex(c->value[OPT_ID], k->id, sizeof(k->id), &k->id_len))
        return cli_fail(CLI_USAGE, _("--id takes 1 to %d bytes in hexadecimal"), CLI_ID_MAX);
    return CLI_OK;
}

/* How many keys of these classes have this attribute. */
static int count(cli *c, CK_SESSION_HANDLE session, const cli_token *t,
                 const CK_OBJECT_CLASS *classes, size_t n_classes, const CK_ATTRIBUTE *attr,
                 size_t *n)
{
    int code = CLI_OK;

    *n = 0;
    for (size_t i = 0; i < n_classes && code == CLI_OK; i++) {
        CK_OBJECT_CLASS cls = classes[i];
        CK_ATTRIBUTE match[] = {{CKA_CLASS, &cls, sizeof(cls)}, *attr};
        cli_objects found;

        code = cli_objects_find(c, session, t, match, 2, &found);
        *n += found.n;
        cli_objects_free(&found);
    }
    return code;
}

int cli_newkey_check(cli *c, CK_SESSION_HANDLE session, const cli_token *t,
                     const CK_OBJECT_CLASS *classes, size_t n_classes, cli_newkey *k)
{
    CK_ATTRIBUTE label = {CKA_LABEL, (void *)k->label, strlen(k->label)};
    CK_ATTRIBUTE id = {CKA_ID, k->id, k->id_len};
    size_t n = 0;
    int code = CLI_OK;
    CK_RV rv;

    if (!c->value[OPT_FORCE])
        code = count(c, session, t, classes, n_classes, &label, &n);
    if (code == CLI_OK && n)
        return cli_fail(CLI_FAILURE,
                        _("the token \"%s\" has a key \"%s\" already: choose another label, or "
                          "--force for a second key of that label"),
                        t->label, k->label);
    if (k->id_len) {
        if (code == CLI_OK && !c->value[OPT_FORCE])
            code = count(c, session, t, classes, n_classes, &id, &n);
        if (code == CLI_OK && n)
            code = cli_fail(CLI_FAILURE,
                            _("the token \"%s\" has a key of id %s already: give another --id, or "
                              "none"),
                            t->label, c->value[OPT_ID]);
        return code;
    }
    id.ulValueLen = ID_RANDOM;
    do {
        rv = c->fn->C_GenerateRandom(session, k->id, ID_RANDOM);
        if (rv != CKR_OK)
            return cli_fail_rv(c, rv, _("get random bytes from the token"));
        code = count(c, session, t, classes, n_classes, &id, &n);
    } while (code == CLI_OK && n);
    k->id_len = ID_RANDOM;
    return code;
}
