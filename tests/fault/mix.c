/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several processes of several threads each use one token at once: log in, generate keys, sign,
 * verify, find, read, change and destroy. Every thread knows what it has stored; nothing may fail,
 * be lost, be altered or turn up that nobody stored. At the end a fresh process compares the whole
 * token with what all threads say.
 *
 *     mix MODULE [PROCESSES [THREADS [SECONDS]]]
 *
 * uses the store of $GOSTTOKEN_DIR (made if need be); any other module needs a token with the user
 * PIN 12345678 in its first slot. Prints what was done. Ends with 0 if all was right.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <gosttoken/pkcs11-gost.h>

#define COUNT(a) ((CK_ULONG)(sizeof(a) / sizeof((a)[0])))
#define HELD     12   /* objects a thread keeps at most */
#define VALUE    3000 /* bytes of the longest value */

static CK_FUNCTION_LIST *f;
static CK_SLOT_ID slot;
static CK_UTF8CHAR pin[] = "12345678";
static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static double seconds = 5;
static atomic_int wrong;

/* What a thread has stored under a label of its own: data (key = 0), or a key pair. */
typedef struct thing {
    int used, key;
    unsigned label, version, size;
} thing;

typedef struct worker {
    unsigned process, thread;
    unsigned seed, labels;
    unsigned done[8];
    CK_SESSION_HANDLE session;
    thing things[HELD];
    pthread_barrier_t *meet;
    int *over; /* written by one thread between two barriers */
    double end;
} worker;

enum { CREATE, GENERATE, SIGN, FIND, READ, SET, DESTROY, LOGIN };
static const char *const names[] = {"create", "generate", "sign and verify", "find",
                                    "read",   "set",      "destroy",         "login"};

#define BAD(w, ...)                                                                                \
    do {                                                                                           \
        atomic_fetch_add(&wrong, 1);                                                               \
        fprintf(stderr, "process %u thread %u: ", (w)->process, (w)->thread);                      \
        fprintf(stderr, __VA_ARGS__);                                                              \
        fputc('\n', stderr);                                                                       \
    } while (0)
#define GOOD(w, call) good(w, (call), #call)

static int good(const worker *w, CK_RV rv, const char *what)
{
    if (rv != CKR_OK)
        BAD(w, "0x%lX from %.60s", rv, what);
    return rv == CKR_OK;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned roll(worker *w, unsigned n)
{
    return (unsigned)rand_r(&w->seed) % n;
}

static void label_of(const worker *w, const thing *t, char out[32])
{
    (void)snprintf(out, 32, "p%u t%u n%u", w->process, w->thread, t->label);
}

/* The value of a version: every byte depends on who stored it. */
static void value_of(const worker *w, const thing *t, CK_BYTE out[VALUE])
{
    unsigned x = w->process * 7919u + w->thread * 104729u + t->label * 31u + t->version * 17u;

    for (unsigned i = 0; i < t->size; i++) {
        x = x * 1103515245u + 12345u;
        out[i] = (CK_BYTE)(x >> 16);
    }
}

static CK_ULONG search(const worker *w, const thing *t, CK_OBJECT_CLASS class,
                       CK_OBJECT_HANDLE *handle)
{
    char label[32];
    CK_ATTRIBUTE templ[] = {{CKA_CLASS, &class, sizeof(class)}, {CKA_LABEL, label, 0}};
    CK_OBJECT_HANDLE found[4];
    CK_ULONG n = 0;

    label_of(w, t, label);
    templ[1].ulValueLen = strlen(label);
    if (!GOOD(w, f->C_FindObjectsInit(w->session, templ, COUNT(templ))))
        return 0;
    (void)GOOD(w, f->C_FindObjects(w->session, found, COUNT(found), &n));
    (void)GOOD(w, f->C_FindObjectsFinal(w->session));
    *handle = n != 0 ? found[0] : CK_INVALID_HANDLE;
    return n;
}

/* Finds the one object that must be there. */
static int get(const worker *w, const thing *t, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *handle)
{
    CK_ULONG n = search(w, t, class, handle);

    if (n != 1)
        BAD(w, "%lu objects of class %lu with label n%u instead of one", n, class, t->label);
    return n == 1;
}

static void check_data(const worker *w, const thing *t, CK_OBJECT_HANDLE handle)
{
    CK_BYTE want[VALUE], have[VALUE];
    CK_ATTRIBUTE a = {CKA_VALUE, have, sizeof(have)};

    value_of(w, t, want);
    if (GOOD(w, f->C_GetAttributeValue(w->session, handle, &a, 1)) &&
        (a.ulValueLen != t->size || memcmp(want, have, t->size) != 0))
        BAD(w, "the value of n%u is not its version %u", t->label, t->version);
}

static void use_key(const worker *w, CK_OBJECT_HANDLE priv, CK_OBJECT_HANDLE pub)
{
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0};
    CK_BYTE digest[32] = {(CK_BYTE)w->thread}, sig[64];
    CK_ULONG n = sizeof(sig);

    if (GOOD(w, f->C_SignInit(w->session, &m, priv)) &&
        GOOD(w, f->C_Sign(w->session, digest, sizeof(digest), sig, &n)) &&
        GOOD(w, f->C_VerifyInit(w->session, &m, pub)))
        (void)GOOD(w, f->C_Verify(w->session, digest, sizeof(digest), sig, n));
}

