/* SPDX-License-Identifier: Apache-2.0 */
/* token/vault/vault.h, function by function, in one process. */
#include "tests/vault/common.h"

#include <sys/stat.h>
#include <unistd.h>

#include "token/secmem.h"

/* ---- directory and creation ----------------------------------------------------------------- */

static void directory(void **state)
{
    char *dir = make_dir(), *sub = path_in(dir, "a/b/tokens");
    vault_init init = quick_init();
    CK_SLOT_ID *slots;
    vault_token *t;
    struct stat st;
    char *file = path_in(sub, "token-3.db");
    size_t n = 9;
    vault *v;

    (void)state;
    OK(vault_open(sub, &v));
    assert_string_equal(vault_dir(v), sub);
    OK(vault_slots(v, &slots, &n));
    HOLDS(n == 0);
    free(slots);
    HOLDS(stat(sub, &st) != 0); /* reading makes nothing */
    EXPECT(CKR_TOKEN_NOT_PRESENT, vault_token_open(v, 3, &t));
    EXPECT(CKR_TOKEN_NOT_PRESENT, vault_destroy(v, 3));

    OK(vault_create(v, 3, &init));
    OK(vault_create(v, 12, &init));
    EXPECT(CKR_FUNCTION_FAILED, vault_create(v, 3, &init));
    HOLDS(stat(sub, &st) == 0 && (st.st_mode & 07777) == 0700);
    HOLDS(stat(file, &st) == 0 && (st.st_mode & 07777) == 0600 && st.st_nlink == 1);
    OK(vault_slots(v, &slots, &n));
    HOLDS(n == 2 && slots[0] == 3 && slots[1] == 12);
    free(slots);
    EXPECT(CKR_TOKEN_NOT_PRESENT, vault_token_open(v, 0, &t));
    OK(vault_destroy(v, 12));
    EXPECT(CKR_TOKEN_NOT_PRESENT, vault_destroy(v, 12));
    OK(vault_slots(v, &slots, &n));
    HOLDS(n == 1 && slots[0] == 3);
    free(slots);
    vault_close(v);
    vault_close(NULL);

    /* By the environment. */
    HOLDS(setenv("GOSTTOKEN_DIR", sub, 1) == 0);
    OK(vault_open(NULL, &v));
    assert_string_equal(vault_dir(v), sub);
    HOLDS(unsetenv("GOSTTOKEN_DIR") == 0);
    vault_close(v);
    free(file);
    free(sub);
    remove_dir(dir);
}

static void bad_init(void **state)
{
    char *dir = make_dir(), *file = path_in(dir, "token-0.db");
    vault_init init;
    struct stat st;
    vault *v;

    (void)state;
    OK(vault_open(dir, &v));
    init = quick_init();
    init.so_pin_len = 5;
    EXPECT(CKR_PIN_LEN_RANGE, vault_create(v, 0, &init));
    init = quick_init();
    init.user_pin_min = 9;
    EXPECT(CKR_PIN_LEN_RANGE, vault_create(v, 0, &init));
    init = quick_init();
    init.so_pin = NULL;
    EXPECT(CKR_ARGUMENTS_BAD, vault_create(v, 0, &init));
    init = quick_init();
    init.label_len = VAULT_LABEL + 1;
    EXPECT(CKR_ARGUMENTS_BAD, vault_create(v, 0, &init));
    init = quick_init();
    init.so_pin_min = VAULT_PIN_MAX + 1;
    EXPECT(CKR_ARGUMENTS_BAD, vault_create(v, 0, &init));
    HOLDS(stat(file, &st) != 0);
    vault_close(v);
    HOLDS(rmdir(dir) == 0); /* nothing is left over */
    free(dir);
    free(file);
}

