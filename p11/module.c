/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading and initialising PKCS #11 modules. A module's state of initialisation belongs to the
 * process, so two instances that use one module share an entry of the registry here; the first
 * initialises it, the last finalises it, unless the program had it initialised before us.
 */
#include "p11/internal.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    pthread_mutex_t lock;
    pthread_cond_t turn_end;
    int turn; /* somebody is loading, initialising or finalising */
    pthread_t turn_owner;
    gt_module *modules;
    gt_p11 *instances;
} registry = {.lock = PTHREAD_MUTEX_INITIALIZER, .turn_end = PTHREAD_COND_INITIALIZER};

/* ---- exit ------------------------------------------------------------------------------------ */

/*
 * When the process exits, a module's own destructors run before those who use it are done: OpenSSL
 * ends its providers last. Then nothing of it is called any more, and sessions end with the
 * process. Our own module has no destructors.
 */
static atomic_int exiting;

static void at_exit(void)
{
    atomic_store(&exiting, 1);
}

static pthread_once_t watch_exit = PTHREAD_ONCE_INIT;

/* After the first module is loaded: what is registered later runs earlier. */
static void register_exit(void)
{
    (void)atexit(at_exit);
}

int gt_module_usable(const gt_p11 *p)
{
    return p->ours || !atomic_load(&exiting);
}

/* ---- instances and forks -------------------------------------------------------------------- */

void gt_registry_add(gt_p11 *p)
{
    pthread_mutex_lock(&registry.lock);
    p->next = registry.instances;
    registry.instances = p;
    pthread_mutex_unlock(&registry.lock);
}

void gt_registry_remove(gt_p11 *p)
{
    pthread_mutex_lock(&registry.lock);
    for (gt_p11 **at = &registry.instances; *at != NULL; at = &(*at)->next)
        if (*at == p) {
            *at = p->next;
            break;
        }
    pthread_mutex_unlock(&registry.lock);
}

void gt_registry_before_fork(void)
{
    pthread_mutex_lock(&registry.lock);
    for (gt_p11 *p = registry.instances; p != NULL; p = p->next)
        pthread_mutex_lock(&p->lock);
}

void gt_registry_in_parent(void)
{
    for (gt_p11 *p = registry.instances; p != NULL; p = p->next)
        pthread_mutex_unlock(&p->lock);
    pthread_mutex_unlock(&registry.lock);
}

void gt_registry_in_child(void)
{
    pthread_t self = pthread_self();

    /* Ids of processes are used again: a grandchild could have the one that is written down. */
    for (gt_module *m = registry.modules; m != NULL; m = m->next) {
        m->inherited = m->owner && m->pid != 0;
        m->pid = m->loaded_by = 0;
    }
    gt_serial_in_child();
    for (gt_p11 *p = registry.instances; p != NULL; p = p->next) {
        p->pid = 0;
        for (gt_token *t = p->tokens; t != NULL; t = t->next) {
            /* Who waited is not here, nor is who had the turn, unless it is the one who forks. */
            (void)pthread_cond_init(&t->turn_end, NULL);
            (void)pthread_cond_init(&t->session_back, NULL);
            if (t->turn && !pthread_equal(t->turn_owner, self))
                t->turn = 0;
            /* A child inherits no lock on memory, and may never come to use this one. */
            gt_secret_relock(t->pins, sizeof(*t->pins));
        }
        gt_secret_relock(p->pin, sizeof(*p->pin));
        pthread_mutex_unlock(&p->lock);
    }
    (void)pthread_cond_init(&registry.turn_end, NULL);
    if (registry.turn && !pthread_equal(registry.turn_owner, self))
        registry.turn = 0;
    pthread_mutex_unlock(&registry.lock);
}

/* ---- the turn ------------------------------------------------------------------------------- */

/* With the registry's lock on return. 0: this very thread has it, further up the stack. */
static int turn_begin(void)
{
    pthread_mutex_lock(&registry.lock);
    while (registry.turn) {
        if (pthread_equal(registry.turn_owner, pthread_self())) {
            pthread_mutex_unlock(&registry.lock);
            return 0;
        }
        pthread_cond_wait(&registry.turn_end, &registry.lock);
    }
    registry.turn = 1;
    registry.turn_owner = pthread_self();
    return 1;
}

/* With the lock on entry; gives both up. */
static void turn_end(void)
{
    registry.turn = 0;
    pthread_cond_broadcast(&registry.turn_end);
    pthread_mutex_unlock(&registry.lock);
}

/* ---- loading (all below runs in the turn, without the lock) --------------------------------- */

static int load_failed(const gt_p11 *p, gt_error *err)
{
    const char *why = dlerror();

    return gt_fail(err, GT_MODULE_LOAD, CKR_GENERAL_ERROR,
                   "the PKCS #11 module %s cannot be loaded: %s", p->module_path,
                   why != NULL ? why : "unknown reason");
}

