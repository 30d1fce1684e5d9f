/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken import-key: puts a key that was made elsewhere on a token, and its certificates. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include "cli/cert.h"
#include "cli/json.h"
#include "cli/keys/keyput.h"

enum { OPT_PASSWORD_FILE = OPT_OWN, OPT_PASSWORD_FD, OPT_NO_CERT };

typedef struct import {
    cli_keyfile file;
    cli_newkey key;
    char type_buf[32];
    const char *type;
    int stored; /* certificates */
} import;

static int read_file(cli *c, import *in)
{
    const char *path = c->operand[0];
    char *prompt = cli_printf(_("Password of %s: "), path);
    const cli_password_source source = {
        .file = c->value[OPT_PASSWORD_FILE],
        .fd = c->value[OPT_PASSWORD_FD],
        .prompt = prompt,
        .hint = _("give --password-file or --password-fd"),
    };
    int code = cli_keyfile_read(path, &source, &in->file);

    free(prompt);
    if (code != CLI_OK)
        return code;
    in->type = cli_keyput_type(&in->file, in->type_buf, sizeof(in->type_buf));
    if (in->type == NULL)
        return cli_fail(CLI_FAILURE,
                        _("the EC key in %s is on a curve that tokens do not have: "
                          "P-256, P-384 and P-521 are known"),
                        path);
    if (!c->value[OPT_NO_CERT] && in->file.cert == NULL && sk_X509_num(in->file.above) > 0)
        return cli_fail(CLI_FAILURE,
                        _("no certificate in %s belongs to the key in it: --no-cert takes the key "
                          "alone"),
                        path);
    return CLI_OK;
}

/* The label of a certificate that belongs to no key here: the last common name in its subject. */
static char *name_of(X509 *x)
{
    const X509_NAME *subject = X509_get_subject_name(x);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1), len;
    unsigned char *text = NULL;
    char *name;

    if (at < 0)
        return cli_strdup("CA");
    len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    name = cli_utf8(text != NULL ? text : (const unsigned char *)"CA", len > 0 ? (size_t)len : 2);
    OPENSSL_free(text);
    return name;
}

static int is_there(cli *c, CK_SESSION_HANDLE session, const cli_token *t, const cli_cert *cert,
                    int *there)
{
    CK_OBJECT_CLASS cls = CKO_CERTIFICATE;
    CK_ATTRIBUTE match[] = {{CKA_CLASS, &cls, sizeof(cls)},
                            {CKA_SUBJECT, cert->subject.at, cert->subject.len}};
    cli_objects found;
    int code = cli_objects_find(c, session, t, match, 2, &found);

    *there = 0;
    for (size_t i = 0; i < found.n; i++) {
        size_t len;
        uint8_t *value = cli_attribute(c, session, found.at[i].handle, CKA_VALUE, &len);

        *there |= value != NULL && len == cert->der.len && memcmp(value, cert->der.at, len) == 0;
        free(value);
    }
    cli_objects_free(&found);
    return code;
}

/* key NULL: of an authority. */
static int put_cert(cli *c, CK_SESSION_HANDLE session, const cli_token *t, X509 *x,
                    const cli_newkey *key, import *in)
{
    char *name = key != NULL ? cli_strdup(key->label) : name_of(x);
    CK_OBJECT_HANDLE handle;
    cli_cert cert;
    int there = 0, code = CLI_OK;
    CK_RV rv;

    if (!cli_cert_from(x, &cert))
        code = cli_fail(CLI_FAILURE, _("the certificate \"%s\" cannot be encoded again"), name);
    if (code == CLI_OK && key == NULL)
        code = is_there(c, session, t, &cert, &there);
    if (code == CLI_OK && !there) {
        rv = cli_cert_store(c, session, &cert, name, key != NULL ? key->id : NULL,
                            key != NULL ? key->id_len : 0, &handle);
        if (rv != CKR_OK)
            code = cli_fail_rv(c, rv, _("store the certificate \"%s\""), name);
        in->stored += rv == CKR_OK;
    }
    if (code == CLI_OK && key != NULL && cert.validity != 0)
        cli_warn(cert.validity > 0 ? _("the certificate \"%s\" has expired; programs that check it "
                                       "will refuse it")
                                   : _("the certificate \"%s\" is not valid yet; programs that "
                                       "check it will refuse it"),
                 name);
    cli_cert_free(&cert);
    free(name);
    return code;
}

