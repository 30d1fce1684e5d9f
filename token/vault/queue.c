/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue of writers. SQLite lets whoever asks first after a commit write next, and that is
 * always the one who has just written: two threads of one process that write without pause keep
 * every other process out for as long as they like. So the threads of a process stand in a line of
 * tickets until each one's transaction has ended; and who is first in it takes the turn among the
 * processes, and gives it back as soon as his transaction has begun. Who has committed finds the
 * turn taken by a process that waited meanwhile, and waits for it. Readers have no part in this.
 *
 * The turn is a flock on an empty file beside the token's. The file is opened for each turn: no
 * descriptor is kept that a forked child could hold on to, and the kernel ends the turn of whoever
 * is killed. The turn is for fairness only. What it cannot have (no file in a directory that cannot
 * be written, no descriptors left, the turn of a process that was stopped), a writer goes without:
 * SQLite's locks still keep writers apart.
 */
#include "token/vault/local.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "gost/random.h"

#define TURN_MS 5000
#define NAP_US  500
#define NAPS    20 /* so many short ones first: a transaction may take no longer */
#define SHORT   30

char *vault_queue_path(const char *path)
{
    char *name = NULL;

    return asprintf(&name, "%s-queue", path) < 0 ? NULL : name;
}

void vault_queue_make(vault_token *t)
{
    int fd, dirfd;

    if (faccessat(AT_FDCWD, t->queue, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return;
    fd = open(t->queue, O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    if (fd < 0)
        return;
    dirfd = open(t->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dirfd >= 0) {
        (void)vault_give(dirfd, fd); /* at worst its owner makes another */
        (void)close(dirfd);
    }
    (void)close(fd);
}

static uint64_t now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

int vault_queue_enter(vault_token *t)
{
    uint64_t until = now_ms() + TURN_MS;
    uint16_t chance = 0;
    uint64_t ticket;
    int fd, naps = 0;

    (void)pthread_mutex_lock(&t->line_lock);
    ticket = t->tickets++;
    while (t->served != ticket)
        (void)pthread_cond_wait(&t->line, &t->line_lock);
    (void)pthread_mutex_unlock(&t->line_lock);
    fd = open(t->queue, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    /* Asked for again and again, for a wait in the kernel has no end in time. */
    while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || now_ms() > until) {
            (void)close(fd);
            fd = -1;
            break;
        }
        if (naps++ < NAPS) {
            (void)usleep(SHORT);
            continue;
        }
        (void)gost_random_system(NULL, &chance, sizeof(chance));
        (void)usleep(NAP_US + chance % NAP_US);
    }
    return fd;
}

void vault_queue_begun(int turn)
{
    if (turn < 0)
        return;
    (void)flock(turn, LOCK_UN); /* a child of a vfork may have a copy of the descriptor */
    (void)close(turn);
}

void vault_queue_leave(vault_token *t)
{
    (void)pthread_mutex_lock(&t->line_lock);
    t->served++;
    (void)pthread_cond_broadcast(&t->line);
    (void)pthread_mutex_unlock(&t->line_lock);
}
