/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ENGINEs of this process. "gosttoken" carries the methods; "pkcs11", a name that programs
 * know, only loads keys (and is left to libp11's engine where that one is there first).
 */
#include "bridge/internal.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include <openssl/err.h>

#include "cipher/cipher.h"
#include "digest/digest.h"
#include "mac/mac.h"

const gt_bridge_type gt_bridge_types[GT_BRIDGE_TYPES] = {
    {256, NID_id_GostR3410_2012_256, NID_id_GostR3411_2012_256},
    {512, NID_id_GostR3410_2012_512, NID_id_GostR3411_2012_512},
    /* Without it libssl has no GOST suites either. */
    {256, NID_id_GostR3410_2001, NID_id_GostR3411_94},
};

/* Every key type of the engine: those above and the keys of MACs. */
enum { METHS = GT_BRIDGE_TYPES + GT_BRIDGE_MACS };

static const int key_nids[METHS] = {
    NID_id_GostR3410_2012_256, NID_id_GostR3410_2012_512, NID_id_GostR3410_2001,
    NID_id_Gost28147_89_MAC,   NID_gost_mac_12,           NID_magma_mac,
    NID_kuznyechik_mac,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static ENGINE *engine;
static EVP_PKEY_METHOD *pmeths[METHS];
static EVP_PKEY_ASN1_METHOD *ameths[METHS];

const gt_bridge_type *gt_bridge_type_by_nid(int nid)
{
    for (size_t i = 0; i < GT_BRIDGE_TYPES; i++)
        if (gt_bridge_types[i].nid == nid)
            return &gt_bridge_types[i];
    return NULL;
}

const gt_bridge_type *gt_bridge_type_of(const gt_alg *alg)
{
    for (size_t i = 0; i < GT_BRIDGE_TYPES; i++)
        if (gt_alg_at(i) == alg)
            return &gt_bridge_types[i];
    return NULL;
}

const gt_alg *gt_bridge_alg(const gt_bridge_type *type)
{
    return gt_alg_at((size_t)(type - gt_bridge_types));
}

ENGINE *gt_engine(void)
{
    return engine;
}

int gt_engine_has_ameth(const EVP_PKEY_ASN1_METHOD *ameth)
{
    for (size_t i = 0; i < GT_BRIDGE_TYPES; i++)
        if (ameth != NULL && ameths[i] == ameth)
            return 1;
    return 0;
}

/* ---- what an engine offers ------------------------------------------------------------------- */

/* Each of them answers either "which NIDs" (the first argument after e is NULL) or "the method of
 * this NID"; see ENGINE_set_digests(3). */

static int serve_pmeths(ENGINE *e, EVP_PKEY_METHOD **meth, const int **nids, int nid)
{
    (void)e;
    if (meth == NULL) {
        *nids = key_nids;
        return METHS;
    }
    *meth = NULL;
    for (size_t i = 0; i < METHS; i++)
        if (key_nids[i] == nid)
            *meth = pmeths[i];
    return *meth != NULL;
}

static int serve_ameths(ENGINE *e, EVP_PKEY_ASN1_METHOD **meth, const int **nids, int nid)
{
    (void)e;
    if (meth == NULL) {
        *nids = key_nids;
        return METHS;
    }
    *meth = NULL;
    for (size_t i = 0; i < METHS; i++)
        if (key_nids[i] == nid)
            *meth = ameths[i];
    return *meth != NULL;
}

/* In the list are only the MACs: what is in it takes the place of a fetched digest. */
static int serve_digests(ENGINE *e, const EVP_MD **md, const int **nids, int nid)
{
    (void)e;
    if (md == NULL)
        return (int)gt_mac_shell_nids(nids);
    *md = gt_mac_shell(nid);
    for (size_t i = 0; i < GT_BRIDGE_TYPES; i++)
        if (gt_bridge_types[i].md_nid == nid)
            *md = nid == NID_id_GostR3411_94 ? gt_digest_shell_94()
                                             : gt_digest_shell(gt_bridge_types[i].bits);
    return *md != NULL;
}

static int serve_ciphers(ENGINE *e, const EVP_CIPHER **cipher, const int **nids, int nid)
{
    (void)e;
    if (cipher == NULL)
        return (int)gt_cipher_suite_nids(nids);
    *cipher = gt_cipher_shell(nid);
    return *cipher != NULL;
}

/* ---- commands -------------------------------------------------------------------------------- */

enum { CMD_MODULE_PATH = ENGINE_CMD_BASE, CMD_PIN, CMD_LOAD_CERT_CTRL };

static const ENGINE_CMD_DEFN commands[] = {
    {CMD_MODULE_PATH, "MODULE_PATH", "The PKCS #11 module to use", ENGINE_CMD_FLAG_STRING},
    {CMD_PIN, "PIN", "The PIN of the tokens used through this engine", ENGINE_CMD_FLAG_STRING},
    /* As curl and libp11's engine have it. */
    {CMD_LOAD_CERT_CTRL, "LOAD_CERT_CTRL", "Get the certificate that a pkcs11: URI names",
     ENGINE_CMD_FLAG_INTERNAL},
    {0, NULL, NULL, 0},
};

struct load_cert {
    const char *uri;
    X509 *cert;
};

static int control(ENGINE *e, int cmd, long i, void *p, void (*f)(void))
{
    struct load_cert *load = p;

    (void)e, (void)i, (void)f;
    switch (cmd) {
    case CMD_MODULE_PATH:
        return gt_bridge_set_module(p);
    case CMD_PIN:
        return gt_bridge_set_pin(p);
    case CMD_LOAD_CERT_CTRL:
        if (load == NULL || load->uri == NULL || load->cert != NULL)
            return 0;
        load->cert = gt_bridge_load_certificate(load->uri);
        return load->cert != NULL;
    default:
        return 0;
    }
}

/* ---- putting it up --------------------------------------------------------------------------- */

static int destroy(ENGINE *e)
{
    /* libcrypto frees the methods with the engine. */
    if (e == engine) {
        gt_bridge_forget_settings();
        engine = NULL;
        memset(pmeths, 0, sizeof(pmeths));
        memset(ameths, 0, sizeof(ameths));
    }
    return 1;
}

/* One NID that is no algorithm, so that nobody asks for a method of it; and there is none. */
static int serve_nothing(ENGINE *e, EVP_PKEY_METHOD **meth, const int **nids, int nid)
{
    static const int arcs[] = {NID_cryptopro, NID_cryptocom};

    (void)nid;
    if (meth == NULL) {
        *nids = strcmp(ENGINE_get_id(e), "gosttoken") == 0 ? &arcs[0] : &arcs[1];
        return 1;
    }
    *meth = NULL;
    return 0;
}

/*
 * nginx asks an engine for a key without having called ENGINE_init, which libcrypto refuses for one
 * that is not in use. The default engine of any NID is in use until libcrypto's cleanup, which
 * would not undo an ENGINE_init of ours.
 */
static int keep_in_use(ENGINE *e)
{
    return ENGINE_set_pkey_meths(e, serve_nothing) && ENGINE_set_default_pkey_meths(e) &&
           ENGINE_set_pkey_meths(e, NULL);
}

static ENGINE *new_engine(const char *id, const char *name)
{
    ENGINE *e = ENGINE_new();

    if (e == NULL)
        return NULL;
    if (ENGINE_set_id(e, id) && ENGINE_set_name(e, name) &&
        ENGINE_set_flags(e, ENGINE_FLAGS_NO_REGISTER_ALL) &&
        ENGINE_set_load_privkey_function(e, gt_bridge_load_private) &&
        ENGINE_set_load_pubkey_function(e, gt_bridge_load_public) &&
        ENGINE_set_cmd_defns(e, commands) && ENGINE_set_ctrl_function(e, control))
        return e;
    ENGINE_free(e);
    return NULL;
}

static void add_loader(void)
{
    ENGINE *e;

    ERR_set_mark();
    e = new_engine("pkcs11", "gosttoken: keys by pkcs11: URI");
    if (e != NULL) {
        /* It fails if the id is taken, and that is all right. */
        if (ENGINE_add(e))
            keep_in_use(e);
        ENGINE_free(e);
    }
    ERR_pop_to_mark();
}

static int make_methods(void)
{
    int ok = 1;

    for (size_t i = 0; i < GT_BRIDGE_TYPES; i++)
        ok = ok && gt_pmeth_make(&pmeths[i], key_nids[i]) && gt_ameth_make(&ameths[i], key_nids[i]);
    for (size_t i = GT_BRIDGE_TYPES; i < METHS; i++)
        ok = ok && gt_mac_pmeth_make(&pmeths[i], key_nids[i]) &&
             gt_mac_ameth_make(&ameths[i], key_nids[i]);
    return ok;
}

static void free_methods(void)
{
    for (size_t i = 0; i < METHS; i++) {
        EVP_PKEY_meth_free(pmeths[i]);
        pmeths[i] = NULL;
        EVP_PKEY_asn1_free(ameths[i]);
        ameths[i] = NULL;
    }
}

static void start(void)
{
    ENGINE *e = NULL;

    if (gt_bridge_key_setup() && make_methods())
        e = new_engine("gosttoken", "GOST keys on PKCS #11 tokens");
    if (e == NULL) {
        free_methods();
        return;
    }
    /* From here on the methods are the engine's. */
    engine = e;
    if (keep_in_use(e) && ENGINE_set_pkey_meths(e, serve_pmeths) &&
        ENGINE_set_pkey_asn1_meths(e, serve_ameths) && ENGINE_set_digests(e, serve_digests) &&
        ENGINE_set_ciphers(e, serve_ciphers) && ENGINE_set_destroy_function(e, destroy) &&
        ENGINE_add(e)) {
        ENGINE_register_pkey_meths(e);
        ENGINE_register_pkey_asn1_meths(e);
        /* libssl takes these for its suites only where an engine has them. */
        ENGINE_register_digests(e);
        ENGINE_register_ciphers(e);
        add_loader();
    } else {
        engine = NULL;
    }
    ENGINE_free(e);
}

/* 1 if the function is of the same shared object as ENGINE_new. */
static int same_library(void (*function)(void))
{
    Dl_info ours, theirs;

    return dladdr((void *)ENGINE_new, &ours) != 0 && dladdr((void *)function, &theirs) != 0 &&
           ours.dli_fbase == theirs.dli_fbase;
}

int gt_bridge_start(const gt_core *core, const char **why)
{
    if (ENGINE_new == NULL || EVP_PKEY_meth_new == NULL || EVP_PKEY_asn1_new == NULL ||
        EC_KEY_new == NULL) {
        *why = "this libcrypto has no engines";
        return 0;
    }
    if (!same_library((void (*)(void))core->new_error)) {
        *why = "the program has a libcrypto of its own";
        return 0;
    }
    pthread_once(&once, start);
    *why = "the engine could not be set up";
    return engine != NULL;
}