static int put(cli *c, CK_SESSION_HANDLE session, const cli_token *t, import *in)
{
    CK_OBJECT_HANDLE pair[2];
    int code = cli_newkey_check(c, session, t, cli_pair_classes, CLI_PAIR_CLASSES, &in->key);

    if (code == CLI_OK)
        code = cli_keyput(c, session, &in->file, &in->key, pair);
    if (code != CLI_OK || c->value[OPT_NO_CERT])
        return code;
    if (in->file.cert != NULL) {
        code = put_cert(c, session, t, in->file.cert, &in->key, in);
        /* Nothing of it rather than half; certificates of authorities are nobody's half. */
        for (int i = 0; code != CLI_OK && i < 2; i++)
            (void)c->fn->C_DestroyObject(session, pair[i]);
    }
    for (int i = 0; code == CLI_OK && i < sk_X509_num(in->file.above); i++)
        code = put_cert(c, session, t, sk_X509_value(in->file.above, i), NULL, in);
    return code;
}

static int report(cli *c, const cli_token *t, const import *in)
{
    const cli_newkey *key = &in->key;
    char *private_uri = cli_object_uri(t, CKO_PRIVATE_KEY, key->label, key->id, key->id_len);
    char *public_uri = cli_object_uri(t, CKO_PUBLIC_KEY, key->label, key->id, key->id_len);
    char *cert_uri = cli_object_uri(t, CKO_CERTIFICATE, key->label, key->id, key->id_len);
    char *id = cli_hex(key->id, key->id_len);
    int code = CLI_OK;

    if (c->value[OPT_JSON]) {
        cJSON *json = cli_json_object();

        cli_json_string(json, "token", t->label);
        cli_json_string(json, "label", key->label);
        cli_json_string(json, "id", id);
        cli_json_string(json, "key_type", in->type);
        cli_json_string(json, "paramset", in->file.gost != NULL ? in->file.gost->ps->name : NULL);
        cli_json_string(json, "private_uri", private_uri);
        cli_json_string(json, "public_uri", public_uri);
        if (in->file.cert != NULL && !c->value[OPT_NO_CERT])
            cli_json_string(json, "cert_uri", cert_uri);
        cli_json_add(json, "certificates", cJSON_CreateNumber(in->stored));
        code = cli_json_print(json);
    } else {
        puts(private_uri);
    }
    free(private_uri);
    free(public_uri);
    free(cert_uri);
    free(id);
    return code;
}

static int run(cli *c)
{
    CK_SESSION_HANDLE session;
    cli_token token;
import in;
    int code;

    memset(&in, 0, sizeof(in));
    if (c->operands == 0)
        return cli_fail(CLI_USAGE, _("import-key needs the key's file, or - for standard input"));
    if (c->value[OPT_PASSWORD_FILE] && c->value[OPT_PASSWORD_FD])
        return cli_fail(CLI_USAGE, _("--password-file and --password-fd exclude each other"));
    if (c->value[OPT_LABEL]) { /* what is wrong with it is said before a password is asked for */
        code = cli_newkey_read(c, c->value[OPT_LABEL], &in.key);
        if (code != CLI_OK)
            return code;
    }
    code = read_file(c, &in);
    if (code == CLI_OK)
        code =
            cli_newkey_read(c, c->value[OPT_LABEL] ? c->value[OPT_LABEL] : in.file.name, &in.key);
    if (code == CLI_OK)
        code = cli_token_choose(c, NULL, &token);
    if (code == CLI_OK)
        code = cli_session(c, &token, 1, &session);
    if (code == CLI_OK) {
        code = cli_login(c, &token, session, NULL);
        if (code == CLI_OK)
            code = put(c, session, &token, &in);
        if (code == CLI_OK)
            code = report(c, &token, &in);
        c->fn->C_CloseSession(session);
    }
    cli_keyfile_free(&in.file);
    return code;
}

static const cli_option options[] = {
    {OPT_LABEL, 0, "label", "NAME", N_("the name of the key; else the one in a PKCS #12 file")},
    {OPT_ID, 0, "id", "HEX", N_("the key's id (CKA_ID); else random")},
    {OPT_PASSWORD_FILE, 0, "password-file", "FILE",
     N_("take the file's password from the first line of FILE")},
    {OPT_PASSWORD_FD, 0, "password-fd", "N", N_("take the file's password from file descriptor N")},
    {OPT_NO_CERT, 0, "no-cert", NULL, N_("leave the certificates in the file aside")},
    {OPT_FORCE, 0, "force", NULL, N_("import it even if a key has that label or id")},
    {0},
};

const cli_command cli_import_key = {
    .name = "import-key",
    .operands = "FILE|-",
    .max_operands = 1,
    .summary = N_("Puts a key from a file on a token, with its certificates"),
    .details =
        N_("The file is PKCS #8, plain or encrypted, or PKCS #12, in PEM or DER; the key is\n"
           "of GOST R 34.10-2012, RSA or EC (P-256, P-384, P-521). On the token it cannot\n"
           "be read any more. The file is left as it is: destroy it when it has served."),
    .options = options,
    .run = run,
};
