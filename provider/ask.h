/* SPDX-License-Identifier: Apache-2.0 */
/* The PIN, asked for by the program's own means: a gt_prompt over the passphrase callback that the
 * core gives to a store or a decoder. */
#ifndef GT_ASK_H
#define GT_ASK_H

#include "provider/provider.h"

typedef struct gt_ask {
    gt_provider *prov;
    OSSL_PASSPHRASE_CALLBACK *cb;
    void *cbarg;
    char unanswered[128]; /* the warning that went with a question nobody answered */
} gt_ask;

/* gt_prompt.ask; arg is a gt_ask. */
int gt_ask_program(void *arg, const char *token, const char *warning, char *pin, size_t size);

#endif
