/* SPDX-License-Identifier: Apache-2.0 */
/* See p11/stream.h. */
#include "p11/stream.h"

#include <stdlib.h>

#include "gost/mem.h"
#include "p11/internal.h"

struct gt_stream {
    gt_object *key;
    gt_stream_kind kind;
    CK_SESSION_HANDLE session;         /* 0: none */
    unsigned long sessions_gen, epoch; /* for which the session is good */
    int open;
};

gt_stream *gt_stream_new(gt_object *key)
{
    gt_stream *s = calloc(1, sizeof(*s));

    if (s != NULL)
        s->key = gt_object_ref(key);
    return s;
}

int gt_stream_is_open(const gt_stream *s)
{
    return s->open;
}

/* The module's functions if the session is still good; takes no lock with it. NULL: it is gone, or
 * the module is, and *err says so. */
static CK_FUNCTION_LIST *reach(gt_stream *s, gt_error *err)
{
    CK_FUNCTION_LIST *f = NULL;
    gt_p11 *p = s->key->p;

    if (!gt_enter(p, err))
        return NULL;
    if (s->session != 0 && s->sessions_gen == s->key->t->sessions_gen && s->epoch == p->epoch)
        f = p->module->f;
    pthread_mutex_unlock(&p->lock);
    if (f != NULL)
        return f;
    s->session = 0;
    s->open = 0;
    gt_fail(err, GT_TOKEN_GONE, CKR_SESSION_CLOSED,
            "what was begun with %s cannot go on: the token was lost, or the process has forked; "
            "begin the message again",
            s->key->uri);
    return NULL;
}

static void close_session(gt_stream *s)
{
    CK_FUNCTION_LIST *f;
    gt_error ignored;

    if (s->session == 0)
        return;
    f = reach(s, &ignored);
    if (f != NULL)
        (void)f->C_CloseSession(s->session);
    s->session = 0;
    s->open = 0;
}

void gt_stream_free(gt_stream *s)
{
    if (s == NULL)
        return;
    close_session(s);
    gt_object_free(s->key);
    free(s);
}

/* ---- beginning ------------------------------------------------------------------------------- */

/* A session in which nothing is going on. */
static CK_RV fresh_session(gt_stream *s, gt_lease *lease)
{
    gt_p11 *p = s->key->p;
    CK_SLOT_ID slot;
    CK_RV rv;

    if (s->session != 0 && (s->sessions_gen != lease->sessions_gen || s->epoch != lease->epoch))
        s->session = 0;
    if (s->session != 0 && s->open) {
        (void)lease->f->C_CloseSession(s->session);
        s->session = 0;
    }
    s->open = 0;
    if (s->session != 0)
        return CKR_OK;
    pthread_mutex_lock(&p->lock);
    slot = lease->t->slot;
    pthread_mutex_unlock(&p->lock);
    rv = lease->f->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &s->session);
    if (rv != CKR_OK)
        s->session = 0;
    s->sessions_gen = lease->sessions_gen;
    s->epoch = lease->epoch;
    return rv;
}

struct begin {
    gt_stream *s;
    const CK_MECHANISM *mechanism;
    CK_BYTE *state; /* or: a state to go on from */
    CK_ULONG state_len, room;
};

static CK_RV init(gt_lease *lease, gt_stream *s, CK_MECHANISM *mechanism)
{
    switch (s->kind) {
    case GT_STREAM_ENCRYPT:
        return lease->f->C_EncryptInit(s->session, mechanism, lease->object);
    case GT_STREAM_DECRYPT:
        return lease->f->C_DecryptInit(s->session, mechanism, lease->object);
    default:
        return lease->f->C_SignInit(s->session, mechanism, lease->object);
    }
}

static CK_RV begin_work(gt_lease *lease, void *arg)
{
    const struct begin *b = arg;
    gt_stream *s = b->s;
    int sign = s->kind == GT_STREAM_SIGN;
    CK_RV rv = fresh_session(s, lease);

    if (rv != CKR_OK)
        return rv;
    if (b->state != NULL)
        rv = lease->f->C_SetOperationState(s->session, b->state, b->state_len,
                                           sign ? 0 : lease->object, sign ? lease->object : 0);
    else
        rv = init(lease, s, (CK_MECHANISM *)b->mechanism);
    s->open = rv == CKR_OK;
    if (rv != CKR_OK) {
        (void)lease->f->C_CloseSession(s->session);
        s->session = 0;
    }
    return rv;
}

int gt_stream_begin(gt_stream *s, gt_stream_kind kind, const CK_MECHANISM *mechanism, gt_error *err)
{
    static const char *const calls[] = {"C_EncryptInit", "C_DecryptInit", "C_SignInit"};
    static const char *const uses[] = {"encrypt", "decrypt", "sign"};
    struct begin b = {s, mechanism, NULL, 0, 0};

    if (s->open)
        close_session(s);
    s->kind = kind;
    if (gt_with_session(s->key->t, s->key, 0, begin_work, &b, calls[kind], err))
        return 1;
    if (err->rv == CKR_KEY_FUNCTION_NOT_PERMITTED)
        gt_fail(err, GT_TOKEN_ERROR, err->rv, "%s may not %s: its attributes do not allow it",
                s->key->uri, uses[kind]);
    return 0;
}

