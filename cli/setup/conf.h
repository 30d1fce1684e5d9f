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

/* What of an openssl.cnf matters here: names of sections, NULL: not there. They live as long as
 * conf. */
typedef struct cli_conf {
    CONF *conf;
    const char *init, *providers, *default_provider, *gosttoken, *engines, *ssl, *system_default;
} cli_conf;

/* Parses text as OpenSSL does. 0 if it cannot; *line is then where. */
int cli_conf_parse(const char *text, size_t len, cli_conf *c, long *line);
void cli_conf_free(cli_conf *c);
const char *cli_conf_get(const cli_conf *c, const char *section, const char *name); /* or NULL */
int cli_conf_yes(const char *value); /* "1", "yes", "true", "on" */

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
