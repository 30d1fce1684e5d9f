/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a secret found in a core dump? A process brings keys whose bytes are known, signs, derives,
 * unwraps, encrypts and makes MACs with them, and stays logged in, some operations still begun.
 * Then everything that a core would hold of it is searched: what /proc says is to be dumped, a core
 * that the kernel writes, where it may, and one that gcore writes, if it is there. Then it logs
 * out, and all of its memory is searched, what no core would hold too.
 *
 *     dump MODULE        uses the store of $GOSTTOKEN_DIR
 *
 * The process that searches has what it looks for under a mask; the one that is searched puts it
 * together from a seed for the moment in which it gives it to the module.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gosttoken/pkcs11-gost.h>
#include "gost/mem.h"

#define COUNT(a) ((CK_ULONG)(sizeof(a) / sizeof((a)[0])))
#define MASK     0xA5
#define PIN_LEN  14

static CK_FUNCTION_LIST *f;
static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static unsigned wrong;

/* ---- what is secret ------------------------------------------------------------------------- */

enum { GOST256, GOST512, KUZNYECHIK, MAGMA, GOST28147, GENERIC, TWIN, INNER, PIN, PLAIN, KINDS };

static const struct {
    const char *name;
    size_t len;
} kinds[KINDS] = {{"a GOST key of 256 bits", 32},
                  {"a GOST key of 512 bits", 64},
                  {"a Kuznyechik key", 32},
                  {"a Magma key", 32},
                  {"a GOST 28147-89 key", 32},
                  {"a generic secret", 32},
                  {"a twin key", 64},
                  {"a key that was unwrapped", 32},
                  {"the PIN", PIN_LEN},
                  {"private data", 48}};

/* Not inlined, and its stack wiped by the caller. */
static __attribute__((noinline)) void make(unsigned kind, uint8_t *out)
{
    uint32_t x = 0x9E3779B9u * (kind + 1);

    for (size_t i = 0; i < kinds[kind].len; i++) {
        x = x * 1664525u + 1013904223u;
        out[i] = (uint8_t)(x >> 24);
        if (kind == PIN)
            out[i] = (uint8_t)('#' + out[i] % 83);
    }
    if (kind == GOST256 || kind == GOST512)
        out[kinds[kind].len - 1] &= 0x1F;
}

#define PARTS 256
#define LEAST 14
static struct {
    const char *name;
    uint8_t masked[32];
    size_t len;
    int of_openssl;
} wanted[PARTS];
static size_t wanted_n;

static void want_part(const char *name, const uint8_t *masked, size_t len, int backwards)
{
    if (wanted_n == PARTS)
        abort();
    wanted[wanted_n].name = name;
    wanted[wanted_n].len = len;
    for (size_t i = 0; i < len; i++)
        wanted[wanted_n].masked[i] = masked[backwards ? len - 1 - i : i];
    wanted_n++;
}

/* A value by pieces of 16 bytes, as it is and backwards. */
static void want(const char *name, const uint8_t *masked, size_t len)
{
    if (len < 16)
        want_part(name, masked, len, 0);
    for (size_t at = 0; at + 16 <= len; at += 16) {
        want_part(name, masked + at, 16, 0);
        want_part(name, masked + at, 16, 1);
    }
}

static void want_all(void)
{
    uint8_t v[64];

    for (unsigned k = 0; k < KINDS; k++) {
        make(k, v);
        for (size_t i = 0; i < kinds[k].len; i++)
            v[i] ^= MASK;
        want(kinds[k].name, v, kinds[k].len);
    }
}

/* ---- searching ------------------------------------------------------------------------------ */

/* Whose bytes OpenSSL keeps in its own memory from the first signature to the logout: a core of a
 * process that is logged in holds them. They are counted, and must be gone afterwards. */
static int openssl_has_it;
static unsigned in_openssl;

