/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/ossl.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include "cli/ossl.h"
#include "cli/place.h"

/* Its name in the configuration, by which OpenSSL calls its errors too. */
#define OURS "gosttoken"

/* ---- what OpenSSL says ---------------------------------------------------------------------- */

/* Errors that only tell that something above the cause has failed, or that a try was in vain. */
static int says_nothing(unsigned long e)
{
    int reason = ERR_GET_REASON(e);

    return reason == ERR_R_INTERNAL_ERROR || reason == ERR_R_NESTED_ASN1_ERROR ||
           (ERR_GET_LIB(e) == ERR_LIB_EVP && reason == ERR_R_UNSUPPORTED) ||
           ERR_GET_LIB(e) == ERR_LIB_OSSL_DECODER || ERR_GET_LIB(e) == ERR_LIB_DSO;
}

static char *sentence(unsigned long e, const char *data)
{
    const char *reason =
        ERR_SYSTEM_ERROR(e) ? strerror(ERR_GET_REASON(e)) : ERR_reason_error_string(e);
    char number[32];

    if (ERR_SYSTEM_ERROR(e))
        return cli_strdup(reason);
    if (!reason) {
        snprintf(number, sizeof(number), "OpenSSL error %lX", e);
        reason = number;
    }
    return *data ? cli_printf("%s (%s)", reason, data) : cli_strdup(reason);
}

char *cli_ossl_error(int *code)
{
    char *text = NULL;
    const char *data, *lib;
    int flags, ours = 0, weak = 1;
    unsigned long e;

    while ((e = ERR_get_error_all(NULL, NULL, NULL, &data, &flags)) != 0) {
        data = data && (flags & ERR_TXT_STRING) ? data : "";
        lib = ERR_lib_error_string(e);
        if (lib && !strcmp(lib, OURS)) {
            if (ours)
                continue;
            free(text);
            text = *data ? cli_strdup(data) : sentence(e, data);
            *code = cli_reason_code(ERR_GET_REASON(e));
            ours = 1;
        } else if (!ours && (!text || (weak && !says_nothing(e)))) {
            free(text);
            text = sentence(e, data);
            weak = says_nothing(e);
        }
    }
    return text ? text : cli_strdup(_("OpenSSL does not say why"));
}

int cli_fail_ossl(int code, const char *format, ...)
{
    char *what = NULL, *why = cli_ossl_error(&code);
    va_list ap;

    va_start(ap, format);
    if (vasprintf(&what, format, ap) < 0)
        what = NULL;
    va_end(ap);
    cli_fail(code, "%s: %s", what ? what : "OpenSSL", why);
    free(what);
    free(why);
    return code;
}

/* ---- the start ------------------------------------------------------------------------------ */

static char *configuration(const cli *c, const cli_place *p)
{
    char *provider = cli_conf_value(p->provider), *module = cli_conf_value(p->module), *text;
    int given = c->value[OPT_MODULE] != NULL;

    /* Without --module the provider looks for its module as the program does, and finds the same.
     */
    text =
        cli_printf("openssl_conf = init\n"
                   "[init]\n"
                   "providers = providers\n"
                   "[providers]\n"
                   "default = default_section\n" OURS " = " OURS "_section\n"
                   "[default_section]\n"
                   "activate = 1\n"
                   "[" OURS "_section]\n"
                   "module = %s\n"
                   "%s%s%s"
                   "activate = 1\n",
                   provider, given ? "module-path = " : "", given ? module : "", given ? "\n" : "");
    free(provider);
    free(module);
    return text;
}

static int load(const char *text)
{
    CONF *conf = NCONF_new(NULL);
    BIO *bio = BIO_new_mem_buf(text, -1);
    long line = 0;
    int ok = conf && bio && NCONF_load_bio(conf, bio, &line) > 0 &&
             CONF_modules_load(conf, NULL, 0) > 0 && OSSL_PROVIDER_available(NULL, OURS) &&
             OSSL_PROVIDER_available(NULL, "default");

    BIO_free(bio);
    NCONF_free(conf);
    return ok;
}

