/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that a token makes of a key: see p11.h. */
#include "p11/internal.h"

#include <string.h>

#include "gost/mem.h"

#define STEPS_MAX 4

struct derive {
    const gt_step *steps;
    size_t n;
    uint8_t *out;
    size_t room;
    size_t *out_len;
};

static CK_RV take_step(gt_lease *lease, const gt_step *step, CK_OBJECT_HANDLE from,
                       CK_OBJECT_HANDLE *to)
{
    CK_MECHANISM mechanism = step->mechanism;
    CK_ATTRIBUTE *templ = (CK_ATTRIBUTE *)step->templ;

    if (step->wrapped == NULL)
        return lease->f->C_DeriveKey(lease->session, &mechanism, from, templ, step->n, to);
    return lease->f->C_UnwrapKey(lease->session, &mechanism, from, (CK_BYTE *)step->wrapped,
                                 step->wrapped_len, templ, step->n, to);
}

static CK_RV read_value(gt_lease *lease, CK_OBJECT_HANDLE key, const struct derive *d)
{
    CK_ATTRIBUTE value = {CKA_VALUE, d->out, d->room};
    CK_RV rv = lease->f->C_GetAttributeValue(lease->session, key, &value, 1);

    if (rv == CKR_OK && value.ulValueLen > d->room)
        rv = CKR_ATTRIBUTE_SENSITIVE; /* some modules say so in the length only */
    if (rv == CKR_OK)
        *d->out_len = value.ulValueLen;
    return rv;
}

static CK_RV derive_work(gt_lease *lease, void *arg)
{
    const struct derive *d = arg;
    CK_OBJECT_HANDLE made[STEPS_MAX], from = lease->object;
    const gt_step *step = d->steps;
    size_t n = 0;
    CK_RV rv = CKR_OK;

    for (; n < d->n; n++, step++) {
        rv = take_step(lease, step, from, &made[n]);
        if (rv != CKR_OK)
            break;
        from = made[n];
    }
    if (rv == CKR_OK)
        rv = read_value(lease, from, d);
    else if (n > 0 && rv == CKR_KEY_HANDLE_INVALID)
        rv = CKR_UNWRAPPING_KEY_HANDLE_INVALID; /* not the object's handle: that one is good */
    while (n > 0)
        (void)lease->f->C_DestroyObject(lease->session, made[--n]);
    return rv;
}

int gt_object_derive(gt_object *key, const gt_step *steps, size_t n, uint8_t *out, size_t *out_len,
                     gt_error *err)
{
    struct derive d = {steps, n, out, *out_len, out_len};
    int ok;

    if (key->cls != CKO_PRIVATE_KEY && key->cls != CKO_SECRET_KEY)
        return gt_fail(err, GT_KEY_TYPE, CKR_KEY_TYPE_INCONSISTENT,
                       "%s cannot agree on keys: it is no private key", key->uri);
    if (n == 0 || n > STEPS_MAX)
        return gt_fail(err, GT_TOKEN_ERROR, CKR_ARGUMENTS_BAD, "too many steps");
    ok = gt_with_session(key->t, key, 0, derive_work, &d, "key agreement", err);
    if (!ok)
        gost_wipe(out, d.room);
    if (!ok && err->rv == CKR_KEY_FUNCTION_NOT_PERMITTED)
        gt_fail(err, GT_TOKEN_ERROR, err->rv,
                "%s may not agree on keys: it was made without CKA_DERIVE", key->uri);
    return ok;
}
