/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A writer is killed (SIGKILL) at a random moment, again and again. It says over a pipe what it is
 * going to do and, after CKR_OK, that it is done. Then the token must hold exactly what was
 * acknowledged, with the one change under way made wholly or not at all.
 */
#include "tests/vault/common.h"

#include <signal.h>
#include <unistd.h>

#include "token/secmem.h"

#define KEYS 24

enum what { INSERT, INSERT_PAIR, UPDATE, DELETE, SET_PIN, SET_LABEL, REINIT, REMAKE, WHAT_N };

typedef struct op {
    enum what what;
    unsigned n; /* the key's number; the PIN's or label's */
} op;

/* What the token should hold: version[n] of key n, 0 for none. */
typedef struct model {
    unsigned version[KEYS];
    unsigned pin, label;
} model;

static const uint8_t *pin_of(unsigned n, size_t *len)
{
    static char pin[32];

    *len = (size_t)snprintf(pin, sizeof(pin), "user pin %u", n);
    return (const uint8_t *)pin;
}

static size_t label_of(unsigned n, char label[33])
{
    return (size_t)snprintf(label, 33, "label %u", n);
}

static void apply(model *m, op o)
{
    switch (o.what) {
    case INSERT_PAIR:
        m->version[o.n + 1] = 1;
        m->version[o.n] = 1;
        break;
    case INSERT:
        m->version[o.n] = 1;
        break;
    case UPDATE:
        m->version[o.n]++;
        break;
    case DELETE:
        m->version[o.n] = 0;
        break;
    case SET_PIN:
        m->pin = o.n;
        break;
    case SET_LABEL:
        m->label = o.n;
        break;
    case REINIT:
    case REMAKE:
    default:
        memset(m->version, 0, sizeof(m->version));
        m->pin = m->label = o.n;
    }
}

static op choose(const model *m, unsigned seq)
{
    op o;

    for (;;) {
        uint64_t dice = random_below(100);
        o.what = dice < 30   ? INSERT
                 : dice < 40 ? INSERT_PAIR
                 : dice < 60 ? UPDATE
                 : dice < 78 ? DELETE
                 : dice < 88 ? SET_PIN
                 : dice < 94 ? SET_LABEL
                 : dice < 97 ? REINIT
                             : REMAKE;
        o.n = seq;
        if (o.what == SET_PIN || o.what == SET_LABEL || o.what == REINIT || o.what == REMAKE)
            return o;
        o.n = (unsigned)random_below(KEYS - 1);
        if (o.what == INSERT && m->version[o.n] == 0)
            return o;
        if (o.what == INSERT_PAIR && m->version[o.n] == 0 && m->version[o.n + 1] == 0)
            return o;
        if ((o.what == UPDATE || o.what == DELETE) && m->version[o.n] > 0)
            return o;
    }
}

static uint64_t id_of(vault_token *t, unsigned n)
{
    char label[33];
    CK_ATTRIBUTE by_label = {CKA_LABEL, label, 0};
    uint64_t *ids, id;
    size_t count;

    by_label.ulValueLen = (CK_ULONG)snprintf(label, sizeof(label), "key %u", n);
    OK(vault_find(t, &by_label, 1, &ids, &count));
    HOLDS(count <= 1);
    id = count == 1 ? ids[0] : 0;
    free(ids);
    return id;
}

static void login(vault_token *t, unsigned pin)
{
    size_t len;
    const uint8_t *p = pin_of(pin, &len);

    OK(vault_login(t, CKU_USER, p, len));
}

/* Carries one operation out; the token may be opened anew. */
static void perform(vault *v, vault_token **t, const model *m, op o)
{
    tok_attrs *key = private_key(o.n, o.what == UPDATE ? m->version[o.n] + 1 : 1);
    tok_attrs *key2 = private_key(o.n + 1, 1), *changes = tok_attrs_new();
    const tok_attrs *pair[2] = {key, key2};
    vault_init init = quick_init();
    const CK_ATTRIBUTE *value = tok_attrs_get(key, CKA_VALUE);
    char label[33];
    size_t len;
    uint64_t ids[2];

    init.user_pin = pin_of(o.n, &init.user_pin_len);
    init.label_len = label_of(o.n, label);
    init.label = (const uint8_t *)label;
    switch (o.what) {
    case INSERT:
        OK(vault_insert(*t, key, ids));
        break;
    case INSERT_PAIR:
        OK(vault_insert_all(*t, pair, 2, ids));
        break;
    case UPDATE:
        OK(tok_attrs_set(changes, CKA_VALUE, value->pValue, value->ulValueLen));
        OK(tok_attrs_set_ulong(changes, CKA_MODULUS_BITS, m->version[o.n] + 1));
        OK(vault_update(*t, id_of(*t, o.n), changes));
        break;
    case DELETE:
        OK(vault_delete(*t, id_of(*t, o.n)));
        break;
    case SET_PIN:
        pin_of(o.n, &len);
        OK(vault_set_pin(*t, CKU_USER, NULL, 0, init.user_pin, len));
        break;
    case SET_LABEL:
        OK(vault_set_label(*t, init.label, init.label_len));
        break;
    case REINIT:
        OK(vault_reinit(*t, PIN(SO_PIN), &init));
        login(*t, o.n);
        break;
    case REMAKE:
    default:
        /* Two steps, the first of which the parent allows for. */
        vault_token_close(*t);
        OK(vault_destroy(v, 0));
        OK(vault_create(v, 0, &init));
        *t = open_token(v, 0);
        login(*t, o.n);
    }
    tok_attrs_free(key);
    tok_attrs_free(key2);
    tok_attrs_free(changes);
}

