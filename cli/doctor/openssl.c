/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL: which one, and what its openssl.cnf says of our provider. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/crypto.h>
#include "cli/doctor/doctor.h"

/* "OpenSSL 3.0" of "OpenSSL 3.0.22 1 Nov 2026 (Library: …)". */
static size_t series(const char *version)
{
    const char *dot = strchr(version, '.');

    dot = dot ? strchr(dot + 1, '.') : NULL;
    return dot ? (size_t)(dot - version) : strlen(version);
}

static void compare_program(doctor *d, const char *library)
{
    char line[300] = "", *linked;
    /* Without a configuration: whether that works is another question. */
    FILE *f = popen("OPENSSL_CONF=/dev/null openssl version 2>/dev/null", "re");
    size_t n = series(library);

    if (!f)
        return;
    if (!fgets(line, sizeof(line), f))
        line[0] = '\0';
    pclose(f);
    line[strcspn(line, "\n")] = '\0';
    if (!*line)
        return; /* there is none, and it is not needed */
    linked = strstr(line, "(Library: ");
    linked = linked ? linked + strlen("(Library: ") : line;
    if (strncmp(linked, library, n) != 0 || linked[n] != '.')
        doc_find(d, DOC_WARNING, cli_strdup("openssl version -a"),
                 _("the openssl program is another one (%s) than the library of this program (%s): "
                   "it has a configuration of its own"),
                 line, library);
}

static void look_at_library(doctor *d)
{
    const char *version = OpenSSL_version(OPENSSL_VERSION);
    Dl_info info;
    int known = dladdr((const void *)&OpenSSL_version, &info) != 0 && info.dli_fname;

    if (OpenSSL_version_num() < 0x30000000UL || strncmp(version, "OpenSSL ", strlen("OpenSSL ")))
        doc_find(d, DOC_ERROR, NULL, _("%s is not OpenSSL 3, which gosttoken needs"), version);
    else
        doc_find(d, DOC_OK, NULL, "%s, %s", version, known ? info.dli_fname : "libcrypto");
    compare_program(d, version);
}

static void look_at_secrets(doctor *d, const doc_cnf *cnf)
{
    struct stat st;

    if (cnf->conf.has_pin && stat(cnf->path, &st) == 0)
        doc_find(d, st.st_mode & (S_IRGRP | S_IROTH) ? DOC_ERROR : DOC_WARNING,
                 cli_printf("gosttoken config --pin-source FILE"),
                 st.st_mode & (S_IRGRP | S_IROTH)
                     ? _("%s holds the PIN, and others can read it (mode %03o): use pin-source")
                     : _("%s holds the PIN (mode %03o): a file of its own, named by pin-source, is "
                         "better"),
                 cnf->path, (unsigned)st.st_mode & 0777);
    if (!cnf->conf.pin_source)
        return;
    if (stat(cnf->conf.pin_source, &st) != 0 || access(cnf->conf.pin_source, R_OK))
        doc_find(d, DOC_ERROR, cli_strdup("gosttoken config --pin-source FILE"),
                 _("%s has pin-source = %s, which cannot be read"), cnf->path,
                 cnf->conf.pin_source);
    else if (st.st_mode & (S_IRWXG | S_IRWXO) & ~(mode_t)S_IXOTH)
        doc_find(d, st.st_mode & (S_IWGRP | S_IWOTH | S_IROTH) ? DOC_ERROR : DOC_WARNING,
                 doc_command("chmod 600", cnf->conf.pin_source),
                 _("the PIN file %s is open to others (mode %03o)"), cnf->conf.pin_source,
                 (unsigned)st.st_mode & 0777);
}

static void look_at_section(doctor *d, const doc_cnf *cnf)
{
    char *edit = cli_printf("editor %s", cnf->path);
    int before = cJSON_GetArraySize(d->findings);

    if (!cnf->conf.active)
        doc_find(d, DOC_ERROR, cli_strdup(edit),
                 _("%s has a section for gosttoken without \"activate = 1\": it does nothing"),
                 cnf->path);
    if (!cnf->conf.default_active)
        doc_find(d, DOC_ERROR, cli_strdup(edit),
                 _("%s activates gosttoken and not OpenSSL's default provider: programs lose every "
                   "algorithm but GOST's"),
                 cnf->path);
    if (cnf->conf.module && access(cnf->conf.module, R_OK) && strchr(cnf->conf.module, '/'))
        doc_find(d, DOC_ERROR, cli_strdup("gosttoken config"),
                 _("%s has module = %s, which cannot be read"), cnf->path, cnf->conf.module);
    look_at_secrets(d, cnf);
    if (cJSON_GetArraySize(d->findings) == before)
        doc_find(d, DOC_OK, NULL, _("%s is in effect and activates gosttoken"), cnf->path);
    free(edit);
}

static void look_at_mistake(doctor *d, const doc_cnf *cnf)
{
    char *where = cli_printf(_("line %ld: %s"), cnf->conf.line, cnf->conf.mistake);

    doc_find(d, DOC_ERROR, doc_command("editor", cnf->path),
             _("%s cannot be parsed (%s): OpenSSL ignores all of it"), cnf->path, where);
    free(where);
}

void doc_openssl(doctor *d)
{
    doc_cnf cnf;

    look_at_library(d);
    doc_cnf_read(&cnf);
    if (!cnf.there)
        doc_find(d, DOC_WARNING, cli_strdup("gosttoken config"),
                 _("OpenSSL reads no configuration (%s is not there), and so no program uses "
                   "gosttoken by OpenSSL"),
                 cnf.path ? cnf.path : "openssl.cnf");
    else if (cnf.conf.mistake)
        look_at_mistake(d, &cnf);
    else if (!cnf.conf.gosttoken)
        doc_find(d, DOC_WARNING, cli_strdup("gosttoken config"),
                 _("%s is in effect and does not activate gosttoken: OpenSSL's programs see no "
                   "token"),
                 cnf.path);
    else
        look_at_section(d, &cnf);
    doc_cnf_free(&cnf);
}