/* Each piece is told of once for each place. */
static unsigned search(const char *where, const uint8_t *p, size_t len, int quiet)
{
    static const char *told_where;
    static uint8_t firsts[256], told[PARTS];
    static size_t known;
    unsigned found = 0;

    for (; known < wanted_n; known++)
        firsts[wanted[known].masked[0] ^ MASK] = 1;
    if (told_where != where)
        memset(told, 0, sizeof told);
    told_where = where;
    for (size_t i = 0; i + LEAST <= len; i++) {
        if (!firsts[p[i]])
            continue;
        for (size_t k = 0; k < wanted_n; k++) {
            size_t j = 0;

            if (i + wanted[k].len > len)
                continue;
            while (j < wanted[k].len && (p[i + j] ^ MASK) == wanted[k].masked[j])
                j++;
            if (j < wanted[k].len)
                continue;
            if (wanted[k].of_openssl && openssl_has_it) {
                in_openssl++;
                continue;
            }
            found++;
            if (!quiet && !told[k]++)
                fprintf(stderr, "%s: %s is there (piece %zu)\n", where, wanted[k].name, k);
        }
    }
    return found;
}

/* Writable memory of a process. dumped: only what a core would hold. */
static unsigned search_process(const char *where, pid_t pid, int dumped, int quiet, size_t *size)
{
    char path[64], line[512], perms[8] = "";
    unsigned long from = 0, to = 0;
    unsigned found = 0;
    FILE *maps;
    int mem;

    (void)snprintf(path, sizeof path, "/proc/%d/smaps", (int)pid);
    maps = fopen(path, "r");
    (void)snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    mem = open(path, O_RDONLY | O_CLOEXEC);
    if (maps == NULL || mem < 0) {
        perror(path);
        exit(2);
    }
    *size = 0;
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long a, b;
        char p[8];

        if (sscanf(line, "%lx-%lx %7s", &a, &b, p) == 3) {
            from = a;
            to = b;
            memcpy(perms, p, sizeof perms);
        } else if (strncmp(line, "VmFlags:", 8) == 0 && perms[1] == 'w' &&
                   !(dumped && strstr(line, " dd") != NULL)) {
            uint8_t *copy = malloc(to - from);
            ssize_t n = copy != NULL ? pread(mem, copy, to - from, (off_t)from) : -1;

            if (n > 0) {
                found += search(where, copy, (size_t)n, quiet);
                *size += (size_t)n;
            }
            free(copy);
        }
    }
    (void)fclose(maps);
    (void)close(mem);
    return found;
}

static void search_file(const char *where, const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    uint8_t *bytes;
    size_t n = 0;
    ssize_t got;

    if (fd < 0 || fstat(fd, &st) != 0) {
        printf("%s: there is none\n", where);
        return;
    }
    bytes = malloc((size_t)st.st_size + 1);
    while (bytes != NULL && (got = read(fd, bytes + n, (size_t)st.st_size - n)) > 0)
        n += (size_t)got;
    wrong += search(where, bytes, n, 0);
    printf("%s: %zu KiB searched\n", where, n / 1024);
    free(bytes);
    (void)close(fd);
    (void)unlink(path);
}

/* ---- the process that is searched ----------------------------------------------------------- */

static CK_SESSION_HANDLE session;

static void need(CK_RV rv, const char *what)
{
    if (rv == CKR_OK)
        return;
    fprintf(stderr, "%s: 0x%lx\n", what, rv);
    _exit(3);
}

#define NEED(call) need((call), #call)

static CK_SESSION_HANDLE open_one(void)
{
    CK_SESSION_HANDLE s;

    NEED(f->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s));
    return s;
}

