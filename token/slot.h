/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots and the tokens in them. A slot's number is the vault's. Beside the slots that hold a token
 * there is one spare: slot 0 with the factory token while the store is empty, else the lowest free
 * number with a token that is not initialised.
 */
#ifndef TOK_SLOT_H
#define TOK_SLOT_H

#include <stdatomic.h>
#include "token/core.h"

#define TOK_FACTORY_SO_PIN   "87654321"
#define TOK_FACTORY_USER_PIN "12345678"

typedef enum tok_slot_kind {
    TOK_SLOT_GONE,    /* not listed: its token was removed, or another number is the spare */
    TOK_SLOT_BLANK,   /* the spare: a token that is not initialised */
    TOK_SLOT_FACTORY, /* the spare: a factory token that is not in the store yet */
    TOK_SLOT_TOKEN
} tok_slot_kind;

typedef enum tok_login { TOK_PUBLIC, TOK_USER, TOK_SO } tok_login;

/* An open token. Counted: a thread that works with it holds a reference, not a lock. */
typedef struct tok_card {
    atomic_uint refs;
    vault_token *vt;
} tok_card;

struct tok_slot {
    CK_SLOT_ID id;
    pthread_mutex_t admin;
    atomic_int lost; /* the token was removed or formatted by somebody else */
    uint64_t seen;   /* under slots_lock: what C_WaitForSlotEvent has last reported (api_event.c) */

    /* Counts logouts: an operation or handle of an earlier epoch is dead. Changes under `lock`. */
    atomic_uint epoch;

    pthread_mutex_t lock;
    /* all below is under `lock` */
    tok_slot_kind kind;
    tok_card *card; /* NULL: not opened yet */
    tok_login login;
    tok_session *sessions;
    CK_ULONG session_count, rw_count;

    tok_map by_handle, by_id;          /* to tok_entry, see object.h */
    struct tok_entry *session_objects; /* list */
    struct tok_entry *feature;         /* the object of hwfeature.h; NULL: not asked for yet */
    CK_OBJECT_HANDLE last_handle;
    uint64_t generation; /* the vault's, when last asked */
    uint64_t fresh;      /* counts changes of generation: an entry of another count is stale */
    uint64_t asked_ms;   /* when, by the coarse monotonic clock */
    size_t keys;         /* how many objects hold a prepared key */
};

void tok_card_free(tok_card *c); /* gives a reference back; NULL is allowed */

/* Reads the store's list of tokens and brings the list of slots up to date. */
CK_RV tok_slots_refresh(void);

/* Brings the list up to date if the slot has no token in the store and another process has put one
 * there (or, for a factory token, anywhere). Reads the directory in that case only: of no weight
 * for a token that is there. */
CK_RV tok_slot_look(tok_slot *slot);

/* The slot of that number, if it is listed, as tok_slot_look leaves it. CKR_SLOT_ID_INVALID. */
CK_RV tok_slot_find(CK_SLOT_ID id, tok_slot **out);

/* Calls that are about a slot begin with this: tok_enter, tok_slot_find, and the end of every
 * session of a token that is not there any more. CKR_OK: end with tok_leave. */
CK_RV tok_slot_enter(CK_SLOT_ID id, tok_slot **out);

/*
 * The slot's token, opened if need be; the caller gives the reference back. *out is NULL with
 * CKR_OK for a factory token that is not in the store yet. CKR_TOKEN_NOT_RECOGNIZED if the token is
 * not initialised, CKR_TOKEN_NOT_PRESENT if it is gone.
 */
CK_RV tok_slot_card(tok_slot *slot, tok_card **out);

/* The same, but a factory token is put into the store first: before a login or a write. */
CK_RV tok_slot_card_real(tok_slot *slot, tok_card **out);

/* Puts the vault's failure into the log and notes a lost token. Returns rv. */
CK_RV tok_slot_result(tok_slot *slot, const char *where, CK_RV rv);

/* What the slot holds, if no session is open: CKR_SESSION_EXISTS. The slot's admin is held, so that
 * none is opened meanwhile. */
CK_RV tok_slot_idle(tok_slot *slot, tok_slot_kind *kind);

/* Makes a token in a blank or factory slot. CKR_FUNCTION_FAILED and a slot that is not blank or
 * factory any more: somebody else was quicker. */
CK_RV tok_slot_create(tok_slot *slot, const vault_init *init);

/* The same for those who initialise a token whatever is in the slot: *lost, and CKR_OK, if another
 * process was quicker, so that the slot has a token whose SO PIN is to be asked for. */
CK_RV tok_slot_create_or_lose(tok_slot *slot, const vault_init *init, int *lost);

/* The token was made anew or removed by this process: opens it again at the next use. */
void tok_slot_close_card(tok_slot *slot);

tok_login tok_slot_login(tok_slot *slot);

/* Ends a login: private objects, their handles and prepared keys go. The slot's admin is held. The
 * caller goes on with tok_sessions_cancel (session.h) when it holds no session's lock. */
void tok_slot_logout(tok_slot *slot);

/* Asks the vault whether anyone changed the objects; `now` 0: only if it was not asked within the
 * last 10 ms. */
CK_RV tok_slot_check(tok_slot *slot, tok_card *card, int now);

/* tok_slot.seen: no token, or one of which nothing more is known. */
#define TOK_SEEN_NONE 0u
#define TOK_SEEN_SOME 1u

/* Takes the tokens that are there now as known to the caller of C_WaitForSlotEvent. */
void tok_slots_events_reset(void);

void tok_slots_drop(int inherited);

#endif
