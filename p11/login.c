/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logging in. The rules for PINs stand in p11/p11.h; the point of all of them is that no try is
 * burnt by a machine that does the same wrong thing again.
 */
#include "p11/internal.h"

#include <stdio.h>
#include <string.h>

#include "gost/mem.h"

/* ---- what a token has refused --------------------------------------------------------------- */

static int same_pin(const gt_pin *a, const gt_pin *b)
{
    return a->len == b->len && gost_equal(a->bytes, b->bytes, a->len);
}

static int was_refused(gt_token *t, const gt_pin *pin)
{
    int refused = 0;

    pthread_mutex_lock(&t->p->lock);
    for (size_t i = 0; i < t->pins->n_refused && i < GT_REFUSED_MAX; i++)
        refused |= same_pin(&t->pins->refused[i], pin);
    pthread_mutex_unlock(&t->p->lock);
    return refused;
}

static void note_refused(gt_token *t, const gt_pin *pin)
{
    gt_token_pins *pins = t->pins;

    pthread_mutex_lock(&t->p->lock);
    pins->refused[pins->n_refused++ % GT_REFUSED_MAX] = *pin;
    if (same_pin(&pins->right, pin))
        gost_wipe(&pins->right, sizeof(pins->right));
    /* It is not to be tried behind the back of a find that could look without a login. */
    t->wanted = 0;
    t->logged_in = 0;
    pthread_mutex_unlock(&t->p->lock);
}

/* pin NULL: there was none to give. */
static void note_success(const gt_lease *lease, const gt_pin *pin)
{
    gt_token *t = lease->t;
    gt_p11 *p = t->p;

    pthread_mutex_lock(&p->lock);
    t->wanted = 1;
    if (pin != NULL) {
        gost_wipe(t->pins->refused, sizeof(t->pins->refused));
        t->pins->n_refused = 0;
        t->pins->right = *pin;
    }
    if (lease->sessions_gen == t->sessions_gen)
        t->logged_in = 1;
    pthread_mutex_unlock(&p->lock);
}

/* ---- what the token says about tries -------------------------------------------------------- */

static const char *warning_for(const CK_TOKEN_INFO *info, int warn)
{
    if (info->flags & CKF_USER_PIN_FINAL_TRY)
        return "This is the last try: a wrong PIN locks the token.";
    if (info->flags & CKF_USER_PIN_COUNT_LOW)
        return "A wrong PIN was entered before: few tries are left.";
    return warn ? "The PIN entered before was wrong." : NULL;
}

/* ---- the login ------------------------------------------------------------------------------ */

static int wrong_pin(const gt_lease *lease, CK_SLOT_ID slot, CK_RV rv, gt_error *err)
{
    char left[64];

    gt_tries_left(lease->m, slot, CKU_USER, left, sizeof(left));
    gt_log(lease->t->p, "token \"%s\" refused a PIN: %s%s", lease->t->label, gt_rv_name(rv), left);
    return gt_fail(err, GT_PIN_WRONG, rv, "the PIN for token \"%s\" is wrong (%s)%s",
                   lease->t->label, gt_rv_name(rv), left);
}

static int refused_before(const gt_token *t, gt_error *err)
{
    return gt_fail(err, GT_PIN_WRONG, CKR_PIN_INCORRECT,
                   "the PIN given for token \"%s\" was wrong before and is not tried again",
                   t->label);
}

static int is_wrong_pin(CK_RV rv)
{
    return rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE;
}

