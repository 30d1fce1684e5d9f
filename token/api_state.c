/* SPDX-License-Identifier: Apache-2.0 */
/* C_GetOperationState and C_SetOperationState: see state.h. */
#include "token/operation.h"
#include "token/secmem.h"
#include "token/state.h"

#include <string.h>

#include "gost/mem.h"
#include "gost/mgm.h"
#include "gost/random.h"
#include "gost/streebog.h"

#define NONCE    16
#define TAG      16
#define PRINT    32
#define OVERHEAD (NONCE + TAG)

/*
 * The plain state: the slot, then for each operation a head, the bytes of its parameter and its
 * own bytes. Everything is of this process, so numbers stand as they are in memory.
 */
typedef struct state_head {
    tok_op_kind kind;
    int parts;
    CK_MECHANISM_TYPE mech;
    CK_ULONG param_len, state_len;
    int keyed;
    uint8_t print[PRINT]; /* of the key: tells whether it is the same one */
} state_head;

static const char LABEL[] = "gosttoken operation state";

/* ---- the key -------------------------------------------------------------------------------- */

static struct {
    pthread_mutex_t lock; /* after all others but the secret memory's */
    uint8_t *key;
} seal = {.lock = PTHREAD_MUTEX_INITIALIZER};

void tok_state_drop(void)
{
    tok_secret_free(seal.key);
    seal.key = NULL;
}

void tok_state_forget(void)
{
    (void)pthread_mutex_init(&seal.lock, NULL);
    seal.key = NULL; /* what it pointed to is zeros now: see secmem.h */
}

/* In secret memory, to be freed. NULL: no memory, no random bytes. */
static gost_kuznyechik *cipher(uint8_t salt[32])
{
    gost_kuznyechik *ks = tok_secret_alloc(sizeof *ks);

    (void)pthread_mutex_lock(&seal.lock);
    if (seal.key == NULL) {
        seal.key = tok_secret_alloc(64);
        if (seal.key != NULL && !gost_random_system(NULL, seal.key, 64))
            tok_state_drop();
    }
    if (ks != NULL && seal.key != NULL) {
        gost_kuznyechik_set_key(ks, seal.key);
        memcpy(salt, seal.key + 32, 32);
    } else {
        tok_secret_free(ks);
        ks = NULL;
    }
    (void)pthread_mutex_unlock(&seal.lock);
    return ks;
}

/* ---- what tells keys apart ------------------------------------------------------------------ */

static void add(gost_streebog *h, CK_ULONG type, const void *value, size_t len)
{
    CK_ULONG head[2] = {type, len};

    gost_streebog_update(h, head, sizeof head);
    gost_streebog_update(h, value, len);
}

/* A secret key is its value; a pair, what is public of it. */
static CK_RV print_of(tok_session *s, tok_object *key, const uint8_t salt[32], uint8_t out[PRINT])
{
    static const CK_ATTRIBUTE_TYPE types[] = {
        CKA_CLASS,   CKA_KEY_TYPE, CKA_PUBLIC_KEY_INFO,  CKA_VALUE,
        CKA_MODULUS, CKA_EC_POINT, CKA_GOST28147_PARAMS,
    };
    void *value = NULL;
    gost_streebog h;
    size_t len = 0, i;
    CK_RV rv = CKR_OK;

    gost_streebog_init_secret(&h, 8 * PRINT);
    gost_streebog_update(&h, salt, 32);
    for (i = 0; i < sizeof types / sizeof types[0]; i++) {
        const CK_ATTRIBUTE *a = tok_attrs_get(key->attrs, types[i]);

        if (a != NULL)
            add(&h, a->type, a->pValue, a->ulValueLen);
    }
    if (key->class == CKO_SECRET_KEY)
        rv = tok_object_secret(s, key, CKA_VALUE, &value, &len);
    if (rv == CKR_OK && value != NULL)
        add(&h, CKA_VALUE, value, len);
    tok_secret_free(value);
    gost_streebog_final(&h, out);
    return rv;
}

/* ---- saving --------------------------------------------------------------------------------- */

/* Of messages there is no state between two calls that would be worth saving. */
#define SAVED_OPS (TOK_OP_DECRYPT + 1)

