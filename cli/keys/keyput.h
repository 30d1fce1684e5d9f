/* SPDX-License-Identifier: Apache-2.0 */
/* Puts the key of a file on a token. */
#ifndef CLI_KEYPUT_H
#define CLI_KEYPUT_H

#include "cli/keys/keyfile.h"
#include "cli/keys/newkey.h"

/* "gost2012_256", "rsa:2048", "ec:p256"; NULL: of a kind that cannot be put on a token. */
const char *cli_keyput_type(const cli_keyfile *k, char *buf, size_t size);

/*
 * Makes the private and the public object, both or none: the private one sensitive, not
 * extractable. Reports mistakes.
 */
int cli_keyput(cli *c, CK_SESSION_HANDLE session, const cli_keyfile *file, const cli_newkey *key,
               CK_OBJECT_HANDLE pair[2]);

#endif
