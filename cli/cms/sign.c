/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken sign: makes CMS messages. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/err.h>
#include "cli/cms/cms.h"
#include "cli/output.h"

#define CHUNK (1 << 17)

typedef struct job {
    cli *c;
    cli_signers signers;
    cli_progress progress;
    int pem, detached, add;
    char *buf; /* CHUNK bytes */
} job;

/* ---- the signatures ------------------------------------------------------------------------- */

/* What is hashed when the content is read, and again when it is copied: it must not change. */
static EVP_MD_CTX *watch_start(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) > 0)
        return ctx;
    EVP_MD_CTX_free(ctx);
    return NULL;
}

static int read_into(job *j, cli_source *content, BIO *bio, EVP_MD_CTX *watch)
{
    long n;

    while ((n = cli_source_read(content, j->buf, CHUNK)) > 0)
        if (BIO_write(bio, j->buf, (int)n) != (int)n ||
            EVP_DigestUpdate(watch, j->buf, (size_t)n) <= 0)
            return cli_fail_ossl(CLI_FAILURE, _("cannot hash %s"), content->name);
    return n < 0 ? CLI_FAILURE : CLI_OK;
}

static int add_signers(const job *j, CMS_ContentInfo *cms)
{
    for (size_t i = 0; i < j->signers.n; i++) {
        const cli_signer *s = &j->signers.at[i];

        if (!CMS_add1_signer(cms, s->cert, s->key, s->md,
                             CMS_PARTIAL | CMS_BINARY | CMS_CADES | CMS_NOCERTS | CMS_NOSMIMECAP))
            return 0;
    }
    for (int i = 0; i < sk_X509_num(j->signers.include); i++)
        if (!CMS_add1_cert(cms, sk_X509_value(j->signers.include, i)))
            return 0;
    return 1;
}

/* A detached message over the content, as DER; digest: SHA-256 of what was read. */
static int sign_content(job *j, cli_source *content, cli_bytes *der, uint8_t digest[32])
{
    EVP_MD_CTX *watch = watch_start();
    CMS_ContentInfo *cms =
        CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY | CMS_DETACHED);
    unsigned char *out = NULL;
    BIO *bio = NULL;
    int code = CLI_OK, len = -1;

    if (!watch || !cms || !add_signers(j, cms) || !(bio = CMS_dataInit(cms, NULL)))
        code = cli_fail_ossl(CLI_FAILURE, _("cannot sign %s"), content->name);
    if (code == CLI_OK)
        code = read_into(j, content, bio, watch);
    if (code == CLI_OK) {
        (void)BIO_flush(bio);
        if (!CMS_dataFinal(cms, bio) || (len = i2d_CMS_ContentInfo(cms, &out)) <= 0 ||
            EVP_DigestFinal_ex(watch, digest, NULL) <= 0)
            code = cli_fail_ossl(CLI_FAILURE, _("cannot sign %s"), content->name);
    }
    if (code == CLI_OK) {
        der->at = cli_alloc((size_t)len);
        der->len = (size_t)len;
        memcpy(der->at, out, der->len);
    }
    OPENSSL_free(out);
    BIO_free_all(bio);
    CMS_ContentInfo_free(cms);
    EVP_MD_CTX_free(watch);
    return code;
}

/* ---- the message ---------------------------------------------------------------------------- */

static int cannot_write(const char *name)
{
    return cli_fail(CLI_FAILURE, _("cannot write %s: %s"), name, strerror(errno));
}

static int put(BIO *out, const void *at, size_t len)
{
    const uint8_t *p = at;

    while (len) { /* a disk that gets full takes a part, and says why it does not take the rest */
        int n = BIO_write(out, p, len < INT_MAX ? (int)len : INT_MAX);

        if (n <= 0)
            return 0;
        p += n;
        len -= (size_t)n;
    }
    return 1;
}

/* The content, which must be what was signed. */
static int copy_content(job *j, cli_source *content, const uint8_t digest[32], BIO *out,
                        const char *name)
{
    EVP_MD_CTX *watch = watch_start();
    uint8_t now[32];
    uint64_t size = content->pos;
    int code = cli_source_rewind(content);
    long n = 0;

    while (code == CLI_OK && watch && (n = cli_source_read(content, j->buf, CHUNK)) > 0 &&
           content->pos <= size && EVP_DigestUpdate(watch, j->buf, (size_t)n) > 0)
        if (!put(out, j->buf, (size_t)n))
            code = cannot_write(name);
    if (n < 0)
        code = CLI_FAILURE;
    if (code == CLI_OK &&
        (!watch || content->pos != size || EVP_DigestFinal_ex(watch, now, NULL) <= 0 ||
         memcmp(now, digest, sizeof(now)) != 0))
        code = cli_fail(CLI_FAILURE, _("%s changed while it was being signed: sign it again"),
                        content->name);
    EVP_MD_CTX_free(watch);
    return code;
}

