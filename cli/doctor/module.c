/* SPDX-License-Identifier: Apache-2.0 */
/* The PKCS #11 module: that of this program, and that of openssl.cnf. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/doctor/doctor.h"
#include "cli/place.h"

char *doc_module_path(const cli *c)
{
    const char *env = secure_getenv("GOSTTOKEN_MODULE");
    cli_place place;
    char *path;

    if (!c->value[OPT_MODULE] && env && *env)
        return cli_strdup(env);
    cli_place_find(c, &place);
    path = cli_strdup(place.module);
    cli_place_free(&place);
    return path;
}

void *doc_own_function(const cli *c, const char *name)
{
    char *path = doc_module_path(c);
    /* It stays loaded: the process of the check ends soon. */
    void *dl = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    free(path);
    return dl ? dlsym(dl, name) : NULL;
}

static char *library_text(const CK_UTF8CHAR *field, size_t len)
{
    while (len && (field[len - 1] == ' ' || !field[len - 1]))
        len--;
    return cli_utf8(field, len);
}

static void describe(doctor *d, const char *path)
{
    CK_INFO info = {0};
    CK_RV rv = d->c->fn->C_GetInfo(&info);
    char *maker, *what;

    if (rv != CKR_OK) {
        doc_find(d, DOC_ERROR, cli_printf("gosttoken explain %s", gt_rv_name(rv)),
                 _("the module %s does not say what it is: %s"), path, gt_rv_name(rv));
        return;
    }
    maker = library_text(info.manufacturerID, sizeof(info.manufacturerID));
    what = library_text(info.libraryDescription, sizeof(info.libraryDescription));
    doc_find(d, DOC_OK, NULL, _("the module %s works: %s, %s %u.%u, PKCS #11 %u.%02u"), path, maker,
             what, info.libraryVersion.major, info.libraryVersion.minor, info.cryptokiVersion.major,
             info.cryptokiVersion.minor);
    free(maker);
    free(what);
}

static int same_file(const char *a, const char *b)
{
    char *x = realpath(a, NULL), *y = realpath(b, NULL);
    int same = x && y ? !strcmp(x, y) : !strcmp(a, b);

    free(x);
    free(y);
    return same;
}

/* Two programs that use two modules see different tokens, and nobody knows why. */
static void compare(doctor *d, const char *path)
{
    doc_cnf cnf;

    doc_cnf_read(&cnf);
    if (cnf.conf.module_path && access(cnf.conf.module_path, R_OK))
        doc_find(d, DOC_ERROR, cli_strdup("gosttoken config"),
                 _("%s has module-path = %s, which cannot be read"), cnf.path,
                 cnf.conf.module_path);
    else if (cnf.conf.module_path && !d->c->value[OPT_MODULE] &&
             !same_file(cnf.conf.module_path, path))
        doc_find(d, DOC_WARNING, doc_command("gosttoken list --module", cnf.conf.module_path),
                 _("OpenSSL uses another module than this program: %s has module-path = %s"),
                 cnf.path, cnf.conf.module_path);
    doc_cnf_free(&cnf);
}

void doc_module_check(doctor *d)
{
    char *path = doc_module_path(d->c), *why;

    if (access(path, R_OK)) {
        doc_find(d, DOC_ERROR, cli_strdup("apt install gosttoken-pkcs11"),
                 _("the module %s is not there, or may not be read"), path);
    } else if (cli_functions(d->c) != CLI_OK) {
        why = doc_heard();
        doc_find(d, DOC_ERROR,
                 strstr(why, "gosttoken.conf(5)") ? cli_strdup("gosttoken doctor config")
                                                  : doc_command("ldd", path),
                 "%s", why);
        free(why);
    } else {
        describe(d, path);
    }
    compare(d, path);
    free(path);
}

int doc_module(doctor *d)
{
    char *why;

    if (cli_functions(d->c) == CLI_OK)
        return 1;
    why = doc_heard();
    doc_find(d, DOC_SKIPPED, cli_strdup("gosttoken doctor module"),
             _("the module does not work: %s"), why);
    free(why);
    return 0;
}

int doc_tokens(doctor *d, cli_token **list, size_t *n)
{
    size_t used = 0;
    char *why;

    *list = NULL;
    *n = 0;
    if (!doc_module(d))
        return 0;
    if (d->c->value[OPT_TOKEN]) {
        *list = cli_alloc(sizeof(**list));
        *n = cli_token_choose(d->c, NULL, *list) == CLI_OK;
    } else if (cli_tokens(d->c, list, n) != CLI_OK) {
        *n = 0;
    } else {
        cli_tokens_warn(*list, *n);
    }
    why = doc_heard();
    for (size_t i = 0; i < *n; i++)
        if ((*list)[i].initialized && !(*list)[i].untouched)
            (*list)[used++] = (*list)[i];
    *n = used;
    if (!used && *why)
        doc_find(d, DOC_ERROR, cli_strdup("gosttoken list"), "%s", why);
    else if (!used)
        doc_find(d, DOC_SKIPPED, cli_strdup("gosttoken init --label NAME"),
                 _("no token is in use"));
    free(why);
    return used > 0;
}
