/* SPDX-License-Identifier: Apache-2.0 */
/* The mechanisms of a token. */
#ifndef CLI_MECHANISM_LIST_H
#define CLI_MECHANISM_LIST_H

#include "cli/admin/admin.h"

typedef struct cli_mechanism {
    CK_MECHANISM_TYPE type;
    CK_MECHANISM_INFO info;
} cli_mechanism;

typedef struct cli_mechanisms {
    cli_mechanism *at; /* NULL: not read */
    size_t n;
} cli_mechanisms;

/* By their numbers. Says nothing of a failure. */
CK_RV cli_mechanisms_read(cli *c, CK_SLOT_ID slot, cli_mechanisms *m);
void cli_mechanisms_free(cli_mechanisms *m);

void cli_mechanisms_print(const cli_mechanisms *m); /* nothing if they were not read */
cJSON *cli_json_of_mechanisms(const cli_mechanisms *m);

#endif
