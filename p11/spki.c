/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public half of an RSA or EC key as a SubjectPublicKeyInfo (RFC 3279, 2.3.1; RFC 5480, 2),
 * from wherever the token has it. Modules differ: a private RSA key mostly knows its modulus, an
 * EC key hardly ever its point; some keep no public key beside the private one, some only a
 * certificate; CKA_EC_POINT is an OCTET STRING in the standard and the bare point in some modules.
 */
#include "p11/internal.h"
#include "p11/spki.h"

#include <stdlib.h>
#include <string.h>

enum { INTEGER = 0x02, BIT_STRING = 0x03, OCTET_STRING = 0x04, SEQUENCE = 0x30 };

/* rsaEncryption with its NULL; id-ecPublicKey, whose parameters follow. */
static const uint8_t rsa_algorithm[] = {0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                        0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00};
static const uint8_t ec_oid[] = {0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01};

typedef struct bytes {
    uint8_t *p;
    size_t len;
} bytes;

/* ---- writing: from the end to the beginning -------------------------------------------------- */

typedef struct writer {
    uint8_t *start, *at, *end;
} writer;

static int begin(writer *w, size_t size)
{
    w->start = malloc(size);
    w->at = w->end = w->start != NULL ? w->start + size : NULL;
    return w->start != NULL;
}

static void put(writer *w, const uint8_t *p, size_t len)
{
    w->at -= len;
    memcpy(w->at, p, len);
}

static void put_byte(writer *w, uint8_t byte)
{
    put(w, &byte, 1);
}

/* What was written since the end stood at `from` gets a tag and a length. */
static void wrap(writer *w, uint8_t tag, const uint8_t *from)
{
    size_t len = (size_t)(from - w->at), n = 0;

    if (len < 0x80) {
        put_byte(w, (uint8_t)len);
    } else {
        for (; len > 0; len >>= 8, n++)
            put_byte(w, (uint8_t)len);
        put_byte(w, (uint8_t)(0x80 | n));
    }
    put_byte(w, tag);
}

/* A PKCS #11 big integer: big-endian, perhaps with zeros before it. */
static void put_integer(writer *w, gt_der n)
{
    const uint8_t *from = w->at;

    while (n.len > 1 && n.p[0] == 0)
        n.p++, n.len--;
    put(w, n.p, n.len);
    if (n.p[0] & 0x80)
        put_byte(w, 0);
    wrap(w, INTEGER, from);
}

/* Moves what was written to the start of the memory, which is the caller's now. */
static uint8_t *finish(writer *w, size_t *len)
{
    *len = (size_t)(w->end - w->at);
    return memmove(w->start, w->at, *len);
}

enum { OVERHEAD = 64 };

uint8_t *gt_spki_rsa(const uint8_t *n, size_t n_len, const uint8_t *e, size_t e_len, size_t *len)
{
    writer w;

    if (!begin(&w, n_len + e_len + OVERHEAD))
        return NULL;
    put_integer(&w, (gt_der){e, e_len});
    put_integer(&w, (gt_der){n, n_len});
    wrap(&w, SEQUENCE, w.end);
    put_byte(&w, 0);
    wrap(&w, BIT_STRING, w.end);
    put(&w, rsa_algorithm, sizeof(rsa_algorithm));
    wrap(&w, SEQUENCE, w.end);
    return finish(&w, len);
}

/* CKA_EC_POINT, with or without the OCTET STRING around it. The bare point begins with 04 too, but
 * then no length fits that byte for byte and leaves a point. */
static gt_der bare_point(gt_der value)
{
    gt_der in = value, body;

    if (gt_der_take(&in, OCTET_STRING, &body) && in.len == 0 && body.len > 1 && body.p[0] >= 2 &&
        body.p[0] <= 4)
        return body;
    return value;
}