/* With a session, in the turn, not logged in. */
static int log_in(gt_lease *lease, CK_SLOT_ID slot, const CK_TOKEN_INFO *info,
                  const gt_pin_request *request, gt_pin *pin, gt_error *err)
{
    gt_token *t = lease->t;
    int pinpad = (info->flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
    int final = (info->flags & CKF_USER_PIN_FINAL_TRY) != 0, asked = 0, warn;
    CK_RV rv;

    pthread_mutex_lock(&t->p->lock);
    warn = t->pins->n_refused > 0;
    pthread_mutex_unlock(&t->p->lock);
    if (!pinpad) {
        if (!gt_pin_get(t, request, final, warning_for(info, warn), pin, &asked, err))
            return 0;
        if (was_refused(t, pin))
            return refused_before(t, err);
    }
    rv = pinpad ? lease->f->C_Login(lease->session, CKU_USER, NULL, 0)
                : lease->f->C_Login(lease->session, CKU_USER, (CK_UTF8CHAR *)pin->bytes, pin->len);
    if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN) {
        note_success(lease, pinpad ? NULL : pin);
        gt_log(t->p, "logged in to token \"%s\"", t->label);
        return 1;
    }
    if (is_wrong_pin(rv)) {
        if (!pinpad)
            note_refused(t, pin);
        return wrong_pin(lease, slot, rv, err);
    }
    return gt_fail_rv(err, t->p, t, rv, "C_Login");
}

static int is_user_state(CK_STATE state)
{
    return state == CKS_RO_USER_FUNCTIONS || state == CKS_RW_USER_FUNCTIONS;
}

int gt_login_vanished(const gt_lease *lease)
{
    gt_token *t = lease->t;
    CK_SESSION_INFO session;
    int believed;

    pthread_mutex_lock(&t->p->lock);
    believed = t->logged_in && !t->login_free && lease->sessions_gen == t->sessions_gen;
    pthread_mutex_unlock(&t->p->lock);
    return believed && lease->f->C_GetSessionInfo(lease->session, &session) == CKR_OK &&
           !is_user_state(session.state);
}

static CK_RV check_work(gt_lease *lease, void *arg)
{
    gt_token *t = lease->t;

    (void)arg;
    if (gt_login_vanished(lease)) {
        pthread_mutex_lock(&t->p->lock);
        if (lease->sessions_gen == t->sessions_gen) {
            t->logged_in = 0;
            t->objects_gen++;
        }
        pthread_mutex_unlock(&t->p->lock);
    }
    return CKR_OK;
}

int gt_token_check_login(gt_token *t, gt_error *err)
{
    return gt_with_session(t, NULL, 1, check_work, NULL, "C_GetSessionInfo", err);
}

/* The program itself, or another instance, has logged in. A PIN that came with the URI cannot be
 * checked now, but is what a forked child will have to log in with. */
static void already_logged_in(const gt_lease *lease, const gt_pin_request *request)
{
    const gt_pin_request from_uri = {request->uri, NULL};
    gt_token *t = lease->t;
    gt_error ignored;
    gt_pin *pin;
    int asked;

    note_success(lease, NULL);
    if (request->uri == NULL || (request->uri->pin == NULL && request->uri->pin_source == NULL))
        return;
    pin = gt_secret_new(sizeof(*pin));
    if (pin != NULL && gt_pin_get(t, &from_uri, 0, NULL, pin, &asked, &ignored) &&
        !was_refused(t, pin)) {
        pthread_mutex_lock(&t->p->lock);
        if (t->pins->right.len == 0)
            t->pins->right = *pin;
        pthread_mutex_unlock(&t->p->lock);
    }
    gt_secret_free(pin, sizeof(*pin));
}

