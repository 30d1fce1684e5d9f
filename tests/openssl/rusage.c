/* SPDX-License-Identifier: Apache-2.0 */
/* rusage COMMAND...: runs it, then says its peak memory and user time on standard error. */
#include <stdio.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
    struct rusage use;
    int status;
    pid_t child;

    if (argc < 2) {
        fprintf(stderr, "usage: rusage command [argument...]\n");
        return 2;
    }
    child = fork();
    if (child < 0) {
        perror("fork");
        return 2;
    }
    if (child == 0) {
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    if (wait4(child, &status, 0, &use) < 0) {
        perror("wait4");
        return 2;
    }
    fprintf(stderr, "rusage: %ld kB %ld ms\n", use.ru_maxrss,
            (long)use.ru_utime.tv_sec * 1000L + (long)use.ru_utime.tv_usec / 1000L);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
