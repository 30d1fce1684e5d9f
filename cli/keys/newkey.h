/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that put keys on a token share: the label and id that a new key gets. */
#ifndef CLI_NEWKEY_H
#define CLI_NEWKEY_H

#include "cli/object.h"

#define CLI_ID_MAX 64

typedef struct cli_newkey {
    const char *label;
    uint8_t id[CLI_ID_MAX];
    size_t id_len; /* 0 until cli_newkey_check has made one up */
} cli_newkey;

/* The label, which must be there and be UTF-8, and --id. */
int cli_newkey_read(cli *c, const char *label, cli_newkey *k);

/*
 * In a session that is logged in: the token has no key of that label or id among the classes (or
 * --force is given), and an id is found where none was given: random bytes of the token's.
 */
int cli_newkey_check(cli *c, CK_SESSION_HANDLE session, const cli_token *t,
                     const CK_OBJECT_CLASS *classes, size_t n_classes, cli_newkey *k);

/* The two halves of a pair. */
#define CLI_PAIR_CLASSES 2
extern const CK_OBJECT_CLASS cli_pair_classes[CLI_PAIR_CLASSES];

#endif