static void info(void **state)
{
    char *dir = make_dir();
    vault_init init = quick_init();
    vault_info a, b;
    vault_token *t;
    vault *v;

    (void)state;
    OK(vault_open(dir, &v));
    init.user_pin = NULL;
    init.so_tries = 3;
    init.user_tries = 5;
    init.so_pin_min = 8;
    init.pins_are_factory = 1;
    OK(vault_create(v, 0, &init));
    OK(vault_create(v, 1, &init));
    t = open_token(v, 0);
    OK(vault_token_info(t, &a));
    HOLDS(memcmp(a.label, "test                            ", VAULT_LABEL) == 0);
    HOLDS(strspn((const char *)a.serial, "0123456789abcdef") >= VAULT_SERIAL);
    HOLDS(!a.user_pin_set && a.so_pin_factory && a.so_pin_min == 8);
    HOLDS(a.user_pin_min == VAULT_PIN_MIN && a.so_tries == 3 && a.so_tries_left == 3);
    HOLDS(a.user_tries == 5 && a.objects == 0 && a.bytes > 0);
    EXPECT(CKR_USER_PIN_NOT_INITIALIZED, vault_login(t, CKU_USER, PIN(USER_PIN)));
    EXPECT(CKR_USER_PIN_NOT_INITIALIZED, vault_set_pin(t, CKU_USER, PIN(USER_PIN), PIN("new pin")));
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_set_label(t, (const uint8_t *)"new", 3));
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_init_user_pin(t, PIN(USER_PIN)));
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_unblock_user_pin(t));
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    OK(vault_set_label(t, (const uint8_t *)"new", 3));
    EXPECT(CKR_ARGUMENTS_BAD,
           vault_set_label(t, (const uint8_t *)"0123456789012345678901234567890123", 33));
    EXPECT(CKR_PIN_LEN_RANGE, vault_init_user_pin(t, PIN("short")));
    EXPECT(CKR_USER_PIN_NOT_INITIALIZED, vault_unblock_user_pin(t));
    OK(vault_init_user_pin(t, PIN(USER_PIN)));
    OK(vault_token_info(t, &b));
    HOLDS(memcmp(b.label, "new                             ", VAULT_LABEL) == 0);
    HOLDS(memcmp(a.serial, b.serial, VAULT_SERIAL) == 0);
    HOLDS(b.user_pin_set && !b.user_pin_factory && b.user_tries_left == 5);
    vault_token_close(t);
    t = open_token(v, 1);
    OK(vault_token_info(t, &b));
    HOLDS(memcmp(a.serial, b.serial, VAULT_SERIAL) != 0);
    vault_token_close(t);
    vault_close(v);
    remove_dir(dir);
}

/* ---- PINs ----------------------------------------------------------------------------------- */

static unsigned tries(vault_token *t, CK_USER_TYPE user)
{
    vault_info i;

    OK(vault_token_info(t, &i));
    return user == CKU_SO ? i.so_tries_left : i.user_tries_left;
}

static void pins(void **state)
{
    char *dir = make_dir(), longest[VAULT_PIN_MAX + 2];
    vault *v = make_vault(dir);
    vault_token *t = open_token(v, 0), *t2 = open_token(v, 0);

    (void)state;
    memset(longest, 'p', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    EXPECT(CKR_USER_TYPE_INVALID, vault_login(t, CKU_CONTEXT_SPECIFIC, PIN(USER_PIN)));
    EXPECT(CKR_PIN_INCORRECT, vault_login(t, CKU_USER, PIN("wrong pin")));
    EXPECT(CKR_PIN_INCORRECT, vault_login(t, CKU_USER, NULL, 0));
    EXPECT(CKR_PIN_INCORRECT, vault_check_pin(t, CKU_USER, PIN(SO_PIN)));
    HOLDS(tries(t, CKU_USER) == VAULT_TRIES - 3 && tries(t2, CKU_SO) == VAULT_TRIES);
    OK(vault_check_pin(t, CKU_USER, PIN(USER_PIN)));
    HOLDS(tries(t2, CKU_USER) == VAULT_TRIES);
    HOLDS(strstr(vault_error_text(), USER_PIN) == NULL);

    /* By the old PIN; by a login; by neither. */
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_set_pin(t, CKU_USER, NULL, 0, PIN("second pin")));
    EXPECT(CKR_PIN_LEN_RANGE, vault_set_pin(t, CKU_USER, PIN(USER_PIN), PIN("short")));
    EXPECT(CKR_PIN_LEN_RANGE, vault_set_pin(t, CKU_USER, PIN(USER_PIN), PIN(longest)));
    EXPECT(CKR_PIN_INCORRECT, vault_set_pin(t, CKU_USER, PIN("wrong pin"), PIN("second pin")));
    OK(vault_set_pin(t, CKU_USER, PIN(USER_PIN), PIN("second pin")));
    EXPECT(CKR_PIN_INCORRECT, vault_login(t, CKU_USER, PIN(USER_PIN)));
    OK(vault_login(t, CKU_USER, PIN("second pin")));
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_set_pin(t, CKU_SO, NULL, 0, PIN("second so pin")));
    OK(vault_set_pin(t, CKU_USER, NULL, 0, (const uint8_t *)longest, VAULT_PIN_MAX));
    OK(vault_login(t2, CKU_USER, (const uint8_t *)longest, VAULT_PIN_MAX));
    OK(vault_set_pin(t, CKU_SO, PIN(SO_PIN), PIN("second so pin")));
    EXPECT(CKR_PIN_INCORRECT, vault_login(t2, CKU_SO, PIN(SO_PIN)));
    OK(vault_login(t2, CKU_SO, PIN("second so pin")));
    vault_logout(t);
    vault_logout(t2);
    vault_logout(t2);
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_set_pin(t, CKU_USER, NULL, 0, PIN(USER_PIN)));
    vault_token_close(t);
    vault_token_close(t2);
    vault_close(v);
    remove_dir(dir);
}

