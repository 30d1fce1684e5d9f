/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gosttoken(1): the table of commands, their options, and what every command shares.
 *
 * A command is one file cli/cmd_*.c that defines one cli_command. Its options stand in one table,
 * which the parser, --help, the shell completion and the test of the man page read.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stddef.h>
#include <stdint.h>
#include "cli/i18n.h"
#include "p11/p11.h"

/* Exit codes, documented in gosttoken(1); the sentences --help prints are in exits.c. */
enum {
    CLI_OK = 0,
    CLI_FAILURE = 1,
    CLI_USAGE = 2,
    CLI_NOT_FOUND = 3, /* no such token or object, or more than one */
    CLI_PIN = 4,       /* wrong, locked or missing */
    CLI_REFUSED = 5,   /* the user said no, or nobody could be asked */
    CLI_WARNINGS = 6   /* of doctor: no errors, but warnings */
};

/*
 * Where an option's value lies in cli.value. Named here: what every command takes, and what several
 * do. A command numbers what it alone has from OPT_OWN on, in an enum of its own file or folder.
 */
enum {
    OPT_MODULE,
    OPT_TOKEN,
    OPT_PIN_FILE,
    OPT_PIN_FD,
    OPT_JSON,
    OPT_QUIET,
    OPT_HELP,
    OPT_VERSION,
    OPT_SO_PIN_FILE,
    OPT_SO_PIN_FD,
    OPT_LABEL,
    OPT_SLOT,
    OPT_FORCE,
    OPT_YES,
    OPT_LOGIN,
    OPT_TYPE,
    OPT_PARAMSET,
    OPT_ID,
    OPT_NO_KEY,
    OPT_PIN_SOURCE,
    OPT_OPENSSL,
    OPT_P11_KIT,
    OPT_TLS13,
    OPT_OWN,
    OPT_COUNT = OPT_OWN + 64
};

typedef struct cli_option {
    int opt;
    char letter;      /* 0: none */
    const char *name; /* without the dashes; NULL ends a table */
    const char *arg;  /* the argument's name; NULL: a flag */
    const char *help; /* N_("…") */
} cli_option;

/*
 * Where an option has a meaning: elsewhere it is refused, and not ignored. All rules of a command
 * hold. Words are parted by '|': an operand ("set"), an option ("--add"), one with its value
 * ("--include chain"); an empty one means that there is no operand.
 */
typedef struct cli_rule {
    int opt;
    enum { CLI_ONLY_WITH, CLI_NOT_WITH, CLI_NEVER /* an option of every command */ } kind;
    const char *words; /* "" for CLI_NEVER; NULL ends a table */
} cli_rule;

/* One option as it was given. */
typedef struct cli_given {
    int opt;
    const char *value;
} cli_given;

typedef struct cli {
    const char
        *value[OPT_COUNT]; /* NULL: not given; a flag that is given: ""; the last one counts */
    cli_given *given;      /* all of them in their order, for options that may be repeated */
    int n_given;
    char **operand; /* what is not an option */
    int operands;
    gt_p11 *p11;          /* loaded at the first cli_functions */
    CK_FUNCTION_LIST *fn; /* NULL until then */
} cli;

typedef struct cli_command {
    const char *name;
    const char *operands; /* for the usage line: "[tokens|objects]"; "" if there are none */
    int max_operands;
    const char *summary; /* one line, N_("…") */
    const char *details; /* paragraphs for --help, N_("…"); may be NULL */
    const cli_option *options;
    const cli_rule *rules; /* may be NULL */
    int (*run)(cli *c);    /* returns an exit code */
} cli_command;

extern const cli_command cli_sign, cli_verify, cli_init, cli_list, cli_keygen, cli_import_cert,
    cli_delete, cli_config, cli_uri_pem, cli_info, cli_label, cli_pin_command, cli_format,
    cli_events, cli_journal, cli_export_cert, cli_export_pub, cli_import_key, cli_backup,
    cli_restore, cli_csr, cli_cert_command, cli_explain, cli_doctor;

/* The commands, NULL at the end, and the options that every command takes. */
extern const cli_command *const cli_commands[];
extern const cli_option cli_global_options[];
extern const char *const cli_exit_texts[]; /* by exit code, NULL at the end */

const cli_command *cli_command_by_name(const char *name);

/* ---- options.c ------------------------------------------------------------------------------ */

/*
 * Sorts the arguments into c->value and c->operand (which points into argv). command NULL: the
 * words before the command; stops at the first operand and returns its index in *at. With a
 * command, its rules have been looked at, unless --help or --version is asked for. Returns an exit
 * code; a mistake has been reported.
 */
