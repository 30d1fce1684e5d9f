/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/keyfile.h. Secrets are in memory of their own, or in OpenSSL's that it wipes. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include "cli/keys/keyfile.h"
#include "cli/keys/pbe.h"
#include "codec/algorithm.h"
#include "codec/asn1.h"
#include "gost/mem.h"

#define FILE_MAX (1 << 20)

/* ---- the key -------------------------------------------------------------------------------- */

/* What a GOST PrivateKeyInfo has; *other: a key of another algorithm. */
static int read_info(const uint8_t *der, size_t len, const gost_paramset **ps, gt_asn1 *octets,
                     int *other)
{
    gt_asn1 in = {der, len}, seq, version;

    *other = 0;
    if (!gt_asn1_take(&in, GT_ASN1_SEQUENCE, &seq, NULL) || in.len != 0 ||
        !gt_asn1_take(&seq, GT_ASN1_INTEGER, &version, NULL) || version.len != 1 ||
        version.p[0] > 1)
        return 0;
    /* OpenSSL's older forms of RSA and EC keys begin with a version too. */
    if (seq.len == 0 || seq.p[0] != GT_ASN1_SEQUENCE)
        return 0;
    *ps = gt_codec_take_algorithm(&seq);
    *other = *ps == NULL;
    return *ps != NULL && gt_asn1_take(&seq, GT_ASN1_OCTET_STRING, octets, NULL);
}

static int no_key(const cli_keyfile_reader *r)
{
    return cli_fail(CLI_FAILURE, _("there is no private key in %s that this program can read"),
                    r->path);
}

static int take_gost(cli_keyfile_reader *r, const gost_paramset *ps, gt_asn1 octets)
{
    char uri[GT_URI_MAX + 1];

    if (gt_codec_read_stub_octets(octets.p, octets.len, uri)) {
        gost_wipe(uri, sizeof(uri)); /* it may hold a pin-value */
        return cli_fail(CLI_FAILURE, _("%s holds no key: it names one that is on a token already"),
                        r->path);
    }
    if (ps->test)
        return cli_fail(CLI_FAILURE,
                        _("the key in %s is of the standard's example: it is not safe"), r->path);
    r->k->gost = gt_codec_read_private(ps, octets.p, octets.len);
    return r->k->gost != NULL ? CLI_OK : no_key(r);
}

/* Of an EC key OpenSSL believes the public half that is in the file. */
static int fits_itself(const cli_keyfile_reader *r, EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(r->lib, pkey, NULL);
    int ok = ctx != NULL && EVP_PKEY_pairwise_check(ctx) == 1;

    EVP_PKEY_CTX_free(ctx);
    return ok;
}

static int take_pkey(cli_keyfile_reader *r, EVP_PKEY *pkey)
{
    if (pkey == NULL)
        return no_key(r);
    r->k->pkey = pkey;
    if (EVP_PKEY_is_a(pkey, "EC") && !fits_itself(r, pkey))
        return cli_fail(CLI_FAILURE,
                        _("the private and the public key in %s do not belong to each other"),
                        r->path);
    if (EVP_PKEY_is_a(pkey, "RSA") || EVP_PKEY_is_a(pkey, "EC"))
        return CLI_OK;
    return cli_fail(CLI_FAILURE, _("the key in %s is neither of GOST nor RSA nor EC"), r->path);
}

/* The second key and all that follow are only counted. */
static int another(cli_keyfile_reader *r)
{
    return r->keys++ > 0;
}

int cli_keyfile_take(cli_keyfile_reader *r, const uint8_t *der, size_t len)
{
    const unsigned char *p = der;
    const gost_paramset *ps;
    PKCS8_PRIV_KEY_INFO *info;
    gt_asn1 octets;
    int other, code;

    if (another(r))
        return CLI_OK;
    if (read_info(der, len, &ps, &octets, &other))
        return take_gost(r, ps, octets);
    info = other ? d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)len) : NULL;
    code = info != NULL ? take_pkey(r, EVP_PKCS82PKEY_ex(info, r->lib, NULL)) : no_key(r);
    PKCS8_PRIV_KEY_INFO_free(info); /* wipes */
    return code;
}

