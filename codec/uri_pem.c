/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pkcs11-provider's key files: PEM of "PKCS#11 PROVIDER URI", which holds
 *     SEQUENCE { VisibleString "PKCS#11 Provider URI v1.0", UTF8String uri }.
 * The decoder goes from PEM to DER: it finds the key and passes the URI stub or the public key on,
 * to whatever takes these from a file. OpenSSL's own decoder does the same for the other names, so
 * each reads one block and leaves alone what it does not know; so a file may have more than one.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "bridge/bridge.h"
#include "codec/asn1.h"
#include "codec/codec.h"
#include "codec/common_stub.h"
#include "codec/native.h"
#include "keymgmt/common.h"
#include "provider/ask.h"
#include "store/store.h"

static OSSL_FUNC_decoder_newctx_fn pem_newctx;
static OSSL_FUNC_decoder_freectx_fn pem_freectx;
static OSSL_FUNC_decoder_does_selection_fn pem_does_selection;
static OSSL_FUNC_decoder_decode_fn pem_decode;

#define NAME  "PKCS#11 PROVIDER URI"
#define MAGIC "PKCS#11 Provider URI v1.0"

enum {
    LINE_MAX_LEN = 256,
    TEXT_MAX = (GT_URI_MAX + 64) / 3 * 4 + 4, /* base64 */
    VISIBLE_STRING = 0x1A,
    UTF8_STRING = 0x0C
};

static void *pem_newctx(void *provctx)
{
    return provctx;
}

static void pem_freectx(void *vctx)
{
    (void)vctx;
}

static int pem_does_selection(void *provctx, int selection)
{
    (void)provctx, (void)selection;
    return 1;
}

/* ---- the file ---------------------------------------------------------------------------------
 */

/* A line without its end; the rest of one that is too long is lost. 0: there is none. */
static int read_line(const gt_core *core, OSSL_CORE_BIO *in, char line[LINE_MAX_LEN])
{
    size_t n = 0, done;
    char c = 0;
    int any = 0;

    while (core->bio_read_ex(in, &c, 1, &done) && done == 1) {
        any = 1;
        if (c == '\n')
            break;
        if (c != '\r' && n < LINE_MAX_LEN - 1)
            line[n++] = c;
    }
    line[n] = '\0';
    return any;
}

/* The next block, if it is ours: base64 without line ends. Returns its length, or 0. */
static size_t read_block(const gt_core *core, OSSL_CORE_BIO *in, char text[TEXT_MAX])
{
    char line[LINE_MAX_LEN];
    size_t n = 0, len;

    do {
        if (!read_line(core, in, line))
            return 0;
    } while (strncmp(line, "-----BEGIN ", 11) != 0);
    if (strcmp(line, "-----BEGIN " NAME "-----") != 0)
        return 0;
    while (read_line(core, in, line)) {
        if (line[0] == '-')
            return strcmp(line, "-----END " NAME "-----") == 0 ? n : 0;
        len = strlen(line);
        if (len >= TEXT_MAX - n)
            return 0;
        memcpy(text + n, line, len);
        n += len;
    }
    return 0;
}

static int read_uri(const char *text, size_t len, char uri[GT_URI_MAX + 1])
{
    uint8_t der[TEXT_MAX];
    gt_asn1 in = {der, 0}, seq, magic, value;
    int n;

    if (len == 0 || len % 4 != 0)
        return 0;
    n = EVP_DecodeBlock(der, (const unsigned char *)text, (int)len);
    if (n < 3)
        return 0;
    /* The padding was decoded as zeros. */
    in.len = (size_t)n - (text[len - 1] == '=') - (text[len - 2] == '=');
    return gt_asn1_take(&in, GT_ASN1_SEQUENCE, &seq, NULL) && in.len == 0 &&
           gt_asn1_take(&seq, VISIBLE_STRING, &magic, NULL) && magic.len == strlen(MAGIC) &&
           memcmp(magic.p, MAGIC, magic.len) == 0 &&
           gt_asn1_take(&seq, UTF8_STRING, &value, NULL) && seq.len == 0 &&
           gt_codec_read_stub_octets(value.p, value.len, uri);
}

/* ---- the key ----------------------------------------------------------------------------------
 */

typedef struct give {
    OSSL_CALLBACK *cb;
    void *cbarg;
    const char *structure;
    uint8_t der[GT_STUB_MAX];
    size_t len;
} give;

static int pass_on(void *arg)
{
    give *g = arg;
    int type = OSSL_OBJECT_PKEY;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &type),
        OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_STRUCTURE, (char *)g->structure, 0),
        OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_DATA, g->der, g->len),
        OSSL_PARAM_construct_end(),
    };

    return g->cb(params, g->cbarg);
}

