/* SPDX-License-Identifier: Apache-2.0 */
/* DER of any length, written forwards into memory that grows; and whether bytes are DER. */
#ifndef CLI_CSR_DER_H
#define CLI_CSR_DER_H

#include <stddef.h>
#include <stdint.h>

typedef struct csr_buf {
    uint8_t *p; /* NULL while nothing was put */
    size_t len, size;
} csr_buf;

void csr_put(csr_buf *b, const void *bytes, size_t len);
void csr_buf_free(csr_buf *b);

/* Begins a value; csr_close writes its length, given what csr_open returned. */
size_t csr_open(csr_buf *b, uint8_t tag);
void csr_close(csr_buf *b, size_t mark);
void csr_tlv(csr_buf *b, uint8_t tag, const void *bytes, size_t len);

/* A SET OF under this tag: the items in the order of X.690, 11.6. Sorts them in place. */
void csr_set(csr_buf *b, uint8_t tag, csr_buf *items, size_t n);

/* Exactly one value, whose tags and lengths, and those inside it, are DER. */
int csr_is_der(const uint8_t *p, size_t len);

#endif