int cli_keyfile_password(cli_keyfile_reader *r)
{
    if (r->password == NULL) {
        r->password = cli_password_alloc();
        r->failed = cli_password_get(&r->source, r->password);
    }
    return r->failed;
}

int cli_keyfile_pbe_failed(const cli_keyfile_reader *r, int wrong)
{
    return wrong ? cli_fail(CLI_PIN, _("the password of %s is wrong, or the file is damaged"),
                            r->path)
                 : cli_fail(CLI_FAILURE, _("%s is encrypted in a way that is not known here"),
                            r->path);
}

/* One SEQUENCE that fills all of it: what a wrong password does not give. */
static int is_sequence(const uint8_t *der, size_t len)
{
    gt_asn1 in = {der, len}, value;

    return gt_asn1_take(&in, GT_ASN1_SEQUENCE, &value, NULL) && in.len == 0;
}

int cli_keyfile_take_encrypted(cli_keyfile_reader *r, const X509_SIG *sig)
{
    const X509_ALGOR *alg;
    const ASN1_OCTET_STRING *data;
    cli_pbe_result result;
    uint8_t *der = NULL;
    size_t len = 0, size;
    int code = cli_keyfile_password(r);

    if (code != CLI_OK)
        return code;
    X509_SIG_get0(sig, &alg, &data);
    size = (size_t)ASN1_STRING_length(data) + 1;
    result = cli_pbe_decrypt(r->lib, alg, data, r->password, &der, &len);
    if (result == CLI_PBE_OK && !is_sequence(der, len))
        result = CLI_PBE_WRONG;
    code = result == CLI_PBE_OK ? cli_keyfile_take(r, der, len)
                                : cli_keyfile_pbe_failed(r, result == CLI_PBE_WRONG);
    gt_secret_free(der, size);
    return code;
}

/* ---- PEM ------------------------------------------------------------------------------------ */

/* For OpenSSL's own encryption of PEM ("DEK-Info"). */
static int pem_password(char *buf, int size, int rwflag, void *arg)
{
    cli_keyfile_reader *r = arg;

    (void)rwflag;
    if (cli_keyfile_password(r) != CLI_OK || r->password->len > (size_t)size)
        return -1;
    memcpy(buf, r->password->text, r->password->len);
    return (int)r->password->len;
}

static int add_cert(cli_keyfile_reader *r, X509 *x)
{
    if (x == NULL)
        return cli_fail(CLI_FAILURE, _("a certificate in %s cannot be read"), r->path);
    if (sk_X509_push(r->certs, x))
        return CLI_OK;
    X509_free(x);
    return cli_fail(CLI_FAILURE, _("out of memory"));
}

static int take_traditional(cli_keyfile_reader *r, const unsigned char *der, long len)
{
    return another(r) ? CLI_OK : take_pkey(r, d2i_AutoPrivateKey_ex(NULL, &der, len, r->lib, NULL));
}

static int take_block(cli_keyfile_reader *r, const char *name, char *header, uint8_t *data,
                      long len)
{
    const unsigned char *p = data;
    EVP_CIPHER_INFO cipher;
    X509_SIG *sig;
    int code = CLI_OK;

    if (!PEM_get_EVP_CIPHER_INFO(header, &cipher) ||
        !PEM_do_header(&cipher, data, &len, pem_password, r))
        return r->failed != CLI_OK ? r->failed : cli_keyfile_pbe_failed(r, 1);
    /* One wrong password in 256 gives a padding that looks right. */
    if (cipher.cipher != NULL && !is_sequence(data, (size_t)len))
        return cli_keyfile_pbe_failed(r, 1);
    if (strcmp(name, PEM_STRING_PKCS8INF) == 0) {
        code = cli_keyfile_take(r, data, (size_t)len);
    } else if (strcmp(name, PEM_STRING_PKCS8) == 0) {
        sig = d2i_X509_SIG(NULL, &p, len);
        code = sig != NULL ? cli_keyfile_take_encrypted(r, sig) : no_key(r);
        X509_SIG_free(sig);
    } else if (strcmp(name, PEM_STRING_RSA) == 0 || strcmp(name, PEM_STRING_ECPRIVATEKEY) == 0) {
        code = take_traditional(r, data, len);
    } else if (strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0 ||
               strcmp(name, PEM_STRING_X509_TRUSTED) == 0) {
        code = add_cert(r, d2i_X509(NULL, &p, len));
    }
    return code;
}

