/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing and printing the option tables. */
#include <stdio.h>
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
    return code;
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
