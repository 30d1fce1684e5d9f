/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the table of result codes: see test_codes.c. */
#ifndef TEST_TOKEN_CODES_H
#define TEST_TOKEN_CODES_H

#include <gosttoken/pkcs11-3.h>
#include "tests/token/harness.h"

typedef struct code_row {
    const char *name;
    CK_RV code;
    const char *how;        /* the function; or why the code is never given */
    CK_RV (*provoke)(void); /* the last call's result; the others must be CKR_OK */
    int changes;            /* what it does on the way changes the token */
    int not_sanitized;      /* cannot be done with a sanitizer's memory */
} code_row;

#define PROVOKED(code, how, f)                                                                     \
    {                                                                                              \
#code, code, how, f, 0, 0                                                                  \
    }
#define CHANGING(code, how, f)                                                                     \
    {                                                                                              \
#code, code, how, f, 1, 0                                                                  \
    }
#define NEVER(code, why)                                                                           \
    {                                                                                              \
#code, code, why, NULL, 0, 0                                                               \
    }
#define LAST_ROW                                                                                   \
    {                                                                                              \
        NULL, 0, NULL, NULL, 0, 0                                                                  \
    }

/* The published list. */
extern const char *const published[];
extern const size_t published_n;

extern const code_row *const code_families[];
extern const size_t code_families_n;
extern const code_row codes_session[], codes_object[], codes_crypto[];

/* The configuration from the next C_Initialize on. */
void codes_conf(const char *text);

/* What each row finds on the token, labels: "key" (a GOST pair), "locked" (a secret key that may
 * not be extracted, nor sign), "free" (one that may do everything), "data". */
void codes_fill(void);
CK_OBJECT_HANDLE codes_find(CK_SESSION_HANDLE s, CK_OBJECT_CLASS class, const char *label);

CK_RV codes_interface(CK_VERSION *version, CK_INTERFACE **out);

/* Faults: the next writes, or allocations, fail. */
void codes_disk_full(int on);
void codes_no_memory(int on);

#endif
