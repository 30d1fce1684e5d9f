/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: what is written, how it is chained and anchored, and what becomes of those who alter
 * it. */
#include "tests/vault/common.h"

#include "token/vault/local.h"

static char *dir, *file;
static vault *v;
static vault_token *t;
static vault_settings settings;

static void open_with(int journal, int records)
{
    vault_settings_default(&settings);
    settings.journal = journal;
    settings.records = records;
    vault_configure(v, &settings);
}

static int begin(void **state)
{
    vault_init init = quick_init();

    (void)state;
    dir = make_dir();
    file = path_in(dir, "token-0.db");
    OK(vault_open(dir, &v));
    OK(vault_create(v, 0, &init));
    t = open_token(v, 0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    vault_token_close(t);
    vault_close(v);
    free(file);
    remove_dir(dir);
    return 0;
}

/* Not inlined: gcc 12 would take the text for the variable. */
__attribute__((noinline)) static char *text_of(vault_token *token)
{
    char *text;
    size_t len;

    OK(vault_journal_text(token, &text, &len));
    HOLDS(strlen(text) == len && text[len - 1] == '\n');
    return text;
}

/* How often the journal has these words. */
static unsigned says(const char *words)
{
    char *text = text_of(t);
    unsigned n = 0;

    for (const char *p = text; (p = strstr(p, words)) != NULL; p++)
        n++;
    free(text);
    return n;
}

static vault_journal_state verdict(void)
{
    vault_journal_state st;

    OK(vault_journal_verify(t, &st));
    return st;
}

/* ---- what is written ------------------------------------------------------------------------ */

static void events(void **state)
{
    vault_init init = quick_init();
    tok_attrs *key = private_key(0x0102, 1), *other = public_key(3), *changes = tok_attrs_new();
    uint8_t licence[VAULT_LICENCE] = {1};
    uint64_t id, id2;

    (void)state;
    HOLDS(says("\"event\":\"token-create\",\"factory\":false,") == 1);
    EXPECT(CKR_PIN_INCORRECT, vault_login(t, CKU_USER, PIN("wrong pin")));
    HOLDS(says("\"event\":\"login\",\"user\":\"user\",\"result\":\"wrong PIN\",\"left\":9,") == 1);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    HOLDS(says("\"event\":\"login\",\"user\":\"user\",\"result\":\"ok\",") == 1);
    OK(vault_check_pin(t, CKU_USER, PIN(USER_PIN)));
    EXPECT(CKR_PIN_INCORRECT, vault_check_pin(t, CKU_USER, PIN("wrong pin")));
    HOLDS(says("\"event\":\"pin-check\"") == 2);
    OK(tok_attrs_set_bool(key, CKA_LOCAL, CK_TRUE));
    OK(tok_attrs_set_ulong(key, CKA_KEY_GEN_MECHANISM, 0x1200));
    OK(vault_insert(t, key, &id));
    HOLDS(says("\"event\":\"key-create\",\"object\":1,\"class\":\"private\",\"type\":\"0x30\","
               "\"id\":\"00000102\",\"generated\":true,\"mechanism\":\"0x1200\",") == 1);
    OK(vault_insert(t, other, &id2));
    OK(tok_attrs_set(changes, CKA_LABEL, "new", 3));
    OK(vault_update(t, id, changes));
    OK(vault_update(t, id2, changes));
    HOLDS(says("\"event\":\"key-change\"") == 1 && says("\"set\":[\"0x3\"]") == 1);
    OK(vault_delete(t, id));
    OK(vault_delete(t, id2));
    HOLDS(says("\"event\":\"key-destroy\"") == 1);
    OK(vault_set_pin(t, CKU_USER, NULL, 0, PIN(USER_PIN)));
    EXPECT(CKR_PIN_INCORRECT, vault_set_pin(t, CKU_SO, PIN("wrong pin"), PIN(SO_PIN)));
    HOLDS(says("\"event\":\"pin-set\",\"user\":\"user\",\"hash\"") == 1);
    HOLDS(says("\"event\":\"pin-set\",\"user\":\"so\",\"result\":\"wrong PIN\"") == 1);
    OK(vault_set_licence(t, 2, licence));
    HOLDS(says("\"event\":\"licence\",\"number\":2") == 1);
    OK(vault_set_label(t, (const uint8_t *)"\",\"", 3));
    HOLDS(says("\"event\":\"token-name\"") == 1);
    OK(vault_login(t, CKU_SO, PIN(SO_PIN)));
    OK(vault_init_user_pin(t, PIN(USER_PIN)));
    OK(vault_unblock_user_pin(t));
    OK(vault_force_change(t));
    OK(vault_set_default_pin(t, PIN(USER_PIN)));
    OK(vault_reset_user_pin(t, PIN(USER_PIN)));
    for (const char *const *e = (const char *const[]){"pin-init", "pin-unblock", "pin-force",
                                                      "pin-default", "pin-reset", NULL};
         *e != NULL; e++) {
        char words[64];
        (void)snprintf(words, sizeof(words), "\"event\":\"%s\"", *e);
        HOLDS(says(words) == 1);
    }
    HOLDS(verdict().checked && !verdict().altered);
    EXPECT(CKR_PIN_INCORRECT, vault_reinit(t, PIN("wrong pin"), &init));
    OK(vault_reinit(t, PIN(SO_PIN), &init)); /* and it outlives the format */
    HOLDS(says("\"event\":\"token-init\"") == 2 && says("\"event\":\"token-create\"") == 1);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    HOLDS(verdict().checked && !verdict().altered && verdict().broken == 0);
    HOLDS(says("journal-") == 0);
    /* No PIN is in it, nor a label. */
    HOLDS(says(USER_PIN) == 0 && says(SO_PIN) == 0 && says("wrong pin") == 0 && says("new") == 0);
    tok_attrs_free(key);
    tok_attrs_free(other);
    tok_attrs_free(changes);
}

static void switched_off(void **state)
{
    vault_use use = {.name = "sign"};
    vault_journal_state st;

    (void)state;
    vault_token_close(t);
    open_with(0, VAULT_RECORDS);
    t = open_token(v, 0);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    vault_journal_use(t, &use);
    OK(vault_journal_flush(t));
    st = verdict();
    HOLDS(st.last == 1 && !st.altered && st.checked);
}

static void uses(void **state)
{
    vault_use use = {.name = "sign", .mech = 0x1201, .object = 5, .id = {0xAB, 0xCD}, .id_len = 2};
    uint64_t before;
    double start;

    (void)state;
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    before = verdict().last;
    memset(use.digest, 0x11, sizeof(use.digest));
    use.has_digest = 1;
    vault_journal_use(t, &use); /* the first goes at once */
    HOLDS(verdict().last == before + 1);
    HOLDS(says("\"event\":\"sign\",\"mechanism\":\"0x1201\",\"object\":5,\"id\":\"abcd\","
               "\"digest\":\"1111") == 1);
    start = now_ms();
    for (int i = 0; i < 3000; i++)
        vault_journal_use(t, &use);
    print_message("3000 uses in %.1f ms\n", now_ms() - start);
    HOLDS(verdict().last == before + 3001); /* reading writes what is kept */
    for (int i = 0; i < 10; i++)
        vault_journal_use(t, &use);
    vault_token_close(t); /* and so does the end */
    t = open_token(v, 0);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    HOLDS(verdict().last == before + 3012 && !verdict().altered);
}

/* A chain that anybody can follow, as vault.h describes it, from the text alone. */
static void chain(void **state)
{
    uint8_t link[32];
    char *text, *line, *hash;
    unsigned n = 0;

    (void)state;
    for (int i = 0; i < 5; i++)
        OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    text = text_of(t);
    line = strstr(text, "\"base\":\"");
    HOLDS(strncmp(text, "{\"journal\":1,\"serial\":\"", 23) == 0 && line != NULL);
    line += 8;
    for (int i = 0; i < 32; i++)
        HOLDS(sscanf(line + 2 * i, "%2hhx", &link[i]) == 1);
    line = strchr(line, '\n') + 1;
    while (*line != '\0') {
        gost_streebog h;
        char again[65];
        char *eol = strchr(line, '\n');
        *eol = '\0';
        hash = strstr(line, ",\"hash\":\"");
        HOLDS(hash != NULL);
        gost_streebog_init(&h, 256);
        gost_streebog_update(&h, link, sizeof(link));
        gost_streebog_update(&h, line, (size_t)(hash - line));
        gost_streebog_final(&h, link);
        for (int i = 0; i < 32; i++)
            (void)snprintf(again + 2 * i, 3, "%02x", link[i]);
        HOLDS(memcmp(again, hash + 9, 64) == 0 && strcmp(hash + 73, "\"}") == 0);
        line = eol + 1;
        n++;
    }
    HOLDS(n == 6);
    free(text);
}

static void trimmed(void **state)
{
    vault_journal_state st;

    (void)state;
    vault_token_close(t);
    open_with(1, 32);
    t = open_token(v, 0);
    for (int i = 0; i < 50; i++)
        OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    st = verdict();
    HOLDS(!st.altered && st.checked && st.last == 51);
    HOLDS(st.first > 1 && st.last - st.first < 32 && st.last - st.first >= 27);
    HOLDS(says("token-create") == 0);
    /* Who has no PIN does not make it forget. */
    vault_logout(t);
    for (int i = 0; i < 9; i++) {
        EXPECT(CKR_PIN_INCORRECT, vault_login(t, CKU_SO, PIN("wrong pin")));
        EXPECT(CKR_PIN_INCORRECT, vault_login(t, CKU_USER, PIN("wrong pin")));
    }
    HOLDS(verdict().first == st.first && verdict().last == st.last + 18);
    HOLDS(verdict().anchored == st.last && !verdict().checked);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    HOLDS(!verdict().altered && verdict().anchored == verdict().last);
}

/* ---- those who alter it --------------------------------------------------------------------- */

/* As somebody who can write the file would, with every checksum right, and has no PIN. */
static void sql(const char *words)
{
    OK(vault_begin(t, VAULT_WRITE));
    OK(vault_end(t, vault_script(t, words)));
}

static void forge_head(void (*change)(vault_head *h))
{
    vault_head h;

    OK(vault_begin(t, VAULT_WRITE));
    OK(vault_head_read(t, &h));
    change(&h);
    OK(vault_end(t, vault_head_write(t, &h)));
}

/* Records 1 (create), 2 to 4 (logins), all anchored. */
static void four_records(void)
{
    for (int i = 0; i < 3; i++)
        OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    HOLDS(verdict().last == 4 && verdict().anchored == 4 && !verdict().altered);
}

/* The next login finds out, too, and writes it down for good. */
static void found_out(void)
{
    unsigned before = says("journal-altered");

    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    HOLDS(says("journal-altered") == before + 1);
    HOLDS(verdict().altered);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    HOLDS(says("journal-altered") == before + 1 && verdict().altered);
}

static void altered_record(void **state)
{
    (void)state;
    four_records();
    sql("UPDATE journal SET body = CAST(replace(CAST(body AS TEXT), 'user', 'usir') AS BLOB)"
        " WHERE seq = 3");
    HOLDS(verdict().altered && verdict().broken == 3);
}

static void missing_record(void **state)
{
    (void)state;
    four_records();
    sql("DELETE FROM journal WHERE seq = 2");
    HOLDS(verdict().altered && verdict().broken == 2);
    sql("DELETE FROM journal");
    HOLDS(verdict().altered && verdict().broken == 1);
}

/* The chain's end as the record `cut_to` has it. */
static uint64_t cut_to;
static uint8_t cut_link[32];

static void shorten(vault_head *h)
{
    h->seq = cut_to;
    memcpy(h->link, cut_link, sizeof(cut_link));
}

static void shorten_anchor(vault_head *h)
{
    shorten(h);
    h->anchor_seq = cut_to;
    memcpy(h->anchor_link, cut_link, sizeof(cut_link));
}

static void no_anchor(vault_head *h)
{
    shorten(h);
    h->anchor_seq = 0;
}

static void cut(uint64_t to)
{
    sqlite3_stmt *s;
    char words[64];
    int have;

    cut_to = to;
    OK(vault_begin(t, VAULT_READ));
    OK(vault_query(t, ST_JOURNAL_READ, &s, "i", to));
    OK(vault_next(t, s, &have));
    HOLDS(have && vault_col_bytes(s, 2, cut_link, sizeof(cut_link)));
    OK(vault_end(t, CKR_OK));
    (void)snprintf(words, sizeof(words), "DELETE FROM journal WHERE seq > %u", (unsigned)to);
    sql(words);
}

static void cut_off(void **state)
{
    (void)state;
    four_records();
    cut(2);
    forge_head(shorten);
    HOLDS(verdict().altered); /* the anchor lies beyond the end */
    found_out();
}

static void cut_with_anchor(void **state)
{
    (void)state;
    four_records();
    cut(2);
    forge_head(shorten_anchor);
    HOLDS(verdict().checked && verdict().altered &&
          verdict().broken == 0); /* but its MAC is wrong */
    vault_logout(t);
    HOLDS(!verdict().checked && !verdict().altered); /* which only a PIN tells */
    found_out();
}

/* Without an anchor it begins anew, and that is written down. */
static void cut_without_anchor(void **state)
{
    (void)state;
    four_records();
    cut(2);
    forge_head(no_anchor);
    vault_logout(t);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    HOLDS(says("\"event\":\"journal-anchor\",\"unanchored\":2,") == 1);
}

static void emptied(vault_head *h)
{
    vault_head_new(t, h);
}

/* Nor can it be emptied without a word. */
static void taken_away(void **state)
{
    (void)state;
    four_records();
    vault_logout(t);
    sql("DELETE FROM journal");
    forge_head(emptied);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    HOLDS(says("\"seq\":1,") == 1 && says("\"event\":\"journal-anchor\",\"unanchored\":0,") == 1);
}

/* What was written without a login and altered before the next. */
static void altered_tail(void **state)
{
    (void)state;
    four_records();
    vault_logout(t);
    EXPECT(CKR_PIN_INCORRECT, vault_login(t, CKU_USER, PIN("wrong pin")));
    HOLDS(verdict().last == 5 && verdict().anchored == 4 && !verdict().altered);
    sql("UPDATE journal SET body = CAST(replace(CAST(body AS TEXT), 'wrong', 'right') AS BLOB)"
        " WHERE seq = 5");
    HOLDS(verdict().altered && verdict().broken == 5);
    found_out();
}

static void older_file(void **state)
{
    uint8_t *bytes;
    size_t len;

    (void)state;
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    vault_token_close(t);
    bytes = read_file(file, &len);
    t = open_token(v, 0);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    HOLDS(verdict().last == 3);
    vault_token_close(t);
    write_file(file, bytes, len);
    t = open_token(v, 0);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    HOLDS(verdict().last == 3 && !verdict().altered); /* not noticed, as vault.h says */
    free(bytes);
}

/* Without a login it does not grow for ever, and what is left out is counted. */
static void grows_alone(void **state)
{
    tok_attrs *key = private_key(1, 1), *changes = tok_attrs_new();
    vault_use use = {.name = "sign"};
    uint64_t id, last;

    (void)state;
    vault_token_close(t);
    open_with(1, 16);
    t = open_token(v, 0);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    OK(vault_insert(t, key, &id));
    vault_logout(t);
    last = verdict().last;
    for (int i = 0; i < 10; i++)
        vault_journal_use(t, &use);
    OK(vault_journal_flush(t));
    HOLDS(verdict().last == last + 10);
    OK(tok_attrs_set(changes, CKA_LABEL, "new", 3));
    for (int i = 0; i < 6; i++)
        OK(vault_update(t, id, changes));
    EXPECT(CKR_USER_NOT_LOGGED_IN, vault_update(t, id, changes));
    for (int i = 0; i < 30; i++)
        vault_journal_use(t, &use);
    OK(vault_journal_flush(t));
    OK(vault_journal_flush(t));
    HOLDS(verdict().last == last + 16);
    EXPECT(CKR_PIN_INCORRECT, vault_login(t, CKU_USER, PIN("wrong pin"))); /* is written still */
    HOLDS(verdict().last == last + 17);
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    OK(vault_update(t, id, changes));
    vault_logout(t);
    HOLDS(says("\"event\":\"journal-lost\",\"records\":30,") == 1);
    HOLDS(!verdict().altered && verdict().last - verdict().first < 16);
    OK(vault_update(t, id, changes));
    tok_attrs_free(key);
    tok_attrs_free(changes);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        T(events),          T(switched_off),       T(uses),           T(chain),
        T(trimmed),         T(altered_record),     T(missing_record), T(cut_off),
        T(cut_with_anchor), T(cut_without_anchor), T(altered_tail),   T(older_file),
        T(taken_away),      T(grows_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