int cli_parse(cli *c, const cli_command *command, int argc, char **argv, int *at);

/*
 * The values of an option that may be repeated, in their order: *at is 0 at the first call. NULL
 * after the last one.
 */
const char *cli_each(const cli *c, int opt, int *at);

void cli_print_help(const cli_command *command); /* NULL: of the program */

/* For the completion script and the tests: `command NAME SUMMARY` for each command and
 * `option --NAME ARG` for the options every command takes; given a command, only its own. */
void cli_print_tables(const cli_command *command);

/* ---- messages (message.c) ------------------------------------------------------------------- */

/* Their formats are written cli_fail(CLI_USAGE, _("…"), …): see i18n.h. */

/* Prints "gosttoken: …" on standard error; returns code, so that `return cli_fail(…)` reads well.
 */
int cli_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for err->text, with the exit code that err->reason has. */
int cli_fail_err(const gt_error *err);
/* The exit code of a gt_reason, or of a number that may be none. */
int cli_reason_code(int reason);
/*
 * The result of the PKCS #11 function just called: "cannot WHAT: sentence (CKR_…)", the exit code
 * by a table. "what" is a phrase such as "make the key pair".
 */
int cli_fail_rv(const cli *c, CK_RV rv, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void cli_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* On standard output, unless -q or --json. */
void cli_say(const cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- text.c --------------------------------------------------------------------------------- */

/* A copy that a terminal can be given: control characters and malformed UTF-8 as \xNN. Freed with
 * free(); never NULL (out of memory ends the program). */
char *cli_printable(const char *s);
/* The same for a whole message, which may have lines and is in the locale's charset: what tokens
 * and files had to say in it is harmless then. */
char *cli_sentence(const char *s);
/* How many columns of a terminal it takes. */
int cli_columns(const char *s);
/* A copy that is UTF-8 (malformed bytes become U+FFFD), for JSON. */
char *cli_utf8(const void *s, size_t len);
/* JSON as it may be shown: control characters above ASCII, which it allows in strings, as \uNNNN.
 */
char *cli_json_safe(const char *json);
char *cli_hex(const uint8_t *bytes, size_t len);
/* Hexadecimal digits, optionally parted by ':'. 0 if it is not that, is empty or is too long. */
int cli_unhex(const char *hex, uint8_t *out, size_t size, size_t *len);
/* malloc, and strdup, that end the program when there is no memory. */
void *cli_alloc(size_t size);
char *cli_strdup(const char *s);
char *cli_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- the terminal (tty.c) ------------------------------------------------------------------- */

/* Asks on /dev/tty, without echo if `hidden`. The line without its end goes to buf. Returns its
 * length, -1 if there is no terminal, -2 if input ended. A signal that comes meanwhile takes effect
 * after the terminal has been put back. */
long cli_tty_ask(const char *prompt, int hidden, char *buf, size_t size);

/*
 * Asks "question [y/N] " unless --yes. CLI_OK for yes, else CLI_REFUSED, reported; refused too
 * when there is no terminal.
 */
int cli_confirm(const cli *c, const char *question);

/* ---- PINs (pin.c) --------------------------------------------------------------------------- */

#define CLI_PIN_MAX 255
typedef struct cli_pin {
    char text[CLI_PIN_MAX + 1];
    size_t len;
    int asked; /* a person typed it */
} cli_pin;

/* A place a PIN comes from without asking. */
typedef struct cli_pin_source {
    const char *file, *fd, *text;
} cli_pin_source;

/* What the command line and the environment say of the user PIN and of the SO PIN. */
cli_pin_source cli_user_pin_source(const cli *c);
cli_pin_source cli_so_pin_source(const cli *c);
int cli_pin_source_given(const cli_pin_source *s);

/*
 * Reads the PIN from its source. pin->len 0 on return: the source is empty. Reports mistakes. What
 * it fills is to be wiped by gost_wipe(pin, sizeof(*pin)).
 */
int cli_pin_read(const cli_pin_source *s, cli_pin *pin);

/* Asks for a PIN that exists. `hint`: how else it can be given, for when there is no terminal. */
int cli_pin_ask(const char *prompt, const char *hint, cli_pin *pin);
/* Asks twice for a new PIN: the two prompts, and the hint as above. */
int cli_pin_ask_twice(const char *prompt, const char *repeat, const char *hint, cli_pin *pin);

#endif
