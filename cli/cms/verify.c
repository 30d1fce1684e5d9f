/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken verify: checks CMS messages. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/err.h>
#include "cli/cms/cms.h"
#include "cli/output.h"

#define CHUNK       (1 << 17)
#define SIGNERS_MAX 1000
#define CERTS_MAX   1000

typedef struct job {
    cli *c;
    cli_trust trust;
    cli_progress progress;
    cJSON *list;
    char *buf; /* CHUNK bytes */
} job;

/* One message while it is looked at. */
typedef struct message {
    const char *name;
    cli_bytes der;
    CMS_ContentInfo *cms;
    int detached;
    char *content_name; /* of a detached one */
    cJSON *json;        /* what is told of it */
    cJSON *signers;
} message;

/* ---- reports -------------------------------------------------------------------------------- */

/* What is wrong with a whole message: for a person and for --json. */
static int bad(const message *m, int code, const char *text)
{
    char *shown = cli_printable(m->name);

    cli_json_string(m->json, "error", text);
    cli_fail(code, "%s: %s", shown, text);
    free(shown);
    return code;
}

static int bad_text(const message *m, int code, char *text)
{
    bad(m, code, text);
    free(text);
    return code;
}

static void to_json(const message *m, const cli_checked *r)
{
    cJSON *o = cli_json_object();

    cli_json_bool(o, "valid", r->flaw == CLI_FLAW_NONE);
    cli_json_string(o, "reason", r->flaw == CLI_FLAW_NONE ? NULL : cli_flaw_word(r->flaw));
    cli_json_string(o, "detail", r->detail);
    cli_json_string(o, "subject", r->subject);
    cli_json_string(o, "issuer", r->issuer);
    cli_json_string(o, "serial", r->serial);
    cli_json_string(o, "not_after", r->not_after);
    cli_json_string(o, "signing_time", r->time);
    cli_json_string(o, "digest", r->digest);
    cli_json_string(o, "key_type", r->key);
    cli_json_bool(o, "cades_bes", r->cades);
    cli_json_string(o, "chain",
                    r->chain > 0   ? "trusted"
                    : r->chain < 0 ? "not-checked"
                                   : "not-trusted");
    cli_json_add(m->signers, NULL, o);
}

static void to_text(const cli *c, const message *m, const cli_checked *r)
{
    char *file = cli_printable(m->name), *who, *detail = cli_printable(r->detail ? r->detail : "");

    if (r->subject)
        who = cli_printable(r->subject);
    else
        who = cli_printable(r->issuer ? r->issuer : "?");
    if (r->flaw != CLI_FLAW_NONE) {
        if (r->subject)
            cli_fail(CLI_FAILURE, _("%s: signature of %s: %s%s%s%s"), file, who,
                     cli_flaw_text(r->flaw), *detail ? " (" : "", detail, *detail ? ")" : "");
        else
            cli_fail(CLI_FAILURE, _("%s: signature by certificate %s of %s: %s%s%s%s"), file,
                     r->serial ? r->serial : "?", who, cli_flaw_text(r->flaw), *detail ? " (" : "",
                     detail, *detail ? ")" : "");
    } else {
        cli_say(c, _("%s: good signature of %s"), file, who);
        cli_say(c, _("    signed: %s (by the signer's clock)"), r->time ? r->time : "-");
        cli_say(c, _("    algorithms: %s, %s"), r->key ? r->key : "?", r->digest ? r->digest : "?");
        cli_say(c, _("    attributes: %s"), r->cades ? "CAdES-BES" : "-");
        cli_say(c, "%s",
                r->chain > 0 ? _("    certificate: trusted") : _("    certificate: not checked"));
    }
    free(file);
    free(who);
    free(detail);
}

/* ---- the message ---------------------------------------------------------------------------- */

static int parse(message *m)
{
    const unsigned char *p = m->der.at;
    char name[80];

    m->cms = d2i_CMS_ContentInfo(NULL, &p, (long)m->der.len);
    ERR_clear_error();
    if (!m->cms)
        return bad(m, CLI_FAILURE, _("this is no CMS message, or it is damaged or cut off"));
    if (p != m->der.at + m->der.len)
        return bad(m, CLI_FAILURE, _("something follows the message: the file is damaged"));
    if (OBJ_obj2nid(CMS_get0_type(m->cms)) != NID_pkcs7_signed) {
        OBJ_obj2txt(name, sizeof(name), CMS_get0_type(m->cms), 0);
        return bad_text(m, CLI_FAILURE,
                        cli_printf(_("this is a CMS message without signatures (%s)"), name));
    }
    if (sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(m->cms)) <= 0)
        return bad(m, CLI_FAILURE, _("the message has no signatures"));
    if (sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(m->cms)) > SIGNERS_MAX)
        return bad(m, CLI_FAILURE, _("the message has too many signatures"));
    return CLI_OK;
}