static CK_RV plain_size(tok_session *s, size_t *size)
{
    size_t n = 0;
    int i;

    *size = sizeof(CK_SLOT_ID);
    for (i = 0; i < TOK_OPS; i++) {
        const tok_op *op = s->ops[i];

        if (op == NULL)
            continue;
        if (i >= SAVED_OPS || op->class->state_len == 0)
            return CKR_STATE_UNSAVEABLE;
        *size += sizeof(state_head) + op->param_len + op->class->state_len;
        n++;
    }
    return n != 0 ? CKR_OK : CKR_OPERATION_NOT_INITIALIZED;
}

static CK_RV write_plain(tok_session *s, const uint8_t salt[32], uint8_t *p)
{
    state_head head;
    int i;
    CK_RV rv = CKR_OK;

    memcpy(p, &s->slot->id, sizeof s->slot->id);
    p += sizeof s->slot->id;
    for (i = 0; i < SAVED_OPS && rv == CKR_OK; i++) {
        const tok_op *op = s->ops[i];

        if (op == NULL)
            continue;
        memset(&head, 0, sizeof head);
        head.kind = (tok_op_kind)i;
        head.parts = op->parts;
        head.mech = op->mech;
        head.param_len = op->param_len;
        head.state_len = op->class->state_len;
        head.keyed = op->key != NULL;
        if (head.keyed)
            rv = print_of(s, op->key, salt, head.print);
        memcpy(p, &head, sizeof head);
        p += sizeof head;
        if (op->param_len != 0)
            memcpy(p, op->param, op->param_len);
        p += op->param_len;
        memcpy(p, (const char *)op + op->class->state_at, op->class->state_len);
        p += op->class->state_len;
    }
    return rv;
}

static CK_RV save(tok_session *s, CK_BYTE *out, CK_ULONG *out_len)
{
    gost_kuznyechik *ks = NULL;
    uint8_t *plain = NULL, salt[32];
    size_t size;
    CK_RV rv = plain_size(s, &size);

    if (rv != CKR_OK)
        return rv;
    if (out == NULL || *out_len < size + OVERHEAD) {
        *out_len = size + OVERHEAD;
        return out == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
    }
    plain = tok_secret_alloc(size);
    ks = cipher(salt);
    if (plain == NULL || ks == NULL)
        rv = CKR_HOST_MEMORY;
    else if (!gost_random_system(NULL, out, NONCE))
        rv = CKR_FUNCTION_FAILED;
    if (rv == CKR_OK)
        rv = write_plain(s, salt, plain);
    if (rv == CKR_OK) {
        gost_mgm_seal(ks, out, LABEL, sizeof LABEL, plain, size, out + NONCE + TAG, out + NONCE);
        gost_unpoison(out, size + OVERHEAD);
        *out_len = size + OVERHEAD;
    }
    gost_wipe(salt, sizeof salt);
    tok_secret_free(ks);
    tok_secret_free(plain);
    return rv;
}

CK_RV C_GetOperationState(CK_SESSION_HANDLE session, CK_BYTE *state, CK_ULONG *state_len)
{
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = state_len != NULL ? save(s, state, state_len) : CKR_ARGUMENTS_BAD;
    gost_wipe_stack();
    return tok_session_leave(s, rv);
}

/* ---- restoring ------------------------------------------------------------------------------ */

/* The keys that the caller gives, and which of them were used. */
typedef struct given_keys {
    CK_OBJECT_HANDLE handle[2]; /* encryption, authentication */
    int used[2];
} given_keys;

static CK_RV find_key(tok_session *s, const state_head *head, given_keys *keys,
                      const uint8_t salt[32], tok_object **key)
{
    int which = head->kind == TOK_OP_ENCRYPT || head->kind == TOK_OP_DECRYPT ? 0 : 1;
    uint8_t print[PRINT];
    CK_RV rv;

    if (keys->handle[which] == CK_INVALID_HANDLE)
        return CKR_KEY_NEEDED;
    keys->used[which] = 1;
    rv = tok_object_get(s, keys->handle[which], key);
    if (rv == CKR_OBJECT_HANDLE_INVALID)
        rv = CKR_KEY_HANDLE_INVALID;
    if (rv == CKR_OK && ((*key)->kind->bit & TOK_KINDS_KEYS) == 0)
        rv = CKR_KEY_HANDLE_INVALID;
    if (rv == CKR_OK)
        rv = print_of(s, *key, salt, print);
    if (rv == CKR_OK && !gost_equal(print, head->print, PRINT))
        rv = CKR_KEY_CHANGED;
    return rv;
}

