/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct gt_log {
    gt_log *next;
    int fd;
    char where[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static gt_log *logs;

static gt_log *new_log(const char *where)
{
    gt_log *log = malloc(sizeof(*log) + strlen(where) + 1);
    int saved;

    if (log == NULL)
        return NULL;
    strcpy(log->where, where);
    if (strcmp(where, "stderr") == 0)
        log->fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    else
        log->fd = open(where, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (log->fd >= 0)
        return log;
    saved = errno;
    free(log);
    errno = saved;
    return NULL;
}

gt_log *gt_log_open(const char *where)
{
    gt_log *log;

    pthread_mutex_lock(&lock);
    for (log = logs; log != NULL; log = log->next)
        if (strcmp(log->where, where) == 0)
            break;
    if (log == NULL && (log = new_log(where)) != NULL) {
        log->next = logs;
        logs = log;
    }
    pthread_mutex_unlock(&lock);
    return log;
}

void gt_log_line(void *arg, const char *line)
{
    gt_log *log = arg;
    char text[1024], when[32];
    time_t now = time(NULL);
    struct tm tm;
    int len;

    if (log == NULL || gmtime_r(&now, &tm) == NULL ||
        strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        return;
    len = snprintf(text, sizeof(text), "%s gosttoken[%ld]: %s\n", when, (long)getpid(), line);
    if (len < 0)
        return;
    if ((size_t)len >= sizeof(text)) {
        len = (int)sizeof(text) - 1;
        text[len - 1] = '\n';
    }
    /* Nobody to tell when the log itself cannot be written. */
    if (write(log->fd, text, (size_t)len) < 0)
        return;
}
