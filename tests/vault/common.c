/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vault/common.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gost/streebog.h"
#include "token/secmem.h"

static int in_child;

void expect_holds(int ok, const char *what, const char *file, int line)
{
    if (ok)
        return;
    if (in_child) {
        fprintf(stderr, "%s:%d: in a child: not true: %s\n", file, line, what);
        _exit(99);
    }
    _assert_true(0, what, file, line);
}

void expect_rv(CK_RV want, CK_RV got, const char *what, const char *file, int line)
{
    if (want == got)
        return;
    fprintf(stderr, "%s:%d: %s: 0x%lx and not 0x%lx: %s\n", file, line, what, got, want,
            vault_error_text());
    expect_holds(0, what, file, line);
}

char *make_dir(void)
{
    const char *base = getenv("TMPDIR");
    char *dir = path_in(base != NULL ? base : "/tmp", "vault-test-XXXXXX");

    HOLDS(mkdtemp(dir) != NULL);
    return dir;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void remove_dir(char *dir)
{
    (void)chmod(dir, 0700);
    HOLDS(nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0);
    free(dir);
}

char *path_in(const char *dir, const char *name)
{
    char *path = NULL;

    HOLDS(asprintf(&path, "%s/%s", dir, name) > 0);
    return path;
}

vault_init quick_init(void)
{
    return (vault_init){.so_pin = (const uint8_t *)SO_PIN,
                        .so_pin_len = strlen(SO_PIN),
                        .user_pin = (const uint8_t *)USER_PIN,
                        .user_pin_len = strlen(USER_PIN),
                        .label = (const uint8_t *)"test",
                        .label_len = 4,
                        .kdf_ms = 1};
}

vault *make_vault(const char *dir)
{
    vault_init init = quick_init();
    vault *v;

    OK(vault_open(dir, &v));
    OK(vault_create(v, 0, &init));
    return v;
}

vault_token *open_token(vault *v, CK_SLOT_ID slot)
{
    vault_token *t;

    OK(vault_token_open(v, slot, &t));
    return t;
}

size_t secret_of(unsigned n, unsigned version, uint8_t out[64])
{
    size_t len = n % 2 == 0 ? 32 : 64;

    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(n * 31 + version * 7 + i * (n + 1) + 1);
    return len;
}

static tok_attrs *key_attrs(CK_OBJECT_CLASS class, unsigned n)
{
    tok_attrs *a = tok_attrs_new();
    char label[32];
    uint8_t id[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    CK_RV rv = CKR_OK;

    (void)snprintf(label, sizeof(label), "key %u", n);
    HOLDS(a != NULL);
    rv |= tok_attrs_set_ulong(a, CKA_CLASS, class);
    rv |= tok_attrs_set_bool(a, CKA_TOKEN, CK_TRUE);
    rv |= tok_attrs_set_bool(a, CKA_PRIVATE, class == CKO_PRIVATE_KEY);
    rv |= tok_attrs_set(a, CKA_LABEL, label, strlen(label));
    rv |= tok_attrs_set(a, CKA_ID, id, sizeof(id));
    rv |= tok_attrs_set_ulong(a, CKA_KEY_TYPE, CKK_GOSTR3410);
    rv |= tok_attrs_set(a, CKA_SUBJECT, NULL, 0);
    HOLDS(rv == CKR_OK);
    return a;
}

tok_attrs *private_key(unsigned n, unsigned version)
{
    tok_attrs *a = key_attrs(CKO_PRIVATE_KEY, n);
    uint8_t secret[64];
    size_t len = secret_of(n, version, secret);

    HOLDS(tok_attrs_set(a, CKA_VALUE, secret, len) == CKR_OK);
    HOLDS(tok_attrs_set_bool(a, CKA_SENSITIVE, CK_TRUE) == CKR_OK);
    HOLDS(tok_attrs_set_bool(a, CKA_EXTRACTABLE, CK_FALSE) == CKR_OK);
    return a;
}

tok_attrs *public_key(unsigned n)
{
    tok_attrs *a = key_attrs(CKO_PUBLIC_KEY, n);
    uint8_t value[128];

    memset(value, (int)(n & 0xff), sizeof(value));
    HOLDS(tok_attrs_set(a, CKA_VALUE, value, sizeof(value)) == CKR_OK);
    return a;
}

static CK_RV add_object(vault_token *t, uint64_t id, gost_streebog *h)
{
    vault_object *o = NULL;
    uint8_t *bytes;
    void *value;
    size_t len;
    CK_RV rv = vault_read(t, id, &o);

    if (rv != CKR_OK)
        return rv;
    rv = tok_attrs_encode(o->open, &bytes, &len);
    if (rv == CKR_OK) {
        gost_streebog_update(h, bytes, len);
        free(bytes);
        if (vault_is_sealed(o, CKA_VALUE)) {
            rv = vault_unseal(t, o, CKA_VALUE, &value, &len);
            if (rv == CKR_OK) {
                gost_streebog_update(h, value, len);
                tok_secret_free(value);
            } else if (rv == CKR_USER_NOT_LOGGED_IN) {
                rv = CKR_OK;
            }
        }
    }
    vault_object_free(o);
    return rv;
}

CK_RV snapshot(vault_token *t, uint8_t digest[32])
{
    gost_streebog h;
    vault_info info;
    uint64_t *ids = NULL;
    size_t n = 0;
    CK_RV rv = vault_token_info(t, &info);

    if (rv != CKR_OK)
        return rv;
    info.bytes = 0; /* a file may grow by an attempt that failed */
    info.so_tries_left = info.user_tries_left = 0;
    gost_streebog_init(&h, 256);
    gost_streebog_update(&h, &info, sizeof(info));
    rv = vault_find(t, NULL, 0, &ids, &n);
    for (size_t i = 0; rv == CKR_OK && i < n; i++) {
        gost_streebog_update(&h, &ids[i], sizeof(ids[i]));
        rv = add_object(t, ids[i], &h);
    }
    free(ids);
    if (rv == CKR_OK)
        rv = info.objects == n ? CKR_OK : CKR_GENERAL_ERROR;
    gost_streebog_final(&h, digest);
    return rv;
}

int fork_child(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    int pid = fork();

    HOLDS(pid >= 0);
    if (pid == 0) {
        in_child = 1;
        /* cmocka would catch them and go on with the next test, twice. */
        for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
            (void)signal(signals[i], SIG_DFL);
    }
    return pid;
}

int wait_for(int pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        HOLDS(errno == EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

double now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static uint64_t state = 1;

void seed_random(uint64_t seed)
{
    state = seed;
}

/* splitmix64 */
uint64_t random_below(uint64_t n)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % n;
}

uint8_t *read_file(const char *path, size_t *len)
{
    struct stat st;
    uint8_t *bytes;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    HOLDS(fd >= 0 && fstat(fd, &st) == 0);
    *len = (size_t)st.st_size;
    bytes = malloc(*len + 1);
    HOLDS(bytes != NULL && read(fd, bytes, *len) == (ssize_t)*len);
    (void)close(fd);
    return bytes;
}

void write_file(const char *path, const uint8_t *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    HOLDS(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    (void)close(fd);
}

unsigned size_from_env(const char *name, unsigned otherwise)
{
    const char *value = getenv(name);

    return value != NULL ? (unsigned)strtoul(value, NULL, 10) : otherwise;
}

size_t found(vault_token *t, const CK_ATTRIBUTE *templ, CK_ULONG n, uint64_t *first)
{
    uint64_t *ids;
    size_t count;

    OK(vault_find(t, templ, n, &ids, &count));
    for (size_t i = 1; i < count; i++)
        HOLDS(ids[i - 1] < ids[i]);
    if (count > 0 && first != NULL)
        *first = ids[0];
    free(ids);
    return count;
}