static __attribute__((noinline)) CK_OBJECT_HANDLE bring(unsigned kind, CK_OBJECT_CLASS class,
                                                        CK_KEY_TYPE type, CK_BBOOL extractable)
{
    static CK_BYTE curve[] = {6, 7, 0x2A, 0x85, 3, 2, 2, 35, 1};
    static CK_BYTE curve_512[] = {6, 9, 0x2A, 0x85, 3, 7, 1, 2, 1, 2, 1};
    uint8_t v[64];
    CK_OBJECT_HANDLE o;
    CK_ATTRIBUTE t[] = {
        {CKA_CLASS, &class, sizeof class},
        {CKA_TOKEN, &yes, sizeof yes},
        {CKA_VALUE, v, kinds[kind].len},
        {CKA_PRIVATE, &yes, sizeof yes},
        {CKA_KEY_TYPE, &type, sizeof type},
        {CKA_EXTRACTABLE, &extractable, sizeof extractable},
        {CKA_GOSTR3410_PARAMS, kind == GOST512 ? curve_512 : curve,
         kind == GOST512 ? sizeof curve_512 : sizeof curve},
    };
    CK_ULONG n = class == CKO_DATA ? 4 : class == CKO_PRIVATE_KEY ? 7 : 6;

    make(kind, v);
    need(f->C_CreateObject(session, t, n, &o), kinds[kind].name);
    gost_wipe(v, sizeof v);
    return o;
}

static __attribute__((noinline)) void enter(void)
{
    uint8_t v[PIN_LEN];

    make(PIN, v);
    NEED(f->C_Login(session, CKU_USER, v, sizeof v));
    gost_wipe(v, sizeof v);
}

static __attribute__((noinline)) void first_pin(void)
{
    static CK_UTF8CHAR so[] = "so-secret-1", label[33] = "searched                        ";
    uint8_t v[PIN_LEN];

    NEED(f->C_InitToken(0, so, sizeof so - 1, label));
    session = open_one();
    NEED(f->C_Login(session, CKU_SO, so, sizeof so - 1));
    make(PIN, v);
    NEED(f->C_InitPIN(session, v, sizeof v));
    gost_wipe(v, sizeof v);
    NEED(f->C_Logout(session));
}

static uint8_t text[64] = "a text that may be seen", out[512];

/* From Init to the end in one session, and begun only in another. */
static void encrypt(CK_MECHANISM m, CK_OBJECT_HANDLE key)
{
    CK_ULONG n = sizeof out;

    NEED(f->C_EncryptInit(session, &m, key));
    NEED(f->C_Encrypt(session, text, sizeof text, out, &n));
    NEED(f->C_EncryptInit(open_one(), &m, key));
}

static void sign(CK_MECHANISM m, CK_OBJECT_HANDLE key, CK_ULONG len, int leave)
{
    CK_ULONG n = sizeof out;

    NEED(f->C_SignInit(session, &m, key));
    NEED(f->C_Sign(session, text, len, out, &n));
    if (leave)
        NEED(f->C_SignInit(open_one(), &m, key));
}

static void derive(CK_MECHANISM m, CK_OBJECT_HANDLE key)
{
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_KUZNYECHIK;
    CK_ATTRIBUTE t[] = {{CKA_CLASS, &class, sizeof class}, {CKA_KEY_TYPE, &type, sizeof type}};
    CK_OBJECT_HANDLE o;

    NEED(f->C_DeriveKey(session, &m, key, t, 2, &o));
}

static void wrap_and_back(CK_OBJECT_HANDLE twin, CK_OBJECT_HANDLE inner)
{
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_KUZNYECHIK;
    CK_ATTRIBUTE t[] = {{CKA_CLASS, &class, sizeof class}, {CKA_KEY_TYPE, &type, sizeof type}};
    CK_MECHANISM m = {CKM_KUZNYECHIK_KEXP_15_WRAP, text, 8};
    CK_ULONG n = sizeof out;
    CK_OBJECT_HANDLE o;

    NEED(f->C_WrapKey(session, &m, twin, inner, out, &n));
    NEED(f->C_UnwrapKey(session, &m, twin, out, n, t, 2, &o));
}

static void pair(CK_MECHANISM_TYPE how, CK_ATTRIBUTE what, CK_OBJECT_HANDLE *priv, int shown)
{
    CK_MECHANISM m = {how, NULL, 0};
    CK_ATTRIBUTE pub[] = {what};
    CK_ATTRIBUTE t[] = {{CKA_TOKEN, &yes, sizeof yes},
                        {CKA_SENSITIVE, shown ? &no : &yes, sizeof yes},
                        {CKA_EXTRACTABLE, shown ? &yes : &no, sizeof yes}};
    CK_OBJECT_HANDLE o;

    NEED(f->C_GenerateKeyPair(session, &m, pub, 1, t, 3, &o, priv));
}

