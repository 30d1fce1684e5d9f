/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk that is full or fails. This program's own pwrite, fsync and so on come before the C
 * library's for every library it uses, SQLite among them. Each operation of the vault is run with
 * its first call failing, then its second, and so on until none is left to fail; each time once
 * with that call alone failing and once with all that follow failing too. Whenever the operation
 * reports an error, the token must be as it was, for the connection that saw the error and for a
 * new one; whenever it reports success, the change must be there.
 */
#include "tests/vault/common.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

/* ---- the disk ------------------------------------------------------------------------------- */

static struct {
    int armed, sticky, error;
    unsigned left;   /* calls until the failure */
    unsigned failed; /* calls that failed */
} disk;

static int fails(void)
{
    if (!disk.armed)
        return 0;
    if (disk.left > 0) {
        disk.left--;
        return 0;
    }
    if (disk.failed > 0 && !disk.sticky)
        return 0;
    disk.failed++;
    errno = disk.error;
    return 1;
}

EXPORTED ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t at);
EXPORTED int ftruncate64(int fd, off64_t size);

EXPORTED ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t at)
{
    return fails() ? -1 : syscall(SYS_pwrite64, fd, buf, n, at);
}

EXPORTED int ftruncate64(int fd, off64_t size)
{
    return fails() ? -1 : (int)syscall(SYS_ftruncate, fd, size);
}

EXPORTED int fsync(int fd)
{
    return fails() ? -1 : (int)syscall(SYS_fsync, fd);
}

EXPORTED int fdatasync(int fd)
{
    return fails() ? -1 : (int)syscall(SYS_fdatasync, fd);
}

/*
 * Names are changed or removed with a failure alone, never for good: a commit moves a name, syncs,
 * and moves it back if that failed. A full disk can still do that; on one that breaks for good just
 * there nobody could undo anything.
 */
static int name_fails(void)
{
    return !disk.sticky && fails();
}

EXPORTED int rename(const char *from, const char *to)
{
    return name_fails() ? -1 : (int)syscall(SYS_rename, from, to);
}

EXPORTED int renameat(int fd, const char *from, int fd2, const char *to)
{
    return name_fails() ? -1 : (int)syscall(SYS_renameat, fd, from, fd2, to);
}

EXPORTED int linkat(int fd, const char *from, int fd2, const char *to, int flags)
{
    return fails() ? -1 : (int)syscall(SYS_linkat, fd, from, fd2, to, flags);
}

EXPORTED int unlink(const char *path)
{
    return name_fails() ? -1 : (int)syscall(SYS_unlink, path);
}

EXPORTED int unlinkat(int fd, const char *path, int flags)
{
    return name_fails() ? -1 : (int)syscall(SYS_unlinkat, fd, path, flags);
}

/* ---- operations ----------------------------------------------------------------------------- */

typedef struct scene {
    vault *v;
    vault_token *t; /* the user logged in, or the SO */
    uint64_t id;    /* an object that is there */
} scene;

static CK_RV op_insert(scene *s)
{
    tok_attrs *key = private_key(20, 1);
    uint64_t id;
    CK_RV rv = vault_insert(s->t, key, &id);

    tok_attrs_free(key);
    return rv;
}

/* Pages enough that some are added to the file. */
static CK_RV op_insert_all(scene *s)
{
    tok_attrs *keys[30];
    uint64_t ids[30];
    CK_RV rv;

    for (unsigned i = 0; i < 30; i++)
        keys[i] = i % 2 == 0 ? private_key(30 + i, 1) : public_key(30 + i);
    rv = vault_insert_all(s->t, (const tok_attrs *const *)keys, 30, ids);
    for (unsigned i = 0; i < 30; i++)
        tok_attrs_free(keys[i]);
    return rv;
}

static CK_RV op_update(scene *s)
{
    tok_attrs *changes = tok_attrs_new();
    CK_RV rv;

    OK(tok_attrs_set(changes, CKA_LABEL, "changed", 7));
    OK(tok_attrs_set(changes, CKA_VALUE, "changed", 7));
    rv = vault_update(s->t, s->id, changes);
    tok_attrs_free(changes);
    return rv;
}

static CK_RV op_delete(scene *s)
{
    return vault_delete(s->t, s->id);
}

static CK_RV op_set_pin(scene *s)
{
    return vault_set_pin(s->t, CKU_USER, PIN(USER_PIN), PIN("second pin"));
}

static CK_RV op_set_label(scene *s)
{
    return vault_set_label(s->t, (const uint8_t *)"label", 5);
}

static CK_RV op_reinit(scene *s)
{
    vault_init init = quick_init();

    init.so_pin = init.user_pin = (const uint8_t *)"second pin";
    init.so_pin_len = init.user_pin_len = 10;
    return vault_reinit(s->t, PIN(SO_PIN), &init);
}

