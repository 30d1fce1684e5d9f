/* SPDX-License-Identifier: Apache-2.0 */
/*
 * many N URI MODULE: N signatures by one process, which loads the key anew every hundred. After
 * a tenth of them nothing may grow any more: open files, sessions with the token (asked of the
 * module, which this process has loaded once), memory.
 */
#include "tests/openssl/client.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <gosttoken/pkcs11-gost.h>

typedef struct counts {
    unsigned long files, sessions, memory; /* memory in KiB */
} counts;

static unsigned long open_files(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned long n = 0;

    while (dir != NULL && readdir(dir) != NULL) {
        n++;
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return n;
}

static unsigned long memory(void)
{
    FILE *f = fopen("/proc/self/status", "r");
    char line[256];
    unsigned long kib = 0;

    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        if (strncmp(line, "VmRSS:", 6) == 0) {
            kib = strtoul(line + 6, NULL, 10);
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return kib;
}

/* Sessions with all tokens; ~0 if the module does not say. */
static unsigned long sessions(CK_FUNCTION_LIST *p11)
{
    CK_SLOT_ID slots[64];
    CK_ULONG n = 64, i;
    unsigned long total = 0;

    if (p11->C_GetSlotList(CK_TRUE, slots, &n) != CKR_OK) {
        return ~0UL;
    }
    for (i = 0; i < n; i++) {
        CK_TOKEN_INFO info;

        if (p11->C_GetTokenInfo(slots[i], &info) != CKR_OK ||
            info.ulSessionCount == CK_UNAVAILABLE_INFORMATION) {
            return ~0UL;
        }
        total += info.ulSessionCount;
    }
    return total;
}

static CK_FUNCTION_LIST *module_functions(const char *path)
{
    void *module = dlopen(path, RTLD_NOW);
    CK_FUNCTION_LIST *p11 = NULL;
    CK_C_GetFunctionList get = NULL;

    if (module != NULL) {
        *(void **)&get = dlsym(module, "C_GetFunctionList");
    }
    return get != NULL && get(&p11) == CKR_OK ? p11 : NULL;
}

static counts count(CK_FUNCTION_LIST *p11)
{
    counts c = {open_files(), sessions(p11), memory()};

    printf("%lu files, %lu sessions, %lu KiB\n", c.files, c.sessions, c.memory);
    return c;
}

int main(int argc, char **argv)
{
    EVP_PKEY *key = NULL;
    CK_FUNCTION_LIST *p11;
    counts early = {0, 0, 0}, late;
    int n, i;

    if (argc != 4 || (n = atoi(argv[1])) < 1000 || (p11 = module_functions(argv[3])) == NULL) {
        fprintf(stderr, "usage: many n uri module\n");
        return 2;
    }
    for (i = 0; i < n; i++) {
        if (i % 100 == 0) {
            EVP_PKEY_free(key);
            key = client_key(NULL, argv[2]);
        }
        if (i == n / 10) {
            early = count(p11);
        }
        if (key == NULL || !client_sign_verify(NULL, key)) {
            fprintf(stderr, "signature %d failed\n", i);
            return 1;
        }
    }
    late = count(p11);
    EVP_PKEY_free(key);
    return early.sessions != ~0UL && early.sessions > 0 && late.files <= early.files &&
                   late.sessions <= early.sessions && late.memory <= early.memory + 512
               ? 0
               : 1;
}
