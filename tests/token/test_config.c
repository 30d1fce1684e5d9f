/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of gosttoken.conf: every key, every mistake, the example of the documentation, and
 * whatever bytes chance makes of it. The module's part is in test_conf.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "token/config.h"
#include "token/log.h"

static char why[512];

static int parse(tok_config *c, const char *text)
{
    tok_config_default(c);
    return tok_config_parse(text, strlen(text), c, why, sizeof why);
}

static void good(const char *text)
{
    tok_config c;

    if (!parse(&c, text))
        fail_msg("%s: %s", text, why);
}

/* Refused, with these words. */
static void bad(const char *text, const char *words)
{
    tok_config c;

    assert_false(parse(&c, text));
    if (strstr(why, words) == NULL)
        fail_msg("%s: %s, and not: %s", text, why, words);
}

static void every_key(void **state)
{
    tok_config c, d;

    (void)state;
    tok_config_default(&d);
    assert_true(d.factory && d.store[0] == 0 && d.log[0] == 0 && d.log_level == TOK_LOG_INFO);
    assert_true(d.journal == TOK_JOURNAL_ON && d.vault.journal && d.vault.records == 4096);
    assert_true(d.vault.user.min == -1 && d.vault.so.force == -1 && d.vault.changers == -1);
    assert_true(parse(&c, ""));
    assert_memory_equal(&c, &d, sizeof c);
    assert_true(parse(&c, "store = /a dir/with#hash # a comment\n"
                          "factory-token=off\n"
                          "\tlog = stderr\r\n"
                          "log-level = debug\n\n"
                          "# nothing\n"
                          "journal = all\n"
                          "journal.records = 100\n"
                          "kdf.ms = 200\n"
                          "pin.changed-by = so\n"
                          "pin.min-length = 8\n"
                          "pin.max-length = 32\n"
                          "pin.classes = digit  lower\tupper special\n"
                          "pin.repeated = refuse\n"
                          "pin.history = 5\n"
                          "pin.expiry-days = 90\n"
                          "pin.tries = 3\n"
                          "pin.change-first = factory initial\n"
                          "so-pin.min-length = 10\n"
                          "so-pin.max-length = 40\n"
                          "so-pin.classes = special\n"
                          "so-pin.repeated = allow\n"
                          "so-pin.history = 0\n"
                          "so-pin.expiry-days = 3650\n"
                          "so-pin.tries = 1000\n"
                          "so-pin.change-first = none"));
    assert_string_equal(c.store, "/a dir/with#hash");
    assert_string_equal(c.log, "stderr");
    assert_true(!c.factory && c.log_level == TOK_LOG_DEBUG && c.journal == TOK_JOURNAL_ALL);
    assert_true(c.vault.journal && c.vault.records == 100 && c.vault.kdf_ms == 200);
    assert_int_equal(c.vault.changers, VAULT_CHANGER_SO);
    assert_true(c.vault.user.min == 8 && c.vault.user.max == 32 && c.vault.user.classes == 15);
    assert_true(c.vault.user.varied == 1 && c.vault.user.history == 5);
    assert_true(c.vault.user.expiry_days == 90 && c.vault.user.tries == 3);
    assert_int_equal(c.vault.user.force, VAULT_FORCE_FACTORY | VAULT_FORCE_INITIAL);
    assert_true(c.vault.so.min == 10 && c.vault.so.max == 40);
    assert_int_equal(c.vault.so.classes, VAULT_CLASS_SPECIAL);
    assert_true(c.vault.so.varied == 0 && c.vault.so.history == 0 && c.vault.so.force == 0);
    assert_true(c.vault.so.expiry_days == 3650 && c.vault.so.tries == 1000);
    assert_true(parse(&c, "journal = off"));
    assert_false(c.vault.journal);
    good("log = /var/log/x\nlog-level = error\npin.changed-by = both\njournal = on\n");
    good("pin.changed-by = user\npin.classes = none\npin.change-first = initial\n");
}

