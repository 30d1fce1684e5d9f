/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/export.h. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include "cli/keys/export.h"
#include "cli/json.h"
#include "cli/output.h"

int cli_export_options(const cli *c, int *der)
{
    const char *form = c->value[OPT_EXPORT_OUTFORM];

    *der = form != NULL && strcasecmp(form, "der") == 0;
    if (form != NULL && !*der && strcasecmp(form, "pem") != 0)
        return cli_fail(CLI_USAGE, _("--outform takes pem or der"));
    if (*der && c->value[OPT_JSON] && !c->value[OPT_EXPORT_OUT])
        return cli_fail(CLI_USAGE, _("DER with --json needs --out FILE"));
    return cli_output_free(c, c->value[OPT_EXPORT_OUT]);
}

void cli_export_pem(char **text, const char *name, const uint8_t *der, size_t len)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *data = NULL, *more;
    long n = 0;

    if (bio != NULL && PEM_write_bio(bio, name, "", der, (long)len) > 0)
        n = BIO_get_mem_data(bio, &data);
    more = cli_printf("%s%.*s", *text != NULL ? *text : "", (int)n, data != NULL ? data : "");
    BIO_free(bio);
    free(*text);
    *text = more;
}

int cli_export_write(const cli *c, const cli_token *t, const cli_object *o, const uint8_t *der,
                     size_t len, const char *pem)
{
    const char *out = c->value[OPT_EXPORT_OUT];
    cJSON *json;
    char *id;
    int code = CLI_OK;

    if (out != NULL || !c->value[OPT_JSON])
        code = der != NULL ? cli_output(c, out, der, len, 0644)
                           : cli_output(c, out, pem, strlen(pem), 0644);
    if (code != CLI_OK || !c->value[OPT_JSON])
        return code;
    json = cli_json_object();
    id = cli_hex(o->id, o->id_len);
    cli_json_string(json, "token", t->label);
    cli_json_string(json, "label", o->label);
    cli_json_string(json, "id", id);
    if (o->cls->cls != CKO_CERTIFICATE)
        cli_json_string(json, "key_type", cli_key_type_name(o->key_type));
    cli_json_string(json, "uri", o->uri);
    if (out != NULL)
        cli_json_string(json, "file", out);
    else
        cli_json_string(json, "pem", pem);
    free(id);
    return cli_json_print(json);
}
