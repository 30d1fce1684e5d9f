/* SPDX-License-Identifier: Apache-2.0 */
/* replay FILE|DIRECTORY...: runs what stands in files through a fuzz target, as a fuzzer would. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LONGEST (1 << 20)

static unsigned long done;

static int run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *buf = malloc(LONGEST), *exact = NULL;
    size_t n = 0;
    int ok = f != NULL && buf != NULL;

    if (ok)
        n = fread(buf, 1, LONGEST, f);
    /* In memory of its own size, so that a read beyond the end is seen. */
    exact = ok ? malloc(n > 0 ? n : 1) : NULL;
    if (exact != NULL) {
        for (size_t i = 0; i < n; i++)
            exact[i] = buf[i];
        /* Should it crash, this is the last line. */
        (void)printf("%s\n", path);
        (void)fflush(stdout);
        (void)LLVMFuzzerTestOneInput(exact, n);
        done++;
    }
    if (f != NULL)
        (void)fclose(f);
    free(buf);
    free(exact);
    return exact != NULL;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return alphasort(a, b);
}

static int run(const char *path)
{
    struct dirent **list;
    struct stat st;
    char inner[4096];
    int n, ok = 1;

    if (stat(path, &st) != 0)
        return 0;
    if (!S_ISDIR(st.st_mode))
        return run_file(path);
    n = scandir(path, &list, NULL, by_name);
    for (int i = 0; i < n; i++) {
        if (list[i]->d_name[0] != '.') {
            (void)snprintf(inner, sizeof inner, "%s/%s", path, list[i]->d_name);
            ok &= run(inner);
        }
        free(list[i]);
    }
    if (n >= 0)
        free(list);
    return ok && n >= 0;
}

int main(int argc, char **argv)
{
    int ok = argc > 1;

    for (int i = 1; i < argc; i++)
        ok &= run(argv[i]);
    (void)printf("%lu inputs\n", done);
    return ok && done > 0 ? 0 : 1;
}