int cli_ossl_start(cli *c)
{
    static int started;
    cli_place p;
    char *text;
    int code = CLI_OK;

    if (started)
        return CLI_OK;
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    cli_place_find(c, &p);
    if (strpbrk(p.module, "\r\n") || strpbrk(p.provider, "\r\n")) {
        code = cli_fail(CLI_USAGE, _("the path of a module must be one line"));
    } else if (access(p.provider, R_OK)) {
        code = cli_fail(CLI_FAILURE,
                        _("the OpenSSL provider %s is not there: this command needs it, install it "
                          "with the program"),
                        p.provider);
    } else {
        text = configuration(c, &p);
        if (load(text))
            started = 1;
        else
            code =
                cli_fail_ossl(CLI_FAILURE, _("the OpenSSL provider %s does not start"), p.provider);
        free(text);
    }
    cli_place_free(&p);
    return code;
}

/* ---- from URIs to keys and certificates ----------------------------------------------------- */

/* Who is asked: nobody, since cli_login has done that. */
static int answer_nothing(UI *ui, UI_STRING *string)
{
    (void)ui, (void)string;
    return 0;
}

/* What OSSL_STORE gives of one kind, in `found`. 0: nothing, and the queue may say why. */
typedef struct harvest {
    int expect;
    EVP_PKEY *key;
    STACK_OF(X509) * certs;
    int no_memory;
} harvest;

static void take(harvest *h, OSSL_STORE_INFO *info)
{
    X509 *x;

    if (h->expect == OSSL_STORE_INFO_PKEY && !h->key)
        h->key = OSSL_STORE_INFO_get1_PKEY(info);
    if (h->expect != OSSL_STORE_INFO_CERT)
        return;
    x = OSSL_STORE_INFO_get1_CERT(info);
    if (x && !sk_X509_push(h->certs, x)) {
        X509_free(x);
        h->no_memory = 1;
    }
}

static int reap(const char *uri, harvest *h)
{
    UI_METHOD *nobody = UI_create_method("nobody");
    OSSL_STORE_CTX *store = NULL;
    OSSL_STORE_INFO *info;
    int ok = 0;

    ERR_clear_error();
    if (!nobody || UI_method_set_reader(nobody, answer_nothing) != 0)
        goto end;
    store = OSSL_STORE_open(uri, nobody, NULL, NULL, NULL);
    if (!store || !OSSL_STORE_expect(store, h->expect))
        goto end;
    ok = 1;
    while (ok && !OSSL_STORE_eof(store)) {
        info = OSSL_STORE_load(store);
        if (info)
            take(h, info);
        OSSL_STORE_INFO_free(info);
        ok = info || !OSSL_STORE_error(store);
    }
    ok = ok && !h->no_memory;
end:
    OSSL_STORE_close(store);
    UI_destroy_method(nobody);
    return ok;
}

/* A URI with its token chosen. */
typedef struct place_of {
    P11KitUri *uri;
    cli_token token;
    char *full; /* names the token by label and serial number, and has no PIN */
} place_of;

static int find_place_of(cli *c, const char *text, CK_OBJECT_CLASS cls, int put_right,
                         place_of *place)
{
    CK_ATTRIBUTE type = {CKA_CLASS, &cls, sizeof(cls)};
    P11KitUri *full = NULL;
    CK_TOKEN_INFO *info;
    int code;

    memset(place, 0, sizeof(*place));
    code = cli_uri_parse(text, &place->uri);
    if (code == CLI_OK)
        code = cli_token_choose(c, place->uri, &place->token);
    if (code == CLI_OK)
        code = cli_uri_parse(text, &full);
    if (code != CLI_OK)
        goto end;
    info = p11_kit_uri_get_token_info(full);
    memcpy(info->label, place->token.info.label, sizeof(info->label));
    memcpy(info->serialNumber, place->token.info.serialNumber, sizeof(info->serialNumber));
    p11_kit_uri_set_pin_value(full, NULL);
    p11_kit_uri_set_pin_source(full, NULL);
    if (put_right || !p11_kit_uri_get_attribute(full, CKA_CLASS))
        p11_kit_uri_set_attribute(full, &type);
    if (p11_kit_uri_format(full, P11_KIT_URI_FOR_ANY, &place->full) != P11_KIT_URI_OK)
        code = cli_fail(CLI_FAILURE, _("out of memory"));
end:
    p11_kit_uri_free(full);
    return code;
}