static gt_module *find_loaded(void *dl)
{
    gt_module *m;

    pthread_mutex_lock(&registry.lock);
    for (m = registry.modules; m != NULL && m->dl != dl; m = m->next)
        ;
    if (m != NULL)
        m->refs++;
    pthread_mutex_unlock(&registry.lock);
    return m;
}

/* What it has beside the function list. */
static void find_more(gt_module *m)
{
    CK_C_EX_GetFunctionListExtended get_list;

    /* Only a module with the whole extension is believed to mean this structure by it. */
    *(void **)&get_list = dlsym(m->dl, "C_EX_GetFunctionListExtended");
    if (get_list != NULL) {
        *(void **)&m->info_extended = dlsym(m->dl, "C_EX_GetTokenInfoExtended");
        if (get_list(&m->extended) != CKR_OK)
            m->extended = NULL;
    }
    *(void **)&m->error_text = dlsym(m->dl, "gosttoken_error_text");
    *(void **)&m->get_details = dlsym(m->dl, "gosttoken_get_details");
    *(void **)&m->verify_journal = dlsym(m->dl, "gosttoken_verify_journal");
}

static gt_module *load(const gt_p11 *p, gt_error *err)
{
    CK_C_GetFunctionList get_list;
    CK_FUNCTION_LIST *list = NULL;
    gt_module *m;
    CK_RV rv;
    void *dl;

    if (*p->module_path == '\0') { /* dlopen would give the program itself */
        gt_fail(err, GT_MODULE_LOAD, CKR_ARGUMENTS_BAD, "the path of the PKCS #11 module is empty");
        return NULL;
    }
    dl = dlopen(p->module_path, RTLD_NOW | RTLD_LOCAL);
    if (dl == NULL) {
        load_failed(p, err);
        return NULL;
    }
    m = find_loaded(dl);
    if (m != NULL) {
        dlclose(dl); /* the entry has its own count of the library */
        return m;
    }
    /* ISO C has no cast from an object to a function; POSIX says how to write it. */
    *(void **)&get_list = dlsym(dl, "C_GetFunctionList");
    if (get_list == NULL) {
        gt_fail(err, GT_MODULE_LOAD, CKR_GENERAL_ERROR,
                "%s is not a PKCS #11 module: it has no C_GetFunctionList", p->module_path);
        goto unload;
    }
    rv = get_list(&list);
    if (rv != CKR_OK || list == NULL) {
        gt_fail(err, GT_MODULE_LOAD, rv, "the PKCS #11 module %s gives no function list: %s",
                p->module_path, gt_rv_name(rv));
        goto unload;
    }
    m = calloc(1, sizeof(*m));
    if (m == NULL) {
        gt_fail(err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
        goto unload;
    }
    m->refs = 1;
    m->dl = dl;
    m->f = list;
    (void)pthread_once(&watch_exit, register_exit);
    m->loaded_by = getpid();
    m->quirks = p->quirks;
    find_more(m);
    pthread_mutex_lock(&registry.lock);
    m->next = registry.modules;
    registry.modules = m;
    pthread_mutex_unlock(&registry.lock);
    return m;

unload:
    dlclose(dl);
    return NULL;
}

/* A module that two threads cannot call at once is called by one at a time. */
static int call_serially(gt_module *m)
{
    CK_FUNCTION_LIST *list = gt_serial_list(gt_serial_end(m->f));

    if (list != NULL)
        m->f = list;
    return list != NULL;
}

static CK_RV call_initialize(gt_module *m)
{
    CK_C_INITIALIZE_ARGS args;
    CK_RV rv;

    memset(&args, 0, sizeof(args));
    args.flags = CKF_OS_LOCKING_OK;
    if ((m->quirks & GT_QUIRK_NO_THREADS) && !call_serially(m))
        return CKR_CANT_LOCK;
    rv = m->f->C_Initialize(m->quirks & (GT_QUIRK_NO_INIT_ARGS | GT_QUIRK_NO_THREADS) ? NULL
                                                                                      : &args);
    if (rv == CKR_CANT_LOCK && call_serially(m))
        rv = m->f->C_Initialize(NULL);
    return rv;
}

static int initialise(gt_p11 *p, gt_module *m, gt_error *err)
{
    int owner;
    CK_RV rv = call_initialize(m);

    if (rv == CKR_CRYPTOKI_ALREADY_INITIALIZED && m->inherited &&
        (m->quirks & GT_QUIRK_FORK_FINALIZE) && m->f->C_Finalize(NULL) == CKR_OK)
        rv = call_initialize(m);
    if (rv == CKR_GENERAL_ERROR && m->error_text != NULL)
        return gt_fail(err, GT_STORE, rv, "the token store cannot be used (C_Initialize): %s",
                       m->error_text());
    if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
        return gt_fail(
            err, GT_MODULE_LOAD, rv, "the PKCS #11 module %s cannot be initialised: %s%s",
            p->module_path, gt_rv_name(rv),
            rv == CKR_CANT_LOCK ? " (only one module that cannot lock can be used in a process)"
                                : "");
    owner = rv == CKR_OK;
    pthread_mutex_lock(&registry.lock);
    m->owner = owner;
    m->pid = getpid();
    atomic_fetch_add(&m->epoch, 1);
    pthread_mutex_unlock(&registry.lock);
    gt_log(p, "module %s initialised%s", p->module_path,
           owner ? "" : " already, so not by this client, which will not finalise it either");
    return 1;
}

static void adopt(gt_p11 *p, gt_module *m)
{
    unsigned long epoch = atomic_load(&m->epoch);
    pid_t pid = getpid();

    pthread_mutex_lock(&p->lock);
    p->module = m;
    if (p->pid != pid || p->epoch != epoch) {
        for (gt_token *t = p->tokens; t != NULL; t = t->next)
            gt_token_forget(t);
    }
    p->pid = pid;
    p->epoch = epoch;
    pthread_mutex_unlock(&p->lock);
}

int gt_module_ready(gt_p11 *p, gt_error *err)
{
    gt_module *m;
    int ok = 0, current;

    if (!turn_begin())
        return gt_fail(
            err, GT_MODULE_LOAD, CKR_GENERAL_ERROR,
            "the PKCS #11 module %s uses this client while it is being initialised by it",
            p->module_path);
    pthread_mutex_unlock(&registry.lock);

    pthread_mutex_lock(&p->lock);
    m = p->module;
    pthread_mutex_unlock(&p->lock);
    if (m == NULL) {
        m = load(p, err);
        if (m == NULL)
            goto end;
        /* Kept even if it cannot be initialised now: that may go better later. */
        pthread_mutex_lock(&p->lock);
        p->module = m;
        pthread_mutex_unlock(&p->lock);
    }
    pthread_mutex_lock(&registry.lock);
    current = m->pid == getpid();
    pthread_mutex_unlock(&registry.lock);
    if (!current && !initialise(p, m, err))
        goto end;
    adopt(p, m);
    ok = 1;
end:
    pthread_mutex_lock(&registry.lock);
    turn_end();
    return ok;
}

void gt_module_lost(gt_p11 *p, unsigned long epoch)
{
    pthread_mutex_lock(&registry.lock);
    pthread_mutex_lock(&p->lock);
    if (p->module != NULL && p->epoch == epoch) {
        if (atomic_load(&p->module->epoch) == epoch)
            p->module->pid = 0;
        p->pid = 0;
    }
    pthread_mutex_unlock(&p->lock);
    pthread_mutex_unlock(&registry.lock);
}

int gt_module_info(gt_p11 *p, CK_INFO *info, gt_error *err)
{
    for (int again = 0;; again = 1) {
        CK_FUNCTION_LIST *f;
        unsigned long epoch;
        CK_RV rv;

        if (!gt_enter(p, err))
            return 0;
        f = p->module->f;
        epoch = p->epoch;
        pthread_mutex_unlock(&p->lock);
        rv = f->C_GetInfo(info);
        if (rv == CKR_OK)
            return 1;
        if (rv != CKR_CRYPTOKI_NOT_INITIALIZED || again)
            return gt_fail_rv(err, p, NULL, rv, "C_GetInfo");
        gt_module_lost(p, epoch);
    }
}

void gt_module_release(gt_p11 *p)
{
    gt_module *m = p->module;
    int in_turn, finalise, unload;

    if (m == NULL || !gt_module_usable(p))
        return;
    in_turn = turn_begin();
    if (!in_turn)
        pthread_mutex_lock(&registry.lock);
    if (--m->refs > 0) {
        m = NULL;
    } else {
        for (gt_module **at = &registry.modules; *at != NULL; at = &(*at)->next)
            if (*at == m) {
                *at = m->next;
                break;
            }
    }
    pthread_mutex_unlock(&registry.lock);
    if (m != NULL) {
        int kept = (m->quirks & GT_QUIRK_NO_FINALIZE) != 0;

        finalise = !kept && m->owner && m->pid == getpid();
        /* A child that never used it leaves it alone, mapped as it was. */
        unload = !kept && (finalise || m->loaded_by == getpid());
        if (finalise) {
            CK_RV rv = m->f->C_Finalize(NULL);

            if (rv != CKR_OK)
                gt_log(p, "C_Finalize: %s", gt_rv_name(rv));
        }
        (void)gt_serial_end(m->f);
        if (unload)
            dlclose(m->dl);
        free(m);
    }
    if (in_turn) {
        pthread_mutex_lock(&registry.lock);
        turn_end();
    }
}
