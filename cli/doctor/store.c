/* SPDX-License-Identifier: Apache-2.0 */
/* The directory of tokens and its disk, looked at from outside: good also when the module refuses
 * it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <gosttoken/examine.h>
#include "cli/doctor/doctor.h"

#define MIB (1024ULL * 1024)

/* The store's directory; "": unknown, and a finding says why. */
static int find_store(doctor *d, gosttoken_places *places)
{
    CK_RV (*get_places)(gosttoken_places *) = NULL;

    memset(places, 0, sizeof(*places));
    places->size = sizeof(*places);
    *(void **)&get_places = doc_own_function(d->c, "gosttoken_get_places");
    if (!get_places) {
        doc_find(d, DOC_SKIPPED, NULL, _("this module does not keep its tokens in files"));
        return 0;
    }
    /* For the configuration to be read; whether it works is told elsewhere. */
    (void)cli_functions(d->c);
    free(doc_heard());
    if (get_places(places) == CKR_OK && *places->store)
        return 1;
    doc_find(d, DOC_ERROR, cli_strdup("export GOSTTOKEN_DIR=DIRECTORY"),
             _("there is no directory for tokens: neither GOSTTOKEN_DIR nor HOME is set"));
    return 0;
}

static char *user_name(uid_t uid)
{
    struct passwd *pw = getpwuid(uid);

    return pw ? cli_strdup(pw->pw_name) : cli_printf("%lu", (unsigned long)uid);
}

/* ---- owner and permissions ------------------------------------------------------------------ */

static void look_at_mode(doctor *d, const char *path, const struct stat *st)
{
    unsigned mode = (unsigned)st->st_mode & 0777;
    char *quoted = doc_quoted(path);

    if (st->st_mode & (S_IWGRP | S_IWOTH))
        doc_find(d, DOC_ERROR, cli_printf("chmod go-w %s", quoted),
                 _("%s: others can write to it (mode %03o), and so the module refuses it"), path,
                 mode);
    else if (st->st_mode & (S_IRWXG | S_IRWXO) && S_ISREG(st->st_mode))
        doc_find(d, DOC_WARNING, cli_printf("chmod go= %s", quoted),
                 _("%s: others can read it (mode %03o), and try PINs on a copy without being "
                   "counted"),
                 path, mode);
    free(quoted);
}

