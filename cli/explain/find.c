/* SPDX-License-Identifier: Apache-2.0 */
/* From what a person has typed, or pasted, to rows of the table. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/cli.h"
#include "cli/explain/explain.h"

/* ---- comparing ------------------------------------------------------------------------------ */

/* Bytes of UTF-8 for which another character stands in comparisons: quotes, dashes. */
static const struct {
    const char *from, *to;
} folds[] = {
    {"«", ""},  {"»", ""},  {"“", ""},  {"”", ""},  {"„", ""},
    {"Ё", "е"}, {"ё", "е"}, {"–", "-"}, {"—", "-"}, {"\u00A0", " "},
};

static size_t fold_special(const char *s, char **out)
{
    for (size_t i = 0; i < sizeof(folds) / sizeof(*folds); i++) {
        size_t n = strlen(folds[i].from);

        if (!strncmp(s, folds[i].from, n)) {
            *out = stpcpy(*out, folds[i].to);
            return n;
        }
    }
    return 0;
}

/* Small letters, Latin and Russian; no quotes; one blank for several, none at the ends. To be freed
 * with free(). */
static char *fold(const char *s)
{
    char *text = cli_alloc(strlen(s) + 1), *out = text;

    while (*s) {
        unsigned char c = (unsigned char)s[0], d = (unsigned char)s[1];
        size_t special = fold_special(s, &out);

        if (special) {
            s += special;
        } else if (c == 0xD0 && d >= 0x90 && d <= 0x9F) { /* А … П */
            *out++ = (char)0xD0;
            *out++ = (char)(d + 0x20);
            s += 2;
        } else if (c == 0xD0 && d >= 0xA0 && d <= 0xAF) { /* Р … Я */
            *out++ = (char)0xD1;
            *out++ = (char)(d - 0x20);
            s += 2;
        } else if (c == '"' || c == '\'' || c == '`') {
            s++;
        } else if (isspace(c)) {
            if (out > text && out[-1] != ' ')
                *out++ = ' ';
            s++;
        } else {
            *out++ = (char)(c < 0x80 ? tolower(c) : c);
            s++;
        }
    }
    while (out > text && out[-1] == ' ')
        out--;
    *out = '\0';
    return text;
}

/* The hexadecimal number that begins here; the x may be the Russian letter. 0: there is none. */
static size_t hex_prefix(const char *s)
{
    if (s[0] != '0')
        return 0;
    if (s[1] == 'x')
        return 2;
    return !strncmp(s + 1, "х", strlen("х")) ? 1 + strlen("х") : 0;
}

static int whole_number(const char *s, int base, unsigned long *n)
{
    char *end;

    if (!isxdigit((unsigned char)*s) || strlen(s) > 12)
        return 0;
    *n = strtoul(s, &end, base);
    return *end == '\0' || !strcmp(end, "ul");
}

static int is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Does `text` have `word` with no letter before or after it? */
static int has_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    const char *at = text;

    while ((at = strstr(at, word)) != NULL) {
        if ((at == text || !is_word(at[-1])) && !is_word(at[n]))
            return 1;
        at++;
    }
    return 0;
}

/* A name without what its kind begins with: "pin_incorrect". */
static const char *bare(const char *folded)
{
    static const char *const prefixes[] = {"ckr_", "gt_r_", "err_", "rutoken_"};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
        if (!strncmp(folded, prefixes[i], strlen(prefixes[i])))
            return folded + strlen(prefixes[i]);
    return folded;
}

/* ---- looking -------------------------------------------------------------------------------- */

static void add(explain_found *found, const explain_row *r)
{
    for (size_t i = 0; i < found->n; i++)
        if (found->at[i] == r)
            return;
    found->at[found->n++] = r;
}

static void add_number(explain_found *found, unsigned long n)
{
    if (n == EXPLAIN_NO_NUMBER)
        return;
    for (size_t i = 0; i < explain_rows_n; i++)
        if (explain_rows[i].number == n)
            add(found, &explain_rows[i]);
    if (found->n)
        return;
    for (size_t i = 0; i < explain_rows_n; i++)
        if (explain_rows[i].also == n)
            add(found, &explain_rows[i]);
}

