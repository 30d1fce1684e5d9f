/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-1 (FIPS 180-4), for CKA_CHECK_VALUE, which PKCS #11 defines by it. For nothing that needs a
 * hash to be secure. */
#ifndef TOK_SHA1_H
#define TOK_SHA1_H

#include <stddef.h>
#include <stdint.h>

void tok_sha1(const void *data, size_t len, uint8_t out[20]);

#endif
