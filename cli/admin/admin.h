/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that look after a token and its PINs share: info, label, pin, format, events,
 * journal. */
#ifndef CLI_ADMIN_H
#define CLI_ADMIN_H

#include "cli/json.h"

/* Their own options, in one row, since several are shared. */
enum {
    OPT_MECHANISMS = OPT_OWN,
    OPT_SO,
    OPT_MUST_CHANGE,
    OPT_NEW_PIN_FILE,
    OPT_NEW_PIN_FD,
    OPT_NEW_SO_PIN_FILE,
    OPT_NEW_SO_PIN_FD,
    OPT_MIN_LENGTH,
    OPT_SO_MIN_LENGTH,
    OPT_TRIES,
    OPT_SO_TRIES,
    OPT_CHANGED_BY,
    OPT_REPAIR,
    OPT_EVENTS,
    OPT_TIMEOUT,
    OPT_SINCE
};

#define CLI_LABEL_MAX 32 /* bytes */

/* Is it one a token can have? Reports mistakes. */
int cli_label_check(const char *label);

/* A number of an option, between low and high. `name`: without the dashes. Reports mistakes. */
int cli_number(const char *name, const char *text, unsigned long low, unsigned long high,
               unsigned long *number);

/*
 * The token that --slot names, whatever its state, else as cli_token_choose. A slot that holds a
 * token that cannot be read is reported as CLI_FAILURE, with the reason.
 */
int cli_choose(cli *c, cli_token *token);

/* ---- what is known of a token --------------------------------------------------------------- */

typedef struct cli_pin_facts {
    int set;           /* there is one */
    int locked;        /* no try is left */
    int final_try;     /* one is */
    int low;           /* a wrong one was tried last */
    int to_be_changed; /* the token says that it should be */
    int due;           /* it must be, before it is good for anything else; -1: not known */
    int is_default;    /* what the factory or a reset has set; -1: not known */
    CK_ULONG tries;    /* 0: not known, nor is `left` */
    CK_ULONG left;     /* of them */
    CK_ULONG min, max; /* bytes; max 0: not known */
    const gosttoken_pin_details *details; /* NULL: another module than ours */
} cli_pin_facts;

/* A pointer in it points into it: not to be copied. */
typedef struct cli_facts {
    cli_token token;
    cli_pin_facts user, so;
    unsigned long changers;    /* GOSTTOKEN_CHANGER_…; 0: not known */
    CK_ULONG total, free_room; /* bytes; CK_UNAVAILABLE_INFORMATION */
    int has_extended, has_details;
    CK_TOKEN_INFO_EXTENDED extended;
    gosttoken_details details;
} cli_facts;

/* Asks the token in this slot afresh: C_GetTokenInfo, and what the module has beyond it. */
int cli_facts_read(cli *c, CK_SLOT_ID slot, cli_facts *f);

/* One word: "not-set", "locked", "final-try", "must-change", "default", "tries-low" or "ok". */
const char *cli_pin_state(const cli_pin_facts *p);

/* ---- PINs ----------------------------------------------------------------------------------- */

/* Where a new PIN comes from: --new-pin-file, --new-pin-fd; --new-so-pin-file, --new-so-pin-fd. */
cli_pin_source cli_new_pin_source(const cli *c, CK_USER_TYPE user);

/* A new PIN for `user`: from `source`, or asked for twice; of a length that the token takes. */
int cli_new_pin(const cli_pin_source *source, CK_USER_TYPE user, const cli_facts *f, cli_pin *pin);

/*
 * The present PIN of `user`, from its options (for the user: or the environment), else asked for.
 * Refused when the PIN is not set or locked, or when one try is left and nobody would type it. A
 * token with a PIN pad: CLI_OK, and pin->len is 0.
 */
int cli_present_pin(cli *c, CK_USER_TYPE user, const cli_facts *f, cli_pin *pin);

/* cli_present_pin of the SO and C_Login. */
int cli_login_so(cli *c, const cli_facts *f, CK_SESSION_HANDLE session, cli_pin *pin);

/* What the token said of a PIN just given or set: the rule that is broken, the tries that are left,
 * the next step. `user` is whose PIN it is. `what` as for cli_fail_rv. */
int cli_fail_pin(cli *c, CK_RV rv, CK_USER_TYPE user, CK_SLOT_ID slot, const char *what);

/* ---- text ----------------------------------------------------------------------------------- */

cJSON *cli_json_number(double number);
/* CK_UNAVAILABLE_INFORMATION: null. */
void cli_json_ulong(cJSON *to, const char *key, CK_ULONG number);
/* -1: null */
void cli_json_maybe(cJSON *to, const char *key, int value);

/* UTC, "2026-11-22T03:10:00Z", freed with free(). */
char *cli_time(uint64_t seconds);

/* "CKM_GOSTR3410", or "0x80000001": the buffer takes 20 bytes. */
const char *cli_mechanism_name(CK_MECHANISM_TYPE type, char buffer[20]);

#endif
