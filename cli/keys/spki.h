/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys on a token as certificates have them. */
#ifndef CLI_SPKI_H
#define CLI_SPKI_H

#include "cli/object.h"

/*
 * The SubjectPublicKeyInfo of a key, as far as the object itself tells it: of a GOST public key
 * from its value, of RSA and EC from theirs, of any from CKA_PUBLIC_KEY_INFO. Freed with free();
 * NULL: it does not tell.
 */
uint8_t *cli_spki(cli *c, CK_SESSION_HANDLE session, const cli_object *key, size_t *len);

/* 1 if both are the same public key: GOST parameters may be named by other identifiers, or have
 * digestParamSet or not. */
int cli_spki_same(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);

#endif