static CK_ULONG bits = 1024;
static CK_BYTE p256[] = {6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7};

static const struct {
    CK_ATTRIBUTE_TYPE type;
    const char *name;
} made[] = {{CKA_PRIVATE_EXPONENT, "RSA's private exponent"},
            {CKA_PRIME_1, "a prime of RSA"},
            {CKA_PRIME_2, "a prime of RSA"},
            {CKA_EXPONENT_1, "d mod p-1"},
            {CKA_COEFFICIENT, "RSA's coefficient"},
            {CKA_VALUE, "an EC key"}};

/* Keys of RSA and EC come from the token: another process makes them, and says, masked, what they
 * are. */
static void tell(int to, CK_OBJECT_HANDLE key, unsigned from, unsigned end)
{
    for (unsigned i = from; i < end; i++) {
        uint8_t v[129] = {0};
        CK_ATTRIBUTE a = {made[i].type, v + 1, 128};

        NEED(f->C_GetAttributeValue(session, key, &a, 1));
        v[0] = (uint8_t)a.ulValueLen;
        for (size_t k = 1; k < sizeof v; k++)
            v[k] ^= MASK;
        if (write(to, v, sizeof v) != (ssize_t)sizeof v)
            _exit(3);
    }
}

static int load(const char *path)
{
    CK_RV (*list)(CK_FUNCTION_LIST **);
    void *module = dlopen(path, RTLD_NOW);

    if (module == NULL)
        return 0;
    *(void **)&list = dlsym(module, "C_GetFunctionList");
    return list != NULL && list(&f) == CKR_OK;
}

static void prepare(const char *module, int to)
{
    CK_OBJECT_HANDLE rsa, ec;

    if (!load(module))
        _exit(3);
    NEED(f->C_Initialize(NULL));
    first_pin();
    enter();
    pair(CKM_RSA_PKCS_KEY_PAIR_GEN, (CK_ATTRIBUTE){CKA_MODULUS_BITS, &bits, sizeof bits}, &rsa, 1);
    pair(CKM_EC_KEY_PAIR_GEN, (CK_ATTRIBUTE){CKA_EC_PARAMS, p256, sizeof p256}, &ec, 1);
    tell(to, rsa, 0, 5);
    tell(to, ec, 5, 6);
    NEED(f->C_Finalize(NULL));
}

static CK_OBJECT_HANDLE find(CK_KEY_TYPE type)
{
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE t[] = {{CKA_CLASS, &class, sizeof class}, {CKA_KEY_TYPE, &type, sizeof type}};
    CK_OBJECT_HANDLE o = 0;
    CK_ULONG n = 0;

    NEED(f->C_FindObjectsInit(session, t, 2));
    NEED(f->C_FindObjects(session, &o, 1, &n));
    NEED(f->C_FindObjectsFinal(session));
    return o;
}

static void read_public(CK_OBJECT_HANDLE o, CK_BYTE *to, CK_ULONG len)
{
    CK_ATTRIBUTE a = {CKA_PUBLIC_KEY_INFO, out, sizeof out};

    NEED(f->C_GetAttributeValue(session, o, &a, 1));
    memcpy(to, out + a.ulValueLen - len, len);
}

