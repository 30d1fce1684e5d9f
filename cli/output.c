/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/output.h. */
#include <errno.h>
#include <fcntl.h>
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

int cli_output_begin(const char *path, mode_t mode, char **temp, int *fd)
{
    const char *name;

    *fd = -1;
    *temp = NULL;
    if (is_special(path))
        return cli_fail(CLI_FAILURE, _("%s is there already and is no plain file"), path);
    /* Hidden: should the program be killed, what is left is not taken for a file of the user's. */
    name = strrchr(path, '/');
    name = name ? name + 1 : path;
    *temp = cli_printf("%.*s.%s.XXXXXX", (int)(name - path), path, name);
    *fd = mkostemp(*temp, O_CLOEXEC);
    if (*fd >= 0 && fchmod(*fd, mode) == 0)
        return CLI_OK;
    (void)cannot_write(path);
    cli_output_drop(*temp, *fd);
    return CLI_FAILURE;
}

void cli_output_drop(char *temp, int fd)
{
    if (fd >= 0) {
        (void)unlink(temp);
        (void)close(fd);
    }
    free(temp);
}

static int sync_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *dir = slash == NULL ? cli_strdup(".")
                              : cli_printf("%.*s", slash == path ? 1 : (int)(slash - path), path);
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

    if (fsync(fd) != 0) {
        code = cannot_write(path);
    } else if (replace) {
        if (rename(temp, path) != 0)
            code = cannot_write(path);
    } else if (link(temp, path) != 0) {
        code = errno == EEXIST ? taken(path) : cannot_write(path);
    }
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

int cli_input(const char *path, size_t max, uint8_t **data, size_t *len)
{
    int from_stdin = strcmp(path, "-") == 0, code = CLI_OK;
    const char *name = from_stdin ? _("standard input") : path;
    FILE *f = from_stdin ? stdin : fopen(path, "rbe");

    *data = NULL;
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