/* RSA and EC. */
static int pass_common(gt_object *object, give *g, gt_error *err)
{
    g->structure = "PrivateKeyInfo";
    g->len = gt_common_write_stub(object, g->der, sizeof(g->der), err);
    return g->len != 0 && pass_on(g);
}

static int pass_private(const gt_provider *prov, const char *uri, const gt_prompt *prompt, give *g,
                        gt_error *err)
{
    gt_object *object = gt_p11_find_one(prov->p11, uri, CKO_PRIVATE_KEY, prompt, err);
    gt_key *key = NULL;
    int ok;

    if (object != NULL && gt_common_has_type(gt_object_key_type(object))) {
        ok = pass_common(object, g, err);
        gt_object_free(object);
        return ok;
    }
    if (object != NULL)
        key = gt_key_from_object(object, err);
    gt_object_free(object);
    if (key == NULL)
        return 0;
    g->structure = "PrivateKeyInfo";
    g->len = gt_codec_write_stub(key, gt_key_uri(key), g->der, sizeof(g->der));
    ok = g->len != 0 && gt_bridge_hand_over(key, pass_on, g);
    gt_key_free(key);
    return ok;
}

static int pass_public(const gt_provider *prov, const char *uri, give *g, gt_error *err)
{
    gt_object *object = gt_p11_find_one(prov->p11, uri, CKO_PUBLIC_KEY, NULL, err);
    gt_key *key = NULL;
    uint8_t *der = NULL;
    int ok = 0;

    if (object != NULL && gt_common_has_type(gt_object_key_type(object))) {
        g->structure = "SubjectPublicKeyInfo";
        if (gt_object_spki(object, &der, &g->len, err) && g->len <= sizeof(g->der)) {
            memcpy(g->der, der, g->len);
            ok = pass_on(g);
        }
        free(der);
        gt_object_free(object);
        return ok;
    }
    if (object != NULL)
        key = gt_key_from_object(object, err);
    if (key != NULL) {
        g->structure = "SubjectPublicKeyInfo";
        g->len = gt_codec_write_spki(key, g->der, sizeof(g->der));
        ok = g->len != 0 && pass_on(g);
    }
    gt_key_free(key);
    gt_object_free(object);
    return ok;
}

/* What another provider's token may have. */
static int not_ours(const gt_error *err)
{
    return err->reason == GT_BAD_URI || err->reason == GT_NO_TOKEN || err->reason == GT_NO_OBJECT ||
           err->reason == GT_KEY_TYPE;
}

static int pem_decode(void *vctx, OSSL_CORE_BIO *in, int selection, OSSL_CALLBACK *data_cb,
                      void *data_cbarg, OSSL_PASSPHRASE_CALLBACK *pw_cb, void *pw_cbarg)
{
    gt_provider *prov = vctx;
    gt_error err = {.reason = GT_OK};
    give g = {.cb = data_cb, .cbarg = data_cbarg};
    gt_ask ask = {prov, pw_cb, pw_cbarg, ""};
    const gt_prompt prompt = {gt_ask_program, &ask};
    char text[TEXT_MAX], uri[GT_URI_MAX + 1];
    gt_want want;
    int ok;

    (void)selection;
    /* To find nothing is no failure: others are asked then. */
    if (prov->p11 == NULL || !read_uri(text, read_block(&prov->core, in, text), uri) ||
        !gt_want_read(&want, uri, &err))
        return 1;
    if (want.uri_class == CKO_PUBLIC_KEY)
        ok = pass_public(prov, uri, &g, &err);
    else
        ok = pass_private(prov, uri, pw_cb != NULL ? &prompt : NULL, &g, &err);
    if (ok || not_ours(&err))
        return 1;
    return err.reason != GT_OK ? gt_raise_error(&prov->core, &err) : 0;
}

const OSSL_DISPATCH gt_uri_pem_functions[] = {
    {OSSL_FUNC_DECODER_NEWCTX, (void (*)(void))pem_newctx},
    {OSSL_FUNC_DECODER_FREECTX, (void (*)(void))pem_freectx},
    {OSSL_FUNC_DECODER_DOES_SELECTION, (void (*)(void))pem_does_selection},
    {OSSL_FUNC_DECODER_DECODE, (void (*)(void))pem_decode},
    {0, NULL},
};

const OSSL_ALGORITHM gt_uri_pem_algorithms[] = {
    GT_COMMON_STUB_DECODERS,
    {"DER", "provider=gosttoken,input=pem", gt_uri_pem_functions, "Key files of pkcs11-provider"},
    {NULL, NULL, NULL, NULL},
};
