/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/place.h. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/place.h"

#define PROVIDER "gosttoken.so"
#define MODULE   "libgosttoken-pkcs11.so"

/* Beside this program in a build tree, else where they are installed. */
void cli_place_find(const cli *c, cli_place *p)
{
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    char *slash;

    p->provider = p->module = NULL;
    if (n > 0) {
        exe[n] = 0;
        /* build/bin/gosttoken and build/lib/… */
        for (int up = 0; up < 2; up++) {
            slash = strrchr(exe, '/');
            if (slash)
                *slash = 0;
        }
        p->provider = cli_printf("%s/lib/" PROVIDER, exe);
        p->module = cli_printf("%s/lib/" MODULE, exe);
        if (access(p->module, R_OK) || access(p->provider, R_OK)) {
            free(p->provider);
            free(p->module);
            p->provider = p->module = NULL;
        }
    }
    if (!p->provider) {
        p->provider = cli_strdup(GOSTTOKEN_INSTALLED_PROVIDER);
        p->module = cli_strdup(GOSTTOKEN_INSTALLED_MODULE);
    }
    if (c->value[OPT_MODULE]) {
        char *full = realpath(c->value[OPT_MODULE], NULL);

        free(p->module);
        p->module = full ? full : cli_strdup(c->value[OPT_MODULE]);
    }
}

void cli_place_free(cli_place *p)
{
    free(p->provider);
    free(p->module);
    p->provider = p->module = NULL;
}

char *cli_conf_value(const char *s)
{
    size_t len = strlen(s);
    int quote = len && (*s == ' ' || s[len - 1] == ' ');
    char *out = cli_alloc(2 * len + 3), *o = out;

    if (quote)
        *o++ = '"';
    for (; *s; s++) {
        if (strchr("\\$#\"'`", *s))
            *o++ = '\\';
        *o++ = *s;
    }
    if (quote)
        *o++ = '"';
    return out;
}
