/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making keys and taking them out, as C_GenerateKey, C_DeriveKey, C_WrapKey and C_UnwrapKey do; for
 * those and for the extended functions that do several of these at once. The session is locked.
 * Nothing has changed unless the result is CKR_OK.
 */
#ifndef TOK_KEYS_H
#define TOK_KEYS_H

#include "token/mech.h"

CK_RV tok_key_generate(tok_session *s, const CK_MECHANISM *mechanism, const CK_ATTRIBUTE *templ,
                       CK_ULONG n, CK_OBJECT_HANDLE *key);
CK_RV tok_key_derive(tok_session *s, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base,
                     const CK_ATTRIBUTE *templ, CK_ULONG n, CK_OBJECT_HANDLE *key);
CK_RV tok_key_wrap(tok_session *s, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping,
                   CK_OBJECT_HANDLE key, CK_BYTE *out, CK_ULONG *out_len);
CK_RV tok_key_unwrap(tok_session *s, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping,
                     const CK_BYTE *wrapped, CK_ULONG wrapped_len, const CK_ATTRIBUTE *templ,
                     CK_ULONG n, CK_OBJECT_HANDLE *key);

/* The object of a handle that must be a key: CKR_KEY_HANDLE_INVALID. */
CK_RV tok_key_get(tok_session *s, CK_OBJECT_HANDLE handle, tok_object **out);

/*
 * A private key with CKA_ALWAYS_AUTHENTICATE is used without a C_…Init here, so there is no
 * operation that could wait for the PIN: the first call fails with CKR_USER_NOT_LOGGED_IN,
 * C_Login(CKU_CONTEXT_SPECIFIC) then lets the next call with that key pass, once.
 */
CK_RV tok_key_pin(tok_session *s, CK_OBJECT_HANDLE handle, const tok_object *key);

/*
 * Puts the value that a mechanism has made into a set from tok_template_build, frees it (value may
 * be NULL: it is there already), and completes the set.
 */
CK_RV tok_key_complete(tok_how how, tok_attrs *key, void *value, size_t len);

#endif
