/* SPDX-License-Identifier: Apache-2.0 */
/* The system's random generator. */
#ifndef GOST_RANDOM_H
#define GOST_RANDOM_H

#include <stddef.h>

/*
 * A source of random bytes: fills len bytes at out; returns 1, or 0 if it could not (then the
 * caller fails and uses nothing of out). arg is what the caller gave beside the function.
 */
typedef int gost_random_fn(void *arg, void *out, size_t len);

/* getrandom(2), complete and restarted. arg is unused. Safe in threads and after fork: nothing is
 * kept in the process. */
int gost_random_system(void *arg, void *out, size_t len);

#endif
