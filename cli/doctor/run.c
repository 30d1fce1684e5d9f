/* SPDX-License-Identifier: Apache-2.0 */
/* A check in a process of its own: it sends its findings as JSON through a pipe. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "cli/doctor/doctor.h"

#define LIMIT_S 120 /* a large store on a slow disk takes its time */

static void write_all(int fd, const char *text)
{
    size_t len = strlen(text);
    ssize_t n;

    while (len && ((n = write(fd, text, len)) > 0 || errno == EINTR)) {
        if (n <= 0)
            continue;
        text += n;
        len -= (size_t)n;
    }
}

static void child(doctor *d, const doc_check *check, int to, int errors)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    char *text;

    if (nowhere >= 0)
        dup2(nowhere, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    d->findings = cli_json_array();
    check->run(d);
    text = cJSON_PrintUnformatted(d->findings);
    if (text)
        write_all(to, text);
    cJSON_free(text);
    cJSON_Delete(d->findings);
    /* A module that does not survive its end is a finding too. */
    gt_p11_free(d->c->p11);
    free(d->c->operand);
    free(d->c->given);
    _exit(0);
}

static long long now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* All that the child writes, until it closes the pipe; 0: it took too long. */
static int read_all(int from, char **text)
{
    long long end = now_ms() + LIMIT_S * 1000LL, left;
    struct pollfd p = {.fd = from, .events = POLLIN};
    size_t len = 0, room = 4096;
    ssize_t n = 1;

    *text = cli_alloc(room + 1);
    while (n != 0) {
        left = end - now_ms();
        if (left <= 0)
            break;
        if (poll(&p, 1, (int)left) <= 0)
            continue;
        if (len == room) {
            char *more = cli_alloc(2 * room + 1);

            memcpy(more, *text, len);
            free(*text);
            *text = more;
            room *= 2;
        }
        n = read(from, *text + len, room - len);
        if (n > 0)
            len += (size_t)n;
        else if (n < 0 && errno != EINTR)
            break;
    }
    (*text)[len] = '\0';
    return n == 0;
}

/* How a child ended that should not have, as a finding. */
static void bad_end(doctor *d, const doc_check *check, int status, int in_time, int errors)
{
    char heard[301], *shown;
    ssize_t n = pread(errors, heard, sizeof(heard) - 1, 0);

    if (!in_time) {
        doc_find(d, DOC_ERROR, NULL, _("the check \"%s\" did not come to an end in %d seconds"),
                 check->name, LIMIT_S);
        return;
    }
    heard[n > 0 ? n : 0] = '\0';
    shown = cli_printable(heard);
    if (WIFSIGNALED(status))
        doc_find(d, DOC_ERROR, cli_printf("coredumpctl info %s", "gosttoken"),
                 _("the check \"%s\" crashed (%s): the module or the provider it loads is at "
                   "fault%s%s"),
                 check->name, strsignal(WTERMSIG(status)), *shown ? ": " : "", shown);
    else
        doc_find(d, DOC_ERROR, NULL, _("the check \"%s\" ended with code %d%s%s"), check->name,
                 WEXITSTATUS(status), *shown ? ": " : "", shown);
    free(shown);
}

cJSON *doc_run(doctor *d, const doc_check *check)
{
    int ends[2] = {-1, -1}, errors = memfd_create("gosttoken-doctor", MFD_CLOEXEC), status = 0;
    int in_time;
    char *text;
    pid_t pid = -1;

    fflush(NULL);
    if (errors >= 0 && pipe2(ends, O_CLOEXEC) == 0)
        pid = fork();
    if (pid == 0) {
        close(ends[0]);
        child(d, check, ends[1], errors);
    }
    if (ends[1] >= 0)
        close(ends[1]);
    if (pid < 0) {
        d->findings = cli_json_array();
        doc_find(d, DOC_ERROR, NULL, _("no process can be started for the check \"%s\": %s"),
                 check->name, strerror(errno));
        goto end;
    }
    in_time = read_all(ends[0], &text);
    if (!in_time)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    d->findings = cJSON_Parse(text);
    free(text);
    if (!cJSON_IsArray(d->findings)) {
        cJSON_Delete(d->findings);
        d->findings = cli_json_array();
    }
    if (!in_time || status != 0)
        bad_end(d, check, status, in_time, errors);
    if (!cJSON_GetArraySize(d->findings))
        doc_find(d, DOC_OK, NULL, _("nothing is wrong"));
end:
    if (ends[0] >= 0)
        close(ends[0]);
    if (errors >= 0)
        close(errors);
    return d->findings;
}
