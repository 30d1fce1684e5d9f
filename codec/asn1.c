/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/asn1.h"

#include <string.h>

int gt_asn1_take(gt_asn1 *in, uint8_t tag, gt_asn1 *value, gt_asn1 *whole)
{
    size_t head = 2, len;

    if (in->len < 2 || in->p[0] != tag)
        return 0;
    len = in->p[1];
    if (len >= 0x80) {
        size_t count = len & 0x7F;

        if (count < 1 || count > 2 || in->len < 2 + count)
            return 0;
        head += count;
        len = 0;
        for (size_t i = 0; i < count; i++)
            len = len << 8 | in->p[2 + i];
        if (len < (count == 1 ? 0x80u : 0x100u))
            return 0;
    }
    if (len > in->len - head)
        return 0;
    value->p = in->p + head;
    value->len = len;
    if (whole != NULL) {
        whole->p = in->p;
        whole->len = head + len;
    }
    in->p += head + len;
    in->len -= head + len;
    return 1;
}

void gt_asn1_begin(gt_asn1_out *out, uint8_t *buf, size_t size)
{
    out->start = buf;
    out->at = out->end = buf + size;
}

void gt_asn1_put(gt_asn1_out *out, const void *bytes, size_t len)
{
    if (out->at == NULL)
        return;
    if (len > (size_t)(out->at - out->start)) {
        out->at = NULL;
        return;
    }
    out->at -= len;
    memcpy(out->at, bytes, len);
}

const uint8_t *gt_asn1_mark(const gt_asn1_out *out)
{
    return out->at;
}

void gt_asn1_wrap(gt_asn1_out *out, uint8_t tag, const uint8_t *mark)
{
    uint8_t head[4] = {tag};
    size_t len, head_len;

    if (out->at == NULL)
        return;
    len = (size_t)(mark - out->at);
    if (len < 0x80) {
        head[1] = (uint8_t)len;
        head_len = 2;
    } else if (len < 0x100) {
        head[1] = 0x81;
        head[2] = (uint8_t)len;
        head_len = 3;
    } else if (len < 0x10000) {
        head[1] = 0x82;
        head[2] = (uint8_t)(len >> 8);
        head[3] = (uint8_t)(len & 0xFF);
        head_len = 4;
    } else {
        out->at = NULL;
        return;
    }
    gt_asn1_put(out, head, head_len);
}

size_t gt_asn1_end(gt_asn1_out *out)
{
    size_t len;

    if (out->at == NULL)
        return 0;
    len = (size_t)(out->end - out->at);
    memmove(out->start, out->at, len);
    return len;
}