static int check_certs(const message *m)
{
    STACK_OF(X509) *certs = CMS_get1_certs(m->cms);
    int n = sk_X509_num(certs);

    sk_X509_pop_free(certs, X509_free);
    return n <= CERTS_MAX ? CLI_OK
                          : bad(m, CLI_FAILURE, _("the message has too many certificates"));
}

/* Where the content of a detached message is. */
static int find_content(const job *j, message *m)
{
    const char *given = j->c->value[OPT_CMS_CONTENT];
    ASN1_OCTET_STRING **inside = CMS_get0_content(m->cms);
    char name[80];

    OBJ_obj2txt(name, sizeof(name), CMS_get0_eContentType(m->cms), 0);
    cli_json_string(m->json, "content_type", name);
    if (!inside)
        return bad(m, CLI_FAILURE, _("the content is of a form that is not known here"));
    m->detached = !*inside;
    cli_json_bool(m->json, "detached", m->detached);
    if (!m->detached && given)
        return bad(m, CLI_USAGE,
                   _("the message has its content inside: --content is for detached "
                     "ones"));
    if (!m->detached)
        return CLI_OK;
    if (j->c->value[OPT_CMS_OUT])
        return bad(m, CLI_USAGE, _("the message is detached: there is no content in it for --out"));
    m->content_name = given ? cli_strdup(given) : cli_message_content_name(m->name);
    if (!m->content_name)
        return bad(m, CLI_USAGE,
                   _("the content is not in the message: name its file by "
                     "--content"));
    if (!given && !cli_message_content_is_there(m->content_name))
        return bad_text(m, CLI_FAILURE,
                        cli_printf(_("the content is not in the message, and there is no file %s: "
                                     "name it by --content"),
                                   m->content_name));
    cli_json_string(m->json, "content", m->content_name);
    return CLI_OK;
}

/* ---- the content ---------------------------------------------------------------------------- */

/* Reads all of it through the digests, and writes it to fd (-1: nowhere). */
static int digest_content(job *j, const message *m, cli_content *content, int fd)
{
    uint64_t done = 0;
    int n;

    while ((n = BIO_read(content->bio, j->buf, CHUNK)) > 0) {
        size_t keep = sizeof(content->first) - content->n_first;

        if (keep > (size_t)n)
            keep = (size_t)n;
        memcpy(content->first + content->n_first, j->buf, keep);
        content->n_first += keep;
        done += (uint64_t)n;
        cli_progress_show(&j->progress, m->name, done, 0);
        for (int at = 0; fd >= 0 && at < n;) {
            ssize_t put = write(fd, j->buf + at, (size_t)(n - at));

            if (put < 0 && errno == EINTR)
                continue;
            if (put <= 0)
                return bad_text(m, CLI_FAILURE,
                                cli_printf(_("cannot write the content: %s"), strerror(errno)));
            at += (int)put;
        }
    }
    if (n < 0)
        return bad_text(m, CLI_FAILURE,
                        cli_printf(_("cannot read the content: %s"), strerror(errno)));
    return CLI_OK;
}

static int start_content(const message *m, cli_source *source, BIO **file, cli_content *content)
{
    int code = 0;
    char *why;

    if (m->detached) {
        if (cli_source_open(m->content_name, 0, NULL, source) != CLI_OK)
            return bad(m, CLI_FAILURE, _("the content cannot be read"));
        *file = BIO_new_fd(source->fd, BIO_NOCLOSE);
        if (!*file)
            return bad(m, CLI_FAILURE, _("out of memory"));
    }
    content->bio = CMS_dataInit(m->cms, *file);
    if (content->bio)
        return CLI_OK;
    why = cli_ossl_error(&code);
    code = bad_text(m, CLI_FAILURE,
                    cli_printf(_("the content cannot be hashed as the message says: %s"), why));
    free(why);
    return code;
}

