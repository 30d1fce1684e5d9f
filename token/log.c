/* SPDX-License-Identifier: Apache-2.0 */
/* see log.h */
#include "token/log.h"
#include "token/vault/vault.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static atomic_int log_fd = -1;

void tok_log_open(void)
{
    const char *name = secure_getenv("GOSTTOKEN_LOG");
    int fd;

    if (name == NULL || *name == 0 || atomic_load(&log_fd) >= 0)
        return;
    if (strcmp(name, "stderr") == 0)
        fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    else
        fd = open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    atomic_store(&log_fd, fd);
}

void tok_log_close(void)
{
    int fd = atomic_exchange(&log_fd, -1);

    if (fd >= 0)
        (void)close(fd);
}

void tok_log(const char *format, ...)
{
    char line[1024];
    struct tm tm;
    time_t now;
    va_list ap;
    size_t n;
    int fd = atomic_load(&log_fd), k;

    if (fd < 0)
        return;
    now = time(NULL);
    if (gmtime_r(&now, &tm) == NULL)
        return;
    n = strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%SZ ", &tm);
    k = snprintf(line + n, sizeof line - n, "gosttoken[%ld]: ", (long)getpid());
    if (k > 0)
        n += (size_t)k;
    va_start(ap, format);
    k = vsnprintf(line + n, sizeof line - n - 1, format, ap);
    va_end(ap);
    if (k > 0)
        n += (size_t)k < sizeof line - n - 1 ? (size_t)k : sizeof line - n - 2;
    line[n++] = '\n';
    if (write(fd, line, n) < 0)
        return; /* a log that cannot be written must not disturb the work */
}

CK_RV tok_vault_result(const char *where, CK_RV rv)
{
    if (rv != CKR_OK)
        tok_log("%s: 0x%lx: %s", where, rv, vault_error_text());
    return rv;
}

const char *gosttoken_error_text(void)
{
    return vault_error_text();
}
