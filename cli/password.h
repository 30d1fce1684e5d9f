/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords of files: of a key that is imported, of a backup. Never an argument, never printed. */
#ifndef CLI_PASSWORD_H
#define CLI_PASSWORD_H

#include "cli/cli.h"

#define CLI_PASSWORD_MAX 1024 /* bytes */

typedef struct cli_password {
    char text[CLI_PASSWORD_MAX + 1];
    size_t len;
} cli_password;

/* For cli_password_get and cli_password_new: where it comes from, and what it is asked for by. */
typedef struct cli_password_source {
    const char *file, *fd; /* values of options, or NULL */
    const char *prompt;    /* "Password of key.pem: " */
    const char *hint;      /* how else it can be given, for when there is no terminal */
} cli_password_source;

/* In memory of its own, locked and left out of core dumps. */
cli_password *cli_password_alloc(void);
void cli_password_free(cli_password *p);

/* The first line of the file or descriptor, else what a person types. It may be empty. */
int cli_password_get(const cli_password_source *s, cli_password *p);

/* A new one: typed twice, not empty, not shorter than min characters. */
int cli_password_new(const cli_password_source *s, size_t min, cli_password *p);

#endif
