/* SPDX-License-Identifier: Apache-2.0 */
/* Strings out of an OSSL_PARAM, in place. libcrypto's own readers give what a program put there,
 * and that may be NULL, with any length beside it. */
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

#endif