/* The whole query is a number: decimal, with 0x, or hexadecimal if it is nothing else. */
static void by_number(const char *query, explain_found *found)
{
    size_t prefix = hex_prefix(query);
    unsigned long n;

    if (prefix) {
        if (whole_number(query + prefix, 16, &n))
            add_number(found, n);
        return;
    }
    if (whole_number(query, 10, &n))
        add_number(found, n);
    if (!found->n && strlen(query) >= 2 && whole_number(query, 16, &n))
        add_number(found, n);
}

/* "PIN incorrect" and "pin-incorrect" are names too; what a name of its kind begins with may be
 * left out. */
static void by_name(const char *query, explain_found *found)
{
    char *name = cli_strdup(query);

    for (char *p = name; *p; p++)
        if (*p == ' ' || *p == '-')
            *p = '_';
    for (size_t i = 0; i < 2 * explain_rows_n && !(i == explain_rows_n && found->n); i++) {
        const explain_row *r = &explain_rows[i % explain_rows_n];
        char *other = fold(r->name);

        if (!strcmp(other, name) || (i >= explain_rows_n && !strcmp(bare(other), bare(name))))
            add(found, r);
        free(other);
    }
    free(name);
}

/* Words that stand for a row: those the program shows, then the phrases. NULL after the last. */
static const char *words_of(size_t i, const explain_row **r)
{
    if (i < explain_rows_n) {
        *r = &explain_rows[i];
        return explain_rows[i].text ? explain_rows[i].text : "";
    }
    i -= explain_rows_n;
    if (i >= explain_phrases_n)
        return NULL;
    for (size_t k = 0; k < explain_rows_n; k++)
        if (!strcmp(explain_rows[k].name, explain_phrases[i].name))
            *r = &explain_rows[k];
    return explain_phrases[i].words;
}

/* Do other words cover these, which stand in the query? "Неверное значение ЭЦП" is not
 * "Неверное значение". */
static int covered(const char *query, const char *folded)
{
    const explain_row *r = NULL;
    const char *words;
    int yes = 0;

    for (size_t i = 0; !yes && (words = words_of(i, &r)) != NULL; i++) {
        char *other = fold(words);

        yes = strlen(other) > strlen(folded) && strstr(other, folded) && strstr(query, other);
        free(other);
    }
    return yes;
}

static void by_words(const char *query, explain_found *found)
{
    const explain_row *r = NULL;
    const char *words;

    for (size_t i = 0; (words = words_of(i, &r)) != NULL; i++) {
        char *folded = fold(words);

        if (*folded && strstr(query, folded) && !covered(query, folded))
            add(found, r);
        free(folded);
    }
}

/* The query is a whole meaning, or (clause) the first clause of one. */
static void by_meaning(const char *query, int clause, explain_found *found)
{
    size_t n = strlen(query);

    for (size_t i = 0; i < EXPLAIN_LANGS * explain_rows_n; i++) {
        const explain_row *r = &explain_rows[i / EXPLAIN_LANGS];
        char *what = fold(r->what[i % EXPLAIN_LANGS]);
        const char *rest = strncmp(what, query, n) ? NULL : what + n;

        if (rest && (!strcmp(rest, ".") ||
                     (clause && *rest && (strchr(".:;,", *rest) || !strncmp(rest, " (", 2)))))
            add(found, r);
        free(what);
    }
}

/* A message: the names and numbers in it, and the words that stand for a code. */
static void in_message(const char *query, explain_found *found)
{
    for (size_t i = 0; i < explain_rows_n; i++) {
        char *name = fold(explain_rows[i].name);

        if (has_word(query, name))
            add(found, &explain_rows[i]);
        free(name);
    }
    by_words(query, found);
    for (int clause = 0; clause < 2 && !found->n; clause++)
        by_meaning(query, clause, found);
    for (const char *p = query; !found->n && *p; p++) {
        size_t prefix = p == query || !is_word(p[-1]) ? hex_prefix(p) : 0;
        char digits[17];
        unsigned long n;

        if (!prefix)
            continue;
        snprintf(digits, sizeof(digits), "%.*s", (int)strspn(p + prefix, "0123456789abcdef"),
                 p + prefix);
        if (whole_number(digits, 16, &n))
            add_number(found, n);
    }
}

