/* SPDX-License-Identifier: Apache-2.0 */
/* Other makers' GOST: two that serve the same algorithms get in each other's way. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/crypto.h>
#include "cli/doctor/doctor.h"

static const struct {
    int where; /* for OpenSSL_version */
    const char *file;
} others[] = {
    {OPENSSL_ENGINES_DIR, "gost.so"},     {OPENSSL_ENGINES_DIR, "libgost.so"},
    {OPENSSL_ENGINES_DIR, "gostengy.so"}, {OPENSSL_ENGINES_DIR, "rtengine.so"},
    {OPENSSL_MODULES_DIR, "gostprov.so"},
};

/* What stands in quotes in `ENGINESDIR: "/usr/lib/engines-3"`. To be freed; NULL. */
static char *directory(int where)
{
    const char *text = OpenSSL_version(where), *quote = strchr(text, '"');

    return quote ? cli_printf("%.*s", (int)strcspn(quote + 1, "\""), quote + 1) : NULL;
}

void doc_engines(doctor *d)
{
    doc_cnf cnf;

    doc_cnf_read(&cnf);
    if (cnf.conf.gost_engine)
        doc_find(
            d, DOC_WARNING, doc_command("editor", cnf.path),
            _("%s loads another GOST engine (section [%s]): it may take keys of tokens for its "
              "own; leave one of the two"),
            cnf.path, cnf.conf.gost_engine);
    if (cnf.conf.gost_provider)
        doc_find(
            d, DOC_WARNING, doc_command("editor", cnf.path),
            _("%s loads another GOST provider (section [%s]): which one serves an algorithm is "
              "left to chance; leave one of the two"),
            cnf.path, cnf.conf.gost_provider);
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        char *dir = directory(others[i].where), *path;

        path = cli_printf("%s/%s", dir ? dir : "", others[i].file);
        if (dir && !access(path, F_OK) && !cnf.conf.gost_engine && !cnf.conf.gost_provider)
            doc_find(d, DOC_OK, NULL, _("%s is installed, and not loaded by openssl.cnf"), path);
        free(path);
        free(dir);
    }
    if (!cJSON_GetArraySize(d->findings))
        doc_find(d, DOC_OK, NULL, _("there is no other GOST engine or provider"));
    doc_cnf_free(&cnf);
}
