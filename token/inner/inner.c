/* SPDX-License-Identifier: Apache-2.0 */
/* see inner.h, provider(7) */
#include "token/inner/inner.h"

#include <openssl/core_dispatch.h>
#include <openssl/provider.h>

#include <pthread.h>
#include <string.h>

static OSSL_FUNC_provider_query_operation_fn inner_query;
static OSSL_FUNC_keymgmt_query_operation_name_fn name_rsa, name_ec;

#define INNER "token-inner"

/* What is taken over; by operation. An operation ends with a row that has no name. */
static const struct {
    int operation;
    const char *theirs, *ours;
} rows[] = {
    {OSSL_OP_KEYMGMT, "RSA", TOK_OSSL_RSA},
    {OSSL_OP_KEYMGMT, "EC", TOK_OSSL_EC},
    {OSSL_OP_KEYMGMT, NULL, NULL},
    {OSSL_OP_SIGNATURE, "RSA", TOK_OSSL_RSA},
    {OSSL_OP_SIGNATURE, "ECDSA", TOK_OSSL_EC},
    {OSSL_OP_SIGNATURE, NULL, NULL},
    {OSSL_OP_KEYEXCH, "ECDH", TOK_OSSL_EC},
    {OSSL_OP_KEYEXCH, NULL, NULL},
    {OSSL_OP_ASYM_CIPHER, "RSA", TOK_OSSL_RSA},
    {OSSL_OP_ASYM_CIPHER, NULL, NULL},
};

enum { ROWS = sizeof rows / sizeof rows[0], FUNCTIONS_MAX = 64 };

/* Like theirs the same in every context: made once, then only read. */
static OSSL_ALGORITHM algorithms[ROWS];
static OSSL_DISPATCH rsa_functions[FUNCTIONS_MAX], ec_functions[FUNCTIONS_MAX];
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int complete;

/* For init, which OpenSSL calls within tok_ossl_inner. */
static _Thread_local OSSL_PROVIDER *wrapped;

/* What a key's operations are called. */
static const char *name_rsa(int operation)
{
    (void)operation;
    return TOK_OSSL_RSA;
}

static const char *name_ec(int operation)
{
    (void)operation;
    return TOK_OSSL_EC;
}

/* A copy of a keymgmt's functions that says our names; NULL: there are too many. */
static const OSSL_DISPATCH *rename_key(const OSSL_DISPATCH *from, OSSL_DISPATCH *to,
                                       OSSL_FUNC_keymgmt_query_operation_name_fn *name)
{
    size_t n = 0;

    for (; from->function_id != 0; from++) {
        if (n == FUNCTIONS_MAX - 2)
            return NULL;
        if (from->function_id != OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME)
            to[n++] = *from;
    }
    to[n].function_id = OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME;
    to[n].function = (void (*)(void))name;
    return to;
}

/* 1 if it is the first of the names. */
static int is_first(const char *names, const char *name)
{
    size_t len = strlen(name);

    return strncmp(names, name, len) == 0 && (names[len] == ':' || names[len] == '\0');
}

static int take(size_t i)
{
    int no_cache;
    const OSSL_ALGORITHM *a = OSSL_PROVIDER_query_operation(wrapped, rows[i].operation, &no_cache);

    while (a != NULL && a->algorithm_names != NULL && !is_first(a->algorithm_names, rows[i].theirs))
        a++;
    if (a == NULL || a->algorithm_names == NULL)
        return 0;
    algorithms[i] = *a;
    algorithms[i].algorithm_names = rows[i].ours;
    algorithms[i].property_definition = "provider=" INNER;
    if (rows[i].operation == OSSL_OP_KEYMGMT)
        algorithms[i].implementation = strcmp(rows[i].theirs, "RSA") == 0
                                           ? rename_key(a->implementation, rsa_functions, name_rsa)
                                           : rename_key(a->implementation, ec_functions, name_ec);
    return algorithms[i].implementation != NULL;
}

static void take_all(void)
{
    int ok = 1;
    size_t i;

    for (i = 0; i < ROWS && ok; i++)
        ok = rows[i].theirs == NULL || take(i);
    complete = ok;
}

static const OSSL_ALGORITHM *inner_query(void *provctx, int operation, int *no_cache)
{
    size_t i;

    (void)provctx;
    *no_cache = 0;
    for (i = 0; i < ROWS; i++)
        if (rows[i].operation == operation)
            return &algorithms[i];
    return NULL;
}

/* Their functions get what they know: their own provider's context, which lives longer. */
static int init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
                void **provctx)
{
    static const OSSL_DISPATCH functions[] = {
        {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))inner_query},
        {0, NULL},
    };

    (void)handle;
    (void)in;
    (void)pthread_once(&once, take_all);
    *out = functions;
    *provctx = OSSL_PROVIDER_get0_provider_ctx(wrapped);
    return complete;
}

OSSL_PROVIDER *tok_ossl_inner(OSSL_LIB_CTX *ctx, OSSL_PROVIDER *theirs)
{
    OSSL_PROVIDER *inner = NULL;

    wrapped = theirs;
    if (OSSL_PROVIDER_add_builtin(ctx, INNER, init))
        inner = OSSL_PROVIDER_load(ctx, INNER);
    wrapped = NULL;
    return inner;
}
