/* SPDX-License-Identifier: Apache-2.0 */
/* The text of gosttoken.conf; see config.h. */
#include "token/config.h"
#include "token/log.h"

#include <stdio.h>
#include <string.h>

#define LINE_ROOM 8192

void tok_config_default(tok_config *c)
{
    memset(c, 0, sizeof *c);
    c->factory = 1;
    c->log_level = TOK_LOG_INFO;
    c->journal = TOK_JOURNAL_ON;
    vault_settings_default(&c->vault);
}

/* ---- values --------------------------------------------------------------------------------- */

typedef struct word {
    const char *name;
    int value;
} word;

static const word on_off[] = {{"on", 1}, {"off", 0}, {NULL, 0}};
static const word levels[] = {
    {"error", TOK_LOG_ERROR}, {"info", TOK_LOG_INFO}, {"debug", TOK_LOG_DEBUG}, {NULL, 0}};
static const word journals[] = {
    {"off", TOK_JOURNAL_OFF}, {"on", TOK_JOURNAL_ON}, {"all", TOK_JOURNAL_ALL}, {NULL, 0}};
static const word classes[] = {{"digit", VAULT_CLASS_DIGIT},
                               {"lower", VAULT_CLASS_LOWER},
                               {"upper", VAULT_CLASS_UPPER},
                               {"special", VAULT_CLASS_SPECIAL},
                               {NULL, 0}};
static const word repeated[] = {{"allow", 0}, {"refuse", 1}, {NULL, 0}};
static const word firsts[] = {
    {"factory", VAULT_FORCE_FACTORY}, {"initial", VAULT_FORCE_INITIAL}, {NULL, 0}};
static const word so_firsts[] = {{"factory", VAULT_FORCE_FACTORY}, {NULL, 0}};
static const word changers[] = {{"so", VAULT_CHANGER_SO},
                                {"user", VAULT_CHANGER_USER},
                                {"both", VAULT_CHANGER_SO | VAULT_CHANGER_USER},
                                {NULL, 0}};

typedef enum form {
    NUMBER, /* from min to max */
    WORD,   /* one of the words */
    WORDS,  /* some of the words, or "none" */
    PLACE   /* an absolute path; or one of the words, if there are any */
} form;

static const word log_places[] = {{"stderr", 0}, {NULL, 0}};

#define AT(member) offsetof(tok_config, member)

typedef struct key {
    const char *name;
    form form;
    size_t at; /* in tok_config: an int, or char[PATH_MAX] */
    int min, max;
    const word *words;
} key;

#define RULES(prefix, who, first)                                                                  \
    {prefix "min-length", NUMBER, AT(vault.who.min), 1, VAULT_PIN_MAX, NULL},                      \
        {prefix "max-length", NUMBER, AT(vault.who.max), 1, VAULT_PIN_MAX, NULL},                  \
        {prefix "classes", WORDS, AT(vault.who.classes), 0, 0, classes},                           \
        {prefix "repeated", WORD, AT(vault.who.varied), 0, 0, repeated},                           \
        {prefix "history", NUMBER, AT(vault.who.history), 0, VAULT_HISTORY_MAX, NULL},             \
        {prefix "expiry-days", NUMBER, AT(vault.who.expiry_days), 0, VAULT_EXPIRY_MAX, NULL},      \
        {prefix "tries", NUMBER, AT(vault.who.tries), 1, VAULT_TRIES_MAX, NULL},                   \
    {                                                                                              \
        prefix "change-first", WORDS, AT(vault.who.force), 0, 0, first                             \
    }

static const key keys[] = {
    {"store", PLACE, AT(store), 0, 0, NULL},
    {"factory-token", WORD, AT(factory), 0, 0, on_off},
    {"log", PLACE, AT(log), 0, 0, log_places},
    {"log-level", WORD, AT(log_level), 0, 0, levels},
    {"journal", WORD, AT(journal), 0, 0, journals},
    {"journal.records", NUMBER, AT(vault.records), VAULT_RECORDS_MIN, VAULT_RECORDS_MAX, NULL},
    {"kdf.ms", NUMBER, AT(vault.kdf_ms), 1, 10000, NULL},
    {"pin.changed-by", WORD, AT(vault.changers), 0, 0, changers},
    RULES("pin.", user, firsts),
    RULES("so-pin.", so, so_firsts),
};

#define KEYS (sizeof keys / sizeof keys[0])

static const word *word_find(const word *list, const char *text, size_t len)
{
    for (; list->name != NULL; list++) {
        if (strlen(list->name) == len && memcmp(list->name, text, len) == 0)
            return list;
    }
    return NULL;
}

static int read_number(const key *k, const char *text, int *out)
{
    int n = 0;

    if (*text == 0)
        return 0;
    for (; *text != 0; text++) {
        if (*text < '0' || *text > '9' || n > VAULT_RECORDS_MAX)
            return 0;
        n = n * 10 + (*text - '0');
    }
    *out = n;
    return n >= k->min && n <= k->max;
}

