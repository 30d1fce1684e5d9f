/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alters a token's file as somebody would who can write it, knows its format and has no PIN: SQL
 * with every page's checksum right.
 *
 *   cli-alter DIRECTORY SLOT SQL
 */
#include <stdio.h>
#include <stdlib.h>
#include "token/vault/local.h"

int main(int argc, char **argv)
{
    vault_token *t = NULL;
    vault *v = NULL;
    CK_RV rv;

    if (argc != 4)
        return 2;
    rv = vault_open(argv[1], &v);
    if (rv == CKR_OK)
        rv = vault_token_open(v, strtoul(argv[2], NULL, 10), &t);
    if (rv == CKR_OK)
        rv = vault_begin(t, VAULT_WRITE);
    if (rv == CKR_OK)
        rv = vault_end(t, vault_script(t, argv[3]));
    if (rv != CKR_OK)
        fprintf(stderr, "cli-alter: 0x%lx: %s\n", rv, vault_error_text());
    if (t != NULL)
        vault_token_close(t);
    if (v != NULL)
        vault_close(v);
    return rv == CKR_OK ? 0 : 1;
}
