/* SPDX-License-Identifier: Apache-2.0 */
/* Slots and tokens: which ones there are, which a URI means, and finding one again. */
#include "p11/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNTOUCHED_SERIAL "0000000000000000"

/* ---- a token's place in the instance -------------------------------------------------------- */

static void trim(char *out, const unsigned char *padded, size_t size)
{
    while (size > 0 && (padded[size - 1] == ' ' || padded[size - 1] == '\0'))
        size--;
    memcpy(out, padded, size);
    out[size] = '\0';
}

static int same_token(const CK_TOKEN_INFO *a, const CK_TOKEN_INFO *b)
{
    return memcmp(a->label, b->label, sizeof(a->label)) == 0 &&
           memcmp(a->serialNumber, b->serialNumber, sizeof(a->serialNumber)) == 0 &&
           memcmp(a->manufacturerID, b->manufacturerID, sizeof(a->manufacturerID)) == 0 &&
           memcmp(a->model, b->model, sizeof(a->model)) == 0;
}

/* Zero in ulMaxSessionCount is "as many as you like", and so is CK_UNAVAILABLE_INFORMATION. */
static size_t session_limit(const CK_TOKEN_INFO *info)
{
    return info->ulMaxSessionCount == 0 || info->ulMaxSessionCount > GT_POOL_MAX
               ? GT_POOL_MAX
               : info->ulMaxSessionCount;
}

static gt_token *new_token(gt_p11 *p, const CK_TOKEN_INFO *info)
{
    gt_token *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return NULL;
    t->pins = gt_secret_new(sizeof(*t->pins));
    if (t->pins == NULL) {
        free(t);
        return NULL;
    }
    t->p = p;
    t->info = *info;
    trim(t->label, info->label, sizeof(info->label));
    trim(t->serial, info->serialNumber, sizeof(info->serialNumber));
    t->sessions_gen = t->objects_gen = 1;
    pthread_cond_init(&t->turn_end, NULL);
    pthread_cond_init(&t->session_back, NULL);
    return t;
}

