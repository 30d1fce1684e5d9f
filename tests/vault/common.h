/* SPDX-License-Identifier: Apache-2.0 */
/* What the vault's tests share: a temporary directory, a token, sample objects, their digest. */
#ifndef TESTS_VAULT_COMMON_H
#define TESTS_VAULT_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "token/vault/vault.h"

#define SO_PIN   "87654321"
#define USER_PIN "12345678"
#define PIN(s)   (const uint8_t *)(s), strlen(s)

/* The call's result is `want`, or the test says what went wrong and ends: it fails under cmocka,
 * it exits with 99 in a forked child. */
#define EXPECT(want, call) expect_rv((want), (call), #call, __FILE__, __LINE__)
#define OK(call)           EXPECT(CKR_OK, call)
#define HOLDS(cond)        expect_holds((cond) ? 1 : 0, #cond, __FILE__, __LINE__)

void expect_rv(CK_RV want, CK_RV got, const char *what, const char *file, int line);
void expect_holds(int ok, const char *what, const char *file, int line);

/* fork() for a test: in the child a failed expectation exits and a crash is a crash. */
int fork_child(void);

/* A new directory for this test, and its removal with all that is in it. */
char *make_dir(void);
void remove_dir(char *dir); /* frees the name */
char *path_in(const char *dir, const char *name);

/* SO_PIN and USER_PIN, PIN checks as quick as can be. */
vault_init quick_init(void);

/* A vault in dir with a token in slot 0. */
vault *make_vault(const char *dir);
vault_token *open_token(vault *v, CK_SLOT_ID slot);

/* Number n's private key (with a sealed value that tells n and version), public key or data. */
tok_attrs *private_key(unsigned n, unsigned version);
tok_attrs *public_key(unsigned n);

/* How many bytes a sealed value of private_key has; fills out (64 bytes). */
size_t secret_of(unsigned n, unsigned version, uint8_t out[64]);

/* A digest of all that a token holds and (if the user is logged in) seals. */
CK_RV snapshot(vault_token *t, uint8_t digest[32]);

/* Waits for a child; its exit status, or 128 + the signal. */
int wait_for(int pid);

double now_ms(void);

/* How many objects match, in ascending order; the first of them to *first if there is one. */
size_t found(vault_token *t, const CK_ATTRIBUTE *templ, CK_ULONG n, uint64_t *first);
uint64_t random_below(uint64_t n); /* not for secrets; seed by seed_random */
void seed_random(uint64_t seed);

uint8_t *read_file(const char *path, size_t *len);
void write_file(const char *path, const uint8_t *bytes, size_t len);

/* A size from the environment (a nightly run), else the default. */
unsigned size_from_env(const char *name, unsigned otherwise);

#endif