uint8_t *gt_spki_ec(const uint8_t *params, size_t params_len, const uint8_t *point,
                    size_t point_len, size_t *len)
{
    gt_der bare = bare_point((gt_der){point, point_len});
    const uint8_t *before;
    writer w;

    if (!begin(&w, params_len + bare.len + OVERHEAD))
        return NULL;
    put(&w, bare.p, bare.len);
    put_byte(&w, 0);
    wrap(&w, BIT_STRING, w.end);
    before = w.at;
    put(&w, params, params_len);
    put(&w, ec_oid, sizeof(ec_oid));
    wrap(&w, SEQUENCE, before);
    wrap(&w, SEQUENCE, w.end);
    return finish(&w, len);
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Reads an attribute; one that is not there is as good as empty. 0: a fault. */
static int get_optional(gt_object *o, CK_ATTRIBUTE_TYPE type, bytes *value, gt_error *err)
{
    *value = (bytes){NULL, 0};
    if (gt_object_get(o, type, &value->p, &value->len, err))
        return 1;
    return err->reason == GT_TOKEN_ERROR &&
           (err->rv == CKR_ATTRIBUTE_TYPE_INVALID || err->rv == CKR_ATTRIBUTE_SENSITIVE);
}

static int no_memory(gt_error *err)
{
    return gt_fail(err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
}

static int from_rsa(gt_object *o, bytes *out, gt_error *err)
{
    bytes n, e = {NULL, 0};
    int ok;

    ok = get_optional(o, CKA_MODULUS, &n, err) && get_optional(o, CKA_PUBLIC_EXPONENT, &e, err);
    if (ok && n.len > 0 && e.len > 0) {
        out->p = gt_spki_rsa(n.p, n.len, e.p, e.len, &out->len);
        ok = out->p != NULL || no_memory(err);
    }
    free(n.p);
    free(e.p);
    return ok;
}

static int from_ec(gt_object *o, bytes *out, gt_error *err)
{
    bytes params, point = {NULL, 0};
    int ok;

    ok = get_optional(o, CKA_EC_PARAMS, &params, err) && get_optional(o, CKA_EC_POINT, &point, err);
    if (ok && params.len > 0 && point.len > 0) {
        out->p = gt_spki_ec(params.p, params.len, point.p, point.len, &out->len);
        ok = out->p != NULL || no_memory(err);
    }
    free(params.p);
    free(point.p);
    return ok;
}

static int from_numbers(gt_object *o, bytes *out, gt_error *err)
{
    return o->key_type == CKK_RSA ? from_rsa(o, out, err) : from_ec(o, out, err);
}

/* Only a key of the type that is looked for. */
static int is_of_type(gt_der spki, CK_KEY_TYPE type)
{
    gt_der outer, algorithm;
    const uint8_t *oid = type == CKK_RSA ? rsa_algorithm + 2 : ec_oid;
    size_t len = type == CKK_RSA ? sizeof(rsa_algorithm) - 4 : sizeof(ec_oid);

    return gt_der_take(&spki, SEQUENCE, &outer) && spki.len == 0 &&
           gt_der_take(&outer, SEQUENCE, &algorithm) && algorithm.len >= len &&
           memcmp(algorithm.p, oid, len) == 0;
}

static int from_der(gt_object *o, CK_ATTRIBUTE_TYPE type, CK_KEY_TYPE key_type, bytes *out,
                    gt_error *err)
{
    gt_der spki;
    bytes value;
    int ok = get_optional(o, type, &value, err);

    spki = (gt_der){value.p, value.len};
    if (ok && value.len > 0 &&
        (type == CKA_PUBLIC_KEY_INFO || gt_der_certificate_spki(spki, &spki)) &&
        is_of_type(spki, key_type)) {
        out->p = malloc(spki.len);
        out->len = spki.len;
        if (out->p != NULL)
            memcpy(out->p, spki.p, spki.len);
        else
            ok = no_memory(err);
    }
    free(value.p);
    return ok;
}

/* What the public keys or certificates say that go with a key. Two that differ are none: a
 * signature that nobody can verify is worse than an error. */
static int from_companions(gt_object *key, CK_OBJECT_CLASS cls, bytes *out, gt_error *err)
{
    gt_object_list list;
    int ok = gt_object_companions(key, cls, &list, err);

    for (size_t i = 0; i < list.n && ok; i++) {
        gt_object *o = list.items[i];
        bytes more = {NULL, 0};

        if (cls == CKO_CERTIFICATE)
            ok = from_der(o, CKA_VALUE, key->key_type, &more, err);
        else if (o->key_type == key->key_type)
            ok = from_numbers(o, &more, err);
        if (ok && out->p != NULL && more.p != NULL &&
            (more.len != out->len || memcmp(more.p, out->p, out->len) != 0))
            ok = gt_fail(err, GT_AMBIGUOUS, CKR_OK,
                         "token \"%s\" has more than one %s that could go with %s: give the keys "
                         "different ids",
                         key->t->label, gt_class_words(cls), key->uri);
        if (out->p == NULL)
            *out = more;
        else
            free(more.p);
    }
    gt_object_list_clear(&list);
    return ok;
}

/* Of what the private key itself shows, everything must be in the public half. */
static int agrees(gt_object *key, bytes spki, int *same, gt_error *err)
{
    bytes own, part;

    if (!get_optional(key, key->key_type == CKK_RSA ? CKA_MODULUS : CKA_EC_PARAMS, &own, err))
        return 0;
    part = own;
    while (part.len > 1 && key->key_type == CKK_RSA && part.p[0] == 0)
        part.p++, part.len--;
    *same = part.len == 0 || memmem(spki.p, spki.len, part.p, part.len) != NULL;
    free(own.p);
    return 1;
}

int gt_object_spki(gt_object *key, uint8_t **der, size_t *len, gt_error *err)
{
    bytes out = {NULL, 0};
    int ok, same = 1;

    *der = NULL;
    *len = 0;
    if ((key->cls != CKO_PRIVATE_KEY && key->cls != CKO_PUBLIC_KEY) ||
        (key->key_type != CKK_RSA && key->key_type != CKK_EC))
        return gt_fail(err, GT_KEY_TYPE, CKR_KEY_TYPE_INCONSISTENT, "%s is not an RSA or EC key",
                       key->uri);
    ok = from_numbers(key, &out, err);
    if (ok && out.p == NULL && key->cls == CKO_PRIVATE_KEY)
        ok = from_companions(key, CKO_PUBLIC_KEY, &out, err);
    if (ok && out.p == NULL)
        ok = from_der(key, CKA_PUBLIC_KEY_INFO, key->key_type, &out, err);
    if (ok && out.p == NULL && key->cls == CKO_PRIVATE_KEY)
        ok = from_companions(key, CKO_CERTIFICATE, &out, err);
    if (ok && out.p == NULL)
        ok = gt_fail(err, GT_NO_OBJECT, CKR_KEY_NEEDED,
                     "token \"%s\" has neither a public key nor a certificate that goes with %s",
                     key->t->label, key->uri);
    if (ok && key->cls == CKO_PRIVATE_KEY)
        ok = agrees(key, out, &same, err);
    if (ok && !same)
        ok = gt_fail(err, GT_KEY_TYPE, CKR_KEY_TYPE_INCONSISTENT,
                     "the public key that goes with %s is not that of this key", key->uri);
    if (!ok) {
        free(out.p);
        return 0;
    }
    *der = out.p;
    *len = out.len;
    /* What was not there on the way is no failure. */
    err->reason = GT_OK;
    err->rv = CKR_OK;
    return 1;
}
