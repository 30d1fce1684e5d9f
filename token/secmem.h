/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for secrets: pages that are locked, left out of core dumps and wiped at fork (the child
 * reads zeros), with guard pages around them. Few and small: token keys, parsed private keys.
 */
#ifndef TOK_SECMEM_H
#define TOK_SECMEM_H

#include <stddef.h>

/* Returns zeroed memory of len bytes (16-byte aligned), or NULL. Thread-safe. */
void *tok_secret_alloc(size_t len);

/* Wipes and releases; NULL is allowed. */
void tok_secret_free(void *p);

/* 1 if all pages so far could be locked in memory; 0 if RLIMIT_MEMLOCK was too small for some
 * (secrets may then reach the swap space: worth a line in a log). */
int tok_secret_locked(void);

#endif
