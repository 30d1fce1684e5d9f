/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of bench-token. */
#ifndef BENCH_TOKEN_H
#define BENCH_TOKEN_H

#include <gosttoken/pkcs11-gost.h>

#define BENCH_PIN "12345678"

/*
 * What it takes to start, log in and find one object among 10 and among `many`: adds that many
 * public keys to the module's token and prints two rows (milliseconds; the last columns: one more
 * search). The module is not initialised, before and after.
 */
void bench_find(const char *name, CK_FUNCTION_LIST *f, unsigned many);

#endif
