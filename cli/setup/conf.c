/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/conf.h. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include "cli/setup/conf.h"

#define BEGIN "# >>> gosttoken: made by `gosttoken config --install`, taken out by --uninstall"
#define END   "# <<< gosttoken"

char *cli_conf_system(void)
{
    const char *dir = OpenSSL_version(OPENSSL_DIR), *quote = strchr(dir, '"');

    return quote == NULL ? cli_strdup("/etc/ssl/openssl.cnf")
                         : cli_printf("%.*s/openssl.cnf", (int)strcspn(quote + 1, "\""), quote + 1);
}

char *cli_conf_provider_lines(const cli_conf_settings *s)
{
    char *provider = cli_conf_value(s->place->provider), *module = cli_conf_value(s->place->module);
    char *label = s->token ? cli_conf_value(s->token) : NULL;
    char *source = s->pin_source ? cli_conf_value(s->pin_source) : NULL;
    char *text =
        cli_printf("module = %s\n"
                   "module-path = %s\n"
                   "%s%s%s%s%s%s"
                   "activate = 1\n",
                   provider, module, label ? "token = " : "", label ? label : "", label ? "\n" : "",
                   source ? "pin-source = " : "", source ? source : "", source ? "\n" : "");

    free(provider);
    free(module);
    free(label);
    free(source);
    return text;
}

/* ---- reading -------------------------------------------------------------------------------- */

const char *cli_conf_get(const cli_conf *c, const char *section, const char *name)
{
    const char *value = NCONF_get_string(c->conf, section, name);

    ERR_clear_error(); /* "no such value" is no error here */
    return value;
}

/* OpenSSL 3.0 takes any value for yes; later ones read it. */
static int is_active(const cli_conf *c, const char *section)
{
    static const char *const words[] = {"1", "yes", "true", "on"};
    const char *value = cli_conf_get(c, section, "activate");

    for (size_t i = 0; value != NULL && i < sizeof(words) / sizeof(*words); i++)
        if (strcasecmp(value, words[i]) == 0)
            return 1;
    return 0;
}

cli_conf_bridge cli_conf_bridge_mode(const char *value)
{
    static const struct {
        const char *value;
        cli_conf_bridge mode;
    } modes[] = {
        {"auto", CLI_BRIDGE_AUTO}, {"on", CLI_BRIDGE_ON},   {"yes", CLI_BRIDGE_ON},
        {"1", CLI_BRIDGE_ON},      {"off", CLI_BRIDGE_OFF}, {"no", CLI_BRIDGE_OFF},
        {"0", CLI_BRIDGE_OFF},
    };

    for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
        if (strcmp(value, modes[i].value) == 0)
            return modes[i].mode;
    return CLI_BRIDGE_UNKNOWN;
}

int cli_conf_bridge_needed(void)
{
    return OpenSSL_version_num() < 0x30200000UL;
}

/* The name of a line "1.gosttoken = section" is "gosttoken": keys of a section are unique. */
static const char *plain(const char *name)
{
    const char *dot = strchr(name, '.');

    return dot != NULL ? dot + 1 : name;
}

static int file_is(const char *path, const char *name)
{
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;

    return path != NULL && strcmp(slash != NULL ? slash + 1 : path, name) == 0;
}

static int speaks_of_gost(const char *text)
{
    return text != NULL && strstr(text, "gost") != NULL;
}

static void read_ours(cli_conf *c, const char *name, const char *section)
{
    c->name = name;
    c->gosttoken = section;
    c->active = is_active(c, section);
    c->module = cli_conf_get(c, section, "module");
    c->module_path = cli_conf_get(c, section, "module-path");
    if (c->module_path == NULL)
        c->module_path = cli_conf_get(c, section, "pkcs11-module-path");
    c->bridge = cli_conf_get(c, section, "bridge");
    c->pin_source = cli_conf_get(c, section, "pin-source");
    if (c->pin_source != NULL && strncmp(c->pin_source, "file:", 5) == 0)
        c->pin_source += 5;
    c->has_pin = cli_conf_get(c, section, "pin") != NULL;
}

static void read_provider(cli_conf *c, const char *key, const char *section)
{
    const char *module = cli_conf_get(c, section, "module");
    const char *name = cli_conf_get(c, section, "identity");

    if (name == NULL)
        name = plain(key);
    if (strcmp(name, "default") == 0) {
        if (!c->default_active) {
            c->default_provider = section;
            c->default_active = is_active(c, section);
        }
    } else if (c->gosttoken == NULL &&
               (file_is(module, "gosttoken.so") || strcmp(name, "gosttoken") == 0)) {
        /* By its module's name too: people call sections what they like. */
        read_ours(c, name, section);
    } else if (c->gost_provider == NULL && (speaks_of_gost(name) || speaks_of_gost(module))) {
        c->gost_provider = section;
    }
}

static void read_engine(cli_conf *c, const char *key, const char *section)
{
    const char *id = cli_conf_get(c, section, "engine_id");

    if (c->gost_engine == NULL && (speaks_of_gost(id != NULL ? id : plain(key)) ||
                                   speaks_of_gost(cli_conf_get(c, section, "dynamic_path"))))
        c->gost_engine = section;
}

static void each(cli_conf *c, const char *list,
                 void (*fn)(cli_conf *c, const char *key, const char *section))
{
    STACK_OF(CONF_VALUE) *values = list != NULL ? NCONF_get_section(c->conf, list) : NULL;

    for (int i = 0; values != NULL && i < sk_CONF_VALUE_num(values); i++) {
        const CONF_VALUE *v = sk_CONF_VALUE_value(values, i);

        fn(c, v->name, v->value);
    }
}