static int create(worker *w, thing *t)
{
    CK_OBJECT_CLASS class = CKO_DATA;
    CK_OBJECT_HANDLE handle;
    CK_BYTE value[VALUE];
    char label[32];
    CK_ATTRIBUTE templ[] = {
        {CKA_CLASS, &class, sizeof(class)},
        {CKA_TOKEN, &yes, sizeof(yes)},
        {CKA_PRIVATE, &yes, sizeof(yes)},
        {CKA_LABEL, label, 0},
        {CKA_VALUE, value, 0},
    };

    t->key = 0;
    t->version = 1;
    t->size = roll(w, VALUE);
    t->label = w->labels++;
    label_of(w, t, label);
    value_of(w, t, value);
    templ[3].ulValueLen = strlen(label);
    templ[4].ulValueLen = t->size;
    return GOOD(w, f->C_CreateObject(w->session, templ, COUNT(templ), &handle));
}

static int generate(worker *w, thing *t)
{
    static CK_BYTE oid[] = {0x06, 0x07, 0x2a, 0x85, 0x03, 0x02, 0x02, 0x23, 0x01};
    CK_MECHANISM m = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
    char label[32];
    CK_ATTRIBUTE pub[] = {
        {CKA_TOKEN, &yes, sizeof(yes)},
        {CKA_PRIVATE, &no, sizeof(no)},
        {CKA_LABEL, label, 0},
        {CKA_GOSTR3410_PARAMS, oid, sizeof(oid)},
    };
    CK_ATTRIBUTE priv[] = {{CKA_TOKEN, &yes, sizeof(yes)}, {CKA_LABEL, label, 0}};
    CK_OBJECT_HANDLE handles[2];

    t->key = 1;
    t->label = w->labels++;
    label_of(w, t, label);
    pub[2].ulValueLen = priv[1].ulValueLen = strlen(label);
    return GOOD(w, f->C_GenerateKeyPair(w->session, &m, pub, COUNT(pub), priv, COUNT(priv),
                                        &handles[0], &handles[1]));
}

static void change(worker *w, thing *t)
{
    CK_BYTE value[VALUE];
    CK_ATTRIBUTE a = {CKA_VALUE, value, 0};
    CK_OBJECT_HANDLE handle;
    thing next = *t;

    next.version++;
    next.size = roll(w, VALUE);
    value_of(w, &next, value);
    a.ulValueLen = next.size;
    if (get(w, t, CKO_DATA, &handle) && GOOD(w, f->C_SetAttributeValue(w->session, handle, &a, 1)))
        *t = next;
}

static void destroy(worker *w, thing *t)
{
    static const CK_OBJECT_CLASS classes[2][2] = {{CKO_DATA, CKO_DATA},
                                                  {CKO_PRIVATE_KEY, CKO_PUBLIC_KEY}};
    CK_OBJECT_HANDLE handle;

    for (int i = 0; i < 1 + t->key; i++)
        if (get(w, t, classes[t->key][i], &handle))
            (void)GOOD(w, f->C_DestroyObject(w->session, handle));
    t->used = 0;
    if (search(w, t, classes[t->key][0], &handle) != 0)
        BAD(w, "n%u is still there", t->label);
}

