/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fork: see "FORK" in p11/internal.h. The handlers are registered when the first instance is made
 * and stay; with no instance they do nothing but take and free one mutex.
 */
#include "p11/internal.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void watch(void)
{
    /* If this fails for want of memory, a fork in the very moment when another thread holds one of
     * the two locks may hang the child; there is nothing better to do about it. */
    (void)pthread_atfork(gt_registry_before_fork, gt_registry_in_parent, gt_registry_in_child);
}

void gt_fork_watch(void)
{
    (void)pthread_once(&once, watch);
}
