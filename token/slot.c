/* SPDX-License-Identifier: Apache-2.0 */
/* see slot.h */
#include "token/slot.h"
#include "token/log.h"
#include "token/object.h"
#include "token/session.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHECK_EVERY_MS 10

static const char FACTORY_LABEL[] = "gosttoken";

void tok_card_free(tok_card *c)
{
    if (c == NULL || atomic_fetch_sub(&c->refs, 1) != 1)
        return;
    vault_token_close(c->vt);
    free(c);
}

/* ---- the list; slots_lock is held by the functions without a word on locks ------------------- */

static tok_slot *slot_at(CK_SLOT_ID id)
{
    size_t i;

    for (i = 0; i < tok.slots_n; i++) {
        if (tok.slots[i]->id == id)
            return tok.slots[i];
    }
    return NULL;
}

/* Finds or makes a slot; the list stays in order of numbers. */
static tok_slot *slot_need(CK_SLOT_ID id)
{
    tok_slot *slot = slot_at(id), **list;
    size_t i;

    if (slot != NULL)
        return slot;
    list = realloc(tok.slots, (tok.slots_n + 1) * sizeof *list);
    if (list == NULL)
        return NULL;
    tok.slots = list;
    slot = calloc(1, sizeof *slot);
    if (slot == NULL)
        return NULL;
    slot->id = id;
    slot->kind = TOK_SLOT_GONE;
    if (pthread_mutex_init(&slot->admin, NULL) != 0 || pthread_mutex_init(&slot->lock, NULL) != 0) {
        free(slot);
        return NULL;
    }
    for (i = tok.slots_n; i > 0 && list[i - 1]->id > id; i--)
        list[i] = list[i - 1];
    list[i] = slot;
    tok.slots_n++;
    return slot;
}

static void slot_becomes(tok_slot *slot, tok_slot_kind kind)
{
    (void)pthread_mutex_lock(&slot->lock);
    /* A factory token that another process has put into the store is still the same token. */
    if (slot->kind != kind && !(slot->kind == TOK_SLOT_FACTORY && kind == TOK_SLOT_TOKEN) &&
        (slot->card != NULL || slot->session_count != 0))
        atomic_store(&slot->lost, 1);
    slot->kind = kind;
    (void)pthread_mutex_unlock(&slot->lock);
}

static int listed(const CK_SLOT_ID *ids, size_t n, CK_SLOT_ID id)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (ids[i] == id)
            return 1;
    }
    return 0;
}

static CK_RV refresh(void)
{
    CK_SLOT_ID *ids = NULL, spare = 0;
    size_t n = 0, i;
    tok_slot *slot;
    CK_RV rv;

    rv = vault_slots(tok.vault, &ids, &n);
    if (rv != CKR_OK)
        return rv;
    while (listed(ids, n, spare))
        spare++;
    for (i = 0; i < n; i++) {
        if (slot_need(ids[i]) == NULL)
            rv = CKR_HOST_MEMORY;
    }
    if (slot_need(spare) == NULL)
        rv = CKR_HOST_MEMORY;
    for (i = 0; rv == CKR_OK && i < tok.slots_n; i++) {
        slot = tok.slots[i];
        if (listed(ids, n, slot->id))
            slot_becomes(slot, TOK_SLOT_TOKEN);
        else if (slot->id != spare)
            slot_becomes(slot, TOK_SLOT_GONE);
        else
            slot_becomes(slot, n == 0 && tok.factory ? TOK_SLOT_FACTORY : TOK_SLOT_BLANK);
    }
    free(ids);
    return rv;
}

static tok_slot_kind kind_of(tok_slot *slot)
{
    tok_slot_kind kind;

    (void)pthread_mutex_lock(&slot->lock);
    kind = slot->kind;
    (void)pthread_mutex_unlock(&slot->lock);
    return kind;
}

CK_RV tok_slots_refresh(void)
{
    CK_RV rv;

    (void)pthread_mutex_lock(&tok.slots_lock);
    rv = refresh();
    (void)pthread_mutex_unlock(&tok.slots_lock);
    return rv;
}

/* Another process has put a token into a store that was empty, or into a slot without one. */
static int overtaken(tok_slot *slot)
{
    tok_slot_kind kind = kind_of(slot);
    CK_SLOT_ID *ids = NULL;
    size_t n = 0;
    int is;

    if (kind != TOK_SLOT_FACTORY && kind != TOK_SLOT_BLANK)
        return 0;
    if (vault_slots(tok.vault, &ids, &n) != CKR_OK)
        return 0;
    is = kind == TOK_SLOT_FACTORY ? n != 0 : listed(ids, n, slot->id);
    free(ids);
    return is;
}

