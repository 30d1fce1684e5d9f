/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648, section 4), with no leniency but for blanks. */
#include <string.h>
#include "cli/csr/csr.h"

static int digit(char ch)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *p = ch ? strchr(digits, ch) : NULL;

    return p ? (int)(p - digits) : -1;
}

int csr_base64(const char *text, size_t len, csr_buf *out)
{
    uint32_t bits = 0;
    unsigned digits = 0, pads = 0;

    csr_put(out, "", 0);
    for (size_t i = 0; i < len; i++) {
        uint8_t bytes[3];
        int value;

        if (text[i] && strchr(" \t\r\n", text[i]))
            continue;
        if (text[i] == '=') {
            pads++;
            value = 0;
        } else {
            value = digit(text[i]);
        }
        if (value < 0 || (pads && text[i] != '=') || pads > 2)
            return 0;
        bits = bits << 6 | (uint32_t)value;
        if (++digits % 4)
            continue;
        for (unsigned j = 0; j < 3; j++)
            bytes[j] = (uint8_t)(bits >> (16 - 8 * j));
        for (unsigned j = 3 - pads; j < 3; j++)
            if (bytes[j])
                return 0; /* bits that belong to no byte */
        csr_put(out, bytes, 3 - pads);
        bits = 0;
    }
    return digits % 4 == 0;
}
