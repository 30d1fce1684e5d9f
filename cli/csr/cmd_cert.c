/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken cert install, cert show: the authority's answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include "cli/cert.h"
#include "cli/csr/answer.h"
#include "cli/csr/csr.h"
#include "cli/csr/install.h"
#include "cli/json.h"
#include "cli/output.h"

enum { OPT_WITH_CHAIN = OPT_OWN };

static int read_answer(const char *path, STACK_OF(X509) * *certs)
{
    const char *name = strcmp(path, "-") ? path : _("standard input");
    int is_request, code;
    uint8_t *data;
    size_t len;

    *certs = NULL;
    code = cli_input(path, CSR_FILE_MAX, &data, &len);
    if (code != CLI_OK)
        return code;
    *certs = csr_answer_read(data, len, &is_request);
    free(data);
    if (*certs)
        return CLI_OK;
    return is_request ? cli_fail(CLI_FAILURE,
                                 _("%s is a certificate request: what is wanted is the authority's "
                                   "answer to it, a certificate"),
                                 name)
                      : cli_fail(CLI_FAILURE,
                                 _("%s holds no certificate: it is not PEM, DER or PKCS #7"), name);
}

/* ---- install -------------------------------------------------------------------------------- */

static void put_json(cJSON *to, const csr_installed *done)
{
    cli_json_string(to, "label", done->label);
    cli_json_string(to, "id", done->id);
    cli_json_string(to, "subject", done->subject);
    cli_json_string(to, "uri", done->uri);
    cli_json_bool(to, "already", done->already);
    cli_json_bool(to, "replaced", done->replaced != 0);
}

static void tell(const cli *c, const csr_installed *done)
{
    char *label = cli_printable(done->label), *subject = cli_printable(done->subject);

    if (done->already)
        cli_say(c, _("The certificate \"%s\" (%s) is on the token already."), label, subject);
    else if (done->replaced)
        cli_say(c, _("The certificate \"%s\" (%s) is stored, in place of another."), label,
                subject);
    else
        cli_say(c, _("The certificate \"%s\" (%s) is stored."), label, subject);
    if (done->validity)
        cli_warn(
            done->validity > 0
                ? _("the certificate \"%s\" has expired; programs that check it will refuse it")
                : _("the certificate \"%s\" is not valid yet; programs that check it will "
                    "refuse it"),
            label);
    free(label);
    free(subject);
}

/* The rest of the file. */
static int install_chain(cli *c, CK_SESSION_HANDLE session, const cli_token *token,
                         STACK_OF(X509) * certs, int leaf, cJSON *list, char **uris)
{
    int code = CLI_OK;

    for (int i = 0; i < sk_X509_num(certs) && code == CLI_OK; i++) {
        csr_installed done = {0};

        if (i == leaf)
            continue;
        code = csr_install_other(c, session, token, sk_X509_value(certs, i), &done);
        if (code == CLI_OK) {
            cJSON *json = cli_json_object();
            char *longer = cli_printf("%s%s\n", *uris, done.uri);

            free(*uris);
            *uris = longer;
            tell(c, &done);
            put_json(json, &done);
            cli_json_add(list, NULL, json);
        }
        csr_installed_free(&done);
    }
    return code;
}

static int install_all(cli *c, CK_SESSION_HANDLE session, const cli_token *token,
                       STACK_OF(X509) * certs)
{
    cJSON *json = cli_json_object(), *chain = cli_json_array();
    char *uris = cli_strdup("");
    csr_installed done = {0};
    int leaf = 0, rest = sk_X509_num(certs) - 1, code;

    cli_json_string(json, "token", token->label);
    code = csr_install_leaf(c, session, token, certs, c->value[OPT_LABEL],
                            c->value[OPT_FORCE] != NULL, &leaf, &done);
    if (code == CLI_OK) {
        tell(c, &done);
        put_json(json, &done);
        if (c->value[OPT_WITH_CHAIN])
            code = install_chain(c, session, token, certs, leaf, chain, &uris);
        else if (rest)
            cli_say(c,
                    ngettext("%d more certificate in the file is left out; --with-chain stores it "
                             "too.",
                             "%d more certificates in the file are left out; --with-chain stores "
                             "them too.",
                             (unsigned long)rest),
                    rest);
    }
    cli_json_add(json, "chain", chain);
    if (code == CLI_OK && c->value[OPT_JSON]) {
        code = cli_json_print(json);
        json = NULL;
    } else if (code == CLI_OK) {
        printf("%s\n%s", done.uri, uris);
    }
    cJSON_Delete(json);
    csr_installed_free(&done);
    free(uris);
    return code;
}