static void use_all(void)
{
    CK_BYTE peer[64], ctr[12] = {0, 0, 4, 0, 1, 2, 3}, iv[16] = {1};
    CK_GOSTR3410_DERIVE_PARAMS vko = {CKD_NULL, peer, sizeof peer, text, 8};
    CK_KDF_TREE_GOST_PARAMS tree = {4, text, 8, text + 8, 1, 32, 0};
    CK_GCM_PARAMS mgm = {iv, 16, 128, NULL, 0, 128};
    CK_OBJECT_HANDLE key = bring(GOST256, CKO_PRIVATE_KEY, CKK_GOSTR3410, no);

    sign((CK_MECHANISM){CKM_GOSTR3410, NULL, 0}, key, 32, 1);
    sign((CK_MECHANISM){CKM_GOSTR3410_WITH_GOSTR3411_12_256, NULL, 0}, key, 60, 1);
    read_public(key, peer, sizeof peer);
    derive((CK_MECHANISM){CKM_GOSTR3410_12_DERIVE, &vko, sizeof vko}, key);
    key = bring(GOST512, CKO_PRIVATE_KEY, CKK_GOSTR3410_512, no);
    sign((CK_MECHANISM){CKM_GOSTR3410_512, NULL, 0}, key, 64, 1);
    key = bring(KUZNYECHIK, CKO_SECRET_KEY, CKK_KUZNYECHIK, no);
    encrypt((CK_MECHANISM){CKM_KUZNYECHIK_CTR_ACPKM, ctr, sizeof ctr}, key);
    encrypt((CK_MECHANISM){CKM_KUZNYECHIK_ECB, NULL, 0}, key);
    encrypt((CK_MECHANISM){CKM_KUZNYECHIK_MGM, &mgm, sizeof mgm}, key);
    sign((CK_MECHANISM){CKM_KUZNYECHIK_MAC, NULL, 0}, key, 40, 1);
    key = bring(MAGMA, CKO_SECRET_KEY, CKK_MAGMA, no);
    encrypt((CK_MECHANISM){CKM_MAGMA_CTR_ACPKM, ctr, 8}, key);
    sign((CK_MECHANISM){CKM_MAGMA_MAC, NULL, 0}, key, 40, 1);
    key = bring(GOST28147, CKO_SECRET_KEY, CKK_GOST28147, no);
    encrypt((CK_MECHANISM){CKM_GOST28147, iv, 8}, key);
    sign((CK_MECHANISM){CKM_GOST28147_MAC, iv, 8}, key, 40, 1);
    key = bring(GENERIC, CKO_SECRET_KEY, CKK_GENERIC_SECRET, no);
    sign((CK_MECHANISM){CKM_GOSTR3411_12_256_HMAC, NULL, 0}, key, 40, 1);
    sign((CK_MECHANISM){CKM_SHA256_HMAC, NULL, 0}, key, 40, 1);
    derive((CK_MECHANISM){CKM_KDF_TREE_GOSTR3411_2012_256, &tree, sizeof tree}, key);
    wrap_and_back(bring(TWIN, CKO_SECRET_KEY, CKK_KUZNYECHIK_TWIN, no),
                  bring(INNER, CKO_SECRET_KEY, CKK_KUZNYECHIK, yes));
    (void)bring(PLAIN, CKO_DATA, 0, no);
    /* OpenSSL has the key in its own memory while such an operation lasts: none is left begun. */
    sign((CK_MECHANISM){CKM_RSA_PKCS, NULL, 0}, find(CKK_RSA), 32, 0);
    sign((CK_MECHANISM){CKM_SHA256_RSA_PKCS, NULL, 0}, find(CKK_RSA), 60, 0);
    sign((CK_MECHANISM){CKM_ECDSA, NULL, 0}, find(CKK_EC), 32, 0);
}

static void wait_word(int from)
{
    char c;

    if (read(from, &c, 1) != 1)
        _exit(3);
}

static void say(int to)
{
    if (write(to, "x", 1) != 1)
        _exit(3);
}

