/* SPDX-License-Identifier: Apache-2.0 */
/* Keys for gost-engine, made from our bytes as DER: for the cross-check and the benchmark. */
#ifndef ENGINE_KEY_H
#define ENGINE_KEY_H

#ifndef OPENSSL_SUPPRESS_DEPRECATED
#define OPENSSL_SUPPRESS_DEPRECATED
#endif
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "gost/paramset.h"

/* The engine, made the default for its key types; NULL if it is not there. */
static inline ENGINE *engine_open(void)
{
    ENGINE *e;

    OPENSSL_init_crypto(OPENSSL_INIT_ENGINE_DYNAMIC | OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    e = ENGINE_by_id("gost");
    if (!e)
        return NULL;
    if (!ENGINE_init(e) || !ENGINE_set_default(e, ENGINE_METHOD_ALL)) {
        ENGINE_free(e);
        return NULL;
    }
    return e;
}

/* A DER element of a tag over `content`; returns its length. Not inlined: gcc would then warn of
 * lengths that do not occur. */
static __attribute__((noinline, unused)) size_t der_wrap(uint8_t *out, uint8_t tag,
                                                         const uint8_t *content, size_t len)
{
    size_t head = len < 128 ? 2 : len < 256 ? 3 : 4;

    memmove(out + head, content, len);
    out[0] = tag;
    if (head == 2) {
        out[1] = (uint8_t)len;
    } else if (head == 3) {
        out[1] = 0x81;
        out[2] = (uint8_t)len;
    } else {
        out[1] = 0x82;
        out[2] = (uint8_t)(len >> 8);
        out[3] = (uint8_t)len;
    }
    return head + len;
}

/* AlgorithmIdentifier of a 2012 key (RFC 9215, section 4). */
static __attribute__((noinline)) size_t der_algorithm(uint8_t *out, const gost_paramset *ps)
{
    static const uint8_t key_oid[] = {0x06, 0x08, 0x2a, 0x85, 0x03, 0x07, 0x01, 0x01, 0x01};
    static const uint8_t digest_oid[] = {0x06, 0x08, 0x2a, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02};
    uint8_t t[64], u[64];
    size_t n = 0, m;

    memcpy(t, ps->der, ps->der_len);
    n = ps->der_len;
    memcpy(t + n, digest_oid, sizeof digest_oid);
    t[n + sizeof digest_oid] = ps->bits == 256 ? 2 : 3;
    n += sizeof digest_oid + 1;
    m = sizeof key_oid;
    memcpy(u, key_oid, m);
    u[m++] = ps->bits == 256 ? 1 : 2;
    m += der_wrap(u + m, 0x30, t, n);
    return der_wrap(out, 0x30, u, m);
}

static __attribute__((unused)) EVP_PKEY *engine_private(const gost_paramset *ps, const uint8_t *d)
{
    uint8_t t[512], u[512], der[600];
    const uint8_t *p = der;
    size_t n = 0, m;

    t[n++] = 0x02; /* version 0 */
    t[n++] = 0x01;
    t[n++] = 0x00;
    n += der_algorithm(t + n, ps);
    m = der_wrap(u, 0x04, d, ps->bits / 8);
    n += der_wrap(t + n, 0x04, u, m);
    n = der_wrap(der, 0x30, t, n);
    return d2i_AutoPrivateKey(NULL, &p, (long)n);
}

static __attribute__((unused)) EVP_PKEY *engine_public(const gost_paramset *ps, const uint8_t *pub)
{
    uint8_t t[512], u[512], der[600];
    const uint8_t *p = der;
    size_t n, m;

    n = der_algorithm(t, ps);
    u[0] = 0; /* no unused bits */
    m = 1 + der_wrap(u + 1, 0x04, pub, ps->bits / 4);
    n += der_wrap(t + n, 0x03, u, m);
    n = der_wrap(der, 0x30, t, n);
    return d2i_PUBKEY(NULL, &p, (long)n);
}

#endif
