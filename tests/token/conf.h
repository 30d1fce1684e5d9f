/* SPDX-License-Identifier: Apache-2.0 */
/* A gosttoken.conf for a test: C_Finalize, another file, C_Initialize. */
#ifndef TEST_TOKEN_CONF_H
#define TEST_TOKEN_CONF_H

#include "tests/token/harness.h"

#define GOST_PARAMS "1.2.643.7.1.2.1.1.1"

/* Writes the file and names it in GOSTTOKEN_CONF; its name. */
const char *conf_write(const char *text);

/* The same, and the module starts anew with it, which must succeed. */
void configure(const char *text);

/* The end of a test that has called these: test_end, and no file any more. */
int conf_end(void **state);

#endif
