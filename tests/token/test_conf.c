/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken.conf and the module: which file, whose it must be, what comes before it, and that a
 * mistake in it is not passed over. The text itself is test_config.c's. */
#include "tests/token/conf.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *(*error_text)(void);

static void refused(const char *words)
{
    FAILS(CKR_GENERAL_ERROR, F->C_Initialize(NULL));
    if (strstr(error_text(), words) == NULL)
        fail_msg("%s: not: %s", error_text(), words);
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, F->C_Finalize(NULL));
}

static int begin(void **state)
{
    void *module = dlopen(TEST_MODULE, RTLD_NOW | RTLD_NOLOAD);

    *(void **)&error_text = dlsym(module, "gosttoken_error_text");
    (void)dlclose(module);
    if (error_text == NULL || test_begin(state) != 0)
        return -1;
    return F->C_Finalize(NULL) == CKR_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)unsetenv("XDG_CONFIG_HOME");
    (void)unsetenv("GOSTTOKEN_LOG");
    (void)unsetenv("GOSTTOKEN_FACTORY_TOKEN");
    (void)setenv("GOSTTOKEN_DIR", store_dir(), 1);
    return conf_end(state);
}

static CK_ULONG tokens(void)
{
    CK_TOKEN_INFO info;

    OK(F->C_GetTokenInfo(0, &info));
    return (info.flags & CKF_TOKEN_INITIALIZED) != 0;
}

static void mistakes(void **state)
{
    const char *path = conf_write("pin.tries = 3\npin.min-lenght = 8\n");
    char word[200];

    (void)state;
    (void)snprintf(word, sizeof word, "%s: line 2: there is no key \"pin.min-lenght\"", path);
    refused(word);
    (void)conf_write("pin.tries = many\n");
    refused("line 1: pin.tries = \"many\": it takes a number from 1 to 1000");
    configure("pin.tries = 3\n"); /* and once it is mended */
    OK(F->C_Finalize(NULL));
}

static void whose_it_is(void **state)
{
    const char *path = conf_write("journal = off\n");

    (void)state;
    assert_int_equal(chmod(path, 0620), 0);
    refused("others can write");
    assert_int_equal(chmod(path, 0602), 0);
    refused("others can write");
    assert_int_equal(chmod(path, 0644), 0);
    OK(F->C_Initialize(NULL));
    OK(F->C_Finalize(NULL));
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 65534, 65534), 0);
        refused("another user");
    }
    assert_int_equal(unlink(path), 0);
    refused("No such file"); /* named, and not there */
    assert_int_equal(mkdir(path, 0700), 0);
    refused("not a plain file");
    assert_int_equal(rmdir(path), 0);
    (void)setenv("GOSTTOKEN_CONF", "/dev/null", 1);
    OK(F->C_Initialize(NULL));
    OK(F->C_Finalize(NULL));
}

/* The user's own file is found where XDG says. */
static void own_place(void **state)
{
    char base[200], dir[260], path[300];
    FILE *f;

    (void)state;
    (void)unsetenv("GOSTTOKEN_CONF");
    (void)snprintf(base, sizeof base, "%s.xdg", store_dir());
    (void)snprintf(dir, sizeof dir, "%s/gosttoken", base);
    (void)snprintf(path, sizeof path, "%s/gosttoken.conf", dir);
    assert_int_equal(mkdir(base, 0700), 0);
    (void)setenv("XDG_CONFIG_HOME", base, 1);
    assert_int_equal(mkdir(dir, 0700), 0);
    f = fopen(path, "w");
    assert_non_null(f);
    (void)fputs("factory-token = off\n", f);
    (void)fclose(f);
    assert_int_equal(chmod(path, 0600), 0);
    OK(F->C_Initialize(NULL));
    assert_int_equal(tokens(), 0);
    OK(F->C_Finalize(NULL));
    (void)setenv("GOSTTOKEN_FACTORY_TOKEN", "on", 1); /* the environment comes first */
    OK(F->C_Initialize(NULL));
    assert_int_equal(tokens(), 1);
    OK(F->C_Finalize(NULL));
    f = fopen(path, "w");
    (void)fputs("nonsense\n", f);
    (void)fclose(f);
    refused(path);
    (void)unlink(path);
    (void)rmdir(dir);
    (void)rmdir(base);
}

