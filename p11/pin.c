/* SPDX-License-Identifier: Apache-2.0 */
/* Where PINs come from: see "PINs" in p11/p11.h. */
#include "p11/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gost/mem.h"

static const char *environment_pin(void)
{
    const char *pin = secure_getenv("GOSTTOKEN_PIN");

    return pin != NULL && *pin != '\0' ? pin : NULL;
}

int gt_pin_offered(const gt_p11 *p, const gt_pin_request *request)
{
    return (request->uri != NULL &&
            (request->uri->pin != NULL || request->uri->pin_source != NULL)) ||
           p->pin != NULL || p->pin_source != NULL || environment_pin() != NULL;
}

/* The path in "path", "file:path", "file:///path" or "file://localhost/path": a copy. */
static char *source_path(const char *source, gt_error *err)
{
    const char *path = source;
    char *copy;
    int is_uri = strncasecmp(source, "file:", 5) == 0;

    if (source[0] == '|') {
        gt_fail(err, GT_BAD_URI, CKR_ARGUMENTS_BAD,
                "a pin-source that is a command (\"|...\") is not supported: name a file");
        return NULL;
    }
    if (is_uri) {
        path += 5;
        if (strncasecmp(path, "//localhost/", 12) == 0)
            path += 11;
        else if (strncmp(path, "///", 3) == 0)
            path += 2;
    }
    if (path[0] == '\0' || strncmp(path, "//", 2) == 0) {
        gt_fail(err, GT_BAD_URI, CKR_ARGUMENTS_BAD, "the pin-source names no file of this machine");
        return NULL;
    }
    copy = strdup(path);
    if (copy == NULL) {
        gt_fail(err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
    } else if (is_uri && !gt_percent_decode(copy)) {
        gt_fail(err, GT_BAD_URI, CKR_ARGUMENTS_BAD,
                "the pin-source's file: URI is not percent-encoded as it should be");
        free(copy);
        copy = NULL;
    }
    return copy;
}

/*
 * The first line of a file. Links are followed: secrets are commonly mounted as links, and
 * /dev/stdin and /dev/fd/N are welcome. A file that anybody may write is refused, since whoever
 * writes it can lock the token; one that anybody may read is worth a line in the log.
 */
static int read_pin(const gt_p11 *p, const char *source, gt_pin *pin, gt_error *err)
{
    char *path = source_path(source, err);
    struct stat st;
    size_t len = 0;
    int fd = -1, ok = 0, ended = 0;

    if (path == NULL)
        return 0;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) != 0) {
        gt_fail(err, GT_PIN_NEEDED, CKR_FUNCTION_FAILED, "the pin-source %.150s cannot be read: %s",
                path, strerror(errno));
        goto end;
    }
    if (S_ISREG(st.st_mode) && (st.st_mode & S_IWOTH) != 0) {
        gt_fail(err, GT_PIN_NEEDED, CKR_FUNCTION_FAILED,
                "the pin-source %.150s can be written by anybody: take that permission away", path);
        goto end;
    }
    if (S_ISREG(st.st_mode) && (st.st_mode & S_IROTH) != 0)
        gt_log(p, "the pin-source %.150s can be read by anybody", path);
    while (!ended && len <= GT_PIN_MAX) {
        /* A byte at a time: what follows the line may be somebody else's input. */
        ssize_t n = read(fd, pin->bytes + len, 1);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            gt_fail(err, GT_PIN_NEEDED, CKR_FUNCTION_FAILED,
                    "the pin-source %.150s cannot be read: %s", path, strerror(errno));
            goto end;
        }
        ended = n == 0 || pin->bytes[len] == '\n';
        if (!ended)
            len++;
    }
    while (len > 0 && len <= GT_PIN_MAX && pin->bytes[len - 1] == '\r')
        len--;
    if (len == 0 || len > GT_PIN_MAX) {
        gt_fail(err, GT_PIN_NEEDED, CKR_FUNCTION_FAILED,
                "the first line of the pin-source %.150s %s", path,
                len == 0 ? "is empty" : "is too long for a PIN");
        goto end;
    }
    pin->len = len;
    ok = 1;
end:
    if (fd >= 0)
        close(fd);
    free(path);
    return ok;
}

static int set_pin(gt_pin *pin, const char *bytes, size_t len, gt_error *err)
{
    if (len == 0 || len > GT_PIN_MAX)
        return gt_fail(err, GT_PIN_WRONG, CKR_PIN_LEN_RANGE, "the configured PIN is %s",
                       len == 0 ? "empty" : "too long");
    memcpy(pin->bytes, bytes, len);
    pin->len = len;
    return 1;
}

static int ask(gt_token *t, const gt_prompt *prompt, const char *warning, gt_pin *pin, int *asked,
               gt_error *err)
{
    if (!prompt->ask(prompt->arg, t->label, warning, pin->bytes, sizeof(pin->bytes)) ||
        pin->bytes[0] == '\0')
        return gt_fail(err, GT_PIN_NEEDED, CKR_CANCEL, "no PIN was entered for token \"%s\"",
                       t->label);
    pin->bytes[GT_PIN_MAX] = '\0';
    pin->len = strlen(pin->bytes);
    *asked = 1;
    return 1;
}

int gt_pin_get(gt_token *t, const gt_pin_request *request, int only_prompt, const char *warning,
               gt_pin *pin, int *asked, gt_error *err)
{
    const gt_p11 *p = t->p;
    const gt_uri *uri = request->uri;
    const char *env = environment_pin();
    int remembered;

    *asked = 0;
    if (only_prompt) {
        if (request->prompt == NULL)
            return gt_fail(err, GT_PIN_FINAL_TRY, CKR_PIN_INCORRECT,
                           "only one try is left for the PIN of token \"%s\", so it is not sent "
                           "without asking a person: log in once with a program that asks",
                           t->label);
        return ask(t, request->prompt, warning, pin, asked, err);
    }
    if (uri != NULL && uri->pin != NULL)
        return set_pin(pin, uri->pin->bytes, uri->pin->len, err);
    if (uri != NULL && uri->pin_source != NULL)
        return read_pin(p, uri->pin_source, pin, err);
    pthread_mutex_lock(&t->p->lock);
    remembered = t->pins->right.len > 0;
    if (remembered)
        *pin = t->pins->right;
    pthread_mutex_unlock(&t->p->lock);
    if (remembered)
        return 1;
    if (p->pin != NULL)
        return set_pin(pin, p->pin->bytes, p->pin->len, err);
    if (p->pin_source != NULL)
        return read_pin(p, p->pin_source, pin, err);
    if (env != NULL)
        return set_pin(pin, env, strlen(env), err);
    if (request->prompt != NULL)
        return ask(t, request->prompt, warning, pin, asked, err);
    return gt_fail(err, GT_PIN_NEEDED, CKR_USER_NOT_LOGGED_IN,
                   "token \"%s\" needs a PIN: give pin-source in the URI, pin or pin-source in the "
                   "configuration, or $GOSTTOKEN_PIN",
                   t->label);
}