static void mistakes(void **state)
{
    static const char *const ranges[][2] = {
        {"pin.min-length", "1 to 249"},       {"pin.max-length", "1 to 249"},
        {"pin.history", "0 to 32"},           {"pin.expiry-days", "0 to 3650"},
        {"pin.tries", "1 to 1000"},           {"so-pin.min-length", "1 to 249"},
        {"so-pin.max-length", "1 to 249"},    {"so-pin.history", "0 to 32"},
        {"so-pin.expiry-days", "0 to 3650"},  {"so-pin.tries", "1 to 1000"},
        {"journal.records", "16 to 1000000"}, {"kdf.ms", "1 to 10000"},
    };
    char text[12000];

    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        static const char *const values[] = {"",   "-1",  "x",   "1000001", "99999999999999999999",
                                             "6x", "6 7", "0x6", "+6",      "6.0"};
        for (size_t j = 0; j < sizeof values / sizeof values[0]; j++) {
            (void)snprintf(text, sizeof text, "%s = %s", ranges[i][0], values[j]);
            bad(text, ranges[i][1]);
        }
    }
    bad("\npin.min-lenght = 8", "line 2: there is no key \"pin.min-lenght\"");
    bad("PIN.tries = 3", "there is no key");
    bad("so-pin.changed-by = so", "there is no key");
    bad("pin.tries", "not of the form");
    bad("pin.tries = 3\npin.tries = 3", "line 2: pin.tries is said twice");
    bad("= 3", "there is no key");
    bad("factory-token = yes", "on, off");
    bad("log = relative/log", "an absolute path");
    bad("store = relative", "an absolute path");
    bad("store = stderr", "an absolute path");
    bad("store =", "an absolute path");
    bad("log-level = loud", "error, info, debug");
    bad("journal = yes", "off, on, all");
    bad("pin.classes = digits", "digit lower upper special, or none");
    bad("pin.classes = digit digit", "digit lower");
    bad("pin.classes = digit none", "digit lower");
    bad("pin.classes =", "digit lower");
    bad("pin.repeated = no", "allow, refuse");
    bad("pin.change-first = always", "factory initial, or none");
    bad("so-pin.change-first = initial", "factory, or none");
    bad("pin.changed-by = admin", "so, user, both");
    bad("pin.min-length = 20\npin.max-length = 10", "shorter than the shortest");
    bad("pin.max-length = 5", "shorter than the shortest"); /* than the default */
    bad("so-pin.min-length = 9\nso-pin.max-length = 8", "shorter than the shortest");
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = 0;
    bad(text, "line 1: too long");
    memcpy(text, "store = /", 9);
    text[7000] = 0;
    bad(text, "an absolute path"); /* too long for one */
}

static char *read_text(const char *path, size_t *len)
{
    static char text[65536];
    int fd = open(path, O_RDONLY);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text) : -1;

    assert_true(n > 0 && (size_t)n < sizeof text);
    (void)close(fd);
    *len = (size_t)n;
    return text;
}

/* Every key of the example, uncommented, is one; and every key is in the example. */
static void example(void **state)
{
    static const char *const more[] = {"store", "log", NULL};
    size_t len, n = 0, keys = 0;
    char *text = read_text(TEST_EXAMPLE, &len), *out = malloc(len + 1);
    tok_config c;

    (void)state;
    assert_non_null(out);
    for (size_t i = 0; i < len; i++) {
        int start = i == 0 || text[i - 1] == '\n';

        if (start && text[i] == '#' && text[i + 1] >= 'a' && text[i + 1] <= 'z')
            keys++;
        else
            out[n++] = text[i];
    }
    tok_config_default(&c);
    if (!tok_config_parse(out, n, &c, why, sizeof why))
        fail_msg("the example: %s", why);
    /* What it says is the default. */
    assert_true(c.factory && c.journal == TOK_JOURNAL_ON && c.vault.records == 4096);
    assert_true(c.vault.user.min == 6 && c.vault.so.max == 249 && c.vault.so.tries == 10);
    assert_true(c.vault.user.classes == 0 && c.vault.changers == 3 && c.vault.kdf_ms == 50);
    for (const char *const *k = more; *k != NULL; k++)
        assert_non_null(strstr(out, *k));
    assert_int_equal(keys, 24); /* of config.c's table: a new key needs its line */
    free(out);
}

static void fuzz(void **state)
{
    static const char *const words[] = {
        "pin.",    "so-pin.",  "min-length", "=",    " = ",   "\n",          "#",
        "classes", "digit",    "none",       "249",  "store", "/",           "log",
        "journal", ".records", "all",        "\r\n", "\t",    "change-first"};
    uint64_t seed = 88172645463325252u;
    char text[700];
    tok_config c;
    size_t n;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        for (n = 0; n < sizeof text - 40;) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            if (seed % 40 == 0)
                break;
            if (seed % 5 == 0) {
                text[n++] = (char)(seed >> 32);
            } else {
                const char *w = words[(seed >> 16) % (sizeof words / sizeof words[0])];
                memcpy(text + n, w, strlen(w));
                n += strlen(w);
            }
        }
        tok_config_default(&c);
        why[0] = 0;
        if (tok_config_parse(text, n, &c, why, sizeof why)) {
            assert_true(c.vault.user.min >= -1 && c.vault.user.min <= 249);
            assert_true(c.vault.records >= 16 && c.vault.user.classes <= 15);
        } else {
            assert_true(strlen(why) > 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key),
        cmocka_unit_test(mistakes),
        cmocka_unit_test(example),
        cmocka_unit_test(fuzz),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
