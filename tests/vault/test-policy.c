/* SPDX-License-Identifier: Apache-2.0 */
/* The policy of PINs, rule by rule. The clock is this test's own. */
#include "tests/vault/common.h"

#include <sys/time.h>
#include <time.h>

#define EXPORTED __attribute__((visibility("default")))

static time_t shift; /* how far the clock is wrong */

EXPORTED time_t time(time_t *out)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_REALTIME, &ts);
    if (out != NULL)
        *out = ts.tv_sec + shift;
    return ts.tv_sec + shift;
}

/* ---- a token with a policy ------------------------------------------------------------------ */

static char *dir;
static vault *v;
static vault_token *t;
static vault_settings settings;

static int begin(void **state)
{
    (void)state;
    dir = make_dir();
    OK(vault_open(dir, &v));
    vault_settings_default(&settings);
    shift = 0;
    t = NULL;
    return 0;
}

static int end(void **state)
{
    (void)state;
    vault_token_close(t);
    vault_close(v);
    remove_dir(dir);
    return 0;
}

static CK_RV make_with(const char *user_pin)
{
    vault_init init = quick_init();

    init.user_pin = (const uint8_t *)user_pin;
    init.user_pin_len = user_pin != NULL ? strlen(user_pin) : 0;
    vault_configure(v, &settings);
    return vault_create(v, 0, &init);
}

static void make(void)
{
    OK(make_with(USER_PIN));
    t = open_token(v, 0);
}

static vault_info info(void)
{
    vault_info i;

    OK(vault_token_info(t, &i));
    return i;
}

/* By the user, logged in or not, from the PIN `old`. */
static CK_RV change(const char *old, const char *pin)
{
    return vault_set_pin(t, CKU_USER, PIN(old), PIN(pin));
}

/* ---- the rules ------------------------------------------------------------------------------ */

static void defaults(void **state)
{
    (void)state;
    make();
    HOLDS(info().user_pin_min == 6 && info().user_pin_max == 249 && info().changers == 3);
    OK(change(USER_PIN, USER_PIN)); /* the same again */
    OK(change(USER_PIN, "111111"));
    EXPECT(CKR_PIN_LEN_RANGE, change("111111", "11111"));
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    OK(vault_init_user_pin(t, PIN(USER_PIN)));
    HOLDS(!info().user_pin_due);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    HOLDS(!vault_change_due(t));
}

static void lengths(void **state)
{
    vault_init init = quick_init();
    char longest[13] = "abcdefghijkl";

    (void)state;
    settings.user.min = 8;
    settings.user.max = 12;
    settings.so.min = 7;
    make();
    HOLDS(info().user_pin_min == 8 && info().user_pin_max == 12 && info().so_pin_min == 7);
    EXPECT(CKR_PIN_LEN_RANGE, change(USER_PIN, "1234567"));
    EXPECT(CKR_PIN_LEN_RANGE, change(USER_PIN, "1234567890123"));
    OK(change(USER_PIN, longest));
    EXPECT(CKR_PIN_LEN_RANGE, vault_set_pin(t, CKU_SO, PIN(SO_PIN), PIN("123456")));
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    EXPECT(CKR_PIN_LEN_RANGE, vault_init_user_pin(t, PIN("1234567")));
    EXPECT(CKR_PIN_LEN_RANGE, vault_set_default_pin(t, PIN("1234567")));
    EXPECT(CKR_PIN_LEN_RANGE, vault_reset_user_pin(t, PIN("1234567")));
    /* A format may ask for more than is set, and not for less. */
    init.user_pin_min = 4;
    init.so_pin_min = 8;
    OK(vault_reinit(t, PIN(SO_PIN), &init));
    HOLDS(info().user_pin_min == 8 && info().so_pin_min == 8);
    init.user_pin_len = 7;
    EXPECT(CKR_PIN_LEN_RANGE, vault_reinit(t, PIN(SO_PIN), &init));
    init = quick_init();
    init.user_pin_min = 20; /* above the longest */
    EXPECT(CKR_ARGUMENTS_BAD, vault_reinit(t, PIN(SO_PIN), &init));
}

