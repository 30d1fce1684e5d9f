/* SPDX-License-Identifier: Apache-2.0 */
/* Variables that mislead. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/doctor/doctor.h"

extern char **environ;

typedef enum form {
    FILE_THAT_IS,    /* a file that must be there */
    DIR_THAT_IS,     /* a directory that must be there */
    DIR_THAT_MAY_BE, /* an absolute path */
    SECRET,
    ON_OFF,
    ANY
} form;

static const struct {
    const char *name;
    form form;
} variables[] = {
    {"OPENSSL_CONF", FILE_THAT_IS},
    {"OPENSSL_MODULES", DIR_THAT_IS},
    {"OPENSSL_ENGINES", DIR_THAT_IS},
    {"SSL_CERT_FILE", FILE_THAT_IS},
    {"SSL_CERT_DIR", ANY},
    {"GOSTTOKEN_CONF", FILE_THAT_IS},
    {"GOSTTOKEN_MODULE", FILE_THAT_IS},
    {"GOSTTOKEN_DIR", DIR_THAT_MAY_BE},
    {"GOSTTOKEN_PIN", SECRET},
    {"GOSTTOKEN_LOG", ANY},
    {"GOSTTOKEN_FACTORY_TOKEN", ON_OFF},
};

#define VARIABLES (sizeof(variables) / sizeof(*variables))

static void look_at(doctor *d, const char *name, form is, const char *value)
{
    struct stat st;
    char *unset = cli_printf("unset %s", name);
    char *quoted = doc_quoted(value);
    int there = stat(value, &st) == 0;

    if (is == FILE_THAT_IS && (!there || access(value, R_OK)))
        doc_find(d, DOC_ERROR, unset,
                 _("%s names %s, which cannot be read; what needs it goes on without it or fails"),
                 name, value);
    else if (is == FILE_THAT_IS && S_ISDIR(st.st_mode))
        doc_find(d, DOC_ERROR, unset, _("%s names %s, which is a directory and not a file"), name,
                 value);
    else if (is == DIR_THAT_IS && !(there && S_ISDIR(st.st_mode)))
        doc_find(d, DOC_ERROR, unset, _("%s names %s, which is not a directory that is there"),
                 name, value);
    else if (is == DIR_THAT_MAY_BE && *value != '/')
        doc_find(d, DOC_WARNING, cli_printf("export %s=\"$PWD\"/%s", name, quoted),
                 _("%s is \"%s\": it means another directory wherever a program is started"), name,
                 value);
    else if (is == SECRET)
        doc_find(d, DOC_WARNING, unset,
                 _("%s holds the PIN: every program started from here gets it, and other processes "
                   "of this user can read it; a PIN file is better"),
                 name);
    else if (is == ON_OFF && strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
        doc_find(d, DOC_WARNING, unset, _("%s is \"%s\": it can be on or off"), name, value);
    else
        free(unset);
    free(quoted);
}

static int is_known(const char *entry, size_t len)
{
    for (size_t i = 0; i < VARIABLES; i++)
        if (strlen(variables[i].name) == len && !memcmp(variables[i].name, entry, len))
            return 1;
    return 0;
}

void doc_environment(doctor *d)
{
    static const char ours[] = "GOSTTOKEN_";

    for (size_t i = 0; i < VARIABLES; i++) {
        const char *value = getenv(variables[i].name);

        if (value && *value)
            look_at(d, variables[i].name, variables[i].form, value);
    }
    for (char **e = environ; *e; e++) {
        size_t len = strcspn(*e, "=");

        if (!strncmp(*e, ours, sizeof(ours) - 1) && !is_known(*e, len)) {
            char *name = cli_printf("%.*s", (int)len, *e);

            doc_find(d, DOC_WARNING, doc_command("unset", name),
                     _("%.*s is no variable of gosttoken: it may be misspelt"), (int)len, *e);
            free(name);
        }
    }
    if (!cJSON_GetArraySize(d->findings))
        doc_find(d, DOC_OK, NULL, _("no variable misleads"));
}
