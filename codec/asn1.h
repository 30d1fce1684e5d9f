/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much DER as GOST keys need: definite lengths in their shortest form, single-byte tags, at most
 * 65535 bytes a value.
 */
#ifndef GT_ASN1_H
#define GT_ASN1_H

#include <stddef.h>
#include <stdint.h>

enum {
    GT_ASN1_INTEGER = 0x02,
    GT_ASN1_BIT_STRING = 0x03,
    GT_ASN1_OCTET_STRING = 0x04,
    GT_ASN1_OID = 0x06,
    GT_ASN1_SEQUENCE = 0x30,
    GT_ASN1_CONTEXT_0 = 0xA0 /* [0] IMPLICIT of something constructed */
};

/* What is left to read. */
typedef struct gt_asn1 {
    const uint8_t *p;
    size_t len;
} gt_asn1;

/* Takes the next value off in: its contents to *value, and, if whole is not NULL, tag, length and
 * contents to *whole. Returns 0, with in as it was, if the next tag is another or the DER is bad.
 */
int gt_asn1_take(gt_asn1 *in, uint8_t tag, gt_asn1 *value, gt_asn1 *whole);

/*
 * Writing goes from the end of a buffer towards its start, so that a length is known when it is
 * written. When the room is too small, `at` becomes NULL and stays so.
 */
typedef struct gt_asn1_out {
    uint8_t *start, *at, *end;
} gt_asn1_out;

void gt_asn1_begin(gt_asn1_out *out, uint8_t *buf, size_t size);
void gt_asn1_put(gt_asn1_out *out, const void *bytes, size_t len);

/* Where the writer stands; pass it to gt_asn1_wrap later, to put a tag and a length before all that
 * was written since. */
const uint8_t *gt_asn1_mark(const gt_asn1_out *out);
void gt_asn1_wrap(gt_asn1_out *out, uint8_t tag, const uint8_t *mark);

/* Moves what was written to the start of the buffer; returns its length, or 0 if it did not fit. */
size_t gt_asn1_end(gt_asn1_out *out);

#endif