static void locked(void **state)
{
    char *dir = make_dir();
    vault_init init = quick_init();
    vault_token *t;
    vault *v;

    (void)state;
    init.user_tries = 3;
    init.so_tries = 2;
    OK(vault_open(dir, &v));
    OK(vault_create(v, 0, &init));
    t = open_token(v, 0);
    for (int i = 0; i < 3; i++)
        EXPECT(CKR_PIN_INCORRECT, vault_login(t, CKU_USER, PIN("wrong pin")));
    EXPECT(CKR_PIN_LOCKED, vault_login(t, CKU_USER, PIN(USER_PIN)));
    EXPECT(CKR_PIN_LOCKED, vault_set_pin(t, CKU_USER, PIN(USER_PIN), PIN("second pin")));
    HOLDS(tries(t, CKU_USER) == 0);
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    OK(vault_unblock_user_pin(t));
    HOLDS(tries(t, CKU_USER) == 3);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    /* Logged in, locked by others: a new PIN does not unlock. */
    for (int i = 0; i < 3; i++)
        EXPECT(CKR_PIN_INCORRECT, vault_check_pin(t, CKU_USER, PIN("wrong pin")));
    EXPECT(CKR_PIN_LOCKED, vault_set_pin(t, CKU_USER, NULL, 0, PIN("second pin")));
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    OK(vault_init_user_pin(t, PIN("third pin")));
    OK(vault_login(t, CKU_USER, PIN("third pin")));
    for (int i = 0; i < 2; i++)
        EXPECT(CKR_PIN_INCORRECT, vault_login(t, CKU_SO, PIN("wrong pin")));
    EXPECT(CKR_PIN_LOCKED, vault_login(t, CKU_SO, PIN(SO_PIN)));
    EXPECT(CKR_PIN_LOCKED, vault_reinit(t, PIN(SO_PIN), &init));
    vault_token_close(t);
    vault_close(v);
    remove_dir(dir);
}

/* ---- objects -------------------------------------------------------------------------------- */

static void check_secret(vault_token *t, uint64_t id, unsigned n, unsigned version)
{
    uint8_t want[64];
    vault_object *o;
    void *value;
    size_t len, want_len = secret_of(n, version, want);

    OK(vault_read(t, id, &o));
    HOLDS(o->sealed == 1 && vault_is_sealed(o, CKA_VALUE) && !vault_is_sealed(o, CKA_LABEL));
    HOLDS(tok_attrs_get(o->open, CKA_VALUE) == NULL);
    OK(vault_unseal(t, o, CKA_VALUE, &value, &len));
    HOLDS(len == want_len && memcmp(value, want, len) == 0);
    tok_secret_free(value);
    EXPECT(CKR_ATTRIBUTE_TYPE_INVALID, vault_unseal(t, o, CKA_PRIME_1, &value, &len));
    vault_object_free(o);
}