static void classes(void **state)
{
    (void)state;
    settings.user.classes =
        VAULT_CLASS_DIGIT | VAULT_CLASS_LOWER | VAULT_CLASS_UPPER | VAULT_CLASS_SPECIAL;
    EXPECT(CKR_INAPPROPRIATE_PIN, make_with(USER_PIN));
    OK(make_with("Secret-1"));
    t = open_token(v, 0);
    EXPECT(CKR_INAPPROPRIATE_PIN, change("Secret-1", "secret-1"));
    HOLDS(strstr(vault_error_text(), "capital") != NULL);
    EXPECT(CKR_INAPPROPRIATE_PIN, change("Secret-1", "SECRET-1"));
    EXPECT(CKR_INAPPROPRIATE_PIN, change("Secret-1", "Secret-x"));
    EXPECT(CKR_INAPPROPRIATE_PIN, change("Secret-1", "Secret11"));
    OK(change("Secret-1", "Secret 1"));
    OK(change("Secret 1", "Тайна-1")); /* Cyrillic letters have cases too */
    EXPECT(CKR_INAPPROPRIATE_PIN, change("Тайна-1", "тайна-1"));
    EXPECT(CKR_INAPPROPRIATE_PIN, change("Тайна-1", "ТАЙНА-1"));
    OK(change("Тайна-1", "Aa1\xff\xfe\xd0")); /* what is not UTF-8 is special */
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));  /* the SO's PIN has another policy */
    EXPECT(CKR_INAPPROPRIATE_PIN, vault_init_user_pin(t, PIN(USER_PIN)));
    EXPECT(CKR_INAPPROPRIATE_PIN, vault_reset_user_pin(t, PIN(USER_PIN)));
    OK(vault_set_pin(t, CKU_SO, NULL, 0, PIN("111111")));
}

static void repeated(void **state)
{
    (void)state;
    settings.user.varied = settings.so.varied = 1;
    make();
    EXPECT(CKR_INAPPROPRIATE_PIN, change(USER_PIN, "111111"));
    EXPECT(CKR_INAPPROPRIATE_PIN, change(USER_PIN, "ЖЖЖЖЖЖ"));
    EXPECT(CKR_INAPPROPRIATE_PIN, vault_set_pin(t, CKU_SO, PIN(SO_PIN), PIN("000000")));
    OK(change(USER_PIN, "111112"));
    OK(change("111112", "ЖЖЖЖЖж"));
}

static void history(void **state)
{
    static const char *const pins[] = {"first pin", "second pin", "third pin"};
    vault_init init = quick_init();

    (void)state;
    settings.user.history = 3;
    make();
    EXPECT(CKR_PIN_IN_HISTORY, change(USER_PIN, USER_PIN));
    OK(change(USER_PIN, pins[0]));
    OK(change(pins[0], pins[1]));
    EXPECT(CKR_PIN_IN_HISTORY, change(pins[1], USER_PIN));
    EXPECT(CKR_PIN_IN_HISTORY, change(pins[1], pins[0]));
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    EXPECT(CKR_PIN_IN_HISTORY, vault_init_user_pin(t, PIN(pins[1])));
    OK(vault_init_user_pin(t, PIN(pins[2])));
    OK(vault_init_user_pin(t, PIN(USER_PIN))); /* four PINs ago */
    OK(vault_set_pin(t, CKU_SO, NULL, 0, PIN(SO_PIN)));
    vault_token_close(t);
    t = open_token(v, 0);
    EXPECT(CKR_PIN_IN_HISTORY, change(USER_PIN, pins[2]));
    OK(vault_reinit(t, PIN(SO_PIN), &init)); /* ends with the format */
    OK(change(USER_PIN, pins[2]));
    EXPECT(CKR_PIN_IN_HISTORY, change(pins[2], USER_PIN)); /* the first PIN is remembered, too */
}

