/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken import-cert: stores the certificate of a key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/cert.h"
#include "cli/json.h"
#include "cli/keys/spki.h"

/* CKA_VALUE of a GOST public key is the point, by some tokens wrapped in an OCTET STRING. */
static int is_point(const uint8_t *value, size_t len, const cli_bytes *point)
{
    return point->len && len >= point->len && len <= point->len + 4 &&
           !memcmp(value + len - point->len, point->at, point->len) &&
           (len == point->len || value[0] == 0x04);
}

static int is_key_of(cli *c, CK_SESSION_HANDLE session, const cli_object *key, const cli_cert *cert)
{
    size_t len;
    uint8_t *value;
    int fits = 0;

    if (key->cls->cls == CKO_PUBLIC_KEY &&
        (key->key_type == CKK_GOSTR3410 || key->key_type == CKK_GOSTR3410_512)) {
        value = cli_attribute(c, session, key->handle, CKA_VALUE, &len);
        fits = value && is_point(value, len, &cert->point);
        free(value);
    }
    if (!fits) {
        value = cli_spki(c, session, key, &len);
        fits = value && cli_spki_same(value, len, cert->spki.at, cert->spki.len);
        free(value);
    }
    return fits;
}

/* What the search for the certificate's key came to. */
typedef struct match {
    char *label;
    uint8_t *id;
    size_t id_len;
    int found;       /* a half of the key is here */
    int has_private; /* and the private half too */
} match;

static int same_id(const cli_object *o, const match *m)
{
    return o->id_len == m->id_len && m->id_len && !memcmp(o->id, m->id, m->id_len);
}

static int find_key(cli *c, CK_SESSION_HANDLE session, const cli_token *t, const cli_cert *cert,
                    match *m)
{
    static const CK_OBJECT_CLASS classes[] = {CKO_PUBLIC_KEY, CKO_PRIVATE_KEY};
    cli_objects keys[2] = {{0}};
    const cli_object *hit = NULL;
    int code = CLI_OK;

    for (size_t k = 0; k < 2 && code == CLI_OK; k++) {
        CK_OBJECT_CLASS cls = classes[k];
        CK_ATTRIBUTE by_class = {CKA_CLASS, &cls, sizeof(cls)};

        code = cli_objects_find(c, session, t, &by_class, 1, &keys[k]);
        for (size_t i = 0; i < keys[k].n && !hit; i++)
            if (is_key_of(c, session, &keys[k].at[i], cert))
                hit = &keys[k].at[i];
    }
    if (code == CLI_OK && hit) {
        m->found = 1;
        m->label = cli_strdup(hit->label);
        m->id_len = hit->id_len;
        m->id = cli_alloc(hit->id_len + 1);
        if (hit->id_len)
            memcpy(m->id, hit->id, hit->id_len);
        m->has_private = hit->cls->cls == CKO_PRIVATE_KEY;
        for (size_t i = 0; i < keys[1].n; i++)
            m->has_private |= same_id(&keys[1].at[i], m);
    }
    cli_objects_free(&keys[0]);
    cli_objects_free(&keys[1]);
    return code;
}

static int check_match(const cli *c, const cli_token *t, const match *m, const char *label)
{
    if (c->value[OPT_NO_KEY])
        return CLI_OK;
    if (!m->found || !m->has_private)
        return cli_fail(
            CLI_NOT_FOUND,
            _("the certificate does not match any key on the token \"%s\"%s: it belongs "
              "to another key, or --no-key stores it all the same"),
            t->label, m->found ? _(" (only the public half is there)") : "");
    if (label && strcmp(label, m->label))
        return cli_fail(
            CLI_NOT_FOUND,
            _("the certificate does not match the key \"%s\": its key is \"%s\"; import "
              "it under that label, or --no-key stores it all the same"),
            label, m->label);
    return CLI_OK;
}

/*
 * Certificates of that label that are on the token already. *same: one of them is this certificate;
 * with --force the others are to go once the new one is stored.
 */
static int check_present(cli *c, CK_SESSION_HANDLE session, const cli_token *t,
                         const cli_cert *cert, const char *label, cli_objects *old, int *same)
{
    CK_OBJECT_CLASS cls = CKO_CERTIFICATE;
    CK_ATTRIBUTE by_label[] = {{CKA_CLASS, &cls, sizeof(cls)},
                               {CKA_LABEL, (void *)label, strlen(label)}};
    int code = cli_objects_find(c, session, t, by_label, 2, old);

    *same = 0;
    for (size_t i = 0; i < old->n; i++) {
        size_t len;
        uint8_t *value = cli_attribute(c, session, old->at[i].handle, CKA_VALUE, &len);

        *same |= value && len == cert->der.len && !memcmp(value, cert->der.at, len);
        free(value);
    }
    if (code == CLI_OK && old->n && !*same && !c->value[OPT_FORCE])
        code = cli_fail(CLI_FAILURE,
                        _("the token \"%s\" has another certificate \"%s\": --force replaces it"),
                        t->label, label);
    return code;
}