/* The message, to a descriptor. content NULL: detached. */
static int write_message(job *j, const cli_bytes *head, cli_source *content,
                         const uint8_t digest[32], const cli_bytes *tail, int fd, const char *name)
{
    BIO *out = BIO_new_fd(fd, BIO_NOCLOSE), *base64 = NULL;
    int code = CLI_OK;

    if (out && j->pem) {
        BIO_puts(out, "-----BEGIN CMS-----\n");
        base64 = BIO_new(BIO_f_base64());
        out = base64 ? BIO_push(base64, out) : out;
    }
    errno = 0;
    if (!out || (j->pem && !base64) || !put(out, head->at, head->len))
        code = cannot_write(name);
    if (code == CLI_OK && content)
        code = copy_content(j, content, digest, out, name);
    if (code == CLI_OK && (!put(out, tail->at, tail->len) || BIO_flush(out) <= 0))
        code = cannot_write(name);
    if (base64) {
        out = BIO_pop(base64);
        BIO_free(base64);
        if (code == CLI_OK && BIO_puts(out, "-----END CMS-----\n") <= 0)
            code = cannot_write(name);
    }
    BIO_free(out);
    ERR_clear_error();
    return code;
}

/* What has the content in it is no more open to others than the content's own file. */
static mode_t mode_of(const cli_source *content, int attached)
{
    mode_t mask = umask(0);

    umask(mask);
    return (attached ? content->mode : 0666) & ~mask;
}

