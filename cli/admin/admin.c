/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/admin.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cli/admin/admin.h"

int cli_label_check(const char *label)
{
    char *clean, *utf8;
    int code = CLI_OK;

    if (strlen(label) > CLI_LABEL_MAX)
        return cli_fail(CLI_USAGE,
                        _("the label is too long: it has %zu bytes, and a token's label at most %d "
                          "(a Cyrillic letter takes two)"),
                        strlen(label), CLI_LABEL_MAX);
    clean = cli_printable(label);
    utf8 = cli_utf8(label, strlen(label));
    if (!*label || strcmp(clean, label) || strcmp(utf8, label) || label[strlen(label) - 1] == ' ')
        code = cli_fail(CLI_USAGE, _("the label must be UTF-8 text without control characters and "
                                     "without a blank at its end"));
    free(clean);
    free(utf8);
    return code;
}

int cli_number(const char *name, const char *text, unsigned long low, unsigned long high,
               unsigned long *number)
{
    char *end;

    errno = 0;
    *number = strtoul(text, &end, 10);
    if (errno || *text < '0' || *text > '9' || *end || *number < low || *number > high)
        return cli_fail(CLI_USAGE, _("--%s takes a number from %lu to %lu, not \"%s\""), name, low,
                        high, text);
    return CLI_OK;
}

static int choose_slot(cli *c, cli_token *token)
{
    unsigned long slot;
    cli_token *list = NULL;
    size_t n = 0;
    int code, found = 0;

    if (c->value[OPT_TOKEN])
        return cli_fail(CLI_USAGE, _("--token and --slot exclude each other"));
    code = cli_number("slot", c->value[OPT_SLOT], 0, (unsigned long)-1, &slot);
    if (code == CLI_OK)
        code = cli_tokens(c, &list, &n);
    for (size_t i = 0; i < n; i++) {
        if (list[i].slot == slot) {
            *token = list[i];
            found = 1;
        }
    }
    free(list);
    if (code == CLI_OK && !found)
        code = cli_fail(CLI_NOT_FOUND,
                        _("there is no token in slot %lu (\"gosttoken list\" shows them)"), slot);
    return code;
}

int cli_choose(cli *c, cli_token *token)
{
    int code = c->value[OPT_SLOT] ? choose_slot(c, token) : cli_token_choose(c, NULL, token);

    if (code == CLI_OK && *token->trouble)
        code = cli_fail(CLI_FAILURE,
                        _("the token in slot %lu cannot be read: %s; \"gosttoken doctor tokens\" "
                          "says what to do"),
                        token->slot, token->trouble);
    return code;
}

/* ---- what is known of a token --------------------------------------------------------------- */

/* The flags that say how a PIN stands. */
typedef struct pin_flags {
    CK_FLAGS low, final_try, locked, to_be_changed, not_default;
} pin_flags;

static const pin_flags user_flags = {CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY,
                                     CKF_USER_PIN_LOCKED, CKF_USER_PIN_TO_BE_CHANGED,
                                     TOKEN_FLAGS_USER_PIN_NOT_DEFAULT};
static const pin_flags so_flags = {CKF_SO_PIN_COUNT_LOW, CKF_SO_PIN_FINAL_TRY, CKF_SO_PIN_LOCKED,
                                   CKF_SO_PIN_TO_BE_CHANGED, TOKEN_FLAGS_ADMIN_PIN_NOT_DEFAULT};

static void read_pin(const cli_facts *f, const pin_flags *flags, const gosttoken_pin_details *d,
                     cli_pin_facts *p)
{
    CK_FLAGS state = f->token.info.flags;

    p->locked = (state & flags->locked) != 0;
    p->final_try = !p->locked && (state & flags->final_try) != 0;
    p->low = (state & flags->low) != 0;
    p->to_be_changed = (state & flags->to_be_changed) != 0;
    p->due = p->is_default = -1;
    p->min = f->token.info.ulMinPinLen;
    p->max = f->token.info.ulMaxPinLen;
    if (f->has_extended)
        p->is_default = p->set && !(f->extended.flags & flags->not_default);
    if (f->has_details) {
        p->details = d;
        p->due = d->due != 0;
    }
}

