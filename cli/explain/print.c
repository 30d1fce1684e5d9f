/* SPDX-License-Identifier: Apache-2.0 */
/* Rows for people. The words are not gettext's: --lang decides on them. */
#include <stdio.h>
#include <stdlib.h>
#include "cli/cli.h"
#include "cli/explain/explain.h"

static const struct {
    const char *what, *text, *from, *remedy;
} words[EXPLAIN_LANGS] = {
    [EXPLAIN_EN] = {"Meaning:   ", "Shown as:  ", "Comes from:", "What to do:"},
    [EXPLAIN_RU] = {"Что значит:", "Сообщение: ", "Откуда:    ", "Что делать:"},
};

static void print_number(const explain_row *r)
{
    if (r->number != EXPLAIN_NO_NUMBER)
        printf(" (0x%lX, %lu)", r->number, r->number);
}

void explain_print_one(const explain_row *r, int lang)
{
    printf("%s", r->name);
    print_number(r);
    printf("\n");
    if (r->text)
        printf("  %s %s\n", words[lang].text, r->text);
    printf("  %s %s\n", words[lang].what, r->what[lang]);
    printf("  %s %s\n", words[lang].from, r->from[lang]);
    printf("  %s %s\n", words[lang].remedy, r->remedy[lang]);
}

void explain_print_list(const explain_found *found, int lang)
{
    for (size_t i = 0; i < found->n; i++) {
        printf("%s", found->at[i]->name);
        print_number(found->at[i]);
        printf(": %s\n", found->at[i]->what[lang]);
    }
}

/* ---- Markdown ------------------------------------------------------------------------------- */

static const struct {
    const char *title, *intro, *head;
} pages[EXPLAIN_LANGS] = {
    [EXPLAIN_EN] = {"Errors and remedies",
                    "`gosttoken explain CODE` finds a row of this page by its name, its number, a "
                    "part of its name,\nor a whole message; `gosttoken doctor` looks for the cause "
                    "on this machine. The page is made by\n`gosttoken explain --markdown --lang "
                    "en`.",
                    "| Code | Meaning | Comes from | What to do |"},
    [EXPLAIN_RU] = {"Ошибки и что с ними делать",
                    "`gosttoken explain КОД` находит строку этой страницы по имени, номеру, части "
                    "имени или целому\nсообщению; `gosttoken doctor` ищет причину на этом "
                    "компьютере. Страница создана командой\n`gosttoken explain --markdown --lang "
                    "ru`.",
                    "| Код | Что значит | Откуда | Что делать |"},
};

/* Quoted commands are set as code in English; what could end the cell is escaped. */
static void cell(const char *s)
{
    printf(" ");
    for (; *s; s++) {
        if (*s == '|' || *s == '<' || *s == '*' || *s == '_')
            putchar('\\');
        putchar(*s);
    }
    printf(" |");
}

static void markdown_row(const explain_row *r, int lang)
{
    printf("| `%s`", r->name);
    if (r->number != EXPLAIN_NO_NUMBER)
        printf(" 0x%lX", r->number);
    if (r->text)
        printf("<br>%s", r->text);
    printf(" |");
    cell(r->what[lang]);
    cell(r->from[lang]);
    cell(r->remedy[lang]);
    printf("\n");
}

void explain_print_markdown(const explain_found *found, int lang)
{
    printf("# %s\n\n%s\n", pages[lang].title, pages[lang].intro);
    for (size_t i = 0; i < found->n; i++) {
        if (!i || found->at[i]->kind != found->at[i - 1]->kind)
            printf("\n## %s\n\n%s\n|---|---|---|---|\n", explain_titles[found->at[i]->kind][lang],
                   pages[lang].head);
        markdown_row(found->at[i], lang);
    }
}
