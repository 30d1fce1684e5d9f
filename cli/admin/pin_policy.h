/* SPDX-License-Identifier: Apache-2.0 */
/* How a token's PINs stand and what is asked of new ones: gosttoken pin policy, and part of info.
 */
#ifndef CLI_PIN_POLICY_H
#define CLI_PIN_POLICY_H

#include "cli/admin/admin.h"

int cli_pin_policy(cli *c);

/* One PIN as JSON; its keys are those of the manual page under "pin policy". */
cJSON *cli_json_of_pin(const cli_pin_facts *p);
/* "so" and "user", as an array; null if it is not known. */
cJSON *cli_json_of_changers(unsigned long changers);

/* As lines of text: "  name    value". */
void cli_print_pin(const cli_pin_facts *p);
/* The rules for a new one. */
void cli_print_rules(const cli_pin_facts *p);
/* Who may change the user PIN, in words. */
const char *cli_changers_text(unsigned long changers);

/* A line of a page of information; the name fits 24 columns of a terminal. */
void cli_print_line(const char *name, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
