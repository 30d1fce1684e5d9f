/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken(1): finds the command and runs it. */
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "cli/cli.h"

const cli_command *const cli_commands[] = {
    &cli_init,   &cli_list,         &cli_info,        &cli_keygen,      &cli_import_key,
    &cli_csr,    &cli_cert_command, &cli_import_cert, &cli_export_cert, &cli_export_pub,
    &cli_delete, &cli_label,        &cli_pin_command, &cli_format,      &cli_journal,
    &cli_events, &cli_backup,       &cli_restore,     &cli_config,      &cli_sign,
    &cli_verify, &cli_uri_pem,      &cli_explain,     &cli_doctor,      NULL,
};

const cli_option cli_global_options[] = {
    {OPT_MODULE, 0, "module", "PATH",
     N_("the PKCS #11 module, if not the one of gosttoken itself")},
    {OPT_TOKEN, 0, "token", "LABEL|URI", N_("the token, where there is more than one")},
    {OPT_PIN_FILE, 0, "pin-file", "FILE", N_("take the user PIN from the first line of FILE")},
    {OPT_PIN_FD, 0, "pin-fd", "N", N_("take the user PIN from file descriptor N")},
    {OPT_JSON, 0, "json", NULL, N_("print JSON")},
    {OPT_QUIET, 'q', "quiet", NULL, N_("print only what was asked for, and errors")},
    {OPT_HELP, 'h', "help", NULL, N_("print this")},
    {OPT_VERSION, 0, "version", NULL, N_("print the version")},
    {0},
};

const cli_command *cli_command_by_name(const char *name)
{
    for (size_t i = 0; cli_commands[i]; i++)
        if (!strcmp(cli_commands[i]->name, name))
            return cli_commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    char *shown = cli_printable(name);
    int code =
        cli_fail(CLI_USAGE, _("there is no command \"%s\": see \"gosttoken --help\""), shown);

    free(shown);
    return code;
}

static int print_version(void)
{
    puts("gosttoken " GOSTTOKEN_VERSION);
    return CLI_OK;
}

static int run(cli *c, int argc, char **argv)
{
    const cli_command *command;
    int code, at = 1;

    /* For the completion script and the tests; see cli_print_tables. */
    if (argc >= 2 && !strcmp(argv[1], "--print-tables")) {
        command = argc > 2 ? cli_command_by_name(argv[2]) : NULL;
        if (argc > 2 && !command)
            return unknown_command(argv[2]);
        cli_print_tables(command);
        return CLI_OK;
    }
    code = cli_parse(c, NULL, argc, argv, &at);
    if (code != CLI_OK)
        return code;
    if (c->value[OPT_VERSION])
        return print_version();
    if (at < argc && !strcmp(argv[at], "help")) {
        command = at + 1 < argc ? cli_command_by_name(argv[at + 1]) : NULL;
        if (at + 1 < argc && !command)
            return unknown_command(argv[at + 1]);
        cli_print_help(command);
        return CLI_OK;
    }
    if (at == argc) {
        if (!c->value[OPT_HELP])
            return cli_fail(CLI_USAGE, _("a command is needed: see \"gosttoken --help\""));
        cli_print_help(NULL);
        return CLI_OK;
    }
    command = cli_command_by_name(argv[at]);
    if (!command)
        return unknown_command(argv[at]);
    at++;
    code = cli_parse(c, command, argc, argv, &at);
    if (code != CLI_OK)
        return code;
    if (c->value[OPT_HELP]) {
        cli_print_help(command);
        return CLI_OK;
    }
    if (c->value[OPT_VERSION])
        return print_version();
    if (c->operands > command->max_operands)
        return cli_fail(CLI_USAGE, _("%s does not take \"%s\": see \"gosttoken %s --help\""),
                        command->name, c->operand[command->max_operands], command->name);
    if (c->value[OPT_PIN_FILE] && c->value[OPT_PIN_FD])
        return cli_fail(CLI_USAGE, _("--pin-file and --pin-fd exclude each other"));
    return command->run(c);
}

static int is_utf8_locale(const char *name)
{
    const char *codeset = name ? strchr(name, '.') : NULL;

    return codeset &&
           (!strncasecmp(codeset + 1, "UTF-8", 5) || !strncasecmp(codeset + 1, "utf8", 4));
}

/*
 * Where the locale that was asked for is not installed, as in a container, setlocale() fails and
 * leaves "C", in which gettext translates nothing. The catalogue needs no more than UTF-8, which
 * C.UTF-8 has; newer C libraries translate nothing in a locale of that name either, but find it
 * under one with a country, too.
 */
static void do_without_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *wanted = NULL, *list = getenv("LANGUAGE");

    for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !(wanted && *wanted); i++)
        wanted = getenv(names[i]);
    if (!is_utf8_locale(wanted) || !setlocale(LC_MESSAGES, "C_RU.UTF-8"))
        return;
    setlocale(LC_CTYPE, "C.UTF-8");
    if (!list || !*list)
        setenv("LANGUAGE", wanted, 1);
}

/* The translations beside the program, if it lies in a tree that has them, else the installed ones.
 */
static void choose_language(void)
{
    char here[PATH_MAX], *dir = NULL, *slash;
    ssize_t n;

    setlocale(LC_CTYPE, "");
    if (!setlocale(LC_MESSAGES, ""))
        do_without_locale();
    n = readlink("/proc/self/exe", here, sizeof(here) - 1);
    if (n > 0) {
        here[n] = '\0';
        slash = strrchr(here, '/');
        if (slash) {
            *slash = '\0';
            dir = cli_printf("%s/../share/locale", here);
        }
    }
    bindtextdomain("gosttoken", dir && !access(dir, R_OK) ? dir : GOSTTOKEN_LOCALE_DIR);
    textdomain("gosttoken");
    free(dir);
}

int main(int argc, char **argv)
{
    cli c = {0};
    size_t letters = 0; /* no more options than there are characters */
    int code;

    choose_language();
    c.operand = cli_alloc((size_t)(argc + 1) * sizeof(*c.operand));
    for (int i = 0; i < argc; i++)
        letters += strlen(argv[i]);
    c.given = cli_alloc((letters + 1) * sizeof(*c.given));
    code = run(&c, argc, argv);
    gt_p11_free(c.p11);
    free(c.operand);
    free(c.given);
    /* A full disk or a closed pipe behind standard output must not pass for success. */
    if ((fflush(stdout) || ferror(stdout)) && code == CLI_OK)
        code = cli_fail(CLI_FAILURE, _("cannot write the output: %s"), strerror(errno));
    return code;
}