/* What a login is good for while the PIN is to be changed. */
static void check_due(const char *pin, const char *next)
{
    tok_attrs *key = private_key(1, 1), *open = public_key(1);
    uint8_t licence[VAULT_LICENCE] = {0};
    uint64_t id;

    HOLDS(info().user_pin_due);
    OK(vault_login(t, CKU_USER, PIN(pin)));
    HOLDS(vault_change_due(t));
    EXPECT(CKR_PIN_EXPIRED, vault_insert(t, key, &id));
    EXPECT(CKR_PIN_EXPIRED, vault_insert(t, open, &id));
    EXPECT(CKR_PIN_EXPIRED, vault_delete(t, 1));
    EXPECT(CKR_PIN_EXPIRED, vault_update(t, 1, open));
    EXPECT(CKR_PIN_EXPIRED, vault_set_label(t, licence, 1));
    EXPECT(CKR_PIN_EXPIRED, vault_set_licence(t, 1, licence));
    OK(vault_set_pin(t, CKU_USER, NULL, 0, PIN(next)));
    HOLDS(!vault_change_due(t) && !info().user_pin_due);
    OK(vault_insert(t, key, &id));
    OK(vault_delete(t, id));
    tok_attrs_free(key);
    tok_attrs_free(open);
}

static void expiry(void **state)
{
    (void)state;
    settings.user.expiry_days = 30;
    settings.so.expiry_days = 60;
    make();
    HOLDS(!info().user_pin_due);
    shift = 30 * 86400 - 100;
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    HOLDS(!vault_change_due(t));
    shift = 30 * 86400 + 100;
    check_due(USER_PIN, "next pin");
    HOLDS(!info().so_pin_due);
    shift = 60 * 86400 + 100;
    HOLDS(info().so_pin_due && info().user_pin_due);
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    EXPECT(CKR_PIN_EXPIRED, vault_init_user_pin(t, PIN("some pin")));
    EXPECT(CKR_PIN_EXPIRED, vault_unblock_user_pin(t));
    EXPECT(CKR_PIN_EXPIRED, vault_force_change(t));
    OK(vault_set_pin(t, CKU_SO, NULL, 0, PIN("next so pin")));
    OK(vault_init_user_pin(t, PIN("some pin")));
    HOLDS(!info().user_pin_due);
}

static void forced(void **state)
{
    vault_init init = quick_init();

    (void)state;
    make();
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_force_change(t));
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    OK(vault_force_change(t));
    check_due(USER_PIN, USER_PIN); /* the same PIN again is a change */

    /* A factory PIN: only if it is said. */
    init.pins_are_factory = 1;
    OK(vault_create(v, 1, &init));
    vault_token_close(t);
    t = open_token(v, 1);
    HOLDS(info().user_pin_factory && info().so_pin_factory && !info().user_pin_due);
    settings.user.force = settings.so.force = VAULT_FORCE_FACTORY;
    vault_configure(v, &settings);
    OK(vault_create(v, 2, &init));
    vault_token_close(t);
    t = open_token(v, 2);
    HOLDS(info().so_pin_due);
    check_due(USER_PIN, "my own pin");
    HOLDS(!info().user_pin_factory && info().so_pin_factory);
}

static void initial(void **state)
{
    (void)state;
    settings.user.force = VAULT_FORCE_INITIAL;
    make();
    check_due(USER_PIN, "my own pin");
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    OK(vault_init_user_pin(t, PIN(USER_PIN)));
    check_due(USER_PIN, "my own pin");
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    HOLDS(!vault_change_due(t));
}

static void changers(void **state)
{
    vault_init init = quick_init();

    (void)state;
    settings.changers = VAULT_CHANGER_SO;
    settings.user.force = VAULT_FORCE_INITIAL; /* of no use to a user who may not change it */
    make();
    HOLDS(info().changers == VAULT_CHANGER_SO && !info().user_pin_due);
    EXPECT(CKR_FUNCTION_REJECTED, change(USER_PIN, "my own pin"));
    HOLDS(info().user_tries_left == 10);
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    EXPECT(CKR_FUNCTION_REJECTED, vault_force_change(t));
    OK(vault_unblock_user_pin(t));
    OK(vault_init_user_pin(t, PIN("other pin")));
    OK(vault_set_pin(t, CKU_SO, NULL, 0, PIN(SO_PIN)));

    settings.changers = VAULT_CHANGER_USER;
    settings.user.force = -1;
    vault_configure(v, &settings);
    vault_token_close(t);
    t = open_token(v, 0);
    init.user_pin = NULL;
    init.changers = 3;
    OK(vault_reinit(t, PIN(SO_PIN), &init));
    HOLDS(info().changers == VAULT_CHANGER_USER); /* what is set is the limit */
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    OK(vault_init_user_pin(t, PIN(USER_PIN))); /* the first is the SO's to give */
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_init_user_pin(t, PIN("other pin")));
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_reset_user_pin(t, PIN("other pin")));
    OK(vault_unblock_user_pin(t));
    OK(change(USER_PIN, "other pin"));
}