static void factory(void **state)
{
    (void)state;
    configure("factory-token = off\n");
    assert_int_equal(tokens(), 0);
    configure("factory-token = on\n");
    assert_int_equal(tokens(), 1);
    OK(F->C_Finalize(NULL));
    (void)setenv("GOSTTOKEN_FACTORY_TOKEN", "off", 1);
    OK(F->C_Initialize(NULL));
    assert_int_equal(tokens(), 0);
}

static void store_and_log(void **state)
{
    char text[600], elsewhere[200], log[200], file[260], line[600];
    struct stat st;
    FILE *f;

    (void)state;
    (void)snprintf(elsewhere, sizeof elsewhere, "%s.elsewhere", store_dir());
    (void)snprintf(log, sizeof log, "%s.log", store_dir());
    (void)snprintf(file, sizeof file, "%s/token-0.db", elsewhere);
    (void)snprintf(text, sizeof text, "store = %s\nlog = %s\nlog-level = error\n", elsewhere, log);
    (void)unsetenv("GOSTTOKEN_DIR");
    configure(text);
    FAILS(CKR_PIN_INCORRECT, F->C_Login(open_rw(), CKU_USER, PIN("wrong-pin")));
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(stat(log, &st), 0);
    assert_int_equal(st.st_size, 0); /* a wrong PIN is not an error of the store */
    OK(F->C_Finalize(NULL));
    (void)snprintf(text, sizeof text, "store = %s\nlog = %s\nlog-level = info\n", elsewhere, log);
    configure(text);
    FAILS(CKR_PIN_INCORRECT, F->C_Login(open_rw(), CKU_USER, PIN("wrong-pin")));
    f = fopen(log, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    assert_non_null(strstr(line, "wrong user PIN"));
    (void)fclose(f);
    OK(F->C_Finalize(NULL));
    /* The variables come before the file. */
    (void)setenv("GOSTTOKEN_DIR", store_dir(), 1);
    OK(F->C_Initialize(NULL));
    OK(F->C_Login(open_rw(), CKU_USER, PIN("12345678")));
    (void)snprintf(text, sizeof text, "%s/token-0.db", store_dir());
    assert_int_equal(stat(text, &st), 0);
    (void)unlink(log);
    (void)unlink(file);
    (void)snprintf(file, sizeof file, "%s/token-0.db-queue", elsewhere);
    (void)unlink(file);
    assert_int_equal(rmdir(elsewhere), 0);
}

/* What a login to a fresh token costs: the least of three, in ms of this process's own time. */
static double login_ms(const char *conf)
{
    struct timespec a, b;
    CK_SESSION_HANDLE s;
    double least = 0, ms;

    store_clear();
    configure(conf);
    s = open_rw();
    for (int i = 0; i < 4; i++) { /* the first makes the token */
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
        OK(F->C_Login(s, CKU_USER, PIN("12345678")));
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
        OK(F->C_Logout(s));
        ms = (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
        if (i > 0 && (least <= 0 || ms < least))
            least = ms;
    }
    OK(F->C_CloseSession(s));
    return least;
}

/* Eight times the time asked for is eight times the work, whatever the machine was thought to be
 * able to do when it was measured; milliseconds would depend on how busy it was then. */
static void kdf(void **state)
{
    double usual = login_ms(""), dear = login_ms("kdf.ms = 400\n");

    (void)state;
    if (dear <= 3 * usual)
        fail_msg("%.1f ms by default, %.1f ms with kdf.ms = 400", usual, dear);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, begin, end)
    const struct CMUnitTest tests[] = {
        T(mistakes), T(whose_it_is), T(own_place), T(factory), T(store_and_log), T(kdf),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
