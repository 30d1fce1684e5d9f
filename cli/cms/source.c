/* SPDX-License-Identifier: Apache-2.0 */
/* What is signed, and how far that is. See cli/cms/cms.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "cli/cms/cms.h"

#define SHOW_EVERY 100 /* milliseconds */

/* ---- progress ------------------------------------------------------------------------------- */

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void cli_progress_start(const cli *c, cli_progress *p, size_t files)
{
    memset(p, 0, sizeof(*p));
    p->on = !c->value[OPT_QUIET] && !c->value[OPT_JSON] && isatty(STDERR_FILENO);
    p->files = files;
    p->shown = now();
}

void cli_progress_show(cli_progress *p, const char *name, uint64_t done, uint64_t size)
{
    uint64_t t;
    char *shown;

    if (!p || !p->on || (t = now()) - p->shown < SHOW_EVERY)
        return;
    p->shown = t;
    p->dirty = 1;
    shown = cli_printable(name);
    fputs("\r\033[K", stderr);
    if (p->files > 1)
        fprintf(stderr, "[%zu/%zu] ", p->at, p->files);
    if (size)
        fprintf(stderr, "%s  %u %%", shown, (unsigned)(done / (size / 100 + 1)));
    else
        fprintf(stderr, "%s  %llu MB", shown, (unsigned long long)(done >> 20));
    free(shown);
}

void cli_progress_clear(cli_progress *p)
{
    if (p->dirty)
        fputs("\r\033[K", stderr);
    p->dirty = 0;
}

/* ---- sources -------------------------------------------------------------------------------- */

static int cannot_read(const char *name)
{
    return cli_fail(CLI_FAILURE, _("cannot read %s: %s"), name, strerror(errno));
}

static int write_all(int fd, const char *p, size_t len)
{
    while (len) {
        ssize_t n = write(fd, p, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return 0;
        p += n;
        len -= (size_t)n;
    }
    return 1;
}

/* A file without a name, in place of what cannot be read twice. */
static int spool(cli_source *s)
{
    FILE *f = tmpfile();
    int fd = f ? fcntl(fileno(f), F_DUPFD_CLOEXEC, 0) : -1, code = CLI_OK;
    char *buf = cli_alloc(1 << 16);
    long n = 0;

    if (f)
        fclose(f);
    if (fd < 0)
        code = cli_fail(CLI_FAILURE, _("cannot make a temporary file: %s"), strerror(errno));
    while (code == CLI_OK && (n = cli_source_read(s, buf, 1 << 16)) > 0)
        if (!write_all(fd, buf, (size_t)n))
            code = cli_fail(CLI_FAILURE, _("cannot write a temporary file: %s"), strerror(errno));
    if (n < 0)
        code = CLI_FAILURE;
    free(buf);
    if (code != CLI_OK) {
        if (fd >= 0)
            close(fd);
        return code;
    }
    if (s->fd != STDIN_FILENO)
        close(s->fd);
    s->fd = fd;
    s->size = s->pos;
    s->seekable = 1;
    return cli_source_rewind(s);
}

int cli_source_open(const char *path, int again, cli_progress *progress, cli_source *s)
{
    int from_stdin = !strcmp(path, "-");
    struct stat st;

    memset(s, 0, sizeof(*s));
    s->name = from_stdin ? _("standard input") : path;
    s->progress = progress;
    s->fd = from_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (s->fd < 0)
        return cannot_read(s->name);
    if (fstat(s->fd, &st) != 0 || S_ISDIR(st.st_mode)) {
        if (S_ISDIR(st.st_mode))
            errno = EISDIR;
        cannot_read(s->name);
        cli_source_close(s);
        return CLI_FAILURE;
    }
    s->mode = S_ISREG(st.st_mode) ? st.st_mode & 0666 : 0600;
    s->seekable = S_ISREG(st.st_mode) && lseek(s->fd, 0, SEEK_CUR) == 0;
    if (s->seekable)
        s->size = (uint64_t)st.st_size;
    if (again && !s->seekable && spool(s) != CLI_OK) {
        cli_source_close(s);
        return CLI_FAILURE;
    }
    return CLI_OK;
}

void cli_source_memory(const char *name, const uint8_t *at, size_t len, cli_source *s)
{
    memset(s, 0, sizeof(*s));
    s->name = name;
    s->fd = -1;
    s->at = at;
    s->size = len;
    s->seekable = 1;
    s->mode = 0600;
}

int cli_source_rewind(cli_source *s)
{
    s->pos = 0;
    return s->fd < 0 || lseek(s->fd, 0, SEEK_SET) == 0 ? CLI_OK : cannot_read(s->name);
}

long cli_source_read(cli_source *s, void *buf, size_t size)
{
    ssize_t n;

    if (s->fd < 0) {
        if (size > s->size - s->pos)
            size = (size_t)(s->size - s->pos);
        if (size)
            memcpy(buf, s->at + s->pos, size);
        n = (ssize_t)size;
    } else {
        while ((n = read(s->fd, buf, size)) < 0 && errno == EINTR)
            ;
        if (n < 0) {
            cannot_read(s->name);
            return -1;
        }
    }
    s->pos += (uint64_t)n;
    cli_progress_show(s->progress, s->name, s->pos, s->size);
    return n;
}

void cli_source_close(cli_source *s)
{
    if (s->fd > STDERR_FILENO)
        close(s->fd);
    s->fd = -1;
    s->size = s->pos = 0;
}