static void objects(void **state)
{
    char *dir = make_dir(), *file = path_in(dir, "token-0.db");
    vault *v = make_vault(dir);
    vault_token *t = open_token(v, 0), *t2 = open_token(v, 0);
    tok_attrs *secret = private_key(6, 1), *open = public_key(6), *changes = tok_attrs_new();
    const tok_attrs *pair[2] = {open, secret};
    uint64_t id, ids[2], g1, g2, first;
    CK_ULONG class = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE templ[2] = {{CKA_CLASS, &class, sizeof(class)}, {CKA_LABEL, (void *)"key 6", 5}};
    uint8_t value[64], *bytes;
    vault_object *o;
    vault_info i;
    void *p;
    size_t len;

    (void)state;
    OK(vault_generation(t, &g1));
    OK(vault_generation(t2, &g2));
    HOLDS(g1 == g2);
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_insert(t, secret, &id));
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_insert_all(t, pair, 2, ids)); /* all or none */
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_insert(t, secret, &id)); /* not for the SO */
    HOLDS(found(t, NULL, 0, NULL) == 0);
    OK(vault_generation(t2, &g2));
    HOLDS(g1 == g2);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    OK(vault_insert_all(t, pair, 2, ids));
    HOLDS(ids[0] != ids[1]);
    OK(vault_generation(t2, &g2));
    HOLDS(g1 != g2);
    HOLDS(found(t2, NULL, 0, NULL) == 2 && found(t2, templ, 2, &first) == 1 && first == ids[1]);
    HOLDS(found(t2, templ + 1, 1, NULL) == 2);
    check_secret(t, ids[1], 6, 1);
    OK(vault_read(t2, ids[1], &o));
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_unseal(t2, o, CKA_VALUE, &p, &len));
    vault_object_free(o);

    /* The value is nowhere in the file. */
    len = secret_of(6, 1, value);
    {
        size_t size;
        bytes = read_file(file, &size);
        HOLDS(memmem(bytes, size, value, len) == NULL);
        HOLDS(memmem(bytes, size, "key 6", 5) != NULL);
        free(bytes);
    }

    /* A plain change by whoever may; a guarded or sealed one by the user. */
    OK(tok_attrs_set(changes, CKA_LABEL, "renamed", 7));
    OK(vault_update(t2, ids[1], changes));
    HOLDS(found(t, templ, 2, NULL) == 0);
    templ[1] = (CK_ATTRIBUTE){CKA_LABEL, (void *)"renamed", 7};
    HOLDS(found(t, templ, 2, &first) == 1 && first == ids[1]);
    check_secret(t, ids[1], 6, 1);
    OK(tok_attrs_set_bool(changes, CKA_EXTRACTABLE, CK_TRUE));
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_update(t2, ids[1], changes));
    OK(vault_update(t, ids[1], changes));
    check_secret(t, ids[1], 6, 1);
    len = secret_of(6, 2, value);
    OK(tok_attrs_set(changes, CKA_VALUE, value, len));
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_update(t2, ids[1], changes));
    OK(vault_update(t, ids[1], changes));
    check_secret(t, ids[1], 6, 2);

    /* A guarded attribute that is not what was sealed gives no value. */
    OK(vault_read(t, ids[1], &o));
    OK(tok_attrs_set_bool(o->open, CKA_EXTRACTABLE, CK_FALSE));
    EXPECT(CKR_DEVICE_ERROR, vault_unseal(t, o, CKA_VALUE, &p, &len));
    vault_object_free(o);

    OK(vault_token_info(t2, &i));
    HOLDS(i.objects == 2);
    OK(vault_delete(t2, ids[1]));
    EXPECT(CKR_OBJECT_HANDLE_INVALID, vault_delete(t, ids[1]));
    EXPECT(CKR_OBJECT_HANDLE_INVALID, vault_read(t, ids[1], &o));
    EXPECT(CKR_OBJECT_HANDLE_INVALID, vault_update(t, ids[1], changes));
    HOLDS(found(t, templ, 2, NULL) == 0 && found(t, NULL, 0, NULL) == 1);
    OK(vault_insert(t, secret, &id));
    HOLDS(id > ids[1]); /* never again the same */
    vault_logout(t);
    OK(vault_read(t, id, &o));
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_unseal(t, o, CKA_VALUE, &p, &len));
    vault_object_free(o);
    vault_object_free(NULL);
    vault_token_close(t);
    vault_token_close(t2);
    vault_close(v);
    tok_attrs_free(secret);
    tok_attrs_free(open);
    tok_attrs_free(changes);
    free(file);
    remove_dir(dir);
}

