/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];
const char *log_forbidden;
int log_leaked;

void temp_dir_make(void)
{
    strcpy(dir, "/tmp/gosttoken-p11-XXXXXX");
    if (mkdtemp(dir) == NULL)
        fail_msg("no temporary directory");
}

const char *temp_dir(void)
{
    return dir;
}

void temp_dir_remove(void)
{
    if (dir[0] != '\0')
        run("rm -rf '%s'", dir);
    dir[0] = '\0';
}

void run(const char *format, ...)
{
    char command[2000], output[4000];
    va_list args;
    size_t n;
    FILE *f;

    va_start(args, format);
    n = (size_t)vsnprintf(command, sizeof(command) - 8, format, args);
    va_end(args);
    strcpy(command + n, " 2>&1");
    f = popen(command, "r");
    if (f == NULL)
        fail_msg("cannot run %s", command);
    n = fread(output, 1, sizeof(output) - 1, f);
    output[n] = '\0';
    if (pclose(f) != 0)
        fail_msg("%s\n%s", command, output);
}

void log_line(void *arg, const char *line)
{
    (void)arg;
    if (log_forbidden != NULL && strstr(line, log_forbidden) != NULL)
        log_leaked = 1;
    if (getenv("TEST_VERBOSE") != NULL)
        fprintf(stderr, "# %s\n", line);
}

gt_p11 *client(const char *module, const char *token, const char *pin)
{
    gt_p11_config config = {.module = module, .token = token, .pin = pin, .log = log_line};
    gt_p11 *p = gt_p11_new(&config);

    assert_non_null(p);
    return p;
}

#ifdef MOCK_MODULE
void (*mock_log_out)(int slot);
void (*mock_close_sessions)(int slot);

mock *mock_load(void)
{
    static void *dl;
    mock *(*control)(void);
    void (*reset)(void);

    if (dl == NULL)
        dl = dlopen(MOCK_MODULE, RTLD_NOW | RTLD_LOCAL);
    if (dl == NULL)
        fail_msg("%s", dlerror());
    *(void **)&control = dlsym(dl, "mock_control");
    *(void **)&reset = dlsym(dl, "mock_reset");
    *(void **)&mock_log_out = dlsym(dl, "mock_logout");
    *(void **)&mock_close_sessions = dlsym(dl, "mock_close_all");
    unsetenv("GOSTTOKEN_PIN");
    unsetenv("GOSTTOKEN_MODULE");
    reset();
    return control();
}

gt_p11 *mock_client(const char *token, const char *pin)
{
    return client(MOCK_MODULE, token, pin);
}

gt_object *mock_key(void)
{
    gt_p11 *p = mock_client(NULL, "123456");
    gt_error err;
    gt_object *key = gt_p11_find_one(p, "pkcs11:object=key", CKO_PRIVATE_KEY, NULL, &err);

    if (key == NULL)
        fail_msg("%s", err.text);
    gt_p11_free(p);
    return key;
}

int mock_sign(gt_object *key, int id, int slot, gt_error *err)
{
    CK_MECHANISM gost = {CKM_GOSTR3410, NULL, 0};
    uint8_t digest[32], sig[MOCK_SIGNATURE];
    size_t len = sizeof(sig);

    memset(digest, 7, sizeof(digest));
    if (!gt_object_sign(key, &gost, digest, sizeof(digest), sig, &len, err))
        return 0;
    return len == MOCK_SIGNATURE && sig[0] == id && sig[1] == slot && sig[2] == 7;
}
#endif

pid_t start_child(int (*work)(void *arg), void *arg)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(work(arg));
    assert_true(pid > 0);
    return pid;
}

int end_child(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return 255;
    return WEXITSTATUS(status);
}
