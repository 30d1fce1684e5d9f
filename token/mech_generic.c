/* SPDX-License-Identifier: Apache-2.0 */
/* CKM_GENERIC_SECRET_KEY_GEN and CKM_CONCATENATE_BASE_AND_KEY. */
#include "gost/random.h"
#include "token/keys.h"
#include "token/secmem.h"

#include <string.h>

#define MAX_LEN 8192 /* bytes of a generic secret that is made here */

static CK_RV generate(const tok_mech *m, const CK_MECHANISM *param, tok_attrs *key, void **value,
                      size_t *len)
{
    CK_ULONG want = tok_attrs_ulong(key, CKA_VALUE_LEN, 0);

    (void)m;
    if (param->ulParameterLen != 0)
        return CKR_MECHANISM_PARAM_INVALID;
    if (tok_attrs_get(key, CKA_VALUE_LEN) == NULL)
        return CKR_TEMPLATE_INCOMPLETE;
    if (want == 0 || want > MAX_LEN)
        return CKR_KEY_SIZE_RANGE;
    *value = tok_secret_alloc(want);
    if (*value == NULL)
        return CKR_HOST_MEMORY;
    *len = want;
    if (gost_random_system(NULL, *value, want))
        return CKR_OK;
    tok_secret_free(*value);
    *value = NULL;
    return CKR_FUNCTION_FAILED;
}

const tok_mech_class tok_mech_generic_keygen = {
    .generate = generate,
};

/*
 * PKCS #11 2.40, 2.32: a key is sensitive if one of the two is, and not extractable if one of the
 * two is not. What holds the bytes of a key is as private as that key, and leaves the token only
 * under keys that it may leave under.
 */
static CK_RV stricter(const tok_object *o, tok_attrs *key)
{
    CK_RV rv = CKR_OK;

    if (tok_attrs_bool(o->attrs, CKA_SENSITIVE, CK_TRUE))
        rv = tok_attrs_set_bool(key, CKA_SENSITIVE, CK_TRUE);
    if (rv == CKR_OK && !tok_attrs_bool(o->attrs, CKA_EXTRACTABLE, CK_FALSE))
        rv = tok_attrs_set_bool(key, CKA_EXTRACTABLE, CK_FALSE);
    if (rv == CKR_OK && tok_attrs_bool(o->attrs, CKA_WRAP_WITH_TRUSTED, CK_TRUE))
        rv = tok_attrs_set_bool(key, CKA_WRAP_WITH_TRUSTED, CK_TRUE);
    if (rv == CKR_OK && o->private)
        rv = tok_attrs_set_bool(key, CKA_PRIVATE, CK_TRUE);
    if (rv == CKR_OK && !tok_attrs_bool(o->attrs, CKA_ALWAYS_SENSITIVE, CK_FALSE))
        rv = tok_attrs_set_bool(key, CKA_ALWAYS_SENSITIVE, CK_FALSE);
    if (rv == CKR_OK && !tok_attrs_bool(o->attrs, CKA_NEVER_EXTRACTABLE, CK_FALSE))
        rv = tok_attrs_set_bool(key, CKA_NEVER_EXTRACTABLE, CK_FALSE);
    return rv;
}

/* Its value is no secret from the caller. */
static int is_open(const tok_object *o)
{
    return !tok_attrs_bool(o->attrs, CKA_SENSITIVE, CK_TRUE) &&
           tok_attrs_bool(o->attrs, CKA_EXTRACTABLE, CK_FALSE);
}

static CK_RV second_key(tok_session *s, const tok_mech *m, const CK_MECHANISM *param,
                        tok_object **out)
{
    CK_OBJECT_HANDLE handle;
    CK_RV rv;

    if (param->ulParameterLen != sizeof handle)
        return CKR_MECHANISM_PARAM_INVALID;
    memcpy(&handle, param->pParameter, sizeof handle);
    rv = tok_key_get(s, handle, out);
    return rv == CKR_OK ? tok_mech_key_ok(m, *out, CKO_SECRET_KEY, CKA_DERIVE) : rv;
}

static CK_RV concatenate(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                         tok_object *base, tok_attrs *key, void **value, size_t *len)
{
    CK_KEY_TYPE type = tok_attrs_ulong(key, CKA_KEY_TYPE, CKK_GENERIC_SECRET);
    void *a = NULL, *b = NULL;
    tok_object *second = NULL;
    size_t a_len = 0, b_len = 0, want;
    CK_RV rv = second_key(s, m, param, &second);

    if (rv == CKR_OK)
        rv = stricter(base, key);
    if (rv == CKR_OK)
        rv = stricter(second, key);
    if (rv == CKR_OK)
        rv = tok_object_secret(s, base, CKA_VALUE, &a, &a_len);
    if (rv == CKR_OK)
        rv = tok_object_secret(s, second, CKA_VALUE, &b, &b_len);
    if (rv == CKR_OK) {
        /* What is asked for, or what a key of that type has, or all. Not a piece of a key that the
         * caller may not read: from short pieces, put after or before known bytes, it could be
         * guessed byte by byte. */
        want = tok_kind_value_len(type);
        if (want == 0)
            want = tok_attrs_ulong(key, CKA_VALUE_LEN, a_len + b_len);
        if (want < a_len || want > a_len + b_len ||
            (want > a_len && want < a_len + b_len && !is_open(second)))
            rv = CKR_KEY_SIZE_RANGE;
    }
    if (rv == CKR_OK) {
        *value = tok_secret_alloc(a_len + b_len);
        rv = *value != NULL ? CKR_OK : CKR_HOST_MEMORY;
    }
    if (rv == CKR_OK) {
        memcpy(*value, a, a_len);
        memcpy((uint8_t *)*value + a_len, b, b_len);
        *len = want;
    }
    tok_secret_free(a);
    tok_secret_free(b);
    tok_object_free(second);
    return rv;
}

const tok_mech_class tok_mech_concatenate = {
    .derive = concatenate,
};