/* Over an existing message its own file is kept until the new one is whole. */
static int output(job *j, const cli_parts *a, const cli_parts *b, int attached, cli_source *content,
                  const uint8_t digest[32], const char *path)
{
    int to_stdout = !strcmp(path, "-"), fd = STDOUT_FILENO, code = CLI_OK;
    cli_bytes head, tail;
    char *temp = NULL;
    struct stat st;

    cli_parts_join(a, b, attached, attached ? content->pos : 0, &head, &tail);
    if (!to_stdout)
        code = cli_output_free(j->c, path);
    if (!to_stdout && code == CLI_OK && stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        code = cli_fail(CLI_FAILURE, _("%s is there already and is no plain file"), path);
    if (!to_stdout && code == CLI_OK)
        code = cli_output_begin(path, mode_of(content, attached), &temp, &fd);
    if (code == CLI_OK)
        code = write_message(j, &head, attached ? content : NULL, digest, &tail, fd,
                             to_stdout ? _("standard output") : path);
    if (temp && code == CLI_OK)
        code = cli_output_end(path, j->c->value[OPT_FORCE] != NULL, temp, fd);
    else if (temp)
        cli_output_drop(temp, fd);
    free(head.at);
    free(tail.at);
    return code;
}

/* ---- one file ------------------------------------------------------------------------------- */

static int not_der(const char *name)
{
    return cli_fail(CLI_FAILURE, _("%s is no CMS message with signatures, or it is damaged"), name);
}

static int sign_file(job *j, const char *path, const char *to)
{
    uint8_t digest[32];
    cli_source content;
    cli_bytes der = {0};
    cli_parts parts;
    int code = cli_source_open(path, !j->detached, &j->progress, &content);

    if (code != CLI_OK)
        return code;
    code = sign_content(j, &content, &der, digest);
    if (code == CLI_OK && !cli_parts_read(der.at, der.len, &parts))
        code = not_der(path);
    if (code == CLI_OK)
        code = output(j, &parts, NULL, !j->detached, &content, digest, to);
    cli_source_close(&content);
    free(der.at);
    return code;
}

/* The content of a detached message: --content, else the file of that name beside it. */
static int open_content(job *j, const char *path, cli_source *content)
{
    const char *given = j->c->value[OPT_CMS_CONTENT];
    char *beside = given ? NULL : cli_message_content_name(path);
    int code;

    if (!given && !beside)
        return cli_fail(CLI_USAGE,
                        _("%s has signatures without the content: name its file by --content"),
                        path);
    if (beside && !cli_message_content_is_there(beside)) {
        code = cli_fail(CLI_FAILURE,
                        _("%s has signatures without the content, and there is no file %s: name it "
                          "by --content"),
                        path, beside);
        free(beside);
        return code;
    }
    code = cli_source_open(given ? given : beside, 0, &j->progress, content);
    /* The name is for messages only: one that lives as long as the source. */
    content->name = path;
    free(beside);
    return code;
}

static int add_to_file(job *j, const char *path, const char *to)
{
    cli_bytes old = {0}, der = {0};
    cli_source content = {.fd = -1};
    cli_parts a, b;
    uint8_t digest[32];
    int code = cli_message_read(path, &old);

    if (code != CLI_OK)
        return code;
    if (!cli_parts_read(old.at, old.len, &a) &&
        !(cli_message_normalise(&old) && cli_parts_read(old.at, old.len, &a)))
        code = not_der(path);
    if (code == CLI_OK && a.attached && j->c->value[OPT_CMS_CONTENT])
        code = cli_fail(CLI_USAGE, _("%s has its content inside: --content is for detached ones"),
                        path);
    if (code == CLI_OK && a.attached)
        cli_source_memory(path, a.content.at, a.content.len, &content);
    else if (code == CLI_OK)
        code = open_content(j, path, &content);
    if (code == CLI_OK)
        code = sign_content(j, &content, &der, digest);
    if (code == CLI_OK && !cli_parts_read(der.at, der.len, &b))
        code = not_der(path);
    /* The signatures name the content's type: ours is plain data. */
    if (code == CLI_OK && (a.type.len != b.type.len || memcmp(a.type.at, b.type.at, a.type.len)))
        code = cli_fail(CLI_FAILURE,
                        _("the content of %s is not plain data: no signature can be "
                          "added by this command"),
                        path);
    if (code == CLI_OK)
        code = output(j, &a, &b, a.attached, &content, digest, to);
    cli_source_close(&content);
    free(old.at);
    free(der.at);
    return code;
}

/* ---- all of them ---------------------------------------------------------------------------- */

static int is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Makes the directories above a file. */
static int make_parents(const char *path)
{
    char *copy = cli_strdup(path);
    int code = CLI_OK;

    for (char *p = strchr(copy + 1, '/'); code == CLI_OK && p; p = strchr(p + 1, '/')) {
        *p = 0;
        if (mkdir(copy, 0777) != 0 && errno != EEXIST)
            code = cannot_write(copy);
        *p = '/';
    }
    free(copy);
    return code;
}

/* Where the message of a file goes; `base`: the directory that was given, of whose tree --out gets
 * a copy. */
static char *output_name(const job *j, const char *path, const char *base)
{
    const char *out = j->c->value[OPT_CMS_OUT], *name;

    if (j->add && !out)
        return cli_strdup(path);
    if (!out)
        return strcmp(path, "-") ? cli_printf("%s" CLI_CMS_SUFFIX, path) : cli_strdup("-");
    if (base) {
        name = path + strlen(base);
        while (*name == '/')
            name++;
        return cli_printf("%s/%s" CLI_CMS_SUFFIX, out, name);
    }
    if (strcmp(out, "-") != 0 && strcmp(path, "-") != 0 && is_directory(out)) {
        name = strrchr(path, '/');
        return cli_printf("%s/%s%s", out, name ? name + 1 : path, j->add ? "" : CLI_CMS_SUFFIX);
    }
    return cli_strdup(out);
}

static int one(job *j, const char *path, const char *to)
{
    int code = j->add ? add_to_file(j, path, to) : sign_file(j, path, to);

    cli_progress_clear(&j->progress);
    ERR_clear_error();
    return code;
}

static void report(const job *j, const char *path, const char *to, cJSON *list)
{
    char *shown;

    if (j->c->value[OPT_JSON]) {
        cJSON *o = cli_json_object();

        cli_json_string(o, "file", path);
        cli_json_string(o, "signature", to);
        cli_json_add(list, NULL, o);
    } else if (strcmp(to, "-") != 0) {
        shown = cli_printable(to);
        cli_say(j->c, "%s", shown);
        free(shown);
    }
}

/* In a directory: what has a signature already keeps it. 1: so it is. */
static int has_signature(const job *j, const char *path, const char *to)
{
    struct stat content, message;

    if (j->c->value[OPT_FORCE] || stat(to, &message) != 0)
        return 0;
    if (stat(path, &content) == 0 && content.st_mtime > message.st_mtime)
        cli_warn(_("%s is newer than %s, which is left as it is: --force makes it anew"), path, to);
    return 1;
}

static int sign_directory(job *j, cJSON *list)
{
    const char *dir = j->c->value[OPT_CMS_DIR];
    cli_files files = {0};
    size_t before = 0, failed = 0;
    int code = cli_walk(dir, 0, &files), worst = code;

    cli_progress_start(j->c, &j->progress, files.n);
    for (size_t i = 0; code == CLI_OK && i < files.n; i++) {
        char *to = output_name(j, files.at[i], dir);

        j->progress.at = i + 1;
        if (has_signature(j, files.at[i], to)) {
            before++;
        } else {
            int r = j->c->value[OPT_CMS_OUT] ? make_parents(to) : CLI_OK;

            if (r == CLI_OK)
                r = one(j, files.at[i], to);
            if (r == CLI_OK)
                report(j, files.at[i], to, list);
            failed += r != CLI_OK;
            worst = r != CLI_OK ? r : worst;
            if (r == CLI_PIN || r == CLI_NOT_FOUND)
                code = r; /* the token: it will not be better for the next file */
        }
        free(to);
    }
    if (worst == CLI_OK && before)
        cli_say(
            j->c,
            ngettext("%zu file had its signature before", "%zu files had theirs before", before),
            before);
    if (failed)
        cli_fail(worst,
                 ngettext("%zu file of %zu has not been signed",
                          "%zu files of %zu have not been signed", failed),
                 failed, files.n);
    cli_walk_free(&files);
    return worst;
}

static int sign_operands(job *j, cJSON *list)
{
    int worst = CLI_OK;

    cli_progress_start(j->c, &j->progress, (size_t)j->c->operands);
    for (int i = 0; i < j->c->operands; i++) {
        const char *path = j->c->operand[i];
        char *to = output_name(j, path, NULL);
        int code = one(j, path, to);

        j->progress.at = (size_t)i + 1;
        if (code == CLI_OK)
            report(j, path, to, list);
        else
            worst = code;
        free(to);
    }
    return worst;
}

/* ---- the command ---------------------------------------------------------------------------- */

static int one_of(const char *value, const char *const *words)
{
    if (!value)
        return 1;
    for (; *words; words++)
        if (!strcmp(value, *words))
            return 1;
    return 0;
}

/* Two files of one name from two directories would be one message in that of --out. */
static int check_names(const job *j)
{
    cli_files to = {0};
    int code = CLI_OK;

    for (int i = 0; i < j->c->operands; i++)
        cli_files_add(&to, output_name(j, j->c->operand[i], NULL));
    cli_files_sort(&to);
    for (size_t i = 1; code == CLI_OK && i < to.n; i++)
        if (!strcmp(to.at[i - 1], to.at[i]))
            code =
                cli_fail(CLI_USAGE, _("two of the files would both have the message %s"), to.at[i]);
    cli_walk_free(&to);
    return code;
}

static int check_outputs(const job *j)
{
    const cli *c = j->c;
    int several = c->operands > 1, code = CLI_OK, to_stdout = 0;

    if (several && c->value[OPT_CMS_OUT] && strcmp(c->value[OPT_CMS_OUT], "-") != 0 &&
        !is_directory(c->value[OPT_CMS_OUT]))
        return cli_fail(CLI_USAGE, _("--out must be a directory where several files are signed"));
    for (int i = 0; code == CLI_OK && i < c->operands; i++) {
        char *to = output_name(j, c->operand[i], NULL);

        to_stdout = to_stdout || !strcmp(to, "-");
        if (strcmp(to, "-") != 0)
            code = cli_output_free(c, to);
        free(to);
    }
    if (code == CLI_OK && !to_stdout)
        code = check_names(j);
    if (code != CLI_OK || !to_stdout)
        return code;
    if (several)
        return cli_fail(CLI_USAGE, _("only one message can go to standard output"));
    if (c->value[OPT_JSON])
        return cli_fail(CLI_USAGE, _("--json and a message both want standard output: name a file "
                                     "by --out"));
    if (!j->pem && isatty(STDOUT_FILENO))
        return cli_fail(CLI_USAGE,
                        _("the message is binary and standard output is a terminal: name "
                          "a file by --out, or give --outform PEM"));
    return CLI_OK;
}

static int check(const job *j)
{
    static const char *const forms[] = {"DER", "der", "PEM", "pem", NULL};
    static const char *const includes[] = {"none", "signer", "chain", NULL};
    const cli *c = j->c;

    if (!one_of(c->value[OPT_CMS_OUTFORM], forms))
        return cli_fail(CLI_USAGE, _("--outform is DER or PEM"));
    if (!one_of(c->value[OPT_CMS_INCLUDE], includes))
        return cli_fail(CLI_USAGE, _("--include is none, signer or chain"));
    if (c->value[OPT_CMS_DIR] && c->operands)
        return cli_fail(CLI_USAGE, _("--dir takes the place of files"));
    if (c->value[OPT_CMS_DIR] && j->add)
        return cli_fail(CLI_USAGE, _("--add takes messages by their names, not --dir"));
    if (!c->value[OPT_CMS_DIR] && !c->operands)
        return cli_fail(CLI_USAGE, _("name the files to sign, \"-\" for standard input, or --dir"));
    if (j->add && j->detached)
        return cli_fail(CLI_USAGE,
                        _("a signature is added to a message as it is: --detached is for "
                          "new ones"));
    if (c->value[OPT_CMS_CONTENT] && !(j->add && c->operands == 1))
        return cli_fail(CLI_USAGE, _("--content is for --add and one detached message"));
    return check_outputs(j);
}

static int run(cli *c)
{
    job j = {.c = c,
             .pem = c->value[OPT_CMS_OUTFORM] && strchr("Pp", *c->value[OPT_CMS_OUTFORM]),
             .detached = c->value[OPT_CMS_DETACHED] != NULL,
             .add = c->value[OPT_CMS_ADD] != NULL};
    cJSON *list;
    int code = check(&j);

    if (code != CLI_OK)
        return code;
    list = cli_json_array();
    j.buf = cli_alloc(CHUNK);
    code = cli_signers_find(c, &j.signers);
    if (code == CLI_OK)
        code = c->value[OPT_CMS_DIR] ? sign_directory(&j, list) : sign_operands(&j, list);
    if (code == CLI_OK && c->value[OPT_JSON])
        code = cli_json_print(list);
    else
        cJSON_Delete(list);
    cli_signers_free(&j.signers);
    free(j.buf);
    return code;
}

static const cli_option options[] = {
    {OPT_CMS_DIR, 0, "dir", "DIR", N_("sign every file in DIR and below")},
    {OPT_CMS_OUT, 0, "out", "FILE|DIR", N_("where the message goes; else FILE.sig beside FILE")},
    {OPT_CMS_OUTFORM, 0, "outform", "DER|PEM", N_("the message's form; DER if not given")},
    {OPT_CMS_DETACHED, 0, "detached", NULL, N_("leave the content out of the message")},
    {OPT_CMS_SIGNER, 0, "signer", "URI|LABEL",
     N_("a key, or its certificate; once for each signer")},
    {OPT_CMS_KEY, 0, "key", "URI", N_("the same")},
    {OPT_LABEL, 0, "label", "NAME", N_("the same, by the key's label")},
    {OPT_CMS_CERT, 0, "cert", "FILE", N_("the certificate of a key that has none on its token")},
    {OPT_CMS_INCLUDE, 0, "include", "none|signer|chain",
     N_("the certificates in the message; signer if not given")},
    {OPT_CMS_CHAIN, 0, "chain", "FILE", N_("certificates to make the chain of")},
    {OPT_CMS_ADD, 0, "add", NULL, N_("FILE is a message: add a signature to it")},
    {OPT_CMS_CONTENT, 0, "content", "FILE", N_("with --add: the content of a detached message")},
    {OPT_FORCE, 0, "force", NULL, N_("replace files")},
    {0},
};

static const cli_rule rules[] = {
    {OPT_CMS_CHAIN, CLI_ONLY_WITH, "--include chain"},
    {0},
};

const cli_command cli_sign = {
    .name = "sign",
    .operands = "FILE...|--dir DIR",
    .max_operands = 1 << 20,
    .summary = N_("Signs files: CMS messages, with CAdES-BES attributes"),
    .details = N_(
        "The message of FILE is FILE.sig. Of a token with one key that key signs; else name it by\n"
        "--signer. Its certificate is the one on the token with the same id. \"-\" is standard\n"
        "input, and then the message goes to standard output."),
    .options = options,
    .rules = rules,
    .run = run,
};
