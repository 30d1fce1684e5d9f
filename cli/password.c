/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/password.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/password.h"
#include "gost/mem.h"

cli_password *cli_password_alloc(void)
{
    cli_password *p = gt_secret_new(sizeof(*p));

    if (p == NULL)
        exit(cli_fail(CLI_FAILURE, _("out of memory")));
    return p;
}

void cli_password_free(cli_password *p)
{
    gt_secret_free(p, sizeof(*p));
}

/* Byte by byte: what follows the line stays in the descriptor, for a PIN perhaps. */
static int read_line(int fd, const char *from, cli_password *p)
{
    ssize_t n;
    char ch = 0;

    p->len = 0;
    while ((n = read(fd, &ch, 1)) != 0 && ch != '\n') {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cli_fail(CLI_PIN, _("cannot read the password from %s: %s"), from,
                            strerror(errno));
        if (p->len == CLI_PASSWORD_MAX || ch == 0)
            return cli_fail(CLI_PIN, _("the first line of %s is not a password"), from);
        p->text[p->len++] = ch;
    }
    gost_wipe(&ch, 1);
    if (p->len > 0 && p->text[p->len - 1] == '\r')
        p->len--;
    p->text[p->len] = '\0';
    return CLI_OK;
}

static int read_file(const char *path, cli_password *p)
{
    int code, fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat st;

    if (fd < 0)
        return cli_fail(CLI_PIN, _("cannot read the password file %s: %s"), path, strerror(errno));
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)))
        cli_warn(_("the password file %s is open to others (mode %04o): chmod 600 it"), path,
                 (unsigned)(st.st_mode & 07777));
    code = read_line(fd, path, p);
    (void)close(fd);
    return code;
}

static int ask(const char *prompt, const char *hint, cli_password *p)
{
    long len = cli_tty_ask(prompt, 1, p->text, sizeof(p->text));

    if (len == -1)
        return cli_fail(CLI_PIN, _("a password is needed and there is no terminal to ask on: %s"),
                        hint);
    if (len < 0)
        return cli_fail(CLI_PIN, _("no password was given"));
    p->len = (size_t)len;
    return CLI_OK;
}

static int given(const cli_password_source *s)
{
    return s->file != NULL || s->fd != NULL;
}

int cli_password_get(const cli_password_source *s, cli_password *p)
{
    char *end;
    long fd;

    if (s->file != NULL)
        return read_file(s->file, p);
    if (s->fd == NULL)
        return ask(s->prompt, s->hint, p);
    errno = 0;
    fd = strtol(s->fd, &end, 10);
    if (errno != 0 || end == s->fd || *end != '\0' || fd < 0 || fd > 1 << 20)
        return cli_fail(CLI_USAGE, _("\"%s\" is not a file descriptor's number"), s->fd);
    return read_line((int)fd, _("that file descriptor"), p);
}

static size_t characters(const char *s)
{
    size_t n = 0;

    for (; *s != '\0'; s++)
        n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

int cli_password_new(const cli_password_source *s, size_t min, cli_password *p)
{
    cli_password *again;
    int code = cli_password_get(s, p);

    if (code == CLI_OK && characters(p->text) < min)
        code = cli_fail(CLI_PIN, _("the password must have at least %zu characters"), min);
    if (code != CLI_OK || given(s))
        return code;
    again = cli_password_alloc();
    code = ask(_("Once more: "), s->hint, again);
    if (code == CLI_OK && (again->len != p->len || !gost_equal(again->text, p->text, p->len)))
        code = cli_fail(CLI_PIN, _("the two are not the same"));
    cli_password_free(again);
    return code;
}