static void searched(const char *module, int from, int to)
{
    (void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    if (!load(module))
        _exit(3);
    NEED(f->C_Initialize(NULL));
    session = open_one();
    enter();
    use_all();
    say(to);
    wait_word(from); /* searched: logged in */
    NEED(f->C_Logout(session));
    say(to);
    wait_word(from); /* searched: logged out */
    NEED(f->C_Finalize(NULL));
    NEED(f->C_Initialize(NULL));
    session = open_one();
    enter();
    use_all(); /* the kernel's core is of a process that is logged in, too */
    abort();
}

/* ---- the one that searches ------------------------------------------------------------------ */

static pid_t child_of(const char *module, int *to, int *from)
{
    int a[2], b[2];
    pid_t pid;

    if (pipe(a) != 0 || pipe(b) != 0)
        exit(2);
    (void)fflush(stdout);
    pid = fork();
    if (pid == 0) {
        struct rlimit most = {RLIM_INFINITY, RLIM_INFINITY};

        (void)close(a[1]);
        (void)close(b[0]);
        (void)setrlimit(RLIMIT_CORE, &most);
        if (to == NULL) {
            prepare(module, b[1]);
            _exit(0);
        }
        searched(module, a[0], b[1]);
    }
    (void)close(a[0]);
    (void)close(b[1]);
    if (to != NULL)
        *to = a[1];
    *from = b[0];
    return pid;
}

static void learn(const char *module)
{
    uint8_t v[129];
    int from, status;
    pid_t pid = child_of(module, NULL, &from);

    for (unsigned i = 0; i < COUNT(made); i++) {
        size_t have = 0;
        ssize_t n;

        while (have < sizeof v && (n = read(from, v + have, sizeof v - have)) > 0)
            have += (size_t)n;
        if (have < sizeof v)
            exit(2);
        have = wanted_n;
        want(made[i].name, v + 1, v[0]);
        while (have < wanted_n)
            wanted[have++].of_openssl = 1;
    }
    if (waitpid(pid, &status, 0) != pid || status != 0)
        exit(2);
    (void)close(from);
}

static void gcore(pid_t pid)
{
    char command[128], path[64];

    (void)snprintf(path, sizeof path, "gcore.%d", (int)pid);
    (void)snprintf(command, sizeof command, "gcore -o gcore %d >/dev/null 2>&1", (int)pid);
    if (system(command) != 0) /* no PIN, no name of a user: a command of our own */
        printf("a core of gcore: it does not run here\n");
    else
        search_file("a core of gcore", path);
    (void)unlink(path); /* half of one, too */
}

/* Whatever core_pattern calls it, if it is to lie where the process ran. */
static void kernel_core(void)
{
    DIR *here = opendir(".");
    struct dirent *e;
    unsigned n = 0;

    while (here != NULL && (e = readdir(here)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            search_file("a core of the kernel", e->d_name);
            n++;
        }
    if (here != NULL)
        (void)closedir(here);
    if (n == 0)
        printf("a core of the kernel: there is none\n");
}

int main(int argc, char **argv)
{
    char module[4096];
    int to, from, status;
    size_t size, all;
    unsigned there;
    pid_t pid;

    if (argc != 2 || realpath(argv[1], module) == NULL || getenv("GOSTTOKEN_DIR") == NULL)
        return 2;
    want_all();
    learn(module);
    /* Cores go where the store is. */
    if (chdir(getenv("GOSTTOKEN_DIR")) != 0 || mkdir("cores", 0700) != 0 || chdir("cores") != 0)
        return 2;
    pid = child_of(module, &to, &from);
    wait_word(from);
    openssl_has_it = 1;
    wrong += search_process("what a core holds", pid, 1, 0, &size);
    there = search_process("all memory", pid, 0, 1, &all);
    printf("what a core holds: %zu KiB searched for %zu pieces; %u are in the %zu KiB that it does "
           "not hold\n",
           size / 1024, wanted_n, there, (all - size) / 1024);
    if (there < 8) { /* the search does find what is there */
        fprintf(stderr, "only %u pieces are in memory at all\n", there);
        wrong++;
    }
    gcore(pid);
    say(to);
    wait_word(from);
    openssl_has_it = 0;
    wrong += search_process("after C_Logout", pid, 0, 0, &all);
    printf("after C_Logout: %zu KiB searched\n", all / 1024);
    say(to);
    if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT) {
        fprintf(stderr, "the process that is searched failed: %x\n", (unsigned)status);
        wrong++;
    }
    openssl_has_it = 1;
    kernel_core();
    if (chdir("..") != 0 || rmdir("cores") != 0)
        wrong++;
    printf(
        "%u found; besides %u pieces of RSA and EC keys in OpenSSL's memory, before the logout\n",
        wrong, in_openssl);
    return wrong != 0;
}
