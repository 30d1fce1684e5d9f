/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/codec.h"

#include <stdio.h>

/* A coordinate as a big-endian number without leading zeros, as gost-engine prints it. */
static void write_number(char *to, char axis, const uint8_t *little, size_t len)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;

    to[n++] = ' ';
    to[n++] = ' ';
    to[n++] = ' ';
    to[n++] = axis;
    to[n++] = ':';
    while (len > 1 && little[len - 1] == 0)
        len--;
    if (little[len - 1] >= 0x10)
        to[n++] = digits[little[len - 1] >> 4];
    to[n++] = digits[little[len - 1] & 15];
    while (--len > 0) {
        to[n++] = digits[little[len - 1] >> 4];
        to[n++] = digits[little[len - 1] & 15];
    }
    to[n] = '\0';
}

int gt_codec_print(const gt_key *key, unsigned parts, gt_line_fn *line, void *arg)
{
    size_t half = gt_alg_digest_size(key->alg);
    char text[GT_URI_MAX + 64];

    if (parts & GT_TEXT_PRIVATE) {
        if (key->object != NULL)
            snprintf(text, sizeof(text), "Private key: on the token, %s", gt_key_uri(key));
        else
            snprintf(text, sizeof(text), "Private key: %s",
                     key->soft != NULL ? "in software, not shown" : "none");
        if (!line(arg, text))
            return 0;
    }
    if ((parts & GT_TEXT_PUBLIC) && key->has_public) {
        if (!line(arg, "Public key:"))
            return 0;
        write_number(text, 'X', key->pub, half);
        if (!line(arg, text))
            return 0;
        write_number(text, 'Y', key->pub + half, half);
        if (!line(arg, text))
            return 0;
    }
    if (parts & GT_TEXT_PARAMS) {
        snprintf(text, sizeof(text), "Parameter set: %s", key->ps->name);
        if (!line(arg, text))
            return 0;
    }
    return 1;
}