/* The entry for the token seen in a slot, a new one if need be. */
static gt_token *remember(gt_p11 *p, CK_SLOT_ID slot, const CK_TOKEN_INFO *info,
                          unsigned long epoch, gt_error *err)
{
    gt_token *t, *like = NULL;

    if (!gt_enter(p, err))
        return NULL;
    for (t = p->tokens; t != NULL; t = t->next) {
        if (!same_token(&t->info, info))
            continue;
        if (t->slot == slot && t->known)
            break;
        /* Twins (no serial numbers) are told apart by the slot, as long as that is known. */
        if (!t->known && (like == NULL || t->slot == slot))
            like = t;
    }
    if (t == NULL)
        t = like;
    if (t == NULL) {
        t = new_token(p, info);
        if (t == NULL) {
            pthread_mutex_unlock(&p->lock);
            gt_fail(err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
            return NULL;
        }
        t->next = p->tokens;
        p->tokens = t;
    }
    if (!t->known && p->epoch == epoch) {
        t->slot = slot;
        t->max_open = p->quirks & GT_QUIRK_ONE_SESSION ? 1 : session_limit(info);
        t->known = 1;
    }
    pthread_mutex_unlock(&p->lock);
    return t;
}

void gt_token_forget(gt_token *t)
{
    t->known = 0;
    t->logged_in = 0;
    t->sessions_gen++;
    t->objects_gen++;
    t->n_idle = 0;
    t->n_open = 0;
    pthread_cond_broadcast(&t->session_back);
}

int gt_turn_begin(gt_token *t)
{
    while (t->turn) {
        if (pthread_equal(t->turn_owner, pthread_self()))
            return 0;
        pthread_cond_wait(&t->turn_end, &t->p->lock);
    }
    t->turn = 1;
    t->turn_owner = pthread_self();
    return 1;
}

void gt_turn_end(gt_token *t)
{
    t->turn = 0;
    pthread_cond_broadcast(&t->turn_end);
}

/* ---- the slots that the module has now ------------------------------------------------------ */

static CK_RV slot_list(CK_FUNCTION_LIST *f, CK_SLOT_ID **slots, CK_ULONG *n)
{
    CK_RV rv;

    *slots = NULL;
    /* A reader may come between the two calls. */
    for (int tries = 0; tries < 5; tries++) {
        rv = f->C_GetSlotList(CK_TRUE, NULL, n);
        if (rv != CKR_OK || *n == 0)
            return rv;
        free(*slots);
        *slots = calloc(*n, sizeof(**slots));
        if (*slots == NULL)
            return CKR_HOST_MEMORY;
        rv = f->C_GetSlotList(CK_TRUE, *slots, n);
        if (rv != CKR_BUFFER_TOO_SMALL)
            break;
    }
    return rv;
}

/* The slots, and the initialisation of the module for which the ids hold. Somebody else may have
 * finalised the module since we looked: then once more. */
static int slots_now(gt_p11 *p, const gt_module **m, CK_SLOT_ID **slots, CK_ULONG *n,
                     unsigned long *epoch, gt_error *err)
{
    for (int again = 0;; again = 1) {
        CK_RV rv;

        *slots = NULL;
        if (!gt_enter(p, err))
            return 0;
        *epoch = p->epoch;
        *m = p->module;
        pthread_mutex_unlock(&p->lock);
        rv = slot_list((*m)->f, slots, n);
        if (rv == CKR_OK)
            return 1;
        free(*slots);
        *slots = NULL;
        if (rv != CKR_CRYPTOKI_NOT_INITIALIZED || again)
            return gt_fail_rv(err, p, NULL, rv, "C_GetSlotList");
        gt_module_lost(p, *epoch);
    }
}

/* ---- matching ------------------------------------------------------------------------------- */

static int is_label(const CK_TOKEN_INFO *info, const char *label)
{
    char have[sizeof(info->label) + 1];

    trim(have, info->label, sizeof(info->label));
    return strcmp(have, label) == 0;
}

static int matches(const gt_p11 *p, const gt_uri *uri, CK_SLOT_ID slot, CK_FUNCTION_LIST *f,
                   const CK_TOKEN_INFO *info)
{
    CK_SLOT_INFO slot_info;
    CK_SLOT_ID want;

    if (uri == NULL || !uri->names_token)
        return p->token == NULL || is_label(info, p->token);
    want = p11_kit_uri_get_slot_id(uri->kit);
    return (want == (CK_SLOT_ID)-1 || want == slot) &&
           p11_kit_uri_match_token_info(uri->kit, info) &&
           f->C_GetSlotInfo(slot, &slot_info) == CKR_OK &&
           p11_kit_uri_match_slot_info(uri->kit, &slot_info);
}

/* What there is, for the error when none matches: "work", "spare" and what cannot be used. */
struct present {
    char text[200], trouble[300];
    size_t len, n, raw, failed;
    CK_RV rv;
};

/* A token of which our module makes room for one: it is on no disk, and nobody has named it. */
static int is_untouched(const gt_p11 *p, const CK_TOKEN_INFO *info)
{
    return p->ours && memcmp(info->serialNumber, UNTOUCHED_SERIAL, sizeof(info->serialNumber)) == 0;
}

/* After C_GetTokenInfo failed, in this thread. */
static void note_failure(struct present *present, const gt_p11 *p, const gt_module *m,
                         CK_SLOT_ID slot)
{
    if (present->trouble[0] == '\0' && gt_is_store_result(p, present->rv) && m->error_text != NULL)
        (void)snprintf(present->trouble, sizeof(present->trouble), "; slot %lu: %s", slot,
                       m->error_text());
}

/* Of the slots that are shown as not initialised, the first whose token is there and not readable.
 */
static void note_trouble(struct present *present, const gt_module *m, const CK_SLOT_ID *slots,
                         CK_ULONG n)
{
    char text[280];

    for (CK_ULONG i = 0; i < n && present->trouble[0] == '\0'; i++) {
        CK_TOKEN_INFO info;

        if (m->f->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
            !(info.flags & CKF_TOKEN_INITIALIZED) &&
            gt_slot_trouble(m, slots[i], text, sizeof(text)))
            (void)snprintf(present->trouble, sizeof(present->trouble), "; slot %lu: %s", slots[i],
                           text);
    }
}

static void note_present(struct present *present, const CK_TOKEN_INFO *info)
{
    char label[sizeof(info->label) + 1];
    int n;

    present->n++;
    trim(label, info->label, sizeof(info->label));
    if (present->len + sizeof(label) + 8 > sizeof(present->text)) {
        if (present->text[present->len - 1] != '.')
            present->len += (size_t)snprintf(present->text + present->len,
                                             sizeof(present->text) - present->len, ", ...");
        return;
    }
    n = snprintf(present->text + present->len, sizeof(present->text) - present->len, "%s\"%s\"",
                 present->len > 0 ? ", " : "", label);
    present->len += (size_t)n;
}

/* "no token "work" as the URI describes it"; "" if any token would do. */
static void say_wanted(const gt_p11 *p, const gt_uri *uri, char *out, size_t size)
{
    char label[sizeof(((CK_TOKEN_INFO *)0)->label) + 1] = "";

    out[0] = '\0';
    if (uri != NULL && uri->names_token) {
        trim(label, p11_kit_uri_get_token_info(uri->kit)->label, 32);
        if (label[0] != '\0')
            (void)snprintf(out, size, "no token \"%s\" as the URI describes it; ", label);
        else
            (void)snprintf(out, size, "no token is as the URI describes it; ");
    } else if (p->token != NULL) {
        (void)snprintf(out, size, "no token \"%.64s\" (which the configuration names); ", p->token);
    }
}

static void none_matches(const gt_p11 *p, const gt_uri *uri, const struct present *present,
                         gt_error *err)
{
    const char *make =
        p->ours && present->trouble[0] == '\0' ? "; make one with `gosttoken init`" : "";
    char wanted[128], unread[80] = "", place[240];

    say_wanted(p, uri, wanted, sizeof(wanted));
    gt_p11_place(p, place, sizeof(place));
    if (present->failed > 0)
        (void)snprintf(unread, sizeof(unread), "; %zu could not be read: %s", present->failed,
                       gt_rv_name(present->rv));
    if (present->n == 0 && present->failed > 0)
        gt_fail_rv(err, p, NULL, present->rv, "C_GetTokenInfo");
    else if (present->n == 0 && present->raw > 0)
        gt_fail(err, GT_NO_TOKEN, CKR_TOKEN_NOT_PRESENT,
                "%sthere is no initialised token%s (only blank ones)%s%s", wanted, place, make,
                present->trouble);
    else if (present->n == 0)
        gt_fail(err, GT_NO_TOKEN, CKR_TOKEN_NOT_PRESENT, "the module %.200s has no token%s",
                p->module_path, make);
    else
        gt_fail(err, GT_NO_TOKEN, CKR_TOKEN_NOT_PRESENT, "%stokens present%s: %s%s%s", wanted,
                place, present->text, unread, present->trouble);
}

size_t gt_tokens_match(gt_p11 *p, const gt_uri *uri, gt_token ***tokens, gt_error *err)
{
    const gt_module *m;
    CK_SLOT_ID *slots;
    CK_ULONG n_slots = 0;
    unsigned long epoch;
    struct present present;
    size_t n = 0;

    memset(&present, 0, sizeof(present));
    *tokens = NULL;
    if (!slots_now(p, &m, &slots, &n_slots, &epoch, err))
        return 0;
    if (n_slots > 0 && (*tokens = calloc(n_slots, sizeof(gt_token *))) == NULL) {
        gt_fail(err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
        goto end;
    }
    for (CK_ULONG i = 0; i < n_slots; i++) {
        CK_TOKEN_INFO info;
        CK_RV rv = m->f->C_GetTokenInfo(slots[i], &info);

        if (rv != CKR_OK) {
            if (rv != CKR_TOKEN_NOT_PRESENT && rv != CKR_DEVICE_REMOVED) {
                present.failed++;
                present.rv = rv;
                note_failure(&present, p, m, slots[i]);
                gt_log(p, "slot %lu: C_GetTokenInfo: %s", slots[i], gt_rv_name(rv));
            }
            continue;
        }
        if (!(info.flags & CKF_TOKEN_INITIALIZED)) {
            present.raw++;
            continue;
        }
        if (is_untouched(p, &info))
            present.raw++;
        else
            note_present(&present, &info);
        if (!matches(p, uri, slots[i], m->f, &info))
            continue;
        (*tokens)[n] = remember(p, slots[i], &info, epoch, err);
        if ((*tokens)[n] == NULL) {
            n = 0;
            goto end;
        }
        n++;
    }
    if (n == 0) {
        if (present.raw > 0)
            note_trouble(&present, m, slots, n_slots);
        none_matches(p, uri, &present, err);
    }
end:
    free(slots);
    if (n == 0) {
        free(*tokens);
        *tokens = NULL;
    }
    return n;
}

/* ---- finding a token again ------------------------------------------------------------------ */

/* In the token's turn. */
static int locate(gt_token *t, gt_error *err)
{
    gt_p11 *p = t->p;
    const gt_module *m;
    CK_SLOT_ID *slots, found = 0;
    CK_ULONG n = 0;
    CK_TOKEN_INFO seen;
    unsigned long epoch;
    int there = 0;

    if (!slots_now(p, &m, &slots, &n, &epoch, err))
        return 0;
    for (CK_ULONG i = 0; i < n; i++) {
        CK_TOKEN_INFO info;

        if (m->f->C_GetTokenInfo(slots[i], &info) != CKR_OK || !same_token(&t->info, &info))
            continue;
        if (!there || slots[i] == t->slot) {
            found = slots[i];
            seen = info;
        }
        there = 1;
    }
    free(slots);
    if (!there)
        return gt_fail(
            err, GT_TOKEN_GONE, CKR_TOKEN_NOT_PRESENT,
            "the token \"%s\" (serial %s) is not there any more: it was removed, renamed "
            "or formatted",
            t->label, t->serial);
    if (!gt_enter(p, err))
        return 0;
    /* If the module was initialised anew in between, the caller finds it not known and comes again.
     */
    if (p->epoch == epoch) {
        t->slot = found;
        t->max_open = session_limit(&seen);
        t->known = 1;
    }
    pthread_mutex_unlock(&p->lock);
    return 1;
}

int gt_token_locate(gt_token *t, gt_error *err)
{
    gt_p11 *p = t->p;
    int ok = 1, known, mine;

    if (!gt_enter(p, err))
        return 0;
    mine = !gt_turn_begin(t);
    known = t->known;
    pthread_mutex_unlock(&p->lock);
    if (!known) {
        gt_log(p, "looking for token \"%s\" again", t->label);
        ok = locate(t, err);
    }
    if (!mine) {
        pthread_mutex_lock(&p->lock);
        gt_turn_end(t);
        pthread_mutex_unlock(&p->lock);
    }
    return ok;
}
