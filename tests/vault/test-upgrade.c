/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A token of schema version 1, made by the release that had it: read as it is, brought up to date
 * by the first change and not before, and by nothing that fails.
 */
#include "tests/vault/common.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "token/secmem.h"

#define PAIRS 6 /* private_key(n, 1), public_key(n) */

static uint8_t *old_file;
static size_t old_len;

static char *old_token(void)
{
    char *dir = make_dir(), *path = path_in(dir, "token-0.db");

    write_file(path, old_file, old_len);
    free(path);
    return dir;
}

static unsigned version_of(const char *dir)
{
    char *path = path_in(dir, "token-0.db");
    size_t len;
    uint8_t *bytes = read_file(path, &len);
    unsigned version = bytes[63];

    free(bytes);
    free(path);
    return version;
}

/* What version 1 knew is all there. */
static void check_contents(vault_token *t, unsigned left)
{
    vault_object *o;
    vault_info info;
    uint64_t *ids;
    uint8_t want[64];
    void *value;
    size_t n, len;

    OK(vault_token_info(t, &info));
    HOLDS(memcmp(info.label, "version 1                       ", 32) == 0);
    HOLDS(info.user_pin_set && !info.user_pin_factory && !info.user_pin_due && !info.so_pin_due);
    HOLDS(info.user_tries == 8 && info.user_tries_left == left && info.so_tries_left == 10);
    HOLDS(info.user_pin_min == 6 && info.user_pin_max == 249 && info.changers == 3);
    HOLDS(info.objects == 2 * PAIRS);
    OK(vault_find(t, NULL, 0, &ids, &n));
    HOLDS(n == 2 * PAIRS);
    for (unsigned i = 0; i < n; i++) {
        OK(vault_read(t, ids[i], &o));
        if (i % 2 == 0 && vault_unseal(t, o, CKA_VALUE, &value, &len) == CKR_OK) {
            HOLDS(len == secret_of(i / 2, 1, want) && memcmp(value, want, len) == 0);
            tok_secret_free(value);
        }
        vault_object_free(o);
    }
    free(ids);
}

static void by_login(void **state)
{
    char *dir = old_token();
    vault_journal_state st;
    vault_token *t, *other;
    vault *v;
    char *text;
    size_t len;

    (void)state;
    OK(vault_open(dir, &v));
    t = open_token(v, 0);
    other = open_token(v, 0);
    check_contents(t, 7);
    OK(vault_journal_text(t, &text, &len));
    HOLDS(strstr(text, "\"last\":0") != NULL);
    free(text);
    HOLDS(version_of(dir) == 1); /* looking changes nothing */
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    HOLDS(version_of(dir) == 2);
    check_contents(t, 8);
    check_contents(other, 8); /* which has seen version 1 before */
    OK(vault_journal_text(other, &text, &len));
    HOLDS(strstr(text, "\"event\":\"upgrade\",\"from\":1,") != NULL);
    HOLDS(strstr(text, "\"event\":\"journal-anchor\",\"unanchored\":1,") != NULL);
    HOLDS(strstr(text, "\"event\":\"login\"") != NULL);
    free(text);
    OK(vault_journal_verify(t, &st));
    HOLDS(st.checked && !st.altered && st.last == 3 && st.anchored == 3);
    OK(vault_login(other, CKU_SO, PIN(SO_PIN)));
    OK(vault_init_user_pin(other, PIN("another pin")));
    OK(vault_login(t, CKU_USER, PIN("another pin")));
    check_contents(t, 8);
    vault_token_close(t);
    vault_token_close(other);
    t = open_token(v, 0);
    check_contents(t, 8);
    vault_token_close(t);
    vault_close(v);
    remove_dir(dir);
}

static void by_format(void **state)
{
    vault_init init = quick_init();
    char *dir = old_token();
    vault_info info;
    vault_token *t;
    vault *v;

    (void)state;
    OK(vault_open(dir, &v));
    t = open_token(v, 0);
    OK(vault_reinit(t, PIN(SO_PIN), &init));
    OK(vault_token_info(t, &info));
    HOLDS(info.objects == 0 && version_of(dir) == 2);
    HOLDS(info.user_tries == 8); /* not said: as it was */
    vault_token_close(t);
    vault_close(v);
    remove_dir(dir);
}

