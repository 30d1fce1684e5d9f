/* SPDX-License-Identifier: Apache-2.0 */
/* Files and directories that the vault must refuse, or may only read. */
#include "tests/vault/common.h"

#include <sys/stat.h>
#include <unistd.h>

static void foreign_files(void **state)
{
    char *dir = make_dir(), *file = path_in(dir, "token-0.db"), *link = path_in(dir, "token-1.db");
    vault *v = make_vault(dir);
    uint8_t *good, *bad;
    vault_token *t;
    size_t len;

    (void)state;
    good = read_file(file, &len);
    bad = malloc(len);
    memcpy(bad, good, len);
    bad[63] = 9; /* the schema's version */
    write_file(file, bad, len);
    EXPECT(CKR_TOKEN_NOT_RECOGNIZED, vault_token_open(v, 0, &t));
    HOLDS(strstr(vault_error_text(), "version 9") != NULL);
    HOLDS(strstr(vault_error_text(), "versions 1 to 2") != NULL);
    memcpy(bad, good, len);
    bad[70] ^= 1; /* the application */
    write_file(file, bad, len);
    EXPECT(CKR_TOKEN_NOT_RECOGNIZED, vault_token_open(v, 0, &t));
    write_file(file, (const uint8_t *)"hello", 5);
    EXPECT(CKR_TOKEN_NOT_RECOGNIZED, vault_token_open(v, 0, &t));
    write_file(file, NULL, 0);
    EXPECT(CKR_TOKEN_NOT_RECOGNIZED, vault_token_open(v, 0, &t));
    write_file(file, good, len);
    OK(vault_token_open(v, 0, &t));
    vault_token_close(t);

    HOLDS(symlink(file, link) == 0);
    EXPECT(CKR_DEVICE_ERROR, vault_token_open(v, 1, &t));
    HOLDS(unlink(link) == 0 && mkdir(link, 0700) == 0);
    EXPECT(CKR_DEVICE_ERROR, vault_token_open(v, 1, &t));
    HOLDS(chmod(file, 0620) == 0);
    EXPECT(CKR_DEVICE_ERROR, vault_token_open(v, 0, &t));
    HOLDS(chmod(file, 0644) == 0);
    OK(vault_token_open(v, 0, &t));
    vault_token_close(t);
    if (geteuid() == 0) {
        /* root may use a service's token; nobody else may use another's */
        HOLDS(chown(file, 65534, 65534) == 0);
        OK(vault_token_open(v, 0, &t));
        vault_token_close(t);
        HOLDS(chown(file, 1, 1) == 0 && chmod(file, 0644) == 0);
        HOLDS(chown(dir, 65534, 65534) == 0);
        HOLDS(seteuid(65534) == 0);
        EXPECT(CKR_DEVICE_ERROR, vault_token_open(v, 0, &t));
        EXPECT(CKR_DEVICE_ERROR, vault_destroy(v, 0));
        HOLDS(seteuid(0) == 0);
        HOLDS(chown(file, 0, 0) == 0 && chown(dir, 0, 0) == 0);
    }
    /* A damaged token can be removed. */
    write_file(file, (const uint8_t *)"hello", 5);
    OK(vault_destroy(v, 0));
    vault_close(v);
    free(good);
    free(bad);
    free(file);
    free(link);
    remove_dir(dir);
}

static void foreign_directory(void **state)
{
    char *dir = make_dir();
    vault_init init = quick_init();
    CK_SLOT_ID *slots;
    vault_token *t;
    size_t n;
    vault *v;

    (void)state;
    HOLDS(chmod(dir, 0770) == 0);
    EXPECT(CKR_DEVICE_ERROR, vault_open(dir, &v));
    HOLDS(strstr(vault_error_text(), dir) != NULL && strstr(vault_error_text(), "chmod") != NULL);
    HOLDS(chmod(dir, 0755) == 0);
    OK(vault_open(dir, &v));
    HOLDS(chmod(dir, 0777) == 0);
    EXPECT(CKR_DEVICE_ERROR, vault_create(v, 0, &init));
    EXPECT(CKR_DEVICE_ERROR, vault_token_open(v, 0, &t));
    EXPECT(CKR_DEVICE_ERROR, vault_slots(v, &slots, &n));
    EXPECT(CKR_DEVICE_ERROR, vault_destroy(v, 0));
    if (geteuid() == 0) {
        HOLDS(chmod(dir, 0755) == 0 && chown(dir, 1, 1) == 0);
        OK(vault_slots(v, &slots, &n)); /* root may */
        free(slots);
        HOLDS(seteuid(65534) == 0);
        EXPECT(CKR_DEVICE_ERROR, vault_slots(v, &slots, &n));
        HOLDS(seteuid(0) == 0);
        HOLDS(chown(dir, 0, 0) == 0);
    }
    vault_close(v);
    remove_dir(dir);
}

/* Everything that cannot be written can still be read. Root has no such bounds: as nobody. */
static void read_only(void **state)
{
    char *dir = make_dir(), *file = path_in(dir, "token-0.db");
    vault *v = make_vault(dir);
    vault_token *t = open_token(v, 0);
    tok_attrs *key = public_key(1);
    uint64_t id;

    (void)state;
    OK(vault_insert(t, key, &id));
    vault_token_close(t);
    for (int file_too = 0; file_too < 2; file_too++) {
        int pid;
        if (geteuid() == 0)
            HOLDS(chown(dir, 65534, 65534) == 0 && chown(file, 65534, 65534) == 0);
        HOLDS(chmod(file, file_too ? 0400 : 0600) == 0 && chmod(dir, 0500) == 0);
        pid = fork_child();
        if (pid == 0) {
            vault_init init = quick_init();
            vault_object *o;
            uint64_t id2;
            if (geteuid() == 0)
                HOLDS(setgid(65534) == 0 && setuid(65534) == 0);
            t = open_token(v, 0);
            OK(vault_read(t, id, &o));
            vault_object_free(o);
            HOLDS(found(t, NULL, 0, NULL) == 1);
            EXPECT(CKR_TOKEN_WRITE_PROTECTED, vault_insert(t, key, &id2));
            EXPECT(CKR_TOKEN_WRITE_PROTECTED, vault_login(t, CKU_USER, PIN(USER_PIN)));
            EXPECT(CKR_TOKEN_WRITE_PROTECTED, vault_delete(t, id));
            EXPECT(CKR_TOKEN_WRITE_PROTECTED, vault_create(v, 1, &init));
            EXPECT(CKR_TOKEN_WRITE_PROTECTED, vault_destroy(v, 0));
            OK(vault_read(t, id, &o));
            vault_object_free(o);
            vault_token_close(t);
            _exit(0);
        }
        HOLDS(wait_for(pid) == 0);
    }
    if (geteuid() == 0)
        HOLDS(chown(dir, 0, 0) == 0 && chown(file, 0, 0) == 0);
    vault_close(v);
    tok_attrs_free(key);
    free(file);
    remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_files),
        cmocka_unit_test(foreign_directory),
        cmocka_unit_test(read_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