static int install(cli *c)
{
    CK_SESSION_HANDLE session;
    STACK_OF(X509) *certs = NULL;
    cli_token token;
    int code;

    if (c->operands < 2)
        return cli_fail(CLI_USAGE,
                        _("cert install needs the file that the authority sent, or - for "
                          "standard input"));
    if (c->value[OPT_LABEL] && !*c->value[OPT_LABEL])
        return cli_fail(CLI_USAGE, _("the label is empty"));
    code = read_answer(c->operand[1], &certs);
    if (code == CLI_OK)
        code = cli_token_choose(c, NULL, &token);
    if (code == CLI_OK)
        code = cli_session(c, &token, 1, &session);
    if (code == CLI_OK) {
        code = cli_login(c, &token, session, NULL);
        if (code == CLI_OK)
            code = install_all(c, session, &token, certs);
        c->fn->C_CloseSession(session);
    }
    csr_answer_free(certs);
    return code;
}

/* ---- show ----------------------------------------------------------------------------------- */

static char *print_time(const ASN1_TIME *t)
{
    struct tm tm = {0};
    char text[40] = "?";

    if (ASN1_TIME_to_tm(t, &tm))
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
    return cli_strdup(text);
}

static char *print_key(X509 *x)
{
    ASN1_OBJECT *algorithm = NULL;
    char text[100] = "?";

    if (X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL, X509_get_X509_PUBKEY(x)))
        OBJ_obj2txt(text, sizeof(text), algorithm, 0);
    return cli_strdup(text);
}

static void show_one(const cli *c, X509 *x, cJSON *list)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
    const struct {
        const char *key, *title;
        char *value;
    } rows[] = {
        {"subject", N_("Subject"), cli_cert_name(X509_get_subject_name(x))},
        {"issuer", N_("Issuer"), cli_cert_name(X509_get_issuer_name(x))},
        {"serial", N_("Serial number"),
         cli_hex(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial))},
        {"not_before", N_("Valid from"), print_time(X509_get0_notBefore(x))},
        {"not_after", N_("Valid to"), print_time(X509_get0_notAfter(x))},
        {"algorithm", N_("Public key"), print_key(x)},
    };
    cJSON *json = cli_json_object();

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char *shown = cli_printable(rows[i].value);

        cli_json_string(json, rows[i].key, rows[i].value);
        if (!c->value[OPT_JSON])
            printf("%s: %s\n", gettext(rows[i].title), shown);
        free(shown);
        free(rows[i].value);
    }
    cli_json_add(list, NULL, json);
}

static int show(cli *c)
{
    cJSON *json, *list;
    STACK_OF(X509) *certs = NULL;
    int code;

    if (c->operands < 2)
        return cli_fail(CLI_USAGE, _("cert show needs a file with certificates, or - for standard "
                                     "input"));
    code = read_answer(c->operand[1], &certs);
    if (code != CLI_OK)
        return code;
    list = cli_json_array();
    for (int i = 0; i < sk_X509_num(certs); i++) {
        if (i && !c->value[OPT_JSON])
            putchar('\n');
        show_one(c, sk_X509_value(certs, i), list);
    }
    csr_answer_free(certs);
    if (!c->value[OPT_JSON]) {
        cJSON_Delete(list);
        return CLI_OK;
    }
    json = cli_json_object();
    cli_json_add(json, "certificates", list);
    return cli_json_print(json);
}

static int run(cli *c)
{
    static const struct {
        const char *name;
        int (*run)(cli *c);
    } actions[] = {{"install", install}, {"show", show}};

    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    for (size_t i = 0; c->operands && i < sizeof(actions) / sizeof(*actions); i++)
        if (strcmp(c->operand[0], actions[i].name) == 0)
            return actions[i].run(c);
    return cli_fail(CLI_USAGE, _("cert takes install or show and a file"));
}

static const cli_option options[] = {
    {OPT_LABEL, 0, "label", "NAME", N_("the certificate's name; else its key's")},
    {OPT_WITH_CHAIN, 0, "with-chain", NULL, N_("store the authorities' certificates too")},
    {OPT_FORCE, 0, "force", NULL, N_("replace the key's certificate")},
    {0},
};

static const cli_rule rules[] = {
    {OPT_LABEL, CLI_ONLY_WITH, "install"},
    {OPT_WITH_CHAIN, CLI_ONLY_WITH, "install"},
    {OPT_FORCE, CLI_ONLY_WITH, "install"},
    {0},
};

const cli_command cli_cert_command = {
    .name = "cert",
    .operands = "install|show FILE|-",
    .max_operands = 2,
    .summary = N_("Puts the authority's answer on the token"),
    .details =
        N_("install finds in the file (PEM, DER, PKCS #7) the certificate that belongs to a key on "
           "the\n"
           "token, and stores it with the key's id and label. show prints what is in a file."),
    .options = options,
    .rules = rules,
    .run = run,
};