static void writer(const char *dir, model m, unsigned seq, int out)
{
    vault_token *t;
    vault *v;

    seed_random(random_below(UINT64_MAX));
    OK(vault_open(dir, &v));
    t = open_token(v, 0);
    login(t, m.pin);
    HOLDS(write(out, "r", 1) == 1);
    for (;;) {
        op o = choose(&m, ++seq);
        HOLDS(write(out, &o, sizeof(o)) == sizeof(o));
        perform(v, &t, &m, o);
        apply(&m, o);
        HOLDS(write(out, "k", 1) == 1);
    }
}

static int right_value(vault_token *t, const vault_object *o, unsigned n, unsigned version)
{
    uint8_t want[64];
    size_t len, want_len = secret_of(n, version, want);
    void *value;
    int same;

    OK(vault_unseal(t, o, CKA_VALUE, &value, &len));
    same = len == want_len && memcmp(value, want, len) == 0;
    tok_secret_free(value);
    /* The plain half of an update and its sealed half are one. */
    return same && (version == 1 || tok_attrs_ulong(o->open, CKA_MODULUS_BITS, 0) == version);
}

/* Does the token hold exactly what m says? */
static int holds(vault_token *t, const model *m)
{
    char label[33], padded[VAULT_LABEL];
    vault_journal_state journal;
    unsigned count = 0;
    vault_object *o;
    vault_info info;
    uint64_t *ids;
    size_t len, n;
    const uint8_t *pin = pin_of(m->pin, &len);
    CK_RV rv = vault_login(t, CKU_USER, pin, len);

    if (rv != CKR_OK) {
        EXPECT(CKR_PIN_INCORRECT, rv);
        return 0;
    }
    OK(vault_token_info(t, &info));
    memset(padded, ' ', sizeof(padded));
    memcpy(padded, label, label_of(m->label, label));
    memcpy(padded, label, strlen(label));
    if (memcmp(padded, info.label, VAULT_LABEL) != 0)
        return 0;
    for (unsigned i = 0; i < KEYS; i++) {
        uint64_t id = id_of(t, i);
        int right;
        if ((id == 0) != (m->version[i] == 0))
            return 0;
        if (id == 0)
            continue;
        count++;
        OK(vault_read(t, id, &o));
        right = right_value(t, o, i, m->version[i]);
        vault_object_free(o);
        if (!right)
            return 0;
    }
    OK(vault_find(t, NULL, 0, &ids, &n));
    free(ids);
    OK(vault_journal_verify(t, &journal));
    HOLDS(journal.checked && !journal.altered);
    return n == count && info.objects == count;
}

static void kill_rounds(void **state)
{
    unsigned rounds = size_from_env("GOSTTOKEN_TEST_KILLS", 30), done[WHAT_N] = {0}, cut = 0;
    char *dir = make_dir();
    vault_init init = quick_init();
    model m = {.pin = 0, .label = 0};
    char label[33], ack;
    unsigned seq = 0, longest = 60000;
    vault *v;

    (void)state;
    init.user_pin = pin_of(0, &init.user_pin_len);
    init.label_len = label_of(0, label);
    init.label = (const uint8_t *)label;
    init.user_tries = 100; /* each kill may cost one */
    OK(vault_open(dir, &v));
    OK(vault_create(v, 0, &init));
    seed_random(size_from_env("GOSTTOKEN_TEST_SEED", (unsigned)getpid()));
    for (unsigned round = 0; round < rounds; round++) {
        model after;
        int pipes[2], pid, pending = 0, before_holds, after_holds;
        vault_token *t;
        op o = {INSERT, 0};

        HOLDS(pipe(pipes) == 0);
        (void)random_below(2); /* another sequence in each child */
        pid = fork_child();
        if (pid == 0) {
            (void)close(pipes[0]);
            writer(dir, m, seq, pipes[1]);
        }
        (void)close(pipes[1]);
        HOLDS(read(pipes[0], &ack, 1) == 1);
        (void)usleep((unsigned)random_below(longest));
        (void)kill(pid, SIGKILL);
        HOLDS(wait_for(pid) == 128 + SIGKILL);
        while (read(pipes[0], &o, sizeof(o)) == sizeof(o)) {
            seq++;
            pending = read(pipes[0], &ack, 1) != 1;
            if (pending)
                break;
            done[o.what]++;
            apply(&m, o);
        }
        (void)close(pipes[0]);
        if (done[INSERT] == 0 && longest < 900000)
            longest *= 2; /* a disk that takes longer than that for one change */
        cut += pending ? 1 : 0;
        after = m;
        if (pending)
            apply(&after, o);
        if (pending && o.what == REMAKE) {
            CK_RV rv = vault_token_open(v, 0, &t);
            if (rv != CKR_OK) {
                /* Removed and not yet made again. */
                EXPECT(CKR_TOKEN_NOT_PRESENT, rv);
                init.user_pin = pin_of(o.n, &init.user_pin_len);
                init.label_len = label_of(o.n, label);
                OK(vault_create(v, 0, &init));
            } else {
                vault_token_close(t);
            }
        }
        t = open_token(v, 0);
        before_holds = holds(t, &m);
        after_holds = !before_holds && pending && holds(t, &after);
        if (!before_holds && !after_holds)
            print_message("round %u: neither before nor after operation %d of %u (pending %d)\n",
                          round, (int)o.what, o.n, pending);
        HOLDS(before_holds || after_holds);
        if (after_holds)
            m = after;
        vault_token_close(t);
    }
    print_message("%u kills, %u of them inside an operation; acknowledged:", rounds, cut);
    for (unsigned i = 0; i < WHAT_N; i++)
        print_message(" %u", done[i]);
    print_message("\n");
    HOLDS(done[INSERT] > 0);
    vault_close(v);
    remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(kill_rounds)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
