/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken config --install and --uninstall: see cli/conf.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/setup/conf.h"
#include "cli/json.h"
#include "cli/output.h"

#define BACKUP ".before-gosttoken"

/* As whose, and how open, the file was. */
static int put(const char *path, const void *data, size_t len, const struct stat *st)
{
    char *temp;
    int fd, code = cli_output_begin(path, st->st_mode & 0777, &temp, &fd);
    const char *p = data;

    if (code != CLI_OK)
        return code;
    if (geteuid() == 0 && fchown(fd, st->st_uid, st->st_gid) != 0)
        code = cli_fail(CLI_FAILURE, _("cannot write %s: %s"), path, strerror(errno));
    while (code == CLI_OK && len > 0) {
        ssize_t n = write(fd, p, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            code = cli_fail(CLI_FAILURE, _("cannot write %s: %s"), path, strerror(errno));
            break;
        }
        p += n;
        len -= (size_t)n;
    }
    if (code == CLI_OK)
        return cli_output_end(path, 1, temp, fd);
    cli_output_drop(temp, fd);
    return code;
}

static int report(const cli *c, const char *path, const char *backup, int changed, int installed)
{
    cJSON *json;

    if (c->value[OPT_JSON]) {
        json = cli_json_object();
        cli_json_string(json, "file", path);
        cli_json_bool(json, "changed", changed);
        cli_json_string(json, "backup", changed ? backup : NULL);
        return cli_json_print(json);
    }
    if (changed && installed && backup == NULL)
        cli_say(c, _("%s was not there: it is made, with gosttoken in it."), path);
    else if (!changed)
        cli_say(c,
                installed ? _("%s has gosttoken in it already, just so.")
                          : _("%s has no lines that config --install has written."),
                path);
    else
        cli_say(c,
                installed ? _("%s has gosttoken in it now; as it was before it is in %s.")
                          : _("gosttoken is out of %s; as it was before it is in %s."),
                path, backup);
    return CLI_OK;
}

int cli_conf_install(cli *c, const char *given, const cli_conf_settings *s)
{
    char *path = realpath(given, NULL), *backup = NULL, *text = NULL;
    struct stat st = {.st_mode = 0644, .st_uid = geteuid(), .st_gid = getegid()}, there;
    uint8_t *now = NULL;
    size_t now_len = 0, len = 0;
    int code = CLI_OK, changed;

    if (path == NULL && errno == ENOENT && s != NULL && lstat(given, &there) != 0)
        path = cli_strdup(given); /* made anew */
    else if (path == NULL || stat(path, &st) != 0)
        code = cli_fail(CLI_FAILURE, _("cannot read %s: %s"), given, strerror(errno));
    else if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) /* of a directory cli_input tells */
        code = cli_fail(CLI_FAILURE, _("%s is there already and is no plain file"), path);
    else
        code = cli_input(path, CLI_CONF_MAX, &now, &now_len);
    if (code == CLI_OK && memchr(now != NULL ? now : (uint8_t *)"", '\0', now_len) != NULL)
        code = cli_fail(CLI_FAILURE, _("%s is no text file"), path);
    if (code == CLI_OK)
        code = cli_conf_edit(path, now, now_len, s, &text, &len);
    if (code != CLI_OK)
        goto done;
    changed = now == NULL || len != now_len || memcmp(text, now, len) != 0;
    backup = cli_printf("%s" BACKUP, path);
    if (changed && now != NULL)
        code = put(backup, now, now_len, &st);
    if (code == CLI_OK && changed)
        code = put(path, text, len, &st);
    if (code == CLI_OK)
        code = report(c, path, now != NULL ? backup : NULL, changed, s != NULL);
done:
    free(backup);
    free(text);
    free(now);
    free(path);
    return code;
}
