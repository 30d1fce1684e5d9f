/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gosttoken events: tells of tokens as they come and go.
 *
 * The blocking C_WaitForSlotEvent runs in a thread of its own, since nothing but C_Finalize ends
 * it: this thread waits for what that one has to say, for signals, and for the time to be up.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <poll.h>
#include "cli/admin/admin.h"

#define POLL_MS 250

/* What the thread writes into the pipe. */
typedef struct notice {
    CK_RV rv;
    CK_SLOT_ID slot;
} notice;

typedef struct waiter {
    CK_FUNCTION_LIST *fn;
    int pipe[2];
    pthread_t thread;
} waiter;

/* What was in a slot last. */
typedef struct known {
    CK_SLOT_ID slot;
    int present; /* a token that is initialised */
    char label[33], serial[17];
} known;

typedef struct watch {
    known *slots;
    size_t n;
    unsigned long seen;
} watch;

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    (void)number;
    stopped = 1;
}

/* ---- the thread ----------------------------------------------------------------------------- */

static void pause_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};

    nanosleep(&t, NULL);
}

static void *wait_for_events(void *arg)
{
    waiter *w = arg;
    CK_FLAGS flags = 0;
    notice n;

    do {
        memset(&n, 0, sizeof(n));
        n.rv = w->fn->C_WaitForSlotEvent(flags, &n.slot, NULL);
        if (n.rv == CKR_FUNCTION_NOT_SUPPORTED && flags == 0) {
            flags = CKF_DONT_BLOCK; /* some modules can only be asked */
            n.rv = CKR_NO_EVENT;
        }
        if (n.rv == CKR_NO_EVENT)
            pause_ms(POLL_MS);
        else if (write(w->pipe[1], &n, sizeof(n)) != (ssize_t)sizeof(n))
            break;
    } while (n.rv == CKR_OK || n.rv == CKR_NO_EVENT);
    return NULL;
}

/* Signals are the main thread's, and it takes them only while it waits. */
static int start(waiter *w, sigset_t *open)
{
    struct sigaction action;
    sigset_t blocked;

    if (pipe(w->pipe))
        return 0;
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    sigemptyset(&blocked);
    for (const int *s = (const int[]){SIGINT, SIGTERM, SIGHUP, 0}; *s; s++) {
        sigaction(*s, &action, NULL);
        sigaddset(&blocked, *s);
    }
    pthread_sigmask(SIG_BLOCK, &blocked, open);
    for (const int *s = (const int[]){SIGINT, SIGTERM, SIGHUP, 0}; *s; s++)
        sigdelset(open, *s);
    if (pthread_create(&w->thread, NULL, wait_for_events, w) == 0)
        return 1;
    close(w->pipe[0]);
    close(w->pipe[1]);
    return 0;
}

static void stop(waiter *w, int code)
{
    struct timespec until;

    /* This ends the call that blocks; the thread's last notice has room in the pipe. */
    w->fn->C_Finalize(NULL);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 3;
    if (pthread_timedjoin_np(w->thread, NULL, &until)) {
        /* Not in every module; it cannot be unloaded under that thread. */
        fflush(stdout);
        _exit(code);
    }
    close(w->pipe[0]);
    close(w->pipe[1]);
}

/* ---- what has happened ---------------------------------------------------------------------- */

static void note(known *k, const cli_token *t)
{
    k->present = t->initialized;
    memcpy(k->label, t->label, sizeof(k->label));
    memcpy(k->serial, t->serial, sizeof(k->serial));
}

static known *known_slot(watch *w, CK_SLOT_ID slot)
{
    known *more;

    for (size_t i = 0; i < w->n; i++)
        if (w->slots[i].slot == slot)
            return &w->slots[i];
    more = cli_alloc((w->n + 1) * sizeof(*more));
    if (w->n)
        memcpy(more, w->slots, w->n * sizeof(*more));
    free(w->slots);
    w->slots = more;
    more[w->n].slot = slot;
    return &more[w->n++];
}

static int take_stock(cli *c, watch *w)
{
    cli_token *list;
    size_t n;
    int code = cli_tokens(c, &list, &n);

    for (size_t i = 0; i < n; i++)
        note(known_slot(w, list[i].slot), &list[i]);
    free(list);
    return code;
}

static void print_event(cli *c, const char *event, const known *k, int initialized)
{
    char *when = cli_time((uint64_t)time(NULL)), *label, *text;
    cJSON *json;

    if (c->value[OPT_JSON]) {
        json = cli_json_object();
        cli_json_string(json, "time", when);
        cli_json_string(json, "event", event);
        cli_json_ulong(json, "slot", k->slot);
        cli_json_string(json, "label", k->label);
        cli_json_string(json, "serial", k->serial);
        cli_json_bool(json, "initialized", initialized);
        text = cJSON_PrintUnformatted(json);
        label = cli_json_safe(text ? text : "");
        puts(label);
        free(label);
        cJSON_free(text);
        cJSON_Delete(json);
    } else {
        label = cli_printable(k->label);
        printf("%s  %-13s  %4lu  %-16s  %s\n", when, event, k->slot, *k->serial ? k->serial : "-",
               label);
        free(label);
    }
    free(when);
}

