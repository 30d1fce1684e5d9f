/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody gives as a CMS message: DER, BER, PEM, Base64. What is read as one is put together
 * again, as sign --add does; then it must be the same message.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "cli/cms/cms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(int condition)
{
    if (!condition)
        abort();
}

/* In place of cli/message.c, which would talk. */
int cli_fail(int code, const char *format, ...)
{
    (void)format;
    return code;
}

static int same(cli_span a, cli_span b)
{
    return a.len == b.len && (!a.len || !memcmp(a.at, b.at, a.len));
}

static void join(const cli_parts *p, const cli_parts *other, int attached)
{
    cli_bytes head, tail;
    cli_parts back;
    uint8_t *all;
    size_t len;

    cli_parts_join(p, other, attached, attached ? p->content.len : 0, &head, &tail);
    len = head.len + (attached ? p->content.len : 0) + tail.len;
    all = malloc(len);
    hold(all != NULL);
    memcpy(all, head.at, head.len);
    if (attached && p->content.len)
        memcpy(all + head.len, p->content.at, p->content.len);
    if (tail.len)
        memcpy(all + len - tail.len, tail.at, tail.len);
    hold(cli_parts_read(all, len, &back));
    hold(back.attached == attached && same(back.type, p->type));
    hold(!attached || same(back.content, p->content));
    hold(back.signers.len <= p->signers.len && back.certs.len <= p->certs.len);
    free(all);
    free(head.at);
    free(tail.at);
}

static void message(const char *path)
{
    cli_bytes der;
    cli_parts p;

    if (cli_message_read(path, &der) != CLI_OK) {
        hold(der.at == NULL);
        return;
    }
    if (cli_parts_read(der.at, der.len, &p) ||
        (cli_message_normalise(&der) && cli_parts_read(der.at, der.len, &p))) {
        join(&p, NULL, p.attached);
        join(&p, &p, p.attached);
        join(&p, NULL, 0);
    }
    free(der.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("message", MFD_CLOEXEC);
    char path[32], *name;

    hold(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    message(path);
    close(fd);
    /* The text once more as a name of a file. */
    name = malloc(size + 1);
    hold(name != NULL);
    if (size)
        memcpy(name, data, size);
    name[size] = 0;
    free(cli_message_content_name(name));
    free(name);
    return 0;
}