/* A data object becomes private and open again; odd sizes; an object without a class. */
static void odd_objects(void **state)
{
    char *dir = make_dir();
    vault *v = make_vault(dir);
    vault_token *t = open_token(v, 0);
    tok_attrs *a = tok_attrs_new(), *changes = tok_attrs_new();
    static uint8_t big[300000];
    CK_ATTRIBUTE by_subject = {CKA_SUBJECT, big, 5000};
    vault_object *o;
    uint64_t id, none;
    void *p;
    size_t len;

    (void)state;
    memset(big, 'b', sizeof(big));
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    OK(tok_attrs_set_ulong(a, CKA_CLASS, CKO_DATA));
    OK(tok_attrs_set(a, CKA_VALUE, big, sizeof(big)));
    OK(tok_attrs_set(a, CKA_SUBJECT, big, 5000));
    OK(tok_attrs_set(a, CKA_LABEL, NULL, 0));
    OK(vault_insert(t, a, &id));
    OK(vault_read(t, id, &o));
    HOLDS(o->sealed == 0 && tok_attrs_get(o->open, CKA_VALUE)->ulValueLen == sizeof(big));
    vault_object_free(o);
    HOLDS(found(t, &by_subject, 1, NULL) == 1);
    by_subject.ulValueLen--;
    HOLDS(found(t, &by_subject, 1, NULL) == 0);

    OK(tok_attrs_set_bool(changes, CKA_PRIVATE, CK_TRUE));
    OK(vault_update(t, id, changes));
    OK(vault_read(t, id, &o));
    HOLDS(o->sealed == 1 && tok_attrs_get(o->open, CKA_VALUE) == NULL);
    OK(vault_unseal(t, o, CKA_VALUE, &p, &len));
    HOLDS(len == sizeof(big) && memcmp(p, big, len) == 0);
    tok_secret_free(p);
    vault_object_free(o);
    OK(tok_attrs_set_bool(changes, CKA_PRIVATE, CK_FALSE));
    OK(tok_attrs_set(changes, CKA_VALUE, NULL, 0));
    OK(vault_update(t, id, changes));
    OK(vault_read(t, id, &o));
    HOLDS(o->sealed == 0 && tok_attrs_get(o->open, CKA_VALUE)->ulValueLen == 0);
    vault_object_free(o);

    tok_attrs_free(a);
    a = tok_attrs_new();
    OK(vault_insert(t, a, &none));
    OK(vault_read(t, none, &o));
    HOLDS(tok_attrs_count(o->open) == 0);
    vault_object_free(o);
    HOLDS(found(t, NULL, 0, NULL) == 2);
    /* An empty sealed value is sealed all the same. */
    OK(tok_attrs_set_ulong(a, CKA_CLASS, CKO_SECRET_KEY));
    OK(tok_attrs_set(a, CKA_VALUE, NULL, 0));
    OK(vault_insert(t, a, &id));
    OK(vault_read(t, id, &o));
    OK(vault_unseal(t, o, CKA_VALUE, &p, &len));
    HOLDS(len == 0 && p != NULL);
    tok_secret_free(p);
    vault_object_free(o);
    /* What cannot be stored is refused whole. */
    OK(tok_attrs_set(a, CKA_WRAP_TEMPLATE, big, sizeof(CK_ATTRIBUTE)));
    EXPECT(CKR_ATTRIBUTE_VALUE_INVALID, vault_insert(t, a, &id));
    HOLDS(found(t, NULL, 0, NULL) == 3);
    EXPECT(CKR_OBJECT_HANDLE_INVALID, vault_read(t, 0, &o));
    EXPECT(CKR_OBJECT_HANDLE_INVALID, vault_read(t, UINT64_MAX, &o));
    tok_attrs_free(a);
    tok_attrs_free(changes);
    vault_token_close(t);
    vault_close(v);
    remove_dir(dir);
}

/* ---- a new format, removal ------------------------------------------------------------------ */

/* A new SO PIN and rules of its own come with the format, and the rules stay with the next one. */
static void reinit_so_pin(void **state)
{
    char *dir = make_dir();
    vault *v = make_vault(dir);
    vault_token *t = open_token(v, 0);
    vault_init init = quick_init();
    vault_info info;

    (void)state;
    init.so_pin = (const uint8_t *)"abc";
    init.so_pin_len = 3;
    EXPECT(CKR_PIN_LEN_RANGE, vault_reinit(t, PIN(SO_PIN), &init));
    OK(vault_token_info(t, &info));
    HOLDS(info.so_tries_left == info.so_tries && info.user_pin_set);
    init.so_pin_min = 2;
    init.so_tries = 5;
    OK(vault_reinit(t, PIN(SO_PIN), &init));
    EXPECT(CKR_PIN_INCORRECT, vault_login(t, CKU_SO, PIN(SO_PIN)));
    OK(vault_login(t, CKU_SO, PIN("abc")));
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    init = quick_init();
    init.so_pin = NULL;
    OK(vault_reinit(t, PIN("abc"), &init));
    OK(vault_token_info(t, &info));
    HOLDS(info.so_pin_min == 2 && info.so_tries == 5 && info.so_tries_left == 5);
    OK(vault_login(t, CKU_SO, PIN("abc")));
    vault_token_close(t);
    vault_close(v);
    remove_dir(dir);
}