/* A file that cannot be written is good for reading. Root can write: as nobody. */
static void read_only(void **state)
{
    char *dir = old_token(), *file = path_in(dir, "token-0.db");
    vault *v;
    int pid;

    (void)state;
    OK(vault_open(dir, &v));
    if (geteuid() == 0)
        HOLDS(chown(dir, 65534, 65534) == 0 && chown(file, 65534, 65534) == 0);
    HOLDS(chmod(file, 0400) == 0 && chmod(dir, 0500) == 0);
    pid = fork_child();
    if (pid == 0) {
        vault_token *t;
        if (geteuid() == 0)
            HOLDS(setgid(65534) == 0 && setuid(65534) == 0);
        t = open_token(v, 0);
        EXPECT(CKR_TOKEN_WRITE_PROTECTED, vault_login(t, CKU_USER, PIN(USER_PIN)));
        check_contents(t, 7);
        vault_token_close(t);
        _exit(0);
    }
    HOLDS(wait_for(pid) == 0);
    if (geteuid() == 0)
        HOLDS(chown(dir, 0, 0) == 0);
    vault_close(v);
    free(file);
    remove_dir(dir);
}

/* ---- a disk that fails ---------------------------------------------------------------------- */

static struct {
    int armed, kill;
    unsigned left, failed;
} disk;

static int fails(void)
{
    if (!disk.armed)
        return 0;
    if (disk.left > 0) {
        disk.left--;
        return 0;
    }
    if (disk.kill)
        (void)kill(getpid(), SIGKILL);
    disk.failed++;
    errno = ENOSPC;
    return 1;
}

#define EXPORTED __attribute__((visibility("default")))
EXPORTED ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t at);

EXPORTED ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t at)
{
    return fails() ? -1 : syscall(SYS_pwrite64, fd, buf, n, at);
}

EXPORTED int fsync(int fd)
{
    return fails() ? -1 : (int)syscall(SYS_fsync, fd);
}

EXPORTED int fdatasync(int fd)
{
    return fails() ? -1 : (int)syscall(SYS_fdatasync, fd);
}

/* The first login, cut short at each of its writes: the old version as it was, or the new one. */
static void cut_short(void **state)
{
    unsigned done = 0, old = 0, new = 0;

    (void)state;
    for (int how = 0; how < 2; how++) {
        for (unsigned k = 0; k < 200; k++) {
            char *dir = old_token();
            vault_token *t;
            unsigned left;
            vault_info info;
            vault *v;
            int pid, status;

            OK(vault_open(dir, &v));
            pid = fork_child();
            if (pid == 0) {
                CK_RV rv;
                t = open_token(v, 0);
                disk.left = k;
                disk.kill = how;
                disk.armed = 1;
                rv = vault_login(t, CKU_USER, PIN(USER_PIN));
                disk.armed = 0;
                HOLDS(rv == CKR_OK || disk.failed > 0);
                if (rv != CKR_OK && rv != CKR_DEVICE_ERROR)
                    EXPECT(CKR_DEVICE_MEMORY, rv);
                vault_token_close(t);
                _exit(rv == CKR_OK ? 0 : 1);
            }
            status = wait_for(pid);
            HOLDS(status == 0 || status == 1 || status == 128 + SIGKILL);
            t = open_token(v, 0);
            OK(vault_token_info(t, &info));
            left = info.user_tries_left;
            HOLDS(left == 8 || left == 7 || left == 6);
            HOLDS(status != 0 || left == 8);
            version_of(dir) == 1 ? old++ : new ++;
            check_contents(t, left);
            OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
            check_contents(t, 8);
            vault_token_close(t);
            vault_close(v);
            remove_dir(dir);
            if (status == 0) {
                done++;
                break;
            }
        }
    }
    print_message("cut short: %u times the old version, %u times the new one\n", old, new);
    HOLDS(done == 2 && old > 10 && new > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_login),
        cmocka_unit_test(by_format),
        cmocka_unit_test(read_only),
        cmocka_unit_test(cut_short),
    };

    old_file = read_file(TEST_DATA "/token-version-1.db", &old_len);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