/* Words between blanks, none of them twice. */
static int read_words(const key *k, const char *text, int *out)
{
    const word *w;
    size_t n;

    *out = 0;
    if (strcmp(text, "none") == 0)
        return 1;
    do {
        text += strspn(text, " \t");
        n = strcspn(text, " \t");
        w = word_find(k->words, text, n);
        if (w == NULL || (*out & w->value) != 0)
            return 0;
        *out |= w->value;
        text += n;
    } while (*text != 0);
    return 1;
}

static int read_value(const key *k, const char *text, tok_config *c)
{
    char *place = (char *)c + k->at;
    const word *w = NULL;
    int n = 0, ok = 0;

    if (k->form == WORD || (k->form == PLACE && k->words != NULL))
        w = word_find(k->words, text, strlen(text));
    switch (k->form) {
    case PLACE:
        if ((w == NULL && text[0] != '/') || strlen(text) >= PATH_MAX)
            return 0;
        (void)strcpy(place, text);
        return 1;
    case NUMBER:
        ok = read_number(k, text, &n);
        break;
    case WORDS:
        ok = read_words(k, text, &n);
        break;
    case WORD:
    default:
        ok = w != NULL;
        n = ok ? w->value : 0;
    }
    if (ok)
        memcpy(place, &n, sizeof n);
    return ok;
}

/* What the key takes, for the message. */
static void describe(const key *k, char *out, size_t room)
{
    const word *w;
    size_t n = 0;

    if (k->form == NUMBER) {
        (void)snprintf(out, room, "a number from %d to %d", k->min, k->max);
        return;
    }
    n = (size_t)snprintf(out, room, k->form == PLACE ? "an absolute path" : "");
    for (w = k->words; w != NULL && w->name != NULL && n < room; w++)
        n += (size_t)snprintf(out + n, room - n, "%s%s",
                              n == 0             ? ""
                              : k->form == WORDS ? " "
                                                 : ", ",
                              w->name);
    if (k->form == WORDS && n < room)
        (void)snprintf(out + n, room - n, ", or none");
}

/* ---- the text ------------------------------------------------------------------------------- */

static char *trim(char *s)
{
    size_t n;

    s += strspn(s, " \t");
    n = strlen(s);
    while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t' || s[n - 1] == '\r'))
        s[--n] = 0;
    return s;
}

/* A comment begins with # at the line's start or after a blank. */
static void cut_comment(char *line)
{
    char *p = line;

    while ((p = strchr(p, '#')) != NULL) {
        if (p == line || p[-1] == ' ' || p[-1] == '\t') {
            *p = 0;
            return;
        }
        p++;
    }
}

/* One line. 1, or 0 and *why. */
static int read_line(char *line, tok_config *c, unsigned char seen[KEYS], char *why, size_t room)
{
    char *name, *value, takes[200];
    size_t i;

    cut_comment(line);
    name = trim(line);
    if (*name == 0)
        return 1;
    value = strchr(name, '=');
    if (value == NULL) {
        (void)snprintf(why, room, "\"%.100s\": not of the form KEY = VALUE", name);
        return 0;
    }
    *value++ = 0;
    name = trim(name);
    value = trim(value);
    for (i = 0; i < KEYS && strcmp(keys[i].name, name) != 0; i++)
        continue;
    if (i == KEYS) {
        (void)snprintf(why, room, "there is no key \"%.100s\"", name);
        return 0;
    }
    if (seen[i]++) {
        (void)snprintf(why, room, "%s is said twice", name);
        return 0;
    }
    if (!read_value(&keys[i], value, c)) {
        describe(&keys[i], takes, sizeof takes);
        (void)snprintf(why, room, "%s = \"%.100s\": it takes %s", name, value, takes);
        return 0;
    }
    return 1;
}

static int lengths_fit(const vault_rules *r)
{
    int min = r->min >= 0 ? r->min : VAULT_PIN_MIN, max = r->max >= 0 ? r->max : VAULT_PIN_MAX;

    return min <= max;
}

int tok_config_parse(const char *text, size_t len, tok_config *c, char *why, size_t room)
{
    unsigned char seen[KEYS] = {0};
    char line[LINE_ROOM], what[400];
    size_t at = 0, n, number;

    for (number = 1; at < len; number++) {
        const char *end = memchr(text + at, '\n', len - at);

        n = end != NULL ? (size_t)(end - text) - at : len - at;
        if (n >= sizeof line || memchr(text + at, 0, n) != NULL) {
            (void)snprintf(why, room, "line %zu: too long, or not a text", number);
            return 0;
        }
        memcpy(line, text + at, n);
        line[n] = 0;
        at += n + 1;
        if (!read_line(line, c, seen, what, sizeof what)) {
            (void)snprintf(why, room, "line %zu: %s", number, what);
            return 0;
        }
    }
    if (!lengths_fit(&c->vault.user) || !lengths_fit(&c->vault.so)) {
        (void)snprintf(why, room, "the longest PIN would be shorter than the shortest");
        return 0;
    }
    c->vault.journal = c->journal != TOK_JOURNAL_OFF;
    return 1;
}
