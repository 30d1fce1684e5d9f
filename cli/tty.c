/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking on the terminal. Like readpassphrase(3): signals that would end or stop the program are
 * caught while the echo is off, the terminal is put back, and then the signal is sent again. They
 * are let through only while ppoll waits, so that none comes between the look and the wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>
#include "cli/cli.h"
#include "gost/mem.h"

static const int caught[] = {SIGALRM, SIGHUP,  SIGINT,  SIGPIPE, SIGQUIT,
                             SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU};
#define CAUGHT      (sizeof(caught) / sizeof(*caught))
#define CAUGHT_TTOU (CAUGHT - 1)

static volatile sig_atomic_t arrived[CAUGHT];

static void on_signal(int sig)
{
    for (size_t i = 0; i < CAUGHT; i++)
        if (caught[i] == sig)
            arrived[i] = 1;
}

static int write_all(int fd, const char *s, size_t len)
{
    while (len) {
        ssize_t n = write(fd, s, len);

        if (n < 0)
            return 0;
        s += n;
        len -= (size_t)n;
    }
    return 1;
}

/* One byte, with the signals of open_mask let through while waiting. 1, or 0 for the end, -1. */
static ssize_t read_byte(int fd, const sigset_t *open_mask, char *ch)
{
    struct pollfd p = {fd, POLLIN, 0};

    return ppoll(&p, 1, NULL, open_mask) < 0 ? -1 : read(fd, ch, 1);
}

/* Reads a line; what does not fit is read and dropped. -2: end of input or a signal. */
static long read_line(int fd, const sigset_t *open_mask, char *buf, size_t size)
{
    size_t len = 0;
    ssize_t n;
    char ch = 0;

    while ((n = read_byte(fd, open_mask, &ch)) == 1 && ch != '\n' && ch != '\r')
        if (len < size - 1)
            buf[len++] = ch;
    gost_wipe(&ch, 1);
    buf[len] = 0;
    if (n != 1 && len == 0)
        return -2;
    return n < 0 ? -2 : (long)len;
}

/* In the background SIGTTOU ends the attempt; the program is stopped for it afterwards. */
static int set_terminal(int fd, const struct termios *mode)
{
    int r;

    do
        r = tcsetattr(fd, TCSAFLUSH, mode);
    while (r < 0 && errno == EINTR && !arrived[CAUGHT_TTOU]);
    return r == 0;
}

/* One try. *again: it was stopped and goes on in the foreground, so the question must be repeated.
 */
static long ask_once(int fd, const char *prompt, int hidden, char *buf, size_t size, int *again)
{
    struct sigaction action = {.sa_handler = on_signal}, saved[CAUGHT];
    struct termios old, quiet;
    sigset_t blocked, mask;
    int have_mode;
    long len = -2;

    *again = 0;
    have_mode = hidden && tcgetattr(fd, &old) == 0;
    sigemptyset(&blocked);
    for (size_t i = 0; i < CAUGHT; i++) {
        arrived[i] = 0;
        sigaddset(&blocked, caught[i]);
    }
    /* SIGTTIN and SIGTTOU stop a background program inside tcsetattr: they stay open for it. */
    sigdelset(&blocked, SIGTTIN);
    sigdelset(&blocked, SIGTTOU);
    sigprocmask(SIG_BLOCK, &blocked, &mask);
    sigemptyset(&action.sa_mask); /* no SA_RESTART: what waits returns when one comes */
    for (size_t i = 0; i < CAUGHT; i++)
        sigaction(caught[i], &action, &saved[i]);

    if (have_mode) {
        quiet = old;
        quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
        set_terminal(fd, &quiet);
    }
    if (write_all(fd, prompt, strlen(prompt)))
        len = read_line(fd, &mask, buf, size);
    if (have_mode) {
        write_all(fd, "\n", 1);
        set_terminal(fd, &old);
    }
    for (size_t i = 0; i < CAUGHT; i++)
        sigaction(caught[i], &saved[i], NULL);
    sigprocmask(SIG_SETMASK, &mask, NULL); /* what came after the wait takes effect here */
    for (size_t i = 0; i < CAUGHT; i++) {
        if (!arrived[i])
            continue;
        gost_wipe(buf, size);
        len = -2;
        kill(getpid(), caught[i]);
        if (caught[i] == SIGTSTP || caught[i] == SIGTTIN || caught[i] == SIGTTOU)
            *again = 1;
    }
    return len;
}

long cli_tty_ask(const char *prompt, int hidden, char *buf, size_t size)
{
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC), again;
    char *shown;
    long len;

    if (fd < 0)
        return -1;
    fflush(stdout);
    fflush(stderr);
    shown = cli_sentence(prompt);
    do
        len = ask_once(fd, shown, hidden, buf, size, &again);
    while (again);
    free(shown);
    close(fd);
    return len;
}

int cli_confirm(const cli *c, const char *question)
{
    char answer[16], *prompt;
    long len;

    if (c->value[OPT_YES])
        return CLI_OK;
    prompt = cli_printf("%s [y/N] ", question);
    len = cli_tty_ask(prompt, 0, answer, sizeof(answer));
    free(prompt);
    if (len == -1)
        return cli_fail(CLI_REFUSED,
                        _("there is no terminal to ask on: give --yes if it is meant"));
    if (len > 0 && (!strcasecmp(answer, "y") || !strcasecmp(answer, "yes")))
        return CLI_OK;
    return cli_fail(CLI_REFUSED, _("nothing was changed"));
}