static int check_signers(const job *j, const message *m, const cli_content *content)
{
    STACK_OF(CMS_SignerInfo) *all = CMS_get0_SignerInfos(m->cms);
    int code = CLI_OK;

    for (int i = 0; i < sk_CMS_SignerInfo_num(all); i++) {
        cli_checked r;

        cli_check_signer(j->c, &j->trust, m->cms, sk_CMS_SignerInfo_value(all, i), content, &r);
        if (r.flaw != CLI_FLAW_NONE)
            code = CLI_FAILURE;
        to_json(m, &r);
        if (r.flaw != CLI_FLAW_NONE || !j->c->value[OPT_JSON])
            to_text(j->c, m, &r);
        cli_checked_free(&r);
    }
    return code;
}

static int check_content(job *j, const message *m, int fd)
{
    cli_content content = {0};
    cli_source source = {.fd = -1};
    BIO *file = NULL;
    int code = start_content(m, &source, &file, &content);

    if (code == CLI_OK)
        code = digest_content(j, m, &content, fd);
    cli_progress_clear(&j->progress);
    if (code == CLI_OK)
        code = check_signers(j, m, &content);
    /* The chain ends in the file, if there is one. */
    BIO_free_all(content.bio ? content.bio : file);
    cli_source_close(&source);
    ERR_clear_error();
    return code;
}

/* ---- the content as output ------------------------------------------------------------------ */

/* It gets its name, or goes on to standard output, only when every signature is good. */
static int check_and_extract(job *j, const message *m)
{
    const char *out = j->c->value[OPT_CMS_OUT];
    FILE *spool = NULL;
    char *temp = NULL;
    int fd = -1, code;
    ssize_t n;

    if (!out)
        return check_content(j, m, -1);
    if (strcmp(out, "-") != 0) {
        code = cli_output_begin(out, 0600, &temp, &fd);
        if (code != CLI_OK)
            return code;
        code = check_content(j, m, fd);
        if (code == CLI_OK)
            return cli_output_end(out, j->c->value[OPT_FORCE] != NULL, temp, fd);
        cli_output_drop(temp, fd);
        return code;
    }
    spool = tmpfile();
    if (!spool)
        return cli_fail(CLI_FAILURE, _("cannot make a temporary file: %s"), strerror(errno));
    fd = fileno(spool);
    code = check_content(j, m, fd);
    if (code == CLI_OK && lseek(fd, 0, SEEK_SET) != 0)
        code = cli_fail(CLI_FAILURE, _("cannot read a temporary file: %s"), strerror(errno));
    while (code == CLI_OK && (n = read(fd, j->buf, CHUNK)) != 0)
        if (n < 0 || fwrite(j->buf, 1, (size_t)n, stdout) != (size_t)n)
            code = cli_fail(CLI_FAILURE, _("cannot write the content: %s"), strerror(errno));
    fclose(spool);
    return code;
}

static int verify(job *j, const char *path)
{
    message m = {.name = strcmp(path, "-") ? path : _("standard input")};
    int code;

    m.json = cli_json_object();
    m.signers = cli_json_array();
    cli_json_string(m.json, "file", path);
    code = cli_message_read(path, &m.der);
    if (code != CLI_OK)
        cli_json_string(m.json, "error", _("the message cannot be read"));
    if (code == CLI_OK)
        code = parse(&m);
    if (code == CLI_OK)
        code = check_certs(&m);
    if (code == CLI_OK)
        code = find_content(j, &m);
    if (code == CLI_OK)
        code = check_and_extract(j, &m);
    cli_progress_clear(&j->progress);
    cli_json_bool(m.json, "valid", code == CLI_OK);
    cli_json_add(m.json, "signers", m.signers);
    cli_json_add(j->list, NULL, m.json);
    CMS_ContentInfo_free(m.cms);
    free(m.der.at);
    free(m.content_name);
    ERR_clear_error();
    return code;
}

/* ---- the command ---------------------------------------------------------------------------- */

static int verify_files(job *j, const cli_files *files)
{
    size_t failed = 0;
    int worst = CLI_OK;

    cli_progress_start(j->c, &j->progress, files->n);
    for (size_t i = 0; i < files->n; i++) {
        int code;

        j->progress.at = i + 1;
        code = verify(j, files->at[i]);
        failed += code != CLI_OK;
        worst = code != CLI_OK ? code : worst;
    }
    if (failed && files->n > 1)
        cli_fail(
            worst,
            ngettext("%zu message of %zu is not good", "%zu messages of %zu are not good", failed),
            failed, files->n);
    return worst;
}

