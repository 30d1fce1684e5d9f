/* SPDX-License-Identifier: Apache-2.0 */
/* The encrypted file that a copy of a token is (backup.h has the format), as a stream. */
#ifndef VAULT_SEALED_H
#define VAULT_SEALED_H

#include "token/vault/local.h"

#define SEALED_HEADER 112

typedef struct vault_sealed {
    int fd;
    uint8_t header[SEALED_HEADER];
    gost_kuznyechik *ks; /* secret */
    uint8_t *buf;        /* a chunk and its tag */
    size_t chunk, have;  /* bytes of a chunk; in buf */
    uint64_t total;      /* bytes of the contents */
    uint64_t done, index;
} vault_sealed;

/* Writing: begin, as many puts as make `total` bytes, end (which syncs). close in any case. */
CK_RV vault_sealed_begin(vault_sealed *s, int fd, unsigned kdf_ms, uint64_t total,
                         const uint8_t *passphrase, size_t len);
CK_RV vault_sealed_put(vault_sealed *s, const void *data, size_t len);
CK_RV vault_sealed_end(vault_sealed *s);

/*
 * Reading: open, then next until done is total: *data are the next *len bytes, until the call
 * after. After the last ones nothing may follow. CKR_PIN_INCORRECT, CKR_ENCRYPTED_DATA_INVALID.
 */
CK_RV vault_sealed_open(vault_sealed *s, int fd, const uint8_t *passphrase, size_t len);
CK_RV vault_sealed_next(vault_sealed *s, const uint8_t **data, size_t *len);

void vault_sealed_close(vault_sealed *s);

#endif
