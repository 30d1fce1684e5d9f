/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stays in memory: after C_Logout neither a PIN nor a private key nor anything else that was
 * in the module's secret memory is found anywhere in the process. The test keeps what it looks for
 * under a mask, so as not to find itself.
 */
#include "tests/token/harness.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gost/mem.h"

#define MASK   0xA5
#define CHUNK  32
#define CHUNKS 4096

static uint8_t wanted[CHUNKS][CHUNK]; /* masked */
static size_t wanted_len[CHUNKS];
static const char *wanted_name[CHUNKS];
static size_t wanted_n;
static uint8_t *window; /* where memory is copied to, itself not looked at */
static size_t window_len = 1 << 20;

static void want(const char *name, const uint8_t *p, size_t len)
{
    size_t i;

    assert_true(wanted_n < CHUNKS && len <= CHUNK);
    for (i = 0; i < len; i++)
        wanted[wanted_n][i] = p[i] ^ MASK;
    wanted_len[wanted_n] = len;
    wanted_name[wanted_n++] = name;
}

typedef void (*visitor)(uintptr_t at, size_t len, void *arg);

/* Every writable range of memory, or with `secret` those that a fork wipes: the module's, but not
 * those that may be dropped ("dp"), which are the state of a newer glibc's getrandom. */
static void each_range(int secret, visitor visit, void *arg)
{
    FILE *f = fopen("/proc/self/smaps", "r");
    unsigned long from = 0, to = 0;
    char line[512], perms[8] = "";

    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL) {
        unsigned long a, b;
        char p[8];

        if (sscanf(line, "%lx-%lx %7s", &a, &b, p) == 3) {
            from = a;
            to = b;
            memcpy(perms, p, sizeof perms);
            if (strstr(line, "[vvar") != NULL || strstr(line, "[vsyscall") != NULL)
                perms[1] = '-';
        } else if (strncmp(line, "VmFlags:", 8) == 0 && perms[0] == 'r' && perms[1] == 'w' &&
                   (!secret || (strstr(line, " wf") != NULL && strstr(line, " dp") == NULL))) {
            visit(from, to - from, arg);
        }
    }
    (void)fclose(f);
}

/* ---- looking for it ------------------------------------------------------------------------- */

typedef struct hunt {
    int mem, loud, found;
} hunt;

static uint16_t first[65536]; /* of the chunks that begin with these two bytes: number + 1 */
static uint16_t after[CHUNKS];

static void look(uintptr_t at, size_t len, void *arg)
{
    hunt *h = arg;

    for (size_t done = 0; done < len; done += window_len - CHUNK) {
        size_t n = len - done < window_len ? len - done : window_len;
        ssize_t got;

        if (at + done < (uintptr_t)window + window_len && at + done + n > (uintptr_t)window)
            continue; /* the window */
        got = pread(h->mem, window, n, (off_t)(at + done));
        for (ssize_t i = 0; i + 1 < got; i++) {
            unsigned two = (unsigned)(window[i] ^ MASK) << 8 | (unsigned)(window[i + 1] ^ MASK);

            for (unsigned k = first[two]; k != 0; k = after[k - 1]) {
                size_t j = 2, m = wanted_len[k - 1];

                if (i + (ssize_t)m > got)
                    continue;
                while (j < m && (window[i + (ssize_t)j] ^ MASK) == wanted[k - 1][j])
                    j++;
                if (j == m) {
                    if (h->loud)
                        print_error("%s at %lx\n", wanted_name[k - 1],
                                    (unsigned long)(at + done + (size_t)i));
                    h->found++;
                }
            }
        }
        gost_wipe(window, n);
    }
}

static int found(int loud)
{
    hunt h = {open("/proc/self/mem", O_RDONLY | O_CLOEXEC), loud, 0};

    assert_true(h.mem >= 0);
    memset(first, 0, sizeof first);
    for (size_t k = 0; k < wanted_n; k++) {
        unsigned two = (unsigned)wanted[k][0] << 8 | wanted[k][1];
        after[k] = first[two];
        first[two] = (uint16_t)(k + 1);
    }
    each_range(0, look, &h);
    (void)close(h.mem);
    return h.found;
}

/* ---- what is in the module's secret memory -------------------------------------------------- */

