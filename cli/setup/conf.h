/* SPDX-License-Identifier: Apache-2.0 */
/* openssl.cnf: what is in one, putting gosttoken into it, taking it out, judging it. */
#ifndef CLI_CONF_H
#define CLI_CONF_H

#include <openssl/conf.h>
#include "cli/place.h"

/* The openssl.cnf of the OpenSSL that this program uses, freed with free(); it need not exist. */
char *cli_conf_system(void);

/* What is to be in the provider's section. */
typedef struct cli_conf_settings {
    const cli_place *place;
    const char *token, *pin_source; /* or NULL */
    int tls13;                      /* leave TLS 1.3 on */
} cli_conf_settings;

/* The lines of the provider's section but its name, freed with free(). */
char *cli_conf_provider_lines(const cli_conf_settings *s);

/* What of an openssl.cnf matters here. The strings live as long as conf; NULL: not there. */
typedef struct cli_conf {
    CONF *conf;
    /* Why it cannot be parsed, and in which line. */
    const char *mistake;
    long line;
    /* Names of sections; those of providers and engines by what OpenSSL would call them. */
    const char *init, *providers, *default_provider, *gosttoken, *engines, *ssl, *system_default;
    const char *gost_engine, *gost_provider; /* of another maker: the first */
    int default_active, active;              /* OpenSSL's own provider, and ours */
    /* What our section says: the provider's name as programs call it, the values of keys. */
    const char *name, *module, *module_path, *bridge;
    const char *pin_source; /* without "file:" */
    int has_pin;            /* the PIN itself */
} cli_conf;

/* Reads a file, or text, as OpenSSL does. 0: mistake and line say why not. Either way c is to be
 * freed. Parsing text makes the process one that uses no openssl.cnf itself. */
int cli_conf_load(const char *path, cli_conf *c);
int cli_conf_parse(const char *text, size_t len, cli_conf *c);
void cli_conf_free(cli_conf *c);
const char *cli_conf_get(const cli_conf *c, const char *section, const char *name); /* or NULL */

/* What a value of bridge means to the provider: see provider/config.c, which has the same table. */
typedef enum cli_conf_bridge {
    CLI_BRIDGE_UNKNOWN, /* it refuses to work */
    CLI_BRIDGE_AUTO,
    CLI_BRIDGE_ON,
    CLI_BRIDGE_OFF
} cli_conf_bridge;

cli_conf_bridge cli_conf_bridge_mode(const char *value);
/* CMS and the GOST suites of TLS ask this OpenSSL for the older methods, which native mode (bridge
 * = off) has not. */
int cli_conf_bridge_needed(void);

/*
 * Makes text be with our block at its end, or (settings NULL) without it: *out, freed with free().
 * What else there is stays byte for byte, and taking the block out gives the text as it was. The
 * names of sections are those the file has. `path` is for messages. CLI_FAILURE, reported.
 */
int cli_conf_edit(const char *path, const uint8_t *text, size_t len, const cli_conf_settings *s,
                  char **out, size_t *out_len);

/* config --install, --uninstall and --check, of the file or the system's. */
int cli_conf_install(cli *c, const char *path, const cli_conf_settings *s);
int cli_conf_check(cli *c, const char *path);

#define CLI_CONF_MAX (4u << 20)

#endif
