/* SPDX-License-Identifier: Apache-2.0 */
/* What the token does with a key, and its random bytes. */
#include "p11/internal.h"

#include <stdlib.h>

#include "gost/mem.h"

/* C_SignInit and C_Sign, C_DecryptInit and C_Decrypt: of one form. */
typedef CK_RV init_fn(CK_SESSION_HANDLE, CK_MECHANISM *, CK_OBJECT_HANDLE);
typedef CK_RV once_fn(CK_SESSION_HANDLE, CK_BYTE *, CK_ULONG, CK_BYTE *, CK_ULONG *);

struct operation {
    const gt_object *key;
    CK_MECHANISM *mechanism;
    int decrypt;
    const uint8_t *data;
    size_t len;
    uint8_t *out;
    size_t room;
    size_t *out_len;
};

static int always_authenticate(const gt_object *key)
{
    if (key->p->quirks & GT_QUIRK_NO_CONTEXT_LOGIN)
        return 0;
    return key->always_authenticate || (key->p->quirks & GT_QUIRK_CONTEXT_LOGIN) != 0;
}

static CK_RV operation_work(gt_lease *lease, void *arg)
{
    const struct operation *s = arg;
    init_fn *init = s->decrypt ? lease->f->C_DecryptInit : lease->f->C_SignInit;
    once_fn *once = s->decrypt ? lease->f->C_Decrypt : lease->f->C_Sign;
    CK_ULONG n = s->room;
    CK_RV rv = init(lease->session, s->mechanism, lease->object);

    if (rv != CKR_OK)
        return rv;
    if (always_authenticate(s->key)) {
        rv = gt_login_for_operation(lease);
        if (rv != CKR_OK) {
            lease->spoilt = 1;
            return rv;
        }
    }
    rv = once(lease->session, (CK_BYTE *)s->data, s->len, s->out, &n);
    if (rv == CKR_OK && n > s->room)
        rv = CKR_GENERAL_ERROR;
    if (rv == CKR_OK)
        *s->out_len = n;
    else if (rv == CKR_BUFFER_TOO_SMALL)
        lease->spoilt = 1; /* the token still waits for a call with more room */
    return rv;
}

int gt_object_sign(gt_object *key, CK_MECHANISM *mechanism, const uint8_t *data, size_t len,
                   uint8_t *sig, size_t *sig_len, gt_error *err)
{
    struct operation s = {key, mechanism, 0, data, len, sig, *sig_len, sig_len};
    int ok;

    if (key->cls != CKO_PRIVATE_KEY && key->cls != CKO_SECRET_KEY)
        return gt_fail(err, GT_KEY_TYPE, CKR_KEY_TYPE_INCONSISTENT,
                       "%s cannot sign: it is no private key", key->uri);
    ok = gt_with_session(key->t, key, 0, operation_work, &s, "C_Sign", err);
    if (!ok && err->rv == CKR_KEY_FUNCTION_NOT_PERMITTED)
        gt_fail(err, GT_TOKEN_ERROR, err->rv, "%s may not sign: it was made without CKA_SIGN",
                key->uri);
    return ok;
}

int gt_object_decrypt(gt_object *key, CK_MECHANISM *mechanism, const uint8_t *data, size_t len,
                      uint8_t *out, size_t *out_len, gt_error *err)
{
    struct operation s = {key, mechanism, 1, data, len, out, *out_len, out_len};
    size_t room = *out_len;
    int ok;

    if (key->cls != CKO_PRIVATE_KEY && key->cls != CKO_SECRET_KEY)
        return gt_fail(err, GT_KEY_TYPE, CKR_KEY_TYPE_INCONSISTENT,
                       "%s cannot decrypt: it is no private key", key->uri);
    ok = gt_with_session(key->t, key, 0, operation_work, &s, "C_Decrypt", err);
    if (!ok)
        gost_wipe(out, room);
    if (!ok && err->rv == CKR_KEY_FUNCTION_NOT_PERMITTED)
        gt_fail(err, GT_TOKEN_ERROR, err->rv, "%s may not decrypt: it was made without CKA_DECRYPT",
                key->uri);
    return ok;
}

struct random {
    uint8_t *out;
    size_t len;
};

static CK_RV random_work(gt_lease *lease, void *arg)
{
    const struct random *r = arg;

    return lease->f->C_GenerateRandom(lease->session, r->out, r->len);
}

int gt_p11_random_of(gt_token *t, uint8_t *out, size_t len, gt_error *err)
{
    struct random r = {out, len};

    return gt_with_session(t, NULL, 1, random_work, &r, "C_GenerateRandom", err);
}

int gt_p11_random(gt_p11 *p, uint8_t *out, size_t len, gt_error *err)
{
    gt_token **tokens;
    int ok;

    if (gt_tokens_match(p, NULL, &tokens, err) == 0)
        return 0;
    ok = gt_p11_random_of(tokens[0], out, len, err);
    free(tokens);
    return ok;
}