static int take_pem(cli_keyfile_reader *r, const uint8_t *file, size_t size, int *found)
{
    BIO *in = BIO_new_mem_buf(file, (int)size);
    char *name, *header;
    uint8_t *data;
    long len;
    int code = CLI_OK;

    *found = 0;
    while (in != NULL && code == CLI_OK &&
           PEM_read_bio_ex(in, &name, &header, &data, &len,
                           PEM_FLAG_SECURE | PEM_FLAG_EAY_COMPATIBLE)) {
        *found = 1;
        code = take_block(r, name, header, data, len);
        OPENSSL_secure_free(name);
        OPENSSL_secure_free(header);
        OPENSSL_secure_clear_free(data, (size_t)len);
    }
    BIO_free(in);
    return code;
}

/* ---- DER ------------------------------------------------------------------------------------ */

static int take_der(cli_keyfile_reader *r, const uint8_t *der, size_t len)
{
    const unsigned char *p = der;
    const gost_paramset *ps;
    gt_asn1 octets;
    X509_SIG *sig;
    PKCS12 *p12;
    int other, code;

    if (read_info(der, len, &ps, &octets, &other) || other)
        return cli_keyfile_take(r, der, len);
    p12 = d2i_PKCS12(NULL, &p, (long)len);
    if (p12 != NULL) {
        PKCS12_free(p12);
        return cli_keyfile_p12(r, der, len);
    }
    p = der;
    sig = d2i_X509_SIG(NULL, &p, (long)len);
    if (sig != NULL) {
        code = cli_keyfile_take_encrypted(r, sig);
        X509_SIG_free(sig);
        return code;
    }
    return take_traditional(r, der, (long)len);
}

/* ---- the certificate ------------------------------------------------------------------------- */

size_t cli_keyfile_spki(const cli_keyfile *k, unsigned char **spki)
{
    int len;

    *spki = NULL;
    if (k->gost != NULL) {
        *spki = OPENSSL_malloc(GT_SPKI_MAX);
        return *spki != NULL ? gt_codec_write_spki(k->gost, *spki, GT_SPKI_MAX) : 0;
    }
    len = i2d_PUBKEY(k->pkey, spki);
    return len > 0 ? (size_t)len : 0;
}

static int is_of(const cli_keyfile *k, X509 *x)
{
    unsigned char *spki = NULL;
    EVP_PKEY *pub;
    gt_key *key;
    int len, same = 0;

    if (k->gost == NULL) {
        pub = X509_get0_pubkey(x);
        return pub != NULL && EVP_PKEY_eq(pub, k->pkey) == 1;
    }
    len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);
    key = len > 0 ? gt_codec_read_spki(spki, (size_t)len) : NULL;
    same = key != NULL && gt_key_same_public(key, k->gost);
    gt_key_free(key);
    OPENSSL_free(spki);
    return same;
}

static X509 *find_cert(const cli_keyfile_reader *r)
{
    for (int i = 0; i < sk_X509_num(r->certs); i++)
        if (is_of(r->k, sk_X509_value(r->certs, i)))
            return sk_X509_delete(r->certs, i);
    return NULL;
}

/*
 * Some programs have written the number big-endian into an OCTET STRING: nothing in the file says
 * so, but the certificate beside it does.
 */