static CK_RV op_init_user_pin(scene *s)
{
    return vault_init_user_pin(s->t, PIN("second pin"));
}

static CK_RV op_licence(scene *s)
{
    uint8_t licence[VAULT_LICENCE] = {7};

    return vault_set_licence(s->t, 1, licence);
}

static CK_RV op_reset_pin(scene *s)
{
    return vault_reset_user_pin(s->t, PIN("second pin"));
}

static CK_RV op_force(scene *s)
{
    return vault_force_change(s->t);
}

static CK_RV op_create(scene *s)
{
    vault_init init = quick_init();

    return vault_create(s->v, 1, &init);
}

static CK_RV op_destroy(scene *s)
{
    return vault_destroy(s->v, 0);
}

static const struct operation {
    const char *name;
    CK_RV (*run)(scene *s);
    CK_USER_TYPE who;
} operations[] = {
    {"insert", op_insert, CKU_USER},   {"insert_all", op_insert_all, CKU_USER},
    {"update", op_update, CKU_USER},   {"delete", op_delete, CKU_USER},
    {"set_pin", op_set_pin, CKU_USER}, {"set_label", op_set_label, CKU_USER},
    {"reinit", op_reinit, CKU_USER},   {"init_user_pin", op_init_user_pin, CKU_SO},
    {"licence", op_licence, CKU_USER}, {"reset_pin", op_reset_pin, CKU_SO},
    {"force", op_force, CKU_SO},       {"create", op_create, CKU_USER},
    {"destroy", op_destroy, CKU_USER},
};

/* ---- the state of everything ---------------------------------------------------------------- */

typedef struct picture {
    uint8_t digest[32];
    int present, second_slot, second_pin, second_so_pin, licence, forced;
} picture;

static picture look(vault *v)
{
    picture p = {.present = 0};
    vault_journal_state journal;
    uint8_t licence[VAULT_LICENCE];
    CK_SLOT_ID *slots;
    vault_token *t;
    size_t n;
    CK_RV rv;

    OK(vault_slots(v, &slots, &n));
    for (size_t i = 0; i < n; i++) {
        p.present |= slots[i] == 0;
        p.second_slot |= slots[i] == 1;
    }
    free(slots);
    if (p.second_slot) {
        t = open_token(v, 1);
        OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
        vault_token_close(t);
    }
    if (!p.present)
        return p;
    t = open_token(v, 0);
    rv = vault_check_pin(t, CKU_SO, PIN(SO_PIN));
    if (rv == CKR_PIN_INCORRECT) {
        p.second_so_pin = 1;
        rv = vault_check_pin(t, CKU_SO, PIN("second pin"));
    }
    OK(rv);
    rv = vault_login(t, CKU_USER, PIN(USER_PIN));
    if (rv == CKR_PIN_INCORRECT) {
        p.second_pin = 1;
        rv = vault_login(t, CKU_USER, PIN("second pin"));
    }
    OK(rv);
    OK(vault_journal_verify(t, &journal));
    HOLDS(journal.checked && !journal.altered);
    OK(vault_licence(t, 1, licence));
    p.licence = licence[0];
    p.forced = vault_change_due(t);
    if (p.forced) /* opens nothing sealed */
        vault_logout(t);
    OK(snapshot(t, p.digest));
    vault_token_close(t);
    return p;
}

static int same(const picture *a, const picture *b)
{
    return memcmp(a->digest, b->digest, sizeof(a->digest)) == 0 && a->present == b->present &&
           a->second_slot == b->second_slot && a->second_pin == b->second_pin &&
           a->second_so_pin == b->second_so_pin && a->licence == b->licence &&
           a->forced == b->forced;
}

/* Nothing but the token and its queue is left in the directory. */
static int tidy(const char *dir)
{
    struct dirent *e;
    int ok = 1;
    DIR *d = opendir(dir);

    HOLDS(d != NULL);
    while ((e = readdir(d)) != NULL)
        ok &= e->d_name[0] == '.' ? e->d_name[1] == '\0' || e->d_name[1] == '.'
                                  : strcmp(e->d_name, "token-0.db") == 0 ||
                                        strcmp(e->d_name, "token-0.db-queue") == 0;
    (void)closedir(d);
    return ok;
}

/* ---- the test ------------------------------------------------------------------------------- */

