/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a token's file are changed, cut off, swapped or zeroed. Whatever is asked of the token
 * then, the answer is an error or what it was before: never a crash, something else, or "there is
 * no such object".
 */
#include "tests/vault/common.h"

#include <unistd.h>

#include "token/secmem.h"

#define OBJECTS 40

static struct {
    uint64_t id[OBJECTS];
    vault_info info;
    uint64_t generation;
    uint8_t licence[VAULT_LICENCE];
    vault_journal_state journal;
} expected;

static unsigned reported, answered;

/* An error is a report if it says that something is wrong with the file. */
static int is_right(CK_RV rv)
{
    if (rv == CKR_OK) {
        answered++;
        return 1;
    }
    reported++;
    if (rv != CKR_DEVICE_ERROR)
        EXPECT(CKR_TOKEN_NOT_RECOGNIZED, rv);
    return 0;
}

static tok_attrs *object(unsigned i)
{
    return i % 2 == 0 ? private_key(i, 1) : public_key(i);
}

static void check_object(vault_token *t, unsigned i, int logged_in)
{
    tok_attrs *want = object(i);
    CK_ULONG class = i % 2 == 0 ? CKO_PRIVATE_KEY : CKO_PUBLIC_KEY;
    CK_ATTRIBUTE templ[2] = {{CKA_CLASS, &class, sizeof(class)}, *tok_attrs_get(want, CKA_LABEL)};
    const CK_ATTRIBUTE *secret = tok_attrs_get(want, CKA_VALUE);
    vault_object *o;
    uint64_t *ids;
    void *value;
    size_t n;

    if (is_right(vault_find(t, templ, 2, &ids, &n))) {
        HOLDS(n == 1 && ids[0] == expected.id[i]);
        free(ids);
    }
    if (is_right(vault_read(t, expected.id[i], &o))) {
        for (size_t j = 0; j < tok_attrs_count(o->open); j++)
            HOLDS(tok_attrs_match(want, tok_attrs_at(o->open, j), 1));
        HOLDS(tok_attrs_count(o->open) + o->sealed == tok_attrs_count(want));
        if (i % 2 == 0 && logged_in && is_right(vault_unseal(t, o, CKA_VALUE, &value, &n))) {
            HOLDS(n == secret->ulValueLen && memcmp(value, secret->pValue, n) == 0);
            tok_secret_free(value);
        }
        vault_object_free(o);
    }
    tok_attrs_free(want);
}

/* What is not read by a login and by reading objects: the past of PINs, licences, the journal. */
static void check_rest(vault_token *t, int logged_in)
{
    uint8_t licence[VAULT_LICENCE];
    vault_journal_state st;
    CK_RV rv;

    if (is_right(vault_licence(t, 1, licence)))
        HOLDS(memcmp(licence, expected.licence, sizeof(licence)) == 0);
    if (is_right(vault_journal_verify(t, &st))) {
        if (st.altered)
            reported++;
        else
            HOLDS(st.last >= expected.journal.last);
    }
    if (!logged_in)
        return;
    rv = vault_set_pin(t, CKU_USER, NULL, 0, PIN(USER_PIN));
    if (rv != CKR_PIN_IN_HISTORY)
        HOLDS(!is_right(rv));
}

static void check_token(vault *v)
{
    vault_token *t;
    vault_info info;
    uint64_t generation, *ids;
    size_t n;
    int logged_in;

    if (!is_right(vault_token_open(v, 0, &t)))
        return;
    if (is_right(vault_token_info(t, &info))) {
        info.bytes = expected.info.bytes;
        HOLDS(memcmp(&info, &expected.info, sizeof(info)) == 0);
    }
    if (is_right(vault_generation(t, &generation)))
        HOLDS(generation == expected.generation);
    logged_in = is_right(vault_login(t, CKU_USER, PIN(USER_PIN)));
    if (is_right(vault_find(t, NULL, 0, &ids, &n))) {
        HOLDS(n == OBJECTS);
        for (size_t i = 0; i < n; i++)
            HOLDS(ids[i] == expected.id[i]);
        free(ids);
    }
    for (unsigned i = 0; i < OBJECTS; i++)
        check_object(t, i, logged_in);
    check_rest(t, logged_in);
    vault_token_close(t);
}