static int by_chance(const uint8_t *p)
{
    unsigned char seen[256] = {0};
    int different = 0;

    for (int i = 0; i < CHUNK; i++) {
        different += !seen[p[i]];
        seen[p[i]] = 1;
    }
    return different >= 24;
}

static int is_serial(const uint8_t *p)
{
    for (int i = 0; i < 16; i++) {
        if (strchr("0123456789abcdef", p[i]) == NULL || p[i] == 0)
            return 0;
    }
    return 1;
}

static void collect(uintptr_t at, size_t len, void *arg)
{
    const uint8_t *p = (const uint8_t *)at; /* its own process's memory */

    (void)arg;
    for (size_t i = 0; i + CHUNK <= len && wanted_n < CHUNKS; i += CHUNK) {
        if (by_chance(p + i) && !is_serial(p + i))
            want("secret memory", p + i, CHUNK);
    }
}

static void count(uintptr_t at, size_t len, void *arg)
{
    (void)at;
    (void)len;
    ++*(size_t *)arg;
}

/* ---- the test ------------------------------------------------------------------------------- */

/* The scalar and the PIN are put together here and nowhere else. */
static void scalar(uint8_t d[32])
{
    for (unsigned i = 0; i < 32; i++)
        d[i] = (uint8_t)(i * 37 + 11) ^ (uint8_t)(i << 3);
    d[31] &= 0x1f;
}

static size_t pin(char out[16])
{
    for (size_t i = 0; i < 14; i++)
        out[i] = (char)('#' + (i * 29 + 5) % 83);
    return 14;
}

static void use(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *key)
{
    static const uint8_t params[] = {0x06, 0x09, 0x2a, 0x85, 0x03, 0x07,
                                     0x01, 0x02, 0x01, 0x01, 0x01};
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0};
    CK_BYTE digest[32] = {1}, sig[64];
    CK_ULONG n = sizeof sig;
    uint8_t d[32];
    CK_ATTRIBUTE t[] = {
        A_ULONG(CKA_CLASS, class_priv), A_ULONG(CKA_KEY_TYPE, type_256),
        A_BOOL(CKA_TOKEN, yes),         A_BYTES(CKA_GOSTR3410_PARAMS, params),
        A_BYTES(CKA_VALUE, d),
    };
    CK_OBJECT_HANDLE pub, priv;

    scalar(d);
    OK(F->C_CreateObject(s, t, COUNT(t), key));
    gost_wipe(d, sizeof d);
    OK(F->C_SignInit(s, &m, *key));
    OK(F->C_Sign(s, digest, sizeof digest, sig, &n));
    make_pair(s, paramset("1.2.643.7.1.2.1.2.1"), CK_TRUE, &pub, &priv);
    m.mechanism = CKM_GOSTR3410_512;
    OK(F->C_SignInit(s, &m, priv)); /* active when the logout comes */
}

static void nothing_stays(void **state)
{
    CK_SESSION_HANDLE s;
    CK_OBJECT_HANDLE key;
    size_t n, arenas = 0, i;
    uint8_t d[32], back[32];
    char p[16];

    (void)state;
    /* The token has a PIN that no string constant of this program has. */
    s = open_user();
    n = pin(p);
    OK(F->C_SetPIN(s, PIN(USER_PIN), (CK_UTF8CHAR *)p, n));
    gost_wipe(p, sizeof p);
    OK(F->C_Logout(s));

    window = malloc(window_len);
    assert_non_null(window);
    n = pin(p);
    OK(F->C_Login(s, CKU_USER, (CK_UTF8CHAR *)p, n));
    want("the PIN", (uint8_t *)p, n);
    gost_wipe(p, sizeof p);
    use(s, &key);
    scalar(d);
    for (i = 0; i < 32; i++)
        back[i] = d[31 - i];
    want("the key", d, 32);
    want("the key, reversed", back, 32);
    want("half the key", d, 16);
    want("half the key, reversed", back, 16);
    gost_wipe(d, sizeof d);
    gost_wipe(back, sizeof back);
    each_range(1, collect, NULL);
    assert_true(wanted_n > 10); /* the token key, its round keys, two private keys */
    assert_true(found(0) >= 5); /* the search does find what is there */
    OK(F->C_Logout(s));
    assert_int_equal(found(1), 0);
    each_range(1, count, &arenas);
    assert_int_equal(arenas, 0); /* all of it was given back */
    free(window);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_stays, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
