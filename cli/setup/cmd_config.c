/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken config: the lines that make programs use this installation. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/crypto.h>
#include "cli/setup/conf.h"
#include "cli/json.h"

enum { OPT_INSTALL = OPT_OWN, OPT_UNINSTALL, OPT_CHECK, OPT_NGINX, OPT_CURL };

/* The openssl.cnf of the OpenSSL that this program uses; NULL if it has none. */
static char *system_conf(void)
{
    char *path = cli_conf_system();

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
static char *openssl_text(const cli_conf_settings *s)
{
    char *path = system_conf(), *include = path ? cli_conf_value(path) : NULL;
    char *lines = cli_conf_provider_lines(s);
    char *text = cli_printf(
        "# gosttoken for OpenSSL 3: set OPENSSL_CONF to a file of this content. To have\n"
        "# it for every program, run `gosttoken config --install`.\n"
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
        "%s"
        "%s",
        include ? ".include = " : "", include ? include : "", include ? "\n" : "",
        s->tls13 ? "" : SSL_CONF, lines, s->tls13 ? "" : SSL_SECTIONS);

    free(lines);
    free(path);
    free(include);
    return text;
}

/* A URI as programs want it, of the token that is named, if one is. */
static char *uri_of(const cli_conf_settings *s, const char *type)
{
    char *token = cli_strdup(""), *more, *uri;

    for (const char *p = s->token; p != NULL && *p != '\0'; p++) {
        more = isalnum((unsigned char)*p) || strchr("-._~", *p)
                   ? cli_printf("%s%c", token, *p)
                   : cli_printf("%s%%%02X", token, (unsigned)(unsigned char)*p);
        free(token);
        token = more;
    }
    uri = cli_printf("pkcs11:%s%s%sobject=NAME;type=%s", *token ? "token=" : "", token,
                     *token ? ";" : "", type);
    free(token);
    return uri;
}

static char *nginx_text(const cli_conf_settings *s)
{
    char *key = uri_of(s, "private");
    char *text = cli_printf(
        "# gosttoken for nginx. At the top of nginx.conf:\n"
        "env OPENSSL_CONF;\n"
        "env GOSTTOKEN_DIR;\n"
        "# In the server's block; NAME is the label of the key. The certificate is a file:\n"
        "#   gosttoken export-cert --label NAME --chain --out /etc/nginx/NAME.pem\n"
        "#   gosttoken uri-pem '%s' >/etc/nginx/NAME.key\n"
        "ssl_certificate /etc/nginx/NAME.pem;\n"
        "ssl_certificate_key /etc/nginx/NAME.key;\n"
        "ssl_protocols TLSv1.2%s;\n"
        "ssl_ciphers GOST2012-KUZNYECHIK-KUZNYECHIKOMAC:GOST2012-MAGMA-MAGMAOMAC:"
        "IANA-GOST2012-GOST8912-GOST8912:HIGH;\n",
        key, s->tls13 ? " TLSv1.3" : "");

    free(key);
    return text;
}

static char *curl_text(const cli_conf_settings *s)
{
    char *key = uri_of(s, "private"), *cert = uri_of(s, "cert");
    char *text =
        cli_printf("# gosttoken for curl: lines for ~/.curlrc, or for a file that is given "
                   "by --config. NAME is\n"
                   "# the label of the key and of its certificate.\n"
                   "engine = gosttoken\n"
                   "key-type = ENG\n"
                   "key = \"%s\"\n"
                   "cert-type = ENG\n"
                   "cert = \"%s\"\n"
                   "%s",
                   key, cert, s->tls13 ? "" : "tls-max = 1.2\n");

    free(key);
    free(cert);
    return text;
}

static char *p11_kit_text(const cli_conf_settings *s)
{
    return cli_printf("# gosttoken for p11-kit: a file of this content in its modules directory.\n"
                      "module: %s\n",
                      s->place->module);
}

/* openssl.cnf has lines: what goes into it must not have more of them. */
static int check_line(const char *what, const char *value)
{
    if (value && strpbrk(value, "\r\n"))
        return cli_fail(CLI_USAGE, _("%s must be one line"), what);
    return CLI_OK;
}

/* What is to be done: one of these options at most. */
static const struct {
    int opt;
    const char *name;
    char *(*text)(const cli_conf_settings *s); /* NULL: something is done to a file */
} modes[] = {
    {OPT_OPENSSL, "--openssl", openssl_text},
    {OPT_P11_KIT, "--p11-kit", p11_kit_text},
    {OPT_NGINX, "--nginx", nginx_text},
    {OPT_CURL, "--curl", curl_text},
    {OPT_INSTALL, "--install", NULL},
    {OPT_UNINSTALL, "--uninstall", NULL},
    {OPT_CHECK, "--check", NULL},
};
#define MODES (sizeof(modes) / sizeof(*modes))

static int choose(const cli *c, size_t *mode)
{
    size_t n = 0;

    *mode = 0;
    for (size_t i = 0; i < MODES; i++) {
        if (!c->value[modes[i].opt])
            continue;
        if (n++ > 0)
            return cli_fail(CLI_USAGE, _("%s and %s exclude each other"), modes[*mode].name,
                            modes[i].name);
        *mode = i;
    }
    if (c->operands > 0 && modes[*mode].text != NULL)
        return cli_fail(CLI_USAGE,
                        _("config does not take \"%s\": FILE is for --install, --uninstall "
                          "and --check"),
                        c->operand[0]);
    return CLI_OK;
}

static int print_text(const cli *c, const cli_conf_settings *s, char *text)
{
    cJSON *json;
    int code = CLI_OK;

    if (c->value[OPT_JSON]) {
        json = cli_json_object();
        cli_json_string(json, "provider", s->place->provider);
        cli_json_string(json, "module", s->place->module);
        cli_json_string(json, "text", text);
        code = cli_json_print(json);
    } else {
        fputs(text, stdout);
    }
    free(text);
    return code;
}

static int work_on_file(cli *c, int opt, const cli_conf_settings *s)
{
    char *path = c->operands > 0 ? cli_strdup(c->operand[0]) : cli_conf_system();
    int code = opt == OPT_CHECK ? cli_conf_check(c, path)
                                : cli_conf_install(c, path, opt == OPT_INSTALL ? s : NULL);

    free(path);
    return code;
}

static int run(cli *c)
{
    const char *pin_source = c->value[OPT_PIN_SOURCE];
    cli_conf_settings s = {.token = c->value[OPT_TOKEN], .tls13 = c->value[OPT_TLS13] != NULL};
    char *full = NULL;
    cli_place p;
    size_t mode;
    int code = choose(c, &mode);

    if (code != CLI_OK)
        return code;
    if (s.token && gt_is_uri(s.token))
        return cli_fail(CLI_USAGE, _("config takes the token's label, not a URI"));
    if (pin_source) {
        full = realpath(pin_source, NULL);
        if (!full)
            return cli_fail(CLI_FAILURE, _("cannot use the PIN file %s: %s"), pin_source,
                            strerror(errno));
    }
    cli_place_find(c, &p);
    s.place = &p;
    s.pin_source = full;
    code = check_line("--token", s.token);
    if (code == CLI_OK)
        code = check_line("--pin-source", full);
    if (code == CLI_OK)
        code = modes[mode].text != NULL ? print_text(c, &s, modes[mode].text(&s))
                                        : work_on_file(c, modes[mode].opt, &s);
    free(full);
    cli_place_free(&p);
    return code;
}

static const cli_option options[] = {
    {OPT_OPENSSL, 0, "openssl", NULL, N_("lines for openssl.cnf (this is the default)")},
    {OPT_P11_KIT, 0, "p11-kit", NULL, N_("lines for a module file of p11-kit")},
    {OPT_NGINX, 0, "nginx", NULL, N_("lines for nginx.conf")},
    {OPT_CURL, 0, "curl", NULL, N_("lines for a configuration file of curl")},
    {OPT_INSTALL, 0, "install", NULL, N_("put the lines into FILE, else OpenSSL's openssl.cnf")},
    {OPT_UNINSTALL, 0, "uninstall", NULL, N_("take out of it what --install has put in")},
    {OPT_CHECK, 0, "check", NULL, N_("tell whether it makes OpenSSL use gosttoken")},
    {OPT_PIN_SOURCE, 0, "pin-source", "FILE", N_("let OpenSSL take the PIN from FILE")},
    {OPT_TLS13, 0, "tls13", NULL, N_("leave TLS 1.3 on: GOST certificates are not sent in it")},
    {0},
};

static const cli_rule rules[] = {
    {OPT_TLS13, CLI_NOT_WITH, "--p11-kit|--uninstall|--check"},
    {OPT_TOKEN, CLI_NOT_WITH, "--p11-kit|--uninstall|--check"},
    {OPT_PIN_SOURCE, CLI_NOT_WITH, "--p11-kit|--nginx|--curl|--uninstall|--check"},
    {OPT_PIN_FILE, CLI_NEVER, ""},
    {OPT_PIN_FD, CLI_NEVER, ""},
    {0},
};

const cli_command cli_config = {
    .name = "config",
    .operands = "[FILE]",
    .max_operands = 1,
    .summary = N_("Prints or installs the configuration that makes programs use gosttoken"),
    .details =
        N_("The paths are those of the installation, or build tree, that this program is in.\n"
           "--token puts the token's label in, --pin-source the name of a PIN file; a PIN itself\n"
           "is never put in. --install keeps everything else in FILE as it is."),
    .options = options,
    .rules = rules,
    .run = run,
};