enum damage { FLIP, FLIP_HEAD, CUT, ZERO, SWAP, GROW, DAMAGES };

/* Returns the file's new length; never the file as it was. */
static size_t spoil(uint8_t *bytes, size_t len, enum damage how)
{
    size_t at = (size_t)random_below(len), pages = len / 4096, other;
    uint8_t page[4096];

    switch (how) {
    case FLIP_HEAD:
        at %= 256;
        /* fall through */
    case FLIP:
        bytes[at] ^= (uint8_t)(1u << random_below(8));
        return len;
    case CUT:
        return at;
    case ZERO:
        at = at / 512 * 512;
        memset(bytes + at, 0, 512);
        bytes[at] ^= 1; /* it may have been zero */
        return len;
    case SWAP:
        at = (size_t)random_below(pages - 1);
        other = at + 1 + (size_t)random_below(pages - at - 1);
        memcpy(page, bytes + at * 4096, 4096);
        memcpy(bytes + at * 4096, bytes + other * 4096, 4096);
        memcpy(bytes + other * 4096, page, 4096);
        return len;
    case GROW:
    default:
        return len + at % 5000 + 1; /* with what is behind: zeros */
    }
}

static void damaged(void **state)
{
    unsigned rounds = size_from_env("GOSTTOKEN_TEST_DAMAGE", 600);
    char *dir = make_dir(), *path = path_in(dir, "token-0.db");
    vault_init init = quick_init();
    vault_settings settings;
    vault_token *t;
    uint8_t *good, *bad;
    size_t len;
    vault *v;

    (void)state;
    vault_settings_default(&settings);
    settings.user.history = settings.so.history = 3;
    OK(vault_open(dir, &v));
    vault_configure(v, &settings);
    OK(vault_create(v, 0, &init));
    t = open_token(v, 0);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    for (unsigned i = 0; i < OBJECTS; i++) {
        tok_attrs *a = object(i);
        OK(vault_insert(t, a, &expected.id[i]));
        tok_attrs_free(a);
    }
    memset(expected.licence, 'L', sizeof(expected.licence));
    OK(vault_set_licence(t, 1, expected.licence));
    OK(vault_journal_verify(t, &expected.journal));
    OK(vault_token_info(t, &expected.info));
    OK(vault_generation(t, &expected.generation));
    vault_token_close(t);
    good = read_file(path, &len);
    bad = calloc(1, len + 8192);
    check_token(v);
    HOLDS(reported == 0 && answered > 100);
    seed_random(size_from_env("GOSTTOKEN_TEST_SEED", (unsigned)getpid()));
    for (unsigned i = 0; i < rounds; i++) {
        size_t size;
        unsigned before = reported;
        enum damage how = i % 4 < 2 ? FLIP : (enum damage)(i / 4 % DAMAGES);
        memset(bad, 0, len + 8192);
        memcpy(bad, good, len);
        size = spoil(bad, len, how);
        write_file(path, bad, size);
        check_token(v);
        /* Every page is looked at by one of the questions, so each change in one is noticed. */
        if (how != GROW && how != CUT && reported == before)
            print_message("round %u: damage %d was not noticed\n", i, (int)how);
        HOLDS(how == GROW || reported > before);
    }
    print_message("%u damaged files: %u errors, %u right answers\n", rounds, reported, answered);
    write_file(path, good, len);
    reported = 0;
    check_token(v);
    HOLDS(reported == 0);
    vault_close(v);
    free(good);
    free(bad);
    free(path);
    remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(damaged)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
