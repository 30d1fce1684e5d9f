/* SPDX-License-Identifier: Apache-2.0 */
/* The provider, loaded as programs load it: by the configuration that is in effect. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/conf.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include "cli/doctor/doctor.h"
#include "cli/ossl.h"
#include "cli/place.h"

/* What the provider says of itself when it is used. To be freed. */
static char *complaint(void)
{
    OSSL_STORE_CTX *store;
    int code;

    ERR_clear_error();
    store = OSSL_STORE_open("pkcs11:object=gosttoken-doctor", NULL, NULL, NULL, NULL);
    if (store)
        OSSL_STORE_INFO_free(OSSL_STORE_load(store));
    OSSL_STORE_close(store);
    return cli_ossl_error(&code);
}

/* Hybrid: keys go through the bridge's older method tables; native: through the provider's own. */
static void tell_mode(doctor *d, const char *name, const char *version)
{
    char *ours = cli_printf("provider=%s", name);
    EVP_KEYMGMT *native = EVP_KEYMGMT_fetch(NULL, "gost2012_256", ours);
    ENGINE *engine = NULL;
    int bridge = EVP_PKEY_asn1_find_str(&engine, "gost2012_256", -1) != NULL;
    int old = cli_conf_bridge_needed();

    ERR_clear_error();
    if (native && old)
        doc_find(d, DOC_WARNING, cli_strdup("gosttoken config"),
                 _("the provider %s works in native mode, in which this OpenSSL cannot sign CMS or "
                   "serve the GOST suites of TLS: use bridge = auto"),
                 version);
    else if (native)
        doc_find(d, DOC_OK, NULL, _("the provider %s works, in native mode"), version);
    else if (bridge)
        doc_find(d, DOC_OK, NULL, _("the provider %s works, in hybrid mode"), version);
    else
        doc_find(d, DOC_ERROR, cli_strdup("gosttoken config"),
                 _("the provider %s is loaded and offers no GOST keys"), version);
    EVP_KEYMGMT_free(native);
    free(ours);
}

static void look_at_loaded(doctor *d, const char *name)
{
    OSSL_PROVIDER *prov = OSSL_PROVIDER_load(NULL, name);
    const char *version = NULL;
    int works = 0;
    OSSL_PARAM params[] = {OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_VERSION, (char **)&version, 0),
                           OSSL_PARAM_int(OSSL_PROV_PARAM_STATUS, &works), OSSL_PARAM_END};
    char *why;

    if (!prov || !OSSL_PROVIDER_get_params(prov, params) || !works) {
        why = complaint();
        doc_find(d, DOC_ERROR, cli_strdup("gosttoken config"),
                 _("the provider is loaded and does not work: %s"), why);
        free(why);
    } else {
        tell_mode(d, name, version ? version : "");
    }
    if (prov)
        OSSL_PROVIDER_unload(prov);
}

/* Nothing in the configuration: does what is installed load at all? */
static void try_installed(doctor *d)
{
    cli_place place;
    char *why;

    cli_place_find(d->c, &place);
    if (access(place.provider, R_OK)) {
        doc_find(d, DOC_SKIPPED, cli_strdup("apt install openssl-provider-gosttoken"),
                 _("the provider is not installed (%s is not there)"), place.provider);
    } else if (cli_ossl_start(d->c) != CLI_OK) {
        why = doc_heard();
        doc_find(d, DOC_ERROR, doc_command("ldd", place.provider), "%s", why);
        free(why);
    } else {
        look_at_loaded(d, "gosttoken");
    }
    cli_place_free(&place);
}

void doc_provider(doctor *d)
{
    char *why = NULL;
    int code;
    doc_cnf cnf;

    doc_cnf_read(&cnf);
    if (!cnf.conf.active) {
        try_installed(d);
        goto end;
    }
    /* What fails here, OpenSSL keeps to itself; asked for by name it tells. */
    OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL);
    ERR_clear_error();
    if (OSSL_PROVIDER_available(NULL, cnf.conf.name)) {
        look_at_loaded(d, cnf.conf.name);
        goto end;
    }
    if (cnf.conf.module) {
        OSSL_PROVIDER *prov = OSSL_PROVIDER_load(NULL, cnf.conf.module);

        if (prov)
            OSSL_PROVIDER_unload(prov);
    }
    why = cli_ossl_error(&code);
    doc_find(d, DOC_ERROR, cnf.conf.module ? doc_command("ldd", cnf.conf.module) : NULL,
             _("OpenSSL does not load the provider that %s names (%s): %s"), cnf.path,
             cnf.conf.module ? cnf.conf.module : cnf.conf.name, why);
end:
    free(why);
    doc_cnf_free(&cnf);
}
