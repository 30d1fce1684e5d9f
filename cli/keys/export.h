/* SPDX-License-Identifier: Apache-2.0 */
/* What export-cert and export-pub share: their options, and the output in PEM or DER. */
#ifndef CLI_EXPORT_H
#define CLI_EXPORT_H

#include "cli/object.h"

enum { OPT_EXPORT_OUT = OPT_OWN, OPT_EXPORT_OUTFORM, OPT_EXPORT_CHAIN };

/* Checks --outform and --out. */
int cli_export_options(const cli *c, int *der);

/* Adds a PEM block to *text, which is a string of malloc's or NULL. */
void cli_export_pem(char **text, const char *name, const uint8_t *der, size_t len);

/* Writes what is exported: the DER (may be NULL) or the PEM text; with --json an object about it,
 * that holds the PEM unless it goes to a file. */
int cli_export_write(const cli *c, const cli_token *t, const cli_object *o, const uint8_t *der,
                     size_t len, const char *pem);

#endif
