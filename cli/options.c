/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing and printing the option tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/cli.h"

#define HELP_COLUMN 26

static const cli_option *find_in(const cli_option *table, const char *name, size_t len)
{
    for (; table && table->name; table++)
        if (strlen(table->name) == len && !memcmp(table->name, name, len))
            return table;
    return NULL;
}

static const cli_option *find_letter(const cli_option *table, char letter)
{
    for (; table && table->name; table++)
        if (table->letter == letter)
            return table;
    return NULL;
}

static void give(cli *c, int opt, const char *value)
{
    c->value[opt] = value;
    c->given[c->n_given].opt = opt;
    c->given[c->n_given++].value = value;
}

const char *cli_each(const cli *c, int opt, int *at)
{
    while (*at < c->n_given) {
        const cli_given *given = &c->given[(*at)++];

        if (given->opt == opt)
            return given->value;
    }
    return NULL;
}

/* ---- rules ---------------------------------------------------------------------------------- */

static const cli_option *find_opt(const cli_command *command, int opt)
{
    for (const cli_option *o = command->options; o->name; o++)
        if (o->opt == opt)
            return o;
    for (const cli_option *o = cli_global_options; o->name; o++)
        if (o->opt == opt)
            return o;
    return NULL;
}

/* Is it there: an operand, none, an option, or an option with this value? */
static int word_is_given(const cli *c, const cli_command *command, const char *word, size_t len)
{
    const char *blank = memchr(word, ' ', len);
    size_t name_len = blank ? (size_t)(blank - word) : len;
    const cli_option *o;

    if (len < 2 || memcmp(word, "--", 2) != 0) {
        for (int i = 0; i < c->operands; i++)
            if (len && strlen(c->operand[i]) == len && !memcmp(c->operand[i], word, len))
                return 1;
        return !len && !c->operands;
    }
    o = find_in(command->options, word + 2, name_len - 2);
    if (!o)
        o = find_in(cli_global_options, word + 2, name_len - 2);
    if (!o || !c->value[o->opt])
        return 0;
    return !blank || (strlen(c->value[o->opt]) == len - name_len - 1 &&
                      !memcmp(c->value[o->opt], blank + 1, len - name_len - 1));
}

/* The first word of the list that is given, NULL if none is; *len: its length. */
static const char *given_of(const cli *c, const cli_command *command, const char *words,
                            size_t *len)
{
    for (const char *word = words;; word += *len + 1) {
        *len = strcspn(word, "|");
        if (word_is_given(c, command, word, *len))
            return word;
        if (!word[*len])
            return NULL;
    }
}

/* "pin set, pin unlock, --so" */
static char *words_text(const cli_command *command, const char *words)
{
    char *text = cli_strdup(""), *more;

    for (size_t len; *words; words += len + (words[len] != 0)) {
        int is_option = !strncmp(words, "--", 2);

        len = strcspn(words, "|");
        if (!len)
            continue;
        more = cli_printf("%s%s%s%s%.*s", text, *text ? ", " : "", is_option ? "" : command->name,
                          is_option ? "" : " ", (int)len, words);
        free(text);
        text = more;
    }
    return text;
}

static int check_rule(const cli *c, const cli_command *command, const cli_rule *rule)
{
    const cli_option *o = c->value[rule->opt] ? find_opt(command, rule->opt) : NULL;
    const char *word;
    char *text, *given;
    size_t len = 0;
    int code;

    if (!o)
        return CLI_OK;
    if (rule->kind == CLI_NEVER)
        return cli_fail(CLI_USAGE, _("%s takes no --%s: see \"gosttoken %s --help\""),
                        command->name, o->name, command->name);
    word = given_of(c, command, rule->words, &len);
    if ((word != NULL) == (rule->kind == CLI_ONLY_WITH))
        return CLI_OK;
    if (word) {
        text = cli_printf("--%s", o->name);
        given = cli_printf("%.*s", (int)len, word);
        code = cli_fail(CLI_USAGE, _("%s and %s exclude each other"), text, given);
        free(given);
    } else {
        text = words_text(command, rule->words);
        code = cli_fail(CLI_USAGE, _("--%s goes only with %s: see \"gosttoken %s --help\""),
                        o->name, text, command->name);
    }
    free(text);
    return code;
}

static int check_rules(const cli *c, const cli_command *command)
{
    static const int not_empty[] = {OPT_MODULE, OPT_TOKEN};
    int code = CLI_OK;

    if (c->value[OPT_HELP] || c->value[OPT_VERSION])
        return CLI_OK;
    for (size_t i = 0; i < sizeof(not_empty) / sizeof(*not_empty); i++)
        if (c->value[not_empty[i]] && !*c->value[not_empty[i]])
            return cli_fail(CLI_USAGE, _("--%s is empty: leave it out, or give it its argument"),
                            find_opt(command, not_empty[i])->name);
    for (const cli_rule *r = command->rules; code == CLI_OK && r && r->words; r++)
        code = check_rule(c, command, r);
    return code;
}

/* ---- parsing -------------------------------------------------------------------------------- */