static void leave_place(place_of *place)
{
    p11_kit_uri_free(place->uri);
    free(place->full);
}

/* In a session that lasts while fn works, so that the provider finds it logged in to. */
static int reap_logged_in(cli *c, const place_of *place, harvest *h, int *ok)
{
    CK_SESSION_HANDLE session;
    int code = cli_session(c, &place->token, 0, &session);

    if (code != CLI_OK)
        return code;
    code = cli_login(c, &place->token, session, place->uri);
    if (code == CLI_OK)
        *ok = reap(place->full, h);
    /* The provider has a session of its own by now, which keeps the login. */
    c->fn->C_CloseSession(session);
    return code;
}

int cli_ossl_key(cli *c, const char *uri, EVP_PKEY **key)
{
    harvest h = {.expect = OSSL_STORE_INFO_PKEY};
    place_of place;
    int code, ok = 0;

    *key = NULL;
    code = cli_ossl_start(c);
    if (code != CLI_OK)
        return code;
    code = find_place_of(c, uri, CKO_PRIVATE_KEY, 0, &place);
    if (code == CLI_OK)
        code = reap_logged_in(c, &place, &h, &ok);
    if (code == CLI_OK && !(ok && h.key)) {
        EVP_PKEY_free(h.key);
        h.key = NULL;
        code = cli_fail_ossl(CLI_FAILURE, _("cannot use the key %s"), place.full);
    }
    *key = h.key;
    leave_place(&place);
    return code;
}

static int find_certs(cli *c, const char *uri, int put_right, harvest *h, place_of *place)
{
    int code = cli_ossl_start(c), ok;

    h->certs = sk_X509_new_null();
    if (!h->certs)
        return cli_fail(CLI_FAILURE, _("out of memory"));
    if (code == CLI_OK)
        code = find_place_of(c, uri, CKO_CERTIFICATE, put_right, place);
    if (code != CLI_OK)
        return code;
    ok = reap(place->full, h);
    if (sk_X509_num(h->certs) == 0 && cli_login_has_source(c, place->uri) &&
        (place->token.info.flags & CKF_USER_PIN_INITIALIZED))
        code = reap_logged_in(c, place, h, &ok);
    return code;
}

int cli_ossl_cert(cli *c, const char *uri, X509 **cert)
{
    harvest h = {.expect = OSSL_STORE_INFO_CERT};
    place_of place = {0};
    int code = find_certs(c, uri, 0, &h, &place);

    *cert = NULL;
    if (code == CLI_OK && sk_X509_num(h.certs) == 0)
        code = cli_fail_ossl(CLI_NOT_FOUND, _("cannot use the certificate %s"), place.full);
    else if (code == CLI_OK && sk_X509_num(h.certs) > 1)
        code = cli_fail(CLI_NOT_FOUND, _("%d certificates match %s: name one by its id"),
                        sk_X509_num(h.certs), place.full);
    else if (code == CLI_OK)
        *cert = sk_X509_shift(h.certs);
    sk_X509_pop_free(h.certs, X509_free);
    leave_place(&place);
    ERR_clear_error();
    return code;
}

int cli_ossl_certs(cli *c, const char *uri, STACK_OF(X509) * *certs)
{
    harvest h = {.expect = OSSL_STORE_INFO_CERT};
    place_of place = {0};
    int code = find_certs(c, uri, 1, &h, &place);

    if (code != CLI_OK) {
        sk_X509_pop_free(h.certs, X509_free);
        h.certs = NULL;
    }
    *certs = h.certs;
    leave_place(&place);
    ERR_clear_error();
    return code;
}