CK_RV tok_slot_look(tok_slot *slot)
{
    CK_RV rv = CKR_OK;

    if (kind_of(slot) == TOK_SLOT_TOKEN)
        return CKR_OK;
    (void)pthread_mutex_lock(&tok.slots_lock);
    if (overtaken(slot))
        rv = refresh();
    (void)pthread_mutex_unlock(&tok.slots_lock);
    return rv;
}

CK_RV tok_slot_find(CK_SLOT_ID id, tok_slot **out)
{
    tok_slot *slot;
    CK_RV rv = CKR_OK;

    (void)pthread_mutex_lock(&tok.slots_lock);
    slot = slot_at(id);
    if (slot == NULL || kind_of(slot) == TOK_SLOT_GONE || overtaken(slot)) {
        rv = refresh();
        slot = slot_at(id);
        if (rv == CKR_OK && (slot == NULL || kind_of(slot) == TOK_SLOT_GONE))
            rv = CKR_SLOT_ID_INVALID;
    }
    (void)pthread_mutex_unlock(&tok.slots_lock);
    *out = slot;
    return rv;
}

static void slot_seen(tok_slot *slot)
{
    slot->seen = kind_of(slot) == TOK_SLOT_TOKEN ? TOK_SEEN_SOME : TOK_SEEN_NONE;
}

void tok_slots_events_reset(void)
{
    size_t i;

    (void)pthread_mutex_lock(&tok.slots_lock);
    for (i = 0; i < tok.slots_n; i++)
        slot_seen(tok.slots[i]);
    (void)pthread_mutex_unlock(&tok.slots_lock);
}

void tok_slots_drop(int inherited)
{
    size_t i;

    for (i = 0; i < tok.slots_n; i++) {
        tok_slot *slot = tok.slots[i];

        tok_objects_drop(slot);
        tok_map_clear(&slot->by_handle);
        tok_map_clear(&slot->by_id);
        if (slot->card != NULL && inherited) {
            vault_token_forget(slot->card->vt);
            free(slot->card);
        } else {
            tok_card_free(slot->card);
        }
        if (!inherited) {
            (void)pthread_mutex_destroy(&slot->admin);
            (void)pthread_mutex_destroy(&slot->lock);
        }
        free(slot);
    }
    free(tok.slots);
}

/* ---- one slot ------------------------------------------------------------------------------- */

CK_RV tok_slot_result(tok_slot *slot, const char *where, CK_RV rv)
{
    if (rv == CKR_DEVICE_REMOVED)
        atomic_store(&slot->lost, 1);
    return tok_vault_result(where, rv);
}

static void close_card(tok_slot *slot)
{
    tok_card *card;

    (void)pthread_mutex_lock(&slot->lock);
    card = slot->card;
    slot->card = NULL;
    tok_objects_drop(slot);
    slot->epoch++;
    (void)pthread_mutex_unlock(&slot->lock);
    tok_card_free(card);
}

void tok_slot_close_card(tok_slot *slot)
{
    close_card(slot);
    (void)pthread_mutex_lock(&tok.slots_lock);
    slot_seen(slot);
    (void)pthread_mutex_unlock(&tok.slots_lock);
}

CK_RV tok_slot_enter(CK_SLOT_ID id, tok_slot **out)
{
    CK_RV rv = tok_enter();

    if (rv != CKR_OK)
        return rv;
    rv = tok_slot_find(id, out);
    if (rv != CKR_OK) {
        tok_leave();
        return rv;
    }
    if (atomic_load(&(*out)->lost)) {
        tok_sessions_close(*out);
        close_card(*out);
        atomic_store(&(*out)->lost, 0);
        (void)tok_slots_refresh();
    }
    return CKR_OK;
}

CK_RV tok_slot_card(tok_slot *slot, tok_card **out)
{
    static const CK_RV result[] = {
        [TOK_SLOT_GONE] = CKR_TOKEN_NOT_PRESENT,
        [TOK_SLOT_BLANK] = CKR_TOKEN_NOT_RECOGNIZED,
        [TOK_SLOT_FACTORY] = CKR_OK,
        [TOK_SLOT_TOKEN] = CKR_OK,
    };
    tok_slot_kind kind;
    tok_card *card, *mine;
    CK_RV rv;

    (void)pthread_mutex_lock(&slot->lock);
    kind = slot->kind;
    card = kind == TOK_SLOT_TOKEN ? slot->card : NULL;
    if (card != NULL)
        atomic_fetch_add(&card->refs, 1);
    (void)pthread_mutex_unlock(&slot->lock);
    *out = card;
    if (card != NULL || kind != TOK_SLOT_TOKEN) /* no failure: no words are left of another one */
        return result[kind] == CKR_OK ? CKR_OK : vault_error_set(result[kind], "");

    mine = malloc(sizeof *mine);
    if (mine == NULL)
        return CKR_HOST_MEMORY;
    rv = vault_token_open(tok.vault, slot->id, &mine->vt);
    if (rv != CKR_OK) {
        free(mine);
        if (rv == CKR_TOKEN_NOT_PRESENT)
            atomic_store(&slot->lost, 1);
        return tok_vault_result("open the token", rv);
    }
    atomic_init(&mine->refs, 1);
    (void)pthread_mutex_lock(&slot->lock);
    if (slot->card == NULL) {
        slot->card = mine;
        slot->generation = 0;
        slot->asked_ms = 0;
        slot->fresh++;
        mine = NULL;
    }
    card = slot->card;
    atomic_fetch_add(&card->refs, 1);
    (void)pthread_mutex_unlock(&slot->lock);
    tok_card_free(mine); /* another thread was quicker */
    *out = card;
    return CKR_OK;
}