/* Our module has a free slot always, other modules have empty ones: neither is a token. */
static void tell(cli *c, watch *w, CK_SLOT_ID slot)
{
    known *k = known_slot(w, slot);
    cli_token token;
    int there = 0, was = k->present;
    CK_TOKEN_INFO info;
    CK_RV rv = c->fn->C_GetTokenInfo(slot, &info);

    if (rv == CKR_OK && cli_token_read(c, slot, &token) == CLI_OK)
        there = token.initialized;
    if (there)
        note(k, &token);
    k->present = there;
    if (!there && !was)
        return;
    w->seen++;
    print_event(c,
                there && was ? "token-changed"
                : there      ? "token-added"
                             : "token-removed",
                k, there);
}

/* ---- waiting -------------------------------------------------------------------------------- */

/* Milliseconds until `end`, 0 if it is over. */
static long left(const struct timespec *end)
{
    struct timespec now;
    long ms;

    clock_gettime(CLOCK_MONOTONIC, &now);
    ms = (end->tv_sec - now.tv_sec) * 1000 + (end->tv_nsec - now.tv_nsec) / 1000000;
    return ms > 0 ? ms : 0;
}

static int follow(cli *c, watch *w, const waiter *from, const sigset_t *open, unsigned long events,
                  unsigned long seconds)
{
    struct timespec end, rest;
    notice n;

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += (time_t)seconds;
    while (!stopped && (!events || w->seen < events)) {
        struct pollfd fd = {from->pipe[0], POLLIN, 0};
        long ms = left(&end);
        int r;

        if (seconds && !ms)
            return events ? cli_fail(CLI_NOT_FOUND,
                                     ngettext("%lu event was waited for, and %lu happened in %lu s",
                                              "%lu events were waited for, and %lu happened in "
                                              "%lu s",
                                              events),
                                     events, w->seen, seconds)
                          : CLI_OK;
        rest.tv_sec = ms / 1000;
        rest.tv_nsec = ms % 1000 * 1000000L;
        r = ppoll(&fd, 1, seconds ? &rest : NULL, open);
        if (r <= 0)
            continue;
        if (read(from->pipe[0], &n, sizeof(n)) != (ssize_t)sizeof(n))
            return cli_fail(CLI_FAILURE, _("cannot wait for events: %s"), strerror(errno));
        if (n.rv != CKR_OK)
            return cli_fail_rv(c, n.rv, "%s", _("wait for events"));
        tell(c, w, n.slot);
        if (fflush(stdout))
            return cli_fail(CLI_FAILURE, _("cannot write the output: %s"), strerror(errno));
    }
    return CLI_OK;
}

static int run(cli *c)
{
    unsigned long events = 0, seconds = 0;
    watch w = {0};
    waiter from = {0};
    sigset_t open;
    int code = CLI_OK;

    if (c->value[OPT_EVENTS])
        code = cli_number("count", c->value[OPT_EVENTS], 1, 1000000, &events);
    if (code == CLI_OK && c->value[OPT_TIMEOUT])
        code = cli_number("timeout", c->value[OPT_TIMEOUT], 1, 31536000, &seconds);
    if (code == CLI_OK)
        code = take_stock(c, &w);
    if (code != CLI_OK)
        goto end;
    from.fn = c->fn;
    if (!start(&from, &open)) {
        code = cli_fail(CLI_FAILURE, _("cannot wait for events: %s"), strerror(errno));
        goto end;
    }
    code = follow(c, &w, &from, &open, events, seconds);
    stop(&from, code);
end:
    free(w.slots);
    return code;
}

static const cli_option options[] = {
    {OPT_EVENTS, 0, "count", "N", N_("end after so many events")},
    {OPT_TIMEOUT, 0, "timeout", "SECONDS", N_("end after so many seconds")},
    {0},
};

static const cli_rule rules[] = {
    {OPT_TOKEN, CLI_NEVER, ""},
    {0},
};

const cli_command cli_events = {
    .name = "events",
    .operands = "",
    .summary = N_("Tells of tokens that are added, removed or made anew, as it happens"),
    .details =
        N_("One line an event, until Ctrl-C or what --count and --timeout say. With --json one\n"
           "object a line. When --timeout is over before --count is reached, the exit code is 3."),
    .options = options,
    .rules = rules,
    .run = run,
};
