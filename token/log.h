/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log for people: the configuration names a file to append to, or "stderr". Without it nothing is
 * written. Lines never hold PINs, keys or data.
 */
#ifndef TOK_LOG_H
#define TOK_LOG_H

#include <gosttoken/module.h> /* gosttoken_error_text: vault_error_text of the calling thread */

/* What a line is about, and up to where lines are written. */
enum {
    TOK_LOG_ERROR, /* the store, the configuration or the machine is at fault */
    TOK_LOG_INFO,  /* something was refused: a wrong PIN, a bad argument */
    TOK_LOG_DEBUG  /* the course of things */
};

void tok_log_open(const char *name, int level); /* name "": no log */
void tok_log_close(void);
void tok_log_at(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* At TOK_LOG_INFO. */
void tok_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Logs the vault's own words for a failure in `where`, as an error if the store is at fault;
 * returns rv, so that a call can be wrapped. */
CK_RV tok_vault_result(const char *where, CK_RV rv);

#endif
