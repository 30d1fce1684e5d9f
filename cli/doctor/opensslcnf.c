/* SPDX-License-Identifier: Apache-2.0 */
/* openssl.cnf as OpenSSL would read it: what it says of our provider, and of other GOST ones. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include "cli/doctor/doctor.h"

static char *copy(CONF *conf, const char *section, const char *key)
{
    const char *value = NCONF_get_string(conf, section, key);

    return value ? cli_strdup(value) : NULL;
}

/* OpenSSL 3.0 takes any value for yes; later ones read it. */
static int active(CONF *conf, const char *section)
{
    static const char *const no[] = {"0", "no", "off", "false"};
    const char *value = NCONF_get_string(conf, section, "activate");

    for (size_t i = 0; value && i < sizeof(no) / sizeof(*no); i++)
        if (!strcasecmp(value, no[i]))
            return 0;
    return value != NULL;
}

static int file_is(const char *path, const char *name)
{
    const char *slash = path ? strrchr(path, '/') : NULL;

    return path && !strcmp(slash ? slash + 1 : path, name);
}

/* A section's name is also the provider's, unless it has an identity; so are engines'. */
static const char *plain(const char *name)
{
    const char *dot = strchr(name, '.');

    return dot ? dot + 1 : name;
}

static void read_provider(CONF *conf, const char *name, const char *section, doc_cnf *cnf)
{
    const char *path = NCONF_get_string(conf, section, "module");
    const char *identity = NCONF_get_string(conf, section, "identity");

    name = identity ? identity : plain(name);
    if (!strcmp(name, "default")) {
        cnf->default_active |= active(conf, section);
    } else if (!cnf->ours && (file_is(path, "gosttoken.so") || !strcmp(name, "gosttoken"))) {
        cnf->ours = 1;
        cnf->ours_active = active(conf, section);
        cnf->name = cli_strdup(name);
        cnf->provider = copy(conf, section, "module");
        cnf->module = copy(conf, section, "module-path");
        if (!cnf->module)
            cnf->module = copy(conf, section, "pkcs11-module-path");
        cnf->token = copy(conf, section, "token");
        cnf->pin_source = copy(conf, section, "pin-source");
        cnf->has_pin = NCONF_get_string(conf, section, "pin") != NULL;
    } else if (!cnf->gost_provider && (strstr(name, "gost") || (path && strstr(path, "gost")))) {
        cnf->gost_provider = cli_strdup(section);
    }
}

static void read_engine(CONF *conf, const char *name, const char *section, doc_cnf *cnf)
{
    const char *id = NCONF_get_string(conf, section, "engine_id");
    const char *path = NCONF_get_string(conf, section, "dynamic_path");

    id = id ? id : plain(name);
    if (!cnf->gost_engine && (strstr(id, "gost") || (path && strstr(path, "gost"))))
        cnf->gost_engine = cli_strdup(section);
}

static void each(CONF *conf, const char *init, const char *what, doc_cnf *cnf,
                 void (*fn)(CONF *, const char *, const char *, doc_cnf *))
{
    const char *list = NCONF_get_string(conf, init, what);
    STACK_OF(CONF_VALUE) *values = list ? NCONF_get_section(conf, list) : NULL;

    for (int i = 0; i < sk_CONF_VALUE_num(values); i++) {
        const CONF_VALUE *v = sk_CONF_VALUE_value(values, i);

        fn(conf, v->name, v->value, cnf);
    }
}

void doc_cnf_read(doc_cnf *cnf)
{
    char *path = CONF_get1_default_config_file(), reason[200];
    CONF *conf = NCONF_new(NULL);
    const char *init;
    long line = 0;

    memset(cnf, 0, sizeof(*cnf));
    if (path && *path)
        cnf->path = cli_strdup(path);
    OPENSSL_free(path);
    cnf->there = cnf->path && !access(cnf->path, R_OK);
    if (!cnf->there || !conf)
        goto end;
    if (NCONF_load(conf, cnf->path, &line) <= 0) {
        const char *text = ERR_reason_error_string(ERR_peek_error());

        snprintf(reason, sizeof(reason), "%s", text ? text : "");
        cnf->mistake = cli_printf(_("line %ld: %s"), line, reason);
        goto end;
    }
    init = NCONF_get_string(conf, NULL, "openssl_conf");
    if (init) {
        each(conf, init, "providers", cnf, read_provider);
        each(conf, init, "engines", cnf, read_engine);
    }
end:
    ERR_clear_error();
    NCONF_free(conf);
}

void doc_cnf_free(doc_cnf *cnf)
{
    free(cnf->path);
    free(cnf->mistake);
    free(cnf->name);
    free(cnf->provider);
    free(cnf->module);
    free(cnf->token);
    free(cnf->pin_source);
    free(cnf->gost_engine);
    free(cnf->gost_provider);
}
