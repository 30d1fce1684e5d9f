/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/snapshot.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    char *name;
    void *bytes;
    size_t len;
} files[SNAPSHOT_FILES];
static size_t files_n;
static char failed[256]; /* the last file that could not be remembered */

static void each_file(const char *store, void (*visit)(int dir, const char *name))
{
    DIR *d = opendir(store);
    struct dirent *e;

    if (d == NULL)
        return;
    while ((e = readdir(d)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            visit(dirfd(d), e->d_name);
    (void)closedir(d);
}

static void drop(int dir, const char *name)
{
    (void)unlinkat(dir, name, 0);
}

static int keep(int fd, const char *name)
{
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0 || files_n == SNAPSHOT_FILES)
        return 0;
    files[files_n].name = strdup(name);
    files[files_n].len = (size_t)st.st_size;
    files[files_n].bytes = malloc(files[files_n].len + 1);
    return files[files_n].name != NULL && files[files_n].bytes != NULL &&
           read(fd, files[files_n].bytes, files[files_n].len) == (ssize_t)files[files_n].len;
}

static void remember(int dir, const char *name)
{
    int fd = openat(dir, name, O_RDONLY);

    if (keep(fd, name))
        files_n++;
    else
        (void)snprintf(failed, sizeof failed, "%s", name);
    if (fd >= 0)
        (void)close(fd);
}

const char *snapshot_take(const char *store)
{
    failed[0] = '\0';
    each_file(store, remember);
    return failed[0] != '\0' ? failed : NULL;
}

const char *snapshot_restore(const char *store)
{
    const char *bad = NULL;
    int dir;

    each_file(store, drop);
    (void)mkdir(store, 0700);
    dir = open(store, O_RDONLY | O_DIRECTORY);
    for (size_t i = 0; i < files_n && bad == NULL; i++) {
        int fd = openat(dir, files[i].name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

        if (fd < 0 || write(fd, files[i].bytes, files[i].len) != (ssize_t)files[i].len)
            bad = files[i].name;
        if (fd >= 0)
            (void)close(fd);
    }
    if (dir >= 0)
        (void)close(dir);
    return bad;
}

void snapshot_clear(const char *store)
{
    each_file(store, drop);
}

void snapshot_free(void)
{
    while (files_n > 0) {
        free(files[--files_n].name);
        free(files[files_n].bytes);
    }
}
