/* SPDX-License-Identifier: Apache-2.0 */
/* Reading messages. See cli/cms/cms.h. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include "cli/cms/cms.h"

static const char *const pem_names[] = {PEM_STRING_CMS, PEM_STRING_PKCS7, PEM_STRING_PKCS7_SIGNED,
                                        "SIGNATURE", "SIGNED MESSAGE"};

static void replace(cli_bytes *data, const void *at, size_t len)
{
    free(data->at);
    data->at = cli_alloc(len + 1);
    if (len)
        memcpy(data->at, at, len);
    data->len = len;
}

int cli_pem_damaged(void)
{
    unsigned long e = ERR_peek_last_error();

    return e && !(ERR_GET_LIB(e) == ERR_LIB_PEM && ERR_GET_REASON(e) == PEM_R_NO_START_LINE);
}

/* How many messages there are in it, the first of which is taken; what is damaged counts too. */
static int from_pem(cli_bytes *data)
{
    BIO *bio = BIO_new_mem_buf(data->at, (int)data->len);
    char *name = NULL, *header = NULL;
    unsigned char *der = NULL;
    cli_bytes first = {0};
    long len = 0;
    int found = 0;

    ERR_clear_error();
    while (bio && PEM_read_bio(bio, &name, &header, &der, &len)) {
        int is_message = 0;

        for (size_t i = 0; i < sizeof(pem_names) / sizeof(*pem_names); i++)
            is_message = is_message || !strcmp(name, pem_names[i]);
        /* The reader has the text itself, not what is put in its place. */
        if (is_message && !found++) {
            first = (cli_bytes){cli_alloc((size_t)len + 1), (size_t)len};
            memcpy(first.at, der, first.len);
        }
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(der);
        name = header = NULL;
        der = NULL;
    }
    BIO_free(bio);
    if (found) {
        found += cli_pem_damaged();
        free(data->at);
        *data = first;
    }
    ERR_clear_error();
    return found;
}

/* Base64 without the lines of PEM, as some programs write it. */
static int from_base64(cli_bytes *data)
{
    EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
    uint8_t *out = cli_alloc(data->len / 4 * 3 + 64);
    int n = 0, rest = 0, ok;

    EVP_DecodeInit(ctx);
    /* To the decoder a hyphen is the end, whatever follows. */
    ok = ctx && !memchr(data->at, '-', data->len) &&
         EVP_DecodeUpdate(ctx, out, &n, data->at, (int)data->len) >= 0 &&
         EVP_DecodeFinal(ctx, out + n, &rest) >= 0 && n + rest > 0 && out[0] == 0x30;
    if (ok)
        replace(data, out, (size_t)(n + rest));
    free(out);
    EVP_ENCODE_CTX_free(ctx);
    ERR_clear_error();
    return ok;
}

/* All of it: memory grows with what comes, whatever a length in it says. */
static int read_all(cli_source *s, cli_bytes *data)
{
    size_t room = s->size < CLI_CMS_MAX ? (size_t)s->size + 1 : CLI_CMS_MAX + 1;
    long n;

    if (room < 1 << 16)
        room = 1 << 16;
    data->at = cli_alloc(room);
    data->len = 0;
    while ((n = cli_source_read(s, data->at + data->len, room - data->len)) > 0) {
        data->len += (size_t)n;
        if (data->len == room) {
            uint8_t *more;

            if (room > CLI_CMS_MAX)
                return cli_fail(CLI_FAILURE, _("%s is too large for a message"), s->name);
            room = 2 * room <= CLI_CMS_MAX ? 2 * room : CLI_CMS_MAX + 1;
            more = cli_alloc(room);
            memcpy(more, data->at, data->len);
            free(data->at);
            data->at = more;
        }
    }
    return n < 0 ? CLI_FAILURE : CLI_OK;
}

int cli_message_read(const char *path, cli_bytes *der)
{
    cli_source source;
    const char *name;
    int code = cli_source_open(path, 0, NULL, &source), found;

    memset(der, 0, sizeof(*der));
    if (code != CLI_OK)
        return code;
    name = source.name;
    code = read_all(&source, der);
    cli_source_close(&source);
    if (code != CLI_OK) {
        ;
    } else if (!der->len) {
        code = cli_fail(CLI_FAILURE, _("%s is empty"), name);
    } else if (der->at[0] != 0x30) {
        found = memmem(der->at, der->len, "-----BEGIN ", 11) ? from_pem(der) : from_base64(der);
        if (found > 1)
            code = cli_fail(CLI_FAILURE,
                            _("%s holds more than one message, or something damaged after it: put "
                              "each in a file of its own"),
                            name);
        else if (!found)
            code = cli_fail(CLI_FAILURE, _("%s is no CMS message in DER, PEM or Base64"), name);
    }
    if (code != CLI_OK) {
        free(der->at);
        der->at = NULL;
    }
    return code;
}

int cli_message_normalise(cli_bytes *der)
{
    const unsigned char *p = der->at;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)der->len);
    unsigned char *out = NULL;
    int len = cms && p == der->at + der->len ? i2d_CMS_ContentInfo(cms, &out) : -1;

    if (len > 0)
        replace(der, out, (size_t)len);
    OPENSSL_free(out);
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    return len > 0;
}

char *cli_message_content_name(const char *path)
{
    size_t len = strlen(path), suffix = strlen(CLI_CMS_SUFFIX);

    if (len <= suffix || strcmp(path + len - suffix, CLI_CMS_SUFFIX) != 0 ||
        path[len - suffix - 1] == '/')
        return NULL;
    return cli_printf("%.*s", (int)(len - suffix), path);
}

int cli_message_content_is_there(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}