/* How well a part fits into a name: 0 it begins it, as a whole word; 1 a whole word in it; 2 the
 * beginning of a word; 3 anywhere. PART_FITS: not at all. */
enum { PART_FITS = 4, PART_GRADES };

static int part_of(const char *name, const char *part)
{
    size_t n = strlen(part);
    const char *own = bare(name);
    int best = PART_FITS;

    for (const char *at = name; (at = strstr(at, part)) != NULL; at++) {
        int begins = at == name || at[-1] == '_', ends = !at[n] || at[n] == '_';
        int fit = !begins ? 3 : !ends ? 2 : at == own || at == name ? 0 : 1;

        best = fit < best ? fit : best;
    }
    return best;
}

static void by_part(const char *query, explain_found *found)
{
    char *name = cli_strdup(query);

    for (char *p = name; *p; p++)
        if (*p == ' ' || *p == '-')
            *p = '_';
    for (int grade = 0; grade < PART_GRADES; grade++) {
        for (size_t i = 0; i < explain_rows_n; i++) {
            const explain_row *r = &explain_rows[i];
            char *other = fold(r->name), *text = fold(r->text ? r->text : "");

            if (grade < PART_FITS ? part_of(other, name) == grade : strstr(text, query) != NULL)
                add(found, r);
            free(other);
            free(text);
        }
    }
    for (size_t i = 0; !found->n && i < explain_rows_n * EXPLAIN_LANGS; i++) {
        const explain_row *r = &explain_rows[i / EXPLAIN_LANGS];
        char *what = fold(r->what[i % EXPLAIN_LANGS]);

        if (strstr(what, query))
            add(found, r);
        free(what);
    }
    free(name);
}

#define NAME_LEN 64
#define NEAR_MIN 3 /* shorter ones are like everything */

/* Levenshtein's distance; of longer names than there are, NAME_LEN. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_LEN + 1], n = strlen(b);

    if (n > NAME_LEN)
        return NAME_LEN;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t next = row[j + 1], best = diagonal + (a[i] != b[j]);

            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = next + 1 < best ? next + 1 : best;
            row[j + 1] = best;
            diagonal = next;
        }
    }
    return row[n];
}

static void near(const char *query, explain_found *found)
{
    size_t len = strlen(bare(query)), limit = len / 3;

    if (len > NAME_LEN) /* a whole log: no misspelt name, and too much to compare */
        return;
    if (len < NEAR_MIN)
        return;
    for (size_t d = 1; d <= limit && found->n < 3; d++) {
        for (size_t i = 0; i < explain_rows_n; i++) {
            char *other = fold(explain_rows[i].name);

            if (distance(bare(query), bare(other)) == d)
                add(found, &explain_rows[i]);
            free(other);
        }
    }
}

explain_match explain_find(const char *query, explain_found *found)
{
    static void (*const exact[])(const char *, explain_found *) = {by_number, by_name, in_message};
    char *folded = fold(query);
    size_t len = strlen(folded);
    explain_match match = EXPLAIN_NONE;

    while (len && folded[len - 1] == '.') /* of a sentence that was pasted */
        folded[--len] = '\0';
    found->n = 0;
    for (size_t i = 0; *folded && !found->n && i < sizeof(exact) / sizeof(*exact); i++)
        exact[i](folded, found);
    if (found->n) {
        match = EXPLAIN_EXACT;
    } else if (*folded) {
        by_part(folded, found);
        if (found->n)
            match = EXPLAIN_PART;
        else
            near(folded, found);
    }
    free(folded);
    return match;
}

static int by_kind(const void *a, const void *b)
{
    const explain_row *x = *(const explain_row *const *)a, *y = *(const explain_row *const *)b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->kind <= EXPLAIN_RUTOKEN && x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return (x > y) - (x < y);
}

void explain_all(explain_found *found)
{
    found->n = 0;
    for (size_t i = 0; i < explain_rows_n; i++)
        found->at[found->n++] = &explain_rows[i];
    qsort(found->at, found->n, sizeof(*found->at), by_kind);
}
