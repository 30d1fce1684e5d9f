/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken config: the lines that make programs use this installation. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/crypto.h>
#include "cli/json.h"

#define PROVIDER "gosttoken.so"
#define MODULE   "libgosttoken-pkcs11.so"

/* Where the two libraries are: beside this program in a build tree, else where they are installed.
 */
typedef struct place {
    char *provider, *module;
} place;

static void find_place(const cli *c, place *p)
{
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    char *slash;

    p->provider = p->module = NULL;
    if (n > 0) {
        exe[n] = 0;
        /* build/bin/gosttoken and build/lib/… */
        for (int up = 0; up < 2; up++) {
            slash = strrchr(exe, '/');
            if (slash)
                *slash = 0;
        }
        p->provider = cli_printf("%s/lib/" PROVIDER, exe);
        p->module = cli_printf("%s/lib/" MODULE, exe);
        if (access(p->module, R_OK) || access(p->provider, R_OK)) {
            free(p->provider);
            free(p->module);
            p->provider = p->module = NULL;
        }
    }
    if (!p->provider) {
        p->provider = cli_strdup(GOSTTOKEN_INSTALLED_PROVIDER);
        p->module = cli_strdup(GOSTTOKEN_INSTALLED_MODULE);
    }
    if (c->value[OPT_MODULE]) {
        char *full = realpath(c->value[OPT_MODULE], NULL);

        free(p->module);
        p->module = full ? full : cli_strdup(c->value[OPT_MODULE]);
    }
}

/* A value of openssl.cnf: what would be read as a comment, a variable or a quote is escaped, and
 * blanks at its ends, which would be dropped, are kept by quotes. */
static char *conf_value(const char *s)
{
    size_t len = strlen(s);
    int quote = len && (*s == ' ' || s[len - 1] == ' ');
    char *out = cli_alloc(2 * len + 3), *o = out;

    if (quote)
        *o++ = '"';
    for (; *s; s++) {
        if (strchr("\\$#\"'`", *s))
            *o++ = '\\';
        *o++ = *s;
    }
    if (quote)
        *o++ = '"';
    return out;
}

/* The openssl.cnf of the OpenSSL that this program uses; NULL if it has none. */
static char *system_conf(void)
{
    const char *dir = OpenSSL_version(OPENSSL_DIR), *quote = strchr(dir, '"');
    char *path;

    if (!quote)
        return NULL;
    path = cli_printf("%.*s/openssl.cnf", (int)strcspn(quote + 1, "\""), quote + 1);
    if (access(path, R_OK)) {
        free(path);
        return NULL;
    }
    return path;
}

/* libssl sends no GOST certificate in TLS 1.3, and says nothing about it. It is said twice that 1.3
 * is not wanted: curl takes the maximum back, nginx the list of protocols. */
#define SSL_CONF "ssl_conf = ssl_sect\n"
#define SSL_SECTIONS                                                                               \
    "# A GOST certificate of a client is not sent in TLS 1.3.\n"                                   \
    "[ssl_sect]\n"                                                                                 \
    "system_default = system_default_sect\n"                                                       \
    "[system_default_sect]\n"                                                                      \
    "MaxProtocol = TLSv1.2\n"                                                                      \
    "Protocol = -TLSv1.3\n"

/*
 * A whole configuration file. It takes in the system's, which programs such as `openssl req` and
 * `openssl ca` want sections of, and uses the section names that OpenSSL's own file has, so that
 * what the system says in them stays in force.
 */
