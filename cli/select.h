/* SPDX-License-Identifier: Apache-2.0 */
/* One object of a token, named by a URI or by --label and --id. */
#ifndef CLI_SELECT_H
#define CLI_SELECT_H

#include "cli/object.h"

/*
 * Finds the one object that the operand (a pkcs11: URI, optional) or --label, --id and --token name
 * and that is of one of the classes: the first class that has any counts. Without a login where it
 * can be seen so, else with one. CLI_NOT_FOUND: none, or several. *session is open when CLI_OK is
 * returned: to be closed; found->n is 1.
 */
int cli_select(cli *c, const CK_OBJECT_CLASS *classes, size_t n_classes, cli_token *token,
               CK_SESSION_HANDLE *session, cli_objects *found);

#endif
