/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of sessions of a token, and doing work in one of them: with the token's sessions,
 * login and handles put right once if they turn out to be lost.
 */
#include "p11/internal.h"

/* Coming and going of other processes' sessions can make us start over; not for ever. */
#define TRIES_TO_LEASE 16

/* ---- putting right -------------------------------------------------------------------------- */

enum loss {
    NOTHING_LOST = 0,
    LOST_HANDLE, /* this object's handle, or the login that made the object visible */
    LOST_LOGIN,  /* and with it the handles of private objects */
    LOST_TOKEN,  /* its sessions, its slot, all handles */
    LOST_MODULE,
};

static const struct {
    CK_RV rv;
    enum loss loss;
} losses[] = {
    {CKR_USER_NOT_LOGGED_IN, LOST_LOGIN},
    {CKR_KEY_HANDLE_INVALID, LOST_HANDLE},
    {CKR_OBJECT_HANDLE_INVALID, LOST_HANDLE},
    {CKR_SESSION_HANDLE_INVALID, LOST_TOKEN},
    {CKR_SESSION_CLOSED, LOST_TOKEN},
    {CKR_DEVICE_REMOVED, LOST_TOKEN},
    {CKR_TOKEN_NOT_PRESENT, LOST_TOKEN},
    {CKR_SLOT_ID_INVALID, LOST_TOKEN},
    {CKR_CRYPTOKI_NOT_INITIALIZED, LOST_MODULE},
};

static enum loss loss_of(CK_RV rv)
{
    for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
        if (losses[i].rv == rv)
            return losses[i].loss;
    return NOTHING_LOST;
}

/*
 * Writes down what was lost, so that the next lease makes it good. Only the first of several
 * threads that meet one loss does it: the others see another generation by then. login_lost: the
 * session was looked at and is not logged in.
 */
static void note_loss(const gt_lease *lease, gt_object *o, enum loss loss, int login_lost)
{
    gt_token *t = lease->t;
    gt_p11 *p = t->p;

    if (loss == LOST_MODULE) {
        gt_module_lost(p, lease->epoch);
        return;
    }
    pthread_mutex_lock(&p->lock);
    if (lease->sessions_gen == t->sessions_gen) {
        if (loss == LOST_TOKEN) {
            gt_token_forget(t);
        } else if (lease->objects_gen == t->objects_gen) {
            if (loss == LOST_LOGIN || login_lost) {
                t->logged_in = 0;
                t->objects_gen++;
                if (loss == LOST_LOGIN)
                    t->wanted = 1;
            } else if (o != NULL) {
                o->objects_gen = 0;
            }
        }
    }
    pthread_mutex_unlock(&p->lock);
}

/* ---- the pool ------------------------------------------------------------------------------- */

/* With the lock: fills the lease for a session that was taken out of the pool or opened for it. */
static void fill(gt_lease *lease, gt_token *t, const gt_object *o, CK_SESSION_HANDLE session,
                 gt_error *err)
{
    lease->t = t;
    lease->m = t->p->module;
    lease->f = lease->m->f;
    lease->session = session;
    lease->object = o != NULL && o->objects_gen == t->objects_gen ? o->handle : 0;
    lease->sessions_gen = t->sessions_gen;
    lease->objects_gen = t->objects_gen;
    lease->epoch = t->p->epoch;
    lease->spoilt = 0;
    lease->reported = 0;
    lease->err = err;
}

/*
 * With the lock, which is given up while the token opens a session. 1: session is one of ours, in
 * the generation that the token has now. 0: not, and *rv says why; CKR_OK means start over.
 */
static int open_session(gt_token *t, CK_SESSION_HANDLE *session, CK_RV *rv)
{
    gt_p11 *p = t->p;
    CK_FUNCTION_LIST *f = p->module->f;
    unsigned long generation = t->sessions_gen, epoch = p->epoch;
    CK_SLOT_ID slot = t->slot;

    t->n_open++;
    pthread_mutex_unlock(&p->lock);
    *rv = f->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, session);
    if (*rv == CKR_CRYPTOKI_NOT_INITIALIZED)
        gt_module_lost(p, epoch);
    pthread_mutex_lock(&p->lock);
    if (t->sessions_gen != generation) {
        *rv = CKR_OK;
        return 0;
    }
    if (*rv == CKR_OK)
        return 1;
    t->n_open--;
    if (*rv == CKR_SESSION_COUNT && t->n_open > 0) {
        /* The token has fewer than it said; one of ours will come back. */
        t->max_open = t->n_open;
        *rv = CKR_OK;
    } else if (loss_of(*rv) == LOST_TOKEN) {
        gt_token_forget(t);
    }
    return 0;
}

