/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strings out of an OSSL_PARAM, in place: libcrypto's own readers give what a program put there,
 * and that may be NULL, with any length beside it. And answers, to those who ask for them.
 */
#ifndef GT_PROVIDER_PARAM_H
#define GT_PROVIDER_PARAM_H

#include <stddef.h>

#include <openssl/params.h>

/* 1: a UTF-8 string, not NULL. */
static inline int gt_param_text(const OSSL_PARAM *p, const char **text)
{
    *text = NULL;
    return OSSL_PARAM_get_utf8_string_ptr(p, text) && *text != NULL;
}

/* 1: octets; NULL only if there are none. */
static inline int gt_param_octets(const OSSL_PARAM *p, const void **octets, size_t *len)
{
    *octets = NULL;
    *len = 0;
    return OSSL_PARAM_get_octet_string_ptr(p, octets, len) && (*octets != NULL || *len == 0);
}

/* Of what a program asks for, this: 1 if it did not ask, or has the room. */
static inline int gt_param_give_int(OSSL_PARAM params[], const char *key, int value)
{
    OSSL_PARAM *p = OSSL_PARAM_locate(params, key);

    return p == NULL || OSSL_PARAM_set_int(p, value);
}

static inline int gt_param_give_uint(OSSL_PARAM params[], const char *key, unsigned value)
{
    OSSL_PARAM *p = OSSL_PARAM_locate(params, key);

    return p == NULL || OSSL_PARAM_set_uint(p, value);
}

static inline int gt_param_give_size(OSSL_PARAM params[], const char *key, size_t value)
{
    OSSL_PARAM *p = OSSL_PARAM_locate(params, key);

    return p == NULL || OSSL_PARAM_set_size_t(p, value);
}

static inline int gt_param_give_text(OSSL_PARAM params[], const char *key, const char *value)
{
    OSSL_PARAM *p = OSSL_PARAM_locate(params, key);

    return p == NULL || OSSL_PARAM_set_utf8_string(p, value);
}

#endif