static void clear(const char *dir)
{
    struct dirent *e;
    DIR *d = opendir(dir);

    HOLDS(d != NULL);
    while ((e = readdir(d)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            HOLDS(unlinkat(dirfd(d), e->d_name, 0) == 0);
    (void)closedir(d);
}

/* Runs one operation with the k-th call failing. 0: there was no k-th call any more. */
static int one(const struct operation *op, const char *dir, vault *v, uint64_t id,
               const uint8_t *file, size_t len, const picture *before, unsigned k, int sticky,
               int error, unsigned *errors)
{
    char *path = path_in(dir, "token-0.db");
    scene s = {.v = v, .id = id};
    uint8_t seen[32], now[32];
    picture after;
    unsigned failed;
    CK_RV rv;

    clear(dir);
    write_file(path, file, len);
    free(path);
    s.t = open_token(v, 0);
    OK(op->who == CKU_SO ? vault_login(s.t, CKU_SO, PIN(SO_PIN))
                         : vault_login(s.t, CKU_USER, PIN(USER_PIN)));
    OK(snapshot(s.t, seen));
    disk.left = k;
    disk.sticky = sticky;
    disk.error = error;
    disk.failed = 0;
    disk.armed = 1;
    rv = op->run(&s);
    disk.armed = 0;
    failed = disk.failed;
    if (rv != CKR_OK) {
        (*errors)++;
        HOLDS(failed > 0);
        if (rv != CKR_DEVICE_ERROR)
            EXPECT(error == ENOSPC ? CKR_DEVICE_MEMORY : CKR_DEVICE_ERROR, rv);
        /* The connection that saw it goes on as if nothing had been. */
        OK(snapshot(s.t, now));
        HOLDS(memcmp(seen, now, sizeof(now)) == 0);
    }
    vault_token_close(s.t);
    after = look(v);
    if (same(before, &after) != (rv != CKR_OK))
        print_message("%s, call %u, %s, errno %d: 0x%lx, but the token is %s\n", op->name, k,
                      sticky ? "for good" : "once", error, rv,
                      rv != CKR_OK ? "not as it was" : "as it was");
    HOLDS(same(before, &after) == (rv != CKR_OK));
    if (rv == CKR_OK && failed == 0)
        HOLDS(!after.present || after.second_slot || tidy(dir));
    return failed > 0;
}

static void faults(void **state)
{
    static const struct {
        int sticky, error;
    } ways[] = {{1, ENOSPC}, {0, EIO}, {0, ENOSPC}, {1, EIO}};
    unsigned n_ways = size_from_env("GOSTTOKEN_TEST_FAULT_WAYS", 2);
    char *dir = make_dir(), *path = path_in(dir, "token-0.db");
    vault *v = make_vault(dir);
    vault_token *t = open_token(v, 0);
    uint64_t id = 0;
    picture before;
    uint8_t *file;
    size_t len;

    (void)state;
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    for (unsigned i = 0; i < 8; i++) {
        tok_attrs *key = private_key(i, 1);
        OK(vault_insert(t, key, &id));
        tok_attrs_free(key);
    }
    vault_token_close(t);
    file = read_file(path, &len);
    before = look(v);
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        unsigned runs = 0, reported = 0;
        for (unsigned j = 0; j < n_ways; j++) {
            unsigned k = 0;
            while (one(&operations[i], dir, v, id, file, len, &before, k, ways[j].sticky,
                       ways[j].error, &reported))
                k++;
            HOLDS(k > 0); /* the shim is really there */
            runs += k;
        }
        print_message("%-14s %4u faults, %4u reported\n", operations[i].name, runs, reported);
        HOLDS(reported > 0);
    }
    vault_close(v);
    free(file);
    free(path);
    remove_dir(dir);
}

/* Uses of keys that cannot be written wait until they can be. */
static void uses(void **state)
{
    const vault_use use = {.name = "sign"};
    char *dir = make_dir();
    vault *v = make_vault(dir);
    vault_token *t = open_token(v, 0);
    vault_journal_state st;
    uint64_t before;

    (void)state;
    OK(vault_login(t, CKU_USER, PIN(USER_PIN)));
    OK(vault_journal_verify(t, &st));
    before = st.last;
    disk.left = 0;
    disk.sticky = 1;
    disk.error = ENOSPC;
    disk.failed = 0;
    disk.armed = 1;
    for (unsigned i = 0; i < 5000; i++)
        vault_journal_use(t, &use);
    EXPECT(CKR_DEVICE_MEMORY, vault_journal_flush(t));
    disk.armed = 0;
    HOLDS(disk.failed > 0);
    vault_journal_use(t, &use);
    OK(vault_journal_flush(t));
    OK(vault_journal_verify(t, &st));
    HOLDS(!st.altered && st.checked);
    HOLDS(st.last == before + 4096 + 1); /* what there was room for, and how many there were more */
    vault_token_close(t);
    vault_close(v);
    remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(faults), cmocka_unit_test(uses)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