CK_RV tok_slot_idle(tok_slot *slot, tok_slot_kind *kind)
{
    CK_ULONG sessions;

    (void)pthread_mutex_lock(&slot->lock);
    sessions = slot->session_count;
    *kind = slot->kind;
    (void)pthread_mutex_unlock(&slot->lock);
    return sessions == 0 ? CKR_OK : CKR_SESSION_EXISTS;
}

CK_RV tok_slot_create(tok_slot *slot, const vault_init *init)
{
    CK_RV rv = tok_vault_result("make a token", vault_create(tok.vault, slot->id, init));

    if (rv != CKR_OK) {
        (void)tok_slot_look(slot); /* somebody else may have been quicker */
        return rv;
    }
    rv = tok_slots_refresh();
    (void)pthread_mutex_lock(&tok.slots_lock);
    slot_seen(slot);
    (void)pthread_mutex_unlock(&tok.slots_lock);
    return rv;
}

CK_RV tok_slot_create_or_lose(tok_slot *slot, const vault_init *init, int *lost)
{
    tok_slot_kind kind;
    CK_RV made = tok_slot_create(slot, init), rv = tok_slot_idle(slot, &kind);

    *lost = made == CKR_FUNCTION_FAILED && rv == CKR_OK && kind == TOK_SLOT_TOKEN;
    return *lost ? CKR_OK : made;
}

CK_RV tok_slot_card_real(tok_slot *slot, tok_card **out)
{
    static const vault_init factory = {
        .so_pin = (const uint8_t *)TOK_FACTORY_SO_PIN,
        .so_pin_len = sizeof TOK_FACTORY_SO_PIN - 1,
        .user_pin = (const uint8_t *)TOK_FACTORY_USER_PIN,
        .user_pin_len = sizeof TOK_FACTORY_USER_PIN - 1,
        .label = (const uint8_t *)FACTORY_LABEL,
        .label_len = sizeof FACTORY_LABEL - 1,
        .pins_are_factory = 1,
    };
    CK_RV rv = tok_slot_look(slot);

    if (rv == CKR_OK && kind_of(slot) == TOK_SLOT_FACTORY) {
        rv = tok_slot_create(slot, &factory);
        if (rv == CKR_FUNCTION_FAILED && kind_of(slot) != TOK_SLOT_FACTORY)
            rv = CKR_OK; /* somebody else has just made it */
    }
    if (rv != CKR_OK)
        return rv;
    rv = tok_slot_card(slot, out);
    if (rv == CKR_OK && *out == NULL)
        rv = CKR_DEVICE_ERROR;
    return rv;
}

tok_login tok_slot_login(tok_slot *slot)
{
    tok_login login;

    (void)pthread_mutex_lock(&slot->lock);
    login = slot->login;
    (void)pthread_mutex_unlock(&slot->lock);
    return login;
}

void tok_slot_logout(tok_slot *slot)
{
    tok_card *card;

    (void)pthread_mutex_lock(&slot->lock);
    slot->login = TOK_PUBLIC;
    slot->epoch++;
    tok_objects_hide(slot);
    card = slot->card;
    if (card != NULL)
        atomic_fetch_add(&card->refs, 1);
    (void)pthread_mutex_unlock(&slot->lock);
    if (card != NULL)
        vault_logout(card->vt);
    tok_card_free(card);
}

CK_RV tok_slot_check(tok_slot *slot, tok_card *card, int now)
{
    struct timespec ts;
    uint64_t generation, ms;
    int due;
    CK_RV rv;

    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
    ms = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
    (void)pthread_mutex_lock(&slot->lock);
    due = now || ms - slot->asked_ms >= CHECK_EVERY_MS;
    if (due)
        slot->asked_ms = ms; /* before asking: other threads need not ask too */
    (void)pthread_mutex_unlock(&slot->lock);
    if (!due)
        return CKR_OK;
    rv = tok_slot_result(slot, "look for changes", vault_generation(card->vt, &generation));
    if (rv != CKR_OK)
        return rv;
    (void)pthread_mutex_lock(&slot->lock);
    if (generation != slot->generation) {
        slot->generation = generation;
        slot->fresh++;
    }
    (void)pthread_mutex_unlock(&slot->lock);
    return CKR_OK;
}
