/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kuznyechik's constants in the form its body keeps a block in: 128 bits, of which bit 16k + i is
 * bit k of alpha(byte i) (gost/pi_planes.h). Internal to gost/.
 */
#ifndef GOST_KUZNYECHIK_CORE_H
#define GOST_KUZNYECHIK_CORE_H

#include <stdint.h>

/* The image of each bit under omega, the linear map L and alpha. */
extern const uint64_t gost_kuznyechik_forward[128][2];

/* The image of each bit under the inverses of alpha, L and omega. */
extern const uint64_t gost_kuznyechik_backward[128][2];

/* The constants C1..C32 of the key schedule: RFC 7801, section 4.3. */
extern const uint64_t gost_kuznyechik_c[32][2];

#endif
