/* SPDX-License-Identifier: Apache-2.0 */
/* The log that `log = …` asks for: a line an event, with the time and the process, never a PIN. */
#ifndef GT_LOG_H
#define GT_LOG_H

typedef struct gt_log gt_log;

/*
 * Opens "stderr" or a file to append to; the same one for the same name. NULL if it cannot be
 * opened (errno says why). Logs belong to the process and are never closed: keys, and with them the
 * PKCS #11 client, may outlive the provider.
 */
gt_log *gt_log_open(const char *where);

/* Safe in threads and after fork: one write(2) a line. log may be NULL. The first argument is void
 * to fit gt_p11_config.log. */
void gt_log_line(void *log, const char *line);

#endif
