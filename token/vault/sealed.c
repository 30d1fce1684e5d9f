/* SPDX-License-Identifier: Apache-2.0 */
/* see sealed.h */
#include "token/vault/sealed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gost/mem.h"
#include "gost/mgm.h"
#include "gost/random.h"
#include "token/secmem.h"

#define MAGIC     "gosttoken-backup"
#define VERSION   1u
#define CHUNK     65536u
#define CHUNK_MAX (1u << 20)
#define SUMMED    96 /* bytes of the header before its checksum */
#define AD        (SEALED_HEADER + 16)

enum { AT_VERSION = 16, AT_KDF = 24, AT_CHUNK = 48, AT_TOTAL = 56, AT_SALT = 64 };

/* Tokens are small; a damaged length must not take the machine's disk. */
#define TOTAL_MAX (1ull << 40)

static CK_RV damaged(const char *what)
{
    return vault_fail(CKR_ENCRYPTED_DATA_INVALID, "the backup is damaged: %s", what);
}

/* ---- the file ------------------------------------------------------------------------------- */

static CK_RV write_all(int fd, const uint8_t *p, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, p, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return vault_fail_errno(n < 0 ? errno : ENOSPC, "write", "the backup");
        p += n;
        len -= (size_t)n;
    }
    return CKR_OK;
}