static void tries(void **state)
{
    vault_init init = quick_init();

    (void)state;
    settings.user.tries = 3;
    init.user_tries = 5; /* more than is set */
    init.so_tries = 4;
    vault_configure(v, &settings);
    OK(vault_create(v, 0, &init));
    t = open_token(v, 0);
    HOLDS(info().user_tries == 3 && info().so_tries == 4);
    EXPECT(CKR_PIN_INCORRECT, change("wrong pin", "other pin"));
    EXPECT(CKR_PIN_INCORRECT, vault_login(t, CKU_USER, PIN("wrong pin")));
    HOLDS(info().user_tries_left == 1);
    EXPECT(CKR_PIN_INCORRECT, vault_check_pin(t, CKU_USER, PIN("wrong pin")));
    EXPECT(CKR_PIN_LOCKED, vault_login(t, CKU_USER, PIN(USER_PIN)));
    init.user_tries = 2;
    OK(vault_reinit(t, PIN(SO_PIN), &init));
    HOLDS(info().user_tries == 2);
}

static void default_pin(void **state)
{
    (void)state;
    make();
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_set_default_pin(t, PIN("default pin")));
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_reset_user_pin(t, PIN("standard")));
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    OK(vault_reset_user_pin(t, PIN("standard")));
    HOLDS(info().user_pin_default && info().user_pin_factory);
    OK(vault_login(t, CKU_USER, PIN("standard")));
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    OK(vault_set_default_pin(t, PIN("default pin")));
    HOLDS(!info().user_pin_default && info().user_pin_factory);
    OK(vault_reset_user_pin(t, PIN("standard")));
    HOLDS(info().user_pin_default && info().user_pin_factory);
    OK(vault_login(t, CKU_USER, PIN("default pin")));
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_set_default_pin(t, NULL, 0));
    OK(vault_set_pin(t, CKU_USER, NULL, 0, PIN(USER_PIN)));
    HOLDS(!info().user_pin_default && !info().user_pin_factory);
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    OK(vault_set_default_pin(t, NULL, 0));
    OK(vault_reset_user_pin(t, PIN("standard")));
    OK(vault_login(t, CKU_USER, PIN("standard")));
}

static void licences(void **state)
{
    uint8_t one[VAULT_LICENCE], got[VAULT_LICENCE], none[VAULT_LICENCE] = {0};
    vault_init init = quick_init();

    (void)state;
    make();
    memset(one, 0x5A, sizeof(one));
    OK(vault_licence(t, 1, got));
    HOLDS(memcmp(got, none, sizeof(got)) == 0);
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_set_licence(t, 1, one));
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    OK(vault_set_licence(t, 1, none));
    OK(vault_set_licence(t, 1, one));
    EXPECT(CKR_ARGUMENTS_BAD, vault_set_licence(t, 0, one));
    EXPECT(CKR_ARGUMENTS_BAD, vault_set_licence(t, 3, one));
    EXPECT(CKR_ARGUMENTS_BAD, vault_licence(t, 3, got));
    vault_logout(t);
    OK(vault_reinit(t, PIN(SO_PIN), &init)); /* they outlive it */
    OK(vault_licence(t, 1, got));
    HOLDS(memcmp(got, one, sizeof(got)) == 0);
    OK(vault_licence(t, 2, got));
    HOLDS(memcmp(got, none, sizeof(got)) == 0);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        T(defaults), T(lengths), T(classes),  T(repeated), T(history),     T(expiry),
        T(forced),   T(initial), T(changers), T(tries),    T(default_pin), T(licences),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
