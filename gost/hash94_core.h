/* SPDX-License-Identifier: Apache-2.0 */
/* The part of GOST R 34.11-94 that depends on the CPU. Internal to gost/; the tests compare the two
 * bodies. */
#ifndef GOST_HASH94_CORE_H
#define GOST_HASH94_CORE_H

#include "gost/cpu.h"
#include "gost/hash94.h"

/* RFC 5831, 5.2 and 5.3: s[j] = h[j] encrypted under the key P(w[j]). Constant time. */
typedef void gost_hash94_encrypt(const gost_sbox *sbox, const uint64_t w[4][4], const uint64_t h[4],
                                 uint64_t s[4]);

gost_hash94_encrypt gost_hash94_encrypt_plain; /* by block.h, one after another */
#if GOST_X86
gost_hash94_encrypt gost_hash94_encrypt_ssse3; /* all four at once */
#endif

#endif