static void reinit(void **state)
{
    char *dir = make_dir();
    vault *v = make_vault(dir);
    vault_token *t = open_token(v, 0), *other = open_token(v, 0);
    tok_attrs *key = private_key(1, 1);
    vault_init init = quick_init();
    uint64_t id, id2, g1, g2;
    vault_info before, after;
    vault_object *o;

    (void)state;
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    OK(vault_login(other, CKU_USER, PIN(USER_PIN)));
    OK(vault_insert(t, key, &id));
    OK(vault_generation(t, &g1));
    OK(vault_token_info(t, &before));
    EXPECT(CKR_PIN_INCORRECT, vault_reinit(t, PIN("wrong pin"), &init));
    HOLDS(found(t, NULL, 0, NULL) == 1);
    init = quick_init();
    init.user_pin = NULL;
    init.label = NULL;
    init.label_len = 0;
    init.so_pin = NULL; /* stays */
    OK(vault_reinit(t, PIN(SO_PIN), &init));
    OK(vault_token_info(t, &after));
    HOLDS(!after.user_pin_set && after.objects == 0 && after.so_tries_left == VAULT_TRIES);
    HOLDS(memcmp(before.serial, after.serial, VAULT_SERIAL) == 0);
    HOLDS(memcmp(after.label, before.label, VAULT_LABEL) != 0);
    OK(vault_generation(t, &g2));
    HOLDS(g1 != g2 && found(t, NULL, 0, NULL) == 0);
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_insert(t, key, &id2)); /* logged out */

    EXPECT(CKR_DEVICE_REMOVED, vault_generation(other, &g1));
    EXPECT(CKR_DEVICE_REMOVED, vault_insert(other, key, &id2));
    EXPECT(CKR_DEVICE_REMOVED, vault_read(other, id, &o));
    EXPECT(CKR_DEVICE_REMOVED, vault_login(other, CKU_SO, PIN(SO_PIN)));
    vault_token_close(other);

    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    OK(vault_init_user_pin(t, PIN("another pin")));
    OK(vault_login(t, CKU_USER, PIN("another pin")));
    OK(vault_insert(t, key, &id2));
    HOLDS(id2 > id);
    other = open_token(v, 0);
    OK(vault_login(other, CKU_USER, PIN("another pin")));
    check_secret(other, id2, 1, 1);

    OK(vault_destroy(v, 0));
    EXPECT(CKR_DEVICE_REMOVED, vault_generation(t, &g1));
    EXPECT(CKR_DEVICE_REMOVED, vault_delete(t, id2));
    init = quick_init();
    OK(vault_create(v, 0, &init));
    EXPECT(CKR_DEVICE_REMOVED, vault_generation(t, &g1));
    EXPECT(CKR_DEVICE_REMOVED, vault_delete(other, id2));
    vault_token_close(t);
    vault_token_close(other);
    t = open_token(v, 0);
    OK(vault_generation(t, &g1));
    vault_token_close(t);
    vault_close(v);
    tok_attrs_free(key);
    remove_dir(dir);
}

/* Journals without their file must not be played into a new token. */
static void orphans(void **state)
{
    static const uint8_t magic[] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0, 0, 1};
    char *dir = make_dir(), *journal = path_in(dir, "token-0.db-journal");
    char *left = path_in(dir, ".new-token-0123456789abcdef");
    struct stat st;
    vault_token *t;
    vault *v;

    (void)state;
    write_file(journal, magic, sizeof(magic));
    write_file(left, magic, sizeof(magic));
    v = make_vault(dir);
    HOLDS(stat(journal, &st) != 0 && stat(left, &st) != 0);
    t = open_token(v, 0);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    vault_token_close(t);
    vault_close(v);
    free(journal);
    free(left);
    remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directory),   cmocka_unit_test(bad_init), cmocka_unit_test(info),
        cmocka_unit_test(pins),        cmocka_unit_test(locked),   cmocka_unit_test(objects),
        cmocka_unit_test(odd_objects), cmocka_unit_test(reinit),   cmocka_unit_test(reinit_so_pin),
        cmocka_unit_test(orphans),

    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