/* In the token's turn. */
static int login_in_turn(gt_token *t, const gt_pin_request *request, gt_error *err)
{
    gt_p11 *p = t->p;
    CK_SESSION_INFO session;
    CK_TOKEN_INFO info;
    gt_lease lease;
    CK_SLOT_ID slot;
    gt_pin *pin = NULL;
    CK_RV rv;
    int ok = 0;

    if (!gt_lease_take(t, NULL, &lease, err))
        return 0;
    rv = lease.f->C_GetSessionInfo(lease.session, &session);
    if (rv != CKR_OK) {
        gt_fail_rv(err, p, t, rv, "C_GetSessionInfo");
        goto end;
    }
    slot = session.slotID;
    if (is_user_state(session.state)) {
        already_logged_in(&lease, request);
        ok = 1;
        goto end;
    }
    rv = lease.f->C_GetTokenInfo(slot, &info);
    if (rv != CKR_OK) {
        gt_fail_rv(err, p, t, rv, "C_GetTokenInfo");
        goto end;
    }
    if (!(info.flags & CKF_LOGIN_REQUIRED)) {
        pthread_mutex_lock(&p->lock);
        t->login_free = 1;
        pthread_mutex_unlock(&p->lock);
        note_success(&lease, NULL);
        ok = 1;
        goto end;
    }
    if (info.flags & CKF_USER_PIN_LOCKED) {
        gt_fail_rv(err, p, t, CKR_PIN_LOCKED, "C_GetTokenInfo");
        goto end;
    }
    if (!(info.flags & CKF_USER_PIN_INITIALIZED)) {
        gt_fail_rv(err, p, t, CKR_USER_PIN_NOT_INITIALIZED, "C_GetTokenInfo");
        goto end;
    }
    pin = gt_secret_new(sizeof(*pin));
    if (pin == NULL)
        gt_fail(err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
    else
        ok = log_in(&lease, slot, &info, request, pin, err);
end:
    gt_secret_free(pin, sizeof(*pin));
    gt_lease_give(&lease);
    return ok;
}

int gt_token_login(gt_token *t, const gt_pin_request *request, gt_error *err)
{
    gt_p11 *p = t->p;
    int ok;

    if (!gt_enter(p, err))
        return 0;
    if (t->logged_in) {
        pthread_mutex_unlock(&p->lock);
        return 1;
    }
    if (!gt_turn_begin(t)) {
        pthread_mutex_unlock(&p->lock);
        return gt_fail(err, GT_PIN_NEEDED, CKR_GENERAL_ERROR,
                       "the prompt for the PIN of token \"%s\" needs that token itself", t->label);
    }
    ok = t->logged_in; /* by the one whose turn it was before */
    pthread_mutex_unlock(&p->lock);
    if (!ok)
        ok = login_in_turn(t, request, err);
    pthread_mutex_lock(&p->lock);
    gt_turn_end(t);
    pthread_mutex_unlock(&p->lock);
    return ok;
}

CK_RV gt_login_for_operation(gt_lease *lease)
{
    const gt_pin_request nobody = {NULL, NULL};
    gt_token *t = lease->t;
    CK_SESSION_INFO session;
    CK_TOKEN_INFO info;
    gt_pin *pin = gt_secret_new(sizeof(*pin));
    int asked;
    CK_RV rv;

    if (pin == NULL)
        return CKR_HOST_MEMORY;
    rv = lease->f->C_GetSessionInfo(lease->session, &session);
    if (rv == CKR_OK)
        rv = lease->f->C_GetTokenInfo(session.slotID, &info);
    if (rv != CKR_OK)
        goto end;
    if (info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) {
        rv = lease->f->C_Login(lease->session, CKU_CONTEXT_SPECIFIC, NULL, 0);
        goto end;
    }
    /* Nobody can be asked in the middle of an operation. */
    if (!gt_pin_get(t, &nobody, (info.flags & CKF_USER_PIN_FINAL_TRY) != 0, NULL, pin, &asked,
                    lease->err)) {
        rv = lease->err->rv;
        lease->reported = 1;
        goto end;
    }
    if (was_refused(t, pin)) {
        rv = CKR_PIN_INCORRECT;
        lease->reported = 1;
        refused_before(t, lease->err);
        goto end;
    }
    rv = lease->f->C_Login(lease->session, CKU_CONTEXT_SPECIFIC, (CK_UTF8CHAR *)pin->bytes,
                           pin->len);
    if (is_wrong_pin(rv)) {
        note_refused(t, pin);
        lease->reported = 1;
        wrong_pin(lease, session.slotID, rv, lease->err);
    }
end:
    gt_secret_free(pin, sizeof(*pin));
    return rv;
}
