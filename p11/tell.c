/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person wants to know of a token and the standard's calls do not tell: how many tries are
 * left, and what is wrong with a store. For messages only; nothing is decided by it.
 */
#include "p11/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- tries ---------------------------------------------------------------------------------- */

/* The Rutoken extension knows the number. */
static int exact_tries(const gt_module *m, CK_SLOT_ID slot, CK_USER_TYPE user, CK_ULONG *left)
{
    CK_TOKEN_INFO_EXTENDED more;
    CK_ULONG most;

    memset(&more, 0, sizeof(more));
    more.ulSizeofThisStructure = sizeof(more);
    if (m->info_extended == NULL || m->info_extended(slot, &more) != CKR_OK)
        return 0;
    *left = user == CKU_SO ? more.ulAdminRetryCountLeft : more.ulUserRetryCountLeft;
    most = user == CKU_SO ? more.ulMaxAdminRetryCount : more.ulMaxUserRetryCount;
    return most > 0 && *left <= most;
}

void gt_tries_left(const gt_module *m, CK_SLOT_ID slot, CK_USER_TYPE user, char *out, size_t size)
{
    static const struct {
        CK_FLAGS user, so;
        const char *words;
    } flags[] = {
        {CKF_USER_PIN_LOCKED, CKF_SO_PIN_LOCKED, "; it is locked now"},
        {CKF_USER_PIN_FINAL_TRY, CKF_SO_PIN_FINAL_TRY, "; one try is left"},
        {CKF_USER_PIN_COUNT_LOW, CKF_SO_PIN_COUNT_LOW, "; few tries are left"},
    };
    CK_TOKEN_INFO info;
    CK_ULONG left;

    out[0] = '\0';
    if (exact_tries(m, slot, user, &left)) {
        (void)snprintf(out, size,
                       left == 0   ? "; it is locked now"
                       : left == 1 ? "; one try is left"
                                   : "; %lu tries are left",
                       left);
        return;
    }
    if (m->f->C_GetTokenInfo(slot, &info) != CKR_OK)
        return;
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (info.flags & (user == CKU_SO ? flags[i].so : flags[i].user)) {
            (void)snprintf(out, size, "%s", flags[i].words);
            return;
        }
    }
}

const gt_module *gt_module_of(gt_p11 *p)
{
    const gt_module *m;
    gt_error ignored;

    if (!gt_enter(p, &ignored))
        return NULL;
    m = p->module;
    pthread_mutex_unlock(&p->lock);
    return m;
}

void gt_p11_tries_left(gt_p11 *p, CK_SLOT_ID slot, CK_USER_TYPE user, char *out, size_t size)
{
    const gt_module *m = gt_module_of(p);

    out[0] = '\0';
    if (m != NULL)
        gt_tries_left(m, slot, user, out, size);
}

/* ---- our module's store --------------------------------------------------------------------- */

const char *gt_p11_store_text(gt_p11 *p, CK_RV rv)
{
    const gt_module *m;
    const char *text;

    if (!gt_is_store_result(p, rv) || (m = gt_module_of(p)) == NULL || m->error_text == NULL)
        return NULL;
    text = m->error_text();
    return *text != '\0' ? text : NULL;
}

struct look {
    const gt_module *m;
    CK_SLOT_ID slot;
    char *out;
    size_t size;
};

static void *look_into(void *arg)
{
    struct look *l = arg;
    CK_SESSION_HANDLE session;
    CK_RV rv = l->m->f->C_OpenSession(l->slot, CKF_SERIAL_SESSION, NULL, NULL, &session);

    if (rv == CKR_OK)
        (void)l->m->f->C_CloseSession(session);
    else if (rv != CKR_TOKEN_NOT_PRESENT)
        (void)snprintf(l->out, l->size, "%s", l->m->error_text());
    return NULL;
}

/*
 * The module has the last failure of each thread: a slot that is merely empty would be given the
 * words of another slot's failure. A thread that has done nothing else has none.
 */
int gt_slot_trouble(const gt_module *m, CK_SLOT_ID slot, char *out, size_t size)
{
    struct look look = {m, slot, out, size};
    pthread_t thread;

    out[0] = '\0';
    if (m->error_text == NULL || pthread_create(&thread, NULL, look_into, &look) != 0)
        return 0;
    (void)pthread_join(thread, NULL);
    return out[0] != '\0';
}

int gt_p11_slot_trouble(gt_p11 *p, CK_SLOT_ID slot, char *out, size_t size)
{
    const gt_module *m = gt_module_of(p);

    out[0] = '\0';
    return m != NULL && gt_slot_trouble(m, slot, out, size);
}

void gt_p11_place(const gt_p11 *p, char *out, size_t size)
{
    const char *dir = secure_getenv("GOSTTOKEN_DIR");

    out[0] = '\0';
    if (!p->ours)
        return;
    if (dir != NULL && *dir != '\0')
        (void)snprintf(out, size, " in %s", dir);
    else
        (void)snprintf(out, size, " in this user's directory ($GOSTTOKEN_DIR is not set)");
}