static void read_extended(cli_facts *f)
{
    const CK_TOKEN_INFO_EXTENDED *e = &f->extended;

    f->user.min = e->ulMinUserPinLen;
    f->user.max = e->ulMaxUserPinLen;
    f->user.tries = e->ulMaxUserRetryCount;
    f->user.left = e->ulUserRetryCountLeft;
    f->so.min = e->ulMinAdminPinLen;
    f->so.max = e->ulMaxAdminPinLen;
    f->so.tries = e->ulMaxAdminRetryCount;
    f->so.left = e->ulAdminRetryCountLeft;
    f->changers = e->flags & (TOKEN_FLAGS_ADMIN_CHANGE_USER_PIN | TOKEN_FLAGS_USER_CHANGE_USER_PIN);
    if (e->ulTotalMemory && e->ulTotalMemory != CK_UNAVAILABLE_INFORMATION) {
        f->total = e->ulTotalMemory;
        f->free_room = e->ulFreeMemory;
    }
}

int cli_facts_read(cli *c, CK_SLOT_ID slot, cli_facts *f)
{
    CK_FUNCTION_LIST_EXTENDED *more;
    int code;

    memset(f, 0, sizeof(*f));
    code = cli_token_read(c, slot, &f->token);
    if (code != CLI_OK)
        return code;
    f->total = f->token.info.ulTotalPublicMemory;
    f->free_room = f->token.info.ulFreePublicMemory;
    more = gt_p11_extended(c->p11);
    f->extended.ulSizeofThisStructure = sizeof(f->extended);
    f->has_extended = f->token.initialized && more &&
                      more->C_EX_GetTokenInfoExtended(slot, &f->extended) == CKR_OK;
    f->has_details = f->token.initialized && gt_p11_details(c->p11, slot, &f->details) == CKR_OK;
    f->user.set = (f->token.info.flags & CKF_USER_PIN_INITIALIZED) != 0;
    f->so.set = f->token.initialized;
    read_pin(f, &user_flags, &f->details.user, &f->user);
    read_pin(f, &so_flags, &f->details.so, &f->so);
    if (f->has_extended)
        read_extended(f);
    return CLI_OK;
}

const char *cli_pin_state(const cli_pin_facts *p)
{
    return !p->set                                 ? "not-set"
           : p->locked                             ? "locked"
           : p->final_try                          ? "final-try"
           : p->due == 1                           ? "must-change"
           : p->is_default == 1                    ? "default"
           : p->is_default < 0 && p->to_be_changed ? "must-change"
           : p->low                                ? "tries-low"
                                                   : "ok";
}

/* ---- text ----------------------------------------------------------------------------------- */

cJSON *cli_json_number(double number)
{
    cJSON *json = cJSON_CreateNumber(number);

    if (!json) {
        fputs("gosttoken: out of memory\n", stderr);
        exit(CLI_FAILURE);
    }
    return json;
}

void cli_json_ulong(cJSON *to, const char *key, CK_ULONG number)
{
    if (number == CK_UNAVAILABLE_INFORMATION)
        cli_json_string(to, key, NULL);
    else
        cli_json_add(to, key, cli_json_number((double)number));
}

void cli_json_maybe(cJSON *to, const char *key, int value)
{
    if (value < 0)
        cli_json_string(to, key, NULL);
    else
        cli_json_bool(to, key, value);
}

char *cli_time(uint64_t seconds)
{
    time_t at = (time_t)seconds;
    char text[40] = "";
    struct tm tm;

    if (gmtime_r(&at, &tm))
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
    return cli_strdup(text);
}
