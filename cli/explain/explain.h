/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What error codes mean, where they come from and what to do: one table in two languages. Its rows
 * stand in the .def files, one row of which is
 *
 *   CODE(number, name, functions, meaning, meaning in Russian, remedy, remedy in Russian)
 *   CODE_IN(number, name, functions, the same in Russian, meaning, …)
 *   CODE_ALSO(number, another number in use for it, …)
 *   REASON(name, text, from, from in Russian, meaning, …)
 *   PANEL(number, name, text, from, from in Russian, meaning, …)
 *   PHRASE(name, words)
 *
 * `gosttoken explain`, docs/errors.md, docs/errors.ru.md and the tests read it.
 */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include <stddef.h>

enum { EXPLAIN_EN, EXPLAIN_RU, EXPLAIN_LANGS };

typedef enum explain_kind {
    EXPLAIN_PKCS11,   /* the standard's results */
    EXPLAIN_RUTOKEN,  /* those of the Rutoken extension */
    EXPLAIN_PROVIDER, /* reasons of OpenSSL errors of our provider */
    EXPLAIN_PROGRAMS, /* messages of the control panel and other programs */
    EXPLAIN_KINDS
} explain_kind;

#define EXPLAIN_NO_NUMBER ((unsigned long)-1)

typedef struct explain_row {
    explain_kind kind;
    unsigned long number, also; /* EXPLAIN_NO_NUMBER: none */
    const char *name;           /* "CKR_PIN_INCORRECT" */
    const char *text;           /* the words a program shows for it; NULL: its name */
    const char *from[EXPLAIN_LANGS], *what[EXPLAIN_LANGS], *remedy[EXPLAIN_LANGS];
} explain_row;

extern const explain_row explain_rows[];
extern const size_t explain_rows_n;

/* Other words for a row, as programs and their makers' pages have them. */
typedef struct explain_phrase {
    const char *name, *words;
} explain_phrase;

extern const explain_phrase explain_phrases[];
extern const size_t explain_phrases_n;

/* The title of a kind, and its name in JSON. */
extern const char *const explain_titles[EXPLAIN_KINDS][EXPLAIN_LANGS];
extern const char *const explain_kind_names[EXPLAIN_KINDS];

typedef enum explain_match {
    EXPLAIN_NONE, /* `found` has names that are like it */
    EXPLAIN_PART, /* what was asked for is a part of these, the likeliest first */
    EXPLAIN_EXACT /* the codes that were named, by name, number, or within a message */
} explain_match;

typedef struct explain_found {
    const explain_row **at; /* as many as there is room for rows */
    size_t n;
} explain_found;

/* What a person means by `query`: a name or number, a part of it, or a whole message. found->at has
 * room for explain_rows_n rows. */
explain_match explain_find(const char *query, explain_found *found);

/* All rows, by kind; those of numbers by number. */
void explain_all(explain_found *found);

/* ---- printing (print.c) --------------------------------------------------------------------- */

void explain_print_one(const explain_row *r, int lang);
void explain_print_list(const explain_found *found, int lang); /* a line each */
void explain_print_markdown(const explain_found *found, int lang);

#endif
