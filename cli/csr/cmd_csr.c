/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken csr: a certificate request for a key on a token. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include "cli/cert.h"
#include "cli/csr/fields.h"
#include "cli/csr/renew.h"
#include "cli/keys/export.h"
#include "cli/json.h"
#include "cli/output.h"
#include "gost/mem.h"

#define ID_MAX      64
#define OID_RENEWAL "1.3.6.1.4.1.311.13.1"
#define OUTPUT_MODE 0644

enum {
    OPT_CSR_OUT = OPT_EXPORT_OUT,
    OPT_CSR_OUTFORM = OPT_EXPORT_OUTFORM,
    OPT_PARAMS = OPT_OWN + 8,
    OPT_SELFSIGNED,
    OPT_FIELDS
};

/* What the run holds. */
typedef struct job {
    csr_request r;
    cli_token token;
    CK_SESSION_HANDLE session;
    P11KitUri *uri; /* NULL: none was given */
    csr_key key;
    csr_active active;
    csr_buf result;
} job;

static void warn(const char *text)
{
    char *shown = cli_printable(text);

    cli_warn("%s", shown);
    free(shown);
}

static int read_file(const char *path, uint8_t **data, size_t *len)
{
    return cli_input(path, CSR_FILE_MAX, data, len) == CLI_OK;
}

static int explain(const csr_log *log)
{
    char *shown = cli_printable(log->text);
    int code = *log->text ? cli_fail(CLI_USAGE, "%s", shown) : CLI_FAILURE;

    free(shown);
    return code;
}

/* ---- parameters ----------------------------------------------------------------------------- */

static void warn_readable(const char *path, const cJSON *json)
{
    struct stat st;

    /* The members of a list have no names. */
    for (const cJSON *m = cJSON_IsObject(json) ? json->child : NULL; m; m = m->next)
        if (csr_same_word(m->string, "ActiveCertPin") && stat(path, &st) == 0 && (st.st_mode & 077))
            cli_warn(_("others may read %s, which holds a PIN: chmod 600"), path);
}

/* A PIN is not left in memory. */
static void delete_json(cJSON *json)
{
    if (cJSON_IsObject(json))
        for (cJSON *m = json->child; m; m = m->next)
            if (cJSON_IsString(m))
                gost_wipe(m->valuestring, strlen(m->valuestring));
    cJSON_Delete(json);
}

static int read_params(cli *c, csr_request *r)
{
    const char *path = c->value[OPT_PARAMS], *options[CSR_FIELD_COUNT];
    csr_log log = {.warn = c->value[OPT_QUIET] ? NULL : warn, .read_file = read_file};
    uint8_t *data = NULL;
    cJSON *json = NULL;
    size_t len = 0;
    int code = CLI_OK;

    for (size_t i = 0; i < CSR_FIELD_COUNT; i++)
        options[i] = c->value[OPT_FIELDS + i];
    if (c->value[OPT_SELFSIGNED])
        options[CSR_SELF_SIGNED] = "";
    if (path) {
        code = cli_input(path, CSR_FILE_MAX, &data, &len);
        if (code != CLI_OK)
            return code;
        if (memchr(data, 0, len))
            csr_fail(&log, "JSON", _("%s is not a text in UTF-8"), path);
        else
            json = csr_json((const char *)data +
                                (len >= 3 && !memcmp(data, "\xEF\xBB\xBF", 3) ? 3 : 0),
                            "JSON", &log);
        if (!json)
            code = explain(&log);
        else
            warn_readable(path, json);
    }
    if (code == CLI_OK &&
        (!csr_read_fields(r, json, options, &log) || !csr_complete(r, time(NULL), &log)))
        code = explain(&log);
    if (data)
        gost_wipe(data, len);
    free(data);
    delete_json(json);
    return code;
}

