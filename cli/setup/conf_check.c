/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken config --check: see cli/conf.h. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/setup/conf.h"
#include "cli/json.h"
#include "cli/output.h"

typedef struct checking {
    cli *c;
    const char *path;
    cli_conf conf;
    cJSON *findings;
    int bad;
} checking;

enum state { GOOD, NOTE, BAD };

static void say(checking *k, enum state state, const char *name, char *text, const char *remedy)
{
    static const char *const words[] = {"ok", "note", "problem"};
    cJSON *json = cli_json_object();
    char *shown = cli_printable(text);

    cli_json_string(json, "check", name);
    cli_json_string(json, "state", words[state]);
    cli_json_string(json, "text", text);
    cli_json_string(json, "remedy", remedy);
    cli_json_add(k->findings, NULL, json);
    k->bad |= state == BAD;
    cli_say(k->c, "%-8s %s%s%s", words[state], shown, remedy != NULL ? ": " : "",
            remedy != NULL ? remedy : "");
    free(shown);
    free(text);
}

static int is_file(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, R_OK) == 0;
}

/* A file that a line of the provider's section names. */
static void check_file(checking *k, const char *key, const char *path)
{
    if (path != NULL && *path == '/' && !is_file(path))
        say(k, BAD, key,
            cli_printf(_("%s = %s: there is no such file, or it cannot be read"), key, path),
            _("`gosttoken config` prints the right path"));
    else if (path != NULL)
        say(k, GOOD, key, cli_printf("%s = %s", key, path), NULL);
}

static void check_pin_source(checking *k)
{
    const char *path = k->conf.pin_source;
    struct stat st;

    if (path == NULL)
        return;
    if (stat(path, &st) != 0)
        say(k, NOTE, "pin-source", cli_printf(_("the PIN file %s cannot be seen"), path),
            _("programs will ask for the PIN, or fail"));
    else if (st.st_mode & (S_IRWXG | S_IRWXO))
        say(k, BAD, "pin-source", cli_printf(_("the PIN file %s is open to others"), path),
            _("chmod 600 it"));
    else
        say(k, GOOD, "pin-source", cli_printf("pin-source = %s", path), NULL);
}

/* doctor sees what it comes to, by loading the provider. */
static void check_bridge(checking *k)
{
    const char *value = k->conf.bridge;
    cli_conf_bridge mode;

    if (value == NULL)
        return;
    mode = cli_conf_bridge_mode(value);
    if (mode == CLI_BRIDGE_UNKNOWN)
        say(k, BAD, "bridge", cli_printf(_("bridge = %s: it can be auto, on or off"), value),
            _("mend the line"));
    else if (mode == CLI_BRIDGE_OFF && cli_conf_bridge_needed())
        say(k, NOTE, "bridge",
            cli_printf(_("bridge = %s: this OpenSSL can then neither sign CMS nor serve the GOST "
                         "suites of TLS"),
                       value),
            _("bridge = auto for programs that need them"));
    else
        say(k, GOOD, "bridge", cli_printf("bridge = %s", value), NULL);
}

static void check_active(checking *k, const char *name, const char *section, int active,
                         const char *remedy)
{
    if (active)
        say(k, GOOD, name, cli_printf(_("the provider of section [%s] is active"), section), NULL);
    else
        say(k, BAD, name, cli_printf(_("section [%s] does not say activate = 1"), section), remedy);
}

/* Once one provider is configured OpenSSL loads no other by itself. */
static void check_default(checking *k)
{
    const char *remedy = _("without it nothing but GOST works: name it, and activate = 1 in its "
                           "section, or run `gosttoken config --install`");

    if (k->conf.default_provider == NULL)
        say(k, BAD, "default",
            cli_printf(_("[%s] does not name OpenSSL's default provider"), k->conf.providers),
            remedy);
    else
        check_active(k, "default", k->conf.default_provider, k->conf.default_active, remedy);
}

/* Another engine for GOST: both live in one process, but one of them has the methods of a key. */
static void check_engines(checking *k)
{
    if (k->conf.gost_engine != NULL)
        say(k, NOTE, "engine", cli_printf(_("[%s] loads another engine for GOST"), k->conf.engines),
            _("keys of a token are gosttoken's all the same; without it there is one thing less "
              "to go wrong"));
}

static void check_tls(checking *k)
{
    const char *most = NULL, *protocol = NULL;

    if (k->conf.system_default != NULL) {
        most = cli_conf_get(&k->conf, k->conf.system_default, "MaxProtocol");
        protocol = cli_conf_get(&k->conf, k->conf.system_default, "Protocol");
    }
    if ((most != NULL && strcmp(most, "TLSv1.2") == 0) ||
        (protocol != NULL && strstr(protocol, "-TLSv1.3") != NULL))
        say(k, GOOD, "tls",
            cli_strdup(_("TLS 1.3 is off, in which GOST certificates are not sent")), NULL);
    else
        say(k, NOTE, "tls", cli_strdup(_("TLS 1.3 is on: in it GOST certificates are not sent")),
            _("MaxProtocol = TLSv1.2 and Protocol = -TLSv1.3 for programs that need them"));
}

static void check_sections(checking *k)
{
    const cli_conf *conf = &k->conf;
    const char *remedy = _("run `gosttoken config --install`, or add the lines that `gosttoken "
                           "config` prints");

    if (conf->init == NULL) {
        say(k, BAD, "openssl_conf", cli_strdup(_("there is no line openssl_conf = …")), remedy);
        return;
    }
    if (conf->providers == NULL) {
        say(k, BAD, "providers", cli_printf(_("[%s] has no line providers = …"), conf->init),
            remedy);
    } else if (conf->gosttoken == NULL) {
        say(k, BAD, "gosttoken", cli_printf(_("[%s] does not name gosttoken"), conf->providers),
            remedy);
    } else {
        check_active(k, "gosttoken", conf->gosttoken, conf->active, _("add the line"));
        check_file(k, "module", conf->module);
        check_file(k, "module-path", conf->module_path);
        check_bridge(k);
        check_pin_source(k);
        check_tls(k);
    }
    if (conf->providers != NULL)
        check_default(k);
    check_engines(k);
}

int cli_conf_check(cli *c, const char *path)
{
    checking k = {.c = c, .path = path};
    const char *other = secure_getenv("OPENSSL_CONF");
    uint8_t *text;
    size_t len;
    cJSON *json;
    int code = cli_input(path, CLI_CONF_MAX, &text, &len);

    if (code != CLI_OK)
        return code;
    k.findings = cli_json_array();
    if (!cli_conf_parse((char *)text, len, &k.conf))
        say(&k, BAD, "syntax",
            cli_printf(_("OpenSSL cannot read %s: line %ld is wrong"), path, k.conf.line),
            _("mend the line"));
    else
        check_sections(&k);
    if (other != NULL && c->operands == 0 && strcmp(other, path) != 0)
        say(&k, NOTE, "OPENSSL_CONF",
            cli_printf(_("OPENSSL_CONF is set: programs read %s and not this file"), other), NULL);
    json = cli_json_object();
    cli_json_string(json, "file", path);
    cli_json_bool(json, "ok", !k.bad);
    cli_json_add(json, "findings", k.findings);
    if (c->value[OPT_JSON])
        code = cli_json_print(json);
    else
        cJSON_Delete(json);
    cli_conf_free(&k.conf);
    free(text);
    if (k.bad && code == CLI_OK)
        code = cli_fail(CLI_FAILURE, _("%s does not make OpenSSL use gosttoken"), path);
    return code;
}