static X509 *find_cert_reversed(cli_keyfile_reader *r)
{
    gt_key *was = r->k->gost;
    size_t len = was->ps->bits / 8;
    uint8_t d[GOST_3410_MAX_KEY];
    X509 *x = NULL;

    for (size_t i = 0; i < len; i++)
        d[i] = was->soft->d[len - 1 - i];
    r->k->gost = gt_key_new_soft(was->ps, d);
    gost_wipe(d, sizeof(d));
    if (r->k->gost != NULL)
        x = find_cert(r);
    if (x != NULL) {
        gt_key_free(was);
    } else {
        gt_key_free(r->k->gost);
        r->k->gost = was;
    }
    return x;
}

static void sort_certs(cli_keyfile_reader *r)
{
    r->k->cert = find_cert(r);
    if (r->k->cert == NULL && r->k->gost != NULL && sk_X509_num(r->certs) > 0)
        r->k->cert = find_cert_reversed(r);
    r->k->above = r->certs;
    r->certs = NULL;
}

/* ---- the file ------------------------------------------------------------------------------- */

/* Not through stdio: its buffers are not wiped. */
static int read_file(const char *path, uint8_t *file, size_t *len)
{
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t n = 0;

    *len = 0;
    while (fd >= 0 && *len <= FILE_MAX) {
        n = read(fd, file + *len, FILE_MAX + 1 - *len);
        if (n == 0 || (n < 0 && errno != EINTR))
            break;
        *len += n > 0 ? (size_t)n : 0;
    }
    if (fd < 0 || n < 0)
        return cli_fail(CLI_FAILURE, _("cannot read %s: %s"), path, strerror(errno));
    if (fd != STDIN_FILENO)
        (void)close(fd);
    return *len <= FILE_MAX ? CLI_OK : cli_fail(CLI_FAILURE, _("%s is too large for a key"), path);
}

int cli_keyfile_read(const char *path, const cli_password_source *source, cli_keyfile *k)
{
    cli_keyfile_reader r = {.k = k, .path = path, .source = *source};
    uint8_t *file = gt_secret_new(FILE_MAX + 1);
    size_t len;
    int code, pem = 0;

    memset(k, 0, sizeof(*k));
    /* A configuration that loads our own provider is of no use here. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    r.lib = k->lib = OSSL_LIB_CTX_new();
    r.certs = sk_X509_new_null();
    if (file == NULL || r.lib == NULL || r.certs == NULL)
        exit(cli_fail(CLI_FAILURE, _("out of memory")));
    k->base = OSSL_PROVIDER_load(r.lib, "default");
    k->legacy = OSSL_PROVIDER_load(r.lib, "legacy"); /* RC2 of old PKCS #12; it may not be there */
    code = read_file(path, file, &len);
    if (code == CLI_OK)
        code = take_pem(&r, file, len, &pem);
    if (code == CLI_OK && !pem)
        code = take_der(&r, file, len);
    if (code == CLI_OK && r.keys == 0)
        code = no_key(&r);
    else if (code == CLI_OK && r.keys > 1)
        code = cli_fail(CLI_FAILURE, _("%s holds %d private keys: one at a time"), path, r.keys);
    if (code == CLI_OK)
        sort_certs(&r);
    ERR_clear_error();
    sk_X509_pop_free(r.certs, X509_free);
    cli_password_free(r.password);
    gt_secret_free(file, FILE_MAX + 1);
    return code;
}

void cli_keyfile_free(cli_keyfile *k)
{
    gt_key_free(k->gost);
    EVP_PKEY_free(k->pkey);
    X509_free(k->cert);
    sk_X509_pop_free(k->above, X509_free);
    free(k->name);
    if (k->base != NULL)
        (void)OSSL_PROVIDER_unload(k->base);
    if (k->legacy != NULL)
        (void)OSSL_PROVIDER_unload(k->legacy);
    OSSL_LIB_CTX_free(k->lib);
}
