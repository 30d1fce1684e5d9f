/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for secrets: contract in token/secmem.h. Arenas of 64 KiB between guard pages are dealt
 * out in units of 32 bytes, so that thousands of keys need tens of mappings; what is longer than a
 * quarter of an arena gets an arena of its own. The book-keeping is in ordinary memory: in a forked
 * child the kernel has zeroed the arenas, and the books must still be right.
 */
#include "token/secmem.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gost/mem.h"

#define UNIT  32u
#define ARENA 65536u
#define ALONE (ARENA / 4)

typedef struct arena {
    struct arena *next;
    uint8_t *base; /* the first byte between the guard pages */
    size_t size;
    size_t units, used;
    size_t longest; /* no free run is longer (an upper bound, to skip arenas without a search) */
    int relock;     /* forked since it was locked: locks are not inherited */
    int wipe;       /* the kernel cannot wipe it at fork: we do */
    uint16_t *run;  /* per unit: at the start of a block its length in units, else 0 */
    uint8_t *busy;  /* per unit */
} arena;

static struct {
    pthread_mutex_t lock; /* innermost: nothing else is locked while it is held */
    arena *first;
    int unlocked; /* some page could not be locked */
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

static void before_fork(void)
{
    pthread_mutex_lock(&pool.lock);
}

static void after_fork_parent(void)
{
    pthread_mutex_unlock(&pool.lock);
}

static void after_fork_child(void)
{
    for (arena *a = pool.first; a != NULL; a = a->next) {
        a->relock = 1;
        if (a->wipe)
            gost_wipe(a->base, a->size);
    }
    pthread_mutex_unlock(&pool.lock);
}

static void register_fork(void)
{
    /* Without the handlers a child of a process with threads might find the lock taken; there is
     * no other way to go on than to accept that when memory for them is short. */
    (void)pthread_atfork(before_fork, after_fork_parent, after_fork_child);
}

/* Locking fails under a small RLIMIT_MEMLOCK: the secret may then be swapped out, which is worse
 * than before but better than no service. */
static void lock_pages(arena *a)
{
    if (mlock(a->base, a->size) != 0)
        pool.unlocked = 1;
    a->relock = 0;
}

static void arena_free(arena *a)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    if (a->base != NULL)
        munmap(a->base - page, a->size + 2 * page);
    free(a->run);
    free(a->busy);
    free(a);
}

static arena *arena_new(size_t len)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    arena *a = calloc(1, sizeof(*a));
    uint8_t *map;

    if (a == NULL)
        return NULL;
    if (len > SIZE_MAX / 4)
        goto fail;
    a->size = len <= ALONE ? (ARENA + page - 1) / page * page : (len + page - 1) / page * page;
    a->units = len <= ALONE ? a->size / UNIT : 1;
    a->longest = a->units;
    a->run = calloc(a->units, sizeof(*a->run));
    a->busy = calloc(a->units, sizeof(*a->busy));
    if (a->run == NULL || a->busy == NULL)
        goto fail;
    map = mmap(NULL, a->size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        goto fail;
    a->base = map + page;
    if (mprotect(a->base, a->size, PROT_READ | PROT_WRITE) != 0)
        goto fail;
    (void)madvise(a->base, a->size, MADV_DONTDUMP);
    a->wipe = madvise(a->base, a->size, MADV_WIPEONFORK) != 0;
    lock_pages(a);
    return a;
fail:
    arena_free(a);
    return NULL;
}

/* First fit. Returns the unit's number or a->units. */
static size_t arena_find(arena *a, size_t need)
{
    size_t free_run = 0, i;

    if (a->longest < need || a->units - a->used < need)
        return a->units;
    for (i = 0; i<a->units; i += a->run[i]> 0 ? a->run[i] : 1) {
        free_run = a->busy[i] ? 0 : free_run + 1;
        if (free_run == need)
            return i + 1 - need;
    }
    a->longest = need - 1;
    return a->units;
}

void *tok_secret_alloc(size_t len)
{
    size_t need = len <= ALONE ? (len + UNIT - 1) / UNIT : 1, at = 0;
    uint8_t *p = NULL;
    arena *a = NULL;

    if (need == 0)
        need = 1;
    (void)pthread_once(&fork_once, register_fork);
    pthread_mutex_lock(&pool.lock);
    if (len <= ALONE) {
        for (a = pool.first; a != NULL; a = a->next) {
            if (a->units == 1)
                continue;
            at = arena_find(a, need);
            if (at < a->units)
                break;
        }
    }
    if (a == NULL) {
        at = 0;
        a = arena_new(len);
        if (a != NULL) {
            a->next = pool.first;
            pool.first = a;
        }
    }
    if (a != NULL) {
        if (a->relock)
            lock_pages(a);
        memset(&a->busy[at], 1, need);
        a->run[at] = (uint16_t)need;
        a->used += need;
        p = a->base + at * UNIT; /* zero: fresh from the kernel or wiped when it was released */
    }
    pthread_mutex_unlock(&pool.lock);
    return p;
}

void tok_secret_free(void *p)
{
    arena **link, *a = NULL;
    uint8_t *byte = p;
    size_t at, n;

    if (p == NULL)
        return;
    pthread_mutex_lock(&pool.lock);
    for (link = &pool.first; *link != NULL; link = &(*link)->next) {
        a = *link;
        if (byte >= a->base && byte < a->base + a->size)
            break;
    }
    at = *link != NULL ? (size_t)(byte - a->base) / UNIT : 0;
    /* Not ours, or released twice: to go on would hand one key's memory to two owners. */
    if (*link == NULL || at >= a->units || a->run[at] == 0 || byte != a->base + at * UNIT)
        abort();
    n = a->run[at];
    gost_wipe(byte, a->units == 1 ? a->size : n * UNIT);
    memset(&a->busy[at], 0, n);
    a->run[at] = 0;
    a->used -= n;
    a->longest = a->units;
    if (a->used == 0) {
        *link = a->next;
        arena_free(a);
    }
    pthread_mutex_unlock(&pool.lock);
}

int tok_secret_locked(void)
{
    int locked;

    pthread_mutex_lock(&pool.lock);
    locked = !pool.unlocked;
    pthread_mutex_unlock(&pool.lock);
    return locked;
}