static int check_options(cli *c, int *der)
{
    int code = cli_export_options(c, der);

    if (code == CLI_OK && c->operands && !gt_is_uri(c->operand[0]))
        code = cli_fail(CLI_USAGE, _("csr takes the pkcs11: URI of a key, or --label NAME"));
    if (code == CLI_OK && c->operands && (c->value[OPT_LABEL] || c->value[OPT_ID]))
        code = cli_fail(CLI_USAGE, _("the URI names the key: --label and --id are for none"));
    return code;
}

/* ---- the key -------------------------------------------------------------------------------- */

/* GroupId is the token: where both are given they must be the same one. */
static int choose_token(cli *c, job *j)
{
    const char *want = c->value[OPT_TOKEN];
    cli_token other;
    int code = CLI_OK;

    if (c->operands)
        code = cli_uri_parse(c->operand[0], &j->uri);
    if (code == CLI_OK && j->r.group) {
        c->value[OPT_TOKEN] = j->r.group;
        code = cli_token_choose(c, j->uri, &j->token);
        c->value[OPT_TOKEN] = want;
        if (code != CLI_OK || !want)
            return code;
        code = cli_token_choose(c, j->uri, &other);
        if (code == CLI_OK && other.slot != j->token.slot)
            code = cli_fail(CLI_USAGE, _("GroupId: it is another token than that of --token"));
        return code;
    }
    return code == CLI_OK ? cli_token_choose(c, j->uri, &j->token) : code;
}

static int find_key(cli *c, job *j, int private_half)
{
    static const CK_ATTRIBUTE_TYPE types[] = {CKA_LABEL, CKA_ID};
    const char *label = c->value[OPT_LABEL], *id = c->value[OPT_ID];
    const CK_ATTRIBUTE *attr;
    CK_ATTRIBUTE match[4];
    uint8_t bytes[ID_MAX];
    size_t n = 0, len;

    if (id && !cli_unhex(id, bytes, sizeof(bytes), &len))
        return cli_fail(CLI_USAGE, _("--id takes hexadecimal digits"));
    if (label)
        match[n++] = (CK_ATTRIBUTE){CKA_LABEL, (void *)label, strlen(label)};
    if (id)
        match[n++] = (CK_ATTRIBUTE){CKA_ID, bytes, len};
    for (size_t i = 0; j->uri && i < 2; i++)
        if ((attr = p11_kit_uri_get_attribute(j->uri, types[i])) != NULL)
            match[n++] = *attr;
    return csr_key_find(c, j->session, &j->token, match, n, private_half, &j->key);
}

static int public_key_is_there(cli *c, job *j)
{
    CK_OBJECT_CLASS cls = CKO_PUBLIC_KEY;
    CK_ATTRIBUTE by_class = {CKA_CLASS, &cls, sizeof(cls)};
    cli_objects found = {0};
    int code = cli_objects_find(c, j->session, &j->token, &by_class, 1, &found), any;

    any = code == CLI_OK && found.n;
    cli_objects_free(&found);
    return any;
}

/* The PIN of the active certificate serves for the key's token if it is the same one, and nothing
 * else gives a PIN. */
static int login(cli *c, job *j)
{
    if (j->r.renew && !j->active.other_token && !cli_login_has_source(c, j->uri) &&
        (j->r.active_pin || j->r.active_pin_source))
        return CLI_OK; /* csr_active_open does it */
    return cli_login(c, &j->token, j->session, j->uri);
}

static int open_key(cli *c, job *j)
{
    int code = choose_token(c, j);

    if (code == CLI_OK)
        code = cli_session(c, &j->token, 0, &j->session);
    if (code == CLI_OK && j->r.is_client && public_key_is_there(c, j))
        return find_key(c, j, 0); /* what is not signed needs no PIN */
    if (code == CLI_OK && j->r.renew)
        code = csr_active_find(c, &j->r, &j->token, &j->active);
    if (code == CLI_OK)
        code = login(c, j);
    if (code == CLI_OK && j->r.renew)
        code = csr_active_open(c, &j->r, &j->active);
    return code == CLI_OK ? find_key(c, j, 1) : code;
}

/* ---- making it ------------------------------------------------------------------------------ */

