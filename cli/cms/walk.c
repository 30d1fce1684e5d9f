/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a directory. See cli/cms/cms.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/cms/cms.h"

#define DEPTH 64

static int is_signature(const char *name)
{
    size_t len = strlen(name), suffix = strlen(CLI_CMS_SUFFIX);

    return len > suffix && !strcmp(name + len - suffix, CLI_CMS_SUFFIX);
}

void cli_files_add(cli_files *files, char *path)
{
    if (files->n == files->room) {
        size_t room = files->room * 2 + 64;
        char **more = cli_alloc(room * sizeof(*more));

        if (files->n)
            memcpy(more, files->at, files->n * sizeof(*more));
        free(files->at);
        files->at = more;
        files->room = room;
    }
    files->at[files->n++] = path;
}

static int walk(const char *dir, int signatures, int depth, cli_files *files)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), code = CLI_OK;
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *e;
    struct stat st;

    if (!d) {
        if (fd >= 0)
            close(fd);
        return cli_fail(CLI_FAILURE, _("cannot read the directory %s: %s"), dir, strerror(errno));
    }
    while (code == CLI_OK && (errno = 0, e = readdir(d)) != NULL) {
        char *path;

        if (e->d_name[0] == '.' || fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        path = cli_printf("%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", e->d_name);
        if (S_ISREG(st.st_mode) && is_signature(e->d_name) == signatures) {
            cli_files_add(files, path);
            continue;
        }
        if (S_ISDIR(st.st_mode))
            code = depth < DEPTH ? walk(path, signatures, depth + 1, files)
                                 : cli_fail(CLI_FAILURE,
                                            _("%s: there are too many directories inside one "
                                              "another"),
                                            path);
        free(path);
    }
    if (code == CLI_OK && errno)
        code = cli_fail(CLI_FAILURE, _("cannot read the directory %s: %s"), dir, strerror(errno));
    closedir(d);
    return code;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void cli_files_sort(cli_files *files)
{
    if (files->n)
        qsort(files->at, files->n, sizeof(*files->at), by_name);
}

int cli_walk(const char *dir, int signatures, cli_files *files)
{
    int code = *dir ? walk(dir, signatures, 0, files)
                    : cli_fail(CLI_USAGE, _("the name of a directory is empty"));

    cli_files_sort(files);
    return code;
}

void cli_walk_free(cli_files *files)
{
    for (size_t i = 0; i < files->n; i++)
        free(files->at[i]);
    free(files->at);
    memset(files, 0, sizeof(*files));
}