int gt_lease_take(gt_token *t, gt_object *o, gt_lease *lease, gt_error *err)
{
    gt_p11 *p = t->p;
    CK_SESSION_HANDLE session;
    CK_RV rv = CKR_OK;
    int lost = 0;

    for (int tries = 0; tries < TRIES_TO_LEASE; tries++) {
        if (!gt_enter(p, err))
            return 0;
        if (!t->known) {
            pthread_mutex_unlock(&p->lock);
            if (!gt_token_locate(t, err))
                return 0;
            continue;
        }
        if (t->n_idle == 0 && t->n_open >= t->max_open) {
            /* All may have changed by the time one comes back, the process's module too. */
            pthread_cond_wait(&t->session_back, &p->lock);
            pthread_mutex_unlock(&p->lock);
            tries--;
            continue;
        }
        if (t->n_idle > 0) {
            fill(lease, t, o, t->idle[--t->n_idle], err);
            pthread_mutex_unlock(&p->lock);
            return 1;
        }
        if (open_session(t, &session, &rv)) {
            fill(lease, t, o, session, err);
            pthread_mutex_unlock(&p->lock);
            return 1;
        }
        pthread_mutex_unlock(&p->lock);
        if (rv != CKR_OK && (loss_of(rv) < LOST_TOKEN || lost++ > 0))
            return gt_fail_rv(err, p, t, rv, "C_OpenSession");
    }
    return gt_fail(err, GT_TOKEN_ERROR, rv, "no session can be had on token \"%s\"", t->label);
}

/*
 * Takes the session out of the pool for good. When it is the last one another is opened first: a
 * token logs out when its last session is closed.
 */
static void discard(const gt_lease *lease)
{
    gt_token *t = lease->t;
    gt_p11 *p = t->p;
    CK_SESSION_HANDLE other;
    CK_RV rv;
    int mine;

    pthread_mutex_lock(&p->lock);
    if (lease->sessions_gen == t->sessions_gen && t->n_open == 1 && t->logged_in &&
        open_session(t, &other, &rv))
        t->idle[t->n_idle++] = other;
    mine = lease->sessions_gen == t->sessions_gen;
    pthread_mutex_unlock(&p->lock);
    if (!mine)
        return;
    (void)lease->f->C_CloseSession(lease->session);
    pthread_mutex_lock(&p->lock);
    if (lease->sessions_gen == t->sessions_gen) {
        t->n_open--;
        if (t->n_open == 0) {
            t->logged_in = 0;
            t->objects_gen++;
        }
        pthread_cond_signal(&t->session_back);
    }
    pthread_mutex_unlock(&p->lock);
}

void gt_lease_give(gt_lease *lease)
{
    gt_token *t = lease->t;
    gt_p11 *p = t->p;

    if (lease->spoilt) {
        discard(lease);
        return;
    }
    pthread_mutex_lock(&p->lock);
    if (lease->sessions_gen == t->sessions_gen) {
        t->idle[t->n_idle++] = lease->session;
        pthread_cond_signal(&t->session_back);
    }
    pthread_mutex_unlock(&p->lock);
}

/* ---- work ----------------------------------------------------------------------------------- */

/* A session, and the login that the token had, if it was lost. */
static int ready(gt_token *t, gt_object *o, int anonymous, gt_lease *lease, gt_error *err)
{
    const gt_pin_request nobody = {NULL, NULL};
    gt_p11 *p = t->p;

    for (int tries = 0; tries < TRIES_TO_LEASE; tries++) {
        int login;

        if (!gt_enter(p, err))
            return 0;
        login = !anonymous && t->wanted && !t->logged_in;
        if (!login && t->n_idle > 0 && t->known) {
            /* The usual way: one lock, nothing else. */
            fill(lease, t, o, t->idle[--t->n_idle], err);
            pthread_mutex_unlock(&p->lock);
            return 1;
        }
        pthread_mutex_unlock(&p->lock);
        if (!login)
            return gt_lease_take(t, o, lease, err);
        if (!gt_token_login(t, &nobody, err))
            return 0;
    }
    return gt_fail(err, GT_TOKEN_ERROR, CKR_USER_NOT_LOGGED_IN,
                   "the login to token \"%s\" is lost again and again", t->label);
}

int gt_with_session(gt_token *t, gt_object *o, int anonymous, gt_work_fn *work, void *arg,
                    const char *what, gt_error *err)
{
    for (int again = 0;; again = 1) {
        gt_lease lease;
        enum loss loss;
        int login_lost;
        CK_RV rv;

        if (!ready(t, o, anonymous, &lease, err))
            return 0;
        rv = o != NULL && lease.object == 0 ? gt_object_locate(o, &lease) : CKR_OK;
        if (rv == CKR_OK)
            rv = work(&lease, arg);
        if (rv == CKR_OK) {
            gt_lease_give(&lease);
            return 1;
        }
        loss = loss_of(rv);
        /* Gone handles may be the only trace of a logout. */
        login_lost = loss == LOST_HANDLE && gt_login_vanished(&lease);
        if (rv == CKR_OPERATION_ACTIVE)
            lease.spoilt = 1;
        if (loss != NOTHING_LOST)
            note_loss(&lease, o, loss, login_lost);
        gt_lease_give(&lease);
        if (loss == NOTHING_LOST || again)
            return lease.reported ? 0 : gt_fail_rv(err, t->p, t, rv, what);
        gt_log(t->p, "token \"%s\": %s from %s: once more", t->label, gt_rv_name(rv), what);
    }
}
