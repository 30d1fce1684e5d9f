/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens, sessions and PINs for the commands, on the PKCS #11 function list. What fails is reported
 * on standard error; results are exit codes. */
#ifndef CLI_TOKEN_H
#define CLI_TOKEN_H

#include <p11-kit/uri.h>
#include "cli/cli.h"

typedef struct cli_token {
    CK_SLOT_ID slot;
    CK_TOKEN_INFO info;
    char label[33]; /* blanks trimmed */
    char serial[17];
    int initialized;
    int label_shared; /* another token has this label: URIs name the serial number too */
    /* Has the maker's PINs still. Programs written for devices expect such a token in a slot that
     * nobody has used; for this program it is not one to work with unless it is named. */
    int factory;
    int untouched; /* and nothing was ever put on it: room for a token */
    /* It cannot be read: why; for the module it is then not initialised, or it says nothing of it.
     * "": it is not so. */
    char trouble[400];
} cli_token;

/* Loads the module (--module, else the default); c->fn is then there. */
int cli_functions(cli *c);

/* Every token that is present, initialised or not, or not even readable (`trouble`), by ascending
 * slot. *list is freed with free(). */
int cli_tokens(cli *c, cli_token **list, size_t *n);

/*
 * Those of them that --token (a label or a URI) names; all of them without it. CLI_NOT_FOUND,
 * reported, if it names none.
 */
int cli_tokens_named(cli *c, cli_token **list, size_t *n);

/* Warns of tokens that cannot be read: one of them may be the one that is missed. */
void cli_tokens_warn(const cli_token *list, size_t n);

/* How many of them cannot be read. */
size_t cli_tokens_unreadable(const cli_token *list, size_t n);

/* Reads a slot's token; its flags tell of PINs. */
int cli_token_read(cli *c, CK_SLOT_ID slot, cli_token *token);

/*
 * The token to work with: that of `uri` if it is not NULL and says something of a token, else that
 * of --token (a label or a URI), else the only one there is. CLI_NOT_FOUND if none or several
 * match.
 */
int cli_token_choose(cli *c, P11KitUri *uri, cli_token *token);

/* Parses a URI; one that is malformed or has attributes we do not know is CLI_USAGE. The caller
 * frees it with p11_kit_uri_free. */
int cli_uri_parse(const char *text, P11KitUri **uri);

/* A URI of the token, with its serial number if the label does not tell it from others, to add an
 * object to. NULL: out of memory. */
P11KitUri *cli_uri_new(const cli_token *token);
/* Its text, freed with free(); frees uri, which may be NULL. */
char *cli_uri_text(P11KitUri *uri);
/* "pkcs11:token=work", freed with free(). */
char *cli_token_uri(const cli_token *token);

/* One word: "ready", "factory", "not-initialized", "unreadable", "no-user-pin", "user-pin-locked",
 * "user-pin-final-try" or "user-pin-tries-low". */
const char *cli_token_state(const cli_token *token);
/* The same in the user's language, for texts. */
const char *cli_token_state_words(const cli_token *token);

int cli_session(cli *c, const cli_token *token, int writable, CK_SESSION_HANDLE *session);

/* ---- logging in (login.c) ------------------------------------------------------------------- */

/*
 * Logs the user in with the PIN from the URI (may be NULL), the command line or the environment,
 * else by asking. A wrong PIN is not tried twice; the last try is left to a person. Where the
 * program is logged in to the token already, no PIN is looked for.
 */
int cli_login(cli *c, const cli_token *token, CK_SESSION_HANDLE session, P11KitUri *uri);

/* Would cli_login have a PIN without asking? */
int cli_login_has_source(const cli *c, P11KitUri *uri);

/* C_Login with a PIN that is known. */
int cli_login_with(cli *c, const cli_token *token, CK_SESSION_HANDLE session, CK_USER_TYPE user,
                   const cli_pin *pin);

#endif
