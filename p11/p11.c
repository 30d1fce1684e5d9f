/* SPDX-License-Identifier: Apache-2.0 */
/* Instances of the client: configuration, references, entering. See p11/p11.h. */
#include "p11/internal.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUR_MODULE "libgosttoken-pkcs11.so"

void gt_log(const gt_p11 *p, const char *format, ...)
{
    char line[512];
    va_list args;

    if (p->log == NULL)
        return;
    va_start(args, format);
    (void)vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    p->log(p->log_arg, line);
}

/* directory (as far as its last slash) + name, if that file exists. */
static char *readable_in(const char *file, const char *name)
{
    const char *slash = strrchr(file, '/');
    char *path = NULL;

    if (slash == NULL || asprintf(&path, "%.*s/%s", (int)(slash - file), file, name) < 0)
        return NULL;
    if (access(path, R_OK) == 0)
        return path;
    free(path);
    return NULL;
}

static char *default_module(void)
{
    const char *env = secure_getenv("GOSTTOKEN_MODULE");
    static const char *const beside[] = {OUR_MODULE, "../lib/" OUR_MODULE};
    char exe[4096];
    const char *self = NULL;
    Dl_info info;

    if (env != NULL && *env != '\0')
        return strdup(env);
    /* Of a program, dladdr tells argv[0], which may be relative to a directory long left. */
    if (dladdr((const void *)&gt_p11_new, &info) != 0 && info.dli_fname != NULL &&
        info.dli_fname[0] == '/') {
        self = info.dli_fname;
    } else {
        ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

        if (n > 0) {
            exe[n] = '\0';
            self = exe;
        }
    }
    for (size_t i = 0; self != NULL && i < sizeof(beside) / sizeof(beside[0]); i++) {
        char *path = readable_in(self, beside[i]);

        if (path != NULL)
            return path;
    }
    return strdup(GOSTTOKEN_MODULE_PATH);
}

static int copy(char **to, const char *from)
{
    if (from == NULL)
        return 1;
    *to = strdup(from);
    return *to != NULL;
}

static void free_memory(gt_p11 *p)
{
    while (p->tokens != NULL) {
        gt_token *t = p->tokens;

        p->tokens = t->next;
        gt_secret_free(t->pins, sizeof(*t->pins));
        pthread_cond_destroy(&t->turn_end);
        pthread_cond_destroy(&t->session_back);
        free(t);
    }
    gt_secret_free(p->pin, sizeof(*p->pin));
    free(p->module_path);
    free(p->token);
    free(p->pin_source);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

gt_p11 *gt_p11_new(const gt_p11_config *config)
{
    gt_p11 *p = calloc(1, sizeof(*p));
    const char *name;

    if (p == NULL)
        return NULL;
    atomic_init(&p->refs, 1);
    pthread_mutex_init(&p->lock, NULL);
    p->quirks = config->quirks;
    p->log = config->log;
    p->log_arg = config->log_arg;
    p->module_path = config->module != NULL ? strdup(config->module) : default_module();
    if (p->module_path == NULL || !copy(&p->token, config->token) ||
        !copy(&p->pin_source, config->pin_source))
        goto fail;
    name = strrchr(p->module_path, '/');
    name = name != NULL ? name + 1 : p->module_path;
    p->ours = strncmp(name, OUR_MODULE, sizeof(OUR_MODULE) - 1) == 0;
    if (config->pin != NULL) {
        size_t len = strlen(config->pin);

        p->pin = gt_secret_new(sizeof(*p->pin));
        if (p->pin == NULL)
            goto fail;
        /* One that is too long is no PIN of any token: it is kept as its length and refused. */
        p->pin->len = len;
        if (len <= GT_PIN_MAX)
            memcpy(p->pin->bytes, config->pin, len);
    }
    gt_fork_watch();
    gt_registry_add(p);
    return p;

fail:
    free_memory(p);
    return NULL;
}

gt_p11 *gt_p11_ref(gt_p11 *p)
{
    atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    return p;
}

void gt_p11_free(gt_p11 *p)
{
    if (p == NULL || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
        return;
    gt_registry_remove(p);
    /* The last reference: nobody else is inside, so the lock is not needed. */
    if (gt_module_usable(p) && p->module != NULL && p->pid == getpid() &&
        p->epoch == atomic_load(&p->module->epoch))
        for (gt_token *t = p->tokens; t != NULL; t = t->next)
            for (size_t i = 0; i < t->n_idle; i++)
                (void)p->module->f->C_CloseSession(t->idle[i]);
    gt_module_release(p);
    free_memory(p);
}

int gt_enter(gt_p11 *p, gt_error *err)
{
    for (;;) {
        pthread_mutex_lock(&p->lock);
        if (p->module != NULL && p->pid == getpid() && p->epoch == atomic_load(&p->module->epoch))
            return 1;
        pthread_mutex_unlock(&p->lock);
        if (!gt_module_ready(p, err))
            return 0;
    }
}

CK_FUNCTION_LIST *gt_p11_functions(gt_p11 *p, gt_error *err)
{
    CK_FUNCTION_LIST *f;

    if (!gt_enter(p, err))
        return NULL;
    f = p->module->f;
    pthread_mutex_unlock(&p->lock);
    return f;
}
