/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/algorithms.h"

#include <pthread.h>

#include <openssl/core_dispatch.h>

#include "asymcipher/common.h"
#include "asymcipher/native.h"
#include "keyexch/common.h"
#include "keyexch/native.h"
#include "keymgmt/common.h"
#include "keymgmt/native.h"
#include "signature/common.h"
#include "signature/native.h"

static const struct {
    int operation;
    const OSSL_ALGORITHM *native, *common;
} table[] = {
    {OSSL_OP_KEYMGMT, gt_keymgmt_algorithms, gt_common_keymgmt},
    {OSSL_OP_SIGNATURE, gt_signature_algorithms, gt_common_signature},
    {OSSL_OP_KEYEXCH, gt_keyexch_algorithms, gt_common_keyexch},
    {OSSL_OP_ASYM_CIPHER, gt_asymcipher_algorithms, gt_common_asymcipher},
};

enum { OPERATIONS = sizeof(table) / sizeof(table[0]), JOINED_MAX = 16 };

/* libcrypto wants one list. */
static OSSL_ALGORITHM joined[OPERATIONS][JOINED_MAX];

static size_t append(OSSL_ALGORITHM *to, size_t n, const OSSL_ALGORITHM *from)
{
    for (; from->algorithm_names != NULL && n < JOINED_MAX - 1; from++)
        to[n++] = *from;
    return n;
}

static void join(void)
{
    for (size_t i = 0; i < OPERATIONS; i++)
        append(joined[i], append(joined[i], 0, table[i].native), table[i].common);
}

const OSSL_ALGORITHM *gt_algorithms_with_common(const gt_provider *prov, int operation,
                                                const OSSL_ALGORITHM *native, int *no_cache)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    if (operation == OSSL_OP_KEYMGMT && !gt_common_ready(prov)) {
        /* The default provider may come yet. */
        *no_cache = prov->libctx != NULL;
        return native;
    }
    pthread_once(&once, join);
    for (size_t i = 0; i < OPERATIONS; i++)
        if (table[i].operation == operation)
            return native != NULL ? joined[i] : table[i].common;
    return native;
}
