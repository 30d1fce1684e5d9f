/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/error.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include <openssl/err.h>

static const OSSL_ITEM strings[] = {
    {GT_R_BAD_URI, "bad pkcs11 uri"},
    {GT_R_MODULE_LOAD, "pkcs11 module not loadable"},
    {GT_R_STORE, "token store failure"},
    {GT_R_NO_TOKEN, "no such token"},
    {GT_R_NO_OBJECT, "no such object"},
    {GT_R_AMBIGUOUS, "more than one object matches"},
    {GT_R_PIN_NEEDED, "pin needed"},
    {GT_R_PIN_WRONG, "wrong pin"},
    {GT_R_PIN_LOCKED, "pin locked"},
    {GT_R_PIN_FINAL_TRY, "last pin try refused"},
    {GT_R_KEY_TYPE, "wrong key type"},
    {GT_R_TOKEN_GONE, "token is gone"},
    {GT_R_TOKEN_ERROR, "token error"},
    {GT_R_NO_MEMORY, "out of memory"},
    {GT_R_CONFIG, "bad configuration"},
    {GT_R_BRIDGE, "bridge not available"},
    {GT_R_STAYS_ON_TOKEN, "private key stays on the token"},
    {GT_R_DIGEST, "wrong digest for this key"},
    {GT_R_DIGEST_LENGTH, "wrong digest length"},
    {GT_R_NO_KEY, "no key"},
    {GT_R_KEYGEN, "no parameter set chosen"},
    {GT_R_NOT_SUPPORTED, "operation not supported"},
    {GT_R_BAD_KEY, "malformed key"},
    {GT_R_NOT_TAKEN, "object not taken by openssl"},
    {GT_R_NO_PROVIDER, "provider not active"},
    {GT_R_LENGTH, "wrong length"},
    {GT_R_PARAMETER, "bad parameter"},
    {GT_R_DECRYPT, "bad decrypt"},
    {GT_R_ORDER, "call out of order"},
    {GT_R_NO_UKM, "bad or no ukm"},
    {GT_R_INTERNAL, "internal error"},
    {0, NULL},
};

enum { STRINGS = sizeof(strings) / sizeof(strings[0]) };

const OSSL_ITEM *gt_error_strings(void)
{
    return strings;
}

/* The bridge's library number and its copy of the table in ERR's own form; made once and kept, as
 * ERR keeps pointers to it. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int library;
static ERR_STRING_DATA copy[STRINGS + 1];

static void load_strings(void)
{
    library = ERR_get_next_error_library();
    copy[0].error = ERR_PACK(library, 0, 0);
    copy[0].string = "gosttoken";
    for (size_t i = 0; i + 1 < STRINGS; i++) {
        copy[i + 1].error = ERR_PACK(library, 0, strings[i].id);
        copy[i + 1].string = strings[i].ptr;
    }
    ERR_load_strings(library, copy);
}

int gt_raise_at(const gt_core *core, const char *file, int line, const char *func, int reason,
                const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (core != NULL) {
        core->new_error(core->handle);
        core->set_error_debug(core->handle, file, line, func);
        core->vset_error(core->handle, (uint32_t)reason, format, args);
    } else {
        pthread_once(&once, load_strings);
        ERR_new();
        ERR_set_debug(file, line, func);
        ERR_vset_error(library, reason, format, args);
    }
    va_end(args);
    return 0;
}