/* Operands are files, or directories with messages below. */
static int collect(const cli *c, cli_files *files)
{
    int code = CLI_OK;

    for (int i = 0; code == CLI_OK && i < c->operands; i++) {
        const char *path = c->operand[i];
        struct stat st;
        size_t before = files->n;

        if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
            code = cli_walk(path, 1, files);
            if (code == CLI_OK && files->n == before)
                code = cli_fail(CLI_FAILURE,
                                _("there is no message in %s: none whose name ends in .sig"), path);
        } else {
            cli_files_add(files, cli_strdup(path));
        }
    }
    return code;
}

static int check(const cli *c, const cli_files *files)
{
    if (!c->value[OPT_CMS_NO_CHAIN] && !c->value[OPT_CMS_CA])
        return cli_fail(CLI_USAGE,
                        _("name whom you trust by --ca, or check the signatures alone by "
                          "--no-chain"));
    if (c->value[OPT_CMS_NO_CHAIN] && (c->value[OPT_CMS_CA] || c->value[OPT_CMS_CRL] ||
                                       c->value[OPT_CMS_CRL_CHECK] || c->value[OPT_CMS_AT]))
        return cli_fail(CLI_USAGE, _("--no-chain leaves out what --ca, --crl, --crl-check and --at "
                                     "are for"));
    if (files->n > 1 && (c->value[OPT_CMS_CONTENT] || c->value[OPT_CMS_OUT]))
        return cli_fail(CLI_USAGE, _("--content and --out are for one message"));
    if (c->value[OPT_CMS_OUT] && !strcmp(c->value[OPT_CMS_OUT], "-") && c->value[OPT_JSON])
        return cli_fail(CLI_USAGE,
                        _("--json and the content both want standard output: name a file "
                          "by --out"));
    return c->value[OPT_CMS_OUT] ? cli_output_free(c, c->value[OPT_CMS_OUT]) : CLI_OK;
}

static int run(cli *c)
{
    job j = {.c = c};
    cli_files files = {0};
    int code;

    if (!c->operands)
        return cli_fail(CLI_USAGE, _("name the messages to verify, or a directory of them"));
    code = collect(c, &files);
    if (code == CLI_OK)
        code = check(c, &files);
    if (code == CLI_OK)
        code = cli_ossl_start(c);
    if (code == CLI_OK)
        code = cli_trust_start(c, &j.trust);
    if (code == CLI_OK) {
        j.list = cli_json_array();
        j.buf = cli_alloc(CHUNK);
        code = verify_files(&j, &files);
        if (c->value[OPT_JSON]) {
            int printed = cli_json_print(j.list);

            code = code == CLI_OK ? printed : code;
        } else {
            cJSON_Delete(j.list);
        }
        free(j.buf);
    }
    cli_trust_free(&j.trust);
    cli_walk_free(&files);
    return code;
}

static const cli_option options[] = {
    {OPT_CMS_CA, 0, "ca", "FILE|DIR", N_("certificates of authorities to trust")},
    {OPT_CMS_CRL, 0, "crl", "FILE", N_("a list of revoked certificates")},
    {OPT_CMS_CRL_CHECK, 0, "crl-check", NULL, N_("each certificate must be checked by a CRL")},
    {OPT_CMS_NO_CHAIN, 0, "no-chain", NULL, N_("check the signatures, not whom they are of")},
    {OPT_CMS_AT, 0, "at", "TIME", N_("certificates must be valid then; now if not given")},
    {OPT_CMS_CERT, 0, "cert", "FILE", N_("the signer's certificate, if it is not in the message")},
    {OPT_CMS_CADES, 0, "cades", NULL, N_("signatures must be CAdES-BES")},
    {OPT_CMS_CONTENT, 0, "content", "FILE",
     N_("the content of a detached message; else FILE of FILE.sig")},
    {OPT_CMS_OUT, 0, "out", "FILE", N_("write the content of the message to FILE")},
    {OPT_FORCE, 0, "force", NULL, N_("replace the file of --out")},
    {0},
};

static const cli_rule rules[] = {
    {OPT_FORCE, CLI_ONLY_WITH, "--out"},
    {0},
};

const cli_command cli_verify = {
    .name = "verify",
    .operands = "FILE|DIR...",
    .max_operands = 1 << 20,
    .summary = N_("Verifies signatures: CMS messages, attached and detached"),
    .details =
        N_("Done (exit code 0) means that every signature of every message is good and, unless\n"
           "--no-chain is given, that an authority of --ca stands behind each signer. Of a\n"
           "directory, the files are verified whose names end in .sig."),
    .options = options,
    .rules = rules,
    .run = run,
};
