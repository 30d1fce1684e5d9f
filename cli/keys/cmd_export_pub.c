/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken export-pub: a public key of a token, as SubjectPublicKeyInfo. */
#include <stdlib.h>
#include <openssl/crypto.h>
#include "cli/keys/export.h"
#include "cli/keys/spki.h"
#include "cli/select.h"

static int run(cli *c)
{
    static const CK_OBJECT_CLASS classes[] = {CKO_PUBLIC_KEY, CKO_PRIVATE_KEY};
    CK_SESSION_HANDLE session;
    uint8_t *spki;
    cli_objects found;
    cli_token token;
    char *pem = NULL;
    size_t len;
    int der, code = cli_export_options(c, &der);

    if (code == CLI_OK)
        code = cli_select(c, classes, 2, &token, &session, &found);
    if (code != CLI_OK)
        return code;
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    spki = cli_spki(c, session, &found.at[0], &len);
    if (spki == NULL) {
        code = cli_fail(CLI_FAILURE, _("the token does not tell the public half of the key \"%s\""),
                        found.at[0].label);
    } else {
        cli_export_pem(&pem, "PUBLIC KEY", spki, len);
        code = cli_export_write(c, &token, &found.at[0], der ? spki : NULL, len, pem);
    }
    free(pem);
    free(spki);
    cli_objects_free(&found);
    c->fn->C_CloseSession(session);
    return code;
}

static const cli_option options[] = {
    {OPT_LABEL, 0, "label", "NAME", N_("the key's name")},
    {OPT_ID, 0, "id", "HEX", N_("its id (CKA_ID)")},
    {OPT_EXPORT_OUT, 0, "out", "FILE", N_("write to FILE; else to standard output")},
    {OPT_EXPORT_OUTFORM, 0, "outform", "FORM", N_("pem (the default) or der")},
    {OPT_FORCE, 0, "force", NULL, N_("replace FILE")},
    {0},
};

static const cli_rule rules[] = {
    {OPT_FORCE, CLI_ONLY_WITH, "--out"},
    {0},
};

const cli_command cli_export_pub = {
    .name = "export-pub",
    .operands = "[URI]",
    .max_operands = 1,
    .summary = N_("Prints the public half of a key on a token"),
    .details =
        N_("As SubjectPublicKeyInfo, which `openssl pkey -pubin` reads. The key is named by\n"
           "its URI, or by --label or --id."),
    .options = options,
    .rules = rules,
    .run = run,
};
