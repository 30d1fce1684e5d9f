/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/output.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/output.h"

static int is_stdout(const char *path)
{
    return path == NULL || strcmp(path, "-") == 0;
}

/* Something is there that is no file to be replaced: a pipe, a terminal, /dev/stdout (which root
 * could replace, even if a file is behind it). */
static int is_special(const char *path)
{
    static const char descriptor[] = "/proc/self/fd/";
    char to[sizeof(descriptor)];
    struct stat st;

    if (stat(path, &st) != 0 || S_ISDIR(st.st_mode))
        return 0;
    return !S_ISREG(st.st_mode) || (readlink(path, to, sizeof(to)) == (ssize_t)sizeof(to) &&
                                    memcmp(to, descriptor, sizeof(descriptor) - 1) == 0);
}

static int taken(const char *path)
{
    return cli_fail(CLI_FAILURE, _("%s is there already: --force replaces it"), path);
}

static int cannot_write(const char *path)
{
    return cli_fail(CLI_FAILURE, _("cannot write %s: %s"), path, strerror(errno));
}

int cli_output_free(const cli *c, const char *path)
{
    struct stat st;

    if (is_stdout(path) || c->value[OPT_FORCE] || is_special(path) || lstat(path, &st) != 0)
        return CLI_OK;
    return taken(path);
}

static int write_all(int fd, const uint8_t *p, size_t len)
{
    while (len > 0) {
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

static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? cli_strdup(".")
                         : cli_printf("%.*s", slash == path ? 1 : (int)(slash - path), path);
}

/* A name beside path. Hidden: what a killed program leaves is not taken for a file of the user's.
 */
static char *hidden(const char *path, const char *suffix)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;

    return cli_printf("%.*s.%s.%s", (int)(name - path), path, name, suffix);
}

enum { PROC_NAME = 32 };

static const char *proc_name(int fd, char name[PROC_NAME])
{
    (void)snprintf(name, PROC_NAME, "/proc/self/fd/%d", fd);
    return name;
}

/* A file without a name, if it can be given one later; else -1. */
static int open_nameless(const char *path)
{
    char *dir = directory_of(path), name[PROC_NAME];
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    free(dir);
    if (fd >= 0 && access(proc_name(fd, name), F_OK) != 0) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

int cli_output_begin(const char *path, mode_t mode, char **temp, int *fd)
{
    *fd = -1;
    *temp = NULL;
    if (is_special(path))
        return cli_fail(CLI_FAILURE, _("%s is there already and is no plain file"), path);
    *fd = open_nameless(path);
    if (*fd >= 0) {
        *temp = cli_strdup("");
    } else {
        *temp = hidden(path, "XXXXXX");
        *fd = mkostemp(*temp, O_CLOEXEC);
    }
    if (*fd >= 0 && fchmod(*fd, mode) == 0)
        return CLI_OK;
    (void)cannot_write(path);
    cli_output_drop(*temp, *fd);
    *temp = NULL;
    *fd = -1;
    return CLI_FAILURE;
}

void cli_output_drop(char *temp, int fd)
{
    if (fd >= 0) {
        if (*temp != '\0')
            (void)unlink(temp);
        (void)close(fd);
    }
    free(temp);
}

static int name_it(int fd, const char *path)
{
    char name[PROC_NAME];

    return linkat(AT_FDCWD, proc_name(fd, name), AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

/* A link cannot take the place of a file, only a rename can; no signal comes between the two. */
static int name_over(int fd, const char *path)
{
    enum { TRIES = 100 };
    char suffix[40], *name = NULL;
    sigset_t all, before;
    int linked = 0, ok = 0, e;

    sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, &before);
    for (int i = 0; i < TRIES && !linked; i++) {
        (void)snprintf(suffix, sizeof(suffix), "%ld-%d", (long)getpid(), i);
        free(name);
        name = hidden(path, suffix);
        linked = name_it(fd, name);
        if (!linked && errno != EEXIST)
            break;
    }
    if (linked)
        ok = rename(name, path) == 0;
    e = errno;
    if (linked && !ok)
        (void)unlink(name);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    free(name);
    errno = e;
    return ok;
}

/* 0: errno says why. */
static int put_in_place(const char *path, int replace, const char *temp, int fd)
{
    if (*temp != '\0' && replace)
        return rename(temp, path) == 0;
    if (*temp != '\0') /* FAT has no links; NFS knows no such rename */
        return renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE) == 0 ||
               (errno != EEXIST && link(temp, path) == 0);
    return name_it(fd, path) || (replace && errno == EEXIST && name_over(fd, path));
}

static int sync_directory(const char *path)
{
    char *dir = directory_of(path);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL); /* some file systems do not */

    free(dir);
    if (fd >= 0)
        (void)close(fd);
    return ok;
}