/* Something of what it holds, or something new. */
static void step(worker *w)
{
    thing *t = &w->things[roll(w, HELD)];
    CK_OBJECT_HANDLE handle, pub;

    if (!t->used) {
        int key = roll(w, 4) == 0;

        t->used = key ? generate(w, t) : create(w, t);
        w->done[key ? GENERATE : CREATE]++;
    } else if (roll(w, 10) == 0) {
        destroy(w, t);
        w->done[DESTROY]++;
    } else if (t->key) {
        if (get(w, t, CKO_PRIVATE_KEY, &handle) && get(w, t, CKO_PUBLIC_KEY, &pub))
            use_key(w, handle, pub);
        w->done[SIGN]++;
    } else if (roll(w, 2) == 0) {
        change(w, t);
        w->done[SET]++;
    } else {
        if (get(w, t, CKO_DATA, &handle))
            check_data(w, t, handle);
        w->done[READ]++;
    }
    w->done[FIND]++;
}

static void login(worker *w)
{
    CK_RV rv = f->C_Login(w->session, CKU_USER, pin, sizeof(pin) - 1);

    if (rv != CKR_USER_ALREADY_LOGGED_IN)
        (void)good(w, rv, "C_Login");
    w->done[LOGIN]++;
}

/*
 * A login is the process's: it is changed while the process's threads wait for it. One of them
 * says, between two barriers, whether there is another round.
 */
static void *work(void *arg)
{
    worker *w = arg;

    for (unsigned round = 1;; round++) {
        if (pthread_barrier_wait(w->meet) == PTHREAD_BARRIER_SERIAL_THREAD)
            *w->over = now() >= w->end;
        pthread_barrier_wait(w->meet);
        if (*w->over || !GOOD(w, f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
                                                  NULL, &w->session)))
            break;
        login(w);
        pthread_barrier_wait(w->meet);
        for (unsigned i = 0; i < 40; i++)
            step(w);
        if (pthread_barrier_wait(w->meet) == PTHREAD_BARRIER_SERIAL_THREAD && round % 2)
            (void)GOOD(w, f->C_Logout(w->session));
        pthread_barrier_wait(w->meet);
        (void)GOOD(w, f->C_CloseSession(w->session));
    }
    return NULL;
}

static int begin(void)
{
    CK_ULONG n = 1;

    return f->C_Initialize(NULL) == CKR_OK &&
           f->C_GetSlotList(CK_TRUE, &slot, &n) != CKR_ARGUMENTS_BAD;
}

