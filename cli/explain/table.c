/* SPDX-License-Identifier: Apache-2.0 */
/* The table of explain.h. */
#include "cli/explain/explain.h"

#define NO_NUMBER EXPLAIN_NO_NUMBER

#define ROW(number, also, name, text, from, from_ru, what, what_ru, remedy, remedy_ru)             \
    {KIND, number, also, #name, text, {from, from_ru}, {what, what_ru}, {remedy, remedy_ru}},
#define CODE_ALSO(number, also, name, from, ...)                                                   \
    ROW(number, also, name, NULL, from, from, __VA_ARGS__)
#define CODE(number, name, from, ...)  ROW(number, NO_NUMBER, name, NULL, from, from, __VA_ARGS__)
#define CODE_IN(number, name, ...)     ROW(number, NO_NUMBER, name, NULL, __VA_ARGS__)
#define PANEL(number, name, text, ...) ROW(number, NO_NUMBER, name, text, __VA_ARGS__)
#define REASON(name, text, ...)        ROW(NO_NUMBER, NO_NUMBER, name, text, __VA_ARGS__)

const explain_row explain_rows[] = {
#define KIND EXPLAIN_PKCS11
#include "cli/explain/general.def"
#include "cli/explain/object.def"
#include "cli/explain/session.def"
#undef KIND
#define KIND EXPLAIN_RUTOKEN
#include "cli/explain/rutoken.def"
#undef KIND
#define KIND EXPLAIN_PROVIDER
#include "cli/explain/provider.def"
#undef KIND
#define KIND EXPLAIN_PROGRAMS
#include "cli/explain/panel.def"
#undef KIND
};

const explain_phrase explain_phrases[] = {
#define PHRASE(name, words) {#name, words},
#include "cli/explain/phrases.def"
};

const size_t explain_phrases_n = sizeof(explain_phrases) / sizeof(*explain_phrases);
const size_t explain_rows_n = sizeof(explain_rows) / sizeof(*explain_rows);

const char *const explain_titles[EXPLAIN_KINDS][EXPLAIN_LANGS] = {
    [EXPLAIN_PKCS11] = {"Results of PKCS #11", "Коды PKCS #11"},
    [EXPLAIN_RUTOKEN] = {"Results of the Rutoken extension", "Коды расширения Рутокен"},
    [EXPLAIN_PROVIDER] = {"OpenSSL errors of the gosttoken provider",
                          "Ошибки OpenSSL от провайдера gosttoken"},
    [EXPLAIN_PROGRAMS] = {"Messages of the Rutoken control panel and other programs",
                          "Сообщения Панели управления Рутокен и других программ"},
};

const char *const explain_kind_names[EXPLAIN_KINDS] = {
    [EXPLAIN_PKCS11] = "pkcs11",
    [EXPLAIN_RUTOKEN] = "rutoken",
    [EXPLAIN_PROVIDER] = "openssl",
    [EXPLAIN_PROGRAMS] = "program",
};
