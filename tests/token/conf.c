/* SPDX-License-Identifier: Apache-2.0 */
/* see conf.h */
#include "tests/token/conf.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[128];

const char *conf_write(const char *text)
{
    int fd;

    (void)snprintf(path, sizeof path, "%s.conf", store_dir());
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    (void)close(fd);
    (void)setenv("GOSTTOKEN_CONF", path, 1);
    return path;
}

void configure(const char *text)
{
    (void)F->C_Finalize(NULL);
    (void)conf_write(text);
    OK(F->C_Initialize(NULL));
}

int conf_end(void **state)
{
    (void)setenv("GOSTTOKEN_CONF", "/dev/null", 1);
    if (path[0] != 0)
        (void)unlink(path);
    return test_end(state);
}