int cli_output_end(const char *path, int replace, char *temp, int fd)
{
    int code = CLI_OK;

    if (fsync(fd) != 0)
        code = cannot_write(path);
    else if (!put_in_place(path, replace, temp, fd))
        code = errno == EEXIST && !replace ? taken(path) : cannot_write(path);
    if (code == CLI_OK && !sync_directory(path))
        code = cannot_write(path);
    cli_output_drop(temp, fd); /* after a rename there is nothing of that name */
    return code;
}

int cli_output(const cli *c, const char *path, const void *data, size_t len, mode_t mode)
{
    char *temp;
    int fd, code;

    if (is_stdout(path))
        return fwrite(data, 1, len, stdout) == len
                   ? CLI_OK
                   : cli_fail(CLI_FAILURE, _("cannot write the output: %s"), strerror(errno));
    if (is_special(path)) {
        fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
        code = fd >= 0 && write_all(fd, data, len) ? CLI_OK : cannot_write(path);
        if (fd >= 0 && close(fd) != 0 && code == CLI_OK)
            code = cannot_write(path);
        return code;
    }
    code = cli_output_free(c, path);
    if (code == CLI_OK)
        code = cli_output_begin(path, mode, &temp, &fd);
    if (code != CLI_OK)
        return code;
    if (!write_all(fd, data, len)) {
        code = cannot_write(path);
        cli_output_drop(temp, fd);
        return code;
    }
    return cli_output_end(path, c->value[OPT_FORCE] != NULL, temp, fd);
}

/* A pipe in a directory, whose writer may never come; not /dev/stdin, nor what a shell makes of
 * <(command). */
static int is_named_pipe(const char *path)
{
    struct stat st;

    return strncmp(path, "/dev/", 5) != 0 && strncmp(path, "/proc/", 6) != 0 &&
           stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
}

int cli_input(const char *path, size_t max, uint8_t **data, size_t *len)
{
    int from_stdin = strcmp(path, "-") == 0, code = CLI_OK;
    const char *name = from_stdin ? _("standard input") : path;
    FILE *f;

    *data = NULL;
    if (!from_stdin && is_named_pipe(path))
        return cli_fail(CLI_FAILURE,
                        _("%s is a pipe, and a file is wanted; what a program writes "
                          "is taken from standard input"),
                        path);
    f = from_stdin ? stdin : fopen(path, "rbe");
    if (f == NULL)
        return cli_fail(CLI_FAILURE, _("cannot read %s: %s"), name, strerror(errno));
    *data = cli_alloc(max + 1);
    *len = fread(*data, 1, max + 1, f);
    if (ferror(f))
        code = cli_fail(CLI_FAILURE, _("cannot read %s: %s"), name, strerror(errno));
    else if (*len > max)
        code = cli_fail(CLI_FAILURE, _("%s is too large"), name);
    else
        (*data)[*len] = 0;
    if (!from_stdin)
        (void)fclose(f);
    if (code != CLI_OK) {
        free(*data);
        *data = NULL;
    }
    return code;
}
