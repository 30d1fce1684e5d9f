/* SPDX-License-Identifier: Apache-2.0 */
/* The openssl.cnf that programs read. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/conf.h>
#include <openssl/crypto.h>
#include "cli/doctor/doctor.h"

void doc_cnf_read(doc_cnf *cnf)
{
    char *path = CONF_get1_default_config_file();

    memset(cnf, 0, sizeof(*cnf));
    if (path && *path)
        cnf->path = cli_strdup(path);
    OPENSSL_free(path);
    cnf->there = cnf->path && !access(cnf->path, R_OK);
    if (cnf->there)
        (void)cli_conf_load(cnf->path, &cnf->conf);
}

void doc_cnf_free(doc_cnf *cnf)
{
    free(cnf->path);
    cli_conf_free(&cnf->conf);
}