/* Makes one operation from what stands at *p, which is known to be our own writing. */
static CK_RV restore_one(tok_session *s, given_keys *keys, const uint8_t salt[32],
                         const uint8_t **p, tok_op *fresh[])
{
    CK_MECHANISM mechanism;
    tok_object *key = NULL;
    const uint8_t *param;
    tok_op *op = NULL;
    state_head head;
    CK_RV rv = CKR_OK;

    memcpy(&head, *p, sizeof head);
    param = *p + sizeof head;
    *p = param + head.param_len + head.state_len;
    mechanism.mechanism = head.mech;
    mechanism.pParameter = head.param_len != 0 ? (void *)param : NULL;
    mechanism.ulParameterLen = head.param_len;
    if (head.keyed)
        rv = find_key(s, &head, keys, salt, &key);
    if (rv == CKR_OK)
        rv = tok_op_make(s, head.kind, &mechanism, key, &op);
    if (rv == CKR_OK && op->class->state_len != head.state_len)
        rv = CKR_SAVED_STATE_INVALID;
    if (rv == CKR_OK) {
        memcpy((char *)op + op->class->state_at, param + head.param_len, head.state_len);
        op->parts = head.parts;
        fresh[head.kind] = op;
        op = NULL;
    }
    tok_op_free(op);
    tok_object_free(key);
    return rv;
}

static CK_RV restore(tok_session *s, const CK_BYTE *state, CK_ULONG len, given_keys *keys)
{
    tok_op *fresh[TOK_OPS] = {NULL};
    unsigned epoch = tok_op_epoch(s->slot);
    gost_kuznyechik *ks = NULL;
    uint8_t *plain = NULL, salt[32];
    const uint8_t *p;
    size_t size;
    int i;
    CK_RV rv = CKR_OK;

    if (len < OVERHEAD + sizeof(CK_SLOT_ID) + sizeof(state_head) || len > TOK_LEN_MAX)
        return CKR_SAVED_STATE_INVALID;
    size = len - OVERHEAD;
    plain = tok_secret_alloc(size);
    ks = cipher(salt);
    if (plain == NULL || ks == NULL)
        rv = CKR_HOST_MEMORY;
    else if (!gost_mgm_open(ks, state, LABEL, sizeof LABEL, state + NONCE + TAG, size,
                            state + NONCE, plain))
        rv = CKR_SAVED_STATE_INVALID;
    else if (memcmp(plain, &s->slot->id, sizeof s->slot->id) != 0)
        rv = CKR_SAVED_STATE_INVALID;
    for (p = plain + sizeof s->slot->id; rv == CKR_OK && p < plain + size;)
        rv = restore_one(s, keys, salt, &p, fresh);
    for (i = 0; i < 2 && rv == CKR_OK; i++) {
        if (keys->handle[i] != CK_INVALID_HANDLE && !keys->used[i])
            rv = CKR_KEY_NOT_NEEDED;
    }
    for (i = 0; i < TOK_OPS; i++) {
        if (rv == CKR_OK) { /* the saved state is all that is active now */
            tok_op_drop(s, (tok_op_kind)i);
            s->ops[i] = fresh[i];
            if (fresh[i] != NULL)
                fresh[i]->epoch = epoch;
        } else {
            tok_op_free(fresh[i]);
        }
    }
    gost_wipe(salt, sizeof salt);
    tok_secret_free(ks);
    tok_secret_free(plain);
    return rv;
}

CK_RV C_SetOperationState(CK_SESSION_HANDLE session, CK_BYTE *state, CK_ULONG state_len,
                          CK_OBJECT_HANDLE encryption_key, CK_OBJECT_HANDLE authentication_key)
{
    given_keys keys = {{encryption_key, authentication_key}, {0, 0}};
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = state != NULL ? restore(s, state, state_len, &keys) : CKR_ARGUMENTS_BAD;
    gost_wipe_stack();
    return tok_session_leave(s, rv);
}
