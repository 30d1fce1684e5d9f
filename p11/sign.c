/* SPDX-License-Identifier: Apache-2.0 */
/* What the token does with a key, and its random bytes. */
#include "p11/internal.h"

#include <stdlib.h>

struct sign {
    const gt_object *key;
    CK_MECHANISM *mechanism;
    const uint8_t *data;
    size_t len;
    uint8_t *sig;
    size_t room;
    size_t *sig_len;
};

static CK_RV sign_work(gt_lease *lease, void *arg)
{
    const struct sign *s = arg;
    CK_ULONG n = s->room;
    CK_RV rv = lease->f->C_SignInit(lease->session, s->mechanism, lease->object);

    if (rv != CKR_OK)
        return rv;
    if (s->key->always_authenticate) {
        rv = gt_login_for_operation(lease);
        if (rv != CKR_OK) {
            lease->spoilt = 1;
            return rv;
        }
    }
    rv = lease->f->C_Sign(lease->session, (CK_BYTE *)s->data, s->len, s->sig, &n);
    if (rv == CKR_OK)
        *s->sig_len = n;
    else if (rv == CKR_BUFFER_TOO_SMALL)
        lease->spoilt = 1; /* the token still waits for a C_Sign with more room */
    return rv;
}

int gt_object_sign(gt_object *key, CK_MECHANISM *mechanism, const uint8_t *data, size_t len,
                   uint8_t *sig, size_t *sig_len, gt_error *err)
{
    struct sign s = {key, mechanism, data, len, sig, *sig_len, sig_len};

    if (key->cls != CKO_PRIVATE_KEY && key->cls != CKO_SECRET_KEY)
        return gt_fail(err, GT_KEY_TYPE, CKR_KEY_TYPE_INCONSISTENT,
                       "%s cannot sign: it is no private key", key->uri);
    return gt_with_session(key->t, key, 0, sign_work, &s, "C_Sign", err);
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

int gt_p11_random(gt_p11 *p, uint8_t *out, size_t len, gt_error *err)
{
    struct random r = {out, len};
    gt_token **tokens;
    int ok;

    if (gt_tokens_match(p, NULL, &tokens, err) == 0)
        return 0;
    ok = gt_with_session(tokens[0], NULL, 1, random_work, &r, "C_GenerateRandom", err);
    free(tokens);
    return ok;
}
