/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for PINs. Each secret has pages of its own: mlock counts pages and not callers, so
 * secrets that share a page with other data would be unlocked by whoever frees first.
 */
#include "p11/internal.h"

#include <sys/mman.h>
#include <unistd.h>

#include "gost/mem.h"

static size_t whole_pages(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    return (size + page - 1) / page * page;
}

void *gt_secret_new(size_t size)
{
    size_t len = whole_pages(size);
    void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return NULL;
    gt_secret_relock(p, size);
    (void)madvise(p, len, MADV_DONTDUMP);
    return p;
}

void gt_secret_relock(void *secret, size_t size)
{
    /* RLIMIT_MEMLOCK may forbid it; a PIN that could be swapped out is still better than none. */
    if (secret != NULL)
        (void)mlock(secret, whole_pages(size));
}

void gt_secret_free(void *secret, size_t size)
{
    if (secret == NULL)
        return;
    gost_wipe(secret, size);
    (void)munmap(secret, whole_pages(size));
}