static int parse_long(cli *c, const cli_command *command, int argc, char **argv, int *i)
{
    const char *name = argv[*i] + 2, *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    const cli_option *o = find_in(cli_global_options, name, len);

    if (!o && command)
        o = find_in(command->options, name, len);
    if (!o)
        return command ? cli_fail(CLI_USAGE,
                                  _("unknown option --%.*s of %s: see \"gosttoken %s --help\""),
                                  (int)len, name, command->name, command->name)
                       : cli_fail(CLI_USAGE,
                                  _("unknown option --%.*s before the command: see \"gosttoken "
                                    "--help\""),
                                  (int)len, name);
    if (o->arg && equals)
        give(c, o->opt, equals + 1);
    else if (o->arg && *i + 1 < argc && !strncmp(argv[*i + 1], "--", 2))
        return cli_fail(CLI_USAGE,
                        _("option --%s needs its argument %s, and %s follows; what begins so is "
                          "given as --%s=%s"),
                        o->name, o->arg, argv[*i + 1], o->name, argv[*i + 1]);
    else if (o->arg && *i + 1 < argc)
        give(c, o->opt, argv[++*i]);
    else if (o->arg)
        return cli_fail(CLI_USAGE, _("option --%s needs its argument %s"), o->name, o->arg);
    else if (equals)
        return cli_fail(CLI_USAGE, _("option --%s takes no argument"), o->name);
    else
        give(c, o->opt, "");
    return CLI_OK;
}

/* Letters stand for flags only. */
static int parse_letters(cli *c, const cli_command *command, const char *letters)
{
    for (; *letters; letters++) {
        const cli_option *o = find_letter(cli_global_options, *letters);

        if (!o && command)
            o = find_letter(command->options, *letters);
        if (!o)
            return cli_fail(CLI_USAGE, _("unknown option -%c: see \"gosttoken --help\""), *letters);
        give(c, o->opt, "");
    }
    return CLI_OK;
}

int cli_parse(cli *c, const cli_command *command, int argc, char **argv, int *at)
{
    int code = CLI_OK, literal = 0;

    for (int i = *at; i < argc && code == CLI_OK; i++) {
        char *word = argv[i];

        if (literal || word[0] != '-' || !word[1]) {
            if (!command) {
                *at = i;
                return CLI_OK;
            }
            c->operand[c->operands++] = word;
        } else if (!strcmp(word, "--")) {
            literal = 1;
        } else if (word[1] == '-') {
            code = parse_long(c, command, argc, argv, &i);
        } else {
            code = parse_letters(c, command, word + 1);
        }
    }
    *at = argc;
    return code == CLI_OK && command ? check_rules(c, command) : code;
}

static void print_options(const cli_option *o)
{
    for (; o && o->name; o++) {
        char left[64];
        int n = snprintf(left, sizeof(left), "  %s%c%c --%s%s%s", o->letter ? "-" : "",
                         o->letter ? o->letter : ' ', o->letter ? ',' : ' ', o->name,
                         o->arg ? " " : "", o->arg ? o->arg : "");

        printf("%s%*s", left, n < HELP_COLUMN ? HELP_COLUMN - n : 2, "");
        if (n >= HELP_COLUMN)
            printf("\n%*s", HELP_COLUMN, "");
        puts(gettext(o->help));
    }
}

static void print_program_help(void)
{
    puts(_("Usage: gosttoken [OPTION]... COMMAND [ARGUMENT]...\n"
           "Makes and looks after tokens that hold GOST keys.\n\n"
           "Commands (\"gosttoken COMMAND --help\" tells more):"));
    for (size_t i = 0; cli_commands[i]; i++)
        printf("  %-14s%s\n", cli_commands[i]->name, gettext(cli_commands[i]->summary));
    puts(_("\nOptions of every command:"));
    print_options(cli_global_options);
    puts(_("\nEnvironment:\n"
           "  GOSTTOKEN_PIN           the user PIN, where no option gives it\n"
           "  GOSTTOKEN_DIR           the directory of the software tokens\n"
           "  GOSTTOKEN_MODULE        the PKCS #11 module, where --module does not name it"));
    puts(_("\nExit codes:"));
    for (int i = 0; cli_exit_texts[i]; i++)
        printf("  %d  %s\n", i, gettext(cli_exit_texts[i]));
}

void cli_print_help(const cli_command *command)
{
    if (!command) {
        print_program_help();
        return;
    }
    printf(_("Usage: gosttoken %s%s%s [OPTION]...\n"), command->name, *command->operands ? " " : "",
           command->operands);
    printf("%s.\n", gettext(command->summary));
    if (command->details)
        printf("\n%s\n", gettext(command->details));
    if (command->options->name) {
        puts(_("\nOptions:"));
        print_options(command->options);
    }
    puts(_("\nOptions of every command:"));
    print_options(cli_global_options);
}

static void print_table(const cli_option *o)
{
    for (; o->name; o++)
        printf("option --%s%s%s\n", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
}

void cli_print_tables(const cli_command *command)
{
    if (command) {
        print_table(command->options);
        return;
    }
    for (size_t i = 0; cli_commands[i]; i++)
        printf("command %s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
    print_table(cli_global_options);
}
