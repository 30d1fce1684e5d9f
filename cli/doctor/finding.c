/* SPDX-License-Identifier: Apache-2.0 */
/* What a check says; see doctor.h. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/doctor/doctor.h"

#define HEARD_MAX 2000

void doc_find(doctor *d, doc_status status, char *remedy, const char *format, ...)
{
    cJSON *finding = cli_json_object();
    char *text = NULL, *shown;
    va_list ap;

    va_start(ap, format);
    if (vasprintf(&text, format, ap) < 0)
        text = NULL;
    va_end(ap);
    shown = cli_printable(text ? text : "");
    cli_json_string(finding, "status", doc_status_words[status]);
    cli_json_string(finding, "text", shown);
    cli_json_string(finding, "remedy", remedy);
    cli_json_add(d->findings, NULL, finding);
    free(shown);
    free(text);
    free(remedy);
}

doc_status doc_finding_status(const cJSON *finding)
{
    const char *word = cJSON_GetStringValue(cJSON_GetObjectItem(finding, "status"));

    for (int i = 0; word && i < DOC_STATES; i++)
        if (!strcmp(doc_status_words[i], word))
            return (doc_status)i;
    return DOC_ERROR;
}

/* Standard error of a check is a file without a name: run.c. */
char *doc_heard(void)
{
    static off_t heard;
    char buf[HEARD_MAX + 1], *out = buf;
    ssize_t n;

    fflush(stderr);
    n = pread(STDERR_FILENO, buf, HEARD_MAX, heard);
    if (n <= 0)
        return cli_strdup("");
    heard += n;
    buf[n] = '\0';
    if (!strncmp(buf, "gosttoken: ", strlen("gosttoken: ")))
        out += strlen("gosttoken: ");
    for (char *p = out; *p; p++)
        if (*p == '\n')
            *p = ' ';
    for (size_t len = strlen(out); len && out[len - 1] == ' '; len--)
        out[len - 1] = '\0';
    return cli_strdup(out);
}

char *doc_quoted(const char *word)
{
    char *out, *o;
    size_t plain = 0;

    while (isalnum((unsigned char)word[plain]) ||
           (word[plain] && strchr("._-/:=+@%,", word[plain])))
        plain++;
    if (*word && !word[plain])
        return cli_strdup(word);
    out = o = cli_alloc(4 * strlen(word) + 3);
    *o++ = '\'';
    for (; *word; word++) {
        if (*word == '\'')
            o = stpcpy(o, "'\\'");
        *o++ = *word;
    }
    *o++ = '\'';
    *o = '\0';
    return out;
}

char *doc_command(const char *command, const char *word)
{
    char *quoted = doc_quoted(word), *text = cli_printf("%s %s", command, quoted);

    free(quoted);
    return text;
}

char *doc_token_option(const char *label)
{
    char *quoted = doc_quoted(label), *text = cli_printf(" --token %s", quoted);

    free(quoted);
    return text;
}
