/* SPDX-License-Identifier: Apache-2.0 */
/* Where PINs come from. A PIN is never printed, and never has to stand on a command line. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/cli.h"
#include "gost/mem.h"

cli_pin_source cli_user_pin_source(const cli *c)
{
    cli_pin_source s = {c->value[OPT_PIN_FILE], c->value[OPT_PIN_FD], NULL};

    if (!s.file && !s.fd)
        s.text = secure_getenv("GOSTTOKEN_PIN");
    return s;
}

cli_pin_source cli_so_pin_source(const cli *c)
{
    cli_pin_source s = {c->value[OPT_SO_PIN_FILE], c->value[OPT_SO_PIN_FD], NULL};

    return s;
}

int cli_pin_source_given(const cli_pin_source *s)
{
    return s->file || s->fd || s->text;
}

/*
 * The first line, byte by byte: what follows it stays in the descriptor, so that one descriptor can
 * carry the SO PIN and then the user PIN.
 */
static int read_first_line(int fd, const char *from, cli_pin *pin)
{
    ssize_t n;
    char ch;

    pin->len = 0;
    while ((n = read(fd, &ch, 1)) != 0) {
        if (n < 0) {
            if (errno == EINTR)
                continue;
            return cli_fail(CLI_PIN, _("cannot read the PIN from %s: %s"), from, strerror(errno));
        }
        if (ch == '\n')
            break;
        if (pin->len == CLI_PIN_MAX || ch == 0)
            return cli_fail(CLI_PIN, _("the first line of %s is not a PIN: %s"), from,
                            ch ? _("it is too long") : _("it has a zero byte"));
        pin->text[pin->len++] = ch;
    }
    gost_wipe(&ch, 1);
    if (pin->len && pin->text[pin->len - 1] == '\r')
        pin->len--;
    pin->text[pin->len] = 0;
    if (!pin->len)
        return cli_fail(CLI_PIN, _("there is no PIN in the first line of %s"), from);
    return CLI_OK;
}

static int read_file(const char *path, cli_pin *pin)
{
    struct stat st;
    int code, fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    /* A link is followed on purpose: secrets are often mounted as links, and <(command) is one. */
    if (fd < 0)
        return cli_fail(CLI_PIN, _("cannot read the PIN file %s: %s"), path, strerror(errno));
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)))
        cli_warn(_("the PIN file %s is open to others (mode %04o): chmod 600 it"), path,
                 (unsigned)(st.st_mode & 07777));
    code = read_first_line(fd, path, pin);
    close(fd);
    return code;
}

int cli_pin_read(const cli_pin_source *s, cli_pin *pin)
{
    memset(pin, 0, sizeof(*pin));
    if (s->fd) {
        char *end, *from;
        long fd;
        int code;

        errno = 0;
        fd = strtol(s->fd, &end, 10);
        if (errno || end == s->fd || *end || fd < 0 || fd > 1 << 20)
            return cli_fail(CLI_USAGE, _("\"%s\" is not a file descriptor's number"), s->fd);
        from = cli_printf(_("file descriptor %ld"), fd);
        code = read_first_line((int)fd, from, pin);
        free(from);
        return code;
    }
    if (s->file)
        return read_file(s->file, pin);
    if (s->text) {
        size_t len = strlen(s->text);

        if (len == 0 || len > CLI_PIN_MAX)
            return cli_fail(CLI_PIN, _("the PIN given is %s"), len ? _("too long") : _("empty"));
        memcpy(pin->text, s->text, len + 1);
        pin->len = len;
    }
    return CLI_OK;
}

int cli_pin_ask(const char *prompt, const char *hint, cli_pin *pin)
{
    long len;

    memset(pin, 0, sizeof(*pin));
    len = cli_tty_ask(prompt, 1, pin->text, sizeof(pin->text));
    if (len == -1)
        return cli_fail(CLI_PIN, _("a PIN is needed and there is no terminal to ask on: %s"), hint);
    if (len <= 0)
        return cli_fail(CLI_PIN, _("no PIN was given"));
    pin->len = (size_t)len;
    pin->asked = 1;
    return CLI_OK;
}

int cli_pin_ask_twice(const char *prompt, const char *repeat, const char *hint, cli_pin *pin)
{
    cli_pin again;
    int code;

    memset(&again, 0, sizeof(again));
    code = cli_pin_ask(prompt, hint, pin);
    if (code == CLI_OK)
        code = cli_pin_ask(repeat, hint, &again);
    if (code == CLI_OK && (again.len != pin->len || !gost_equal(again.text, pin->text, pin->len)))
        code = cli_fail(CLI_PIN, _("the two PINs are not the same; nothing was changed"));
    gost_wipe(&again, sizeof(again));
    return code;
}
