/* SPDX-License-Identifier: Apache-2.0 */
/* A map from numbers (handles, object ids; never 0) to pointers. The map owns nothing. No locks. */
#ifndef TOK_MAP_H
#define TOK_MAP_H

#include <stddef.h>
#include <stdint.h>

typedef struct tok_map {
    struct tok_map_cell {
        uint64_t key; /* 0: empty */
        void *value;
    } * cells;
    size_t size; /* 0 or a power of two */
    size_t used;
} tok_map; /* all zeros is an empty map */

void *tok_map_get(const tok_map *m, uint64_t key);

/* Sets or replaces. 1, or 0 if out of memory (then nothing has changed). */
int tok_map_set(tok_map *m, uint64_t key, void *value);

/* Makes sure that the next tok_map_set of a new key cannot fail. 1, or 0 if out of memory. */
int tok_map_reserve(tok_map *m);
void tok_map_remove(tok_map *m, uint64_t key);

/* Frees the cells, not the values. */
void tok_map_clear(tok_map *m);

/*
 * Walks the map: *at starts at 0; returns the next value or NULL at the end. The map must not be
 * changed meanwhile.
 */
void *tok_map_next(const tok_map *m, size_t *at);

#endif
