/* SPDX-License-Identifier: Apache-2.0 */
/* Searches among 10 and among 10,000 objects: the same answers; the times are printed. */
#include "tests/vault/common.h"

#define BATCH  200
#define ROUNDS 200

static void fill(vault_token *t, unsigned from, unsigned to)
{
    tok_attrs *keys[BATCH];
    uint64_t ids[BATCH];
    unsigned n = 0;

    for (unsigned i = from; i < to; i++) {
        keys[n++] = private_key(i, 1);
        keys[n++] = public_key(i);
        if (n == BATCH || i + 1 == to) {
            OK(vault_insert_all(t, (const tok_attrs *const *)keys, n, ids));
            while (n > 0)
                tok_attrs_free(keys[--n]);
        }
    }
}

/* Microseconds a search, by two attributes of key number `which`. */
static double search(vault_token *t, unsigned which, CK_ATTRIBUTE_TYPE second, size_t want)
{
    tok_attrs *key = private_key(which, 1);
    CK_ATTRIBUTE templ[3] = {*tok_attrs_get(key, CKA_CLASS), *tok_attrs_get(key, CKA_KEY_TYPE),
                             *tok_attrs_get(key, second)};
    double start = now_ms(), took;
    uint64_t *ids;
    size_t n;

    for (unsigned i = 0; i < ROUNDS; i++) {
        OK(vault_find(t, templ, 3, &ids, &n));
        HOLDS(n == want);
        free(ids);
    }
    took = (now_ms() - start) * 1000 / ROUNDS;
    tok_attrs_free(key);
    return took;
}

static double generation(vault_token *t)
{
    double start = now_ms();
    uint64_t g;

    for (unsigned i = 0; i < ROUNDS; i++)
        OK(vault_generation(t, &g));
    return (now_ms() - start) * 1000 / ROUNDS;
}

static double info(vault_token *t)
{
    double start = now_ms();
    vault_info i;

    for (unsigned n = 0; n < ROUNDS; n++)
        OK(vault_token_info(t, &i));
    return (now_ms() - start) * 1000 / ROUNDS;
}

static double read_one(vault_token *t, unsigned which)
{
    tok_attrs *key = private_key(which, 1);
    vault_object *o;
    uint64_t *ids;
    double start;
    size_t n;

    OK(vault_find(t, tok_attrs_get(key, CKA_LABEL), 1, &ids, &n));
    HOLDS(n == 2);
    start = now_ms();
    for (unsigned i = 0; i < ROUNDS; i++) {
        OK(vault_read(t, ids[0], &o));
        vault_object_free(o);
    }
    free(ids);
    tok_attrs_free(key);
    return (now_ms() - start) * 1000 / ROUNDS;
}

static void measure(vault *v, unsigned pairs)
{
    double start = now_ms(), opened, logged_in;
    vault_token *t = open_token(v, 0);
    uint64_t *ids;
    size_t n;

    opened = now_ms();
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    logged_in = now_ms();
    print_message("%6u objects: open %.2f ms, login %.2f ms; µs: class+type+id %.1f, "
                  "class+type+label %.1f, no such label %.1f, read %.1f, generation %.1f, "
                  "info %.1f",
                  2 * pairs, opened - start, logged_in - opened, search(t, pairs / 2, CKA_ID, 1),
                  search(t, pairs / 2, CKA_LABEL, 1), search(t, pairs + 1, CKA_LABEL, 0),
                  read_one(t, pairs / 2), generation(t), info(t));
    start = now_ms();
    OK(vault_find(t, NULL, 0, &ids, &n));
    HOLDS(n == 2 * pairs);
    free(ids);
    print_message(", all %.1f\n", (now_ms() - start) * 1000);
    vault_token_close(t);
}

static void sizes(void **state)
{
    unsigned pairs = size_from_env("GOSTTOKEN_TEST_OBJECTS", 10000) / 2;
    char *dir = make_dir();
    vault *v = make_vault(dir);
    vault_token *t = open_token(v, 0);
    uint8_t digest[32];
    double start;

    (void)state;
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    fill(t, 0, 5);
    measure(v, 5);
    start = now_ms();
    fill(t, 5, pairs);
    print_message("%u objects stored in %.0f ms\n", 2 * (pairs - 5), now_ms() - start);
    measure(v, pairs);
    OK(snapshot(t, digest)); /* each of them is there and opens */
    vault_token_close(t);
    vault_close(v);
    remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sizes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