static int read_all(BIO *bio, cli_conf *c)
{
    memset(c, 0, sizeof(*c));
    c->conf = NCONF_new(NULL);
    if (bio == NULL || c->conf == NULL || NCONF_load_bio(c->conf, bio, &c->line) <= 0) {
        c->mistake = ERR_reason_error_string(ERR_peek_error());
        if (c->mistake == NULL)
            c->mistake = "";
        goto end;
    }
    c->init = cli_conf_get(c, NULL, "openssl_conf");
    if (c->init == NULL)
        goto end;
    c->providers = cli_conf_get(c, c->init, "providers");
    c->engines = cli_conf_get(c, c->init, "engines");
    c->ssl = cli_conf_get(c, c->init, "ssl_conf");
    if (c->ssl != NULL)
        c->system_default = cli_conf_get(c, c->ssl, "system_default");
    each(c, c->providers, read_provider);
    each(c, c->engines, read_engine);
end:
    ERR_clear_error();
    BIO_free(bio);
    return c->mistake == NULL;
}

int cli_conf_load(const char *path, cli_conf *c)
{
    return read_all(BIO_new_file(path, "rb"), c);
}

int cli_conf_parse(const char *text, size_t len, cli_conf *c)
{
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    return read_all(BIO_new_mem_buf(text, (int)len), c);
}

void cli_conf_free(cli_conf *c)
{
    NCONF_free(c->conf);
    c->conf = NULL;
}

/* ---- the block ------------------------------------------------------------------------------ */

/*
 * A later line of a section wins over an earlier one, and sections may be opened again: so all goes
 * in one block at the end, under the names that the file has.
 */
static char *make_block(const cli_conf *c, const cli_conf_settings *s)
{
    const char *init = c->init != NULL ? c->init : "openssl_init";
    const char *providers = c->providers != NULL ? c->providers : "provider_sect";
    const char *base = c->default_provider != NULL ? c->default_provider : "default_sect";
    const char *ssl = c->ssl != NULL ? c->ssl : "ssl_sect";
    const char *system = c->system_default != NULL ? c->system_default : "system_default_sect";
    char *lines = cli_conf_provider_lines(s), *tls, *text;

    tls = s->tls13 ? cli_strdup("")
                   : cli_printf("# A GOST certificate of a client is not sent in TLS 1.3.\n"
                                "[%s]\n"
                                "ssl_conf = %s\n"
                                "[%s]\n"
                                "system_default = %s\n"
                                "[%s]\n"
                                "MaxProtocol = TLSv1.2\n"
                                "Protocol = -TLSv1.3\n",
                                init, ssl, ssl, system, system);
    text = cli_printf("\n" BEGIN "\n"
                      "[default]\n"
                      "openssl_conf = %s\n"
                      "[%s]\n"
                      "providers = %s\n"
                      "[%s]\n"
                      "default = %s\n"
                      "gosttoken = gosttoken_sect\n"
                      "[%s]\n"
                      "activate = 1\n"
                      "[gosttoken_sect]\n"
                      "%s%s" END "\n",
                      init, init, providers, providers, base, base, lines, tls);
    free(tls);
    free(lines);
    return text;
}

static char *with_crlf(char *text)
{
    char *out = cli_alloc(2 * strlen(text) + 1), *o = out;

    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\n')
            *o++ = '\r';
        *o++ = *p;
    }
    *o = '\0';
    free(text);
    return out;
}

/* Takes the block out, with the line end that was put before it. 0: it has a beginning and no end.
 */
static int strip(char *text, size_t *len)
{
    char *begin = memmem(text, *len, BEGIN, sizeof(BEGIN) - 1), *end;
    size_t rest;

    if (begin == NULL)
        return 1;
    rest = *len - (size_t)(begin - text);
    end = memmem(begin, rest, "\n" END, sizeof("\n" END) - 1);
    if (end == NULL)
        return 0;
    end += sizeof("\n" END) - 1;
    if (end < text + *len && *end == '\r')
        end++;
    if (end < text + *len && *end == '\n')
        end++;
    if (begin > text && begin[-1] == '\n')
        begin--;
    if (begin > text && begin[-1] == '\r')
        begin--;
    rest = *len - (size_t)(end - text);
    memmove(begin, end, rest);
    *len = (size_t)(begin - text) + rest;
    text[*len] = '\0';
    return 1;
}

int cli_conf_edit(const char *path, const uint8_t *text, size_t len, const cli_conf_settings *s,
                  char **out, size_t *out_len)
{
    char *clean = cli_alloc(len + 1), *block;
    const char *first;
    int code = CLI_OK, crlf;
    cli_conf conf;

    if (len > 0)
        memcpy(clean, text, len);
    clean[len] = '\0';
    *out = clean;
    *out_len = len;
    if (!strip(clean, out_len))
        return cli_fail(CLI_FAILURE,
                        _("%s has the beginning of gosttoken's lines, and not their end (%s): take "
                          "them out by hand"),
                        path, END);
    if (s == NULL)
        return CLI_OK;
    if (!cli_conf_parse(clean, *out_len, &conf)) {
        code =
            cli_fail(CLI_FAILURE, _("OpenSSL cannot read %s: line %ld is wrong"), path, conf.line);
    } else if (conf.gosttoken != NULL) {
        code = cli_fail(CLI_FAILURE,
                        _("%s has lines for gosttoken that this program did not write, in section "
                          "[%s]: change those, or take them out first"),
                        path, conf.gosttoken);
    } else {
        first = memchr(clean, '\n', *out_len);
        crlf = first != NULL && first > clean && first[-1] == '\r';
        block = make_block(&conf, s);
        if (crlf)
            block = with_crlf(block);
        *out = cli_printf("%s%s", clean, block);
        *out_len = strlen(*out);
        free(block);
        free(clean);
    }
    cli_conf_free(&conf);
    return code;
}
