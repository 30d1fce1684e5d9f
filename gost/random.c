/* SPDX-License-Identifier: Apache-2.0 */
/* See gost/random.h. */
#include "gost/random.h"

#include <errno.h>
#include <stdint.h>
#include <sys/random.h>
#include <sys/types.h>

int gost_random_system(void *arg, void *out, size_t len)
{
    uint8_t *p = out;

    (void)arg;
    /* One call gives at most 32 MiB, and a signal may cut short any that is over 256 bytes. */
    while (len > 0) {
        ssize_t n = getrandom(p, len, 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return 0;
        p += n;
        len -= (size_t)n;
    }
    return 1;
}
