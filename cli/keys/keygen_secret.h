/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken keygen for secret keys: ciphers' keys that stay on the token. */
#ifndef CLI_KEYGEN_SECRET_H
#define CLI_KEYGEN_SECRET_H

#include "cli/cli.h"

/* The names of their types, for --type and for messages; NULL past the end. */
const char *cli_secret_type_at(size_t i);
int cli_is_secret_type(const char *type);

/* The whole command, with a --type that is one of them. */
int cli_keygen_secret(cli *c);

#endif
