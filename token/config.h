/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gosttoken.conf: what an administrator may say about the module. The keys, one table in config.c,
 * are described in gosttoken.conf(5).
 *
 * The file is the first of $GOSTTOKEN_CONF, $XDG_CONFIG_HOME/gosttoken/gosttoken.conf (else
 * ~/.config/…) and /etc/gosttoken/gosttoken.conf that is there; no file is no configuration. A file
 * with a mistake in it is refused as a whole, and the module with it: a misspelt policy must not
 * be a weak one. GOSTTOKEN_DIR, GOSTTOKEN_LOG and GOSTTOKEN_FACTORY_TOKEN come before the file.
 */
#ifndef TOK_CONFIG_H
#define TOK_CONFIG_H

#include <limits.h>
#include "token/vault/vault.h"

typedef enum tok_journal_mode { TOK_JOURNAL_OFF, TOK_JOURNAL_ON, TOK_JOURNAL_ALL } tok_journal_mode;

typedef struct tok_config {
    char store[PATH_MAX]; /* empty: the vault's default */
    int factory;          /* 0: an untouched store shows no factory token */
    char log[PATH_MAX];   /* empty: none; or "stderr" */
    int log_level;        /* of log.h */
    int journal;          /* tok_journal_mode */
    vault_settings vault;
} tok_config;

void tok_config_default(tok_config *c);

/*
 * Reads the text of a file. 1; or 0, and `why` says what is wrong and where: the first mistake.
 * Nothing of the environment is looked at.
 */
int tok_config_parse(const char *text, size_t len, tok_config *c, char *why, size_t room);

/* Finds and reads the file, and opens the log. CKR_OK, or CKR_GENERAL_ERROR with the reason in the
 * log and in gosttoken_error_text. */
CK_RV tok_config_start(void);

/* The file that tok_config_start has read, or refused; "": there is none. */
const char *tok_config_path(void);

/* The configuration of this process; it does not change between C_Initialize and C_Finalize. */
const tok_config *tok_config_get(void);

#endif