static int report(cli *c, const cli_token *t, const cli_cert *cert, const char *label,
                  const match *m)
{
    char *uri = cli_object_uri(t, CKO_CERTIFICATE, label, m->id, m->id_len);
    char *id = cli_hex(m->id, m->id_len);
    int code = CLI_OK;

    if (c->value[OPT_JSON]) {
        cJSON *json = cli_json_object();

        cli_json_string(json, "token", t->label);
        cli_json_string(json, "label", label);
        cli_json_string(json, "id", id);
        cli_json_string(json, "subject", cert->subject_text);
        cli_json_bool(json, "has_key", m->has_private);
        cli_json_string(json, "uri", uri);
        code = cli_json_print(json);
    } else {
        puts(uri);
    }
    free(id);
    free(uri);
    return code;
}

static int import(cli *c, CK_SESSION_HANDLE session, const cli_token *t, const cli_cert *cert)
{
    const char *label = c->value[OPT_LABEL];
    cli_objects old = {0};
    match m = {0};
    CK_OBJECT_HANDLE handle;
    CK_RV rv;
    int same = 0, code = find_key(c, session, t, cert, &m);

    if (code == CLI_OK)
        code = check_match(c, t, &m, label);
    if (code == CLI_OK && !label && !(label = m.label))
        code = cli_fail(CLI_USAGE, _("a certificate without a key needs --label NAME"));
    if (code == CLI_OK)
        code = check_present(c, session, t, cert, label, &old, &same);
    if (code == CLI_OK && !same) {
        rv = cli_cert_store(c, session, cert, label, m.id, m.id_len, &handle);
        if (rv != CKR_OK)
            code = cli_fail_rv(c, rv, _("store the certificate \"%s\""), label);
        for (size_t i = 0; i < old.n && code == CLI_OK; i++) {
            rv = c->fn->C_DestroyObject(session, old.at[i].handle);
            if (rv != CKR_OK)
                code = cli_fail_rv(c, rv, _("delete the certificate that was replaced"));
        }
    }
    if (code == CLI_OK && cert->validity)
        cli_warn(
            cert->validity > 0
                ? _("the certificate \"%s\" has expired; programs that check it will refuse it")
                : _("the certificate \"%s\" is not valid yet; programs that check it will "
                    "refuse it"),
            label);
    if (code == CLI_OK)
        code = report(c, t, cert, label, &m);
    cli_objects_free(&old);
    free(m.label);
    free(m.id);
    return code;
}

static int run(cli *c)
{
    CK_SESSION_HANDLE session;
    cli_token token;
    cli_cert cert;
    int code;

    if (!c->operands)
        return cli_fail(CLI_USAGE, _("import-cert needs the certificate's file, or - for standard "
                                     "input"));
    if (c->value[OPT_LABEL] && !*c->value[OPT_LABEL])
        return cli_fail(CLI_USAGE, _("the label is empty"));
    code = cli_cert_read(c->operand[0], &cert);
    if (code == CLI_OK && cert.more)
        cli_warn(_("%s holds %u more certificates: only the first is taken"), c->operand[0],
                 cert.more);
    if (code == CLI_OK)
        code = cli_token_choose(c, NULL, &token);
    if (code == CLI_OK)
        code = cli_session(c, &token, 1, &session);
    if (code == CLI_OK) {
        code = cli_login(c, &token, session, NULL);
        if (code == CLI_OK)
            code = import(c, session, &token, &cert);
        c->fn->C_CloseSession(session);
    }
    cli_cert_free(&cert);
    return code;
}

static const cli_option options[] = {
    {OPT_LABEL, 0, "label", "NAME", N_("the certificate's name; else its key's")},
    {OPT_NO_KEY, 0, "no-key", NULL, N_("store it even if its key is not on the token")},
    {OPT_FORCE, 0, "force", NULL, N_("replace another certificate of that label")},
    {0},
};

const cli_command cli_import_cert = {
    .name = "import-cert",
    .operands = "FILE|-",
    .max_operands = 1,
    .summary = N_("Stores the certificate of a key on its token"),
    .details =
        N_("The certificate (PEM or DER) is compared with the public keys on the token, and gets\n"
           "the id of the key that it belongs to."),
    .options = options,
    .run = run,
};