/* A renewal is for the owner of the active certificate, and shows it to the authority. */
static int add_renewal(job *j, csr_log *log)
{
    const unsigned char *p = j->active.der;
    unsigned char *der = NULL;
    X509 *x = d2i_X509(NULL, &p, (long)j->active.len);
    int n = x && !j->r.subject.len ? i2d_X509_NAME(X509_get_subject_name(x), &der) : 0;

    if (n > 0)
        csr_put(&j->r.subject, der, (size_t)n);
    OPENSSL_free(der);
    X509_free(x);
    return csr_add_attr(&j->r, "ActiveCertId", OID_RENEWAL, j->active.der, j->active.len, log);
}

/* Our encoding, read by OpenSSL. */
static int reads_well(const job *j)
{
    const unsigned char *p = j->result.p, *end = p + j->result.len;
    X509_REQ *req = NULL;
    X509 *cert = NULL;
    int ok;

    if (j->r.self_signed)
        cert = d2i_X509(NULL, &p, (long)j->result.len);
    else
        req = d2i_X509_REQ(NULL, &p, (long)j->result.len);
    ok = (req || cert) && p == end;
    X509_REQ_free(req);
    X509_free(cert);
    return ok;
}

static int make(cli *c, job *j)
{
    csr_log log = {.warn = c->value[OPT_QUIET] ? NULL : warn};
    csr_buf tbs = {0}, sig = {0}, request = {0};
    uint8_t serial[16];
    int code = CLI_OK;

    if (j->r.renew && !add_renewal(j, &log))
        return explain(&log);
    if (!j->r.subject.len)
        return cli_fail(CLI_USAGE, _("Subject: a request says whose it is; give --subject "
                                     "'CN=…, O=…, C=RU'"));
    if (!csr_add_key_id(&j->r, &j->key.pub, &log))
        return explain(&log);
    if (j->r.self_signed && RAND_bytes(serial, sizeof(serial)) != 1)
        return cli_fail(CLI_FAILURE, _("there are no random bytes for the serial number"));
    if (!csr_build_tbs(&j->r, &j->key.pub, serial, &tbs))
        code = cli_fail(CLI_FAILURE, _("the request cannot be encoded"));
    if (code == CLI_OK && !j->r.is_client)
        code = csr_key_sign(c, j->session, &j->key, &tbs, &sig);
    if (code == CLI_OK) {
        csr_build_signed(&tbs, &j->key.pub.signature, sig.p, sig.len, &j->result);
        if (!reads_well(j))
            code = cli_fail(CLI_FAILURE, _("the request cannot be encoded"));
    }
    if (code == CLI_OK && j->r.renew) {
        request = j->result;
        memset(&j->result, 0, sizeof(j->result));
        code = csr_active_sign(c, &j->active, &request, &j->result);
    }
    csr_buf_free(&tbs);
    csr_buf_free(&sig);
    csr_buf_free(&request);
    return code;
}

/* ---- what comes out ------------------------------------------------------------------------- */

static char *subject_text(const csr_buf *subject)
{
    const unsigned char *p = subject->p;
    X509_NAME *name = d2i_X509_NAME(NULL, &p, (long)subject->len);
    char *text = name ? cli_cert_name(name) : cli_strdup("");

    X509_NAME_free(name);
    return text;
}