/* ---- going on -------------------------------------------------------------------------------- */

/* The message has failed, and the session may be in any state. Returns 0. */
static int broken(gt_stream *s, CK_RV rv, const char *what, gt_error *err)
{
    gt_fail_rv(err, s->key->p, s->key->t, rv, what);
    /* A handle that is bad already may have become somebody else's. */
    if (rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_SESSION_CLOSED ||
        rv == CKR_CRYPTOKI_NOT_INITIALIZED)
        s->session = 0;
    close_session(s);
    s->open = 0;
    return 0;
}

/* The session, with a message going on in it. */
static CK_FUNCTION_LIST *going_on(gt_stream *s, gt_error *err)
{
    if (s->open)
        return reach(s, err);
    gt_fail(err, GT_TOKEN_ERROR, CKR_OPERATION_NOT_INITIALIZED,
            "no message was begun with %s, or it has failed", s->key->uri);
    return NULL;
}

int gt_stream_update(gt_stream *s, const uint8_t *in, size_t len, uint8_t *out, gt_error *err)
{
    CK_FUNCTION_LIST *f = going_on(s, err);
    CK_BYTE *data = (CK_BYTE *)in;
    CK_ULONG n = len;
    CK_RV rv;

    if (f == NULL)
        return 0;
    if (len == 0)
        return 1;
    switch (s->kind) {
    case GT_STREAM_ENCRYPT:
        rv = f->C_EncryptUpdate(s->session, data, len, out, &n);
        break;
    case GT_STREAM_DECRYPT:
        rv = f->C_DecryptUpdate(s->session, data, len, out, &n);
        break;
    default:
        rv = f->C_SignUpdate(s->session, data, len);
        break;
    }
    if (rv != CKR_OK)
        return broken(s, rv, "C_EncryptUpdate, C_DecryptUpdate or C_SignUpdate", err);
    if (n == len)
        return 1;
    close_session(s);
    return gt_fail(err, GT_TOKEN_ERROR, CKR_GENERAL_ERROR,
                   "the token gave %lu bytes for %zu: it holds some back", n, len);
}

int gt_stream_final(gt_stream *s, uint8_t *out, size_t *out_len, gt_error *err)
{
    CK_FUNCTION_LIST *f = going_on(s, err);
    CK_ULONG n = *out_len;
    CK_RV rv;

    if (f == NULL)
        return 0;
    switch (s->kind) {
    case GT_STREAM_ENCRYPT:
        rv = f->C_EncryptFinal(s->session, out, &n);
        break;
    case GT_STREAM_DECRYPT:
        rv = f->C_DecryptFinal(s->session, out, &n);
        break;
    default:
        rv = f->C_SignFinal(s->session, out, &n);
        break;
    }
    if (rv != CKR_OK)
        return broken(s, rv, "C_EncryptFinal, C_DecryptFinal or C_SignFinal", err);
    s->open = 0;
    *out_len = n;
    return 1;
}

/* ---- copying --------------------------------------------------------------------------------- */

/* A foreign module's state may be what it has in memory, the key as well. */
static void drop_state(struct begin *b)
{
    if (b->state != NULL)
        gost_wipe(b->state, b->room);
    free(b->state);
}

gt_stream *gt_stream_copy(gt_stream *s, gt_error *err)
{
    gt_stream *copy = gt_stream_new(s->key);
    struct begin b = {copy, NULL, NULL, 0, 0};
    CK_FUNCTION_LIST *f;
    CK_RV rv;

    if (copy == NULL) {
        gt_fail(err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
        return NULL;
    }
    copy->kind = s->kind;
    if (!s->open)
        return copy;
    f = going_on(s, err);
    if (f == NULL)
        goto fail;
    rv = f->C_GetOperationState(s->session, NULL, &b.state_len);
    b.room = b.state_len;
    if (rv == CKR_OK && (b.state = malloc(b.room)) == NULL)
        rv = CKR_HOST_MEMORY;
    if (rv == CKR_OK)
        rv = f->C_GetOperationState(s->session, b.state, &b.state_len);
    if (rv != CKR_OK) {
        gt_fail(err, GT_TOKEN_ERROR, rv,
                "the token cannot save a message that was begun (%s from C_GetOperationState), so "
                "it cannot be copied: copy the context before the first byte",
                gt_rv_name(rv));
        goto fail;
    }
    if (!gt_with_session(copy->key->t, copy->key, 0, begin_work, &b, "C_SetOperationState", err))
        goto fail;
    drop_state(&b);
    return copy;

fail:
    drop_state(&b);
    gt_stream_free(copy);
    return NULL;
}
