/* SPDX-License-Identifier: Apache-2.0 */
/* Where the provider and the module of this installation, or build tree, are. */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include "cli/cli.h"

/* module is that of --module, if it is given: in full, when it names a file. */
typedef struct cli_place {
    char *provider, *module;
} cli_place;

void cli_place_find(const cli *c, cli_place *p);
void cli_place_free(cli_place *p);

/* A value of openssl.cnf: what would be read as a comment, a variable or a quote is escaped, and
 * blanks at its ends, which would be dropped, are kept by quotes. Freed with free(). */
char *cli_conf_value(const char *s);

#endif
