/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigs PUBKEY DIGEST SIGNATURES FILE...: many signatures in one process. SIGNATURES holds one of
 * each FILE, 64 bytes long, in their order. Each must verify; with a bit changed, cut short or for
 * another file it must not. Signing with the key must be refused in our words.
 */
#include <stdio.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

enum { SIG = 64, FILE_MAX_SIZE = 1 << 16 };

static unsigned char files[2][FILE_MAX_SIZE]; /* this one and the one before */

static EVP_PKEY *read_key(const char *path)
{
    BIO *in = BIO_new_file(path, "r");
    EVP_PKEY *key = in != NULL ? PEM_read_bio_PUBKEY(in, NULL, NULL, NULL) : NULL;

    BIO_free(in);
    return key;
}

/* 1 if it verifies, 0 if it does not, -1 if that cannot be told. */
static int verify(EVP_PKEY *key, const char *md, const unsigned char *sig, size_t sig_len,
                  const unsigned char *bytes, size_t len)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    int ok = -1;

    if (c != NULL && EVP_DigestVerifyInit_ex(c, NULL, md, NULL, NULL, key, NULL) == 1)
        ok = EVP_DigestVerify(c, sig, sig_len, bytes, len);
    EVP_MD_CTX_free(c);
    if (ok < 0)
        ERR_print_errors_fp(stderr);
    ERR_clear_error();
    return ok;
}

static int signs(EVP_PKEY *key, const char *md)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    int ok = c != NULL && EVP_DigestSignInit_ex(c, NULL, md, NULL, NULL, key, NULL) == 1, told = 0;
    const char *text;
    int flags;

    while (ERR_get_error_all(NULL, NULL, NULL, &text, &flags) != 0)
        told |= (flags & ERR_TXT_STRING) != 0 && strstr(text, "only verify") != NULL;
    EVP_MD_CTX_free(c);
    return ok || !told;
}

static int fails(const char *path, const char *what)
{
    fprintf(stderr, "%s: the signature %s\n", path, what);
    return 1;
}

int main(int argc, char **argv)
{
    unsigned char sig[SIG];
    size_t len[2] = {0, 0};
    int failures = 0, other;
    EVP_PKEY *key;
    FILE *sigs;

    if (argc < 5) {
        fprintf(stderr, "usage: sigs pubkey digest signatures file...\n");
        return 2;
    }
    key = read_key(argv[1]);
    sigs = fopen(argv[3], "rb");
    if (key == NULL || sigs == NULL) {
        ERR_print_errors_fp(stderr);
        return 2;
    }
    if (signs(key, argv[2]))
        failures += fails(argv[1], "can be made, or it is not said why not");
    for (int i = 4; i < argc; i++) {
        unsigned char *bytes = files[i % 2];
        FILE *in = fopen(argv[i], "rb");
        unsigned bit = (unsigned)i * 37 % (SIG * 8);

        if (in == NULL || fread(sig, SIG, 1, sigs) != 1) {
            fprintf(stderr, "%s: no file, or no signature of it\n", argv[i]);
            return 2;
        }
        len[i % 2] = fread(bytes, 1, FILE_MAX_SIZE, in);
        fclose(in);
        if (verify(key, argv[2], sig, SIG, bytes, len[i % 2]) != 1)
            failures += fails(argv[i], "does not verify");
        other = (i + 1) % 2;
        if (i > 4 && verify(key, argv[2], sig, SIG, files[other], len[other]) != 0)
            failures += fails(argv[i], "verifies for another file");
        if (verify(key, argv[2], sig, SIG - 1, bytes, len[i % 2]) == 1)
            failures += fails(argv[i], "verifies without its last byte");
        sig[bit / 8] = (unsigned char)(sig[bit / 8] ^ 1U << bit % 8);
        if (verify(key, argv[2], sig, SIG, bytes, len[i % 2]) == 1)
            failures += fails(argv[i], "verifies with a bit changed");
    }
    if (fgetc(sigs) != EOF)
        failures += fails(argv[3], "file holds more than there are files");
    fclose(sigs);
    EVP_PKEY_free(key);
    printf("%d signatures, %d failures\n", argc - 4, failures);
    return failures != 0;
}
