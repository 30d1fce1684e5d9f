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

static atomic_int log_fd = -1, log_level = TOK_LOG_INFO;

void tok_log_open(const char *name, int level)
{
    int fd;

    atomic_store(&log_level, level);
    if (*name == 0 || atomic_load(&log_fd) >= 0)
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

static void write_line(int level, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void write_line(int level, const char *format, va_list ap)
{
    char line[1024];
    struct tm tm;
    time_t now;
    size_t n;
    int fd = atomic_load(&log_fd), k;

    if (fd < 0 || level > atomic_load(&log_level))
        return;
    now = time(NULL);
    if (gmtime_r(&now, &tm) == NULL)
        return;
    n = strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%SZ ", &tm);
    k = snprintf(line + n, sizeof line - n, "gosttoken[%ld]: ", (long)getpid());
    if (k > 0)
        n += (size_t)k;
    k = vsnprintf(line + n, sizeof line - n - 1, format, ap);
    if (k > 0)
        n += (size_t)k < sizeof line - n - 1 ? (size_t)k : sizeof line - n - 2;
    for (k = 0; (size_t)k < n; k++) { /* what a caller gave must not look like a line of ours */
        if ((unsigned char)line[k] < 0x20 || line[k] == 0x7F)
            line[k] = '?';
    }
    line[n++] = '\n';
    if (write(fd, line, n) < 0)
        return; /* a log that cannot be written must not disturb the work */
}

void tok_log_at(int level, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    write_line(level, format, ap);
    va_end(ap);
}

void tok_log(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    write_line(TOK_LOG_INFO, format, ap);
    va_end(ap);
}

static int store_at_fault(CK_RV rv)
{
    static const CK_RV codes[] = {
        CKR_DEVICE_ERROR,          CKR_DEVICE_MEMORY,        CKR_DEVICE_REMOVED,  CKR_HOST_MEMORY,
        CKR_TOKEN_WRITE_PROTECTED, CKR_TOKEN_NOT_RECOGNIZED, CKR_FUNCTION_FAILED, CKR_GENERAL_ERROR,
    };

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i] == rv)
            return 1;
    }
    return 0;
}

CK_RV tok_vault_result(const char *where, CK_RV rv)
{
    if (rv != CKR_OK)
        tok_log_at(store_at_fault(rv) ? TOK_LOG_ERROR : TOK_LOG_INFO, "%s: 0x%lx: %s", where, rv,
                   vault_error_text());
    return rv;
}

const char *gosttoken_error_text(void)
{
    return vault_error_text();
}
