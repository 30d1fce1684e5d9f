/* SPDX-License-Identifier: Apache-2.0 */
/* see keys.h: what making and taking out keys have in common */
#include "token/keys.h"
#include "token/operation.h"
#include "token/secmem.h"
#include "token/template.h"

CK_RV tok_key_get(tok_session *s, CK_OBJECT_HANDLE handle, tok_object **out)
{
    CK_RV rv = tok_object_get(s, handle, out);

    if (rv == CKR_OK && ((*out)->kind->bit & TOK_KINDS_KEYS) == 0) {
        tok_object_free(*out);
        *out = NULL;
        rv = CKR_OBJECT_HANDLE_INVALID;
    }
    return rv == CKR_OBJECT_HANDLE_INVALID ? CKR_KEY_HANDLE_INVALID : rv;
}

CK_RV tok_key_pin(tok_session *s, CK_OBJECT_HANDLE handle, const tok_object *key)
{
    unsigned epoch;
    int granted;

    if (key->class != CKO_PRIVATE_KEY ||
        !tok_attrs_bool(key->attrs, CKA_ALWAYS_AUTHENTICATE, CK_FALSE))
        return CKR_OK;
    epoch = tok_op_epoch(s->slot);
    granted = s->pin_granted && s->pin_key == handle && s->pin_epoch == epoch;
    s->pin_granted = 0;
    s->pin_key = granted ? CK_INVALID_HANDLE : handle;
    s->pin_epoch = epoch;
    return granted ? CKR_OK : CKR_USER_NOT_LOGGED_IN;
}

CK_RV tok_key_complete(tok_how how, tok_attrs *key, void *value, size_t len)
{
    CK_RV rv = CKR_OK;

    if (value != NULL)
        rv = tok_attrs_set(key, CKA_VALUE, value, len);
    tok_secret_free(value);
    if (rv == CKR_OK)
        rv = tok_template_finish(how, key);
    /* The template did not name the value: it asked for a key that this value cannot be. */
    return rv == CKR_ATTRIBUTE_VALUE_INVALID ? CKR_TEMPLATE_INCONSISTENT : rv;
}