/* As much as there is, up to len. */
static CK_RV read_up_to(int fd, uint8_t *p, size_t len, size_t *got)
{
    *got = 0;
    while (*got < len) {
        ssize_t n = read(fd, p + *got, len - *got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return vault_fail_errno(errno, "read", "the backup");
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    return CKR_OK;
}

/* ---- the header and the key ------------------------------------------------------------------ */

static void header_sum(const uint8_t header[SEALED_HEADER], uint8_t sum[SUM])
{
    gost_streebog h;

    gost_streebog_init(&h, 256);
    gost_streebog_update(&h, header, SUMMED);
    gost_streebog_final(&h, sum);
}

static CK_RV make_key(vault_sealed *s, const vault_kdf *kdf, const uint8_t *passphrase, size_t len)
{
    uint8_t *key = tok_secret_alloc(32);
    CK_RV rv = CKR_HOST_MEMORY;

    s->ks = tok_secret_alloc(sizeof(*s->ks));
    s->buf = malloc(s->chunk + TAG);
    if (key == NULL || s->ks == NULL || s->buf == NULL)
        rv = vault_fail(CKR_HOST_MEMORY, "out of memory");
    else
        rv = vault_kdf_run(kdf, passphrase, len, s->header + AT_SALT, key);
    if (rv == CKR_OK)
        gost_kuznyechik_set_key(s->ks, key);
    tok_secret_free(key);
    return rv;
}

void vault_sealed_close(vault_sealed *s)
{
    tok_secret_free(s->ks);
    if (s->buf != NULL)
        gost_wipe(s->buf, s->chunk + TAG);
    free(s->buf);
    s->ks = NULL;
    s->buf = NULL;
}

/* What a chunk is bound to. */
static void bind(const vault_sealed *s, size_t len, uint8_t nonce[NONCE], uint8_t ad[AD])
{
    memset(nonce, 0, NONCE);
    vault_put64(nonce + 8, s->index);
    memcpy(ad, s->header, SEALED_HEADER);
    vault_put64(ad + SEALED_HEADER, s->index);
    vault_put64(ad + SEALED_HEADER + 8, s->done + len == s->total);
}

/* ---- writing -------------------------------------------------------------------------------- */

CK_RV vault_sealed_begin(vault_sealed *s, int fd, unsigned kdf_ms, uint64_t total,
                         const uint8_t *passphrase, size_t len)
{
    uint8_t sum[SUM];
    vault_kdf kdf;
    CK_RV rv;

    memset(s, 0, sizeof(*s));
    s->fd = fd;
    s->chunk = CHUNK;
    s->total = total;
    vault_kdf_choose(kdf_ms, &kdf);
    memcpy(s->header, MAGIC, AT_VERSION);
    vault_put64(s->header + AT_VERSION, VERSION);
    vault_put64(s->header + AT_KDF, kdf.m);
    vault_put64(s->header + AT_KDF + 8, kdf.t);
    vault_put64(s->header + AT_KDF + 16, kdf.p);
    vault_put64(s->header + AT_CHUNK, CHUNK);
    vault_put64(s->header + AT_TOTAL, total);
    if (!gost_random_system(NULL, s->header + AT_SALT, SALT))
        return vault_fail(CKR_FUNCTION_FAILED, "the system's random generator fails");
    header_sum(s->header, sum);
    memcpy(s->header + SUMMED, sum, SEALED_HEADER - SUMMED);
    rv = make_key(s, &kdf, passphrase, len);
    return rv == CKR_OK ? write_all(fd, s->header, SEALED_HEADER) : rv;
}

static CK_RV write_chunk(vault_sealed *s)
{
    uint8_t nonce[NONCE], ad[AD];
    CK_RV rv;

    bind(s, s->have, nonce, ad);
    gost_mgm_seal(s->ks, nonce, ad, sizeof(ad), s->buf, s->have, s->buf, s->buf + s->have);
    rv = write_all(s->fd, s->buf, s->have + TAG);
    s->done += s->have;
    s->have = 0;
    s->index++;
    return rv;
}

CK_RV vault_sealed_put(vault_sealed *s, const void *data, size_t len)
{
    const uint8_t *p = data;
    CK_RV rv = CKR_OK;

    while (rv == CKR_OK && len > 0) {
        size_t n = s->chunk - s->have < len ? s->chunk - s->have : len;

        memcpy(s->buf + s->have, p, n);
        s->have += n;
        p += n;
        len -= n;
        if (s->have == s->chunk)
            rv = write_chunk(s);
    }
    return rv;
}

CK_RV vault_sealed_end(vault_sealed *s)
{
    CK_RV rv = s->have > 0 ? write_chunk(s) : CKR_OK;

    /* What cannot be synced is a pipe. */
    if (rv == CKR_OK && fsync(s->fd) != 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
        rv = vault_fail_errno(errno, "sync", "the backup");
    return rv;
}

/* ---- reading -------------------------------------------------------------------------------- */

static CK_RV read_header(vault_sealed *s, vault_kdf *kdf)
{
    uint8_t sum[SUM];
    uint64_t chunk;
    size_t got;
    CK_RV rv = read_up_to(s->fd, s->header, SEALED_HEADER, &got);

    if (rv != CKR_OK)
        return rv;
    if (got < AT_VERSION + 8 || memcmp(s->header, MAGIC, AT_VERSION) != 0)
        return vault_fail(CKR_ENCRYPTED_DATA_INVALID, "the file is no backup of a token");
    if (vault_get64(s->header + AT_VERSION) != VERSION)
        return vault_fail(CKR_ENCRYPTED_DATA_INVALID,
                          "the backup is of format %llu, but this build knows %u only: use the "
                          "gosttoken that wrote it, or a newer one",
                          (unsigned long long)vault_get64(s->header + AT_VERSION), VERSION);
    header_sum(s->header, sum);
    if (got < SEALED_HEADER || memcmp(sum, s->header + SUMMED, SEALED_HEADER - SUMMED) != 0)
        return damaged("its beginning is not as it was written");
    kdf->m = vault_get64(s->header + AT_KDF);
    kdf->t = vault_get64(s->header + AT_KDF + 8);
    kdf->p = vault_get64(s->header + AT_KDF + 16);
    chunk = vault_get64(s->header + AT_CHUNK);
    s->total = vault_get64(s->header + AT_TOTAL);
    if (!vault_kdf_sane(kdf) || chunk < 1024 || chunk > CHUNK_MAX || s->total == 0 ||
        s->total > TOTAL_MAX)
        return damaged("its beginning makes no sense");
    s->chunk = (size_t)chunk;
    return CKR_OK;
}

CK_RV vault_sealed_open(vault_sealed *s, int fd, const uint8_t *passphrase, size_t len)
{
    vault_kdf kdf;
    CK_RV rv;

    memset(s, 0, sizeof(*s));
    s->fd = fd;
    rv = read_header(s, &kdf);
    return rv == CKR_OK ? make_key(s, &kdf, passphrase, len) : rv;
}

CK_RV vault_sealed_next(vault_sealed *s, const uint8_t **data, size_t *len)
{
    size_t want = s->total - s->done < s->chunk ? (size_t)(s->total - s->done) : s->chunk, got;
    uint8_t nonce[NONCE], ad[AD], more;
    CK_RV rv = read_up_to(s->fd, s->buf, want + TAG, &got);

    if (rv != CKR_OK)
        return rv;
    if (got < want + TAG)
        return damaged("its end is missing");
    bind(s, want, nonce, ad);
    if (!gost_mgm_open(s->ks, nonce, ad, sizeof(ad), s->buf, want, s->buf + want, s->buf)) {
        if (s->index == 0)
            return vault_fail(CKR_PIN_INCORRECT, "the passphrase of the backup is wrong");
        return damaged("it is not as it was written");
    }
    s->done += want;
    s->index++;
    if (s->done == s->total) {
        rv = read_up_to(s->fd, &more, 1, &got);
        if (rv == CKR_OK && got > 0)
            rv = damaged("something follows its end");
    }
    *data = s->buf;
    *len = want;
    return rv;
}