static void look_at_file(doctor *d, const char *dir, const char *name, const struct stat *of_dir)
{
    char *path = cli_printf("%s/%s", dir, name), *quoted = doc_quoted(path), *owner;
    struct stat st;

    if (lstat(path, &st) != 0) {
        if (errno != ENOENT)
            doc_find(d, DOC_ERROR, cli_printf("ls -l %s", quoted), "%s: %s", path, strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        doc_find(d, DOC_ERROR, cli_printf("ls -l %s", quoted),
                 _("%s is not a plain file, and so the module refuses it"), path);
    } else {
        if (st.st_uid != of_dir->st_uid) {
            owner = user_name(of_dir->st_uid);
            doc_find(d, DOC_ERROR, cli_printf("chown %s %s", owner, quoted),
                     _("%s does not belong to %s, whose the directory is"), path, owner);
            free(owner);
        }
        if (!(st.st_mode & S_IWUSR))
            doc_find(d, DOC_ERROR, cli_printf("chmod u+w %s", quoted),
                     _("%s cannot be written: no PIN can be tried, since tries are counted in it"),
                     path);
        look_at_mode(d, path, &st);
    }
    free(quoted);
    free(path);
}

static int is_token_file(const char *name)
{
    size_t digits = !strncmp(name, "token-", 6) ? strspn(name + 6, "0123456789") : 0;

    return digits && !strcmp(name + 6 + digits, ".db");
}

static size_t look_at_files(doctor *d, const char *dir, const struct stat *of_dir)
{
    DIR *open_dir = opendir(dir);
    struct dirent *entry;
    size_t n = 0;

    while (open_dir && (entry = readdir(open_dir)) != NULL)
        if (is_token_file(entry->d_name)) {
            n++;
            look_at_file(d, dir, entry->d_name, of_dir);
        }
    if (open_dir)
        closedir(open_dir);
    return n;
}

static void look_at_dir(doctor *d, const char *dir)
{
    char *quoted = doc_quoted(dir), *owner = NULL;
    int before = cJSON_GetArraySize(d->findings);
    struct statvfs disk;
    struct stat st;
    size_t n;

    if (stat(dir, &st) != 0) {
        if (errno == ENOENT)
            doc_find(d, DOC_SKIPPED, cli_strdup("gosttoken init --label NAME"),
                     _("%s is not there: no token has been made in it yet"), dir);
        else
            doc_find(d, DOC_ERROR, cli_printf("namei -l %s", quoted), "%s: %s", dir,
                     strerror(errno));
        goto end;
    }
    owner = user_name(st.st_uid);
    if (!S_ISDIR(st.st_mode)) {
        doc_find(d, DOC_ERROR, cli_printf("ls -ld %s", quoted), _("%s is not a directory"), dir);
        goto end;
    }
    if (st.st_uid != geteuid() && geteuid() != 0) {
        doc_find(d, DOC_ERROR, cli_printf("sudo -u %s gosttoken doctor", owner),
                 st.st_uid == 0
                     ? _("%s belongs to %s, who alone can use the tokens in it")
                     : _("%s belongs to %s, who alone (and root) can use the tokens in it"),
                 dir, owner);
        goto end;
    }
    look_at_mode(d, dir, &st);
    if (statvfs(dir, &disk) == 0 && (disk.f_flag & ST_RDONLY))
        doc_find(d, DOC_ERROR, cli_printf("findmnt -T %s", quoted),
                 _("%s is on a file system mounted read-only: no PIN can be tried, and nothing "
                   "stored"),
                 dir);
    else if ((st.st_mode & (S_IWUSR | S_IXUSR)) != (S_IWUSR | S_IXUSR))
        doc_find(d, DOC_ERROR, cli_printf("chmod u+rwx %s", quoted),
                 _("%s cannot be written by its owner: no PIN can be tried, and nothing stored"),
                 dir);
    n = look_at_files(d, dir, &st);
    if (cJSON_GetArraySize(d->findings) == before)
        doc_find(d, DOC_OK, NULL,
                 ngettext("%s belongs to %s and is closed to others; it holds %zu token",
                          "%s belongs to %s and is closed to others; it holds %zu tokens", n),
                 dir, owner, n);
end:
    free(owner);
    free(quoted);
}

void doc_store(doctor *d)
{
    gosttoken_places places;

    if (find_store(d, &places))
        look_at_dir(d, places.store);
}

/* ---- the disk ------------------------------------------------------------------------------- */

void doc_space(doctor *d)
{
    gosttoken_places places;
    struct statvfs disk;
    unsigned long long mib;
    char *dir, *quoted, *slash;

    if (!find_store(d, &places))
        return;
    /* A directory that is still to be made is made on the disk of the one above it. */
    dir = cli_strdup(places.store);
    while (statvfs(dir, &disk) != 0 && (slash = strrchr(dir, '/')) != NULL && slash != dir)
        *slash = '\0';
    quoted = doc_quoted(dir);
    if (statvfs(dir, &disk) != 0) {
        doc_find(d, DOC_SKIPPED, NULL, _("%s does not tell how much room there is: %s"), dir,
                 strerror(errno));
        goto end;
    }
    mib = (unsigned long long)disk.f_bavail * disk.f_frsize / MIB;
    if (mib < 1)
        doc_find(d, DOC_ERROR, cli_printf("df -h %s", quoted),
                 _("the disk of %s is full: no PIN can be tried, and nothing stored"), dir);
    else if (disk.f_files && !disk.f_favail)
        doc_find(d, DOC_ERROR, cli_printf("df -i %s", quoted),
                 _("the disk of %s has no room for another file (inodes)"), dir);
    else if (mib < d->min_free)
        doc_find(d, DOC_WARNING, cli_printf("df -h %s", quoted),
                 _("the disk of %s has %llu MiB left, less than %lu"), dir, mib, d->min_free);
    else
        doc_find(d, DOC_OK, NULL, _("the disk of %s has %llu MiB left"), dir, mib);
end:
    free(quoted);
    free(dir);
}