/* One process: its threads' last word goes to `out`. */
static int process(unsigned number, unsigned threads, int out)
{
    worker *w = calloc(threads, sizeof(*w));
    pthread_t *ids = calloc(threads, sizeof(*ids));
    pthread_barrier_t meet;
    int over = 0;

    if (w == NULL || ids == NULL || !begin() || pthread_barrier_init(&meet, NULL, threads) != 0)
        return 1;
    for (unsigned i = 0; i < threads; i++) {
        w[i] = (worker){.process = number,
                        .thread = i,
                        .seed = number * 1000 + i + 1,
                        .meet = &meet,
                        .over = &over,
                        .end = now() + seconds};
        if (pthread_create(&ids[i], NULL, work, &w[i]) != 0)
            return 1;
    }
    for (unsigned i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    if (f->C_Finalize(NULL) != CKR_OK)
        atomic_fetch_add(&wrong, 1);
    for (unsigned i = 0; i < threads; i++)
        if (write(out, &w[i], sizeof(w[i])) != (ssize_t)sizeof(w[i]))
            return 1;
    free(w);
    free(ids);
    return atomic_load(&wrong) != 0;
}

/* What is on the token, against what the threads have said. */
static unsigned compare(worker *all, unsigned n)
{
    CK_OBJECT_HANDLE found[64], handle, pub;
    CK_SESSION_HANDLE session;
    CK_ULONG count, total = 0;
    unsigned expected = 0;

    if (!begin() ||
        f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session) ||
        f->C_Login(session, CKU_USER, pin, sizeof(pin) - 1) != CKR_OK) {
        atomic_fetch_add(&wrong, 1);
        return 0;
    }
    for (unsigned i = 0; i < n; i++) {
        all[i].session = session;
        for (unsigned k = 0; k < HELD; k++) {
            thing *t = &all[i].things[k];

            if (!t->used)
                continue;
            expected += 1 + (unsigned)t->key;
            if (t->key && get(&all[i], t, CKO_PRIVATE_KEY, &handle) &&
                get(&all[i], t, CKO_PUBLIC_KEY, &pub))
                use_key(&all[i], handle, pub);
            if (!t->key && get(&all[i], t, CKO_DATA, &handle))
                check_data(&all[i], t, handle);
        }
    }
    if (f->C_FindObjectsInit(session, (CK_ATTRIBUTE[]){{CKA_MODIFIABLE, &yes, sizeof(yes)}}, 1) !=
        CKR_OK)
        atomic_fetch_add(&wrong, 1);
    do {
        count = 0;
        if (f->C_FindObjects(session, found, COUNT(found), &count) != CKR_OK)
            atomic_fetch_add(&wrong, 1);
        total += count;
    } while (count != 0);
    if (total != expected) {
        fprintf(stderr, "%lu objects on the token, %u expected\n", total, expected);
        atomic_fetch_add(&wrong, 1);
    }
    (void)f->C_Finalize(NULL);
    return expected;
}

/* An untouched store of ours shows a factory token: it becomes a token with its first login. */
static int load(const char *path)
{
    CK_RV (*list)(CK_FUNCTION_LIST **);
    void *module = dlopen(path, RTLD_NOW);

    if (module == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 0;
    }
    *(void **)&list = dlsym(module, "C_GetFunctionList");
    return list != NULL && list(&f) == CKR_OK;
}

static unsigned number(int argc, char **argv, int at, unsigned otherwise)
{
    long v = argc > at ? strtol(argv[at], NULL, 10) : 0;

    return v > 0 && v < 100000 ? (unsigned)v : otherwise;
}

int main(int argc, char **argv)
{
    unsigned processes = number(argc, argv, 2, 4), threads = number(argc, argv, 3, 4);
    worker *all = calloc((size_t)processes * threads, sizeof(*all));
    unsigned done[COUNT(names)] = {0}, n = 0, held;
    pid_t *pids = calloc(processes, sizeof(*pids));
    int ends[2], status;

    seconds = number(argc, argv, 4, 5);
    if (argc < 2 || all == NULL || pids == NULL || pipe(ends) != 0 || !load(argv[1]))
        return 2;
    for (unsigned i = 0; i < processes; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            (void)close(ends[0]);
            _exit(process(i, threads, ends[1]));
        }
    }
    (void)close(ends[1]);
    /* A worker is shorter than PIPE_BUF: each comes whole. */
    for (ssize_t got; n < processes * threads; n++) {
        size_t have = 0;

        while (have < sizeof(*all) &&
               ((got = read(ends[0], (char *)&all[n] + have, sizeof(*all) - have)) > 0 ||
                (got < 0 && errno == EINTR)))
            have += got > 0 ? (size_t)got : 0;
        if (have < sizeof(*all))
            break;
    }
    for (unsigned i = 0; i < processes; i++)
        if (waitpid(pids[i], &status, 0) != pids[i] || status != 0)
            atomic_fetch_add(&wrong, 1);
    if (n != processes * threads)
        atomic_fetch_add(&wrong, 1);
    held = compare(all, n);
    for (unsigned i = 0; i < n; i++)
        for (CK_ULONG k = 0; k < COUNT(names); k++)
            done[k] += all[i].done[k];
    printf("%u processes of %u threads, %.0f s:", processes, threads, seconds);
    for (CK_ULONG k = 0; k < COUNT(names); k++)
        printf(" %u %s%s", done[k], names[k], k + 1 < COUNT(names) ? "," : "");
    printf("; %u objects in the end; %d wrong\n", held, atomic_load(&wrong));
    free(all);
    free(pids);
    return atomic_load(&wrong) != 0;
}