static int write_result(cli *c, const job *j, int der)
{
    const char *out = c->value[OPT_CSR_OUT];
    const char *kind = j->r.self_signed ? "certificate"
                       : j->r.renew     ? "renewal"
                       : j->r.is_client ? "unsigned-request"
                                        : "request";
    char *pem = NULL, *subject = subject_text(&j->r.subject);
    int code = CLI_OK;
    cJSON *json;

    cli_export_pem(&pem,
                   j->r.self_signed ? "CERTIFICATE"
                   : j->r.renew     ? "PKCS7"
                                    : "CERTIFICATE REQUEST",
                   j->result.p, j->result.len);
    if (out || !c->value[OPT_JSON])
        code = der ? cli_output(c, out, j->result.p, j->result.len, OUTPUT_MODE)
                   : cli_output(c, out, pem, strlen(pem), OUTPUT_MODE);
    if (code == CLI_OK && c->value[OPT_JSON]) {
        json = cli_json_object();
        cli_json_string(json, "kind", kind);
        cli_json_string(json, "token", j->token.label);
        cli_json_string(json, "key", j->key.label);
        cli_json_string(json, "key_type", j->key.name);
        cli_json_string(json, "uri", j->key.uri);
        cli_json_string(json, "subject", subject);
        cli_json_string(json, "file", out);
        cli_json_string(json, "pem", out ? NULL : pem);
        code = cli_json_print(json);
    } else if (code == CLI_OK && out) {
        char *shown = cli_printable(subject);

        if (j->r.self_signed)
            cli_say(c, _("%s: a certificate of %s, signed with its own key"), out, shown);
        else if (j->r.renew)
            cli_say(c,
                    _("%s: a request of %s, signed with the certificate \"%s\"; send it to the "
                      "authority"),
                    out, shown, j->active.label);
        else if (j->r.is_client)
            cli_say(c, _("%s: a request of %s that is not signed yet"), out, shown);
        else
            cli_say(c,
                    _("%s: a request of %s; send it to the authority, and put its answer on the "
                      "token by \"gosttoken cert install FILE\""),
                    out, shown);
        free(shown);
    }
    free(pem);
    free(subject);
    return code;
}

static int run(cli *c)
{
    job j = {.session = CK_INVALID_HANDLE, .active.session = CK_INVALID_HANDLE};
    int der, code;

    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    code = check_options(c, &der);
    if (code == CLI_OK)
        code = read_params(c, &j.r);
    if (code == CLI_OK && !j.r.subject.len && !j.r.renew)
        code = cli_fail(CLI_USAGE, _("Subject: a request says whose it is; give --subject "
                                     "'CN=…, O=…, C=RU'"));
    if (code == CLI_OK)
        code = open_key(c, &j);
    if (code == CLI_OK)
        code = make(c, &j);
    if (code == CLI_OK)
        code = write_result(c, &j, der);
    csr_active_close(c, &j.active);
    if (j.session != CK_INVALID_HANDLE)
        c->fn->C_CloseSession(j.session);
    if (j.uri)
        p11_kit_uri_free(j.uri);
    csr_key_free(&j.key);
    csr_request_free(&j.r);
    csr_buf_free(&j.result);
    return code;
}

/* clang-format off */
#define ROW(id, name, option, arg, read, whose, help) {OPT_FIELDS + CSR_##id, 0, option, arg, help},
static const cli_option options[] = {
    {OPT_LABEL, 0, "label", "NAME", N_("the key's label")},
    {OPT_ID, 0, "id", "HEX", N_("the key's id")},
    {OPT_PARAMS, 0, "params", "FILE", N_("a JSON file with parameters; -: standard input")},
    CSR_FIELDS(ROW)
    {OPT_SELFSIGNED, 0, "selfsigned", NULL, N_("the same as --self-signed")},
    {OPT_CSR_OUT, 0, "out", "FILE", N_("where to write it; else standard output")},
    {OPT_CSR_OUTFORM, 0, "outform", "pem|der", N_("the form; pem if it is not given")},
    {OPT_FORCE, 0, "force", NULL, N_("replace the file if it is there")},
    {0},
};
#undef ROW
/* clang-format on */

_Static_assert(OPT_FIELDS + CSR_FIELD_COUNT <= OPT_COUNT, "there is room for the options");

static const cli_rule rules[] = {
    {OPT_FORCE, CLI_ONLY_WITH, "--out"},
    {0},
};

const cli_command cli_csr = {
    .name = "csr",
    .operands = "[URI]",
    .max_operands = 1,
    .summary = N_("Makes a certificate request for a key on a token"),
    .details =
        N_("The key is named by its URI, --label or --id, and may be left out where the token has\n"
           "only one. Each parameter is an option, and a field of the JSON file of --params; an\n"
           "option takes the place of a field. gosttoken(1) describes each of them."),
    .options = options,
    .rules = rules,
    .run = run,
};