static char *openssl_text(const place *p, const char *token, const char *pin_source, int tls13)
{
    char *provider = conf_value(p->provider), *module = conf_value(p->module);
    char *label = token ? conf_value(token) : NULL;
    char *source = pin_source ? conf_value(pin_source) : NULL;
    char *path = system_conf(), *include = path ? conf_value(path) : NULL;
    char *text = cli_printf(
        "# gosttoken for OpenSSL 3: set OPENSSL_CONF to a file of this content. To have\n"
        "# it for every program, add these lines at the end of the system's\n"
        "# openssl.cnf, without the one that begins with .include.\n"
        "%s%s%s"
        "[default]\n"
        "openssl_conf = openssl_init\n"
        "[openssl_init]\n"
        "providers = provider_sect\n"
        "%s"
        "[provider_sect]\n"
        "default = default_sect\n"
        "gosttoken = gosttoken_sect\n"
        "[default_sect]\n"
        "activate = 1\n"
        "[gosttoken_sect]\n"
        "module = %s\n"
        "module-path = %s\n"
        "%s%s%s%s%s%s"
        "activate = 1\n"
        "%s",
        include ? ".include = " : "", include ? include : "", include ? "\n" : "",
        tls13 ? "" : SSL_CONF, provider, module, label ? "token = " : "", label ? label : "",
        label ? "\n" : "", source ? "pin-source = " : "", source ? source : "", source ? "\n" : "",
        tls13 ? "" : SSL_SECTIONS);

    free(provider);
    free(module);
    free(label);
    free(source);
    free(path);
    free(include);
    return text;
}

static char *p11_kit_text(const place *p)
{
    return cli_printf("# gosttoken for p11-kit: a file of this content in its modules directory.\n"
                      "module: %s\n",
                      p->module);
}

/* openssl.cnf has lines: what goes into it must not have more of them. */
static int check_line(const char *what, const char *value)
{
    if (value && strpbrk(value, "\r\n"))
        return cli_fail(CLI_USAGE, "%s must be one line", what);
    return CLI_OK;
}

static int run(cli *c)
{
    const char *token = c->value[OPT_TOKEN], *pin_source = c->value[OPT_PIN_SOURCE];
    char *full = NULL, *text;
    place p;
    int code;

    if (c->value[OPT_OPENSSL] && c->value[OPT_P11_KIT])
        return cli_fail(CLI_USAGE, "--openssl and --p11-kit exclude each other");
    if (token && gt_is_uri(token))
        return cli_fail(CLI_USAGE, "config takes the token's label, not a URI");
    if (pin_source) {
        full = realpath(pin_source, NULL);
        if (!full)
            return cli_fail(CLI_FAILURE, "cannot use the PIN file %s: %s", pin_source,
                            strerror(errno));
    }
    find_place(c, &p);
    code = check_line("--token", token);
    if (code == CLI_OK)
        code = check_line("--pin-source", full);
    if (code != CLI_OK)
        goto end;
    text = c->value[OPT_P11_KIT] ? p11_kit_text(&p)
                                 : openssl_text(&p, token, full, c->value[OPT_TLS13] != NULL);
    if (c->value[OPT_JSON]) {
        cJSON *json = cli_json_object();

        cli_json_string(json, "provider", p.provider);
        cli_json_string(json, "module", p.module);
        cli_json_string(json, "text", text);
        code = cli_json_print(json);
    } else {
        fputs(text, stdout);
    }
    free(text);
end:
    free(full);
    free(p.provider);
    free(p.module);
    return code;
}

static const cli_option options[] = {
    {OPT_OPENSSL, 0, "openssl", NULL, "lines for openssl.cnf (this is the default)"},
    {OPT_P11_KIT, 0, "p11-kit", NULL, "lines for a module file of p11-kit"},
    {OPT_PIN_SOURCE, 0, "pin-source", "FILE", "let OpenSSL take the PIN from FILE"},
    {OPT_TLS13, 0, "tls13", NULL, "leave TLS 1.3 on: GOST certificates are not sent in it"},
    {0},
};

const cli_command cli_config = {
    .name = "config",
    .operands = "",
    .summary = "Prints the configuration that makes programs use gosttoken",
    .details =
        "The paths are those of the installation, or build tree, that this program is in.\n"
        "--token puts the token's label in, --pin-source the name of a PIN file; a PIN itself\n"
        "is never put in.",
    .options = options,
    .run = run,
};
