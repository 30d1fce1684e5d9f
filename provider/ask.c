/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/ask.h"

#include <stdio.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

int gt_ask_program(void *arg, const char *token, const char *warning, char *pin, size_t size)
{
    gt_ask *ask = arg;
    char info[256];
    OSSL_PARAM params[2];
    size_t len = 0;
    int ok;

    snprintf(info, sizeof(info), "token '%s' (PIN%s%s)", token, warning != NULL ? "; " : "",
             warning != NULL ? warning : "");
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PASSPHRASE_PARAM_INFO, info, 0);
    params[1] = OSSL_PARAM_construct_end();
    /* "Nobody to ask" is no news: the lack of a PIN is told instead. */
    ask->prov->core.set_error_mark(ask->prov->core.handle);
    ok = ask->cb(pin, size - 1, &len, params, ask->cbarg) && len < size;
    ask->prov->core.pop_error_to_mark(ask->prov->core.handle);
    if (ok)
        pin[len] = '\0';
    if (ok && len > 0)
        return 1;
    snprintf(ask->unanswered, sizeof(ask->unanswered), "%s", warning != NULL ? warning : "");
    return 0;
}
