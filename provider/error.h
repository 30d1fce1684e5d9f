/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors at OpenSSL's edge. One table of reasons serves both voices: the provider speaks through
 * the core's upcalls, the bridge, which OpenSSL calls without a provider context, through ERR
 * itself.
 */
#ifndef GT_ERROR_H
#define GT_ERROR_H

#include <openssl/core.h>
#include <openssl/core_dispatch.h>

#include "p11/p11.h"

/* Reason codes; the first ones are gt_reason's, in its order. */
enum {
    GT_R_BAD_URI = GT_BAD_URI,
    GT_R_MODULE_LOAD = GT_MODULE_LOAD,
    GT_R_STORE = GT_STORE,
    GT_R_NO_TOKEN = GT_NO_TOKEN,
    GT_R_NO_OBJECT = GT_NO_OBJECT,
    GT_R_AMBIGUOUS = GT_AMBIGUOUS,
    GT_R_PIN_NEEDED = GT_PIN_NEEDED,
    GT_R_PIN_WRONG = GT_PIN_WRONG,
    GT_R_PIN_LOCKED = GT_PIN_LOCKED,
    GT_R_PIN_FINAL_TRY = GT_PIN_FINAL_TRY,
    GT_R_KEY_TYPE = GT_KEY_TYPE,
    GT_R_TOKEN_GONE = GT_TOKEN_GONE,
    GT_R_TOKEN_ERROR = GT_TOKEN_ERROR,
    GT_R_NO_MEMORY = GT_NO_MEMORY,
    GT_R_CONFIG,
    GT_R_BRIDGE,
    GT_R_STAYS_ON_TOKEN,
    GT_R_DIGEST,
    GT_R_DIGEST_LENGTH,
    GT_R_NO_KEY,
    GT_R_KEYGEN,
    GT_R_NOT_SUPPORTED,
    GT_R_BAD_KEY,
    GT_R_NOT_TAKEN,
    GT_R_NO_PROVIDER,
    GT_R_LENGTH,
    GT_R_PARAMETER,
    GT_R_DECRYPT,
    GT_R_ORDER,
    GT_R_NO_UKM,
    GT_R_INTERNAL
};

/* The core's upcalls; filled from its dispatch table. */
typedef struct gt_core {
    const OSSL_CORE_HANDLE *handle;
    OSSL_FUNC_core_get_params_fn *get_params;
    OSSL_FUNC_core_new_error_fn *new_error;
    OSSL_FUNC_core_set_error_debug_fn *set_error_debug;
    OSSL_FUNC_core_vset_error_fn *vset_error;
    OSSL_FUNC_core_set_error_mark_fn *set_error_mark;
    OSSL_FUNC_core_clear_last_error_mark_fn *clear_last_error_mark;
    OSSL_FUNC_core_pop_error_to_mark_fn *pop_error_to_mark;
    OSSL_FUNC_BIO_read_ex_fn *bio_read_ex; /* these three may be NULL */
    OSSL_FUNC_BIO_write_ex_fn *bio_write_ex;
    OSSL_FUNC_core_get_libctx_fn *get_libctx;
} gt_core;

/* The table, for OSSL_FUNC_PROVIDER_GET_REASON_STRINGS. */
const OSSL_ITEM *gt_error_strings(void);

/* Raises an error; format NULL: without data. core NULL: the bridge's voice. Returns 0. */
#define gt_raise(core, reason, ...)                                                                \
    gt_raise_at(core, __FILE__, __LINE__, __func__, reason, __VA_ARGS__)
int gt_raise_at(const gt_core *core, const char *file, int line, const char *func, int reason,
                const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Raises what p11/, keymgmt/ or signature/ reported. Returns 0. */
#define gt_raise_error(core, err) gt_raise(core, (int)(err)->reason, "%s", (err)->text)

#endif
