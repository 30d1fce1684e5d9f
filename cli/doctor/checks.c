/* SPDX-License-Identifier: Apache-2.0 */
/* The table of checks, in the order in which causes come before their effects. */
#include "cli/doctor/doctor.h"

const doc_check doc_checks[] = {
    {"environment", N_("variables that mislead"), doc_environment, 0},
    {"config", N_("gosttoken.conf"), doc_config, 0},
    {"openssl", N_("OpenSSL, its openssl.cnf and our section in it"), doc_openssl, 0},
    {"provider", N_("the provider, loaded"), doc_provider, 0},
    {"engines", N_("other makers' GOST engines and providers"), doc_engines, 0},
    {"module", N_("the PKCS #11 module, loaded"), doc_module_check, 0},
    {"store", N_("the directory of tokens and its files: owner, permissions"), doc_store, 0},
    {"space", N_("room on the store's disk"), doc_space, 0},
    {"tokens", N_("integrity of each token"), doc_token_files, 1},
    {"pins", N_("PINs: locked, default, to be changed, expiring"), doc_pins, 1},
    {"certificates", N_("validity of the certificates on the tokens"), doc_certificates, 1},
    {"keys", N_("keys and certificates belong to each other"), doc_keys, 1},
    {"clock", N_("the computer's clock"), doc_clock, 0},
    {0},
};

const char *const doc_status_words[DOC_STATES] = {
    [DOC_OK] = "ok", [DOC_SKIPPED] = "skipped", [DOC_WARNING] = "warning", [DOC_ERROR] = "error"};
