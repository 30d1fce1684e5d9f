/* SPDX-License-Identifier: Apache-2.0 */
/* see map.h; open addressing with linear probing, kept under three quarters full */
#include "token/map.h"

#include <stdlib.h>

static size_t place(const tok_map *m, uint64_t key)
{
    /* Handles are small numbers in a row: the multiplication spreads them. */
    return (size_t)((key * 0x9E3779B97F4A7C15u) >> 32) & (m->size - 1);
}

static size_t probe(const tok_map *m, uint64_t key)
{
    size_t i = place(m, key);

    while (m->cells[i].key != 0 && m->cells[i].key != key)
        i = (i + 1) & (m->size - 1);
    return i;
}

void *tok_map_get(const tok_map *m, uint64_t key)
{
    if (m->used == 0 || key == 0)
        return NULL;
    return m->cells[probe(m, key)].value;
}

int tok_map_reserve(tok_map *m)
{
    tok_map bigger;
    size_t i;

    if (m->size != 0 && (m->used + 1) * 4 <= m->size * 3)
        return 1;
    bigger.size = m->size == 0 ? 16 : m->size * 2;
    bigger.used = m->used;
    bigger.cells = calloc(bigger.size, sizeof *bigger.cells);
    if (bigger.cells == NULL)
        return 0;
    for (i = 0; i < m->size; i++) {
        if (m->cells[i].key != 0)
            bigger.cells[probe(&bigger, m->cells[i].key)] = m->cells[i];
    }
    free(m->cells);
    *m = bigger;
    return 1;
}

int tok_map_set(tok_map *m, uint64_t key, void *value)
{
    size_t i;

    if (key == 0 || !tok_map_reserve(m))
        return 0;
    i = probe(m, key);
    if (m->cells[i].key == 0)
        m->used++;
    m->cells[i].key = key;
    m->cells[i].value = value;
    return 1;
}

void tok_map_remove(tok_map *m, uint64_t key)
{
    size_t hole, i, home, mask;

    if (m->used == 0 || key == 0)
        return;
    mask = m->size - 1;
    hole = probe(m, key);
    if (m->cells[hole].key == 0)
        return;
    m->used--;
    /* Move back what was pushed past the hole, so that no probe ends too early. */
    for (i = (hole + 1) & mask; m->cells[i].key != 0; i = (i + 1) & mask) {
        home = place(m, m->cells[i].key);
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            m->cells[hole] = m->cells[i];
            hole = i;
        }
    }
    m->cells[hole].key = 0;
    m->cells[hole].value = NULL;
}

void tok_map_clear(tok_map *m)
{
    free(m->cells);
    m->cells = NULL;
    m->size = m->used = 0;
}

void *tok_map_next(const tok_map *m, size_t *at)
{
    while (*at < m->size) {
        const struct tok_map_cell *c = &m->cells[(*at)++];

        if (c->key != 0)
            return c->value;
    }
    return NULL;
}
