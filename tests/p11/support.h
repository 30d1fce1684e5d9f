/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the PKCS #11 client share. */
#ifndef TEST_P11_SUPPORT_H
#define TEST_P11_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/types.h>
#include <string.h>

#include "mock_module.h"
#include "p11/p11.h"

/* A directory of its own for the test; removed with all it holds by temp_dir_remove. */
void temp_dir_make(void);
const char *temp_dir(void);
void temp_dir_remove(void);

/* Runs a shell command that the test needs; fails the test with its output if it fails. */
void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Collects what the client logs, and fails if a forbidden word (a PIN) is in it. */
void log_line(void *arg, const char *line);
extern const char *log_forbidden;
extern int log_leaked;

/* A client of the module with this configured PIN, token label (each may be NULL). */
gt_p11 *client(const char *module, const char *token, const char *pin);

/* The mock module (mock_module.h), reset, and a client of it. The test keeps the mock loaded. */
mock *mock_load(void);
gt_p11 *mock_client(const char *token, const char *pin);
extern void (*mock_log_out)(int slot);
extern void (*mock_close_sessions)(int slot);

/* The mock's private key "key", logged in with the right PIN; the client is released. */
gt_object *mock_key(void);
/* 1 if a signature was made and is the key's: id and slot are in it. */
int mock_sign(gt_object *key, int id, int slot, gt_error *err);

/* Forks; the child runs work(arg) and exits with its result. Returns the child's id. */
pid_t start_child(int (*work)(void *arg), void *arg);
/* Waits; returns the exit status, or 255 if it was killed. */
int end_child(pid_t pid);

#define assert_reason(err, want)                                                                   \
    do {                                                                                           \
        if ((err).reason != (want))                                                                \
            fail_msg("reason %d, not %d: %s", (int)(err).reason, (int)(want), (err).text);         \
    } while (0)

#define assert_says(err, words)                                                                    \
    do {                                                                                           \
        if (strstr((err).text, (words)) == NULL)                                                   \
            fail_msg("\"%s\" does not say \"%s\"", (err).text, (words));                           \
    } while (0)

#endif
