/* SPDX-License-Identifier: Apache-2.0 */
/* The text of gosttoken.conf. What is taken must be within its limits, what is refused must say
 * why. */
#include "token/config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void rules(const vault_rules *r)
{
    if (r->min > VAULT_PIN_MAX || r->max > VAULT_PIN_MAX || (r->max >= 0 && r->max < r->min) ||
        r->tries == 0 || r->tries > VAULT_TRIES_MAX || r->history > VAULT_HISTORY_MAX ||
        r->expiry_days > VAULT_EXPIRY_MAX || r->classes > 15)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char why[64];
    tok_config c;

    tok_config_default(&c);
    why[0] = 0;
    if (tok_config_parse((const char *)data, size, &c, why, sizeof why)) {
        rules(&c.vault.so);
        rules(&c.vault.user);
        if (memchr(c.store, 0, sizeof c.store) == NULL || memchr(c.log, 0, sizeof c.log) == NULL ||
            (c.vault.records >= 0 && c.vault.records < VAULT_RECORDS_MIN) ||
            c.vault.records > VAULT_RECORDS_MAX)
            abort();
    } else if (why[0] == 0 || memchr(why, 0, sizeof why) == NULL) {
        abort();
    }
    return 0;
}
